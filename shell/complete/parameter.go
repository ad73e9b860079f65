package complete

import (
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// given are the parameters that a command already has, and the sets that these leave open.
type given struct {
	used map[string]bool
	sets []string
	// positional counts the arguments without a name before the last element.
	positional int
	// pending is the parameter whose value is the last element.
	pending *cmdlet.Parameter
}

// resolve finds a parameter by name, alias or the beginning of one.
func resolve(info *cmdlet.Info, name string) *cmdlet.Parameter {
	if p, ok := info.Parameter(name); ok {
		return p
	}
	var found *cmdlet.Parameter
	for _, p := range info.All() {
		if foldPrefix(p.Name, name) {
			if found != nil {
				return nil
			}
			found = p
		}
	}
	return found
}

// read goes through the elements of a command up to its last, which is being completed.
func read(info *cmdlet.Info, cmd *syntax.Command) *given {
	g := &given{used: map[string]bool{}, sets: info.Sets()}
	elements := cmd.Elements[1:]
	for i, e := range elements {
		last := i == len(elements)-1
		p, ok := e.(*syntax.CommandParameter)
		if !ok {
			if !last && g.pending == nil {
				g.positional++
			}
			if !last {
				g.pending = nil
			}
			continue
		}
		if last && p.Argument == nil {
			continue
		}
		param := resolve(info, p.Name)
		if param == nil {
			g.pending = nil
			continue
		}
		g.used[strings.ToLower(param.Name)] = true
		g.sets = slices.DeleteFunc(slices.Clone(g.sets), func(set string) bool { _, ok := param.Role(set); return !ok })
		g.pending = nil
		if !param.Switch && p.Argument == nil || last {
			g.pending = param
		}
	}
	return g
}

// possible tells whether a parameter belongs to a set that is still open.
func (g *given) possible(p *cmdlet.Parameter) bool {
	return len(g.sets) == 0 || slices.ContainsFunc(g.sets, func(set string) bool { _, ok := p.Role(set); return ok })
}

// parameters completes the name of a parameter.
func (c *completer) parameters(info *cmdlet.Info, cmd *syntax.Command, word string) {
	prefix := strings.TrimPrefix(word, "-")
	g := read(info, cmd)
	var own, provided, common []*cmdlet.Parameter
	for _, p := range info.All() {
		switch {
		case p.DontShow || g.used[strings.ToLower(p.Name)] || !g.possible(p):
		case p.Dynamic:
			provided = append(provided, p)
		case p.Index >= len(info.Parameters) && cmdlet.IsCommon(p.Name):
			common = append(common, p)
		default:
			own = append(own, p)
		}
	}
	if prefix == "" && slices.ContainsFunc(info.Parameters, func(p *cmdlet.Parameter) bool { return p.DontShow && !p.Hidden }) {
		common = nil // as PowerShell does: a command with parameters not to be shown shows its own others only
	}
	for _, p := range slices.Concat(own, provided, common) {
		tip := "[" + p.ShortTypeName() + "] " + p.Name
		if p.Help != "" {
			tip = p.Help
		}
		if foldPrefix(p.Name, prefix) {
			c.add(Item{"-" + p.Name, p.Name, KindParameterName, tip})
			continue
		}
		if prefix == "" {
			continue
		}
		for _, a := range p.Aliases {
			if foldPrefix(a, prefix) {
				c.add(Item{"-" + a, a, KindParameterName, tip})
			}
		}
	}
}

// value completes the value of a parameter.
func (c *completer) value(info *cmdlet.Info, cmd *syntax.Command, before []syntax.CommandBase, word string) {
	g := read(info, cmd)
	p := g.pending
	if p == nil {
		p = g.positionalParameter(info)
	}
	if p == nil {
		c.files(word)
		return
	}
	if c.fromSet(p, word) || c.fromScript(info, p, cmd, word) || c.fromParameter(p, word) {
		return
	}
	if c.propertyNames(info, p, before, word) || p.Completer != "" && !strings.EqualFold(p.Completer, "file") {
		return
	}
	if p.Type != nil && p.Type.IsA(object.TypeBoolean) {
		return
	}
	if strings.EqualFold(p.Name, "LiteralPath") {
		c.options.LiteralPaths = true
	}
	c.files(word)
}

// positionalParameter is the parameter that takes the next argument without a name.
func (g *given) positionalParameter(info *cmdlet.Info) *cmdlet.Parameter {
	var best *cmdlet.Parameter
	lowest := 1 << 30
	n := g.positional
	for _, set := range g.sets {
		var at []*cmdlet.Parameter
		for _, p := range info.All() {
			if role, ok := p.Role(set); ok && role.Position >= 0 && !g.used[strings.ToLower(p.Name)] {
				at = append(at, p)
			}
		}
		slices.SortStableFunc(at, func(a, b *cmdlet.Parameter) int {
			x, _ := a.Role(set)
			y, _ := b.Role(set)
			return x.Position - y.Position
		})
		if n < len(at) {
			preference := 1
			if strings.EqualFold(set, info.DefaultSet) {
				preference = 0
			}
			if preference < lowest {
				best, lowest = at[n], preference
			}
		}
	}
	return best
}

// fromSet offers the only values that a parameter takes: those of a set or of an enumeration.
func (c *completer) fromSet(p *cmdlet.Parameter, word string) bool {
	var values []string
	for _, v := range p.Validators {
		if set, ok := v.(cmdlet.OneOf); ok {
			allowed, err := set.Allowed()
			if err != nil {
				return true // there is nothing to offer, and nowhere to show why
			}
			values = append(values, allowed...)
		}
	}
	if values != nil && p.Values != nil {
		values = p.Values // the same in another order, as PowerShell's enumerations have
	}
	if values == nil {
		t := p.Type
		for t != nil && t.Elem != nil {
			t = t.Elem
		}
		if t != nil && t.Enum != nil {
			values = slices.Clone(t.Enum.Names)
			slices.SortFunc(values, func(a, b string) int { return object.CompareStrings(a, b, true) })
		}
	}
	c.offer(values, word)
	return values != nil
}

func (c *completer) offer(values []string, word string) {
	for _, v := range values {
		if foldPrefix(v, word) {
			c.add(Item{c.quoted(v), v, KindParameterValue, v})
		}
	}
}

// fromParameter offers the values that the declaration of a parameter names without insisting on them.
func (c *completer) fromParameter(p *cmdlet.Parameter, word string) bool {
	c.offer(p.Values, word)
	if p.Values != nil {
		return true
	}
	if source, ok := sources(c.s)[strings.ToLower(p.Completer)]; ok {
		for _, item := range source(c.ctx, c.s, word) {
			if item.Kind == "" {
				item.Kind = KindParameterValue
			}
			if item.ListItem == "" {
				item.ListItem = item.Text
			}
			item.Text = c.quoted(item.Text)
			c.add(item)
		}
	}
	return len(c.items) > 0
}

// quoted puts a value into the quotes that it needs, or those that the word began with.
func (c *completer) quoted(v string) string {
	quote := c.quote
	if quote == "" {
		if v != "" && !strings.ContainsAny(v, " \t'\"`$;|&(){},#@<>") {
			return v
		}
		quote = "'"
	}
	if quote == `"` {
		return quote + strings.NewReplacer("`", "``", `"`, "`\"", "$", "`$").Replace(v) + quote
	}
	return quote + strings.ReplaceAll(v, "'", "''") + quote
}

// propertyNames offers the properties of what is piped into the commands that work on properties.
func (c *completer) propertyNames(info *cmdlet.Info, p *cmdlet.Parameter, before []syntax.CommandBase, word string) bool {
	switch strings.ToLower(info.Name) {
	case "select-object", "sort-object", "group-object", "measure-object", "where-object", "foreach-object", "format-table", "format-list", "format-wide", "format-custom", "compare-object", "join-string":
	default:
		return false
	}
	switch strings.ToLower(p.Name) {
	case "property", "excludeproperty", "expandproperty", "membername", "groupby":
	default:
		return false
	}
	if len(before) == 0 {
		return false
	}
	for _, m := range c.membersOf(before) {
		if m.Kind == KindProperty && foldPrefix(m.ListItem, word) {
			c.add(Item{c.quoted(m.ListItem), m.ListItem, KindProperty, m.ToolTip})
		}
	}
	return true
}
