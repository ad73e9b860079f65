package syntax

// scriptBlock reads a script, or what follows an opening brace up to its
// closing one. Before is a statement that the block begins with without its
// being written.
func (p *parser) scriptBlock(lCurly Token, before Statement, filter bool) *ScriptBlock {
	p.skipLines()
	var usings []*UsingStatement
	if lCurly.Kind == TokUnknown {
		usings = p.usings()
	}
	mark := p.restorePoint()
	params := p.paramBlock()
	if params == nil {
		// What was read of attributes or casts belongs to a statement.
		p.goBack(mark)
	}
	p.skipTerminators()
	if p.look().Kind.has(traitBlockName) {
		return p.namedBlocks(lCurly, usings, params)
	}
	return p.unnamedBlock(lCurly, usings, params, before, filter)
}

func (p *parser) usings() []*UsingStatement {
	var usings []*UsingStatement
	for {
		t := *p.look()
		if t.Kind != KwUsing {
			p.goBack(int(t.extent.start))
			return usings
		}
		p.drop()
		s := p.usingStatement(t)
		p.skipTerminators()
		if using, ok := s.(*UsingStatement); ok {
			usings = append(usings, using)
		}
	}
}

func (p *parser) paramBlock() *ParamBlock {
	p.skipLines()
	attributes := p.attributeList(false)
	p.skipLines()
	param := *p.look()
	if param.Kind != KwParam {
		return nil
	}
	p.drop()
	p.skipLines()
	lParen := p.take()
	if lParen.Kind != TokLParen {
		p.unget(lParen) // a command named param
		return nil
	}
	block := &ParamBlock{Parameters: p.parameterList()}
	p.skipLines()
	rParen := p.take()
	end := rParen.extent
	if rParen.Kind != TokRParen {
		p.unget(rParen)
		end = end.before()
		last := lParen.extent
		if n := len(block.Parameters); n > 0 {
			last = block.Parameters[n-1].extent
		}
		p.incomplete(last.after(), "MissingEndParenthesisInFunctionParameterList")
	}
	for _, a := range attributes {
		if attribute, ok := a.(*Attribute); ok {
			block.Attributes = append(block.Attributes, attribute)
		} else {
			p.report(a.Extent(), "TypeNotAllowedBeforeParam", a.Type().FullName())
		}
	}
	block.extent = param.extent.to(end)
	return block
}

func (p *parser) parameterList() []*Parameter {
	parameters := []*Parameter{}
	var comma Token
	for {
		parameter := p.parameter()
		if parameter == nil {
			if comma.Kind == OpComma {
				p.incomplete(comma.extent.after(), "MissingExpressionAfterToken", OpComma.Text())
			}
			return parameters
		}
		parameters = append(parameters, parameter)
		p.skipLines()
		comma = *p.look()
		if comma.Kind != OpComma {
			return parameters
		}
		p.drop()
	}
}

func (p *parser) parameter() *Parameter {
	noComma := p.noComma
	p.noComma = true
	mode := p.setMode(expressionMode)
	defer func() {
		p.noComma = noComma
		p.setMode(mode)
	}()
	p.skipLines()
	attributes := p.attributeList(false)
	p.skipLines()
	t := p.take()
	if t.Kind != TokVariable && t.Kind != TokSplattedVariable {
		p.unget(t)
		if attributes == nil {
			return nil
		}
		p.incomplete(attributes[len(attributes)-1].Extent().after(), "InvalidFunctionParameter")
		p.sync(true, TokRParen)
		// The attributes are worth keeping, for completion.
		extent := attributes[0].Extent().to(attributes[len(attributes)-1].Extent())
		name := &Variable{expressionAt: exprAt(extent), Path: "__error__", Name: "__error__"}
		return &Parameter{at: at{extent}, Name: name, Attributes: attributes}
	}
	extent := t.extent
	if attributes != nil {
		extent = attributes[0].Extent().to(t.extent)
	}
	parameter := &Parameter{Name: newVariable(&t), Attributes: attributes}
	p.skipLines()
	if equals := *p.look(); equals.Kind == OpEquals {
		p.drop()
		p.skipLines()
		parameter.Default = p.expression(false)
		if parameter.Default == nil {
			p.incomplete(equals.extent.after(), "MissingExpressionAfterToken", OpEquals.Text())
		} else {
			extent = extent.to(parameter.Default.Extent())
		}
	}
	parameter.extent = extent
	return parameter
}

