package object

import (
	"regexp"
	resyntax "regexp/syntax"
	"strings"
)

// quickRegex is Go's own engine for a pattern that means the same to it as to .NET's, on texts of plain ASCII. It takes linear
// time and a fraction of the constant; what it cannot take goes to regexp2.
type quickRegex struct {
	re      *regexp.Regexp
	dollar  bool     // the pattern has a $, which .NET lets match before a last line feed
	groups  []string // by number: the name, "" for unnamed ones
	least   int      // length of the shortest match
	capture bool
}

// newQuick compiles a pattern for Go's engine; nil where the two engines may differ.
func newQuick(pattern string, options int64) *quickRegex {
	if options&^RegexIgnoreCase != 0 || !means(pattern) {
		return nil
	}
	if options&RegexIgnoreCase != 0 {
		pattern = "(?i:" + pattern + ")"
	}
	tree, err := resyntax.Parse(pattern, resyntax.Perl)
	if err != nil {
		return nil
	}
	re, err := regexp.Compile(pattern)
	if err != nil {
		return nil
	}
	return &quickRegex{re: re, dollar: strings.Contains(pattern, "$"), groups: re.SubexpNames(), least: leastLength(tree), capture: re.NumSubexp() > 0}
}

// means tells whether a pattern uses only what both engines read alike.
func means(pattern string) bool {
	for i := 0; i < len(pattern); i++ {
		c := pattern[i]
		if c >= 0x80 || c < ' ' {
			return false
		}
		next := byte(0)
		if i+1 < len(pattern) {
			next = pattern[i+1]
		}
		switch c {
		case '\\':
			if strings.IndexByte(`dDwWsSbB.*+?()[]{}|^$\/-,;:@#'"=<>!&%~ tnr`, next) < 0 {
				return false
			}
			i++
		case '(':
			if next != '?' {
				continue
			}
			rest := pattern[i+2:]
			if strings.HasPrefix(rest, ":") || strings.HasPrefix(rest, "<") && len(rest) > 1 && isLetter(rest[1]) {
				continue
			}
			return false
		case ')':
			if strings.IndexByte("*+?{", next) >= 0 && next != 0 { // captures of repeated groups may differ
				return false
			}
		case '[':
			if next == '[' || next == ':' || next == ']' {
				return false
			}
		case '-':
			if next == '[' { // .NET's subtraction of classes
				return false
			}
		case '#', ' ':
		}
	}
	return true
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// leastLength is the length of the shortest text that matches.
func leastLength(t *resyntax.Regexp) int {
	switch t.Op {
	case resyntax.OpLiteral:
		return len(t.Rune)
	case resyntax.OpCharClass, resyntax.OpAnyChar, resyntax.OpAnyCharNotNL:
		return 1
	case resyntax.OpCapture, resyntax.OpPlus:
		return leastLength(t.Sub[0])
	case resyntax.OpRepeat:
		return t.Min * leastLength(t.Sub[0])
	case resyntax.OpConcat:
		n := 0
		for _, s := range t.Sub {
			n += leastLength(s)
		}
		return n
	case resyntax.OpAlternate:
		n := leastLength(t.Sub[0])
		for _, s := range t.Sub[1:] {
			n = min(n, leastLength(s))
		}
		return n
	}
	return 0
}

// takes tells whether the engines agree on a text: ASCII, without the control characters that they class differently.
func (q *quickRegex) takes(text string) bool {
	if q == nil {
		return false
	}
	for i := 0; i < len(text); i++ {
		if c := text[i]; c >= 0x80 || c == 0x0b || c == '\n' && q.dollar {
			return false
		}
	}
	return true
}

// match is what $Matches becomes; nil without a match.
func (q *quickRegex) match(text string) *Hashtable {
	at := q.re.FindStringSubmatchIndex(text)
	if at == nil {
		return nil
	}
	out := NewHashtable()
	number := int32(0)
	for i, name := range q.groups { // unnamed groups first, as .NET numbers them
		if name != "" {
			continue
		}
		if at[2*i] >= 0 {
			out.Set(number, text[at[2*i]:at[2*i+1]])
		}
		number++
	}
	for i, name := range q.groups {
		if name != "" && at[2*i] >= 0 {
			out.Set(name, text[at[2*i]:at[2*i+1]])
		}
	}
	return out
}

// split splits at every match.
func (q *quickRegex) split(text string) []string {
	var out []string
	last := 0
	for _, at := range q.re.FindAllStringIndex(text, -1) {
		out = append(out, text[last:at[0]])
		last = at[1]
	}
	return append(out, text[last:])
}
