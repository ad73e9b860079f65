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
	t.Run("identities", func(t *testing.T) { renamedFolder(t, membox.Options{Identities: true}) })
	t.Run("hidden", func(t *testing.T) { renamedFolder(t, membox.Options{}) })
}

func renamedFolder(t *testing.T, source membox.Options) {
	w := newWorld(source, membox.Options{Delimiter: '.', Prefix: "INBOX."})
	for i, name := range []string{"Old", "Old/Sub", "Other"} {
		w.source.AddFolder(name)
		w.deliver(name, 10*i, 10*i+5)
	}
	w.sync(t)
	w.target.Deliver("INBOX.Old", message(100))
	renameAtSource(t, w, "Old", "New")
	w.deliver("New", 50, 52)
	reads := w.countReads()
	r := w.sync(t)
	if want := map[bool]int{false: 2 + 2*renameProof, true: 2}[source.Identities]; *reads != want {
		t.Errorf("%d messages were read, want %d", *reads, want)
	}
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

// With identities a renamed folder is known even if it was renumbered, is empty, or another folder has its name now.
func TestRenamedByIdentity(t *testing.T) {
	w := newWorld(membox.Options{Identities: true}, membox.Options{})
	for i, name := range []string{"A", "Renumbered", "Gone"} {
		w.source.AddFolder(name)
		w.deliver(name, 10*i, 10*i+5)
	}
	w.source.AddFolder("Empty")
	w.deliver("Empty", 90, 91)
	w.sync(t)
	w.source.Remove("Empty", 1)
	w.source.RemoveFolder("Gone")
	for _, name := range []string{"A", "Renumbered", "Empty"} {
		renameAtSource(t, w, name, "New "+name)
	}
	w.source.Renumber("New Renumbered")
	w.source.AddFolder("A")
	w.deliver("A", 50, 53)
	w.source.AddFolder("Other")
	w.deliver("Other", 60, 62)
	plan, err := Previewed(t.Context(), w.job())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range plan.Folders {
		if want := map[string]int64{"A": 3, "Other": 2, "New Renumbered": 5}[f.Source]; f.Pending != want || f.Source != f.Target {
			t.Errorf("planned: %+v, want %d messages", f, want)
		}
	}
	reads := w.countReads()
	if r := w.sync(t); r.Copied != 5 || *reads != 5 {
		t.Errorf("%d read, want 5; %+v", *reads, r)
	}
	if want := []string{"A", "Gone", "INBOX", "New A", "New Empty", "New Renumbered", "Other"}; !slices.Equal(w.target.Names(), want) {
		t.Errorf("target folders %q, want %q", w.target.Names(), want)
	}
	w.same(t, "A", "New A", "New Renumbered", "Other")
	if r := w.sync(t); r.Copied+r.Matched != 0 {
		t.Errorf("once more: %+v", r)
	}
}

// A folder that takes the place of another one, with its name and its UIDVALIDITY, is not taken for that one.
func TestReplacedFolder(t *testing.T) {
	for _, later := range []int{0, 10} { // messages that the new folder has more than the old one
		w := newWorld(membox.Options{Identities: true}, membox.Options{})
		w.source.AddFolder("A")
		w.deliver("A", 0, 10)
		w.sync(t)
		life := w.source.Validity("A")
		w.source.RemoveFolder("A")
		w.source.AddFolder("A")
		w.deliver("A", 3, 9+later)
		w.deliver("A", 40, 42)
		w.source.SetValidity("A", life)
		if r := w.sync(t); r.Copied != int64(max(later-1, 0)+2) {
			t.Errorf("%d more: %+v\n%s", later, r, strings.Join(w.log.lines, "\n"))
		}
		if got := without(lines(w.source.Messages("A")), lines(w.target.Messages("A"))); len(got) > 0 {
			t.Errorf("%d more: missing %q", later, got)
		}
		if r := w.sync(t); r.Copied+r.Matched != 0 {
			t.Errorf("%d more, once more: %+v", later, r)
		}
	}
}
