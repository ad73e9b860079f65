package records

import (
	"cmp"
	"context"
	"slices"

	"golang.org/x/sync/errgroup"

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

// updatesAtOnce is how many updates wait for the store together: it writes those that wait in one go.
const updatesAtOnce = 8

// WriteAll writes many operations that may go in any order, in updates as large as the store takes. Each update is atomic, the whole is
// not. Their keys are put in order, which it does to ops itself: neighbours lie together on the disk, and what touches few places is
// written faster.
func WriteAll(ctx context.Context, s store.Store, ops []store.Op) error {
	slices.SortFunc(ops, func(a, b store.Op) int { return cmp.Compare(a.Key, b.Key) })
	updates, within := errgroup.WithContext(ctx)
	updates.SetLimit(updatesAtOnce)
	for len(ops) > 0 && within.Err() == nil {
		part := ops[:fitting(ops)]
		ops = ops[len(part):]
		updates.Go(func() error {
			_, err := s.Update(within, part...)
			return err
		})
	}
	if err := updates.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// fitting is how many of the operations one update takes.
func fitting(ops []store.Op) int {
	bytes := 0
	for i, op := range ops[:min(len(ops), store.MaxOps)] {
		if bytes += len(op.Key) + len(op.Value); i > 0 && bytes > store.MaxBytes {
			return i
		}
	}
	return min(len(ops), store.MaxOps)
}
