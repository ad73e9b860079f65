package object

import "iter"

// IsTrue is [bool]$v: null, zero, empty strings and empty collections are false, and so is a collection of one false element.
func IsTrue(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case string:
		return v != ""
	case int32:
		return v != 0
	case int64:
		return v != 0
	case float64:
		return v != 0
	case Switch:
		return bool(v)
	case *Array:
		return itemsTrue(v.Items)
	case *List:
		return itemsTrue(v.Items)
	case Char:
		return v != 0
	case uint8:
		return v != 0
	case int8:
		return v != 0
	case int16:
		return v != 0
	case uint16:
		return v != 0
	case uint32:
		return v != 0
	case uint64:
		return v != 0
	case float32:
		return v != 0
	case Decimal:
		return v.Sign() != 0
	case BigInt:
		return v.Sign() != 0
	case Enum:
		return v.Value != 0
	case *Object:
		if v.Type == nil && v.Base != nil {
			return IsTrue(v.Base)
		}
	}
	return true
}

func itemsTrue(items []any) bool {
	switch len(items) {
	case 0:
		return false
	case 1:
		switch e := items[0].(type) {
		case *Array:
			return len(e.Items) > 0
		case *List:
			return len(e.Items) > 0
		}
		return IsTrue(items[0])
	}
	return true
}

// Enumerate returns what the pipeline would unroll v into. Strings, hashtables and everything that is no collection answer
// false: they go down the pipeline whole.
func Enumerate(v any) (iter.Seq[any], bool) {
	switch v := v.(type) {
	case *Array:
		return v.All, true
	case *List:
		return v.All, true
	case *Object:
		if seq, ok := v.Base.(Sequence); ok {
			return seq.All(), true
		}
		if v.Type == nil {
			switch v.Base.(type) {
			case *Array, *List:
				return Enumerate(v.Base)
			}
		}
	}
	return nil, false
}

// IsCollection tells whether Enumerate would unroll v.
func IsCollection(v any) bool {
	switch v := v.(type) {
	case *Array, *List:
		return true
	case *Object:
		if _, ok := v.Base.(Sequence); ok {
			return true
		}
		return v.Type == nil && IsCollection(v.Base)
	}
	return false
}

// ItemsOf returns the elements of a collection; ok is false for what Enumerate does not unroll. The slice may be the
// collection's own: it is only to be read.
func ItemsOf(v any) (items []any, ok bool) {
	switch v := v.(type) {
	case *Array:
		return v.Items, true
	case *List:
		return v.Items, true
	}
	seq, ok := Enumerate(v)
	if !ok {
		return nil, false
	}
	for e := range seq {
		items = append(items, e)
	}
	return items, true
}

// All yields the elements.
func (a *Array) All(yield func(any) bool) {
	for _, v := range a.Items {
		if !yield(v) {
			return
		}
	}
}

// All yields the elements that the list has when its turn comes.
func (l *List) All(yield func(any) bool) {
	for i := 0; i < len(l.Items); i++ {
		if !yield(l.Items[i]) {
			return
		}
	}
}

// Collect is what a pipeline's output becomes when it is assigned: nothing is null, one object is itself, more are an Object[].
// It keeps items.
func Collect(items []any) any {
	switch len(items) {
	case 0:
		return nil
	case 1:
		return items[0]
	}
	return &Array{Items: items}
}
