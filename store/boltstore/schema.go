package boltstore

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"time"

	bolt "go.etcd.io/bbolt"

	"migsh/store"
)

// schemaRecord says in which form the file's records are.
type schemaRecord struct {
	Schema  int
	Program string    // that gave the file this schema
	Since   time.Time // when it did
}

// settle makes sure that the file has its buckets and the schema that the
// program writes, and that no lease of a dead process is left.
func (s *Store) settle() error {
	have, leases, err := s.look()
	switch {
	case err != nil:
		return err
	case have > s.options.Schema:
		return &store.SchemaError{Path: s.path, Have: have, Know: s.options.Schema}
	case have == s.options.Schema && !leases:
		return nil
	case have == s.options.Schema:
		err := s.prepare(have)
		if errors.Is(err, store.ErrFull) {
			return nil // the leases will expire; what is there can be read
		}
		return err
	case have > 0 && s.options.Upgrade == nil:
		return fmt.Errorf("open the state file %s: it has schema %d and this program only knows %d", s.path, have, s.options.Schema)
	case have > 0:
		if err := s.copyAside(have); err != nil {
			return err
		}
	}
	return s.prepare(have)
}

// look tells the schema the file has, zero for a new file, and whether it
// holds leases.
func (s *Store) look() (have int, leases bool, err error) {
	err = view(s.db, s.path, func(tx *bolt.Tx) error {
		meta, bucket := tx.Bucket(metaBucket), tx.Bucket(recordsBucket)
		if meta == nil || bucket == nil {
			if name, _ := tx.Cursor().First(); name != nil {
				return damaged(s.path, errors.New("it is a bbolt file, but not a state file of migsh"))
			}
			return nil
		}
		var record schemaRecord
		if err := json.Unmarshal(meta.Get(schemaKey), &record); err != nil || record.Schema < 1 {
			return damaged(s.path, errors.New("it does not say which schema it has"))
		}
		have = record.Schema
		key, _ := bucket.Cursor().Seek([]byte(store.LeasePrefix))
		leases = bytes.HasPrefix(key, []byte(store.LeasePrefix))
		return nil
	})
	return have, leases, err
}

// prepare does all of settle's changes in one transaction.
func (s *Store) prepare(have int) error {
	err := guard(s.path, func() error {
		return s.db.Update(func(tx *bolt.Tx) error { return s.prepareIn(tx, have) })
	})
	if err != nil {
		return explain("prepare", s.path, err)
	}
	return nil
}

func (s *Store) prepareIn(tx *bolt.Tx, have int) error {
	meta, err := tx.CreateBucketIfNotExists(metaBucket)
	if err != nil {
		return err
	}
	bucket, err := tx.CreateBucketIfNotExists(recordsBucket)
	if err != nil {
		return err
	}
	records := &Records{bucket}
	for record, err := range records.Below(store.LeasePrefix) {
		if err != nil {
			return err
		}
		if err := records.Delete(record.Key); err != nil {
			return err
		}
	}
	if have == s.options.Schema {
		return nil
	}
	if have > 0 {
		if err := s.options.Upgrade(have, records); err != nil {
			return fmt.Errorf("bring it from schema %d to %d: %w. It was left as it is", have, s.options.Schema, err)
		}
	}
	data, err := json.Marshal(schemaRecord{Schema: s.options.Schema, Program: s.options.Program, Since: time.Now().UTC()})
	if err != nil {
		return err
	}
	return meta.Put(schemaKey, data)
}

// copyAside keeps the file as it is before an upgrade.
func (s *Store) copyAside(schema int) (err error) {
	path := fmt.Sprintf("%s.schema%d", s.path, schema)
	defer func() {
		if err != nil {
			err = errors.Join(explain("keep a copy of", s.path, err), remove(path))
		}
	}()
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	err = view(s.db, s.path, func(tx *bolt.Tx) error {
		_, err := tx.WriteTo(file)
		return err
	})
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// Records is what an upgrade sees: all records, inside its transaction.
type Records struct {
	bucket *bolt.Bucket
}

// Below yields the records below prefix in order of keys; they may be changed
// and deleted meanwhile.
func (r *Records) Below(prefix string) iter.Seq2[store.Record, error] {
	return func(yield func(store.Record, error) bool) {
		for after, more := "", true; more; {
			var records []store.Record
			var err error
			records, more, err = chunk(r.bucket, prefix, after)
			if err != nil {
				yield(store.Record{}, err)
				return
			}
			for _, record := range records {
				if !yield(record, nil) {
					return
				}
				after = record.Key
			}
		}
	}
}

// Set writes a record.
func (r *Records) Set(key string, value []byte) error {
	if err := store.ValidUpdate([]store.Op{store.Set(key, value)}); err != nil {
		return err
	}
	sequence, err := r.bucket.NextSequence()
	if err != nil {
		return err
	}
	return r.bucket.Put([]byte(key), encode(store.Revision(sequence), value))
}

// Delete removes a record, if there is one.
func (r *Records) Delete(key string) error { return r.bucket.Delete([]byte(key)) }
