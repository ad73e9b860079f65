package wrap

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"net"
	"slices"
	"strings"
	"testing"

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
		{"garbage line", "Warning: disk full\n* OK next\n", "* OK next\n", "answers no command"},
		{"empty line", "\n* OK next\n", "* OK next\n", "empty line"},
		{"continuation for nobody", "+ go on {5}\n* OK next\n", "* OK next\n", "nobody waited"},
		{"braces in free text", "* OK look {5}\n* OK next\n", "* OK look {5}\n* OK next\n", ""},
		{"unknown response", "* XJUNK foo\n* OK next\n", "* OK next\n", "not understood"},
		{"unknown response with literal", "* XJUNK {8}\nab\n* OK\n z\n* OK next\n", "* OK next\n", "not understood"},
		{"of a folder", "* 1 EXISTS\n", "", "not understood"},
		{"vanished", "* VANISHED (EARLIER) 1:5\n", "", "not understood"},

		{"code without end", "T1 NO [ALERT no end\n", "T1 NO - [ALERT no end\n", "not IMAP's grammar"},
		{"code without blank", "T1 NO [ALERT]x\n", "T1 NO [ALERT] x\n", ""},
		{"code in lower case", "T1 NO [tryCreate] x\n", "T1 NO [TRYCREATE] x\n", ""},
		{"code of strange value", "T1 OK [APPENDUID 1 5:7] x\n", "T1 OK - [APPENDUID 1 5:7] x\n", "cannot be"},
		{"code too large", "* OK [UIDVALIDITY 4294967296] x\n", "* OK - [UIDVALIDITY 4294967296] x\n", "cannot be"},
		{"empty code", "* OK [] x\n", "* OK - [] x\n", "not IMAP's grammar"},

		{"capability", "* CAPABILITY IMAP4rev1  UIDPLUS \x01\n", "* CAPABILITY IMAP4rev1 UIDPLUS\n", "cannot be a capability"},
		{"both revisions", "* CAPABILITY IMAP4rev1 IMAP4rev2 UIDPLUS\n",
			"* CAPABILITY IMAP4rev1 NAMESPACE UNSELECT ENABLE SASL-IR LIST-EXTENDED LIST-STATUS SPECIAL-USE LITERAL- UIDPLUS\n", ""},
		{"revision 2 alone", "* CAPABILITY IMAP4rev2\n", "* CAPABILITY IMAP4rev2\n", ""},

		{"id", "* ID (\"name\" \"x\" \"os\" NIL)\n", "* ID (\"name\" \"x\" \"os\" \"\")\n", ""},
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
