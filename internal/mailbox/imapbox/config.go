// Package imapbox reads and fills mailboxes on IMAP servers. It is the only package that knows the IMAP library.
//
// The library (go-imap's client) has no contexts, sets deadlines that a slow but living server breaks, returns a truncated
// literal without an error, leaves out messages without one, and ends the session at anything that it does not know. Therefore
// it speaks through the decorators of package wrap, and every answer is reconciled with what was asked.
package imapbox

import (
	"context"
	"crypto/x509"
	"net"
	"strconv"
	"strings"
	"time"

	"migsh/internal/mailbox/login"
	"migsh/internal/mailbox/wrap"
	"migsh/internal/migration"
)

// Config says how to reach and open one mailbox.
type Config struct {
	// Server is a host name or address; Port 0 means the usual one for Security.
	Server string
	Port   int
	// Security left empty is resolved as migration.ResolveSecurity says.
	Security migration.Security
	// AcceptUntrustedCertificates skips the check of the server's certificate.
	AcceptUntrustedCertificates bool
	// Pins are the SHA-256 digests, in hexadecimal, of the only certificates that the server may show; then nothing else of them is
	// checked. None: any that can be checked.
	Pins []string
	// RootCAs are the authorities to trust; nil means the system's.
	RootCAs *x509.CertPool

	Credentials Credentials

	// SetUpTime bounds each of connecting, greeting and logging in; 0 means 15 seconds for the connection and its greeting, and a
	// minute for logging in.
	SetUpTime time.Duration
	// Idle is how long a command may go without a byte in either direction; 0 means two minutes.
	Idle time.Duration

	// Meter counts this mailbox's bytes; Limit slows them down; Tracer records the conversation. All may be left out.
	Meter  *wrap.Meter
	Limit  wrap.Limit
	Tracer *wrap.Tracer

	// SpoolDir is where the rare message is kept that must be seen whole before it can be passed on; empty means the system's
	// directory for temporary files.
	SpoolDir string
	// HideCapabilities names extensions that are not to be used, although the server offers them.
	HideCapabilities []string
	// Workarounds changes what is done about the server's oddities, see quirks.For.
	Workarounds []string
	// Compress asks the server, once somebody is logged in, to compress what is said in either direction (COMPRESS=DEFLATE, RFC 4978). One
	// that does not is spoken to as it is.
	Compress bool

	plainly bool // the server has refused a proof of the password; the password itself is the next try
}

// Credentials say who logs in. The login is used as it is given; forms such as user*admin are the caller's business.
type Credentials struct {
	Login, Password string
	// AuthorizationID is the mailbox to be opened when Login is an administrator who may act for others (SASL).
	AuthorizationID string
	Authentication  migration.Authentication
	// Token gives an OAuth access token in place of a password, and another one in place of one that the server has refused. What
	// goes wrong is a *mailbox.Error.
	Token func(ctx context.Context, refused string) (string, error)
}

// shown is what is shown to the server.
func (c Credentials) shown() login.Credentials {
	return login.Credentials{Login: c.Login, Password: c.Password, AuthorizationID: c.AuthorizationID, Authentication: c.Authentication}
}

// mailbox is the name of the mailbox that the credentials open, as far as it shows in them.
func (c Credentials) mailbox() string {
	if c.AuthorizationID != "" {
		return c.AuthorizationID
	}
	return c.Login
}

const (
	dialTime  = 15 * time.Second
	loginTime = time.Minute
	idleTime  = 2 * time.Minute
)

// filled returns the configuration with its defaults.
func (c Config) filled() Config {
	if c.Port == 0 {
		c.Port = migration.DefaultPort(c.Security)
	}
	if c.Idle == 0 {
		c.Idle = idleTime
	}
	return c
}

func (c Config) dialTime() time.Duration {
	if c.SetUpTime > 0 {
		return c.SetUpTime
	}
	return dialTime
}

func (c Config) loginTime() time.Duration {
	if c.SetUpTime > 0 {
		return c.SetUpTime
	}
	return loginTime
}

// host is the server's name without the brackets of an IPv6 address.
func (c Config) host() string { return strings.Trim(c.Server, "[]") }

func (c Config) address() string { return net.JoinHostPort(c.host(), strconv.Itoa(c.Port)) }
