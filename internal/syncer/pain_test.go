package syncer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"migsh/store/memstore"
)

// TestPain shows, for the pains that users of other tools have had with the copy itself, that they are not had here. The
// numbers are those of docs/checklist.md; TestPain in package syncer_test has those that need a real server.
func TestPain(t *testing.T) {
	for _, p := range []struct {
		name string
		test func(*testing.T)
	}{
		{"P1", painSecondRun},
		{"P2", painBrokenTwice},
		{"P2 late", painStoredLate},
		{"P2 late and slow", painStoredLateAfterLongWindow},
		{"P2 too late", painStoredTooLate},
		{"P3", painTwins},
		{"P5", TestMissingDate},
		{"P5 ignored", TestDatesIgnored},
		{"P6", TestKeywords},
		{"P7", TestAdopt},
		{"P7 meanwhile", TestRenumberedMeanwhile},
		{"P7 known", TestKnowAgain},
		{"P7 renamed", TestRenamedByIdentity},
		{"P7 replaced", TestReplacedFolder},
		{"P8", painNothingDeleted},
		{"P8 followed", TestFollowDeletions},
		{"P8 brake", TestDeletionBrake},
		{"P8 trouble", TestDeletionsInTrouble},
		{"P9", painFlagsInDoubt},
		{"P9 deleted", TestRenumberedTargetKeepsDeletions},
		{"P9 folder", TestFolderDeletedAtTarget},
		{"P10", painMovingSource},
		{"P10 vanished", TestVanishedAndUnreadable},
		{"P10 moved", TestMoved},
		{"P11", painBalance},
		{"P11 listed", TestEveryItemIsListed},
		{"P12", TestVerify},
		{"P12 dates and flags", TestVerifyDatesAndFlags},
		{"P13", TestRepairs},
		{"P13 binary", TestBinary},
		{"P14", TestRepairInterrupted},
		{"P15", TestRepairWhatBreaksTheConnection},
		{"P15 minimal", TestRepairIsMinimal},
		{"P17", TestPrefixesAndNames},
		{"P17 untold", TestNamespacesUntold},
		{"P18", painSeparatorInside},
		{"P19", TestRefusedNames},
		{"P20", TestFormTwins},
		{"P21", painCaseTwins},
		{"P22", painNoInferiors},
		{"P23", painLocalisedFolders},
		{"P24 subscriptions", TestSubscriptions},
		{"P24 rights", painRights},
		{"P25 labels", TestOneCopyOfEachMessage},
		{"P25 vanished", TestFaceVanishes},
		{"P25 deletions", TestDeletionsAndLabels},
		{"P25 shared", TestLabelsSharedAndExcluded},
		{"P31", TestTooLarge},
		{"P32", TestQuotaAndResume},
		{"P33", TestHugeMessageInLittleMemory},
		{"P34", TestListingThatOmits},
		{"P40", TestPoisonousMessage},
		{"P40 refused", TestRefusedMessages},
		{"P40 in vain", TestRepairInVain},
		{"P40 at the source", TestNoRepairOfWhatTheSourceBreaksAt},
	} {
		t.Run(p.name, p.test)
	}
}

// letter is a message as mail programs write it.
func letter(n int) membox.Message {
	date := time.Date(2020, 1, 1, 0, n/60, n%60, 0, time.UTC)
	return membox.Message{Date: date, Body: fmt.Appendf(nil,
		"Received: from a by b; %s\r\nMessage-ID: <%d@example.org>\r\nDate: %s\r\nFrom: Anna <anna@example.org>\r\nTo: bob@example.org\r\nSubject: Letter %d\r\n\r\nBody %d\r\n",
		date.Format(time.RFC1123Z), n, date.Format(time.RFC1123Z), n, n)}
}

