// Package testserver starts private, real mail servers for tests: each on
// loopback ports of its own, in a temporary directory, without touching the
// system's configuration, as root or as an ordinary user. It also holds what a
// test needs around them: a [Proxy] that counts and disturbs connections, and
// [Server.Fill] and [Server.Snapshot], which write and read whole mailboxes
// through an IMAP client of this package's own, so that it can judge the
// product's.
//
// A [Dovecot] is a [Server] with what only Dovecot has; so are a [Cyrus] and a
// [Courier], which need root.
package testserver

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// readyTimeout bounds every wait for a server. It is no measure of speed: only
// a server that never gets there meets it.
const readyTimeout = time.Minute

// Server is one running mail server of any kind.
type Server struct {
	Host string // a loopback address

	// Ports at Host; 0 where the protocol isn't offered. IMAP and POP3 begin in
	// clear and offer STARTTLS and STLS.
	IMAPPort, IMAPSPort, POP3Port, POP3SPort int

	// CAFile is a PEM file. Who trusts it trusts the server's certificate,
	// which is for localhost and Host unless options say otherwise.
	CAFile string

	// Separator and Prefix are those of the personal namespace ("INBOX.").
	Separator, Prefix string

	// Password opens every account that wasn't added with one of its own; any
	// name is an account then. Empty: only added accounts exist.
	Password string

	// Admin and AdminPassword open any account by SASL PLAIN as Admin with the user
	// as authorization identity, at Dovecot also by logging in as "user*admin".
	// Courier has no such thing.
	Admin, AdminPassword string

	dir      string
	log      *logbook
	command  []string // starts the server in the foreground
	startsUp string   // what it logs when it listens; empty if it doesn't say
	stopsAll bool     // to end it in order, all processes of its group are told

	mu        sync.Mutex
	process   *process
	passwords map[string]string // of added accounts
}

// Any is a server of any kind.
type Any interface {
	// Base is what all kinds have in common.
	Base() *Server
	// AddUser makes an account, or changes its password and quota, and returns when
	// the server knows.
	AddUser(t testing.TB, a Account)
	// Digest returns one line for each file of a user's mail, with its path and the
	// digest of its bytes: compare two to know that nothing touched the mail in
	// between.
	Digest(t testing.TB, user string) []string
}

// An Account is a user that [Any.AddUser] makes.
type Account struct {
	Name     string
	Password string
	Quota    string // such as "10M"; needs DovecotOptions.Quota with Dovecot
	// Hashed has Dovecot keep the password as a digest, which allows PLAIN and LOGIN
	// only. The other servers pay no heed to it.
	Hashed bool
}

// newServer makes a server's directory and certificate and reserves its ports for
// IMAP. All of it goes back to the system at the test's end. The certificate is
// for localhost and host, for ten years, unless names or until say otherwise.
func newServer(t testing.TB, host string, names []string, until time.Time) (*Server, error) {
	if len(names) == 0 {
		names = []string{"localhost", host}
	}
	if until.IsZero() {
		until = time.Now().AddDate(10, 0, 0)
	}
	dir, err := shortTempDir()
	if err != nil {
		return nil, err
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("removing a server's directory: %v", err)
		}
	})
	s := &Server{Host: host, CAFile: filepath.Join(dir, "cert.pem"), dir: dir, log: newLogbook(), passwords: map[string]string{}}
	if err := writeCertificate(s.CAFile, filepath.Join(dir, "key.pem"), names, until); err != nil {
		return nil, err
	}
	return s, s.reservePorts(t, &s.IMAPPort, &s.IMAPSPort)
}

func (s *Server) reservePorts(t testing.TB, ports ...*int) error {
	for _, port := range ports {
		number, release, err := reservePort(s.Host)
		if err != nil {
			return err
		}
		t.Cleanup(release)
		*port = number
	}
	return nil
}

// launch starts a server for the first time and has it ended at the test's end.
func (s *Server) launch(t testing.TB, kind string) {
	t.Helper()
	if err := s.start(t.Context()); err != nil {
		t.Fatalf("%s: %v", kind, err)
	}
	t.Cleanup(func() {
		s.Kill(t) // an orderly end takes a second
		if t.Failed() {
			t.Logf("end of the log of %s at %s:\n%s", kind, s.IMAPAddr(), s.log.tail(30))
		}
	})
}

// shortTempDir makes a directory that other users may pass through, with a
// name short enough for Unix sockets below it (107 bytes).
func shortTempDir() (string, error) {
	parent := os.TempDir()
	if len(parent) > 60 {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, "ms")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o755)
}

