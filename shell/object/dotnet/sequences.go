package dotnet

import (
	"fmt"

	"migsh/shell/object"
)

func queueFrom(t *object.Type, v any) (any, bool, error) {
	items, ok := object.ItemsOf(v)
	if !ok {
		return nil, false, nil
	}
	s := &locked{lifo: t.Generic == typeGenericStack}
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
	field(t, "int Count", func(s *locked) any { return int32(s.Len()) })
	field(t, "bool IsSynchronized", func(s *locked) any { return s.common })
	field(t, "System.Object SyncRoot", func(*locked) any { return nil })
	method(t, "void "+put+"("+in+" item)", func(s *locked, a args) (any, error) { s.put(a[0]); return nil, nil })
	for verb, takes := range map[string]bool{take: true, peek: false} {
		method(t, in+" "+verb+"()", func(s *locked, _ args) (any, error) {
			v, ok := s.next(takes)
			if !ok {
				return nil, throw("System.InvalidOperationException", "%s empty.", name)
			}
			return v, nil
		})
		if len(t.Args) == 0 {
			continue
		}
		method(t, "bool Try"+verb+"([ref] "+in+" result)", func(s *locked, a args) (any, error) {
			v, ok := s.next(takes)
			if !ok {
				v = object.Zero(elem(t))
			}
			return ok, a.out(0, v)
		})
	}
	method(t, "void Clear()", func(s *locked, _ args) (any, error) {
		return nil, s.change(func([]any) ([]any, error) { return nil, nil })
	})
	method(t, "bool Contains("+in+" item)", func(s *locked, a args) (any, error) { return indexOf(s.snapshot(), a[0]) >= 0, nil })
	method(t, "System.Object[] ToArray()", func(s *locked, _ args) (any, error) { return &object.Array{Items: s.snapshot()}, nil })
	method(t, "System.Collections.IEnumerator GetEnumerator()", func(s *locked, _ args) (any, error) {
		return newEnumerator(fmt.Sprintf("System.Collections.%s+%sEnumerator", name, name), s.snapshot()), nil
	})
	if len(t.Args) == 0 {
		static(t, t.Name+" Synchronized("+t.Name+" "+name+")", func(a args) (any, error) {
			if o, ok := a[0].(*object.Object); ok {
				if s, ok := o.Base.(*locked); ok {
					s.common = true
					return o, nil
				}
			}
			return nil, nullArgument(name)
		})
	}
	constructor(t, "()", func(args) (any, error) { return object.Instance(t, &locked{lifo: lifo}), nil })
	constructor(t, "(int capacity)", func(args) (any, error) { return object.Instance(t, &locked{lifo: lifo}), nil })
	constructor(t, "(System.Collections.IEnumerable collection)", func(a args) (any, error) {
		items, ok := object.ItemsOf(a[0])
		if !ok {
			return nil, nullArgument("collection")
		}
		s := &locked{lifo: lifo}
		s.put(items...)
		return object.Instance(t, s), nil
	})
}

func queueMembers(t *object.Type) { sequenceMembers(t, false, "Dequeue", "Peek", "Enqueue") }
func stackMembers(t *object.Type) { sequenceMembers(t, true, "Pop", "Peek", "Push") }
