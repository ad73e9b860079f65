package syntax

import "strings"

func (p *parser) functionStatement(keyword Token) Statement {
	p.skipLines()
	name := p.take()
	switch name.Kind {
	case TokPipe, TokLParen, TokLCurly, TokAtParen, TokAtCurly, TokRCurly, TokRParen, TokEndOfInput, TokSemi,
		TokRedirection, TokRedirectInStd, OpAndAnd, OpOrOr, OpAmpersand, TokVariable, TokSplattedVariable,
		TokHereStringExpandable, TokHereStringLiteral, TokStringLiteral, TokStringExpandable:
		p.unget(name)
		p.incomplete(keyword.extent.after(), "MissingNameAfterKeyword", keyword.Text())
		return errorAt(keyword.extent)
	}
	f := &FunctionDefinition{
		Filter: keyword.Kind == KwFilter, Workflow: keyword.Kind == KwWorkflow,
		Name: name.Text(), NameExtent: name.extent,
	}
	if name.Kind == TokGeneric {
		f.Name = name.Value
	}
	var end Extent // set by an error
	var rParen Token
	f.Parameters = p.functionParameters(&end, &rParen)
	lCurly := p.functionBody(firstExtent(rParen.extent, name.extent), &end)
	if end.Source != nil {
		return brokenAt(keyword.extent.to(end), nodes(f.Parameters)...)
	}
	workflow := p.workflow
	p.workflow = f.Workflow
	f.Body = p.scriptBlock(lCurly, nil, f.Filter)
	p.workflow = workflow
	f.extent = keyword.extent.to(f.Body.extent)
	return f
}

// functionParameters reads the parameters in parentheses, if there are any.
// End is set by an error.
func (p *parser) functionParameters(end *Extent, rParen *Token) []*Parameter {
	p.skipLines()
	lParen := *p.look()
	if lParen.Kind != TokLParen {
		return nil
	}
	p.drop()
	parameters := p.parameterList()
	p.skipLines()
	t := p.take()
	if t.Kind == TokRParen {
		*rParen = t
	} else {
		p.unget(t)
		*end = lParen.extent
		if n := len(parameters); n > 0 {
			*end = parameters[n-1].extent
		}
		p.incomplete(end.after(), "MissingEndParenthesisInFunctionParameterList")
	}
	p.skipLines()
	return parameters
}

// functionBody reads the opening brace of a function's body.
func (p *parser) functionBody(head Extent, end *Extent) Token {
	lCurly := p.take()
	if lCurly.Kind != TokLCurly {
		p.unget(lCurly)
		if end.Source == nil {
			*end = head
			p.incomplete(end.after(), "MissingFunctionBody")
		}
	}
	return lCurly
}

func (p *parser) classStatement(attributes []AttributeBase, keyword Token) Statement {
	p.skipLines()
	name := p.simpleNameRule()
	if name == nil {
		p.incomplete(keyword.extent.after(), "MissingNameAfterKeyword", keyword.Text())
		return errorAt(keyword.extent)
	}
	c := &TypeDefinition{Kind: ClassType, Name: name.Value, NameExtent: name.extent}
	p.skipLines()
	mode := p.setMode(signatureMode)
	defer func() { p.setMode(mode) }()
	if colon := *p.look(); colon.Kind == TokColon {
		p.drop()
		p.skipLines()
		c.BaseTypes = p.baseTypes(colon)
	}
	lCurly := p.take()
	if lCurly.Kind != TokLCurly {
		p.unget(lCurly)
		last := name.extent
		if n := len(c.BaseTypes); n > 0 {
			last = c.BaseTypes[n-1].extent
		}
		p.incomplete(last.after(), "MissingTypeBody", keyword.Kind.Text())
		return brokenAt(keyword.extent.to(last), nodes(c.BaseTypes)...)
	}
	last := lCurly.extent
	var nested []Node
	for {
		member, broken := p.classMember(c.Name)
		if member == nil && broken == nil {
			break
		}
		if member != nil {
			c.Members = append(c.Members, member)
			last = member.Extent()
		}
		if len(broken) > 0 {
			nested = append(nested, broken...)
			last = broken[len(broken)-1].Extent()
		}
	}
	rCurly := p.take()
	if rCurly.Kind == TokRCurly {
		last = rCurly.extent
	} else {
		p.unget(rCurly)
		p.incompleteAt(lCurly.extent.after(), rCurly.extent, "MissingEndCurlyBrace")
	}
	return p.finishType(c, attributes, keyword, last, nested)
}

