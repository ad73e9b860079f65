package syncer

import (
	"slices"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
)

func follow(percent int) func(*Job) {
	return func(j *Job) { j.Deletions = Deletions{Follow: true, Percent: percent, Batch: "Staff"} }
}

// removedItems are the UIDs that are listed as removed.
func removedItems(t *testing.T, w *world) []uint32 {
	t.Helper()
	var out []uint32
	for item, err := range Items(t.Context(), w.store, testPair) {
		if err != nil {
			t.Fatal(err)
		}
		if item.Kind == migration.SkippedRemovedItem {
			out = append(out, item.UID)
		}
	}
	return out
}

// Deletions are followed only where they are asked for, and then only of what migsh itself has put there and nobody has touched.
func TestFollowDeletions(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 60)
	w.target.Deliver("INBOX", message(3)) // there before: adopted
	w.sync(t)
	w.target.Deliver("INBOX", message(100)) // arrived there
	at := map[string]mailbox.UID{}
	for _, m := range w.target.Messages("INBOX") {
		at[string(m.Body)] = m.UID
	}
	w.target.SetFlags("INBOX", at[string(text(5))], `\Seen`) // read there
	w.target.Remove("INBOX", at[string(text(6))])            // deleted there
	w.source.Remove("INBOX", 4, 5, 6, 7, 8)                  // messages 3 to 7
	if r := w.sync(t); r.Removed != 0 || len(w.target.Messages("INBOX")) != 60 {
		t.Errorf("nobody asked for it: %+v", r)
	}
	w.change = follow(10)
	w.log.lines = nil
	r := w.sync(t)
	if r.Removed != 2 || !slices.Equal(removedItems(t, w), []uint32{5, 8}) {
		t.Errorf("removed %d, listed %v\n%q", r.Removed, removedItems(t, w), w.log.lines)
	}
	left := map[string]bool{}
	for _, m := range w.target.Messages("INBOX") {
		left[string(m.Body)] = true
	}
	for n, want := range map[int]bool{3: true, 4: false, 5: true, 6: false, 7: false, 8: true, 100: true} {
		if left[string(text(n))] != want {
			t.Errorf("message %d is at the target: %v", n, !want)
		}
	}
	if !w.log.has("where its flags were changed") {
		t.Errorf("what stays is not told: %q", w.log.lines)
	}
	if r := w.sync(t); r.Removed+r.Copied != 0 {
		t.Errorf("once more: %+v", r)
	}
}

// When more than a share of a folder has gone, or the folder itself, nothing is removed, and the way on is told.
func TestDeletionBrake(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.source.AddFolder("B")
	w.deliver("INBOX", 0, 50)
	w.deliver("A", 0, 3)
	w.deliver("B", 0, 9)
	w.change = follow(10)
	w.sync(t)
	w.source.Remove("INBOX", 1, 2, 3, 4, 5, 6)
	w.source.Remove("A", 1, 2, 3)
	w.source.RemoveFolder("B")
	for range 2 {
		if r := w.sync(t); r.Removed != 0 {
			t.Fatalf("the brake did not hold: %+v", r)
		}
	}
	for _, line := range []string{`"INBOX": 6 of the 50 messages`, "Set-MigrationBatch 'Staff' -MaxDeletionPercent 12 -SyncNow", `"A": 3 of the 3`, "-MaxDeletionPercent 100", `"B" with 9 messages is no longer at the source`} {
		if !w.log.has(line) {
			t.Errorf("not told: %s\n%q", line, w.log.lines)
		}
	}
	w.change = follow(12)
	if r := w.sync(t); r.Removed != 6 || len(w.target.Messages("INBOX")) != 44 {
		t.Errorf("after it was let go: %+v", r)
	}
	w.change = follow(100)
	if r := w.sync(t); r.Removed != 3 || len(w.target.Messages("A")) != 0 || len(w.target.Messages("B")) != 9 {
		t.Errorf("all of a folder: %+v", r)
	}
}

// Without UIDPLUS nothing is removed; a break in the middle, or a renumbered target, removes nothing else.
func TestDeletionsInTrouble(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{NoUIDPlus: true})
	w.deliver("INBOX", 0, 20)
	w.change = follow(10)
	w.sync(t)
	w.source.Remove("INBOX", 3)
	if r := w.sync(t); r.Removed != 0 || !w.log.has("no UIDPLUS") {
		t.Errorf("without UIDPLUS: %+v", r)
	}

	w = newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 60)
	w.change = follow(10)
	w.sync(t)
	w.source.Remove("INBOX", 3, 9)
	w.target.SetHooks(membox.Hooks{After: func(e membox.Effect) error {
		if e.Op == "EXPUNGE" {
			return mailbox.NewError(mailbox.ConnectionLost, "EXPUNGE", nil)
		}
		return nil
	}})
	if _, err := Run(t.Context(), w.job()); err == nil {
		t.Fatal("the connection did not break")
	}
	w.target.SetHooks(membox.Hooks{})
	w.target.Renumber("INBOX")
	w.source.Remove("INBOX", 12)
	w.sync(t)
	w.same(t, "INBOX")
}
