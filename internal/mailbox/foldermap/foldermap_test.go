package foldermap

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox"
	"pgregory.net/rapid"
)

func info(prefix, delim string, foreign ...string) mailbox.Info {
	var d rune
	for _, r := range delim {
		d = r
	}
	i := mailbox.Info{Features: mailbox.Features{Namespaces: true}, Personal: []mailbox.Namespace{{Prefix: prefix, Delimiter: d}}}
	for _, f := range foreign {
		i.Shared = append(i.Shared, mailbox.Namespace{Prefix: f, Delimiter: d})
	}
	return i
}

// side makes folders of names; "Name=\Sent" gives a special use or an attribute.
func side(i mailbox.Info, names ...string) Side {
	s := Side{Info: i}
	for _, n := range names {
		name, attr, _ := strings.Cut(n, "=")
		f := mailbox.Folder{Name: name, Delimiter: i.Personal[0].Delimiter}
		switch {
		case attr == mailbox.AttrNoSelect, attr == mailbox.AttrNoInferiors:
			f.Attributes = []string{attr}
		case attr != "":
			f.Use = attr
		}
		s.Folders = append(s.Folders, f)
	}
	return s
}

func TestPlan(t *testing.T) {
	dovecot, courier, cyrus := info("", "/"), info("INBOX.", "."), info("", ".")
	silent := info("", ".") // tells no namespaces
	silent.Features.Namespaces = false
	for _, c := range []struct {
		name           string
		source, target Side
		rules          Rules
		want           []string // "source > target", "source x why"
	}{
		{
			name:   "same naming",
			source: side(dovecot, "Work/2020", "Work", "INBOX"), target: side(dovecot),
			want: []string{"INBOX > INBOX", "Work > Work", "Work/2020 > Work/2020"},
		}, {
			name:   "prefix at the source",
			source: side(courier, "INBOX", "INBOX.Sent", "INBOX.Work.2020"), target: side(dovecot),
			want: []string{"INBOX > INBOX", "INBOX.Sent > Sent", "INBOX.Work.2020 > Work/2020"},
		}, {
			name:   "prefix at the target",
			source: side(dovecot, "INBOX", "Sent", "Work/2020"), target: side(courier),
			want: []string{"INBOX > INBOX", "Sent > INBOX.Sent", "Work/2020 > INBOX.Work.2020"},
		}, {
			name:   "prefix at both",
			source: side(courier, "INBOX", "INBOX.Ünïcode.日本"), target: side(courier),
			want: []string{"INBOX > INBOX", "INBOX.Ünïcode.日本 > INBOX.Ünïcode.日本"},
		}, {
			name:   "below INBOX",
			source: side(dovecot, "INBOX", "INBOX/Sub", "Other"), target: side(cyrus),
			want: []string{"INBOX > INBOX", "INBOX/Sub > INBOX.Sub", "Other > Other"},
		}, {
			name:   "below INBOX where all is below INBOX",
			source: side(dovecot, "INBOX", "INBOX/Sub", "Other"), target: side(courier),
			want: []string{"INBOX > INBOX", "INBOX/Sub > INBOX.Sub", "Other > INBOX.Other"},
		}, {
			name:   "two ways to one name",
			source: side(dovecot, "INBOX", "INBOX/Sub", "Sub"), target: side(courier),
			want: []string{"INBOX > INBOX", "INBOX/Sub > INBOX.Sub", "Sub > INBOX.Sub (2)"},
		}, {
			name:   "separator inside a name",
			source: side(dovecot, "a.b", "a_b", "v1.2/x.y"), target: side(courier),
			want: []string{"a.b > INBOX.a_b", "a_b > INBOX.a_b (2)", "v1.2/x.y > INBOX.v1_2.x_y"},
		}, {
			name:   "slash inside a name",
			source: side(cyrus, "a/b", "c.d/e"), target: side(dovecot), rules: Rules{Substitute: "-"},
			want: []string{"a/b > a-b", "c.d/e > c/d-e"},
		}, {
			name:   "prefix that the source does not tell",
			source: side(silent, "INBOX", "INBOX.Sent", "INBOX.a.b"), target: side(dovecot),
			want: []string{"INBOX > INBOX", "INBOX.Sent > Sent", "INBOX.a.b > a/b"},
		}, {
			name:   "no prefix and no namespaces",
			source: side(silent, "INBOX", "INBOX.Sent", "a.b"), target: side(silent, "INBOX", "INBOX.x"),
			want: []string{"INBOX > INBOX", "INBOX.Sent > INBOX.Sent", "a.b > INBOX.a.b"},
		}, {
			name:   "flat target",
			source: side(dovecot, "a/b"), target: side(info("", "")),
			want: []string{"a/b > a_b"},
		}, {
			name:   "special use",
			source: side(dovecot, `Gesendet=\Sent`, "Gesendet/2020", `Papierkorb=\Trash`), target: side(dovecot, `Sent=\Sent`, `Trash=\Junk`),
			want: []string{"Gesendet > Sent", "Gesendet/2020 > Sent/2020", "Papierkorb > Papierkorb"},
		}, {
			name:   "special use whose name is taken",
			source: side(dovecot, `Gesendet=\Sent`, "Sent"), target: side(dovecot, `Sent=\Sent`),
			want: []string{"Gesendet > Gesendet", "Sent > Sent"},
		}, {
			name:   "shared and without messages",
			source: side(info("", "/", "shared/"), "INBOX", "shared/team", "shared", `Box=\Noselect`, "Box/x"), target: side(dovecot),
			want: []string{"INBOX > INBOX", "Box x it can't hold messages", "Box/x > Box/x", "shared x it belongs to another user or is shared", "shared/team x it belongs to another user or is shared"},
		}, {
			name:   "exclude",
			source: side(courier, "INBOX", "INBOX.Deleted Items", "INBOX.Deleted Items.x", "INBOX.Junk Mail", "INBOX.Junk Mail.y"), target: side(dovecot),
			rules: Rules{Exclude: []string{"deleted items", "Junk Mail/*"}},
			want: []string{"INBOX > INBOX", `INBOX.Deleted Items x ExcludeFolders has "deleted items"`, "INBOX.Deleted Items.x > Deleted Items/x",
				`INBOX.Junk Mail x ExcludeFolders has "Junk Mail/*"`, `INBOX.Junk Mail.y x ExcludeFolders has "Junk Mail/*"`},
		}, {
			name:   "include",
			source: side(dovecot, "INBOX", "A", "A/b", "B"), target: side(dovecot),
			rules: Rules{Include: []string{"#Inbox#", "A/*"}, Exclude: []string{"a/B"}},
			want:  []string{"INBOX > INBOX", "A > A", `A/b x ExcludeFolders has "a/B"`, "B x IncludeFolders does not have it"},
		}, {
			name:   "user root",
			source: side(info("INBOX.", ".", "shared."), "shared.terry", "shared.terry.Sent", "shared.terryx"), target: side(dovecot),
			rules: Rules{Root: "shared.terry"},
			want:  []string{"shared.terry > INBOX", "shared.terry.Sent > Sent", "shared.terryx x it lies outside the UserRoot"},
		}, {
			name:   "a rule by name takes what is below along",
			source: side(courier, "INBOX", "INBOX.Old.2019", "INBOX.Old", "INBOX.Older"), target: side(dovecot),
			rules: Rules{Map: rules(t, "old", "Archive/Past")},
			want:  []string{"INBOX > INBOX", "INBOX.Old > Archive/Past", "INBOX.Old.2019 > Archive/Past/2019", "INBOX.Older > Older"},
		}, {
			name:   "several into one, the one that is there already too",
			source: side(dovecot, "INBOX", "Sent Items", "Sent", "Gesendet"), target: side(courier),
			rules: Rules{Map: rules(t, "Sent Items", "Sent", "Gesendet", "Sent")},
			want:  []string{"INBOX > INBOX", "Gesendet > INBOX.Sent", "Sent > INBOX.Sent", "Sent Items > INBOX.Sent"},
		}, {
			name:   "a rule by use, in the language of the source",
			source: side(dovecot, "INBOX", `Poslano=\Sent`, "Poslano/2020"), target: side(dovecot),
			rules: Rules{Map: rules(t, "#SentItems#", "Sent")},
			want:  []string{"INBOX > INBOX", "Poslano > Sent", "Poslano/2020 > Sent/2020"},
		}, {
			name:   "regular expressions; the first rule that matches holds",
			source: side(dovecot, "INBOX", "Projects/2019/a", "Projects/x", "[Gmail]/Spam"), target: side(dovecot),
			rules: Rules{Map: rules(t, `^projects/(\d{4})/`, "Past $1/", "^Projects", "Work", `^\[Gmail\]/`, "")},
			want:  []string{"INBOX > INBOX", "Projects/2019/a > Past 2019/a", "Projects/x > Work/x", "[Gmail]/Spam > Spam"},
		}, {
			name:   "composed and decomposed names are the same to a rule",
			source: side(dovecot, "INBOX", "Bu\u0308ro", "Büro"), target: side(dovecot),
			rules: Rules{Map: rules(t, "BÜRO", "Office")},
			want:  []string{"INBOX > INBOX", "Bu\u0308ro > Office", "Büro > Office"},
		}, {
			name:   "everything below a folder",
			source: side(dovecot, "INBOX", "Sent=\\Sent", "Work/2020"), target: side(courier, `INBOX.Gesendet=\Sent`),
			rules: Rules{TargetRoot: "Old mail/2026"},
			want:  []string{"INBOX > INBOX.Old mail.2026.Inbox", "Sent > INBOX.Old mail.2026.Sent", "Work/2020 > INBOX.Old mail.2026.Work.2020"},
		}, {
			name:   "uses by names in any language",
			source: side(dovecot, "INBOX", "Gesendete Elemente", "Gesendete Elemente/2020", "Papierkorb", "Spam", "Junk"), target: side(courier, "INBOX.Sent", `INBOX.Trash=\Trash`, `INBOX.Junk E-mail=\Junk`),
			want: []string{"INBOX > INBOX", "Gesendete Elemente > INBOX.Sent", "Gesendete Elemente/2020 > INBOX.Sent.2020",
				"Junk > INBOX.Junk", "Papierkorb > INBOX.Trash", "Spam > INBOX.Spam"}, // of two for one use neither is sure
		}, {
			name:   "names kept",
			source: side(dovecot, "INBOX", "Gesendet", `Bin=\Trash`), target: side(dovecot, "Sent", `Trash=\Trash`),
			rules: Rules{KeepNames: true},
			want:  []string{"INBOX > INBOX", "Bin > Bin", "Gesendet > Gesendet"},
		}, {
			name:   "none below",
			source: side(dovecot, "INBOX", "INBOX/x", "A/B/C", "AA/B"), target: side(dovecot, `INBOX=\Noinferiors`, `A=\Noinferiors`),
			want: []string{"INBOX > INBOX", "A/B/C > A_B_C", "AA/B > AA/B", "INBOX/x > INBOX_x"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, m := range Plan(c.source, c.target, c.rules) {
				if m.LeftOut != "" {
					got = append(got, m.Source.Name+" x "+m.LeftOut)
				} else {
					got = append(got, m.Source.Name+" > "+m.Target)
				}
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(c.want, "\n  "))
			}
		})
	}
}

