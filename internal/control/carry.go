package control

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"migsh/internal/csvfile"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// A carried user is one that leaves its batch for a new one.
type carried struct {
	batch records.Batch
	user  store.Item[records.User]
	row   csvfile.Row
}

// carryOver makes a batch of users that are in other batches. Each leaves its batch as it enters the new one, in one step, so that
// whatever happens it is in one of them: a pair of mailboxes is in one batch at a time. What is remembered of the pair goes along.
func (c *Control) carryOver(ctx context.Context, r migration.NewBatchRequest) (migration.BatchResult, error) {
	var out migration.BatchResult
	users, err := c.gatherCarried(ctx, r.Users)
	if err != nil {
		return out, records.Explain(err)
	}
	if err := inherit(&r, users); err != nil {
		return out, err
	}
	start := r.AutoStart
	r.AutoStart = false // not before all its users are there
	d, err := c.draft(ctx, r)
	if err != nil {
		return out, records.Explain(err)
	}
	if err := c.reachBoth(ctx, d); err != nil {
		return out, err
	}
	if r.Validate {
		d.file = &csvfile.File{}
		for _, u := range users {
			d.file.Rows = append(d.file.Rows, u.row)
		}
		if err := c.tryRows(ctx, d); err != nil {
			return out, err
		}
	}
	if err := c.writeCarried(ctx, d, users); err != nil {
		return out, records.Explain(err)
	}
	if start {
		out, err = c.StartBatch(ctx, migration.OrderBatchRequest{Identity: migration.Identity(d.batch.GUID), By: r.SubmittedBy})
	} else {
		out.Batch, err = c.batch(ctx, d.batch)
	}
	out.Warnings = append(d.notes, out.Warnings...)
	return out, records.Explain(err)
}

// gatherCarried finds the users, and refuses all if one can't leave its batch.
func (c *Control) gatherCarried(ctx context.Context, ids []migration.Identity) ([]carried, error) {
	var users []carried
	var faults []migration.Fault
	seen := map[string]bool{}
	for _, id := range ids {
		batch, user, err := c.findUser(ctx, id)
		if e, ok := errors.AsType[*migration.Error](err); ok && (e.ID == migration.ErrNotFound || e.ID == migration.ErrAmbiguous) {
			faults = append(faults, migration.Fault{ID: e.ID, Message: e.Error()})
			continue
		}
		if err != nil {
			return nil, err
		}
		if seen[user.Value.GUID] {
			continue
		}
		seen[user.Value.GUID] = true
		if now := snapshot(&batch.Value, &user.Value, c.now()); now.Status.Summary() == migration.SummaryActive {
			faults = append(faults, migration.Fault{ID: migration.ErrBatchRunning, Message: fmt.Sprintf(
				"'%s' is %s in the batch '%s': stop it first with Stop-MigrationUser.", now.EmailAddress, now.Status, now.BatchName)})
			continue
		}
		if batch.Value.Analyze {
			faults = append(faults, migration.Fault{ID: migration.ErrInvalidValue, Message: fmt.Sprintf(
				"'%s' is in the analysis '%s', which users don't leave: make a batch of the same user list.", user.Value.EmailAddress, batch.Value.Name)})
			continue
		}
		login, err := c.records.Row(batch.Value.GUID, user.Value)
		if err != nil {
			return nil, err
		}
		users = append(users, carried{batch.Value, user, csvfile.Row{
			Number: len(users) + 1, EmailAddress: login.EmailAddress, UserName: login.UserName, Password: login.Password,
			UserRoot: user.Value.UserRoot, TargetUserName: login.TargetUserName, TargetPassword: login.TargetPassword,
		}})
	}
	if len(faults) > 0 {
		e := migration.NewError(faults[0].ID, "", "These users can't go into another batch.", "Nothing was changed.")
		for _, f := range faults[:min(len(faults), 20)] {
			e.Message += " " + f.Message
		}
		e.Faults = faults[:min(len(faults), 100)]
		return nil, e
	}
	if len(users) == 0 {
		return nil, migration.NewError(migration.ErrCSVNoUser, "", "There are no users to make a batch of.", "Get-MigrationUser lists those that exist.")
	}
	return users, nil
}

