package interp

import (
	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// A method is the body of a class's method or constructor.
type method struct {
	class   *class
	name    string
	block   *block
	returns *object.Type // nil: void
	// before runs ahead of the body: a constructor's fields get their first values.
	before func(this any) error
}

// body makes the method of a declaration.
func (k *class) body(m *syntax.FunctionMember, returns *object.Type, before func(this any) error) *method {
	b := k.home.child(m.Body)
	b.params, b.class, b.method = m.Parameters, k, true
	return &method{class: k, name: m.Name, block: b, returns: returns, before: before}
}

// method declares a method or constructor.
func (k *class) method(m *syntax.FunctionMember) error {
	static := m.Flags&syntax.MemberStatic != 0
	params, err := k.parameters(m)
	if err != nil {
		return err
	}
	if m.Constructor {
		if !static { // a static one runs when the class is first used
			b := k.body(m, nil, k.initialize)
			k.constructors = append(k.constructors, object.Overload{Params: params, Call: b.run})
		}
		return nil
	}
	var returns *object.Type
	if m.ReturnType != nil {
		if returns, _ = k.home.typeByName(m.ReturnType.TypeName); returns == object.TypeVoid {
			returns = nil
		}
	}
	b := k.body(m, returns, nil)
	o := object.Overload{Params: params, Returns: returns, Call: b.run}
	member := &object.Member{Name: m.Name, Kind: object.KindMethod, Hidden: m.Flags&syntax.MemberHidden != 0}
	if static {
		o.Call = func(_ any, args []any) (any, error) {
			if err := k.prepare(); err != nil {
				return nil, err
			}
			return b.run(nil, args)
		}
		member.Overloads = []object.Overload{o}
		k.typ.Static.Add(member)
		return nil
	}
	member.Overloads = []object.Overload{o}
	k.typ.Instance.Add(member)
	switch {
	case equalFold(m.Name, "ToString") && len(params) == 0:
		k.typ.ToString = func(v any) string {
			out, err := object.InvokeMethod(v, "ToString", nil)
			if err != nil {
				return k.typ.Name
			}
			return object.ToString(out)
		}
	case equalFold(m.Name, "CompareTo") && len(params) == 1:
		k.typ.Compare = k.compareWith
	}
	return nil
}

// parameters are those of a method as overloads are chosen by.
func (k *class) parameters(m *syntax.FunctionMember) ([]object.Param, error) {
	var params []object.Param
	for _, p := range m.Parameters {
		param := object.Param{Name: p.Name.Name, Type: object.TypeObject}
		for _, a := range p.Attributes {
			if t, ok := a.(*syntax.TypeConstraint); ok {
				param.Type, _ = k.home.typeByName(t.TypeName)
				break
			}
		}
		params = append(params, param)
	}
	return params, nil
}

// run calls the method. What its statements put out is dropped: only return gives a value. Its errors are the caller's.
func (m *method) run(this any, args []any) (any, error) {
	in := m.class.in
	if in.depth >= maxDepth {
		return nil, passing(in.current.errDepth())
	}
	if m.before != nil {
		if err := m.before(this); err != nil {
			return nil, passing(err)
		}
	}
	code := m.block.code()
	if code.failed != nil {
		return nil, passing(code.failed)
	}
	f := m.class.frame(m.block, this)
	f.scope.layout = code.layout
	f.scope.vars = make([]variable, len(code.layout.names))
	f.code, f.vars, f.out = code, f.scope.vars, discard{}
	f.call.fn = &function{name: m.name, block: m.block, module: m.class.module, kind: cmdlet.KindFunction}
	if len(args) > 0 {
		if _, err := m.block.describe(f, m.name, cmdlet.KindFunction); err != nil {
			return nil, passing(err)
		}
		for i, v := range args {
			p := &code.params[i]
			place := &f.scope.vars[p.slot]
			place.value, place.traits = v, m.block.paramTraits(f, i)
		}
	}
	saved, tries := in.current, in.tries
	in.current = f
	in.depth++
	in.tries++
	f.push()
	err := code.end.exec(f)
	f.pop()
	in.depth--
	in.current, in.tries = saved, tries
	if j, ok := err.(*flow); ok && j.kind == flowReturn {
		err = nil
	}
	if err != nil {
		return nil, passing(err)
	}
	if m.returns == nil {
		return nil, nil
	}
	v := plain(f.call.returned)
	if v, err = f.cast(v, m.returns); err != nil {
		return nil, passing(err)
	}
	return v, nil
}

// passing is an error on its way out of a method, which the call does not wrap into one of its own.
func passing(err error) error {
	if r, ok := err.(*object.ErrorRecord); ok {
		return &invoked{r}
	}
	return err
}

// returnFromMethod compiles return where it gives a method its value.
func (c *compiler) returnFromMethod(s *syntax.Return) stmtFunc {
	if s.Pipeline == nil {
		return func(*frame) error { return returnHere }
	}
	value, node := c.value(s.Pipeline), s.Pipeline
	return func(f *frame) error {
		f.at = node
		v, err := value(f)
		if err != nil {
			return err
		}
		f.call.returned = v
		return returnHere
	}
}

// asBase is the class that a target such as ([Base]$this) casts to, nil for any other target: its methods are called as they are there.
func (f *frame) asBase(target syntax.Expression, v any) *object.Type {
	e, ok := target.(*syntax.Convert)
	if !ok || len(f.in.classes) == 0 {
		return nil
	}
	t, err := f.resolveType(e.Type.TypeName)
	if err != nil || f.in.classes[t] == nil || object.TypeOf(v) == t {
		return nil
	}
	return t
}
