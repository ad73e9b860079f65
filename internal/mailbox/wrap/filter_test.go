package wrap

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
)

// scripted is a connection whose other side says what it says, and that keeps what is written.
type scripted struct {
	net.Conn
	io.Reader
	written bytes.Buffer
}

func (s *scripted) Read(p []byte) (int, error)  { return s.Reader.Read(p) }
func (s *scripted) Write(p []byte) (int, error) { return s.written.Write(p) }

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

// filtered is what the library sees of what the server says, with commands T1 to T9 under way.
func filtered(t testing.TB, said string, opts FilterOptions) (string, *Filter) {
	t.Helper()
	f := NewFilter(&scripted{Reader: strings.NewReader(said)}, opts)
	for _, tag := range []string{"T1", "T2", "T3"} {
		if _, err := f.Write([]byte(tag + " NOOP\r\n")); err != nil {
			t.Fatal(err)
		}
	}
	seen, err := io.ReadAll(f)
	if err != nil {
		t.Fatalf("filter: %v", err)
	}
	return string(seen), f
}

func TestFilter(t *testing.T) {
	tests := []struct {
		name, said, seen string
		note             string // part of the note that must be there
	}{
		{"greeting", "* OK [CAPABILITY IMAP4rev1] ready\n", "* OK [CAPABILITY IMAP4rev1] ready\n", ""},
		{"tagged", "T1 OK done\n", "T1 OK done\n", ""},
		{"lone LF is made CRLF", "T1 OK done\n", "T1 OK done\n", ""},
		{"no text", "T1 OK\n", "T1 OK\n", ""},
		{"twice answered", "T1 OK a\nT1 OK b\n", "T1 OK a\n", "answers no command"},
		{"garbage line", "Warning: disk full\n* 1 EXISTS\n", "* 1 EXISTS\n", "answers no command"},
		{"empty line", "\n* 1 EXISTS\n", "* 1 EXISTS\n", "empty line"},
		{"continuation for nobody", "+ go on {5}\n* 1 EXISTS\n", "* 1 EXISTS\n", "nobody waited"},
		{"braces in free text", "* OK look {5}\n* 1 EXISTS\n", "* OK look {5}\n* 1 EXISTS\n", ""},
		{"unknown response", "* XJUNK foo\n* 1 EXISTS\n", "* 1 EXISTS\n", "not understood"},
		{"unknown response with literal", "* XJUNK {8}\nab\n* OK\n z\n* 1 EXISTS\n", "* 1 EXISTS\n", "not understood"},
		{"vanished", "* VANISHED (EARLIER) 1:5\n", "", "not understood"},

		{"code without end", "T1 NO [ALERT no end\n", "T1 NO - [ALERT no end\n", "not IMAP's grammar"},
		{"code without blank", "T1 NO [ALERT]x\n", "T1 NO [ALERT] x\n", ""},
		{"code in lower case", "T1 NO [tryCreate] x\n", "T1 NO [TRYCREATE] x\n", ""},
		{"code of strange value", "T1 OK [APPENDUID 1 5:7] x\n", "T1 OK - [APPENDUID 1 5:7] x\n", "cannot be"},
		{"code too large", "* OK [UIDVALIDITY 4294967296] x\n", "* OK - [UIDVALIDITY 4294967296] x\n", "cannot be"},
		{"permanent flags", "* OK [PERMANENTFLAGS (\\Seen a]b \\*)] ok\n", "* OK [PERMANENTFLAGS (\\Seen a=5Db \\*)] ok\n", "escaped a flag"},
		{"empty code", "* OK [] x\n", "* OK - [] x\n", "not IMAP's grammar"},

		{"capability", "* CAPABILITY IMAP4rev1  UIDPLUS \x01\n", "* CAPABILITY IMAP4rev1 UIDPLUS\n", "cannot be a capability"},
		{"both revisions", "* CAPABILITY IMAP4rev1 IMAP4rev2 UIDPLUS\n",
			"* CAPABILITY IMAP4rev1 NAMESPACE UNSELECT ENABLE SASL-IR LIST-EXTENDED LIST-STATUS SPECIAL-USE LITERAL- UIDPLUS\n", ""},
		{"revision 2 alone", "* CAPABILITY IMAP4rev2\n", "* CAPABILITY IMAP4rev2\n", ""},

		{"list", "* LIST (\\HasNoChildren) \"/\" \"a b\"\n", "* LIST (\\HasNoChildren) \"/\" \"a b\"\n", ""},
		{"list atom", "* LIST () \"/\" a]b\n", "* LIST () \"/\" \"a]b\"\n", ""},
		{"list literal", "* LIST () \"/\" {3}\na\"b\n", "* LIST () \"/\" \"a\\\"b\"\n", ""},
		{"ampersand", "* LIST () \"/\" \"R&D\"\n", "* LIST () \"/\" \"R&-D\"\n", "re-encoded"},
		{"latin-1", "* LIST () \"/\" \"Entw\xfcrfe\"\n", "* LIST () \"/\" \"Entw&APw-rfe\"\n", "re-encoded"},
		{"raw UTF-8", "* LIST () \"/\" \"Entwürfe\"\n", "* LIST () \"/\" \"Entw&APw-rfe\"\n", "re-encoded"},
		{"strict name", "* LIST () \"/\" \"Entw&APw-rfe &- Co\"\n", "* LIST () \"/\" \"Entw&APw-rfe &- Co\"\n", ""},
		{"backslash", "* LIST () \"\\\\\" \"a\\b\"\n", "* LIST () \"\\\\\" \"a\\\\b\"\n", ""},
		{"blanks without quotes", "* LIST () \"/\" Sent Items\n", "* LIST () \"/\" \"Sent Items\"\n", "blanks"},
		{"two for one", "* LIST () \"/\" \"R&D\"\n* LIST () \"/\" \"R&-D\"\n", "* LIST () \"/\" \"R&-D\"\n* LIST () \"/\" \"R&-D+\"\n", "re-encoded"},
		{"no delimiter", "* LIST (\\Noselect) \"\" INBOX\n", "* LIST (\\Noselect) NIL \"INBOX\"\n", "delimiter"},
		{"extended", "* LIST () \"/\" a (CHILDINFO (\"SUBSCRIBED\"))\n", "* LIST () \"/\" \"a\" (CHILDINFO (\"SUBSCRIBED\"))\n", ""},
		{"list broken", "* LIST (\n* 1 EXISTS\n", "* 1 EXISTS\n", "not IMAP's grammar"},
		{"status", "* STATUS \"R&D\" (MESSAGES 3 SIZE -1 UIDNEXT 4)\n", "* STATUS \"R&-D\" (MESSAGES 3 UIDNEXT 4)\n", "STATUS item"},
		{"id", "* ID (\"name\" \"x\" \"os\" NIL)\n", "* ID (\"name\" \"x\" \"os\" \"\")\n", ""},
		{"namespace", "* NAMESPACE ((\"\" \"/\")) NIL NIL\n", "* NAMESPACE ((\"\" \"/\")) NIL NIL\n", ""},
		{"namespace broken", "* NAMESPACE ((\"\" \"/\")) NIL\n", "", "not IMAP's grammar"},
		{"quota", "* QUOTA \"\" (STORAGE 1 2)\n", "* QUOTA \"\" (STORAGE 1 2)\n", ""},
		{"flags", "* FLAGS (\\Seen x(y \\*)\n", "", "not IMAP's grammar"},

		{"fetch", "* 1 FETCH (UID 5 FLAGS (\\Seen) RFC822.SIZE 12)\n", "* 1 FETCH (UID 5 FLAGS (\\Seen) RFC822.SIZE 12)\n", ""},
		{"fetch without blank", "* 1 FETCH(UID 5)\n", "* 1 FETCH (UID 5)\n", ""},
		{"lower case", "* 1 fetch (uid 5 body[] nil)\n", "* 1 FETCH (UID 5 BODY[] NIL)\n", ""},
		{"body", "* 1 FETCH (UID 5 BODY[] {5}\na\n)b FLAGS ())\n", "* 1 FETCH (UID 5 BODY[] {5}\na\n)b FLAGS ())\n", ""},
		{"date NIL", "* 1 FETCH (UID 5 INTERNALDATE NIL FLAGS ())\n", "* 1 FETCH (UID 5 FLAGS ())\n", "cannot be"},
		{"date of its own", "* 1 FETCH (INTERNALDATE \"2020-02-01T10:00:00Z\")\n", "* 1 FETCH (INTERNALDATE \" 1-Feb-2020 10:00:00 +0000\")\n", "read a date"},
		{"size -1", "* 1 FETCH (RFC822.SIZE -1 UID 5)\n", "* 1 FETCH (UID 5)\n", "cannot be"},
		{"modseq bare", "* 1 FETCH (UID 5 MODSEQ 12)\n", "* 1 FETCH (UID 5 MODSEQ (12))\n", ""},
		{"odd flags", "* 1 FETCH (UID 5 FLAGS (a]b \xc3\xa9 \"q\"))\n", "* 1 FETCH (UID 5 FLAGS (a=5Db =C3=A9 q))\n", "escaped a flag"},
		{"gmail", "* 1 FETCH (X-GM-LABELS (\"a)\" {3}\nx)y \\Sent) UID 5 X-GM-MSGID 12)\n", "* 1 FETCH (UID 5)\n", "not asked for"},
		{"section", "* 1 FETCH (UID 5 BODY[header.fields (date)] {2}\n\n)\n", "* 1 FETCH (UID 5 BODY[HEADER.FIELDS (DATE)] {2}\n\n)\n", ""},
		{"quoted body", "* 1 FETCH (UID 5 BODY[] \"a\\\"b\")\n", "* 1 FETCH (UID 5 BODY[] \"a\\\"b\")\n", ""},
		{"binary mark", "* 1 FETCH (UID 5 BODY[] ~{2}\nab)\n", "* 1 FETCH (UID 5 BODY[] {2}\nab)\n", ""},
		{"empty literal", "* 1 FETCH (BODY[] {0}\n UID 5)\n", "* 1 FETCH (BODY[] {0}\n UID 5)\n", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			// The table's literals count "\n" as the two bytes that it is on the wire.
			seen, f := filtered(t, crlf(test.said), FilterOptions{})
			if want := crlf(test.seen); seen != want {
				t.Errorf("seen %q\nwant %q", seen, want)
			}
			var notes []string
			for _, n := range f.Notes() {
				notes = append(notes, n.What)
			}
			all := strings.Join(notes, "; ")
			if test.note == "" && all != "" || !strings.Contains(all, test.note) {
				t.Errorf("notes %q, want one with %q", all, test.note)
			}
		})
	}
}

