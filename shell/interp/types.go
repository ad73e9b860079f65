package interp

import (
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// typeByName resolves a type as the source names it, with the namespaces in use.
func (b *block) typeByName(n *syntax.TypeName) (*object.Type, bool) {
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

// resolveType resolves a type where it is needed; an unknown one is an error.
func (f *frame) resolveType(n *syntax.TypeName) (*object.Type, error) {
	if f.code != nil {
		if t, ok := f.code.block.typeByName(n); ok {
			return t, nil
		}
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
