package syntax

func (p *parser) usingStatement(keyword Token) Statement {
	s := new(UsingStatement)
	directive := p.take()
	var aliasAllowed, aliasRequired bool
	switch directive.Kind {
	case KwNamespace:
		s.Kind, aliasAllowed = UsingNamespace, true
	case KwModule:
		s.Kind, aliasAllowed = UsingModule, true
	case KwType:
		s.Kind, aliasRequired = UsingType, true
	case KwCommand:
		s.Kind, aliasRequired = UsingCommand, true
	case KwAssembly:
		s.Kind = UsingAssembly
	default:
		p.unget(directive)
		p.incomplete(keyword.extent.after(), "MissingUsingStatementDirective")
		return errorAt(keyword.extent)
	}
	t := p.take()
	switch t.Kind {
	case TokEndOfInput, TokNewLine, OpComma, TokSemi:
		if t.Kind == TokEndOfInput {
			p.unget(t)
		}
		p.incomplete(directive.extent.after(), "MissingUsingItemName")
		return errorAt(keyword.extent.to(directive.extent))
	}
	item := p.argument(inArgument, t)
	if item == nil {
		p.report(t.extent, "InvalidValueForUsingItemName", t.Text())
		p.sync(true, TokSemi, TokNewLine)
		return errorAt(keyword.extent.to(t.extent))
	}
	extent := keyword.extent.to(item.Extent())
	switch item := item.(type) {
	case *StringConstant:
		s.Name = item
	case *Hashtable:
		s.Specification = item
	}
	if s.Name == nil && (s.Specification == nil || s.Kind != UsingModule) {
		p.report(item.Extent(), "InvalidValueForUsingItemName", item.Extent().Text())
		return errorAt(extent)
	}
	if (aliasAllowed || aliasRequired) && s.Specification == nil {
		if equals := *p.look(); equals.Kind == OpEquals {
			p.drop()
			return p.usingAlias(s, keyword, equals)
		}
		if aliasRequired {
			p.incomplete(t.extent.after(), "MissingEqualsInUsingAlias")
			return brokenAt(extent, item)
		}
	}
	p.requireTerminator()
	s.extent = extent
	return s
}

func (p *parser) usingAlias(s *UsingStatement, keyword, equals Token) Statement {
	t := p.take()
	switch t.Kind {
	case TokEndOfInput, TokNewLine, TokSemi:
		p.unget(t)
		p.incomplete(equals.extent.after(), "MissingNamespaceAlias")
		return errorAt(keyword.extent.to(equals.extent))
	case OpComma:
		p.report(t.extent, "UnexpectedUnaryOperator", t.Text())
		return errorAt(keyword.extent.to(t.extent))
	}
	alias := p.argument(inArgument, t)
	switch alias := alias.(type) {
	case *StringConstant:
		s.Alias = alias
	case *Hashtable:
		if s.Kind == UsingModule {
			s.Specification = alias
		}
	}
	if s.Alias == nil && s.Specification == nil {
		place := firstExtent(extentOf(alias), t.extent)
		p.report(place, "InvalidValueForUsingItemName", place.Text())
		e := brokenAt(keyword.extent.to(place), s.Name)
		if alias != nil {
			e.Nested = append(e.Nested, alias)
		}
		return e
	}
	p.requireTerminator()
	s.extent = keyword.extent.to(alias.Extent())
	return s
}

// requireTerminator reads the end of a statement that must stand alone.
func (p *parser) requireTerminator() {
	switch t := p.look(); t.Kind {
	case TokNewLine, TokSemi:
		p.drop()
	case TokEndOfInput:
	default:
		p.incomplete(t.extent, "MissingStatementTerminator")
	}
}