// finishType gives a type its attributes and extent. Where what is not
// allowed was read, an error statement holds it.
func (p *parser) finishType(c *TypeDefinition, attributes []AttributeBase, keyword Token, last Extent, nested []Node) Statement {
	start := keyword.extent
	if len(attributes) > 0 {
		start = attributes[0].Extent()
	}
	c.extent = start.to(last)
	p.types = true
	constrained := false
	for _, a := range attributes {
		switch a := a.(type) {
		case *Attribute:
			c.Attributes = append(c.Attributes, a)
		case *TypeConstraint:
			nested = append(nested, a) // the error has been told
			constrained = true
		}
	}
	if constrained {
		nested = append(nested, c)
	}
	if len(nested) > 0 {
		return brokenAt(c.extent, nested...)
	}
	return c
}

func (p *parser) baseTypes(colon Token) []*TypeConstraint {
	var types []*TypeConstraint
	before := colon.extent
	for {
		name := p.typeNameRule(false)
		if name == nil {
			p.incomplete(before.after(), "TypeNameExpected")
			return types
		}
		types = append(types, &TypeConstraint{at: name.at, TypeName: name})
		p.skipLines()
		comma := *p.look()
		if comma.Kind != OpComma {
			return types
		}
		before = comma.extent
		p.drop()
		p.skipLines()
	}
}

// memberHead is what stands before the name of a class's member.
type memberHead struct {
	start, last Extent
	attributes  []*Attribute
	constraint  *TypeConstraint
	flags       MemberFlags
}

// nodes lists what was read of the head of a broken member.
func (h *memberHead) nodes() []Node {
	list := nodes(h.attributes)
	if h.constraint != nil {
		list = append(list, h.constraint)
	}
	return list
}

func (p *parser) memberHead() memberHead {
	h := memberHead{flags: MemberPublic}
	for {
		p.skipLines()
		if attribute := p.attribute(); attribute != nil {
			h.last = attribute.Extent()
			h.start = firstExtent(h.start, h.last)
			switch a := attribute.(type) {
			case *Attribute:
				h.attributes = append(h.attributes, a)
			case *TypeConstraint:
				if h.constraint != nil {
					p.report(a.extent, "TooManyTypes")
				} else {
					h.constraint = a
				}
			}
			continue
		}
		t := *p.look()
		h.start = firstExtent(h.start, t.extent)
		var flag MemberFlags
		switch t.Kind {
		case KwHidden:
			flag = MemberHidden
		case KwStatic:
			flag = MemberStatic
		default:
			return h
		}
		if h.flags&flag != 0 {
			p.report(t.extent, "DuplicateQualifier", t.Text())
		}
		h.flags |= flag
		h.last = t.extent
		p.drop()
	}
}

// classMember reads a member, or gives what was read of a broken one: not nil
// then, even if it is nothing.
func (p *parser) classMember(class string) (Member, []Node) {
	p.enter()
	defer p.leave()
	h := p.memberHead()
	switch t := *p.look(); {
	case t.Kind == TokVariable:
		p.drop()
		return p.property(&h, &t)
	case t.Kind == TokIdentifier || t.Kind.IsKeyword():
		p.drop()
		m := p.method(&h, &t, class)
		if m == nil {
			p.sync(false, TokRCurly)
			return nil, h.nodes()
		}
		return m, nil
	}
	if h.last.Source != nil {
		p.incomplete(h.last.after(), "IncompleteMemberDefinition")
		return nil, h.nodes()
	}
	return nil, nil
}

func (p *parser) property(h *memberHead, t *Token) (Member, []Node) {
	m := &PropertyMember{
		Name: t.Value, NameExtent: t.extent, Type: h.constraint, Attributes: h.attributes, Flags: h.flags,
	}
	end := t.extent
	if p.look().Kind == OpEquals {
		p.drop()
		p.skipLines()
		if m.Initial = p.expression(false); m.Initial != nil {
			end = m.Initial.Extent()
		}
	}
	end = p.memberEnd(end, true)
	m.extent = h.start.to(end)
	if _, _, name := splitVariable(m.Name); name == "" {
		broken := h.nodes()
		if m.Initial != nil {
			broken = append(broken, m.Initial)
		}
		if broken == nil {
			return nil, nil
		}
		return nil, broken
	}
	_, _, m.Name = splitVariable(m.Name)
	return m, nil
}

// memberEnd reads the end of a property or enum constant; a semicolon counts
// as a part of it.
func (p *parser) memberEnd(end Extent, required bool) Extent {
	t := *p.look()
	if t.Kind != TokNewLine && t.Kind != TokSemi && t.Kind != TokRCurly && required {
		p.incomplete(end.after(), "MissingPropertyTerminator")
	}
	p.skipTerminators()
	if t.Kind == TokSemi {
		return t.extent
	}
	return end
}

