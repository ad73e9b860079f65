package syncer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/internal/mailbox"
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

// twoPairs lets every pass copy over as many links as it likes.
func twoPairs(j *Job) {
	j.spareWork = 1
	j.Spare = func() (Permit, bool) { return Permit{Release: func() {}}, true }
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
		if !f.Excluded && f.Fault == "" && f.Source != f.Decided() {
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
