package dotnet

import (
	chain "container/list"
	"iter"
	"slices"
	"sync"
	"sync/atomic"

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
	mu    sync.Mutex
	enter func(v any) any // once several sessions hold it
}

func (l *linked) lock() *sync.Mutex { return &l.mu }

// Publish implements [object.Shareable].
func (l *linked) Publish(enter func(v any) any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.enter != nil {
		return
	}
	l.enter = enter
	for e := l.items.Front(); e != nil; e = e.Next() {
		e.Value = enter(e.Value)
	}
}

// Common implements [object.Shareable].
func (l *linked) Common() bool { return false }

// CopyInto implements [object.Copyable].
func (l *linked) CopyInto(o *object.Object, copy func(v any) any) {
	n := &linked{typ: l.typ}
	for _, v := range l.snapshot() {
		n.items.PushBack(copy(v))
	}
	o.Base = n
}

func (l *linked) snapshot() []any {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.values()
}

func (l *linked) values() []any {
	var out []any
	for e := l.items.Front(); e != nil; e = e.Next() {
		out = append(out, e.Value)
	}
	return out
}

// linkedNode is the base value of a LinkedListNode; one that is in no list has neither.
type linkedNode struct {
	in    atomic.Pointer[linked] // whose lock guards the rest
	at    *chain.Element
	value any // while it is in no list
	alone sync.Mutex
}

// lock is the list's, whose order the node is part of.
func (n *linkedNode) lock() *sync.Mutex {
	if l := n.in.Load(); l != nil {
		return &l.mu
	}
	return &n.alone
}

// All yields the elements in order.
func (l *linked) All() iter.Seq[any] { return slices.Values(l.snapshot()) }

// Len is the number of elements.
func (l *linked) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.items.Len()
}

// node is an element as scripts see it; nil is $null.
func (l *linked) node(e *chain.Element) any {
	if e == nil {
		return nil
	}
	if known, ok := l.nodes[e]; ok {
		return known
	}
	return l.keep(e, newNode(l, e), nil)
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

func newNode(l *linked, at *chain.Element) *linkedNode {
	n := &linkedNode{at: at}
	n.in.Store(l)
	return n
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
		if l.enter != nil {
			c = l.enter(c)
		}
		return l.node(put(c)), nil
	}
	if n.in.Load() != nil {
		return nil, throw("System.InvalidOperationException", "The LinkedList node already belongs to a LinkedList.")
	}
	n.at = put(n.value)
	n.in.Store(l)
	l.keep(n.at, n, o)
	return object.Nothing, nil
}

// drop takes an element out; its node keeps the value.
func (l *linked) drop(e *chain.Element) {
	if o, ok := l.nodes[e]; ok {
		n := o.Base.(*linkedNode)
		n.at, n.value = nil, e.Value
		n.in.Store(nil)
		delete(l.nodes, e)
	}
	l.items.Remove(e)
}

// own is the element of a node of this list.
func (l *linked) own(v any) (*chain.Element, error) {
	if o, ok := v.(*object.Object); ok {
		if n, ok := o.Base.(*linkedNode); ok && n.in.Load() == l {
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
	field(t, "int Count", func(l *linked) any { return int32(l.items.Len()) })
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
		if a.int(1) < 0 || a.int(1)+l.items.Len() > len(to.Items) {
			return nil, argument("Insufficient space in the target location to copy the information.")
		}
		copy(to.Items[a.int(1):], l.values())
		return nil, nil
	})
	method(t, "System.Collections.IEnumerator GetEnumerator()", func(l *linked, _ args) (any, error) {
		return newEnumerator("System.Collections.Generic.LinkedList`1+Enumerator", l.values()), nil
	})
	underLock[*linked](t)
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
			return n.in.Load().node(to(n.at))
		})
	}
	step("Next", (*chain.Element).Next)
	step("Previous", (*chain.Element).Prev)
	underLock[*linkedNode](t)
	constructor(t, "("+elem(t).PSName()+" value)", func(a args) (any, error) { return object.Instance(t, &linkedNode{value: a[0]}), nil })
}
