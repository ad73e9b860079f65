package wrap

import (
	"context"
	"errors"
	"io"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// pipe is a guarded connection and its other side, in a synctest bubble.
func pipe(t *testing.T, idle time.Duration) (*Guard, net.Conn) {
	near, far := net.Pipe()
	g := NewGuard(near, idle)
	t.Cleanup(func() {
		g.Close()
		far.Close()
	})
	return g, far
}

func TestGuardIdleConnectionMayBeSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, far := pipe(t, time.Second)
		go func() {
			time.Sleep(time.Hour)
			far.Write([]byte("x"))
		}()
		if n, err := g.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("Read = %d, %v; want the byte, an hour later", n, err)
		}
	})
}

func TestGuardStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := pipe(t, 10*time.Second)
		failed := make(chan error, 1)
		go func() { // the library's reader is in Read before the command begins
			_, err := g.Read(make([]byte, 1))
			failed <- err
		}()
		synctest.Wait()
		began := time.Now()
		end := g.Begin(t.Context())
		if err := <-failed; !errors.Is(err, ErrStalled) {
			t.Errorf("Read: %v, want a stall", err)
		}
		if waited := time.Since(began); waited != 10*time.Second {
			t.Errorf("gave up after %v", waited)
		}
		if end() {
			t.Error("end() says that the connection lives")
		}
		if _, err := g.Read(make([]byte, 1)); !errors.Is(err, ErrStalled) {
			t.Errorf("the next Read: %v, want the same stall", err)
		}
		if _, err := g.Write([]byte("x")); !errors.Is(err, ErrStalled) {
			t.Errorf("the next Write: %v, want the same stall", err)
		}
	})
}

func TestGuardSlowButLiving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, far := pipe(t, 10*time.Second)
		defer g.Begin(t.Context())()
		// The library's absolute deadline must not matter.
		g.SetReadDeadline(time.Now().Add(30 * time.Second))
		go func() {
			for range 20 {
				time.Sleep(9 * time.Second)
				far.Write([]byte("x"))
			}
		}()
		if n, err := io.ReadFull(g, make([]byte, 20)); n != 20 || err != nil {
			t.Errorf("read %d, %v", n, err)
		}
	})
}

func TestGuardWritingIsProgressForTheReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, far := pipe(t, 10*time.Second)
		defer g.Begin(t.Context())()
		go func() { // the server takes a large message slowly, then answers
			for range 10 {
				time.Sleep(6 * time.Second)
				io.ReadFull(far, make([]byte, writePortion))
			}
			far.Write([]byte("k"))
		}()
		go g.Write(make([]byte, 10*writePortion))
		if n, err := g.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("Read = %d, %v", n, err)
		}
	})
}

func TestGuardSlowConsumer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, far := pipe(t, 10*time.Second)
		defer g.Begin(t.Context())()
		go far.Write([]byte("xy"))
		if _, err := g.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour) // the target is slow; nobody asks this connection for bytes
		if _, err := g.Read(make([]byte, 1)); err != nil {
			t.Errorf("Read after an hour of asking nothing: %v", err)
		}
	})
}

func TestGuardContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := pipe(t, time.Hour)
		reason := errors.New("the batch was stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		end := g.Begin(ctx)
		go func() {
			time.Sleep(time.Second)
			cancel(reason)
		}()
		if _, err := g.Read(make([]byte, 1)); !errors.Is(err, reason) {
			t.Errorf("Read: %v, want %v", err, reason)
		}
		if end() || !errors.Is(g.Err(), reason) {
			t.Errorf("Err() = %v, want %v", g.Err(), reason)
		}
	})
}

func TestGuardContextAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, far := pipe(t, time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		if !g.Begin(ctx)() {
			t.Fatal("end() says that the connection is dead")
		}
		cancel()
		synctest.Wait()
		go far.Write([]byte("x"))
		if _, err := g.Read(make([]byte, 1)); err != nil {
			t.Errorf("Read: %v; the context ended after the work", err)
		}
	})
}

func TestGuardEndOfStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, far := pipe(t, time.Hour)
		far.Close()
		if _, err := g.Read(make([]byte, 1)); err != io.EOF || g.Err() != io.EOF {
			t.Errorf("Read: %v, Err: %v, want EOF", err, g.Err())
		}
	})
}

func TestGuardPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, far := pipe(t, 10*time.Second)
		ctx, cancel := context.WithCancelCause(t.Context())
		end := g.Begin(ctx)
		g.Pause()
		go g.Read(make([]byte, 1)) // the library reads on though nothing is due
		time.Sleep(time.Hour)
		g.Resume()
		if g.Err() != nil {
			t.Fatalf("stalled in a pause: %v", g.Err())
		}
		go far.Write([]byte("xy"))
		if _, err := g.Read(make([]byte, 1)); err != nil {
			t.Errorf("Read after the pause: %v", err)
		}
		g.Pause()
		cancel(errors.New("stop"))
		synctest.Wait()
		g.Resume()
		if end() {
			t.Error("the context did not count in the pause")
		}
	})
}
