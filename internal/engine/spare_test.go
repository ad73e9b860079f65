package engine

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/migration"
	"migsh/internal/syncer"
)

// A greedy runner's passes ask for one more pair of connections after a second and keep it until it is recalled, a minute at most.
type greedy struct{ asked, given, recalled atomic.Int64 }

func (g *greedy) run(ctx context.Context, job syncer.Job) (syncer.Result, error) {
	time.Sleep(time.Second)
	g.asked.Add(1)
	if permit, ok := job.Spare(); ok {
		g.given.Add(1)
		select {
		case <-permit.Recalled:
			g.recalled.Add(1)
		case <-time.After(time.Minute):
		}
		permit.Release()
	} else {
		time.Sleep(time.Minute)
	}
	return syncer.Run(ctx, job)
}

// A mailbox has a second pair of connections only while there is room that nobody waits for, and gives it back to who does.
func TestSparePermits(t *testing.T) {
	for _, c := range []struct {
		name            string
		limit           migration.Limit
		users, late     int
		given, recalled int64
	}{
		{name: "room", limit: 4, users: 2, given: 2},
		{name: "room for one", limit: 3, users: 2, given: 1},
		{name: "no room", limit: 2, users: 2, given: 0},
		{name: "others wait", limit: 2, users: 3, given: 1}, // the last one, when the others are done
		{name: "somebody comes", limit: 2, users: 1, late: 1, given: 2, recalled: 1},
		{name: "somebody comes who finds room", limit: 3, users: 1, late: 1, given: 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				g := &greedy{}
				b := newBed(t, c.limit, Options{Run: g.run})
				users := names(c.users + c.late)
				for _, u := range users {
					b.user(u, 1)
				}
				b.batch("A", nil, users[:c.users]...)
				b.pass(10 * time.Second)
				if c.late > 0 {
					b.batch("B", nil, users[c.users:]...)
					b.pass(2 * time.Second)
					if n := b.one(users[c.users]).Status; n != migration.UserValidating {
						t.Errorf("who comes later is %s, want Validating", n)
					}
				}
				b.pass(5 * time.Minute)
				b.wantStatus("A", migration.BatchSynced)
				got := [3]int64{g.asked.Load(), g.given.Load(), g.recalled.Load()}
				if want := [3]int64{int64(c.users + c.late), c.given, c.recalled}; got != want {
					t.Errorf("so many asked, were given a permit and had it recalled: %d, want %d", got, want)
				}
			})
		})
	}
}

// An engine that ends while permits are out waits for them and gives no more.
func TestSparePermitsAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &greedy{}
		b := newBed(t, 4, Options{Run: g.run})
		for _, u := range names(3) {
			b.user(u, 1)
		}
		b.batch("A", nil, names(3)...)
		b.pass(500 * time.Millisecond)
		b.end() // before they have asked
		if asked, given := g.asked.Load(), g.given.Load(); given != 0 || asked != 3 {
			t.Errorf("%d asked, %d were given a permit while the engine ended", asked, given)
		}
	})
}
