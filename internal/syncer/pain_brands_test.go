package syncer_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
	"migsh/internal/syncer"
	"migsh/internal/testserver"
)

// from is a job that copies a mailbox in memory to a user of a server.
func from(t *testing.T, source *membox.Mailbox, to brand, user string) syncer.Job {
	to.server.AddUser(t, testserver.Account{Name: user, Password: "target-pass"})
	c := credentials(to.server, user)
	j := job(t, c, c)
	j.Pair.SourceServer = "memory"
	j.OpenSource = source.OpenSource
	return j
}

// everyCharacter has each of the 128 characters of ASCII in a folder's name. Each folder arrives, as itself, and stays what it is.
func everyCharacter(t *testing.T, to brand) {
	source := membox.New(membox.Options{Delimiter: 'ÿ'})
	for c := range rune(128) {
		name := fmt.Sprintf("x%cy", c)
		source.AddFolder(name)
		source.Deliver(name, membox.Message{Date: someDay, Body: fmt.Appendf(nil, "Subject: %d\r\n\r\nx\r\n", c)})
	}
	namesArrive(t, from(t, source, to, "every"), to, "every", 128)
}

// oddNames has names in many scripts, twins that differ in case or in how their characters are composed, blanks, and what looks like an
// encoding.
func oddNames(t *testing.T, to brand) {
	source := membox.New(membox.Options{Delimiter: 'ÿ'})
	names := []string{"&", "&-", "&AOk-", "Entwürfe", "日本語", "שלום", "😀", "😀😀", "é", "e\u0301", "Case", "case", "CASE", " blank", "blank ", "a  b", "~", "..", ".",
		"#hash", "user.x", "inboxes", "a/b", "a_b", "a.b", "%", "*", strings.Repeat("long", 30)}
	for i, name := range names {
		source.AddFolder(name)
		source.Deliver(name, membox.Message{Date: someDay, Body: fmt.Appendf(nil, "Subject: %d\r\n\r\nx\r\n", i)})
	}
	namesArrive(t, from(t, source, to, "names"), to, "names", len(names))
}

// namesArrive demands that each folder, which holds one message, has a folder of its own at the target, the same one each time.
func namesArrive(t *testing.T, j syncer.Job, to brand, user string, want int) {
	t.Helper()
	state := func() (folders []string) {
		for _, f := range to.server.Base().Snapshot(t, user).Folders {
			for _, m := range f.Messages {
				folders = append(folders, fmt.Sprintf("%q %v", f.Path, m.Digest))
			}
			if len(f.Messages) > 1 {
				t.Errorf("%q holds %d messages, of as many folders", f.Path, len(f.Messages))
			}
		}
		slices.Sort(folders)
		return folders
	}
	for _, f := range pass(t, j).Folders {
		if f.Fault != "" || f.SourceFolder != "INBOX" && f.Copied != 1 {
			t.Errorf("folder %+v", f)
		}
	}
	first := state()
	if len(first) != want {
		t.Errorf("%d folders arrived, want %d", len(first), want)
	}
	if r := pass(t, j); r.Copied+r.Matched != 0 || !slices.Equal(state(), first) {
		t.Errorf("once more: %+v", r)
	}
	if to.name != "Dovecot" && os.Getenv("MIGSH_SOAK") == "" {
		return
	}
	if err := syncer.Forget(t.Context(), j.Store, j.Pair); err != nil {
		t.Fatal(err)
	}
	if r := pass(t, j); r.Copied != 0 || !slices.Equal(state(), first) {
		t.Errorf("after the state was lost: %d copied", r.Copied)
	}
}

// oddMessages has messages without header, body, line end or any byte.
func oddMessages(t *testing.T, to brand) {
	source := membox.New(membox.Options{})
	raws := []string{"\r\nonly a body\r\n", "Subject: only a header\r\n\r\n", "Subject: no end", "one line\r\n", "\r\n", "x", "", "a: b\r\n\r\n\x80\xff\r\n"}
	for _, raw := range raws {
		source.Deliver("INBOX", membox.Message{Date: someDay, Body: []byte(raw)})
	}
	j := from(t, source, to, "odd")
	j.Repair = true
	r := pass(t, j)
	var told int64
	for item, err := range syncer.Items(t.Context(), j.Store, j.Pair) {
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%v UID %d: %s", item.Kind, item.UID, item.Reason)
		told++
	}
	if there := int64(to.server.Base().Snapshot(t, "odd").Messages()); there != r.Copied || r.Copied+r.Skipped != int64(len(raws)) || told != r.Repaired+r.Skipped {
		t.Errorf("%d of %d are there, %d told; %+v", there, len(raws), told, r)
	}
	if to.name == "Dovecot" && r.Copied != int64(len(raws))-1 { // no server takes a message of no bytes
		t.Errorf("copied %d", r.Copied)
	}
	if r := pass(t, j); r.Copied+r.Skipped != 0 {
		t.Errorf("once more: %+v", r)
	}
}

