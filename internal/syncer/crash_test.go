package syncer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"
	"sync"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/mailbox/membox"
	"migsh/store"
)

var errCrash = errors.New("crash")

// A crasher counts every write to the store and every effect at the target, and at one of them the process is gone: from
// then on nothing is written and nothing happens. after: the fatal one still happens, but its answer is lost.
type crasher struct {
	mu    sync.Mutex
	at    int
	after bool
	n     int
	dead  bool
}

func (c *crasher) before() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.dead {
		return errCrash
	}
	c.n++
	if c.n == c.at && !c.after {
		c.dead = true
		return errCrash
	}
	return nil
}

func (c *crasher) done() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == c.at && c.after {
		c.dead = true
		return errCrash
	}
	return nil
}

// crashStore is a store whose writes the crasher sees.
type crashStore struct {
	store.Store
	c *crasher
}

func (s crashStore) Update(ctx context.Context, ops ...store.Op) ([]store.Revision, error) {
	if err := s.c.before(); err != nil {
		return nil, err
	}
	revisions, err := s.Store.Update(ctx, ops...)
	if err == nil {
		err = s.c.done()
	}
	return revisions, err
}

func (s crashStore) Scan(ctx context.Context, prefix string) iter.Seq2[store.Record, error] {
	return s.Store.Scan(ctx, prefix)
}

// crash makes a pass that dies at event number at, and tells whether it came so far.
func (w *world) crash(t *testing.T, at int, after bool) bool {
	t.Helper()
	c := &crasher{at: at, after: after}
	w.target.SetHooks(membox.Hooks{
		Before: func(membox.Effect) error { return c.before() },
		After:  func(membox.Effect) error { return c.done() },
		Refuse: w.refuse,
	})
	job := w.job()
	job.Store = crashStore{w.store, c}
	_, err := Run(t.Context(), job)
	w.target.SetHooks(membox.Hooks{Refuse: w.refuse})
	if err != nil && !c.dead {
		t.Fatalf("a pass that should have met event %d: %v", at, err)
	}
	return c.dead
}

// state is what all folders of the target hold.
func (w *world) state() map[string][]string {
	out := map[string][]string{}
	for _, name := range w.target.Names() {
		out[name] = lines(w.target.Messages(name))
	}
	return out
}

func sameState(a, b map[string][]string) bool { return maps.EqualFunc(a, b, slices.Equal) }

