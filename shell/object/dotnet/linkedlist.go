package dotnet

import (
	chain "container/list"
	"iter"
	"slices"

	"migsh/shell/object"
)

var (
	typeLinkedList = object.Declare(&object.Type{Name: "System.Collections.Generic.LinkedList`1", IsGenericDefinition: true, Interfaces: []*object.Type{iCollection, iEnumerable}})
	typeLinkedNode = object.Declare(&object.Type{Name: "System.Collections.Generic.LinkedListNode`1", IsGenericDefinition: true})
)

func init() {
	object.Extend(typeLinkedList, linkedListMembers)
	object.Extend(typeLinkedNode, linkedNodeMembers)
}

// linked is the base value of a LinkedList.
type linked struct {
	typ   *object.Type
	items chain.List
	nodes map[*chain.Element]*object.Object // that scripts have seen, so that each is always the same
}

// linkedNode is the base value of a LinkedListNode; one that is in no list has neither.
type linkedNode struct {
	in    *linked
	at    *chain.Element
	value any // while it is in no list
}

// All yields the elements in order.
func (l *linked) All() iter.Seq[any] {
	return func(yield func(any) bool) {
		for e := l.items.Front(); e != nil; e = e.Next() {
			if !yield(e.Value) {
				return
			}
		}
	}
}

// Len is the number of elements.
func (l *linked) Len() int { return l.items.Len() }

// node is an element as scripts see it; nil is $null.
func (l *linked) node(e *chain.Element) any {
	if e == nil {
		return nil
	}
	if known, ok := l.nodes[e]; ok {
		return known
	}
	return l.keep(e, &linkedNode{in: l, at: e}, nil)
}

func (l *linked) keep(e *chain.Element, n *linkedNode, o *object.Object) *object.Object {
	if o == nil {
		o = object.Instance(object.Construct(typeLinkedNode, l.typ.Args...), n)
	}
	if l.nodes == nil {
		l.nodes = map[*chain.Element]*object.Object{}
	}
	l.nodes[e] = o
	return o
}

// place puts a value, or a node that is in no list, where put says.
func (l *linked) place(v any, put func(v any) *chain.Element) (any, error) {
	o, isObject := v.(*object.Object)
	n, isNode := (*linkedNode)(nil), false
	if isObject {
		n, isNode = o.Base.(*linkedNode)
	}
	if !isNode {
		c, err := object.Convert(v, elem(l.typ))
		if err != nil {
			return nil, err
		}
		return l.node(put(c)), nil
	}
	if n.in != nil {
		return nil, throw("System.InvalidOperationException", "The LinkedList node already belongs to a LinkedList.")
	}
	n.in, n.at = l, put(n.value)
	l.keep(n.at, n, o)
	return object.Nothing, nil
}

// drop takes an element out; its node keeps the value.
func (l *linked) drop(e *chain.Element) {
	if o, ok := l.nodes[e]; ok {
		n := o.Base.(*linkedNode)
		n.in, n.at, n.value = nil, nil, e.Value
		delete(l.nodes, e)
	}
	l.items.Remove(e)
}

// own is the element of a node of this list.
func (l *linked) own(v any) (*chain.Element, error) {
	if o, ok := v.(*object.Object); ok {
		if n, ok := o.Base.(*linkedNode); ok && n.in == l {
			return n.at, nil
		}
	}
	if v == nil {
		return nil, nullArgument("node")
	}
	return nil, throw("System.InvalidOperationException", "The LinkedList node does not belong to current LinkedList.")
}

// holder is the first element that holds a value, going by next from the one at first.
func holder(first *chain.Element, next func(*chain.Element) *chain.Element, v any) *chain.Element {
	for e := first; e != nil; e = next(e) {
		if object.Same(object.Base(e.Value), object.Base(v)) {
			return e
		}
	}
	return nil
}

