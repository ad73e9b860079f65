package dotnet

import (
	"iter"
	"slices"
	"sync"

	"migsh/shell/object"
)

// The collections that sessions hold in common. Elsewhere, what goes into a session is copied.
var (
	typeConcurrentDict  = object.Declare(&object.Type{Name: "System.Collections.Concurrent.ConcurrentDictionary`2", IsGenericDefinition: true, Interfaces: []*object.Type{object.Interface("System.Collections.IDictionary"), iCollection, iEnumerable}})
	typeConcurrentQueue = openSequence("System.Collections.Concurrent.ConcurrentQueue`1")
	typeConcurrentStack = openSequence("System.Collections.Concurrent.ConcurrentStack`1")
	typeConcurrentBag   = openSequence("System.Collections.Concurrent.ConcurrentBag`1")

	typeSyncHashtable = object.Declare(&object.Type{Name: "System.Collections.Hashtable+SyncHashtable", Base: object.TypeHashtable, Interfaces: object.TypeHashtable.Interfaces})
	typeSyncArrayList = object.Declare(&object.Type{Name: "System.Collections.ArrayList+SyncArrayList", Base: object.TypeArrayList, Interfaces: object.TypeArrayList.Interfaces})
)

func openSequence(name string) *object.Type {
	return object.Declare(&object.Type{Name: name, IsGenericDefinition: true, Interfaces: []*object.Type{iCollection, iEnumerable}})
}

func init() {
	object.Extend(typeConcurrentDict, concurrentDictMembers)
	object.ConvertGeneric(typeConcurrentDict, dictionaryFrom)
	object.Extend(typeConcurrentQueue, func(t *object.Type) { concurrentMembers(t, false, "Enqueue", "Dequeue") })
	object.Extend(typeConcurrentStack, func(t *object.Type) { concurrentMembers(t, true, "Push", "Pop") })
	object.Extend(typeConcurrentBag, func(t *object.Type) { concurrentMembers(t, true, "Add", "Take") })
	object.Extend(typeSyncHashtable, func(t *object.Type) { field(t, "bool IsSynchronized", func(*object.Hashtable) any { return true }) })
	object.Extend(typeSyncArrayList, syncListMembers)
	object.Extend(object.TypeHashtable, func(t *object.Type) {
		static(t, "hashtable Synchronized(hashtable table)", func(a args) (any, error) {
			h, ok := object.Base(a[0]).(*object.Hashtable)
			if !ok {
				return nil, nullArgument("table")
			}
			if !h.Synchronized {
				h.Type, h.Synchronized = typeSyncHashtable, true
			}
			return h, nil
		})
	})
	object.Extend(object.TypeArrayList, func(t *object.Type) {
		static(t, "System.Collections.ArrayList Synchronized(System.Collections.ArrayList list)", func(a args) (any, error) {
			l, ok := object.Base(a[0]).(*object.List)
			if !ok {
				return nil, nullArgument("list")
			}
			s := &locked{items: slices.Clone(l.Items), common: true}
			l.Frozen = true // what would be added to it would be missing in the other
			return object.Instance(typeSyncArrayList, s), nil
		})
	})
}

// locked is the base value of queues, stacks, bags and synchronized lists: each step is done under a lock. A stack's top is its last item.
type locked struct {
	mu    sync.Mutex
	items []any
	lifo  bool
	// common is set for collections that exist to be held by several sessions.
	common bool
	enter  func(v any) any // once they do
}

// Common implements [object.Shareable].
func (s *locked) Common() bool { return s.common }

// CopyInto implements [object.Copyable].
func (s *locked) CopyInto(o *object.Object, copy func(v any) any) {
	s.mu.Lock()
	items := slices.Clone(s.items)
	s.mu.Unlock()
	for i, v := range items {
		items[i] = copy(v)
	}
	o.Base = &locked{items: items, lifo: s.lifo}
}

// Publish implements [object.Shareable].
func (s *locked) Publish(enter func(v any) any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.enter != nil {
		return
	}
	s.enter = enter
	for i, v := range s.items {
		s.items[i] = enter(v)
	}
}

