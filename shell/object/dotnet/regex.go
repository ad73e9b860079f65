package dotnet

import (
	"github.com/dlclark/regexp2"
	"iter"

	"migsh/shell/object"
)

var (
	typeRegexOptions = object.NewEnum("System.Text.RegularExpressions.RegexOptions", true,
		[]string{"None", "IgnoreCase", "Multiline", "ExplicitCapture", "Compiled", "Singleline", "IgnorePatternWhitespace", "RightToLeft", "ECMAScript", "CultureInvariant", "NonBacktracking"},
		[]int64{0, 1, 2, 4, 8, 16, 32, 64, 256, 512, 1024})
	typeMatches  = collectionType("MatchCollection")
	typeGroups   = object.Declare(&object.Type{Name: "System.Text.RegularExpressions.GroupCollection", Interfaces: []*object.Type{iCollection, iEnumerable}})
	typeCaptures = collectionType("CaptureCollection")
)

// collectionType declares a read-only collection of the regular expressions.
func collectionType(name string) *object.Type {
	t := object.Declare(&object.Type{Name: "System.Text.RegularExpressions." + name, Interfaces: []*object.Type{object.Interface("System.Collections.IList"), iCollection, iEnumerable}})
	object.Extend(t, func(t *object.Type) {
		field(t, "int Count", func(l *object.List) any { return int32(len(l.Items)) })
		indexer(t, "System.Object Item(int i)", func(l *object.List, a args) (any, error) {
			if a.int(0) < 0 || a.int(0) >= len(l.Items) {
				return nil, outOfRange("Specified argument was out of the range of valid values. (Parameter 'i')")
			}
			return l.Items[a.int(0)], nil
		})
		method(t, "System.Collections.IEnumerator GetEnumerator()", func(l *object.List, _ args) (any, error) { return newEnumerator(t.Name+"+Enumerator", l.Items), nil })
	})
	return t
}

func init() {
	object.Extend(object.TypeRegex, regexMembers)
	for name, load := range map[string]func(*object.Type){"Capture": captureMembers, "Group": groupMembers, "Match": matchMembers} {
		t, ok := object.TypeByName("System.Text.RegularExpressions." + name)
		if !ok {
			panic("dotnet: no type for " + name)
		}
		object.Extend(t, load)
	}
	object.Extend(typeGroups, func(t *object.Type) {
		field(t, "int Count", func(g *groups) any { return int32(g.Len()) })
		field(t, "string[] Keys", func(g *groups) any {
			var names []string
			for _, x := range g.match.Groups() {
				names = append(names, x.Name)
			}
			return stringArray(names)
		})
		method(t, "bool ContainsKey(string key)", func(g *groups, a args) (any, error) {
			return g.match != nil && g.match.GroupByName(a.str(0)) != nil, nil
		})
		indexer(t, "System.Text.RegularExpressions.Group Item(System.Object key)", func(g *groups, a args) (any, error) {
			v, _, err := g.At(a[0])
			return v, err
		})
	})
}

func regexOf(a args, pattern, options int) (*object.Regex, error) {
	o := int64(0)
	if options >= 0 {
		o = a.enum(options)
	}
	if a[pattern] == nil {
		return nil, nullArgument("pattern")
	}
	return object.CompileRegex(a.str(pattern), o)
}

func matchAll(r *object.Regex, s string) (any, error) {
	out := &object.List{Type: typeMatches, Items: []any{}}
	m, err := r.FindStringMatch(s)
	for ; m != nil && err == nil; m, err = r.FindNextMatch(m) {
		out.Items = append(out.Items, object.NewMatch(r, m))
	}
	return out, err
}

func matchOne(r *object.Regex, s string, from int) (any, error) {
	m, err := r.FindStringMatchStartingAt(s, from)
	if err != nil {
		return nil, err
	}
	return object.NewMatch(r, m), nil
}

