package imapbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"migsh/internal/mailbox"
)

// metaAnswer lists the messages 1 to 3 of the script's folder, with UIDs 11 to 13.
const metaAnswer = `* 1 FETCH (UID 11 FLAGS (\Seen) INTERNALDATE "01-Feb-2020 10:00:00 +0100" RFC822.SIZE 4)` + "\r\n" +
	`* 2 FETCH (UID 12 FLAGS () INTERNALDATE "02-Feb-2020 10:00:00 +0100" RFC822.SIZE 4)` + "\r\n" +
	`* 3 FETCH (UID 13 FLAGS () INTERNALDATE "03-Feb-2020 10:00:00 +0100" RFC822.SIZE 4)` + "\r\n"

func metaLine(uid int) string { return strings.SplitAfter(metaAnswer, "\r\n")[uid-11] }

func bodyLine(uid int, body string) string {
	return fmt.Sprintf("* %d FETCH (UID %d FLAGS () INTERNALDATE \"01-Feb-2020 10:00:00 +0100\" RFC822.SIZE 4 BODY[] {%d}\r\n%s)\r\n", uid-10, uid, len(body), body)
}

// outcome is what a Fetch of UIDs 11 to 13 yielded: "11 body", "12 MessageVanished", and at last the session's error, if any.
func outcome(ctx context.Context, s mailbox.Source) (got []string) {
	window := mailbox.Window{At: mailbox.At{Folder: "INBOX", UIDValidity: 7}, UIDs: mailbox.UIDSet{{First: 11, Last: 13}}}
	for m, err := range s.Fetch(ctx, slices.Values([]mailbox.Window{window})) {
		if err != nil {
			return append(got, "error "+idOf(err))
		}
		if m.Err != nil {
			got = append(got, fmt.Sprintf("%d %s", m.UID, idOf(m.Err)))
			continue
		}
		body, err := io.ReadAll(m.Body)
		if err != nil {
			got = append(got, fmt.Sprintf("%d %q, then %s", m.UID, body, idOf(err)))
			continue
		}
		got = append(got, fmt.Sprintf("%d %s", m.UID, body))
	}
	return got
}

func idOf(err error) string {
	if e, ok := errors.AsType[*mailbox.Error](err); ok {
		return string(e.ID)
	}
	return err.Error()
}

// The question that a Fetch asks of the script, and those for what did not come.
const (
	items     = "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])"
	askBodies = "UID FETCH 11:13 " + items
	ask12     = "UID FETCH 12 " + items
	isThere   = "UID FETCH 12 (UID)"
	meta12    = `UID 12 FLAGS () INTERNALDATE "01-Feb-2020 10:00:00 +0100" RFC822.SIZE 4 `
)