// fit is a value as the collection may hold it.
func (s *locked) fit(v any) any {
	s.mu.Lock()
	enter := s.enter
	s.mu.Unlock()
	if enter == nil {
		return v
	}
	return enter(v)
}

// put adds values.
func (s *locked) put(values ...any) int {
	fit := make([]any, len(values))
	for i, v := range values {
		fit[i] = s.fit(v)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items = append(s.items, fit...)
	return len(s.items) - 1
}

// next gives the value whose turn it is, and takes it out.
func (s *locked) next(take bool) (any, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.items)
	switch {
	case n == 0:
		return nil, false
	case s.lifo:
		v := s.items[n-1]
		if take {
			s.items = s.items[:n-1]
		}
		return v, true
	}
	v := s.items[0]
	if take {
		s.items = s.items[1:]
	}
	return v, true
}

// change replaces the items, in one step.
func (s *locked) change(fn func(items []any) ([]any, error)) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	items, err := fn(s.items)
	if err == nil {
		s.items = items
	}
	return err
}

// snapshot are the items at one moment, in the order in which they would be taken out.
func (s *locked) snapshot() []any {
	s.mu.Lock()
	defer s.mu.Unlock()
	items := slices.Clone(s.items)
	if s.lifo {
		slices.Reverse(items)
	}
	return items
}

// All yields the elements that there are at the moment.
func (s *locked) All() iter.Seq[any] { return slices.Values(s.snapshot()) }

// Len is the number of elements.
func (s *locked) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.items)
}

// SetIndex implements [object.IndexSetter].
func (s *locked) SetIndex(index, value any) error {
	n, err := object.Convert(index, object.TypeInt32)
	if err != nil {
		return err
	}
	value = s.fit(value)
	return s.change(func(items []any) ([]any, error) {
		i := int(n.(int32))
		if i < 0 {
			i += len(items)
		}
		if i < 0 || i >= len(items) || s.lifo {
			return nil, badIndex()
		}
		items[i] = value
		return items, nil
	})
}

func concurrentMembers(t *object.Type, lifo bool, put, take string) {
	in := elem(t).PSName()
	field(t, "int Count", func(s *locked) any { return int32(s.Len()) })
	field(t, "bool IsEmpty", func(s *locked) any { return s.Len() == 0 })
	method(t, "void "+put+"("+in+" item)", func(s *locked, a args) (any, error) { s.put(a[0]); return nil, nil })
	try := func(name string, takes bool) {
		method(t, "bool "+name+"([ref] "+in+" result)", func(s *locked, a args) (any, error) {
			v, ok := s.next(takes)
			if !ok {
				v = object.Zero(elem(t))
			}
			return ok, a.out(0, v)
		})
	}
	try("Try"+take, true)
	try("TryPeek", false)
	if put == "Push" {
		method(t, "void PushRange("+in+"[] items)", func(s *locked, a args) (any, error) { s.put(a.items(0)...); return nil, nil })
	}
	method(t, "void Clear()", func(s *locked, _ args) (any, error) {
		return nil, s.change(func([]any) ([]any, error) { return nil, nil })
	})
	method(t, in+"[] ToArray()", func(s *locked, _ args) (any, error) { return &object.Array{Elem: elem(t), Items: s.snapshot()}, nil })
	method(t, "System.Collections.IEnumerator GetEnumerator()", func(s *locked, _ args) (any, error) {
		return newEnumerator(t.Generic.Name+"+Enumerator", s.snapshot()), nil
	})
	constructor(t, "()", func(args) (any, error) { return object.Instance(t, &locked{lifo: lifo, common: true}), nil })
	constructor(t, "(System.Collections.IEnumerable collection)", func(a args) (any, error) {
		items, ok := object.ItemsOf(a[0])
		if !ok {
			return nil, nullArgument("collection")
		}
		s := &locked{lifo: lifo, common: true}
		for _, v := range items {
			c, err := object.Convert(v, elem(t))
			if err != nil {
				return nil, err
			}
			s.items = append(s.items, c)
		}
		return object.Instance(t, s), nil
	})
}

