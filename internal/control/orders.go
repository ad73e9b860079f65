package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// StartBatch implements migration.Service.
func (c *Control) StartBatch(ctx context.Context, r migration.OrderBatchRequest) (migration.BatchResult, error) {
	return c.orderBatch(ctx, r, "start", startable, func(b migration.Batch) (migration.OrderKind, []string, error) {
		if b.Analyze && b.Status == migration.BatchCompleted {
			return "", nil, migration.NewError(migration.ErrBatchCompleted, b.Name, fmt.Sprintf("The analysis '%s' is completed: there is nothing left to start.", b.Name),
				"To count again, remove it and make a new one.")
		}
		switch b.Order.Kind {
		case migration.OrderRemove:
			return "", nil, removing(b)
		case migration.OrderComplete:
			if b.FailedCount+b.StoppedCount == 0 && b.ActiveCount == 0 {
				return "", nil, migration.NewError(migration.ErrBatchCompleted, b.Name,
					fmt.Sprintf("The batch '%s' is completed: there is nothing left to start.", b.Name),
					"To copy what has arrived since, remove it and make a new batch of the same users; nothing is copied twice.")
			}
			return migration.OrderComplete, nil, nil
		}
		if err := c.mayRun(ctx, b); err != nil {
			return "", nil, err
		}
		var notes []string
		if b.StartAfter.After(c.now()) {
			notes = append(notes, fmt.Sprintf("The batch '%s' waits until %s (StartAfter).", b.Name, b.StartAfter.Format(time.RFC3339)))
		}
		return migration.OrderStart, notes, nil
	})
}

// startable tells whether a start without a name can mean the batch.
func startable(b migration.Batch) bool {
	return b.Status == migration.BatchCreated || b.Status == migration.BatchStopped || b.Status == migration.BatchFailed
}

// StopBatch implements migration.Service.
func (c *Control) StopBatch(ctx context.Context, r migration.OrderBatchRequest) (migration.BatchResult, error) {
	kind := migration.OrderStop
	if r.Immediate {
		kind = migration.OrderStopNow
	}
	return c.orderBatch(ctx, r, "stop", stoppable, func(b migration.Batch) (migration.OrderKind, []string, error) {
		nothing := func(why string) error {
			return migration.NewError(migration.ErrNothingToStop, b.Name, fmt.Sprintf("The batch '%s' can't be stopped: %s", b.Name, why), "")
		}
		switch {
		case b.Order.Kind == migration.OrderRemove:
			return "", nil, removing(b)
		case b.Order.Kind == migration.OrderNone && b.ActiveCount == 0:
			return "", nil, nothing("it was never started.")
		case b.Status == migration.BatchStopped:
			return "", nil, nothing("it is stopped already.")
		case b.ActiveCount+b.SyncedCount == 0:
			return "", nil, nothing("every user is completed or failed.")
		}
		return kind, nil, nil
	})
}

func stoppable(b migration.Batch) bool {
	return b.Status.Busy() || b.Status == migration.BatchWaiting || b.Status == migration.BatchSynced || b.Status == migration.BatchSyncedWithErrors
}

// CompleteBatch implements migration.Service.
func (c *Control) CompleteBatch(ctx context.Context, r migration.OrderBatchRequest) (migration.BatchResult, error) {
	return c.orderBatch(ctx, r, "complete", completable, func(b migration.Batch) (migration.OrderKind, []string, error) {
		switch {
		case b.Order.Kind == migration.OrderRemove:
			return "", nil, removing(b)
		case b.Analyze:
			return "", nil, migration.NewError(migration.ErrInvalidValue, b.Name, fmt.Sprintf("The batch '%s' is an analysis: it copies nothing, and ends by itself.", b.Name),
				"Make a batch of the same user list without -Analyze.")
		case b.Order.Kind == migration.OrderNone && b.ActiveCount+b.SyncedCount == 0:
			return "", nil, migration.NewError(migration.ErrNotStarted, b.Name,
				fmt.Sprintf("The batch '%s' was never started and can't be completed.", b.Name),
				fmt.Sprintf("Start it first: Start-MigrationBatch '%s'.", b.Name))
		case b.Status == migration.BatchCompleted:
			return "", nil, migration.NewError(migration.ErrBatchCompleted, b.Name, fmt.Sprintf("The batch '%s' is completed already.", b.Name), "")
		}
		return migration.OrderComplete, nil, nil
	})
}

func completable(b migration.Batch) bool {
	return !b.Analyze && b.Order.Kind != migration.OrderNone && b.Order.Kind != migration.OrderRemove && b.Status != migration.BatchCompleted
}

func removing(b migration.Batch) error {
	return migration.NewError(migration.ErrBatchRemoving, b.Name, fmt.Sprintf("The batch '%s' is being removed.", b.Name), "")
}

