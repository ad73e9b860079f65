package migration

import (
	"context"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// textOf is an argument's text.
func textOf(v any) string { return strings.TrimSpace(object.ToString(v)) }

// limitFrom reads a number or Unlimited; nil where nothing was given.
func limitFrom(v any) (*migration.Limit, error) {
	if v == nil {
		return nil, nil
	}
	l, err := migration.ParseLimit(object.ToString(v))
	if err != nil {
		return nil, err
	}
	return &l, nil
}

type getConfig struct{ base }

func (e *environment) getConfig() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-MigrationConfig", Synopsis: "Shows the settings of this installation.", OutputTypes: []string{typeConfig.Name},
	}, "AllPartitions DomainController Identity IncludeSimplifiedGmailMigrationData Partition", "", func(b base) cmdlet.Cmdlet { return &getConfig{b} })
}

func (c *getConfig) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	return c.do(ctx, out, func(svc migration.Service) error {
		config, err := svc.Config(ctx)
		if err != nil {
			return err
		}
		if err := warnOfDamage(out, config.Damage); err != nil {
			return err
		}
		return out.Write(object.Instance(typeConfig, &config))
	})
}

type setConfig struct {
	base
	TargetEndpoint                  any              `param:"" complete:"endpoint" help:"The endpoint that batches copy to unless they name another; $null takes it away."`
	MaxNumberOfBatches              *int32           `param:"" validate:"range=1,100000" help:"How many batches may exist."`
	MaxConcurrentMigrations         any              `param:"" help:"How many mailboxes are copied at once over all endpoints: a number or Unlimited."`
	MaxCsvRows                      *int32           `param:"" validate:"range=1,1000000" help:"How many rows a user list may have, of 10 MB at most. 50,000 unless set."`
	AcceptedDomains                 []string         `param:"" help:"The domains of the target: rows with addresses in others are left out, with a warning. $null accepts any."`
	IncrementalSyncInterval         *object.TimeSpan `param:"" help:"How often synced mailboxes are synchronized again. 24 hours unless set."`
	SyncedBatchLifetime             *object.TimeSpan `param:"" help:"How long after the last order or change a synced batch is stopped. 60 days unless set; 0 is never."`
	StoppedBatchLifetime            *object.TimeSpan `param:"" help:"How long after the last order or change a stopped or failed batch is removed; its report stays. 90 days unless set; 0 is never."`
	CompletedBatchLifetime          *object.TimeSpan `param:"" help:"How long after its end a completed batch is removed; its report stays. 60 days unless set; 0 is never."`
	NotificationEmails              []string         `param:"" help:"Who is told by mail what becomes of batches that name nobody; $null tells nobody."`
	SMTPServer                      string           `param:"" help:"The server that notification mail is handed to. An empty name takes it away."`
	SMTPPort                        *int32           `param:"" validate:"range=1,65535" help:"Its port: 587 with Tls, 465 with Ssl, 25 with None unless given."`
	SMTPSecurity                    string           `param:"" validate:"set=None,Ssl,Tls" help:"How the connection to it is protected: Tls (STARTTLS, the default), Ssl (TLS from the first byte) or None."`
	SMTPCredentials                 any              `param:"" help:"The login at it; $null takes it away."`
	SMTPFrom                        string           `param:"" help:"The sender's address."`
	SMTPAcceptUntrustedCertificates *bool            `param:"" help:"$true doesn't check its certificate."`
	LegacyMode                      *bool            `param:"" help:"$true: one batch at a time with 1 to 10 connections, as in the first years of the service."`
}

func (e *environment) setConfig() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Set-MigrationConfig", Synopsis: "Changes the settings of this installation, such as where mail goes.", ShouldProcess: true,
	}, "Identity DomainController Partition Features", "", func(b base) cmdlet.Cmdlet { return &setConfig{base: b} })
}