func TestFetchFaults(t *testing.T) {
	abcd := bodyLine(11, "aaaa") + bodyLine(12, "bbbb") + bodyLine(13, "cccc")
	for _, test := range []struct {
		name string
		says map[string]string
		want []string
	}{
		{"all well", map[string]string{askBodies: abcd}, []string{"11 aaaa", "12 bbbb", "13 cccc"}},
		{"cut within a literal", map[string]string{askBodies: bodyLine(11, "aaaa") + "* 2 FETCH (" + meta12 + "BODY[] {4}\r\nbb<close>"},
			[]string{"11 aaaa", "error ConnectionLost"}},
		{"cut within a large literal", map[string]string{askBodies: bodyLine(11, "aaaa") + "* 2 FETCH (" + meta12 + "BODY[] {99999}\r\nbb<close>"},
			[]string{"11 aaaa", `12 "bb", then ConnectionLost`, "error ConnectionLost"}},
		{"cut between messages", map[string]string{askBodies: bodyLine(11, "aaaa") + "<close>"}, []string{"11 aaaa", "error ConnectionLost"}},
		{"silence within a literal", map[string]string{askBodies: "* 1 FETCH (UID 11 FLAGS () INTERNALDATE NIL BODY[] {99999}\r\naa<wait>"},
			[]string{`11 "aa", then Stalled`, "error Stalled"}},
		{"silence", map[string]string{askBodies: "<wait>"}, []string{"error Stalled"}},
		{"BYE", map[string]string{askBodies: bodyLine(11, "aaaa") + "* BYE Server shutting down\r\n<close>"}, []string{"11 aaaa", "error ConnectionLost"}},
		{"gone before", map[string]string{askBodies: bodyLine(11, "aaaa") + bodyLine(13, "cccc"), isThere: ""}, []string{"11 aaaa", "12 MessageVanished", "13 cccc"}},
		{"one left out", map[string]string{askBodies: bodyLine(11, "aaaa") + bodyLine(13, "cccc"), ask12: bodyLine(12, "bbbb")}, []string{"11 aaaa", "12 bbbb", "13 cccc"}},
		{"out of order", map[string]string{askBodies: bodyLine(13, "cccc") + bodyLine(11, "aaaa") + bodyLine(12, "bbbb")}, []string{"11 aaaa", "12 bbbb", "13 cccc"}},
		{"told twice", map[string]string{askBodies: bodyLine(11, "aaaa") + bodyLine(11, "zzzz") + bodyLine(13, "cccc") + bodyLine(13, "zzzz") + bodyLine(12, "bbbb")},
			[]string{"11 aaaa", "12 bbbb", "13 cccc"}},
		{"flags unasked before the body", map[string]string{askBodies: "* 1 FETCH (UID 11 FLAGS (\\Flagged))\r\n" + abcd}, []string{"11 aaaa", "12 bbbb", "13 cccc"}},
		{"UID behind the body", map[string]string{
			askBodies: "* 1 FETCH (BODY[] {4}\r\naaaa UID 11)\r\n* 2 FETCH (BODY[] {4}\r\nbbbb UID 12)\r\n* 3 FETCH (BODY[] {4}\r\ncccc UID 13)\r\n",
		}, []string{"11 aaaa", "12 bbbb", "13 cccc"}},
		{"flags behind the body", map[string]string{askBodies: bodyLine(11, "aaaa") + "* 2 FETCH (UID 12 INTERNALDATE NIL BODY[] {4}\r\nbbbb FLAGS (\\Seen))\r\n" + bodyLine(13, "cccc")},
			[]string{"11 aaaa", "12 bbbb", "13 cccc"}},
		{"a literal cut short", map[string]string{askBodies: bodyLine(11, "aaaa") + "* 2 FETCH (" + meta12 + "BODY[] {40}\r\nbbbb)\r\n" + bodyLine(13, "cccc")},
			[]string{"11 aaaa", `12 "", then ProtocolError`, "error ProtocolError"}},
		{"a literal longer than announced", map[string]string{askBodies: bodyLine(11, "aaaa") + "* 2 FETCH (" + meta12 + "BODY[] {2}\r\nbbbb)\r\n" + bodyLine(13, "cccc")},
			[]string{"11 aaaa", `12 "", then ProtocolError`, "error ProtocolError"}},
		{"an answer out of turn", map[string]string{askBodies: bodyLine(11, "aaaa") + "L77 OK done\r\n" + bodyLine(12, "bbbb")}, []string{"11 aaaa", "error ProtocolError"}},
		{"text where a response should be", map[string]string{askBodies: bodyLine(11, "aaaa") + "Subject: hello\r\n" + bodyLine(12, "bbbb")}, []string{"11 aaaa", "error ProtocolError"}},
		{"a line of 10 MB", map[string]string{askBodies: bodyLine(11, "aaaa") + "* 2 FETCH (" + strings.Repeat("x", 10<<20) + ")\r\n"}, []string{"11 aaaa", "error ProtocolError"}},
		{"NIL", map[string]string{askBodies: bodyLine(11, "aaaa") + "* 2 FETCH (" + meta12 + "BODY[] NIL)\r\n" + bodyLine(13, "cccc")},
			[]string{"11 aaaa", "12 MessageUnread", "13 cccc"}},
		{"OK with nothing", map[string]string{askBodies: bodyLine(11, "aaaa") + bodyLine(13, "cccc"), ask12: ""}, []string{"11 aaaa", "12 MessageUnread", "13 cccc"}},
		{"NO to one", map[string]string{
			askBodies: bodyLine(11, "aaaa") + bodyLine(13, "cccc") + "{tag} NO Some messages could not be fetched\r\n",
			ask12:     "{tag} NO [PARSE] broken message\r\n",
		}, []string{"11 aaaa", "12 MessageUnread", "13 cccc"}},
		{"BAD to one", map[string]string{
			askBodies:               "{tag} BAD Command Error. 10\r\n",
			"UID FETCH 11 " + items: bodyLine(11, "aaaa"),
			ask12:                   "{tag} BAD Command Error. 10\r\n",
			"UID FETCH 13 " + items: bodyLine(13, "cccc"),
		}, []string{"11 aaaa", "12 MessageUnread", "13 cccc"}},
		{"a substitute", map[string]string{askBodies: bodyLine(11, "From: x\r\nSubject: Retrieval using the IMAP4 protocol failed for the following message: 11\r\n\r\n") +
			bodyLine(12, "bbbb") + bodyLine(13, "cccc")}, []string{"11 MessageUnread", "12 bbbb", "13 cccc"}},
		{"quoted and odd", map[string]string{askBodies: "* 1 FETCH (X-GM-MSGID 5 UID 11 BODY[] \"aaaa\")\r\n* XODD\r\n\r\n" + bodyLine(12, "bbbb") + bodyLine(13, "cccc")},
			[]string{"11 aaaa", "12 bbbb", "13 cccc"}},
		{"throttled", map[string]string{
			askBodies: bodyLine(11, "aaaa") + "{tag} NO [THROTTLED] slow down\r\n",
		}, []string{"11 aaaa", "error Throttled"}},
		{"another UIDVALIDITY", map[string]string{"EXAMINE": "* OK [UIDVALIDITY 8] .\r\n"}, []string{"error UIDValidityChanged"}},
	} {
		for _, compress := range []bool{false, true} {
			name := test.name
			if compress {
				name += ", compressed"
			}
			t.Run(name, func(t *testing.T) {
				s := &script{says: withMessages(test.says), deflates: compress, caps: scriptedCaps + " COMPRESS=DEFLATE"}
				cfg := s.start(t)
				cfg.Compress = compress
				if strings.HasPrefix(test.name, "silence") {
					cfg.Idle = 300 * time.Millisecond
				}
				source, err := OpenSource(t.Context(), cfg)
				if err != nil {
					t.Fatal(err)
				}
				defer source.Close()
				if got := outcome(t.Context(), source); !slices.Equal(got, test.want) || source.Info().Compressed != compress {
					t.Errorf("got %q\nwant %q\nthe server heard %q", got, test.want, s.commands())
				}
			})
		}
	}
}