// alterations are what servers and other tools do to messages.
var alterations = map[string]func([]byte) []byte{
	"a Received line": func(b []byte) []byte { return append([]byte("Received: by new.example.org; now\r\n"), b...) },
	"a new Message-ID": func(b []byte) []byte {
		return bytes.Replace(b, []byte("Message-ID: <"), []byte("Message-ID: <new."), 1)
	},
	"X-TUID": func(b []byte) []byte {
		return bytes.Replace(b, []byte("\r\n\r\n"), []byte("\r\nX-TUID: abcdefghijkl\r\n\r\n"), 1)
	},
	"another body": func(b []byte) []byte { return append(b, "-- \r\nscanned\r\n"...) },
}

// However often the same mail is copied, it is there once: on a target that alters it and tells no UIDs, too, and after
// all that was remembered is lost.
func painSecondRun(t *testing.T) {
	for name, alter := range alterations {
		for _, uidplus := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, UIDPLUS %v", name, uidplus), func(t *testing.T) {
				w := newWorld(membox.Options{}, membox.Options{NoUIDPlus: !uidplus, Alter: alter})
				for n := range 30 {
					w.source.Deliver("INBOX", letter(n))
				}
				for range 2 {
					w.source.Deliver("INBOX", letter(7)) // twins
				}
				w.target.Deliver("INBOX", letter(1000))
				for range 3 {
					w.sync(t)
				}
				if n := len(w.target.Messages("INBOX")); n != 33 {
					t.Fatalf("after three runs there are %d messages, want 33", n)
				}
				w.store = memstore.New()
				w.source.Deliver("INBOX", letter(30))
				for range 2 {
					w.sync(t)
				}
				if n := len(w.target.Messages("INBOX")); n != 34 {
					t.Errorf("after the state was lost and one new message there are %d, want 34\n%s", n, strings.Join(w.log.lines, "\n"))
				}
			})
		}
	}
}

// A connection that breaks while the outcome of an earlier break is still being found out makes no doubles, whether the
// target keeps what it stores or alters it.
func painBrokenTwice(t *testing.T) {
	for name, alter := range map[string]func([]byte) []byte{"kept": nil, "altered": alterations["a Received line"], "rewritten": alterations["another body"]} {
		t.Run(name, func(t *testing.T) {
			for breakAt := mailbox.UID(1); breakAt <= 12; breakAt++ {
				w := newWorld(membox.Options{}, membox.Options{Alter: alter})
				w.change = func(j *Job) { j.Window = 12 }
				for n := range 12 {
					w.source.Deliver("INBOX", letter(n))
				}
				stored := 0
				w.target.SetHooks(membox.Hooks{After: func(e membox.Effect) error {
					if e.Op == "APPEND" {
						if stored += e.N; stored == 9 {
							return mailbox.NewError(mailbox.ConnectionLost, "APPEND", io.EOF)
						}
					}
					return nil
				}})
				if _, err := Run(t.Context(), w.job()); err == nil {
					t.Fatal("the connection to the target did not break")
				}
				w.target.SetHooks(membox.Hooks{})
				w.source.SetHooks(membox.Hooks{Body: func(_ string, uid mailbox.UID, r io.Reader) io.Reader {
					if uid == breakAt {
						return io.LimitReader(r, 10)
					}
					return r
				}})
				_, err := Run(t.Context(), w.job())
				w.source.SetHooks(membox.Hooks{})
				if breakAt > 8 && err == nil {
					t.Fatal("the connection to the source did not break")
				}
				w.sync(t)
				if n := len(w.target.Messages("INBOX")); n != 12 {
					t.Errorf("broken at the source at UID %d: %d messages at the target, want 12\n%s", breakAt, n, strings.Join(w.log.lines, "\n"))
				}
				if v, err := Verify(context.WithoutCancel(t.Context()), w.job(), 1); err != nil || len(v.Missing) > 0 {
					t.Errorf("verification: %+v, %v", v, err)
				}
			}
		})
	}
}

