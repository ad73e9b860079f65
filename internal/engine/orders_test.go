package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
	"migsh/internal/syncer"
)

// slow makes a runner whose passes take some time before the mail moves, and counts how many are under way.
type slow struct {
	takes         time.Duration
	running, most atomic.Int64
}

func (s *slow) run(ctx context.Context, job syncer.Job) (syncer.Result, error) {
	n := s.running.Add(1)
	defer s.running.Add(-1)
	for {
		most := s.most.Load()
		if n <= most || s.most.CompareAndSwap(most, n) {
			break
		}
	}
	select {
	case <-time.After(s.takes):
	case <-ctx.Done():
		return syncer.Result{}, context.Cause(ctx)
	}
	return syncer.Run(ctx, job)
}

func names(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("user%02d", i)
	}
	return out
}

func (b *bed) order(t *testing.T, order func(context.Context, migration.OrderBatchRequest) (migration.BatchResult, error), r migration.OrderBatchRequest) {
	t.Helper()
	if _, err := order(b.ctx, r); err != nil {
		t.Fatal(err)
	}
}

// The limit is never exceeded, and always used while rows wait.
func TestLimitHolds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := &slow{takes: time.Minute}
		b := newBed(t, 3, Options{Run: pace.run})
		users := names(10)
		for _, u := range users {
			b.user(u, 1)
		}
		b.batch("A", nil, users[:5]...)
		b.batch("B", nil, users[5:]...)
		for range 3 {
			b.pass(time.Minute - time.Second)
			if n := pace.running.Load(); n != 3 {
				t.Errorf("%d mailboxes are copied at once, want 3 while rows wait", n)
			}
			b.pass(time.Second)
		}
		b.pass(2 * time.Minute)
		if most := pace.most.Load(); most != 3 {
			t.Errorf("%d mailboxes were copied at once, want 3", most)
		}
		if _, most, _ := b.source.Sessions(); most > 3 {
			t.Errorf("the source had %d sessions at once, want 3 at most", most)
		}
		b.wantStatus("A", migration.BatchSynced)
		b.wantStatus("B", migration.BatchSynced)
	})
}

func TestLimitIsChangedUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := &slow{takes: time.Minute}
		b := newBed(t, 1, Options{Run: pace.run})
		users := names(8)
		for _, u := range users {
			b.user(u, 1)
		}
		b.batch("A", nil, users...)
		b.pass(30 * time.Second)
		if n := pace.running.Load(); n != 1 {
			t.Fatalf("%d at once, want 1", n)
		}
		if _, err := b.service.SetEndpoint(b.ctx, migration.SetEndpointRequest{Identity: "source", MaxConcurrentMigrations: new(migration.Limit(4))}); err != nil {
			t.Fatal(err)
		}
		b.wait()
		if n := pace.running.Load(); n != 4 {
			t.Errorf("%d at once after the limit was raised, want 4", n)
		}
	})
}

func TestStopDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := &slow{takes: time.Minute}
		b := newBed(t, 2, Options{Run: pace.run})
		users := names(5)
		for _, u := range users {
			b.user(u, 1)
		}
		b.batch("A", nil, users...)
		b.pass(70 * time.Second) // two are done, two at work, one waits
		b.order(t, b.service.StopBatch, migration.OrderBatchRequest{Identity: "A"})
		b.wait()
		b.wantStatus("A", migration.BatchStopping)
		if s := b.one(users[4]).Status; s != migration.UserStopped {
			t.Errorf("the user that waited is %s, want Stopped", s)
		}
		b.pass(time.Minute)
		b.wantStatus("A", migration.BatchStopped)
		for _, u := range users[:4] {
			if s := b.one(u); s.Status != migration.UserIncrementalStopped || s.SyncedItemCount != 1 {
				t.Errorf("%s is %s with %d items, want IncrementalStopped with 1: mailboxes at work are finished", u, s.Status, s.SyncedItemCount)
			}
		}
		b.pass(48 * time.Hour)
		b.wantStatus("A", migration.BatchStopped)

		b.order(t, b.service.StartBatch, migration.OrderBatchRequest{Identity: "A"})
		b.pass(5 * time.Minute)
		b.wantStatus("A", migration.BatchSynced)
		if n := b.one(users[4]).SyncedItemCount; n != 1 {
			t.Errorf("the stopped user has %d items after the restart, want 1", n)
		}
	})
}

