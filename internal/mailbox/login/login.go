// Package login chooses how to log in to a mail server, and speaks the SASL mechanisms. It knows no protocol: who uses it carries the
// messages back and forth.
package login

import (
	"cmp"
	"crypto/tls"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-sasl"
	"github.com/xdg-go/scram"

	"migsh/internal/migration"
)

// Credentials say who logs in.
type Credentials struct {
	Login string
	// Password is a password, or with [migration.AuthenticationOAuth] an access token.
	Password string
	// AuthorizationID is the mailbox to be opened when Login may act for others; empty is Login's own.
	AuthorizationID string
	Authentication  migration.Authentication
}

// user is whose mailbox is opened.
func (c Credentials) user() string { return cmp.Or(c.AuthorizationID, c.Login) }

// Offer is what a server offers on a connection.
type Offer struct {
	Mechanisms []string // of SASL, as it lists them
	Command    bool     // the protocol's own command takes a name and a password
	// TLS is nil on a plain connection.
	TLS *tls.ConnectionState
	// Clear permits passwords and tokens to be sent over a plain connection: somebody has decided so.
	Clear bool
	// Host and Port are told to OAUTHBEARER.
	Host string
	Port int
}

// A Method is a way to log in that both sides know.
type Method struct {
	// Name is the mechanism's, or [Command].
	Name string
	// Client begins an exchange. It is nil for [Command].
	Client func() (sasl.Client, error)
	// Proven tells, after the server's OK, why it may not be the server that it seems to be; nil if the mechanism proves nothing.
	Proven func() error
}

// Command is the name of the method that is the protocol's own command, such as IMAP's LOGIN.
const Command = "LOGIN command"

// Hashed tells whether the method shows the server a proof in place of the password. A server may keep a password in a form that
// allows no such proof, and refuses it then although it is right.
func (m Method) Hashed() bool { return strings.HasPrefix(m.Name, "SCRAM-") || m.Name == cramMD5 }

// An Absent error says why there is no way to log in, and what to do.
type Absent struct{ Text, Fix string }

// Error tells why.
func (e *Absent) Error() string { return e.Text }

// A mechanism is a way to log in that we know.
type mechanism struct {
	name  string
	clear bool // shows the server, and whoever listens, the password itself
	acts  bool // can open somebody else's mailbox
	of    migration.Authentication
	hash  scram.HashGeneratorFcn // of SCRAM
	begin func(c Credentials, o Offer) (Method, error)
}

// mechanisms are those that we know, the strongest first. CRAM-MD5 comes last: a server must keep passwords in clear for it, and
// many that offer it refuse every one.
var mechanisms = []mechanism{
	{name: "SCRAM-SHA-512-PLUS", acts: true, of: migration.AuthenticationBasic, hash: scram.SHA512},
	{name: "SCRAM-SHA-256-PLUS", acts: true, of: migration.AuthenticationBasic, hash: scram.SHA256},
	{name: "SCRAM-SHA-1-PLUS", acts: true, of: migration.AuthenticationBasic, hash: scram.SHA1},
	{name: "SCRAM-SHA-512", acts: true, of: migration.AuthenticationBasic, hash: scram.SHA512},
	{name: "SCRAM-SHA-256", acts: true, of: migration.AuthenticationBasic, hash: scram.SHA256},
	{name: "SCRAM-SHA-1", acts: true, of: migration.AuthenticationBasic, hash: scram.SHA1},
	{name: sasl.Plain, acts: true, clear: true, of: migration.AuthenticationBasic, begin: plain},
	{name: Command, clear: true, of: migration.AuthenticationBasic, begin: command},
	{name: sasl.Login, clear: true, of: migration.AuthenticationBasic, begin: loginMechanism},
	{name: cramMD5, of: migration.AuthenticationBasic, begin: beginCRAM},
	{name: ntlm, of: migration.AuthenticationNtlm, begin: beginNTLM},
	{name: sasl.OAuthBearer, acts: true, clear: true, of: migration.AuthenticationOAuth, begin: oauthBearer},
	{name: xoauth2, acts: true, clear: true, of: migration.AuthenticationOAuth, begin: beginXOAuth2},
}

