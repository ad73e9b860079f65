package syncer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
	"migsh/internal/repair"
	"migsh/store/memstore"
)

// crooked are messages whose form strict servers refuse, by what is repaired.
var crooked = map[string]string{
	"NUL":       "From: Anna <anna@example.org>\r\nSubject: NUL\r\nMessage-ID: <1@example.org>\r\n\r\na\x00b\r\n",
	"bare LF":   "From: Anna <anna@example.org>\nSubject: bare LF\n\nBody\n",
	"8-bit":     "From: Jörg <j@example.org>\r\nSubject: 8-bit\r\n\r\nBody\r\n",
	"no field":  "Subject: no field\r\nno field\r\n\r\nBody\r\n",
	"long line": "Subject: long line\r\n\r\n" + strings.Repeat("0123456789", 200) + "\r\n",
	"all":       "Subject: \xe9\x00\nno field\n\n" + strings.Repeat("x\x00", 800) + "\n",
}

// strict refuses what has any of the defects.
func strict(d repair.Defects, how error) func(string, []byte, mailbox.Flags) error {
	return func(_ string, body []byte, _ mailbox.Flags) error {
		if has, err := repair.Inspect(bytes.NewReader(body)); err != nil || has&d != 0 {
			return how
		}
		return nil
	}
}

var everything = repair.NULs | repair.LineEnds | repair.RawHeader | repair.BadHeader | repair.LongLines

func refusal() error {
	e := mailbox.NewError(mailbox.MessageRefused, "APPEND", nil)
	e.Text = "Message contains invalid header"
	return e
}

// What a target refuses for its form is left behind and listed; once repairs are allowed it is written with the smallest change that
// the target takes, both digests are listed, the verification accepts what was written, and nothing comes twice, whatever is lost.
func TestRepairs(t *testing.T) {
	for _, uidplus := range []bool{true, false} {
		t.Run(fmt.Sprintf("UIDPLUS %v", uidplus), func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{NoUIDPlus: !uidplus})
			w.deliver("INBOX", 0, 7)
			for _, name := range []string{"NUL", "bare LF", "8-bit", "no field", "long line", "all"} {
				w.source.Deliver("INBOX", membox.Message{Date: message(0).Date, Flags: mailbox.NewFlags(`\Seen`, "$Work"), Body: []byte(crooked[name])})
			}
			w.deliver("INBOX", 7, 9)
			w.target.SetHooks(membox.Hooks{Refuse: strict(everything, refusal())})
			if r := w.sync(t); r.Copied != 9 || r.Skipped != 6 || r.Repaired != 0 {
				t.Errorf("without leave to repair: %+v", r)
			}
			w.change = func(j *Job) { j.Repair = true }
			r := w.sync(t)
			if r.Copied != 6 || r.Repaired != 6 || r.Skipped != 0 || r.Folders[0].Repaired != 6 || r.Folders[0].Refused != 0 {
				t.Errorf("with leave to repair: %+v\n%s", r, strings.Join(w.log.lines, "\n"))
			}
			repaired(t, w, 6)
			if r := w.sync(t); r.Copied+r.Matched+r.Skipped+r.Reflagged != 0 {
				t.Errorf("once more: %+v", r)
			}
			for i, lose := range []func(){func() { w.source.Renumber("INBOX") }, func() { w.target.Renumber("INBOX") }, func() { w.store = memstore.New() }} {
				lose()
				if r := w.sync(t); r.Copied+r.Skipped != 0 {
					t.Errorf("after loss %d: %+v", i, r)
				}
				repaired(t, w, 6)
			}
			for _, m := range w.target.Messages("INBOX") {
				if strings.Contains(string(m.Body), "no field") && !m.Flags.Equal(mailbox.NewFlags(`\Seen`, "$Work")) {
					t.Errorf("a repaired message has the flags %q", m.Flags)
				}
			}
		})
	}
}

// repaired demands that so many messages are listed with both digests, and that the target is verified.
func repaired(t *testing.T, w *world, want int) {
	t.Helper()
	digests := map[string]bool{}
	for _, m := range w.target.Messages("INBOX") {
		digests[digestOf(m.Body).String()] = true
	}
	n := 0
	for item, err := range Items(t.Context(), w.store, testPair) {
		if err != nil {
			t.Fatal(err)
		}
		if item.Kind != migration.SkippedRepairedItem {
			t.Errorf("listed is %+v", item)
			continue
		}
		n++
		if !digests[item.WrittenDigest] || digests[item.SourceDigest] || item.Reason == "" {
			t.Errorf("listed is %+v", item)
		}
	}
	v, err := Verify(t.Context(), w.job(), 1)
	if n != want || err != nil || v.Same != int64(len(digests)) || len(v.Altered)+len(v.Missing) != 0 {
		t.Errorf("%d are listed, want %d; verified: %+v, %v", n, want, v, err)
	}
}

// A repair changes no more than the target makes necessary.
func TestRepairIsMinimal(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.change = func(j *Job) { j.Repair = true }
	w.source.Deliver("INBOX", membox.Message{Body: []byte(crooked["all"])})
	w.target.SetHooks(membox.Hooks{Refuse: strict(repair.NULs, refusal())})
	w.sync(t)
	got := w.target.Messages("INBOX")
	if want := strings.ReplaceAll(crooked["all"], "\x00", ""); len(got) != 1 || string(got[0].Body) != want {
		t.Errorf("the target has %d messages: %.300q", len(got), lines(got))
	}
}

