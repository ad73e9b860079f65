package dotnet

import (
	"slices"

	"migsh/shell/object"
)

// listFrom converts to List[T]: each element is converted; a single value becomes a list of one.
func listFrom(t *object.Type, v any) (any, bool, error) {
	switch e := v.(type) {
	case bool, object.DateTime:
		return nil, false, nil
	case object.Enum:
		return &object.List{Type: t}, true, nil
	case *object.Hashtable:
		_ = e
		return nil, false, nil
	}
	items, ok := object.ItemsOf(v)
	if !ok {
		if object.IsPrimitive(object.TypeOf(v)) {
			v = object.ToString(v) // numbers are taken by their texts
		}
		c, err := object.Convert(v, elem(t))
		if err != nil {
			return nil, true, err
		}
		return &object.List{Type: t, Items: []any{c}}, true, nil
	}
	out := make([]any, len(items))
	for i, e := range items {
		c, err := object.Convert(e, elem(t))
		if err != nil {
			return nil, false, nil
		}
		out[i] = c
	}
	return &object.List{Type: t, Items: out}, true, nil
}

func listMembers(t *object.Type) {
	isArrayList := t == object.TypeArrayList
	in := "T"
	if isArrayList {
		in = "System.Object"
	} else {
		in = elem(t).PSName()
	}
	field(t, "int Count", func(l *object.List) any { return int32(len(l.Items)) })
	if isArrayList || t.Generic == object.TypeList {
		settable(t, "int Capacity", func(l *object.List) any { return int32(max(cap(l.Items), 4)) }, func(l *object.List, v any) error {
			if int(v.(int32)) < len(l.Items) {
				return outOfRange("capacity was less than the current size. (Parameter 'value')")
			}
			l.Items = slices.Grow(l.Items, int(v.(int32))-len(l.Items))
			return nil
		})
	}
	field(t, "bool IsFixedSize", func(*object.List) any { return false })
	field(t, "bool IsReadOnly", func(*object.List) any { return false })
	field(t, "bool IsSynchronized", func(*object.List) any { return false })
	field(t, "System.Object SyncRoot", func(l *object.List) any { return l })
	returns := "void"
	if isArrayList {
		returns = "int"
	}
	added := "item"
	if isArrayList {
		added = "value"
	}
	method(t, returns+" Add("+in+" "+added+")", func(l *object.List, a args) (any, error) {
		l.Items = append(l.Items, a[0])
		if isArrayList {
			return int32(len(l.Items) - 1), nil
		}
		return nil, nil
	})
	method(t, "void AddRange(System.Collections.IEnumerable c)", func(l *object.List, a args) (any, error) {
		items, ok := object.ItemsOf(a[0])
		if a[0] == nil {
			return nil, nullArgument("c")
		}
		if !ok {
			items = []any{a[0]}
		}
		for _, e := range items {
			c, err := object.Convert(e, l.ElemType())
			if err != nil {
				return nil, err
			}
			l.Items = append(l.Items, c)
		}
		return nil, nil
	})
	method(t, "void Clear()", func(l *object.List, _ args) (any, error) { l.Items = nil; return nil, nil })
	method(t, "bool Contains("+in+" item)", func(l *object.List, a args) (any, error) { return indexOf(l.Items, a[0]) >= 0, nil })
	method(t, "void CopyTo(array array)", func(l *object.List, a args) (any, error) { copy(a.items(0), l.Items); return nil, nil })
	method(t, "void CopyTo(array array, int index)", func(l *object.List, a args) (any, error) {
		if a.int(1) < 0 || a.int(1)+len(l.Items) > len(a.items(0)) {
			return nil, argument("Destination array was not long enough. Check the destination index, length, and the array's lower bounds. (Parameter 'destinationArray')")
		}
		copy(a.items(0)[a.int(1):], l.Items)
		return nil, nil
	})
	enumName := "System.Collections.Generic.List`1+Enumerator"
	if isArrayList {
		enumName = "System.Collections.ArrayList+ArrayListEnumeratorSimple"
	}
	method(t, "System.Collections.IEnumerator GetEnumerator()", func(l *object.List, _ args) (any, error) { return newEnumerator(enumName, l.Items), nil })
	method(t, "int IndexOf("+in+" item)", func(l *object.List, a args) (any, error) { return int32(indexOf(l.Items, a[0])), nil })
	method(t, "int IndexOf("+in+" item, int index)", func(l *object.List, a args) (any, error) {
		if a.int(1) < 0 || a.int(1) > len(l.Items) {
			return nil, badIndex()
		}
		i := indexOf(l.Items[a.int(1):], a[0])
		if i >= 0 {
			i += a.int(1)
		}
		return int32(i), nil
	})
	method(t, "int LastIndexOf("+in+" item)", func(l *object.List, a args) (any, error) {
		for i := len(l.Items) - 1; i >= 0; i-- {
			if object.Same(object.Base(l.Items[i]), object.Base(a[0])) {
				return int32(i), nil
			}
		}
		return int32(-1), nil
	})
	method(t, "void Insert(int index, "+in+" item)", func(l *object.List, a args) (any, error) {
		if a.int(0) < 0 || a.int(0) > len(l.Items) {
			return nil, outOfRange("Index must be within the bounds of the List. (Parameter 'index')")
		}
		l.Items = slices.Insert(l.Items, a.int(0), a[1])
		return nil, nil
	})
	method(t, "void InsertRange(int index, System.Collections.IEnumerable collection)", func(l *object.List, a args) (any, error) {
		items, _ := object.ItemsOf(a[1])
		if a.int(0) < 0 || a.int(0) > len(l.Items) {
			return nil, badIndex()
		}
		l.Items = slices.Insert(l.Items, a.int(0), items...)
		return nil, nil
	})
	removed := "bool"
	if isArrayList {
		removed = "void"
	}
	method(t, removed+" Remove("+in+" item)", func(l *object.List, a args) (any, error) {
		i := indexOf(l.Items, a[0])
		if i >= 0 {
			l.Items = slices.Delete(l.Items, i, i+1)
		}
		if isArrayList {
			return nil, nil
		}
		return i >= 0, nil
	})
	method(t, "void RemoveAt(int index)", func(l *object.List, a args) (any, error) {
		if a.int(0) < 0 || a.int(0) >= len(l.Items) {
			return nil, badIndex()
		}
		l.Items = slices.Delete(l.Items, a.int(0), a.int(0)+1)
		return nil, nil
	})
	method(t, "void RemoveRange(int index, int count)", func(l *object.List, a args) (any, error) {
		if a.int(0) < 0 || a.int(1) < 0 || a.int(0)+a.int(1) > len(l.Items) {
			return nil, argument("Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.")
		}
		l.Items = slices.Delete(l.Items, a.int(0), a.int(0)+a.int(1))
		return nil, nil
	})
	method(t, "void Reverse()", func(l *object.List, _ args) (any, error) { slices.Reverse(l.Items); return nil, nil })
	method(t, "void Sort()", func(l *object.List, _ args) (any, error) { return nil, sortItems(l.Items, nil) })
	method(t, "void Sort(System.Object comparison)", func(l *object.List, a args) (any, error) { return nil, sortBy(l.Items, a[0]) })
	method(t, "System.Object[] ToArray()", func(l *object.List, _ args) (any, error) {
		e := l.ElemType()
		if e == object.TypeObject {
			e = nil
		}
		return &object.Array{Elem: e, Items: slices.Clone(l.Items)}, nil
	})
	if isArrayList {
		method(t, "System.Object Clone()", func(l *object.List, _ args) (any, error) {
			return &object.List{Type: l.Type, Items: slices.Clone(l.Items)}, nil
		})
	} else {
		predicates(t)
	}
	method(t, "System.Object GetRange(int index, int count)", func(l *object.List, a args) (any, error) {
		if a.int(0) < 0 || a.int(1) < 0 || a.int(0)+a.int(1) > len(l.Items) {
			return nil, argument("Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.")
		}
		return &object.List{Type: l.Type, Items: slices.Clone(l.Items[a.int(0) : a.int(0)+a.int(1)])}, nil
	})
	indexer(t, in+" Item(int index)", func(l *object.List, a args) (any, error) {
		if a.int(0) < 0 || a.int(0) >= len(l.Items) {
			return nil, badIndex()
		}
		return l.Items[a.int(0)], nil
	})
	changing(t, "Add", "AddRange", "Clear", "Insert", "InsertRange", "Remove", "RemoveAt", "RemoveRange", "RemoveAll", "Reverse", "Sort")
	empty := func(args) (any, error) {
		if isArrayList {
			return &object.List{}, nil
		}
		return &object.List{Type: t}, nil
	}
	constructor(t, "()", empty)
	constructor(t, "(int capacity)", empty)
	constructor(t, "(System.Collections.IEnumerable collection)", func(a args) (any, error) {
		items, ok := object.ItemsOf(a[0])
		if !ok {
			return nil, nullArgument("collection")
		}
		out := make([]any, len(items))
		for i, e := range items {
			c, err := object.Convert(e, elem(t))
			if err != nil {
				return nil, err
			}
			out[i] = c
		}
		l, err := empty(nil)
		l.(*object.List).Items = out
		return l, err
	})
}

