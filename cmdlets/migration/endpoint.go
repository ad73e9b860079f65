package migration

import (
	"cmp"
	"context"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// endpointSettings are the parameters that New- and Set-MigrationEndpoint share.
type endpointSettings struct {
	Port                          *int32   `param:"" validate:"range=1,65535" help:"The TCP port. Left out: 993, or 143 where -Security is Tls or None."`
	Security                      string   `param:"" validate:"set=None,Ssl,Tls" help:"How connections are protected: Ssl (TLS from the first byte), Tls (STARTTLS) or None. What is left out is decided once, when the endpoint is made, and never weakened later."`
	Authentication                string   `param:"" validate:"set=Basic,Ntlm,OAuth" help:"How a login is made: Basic, the default, shows user name and password in the strongest way that the server offers (SCRAM before a plain password); Ntlm is NTLM version 2; OAuth, which follows from -ApplicationId and its like, shows an access token."`
	MaxConcurrentMigrations       any      `param:"" help:"How many mailboxes are copied at once, and how many connections the server is asked for: a number or Unlimited."`
	MaxConcurrentIncrementalSyncs any      `param:"" help:"How many mailboxes are synchronized at once after their first copy; not more than -MaxConcurrentMigrations."`
	Credentials                   any      `param:"" help:"An administrator's account that may open every mailbox. Kept sealed."`
	LoginFormat                   string   `param:"" help:"How the login name is made out of {user} {local} {domain} {admin}, such as {user}*{admin} for Dovecot."`
	AuthorizationID               string   `param:"" help:"The SASL authorization identity, with the same placeholders: the mailbox that the administrator acts for."`
	DailyByteLimit                any      `param:"" help:"How many bytes of messages all mailboxes together may send through the endpoint in a day, such as 50GB; Unlimited is the default. Days begin at midnight, UTC. What is left goes on by itself the next day."`
	DailyByteLimitPerMailbox      any      `param:"" help:"The same for each mailbox: servers that lock who takes too much tell how much that is."`
	SkipVerification              bool     `param:"" help:"Don't test the connection first."`
	Workarounds                   []string `param:"" help:"Changes what is done about the server's oddities, which Test-MigrationServerAvailability shows: a name switches a workaround on, with - before it off."`
	CertificateFingerprint        []string `param:"" help:"The SHA-256 fingerprint of the certificate that the server must show, as Test-MigrationServerAvailability tells it; several while a new one is on its way. Then nothing else of the certificate is checked, so that one that nobody has signed is safe too."`
	oauthSettings
}

// dailyLimits hands over the limits that were given, nil for one that was not.
func (s *endpointSettings) dailyLimits(use func(all, each *migration.ByteSize)) error {
	var limits [2]*migration.ByteSize
	for i, v := range []any{s.DailyByteLimit, s.DailyByteLimitPerMailbox} {
		if v == nil {
			continue
		}
		n, err := migration.ParseByteSize(object.ToString(v))
		if err != nil {
			return err
		}
		limits[i] = &n
	}
	use(limits[0], limits[1])
	return nil
}

type newEndpoint struct {
	base
	Name                        string `param:"mandatory pos=0" validate:"notnullorempty" help:"The endpoint's name."`
	IMAP                        bool   `param:"" help:"The server speaks IMAP. It is the default."`
	RemoteServer                string `param:"mandatory" validate:"notnullorempty" help:"The server's host name or address."`
	AcceptUntrustedCertificates bool   `param:"" help:"Don't check the server's certificate."`
	Compress                    bool   `param:"" help:"Ask the server to compress what goes over the line in either direction (COMPRESS=DEFLATE). It helps where the line is slower than the processors."`
	endpointSettings
}

func (e *environment) newEndpoint() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "New-MigrationEndpoint", Synopsis: "Keeps the settings of a mail server under a name, for batches to copy from or to.",
		ShouldProcess: true, OutputTypes: []string{typeEndpoint.Name},
	}, "DomainController Partition", foreignServer+" AppSecretKeyVaultUrl NspiServer OAuthCode RedirectUri TestMailbox", func(b base) cmdlet.Cmdlet { return &newEndpoint{base: b} })
}

