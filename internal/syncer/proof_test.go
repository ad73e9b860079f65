package syncer

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
)

// Each message that the balance does not count as copied or matched is listed by itself, with what is known of it.
func TestEveryItemIsListed(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.source.AddFolder("A")
	w.deliver("INBOX", 0, 20)
	w.deliver("A", 20, 300)
	w.change = func(j *Job) {
		j.FilterText = "Size -lt 1KB"
		j.Filter = func(m mailbox.Meta) bool { return m.UID%2 == 0 }
	}
	removed := false
	w.target.SetHooks(membox.Hooks{Refuse: func(_ string, body []byte, _ mailbox.Flags) error {
		if string(body) == string(text(3)) {
			return mailbox.NewError(mailbox.MessageRefused, "APPEND", nil)
		}
		return nil
	}, Before: func(e membox.Effect) error {
		if e.Op == "APPEND" && !removed {
			removed = true
			w.source.Remove("INBOX", 20)
		}
		return nil
	}})
	for n := range 2 {
		r := w.sync(t)
		count := map[string]int64{}
		for item, err := range Items(t.Context(), w.store, testPair) {
			if err != nil {
				t.Fatal(err)
			}
			count[item.FolderName+" "+string(item.Kind)]++
			if item.Reason == "" || item.Kind == migration.SkippedFilteredItem && (item.MessageSize == 0 || !item.DateReceived.Equal(message(int(item.UID)-1).Date) && item.FolderName == "INBOX") {
				t.Errorf("listed is %+v", item)
			}
		}
		for _, f := range r.Folders {
			for kind, want := range map[migration.SkippedItemKind]int64{
				migration.SkippedFilteredItem: f.Filtered, migration.SkippedMissingItem: f.Vanished, migration.SkippedRefusedItem: f.Refused,
			} {
				if got := count[f.SourceFolder+" "+string(kind)]; got != want {
					t.Errorf("pass %d: %q lists %d %v, the balance has %d", n, f.SourceFolder, got, kind, want)
				}
			}
		}
		if count["INBOX FilteredItem"] != 10 || count["A FilteredItem"] != 140 || count["INBOX MissingItem"] != 1 || count["INBOX RefusedItem"] != 1 {
			t.Errorf("listed are %v", count)
		}
	}
	// What a filter no longer leaves out is no longer listed.
	w.change = nil
	w.sync(t)
	for item, err := range Items(t.Context(), w.store, testPair) {
		if err != nil || item.Kind == migration.SkippedFilteredItem {
			t.Errorf("still listed: %+v, %v", item, err)
		}
	}
}

// The verification compares dates and flags as well, and names the message.
func TestVerifyDatesAndFlags(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{Keywords: []string{"$Work"}})
	w.deliver("INBOX", 0, 20)
	w.source.Deliver("INBOX", message(20, "other")) // which the target does not keep
	w.target.Deliver("INBOX", message(5, `\Flagged`))
	w.sync(t)
	check := func(what string, redated, reflagged []mailbox.UID) {
		t.Helper()
		v, err := Verify(t.Context(), w.job(), 1)
		if err != nil || v.Checked != 21 || v.Same != 21 {
			t.Fatalf("%s: %+v, %v", what, v, err)
		}
		for name, c := range map[string]struct {
			got  []Difference
			want []mailbox.UID
		}{"dates": {v.Redated, redated}, "flags": {v.Reflagged, reflagged}} {
			var got []mailbox.UID
			for _, d := range c.got {
				got = append(got, d.SourceUID)
			}
			if fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("%s: other %s have %v, want %v", what, name, got, c.want)
			}
		}
	}
	check("a good copy", nil, nil)
	at := map[string]mailbox.UID{}
	for _, m := range w.target.Messages("INBOX") {
		at[string(m.Body)] = m.UID
	}
	w.target.SetFlags("INBOX", at[string(text(7))], `\Answered`)
	w.target.SetDate("INBOX", at[string(text(9))], time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
	check("a touched copy", []mailbox.UID{10}, []mailbox.UID{8})
}

// A target that does not keep dates of arrival is told of in the first pass already.
func TestDatesIgnored(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{IgnoreDates: true})
	w.deliver("INBOX", 0, 20)
	w.sync(t)
	n := 0
	for _, line := range w.log.lines {
		if strings.Contains(line, "does not keep dates of arrival") {
			n++
		}
	}
	if n != 1 {
		t.Errorf("it is told %d times: %q", n, w.log.lines)
	}
	if v, err := Verify(t.Context(), w.job(), 1); err != nil || len(v.Redated) != 20 {
		t.Errorf("verified: %+v, %v", v, err)
	}
	w = newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 20)
	w.sync(t)
	if w.log.has("does not keep dates") {
		t.Error("a target that keeps dates is accused")
	}
}

// Names that a server refuses lose no more than they must, two folders never become one, and a folder keeps its name.
func TestRefusedNames(t *testing.T) {
	for _, c := range []struct{ server, refuses, want string }{
		{"Cyrus", "\"%;<>\\^`{|}\x01", `a"b>a_b (2),a_b,a{b>a_b (3),a.b,😀,x;y/in>x_y/in,x;y>x_y`},
		{"Courier", "😀", `a"b,a_b,a{b,a.b,😀>_,x;y/in,x;y`},
		{"a pedant", "\"%;<>\\^`{|}.😀é_ ", `a"b,é`},
	} {
		t.Run(c.server, func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{})
			w.target.SetHooks(membox.Hooks{Before: func(e membox.Effect) error {
				if e.Op == "CREATE" && strings.ContainsAny(e.Folder, c.refuses) {
					return mailbox.NewError(mailbox.FolderRefused, "CREATE", nil)
				}
				return nil
			}})
			n := 0
			for _, pair := range strings.Split(c.want, ",") {
				from, _, _ := strings.Cut(pair, ">")
				w.source.AddFolder(from)
				w.deliver(from, n, n+3)
				n += 3
			}
			if c.server == "a pedant" {
				w.sync(t)
				for _, f := range w.sync(t).Folders {
					if f.SourceFolder != "INBOX" && f.Fault == "" {
						t.Errorf("%q should be refused: %+v", f.SourceFolder, f)
					}
				}
				return
			}
			for range 2 {
				w.sync(t)
				w.same(t, strings.Split(c.want, ",")...)
			}
			for _, pair := range strings.Split(c.want, ",") {
				if from, to, other := strings.Cut(pair, ">"); other && !w.log.has(fmt.Sprintf("%q becomes %q", from, to)) && !w.log.has(fmt.Sprintf("%q only as %q", from, to)) {
					t.Errorf("not told: %s\n%q", pair, w.log.lines)
				}
			}
			// The state is lost: each folder finds its own again.
			before := len(w.target.Names())
			if err := Forget(t.Context(), w.store, testPair); err != nil {
				t.Fatal(err)
			}
			if r := w.sync(t); r.Copied != 0 || len(w.target.Names()) != before {
				t.Errorf("after the state was lost %d were copied; the folders are %q", r.Copied, w.target.Names())
			}
		})
	}
}

// Folders whose names differ only in how characters are composed stay two on a target that sees no difference.
func TestFormTwins(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{FoldForm: true})
	for i, name := range []string{"caf\u00e9", "cafe\u0301"} {
		w.source.AddFolder(name)
		w.deliver(name, 5*i, 5*i+4)
	}
	for range 2 {
		w.sync(t)
		w.same(t, "cafe\u0301", "caf\u00e9>caf\u00e9 (2)")
	}
}
