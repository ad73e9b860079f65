// Package imapconnect opens and tries mailboxes on IMAP servers: the [connect.Connector] that migsh works with.
package imapconnect

import (
	"context"
	"errors"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/mailbox/imapbox"
	"migsh/internal/mailbox/wrap"
	"migsh/internal/oauth"
)

// Connector speaks IMAP. The zero value will do where no tokens are needed.
type Connector struct {
	// SpoolDir takes the rare message that must be seen whole before it is passed on; empty is the system's directory.
	SpoolDir string
	// Tracer records what is said, without secrets and without mail; nil records nothing.
	Tracer *wrap.Tracer
	// Tokens are those that mailboxes are opened with.
	Tokens *oauth.Tokens
}

var _ connect.Connector = Connector{}

func (c Connector) config(a connect.Account) imapbox.Config {
	cfg := imapbox.Config{
		Server: a.Endpoint.RemoteServer, Port: a.Endpoint.Port, Security: a.Endpoint.Security,
		AcceptUntrustedCertificates: a.Endpoint.AcceptUntrustedCertificates, Pins: a.Endpoint.CertificateFingerprints,
		Credentials: imapbox.Credentials{
			Login: a.Login, Password: a.Password.Reveal(), AuthorizationID: a.AuthorizationID, Authentication: a.Endpoint.Authentication,
		},
		SpoolDir: c.SpoolDir, Tracer: c.Tracer, Workarounds: a.Endpoint.Workarounds, Compress: a.Endpoint.Compress,
	}
	if a.ByToken() {
		cfg.Credentials.Token = func(ctx context.Context, refused string) (string, error) { return c.token(ctx, a, refused) }
	}
	return cfg
}

// token gets an access token for an account. What goes wrong is put as an error of logging in.
func (c Connector) token(ctx context.Context, a connect.Account, refused string) (string, error) {
	user := a.Login
	if a.AuthorizationID != "" {
		user = a.AuthorizationID
	}
	token, err := c.Tokens.Token(ctx, a.Endpoint.Name, oauth.Grant{OAuth: *a.Endpoint.OAuth, OAuthSecrets: a.OAuth}, user, refused)
	asked, ok := errors.AsType[*oauth.Error](err)
	if !ok {
		return token, err
	}
	id := mailbox.AuthenticationFailed
	if asked.Later {
		id = mailbox.Unavailable
	}
	e := mailbox.NewError(id, "ask for an access token", nil)
	e.Code, e.Text, e.Fix, e.RetryAfter = asked.Code, "the token service "+asked.Service+": "+asked.Text, asked.Remedy(), asked.RetryAfter
	return "", e
}

// Probe implements [connect.Connector].
func (c Connector) Probe(ctx context.Context, a connect.Account) (connect.Probe, error) {
	r, err := imapbox.Probe(ctx, c.config(a))
	return connect.Probe{
		Security: r.Security, Software: r.Software, Capabilities: r.Capabilities, LocalAddress: r.LocalAddress, TLSVersion: r.TLSVersion, Fingerprint: r.Fingerprint, Warnings: r.Warnings,
		Kind: r.Kind, Workarounds: r.Workarounds, Method: r.Method, Inbox: r.Inbox, NoInbox: r.NoInbox,
	}, err
}

// Source implements [connect.Connector].
func (c Connector) Source(a connect.Account) mailbox.OpenSource {
	return func(ctx context.Context) (mailbox.Source, error) { return imapbox.OpenSource(ctx, c.config(a)) }
}

// Target implements [connect.Connector].
func (c Connector) Target(a connect.Account) mailbox.OpenTarget {
	return func(ctx context.Context) (mailbox.Target, error) { return imapbox.OpenTarget(ctx, c.config(a)) }
}
