package syncer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
	"migsh/store"
)

func TestRefusedMessages(t *testing.T) {
	for _, group := range []int{1, 3, 50} {
		t.Run(fmt.Sprint(group), func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{Group: group})
			w.deliver("INBOX", 0, 23)
			refuse := func(folder string, body []byte, flags mailbox.Flags) error {
				if slices.Contains([]string{string(text(5)), string(text(6)), string(text(17))}, string(body)) {
					e := mailbox.NewError(mailbox.MessageRefused, "APPEND", nil)
					e.Text = "Message contains a virus"
					return e
				}
				return nil
			}
			w.target.SetHooks(membox.Hooks{Refuse: refuse})
			r := w.sync(t)
			if r.Copied != 20 || r.Skipped != 3 {
				t.Errorf("%d copied, %d skipped; want 20 and 3", r.Copied, r.Skipped)
			}
			var subjects []string
			for item, err := range Items(t.Context(), w.store, testPair) {
				if err != nil {
					t.Fatal(err)
				}
				subjects = append(subjects, item.Subject)
				if item.Kind != migration.SkippedRefusedItem || item.FolderName != "INBOX" || item.Sender != "Anna <anna@example.org>" ||
					item.DateReceived.IsZero() || item.MessageSize == 0 || !strings.Contains(item.Reason, "virus") {
					t.Errorf("item %+v", item)
				}
			}
			if !slices.Equal(subjects, []string{"Message 5", "Message 6", "Message 17"}) {
				t.Errorf("skipped are %q", subjects)
			}
			if r := w.sync(t); r.Copied+r.Skipped != 0 {
				t.Errorf("once more: %+v", r)
			}
			spoilItem(t, w, 6)
			var lost []migration.SkippedItem
			for item, err := range Items(t.Context(), w.store, testPair) {
				if err != nil {
					t.Fatal(err)
				}
				if item.Subject == "" {
					lost = append(lost, item)
				}
			}
			if len(lost) != 1 || lost[0].UID != 6 || !strings.Contains(lost[0].Reason, "can't be read any more") {
				t.Errorf("with a damaged record the items are: %+v", lost)
			}
			w.target.SetHooks(membox.Hooks{})
			w.change = func(j *Job) { j.RetryRefused = true }
			if r := w.sync(t); r.Copied != 3 {
				t.Errorf("asked to try again, %d were copied", r.Copied)
			}
			w.same(t, "INBOX")
			for item := range Items(t.Context(), w.store, testPair) {
				t.Errorf("still listed as skipped: %+v", item)
			}
			w.sync(t)
		})
	}
}

func TestTooLarge(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{AppendLimit: 500})
	w.deliver("INBOX", 0, 3)
	big := message(3)
	big.Body = append(big.Body, make([]byte, 1000)...)
	w.source.Deliver("INBOX", big)
	sent := 0
	w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
		if e.Op == "APPEND" {
			sent++
		}
		return nil
	}})
	w.sync(t)
	if sent != 3 {
		t.Errorf("%d messages were sent, though one is too large", sent)
	}
	for item, err := range Items(t.Context(), w.store, testPair) {
		if err != nil || item.Kind != migration.SkippedLargeItem || item.Subject != "Message 3" {
			t.Errorf("item %+v, %v", item, err)
		}
	}
}

func TestKeywords(t *testing.T) {
	// Kept by the target: $Work. Claimed to be kept, but refused with a message: "bad".
	w := newWorld(membox.Options{}, membox.Options{Keywords: []string{"$Work", "bad"}})
	w.source.Deliver("INBOX", message(0, `\Seen`, "$Work", "other"))
	w.source.Deliver("INBOX", message(1, `\Seen`, "$Work", "bad"))
	w.source.Deliver("INBOX", message(2, "other"))
	w.target.SetHooks(membox.Hooks{Refuse: func(_ string, _ []byte, flags mailbox.Flags) error {
		if flags.Has("bad") {
			return mailbox.NewError(mailbox.MessageRefused, "APPEND", errors.New("invalid flag"))
		}
		return nil
	}, Before: func(e membox.Effect) error {
		return nil
	}})
	r := w.sync(t)
	got := w.target.Messages("INBOX")
	if len(got) != 3 || r.Skipped != 0 {
		t.Fatalf("%d messages arrived, %d skipped", len(got), r.Skipped)
	}
	if r.LostKeywords["other"] != 2 || !w.log.has(`keyword "other"`) {
		t.Errorf("lost keywords %v", r.LostKeywords)
	}
	for _, m := range got {
		if string(m.Body) == string(text(1)) && !m.Flags.Equal(mailbox.NewFlags(`\Seen`, "$Work", "bad")) {
			t.Errorf("the keywords were not set one by one: %q", m.Flags)
		}
	}
	if r := w.sync(t); r.Reflagged != 0 {
		t.Errorf("what can't be kept is tried again: %+v", r)
	}
}

