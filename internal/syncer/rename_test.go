package syncer

import (
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox/membox"
)

func renameAtSource(t *testing.T, w *world, from, to string) {
	t.Helper()
	s, err := w.source.OpenTarget(t.Context())
	if err == nil {
		err = s.Rename(t.Context(), from, to)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestRenamedFolderIsRenamed(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{Delimiter: '.', Prefix: "INBOX."})
	for i, name := range []string{"Old", "Old/Sub", "Other"} {
		w.source.AddFolder(name)
		w.deliver(name, 10*i, 10*i+5)
	}
	w.sync(t)
	w.target.Deliver("INBOX.Old", message(100))
	renameAtSource(t, w, "Old", "New")
	w.deliver("New", 50, 52)
	r := w.sync(t)
	if want := []string{"INBOX", "INBOX.New", "INBOX.New.Sub", "INBOX.Other"}; !slices.Equal(w.target.Names(), want) || r.Copied != 2 {
		t.Errorf("target folders %q, %d copied; want %q and 2\n%s", w.target.Names(), r.Copied, want, strings.Join(w.log.lines, "\n"))
	}
	w.same(t, "New/Sub>INBOX.New.Sub", "Other>INBOX.Other")
	// A new folder under the old name is a new folder.
	w.source.AddFolder("Old")
	w.deliver("Old", 60, 63)
	w.sync(t)
	w.same(t, "Old>INBOX.Old")
	if r := w.sync(t); r.Copied != 0 {
		t.Errorf("once more: %+v", r)
	}
}

// A folder that has gone and another that came with its UIDVALIDITY, but with other mail, are two folders.
func TestNotEveryNewFolderIsARenamedOne(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.deliver("A", 0, 3)
	w.sync(t)
	renameAtSource(t, w, "A", "B")
	w.source.Remove("B", 1, 2, 3)
	for _, m := range w.target.Messages("A")[:1] {
		w.source.Deliver("B", m)
	}
	r := w.sync(t)
	if r.Copied != 1 || !slices.Equal(w.target.Names(), []string{"A", "B", "INBOX"}) {
		t.Errorf("%d copied, target folders %q", r.Copied, w.target.Names())
	}
}

// What the user made of the folders at the target stays.
func TestRenameRespectsTheTarget(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.deliver("A", 0, 3)
	w.sync(t)
	w.target.AddFolder("B")
	renameAtSource(t, w, "A", "B")
	w.deliver("B", 3, 5)
	r := w.sync(t)
	if r.Copied != 2 || len(w.target.Messages("A")) != 5 || len(w.target.Messages("B")) != 0 {
		t.Errorf("%d copied; A holds %d, B %d", r.Copied, len(w.target.Messages("A")), len(w.target.Messages("B")))
	}
}
