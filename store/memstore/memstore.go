// Package memstore is a store.Store in memory, for tests of what stands above
// a store. It forgets everything when closed.
package memstore

import (
	"bytes"
	"context"
	"iter"
	"slices"
	"strings"
	"sync"

	"migsh/store"
)

// Store keeps records in memory.
type Store struct {
	mu      sync.RWMutex
	records map[string]store.Record
	keys    []string // sorted
	last    store.Revision
	closed  bool
	feed    *store.Feed
}

var _ store.Store = (*Store)(nil)

// New makes an empty store.
func New() *Store {
	return &Store{records: make(map[string]store.Record), feed: store.NewFeed()}
}

// Get implements store.Store.
func (s *Store) Get(ctx context.Context, key string) (store.Record, error) {
	return store.GetPresent(ctx, key, (*source)(s))
}

// Scan implements store.Store.
func (s *Store) Scan(ctx context.Context, prefix string) iter.Seq2[store.Record, error] {
	return store.ScanChunks(ctx, prefix, (*source)(s))
}

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, ops ...store.Op) ([]store.Revision, error) {
	if err := store.ValidUpdate(ops); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	var revisions []store.Revision
	err := s.feed.Commit(func() (changes []store.KeyChange, err error) {
		revisions, changes, err = s.apply(ops)
		return changes, err
	})
	return revisions, err
}

func (s *Store) apply(ops []store.Op) ([]store.Revision, []store.KeyChange, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, nil, store.ErrClosed
	}
	for _, op := range ops {
		if have := s.records[op.Key].Revision; op.Cond && op.At != have {
			return nil, nil, &store.ConflictError{Key: op.Key, Want: op.At, Have: have}
		}
	}
	revisions := make([]store.Revision, len(ops))
	var changes []store.KeyChange
	for i, op := range ops {
		at, found := slices.BinarySearch(s.keys, op.Key)
		switch {
		case op.Kind == store.OpCheck:
			revisions[i] = s.records[op.Key].Revision
		case op.Kind == store.OpSet:
			s.last++
			revisions[i] = s.last
			s.records[op.Key] = store.Record{Key: op.Key, Value: bytes.Clone(op.Value), Revision: s.last}
			if !found {
				s.keys = slices.Insert(s.keys, at, op.Key)
			}
			changes = append(changes, store.KeyChange{Key: op.Key, Revision: s.last})
		case found: // OpDelete
			s.last++
			delete(s.records, op.Key)
			s.keys = slices.Delete(s.keys, at, at+1)
			changes = append(changes, store.KeyChange{Key: op.Key, Revision: s.last, Deleted: true})
		}
	}
	return revisions, changes, nil
}

// Watch implements store.Store.
func (s *Store) Watch(ctx context.Context, prefix string) iter.Seq2[store.Event, error] {
	return s.feed.Watch(ctx, prefix, (*source)(s))
}

// Close implements store.Store.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.closed = true
		s.feed.Close()
	}
	return nil
}

// source reads the store for its feed and for Scan.
type source Store

func (s *source) Chunk(prefix, after string) ([]store.Record, bool, error) {
	const most = 256
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return nil, false, store.ErrClosed
	}
	at, found := slices.BinarySearch(s.keys, max(prefix, after))
	if found {
		at++ // after itself; a key never equals a prefix
	}
	var records []store.Record
	for _, key := range s.keys[at:] {
		if !strings.HasPrefix(key, prefix) {
			break
		}
		if len(records) == most {
			return records, true, nil
		}
		records = append(records, clone(s.records[key]))
	}
	return records, false, nil
}

func (s *source) Present(key string) (store.Record, bool, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		return store.Record{}, false, store.ErrClosed
	}
	record, ok := s.records[key]
	return clone(record), ok, nil
}

func clone(record store.Record) store.Record {
	record.Value = bytes.Clone(record.Value)
	return record
}
