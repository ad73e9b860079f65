package migration

import (
	"context"
	"fmt"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// Parameters of other migration types, which Test- and New-MigrationEndpoint share.
const foreignServer = `Autodiscover Compliance EmailAddress ExchangeOutlookAnywhere ExchangeRemoteMove ExchangeServer Gmail PSTImport PublicFolder
	PublicFolderDatabaseServerLegacyDN PublicFolderToUnifiedGroup RpcProxyServer SourceMailboxLegacyDN FilePath MailboxPermission`

type testServer struct {
	base
	Imap                        bool     `param:"" help:"The server speaks IMAP. It is the default."`
	RemoteServer                string   `param:"set=IMAP mandatory" help:"The server's host name or address."`
	Port                        int32    `param:"set=IMAP mandatory" validate:"range=1,65535" help:"The TCP port: 993 with Ssl, 143 with Tls or None."`
	Security                    string   `param:"set=IMAP" validate:"set=None,Ssl,Tls" help:"How the connection is protected: Ssl (TLS from the first byte), Tls (STARTTLS) or None. Left out, port 143 uses STARTTLS where the server offers it, any other port Ssl."`
	Authentication              string   `param:"set=IMAP" validate:"set=Basic,Ntlm" help:"How a login is made: Basic, the default, shows user name and password in the strongest way that the server offers (SCRAM before a plain password); Ntlm is NTLM version 2."`
	AcceptUntrustedCertificates bool     `param:"set=IMAP" help:"Don't check the server's certificate."`
	CertificateFingerprint      []string `param:"set=IMAP" help:"The SHA-256 fingerprint of the certificate that the server must show; then nothing else of it is checked."`
	Endpoint                    any      `param:"set=TestEndpoint mandatory pipeline pipelinebyname pos=0" complete:"endpoint" help:"An endpoint whose settings are tested, instead of naming them."`
	Credentials                 any      `param:"" help:"Log in with these, besides connecting."`
	TestMailbox                 string   `param:"" help:"With the credentials of an administrator: the user whose mailbox is opened. Without -LoginFormat and -AuthorizationId the forms of login that are usual at the server are tried, six at most, and the one that works is told."`
	LoginFormat                 string   `param:"" help:"How the login name is made for -TestMailbox, such as {user}*{admin}."`
	AuthorizationID             string   `param:"" help:"The SASL authorization identity, with the same placeholders."`
}

func (e *environment) testServer() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Test-MigrationServerAvailability", Synopsis: "Tests the connection to a mail server, and a login if credentials are given.",
		DefaultSet: "IMAP", ShouldProcess: true, Impact: cmdlet.ImpactMedium, OutputTypes: []string{typeConnectionTest.Name},
	}, "Partition", foreignServer+" ServiceAccountKeyFileData", func(b base) cmdlet.Cmdlet { return &testServer{base: b} })
}

func (c *testServer) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.TestServerRequest{
		EndpointType: migration.TypeIMAP, RemoteServer: c.RemoteServer, Port: int(c.Port),
		AcceptUntrustedCertificates: c.AcceptUntrustedCertificates, TestMailbox: c.TestMailbox, CertificateFingerprints: c.CertificateFingerprint, LoginFormat: c.LoginFormat, AuthorizationID: c.AuthorizationID,
	}
	target := fmt.Sprintf("%s:%d", c.RemoteServer, c.Port)
	if c.Endpoint != nil {
		r.Endpoint = identityFrom(c.Endpoint)
		target = string(r.Endpoint)
	}
	if ok, err := out.ShouldProcess(target, "Test-MigrationServerAvailability"); err != nil || !ok {
		return err
	}
	var err error
	if r.Security, err = optional(c.Security, migration.ParseSecurity); err != nil {
		return report1(ctx, out, err)
	}
	if r.Authentication, err = optional(c.Authentication, migration.ParseAuthentication); err != nil {
		return report1(ctx, out, err)
	}
	if r.Credentials, err = credentialFrom(c.Credentials); err != nil {
		return report1(ctx, out, err)
	}
	if err := out.Verbose("Connecting to " + target + "."); err != nil {
		return err
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		t, err := svc.TestServer(ctx, r)
		if err != nil {
			return err
		}
		if err := warn(out, t.Warnings); err != nil {
			return err
		}
		return out.Write(object.Instance(typeConnectionTest, &t))
	})
}

// optional parses a text that may have been left out.
func optional[E ~string](text string, parse func(string) (E, error)) (E, error) {
	if text == "" {
		return "", nil
	}
	return parse(text)
}