// inherit fills what a request leaves out from the batches that the users come from. Where these differ the request must say it.
func inherit(r *migration.NewBatchRequest, users []carried) error {
	from := users[0].batch
	differ := func(what, parameter string, of func(records.Batch) string) error {
		for _, u := range users {
			if of(u.batch) != of(from) {
				return migration.NewError(migration.ErrInvalidValue, u.batch.Name,
					fmt.Sprintf("The users come from batches with different %s: '%s' and '%s'.", what, from.Name, u.batch.Name),
					fmt.Sprintf("Give %s, or make a batch for the users of each.", parameter))
			}
		}
		return nil
	}
	if r.SourceEndpoint == "" && r.SourceServer == nil {
		if err := differ("sources", "-SourceEndpoint", func(b records.Batch) string { return migration.FoldName(b.SourceEndpoint) }); err != nil {
			return err
		}
		r.SourceEndpoint = migration.Identity(from.SourceEndpoint)
	}
	if r.TargetEndpoint == "" {
		if err := differ("targets", "-TargetEndpoint", func(b records.Batch) string { return migration.FoldName(b.TargetEndpoint) }); err != nil {
			return err
		}
		r.TargetEndpoint = migration.Identity(from.TargetEndpoint)
	}
	given := reflect.ValueOf(&r.BatchSettings).Elem()
	for i := range given.NumField() {
		name := given.Type().Field(i).Name
		if name == "Schedule" || !given.Field(i).IsZero() {
			continue // the dates of the old batch are past
		}
		for _, u := range users {
			if !reflect.DeepEqual(setting(u.batch, i), setting(from, i)) {
				return migration.NewError(migration.ErrInvalidValue, u.batch.Name,
					fmt.Sprintf("The users come from batches with different settings: %s of '%s' and '%s'.", name, from.Name, u.batch.Name),
					"Give it for the new batch, or make a batch for the users of each.")
			}
		}
		given.Field(i).Set(reflect.ValueOf(&from.BatchSettings).Elem().Field(i))
	}
	if r.CSVName == "" {
		r.CSVName = from.CSVName
	}
	return nil
}

func setting(b records.Batch, field int) any {
	return reflect.ValueOf(b.BatchSettings).Field(field).Interface()
}

// writeCarried writes the batch, without an order, and then lets the users change over.
func (c *Control) writeCarried(ctx context.Context, d *draft, users []carried) error {
	moved := make([]*records.User, len(users))
	var faults []string
	for i, u := range users {
		to, warning, err := c.user(d, u.row)
		if err != nil {
			return err
		}
		if warning != nil {
			faults = append(faults, warning.Message)
			continue
		}
		moved[i] = changeOver(u.user.Value, *to)
	}
	if len(faults) > 0 {
		return migration.NewError(migration.ErrCSVNoUser, d.batch.Name, strings.Join(faults[:min(len(faults), 20)], " "), "Nothing was changed.")
	}
	c.creating.Lock()
	defer c.creating.Unlock()
	create, err := c.records.Batches.Create(d.batch, migration.FoldName(d.batch.Name))
	if err != nil {
		return err
	}
	ops := []store.Op{create}
	if d.own {
		own, err := c.records.Endpoints.Create(d.source.Value, d.source.Names...)
		if err != nil {
			return err
		}
		ops = append(ops, own)
	}
	if _, err := c.records.Store.Update(ctx, ops...); err != nil {
		return err
	}
	var names []string
	for i, u := range users {
		ops, err := c.records.MoveUser(ctx, u.batch.GUID, u.user, *moved[i], records.Claim{
			BatchGUID: d.batch.GUID, BatchName: d.batch.Name, Address: moved[i].EmailAddress,
		})
		if err == nil {
			_, err = c.records.Store.Update(ctx, ops...)
		}
		if err != nil {
			return fmt.Errorf("let '%s' change over from '%s' to '%s', where %d users have arrived: %w", moved[i].EmailAddress, u.batch.Name, d.batch.Name, i, err)
		}
		if !slices.Contains(names, u.batch.Name) {
			names = append(names, u.batch.Name)
		}
	}
	d.notes = append(d.notes, fmt.Sprintf("%s users have left the batch '%s' for '%s'.", migration.Thousands(int64(len(users))), strings.Join(names, "', '"), d.batch.Name))
	return nil
}

// changeOver is a user as it enters another batch: with its login sealed for its new place and what was copied so far, free of the orders and
// faults of its old one.
func changeOver(was, to records.User) *records.User {
	now := was
	now.GUID, now.Row, now.Pair = to.GUID, to.Row, to.Pair
	now.Password, now.TargetPassword = to.Password, to.TargetPassword
	now.UserState = migration.UserState{Status: migration.UserStopped, Copied: was.Copied}
	if was.Copied {
		now.Status = migration.UserIncrementalStopped
	}
	now.Schedule, now.Order, now.Fault = migration.Schedule{}, migration.Order{}, nil
	now.SyncWanted, now.NextRetryTime, now.NextSyncTime, now.FinishedTime = to.SyncWanted, to.NextRetryTime, to.NextSyncTime, to.FinishedTime
	return &now
}
