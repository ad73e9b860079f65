package control

import (
	"context"
	"time"

	"migsh/internal/connect"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/syncer"
)

// UserStatistics implements migration.Service.
func (c *Control) UserStatistics(ctx context.Context, r migration.UserStatisticsRequest) (migration.UserStatistics, error) {
	batch, item, err := c.findUser(ctx, r.Identity)
	if err != nil {
		return migration.UserStatistics{}, records.Explain(err)
	}
	now := c.now()
	u, f := &item.Value, &item.Value.Figures
	out := migration.UserStatistics{
		User:                             snapshot(&batch.Value, u, now),
		TotalItemsInSourceMailboxCount:   -1,
		BytesTransferred:                 migration.ByteSize(f.Bytes),
		CurrentBytesTransferredPerMinute: migration.ByteSize(f.Rate),
		PercentageComplete:               percentage(u),
		TotalQueuedDuration:              f.Queued,
		TotalInProgressDuration:          f.Worked,
		TotalStalledDuration:             f.Stalled,
	}
	if batch.Value.Analyze && u.Status == migration.UserCompleted {
		out.PercentageComplete = 100
	}
	if f.Counted {
		out.TotalItemsInSourceMailboxCount = f.ItemsTotal
	}
	if hours := f.Worked.Hours(); hours > 0 {
		out.AverageBytesTransferredPerHour = migration.ByteSize(float64(f.Bytes) / hours)
	}
	if out.Status == migration.UserQueued {
		out.TotalQueuedDuration += max(0, now.Sub(batch.Value.QueuedSince(u, now)))
	}
	if u.Copied {
		end := now
		if !u.FinishedTime.IsZero() {
			end = u.FinishedTime
		}
		out.TotalSyncedDuration = end.Sub(u.CopiedTime)
	}
	pair, err := c.pair(ctx, batch.Value, item.Value)
	if err != nil {
		return out, records.Explain(err)
	}
	if out.Folders, err = c.folders(ctx, batch.Value.GUID, u.EmailAddress, pair); err != nil {
		return out, records.Explain(err)
	}
	if r.IncludeSkippedItems {
		for item, err := range syncer.Items(ctx, c.records.Store, pair) {
			if err != nil {
				return out, records.Explain(err)
			}
			if r.LimitSkippedItemsTo > 0 && len(out.SkippedItems) == int(r.LimitSkippedItemsTo) {
				break
			}
			out.SkippedItems = append(out.SkippedItems, item)
		}
	}
	if r.IncludeReport {
		report, err := c.records.Reports.Get(ctx, records.UserKey(batch.Value.GUID, u.EmailAddress)...)
		if err != nil && !isNotFound(err) {
			return out, records.Explain(err)
		}
		out.Report = report.Value
	}
	return out, nil
}

// pair names the two mailboxes of a user as its endpoints are now.
func (c *Control) pair(ctx context.Context, b records.Batch, u records.User) (syncer.Pair, error) {
	source, err := c.records.FindEndpoint(ctx, migration.Identity(b.SourceEndpoint))
	if err != nil {
		return syncer.Pair{}, err
	}
	target, err := c.records.FindEndpoint(ctx, migration.Identity(b.TargetEndpoint))
	if err != nil {
		return syncer.Pair{}, err
	}
	row := connect.Row{EmailAddress: u.EmailAddress, UserName: u.UserName, TargetUserName: u.TargetUserName}
	return syncer.Pair(connect.Pair(source.Value.Endpoint, target.Value.Endpoint, row, u.UserRoot)), nil
}

// folders compares source and target folder by folder: as the last pass has left it or, while the first is under way, as far as that
// has got.
func (c *Control) folders(ctx context.Context, batchGUID, address string, pair syncer.Pair) ([]migration.FolderCount, error) {
	folders, err := c.records.FolderCounts(ctx, batchGUID, address)
	if err != nil || len(folders) > 0 {
		return folders, err
	}
	return syncer.Balances(ctx, c.records.Store, pair)
}

// percentage is the share of a user's messages that is decided.
func percentage(u *records.User) int {
	f := u.Figures
	switch {
	case f.ItemsTotal > 0:
		return int(min(100, f.ItemsDone*100/f.ItemsTotal))
	case u.Copied:
		return 100
	}
	return 0
}

// Statistics implements migration.Service.
func (c *Control) Statistics(ctx context.Context) (migration.Statistics, error) {
	out := migration.Statistics{MigrationType: migration.TypeIMAP, Batches: map[migration.BatchStatus]int{}}
	batches, err := c.records.AllBatches(ctx)
	if err != nil {
		return out, records.Explain(err)
	}
	now := c.now()
	for _, batch := range batches {
		if batch.Value.Analyze {
			continue // nothing of it is migrated, or will be
		}
		s := newSum(&batch.Value, now)
		for item, err := range c.records.Users.Within(batch.Value.GUID).All(ctx) {
			if err != nil {
				return out, records.Explain(err)
			}
			s.add(&item.Value)
			if item.Value.Fault != nil && len(out.Faults) < faultsListed {
				out.Faults = append(out.Faults, snapshot(&batch.Value, &item.Value, now))
			}
		}
		out.Batches[s.status()]++
		out.Counts = plus(out.Counts, s.tally.Counts)
	}
	return out, nil
}

// faultsListed is how many users that need attention the statistics name.
const faultsListed = 100

func plus(a, b migration.Counts) migration.Counts {
	return migration.Counts{
		TotalCount:                 a.TotalCount + b.TotalCount,
		ActiveCount:                a.ActiveCount + b.ActiveCount,
		PendingCount:               a.PendingCount + b.PendingCount,
		StoppedCount:               a.StoppedCount + b.StoppedCount,
		SyncedCount:                a.SyncedCount + b.SyncedCount,
		FinalizedCount:             a.FinalizedCount + b.FinalizedCount,
		FailedCount:                a.FailedCount + b.FailedCount,
		FailedInitialSyncCount:     a.FailedInitialSyncCount + b.FailedInitialSyncCount,
		FailedIncrementalSyncCount: a.FailedIncrementalSyncCount + b.FailedIncrementalSyncCount,
		CompletedWithWarningCount:  a.CompletedWithWarningCount + b.CompletedWithWarningCount,
		ProvisionedCount:           a.ProvisionedCount + b.ProvisionedCount,
	}
}

// lookEvery is how often a watch looks at mere progress unless told otherwise.
const lookEvery = time.Second