func TestFilterGivesNamesBack(t *testing.T) {
	conn := &scripted{Reader: strings.NewReader("* LIST () \"/\" \"R&D\"\r\n* LIST () \"/\" \"K\xfche\"\r\n")}
	f := NewFilter(conn, FilterOptions{})
	if _, err := io.ReadAll(f); err != nil {
		t.Fatal(err)
	}
	commands := "T1 EXAMINE \"R&-D\"\r\nT2 STATUS \"K&APw-he\" (MESSAGES)\r\nT3 EXAMINE \"Other &- One\"\r\n" +
		"T4 LOGIN \"R&-D\" \"R&-D\"\r\nT5 APPEND \"R&-D\" {6}\r\n\"R&-D\"\r\n"
	want := "T1 EXAMINE \"R&D\"\r\nT2 STATUS \"K\xfche\" (MESSAGES)\r\nT3 EXAMINE \"Other &- One\"\r\n" +
		"T4 LOGIN \"R&-D\" \"R&-D\"\r\nT5 APPEND \"R&D\" {6}\r\n\"R&-D\"\r\n"
	for i := range len(commands) { // byte by byte: the worst way in which they can come
		if _, err := f.Write([]byte{commands[i]}); err != nil {
			t.Fatal(err)
		}
	}
	if got := conn.written.String(); got != want {
		t.Errorf("sent %q\nwant %q", got, want)
	}
}

