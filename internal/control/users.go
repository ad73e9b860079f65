package control

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"migsh/internal/csvfile"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/syncer"
	"migsh/store"
)

// Users implements migration.Service.
func (c *Control) Users(ctx context.Context, q migration.UserQuery) iter.Seq2[migration.User, error] {
	return sequence(func(yield func(migration.User) bool) error {
		batches, err := c.selectBatches(ctx, q.Batch)
		if err != nil {
			return err
		}
		now := c.now()
		found := false
		for _, batch := range batches {
			users, err := c.selectUsers(ctx, batch.Value.GUID, q.Identity)
			if err != nil {
				return err
			}
			found = found || len(users) > 0
			for i := range users {
				u := snapshot(&batch.Value, &users[i].Value, now)
				if q.Status != "" && q.Status != u.Status || q.StatusSummary != "" && q.StatusSummary != u.Status.Summary() {
					continue
				}
				if !yield(u) {
					return nil
				}
			}
		}
		if q.Identity != "" && !found {
			return userNotFound(q.Identity)
		}
		return nil
	})
}

func userNotFound(id migration.Identity) error {
	return migration.NotFound(migration.NounUser, id, "Get-MigrationUser lists those that exist.")
}

// selectUsers is the user of a batch that is meant, or all in order of their rows.
func (c *Control) selectUsers(ctx context.Context, batchGUID string, id migration.Identity) ([]store.Item[records.User], error) {
	if id != "" && !id.IsGUID() {
		item, err := c.records.Users.Get(ctx, records.UserKey(batchGUID, string(id))...)
		switch {
		case errors.Is(err, store.ErrNotFound):
			return nil, nil
		case err != nil:
			return nil, err
		}
		return []store.Item[records.User]{item}, nil
	}
	var users []store.Item[records.User]
	for item, err := range c.records.Users.Within(batchGUID).All(ctx) {
		if err != nil {
			return nil, err
		}
		if id == "" || id.Matches(item.Value.EmailAddress, item.Value.GUID) {
			item.Names = append([]string{batchGUID}, item.Names...)
			users = append(users, item)
		}
	}
	sortUsers(users)
	return users, nil
}

// findUser is the one user that is meant, with its batch. One in an analysis is meant only if there is no other.
func (c *Control) findUser(ctx context.Context, id migration.Identity) (batch store.Item[records.Batch], user store.Item[records.User], err error) {
	batches, err := c.records.AllBatches(ctx)
	if err != nil {
		return batch, user, err
	}
	var names []string
	analysis := false // the batch found is one
	for _, b := range batches {
		users, err := c.selectUsers(ctx, b.Value.GUID, id)
		if err != nil {
			return batch, user, err
		}
		if len(users) > 0 && id != "" {
			if b.Value.Analyze && len(names) > 0 && !analysis {
				continue
			}
			if analysis && !b.Value.Analyze {
				names = nil
			}
			analysis = b.Value.Analyze
			batch, user = b, users[0]
			names = append(names, b.Value.Name)
		}
	}
	switch len(names) {
	case 0:
		return batch, user, userNotFound(id)
	case 1:
		return batch, user, nil
	}
	return batch, user, migration.NewError(migration.ErrAmbiguous, string(id),
		fmt.Sprintf("'%s' is in several batches: '%s'.", id, strings.Join(names, "', '")), "Name the user by its Guid, which Get-MigrationUser shows.")
}

// snapshot makes the picture of a user that is shown.
func snapshot(b *records.Batch, u *records.User, now time.Time) migration.User {
	s := migration.User{
		EmailAddress: u.EmailAddress, GUID: u.GUID, BatchName: b.Name, BatchGUID: b.GUID, Row: u.Row,
		UserState: b.Settled(u, now), MigrationType: migration.TypeIMAP, Analyze: b.Analyze,
		UserName: u.UserName, UserRoot: u.UserRoot, TargetUserName: u.TargetUserName,
		Schedule: u.Schedule, Order: u.Order,
		SyncedItemCount:  u.Figures.Synced,
		SkippedItemCount: u.Figures.Skipped, TransferredItemCount: u.Figures.Transferred,
		SyncedFolderCount:   int64(u.Figures.Folders),
		EstimatedTotalCount: -1, EstimatedTotalSize: -1,
		Score:                  score(u.Figures.Skipped, u.Figures.ItemsTotal),
		LastSuccessfulSyncTime: u.LastSyncTime, LastCheckTime: u.LastCheckTime,
		NextSyncTime: u.NextSyncTime, NextRetryTime: u.NextRetryTime, Fault: u.Fault,
	}
	if u.Figures.Counted {
		s.EstimatedTotalCount, s.EstimatedTotalSize = u.Figures.ItemsTotal, migration.ByteSize(u.Figures.BytesTotal)
	}
	return s
}

