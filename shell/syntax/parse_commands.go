package syntax

// pipelineChain reads an assignment, a pipeline, or pipelines joined by &&
// and ||.
func (p *parser) pipelineChain() PipelineBase {
	p.enter()
	defer p.leave()
	mode := p.setMode(expressionMode)
	first := p.expression(false)
	var assign Token
	if first != nil {
		if t := p.look(); t.Kind.has(traitAssignment) {
			assign = *t
			p.drop()
		}
	}
	p.setMode(mode)
	if assign.Kind != TokUnknown {
		return p.assignment(first, assign)
	}
	var chain PipelineBase
	var operator Token
	for {
		var firstToken Token
		if first == nil {
			firstToken = *p.look()
		}
		pipeline := p.pipeline(first)
		first = nil
		if pipeline == nil {
			if chain == nil {
				return nil
			}
			return p.brokenChain(chain, operator, firstToken)
		}
		t := *p.look()
		background := false
		switch t.Kind {
		case OpAndAnd, OpOrOr:
			p.drop()
			p.skipLines()
		case OpAmpersand:
			p.drop()
			if t := *p.look(); t.Kind == OpAndAnd || t.Kind == OpOrOr {
				p.drop()
				p.report(t.extent, "BackgroundOperatorInPipelineChain")
				return errorAt(firstExtent(extentOf(chain), pipeline.extent).to(t.extent))
			}
			background = true
		}
		if chain == nil {
			chain = pipeline
			pipeline.Background = background
		} else {
			chain = &PipelineChain{
				pipelineBaseAt: pipeAt(chain.Extent().to(pipeline.extent)),
				Left:           chain, Op: operator.Kind, Right: pipeline, Background: background,
			}
		}
		if t.Kind != OpAndAnd && t.Kind != OpOrOr {
			return chain
		}
		operator = t
		if p.look().Kind == TokEndOfInput {
			p.incomplete(t.extent.after(), "EmptyPipelineChainElement")
			return chain
		}
	}
}

func (p *parser) assignment(left Expression, operator Token) PipelineBase {
	p.skipLines()
	right := p.statement()
	if right == nil {
		place := operator.extent.after()
		p.incomplete(place, "ExpectedValueExpression", operator.Kind.Text())
		right = errorAt(place)
	}
	// A mere expression stands for itself, without a pipeline.
	if pipeline, ok := right.(*Pipeline); ok && len(pipeline.Elements) == 1 && !pipeline.Background {
		if e, ok := pipeline.Elements[0].(*CommandExpression); ok {
			right = e
		}
	}
	return &Assignment{
		pipelineBaseAt: pipeAt(left.Extent().to(right.Extent())),
		Left:           left, Op: operator.Kind, OpExtent: operator.extent, Right: right,
	}
}

func (p *parser) brokenChain(chain PipelineBase, operator, first Token) PipelineBase {
	switch first.Kind {
	case TokEndOfInput:
		p.incomplete(operator.extent.after(), "EmptyPipelineChainElement")
	case OpDot, OpAmpersand:
		// The command has told its error.
	default:
		p.report(operator.extent.to(first.extent), "EmptyPipelineChainElement")
	}
	e := brokenAt(chain.Extent().to(operator.extent), chain)
	e.Kind = operator.Kind
	return e
}

// pipeline reads commands joined by |. First is an expression that was read
// already.
func (p *parser) pipeline(first Expression) *Pipeline {
	s := new(Pipeline)
	var pipe Token
	for {
		if element := p.pipelineElement(first, len(s.Elements) > 0); element != nil {
			s.Elements = append(s.Elements, element)
			s.extent = s.extent.to(element.Extent())
		} else if len(s.Elements) > 0 || p.look().Kind == TokPipe {
			place := p.look().extent
			if pipe.Kind == TokPipe {
				place = pipe.extent.after()
			}
			p.incomplete(place, "EmptyPipeElement")
		}
		first = nil
		if t := p.look(); t.Kind == TokNewLine && p.pipeFollows(p.position(int(t.extent.end))) {
			p.skipLines()
		}
		pipe = *p.look()
		switch pipe.Kind {
		case TokSemi, TokNewLine, TokRParen, TokRCurly, TokEndOfInput, OpAndAnd, OpOrOr, OpAmpersand:
		case TokPipe:
			p.drop()
			p.skipLines()
			if p.look().Kind != TokEndOfInput {
				continue
			}
			p.incomplete(pipe.extent.after(), "EmptyPipeElement")
		default:
			p.report(pipe.extent, "UnexpectedToken", pipe.Text())
		}
		if len(s.Elements) == 0 {
			return nil
		}
		return s
	}
}

