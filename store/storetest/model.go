package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"migsh/store"
)

// testModel does random updates and compares every answer with a map's.
func testModel(t *testing.T, open func(t *testing.T) store.Store) {
	s := open(t) // one for all runs; each begins by emptying it
	rapid.Check(t, func(r *rapid.T) {
		if _, err := store.DeletePrefix(t.Context(), s, ""); err != nil {
			r.Fatal(err)
		}
		m := &model{records: make(map[string]store.Record)}
		r.Repeat(map[string]func(*rapid.T){
			"update": func(r *rapid.T) { m.update(t, r, s) },
			"get":    func(r *rapid.T) { m.get(t, r, s) },
			"scan":   func(r *rapid.T) { m.scan(t, r, s) },
		})
		m.compare(t, r, s, "")
	})
}

type model struct {
	records map[string]store.Record
	last    store.Revision
}

var (
	someKey    = rapid.SampledFrom([]string{"a", "a/1", "a/2", "a/2/x", "ab/1", "b", "b/1", "=20/1"})
	somePrefix = rapid.SampledFrom([]string{"", "a/", "a/2/", "ab/", "b/", "c/"})
	someValue  = rapid.SliceOfN(rapid.Byte(), 0, 40)
)

// op draws an operation; its precondition, if any, holds more often than not.
func (m *model) op(r *rapid.T, key string) store.Op {
	op := store.Op{Key: key, Kind: rapid.SampledFrom([]store.OpKind{store.OpCheck, store.OpSet, store.OpSet, store.OpDelete}).Draw(r, "kind")}
	op.Cond = op.Kind == store.OpCheck || rapid.Bool().Draw(r, "conditional")
	if op.Kind == store.OpSet {
		op.Value = someValue.Draw(r, "value")
	}
	if op.Cond {
		op.At = m.records[key].Revision
		if rapid.IntRange(0, 5).Draw(r, "spoil") == 0 {
			op.At += store.Revision(rapid.SampledFrom([]int{-1, 1}).Draw(r, "off"))
		}
	}
	return op
}

func (m *model) update(t *testing.T, r *rapid.T, s store.Store) {
	var ops []store.Op
	for _, key := range rapid.SliceOfNDistinct(someKey, 1, 5, rapid.ID[string]).Draw(r, "keys") {
		ops = append(ops, m.op(r, key))
	}
	holds := !slices.ContainsFunc(ops, func(op store.Op) bool { return op.Cond && op.At != m.records[op.Key].Revision })
	revisions, err := s.Update(t.Context(), ops...)
	if !holds {
		if !errors.Is(err, store.ErrConflict) {
			r.Fatalf("update %+v: %v, want ErrConflict", ops, err)
		}
		return
	}
	if err != nil {
		r.Fatalf("update %+v: %v", ops, err)
	}
	for i, op := range ops {
		switch op.Kind {
		case store.OpCheck:
			if revisions[i] != op.At {
				r.Fatalf("a check gave revision %d, want %d", revisions[i], op.At)
			}
		case store.OpSet:
			if revisions[i] <= m.last {
				r.Fatalf("revision %d after %d", revisions[i], m.last)
			}
			m.last = revisions[i]
			m.records[op.Key] = store.Record{Key: op.Key, Value: op.Value, Revision: revisions[i]}
		case store.OpDelete:
			delete(m.records, op.Key)
		}
	}
}

func (m *model) get(t *testing.T, r *rapid.T, s store.Store) {
	key := someKey.Draw(r, "key")
	got, err := s.Get(t.Context(), key)
	want, ok := m.records[key]
	if ok != (err == nil) || !ok && !errors.Is(err, store.ErrNotFound) || ok && show(got) != show(want) {
		r.Fatalf("Get(%s) = %s, %v; want %s (%t)", key, show(got), err, show(want), ok)
	}
}

func (m *model) scan(t *testing.T, r *rapid.T, s store.Store) {
	m.compare(t, r, s, somePrefix.Draw(r, "prefix"))
}

func (m *model) compare(t *testing.T, r *rapid.T, s store.Store, prefix string) {
	var got, want []string
	for record, err := range s.Scan(t.Context(), prefix) {
		if err != nil {
			r.Fatalf("Scan(%q): %v", prefix, err)
		}
		got = append(got, show(record))
	}
	for _, key := range slices.Sorted(maps.Keys(m.records)) {
		if len(key) >= len(prefix) && key[:len(prefix)] == prefix {
			want = append(want, show(m.records[key]))
		}
	}
	if !slices.Equal(got, want) {
		r.Fatalf("Scan(%q) = %q, want %q", prefix, got, want)
	}
}

func show(record store.Record) string {
	return fmt.Sprintf("%s@%d=%x", record.Key, record.Revision, record.Value)
}
