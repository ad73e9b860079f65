package object

import (
	"iter"
	"slices"
	"strings"
)

// A grid is the base value of an array of more than one dimension, such as int[,]. Its elements lie row by row.
type grid struct {
	elem  *Type
	sizes []int
	items []any
}

// makeGrid is gridOfRank; set at the start, as names of types are looked up while the variables that it needs are initialized.
var makeGrid func(elem *Type, rank int) *Type

func init() { makeGrid = gridOfRank }

// gridOfRank returns the type of arrays of that many dimensions: T[,] for two.
func gridOfRank(elem *Type, rank int) *Type {
	suffix := "[" + strings.Repeat(",", rank-1) + "]"
	name := elem.Name + suffix
	registry.Lock()
	t, ok := registry.made[name]
	if !ok {
		t = &Type{Name: name, Short: elem.PSName() + suffix, Base: TypeArray.Base, Args: []*Type{elem}, Interfaces: TypeArray.Interfaces}
		t.Constructors = []Overload{gridConstructor(t, rank)}
		registry.made[name] = t
	}
	registry.Unlock()
	if !ok {
		Extend(t, gridMembers)
	}
	return t
}

func gridConstructor(t *Type, rank int) Overload {
	sizes := make([]Param, rank)
	for i := range sizes {
		sizes[i] = Param{Name: "size" + string(rune('1'+i)), Type: TypeInt32}
	}
	return Overload{Params: sizes, Returns: t, Call: func(_ any, args []any) (any, error) {
		g := &grid{elem: t.Args[0]}
		n := 1
		for _, a := range args {
			size := int(a.(int32))
			if size < 0 || size > 0 && n > mostRange/size {
				return nil, NewException("System.OverflowException", "Arithmetic operation resulted in an overflow.")
			}
			n *= size
			g.sizes = append(g.sizes, size)
		}
		g.items = make([]any, n)
		for i := range g.items {
			g.items[i] = Zero(g.elem)
		}
		return Instance(t, g), nil
	}}
}

// All yields the elements row by row, as foreach sees them.
func (g *grid) All() iter.Seq[any] { return slices.Values(g.items) }

// Len is the number of elements.
func (g *grid) Len() int { return len(g.items) }

// place is where the element with these coordinates lies.
func (g *grid) place(indexes []any) (int, error) {
	if len(indexes) != len(g.sizes) {
		return 0, NewError("NeedMultidimensionalIndex", InvalidOperation, nil, "The array with %d dimensions was indexed with a different number of indexes: [%s].", len(g.sizes), JoinItems(indexes, ", "))
	}
	at := 0
	for i, index := range indexes {
		n, err := Convert(index, TypeInt32)
		if err != nil {
			return 0, err
		}
		if k := int(n.(int32)); k < 0 || k >= g.sizes[i] {
			e := NewException("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
			return 0, NewErrorOf(e, e.TypeName(), OperationStopped, nil)
		}
		at = at*g.sizes[i] + int(n.(int32))
	}
	return at, nil
}

// gridOf is the grid in v, with the coordinates in index.
func gridOf(v, index any) (g *grid, coordinates []any, ok bool) {
	o, ok := v.(*Object)
	if !ok {
		return nil, nil, false
	}
	if g, ok = o.Base.(*grid); !ok {
		return nil, nil, false
	}
	coordinates, several := ItemsOf(index)
	if !several {
		coordinates = []any{index}
	}
	return g, coordinates, true
}

func (g *grid) get(indexes []any) (any, error) {
	at, err := g.place(indexes)
	if err != nil {
		return nil, err
	}
	return g.items[at], nil
}

func (g *grid) set(indexes []any, v any) error {
	at, err := g.place(indexes)
	if err != nil {
		return err
	}
	if g.items[at], err = Convert(v, g.elem); err != nil {
		return err
	}
	return nil
}

func gridMembers(t *Type) {
	of := func(recv any) *grid { return recv.(*Object).Base.(*grid) }
	property := func(name string, typ *Type, get func(g *grid) any) {
		t.Instance.Add(&Member{Name: name, Kind: KindProperty, Type: typ, Get: func(recv any) (any, error) { return get(of(recv)), nil }})
	}
	property("Length", TypeInt32, func(g *grid) any { return int32(len(g.items)) })
	property("LongLength", TypeInt64, func(g *grid) any { return int64(len(g.items)) })
	property("Count", TypeInt32, func(g *grid) any { return int32(len(g.items)) })
	property("Rank", TypeInt32, func(g *grid) any { return int32(len(g.sizes)) })
	method := func(name string, returns *Type, params []Param, call func(g *grid, args []any) (any, error)) {
		t.Instance.Add(&Member{Name: name, Kind: KindMethod, Overloads: []Overload{{Params: params, Returns: returns, Call: func(recv any, args []any) (any, error) {
			return call(of(recv), args)
		}}}})
	}
	dimension := []Param{{Name: "dimension", Type: TypeInt32}}
	size := func(g *grid, args []any, less int) (any, error) {
		i := int(args[0].(int32))
		if i < 0 || i >= len(g.sizes) {
			return nil, NewException("System.IndexOutOfRangeException", "Array does not have that many dimensions.")
		}
		return int32(g.sizes[i] - less), nil
	}
	method("GetLength", TypeInt32, dimension, func(g *grid, args []any) (any, error) { return size(g, args, 0) })
	method("GetUpperBound", TypeInt32, dimension, func(g *grid, args []any) (any, error) { return size(g, args, 1) })
	method("GetLowerBound", TypeInt32, dimension, func(g *grid, args []any) (any, error) {
		if _, err := size(g, args, 0); err != nil {
			return nil, err
		}
		return int32(0), nil
	})
	indices := Param{Name: "indices", Type: ArrayOf(TypeInt32), Variadic: true}
	method("GetValue", TypeObject, []Param{indices}, func(g *grid, args []any) (any, error) {
		at, _ := ItemsOf(args[0])
		return g.get(at)
	})
	method("SetValue", TypeVoid, []Param{{Name: "value", Type: TypeObject}, indices}, func(g *grid, args []any) (any, error) {
		at, _ := ItemsOf(args[1])
		return Nothing, g.set(at, args[0])
	})
	method("Clone", TypeObject, nil, func(g *grid, _ []any) (any, error) {
		return Instance(t, &grid{g.elem, g.sizes, slices.Clone(g.items)}), nil
	})
}