// withMessages adds the answers that the test leaves to the script: which messages there are.
func withMessages(says map[string]string) map[string]string {
	all := map[string]string{
		"UID FETCH 11:13 (UID)": metaAnswer,
		"UID FETCH 12:13 (UID)": metaLine(12) + metaLine(13),
		isThere:                 metaLine(12),
	}
	for beginning, text := range says {
		all[beginning] = text
	}
	return all
}

func TestListFaults(t *testing.T) {
	for _, test := range []struct {
		name string
		says map[string]string
		want []mailbox.UID
	}{
		{"out of order", map[string]string{"UID FETCH 1:*": metaLine(12) + metaLine(11) + metaLine(13)}, []mailbox.UID{11, 12, 13}},
		{"flags unasked", map[string]string{"UID FETCH 1:*": "* 2 FETCH (UID 12 FLAGS ())\r\n" + metaAnswer, "UID FETCH 12 ": metaLine(12)}, []mailbox.UID{11, 12, 13}},
		{"a limit on messages", map[string]string{"UID FETCH 1:*": metaLine(11), "UID FETCH 12:*": metaLine(12), "UID FETCH 13:*": metaLine(13)}, []mailbox.UID{11, 12, 13}},
		{"fewer than told", map[string]string{"UID FETCH 1:*": metaLine(11) + metaLine(12), "UID FETCH 13:*": metaLine(12)}, []mailbox.UID{11, 12}},
	} {
		t.Run(test.name, func(t *testing.T) {
			source, err := OpenSource(t.Context(), (&script{says: test.says}).start(t))
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			var got []mailbox.UID
			for m, err := range source.List(t.Context(), mailbox.At{Folder: "INBOX"}, mailbox.Query{}) {
				if err != nil {
					t.Fatal(err)
				}
				if m.Size != 4 || m.Date.IsZero() {
					t.Errorf("UID %d came in part: %+v", m.UID, m)
				}
				got = append(got, m.UID)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("listed %v, want %v", got, test.want)
			}
		})
	}
}

