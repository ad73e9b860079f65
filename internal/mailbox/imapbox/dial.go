package imapbox

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/wrap"
	"migsh/internal/migration"
)

// A wire is a connection to a server that has greeted us, protected as configured, with nobody logged in yet.
type wire struct {
	net.Conn  // what the protocol is spoken on
	socket    net.Conn
	guard     *wrap.Guard
	greeting  string // the line for the library, which wants to read it too
	said      string // the greeting's text as the server gave it
	security  migration.Security
	tls       *tls.ConnectionState // nil on a plain connection
	deflate   *wrap.Deflate        // nil where no compression is wanted
	localAddr string
	warning   string
}

var (
	errSilent     = errors.New("no answer")
	errWaitForTLS = errors.New("the server waits for TLS")
)

// dial connects, secures the connection and reads the greeting.
func dial(ctx context.Context, cfg Config) (*wire, error) {
	dialer := net.Dialer{Timeout: cfg.dialTime()}
	socket, err := dialer.DialContext(ctx, "tcp", cfg.address())
	if err != nil {
		return nil, cfg.dialFault(ctx, err)
	}
	w, err := greet(ctx, cfg, socket)
	if err != nil {
		_ = socket.Close() // the first error is the one that matters
		return nil, err
	}
	return w, nil
}

// greet takes a fresh socket to a secured, greeted connection.
func greet(ctx context.Context, cfg Config, socket net.Conn) (*wire, error) {
	silent := fmt.Errorf("%w within %v", errSilent, cfg.dialTime())
	limited, cancel := context.WithTimeoutCause(ctx, cfg.dialTime(), silent)
	defer cancel()
	limited, end := context.WithCancelCause(limited)
	defer end(nil)

	w := &wire{socket: socket, localAddr: socket.LocalAddr().String(), security: cfg.Security}
	if cfg.Meter != nil {
		socket = cfg.Meter.Conn(socket)
	}
	w.guard = wrap.NewGuard(socket, cfg.Idle)
	defer w.guard.Begin(limited)()
	w.Conn = cfg.Limit.Conn(w.guard)

	if w.security == "" && cfg.Port == 143 && len(cfg.Pins) > 0 {
		w.security = migration.SecurityTls // who pins a certificate wants one to be shown
	}
	if w.security == "" && cfg.Port != 143 {
		w.security, _ = migration.ResolveSecurity(cfg.Port, false)
	}
	if w.security == migration.SecuritySsl {
		if err := w.startTLS(cfg); err != nil {
			return nil, err
		}
	}
	hello := &plainTalk{wire: w, cfg: cfg}
	hello.begin()
	if err := hello.greeting(limited, end); err != nil {
		return nil, err
	}
	if w.security != migration.SecuritySsl && w.security != migration.SecurityNone {
		if err := hello.secure(); err != nil {
			return nil, err
		}
	}
	hello.end()
	return w, nil
}

// startTLS makes the handshake. The guard bounds it in time; a context of its own would close the connection first and hide why.
func (w *wire) startTLS(cfg Config) error {
	conn := tls.Client(w.Conn, cfg.tlsConfig())
	if err := conn.Handshake(); err != nil {
		return cfg.tlsFault(w.cause(err), w.security)
	}
	state := conn.ConnectionState()
	w.tls = &state
	w.Conn = conn
	return nil
}

// cause is the first thing that went wrong on the connection, if it did, else err.
func (w *wire) cause(err error) error {
	if first := w.guard.Err(); first != nil && !errors.Is(first, net.ErrClosed) {
		if errors.Is(err, first) || first == io.EOF {
			return err
		}
		return first
	}
	return err
}

func (c Config) tlsConfig() *tls.Config {
	config := &tls.Config{
		ServerName:         c.host(),
		MinVersion:         tls.VersionTLS12,
		RootCAs:            c.RootCAs,
		InsecureSkipVerify: c.AcceptUntrustedCertificates || len(c.Pins) > 0,
		NextProtos:         []string{"imap"},
	}
	if len(c.Pins) > 0 {
		config.VerifyConnection = func(state tls.ConnectionState) error {
			if found := fingerprint(state.PeerCertificates[0]); !slices.Contains(c.Pins, found) {
				return &pinError{found}
			}
			return nil
		}
	}
	return config
}

// fingerprint is the SHA-256 digest of a certificate, as openssl x509 -fingerprint -sha256 shows it, without colons.
func fingerprint(certificate *x509.Certificate) string {
	sum := sha256.Sum256(certificate.Raw)
	return strings.ToUpper(hex.EncodeToString(sum[:]))
}

// A pinError is a certificate that is none of those that the server may show.
type pinError struct{ found string }

func (e *pinError) Error() string {
	return "the server shows another certificate than the one that was pinned: its fingerprint is " + e.found
}

// plainTalk is the conversation before the library takes over: the greeting, and the way to TLS.
type plainTalk struct {
	*wire
	cfg    Config
	traced net.Conn
	lines  *bufio.Reader
	tags   int
}

// maxGreeting bounds a line of this conversation.
const maxGreeting = 8 << 10

func (t *plainTalk) begin() {
	conn := t.Conn
	if t.cfg.Compress {
		t.deflate = wrap.NewDeflate(conn)
		conn = t.deflate
	}
	t.traced = t.cfg.Tracer.Conn(conn, t.cfg.Server, t.cfg.Credentials.Password)
	t.lines = bufio.NewReaderSize(t.traced, maxGreeting)
}

