package wrap

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"time"
)

// ErrStalled is in the chain of every error that a Guard gives for lack of progress.
var ErrStalled = errors.New("no progress on the connection")

// Guard watches one connection: while work is under way (between Begin and the end that it returns, save for pauses), at least one byte must move
// in either direction within the idle time, and the work's context may cut it short. The first failure is final: every later
// Read and Write returns it, and Err tells it to whoever sees only a library's paraphrase.
//
// Deadlines set from above are ignored. Mail libraries set absolute ones, counted from the start of a response, which a slow but
// living connection breaks.
type Guard struct {
	net.Conn
	idle time.Duration

	mu    sync.Mutex
	busy  int       // how many await bytes
	fresh bool      // work has begun, or gone on, since a byte last moved
	moved time.Time // when a byte last moved, or work began
	calls int       // of Read and Write that are under way
	limit time.Time // the socket's deadline, zero if it has none
	err   error     // the first failure
}

// writePortion bounds one Write to the socket, so that progress is seen within a large one.
const writePortion = 64 << 10

// NewGuard returns conn guarded. An idle time of zero leaves only the contexts.
func NewGuard(conn net.Conn, idle time.Duration) *Guard {
	return &Guard{Conn: conn, idle: idle}
}

// Begin says that work is under way which needs the connection. If ctx ends before the work does, the connection is closed and
// its error is the context's cause. The caller must call end when the work is done; end reports whether the connection lives.
func (g *Guard) Begin(ctx context.Context) (end func() bool) {
	g.Resume()
	stop := context.AfterFunc(ctx, func() { g.Fail(context.Cause(ctx)) })

	return sync.OnceValue(func() bool {
		stop()
		g.Pause()
		return g.Err() == nil
	})
}

// Pause says that within the work under way nothing is expected for now, because its owner is busy elsewhere, until Resume. The
// work's context goes on to count.
func (g *Guard) Pause() { g.count(-1) }

// Resume says that bytes are expected again, until Pause.
func (g *Guard) Resume() { g.count(1) }

func (g *Guard) count(change int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	before := g.busy
	g.busy += change
	if before != 0 || g.busy != 1 {
		return
	}
	if g.fresh = g.calls == 0; !g.fresh { // else the next Read or Write looks at the clock
		g.moved = time.Now()
		if g.limit.IsZero() {
			g.arm() // a Read that waits already is bounded from now on
		}
	}
}

// arm sets the socket's deadline for the work under way, or lifts it. Setting it costs as much as a short message does, so one that
// is still to come stays: should it pass too early, that is seen then.
func (g *Guard) arm() {
	if g.idle <= 0 {
		return
	}
	var deadline time.Time
	if g.busy > 0 {
		deadline = g.moved.Add(g.idle)
	}
	if g.limit.Equal(deadline) {
		return
	}
	g.limit = deadline
	// A connection that refuses deadlines is closed or broken: the next Read or Write says so.
	_ = g.Conn.SetDeadline(deadline)
}

// Fail closes the connection for the given reason, unless it has failed before.
func (g *Guard) Fail(reason error) {
	g.fail(reason)
	_ = g.Conn.Close() // the reason is the error that matters
}

func (g *Guard) fail(reason error) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err == nil {
		g.err = reason
	}
	return g.err
}

// Err is why the connection failed, or nil while it lives.
func (g *Guard) Err() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.err
}

func (g *Guard) Read(p []byte) (int, error) { return g.move(p, g.Conn.Read) }

func (g *Guard) Write(p []byte) (int, error) {
	written := 0
	for written < len(p) {
		n, err := g.move(p[written:min(len(p), written+writePortion)], g.Conn.Write)
		written += n
		if err != nil {
			return written, err
		}
	}
	return written, nil
}

// move does one Read or Write, again and again as long as the socket's deadline passes while the other direction makes progress.
func (g *Guard) move(p []byte, do func([]byte) (int, error)) (int, error) {
	done := 0
	for {
		if !g.start() {
			return done, g.Err()
		}
		n, err := do(p[done:])
		done += n
		if again, err := g.finish(n, err); !again || done == len(p) {
			return done, err
		}
	}
}

// start prepares the deadline of the next Read or Write and reports whether the connection lives. Time during which nobody asked
// for bytes does not count: the reader is driven by its consumer, who may be slow.
func (g *Guard) start() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.err != nil {
		return false
	}
	g.calls++
	if now := time.Now(); g.fresh || g.busy > 0 && now.Sub(g.moved) >= g.idle {
		g.fresh, g.moved = false, now
	} else if now.Before(g.limit) {
		return true
	}
	g.arm()
	return true
}

// finish judges the outcome of a Read or Write of n bytes; again says that it should go on.
func (g *Guard) finish(n int, err error) (again bool, _ error) {
	g.mu.Lock()
	g.calls--
	if n > 0 {
		g.moved = time.Now()
	}
	if err == nil {
		g.mu.Unlock()
		return false, nil
	}
	if g.err == nil && errors.Is(err, os.ErrDeadlineExceeded) {
		if g.busy == 0 || time.Since(g.moved) < g.idle {
			g.mu.Unlock()
			return true, nil
		}
		err = fmt.Errorf("%w for %v", ErrStalled, g.idle)
	}
	g.mu.Unlock()
	err = g.fail(err)
	return false, err
}

// SetDeadline does nothing; see Guard.
func (g *Guard) SetDeadline(time.Time) error { return nil }

// SetReadDeadline does nothing; see Guard.
func (g *Guard) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline does nothing; see Guard.
func (g *Guard) SetWriteDeadline(time.Time) error { return nil }

// Close closes the connection. What fails afterwards fails with net.ErrClosed, unless there was an earlier reason.
func (g *Guard) Close() error {
	g.fail(net.ErrClosed)
	return g.Conn.Close()
}