// rules makes rules of pairs of texts.
func rules(t *testing.T, texts ...string) (list []Rule) {
	t.Helper()
	for pair := range slices.Chunk(texts, 2) {
		r, err := NewRule(pair[0], pair[1])
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, r)
	}
	return list
}

func TestNewRule(t *testing.T) {
	for _, c := range []struct{ from, to, want string }{
		{"", "x", "does not say which folder"}, {"/", "x", "does not say which folder"}, {"x", "", "ExcludeFolders"}, {"^[", "x", "no regular expression"},
		{"#Snet#", "Sent", "does not know"},
	} {
		if _, err := NewRule(c.from, c.to); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q to %q: %v", c.from, c.to, err)
		}
	}
}

// TestPlanIsOneToOne: whatever the names, no two folders share a target and none is lost.
func TestPlanIsOneToOne(t *testing.T) {
	level := rapid.StringOf(rapid.SampledFrom([]rune(`ab./_ "%I`)))
	rapid.Check(t, func(t *rapid.T) {
		infos := []mailbox.Info{info("", "/"), info("", "."), info("INBOX.", "."), info("INBOX/", "/"), info("", "")}
		source := Side{Info: rapid.SampledFrom(infos).Draw(t, "source")}
		seen := map[string]bool{}
		for _, n := range rapid.SliceOfDistinct(level, rapid.ID).Draw(t, "names") {
			if n == "" || strings.EqualFold(n, "inbox") || seen[n] {
				continue
			}
			seen[n] = true
			source.Folders = append(source.Folders, mailbox.Folder{Name: source.Info.Personal[0].Prefix + n, Delimiter: source.Info.Personal[0].Delimiter,
				Use: rapid.SampledFrom([]string{"", "", mailbox.UseSent}).Draw(t, "use")})
		}
		target := side(rapid.SampledFrom(infos).Draw(t, "target"), `b=\Sent`)
		got := Plan(source, target, Rules{})
		if len(got) != len(source.Folders) {
			t.Fatalf("%d folders, %d mappings", len(source.Folders), len(got))
		}
		used := map[string]string{}
		for _, m := range got {
			if m.LeftOut != "" {
				t.Fatalf("%q is left out: %s", m.Source.Name, m.LeftOut)
			}
			if other, twice := used[m.Target]; twice || m.Target == "" {
				t.Fatalf("%q and %q both become %q", other, m.Source.Name, m.Target)
			}
			used[m.Target] = m.Source.Name
		}
	})
}