// underLock has a type's own members take the lock of what they are called on. They must call no script.
func underLock[T interface{ lock() *sync.Mutex }](t *object.Type) {
	locked := func(recv any) func() {
		mu := of[T](recv).lock()
		mu.Lock()
		return mu.Unlock
	}
	for _, m := range t.Instance.All() {
		if get := m.Get; get != nil {
			m.Get = func(recv any) (any, error) { defer locked(recv)(); return get(recv) }
		}
		if set := m.Set; set != nil {
			m.Set = func(recv, v any) error { defer locked(recv)(); return set(recv, v) }
		}
		for i := range m.Overloads {
			if call := m.Overloads[i].Call; call != nil {
				m.Overloads[i].Call = func(recv any, a []any) (any, error) { defer locked(recv)(); return call(recv, a) }
			}
		}
	}
}

// syncListMembers are those of ArrayList, under a lock.
func syncListMembers(t *object.Type) {
	field(t, "int Count", func(s *locked) any { return int32(s.Len()) })
	field(t, "int Capacity", func(s *locked) any { return int32(max(s.Len(), 4)) })
	field(t, "bool IsFixedSize", func(*locked) any { return false })
	field(t, "bool IsReadOnly", func(*locked) any { return false })
	field(t, "bool IsSynchronized", func(*locked) any { return true })
	t.Instance.Add(&object.Member{Name: "SyncRoot", Kind: object.KindProperty, Get: func(recv any) (any, error) { return recv, nil }})
	method(t, "int Add(System.Object value)", func(s *locked, a args) (any, error) { return int32(s.put(a[0])), nil })
	method(t, "void AddRange(System.Collections.ICollection c)", func(s *locked, a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("c")
		}
		items, ok := object.ItemsOf(a[0])
		if !ok {
			items = []any{a[0]}
		}
		s.put(items...)
		return nil, nil
	})
	// As of ArrayList itself, on a list that stands for the items meanwhile.
	for _, name := range []string{
		"Clear", "Contains", "CopyTo", "IndexOf", "LastIndexOf", "Insert", "InsertRange", "Remove", "RemoveAt", "RemoveRange", "Reverse", "Sort", "ToArray", "GetRange", "GetEnumerator", "Item",
	} {
		own := object.TypeArrayList.Member(name)
		m := &object.Member{Name: own.Name, Kind: own.Kind}
		for _, o := range own.Overloads {
			call := o.Call
			o.Call = func(recv any, a []any) (result any, err error) {
				s := of[*locked](recv)
				for i := range a {
					if name == "Insert" || name == "InsertRange" {
						a[i] = s.fit(a[i])
					}
				}
				err = s.change(func(items []any) ([]any, error) {
					l := &object.List{Items: items}
					result, err = call(l, a)
					return l.Items, err
				})
				return result, err
			}
			m.Overloads = append(m.Overloads, o)
		}
		t.Instance.Add(m)
	}
}

