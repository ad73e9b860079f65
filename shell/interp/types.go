package interp

import (
	"strconv"
	"strings"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// typeByName resolves a type as the source names it, with the namespaces in use.
func (b *block) typeByName(n *syntax.TypeName) (*object.Type, bool) { return b.in.typeIn(n, b.usings) }

// typeIn resolves a type with the namespaces in use: one that a script has defined before one of the same name that is built in.
func (in *Interp) typeIn(n *syntax.TypeName, usings []string) (*object.Type, bool) {
	if len(in.types) == 0 || n.Element == nil && len(n.Arguments) == 0 {
		if t, ok := in.types[strings.ToLower(n.Name)]; ok && n.Element == nil {
			return t, true
		}
		if t, ok := object.TypeByName(n.FullName()); ok {
			return t, true
		}
	}
	switch {
	case n.Element != nil:
		elem, ok := in.typeIn(n.Element, usings)
		if !ok {
			return nil, false
		}
		if n.Rank > 1 {
			return object.TypeByName(elem.Name + "[" + strings.Repeat(",", n.Rank-1) + "]")
		}
		return object.ArrayOf(elem), true
	case len(n.Arguments) > 0:
		return in.constructed(n, usings)
	}
	for _, ns := range usings {
		if t, ok := object.TypeByName(ns + "." + n.Name); ok {
			return t, true
		}
	}
	return nil, false
}

// constructed closes a generic type.
func (in *Interp) constructed(n *syntax.TypeName, usings []string) (*object.Type, bool) {
	name := n.Name
	if !strings.Contains(name, "`") {
		name += "`" + strconv.Itoa(len(n.Arguments))
	}
	open := &syntax.TypeName{Name: name}
	def, ok := in.typeIn(open, usings)
	if !ok || !def.IsGenericDefinition {
		return nil, false
	}
	args := make([]*object.Type, len(n.Arguments))
	for i, a := range n.Arguments {
		if args[i], ok = in.typeIn(a, usings); !ok {
			return nil, false
		}
	}
	return object.Construct(def, args...), true
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
	if t, ok := object.TypeByName(name); ok {
		return t, true
	}
	for _, ns := range in.usings() {
		if t, ok := object.TypeByName(ns + "." + name); ok {
			return t, true
		}
	}
	return nil, false
}

// defineType makes a type known that a script has defined.
func (in *Interp) defineType(t *object.Type) {
	if in.types == nil {
		in.types = map[string]*object.Type{}
	}
	in.types[strings.ToLower(t.Name)] = t
}

// resolveType resolves a type where it is needed; an unknown one is an error.
func (f *frame) resolveType(n *syntax.TypeName) (*object.Type, error) {
	var usings []string
	if f.code != nil {
		usings = f.code.block.usings
	}
	if t, ok := f.in.typeIn(n, usings); ok {
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
