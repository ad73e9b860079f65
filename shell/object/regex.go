package object

import (
	"strings"
	"sync"

	"github.com/dlclark/regexp2"
)

// Regex is the base value of a [regex].
type Regex struct {
	*regexp2.Regexp
	Pattern string
	Options int64 // System.Text.RegularExpressions.RegexOptions

	quick *quickRegex // nil where only .NET's engine will do
}

// Text is the pattern.
func (r *Regex) Text() string { return r.Pattern }

// The RegexOptions that the operators use.
const (
	RegexIgnoreCase       = 1
	RegexMultiline        = 2
	RegexExplicitCapture  = 4
	RegexSingleline       = 16
	RegexIgnoreWhitespace = 32
	RegexRightToLeft      = 64
)

type regexKey struct {
	pattern string
	options int64
}

// regexes keeps compiled patterns; it starts anew when it has grown too large.
var regexes = struct {
	sync.Mutex
	m map[regexKey]*Regex
}{m: map[regexKey]*Regex{}}

// CompileRegex compiles a pattern in .NET's syntax, or returns the one compiled before.
func CompileRegex(pattern string, options int64) (*Regex, error) {
	key := regexKey{pattern, options}
	regexes.Lock()
	r, ok := regexes.m[key]
	regexes.Unlock()
	if ok {
		return r, nil
	}
	o := regexp2.None
	for bit, opt := range map[int64]regexp2.RegexOptions{
		RegexIgnoreCase: regexp2.IgnoreCase, RegexMultiline: regexp2.Multiline, RegexExplicitCapture: regexp2.ExplicitCapture,
		RegexSingleline: regexp2.Singleline, RegexIgnoreWhitespace: regexp2.IgnorePatternWhitespace, RegexRightToLeft: regexp2.RightToLeft, 256: regexp2.ECMAScript,
	} {
		if options&bit != 0 {
			o |= opt
		}
	}
	re, err := regexp2.Compile(pattern, o)
	if err != nil {
		return nil, regexError(pattern, err)
	}
	r = &Regex{Regexp: re, Pattern: pattern, Options: options, quick: newQuick(pattern, options)}
	regexes.Lock()
	if len(regexes.m) >= 512 {
		clear(regexes.m)
	}
	regexes.m[key] = r
	regexes.Unlock()
	return r, nil
}

// regexError puts the library's complaint in .NET's words.
func regexError(pattern string, err error) error {
	message := err.Error()
	reason := message
	offset := len([]rune(pattern))
	switch {
	case strings.Contains(message, "unterminated [] set"):
		reason = "Unterminated [] set."
	case strings.Contains(message, "missing closing )"):
		reason = "Not enough )'s."
	case strings.Contains(message, "unexpected )"):
		reason = "Too many )'s."
		offset = strings.LastIndex(pattern, ")") + 1
	case strings.Contains(message, "missing argument to repetition operator"), strings.Contains(message, "quantifier"):
		reason = "Quantifier '" + firstQuantifier(pattern) + "' following nothing."
		offset = strings.IndexAny(pattern, "*+?") + 1
	case strings.Contains(message, "invalid nested repetition operator"):
		reason = "Nested quantifier '" + pattern[len(pattern)-1:] + "'."
	case strings.Contains(message, "illegal \\ at end of pattern"):
		reason = "Illegal \\ at end of pattern."
	case strings.Contains(message, "range in reverse order"):
		reason = "[x-y] range in reverse order."
	case strings.Contains(message, "unrecognized escape sequence"):
		reason = "Unrecognized escape sequence " + message[strings.LastIndex(message, "\\"):] + "."
	case strings.Contains(message, "unrecognized grouping construct"):
		reason = "Unrecognized grouping construct."
	}
	return &Exception{
		Type:    init1("System.Text.RegularExpressions.RegexParseException"),
		Message: "Invalid pattern '" + pattern + "' at offset " + ToString(int32(offset)) + ". " + reason, Cause: err,
	}
}

func firstQuantifier(pattern string) string {
	if i := strings.IndexAny(pattern, "*+?{"); i >= 0 {
		return pattern[i : i+1]
	}
	return "*"
}

// patternOf returns the regex that an operand stands for: a [regex] as it is, all else by its text.
func patternOf(v any, ignoreCase bool) (*Regex, error) {
	if o, ok := v.(*Object); ok {
		if r, ok := o.Base.(*Regex); ok {
			return r, nil
		}
	}
	options := int64(0)
	if ignoreCase {
		options = RegexIgnoreCase
	}
	return CompileRegex(ToString(v), options)
}

// Match is -match on a single text. matches is what $Matches becomes; nil without a match.
func Match(text string, pattern any, ignoreCase bool) (matches *Hashtable, err error) {
	r, err := patternOf(pattern, ignoreCase)
	if err != nil {
		return nil, RecordOf(err)
	}
	return matchWith(r, text)
}

