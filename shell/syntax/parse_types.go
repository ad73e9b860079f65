package syntax

import "strings"

// typeNameRule reads the name of a type, up to the bracket that closes it.
func (p *parser) typeNameRule(assemblies bool) *TypeName {
	mode := p.setMode(typeNameMode)
	defer func() { p.setMode(mode) }()
	t := p.take()
	if t.Kind != TokIdentifier {
		p.unget(t)
		return nil
	}
	return p.typeNameRest(t, false, assemblies)
}

func plainType(t *Token) *TypeName { return &TypeName{at: at{t.extent}, Name: t.Text()} }

// typeNameRest reads on after a type's first name. Bare is set within the
// brackets of a generic type, where a comma separates arguments.
func (p *parser) typeNameRest(name Token, bare, assemblies bool) *TypeName {
	p.enter()
	defer p.leave()
	switch t := *p.look(); {
	case t.Kind == TokLBracket:
		p.drop()
		p.skipLines()
		first := p.take()
		switch first.Kind {
		case TokRBracket, OpComma:
			element := plainType(&name)
			return p.arrayType(element, element, first, bare)
		case TokLBracket, TokIdentifier:
			return p.genericType(name, first, bare)
		case TokEndOfInput:
			p.unget(first)
			p.incomplete(t.extent.after(), "MissingTypename")
		default:
			p.report(first.extent, "UnexpectedToken", first.Text())
			p.sync(true, TokRBracket)
		}
	case t.Kind == OpComma && assemblies && !bare:
		p.drop()
		typ := plainType(&name)
		assembly := p.assemblyName()
		if strings.TrimSpace(assembly) == "" {
			p.report(t.extent.after(), "MissingAssemblyNameSpecification")
			return typ
		}
		typ.Assembly = assembly
		typ.extent = name.extent.to(p.current())
		return typ
	}
	return plainType(&name)
}

// errorType is the name of a type that could not be read.
const errorType = ":ErrorTypeName:"

func (p *parser) genericArgument(first Token) *TypeName {
	if first.Kind == TokIdentifier {
		return p.typeNameRest(first, true, true)
	}
	t := p.take()
	if t.Kind != TokIdentifier {
		p.unget(t)
		p.incomplete(t.extent.after(), "MissingTypename")
		return &TypeName{at: at{first.extent}, Name: errorType}
	}
	name := p.typeNameRest(t, false, true)
	rBracket := p.take()
	if rBracket.Kind != TokRBracket {
		p.unget(rBracket)
		p.incomplete(rBracket.extent.before(), "EndSquareBracketExpectedAtEndOfType")
	}
	return name
}

// genericArguments reads the arguments of a generic type or method, and the
// token after them.
func (p *parser) genericArguments(first Token) ([]*TypeName, Token) {
	list := []*TypeName{p.genericArgument(first)}
	for {
		p.skipLines()
		last := p.take()
		if last.Kind != OpComma {
			return list, last
		}
		p.skipLines()
		if t := *p.look(); t.Kind == TokIdentifier || t.Kind == TokLBracket {
			p.drop()
			list = append(list, p.genericArgument(t))
		} else {
			p.incomplete(last.extent.after(), "MissingTypename")
			list = append(list, &TypeName{at: at{last.extent}, Name: errorType})
		}
	}
}

func (p *parser) genericType(name, first Token, bare bool) *TypeName {
	arguments, rBracket := p.genericArguments(first)
	end := rBracket.extent
	if rBracket.Kind != TokRBracket {
		p.unget(rBracket)
		p.incomplete(rBracket.extent.before(), "EndSquareBracketExpectedAtEndOfAttribute")
		end = arguments[len(arguments)-1].extent
	}
	typ := plainType(&name)
	typ.Arguments = arguments
	typ.extent = name.extent.to(end)
	switch t := *p.look(); {
	case t.Kind == TokLBracket:
		p.drop()
		return p.arrayType(typ, typ, p.take(), bare)
	case t.Kind == OpComma && !bare:
		p.drop()
		p.typeAssembly(typ, t)
	}
	return typ
}

func (p *parser) typeAssembly(typ *TypeName, comma Token) {
	if assembly := p.assemblyName(); assembly == "" {
		p.report(comma.extent.after(), "MissingAssemblyNameSpecification")
	} else {
		typ.Assembly = assembly
	}
}

// arrayType reads on after the [ of an array; first is the token behind it,
// innermost the type that an assembly's name belongs to.
func (p *parser) arrayType(element, innermost *TypeName, first Token, bare bool) *TypeName {
	for {
		switch first.Kind {
		case OpComma:
			element = p.dimensions(element, first)
		case TokRBracket:
			element = &TypeName{at: at{element.extent.to(first.extent)}, Element: element, Rank: 1}
		case TokEndOfInput:
			p.unget(first)
			p.report(first.extent.before(), "EndSquareBracketExpectedAtEndOfAttribute")
		default:
			p.report(first.extent, "UnexpectedToken", first.Text())
			p.sync(true, TokRBracket)
		}
		t := *p.look()
		if !bare && t.Kind == OpComma {
			p.drop()
			p.typeAssembly(innermost, t)
			return element
		}
		if t.Kind != TokLBracket {
			return element
		}
		p.drop()
		first = p.take()
	}
}

// dimensions reads the commas of an array of several dimensions.
func (p *parser) dimensions(element *TypeName, first Token) *TypeName {
	const maxRank = 32
	rank := 1
	t, last := first, first
	for t.Kind == OpComma {
		rank++
		last = t
		t = p.take()
	}
	if rank > maxRank {
		if t.Kind != TokRBracket {
			p.unget(t)
		}
		p.report(first.extent.to(last.extent), "ArrayHasTooManyDimensions", rank)
		return element
	}
	if t.Kind != TokRBracket {
		p.unget(t)
		p.report(last.extent.after(), "EndSquareBracketExpectedAtEndOfAttribute")
	}
	return &TypeName{at: at{element.extent.to(t.extent)}, Element: element, Rank: rank}
}