func (c *newEndpoint) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if ok, err := out.ShouldProcess(c.Name, "New-MigrationEndpoint"); err != nil || !ok {
		return err
	}
	r := migration.NewEndpointRequest{
		Name: c.Name, EndpointType: migration.TypeIMAP, RemoteServer: c.RemoteServer,
		LoginFormat: c.LoginFormat, AuthorizationID: c.AuthorizationID, SkipVerification: c.SkipVerification, Workarounds: c.Workarounds, CertificateFingerprints: c.CertificateFingerprint,
		AcceptUntrustedCertificates: c.AcceptUntrustedCertificates, Compress: c.Compress,
	}
	if c.Port != nil {
		r.Port = int(*c.Port)
	}
	var err error
	if r.Security, err = optional(c.Security, migration.ParseSecurity); err != nil {
		return report1(ctx, out, err)
	}
	if r.Authentication, err = optional(c.Authentication, migration.ParseAuthentication); err != nil {
		return report1(ctx, out, err)
	}
	if r.MaxConcurrentMigrations, err = limitFrom(c.MaxConcurrentMigrations); err != nil {
		return report1(ctx, out, err)
	}
	if r.MaxConcurrentIncrementalSyncs, err = limitFrom(c.MaxConcurrentIncrementalSyncs); err != nil {
		return report1(ctx, out, err)
	}
	if r.Credentials, err = credentialFrom(c.Credentials); err != nil {
		return report1(ctx, out, err)
	}
	if r.OAuth, err = c.request(ctx, out, &c.base, migration.SignInRequest{RemoteServer: c.RemoteServer}); err != nil {
		return report1(ctx, out, err)
	}
	if err := c.dailyLimits(func(all, each *migration.ByteSize) {
		r.DailyByteLimit, r.DailyByteLimitPerMailbox = *cmp.Or(all, new(migration.ByteSize)), *cmp.Or(each, new(migration.ByteSize))
	}); err != nil {
		return report1(ctx, out, err)
	}
	if !c.SkipVerification {
		if err := out.Verbose("Testing the connection to " + c.RemoteServer + "."); err != nil {
			return err
		}
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		made, err := svc.NewEndpoint(ctx, r)
		if err != nil {
			return err
		}
		if err := warn(out, made.Warnings); err != nil {
			return err
		}
		return out.Write(endpointObject(made.Endpoint))
	})
}

type getEndpoint struct {
	base
	Identity           any    `param:"pos=0 pipeline pipelinebyname" complete:"endpoint" help:"The endpoint's name or GUID. Left out, all are listed."`
	Type               string `param:"" validate:"set=None,IMAP,ExchangeOutlookAnywhere,BulkProvisioning,ExchangeRemoteMove,ExchangeLocalMove,PublicFolder,Gmail" help:"Only endpoints of this type."`
	ConnectionSettings any    `param:"" help:"Only endpoints whose ConnectionSettings text is equal to this."`
}

func (e *environment) getEndpoint() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-MigrationEndpoint", Synopsis: "Shows migration endpoints.", OutputTypes: []string{typeEndpoint.Name},
	}, "Diagnostic DiagnosticArgument DiagnosticInfo DomainController Partition", "", func(b base) cmdlet.Cmdlet { return &getEndpoint{base: b} })
}

func (c *getEndpoint) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	q := migration.EndpointQuery{}
	if c.Identity != nil {
		q.Identity = identityFrom(c.Identity)
	}
	var err error
	if q.EndpointType, err = optional(c.Type, migration.ParseEndpointType); err != nil {
		return report1(ctx, out, err)
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		for ep, err := range svc.Endpoints(ctx, q) {
			if err != nil {
				return err
			}
			if c.ConnectionSettings != nil && ep.ConnectionSettings() != textOf(c.ConnectionSettings) {
				continue
			}
			if err := warnOfDamage(out, ep.Damage); err != nil {
				return err
			}
			if err := out.Write(endpointObject(ep)); err != nil {
				return err
			}
		}
		return nil
	})
}

// warnOfDamage tells what is wrong with a record, if anything is.
func warnOfDamage(out cmdlet.Out, damage string) error {
	if damage == "" {
		return nil
	}
	return out.Warning(damage)
}