func splitRegex(r *object.Regex, s string) (any, error) {
	parts, err := r.SplitText(s, 0)
	if err != nil {
		return nil, err
	}
	return stringArray(parts), nil
}

// replace is Regex.Replace with a text or a script block, at most count times; -1 is all.
func replaceRegex(r *object.Regex, s string, with any, count int) (any, error) {
	if _, ok := object.Base(with).(object.ScriptBlock); ok {
		return r.ReplaceWith(s, with)
	}
	return anyText(r.Regexp.Replace(s, object.ToString(with), -1, count))
}

func regexMembers(t *object.Type) {
	method(t, "bool IsMatch(string input)", func(r *object.Regex, a args) (any, error) { return r.MatchString(a.str(0)) })
	method(t, "System.Text.RegularExpressions.Match Match(string input)", func(r *object.Regex, a args) (any, error) { return matchOne(r, a.str(0), 0) })
	method(t, "System.Text.RegularExpressions.Match Match(string input, int startat)", func(r *object.Regex, a args) (any, error) { return matchOne(r, a.str(0), a.int(1)) })
	method(t, "System.Text.RegularExpressions.MatchCollection Matches(string input)", func(r *object.Regex, a args) (any, error) { return matchAll(r, a.str(0)) })
	method(t, "string Replace(string input, string replacement)", func(r *object.Regex, a args) (any, error) { return replaceRegex(r, a.str(0), a.str(1), -1) })
	method(t, "string Replace(string input, string replacement, int count)", func(r *object.Regex, a args) (any, error) { return replaceRegex(r, a.str(0), a.str(1), a.int(2)) })
	method(t, "string Replace(string input, scriptblock evaluator)", func(r *object.Regex, a args) (any, error) { return replaceRegex(r, a.str(0), a[1], -1) })
	method(t, "string Replace(string input, System.Text.RegularExpressions.MatchEvaluator evaluator)", func(r *object.Regex, a args) (any, error) {
		return replaceRegex(r, a.str(0), a[1].(*object.Object).Base.(*delegate).block, -1)
	})
	method(t, "string[] Split(string input)", func(r *object.Regex, a args) (any, error) { return splitRegex(r, a.str(0)) })
	method(t, "string[] Split(string input, int count)", func(r *object.Regex, a args) (any, error) {
		parts, err := r.SplitText(a.str(0), a.int(1))
		if err != nil {
			return nil, err
		}
		return stringArray(parts), nil
	})
	method(t, "string[] GetGroupNames()", func(r *object.Regex, _ args) (any, error) { return stringArray(r.GetGroupNames()), nil })
	method(t, "int[] GetGroupNumbers()", func(r *object.Regex, _ args) (any, error) {
		out := &object.Array{Elem: object.TypeInt32}
		for _, n := range r.GetGroupNumbers() {
			out.Items = append(out.Items, int32(n))
		}
		return out, nil
	})
	method(t, "int Count(string input)", func(r *object.Regex, a args) (any, error) {
		all, err := matchAll(r, a.str(0))
		if err != nil {
			return nil, err
		}
		return int32(len(all.(*object.List).Items)), nil
	})
	method(t, "string ToString()", func(r *object.Regex, _ args) (any, error) { return r.Pattern, nil })
	field(t, "System.Text.RegularExpressions.RegexOptions Options", func(r *object.Regex) any { return object.Enum{Type: typeRegexOptions, Value: r.Options} })
	field(t, "bool RightToLeft", func(r *object.Regex) any { return r.Options&object.RegexRightToLeft != 0 })
	field(t, "timespan MatchTimeout", func(*object.Regex) any { return object.TimeSpan(-10000) })

	with := func(signature string, options int, do func(r *object.Regex, a args) (any, error)) {
		static(t, signature, func(a args) (any, error) {
			r, err := regexOf(a, 1, options)
			if err != nil {
				return nil, err
			}
			return do(r, a)
		})
	}
	const opt = ", System.Text.RegularExpressions.RegexOptions options)"
	isMatch := func(r *object.Regex, a args) (any, error) { return r.MatchString(a.str(0)) }
	with("bool IsMatch(string input, string pattern)", -1, isMatch)
	with("bool IsMatch(string input, string pattern"+opt, 2, isMatch)
	one := func(r *object.Regex, a args) (any, error) { return matchOne(r, a.str(0), 0) }
	with("System.Text.RegularExpressions.Match Match(string input, string pattern)", -1, one)
	with("System.Text.RegularExpressions.Match Match(string input, string pattern"+opt, 2, one)
	all := func(r *object.Regex, a args) (any, error) { return matchAll(r, a.str(0)) }
	with("System.Text.RegularExpressions.MatchCollection Matches(string input, string pattern)", -1, all)
	with("System.Text.RegularExpressions.MatchCollection Matches(string input, string pattern"+opt, 2, all)
	replace := func(r *object.Regex, a args) (any, error) { return replaceRegex(r, a.str(0), a[2], -1) }
	with("string Replace(string input, string pattern, string replacement)", -1, replace)
	with("string Replace(string input, string pattern, string replacement"+opt, 3, replace)
	with("string Replace(string input, string pattern, scriptblock evaluator)", -1, replace)
	with("string Replace(string input, string pattern, scriptblock evaluator"+opt, 3, replace)
	evaluate := func(r *object.Regex, a args) (any, error) {
		return replaceRegex(r, a.str(0), a[2].(*object.Object).Base.(*delegate).block, -1)
	}
	with("string Replace(string input, string pattern, System.Text.RegularExpressions.MatchEvaluator evaluator)", -1, evaluate)
	with("string Replace(string input, string pattern, System.Text.RegularExpressions.MatchEvaluator evaluator"+opt, 3, evaluate)
	split := func(r *object.Regex, a args) (any, error) { return splitRegex(r, a.str(0)) }
	with("string[] Split(string input, string pattern)", -1, split)
	with("string[] Split(string input, string pattern"+opt, 2, split)
	static(t, "string Escape(string str)", func(a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("str")
		}
		return regexp2.Escape(a.str(0)), nil
	})
	static(t, "string Unescape(string str)", func(a args) (any, error) { return anyText(regexp2.Unescape(a.str(0))) })
	make := func(a args, options int) (any, error) {
		r, err := regexOf(a, 0, options)
		if err != nil {
			return nil, err
		}
		return object.Instance(t, r), nil
	}
	constructor(t, "(string pattern)", func(a args) (any, error) { return make(a, -1) })
	constructor(t, "(string pattern, System.Text.RegularExpressions.RegexOptions options)", func(a args) (any, error) { return make(a, 1) })
}