// What the user did at the target stays, and a change of flags whose answer was lost is neither forgotten nor taken for
// the user's own.
func painFlagsInDoubt(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 10)
	w.sync(t)
	w.target.Remove("INBOX", 3)
	w.target.SetFlags("INBOX", 4, "$Mine")
	w.source.SetFlags("INBOX", 6, `\Flagged`)
	w.source.SetFlags("INBOX", 7, `\Flagged`)
	w.target.SetHooks(membox.Hooks{After: func(e membox.Effect) error {
		if e.Op == "STORE" {
			return mailbox.NewError(mailbox.ConnectionLost, "STORE", io.EOF)
		}
		return nil
	}})
	if _, err := Run(t.Context(), w.job()); err == nil {
		t.Fatal("the answer to STORE was not lost")
	}
	w.target.SetHooks(membox.Hooks{})
	w.source.SetFlags("INBOX", 6)
	w.target.Renumber("INBOX")
	w.sync(t)
	want := map[string]string{string(text(5)): "", string(text(6)): `\Flagged`, string(text(3)): "$Mine"}
	for _, m := range w.target.Messages("INBOX") {
		if flags, ok := want[string(m.Body)]; ok && m.Flags.String() != flags {
			t.Errorf("%.20q has the flags %q, want %q", m.Body, m.Flags, flags)
		}
		if string(m.Body) == string(text(2)) {
			t.Error("what the user deleted at the target has come back")
		}
	}
	if r := w.sync(t); r.Reflagged+r.Copied+r.Matched != 0 {
		t.Errorf("once more: %+v", r)
	}
}

// Folders that differ only in case stay two, though the target sees no difference; each keeps its own mail.
func painCaseTwins(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{FoldCase: true})
	for _, name := range []string{"Archive", "archive", "ARCHIVE", "sent"} {
		w.source.AddFolder(name)
	}
	w.target.AddFolder("Sent")
	w.deliver("Archive", 0, 5)
	w.deliver("archive", 3, 8) // two of them are in both
	w.deliver("ARCHIVE", 3, 4)
	w.deliver("sent", 0, 2)
	for range 2 {
		w.sync(t)
		w.same(t, "ARCHIVE", "Archive>Archive (2)", "archive>archive (3)", "sent>Sent")
	}
	w.deliver("archive", 20, 22)
	w.sync(t)
	w.same(t, "ARCHIVE", "Archive>Archive (2)", "archive>archive (3)", "sent>Sent")
	if !w.log.has(`"archive" becomes "archive (3)"`) {
		t.Errorf("the new name is not reported: %q", w.log.lines)
	}
}

// Where a folder that holds mail can have none below it, those get a place beside it.
// Folders of the same use are one, under whatever name in whatever language, also where a server tells no uses; unless the names are
// to be kept.
func painLocalisedFolders(t *testing.T) {
	for _, untold := range []bool{false, true} {
		w := newWorld(membox.Options{NoSpecialUse: untold}, membox.Options{})
		for name, use := range map[string]string{"Gesendete Elemente": `\Sent`, "Corbeille": `\Trash`, "Черновики": `\Drafts`} {
			w.source.AddFolder(name, use)
		}
		w.deliver("Gesendete Elemente", 0, 3)
		w.deliver("Corbeille", 3, 6)
		w.deliver("Черновики", 6, 9)
		for name, use := range map[string]string{"Sent": `\Sent`, "Trash": `\Trash`, "Drafts": `\Drafts`} {
			w.target.AddFolder(name, use)
		}
		for range 2 {
			w.sync(t)
			w.same(t, "Gesendete Elemente>Sent", "Corbeille>Trash", "Черновики>Drafts")
		}
		if n := len(w.target.Names()); n != 4 {
			t.Errorf("uses untold: %v: the target has %q", untold, w.target.Names())
		}
	}
	w := newWorld(membox.Options{}, membox.Options{})
	w.change = func(j *Job) { j.Rules.KeepNames = true }
	w.source.AddFolder("Corbeille", `\Trash`)
	w.target.AddFolder("Trash", `\Trash`)
	w.deliver("Corbeille", 0, 3)
	w.sync(t)
	w.same(t, "Corbeille")
}