func TestStopImmediate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := &slow{takes: time.Hour}
		b := newBed(t, 2, Options{Run: pace.run})
		b.user("ann", 1)
		b.batch("A", nil, "ann")
		b.pass(time.Minute)
		b.order(t, b.service.StopBatch, migration.OrderBatchRequest{Identity: "A", Immediate: true})
		b.wait()
		b.wantStatus("A", migration.BatchStopped)
		if s := b.one("ann").Status; s != migration.UserStopped {
			t.Errorf("ann is %s, want Stopped", s)
		}
	})
}

func TestIncrementalSyncEveryDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 2, Options{})
		from, to := b.user("ann", 1)
		b.batch("A", nil, "ann")
		b.pass(time.Minute)
		b.wantStatus("A", migration.BatchSynced)
		from.Deliver("INBOX", message("ann", 1))
		b.pass(23 * time.Hour)
		if n := len(to.Messages("INBOX")); n != 1 {
			t.Errorf("%d messages after 23 hours, want 1", n)
		}
		b.pass(2 * time.Hour)
		if n := len(to.Messages("INBOX")); n != 2 {
			t.Errorf("%d messages after 25 hours, want 2", n)
		}
		from.Deliver("INBOX", message("ann", 2))
		if _, err := b.service.SetBatch(b.ctx, migration.SetBatchRequest{Identity: "A", SyncNow: true}); err != nil {
			t.Fatal(err)
		}
		b.pass(time.Minute)
		if n := len(to.Messages("INBOX")); n != 3 {
			t.Errorf("%d messages after SyncNow, want 3", n)
		}
		b.wantStatus("A", migration.BatchSynced)
	})
}

func TestComplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 2, Options{})
		from, to := b.user("ann", 1)
		b.user("bob", 1)
		b.batch("A", nil, "ann", "bob")
		b.pass(time.Minute)
		from.Deliver("INBOX", message("ann", 1))
		out, err := b.service.CompleteBatch(b.ctx, migration.OrderBatchRequest{Identity: "A"})
		if err != nil || out.Batch.Status != migration.BatchCompleting {
			t.Errorf("right after the order: %s, %v, want Completing", out.Batch.Status, err)
		}
		b.pass(time.Minute)
		b.wantStatus("A", migration.BatchCompleted)
		if n := len(to.Messages("INBOX")); n != 2 {
			t.Errorf("%d messages after the last sync, want 2", n)
		}
		from.Deliver("INBOX", message("ann", 2))
		b.pass(72 * time.Hour)
		if n := len(to.Messages("INBOX")); n != 2 {
			t.Errorf("%d messages three days after completion, want 2: no further sync", n)
		}
	})
}

func TestCompleteAfterAndStartAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 2, Options{})
		_, to := b.user("ann", 1)
		b.batch("A", func(r *migration.NewBatchRequest) {
			r.StartAfter, r.CompleteAfter = time.Now().Add(2*time.Hour), time.Now().Add(5*time.Hour)
		}, "ann")
		b.pass(119 * time.Minute)
		b.wantStatus("A", migration.BatchWaiting)
		if n := len(to.Messages("INBOX")); n != 0 {
			t.Errorf("%d messages before StartAfter, want 0", n)
		}
		b.pass(2 * time.Minute)
		b.wantStatus("A", migration.BatchSynced)
		b.pass(3 * time.Hour)
		b.wantStatus("A", migration.BatchCompleted)
	})
}

func TestWrongPasswordFailsOneUser(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 2, Options{})
		b.user("ann", 1)
		b.user("bob", 1)
		b.source.SetPassword("ann", "other")
		b.batch("A", nil, "ann", "bob")
		b.pass(time.Minute)
		b.wantStatus("A", migration.BatchSyncedWithErrors)
		u := b.one("ann")
		if u.Status != migration.UserFailed || u.Fault == nil || u.NextRetryTime.Before(time.Now()) {
			t.Fatalf("ann is %s with fault %v, next retry %s", u.Status, u.Fault, u.NextRetryTime)
		}
		for _, say := range []string{"trouble signing in to this account", "Authentication failed", "check the user name and password"} {
			if !strings.Contains(strings.ToLower(u.ErrorSummary()), strings.ToLower(say)) {
				t.Errorf("%q does not say %q", u.ErrorSummary(), say)
			}
		}
		// The right password mends it at once.
		if _, err := b.service.SetUser(b.ctx, migration.SetUserRequest{Identity: "ann@example.org",
			Credentials: &migration.Credential{UserName: "ann", Password: "other"}}); err != nil {
			t.Fatal(err)
		}
		b.pass(time.Second)
		b.wantStatus("A", migration.BatchSynced)
		if u := b.one("ann"); u.Fault != nil || u.SyncedItemCount != 1 {
			t.Errorf("ann after the correction: %s, %d items, %v", u.Status, u.SyncedItemCount, u.Fault)
		}
	})
}

func TestFailedUserIsTriedAgainByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 2, Options{})
		b.user("ann", 1)
		b.source.SetPassword("ann", "other")
		b.batch("A", nil, "ann")
		b.pass(time.Minute)
		b.wantStatus("A", migration.BatchFailed)
		b.source.SetPassword("ann", "pw-ann")
		b.pass(90 * time.Minute)
		b.wantStatus("A", migration.BatchSynced)
	})
}

func TestStartTriesFailedUsersAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 2, Options{})
		b.user("ann", 1)
		b.user("bob", 1)
		b.target.Add("ann@example.org", "tp-ann", nil)
		b.batch("A", nil, "ann", "bob")
		b.pass(time.Minute)
		b.wantStatus("A", migration.BatchSyncedWithErrors)
		if s := b.one("ann").ErrorSummary(); !strings.Contains(s, "wasn't found for ann@example.org on the target") {
			t.Errorf("the summary is %q", s)
		}
		b.target.Add("ann@example.org", "tp-ann", membox.New(membox.Options{}))
		out, err := b.service.StartBatch(b.ctx, migration.OrderBatchRequest{Identity: "A"})
		if err != nil || out.Batch.Status != migration.BatchStarting {
			t.Errorf("right after the start: %s, %v, want Starting", out.Batch.Status, err)
		}
		b.pass(time.Minute)
		b.wantStatus("A", migration.BatchSynced)
	})
}

func TestFullTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 2, Options{})
		_, to := b.user("ann", 20)
		to.SetQuota(300)
		b.user("bob", 1)
		b.batch("A", nil, "ann", "bob")
		b.pass(time.Minute)
		b.wantStatus("A", migration.BatchSyncedWithErrors)
		if s := b.one("ann").ErrorSummary(); !strings.Contains(s, "mailbox is full") || !strings.Contains(s, "target") {
			t.Errorf("the summary is %q", s)
		}
		to.SetQuota(0)
		b.pass(time.Hour)
		b.wantStatus("A", migration.BatchSynced)
		if n := len(to.Messages("INBOX")); n != 20 {
			t.Errorf("%d messages, want 20", n)
		}
	})
}

func TestServerGoesAwayAndComesBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := &slow{takes: 10 * time.Second}
		b := newBed(t, 1, Options{Run: pace.run})
		b.user("ann", 3)
		b.batch("A", nil, "ann")
		b.pass(5 * time.Second)
		b.source.SetAway(mailbox.NewError(mailbox.ConnectFailed, "CONNECT", errors.New("connection refused")))
		b.pass(2 * time.Minute)
		b.wantStatus("A", migration.BatchSyncing)
		for range 10 { // an attempt may be under way
			if b.one("ann").NextRetryTime.IsZero() {
				b.pass(time.Second)
			}
		}
		if u := b.one("ann"); u.Fault == nil || u.Fault.Type != migration.FaultTransient || u.NextRetryTime.IsZero() {
			t.Errorf("ann is %s with %v until %s: it should say what it waits for", u.Status, u.Fault, u.NextRetryTime)
		}
		b.source.SetAway(nil)
		b.pass(10 * time.Minute)
		b.wantStatus("A", migration.BatchSynced)
		if u := b.one("ann"); u.Fault != nil {
			t.Errorf("ann still has the fault %v", u.Fault)
		}
	})
}

// A server that stays away does not make anybody wait for ever, and is not forgotten either.
func TestServerStaysAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 1, Options{})
		b.user("ann", 3)
		b.batch("A", func(r *migration.NewBatchRequest) { r.AutoStart = false }, "ann")
		b.source.SetAway(mailbox.NewError(mailbox.ConnectFailed, "CONNECT", errors.New("connection refused")))
		b.order(t, b.service.StartBatch, migration.OrderBatchRequest{})
		b.pass(2 * time.Hour)
		b.wantStatus("A", migration.BatchFailed)
		b.source.SetAway(nil)
		b.pass(3 * time.Hour)
		b.wantStatus("A", migration.BatchSynced)
	})
}

