package syntax

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A mode is one of the ways in which the lexer reads words.
type mode uint8

const (
	commandMode    mode = iota // words are names and arguments
	expressionMode             // words are operators and values
	typeNameMode
	signatureMode // heads of classes and methods
)

// A lexer cuts a text into tokens. The parser tells it which way to read.
type lexer struct {
	source *Source
	text   string // what is read: the source's text, or that of a subText
	pos    int
	start  int // where the current token began

	// Of a subText: where it begins in the source, and what it leaves out.
	base   int
	skips  []skip
	nested int // how many texts deep

	mode          mode
	signedNumbers bool // a sign may belong to a number
	ternary       bool // ? and : end a number
	simpleName    bool // a plain name is wanted, no keyword or generic token
	workflow      bool // inlinescript is a keyword

	requires  []Extent // the comments that say #requires
	signature int      // where a signature block begins, -1: none

	errors   []*ParseError
	reported map[errorKey]bool

	keep   bool // collect tokens
	tokens []Token

	// fuel bounds the work that backtracking may cause.
	fuel int
}

func (l *lexer) init(source *Source) {
	l.source = source
	l.text = source.Text
	l.signature = -1
	l.fuel = 1<<16 + 256*len(source.Text)
}

// burn counts work done. What takes more than any sensible script could ends
// the parse.
func (l *lexer) burn(n int) {
	if l.fuel -= n; l.fuel < 0 {
		panic(tooComplicated{})
	}
}

// Characters.

// peek is the character at the current position, 0 at the end.
func (l *lexer) peek() rune {
	if l.pos < len(l.text) {
		if c := l.text[l.pos]; c < utf8.RuneSelf {
			return rune(c)
		}
		r, _ := utf8.DecodeRuneInString(l.text[l.pos:])
		return r
	}
	return 0
}

// peekAt is the character at a position, 0 at the end.
func (l *lexer) peekAt(pos int) rune {
	if pos >= len(l.text) {
		return 0
	}
	r, _ := utf8.DecodeRuneInString(l.text[pos:])
	return r
}

// next reads a character, 0 at the end, where it stays.
func (l *lexer) next() rune {
	r := l.peek()
	l.skip(r)
	return r
}

// skip moves past r, which peek gave.
func (l *lexer) skip(r rune) {
	switch {
	case l.pos >= len(l.text):
	case r < utf8.RuneSelf:
		l.pos++
	default:
		l.pos += utf8.RuneLen(r)
	}
}

func (l *lexer) atEnd() bool { return l.pos >= len(l.text) }

func (l *lexer) skipBlanks() {
	for {
		r := l.peek()
		if !isBlank(r) {
			return
		}
		l.skip(r)
	}
}

// finishNewline moves past the second half of a line end that began with r.
func (l *lexer) finishNewline(r rune) {
	if r == '\r' && l.peek() == '\n' {
		l.pos++
	}
}

// Positions.

// offset is the place in the source of a position in the text read.
func (l *lexer) offset(pos int) int {
	pos += l.base
	for _, s := range l.skips {
		if int(s.at) >= pos {
			break
		}
		pos += int(s.width)
	}
	return pos
}

// position undoes offset.
func (l *lexer) position(offset int) int {
	pos := offset - l.base
	for _, s := range l.skips {
		if int(s.at) >= offset {
			break
		}
		pos -= int(s.width)
	}
	return max(0, min(pos, len(l.text)))
}

func (l *lexer) extentOf(start, end int) Extent {
	return Extent{l.source, int32(l.offset(start)), int32(l.offset(end))}
}

// current is the extent of the token being read.
func (l *lexer) current() Extent { return l.extentOf(l.start, l.pos) }

// restorePoint is the current place in the source, for resync.
func (l *lexer) restorePoint() int {
	l.start = l.pos
	return l.offset(l.pos)
}

// resync goes back to a place in the source.
func (l *lexer) resync(offset int) {
	l.pos = l.position(offset)
	if l.nested == 0 {
		n := len(l.requires)
		for n > 0 && int(l.requires[n-1].end) > offset {
			n--
		}
		l.requires = l.requires[:n]
	}
	if l.keep {
		n := len(l.tokens)
		for n > 0 && int(l.tokens[n-1].extent.end) > offset {
			n--
		}
		l.tokens = l.tokens[:n]
	}
}

