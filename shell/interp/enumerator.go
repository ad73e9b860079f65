package interp

import (
	"iter"

	"migsh/shell/object"
)

// enumerator is the base value of $input, $foreach and $switch: a collection that is gone through once.
type enumerator struct {
	items  []any
	at     int
	source *inputs // of $input, which goes on where the last reader stopped
}

var typeEnumerator = declareEnumerator()

func declareEnumerator() *object.Type {
	t := object.Declare(&object.Type{Name: "System.Collections.ArrayList+ArrayListEnumeratorSimple", Base: object.TypeObject})
	object.Extend(t, func(t *object.Type) {
		t.Instance.Add(&object.Member{Name: "Current", Kind: object.KindProperty, Get: func(recv any) (any, error) {
			e := enumeratorOf(recv)
			if e.at < 0 || e.at >= len(e.items) {
				return nil, nil
			}
			return e.items[e.at], nil
		}})
		t.Instance.Add(&object.Member{Name: "MoveNext", Kind: object.KindMethod, Overloads: []object.Overload{{Returns: object.TypeBoolean, Call: func(recv any, _ []any) (any, error) {
			return enumeratorOf(recv).moveNext(), nil
		}}}})
		t.Instance.Add(&object.Member{Name: "Reset", Kind: object.KindMethod, Overloads: []object.Overload{{Returns: object.TypeVoid, Call: func(recv any, _ []any) (any, error) {
			enumeratorOf(recv).at = -1
			return object.Nothing, nil
		}}}})
	})
	return t
}

func newEnumerator(e *enumerator) any { return object.Instance(typeEnumerator, e) }

func enumeratorOf(v any) *enumerator {
	if o, ok := v.(*object.Object); ok {
		v = o.Base
	}
	e, ok := v.(*enumerator)
	if !ok {
		return &enumerator{at: -1}
	}
	return e
}

func (e *enumerator) moveNext() bool {
	if e.at < len(e.items) {
		e.at++
	}
	return e.at < len(e.items)
}

// All implements [object.Sequence]: what has not been read yet.
func (e *enumerator) All() iter.Seq[any] {
	return func(yield func(any) bool) {
		for e.moveNext() {
			if e.source != nil {
				e.source.items = e.items[e.at+1:]
			}
			if !yield(e.items[e.at]) {
				return
			}
		}
	}
}

// Len implements [object.Sequence].
func (e *enumerator) Len() int { return len(e.items) - e.at - 1 }

// itemsOf are the elements of anything that is gone through.
func itemsOf(v any) []any {
	if items, ok := object.ItemsOf(v); ok {
		return items
	}
	return []any{v}
}
