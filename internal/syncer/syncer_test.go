package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
	"migsh/store"
	"migsh/store/memstore"
)

var testPair = Pair{SourceServer: "old.example.org", SourceLogin: "anna", TargetServer: "new.example.org", TargetMailbox: "anna@example.org"}

// A world is two mailboxes and the memory of what was copied between them.
type world struct {
	source, target *membox.Mailbox
	store          store.Store
	log            *logbook
	change         func(*Job)
	refuse         func(string, []byte, mailbox.Flags) error // hook of the target
}

func newWorld(source, target membox.Options) *world {
	return &world{source: membox.New(source), target: membox.New(target), store: memstore.New(), log: &logbook{}}
}

// logbook remembers what a pass tells.
type logbook struct {
	lines    []string
	progress []Progress
}

func (l *logbook) Progress(p Progress)           { l.progress = append(l.progress, p) }
func (l *logbook) Report(r migration.ReportLine) { l.lines = append(l.lines, r.Level+": "+r.Message) }

func (l *logbook) has(part string) bool {
	return slices.ContainsFunc(l.lines, func(s string) bool { return strings.Contains(s, part) })
}

func (w *world) job() Job {
	job := Job{Pair: testPair, OpenSource: w.source.OpenSource, OpenTarget: w.target.OpenTarget, Store: w.store,
		Window: 4, Observer: w.log, Now: func() time.Time { return time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) }}
	if w.change != nil {
		w.change(&job)
	}
	return job
}

// sync makes a pass that must succeed.
func (w *world) sync(t testing.TB) Result {
	t.Helper()
	r, err := Run(t.Context(), w.job())
	if err != nil {
		t.Fatalf("pass: %v\n%s", err, strings.Join(w.log.lines, "\n"))
	}
	checkBalance(t, r)
	return r
}

// checkBalance demands that every folder's equation closes.
func checkBalance(t testing.TB, r Result) {
	t.Helper()
	for _, f := range r.Folders {
		if !f.Excluded && f.Fault == "" && f.Source != f.Copied+f.Matched+f.Filtered+f.Refused+f.Vanished {
			t.Errorf("the balance of %q does not close: %+v", f.SourceFolder, f)
		}
	}
}

// text is a message, the same for the same n.
func text(n int) []byte {
	return fmt.Appendf(nil, "From: Anna <anna@example.org>\r\nSubject: Message %d\r\n\r\nBody %d\r\n%s", n, n, strings.Repeat("x", n%50))
}

func message(n int, flags ...string) membox.Message {
	return membox.Message{Body: text(n), Flags: mailbox.NewFlags(flags...), Date: time.Date(2020, 1, 1, 0, n, 0, 0, time.FixedZone("", 3600))}
}

func (w *world) deliver(folder string, from, to int) {
	for n := from; n < to; n++ {
		var flags []string
		if n%2 == 0 {
			flags = append(flags, mailbox.FlagSeen)
		}
		if n%5 == 0 {
			flags = append(flags, "$Work")
		}
		w.source.Deliver(folder, message(n, flags...))
	}
}

// lines describes messages, sorted, for comparison.
func lines(msgs []membox.Message) []string {
	var out []string
	for _, m := range msgs {
		out = append(out, fmt.Sprintf("%s %q %s", m.Date.UTC().Format(time.RFC3339), m.Flags, m.Body))
	}
	slices.Sort(out)
	return out
}

// same demands that the target folder holds exactly what the source folder does.
func (w *world) same(t testing.TB, folders ...string) {
	t.Helper()
	for _, name := range folders {
		from, to, _ := strings.Cut(name, ">")
		to = cmp.Or(to, from)
		want, got := lines(w.source.Messages(from)), lines(w.target.Messages(to))
		if !slices.Equal(want, got) {
			t.Errorf("%q at the source and %q at the target differ: %d and %d messages\nonly at the source %.1000q\nonly at the target %.1000q\n%s",
				from, to, len(want), len(got), without(want, got), without(got, want), strings.Join(w.log.lines, "\n"))
		}
	}
}

// without is a less b, each as often as it occurs.
func without(a, b []string) []string {
	count := map[string]int{}
	for _, s := range b {
		count[s]++
	}
	var out []string
	for _, s := range a {
		if count[s]--; count[s] < 0 {
			out = append(out, s)
		}
	}
	return out
}