func matchWith(r *Regex, text string) (matches *Hashtable, err error) {
	if r.quick.takes(text) {
		return r.quick.match(text), nil
	}
	m, err := r.FindStringMatch(text)
	if err != nil || m == nil {
		return nil, err
	}
	matches = NewHashtable()
	for _, g := range m.Groups() {
		if len(g.Captures) == 0 {
			continue
		}
		if n := r.GroupNumberFromName(g.Name); n >= 0 && g.Name != ToString(int32(n)) {
			matches.Set(g.Name, g.String())
			continue
		}
		n, _ := integerFromString(g.Name, TypeInt32) // unnamed groups are named by their numbers
		matches.Set(n, g.String())
	}
	return matches, nil
}

// Matches filters a collection by -match or -notmatch.
func Matches(items []any, pattern any, ignoreCase, negate bool) (*Array, error) {
	r, err := patternOf(pattern, ignoreCase)
	if err != nil {
		return nil, RecordOf(err)
	}
	out := &Array{}
	for _, e := range items {
		ok, err := r.MatchString(ToString(e))
		if err != nil {
			return nil, err
		}
		if ok != negate {
			out.Items = append(out.Items, e)
		}
	}
	return out, nil
}

// Replace is -replace on one value or each of a collection's; right is the pattern alone or a pattern and its substitute,
// a text with $1 or a script block.
func Replace(v, right any, ignoreCase bool) (any, error) {
	pattern, substitute := right, any("")
	if parts, ok := ItemsOf(right); ok {
		switch len(parts) {
		case 0:
			pattern = ""
		case 1:
			pattern = parts[0]
		case 2:
			pattern, substitute = parts[0], parts[1]
		default:
			return nil, NewError("BadReplaceArgument", InvalidOperation, right, "The -%s operator allows only two elements to follow it, not %d.", replaceName(ignoreCase), len(parts))
		}
	}
	r, err := patternOf(pattern, ignoreCase)
	if err != nil {
		return nil, NewErrorOf(&Exception{
			Type: typeRuntimeException, Inner: exceptionOf(err),
			Message: "The regular expression pattern " + ToString(pattern) + " is not valid.",
		}, "InvalidRegularExpression", InvalidOperation, pattern)
	}
	one := func(e any) (any, error) { return r.ReplaceWith(ToString(e), substitute) }
	if items, ok := ItemsOf(v); ok {
		out := make([]any, len(items))
		for i, e := range items {
			if out[i], err = one(e); err != nil {
				return nil, err
			}
		}
		return &Array{Items: out}, nil
	}
	return one(v)
}

func replaceName(ignoreCase bool) string {
	if ignoreCase {
		return "replace"
	}
	return "creplace"
}

// ReplaceWith replaces every match by a text with $1 or ${name}, or by what a script block makes of the match ($_).
func (r *Regex) ReplaceWith(text string, substitute any) (any, error) {
	block, ok := Base(substitute).(ScriptBlock)
	if !ok {
		with := ToString(substitute)
		if r.quick.takes(text) && r.quick.least > 0 && !strings.Contains(with, "$") {
			return r.quick.re.ReplaceAllLiteralString(text, with), nil
		}
		return r.Replace(text, with, -1, -1)
	}
	var failed error
	out, err := r.ReplaceFunc(text, func(m regexp2.Match) string {
		if failed != nil {
			return ""
		}
		object := NewMatch(r, &m)
		result, err := block.Call([]any{object}, object)
		if err != nil {
			failed = err
		}
		return ToString(Collect(result))
	}, -1, -1)
	if failed != nil {
		return nil, failed
	}
	return out, err
}

// NewMatch makes a System.Text.RegularExpressions.Match of a match; nil is the empty, unsuccessful match.
func NewMatch(r *Regex, m *regexp2.Match) *Object {
	return &Object{Type: typeMatch, Base: &MatchBase{m, r}}
}

// MatchBase is the base value of a Match.
type MatchBase struct {
	*regexp2.Match
	Pattern *Regex
}

// Text is the text matched.
func (m *MatchBase) Text() string {
	if m.Match == nil {
		return ""
	}
	return m.Match.String()
}

var (
	typeCapture = declare("System.Text.RegularExpressions.Capture", "", TypeObject)
	typeGroup   = declare("System.Text.RegularExpressions.Group", "", typeCapture)
	typeMatch   = declare("System.Text.RegularExpressions.Match", "", typeGroup)
)

// SplitOn is the binary -split operator; right is the separator, or an array of separator, maximum and options.
func SplitOn(v, right any, ignoreCase bool) (any, error) {
	separator, limit, options := right, 0, ""
	if parts, ok := ItemsOf(right); ok {
		if len(parts) > 0 {
			separator = parts[0]
		} else {
			separator = nil
		}
		if len(parts) > 1 {
			n, err := Convert(parts[1], TypeInt32)
			if err != nil {
				return nil, err
			}
			limit = int(n.(int32))
		}
		if len(parts) > 2 {
			options = ToString(parts[2])
		}
	}
	texts, ok := ItemsOf(v)
	if !ok {
		texts = []any{v}
	}
	split, err := splitter(separator, options, ignoreCase)
	if err != nil {
		return nil, err
	}
	out := []any{}
	for _, t := range texts {
		parts, err := split(ToString(t), limit)
		if err != nil {
			return nil, err
		}
		for _, p := range parts {
			out = append(out, p)
		}
	}
	return &Array{Elem: TypeString, Items: out}, nil
}

