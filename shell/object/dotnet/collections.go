package dotnet

import (
	"fmt"
	"iter"
	"slices"
	"sort"

	"migsh/shell/object"
)

var (
	iCollection = object.Interface("System.Collections.ICollection")
	iEnumerable = object.Interface("System.Collections.IEnumerable")

	typeQueue        = object.Declare(&object.Type{Name: "System.Collections.Queue", Interfaces: []*object.Type{iCollection, iEnumerable}})
	typeStack        = object.Declare(&object.Type{Name: "System.Collections.Stack", Interfaces: []*object.Type{iCollection, iEnumerable}})
	typeGenericQueue = object.Declare(&object.Type{Name: "System.Collections.Generic.Queue`1", IsGenericDefinition: true, Interfaces: []*object.Type{iCollection, iEnumerable}})
	typeGenericStack = object.Declare(&object.Type{Name: "System.Collections.Generic.Stack`1", IsGenericDefinition: true, Interfaces: []*object.Type{iCollection, iEnumerable}})
	typeHashSet      = object.Declare(&object.Type{Name: "System.Collections.Generic.HashSet`1", IsGenericDefinition: true, Interfaces: []*object.Type{iEnumerable}})
	typeSortedSet    = object.Declare(&object.Type{Name: "System.Collections.Generic.SortedSet`1", IsGenericDefinition: true, Interfaces: []*object.Type{iCollection, iEnumerable}})
	typeSortedList   = object.Declare(&object.Type{Name: "System.Collections.SortedList", Interfaces: []*object.Type{object.Interface("System.Collections.IDictionary"), iCollection, iEnumerable}})
	typeSortedDict   = object.Declare(&object.Type{Name: "System.Collections.Generic.SortedDictionary`2", IsGenericDefinition: true, Interfaces: []*object.Type{object.Interface("System.Collections.IDictionary"), iCollection, iEnumerable}})
	typeComparer     = object.Declare(&object.Type{Name: "System.StringComparer"})
)

func init() {
	object.Extend(object.TypeArray, arrayMembers)
	for _, t := range []*object.Type{object.TypeArrayList, object.TypeList, object.TypeCollection} {
		object.Extend(t, listMembers)
	}
	for _, t := range []*object.Type{object.TypeHashtable, object.TypeOrdered, object.TypeDictionary, typeSortedList, typeSortedDict} {
		object.Extend(t, tableMembers)
	}
	object.Extend(object.TypeKeys, keysMembers)
	object.Extend(object.TypeValues, keysMembers)
	object.Extend(object.TypeEntry, entryMembers)
	object.Extend(object.TypeKeyValue, entryMembers)
	for _, t := range []*object.Type{typeQueue, typeGenericQueue} {
		object.Extend(t, queueMembers)
	}
	for _, t := range []*object.Type{typeStack, typeGenericStack} {
		object.Extend(t, stackMembers)
	}
	for _, t := range []*object.Type{typeHashSet, typeSortedSet} {
		object.Extend(t, setMembers)
	}
	object.Extend(typeComparer, comparerMembers)
	object.TypeArrayList.Convert = func(v any) (any, bool, error) {
		switch e := v.(type) {
		case *object.Array:
			return &object.List{Items: slices.Clone(e.Items)}, true, nil
		case object.Char:
			return &object.List{}, true, nil
		case object.Enum:
			return &object.List{}, true, nil
		}
		return nil, false, nil
	}
	for _, t := range []*object.Type{object.TypeList, object.TypeCollection} {
		object.ConvertGeneric(t, listFrom)
	}
	object.ConvertGeneric(typeHashSet, setFrom)
	object.ConvertGeneric(typeSortedSet, setFrom)
	object.ConvertGeneric(typeGenericQueue, queueFrom)
	object.ConvertGeneric(typeGenericStack, queueFrom)
	object.ConvertGeneric(object.TypeDictionary, dictionaryFrom)
	object.ConvertGeneric(typeSortedDict, dictionaryFrom)
}

func elem(t *object.Type) *object.Type {
	if len(t.Args) > 0 {
		return t.Args[0]
	}
	return object.TypeObject
}

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

