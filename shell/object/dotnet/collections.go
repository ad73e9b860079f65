package dotnet

import (
	"slices"

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
	typeSortedPairs  = object.Declare(&object.Type{Name: "System.Collections.Generic.SortedList`2", IsGenericDefinition: true, Interfaces: []*object.Type{object.Interface("System.Collections.IDictionary"), iCollection, iEnumerable}})
	typeComparer     = object.Declare(&object.Type{Name: "System.StringComparer"})
)

func init() {
	object.Extend(object.TypeArray, arrayMembers)
	for _, t := range []*object.Type{object.TypeArrayList, object.TypeList, object.TypeCollection} {
		object.Extend(t, listMembers)
	}
	for _, t := range []*object.Type{object.TypeHashtable, object.TypeOrdered, object.TypeDictionary, typeSortedList, typeSortedDict, typeSortedPairs} {
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
	object.ConvertGeneric(typeSortedPairs, dictionaryFrom)
}

// elem is what a collection of a type holds.
func elem(t *object.Type) *object.Type {
	if len(t.Args) > 0 {
		return t.Args[0]
	}
	return object.TypeObject
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
