// Package connecttest is a world of mail servers in memory for tests of what is built on package connect: each server has logins
// with passwords and a membox mailbox behind each, counts its sessions, and can be sent away.
package connecttest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
)

// A World is all servers there are, by host name. It is a [connect.Connector].
type World struct {
	mu      sync.Mutex
	servers map[string]*Server
}

var _ connect.Connector = (*World)(nil)

// NewWorld makes a world with servers of these names.
func NewWorld(hosts ...string) *World {
	w := &World{servers: map[string]*Server{}}
	for _, h := range hosts {
		w.servers[h] = &Server{host: h, logins: map[string]*login{}, offers: []string{"IMAP4rev1", "STARTTLS", "UIDPLUS"}}
	}
	return w
}

// Server gives the server of that name.
func (w *World) Server(host string) *Server {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.servers[host]
}

// A Server is one mail server.
type Server struct {
	host   string
	mu     sync.Mutex
	logins map[string]*login
	offers []string
	away   error

	open, most, made int
}

type login struct {
	password string
	box      *membox.Mailbox
	fault    error
}

// Add makes a mailbox that opens with a login and password.
func (s *Server) Add(name, password string, box *membox.Mailbox) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins[name] = &login{password: password, box: box}
}

// SetPassword changes a login's password.
func (s *Server) SetPassword(name, password string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins[name].password = password
}

// SetFault makes opening a login's mailbox fail after its password was right; nil makes it work again.
func (s *Server) SetFault(name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logins[name].fault = err
}

// SetAway makes every connection fail; nil brings the server back.
func (s *Server) SetAway(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = err
}

// Offer replaces the capabilities that the server shows.
func (s *Server) Offer(capabilities ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.offers = capabilities
}

// Sessions tells how many sessions are open, how many were at most, and how many were ever made.
func (s *Server) Sessions() (open, most, made int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.open, s.most, s.made
}

// Probe implements connect.Connector.
func (w *World) Probe(ctx context.Context, a connect.Account) (connect.Probe, error) {
	s := w.Server(a.Endpoint.RemoteServer)
	if s == nil {
		return connect.Probe{}, unknown(a)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away != nil {
		return connect.Probe{}, s.away
	}
	p := connect.Probe{Security: a.Endpoint.Security, Software: "membox", Capabilities: slices.Clone(s.offers), LocalAddress: "192.0.2.1"}
	if p.Security == "" {
		var warning string
		if p.Security, warning = migration.ResolveSecurity(a.Endpoint.Port, slices.Contains(s.offers, "STARTTLS")); warning != "" {
			p.Warnings = []string{warning}
		}
	}
	if a.Endpoint.Security == migration.SecurityTls && !slices.Contains(s.offers, "STARTTLS") {
		return p, mailbox.NewError(mailbox.SecurityMismatch, "STARTTLS", nil)
	}
	if a.Login == "" {
		return p, ctx.Err()
	}
	_, err := s.find(a)
	return p, err
}

// Source implements connect.Connector.
func (w *World) Source(a connect.Account) mailbox.OpenSource {
	return func(ctx context.Context) (mailbox.Source, error) {
		l, err := w.enter(ctx, a)
		if err != nil {
			return nil, err
		}
		source, err := l.box.OpenSource(ctx)
		if err != nil {
			w.Server(a.Endpoint.RemoteServer).leave()
			return nil, err
		}
		return &countedSource{source, sync.OnceFunc(w.Server(a.Endpoint.RemoteServer).leave)}, nil
	}
}

// Target implements connect.Connector.
func (w *World) Target(a connect.Account) mailbox.OpenTarget {
	return func(ctx context.Context) (mailbox.Target, error) {
		l, err := w.enter(ctx, a)
		if err != nil {
			return nil, err
		}
		target, err := l.box.OpenTarget(ctx)
		if err != nil {
			w.Server(a.Endpoint.RemoteServer).leave()
			return nil, err
		}
		return &countedTarget{target, sync.OnceFunc(w.Server(a.Endpoint.RemoteServer).leave)}, nil
	}
}

// enter opens a session at a server, which the caller must leave.
func (w *World) enter(ctx context.Context, a connect.Account) (*login, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s := w.Server(a.Endpoint.RemoteServer)
	if s == nil {
		return nil, unknown(a)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.away != nil {
		return nil, s.away
	}
	l, err := s.find(a)
	if err != nil {
		return nil, err
	}
	s.open++
	s.made++
	s.most = max(s.most, s.open)
	return l, nil
}

func (s *Server) leave() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open--
}

// find checks a login. With an authorization id, it is that one's mailbox that opens. It needs the server's lock.
func (s *Server) find(a connect.Account) (*login, error) {
	fail := func(id mailbox.ID, code, text string) error {
		e := mailbox.NewError(id, "LOGIN", nil)
		e.Server, e.Login, e.Code, e.Text = s.host, a.Login, code, text
		return e
	}
	name, admin, master := strings.Cut(a.Login, "*")
	if !master {
		admin = a.Login
	}
	who := s.logins[admin]
	if who == nil || who.password != a.Password.Reveal() {
		return nil, fail(mailbox.AuthenticationFailed, "AUTHENTICATIONFAILED", "Authentication failed.")
	}
	if a.AuthorizationID != "" {
		name = a.AuthorizationID
	}
	l := s.logins[name]
	if l == nil || l.box == nil {
		return nil, fail(mailbox.MailboxMissing, "NONEXISTENT", fmt.Sprintf("No mailbox for %s.", name))
	}
	return l, l.fault
}

func unknown(a connect.Account) error {
	e := mailbox.NewError(mailbox.HostUnknown, "CONNECT", fmt.Errorf("lookup %s: no such host", a.Endpoint.RemoteServer))
	e.Server = a.Endpoint.RemoteServer
	return e
}

type countedSource struct {
	mailbox.Source
	leave func()
}

func (c *countedSource) Close() error {
	defer c.leave()
	return c.Source.Close()
}

type countedTarget struct {
	mailbox.Target
	leave func()
}

func (c *countedTarget) Close() error {
	defer c.leave()
	return c.Target.Close()
}