func linkedListMembers(t *object.Type) {
	in := elem(t).PSName()
	const node = "System.Collections.Generic.LinkedListNode"
	field(t, "int Count", func(l *linked) any { return int32(l.Len()) })
	field(t, "System.Object First", func(l *linked) any { return l.node(l.items.Front()) })
	field(t, "System.Object Last", func(l *linked) any { return l.node(l.items.Back()) })
	method(t, "System.Object AddFirst(System.Object value)", func(l *linked, a args) (any, error) { return l.place(a[0], l.items.PushFront) })
	method(t, "System.Object AddLast(System.Object value)", func(l *linked, a args) (any, error) { return l.place(a[0], l.items.PushBack) })
	beside := func(name string, put func(l *linked) func(v any, mark *chain.Element) *chain.Element) {
		method(t, "System.Object "+name+"(System.Object node, System.Object value)", func(l *linked, a args) (any, error) {
			mark, err := l.own(a[0])
			if err != nil {
				return nil, err
			}
			return l.place(a[1], func(v any) *chain.Element { return put(l)(v, mark) })
		})
	}
	beside("AddAfter", func(l *linked) func(any, *chain.Element) *chain.Element { return l.items.InsertAfter })
	beside("AddBefore", func(l *linked) func(any, *chain.Element) *chain.Element { return l.items.InsertBefore })
	method(t, node+" Find("+in+" value)", func(l *linked, a args) (any, error) {
		return l.node(holder(l.items.Front(), (*chain.Element).Next, a[0])), nil
	})
	method(t, node+" FindLast("+in+" value)", func(l *linked, a args) (any, error) {
		return l.node(holder(l.items.Back(), (*chain.Element).Prev, a[0])), nil
	})
	method(t, "bool Contains("+in+" value)", func(l *linked, a args) (any, error) {
		return holder(l.items.Front(), (*chain.Element).Next, a[0]) != nil, nil
	})
	method(t, "bool Remove(System.Object value)", func(l *linked, a args) (any, error) {
		if o, ok := a[0].(*object.Object); ok {
			if _, isNode := o.Base.(*linkedNode); isNode {
				e, err := l.own(o)
				if err != nil {
					return nil, err
				}
				l.drop(e)
				return object.Nothing, nil
			}
		}
		v, err := object.Convert(a[0], elem(t))
		if err != nil {
			return nil, err
		}
		e := holder(l.items.Front(), (*chain.Element).Next, v)
		if e != nil {
			l.drop(e)
		}
		return e != nil, nil
	})
	end := func(name string, which func(l *linked) *chain.Element) {
		method(t, "void "+name+"()", func(l *linked, _ args) (any, error) {
			e := which(l)
			if e == nil {
				return nil, throw("System.InvalidOperationException", "The LinkedList is empty.")
			}
			l.drop(e)
			return nil, nil
		})
	}
	end("RemoveFirst", func(l *linked) *chain.Element { return l.items.Front() })
	end("RemoveLast", func(l *linked) *chain.Element { return l.items.Back() })
	method(t, "void Clear()", func(l *linked, _ args) (any, error) {
		for l.items.Len() > 0 {
			l.drop(l.items.Front())
		}
		return nil, nil
	})
	method(t, "void CopyTo(array array, int index)", func(l *linked, a args) (any, error) {
		to, ok := a[0].(*object.Array)
		if !ok {
			return nil, nullArgument("array")
		}
		if a.int(1) < 0 || a.int(1)+l.Len() > len(to.Items) {
			return nil, argument("Insufficient space in the target location to copy the information.")
		}
		copy(to.Items[a.int(1):], slices.Collect(l.All()))
		return nil, nil
	})
	method(t, "System.Collections.IEnumerator GetEnumerator()", func(l *linked, _ args) (any, error) {
		return newEnumerator("System.Collections.Generic.LinkedList`1+Enumerator", slices.Collect(l.All())), nil
	})
	constructor(t, "()", func(args) (any, error) { return object.Instance(t, &linked{typ: t}), nil })
	constructor(t, "(System.Collections.IEnumerable collection)", func(a args) (any, error) {
		items, ok := object.ItemsOf(a[0])
		if !ok {
			return nil, nullArgument("collection")
		}
		l := &linked{typ: t}
		for _, v := range items {
			if _, err := l.place(v, l.items.PushBack); err != nil {
				return nil, err
			}
		}
		return object.Instance(t, l), nil
	})
}

func linkedNodeMembers(t *object.Type) {
	settable(t, elem(t).PSName()+" Value", func(n *linkedNode) any {
		if n.at != nil {
			return n.at.Value
		}
		return n.value
	}, func(n *linkedNode, v any) error {
		if n.at != nil {
			n.at.Value = v
		} else {
			n.value = v
		}
		return nil
	})
	step := func(name string, to func(*chain.Element) *chain.Element) {
		field(t, "System.Object "+name, func(n *linkedNode) any {
			if n.at == nil {
				return nil
			}
			return n.in.node(to(n.at))
		})
	}
	step("Next", (*chain.Element).Next)
	step("Previous", (*chain.Element).Prev)
	constructor(t, "("+elem(t).PSName()+" value)", func(a args) (any, error) { return object.Instance(t, &linkedNode{value: a[0]}), nil })
}
