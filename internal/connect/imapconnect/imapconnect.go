// Package imapconnect opens and tries mailboxes on IMAP servers: the [connect.Connector] that migsh works with.
package imapconnect

import (
	"context"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/mailbox/imapbox"
	"migsh/internal/mailbox/wrap"
)

// Connector speaks IMAP. The zero value will do.
type Connector struct {
	// SpoolDir takes the rare message that must be seen whole before it is passed on; empty is the system's directory.
	SpoolDir string
	// Tracer records what is said, without secrets and without mail; nil records nothing.
	Tracer *wrap.Tracer
}

var _ connect.Connector = Connector{}

func (c Connector) config(a connect.Account) imapbox.Config {
	return imapbox.Config{
		Server: a.Endpoint.RemoteServer, Port: a.Endpoint.Port, Security: a.Endpoint.Security,
		AcceptUntrustedCertificates: a.Endpoint.AcceptUntrustedCertificates,
		Credentials: imapbox.Credentials{
			Login: a.Login, Password: a.Password.Reveal(), AuthorizationID: a.AuthorizationID, Authentication: a.Endpoint.Authentication,
		},
		SpoolDir: c.SpoolDir, Tracer: c.Tracer,
	}
}

// Probe implements [connect.Connector].
func (c Connector) Probe(ctx context.Context, a connect.Account) (connect.Probe, error) {
	r, err := imapbox.Probe(ctx, c.config(a))
	return connect.Probe{
		Security: r.Security, Software: r.Software, Capabilities: r.Capabilities, LocalAddress: r.LocalAddress, TLSVersion: r.TLSVersion, Warnings: r.Warnings,
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