// A virus stays where it is, however often the message is repaired.
func TestRepairInVain(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.change = func(j *Job) { j.Repair = true }
	w.deliver("INBOX", 0, 3)
	w.source.Deliver("INBOX", membox.Message{Body: []byte(crooked["all"])})
	w.target.SetHooks(membox.Hooks{Refuse: func(_ string, body []byte, _ mailbox.Flags) error {
		if bytes.Contains(body, []byte("no field")) {
			e := mailbox.NewError(mailbox.MessageRefused, "APPEND", nil)
			e.Text = "contains a virus"
			return e
		}
		return nil
	}})
	if r := w.sync(t); r.Copied != 3 || r.Skipped != 1 {
		t.Errorf("%+v", r)
	}
	for item, err := range Items(t.Context(), w.store, testPair) {
		if err != nil || item.Kind != migration.SkippedRefusedItem || !strings.Contains(item.Reason, "virus") {
			t.Errorf("listed is %+v, %v", item, err)
		}
	}
	if r := w.sync(t); r.Copied+r.Skipped != 0 {
		t.Errorf("once more: %+v", r)
	}
}

// A target that ends the connection at a line that it finds too long gets the message with lines that it bears; one that also ends it
// at every repair does without, and all others arrive.
func TestRepairWhatBreaksTheConnection(t *testing.T) {
	for _, c := range []struct {
		name  string
		fatal repair.Defects
		want  int
	}{{"long line", repair.LongLines, 13}, {"everything", 0, 12}} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{})
			w.change = func(j *Job) { j.Repair = true; j.Window = 200 }
			w.deliver("INBOX", 0, 6)
			w.source.Deliver("INBOX", membox.Message{Body: []byte(crooked["long line"])})
			w.deliver("INBOX", 6, 12)
			lost := mailbox.NewError(mailbox.ConnectionLost, "APPEND", io.EOF)
			w.target.SetHooks(membox.Hooks{Refuse: func(folder string, body []byte, flags mailbox.Flags) error {
				if c.fatal == 0 && bytes.Contains(body, []byte("Subject: long line")) {
					return lost
				}
				return strict(c.fatal, lost)(folder, body, flags)
			}})
			for n := 0; ; n++ {
				_, err := Run(t.Context(), w.job())
				if err == nil {
					break
				}
				if n == 30 || mailbox.ClassOf(err) != mailbox.Reconnect {
					t.Fatalf("after %d passes: %v", n, err)
				}
			}
			if got := len(w.target.Messages("INBOX")); got != c.want {
				t.Errorf("%d messages arrived, want %d\n%s", got, c.want, strings.Join(w.log.lines, "\n"))
			}
		})
	}
}

// A message that breaks the connection to the source is not read again to be repaired.
func TestNoRepairOfWhatTheSourceBreaksAt(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.change = func(j *Job) { j.Repair = true; j.Window = 1 }
	w.deliver("INBOX", 0, 2)
	w.source.SetHooks(membox.Hooks{Body: func(_ string, uid mailbox.UID, r io.Reader) io.Reader {
		if uid == 1 {
			return io.LimitReader(r, 3)
		}
		return r
	}})
	passes := 0
	for ; passes < 30; passes++ {
		if _, err := Run(t.Context(), w.job()); err == nil {
			break
		}
	}
	if passes != quarantineAfter || len(w.target.Messages("INBOX")) != 1 {
		t.Errorf("after %d passes there are %d messages", passes, len(w.target.Messages("INBOX")))
	}
}

// NUL bytes go as they are where the target has BINARY, whether repairs are allowed or not; when it encodes them itself, that is told.
func TestBinary(t *testing.T) {
	for name, alter := range map[string]func([]byte) []byte{"kept": nil, "encoded": func(b []byte) []byte {
		return bytes.ReplaceAll(b, []byte{0}, []byte("=00"))
	}} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{Binary: true, Alter: alter})
			w.deliver("INBOX", 0, 3)
			w.source.Deliver("INBOX", membox.Message{Body: []byte(crooked["NUL"])})
			r := w.sync(t)
			want := []byte(crooked["NUL"])
			if alter != nil {
				want = alter(want)
			}
			if r.Copied != 4 || r.Skipped != 0 || !slices.ContainsFunc(w.target.Messages("INBOX"), func(m membox.Message) bool { return bytes.Equal(m.Body, want) }) {
				t.Errorf("%+v", r)
			}
			repaired(t, w, int(r.Repaired))
			if (alter != nil) != (r.Repaired == 1) {
				t.Errorf("%d are told to be altered", r.Repaired)
			}
		})
	}
}

// A crash or a break at any moment of a repair makes no double.
func TestRepairInterrupted(t *testing.T) {
	for stored := 1; stored <= 7; stored++ {
		w := newWorld(membox.Options{}, membox.Options{})
		w.change = func(j *Job) { j.Repair = true }
		for _, name := range []string{"NUL", "bare LF", "8-bit", "no field", "long line", "all", "NUL"} {
			w.source.Deliver("INBOX", membox.Message{Date: message(0).Date, Body: []byte(crooked[name])})
		}
		n := 0
		w.target.SetHooks(membox.Hooks{Refuse: strict(everything, refusal()), After: func(e membox.Effect) error {
			if e.Op == "APPEND" {
				if n++; n == stored {
					return mailbox.NewError(mailbox.ConnectionLost, "APPEND", errors.New("lost"))
				}
			}
			return nil
		}})
		if _, err := Run(t.Context(), w.job()); err == nil {
			t.Fatal("the connection did not break")
		}
		w.sync(t)
		if got := len(w.target.Messages("INBOX")); got != 7 {
			t.Errorf("broken after %d: %d messages, want 7\n%s", stored, got, strings.Join(w.log.lines, "\n"))
		}
		repaired2 := 0
		for range Items(t.Context(), w.store, testPair) {
			repaired2++
		}
		if repaired2 != 7 {
			t.Errorf("broken after %d: %d are listed, want 7", stored, repaired2)
		}
	}
}
