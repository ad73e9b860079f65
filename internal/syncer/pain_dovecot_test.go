package syncer_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"migsh/internal/sample"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestPain shows those pains that need real servers; see TestPain in package syncer.
func TestPain(t *testing.T) {
	t.Parallel()
	all := brands(t)
	t.Run("P12 brands", func(t *testing.T) { betweenBrands(t, all) })
	t.Run("P13 real", func(t *testing.T) { painRefused(t, all) })
	t.Run("P24 UserRoot", func(t *testing.T) { painUserRoot(t, all) })
	for name, pain := range map[string]func(*testing.T, brand){"P4": oddMessages, "P5": oddDates, "P6": oddKeywords, "P13": crookedMessages, "P19": everyCharacter, "P20": oddNames} {
		for _, to := range all {
			t.Run(name+" "+to.name, func(t *testing.T) { pain(t, to) })
		}
	}
	t.Run("P4", painHeaderless)
	t.Run("P5 real", painDates)
	t.Run("P6 real", painKeywordNames)
	t.Run("P7 real", painUIDListGone)
	t.Run("P7 identities", func(t *testing.T) { painIdentities(t, all[1].server.(*testserver.Cyrus)) })
	t.Run("P7 cost", func(t *testing.T) { identitiesCostNothing(t, all[1].server.(*testserver.Cyrus)) })
	t.Run("P7 renamed", func(t *testing.T) { painRenamed(t, all[1].server.(*testserver.Cyrus)) })
	for _, to := range all {
		if to.name == "Dovecot" || os.Getenv("MIGSH_SOAK") != "" {
			t.Run("P10 moved to "+to.name, func(t *testing.T) { painMoved(t, all[1].server.(*testserver.Cyrus), to) })
		}
	}
	t.Run("P12", painMbsync)
	t.Run("P16", painBadInput)
	t.Run("P17 real", TestBetweenServers)
	t.Run("P19", painFolderNames)
	t.Run("P25", painGmail)
	t.Run("P29", TestCutConnections)
}

// A target that mbsync has half filled, and marked with a header line of its own, is completed: nothing that is there is
// copied again, and nothing that migsh copies is altered.
func painMbsync(t *testing.T) {
	mbsync, err := exec.LookPath("mbsync")
	if err != nil {
		t.Fatal("mbsync is missing; install it with: make servers (Debian: isync)")
	}
	server := testserver.StartDovecot(t, testserver.DovecotOptions{})
	server.Fill(t, "tuid", testmail.Plain(7, 200))
	proxy := testserver.NewProxy(t, server.IMAPAddr())
	proxy.UseAll(testserver.Link{CutUp: 120_000}) // in order, so that the server gets as much as was sent however slow it is
	dir := t.TempDir()
	rc := filepath.Join(dir, "mbsyncrc")
	var b strings.Builder
	for side, port := range map[string]int{"old": server.IMAPPort, "new": proxy.Port()} {
		user := map[string]string{"old": "tuid", "new": "tuid-new"}[side]
		fmt.Fprintf(&b, "IMAPStore %s\nHost %s\nPort %d\nUser %s\nPass %s\nSSLType None\nAuthMechs LOGIN\n\n", side, server.Host, port, user, server.PasswordOf(user))
	}
	fmt.Fprintf(&b, "Channel move\nFar :old:\nNear :new:\nPatterns INBOX\nSync Pull New\nCreate Near\nSyncState %s/\n", dir)
	if err := os.WriteFile(rc, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), mbsync, "-c", rc, "move").CombinedOutput()
	if err == nil {
		t.Fatalf("mbsync should have been interrupted\n%s", out)
	}
	server.Restart(t) // it may still have been storing what had been sent
	before := server.Snapshot(t, "tuid-new").Messages()
	if before < 10 || before >= 200 {
		t.Fatalf("mbsync has copied %d messages", before)
	}
	j := job(t, config(server, "tuid", 0), config(server, "tuid-new", 0))
	r := pass(t, j)
	if r.Matched != int64(before) || r.Copied != int64(200-before) {
		t.Errorf("%d of %d were matched, %d copied; want %d", r.Matched, before, r.Copied, 200-before)
	}
	if n := server.Snapshot(t, "tuid-new").Messages(); n != 200 {
		t.Errorf("%d messages at the target, want 200", n)
	}
	if r := pass(t, j); r.Copied+r.Matched != 0 {
		t.Errorf("once more: %+v", r)
	}
}

// arrives copies a mailbox between two Dovecots of different naming and demands that it is the same there, and that a
// second pass finds nothing to do.
func arrives(t *testing.T, user string, m sample.Mailbox) {
	t.Helper()
	from := testserver.StartDovecot(t, testserver.DovecotOptions{Store: "mdbox"})
	to := testserver.StartDovecot(t, testserver.DovecotOptions{})
	from.Fill(t, user, m)
	j := job(t, config(from, user, 0), config(to, user, 0))
	pass(t, j)
	if r := pass(t, j); r.Copied+r.Matched+r.Reflagged != 0 {
		t.Errorf("once more: %+v", r)
	}
	for _, line := range testmail.Diff(from.Snapshot(t, user), to.Snapshot(t, user), testmail.Rules{ExtraFolders: true, Map: func(path []string) []string {
		if path[0] == "x.y" { // a Maildir can't have that
			return []string{"x_y (2)"}
		}
		return path
	}}) {
		t.Error(line)
	}
}

