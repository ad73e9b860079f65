package syntax

// expression reads an expression, a ternary one maybe. With ternary set, it
// is an operand: ? and : end a number.
func (p *parser) expression(ternary bool) Expression {
	p.enter()
	defer p.leave()
	mode := p.setMode(expressionMode)
	defer func() { p.setMode(mode) }()
	condition := p.binary(ternary)
	if condition == nil || p.look().Kind != OpQuestionMark {
		return condition
	}
	question := p.take()
	p.skipLines()
	ifTrue := p.ternaryOperand(&question)
	p.skipLines()
	colon := p.take()
	if colon.Kind != TokColon {
		p.unget(colon)
		broken := &ErrorExpression{
			expressionAt: exprAt(condition.Extent().to(colon.extent.before())), Nested: []Node{condition},
		}
		if _, missing := ifTrue.(*ErrorExpression); !missing {
			broken.Nested = append(broken.Nested, ifTrue)
			p.incomplete(colon.extent, "MissingColonInTernaryExpression")
		}
		return broken
	}
	p.skipLines()
	ifFalse := p.ternaryOperand(&colon)
	return &Ternary{
		expressionAt: exprAt(condition.Extent().to(ifFalse.Extent())),
		Condition:    condition, IfTrue: ifTrue, IfFalse: ifFalse,
	}
}

func (p *parser) ternaryOperand(after *Token) Expression {
	if e := p.expression(true); e != nil {
		return e
	}
	place := after.extent.after()
	p.incomplete(place, "ExpectedValueExpression", after.Text())
	return &ErrorExpression{expressionAt: exprAt(place)}
}

// binary reads operands and the operators between them.
func (p *parser) binary(ternary bool) Expression {
	left := p.arrayLiteral(ternary)
	if left == nil {
		return nil
	}
	if t := p.look(); !t.Kind.has(traitBinary) {
		return p.strayParameter(left)
	}
	// Operands that wait for the operator after them, and those operators.
	var operandSpace [4]Expression
	var operatorSpace [4]Token
	operands, operators := operandSpace[:0], operatorSpace[:0]
	reduce := func(right Expression) Expression {
		n := len(operators) - 1
		left, op := operands[n], &operators[n]
		operands, operators = operands[:n], operators[:n]
		return &Binary{
			expressionAt: exprAt(left.Extent().to(right.Extent())),
			Left:         left, Op: op.Kind, OpExtent: op.extent, Right: right,
		}
	}
	for p.look().Kind.has(traitBinary) {
		operator := p.take()
		for len(operators) > 0 && operator.Kind.precedence() <= operators[len(operators)-1].Kind.precedence() {
			left = reduce(left)
		}
		operands, operators = append(operands, left), append(operators, operator)
		p.skipLines()
		left = p.arrayLiteral(true)
		if left == nil {
			place := operator.extent.after()
			p.incomplete(place, "ExpectedValueExpression", operator.Text())
			left = &ErrorExpression{expressionAt: exprAt(place)}
		}
	}
	for len(operators) > 0 {
		left = reduce(left)
	}
	return p.strayParameter(left)
}

// strayParameter eats a parameter after an expression: an operator that is
// none, or not yet.
func (p *parser) strayParameter(e Expression) Expression {
	if p.look().Kind != TokParameter {
		return e
	}
	t := p.take()
	p.report(t.extent, "UnexpectedToken", t.Text())
	parameter := &CommandParameter{at: at{t.extent}, Name: t.Value, NameExtent: t.extent}
	return &ErrorExpression{expressionAt: exprAt(e.Extent().to(t.extent)), Nested: []Node{e, parameter}}
}

// arrayLiteral reads values separated by commas.
func (p *parser) arrayLiteral(ternary bool) Expression {
	first := p.unary(ternary)
	if first == nil || p.noComma || p.look().Kind != OpComma {
		return first
	}
	array := &ArrayLiteral{Elements: []Expression{first}}
	last := first
	for p.look().Kind == OpComma {
		comma := p.take()
		p.skipLines()
		last = p.unary(true)
		if last == nil {
			p.incomplete(comma.extent.after(), "MissingExpressionAfterToken", comma.Text())
			last = &ErrorExpression{expressionAt: exprAt(comma.extent)}
			array.Elements = append(array.Elements, last)
			break
		}
		array.Elements = append(array.Elements, last)
	}
	array.extent = first.Extent().to(last.Extent())
	return array
}