// changing has the methods that change a list refuse to do so where it is frozen.
func changing(t *object.Type, names ...string) {
	for _, name := range names {
		m := t.Instance.Find(name)
		if m == nil {
			continue
		}
		for i := range m.Overloads {
			o := &m.Overloads[i]
			call := o.Call
			o.Call = func(recv any, a []any) (any, error) {
				if of[*object.List](recv).Frozen {
					return nil, object.ErrFrozen()
				}
				return call(recv, a)
			}
		}
	}
}

// sortBy sorts by a script block that compares two values, or as sortItems where it is something else.
func sortBy(items []any, comparison any) error {
	block, ok := object.Base(comparison).(object.ScriptBlock)
	if o, isObject := comparison.(*object.Object); isObject && !ok {
		var d *delegate
		if d, ok = o.Base.(*delegate); ok {
			block = d.block
		}
	}
	if !ok {
		return sortItems(items, nil)
	}
	var failed error
	slices.SortStableFunc(items, func(x, y any) int {
		if failed != nil {
			return 0
		}
		out, err := block.Call(nil, x, y)
		if err != nil {
			failed = err
			return 0
		}
		n, err := object.Convert(object.Collect(out), object.TypeInt32)
		if err != nil {
			failed = err
			return 0
		}
		return int(n.(int32))
	})
	return failed
}

