package interp

import (
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// operator is a binary operator on evaluated operands.
type operator func(f *frame, a, b any) (any, error)

// Arithmetic has a short way for the commonest types; object knows the rest.

func add(f *frame, a, b any) (any, error) {
	switch x := a.(type) {
	case int32:
		switch y := b.(type) {
		case int32:
			if s := int64(x) + int64(y); s == int64(int32(s)) {
				return int32(s), nil
			} else {
				return float64(s), nil
			}
		case float64:
			return float64(x) + y, nil
		}
	case float64:
		switch y := b.(type) {
		case int32:
			return x + float64(y), nil
		case float64:
			return x + y, nil
		}
	case int64:
		if y, ok := b.(int32); ok {
			if s := x + int64(y); (s > x) == (y > 0) {
				return s, nil
			}
		}
	case string:
		s, err := f.textOf(b)
		if err != nil {
			return nil, err
		}
		return x + s, nil
	}
	v, err := object.Add(a, b)
	if err != nil {
		return nil, f.wrap(err)
	}
	return v, nil
}

// addAssign is +=: an array grows in place of a copy where nobody else can see it.
func addAssign(f *frame, a, b any) (any, error) { return add(f, a, b) }

func subtract(f *frame, a, b any) (any, error) {
	if x, ok := a.(int32); ok {
		if y, ok := b.(int32); ok {
			if s := int64(x) - int64(y); s == int64(int32(s)) {
				return int32(s), nil
			}
		}
	}
	v, err := object.Subtract(a, b)
	if err != nil {
		return nil, f.wrap(err)
	}
	return v, nil
}

func multiply(f *frame, a, b any) (any, error) {
	if x, ok := a.(int32); ok {
		if y, ok := b.(int32); ok {
			if s := int64(x) * int64(y); s == int64(int32(s)) {
				return int32(s), nil
			}
		}
	}
	v, err := object.Multiply(a, b)
	if err != nil {
		return nil, f.wrap(err)
	}
	return v, nil
}

func divide(f *frame, a, b any) (any, error) {
	v, err := object.Divide(a, b)
	if err != nil {
		return nil, f.wrap(err)
	}
	return v, nil
}

func remainder(f *frame, a, b any) (any, error) {
	if x, ok := a.(int32); ok {
		if y, ok := b.(int32); ok && y > 0 {
			return x % y, nil
		}
	}
	v, err := object.Remainder(a, b)
	if err != nil {
		return nil, f.wrap(err)
	}
	return v, nil
}

// binary compiles an operator with two operands.
func (c *compiler) binary(e *syntax.Binary) exprFunc {
	switch e.Op {
	case syntax.OpAnd, syntax.OpOr:
		t := c.truth(e)
		return func(f *frame) (any, error) { return boxed(t(f)) }
	case syntax.OpQuestionQuestion:
		left, right := c.expr(e.Left), c.expr(e.Right)
		return func(f *frame) (any, error) {
			v, err := left(f)
			if err != nil || v != nil {
				return v, err
			}
			return right(f)
		}
	case syntax.OpIs, syntax.OpIsNot, syntax.OpAs:
		return c.typeOperator(e)
	case syntax.OpImatch, syntax.OpCmatch, syntax.OpInotmatch, syntax.OpCnotmatch:
		return c.matchOperator(e)
	}
	op := binaryOperator(e.Op)
	if op == nil {
		run := c.unsupported(e, e.Op.Text())
		return func(f *frame) (any, error) { return nil, run(f) }
	}
	left, right := c.expr(e.Left), c.expr(e.Right)
	return func(f *frame) (any, error) {
		a, err := left(f)
		if err != nil {
			return nil, err
		}
		b, err := right(f)
		if err != nil {
			return nil, err
		}
		return op(f, a, b)
	}
}

func boxed(ok bool, err error) (any, error) {
	if err != nil {
		return nil, err
	}
	return ok, nil
}

// comparison compiles a comparison whose truth is asked, nil for other operators.
func (c *compiler) comparison(e *syntax.Binary) condFunc {
	var holds func(order int) bool
	var floats func(a, b float64) bool
	switch e.Op {
	case syntax.OpIlt, syntax.OpClt:
		holds, floats = func(o int) bool { return o < 0 }, func(a, b float64) bool { return a < b }
	case syntax.OpIle, syntax.OpCle:
		holds, floats = func(o int) bool { return o <= 0 }, func(a, b float64) bool { return a <= b }
	case syntax.OpIgt, syntax.OpCgt:
		holds, floats = func(o int) bool { return o > 0 }, func(a, b float64) bool { return a > b }
	case syntax.OpIge, syntax.OpCge:
		holds, floats = func(o int) bool { return o >= 0 }, func(a, b float64) bool { return a >= b }
	case syntax.OpIeq, syntax.OpCeq:
		holds, floats = func(o int) bool { return o == 0 }, func(a, b float64) bool { return a == b }
	case syntax.OpIne, syntax.OpCne:
		holds, floats = func(o int) bool { return o != 0 }, func(a, b float64) bool { return a != b }
	default:
		return nil
	}
	op := binaryOperator(e.Op)
	slow := func(f *frame, a, b any) (bool, error) {
		v, err := op(f, a, b)
		if err != nil {
			return false, err
		}
		return object.IsTrue(v), nil
	}
	left := c.expr(e.Left)
	if k, ok := unparen(e.Right).(*syntax.Constant); ok {
		if n, ok := k.Value.(int32); ok {
			var boxedN any = n
			return func(f *frame) (bool, error) {
				a, err := left(f)
				if err != nil {
					return false, err
				}
				switch x := a.(type) {
				case int32:
					return holds(order(x, n)), nil
				case float64:
					return floats(x, float64(n)), nil
				}
				return slow(f, a, boxedN)
			}
		}
	}
	right := c.expr(e.Right)
	return func(f *frame) (bool, error) {
		a, err := left(f)
		if err != nil {
			return false, err
		}
		b, err := right(f)
		if err != nil {
			return false, err
		}
		switch x := a.(type) {
		case int32:
			if y, ok := b.(int32); ok {
				return holds(order(x, y)), nil
			}
		case float64:
			if y, ok := b.(float64); ok {
				return floats(x, y), nil
			}
		}
		return slow(f, a, b)
	}
}

func order(a, b int32) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// binaryOperator finds the operator of a token; nil for those that are compiled by themselves.
func binaryOperator(k syntax.Kind) operator {
	switch k {
	case syntax.OpPlus:
		return add
	case syntax.OpMinus:
		return subtract
	case syntax.OpMultiply:
		return multiply
	case syntax.OpDivide:
		return divide
	case syntax.OpRem:
		return remainder
	case syntax.OpFormat:
		return format
	case syntax.OpBand:
		return lift(object.BitAnd)
	case syntax.OpBor:
		return lift(object.BitOr)
	case syntax.OpBxor:
		return lift(object.BitXor)
	case syntax.OpShl:
		return lift(object.ShiftLeft)
	case syntax.OpShr:
		return lift(object.ShiftRight)
	case syntax.OpDotDot:
		return lift(object.Range)
	case syntax.OpXor:
		return func(_ *frame, a, b any) (any, error) { return object.IsTrue(a) != object.IsTrue(b), nil }
	case syntax.OpJoin:
		return func(f *frame, a, b any) (any, error) { return object.Join(a, f.text(b)), nil }
	case syntax.OpIlike, syntax.OpClike, syntax.OpInotlike, syntax.OpCnotlike:
		ignoreCase := k == syntax.OpIlike || k == syntax.OpInotlike
		negate := k == syntax.OpInotlike || k == syntax.OpCnotlike
		return lift(func(a, b any) (any, error) { return object.Like(a, b, ignoreCase, negate) })
	case syntax.OpIcontains, syntax.OpCcontains, syntax.OpInotcontains, syntax.OpCnotcontains:
		ignoreCase := k == syntax.OpIcontains || k == syntax.OpInotcontains
		negate := k == syntax.OpInotcontains || k == syntax.OpCnotcontains
		return func(_ *frame, a, b any) (any, error) { return object.Contains(a, b, ignoreCase) != negate, nil }
	case syntax.OpIin, syntax.OpCin, syntax.OpInotin, syntax.OpCnotin:
		ignoreCase := k == syntax.OpIin || k == syntax.OpInotin
		negate := k == syntax.OpInotin || k == syntax.OpCnotin
		return func(_ *frame, a, b any) (any, error) { return object.Contains(b, a, ignoreCase) != negate, nil }
	case syntax.OpIreplace, syntax.OpCreplace:
		return lift(func(a, b any) (any, error) { return object.Replace(a, b, k == syntax.OpIreplace) })
	case syntax.OpIsplit, syntax.OpCsplit:
		return lift(func(a, b any) (any, error) { return object.SplitOn(a, b, k == syntax.OpIsplit) })
	}
	if rel, ignoreCase, ok := relation(k); ok {
		return lift(func(a, b any) (any, error) { return object.Relate(rel, a, b, ignoreCase) })
	}
	return nil
}

// relation is the comparison that a token stands for.
func relation(k syntax.Kind) (rel object.Relation, ignoreCase, ok bool) {
	switch k {
	case syntax.OpIeq:
		return object.EQ, true, true
	case syntax.OpIne:
		return object.NE, true, true
	case syntax.OpIlt:
		return object.LT, true, true
	case syntax.OpIle:
		return object.LE, true, true
	case syntax.OpIgt:
		return object.GT, true, true
	case syntax.OpIge:
		return object.GE, true, true
	case syntax.OpCeq:
		return object.EQ, false, true
	case syntax.OpCne:
		return object.NE, false, true
	case syntax.OpClt:
		return object.LT, false, true
	case syntax.OpCle:
		return object.LE, false, true
	case syntax.OpCgt:
		return object.GT, false, true
	case syntax.OpCge:
		return object.GE, false, true
	}
	return 0, false, false
}

func lift(op func(a, b any) (any, error)) operator {
	return func(f *frame, a, b any) (any, error) {
		v, err := op(a, b)
		if err != nil {
			return nil, f.wrap(err)
		}
		return v, nil
	}
}

// format is -f: the arguments are the elements of an array on the right.
func format(f *frame, a, b any) (any, error) {
	var args []any
	if items, ok := object.ItemsOf(b); ok {
		args = items
	} else {
		args = []any{b}
	}
	s, err := object.Format(f.text(a), args)
	if err != nil {
		return nil, f.wrap(err)
	}
	return s, nil
}

// matchOperator compiles -match and -notmatch, which set $Matches.
func (c *compiler) matchOperator(e *syntax.Binary) exprFunc {
	left, right := c.expr(e.Left), c.expr(e.Right)
	ignoreCase := e.Op == syntax.OpImatch || e.Op == syntax.OpInotmatch
	negate := e.Op == syntax.OpInotmatch || e.Op == syntax.OpCnotmatch
	return func(f *frame) (any, error) {
		v, err := left(f)
		if err != nil {
			return nil, err
		}
		pattern, err := right(f)
		if err != nil {
			return nil, err
		}
		if items, ok := object.ItemsOf(v); ok {
			out, err := object.Matches(items, pattern, ignoreCase, negate)
			if err != nil {
				return nil, f.wrap(err)
			}
			return out, nil
		}
		ok, err := f.match(f.text(v), pattern, ignoreCase)
		if err != nil {
			return nil, err
		}
		return ok != negate, nil
	}
}

// match matches a text and sets $Matches.
func (f *frame) match(text string, pattern any, ignoreCase bool) (bool, error) {
	m, err := object.Match(text, pattern, ignoreCase)
	if err != nil {
		return false, f.wrap(err)
	}
	if m == nil {
		return false, nil
	}
	place := f.scope.place(f.in.known.matches)
	place.value = m
	if place.traits == nil {
		place.traits = ordinary
	}
	return true, nil
}

// unary compiles an operator with one operand.
func (c *compiler) unary(e *syntax.Unary) exprFunc {
	switch e.Op {
	case syntax.OpPlusPlus, syntax.OpMinusMinus, syntax.OpPostfixPlusPlus, syntax.OpPostfixMinusMinus:
		return c.increment(e)
	case syntax.OpNot, syntax.OpExclaim:
		t := c.truth(e)
		return func(f *frame) (any, error) { return boxed(t(f)) }
	}
	v := c.expr(e.Child)
	if e.Op == syntax.OpMinus {
		if k, ok := e.Child.(*syntax.Constant); ok {
			if n, err := object.Negate(constantValue(k.Value)); err == nil {
				return func(*frame) (any, error) { return n, nil }
			}
		}
	}
	return func(f *frame) (any, error) {
		x, err := v(f)
		if err != nil {
			return nil, err
		}
		var out any
		switch e.Op {
		case syntax.OpMinus:
			out, err = object.Negate(x)
		case syntax.OpPlus:
			out, err = object.Plus(x)
		case syntax.OpBnot:
			out, err = object.BitNot(x)
		case syntax.OpJoin:
			out = object.Join(x, "")
		case syntax.OpIsplit, syntax.OpCsplit:
			out = object.SplitBlanks(x)
		case syntax.OpComma:
			out = object.NewArray(x)
		default:
			return nil, c.unsupported(e, e.Op.Text())(f)
		}
		if err != nil {
			return nil, f.wrap(err)
		}
		return out, nil
	}
}

// text is a value as a string, with $OFS between the elements of a collection.
func (f *frame) text(v any) string {
	switch x := v.(type) {
	case string:
		return x
	case nil, *none:
		return ""
	case *object.Array, *object.List:
		if v := f.scope.lookup(f.in.known.ofs); v != nil && v.get() != nil {
			return object.ToStringOFS(x, object.ToString(v.get()))
		}
	case *object.Object:
		if x.Typed != "" && x.TypeNames == nil { // how a number was typed matters to string parameters only
			return object.ToString(x.Base)
		}
	}
	return object.ToString(v)
}

// textOf is text for values whose conversion runs script code that may fail.
func (f *frame) textOf(v any) (string, error) { return f.text(v), nil }
