package syntax

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// A stringScan gathers what a string or word says. As long as that is what
// stands in the text, nothing is copied.
type stringScan struct {
	l     *lexer
	buf   []byte // literal text gathered
	run   int    // where in the text the literal not yet gathered begins
	parts []stringPart
}

// flush gathers the literal text up to a position.
func (s *stringScan) flush(end int) {
	if end > s.run {
		s.buf = append(s.buf, s.l.text[s.run:end]...)
	}
	s.run = end
}

// literal gives the literal text up to a position, and begins anew.
func (s *stringScan) literal(end int) string {
	if len(s.buf) == 0 {
		text := s.l.text[s.run:max(s.run, end)]
		s.run = end
		return text
	}
	s.flush(end)
	text := string(s.buf)
	s.buf = s.buf[:0]
	return text
}

// finish ends the scan and makes the token: its value and its parts.
func (s *stringScan) finish(kind Kind, end int) Token {
	text := s.literal(end)
	if len(s.parts) == 0 {
		return s.l.stringToken(kind, text, nil)
	}
	if text != "" {
		s.parts = append(s.parts, stringPart{text: text})
	}
	var value strings.Builder
	for i := range s.parts {
		value.WriteString(s.parts[i].text)
	}
	return s.l.stringToken(kind, value.String(), s.parts)
}

// singleQuoteAt is the width of the single quote at a position, 0 if there
// is none; doubleQuoteAt likewise.
func singleQuoteAt(text string, i int) int {
	if i < len(text) {
		switch c := text[i]; {
		case c == '\'':
			return 1
		case c == 0xE2 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2] >= 0x98 && text[i+2] <= 0x9B:
			return 3
		}
	}
	return 0
}

func doubleQuoteAt(text string, i int) int {
	if i < len(text) {
		switch c := text[i]; {
		case c == '"':
			return 1
		case c == 0xE2 && i+2 < len(text) && text[i+1] == 0x80 && text[i+2] >= 0x9C && text[i+2] <= 0x9E:
			return 3
		}
	}
	return 0
}

// scanLiteral reads a single-quoted string on from behind its quote, which
// is at the position given, and answers where what it says ends.
func (s *stringScan) scanLiteral(quote int) int {
	l := s.l
	for l.pos < len(l.text) {
		w := singleQuoteAt(l.text, l.pos)
		if w == 0 {
			l.pos++
			continue
		}
		end := l.pos
		l.pos += w
		second := singleQuoteAt(l.text, l.pos)
		if second == 0 {
			return end
		}
		// Two quotes say one.
		s.flush(end)
		s.run = l.pos
		l.pos += second
	}
	l.incomplete(l.extentOf(quote, l.pos), "TerminatorExpectedAtEndOfString", "'")
	return l.pos
}

func (l *lexer) literalString() Token {
	s := stringScan{l: l, run: l.pos}
	end := s.scanLiteral(l.start)
	return s.finish(TokStringLiteral, end)
}

// scanExpandable reads a double-quoted string on from behind its quote,
// which is at the position given, and answers where what it says ends.
func (s *stringScan) scanExpandable(quote int) int {
	l := s.l
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; c {
		case '"', 0xE2:
			w := doubleQuoteAt(l.text, l.pos)
			if w == 0 {
				l.pos++
				continue
			}
			end := l.pos
			l.pos += w
			second := doubleQuoteAt(l.text, l.pos)
			if second == 0 {
				return end
			}
			s.flush(end)
			s.run = l.pos
			l.pos += second
		case '$':
			s.dollar(false)
		case '`':
			s.backtick()
		default:
			l.pos++
		}
	}
	l.incomplete(l.extentOf(quote, l.pos), "TerminatorExpectedAtEndOfString", `"`)
	return l.pos
}

func (l *lexer) expandableString() Token {
	s := stringScan{l: l, run: l.pos}
	end := s.scanExpandable(l.start)
	return s.finish(TokStringExpandable, end)
}

// backtick reads an escape in a string or word.
func (s *stringScan) backtick() {
	l := s.l
	at := l.pos
	l.pos++
	r := l.peek()
	if r == 0 {
		return // at the end of the text it stands for itself
	}
	s.flush(at)
	l.skip(r)
	s.buf = append(s.buf, l.escape(r)...)
	s.run = l.pos
}

