package store_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"migsh/store"
	"migsh/store/memstore"
)

const ttl = time.Minute

// failing is a store whose updates fail while told to.
type failing struct {
	store.Store
	err atomic.Pointer[error]
}

func (f *failing) Update(ctx context.Context, ops ...store.Op) ([]store.Revision, error) {
	if err := f.err.Load(); err != nil {
		return nil, *err
	}
	return f.Store.Update(ctx, ops...)
}

// A lease is renewed for as long as the work takes, and then given back.
func TestHold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		leases := store.NewLeases(s, nil)
		refusal := errors.New("done, badly")
		err := leases.Hold(t.Context(), "job", "one", ttl, func(ctx context.Context, lease *store.Lease) error {
			time.Sleep(10 * ttl) // of the bubble's clock
			if ctx.Err() != nil {
				t.Errorf("the work was ended: %v", context.Cause(ctx))
			}
			if _, err := leases.Acquire(t.Context(), "job", "two", ttl); !errors.Is(err, store.ErrLeased) {
				t.Errorf("Acquire of the held lease: %v", err)
			}
			if _, err := s.Update(ctx, lease.Guard(), store.Set("work", nil)); err != nil {
				t.Errorf("a guarded update: %v", err)
			}
			return refusal
		})
		if err != refusal {
			t.Errorf("Hold: %v, want the work's own error", err)
		}
		if _, err := leases.Acquire(t.Context(), "job", "two", ttl); err != nil {
			t.Errorf("Acquire after the work: %v", err)
		}
	})
}

// The lease went to another: the work is told, and why.
func TestHoldLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		leases := store.NewLeases(s, nil)
		err := leases.Hold(t.Context(), "job", "one", ttl, func(ctx context.Context, lease *store.Lease) error {
			if _, err := store.DeletePrefix(t.Context(), s, store.LeasePrefix); err != nil {
				t.Error(err)
			}
			if _, err := leases.Acquire(t.Context(), "job", "two", ttl); err != nil {
				t.Error(err)
			}
			<-ctx.Done()
			return context.Cause(ctx)
		})
		if !errors.Is(err, store.ErrLeaseLost) {
			t.Errorf("Hold: %v, want ErrLeaseLost", err)
		}
		if _, err := leases.Acquire(t.Context(), "job", "three", ttl); !errors.Is(err, store.ErrLeased) {
			t.Errorf("the lease of the other is gone: %v", err)
		}
	})
}

// Renewing fails for a while, shorter or longer than the lease lives.
func TestHoldWithoutStore(t *testing.T) {
	broken := errors.New("no route to the store")
	for name, outage := range map[string]time.Duration{"short": ttl / 2, "long": 3 * ttl} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &failing{Store: memstore.New()}
				leases := store.NewLeases(s, nil)
				begun := time.Now()
				err := leases.Hold(t.Context(), "job", "one", ttl, func(ctx context.Context, lease *store.Lease) error {
					s.err.Store(&broken)
					time.AfterFunc(outage, func() { s.err.Store(nil) })
					select {
					case <-ctx.Done():
						return context.Cause(ctx)
					case <-time.After(4 * ttl):
						return nil
					}
				})
				switch outage < ttl {
				case true:
					if err != nil {
						t.Errorf("Hold: %v", err)
					}
				case false:
					if !errors.Is(err, broken) || time.Since(begun) > 2*ttl {
						t.Errorf("Hold after %v: %v", time.Since(begun), err)
					}
				}
				time.Sleep(outage) // the timer of the outage ends inside the bubble
			})
		})
	}
}

func TestHoldCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		leases := store.NewLeases(memstore.New(), nil)
		ctx, cancel := context.WithCancel(t.Context())
		err := leases.Hold(ctx, "job", "one", ttl, func(ctx context.Context, lease *store.Lease) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Hold: %v", err)
		}
		if _, err := leases.Acquire(t.Context(), "job", "two", ttl); err != nil {
			t.Errorf("the lease was not given back: %v", err)
		}
	})
}

// hooked runs something before its next update.
type hooked struct {
	store.Store
	before func()
}

func (h *hooked) Update(ctx context.Context, ops ...store.Op) ([]store.Revision, error) {
	if before := h.before; before != nil {
		h.before = nil
		before()
	}
	return h.Store.Update(ctx, ops...)
}

// The holder of an expired lease renews it after another has read that it is
// expired, and before that other takes it.
func TestRenewedMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := memstore.New()
		holder, err := store.NewLeases(s, nil).Acquire(t.Context(), "job", "one", ttl)
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(ttl)
		other := store.NewLeases(&hooked{s, func() {
			if err := holder.Renew(t.Context()); err != nil {
				t.Error(err)
			}
		}}, nil)
		if _, err := other.Acquire(t.Context(), "job", "two", ttl); !errors.Is(err, store.ErrLeased) {
			t.Errorf("Acquire: %v, want ErrLeased", err)
		}
	})
}