// Methods lists the ways in which the credentials can be shown to the server, the strongest first. There is at least one, or an
// [*Absent] error.
func Methods(c Credentials, o Offer) ([]Method, error) {
	if c.Authentication == "" {
		c.Authentication = migration.AuthenticationBasic
	}
	offered := make([]string, len(o.Mechanisms))
	for i, name := range o.Mechanisms {
		offered[i] = strings.ToUpper(name)
	}
	var found []Method
	var naked, alone bool // there would be a way, were it not in clear, or were nobody to act for another
	var broken error
	for _, m := range mechanisms {
		here := slices.Contains(offered, m.name)
		if m.name == Command {
			here = o.Command
		}
		switch {
		case !here, m.of != c.Authentication, strings.HasSuffix(m.name, plus) && (o.TLS == nil || len(o.TLS.TLSUnique) == 0):
		case c.AuthorizationID != "" && !m.acts:
			alone = true
		case m.clear && o.TLS == nil && !o.Clear:
			naked = true
		default:
			method, err := m.method(c, o)
			if err != nil {
				broken = cmp.Or(broken, err)
				continue
			}
			found = append(found, method)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	return nil, absent(c, o, naked, alone, broken)
}

func (m mechanism) method(c Credentials, o Offer) (method Method, err error) {
	if m.hash != nil {
		method, err = scramMethod(m.name, m.hash, c, o)
	} else {
		method, err = m.begin(c, o)
	}
	method.Name = m.name
	return method, err
}

// absent says why nothing is left.
func absent(c Credentials, o Offer, naked, alone bool, broken error) error {
	list := "no other way"
	if len(o.Mechanisms) > 0 {
		list = strings.Join(slices.Sorted(slices.Values(o.Mechanisms)), ", ")
	}
	switch {
	case broken != nil:
		return &Absent{fmt.Sprintf("the credentials can't be used: %v", broken), "give a user name and password that the server can know"}
	case naked:
		return &Absent{"the server takes the password only in clear, and the connection is not protected",
			"use -Security Ssl or Tls; -Security None says that passwords may go over the network unprotected"}
	case alone:
		return &Absent{fmt.Sprintf("acting for %q needs AUTH=PLAIN, which the server does not offer (it offers %s)", c.AuthorizationID, list),
			"leave the authorization id out and use a login form such as user*admin, if the server knows one"}
	case c.Authentication == migration.AuthenticationNtlm:
		return &Absent{fmt.Sprintf("the server does not offer NTLM (it offers %s)", list), "use -Authentication Basic"}
	case c.Authentication == migration.AuthenticationOAuth:
		return &Absent{fmt.Sprintf("the server takes no OAuth token on this connection: neither OAUTHBEARER nor XOAUTH2 is offered (it offers %s)", list),
			"use a password, if the server takes one; some servers offer OAuth only over TLS or after it was switched on"}
	case slices.Contains(o.Mechanisms, sasl.OAuthBearer), slices.Contains(o.Mechanisms, xoauth2):
		return &Absent{fmt.Sprintf("the server takes no password on this connection (it offers %s)", list),
			"the server wants an OAuth token: see the parameter -ClientId of New-MigrationEndpoint"}
	}
	return &Absent{fmt.Sprintf("the server takes no password on this connection (it offers %s)", list),
		"many servers take passwords only over TLS: use -Security Ssl or Tls"}
}

func command(Credentials, Offer) (Method, error) { return Method{}, nil }

func plain(c Credentials, _ Offer) (Method, error) {
	return always(sasl.NewPlainClient(c.AuthorizationID, c.Login, c.Password)), nil
}

func loginMechanism(c Credentials, _ Offer) (Method, error) {
	return Method{Client: func() (sasl.Client, error) { return sasl.NewLoginClient(c.Login, c.Password), nil }}, nil
}

// always is a method whose client keeps no state.
func always(c sasl.Client) Method {
	return Method{Client: func() (sasl.Client, error) { return c, nil }}
}