func painNoInferiors(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.source.AddFolder("A/B")
	w.source.AddFolder("A/B/C")
	w.deliver("A", 0, 3)
	w.deliver("A/B", 3, 6)
	w.deliver("A/B/C", 6, 9)
	w.target.AddFolder("A", mailbox.AttrNoInferiors)
	for range 2 {
		w.sync(t)
		w.same(t, "A", "A/B>A_B", "A/B/C>A_B_C")
	}
	if !w.log.has(`"A/B" becomes "A_B"`) {
		t.Errorf("the new name is not reported: %q", w.log.lines)
	}
}

// What the target stores only after the connection has broken, and after migsh is back, is not sent again.
func painStoredLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(membox.Options{}, membox.Options{})
		w.change = func(j *Job) { j.Window, j.Settle, j.Now = 12, 5*time.Second, time.Now }
		w.deliver("INBOX", 0, 12)
		w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
			if e.Op == "APPEND" {
				return mailbox.NewError(mailbox.ConnectionLost, "APPEND", io.EOF)
			}
			return nil
		}})
		if _, err := Run(t.Context(), w.job()); err == nil {
			t.Fatal("the connection to the target did not break")
		}
		w.target.SetHooks(membox.Hooks{})
		for n, m := range w.source.Messages("INBOX")[:3] {
			time.AfterFunc(time.Duration(n+1)*3*time.Second, func() { w.target.Deliver("INBOX", m) })
		}
		begun := time.Now()
		w.sync(t)
		if n := len(w.target.Messages("INBOX")); n != 12 {
			t.Errorf("%d messages at the target, want 12", n)
		}
		if took := time.Since(begun); took > 20*time.Second {
			t.Errorf("it took %v to be sure", took)
		}
		begun = time.Now()
		w.sync(t)
		if took := time.Since(begun); took > 0 {
			t.Errorf("a pass without doubt waits %v", took)
		}
	})
}

// Identical messages stay as many as they were, whatever is lost.
func painTwins(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	for range 5 {
		w.source.Deliver("INBOX", letter(1))
	}
	for n := range 3 {
		w.sync(t)
		w.same(t, "INBOX")
		switch n {
		case 0:
			w.store = memstore.New()
		case 1:
			w.source.Renumber("INBOX")
			w.target.Renumber("INBOX")
		}
	}
}

// Nothing is ever deleted at the target: neither mail that came there by itself nor what has left the source.
func painNothingDeleted(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.deliver("INBOX", 0, 10)
	w.deliver("A", 0, 10)
	w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
		if e.Op == "EXPUNGE" {
			t.Error("something is deleted at the target")
		}
		return nil
	}})
	w.sync(t)
	w.target.Deliver("INBOX", message(100))
	w.source.Remove("INBOX", 1, 2, 3)
	w.source.RemoveFolder("A")
	w.sync(t)
	w.source.Renumber("INBOX")
	w.sync(t)
	if in, a := len(w.target.Messages("INBOX")), len(w.target.Messages("A")); in != 11 || a != 10 {
		t.Errorf("%d and %d messages at the target, want 11 and 10", in, a)
	}
}

// Mail that arrives, leaves and changes while the copy runs is not lost and not doubled: a quiet pass later all is equal.
func painMovingSource(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.deliver("INBOX", 0, 40)
	next := 100
	w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
		if e.Op == "APPEND" && next < 140 {
			w.source.Deliver("INBOX", message(next))
			w.source.Remove("INBOX", mailbox.UID(40-next%100)) // sooner or later one that was not copied yet
			w.source.Deliver("A", message(next+200))
			next++
		}
		return nil
	}})
	for range 4 {
		w.sync(t)
	}
	want, got := lines(w.source.Messages("INBOX")), lines(w.target.Messages("INBOX"))
	if lost := without(want, got); len(lost) > 0 {
		t.Errorf("%d messages of the source did not arrive", len(lost))
	}
	for i := range got[1:] {
		if got[i] == got[i+1] {
			t.Errorf("twice at the target: %.40q", got[i])
		}
	}
	w.same(t, "A")
}