// Base is s.
func (s *Server) Base() *Server { return s }

// IMAPAddr is host:port of the port that begins in clear.
func (s *Server) IMAPAddr() string { return s.addr(s.IMAPPort) }

// IMAPSAddr is host:port of the port that begins with TLS.
func (s *Server) IMAPSAddr() string { return s.addr(s.IMAPSPort) }

func (s *Server) addr(port int) string { return net.JoinHostPort(s.Host, strconv.Itoa(port)) }

// PasswordOf returns the password of a user's account.
func (s *Server) PasswordOf(user string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if password, added := s.passwords[user]; added {
		return password
	}
	return s.Password
}

// Log returns what the server has logged so far, over all its starts.
func (s *Server) Log() string { return s.log.String() }

// Start starts the server again after [Server.Stop] or [Server.Kill], on the
// same ports with the same mail, and waits until it takes logins.
func (s *Server) Start(t testing.TB) {
	t.Helper()
	if err := s.start(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Stop has the server end in order and waits for it.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if err := s.end(func(p *process) error { return p.stop(s.stopsAll) }); err != nil {
		t.Errorf("stopping the server in %s: %v", s.dir, err)
	}
}

// Kill ends every process of the server at once (SIGKILL) and waits for it.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	if err := s.end((*process).kill); err != nil {
		t.Errorf("killing the server in %s: %v", s.dir, err)
	}
	// The kernel may take a moment longer to end the server's children, which hold its ports as well.
	for end := time.Now().Add(readyTimeout); ; {
		conn, err := net.Dial("tcp", s.IMAPAddr())
		if err != nil {
			return
		}
		conn.Close()
		if time.Now().After(end) {
			t.Fatalf("the killed server in %s still takes connections", s.dir)
		}
	}
}

// Restart is Stop and Start.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Stop(t)
	s.Start(t)
}

// Pause freezes every process of the server (SIGSTOP): its connections stay
// open and nothing moves, until [Server.Resume].
func (s *Server) Pause(t testing.TB) {
	t.Helper()
	if err := s.current().pause(); err != nil {
		t.Errorf("pausing the server in %s: %v", s.dir, err)
	}
}

// Resume ends a [Server.Pause].
func (s *Server) Resume(t testing.TB) {
	t.Helper()
	if err := s.current().resume(); err != nil {
		t.Errorf("resuming the server in %s: %v", s.dir, err)
	}
}

func (s *Server) current() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.process
}

func (s *Server) start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		return fmt.Errorf("starting the server in %s: it runs already", s.dir)
	}
	mark := s.log.Len()
	process, err := startProcess(s.dir, s.log, s.command)
	if err != nil {
		return err
	}
	if err := s.ready(ctx, process, mark); err != nil {
		process.kill()
		return fmt.Errorf("starting the server in %s: %w; its log:\n%s", s.dir, err, s.log.tail(20))
	}
	s.process = process
	return nil
}

// ready waits until the server has logged that it listens, if it does, and greets with its
// capabilities, which it does when logins work.
func (s *Server) ready(ctx context.Context, process *process, mark int) error {
	ctx, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	ctx, cancelCause := context.WithCancelCause(ctx)
	defer cancelCause(nil)
	go func() {
		select {
		case <-process.done:
			cancelCause(errEnded)
		case <-ctx.Done():
		}
	}()
	if err := s.log.wait(ctx, mark, s.startsUp); err != nil {
		return err
	}
	for {
		greeting, err := readGreeting(ctx, s.IMAPAddr())
		switch {
		case err == nil && strings.Contains(greeting, "CAPABILITY"):
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		}
		select {
		case <-time.After(10 * time.Millisecond): // nothing else tells that a port is listened on
		case <-ctx.Done():
		}
	}
}

func (s *Server) end(how func(*process) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return nil
	}
	err := how(s.process)
	s.process = nil
	return err
}

// readGreeting returns what a server says at first, up to its capabilities: an
// IMAP greeting has them, unless the server is only starting.
func readGreeting(ctx context.Context, addr string) (string, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { conn.Close() })()
	buffer := make([]byte, 4096)
	n := 0
	for {
		more, err := conn.Read(buffer[n:])
		n += more
		if line := buffer[:n]; bytes.Contains(line, []byte("CAPABILITY")) || err != nil {
			return string(line), err
		}
	}
}
