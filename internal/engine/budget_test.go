package engine

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/internal/syncer"
)

// limits sets the daily limits of an endpoint.
func (b *bed) limits(endpoint migration.Identity, all, each migration.ByteSize) {
	b.t.Helper()
	if _, err := b.service.SetEndpoint(b.ctx, migration.SetEndpointRequest{Identity: endpoint, DailyByteLimit: &all, DailyByteLimitPerMailbox: &each}); err != nil {
		b.t.Fatal(err)
	}
}

// endpoint is an endpoint as it is now.
func (b *bed) endpoint(name string) migration.Endpoint {
	b.t.Helper()
	for e, err := range b.service.Endpoints(b.ctx, migration.EndpointQuery{Identity: migration.Identity(name)}) {
		if err != nil {
			b.t.Fatal(err)
		}
		return e
	}
	return migration.Endpoint{}
}

// A mailbox that has sent what its endpoint allows in a day waits for the next, says so, and goes on by itself, through a restart; the
// others are not held up.
func TestDailyLimitOfAMailbox(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 10, Options{Run: small})
		b.limits("source", 0, 3000)
		_, to := b.user("large", 150) // of some 60 bytes each
		b.user("small", 5)
		b.batch("A", nil, "large", "small")
		b.pass(time.Minute)
		if u := b.one("small"); u.Status != migration.UserSynced {
			t.Errorf("the other user is %s", u.Status)
		}
		u := b.one("large")
		first := len(to.Messages("INBOX"))
		midnight := nextDay(time.Now())
		if u.Status != migration.UserSyncing || u.Fault == nil || u.Fault.ID != dailyLimit || u.NextRetryTime.Before(midnight) ||
			!strings.Contains(u.ErrorSummary(), midnight.Format("2006-01-02 15:04:05 UTC")) || !strings.Contains(u.ErrorSummary(), "Set-MigrationEndpoint 'source'") {
			t.Errorf("%s until %v: %s", u.Status, u.NextRetryTime, u.ErrorSummary())
		}
		sent := 0
		for _, m := range to.Messages("INBOX") {
			sent += len(m.Body)
		}
		if sent < 3000 || sent > 3100 {
			t.Fatalf("%d bytes on the first day, 3000 may", sent)
		}
		b.wantStatus("A", migration.BatchSyncing)
		b.end()
		b.begin()
		b.pass(time.Until(midnight) - time.Minute)
		if n := len(to.Messages("INBOX")); n != first {
			t.Errorf("%d messages before the day was over, %d when it waited", n, first)
		}
		b.pass(2 * time.Minute)
		if n := len(to.Messages("INBOX")); n <= first {
			t.Errorf("%d messages on the second day, %d on the first", n, first)
		}
		b.pass(5 * 24 * time.Hour)
		b.wantStatus("A", migration.BatchSynced)
		if n := len(to.Messages("INBOX")); n != 150 {
			t.Errorf("%d messages at the end", n)
		}
	})
}

// small makes passes of small windows, so that limits are met in the middle of a folder.
func small(ctx context.Context, job syncer.Job) (syncer.Result, error) {
	job.Window = 5
	return syncer.Run(ctx, job)
}

// The limit of a whole endpoint holds for all its mailboxes together; raised, they go on at once.
func TestDailyLimitOfAnEndpoint(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 2, Options{Run: small})
		b.limits("target", 4000, 0)
		total := 0
		for _, u := range names(6) {
			b.user(u, 30)
			total += 30
		}
		b.batch("A", nil, names(6)...)
		b.pass(time.Hour)
		e := b.endpoint("target")
		if e.BytesToday < 4000 || e.BytesToday > 4100 {
			t.Errorf("%d bytes went through today, 4000 may", e.BytesToday)
		}
		b.wantStatus("A", migration.BatchSyncing)
		b.limits("target", 0, 0)
		b.pass(time.Minute)
		b.wantStatus("A", migration.BatchSynced)
		if u := b.one("user00"); u.Fault != nil {
			t.Errorf("the fault stays: %s", u.ErrorSummary())
		}
	})
}

// A server that takes four sessions at once and refuses the fifth teaches the endpoint's ceiling; it is seen, outlives the engine, and
// rises again slowly once the server takes more.
func TestCeilingIsLearnt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var running, most, refused, cap atomic.Int64
		cap.Store(4)
		run := func(ctx context.Context, job syncer.Job) (syncer.Result, error) {
			n := running.Add(1)
			defer running.Add(-1)
			if n > cap.Load() {
				refused.Add(1)
				e := mailbox.NewError(mailbox.TooManySessions, "LOGIN", nil)
				e.Server, e.Text = sourceHost, "Maximum number of connections"
				return syncer.Result{}, e
			}
			most.Store(max(most.Load(), n))
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
				return syncer.Result{}, context.Cause(ctx)
			}
			return syncer.Run(ctx, job)
		}
		b := newBed(t, 10, Options{Run: run})
		users := names(60)
		for _, u := range users {
			b.user(u, 1)
		}
		b.batch("A", nil, users...)
		b.pass(3 * time.Minute)
		e := b.endpoint("source")
		if e.Ceiling == nil || e.Ceiling.Limit != 4 || e.Ceiling.Reason != "Maximum number of connections" || b.endpoint("target").Ceiling != nil {
			t.Errorf("learnt: %+v", e.Ceiling)
		}
		before := refused.Load()
		b.pass(5 * time.Minute)
		if refused.Load() != before {
			t.Errorf("the server had to refuse %d times more", refused.Load()-before)
		}
		b.end()
		b.begin()
		b.pass(time.Second)
		if n := running.Load(); n != 4 {
			t.Errorf("%d at once after a restart, want 4", n)
		}
		cap.Store(100)
		b.pass(25 * time.Minute)
		b.wantStatus("A", migration.BatchSynced)
		if n := most.Load(); n <= 4 {
			t.Errorf("%d at once at most: the ceiling did not rise", n)
		}
		b.pass(3 * time.Hour)
		if e := b.endpoint("source"); e.Ceiling != nil {
			t.Errorf("the ceiling was not forgotten: %+v", e.Ceiling)
		}
	})
}

// Throttled, an endpoint gets half as many mailboxes at once.
func TestFewerAfterThrottling(t *testing.T) {
	c := ceilings{}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	throttled := strain{"source", mailbox.Throttled, "slow down"}
	if !c.lower("e", throttled, 8, now) || c["e"].Limit != 4 {
		t.Errorf("after the first complaint: %+v", c["e"])
	}
	if c.lower("e", throttled, 7, now.Add(30*time.Second)) || c["e"].Limit != 4 {
		t.Errorf("a complaint of the same strain: %+v", c["e"])
	}
	if c.raise("e", 8, now.Add(raiseFirst-time.Second)) || !c.raise("e", 8, now.Add(raiseFirst)) || c["e"].Limit != 5 {
		t.Errorf("after a while: %+v", c["e"])
	}
	later := now.Add(raiseFirst + sameStrain)
	if !c.lower("e", throttled, 5, later) || c["e"].Limit != 2 || c["e"].Every != 2*raiseFirst {
		t.Errorf("again: %+v", c["e"])
	}
	for range 8 {
		later = later.Add(raiseMost)
		c.raise("e", 8, later)
	}
	if _, learnt := c["e"]; learnt || !c.allows("e", 100) {
		t.Errorf("at the end: %+v", c["e"])
	}
}
