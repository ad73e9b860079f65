package control

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// Batches implements migration.Service.
func (c *Control) Batches(ctx context.Context, q migration.BatchQuery) iter.Seq2[migration.Batch, error] {
	return sequence(func(yield func(migration.Batch) bool) error {
		endpoint, err := c.nameOfEndpoint(ctx, q.Endpoint)
		if err != nil {
			return err
		}
		items, err := c.selectBatches(ctx, q.Identity)
		if err != nil {
			return err
		}
		config, err := c.records.Config(ctx)
		if err != nil {
			return err
		}
		for _, item := range items {
			if endpoint != "" && !sameName(item.Value.SourceEndpoint, endpoint) && !sameName(item.Value.TargetEndpoint, endpoint) {
				continue
			}
			b, err := c.batch(ctx, item.Value)
			if err != nil {
				return err
			}
			if q.Status != "" && q.Status != b.Status {
				continue
			}
			c.retention(config, item.Value, &b)
			if c.outbox != nil {
				if b.Notifications, err = c.outbox.Mails(ctx, b.GUID); err != nil {
					return err
				}
			}
			if q.IncludeReport {
				if b.Report, err = c.batchReport(ctx, b.GUID); err != nil {
					return err
				}
			}
			if !yield(b) {
				return nil
			}
		}
		return nil
	})
}

func (c *Control) nameOfEndpoint(ctx context.Context, id migration.Identity) (string, error) {
	if id == "" {
		return "", nil
	}
	item, err := c.records.AnyEndpoint(ctx, id)
	return item.Value.Name, err
}

// selectBatches is the one batch that is meant, or all.
func (c *Control) selectBatches(ctx context.Context, id migration.Identity) ([]store.Item[records.Batch], error) {
	if id == "" {
		return c.records.AllBatches(ctx)
	}
	item, err := c.records.AnyBatch(ctx, id)
	if err != nil {
		return nil, err
	}
	return []store.Item[records.Batch]{item}, nil
}

// batch makes the snapshot of a batch: its record, its endpoints, and what its users come to.
func (c *Control) batch(ctx context.Context, r records.Batch) (migration.Batch, error) {
	b := migration.Batch{
		Name: r.Name, GUID: r.GUID, MigrationType: migration.TypeIMAP, BatchDirection: migration.DirectionOnboarding,
		SubmittedByUser: r.SubmittedBy, BatchSettings: r.BatchSettings, CSVName: r.CSVName, Order: r.Order,
		CreationTime: r.CreationTime, StartTime: r.StartTime, Analyze: r.Analyze,
	}
	for _, e := range []struct {
		name string
		to   *migration.Endpoint
	}{{r.SourceEndpoint, &b.SourceEndpoint}, {r.TargetEndpoint, &b.TargetEndpoint}} {
		item, err := c.records.Endpoints.Get(ctx, migration.FoldName(e.name))
		switch {
		case errors.Is(err, store.ErrNotFound):
			e.to.Name = e.name
		case err != nil:
			return b, err
		default:
			*e.to = item.Value.Endpoint
			b.Message = cmp.Or(b.Message, item.Value.Damage)
		}
	}
	now := c.now()
	s := newSum(&r, now)
	for item, err := range c.records.Users.Within(r.GUID).All(ctx) {
		if err != nil {
			return b, err
		}
		s.add(&item.Value)
	}
	s.fill(&b)
	if b.Analyze && b.Message == "" {
		b.Message = "This is an analysis: the mailboxes are counted, and nothing is copied."
	}
	if err := r.Intact(); err != nil {
		b.Message = err.Error()
	}
	if r.WarningCount > 0 {
		var err error
		if b.ValidationWarnings, err = c.records.Warnings(ctx, r.GUID); err != nil {
			return b, err
		}
		slices.SortStableFunc(b.ValidationWarnings, func(x, y migration.ValidationWarning) int { return cmp.Compare(x.Row, y.Row) })
	}
	return b, nil
}

// batchReport gathers the stories of a batch's users, in order of time.
func (c *Control) batchReport(ctx context.Context, guid string) ([]migration.ReportLine, error) {
	var lines []migration.ReportLine
	for item, err := range c.records.Reports.Within(guid).All(ctx) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, item.Value...)
	}
	slices.SortStableFunc(lines, func(a, b migration.ReportLine) int { return a.Time.Compare(b.Time) })
	return lines, nil
}

// A sum gathers what a batch's users come to.
type sum struct {
	batch *records.Batch
	now   time.Time
	tally migration.Tally

	held                  bool // a user that waits for its StartAfter, and none that doesn't
	copied                int
	lastCopied, lastEnded time.Time
	oldestSync            time.Time
	skipped, items        int64
	waiting               int       // users at work that a server has asked to wait, or that wait for a server
	waitingUntil          time.Time // the first of them to go on
}

func newSum(b *records.Batch, now time.Time) *sum {
	return &sum{batch: b, now: now, held: true}
}

func (s *sum) add(u *records.User) {
	order, held := s.batch.InForce(u, s.now)
	s.tally.Add(u.UserState, order, order.Kind == migration.OrderStart && s.batch.Wanted(u))
	s.held = s.held && held
	s.skipped += u.Figures.Skipped
	s.items += u.Figures.ItemsTotal
	s.lastEnded = later(s.lastEnded, u.FinishedTime)
	if u.NextRetryTime.After(s.now) && u.Fault != nil && u.Fault.Type == migration.FaultTransient && u.Status.AtWork() {
		if s.waiting++; s.waitingUntil.IsZero() || u.NextRetryTime.Before(s.waitingUntil) {
			s.waitingUntil = u.NextRetryTime
		}
	}
	if u.Copied {
		s.copied++
		s.lastCopied = later(s.lastCopied, u.CopiedTime)
		if s.oldestSync.IsZero() || u.LastSyncTime.Before(s.oldestSync) {
			s.oldestSync = u.LastSyncTime
		}
	}
}

// status is the batch's, derived.
func (s *sum) status() migration.BatchStatus {
	order := migration.InForce(s.batch.Order, migration.Order{}, s.batch.Schedule, s.now)
	return migration.BatchStatusOf(order, s.tally, migration.Facts{Held: s.held, Corrupted: s.batch.Damage != "", NoIncremental: s.batch.NoIncrementalSyncs})
}

// fill puts what was gathered into a batch.
func (s *sum) fill(b *migration.Batch) {
	b.Counts = s.tally.Counts
	b.Status = s.status()
	b.LastSyncedTime = s.oldestSync
	if s.tally.TotalCount > 0 && s.copied+s.tally.FailedInitialSyncCount == s.tally.TotalCount {
		b.InitialSyncTime = s.lastCopied
	}
	if b.Status == migration.BatchCompleted || b.Status == migration.BatchCompletedWithErrors {
		b.FinalizedTime = s.lastEnded
	}
	b.Score = score(s.skipped, s.items)
	if s.waiting > 0 {
		b.Message = fmt.Sprintf("%d of its users wait for a server until %s or later.", s.waiting, s.waitingUntil.Format(time.RFC3339))
	}
	if b.Status == migration.BatchWaiting {
		b.Message = "The batch starts after " + b.StartAfter.Format(time.RFC3339) + "."
	}
}

// score grades a copy by the share of messages that could not be copied: none is Perfect, up to one in a hundred Investigate, more Poor.
func score(skipped, items int64) migration.ConsistencyScore {
	switch {
	case skipped == 0:
		return migration.ScorePerfect
	case skipped*100 <= items:
		return migration.ScoreInvestigate
	}
	return migration.ScorePoor
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
