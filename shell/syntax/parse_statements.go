package syntax

// statement reads a statement; nil at the end of a block.
func (p *parser) statement() Statement {
	p.enter()
	defer p.leave()
	t := p.take()
	for len(p.errors) > 0 {
		switch t.Kind {
		case KwElse, KwElseIf, KwCatch, KwUntil:
			// Left over from a broken statement: not to be taken for the
			// name of a command.
			p.skipLines()
			t = p.take()
			continue
		}
		break
	}
	var attributes []AttributeBase
	start := int(t.extent.start)
	if t.Kind == TokGeneric && p.source.Text[start] == '[' {
		attributes, t = p.statementAttributes(start)
	}
	switch t.Kind {
	case KwIf:
		return p.ifStatement(t)
	case KwSwitch:
		return p.switchStatement(Token{}, t)
	case KwForeach:
		return p.forEachStatement(Token{}, t)
	case KwFor:
		return p.forStatement(Token{}, t)
	case KwWhile:
		return p.whileStatement(Token{}, t)
	case KwDo:
		return p.doStatement(Token{}, t)
	case KwFunction, KwFilter, KwWorkflow:
		return p.functionStatement(t)
	case KwReturn:
		value := p.pipelineChain()
		return &Return{statementAt: stmtAt(t.extent.to(extentOf(value))), Pipeline: value}
	case KwThrow:
		value := p.pipelineChain()
		return &Throw{statementAt: stmtAt(t.extent.to(extentOf(value))), Pipeline: value}
	case KwExit:
		value := p.pipelineChain()
		return &Exit{statementAt: stmtAt(t.extent.to(extentOf(value))), Pipeline: value}
	case KwBreak:
		label := p.labelOrKey()
		return &Break{statementAt: stmtAt(t.extent.to(extentOf(label))), Label: label}
	case KwContinue:
		label := p.labelOrKey()
		return &Continue{statementAt: stmtAt(t.extent.to(extentOf(label))), Label: label}
	case KwTrap:
		return p.trapStatement(t)
	case KwTry:
		return p.tryStatement(t)
	case KwData:
		return p.dataStatement(t)
	case KwParallel, KwSequence:
		return p.blockStatement(t)
	case KwConfiguration:
		return p.configuration(t)
	case KwClass:
		return p.classStatement(attributes, t)
	case KwEnum:
		return p.enumStatement(attributes, t)
	case KwUsing:
		s := p.usingStatement(t)
		p.report(s.Extent(), "UsingMustBeAtStartOfScript")
		return s
	case KwFrom, KwDefine, KwVar:
		p.report(t.extent, "ReservedKeywordNotAllowed", t.Kind.Text())
		return errorAt(t.extent)
	case TokLabel:
		p.skipLines()
		return p.labeledStatement(t)
	case TokEndOfInput:
		if attributes == nil {
			p.unget(t)
			return nil
		}
	}
	if attributes != nil {
		p.goBack(start)
	} else {
		p.unget(t)
	}
	return asStatement(p.pipelineChain())
}

// statementAttributes reads the attributes that a statement begins with, and
// the token after them. Where no statement that takes attributes follows,
// they are read again as an expression: the token is then what they begin
// with.
func (p *parser) statementAttributes(start int) ([]AttributeBase, Token) {
	p.goBack(start)
	attributes := p.attributeList(false)
	t := p.take()
	if len(attributes) == 0 {
		return nil, t
	}
	again := func() Token {
		p.goBack(start)
		return p.take()
	}
	var constraint AttributeBase
	for _, a := range attributes {
		if _, ok := a.(*TypeConstraint); ok {
			constraint = a
			break
		}
	}
	switch {
	case t.Kind.has(traitPlain) && constraint != nil:
		t = again()
	case t.Kind.has(traitPlain):
		p.report(attributes[0].Extent(), "UnexpectedAttribute", attributes[0].Type().FullName())
	case t.Kind.IsKeyword():
		if constraint != nil {
			p.report(constraint.Extent(), "TypeNotAllowedBeforeStatement", constraint.Type().FullName())
		}
	default:
		t = again()
	}
	return attributes, t
}

// extentOf is the extent of a node that may be missing.
func extentOf(n Node) Extent {
	if n == nil {
		return Extent{}
	}
	return n.Extent()
}

// asStatement keeps a missing pipeline a missing statement.
func asStatement(p PipelineBase) Statement {
	if p == nil {
		return nil
	}
	return p
}