func TestVanishedAndUnreadable(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 12)
	fetched := 0
	w.source.SetHooks(membox.Hooks{
		Read: func(op, folder string) error {
			if op == "FETCH" && fetched == 0 {
				fetched++
				return nil
			}
			if op == "FETCH" && fetched == 1 { // after the listing
				fetched++
				w.source.Remove("INBOX", 3, 9)
			}
			return nil
		},
		Unreadable: func(_ string, uid mailbox.UID) error {
			if uid == 5 {
				e := mailbox.NewError(mailbox.MessageUnread, "FETCH", nil)
				e.Text = "can't convert"
				return e
			}
			return nil
		},
	})
	r := w.sync(t)
	f := r.Folders[0]
	if f.Source != 12 || f.Copied != 9 || f.Vanished != 2 || f.Refused != 1 {
		t.Errorf("balance %+v", f)
	}
	w.source.SetHooks(membox.Hooks{})
	w.deliver("INBOX", 20, 21)
	w.sync(t)
}

func TestFilter(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 20)
	w.change = func(j *Job) { j.Filter = func(m mailbox.Meta) bool { return m.UID%3 != 0 } }
	r := w.sync(t)
	if f := r.Folders[0]; f.Filtered != 6 || f.Copied != 14 {
		t.Errorf("balance %+v", f)
	}
	if r := w.sync(t); r.Copied != 0 {
		t.Errorf("once more: %+v", r)
	}
	// Another filter lets more pass; none lets all pass, on a source where nothing else has changed.
	w.change = func(j *Job) { j.FilterText, j.Filter = "sixths", func(m mailbox.Meta) bool { return m.UID%6 != 0 } }
	if r := w.sync(t); r.Copied != 3 || r.Folders[0].Filtered != 3 {
		t.Errorf("with another filter: %+v", r)
	}
	w.change = nil
	if r := w.sync(t); r.Copied != 3 || r.Folders[0].Filtered != 0 {
		t.Errorf("without a filter: %+v", r)
	}
	w.same(t, "INBOX")
}

func TestQuotaAndResume(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{Quota: 900, Group: 2})
	w.deliver("INBOX", 0, 20)
	r, err := Run(t.Context(), w.job())
	if !mailbox.IsID(err, mailbox.QuotaExceeded) || mailbox.ClassOf(err) != mailbox.Person {
		t.Fatalf("a full target: %v", err)
	}
	if n := len(w.target.Messages("INBOX")); n == 0 || int64(n) != r.Copied {
		t.Errorf("%d messages at the target, %d counted", n, r.Copied)
	}
	if !w.log.has("the target has room for 900 B") || !w.log.has("Raise its quota by") {
		t.Errorf("nobody was told beforehand: %q", w.log.lines)
	}
	w.target.SetQuota(1 << 20)
	w.sync(t)
	w.same(t, "INBOX")
}

func TestOneBadFolder(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	for _, name := range []string{"A", "B", "C"} {
		w.source.AddFolder(name)
		w.deliver(name, 0, 6)
	}
	w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
		if e.Op == "CREATE" && e.Folder == "B" {
			return mailbox.NewError(mailbox.FolderRefused, "CREATE", nil)
		}
		return nil
	}})
	r := w.sync(t)
	w.same(t, "A", "C")
	if bad := r.Faulty(); len(bad) != 1 || bad[0].SourceFolder != "B" {
		t.Errorf("faulty folders %+v", bad)
	}
	w.target.SetHooks(membox.Hooks{})
	r = w.sync(t)
	w.same(t, "A", "B", "C")
	if len(r.Faulty()) != 0 {
		t.Errorf("faulty folders %+v", r.Faulty())
	}
}