func (p *parser) pipelineElement(first Expression, later bool) CommandBase {
	if first == nil {
		mode := p.setMode(expressionMode)
		first = p.expression(false)
		p.setMode(mode)
	}
	if first == nil {
		if c := p.command(); c != nil {
			return c
		}
		return nil
	}
	if later {
		p.report(first.Extent(), "ExpressionsMustBeFirstInPipeline")
	}
	e := &CommandExpression{commandBaseAt: cmdAt(first.Extent()), Expression: first}
	for p.look().Kind == TokRedirection || p.look().Kind == TokRedirectInStd {
		if r, _ := p.redirection(p.take(), &e.Redirections); r != nil {
			e.extent = first.Extent().to(r.Extent())
		}
	}
	return e
}

// pipeFollows tells whether the first thing on the lines after a line end is
// a pipe: the pipeline goes on there. A blank line ends it.
func (p *parser) pipeFollows(pos int) bool {
	begin := pos
	defer func() { p.burn((pos - begin) / 8) }()
	blank := true // nothing seen on this line
	for pos < len(p.text) {
		r := p.peekAt(pos)
		switch {
		case r == '\r' || r == '\n':
			if blank {
				return false
			}
			blank = true
			pos++
			if r == '\r' && p.peekAt(pos) == '\n' {
				pos++
			}
		case isBlank(r):
			pos += len(string(r))
		case r == '#':
			blank = false
			for pos < len(p.text) && p.text[pos] != '\r' && p.text[pos] != '\n' {
				pos++
			}
		case r == '<' && p.peekAt(pos+1) == '#':
			blank = false
			pos = skipBlockComment(p.text, pos+2)
		default:
			return r == '|'
		}
	}
	return false
}

// skipBlockComment gives the place behind a block comment's end.
func skipBlockComment(text string, pos int) int {
	for ; pos < len(text); pos++ {
		if text[pos] == '#' && pos+1 < len(text) && text[pos+1] == '>' {
			return pos + 2
		}
	}
	return pos
}

// redirection reads on after a redirection's operator and keeps it, if its
// stream is not redirected already. Besides what it read it gives the extent.
func (p *parser) redirection(t Token, list *[]Redirection) (Redirection, Extent) {
	var r Redirection
	if t.merge {
		to := t.to
		if to != StreamOutput || t.from == to {
			p.report(t.extent, "RedirectionNotSupported", t.Text())
			to = StreamOutput
		}
		r = &MergingRedirection{at: at{t.extent}, Stream: t.from, To: to}
	} else {
		file := p.singleArgument(inFileName)
		if file == nil {
			p.report(t.extent.after(), "MissingFileSpecification")
			file = &ErrorExpression{expressionAt: exprAt(t.extent)}
		}
		extent := t.extent.to(file.Extent())
		if t.Kind == TokRedirectInStd {
			p.report(t.extent, "RedirectionNotSupported", t.Text())
			return nil, extent
		}
		r = &FileRedirection{at: at{extent}, Stream: t.from, Append: t.appends, Location: file}
	}
	for _, other := range *list {
		if other.From() == r.From() {
			p.report(r.Extent(), "StreamAlreadyRedirected", streamNames[r.From()])
			return r, r.Extent()
		}
	}
	*list = append(*list, r)
	return r, r.Extent()
}

var streamNames = [...]string{
	StreamAll: "* stream", StreamOutput: "output stream", StreamError: "error stream", StreamWarning: "warning stream",
	StreamVerbose: "verbose stream", StreamDebug: "debug stream", StreamInformation: "information stream",
}

// argumentContext tells where an argument stands.
type argumentContext uint8

const (
	inArgument argumentContext = iota
	inCommandName
	inInvokedName // after & or .
	inFileName
	inSwitch
)

func (c argumentContext) isName() bool { return c == inCommandName || c == inInvokedName }

// singleArgument reads an argument in a place that has only one.
func (p *parser) singleArgument(context argumentContext) Expression {
	if k := p.look().Kind; k == OpComma || k == TokEndOfInput {
		return nil
	}
	mode := p.setMode(commandMode)
	e := p.argument(context, p.take())
	p.setMode(mode)
	return e
}

// argument reads an argument that begins with t; in a command, several ones
// joined by commas are one.
func (p *parser) argument(context argumentContext, t Token) Expression {
	var list []Expression
	var comma Token
	for {
		e, verbatim := p.argumentValue(context, &t)
		if e == nil {
			p.unget(t)
			if comma.Kind == TokUnknown {
				return nil
			}
			p.incomplete(comma.extent.after(), "MissingExpression", ",")
			return &ErrorExpression{expressionAt: exprAt(list[0].Extent().to(comma.extent)), Nested: nodes(list)}
		}
		if context != inArgument || verbatim || p.look().Kind != OpComma {
			if list == nil {
				return e
			}
			list = append(list, e)
			return &ArrayLiteral{expressionAt: exprAt(list[0].Extent().to(e.Extent())), Elements: list}
		}
		comma = p.take()
		list = append(list, e)
		p.skipLines()
		t = p.take()
	}
}

