package interp

import (
	"strings"
	"sync"

	"migsh/shell/object"
	"migsh/shell/object/dotnet"
	"migsh/shell/syntax"
)

// A class is a type that a class statement defines: how its objects are made, beside the members that the object model asks for.
type class struct {
	in     *Interp
	ast    *syntax.TypeDefinition
	home   *block  // in which the statement stands
	module *module // whose variables and functions its methods see
	typ    *object.Type
	base   *class // nil where the base is no class of a script
	fields []*field
	size   int // fields of an object, those of the bases before its own
	// constructors are the overloads that initialize an object that exists: the receiver.
	constructors []object.Overload
	static       []*field // with their values
	ready        bool     // the static fields have been given their values
	linked       bool     // base and members are known
}

// A field is a property: the place of its value and how it starts.
type field struct {
	slot   int
	name   string
	typ    *object.Type
	init   exprFunc                // nil: the type's zero
	guards func() (*guards, error) // of its attributes, made at the first value; nil: none
	value  any                     // of a static one
}

// instance is the base value of an object of a class.
type instance struct {
	class  *class
	self   *object.Object
	values []any
}

// fieldsOf are the values of an object's fields; an exception keeps them among its own.
func fieldsOf(v any) *instance {
	switch x := v.(type) {
	case *object.Object:
		if b, ok := x.Base.(*instance); ok {
			return b
		}
	case *object.Exception:
		if h, ok := x.Extension.(*instance); ok {
			return h
		}
	}
	return nil
}

// defineTypes makes the types known that the block's statements define, once: they exist before its first statement runs.
func (c *compiler) defineTypes() error {
	if c.block.typesDefined {
		return c.block.typesFailed
	}
	c.block.typesDefined = true
	c.block.typesFailed = c.defineAll()
	return c.block.typesFailed
}

func (c *compiler) defineAll() error {
	var classes []*class
	var enums []*syntax.TypeDefinition
	for _, b := range c.block.ast.Blocks() {
		syntax.Inspect(b, func(n syntax.Node) bool {
			switch n := n.(type) {
			case *syntax.ScriptBlockExpression, *syntax.FunctionDefinition: // blocks of their own
				return false
			case *syntax.TypeDefinition:
				if n.Kind == syntax.EnumType {
					enums = append(enums, n)
					return false
				}
				t := &object.Type{Name: n.Name, Base: object.TypeObject, Instance: &object.Members{}, Static: &object.Members{}}
				classes = append(classes, &class{in: c.in, ast: n, home: c.block, module: c.in.current.scope.module, typ: t})
				return false
			}
			return true
		})
	}
	for _, d := range enums {
		if err := c.defineEnum(d); err != nil {
			return err
		}
	}
	for _, k := range classes {
		c.in.defineType(k.typ)
		if c.in.classes == nil {
			c.in.classes = map[*object.Type]*class{}
		}
		c.in.classes[k.typ] = k
	}
	var errs []*syntax.ParseError
	for _, k := range classes {
		errs = append(errs, k.unknownTypes()...)
	}
	if len(errs) > 0 {
		for _, k := range classes {
			delete(c.in.types, strings.ToLower(k.typ.Name))
		}
		return parseError(errs)
	}
	for _, k := range classes {
		if err := k.link(); err != nil {
			return err
		}
	}
	return nil
}

// unknownTypes are the errors of the types that the class's declarations name and nobody knows.
func (k *class) unknownTypes() []*syntax.ParseError {
	var errs []*syntax.ParseError
	check := func(t *syntax.TypeConstraint) {
		if t == nil {
			return
		}
		if _, ok := k.home.typeByName(t.TypeName); !ok {
			errs = append(errs, syntax.NewParseError(t.TypeName.Extent(), "TypeNotFound", t.TypeName.FullName()))
		}
	}
	for _, b := range k.ast.BaseTypes {
		check(b)
	}
	for _, m := range k.ast.Members {
		switch m := m.(type) {
		case *syntax.PropertyMember:
			check(m.Type)
		case *syntax.FunctionMember:
			check(m.ReturnType)
			for _, p := range m.Parameters {
				for _, a := range p.Attributes {
					if t, ok := a.(*syntax.TypeConstraint); ok {
						check(t)
					}
				}
			}
		}
	}
	return errs
}

// link finds the base and declares the members, those of the base class first.
func (k *class) link() error {
	if k.linked {
		return nil
	}
	k.linked = true
	if err := k.inherit(); err != nil {
		return err
	}
	if k.base != nil {
		k.size = k.base.size
	}
	for _, m := range k.ast.Members {
		var err error
		switch m := m.(type) {
		case *syntax.PropertyMember:
			err = k.property(m)
		case *syntax.FunctionMember:
			err = k.method(m)
		}
		if err != nil {
			return err
		}
	}
	if len(k.constructors) == 0 {
		k.constructors = []object.Overload{{Call: func(this any, _ []any) (any, error) {
			if err := k.initialize(this); err != nil {
				return nil, err
			}
			return nil, k.constructBase(k.in.current, this, nil)
		}}}
	}
	k.typ.Constructors = make([]object.Overload, len(k.constructors))
	for i, o := range k.constructors {
		k.typ.Constructors[i] = object.Overload{Params: o.Params, Returns: k.typ, Call: func(_ any, args []any) (any, error) {
			if err := k.prepare(); err != nil {
				return nil, err
			}
			this := k.make()
			if _, err := o.Call(this, args); err != nil {
				return nil, err
			}
			return this, nil
		}}
	}
	k.overloadsOfBase()
	return nil
}

