package boltstore

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"

	bolt "go.etcd.io/bbolt"

	"migsh/store"
)

// withWriter runs do in the writer's goroutine.
func withWriter(t *testing.T, s *Store, do func()) {
	t.Helper()
	err := s.submit(t.Context(), &request{done: make(chan struct{}), exclusive: func() error { do(); return nil }})
	if err != nil {
		t.Fatal(err)
	}
}

// Updates that wait while a commit is under way share the next one.
func TestGroupCommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := open(t, newPath(t), Options{})
		const waiters = 20
		commits := 0
		goOn := make(chan struct{})
		withWriter(t, s, func() {
			s.commit = func(tx *bolt.Tx) error {
				if commits++; commits == 1 {
					<-goOn
				}
				return tx.Commit()
			}
		})
		var wg sync.WaitGroup
		for i := range waiters {
			wg.Go(func() {
				if _, err := s.Update(t.Context(), store.Set(fmt.Sprint("k/", i), nil)); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait() // until the first is in its commit, the others wait for the writer
		}
		close(goOn)
		wg.Wait()
		if n := count(t, s, "k/"); n != waiters {
			t.Errorf("%d records, want %d", n, waiters)
		}
		if commits != 2 {
			t.Errorf("%d updates took %d commits, want 2", waiters, commits)
		}
	})
}

// A group holds requests that do not know of each other: the second of two
// that create the same record conflicts, and a later one sees the first.
func TestGroupIsolation(t *testing.T) {
	s := open(t, newPath(t), Options{})
	first := &request{ops: []store.Op{store.Create("k", []byte("first"))}}
	second := &request{ops: []store.Op{store.Set("other", nil), store.Create("k", []byte("second"))}}
	third := &request{ops: []store.Op{store.Delete("k"), store.Set("gone", nil)}}
	fourth := &request{ops: []store.Op{store.Create("k", []byte("fourth"))}}
	withWriter(t, s, func() { s.writeGroup([]*request{first, second, third, fourth}) })
	if first.err != nil || !errors.Is(second.err, store.ErrConflict) || third.err != nil || fourth.err != nil {
		t.Fatalf("%v; %v; %v; %v", first.err, second.err, third.err, fourth.err)
	}
	record, err := s.Get(t.Context(), "k")
	if err != nil || string(record.Value) != "fourth" || record.Revision != fourth.revisions[0] {
		t.Errorf("%+v, %v", record, err)
	}
	if _, err := s.Get(t.Context(), "other"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a refused update left something: %v", err)
	}
}

// A commit that failed before anything counts leaves the store as it was, and
// at work.
func TestCommitFails(t *testing.T) {
	s := open(t, newPath(t), Options{})
	failure := errors.New("the disk said no")
	withWriter(t, s, func() {
		s.commit = func(tx *bolt.Tx) error { return errors.Join(failure, tx.Rollback()) }
	})
	if _, err := s.Update(t.Context(), store.Set("k", nil)); !errors.Is(err, failure) || errors.Is(err, store.ErrUncertain) {
		t.Errorf("Update: %v", err)
	}
	withWriter(t, s, func() { s.commit = (*bolt.Tx).Commit })
	if _, err := s.Update(t.Context(), store.Create("k", nil)); err != nil {
		t.Errorf("the next Update: %v", err)
	}
}

// A commit that failed at its very last step may have happened. The store says
// so, and takes nothing more, but reads.
func TestCommitUncertain(t *testing.T) {
	path := newPath(t)
	s := open(t, path, Options{})
	failure := errors.New("the disk did not answer")
	withWriter(t, s, func() {
		s.commit = func(tx *bolt.Tx) error { return errors.Join(tx.Commit(), failure) }
	})
	if _, err := s.Update(t.Context(), store.Create("k", []byte("v"))); !errors.Is(err, store.ErrUncertain) || !errors.Is(err, failure) {
		t.Errorf("Update: %v", err)
	}
	if _, err := s.Update(t.Context(), store.Create("l", nil)); !errors.Is(err, store.ErrUncertain) {
		t.Errorf("the next Update: %v", err)
	}
	if record, err := s.Get(t.Context(), "k"); err != nil || string(record.Value) != "v" {
		t.Errorf("Get: %q, %v", record.Value, err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, Options{})
	if _, err := s.Update(t.Context(), store.Create("l", nil)); err != nil {
		t.Errorf("after opening again: %v", err)
	}
}

// bbolt panics in the middle of a commit.
func TestCommitPanics(t *testing.T) {
	s := open(t, newPath(t), Options{})
	withWriter(t, s, func() {
		s.commit = func(tx *bolt.Tx) error { panic("page 7 already freed") }
	})
	if _, err := s.Update(t.Context(), store.Set("k", nil)); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Update: %v", err)
	}
	if _, err := s.Get(t.Context(), "k"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("Get: %v", err)
	}
}

// Whoever closes the store while others write gets a clean end: each update
// happened or gave ErrClosed.
func TestCloseWhileWriting(t *testing.T) {
	path := newPath(t)
	s := open(t, path, Options{})
	var mu sync.Mutex
	done := 0
	begun := make(chan struct{})
	var once sync.Once
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := 0; ; i++ {
				_, err := s.Update(t.Context(), store.Set(fmt.Sprintf("k/%d-%d", w, i), nil))
				if err != nil {
					if !errors.Is(err, store.ErrClosed) {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				done++
				mu.Unlock()
				once.Do(func() { close(begun) })
			}
		})
	}
	<-begun
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	wg.Wait()
	s = open(t, path, Options{})
	if n := count(t, s, "k/"); n != done {
		t.Errorf("%d records, %d were acknowledged", n, done)
	}
}

// An update whose ctx ends while it waits for the writer did not happen.
func TestCancelledWaiting(t *testing.T) {
	s := open(t, newPath(t), Options{})
	inside, leave := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() { withWriter(t, s, func() { close(inside); <-leave }) })
	<-inside
	ctx, cancel := context.WithCancel(t.Context())
	answer := make(chan error)
	go func() {
		_, err := s.Update(ctx, store.Set("k", nil))
		answer <- err
	}()
	cancel()
	if err := <-answer; !errors.Is(err, context.Canceled) {
		t.Errorf("Update: %v", err)
	}
	close(leave)
	wg.Wait()
	if _, err := s.Get(t.Context(), "k"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the cancelled update happened: %v", err)
	}
}

func BenchmarkUpdate(b *testing.B) {
	value := make([]byte, 300)
	for _, waiters := range []int{1, 8, 64, 512} {
		b.Run(fmt.Sprint("waiters=", waiters), func(b *testing.B) {
			s := open(b, newPath(b), Options{})
			commits := 0
			s.commit = func(tx *bolt.Tx) error { commits++; return tx.Commit() }
			next := make(chan int)
			var wg sync.WaitGroup
			for range waiters {
				wg.Go(func() {
					for i := range next {
						if _, err := s.Update(b.Context(), store.Set("k/"+store.Number(uint64(i%50000)), value)); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for i := 0; b.Loop(); i++ {
				next <- i
			}
			close(next)
			wg.Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "updates/s")
			b.ReportMetric(float64(b.N)/float64(commits), "updates/commit")
		})
	}
}

func BenchmarkGet(b *testing.B) {
	s := open(b, newPath(b), Options{})
	if _, err := s.Update(b.Context(), store.Set("k", make([]byte, 300))); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := s.Get(b.Context(), "k"); err != nil {
			b.Fatal(err)
		}
	}
}