// labelOrKey reads the label of break and continue, or the key of an entry
// in a hashtable.
func (p *parser) labelOrKey() Expression {
	if name := p.simpleNameRule(); name != nil {
		return name
	}
	if k := p.look().Kind; k == TokNewLine || k == TokSemi {
		return nil
	}
	noComma := p.noComma
	p.noComma = true
	e := p.unary(false)
	p.noComma = noComma
	return e
}

func (p *parser) labeledStatement(label Token) Statement {
	switch t := p.take(); t.Kind {
	case KwSwitch:
		return p.switchStatement(label, t)
	case KwForeach:
		return p.forEachStatement(label, t)
	case KwFor:
		return p.forStatement(label, t)
	case KwWhile:
		return p.whileStatement(label, t)
	case KwDo:
		return p.doStatement(label, t)
	}
	p.goBack(int(label.extent.start))
	return asStatement(p.pipelineChain())
}

func (p *parser) ifStatement(ifToken Token) Statement {
	s := new(If)
	var nested []Node // what was read when an error ends the statement
	keyword := ifToken
	for {
		p.skipLines()
		lParen := p.take()
		if lParen.Kind != TokLParen {
			p.unget(lParen)
			p.incomplete(keyword.extent.after(), "MissingOpenParenthesisInIfStatement", keyword.Text())
			return brokenAt(ifToken.extent.to(keyword.extent), nested...)
		}
		p.skipLines()
		condition := p.pipelineChain()
		missing := condition == nil
		if missing {
			place := lParen.extent.after()
			p.incomplete(place, "IfStatementMissingCondition", keyword.Text())
			condition = errorAt(place)
		} else {
			nested = append(nested, condition)
		}
		p.skipLines()
		rParen := p.take()
		if rParen.Kind != TokRParen {
			p.unget(rParen)
			if _, broken := condition.(*ErrorStatement); !broken {
				p.incomplete(rParen.extent, "MissingEndParenthesisAfterStatement", keyword.Text())
			}
			return brokenAt(ifToken.extent.to(rParen.extent.before()), nested...)
		}
		p.skipLines()
		body := p.statementBlock()
		if body == nil {
			p.incomplete(rParen.extent, "MissingStatementBlock", keyword.Text())
			return brokenAt(ifToken.extent.to(rParen.extent), nested...)
		}
		nested = append(nested, body)
		s.Clauses = append(s.Clauses, IfClause{condition, body})
		s.extent = ifToken.extent.to(body.extent)

		// Without else, the line ends that follow belong to what is around.
		mark := p.mark()
		p.skipLines()
		keyword = *p.look()
		switch keyword.Kind {
		case KwElseIf:
			p.drop()
			continue
		case KwElse:
			p.drop()
			p.skipLines()
			s.Else = p.statementBlock()
			if s.Else == nil {
				p.incomplete(keyword.extent.after(), "MissingStatementBlockAfterElse")
				return brokenAt(ifToken.extent.to(keyword.extent), nested...)
			}
			s.extent = ifToken.extent.to(s.Else.extent)
		default:
			p.goBack(mark)
		}
		return s
	}
}

// switchParse is the state of reading a switch statement.
type switchParse struct {
	start, end         Extent // of what was read
	broken, incomplete bool   // an error was told, one that more text may mend
	condition          PipelineBase
	flags              SwitchFlags
	clauses            []SwitchClause
	dflt               *StatementBlock
	read               []Node // tests and bodies, those of errors too
	rCurly             Extent
}

func (p *parser) switchStatement(label, keyword Token) Statement {
	s := &switchParse{start: firstExtent(label.extent, keyword.extent)}
	s.end = s.start
	p.skipLines()
	p.switchFlags(s)
	p.switchCondition(s)
	p.skipLines()
	lCurly := p.take()
	if lCurly.Kind == TokLCurly {
		s.end = lCurly.extent
		p.switchBody(s, lCurly)
	} else {
		p.unget(lCurly)
		if !s.incomplete {
			s.broken = true
			p.incomplete(s.end.after(), "MissingCurlyBraceInSwitchStatement")
		}
	}
	if s.broken {
		e := errorAt(s.start.to(s.end))
		e.Kind, e.Flags = KwSwitch, s.flags
		if s.condition != nil {
			e.Conditions = []Node{s.condition}
		}
		e.Bodies = s.read
		return e
	}
	return &Switch{
		statementAt: stmtAt(s.start.to(s.rCurly)),
		Label:       label.Value, Flags: s.flags, Condition: s.condition, Clauses: s.clauses, Default: s.dflt,
	}
}

