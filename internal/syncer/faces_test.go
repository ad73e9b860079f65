package syncer

import (
	"fmt"
	"slices"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
)

const allMail = "[Gmail]/All Mail"

// labelled has folders that are labels, and fills them: of nine messages in All Mail one has no label, and two have three.
func labelled(t testing.TB, w *world) {
	for _, folder := range []string{"Work", "Work/Project", "A"} {
		w.source.AddFolder(folder)
	}
	w.source.AddFolder(allMail, mailbox.UseAll)
	w.source.AddFolder("[Gmail]/Sent Mail", mailbox.UseSent)
	for n, folders := range [][]string{{"INBOX"}, {"INBOX", "Work"}, {"Work"}, {"Work", "Work/Project"}, {}, {"[Gmail]/Sent Mail"},
		{"INBOX", "[Gmail]/Sent Mail"}, {"[Gmail]/Sent Mail", "A", "Work/Project"}, {"A", "Work"}} {
		w.label(n, append(folders, allMail)...)
	}
	w.target.AddFolder(allMail, mailbox.UseAll)
	w.target.AddFolder("[Gmail]/Sent Mail", mailbox.UseSent)
}

// label has folders show a message.
func (w *world) label(n int, folders ...string) {
	for _, folder := range folders {
		m := message(n)
		m.Identity = uint64(1<<60 + n)
		w.source.Deliver(folder, m)
	}
}

// bodies are the numbers of the messages that each folder of the target holds.
func (w *world) bodies() map[string]string {
	out := map[string]string{}
	for _, name := range w.target.Names() {
		var ns []int
		for _, m := range w.target.Messages(name) {
			for n := range 100 {
				if string(m.Body) == string(text(n)) {
					ns = append(ns, n)
				}
			}
		}
		slices.Sort(ns)
		if len(ns) > 0 {
			out[name] = fmt.Sprint(ns)
		}
	}
	return out
}

func (w *world) holds(t *testing.T, what string, want map[string]string) {
	t.Helper()
	if got := w.bodies(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s: the target holds %v, want %v", what, got, want)
	}
}

var labelledOnce = map[string]string{"INBOX": "[0 1 6]", "Work": "[2]", "Work/Project": "[3 7]", "A": "[8]", allMail: "[4]", "[Gmail]/Sent Mail": "[5]"}

// A message is copied once however many folders show it, whatever is done to its labels later.
func TestOneCopyOfEachMessage(t *testing.T) {
	w := newWorld(membox.Options{Labels: true}, membox.Options{})
	labelled(t, w)
	plan, err := Previewed(t.Context(), w.job())
	if err != nil {
		t.Fatal(err)
	}
	r := w.sync(t)
	w.holds(t, "first", labelledOnce)
	merged := int64(0)
	for i, f := range r.Folders {
		merged += f.Merged
		if p := plan.Folders[slices.IndexFunc(plan.Folders, func(p FolderPreview) bool { return p.Source == f.SourceFolder })]; p.Pending != f.Copied || p.Merged != f.Merged {
			t.Errorf("the plan of %q was %+v, it became %+v", f.SourceFolder, p, r.Folders[i])
		}
	}
	if r.Copied != 9 || merged != 14 {
		t.Errorf("%d copied, %d merged, want 9 and 14", r.Copied, merged)
	}
	listed := int64(0)
	for item, err := range Items(t.Context(), w.store, testPair) {
		if err != nil || item.Kind != migration.SkippedMergedItem || item.Reason == "" || item.MessageSize == 0 {
			t.Fatalf("%+v, %v", item, err)
		}
		listed++
	}
	if listed != merged {
		t.Errorf("%d listed, %d merged", listed, merged)
	}
	if r := w.sync(t); r.Copied+r.Matched != 0 {
		t.Errorf("once more: %+v", r)
	}
	// Labels come and go: archived, moved, labelled for the first time.
	w.source.Remove("INBOX", 1)
	w.label(2, "INBOX")
	w.source.Remove("Work", 2)
	w.label(4, "A")
	w.label(20, "Work", allMail)
	if r := w.sync(t); r.Copied != 1 {
		t.Errorf("relabelled: %+v", r)
	}
	want := map[string]string{"INBOX": "[0 1 6]", "Work": "[2 20]", "Work/Project": "[3 7]", "A": "[8]", allMail: "[4]", "[Gmail]/Sent Mail": "[5]"}
	w.holds(t, "relabelled", want)
	if r := w.sync(t); r.Copied+r.Matched != 0 {
		t.Errorf("once more: %+v", r)
	}
	for _, folder := range []string{"INBOX", "Work", allMail} {
		w.source.Renumber(folder)
	}
	reads := w.countReads()
	if r := w.sync(t); r.Copied != 0 || *reads != 0 {
		t.Errorf("renumbered: %d read, %+v", *reads, r)
	}
	w.holds(t, "renumbered", want)
	if err := Forget(t.Context(), w.store, testPair); err != nil {
		t.Fatal(err)
	}
	w.sync(t)
	if r := w.sync(t); r.Copied+r.Matched != 0 {
		t.Errorf("after the state was lost: %+v", r)
	}
}