// Making tokens.

func (l *lexer) save(t Token) Token {
	l.burn(1 + int(t.extent.end-t.extent.start))
	if l.keep {
		l.tokens = append(l.tokens, t)
	}
	return t
}

func (l *lexer) token(kind Kind) Token {
	return l.save(Token{extent: l.current(), Kind: kind})
}

func (l *lexer) stringToken(kind Kind, value string, parts []stringPart) Token {
	return l.save(Token{extent: l.current(), Kind: kind, Value: value, parts: parts})
}

// trivia saves a token that the parser does not see.
func (l *lexer) trivia(kind Kind) {
	if l.keep {
		l.token(kind)
	}
}

// skipNewlines moves past white space, comments and line ends; past
// semicolons too if so wanted.
func (l *lexer) skipNewlines(semicolons bool) {
	for {
		l.start = l.pos
		switch r := l.peek(); r {
		case '\r', '\n':
			l.pos++
			l.finishNewline(r)
			l.trivia(TokNewLine)
		case ';':
			if !semicolons {
				return
			}
			l.pos++
			l.trivia(TokSemi)
		case '#':
			l.pos++
			l.lineComment()
		case '<':
			if l.peekAt(l.pos+1) != '#' {
				return
			}
			l.pos += 2
			l.blockComment()
		case '`':
			switch r1 := l.peekAt(l.pos + 1); {
			case r1 == '\r' || r1 == '\n':
				l.pos += 2
				l.finishNewline(r1)
				l.trivia(TokLineContinuation)
			case unicode.IsSpace(r1):
				l.pos++
				l.skip(r1)
				l.skipBlanks()
			default:
				return
			}
		default:
			if !isBlank(r) {
				return
			}
			l.skipBlanks()
		}
	}
}

// nextToken reads a token in the current mode.
func (l *lexer) nextToken() Token {
	for {
		l.start = l.pos
		if l.pos >= len(l.text) {
			// One past the end, as PowerShell has it: so the position before
			// the token is the end itself.
			end := int32(l.offset(l.pos) + 1)
			return l.save(Token{extent: Extent{l.source, end, end}, Kind: TokEndOfInput})
		}
		r := l.next()
		switch {
		case r|0x20 >= 'a' && r|0x20 <= 'z', r == '_':
			return l.identifier()
		case r >= '0' && r <= '9':
			return l.digit(r)
		case isSingleQuote(r):
			return l.literalString()
		case isDoubleQuote(r):
			return l.expandableString()
		case isDash(r):
			return l.dash()
		}
		switch r {
		case ' ', '\t', '\f', '\v':
			l.skipBlanks()
		case '\n', '\r':
			l.finishNewline(r)
			return l.token(TokNewLine)
		case '#':
			l.lineComment()
		case '`':
			if t, ok := l.backtick(); ok {
				return t
			}
		case '<':
			if l.peek() != '#' {
				return l.save(Token{extent: l.current(), Kind: TokRedirectInStd})
			}
			l.pos++
			l.blockComment()
		case '$':
			if l.peek() == '(' {
				l.pos++
				return l.token(TokDollarParen)
			}
			return l.variable(false, false)
		case '@':
			return l.at()
		case '(':
			return l.token(TokLParen)
		case ')':
			return l.token(TokRParen)
		case '{':
			return l.token(TokLCurly)
		case '}':
			return l.token(TokRCurly)
		case '[':
			if l.mode == commandMode && !endsToken(l.peek()) {
				return l.generic("[")
			}
			return l.token(TokLBracket)
		case ']':
			return l.token(TokRBracket)
		case ';':
			return l.token(TokSemi)
		case ',':
			return l.token(OpComma)
		case '.':
			return l.dot()
		case '=':
			return l.operator(OpEquals)
		case '+':
			return l.plus()
		case '*':
			return l.star()
		case '/':
			return l.withEquals(OpDivide, OpDivideEquals)
		case '%':
			return l.withEquals(OpRem, OpRemainderEquals)
		case '>':
			return l.fileRedirection(StreamOutput, false)
		case '&':
			return l.doubled('&', OpAmpersand, OpAndAnd)
		case '|':
			return l.doubled('|', TokPipe, OpOrOr)
		case '!':
			return l.exclaim()
		case ':':
			return l.colons()
		case '?':
			if l.mode != expressionMode {
				return l.generic("?")
			}
			return l.question()
		default:
			switch {
			case isBlank(r):
				l.skipBlanks()
			case isLetter(r):
				return l.identifier()
			default:
				return l.generic(l.text[l.start:l.pos])
			}
		}
	}
}

