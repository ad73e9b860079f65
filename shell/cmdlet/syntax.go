package cmdlet

import (
	"cmp"
	"slices"
	"strings"

	"migsh/shell/object"
)

// TypeShort is the type as PowerShell writes it in syntax: its accelerator, or its name without namespace.
func TypeShort(fullName string) string {
	if elem, ok := strings.CutSuffix(fullName, "[]"); ok {
		return TypeShort(elem) + "[]"
	}
	if short, ok := accelerators[fullName]; ok {
		return short
	}
	if t, ok := object.TypeByName(fullName); ok && t.Short != "" && t != object.TypeObject {
		return t.Short
	}
	name, args, generic := strings.Cut(fullName, "[")
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		name = name[i+1:]
	}
	if generic {
		name, _, _ = strings.Cut(name, "`")
		name += "[" + TypeShort(strings.Trim(args, "[]")) + "]"
	}
	return name
}

// accelerators are those of types that the object model has not.
var accelerators = map[string]string{
	"System.Management.Automation.PSCredential":          "pscredential",
	"System.Security.SecureString":                       "securestring",
	"System.Management.Automation.PSModuleInfo":          "psmoduleinfo",
	"Microsoft.PowerShell.Commands.PSPropertyExpression": "pspropertyexpression",
	"System.Uri": "uri",
}

// ShortTypeName is the parameter's type as syntax shows it.
func (p *Parameter) ShortTypeName() string { return TypeShort(p.FullTypeName()) }

// Role gives the parameter's role in a parameter set, and whether it has one.
func (p *Parameter) Role(set string) (ParameterSet, bool) {
	for _, s := range p.Sets {
		if s.Name == AllSets || s.Name == "" || strings.EqualFold(s.Name, set) || set == AllSets {
			return s, true
		}
	}
	return ParameterSet{}, false
}

// SyntaxParameters lists the parameters of a set in the order of syntax: by position, then the mandatory ones, then the others.
// The common parameters are left out, -WhatIf and -Confirm are not.
func (info *Info) SyntaxParameters(set string) []*Parameter {
	var list []*Parameter
	for _, p := range info.All() {
		if _, ok := p.Role(set); ok && !p.Hidden && (p.Index < len(info.Parameters) || !IsCommon(p.Name)) {
			list = append(list, p)
		}
	}
	slices.SortStableFunc(list, func(a, b *Parameter) int { return cmp.Compare(syntaxRank(a, set), syntaxRank(b, set)) })
	return list
}

// syntaxRank orders positions first, then what is mandatory, and what a provider adds last.
func syntaxRank(p *Parameter, set string) int {
	role, _ := p.Role(set)
	switch {
	case role.Position >= 0:
		return min(role.Position, 1<<20)
	case role.Mandatory:
		return 1 << 21
	case p.Dynamic:
		return 1 << 23
	}
	return 1 << 22
}

// SyntaxSets lists the parameter sets as syntax shows them: the default set first.
func (info *Info) SyntaxSets() []string {
	sets := slices.Clone(info.Sets())
	slices.SortStableFunc(sets, func(a, b string) int {
		rank := func(set string) int {
			if strings.EqualFold(set, info.DefaultSet) {
				return 0
			}
			return 1
		}
		return rank(a) - rank(b)
	})
	return sets
}

// Syntax is the command's syntax in a parameter set, in one line. typeName writes a parameter's type; nil: as Get-Command does.
func (info *Info) Syntax(set string, typeName func(p *Parameter) string) string {
	if typeName == nil {
		typeName = (*Parameter).ShortTypeName
	}
	words := []string{info.Name}
	for _, p := range info.SyntaxParameters(set) {
		role, _ := p.Role(set)
		words = append(words, p.syntax(role, typeName))
	}
	if info.Advanced {
		words = append(words, "[<CommonParameters>]")
	}
	return strings.Join(words, " ")
}

func (p *Parameter) syntax(role ParameterSet, typeName func(p *Parameter) string) string {
	name := "-" + p.Name
	if role.Position >= 0 {
		name = "[" + name + "]"
	}
	if !p.Switch && p.Type != object.TypeSwitch {
		name += " <" + typeName(p) + ">"
	}
	if !role.Mandatory {
		name = "[" + name + "]"
	}
	return name
}
