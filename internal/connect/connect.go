// Package connect says how the mailboxes of a row are reached: which login opens them at which endpoint, and what a server shows of
// itself when it is tried. How the words are spoken is up to the [Connector], which the program wires in.
package connect

import (
	"context"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/quirks"
	"migsh/internal/migration"
)

// Timeout is how long a server may take to answer a connection test.
const Timeout = 15 * time.Second

// Account is a login at an endpoint.
type Account struct {
	Endpoint migration.Endpoint
	// Login and Password open the mailbox; an empty login means that nobody logs in.
	Login    string
	Password migration.Secret
	// AuthorizationID is the SASL authorization identity: whose mailbox the login opens. Empty: its own.
	AuthorizationID string
	// OAuth is what access tokens are asked for with, in place of Password, where Endpoint.OAuth is set and the row has no password.
	OAuth migration.OAuthSecrets
}

// ByToken tells whether the account opens its mailbox with an access token.
func (a Account) ByToken() bool { return a.Endpoint.OAuth != nil && a.Password == "" }

// Usable tells whether there is something to log in with.
func (a Account) Usable() bool { return a.Login != "" && (a.Password != "" || a.ByToken()) }

// Keys are the secrets of an endpoint.
type Keys struct {
	Password migration.Secret // of its administrator
	OAuth    migration.OAuthSecrets
}

// Connector opens mailboxes and tries servers. It is safe for concurrent use.
type Connector interface {
	// Probe connects to the endpoint, negotiates security, and logs in if the account has a login. Endpoint.Security may be empty:
	// then port 143 takes STARTTLS where it is offered and goes on without where not, and any other port is Ssl. What goes wrong is
	// a *mailbox.Error; what was learnt until then is in Probe all the same.
	Probe(ctx context.Context, a Account) (Probe, error)
	// Source prepares the reading of an account's mailbox; the connection is made when the result is called.
	Source(a Account) mailbox.OpenSource
	// Target prepares the filling of an account's mailbox.
	Target(a Account) mailbox.OpenTarget
}

// Probe is what a server shows of itself.
type Probe struct {
	Security     migration.Security // as resolved
	Software     string
	Capabilities []string
	LocalAddress string
	TLSVersion   string
	Fingerprint  string // of the server's certificate: SHA-256
	Warnings     []string
	// Kind of server, empty if it is none that is known, and what is done about its oddities.
	Kind        string
	Workarounds []quirks.Workaround
	// Method is how the login was made. Inbox tells the mailbox that it opened from others, if anything does.
	Method, Inbox string
	// NoInbox: the login was taken and there is no mailbox behind it.
	NoInbox bool
}

// Row is what the row of a user says about logging in.
type Row struct {
	EmailAddress   string
	UserName       string
	Password       migration.Secret
	TargetUserName string
	TargetPassword migration.Secret
}

// SourceUser is whose mailbox is read.
func (r Row) SourceUser() string {
	if r.UserName != "" {
		return r.UserName
	}
	return r.EmailAddress
}

// TargetUser is whose mailbox is filled.
func (r Row) TargetUser() string {
	if r.TargetUserName != "" {
		return r.TargetUserName
	}
	return r.EmailAddress
}

// SourceAccount is how the row's mailbox is opened at the source: with the row's own login exactly as it stands there, or by the
// endpoint's administrator or token when the row has no password. It is false when there is neither.
func SourceAccount(e migration.Endpoint, keys Keys, r Row) (Account, bool) {
	if r.Password != "" {
		return Account{Endpoint: ownLogin(e), Login: r.SourceUser(), Password: r.Password}, r.UserName != ""
	}
	return byAdministrator(e, keys, r.SourceUser())
}

// TargetAccount is how the row's mailbox is opened at the target: with the row's TargetPassword if it has one, else by the endpoint's
// administrator. It is false when there is neither.
func TargetAccount(e migration.Endpoint, keys Keys, r Row) (Account, bool) {
	if r.TargetPassword != "" {
		return Account{Endpoint: ownLogin(e), Login: r.TargetUser(), Password: r.TargetPassword}, true
	}
	return byAdministrator(e, keys, r.TargetUser())
}

// ownLogin is the endpoint as a row with a password of its own uses it.
func ownLogin(e migration.Endpoint) migration.Endpoint {
	if e.OAuth != nil {
		e.OAuth, e.Authentication = nil, migration.AuthenticationBasic
	}
	return e
}

// byAdministrator is the administrator's login to a user's mailbox, or that of an access token. An administrator who opens no mailbox but
// his own is none: everybody's mail would end there.
func byAdministrator(e migration.Endpoint, keys Keys, user string) (Account, bool) {
	a := Account{Endpoint: e, Login: e.UserName, Password: keys.Password, OAuth: keys.OAuth}
	if e.OAuth != nil {
		a.Login, a.Password = user, ""
	}
	if e.LoginFormat != "" {
		a.Login = migration.Login(e.LoginFormat, user, e.UserName)
	}
	if e.AuthorizationID != "" {
		a.AuthorizationID = migration.Login(e.AuthorizationID, user, e.UserName)
	}
	return a, e.OAuth != nil || e.UserName != "" && (e.LoginFormat != "" || e.AuthorizationID != "")
}

// Pair names the two mailboxes of a row.
func Pair(source, target migration.Endpoint, r Row, userRoot string) migration.Pair {
	return migration.Pair{
		SourceServer:  source.Server(),
		SourceLogin:   r.SourceUser(),
		UserRoot:      userRoot,
		TargetServer:  target.Server(),
		TargetMailbox: r.TargetUser(),
	}
}