// orderBatch leaves an order on a batch. decide is asked, with the batch as it is, which order; it may be asked again.
func (c *Control) orderBatch(ctx context.Context, r migration.OrderBatchRequest, verb string, meant func(migration.Batch) bool,
	decide func(migration.Batch) (migration.OrderKind, []string, error)) (migration.BatchResult, error) {

	var out migration.BatchResult
	id := r.Identity
	if id == "" {
		only, err := c.onlyBatch(ctx, verb, meant)
		if err != nil {
			return out, records.Explain(err)
		}
		id = migration.Identity(only)
	}
	if err := checkAddresses(r.NotificationEmails); err != nil {
		return out, err
	}
	item, err := c.records.FindBatch(ctx, id)
	if err != nil {
		return out, records.Explain(err)
	}
	_, err = c.records.Batches.Modify(ctx, func(b *records.Batch) error {
		now, err := c.batch(ctx, *b)
		if err != nil {
			return err
		}
		kind, notes, err := decide(now)
		if err != nil {
			return err
		}
		out.Warnings = notes
		c.leaving(ctx, now)
		b.LastNumber++
		b.Order = migration.Order{Kind: kind, Number: b.LastNumber, At: c.now(), By: r.By}
		if r.NotificationEmails != nil {
			b.NotificationEmails = r.NotificationEmails
		}
		if kind == migration.OrderStart && b.StartTime.IsZero() {
			b.StartTime = b.Order.At
		}
		// As it is under the new order, before the engine has seen that.
		out.Batch, err = c.batch(ctx, *b)
		return err
	}, item.Names...)
	if err == nil {
		err = c.tell(ctx, &out)
	}
	return out, records.Explain(err)
}

// onlyBatch is the name of the one batch that a command without a name can mean.
func (c *Control) onlyBatch(ctx context.Context, verb string, meant func(migration.Batch) bool) (string, error) {
	items, err := c.records.AllBatches(ctx)
	if err != nil {
		return "", err
	}
	var names []string
	for _, item := range items {
		b, err := c.batch(ctx, item.Value)
		if err != nil {
			return "", err
		}
		if meant(b) {
			names = append(names, b.Name)
		}
	}
	switch len(names) {
	case 1:
		return names[0], nil
	case 0:
		return "", migration.NewError(migration.ErrNotFound, "", fmt.Sprintf("A batch to %s can't be found.", verb), "Get-MigrationBatch lists the batches and their statuses.")
	}
	return "", migration.NewError(migration.ErrAmbiguous, "", fmt.Sprintf("There are several batches to %s: '%s'.", verb, strings.Join(names, "', '")),
		"Name one with -Identity.")
}

// CompleteAll implements migration.Service.
func (c *Control) CompleteAll(ctx context.Context, r migration.CompleteAllRequest) (migration.CompleteAllResult, error) {
	var out migration.CompleteAllResult
	items, err := c.records.AllBatches(ctx)
	if err != nil {
		return out, records.Explain(err)
	}
	for _, item := range items {
		b, err := c.batch(ctx, item.Value)
		if err != nil {
			return out, records.Explain(err)
		}
		if !completable(b) || b.Status == migration.BatchCompleting {
			continue
		}
		if _, err := c.CompleteBatch(ctx, migration.OrderBatchRequest{Identity: migration.Identity(b.GUID), By: r.By, NotificationEmails: r.NotificationEmails}); err != nil {
			return out, err
		}
		out.Batches = append(out.Batches, b.Name)
	}
	return out, nil
}

// RemoveBatch implements migration.Service.
func (c *Control) RemoveBatch(ctx context.Context, r migration.RemoveBatchRequest) error {
	c.creating.Lock()
	defer c.creating.Unlock()
	item, err := c.records.AnyBatch(ctx, r.Identity)
	if err != nil {
		return records.Explain(err)
	}
	if item.Value.Damage != "" {
		return records.Explain(c.removeDamaged(ctx, item, r.Force))
	}
	before, err := c.batch(ctx, item.Value)
	if err != nil {
		return records.Explain(err)
	}
	if before.ActiveCount == 0 || r.Force {
		if err := c.keepReport(ctx, before); err != nil {
			remedy := ""
			if _, ok := errors.AsType[*fs.PathError](err); ok {
				remedy = "Make the directory of reports writable."
			}
			return migration.NewError(migration.ErrStore, before.Name, fmt.Sprintf("The report of the batch '%s' can't be kept, and it was not removed: %s.",
				before.Name, strings.TrimSuffix(err.Error(), ".")), remedy).Because(err)
		}
	}
	item, err = c.records.Batches.Modify(ctx, func(b *records.Batch) error {
		now, err := c.batch(ctx, *b)
		if err != nil {
			return err
		}
		if now.ActiveCount > 0 && now.Status != migration.BatchRemoving && !r.Force {
			return migration.NewError(migration.ErrBatchRunning, b.Name,
				fmt.Sprintf("The batch '%s' is %s and can't be removed while it is at work.", b.Name, now.Status),
				fmt.Sprintf("Stop it and wait until it has stopped: Stop-MigrationBatch '%s'; Wait-MigrationBatch '%s'.", b.Name, b.Name))
		}
		c.leaving(ctx, now)
		b.LastNumber++
		b.Order = migration.Order{Kind: migration.OrderRemove, Number: b.LastNumber, At: c.now()}
		return nil
	}, item.Names...)
	if err != nil {
		return records.Explain(err)
	}
	if err := c.records.Wipe(ctx, item.Value.GUID); err != nil {
		return records.Explain(err)
	}
	last, err := c.records.RemoveBatch(ctx, item)
	if err == nil {
		_, err = c.records.Store.Update(ctx, last...)
	}
	return records.Explain(err)
}

