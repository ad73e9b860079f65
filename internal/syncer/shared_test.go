package syncer

import (
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox/membox"
	"migsh/store/memstore"
)

// Folders that a rule sends to one target keep each of their messages there, twins of one another included: at later
// passes, after a renaming at the source, after the state was lost, and when the rule is gone.
func TestSharedTarget(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	sharing(t, w)
	w.source.AddFolder("Work")
	w.source.AddFolder("Play")
	w.deliver("Work", 0, 6)
	w.deliver("Play", 3, 9) // 3 to 5 are in both
	w.target.AddFolder("All")
	w.target.Deliver("All", message(5))
	holds := func(want int) {
		t.Helper()
		all := slices.Concat(lines(w.source.Messages("Work")), lines(w.source.Messages("Play")), lines(w.source.Messages("Fun")))
		slices.Sort(all)
		if got := lines(w.target.Messages("All")); len(got) != want || !slices.Equal(got, all) {
			t.Errorf("the shared folder holds %d messages, want %d; missing %.400q, too many %.400q\n%s", len(got), want,
				without(all, got), without(got, all), strings.Join(w.log.lines, "\n"))
		}
	}
	w.sync(t)
	holds(12)
	w.deliver("Work", 20, 22)
	w.source.SetFlags("Play", 1, `\Flagged`)
	w.sync(t)
	holds(14)
	renameAtSource(t, w, "Play", "Fun")
	w.sync(t)
	holds(14)
	w.store = memstore.New()
	w.change = nil
	sharing(t, w)
	renameAtSource(t, w, "Fun", "Play")
	if r := w.sync(t); r.Copied != 0 || r.Matched != 14 {
		t.Errorf("after the state was lost: %+v", r)
	}
	holds(14)
	w.target.Renumber("All")
	if r := w.sync(t); r.Copied != 0 {
		t.Errorf("after the target was renumbered: %+v", r)
	}
	w.change = nil
	w.deliver("Play", 30, 31)
	w.sync(t)
	holds(15)
	if names := w.target.Names(); slices.Contains(names, "Play") {
		t.Errorf("without the rule a folder moved: %q", names)
	}
}
