package control

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"time"

	"migsh/internal/connect"
	"migsh/internal/mailbox/quirks"
	"migsh/internal/migration"
	"migsh/internal/records"
)

// TestServer implements migration.Service.
func (c *Control) TestServer(ctx context.Context, r migration.TestServerRequest) (migration.ConnectionTest, error) {
	endpoint, keys, err := c.serverToTest(ctx, r)
	if err != nil {
		return migration.ConnectionTest{}, records.Explain(err)
	}
	if r.Credentials != nil && r.TestMailbox != "" && r.LoginFormat == "" && r.AuthorizationID == "" && endpoint.LoginFormat == "" && endpoint.AuthorizationID == "" {
		return c.detect(ctx, endpoint, *r.Credentials, r.TestMailbox)
	}
	account, err := testAccount(endpoint, keys, r)
	if err != nil {
		return migration.ConnectionTest{}, err
	}
	test, _, err := c.probe(ctx, account)
	return test, err
}

// serverToTest finds out which server is meant, and its secrets if they are known.
func (c *Control) serverToTest(ctx context.Context, r migration.TestServerRequest) (migration.Endpoint, connect.Keys, error) {
	if r.Endpoint != "" {
		item, err := c.records.FindEndpoint(ctx, r.Endpoint)
		if err != nil {
			return migration.Endpoint{}, connect.Keys{}, err
		}
		keys, err := c.records.Keys(item.Value)
		return item.Value.Endpoint, keys, err
	}
	e := migration.Endpoint{
		EndpointType: r.EndpointType, RemoteServer: r.RemoteServer, Port: r.Port, Security: r.Security, Authentication: r.Authentication,
		AcceptUntrustedCertificates: r.AcceptUntrustedCertificates, LoginFormat: r.LoginFormat, AuthorizationID: r.AuthorizationID,
		CertificateFingerprints: r.CertificateFingerprints,
	}
	return e, connect.Keys{}, checkServer(&e)
}

// testAccount is who logs in during a test: the given credentials, for the test mailbox if there is one.
func testAccount(e migration.Endpoint, keys connect.Keys, r migration.TestServerRequest) (connect.Account, error) {
	a := connect.Account{Endpoint: e}
	if r.LoginFormat != "" {
		e.LoginFormat = r.LoginFormat
	}
	if r.AuthorizationID != "" {
		e.AuthorizationID = r.AuthorizationID
	}
	if err := migration.CheckLoginFormat(e.LoginFormat); err != nil {
		return a, err
	}
	if r.Credentials != nil {
		e.UserName, keys.Password = r.Credentials.UserName, r.Credentials.Password
		e.OAuth = nil // what is given is tried
		a.Endpoint = e
	}
	if r.TestMailbox == "" {
		if r.Credentials != nil {
			a.Login, a.Password = r.Credentials.UserName, r.Credentials.Password
		}
		return a, nil
	}
	row := connect.Row{EmailAddress: r.TestMailbox}
	a, ok := connect.TargetAccount(e, keys, row)
	if !ok {
		return a, migration.NewError(migration.ErrInvalidValue, r.TestMailbox,
			fmt.Sprintf("There is no administrator who could open the mailbox of '%s'.", r.TestMailbox),
			"Give -Credentials together with -LoginFormat or -AuthorizationId, or name an endpoint that has them.")
	}
	return a, nil
}

// probe tries a server. The account's endpoint comes back with its security resolved. The error is ctx's only: what is wrong with the
// server is in the result.
func (c *Control) probe(ctx context.Context, a connect.Account) (migration.ConnectionTest, migration.Endpoint, error) {
	test, endpoint, _, err := c.look(ctx, a)
	return test, endpoint, err
}