// method reads on after a method's name; nil if it is broken.
func (p *parser) method(h *memberHead, name *Token, class string) *FunctionMember {
	m := &FunctionMember{
		Name: name.Text(), NameExtent: name.extent, Attributes: h.attributes, ReturnType: h.constraint,
		Flags: h.flags, Constructor: strings.EqualFold(name.Text(), class),
	}
	var end Extent // set by an error
	var rParen Token
	if p.look().Kind == TokLParen {
		m.Parameters = p.functionParameters(&end, &rParen)
	} else {
		p.incomplete(name.extent.after(), "MissingMethodParameterList")
	}
	var base *BaseConstructorCall
	if m.Constructor && m.Flags&MemberStatic == 0 {
		base = new(BaseConstructorCall)
		if broken := p.baseCall(base); broken.Source != nil {
			end = broken
		}
	}
	lCurly := p.functionBody(firstExtent(rParen.extent, name.extent), &end)
	if end.Source != nil {
		return nil
	}
	var before Statement
	if base != nil {
		before = &CommandExpression{commandBaseAt: cmdAt(base.extent), Expression: base}
	}
	mode := p.setMode(commandMode)
	m.Body = p.scriptBlock(lCurly, before, false)
	p.setMode(mode)
	m.extent = h.start.to(m.Body.extent)
	return m
}

// baseCall reads : base(…) of a constructor. It gives the place of an error.
func (p *parser) baseCall(call *BaseConstructorCall) Extent {
	p.skipLines()
	mode := p.setMode(signatureMode)
	defer func() { p.setMode(mode) }()
	colon := *p.look()
	if colon.Kind != TokColon {
		return Extent{}
	}
	p.drop()
	p.skipLines()
	base := *p.look()
	if base.Kind != KwBase {
		p.incomplete(colon.extent.after(), "MissingBaseCtorCall")
		return colon.extent
	}
	p.drop()
	p.skipLines()
	lParen := *p.look()
	if lParen.Kind != TokLParen {
		p.incomplete(base.extent.after(), "MissingMethodParameterList")
		return base.extent
	}
	p.drop()
	arguments, last := p.methodArguments(lParen)
	p.skipLines()
	call.Arguments = arguments
	call.extent = base.extent.to(last)
	return Extent{}
}

func (p *parser) enumStatement(attributes []AttributeBase, keyword Token) Statement {
	p.skipLines()
	name := p.simpleNameRule()
	if name == nil {
		p.incomplete(keyword.extent.after(), "MissingNameAfterKeyword", keyword.Text())
		return errorAt(keyword.extent)
	}
	e := &TypeDefinition{Kind: EnumType, Name: name.Value, NameExtent: name.extent}
	mode := p.setMode(signatureMode)
	defer func() { p.setMode(mode) }()
	if colon := *p.look(); colon.Kind == TokColon {
		p.drop()
		p.skipLines()
		if underlying := p.typeNameRule(false); underlying == nil {
			p.incomplete(colon.extent.after(), "TypeNameExpected")
		} else {
			if !isIntegral(underlying) {
				p.report(underlying.extent, "InvalidUnderlyingType", underlying.Name)
			}
			e.BaseTypes = []*TypeConstraint{{at: underlying.at, TypeName: underlying}}
		}
	}
	p.skipLines()
	lCurly := p.take()
	if lCurly.Kind != TokLCurly {
		p.unget(lCurly)
		p.incomplete(name.extent.after(), "MissingTypeBody", keyword.Kind.Text())
		return errorAt(keyword.extent.to(name.extent))
	}
	for {
		member := p.enumMember()
		if member == nil {
			break
		}
		e.Members = append(e.Members, member)
	}
	rCurly := p.take()
	if rCurly.Kind != TokRCurly {
		p.unget(rCurly)
		p.incompleteAt(lCurly.extent.after(), rCurly.extent, "MissingEndCurlyBrace")
	}
	return p.finishType(e, attributes, keyword, rCurly.extent, nil)
}

func (p *parser) enumMember() *PropertyMember {
	p.skipLines()
	name := p.simpleNameRule()
	if name == nil {
		return nil
	}
	m := &PropertyMember{Name: name.Value, NameExtent: name.extent, Flags: MemberPublic | MemberStatic | MemberLiteral}
	end := name.extent
	missing := false
	mode := p.setMode(expressionMode)
	if equals := *p.look(); equals.Kind == OpEquals {
		p.drop()
		if m.Initial = p.expression(false); m.Initial == nil {
			p.report(equals.extent.after(), "ExpectedValueExpression", equals.Kind.Text())
			end, missing = equals.extent, true
		} else {
			end = m.Initial.Extent()
		}
	}
	p.setMode(mode)
	end = p.memberEnd(end, !missing)
	m.extent = name.extent.to(end)
	return m
}

// isIntegral tells whether a type's name is that of one that an enum can
// have below it.
func isIntegral(t *TypeName) bool {
	if t.Element != nil || len(t.Arguments) > 0 {
		return false
	}
	name := strings.ToLower(t.Name)
	name = strings.TrimPrefix(name, "system.")
	switch name {
	case "byte", "sbyte", "int16", "uint16", "int32", "uint32", "int64", "uint64":
		return true
	}
	switch strings.ToLower(t.Name) {
	case "short", "ushort", "int", "uint", "long", "ulong":
		return true
	}
	return false
}
