package mailboxtest

import (
	"io"
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox"
)

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
	dated := f.list(source, folder, mailbox.Query{})
	for i, m := range f.list(source, folder, mailbox.Query{Undated: true}) {
		if i >= len(dated) || m.UID != dated[i].UID || m.Size != dated[i].Size || !m.Flags.Equal(dated[i].Flags) || !m.Date.IsZero() && !m.Date.Equal(dated[i].Date) {
			t.Errorf("without its date message %d is listed as %+v, with it as %+v", i, m, dated)
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