// end hands the connection over, along with what was read of it already.
func (t *plainTalk) end() {
	t.Conn = t.traced
	if n := t.lines.Buffered(); n > 0 {
		ahead, _ := t.lines.Peek(n) // what is buffered can always be seen
		t.Conn = &aheadConn{Conn: t.traced, ahead: slices.Clone(ahead)}
	}
}

// aheadConn is a connection of which something was read ahead.
type aheadConn struct {
	net.Conn
	ahead []byte
}

func (c *aheadConn) Read(p []byte) (int, error) {
	if len(c.ahead) > 0 {
		n := copy(p, c.ahead)
		c.ahead = c.ahead[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

func (t *plainTalk) line() (string, error) {
	line, err := t.lines.ReadSlice('\n')
	return strings.TrimRight(string(line), "\r\n"), err
}

// greeting reads and judges the first line. A server that stays silent on a plain connection may wait for TLS: that is tried
// meanwhile, and ends the waiting.
func (t *plainTalk) greeting(ctx context.Context, end context.CancelCauseFunc) error {
	tried := make(chan struct{})
	try := time.AfterFunc(t.cfg.dialTime()/15, func() {
		defer close(tried)
		if t.security != migration.SecuritySsl && t.cfg.speaksTLS(ctx) {
			end(errWaitForTLS)
		}
	})
	line, err := t.line()
	if !try.Stop() {
		<-tried
	}
	if err != nil && (line == "" || !errors.Is(err, bufio.ErrBufferFull)) {
		return t.cfg.greetingFault(t.cause(err), line)
	}
	kind, text := line, ""
	if words := strings.SplitN(line, " ", 3); len(words) > 1 {
		kind, text = strings.ToUpper(words[0]+" "+words[1]), strings.Join(words[2:], "")
	}
	switch kind {
	case "* OK":
	case "* PREAUTH":
		if t.security != migration.SecuritySsl && t.security != migration.SecurityNone {
			return t.cfg.fault(mailbox.SecurityMismatch, "STARTTLS", errors.New("the server greets as logged in already (PREAUTH), which leaves no room for STARTTLS"))
		}
	case "* BYE":
		return t.cfg.byeFault("greeting", text)
	default:
		return t.cfg.strangerFault(line)
	}
	t.said = text
	t.wire.greeting = line + "\r\n"
	return nil
}

// secure goes over to TLS where the server offers it and the configuration wants it.
func (t *plainTalk) secure() error {
	offered, err := t.capable("STARTTLS")
	if err != nil {
		return err
	}
	if t.security == "" {
		t.security, t.warning = migration.ResolveSecurity(t.cfg.Port, offered)
		if t.security != migration.SecurityTls {
			return nil
		}
	}
	if !offered {
		e := t.cfg.fault(mailbox.SecurityMismatch, "STARTTLS", errors.New("the server offers no STARTTLS on this port, or somebody on the way has taken the offer out"))
		e.Fix = "use -Security Ssl on the server's TLS port (usually 993), where there is no offer to be taken out; -Security None sends passwords and mail unprotected"
		return e
	}
	if _, err := t.command("STARTTLS"); err != nil {
		return err
	}
	if t.lines.Buffered() > 0 {
		return t.cfg.fault(mailbox.SecurityMismatch, "STARTTLS", errors.New("more came before TLS began than the server's answer: somebody may be tampering with the connection"))
	}
	if err := t.startTLS(t.cfg); err != nil {
		return err
	}
	// What was said before TLS began may have been changed on the way: the library shall ask for capabilities anew.
	t.wire.greeting = "* OK ready\r\n"
	t.begin()
	return nil
}

// capable tells whether the server offers something, by its greeting or else by asking.
func (t *plainTalk) capable(capability string) (bool, error) {
	listed := t.said
	if !strings.HasPrefix(strings.ToUpper(listed), "[CAPABILITY ") {
		said, err := t.command("CAPABILITY")
		if err != nil {
			return false, err
		}
		listed = said
	} else {
		listed, _, _ = strings.Cut(listed, "]")
	}
	return slices.Contains(strings.Fields(strings.ToUpper(listed)), capability), nil
}

// command sends one and returns what the server said untagged, on one line.
func (t *plainTalk) command(name string) (string, error) {
	t.tags++
	tag := fmt.Sprintf("S%d", t.tags)
	_, err := fmt.Fprintf(t.traced, "%s %s\r\n", tag, name)
	var said bytes.Buffer
	for err == nil {
		var line string
		if line, err = t.line(); err != nil {
			break
		}
		answer, tagged := strings.CutPrefix(line, tag+" ")
		switch {
		case !tagged && said.Len() < maxGreeting:
			fmt.Fprintf(&said, "%s ", line)
		case !tagged:
			err = fmt.Errorf("the server's answer to %s does not end", name)
		case strings.HasPrefix(strings.ToUpper(answer), "OK"):
			return said.String(), nil
		default:
			e := t.cfg.fault(mailbox.SecurityMismatch, name, nil)
			e.Text = answer
			return "", e
		}
	}
	return "", t.cfg.fault(mailbox.ConnectionLost, name, t.cause(err))
}

// speaksTLS tries whether a server that stays silent waits for TLS.
func (c Config) speaksTLS(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, min(c.dialTime(), 5*time.Second))
	defer cancel()
	dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, ServerName: c.host()}} // nothing is said on it
	conn, err := dialer.DialContext(ctx, "tcp", c.address())
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
