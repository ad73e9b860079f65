package syncer_test

import (
	"context"
	"fmt"
	"iter"
	"strings"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/imapbox"
	"migsh/internal/sample"
	"migsh/internal/syncer"
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

// anotherLife makes folder b with another UIDVALIDITY than folder a has. Cyrus makes them of the time, in seconds.
func anotherLife(t *testing.T, cyrus *testserver.Cyrus, cfg imapbox.Config, a, b string) {
	life := func(folder string) uint32 {
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
	cyrus.Run(t, cfg.Credentials.Login, "CREATE "+b)
	for before := life(a); life(b) == before; {
		cyrus.Run(t, cfg.Credentials.Login, "DELETE "+b, "CREATE "+b)
	}
}
