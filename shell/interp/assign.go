package interp

import (
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// assignmentStatement compiles an assignment that stands as a statement.
func (c *compiler) assignmentStatement(a *syntax.Assignment) stmtFunc {
	if run := c.countUp(a); run != nil {
		return run
	}
	v := c.assignmentValue(a)
	return func(f *frame) error {
		_, err := v(f)
		return err
	}
}

// countUp is $slot += expression, the commonest of loops' bodies, without the way through assignmentValue.
func (c *compiler) countUp(a *syntax.Assignment) stmtFunc {
	v, ok := a.Left.(*syntax.Variable)
	if !ok {
		return nil
	}
	e := expressionOf(a.Right)
	if e == nil {
		return nil
	}
	i, _, ok := c.slotOf(v)
	if !ok {
		return nil
	}
	store := c.store(v)
	if a.Op == syntax.OpEquals {
		value := c.raw(e)
		return func(f *frame) error {
			x, err := value(f)
			if err != nil {
				return err
			}
			if place := &f.vars[i]; place.traits == ordinary {
				place.value = x
				return nil
			}
			return store(f, x)
		}
	}
	op := compound(a.Op)
	if op == nil {
		return nil
	}
	read, value := c.read(v), c.expr(e)
	return func(f *frame) error {
		old, err := read(f)
		if err != nil {
			return err
		}
		x, err := value(f)
		if err != nil {
			return err
		}
		if x, err = op(f, old, x); err != nil {
			return err
		}
		if place := &f.vars[i]; place.traits == ordinary {
			place.value = x
			return nil
		}
		return store(f, x)
	}
}

// compound is the operator of a compound assignment, nil for = and ??=.
func compound(k syntax.Kind) operator {
	switch k {
	case syntax.OpPlusEquals:
		return addAssign
	case syntax.OpMinusEquals:
		return subtract
	case syntax.OpMultiplyEquals:
		return multiply
	case syntax.OpDivideEquals:
		return divide
	case syntax.OpRemainderEquals:
		return remainder
	}
	return nil
}

// assignmentValue compiles an assignment whose value is used.
func (c *compiler) assignmentValue(a *syntax.Assignment) exprFunc {
	t := c.target(a.Left)
	if t == nil {
		return func(f *frame) (any, error) {
			return nil, f.errAt(a.Left, "InvalidLeftHandSide", "The assignment expression is not valid. The input to an assignment operator must be an object that is able to accept assignments, such as a variable or a property.")
		}
	}
	var value exprFunc
	if e := expressionOf(a.Right); e != nil {
		value = c.raw(e)
	} else {
		value = c.value(a.Right)
	}
	switch a.Op {
	case syntax.OpEquals:
		return t.assign(value)
	case syntax.OpQuestionQuestionEquals:
		return t.change(func(f *frame, old any) (any, bool, error) {
			if plain(old) != nil {
				return old, false, nil
			}
			x, err := value(f)
			return plain(x), true, err
		}, false)
	}
	op := compound(a.Op)
	return t.change(func(f *frame, old any) (any, bool, error) {
		x, err := value(f)
		if err != nil {
			return nil, false, err
		}
		x, err = op(f, old, plain(x))
		return x, true, err
	}, false)
}

// A target is what can stand on the left of an assignment.
type target interface {
	// assign compiles target = value, whose value it yields.
	assign(value exprFunc) exprFunc
	// change compiles an assignment of what f makes of the old value. With old the old value is the result.
	change(f func(f *frame, old any) (x any, set bool, err error), old bool) exprFunc
}

func (c *compiler) target(e syntax.Expression) target {
	switch e := e.(type) {
	case *syntax.Variable:
		return &variableTarget{c.read(e), c.store(e)}
	case *syntax.Convert, *syntax.AttributedExpression:
		return c.constrained(e)
	case *syntax.Index:
		return &indexTarget{target: c.expr(e.Target), index: c.indexExpr(e.Index), node: e}
	case *syntax.MemberAccess:
		return &memberTarget{target: c.expr(e.Target), name: c.memberName(e.Member), static: e.Static, node: e}
	case *syntax.ArrayLiteral:
		m := &multiTarget{}
		for _, x := range e.Elements {
			t := c.target(x)
			if t == nil {
				return nil
			}
			m.targets = append(m.targets, t)
		}
		return m
	case *syntax.Paren:
		if inner := expressionOf(e.Pipeline); inner != nil {
			return c.target(inner)
		}
	}
	return nil
}

type variableTarget struct {
	read  exprFunc
	store storeFunc
}

func (t *variableTarget) assign(value exprFunc) exprFunc {
	return func(f *frame) (any, error) {
		x, err := value(f)
		if err != nil {
			return nil, err
		}
		return x, t.store(f, x)
	}
}

func (t *variableTarget) change(fn func(*frame, any) (any, bool, error), old bool) exprFunc {
	return func(f *frame) (any, error) {
		before, err := t.read(f)
		if err != nil {
			return nil, err
		}
		x, set, err := fn(f, before)
		if err != nil {
			return nil, err
		}
		if set {
			if err := t.store(f, x); err != nil {
				return nil, err
			}
		}
		if old {
			return before, nil
		}
		return x, nil
	}
}

// constrained is [type]$x or [Validate…]$x on the left: the variable keeps the constraint.
func (c *compiler) constrained(e syntax.Expression) target {
	var types []*syntax.TypeName
	var attributes []*syntax.Attribute
	for {
		switch x := e.(type) {
		case *syntax.Convert:
			types = append(types, x.Type.TypeName)
			e = x.Child
			continue
		case *syntax.AttributedExpression:
			attributes = append(attributes, x.Attribute)
			e = x.Child
			continue
		}
		break
	}
	v, ok := e.(*syntax.Variable)
	if !ok {
		inner := c.target(e)
		if inner == nil || len(types) == 0 {
			return inner
		}
		return &castTarget{inner, types, c}
	}
	return &typedTarget{compiler: c, name: c.in.symbols.of(v.Name), node: v, types: types, attributes: attributes, read: c.read(v), store: c.store(v)}
}

// typedTarget sets a variable and its constraints.
type typedTarget struct {
	compiler   *compiler
	name       symbol
	node       *syntax.Variable
	types      []*syntax.TypeName
	attributes []*syntax.Attribute
	read       exprFunc
	store      storeFunc
}

func (t *typedTarget) assign(value exprFunc) exprFunc {
	return func(f *frame) (any, error) {
		x, err := value(f)
		if err != nil {
			return nil, err
		}
		return t.set(f, x)
	}
}

func (t *typedTarget) set(f *frame, x any) (any, error) {
	name := f.in.symbols.names[t.name]
	made := &traits{}
	var err error
	if made.guards, err = t.compiler.guardsOf(f, t.attributes); err != nil {
		return nil, err
	}
	if x, err = made.transform(plain(x)); err != nil {
		return nil, f.errTransformVariable(name, err)
	}
	for i := len(t.types) - 1; i >= 0; i-- {
		want, err := f.resolveType(t.types[i])
		if err != nil {
			return nil, err
		}
		if x, err = f.cast(x, want); err != nil {
			if i == 0 && len(t.types) == 1 {
				return nil, f.errConvertAssign(name, err)
			}
			return nil, err
		}
		if i == 0 {
			made.Type = want
		}
	}
	if err := made.validate(x); err != nil {
		return nil, f.errValidateVariable(name, x, err)
	}
	if t.node.Scope == syntax.ScopeDrive {
		return x, t.store(f, x)
	}
	if f.in.debug != nil {
		if err := f.in.debug.writes(f, t.name, x); err != nil {
			return nil, err
		}
	}
	at := f.scopeFor(t.node.Scope)
	place := at.place(t.name)
	if place.traits != nil && place.traits.options&(readOnly|constant) != 0 {
		return nil, f.errReadOnly(name)
	}
	if b, ok := f.in.shared[t.name]; ok {
		return x, f.assignTo(b, t.name, x)
	}
	if made.Type == object.TypeObject && !made.guards.any() {
		made = ordinary
	}
	place.value, place.traits = x, made
	return x, nil
}

func (t *typedTarget) change(fn func(*frame, any) (any, bool, error), old bool) exprFunc {
	return func(f *frame) (any, error) {
		before, err := t.read(f)
		if err != nil {
			return nil, err
		}
		x, set, err := fn(f, before)
		if err != nil || !set {
			return x, err
		}
		return t.set(f, x)
	}
}

// castTarget is [type]$a.b = …: the value is converted, nothing is kept.
type castTarget struct {
	target
	types    []*syntax.TypeName
	compiler *compiler
}

func (t *castTarget) assign(value exprFunc) exprFunc {
	return t.target.assign(func(f *frame) (any, error) {
		x, err := value(f)
		for i := len(t.types) - 1; i >= 0 && err == nil; i-- {
			var want *object.Type
			if want, err = f.resolveType(t.types[i]); err == nil {
				x, err = f.cast(plain(x), want)
			}
		}
		return x, err
	})
}

type indexTarget struct {
	target, index exprFunc
	node          *syntax.Index
}

func (t *indexTarget) assign(value exprFunc) exprFunc {
	return func(f *frame) (any, error) {
		x, err := value(f)
		if err != nil {
			return nil, err
		}
		x = plain(x)
		to, err := t.target(f)
		if err != nil {
			return nil, err
		}
		i, err := t.index(f)
		if err != nil {
			return nil, err
		}
		return x, f.setIndex(to, i, x)
	}
}

func (t *indexTarget) change(fn func(*frame, any) (any, bool, error), old bool) exprFunc {
	return func(f *frame) (any, error) {
		to, err := t.target(f)
		if err != nil {
			return nil, err
		}
		i, err := t.index(f)
		if err != nil {
			return nil, err
		}
		before, err := f.getIndex(to, i)
		if err != nil {
			return nil, err
		}
		x, set, err := fn(f, before)
		if err != nil {
			return nil, err
		}
		if set {
			if err := f.setIndex(to, i, x); err != nil {
				return nil, err
			}
		}
		if old {
			return before, nil
		}
		return x, nil
	}
}

type memberTarget struct {
	target exprFunc
	name   nameFunc
	static bool
	node   *syntax.MemberAccess
}

func (t *memberTarget) assign(value exprFunc) exprFunc {
	return func(f *frame) (any, error) {
		x, err := value(f)
		if err != nil {
			return nil, err
		}
		x = plain(x)
		to, err := t.target(f)
		if err != nil {
			return nil, err
		}
		name, err := t.name(f)
		if err != nil {
			return nil, err
		}
		return x, f.setMember(to, name, x, t.static)
	}
}

func (t *memberTarget) change(fn func(*frame, any) (any, bool, error), old bool) exprFunc {
	return func(f *frame) (any, error) {
		to, err := t.target(f)
		if err != nil {
			return nil, err
		}
		name, err := t.name(f)
		if err != nil {
			return nil, err
		}
		before, err := f.getMember(to, name, t.static)
		if err != nil {
			return nil, err
		}
		x, set, err := fn(f, plain(before))
		if err != nil {
			return nil, err
		}
		if set {
			if err := f.setMember(to, name, x, t.static); err != nil {
				return nil, err
			}
		}
		if old {
			return before, nil
		}
		return x, nil
	}
}

// multiTarget is $a, $b = …: the last one takes what is left.
type multiTarget struct{ targets []target }

func (t *multiTarget) assign(value exprFunc) exprFunc {
	var current []any // of the assignment that runs; nested ones save it
	setters := make([]exprFunc, len(t.targets))
	for i, x := range t.targets {
		setters[i] = x.assign(func(*frame) (any, error) {
			if i >= len(current) {
				return nil, nil
			}
			if i == len(t.targets)-1 && len(current) > len(t.targets) {
				return object.NewArray(append([]any(nil), current[i:]...)...), nil
			}
			return current[i], nil
		})
	}
	return func(f *frame) (any, error) {
		x, err := value(f)
		if err != nil {
			return nil, err
		}
		saved := current
		defer func() { current = saved }()
		items := listItems(x)
		for _, set := range setters {
			current = items
			if _, err := set(f); err != nil {
				return nil, err
			}
		}
		return x, nil
	}
}

func (t *multiTarget) change(fn func(*frame, any) (any, bool, error), old bool) exprFunc {
	return func(f *frame) (any, error) {
		return nil, f.fail(object.InvalidOperation, "InvalidLeftHandSide", "The assignment expression is not valid. The input to an assignment operator must be an object that is able to accept assignments, such as a variable or a property.")
	}
}

// listItems are the elements that a multiple assignment hands out: those of an array or list, else the value itself.
func listItems(v any) []any {
	switch x := v.(type) {
	case *object.Array:
		return x.Items
	case *object.List:
		return x.Items
	case *none:
		return nil
	}
	return []any{v}
}

// increment compiles ++ and --, before or after.
func (c *compiler) increment(e *syntax.Unary) exprFunc {
	by, after := int32(1), e.Op == syntax.OpPostfixPlusPlus || e.Op == syntax.OpPostfixMinusMinus
	if e.Op == syntax.OpMinusMinus || e.Op == syntax.OpPostfixMinusMinus {
		by = -1
	}
	t := c.target(e.Child)
	if t == nil {
		return func(f *frame) (any, error) {
			return nil, f.errAt(e, "OperatorRequiresVariableOrProperty", "The operator works only on variables or on properties.")
		}
	}
	slow := t.change(func(f *frame, old any) (any, bool, error) {
		x, err := f.increment(old, by)
		return x, true, err
	}, after)
	if after {
		inner := slow
		slow = func(f *frame) (any, error) {
			v, err := inner(f)
			if v == nil && err == nil { // $null counts as 0
				v = int32(0)
			}
			return v, err
		}
	}
	v, ok := e.Child.(*syntax.Variable)
	if !ok {
		return slow
	}
	i, _, ok := c.slotOf(v)
	if !ok {
		return slow
	}
	return func(f *frame) (any, error) {
		place := &f.vars[i]
		if n, ok := place.value.(int32); ok && place.traits == ordinary && n != maxInt32 && n != minInt32 {
			old := place.value
			place.value = n + by
			if after {
				return old, nil
			}
			return place.value, nil
		}
		return slow(f)
	}
}

const (
	maxInt32 = 1<<31 - 1
	minInt32 = -1 << 31
)

// increment adds 1 or -1 as ++ and -- do: to numbers only.
func (f *frame) increment(v any, by int32) (any, error) {
	out, err := object.Increment(v, by)
	if err != nil {
		return nil, f.wrap(err)
	}
	return out, nil
}