// backtick reads what follows a backtick outside a string. It answers false
// when that was white space or a line end, or nothing.
func (l *lexer) backtick() (Token, bool) {
	if l.atEnd() {
		end := l.offset(l.pos) + 1
		l.incomplete(Extent{l.source, int32(end), int32(end)}, "IncompleteString")
		return Token{}, false
	}
	r := l.next()
	switch {
	case r == '\r' || r == '\n':
		l.finishNewline(r)
		l.trivia(TokLineContinuation)
		return Token{}, false
	case unicode.IsSpace(r):
		l.skipBlanks()
		return Token{}, false
	}
	return l.generic(l.escape(r)), true
}

// operator is a token of that kind, unless in a command it begins a word.
func (l *lexer) operator(kind Kind) Token {
	if l.mode == commandMode && !endsToken(l.peek()) {
		return l.generic(l.text[l.start:l.pos])
	}
	return l.token(kind)
}

func (l *lexer) withEquals(plain, assign Kind) Token {
	if l.peek() == '=' {
		l.pos++
		return l.operator(assign)
	}
	return l.operator(plain)
}

func (l *lexer) doubled(sign byte, single, double Kind) Token {
	if l.peek() == rune(sign) {
		l.pos++
		return l.token(double)
	}
	return l.token(single)
}

func (l *lexer) plus() Token {
	r := l.peek()
	if r == '+' {
		l.pos++
		return l.operator(OpPlusPlus)
	}
	if l.signedNumbers && (isDigit(r) || r == '.') {
		return l.numberToken()
	}
	return l.withEquals(OpPlus, OpPlusEquals)
}

func (l *lexer) dash() Token {
	r := l.peek()
	switch {
	case isDash(r):
		l.skip(r)
		return l.operator(OpMinusMinus)
	case isLetter(r) || r == '_' || r == '?':
		return l.parameter()
	case l.signedNumbers && (isDigit(r) || r == '.'):
		return l.numberToken()
	}
	return l.withEquals(OpMinus, OpMinusEquals)
}

func (l *lexer) star() Token {
	if l.peek() != '>' {
		return l.withEquals(OpMultiply, OpMultiplyEquals)
	}
	l.pos++
	if strings.HasPrefix(l.text[l.pos:], "&1") {
		l.pos += 2
		return l.save(Token{extent: l.current(), Kind: TokRedirection, from: StreamAll, to: StreamOutput, merge: true})
	}
	return l.fileRedirection(StreamAll, false)
}

// fileRedirection reads on after >. Where the stream was written explicitly
// in an expression, it is a number, and the redirection comes after.
func (l *lexer) fileRedirection(from Stream, explicit bool) Token {
	if explicit && l.mode == expressionMode {
		l.pos--
		return l.save(Token{extent: l.current(), Kind: TokNumber, number: int32(from)})
	}
	appends := l.peek() == '>'
	if appends {
		l.pos++
	}
	return l.save(Token{extent: l.current(), Kind: TokRedirection, from: from, appends: appends})
}

// digit reads what begins with the digit r: a number or a redirection.
func (l *lexer) digit(r rune) Token {
	if r >= '1' && r <= '6' && l.peek() == '>' {
		l.pos++
		rest := l.text[l.pos:]
		if strings.HasPrefix(rest, "&1") || strings.HasPrefix(rest, "&2") {
			l.pos += 2
			return l.save(Token{extent: l.current(), Kind: TokRedirection, from: Stream(r - '0'), to: Stream(rest[1] - '0'), merge: true})
		}
		return l.fileRedirection(Stream(r-'0'), true)
	}
	return l.numberToken()
}

func (l *lexer) exclaim() Token {
	r := l.peek()
	if l.mode == commandMode && !endsToken(r) || l.mode == expressionMode && isIdentStart(r) {
		return l.generic("!")
	}
	if l.mode == expressionMode && (isDigit(r) || r == '.') {
		// What looks like a number but is none belongs to the word.
		_, ok := l.scanNumber()
		l.pos = l.start + 1
		if !ok {
			return l.generic("!")
		}
	}
	return l.token(OpExclaim)
}

