package syncer

import (
	"fmt"
	"strings"
	"testing"

	"migsh/internal/mailbox/membox"
	"migsh/store/memstore"
)

// Whatever becomes of the UIDs or of the state, nothing is copied twice and nothing is lost.
func TestAdopt(t *testing.T) {
	for _, c := range []struct {
		name  string
		spoil func(*testing.T, *world)
	}{
		{"state lost", func(t *testing.T, w *world) {
			if err := Forget(t.Context(), w.store, testPair); err != nil {
				t.Fatal(err)
			}
		}},
		{"source renumbered", func(t *testing.T, w *world) { w.source.Remove("INBOX", 1); w.source.Renumber("INBOX") }},
		{"target renumbered", func(t *testing.T, w *world) { w.target.Renumber("INBOX") }},
		{"both renumbered", func(t *testing.T, w *world) { w.source.Renumber("INBOX"); w.target.Renumber("INBOX") }},
		{"state lost and both renumbered", func(t *testing.T, w *world) {
			w.store = memstore.New()
			w.source.Renumber("INBOX")
			w.target.Renumber("INBOX")
		}},
		{"renumbered twice", func(t *testing.T, w *world) {
			w.source.Renumber("INBOX")
			w.sync(t)
			w.source.Renumber("INBOX")
		}},
	} {
		for _, identities := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, identities %v", c.name, identities), func(t *testing.T) { adopt(t, membox.Options{Identities: identities}, c.spoil) })
		}
	}
}

func adopt(t *testing.T, source membox.Options, spoil func(*testing.T, *world)) {
	w := newWorld(source, membox.Options{})
	w.deliver("INBOX", 0, 20)
	for range 3 { // twins
		w.source.Deliver("INBOX", message(3))
	}
	w.sync(t)
	w.same(t, "INBOX")
	before := len(w.target.Messages("INBOX"))
	spoil(t, w)
	w.deliver("INBOX", 20, 23)
	w.source.SetFlags("INBOX", 6, "$Work", `\Flagged`)
	r := w.sync(t)
	if got := len(w.target.Messages("INBOX")); got != before+3 || r.Copied != 3 {
		t.Errorf("%d messages at the target, %d copied; want %d and 3\n%s", got, r.Copied, before+3, strings.Join(w.log.lines, "\n"))
	}
	if len(w.source.Messages("INBOX")) == before+3 {
		w.same(t, "INBOX")
	}
	if r := w.sync(t); r.Copied+r.Matched+r.Reflagged != 0 {
		t.Errorf("once more: %+v", r)
	}
}

// A renumbered target does not bring back what the user deleted there.
func TestRenumberedTargetKeepsDeletions(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 10)
	w.sync(t)
	w.target.Remove("INBOX", 3, 4)
	w.target.Renumber("INBOX")
	w.sync(t)
	w.source.Renumber("INBOX")
	w.sync(t)
	if got := len(w.target.Messages("INBOX")); got != 8 {
		t.Errorf("%d messages at the target, want 8", got)
	}
}

// Half of the mail, copied by somebody else who lost the keywords, is not copied again but completed.
func TestAdoptHalfFilled(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 20)
	for range 2 {
		w.source.Deliver("INBOX", message(4, `\Seen`))
	}
	for _, m := range w.source.Messages("INBOX")[:11] {
		m.Flags = m.Flags.Minus(m.Flags.Keywords())
		w.target.Deliver("INBOX", m)
	}
	w.target.Deliver("INBOX", message(1000))
	r := w.sync(t)
	if r.Matched != 11 || r.Copied != 11 {
		t.Errorf("%d matched, %d copied; want 11 and 11", r.Matched, r.Copied)
	}
	w.source.Deliver("INBOX", message(1000)) // for the comparison: it was there before
	w.same(t, "INBOX")
}

// A folder that is renumbered in the middle of a pass is matched again in the same pass.
func TestRenumberedMeanwhile(t *testing.T) {
	for _, side := range []string{"source", "target", "both"} {
		t.Run(side, func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{Group: 2})
			w.deliver("INBOX", 0, 30)
			appended := 0
			w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
				if appended += e.N; e.Op != "APPEND" || appended != 10 {
					return nil
				}
				if side != "source" {
					w.target.Renumber("INBOX")
				}
				if side != "target" {
					w.source.Renumber("INBOX")
				}
				return nil
			}})
			w.sync(t)
			w.same(t, "INBOX")
			if r := w.sync(t); r.Copied+r.Matched != 0 {
				t.Errorf("once more: %+v", r)
			}
		})
	}
}