func queueFrom(t *object.Type, v any) (any, bool, error) {
	items, ok := object.ItemsOf(v)
	if !ok {
		return nil, false, nil
	}
	s := &sequence{lifo: t.Generic == typeGenericStack}
	for _, e := range items {
		c, err := object.Convert(e, elem(t))
		if err != nil {
			return nil, false, nil
		}
		s.items = append(s.items, c)
	}
	return object.Instance(t, s), true, nil
}

func dictionaryFrom(t *object.Type, v any) (any, bool, error) {
	h, ok := v.(*object.Hashtable)
	if !ok {
		return nil, false, nil
	}
	out := &object.Hashtable{Type: t, CaseSensitive: true, Sorted: isSorted(t)}
	for k, e := range h.All() {
		key, err := object.Convert(k, t.Args[0])
		if err != nil {
			return nil, true, err
		}
		value, err := object.Convert(e, t.Args[1])
		if err != nil {
			return nil, true, err
		}
		out.Set(key, value)
	}
	return out, true, nil
}

func fixedSize() error {
	return throw("System.NotSupportedException", "Collection was of a fixed size.")
}

func indexOf(items []any, v any) int {
	return slices.IndexFunc(items, func(e any) bool { return object.Same(object.Base(e), object.Base(v)) })
}

func badIndex() error {
	return outOfRange("Index was out of range. Must be non-negative and less than the size of the collection. (Parameter 'index')")
}

