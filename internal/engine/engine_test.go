package engine

import (
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/migration"
)

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
