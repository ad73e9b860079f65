package interp

import (
	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// shareable is the collection that a value is, where it is one of those that exist to be held by several sessions; else nil.
func shareable(v any) object.Shareable {
	switch x := v.(type) {
	case *object.Hashtable:
		if x.Synchronized {
			return table{x}
		}
	case *object.Object:
		if s, ok := x.Base.(object.Shareable); ok && s.Common() {
			return s
		}
	}
	return nil
}

// table is a table as a collection like the others.
type table struct{ *object.Hashtable }

func (table) Common() bool { return true }

// share makes a value fit to be held by a collection that several sessions use at once. Tables in it become such collections
// too. All else is copied, unless it is a copy already, and cannot be changed from then on: whoever tries is told so, rather than
// losing the change.
func share(v any) any {
	if s := shareable(v); s != nil {
		s.Publish(share)
		return v
	}
	switch x := v.(type) {
	case *object.Hashtable:
		x.Publish(share)
	case *object.Array:
		if !x.Frozen {
			return &object.Array{Elem: x.Elem, Items: shareAll(x.Items), Frozen: true}
		}
	case *object.List:
		if !x.Frozen {
			return &object.List{Type: x.Type, Items: shareAll(x.Items), Frozen: true}
		}
	case *scriptBlock:
		return strayBlock(x.Text())
	case *object.Object:
		if s, ok := x.Base.(object.Shareable); ok {
			s.Publish(share)
			return x
		}
		if _, ok := x.Base.(object.Copyable); ok {
			return object.ToString(x) // a text that grows: what it says so far
		}
		return shareObject(x)
	case *object.ErrorRecord, *object.Exception, *object.Reference:
		return (&copier{}).copy(v)
	}
	return v
}

func shareAll(items []any) []any {
	out := make([]any, len(items))
	for i, v := range items {
		out[i] = share(v)
	}
	return out
}

// shareObject is a copy of an object that stays as it is.
func shareObject(x *object.Object) any {
	if x.Frozen() || x.Type != nil && x.Len() == 0 && !isInstance(x) {
		return x
	}
	n, ok := (&copier{}).copy(x).(*object.Object)
	if !ok {
		return x
	}
	for name, slot := range n.All() {
		if _, computed := slot.(*object.Dynamic); !computed {
			n.Set(name, share(slot))
		}
	}
	n.Freeze()
	return n
}

// isInstance tells objects of a script's classes.
func isInstance(x *object.Object) bool {
	_, ok := x.Base.(*instance)
	return ok
}

// strayBlock is a script block that a collection held in common has got: its text only, since a block runs in the session that made it.
type strayBlock string

var _ cmdlet.Block = strayBlock("")

func (b strayBlock) refused() error {
	return object.NewError("ScriptBlockOfAnotherSession", object.InvalidOperation, nil, "A script block runs only in the session that made it. Share its text, and make a block of it where it is to run: [scriptblock]::Create($text).")
}

// Text is the source between the braces.
func (b strayBlock) Text() string { return string(b) }

// Call refuses.
func (b strayBlock) Call([]any, ...any) ([]any, error) { return nil, b.refused() }

// CallMember refuses.
func (b strayBlock) CallMember(any, ...any) ([]any, error) { return nil, b.refused() }

// Run refuses.
func (b strayBlock) Run(any, func(any) error) error { return b.refused() }

// Invoke refuses.
func (b strayBlock) Invoke(cmdlet.Invocation, func(any) error) error { return b.refused() }
