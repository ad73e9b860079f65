// Package mailboxtest holds the obligations of package mailbox as tests. Whoever implements [mailbox.Source] and
// [mailbox.Target] runs them:
//
//	func TestObligations(t *testing.T) {
//		mailboxtest.Run(t, func(t *testing.T) mailboxtest.Box { … a mailbox that nobody has used … })
//	}
package mailboxtest

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/internal/mailbox"
)

// A Box opens one and the same fresh mailbox for reading and for writing.
type Box struct {
	Source mailbox.OpenSource
	Target mailbox.OpenTarget
	// Unfit tells which messages the server refuses, or keeps otherwise than they are; nil means none.
	Unfit func(body string) bool
}

// Run runs the suite. open is called once for each test and gives a mailbox with nothing but an empty INBOX (and what
// folders the server makes by itself).
func Run(t *testing.T, open func(t *testing.T) Box) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *fixture)
	}{
		{"Info", testInfo},
		{"Folders", testFolders},
		{"FolderNames", testFolderNames},
		{"Rename", testRename},
		{"RoundTrip", testRoundTrip},
		{"OddMessages", testOddMessages},
		{"LargeMessage", testLargeMessage},
		{"AppendTellsUIDs", testAppendUIDs},
		{"AppendSeveralFolders", testAppendFolders},
		{"AppendToKnownFolder", testAppendKnown},
		{"AppendToMissingFolder", testAppendMissing},
		{"AppendInputFails", testAppendInputFails},
		{"AppendBodyFails", testAppendBodyFails},
		{"AppendStreams", testAppendStreams},
		{"ListSelects", testList},
		{"FetchReportsVanished", testVanished},
		{"FetchSkipsUnread", testUnread},
		{"FetchWindows", testWindows},
		{"FetchKeepsUnseen", testUnseen},
		{"FetchMissingFolder", testFetchMissing},
		{"UIDValidity", testUIDValidity},
		{"Headers", testHeaders},
		{"Store", testStore},
		{"Expunge", testExpunge},
		{"Copy", testCopy},
		{"Changes", testChanges},
		{"Quota", testQuota},
		{"Turns", testTurns},
		{"Cancel", testCancel},
		{"Close", testClose},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			f := &fixture{T: t, ctx: ctx, box: open(t)}
			target, err := f.box.Target(ctx)
			if err != nil {
				t.Fatalf("open target: %v", err)
			}
			f.target = target
			t.Cleanup(func() { target.Close() })
			test.run(t, f)
		})
	}
}

// fixture is one test's mailbox with a target session open on it.
type fixture struct {
	*testing.T
	ctx    context.Context
	box    Box
	target mailbox.Target
}

// source opens a reading session, which sees what the target has done before.
func (f *fixture) source() mailbox.Source {
	f.Helper()
	s, err := f.box.Source(f.ctx)
	if err != nil {
		f.Fatalf("open source: %v", err)
	}
	f.Cleanup(func() { s.Close() })
	return s
}

// name makes a folder name of path in the server's naming.
func (f *fixture) name(path ...string) string {
	ns := f.target.Info().Personal[0]
	return ns.Prefix + strings.Join(path, string(ns.Delimiter))
}

// folder creates a folder and returns its name.
func (f *fixture) folder(path ...string) string {
	f.Helper()
	name := f.name(path...)
	made, err := f.target.Create(f.ctx, name, "")
	if err != nil {
		f.Fatalf("create %q: %v", name, err)
	}
	if made == nil || made.UIDValidity == 0 || made.Messages != 0 || made.ReadOnly || !made.PermanentFlags.Has(mailbox.FlagSeen) {
		f.Errorf("create %q: it was opened as %+v", name, made)
	}
	return name
}