// unary reads a value with the operators and casts before it.
func (p *parser) unary(ternary bool) Expression {
	p.enter()
	defer p.leave()
	signed, ends := p.signedNumbers, p.ternary
	p.signedNumbers, p.ternary = true, ternary
	if p.looked && (p.ungot.Kind == OpMinus || ternary && p.ungot.Kind == TokGeneric) {
		// It may be a number's sign, or a number before a ternary operator.
		p.goBack(int(p.ungot.extent.start))
	}
	kind := p.look().Kind
	p.signedNumbers, p.ternary = signed, ends

	var e Expression
	switch {
	case kind.has(traitUnary):
		if kind == OpComma && p.noComma {
			return nil
		}
		var ok bool
		if e, ok = p.prefixed(p.take()); !ok {
			return e
		}
	case kind == TokLBracket:
		var ok bool
		if e, ok = p.attributed(p.ungot.extent); !ok {
			return e
		}
	default:
		e = p.primary(true)
	}
	if e == nil {
		return nil
	}
	switch t := p.look(); t.Kind {
	case OpPlusPlus:
		e = &Unary{expressionAt: exprAt(e.Extent().to(t.extent)), Op: OpPostfixPlusPlus, Child: e}
		p.drop()
	case OpMinusMinus:
		e = &Unary{expressionAt: exprAt(e.Extent().to(t.extent)), Op: OpPostfixMinusMinus, Child: e}
		p.drop()
	}
	return e
}

// prefixed reads on after a prefix operator. It answers false when nothing
// came.
func (p *parser) prefixed(operator Token) (Expression, bool) {
	p.skipLines()
	child := p.unary(true)
	if child == nil {
		p.incomplete(operator.extent.after(), "MissingExpressionAfterOperator", operator.Text())
		return &ErrorExpression{expressionAt: exprAt(operator.extent)}, false
	}
	at := exprAt(operator.extent.to(child.Extent()))
	if operator.Kind == OpComma {
		return &ArrayLiteral{expressionAt: at, Elements: []Expression{child}}, true
	}
	return &Unary{expressionAt: at, Op: operator.Kind, Child: child}, true
}

// attributed reads casts, attributes, or a type by itself. It answers false
// when what it gives is all, a postfix operator not looked for.
func (p *parser) attributed(start Extent) (Expression, bool) {
	attributes := p.attributeList(true)
	if attributes == nil {
		return nil, false
	}
	last := len(attributes) - 1
	var e Expression
	switch a := attributes[last].(type) {
	case *Attribute:
		p.skipLines()
		child := p.unary(true)
		if child == nil {
			p.incomplete(a.extent, "UnexpectedAttribute", a.TypeName.FullName())
			return &ErrorExpression{expressionAt: exprAt(start.to(a.extent)), Nested: nodes(attributes)}, false
		}
		e = wrap(a, child)
	case *TypeConstraint:
		e = p.typeValue(a)
	}
	for i := last - 1; i >= 0; i-- {
		e = wrap(attributes[i], e)
	}
	return e, true
}

// wrap puts a cast or attribute around an expression.
func wrap(a AttributeBase, child Expression) Expression {
	at := exprAt(a.Extent().to(child.Extent()))
	if constraint, ok := a.(*TypeConstraint); ok {
		return &Convert{expressionAt: at, Type: constraint, Child: child}
	}
	return &AttributedExpression{expressionAt: at, Attribute: a.(*Attribute), Child: child}
}

// typeValue reads on after [type]: a member of it, what is cast to it, or
// nothing.
func (p *parser) typeValue(constraint *TypeConstraint) Expression {
	typ := &TypeExpression{expressionAt: exprAt(constraint.extent), TypeName: constraint.TypeName}
	if !p.looked {
		if t := p.memberOperator(false); t.Kind != TokUnknown {
			return p.postfix(t, typ)
		}
	}
	if k := p.look().Kind; k != TokNewLine && k != OpComma {
		if child := p.unary(true); child != nil {
			return wrap(constraint, child)
		}
	}
	return typ
}

