package mailboxtest

import (
	"bytes"
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
	if f.box.Unfit != nil {
		bodies = slices.DeleteFunc(bodies, f.box.Unfit)
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

// testAppendKnown appends to a folder that only another session has opened, and then to one that has been replaced since.
func testAppendKnown(t *testing.T, f *fixture) {
	folder := f.folder("Known")
	opened, err := f.target.Open(f.ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	other, err := f.box.Target(f.ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	other.Known(folder, opened)
	at := mailbox.At{Folder: folder, UIDValidity: opened.UIDValidity}
	one := func(yield func(*mailbox.Outgoing, error) bool) {
		out := mail("known").outgoing(folder)
		out.At = at
		yield(out, nil)
	}
	for r, err := range other.Append(f.ctx, one) {
		if err != nil || r.Fate != mailbox.Stored || r.UID != 0 && r.UIDValidity != at.UIDValidity {
			t.Fatalf("known: %+v, %v", r, err)
		}
	}
	if got := f.list(f.source(), folder, mailbox.Query{}); len(got) != 1 {
		t.Errorf("%d messages, want 1", len(got))
	}
	if err := f.target.Rename(f.ctx, folder, f.name("Away")); err != nil {
		t.Fatal(err)
	}
	f.folder("Known")
	for r, err := range other.Append(f.ctx, one) {
		if err == nil && r.UID != 0 && r.UIDValidity == at.UIDValidity {
			t.Errorf("a message that is stored in a folder made anew comes with the UIDVALIDITY of the one before: %+v", r)
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
