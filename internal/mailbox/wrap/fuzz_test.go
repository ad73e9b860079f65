package wrap

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/emersion/go-imap/v2/imapclient"
)

// FuzzFilter gives the library what the filter makes of anything. Whatever a server says, the library must
// survive until the end of the stream; nothing may make it hang or panic.
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
		if err == nil || err == net.ErrClosed {
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