func (l *lexer) colons() Token {
	if l.peek() == ':' {
		l.pos++
		if l.mode == commandMode && !l.simpleName && !endsToken(l.peek()) {
			return l.generic("::")
		}
		return l.token(TokColonColon)
	}
	if l.mode == commandMode {
		return l.label()
	}
	return l.token(TokColon)
}

func (l *lexer) question() Token {
	if l.peek() != '?' {
		return l.token(OpQuestionMark)
	}
	l.pos++
	if l.peek() == '=' {
		l.pos++
		return l.token(OpQuestionQuestionEquals)
	}
	return l.token(OpQuestionQuestion)
}

// at reads what begins with @.
func (l *lexer) at() Token {
	r := l.peek()
	switch {
	case r == '{':
		l.pos++
		return l.token(TokAtCurly)
	case r == '(':
		l.pos++
		return l.token(TokAtParen)
	case isSingleQuote(r):
		l.skip(r)
		return l.literalHereString()
	case isDoubleQuote(r):
		l.skip(r)
		return l.expandableHereString()
	case isVariableStart(r):
		return l.variable(true, false)
	}
	l.report(l.extentOf(l.start, l.pos), "UnrecognizedToken")
	return l.token(TokUnknown)
}

func (l *lexer) dot() Token {
	r := l.peek()
	if r == '.' {
		if l.mode == commandMode && !endsToken(l.peekAt(l.pos+1)) {
			return l.generic(".")
		}
		l.pos++
		return l.token(OpDotDot)
	}
	if r >= '0' && r <= '9' {
		return l.numberToken()
	}
	// A dot before a variable or a quoted string runs what that names.
	if l.mode == commandMode && !endsToken(r) && r != '$' && r != '"' && r != '\'' {
		return l.generic(".")
	}
	return l.token(OpDot)
}

// Where the grammar allows only one token, these look for it; without
// Kind when it is not there.

// memberOperator reads ., ::, ?. and, if so wanted, [ or ?[ directly after
// an expression.
func (l *lexer) memberOperator(bracket bool) Token {
	for l.peek() == '<' {
		if l.peekAt(l.pos+1) != '#' {
			return Token{}
		}
		l.start = l.pos
		l.pos += 2
		l.blockComment()
	}
	l.start = l.pos
	kind, width := TokUnknown, 1
	switch r1 := l.peekAt(l.pos + 1); l.peek() {
	case '.':
		if r1 != '.' && !l.endsCommandWord(r1) {
			kind = OpDot
		}
	case ':':
		if r1 == ':' && !l.endsCommandWord(l.peekAt(l.pos+2)) {
			kind, width = TokColonColon, 2
		}
	case '[':
		if bracket {
			kind = TokLBracket
		}
	case '?':
		switch {
		case r1 == '.':
			kind, width = TokQuestionDot, 2
		case r1 == '[' && bracket:
			kind, width = TokQuestionLBracket, 2
		}
	}
	if kind == TokUnknown {
		return Token{}
	}
	l.pos += width
	return l.token(kind)
}

func (l *lexer) endsCommandWord(r rune) bool {
	return l.mode == commandMode && (isBlank(r) || r == 0 || r == '\r' || r == '\n')
}

// openArguments reads ( or { directly after a member's name.
func (l *lexer) openArguments() Token {
	l.start = l.pos
	switch l.peek() {
	case '(':
		l.pos++
		return l.token(TokLParen)
	case '{':
		l.pos++
		return l.token(TokLCurly)
	}
	return Token{}
}

// openBracket reads [ after white space and comments, even where in a
// command a word would begin.
func (l *lexer) openBracket() Token {
	begin := l.pos
	blank := false // white space seen since the last block comment
	for {
		l.start = l.pos
		switch r := l.peek(); {
		case r == '#':
			blank = true
			l.pos++
			l.lineComment()
		case r == '<' && l.peekAt(l.pos+1) == '#':
			blank = false
			l.pos += 2
			l.blockComment()
		case isBlank(r):
			blank = true
			l.skipBlanks()
		case r == '[':
			l.pos++
			return l.token(TokLBracket)
		case (r == '.' || r == ':') && blank:
			// A member operator must directly follow its expression.
			l.resync(l.offset(begin))
			return Token{}
		default:
			return Token{}
		}
	}
}