// primary reads a value, with what is asked of its members if so wanted.
func (p *parser) primary(members bool) Expression {
	var e Expression
	switch t := p.take(); t.Kind {
	case TokVariable, TokSplattedVariable:
		e = p.variableOrUsing(&t, members)
	case TokNumber:
		e = &Constant{expressionAt: exprAt(t.extent), Value: t.number}
	case TokStringExpandable:
		e = p.expandable(&t, DoubleQuoted)
	case TokHereStringExpandable:
		e = p.expandable(&t, DoubleQuotedHere)
	case TokStringLiteral:
		e = &StringConstant{expressionAt: exprAt(t.extent), Value: t.Value, Kind: SingleQuoted}
	case TokHereStringLiteral:
		e = &StringConstant{expressionAt: exprAt(t.extent), Value: t.Value, Kind: SingleQuotedHere}
	case TokLParen:
		e = p.paren(t)
	case TokAtParen, TokDollarParen:
		e = p.subexpressionRule(t)
	case TokAtCurly:
		e = p.hashtable(t)
	case TokLCurly:
		e = p.scriptBlockExpression(t)
	default:
		p.unget(t)
		return nil
	}
	if !members {
		return e
	}
	return p.postfix(p.nextMember(), e)
}

// nextMember reads the operator that asks for a member or element, if one
// directly follows.
func (p *parser) nextMember() Token {
	if p.looked {
		return Token{} // after an error
	}
	return p.memberOperator(true)
}

func newVariable(t *Token) *Variable {
	v := &Variable{
		expressionAt: exprAt(t.extent), Path: t.Value, Splatted: t.Kind == TokSplattedVariable, Braced: t.braced,
	}
	v.Scope, v.Drive, v.Name = splitVariable(t.Value)
	return v
}

func (p *parser) variableOrUsing(t *Token, members bool) Expression {
	v := newVariable(t)
	if v.Scope != ScopeUsing || v.Name == "" {
		return v
	}
	v.Path = v.Name
	v.Scope, v.Drive, v.Name = splitVariable(v.Path)
	var e Expression = v
	if members {
		e = p.postfix(p.nextMember(), e)
	}
	return &Using{expressionAt: exprAt(e.Extent()), SubExpression: e}
}

// postfix reads members and elements of an expression, the first of them
// after the operator given.
func (p *parser) postfix(operator Token, e Expression) Expression {
	for operator.Kind != TokUnknown {
		p.skipLines()
		switch operator.Kind {
		case OpDot, TokColonColon, TokQuestionDot:
			e = p.member(e, operator)
		default:
			e = p.element(e, operator)
		}
		operator = p.nextMember()
	}
	return e
}

func (p *parser) member(target Expression, operator Token) Expression {
	static, conditional := operator.Kind == TokColonColon, operator.Kind == TokQuestionDot
	name := p.memberName()
	if name == nil {
		p.incomplete(operator.extent.after(), "MissingPropertyName")
		name = p.singleArgument(inArgument)
		if name == nil {
			name = &ErrorExpression{expressionAt: exprAt(target.Extent().to(operator.extent))}
		}
	} else if !p.looked {
		mark := p.restorePoint()
		types, closed := p.methodTypeArguments(mark)
		if lParen := p.methodOpen(); lParen.Kind != TokUnknown {
			arguments, end := p.invocation(lParen)
			return &InvokeMember{
				expressionAt: exprAt(target.Extent().to(end)),
				Target:       target, Member: name, TypeArguments: types, Arguments: arguments,
				Static: static, NullConditional: conditional,
			}
		}
		if closed {
			p.goBack(mark) // an index, not type arguments
		}
	}
	return &MemberAccess{
		expressionAt: exprAt(target.Extent().to(name.Extent())),
		Target:       target, Member: name, Static: static, NullConditional: conditional,
	}
}

func (p *parser) memberName() Expression {
	if name := p.simpleNameRule(); name != nil {
		return name
	}
	if k := p.look().Kind; k.has(traitUnary) || k == TokLBracket {
		return p.unary(false)
	}
	return p.primary(false)
}

func (p *parser) methodOpen() Token {
	if p.looked {
		return Token{}
	}
	return p.openArguments()
}

