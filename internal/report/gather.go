package report

import (
	"context"
	"time"

	"migsh/internal/migration"
)

// detailed is up to how many users a report goes into folders and skipped messages.
const detailed = 2000

// Gather asks the service for all that the report of a batch is made of.
func Gather(ctx context.Context, s migration.Service, id migration.Identity, now time.Time) (Batch, error) {
	out := Batch{Made: now}
	for b, err := range s.Batches(ctx, migration.BatchQuery{Identity: id}) {
		if err != nil {
			return out, err
		}
		out.Batch = b
	}
	for u, err := range s.Users(ctx, migration.UserQuery{Batch: id}) {
		if err != nil {
			return out, err
		}
		statistics := migration.UserStatistics{User: u, TotalItemsInSourceMailboxCount: u.EstimatedTotalCount}
		if out.TotalCount <= detailed {
			if statistics, err = s.UserStatistics(ctx, migration.UserStatisticsRequest{Identity: migration.Identity(u.GUID), IncludeSkippedItems: true, LimitSkippedItemsTo: 1000}); err != nil {
				return out, err
			}
		}
		out.Users = append(out.Users, statistics)
	}
	return out, nil
}