func (p *parser) switchFlags(s *switchParse) {
	for p.look().Kind == TokParameter {
		t := p.take()
		s.end = t.extent
		switch {
		case t.isParameter("regex"):
			s.flags = s.flags&^SwitchWildcard | SwitchRegex
		case t.isParameter("wildcard"):
			s.flags = s.flags&^SwitchRegex | SwitchWildcard
		case t.isParameter("exact"):
			s.flags &^= SwitchRegex | SwitchWildcard
		case t.isParameter("casesensitive"):
			s.flags |= SwitchCaseSensitive
		case t.isParameter("parallel"):
			s.flags |= SwitchParallel
		case t.isParameter("file"):
			s.flags |= SwitchFile
			p.skipLines()
			file := p.singleArgument(inFileName)
			if file == nil {
				s.broken = true
				s.incomplete = p.incomplete(t.extent.after(), "MissingFilenameOption")
				continue
			}
			s.end = file.Extent()
			element := &CommandExpression{commandBaseAt: cmdAt(s.end), Expression: file}
			s.condition = &Pipeline{pipelineBaseAt: pipeAt(s.end), Elements: []CommandBase{element}}
		default:
			s.broken = true
			p.report(t.extent, "InvalidSwitchFlag", t.Value)
		}
	}
}

func (p *parser) switchCondition(s *switchParse) {
	lParen := *p.look()
	if lParen.Kind != TokLParen {
		if s.condition == nil && s.flags&SwitchFile == 0 {
			s.broken = true
			s.incomplete = p.incomplete(s.end.after(), "PipelineValueRequired")
		}
		return
	}
	s.end = lParen.extent
	p.drop()
	if s.flags&SwitchFile != 0 {
		s.broken = true
		p.report(lParen.extent, "PipelineValueRequired")
	}
	p.skipLines()
	s.condition = p.pipelineChain()
	if s.condition == nil {
		s.broken = true
		s.incomplete = p.incomplete(lParen.extent.after(), "PipelineValueRequired")
	} else {
		s.end = s.condition.Extent()
	}
	p.skipLines()
	rParen := p.take()
	if rParen.Kind == TokRParen {
		s.end = rParen.extent
		return
	}
	p.unget(rParen)
	if !s.incomplete {
		s.broken = true
		s.incomplete = p.incomplete(s.end.after(), "MissingEndParenthesisInSwitchStatement")
	}
}

func (p *parser) switchBody(s *switchParse, lCurly Token) {
	p.skipLines()
	for {
		t := *p.look()
		var test Expression
		if t.Kind == KwDefault {
			p.drop()
			test = bareWord(&t)
		} else if test = p.singleArgument(inSwitch); test == nil {
			s.broken = true
			p.incomplete(s.end.after(), "MissingSwitchConditionExpression")
			if p.look().Kind == TokRCurly {
				p.drop()
			}
			return
		}
		s.read = append(s.read, test)
		s.end = test.Extent()
		body := p.statementBlock()
		switch {
		case body == nil:
			s.broken = true
			s.incomplete = p.incomplete(s.end.after(), "MissingSwitchStatementClause")
		case t.Kind == KwDefault:
			if s.dflt != nil {
				s.broken = true
				p.report(t.extent, "MultipleSwitchDefaultClauses")
			}
			s.dflt = body
		default:
			s.clauses = append(s.clauses, SwitchClause{test, body})
		}
		if body != nil {
			s.read = append(s.read, body)
			s.end = body.extent
		}
		p.skipTerminators()
		switch t := *p.look(); t.Kind {
		case TokRCurly:
			s.rCurly = t.extent
			p.drop()
			return
		case TokEndOfInput:
			if !s.incomplete {
				s.broken = true
				p.incompleteAt(lCurly.extent, t.extent, "MissingEndCurlyBrace")
			}
			return
		}
	}
}