func TestFilterLSUB(t *testing.T) {
	conn := &scripted{Reader: strings.NewReader("* LSUB () \".\" \"INBOX.a\"\r\n")}
	f := NewFilter(conn, FilterOptions{LSUB: true})
	if _, err := f.Write([]byte("T1 LIST (SUBSCRIBED) \"\" \"*\"\r\n")); err != nil {
		t.Fatal(err)
	}
	if got, want := conn.written.String(), "T1 LSUB \"\" \"*\"\r\n"; got != want {
		t.Errorf("sent %q, want %q", got, want)
	}
	if got, _ := io.ReadAll(f); string(got) != "* LIST () \".\" \"INBOX.a\"\r\n" {
		t.Errorf("seen %q", got)
	}
}

func TestFilterHides(t *testing.T) {
	seen, _ := filtered(t, crlf("* OK [CAPABILITY IMAP4rev1 UIDPLUS QUOTA] hi\n* CAPABILITY UIDPLUS IDLE\n"),
		FilterOptions{Hide: []string{"uidplus"}})
	if want := crlf("* OK [CAPABILITY IMAP4rev1 QUOTA] hi\n* CAPABILITY IDLE\n"); seen != want {
		t.Errorf("seen %q, want %q", seen, want)
	}
}

func TestFilterKeepsByeAndAlerts(t *testing.T) {
	_, f := filtered(t, crlf("* NO [ALERT] Quota at 90%\n* BYE [UNAVAILABLE] Too many connections\n"),
		FilterOptions{Greeting: "* OK hi\r\n"})
	if got, want := f.Bye(), "[UNAVAILABLE] Too many connections"; got != want {
		t.Errorf("Bye() = %q, want %q", got, want)
	}
	if got := f.Alerts(); len(got) != 1 || got[0] != "Quota at 90%" {
		t.Errorf("Alerts() = %q", got)
	}
}

