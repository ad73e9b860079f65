package engine

import (
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/migration"
	"migsh/internal/wintz"
)

// On the nights when clocks change a batch starts and completes at the moments that are meant, and the daily sync keeps its distance.
func TestNightsOfSummerTime(t *testing.T) {
	zone, name, err := wintz.Load("W. Europe Standard Time")
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		night           string
		start, complete string // by the clock there
		startUTC        string
		apart           time.Duration
	}{
		{"clocks are put forward", "2000-03-26 01:30", "2000-03-26 04:00", "2000-03-26 00:30", 90 * time.Minute},
		{"at an hour that is skipped", "2000-03-26 02:30", "2000-03-26 04:00", "2000-03-26 01:30", 30 * time.Minute},
		{"clocks are put back", "2000-10-29 01:30", "2000-10-29 04:00", "2000-10-28 23:30", 210 * time.Minute},
		{"at an hour that comes twice", "2000-10-29 02:30", "2000-10-29 04:00", "2000-10-29 00:30", 150 * time.Minute},
	} {
		t.Run(tt.night, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := newBed(t, 2, Options{})
				from, to := b.user("ann", 1)
				at := func(clock string) time.Time {
					c, err := time.Parse("2006-01-02 15:04", clock)
					if err != nil {
						t.Fatal(err)
					}
					moment, _ := wintz.Instant(c, zone)
					return moment
				}
				b.batch("A", func(r *migration.NewBatchRequest) {
					r.TimeZone, r.StartAfter, r.CompleteAfter = name, at(tt.start), at(tt.complete)
				}, "ann")
				want, err := time.Parse("2006-01-02 15:04", tt.startUTC)
				if err != nil {
					t.Fatal(err)
				}
				b.pass(time.Until(want) - time.Minute)
				b.wantStatus("A", migration.BatchWaiting)
				if n := len(to.Messages("INBOX")); n != 0 {
					t.Errorf("%d messages a minute before the start", n)
				}
				b.pass(2 * time.Minute)
				b.wantStatus("A", migration.BatchSynced)
				from.Deliver("INBOX", message("ann", 7))
				b.pass(tt.apart - 2*time.Minute)
				b.wantStatus("A", migration.BatchSynced)
				b.pass(2 * time.Minute)
				b.wantStatus("A", migration.BatchCompleted)
				if n := len(to.Messages("INBOX")); n != 2 {
					t.Errorf("%d messages at the end, want 2: completing begins with a last sync", n)
				}
			})
		})
	}
}

// A batch's own interval goes before the installation's, and both are kept over a night when clocks change.
func TestIncrementalSyncInterval(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBed(t, 2, Options{})
		from, to := b.user("ann", 1)
		if _, err := b.service.SetConfig(b.ctx, migration.SetConfigRequest{IncrementalSyncEvery: new(48 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		b.batch("A", func(r *migration.NewBatchRequest) { r.IncrementalSyncEvery = 6 * time.Hour }, "ann")
		b.pass(time.Minute)
		from.Deliver("INBOX", message("ann", 8))
		b.pass(6*time.Hour - 2*time.Minute)
		if n := len(to.Messages("INBOX")); n != 1 {
			t.Errorf("%d messages before six hours are over, want 1", n)
		}
		b.pass(4 * time.Minute)
		if n := len(to.Messages("INBOX")); n != 2 {
			t.Errorf("%d messages after six hours, want 2", n)
		}
		// 0 leaves it to the installation again, from the next sync on.
		if _, err := b.service.SetBatch(b.ctx, migration.SetBatchRequest{Identity: "A", IncrementalSyncEvery: new(time.Duration(0))}); err != nil {
			t.Fatal(err)
		}
		b.pass(6 * time.Hour)
		from.Deliver("INBOX", message("ann", 9))
		b.pass(40 * time.Hour)
		if n := len(to.Messages("INBOX")); n != 2 {
			t.Errorf("%d messages before 48 hours are over, want 2", n)
		}
		b.pass(8 * time.Hour)
		if n := len(to.Messages("INBOX")); n != 3 {
			t.Errorf("%d messages after 48 hours, want 3", n)
		}
	})
}