// escape is what a backtick and r, already read, stand for.
func (l *lexer) escape(r rune) string {
	switch r {
	case '0':
		return "\x00"
	case 'a':
		return "\a"
	case 'b':
		return "\b"
	case 'e':
		return "\x1b"
	case 'f':
		return "\f"
	case 'n':
		return "\n"
	case 'r':
		return "\r"
	case 't':
		return "\t"
	case 'u':
		return l.unicodeEscape()
	case 'v':
		return "\v"
	}
	return string(r)
}

// invalidEscape is what a wrong `u{…} stands for.
const invalidEscape = "\uFFFF"

// unicodeEscape reads on after `u.
func (l *lexer) unicodeEscape() string {
	const maxDigits = 6
	begin := l.pos - 2
	if l.peek() != '{' {
		l.report(l.extentOf(begin, l.pos), "InvalidUnicodeEscapeSequence")
		return invalidEscape
	}
	l.pos++
	digits := l.pos
	for n := 0; ; n++ {
		r := l.peek()
		switch {
		case r == '}':
			text := l.text[digits:l.pos]
			l.pos++
			if n == 0 {
				l.report(l.extentOf(begin, l.pos), "InvalidUnicodeEscapeSequence")
				return invalidEscape
			}
			value, err := strconv.ParseUint(text, 16, 32)
			if err != nil || value > utf8.MaxRune {
				l.report(l.extentOf(digits, l.pos-1), "InvalidUnicodeEscapeSequenceValue")
				return invalidEscape
			}
			return string(rune(value))
		case !isTrait(r, charHex):
			if n < maxDigits {
				l.reportAt(l.pos, "InvalidUnicodeEscapeSequence")
			} else {
				l.reportAt(l.pos, "MissingUnicodeEscapeSequenceTerminator")
			}
			return invalidEscape
		case n == maxDigits:
			l.reportAt(l.pos, "TooManyDigitsInUnicodeEscapeSequence")
			return invalidEscape
		}
		l.pos++
	}
}

// dollar reads a variable or subexpression in a string or word. A dollar
// sign that begins neither stands for itself.
func (s *stringScan) dollar(here bool) {
	l := s.l
	at := l.pos
	r := l.peekAt(at + 1)
	if r != '(' && r != '{' && !isVariableStart(r) {
		l.pos++
		return
	}
	if text := s.literal(at); text != "" {
		s.parts = append(s.parts, stringPart{text: text})
	}
	part := stringPart{}
	if r == '(' {
		part.sub = l.subexpression(here)
	} else {
		start, mode, keep := l.start, l.mode, l.keep
		l.start, l.mode, l.keep = at, expressionMode, false
		l.pos++
		t := l.variable(false, true)
		l.start, l.mode, l.keep = start, mode, keep
		part.variable = &t
	}
	part.text = l.text[at:l.pos]
	s.parts = append(s.parts, part)
	s.run = l.pos
}

// subexpression finds the end of $(…) in a string, whose dollar sign is at
// the current position. Only parentheses are counted; outside here-strings
// the quotes in it are doubled.
func (l *lexer) subexpression(here bool) *subText {
	begin := l.pos
	l.pos += 2
	var text []byte // only once something was left out
	var skips []skip
	run := begin
	for depth := 1; depth > 0; {
		if l.pos >= len(l.text) {
			l.incomplete(l.extentOf(begin, l.pos), "IncompleteDollarSubexpressionReference")
			break
		}
		switch l.text[l.pos] {
		case '(':
			depth++
		case ')':
			depth--
		case '`', '"', 0xE2:
			w := doubleQuoteAt(l.text, l.pos)
			if l.text[l.pos] == '`' {
				w = 1
			}
			if w == 0 || here {
				break
			}
			if second := doubleQuoteAt(l.text, l.pos+w); second > 0 {
				text = append(text, l.text[run:l.pos]...)
				skips = append(skips, skip{int32(l.offset(l.pos)), int32(w)})
				l.pos += w
				run = l.pos
				l.pos += second - 1 // the last byte below
			}
		}
		l.pos++
	}
	l.burn(l.pos - begin)
	sub := &subText{start: int32(l.offset(begin)), skips: skips}
	if len(skips) == 0 {
		sub.text = l.text[begin:l.pos]
	} else {
		sub.text = string(append(text, l.text[run:l.pos]...))
	}
	for _, outer := range l.skips {
		if outer.at > sub.start {
			sub.skips = append(sub.skips, outer)
		}
	}
	slices.SortFunc(sub.skips, func(a, b skip) int { return int(a.at - b.at) })
	return sub
}