// oddDates goes from 1970 to beyond 2038, through the outermost zones, a leap day and a night of summer time.
func oddDates(t *testing.T, to brand) {
	source := membox.New(membox.Options{})
	dates := []time.Time{
		time.Unix(1, 0), time.Date(1970, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2037, 12, 31, 7, 8, 9, 0, time.UTC), time.Date(2040, 5, 6, 7, 8, 9, 0, time.UTC), someDay,
		time.Date(2021, 3, 4, 5, 6, 7, 0, time.FixedZone("", 14*3600)), time.Date(2021, 3, 4, 5, 6, 7, 0, time.FixedZone("", -12*3600)),
		time.Date(2021, 3, 28, 2, 30, 0, 0, time.FixedZone("", 3600)), time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC),
	}
	for i, at := range dates {
		source.Deliver("INBOX", membox.Message{Date: at, Body: fmt.Appendf(nil, "Subject: %d\r\n\r\nx\r\n", i)})
	}
	j := from(t, source, to, "dates")
	pass(t, j)
	future := 0 // Dovecot takes no dates that are still to come
	for _, at := range dates {
		if to.name == "Dovecot" && at.After(time.Now()) {
			future++
		}
	}
	if v, err := syncer.Verify(t.Context(), j, 1); err != nil || v.Checked != int64(len(dates)) || len(v.Redated) != future || len(v.Altered)+len(v.Missing) > 0 {
		t.Errorf("verified: %+v, %v", v, err)
	}
}

// oddKeywords has many keywords, and odd ones. Every message arrives; the verification finds every keyword that the server says it keeps.
func oddKeywords(t *testing.T, to brand) {
	source := membox.New(membox.Options{})
	names := []string{"TEST:FLAG211", "domain.com", "$NotJunk", "a/b", "it's", strings.Repeat("k", 50), "$Forwarded"}
	for i := range 30 {
		names = append(names, fmt.Sprintf("kw%d", i))
	}
	for i, name := range names {
		source.Deliver("INBOX", membox.Message{Date: someDay, Flags: mailbox.NewFlags(`\Seen`, name), Body: fmt.Appendf(nil, "Subject: %d\r\n\r\nx\r\n", i)})
	}
	j := from(t, source, to, "keywords")
	r := pass(t, j)
	v, err := syncer.Verify(t.Context(), j, 1)
	if err != nil || v.Same != int64(len(names)) {
		t.Errorf("verified: %+v, %v", v, err)
	}
	for _, d := range v.Reflagged {
		for _, lost := range d.SentFlags.Minus(d.FoundFlags) {
			if r.LostKeywords[lost] == 0 {
				t.Errorf("UID %d has %q instead of %q, and nobody was told", d.SourceUID, d.FoundFlags, d.SentFlags)
			}
		}
	}
	t.Logf("lost: %v", r.LostKeywords)
	if r := pass(t, j); r.Copied+r.Reflagged != 0 {
		t.Errorf("once more: %+v", r)
	}
}

// crookedMessages has what is not as mail should be: NUL bytes, bare line ends, 8-bit headers, lines that are no fields, long lines. As it is,
// or repaired, every message arrives, what was repaired is listed with both digests, and the target is verified.
func crookedMessages(t *testing.T, to brand) {
	source := membox.New(membox.Options{})
	const head = "From: anna@example.org\r\nSubject: crooked\r\n"
	long := strings.Repeat("0123456789", 2000)
	raws := []string{
		head + "\r\na\x00b\x00\r\n", "Subject: NUL\x00\r\n\r\nx\r\n", head + "Content-Type: application/octet-stream\r\n\r\n\x00\x01\x02\r\n",
		strings.ReplaceAll(head, "\r\n", "\n") + "\nbare LF\nall over\n", head + "\r\nlone CR\rhere\r\n", head + "\r\nno line end",
		"From: Jörg <j@example.org>\r\nSubject: \xe9\xe8\r\n\r\nraw header\r\n", head + "no field\r\nX : y\r\n\r\nx\r\n", "From anna Mon Jan 1\r\n" + head + "\r\nmbox\r\n",
		head + "\r\n" + long + "\r\n", head + "X-Long: " + long + "\r\n\r\nx\r\n", "just text\r\nwithout a header\r\n",
	}
	for _, raw := range raws {
		source.Deliver("INBOX", membox.Message{Date: someDay, Body: []byte(raw)})
	}
	j := from(t, source, to, "crooked")
	before := pass(t, j)
	j.Repair = true
	r := pass(t, j)
	if before.Copied+before.Skipped != int64(len(raws)) || r.Copied != before.Skipped || r.Repaired != r.Copied || r.Skipped != 0 {
		t.Errorf("as they are: %+v; repaired: %+v", before, r)
	}
	var told int64
	for item, err := range syncer.Items(t.Context(), j.Store, j.Pair) {
		if err != nil || item.Kind != migration.SkippedRepairedItem || item.SourceDigest == "" || item.SourceDigest == item.WrittenDigest {
			t.Errorf("listed: %+v, %v", item, err)
		}
		told++
	}
	v, err := syncer.Verify(t.Context(), j, 1)
	if err != nil || told != r.Repaired || v.Checked != int64(len(raws)) || len(v.Missing)+len(v.Redated)+len(v.Reflagged) > 0 || to.name == "Cyrus" && len(v.Altered) > 0 {
		t.Errorf("%d listed; verified: %+v, %v", told, v, err)
	}
	for _, d := range v.Altered {
		t.Logf("the server has altered UID %d", d.SourceUID)
	}
	if to.name == "Cyrus" && r.Repaired < 3 {
		t.Errorf("Cyrus refuses only %d", r.Repaired)
	}
	if err := syncer.Forget(t.Context(), j.Store, j.Pair); err != nil {
		t.Fatal(err)
	}
	if r := pass(t, j); r.Copied+r.Skipped != 0 || to.server.Base().Snapshot(t, "crooked").Messages() != len(raws) {
		t.Errorf("after the state was lost: %+v", r)
	}
}
