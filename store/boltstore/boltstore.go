// Package boltstore keeps a store.Store in one file, by bbolt.
//
// One process owns the file. All updates go through one goroutine, which joins
// those already waiting into one transaction and answers each after the disk
// has it. Reads are short transactions that copy what they return.
//
// The file is on a local disk: bbolt needs working locks and memory mapping,
// which network shares do not give.
package boltstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"sync"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"migsh/store"
)

// Options say how to open a store. The zero value is sound.
type Options struct {
	// Program and its version, for the note that tells a second process who
	// owns the file, and for the file's own record of who made it.
	Program string
	// LockTimeout is how long to wait for another process to let go of the
	// file; zero means 2 s, negative not at all.
	LockTimeout time.Duration
	// MaxSize limits the file's size in bytes; zero means the disk is the
	// limit. Beyond 16 MiB the file grows by 16 MiB at a time, so the limit
	// may be felt that much early.
	MaxSize int64
	// Schema is the version of the records' form that the program writes,
	// from 1 on; zero means 1. A file of a newer schema is refused. A file of
	// an older one is copied aside and then given to Upgrade, in one
	// transaction.
	Schema  int
	Upgrade func(from int, records *Records) error
}

// Store is a store.Store in a bbolt file.
type Store struct {
	path    string
	options Options
	feed    *store.Feed

	mu sync.RWMutex // held for reading while db is used, for writing while it is exchanged
	db *bolt.DB

	requests chan *request
	closing  chan struct{}
	stopped  chan struct{} // closed when the writer has ended
	close    func() error  // once

	// Of the writer's goroutine alone.
	failed error                   // why no update is taken any more
	commit func(tx *bolt.Tx) error // replaced by tests that need a failing disk
	stuck  bool                    // a transaction could not be ended
}

var _ store.Store = (*Store)(nil)

// Buckets and keys of the file.
var (
	recordsBucket = []byte("records") // key → revision (8 bytes, big-endian), value
	metaBucket    = []byte("meta")
	schemaKey     = []byte("schema") // JSON of schemaRecord
)

// Open opens the store in the file at path, and makes file and directory
// (for this user alone) if there are none. Errors: *store.LockedError when
// another process has it, *store.SchemaError, store.ErrDamaged, ErrReadOnly,
// ErrFull; ctx.Err() when ctx ends while waiting for the lock.
func Open(ctx context.Context, path string, options Options) (*Store, error) {
	if options.Schema == 0 {
		options.Schema = 1
	}
	if options.LockTimeout == 0 {
		options.LockTimeout = 2 * time.Second
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open the state file: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, explain("make the directory of", path, err)
	}
	if err := create(path); err != nil {
		return nil, explain("make", path, err)
	}
	if err := inspect(ctx, path, options.LockTimeout); err != nil {
		return nil, err
	}
	db, err := openFile(ctx, path, options.LockTimeout, fileOptions(options))
	if err != nil {
		return nil, err
	}
	s := &Store{
		path: path, options: options, db: db, feed: store.NewFeed(),
		requests: make(chan *request), closing: make(chan struct{}), stopped: make(chan struct{}),
		commit: (*bolt.Tx).Commit,
	}
	if err := s.begin(); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s.close = sync.OnceValue(s.end)
	go s.write()
	return s, nil
}

// begin makes an opened file ready: schema, lock note.
func (s *Store) begin() error {
	if err := os.Chmod(s.path, 0o600); err != nil {
		return explain("restrict", s.path, err)
	}
	if err := s.settle(); err != nil {
		return err
	}
	err := writeNote(s.path, s.options.Program)
	if errors.Is(err, store.ErrFull) {
		return nil // what is there can be read; only the note for others is missing
	}
	return err
}

func fileOptions(options Options) *bolt.Options {
	return &bolt.Options{
		FreelistType:   bolt.FreelistMapType,
		NoFreelistSync: true,
		MaxSize:        int(options.MaxSize),
	}
}

