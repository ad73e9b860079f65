// Package store keeps migsh's state: small records by key, each with a
// revision, changed only by atomic updates whose preconditions name revisions.
//
// Everything above speaks to [Store], so that the state can live in one file
// (store/boltstore), in memory for tests (store/memstore), or on many machines
// (NATS JetStream KV). What all of them must do is stated here and tried by
// store/storetest. [Collection] adds typed records, [Leases] adds leases; both
// are built on the interface alone and so behave alike everywhere.
//
// # Keys
//
// A key is a path of segments joined by slashes, such as
// "user/spring/ann@example.org". A segment holds ASCII letters, digits and
// "-_.@+"; anything else goes through [Escape], which [Key] does for you.
// Records are ordered by the bytes of their keys. A prefix is "" (everything)
// or ends in a slash: "user/spring/" never means "user/springtime/…". That is
// what subject wildcards of a message system can express as well.
//
// # Updates
//
// One [Store.Update] carries up to [MaxOps] operations on distinct keys. All
// happen or none; none happens unless all preconditions hold. When Update
// returns nil the change has reached the disk. A change larger than that is
// staged by its author: write the parts first, in pieces, and last the record
// that makes them count.
package store

import (
	"context"
	"iter"
)

// Limits that every implementation accepts, and enforces. They are what NATS
// takes in one atomic batch and one message, so that what is written on one
// machine can move to many. Bodies of messages never belong here.
const (
	MaxKey   = 2048      // bytes in a key
	MaxValue = 256 << 10 // bytes in a value; a few hundred is usual
	MaxOps   = 1000      // operations in one update
	MaxBytes = 4 << 20   // bytes of keys and values in one update
)

// A Revision numbers a state of a record. Revisions grow with every write over
// the whole store and are never used twice, also after a record was deleted
// or the store reopened. So a record's revision may serve as a fencing token.
// Zero stands for "no such record".
type Revision uint64

// A Record is a key, its value, and the revision at which it was written. The
// value belongs to the caller.
type Record struct {
	Key      string
	Value    []byte
	Revision Revision
}

// Store is a set of records. It is safe for concurrent use.
//
// Errors are those of errors.go, found with errors.Is; ctx.Err() when ctx
// ended first; anything else says what was attempted on what.
type Store interface {
	// Get returns the record, or ErrNotFound.
	Get(ctx context.Context, key string) (Record, error)

	// Scan yields the records below prefix in order of keys, and ends after
	// the first error. It holds nothing open between two records, so the
	// consumer may take its time and may update the store; in exchange, it
	// is not one snapshot: a record that is there, unchanged, all the while
	// is yielded exactly once, a record changed meanwhile at most once, in
	// one of its states.
	Scan(ctx context.Context, prefix string) iter.Seq2[Record, error]

	// Update does all operations or none, and returns the new revision of
	// each record (zero for a deletion, the present one for a check), in the
	// order of ops. A precondition that does not hold gives a
	// *ConflictError. When ctx ends before the update was begun, nothing
	// happened; once begun, its outcome is awaited. ErrUncertain is the one
	// error after which the update may have happened. Values are copied
	// before Update returns.
	Update(ctx context.Context, ops ...Op) ([]Revision, error)

	// Watch yields the records below prefix as they are now, then one event
	// of kind Synced, then changes as they come, until ctx ends or the store
	// is closed; the last pair carries the reason as its error. No change is
	// lost from the first record on, but a slow watcher sees only the last
	// of several changes to a key, and of a record made and deleted meanwhile
	// only the deletion; it never holds up a writer. Changes come in order of
	// their revisions: who sees one has seen what was changed before it, or
	// will see that key's later state. The changes of one update come as
	// separate events.
	Watch(ctx context.Context, prefix string) iter.Seq2[Event, error]

	// Close waits for updates begun, ends watches and scans with ErrClosed,
	// and frees what the store holds. A second Close does nothing.
	Close() error
}

// An Event is what a watcher sees.
type Event struct {
	Kind EventKind
	// Record as it is after a Put. After a Deleted only its key and the
	// deletion's revision, which is above all earlier ones of that key.
	Record Record
}

// EventKind says what an Event reports.
type EventKind uint8

// The kinds of events.
const (
	Put     EventKind = iota + 1 // the record is now this
	Deleted                      // the record is gone
	Synced                       // all that existed at the start has been yielded
)

// An Op is one operation of an update. Make it with Set, Create, Replace,
// Delete, DeleteAt or Check.
type Op struct {
	Key   string
	Value []byte // for OpSet
	Kind  OpKind
	// Cond, if true, makes At a precondition: the record must be at that
	// revision, or absent if At is zero.
	Cond bool
	At   Revision
}

// OpKind says what an Op does once its precondition holds.
type OpKind uint8

// The kinds of operations.
const (
	OpCheck  OpKind = iota // nothing: the precondition is all
	OpSet                  // write the value
	OpDelete               // remove the record; none there is no error
)

// Set writes a record, whatever is there.
func Set(key string, value []byte) Op { return Op{Key: key, Value: value, Kind: OpSet} }

// Create writes a record that must not exist.
func Create(key string, value []byte) Op { return Replace(key, value, 0) }

// Replace writes a record that must be at revision at; zero: must not exist.
func Replace(key string, value []byte, at Revision) Op {
	return Op{Key: key, Value: value, Kind: OpSet, Cond: true, At: at}
}

// Delete removes a record, if there is one.
func Delete(key string) Op { return Op{Key: key, Kind: OpDelete} }

// DeleteAt removes a record that must be at revision at.
func DeleteAt(key string, at Revision) Op {
	return Op{Key: key, Kind: OpDelete, Cond: true, At: at}
}

// Check writes nothing; the update fails unless the record is at revision at
// (zero: absent).
func Check(key string, at Revision) Op { return Op{Key: key, Cond: true, At: at} }

// DeletePrefix removes everything below prefix, in pieces: it may stop half
// way, and is then simply repeated. It returns how many records it removed.
func DeletePrefix(ctx context.Context, s Store, prefix string) (int, error) {
	n := 0
	ops := make([]Op, 0, MaxOps)
	size := 0
	flush := func() error {
		_, err := s.Update(ctx, ops...)
		if err == nil {
			n += len(ops)
		}
		ops, size = ops[:0], 0
		return err
	}
	for r, err := range s.Scan(ctx, prefix) {
		if err != nil {
			return n, err
		}
		if len(ops) == MaxOps || size+len(r.Key) > MaxBytes {
			if err := flush(); err != nil {
				return n, err
			}
		}
		ops, size = append(ops, Delete(r.Key)), size+len(r.Key)
	}
	if len(ops) == 0 {
		return n, nil
	}
	return n, flush()
}
