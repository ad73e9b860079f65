package shell

import (
	"bytes"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// safeBuffer may be looked at while the writer's timer writes to it.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *safeBuffer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *safeBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestPacedWriter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var to safeBuffer
		p := newPacedWriter(&to)
		for _, s := range []string{"a", "b"} {
			if _, err := p.WriteString(s); err != nil {
				t.Fatal(err)
			}
		}
		if to.String() != "" {
			t.Errorf("%q was passed on at once", &to)
		}
		time.Sleep(maxDelay)
		synctest.Wait()
		if to.String() != "ab" {
			t.Errorf("after the delay %q", &to)
		}
		if _, err := p.Write([]byte("c")); err != nil {
			t.Fatal(err)
		}
		if err := p.Flush(); err != nil || to.String() != "abc" {
			t.Errorf("after Flush %q, %v", &to, err)
		}
	})
}

type brokenWriter struct{}

var errBroken = errors.New("broken")

func (brokenWriter) Write([]byte) (int, error) { return 0, errBroken }

func TestPacedWriterKeepsErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPacedWriter(brokenWriter{})
		if _, err := p.WriteString("a"); err != nil {
			t.Fatal(err)
		}
		time.Sleep(maxDelay)
		synctest.Wait()
		if _, err := p.WriteString("b"); err != errBroken {
			t.Errorf("Write after a failure: %v", err)
		}
		if err := p.Flush(); err != errBroken {
			t.Errorf("Flush after a failure: %v", err)
		}
	})
}
