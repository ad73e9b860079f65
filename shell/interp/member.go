package interp

import (
	"strings"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

type nameFunc func(f *frame) (string, error)

// memberName compiles the name of a member, constant mostly.
func (c *compiler) memberName(e syntax.Expression) nameFunc {
	if s, ok := e.(*syntax.StringConstant); ok {
		name := s.Value
		return func(*frame) (string, error) { return name, nil }
	}
	v := c.expr(e)
	return func(f *frame) (string, error) {
		x, err := v(f)
		if err != nil {
			return "", err
		}
		return f.textOf(x)
	}
}

// member is target.name.
func (c *compiler) member(e *syntax.MemberAccess) exprFunc {
	target, static, conditional := c.expr(e.Target), e.Static, e.NullConditional
	if s, ok := e.Member.(*syntax.StringConstant); ok && !static {
		name := s.Value
		return func(f *frame) (any, error) {
			v, err := target(f)
			if err != nil {
				return nil, err
			}
			if conditional && v == nil {
				return nil, nil
			}
			return f.property(v, name)
		}
	}
	name := c.memberName(e.Member)
	byProperty := !static
	return func(f *frame) (any, error) {
		v, err := target(f)
		if err != nil {
			return nil, err
		}
		if conditional && v == nil {
			return nil, nil
		}
		n, err := name(f)
		if err != nil {
			return nil, err
		}
		if byProperty {
			return f.property(v, n)
		}
		return f.getMember(v, n, true)
	}
}

// property reads v.name.
func (f *frame) property(v any, name string) (any, error) {
	if f.in.anyStrict && f.strict() >= strict2 {
		return f.strictProperty(v, name)
	}
	if _, ok := v.(*none); ok {
		v = nil
	}
	out, _, err := f.in.typeData.GetMember(v, name)
	if err != nil {
		return nil, f.wrap(err)
	}
	return out, nil
}

// strictProperty reads v.name where a missing property is an error.
func (f *frame) strictProperty(v any, name string) (any, error) {
	missing := func() (any, error) {
		e := object.NewException("System.Management.Automation.PropertyNotFoundException", "The property '%s' cannot be found on this object. Verify that the property exists.", name)
		return nil, f.place(object.NewErrorOf(e, "PropertyNotFoundStrict", object.NotSpecified, nil))
	}
	if v == nil {
		return missing()
	}
	out, ok, err := f.in.typeData.Property(v, name)
	if err != nil {
		return nil, f.wrap(err)
	}
	if o, isObject := v.(*object.Object); !ok && isObject && o.IsCustom() && (equalFold(name, "Count") || equalFold(name, "Length")) {
		return int32(1), nil
	}
	if ok {
		return out, nil
	}
	if items, isCollection := object.ItemsOf(v); isCollection && len(items) > 0 {
		all := &collector{}
		found := false
		for _, item := range items {
			if item == nil {
				continue
			}
			x, ok, err := f.in.typeData.GetMember(item, name)
			if err != nil {
				return nil, f.wrap(err)
			}
			if !ok {
				continue
			}
			found = true
			if err := unroll(x, all); err != nil {
				return nil, err
			}
		}
		if found {
			return plain(all.value()), nil
		}
	}
	return missing()
}

func (f *frame) getMember(v any, name string, static bool) (any, error) {
	if !static {
		return f.property(v, name)
	}
	t, err := f.typeValue(v)
	if err != nil {
		return nil, err
	}
	out, ok, err := object.GetStatic(t, name)
	if err != nil {
		return nil, f.wrap(err)
	}
	if !ok && f.strict() >= strict2 {
		e := object.NewException("System.Management.Automation.PropertyNotFoundException", "The property '%s' cannot be found on this object. Verify that the property exists.", name)
		return nil, f.place(object.NewErrorOf(e, "PropertyNotFoundStrict", object.NotSpecified, nil))
	}
	return out, nil
}

func (f *frame) setMember(v any, name string, x any, static bool) error {
	if static {
		t, err := f.typeValue(v)
		if err != nil {
			return err
		}
		return f.wrap(object.SetStatic(t, name, x))
	}
	err := f.in.typeData.SetMember(v, name, x)
	if r, ok := err.(*object.ErrorRecord); ok && r.ID == "PropertyNotFound" {
		if o, ok := v.(*object.Object); ok && o.IsCustom() { // PowerShell finds this out while setting
			e := object.NewException("System.Management.Automation.SetValueInvocationException", "Exception setting \"%s\": \"%s\"", name, r.Exception.Message)
			e.Inner = r.Exception
			err = object.NewErrorOf(e, "ExceptionWhenSetting", object.NotSpecified, nil)
		}
	}
	return f.wrap(err)
}

// typeValue is what stands before :: : a type, or its name, or the type of a value.
func (f *frame) typeValue(v any) (*object.Type, error) {
	switch x := object.Base(v).(type) {
	case *object.Type:
		return x, nil
	case nil:
		return nil, f.fail(object.InvalidOperation, "StaticMemberOnNull", "You cannot call a method on a null-valued expression.")
	case string:
		if t, ok := object.TypeByName(x); ok {
			return t, nil
		}
		return object.TypeString, nil
	}
	return object.TypeOf(v), nil
}

// invokeMember is target.method(arguments).
func (c *compiler) invokeMember(e *syntax.InvokeMember) exprFunc {
	target, name := c.expr(e.Target), c.memberName(e.Member)
	args := make([]exprFunc, len(e.Arguments))
	for i, a := range e.Arguments {
		args[i] = c.expr(a)
	}
	static, conditional, direct := e.Static, e.NullConditional, unparen(e.Target)
	return func(f *frame) (any, error) {
		v, err := target(f)
		if err != nil {
			return nil, err
		}
		if conditional && v == nil {
			return nil, nil
		}
		n, err := name(f)
		if err != nil {
			return nil, err
		}
		var values []any
		if len(args) > 0 {
			values = make([]any, len(args))
			for i, a := range args {
				if values[i], err = a(f); err != nil {
					return nil, err
				}
			}
		}
		if static {
			t, err := f.typeValue(v)
			if err != nil {
				return nil, err
			}
			if out, ok, err := f.staticMethod(t, n, values); ok {
				return out, err
			}
			out, err := object.InvokeStatic(t, n, values)
			return f.methodResult(out, err)
		}
		if t := f.asBase(direct, v); t != nil {
			if m := t.Member(n); m != nil {
				out, err := object.Call(v, m, values)
				return f.methodResult(out, err)
			}
		}
		return f.invokeMethod(v, n, values)
	}
}

// methodResult passes a method's outcome on; a void method yields nothing.
func (f *frame) methodResult(out any, err error) (any, error) {
	if err != nil {
		return nil, f.wrap(err)
	}
	if out == object.Nothing {
		return nothing, nil
	}
	return out, nil
}

// invokeMethod calls v.name(args), first of all the methods that need the interpreter.
func (f *frame) invokeMethod(v any, name string, args []any) (any, error) {
	switch x := v.(type) {
	case *scriptBlock:
		if out, ok, err := f.blockMethod(x, name, args); ok {
			return out, err
		}
	}
	if len(args) > 0 && len(name) <= 9 {
		switch strings.ToLower(name) {
		case "foreach", "psforeach":
			if !f.hasMethod(v, name) {
				return f.foreachMethod(v, args)
			}
		case "where", "pswhere":
			if !f.hasMethod(v, name) {
				return f.whereMethod(v, args)
			}
		}
	}
	out, err := f.in.typeData.InvokeMethod(v, name, args)
	return f.methodResult(out, err)
}

// hasMethod tells whether a value's own type declares a method, which the ones of every collection give way to.
func (f *frame) hasMethod(v any, name string) bool {
	if v == nil {
		return true
	}
	if _, ok, _ := f.in.typeData.Property(v, name); ok {
		return true
	}
	return false
}

// blockMethod calls a method of a script block.
func (f *frame) blockMethod(sb *scriptBlock, name string, args []any) (any, bool, error) {
	switch strings.ToLower(name) {
	case "invoke":
		out := &collector{}
		err := sb.invoke(out, invocation{args: args})
		if err != nil {
			return nil, true, f.methodFailed("Invoke", len(args), err)
		}
		l := object.NewList(out.items...)
		l.Type = object.Construct(object.TypeCollection, object.TypePSObject)
		return l, true, nil
	case "invokereturnasis":
		out := &collector{}
		err := sb.invoke(out, invocation{args: args})
		if err != nil {
			return nil, true, f.methodFailed("InvokeReturnAsIs", len(args), err)
		}
		return out.value(), true, nil
	case "invokewithcontext":
		return f.invokeWithContext(sb, args)
	case "getnewclosure":
		return sb.newClosure(f), true, nil
	case "tostring":
		return sb.Text(), true, nil
	}
	return nil, false, nil
}

// methodFailed wraps the error of a script block that was invoked as a method.
func (f *frame) methodFailed(name string, n int, err error) error {
	if !catchable(err) {
		return err
	}
	return f.wrap(object.MethodFailed(name, n, err))
}

// invokeWithContext runs a block with variables of its own.
func (f *frame) invokeWithContext(sb *scriptBlock, args []any) (any, bool, error) {
	i := invocation{}
	s := newScope(f.scope, nil)
	if len(args) > 1 {
		items, _ := object.ItemsOf(args[1])
		for _, item := range items {
			name, _, err := f.in.typeData.Property(item, "Name")
			if err != nil {
				return nil, true, f.wrap(err)
			}
			value, _, err := f.in.typeData.Property(item, "Value")
			if err != nil {
				return nil, true, f.wrap(err)
			}
			if sym := f.in.symbols.of(object.ToString(name)); sym == f.in.known.under || sym == f.in.known.item {
				i.under = []any{value}
			} else {
				place := s.place(sym)
				place.value, place.traits = value, ordinary
			}
		}
	}
	if len(args) > 2 {
		i.args, _ = object.ItemsOf(args[2])
	}
	out := &collector{}
	with := &scriptBlock{in: sb.in, block: sb.block, module: sb.module, closure: s}
	if err := with.invoke(out, i); err != nil {
		return nil, true, f.methodFailed("InvokeWithContext", len(args), err)
	}
	return object.NewList(out.items...), true, nil
}

// staticMethod calls the static methods that need the interpreter.
func (f *frame) staticMethod(t *object.Type, name string, args []any) (any, bool, error) {
	if t == object.TypeScriptBlock && equalFold(name, "create") && len(args) == 1 {
		sb, err := f.in.parseBlock(f.text(args[0]), f)
		if err != nil {
			return nil, true, f.methodFailed("Create", 1, err)
		}
		return sb, true, nil
	}
	if equalFold(name, "new") {
		for i, a := range args { // a comparer or delegate that is a script block is none of ours
			args[i] = plain(a)
		}
	}
	return nil, false, nil
}

// foreachMethod is $collection.ForEach(…): a script block, a type or a property's name.
func (f *frame) foreachMethod(v any, args []any) (any, error) {
	out := &object.List{Type: object.Construct(object.TypeCollection, object.TypePSObject)}
	items := listItemsOf(v)
	switch x := object.Base(args[0]).(type) {
	case *scriptBlock:
		for _, item := range items {
			if err := x.invoke(sinkFunc(func(v any) error { out.Add(v); return nil }), invocation{under: []any{item}, args: args[1:], dotted: true}); err != nil {
				return nil, err
			}
		}
		return out, nil
	case *object.Type:
		for _, item := range items {
			c, err := f.cast(item, x)
			if err != nil {
				return nil, err
			}
			out.Add(c)
		}
		return out, nil
	default:
		name := f.text(x)
		for _, item := range items {
			if len(args) > 1 {
				p, ok, err := f.in.typeData.Property(item, name)
				if err != nil {
					return nil, f.wrap(err)
				}
				if _, isMethod := p.(*object.Object); ok && !isMethod {
					if err := f.in.typeData.SetMember(item, name, args[1]); err != nil {
						return nil, f.wrap(err)
					}
					continue
				}
				r, err := f.invokeMethod(item, name, args[1:])
				if err != nil {
					return nil, err
				}
				if r != nothing {
					out.Add(r)
				}
				continue
			}
			p, ok, err := f.in.typeData.Property(item, name)
			if err != nil {
				return nil, f.wrap(err)
			}
			if o, isObject := p.(*object.Object); ok && isObject && o.Type == object.TypePSMethod {
				r, err := f.invokeMethod(item, name, nil)
				if err != nil {
					return nil, err
				}
				if r != nothing {
					out.Add(r)
				}
				continue
			}
			out.Add(p)
		}
		return out, nil
	}
}

// whereMethod is $collection.Where({…}, mode, number).
func (f *frame) whereMethod(v any, args []any) (any, error) {
	sb, ok := object.Base(args[0]).(*scriptBlock)
	if !ok {
		return nil, f.fail(object.InvalidOperation, "MethodCountCouldNotFindBest", "Cannot find an overload for \"Where\" and the argument count: \"1\".")
	}
	mode, limit := "default", 0
	if len(args) > 1 {
		mode = strings.ToLower(f.text(args[1]))
		switch mode {
		case "0":
			mode = "default"
		case "1":
			mode = "first"
		case "2":
			mode = "last"
		case "3":
			mode = "skipuntil"
		case "4":
			mode = "until"
		case "5":
			mode = "split"
		}
	}
	if len(args) > 2 {
		n, err := object.Convert(args[2], object.TypeInt32)
		if err != nil {
			return nil, f.wrap(err)
		}
		limit = int(n.(int32))
	}
	made := func(items []any) *object.List {
		return &object.List{Type: object.Construct(object.TypeCollection, object.TypePSObject), Items: items}
	}
	var yes, no []any
	skipping, done := true, false
	for _, item := range listItemsOf(v) {
		if done {
			no = append(no, item)
			continue
		}
		var fits bool
		if mode != "skipuntil" || skipping {
			r := &collector{}
			if err := sb.invoke(r, invocation{under: []any{item}, dotted: true}); err != nil {
				return nil, err
			}
			fits = object.IsTrue(plain(r.value()))
		}
		switch mode {
		case "skipuntil":
			if fits {
				skipping = false
			}
			if !skipping {
				yes = append(yes, item)
				done = limit > 0 && len(yes) >= limit
			}
		case "until":
			if fits {
				return made(yes), nil
			}
			yes = append(yes, item)
			if limit > 0 && len(yes) >= limit {
				return made(yes), nil
			}
		case "first":
			if fits {
				yes = append(yes, item)
				if len(yes) >= max(limit, 1) {
					return made(yes), nil
				}
			}
		case "split":
			if fits {
				yes = append(yes, item)
				done = limit > 0 && len(yes) >= limit
			} else {
				no = append(no, item)
			}
		default:
			if fits {
				yes = append(yes, item)
				if mode == "default" && limit > 0 && len(yes) >= limit {
					return made(yes), nil
				}
			}
		}
	}
	switch mode {
	case "last":
		return made(yes[max(0, len(yes)-max(limit, 1)):]), nil
	case "split":
		return object.NewArray(made(yes), made(no)), nil
	}
	return made(yes), nil
}

// listItemsOf are the elements of a collection, or the value itself.
func listItemsOf(v any) []any {
	if v == nil {
		return nil
	}
	if items, ok := object.ItemsOf(v); ok {
		return append([]any(nil), items...)
	}
	return []any{v}
}
