package imapbox

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-sasl"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
)

// logIn authenticates and learns what the session needs to know of the server.
func (s *session) logIn(ctx context.Context) error {
	silent := fmt.Errorf("%w within %v", errSilent, s.cfg.loginTime())
	limited, cancel := context.WithTimeoutCause(ctx, s.cfg.loginTime(), silent)
	defer cancel()
	defer s.guard.Begin(limited)()

	if err := s.authenticate(); err != nil {
		return err
	}
	return s.learn()
}

// authenticate logs in, unless the server has greeted us as logged in already.
func (s *session) authenticate() error {
	offered := s.client.Caps() // waits for the greeting
	if offered == nil {
		return s.fault("CAPABILITY", "", s.client.WaitGreeting())
	}
	if s.client.State() == imap.ConnStateAuthenticated {
		return nil
	}
	op, err := s.present(offered)
	if err == nil {
		return nil
	}
	e := s.fault(op, "", err)
	if e.ID == mailbox.AuthenticationFailed && strings.Contains(s.cfg.Credentials.Login, `\`) {
		e.Fix += `; a login with a backslash goes to the server as it stands, and some servers want user@domain instead`
	}
	return e
}

// present shows the credentials in the best way that both sides know. The connection must not be used after an error: the
// library may be stuck in the middle of the exchange.
func (s *session) present(offered imap.CapSet) (op string, err error) {
	c := s.cfg.Credentials
	plain := offered.Has(imap.AuthCap("PLAIN"))
	switch {
	case c.Authentication == migration.AuthenticationNtlm:
		e := s.cfg.fault(mailbox.AuthenticationAbsent, "AUTHENTICATE", errors.New("logging in with NTLM is not supported"))
		e.Fix = "use -Authentication Basic"
		return "AUTHENTICATE", e
	case plain:
		return "AUTHENTICATE", s.client.Authenticate(sasl.NewPlainClient(c.AuthorizationID, c.Login, c.Password))
	case c.AuthorizationID != "":
		e := s.cfg.fault(mailbox.AuthenticationAbsent, "AUTHENTICATE", fmt.Errorf("acting for %q needs AUTH=PLAIN, which the server does not offer (it offers %s)",
			c.AuthorizationID, offers(offered)))
		e.Fix = "leave the authorization id out and use a login form such as user*admin, if the server knows one"
		return "AUTHENTICATE", e
	case !offered.Has(imap.CapLoginDisabled):
		return "LOGIN", s.client.Login(c.Login, c.Password).Wait()
	case offered.Has(imap.AuthCap("LOGIN")):
		return "AUTHENTICATE", s.client.Authenticate(sasl.NewLoginClient(c.Login, c.Password))
	}
	e := s.cfg.fault(mailbox.AuthenticationAbsent, "LOGIN", fmt.Errorf("the server takes no password on this connection (it offers %s)", offers(offered)))
	e.Fix = "many servers take passwords only over TLS: use -Security Ssl or Tls"
	return "LOGIN", e
}

// offers lists the ways to log in that a server advertises.
func offers(set imap.CapSet) string {
	names := set.AuthMechanisms()
	if len(names) == 0 {
		return "no other way"
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// learn asks what the server is and how it names folders.
func (s *session) learn() error {
	set := s.client.Caps()
	if set == nil {
		return s.fault("CAPABILITY", "", errors.New("the server tells no capabilities"))
	}
	s.caps = decide(set)
	s.filter.SetLSUB(!s.caps.listExtended)

	// All are sent before the first answer is waited for.
	var answers []func() error
	if s.caps.id {
		cmd := s.client.ID(&imap.IDData{Name: "migsh", OS: runtime.GOOS})
		answers = append(answers, func() error {
			id, err := cmd.Wait()
			if err == nil && id.Name != "" {
				s.info.Software = strings.TrimSpace(id.Name + " " + id.Version)
			}
			return err
		})
	}
	if s.caps.namespace {
		cmd := s.client.Namespace()
		answers = append(answers, func() error {
			ns, err := cmd.Wait()
			if err == nil {
				s.info.Personal, s.info.Others, s.info.Shared = namespaces(ns.Personal), namespaces(ns.Other), namespaces(ns.Shared)
			}
			return err
		})
	}
	for _, answer := range answers {
		if err := answer(); err != nil && !declined(err) {
			return s.fault("ID", "", err)
		}
	}
	s.info.Features, s.info.AppendLimit = s.caps.features(), s.caps.appendLimit
	if len(s.info.Personal) == 0 {
		return s.guessNamespace()
	}
	return nil
}

// declined reports whether the server said NO or BAD, and the session goes on.
func declined(err error) bool {
	_, ok := errors.AsType[*imap.Error](err)
	return ok
}

func namespaces(found []imap.NamespaceDescriptor) []mailbox.Namespace {
	var out []mailbox.Namespace
	for _, ns := range found {
		out = append(out, mailbox.Namespace{Prefix: ns.Prefix, Delimiter: ns.Delim})
	}
	return out
}

// guessNamespace learns the delimiter from the server's list where there is no NAMESPACE.
func (s *session) guessNamespace() error {
	ns := mailbox.Namespace{}
	for _, pattern := range []string{"", "INBOX"} { // an empty pattern asks for the delimiter only
		entries, err := s.client.List("", pattern, nil).Collect()
		if err != nil && !declined(err) {
			return s.fault("LIST", "", err)
		}
		for _, e := range entries {
			if ns.Delimiter == 0 {
				ns.Delimiter = e.Delim
			}
		}
	}
	s.info.Personal = []mailbox.Namespace{ns}
	return nil
}
