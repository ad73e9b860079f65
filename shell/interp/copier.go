package interp

import (
	"migsh/shell/object"
)

// A copier makes values independent of the session that they come from: collections and custom objects are copied with all that
// they hold, objects of a script's classes become custom objects with their properties, and script blocks are bound to the session
// to, unless that is nil. What cannot change is shared, as are objects of .NET's own kinds and the collections that exist to be shared.
type copier struct {
	to   *Interp
	seen map[any]any
}

func (c *copier) items(items []any) []any {
	if items == nil {
		return nil
	}
	out := make([]any, len(items))
	for i, v := range items {
		out[i] = c.copy(v)
	}
	return out
}

// once gives the copy that there is of v, so that what refers to itself still does.
func (c *copier) once(v any) (any, bool) {
	if c.seen == nil {
		c.seen = map[any]any{}
	}
	known, ok := c.seen[v]
	return known, ok
}

func (c *copier) copy(v any) any {
	if s := shareable(v); s != nil {
		s.Publish(share)
		return v
	}
	switch x := v.(type) {
	case *object.Array, *object.List, *object.Hashtable, *object.Object, *object.ErrorRecord, *object.Exception, *object.Reference:
		if known, ok := c.once(v); ok {
			return known
		}
	case *scriptBlock:
		return c.block(x)
	default:
		return v
	}
	switch x := v.(type) {
	case *object.Array:
		n := &object.Array{Elem: x.Elem, Items: make([]any, len(x.Items))}
		c.seen[x] = n
		copy(n.Items, c.items(x.Items))
		return n
	case *object.List:
		n := &object.List{Type: x.Type}
		c.seen[x] = n
		n.Items = c.items(x.Items)
		return n
	case *object.Hashtable:
		n := &object.Hashtable{Type: x.Type, CaseSensitive: x.CaseSensitive, Sorted: x.Sorted}
		c.seen[x] = n
		for k, value := range x.All() {
			n.Set(c.copy(k), c.copy(value))
		}
		return n
	case *object.Object:
		return c.object(x)
	case *object.ErrorRecord:
		n := *x
		c.seen[x] = &n
		n.Target = c.copy(x.Target)
		if x.Exception != nil {
			n.Exception, _ = c.copy(x.Exception).(*object.Exception)
		}
		return &n
	case *object.Exception:
		own := fieldsOf(x)
		if own == nil {
			return x
		}
		n := *x
		n.Extension = nil
		for k := own.class; k != nil; k = k.base {
			n.Type = k.typ.Base
		}
		c.seen[x] = &n
		return &n
	case *object.Reference:
		box := c.copy(x.Get())
		n := &object.Reference{Get: func() any { return box }, Set: func(v any) error { box = v; return nil }}
		c.seen[x] = n
		return n
	}
	return v
}

// block binds a script block to the session that gets it. One that does not parse there, as it speaks of what only its own session
// has, stays bound to that.
func (c *copier) block(x *scriptBlock) any {
	if c.to == nil || x.in == c.to {
		return x
	}
	b, err := c.to.parse(x.block.file, x.Text())
	if err != nil {
		return x
	}
	return c.to.newScriptBlock(b, nil)
}

func (c *copier) object(x *object.Object) any {
	if _, ok := x.Base.(*instance); ok {
		n := &object.Object{TypeNames: object.TypeNamesOf(x)}
		c.seen[x] = n
		for _, name := range object.PropertyNames(x) {
			value, _, err := object.Property(x, name)
			if err != nil {
				value = nil // a property that fails is empty, as when it is shown
			}
			n.Set(name, c.copy(value))
		}
		return n
	}
	if x.Type != nil && x.Len() == 0 {
		if r, ok := x.Base.(*Record); ok && r.Data != nil {
			n := *r
			n.Data = c.copy(r.Data)
			return object.Instance(x.Type, &n)
		}
		if b, ok := x.Base.(object.Copyable); ok {
			n := object.Instance(x.Type, nil)
			c.seen[x] = n
			b.CopyInto(n, c.copy)
			return n
		}
		return x
	}
	n := x.Copy()
	c.seen[x] = n
	n.Base = c.copy(x.Base)
	for name, slot := range x.All() {
		n.Set(name, c.slot(slot))
	}
	return n
}

// slot copies what an object keeps under a name: a value, or a member that computes one.
func (c *copier) slot(v any) any {
	d, ok := v.(*object.Dynamic)
	if !ok {
		return c.copy(v)
	}
	n := *d
	for _, sb := range []*object.ScriptBlock{&n.Getter, &n.Setter} {
		if x, ok := (*sb).(*scriptBlock); ok {
			*sb, _ = c.block(x).(object.ScriptBlock)
		}
	}
	return &n
}
