package engine

import (
	"fmt"
	"testing"
	"time"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// One pass of the scheduler over the largest batch, when a single slot is free and nobody can take it.
func BenchmarkPass(b *testing.B) {
	m := records.NewMirror()
	for _, name := range []string{"source", "target"} {
		e := records.Endpoint{Endpoint: migration.Endpoint{Name: name, MaxConcurrentMigrations: 100, MaxConcurrentIncrementalSyncs: 20}}
		m.Apply(records.News{Endpoint: &store.Item[records.Endpoint]{Names: []string{name}, Value: e, Revision: 1}})
	}
	start := migration.Order{Kind: migration.OrderStart, Number: 1}
	batch := records.Batch{Name: "all", GUID: "all", SourceEndpoint: "source", TargetEndpoint: "target", Order: start, LastNumber: 1}
	m.Apply(records.News{Batch: &store.Item[records.Batch]{Names: []string{"all"}, Value: batch, Revision: 1}})
	s := &scheduler{mirror: m, running: map[string]*job{}, rows: map[string][]string{}}
	for i := range 50_000 {
		address := fmt.Sprintf("user%d@example.org", i)
		u := records.User{EmailAddress: address, GUID: fmt.Sprint(i), Row: i, UserState: migration.UserState{Status: migration.UserFailed, Seen: 1}}
		m.Apply(records.News{User: &store.Item[records.User]{Names: []string{"all", address}, Value: u, Revision: 1}})
		if i < 99 {
			s.running[u.GUID] = &job{guid: u.GUID, batchGUID: "all", folded: address, source: "source", target: "target"}
		}
	}
	now := time.Now()
	b.ReportAllocs()
	for b.Loop() {
		s.pass(now)
	}
}
