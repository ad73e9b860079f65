package dotnet

import (
	"slices"
	"sort"

	"migsh/shell/object"
)

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
	method(t, "long GetLongLength(int dimension)", func(a *object.Array, v args) (any, error) {
		if v.int(0) != 0 {
			return nil, throw("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
		}
		return int64(len(a.Items)), nil
	})
	method(t, "void Initialize()", func(*object.Array, args) (any, error) { return nil, nil }) // elements without constructors stay as they are
	method[*object.Array](t, "System.Object& Address(int )", nil)
	method[*object.Array](t, "int CompareTo(System.Object other, System.Collections.IComparer comparer)", nil)
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
	for _, name := range []string{"Clear", "Set", "SetValue"} {
		o := &t.Instance.Find(name).Overloads[0]
		call := o.Call
		o.Call = func(recv any, a []any) (any, error) {
			if of[*object.Array](recv).Frozen {
				return nil, object.ErrFrozen()
			}
			return call(recv, a)
		}
	}
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
	frozen := func(a ...*object.Array) bool {
		return slices.ContainsFunc(a, func(x *object.Array) bool { return x != nil && x.Frozen })
	}
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
		if frozen(arrayArg(a[0])) {
			return nil, object.ErrFrozen()
		}
		if x := arrayArg(a[0]); x != nil {
			slices.Reverse(x.Items)
			return nil, nil
		}
		return nil, nullArgument("array")
	})
	static(t, "void Sort(array array)", func(a args) (any, error) {
		if frozen(arrayArg(a[0])) {
			return nil, object.ErrFrozen()
		}
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
		if frozen(keys, items) {
			return nil, object.ErrFrozen()
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
	search := func(name, result string, do func(l *object.List, match any) (any, error)) {
		static(t, result+" "+name+"(array array, scriptblock match)", func(a args) (any, error) {
			x := arrayArg(a[0])
			if x == nil {
				return nil, nullArgument("array")
			}
			return do(&object.List{Type: object.Construct(object.TypeList, x.ElemType()), Items: x.Items}, a[1])
		})
	}
	for _, name := range []string{"Find", "FindIndex", "Exists", "TrueForAll", "ForEach", "FindAll"} {
		search(name, "System.Object", func(l *object.List, match any) (any, error) {
			found, err := object.InvokeMethod(l, name, []any{match})
			if all, ok := found.(*object.List); ok {
				return &object.Array{Elem: all.ElemType(), Items: all.Items}, err
			}
			return found, err
		})
	}
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
