package syncer

import (
	"context"
	"iter"
	"sync"

	"golang.org/x/sync/errgroup"

	"migsh/internal/mailbox"
	"migsh/store"
)

// A turn lets many goroutines work on one pass as if they were one: only who has the turn works, and gives it away while
// waiting for a server or the disk. Between two waits nobody else changes anything, so what the folders of a pass share
// needs no further locks; and while one folder waits for its answer, the others send their questions.
type turn struct{ mu sync.Mutex }

func (t *turn) take() { t.mu.Lock() }
func (t *turn) give() { t.mu.Unlock() }

// wait gives the turn away while f waits.
func (t *turn) wait(f func()) {
	t.give()
	defer t.take()
	f()
}

// together does works at the same time, each with the turn, and waits for them all. The first error ends the context of the
// others and is returned. A panic in one of them comes up here. The caller has the turn.
func (t *turn) together(ctx context.Context, most int, works iter.Seq[func(context.Context) error]) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(most)
	var panicked any
	var err error
	t.wait(func() {
		for work := range works {
			if ctx.Err() != nil {
				break
			}
			group.Go(func() error {
				t.take()
				defer t.give()
				defer func() {
					if p := recover(); p != nil && panicked == nil {
						panicked = p
					}
				}()
				return work(ctx)
			})
		}
		err = group.Wait()
	})
	if panicked != nil {
		panic(panicked)
	}
	return err
}

// waits gives the turn away while the next value of a sequence is waited for.
func waits[A, B any](t *turn, seq iter.Seq2[A, B]) iter.Seq2[A, B] {
	return func(yield func(A, B) bool) {
		have := false
		t.give()
		defer func() {
			if !have { // else yield has panicked
				t.take()
			}
		}()
		for a, b := range seq {
			t.take()
			have = true
			more := yield(a, b)
			have = false
			t.give()
			if !more {
				return
			}
		}
	}
}

// answer gives the turn away while f waits for a server's answer.
func answer[A any](t *turn, f func() (A, error)) (a A, err error) {
	t.wait(func() { a, err = f() })
	return a, err
}

// A waitingReader is a mailbox whose methods must be called with the turn, and give it away while they wait.
type waitingReader struct {
	turn *turn
	mailbox.Reader
}

func (r waitingReader) Folders(ctx context.Context, root string) ([]mailbox.Folder, error) {
	return answer(r.turn, func() ([]mailbox.Folder, error) { return r.Reader.Folders(ctx, root) })
}

func (r waitingReader) Open(ctx context.Context, folder string) (mailbox.Opened, error) {
	return answer(r.turn, func() (mailbox.Opened, error) { return r.Reader.Open(ctx, folder) })
}

func (r waitingReader) List(ctx context.Context, at mailbox.At, q mailbox.Query) iter.Seq2[mailbox.Meta, error] {
	return waits(r.turn, r.Reader.List(ctx, at, q))
}

func (r waitingReader) Vanished(ctx context.Context, at mailbox.At, known mailbox.UIDSet, since uint64) (mailbox.UIDSet, error) {
	return answer(r.turn, func() (mailbox.UIDSet, error) { return r.Reader.Vanished(ctx, at, known, since) })
}

func (r waitingReader) Headers(ctx context.Context, at mailbox.At, uids mailbox.UIDSet, fields ...string) iter.Seq2[mailbox.Header, error] {
	return waits(r.turn, r.Reader.Headers(ctx, at, uids, fields...))
}

func (r waitingReader) Fetch(ctx context.Context, windows iter.Seq[mailbox.Window]) iter.Seq2[*mailbox.Message, error] {
	return waits(r.turn, r.Reader.Fetch(ctx, windows))
}

func (r waitingReader) Close() (err error) {
	r.turn.wait(func() { err = r.Reader.Close() })
	return err
}

// A waitingTarget is the same for a target.
type waitingTarget struct {
	waitingReader
	target mailbox.Target
}

func newWaitingTarget(t *turn, target mailbox.Target) waitingTarget {
	return waitingTarget{waitingReader{t, target}, target}
}

func (w waitingTarget) Create(ctx context.Context, folder, use string) (*mailbox.Opened, error) {
	return answer(w.turn, func() (*mailbox.Opened, error) { return w.target.Create(ctx, folder, use) })
}

func (w waitingTarget) Subscribe(ctx context.Context, folder string) (err error) {
	w.turn.wait(func() { err = w.target.Subscribe(ctx, folder) })
	return err
}

func (w waitingTarget) Rename(ctx context.Context, from, to string) (err error) {
	w.turn.wait(func() { err = w.target.Rename(ctx, from, to) })
	return err
}

func (w waitingTarget) Known(folder string, opened mailbox.Opened) { w.target.Known(folder, opened) }

// Append pulls its messages without the turn and yields its results with it.
func (w waitingTarget) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return waits(w.turn, w.target.Append(ctx, msgs))
}

func (w waitingTarget) Store(ctx context.Context, at mailbox.At, changes []mailbox.FlagChange) ([]error, error) {
	return answer(w.turn, func() ([]error, error) { return w.target.Store(ctx, at, changes) })
}

func (w waitingTarget) Expunge(ctx context.Context, at mailbox.At, uids mailbox.UIDSet) (err error) {
	w.turn.wait(func() { err = w.target.Expunge(ctx, at, uids) })
	return err
}

func (w waitingTarget) Quota(ctx context.Context) ([]mailbox.Quota, error) {
	return answer(w.turn, func() ([]mailbox.Quota, error) { return w.target.Quota(ctx) })
}

// A waitingStore gives the turn away while an update makes its way to the disk.
type waitingStore struct {
	turn *turn
	store.Store
}

func (s waitingStore) Update(ctx context.Context, ops ...store.Op) ([]store.Revision, error) {
	return answer(s.turn, func() ([]store.Revision, error) { return s.Store.Update(ctx, ops...) })
}
