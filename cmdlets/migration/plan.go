package migration

import (
	"context"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

type getPlan struct {
	base
	Identity any  `param:"set=Identity mandatory pos=0 pipeline pipelinebyname" complete:"user" help:"The user's address or GUID, or the name of a batch, for all its users."`
	BatchID  any  `param:"set=Batch mandatory" name:"BatchId" complete:"batch" help:"Plan for all users of this batch."`
	ByFolder bool `param:"" help:"Give an object for each folder instead of one for each mailbox."`
}

func (e *environment) getPlan() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-MigrationPlan", Synopsis: "Tells what a sync would do, mailbox by mailbox and folder by folder, and changes nothing.",
		DefaultSet: "Identity", OutputTypes: []string{typePlan.Name, typeFolderPlan.Name},
	}, "", "", func(b base) cmdlet.Cmdlet { return &getPlan{base: b} })
}

func (c *getPlan) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	q := migration.PlanQuery{}
	if c.Identity != nil {
		q.Identity = identityFrom(c.Identity)
	}
	if c.BatchID != nil {
		q.Batch = identityFrom(c.BatchID)
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		for plan, err := range svc.Plans(ctx, q) {
			if err != nil {
				return err
			}
			if err := c.write(out, &plan); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *getPlan) write(out cmdlet.Out, plan *migration.MailboxPlan) error {
	if !c.ByFolder {
		return out.Write(object.Instance(typePlan, plan))
	}
	if plan.Result == migration.TestFailed {
		if err := out.Warning(plan.EmailAddress + ": " + plan.Message); err != nil {
			return err
		}
	}
	for i := range plan.Folders {
		if err := out.Write(object.Instance(typeFolderPlan, &plan.Folders[i])); err != nil {
			return err
		}
	}
	return nil
}

var typePlan = declare(exchange+"MigrationPlan", func(p *migration.MailboxPlan) string { return p.EmailAddress },
	object.Views{
		Table: []object.Column{{Property: "Identity", Width: 25}, {Property: "Result", Width: 7}, {Header: "Messages", Property: "MessageCount", Width: 8, Right: true},
			{Header: "Pending", Property: "PendingCount", Width: 8, Right: true}, {Property: "PendingSize", Width: 28}, {Property: "Message"}},
	},
	property[migration.MailboxPlan]{"Identity", object.TypeString, func(p *migration.MailboxPlan) any { return p.EmailAddress }},
	property[migration.MailboxPlan]{"Batch", object.TypeString, func(p *migration.MailboxPlan) any { return p.BatchName }},
	property[migration.MailboxPlan]{"Result", enumTestResult, func(p *migration.MailboxPlan) any { return named(enumTestResult, p.Result) }},
	property[migration.MailboxPlan]{"Message", object.TypeString, func(p *migration.MailboxPlan) any { return p.Message }},
	property[migration.MailboxPlan]{"FolderCount", object.TypeInt64, func(p *migration.MailboxPlan) any { return p.FolderCount }},
	property[migration.MailboxPlan]{"LeftOutFolderCount", object.TypeInt64, func(p *migration.MailboxPlan) any { return p.LeftOutCount }},
	property[migration.MailboxPlan]{"MessageCount", object.TypeInt64, func(p *migration.MailboxPlan) any { return p.MessageCount }},
	property[migration.MailboxPlan]{"Size", nil, func(p *migration.MailboxPlan) any { return size(p.Size) }},
	property[migration.MailboxPlan]{"SyncedCount", object.TypeInt64, func(p *migration.MailboxPlan) any { return p.DecidedCount }},
	property[migration.MailboxPlan]{"FilteredCount", object.TypeInt64, func(p *migration.MailboxPlan) any { return p.FilteredCount }},
	property[migration.MailboxPlan]{"MergedCount", object.TypeInt64, func(p *migration.MailboxPlan) any { return p.MergedCount }},
	property[migration.MailboxPlan]{"TooLargeCount", object.TypeInt64, func(p *migration.MailboxPlan) any { return p.TooLargeCount }},
	property[migration.MailboxPlan]{"AtTargetCount", object.TypeInt64, func(p *migration.MailboxPlan) any { return p.AtTargetCount }},
	property[migration.MailboxPlan]{"PendingCount", object.TypeInt64, func(p *migration.MailboxPlan) any { return p.PendingCount }},
	property[migration.MailboxPlan]{"PendingSize", nil, func(p *migration.MailboxPlan) any { return size(p.PendingSize) }},
	property[migration.MailboxPlan]{"QuotaLimit", nil, func(p *migration.MailboxPlan) any { return size(p.QuotaLimit) }},
	property[migration.MailboxPlan]{"QuotaUsed", nil, func(p *migration.MailboxPlan) any { return size(p.QuotaUsed) }},
	property[migration.MailboxPlan]{"MissingSize", nil, func(p *migration.MailboxPlan) any { return size(p.MissingSize) }},
	property[migration.MailboxPlan]{"EstimatedDuration", object.TypeTimeSpan, func(p *migration.MailboxPlan) any {
		if p.EstimatedDuration == 0 {
			return nil
		}
		return span(p.EstimatedDuration)
	}},
	property[migration.MailboxPlan]{"Folders", nil, func(p *migration.MailboxPlan) any {
		all := make([]any, len(p.Folders))
		for i := range p.Folders {
			all[i] = object.Instance(typeFolderPlan, &p.Folders[i])
		}
		return object.NewArray(all...)
	}},
)

var typeFolderPlan = declare(exchange+"MigrationFolderPlan", func(p *migration.FolderPlan) string { return p.SourceFolder },
	object.Views{
		Table: []object.Column{{Property: "SourceFolder", Width: 28}, {Property: "TargetFolder", Width: 28}, {Property: "MessageCount", Width: 12, Right: true},
			{Property: "PendingCount", Width: 12, Right: true}, {Property: "Note"}},
	},
	property[migration.FolderPlan]{"Identity", object.TypeString, func(p *migration.FolderPlan) any { return p.EmailAddress }},
	property[migration.FolderPlan]{"SourceFolder", object.TypeString, func(p *migration.FolderPlan) any { return p.SourceFolder }},
	property[migration.FolderPlan]{"TargetFolder", object.TypeString, func(p *migration.FolderPlan) any { return p.TargetFolder }},
	property[migration.FolderPlan]{"Exists", object.TypeBoolean, func(p *migration.FolderPlan) any { return p.Exists }},
	property[migration.FolderPlan]{"SpecialUse", object.TypeString, func(p *migration.FolderPlan) any { return p.Use }},
	property[migration.FolderPlan]{"Note", object.TypeString, func(p *migration.FolderPlan) any { return p.Note }},
	property[migration.FolderPlan]{"MessageCount", object.TypeInt64, func(p *migration.FolderPlan) any { return p.MessageCount }},
	property[migration.FolderPlan]{"Size", nil, func(p *migration.FolderPlan) any { return size(p.Size) }},
	property[migration.FolderPlan]{"SyncedCount", object.TypeInt64, func(p *migration.FolderPlan) any { return p.DecidedCount }},
	property[migration.FolderPlan]{"FilteredCount", object.TypeInt64, func(p *migration.FolderPlan) any { return p.FilteredCount }},
	property[migration.FolderPlan]{"MergedCount", object.TypeInt64, func(p *migration.FolderPlan) any { return p.MergedCount }},
	property[migration.FolderPlan]{"TooLargeCount", object.TypeInt64, func(p *migration.FolderPlan) any { return p.TooLargeCount }},
	property[migration.FolderPlan]{"AtTargetCount", object.TypeInt64, func(p *migration.FolderPlan) any { return p.AtTargetCount }},
	property[migration.FolderPlan]{"PendingCount", object.TypeInt64, func(p *migration.FolderPlan) any { return p.PendingCount }},
	property[migration.FolderPlan]{"PendingSize", nil, func(p *migration.FolderPlan) any { return size(p.PendingSize) }},
	property[migration.FolderPlan]{"TooLargeItems", nil, func(p *migration.FolderPlan) any { return skippedObjects(p.TooLarge) }},
)
