package imapbox

import (
	"bufio"
	"compress/flate"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"migsh/internal/migration"
)

// A script is a server for what real ones can't be made to do. It knows enough to be logged in to; what a test wants otherwise
// stands in says; the longest beginning that fits counts.
type script struct {
	greeting string
	caps     string
	// says answers commands by their beginning without the tag, such as "UID FETCH". {tag} in an answer stands for the tag; an
	// answer that has no tagged line of its own gets "OK". "<append>" before it takes the command's messages first. "<close>" ends
	// the connection there, "<wait>" for good says nothing more, "<deaf>" neither says nor hears more. What stands behind "<raw>" is
	// not compressed, whatever the client believes.
	says map[string]string
	// deflates has it compress what it says after COMPRESS.
	deflates bool

	mu    sync.Mutex
	heard []string // commands without tags
	ended chan struct{}
}

// start has the script listen and returns how to reach it.
func (s *script) start(t *testing.T) Config {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.ended = make(chan struct{})
	var wg sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	wg.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			wg.Go(func() {
				defer conn.Close()
				s.serve(conn)
			})
		}
	})
	t.Cleanup(func() {
		close(s.ended)
		listener.Close()
		mu.Lock()
		for _, c := range conns {
			c.Close()
		}
		mu.Unlock()
		wg.Wait()
	})
	host, port, err := net.SplitHostPort(listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(port)
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Server: host, Port: n, Security: migration.SecurityNone, Idle: 10 * time.Second,
		Credentials: Credentials{Login: "terry", Password: "s3cret!"},
	}
}

const scriptedCaps = "IMAP4rev1 UIDPLUS NAMESPACE LIST-EXTENDED LIST-STATUS LITERAL+ AUTH=PLAIN SASL-IR"

func (s *script) serve(conn net.Conn) {
	greeting := s.greeting
	if greeting == "" {
		greeting = "* OK ready\r\n"
	}
	if !s.say(conn, greeting, "") {
		return
	}
	in := bufio.NewReader(conn)
	for {
		line, err := in.ReadString('\n')
		if err != nil {
			return
		}
		tag, command, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		s.mu.Lock()
		s.heard = append(s.heard, command)
		s.mu.Unlock()
		if !s.answer(conn, in, tag, command) {
			return
		}
		if s.deflates && command == "COMPRESS DEFLATE" {
			out, _ := flate.NewWriter(conn, flate.BestSpeed) // it is a level
			conn, in = &deflating{conn, out}, bufio.NewReader(flate.NewReader(in))
		}
	}
}

// deflating is a connection of a server that compresses.
type deflating struct {
	net.Conn
	out *flate.Writer
}

func (d *deflating) Write(p []byte) (int, error) {
	n, err := d.out.Write(p)
	return n, errors.Join(err, d.out.Flush())
}

// answer reports whether the connection goes on.
func (s *script) answer(conn net.Conn, in *bufio.Reader, tag, command string) bool {
	best := ""
	for beginning := range s.says {
		if strings.HasPrefix(command, beginning) && len(beginning) > len(best) {
			best = beginning
		}
	}
	if after, ok := strings.CutPrefix(s.says[best], "<append>"); ok && best != "" {
		return s.swallow(conn, in, command) && s.say(conn, appended(after), tag)
	}
	if best != "" {
		return s.say(conn, s.says[best], tag)
	}
	if _, _, ok := literalAt(command); ok {
		return s.swallow(conn, in, command) && s.say(conn, "{tag} OK [APPENDUID 7 101] stored\r\n", tag)
	}
	caps := s.caps
	if caps == "" {
		caps = scriptedCaps
	}
	name, _, _ := strings.Cut(command, " ")
	switch name {
	case "CAPABILITY":
		return s.say(conn, "* CAPABILITY "+caps+"\r\n", tag)
	case "NAMESPACE":
		return s.say(conn, "* NAMESPACE ((\"\" \"/\")) NIL NIL\r\n", tag)
	case "SELECT", "EXAMINE":
		return s.say(conn, "* 3 EXISTS\r\n* FLAGS (\\Seen)\r\n* OK [PERMANENTFLAGS (\\Seen \\*)] .\r\n* OK [UIDVALIDITY 7] .\r\n* OK [UIDNEXT 100] .\r\n", tag)
	case "LOGOUT":
		s.say(conn, "* BYE\r\n", tag)
		return false
	}
	return s.say(conn, "", tag)
}

// appended is a tagged answer as it is said.
func appended(answer string) string {
	if strings.HasPrefix(answer, "<") {
		return answer
	}
	return "{tag} " + answer + "\r\n"
}

// swallow reads the messages of an APPEND, as many as there are.
func (s *script) swallow(conn net.Conn, in *bufio.Reader, command string) bool {
	for line := command; ; {
		n, sync, ok := literalAt(line)
		if !ok {
			return true
		}
		if sync {
			fmt.Fprint(conn, "+ go on\r\n")
		}
		if _, err := io.CopyN(io.Discard, in, n); err != nil {
			return false
		}
		next, err := in.ReadString('\n')
		if err != nil {
			return false
		}
		line = strings.TrimRight(next, "\r\n")
	}
}

func literalAt(command string) (n int64, sync, ok bool) {
	open := strings.LastIndexByte(command, '{')
	if open < 0 || !strings.HasSuffix(command, "}") {
		return 0, false, false
	}
	digits, plus := strings.CutSuffix(command[open+1:len(command)-1], "+")
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, !plus, err == nil
}

func (s *script) say(conn net.Conn, text, tag string) bool {
	text, closes := strings.CutSuffix(text, "<close>")
	text, waits := strings.CutSuffix(text, "<wait>")
	text, deaf := strings.CutSuffix(text, "<deaf>")
	if !closes && !waits && !deaf && tag != "" && !strings.Contains(text, "{tag}") {
		text += "{tag} OK done\r\n"
	}
	text, raw, _ := strings.Cut(text, "<raw>")
	io.WriteString(conn, strings.ReplaceAll(text, "{tag}", tag))
	if d, ok := conn.(*deflating); ok {
		io.WriteString(d.Conn, raw)
	}
	if waits {
		io.Copy(io.Discard, conn)
	}
	if deaf {
		<-s.ended
	}
	return !closes && !waits && !deaf
}

// commands are what the server heard, without what every session begins with.
func (s *script) commands() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []string
	for _, c := range s.heard {
		switch name, _, _ := strings.Cut(c, " "); name {
		case "CAPABILITY", "AUTHENTICATE", "NAMESPACE", "NOOP", "COMPRESS", "LOGOUT":
		default:
			out = append(out, c)
		}
	}
	return out
}