// span is what captures, groups and matches have in common.
type span interface {
	bounds() (index, length int, value string)
}

// group is the base value of a Group; nil is a group that took no part.
type group struct{ *regexp2.Group }

func (g group) bounds() (int, int, string) {
	if g.Group == nil || len(g.Captures) == 0 {
		return 0, 0, ""
	}
	return g.Index, g.Length, g.String()
}

// Text is the text matched.
func (g group) Text() string { _, _, s := g.bounds(); return s }

// capture is the base value of a Capture.
type capture struct{ *regexp2.Capture }

func (c capture) bounds() (int, int, string) { return c.Index, c.Length, c.String() }

// Text is the text captured.
func (c capture) Text() string { return c.String() }

func boundsOf(recv any) (index, length int, value string) {
	o, ok := recv.(*object.Object)
	if !ok {
		return 0, 0, ""
	}
	switch b := o.Base.(type) {
	case span:
		return b.bounds()
	case *object.MatchBase:
		if b.Match != nil {
			return b.Index, b.Length, b.Match.String()
		}
	}
	return 0, 0, ""
}

func captureMembers(t *object.Type) {
	field(t, "int Index", func(v any) any { i, _, _ := boundsOf(v); return int32(i) })
	field(t, "int Length", func(v any) any { _, n, _ := boundsOf(v); return int32(n) })
	field(t, "string Value", func(v any) any { _, _, s := boundsOf(v); return s })
	method(t, "string ToString()", func(v any, _ args) (any, error) { _, _, s := boundsOf(v); return s, nil })
}