func splitter(separator any, options string, ignoreCase bool) (func(s string, limit int) ([]string, error), error) {
	if block, ok := Base(separator).(ScriptBlock); ok {
		return func(s string, limit int) ([]string, error) { return splitByBlock(s, block, limit) }, nil
	}
	bits := int64(0)
	if ignoreCase {
		bits = RegexIgnoreCase
	}
	pattern := ToString(separator)
	for _, o := range strings.Split(options, ",") {
		switch strings.ToLower(strings.TrimSpace(o)) {
		case "simplematch":
			pattern = regexp2.Escape(pattern)
		case "ignorecase":
			bits |= RegexIgnoreCase
		case "multiline":
			bits |= RegexMultiline
		case "singleline":
			bits |= RegexSingleline
		case "ignorepatternwhitespace":
			bits |= RegexIgnoreWhitespace
		case "explicitcapture":
			bits |= RegexExplicitCapture
		}
	}
	r, err := CompileRegex(pattern, bits)
	if o, ok := separator.(*Object); ok {
		if own, ok := o.Base.(*Regex); ok {
			r, err = own, nil
		}
	}
	if err != nil {
		return nil, RecordOf(err)
	}
	return r.SplitText, nil
}

// SplitText splits at the matches, with captured groups among the parts; limit > 0 is the most parts from the left,
// limit < 0 from the right, 0 as many as there are.
func (r *Regex) SplitText(s string, limit int) ([]string, error) {
	if limit == 1 || limit == -1 {
		return []string{s}, nil
	}
	if limit == 0 && r.quick.takes(s) && r.quick.least > 0 && !r.quick.capture {
		return r.quick.split(s), nil
	}
	text := []rune(s)
	var matches []*regexp2.Match
	m, err := r.FindRunesMatch(text)
	for m != nil && err == nil {
		matches = append(matches, m)
		m, err = r.FindNextMatch(m)
	}
	if err != nil {
		return nil, err
	}
	switch {
	case limit > 0 && len(matches) > limit-1:
		matches = matches[:limit-1]
	case limit < 0 && len(matches) > -limit-1:
		matches = matches[len(matches)+limit+1:]
	}
	var out []string
	last := 0
	for _, m := range matches {
		out = append(out, string(text[last:m.Index]))
		last = m.Index + m.Length
		for _, g := range m.Groups()[1:] {
			if len(g.Captures) > 0 {
				out = append(out, g.String())
			}
		}
	}
	return append(out, string(text[last:])), nil
}

func splitByBlock(s string, block ScriptBlock, limit int) ([]string, error) {
	var out []string
	var part strings.Builder
	for _, u := range s {
		if limit <= 0 || len(out) < limit-1 {
			result, err := block.Call([]any{string(u)}, string(u))
			if err != nil {
				return nil, err
			}
			if IsTrue(Collect(result)) {
				out = append(out, part.String())
				part.Reset()
				continue
			}
		}
		part.WriteRune(u)
	}
	return append(out, part.String()), nil
}

// SplitBlanks is the unary -split operator: the words of a text or of each of several.
func SplitBlanks(v any) *Array {
	out := &Array{Elem: TypeString, Items: []any{}}
	texts, ok := ItemsOf(v)
	if !ok {
		texts = []any{v}
	}
	for _, t := range texts {
		for _, w := range strings.Fields(ToString(t)) {
			out.Items = append(out.Items, w)
		}
	}
	return out
}

// Join is the -join operator.
func Join(v any, separator string) string {
	items, ok := ItemsOf(v)
	if !ok {
		return ToString(v)
	}
	return JoinItems(items, separator)
}

// JoinItems joins the texts of items.
func JoinItems(items []any, separator string) string {
	var b strings.Builder
	for i, e := range items {
		if i > 0 {
			b.WriteString(separator)
		}
		b.WriteString(ToString(e))
	}
	return b.String()
}

// Like is -like (or, negated, -notlike): a collection on the left is filtered.
func Like(v any, pattern any, ignoreCase, negate bool) (any, error) {
	w, err := NewWildcard(ToString(pattern), ignoreCase)
	if err != nil {
		return nil, err
	}
	if items, ok := ItemsOf(v); ok {
		out := &Array{}
		for _, e := range items {
			if w.Match(ToString(e)) != negate {
				out.Items = append(out.Items, e)
			}
		}
		return out, nil
	}
	return w.Match(ToString(v)) != negate, nil
}
