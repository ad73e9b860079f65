package migration

import "time"

// Retention says how long batches stay that nobody cares for any more. A negative time is for ever, zero the default.
type Retention struct {
	Synced    time.Duration `json:",omitempty"` // then it is stopped
	Stopped   time.Duration `json:",omitempty"` // stopped or failed: then it is removed
	Completed time.Duration `json:",omitempty"` // then it is removed
}

// The defaults are Exchange's.
const (
	DefaultSyncedRetention    = 60 * 24 * time.Hour
	DefaultStoppedRetention   = 90 * 24 * time.Hour
	DefaultCompletedRetention = 60 * 24 * time.Hour
)

// RetentionAction is what becomes of a batch that nobody cares for.
type RetentionAction string

// The actions.
const (
	RetainStop   RetentionAction = "stopped"
	RetainRemove RetentionAction = "removed"
)

// Filled is r with the defaults in place.
func (r Retention) Filled() Retention {
	fill := func(d *time.Duration, to time.Duration) {
		if *d == 0 {
			*d = to
		}
	}
	fill(&r.Synced, DefaultSyncedRetention)
	fill(&r.Stopped, DefaultStoppedRetention)
	fill(&r.Completed, DefaultCompletedRetention)
	return r
}

// Due says what becomes of a batch in a status when nothing happens to it any more, and when, counted from since. Batches that are at work
// or were never started stay.
func (r Retention) Due(status BatchStatus, since time.Time) (action RetentionAction, at time.Time) {
	r = r.Filled()
	after := func(a RetentionAction, d time.Duration) (RetentionAction, time.Time) {
		if d < 0 || since.IsZero() {
			return "", time.Time{}
		}
		return a, since.Add(d)
	}
	switch status {
	case BatchSynced, BatchSyncedWithErrors:
		return after(RetainStop, r.Synced)
	case BatchStopped, BatchFailed:
		return after(RetainRemove, r.Stopped)
	case BatchCompleted, BatchCompletedWithErrors:
		return after(RetainRemove, r.Completed)
	}
	return "", time.Time{}
}
