package syntax

import "strings"

// A Token is the smallest piece of a text that has a meaning.
type Token struct {
	extent Extent
	Kind   Kind
	// Of a redirection: the streams, and whether it appends or merges.
	from, to       Stream
	appends, merge bool
	colon          bool // a parameter's name is followed by a colon
	braced         bool // a variable is written with braces

	// Value is what a string token says (quotes and escapes resolved), the
	// path of a variable, the name of a parameter or label; else empty.
	Value string

	number any          // of a number
	parts  []stringPart // of a string with something to expand
}

// Extent tells which part of the source the token covers.
func (t *Token) Extent() Extent { return t.extent }

// Text is how the token is written.
func (t *Token) Text() string { return t.extent.Text() }

// Number is a number token's value, as in [Constant].
func (t *Token) Number() any { return t.number }

// HasColon tells whether a parameter's name is followed by a colon.
func (t *Token) HasColon() bool { return t.colon }

// isString tells whether the token's Value is what the token says.
func (t *Token) isString() bool {
	switch t.Kind {
	case TokStringLiteral, TokStringExpandable, TokHereStringLiteral, TokHereStringExpandable, TokGeneric:
		return true
	}
	return false
}

// isParameter tells whether the token is a parameter whose full name would
// be name.
func (t *Token) isParameter(name string) bool {
	return len(t.Value) <= len(name) && strings.EqualFold(t.Value, name[:len(t.Value)])
}

// A stringPart is literal text, a variable, or a subexpression that is yet
// to be read. Text is what it says or, of the latter two, how it is written.
type stringPart struct {
	text     string
	variable *Token
	sub      *subText
}

// A subText is the text of $(…) within a string, where doubled quotes stand
// for single ones.
type subText struct {
	text  string
	start int32 // in the source
	skips []skip
}

// A skip is a piece of the source that a subText leaves out.
type skip struct{ at, width int32 }
