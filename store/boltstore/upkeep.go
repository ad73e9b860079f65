package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"migsh/store"
)

// Stats tells how the file is used, in bytes.
type Stats struct {
	FileSize int64
	InUse    int64 // pages that hold something
	Free     int64 // pages that will be used again; Compact gives them back
}

// Stats implements what Test-MigrationStore shows.
func (s *Store) Stats() (Stats, error) {
	var stats Stats
	err := s.view(func(tx *bolt.Tx) error {
		info, err := os.Stat(s.path)
		if err != nil {
			return fmt.Errorf("look at the state file: %w", err)
		}
		numbers, page := tx.DB().Stats(), int64(tx.DB().Info().PageSize)
		stats.FileSize = info.Size()
		stats.Free = int64(numbers.FreePageN+numbers.PendingPageN) * page
		stats.InUse = tx.Size() - stats.Free
		return nil
	})
	return stats, err
}

// Backup writes a copy of the store as it is now, which Open takes, to w.
// Updates go on meanwhile, but the file grows by what they change: w should be
// a file, not a slow line.
func (s *Store) Backup(ctx context.Context, w io.Writer) error {
	return s.view(func(tx *bolt.Tx) error {
		if _, err := tx.WriteTo(&contextWriter{ctx, w}); err != nil {
			return fmt.Errorf("back up the state file %s: %w", s.path, errors.Join(err, ctx.Err()))
		}
		return nil
	})
}

// contextWriter refuses to write after its context has ended.
type contextWriter struct {
	ctx context.Context
	w   io.Writer
}

func (w *contextWriter) Write(p []byte) (int, error) {
	if err := w.ctx.Err(); err != nil {
		return 0, err
	}
	return w.w.Write(p)
}

// Check reads the whole file, pages and records, and returns what is wrong as
// one ErrDamaged; nil: nothing. Updates wait, since bbolt's check looks at what
// they alter.
func (s *Store) Check(ctx context.Context) error {
	r := &request{exclusive: func() error { return s.check(ctx) }, done: make(chan struct{})}
	return s.submit(ctx, r)
}

func (s *Store) check(ctx context.Context) error {
	var faults []error
	note := func(err error) {
		const enough = 20
		if len(faults) < enough {
			faults = append(faults, err)
		}
	}
	err := s.view(func(tx *bolt.Tx) error {
		for err := range tx.Check() { // to the end: its goroutine must not be left
			note(err)
		}
		bucket := tx.Bucket(recordsBucket)
		last := store.Revision(bucket.Sequence())
		return bucket.ForEach(func(key, data []byte) error {
			if err := store.ValidKey(string(key)); err != nil {
				note(err)
			}
			if revision := revisionOf(data); revision == 0 || revision > last {
				note(fmt.Errorf("record %s has revision %d of %d", key, revision, last))
			}
			return ctx.Err()
		})
	})
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		return damaged(s.path, errors.Join(faults...))
	}
	return nil
}

// Compact writes the store anew without its free pages, which takes the place
// of the old file at the end. Updates wait; reads go on but for a moment. When
// it fails, the old file stays.
func (s *Store) Compact(ctx context.Context) error {
	r := &request{exclusive: func() error { return s.compact(ctx) }, done: make(chan struct{})}
	return s.submit(ctx, r)
}

func (s *Store) compact(ctx context.Context) error {
	temporary := s.path + ".compact"
	if err := remove(temporary); err != nil { // of an earlier run that was killed
		return explain("compact", s.path, err)
	}
	fresh, err := s.copyTo(ctx, temporary)
	if err == nil {
		err = s.exchange(fresh, temporary)
	}
	if err != nil {
		return errors.Join(explain("compact", s.path, err), remove(temporary))
	}
	return nil
}

// copyTo copies the store to a new file, flushed and open.
func (s *Store) copyTo(ctx context.Context, path string) (*bolt.DB, error) {
	const perTransaction = 4 << 20
	options := fileOptions(s.options)
	options.NoSync = true // one flush at the end is enough
	fresh, err := openFile(ctx, path, 0, options)
	if err != nil {
		return nil, err
	}
	err = guard(s.path, func() error { return bolt.Compact(fresh, s.db, perTransaction) })
	if err == nil {
		err = fresh.Sync()
	}
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(err, fresh.Close())
	}
	fresh.NoSync = false
	return fresh, nil
}

// exchange puts the fresh file in place of the old one. Its lock moves with
// it, so that nobody else gets in between; only where an open file cannot be
// replaced, both are closed for a moment.
func (s *Store) exchange(fresh *bolt.DB, temporary string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if replacesOpen {
		if err := os.Rename(temporary, s.path); err != nil {
			return errors.Join(err, fresh.Close())
		}
		old := s.db
		s.db = fresh
		return errors.Join(old.Close(), syncDir(filepath.Dir(s.path)))
	}
	err := errors.Join(fresh.Close(), s.db.Close())
	if err == nil {
		err = os.Rename(temporary, s.path)
	}
	reopened, reopenErr := openFile(context.Background(), s.path, s.options.LockTimeout, fileOptions(s.options))
	if reopenErr != nil {
		s.failed = reopenErr
		s.db = nil // reads give ErrClosed from here on
		return errors.Join(err, reopenErr)
	}
	s.db = reopened
	return err
}
