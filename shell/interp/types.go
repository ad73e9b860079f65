package interp

import (
	"strconv"
	"strings"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// typeByName resolves a type as the source names it, with the namespaces in use.
func (b *block) typeByName(n *syntax.TypeName) (*object.Type, bool) {
	if t, ok := b.in.typeDefined(n); ok {
		return t, true
	}
	full := n.FullName()
	if t, ok := object.TypeByName(full); ok {
		return t, true
	}
	for _, ns := range b.usings {
		if t, ok := object.TypeByName(ns + "." + full); ok {
			return t, true
		}
	}
	return nil, false
}

// typeNamed finds a type by the text that names it between brackets.
func (in *Interp) typeNamed(name string) (*object.Type, bool) {
	element, array := strings.CutSuffix(name, "[]")
	if t, ok := in.types[strings.ToLower(element)]; ok {
		if array {
			t = object.ArrayOf(t)
		}
		return t, true
	}
	return object.TypeByName(name)
}

// defineType makes a type known that a script has defined.
func (in *Interp) defineType(t *object.Type) {
	if in.types == nil {
		in.types = map[string]*object.Type{}
	}
	in.types[strings.ToLower(t.Name)] = t
}

// typeDefined finds a type that a script has defined, arrays of it, and generic types over it.
func (in *Interp) typeDefined(n *syntax.TypeName) (*object.Type, bool) {
	switch {
	case len(in.types) == 0:
		return nil, false
	case n.Element != nil:
		elem, ok := in.typeDefined(n.Element)
		if !ok || n.Rank > 1 {
			return nil, false
		}
		return object.ArrayOf(elem), true
	case len(n.Arguments) > 0:
		return in.constructed(n)
	}
	t, ok := in.types[strings.ToLower(n.Name)]
	return t, ok
}

// constructed closes a generic type where one of its arguments was defined by a script.
func (in *Interp) constructed(n *syntax.TypeName) (*object.Type, bool) {
	def, ok := object.TypeByName(n.Name + "`" + strconv.Itoa(len(n.Arguments)))
	if !ok {
		return nil, false
	}
	args, own := make([]*object.Type, len(n.Arguments)), false
	for i, a := range n.Arguments {
		if t, ok := in.typeDefined(a); ok {
			args[i], own = t, true
			continue
		}
		t, ok := object.TypeByName(a.FullName())
		if !ok {
			return nil, false
		}
		args[i] = t
	}
	if !own {
		return nil, false
	}
	return object.Construct(def, args...), true
}

// resolveType resolves a type where it is needed; an unknown one is an error.
func (f *frame) resolveType(n *syntax.TypeName) (*object.Type, error) {
	if f.code != nil {
		if t, ok := f.code.block.typeByName(n); ok {
			return t, nil
		}
	} else if t, ok := f.in.typeDefined(n); ok {
		return t, nil
	} else if t, ok := object.TypeByName(n.FullName()); ok {
		return t, nil
	}
	// the innermost part that is unknown is the one to name
	for _, a := range n.Arguments {
		if _, err := f.resolveType(a); err != nil {
			return nil, err
		}
	}
	if n.Element != nil {
		if _, err := f.resolveType(n.Element); err != nil {
			r, _ := err.(*object.ErrorRecord)
			if r != nil {
				return nil, f.errTypeNotFound(n.FullName())
			}
			return nil, err
		}
	}
	return nil, f.errTypeNotFound(n.FullName())
}

// typeOperator compiles -is, -isnot and -as.
func (c *compiler) typeOperator(e *syntax.Binary) exprFunc {
	left, right := c.expr(e.Left), c.expr(e.Right)
	name := "is"
	if e.Op == syntax.OpAs {
		name = "as"
	}
	return func(f *frame) (any, error) {
		v, err := left(f)
		if err != nil {
			return nil, err
		}
		w, err := right(f)
		if err != nil {
			return nil, err
		}
		if s, ok := w.(string); ok {
			if own, ok := f.in.typeNamed(s); ok {
				w = own
			}
		}
		t, err := object.TypeOperand(w, name)
		if err != nil {
			return nil, f.wrap(err)
		}
		switch e.Op {
		case syntax.OpIs:
			return object.IsInstance(v, t), nil
		case syntax.OpIsNot:
			return !object.IsInstance(v, t), nil
		}
		return object.As(v, t), nil
	}
}