func TestMatch(t *testing.T) {
	folder := func(path, use string) (mailbox.Folder, []string) {
		return mailbox.Folder{Name: strings.ReplaceAll("INBOX."+path, "/", "."), Delimiter: '.', Use: use}, strings.Split(path, "/")
	}
	for _, c := range []struct {
		pattern, path, use string
		want               bool
	}{
		{"Deleted Items", "Deleted Items", "", true},
		{"deleted items", "Deleted Items", "", true},
		{"Deleted Items", "Deleted Items/x", "", false},
		{"Deleted Items/*", "Deleted Items/x", "", true},
		{"Deleted Items/*", "Deleted Items", "", true},
		{"Deleted Items/*", "Deleted Items2", "", false},
		{"/Work/2020/", "Work/2020", "", true},
		{"INBOX.Work.2020", "Work/2020", "", true},
		{"W*", "Work", "", false},
		{"W*", "W*", "", true},
		{"/*", "anything", "", true},
		{"#SentItems#", "Gesendet", mailbox.UseSent, true},
		{"#sentitems#", "Gesendete Elemente", "", true},
		{"#SentItems#", "Gesendete Elemente/2020", "", false},
		{"#SentItems#/*", "Gesendete Elemente/2020", "", true},
		{"#SentItems#/2020", "Sent/2020", "", true},
		{"#Inbox#/*", "INBOX/x", "", true},
		{"#Root#/*", "x/y", "", true},
		{"#Root#/x", "x", "", true},
		{`\#Notes\#`, "#Notes#", "", true},
		{"#Notes#", "#Notes#", "", false},
		{"#Nonsense#", "#Nonsense#", "", true},
		{"ENTWÜRFE", "Entwürfe", "", true},
	} {
		f, path := folder(c.path, c.use)
		if got := Match(c.pattern, f, path); got != c.want {
			t.Errorf("%q against %q %s: %v", c.pattern, c.path, c.use, got)
		}
	}
	if KnownPattern("#Inbxo#") || !KnownPattern("#inbox#/*") || !KnownPattern("#x") || !KnownPattern(`\#Inbxo\#`) {
		t.Error("KnownPattern errs")
	}
}

