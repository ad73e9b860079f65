package store

import (
	"container/list"
	"context"
	"iter"
	"strings"
	"sync"
)

// A Feed serves Watch for a store that lives in one process. Its owner wraps
// each commit in Commit; readers never see a commit whose changes the feed has
// not noted, which is what makes a snapshot followed by changes gapless.
//
// Of a change the feed keeps the key alone, per watcher, until the watcher
// takes it and reads the record as it then is. So a watcher that sleeps costs
// the keys that changed, not their values, and never holds up the writer.
type Feed struct {
	mu       sync.RWMutex // written by Commit, read by watchers reading the store
	watchers map[*watcher]struct{}
	closed   chan struct{}
}

// A KeyChange says that a commit wrote or deleted a record.
type KeyChange struct {
	Key      string
	Revision Revision
	Deleted  bool
}

// NewFeed makes a feed without watchers.
func NewFeed() *Feed {
	return &Feed{watchers: make(map[*watcher]struct{}), closed: make(chan struct{})}
}

// Commit runs commit and notes the changes it reports. It reports none when
// nothing was changed.
func (f *Feed) Commit(commit func() ([]KeyChange, error)) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	changes, err := commit()
	if len(changes) > 0 {
		for w := range f.watchers {
			w.note(changes)
		}
	}
	return err
}

// Close ends all watches with ErrClosed. It is called once.
func (f *Feed) Close() { close(f.closed) }

// Watch does what Store.Watch promises.
func (f *Feed) Watch(ctx context.Context, prefix string, source Source) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		if err := ValidPrefix(prefix); err != nil {
			yield(Event{}, err)
			return
		}
		w := f.add(prefix)
		defer f.remove(w)
		// end tells why to stop, if so.
		end := func() error {
			select {
			case <-f.closed:
				return ErrClosed
			default:
				return ctx.Err()
			}
		}
		snapshot := func(after string) ([]Record, bool, error) { return f.snapshot(w, source, after) }
		for record, err := range scan(end, snapshot) {
			event := Event{Kind: Put, Record: record}
			if err != nil {
				event = Event{}
			}
			if !yield(event, err) || err != nil {
				return
			}
		}
		if !yield(Event{Kind: Synced}, nil) {
			return
		}

		for {
			if err := end(); err != nil {
				yield(Event{}, err)
				return
			}
			events, err := f.changes(w, source)
			if err != nil {
				yield(Event{}, err)
				return
			}
			for _, event := range events {
				if !yield(event, nil) {
					return
				}
			}
			if len(events) > 0 {
				continue
			}
			select {
			case <-w.wake:
			case <-ctx.Done():
			case <-f.closed:
			}
		}
	}
}

func (f *Feed) add(prefix string) *watcher {
	w := &watcher{prefix: prefix, pending: make(map[string]*list.Element), wake: make(chan struct{}, 1)}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.watchers[w] = struct{}{}
	return w
}

func (f *Feed) remove(w *watcher) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.watchers, w)
}

// snapshot reads the next records of the initial state. What changed in their
// range up to now is in them, and is dropped from the changes to come.
func (f *Feed) snapshot(w *watcher, source Source, after string) ([]Record, bool, error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	records, more, err := source.Chunk(w.prefix, after)
	if err != nil {
		return nil, false, err
	}
	for key, element := range w.pending {
		if key > after && (!more || key <= records[len(records)-1].Key) {
			delete(w.pending, key)
			w.order.Remove(element)
		}
	}
	return records, more, nil
}

// changes takes some of the changes noted, oldest first.
func (f *Feed) changes(w *watcher, source Source) ([]Event, error) {
	const most, mostBytes = 256, 1 << 20
	f.mu.RLock()
	defer f.mu.RUnlock()
	var events []Event
	for size := 0; len(events) < most && size < mostBytes; {
		front := w.order.Front()
		if front == nil {
			break
		}
		change := front.Value.(KeyChange)
		event := Event{Kind: Deleted, Record: Record{Key: change.Key, Revision: change.Revision}}
		if !change.Deleted {
			record, ok, err := source.Present(change.Key)
			if err != nil {
				return nil, err
			}
			if ok {
				event = Event{Kind: Put, Record: record}
			}
		}
		w.order.Remove(front)
		delete(w.pending, change.Key)
		events = append(events, event)
		size += len(event.Record.Value)
	}
	return events, nil
}

// A watcher is one running Watch. Its fields are written under the feed's lock
// by Commit, and under the read lock by the goroutine that ranges over it.
type watcher struct {
	prefix  string
	pending map[string]*list.Element
	order   list.List     // of KeyChange, one for each key, by revision
	wake    chan struct{} // holds a token when something was noted
}

func (w *watcher) note(changes []KeyChange) {
	noted := false
	for _, change := range changes {
		if !strings.HasPrefix(change.Key, w.prefix) {
			continue
		}
		noted = true
		if element, ok := w.pending[change.Key]; ok {
			element.Value = change
			w.order.MoveToBack(element)
		} else {
			w.pending[change.Key] = w.order.PushBack(change)
		}
	}
	if !noted {
		return
	}
	select {
	case w.wake <- struct{}{}:
	default:
	}
}
