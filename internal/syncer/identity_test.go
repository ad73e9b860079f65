package syncer_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"strings"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/imapbox"
	"migsh/internal/mailbox/wrap"
	"migsh/internal/sample"
	"migsh/internal/syncer"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// A counted source counts the messages that are read of it.
type counted struct {
	mailbox.Source
	read *int
}

func (c counted) Fetch(ctx context.Context, windows iter.Seq[mailbox.Window]) iter.Seq2[*mailbox.Message, error] {
	return func(yield func(*mailbox.Message, error) bool) {
		for m, err := range c.Source.Fetch(ctx, windows) {
			*c.read++
			if !yield(m, err) {
				return
			}
		}
	}
}

func (c counted) FolderIdentity(folder string) string {
	return c.Source.(mailbox.FolderIdentifier).FolderIdentity(folder)
}

// countReads has a job's reads counted from now on.
func countReads(j *syncer.Job) *int {
	n := new(int)
	open := j.OpenSource
	j.OpenSource = func(ctx context.Context) (mailbox.Source, error) {
		s, err := open(ctx)
		if err != nil {
			return nil, err
		}
		return counted{s, n}, nil
	}
	return n
}

// from25 fills a folder A of a new user of Cyrus, twins among its messages, and makes a job that copies it to another user.
func from25(t *testing.T, cyrus *testserver.Cyrus, user string, hide ...string) (syncer.Job, imapbox.Config) {
	for _, name := range []string{user, user + "-new"} {
		cyrus.AddUser(t, testserver.Account{Name: name, Password: "pass-word"})
	}
	m := sample.Mailbox{Folders: []sample.Folder{{Path: []string{"A"}}}}
	for i := range 25 {
		m.Folders[0].Messages = append(m.Folders[0].Messages, sample.NewMessage(someDay, fmt.Appendf(nil, "Subject: %d\r\n\r\nx\r\n", i%22)))
	}
	cyrus.Fill(t, user, m)
	c := config(cyrus, user, 0)
	c.HideCapabilities = hide
	return job(t, c, config(cyrus, user+"-new", 0)), c
}

// painIdentities renumbers a folder of Cyrus, which has OBJECTID: nothing is read again but what is new. Without, and with a state
// that was made without, all is compared by content, and the outcome is the same.
func painIdentities(t *testing.T, cyrus *testserver.Cyrus) {
	a, b := cyrus.Name("A"), cyrus.Name("B")
	for _, c := range []struct {
		name         string
		first, later []string // hidden
		reads        int
	}{
		{"known", nil, nil, 1},
		{"hidden", []string{"OBJECTID"}, []string{"OBJECTID"}, 26},
		{"state of before", []string{"OBJECTID"}, nil, 26},
	} {
		t.Run(c.name, func(t *testing.T) {
			user := "ids" + strings.ReplaceAll(c.name, " ", "")
			j, from := from25(t, cyrus, user, c.first...)
			pass(t, j)
			anotherLife(t, cyrus, from, a, b)
			cyrus.Run(t, user, "SELECT "+a, "UID STORE 3 +FLAGS.SILENT (\\Flagged)", "UID COPY 1:* "+b, "SELECT INBOX", "DELETE "+a, "RENAME "+b+" "+a,
				"APPEND "+a+" {19+}\r\nSubject: new\r\n\r\nx\r\n")
			from.HideCapabilities = c.later
			j.OpenSource = func(ctx context.Context) (mailbox.Source, error) { return imapbox.OpenSource(ctx, from) }
			reads := countReads(&j)
			if r := pass(t, j); r.Copied != 1 || r.Reflagged != 1 || *reads != c.reads {
				t.Errorf("%d read, want %d; %+v", *reads, c.reads, r)
			}
			if v, err := syncer.Verify(t.Context(), j, 1); err != nil || v.Same != 26 || v.Checked != 26 {
				t.Errorf("verified: %+v, %v", v, err)
			}
			if n := cyrus.Snapshot(t, user+"-new").Messages(); n != 26 {
				t.Errorf("%d messages at the target, want 26", n)
			}
			*reads = 0
			if r := pass(t, j); r.Copied+r.Matched+r.Reflagged != 0 || *reads != 0 {
				t.Errorf("once more: %d read, %+v", *reads, r)
			}
		})
	}
}