func TestCopy(t *testing.T) {
	for _, c := range []struct {
		name           string
		source, target membox.Options
	}{
		{"plain", membox.Options{}, membox.Options{}},
		{"groups", membox.Options{}, membox.Options{Group: 5}},
		{"no UIDPLUS", membox.Options{NoCondStore: true}, membox.Options{NoUIDPlus: true, NoCondStore: true}},
		{"no UIDPLUS, groups", membox.Options{}, membox.Options{NoUIDPlus: true, Group: 3}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(c.source, c.target)
			w.deliver("INBOX", 0, 30)
			w.source.AddFolder("Work/2020")
			w.source.AddFolder("Empty")
			w.source.AddFolder("Entwürfe & Co", mailbox.UseDrafts)
			w.deliver("Work/2020", 30, 41)
			w.deliver("Entwürfe & Co", 41, 42)
			before := w.source.Clone()
			r := w.sync(t)
			w.same(t, "INBOX", "Work/2020", "Empty", "Entwürfe & Co")
			if r.Copied != 42 || r.Skipped != 0 || len(r.Folders) != 5 {
				t.Errorf("result %+v", r)
			}
			if w.target.Use("Entwürfe & Co") != mailbox.UseDrafts {
				t.Error("the special use is lost")
			}
			var order []string
			for _, m := range w.target.Messages("INBOX") {
				order = append(order, string(m.Body))
			}
			for i := range order {
				if order[i] != string(text(i)) {
					t.Fatalf("message %d at the target is %q: the order is lost", i, order[i])
				}
			}
			for range 2 {
				if r := w.sync(t); r.Copied+r.Matched+r.Reflagged+r.Skipped != 0 {
					t.Errorf("a pass without news did %+v", r)
				}
			}
			w.same(t, "INBOX", "Work/2020", "Empty", "Entwürfe & Co")
			for _, name := range before.Names() {
				if !slices.Equal(lines(before.Messages(name)), lines(w.source.Messages(name))) {
					t.Errorf("the source folder %q was changed", name)
				}
			}
		})
	}
}

func TestNothingNewIsOneList(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	for i := range 5 {
		name := fmt.Sprintf("F%d", i)
		w.source.AddFolder(name)
		w.deliver(name, 0, 10)
	}
	w.sync(t)
	var ops []string
	hooks := membox.Hooks{Read: func(op, folder string) error { ops = append(ops, op+" "+folder); return nil },
		Before: func(e membox.Effect) error { ops = append(ops, e.Op); return nil }}
	w.source.SetHooks(hooks)
	w.target.SetHooks(hooks)
	w.sync(t)
	slices.Sort(ops)
	if want := []string{"LIST ", "LIST ", "LOGIN ", "LOGIN "}; !slices.Equal(ops, want) {
		t.Errorf("a pass without news spoke %q, want %q", ops, want)
	}
}

func TestPrefixesAndNames(t *testing.T) {
	w := newWorld(membox.Options{Delimiter: '/'}, membox.Options{Delimiter: '.', Prefix: "INBOX."})
	for _, name := range []string{"Sent", "a.b", "Ünï/日本", "INBOX/Sub"} {
		w.source.AddFolder(name)
		w.deliver(name, len(name), len(name)+3)
	}
	w.deliver("INBOX", 0, 2)
	w.sync(t)
	w.same(t, "INBOX", "Sent>INBOX.Sent", "a.b>INBOX.a_b", "Ünï/日本>INBOX.Ünï.日本", "INBOX/Sub>INBOX.Sub")
	w.deliver("a.b", 50, 52)
	w.sync(t)
	w.same(t, "a.b>INBOX.a_b")
}

func TestNamespacesUntold(t *testing.T) {
	untold := membox.Options{Delimiter: '.', Prefix: "INBOX.", NoNamespace: true}
	w := newWorld(membox.Options{}, untold)
	for _, name := range []string{"Sent", "Work/2020"} {
		w.source.AddFolder(name)
		w.deliver(name, 0, 3)
	}
	w.sync(t)
	w.same(t, "Sent>INBOX.Sent", "Work/2020>INBOX.Work.2020")
	back := newWorld(untold, membox.Options{})
	back.source = w.target
	back.sync(t)
	back.same(t, "INBOX.Sent>Sent", "INBOX.Work.2020>Work/2020")
}

func TestExcludeAndUserRoot(t *testing.T) {
	shared := []mailbox.Namespace{{Prefix: "shared.", Delimiter: '.'}}
	w := newWorld(membox.Options{Delimiter: '.', Shared: shared}, membox.Options{})
	for _, name := range []string{"shared.terry", "shared.terry.Sent", "shared.terry.Junk", "shared.other", "own"} {
		w.source.AddFolder(name)
		w.deliver(name, 0, 3)
	}
	w.change = func(j *Job) {
		j.Pair.UserRoot = "/terry/"
		j.Rules = foldermap.Rules{Exclude: []string{"junk"}}
	}
	r := w.sync(t)
	w.same(t, "shared.terry>INBOX", "shared.terry.Sent>Sent")
	if got := w.target.Names(); !slices.Equal(got, []string{"INBOX", "Sent"}) {
		t.Errorf("target folders %q", got)
	}
	if i := slices.IndexFunc(r.Folders, func(f migration.FolderCount) bool { return f.SourceFolder == "shared.terry.Junk" }); i < 0 || !r.Folders[i].Excluded {
		t.Errorf("the excluded folder is not listed: %+v", r.Folders)
	}
	w.change = func(j *Job) { j.Pair.UserRoot = "/nobody" }
	_, err := Run(t.Context(), w.job())
	if !mailbox.IsID(err, mailbox.MailboxMissing) || !strings.Contains(err.Error(), "shared.") {
		t.Errorf("a UserRoot that is not there: %v", err)
	}
}

