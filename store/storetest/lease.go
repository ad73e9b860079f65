package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"migsh/store"
)

// A clock stands still until told.
type clock struct{ now atomic.Int64 }

func (c *clock) Now() time.Time          { return time.Unix(0, c.now.Load()) }
func (c *clock) advance(d time.Duration) { c.now.Add(int64(d)) }

func testLeases(t *testing.T, s store.Store) {
	ctx := t.Context()
	clock := &clock{}
	clock.advance(time.Hour)
	leases := store.NewLeases(s, clock.Now)
	const ttl = time.Minute

	first, err := leases.Acquire(ctx, "user/ann", "one", ttl)
	if err != nil {
		t.Fatal(err)
	}
	_, err = leases.Acquire(ctx, "user/ann", "two", ttl)
	leased, ok := errors.AsType[*store.LeasedError](err)
	if !errors.Is(err, store.ErrLeased) || !ok || leased.Holder != "one" || !leased.Until.Equal(clock.Now().Add(ttl)) {
		t.Fatalf("Acquire of a held lease: %v", err)
	}
	other, err := leases.Acquire(ctx, "user/bo", "two", ttl)
	if err != nil {
		t.Fatalf("Acquire of another lease: %v", err)
	}

	// Renewing keeps the token and puts off the expiry.
	clock.advance(ttl - 1)
	if err := first.Renew(ctx); err != nil {
		t.Fatal(err)
	}
	clock.advance(ttl - 1)
	if _, err := leases.Acquire(ctx, "user/ann", "two", ttl); !errors.Is(err, store.ErrLeased) {
		t.Fatalf("Acquire of a renewed lease: %v", err)
	}
	update(t, s, first.Guard(), store.Set("work", []byte("by one")))

	// Expired and taken: the first holder can do nothing any more.
	clock.advance(1)
	second, err := leases.Acquire(ctx, "user/ann", "two", ttl)
	if err != nil {
		t.Fatalf("Acquire of an expired lease: %v", err)
	}
	if second.Token <= first.Token {
		t.Errorf("token %d after %d", second.Token, first.Token)
	}
	if _, err := s.Update(ctx, first.Guard(), store.Set("work", []byte("too late"))); !errors.Is(err, store.ErrConflict) {
		t.Errorf("update by the former holder: %v", err)
	}
	if err := first.Renew(ctx); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("Renew by the former holder: %v", err)
	}
	if err := first.Release(ctx); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("Release by the former holder: %v", err)
	}
	update(t, s, second.Guard(), store.Set("work", []byte("by two")))

	// Expired, but nobody took it.
	clock.advance(2 * ttl)
	if err := second.Renew(ctx); err != nil {
		t.Errorf("Renew of an expired lease that nobody took: %v", err)
	}

	// Released: the next token is greater still.
	if err := second.Release(ctx); err != nil {
		t.Fatal(err)
	}
	third, err := leases.Acquire(ctx, "user/ann", "three", ttl)
	if err != nil || third.Token <= second.Token {
		t.Fatalf("Acquire after Release: %+v, %v", third, err)
	}
	if err := second.Release(ctx); !errors.Is(err, store.ErrLeaseLost) {
		t.Errorf("second Release: %v", err)
	}
	for _, lease := range []*store.Lease{third, other} {
		if err := lease.Release(ctx); err != nil {
			t.Errorf("Release: %v", err)
		}
	}
	if got := keys(t, s, store.LeasePrefix); len(got) > 0 {
		t.Errorf("released leases leave %q", got)
	}
}

// Of many who want an expired lease, one gets it.
func testLeaseRace(t *testing.T, s store.Store) {
	ctx := deadline(t)
	clock := &clock{}
	leases := store.NewLeases(s, clock.Now)
	for range 10 {
		var won atomic.Int32
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				_, err := leases.Acquire(ctx, "contested", "somebody", time.Minute)
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, store.ErrLeased) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if won.Load() != 1 {
			t.Errorf("%d have the lease", won.Load())
		}
		clock.advance(time.Minute)
	}
}
