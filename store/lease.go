package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// LeasePrefix is where leases are kept. A store that only one process can own
// empties it when opened: whoever held a lease is dead.
const LeasePrefix = "lease/"

// Leases hands out leases: the right to be the one who works on something,
// until a time. A lease is two records. The token changes only when the lease
// changes hands, so its revision is the fencing token; the beat carries the
// expiry and changes with every renewal. Who writes on behalf of a lease adds
// Guard to each update. Then a holder that was paused past its expiry can
// write nothing any more, whatever the clocks say; clocks decide only how soon
// a dead holder is followed. On several machines they should agree to well
// within the time to live.
type Leases struct {
	store Store
	now   func() time.Time
}

// NewLeases makes leases in s by the given clock, time.Now if nil.
func NewLeases(s Store, now func() time.Time) *Leases {
	if now == nil {
		now = time.Now
	}
	return &Leases{store: s, now: now}
}

// A LeasedError names who holds a lease. It is an ErrLeased.
type LeasedError struct {
	Name   string
	Holder string
	Until  time.Time
}

func (e *LeasedError) Error() string {
	return fmt.Sprintf("the lease %q is held by %s until %s", e.Name, e.Holder, e.Until.UTC().Format("15:04:05 UTC"))
}

// Is makes a LeasedError an ErrLeased.
func (e *LeasedError) Is(target error) bool { return target == ErrLeased }

// A Lease is held from Acquire until Release, or until it expires and another
// takes it. It is safe for concurrent use.
type Lease struct {
	Name   string
	Holder string
	Token  Revision // grows each time the lease changes hands

	leases *Leases
	ttl    time.Duration
}

type leaseToken struct {
	Holder string
}

type leaseBeat struct {
	Expires time.Time
}

func tokenKey(name string) string { return LeasePrefix + Escape(name) + "/token" }
func beatKey(name string) string  { return LeasePrefix + Escape(name) + "/beat" }

// Acquire takes the lease for holder, a text for people that says who, for the
// time ttl. It does not wait: a lease held by another gives a *LeasedError,
// also if that other calls itself by the same name.
func (l *Leases) Acquire(ctx context.Context, name, holder string, ttl time.Duration) (*Lease, error) {
	token, err := json.Marshal(leaseToken{Holder: holder})
	if err != nil {
		return nil, fmt.Errorf("acquire lease %q: %w", name, err)
	}
	for {
		tokenAt, beatAt, held, err := l.read(ctx, name)
		if err != nil {
			return nil, fmt.Errorf("acquire lease %q: %w", name, err)
		}
		if held != nil && l.now().Before(held.Until) {
			return nil, held
		}
		beat, err := l.beat(ttl)
		if err != nil {
			return nil, fmt.Errorf("acquire lease %q: %w", name, err)
		}
		revisions, err := l.store.Update(ctx, Replace(tokenKey(name), token, tokenAt), Replace(beatKey(name), beat, beatAt))
		if errors.Is(err, ErrConflict) {
			continue // the holder renewed or let go, or somebody else took it
		}
		if err != nil {
			return nil, fmt.Errorf("acquire lease %q: %w", name, err)
		}
		return &Lease{Name: name, Holder: holder, Token: revisions[0], leases: l, ttl: ttl}, nil
	}
}

// read tells the revisions of the two records and who holds the lease, expired
// or not; nil: nobody.
func (l *Leases) read(ctx context.Context, name string) (tokenAt, beatAt Revision, held *LeasedError, err error) {
	held = &LeasedError{Name: name}
	var token leaseToken
	tokenAt, err = l.get(ctx, tokenKey(name), &token)
	if err != nil {
		return 0, 0, nil, err
	}
	var beat leaseBeat
	beatAt, err = l.get(ctx, beatKey(name), &beat)
	if err != nil || tokenAt == 0 {
		return 0, beatAt, nil, err
	}
	held.Holder, held.Until = token.Holder, beat.Expires
	return tokenAt, beatAt, held, nil
}

// get reads a record if there is one; its revision is zero if not.
func (l *Leases) get(ctx context.Context, key string, value any) (Revision, error) {
	record, err := l.store.Get(ctx, key)
	if errors.Is(err, ErrNotFound) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	return record.Revision, json.Unmarshal(record.Value, value)
}

func (l *Leases) beat(ttl time.Duration) ([]byte, error) {
	return json.Marshal(leaseBeat{Expires: l.now().Add(ttl).UTC()})
}

// Guard is the precondition that the lease has not changed hands.
func (l *Lease) Guard() Op { return Check(tokenKey(l.Name), l.Token) }

// Renew extends the lease by its time to live from now. ErrLeaseLost means
// that it has changed hands; an expired lease that nobody took is renewed.
func (l *Lease) Renew(ctx context.Context) error {
	beat, err := l.leases.beat(l.ttl)
	if err == nil {
		_, err = l.leases.store.Update(ctx, l.Guard(), Set(beatKey(l.Name), beat))
	}
	return l.explain("renew", err)
}

// Release gives the lease back. ErrLeaseLost means that it had changed hands
// already.
func (l *Lease) Release(ctx context.Context) error {
	_, err := l.leases.store.Update(ctx, DeleteAt(tokenKey(l.Name), l.Token), Delete(beatKey(l.Name)))
	return l.explain("release", err)
}

func (l *Lease) explain(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, ErrConflict):
		return fmt.Errorf("%s lease %q of %s: %w", what, l.Name, l.Holder, ErrLeaseLost)
	default:
		return fmt.Errorf("%s lease %q of %s: %w", what, l.Name, l.Holder, err)
	}
}

// Hold acquires the lease, runs work while renewing it, and releases it. The
// context that work gets ends when the lease is lost or could not be renewed
// before it expired; context.Cause then says why. Hold returns after work did.
func (l *Leases) Hold(ctx context.Context, name, holder string, ttl time.Duration, work func(context.Context, *Lease) error) error {
	lease, err := l.Acquire(ctx, name, holder, ttl)
	if err != nil {
		return err
	}
	working, end := context.WithCancelCause(ctx)
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		end(lease.keep(working))
	}()
	// The lease is given back also when work panics or ctx has ended.
	defer func() {
		end(nil)
		<-kept
		// An error here leaves a lease that expires by itself.
		releasing, cancel := context.WithTimeout(context.WithoutCancel(ctx), ttl)
		defer cancel()
		_ = lease.Release(releasing)
	}()
	return work(working, lease)
}

// keep renews the lease until ctx ends, and returns nil then; or until it is
// lost, and returns why.
func (l *Lease) keep(ctx context.Context) error {
	const tries = 3 // within one time to live
	timer := time.NewTicker(l.ttl / tries)
	defer timer.Stop()
	expires := l.leases.now().Add(l.ttl)
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		renewed := l.leases.now()
		err := l.Renew(ctx)
		switch {
		case err == nil:
			expires = renewed.Add(l.ttl)
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, ErrLeaseLost), errors.Is(err, ErrClosed), !l.leases.now().Before(expires):
			return err
		}
	}
}