// inherit finds the base class and the interfaces.
func (k *class) inherit() error {
	for i, b := range k.ast.BaseTypes {
		t, _ := k.home.typeByName(b.TypeName)
		switch {
		case t.IsInterface:
			k.typ.Interfaces = append(k.typ.Interfaces, t)
			continue
		case i > 0:
			return parseError([]*syntax.ParseError{syntax.NewParseError(b.TypeName.Extent(), "InterfaceNameExpected", b.TypeName.FullName())})
		}
		k.typ.Base = t
		if base := k.in.classes[t]; base != nil {
			if err := base.link(); err != nil {
				return err
			}
			k.base = base
			continue
		}
		if t != object.TypeObject && !t.IsA(object.TypeException) && !dotnet.IsAbstractAttribute(t) {
			return k.in.current.errAt(b, "NotSupported", "A class cannot be derived from '"+t.Name+"' yet: derive it from a class of the script, an exception or an interface, and keep the "+t.Name+" in a property.")
		}
	}
	return nil
}

// property declares a property.
func (k *class) property(m *syntax.PropertyMember) error {
	p := &field{name: m.Name, typ: object.TypeObject}
	if m.Type != nil {
		p.typ, _ = k.home.typeByName(m.Type.TypeName)
	}
	c := &compiler{in: k.in, block: k.home}
	if m.Initial != nil {
		p.init = c.expr(m.Initial)
	}
	if len(m.Attributes) > 0 {
		p.guards = sync.OnceValues(func() (*guards, error) {
			g, err := c.guardsOf(k.in.current, m.Attributes)
			return &g, err
		})
	}
	member := &object.Member{Name: m.Name, Kind: object.KindProperty, Type: p.typ, Hidden: m.Flags&syntax.MemberHidden != 0}
	if m.Flags&syntax.MemberStatic != 0 {
		k.static = append(k.static, p)
		p.value = object.Zero(p.typ)
		member.Get = func(any) (any, error) {
			if err := k.prepare(); err != nil {
				return nil, err
			}
			return p.value, nil
		}
		member.Set = func(_, v any) error {
			if err := k.prepare(); err != nil {
				return err
			}
			v, err := p.guard(v)
			if err != nil {
				return err
			}
			p.value = v
			return nil
		}
		k.typ.Static.Add(member)
		return nil
	}
	p.slot = k.size
	k.size++
	k.fields = append(k.fields, p)
	member.Get = func(this any) (any, error) {
		if o := fieldsOf(this); o != nil {
			return o.values[p.slot], nil
		}
		return nil, nil
	}
	member.Set = func(this, v any) error {
		v, err := p.guard(v)
		if err != nil {
			return err
		}
		if o := fieldsOf(this); o != nil {
			o.values[p.slot] = v
		}
		return nil
	}
	k.typ.Instance.Add(member)
	return nil
}

// guard has the attributes of the property transform a value and check it.
func (p *field) guard(v any) (any, error) {
	if p.guards == nil {
		return v, nil
	}
	g, err := p.guards()
	if err != nil {
		return nil, err
	}
	if len(g.transforms) > 0 {
		if v, err = g.transform(v); err != nil {
			return nil, err
		}
		if v, err = object.Convert(v, p.typ); err != nil {
			return nil, err
		}
	}
	return v, g.validate(v)
}

// start is the value that a field begins with.
func (k *class) start(p *field, this any) (any, error) {
	if p.init == nil {
		return object.Zero(p.typ), nil
	}
	g := k.frame(k.home, this)
	g.out = discard{}
	saved := k.in.current
	k.in.current = g
	g.push()
	defer func() { g.pop(); k.in.current = saved }()
	v, err := p.init(g)
	if err != nil {
		return nil, err
	}
	if v, err = g.cast(v, p.typ); err != nil {
		return nil, err
	}
	return p.guard(v)
}

// prepare gives the static fields their values when the class is first used, then runs its static constructor.
func (k *class) prepare() error {
	if k.ready {
		return nil
	}
	k.ready = true
	if k.base != nil {
		if err := k.base.prepare(); err != nil {
			return err
		}
	}
	for _, p := range k.static {
		v, err := k.start(p, nil)
		if err != nil {
			return err
		}
		p.value = v
	}
	for _, m := range k.ast.Members {
		if f, ok := m.(*syntax.FunctionMember); ok && f.Constructor && f.Flags&syntax.MemberStatic != 0 {
			if _, err := k.body(f, nil, nil).run(nil, nil); err != nil {
				return err
			}
		}
	}
	return nil
}