// Of every message of a folder it is known what became of it, and the numbers add up.
func painBalance(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 20)
	w.target.Deliver("INBOX", message(3))
	w.change = func(j *Job) { j.Filter = func(m mailbox.Meta) bool { return m.UID != 8 && m.UID != 9 } }
	w.target.SetHooks(membox.Hooks{Refuse: func(_ string, body []byte, _ mailbox.Flags) error {
		if string(body) == string(text(14)) {
			return mailbox.NewError(mailbox.MessageRefused, "APPEND", nil)
		}
		return nil
	}, Before: func(e membox.Effect) error {
		if e.Op == "APPEND" {
			w.source.Remove("INBOX", 20)
		}
		return nil
	}})
	f := w.sync(t).Folders[0]
	if f.Source != 20 || f.Copied != 15 || f.Matched != 1 || f.Filtered != 2 || f.Refused != 1 || f.Vanished != 1 {
		t.Errorf("the balance is %+v", f)
	}
}

// A separator inside a name becomes another character, and both folders keep their mail when that name is taken.
func painSeparatorInside(t *testing.T) {
	w := newWorld(membox.Options{Delimiter: '.'}, membox.Options{})
	for i, name := range []string{"a/b", "a_b", "a.b"} {
		w.source.AddFolder(name)
		w.deliver(name, 10*i, 10*i+3)
	}
	for range 2 {
		w.sync(t)
		w.same(t, "a/b>a_b", "a_b>a_b (2)", "a.b>a/b")
	}
}

// Rights that others have to folders are told, once, and not copied.
func painRights(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("Team")
	w.source.SetRights("INBOX", map[string]string{"anna": "lrswipkxtea"})
	w.source.SetRights("Team", map[string]string{"anna": "lrswipkxtea", "bob": "lrs", "anyone": "l"})
	for range 2 {
		w.sync(t)
	}
	told := 0
	for _, line := range w.log.lines {
		if strings.Contains(line, "Rights are not copied") || strings.Contains(line, "may be used at the source by others") {
			told++
		}
	}
	if told != 2 || !w.log.has(`"Team" may be used at the source by others: anyone (l), bob (lrs)`) || w.log.has(`"INBOX" may be used`) {
		t.Errorf("told: %q", w.log.lines)
	}
}

// What a server stores late is awaited also when the intent is old, and when nobody could note the break because migsh was killed.
func painStoredLateAfterLongWindow(t *testing.T) {
	for _, killed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{})
			w.change = func(j *Job) { j.Window, j.Settle, j.Now = 12, 5*time.Second, time.Now }
			w.deliver("INBOX", 0, 12)
			c := &crasher{}
			w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
				if e.Op != "APPEND" {
					return nil
				}
				time.Sleep(time.Minute) // so slow is the way
				c.mu.Lock()
				c.dead = killed
				c.mu.Unlock()
				return mailbox.NewError(mailbox.ConnectionLost, "APPEND", io.EOF)
			}})
			job := w.job()
			job.Store = crashStore{w.store, c}
			if _, err := Run(t.Context(), job); err == nil {
				t.Fatal("the connection to the target did not break")
			}
			w.target.SetHooks(membox.Hooks{})
			for n, m := range w.source.Messages("INBOX")[:3] {
				time.AfterFunc(time.Duration(n+1)*time.Second, func() { w.target.Deliver("INBOX", m) })
			}
			w.sync(t)
			time.Sleep(10 * time.Second)
			if n := len(w.target.Messages("INBOX")); n != 12 {
				t.Errorf("killed: %v: %d messages at the target, want 12", killed, n)
			}
		})
	}
}