// A message whose face that was chosen vanishes before it is read comes by another one.
func TestFaceVanishes(t *testing.T) {
	w := newWorld(membox.Options{Labels: true}, membox.Options{})
	labelled(t, w)
	w.source.SetHooks(membox.Hooks{Unreadable: func(folder string, uid mailbox.UID) error {
		if folder == "INBOX" && uid < 3 {
			return mailbox.NewError(mailbox.MessageVanished, "FETCH", nil)
		}
		return nil
	}})
	r := w.sync(t)
	w.source.SetHooks(membox.Hooks{})
	w.source.Remove("INBOX", 1, 2)
	if r.Copied != 7 {
		t.Errorf("first: %+v", r)
	}
	if r := w.sync(t); r.Copied != 2 {
		t.Errorf("then: %+v", r)
	}
	w.holds(t, "then", map[string]string{"INBOX": "[6]", "Work": "[1 2]", "Work/Project": "[3 7]", "A": "[8]", allMail: "[0 4]", "[Gmail]/Sent Mail": "[5]"})
}

// What leaves a folder for another label is not taken for deleted; what leaves all is.
func TestDeletionsAndLabels(t *testing.T) {
	w := newWorld(membox.Options{Labels: true}, membox.Options{})
	w.change = func(j *Job) { j.Deletions = Deletions{Follow: true, Percent: 100} }
	labelled(t, w)
	w.sync(t)
	w.source.Remove("INBOX", 1)             // 0: archived
	w.source.Remove("Work", 2)              // 2: removed
	w.source.Remove(allMail, 3)             //
	w.source.Remove("[Gmail]/Sent Mail", 1) // 5: moved to A
	w.label(5, "A")
	if r := w.sync(t); r.Removed != 1 || r.Copied != 0 {
		t.Errorf("%+v", r)
	}
	w.holds(t, "after it", map[string]string{"INBOX": "[0 1 6]", "Work/Project": "[3 7]", "A": "[8]", allMail: "[4]", "[Gmail]/Sent Mail": "[5]"})
	w.label(2, "A") // comes back
	if r := w.sync(t); r.Removed != 0 || r.Copied != 1 {
		t.Errorf("%+v", r)
	}
}

// Folders with labels may share a target, and folders may be left out.
func TestLabelsSharedAndExcluded(t *testing.T) {
	w := newWorld(membox.Options{Labels: true}, membox.Options{})
	labelled(t, w)
	rule, err := foldermap.NewRule("^(Work|A)$", "Both")
	if err != nil {
		t.Fatal(err)
	}
	w.change = func(j *Job) {
		j.Rules.Map = []foldermap.Rule{rule}
		j.Rules.Exclude = []string{"INBOX"}
	}
	w.sync(t)
	w.sync(t)
	all := 0
	for _, ns := range w.bodies() {
		all += len(ns) / 2
	}
	if all != 9 {
		t.Errorf("the target holds %v", w.bodies())
	}
	w.holds(t, "shared", map[string]string{"Both": "[1 2 8]", "Work/Project": "[3 7]", allMail: "[0 4]", "[Gmail]/Sent Mail": "[5 6]"})
}
