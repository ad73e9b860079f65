package control

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/syncer"
)

// Plans implements migration.Service.
func (c *Control) Plans(ctx context.Context, q migration.PlanQuery) iter.Seq2[migration.MailboxPlan, error] {
	return sequence(func(yield func(migration.MailboxPlan) bool) error {
		found, err := c.plans(ctx, q, yield)
		if err != nil || found || q.Identity == "" {
			return err
		}
		if q.Batch == "" { // a batch's name, where a user's was expected
			batches, err := c.selectBatches(ctx, q.Identity)
			if err == nil && len(batches) > 0 {
				_, err = c.plans(ctx, migration.PlanQuery{Batch: q.Identity}, yield)
				return err
			}
		}
		return userNotFound(q.Identity)
	})
}

// plans hands the plans of the users that q selects to yield, and tells whether there are such users.
func (c *Control) plans(ctx context.Context, q migration.PlanQuery, yield func(migration.MailboxPlan) bool) (found bool, err error) {
	batches, err := c.selectBatches(ctx, q.Batch)
	if err != nil {
		return false, err
	}
	for _, batch := range batches {
		users, err := c.selectUsers(ctx, batch.Value.GUID, q.Identity)
		if err != nil {
			return found, err
		}
		found = found || len(users) > 0
		pace, err := c.pace(ctx, batch.Value)
		if err != nil {
			return found, err
		}
		for _, user := range users {
			plan, err := c.plan(ctx, batch.Value, user.Value)
			if err != nil {
				return found, err
			}
			plan.EstimatedDuration = pace.over(plan.PendingCount, plan.PendingSize)
			if !yield(plan) {
				return found, nil
			}
		}
	}
	return found, nil
}

// plan looks at both mailboxes of a user.
func (c *Control) plan(ctx context.Context, b records.Batch, u records.User) (migration.MailboxPlan, error) {
	out := migration.MailboxPlan{EmailAddress: u.EmailAddress, BatchName: b.Name, Result: migration.TestSuccess, QuotaLimit: -1, QuotaUsed: -1}
	source, target, err := c.accounts(ctx, b, u)
	if err != nil {
		return out, err
	}
	switch {
	case !source.Usable():
		out.Result, out.Message = migration.TestFailed, nobody(connect.SourceSide)
		return out, nil
	case !target.Usable():
		out.Result, out.Message = migration.TestFailed, nobody(connect.TargetSide)
		return out, nil
	}
	pair, err := c.pair(ctx, b, u)
	if err != nil {
		return out, err
	}
	rules, err := records.FolderRules(b.BatchSettings)
	if err != nil {
		return out, err
	}
	job := syncer.Job{Pair: pair, Store: c.records.Store, Rules: rules, OpenSource: c.connector.Source(source), OpenTarget: c.connector.Target(target)}
	filter, err := migration.ParseContentFilter(b.ContentFilter)
	if err != nil {
		return out, err
	}
	if filter != nil {
		job.Filter, job.FilterText = func(m mailbox.Meta) bool { return filter.Match(m.Date, m.Size) }, filter.String()
	}
	preview, err := syncer.Previewed(ctx, job)
	if ctx.Err() != nil {
		return out, context.Cause(ctx)
	}
	if err != nil {
		side, login := connect.SourceSide, source.Login
		if e, ok := errors.AsType[*syncer.SideError](err); ok && !e.Source {
			side, login = connect.TargetSide, target.Login
		}
		fault := connect.UserFault(err, side, login, u.EmailAddress)
		out.Result, out.Message = migration.TestFailed, fault.Summary()
		return out, nil
	}
	for _, f := range preview.Folders {
		addFolder(&out, f)
	}
	weighQuota(&out, preview.Quotas)
	return out, nil
}