// removeDamaged deletes a batch whose record can't be read, with what can be told to be its.
func (c *Control) removeDamaged(ctx context.Context, item store.Item[records.Batch], force bool) error {
	if !force {
		return item.Value.Intact()
	}
	if item.Value.GUID != "" {
		if err := c.records.Wipe(ctx, item.Value.GUID); err != nil {
			return err
		}
	}
	last, err := c.records.RemoveBatch(ctx, item)
	if err == nil {
		_, err = c.records.Store.Update(ctx, last...)
	}
	if err == nil && item.Value.GUID == "" {
		err = c.records.Sweep(ctx) // its users are nobody's now
	}
	return err
}

// SetBatch implements migration.Service.
func (c *Control) SetBatch(ctx context.Context, r migration.SetBatchRequest) (migration.BatchResult, error) {
	var out migration.BatchResult
	item, err := c.records.FindBatch(ctx, r.Identity)
	if err != nil {
		return out, records.Explain(err)
	}
	if item.Value.Order.Kind == migration.OrderRemove {
		return out, removing(migration.Batch{Name: item.Value.Name})
	}
	switch {
	case r.AddUsers:
		notes, err := c.addUsers(ctx, item.Value, r)
		if err != nil {
			return out, records.Explain(err)
		}
		out.Warnings = notes
	case r.CSVData != nil:
		n, of, err := c.newCredentials(ctx, item.Value, r)
		if err != nil {
			return out, records.Explain(err)
		}
		note := fmt.Sprintf("%s users of the batch '%s' have new credentials.", migration.Thousands(int64(n)), item.Value.Name)
		if n < of {
			note += fmt.Sprintf(" %s had those of the list already, and are left as they are.", migration.Thousands(int64(of-n)))
		}
		out.Warnings = append(out.Warnings, note)
	}
	item, err = c.records.Batches.Modify(ctx, func(b *records.Batch) error {
		if r.StartAfter != nil {
			b.StartAfter = r.StartAfter.UTC()
		}
		if r.CompleteAfter != nil {
			b.CompleteAfter = r.CompleteAfter.UTC()
		}
		if r.AllowIncrementalSyncs != nil {
			b.NoIncrementalSyncs = !*r.AllowIncrementalSyncs
		}
		set(&b.NotificationEmails, r.NotificationEmails)
		set(&b.SkipReports, r.SkipReports)
		set(&b.ReportInterval, r.ReportInterval)
		set(&b.TimeZone, r.TimeZone)
		set(&b.IncrementalSyncEvery, r.IncrementalSyncEvery)
		set(&b.FolderMapping, r.FolderMapping)
		set(&b.TargetRootFolder, r.TargetRootFolder)
		set(&b.KeepFolderNames, r.KeepFolderNames)
		b.Touched = c.now()
		set(&b.RepairMessages, r.RepairMessages)
		set(&b.SyncDeletions, r.SyncDeletions)
		set(&b.MaxDeletionPercent, r.MaxDeletionPercent)
		if r.SyncNow {
			b.SyncWanted = b.Touched
		}
		settings, err := checkSettings(b.BatchSettings)
		b.BatchSettings = settings
		return err
	}, item.Names...)
	if err != nil {
		return out, records.Explain(err)
	}
	if (r.FolderMapping != nil || r.TargetRootFolder != nil || r.KeepFolderNames != nil) && !item.Value.StartTime.IsZero() {
		out.Warnings = append(out.Warnings, "Folders that were copied already stay where they are; the change holds for the others.")
	}
	out.Batch, err = c.batch(ctx, item.Value)
	return out, records.Explain(err)
}

// sortUsers puts users in order of their rows.
func sortUsers(users []store.Item[records.User]) {
	slices.SortStableFunc(users, func(a, b store.Item[records.User]) int { return a.Value.Row - b.Value.Row })
}
