package control

import (
	"context"
	"fmt"
	"slices"

	"migsh/internal/csvfile"
	"migsh/internal/migration"
	"migsh/internal/records"
)

// addUsers puts the rows of a file whose addresses are new into a batch, and returns what to tell of it. The orders of the batch hold for
// them from then on.
func (c *Control) addUsers(ctx context.Context, b records.Batch, r migration.SetBatchRequest) ([]string, error) {
	if b.Order.Kind == migration.OrderComplete {
		return nil, migration.NewError(migration.ErrBatchCompleted, b.Name, fmt.Sprintf("The batch '%s' is completed: it takes no more users.", b.Name),
			"Make a new batch for them with New-MigrationBatch.")
	}
	if len(r.CSVData) == 0 {
		return nil, migration.NewError(migration.ErrInvalidValue, b.Name, "There are no users to add.", "Give the bytes of their CSV file with -CSVData.")
	}
	c.creating.Lock()
	defer c.creating.Unlock()
	d, err := c.draftMore(ctx, b, r)
	if err != nil {
		return nil, err
	}
	there := len(d.pairs)
	d.file.Rows = slices.DeleteFunc(d.file.Rows, func(row csvfile.Row) bool { return d.members[migration.FoldName(row.EmailAddress)] })
	if len(d.file.Rows) == 0 && len(d.file.Warnings) == 0 {
		return nil, migration.NewError(migration.ErrCSVNoUser, b.Name, fmt.Sprintf("Every user of the CSV file is in the batch '%s' already.", b.Name),
			"To give them other passwords, leave -AddUsers out.")
	}
	if err := c.writeRows(ctx, d); err != nil {
		return nil, err
	}
	_, err = c.records.Batches.Modify(ctx, func(now *records.Batch) error {
		now.WarningCount = d.batch.WarningCount
		return nil
	}, migration.FoldName(b.Name))
	return append(d.notes, fmt.Sprintf("%s users were added to the %s of the batch '%s'.",
		migration.Thousands(int64(len(d.rows))), migration.Thousands(int64(there)), b.Name)), err
}

// draftMore is the draft of more rows for a batch that exists.
func (c *Control) draftMore(ctx context.Context, b records.Batch, r migration.SetBatchRequest) (d *draft, err error) {
	d = &draft{batch: b, pairs: map[string]int{}, members: map[string]bool{}}
	if d.source, err = c.records.FindEndpoint(ctx, migration.Identity(b.SourceEndpoint)); err != nil {
		return nil, err
	}
	if d.target, err = c.records.FindEndpoint(ctx, migration.Identity(b.TargetEndpoint)); err != nil {
		return nil, err
	}
	if d.sourceKeys, err = c.records.Keys(d.source.Value); err != nil {
		return nil, err
	}
	if d.targetKeys, err = c.records.Keys(d.target.Value); err != nil {
		return nil, err
	}
	config, err := c.records.Config(ctx)
	if err != nil {
		return nil, err
	}
	if d.file, err = readList(r.CSVData, config, r.AllowUnknownColumns || b.AllowUnknownColumns); err != nil {
		return nil, err
	}
	if d.notes, err = c.lookUp(ctx, d.file.Rows); err != nil {
		return nil, err
	}
	for item, err := range c.records.Users.Within(b.GUID).All(ctx) {
		if err != nil {
			return nil, err
		}
		d.pairs[item.Value.Pair] = item.Value.Row
		d.members[migration.FoldName(item.Value.EmailAddress)] = true
	}
	d.warnings, err = c.records.Warnings(ctx, b.GUID)
	d.batch.WarningCount = len(d.warnings)
	return d, err
}