func TestCancelIsACheckpoint(t *testing.T) {
	for _, group := range []int{1, 5} {
		w := newWorld(membox.Options{}, membox.Options{Group: group})
		w.deliver("INBOX", 0, 40)
		ctx, cancel := context.WithCancel(t.Context())
		appended := 0
		w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
			if appended += e.N; e.Op == "APPEND" && appended >= 10 {
				cancel()
			}
			return nil
		}})
		r, err := Run(ctx, w.job())
		if !errors.Is(err, context.Canceled) {
			t.Fatalf("a cancelled pass ends with %v", err)
		}
		if n := len(w.target.Messages("INBOX")); int64(n) != r.Copied || n >= 40 {
			t.Errorf("%d messages at the target, %d counted", n, r.Copied)
		}
		folders, err := storedFolders(t.Context(), w.store, testPair.ID())
		if err != nil {
			t.Fatal(err)
		}
		if f := folders["INBOX"]; len(f.Intents) != 0 || f.Counts[Copied] != r.Copied {
			t.Errorf("the checkpoint is not clean: %+v", f.folderRecord)
		}
		w.target.SetHooks(membox.Hooks{})
		w.sync(t)
		w.same(t, "INBOX")
	}
}

// A message that ends the connection each time is isolated and left behind; all others arrive.
func TestPoisonousMessage(t *testing.T) {
	for _, side := range []string{"source", "target"} {
		t.Run(side, func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{})
			w.change = func(j *Job) { j.Window = 100 }
			w.deliver("INBOX", 0, 150)
			if side == "source" {
				w.source.SetHooks(membox.Hooks{Body: func(_ string, uid mailbox.UID, r io.Reader) io.Reader {
					if uid == 17 {
						return io.LimitReader(r, 10)
					}
					return r
				}})
			} else {
				w.target.SetHooks(membox.Hooks{Refuse: func(_ string, body []byte, _ mailbox.Flags) error {
					if string(body) == string(text(16)) {
						return mailbox.NewError(mailbox.ConnectionLost, "APPEND", io.EOF)
					}
					return nil
				}})
			}
			var r Result
			var err error
			runs := 0
			for ; runs < 20; runs++ {
				if r, err = Run(t.Context(), w.job()); err == nil {
					break
				}
				if mailbox.ClassOf(err) != mailbox.Reconnect {
					t.Fatalf("run %d: %v", runs, err)
				}
			}
			if err != nil || runs != quarantineAfter {
				t.Errorf("after %d runs: %v", runs, err)
			}
			checkBalance(t, r)
			if n := len(w.target.Messages("INBOX")); n != 149 {
				t.Errorf("%d messages arrived, want 149", n)
			}
			for item, err := range Items(t.Context(), w.store, testPair) {
				if err != nil || item.UID != 17 {
					t.Errorf("left behind: %+v, %v", item, err)
				}
			}
		})
	}
}

func TestMissingDate(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.Deliver("INBOX", membox.Message{Body: []byte("Received: from a by b; Tue, 3 Mar 2015 10:00:00 +0100\r\nDate: Mon, 2 Mar 2015 10:00:00 +0100\r\n\r\nx")})
	w.source.Deliver("INBOX", membox.Message{Body: []byte("Date: Mon, 2 Mar 2015 10:00:00 +0100\r\n\r\nx")})
	w.source.Deliver("INBOX", membox.Message{Body: []byte("\r\nx")})
	w.sync(t)
	got := w.target.Messages("INBOX")
	for i, want := range []string{"2015-03-03T09:00:00Z", "2015-03-02T09:00:00Z", "0001-01-01T00:00:00Z"} {
		if d := got[i].Date.UTC().Format(time.RFC3339); d != want {
			t.Errorf("message %d has the date %s, want %s", i, d, want)
		}
		if string(got[i].Body) != string(w.source.Messages("INBOX")[i].Body) {
			t.Errorf("message %d was altered", i)
		}
	}
}

