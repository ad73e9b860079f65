package object

import (
	"strings"
	"unicode"
)

// Wildcard is a compiled pattern of -like: * any text, ? one character, [a-z] one of a set, ` before a character that stands for itself.
type Wildcard struct {
	parts      []wildcardPart
	literal    string // the whole pattern, where it has no wildcards
	isLiteral  bool
	ignoreCase bool
}

type wildcardPart struct {
	kind   byte // 0 a character, '*', '?', '['
	r      rune
	ranges []rune // of a set, in pairs
}

// NewWildcard compiles a pattern; it fails on a set that is not closed.
func NewWildcard(pattern string, ignoreCase bool) (*Wildcard, error) {
	w := &Wildcard{ignoreCase: ignoreCase, isLiteral: true}
	runes := []rune(pattern)
	var literal strings.Builder
	for i := 0; i < len(runes); i++ {
		switch r := runes[i]; r {
		case '`':
			if i+1 < len(runes) {
				i++
			}
			w.parts = append(w.parts, wildcardPart{r: w.fold(runes[i])})
			literal.WriteRune(runes[i])
		case '*', '?':
			w.isLiteral = false
			if r == '*' && len(w.parts) > 0 && w.parts[len(w.parts)-1].kind == '*' {
				continue
			}
			w.parts = append(w.parts, wildcardPart{kind: byte(r)})
		case '[':
			w.isLiteral = false
			set, end := w.set(runes, i+1)
			if end < 0 {
				return nil, NewErrorOf(NewException("System.Management.Automation.WildcardPatternException",
					"The specified wildcard character pattern is not valid: %s", pattern), "RuntimeException", InvalidArgument, nil)
			}
			w.parts = append(w.parts, wildcardPart{kind: '[', ranges: set})
			i = end
		default:
			w.parts = append(w.parts, wildcardPart{r: w.fold(r)})
			literal.WriteRune(r)
		}
	}
	w.literal = literal.String()
	return w, nil
}

// set reads [abc] or [a-z] from after its bracket and returns its ranges and where it ends, -1 if it does not.
func (w *Wildcard) set(runes []rune, i int) ([]rune, int) {
	var set []rune
	for start := i; i < len(runes); i++ {
		r := runes[i]
		if r == ']' && i > start {
			return set, i
		}
		if r == '`' && i+1 < len(runes) {
			i++
			r = runes[i]
		}
		to := r
		if i+2 < len(runes) && runes[i+1] == '-' && runes[i+2] != ']' {
			to = runes[i+2]
			i += 2
		}
		set = append(set, r, to)
	}
	return nil, -1
}

func (w *Wildcard) fold(r rune) rune {
	if w.ignoreCase {
		return unicode.ToUpper(r)
	}
	return r
}

// HasWildcards tells whether a text has any of * ? [ that is not escaped.
func HasWildcards(s string) bool {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '`':
			i++
		case '*', '?', '[':
			return true
		}
	}
	return false
}

// EscapeWildcards puts a backtick before every wildcard character.
func EscapeWildcards(s string) string {
	return strings.NewReplacer("*", "`*", "?", "`?", "[", "`[", "]", "`]").Replace(s)
}

// UnescapeWildcards takes them away.
func UnescapeWildcards(s string) string {
	return strings.NewReplacer("`*", "*", "`?", "?", "`[", "[", "`]", "]").Replace(s)
}

// Match tells whether the whole of s fits the pattern.
func (w *Wildcard) Match(s string) bool {
	if w.isLiteral {
		return EqualStrings(s, w.literal, w.ignoreCase)
	}
	text := []rune(s)
	p, i := 0, 0
	starAt, resume := -1, 0
	for i < len(text) {
		if p < len(w.parts) {
			if w.parts[p].kind == '*' {
				starAt, resume = p, i
				p++
				continue
			}
			if w.parts[p].matches(text[i], w) {
				p++
				i++
				continue
			}
		}
		if starAt < 0 {
			return false
		}
		resume++
		p, i = starAt+1, resume
	}
	for p < len(w.parts) && w.parts[p].kind == '*' {
		p++
	}
	return p == len(w.parts)
}

func (part *wildcardPart) matches(r rune, w *Wildcard) bool {
	switch part.kind {
	case '?':
		return true
	case '[':
		for i := 0; i < len(part.ranges); i += 2 {
			lo, hi := part.ranges[i], part.ranges[i+1]
			if r >= lo && r <= hi {
				return true
			}
			if w.ignoreCase {
				u, l := unicode.ToUpper(r), unicode.ToLower(r)
				if u >= lo && u <= hi || l >= lo && l <= hi {
					return true
				}
			}
		}
		return false
	}
	return w.fold(r) == part.r
}
