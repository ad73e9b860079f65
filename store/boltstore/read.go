package boltstore

import (
	"bytes"
	"encoding/binary"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"migsh/store"
)

const revisionSize = 8

// encode puts a record's revision before its value.
func encode(revision store.Revision, value []byte) []byte {
	data := make([]byte, revisionSize, revisionSize+len(value))
	binary.BigEndian.PutUint64(data, uint64(revision))
	return append(data, value...)
}

// decode copies a record out of a transaction.
func decode(key string, data []byte) (store.Record, error) {
	if len(data) < revisionSize {
		return store.Record{}, fmt.Errorf("record %s: %w: it has no revision", key, store.ErrDamaged)
	}
	return store.Record{
		Key:      key,
		Value:    bytes.Clone(data[revisionSize:]),
		Revision: revisionOf(data),
	}, nil
}

// revisionOf is zero for a record that is not there.
func revisionOf(data []byte) store.Revision {
	if len(data) < revisionSize {
		return 0
	}
	return store.Revision(binary.BigEndian.Uint64(data))
}

// chunk reads some records of a bucket below prefix with keys above after.
func chunk(bucket *bolt.Bucket, prefix, after string) (records []store.Record, more bool, err error) {
	const most, mostBytes = 256, 1 << 20
	cursor := bucket.Cursor()
	key, data := cursor.Seek([]byte(max(prefix, after)))
	if string(key) == after {
		key, data = cursor.Next()
	}
	for size := 0; key != nil && bytes.HasPrefix(key, []byte(prefix)); key, data = cursor.Next() {
		if len(records) == most || size >= mostBytes {
			return records, true, nil
		}
		record, err := decode(string(key), data)
		if err != nil {
			return nil, false, err
		}
		records = append(records, record)
		size += len(data)
	}
	return records, false, nil
}

// source reads the store for its feed and for Scan.
type source Store

var _ store.Source = (*source)(nil)

func (s *source) Chunk(prefix, after string) (records []store.Record, more bool, err error) {
	err = (*Store)(s).view(func(tx *bolt.Tx) (err error) {
		records, more, err = chunk(tx.Bucket(recordsBucket), prefix, after)
		return err
	})
	return records, more, err
}

func (s *source) Present(key string) (record store.Record, ok bool, err error) {
	err = (*Store)(s).view(func(tx *bolt.Tx) (err error) {
		data := tx.Bucket(recordsBucket).Get([]byte(key))
		if data == nil {
			return nil
		}
		ok = true
		record, err = decode(key, data)
		return err
	})
	return record, ok, err
}

// view runs a short reading transaction.
func (s *Store) view(read func(*bolt.Tx) error) error {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.db == nil {
		return store.ErrClosed
	}
	return view(s.db, s.path, read)
}

func view(db *bolt.DB, path string, read func(*bolt.Tx) error) error {
	return guard(path, func() error { return db.View(read) })
}