// blockEnd reads the closing brace of a script block, or the end of the text
// when there was no opening one. It answers false at a token that does not
// belong there; that token is eaten.
func (p *parser) blockEnd(lCurly Token, body Extent) (block Extent, ok bool) {
	t := p.take()
	if lCurly.Kind == TokUnknown {
		if t.Kind != TokEndOfInput {
			p.report(t.extent, "UnexpectedToken", t.Text())
			return p.whole().extent, false
		}
		return p.whole().extent, true
	}
	if t.Kind != TokRCurly {
		p.unget(t)
		p.incompleteAt(lCurly.extent, t.extent, "MissingEndCurlyBrace")
		return lCurly.extent.to(firstExtent(body, lCurly.extent)), true
	}
	return lCurly.extent.to(t.extent), true
}

func (p *parser) unnamedBlock(lCurly Token, usings []*UsingStatement, params *ParamBlock, before Statement, filter bool) *ScriptBlock {
	block := &NamedBlock{Kind: KwEnd, Unnamed: true}
	if filter {
		block.Kind = KwProcess
	}
	if before != nil {
		block.Statements = append(block.Statements, before)
	}
	var extent Extent
	if params != nil {
		extent = params.extent
	}
	for {
		extent = extent.to(p.statementList(&block.Statements, &block.Traps))
		whole, ok := p.blockEnd(lCurly, extent)
		if !ok {
			continue
		}
		if extent.Source == nil && whole.end-whole.start > 2 && lCurly.Kind != TokUnknown {
			extent = Extent{whole.Source, whole.start + 1, whole.end - 2} // as PowerShell has it
		}
		block.extent = extent
		b := &ScriptBlock{at: at{whole}, Usings: usings, Params: params}
		if filter {
			b.Process = block
		} else {
			b.End = block
		}
		return b
	}
}

func (p *parser) namedBlocks(lCurly Token, usings []*UsingStatement, params *ParamBlock) *ScriptBlock {
	b := &ScriptBlock{Usings: usings, Params: params}
	start := lCurly.extent
	if params != nil {
		start = firstExtent(start, params.extent)
	}
	var end Extent
	for {
		name := p.take()
		switch {
		case name.Kind.has(traitBlockName):
		case name.Kind == TokRCurly || name.Kind == TokEndOfInput:
			p.unget(name)
			b.extent, _ = p.blockEnd(lCurly, start.to(end))
			return b
		default:
			if lCurly.Kind != TokUnknown {
				p.unget(name)
				b.extent = start.to(end)
			} else {
				b.extent = p.whole().extent
			}
			p.report(name.extent, "MissingNamedBlocks", name.Text())
			return b
		}
		start = firstExtent(start, name.extent)
		end = name.extent
		body := p.statementBlock()
		block := &NamedBlock{at: at{name.extent}, Kind: name.Kind}
		if body == nil {
			p.incomplete(name.extent.after(), "MissingNamedStatementBlock", name.Kind.Text())
		} else {
			end = body.extent
			block.extent = name.extent.to(end)
			block.Statements, block.Traps = body.Statements, body.Traps
		}
		if slot := b.slot(name.Kind); *slot == nil {
			*slot = block
		} else {
			p.report(block.extent, "DuplicateScriptCommandClause", name.Kind.Text())
		}
		p.skipTerminators()
	}
}

// slot is where the block of that name is kept.
func (b *ScriptBlock) slot(name Kind) **NamedBlock {
	switch name {
	case KwBegin:
		return &b.Begin
	case KwProcess:
		return &b.Process
	case KwClean:
		return &b.Clean
	case KwDynamicparam:
		return &b.DynamicParam
	}
	return &b.End
}

func (p *parser) statementBlock() *StatementBlock {
	p.skipLines()
	lCurly := p.take()
	if lCurly.Kind != TokLCurly {
		p.unget(lCurly)
		return nil
	}
	b := new(StatementBlock)
	list := p.statementList(&b.Statements, &b.Traps)
	rCurly := p.take()
	end := rCurly.extent
	if rCurly.Kind != TokRCurly {
		p.unget(rCurly)
		end = firstExtent(list, lCurly.extent)
		p.incompleteAt(lCurly.extent, rCurly.extent, "MissingEndCurlyBrace")
	}
	b.extent = lCurly.extent.to(end)
	return b
}

// statementList reads statements up to what closes their block. It gives
// their extent, zero when there are none.
func (p *parser) statementList(statements *[]Statement, traps *[]*Trap) Extent {
	var extent Extent
	p.skipTerminators()
	for {
		s := p.statement()
		if s == nil {
			return extent
		}
		if p.signature >= 0 && p.nested == 0 && p.signature < int(s.Extent().start) {
			p.report(s.Extent(), "TokenAfterEndOfValidScriptText")
		}
		if trap, ok := s.(*Trap); ok {
			*traps = append(*traps, trap)
		} else {
			*statements = append(*statements, s)
		}
		extent = extent.to(s.Extent())
		p.skipTerminators()
		if k := p.look().Kind; k == TokRParen || k == TokRCurly {
			return extent
		}
	}
}