// fill appends messages to a folder, demands that all are stored, and returns their UIDs.
func (f *fixture) fill(folder string, msgs ...Mail) []mailbox.UID {
	f.Helper()
	var n int
	for r, err := range f.target.Append(f.ctx, outgoing(folder, msgs)) {
		if err != nil {
			f.Fatalf("append to %q: %v", folder, err)
		}
		if r.Fate != mailbox.Stored {
			f.Fatalf("append to %q: message %d is %v: %v", folder, n, r.Fate, r.Err)
		}
		n++
	}
	if n != len(msgs) {
		f.Fatalf("append to %q: %d results for %d messages", folder, n, len(msgs))
	}
	metas := f.list(f.source(), folder, mailbox.Query{})
	if len(metas) < len(msgs) {
		f.Fatalf("%q lists %d messages after %d were appended", folder, len(metas), len(msgs))
	}
	var uids []mailbox.UID
	for _, m := range metas[len(metas)-len(msgs):] {
		uids = append(uids, m.UID)
	}
	return uids
}

func (f *fixture) list(r mailbox.Reader, folder string, q mailbox.Query) []mailbox.Meta {
	f.Helper()
	var out []mailbox.Meta
	for m, err := range r.List(f.ctx, mailbox.At{Folder: folder}, q) {
		if err != nil {
			f.Fatalf("list %q: %v", folder, err)
		}
		out = append(out, m)
	}
	if !slices.IsSortedFunc(out, func(a, b mailbox.Meta) int { return int(a.UID) - int(b.UID) }) {
		f.Fatalf("list %q: UIDs do not ascend: %v", folder, out)
	}
	return out
}

// fetched is a message read whole.
type fetched struct {
	mailbox.Meta
	folder string
	body   []byte
	err    error
}

func (f *fixture) fetch(r mailbox.Reader, windows ...mailbox.Window) []fetched {
	f.Helper()
	var out []fetched
	for m, err := range r.Fetch(f.ctx, slices.Values(windows)) {
		if err != nil {
			f.Fatalf("fetch: %v", err)
		}
		got := fetched{Meta: m.Meta, folder: m.Folder, err: m.Err}
		if m.Err == nil {
			body, err := io.ReadAll(m.Body)
			if err != nil {
				f.Fatalf("read the body of UID %d: %v", m.UID, err)
			}
			if int64(len(body)) != m.Length {
				f.Fatalf("UID %d: Length is %d, the body has %d bytes", m.UID, m.Length, len(body))
			}
			got.body = body
		}
		out = append(out, got)
	}
	return out
}

func (f *fixture) status(folder string) mailbox.Status {
	f.Helper()
	opened, err := f.source().Open(f.ctx, folder)
	if err != nil {
		f.Fatalf("open %q: %v", folder, err)
	}
	return opened.Status
}

// Mail is a message to be stored by a test.
type Mail struct {
	Body  string
	Flags mailbox.Flags
	Date  time.Time
}

// mail is a simple message.
func mail(subject string, flags ...string) Mail {
	return Mail{
		Body:  "From: a@example.org\r\nSubject: " + subject + "\r\nMessage-ID: <" + subject + "@example.org>\r\n\r\n" + subject + "\r\n",
		Flags: mailbox.NewFlags(flags...),
		Date:  time.Date(2020, 2, 29, 12, 34, 56, 0, time.FixedZone("", 3600)),
	}
}

func mails(n int) []Mail {
	var out []Mail
	for i := range n {
		out = append(out, mail(fmt.Sprintf("m%d", i)))
	}
	return out
}

func outgoing(folder string, msgs []Mail) iter.Seq2[*mailbox.Outgoing, error] {
	return func(yield func(*mailbox.Outgoing, error) bool) {
		for _, m := range msgs {
			if !yield(m.outgoing(folder), nil) {
				return
			}
		}
	}
}

func (m Mail) outgoing(folder string) *mailbox.Outgoing {
	return &mailbox.Outgoing{At: mailbox.At{Folder: folder}, Flags: m.Flags, Date: m.Date,
		Length: int64(len(m.Body)), Body: strings.NewReader(m.Body)}
}
