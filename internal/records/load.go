package records

import (
	"context"
	"time"

	"migsh/store"
)

// Day names the day of daily limits that a moment belongs to, in UTC.
func Day(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Today is how many bytes the user's passes have sent on the day of now.
func (f Figures) Today(now time.Time) int64 {
	if f.Day != Day(now) {
		return 0
	}
	return f.DayBytes
}

// A Ceiling is how many mailboxes an endpoint has proved to take at once, after it had complained of more.
type Ceiling struct {
	Limit  int
	Reason string // the server's words
	Since  time.Time
	// RaiseAt is when one more is tried, Every how long after that the next.
	RaiseAt time.Time
	Every   time.Duration
}

// KeepCeiling writes down what is learnt of the endpoint with that GUID; not learnt: that nothing is.
func (r *Records) KeepCeiling(ctx context.Context, guid string, c Ceiling, learnt bool) error {
	op, err := r.Ceilings.Set(c, guid)
	if err != nil {
		return err
	}
	if !learnt {
		op = r.ForgetCeiling(guid)
	}
	_, err = r.Store.Update(ctx, op)
	return err
}

// ForgetCeiling is the operation that forgets what is learnt of an endpoint.
func (r *Records) ForgetCeiling(guid string) store.Op { return store.Delete(r.Ceilings.Key(guid)) }
