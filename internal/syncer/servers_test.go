package syncer_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox/imapbox"
	"migsh/internal/syncer"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// A brand is a server with what it can hold.
type brand struct {
	name   string
	server testserver.Any
	holds  testmail.AwkwardOptions
}

// brands starts a server of every brand, in a layout that is not the others'.
func brands(t *testing.T) []brand {
	return []brand{
		{"Dovecot", testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Store: "mdbox"}), testmail.AwkwardOptions{Avoid: "/"}},
		{"Cyrus", testserver.StartCyrus(t, testserver.CyrusOptions{Separator: ".", BelowInbox: true}),
			testmail.AwkwardOptions{Avoid: "/." + testserver.CyrusAvoids, Proper: true}},
		{"Courier", testserver.StartCourier(t, testserver.CourierOptions{}), testmail.AwkwardOptions{Avoid: "/.", NoEmoji: true, Ended: true}},
	}
}

// betweenBrands copies between servers of every brand what both can hold, three times, once after the state was lost, and compares.
// Every day from one to another; in a soak every brand copies to every other and to itself.
func betweenBrands(t *testing.T, all []brand) {
	for i, from := range all {
		for j, to := range all {
			if os.Getenv("MIGSH_SOAK") == "" && (from.name != "Cyrus" || to.name != "Courier") {
				continue
			}
			t.Run(from.name+" to "+to.name, func(t *testing.T) {
				user := strings.ToLower(from.name + to.name)
				other := user + "-new"
				from.server.AddUser(t, testserver.Account{Name: user, Password: "source-pass"})
				to.server.AddUser(t, testserver.Account{Name: other, Password: "target-pass"})
				from.server.Base().Fill(t, user, testmail.Awkward(testmail.AwkwardOptions{
					Seed: uint64(1 + i*len(all) + j), Avoid: from.holds.Avoid + to.holds.Avoid, NoEmoji: from.holds.NoEmoji || to.holds.NoEmoji,
					Proper: from.holds.Proper || to.holds.Proper, Ended: from.holds.Ended || to.holds.Ended, Large: 3 << 20,
				}))
				before, want := from.server.Digest(t, user), from.server.Base().Snapshot(t, user)
				passes(t, job(t, credentials(from.server, user), credentials(to.server, other)), want, func() testmail.Snapshot {
					return to.server.Base().Snapshot(t, other)
				}, testmail.Rules{ExtraFolders: true, IgnoreSpecialUse: true})
				untouched(t, before, from.server.Digest(t, user))
			})
		}
	}
}

// credentials log a user in, at Cyrus by way of its administrator.
func credentials(s testserver.Any, user string) imapbox.Config {
	c := config(s, user, 0)
	if cyrus, ok := s.(*testserver.Cyrus); ok {
		c.Credentials = imapbox.Credentials{Login: cyrus.Admin, Password: cyrus.AdminPassword, AuthorizationID: user}
	}
	return c
}

// passes copies, copies again, forgets and copies a third time, and verifies; each time the target must be as it should.
func passes(t *testing.T, j syncer.Job, want testmail.Snapshot, target func() testmail.Snapshot, rules testmail.Rules) {
	t.Helper()
	compare := func(what string) {
		t.Helper()
		for _, line := range testmail.Diff(want, target(), rules) {
			t.Errorf("%s: %s", what, line)
		}
	}
	messages := int64(want.Messages())
	if r := pass(t, j); r.Copied != messages {
		t.Errorf("%d of %d messages copied", r.Copied, messages)
	}
	compare("first pass")
	if r := pass(t, j); r.Copied+r.Matched+r.Reflagged != 0 {
		t.Errorf("second pass: %+v", r)
	}
	if err := syncer.Forget(t.Context(), j.Store, j.Pair); err != nil {
		t.Fatal(err)
	}
	if r := pass(t, j); r.Copied != 0 || r.Matched != messages {
		t.Errorf("after the state was lost: %d copied, %d matched", r.Copied, r.Matched)
	}
	compare("after the state was lost")
	if v, err := syncer.Verify(t.Context(), j, 1); err != nil || v.Same != messages || v.Checked != v.Same {
		t.Errorf("verification: %+v, %v", v, err)
	}
}

// untouched demands that the files of a source are as they were.
func untouched(t *testing.T, before, after []string) {
	t.Helper()
	for _, line := range before {
		if !slices.Contains(after, line) {
			t.Errorf("the source's file %s was changed", line)
		}
	}
	if len(before) != len(after) || len(before) == 0 {
		t.Errorf("the source had %d files and has %d", len(before), len(after))
	}
}