func groupOf(recv any) *regexp2.Group {
	o, ok := recv.(*object.Object)
	if !ok {
		return nil
	}
	switch b := o.Base.(type) {
	case group:
		return b.Group
	case *object.MatchBase:
		if b.Match != nil {
			return &b.Match.Group
		}
	}
	return nil
}

func groupMembers(t *object.Type) {
	field(t, "bool Success", func(v any) any { g := groupOf(v); return g != nil && len(g.Captures) > 0 })
	field(t, "string Name", func(v any) any {
		if g := groupOf(v); g != nil {
			return g.Name
		}
		return "0"
	})
	field(t, "System.Text.RegularExpressions.CaptureCollection Captures", func(v any) any {
		out := &object.List{Type: typeCaptures, Items: []any{}}
		captureType, _ := object.TypeByName("System.Text.RegularExpressions.Capture")
		if g := groupOf(v); g != nil {
			for i := range g.Captures {
				out.Items = append(out.Items, object.Instance(captureType, capture{&g.Captures[i]}))
			}
		}
		return out
	})
}

func matchMembers(t *object.Type) {
	field(t, "System.Text.RegularExpressions.GroupCollection Groups", func(m *object.MatchBase) any { return object.Instance(typeGroups, &groups{m.Match, m.Pattern}) })
	method(t, "System.Text.RegularExpressions.Match NextMatch()", func(m *object.MatchBase, _ args) (any, error) {
		if m.Match == nil {
			return object.NewMatch(m.Pattern, nil), nil
		}
		next, err := m.Pattern.FindNextMatch(m.Match)
		if err != nil {
			return nil, err
		}
		return object.NewMatch(m.Pattern, next), nil
	})
	method(t, "string Result(string replacement)", func(m *object.MatchBase, a args) (any, error) {
		if m.Match == nil {
			return nil, throw("System.NotSupportedException", "Result cannot be called on a failed Match.")
		}
		whole, err := m.Pattern.Regexp.Replace(m.Match.String(), a.str(0), 0, 1)
		return anyText(whole, err)
	})
}

// groups is the base value of a GroupCollection.
type groups struct {
	match   *regexp2.Match
	pattern *object.Regex
}

func (g *groups) list() []any {
	if g.match == nil {
		return nil
	}
	t, _ := object.TypeByName("System.Text.RegularExpressions.Group")
	all := g.match.Groups()
	out := make([]any, len(all))
	for i := range all {
		out[i] = object.Instance(t, group{&all[i]})
	}
	if len(out) > 0 {
		out[0] = object.NewMatch(g.pattern, g.match)
	}
	return out
}

// All yields the groups by number.
func (g *groups) All() iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, x := range g.list() {
			if !yield(x) {
				return
			}
		}
	}
}

// Len is the number of groups.
func (g *groups) Len() int {
	if g.match == nil {
		return 0
	}
	return g.match.GroupCount()
}

// At finds a group by number or name; one that does not exist is an unsuccessful group.
func (g *groups) At(index any) (any, bool, error) {
	t, _ := object.TypeByName("System.Text.RegularExpressions.Group")
	if name, ok := index.(string); ok {
		if g.match != nil {
			if found := g.match.GroupByName(name); found != nil {
				return object.Instance(t, group{found}), true, nil
			}
		}
		return object.Instance(t, group{}), true, nil
	}
	n, err := object.Convert(index, object.TypeInt32)
	if err != nil {
		return nil, false, err
	}
	items := g.list()
	if i := int(n.(int32)); i >= 0 && i < len(items) {
		return items[i], true, nil
	}
	return object.Instance(t, group{}), true, nil
}
