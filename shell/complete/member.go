package complete

import (
	"regexp"
	"slices"
	"strings"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

var (
	variableAtEnd = regexp.MustCompile(`[$@](?:\{[^}]*|(?:\w+:)?\w*\*?\w*)$`)
	memberAtEnd   = regexp.MustCompile(`(?:\?\.|\.|::)([\w*]*)$`)
	typeAtEnd     = regexp.MustCompile(`(?:^|[\s(;={|,!\[])\[([\w.]+)$`)
)

// variable completes the name of a variable.
func (c *completer) variable() bool {
	if q, _ := openQuote(c.text); q == "'" {
		return false
	}
	at := variableAtEnd.FindStringIndex(c.text)
	if at == nil {
		return false
	}
	word := c.text[at[0]:]
	sign := word[:1]
	name, braced := strings.CutPrefix(word[1:], "{")
	if sign == "@" && (name == "" || braced) {
		return false
	}
	scope := ""
	if i := strings.IndexByte(name, ':'); i >= 0 {
		scope, name = name[:i+1], name[i+1:]
	}
	c.from = at[0]
	seen := map[string]bool{}
	take := func(n, tip string) {
		if !foldPrefix(n, name) || seen[strings.ToLower(n)] {
			return
		}
		seen[strings.ToLower(n)] = true
		text := sign + scope + n
		if braced || !simpleName(n) {
			text = sign + "{" + scope + n + "}"
		}
		c.add(Item{text, n, KindVariable, tip})
	}
	switch strings.ToLower(scope) {
	case "env:":
		err := c.s.Evaluate(c.ctx, "Get-ChildItem Env:", func(v any) error {
			n, _, err := object.GetMember(v, "Name")
			take(object.ToString(n), "[string]$"+scope+object.ToString(n))
			return err
		})
		if err != nil {
			return true // what has been found is offered all the same
		}
	case "function:":
		for _, f := range c.s.Functions() {
			take(f.Name, f.Name)
		}
	case "alias:":
		for _, a := range c.s.Aliases() {
			take(a.Name, a.Definition)
		}
	default:
		where := strings.TrimSuffix(scope, ":")
		if strings.EqualFold(where, "variable") || strings.EqualFold(where, "using") {
			where = ""
		}
		vars, err := c.s.Variables(where)
		if err != nil {
			return true
		}
		for _, v := range vars {
			tip := "$" + v.Name
			if t := object.TypeOf(v.Value); t != nil {
				tip = "[" + t.Name + "]" + tip
			}
			take(v.Name, tip)
		}
		tree, _ := syntax.Parse("", c.text[:c.from])
		syntax.Inspect(tree, func(n syntax.Node) bool {
			if v, ok := n.(*syntax.Variable); ok && v.Drive == "" && v.Name != "" {
				take(v.Name, "$"+v.Name)
			}
			return true
		})
	}
	sortItems(c.items)
	return true
}

func simpleName(n string) bool {
	for _, r := range n {
		if r != '_' && r != '?' && r != '^' && r != '$' && !(r >= '0' && r <= '9') && !(r >= 'a' && r <= 'z') && !(r >= 'A' && r <= 'Z') && r < 0x80 {
			return false
		}
	}
	return n != ""
}

// member completes the member behind a dot or two colons.
func (c *completer) member(source string) bool {
	if c.quote == "'" {
		return false
	}
	at := memberAtEnd.FindStringSubmatchIndex(c.text)
	if at == nil {
		return false
	}
	var access *syntax.MemberAccess
	syntax.Inspect(c.tree, func(n syntax.Node) bool {
		if m, ok := n.(*syntax.MemberAccess); ok && m.Extent().EndOffset() == len(source) {
			access = m
		}
		return true
	})
	if access == nil {
		return false
	}
	prefix := c.text[at[2]:]
	pattern := prefix
	if !object.HasWildcards(pattern) {
		pattern += "*"
	}
	w, err := object.NewWildcard(pattern, true)
	if err != nil {
		return true
	}
	c.from = at[2]
	var members []Item
	if t, ok := access.Target.(*syntax.TypeExpression); ok && access.Static {
		if typ, ok := object.TypeByName(t.TypeName.Extent().Text()); ok {
			members = staticMembers(typ)
		}
	} else if !access.Static {
		members = c.membersOfExpression(access.Target)
	}
	for _, m := range members {
		if w.Match(m.ListItem) {
			c.add(m)
		}
	}
	return true
}

// typeName completes the name of a type behind a bracket.
func (c *completer) typeName() bool {
	at := typeAtEnd.FindStringSubmatchIndex(c.text)
	if at == nil || c.quote != "" {
		return false
	}
	prefix := c.text[at[2]:]
	c.from = at[2]
	for _, t := range object.AllTypes() {
		if t.Elem != nil || t.Generic != nil || strings.ContainsAny(t.Name, "`+#") {
			continue
		}
		short := strings.TrimPrefix(t.Name, "System.")
		switch {
		case t.Short != "" && foldPrefix(t.Short, prefix):
			c.add(Item{t.Short, t.Short, KindType, t.Name})
		case foldPrefix(t.Name, prefix):
			c.add(Item{t.Name, t.Name, KindType, t.Name})
		case foldPrefix(short, prefix), foldPrefix(short[strings.LastIndexByte(short, '.')+1:], prefix):
			c.add(Item{short, short[strings.LastIndexByte(short, '.')+1:], KindType, t.Name})
		}
	}
	sortItems(c.items)
	return true
}

// harmless tells whether a piece of script can be run just to see what it gives: it reads, and calls nothing.
func harmless(n syntax.Node) bool {
	ok := true
	syntax.Inspect(n, func(n syntax.Node) bool {
		switch x := n.(type) {
		case *syntax.Command, *syntax.InvokeMember, *syntax.Assignment, *syntax.SubExpression, *syntax.FunctionDefinition, *syntax.TypeDefinition:
			ok = false
		case *syntax.Unary:
			switch x.Op {
			case syntax.OpPlusPlus, syntax.OpMinusMinus, syntax.OpPostfixPlusPlus, syntax.OpPostfixMinusMinus:
				ok = false
			}
		}
		return ok
	})
	return ok
}

// evaluate runs a harmless piece of script and gives its first value.
func (c *completer) evaluate(text string) (first any, ok bool) {
	err := c.s.Evaluate(c.ctx, text, func(v any) error {
		if !ok {
			first, ok = v, true
		}
		return nil
	})
	return first, ok && err == nil
}

func (c *completer) membersOfExpression(e syntax.Expression) []Item {
	text := e.Extent().Text()
	if harmless(e) {
		// The comma keeps a collection whole, whose own members are asked for.
		if v, ok := c.evaluate("," + text); ok {
			if v == nil {
				return nil
			}
			return instanceMembers(v)
		}
		return nil
	}
	if p, ok := e.(*syntax.Paren); ok {
		if pipe, ok := p.Pipeline.(*syntax.Pipeline); ok {
			return c.membersOf(pipe.Elements)
		}
	}
	return nil
}

// membersOf tells the members of what a pipeline puts out: from its value where that is harmless to compute, else from the type
// that its last command declares.
func (c *completer) membersOf(elements []syntax.CommandBase) []Item {
	last := elements[len(elements)-1]
	if x, ok := last.(*syntax.CommandExpression); ok && harmless(x) {
		if v, ok := c.evaluate(x.Extent().Text()); ok && v != nil {
			return instanceMembers(v)
		}
		return nil
	}
	cmd, ok := last.(*syntax.Command)
	if !ok {
		return nil
	}
	info := c.infoOf(cmd)
	if info == nil {
		return nil
	}
	if keepsType(info.Name) && len(elements) > 1 {
		return c.membersOf(elements[:len(elements)-1])
	}
	var out []Item
	for _, name := range info.OutputTypes {
		if t, ok := object.TypeByName(name); ok {
			out = append(out, typeMembers(t)...)
		}
	}
	return out
}

// keepsType lists the commands that pass on what they get.
func keepsType(name string) bool {
	switch strings.ToLower(name) {
	case "where-object", "sort-object", "tee-object", "get-unique":
		return true
	}
	return false
}

func instanceMembers(v any) []Item {
	var extra []Item
	if h, ok := object.Base(v).(*object.Hashtable); ok {
		for k := range h.All() {
			extra = append(extra, Item{object.ToString(k), object.ToString(k), KindProperty, object.ToString(k)})
		}
		return append(typeMembers(object.TypeOf(v)), extra...)
	}
	if o, ok := v.(*object.Object); ok {
		for name, value := range o.All() {
			kind := KindProperty
			text := name
			if d, ok := value.(*object.Dynamic); ok && d.Kind == object.KindScriptMethod {
				kind, text = KindMethod, name+"("
			}
			extra = append(extra, Item{text, name, kind, name})
		}
		if o.Type == nil && o.Base == nil {
			sortMembers(extra)
			return extra
		}
	}
	named, last := membersOfType(object.TypeOf(object.Base(v)))
	named = append(extra, named...)
	sortMembers(named)
	return append(named, last...)
}

func typeMembers(t *object.Type) []Item {
	named, last := membersOfType(t)
	return append(named, last...)
}

// membersOfType are a type's members by name, and those that come last: its indexer, and what every collection can do.
func membersOfType(t *object.Type) (named, last []Item) {
	all := t.InstanceMembers()
	named = itemsOf(slices.DeleteFunc(slices.Clone(all), (*object.Member).Parameterized))
	sortMembers(named)
	for _, m := range all {
		if m.Parameterized() {
			last = append(last, itemsOf([]*object.Member{m})...)
		}
	}
	if t != object.TypeString && t.IsA(object.Interface("System.Collections.IEnumerable")) && !t.IsA(object.Interface("System.Collections.IDictionary")) {
		for _, name := range []string{"Where", "ForEach", "PSWhere", "PSForEach"} {
			last = append(last, Item{name + "(", name, KindMethod, name})
		}
	}
	return named, last
}

func staticMembers(t *object.Type) []Item {
	if t.Enum != nil {
		var out []Item
		names := slices.Clone(t.Enum.Names)
		slices.SortFunc(names, func(a, b string) int { return object.CompareStrings(a, b, true) })
		for _, n := range names {
			out = append(out, Item{n, n, KindProperty, n})
		}
		return append(out, methodsOnly(itemsOf(t.StaticMembers()))...)
	}
	out := itemsOf(t.StaticMembers())
	if len(t.Constructors) > 0 && !slices.ContainsFunc(out, func(i Item) bool { return i.ListItem == "new" }) {
		out = append(out, Item{"new(", "new", KindMethod, "new"})
	}
	sortMembers(out)
	return out
}

func methodsOnly(items []Item) []Item {
	out := slices.DeleteFunc(items, func(i Item) bool { return i.Kind != KindMethod })
	sortMembers(out)
	return out
}

func itemsOf(members []*object.Member) []Item {
	var out []Item
	for _, m := range members {
		if strings.HasPrefix(m.Name, "op_") {
			continue
		}
		if m.Overloads != nil || m.Kind == object.KindMethod {
			out = append(out, Item{m.Name + "(", m.Name, KindMethod, strings.Join(m.Signatures(), "\n")})
			continue
		}
		out = append(out, Item{m.Name, m.Name, KindProperty, m.Name})
	}
	return out
}

// sortMembers puts properties before methods, each by name.
func sortMembers(items []Item) {
	slices.SortStableFunc(items, func(a, b Item) int {
		if a.Kind != b.Kind {
			if a.Kind == KindProperty {
				return -1
			}
			return 1
		}
		return object.CompareStrings(a.ListItem, b.ListItem, true)
	})
}