// painUserRoot copies one user's mail out of the folders that are shared with an administrator: Courier's virtual shared folders, whose
// names have a blank for each dot of the user's, and Cyrus's.
func painUserRoot(t *testing.T, all []brand) {
	dovecot, cyrus, courier := all[0], all[1].server.(*testserver.Cyrus), all[2].server.(*testserver.Courier)
	for _, c := range []struct {
		brand
		root   string
		unseen []string // flags that are each reader's own
		login  imapbox.Credentials
		share  func(t *testing.T)
	}{
		{all[1], "/user/terryadams", []string{`\Seen`}, imapbox.Credentials{Login: cyrus.Admin, Password: cyrus.AdminPassword}, func(t *testing.T) {
			for _, f := range cyrus.Snapshot(t, "terryadams").Folders {
				path := f.Path
				if path[0] == "INBOX" {
					path = path[1:]
				}
				cyrus.Share(t, cyrus.Admin, "lrs", cyrus.AdminName("terryadams", path...))
			}
		}},
		{all[2], "/users/terry.adams", nil, imapbox.Credentials{Login: "mailadmin", Password: "admin-pass"}, func(t *testing.T) {
			courier.AddUser(t, testserver.Account{Name: "mailadmin", Password: "admin-pass"})
			courier.Share(t, "terry.adams", "mailadmin", "lr")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			user, other := strings.TrimPrefix(c.root[strings.LastIndex(c.root, "/"):], "/"), strings.ToLower(c.name)+"-root"
			c.server.AddUser(t, testserver.Account{Name: user, Password: "source-pass"})
			dovecot.server.AddUser(t, testserver.Account{Name: other, Password: "target-pass"})
			o := c.holds
			o.Seed = 5
			c.server.Base().Fill(t, user, testmail.Awkward(o))
			c.share(t)
			before, want := c.server.Digest(t, user), c.server.Base().Snapshot(t, user)
			from := config(c.server, user, 0)
			from.Credentials = c.login
			j := job(t, from, config(dovecot.server, other, 0))
			j.Pair.UserRoot = c.root
			passes(t, j, want, func() testmail.Snapshot { return dovecot.server.Base().Snapshot(t, other) },
				testmail.Rules{ExtraFolders: true, IgnoreSpecialUse: true, IgnoreSubscriptions: true, IgnoreFlags: c.unseen})
			untouched(t, before, c.server.Digest(t, user))
		})
	}
}

// painRefused copies a whole awkward mailbox to servers that can't hold all of it as it is: folders whose names they refuse get
// others, a message with a header that Cyrus refuses stays behind or, if that is allowed, arrives repaired; Courier adds a line end to
// one. Everything else arrives, and nothing is copied twice, even after the state was lost.
func painRefused(t *testing.T, all []brand) {
	for _, c := range []struct {
		to      brand
		repair  bool
		folders map[string]string // with other names
		refused int64             // messages
		mended  int64
	}{
		{all[1], false, map[string]string{"[Brackets] (round) {curly}": "[Brackets] (round) _curly_", "com,ma; semi:colon": "com,ma_ semi:colon"}, 1, 0},
		{all[1], true, map[string]string{"[Brackets] (round) {curly}": "[Brackets] (round) _curly_", "com,ma; semi:colon": "com,ma_ semi:colon"}, 0, 1},
		{all[2], true, map[string]string{"📬 post": "_ post"}, 0, 0},
	} {
		if !c.repair && os.Getenv("MIGSH_SOAK") == "" {
			continue // crookedMessages has it every day
		}
		t.Run(fmt.Sprintf("%s, repair %v", c.to.name, c.repair), func(t *testing.T) {
			from, user, other := all[0].server, fmt.Sprintf("odd-%s-%v", strings.ToLower(c.to.name), c.repair), fmt.Sprintf("odd-new-%v", c.repair)
			from.AddUser(t, testserver.Account{Name: user, Password: "source-pass"})
			c.to.server.AddUser(t, testserver.Account{Name: other, Password: "target-pass"})
			from.Base().Fill(t, user, testmail.Awkward(testmail.AwkwardOptions{Seed: 3, Avoid: all[0].holds.Avoid}))
			want := int64(from.Base().Snapshot(t, user).Messages()) - c.refused
			j := job(t, credentials(from, user), credentials(c.to.server, other))
			j.Repair = c.repair
			for _, what := range []string{"first pass", "second pass", "after the state was lost"} {
				if what == "after the state was lost" {
					if err := syncer.Forget(t.Context(), j.Store, j.Pair); err != nil {
						t.Fatal(err)
					}
				}
				r, err := syncer.Run(t.Context(), j)
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				var refused, mended int64
				for _, f := range r.Folders {
					refused, mended = refused+f.Refused, mended+f.Repaired
					if to, ok := c.folders[f.SourceFolder]; f.Fault != "" || ok && !strings.HasSuffix(f.TargetFolder, to) {
						t.Errorf("%s: folder %+v", what, f)
					}
				}
				got := int64(c.to.server.Base().Snapshot(t, other).Messages())
				if got != want || refused != c.refused || mended != c.mended {
					t.Errorf("%s: %d messages at the target, %d refused, %d repaired; want %d, %d and %d", what, got, refused, mended, want, c.refused, c.mended)
				}
				v, err := syncer.Verify(t.Context(), j, 1)
				if altered := int64(len(v.Altered)); err != nil || len(v.Missing) > 0 || len(v.Redated) > 0 || c.to.name != "Courier" && altered > 0 {
					t.Errorf("%s: verified: %+v, %v", what, v, err)
				}
			}
		})
	}
}
