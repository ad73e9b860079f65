package syntax

import "strings"

// rescan reads the token again, from its beginning, as a word.
func (l *lexer) rescan() Token {
	l.pos = l.start
	return l.generic("")
}

// identifier reads on after a letter: a name, keyword or word.
func (l *lexer) identifier() Token {
	for {
		r := l.peek()
		if !isIdentFollow(r) {
			break
		}
		l.skip(r)
	}
	if l.mode == typeNameMode {
		return l.typeName()
	}
	if !l.simpleName {
		if l.mode == commandMode && !endsToken(l.peek()) {
			return l.generic(l.text[l.start:l.pos])
		}
		if l.mode == commandMode || l.mode == signatureMode {
			if kind := keyword(l.text[l.start:l.pos]); kind != TokUnknown && (kind != KwInlineScript || l.workflow) {
				return l.token(kind)
			}
		}
	}
	return l.token(TokIdentifier)
}

func (l *lexer) typeName() Token {
	for {
		r := l.peek()
		switch r {
		case '.', '`', '_', '+', '#', '\\':
		default:
			if !isLetterOrDigit(r) {
				return l.token(TokIdentifier)
			}
		}
		l.skip(r)
	}
}

// assemblyName reads the name of an assembly after a type's name and a
// comma, with the properties that may follow it.
func (l *lexer) assemblyName() string {
	var b strings.Builder
	word := func() {
		l.skipBlanks()
		l.start = l.pos
		for r := l.peek(); !endsAssemblyName(r); r = l.peek() {
			l.skip(r)
		}
		b.WriteString(l.text[l.start:l.pos])
		l.token(TokIdentifier)
		l.skipBlanks()
	}
	sign := func(kind Kind) {
		l.start = l.pos
		l.pos++
		l.token(kind)
	}
	word()
	for l.peek() == ',' {
		b.WriteString(", ")
		sign(OpComma)
		word()
		if l.peek() == '=' {
			b.WriteByte('=')
			sign(OpEquals)
			word()
		}
	}
	return b.String()
}

// label reads on after a colon.
func (l *lexer) label() Token {
	if !isIdentStart(l.peek()) {
		return l.generic(":")
	}
	r := l.peek()
	for ; isIdentFollow(r); r = l.peek() {
		l.skip(r)
	}
	if l.mode == commandMode && !endsToken(r) {
		l.skip(r)
		return l.generic(l.text[l.start:l.pos])
	}
	return l.save(Token{extent: l.current(), Kind: TokLabel, Value: l.text[l.start+1 : l.pos]})
}

// parameter reads on after a dash: a parameter or an operator.
func (l *lexer) parameter() Token {
	begin := l.pos
	end, colon := -1, false
	for end < 0 {
		r := l.peek()
		switch {
		case isLetter(r) && r < 128:
			l.pos++
			continue
		case isBlank(r):
			end = l.pos
			continue
		}
		switch r {
		case '{', '}', '(', ')', ';', ',', '|', '&', '.', '[', '\r', '\n', 0:
			end = l.pos
		case ':':
			end, colon = l.pos, true
			if l.mode == commandMode {
				l.pos++
			}
		default:
			switch {
			case l.mode != commandMode:
				end = l.pos
			case isSingleQuote(r) || isDoubleQuote(r):
				return l.generic(l.text[l.start:l.pos])
			default:
				l.skip(r)
			}
		}
	}
	name := l.text[begin:end]
	if l.mode == expressionMode {
		if kind := dashOperator(name); kind != TokUnknown {
			return l.token(kind)
		}
	}
	if name == "" {
		return l.token(OpMinus)
	}
	return l.save(Token{extent: l.current(), Kind: TokParameter, Value: name, colon: colon})
}

// verbatim reads what follows --%: up to a pipe or the end of the line,
// without any meaning.
func (l *lexer) verbatim() Token {
	l.skipBlanks()
	l.start = l.pos
	quoted := false
	for l.pos < len(l.text) {
		r := l.peek()
		if r == '\r' || r == '\n' {
			break
		}
		if isDoubleQuote(r) {
			quoted = !quoted
		} else if !quoted && (r == '|' || r == '&' && l.peekAt(l.pos+1) == '&') {
			break
		}
		l.skip(r)
	}
	return l.stringToken(TokGeneric, l.text[l.start:l.pos], nil)
}

