package mailboxtest

import (
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox"
)

func testInfo(t *testing.T, f *fixture) {
	for _, info := range []mailbox.Info{f.target.Info(), f.source().Info()} {
		if info.Server == "" {
			t.Error("Info.Server is empty")
		}
		if len(info.Personal) == 0 {
			t.Fatal("no personal namespace")
		}
		if info.Personal[0].Delimiter == 0 {
			t.Error("the personal namespace has no delimiter: the suite needs a server with hierarchy")
		}
	}
}

func testFolders(t *testing.T, f *fixture) {
	a := f.folder("Work")
	b := f.folder("Work", "2020")
	c := f.folder("Works")
	if err := f.target.Subscribe(f.ctx, b); err != nil {
		t.Fatalf("subscribe %q: %v", b, err)
	}
	if again, err := f.target.Create(f.ctx, b, ""); again != nil || err != nil {
		t.Errorf("creating %q again: %+v, error %v; want none of both", b, again, err)
	}
	f.fill(b, mails(3)...)
	source := f.source()
	all, err := source.Folders(f.ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	byName := map[string]mailbox.Folder{}
	for _, e := range all {
		if _, twice := byName[e.Name]; twice {
			t.Errorf("%q is listed twice", e.Name)
		}
		byName[e.Name] = e
	}
	for _, name := range []string{"INBOX", a, b, c} {
		e, ok := byName[name]
		if !ok {
			t.Fatalf("%q is not listed", name)
		}
		if !e.Selectable() || e.Status == nil || e.StatusErr != nil || e.Status.UIDValidity == 0 {
			t.Errorf("%q: want a folder with its status, got %+v", name, e)
		}
	}
	if got, want := byName[b].Path(), strings.Split(b, string(byName[b].Delimiter)); !slices.Equal(got, want) || len(got) < 2 {
		t.Errorf("the path of %q is %q", b, got)
	}
	if st := byName[b].Status; st.Messages != 3 {
		t.Errorf("%q has %d messages by its status, want 3", b, st.Messages)
	}
	if source.Info().Features.Subscriptions && (!byName[b].Subscribed || byName[c].Subscribed) {
		t.Errorf("subscribed: %q %v, %q %v; want true, false", b, byName[b].Subscribed, c, byName[c].Subscribed)
	}
	under, err := source.Folders(f.ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range under {
		names = append(names, e.Name)
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{a, b}) {
		t.Errorf("the folders from %q down are %q, want %q and %q", a, names, a, b)
	}
}

func testFolderNames(t *testing.T, f *fixture) {
	names := []string{"Entwürfe & Co", "日本語", "with space", `quote"d`, `back\slash`, "star*percent%", "[Gmail]x", "#hash", "tilde~&", "😀", "(paren)", "{brace}"}
	for _, n := range names {
		if strings.ContainsRune(n, f.target.Info().Personal[0].Delimiter) {
			continue
		}
		name := f.name(n)
		_, err := f.target.Create(f.ctx, name, "")
		if mailbox.IsID(err, mailbox.FolderRefused) {
			t.Logf("the server refuses %q: %v", name, err)
			continue
		}
		if err != nil {
			t.Errorf("create %q: %v", name, err)
			continue
		}
		f.fill(name, mail("x"))
		all, err := f.source().Folders(f.ctx, "")
		if err != nil {
			t.Fatal(err)
		}
		if !slices.ContainsFunc(all, func(e mailbox.Folder) bool { return e.Name == name && e.Status != nil && e.Status.Messages == 1 }) {
			t.Errorf("%q was created and filled, but is not listed with one message", name)
		}
	}
}

func testRename(t *testing.T, f *fixture) {
	a := f.folder("Old")
	f.folder("Old", "Sub")
	f.fill(a, mail("x"))
	if err := f.target.Rename(f.ctx, a, f.name("New")); err != nil {
		t.Fatal(err)
	}
	all, err := f.source().Folders(f.ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	has := func(name string) bool {
		return slices.ContainsFunc(all, func(e mailbox.Folder) bool { return e.Name == name && e.Selectable() })
	}
	if has(a) || !has(f.name("New")) || !has(f.name("New", "Sub")) {
		t.Errorf("after the renaming the list is %+v", all)
	}
	if err := f.target.Rename(f.ctx, f.name("Nowhere"), f.name("Else")); mailbox.ClassOf(err) != mailbox.PerFolder {
		t.Errorf("renaming what is not there: %v; want an error of class folder", err)
	}
}
