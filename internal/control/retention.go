package control

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"migsh/internal/migration"
	"migsh/internal/records"
)

const (
	// retentionEvery is how often batches are looked through that nobody cares for any more. The first look comes that long after the
	// start, so that whoever starts migsh after a long time sees the batches first.
	retentionEvery = time.Hour
	// retentionNotice is how long before its end a batch says that it comes.
	retentionNotice = 7 * 24 * time.Hour
	// retentionCaller gives the orders that nobody gave.
	retentionCaller = "migsh (retention)"
)

// Retire looks, every hour until ctx ends, where mail is delivered to, and stops and removes batches that nobody cares for any more, as the
// configuration says.
func (c *Control) Retire(ctx context.Context, log *slog.Logger) {
	every := time.NewTicker(retentionEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
		}
		if err := c.observeAll(ctx); err != nil && ctx.Err() == nil {
			log.Error("the MX records could not be looked at", "error", err)
		}
		if err := c.retire(ctx, log); err != nil && ctx.Err() == nil {
			log.Error("old batches could not be put away", "error", err)
		}
	}
}

// retire does what is due now. What fails for one batch does not keep the others.
func (c *Control) retire(ctx context.Context, log *slog.Logger) error {
	var errs []error
	for b, err := range c.Batches(ctx, migration.BatchQuery{}) {
		if err != nil {
			return errors.Join(append(errs, err)...)
		}
		if b.RetentionAction == "" || b.RetentionTime.After(c.now()) {
			continue
		}
		id := migration.Identity(b.GUID)
		e := migration.AuditEntry{Caller: retentionCaller, Object: b.Name}
		switch b.RetentionAction {
		case migration.RetainStop:
			e.Cmdlet = "Stop-MigrationBatch"
			_, err = c.StopBatch(ctx, migration.OrderBatchRequest{Identity: id, By: retentionCaller})
		case migration.RetainRemove:
			e.Cmdlet = "Remove-MigrationBatch"
			err = c.RemoveBatch(ctx, migration.RemoveBatchRequest{Identity: id})
		}
		if errors.Is(err, migration.ErrNothingToStop) {
			continue // those that failed are tried again, which is all that it does
		}
		if err != nil {
			e.Error = err.Error()
			errs = append(errs, fmt.Errorf("batch '%s': %w", b.Name, err))
		}
		log.Info("a batch that nobody cared for was put away", "batch", b.Name, "status", b.Status, "action", b.RetentionAction, "error", e.Error)
		if err := c.Audit(ctx, e); err != nil {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}

// retention notes on a batch what becomes of it when nobody cares for it, and warns when that is near.
func (c *Control) retention(config migration.Config, r records.Batch, b *migration.Batch) {
	since := r.CreationTime
	for _, t := range []time.Time{r.Order.At, r.Touched, r.SyncWanted, r.StartTime} {
		since = later(since, t)
	}
	if b.Status == migration.BatchCompleted || b.Status == migration.BatchCompletedWithErrors {
		since = later(since, b.FinalizedTime)
	}
	b.RetentionAction, b.RetentionTime = config.Retention.Due(b.Status, since)
	if b.RetentionAction == "" || b.Message != "" || b.RetentionTime.Sub(c.now()) > retentionNotice {
		return
	}
	b.Message = fmt.Sprintf("Nobody has cared for the batch since %s: it is %s after %s.", since.Format(time.RFC3339), b.RetentionAction, b.RetentionTime.Format(time.RFC3339))
	if b.RetentionAction == migration.RetainRemove {
		b.Message += " Its report is kept, and so is what is remembered of its mailboxes."
	}
	b.Message += " Set-MigrationConfig says how long batches stay."
}
