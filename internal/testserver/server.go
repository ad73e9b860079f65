// Package testserver starts private, real mail servers for tests: each on
// loopback ports of its own, in a temporary directory, without touching the
// system's configuration, as root or as an ordinary user. It also holds what a
// test needs around them: a [Proxy] that counts and disturbs connections, and
// [Server.Fill] and [Server.Snapshot], which write and read whole mailboxes
// through an IMAP client of this package's own, so that it can judge the
// product's.
//
// A [Dovecot] is a [Server] with what only Dovecot has. Further kinds of server
// embed Server likewise.
package testserver

import (
	"bytes"
	"context"
	"fmt"
	"net"
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

	// Admin and AdminPassword open any account: log in as "user*admin", or with
	// SASL PLAIN as Admin with the user as authorization identity.
	Admin, AdminPassword string

	dir     string
	log     *logbook
	command []string // starts the server in the foreground

	mu        sync.Mutex
	process   *process
	passwords map[string]string // of added accounts
}

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
	if err := s.end((*process).stop); err != nil {
		t.Errorf("stopping the server in %s: %v", s.dir, err)
	}
}

// Kill ends every process of the server at once (SIGKILL) and waits for it.
func (s *Server) Kill(t testing.TB) {
	t.Helper()
	if err := s.end((*process).kill); err != nil {
		t.Errorf("killing the server in %s: %v", s.dir, err)
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

// ready waits until the server has logged that it listens and greets with its
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
	if err := s.log.wait(ctx, mark, "starting up"); err != nil {
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