func inbox(messages ...sample.Message) sample.Mailbox {
	return sample.Mailbox{Folders: []sample.Folder{{Path: []string{"INBOX"}, Messages: messages}}}
}

var someDay = time.Date(2020, 2, 29, 12, 0, 0, 0, time.UTC)

// Messages without headers, without a body, of one line and of none arrive as they are.
func painHeaderless(t *testing.T) {
	var messages []sample.Message
	for _, raw := range []string{"\r\nonly a body\r\n", "Subject: only a header\r\n\r\n", "Subject: no end", "one line\r\n", "\r\n", "x", "a: b\r\n\r\n\x80\xff\r\n"} {
		messages = append(messages, sample.NewMessage(someDay, []byte(raw)))
	}
	arrives(t, "headerless", inbox(messages...))
}

// Dates of arrival stay, zone included.
func painDates(t *testing.T) {
	var messages []sample.Message
	for i, at := range []time.Time{
		time.Unix(1, 0), time.Date(1970, 1, 2, 3, 4, 5, 0, time.UTC), time.Date(2040, 5, 6, 7, 8, 9, 0, time.UTC), someDay,
		time.Date(2021, 3, 4, 5, 6, 7, 0, time.FixedZone("", 14*3600)), time.Date(2021, 3, 4, 5, 6, 7, 0, time.FixedZone("", -12*3600)),
		time.Date(2021, 3, 28, 2, 30, 0, 0, time.FixedZone("", 3600)), time.Date(1999, 12, 31, 23, 59, 59, 0, time.UTC),
	} {
		messages = append(messages, sample.NewMessage(at, fmt.Appendf(nil, "Subject: %d\r\n\r\nx\r\n", i)))
	}
	arrives(t, "dates", inbox(messages...))
}

// Keywords arrive, odd and many as they may be.
func painKeywordNames(t *testing.T) {
	var messages []sample.Message
	for i, name := range []string{"TEST:FLAG211", "domain.com", "$NotJunk", "a/b", "it's", strings.Repeat("k", 50)} {
		messages = append(messages, sample.NewMessage(someDay, fmt.Appendf(nil, "Subject: %d\r\n\r\nx\r\n", i), `\Seen`, name))
	}
	for i := range 30 {
		messages = append(messages, sample.NewMessage(someDay, fmt.Appendf(nil, "Subject: many %d\r\n\r\nx\r\n", i), fmt.Sprintf("kw%d", i)))
	}
	arrives(t, "keywords", inbox(messages...))
}

// Folders may have every character in their names that the server itself takes.
func painFolderNames(t *testing.T) {
	m := inbox()
	for c := rune(32); c < 127; c++ {
		if c == '/' {
			continue
		}
		name := fmt.Sprintf("x%cy", c)
		m.Folders = append(m.Folders, sample.Folder{Path: []string{name},
			Messages: []sample.Message{sample.NewMessage(someDay, fmt.Appendf(nil, "Subject: %d\r\n\r\nx\r\n", c))}})
	}
	for _, name := range []string{"&", "&-", "Entwürfe", "日本語", "שלום", "😀", "e\u0301", "#hash", "a  b", "trailing\\"} {
		m.Folders = append(m.Folders, sample.Folder{Path: []string{name},
			Messages: []sample.Message{sample.NewMessage(someDay, fmt.Appendf(nil, "Subject: %s\r\n\r\nx\r\n", name))}})
	}
	arrives(t, "names", m)
}

// A folder that is made anew under the same name, on either side, has other UIDs; nothing is copied twice for that.
func painUIDListGone(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{})
	m := sample.Mailbox{Folders: []sample.Folder{{Path: []string{"A"}}}}
	for i := range 25 {
		m.Folders[0].Messages = append(m.Folders[0].Messages, sample.NewMessage(someDay, fmt.Appendf(nil, "Subject: %d\r\n\r\nx\r\n", i)))
	}
	server.Fill(t, "uid", m)
	j := job(t, config(server, "uid", 0), config(server, "uid-new", 0))
	pass(t, j)
	for _, user := range []string{"uid", "uid-new"} {
		server.Run(t, user, `CREATE B`, `SELECT A`, `UID COPY 1:* B`, `SELECT INBOX`, `DELETE A`, `RENAME B A`)
		if r := pass(t, j); r.Copied != 0 {
			t.Errorf("after %s was renumbered %d messages were copied", user, r.Copied)
		}
		if n := server.Snapshot(t, "uid-new").Messages(); n != 25 {
			t.Errorf("after %s was renumbered there are %d messages at the target, want 25", user, n)
		}
	}
}
