package object

import (
	"strconv"
	"unicode/utf16"
)

// Indexer is implemented by the base values of objects that can be indexed.
type Indexer interface {
	At(index any) (value any, ok bool, err error)
}

// IndexSetter is implemented by those whose elements can be replaced.
type IndexSetter interface {
	SetIndex(index, value any) error
}

// Index is $v[index]; an array as index gives an array of elements. Outside strict mode an index out of range gives $null.
func Index(v, index any) (any, error) {
	v = Base(v)
	if v == nil {
		return nil, NewError("NullArray", InvalidOperation, nil, "Cannot index into a null array.")
	}
	if g, coordinates, ok := gridOf(v, index); ok {
		return g.get(coordinates)
	}
	if h, ok := v.(*Hashtable); ok && !h.Ordered() {
		if keys, ok := ItemsOf(index); ok {
			return indexAll(keys, func(k any) (any, bool, error) { return h.Value(k), true, nil })
		}
		if index == nil {
			return nil, nil
		}
		return h.Value(index), nil
	}
	if several, ok := ItemsOf(index); ok {
		return indexAll(several, func(i any) (any, bool, error) { return element1(v, i) })
	}
	r, _, err := element1(v, index)
	return r, err
}

// IndexStrict is Index for strict mode: ok tells whether there was such an element.
func IndexStrict(v, index any) (value any, ok bool, err error) {
	if _, several := ItemsOf(index); several || Base(v) == nil {
		value, err = Index(v, index)
		return value, true, err
	}
	if h, isTable := Base(v).(*Hashtable); isTable && !h.Ordered() {
		return h.Value(index), true, nil
	}
	return element1(Base(v), index)
}

func indexAll(indexes []any, at func(any) (any, bool, error)) (any, error) {
	out := &Array{}
	for _, i := range indexes {
		r, ok, err := at(i)
		if err != nil {
			return nil, err
		}
		if ok {
			out.Items = append(out.Items, r)
		}
	}
	return out, nil
}

// element1 reads one element by one index; ok is false where there is none.
func element1(v, index any) (value any, ok bool, err error) {
	index = Base(index)
	switch c := v.(type) {
	case *Array:
		return elementOf(c.Items, index)
	case *List:
		return elementOf(c.Items, index)
	case string:
		i, err := position(index, c)
		if err != nil || i == noPosition {
			return nil, false, err
		}
		if isASCII(c) {
			if i < 0 {
				i += len(c)
			}
			if i < 0 || i >= len(c) {
				return nil, false, nil
			}
			return Char(c[i]), true, nil
		}
		units := utf16.Encode([]rune(c))
		if i < 0 {
			i += len(units)
		}
		if i < 0 || i >= len(units) {
			return nil, false, nil
		}
		return Char(units[i]), true, nil
	case *Hashtable:
		if n, isInt := index.(int32); isInt && c.Ordered() {
			i := int(n)
			if i < 0 {
				i += c.Len()
			}
			_, value, ok := c.At(i)
			return value, ok, nil
		}
		value, ok := c.Get(index)
		return value, ok, nil
	case *Object:
		if x, ok := c.Base.(Indexer); ok {
			return x.At(index)
		}
	}
	if _, ok := v.(*Object); ok {
		if items, ok := ItemsOf(v); ok {
			return elementOf(items, index)
		}
	}
	// A single value counts as a collection of itself.
	if i, isInt := index.(int32); isInt {
		if i == 0 || i == -1 {
			return v, true, nil
		}
		return Nothing, false, nil
	}
	return nil, false, NewError("CannotIndex", InvalidOperation, nil, "Unable to index into an object of type \"%s\".", TypeOf(v).Name)
}

func elementOf(items []any, index any) (any, bool, error) {
	i, ok := index.(int32)
	if !ok {
		n, err := position(index, nil)
		if err != nil {
			return nil, false, err
		}
		if n == noPosition {
			return nil, false, nil
		}
		i = int32(n)
	}
	if i < 0 {
		i += int32(len(items))
	}
	if i < 0 || int(i) >= len(items) {
		return nil, false, nil
	}
	return items[i], true, nil
}

// noPosition is what position gives for an index that is no number: the element is $null, not an error.
const noPosition = -1 << 40

func position(index, _ any) (int, error) {
	switch i := index.(type) {
	case int32:
		return int(i), nil
	case nil:
		return 0, NewError("NullArrayIndex", InvalidOperation, nil, "Index operation failed; the array index evaluated to null.")
	}
	n, err := Convert(index, TypeInt32)
	if err != nil {
		return noPosition, nil
	}
	return int(n.(int32)), nil
}

// SetIndex is $v[index] = value.
func SetIndex(v, index, value any) error {
	switch c := Base(v).(type) {
	case nil:
		return NewError("NullArray", InvalidOperation, nil, "Cannot index into a null array.")
	case *Hashtable:
		if n, ok := index.(int32); ok && c.Ordered() {
			if !c.SetAt(int(n), value) {
				return NewErrorOf(NewException("System.ArgumentOutOfRangeException", "Specified argument was out of the range of valid values. (Parameter 'index')"), "System.ArgumentOutOfRangeException", OperationStopped, nil)
			}
			return nil
		}
		if index == nil {
			return NewError("NullArrayIndex", InvalidOperation, nil, "Index operation failed; the array index evaluated to null.")
		}
		if args := TypeOf(c).Args; len(args) == 2 {
			var err error
			if index, err = Convert(index, args[0]); err != nil {
				return err
			}
			if value, err = Convert(value, args[1]); err != nil {
				return err
			}
		}
		c.Set(Base(index), value)
		return nil
	case *Array:
		if c.Frozen {
			return ErrFrozen()
		}
		return store(c.Items, c.ElemType(), index, value)
	case *List:
		if c.Frozen {
			return ErrFrozen()
		}
		return store(c.Items, c.ElemType(), index, value)
	case *Object:
		if g, coordinates, ok := gridOf(c, index); ok {
			return g.set(coordinates, value)
		}
		if x, ok := c.Base.(IndexSetter); ok {
			return x.SetIndex(index, value)
		}
	}
	return NewError("CannotIndex", InvalidOperation, nil, "Unable to index into an object of type \"%s\".", TypeOf(v).Name)
}

func store(items []any, elem *Type, index, value any) error {
	n, err := position(Base(index), nil)
	if err != nil {
		return err
	}
	if n == noPosition {
		_, err := Convert(index, TypeInt32)
		return err
	}
	i := n
	if i < 0 {
		i += len(items)
	}
	if i < 0 || i >= len(items) {
		e := NewException("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
		return NewErrorOf(e, e.TypeName(), OperationStopped, nil)
	}
	if elem != TypeObject {
		if value, err = Convert(value, elem); err != nil {
			return err
		}
	}
	items[i] = value
	return nil
}

// IndexText is how an index shows in error messages.
func IndexText(v any) string {
	if i, ok := v.(int32); ok {
		return strconv.Itoa(int(i))
	}
	return ToString(v)
}
