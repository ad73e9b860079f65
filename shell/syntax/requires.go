package syntax

import (
	"fmt"
	"strconv"
	"strings"
)

// requirements reads the #requires lines that the lexer found; nil if there
// are none.
func (p *parser) requirements() *Requirements {
	if len(p.lexer.requires) == 0 {
		return nil
	}
	r := &requirements{p: p, Requirements: new(Requirements)}
	for _, comment := range p.lexer.requires {
		leave := p.enterText(&subText{text: comment.Text()[1:], start: comment.start + 1})
		command := p.command()
		leave()
		if command != nil {
			r.line(command)
		}
	}
	return r.Requirements
}

// requirements gathers what #requires lines demand.
type requirements struct {
	p *parser
	*Requirements
}

// line reads one #requires line, read as a command.
func (r *requirements) line(c *Command) {
	if !strings.EqualFold(c.Name(), "requires") {
		r.p.report(c.extent, "ScriptRequiresInvalidFormat")
	}
	snapin := false // -Version is that of a snap-in
	for _, e := range c.Elements[1:] {
		if parameter, ok := e.(*CommandParameter); ok && isPrefix(parameter.Name, "pssnapin") {
			snapin = true
		}
	}
	for i := 1; i < len(c.Elements); i++ {
		parameter, ok := c.Elements[i].(*CommandParameter)
		if !ok {
			r.p.report(c.Elements[i].Extent(), "ScriptRequiresInvalidFormat")
			continue
		}
		var argument Node
		if parameter.Argument != nil {
			argument = parameter.Argument
		} else if i+1 < len(c.Elements) {
			i++
			argument = c.Elements[i]
		}
		r.parameter(parameter, argument, snapin)
	}
}

func isPrefix(prefix, name string) bool {
	return len(prefix) <= len(name) && strings.EqualFold(prefix, name[:len(prefix)])
}

func (r *requirements) parameter(parameter *CommandParameter, argument Node, snapin bool) {
	p := r.p
	if isPrefix(parameter.Name, "runasadministrator") {
		r.Elevation = true
		if argument != nil {
			p.report(parameter.extent, "ParameterCannotHaveArgument", parameter.Name)
		}
		return
	}
	if argument == nil {
		p.report(parameter.extent, "ParameterRequiresArgument", parameter.Name)
		return
	}
	value, ok := constantValue(argument)
	if !ok {
		p.report(argument.Extent(), "RequiresArgumentMustBeConstant")
		return
	}
	place := argument.Extent()
	switch {
	case isPrefix(parameter.Name, "shellid"):
		text, ok := value.(string)
		switch {
		case r.ApplicationID != "":
			p.report(parameter.extent, "ParameterAlreadyBound", "shellid")
		case !ok:
			p.report(place, "RequiresInvalidStringArgument", "shellid")
		default:
			r.ApplicationID = text
		}
	case isPrefix(parameter.Name, "pssnapin"):
		// Snap-ins are no more; what is asked of them is only checked.
		if _, ok := value.(string); !ok {
			p.report(place, "RequiresInvalidStringArgument", "pssnapin")
		}
	case isPrefix(parameter.Name, "psedition"):
		if r.Editions != nil {
			p.report(parameter.extent, "ParameterAlreadyBound", "psedition")
			return
		}
		for _, v := range listOf(value) {
			r.edition(v, place)
		}
	case isPrefix(parameter.Name, "version"):
		r.version(parameter, value, place, snapin)
	case isPrefix(parameter.Name, "assembly"):
		for _, v := range listOf(value) {
			if text, ok := v.(string); ok {
				r.Assemblies = append(r.Assemblies, text)
			} else {
				p.report(place, "RequiresInvalidStringArgument", "assembly")
			}
		}
	case isPrefix(parameter.Name, "modules"):
		for _, v := range listOf(value) {
			module, err := moduleRequirement(v)
			if err != nil {
				p.report(place, "RequiresModuleInvalid", err.Error())
				return
			}
			r.Modules = append(r.Modules, module)
		}
	default:
		p.report(parameter.extent, "ScriptRequiresInvalidFormat")
	}
}

func (r *requirements) edition(value any, place Extent) {
	text, ok := value.(string)
	if !ok {
		r.p.report(place, "RequiresInvalidStringArgument", "psedition")
		return
	}
	if !strings.EqualFold(text, "Core") && !strings.EqualFold(text, "Desktop") {
		r.p.report(place, "RequiresPSEditionInvalid", "psedition")
	}
	for _, other := range r.Editions {
		if strings.EqualFold(other, text) {
			r.p.report(place, "RequiresPSEditionValueIsAlreadySpecified", "psedition")
			return
		}
	}
	r.Editions = append(r.Editions, text)
}