func TestSubscriptions(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.source.AddFolder("B")
	s, err := w.source.OpenTarget(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Subscribe(t.Context(), "A"); err != nil {
		t.Fatal(err)
	}
	w.sync(t)
	if !w.target.Subscribed("A") || w.target.Subscribed("B") {
		t.Error("subscriptions were not carried over")
	}
}

func TestDelta(t *testing.T) {
	for _, c := range []struct {
		name           string
		source, target membox.Options
	}{
		{"CONDSTORE", membox.Options{}, membox.Options{}},
		{"none", membox.Options{NoCondStore: true}, membox.Options{NoUIDPlus: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(c.source, c.target)
			w.deliver("INBOX", 0, 20)
			w.sync(t)
			w.deliver("INBOX", 20, 25)
			w.source.SetFlags("INBOX", 2, `\Seen`, `\Flagged`) // new flag
			w.source.SetFlags("INBOX", 3)                      // flags taken away
			w.source.Remove("INBOX", 4, 5)
			w.target.SetFlags("INBOX", 7, `\Answered`) // the target's own doing, \Seen and $Work taken away
			w.target.Remove("INBOX", 8)
			w.target.Deliver("INBOX", message(99))
			r := w.sync(t)
			if r.Copied != 5 || r.Reflagged != 2 {
				t.Errorf("result %+v", r)
			}
			got := map[string]mailbox.Flags{}
			for _, m := range w.target.Messages("INBOX") {
				got[string(m.Body)] = m.Flags
			}
			if len(got) != 20-1+5+1 {
				t.Errorf("%d messages at the target", len(got))
			}
			if f := got[string(text(1))]; !f.Equal(mailbox.NewFlags(`\Seen`, `\Flagged`)) {
				t.Errorf("a new flag did not arrive: %q", f)
			}
			if f := got[string(text(2))]; len(f) != 0 {
				t.Errorf("a flag that was taken away is still there: %q", f)
			}
			if f := got[string(text(6))]; !f.Equal(mailbox.NewFlags(`\Answered`)) {
				t.Errorf("what the user did at the target was undone: %q", f)
			}
			if _, back := got[string(text(7))]; back {
				t.Error("a message that the user deleted at the target came back")
			}
			if _, there := got[string(text(3))]; !there {
				t.Error("a message deleted at the source was deleted at the target")
			}
			if r := w.sync(t); r.Copied+r.Reflagged != 0 {
				t.Errorf("once more: %+v", r)
			}
		})
	}
}

func TestFolderDeletedAtTarget(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.deliver("A", 0, 5)
	w.sync(t)
	w.target.RemoveFolder("A")
	w.source.SetFlags("A", 1, `\Flagged`)
	w.sync(t)
	if w.target.Messages("A") != nil {
		t.Error("a folder that the user deleted came back without new mail")
	}
	w.deliver("A", 5, 7)
	w.sync(t)
	if got := w.target.Messages("A"); len(got) != 2 {
		t.Errorf("after new mail the folder holds %d messages, want 2", len(got))
	}
}

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
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{})
			w.deliver("INBOX", 0, 20)
			for range 3 { // twins
				w.source.Deliver("INBOX", message(3))
			}
			w.sync(t)
			w.same(t, "INBOX")
			before := len(w.target.Messages("INBOX"))
			c.spoil(t, w)
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
		})
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

func TestVerify(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.deliver("INBOX", 0, 9)
	w.deliver("A", 9, 12)
	w.sync(t)
	v, err := Verify(t.Context(), w.job(), 1)
	if err != nil || v.Checked != 12 || v.Same != 12 || len(v.Missing)+len(v.Altered) != 0 {
		t.Errorf("a good copy: %+v, %v", v, err)
	}
	if v, err := Verify(t.Context(), w.job(), 3); err != nil || v.Checked != 4 {
		t.Errorf("every third: %+v, %v", v, err)
	}
	w.target.Remove("INBOX", 2)
	w.target.SetHooks(membox.Hooks{Body: func(folder string, uid mailbox.UID, r io.Reader) io.Reader {
		if folder == "INBOX" && uid == 5 {
			return io.MultiReader(strings.NewReader("X"), r)
		}
		return r
	}})
	w.target.RemoveFolder("A")
	v, err = Verify(t.Context(), w.job(), 1)
	if err != nil || v.Checked != 12 || v.Same != 7 || len(v.Missing) != 4 || len(v.Altered) != 1 || v.Altered[0].SourceUID != 5 || v.Altered[0].Folder != "INBOX" {
		t.Errorf("a spoilt copy: %+v, %v", v, err)
	}
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
