package syncer

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
)

// moveAtSource moves a message, as its owner does.
func moveAtSource(w *world, from string, uid mailbox.UID, to string) {
	i := slices.IndexFunc(w.source.Messages(from), func(m membox.Message) bool { return m.UID == uid })
	m := w.source.Messages(from)[i]
	w.source.Remove(from, uid)
	w.source.Deliver(to, m)
}

// moving makes a pass, then moves messages of the source to two folders, among new ones. Some have got other flags meanwhile, at one side
// or both, and one is marked as deleted at the target.
func moving(t *testing.T, w *world) {
	w.sync(t)
	w.source.AddFolder("New")
	w.deliver("New", 60, 61)
	w.source.SetFlags("INBOX", 3, `\Answered`)
	w.target.SetFlags("INBOX", 4, `\Flagged`)
	w.target.SetFlags("INBOX", 5, `\Deleted`)
	for uid := range mailbox.UID(6) {
		moveAtSource(w, "INBOX", uid+1, []string{"Work", "New"}[uid%2])
	}
	w.deliver("Work", 61, 62)
	w.source.Deliver("Work", message(1)) // a copy, of what is nowhere else by then
}

// What the source has moved is neither read nor sent, and arrives as everything else does.
func TestMoved(t *testing.T) {
	refusing := errors.New("no")
	for _, c := range []struct {
		name           string
		source, target membox.Options
		hooks          membox.Hooks
		reads, moved   int
		fails          bool
	}{
		{name: "identities", source: membox.Options{Identities: true}, reads: 3, moved: 6},
		{name: "hidden", reads: 9},
		{name: "without UIDPLUS", source: membox.Options{Identities: true}, target: membox.Options{NoUIDPlus: true}, reads: 9},
		{name: "without dates", source: membox.Options{Identities: true}, target: membox.Options{IgnoreDates: true}, reads: 9},
		{name: "refused", source: membox.Options{Identities: true}, reads: 9, hooks: membox.Hooks{Before: func(e membox.Effect) error {
			if e.Op == "COPY" {
				return mailbox.NewError(mailbox.AccessDenied, "COPY", refusing)
			}
			return nil
		}}},
		{name: "answer lost", source: membox.Options{Identities: true}, fails: true, hooks: membox.Hooks{After: func(e membox.Effect) error {
			if e.Op == "COPY" {
				return refusing
			}
			return nil
		}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(c.source, c.target)
			w.source.AddFolder("Work")
			w.deliver("INBOX", 0, 12)
			w.deliver("Work", 20, 23)
			moving(t, w)
			reads := w.countReads()
			w.target.SetHooks(c.hooks)
			if c.fails {
				if _, err := Run(t.Context(), w.job()); err == nil {
					t.Error("the pass should have failed")
				}
				w.target.SetHooks(membox.Hooks{})
				w.sync(t)
			} else if r := w.sync(t); r.Copied != 9 || r.Moved != int64(c.moved) || *reads != c.reads {
				t.Errorf("%d read, want %d; want %d moved: %+v\n%s", *reads, c.reads, c.moved, r, strings.Join(w.log.lines, "\n"))
			}
			if !c.target.IgnoreDates {
				w.same(t, "Work", "New")
			}
			if n := len(w.target.Messages("INBOX")); n != 12 {
				t.Errorf("%d messages remain at the target, want 12", n)
			}
			if r := w.sync(t); r.Copied+r.Matched+r.Reflagged != 0 {
				t.Errorf("once more: %+v", r)
			}
			if v, err := Verify(t.Context(), w.job(), 1); err != nil || v.Same != v.Checked || len(v.Reflagged) > 2 {
				t.Errorf("verified: %+v, %v", v, err)
			}
		})
	}
}

// So is what was moved out of a folder that is gone by now.
func TestMovedOutOfGone(t *testing.T) {
	w := newWorld(membox.Options{Identities: true}, membox.Options{})
	w.source.AddFolder("Old")
	w.deliver("Old", 0, 6)
	w.sync(t)
	w.source.AddFolder("Archive")
	for uid := range mailbox.UID(5) {
		moveAtSource(w, "Old", uid+1, "Archive")
	}
	w.deliver("Archive", 20, 22)
	w.source.RemoveFolder("Old")
	reads := w.countReads()
	if r := w.sync(t); r.Copied != 7 || r.Moved != 5 || *reads != 2 {
		t.Errorf("%d read: %+v\n%s", *reads, r, strings.Join(w.log.lines, "\n"))
	}
	w.same(t, "Archive")
	if n := len(w.target.Messages("Old")); n != 6 {
		t.Errorf("%d messages remain at the target, want 6", n)
	}
	if r := w.sync(t); r.Copied+r.Matched != 0 {
		t.Errorf("once more: %+v", r)
	}
}

// Copies that have lost their dates are removed, and the messages sent.
func TestCopiesWithoutDates(t *testing.T) {
	w := newWorld(membox.Options{Identities: true}, membox.Options{IgnoreDates: true})
	w.source.AddFolder("Work")
	w.deliver("INBOX", 0, 6)
	for n := range 6 {
		w.target.Deliver("INBOX", message(n)) // by somebody else, with its date
	}
	w.sync(t)
	for uid := range mailbox.UID(3) {
		moveAtSource(w, "INBOX", uid+1, "Work")
	}
	if r := w.sync(t); r.Copied != 3 || r.Moved != 0 || !w.log.has("copies another date") {
		t.Errorf("%+v\n%s", r, strings.Join(w.log.lines, "\n"))
	}
	if n := len(w.target.Messages("Work")); n != 3 {
		t.Errorf("%d messages at the target, want 3", n)
	}
	if r := w.sync(t); r.Copied+r.Matched != 0 {
		t.Errorf("once more: %+v", r)
	}
}
