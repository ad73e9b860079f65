package store

import (
	"context"
	"fmt"
	"iter"
)

// A Source is what Feed, GetPresent and ScanChunks read a store by, in pieces of bounded
// size. Neither method may call the feed. After Close both give ErrClosed.
type Source interface {
	// Chunk returns some records below prefix with keys above after, in
	// order, and whether there are more.
	Chunk(prefix, after string) (records []Record, more bool, err error)
	// Present returns the record, or false.
	Present(key string) (Record, bool, error)
}

// GetPresent does what Store.Get promises.
func GetPresent(ctx context.Context, key string, source Source) (Record, error) {
	if err := ValidKey(key); err != nil {
		return Record{}, err
	}
	if err := ctx.Err(); err != nil {
		return Record{}, err
	}
	record, ok, err := source.Present(key)
	if err == nil && !ok {
		err = fmt.Errorf("record %s: %w", key, ErrNotFound)
	}
	return record, err
}

// ScanChunks does what Store.Scan promises.
func ScanChunks(ctx context.Context, prefix string, source Source) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		if err := ValidPrefix(prefix); err != nil {
			yield(Record{}, err)
			return
		}
		chunk := func(after string) ([]Record, bool, error) { return source.Chunk(prefix, after) }
		for record, err := range scan(ctx.Err, chunk) {
			if !yield(record, err) {
				return
			}
		}
	}
}

// scan yields the records of one chunk after the other, until end or chunk
// fails.
func scan(end func() error, chunk func(after string) ([]Record, bool, error)) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for after, more := "", true; more; {
			err := end()
			var records []Record
			if err == nil {
				records, more, err = chunk(after)
			}
			if err != nil {
				yield(Record{}, err)
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