// TestCrashPoints lets the process die at every write and every effect of a pass, before and after it, restarts, and
// demands the same end each time: nothing lost, nothing twice, flags as they should be.
func TestCrashPoints(t *testing.T) {
	mail := func(w *world) {
		w.source.AddFolder("Work")
		w.deliver("INBOX", 0, 11)
		for range 3 {
			w.source.Deliver("INBOX", message(5)) // twins
		}
		w.deliver("Work", 20, 23)
		w.source.AddFolder("Empty")
	}
	many := func(w *world) {
		for i := range 4 {
			name := fmt.Sprintf("F%d", i)
			w.source.AddFolder(name)
			w.deliver(name, 10*i, 10*i+9-i)
		}
		w.deliver("INBOX", 0, 6)
	}
	refuse := func(_ string, body []byte, flags mailbox.Flags) error {
		if string(body) == string(text(4)) || flags.Has("bad") {
			return mailbox.NewError(mailbox.MessageRefused, "APPEND", errors.New("no"))
		}
		return nil
	}
	for _, c := range []struct {
		name           string
		source, target membox.Options
		refuse         func(string, []byte, mailbox.Flags) error
		prepare        func(*testing.T, *world)
		change         func(*Job)
	}{
		{name: "first copy", prepare: func(t *testing.T, w *world) { mail(w) }},
		{name: "many folders", target: membox.Options{Group: 2}, prepare: func(t *testing.T, w *world) { many(w) }},
		{name: "two pairs", change: twoPairs, target: membox.Options{Group: 2}, prepare: func(t *testing.T, w *world) { many(w) }},
		{name: "two pairs, refusals", change: twoPairs, target: membox.Options{Group: 3}, refuse: refuse, prepare: func(t *testing.T, w *world) { many(w) }},
		{name: "two pairs, delta", change: twoPairs, target: membox.Options{Group: 2}, prepare: func(t *testing.T, w *world) {
			many(w)
			w.sync(t)
			for i := range 4 {
				w.deliver(fmt.Sprintf("F%d", i), 100+10*i, 103+10*i)
				w.source.SetFlags(fmt.Sprintf("F%d", i), 1, "$New")
				w.source.Remove(fmt.Sprintf("F%d", i), 2)
			}
		}},
		{name: "groups", target: membox.Options{Group: 3}, prepare: func(t *testing.T, w *world) { mail(w) }},
		{name: "without UIDPLUS", source: membox.Options{NoCondStore: true}, target: membox.Options{NoUIDPlus: true, NoCondStore: true},
			prepare: func(t *testing.T, w *world) { mail(w) }},
		{name: "groups without UIDPLUS", target: membox.Options{NoUIDPlus: true, Group: 2}, prepare: func(t *testing.T, w *world) { mail(w) }},
		{name: "refusals", target: membox.Options{Group: 3}, refuse: refuse, prepare: func(t *testing.T, w *world) {
			mail(w)
			w.source.Deliver("INBOX", message(30, "bad", "$Work"))
			w.deliver("INBOX", 31, 33)
		}},
		{name: "delta", prepare: func(t *testing.T, w *world) {
			mail(w)
			w.sync(t)
			w.deliver("INBOX", 12, 17)
			w.source.Deliver("INBOX", message(5))
			w.source.SetFlags("INBOX", 2, `\Flagged`)
			w.source.SetFlags("INBOX", 3, `\Answered`, "$New")
			w.source.Remove("INBOX", 5)
			w.target.Remove("INBOX", 6)
			w.source.AddFolder("New")
			w.deliver("New", 40, 42)
		}},
		{name: "half filled", prepare: func(t *testing.T, w *world) {
			mail(w)
			for n := range 6 {
				w.target.Deliver("INBOX", message(n))
			}
			w.target.Deliver("INBOX", message(100))
		}},
		{name: "source renumbered", prepare: func(t *testing.T, w *world) {
			mail(w)
			w.sync(t)
			w.target.Remove("INBOX", 6)
			w.source.Remove("INBOX", 1)
			w.source.Renumber("INBOX")
			w.deliver("INBOX", 12, 14)
		}},
		{name: "source with identities renumbered", source: membox.Options{Identities: true}, prepare: func(t *testing.T, w *world) {
			mail(w)
			w.sync(t)
			w.target.Remove("INBOX", 6)
			w.source.Remove("INBOX", 1)
			w.source.Renumber("INBOX")
			w.source.Deliver("INBOX", message(5)) // a twin more than there were
			w.deliver("INBOX", 12, 14)
		}},
		{name: "renamed, renumbered and replaced", source: membox.Options{Identities: true}, prepare: func(t *testing.T, w *world) {
			mail(w)
			w.source.AddFolder("Play")
			w.deliver("Play", 60, 63)
			w.sync(t)
			life := w.source.Validity("Play")
			w.source.RemoveFolder("Play")
			w.source.AddFolder("Play")
			w.source.SetValidity("Play", life)
			w.deliver("Play", 61, 65)
			renameAtSource(t, w, "Work", "New")
			w.source.Renumber("New")
			w.source.AddFolder("Work")
			w.deliver("Work", 50, 53)
		}},
		{name: "moved at the source", source: membox.Options{Identities: true}, prepare: func(t *testing.T, w *world) { mail(w); moving(t, w) }},
		{name: "moved out of a folder that has gone", source: membox.Options{Identities: true}, prepare: func(t *testing.T, w *world) {
			mail(w)
			w.source.AddFolder("Old")
			w.deliver("Old", 30, 36)
			moving(t, w)
			for uid := range mailbox.UID(4) {
				moveAtSource(w, "Old", uid+1, []string{"Work", "New"}[uid%2])
			}
			w.source.RemoveFolder("Old")
		}},
		{name: "moved at the source, deletions", source: membox.Options{Identities: true}, change: func(j *Job) { j.Deletions = Deletions{Follow: true, Percent: 100} },
			prepare: func(t *testing.T, w *world) { mail(w); moving(t, w) }},
		{name: "target renumbered", prepare: func(t *testing.T, w *world) {
			mail(w)
			w.sync(t)
			w.target.Remove("INBOX", 6)
			w.target.Renumber("INBOX")
			w.deliver("INBOX", 12, 14)
		}},
		{name: "source folder renamed", prepare: func(t *testing.T, w *world) {
			mail(w)
			w.source.AddFolder("Work/Sub")
			w.deliver("Work/Sub", 60, 63)
			w.sync(t)
			renameAtSource(t, w, "Work", "Play")
			w.deliver("Play", 50, 53)
		}},
		{name: "shared target", target: membox.Options{Group: 3}, prepare: func(t *testing.T, w *world) {
			sharing(t, w)
			w.source.AddFolder("Work")
			w.source.AddFolder("Play")
			for _, folder := range []string{"INBOX", "Play", "Work"} {
				w.deliver(folder, len(folder), len(folder)+6)
			}
			w.target.AddFolder("All")
			w.target.Deliver("All", message(6))
		}},
		{name: "labels", source: membox.Options{Labels: true}, prepare: func(t *testing.T, w *world) { labelled(t, w) }},
		{name: "labels changed", change: twoPairs, source: membox.Options{Labels: true}, target: membox.Options{Group: 2}, prepare: func(t *testing.T, w *world) {
			labelled(t, w)
			w.sync(t)
			w.source.Remove("INBOX", 1)
			w.label(2, "INBOX")
			w.label(4, "A")
			w.label(20, "Work", allMail, "A")
			w.label(21, "Work/Project", "INBOX", allMail)
		}},
		{name: "both renumbered after a crash", prepare: func(t *testing.T, w *world) {
			mail(w)
			w.crash(t, 9, true)
			w.source.Renumber("INBOX")
			w.target.Renumber("INBOX")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fresh := func() *world {
				w := newWorld(c.source, c.target)
				w.change = func(j *Job) {
					j.Window = 2
					if c.change != nil {
						c.change(j)
					}
				}
				w.refuse = c.refuse
				w.target.SetHooks(membox.Hooks{Refuse: c.refuse})
				c.prepare(t, w)
				return w
			}
			reference := fresh()
			reference.sync(t)
			reference.sync(t)
			want := reference.state()
			points := 0
			try := func(at, second int, after bool) bool {
				w := fresh()
				died := w.crash(t, at, after)
				if second > 0 {
					w.crash(t, second, after)
				}
				w.sync(t)
				if !sameState(w.state(), want) {
					t.Errorf("crash at event %d (after it: %v), second at %d: the end differs", at, after, second)
					for name := range want {
						t.Errorf("%q: missing %.400q, too many %.400q", name, without(want[name], w.state()[name]), without(w.state()[name], want[name]))
					}
				}
				if r := w.sync(t); r.Copied+r.Matched != 0 {
					t.Errorf("crash at event %d (after it: %v): the pass after the repair did %+v", at, after, r)
				}
				// What the crash may have left behind does no harm later.
				w.source.Renumber("INBOX")
				w.target.Renumber("INBOX")
				if r := w.sync(t); r.Copied != 0 || !sameState(w.state(), want) {
					t.Errorf("crash at event %d (after it: %v), second at %d: renumbering both made a difference: %+v", at, after, second, r)
				}
				points++
				return died
			}
			for _, after := range []bool{false, true} {
				for at := 1; try(at, 0, after) && !t.Failed(); at++ {
					for second := 1; second <= 12; second += 2 {
						try(at, second, after)
					}
				}
			}
			t.Logf("%d crashes", points)
		})
	}
}

// The intent is on disk before any byte of its messages leaves.
func TestIntentPrecedesEffect(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 10)
	w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
		if e.Op != "APPEND" {
			return nil
		}
		folders, err := storedFolders(t.Context(), w.store, testPair.ID())
		if err != nil {
			return err
		}
		uid := mailbox.UID(len(w.target.Messages("INBOX")) + 1)
		covered := slices.ContainsFunc(folders["INBOX"].Intents, func(i intent) bool { return i.UIDs.Has(uid) && i.TargetNext <= uid })
		if !covered {
			return fmt.Errorf("UID %d is sent, but the intents on disk are %v", uid, folders["INBOX"].Intents)
		}
		return nil
	}})
	w.sync(t)
}

// sharing has Work and Play go to one folder of the target.
func sharing(t *testing.T, w *world) {
	t.Helper()
	rule, err := foldermap.NewRule("^(Work|Play)$", "All")
	if err != nil {
		t.Fatal(err)
	}
	w.change = func(j *Job) { j.Rules.Map = []foldermap.Rule{rule} }
}
