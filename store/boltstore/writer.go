package boltstore

import (
	"context"
	"fmt"
	"runtime"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"migsh/store"
)

// How much is joined into one transaction. One update fits always.
const (
	groupOps   = 8 * store.MaxOps
	groupBytes = 2 * store.MaxBytes
)

// A request is one update on its way through the writer, or (with exclusive
// set) work that needs the writer to stand still.
type request struct {
	ops       []store.Op
	revisions []store.Revision
	exclusive func() error
	err       error
	done      chan struct{}
}

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, ops ...store.Op) ([]store.Revision, error) {
	if err := store.ValidUpdate(ops); err != nil {
		return nil, err
	}
	r := &request{ops: ops, done: make(chan struct{})}
	if err := s.submit(ctx, r); err != nil {
		return nil, err
	}
	return r.revisions, nil
}

// submit hands a request to the writer and awaits its outcome: once the writer
// has it, a ctx that ends changes nothing any more.
func (s *Store) submit(ctx context.Context, r *request) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case <-s.closing: // even if the writer could still take it
		return store.ErrClosed
	default:
	}
	select {
	case s.requests <- r:
		<-r.done
		return r.err
	case <-s.closing:
		return store.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// write is the writer.
func (s *Store) write() {
	defer close(s.stopped)
	var next *request
	for {
		first := next
		next = nil
		if first == nil {
			select {
			case first = <-s.requests:
			case <-s.closing:
				return
			}
		}
		if first.exclusive != nil {
			first.err = s.failed
			if first.err == nil {
				first.err = first.exclusive()
			}
			close(first.done)
			continue
		}
		var group []*request
		group, next = s.join(first)
		s.writeGroup(group)
		for _, r := range group {
			close(r.done)
		}
	}
}

// join adds to first the requests that wait already, up to a limit; next is one
// that was taken but does not belong to the group.
func (s *Store) join(first *request) (group []*request, next *request) {
	// Those who were answered a moment ago get the processor once, to come
	// back with what they want next.
	runtime.Gosched()
	group = []*request{first}
	ops, bytes := first.size()
	for {
		select {
		case r := <-s.requests:
			o, b := r.size()
			ops, bytes = ops+o, bytes+b
			if r.exclusive != nil || ops > groupOps || bytes > groupBytes {
				return group, r
			}
			group = append(group, r)
		default:
			return group, nil
		}
	}
}

func (r *request) size() (ops, bytes int) {
	for i := range r.ops {
		bytes += len(r.ops[i].Key) + len(r.ops[i].Value)
	}
	return len(r.ops), bytes
}

// writeGroup settles every request of the group. When the group cannot be
// written as a whole, each is tried alone: one that is too large for what room
// is left must not fail the others.
func (s *Store) writeGroup(group []*request) {
	err := s.failed
	if err == nil {
		err = s.transact(group)
	}
	if err == nil {
		return
	}
	if len(group) > 1 && s.failed == nil {
		for _, r := range group {
			r.revisions, r.err = nil, nil
			s.writeGroup([]*request{r})
		}
		return
	}
	for _, r := range group {
		r.revisions, r.err = nil, err
	}
}

// transact does the requests in one transaction, each on what the earlier ones
// left, leaving out those whose preconditions do not hold. An error means that
// none was done, or that s.failed is set.
func (s *Store) transact(group []*request) error {
	var tx *bolt.Tx
	var before, after uint64 // the bucket's sequence, from which revisions come
	err := s.feed.Commit(func() (changes []store.KeyChange, err error) {
		err = guard(s.path, func() error {
			if tx, err = s.db.Begin(true); err != nil {
				return err
			}
			bucket := tx.Bucket(recordsBucket)
			before = bucket.Sequence()
			for _, r := range group {
				if r.err = r.check(bucket); r.err != nil {
					continue
				}
				if changes, err = r.apply(bucket, changes); err != nil {
					return err
				}
			}
			after = bucket.Sequence()
			if len(changes) == 0 {
				return tx.Rollback()
			}
			return s.commit(tx)
		})
		if err != nil {
			return nil, err
		}
		return changes, nil
	})
	if err != nil {
		return s.afterFailure(tx, before, after, err)
	}
	return nil
}

// check tells whether the request's preconditions hold.
func (r *request) check(bucket *bolt.Bucket) error {
	for i := range r.ops {
		op := &r.ops[i]
		if !op.Cond {
			continue
		}
		if have := revisionOf(bucket.Get([]byte(op.Key))); have != op.At {
			return &store.ConflictError{Key: op.Key, Want: op.At, Have: have}
		}
	}
	return nil
}

// apply does the request's operations and adds what they change to changes.
func (r *request) apply(bucket *bolt.Bucket, changes []store.KeyChange) ([]store.KeyChange, error) {
	r.revisions = make([]store.Revision, len(r.ops))
	for i := range r.ops {
		op := &r.ops[i]
		key := []byte(op.Key)
		if op.Kind == store.OpCheck {
			r.revisions[i] = op.At
			continue
		}
		if op.Kind == store.OpDelete && bucket.Get(key) == nil {
			continue
		}
		sequence, err := bucket.NextSequence()
		if err != nil {
			return nil, err
		}
		revision := store.Revision(sequence)
		change := store.KeyChange{Key: op.Key, Revision: revision, Deleted: op.Kind == store.OpDelete}
		if change.Deleted {
			err = bucket.Delete(key)
		} else {
			r.revisions[i] = revision
			err = bucket.Put(key, encode(revision, op.Value))
		}
		if err != nil {
			return nil, err
		}
		changes = append(changes, change)
	}
	return changes, nil
}

// afterFailure brings the store back to order after a transaction that failed, and
// says what happened.
func (s *Store) afterFailure(tx *bolt.Tx, before, after uint64, err error) error {
	if tx != nil {
		// A commit that failed has ended the transaction, except when bbolt
		// panicked; then ending it may well panic again.
		ended := guard(s.path, func() error {
			if err := tx.Rollback(); err != nil && err != berrors.ErrTxClosed {
				return err
			}
			return nil
		})
		if ended != nil {
			s.stuck = true
			s.failed = damaged(s.path, fmt.Errorf("%w; %w", err, ended))
			return s.failed
		}
	}
	// The very last step of a commit, flushing the page that makes it count,
	// may fail after that page was written. Then the file says "done" and the
	// disk has not confirmed it; nobody can know what a power failure would
	// leave.
	var now uint64
	seen := view(s.db, s.path, func(tx *bolt.Tx) error {
		now = tx.Bucket(recordsBucket).Sequence()
		return nil
	})
	switch {
	case seen != nil:
		s.failed = seen
	case now != before && now == after:
		s.failed = fmt.Errorf("write the state file %s: %w (%w). No further change is taken. "+
			"End migsh, look after the disk, start again: what the file says then is what counts", s.path, store.ErrUncertain, err)
	case isFull(err):
		return full(s.path, err)
	default:
		return explain("write", s.path, err)
	}
	return s.failed
}