// attributeList reads attributes and type constraints.
func (p *parser) attributeList(inExpression bool) []AttributeBase {
	var list []AttributeBase
	for {
		a := p.attribute()
		if a == nil {
			return list
		}
		list = append(list, a)
		if _, ok := a.(*Attribute); ok || !inExpression {
			p.skipLines()
		}
	}
}

// bracket reads [ where an attribute may begin.
func (p *parser) bracket() Token {
	if p.looked {
		if p.ungot.Kind == TokLBracket {
			return p.take()
		}
		return Token{}
	}
	return p.openBracket()
}

func (p *parser) attribute() AttributeBase {
	lBracket := p.bracket()
	if lBracket.Kind != TokLBracket {
		return nil
	}
	p.skipLines()
	name := p.typeNameRule(true)
	if name == nil {
		p.goBack(int(lBracket.extent.start))
		p.incomplete(lBracket.extent.after(), "MissingTypename")
		return nil
	}
	t := p.take()
	if t.Kind == TokLParen {
		return p.attributeBody(lBracket, name, t)
	}
	end := t.extent
	if t.Kind != TokRBracket {
		p.unget(t)
		p.report(t.extent.before(), "EndSquareBracketExpectedAtEndOfAttribute")
		end = name.extent
	}
	return &TypeConstraint{at: at{lBracket.extent.to(end)}, TypeName: name}
}

func (p *parser) attributeBody(lBracket Token, name *TypeName, lParen Token) *Attribute {
	a := &Attribute{TypeName: name}
	p.skipLines()
	mode := p.setMode(expressionMode)
	last := p.attributeArguments(a, lParen.extent)
	p.setMode(mode)
	p.skipLines()
	rParen := p.take()
	if rParen.Kind != TokRParen {
		p.unget(rParen)
		rParen = Token{}
		p.incomplete(last.after(), "MissingEndParenthesisInExpression")
	}
	p.skipLines()
	rBracket := p.take()
	if rBracket.Kind != TokRBracket {
		p.unget(rBracket)
		rBracket = Token{}
		if rParen.Kind == TokRParen {
			p.incomplete(rParen.extent.after(), "EndSquareBracketExpectedAtEndOfAttribute")
		}
	}
	a.extent = lBracket.extent.to(firstExtent(rBracket.extent, rParen.extent, last))
	return a
}

// attributeArguments reads an attribute's arguments and gives the extent of
// what was read last.
func (p *parser) attributeArguments(a *Attribute, last Extent) Extent {
	noComma := p.noComma
	p.noComma = true
	defer func() { p.noComma = noComma }()
	var comma Token
	for {
		p.skipLines()
		if name := p.simpleNameRule(); name != nil {
			last = p.namedArgument(a, name, last)
		} else if e := p.expression(false); e != nil {
			a.Positional = append(a.Positional, e)
			last = e.Extent()
		} else if comma.Kind == OpComma {
			last = comma.extent.after()
			p.incomplete(last, "MissingExpressionAfterToken", OpComma.Text())
			a.Positional = append(a.Positional, &ErrorExpression{expressionAt: exprAt(last)})
		}
		p.skipLines()
		comma = *p.look()
		if comma.Kind != OpComma {
			return last
		}
		last = comma.extent
		p.drop()
	}
}

func (p *parser) namedArgument(a *Attribute, name *StringConstant, last Extent) Extent {
	arg := &NamedAttributeArgument{Name: name.Value, NameExtent: name.extent}
	if t := *p.look(); t.Kind == OpEquals {
		p.drop()
		p.skipLines()
		arg.Argument = p.expression(false)
		if arg.Argument == nil {
			place := t.extent.after()
			p.incomplete(place, "MissingExpressionInNamedArgument")
			arg.Argument = &ErrorExpression{expressionAt: exprAt(place)}
			p.sync(true, OpComma, TokRParen, TokRBracket, TokNewLine)
		}
		last = arg.Argument.Extent()
	} else {
		arg.Omitted = true
		arg.Argument = &Constant{expressionAt: exprAt(name.extent), Value: true}
	}
	arg.extent = name.extent.to(arg.Argument.Extent())
	p.burn(len(a.Named))
	for _, other := range a.Named {
		if other.Name == arg.Name {
			p.report(name.extent, "DuplicateNamedArgument", arg.Name)
			return last
		}
	}
	a.Named = append(a.Named, arg)
	return last
}

// simpleNameRule reads a plain name.
func (p *parser) simpleNameRule() *StringConstant {
	p.simpleName = true
	t := p.look()
	p.simpleName = false
	if t.Kind != TokIdentifier {
		return nil
	}
	name := bareWord(t)
	p.drop()
	return name
}
