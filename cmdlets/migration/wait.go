package migration

import (
	"context"
	"fmt"
	"time"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

type waitBatch struct {
	base
	Identity any              `param:"pos=0 pipeline pipelinebyname" complete:"batch" help:"The batch's name or GUID. Left out, all batches are waited for."`
	Timeout  *object.TimeSpan `param:"" help:"How long to wait at most. Left out, for as long as it takes."`
}

func (e *environment) waitBatch() *cmdlet.Info {
	return e.declareCmdlet(cmdlet.Spec{
		Name: "Wait-MigrationBatch", Synopsis: "Waits, showing progress, until a batch is no longer at work, and gives it out.", OutputTypes: []string{typeBatch.Name},
	}, "", "", func(b base) cmdlet.Cmdlet { return &waitBatch{base: b} })
}

func (c *waitBatch) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	r := migration.WatchRequest{UntilIdle: true}
	if c.Identity != nil {
		r.Batches = []migration.Identity{identityFrom(c.Identity)}
	}
	wait := ctx
	if c.Timeout != nil {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeoutCause(ctx, c.Timeout.Duration(),
			migration.NewError(migration.ErrConnectTimeout, "", fmt.Sprintf("The batch was still at work after %s.", c.Timeout), "It goes on; wait again, or look with Get-MigrationBatch."))
		defer cancel()
	}
	return c.do(ctx, out, func(svc migration.Service) error {
		if err := showProgress(wait, out, svc, r); err != nil {
			if wait.Err() != nil && ctx.Err() == nil {
				return context.Cause(wait)
			}
			return err
		}
		q := migration.BatchQuery{}
		if len(r.Batches) > 0 {
			q.Identity = r.Batches[0]
		}
		return limited(out, 0, svc.Batches(ctx, q), batchObject)
	})
}

// showProgress follows batches and reports each as a progress record, the users at work below it.
func showProgress(ctx context.Context, out cmdlet.Out, svc migration.Service, r migration.WatchRequest) error {
	status := map[string]migration.BatchStatus{}
	doing := map[string]string{} // by user
	id := map[string]int{}
	defer func() {
		for _, n := range id {
			_ = out.Progress(cmdlet.Progress{ID: n, ParentID: -1, Activity: "Migration", Completed: true}) // the display is going away with us
		}
	}()
	for news, err := range svc.Watch(ctx, r) {
		if err != nil {
			return err
		}
		for _, p := range news {
			if _, ok := id[p.Name]; !ok {
				id[p.Name] = len(id) + 1
			}
			if status[p.Name] != p.Status {
				status[p.Name] = p.Status
				if err := out.Verbose(fmt.Sprintf("Batch '%s' is %s: %s", p.Name, p.Status, progressText(p))); err != nil {
					return err
				}
			}
			for _, u := range p.Active {
				if now := userText(u); doing[u.EmailAddress] != now {
					doing[u.EmailAddress] = now
					if err := out.Verbose(u.EmailAddress + ": " + now); err != nil {
						return err
					}
				}
			}
			left := -1
			if p.Remaining > 0 {
				left = int(p.Remaining.Round(time.Second).Seconds())
			}
			if err := out.Progress(cmdlet.Progress{
				ID: id[p.Name], ParentID: -1, Activity: fmt.Sprintf("Batch '%s' %s", p.Name, p.Status), Status: progressText(p),
				Operation: operationText(p), Percent: p.PercentComplete(), SecondsRemaining: left, Completed: !p.Status.Busy(),
			}); err != nil {
				return err
			}
		}
	}
	return context.Cause(ctx)
}

// progressText tells how far a batch is.
func progressText(p migration.BatchProgress) string {
	text := fmt.Sprintf("%d of %d users done", p.SyncedCount+p.FinalizedCount, p.TotalCount)
	if p.FailedCount > 0 {
		text += fmt.Sprintf(", %d failed", p.FailedCount)
	}
	if p.ItemsTotal > 0 {
		text += fmt.Sprintf(", %s of %s messages", migration.Thousands(p.ItemsDone), migration.Thousands(p.ItemsTotal))
	}
	if !p.Throttled.IsZero() {
		text += ", held back by the server until " + p.Throttled.Local().Format("15:04:05")
	}
	return text
}

// userText tells what is being done to a user's mailbox.
func userText(u migration.UserProgress) string {
	if u.Folder == "" {
		return string(u.Status)
	}
	return fmt.Sprintf("%s, folder %s, %s of %s messages", u.Status, u.Folder, migration.Thousands(u.ItemsDone), migration.Thousands(u.ItemsTotal))
}

// operationText names a user at work and the folder.
func operationText(p migration.BatchProgress) string {
	if len(p.Active) == 0 {
		return ""
	}
	u := p.Active[0]
	text := u.EmailAddress
	if u.Folder != "" {
		text += " " + u.Folder
	}
	if more := len(p.Active) - 1; more > 0 {
		text += fmt.Sprintf(" and %d more", more)
	}
	return text
}
