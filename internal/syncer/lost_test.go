package syncer

import (
	"fmt"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"migsh/store"
)

// What is remembered of a folder and can't be read any more is found again by content: nothing comes twice, the other folders are left
// alone, and it is told.
func TestLostMemory(t *testing.T) {
	for _, c := range []struct {
		name, prefix string
		change       func(*Job)
	}{
		{"a folder's record", folderPrefix(testPair.ID()), nil},
		{"its last page", store.Prefix("mail", "page", testPair.ID(), folderKey("INBOX")), nil},
		{"all", "mail/", nil},
		{"all, two pairs", "mail/", twoPairs},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{})
			w.change = func(j *Job) {
				j.Now = nil // the clock
				if c.change != nil {
					c.change(j)
				}
			}
			w.deliver("INBOX", 0, 12)
			for i := range 3 {
				name := fmt.Sprintf("F%d", i)
				w.source.AddFolder(name)
				w.deliver(name, 20*i, 20*i+9)
			}
			w.sync(t)
			w.deliver("INBOX", 12, 14)
			w.source.SetFlags("INBOX", 2, mailbox.FlagFlagged)
			spoiled := w.spoil(t, c.prefix)
			if c.prefix != "mail/" {
				w.source.SetFlags("F1", 2, mailbox.FlagFlagged)
			}
			if r := w.sync(t); r.Copied != 2 {
				t.Errorf("%d records are damaged, and %d messages are copied, want the 2 new ones", spoiled, r.Copied)
			}
			w.same(t, "INBOX", "F0", "F1", "F2")
			if !w.log.has("can't be read") {
				t.Errorf("told: %q", w.log.lines)
			}
			if r := w.sync(t); r.Copied+r.Matched+r.Reflagged != 0 {
				t.Errorf("the pass after it did %+v", r)
			}
		})
	}
}

// When the process dies while it forgets a folder, what it leaves behind does no harm: where old pages begin, no new ones do.
func TestForgettingIsCutOff(t *testing.T) {
	for at, more := 1, true; more; at++ {
		w := newWorld(membox.Options{}, membox.Options{})
		w.deliver("INBOX", 0, 5)
		w.sync(t)
		more = forgetFolder(t.Context(), crashStore{w.store, &crasher{at: at}}, testPair.ID(), folderKey("INBOX")) != nil
		w.source.Remove("INBOX", 1)
		if r := w.sync(t); r.Copied != 0 {
			t.Errorf("cut off at write %d: %d messages are copied", at, r.Copied)
		}
		folders, err := storedFolders(t.Context(), w.store, testPair.ID())
		if err != nil {
			t.Fatal(err)
		}
		there := 0
		for e, err := range openLedger(w.store, testPair.ID(), folders["INBOX"]).all(t.Context(), folders["INBOX"].Generation) {
			if err != nil {
				t.Fatal(err)
			}
			if !e.Gone {
				there++
			}
		}
		if counts := folders["INBOX"].Counts; there != 4 || counts[Copied]+counts[Adopted] != 4 {
			t.Errorf("cut off at write %d: %d entries are there, counted are %v; want 4", at, there, counts)
		}
	}
}

// spoil damages the first record below a prefix, or all of them.
func (w *world) spoil(t *testing.T, prefix string) (n int) {
	t.Helper()
	for record, err := range w.store.Scan(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.store.Update(t.Context(), store.Set(record.Key, record.Value[:len(record.Value)/2])); err != nil {
			t.Fatal(err)
		}
		if n++; prefix != "mail/" {
			break
		}
	}
	if n == 0 {
		t.Fatalf("there is nothing below %s", prefix)
	}
	return n
}