// painRenamed renames a folder of Cyrus, renames it again and makes another one under its name, and then puts a folder in the place of
// another that was made in the same second and so has the same UIDVALIDITY. All are told apart by MAILBOXID, and of what was copied
// nothing is read again. Without, a few messages are read to recognise the first, the second is copied as a new one, and the third
// nobody could tell.
func painRenamed(t *testing.T, cyrus *testserver.Cyrus) {
	a, b, c, d, e := cyrus.Name("A"), cyrus.Name("B"), cyrus.Name("C"), cyrus.Name("D"), cyrus.Name("E")
	letter := func(folder string, n int) string {
		return fmt.Sprintf("APPEND %s {18+}\r\nSubject: %02d\r\n\r\nx\r\n", folder, n)
	}
	const anew = "CREATE in another second "
	type work struct {
		what         string
		commands     []string
		copied, read int
	}
	for _, w := range []struct {
		hide  []string
		works []work
	}{
		{nil, []work{
			{"renamed", []string{"RENAME " + a + " " + b, letter(b, 51)}, 1, 1},
			{"name used anew", []string{"RENAME " + b + " " + e, anew + b, letter(b, 52)}, 1, 1},
			{"replaced", []string{"DELETE " + c, "RENAME " + d + " " + c}, 3, 3},
		}},
		{[]string{"OBJECTID"}, []work{
			{"renamed", []string{"RENAME " + a + " " + b, letter(b, 51)}, 1, 1 + 3},
			{"name used anew", []string{"RENAME " + b + " " + e, anew + b, letter(b, 52)}, 1 + 26, 1 + 26},
		}},
	} {
		user := fmt.Sprintf("renamed%d", len(w.hide))
		j, from := from25(t, cyrus, user, w.hide...)
		alike := func() bool {
			cyrus.Run(t, user, "CREATE "+c, "CREATE "+d)
			return lifeOf(t, from, c) == lifeOf(t, from, d)
		}
		for !alike() {
			cyrus.Run(t, user, "DELETE "+c, "DELETE "+d)
		}
		cyrus.Run(t, user, letter(c, 31), letter(c, 32), letter(d, 41), letter(d, 42), letter(d, 43))
		pass(t, j)
		reads := countReads(&j)
		for _, work := range w.works {
			for _, command := range work.commands {
				if name, ok := strings.CutPrefix(command, anew); ok {
					anotherLife(t, cyrus, from, e, name)
				} else {
					cyrus.Run(t, user, command)
				}
			}
			*reads = 0
			if r := pass(t, j); r.Copied != int64(work.copied) || *reads != work.read {
				t.Errorf("%s, hidden %q: %d read, want %d; want %d copied, %+v", work.what, w.hide, *reads, work.read, work.copied, r)
			}
			*reads = 0
			if r := pass(t, j); r.Copied+r.Matched != 0 || *reads != 0 {
				t.Errorf("%s, hidden %q, once more: %d read, %+v", work.what, w.hide, *reads, r)
			}
		}
		if v, err := syncer.Verify(t.Context(), j, 1); err != nil || v.Same != v.Checked {
			t.Errorf("hidden %q: verified: %+v, %v", w.hide, v, err)
		}
	}
}

// identitiesCostNothing compares what Cyrus is asked in a first copy, a look at nothing new, and a delta, with what it is asked without
// OBJECTID: as many commands of each kind, EMAILID only within them.
func identitiesCostNothing(t *testing.T, cyrus *testserver.Cyrus) {
	a := cyrus.Name("A")
	asked := map[bool]map[string]int{}
	emails := map[bool]int{}
	for _, hidden := range []bool{false, true} {
		user := fmt.Sprintf("cost%v", hidden)
		j, from := from25(t, cyrus, user)
		var trace bytes.Buffer
		from.Tracer = wrap.NewTracer(&trace)
		if hidden {
			from.HideCapabilities = []string{"OBJECTID"}
		}
		j.OpenSource = func(ctx context.Context) (mailbox.Source, error) { return imapbox.OpenSource(ctx, from) }
		pass(t, j)
		pass(t, j)
		cyrus.Run(t, user, "SELECT "+a, "UID STORE 3 +FLAGS.SILENT (\\Flagged)", "UID STORE 5:6 +FLAGS.SILENT (\\Deleted)", "EXPUNGE",
			"APPEND "+a+" {19+}\r\nSubject: new\r\n\r\nx\r\n")
		if r := pass(t, j); r.Copied != 1 || r.Reflagged != 1 {
			t.Errorf("hidden %v: %+v", hidden, r)
		}
		asked[hidden] = map[string]int{}
		for line := range strings.Lines(trace.String()) {
			if _, said, ok := strings.Cut(line, " C: "); ok {
				if words := strings.Fields(said); len(words) > 2 && words[1] == "UID" {
					asked[hidden]["UID "+words[2]]++
				} else if len(words) > 1 {
					asked[hidden][words[1]]++
				}
				if strings.Contains(said, "EMAILID") {
					emails[hidden]++
				}
			}
		}
	}
	if !maps.Equal(asked[false], asked[true]) || asked[false]["UID FETCH"] == 0 || emails[false] == 0 || emails[true] != 0 {
		t.Errorf("asked %v, without OBJECTID %v; for EMAILID %v", asked[false], asked[true], emails)
	}
}

