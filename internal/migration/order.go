package migration

import "time"

// OrderKind is what an administrator wants of a batch or of one of its users.
type OrderKind string

// The orders. No order at all is a batch that was created and never started.
const (
	OrderNone     OrderKind = ""
	OrderStart    OrderKind = "Start"
	OrderStop     OrderKind = "Stop"          // mailboxes at work are finished first
	OrderStopNow  OrderKind = "StopImmediate" // mailboxes at work stop at their next checkpoint
	OrderComplete OrderKind = "Complete"
	OrderRemove   OrderKind = "Remove"
)

// Order is the last thing that an administrator wanted. It stays in force until the next one; only what it says about failed users
// (try them again) happens once, which is why it is numbered.
type Order struct {
	Kind OrderKind `json:",omitempty"`
	// Number grows with every order given to a batch or to any of its users, so that the later of two is known.
	Number uint64    `json:",omitempty"`
	At     time.Time `json:",omitzero"`
	By     string    `json:",omitempty"`
}

// Schedule moves the beginning and the end of a batch or user to a time. The zero time is no schedule.
type Schedule struct {
	StartAfter    time.Time `json:",omitzero"`
	CompleteAfter time.Time `json:",omitzero"`
}

// Over lays s over base: what s sets wins.
func (s Schedule) Over(base Schedule) Schedule {
	return Schedule{StartAfter: firstTime(s.StartAfter, base.StartAfter), CompleteAfter: firstTime(s.CompleteAfter, base.CompleteAfter)}
}

func firstTime(times ...time.Time) time.Time {
	for _, t := range times {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

// InForce is the order that holds for a user: the later of the batch's and the user's own; removal of the batch always wins. A start
// whose CompleteAfter has come is an order to complete.
func InForce(batch, user Order, schedule Schedule, now time.Time) Order {
	o := batch
	if batch.Kind != OrderRemove && user.Kind != OrderNone && user.Number > batch.Number {
		o = user
	}
	if o.Kind == OrderStart && !schedule.CompleteAfter.IsZero() && !now.Before(schedule.CompleteAfter) {
		o.Kind = OrderComplete
	}
	return o
}

// Held tells whether an order to start waits for its time.
func Held(o Order, schedule Schedule, now time.Time) bool {
	return o.Kind == OrderStart && now.Before(schedule.StartAfter)
}
