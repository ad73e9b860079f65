package notify

import (
	"context"
	"iter"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/migration"
	"migsh/store/memstore"
)

// oneBatch is a service that knows of one batch and tells when its status changes.
type oneBatch struct {
	migration.Service
	mu      sync.Mutex
	batch   migration.Batch
	changed chan struct{}
}

func (o *oneBatch) now() migration.Batch {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.batch
}

func (o *oneBatch) change(f func(*migration.Batch)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f(&o.batch)
	o.changed <- struct{}{}
}

func (o *oneBatch) Batches(context.Context, migration.BatchQuery) iter.Seq2[migration.Batch, error] {
	return func(yield func(migration.Batch, error) bool) { yield(o.now(), nil) }
}

func (o *oneBatch) Users(context.Context, migration.UserQuery) iter.Seq2[migration.User, error] {
	return func(func(migration.User, error) bool) {}
}

func (o *oneBatch) Watch(ctx context.Context, _ migration.WatchRequest) iter.Seq2[[]migration.BatchProgress, error] {
	return func(yield func([]migration.BatchProgress, error) bool) {
		for {
			b := o.now()
			if !yield([]migration.BatchProgress{{Name: b.Name, GUID: b.GUID, Status: b.Status}}, nil) {
				return
			}
			select {
			case <-o.changed:
			case <-ctx.Done():
				yield(nil, context.Cause(ctx))
				return
			}
		}
	}
}

// TestPeriodicReports lets days pass: a batch at work is reported on every ReportInterval, counted from the order it works on; one that is
// synchronized, stopped or not to be reported on isn't.
func TestPeriodicReports(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now().UTC()
		o := &oneBatch{changed: make(chan struct{}, 10), batch: migration.Batch{
			Name: "B", GUID: "g", Status: migration.BatchSyncing, StartTime: begun, Order: migration.Order{Kind: migration.OrderStart, Number: 1, At: begun},
			BatchSettings: migration.BatchSettings{ReportInterval: 6 * time.Hour, NotificationEmails: []string{"ops@contoso.com"}},
		}}
		st := memstore.New()
		defer st.Close()
		n := New(o, NewOutbox(st, dir), func(context.Context) ([]string, migration.Relay, migration.Secret, error) {
			return nil, migration.Relay{}, "", nil
		}, Options{})
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- n.Run(ctx) }()

		seen := 0
		// told checks which mails were written since it was asked last: kinds, and how long after begun.
		told := func(when string, want ...any) {
			t.Helper()
			synctest.Wait()
			mails, err := n.outbox.Mails(t.Context(), "g")
			if err != nil {
				t.Fatal(err)
			}
			fresh := mails[seen:]
			seen = len(mails)
			if len(fresh) != len(want)/2 {
				t.Fatalf("%s: %d mails, want %d: %+v", when, len(fresh), len(want)/2, fresh)
			}
			for i, m := range fresh {
				kind, after := want[2*i].(migration.NotificationKind), want[2*i+1].(time.Duration)
				if late := m.Created.Sub(begun.Add(after)); m.Kind != kind || late < 0 || late > 2*lookEvery {
					t.Errorf("%s: mail %d is %s after %s, want %s after %s", when, i, m.Kind, m.Created.Sub(begun), kind, after)
				}
			}
		}
		const h = time.Hour
		time.Sleep(19 * h)
		told("at work", migration.NotifyReport, 6*h, migration.NotifyReport, 12*h, migration.NotifyReport, 18*h)
		o.change(func(b *migration.Batch) {
			b.Status = migration.BatchStopped
			b.Order = migration.Order{Kind: migration.OrderStop, Number: 2, At: time.Now()}
		})
		time.Sleep(24 * h)
		told("stopped", migration.NotifyStopped, 19*h)
		o.change(func(b *migration.Batch) {
			b.Status = migration.BatchSyncing
			b.Order = migration.Order{Kind: migration.OrderStart, Number: 3, At: time.Now()}
		})
		time.Sleep(7 * h)
		told("started again", migration.NotifyReport, 49*h)
		o.change(func(b *migration.Batch) { b.SkipReports = true })
		time.Sleep(24 * h)
		told("not to be reported on")
		o.change(func(b *migration.Batch) { b.SkipReports, b.Status = false, migration.BatchSynced })
		time.Sleep(48 * h)
		told("synchronized", migration.NotifyFinished, 74*h)

		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}
