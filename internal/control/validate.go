package control

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"migsh/internal/connect"
	"migsh/internal/csvfile"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/migration"
)

const (
	// triedAtOnce bounds the rows whose logins are tried at the same time.
	triedAtOnce = 8
	// faultsTold is how many rows the message names; Faults has more.
	faultsTold = 20
)

// tryRows logs in to both mailboxes of every row. If one can't be opened, none of them is let in, and all that can't are named.
func (c *Control) tryRows(ctx context.Context, d *draft) error {
	most := triedAtOnce
	for _, l := range []migration.Limit{d.source.Value.MaxConcurrentMigrations, d.target.Value.MaxConcurrentMigrations} {
		if l > 0 {
			most = min(most, int(l))
		}
	}
	found := make([]string, len(d.file.Rows))
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(most)
	for i, row := range d.file.Rows {
		group.Go(func() (err error) {
			found[i], err = c.tryRow(within, d, row)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	e := migration.NewError(migration.ErrMailbox, d.batch.Name, "", "Nothing was created. Correct the rows, or leave -Validate out: these users then fail, and the others are copied.")
	for i, why := range found {
		if why == "" {
			continue
		}
		message := fmt.Sprintf("Row %d (%s): %s", d.file.Rows[i].Number, d.file.Rows[i].EmailAddress, why)
		if len(e.Faults) < faultsTold {
			e.Message += " " + message
		}
		e.Faults = append(e.Faults, migration.Fault{ID: migration.ErrMailbox, Row: d.file.Rows[i].Number, Message: message})
	}
	if len(e.Faults) == 0 {
		return nil
	}
	e.Message = fmt.Sprintf("The mailboxes of %d of %d rows can't be opened.", len(e.Faults), len(d.file.Rows)) + e.Message
	if len(e.Faults) > faultsTold {
		e.Message += fmt.Sprintf(" And %d more.", len(e.Faults)-faultsTold)
	}
	return e
}

// tryRow opens both mailboxes of a row, and says why one can't be. The error is ctx's only.
func (c *Control) tryRow(ctx context.Context, d *draft, row csvfile.Row) (why string, err error) {
	login := loginOf(row)
	source, ok := connect.SourceAccount(d.source.Value.Endpoint, d.sourceKeys, login)
	if !ok {
		return "", nil // the row is left out, and says so itself
	}
	from, err := c.connector.Source(source)(ctx)
	if err == nil {
		if row.UserRoot != "" {
			_, _, err = foldermap.AtRoot(ctx, from, row.UserRoot)
		}
		err = errors.Join(err, from.Close())
	}
	side, name := connect.SourceSide, source.Login
	if err == nil {
		target, ok := connect.TargetAccount(d.target.Value.Endpoint, d.targetKeys, login)
		if !ok {
			return "", nil
		}
		side, name = connect.TargetSide, target.Login
		to, failed := c.connector.Target(target)(ctx)
		if err = failed; err == nil {
			err = to.Close()
		}
	}
	switch {
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		fault := connect.UserFault(err, side, name, row.EmailAddress)
		return fault.Summary(), nil
	}
	return "", nil
}
