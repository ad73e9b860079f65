package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/imapbox"
	"migsh/internal/mailbox/mailboxtest"
	"migsh/internal/migration"
	"migsh/internal/syncer"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
	"migsh/store/boltstore"
)

// diary prints what passes report.
type diary struct{ t *testing.T }

func (d diary) Progress(syncer.Progress)         {}
func (d diary) Report(line migration.ReportLine) { d.t.Log(line) }

// config is how a user of a server is reached, through a proxy if port is not 0.
func config(server testserver.Any, user string, port int) imapbox.Config {
	s := server.Base()
	if port == 0 {
		port = s.IMAPPort
	}
	return imapbox.Config{Server: s.Host, Port: port, Security: migration.SecurityNone,
		Credentials: imapbox.Credentials{Login: user, Password: s.PasswordOf(user)}}
}

func job(t *testing.T, from, to imapbox.Config) syncer.Job {
	st, err := boltstore.Open(t.Context(), filepath.Join(t.TempDir(), "state.db"), boltstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return syncer.Job{
		Pair: syncer.Pair{SourceServer: from.Server, SourceLogin: from.Credentials.Login,
			TargetServer: to.Server, TargetMailbox: to.Credentials.Login},
		OpenSource: func(ctx context.Context) (mailbox.Source, error) { return imapbox.OpenSource(ctx, from) },
		OpenTarget: func(ctx context.Context) (mailbox.Target, error) { return imapbox.OpenTarget(ctx, to) },
		Store:      st, SpoolDir: t.TempDir(), Observer: diary{t},
	}
}

func pass(t *testing.T, j syncer.Job) syncer.Result {
	t.Helper()
	r, err := syncer.Run(t.Context(), j)
	if err != nil {
		t.Fatalf("pass: %v", err)
	}
	for _, f := range r.Folders {
		if f.Fault != "" || !f.Excluded && f.Source != f.Decided() {
			t.Errorf("folder %+v", f)
		}
	}
	return r
}

// TestBetweenServers copies everything that migrations have stumbled over between real servers of different naming,
// three times, once after the state was lost, and compares.
func TestBetweenServers(t *testing.T) {
	slash := testserver.StartDovecot(t, testserver.DovecotOptions{Store: "mdbox", Compress: true})
	dots := testserver.StartDovecot(t, testserver.DovecotOptions{Separator: ".", Prefix: "INBOX.", Compress: true})
	for _, c := range []struct {
		name     string
		from, to *testserver.Dovecot
		hide     []string
		compress bool
	}{
		{"slash to dots", slash, dots, nil, false},
		{"dots to slash", dots, slash, nil, true},
		{"without extensions", slash, dots, []string{"UIDPLUS", "CONDSTORE", "QRESYNC", "LIST-STATUS", "NAMESPACE"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			user := fmt.Sprintf("awkward%d", len(t.Name()))
			c.from.Fill(t, user, testmail.Awkward(testmail.AwkwardOptions{Seed: 1, Avoid: "./", Large: 3 << 20}))
			before := c.from.Digest(t, user)
			from, to := config(c.from, user, 0), config(c.to, user+"-new", 0)
			from.HideCapabilities, to.HideCapabilities = c.hide, c.hide
			from.Compress, to.Compress = c.compress, c.compress
			j := job(t, from, to)
			want := c.from.Snapshot(t, user)
			compare := func(what string) {
				t.Helper()
				for _, line := range testmail.Diff(want, c.to.Snapshot(t, user+"-new"), testmail.Rules{ExtraFolders: true}) {
					t.Errorf("%s: %s", what, line)
				}
			}
			if r := pass(t, j); r.Copied != int64(want.Messages()) {
				t.Errorf("%d of %d messages copied", r.Copied, want.Messages())
			}
			compare("first pass")
			if r := pass(t, j); r.Copied+r.Matched+r.Reflagged != 0 {
				t.Errorf("second pass: %+v", r)
			}
			if err := syncer.Forget(t.Context(), j.Store, j.Pair); err != nil {
				t.Fatal(err)
			}
			if r := pass(t, j); r.Copied != 0 || r.Matched != int64(want.Messages()) {
				t.Errorf("after the state was lost: %d copied, %d matched", r.Copied, r.Matched)
			}
			compare("after the state was lost")
			v, err := syncer.Verify(t.Context(), j, 1)
			if err != nil || v.Same != int64(want.Messages()) || v.Checked != v.Same {
				t.Errorf("verification: %+v, %v", v, err)
			}
			if after := c.from.Digest(t, user); !slices.Equal(before, after) {
				t.Error("the source's files were changed")
			}
		})
	}
}

// TestCutConnections cuts the connections to source and target at ever other bytes, and every third time migsh is killed by the cut;
// whoever comes again each time has everything in the end, once; in whichever way messages are stored.
func TestCutConnections(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{Compress: true})
	server.Fill(t, "cut", testmail.Plain(2, 150))
	want := server.Snapshot(t, "cut")
	seeds := uint64(1)
	if os.Getenv("MIGSH_SOAK") != "" {
		seeds = 20
	}
	for seed := range seeds {
		for i, rung := range mailboxtest.Rungs {
			t.Run(fmt.Sprintf("%s, seed %d", rung.Name, seed), func(t *testing.T) {
				cutConnections(t, server, fmt.Sprintf("cut-%d-%d", i, seed), rung, want, rand.New(rand.NewPCG(seed, uint64(i))))
			})
		}
	}
}