// SetUser implements migration.Service.
func (c *Control) SetUser(ctx context.Context, r migration.SetUserRequest) (migration.UserResult, error) {
	return c.changeUser(ctx, r.Identity, func(b *records.Batch, u *records.User) error {
		if r.StartAfter != nil {
			u.StartAfter = r.StartAfter.UTC()
		}
		if r.CompleteAfter != nil {
			u.CompleteAfter = r.CompleteAfter.UTC()
		}
		if r.SyncNow {
			u.SyncWanted = c.now()
		}
		if r.Credentials == nil && r.TargetPassword == nil {
			return nil
		}
		row := csvfile.Row{EmailAddress: u.EmailAddress, UserName: u.UserName}
		if r.Credentials != nil {
			row.UserName, row.Password = r.Credentials.UserName, r.Credentials.Password
		}
		if r.TargetPassword != nil {
			row.TargetPassword = *r.TargetPassword
		}
		return c.putCredentials(b, u, row)
	})
}

// putCredentials gives a user other passwords and has it tried again at once if it had failed. Another user name would mean another
// mailbox, whose mail would be mixed with what was copied already.
func (c *Control) putCredentials(b *records.Batch, u *records.User, row csvfile.Row) error {
	if row.UserName != u.UserName {
		return migration.NewError(migration.ErrInvalidValue, u.EmailAddress,
			fmt.Sprintf("The user name of '%s' is '%s' and can't be changed to '%s': that is another mailbox.", u.EmailAddress, u.UserName, row.UserName),
			"Remove the user and put it into another batch.")
	}
	key := c.records.Users.Key(records.UserKey(b.GUID, u.EmailAddress)...)
	if row.Password != "" {
		sealed, err := c.records.Seal(row.Password, key, records.FieldPassword)
		if err != nil {
			return err
		}
		u.Password = sealed
	}
	if row.TargetPassword != "" {
		sealed, err := c.records.Seal(row.TargetPassword, key, records.FieldTargetPassword)
		if err != nil {
			return err
		}
		u.TargetPassword = sealed
	}
	c.retry(b, u)
	return nil
}

// retry has a user that has failed tried again at once.
func (c *Control) retry(b *records.Batch, u *records.User) {
	if u.NextRetryTime.IsZero() {
		return
	}
	u.NextRetryTime = c.now()
	// From now on the user counts as waiting for its turn, so that whoever waits for the batch waits for it too.
	if next, _, err := b.Settled(u, c.now()).Next(migration.EventRetry); err == nil {
		u.UserState = next
	}
}

// newCredentials gives the users of a batch the passwords of a file, and tells how many of how many rows were new. Who has them already
// is left in peace, whatever he waits for. The file must name users of the batch only.
func (c *Control) newCredentials(ctx context.Context, b records.Batch, r migration.SetBatchRequest) (changed, of int, err error) {
	file, err := csvfile.Parse(r.CSVData, csvfile.Options{AllowUnknownColumns: r.AllowUnknownColumns})
	if err != nil {
		return 0, 0, err
	}
	var rows []csvfile.Row
	var faults []migration.Fault
	for _, w := range file.Warnings {
		faults = append(faults, migration.Fault{ID: migration.ErrCSVInvalid, Row: w.Row, Message: w.Message})
	}
	for _, row := range file.Rows {
		user, err := c.records.Users.Get(ctx, records.UserKey(b.GUID, row.EmailAddress)...)
		switch {
		case errors.Is(err, store.ErrNotFound):
			faults = append(faults, migration.Fault{
				ID: migration.ErrNotFound, Row: row.Number, Message: fmt.Sprintf("Row %d: '%s' is not in the batch '%s'.", row.Number, row.EmailAddress, b.Name),
			})
		case err != nil:
			return 0, 0, err
		case user.Value.UserName != row.UserName:
			faults = append(faults, migration.Fault{
				ID: migration.ErrInvalidValue, Row: row.Number,
				Message: fmt.Sprintf("Row %d: the user name of '%s' is '%s', not '%s'.", row.Number, row.EmailAddress, user.Value.UserName, row.UserName),
			})
		case !c.hasCredentials(b, user.Value, row):
			rows = append(rows, row)
		}
	}
	if len(faults) > 0 {
		e := migration.NewError(migration.ErrCSVInvalid, b.Name, "The credentials can't be replaced.", "Correct the file; nothing was changed.")
		for i, f := range faults {
			if i < 20 {
				e.Message += " " + f.Message
			}
		}
		e.Faults = faults[:min(len(faults), 100)]
		return 0, 0, e
	}
	for _, row := range rows {
		if _, err := c.records.Users.Modify(ctx, func(u *records.User) error { return c.putCredentials(&b, u, row) },
			records.UserKey(b.GUID, row.EmailAddress)...); err != nil {
			return 0, 0, err
		}
	}
	return len(rows), len(file.Rows), nil
}

