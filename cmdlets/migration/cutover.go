package migration

import (
	"context"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

type testCutover struct {
	base
	Identity    any              `param:"set=Batch pos=0 pipeline pipelinebyname" complete:"batch" help:"Only the domains of this batch's users. Left out, those of all batches."`
	Domain      []string         `param:"set=Domain mandatory" help:"These domains, whether or not a user's address is in them."`
	ChangedTime *object.DateTime `param:"set=Domain" help:"When the MX records of these domains were changed; it is noted. Without it the change counts from when migsh has seen it. A time without a zone is UTC."`
}

func (e *environment) testCutover() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Test-MigrationCutover", Synopsis: "Tells whether the mail of a domain goes to the new server already, since when, and whether every mailbox was synchronized since.",
		DefaultSet: "Batch", OutputTypes: []string{typeCutover.Name},
	}, "", "", func(b base) cmdlet.Cmdlet { return &testCutover{base: b} })
}

func (c *testCutover) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.CutoverRequest{Domains: c.Domain}
	if c.Identity != nil {
		r.Batch = identityFrom(c.Identity)
	}
	if c.ChangedTime != nil {
		r.ChangedTime = instant(*c.ChangedTime, time.UTC)
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		return limited(out, 0, svc.Cutover(ctx, r), func(v migration.Cutover) any {
			return object.Instance(typeCutover, &domain{v, time.Now()})
		})
	})
}

// warnOfCutover warns, before a batch is ended, of mail that may still arrive at the source. That nothing can be looked up is no reason to
// hold anybody up, and told to those only who want to know.
func (b *base) warnOfCutover(ctx context.Context, out cmdlet.Out, batch migration.Identity) error {
	svc, err := b.env.open(ctx)
	if err != nil {
		return nil // the command itself will say it
	}
	for v, err := range svc.Cutover(ctx, migration.CutoverRequest{Batch: batch}) {
		if err != nil {
			return nil
		}
		concern, tell := v.Concern(time.Now()), out.Warning
		if v.PointsTo == migration.PointsNowhere {
			tell = out.Verbose
		}
		if concern == "" {
			continue
		}
		if err := tell(concern); err != nil {
			return err
		}
	}
	return nil
}

// domain is the snapshot behind what Test-MigrationCutover gives out.
type domain struct {
	migration.Cutover
	now time.Time
}

var typeCutover = declare("Migsh.MigrationCutover", func(d *domain) string { return d.Domain },
	object.Views{Default: []string{"Domain", "MX", "PointsTo", "ChangedTime", "LastSyncedTime", "UserCount", "NotSyncedCount", "Ready", "Message"}},
	property[domain]{"Domain", object.TypeString, func(d *domain) any { return d.Domain }},
	property[domain]{"MX", nil, func(d *domain) any { return texts(d.MX) }},
	property[domain]{"PointsTo", object.TypeString, func(d *domain) any { return string(d.PointsTo) }},
	property[domain]{"ChangedTime", object.TypeDateTime, func(d *domain) any {
		if d.ChangedBefore {
			return nil
		}
		return utc(d.ChangedTime)
	}},
	property[domain]{"FirstSeenTime", object.TypeDateTime, func(d *domain) any { return utc(d.ChangedTime) }},
	property[domain]{"LastSyncedTime", object.TypeDateTime, func(d *domain) any { return utc(d.LastSyncedTime) }},
	property[domain]{"UserCount", object.TypeInt32, func(d *domain) any { return number(d.UserCount) }},
	property[domain]{"NotSyncedCount", object.TypeInt32, func(d *domain) any { return number(d.NotSyncedCount) }},
	property[domain]{"NotSynced", nil, func(d *domain) any { return texts(d.NotSynced) }},
	property[domain]{"Ready", object.TypeBoolean, func(d *domain) any { return d.Ready(d.now) }},
	property[domain]{"Message", object.TypeString, func(d *domain) any {
		if concern := d.Concern(d.now); concern != "" {
			return concern
		}
		if d.PointsTo == migration.PointsToElsewhere {
			return "The MX record points at neither server (" + strings.Join(d.MX, ", ") + "), such as a filter in front of the new one. Every mailbox was synchronized since it was changed."
		}
		return "Every mailbox was synchronized since the change; no mail is expected at the source any more."
	}},
)