func addFolder(out *migration.MailboxPlan, f syncer.FolderPreview) {
	p := migration.FolderPlan{
		EmailAddress: out.EmailAddress, SourceFolder: f.Source, Use: f.Use, TargetFolder: f.Target, Exists: f.Exists, Note: f.Note,
		MessageCount: f.Messages, Size: migration.ByteSize(f.Bytes), DecidedCount: f.Decided, FilteredCount: f.Filtered, MergedCount: f.Merged, TooLargeCount: f.TooLarge,
		AtTargetCount: f.AtTarget, PendingCount: f.Pending, PendingSize: migration.ByteSize(f.PendingBytes),
	}
	for _, m := range f.Large {
		p.TooLarge = append(p.TooLarge, migration.SkippedItem{
			Kind: migration.SkippedLargeItem, FolderName: f.Source, UID: uint32(m.UID), DateReceived: m.Date, MessageSize: migration.ByteSize(m.Size),
			Reason: "The message is larger than the target takes.",
		})
	}
	switch {
	case f.LeftOut != "":
		p.Note = "left out: " + f.LeftOut
		out.LeftOutCount++
		out.Folders = append(out.Folders, p)
		return
	case f.Fault != "":
		p.Note = "it can't be looked into: " + f.Fault
		out.Result, out.Message = migration.TestFailed, fmt.Sprintf("The folder '%s' can't be looked into: %s", f.Source, f.Fault)
	}
	out.FolderCount++
	out.MessageCount += p.MessageCount
	out.Size += p.Size
	out.DecidedCount += p.DecidedCount
	out.FilteredCount += p.FilteredCount
	out.MergedCount += p.MergedCount
	out.TooLargeCount += p.TooLargeCount
	out.AtTargetCount += p.AtTargetCount
	out.PendingCount += p.PendingCount
	out.PendingSize += p.PendingSize
	out.Folders = append(out.Folders, p)
}

// weighQuota compares what is to be copied with the room there is.
func weighQuota(out *migration.MailboxPlan, quotas []mailbox.Quota) {
	for _, q := range quotas {
		switch q.Resource {
		case "STORAGE":
			out.QuotaLimit, out.QuotaUsed = migration.ByteSize(q.Limit), migration.ByteSize(q.Used)
			if missing := int64(out.PendingSize) - max(0, q.Limit-q.Used); missing > int64(out.MissingSize) {
				out.MissingSize = migration.ByteSize(missing)
				out.Result, out.Message = migration.TestFailed, fmt.Sprintf("The target lacks %v: %v are to be copied, and %v of %v are used. Raise its quota first.",
					out.MissingSize, out.PendingSize, out.QuotaUsed, out.QuotaLimit)
			}
		case "MESSAGE":
			if out.PendingCount > max(0, q.Limit-q.Used) && out.Result == migration.TestSuccess {
				out.Result, out.Message = migration.TestFailed, fmt.Sprintf("%s messages are to be copied, and the target takes no more than %s. Raise its quota first.",
					migration.Thousands(out.PendingCount), migration.Thousands(max(0, q.Limit-q.Used)))
			}
		}
	}
}

// A pace is what the mailboxes that went the same way have come to.
type pace struct {
	worked          time.Duration
	messages, bytes int64
}

// pace adds up the users of all batches between the same endpoints.
func (c *Control) pace(ctx context.Context, b records.Batch) (pace, error) {
	var p pace
	batches, err := c.records.AllBatches(ctx)
	if err != nil {
		return p, err
	}
	for _, other := range batches {
		if other.Value.Analyze || !sameName(other.Value.SourceEndpoint, b.SourceEndpoint) || !sameName(other.Value.TargetEndpoint, b.TargetEndpoint) {
			continue
		}
		for user, err := range c.records.Users.Within(other.Value.GUID).All(ctx) {
			if err != nil {
				return p, err
			}
			p.worked += user.Value.Figures.Worked
			p.messages += user.Value.Figures.Transferred
			p.bytes += user.Value.Figures.Bytes
		}
	}
	return p, nil
}

// over is how long that many messages of that size take at this pace: the longer of what their number and their size suggest.
func (p pace) over(messages int64, size migration.ByteSize) time.Duration {
	if p.messages == 0 || p.bytes == 0 {
		return 0
	}
	byNumber := float64(p.worked) * float64(messages) / float64(p.messages)
	bySize := float64(p.worked) * float64(size) / float64(p.bytes)
	return time.Duration(max(byNumber, bySize)).Round(time.Second)
}
