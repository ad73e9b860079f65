package migration

import (
	"context"
	"time"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
)

type getUser struct {
	base
	Identity      any    `param:"set=Identity pos=0 pipeline pipelinebyname" complete:"user" help:"The user's address or GUID."`
	EmailAddress  string `param:"set=EmailAddress mandatory" complete:"user" help:"The user's address."`
	BatchID       any    `param:"set=StatusAndBatchId" name:"BatchId" complete:"batch" help:"Only users of this batch."`
	Status        string `param:"set=StatusAndBatchId" values:"Completed,CompletedWithWarnings,Completing,Corrupted,Failed,IncrementalFailed,IncrementalStopped,IncrementalSyncing,Queued,Removing,Stopped,Stopping,Synced,Syncing,Validating" help:"Only users in this status."`
	StatusSummary string `param:"set=StatusAndBatchId" validate:"set=Active,Failed,Synced,Completed,Stopped" help:"Only users in this coarse status."`
	ResultSize    any    `param:"" help:"How many are shown at most: a number or Unlimited. 1000 is the default."`
}

func (e *environment) getUser() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-MigrationUser", Synopsis: "Lists the users of batches, one for each row of a user list.", DefaultSet: "StatusAndBatchId", OutputTypes: []string{typeUser.Name},
	}, "DomainController IncludeAssociatedUsers Partition", "MailboxGuid", func(b base) cmdlet.Cmdlet { return &getUser{base: b} })
}

func (c *getUser) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	q := migration.UserQuery{}
	switch {
	case c.EmailAddress != "":
		q.Identity = migration.Identity(c.EmailAddress)
	case c.Identity != nil:
		q.Identity = identityFrom(c.Identity)
	}
	if c.BatchID != nil {
		q.Batch = identityFrom(c.BatchID)
	}
	var err error
	if q.Status, err = optional(c.Status, migration.ParseUserStatus); err != nil {
		return report1(ctx, out, err)
	}
	if q.StatusSummary, err = optional(c.StatusSummary, migration.ParseStatusSummary); err != nil {
		return report1(ctx, out, err)
	}
	n, err := resultLimit(c.ResultSize)
	if err != nil {
		return report1(ctx, out, err)
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		return limited(out, n, svc.Users(ctx, q), userObject)
	})
}

type setUser struct {
	base
	Identity any `param:"mandatory pos=0 pipeline pipelinebyname" complete:"user" help:"The user's address or GUID."`
	dates
	SyncNow        bool `param:"" help:"Synchronize the user again at once."`
	Credentials    any  `param:"" help:"A new login at the source. The user goes on by itself."`
	TargetPassword any  `param:"" help:"A new password at the target, as [securestring] or text."`
}

func (e *environment) setUser() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Set-MigrationUser", Synopsis: "Changes one user of a batch: its schedule or its credentials.", ShouldProcess: true,
	}, "ApproveSkippedItems BadItemLimit DomainController LargeItemLimit Partition", "MailboxGuid MoveOptions SkipMoving SkipMerging HoldoutFlags",
		func(b base) cmdlet.Cmdlet { return &setUser{base: b} })
}

func (c *setUser) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.SetUserRequest{Identity: identityFrom(c.Identity), SyncNow: c.SyncNow}
	if ok, err := out.ShouldProcess(textOf(c.Identity), "Set-MigrationUser"); err != nil || !ok {
		return err
	}
	var err error
	if r.Credentials, err = credentialFrom(c.Credentials); err != nil {
		return report1(ctx, out, err)
	}
	if c.TargetPassword != nil {
		secret, err := secretFrom(c.TargetPassword)
		if err != nil {
			return report1(ctx, out, err)
		}
		r.TargetPassword = &secret
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		if c.given(out) {
			var zone *time.Location
			for u, err := range svc.Users(ctx, migration.UserQuery{Identity: r.Identity}) {
				if err == nil {
					zone, err = zoneOfBatch(ctx, svc, migration.Identity(u.BatchGUID))
				}
				if err != nil {
					return err
				}
			}
			if r.StartAfter, r.CompleteAfter, err = c.read(out, zone); err != nil {
				return err
			}
		}
		changed, err := svc.SetUser(ctx, r)
		if err != nil {
			return err
		}
		return warn(out, changed.Warnings)
	})
}

type orderUser struct {
	base
	Identity any `param:"mandatory pos=0 pipeline pipelinebyname" complete:"user" help:"The user's address or GUID."`
	action   string
	give     func(migration.Service, context.Context, migration.OrderUserRequest) (migration.UserResult, error)
}

