// Package complete offers what may stand at a cursor, as PowerShell's TabExpansion2 does: commands, parameters and their
// values, variables, members, types and files.
package complete

import (
	"context"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// Kind is what an item is, by the names of CompletionResultType.
type Kind string

// The kinds of items.
const (
	KindText           Kind = "Text"
	KindCommand        Kind = "Command"
	KindParameterName  Kind = "ParameterName"
	KindParameterValue Kind = "ParameterValue"
	KindVariable       Kind = "Variable"
	KindProperty       Kind = "Property"
	KindMethod         Kind = "Method"
	KindType           Kind = "Type"
	KindFile           Kind = "ProviderItem"
	KindDirectory      Kind = "ProviderContainer"
)

// Item is one completion.
type Item struct {
	Text     string // what is put into the line
	ListItem string // how a menu shows it
	Kind     Kind
	ToolTip  string
}

// Values offers the values of a parameter that begin with prefix. It should answer at once; ctx ends when nobody waits any more.
type Values func(ctx context.Context, s cmdlet.Session, prefix string) []Item

type valuesKey struct{}

// Provide makes a source of values known to a session under the name that parameters have in their complete tag.
func Provide(s cmdlet.Session, name string, v Values) { sources(s)[strings.ToLower(name)] = v }

func sources(s cmdlet.Session) map[string]Values {
	return s.Keep(valuesKey{}, func() any { return map[string]Values{} }).(map[string]Values)
}

// Options choose how paths are completed, by the names that TabExpansion2 has for them.
type Options struct {
	// RelativePaths has paths begin at the location, or at the root where it points to false; nil leaves them as they were begun.
	RelativePaths *bool
	// LiteralPaths leaves brackets as they are, which stand for themselves only behind a backtick where a path may be a pattern.
	LiteralPaths bool
}

// Complete completes text at a cursor, counted in bytes: each item would stand in place of the bytes from to to.
func Complete(ctx context.Context, s cmdlet.Session, text string, cursor int) (from, to int, items []Item) {
	return Options{}.Complete(ctx, s, text, cursor)
}

// Complete is [Complete] with options.
func (o Options) Complete(ctx context.Context, s cmdlet.Session, text string, cursor int) (from, to int, items []Item) {
	c := &completer{ctx: ctx, s: s, options: o, text: text[:min(max(cursor, 0), len(text))]}
	c.from = len(c.text)
	c.run()
	return c.from, len(c.text), c.items
}

type completer struct {
	ctx     context.Context
	s       cmdlet.Session
	options Options
	text    string // up to the cursor
	from    int
	items   []Item
	quote   string // the quote that the word at the cursor begins with
	tree    *syntax.ScriptBlock
}

func (c *completer) add(items ...Item) { c.items = append(c.items, items...) }

func (c *completer) run() {
	if c.variable() {
		return
	}
	source, word := c.parse()
	if c.member(source) || c.typeName() {
		return
	}
	c.command(source, word)
}

// placeholder is what is put where the cursor stands behind a blank, so that the tree has something there.
const placeholder = "x"

// parse reads the text with what it lacks at its end: a word, or a quote. It gives the text that was parsed, and the word that
// is being completed.
func (c *completer) parse() (source, word string) {
	if q, start := openQuote(c.text); q != "" {
		c.quote, c.from = q, start
		source = c.text + q
		c.tree, _ = syntax.Parse("", source)
		return source, c.text[start+len(q):]
	}
	start := wordStart(c.text)
	word = c.text[start:]
	c.from = start
	source = c.text
	if word == "" || strings.HasSuffix(word, ".") || strings.HasSuffix(word, "::") {
		source += placeholder
	}
	c.tree, _ = syntax.Parse("", source)
	return source, word
}

// openQuote tells which quote is open at the end of a text, and where it is.
func openQuote(text string) (quote string, start int) {
	var open byte
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case open == 0 && b == '`', open == '"' && b == '`':
			i++
		case open == 0 && b == '#' && (i == 0 || strings.IndexByte(" \t\n;({|", text[i-1]) >= 0):
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case open == 0 && (b == '\'' || b == '"'):
			open, start = b, i
		case b == open:
			open = 0
		}
	}
	if open == 0 {
		return "", 0
	}
	return string(open), start
}

// wordStart is where the last word of a text begins.
func wordStart(text string) int {
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case ' ', '\t', '\n', '\r', ';', '|', '(', ')', '{', '}', '&', ',', '=', '\'', '"':
			if i > 0 && text[i-1] == '`' {
				continue
			}
			return i + 1
		case '@', '$':
			if i+1 < len(text) && text[i+1] != '(' && text[i+1] != '{' {
				return i
			}
		}
	}
	return 0
}

// commandAt finds the innermost command that ends where the parsed text ends.
func (c *completer) commandAt(end int) (found *syntax.Command, before []syntax.CommandBase) {
	syntax.Inspect(c.tree, func(n syntax.Node) bool {
		if p, ok := n.(*syntax.Pipeline); ok {
			for i, e := range p.Elements {
				if cmd, ok := e.(*syntax.Command); ok && cmd.Extent().EndOffset() >= end && cmd.Extent().StartOffset() < end {
					found, before = cmd, p.Elements[:i]
				}
			}
		}
		return true
	})
	return found, before
}

