package engine

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/connect/connecttest"
	"migsh/internal/control"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/store/memstore"
)

const (
	sourceHost = "old.example.org"
	targetHost = "new.example.org"
)

// A bed is a whole installation in memory: two servers, a store, the service, and an engine that can be ended and begun again.
type bed struct {
	t       *testing.T
	ctx     context.Context
	world   *connecttest.World
	source  *connecttest.Server
	target  *connecttest.Server
	store   *memstore.Store
	records *records.Records
	keys    *secret.Keyring
	service *control.Control
	options Options
	end     func()
}

// newBed makes an installation with two endpoints, "source" of limit migrations and "target". It must run in a synctest bubble.
func newBed(t *testing.T, limit migration.Limit, options Options) *bed {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	keys, err := secret.Load(filepath.Join(t.TempDir(), "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	b := &bed{t: t, ctx: ctx, world: connecttest.NewWorld(sourceHost, targetHost), store: memstore.New(), keys: keys, options: options}
	b.source, b.target = b.world.Server(sourceHost), b.world.Server(targetHost)
	b.records = records.New(b.store, keys)
	if b.service, err = control.New(ctx, b.records, b.world, control.Options{}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []migration.NewEndpointRequest{
		{Name: "source", RemoteServer: sourceHost, MaxConcurrentMigrations: &limit},
		{Name: "target", RemoteServer: targetHost},
	} {
		if _, err := b.service.NewEndpoint(ctx, r); err != nil {
			t.Fatal(err)
		}
	}
	b.begin()
	t.Cleanup(func() {
		b.end()
		cancel()
		if err := b.store.Close(); err != nil {
			t.Error(err)
		}
	})
	return b
}

// begin sets an engine going; b.end ends it.
func (b *bed) begin() {
	ctx, cancel := context.WithCancel(b.ctx)
	done := make(chan error, 1)
	e := New(b.records, b.world, b.options)
	go func() { done <- e.Run(ctx) }()
	ended := false
	b.end = func() {
		if ended {
			return
		}
		ended = true
		cancel()
		if err := <-done; err != nil {
			b.t.Errorf("the engine ended with: %v", err)
		}
	}
}

// user makes a mailbox with messages at the source and an empty one at the target.
func (b *bed) user(name string, messages int) (from, to *membox.Mailbox) {
	from, to = membox.New(membox.Options{}), membox.New(membox.Options{})
	for i := range messages {
		from.Deliver("INBOX", message(name, i))
	}
	b.source.Add(name, "pw-"+name, from)
	b.target.Add(name+"@example.org", "tp-"+name, to)
	return from, to
}

func message(name string, i int) membox.Message {
	return membox.Message{
		Body: fmt.Appendf(nil, "From: x@example.org\r\nSubject: %s %d\r\n\r\nHello %d.\r\n", name, i, i),
		Date: time.Date(2023, 5, 1, 10, i%60, 0, 0, time.UTC),
	}
}

// csv is the list of these users.
func csv(names ...string) migration.CSVData {
	var s strings.Builder
	s.WriteString("EmailAddress,UserName,Password,TargetPassword\n")
	for _, n := range names {
		fmt.Fprintf(&s, "%s@example.org,%s,pw-%s,tp-%s\n", n, n, n, n)
	}
	return migration.CSVData(s.String())
}

// batch makes a batch of these users and starts it.
func (b *bed) batch(name string, change func(*migration.NewBatchRequest), users ...string) migration.Batch {
	b.t.Helper()
	r := migration.NewBatchRequest{Name: name, SourceEndpoint: "source", TargetEndpoint: "target", CSVData: csv(users...), AutoStart: true}
	if change != nil {
		change(&r)
	}
	out, err := b.service.NewBatch(b.ctx, r)
	if err != nil {
		b.t.Fatal(err)
	}
	return out.Batch
}

// status is the batch's.
func (b *bed) status(name string) migration.BatchStatus {
	b.t.Helper()
	for batch, err := range b.service.Batches(b.ctx, migration.BatchQuery{Identity: migration.Identity(name)}) {
		if err != nil {
			b.t.Fatal(err)
		}
		return batch.Status
	}
	return ""
}

// wantStatus fails unless the batch has the status.
func (b *bed) wantStatus(name string, want migration.BatchStatus) {
	b.t.Helper()
	if got := b.status(name); got != want {
		b.t.Errorf("batch %s is %s, want %s", name, got, want)
		for u, err := range b.service.Users(b.ctx, migration.UserQuery{Batch: migration.Identity(name)}) {
			b.t.Logf("user %s: %s, %s, %v", u.EmailAddress, u.Status, u.ErrorSummary(), err)
		}
	}
}

// one is the user of that name.
func (b *bed) one(name string) migration.User {
	b.t.Helper()
	for u, err := range b.service.Users(b.ctx, migration.UserQuery{Identity: migration.Identity(name + "@example.org")}) {
		if err != nil {
			b.t.Fatal(err)
		}
		return u
	}
	return migration.User{}
}

// wait lets everything come to rest: all goroutines of the bubble wait for time or orders.
func (b *bed) wait() {
	synctest.Wait()
}

// pass lets time go by.
func (b *bed) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}
