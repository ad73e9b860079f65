package interp

import (
	"math/big"
	"strings"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// expr compiles an expression that is used as an operand: it never yields nothing, but $null.
func (c *compiler) expr(e syntax.Expression) exprFunc {
	switch e := e.(type) {
	case *syntax.Constant:
		v := constantValue(e.Value)
		return func(*frame) (any, error) { return v, nil }
	case *syntax.StringConstant:
		var v any = e.Value
		return func(*frame) (any, error) { return v, nil }
	case *syntax.ExpandableString:
		return c.expandable(e)
	case *syntax.Binary:
		return c.binary(e)
	case *syntax.Unary:
		return c.unary(e)
	case *syntax.Ternary:
		return c.ternary(e)
	case *syntax.ArrayLiteral:
		return c.arrayLiteral(e)
	case *syntax.ArrayExpression:
		return c.arrayExpression(e)
	case *syntax.Hashtable:
		return c.hashtable(e, nil)
	case *syntax.Index:
		return c.index(e)
	case *syntax.MemberAccess:
		return c.member(e)
	case *syntax.Convert:
		return c.convert(e)
	case *syntax.AttributedExpression:
		return c.expr(e.Child)
	case *syntax.TypeExpression:
		return c.typeExpr(e)
	case *syntax.ScriptBlockExpression:
		return c.scriptBlock(e)
	case *syntax.Using:
		key := usingKey(e)
		return func(f *frame) (any, error) {
			if v, ok := f.in.options.using[key]; ok {
				return v, nil
			}
			return nil, f.errAt(e, "UsingVariableIsUndefined", "A Using variable cannot be retrieved. A Using variable can be used only with Invoke-Command, Start-Job, or InlineScript in the script workflow. When it is used with Invoke-Command, the Using variable is valid only if the script block is invoked on a remote computer.")
		}
	case *syntax.BaseConstructorCall:
		return c.baseCall(e)
	case *syntax.ErrorExpression:
		run := c.unsupported(e, "class")
		return func(f *frame) (any, error) { return nil, run(f) }
	case *syntax.Variable:
		return c.read(e)
	case *syntax.Paren:
		if inner := expressionOf(e.Pipeline); inner != nil {
			return c.expr(inner)
		}
	}
	raw := c.raw(e)
	return func(f *frame) (any, error) {
		v, err := raw(f)
		if v == nothing {
			v = nil
		}
		return v, err
	}
}

// raw compiles an expression whose value is stored or written as it is: it may be nothing.
func (c *compiler) raw(e syntax.Expression) exprFunc {
	switch e := e.(type) {
	case *syntax.Variable:
		return c.readRaw(e)
	case *syntax.Paren:
		if inner := expressionOf(e.Pipeline); inner != nil {
			return c.raw(inner)
		}
		return c.value(e.Pipeline)
	case *syntax.SubExpression:
		return c.subExpression(e)
	case *syntax.InvokeMember:
		return c.invokeMember(e)
	case *syntax.Ternary:
		return c.ternary(e)
	}
	return c.expr(e)
}

// constantValue turns the parser's number into the object model's.
func constantValue(v any) any {
	if d, ok := v.(syntax.Decimal); ok {
		return decimalOf(d)
	}
	if b, ok := v.(*big.Int); ok {
		return object.BigInt(b)
	}
	return v
}

// inText marks a variable that stands by itself in a string.
func inText(e syntax.Expression) syntax.Expression {
	v, ok := e.(*syntax.Variable)
	if !ok {
		return e
	}
	marked := *v
	marked.InText = true
	return &marked
}

func (c *compiler) expandable(e *syntax.ExpandableString) exprFunc {
	type part struct {
		text string
		expr exprFunc
	}
	parts := make([]part, len(e.Parts))
	for i, p := range e.Parts {
		parts[i].text = p.Text
		if p.Expression != nil {
			parts[i].expr = c.expr(inText(p.Expression))
		}
	}
	if len(parts) == 1 && parts[0].expr == nil {
		var v any = parts[0].text
		return func(*frame) (any, error) { return v, nil }
	}
	return func(f *frame) (any, error) {
		var room [8]string
		pieces := room[:0]
		for i := range parts {
			p := &parts[i]
			if p.expr == nil {
				pieces = append(pieces, p.text)
				continue
			}
			v, err := p.expr(f)
			if err != nil {
				return nil, err
			}
			s, err := f.textOf(v)
			if err != nil {
				return nil, err
			}
			pieces = append(pieces, s)
		}
		return strings.Join(pieces, ""), nil
	}
}

func (c *compiler) ternary(e *syntax.Ternary) exprFunc {
	test, yes, no := c.truth(e.Condition), c.raw(e.IfTrue), c.raw(e.IfFalse)
	return func(f *frame) (any, error) {
		ok, err := test(f)
		if err != nil {
			return nil, err
		}
		if ok {
			return yes(f)
		}
		return no(f)
	}
}

func (c *compiler) arrayLiteral(e *syntax.ArrayLiteral) exprFunc {
	elements := make([]exprFunc, len(e.Elements))
	for i, x := range e.Elements {
		elements[i] = c.expr(x)
	}
	return func(f *frame) (any, error) {
		items := make([]any, len(elements))
		for i, x := range elements {
			v, err := x(f)
			if err != nil {
				return nil, err
			}
			items[i] = v
		}
		return &object.Array{Items: items}, nil
	}
}

// arrayExpression is @(…): an array in any case, of what the statements put out.
func (c *compiler) arrayExpression(e *syntax.ArrayExpression) exprFunc {
	if len(e.Body.Statements) == 1 && len(e.Body.Traps) == 0 {
		if x := expressionOf(e.Body.Statements[0]); x != nil {
			if _, ok := x.(*syntax.ArrayLiteral); ok { // it makes a new array of its own
				return c.expr(x)
			}
			value, node := c.raw(x), e.Body.Statements[0]
			return func(f *frame) (any, error) {
				f.in.ok = true
				saved := f.at
				f.at = node
				v, err := value(f)
				if err != nil {
					if err = f.failed(err, node); err != nil {
						return nil, err
					}
					return object.NewArray(), nil
				}
				f.at = saved
				out := &collector{}
				if err := unroll(v, out); err != nil {
					return nil, err
				}
				return &object.Array{Items: out.items}, nil
			}
		}
	}
	body := c.block_(e.Body)
	return func(f *frame) (any, error) {
		saved := f.at
		out, err := f.capture(body.exec)
		f.at = saved
		if err != nil {
			return nil, err
		}
		return &object.Array{Items: out.items}, nil
	}
}

// subExpression is $(…): nothing, one value or an array.
func (c *compiler) subExpression(e *syntax.SubExpression) exprFunc {
	if len(e.Body.Statements) == 1 && len(e.Body.Traps) == 0 {
		if x := expressionOf(e.Body.Statements[0]); x != nil {
			value, node := c.raw(x), e.Body.Statements[0]
			return func(f *frame) (any, error) {
				saved := f.at
				f.at = node
				v, err := value(f)
				if err != nil {
					if err = f.failed(err, node); err != nil {
						return nil, err
					}
					return nothing, nil
				}
				f.in.ok = true
				f.at = saved
				switch v.(type) {
				case string, int32, int64, float64, bool, nil:
					return v, nil
				}
				out := &collector{}
				if err := unroll(v, out); err != nil {
					return nil, err
				}
				return out.value(), nil
			}
		}
	}
	body := c.block_(e.Body)
	return func(f *frame) (any, error) {
		saved := f.at
		out, err := f.capture(body.exec)
		f.at = saved
		if err != nil {
			return nil, err
		}
		return out.value(), nil
	}
}

// hashtable is @{…}; a typ makes it [ordered].
func (c *compiler) hashtable(e *syntax.Hashtable, typ *object.Type) exprFunc {
	type pair struct {
		key, value exprFunc
		node       syntax.Expression
	}
	pairs := make([]pair, len(e.Pairs))
	for i, p := range e.Pairs {
		pairs[i] = pair{c.expr(p.Key), c.value(p.Value), p.Key}
	}
	return func(f *frame) (any, error) {
		table := object.NewHashtable()
		table.Type = typ
		for i := range pairs {
			p := &pairs[i]
			k, err := p.key(f)
			if err != nil {
				return nil, err
			}
			if k == nil {
				return nil, f.fail(object.InvalidArgument, "InvalidNullKey", "A null key is not allowed in a hash literal.")
			}
			k = object.Base(k)
			if table.Has(k) {
				return nil, f.fail(object.InvalidOperation, "DuplicateKeyInHashLiteral", "Duplicate keys '"+f.text(k)+"' are not allowed in hash literals.")
			}
			v, err := p.value(f)
			if err != nil {
				return nil, err
			}
			table.Set(k, plain(v))
		}
		return table, nil
	}
}

func (c *compiler) typeExpr(e *syntax.TypeExpression) exprFunc {
	if equalFold(e.TypeName.Name, "pscustomobject") && e.TypeName.Element == nil { // PowerShell's short name of PSObject: only a cast takes it for itself
		return func(*frame) (any, error) { return object.TypePSObject, nil }
	}
	if t, ok := c.staticType(e.TypeName); ok {
		var v any = t
		return func(*frame) (any, error) { return v, nil }
	}
	name := e.TypeName
	return func(f *frame) (any, error) {
		t, err := f.resolveType(name)
		if err != nil {
			return nil, err
		}
		return t, nil
	}
}

// staticType resolves a type at compile time where that is certain.
func (c *compiler) staticType(n *syntax.TypeName) (*object.Type, bool) {
	return c.block.typeByName(n)
}

// convert is [type]expression.
func (c *compiler) convert(e *syntax.Convert) exprFunc {
	name := e.Type.TypeName
	switch {
	case equalFold(name.Name, "ordered") && name.Element == nil:
		if h, ok := unparen(e.Child).(*syntax.Hashtable); ok {
			return c.hashtable(h, object.TypeOrdered)
		}
	case equalFold(name.Name, "ref") && name.Element == nil:
		return c.reference(e)
	case (equalFold(name.Name, "pscustomobject") || equalFold(name.Name, "System.Management.Automation.PSCustomObject")) && name.Element == nil:
		if h, ok := e.Child.(*syntax.Hashtable); ok {
			return c.customObject(h)
		}
	}
	if name.Element == nil && equalFold(name.Name, "void") {
		v := c.raw(e.Child)
		return func(f *frame) (any, error) {
			_, err := v(f)
			return nothing, err
		}
	}
	value := c.expr(e.Child)
	t, known := c.staticType(name)
	return func(f *frame) (any, error) {
		v, err := value(f)
		if err != nil {
			return nil, err
		}
		want := t
		if !known {
			if want, err = f.resolveType(name); err != nil {
				return nil, err
			}
		}
		return f.cast(v, want)
	}
}

// cast converts as [type]value does.
func (f *frame) cast(v any, t *object.Type) (any, error) {
	switch t {
	case object.TypeInt32:
		if _, ok := v.(int32); ok {
			return v, nil
		}
	case object.TypeString:
		switch x := v.(type) {
		case string:
			return v, nil
		case *object.Array, *object.List:
			return f.textOf(x)
		}
	case object.TypeScriptBlock:
		if s, ok := object.Base(v).(string); ok {
			return f.in.parseBlock(s, f)
		}
	}
	if s, ok := v.(string); ok && t == object.TypeType {
		if own, ok := f.in.typeNamed(s); ok {
			return own, nil
		}
	}
	out, err := object.Convert(v, t)
	if err != nil {
		return nil, f.wrap(err)
	}
	return out, nil
}

// customObject is [pscustomobject]@{…}, made without the table between: objects of one literal share their shape.
func (c *compiler) customObject(h *syntax.Hashtable) exprFunc {
	names := make([]string, 0, len(h.Pairs))
	values := make([]exprFunc, 0, len(h.Pairs))
	seen := map[string]bool{}
	for _, p := range h.Pairs {
		s, ok := p.Key.(*syntax.StringConstant)
		if !ok || seen[strings.ToLower(s.Value)] || equalFold(s.Value, "PSTypeName") {
			names = nil
			break
		}
		seen[strings.ToLower(s.Value)] = true
		names = append(names, s.Value)
		values = append(values, c.value(p.Value))
	}
	if len(names) == 0 {
		table := c.hashtable(h, object.TypeOrdered)
		return func(f *frame) (any, error) {
			v, err := table(f)
			if err != nil {
				return nil, err
			}
			return f.cast(v, object.TypePSCustomObject)
		}
	}
	shape := object.NewShape(names...)
	return func(f *frame) (any, error) {
		slots := make([]any, len(values))
		for i, value := range values {
			v, err := value(f)
			if err != nil {
				return nil, err
			}
			slots[i] = plain(v)
		}
		return shape.New(slots), nil
	}
}

func (c *compiler) scriptBlock(e *syntax.ScriptBlockExpression) exprFunc {
	b := c.block.child(e.ScriptBlock)
	return func(f *frame) (any, error) {
		return f.in.newScriptBlock(b, f.scope.module), nil
	}
}

// unparen takes parentheses off an expression.
func unparen(e syntax.Expression) syntax.Expression {
	for {
		p, ok := e.(*syntax.Paren)
		if !ok {
			return e
		}
		inner := expressionOf(p.Pipeline)
		if inner == nil {
			return e
		}
		e = inner
	}
}

func equalFold(a, b string) bool { return len(a) == len(b) && strings.EqualFold(a, b) }

// decimalOf turns a literal such as 1.50d into a decimal.
func decimalOf(d syntax.Decimal) any {
	v, err := object.ScaledDecimal(d.Coefficient, d.Scale)
	if err != nil { // the parser has checked the range
		return d.Coefficient
	}
	return v
}

func isNumber(v any) bool {
	switch v.(type) {
	case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64, object.Decimal, object.BigInt:
		return true
	}
	return false
}
