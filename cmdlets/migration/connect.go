package migration

import (
	"context"
	"fmt"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
)

// connection is what Connect-ExchangeOnline has set for the session.
type connection struct {
	target migration.Identity // the endpoint that batches copy to; empty: as configured
	user   string             // who gives the commands; empty: whom the system says
}

type connectionKey struct{}

func sessionOf(out cmdlet.Out) *connection {
	return out.Session().Keep(connectionKey{}, func() any { return &connection{} }).(*connection)
}

type connectOnline struct {
	base
	Organization      any    `param:"" complete:"endpoint" help:"The endpoint that this session's batches copy to. Left out, the one that Set-MigrationConfig -TargetEndpoint has set."`
	UserPrincipalName string `param:"" help:"Who gives the commands of this session; it stands in SubmittedByUser."`
	Credential        any    `param:"" help:"A login that is tried at the endpoint before the session is connected."`
	ShowBanner        bool   `param:"" help:"$false says nothing of the connection."`
}

func (e *environment) connectOnline() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Connect-ExchangeOnline", Synopsis: "Chooses the target endpoint of this session, after it has answered.",
	}, "LogDirectoryPath LogLevel ShowProgress CommandName PageSize Prefix SkipLoadingFormatData SkipLoadingCmdletHelp UseMultithreading", "AppId AzureADAuthorizationEndpointUri Certificate CertificateFilePath CertificatePassword CertificateThumbprint DelegatedOrganization Device ExchangeEnvironmentName InlineCredential ManagedIdentity ManagedIdentityAccountId AccessToken ConnectionUri UseRPSSession",
		func(b base) cmdlet.Cmdlet { return &connectOnline{base: b} })
}

func (c *connectOnline) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	credential, err := credentialFrom(c.Credential)
	if err != nil {
		return report1(ctx, out, err)
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		target := migration.Identity("")
		if c.Organization != nil {
			target = identityFrom(c.Organization)
		} else {
			config, err := svc.Config(ctx)
			if err != nil {
				return err
			}
			target = migration.Identity(config.TargetEndpoint)
		}
		if target == "" {
			return migration.NewError(migration.ErrNoTarget, "", "There is nothing to connect to: no target endpoint is set.",
				"Name one with -Organization, or set it for good with Set-MigrationConfig -TargetEndpoint.")
		}
		t, err := svc.TestServer(ctx, migration.TestServerRequest{Endpoint: target, Credentials: credential})
		if err != nil {
			return err
		}
		if t.Fault != nil {
			return t.Fault
		}
		*sessionOf(out) = connection{target: target, user: c.UserPrincipalName}
		if credential != nil && c.UserPrincipalName == "" {
			sessionOf(out).user = credential.UserName
		}
		if out.Bound("ShowBanner") && !c.ShowBanner {
			return nil
		}
		out.Session().Host().WriteHost(fmt.Sprintf("Connected: the batches of this session copy to the endpoint '%s' (%s).", target, t.ConnectionSettings), "", "", true)
		return nil
	})
}

type disconnectOnline struct{ base }

func (e *environment) disconnectOnline() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Disconnect-ExchangeOnline", Synopsis: "Forgets the target endpoint that this session has chosen.", ShouldProcess: true, Impact: cmdlet.ImpactHigh,
	}, "ConnectionId ModulePrefix", "", func(b base) cmdlet.Cmdlet { return &disconnectOnline{b} })
}

func (c *disconnectOnline) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if ok, err := out.ShouldProcess("the connection of this session", "Disconnect-ExchangeOnline"); err != nil || !ok {
		return err
	}
	*sessionOf(out) = connection{}
	return nil
}
