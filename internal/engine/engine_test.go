package engine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/migration"
	"migsh/internal/syncer"
)

// A pass after which copies may still come late is followed by another in time, and that one by those that are due anyway.
func TestLookAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var passes []time.Time
		run := func(context.Context, syncer.Job) (syncer.Result, error) {
			passes = append(passes, time.Now())
			if len(passes) == 1 {
				return syncer.Result{LookAgain: time.Now().Add(50 * time.Minute)}, nil
			}
			return syncer.Result{}, nil
		}
		b := newBed(t, migration.Unlimited, Options{Run: run})
		b.user("ann", 1)
		b.batch("B", nil, "ann")
		b.pass(30 * time.Hour)
		if len(passes) != 3 || passes[1].Sub(passes[0]) != 50*time.Minute || passes[2].Sub(passes[1]) != 24*time.Hour {
			t.Errorf("passes at %v", passes)
		}
		b.wantStatus("B", migration.BatchSynced)
	})
}

func TestBatchIsCopied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 2, Options{})
		_, ann := b.user("ann", 5)
		_, bob := b.user("bob", 3)
		created := b.batch("B", nil, "ann", "bob")
		if created.Status != migration.BatchStarting || created.TotalCount != 2 {
			t.Errorf("the new batch is %s with %d users, want Starting with 2", created.Status, created.TotalCount)
		}
		b.pass(10 * time.Second)
		b.wantStatus("B", migration.BatchSynced)
		if n := len(ann.Messages("INBOX")); n != 5 {
			t.Errorf("ann has %d messages, want 5", n)
		}
		if n := len(bob.Messages("INBOX")); n != 3 {
			t.Errorf("bob has %d messages, want 3", n)
		}
		u := b.one("ann")
		if u.SyncedItemCount != 5 || u.SkippedItemCount != 0 || u.LastSuccessfulSyncTime.IsZero() || u.Score != migration.ScorePerfect {
			t.Errorf("ann: %+v", u)
		}
	})
}
