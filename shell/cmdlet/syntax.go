package cmdlet

import (
	"slices"
	"strings"

	"migsh/shell/object"
)

// Syntax describes how the command is called, one line for each parameter set, as Get-Command -Syntax does.
func (info *Info) Syntax() []string {
	sets := info.Sets()
	lines := make([]string, len(sets))
	for i, set := range sets {
		lines[i] = info.syntaxOf(set)
	}
	return lines
}

func (info *Info) syntaxOf(set string) string {
	type entry struct {
		p    *Parameter
		role ParameterSet
	}
	var positional, mandatory, others []entry
	for _, p := range info.All() {
		if IsCommon(p.Name) || p.DontShow {
			continue
		}
		role, ok := p.roleIn(set)
		if !ok {
			continue
		}
		switch {
		case role.Position >= 0:
			positional = append(positional, entry{p, role})
		case role.Mandatory:
			mandatory = append(mandatory, entry{p, role})
		default:
			others = append(others, entry{p, role})
		}
	}
	slices.SortStableFunc(positional, func(a, b entry) int { return a.role.Position - b.role.Position })
	var b strings.Builder
	b.WriteString(info.Name)
	for _, e := range slices.Concat(positional, mandatory, others) {
		name := "-" + e.p.Name
		if e.role.Position >= 0 {
			name = "[" + name + "]"
		}
		if !e.p.Switch {
			name += " <" + e.p.typeText(info.Kind) + ">"
		}
		if !e.role.Mandatory {
			name = "[" + name + "]"
		}
		b.WriteString(" " + name)
	}
	if info.Advanced {
		b.WriteString(" [<CommonParameters>]")
	}
	return b.String()
}

// roleIn is the parameter's role in a set.
func (p *Parameter) roleIn(set string) (ParameterSet, bool) {
	for _, s := range p.Sets {
		if s.Name == AllSets || s.Name == "" || strings.EqualFold(s.Name, set) {
			return s, true
		}
	}
	return ParameterSet{}, false
}

// typeText is the parameter's type as syntax lines show it.
func (p *Parameter) typeText(kind Kind) string {
	if p.Type == nil || p.Type == object.TypeObject {
		if kind == KindCmdlet && p.Type == nil {
			return "psobject"
		}
		return "Object"
	}
	t, suffix := p.Type, ""
	for t.Elem != nil {
		t, suffix = t.Elem, suffix+"[]"
	}
	if t == object.TypeObject {
		return "Object" + suffix
	}
	if t.Short != "" {
		return t.Short + suffix
	}
	return t.Name[strings.LastIndexByte(t.Name, '.')+1:] + suffix
}