// create makes a new file elsewhere and moves it to its place when it is whole,
// so that a full disk or a crash at the first start leaves nothing that looks
// like a damaged store.
func create(path string) error {
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		return nil // what it is will be seen
	}
	file, err := os.CreateTemp(filepath.Dir(path), ".new-*.db") // of mode 0600
	if err != nil {
		return err
	}
	temporary := file.Name()
	if err := file.Close(); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	err = guard(path, func() error {
		db, err := bolt.Open(temporary, 0o600, nil)
		if err != nil {
			return err
		}
		return db.Close()
	})
	if err == nil {
		err = os.Link(temporary, path) // never over a file that another process made meanwhile
		if errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	err = errors.Join(err, os.Remove(temporary))
	if err == nil {
		err = syncDir(filepath.Dir(path))
	}
	return err
}

// inspect reads an existing file from end to end, as a second reader would.
// bbolt, opening a damaged file for writing, panics in a goroutine of its own,
// where nobody can recover it; this comes first and finds the same damage.
func inspect(ctx context.Context, path string, timeout time.Duration) error {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil // a new file
	}
	if err != nil {
		return explain("open", path, err)
	}
	db, err := openFile(ctx, path, timeout, &bolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	err = view(db, path, func(tx *bolt.Tx) error {
		if info, err := os.Stat(path); err != nil {
			return err
		} else if info.Size() < tx.Size() {
			return damaged(path, fmt.Errorf("it has %d bytes of at least %d; the end is missing", info.Size(), tx.Size()))
		}
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return bucket.ForEach(func(key, value []byte) error { return nil })
		})
	})
	return errors.Join(err, db.Close())
}

// openFile opens the file once its lock is free.
func openFile(ctx context.Context, path string, timeout time.Duration, options *bolt.Options) (*bolt.DB, error) {
	deadline := time.Now().Add(timeout)
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		db, err := openOnce(path, options)
		switch {
		case err == nil:
			return db, nil
		case !errors.Is(err, berrors.ErrTimeout) && !errors.Is(err, errReplaced):
			return nil, explain("open", path, err)
		case !time.Now().Before(deadline):
			return nil, locked(path)
		}
	}
}

// errReplaced: the file that was locked is no longer the one at the path.
var errReplaced = errors.New("the file was replaced")

// openOnce waits a moment only for the lock. It turns bbolt's panics into
// errors and then leaves no file open, nor locked.
func openOnce(path string, options *bolt.Options) (db *bolt.DB, err error) {
	var file *os.File
	with := *options
	with.Timeout = 60 * time.Millisecond // bbolt tries every 50
	osOpen := os.OpenFile
	if options.OpenFile != nil { // a test's
		osOpen = options.OpenFile
	}
	with.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		var err error
		file, err = osOpen(name, flag, mode)
		return file, err
	}
	err = guard(path, func() (err error) {
		db, err = bolt.Open(path, 0o600, &with)
		return err
	})
	if err != nil {
		if file != nil {
			_ = file.Close() // closed already unless bbolt panicked
		}
		return nil, err
	}
	// Compact may have put another file there while we waited for the lock.
	mine, err1 := file.Stat()
	there, err2 := os.Stat(path)
	if err1 != nil || err2 != nil || !os.SameFile(mine, there) {
		return nil, errors.Join(errReplaced, db.Close())
	}
	return db, nil
}

// Path is the file's absolute path.
func (s *Store) Path() string { return s.path }

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (store.Record, error) {
	return store.GetPresent(ctx, key, (*source)(s))
}

// Scan implements store.Store.
func (s *Store) Scan(ctx context.Context, prefix string) iter.Seq2[store.Record, error] {
	return store.ScanChunks(ctx, prefix, (*source)(s))
}

// Watch implements store.Store.
func (s *Store) Watch(ctx context.Context, prefix string) iter.Seq2[store.Event, error] {
	return s.feed.Watch(ctx, prefix, (*source)(s))
}

// Close implements store.Store.
func (s *Store) Close() error { return s.close() }

func (s *Store) end() error {
	close(s.closing)
	<-s.stopped
	s.feed.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	db := s.db
	s.db = nil
	if s.stuck {
		return fmt.Errorf("close the state file %s: %w: it stays locked until this process ends", s.path, s.failed)
	}
	if db == nil {
		return nil // lost by Compact, which said so
	}
	// The note goes while the file is still locked, so that a successor's stays.
	return errors.Join(remove(notePath(s.path)), guard(s.path, db.Close))
}