// Here-strings.

// hereHeader reads the rest of the line after the opening quote of a
// here-string. Anything there but white space is an error, told as false.
func (l *lexer) hereHeader(quote byte) bool {
	l.skipBlanks()
	switch r := l.peek(); {
	case r == '\r' || r == '\n':
		l.pos++
		l.finishNewline(r)
		return true
	case l.atEnd():
		l.incomplete(l.extentOf(l.start, l.pos), "TerminatorExpectedAtEndOfString", string(quote)+"@")
		return false
	}
	l.reportAt(l.pos, "UnexpectedCharactersAfterHereStringHeader")
	for l.pos < len(l.text) && l.text[l.pos] != '\r' && l.text[l.pos] != '\n' {
		l.pos++
		if l.text[l.pos-1] == quote && l.peek() == '@' {
			l.pos++
			break
		}
	}
	return false
}

// hereFooter reads the end of a here-string, at the beginning of a line.
// Where white space stands before it, it is none, but the place is kept in
// early.
func (l *lexer) hereFooter(quoteAt func(string, int) int, early *int) bool {
	footer := func() int {
		if w := quoteAt(l.text, l.pos); w > 0 && l.peekAt(l.pos+w) == '@' {
			return w + 1
		}
		return 0
	}
	if w := footer(); w > 0 {
		l.pos += w
		return true
	}
	l.skipBlanks()
	if w := footer(); w > 0 {
		if *early < 0 {
			*early = l.pos
		}
		l.pos += w
	}
	return false
}

func (l *lexer) hereUnfinished(early int, quote string) {
	if early >= 0 {
		l.incomplete(l.extentOf(early, l.pos), "WhitespaceBeforeHereStringFooter")
	} else {
		l.incomplete(l.extentOf(l.start, l.pos), "TerminatorExpectedAtEndOfString", quote)
	}
}

func (l *lexer) literalHereString() Token {
	if !l.hereHeader('\'') {
		return l.stringToken(TokHereStringLiteral, "", nil)
	}
	s := stringScan{l: l, run: l.pos}
	end := s.scanHere(singleQuoteAt, false, "'@")
	return s.finish(TokHereStringLiteral, end)
}

func (l *lexer) expandableHereString() Token {
	if !l.hereHeader('"') {
		return l.stringToken(TokHereStringExpandable, "", nil)
	}
	s := stringScan{l: l, run: l.pos}
	end := s.scanHere(doubleQuoteAt, true, `"@`)
	return s.finish(TokHereStringExpandable, end)
}

// scanHere reads the lines of a here-string and answers where what it says
// ends: before the last line end.
func (s *stringScan) scanHere(quoteAt func(string, int) int, expand bool, footer string) int {
	l := s.l
	early := -1
	end := l.pos
	if l.hereFooter(quoteAt, &early) {
		return end
	}
	for l.pos < len(l.text) {
		switch c := l.text[l.pos]; {
		case c == '\r' || c == '\n':
			end = l.pos
			l.pos++
			l.finishNewline(rune(c))
			if l.hereFooter(quoteAt, &early) {
				return end
			}
		case c == '$' && expand:
			s.dollar(true)
		case c == '`' && expand:
			s.backtick()
		default:
			l.pos++
		}
	}
	l.hereUnfinished(early, footer)
	return l.pos
}

// generic reads a word: a command's name or argument. Prefix is what was
// read of it already says. Quoted strings may be parts of it.
func (l *lexer) generic(prefix string) Token {
	s := stringScan{l: l, run: l.pos}
	if prefix == l.text[l.start:l.pos] {
		s.run = l.start
	} else {
		s.buf = append(s.buf, prefix...)
	}
	for l.pos < len(l.text) {
		r := l.peek()
		if endsToken(r) {
			break
		}
		switch {
		case r == '`':
			s.backtick()
		case isSingleQuote(r):
			quote := l.pos
			s.flush(quote)
			l.skip(r)
			s.run = l.pos
			s.flush(s.scanLiteral(quote))
			s.run = l.pos
		case isDoubleQuote(r):
			quote := l.pos
			s.flush(quote)
			l.skip(r)
			s.run = l.pos
			s.flush(s.scanExpandable(quote))
			s.run = l.pos
		case r == '$':
			s.dollar(false)
		default:
			l.skip(r)
		}
	}
	return s.finish(TokGeneric, l.pos)
}
