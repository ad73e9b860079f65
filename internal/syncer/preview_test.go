package syncer

import (
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/mailbox/membox"
)

// What a preview tells of an untouched, a half filled and a copied mailbox is what the pass then does; and it changes nothing.
func TestPreviewed(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{AppendLimit: 2000, Quota: 20000})
	rule, err := foldermap.NewRule("Play", "Games")
	if err != nil {
		t.Fatal(err)
	}
	w.change = func(j *Job) {
		j.Rules = foldermap.Rules{Map: []foldermap.Rule{rule}, Exclude: []string{"Junk"}}
		j.Filter, j.FilterText = func(m mailbox.Meta) bool { return m.Date.Minute() != 3 }, "minute"
	}
	for _, name := range []string{"Work", "Work/2020", "Play", "Junk"} {
		w.source.AddFolder(name)
	}
	w.deliver("INBOX", 0, 8)
	w.deliver("Work/2020", 10, 13)
	w.deliver("Play", 20, 22)
	w.deliver("Junk", 30, 35)
	w.source.Deliver("Play", membox.Message{Body: []byte("Subject: x\r\n\r\n" + strings.Repeat("long ", 1000)), Date: message(25).Date})
	for n := range 2 {
		w.target.Deliver("INBOX", message(n))
	}
	for round, want := range []struct{ decided, filtered, large, there, pending int64 }{
		{0, 1, 1, 2, 10}, // untouched at the source, two messages at the target
		{14, 0, 0, 0, 0},
		{14, 0, 0, 0, 1},
	} {
		before := w.store
		w.store = crashStore{before, &crasher{dead: true}} // no write is allowed
		w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error { t.Errorf("an effect at the target: %+v", e); return nil }})
		if round == 2 {
			w.source.Deliver("Play", message(50))
			renameAtSource(t, w, "Work/2020", "Work/2021")
		}
		preview, err := Previewed(t.Context(), w.job())
		if err != nil {
			t.Fatal(err)
		}
		w.store = before
		w.target.SetHooks(membox.Hooks{})
		got := want
		got.decided, got.filtered, got.large, got.there, got.pending = 0, 0, 0, 0, 0
		targets := map[string]string{}
		for _, f := range preview.Folders {
			if f.LeftOut != "" {
				continue
			}
			got.decided, got.filtered, got.large, got.there, got.pending = got.decided+f.Decided, got.filtered+f.Filtered, got.large+f.TooLarge, got.there+f.AtTarget, got.pending+f.Pending
			if f.Messages != f.Decided+f.Filtered+f.TooLarge+f.AtTarget+f.Pending || int(f.TooLarge) != len(f.Large) {
				t.Errorf("round %d: %+v does not add up", round, f)
			}
			targets[f.Source] = f.Target
		}
		if got != want || len(preview.Quotas) == 0 {
			t.Errorf("round %d: %+v, want %+v; quotas %v\n%+v", round, got, want, preview.Quotas, preview.Folders)
		}
		r := w.sync(t)
		if r.Copied != want.pending || r.Matched != want.there {
			t.Errorf("round %d: the pass copied %d and matched %d, the preview says %+v", round, r.Copied, r.Matched, want)
		}
		for _, f := range r.Folders {
			if !f.Excluded && targets[f.SourceFolder] != f.TargetFolder {
				t.Errorf("round %d: %q went to %q, the preview says %q", round, f.SourceFolder, f.TargetFolder, targets[f.SourceFolder])
			}
		}
	}
	if names := w.target.Names(); !slices.Contains(names, "Games") || !slices.Contains(names, "Work/2021") {
		t.Errorf("the target's folders are %q", names)
	}
}
