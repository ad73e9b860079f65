package syncer

import (
	"io"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
)

// countReads counts, from now on, the messages that the source is asked for.
func (w *world) countReads() *int {
	n := new(int)
	w.source.SetHooks(membox.Hooks{Body: func(_ string, _ mailbox.UID, r io.Reader) io.Reader {
		*n++
		return r
	}})
	return n
}

// A source that has renumbered messages with identities is not read again.
func TestKnowAgain(t *testing.T) {
	for _, c := range []struct {
		name  string
		o     membox.Options
		spoil func(*world)
		reads int
	}{
		{name: "identities", o: membox.Options{Identities: true}, reads: 2},
		{name: "hidden", reads: 25},
		{name: "another date", o: membox.Options{Identities: true}, spoil: func(w *world) { w.source.SetDate("INBOX", 5, time.Unix(1, 0)) }, reads: 3},
		// The identities of a server that gives them anew count for nothing.
		{name: "given anew", o: membox.Options{Identities: true}, spoil: func(w *world) { w.source.SetIdentity("INBOX", 5, w.source.Messages("INBOX")[7].Identity) }, reads: 25},
		{name: "gone", o: membox.Options{Identities: true}, spoil: func(w *world) { w.source.Remove("INBOX", 7) }, reads: 2},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(c.o, membox.Options{})
			w.deliver("INBOX", 0, 20)
			for range 3 { // twins
				w.source.Deliver("INBOX", message(3))
			}
			w.sync(t)
			w.target.Remove("INBOX", 6) // which must not come back
			w.source.Renumber("INBOX")
			if c.spoil != nil {
				c.spoil(w)
			}
			w.deliver("INBOX", 30, 32)
			reads := w.countReads()
			if r := w.sync(t); r.Copied != 2 || *reads != c.reads {
				t.Errorf("%d read, want %d; %+v", *reads, c.reads, r)
			}
			if n := len(w.target.Messages("INBOX")); n != 24 {
				t.Errorf("%d messages at the target, want 24", n)
			}
			if v, err := Verify(t.Context(), w.job(), 1); err != nil || v.Same != v.Checked-1 || len(v.Missing) != 1 {
				t.Errorf("verified: %+v, %v", v, err)
			}
		})
	}
}
