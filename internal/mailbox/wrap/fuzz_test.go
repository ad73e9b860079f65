package wrap

import (
	"io"
	"net"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"
)

// fatal are the responses whose broken grammar may end the session: those that carry the work itself.
var fatal = regexp.MustCompile(`(?i)fetch|search|acl|myrights`)

// FuzzFilter gives the library what the filter makes of anything. Whatever a server says, the library must
// survive until the end of the stream, except for fatal responses; none may make it hang or panic.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{
		"* OK [CAPABILITY IMAP4rev1] x\r\n* 1 EXISTS\r\n",
		"* LIST () \"/\" {3}\r\na\"b\r\n* STATUS a (MESSAGES 1)\r\n",
		"* 1 FETCH (UID 5 FLAGS (a]b) BODY[] {3}\r\nabc X-A (\"b\" {1}\r\nx))\r\n",
		"* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n* ID (\"a\" NIL)\r\n* QUOTA \"\" (STORAGE 1 2)\r\n* QUOTAROOT a b\r\n",
		"* OK [PERMANENTFLAGS (\\Seen a]b \\*)] ok\r\n* ENABLED X\r\n* FLAGS (\\Seen)\r\n* SEARCH 1 2 3\r\n* BYE x\r\n",
		"T1 OK [APPENDUID 1 2] x\r\nT2 NO [X\r\n+ x\r\n",
		"* LIST (\\a) NIL a b (CHILDINFO (\"SUBSCRIBED\") OLDNAME (b))\r\n* ESEARCH (TAG \"a\") UID ALL 1:3\r\n",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, said string) {
		near, far := net.Pipe()
		go func() {
			io.WriteString(far, said)
			far.Close()
		}()
		filter := NewFilter(near, FilterOptions{Greeting: "* OK [CAPABILITY IMAP4rev1] hi\r\n"})
		conn := &recorder{Filter: filter}
		client := imapclient.New(conn, nil)
		<-client.Closed()
		err := client.Close()
		if err == nil || err == net.ErrClosed || fatal.MatchString(conn.seen.String()) {
			return
		}
		for _, expected := range []string{
			"unexpected EOF", "closed pipe", // the stream was cut
			"longer than",            // the filter's own refusal
			`expected atom, got "("`, // left over from any ID response; shown for a cut stream thereafter
		} {
			if strings.Contains(err.Error(), expected) {
				return
			}
		}
		t.Errorf("said %q\nseen %q\nthe library failed: %v", said, conn.seen.String(), err)
	})
}

// recorder keeps what the library sees.
type recorder struct {
	*Filter
	seen strings.Builder
}

func (r *recorder) Read(p []byte) (int, error) {
	n, err := r.Filter.Read(p)
	r.seen.Write(p[:n])
	return n, err
}

// FuzzFilterBody demands that a message passes as it is, whatever is in it.
func FuzzFilterBody(f *testing.F) {
	f.Add("Subject: x\r\n\r\n* BYE\r\nT1 OK {3}\r\n", 7)
	f.Add("", 1)
	f.Fuzz(func(t *testing.T, body string, chunk int) {
		chunk = max(1, chunk%4096)
		said := "* 1 FETCH (UID 1 BODY[] {" + strconv.Itoa(len(body)) + "}\r\n" + body + " FLAGS ())\r\n* 2 EXISTS\r\n"
		filter := NewFilter(&scripted{Reader: strings.NewReader(said)}, FilterOptions{})
		var seen strings.Builder
		if _, err := io.CopyBuffer(&seen, struct{ io.Reader }{filter}, make([]byte, chunk)); err != nil {
			t.Fatal(err)
		}
		if seen.String() != said {
			t.Errorf("seen %q, want %q", seen.String(), said)
		}
	})
}

// FuzzNames demands that the library can read every name that is shown to it, and that the way back leads to the server's bytes.
func FuzzNames(f *testing.F) {
	f.Add("R&D", "R&-D")
	f.Add("\xfc", "&2D0-")
	f.Fuzz(func(t *testing.T, a, b string) {
		var names mailboxNames
		shownA, shownB := names.show(a), names.show(b)
		if (a == b) != (shownA == shownB) {
			t.Errorf("%q and %q are shown as %q and %q", a, b, shownA, shownB)
		}
		if names.raw[shownA] != a || names.raw[shownB] != b {
			t.Errorf("the way back from %q leads to %q", shownA, names.raw[shownA])
		}
		if text := decodeName(shownA); !strings.HasPrefix(encodeName(text), strings.TrimRight(shownA, "+")) {
			t.Errorf("%q is not strict", shownA)
		}
	})
}