// make makes an object without calling a constructor: every field has its type's zero.
func (k *class) make() any {
	o := &instance{class: k, values: make([]any, k.size)}
	for b := k; b != nil; b = b.base {
		for _, p := range b.fields {
			o.values[p.slot] = object.Zero(p.typ)
		}
	}
	if k.typ.IsA(object.TypeException) {
		return &object.Exception{Type: k.typ, Message: "Exception of type '" + k.typ.Name + "' was thrown.", Extension: o}
	}
	o.self = object.Instance(k.typ, o)
	return o.self
}

// initialize gives the fields of this class, not those of its bases, their first values.
func (k *class) initialize(this any) error {
	for _, p := range k.fields {
		if p.init == nil {
			continue
		}
		v, err := k.start(p, this)
		if err != nil {
			return err
		}
		fieldsOf(this).values[p.slot] = v
	}
	return nil
}

// constructBase calls the base's constructor on an object of this class.
func (k *class) constructBase(f *frame, this any, args []any) error {
	if k.base != nil {
		_, err := object.Call(this, &object.Member{Name: k.base.typ.Name, Kind: object.KindMethod, Overloads: k.base.constructors}, args)
		return f.wrap(err)
	}
	e, ok := this.(*object.Exception)
	if !ok || len(args) == 0 {
		return nil
	}
	made, err := object.Construction(k.typ.Base, args)
	if err != nil {
		return f.wrap(err)
	}
	x := made.(*object.Exception)
	e.Message, e.Inner, e.Fields = x.Message, x.Inner, x.Fields
	return nil
}

// baseCall compiles the call of the base's constructor with which every constructor begins.
func (c *compiler) baseCall(e *syntax.BaseConstructorCall) exprFunc {
	k := c.block.class
	args := make([]exprFunc, len(e.Arguments))
	for i, a := range e.Arguments {
		args[i] = c.expr(a)
	}
	return func(f *frame) (any, error) {
		values := make([]any, len(args))
		for i, a := range args {
			v, err := a(f)
			if err != nil {
				return nil, err
			}
			values[i] = v
		}
		this, _ := f.thisValue()
		return nothing, k.constructBase(f, this, values)
	}
}

// overloadsOfBase lets a method that the class declares stand beside those of the same name and other parameters in its base.
func (k *class) overloadsOfBase() {
	if k.base == nil {
		return
	}
	for _, own := range k.typ.Instance.All() {
		m := k.base.typ.Member(own.Name)
		if m == nil || own.Kind != object.KindMethod {
			continue
		}
		for _, o := range m.Overloads {
			if !hasSignature(own, o.Params) {
				own.Overloads = append(own.Overloads, o)
			}
		}
	}
}

// hasSignature tells whether a method has an overload with such parameters.
func hasSignature(m *object.Member, params []object.Param) bool {
next:
	for _, o := range m.Overloads {
		if len(o.Params) != len(params) {
			continue
		}
		for i, p := range o.Params {
			if p.Type != params[i].Type {
				continue next
			}
		}
		return true
	}
	return false
}

// frame makes a frame for code of the class, in a scope below that of the session which defined it.
func (k *class) frame(b *block, this any) *frame {
	caller := k.in.current
	parent := caller.scope
	if k.module != parent.module {
		parent = k.in.homeScope(caller, k.module)
	}
	return &frame{
		in: k.in, scope: newScope(parent, nil), code: &code{block: b}, streams: caller.streams, caller: caller, at: caller.at,
		call: &call{block: b, this: this, hasThis: this != nil, length: 1, position: 1},
	}
}

// Equals asks the class's own Equals where it has one. An Equals that fails says no.
func (o *instance) Equals(other any) bool {
	m := o.class.typ.Member("Equals")
	y := other
	if x, ok := other.(*instance); ok {
		y = x.self
	}
	if o.self == nil || m == nil || !o.class.declares("Equals", 1) {
		return y == any(o.self)
	}
	out, err := object.Call(o.self, m, []any{y})
	return err == nil && object.IsTrue(out)
}

// declares tells whether the class or a base of it has a method of that name and number of parameters.
func (k *class) declares(name string, params int) bool {
	for ; k != nil; k = k.base {
		if m := k.typ.Instance.Find(name); m != nil {
			for _, o := range m.Overloads {
				if len(o.Params) == params {
					return true
				}
			}
		}
	}
	return false
}

// compareWith asks the class's CompareTo.
func (k *class) compareWith(a, b any) (int, error) {
	out, err := object.InvokeMethod(a, "CompareTo", []any{b})
	if err != nil {
		return 0, err
	}
	n, err := object.Convert(out, object.TypeInt32)
	if err != nil {
		return 0, err
	}
	return int(n.(int32)), nil
}
