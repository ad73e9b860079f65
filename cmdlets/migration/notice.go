package migration

import (
	"context"
	"fmt"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
)

type sendNotice struct {
	base
	Identity any    `param:"mandatory pos=0 pipeline pipelinebyname" complete:"batch" help:"The batch whose users are told: its name or GUID."`
	Subject  string `param:"mandatory" validate:"notnullorempty" help:"The mail's subject. Placeholders are filled in as in -Body."`
	Body     string `param:"mandatory" validate:"notnullorempty" help:"The mail's text. {EmailAddress}, {LocalPart}, {Domain}, {UserName} and {Batch} are filled in for each user."`
	Status   string `param:"" values:"Completed,CompletedWithWarnings,Failed,IncrementalFailed,IncrementalSynced,Stopped,Synced" help:"Only users in this status."`
}

func (e *environment) sendNotice() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Send-MigrationNotice", Synopsis: "Sends a mail of your own to each user of a batch.", ShouldProcess: true, Impact: cmdlet.ImpactHigh,
	}, "", "", func(b base) cmdlet.Cmdlet { return &sendNotice{base: b} })
}

func (c *sendNotice) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.NoticeRequest{Batch: identityFrom(c.Identity), Subject: c.Subject, Body: c.Body}
	var err error
	if r.Status, err = optional(c.Status, migration.ParseUserStatus); err != nil {
		return report1(ctx, out, err)
	}
	if ok, err := out.ShouldProcess("the users of "+string(r.Batch), "Send-MigrationNotice"); err != nil || !ok {
		return err
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		sent, err := svc.SendNotice(ctx, r)
		if err != nil {
			return err
		}
		if sent.Count == 0 {
			return out.Warning(fmt.Sprintf("The batch '%s' has no such user: nobody was told.", sent.BatchName))
		}
		return out.Verbose(fmt.Sprintf("%s users of the batch '%s' are told by mail.", migration.Thousands(int64(sent.Count)), sent.BatchName))
	})
}