// A server's own hint is honoured: no earlier, and without the user counting as failed however often it comes.
func TestThrottledUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var tries atomic.Int64
		run := func(ctx context.Context, job syncer.Job) (syncer.Result, error) {
			if n := tries.Add(1); n <= 20 {
				e := mailbox.NewError(mailbox.Throttled, "FETCH", nil)
				e.Text, e.RetryAfter = "slow down", 50*time.Minute
				return syncer.Result{}, e
			}
			return syncer.Run(ctx, job)
		}
		b := newBed(t, 1, Options{Run: run})
		b.user("ann", 1)
		b.batch("A", nil, "ann")
		b.pass(49 * time.Minute)
		if n := tries.Load(); n != 1 {
			t.Errorf("%d tries within the time that the server asked for, want 1", n)
		}
		b.wantStatus("A", migration.BatchSyncing)
		b.pass(24 * time.Hour)
		b.wantStatus("A", migration.BatchSynced)
	})
}

func TestEngineIsEndedAndBegunAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := &slow{takes: time.Minute}
		b := newBed(t, 2, Options{Run: pace.run})
		users := names(4)
		for _, u := range users {
			b.user(u, 2)
		}
		b.batch("A", nil, users...)
		b.pass(30 * time.Second)
		b.end()
		b.wantStatus("A", migration.BatchSyncing)
		if n := pace.running.Load(); n != 0 {
			t.Errorf("%d passes run without an engine", n)
		}
		b.pass(time.Hour)
		b.begin()
		b.pass(3 * time.Minute)
		b.wantStatus("A", migration.BatchSynced)
	})
}

// Two engines on one store share the work and never meet at a mailbox.
func TestTwoEngines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var at [10]atomic.Int64
		run := func(ctx context.Context, job syncer.Job) (syncer.Result, error) {
			var i int
			if _, err := fmt.Sscanf(job.Pair.SourceLogin, "user%d", &i); err != nil {
				return syncer.Result{}, err
			}
			if at[i].Add(1) != 1 {
				t.Errorf("two engines at mailbox %d", i)
			}
			defer at[i].Add(-1)
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
				return syncer.Result{}, context.Cause(ctx)
			}
			return syncer.Run(ctx, job)
		}
		b := newBed(t, 2, Options{Run: run, Holder: "one"})
		users := names(10)
		for _, u := range users {
			b.user(u, 1)
		}
		first := b.end
		b.options.Holder = "two"
		b.begin()
		defer first()
		b.batch("A", nil, users...)
		b.pass(15 * time.Minute)
		b.wantStatus("A", migration.BatchSynced)
	})
}

func TestPanicIsContained(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := func(ctx context.Context, job syncer.Job) (syncer.Result, error) {
			if job.Pair.SourceLogin == "ann" {
				panic("out of cheese")
			}
			return syncer.Run(ctx, job)
		}
		b := newBed(t, 2, Options{Run: run})
		b.user("ann", 1)
		b.user("bob", 1)
		b.batch("A", nil, "ann", "bob")
		b.pass(time.Minute)
		b.wantStatus("A", migration.BatchSyncedWithErrors)
		if s := b.one("ann").ErrorSummary(); !strings.Contains(s, "out of cheese") {
			t.Errorf("the summary is %q", s)
		}
	})
}

func TestRemoveWhileStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pace := &slow{takes: time.Minute}
		b := newBed(t, 2, Options{Run: pace.run})
		_, to := b.user("ann", 2)
		b.batch("A", nil, "ann")
		b.pass(time.Second)
		if err := b.service.RemoveBatch(b.ctx, migration.RemoveBatchRequest{Identity: "A"}); !errors.Is(err, migration.ErrBatchRunning) || !strings.Contains(err.Error(), "Stop-MigrationBatch") {
			t.Errorf("removing a batch at work: %v", err)
		}
		b.pass(2 * time.Minute)
		if err := b.service.RemoveBatch(b.ctx, migration.RemoveBatchRequest{Identity: "a"}); err != nil {
			t.Fatal(err)
		}
		for record, err := range b.store.Scan(b.ctx, "") {
			if err != nil {
				t.Fatal(err)
			}
			for _, prefix := range []string{"batch/", "user/", "claim/", "report/", "folders/", "warning/", "lease/"} {
				if strings.HasPrefix(record.Key, prefix) {
					t.Errorf("%s is still there", record.Key)
				}
			}
		}
		// The same user in a later batch gets nothing twice.
		b.batch("B", nil, "ann")
		b.pass(2 * time.Minute)
		b.wantStatus("B", migration.BatchSynced)
		if n := len(to.Messages("INBOX")); n != 2 {
			t.Errorf("%d messages after a second batch, want 2", n)
		}
	})
}