func (p *parser) forEachStatement(label, keyword Token) Statement {
	start := firstExtent(label.extent, keyword.extent)
	var end Extent // set by an error
	s := &ForEach{Label: label.Value}
	p.skipLines()
	for p.look().Kind == TokParameter {
		t := p.take()
		switch {
		case t.isParameter("parallel"):
			s.Parallel = true
		case t.isParameter("throttlelimit"):
			p.skipLines()
			s.ThrottleLimit = p.singleArgument(inArgument)
			if s.ThrottleLimit == nil {
				p.incomplete(t.extent.after(), "MissingThrottleLimit")
			}
		default:
			end = t.extent
			p.report(t.extent, "InvalidForeachFlag", t.Value)
		}
		p.skipLines()
	}
	lParen := p.take()
	if lParen.Kind != TokLParen {
		p.unget(lParen)
		p.incomplete(keyword.extent.after(), "MissingOpenParenthesisAfterKeyword", keyword.Kind.Text())
		return errorAt(start.to(keyword.extent))
	}
	p.skipLines()
	t := p.take()
	if t.Kind != TokVariable && t.Kind != TokSplattedVariable {
		p.unget(t)
		p.incomplete(lParen.extent.after(), "MissingVariableNameAfterForeach")
		return errorAt(start.to(lParen.extent))
	}
	s.Variable = newVariable(&t)
	p.skipLines()
	if broken := p.forEachRest(s); broken.Source != nil {
		end = broken
	}
	if end.Source != nil {
		e := brokenAt(start.to(end), s.Variable)
		if s.Condition != nil {
			e.Nested = append(e.Nested, s.Condition)
		}
		if s.Body != nil {
			e.Nested = append(e.Nested, s.Body)
		}
		return e
	}
	s.extent = start.to(s.Body.extent)
	return s
}

// forEachRest reads on after the variable. It gives the place of an error.
func (p *parser) forEachRest(s *ForEach) Extent {
	in := p.take()
	if in.Kind != KwIn {
		p.unget(in)
		p.incomplete(s.Variable.extent.after(), "MissingInInForeach")
		return s.Variable.extent
	}
	p.skipLines()
	s.Condition = p.pipelineChain()
	if s.Condition == nil {
		p.incomplete(in.extent.after(), "MissingForeachExpression")
		return in.extent
	}
	p.skipLines()
	rParen := p.take()
	if rParen.Kind != TokRParen {
		p.unget(rParen)
		p.incomplete(s.Condition.Extent().after(), "MissingEndParenthesisAfterForeach")
		return s.Condition.Extent()
	}
	s.Body = p.statementBlock()
	if s.Body == nil {
		p.incomplete(rParen.extent.after(), "MissingForeachStatement")
		return rParen.extent
	}
	return Extent{}
}

func (p *parser) forStatement(label, keyword Token) Statement {
	start := firstExtent(label.extent, keyword.extent)
	p.skipLines()
	lParen := p.take()
	if lParen.Kind != TokLParen {
		p.unget(lParen)
		p.incomplete(keyword.extent.after(), "MissingOpenParenthesisAfterKeyword", keyword.Kind.Text())
		return errorAt(start.to(keyword.extent))
	}
	s := &For{Label: label.Value}
	end := lParen.extent
	part := func(separated bool) PipelineBase {
		p.skipLines()
		e := p.pipelineChain()
		if e != nil {
			end = e.Extent()
		}
		if separated && p.look().Kind == TokSemi {
			end = p.take().extent
		}
		return e
	}
	s.Initializer = part(true)
	s.Condition = part(true)
	s.Iterator = part(false)
	p.skipLines()
	rParen := p.take()
	if rParen.Kind != TokRParen {
		p.unget(rParen)
		p.incomplete(end.after(), "MissingEndParenthesisAfterStatement", keyword.Kind.Text())
	} else if s.Body = p.statementBlock(); s.Body == nil {
		end = rParen.extent
		p.incomplete(end.after(), "MissingLoopStatement", keyword.Kind.Text())
	}
	if s.Body == nil {
		e := errorAt(start.to(end))
		for _, part := range [...]PipelineBase{s.Initializer, s.Condition, s.Iterator} {
			if part != nil {
				e.Nested = append(e.Nested, part)
			}
		}
		return e
	}
	s.extent = start.to(s.Body.extent)
	return s
}