// predicates are the methods of List[T] that take a script block as delegate.
func predicates(t *object.Type) {
	test := func(block any, e any) (bool, error) {
		b, ok := object.Base(block).(object.ScriptBlock)
		if !ok {
			return false, nullArgument("match")
		}
		out, err := b.Call([]any{e}, e)
		return object.IsTrue(object.Collect(out)), err
	}
	find := func(l *object.List, block any, each func(i int, e any) bool) error {
		for i, e := range slices.Clone(l.Items) {
			ok, err := test(block, e)
			if err != nil {
				return err
			}
			if ok && !each(i, e) {
				return nil
			}
		}
		return nil
	}
	method(t, "System.Object Find(scriptblock match)", func(l *object.List, a args) (any, error) {
		found := object.Zero(l.ElemType())
		err := find(l, a[0], func(_ int, e any) bool { found = e; return false })
		return found, err
	})
	method(t, "System.Object FindAll(scriptblock match)", func(l *object.List, a args) (any, error) {
		out := &object.List{Type: l.Type}
		err := find(l, a[0], func(_ int, e any) bool { out.Add(e); return true })
		return out, err
	})
	method(t, "int FindIndex(scriptblock match)", func(l *object.List, a args) (any, error) {
		at := int32(-1)
		err := find(l, a[0], func(i int, _ any) bool { at = int32(i); return false })
		return at, err
	})
	method(t, "bool Exists(scriptblock match)", func(l *object.List, a args) (any, error) {
		found := false
		err := find(l, a[0], func(int, any) bool { found = true; return false })
		return found, err
	})
	method(t, "bool TrueForAll(scriptblock match)", func(l *object.List, a args) (any, error) {
		n := 0
		err := find(l, a[0], func(int, any) bool { n++; return true })
		return n == len(l.Items), err
	})
	method(t, "int RemoveAll(scriptblock match)", func(l *object.List, a args) (any, error) {
		var keep []any
		n := int32(0)
		for _, e := range l.Items {
			ok, err := test(a[0], e)
			if err != nil {
				return nil, err
			}
			if ok {
				n++
			} else {
				keep = append(keep, e)
			}
		}
		l.Items = keep
		return n, nil
	})
	method(t, "void ForEach(scriptblock action)", func(l *object.List, a args) (any, error) {
		b, ok := object.Base(a[0]).(object.ScriptBlock)
		if !ok {
			return nil, nullArgument("action")
		}
		for _, e := range slices.Clone(l.Items) {
			if _, err := b.Call([]any{e}, e); err != nil {
				return nil, err
			}
		}
		return nil, nil
	})
}

func keysMembers(t *object.Type) {
	field(t, "int Count", func(l *object.List) any { return int32(len(l.Items)) })
	field(t, "bool IsSynchronized", func(*object.List) any { return false })
	field(t, "System.Object SyncRoot", func(*object.List) any { return object.NewHashtable() })
	method(t, "void CopyTo(array array, int index)", func(l *object.List, a args) (any, error) { copy(a.items(0)[a.int(1):], l.Items); return nil, nil })
	method(t, "System.Collections.IEnumerator GetEnumerator()", func(l *object.List, _ args) (any, error) {
		return newEnumerator("System.Collections.Hashtable+HashtableEnumerator", l.Items), nil
	})
}
