package dotnet

import (
	"migsh/shell/object"
)

func dictionaryFrom(t *object.Type, v any) (any, bool, error) {
	h, ok := v.(*object.Hashtable)
	if !ok {
		return nil, false, nil
	}
	out := &object.Hashtable{Type: t, CaseSensitive: true, Sorted: isSorted(t), Synchronized: t.Generic == typeConcurrentDict}
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

func keyExists(h *object.Hashtable, key any) error {
	if h.Type != nil && h.Type.Generic != nil {
		return argument("An item with the same key has already been added. Key: %s", object.CultureString(key))
	}
	return argument("Item has already been added. Key in dictionary: '%s'  Key being added: '%s'", object.CultureString(h.Key(key)), object.CultureString(key))
}

func isSorted(t *object.Type) bool {
	return t == typeSortedList || t.Generic == typeSortedDict || t.Generic == typeSortedPairs
}

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
	if !generic {
		method(t, "void CopyTo(array array, int arrayIndex)", func(h *object.Hashtable, a args) (any, error) {
			to, ok := a[0].(*object.Array)
			if !ok {
				return nil, nullArgument("array")
			}
			if a.int(1) < 0 || a.int(1)+h.Len() > len(to.Items) {
				return nil, argument("Destination array is not long enough to copy all the items in the collection. Check array index and length.")
			}
			copy(to.Items[a.int(1):], Entries(h))
			return nil, nil
		})
	}
	if t == object.TypeHashtable {
		method[*object.Hashtable](t, "void GetObjectData(System.Runtime.Serialization.SerializationInfo info, System.Runtime.Serialization.StreamingContext context)", nil)
		method[*object.Hashtable](t, "void OnDeserialization(System.Object sender)", nil)
		method(t, "System.Object Clone()", func(h *object.Hashtable, _ args) (any, error) { return h.Clone(), nil })
	}
	if t == typeSortedList || t.Generic == typeSortedPairs {
		method(t, "int IndexOfKey("+key+" key)", func(h *object.Hashtable, a args) (any, error) { return int32(indexOf(h.Keys(), a[0])), nil })
		method(t, "int IndexOfValue("+value+" value)", func(h *object.Hashtable, a args) (any, error) { return int32(indexOf(h.Values(), a[0])), nil })
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
		h := &object.Hashtable{CaseSensitive: !ignoreCase, Sorted: isSorted(t), Synchronized: t.Generic == typeConcurrentDict}
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
