package dotnet

import (
	"iter"
	"slices"

	"migsh/shell/object"
)

// set is the base value of HashSet and SortedSet: the keys of a table.
type set struct {
	table  *object.Hashtable
	sorted bool
}

func newSet(t *object.Type, ignoreCase bool) *set {
	return &set{table: &object.Hashtable{CaseSensitive: !ignoreCase}, sorted: t.Generic == typeSortedSet}
}

// Publish implements [object.Shareable].
func (s *set) Publish(enter func(v any) any) { s.table.Publish(enter) }

// Common implements [object.Shareable].
func (s *set) Common() bool { return false }

// CopyInto implements [object.Copyable].
func (s *set) CopyInto(o *object.Object, copy func(v any) any) {
	n := &set{table: &object.Hashtable{CaseSensitive: s.table.CaseSensitive}, sorted: s.sorted}
	for _, k := range s.table.Keys() {
		n.table.Set(copy(k), nil)
	}
	o.Base = n
}

// All yields the elements, a SortedSet's in order.
func (s *set) All() iter.Seq[any] {
	keys := s.table.Keys()
	if s.sorted {
		if err := sortItems(keys, nil); err != nil {
			keys = s.table.Keys() // elements without an order stay in that of their adding
		}
	}
	return slices.Values(keys)
}

// Len is the number of elements.
func (s *set) Len() int { return s.table.Len() }

func setFrom(t *object.Type, v any) (any, bool, error) {
	items, ok := object.ItemsOf(v)
	if !ok {
		items = []any{v}
	}
	s := newSet(t, false)
	for _, e := range items {
		c, err := object.Convert(e, elem(t))
		if err != nil {
			return nil, false, nil
		}
		s.table.Set(c, nil)
	}
	return object.Instance(t, s), true, nil
}

func setMembers(t *object.Type) {
	in := elem(t).PSName()
	field(t, "int Count", func(s *set) any { return int32(s.Len()) })
	method(t, "bool Add("+in+" item)", func(s *set, a args) (any, error) {
		added := false
		s.table.Change(a[0], func(_ any, there bool) (any, bool) {
			added = !there
			return nil, added
		})
		return added, nil
	})
	method(t, "bool Contains("+in+" item)", func(s *set, a args) (any, error) { return s.table.Has(a[0]), nil })
	method(t, "bool Remove("+in+" item)", func(s *set, a args) (any, error) { return s.table.Delete(a[0]), nil })
	method(t, "void Clear()", func(s *set, _ args) (any, error) { s.table.Clear(); return nil, nil })
	method(t, "System.Collections.IEnumerator GetEnumerator()", func(s *set, _ args) (any, error) {
		return newEnumerator("System.Collections.Generic.HashSet`1+Enumerator", slices.Collect(s.All())), nil
	})
	if t.Generic == typeSortedSet {
		sortedSetMembers(t)
	}
	other := func(a args) ([]any, error) {
		items, ok := object.ItemsOf(a[0])
		if !ok {
			return nil, nullArgument("other")
		}
		out := make([]any, len(items))
		for i, e := range items {
			c, err := object.Convert(e, elem(t))
			if err != nil {
				return nil, err
			}
			out[i] = c
		}
		return out, nil
	}
	table := func(s *set, a args) (*object.Hashtable, error) {
		items, err := other(a)
		o := &object.Hashtable{CaseSensitive: s.table.CaseSensitive}
		for _, e := range items {
			o.Set(e, nil)
		}
		return o, err
	}
	change := func(name string, fn func(s *set, o *object.Hashtable)) {
		method(t, "void "+name+"(System.Collections.IEnumerable other)", func(s *set, a args) (any, error) {
			o, err := table(s, a)
			if err != nil {
				return nil, err
			}
			fn(s, o)
			return nil, nil
		})
	}
	change("UnionWith", func(s *set, o *object.Hashtable) {
		for k := range o.All() {
			s.table.Set(k, nil)
		}
	})
	change("ExceptWith", func(s *set, o *object.Hashtable) {
		for k := range o.All() {
			s.table.Delete(k)
		}
	})
	change("IntersectWith", func(s *set, o *object.Hashtable) {
		for _, k := range s.table.Keys() {
			if !o.Has(k) {
				s.table.Delete(k)
			}
		}
	})
	change("SymmetricExceptWith", func(s *set, o *object.Hashtable) {
		for k := range o.All() {
			if !s.table.Delete(k) {
				s.table.Set(k, nil)
			}
		}
	})
	ask := func(name string, fn func(s *set, o *object.Hashtable) bool) {
		method(t, "bool "+name+"(System.Collections.IEnumerable other)", func(s *set, a args) (any, error) {
			o, err := table(s, a)
			if err != nil {
				return nil, err
			}
			return fn(s, o), nil
		})
	}
	within := func(x, y *object.Hashtable) bool {
		for k := range x.All() {
			if !y.Has(k) {
				return false
			}
		}
		return true
	}
	ask("IsSubsetOf", func(s *set, o *object.Hashtable) bool { return within(s.table, o) })
	ask("IsSupersetOf", func(s *set, o *object.Hashtable) bool { return within(o, s.table) })
	ask("SetEquals", func(s *set, o *object.Hashtable) bool { return within(o, s.table) && within(s.table, o) })
	ask("Overlaps", func(s *set, o *object.Hashtable) bool {
		for k := range o.All() {
			if s.table.Has(k) {
				return true
			}
		}
		return false
	})
	make := func(a args, from int, ignoreCase bool) (any, error) {
		s := newSet(t, ignoreCase)
		if from >= 0 {
			items, err := other(a[from:])
			if err != nil {
				return nil, err
			}
			for _, e := range items {
				s.table.Set(e, nil)
			}
		}
		return object.Instance(t, s), nil
	}
	constructor(t, "()", func(a args) (any, error) { return make(a, -1, false) })
	constructor(t, "(System.StringComparer comparer)", func(a args) (any, error) { return make(a, -1, comparerIgnoresCase(a[0])) })
	constructor(t, "(System.Collections.IEnumerable collection)", func(a args) (any, error) { return make(a, 0, false) })
	constructor(t, "(System.Collections.IEnumerable collection, System.StringComparer comparer)", func(a args) (any, error) {
		return make(a, 0, comparerIgnoresCase(a[1]))
	})
}

// sortedSetMembers are those that an order makes possible.
func sortedSetMembers(t *object.Type) {
	in := elem(t).PSName()
	end := func(name string, at func(n int) int) {
		field(t, in+" "+name, func(s *set) any {
			if s.Len() == 0 {
				return object.Zero(elem(t))
			}
			return slices.Collect(s.All())[at(s.Len())]
		})
	}
	end("Min", func(int) int { return 0 })
	end("Max", func(n int) int { return n - 1 })
	method(t, "System.Collections.IEnumerable Reverse()", func(s *set, _ args) (any, error) {
		out := slices.Collect(s.All())
		slices.Reverse(out)
		return &object.Array{Elem: elem(t), Items: out}, nil
	})
	method(t, "System.Object GetViewBetween("+in+" lowerValue, "+in+" upperValue)", func(s *set, a args) (any, error) {
		out := newSet(t, !s.table.CaseSensitive)
		for v := range s.All() {
			low, err := object.Compare(v, a[0], false)
			if err != nil {
				return nil, err
			}
			high, err := object.Compare(v, a[1], false)
			if err != nil {
				return nil, err
			}
			if low >= 0 && high <= 0 {
				out.table.Set(v, nil)
			}
		}
		return object.Instance(t, out), nil
	})
}
