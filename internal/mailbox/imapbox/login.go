package imapbox

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/login"
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
	methods, err := login.Methods(s.cfg.Credentials.shown(), s.offer(offered))
	if absent, ok := errors.AsType[*login.Absent](err); ok {
		e := s.cfg.fault(mailbox.AuthenticationAbsent, "AUTHENTICATE", absent)
		e.Fix = absent.Fix
		return e
	}
	s.method = methods[0]
	if plain := slices.IndexFunc(methods, func(m login.Method) bool { return !m.Hashed() }); plain >= 0 {
		s.plainer = true
		if s.cfg.plainly {
			s.method = methods[plain]
		}
	}
	op, err := s.present(s.method)
	if err == nil {
		return nil
	}
	e := s.fault(op, "", err)
	if e.ID == mailbox.AuthenticationFailed && strings.Contains(s.cfg.Credentials.Login, `\`) {
		e.Fix += `; a login with a backslash goes to the server as it stands, and some servers want user@domain instead`
	}
	return e
}

// offer is what the server offers for logging in. LOGIN is there unless it says otherwise (RFC 3501, 6.2.3).
func (s *session) offer(set imap.CapSet) login.Offer {
	return login.Offer{
		Mechanisms: set.AuthMechanisms(), Command: !set.Has(imap.CapLoginDisabled), TLS: s.tls,
		Clear: s.cfg.Security == migration.SecurityNone, Host: s.cfg.host(), Port: s.cfg.Port,
	}
}

// present shows the credentials. The connection must not be used after an error: the library may be stuck in the middle of the exchange.
func (s *session) present(m login.Method) (op string, err error) {
	if m.Client == nil {
		return "LOGIN", s.client.Login(s.cfg.Credentials.Login, s.cfg.Credentials.Password).Wait()
	}
	client, err := m.Client()
	if err == nil {
		err = s.client.Authenticate(client)
	}
	if err == nil && m.Proven != nil {
		if err = m.Proven(); err != nil {
			e := s.cfg.fault(mailbox.SecurityMismatch, "AUTHENTICATE", err)
			e.Fix = "somebody may stand between: check the server's name and certificate"
			return "AUTHENTICATE", e
		}
	}
	return "AUTHENTICATE", err
}

// otherwise is the configuration with which a refused login is worth another try, once: with a fresh token in place of one that was
// used before, or with the password itself, over TLS, because the server may keep it in a form that allows no proof of another kind.
// Otherwise it returns why there is none: err, or that no other token is to be had.
func (s *session) otherwise(ctx context.Context, err error) (Config, error) {
	cfg := s.cfg
	if !mailbox.IsID(err, mailbox.AuthenticationFailed) {
		return cfg, err
	}
	if c := &cfg.Credentials; c.Token != nil {
		token, failed := cfg.token(ctx, c.Password)
		if failed != nil || token == c.Password {
			return cfg, cmp.Or(failed, err)
		}
		c.Password, c.Token = token, nil
		return cfg, nil
	}
	if !cfg.plainly && s.method.Hashed() && s.plainer && s.tls != nil {
		cfg.plainly = true
		return cfg, nil
	}
	return cfg, err
}

// token gets an access token other than the one that was refused, if one was.
func (c Config) token(ctx context.Context, refused string) (string, error) {
	token, err := c.Credentials.Token(ctx, refused)
	if e, ok := errors.AsType[*mailbox.Error](err); ok {
		at := *e
		at.Server, at.Login = c.address(), c.Credentials.Login
		err = &at
	}
	return token, err
}

// withToken fetches the access token where one is needed, before a connection waits for it.
func (c Config) withToken(ctx context.Context) (Config, error) {
	if c.Credentials.Token == nil || c.Credentials.Login == "" || c.Credentials.Password != "" {
		return c, nil
	}
	var err error
	c.Credentials.Password, err = c.token(ctx, "")
	return c, err
}