func TestFolderFaults(t *testing.T) {
	list := "* LIST () \"/\" INBOX\r\n* LIST () \"/\" \"R&D\"\r\n* LIST (\\Noselect) \"/\" Shelf\r\n* LIST () \"/\" Secret\r\n"
	s := &script{
		caps: "IMAP4rev1 AUTH=PLAIN SASL-IR",
		says: map[string]string{
			"LIST \"\" \"\"":    "* LIST (\\Noselect) \"/\" \"\"\r\n",
			"LIST \"\" \"*\"":   list,
			"LSUB \"\" \"*\"":   "* LSUB () \"/\" \"R&D\"\r\n",
			"STATUS INBOX":      "* STATUS INBOX (MESSAGES 3 UIDNEXT 100 UIDVALIDITY 7)\r\n",
			"STATUS \"R&D\"":    "* STATUS \"R&D\" (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 9)\r\n",
			"STATUS \"Secret\"": "{tag} NO [NOPERM] no\r\n",
		},
	}
	source, err := OpenSource(t.Context(), s.start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	folders, err := source.Folders(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range folders {
		line := fmt.Sprintf("%s %v", f.Name, f.Subscribed)
		if f.Status != nil {
			line += fmt.Sprint(" ", f.Status.Messages)
		}
		if f.StatusErr != nil {
			line += " " + idOf(f.StatusErr)
			if mailbox.ClassOf(f.StatusErr) != mailbox.PerFolder {
				t.Errorf("class %v of %v", mailbox.ClassOf(f.StatusErr), f.StatusErr)
			}
		}
		got = append(got, line)
	}
	if want := []string{"INBOX false 3", "R&D true 1", "Shelf false", "Secret false AccessDenied"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if ns := source.Info().Personal; len(ns) != 1 || ns[0].Delimiter != '/' {
		t.Errorf("namespace %+v", ns)
	}
	if _, err := source.Open(t.Context(), "R&D"); err != nil {
		t.Error(err)
	}
	if heard := s.commands(); heard[len(heard)-1] != `EXAMINE "R&D"` {
		t.Errorf("the folder was opened as %q", heard[len(heard)-1])
	}
}

func TestSpool(t *testing.T) {
	const spoolMemory = 1 << 20
	dir := t.TempDir()
	for _, size := range []int{0, 1, spoolMemory, spoolMemory + 1, 3 * spoolMemory} {
		text := strings.Repeat("0123456789abcdef", size/16+1)[:size]
		s := &spool{dir: dir, most: spoolMemory}
		if _, err := io.CopyBuffer(struct{ io.Writer }{s}, struct{ io.Reader }{strings.NewReader(text)}, make([]byte, 1000)); err != nil {
			t.Fatal(err)
		}
		if (s.file != nil) != (size > spoolMemory) {
			t.Errorf("%d bytes: on disk %v", size, s.file != nil)
		}
		if err := s.rewind(); err != nil {
			t.Fatal(err)
		}
		if err := iotest.TestReader(struct{ io.Reader }{s}, []byte(text)); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	s := &spool{dir: dir + "/missing"}
	if _, err := s.Write(make([]byte, spoolMemory+1)); !errors.Is(err, errSpool) {
		t.Errorf("without a directory: %v", err)
	}
}

// TestListUndated: dates cost some servers more than all else, and are not asked for where nobody needs them.
func TestListUndated(t *testing.T) {
	s := &script{says: map[string]string{"UID FETCH 1:*": "* 1 FETCH (UID 11 FLAGS (\\Seen) RFC822.SIZE 4)\r\n* 2 FETCH (UID 12 FLAGS () RFC822.SIZE 5)\r\n* 3 FETCH (UID 13 FLAGS () RFC822.SIZE 6)\r\n"}}
	source, err := OpenSource(t.Context(), s.start(t))
	if err != nil {
		t.Fatal(err)
	}
	defer source.Close()
	var sizes []int64
	for m, err := range source.List(t.Context(), mailbox.At{Folder: "INBOX"}, mailbox.Query{Undated: true}) {
		if err != nil {
			t.Fatal(err)
		}
		sizes = append(sizes, m.Size)
	}
	if heard := s.commands(); !slices.Equal(sizes, []int64{4, 5, 6}) || !slices.Contains(heard, "UID FETCH 1:* (UID FLAGS RFC822.SIZE)") {
		t.Errorf("listed %v; the server heard %q", sizes, heard)
	}
}