// hasCredentials tells whether a user has the passwords of a row already. What can't be read is to be replaced.
func (c *Control) hasCredentials(b records.Batch, u records.User, row csvfile.Row) bool {
	has, err := c.records.Row(b.GUID, u)
	return err == nil && (row.Password == "" || row.Password == has.Password) && (row.TargetPassword == "" || row.TargetPassword == has.TargetPassword)
}

// changeUser lets change alter a user's record.
func (c *Control) changeUser(ctx context.Context, id migration.Identity, change func(*records.Batch, *records.User) error) (migration.UserResult, error) {
	batch, user, err := c.findUser(ctx, id)
	if err != nil {
		return migration.UserResult{}, records.Explain(err)
	}
	user, err = c.records.Users.Modify(ctx, func(u *records.User) error { return change(&batch.Value, u) }, user.Names...)
	if err != nil {
		return migration.UserResult{}, records.Explain(err)
	}
	return migration.UserResult{User: snapshot(&batch.Value, &user.Value, c.now())}, nil
}

// StartUser implements migration.Service.
func (c *Control) StartUser(ctx context.Context, r migration.OrderUserRequest) (migration.UserResult, error) {
	return c.orderUser(ctx, r, migration.OrderStart, func(u migration.User) error {
		if u.Status.Summary() == migration.SummaryCompleted {
			return migration.NewError(migration.ErrBatchCompleted, u.EmailAddress, fmt.Sprintf("'%s' is completed: there is nothing left to start.", u.EmailAddress),
				"To copy what has arrived since, put it into a new batch; nothing is copied twice.")
		}
		return nil
	})
}

// StopUser implements migration.Service.
func (c *Control) StopUser(ctx context.Context, r migration.OrderUserRequest) (migration.UserResult, error) {
	kind := migration.OrderStop
	if r.Immediate {
		kind = migration.OrderStopNow
	}
	return c.orderUser(ctx, r, kind, func(u migration.User) error {
		if s := u.Status.Summary(); s != migration.SummaryActive && s != migration.SummarySynced {
			return migration.NewError(migration.ErrNothingToStop, u.EmailAddress, fmt.Sprintf("'%s' can't be stopped: it is %s.", u.EmailAddress, u.Status), "")
		}
		return nil
	})
}

// orderUser leaves an order on a user, numbered after the batch's last one.
func (c *Control) orderUser(ctx context.Context, r migration.OrderUserRequest, kind migration.OrderKind, check func(migration.User) error) (migration.UserResult, error) {
	var out migration.UserResult
	for {
		batch, user, err := c.findUser(ctx, r.Identity)
		if err != nil {
			return out, records.Explain(err)
		}
		if batch.Value.Order.Kind == migration.OrderRemove {
			return out, removing(migration.Batch{Name: batch.Value.Name})
		}
		now := c.now()
		if err := check(snapshot(&batch.Value, &user.Value, now)); err != nil {
			return out, err
		}
		batch.Value.LastNumber++
		batch.Value.Touched = now
		user.Value.Order = migration.Order{Kind: kind, Number: batch.Value.LastNumber, At: now, By: r.By}
		putBatch, err := c.records.Batches.Replace(batch)
		if err != nil {
			return out, records.Explain(err)
		}
		putUser, err := c.records.Users.Replace(user)
		if err != nil {
			return out, records.Explain(err)
		}
		_, err = c.records.Store.Update(ctx, putBatch, putUser)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		out.User = snapshot(&batch.Value, &user.Value, now)
		return out, records.Explain(err)
	}
}

// RemoveUser implements migration.Service.
func (c *Control) RemoveUser(ctx context.Context, r migration.RemoveUserRequest) error {
	batch, user, err := c.findUser(ctx, r.Identity)
	if err != nil {
		return records.Explain(err)
	}
	if now := snapshot(&batch.Value, &user.Value, c.now()); now.Status.Summary() == migration.SummaryActive {
		return migration.NewError(migration.ErrBatchRunning, now.EmailAddress,
			fmt.Sprintf("'%s' is %s and can't be removed while it is at work.", now.EmailAddress, now.Status),
			fmt.Sprintf("Stop it first: Stop-MigrationUser '%s'.", now.EmailAddress))
	}
	ops, err := c.records.RemoveUser(ctx, batch.Value.GUID, user)
	if err != nil {
		return records.Explain(err)
	}
	pair, err := c.pair(ctx, batch.Value, user.Value)
	if err != nil {
		return records.Explain(err)
	}
	if _, err := c.records.Store.Update(ctx, ops...); err != nil {
		return records.Explain(err)
	}
	if r.ForgetState {
		err = syncer.Forget(ctx, c.records.Store, pair)
	}
	return records.Explain(err)
}