// methodTypeArguments reads the type arguments of a method, [int, string]
// directly after its name. It answers whether it came to their end.
func (p *parser) methodTypeArguments(mark int) (types []*TypeName, closed bool) {
	pos := p.pos
	for isTrait(p.peekAt(pos), charBlank) {
		pos++
	}
	if p.peekAt(pos) != '[' {
		return nil, false
	}
	if p.take().Kind != TokLBracket {
		p.goBack(mark)
		return nil, false
	}
	mode := p.setMode(typeNameMode)
	p.skipLines()
	first := p.take()
	if first.Kind != TokIdentifier {
		p.setMode(mode)
		p.goBack(mark)
		return nil, false
	}
	types, rBracket := p.genericArguments(first)
	closed = rBracket.Kind == TokRBracket
	if !closed {
		p.unget(rBracket)
		p.incomplete(rBracket.extent.before(), "EndSquareBracketExpectedAtEndOfType")
	}
	p.setMode(mode)
	return types, closed
}

// invocation reads a method's arguments after ( or, for a single script
// block, {. It gives them and the extent of what was read last.
func (p *parser) invocation(open Token) ([]Expression, Extent) {
	if open.Kind == TokLParen {
		return p.methodArguments(open)
	}
	p.skipLines()
	block := p.scriptBlockExpression(open)
	return []Expression{block}, block.extent
}

func (p *parser) methodArguments(lParen Token) ([]Expression, Extent) {
	noComma := p.noComma
	p.noComma = true
	defer func() { p.noComma = noComma }()
	var arguments []Expression
	var comma Token
	last := lParen.extent
	told := false
	for {
		p.skipLines()
		argument := p.expression(false)
		if argument == nil {
			if comma.Kind == OpComma {
				p.incomplete(comma.extent.after(), "MissingExpressionAfterToken", OpComma.Text())
				told = true
			}
			break
		}
		arguments = append(arguments, argument)
		last = argument.Extent()
		p.skipLines()
		comma = p.take()
		if comma.Kind != OpComma {
			p.unget(comma)
			comma = Token{}
			break
		}
	}
	p.skipLines()
	rParen := p.take()
	if rParen.Kind == TokRParen {
		return arguments, rParen.extent
	}
	p.unget(rParen)
	if !told {
		p.incomplete(last.after(), "MissingEndParenthesisInMethodCall")
	}
	return arguments, firstExtent(comma.extent, last)
}

func (p *parser) element(target Expression, lBracket Token) Expression {
	p.skipLines()
	noComma := p.noComma
	p.noComma = false
	index := p.expression(false)
	p.noComma = noComma
	if index == nil {
		p.incomplete(lBracket.extent.after(), "MissingArrayIndexExpression")
		index = &ErrorExpression{expressionAt: exprAt(lBracket.extent)}
	}
	p.skipLines()
	rBracket := p.take()
	end := rBracket.extent
	if rBracket.Kind != TokRBracket {
		p.unget(rBracket)
		end = index.Extent()
		if _, broken := index.(*ErrorExpression); !broken {
			p.incomplete(end.after(), "MissingEndSquareBracket")
		}
	}
	return &Index{
		expressionAt: exprAt(target.Extent().to(end)),
		Target:       target, Index: index, NullConditional: lBracket.Kind == TokQuestionLBracket,
	}
}

func (p *parser) hashtable(open Token) *Hashtable {
	h := new(Hashtable)
	noComma := p.noComma
	p.noComma = false // values may be lists, among the arguments of a method too
	defer func() { p.noComma = noComma }()
	p.skipLines()
	for {
		pair, ok := p.keyValue()
		if !ok {
			break
		}
		h.Pairs = append(h.Pairs, pair)
		if k := p.look().Kind; k != TokNewLine && k != TokSemi {
			break
		}
		p.skipTerminators()
	}
	rCurly := p.take()
	end := rCurly.extent
	if rCurly.Kind != TokRCurly {
		p.unget(rCurly)
		p.incompleteAt(open.extent.after(), rCurly.extent, "MissingEndCurlyBrace")
		end = end.before()
	}
	h.extent = open.extent.to(end)
	return h
}