func TestRoots(t *testing.T) {
	i := info("INBOX.", ".", "shared.")
	got := fmt.Sprint(Roots(i, "/users/terry.adams"))
	for _, want := range []string{"shared.users.terry.adams", "shared.users.terry adams", "shared.users.terry^adams", "users.terry.adams"} {
		if !strings.Contains(got, want) {
			t.Errorf("%s is not among %s", want, got)
		}
	}
	if r := Roots(i, "/shared/terry"); r[0] != "shared.terry" {
		t.Errorf("the first guess for /shared/terry is %q", r[0])
	}
	if r := Roots(i, "/"); len(r) != 0 {
		t.Errorf("an empty root gives %q", r)
	}
}

// Exchange shows calendars and the like as folders; elsewhere a folder of such a name holds mail.
func TestNotMail(t *testing.T) {
	side := func(organizer bool) Side {
		i := info("", "/")
		i.Features.Organizer = organizer
		s := Side{Info: i}
		for _, name := range []string{"INBOX", "Kalender", "Kalender/Birthdays", "Contacts", "Tasks", "Journal", "Work/Tasks"} {
			s.Folders = append(s.Folders, mailbox.Folder{Name: name, Delimiter: '/'})
		}
		return s
	}
	for _, c := range []struct {
		organizer bool
		rules     Rules
		left      int
	}{
		{true, Rules{}, 5},
		{true, Rules{Include: []string{"Inbox", "Contacts"}}, 5},
		{false, Rules{}, 0},
	} {
		left := 0
		for _, m := range Plan(side(c.organizer), side(false), c.rules) {
			if m.LeftOut != "" {
				left++
			}
		}
		if left != c.left {
			t.Errorf("%t, %v: %d folders are left out, want %d", c.organizer, c.rules, left, c.left)
		}
	}
}