// order gives the order to the user.
func (c *orderUser) order(ctx context.Context, out cmdlet.Out, immediate bool) error {
	r := migration.OrderUserRequest{Identity: identityFrom(c.Identity), By: administrator(out), Immediate: immediate}
	return c.command(ctx, out, textOf(c.Identity), c.action, func(svc migration.Service) ([]string, error) {
		changed, err := c.give(svc, ctx, r)
		return changed.Warnings, err
	})
}

// Process gives an order that knows no -Immediate.
func (c *orderUser) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	return c.order(ctx, out, false)
}

func (e *environment) startUser() *cmdlet.Info {
	const name = "Start-MigrationUser"
	return e.declareCmdlet(cmdlet.Spec{Name: name, Synopsis: "Starts, resumes or retries one user.", ShouldProcess: true},
		"DomainController Partition", "MailboxGuid", func(b base) cmdlet.Cmdlet {
			return &orderUser{base: b, action: name, give: migration.Service.StartUser}
		})
}

type stopUser struct {
	orderUser
	Immediate bool `param:"" help:"Stop at the next checkpoint instead of finishing the pass first."`
}

func (e *environment) stopUser() *cmdlet.Info {
	const name = "Stop-MigrationUser"
	return e.declareCmdlet(cmdlet.Spec{Name: name, Synopsis: "Stops one user.", ShouldProcess: true, Impact: cmdlet.ImpactHigh},
		"DomainController Partition", "MailboxGuid", func(b base) cmdlet.Cmdlet {
			return &stopUser{orderUser: orderUser{base: b, action: name, give: migration.Service.StopUser}}
		})
}

func (c *stopUser) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	return c.order(ctx, out, c.Immediate)
}

type removeUser struct {
	base
	Identity    any  `param:"mandatory pos=0 pipeline pipelinebyname" complete:"user" help:"The user's address or GUID."`
	Force       bool `param:"" help:"Don't ask."`
	ForgetState bool `param:"" help:"Wipe what is remembered of this pair of mailboxes too: a later batch then compares the target message by message."`
}

func (e *environment) removeUser() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Remove-MigrationUser", Synopsis: "Takes a user that is not at work out of its batch.", ShouldProcess: true, Impact: cmdlet.ImpactHigh,
	}, "DomainController Partition", "MailboxGuid", func(b base) cmdlet.Cmdlet { return &removeUser{base: b} })
}

func (c *removeUser) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if !c.Force {
		if ok, err := out.ShouldProcess(textOf(c.Identity), "Remove-MigrationUser"); err != nil || !ok {
			return err
		}
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		return svc.RemoveUser(ctx, migration.RemoveUserRequest{Identity: identityFrom(c.Identity), ForgetState: c.ForgetState})
	})
}

type getUserStatistics struct {
	base
	Identity            any  `param:"mandatory pos=0 pipeline pipelinebyname" complete:"user" help:"The user's address or GUID."`
	IncludeReport       bool `param:"" help:"Fill the property Report with the user's story."`
	IncludeSkippedItems bool `param:"" help:"Fill the property SkippedItems with the messages that did not arrive as they were."`
	LimitSkippedItemsTo any  `param:"" help:"How many skipped items are listed at most: a number or Unlimited."`
}

func (e *environment) getUserStatistics() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Get-MigrationUserStatistics", Synopsis: "Shows how far a user's copy is, folder by folder.", OutputTypes: []string{typeStatistics.Name},
	}, "Diagnostic DiagnosticArgument DiagnosticInfo DomainController IncludeCopilotReport Partition SkipSort SkipSubscription", "MailboxGuid", func(b base) cmdlet.Cmdlet { return &getUserStatistics{base: b} })
}

func (c *getUserStatistics) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.UserStatisticsRequest{Identity: identityFrom(c.Identity), IncludeReport: c.IncludeReport, IncludeSkippedItems: c.IncludeSkippedItems}
	if c.LimitSkippedItemsTo != nil {
		l, err := limitFrom(c.LimitSkippedItemsTo)
		if err != nil {
			return report1(ctx, out, err)
		}
		if *l != migration.Unlimited {
			r.LimitSkippedItemsTo = *l
		}
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		s, err := svc.UserStatistics(ctx, r)
		if err != nil {
			return err
		}
		return out.Write(statisticsObject(s))
	})
}