func (p *parser) keyValue() (KeyValue, bool) {
	mode := p.setMode(expressionMode)
	defer func() { p.setMode(mode) }()
	key := p.labelOrKey()
	if key == nil {
		return KeyValue{}, false
	}
	equals := p.take()
	if equals.Kind != OpEquals {
		p.setMode(mode)
		p.unget(equals)
		place := key.Extent().after()
		p.report(place, "MissingEqualsInHashLiteral")
		p.sync(false, TokRCurly, TokSemi, TokNewLine)
		return KeyValue{key, errorAt(place)}, true
	}
	p.setMode(commandMode)
	p.skipLines()
	value := p.statement()
	if value == nil {
		place := equals.extent.after()
		p.incomplete(place, "MissingStatementInHashLiteral")
		value = errorAt(place)
	}
	return KeyValue{key, value}, true
}

func (p *parser) scriptBlockExpression(lCurly Token) *ScriptBlockExpression {
	noComma := p.noComma
	p.noComma = false
	mode := p.setMode(commandMode)
	p.skipLines()
	block := p.scriptBlock(lCurly, nil, false)
	p.noComma = noComma
	p.setMode(mode)
	return &ScriptBlockExpression{expressionAt: exprAt(block.extent), ScriptBlock: block}
}

// subexpressionRule reads on after $( or @(.
func (p *parser) subexpressionRule(open Token) Expression {
	noComma := p.noComma
	p.noComma = false
	mode := p.setMode(commandMode)
	body := new(StatementBlock)
	p.skipLines()
	body.extent = p.statementList(&body.Statements, &body.Traps)
	p.skipLines()
	rParen := p.take()
	end := rParen.extent
	if rParen.Kind != TokRParen {
		p.unget(rParen)
		p.incomplete(rParen.extent, "MissingEndParenthesisInSubexpression")
		end = firstExtent(body.extent, open.extent)
	}
	p.noComma = noComma
	p.setMode(mode)
	at := exprAt(open.extent.to(end))
	if open.Kind == TokDollarParen {
		return &SubExpression{expressionAt: at, Body: body}
	}
	return &ArrayExpression{expressionAt: at, Body: body}
}

func (p *parser) paren(lParen Token) Expression {
	noComma := p.noComma
	p.noComma = false
	mode := p.setMode(commandMode)
	p.skipLines()
	pipeline := p.pipelineChain()
	if pipeline == nil {
		place := lParen.extent.after()
		p.incomplete(place, "ExpectedExpression")
		pipeline = errorAt(place)
	}
	p.skipLines()
	rParen := p.take()
	end := rParen.extent
	if rParen.Kind != TokRParen {
		p.unget(rParen)
		end = pipeline.Extent()
		p.incomplete(end.after(), "MissingEndParenthesisInExpression")
	}
	p.noComma = noComma
	p.setMode(mode)
	return &Paren{expressionAt: exprAt(lParen.extent.to(end)), Pipeline: pipeline}
}

// expandable makes the node of a string or word that may have something to
// expand, and reads its subexpressions.
func (p *parser) expandable(t *Token, kind StringKind) Expression {
	if t.parts == nil {
		return &StringConstant{expressionAt: exprAt(t.extent), Value: t.Value, Kind: kind}
	}
	s := &ExpandableString{
		expressionAt: exprAt(t.extent), Value: t.Value, Kind: kind, Parts: make([]StringPart, len(t.parts)),
	}
	for i := range t.parts {
		switch part := &t.parts[i]; {
		case part.sub != nil:
			s.Parts[i].Expression = p.nestedText(part.sub)
		case part.variable != nil:
			s.Parts[i].Expression = p.variableOrUsing(part.variable, false)
		default:
			s.Parts[i].Text = part.text
		}
	}
	return s
}

// nestedText reads a subexpression within a string.
func (p *parser) nestedText(sub *subText) Expression {
	p.enter()
	defer p.leave()
	leave := p.enterText(sub)
	defer leave()
	return p.primary(true)
}

// enterText lets the parser read another text for a while, until the
// function that it gives is called.
func (p *parser) enterText(sub *subText) (leave func()) {
	looked, ungot := p.looked, p.ungot
	text, pos, start, base, skips, keep := p.text, p.pos, p.start, p.base, p.skips, p.keep
	p.looked, p.keep = false, false
	p.text, p.pos, p.base, p.skips = sub.text, 0, int(sub.start), sub.skips
	p.nested++
	return func() {
		p.looked, p.ungot = looked, ungot
		p.text, p.pos, p.start, p.base, p.skips, p.keep = text, pos, start, base, skips, keep
		p.nested--
	}
}