func (p *parser) whileStatement(label, keyword Token) Statement {
	start := firstExtent(label.extent, keyword.extent)
	p.skipLines()
	lParen := p.take()
	if lParen.Kind != TokLParen {
		p.unget(lParen)
		p.incomplete(keyword.extent.after(), "MissingOpenParenthesisAfterKeyword", keyword.Text())
		return errorAt(start.to(keyword.extent))
	}
	p.skipLines()
	condition := p.pipelineChain()
	var nested []Node
	if condition == nil {
		place := lParen.extent.after()
		p.incomplete(place, "MissingExpressionAfterKeyword", keyword.Kind.Text())
		condition = errorAt(place)
	} else {
		nested = []Node{condition}
	}
	p.skipLines()
	rParen := p.take()
	if rParen.Kind != TokRParen {
		p.unget(rParen)
		if _, broken := condition.(*ErrorStatement); !broken {
			p.incomplete(condition.Extent().after(), "MissingEndParenthesisAfterStatement", keyword.Kind.Text())
		}
		return brokenAt(start.to(condition.Extent()), nested...)
	}
	p.skipLines()
	body := p.statementBlock()
	if body == nil {
		p.incomplete(rParen.extent.after(), "MissingLoopStatement", keyword.Kind.Text())
		return brokenAt(start.to(rParen.extent), nested...)
	}
	return &While{statementAt: stmtAt(start.to(body.extent)), Label: label.Value, Condition: condition, Body: body}
}

func (p *parser) doStatement(label, keyword Token) Statement {
	start := firstExtent(label.extent, keyword.extent)
	body := p.statementBlock()
	if body == nil {
		p.incomplete(keyword.extent.after(), "MissingLoopStatement", KwDo.Text())
		return errorAt(start.to(keyword.extent))
	}
	p.skipLines()
	until := p.take()
	if until.Kind != KwWhile && until.Kind != KwUntil {
		p.unget(until)
		p.incomplete(body.extent.after(), "MissingWhileOrUntilInDoWhile")
		return brokenAt(start.to(body.extent), body)
	}
	p.skipLines()
	lParen := p.take()
	if lParen.Kind != TokLParen {
		p.unget(lParen)
		p.incomplete(until.extent.after(), "MissingOpenParenthesisAfterKeyword", until.Kind.Text())
		return brokenAt(start.to(until.extent), body)
	}
	p.skipLines()
	condition := p.pipelineChain()
	if condition == nil {
		p.incomplete(lParen.extent.after(), "MissingExpressionAfterKeyword", until.Kind.Text())
	}
	p.skipLines()
	rParen := p.take()
	if rParen.Kind != TokRParen {
		p.unget(rParen)
		if condition != nil {
			p.incomplete(condition.Extent().after(), "MissingEndParenthesisAfterStatement", until.Kind.Text())
			return brokenAt(start.to(condition.Extent()), body, condition)
		}
	}
	if condition == nil {
		return brokenAt(start.to(lParen.extent), body)
	}
	at := stmtAt(start.to(rParen.extent))
	if until.Kind == KwUntil {
		return &DoUntil{statementAt: at, Label: label.Value, Condition: condition, Body: body}
	}
	return &DoWhile{statementAt: at, Label: label.Value, Condition: condition, Body: body}
}

func (p *parser) blockStatement(keyword Token) Statement {
	body := p.statementBlock()
	if body == nil {
		p.incomplete(keyword.extent.after(), "MissingStatementAfterKeyword", keyword.Text())
		return errorAt(keyword.extent)
	}
	return &Block{statementAt: stmtAt(keyword.extent.to(body.extent)), Kind: keyword.Kind, Body: body}
}

// configuration reads a configuration, only to say that there are none here.
func (p *parser) configuration(keyword Token) Statement {
	p.skipLines()
	extent := keyword.extent
	p.report(extent, "ConfigurationNotSupportedInPowerShellCore")
	if k := p.look().Kind; k != TokLCurly && k != TokEndOfInput {
		if name := p.singleArgument(inArgument); name != nil {
			extent = extent.to(name.Extent())
		}
		p.skipLines()
	}
	if p.look().Kind == TokLCurly {
		body := p.scriptBlockExpression(p.take())
		extent = extent.to(body.extent)
	}
	return errorAt(extent)
}

func (p *parser) trapStatement(keyword Token) Statement {
	mark := p.restorePoint()
	p.skipLines()
	attribute := p.attribute()
	constraint, ok := attribute.(*TypeConstraint)
	if attribute != nil && !ok {
		p.goBack(mark) // it belongs to what comes after
	}
	body := p.statementBlock()
	if body == nil {
		end := keyword.extent
		e := errorAt(end)
		if constraint != nil {
			end = constraint.extent
			e = brokenAt(keyword.extent.to(end), constraint)
		}
		p.incomplete(end.after(), "MissingTrapStatement")
		return e
	}
	return &Trap{statementAt: stmtAt(keyword.extent.to(body.extent)), Type: constraint, Body: body}
}

