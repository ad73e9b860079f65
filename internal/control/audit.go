package control

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"slices"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// auditSlack is how many entries too many may be kept before the oldest go: they are counted seldom.
const auditSlack = 500

// Audit implements migration.Service.
func (c *Control) Audit(ctx context.Context, e migration.AuditEntry) error {
	e = e.Bounded()
	e.Time = c.now()
	for at := uint64(e.Time.UnixNano()); ; at++ { // two commands at the same moment
		op, err := c.records.Audit.Create(e, store.Number(at))
		if err != nil {
			return records.Explain(err)
		}
		_, err = c.records.Store.Update(ctx, op)
		if errors.Is(err, store.ErrConflict) {
			continue
		}
		if err != nil {
			return records.Explain(err)
		}
		return records.Explain(c.trimAudit(ctx))
	}
}

// trimAudit deletes what is too old or too much. It looks when the first entry is written, and then every so many.
func (c *Control) trimAudit(ctx context.Context) error {
	if c.audited.Add(1)%auditSlack != 1 {
		return nil
	}
	var entries []store.Item[migration.AuditEntry]
	for item, err := range c.records.Audit.All(ctx) {
		if err != nil {
			return err
		}
		entries = append(entries, store.Item[migration.AuditEntry]{Names: item.Names, Revision: item.Revision, Value: migration.AuditEntry{Time: item.Value.Time}})
	}
	oldest := c.now().Add(-migration.AuditAge)
	var ops []store.Op
	for i, item := range entries {
		if item.Value.Time.Before(oldest) || len(entries)-i > migration.MaxAuditLog {
			ops = append(ops, store.Delete(c.records.Audit.Key(item.Names...)))
		}
	}
	for part := range slices.Chunk(ops, store.MaxOps) {
		if _, err := c.records.Store.Update(ctx, part...); err != nil {
			return err
		}
	}
	return nil
}

// AuditLog implements migration.Service.
func (c *Control) AuditLog(ctx context.Context, q migration.AuditQuery) iter.Seq2[migration.AuditEntry, error] {
	return sequence(func(yield func(migration.AuditEntry) bool) error {
		var found []migration.AuditEntry
		oldest := c.now().Add(-migration.AuditAge)
		for item, err := range c.records.Audit.All(ctx) {
			if err != nil {
				return err
			}
			if !item.Value.Time.Before(oldest) && q.Selects(item.Value) {
				found = append(found, item.Value)
			}
		}
		slices.SortStableFunc(found, func(a, b migration.AuditEntry) int { return cmp.Compare(b.Time.UnixNano(), a.Time.UnixNano()) })
		for _, e := range found {
			if !yield(e) {
				return nil
			}
		}
		return nil
	})
}
