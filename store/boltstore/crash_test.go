package boltstore

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"testing"

	"migsh/store"
)

// crashEnv, set, turns the test binary into the process that is killed.
const crashEnv = "MIGSH_TEST_CRASH_STORE"

const (
	crashWorkers = 4
	crashWidth   = 5 // records in one update
)

func TestMain(m *testing.M) {
	if path := os.Getenv(crashEnv); path != "" {
		if err := crashChild(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// crashChild writes until it is killed. Each worker counts up: its update
// number n sets all its records to n, and adds one to a log. What was
// acknowledged is printed.
func crashChild(path string) error {
	ctx := context.Background()
	s, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	failures := make(chan error)
	var printing sync.Mutex
	for w := range crashWorkers {
		go func() {
			for n := crashState(ctx, s, w, 0) + 1; ; n++ {
				value := binary.BigEndian.AppendUint64(nil, n)
				ops := []store.Op{store.Create(store.Key("log", fmt.Sprint(w), store.Number(n)), value)}
				for i := range crashWidth {
					ops = append(ops, store.Set(crashKey(w, i), value))
				}
				if n%10 == 0 { // so that pages are freed and used again
					for i := range n % 100 {
						ops = append(ops, store.Delete(store.Key("log", fmt.Sprint(w), store.Number(n-10-i))))
					}
				}
				if _, err := s.Update(ctx, ops...); err != nil {
					failures <- err
					return
				}
				printing.Lock()
				fmt.Printf("%d %d\n", w, n)
				printing.Unlock()
			}
		}()
	}
	return <-failures
}

func crashKey(worker, i int) string { return store.Key("now", fmt.Sprint(worker), fmt.Sprint(i)) }

func crashState(ctx context.Context, s store.Store, worker, i int) uint64 {
	record, err := s.Get(ctx, crashKey(worker, i))
	if err != nil {
		return 0
	}
	return binary.BigEndian.Uint64(record.Value)
}

// A process that writes is killed again and again. Whatever it had
// acknowledged is there, and of no update only a part.
func TestKill(t *testing.T) {
	rounds := 12
	if os.Getenv("MIGSH_SOAK") != "" {
		rounds = 500
	}
	path := newPath(t)
	acknowledged := make([]uint64, crashWorkers)
	for round := range rounds {
		crashRound(t, path, 1+37*round%400, acknowledged)
		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		for w := range crashWorkers {
			n := crashState(t.Context(), s, w, 0)
			if n < acknowledged[w] {
				t.Errorf("round %d: worker %d had update %d acknowledged, %d is there", round, w, acknowledged[w], n)
			}
			for i := range crashWidth {
				if other := crashState(t.Context(), s, w, i); other != n {
					t.Errorf("round %d: half an update: record %d of worker %d is at %d, the first at %d", round, i, w, other, n)
				}
			}
			if _, err := s.Get(t.Context(), store.Key("log", fmt.Sprint(w), store.Number(n))); n > 0 && err != nil {
				t.Errorf("round %d: half an update: %v", round, err)
			}
			if _, err := s.Get(t.Context(), store.Key("log", fmt.Sprint(w), store.Number(n+1))); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("round %d: half an update: log %d of worker %d, %v", round, n+1, w, err)
			}
		}
		if err := errors.Join(s.Check(t.Context()), s.Close()); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
	}
	for w, n := range acknowledged {
		if n == 0 {
			t.Errorf("worker %d never wrote", w)
		}
	}
}

// crashRound starts the child and kills it after so many acknowledgements,
// noting all that it had printed by then.
func crashRound(t *testing.T, path string, after int, acknowledged []uint64) {
	t.Helper()
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), crashEnv+"="+path)
	var stderr strings.Builder
	child.Stderr = &stderr
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	seen := 0
	for lines.Scan() {
		worker, number, ok := strings.Cut(lines.Text(), " ")
		w, err1 := strconv.Atoi(worker)
		n, err2 := strconv.ParseUint(number, 10, 64)
		if !ok || err1 != nil || err2 != nil {
			break // the last line, cut by the kill
		}
		acknowledged[w] = max(acknowledged[w], n)
		if seen++; seen == after {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := child.Wait(); seen < after {
		t.Fatalf("the child ended by itself after %d updates: %v %s", seen, err, stderr.String())
	}
}
