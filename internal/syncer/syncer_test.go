package syncer

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
)

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
	var mu sync.Mutex // both sides are opened at once
	var ops []string
	note := func(op string) error {
		mu.Lock()
		defer mu.Unlock()
		ops = append(ops, op)
		return nil
	}
	hooks := membox.Hooks{Read: func(op, folder string) error { return note(op + " " + folder) }, Before: func(e membox.Effect) error { return note(e.Op) }}
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
