package records

import (
	"cmp"
	"context"
	"slices"

	"migsh/internal/migration"
	"migsh/store"
)

// Lists that may be long are kept in pieces, so that no record nears the store's limit.
const (
	foldersInPiece  = 300
	warningsInPiece = 300
	linesKept       = 400
)

// FolderOps makes the operations that replace a user's folder counts. before is how many folders were written the last time.
func (r *Records) FolderOps(batchGUID, address string, folders []migration.FolderCount, before int) ([]store.Op, error) {
	c := r.folders.Within(UserKey(batchGUID, address)...)
	return pieceOps(c, folders, foldersInPiece, before)
}

// FolderCounts reads a user's folder counts. There are none if they can't be read whole: they can be counted again.
func (r *Records) FolderCounts(ctx context.Context, batchGUID, address string) ([]migration.FolderCount, error) {
	var all []migration.FolderCount
	for item, err := range r.folders.Within(UserKey(batchGUID, address)...).All(ctx) {
		if err != nil || item.Value == nil {
			return nil, err
		}
		all = append(all, item.Value...)
	}
	return all, nil
}

// WarningOps makes the operations that write the warnings of a batch.
func (r *Records) WarningOps(batchGUID string, warnings []migration.ValidationWarning) ([]store.Op, error) {
	return pieceOps(r.warnings.Within(batchGUID), warnings, warningsInPiece, 0)
}

// Warnings reads the warnings of a batch.
func (r *Records) Warnings(ctx context.Context, batchGUID string) ([]migration.ValidationWarning, error) {
	var all []migration.ValidationWarning
	for item, err := range r.warnings.Within(batchGUID).All(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, item.Value...)
	}
	return all, nil
}

// ReportOp makes the operation that writes a user's report, cut to its latest lines. It returns the lines that are kept.
func (r *Records) ReportOp(batchGUID, address string, lines []migration.ReportLine) (store.Op, []migration.ReportLine, error) {
	if over := len(lines) - linesKept; over > 0 {
		lines = lines[over:]
	}
	op, err := r.Reports.Set(lines, UserKey(batchGUID, address)...)
	return op, lines, err
}

// pieceOps writes a list in pieces and deletes the pieces that a longer list of before elements had left.
func pieceOps[T any](c store.Collection[[]T], list []T, size, before int) ([]store.Op, error) {
	var ops []store.Op
	n := 0
	for at := 0; at < len(list); at += size {
		op, err := c.Set(list[at:min(at+size, len(list))], store.Number(uint64(n)))
		if err != nil {
			return nil, err
		}
		ops = append(ops, op)
		n++
	}
	for ; n*size < before; n++ {
		ops = append(ops, store.Delete(c.Key(store.Number(uint64(n)))))
	}
	return ops, nil
}

// Writer puts operations into updates as large as the store takes, in their order. Each update is atomic, the whole is not.
type Writer struct {
	store store.Store
	ops   []store.Op
	bytes int
}

// NewWriter makes a writer; Flush it at the end.
func NewWriter(s store.Store) *Writer { return &Writer{store: s} }

// Add puts an operation in line, and writes what is in line if it would be too much for one update.
func (w *Writer) Add(ctx context.Context, ops ...store.Op) error {
	size := 0
	for _, op := range ops {
		size += len(op.Key) + len(op.Value)
	}
	if len(w.ops)+len(ops) > store.MaxOps || w.bytes+size > store.MaxBytes {
		if err := w.Flush(ctx); err != nil {
			return err
		}
	}
	w.ops, w.bytes = append(w.ops, ops...), w.bytes+size
	return nil
}

// AddSorted adds many operations that may go in any order, in the order of their keys: neighbours lie together on the disk, and what
// touches few places is written faster.
func (w *Writer) AddSorted(ctx context.Context, ops []store.Op) error {
	slices.SortFunc(ops, func(a, b store.Op) int { return cmp.Compare(a.Key, b.Key) })
	for _, op := range ops {
		if err := w.Add(ctx, op); err != nil {
			return err
		}
	}
	return nil
}

// Flush writes what is in line.
func (w *Writer) Flush(ctx context.Context) error {
	if len(w.ops) == 0 {
		return nil
	}
	_, err := w.store.Update(ctx, w.ops...)
	w.ops, w.bytes = w.ops[:0], 0
	return err
}