// A server that is slower than anybody waits for has stored messages twice in the end: of what migsh has sent twice, the second copy
// goes, as long as nobody has touched it, and nothing else.
func painStoredTooLate(t *testing.T) {
	for _, test := range []struct {
		name   string
		opts   membox.Options
		killed bool
		after  time.Duration // the break comes the late copy
		touch  func(w *world, uid mailbox.UID)
		want   int
		tells  string
	}{
		{"during the next pass", membox.Options{}, false, time.Minute + 30*time.Second, nil, 12, "2 messages were there twice"},
		{"after it", membox.Options{}, false, 10 * time.Minute, nil, 12, "2 messages were there twice"},
		{"after it, killed", membox.Options{}, true, 10 * time.Minute, nil, 12, "2 messages were there twice"},
		{"long after it", membox.Options{}, false, 49 * time.Minute, nil, 12, "2 messages were there twice"},
		{"touched", membox.Options{}, false, 10 * time.Minute, func(w *world, uid mailbox.UID) { w.target.SetFlags("INBOX", uid, `\Flagged`) }, 14, "are there twice, probably"},
		{"without UIDPLUS", membox.Options{NoUIDPlus: true}, false, 10 * time.Minute, nil, 14, "are there twice, probably"},
		{"much later", membox.Options{}, false, 3 * time.Hour, nil, 14, "are there twice, probably"},
		{"the other one deleted", membox.Options{}, false, 10 * time.Minute, func(w *world, uid mailbox.UID) {
			for _, m := range w.target.Messages("INBOX") {
				if m.UID < uid-1 {
					w.target.Remove("INBOX", m.UID)
				}
			}
		}, 2, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(membox.Options{}, test.opts)
				w.change = func(j *Job) { j.Window, j.Settle, j.Now = 12, 5*time.Second, time.Now }
				w.deliver("INBOX", 0, 12)
				c := &crasher{}
				w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
					if e.Op != "APPEND" {
						return nil
					}
					c.mu.Lock()
					c.dead = test.killed
					c.mu.Unlock()
					return mailbox.NewError(mailbox.ConnectionLost, "APPEND", io.EOF)
				}})
				job := w.job()
				job.Store = crashStore{w.store, c}
				if _, err := Run(t.Context(), job); err == nil {
					t.Fatal("the connection to the target did not break")
				}
				w.target.SetHooks(membox.Hooks{After: func(e membox.Effect) error {
					if e.Op == "APPEND" {
						time.Sleep(10 * time.Second) // so slow is the way
					}
					return nil
				}})
				late := w.source.Messages("INBOX")[:2]
				time.AfterFunc(test.after, func() {
					for _, m := range late {
						uid := w.target.Deliver("INBOX", m)
						if test.touch != nil {
							test.touch(w, uid)
						}
					}
				})
				r := w.sync(t)
				if n := len(w.target.Messages("INBOX")); n != 12 {
					t.Fatalf("%d messages at the target after the pass, want 12", n)
				}
				if wait := time.Until(r.LookAgain); wait <= 0 || wait >= lateMost {
					t.Errorf("the next pass is wanted in %v", wait)
				}
				time.Sleep(max(test.after, time.Until(r.LookAgain)))
				for range 2 {
					w.sync(t)
					if n := len(w.target.Messages("INBOX")); n != test.want {
						t.Errorf("%d messages at the target, want %d", n, test.want)
					}
				}
				if test.tells != "" && !w.log.has(test.tells) {
					t.Errorf("told: %q", w.log.lines)
				}
				time.Sleep(2 * lateMost)
				if r := w.sync(t); !r.LookAgain.IsZero() {
					t.Errorf("another pass is wanted at %v", r.LookAgain)
				}
				before := w.target.Messages("INBOX")
				w.target.Deliver("INBOX", w.source.Messages("INBOX")[5])
				w.sync(t)
				if n := len(w.target.Messages("INBOX")); n != len(before)+1 {
					t.Errorf("what came when nothing was in doubt was removed")
				}
			})
		})
	}
}