// variable reads on after $ or, of a splatted variable, @.
func (l *lexer) variable(splatted, inString bool) Token {
	if l.peek() == '{' && !splatted {
		return l.bracedVariable(inString)
	}
	begin := l.pos
	r := l.peek()
	if !isVariableStart(r) {
		return l.generic("$")
	}
	l.skip(r)
	if r == '$' || r == '?' || r == '^' {
		if l.mode == commandMode && !endsToken(l.peek()) {
			return l.rescan()
		}
	} else if !l.variableName() {
		return l.rescan()
	}
	return l.variableToken(l.text[begin:l.pos], splatted)
}

// variableName reads the name of a variable to its end. It answers false when
// that is no variable but the beginning of a word.
func (l *lexer) variableName() bool {
	for {
		r := l.peek()
		switch {
		case isIdentFollow(r) || r == '?':
			l.skip(r)
		case r == ':':
			if l.peekAt(l.pos+1) == ':' {
				return true // static member
			}
			l.pos++
		case r == '.' || r == '[' || r == '=' || endsToken(r):
			return true
		default:
			return l.mode != commandMode
		}
	}
}

func (l *lexer) variableToken(path string, splatted bool) Token {
	kind := TokVariable
	if splatted {
		kind = TokSplattedVariable
	}
	if scope, _, name := splitVariable(path); name == "" {
		if scope == ScopeDrive || scope == ScopeUsing {
			l.report(l.current(), "InvalidVariableReferenceWithDrive")
		} else {
			l.report(l.current(), "InvalidVariableReference")
		}
	}
	return l.save(Token{extent: l.current(), Kind: kind, Value: path})
}

func (l *lexer) bracedVariable(inString bool) Token {
	begin := l.pos
	l.pos++
	s := stringScan{l: l, run: l.pos}
	closed := false
	for !closed && l.pos < len(l.text) {
		switch c := l.text[l.pos]; c {
		case '}':
			closed = true
		case '`':
			if l.pos+1 == len(l.text) {
				s.flush(l.pos)
				l.pos++
				s.run = l.pos
				continue
			}
			s.flush(l.pos)
			l.pos++
			s.buf = append(s.buf, l.escape(l.next())...)
			s.run = l.pos
		case '"', 0xE2:
			w := doubleQuoteAt(l.text, l.pos)
			if second := doubleQuoteAt(l.text, l.pos+w); w > 0 && second > 0 && inString {
				s.flush(l.pos)
				s.run = l.pos + w
				l.pos += second
			}
			l.pos += max(w, 1)
		case '{':
			l.pos++
			l.reportAt(l.pos, "OpenBraceNeedsToBeBackTickedInVariableName")
		default:
			l.pos++
		}
	}
	name := s.literal(l.pos)
	if closed {
		l.pos++
	} else {
		l.incomplete(l.extentOf(begin, l.pos), "IncompleteDollarVariableReference")
	}
	if name == "" {
		if closed {
			l.reportAt(l.pos-1, "EmptyVariableReference")
		}
		name = ":Error:"
	}
	// In a command, a dot or bracket after it is an operator, anything else
	// makes it a part of a word.
	if r := l.peek(); l.mode == commandMode && !endsToken(r) && r != '.' && r != '[' {
		return l.rescan()
	}
	if _, _, rest := splitVariable(name); rest == "" {
		l.report(l.current(), "InvalidBracedVariableReference")
	}
	return l.save(Token{extent: l.current(), Kind: TokVariable, Value: name, braced: true})
}

// splitVariable takes a variable's path apart: its scope or drive, and its
// name.
func splitVariable(path string) (scope Scope, drive, name string) {
	colon := strings.IndexByte(path, ':')
	if colon <= 0 {
		if colon == 0 {
			return ScopeNone, "", path[1:]
		}
		return ScopeNone, "", path
	}
	prefix, name := path[:colon], path[colon+1:]
	switch {
	case strings.EqualFold(prefix, "script"):
		return ScopeScript, "", name
	case strings.EqualFold(prefix, "global"):
		return ScopeGlobal, "", name
	case strings.EqualFold(prefix, "local"):
		return ScopeLocal, "", name
	case strings.EqualFold(prefix, "private"):
		return ScopePrivate, "", name
	case strings.EqualFold(prefix, "using"):
		return ScopeUsing, prefix, name
	case strings.EqualFold(prefix, "variable"):
		return ScopeVariable, "", name
	}
	return ScopeDrive, prefix, name
}