// A breaking target breaks the connection when it has copied, before it has said so.
type breaking struct{ mailbox.Target }

func (b breaking) Copy(ctx context.Context, from mailbox.At, uids mailbox.UIDSet, to mailbox.At) (map[mailbox.UID]mailbox.UID, error) {
	if _, err := b.Target.(mailbox.Copier).Copy(ctx, from, uids, to); err != nil {
		return nil, err
	}
	return nil, errors.Join(b.Target.Close(), mailbox.NewError(mailbox.ConnectionLost, "COPY", io.ErrUnexpectedEOF))
}

// painMoved moves messages of Cyrus between folders: the target copies them itself, and removes what they leave behind if deletions are
// followed. Hidden, they are read and sent; if the answer is lost, they are read to be recognised; with the same outcome.
func painMoved(t *testing.T, cyrus *testserver.Cyrus, to brand) {
	a, b := cyrus.Name("A"), cyrus.Name("B")
	for i, c := range []struct {
		hide          []string
		lost          bool
		reads, copied int
		moved         int64
	}{
		{reads: 1, copied: 7, moved: 6},
		{hide: []string{"OBJECTID"}, reads: 7, copied: 7},
		{lost: true, reads: 7, copied: 1},
	} {
		user := fmt.Sprintf("moved%d%s", i, strings.ToLower(to.name))
		_, from := from25(t, cyrus, user, c.hide...)
		to.server.AddUser(t, testserver.Account{Name: user + "-to", Password: "target-pass"})
		j := job(t, from, credentials(to.server, user+"-to"))
		j.Deletions = syncer.Deletions{Follow: true, Percent: 100}
		pass(t, j)
		cyrus.Run(t, user, "CREATE "+b, "SELECT "+a, "UID STORE 7 +FLAGS.SILENT (\\Seen $Work)", "UID MOVE 5:10 "+b, "APPEND "+b+" {19+}\r\nSubject: new\r\n\r\nx\r\n")
		reads := countReads(&j)
		if c.lost {
			once := j
			once.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
				target, err := j.OpenTarget(ctx)
				return breaking{target}, err
			}
			if _, err := syncer.Run(t.Context(), once); err == nil || mailbox.ClassOf(err) != mailbox.Reconnect {
				t.Errorf("lost: %v", err)
			}
		}
		if r := pass(t, j); r.Copied != int64(c.copied) || r.Moved != c.moved || *reads != c.reads || r.Removed != 6 {
			t.Errorf("%+v: %d read; 6 were to be removed: %+v", c, *reads, r)
		}
		for _, line := range testmail.Diff(cyrus.Snapshot(t, user), to.server.Base().Snapshot(t, user+"-to"), testmail.Rules{ExtraFolders: true, IgnoreSpecialUse: true}) {
			t.Errorf("%+v: %s", c, line)
		}
		if v, err := syncer.Verify(t.Context(), j, 1); err != nil || v.Same != 26 || v.Checked != 26 {
			t.Errorf("%+v: verified: %+v, %v", c, v, err)
		}
		if r := pass(t, j); r.Copied+r.Matched+r.Reflagged+r.Removed != 0 {
			t.Errorf("%+v, once more: %+v", c, r)
		}
	}
}

// anotherLife makes folder b with another UIDVALIDITY than folder a has. Cyrus makes them of the time, in seconds.
func anotherLife(t *testing.T, cyrus *testserver.Cyrus, cfg imapbox.Config, a, b string) {
	cyrus.Run(t, cfg.Credentials.Login, "CREATE "+b)
	for before := lifeOf(t, cfg, a); lifeOf(t, cfg, b) == before; {
		cyrus.Run(t, cfg.Credentials.Login, "DELETE "+b, "CREATE "+b)
	}
}

// lifeOf is the UIDVALIDITY of a folder.
func lifeOf(t *testing.T, cfg imapbox.Config, folder string) uint32 {
	source, err := imapbox.OpenSource(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	opened, err := source.Open(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	return opened.UIDValidity
}
