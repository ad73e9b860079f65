package wrap

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strings"
	"sync"
	"time"
)

// Tracer writes what is said on IMAP connections to one place, without secrets: of LOGIN only the user is shown, of AUTHENTICATE
// only the mechanism, of literals (that is of messages) only their length. It is safe for use by many connections.
type Tracer struct {
	mu    sync.Mutex
	w     io.Writer
	conns int
}

// NewTracer writes to w.
func NewTracer(w io.Writer) *Tracer { return &Tracer{w: w} }

// OpenTrace appends to the named file, which only its owner can read.
func OpenTrace(path string) (*Tracer, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the wire trace: %w; MIGSH_TRACE must name a file that can be written", err)
	}
	return NewTracer(f), nil
}

// Conn returns conn with what is said on it traced under the given name, such as the server's. The secrets are passwords and
// tokens that will be used on the connection: wherever they turn up, even in a server's echo, they are blotted out. A nil Tracer
// returns conn as it is.
func (t *Tracer) Conn(conn net.Conn, name string, secrets ...string) net.Conn {
	if t == nil {
		return conn
	}
	t.mu.Lock()
	t.conns++
	label := fmt.Sprintf("%d %s", t.conns, name)
	t.mu.Unlock()

	c := &traceConn{Conn: conn, tracer: t, label: label, redact: newRedactor(secrets)}
	c.server.plain = freeText
	c.event("connected")
	return c
}

// write adds one line. A trace that cannot be written (a full disk) must not harm the migration.
func (t *Tracer) write(label, mark, text string) {
	now := time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
	t.mu.Lock()
	defer t.mu.Unlock()
	_, _ = fmt.Fprintf(t.w, "%s %s %s %s\n", now, label, mark, text)
}

type traceConn struct {
	net.Conn
	tracer *Tracer
	label  string
	closed sync.Once

	mu     sync.Mutex // guards what follows: the two directions come from different goroutines
	redact *redactor
	client splitter
	server splitter
}

func (c *traceConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	c.server.feed(p[:n], func(line []byte, literal int64, within bool) {
		c.say("S:", c.redact.server(line, within), literal)
	}, func([]byte) {})
	c.mu.Unlock()
	if err != nil {
		c.event("read: " + c.redact.blot(err.Error()))
	}
	return n, err
}

func (c *traceConn) Write(p []byte) (int, error) {
	c.mu.Lock()
	c.client.feed(p, func(line []byte, literal int64, within bool) {
		c.say("C:", c.redact.client(line, literal, within), literal)
	}, func([]byte) {})
	c.mu.Unlock()
	n, err := c.Conn.Write(p)
	if err != nil {
		c.event("write: " + c.redact.blot(err.Error()))
	}
	return n, err
}

func (c *traceConn) say(mark, text string, literal int64) {
	if literal > 0 {
		text += fmt.Sprintf(" <%d bytes>", literal)
	}
	c.tracer.write(c.label, mark, text)
}

func (c *traceConn) event(text string) { c.tracer.write(c.label, "--", text) }

func (c *traceConn) Close() error {
	c.closed.Do(func() { c.event("closed") })
	return c.Conn.Close()
}

const blotted = "<redacted>"

// shortestSecret is the length from which a secret is searched for in all that is said: to blot out every "a" would tell the
// password rather than hide it. Where passwords belong, they are hidden whatever their length.
const shortestSecret = 4

var quoteEscaper = strings.NewReplacer(`\`, `\\`, `"`, `\"`)

// redactor knows which lines carry secrets. That depends on what was said before, in both directions.
type redactor struct {
	secrets []string
	login   bool   // the client's current command is LOGIN: what follows its first line is secret
	auth    string // tag of the AUTHENTICATE under way: every line of the client's until its end is secret
}

func newRedactor(secrets []string) *redactor {
	r := &redactor{}
	for _, s := range secrets {
		if len(s) < shortestSecret {
			continue
		}
		r.secrets = append(r.secrets, s, printable([]byte(s)), quoteEscaper.Replace(s))
	}
	return r
}

// loginLine is a LOGIN command whose user name stands on the same line.
var loginLine = regexp.MustCompile(`(?i)^(\S+ LOGIN (?:"(?:[^"\\]|\\.)*"|[^\s"{]+))( .*)?$`)

func (r *redactor) client(line []byte, literal int64, within bool) string {
	text := printable(line)
	if r.auth != "" {
		return blotted
	}
	if within {
		if r.login {
			r.login = literal >= 0
			return blotted
		}
		return r.blot(text)
	}
	fields := strings.SplitN(text, " ", 4)
	if len(fields) < 2 {
		return r.blot(text)
	}
	switch strings.ToUpper(fields[1]) {
	case "LOGIN":
		r.login = literal >= 0
		if m := loginLine.FindStringSubmatch(text); m != nil {
			return r.blot(m[1]) + " " + blotted
		}
		return fields[0] + " LOGIN " + blotted
	case "AUTHENTICATE":
		r.auth = fields[0]
		if len(fields) > 3 {
			return strings.Join(fields[:3], " ") + " " + blotted
		}
	}
	return r.blot(text)
}

// quotedBody is a message, or part of one, that a server sends as a quoted string rather than as a literal.
var quotedBody = regexp.MustCompile(`(?i)((?:BODY|BINARY)\[[^\]]*\](?:<\d+>)?|RFC822(?:\.TEXT|\.HEADER)?) "(?:[^"\\]|\\.)*"`)

func (r *redactor) server(line []byte, within bool) string {
	text := printable(line)
	if r.auth != "" && !within {
		if strings.HasPrefix(text, "+") {
			return "+ " + blotted
		}
		if strings.HasPrefix(text, r.auth+" ") {
			r.auth = ""
		}
	}
	return r.blot(quotedBody.ReplaceAllString(text, `$1 "<redacted>"`))
}

// blot replaces the known secrets.
func (r *redactor) blot(text string) string {
	for _, s := range r.secrets {
		text = strings.ReplaceAll(text, s, blotted)
	}
	return text
}

// printable is a line without its end and with control characters and broken UTF-8 made visible.
func printable(line []byte) string {
	line = bytes.TrimRight(line, "\r\n")
	clean := true
	for _, c := range line {
		if c < ' ' || c >= 0x7f {
			clean = false
			break
		}
	}
	if clean {
		return string(line)
	}
	q := fmt.Sprintf("%+q", line)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
