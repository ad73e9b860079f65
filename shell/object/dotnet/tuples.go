package dotnet

import (
	"fmt"

	"migsh/shell/object"
)

// mostItems is how many items a tuple has at most; .NET nests further ones, which scripts do not write.
const mostItems = 7

// typesTuple and typesValueTuple are the generic tuples of 1 to 7 items, at the index of their number.
var typesTuple, typesValueTuple [mostItems + 1]*object.Type

func init() {
	for _, family := range []struct {
		name  string
		types *[mostItems + 1]*object.Type
		value bool
	}{{"System.Tuple", &typesTuple, false}, {"System.ValueTuple", &typesValueTuple, true}} {
		for n := 1; n <= mostItems; n++ {
			t := object.Declare(&object.Type{Name: fmt.Sprintf("%s`%d", family.name, n), IsGenericDefinition: true, IsValue: family.value})
			family.types[n] = t
			object.Extend(t, tupleMembers)
		}
		types := family.types
		object.Extend(object.Declare(&object.Type{Name: family.name, IsStatic: true}), func(t *object.Type) {
			for n := 1; n <= mostItems; n++ {
				static(t, fmt.Sprintf("System.Object Create(%s)", itemParameters(n, "System.Object")), func(a args) (any, error) { return tuple(types, a...), nil })
			}
		})
	}
}

// itemParameters are parameters item1, item2, …
func itemParameters(n int, typeName string) (text string) {
	for i := range n {
		if i > 0 {
			text += ", "
		}
		text += fmt.Sprintf("%s item%d", typeName, i+1)
	}
	return text
}

func tupleMembers(t *object.Type) {
	for i := range t.Args {
		t.Instance.Add(&object.Member{
			Name: fmt.Sprintf("Item%d", i+1), Kind: object.KindProperty, Type: t.Args[i],
			Get: func(recv any) (any, error) { return of[tupleBase](recv)[i], nil },
		})
	}
	if !t.IsValue {
		field(t, "int Length", func(b tupleBase) any { return int32(len(b)) })
	}
	method(t, "string ToString()", func(b tupleBase, _ args) (any, error) { return b.Text(), nil })
	made := object.Overload{Returns: t, Call: func(_ any, a []any) (any, error) { return object.Instance(t, tupleBase(a)), nil }}
	for i, arg := range t.Args {
		made.Params = append(made.Params, object.Param{Name: fmt.Sprintf("item%d", i+1), Type: arg})
	}
	t.Constructors = append(t.Constructors, made)
}

// tuple makes a tuple of the family, of the items' own types.
func tuple(family *[mostItems + 1]*object.Type, items ...any) *object.Object {
	types := make([]*object.Type, len(items))
	for i, v := range items {
		if types[i] = object.TypeOf(v); types[i] == nil {
			types[i] = object.TypeObject
		}
	}
	return object.Instance(object.Construct(family[len(items)], types...), tupleBase(items))
}

// tupleBase is the base value of a tuple.
type tupleBase []any

// Text is the tuple's text: (1, a).
func (t tupleBase) Text() string { return "(" + object.JoinItems(t, ", ") + ")" }

// Equals compares item by item.
func (t tupleBase) Equals(other any) bool {
	o, ok := other.(tupleBase)
	if !ok || len(o) != len(t) {
		return false
	}
	for i := range t {
		if !object.Same(object.Base(t[i]), object.Base(o[i])) {
			return false
		}
	}
	return true
}