type setEndpoint struct {
	base
	Identity                    any     `param:"mandatory pos=0 pipeline pipelinebyname" complete:"endpoint" help:"The endpoint's name or GUID."`
	RemoteServer                *string `param:"" validate:"notnullorempty" help:"The server's host name or address."`
	AcceptUntrustedCertificates *bool   `param:"" help:"$true doesn't check the server's certificate, $false does."`
	Compress                    *bool   `param:"" help:"$true asks the server to compress what goes over the line in either direction (COMPRESS=DEFLATE), $false does not."`
	endpointSettings
}

func (e *environment) setEndpoint() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Set-MigrationEndpoint", Synopsis: "Changes a migration endpoint; running batches follow.", ShouldProcess: true,
	}, "DomainController Partition", "AppSecretKeyVaultUrl ExchangeServer MailboxPermission NspiServer PublicFolderDatabaseServerLegacyDN RpcProxyServer SourceMailboxLegacyDN TestMailbox",
		func(b base) cmdlet.Cmdlet { return &setEndpoint{base: b} })
}

func (c *setEndpoint) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.SetEndpointRequest{Identity: identityFrom(c.Identity), RemoteServer: c.RemoteServer,
		AcceptUntrustedCertificates: c.AcceptUntrustedCertificates, Compress: c.Compress, SkipVerification: c.SkipVerification}
	if ok, err := out.ShouldProcess(string(r.Identity), "Set-MigrationEndpoint"); err != nil || !ok {
		return err
	}
	if c.Port != nil {
		port := int(*c.Port)
		r.Port = &port
	}
	if out.Bound("CertificateFingerprint") {
		r.CertificateFingerprints = &c.CertificateFingerprint
	}
	if out.Bound("Workarounds") {
		r.Workarounds = &c.Workarounds
	}
	if out.Bound("LoginFormat") {
		r.LoginFormat = &c.LoginFormat
	}
	if out.Bound("AuthorizationID") {
		r.AuthorizationID = &c.AuthorizationID
	}
	if c.Security != "" {
		s, err := migration.ParseSecurity(c.Security)
		if err != nil {
			return report1(ctx, out, err)
		}
		r.Security = &s
	}
	if c.Authentication != "" {
		a, err := migration.ParseAuthentication(c.Authentication)
		if err != nil {
			return report1(ctx, out, err)
		}
		r.Authentication = &a
	}
	var err error
	if r.MaxConcurrentMigrations, err = limitFrom(c.MaxConcurrentMigrations); err != nil {
		return report1(ctx, out, err)
	}
	if r.MaxConcurrentIncrementalSyncs, err = limitFrom(c.MaxConcurrentIncrementalSyncs); err != nil {
		return report1(ctx, out, err)
	}
	if err := c.dailyLimits(func(all, each *migration.ByteSize) { r.DailyByteLimit, r.DailyByteLimitPerMailbox = all, each }); err != nil {
		return report1(ctx, out, err)
	}
	if out.Bound("Credentials") {
		if r.Credentials, err = credentialFrom(c.Credentials); err != nil {
			return report1(ctx, out, err)
		}
		if r.Credentials == nil { // -Credentials $null takes them away
			r.Credentials = &migration.Credential{}
		}
	}
	if r.OAuth, err = c.request(ctx, out, &c.base, migration.SignInRequest{Endpoint: r.Identity}); err != nil {
		return report1(ctx, out, err)
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		changed, err := svc.SetEndpoint(ctx, r)
		if err != nil {
			return err
		}
		return warn(out, changed.Warnings)
	})
}

type removeEndpoint struct {
	base
	Identity any `param:"mandatory pos=0 pipeline pipelinebyname" complete:"endpoint" help:"The endpoint's name or GUID."`
}

func (e *environment) removeEndpoint() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Remove-MigrationEndpoint", Synopsis: "Deletes a migration endpoint that no batch uses.", ShouldProcess: true, Impact: cmdlet.ImpactHigh,
	}, "DomainController Partition", "", func(b base) cmdlet.Cmdlet { return &removeEndpoint{base: b} })
}

func (c *removeEndpoint) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	id := identityFrom(c.Identity)
	if ok, err := out.ShouldProcess(string(id), "Remove-MigrationEndpoint"); err != nil || !ok {
		return err
	}
	return c.do(ctx, out, func(svc migration.Service) error { return svc.RemoveEndpoint(ctx, id) })
}