func (c *setConfig) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if ok, err := out.ShouldProcess("migsh", "Set-MigrationConfig"); err != nil || !ok {
		return err
	}
	r := migration.SetConfigRequest{LegacyMode: c.LegacyMode}
	if out.Bound("TargetEndpoint") {
		id := migration.Identity("")
		if c.TargetEndpoint != nil {
			id = identityFrom(c.TargetEndpoint)
		}
		r.TargetEndpoint = &id
	}
	if c.MaxNumberOfBatches != nil {
		n := int(*c.MaxNumberOfBatches)
		r.MaxNumberOfBatches = &n
	}
	if c.MaxCsvRows != nil {
		r.MaxCSVRows = new(int(*c.MaxCsvRows))
	}
	if out.Bound("AcceptedDomains") {
		r.AcceptedDomains = &c.AcceptedDomains
	}
	r.IncrementalSyncEvery = duration(c.IncrementalSyncInterval)
	r.Retention = migration.SetRetention{Synced: duration(c.SyncedBatchLifetime), Stopped: duration(c.StoppedBatchLifetime), Completed: duration(c.CompletedBatchLifetime)}
	if out.Bound("NotificationEmails") {
		r.NotificationEmails = &c.NotificationEmails
	}
	var err error
	if r.Relay, err = c.relay(out); err != nil {
		return report1(ctx, out, err)
	}
	if r.MaxConcurrentMigrations, err = limitFrom(c.MaxConcurrentMigrations); err != nil {
		return report1(ctx, out, err)
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		_, err := svc.SetConfig(ctx, r)
		return err
	})
}

// duration is a time span that may have been left out.
func duration(span *object.TimeSpan) *time.Duration {
	if span == nil {
		return nil
	}
	return new(span.Duration())
}

// relay reads what is said about the server that mail is handed to.
func (c *setConfig) relay(out cmdlet.Out) (r migration.SetRelay, err error) {
	if out.Bound("SmtpServer") {
		r.Server = &c.SMTPServer
	}
	if c.SMTPPort != nil {
		r.Port = new(int(*c.SMTPPort))
	}
	if c.SMTPSecurity != "" {
		security, err := migration.ParseSecurity(c.SMTPSecurity)
		if err != nil {
			return r, err
		}
		r.Security = &security
	}
	if out.Bound("SmtpFrom") {
		r.From = &c.SMTPFrom
	}
	r.AcceptUntrustedCertificates = c.SMTPAcceptUntrustedCertificates
	if out.Bound("SmtpCredentials") {
		if r.Credentials, err = credentialFrom(c.SMTPCredentials); err == nil && r.Credentials == nil {
			r.Credentials = &migration.Credential{}
		}
	}
	return r, err
}

type getStatistics struct{ base }

func (e *environment) getStatistics() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-MigrationStatistics", Synopsis: "Shows totals over all batches.", OutputTypes: []string{typeTotals.Name},
	}, "Identity Diagnostic DiagnosticArgument DiagnosticInfo DomainController Partition", "", func(b base) cmdlet.Cmdlet { return &getStatistics{b} })
}

func (c *getStatistics) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	return c.do(ctx, out, func(svc migration.Service) error {
		s, err := svc.Statistics(ctx)
		if err != nil {
			return err
		}
		return out.Write(object.Instance(typeTotals, &s))
	})
}

type getStatus struct{ base }

func (e *environment) getStatus() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-MigrationStatus", Synopsis: "Shows how the whole migration stands: all batches in one status.", OutputTypes: []string{typeStatus.Name},
	}, "", "", func(b base) cmdlet.Cmdlet { return &getStatus{b} })
}

func (c *getStatus) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	return c.do(ctx, out, func(svc migration.Service) error {
		s, err := svc.Statistics(ctx)
		if err != nil {
			return err
		}
		return out.Write(object.Instance(typeStatus, &s))
	})
}

type completeAll struct {
	base
	NotificationEmails []string `param:"" help:"Who is told by mail of the end, instead of those that the batches name."`
}

func (e *environment) completeAll() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Complete-Migration", Synopsis: "Completes every batch that was started.", ShouldProcess: true, Impact: cmdlet.ImpactHigh,
	}, "DomainController", "", func(b base) cmdlet.Cmdlet { return &completeAll{base: b} })
}

func (c *completeAll) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if err := c.warnOfCutover(ctx, out, ""); err != nil {
		return err
	}
	if ok, err := out.ShouldProcess("every batch that was started", "Complete-Migration"); err != nil || !ok {
		return err
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		r, err := svc.CompleteAll(ctx, migration.CompleteAllRequest{By: administrator(out), NotificationEmails: c.NotificationEmails})
		if err != nil {
			return err
		}
		if len(r.Batches) == 0 {
			return out.Warning("There is no started batch to complete.")
		}
		return out.Verbose("Completing: " + strings.Join(r.Batches, ", ") + ".")
	})
}