// The server counts one message more than it lists, then lists it: it is found.
func TestListingThatOmits(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 10)
	w.sync(t)
	l, err := storedFolders(t.Context(), w.store, testPair.ID())
	if err != nil {
		t.Fatal(err)
	}
	// As if the first listing had not shown UID 4.
	f := openLedger(w.store, testPair.ID(), l["INBOX"])
	if err := f.remove(t.Context(), 4); err != nil {
		t.Fatal(err)
	}
	f.Seen.Messages--
	if err := f.commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.target.Remove("INBOX", 4)
	w.sync(t)
	w.same(t, "INBOX")
}

func TestSecondEngineIsNoticed(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 10)
	once := false
	w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
		if e.Op == "APPEND" && !once {
			once = true
			for r, err := range w.store.Scan(t.Context(), folderPrefix(testPair.ID())) {
				if err != nil {
					return err
				}
				if _, err := w.store.Update(t.Context(), store.Set(r.Key, r.Value)); err != nil {
					return err
				}
			}
		}
		return nil
	}})
	if _, err := Run(t.Context(), w.job()); !errors.Is(err, store.ErrConflict) {
		t.Errorf("a second writer was not noticed: %v", err)
	}
}

func TestProgress(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 10)
	w.sync(t)
	last := w.log.progress[len(w.log.progress)-1]
	if last.Phase != PhaseDone || last.MessagesTotal != 10 || last.MessagesDone != 10 || last.MessagesCopied != 10 || last.FoldersDone != 1 || last.BytesCopied != last.BytesPlanned {
		t.Errorf("progress ends with %+v", last)
	}
	w.deliver("INBOX", 10, 13)
	w.sync(t)
	last = w.log.progress[len(w.log.progress)-1]
	if last.MessagesTotal != 13 || last.MessagesDone != 13 || last.MessagesCopied != 3 {
		t.Errorf("the second pass's progress ends with %+v", last)
	}
	balances, err := Balances(t.Context(), w.store, testPair)
	if err != nil || len(balances) != 1 || balances[0].Source != 13 || balances[0].Copied != 13 {
		t.Errorf("balances %+v, %v", balances, err)
	}
}

// A source folder that disappears in the middle of a pass is the folder's trouble, not the mailbox's.
func TestFolderDisappearsMeanwhile(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	for _, name := range []string{"A", "B"} {
		w.source.AddFolder(name)
		w.deliver(name, 0, 10)
	}
	w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
		if e.Op == "APPEND" && e.Folder == "A" && w.source.Messages("A") != nil {
			w.source.RemoveFolder("A")
		}
		return nil
	}})
	r := w.sync(t)
	w.same(t, "B")
	if bad := r.Faulty(); len(bad) != 1 || bad[0].SourceFolder != "A" {
		t.Errorf("faulty folders %+v", bad)
	}
	w.sync(t)
}

// No room for the state: the pass ends with the store's error, and goes on when there is room again.
func TestStateFull(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 30)
	real := w.store
	for writes := range 12 {
		left := writes
		w.store = fullStore{real, &left}
		_, err := Run(t.Context(), w.job())
		if err != nil && !errors.Is(err, store.ErrFull) {
			t.Fatalf("a full state: %v", err)
		}
	}
	w.store = real
	w.sync(t)
	w.same(t, "INBOX")
}

// fullStore has room for a few more writes.
type fullStore struct {
	store.Store
	left *int
}

func (s fullStore) Update(ctx context.Context, ops ...store.Op) ([]store.Revision, error) {
	if *s.left--; *s.left < 0 {
		return nil, fmt.Errorf("write: %w", store.ErrFull)
	}
	return s.Store.Update(ctx, ops...)
}

// spoilItem damages the record of a skipped message.
func spoilItem(t *testing.T, w *world, uid uint64) {
	t.Helper()
	for record, err := range w.store.Scan(t.Context(), itemPrefix(testPair.ID())) {
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(record.Key, "/"+store.Number(uid)) {
			if _, err := w.store.Update(t.Context(), store.Set(record.Key, record.Value[:9])); err != nil {
				t.Fatal(err)
			}
		}
	}
}