// look is probe, which also gives what the server showed.
func (c *Control) look(ctx context.Context, a connect.Account) (migration.ConnectionTest, migration.Endpoint, connect.Probe, error) {
	begun := time.Now()
	limited, cancel := context.WithTimeout(ctx, connect.Timeout)
	defer cancel()
	p, err := c.connector.Probe(limited, a)
	if ctx.Err() != nil {
		return migration.ConnectionTest{}, a.Endpoint, p, context.Cause(ctx)
	}
	e := a.Endpoint
	if p.Security != "" {
		e.Security = p.Security
	}
	test := migration.ConnectionTest{
		Result:             migration.TestSuccess,
		ConnectionSettings: e.ConnectionSettings(),
		RemoteServer:       e.RemoteServer,
		Port:               e.Port,
		Security:           e.Security,
		Authentication:     e.Authentication,
		Software:           p.Software,
		Capabilities:       p.Capabilities,
		LocalAddress:       p.LocalAddress,
		TLSVersion:         p.TLSVersion,

		CertificateFingerprint: p.Fingerprint,
		Elapsed:                time.Since(begun),
		Warnings:               p.Warnings,
		Login:                  a.Login,
		Mechanism:              p.Method,
		ServerType:             p.Kind,
	}
	for _, w := range p.Workarounds {
		test.Workarounds = append(test.Workarounds, migration.Workaround{Name: string(w.Name), About: w.About, Source: w.Source})
	}
	if byAddress(e) {
		test.Warnings = append(test.Warnings, fmt.Sprintf("%s is an address, and certificates are issued for names: give the server's full name if it has one.", e.RemoteServer))
	}
	if err != nil {
		fault := connect.TestFailure(err, a)
		test.Result = migration.TestFailed
		test.Message, test.ErrorDetail, test.Fault = fault.Message, fault.Detail, fault
	} else if len(test.Warnings) > 0 {
		test.Message = test.Warnings[0]
	}
	return test, e, p, nil
}

// byAddress tells whether a server whose certificate counts is named by its address.
func byAddress(e migration.Endpoint) bool {
	_, err := netip.ParseAddr(strings.Trim(e.RemoteServer, "[]"))
	return err == nil && e.Security != migration.SecurityNone && e.Security != ""
}

// checkServer checks what was said about a server and fills in what was not; Security may stay empty, to be resolved by a probe.
func checkServer(e *migration.Endpoint) error {
	if e.EndpointType == "" || e.EndpointType == migration.TypeNone {
		e.EndpointType = migration.TypeIMAP
	}
	if e.EndpointType != migration.TypeIMAP {
		return migration.NewError(migration.ErrTypeUnsupported, string(e.EndpointType),
			fmt.Sprintf("Migrations of type %s are not supported; migsh moves mailboxes between IMAP servers.", e.EndpointType), "Use -IMAP.")
	}
	if e.Authentication == "" {
		e.Authentication = migration.AuthenticationBasic
	}
	if e.Authentication == migration.AuthenticationOAuth && e.OAuth == nil {
		return migration.NewError(migration.ErrInvalidValue, string(e.Authentication),
			"OAuth authentication needs a service that gives out tokens.", "Make an endpoint with -ClientId and -ClientSecret, -RefreshToken, -DeviceCode or -ServiceAccountKeyFileData.")
	}
	for i, text := range e.CertificateFingerprints {
		plain, err := migration.Fingerprint(text)
		if err != nil {
			return err
		}
		if i == 0 {
			e.CertificateFingerprints = slices.Clone(e.CertificateFingerprints)
		}
		e.CertificateFingerprints[i] = plain
	}
	if len(e.CertificateFingerprints) > 0 && e.Security == migration.SecurityNone {
		return migration.NewError(migration.ErrInvalidValue, "CertificateFingerprint", "A connection without TLS shows no certificate that could be pinned.", "Use -Security Ssl or Tls.")
	}
	if _, err := quirks.For(nil, e.Workarounds); err != nil {
		return migration.NewError(migration.ErrInvalidValue, strings.Join(e.Workarounds, ","), "The workarounds can't be set: "+err.Error()+".",
			"A name switches a workaround on, with - before it off.")
	}
	if e.Port == 0 {
		e.Port = migration.DefaultPort(e.Security)
	}
	if e.Port < 1 || e.Port > 65535 {
		return migration.NewError(migration.ErrInvalidValue, fmt.Sprint(e.Port), fmt.Sprintf("%d is not a port.", e.Port), "Give a port from 1 to 65535; IMAP's are 993 and 143.")
	}
	return checkHost(e.RemoteServer)
}