func cutConnections(t *testing.T, server *testserver.Dovecot, target string, rung mailboxtest.Rung, want testmail.Snapshot, random *rand.Rand) {
	toSource, toTarget := testserver.NewProxy(t, server.IMAPAddr()), testserver.NewProxy(t, server.IMAPAddr())
	from, to := config(server, "cut", toSource.Port()), config(server, target, toTarget.Port())
	from.HideCapabilities, to.HideCapabilities = rung.Hide, rung.Hide
	from.Compress, to.Compress = rung.Compress, rung.Compress
	j := job(t, from, to)
	j.Window = 20
	cuts, kills := 0, 0
	kept := j.Store
	for ; cuts < 200; cuts++ {
		toSource.UseAll(testserver.Link{})
		toTarget.UseAll(testserver.Link{})
		if cuts%2 == 0 {
			toTarget.UseAll(testserver.Link{CutUp: int64(3000+1777*cuts) + random.Int64N(1777)})
		} else {
			toSource.UseAll(testserver.Link{CutDown: int64(5000+1777*cuts) + random.Int64N(1777)})
		}
		j.Store = kept
		if cuts%3 == 2 {
			before := toTarget.Stats().Cut + toSource.Stats().Cut
			j.Store = dyingStore{kept, func() bool { return toTarget.Stats().Cut+toSource.Stats().Cut > before }}
		}
		_, err := syncer.Run(t.Context(), j)
		if err == nil {
			break
		}
		if errors.Is(err, errKilled) {
			kills++
		} else if class := mailbox.ClassOf(err); class != mailbox.Reconnect && class != mailbox.Later {
			t.Fatalf("cut %d: %v", cuts, errors.Unwrap(err))
		}
		// A server goes on storing what had reached it before the cut; outside of tests a pass waits for that (Job.Settle).
		for server.Connections(t)[target] > 0 {
			runtime.Gosched()
		}
	}
	t.Logf("%d cuts, in %d of them killed", cuts, kills)
	for _, line := range testmail.Diff(want, server.Snapshot(t, target), testmail.Rules{ExtraFolders: true}) {
		t.Error(line)
	}
}

// TestDeltaBetweenServers carries over new mail and changed flags, and leaves alone what the user did at the target, with
// CONDSTORE and without.
func TestDeltaBetweenServers(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{})
	for _, c := range []struct {
		name string
		hide []string
	}{
		{"condstore", nil},
		{"bare", []string{"CONDSTORE", "QRESYNC", "UIDPLUS", "LIST-STATUS"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			server.Fill(t, c.name, testmail.Plain(3, 40))
			from, to := config(server, c.name, 0), config(server, c.name+"-new", 0)
			from.HideCapabilities, to.HideCapabilities = c.hide, c.hide
			j := job(t, from, to)
			pass(t, j)
			server.Fill(t, c.name, testmail.Plain(4, 5))
			server.Run(t, c.name, `SELECT INBOX`, `STORE 1:3 +FLAGS (\Flagged $New)`, `STORE 4:9 FLAGS (\Answered)`)
			server.Run(t, c.name+"-new", `SELECT INBOX`, `STORE 5 +FLAGS (\Deleted)`, `UID EXPUNGE 5`)
			if r := pass(t, j); r.Copied != 5 || r.Reflagged == 0 {
				t.Errorf("the delta did %+v", r)
			}
			// To be compared, the source must lack what was deleted at the target.
			server.Run(t, c.name, `SELECT INBOX`, `STORE 5 +FLAGS (\Deleted)`, `UID EXPUNGE 5`)
			if r := pass(t, j); r.Copied+r.Reflagged != 0 {
				t.Errorf("the pass after it did %+v", r)
			}
			for _, line := range testmail.Diff(server.Snapshot(t, c.name), server.Snapshot(t, c.name+"-new"), testmail.Rules{}) {
				t.Error(line)
			}
		})
	}
}
