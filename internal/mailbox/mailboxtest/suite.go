// Package mailboxtest holds the obligations of package mailbox as tests. Whoever implements [mailbox.Source] and
// [mailbox.Target] runs them:
//
//	func TestObligations(t *testing.T) {
//		mailboxtest.Run(t, func(t *testing.T) mailboxtest.Box { … a mailbox that nobody has used … })
//	}
package mailboxtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"migsh/internal/mailbox"
)

// A Box opens one and the same fresh mailbox for reading and for writing.
type Box struct {
	Source mailbox.OpenSource
	Target mailbox.OpenTarget
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
	if _, err := f.target.Create(f.ctx, name, ""); err != nil {
		f.Fatalf("create %q: %v", name, err)
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
	if created, err := f.target.Create(f.ctx, b, ""); created || err != nil {
		t.Errorf("creating %q again: created %v, error %v; want false, none", b, created, err)
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

func testRoundTrip(t *testing.T, f *fixture) {
	folder := f.folder("Trip")
	zone := func(s int) *time.Location { return time.FixedZone("", s) }
	msgs := []Mail{
		mail("seen", `\Seen`),
		mail("all", `\Seen`, `\Answered`, `\Flagged`, `\Draft`),
		mail("none"),
		mail("deleted", `\Deleted`),
		{Body: mail("east").Body, Date: time.Date(1999, 12, 31, 23, 59, 59, 0, zone(14*3600))},
		{Body: mail("west").Body, Date: time.Date(2018, 6, 1, 1, 2, 3, 0, zone(-(9*3600 + 1800)))},
		{Body: mail("utc").Body, Date: time.Date(1990, 1, 2, 3, 4, 5, 0, time.UTC)},
	}
	opened, err := f.target.Open(f.ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	if opened.ReadOnly {
		t.Errorf("the target opens %q read-only", folder)
	}
	if opened.AnyKeyword {
		msgs = append(msgs, mail("keyword", "$Forwarded", "project-x", `\Seen`))
	}
	uids := f.fill(folder, msgs...)
	got := f.fetch(f.source(), mailbox.Window{At: mailbox.At{Folder: folder, UIDValidity: opened.UIDValidity}, UIDs: mailbox.UIDs(uids...)})
	if len(got) != len(msgs) {
		t.Fatalf("%d messages fetched, %d stored", len(got), len(msgs))
	}
	metas := f.list(f.source(), folder, mailbox.Query{})
	for i, g := range got {
		want := msgs[i]
		if g.UID != uids[i] || g.err != nil || string(g.body) != want.Body {
			t.Errorf("message %d: UID %d (want %d), error %v, body %q", i, g.UID, uids[i], g.err, g.body)
		}
		if !g.Date.Equal(want.Date) {
			t.Errorf("message %d: date %v, want %v", i, g.Date, want.Date)
		}
		if !g.Flags.Equal(want.Flags) {
			t.Errorf("message %d: flags %q, want %q", i, g.Flags, want.Flags)
		}
		if m := metas[i]; m.UID != g.UID || !m.Flags.Equal(g.Flags) || !m.Date.Equal(g.Date) || m.Size != int64(len(want.Body)) {
			t.Errorf("message %d: List tells %+v", i, m)
		}
	}
}

func testOddMessages(t *testing.T, f *fixture) {
	folder := f.folder("Odd")
	twin := mail("twin")
	bodies := []string{
		"\r\n",
		"no header at all\r\n",
		"Subject: no body\r\n\r\n",
		"Subject: no end of line\r\n\r\nend",
		"Subject: 8 bit\r\n\r\n\xe4\xf6\xfc \xff\xfe\r\n",
		"Subject: dots\r\n\r\n.\r\n..\r\n.x\r\n",
		"Subject: imap\r\n\r\na1 LOGOUT\r\n* BYE\r\n)\r\n{3+}\r\n",
		"Subject: long\r\n\r\n" + strings.Repeat("x", 20000) + "\r\n",
		"X: " + strings.Repeat("y", 5000) + "\r\n\r\n",
		"From x@y Sat Jan  1 00:00:00 2000\r\nSubject: mbox\r\n\r\nFrom here\r\n",
		twin.Body, twin.Body, twin.Body,
	}
	var msgs []Mail
	for _, b := range bodies {
		msgs = append(msgs, Mail{Body: b, Date: twin.Date})
	}
	uids := f.fill(folder, msgs...)
	got := f.fetch(f.source(), mailbox.Window{At: mailbox.At{Folder: folder}, UIDs: mailbox.UIDs(uids...)})
	if len(got) != len(bodies) {
		t.Fatalf("%d messages fetched, %d stored", len(got), len(bodies))
	}
	for i, g := range got {
		if string(g.body) != bodies[i] {
			t.Errorf("message %d came back as %.200q, stored was %.200q", i, g.body, bodies[i])
		}
	}
}

// pattern is n bytes in lines, the same each time.
func pattern(n int) []byte {
	line := []byte("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ=0123456789\r\n")
	return append([]byte("Subject: large\r\n\r\n"), bytes.Repeat(line, n/len(line))...)
}

func testLargeMessage(t *testing.T, f *fixture) {
	folder := f.folder("Large")
	body := string(pattern(8 << 20))
	small := mail("small")
	uids := f.fill(folder, small, Mail{Body: body, Date: small.Date}, small)
	got := f.fetch(f.source(), mailbox.Window{At: mailbox.At{Folder: folder}, UIDs: mailbox.UIDs(uids...)})
	if len(got) != 3 || string(got[0].body) != small.Body || string(got[1].body) != body || string(got[2].body) != small.Body {
		t.Errorf("the three messages came back otherwise")
	}
}

func testAppendUIDs(t *testing.T, f *fixture) {
	folder := f.folder("UIDs")
	before := f.status(folder)
	msgs := mails(25)
	var results []mailbox.Appended
	for r, err := range f.target.Append(f.ctx, outgoing(folder, msgs)) {
		if err != nil {
			t.Fatal(err)
		}
		results = append(results, r)
	}
	metas := f.list(f.source(), folder, mailbox.Query{})
	if len(metas) != len(msgs) || len(results) != len(msgs) {
		t.Fatalf("%d messages sent, %d results, %d listed", len(msgs), len(results), len(metas))
	}
	got := f.fetch(f.source(), mailbox.Window{At: mailbox.At{Folder: folder}, UIDs: mailbox.UIDsFrom(1).Minus(mailbox.UIDsFrom(metas[len(metas)-1].UID + 1))})
	if len(got) < len(msgs) {
		t.Fatalf("%d of %d messages fetched", len(got), len(msgs))
	}
	got = slices.DeleteFunc(got, func(g fetched) bool { return mailbox.IsID(g.err, mailbox.MessageVanished) })
	for i, m := range metas {
		if string(got[i].body) != msgs[i].Body {
			t.Errorf("message %d does not lie in the order in which it was sent", i)
		}
		if m.UID < before.UIDNext {
			t.Errorf("message %d has UID %d, below the UIDNEXT before (%d)", i, m.UID, before.UIDNext)
		}
		if f.target.Info().Features.UIDPlus && (results[i].UID != m.UID || results[i].UIDValidity != before.UIDValidity) {
			t.Errorf("message %d: Append tells %+v; it has UID %d, UIDVALIDITY %d", i, results[i], m.UID, before.UIDValidity)
		}
	}
}

func testAppendFolders(t *testing.T, f *fixture) {
	names := []string{f.folder("A"), f.folder("B"), f.folder("C")}
	msgs := func(yield func(*mailbox.Outgoing, error) bool) {
		for i := range 12 {
			if !yield(mail(fmt.Sprint(i)).outgoing(names[i/2%3]), nil) {
				return
			}
		}
	}
	n := 0
	for r, err := range f.target.Append(f.ctx, msgs) {
		if err != nil || r.Fate != mailbox.Stored {
			t.Fatalf("message %d: %+v, %v", n, r, err)
		}
		n++
	}
	for _, name := range names {
		if got := f.list(f.source(), name, mailbox.Query{}); len(got) != 4 {
			t.Errorf("%q holds %d messages, want 4", name, len(got))
		}
	}
}

func testAppendMissing(t *testing.T, f *fixture) {
	var last error
	for r, err := range f.target.Append(f.ctx, outgoing(f.name("Nowhere"), mails(3))) {
		if err == nil && r.Fate == mailbox.Stored {
			t.Error("a message was stored in a folder that is not there")
		}
		last = err
	}
	if !mailbox.IsID(last, mailbox.FolderMissing) || mailbox.ClassOf(last) != mailbox.PerFolder {
		t.Errorf("the iteration ends with %v, want FolderMissing of class folder", last)
	}
	// The session must be usable still, or say that it isn't by class.
	folder := f.name("Somewhere")
	if _, err := f.target.Create(f.ctx, folder, ""); err != nil && mailbox.ClassOf(err) != mailbox.Reconnect {
		t.Errorf("afterwards: %v", err)
	}
}

func testAppendInputFails(t *testing.T, f *fixture) {
	folder := f.folder("Input")
	fault := errors.New("the source is gone")
	msgs := func(yield func(*mailbox.Outgoing, error) bool) {
		for _, m := range mails(3) {
			if !yield(m.outgoing(folder), nil) {
				return
			}
		}
		yield(nil, fault)
	}
	f.expectFault(folder, msgs, fault)
}

func testAppendBodyFails(t *testing.T, f *fixture) {
	folder := f.folder("Body")
	fault := errors.New("the source broke off")
	msgs := func(yield func(*mailbox.Outgoing, error) bool) {
		for _, m := range mails(3) {
			if !yield(m.outgoing(folder), nil) {
				return
			}
		}
		whole := string(pattern(200 << 10))
		broken := io.MultiReader(strings.NewReader(whole[:100<<10]), failing{fault})
		yield(&mailbox.Outgoing{At: mailbox.At{Folder: folder}, Length: int64(len(whole)), Body: broken}, nil)
	}
	f.expectFault(folder, msgs, fault)
}

type failing struct{ err error }

func (r failing) Read([]byte) (int, error) { return 0, r.err }

// expectFault appends, demands that the iteration ends with fault, and that the folder holds exactly the messages
// whose results say so.
func (f *fixture) expectFault(folder string, msgs iter.Seq2[*mailbox.Outgoing, error], fault error) {
	f.Helper()
	var last error
	stored, unsettled := 0, 0
	for r, err := range f.target.Append(f.ctx, msgs) {
		last = err
		if err != nil {
			continue
		}
		switch r.Fate {
		case mailbox.Stored:
			stored++
		case mailbox.Unsettled:
			unsettled++
		case mailbox.Refused:
			f.Errorf("a message was refused: %v", r.Err)
		}
	}
	if !errors.Is(last, fault) {
		f.Errorf("the iteration ends with %v, want %v", last, fault)
	}
	if n := len(f.list(f.source(), folder, mailbox.Query{})); n < stored || n > stored+unsettled || n > 3 {
		f.Errorf("the folder holds %d messages; the results say %d stored, %d unsettled", n, stored, unsettled)
	}
}

func testAppendStreams(t *testing.T, f *fixture) {
	// The body of a message is written by whoever reads it: nothing but streaming can finish this.
	folder := f.folder("Stream")
	const messages, size = 6, 1 << 20
	inFlight, most := 0, 0
	var mu sync.Mutex
	msgs := func(yield func(*mailbox.Outgoing, error) bool) {
		for range messages {
			mu.Lock()
			inFlight++
			most = max(most, inFlight)
			mu.Unlock()
			body := pattern(size)
			r := &onEnd{Reader: bytes.NewReader(body), end: func() { mu.Lock(); inFlight--; mu.Unlock() }}
			if !yield(&mailbox.Outgoing{At: mailbox.At{Folder: folder}, Length: int64(len(body)), Body: r}, nil) {
				return
			}
		}
	}
	for r, err := range f.target.Append(f.ctx, msgs) {
		if err != nil || r.Fate != mailbox.Stored {
			t.Fatalf("%+v, %v", r, err)
		}
	}
	if most != 1 {
		t.Errorf("%d messages were asked for before the body of the first was read", most)
	}
}

// onEnd calls end when the reader is read to its end.
type onEnd struct {
	*bytes.Reader
	end func()
}

func (r *onEnd) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	if r.Len() == 0 && r.end != nil {
		r.end()
		r.end = nil
	}
	return n, err
}

func testList(t *testing.T, f *fixture) {
	folder := f.folder("List")
	if got := f.list(f.source(), folder, mailbox.Query{}); len(got) != 0 {
		t.Errorf("an empty folder lists %v", got)
	}
	uids := f.fill(folder, mails(10)...)
	source := f.source()
	for _, c := range []struct {
		q    mailbox.UIDSet
		want []mailbox.UID
	}{
		{nil, uids},
		{mailbox.UIDsFrom(uids[7]), uids[7:]},
		{mailbox.UIDsFrom(uids[9] + 1), nil},
		{mailbox.UIDsFrom(uids[9] + 1000), nil},
		{mailbox.UIDs(uids[1], uids[3], uids[4], uids[9]+5), []mailbox.UID{uids[1], uids[3], uids[4]}},
	} {
		var got []mailbox.UID
		for _, m := range f.list(source, folder, mailbox.Query{UIDs: c.q}) {
			got = append(got, m.UID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("UIDs %v: listed %v, want %v", c.q, got, c.want)
		}
	}
	for range source.List(f.ctx, mailbox.At{Folder: folder}, mailbox.Query{}) {
		break // leaving early must not spoil the session
	}
	if got := f.list(source, folder, mailbox.Query{}); len(got) != 10 {
		t.Errorf("after a listing that was left early, %d of 10 messages are listed", len(got))
	}
}

func testVanished(t *testing.T, f *fixture) {
	folder := f.folder("Vanished")
	uids := f.fill(folder, mails(5)...)
	want := append(slices.Clone(uids), uids[4]+100)
	if f.target.Info().Features.UIDPlus {
		if err := f.target.Expunge(f.ctx, mailbox.At{Folder: folder}, mailbox.UIDs(uids[1], uids[3])); err != nil {
			t.Fatal(err)
		}
	}
	got := f.fetch(f.source(), mailbox.Window{At: mailbox.At{Folder: folder}, UIDs: mailbox.UIDs(want...)})
	if len(got) != len(want) {
		t.Fatalf("%d UIDs asked for, %d came", len(want), len(got))
	}
	for i, g := range got {
		gone := i == 5 || f.target.Info().Features.UIDPlus && (i == 1 || i == 3)
		if g.UID != want[i] || gone != mailbox.IsID(g.err, mailbox.MessageVanished) || !gone && g.err != nil {
			t.Errorf("place %d: UID %d, error %v; want UID %d, vanished %v", i, g.UID, g.err, want[i], gone)
		}
	}
}

func testUnread(t *testing.T, f *fixture) {
	folder := f.folder("Unread")
	big := Mail{Body: string(pattern(300 << 10))}
	uids := f.fill(folder, big, mail("second"), big, mail("fourth"))
	source := f.source()
	window := slices.Values([]mailbox.Window{{At: mailbox.At{Folder: folder}, UIDs: mailbox.UIDs(uids...)}})
	var seen []mailbox.UID
	for m, err := range source.Fetch(f.ctx, window) {
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, m.UID)
		if m.UID == uids[2] {
			if _, err := io.CopyN(io.Discard, m.Body, 1000); err != nil {
				t.Fatal(err)
			}
		}
		if m.UID == uids[3] {
			if body, err := io.ReadAll(m.Body); err != nil || string(body) != mail("fourth").Body {
				t.Errorf("behind unread bodies comes %q, %v", body, err)
			}
		}
	}
	if !slices.Equal(seen, uids) {
		t.Errorf("came %v, want %v", seen, uids)
	}
	for range source.Fetch(f.ctx, window) {
		break // leaving early may end the session, but then it must say so
	}
	for _, err := range source.List(f.ctx, mailbox.At{Folder: folder}, mailbox.Query{}) {
		if err != nil && mailbox.ClassOf(err) != mailbox.Reconnect {
			t.Errorf("after a fetch that was left early: %v", err)
		}
	}
}

func testWindows(t *testing.T, f *fixture) {
	a, b := f.folder("WA"), f.folder("WB")
	ua, ub := f.fill(a, mails(30)...), f.fill(b, mails(20)...)
	empty := f.folder("WC")
	got := f.fetch(f.source(),
		mailbox.Window{At: mailbox.At{Folder: a}, UIDs: mailbox.UIDs(ua[:10]...)},
		mailbox.Window{At: mailbox.At{Folder: empty}},
		mailbox.Window{At: mailbox.At{Folder: b}, UIDs: mailbox.UIDs(ub...)},
		mailbox.Window{At: mailbox.At{Folder: a}, UIDs: mailbox.UIDs(ua[10:]...)})
	want := slices.Concat(ua[:10], ub, ua[10:])
	if len(got) != len(want) {
		t.Fatalf("%d messages came, want %d", len(got), len(want))
	}
	for i, g := range got {
		folder := a
		if i >= 10 && i < 30 {
			folder = b
		}
		if g.err != nil || g.UID != want[i] || g.folder != folder {
			t.Errorf("place %d: %q UID %d, %v; want %q UID %d", i, g.folder, g.UID, g.err, folder, want[i])
		}
	}
}

func testUnseen(t *testing.T, f *fixture) {
	folder := f.folder("Unseen")
	uids := f.fill(folder, mails(3)...)
	before := f.status(folder)
	f.fetch(f.source(), mailbox.Window{At: mailbox.At{Folder: folder}, UIDs: mailbox.UIDs(uids...)})
	for h, err := range f.source().Headers(f.ctx, mailbox.At{Folder: folder}, mailbox.UIDs(uids...)) {
		if err != nil {
			t.Fatal(h, err)
		}
	}
	for _, m := range f.list(f.source(), folder, mailbox.Query{}) {
		if len(m.Flags) != 0 {
			t.Errorf("reading UID %d left flags %q", m.UID, m.Flags)
		}
	}
	if after := f.status(folder); after != before {
		t.Errorf("reading changed the folder: %+v before, %+v after", before, after)
	}
	if opened, err := f.source().Open(f.ctx, folder); err != nil || !opened.ReadOnly {
		t.Errorf("a source opens the folder for writing (%v)", err)
	}
}

func testFetchMissing(t *testing.T, f *fixture) {
	source := f.source()
	at := mailbox.At{Folder: f.name("Nowhere")}
	check := func(op string, err error) {
		t.Helper()
		if !mailbox.IsID(err, mailbox.FolderMissing) || mailbox.ClassOf(err) != mailbox.PerFolder {
			t.Errorf("%s of a folder that is not there: %v; want FolderMissing", op, err)
		}
	}
	for _, err := range source.Fetch(f.ctx, slices.Values([]mailbox.Window{{At: at, UIDs: mailbox.UIDs(1)}})) {
		check("Fetch", err)
	}
	for _, err := range source.List(f.ctx, at, mailbox.Query{}) {
		check("List", err)
	}
	_, err := source.Open(f.ctx, at.Folder)
	check("Open", err)
	if _, err := source.Open(f.ctx, "INBOX"); err != nil {
		t.Errorf("the session did not outlive it: %v", err)
	}
}

func testUIDValidity(t *testing.T, f *fixture) {
	folder := f.folder("Validity")
	uids := f.fill(folder, mails(2)...)
	st := f.status(folder)
	wrong := mailbox.At{Folder: folder, UIDValidity: st.UIDValidity + 1}
	check := func(op string, err error) {
		t.Helper()
		if !mailbox.IsID(err, mailbox.UIDValidityChanged) || mailbox.ClassOf(err) != mailbox.PerFolder {
			t.Errorf("%s with another UIDVALIDITY: %v; want UIDValidityChanged", op, err)
		}
	}
	source := f.source()
	n := 0
	for m, err := range source.Fetch(f.ctx, slices.Values([]mailbox.Window{{At: wrong, UIDs: mailbox.UIDs(uids...)}})) {
		n++
		if err == nil {
			t.Errorf("Fetch told UID %d", m.UID)
		}
		check("Fetch", err)
	}
	for _, err := range source.List(f.ctx, wrong, mailbox.Query{}) {
		n++
		check("List", err)
	}
	_, err := source.Vanished(f.ctx, wrong, mailbox.UIDs(uids...), 0)
	check("Vanished", err)
	if n != 2 {
		t.Errorf("Fetch and List yielded %d times, want once each", n)
	}
	_, err = f.target.Store(f.ctx, wrong, []mailbox.FlagChange{{UIDs: mailbox.UIDs(uids...), Add: mailbox.NewFlags(`\Seen`)}})
	check("Store", err)
	var last error
	for _, last = range f.target.Append(f.ctx, func(yield func(*mailbox.Outgoing, error) bool) {
		out := mail("x").outgoing(folder)
		out.At = wrong
		yield(out, nil)
	}) {
	}
	check("Append", last)
	if got := f.list(f.source(), folder, mailbox.Query{}); len(got) != 2 || len(got[0].Flags) != 0 {
		t.Errorf("the folder was changed: %v", got)
	}
}

func testHeaders(t *testing.T, f *fixture) {
	folder := f.folder("Headers")
	uids := f.fill(folder, Mail{Body: "From: a@b\r\nsubject: one\r\n two\r\nX: y\r\n\r\nSubject: body\r\n"}, Mail{Body: "X: y\r\n\r\nbody\r\n"})
	var got []mailbox.Header
	for h, err := range f.source().Headers(f.ctx, mailbox.At{Folder: folder}, mailbox.UIDs(append(uids, uids[1]+9)...), "Subject", "Message-ID") {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, h)
	}
	if len(got) != 2 || got[0].UID != uids[0] || got[1].UID != uids[1] {
		t.Fatalf("got %v", got)
	}
	if h := strings.TrimSpace(string(got[0].Fields)); h != "subject: one\r\n two" {
		t.Errorf("fields of the first message: %q", h)
	}
	if h := strings.TrimSpace(string(got[1].Fields)); h != "" {
		t.Errorf("fields of the second message: %q", h)
	}
}

func testStore(t *testing.T, f *fixture) {
	folder := f.folder("Store")
	uids := f.fill(folder, mail("a", `\Seen`), mail("b"), mail("c", `\Flagged`))
	results, err := f.target.Store(f.ctx, mailbox.At{Folder: folder}, []mailbox.FlagChange{
		{UIDs: mailbox.UIDs(uids[0], uids[1]), Add: mailbox.NewFlags(`\Answered`)},
		{UIDs: mailbox.UIDs(uids[0], uids[2]), Remove: mailbox.NewFlags(`\Seen`, `\Flagged`)},
		{UIDs: mailbox.UIDs(uids[1], uids[2]+50), Add: mailbox.NewFlags(`\Seen`), Remove: mailbox.NewFlags(`\Answered`)},
	})
	if err != nil || len(results) != 3 || errors.Join(results...) != nil {
		t.Fatalf("store: %v, %v", results, err)
	}
	want := []mailbox.Flags{mailbox.NewFlags(`\Answered`), mailbox.NewFlags(`\Seen`), nil}
	for i, m := range f.list(f.source(), folder, mailbox.Query{}) {
		if !m.Flags.Equal(want[i]) {
			t.Errorf("message %d has flags %q, want %q", i, m.Flags, want[i])
		}
	}
	if results, err := f.target.Store(f.ctx, mailbox.At{Folder: folder}, nil); err != nil || len(results) != 0 {
		t.Errorf("no changes: %v, %v", results, err)
	}
}

func testExpunge(t *testing.T, f *fixture) {
	folder := f.folder("Expunge")
	uids := f.fill(folder, mail("a"), mail("b", `\Deleted`), mail("c"))
	err := f.target.Expunge(f.ctx, mailbox.At{Folder: folder}, mailbox.UIDs(uids[2]))
	left := f.list(f.source(), folder, mailbox.Query{})
	if !f.target.Info().Features.UIDPlus {
		if !mailbox.IsID(err, mailbox.Unsupported) || len(left) != 3 {
			t.Errorf("without UIDPLUS: %v, %d of 3 messages left; want Unsupported and all", err, len(left))
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 2 || left[0].UID != uids[0] || left[1].UID != uids[1] {
		t.Errorf("left are %v, want UIDs %v: what others marked as deleted must stay", left, uids[:2])
	}
}

func testChanges(t *testing.T, f *fixture) {
	folder := f.folder("Changes")
	uids := f.fill(folder, mails(6)...)
	before := f.status(folder)
	source := f.source()
	gone, err := source.Vanished(f.ctx, mailbox.At{Folder: folder, UIDValidity: before.UIDValidity}, mailbox.UIDs(uids...), before.HighestModSeq)
	if err != nil || len(gone) != 0 {
		t.Errorf("nothing has gone, told was %v, %v", gone, err)
	}
	if _, err := f.target.Store(f.ctx, mailbox.At{Folder: folder}, []mailbox.FlagChange{{UIDs: mailbox.UIDs(uids[2]), Add: mailbox.NewFlags(`\Flagged`)}}); err != nil {
		t.Fatal(err)
	}
	features := f.target.Info().Features
	if features.UIDPlus {
		if err := f.target.Expunge(f.ctx, mailbox.At{Folder: folder}, mailbox.UIDs(uids[4])); err != nil {
			t.Fatal(err)
		}
	}
	source = f.source()
	var changed []mailbox.UID
	for _, m := range f.list(source, folder, mailbox.Query{ChangedSince: before.HighestModSeq}) {
		changed = append(changed, m.UID)
	}
	if features.CondStore && before.HighestModSeq > 0 {
		if !slices.Equal(changed, uids[2:3]) {
			t.Errorf("changed since %d: %v, want %v", before.HighestModSeq, changed, uids[2:3])
		}
	} else if !slices.Contains(changed, uids[2]) || len(changed) < 5 {
		t.Errorf("without CONDSTORE all must come, came %v", changed)
	}
	if features.UIDPlus {
		for _, since := range []uint64{0, before.HighestModSeq} {
			gone, err := source.Vanished(f.ctx, mailbox.At{Folder: folder}, mailbox.UIDs(append(uids, uids[5]+10)...), since)
			if want := mailbox.UIDs(uids[4], uids[5]+10); err != nil || !slices.Equal(gone, want) && !(since > 0 && slices.Equal(gone, mailbox.UIDs(uids[4]))) {
				t.Errorf("gone (since %d): %v, %v; want %v", since, gone, err, want)
			}
		}
	}
}

func testQuota(t *testing.T, f *fixture) {
	quotas, err := f.target.Quota(f.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if !f.target.Info().Features.Quota && len(quotas) != 0 {
		t.Errorf("a server without quota tells %v", quotas)
	}
	for _, q := range quotas {
		if q.Resource == "" || q.Limit < 0 || q.Used < 0 {
			t.Errorf("odd quota %+v", q)
		}
	}
}

func testTurns(t *testing.T, f *fixture) {
	folder := f.folder("Turns")
	f.fill(folder, mails(40)...)
	source := f.source()
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			n := 0
			for _, err := range source.List(f.ctx, mailbox.At{Folder: folder}, mailbox.Query{}) {
				if err != nil {
					t.Error(err)
				}
				n++
			}
			if n != 40 {
				t.Errorf("%d of 40 messages listed", n)
			}
			if _, err := source.Folders(f.ctx, ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func testCancel(t *testing.T, f *fixture) {
	folder := f.folder("Cancel")
	big := Mail{Body: string(pattern(1 << 20))}
	uids := f.fill(folder, big, big, big, big)
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	source := f.source()
	var last error
	n := 0
	for _, err := range source.Fetch(ctx, slices.Values([]mailbox.Window{{At: mailbox.At{Folder: folder}, UIDs: mailbox.UIDs(uids...)}})) {
		last = err
		n++
		cancel()
	}
	if last == nil || n > 4 {
		t.Errorf("a cancelled fetch went on: %d messages, then %v", n, last)
	}
	if _, err := source.Folders(ctx, ""); err == nil {
		t.Error("a call with a cancelled context succeeded")
	}
}

func testClose(t *testing.T, f *fixture) {
	source := f.source()
	if err := source.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	if err := source.Close(); err != nil {
		t.Errorf("close again: %v", err)
	}
	if _, err := source.Folders(f.ctx, ""); mailbox.ClassOf(err) != mailbox.Reconnect {
		t.Errorf("a closed session answers %v, want an error of class reconnect", err)
	}
}