func (p *parser) tryStatement(keyword Token) Statement {
	p.skipLines()
	body := p.statementBlock()
	if body == nil {
		p.incomplete(keyword.extent.after(), "MissingTryStatementBlock")
		return errorAt(keyword.extent)
	}
	s := &Try{Body: body}
	extent := keyword.extent.to(body.extent)
	var end Extent // set by an error
	var nested []Node
	for {
		c := p.catchClause(&end, &nested)
		if c == nil {
			break
		}
		s.Catches = append(s.Catches, c)
		extent = extent.to(c.extent)
	}
	p.skipLines()
	if finally := *p.look(); finally.Kind == KwFinally {
		p.drop()
		s.Finally = p.statementBlock()
		if s.Finally == nil {
			end = finally.extent
			p.incomplete(end.after(), "MissingFinallyStatementBlock", finally.Kind.Text())
		} else {
			extent = extent.to(s.Finally.extent)
		}
	}
	if len(s.Catches) == 0 && s.Finally == nil && end.Source == nil {
		end = body.extent
		p.incomplete(end.after(), "MissingCatchOrFinally")
	}
	if end.Source != nil {
		e := brokenAt(keyword.extent.to(end), body)
		e.Nested = append(append(e.Nested, nodes(s.Catches)...), nested...)
		return e
	}
	s.extent = extent
	return s
}

func (p *parser) catchClause(end *Extent, nested *[]Node) *Catch {
	p.skipLines()
	keyword := p.take()
	if keyword.Kind != KwCatch {
		p.unget(keyword)
		return nil
	}
	c := new(Catch)
	var comma Token
	told := false
	for {
		mark := p.mark()
		p.skipLines()
		attribute := p.attribute()
		if attribute == nil {
			if comma.Kind == OpComma {
				*end, told = comma.extent, true
				p.incomplete(end.after(), "MissingTypeLiteralToken")
			}
			break
		}
		constraint, ok := attribute.(*TypeConstraint)
		if !ok {
			p.goBack(mark)
			break
		}
		c.Types = append(c.Types, constraint)
		p.skipLines()
		comma = *p.look()
		if comma.Kind != OpComma {
			break
		}
		p.drop()
	}
	c.Body = p.statementBlock()
	if c.Body == nil {
		if !told {
			*end = keyword.extent
			if n := len(c.Types); n > 0 {
				*end = c.Types[n-1].extent
			}
			p.incomplete(end.after(), "MissingCatchHandlerBlock")
		}
		*nested = append(*nested, nodes(c.Types)...)
		return nil
	}
	c.extent = keyword.extent.to(c.Body.extent)
	return c
}

func (p *parser) dataStatement(keyword Token) Statement {
	s := new(Data)
	var end Extent // set by an error
	last := keyword.extent
	p.skipLines()
	if name := p.simpleNameRule(); name != nil {
		s.Variable = name.Value
		last = name.extent
	}
	p.skipLines()
	if t := *p.look(); t.Kind == TokParameter {
		p.drop()
		if !t.isParameter("supportedcommand") {
			end = t.extent
			p.report(end, "InvalidParameterForDataSectionStatement", t.Value)
		}
		before := t.extent
		for {
			p.skipLines()
			command := p.singleArgument(inCommandName)
			if command == nil {
				if end.Source == nil {
					p.incomplete(before.after(), "MissingValueForSupportedCommandInDataSectionStatement")
				}
				end = before
				break
			}
			s.CommandsAllowed = append(s.CommandsAllowed, command)
			last = command.Extent()
			comma := *p.look()
			if comma.Kind != OpComma {
				break
			}
			before = comma.extent
			p.drop()
		}
	}
	if end.Source == nil {
		s.Body = p.statementBlock()
		if s.Body != nil {
			s.extent = keyword.extent.to(s.Body.extent)
			return s
		}
		end = last
		p.incomplete(end.after(), "MissingStatementBlockForDataSection")
	}
	return brokenAt(keyword.extent.to(end), nodes(s.CommandsAllowed)...)
}