// command completes a command's name, a parameter's name or a value.
func (c *completer) command(source, word string) {
	cmd, before := c.commandAt(len(source))
	if cmd == nil {
		if strings.HasPrefix(word, "-") && c.quote == "" {
			c.operators(word)
		}
		return
	}
	last := len(cmd.Elements) - 1
	if last <= 0 {
		if c.quote == "" {
			c.commands(word)
		}
		if len(c.items) == 0 {
			c.files(word)
		}
		return
	}
	info := c.infoOf(cmd)
	if info == nil {
		if !c.program(cmd, word) {
			c.files(word)
		}
		return
	}
	if p, ok := cmd.Elements[last].(*syntax.CommandParameter); ok && p.Argument == nil && word != "" && c.quote == "" || word == "-" && c.quote == "" {
		c.parameters(info, cmd, word)
		return
	}
	c.value(info, cmd, before, word)
}

// infoOf finds a command in the session, or among the functions that the text itself defines.
func (c *completer) infoOf(cmd *syntax.Command) *cmdlet.Info {
	name := cmd.Name()
	if name == "" {
		return nil
	}
	var defined *cmdlet.Info
	syntax.Inspect(c.tree, func(n syntax.Node) bool {
		if f, ok := n.(*syntax.FunctionDefinition); ok && strings.EqualFold(f.Name, name) {
			defined = describeFunction(f)
		}
		return true
	})
	if defined != nil {
		return defined
	}
	info, ok := c.s.Command(name)
	if !ok {
		return nil
	}
	if info.Extend != nil {
		return info.Extend(c.arguments(cmd))
	}
	return info
}

// describeFunction tells what the text of a function says of its parameters.
func describeFunction(f *syntax.FunctionDefinition) *cmdlet.Info {
	info := &cmdlet.Info{Name: f.Name, Kind: cmdlet.KindFunction}
	params := f.Parameters
	if f.Body.Params != nil {
		params = f.Body.Params.Parameters
		for _, a := range f.Body.Params.Attributes {
			info.Advanced = info.Advanced || strings.EqualFold(a.TypeName.Name, "CmdletBinding")
		}
	}
	for i, p := range params {
		out := &cmdlet.Parameter{Name: p.Name.Name, Index: i, Sets: []cmdlet.ParameterSet{{Name: cmdlet.AllSets, Position: i}}}
		for _, a := range p.Attributes {
			attribute, ok := a.(*syntax.Attribute)
			if !ok {
				continue
			}
			switch strings.ToLower(attribute.TypeName.Name) {
			case "parameter":
				info.Advanced = true
			case "validateset":
				for _, v := range attribute.Positional {
					if s, ok := v.(*syntax.StringConstant); ok {
						out.Values = append(out.Values, s.Value)
					}
				}
			}
		}
		info.Parameters = append(info.Parameters, out)
	}
	return info
}

// commands completes the name of a command; wildcards are allowed.
func (c *completer) commands(word string) {
	pattern := word
	if !object.HasWildcards(word) {
		pattern += "*"
	}
	w, err := object.NewWildcard(pattern, true)
	if err != nil || word == "" {
		return
	}
	seen := map[string]bool{}
	take := func(name, tip string) {
		if key := strings.ToLower(name); w.Match(name) && !seen[key] {
			seen[key] = true
			c.add(Item{name, name, KindCommand, tip})
		}
	}
	syntax.Inspect(c.tree, func(n syntax.Node) bool {
		if f, ok := n.(*syntax.FunctionDefinition); ok {
			take(f.Name, f.Name)
		}
		return true
	})
	for _, info := range c.s.Commands() {
		tip := info.Synopsis
		if tip == "" {
			tip = info.Name
		}
		take(info.Name, tip)
	}
	for _, a := range c.s.Aliases() {
		take(a.Name, a.Definition)
	}
	sortItems(c.items)
}

func sortItems(items []Item) {
	slices.SortStableFunc(items, func(a, b Item) int { return object.CompareStrings(a.ListItem, b.ListItem, true) })
}

// operators are those that an expression may go on with.
func (c *completer) operators(word string) {
	for _, name := range []string{"and", "as", "band", "bnot", "bor", "bxor", "ccontains", "ceq", "cge", "cgt", "cin", "cle", "clike", "clt", "cmatch", "cne",
		"cnotcontains", "cnotin", "cnotlike", "cnotmatch", "contains", "creplace", "csplit", "eq", "f", "ge", "gt", "icontains", "ieq", "ige", "igt", "iin",
		"ile", "ilike", "ilt", "imatch", "in", "ine", "inotcontains", "inotin", "inotlike", "inotmatch", "ireplace", "is", "isnot", "isplit", "join", "le",
		"like", "lt", "match", "ne", "not", "notcontains", "notin", "notlike", "notmatch", "or", "replace", "shl", "shr", "split", "xor"} {
		if foldPrefix(name, word[1:]) {
			c.add(Item{"-" + name, name, KindParameterName, "-" + name})
		}
	}
}

func foldPrefix(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}