func (r *requirements) version(parameter *CommandParameter, value any, place Extent, snapin bool) {
	text, ok := value.(string)
	if !ok {
		text = place.Text()
	}
	version, ok := normalVersion(text)
	switch {
	case !ok:
		r.p.report(place, "RequiresVersionInvalid")
	case snapin:
	case r.Version != "" && r.Version != version:
		r.p.report(parameter.extent, "ParameterAlreadyBound", "version")
	default:
		r.Version = version
	}
}

// normalVersion checks a version number of one to four parts and gives it
// with at least two.
func normalVersion(text string) (string, bool) {
	parts := strings.Split(strings.TrimSpace(text), ".")
	if len(parts) == 1 {
		parts = append(parts, "0")
	}
	if len(parts) > 4 {
		return "", false
	}
	for i, part := range parts {
		n, err := strconv.ParseUint(strings.TrimSpace(part), 10, 31)
		if err != nil {
			return "", false
		}
		parts[i] = strconv.FormatUint(n, 10)
	}
	return strings.Join(parts, "."), true
}

func listOf(value any) []any {
	if list, ok := value.([]any); ok {
		return list
	}
	return []any{value}
}

// moduleRequirement reads a module's name or its specification. The errors
// are PowerShell's.
func moduleRequirement(value any) (ModuleRequirement, error) {
	var m ModuleRequirement
	table, ok := value.([]constantEntry)
	if !ok {
		m.Name = fmt.Sprint(value)
		if m.Name == "" {
			return m, fmt.Errorf("Cannot process argument because the value of argument \"name\" is not valid. Change the value of the \"name\" argument and run the operation again.")
		}
		return m, nil
	}
	var wrong []string
	for _, entry := range table {
		key, text := fmt.Sprint(entry.key), fmt.Sprint(entry.value)
		switch {
		case strings.EqualFold(key, "ModuleName"):
			m.Name = text
		case strings.EqualFold(key, "ModuleVersion"):
			m.ModuleVersion = text
		case strings.EqualFold(key, "RequiredVersion"):
			m.RequiredVersion = text
		case strings.EqualFold(key, "MaximumVersion"):
			m.MaximumVersion = text
		case strings.EqualFold(key, "GUID"):
			m.GUID = text
		default:
			wrong = append(wrong, "'"+key+"'")
		}
	}
	const together = "The parameters %s and %s cannot be used together. Please specify only one parameter."
	switch {
	case wrong != nil:
		return m, fmt.Errorf("The hashtable describing a module contains one or more members that are not valid. The valid members are (ModuleName, ModuleVersion, RequiredVersion, GUID). Remove the members that are not valid (%s), then try again.", strings.Join(wrong, ", "))
	case m.Name == "":
		return m, fmt.Errorf("The 'ModuleName' member does not exist in the hashtable that describes this module.")
	case m.RequiredVersion == "" && m.ModuleVersion == "" && m.MaximumVersion == "":
		return m, fmt.Errorf("The 'ModuleVersion', 'MaximumVersion' and 'RequiredVersion' members do not exist in the hashtable that describes this module. One of these three members must exist, and be assigned a version number in the format 'n.n.n.n'.")
	case m.RequiredVersion != "" && m.ModuleVersion != "":
		return m, fmt.Errorf(together, "ModuleVersion", "RequiredVersion")
	case m.RequiredVersion != "" && m.MaximumVersion != "":
		return m, fmt.Errorf(together, "MaximumVersion", "RequiredVersion")
	}
	return m, nil
}

// A constantEntry is a key and value of a constant hashtable.
type constantEntry struct{ key, value any }

// constantValue is the value of what is made of constants only: a string, a
// number, bool, nil, []any or []constantEntry.
func constantValue(n Node) (any, bool) {
	switch n := n.(type) {
	case *StringConstant:
		return n.Value, true
	case *Constant:
		return n.Value, true
	case *Variable:
		switch strings.ToLower(n.Path) {
		case "true":
			return true, true
		case "false":
			return false, true
		case "null":
			return nil, true
		}
	case *Paren:
		return constantValue(n.Pipeline)
	case *Pipeline:
		if e := n.Expression(); e != nil {
			return constantValue(e)
		}
	case *ArrayLiteral:
		list := make([]any, len(n.Elements))
		for i, e := range n.Elements {
			v, ok := constantValue(e)
			if !ok {
				return nil, false
			}
			list[i] = v
		}
		return list, true
	case *Hashtable:
		table := make([]constantEntry, len(n.Pairs))
		for i, pair := range n.Pairs {
			key, ok1 := constantValue(pair.Key)
			value, ok2 := constantValue(pair.Value)
			if !ok1 || !ok2 {
				return nil, false
			}
			table[i] = constantEntry{key, value}
		}
		return table, true
	}
	return nil, false
}
