package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"
)

// A Collection is the records below one prefix, kept as JSON of a T. An item
// is addressed by one or more names, which are escaped: for
// NewCollection[User](s, "user"), Get(ctx, "spring", "ann@example.org") reads
// the record user/spring/ann@example.org.
type Collection[T any] struct {
	store   Store
	prefix  string
	salvage func(names []string, data []byte, why error) T
}

// Intact is what a T may implement to keep itself from being written: what
// was salvaged must not take the place of what is left of the record.
type Intact interface {
	// Intact is nil for a T that may be written.
	Intact() error
}

// An Item is a T with its address and the revision it was read or written at.
type Item[T any] struct {
	Names    []string // below the collection's prefix
	Value    T
	Revision Revision
}

// A Change is what watching a collection yields: an Event with the record
// decoded. Item.Value is zero when Kind is Deleted, the whole Item when Synced.
type Change[T any] struct {
	Kind EventKind
	Item Item[T]
}

// NewCollection names the records of s below the given names.
func NewCollection[T any](s Store, names ...string) Collection[T] {
	return Collection[T]{store: s, prefix: Prefix(names...)}
}

// Salvaging is the collection with records that can't be decoded read as what
// f makes of them, instead of ending with an error what reads them.
func (c Collection[T]) Salvaging(f func(names []string, data []byte, why error) T) Collection[T] {
	c.salvage = f
	return c
}

// Key is the key of the item so named, for use in operations.
func (c Collection[T]) Key(names ...string) string { return c.prefix + Key(names...) }

// Prefix is the collection's prefix.
func (c Collection[T]) Prefix() string { return c.prefix }

// Within is the part of the collection below further names.
func (c Collection[T]) Within(names ...string) Collection[T] {
	c.prefix += Prefix(names...)
	return c
}

// Get reads an item, or gives ErrNotFound.
func (c Collection[T]) Get(ctx context.Context, names ...string) (Item[T], error) {
	record, err := c.store.Get(ctx, c.Key(names...))
	if err != nil {
		return Item[T]{}, err
	}
	return c.decode(record)
}

// All yields the items in order of keys; see Store.Scan for what a change
// meanwhile does. It ends after the first error.
func (c Collection[T]) All(ctx context.Context) iter.Seq2[Item[T], error] {
	return func(yield func(Item[T], error) bool) {
		for record, err := range c.store.Scan(ctx, c.prefix) {
			var item Item[T]
			if err == nil {
				item, err = c.decode(record)
			}
			if !yield(item, err) || err != nil {
				return
			}
		}
	}
}

// Watch yields the items, a Change of kind Synced, and then changes; see
// Store.Watch. It ends after the first error.
func (c Collection[T]) Watch(ctx context.Context) iter.Seq2[Change[T], error] {
	return func(yield func(Change[T], error) bool) {
		for event, err := range c.store.Watch(ctx, c.prefix) {
			change := Change[T]{Kind: event.Kind}
			if err == nil {
				switch event.Kind {
				case Put:
					change.Item, err = c.decode(event.Record)
				case Deleted:
					change.Item.Revision = event.Record.Revision
					change.Item.Names, err = c.names(event.Record.Key)
				}
			}
			if !yield(change, err) || err != nil {
				return
			}
		}
	}
}

// Set makes the operation that writes the item, whatever is there.
func (c Collection[T]) Set(value T, names ...string) (Op, error) {
	data, err := c.encode(value, names)
	return Set(c.Key(names...), data), err
}

// Create makes the operation that writes an item that must not exist.
func (c Collection[T]) Create(value T, names ...string) (Op, error) {
	data, err := c.encode(value, names)
	return Create(c.Key(names...), data), err
}

// Replace makes the operation that writes the item over the revision it was
// read at; a new item (revision zero) must not exist.
func (c Collection[T]) Replace(item Item[T]) (Op, error) {
	data, err := c.encode(item.Value, item.Names)
	return Replace(c.Key(item.Names...), data, item.Revision), err
}

// Delete makes the operation that removes the item if it is as it was read.
func (c Collection[T]) Delete(item Item[T]) Op {
	return DeleteAt(c.Key(item.Names...), item.Revision)
}

// Modify reads the item, lets change alter it, and writes it back unless
// somebody else was faster, in which case it begins again: change may run
// several times and must have no effect but on its argument. When change
// fails, nothing is written and its error returned.
func (c Collection[T]) Modify(ctx context.Context, change func(*T) error, names ...string) (Item[T], error) {
	for {
		item, err := c.Get(ctx, names...)
		if err != nil {
			return Item[T]{}, err
		}
		if err := change(&item.Value); err != nil {
			return Item[T]{}, err
		}
		op, err := c.Replace(item)
		if err != nil {
			return Item[T]{}, err
		}
		revisions, err := c.store.Update(ctx, op)
		if errors.Is(err, ErrConflict) {
			continue
		}
		if err != nil {
			return Item[T]{}, err
		}
		item.Revision = revisions[0]
		return item, nil
	}
}

func (c Collection[T]) encode(value T, names []string) ([]byte, error) {
	if v, ok := any(&value).(Intact); ok {
		if err := v.Intact(); err != nil {
			return nil, err
		}
	}
	data, err := json.Marshal(value)
	if err != nil {
		return nil, fmt.Errorf("write record %s: %w", c.Key(names...), err)
	}
	return data, nil
}

func (c Collection[T]) decode(record Record) (Item[T], error) {
	names, err := c.names(record.Key)
	if err != nil {
		return Item[T]{}, err
	}
	item := Item[T]{Names: names, Revision: record.Revision}
	if err := json.Unmarshal(record.Value, &item.Value); err != nil {
		if c.salvage != nil {
			item.Value = c.salvage(names, record.Value, err)
			return item, nil
		}
		return Item[T]{}, fmt.Errorf("read record %s: %w", record.Key, err)
	}
	return item, nil
}

func (c Collection[T]) names(key string) ([]string, error) {
	return Names(strings.TrimPrefix(key, c.prefix))
}