// concurrentDictMembers are those of ConcurrentDictionary: each is done in one step.
func concurrentDictMembers(t *object.Type) {
	key, value := t.Args[0].PSName(), t.Args[1].PSName()
	field(t, "int Count", func(h *object.Hashtable) any { return int32(h.Len()) })
	field(t, "bool IsEmpty", func(h *object.Hashtable) any { return h.Len() == 0 })
	field(t, "System.Collections.ICollection Keys", func(h *object.Hashtable) any { return &object.List{Type: keysType(t, true), Items: h.Keys()} })
	field(t, "System.Collections.ICollection Values", func(h *object.Hashtable) any { return &object.List{Type: keysType(t, false), Items: h.Values()} })
	method(t, "bool ContainsKey("+key+" key)", func(h *object.Hashtable, a args) (any, error) { return h.Has(a[0]), nil })
	method(t, "void Clear()", func(h *object.Hashtable, _ args) (any, error) { h.Clear(); return nil, nil })
	method(t, "bool TryAdd("+key+" key, "+value+" value)", func(h *object.Hashtable, a args) (any, error) {
		added, v := false, h.Fit(a[1])
		h.Change(a[0], func(_ any, there bool) (any, bool) {
			added = !there
			return v, added
		})
		return added, nil
	})
	method(t, "bool TryGetValue("+key+" key, [ref] "+value+" value)", func(h *object.Hashtable, a args) (any, error) {
		v, ok := h.Get(a[0])
		if !ok {
			v = object.Zero(t.Args[1])
		}
		return ok, a.out(1, v)
	})
	method(t, "bool TryRemove("+key+" key, [ref] "+value+" value)", func(h *object.Hashtable, a args) (any, error) {
		v, ok := h.Take(a[0])
		if !ok {
			v = object.Zero(t.Args[1])
		}
		return ok, a.out(1, v)
	})
	// swap sets a value where the old one still stands.
	swap := func(h *object.Hashtable, key, old, v any) bool {
		done := false
		v = h.Fit(v)
		h.Change(key, func(now any, there bool) (any, bool) {
			done = there && object.Same(object.Base(now), object.Base(old))
			return v, done
		})
		return done
	}
	method(t, "bool TryUpdate("+key+" key, "+value+" newValue, "+value+" comparisonValue)", func(h *object.Hashtable, a args) (any, error) {
		return swap(h, a[0], a[2], a[1]), nil
	})
	compute := func(f any, a ...any) (any, error) {
		out, err := f.(object.ScriptBlock).Call(a[:1], a...)
		if err != nil {
			return nil, err
		}
		return object.Convert(object.Collect(out), t.Args[1])
	}
	// getOrAdd adds what there is not, and gives what there is then.
	getOrAdd := func(h *object.Hashtable, key, v any) any {
		v = h.Fit(v)
		h.Change(key, func(now any, there bool) (any, bool) {
			if there {
				v = now
			}
			return v, !there
		})
		return v
	}
	method(t, value+" GetOrAdd("+key+" key, scriptblock valueFactory)", func(h *object.Hashtable, a args) (any, error) {
		if v, ok := h.Get(a[0]); ok {
			return v, nil
		}
		v, err := compute(a[1], a[0])
		if err != nil {
			return nil, err
		}
		return getOrAdd(h, a[0], v), nil
	})
	method(t, value+" GetOrAdd("+key+" key, "+value+" value)", func(h *object.Hashtable, a args) (any, error) { return getOrAdd(h, a[0], a[1]), nil })
	// addOrUpdate tries until nobody else has changed the value on the way.
	addOrUpdate := func(h *object.Hashtable, key any, add func() (any, error), update any) (any, error) {
		for {
			old, ok := h.Get(key)
			if !ok {
				v, err := add()
				if err != nil {
					return nil, err
				}
				added := false
				v = h.Fit(v)
				h.Change(key, func(_ any, there bool) (any, bool) {
					added = !there
					return v, added
				})
				if added {
					return v, nil
				}
				continue
			}
			v, err := compute(update, key, old)
			if err != nil {
				return nil, err
			}
			if swap(h, key, old, v) {
				return v, nil
			}
		}
	}
	method(t, value+" AddOrUpdate("+key+" key, scriptblock addValueFactory, scriptblock updateValueFactory)", func(h *object.Hashtable, a args) (any, error) {
		return addOrUpdate(h, a[0], func() (any, error) { return compute(a[1], a[0]) }, a[2])
	})
	method(t, value+" AddOrUpdate("+key+" key, "+value+" addValue, scriptblock updateValueFactory)", func(h *object.Hashtable, a args) (any, error) {
		return addOrUpdate(h, a[0], func() (any, error) { return a[1], nil }, a[2])
	})
	method(t, "System.Object[] ToArray()", func(h *object.Hashtable, _ args) (any, error) { return &object.Array{Items: Entries(h)}, nil })
	method(t, "System.Collections.IDictionaryEnumerator GetEnumerator()", func(h *object.Hashtable, _ args) (any, error) {
		return newEnumerator("System.Collections.Concurrent.ConcurrentDictionary`2+Enumerator", Entries(h)), nil
	})
	indexer(t, value+" Item("+key+" key)", func(h *object.Hashtable, a args) (any, error) {
		v, ok := h.Get(a[0])
		if !ok {
			return nil, throw("System.Collections.Generic.KeyNotFoundException", "The given key '%s' was not present in the dictionary.", object.CultureString(a[0]))
		}
		return v, nil
	})
	tableConstructors(t)
}