// verbatimArgument makes the rest of the line an argument.
const verbatimArgument = "--%"

func (p *parser) argumentValue(context argumentContext, t *Token) (e Expression, verbatim bool) {
	switch t.Kind {
	case TokPipe, TokRCurly, TokRParen, TokEndOfInput, TokNewLine, TokSemi, TokRedirection, TokRedirectInStd,
		OpAndAnd, OpOrOr, OpAmpersand, OpMinusMinus, OpComma:
		return nil, false
	case TokSplattedVariable, TokVariable, TokNumber, TokHereStringExpandable, TokStringExpandable,
		TokHereStringLiteral, TokStringLiteral, TokLParen, TokDollarParen, TokAtParen, TokAtCurly, TokLCurly:
		p.unget(*t)
		return p.primary(true), false
	case TokGeneric:
		if t.parts != nil && context != inCommandName {
			return p.expandable(t, BareWord), false
		}
		return &StringConstant{expressionAt: exprAt(t.extent), Value: t.Value}, t.Value == verbatimArgument
	}
	return bareWord(t), false
}

// command reads a command with its arguments.
func (p *parser) command() *Command {
	mode := p.setMode(commandMode)
	c := new(Command)
	first := p.take()
	t, end := first, first.extent
	context := inCommandName
	if t.Kind == OpDot || t.Kind == OpAmpersand {
		c.Operator = t.Kind
		t = p.take()
		context = inInvokedName
	}
	dashes := false // -- was seen: no parameters follow
scan:
	for {
		switch t.Kind {
		case TokPipe, TokRCurly, TokRParen, TokEndOfInput, TokNewLine, TokSemi, OpAndAnd, OpOrOr, OpAmpersand:
			p.unget(t)
			break scan
		case OpMinusMinus:
			end = t.extent
			if dashes {
				c.Elements = append(c.Elements, bareWord(&t))
			} else {
				c.Elements = append(c.Elements, &CommandParameter{at: at{end}, Name: "-", NameExtent: end})
			}
			dashes = true
		case OpComma:
			end = t.extent
			p.report(end, "MissingArgument")
			p.skipLines()
		case TokParameter:
			if context.isName() || dashes {
				end = t.extent
				c.Elements = append(c.Elements, bareWord(&t))
				break
			}
			parameter := p.commandParameter(t)
			end = parameter.extent
			c.Elements = append(c.Elements, parameter)
		case TokRedirection, TokRedirectInStd:
			if context.isName() {
				end = t.extent
				c.Elements = append(c.Elements, bareWord(&t))
				break
			}
			_, end = p.redirection(t, &c.Redirections)
		case KwInlineScript:
			if context == inCommandName {
				if !p.inlineScript(c, t) {
					end = c.Elements[len(c.Elements)-1].Extent()
					break scan
				}
				end = c.Elements[len(c.Elements)-1].Extent()
				break
			}
			end = t.extent
			c.Elements = append(c.Elements, bareWord(&t))
		default:
			e := p.argument(context, t)
			if e == nil {
				// argument left the token; it cannot begin one.
				end = t.extent
				break scan
			}
			end = e.Extent()
			c.Elements = append(c.Elements, e)
			if t.isString() && t.Value == verbatimArgument && (!p.looked || p.ungot.Kind == TokParameter) {
				p.looked = false
				rest := p.verbatim()
				end = rest.extent
				c.Elements = append(c.Elements, &StringConstant{expressionAt: exprAt(end), Value: rest.Value})
				break scan
			}
		}
		context = inArgument
		t = p.take()
	}
	p.setMode(mode)
	if len(c.Elements) == 0 {
		if c.Operator != TokUnknown {
			p.report(first.extent, "MissingExpression", first.Text())
		}
		return nil
	}
	c.extent = first.extent.to(end)
	return c
}

func (p *parser) commandParameter(t Token) *CommandParameter {
	c := &CommandParameter{at: at{t.extent}, Name: t.Value, NameExtent: t.extent}
	if !t.colon || p.look().Kind == OpComma {
		return c
	}
	c.Argument = p.argument(inArgument, p.take())
	if c.Argument == nil {
		p.report(t.extent.after(), "ParameterRequiresArgument", t.Text())
	} else {
		c.extent = t.extent.to(c.Argument.Extent())
	}
	return c
}

// inlineScript reads on after the keyword. It answers false when its block is
// missing.
func (p *parser) inlineScript(c *Command, t Token) bool {
	c.Elements = append(c.Elements, bareWord(&t))
	p.skipLines()
	lCurly := p.take()
	if lCurly.Kind != TokLCurly {
		p.unget(lCurly)
		p.incomplete(t.extent.after(), "MissingStatementAfterKeyword", t.Text())
		return false
	}
	c.Elements = append(c.Elements, p.scriptBlockExpression(lCurly))
	return true
}
