package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"

	"migsh/store"
)

var _ store.Upkeep = (*Store)(nil)

// Usage implements store.Upkeep.
func (s *Store) Usage() (store.Usage, error) {
	var usage store.Usage
	err := s.view(func(tx *bolt.Tx) (err error) {
		usage, err = usageOf(tx, s.path)
		return err
	})
	return usage, err
}

func usageOf(tx *bolt.Tx, path string) (store.Usage, error) {
	info, err := os.Stat(path)
	if err != nil {
		return store.Usage{}, fmt.Errorf("look at the state file: %w", err)
	}
	numbers, page := tx.DB().Stats(), int64(tx.DB().Info().PageSize)
	free := int64(numbers.FreePageN+numbers.PendingPageN) * page
	return store.Usage{FileSize: info.Size(), Free: free, InUse: tx.Size() - free}, nil
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

// BackupTo implements store.Upkeep.
func (s *Store) BackupTo(ctx context.Context, path string, replace bool) (err error) {
	if _, err := os.Lstat(path); err == nil && !replace {
		return fmt.Errorf("back up the state file to %s: %w", path, fs.ErrExist)
	}
	defer func() {
		if err != nil {
			err = explainCopy(path, err)
		}
	}()
	file, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*.part") // of mode 0600
	if err != nil {
		return err
	}
	part := file.Name()
	err = s.Backup(ctx, file)
	if err == nil {
		err = file.Sync()
	}
	err = errors.Join(err, file.Close())
	if err == nil {
		_, err = s.CheckCopy(ctx, part)
	}
	if err == nil {
		err = os.Rename(part, path)
	}
	if err != nil {
		return errors.Join(err, remove(part))
	}
	return syncDir(filepath.Dir(path))
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
	faults, err := []error(nil), error(nil)
	err = s.view(func(tx *bolt.Tx) error {
		faults, err = faultsOf(ctx, tx)
		return err
	})
	if err == nil && len(faults) > 0 {
		err = damaged(s.path, errors.Join(faults...))
	}
	return err
}

// CheckCopy implements store.Upkeep.
func (s *Store) CheckCopy(ctx context.Context, path string) (usage store.Usage, err error) {
	if info, err := os.Stat(path); err != nil {
		return usage, err
	} else if info.Size() == 0 {
		return usage, damaged(path, errors.New("it is empty"))
	}
	if err := inspect(ctx, path, 0); err != nil {
		return usage, err
	}
	db, err := openFile(ctx, path, 0, &bolt.Options{ReadOnly: true})
	if err != nil {
		return usage, err
	}
	var faults []error
	err = view(db, path, func(tx *bolt.Tx) error {
		if tx.Bucket(recordsBucket) == nil || tx.Bucket(metaBucket) == nil {
			faults = append(faults, errors.New("it is a bbolt file, but not a state file of migsh"))
			return nil
		}
		if usage, err = usageOf(tx, path); err != nil {
			return err
		}
		faults, err = faultsOf(ctx, tx)
		return err
	})
	if err == nil && len(faults) > 0 {
		err = damaged(path, errors.Join(faults...))
	}
	return usage, errors.Join(err, db.Close())
}

// faultsOf reads pages and records.
func faultsOf(ctx context.Context, tx *bolt.Tx) (faults []error, err error) {
	note := func(err error) {
		const enough = 20
		if len(faults) < enough {
			faults = append(faults, err)
		}
	}
	for err := range tx.Check() { // to the end: its goroutine must not be left
		note(err)
	}
	bucket := tx.Bucket(recordsBucket)
	last := store.Revision(bucket.Sequence())
	err = bucket.ForEach(func(key, data []byte) error {
		if err := store.ValidKey(string(key)); err != nil {
			note(err)
		}
		if revision := revisionOf(data); revision == 0 || revision > last {
			note(fmt.Errorf("record %s has revision %d of %d", key, revision, last))
		}
		return ctx.Err()
	})
	return faults, err
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