func arrayMembers(t *object.Type) {
	field(t, "int Length", func(a *object.Array) any { return int32(len(a.Items)) })
	field(t, "int Count", func(a *object.Array) any { return int32(len(a.Items)) })
	field(t, "long LongLength", func(a *object.Array) any { return int64(len(a.Items)) })
	field(t, "int Rank", func(*object.Array) any { return int32(1) })
	field(t, "bool IsFixedSize", func(*object.Array) any { return true })
	field(t, "bool IsReadOnly", func(*object.Array) any { return false })
	field(t, "bool IsSynchronized", func(*object.Array) any { return false })
	field(t, "System.Object SyncRoot", func(a *object.Array) any { return a })
	refuse := func(signature string) {
		method(t, signature, func(*object.Array, args) (any, error) { return nil, fixedSize() })
	}
	refuse("int Add(System.Object value)")
	refuse("void Insert(int index, System.Object value)")
	refuse("void Remove(System.Object value)")
	refuse("void RemoveAt(int index)")
	method(t, "void Clear()", func(a *object.Array, _ args) (any, error) {
		for i := range a.Items {
			a.Items[i] = object.Zero(a.ElemType())
		}
		return nil, nil
	})
	method(t, "System.Object Clone()", func(a *object.Array, _ args) (any, error) {
		return &object.Array{Elem: a.Elem, Items: slices.Clone(a.Items)}, nil
	})
	method(t, "bool Contains(System.Object value)", func(a *object.Array, v args) (any, error) { return indexOf(a.Items, v[0]) >= 0, nil })
	method(t, "void CopyTo(array array, int index)", func(a *object.Array, v args) (any, error) {
		to, ok := v[0].(*object.Array)
		if !ok {
			return nil, nullArgument("array")
		}
		if v.int(1) < 0 || v.int(1)+len(a.Items) > len(to.Items) {
			return nil, argument("Destination array was not long enough. Check the destination index, length, and the array's lower bounds. (Parameter 'destinationArray')")
		}
		copy(to.Items[v.int(1):], a.Items)
		return nil, nil
	})
	method(t, "System.Collections.IEnumerator GetEnumerator()", func(a *object.Array, _ args) (any, error) {
		return newEnumerator("System.ArrayEnumerator", a.Items), nil
	})
	method(t, "int GetLength(int dimension)", func(a *object.Array, v args) (any, error) {
		if v.int(0) != 0 {
			return nil, throw("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
		}
		return int32(len(a.Items)), nil
	})
	method(t, "int GetLowerBound(int dimension)", func(*object.Array, args) (any, error) { return int32(0), nil })
	method(t, "int GetUpperBound(int dimension)", func(a *object.Array, _ args) (any, error) { return int32(len(a.Items) - 1), nil })
	get := func(a *object.Array, v args) (any, error) {
		if v.int(0) < 0 || v.int(0) >= len(a.Items) {
			return nil, throw("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
		}
		return a.Items[v.int(0)], nil
	}
	method(t, "System.Object Get(int index)", get)
	method(t, "System.Object GetValue(int index)", get)
	set := func(a *object.Array, i int, v any) (any, error) {
		if i < 0 || i >= len(a.Items) {
			return nil, throw("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
		}
		c, err := object.Convert(v, a.ElemType())
		if err != nil {
			return nil, err
		}
		a.Items[i] = c
		return nil, nil
	}
	method(t, "void Set(int index, System.Object value)", func(a *object.Array, v args) (any, error) { return set(a, v.int(0), v[1]) })
	method(t, "void SetValue(System.Object value, int index)", func(a *object.Array, v args) (any, error) { return set(a, v.int(1), v[0]) })
	method(t, "int IndexOf(System.Object value)", func(a *object.Array, v args) (any, error) { return int32(indexOf(a.Items, v[0])), nil })
	indexer(t, "System.Object Item(int index)", get)
	arrayStatics(t)
	constructor(t, "(int size)", func(a args) (any, error) {
		if a.int(0) < 0 {
			return nil, throw("System.OverflowException", "Arithmetic operation resulted in an overflow.")
		}
		return object.MakeArray(t.Elem, a.int(0)), nil
	})
}

func arrayStatics(t *object.Type) {
	arrayArg := func(v any) *object.Array { a, _ := v.(*object.Array); return a }
	static(t, "int IndexOf(array array, System.Object value)", func(a args) (any, error) { return int32(indexOf(a.items(0), a[1])), nil })
	static(t, "int LastIndexOf(array array, System.Object value)", func(a args) (any, error) {
		items := a.items(0)
		for i := len(items) - 1; i >= 0; i-- {
			if object.Same(object.Base(items[i]), object.Base(a[1])) {
				return int32(i), nil
			}
		}
		return int32(-1), nil
	})
	static(t, "void Reverse(array array)", func(a args) (any, error) {
		if x := arrayArg(a[0]); x != nil {
			slices.Reverse(x.Items)
			return nil, nil
		}
		return nil, nullArgument("array")
	})
	static(t, "void Sort(array array)", func(a args) (any, error) {
		if x := arrayArg(a[0]); x != nil {
			return nil, sortItems(x.Items, nil)
		}
		return nil, nullArgument("array")
	})
	static(t, "void Sort(array keys, array items)", func(a args) (any, error) {
		keys, items := arrayArg(a[0]), arrayArg(a[1])
		if keys == nil {
			return nil, nullArgument("keys")
		}
		if items == nil {
			return nil, sortItems(keys.Items, nil)
		}
		return nil, sortItems(keys.Items, items.Items)
	})
	static(t, "int BinarySearch(array array, System.Object value)", func(a args) (any, error) {
		items := a.items(0)
		var failed error
		i := sort.Search(len(items), func(i int) bool {
			c, err := object.Compare(items[i], a[1], false)
			if err != nil {
				failed = err
			}
			return c >= 0
		})
		if failed != nil {
			return nil, failed
		}
		if i < len(items) && object.Same(items[i], a[1]) {
			return int32(i), nil
		}
		return int32(^i), nil
	})
	static(t, "array CreateInstance(type elementType, int length)", func(a args) (any, error) {
		e, ok := a[0].(*object.Type)
		if !ok {
			return nil, nullArgument("elementType")
		}
		return object.MakeArray(e, a.int(1)), nil
	})
	static(t, "void Copy(array sourceArray, array destinationArray, int length)", func(a args) (any, error) {
		from, to, n := a.items(0), a.items(1), a.int(2)
		if n < 0 || n > len(from) || n > len(to) {
			return nil, argument("Source array was not long enough. Check the source index, length, and the array's lower bounds. (Parameter 'sourceArray')")
		}
		copy(to, from[:n])
		return nil, nil
	})
	static(t, "void Copy(array sourceArray, int sourceIndex, array destinationArray, int destinationIndex, int length)", func(a args) (any, error) {
		from, to, i, j, n := a.items(0), a.items(2), a.int(1), a.int(3), a.int(4)
		if i < 0 || j < 0 || n < 0 || i+n > len(from) || j+n > len(to) {
			return nil, argument("Source array was not long enough. Check the source index, length, and the array's lower bounds. (Parameter 'sourceArray')")
		}
		copy(to[j:j+n], from[i:i+n])
		return nil, nil
	})
	static(t, "void Clear(array array)", func(a args) (any, error) {
		if x := arrayArg(a[0]); x != nil {
			for i := range x.Items {
				x.Items[i] = object.Zero(x.ElemType())
			}
		}
		return nil, nil
	})
}

// sortItems sorts keys, and items along with them if there are any.
func sortItems(keys, items []any) error {
	var failed error
	order := make([]int, len(keys))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		c, err := object.Compare(keys[x], keys[y], false)
		if err != nil && failed == nil {
			failed = throw("System.InvalidOperationException", "Failed to compare two elements in the array.")
		}
		return c
	})
	if failed != nil {
		return failed
	}
	arrange := func(s []any) {
		was := slices.Clone(s)
		for i, k := range order {
			if k < len(was) {
				s[i] = was[k]
			}
		}
	}
	arrange(keys)
	if items != nil {
		arrange(items)
	}
	return nil
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

// sortBy sorts by a script block that compares two values, or as sortItems where it is something else.
func sortBy(items []any, comparison any) error {
	block, ok := object.Base(comparison).(object.ScriptBlock)
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

func keyExists(h *object.Hashtable, key any) error {
	if h.Type != nil && h.Type.Generic != nil {
		return argument("An item with the same key has already been added. Key: %s", object.CultureString(key))
	}
	return argument("Item has already been added. Key in dictionary: '%s'  Key being added: '%s'", object.CultureString(h.Key(key)), object.CultureString(key))
}

func isSorted(t *object.Type) bool { return t == typeSortedList || t.Generic == typeSortedDict }

func tableMembers(t *object.Type) {
	generic := t.Generic != nil
	key, value := "System.Object", "System.Object"
	if generic {
		key, value = t.Args[0].PSName(), t.Args[1].PSName()
	}
	field(t, "int Count", func(h *object.Hashtable) any { return int32(h.Len()) })
	field(t, "bool IsFixedSize", func(*object.Hashtable) any { return false })
	field(t, "bool IsReadOnly", func(*object.Hashtable) any { return false })
	field(t, "bool IsSynchronized", func(*object.Hashtable) any { return false })
	field(t, "System.Collections.ICollection Keys", func(h *object.Hashtable) any { return &object.List{Type: keysType(t, true), Items: h.Keys(), Table: h} })
	field(t, "System.Object SyncRoot", func(h *object.Hashtable) any { return h })
	field(t, "System.Collections.ICollection Values", func(h *object.Hashtable) any {
		return &object.List{Type: keysType(t, false), Items: h.Values(), Table: h}
	})
	method(t, "void Add("+key+" key, "+value+" value)", func(h *object.Hashtable, a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("key")
		}
		if h.Has(a[0]) {
			return nil, keyExists(h, a[0])
		}
		h.Set(a[0], a[1])
		return nil, nil
	})
	method(t, "void Clear()", func(h *object.Hashtable, _ args) (any, error) { h.Clear(); return nil, nil })
	contains := func(h *object.Hashtable, a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("key")
		}
		return h.Has(a[0]), nil
	}
	method(t, "bool Contains("+key+" key)", contains)
	if t != object.TypeOrdered {
		method(t, "bool ContainsKey("+key+" key)", contains)
		method(t, "bool ContainsValue("+value+" value)", func(h *object.Hashtable, a args) (any, error) { return indexOf(h.Values(), a[0]) >= 0, nil })
	}
	method(t, "System.Collections.IDictionaryEnumerator GetEnumerator()", func(h *object.Hashtable, _ args) (any, error) {
		name := "System.Collections.Hashtable+HashtableEnumerator"
		switch {
		case generic:
			name = "System.Collections.Generic.Dictionary`2+Enumerator"
		case t == object.TypeOrdered:
			name = "System.Collections.Specialized.OrderedDictionary+OrderedDictionaryEnumerator"
		}
		return newEnumerator(name, Entries(h)), nil
	})
	if generic {
		method(t, "bool Remove("+key+" key)", func(h *object.Hashtable, a args) (any, error) { return h.Delete(a[0]), nil })
		method(t, "bool TryGetValue("+key+" key, [ref] "+value+" value)", func(h *object.Hashtable, a args) (any, error) {
			v, ok := h.Get(a[0])
			if !ok {
				v = object.Zero(t.Args[1])
			}
			return ok, a.out(1, v)
		})
		method(t, "bool TryAdd("+key+" key, "+value+" value)", func(h *object.Hashtable, a args) (any, error) {
			if h.Has(a[0]) {
				return false, nil
			}
			h.Set(a[0], a[1])
			return true, nil
		})
	} else {
		method(t, "void Remove("+key+" key)", func(h *object.Hashtable, a args) (any, error) {
			if a[0] == nil {
				return nil, nullArgument("key")
			}
			h.Delete(a[0])
			return nil, nil
		})
	}
	if t == object.TypeHashtable {
		method(t, "System.Object Clone()", func(h *object.Hashtable, _ args) (any, error) { return h.Clone(), nil })
	}
	if t == object.TypeOrdered {
		orderedMembers(t)
	}
	indexer(t, value+" Item("+key+" key)", func(h *object.Hashtable, a args) (any, error) {
		v, ok := h.Get(a[0])
		if !ok && generic {
			return nil, throw("System.Collections.Generic.KeyNotFoundException", "The given key '%s' was not present in the dictionary.", object.CultureString(a[0]))
		}
		return v, nil
	})
	tableConstructors(t)
}

func keysType(t *object.Type, keys bool) *object.Type {
	if keys {
		return object.TypeKeys
	}
	return object.TypeValues
}

// Entries returns the entries of a table as DictionaryEntry, or KeyValuePair for generic dictionaries.
func Entries(h *object.Hashtable) []any {
	t := object.TypeEntry
	if h.Type != nil && h.Type.Generic != nil {
		t = object.Construct(object.TypeKeyValue, h.Type.Args...)
	}
	out := make([]any, 0, h.Len())
	for k, v := range h.All() {
		out = append(out, object.Instance(t, &entry{k, v}))
	}
	return out
}

// entry is the base value of a DictionaryEntry or KeyValuePair.
type entry struct{ key, value any }

// Text is the text of either: a key and a value, as .NET prints them.
func (e *entry) Text() string {
	return "[" + object.CultureString(e.key) + ", " + object.CultureString(e.value) + "]"
}

func entryMembers(t *object.Type) {
	if t == object.TypeEntry {
		field(t, "string Name", func(e *entry) any { return e.key })
		t.Instance.Find("Name").Kind = object.KindAliasProperty
	}
	settable(t, "System.Object Key", func(e *entry) any { return e.key }, func(e *entry, v any) error { e.key = v; return nil })
	settable(t, "System.Object Value", func(e *entry) any { return e.value }, func(e *entry, v any) error { e.value = v; return nil })
	if t.Generic != nil {
		constructor(t, "("+t.Args[0].PSName()+" key, "+t.Args[1].PSName()+" value)", func(a args) (any, error) { return object.Instance(t, &entry{a[0], a[1]}), nil })
	} else {
		constructor(t, "(System.Object key, System.Object value)", func(a args) (any, error) { return object.Instance(t, &entry{a[0], a[1]}), nil })
	}
}

func orderedMembers(t *object.Type) {
	indexer(t, "System.Object Item(int index)", func(h *object.Hashtable, a args) (any, error) {
		_, v, ok := h.At(a.int(0))
		if !ok {
			return nil, badIndex()
		}
		return v, nil
	})
	method(t, "void Insert(int index, System.Object key, System.Object value)", func(h *object.Hashtable, a args) (any, error) {
		if a.int(0) < 0 || a.int(0) > h.Len() {
			return nil, outOfRange("Specified argument was out of the range of valid values. (Parameter 'index')")
		}
		if h.Has(a[1]) {
			return nil, keyExists(h, a[1])
		}
		h.InsertAt(a.int(0), a[1], a[2])
		return nil, nil
	})
	method(t, "void RemoveAt(int index)", func(h *object.Hashtable, a args) (any, error) {
		k, _, ok := h.At(a.int(0))
		if !ok {
			return nil, badIndex()
		}
		h.Delete(k)
		return nil, nil
	})
	method(t, "System.Object AsReadOnly()", func(h *object.Hashtable, _ args) (any, error) { return h, nil })
}

func tableConstructors(t *object.Type) {
	make := func(ignoreCase bool) *object.Hashtable {
		h := &object.Hashtable{CaseSensitive: !ignoreCase, Sorted: isSorted(t)}
		if t != object.TypeHashtable {
			h.Type = t
		}
		return h
	}
	fill := func(h *object.Hashtable, from any) (any, error) {
		source, ok := object.Base(from).(*object.Hashtable)
		if !ok {
			return nil, nullArgument("d")
		}
		for k, v := range source.All() {
			h.Set(k, v)
		}
		return h, nil
	}
	constructor(t, "()", func(args) (any, error) { return make(false), nil })
	constructor(t, "(int capacity)", func(args) (any, error) { return make(false), nil })
	constructor(t, "(System.StringComparer comparer)", func(a args) (any, error) { return make(comparerIgnoresCase(a[0])), nil })
	constructor(t, "(System.Collections.IDictionary d)", func(a args) (any, error) { return fill(make(false), a[0]) })
	constructor(t, "(System.Collections.IDictionary d, System.StringComparer comparer)", func(a args) (any, error) { return fill(make(comparerIgnoresCase(a[1])), a[0]) })
	constructor(t, "(int capacity, System.StringComparer comparer)", func(a args) (any, error) { return make(comparerIgnoresCase(a[1])), nil })
}

// comparer is the base value of a StringComparer.
type comparer int64 // a StringComparison

func comparerIgnoresCase(v any) bool {
	o, ok := v.(*object.Object)
	if !ok {
		return false
	}
	c, ok := o.Base.(comparer)
	return ok && ignoresCase(int64(c))
}

func comparerMembers(t *object.Type) {
	for i, name := range typeStringComparison.Enum.Names {
		constant(t, "System.StringComparer "+name, object.Instance(t, comparer(i)))
	}
	method(t, "int Compare(string x, string y)", func(c comparer, a args) (any, error) { return int32(compareBy(a.str(0), a.str(1), int64(c))), nil })
	method(t, "bool Equals(string x, string y)", func(c comparer, a args) (any, error) { return compareBy(a.str(0), a.str(1), int64(c)) == 0, nil })
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

// sequence is the base value of queues and stacks. The top of a stack is its last item.
type sequence struct {
	items []any
	lifo  bool
}

// All yields the elements in the order in which they would be taken out.
func (s *sequence) All() iter.Seq[any] {
	return func(yield func(any) bool) {
		for i := range s.items {
			k := i
			if s.lifo {
				k = len(s.items) - 1 - i
			}
			if !yield(s.items[k]) {
				return
			}
		}
	}
}

// Len is the number of elements.
func (s *sequence) Len() int { return len(s.items) }

func sequenceMembers(t *object.Type, lifo bool, take, peek, put string) {
	in := elem(t).PSName()
	if len(t.Args) == 0 {
		in = "System.Object"
	}
	name := "Queue"
	if lifo {
		name = "Stack"
	}
	empty := func() error { return throw("System.InvalidOperationException", "%s empty.", name) }
	next := func(s *sequence) int {
		if lifo {
			return len(s.items) - 1
		}
		return 0
	}
	field(t, "int Count", func(s *sequence) any { return int32(len(s.items)) })
	field(t, "bool IsSynchronized", func(*sequence) any { return false })
	field(t, "System.Object SyncRoot", func(*sequence) any { return nil })
	method(t, "void "+put+"("+in+" item)", func(s *sequence, a args) (any, error) { s.items = append(s.items, a[0]); return nil, nil })
	method(t, in+" "+take+"()", func(s *sequence, _ args) (any, error) {
		if len(s.items) == 0 {
			return nil, empty()
		}
		v := s.items[next(s)]
		if lifo {
			s.items = s.items[:len(s.items)-1]
		} else {
			s.items = s.items[1:]
		}
		return v, nil
	})
	method(t, in+" "+peek+"()", func(s *sequence, _ args) (any, error) {
		if len(s.items) == 0 {
			return nil, empty()
		}
		return s.items[next(s)], nil
	})
	if len(t.Args) > 0 {
		method(t, "bool Try"+take+"([ref] "+in+" result)", func(s *sequence, a args) (any, error) {
			if len(s.items) == 0 {
				return false, a.out(0, object.Zero(elem(t)))
			}
			v := s.items[next(s)]
			if lifo {
				s.items = s.items[:len(s.items)-1]
			} else {
				s.items = s.items[1:]
			}
			return true, a.out(0, v)
		})
		method(t, "bool TryPeek([ref] "+in+" result)", func(s *sequence, a args) (any, error) {
			if len(s.items) == 0 {
				return false, a.out(0, object.Zero(elem(t)))
			}
			return true, a.out(0, s.items[next(s)])
		})
	}
	method(t, "void Clear()", func(s *sequence, _ args) (any, error) { s.items = nil; return nil, nil })
	method(t, "bool Contains("+in+" item)", func(s *sequence, a args) (any, error) { return indexOf(s.items, a[0]) >= 0, nil })
	method(t, "System.Object[] ToArray()", func(s *sequence, _ args) (any, error) { return &object.Array{Items: slices.Collect(s.All())}, nil })
	method(t, "System.Collections.IEnumerator GetEnumerator()", func(s *sequence, _ args) (any, error) {
		return newEnumerator(fmt.Sprintf("System.Collections.%s+%sEnumerator", name, name), slices.Collect(s.All())), nil
	})
	constructor(t, "()", func(args) (any, error) { return object.Instance(t, &sequence{lifo: lifo}), nil })
	constructor(t, "(int capacity)", func(args) (any, error) { return object.Instance(t, &sequence{lifo: lifo}), nil })
	constructor(t, "(System.Collections.IEnumerable collection)", func(a args) (any, error) {
		items, ok := object.ItemsOf(a[0])
		if !ok {
			return nil, nullArgument("collection")
		}
		return object.Instance(t, &sequence{lifo: lifo, items: slices.Clone(items)}), nil
	})
}

func queueMembers(t *object.Type) { sequenceMembers(t, false, "Dequeue", "Peek", "Enqueue") }
func stackMembers(t *object.Type) { sequenceMembers(t, true, "Pop", "Peek", "Push") }

// set is the base value of HashSet and SortedSet: the keys of a table.
type set struct {
	table  *object.Hashtable
	sorted bool
}

func newSet(t *object.Type, ignoreCase bool) *set {
	return &set{table: &object.Hashtable{CaseSensitive: !ignoreCase}, sorted: t.Generic == typeSortedSet}
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

func setMembers(t *object.Type) {
	in := elem(t).PSName()
	field(t, "int Count", func(s *set) any { return int32(s.Len()) })
	method(t, "bool Add("+in+" item)", func(s *set, a args) (any, error) {
		if s.table.Has(a[0]) {
			return false, nil
		}
		s.table.Set(a[0], nil)
		return true, nil
	})
	method(t, "bool Contains("+in+" item)", func(s *set, a args) (any, error) { return s.table.Has(a[0]), nil })
	method(t, "bool Remove("+in+" item)", func(s *set, a args) (any, error) { return s.table.Delete(a[0]), nil })
	method(t, "void Clear()", func(s *set, _ args) (any, error) { s.table.Clear(); return nil, nil })
	method(t, "System.Collections.IEnumerator GetEnumerator()", func(s *set, _ args) (any, error) {
		return newEnumerator("System.Collections.Generic.HashSet`1+Enumerator", slices.Collect(s.All())), nil
	})
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
	change := func(name string, fn func(s *set, o *object.Hashtable)) {
		method(t, "void "+name+"(System.Collections.IEnumerable other)", func(s *set, a args) (any, error) {
			items, err := other(a)
			if err != nil {
				return nil, err
			}
			o := &object.Hashtable{CaseSensitive: s.table.CaseSensitive}
			for _, e := range items {
				o.Set(e, nil)
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
			items, err := other(a)
			if err != nil {
				return nil, err
			}
			o := &object.Hashtable{CaseSensitive: s.table.CaseSensitive}
			for _, e := range items {
				o.Set(e, nil)
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
