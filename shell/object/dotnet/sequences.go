package dotnet

import (
	"fmt"
	"iter"
	"slices"

	"migsh/shell/object"
)

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
