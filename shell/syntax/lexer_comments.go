package syntax

import (
	"strings"
	"unicode"
)

// lineComment reads on after #.
func (l *lexer) lineComment() {
	rest := l.text[l.pos:]
	if n := strings.IndexAny(rest, "\r\n"); n >= 0 {
		rest = rest[:n]
	}
	l.pos += len(rest)
	extent := l.comment()
	if l.nested > 0 {
		return
	}
	switch {
	case looksLikeSignature(rest):
		l.signature = l.start
	case len(rest) >= len("requires") && strings.EqualFold(rest[:len("requires")], "requires"):
		l.requires = append(l.requires, extent)
	}
}

// blockComment reads on after <#.
func (l *lexer) blockComment() {
	if n := strings.Index(l.text[l.pos:], "#>"); n >= 0 {
		l.pos += n + 2
	} else {
		l.pos = len(l.text)
		l.incomplete(l.current(), "MissingTerminatorMultiLineComment")
	}
	l.comment()
}

func (l *lexer) comment() Extent {
	extent := l.current()
	l.burn(1 + l.pos - l.start)
	if l.keep {
		l.tokens = append(l.tokens, Token{extent: extent, Kind: TokComment})
	}
	return extent
}

// looksLikeSignature tells whether a comment is, or wants to be taken for,
// the beginning of a script's signature, after which nothing may be run:
// whether it takes less than ten edits to make it one, white space and case
// aside.
func looksLikeSignature(comment string) bool {
	const signature = "sig#beginsignatureblock"
	const edits = 10
	if len(comment) < len(signature)-edits {
		return false
	}
	var letters [len(signature) + edits]rune
	n := 0
	for _, r := range comment {
		if isBlank(r) {
			continue
		}
		if n == len(letters) {
			return false
		}
		letters[n] = unicode.ToLower(r)
		n++
	}
	if n <= len(signature)-edits {
		return false
	}
	// The usual edit distance, a row at a time.
	var row [len(signature) + 1]int
	for j := range row {
		row[j] = j
	}
	for i, r := range letters[:n] {
		diagonal := row[0]
		row[0] = i + 1
		least := row[0]
		for j := range len(signature) {
			cost := diagonal
			if r != rune(signature[j]) {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
			least = min(least, cost)
		}
		if least >= edits {
			return false
		}
	}
	return row[len(signature)] < edits
}
