package engine

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// A dyingStore writes nothing any more after so many updates, as a process that was killed.
type dyingStore struct {
	store.Store
	left atomic.Int64
}

func (s *dyingStore) Update(ctx context.Context, ops ...store.Op) ([]store.Revision, error) {
	if s.left.Add(-1) < 0 {
		return nil, store.ErrClosed
	}
	return s.Store.Update(ctx, ops...)
}

// Killed after any of its writes, the next engine brings every batch to the end that it was ordered to, with every message once.
func TestKilledAfterEachWrite(t *testing.T) {
	for writes := int64(0); ; writes++ {
		finished := false
		t.Run(fmt.Sprint(writes), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBed(t, 2, Options{})
				b.end()
				boxes := map[string]*membox.Mailbox{}
				for _, u := range []string{"ann", "bob", "cyd"} {
					_, boxes[u] = b.user(u, 4)
				}
				b.batch("A", nil, "ann", "bob")
				b.batch("B", nil, "cyd")

				dying := &dyingStore{Store: b.store}
				dying.left.Store(writes)
				dead := b.records
				b.records = records.New(dying, b.keys)
				b.begin()
				b.pass(time.Minute)
				b.order(t, b.service.CompleteBatch, migration.OrderBatchRequest{Identity: "B"})
				b.pass(time.Minute)
				b.end()
				finished = dying.left.Load() >= 0

				// What opening the store does: whoever held a lease is dead.
				if _, err := store.DeletePrefix(b.ctx, b.store, store.LeasePrefix); err != nil {
					t.Fatal(err)
				}
				b.records = dead
				b.begin()
				b.pass(10 * time.Minute)
				b.wantStatus("A", migration.BatchSynced)
				b.wantStatus("B", migration.BatchCompleted)
				for u, box := range boxes {
					if n := len(box.Messages("INBOX")); n != 4 {
						t.Errorf("%s has %d messages, want 4", u, n)
					}
				}
				for record, err := range b.store.Scan(b.ctx, "") {
					if err != nil {
						t.Fatal(err)
					}
					if strings.HasPrefix(record.Key, store.LeasePrefix) {
						t.Errorf("%s is still held", record.Key)
					}
				}
			})
		})
		if finished || t.Failed() {
			t.Logf("%d writes to the end", writes)
			return
		}
	}
}
