package syntax

// Parse reads a script. It always gives a tree, together with all errors in
// the order in which PowerShell would tell them; a tree with errors is for
// looking at, not for running. Name is the file's path, empty if there is
// none.
func Parse(name, text string) (*ScriptBlock, []*ParseError) {
	p := newParser(NewSource(name, text))
	return p.script(), p.errors
}

// maxDepth bounds how deep rules may nest, so that no text exhausts the
// stack.
const maxDepth = 4000

// A parser is a recursive descent over the tokens of a lexer, whose mode it
// sets. It looks at most one token ahead, and goes back in the text where
// that is not enough.
//
// Rules are methods named for what they read. One that finds nothing gives
// nil and leaves the text as it was.
type parser struct {
	lexer
	ungot   Token // looked at but not taken
	looked  bool  // whether there is one
	noComma bool  // a comma separates arguments or parameters, it makes no array
	depth   int
	types   bool // a class or enum was read
}

func newParser(source *Source) *parser {
	p := new(parser)
	p.init(source)
	return p
}

// script reads the whole text.
func (p *parser) script() (block *ScriptBlock) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case tooComplicated:
			p.report(p.current(), "ScriptTooComplicated")
			p.text, p.base, p.skips = p.source.Text, 0, nil
			block = &ScriptBlock{at: p.whole(), script: true, End: &NamedBlock{at: p.whole(), Kind: KwEnd, Unnamed: true}}
		default:
			panic(r)
		}
	}()
	block = p.scriptBlock(Token{}, nil, false)
	block.script = true
	block.Requirements = p.requirements()
	check(p, block)
	return block
}

// whole covers the whole text that is read.
func (p *parser) whole() at { return at{p.extentOf(0, len(p.text))} }

// enter counts a level of nesting; leave undoes it.
func (p *parser) enter() {
	if p.depth++; p.depth > maxDepth {
		panic(tooComplicated{})
	}
}

func (p *parser) leave() { p.depth-- }

// Tokens.

// look gives the next token without taking it. What it points to holds until
// the token is taken.
func (p *parser) look() *Token {
	if !p.looked {
		p.ungot = p.nextToken()
		p.looked = true
	}
	return &p.ungot
}

// take reads the next token.
func (p *parser) take() Token {
	if p.looked {
		p.looked = false
		return p.ungot
	}
	return p.nextToken()
}

// drop takes the token that was looked at.
func (p *parser) drop() { p.looked = false }

// unget puts back a token just taken.
func (p *parser) unget(t Token) {
	p.ungot = t
	p.looked = true
}

// skipLines moves past line ends.
func (p *parser) skipLines() {
	if !p.looked || p.ungot.Kind == TokNewLine {
		p.looked = false
		p.skipNewlines(false)
	}
}

// skipTerminators moves past line ends and semicolons.
func (p *parser) skipTerminators() {
	if !p.looked || p.ungot.Kind == TokNewLine || p.ungot.Kind == TokSemi {
		p.looked = false
		p.skipNewlines(true)
	}
}

// setMode changes the lexer's mode and gives the former. A token that was
// looked at is read again if it may be another in the new mode.
func (p *parser) setMode(m mode) mode {
	old := p.mode
	if m != old && p.looked && !p.ungot.Kind.has(traitInvariant) {
		p.goBack(int(p.ungot.extent.start))
	}
	p.mode = m
	return old
}

// goBack continues at an earlier place in the text.
func (p *parser) goBack(offset int) {
	p.looked = false
	p.resync(offset)
}

// mark is the place in the text where the parser stands, for goBack.
func (p *parser) mark() int {
	if p.looked {
		return int(p.ungot.extent.start)
	}
	return p.restorePoint()
}

// sync skips tokens up to one of the kinds given that is not within
// brackets opened since. A closing token is left unless consume.
func (p *parser) sync(consume bool, kinds ...Kind) {
	wanted := func(k Kind) bool {
		for _, kind := range kinds {
			if k == kind {
				return true
			}
		}
		return false
	}
	var parens, curlies, brackets int
	open := func(n *int, k Kind) {
		if wanted(k) {
			*n = 1
		}
	}
	open(&parens, TokRParen)
	open(&curlies, TokRCurly)
	open(&brackets, TokRBracket)
	for {
		t := p.take()
		var n *int
		switch t.Kind {
		case TokLParen:
			parens++
		case TokLCurly:
			curlies++
		case TokLBracket:
			brackets++
		case TokRParen:
			n = &parens
		case TokRCurly:
			n = &curlies
		case TokRBracket:
			n = &brackets
		case TokEndOfInput:
			p.unget(t)
			return
		}
		if n != nil {
			*n--
			if *n == 0 && wanted(t.Kind) {
				if !consume {
					p.unget(t)
				}
				return
			}
		}
		if wanted(t.Kind) && parens == 0 && curlies == 0 && brackets == 0 {
			return
		}
	}
}

// firstExtent is the first of the extents that is not zero.
func firstExtent(extents ...Extent) Extent {
	for _, e := range extents {
		if e.Source != nil {
			return e
		}
	}
	return Extent{}
}

// bareWord makes a string constant of a token's text.
func bareWord(t *Token) *StringConstant {
	return &StringConstant{expressionAt: exprAt(t.extent), Value: t.Text()}
}

func exprAt(e Extent) expressionAt     { return expressionAt{at{e}} }
func stmtAt(e Extent) statementAt      { return statementAt{at{e}} }
func pipeAt(e Extent) pipelineBaseAt   { return pipelineBaseAt{stmtAt(e)} }
func cmdAt(e Extent) commandBaseAt     { return commandBaseAt{stmtAt(e)} }
func errorAt(e Extent) *ErrorStatement { return &ErrorStatement{pipelineBaseAt: pipeAt(e)} }

// brokenAt makes an error statement of what was read of one.
func brokenAt(e Extent, nested ...Node) *ErrorStatement {
	s := errorAt(e)
	for _, n := range nested {
		if n != nil {
			s.Nested = append(s.Nested, n)
		}
	}
	return s
}

// nodes makes a list of nodes of a list of some kind of them.
func nodes[N Node](list []N) []Node {
	out := make([]Node, len(list))
	for i, n := range list {
		out[i] = n
	}
	return out
}