// TestFilterPassesBodies sends bodies that look like IMAP through readers that give one byte at a time.
func TestFilterPassesBodies(t *testing.T) {
	body := "* BYE no\r\nT1 NO x {3}\r\n\x00\xff)\r\n"
	said := "* 1 FETCH (UID 1 BODY[] {" + strconv.Itoa(len(body)) + "}\r\n" + body + ")\r\nT1 OK done\r\n"
	f := NewFilter(&scripted{Reader: iotest.OneByteReader(strings.NewReader(said))}, FilterOptions{})
	if _, err := f.Write([]byte("T1 NOOP\r\n")); err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(f)
	if err != nil || string(got) != said {
		t.Errorf("seen %q, %v\nwant %q", got, err, said)
	}
	if f.Bye() != "" {
		t.Error("took a line of the body for a BYE")
	}
}

func TestFilterLineTooLong(t *testing.T) {
	f := NewFilter(&scripted{Reader: io.LimitReader(endless('x'), 2*maxLine)}, FilterOptions{})
	if _, err := io.ReadAll(f); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("error %v, want one about the line's length", err)
	}
}

type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

func TestMailboxNamesRoundTrip(t *testing.T) {
	for _, text := range []string{"INBOX", "Entwürfe", "a&b", "&", "日本語", "😀 smile", "tab\there", "~", `q"\`, "é", "e\u0301"} {
		if got := decodeName(encodeName(text)); got != text {
			t.Errorf("decode(encode(%q)) = %q", text, got)
		}
	}
	for raw, text := range map[string]string{"&Jjo-": "☺", "&AGE-": "a", "a&b": "a&b", "&&-": "&&", "&ABC": "&ABC", "&2D0-": "&2D0-"} {
		if got := decodeName(raw); got != text {
			t.Errorf("decodeName(%q) = %q, want %q", raw, got, text)
		}
	}
}

// TestFilterRefusedLiteral has a server refuse an APPEND before its literal; the library must learn of it without giving up the
// connection, and nothing of the message may reach the server.
func TestFilterRefusedLiteral(t *testing.T) {
	near, far := net.Pipe()
	defer far.Close()
	filter := NewFilter(near, FilterOptions{Greeting: "* OK [CAPABILITY IMAP4rev1] hi\r\n"})
	client := imapclient.New(filter, nil)
	defer client.Close()

	var heard []string
	go func() {
		lines := bufio.NewScanner(far)
		for lines.Scan() {
			heard = append(heard, lines.Text())
			tag, _, _ := strings.Cut(lines.Text(), " ")
			answer := tag + " OK done\r\n"
			if strings.HasSuffix(lines.Text(), "}") {
				answer = tag + " NO [TOOBIG] Message too large\r\n"
			}
			io.WriteString(far, answer)
		}
	}()
	if err := client.WaitGreeting(); err != nil {
		t.Fatal(err)
	}
	cmd := client.Append("INBOX", 100000, nil)
	if _, err := cmd.Write(make([]byte, 100000)); err != nil {
		t.Errorf("Write: %v", err)
	}
	if err := cmd.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
	_, err := cmd.Wait()
	if refused, ok := errors.AsType[*imap.Error](err); !ok || refused.Code != imap.ResponseCodeTooBig {
		t.Errorf("Wait: %v, want TOOBIG", err)
	}
	if err := client.Noop().Wait(); err != nil {
		t.Errorf("the connection did not outlive the refusal: %v", err)
	}
	if want := []string{"T1 APPEND INBOX {100000}", "T2 NOOP"}; !slices.Equal(heard, want) {
		t.Errorf("the server heard %q, want %q", heard, want)
	}
}
