package interp

import (
	"math"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
)

// commandInfo is what Get-Command gives: a command as a value.
type commandInfo struct {
	found
	name  string
	args  []cmdlet.Arg // for which the dynamic parameters are described
	alias *alias
	in    *Interp // of an alias
}

var typeCommandInfo = object.Declare(&object.Type{Name: "System.Management.Automation.CommandInfo", Base: object.TypeObject, Views: object.Views{Table: []object.Column{
	{Property: "CommandType", Width: 15}, {Header: "Name", Width: 50, Value: func(v any) any {
		if c := commandOf(v); c != nil {
			return c.displayName()
		}
		return nil
	}}, {Property: "Version", Width: 10}, {Property: "Source"},
}}})

var commandTypes map[cmdlet.Kind]*object.Type

func init() {
	commandTypes = map[cmdlet.Kind]*object.Type{
		cmdlet.KindCmdlet:         declareCommand("CmdletInfo"),
		cmdlet.KindFunction:       declareCommand("FunctionInfo"),
		cmdlet.KindFilter:         declareCommand("FilterInfo"),
		cmdlet.KindAlias:          declareCommand("AliasInfo"),
		cmdlet.KindExternalScript: declareCommand("ExternalScriptInfo"),
		cmdlet.KindScriptBlock:    declareCommand("ScriptInfo"),
		cmdlet.KindApplication:    declareCommand("ApplicationInfo"),
	}
}

func declareCommand(name string) *object.Type {
	t := object.Declare(&object.Type{Name: "System.Management.Automation." + name, Base: typeCommandInfo, ToString: func(v any) string {
		if c := commandOf(v); c != nil {
			return c.name
		}
		return ""
	}})
	object.Extend(t, func(t *object.Type) {
		add := func(name string, get func(c *commandInfo) any) {
			t.Instance.Add(&object.Member{Name: name, Kind: object.KindProperty, Get: func(recv any) (any, error) {
				if c := commandOf(recv); c != nil {
					return get(c), nil
				}
				return nil, nil
			}})
		}
		add("Name", func(c *commandInfo) any { return c.name })
		add("CommandType", func(c *commandInfo) any { return object.EnumValue(object.TypeCommandTypes, string(c.kind())) })
		add("ModuleName", func(c *commandInfo) any { return c.moduleName() })
		add("Source", func(c *commandInfo) any { return c.moduleName() })
		add("Version", func(c *commandInfo) any { return c.version() })
		add("Definition", func(c *commandInfo) any { return c.definition() })
		add("ScriptBlock", func(c *commandInfo) any {
			if c.function != nil {
				return c.function.block.in.newScriptBlock(c.function.block, c.function.module)
			}
			return nil
		})
		add("Path", func(c *commandInfo) any {
			if c.function != nil {
				return c.function.path
			}
			if c.script != "" {
				return c.script
			}
			return c.program
		})
		add("Parameters", func(c *commandInfo) any { return c.parameters() })
		add("ReferencedCommand", func(c *commandInfo) any { return c.resolved(false) })
		add("ResolvedCommand", func(c *commandInfo) any { return c.resolved(true) })
		add("ResolvedCommandName", func(c *commandInfo) any {
			if target := c.target(); target != nil {
				return target.name
			}
			return nil
		})
		add("DisplayName", func(c *commandInfo) any { return c.displayName() })
		add("Description", func(c *commandInfo) any {
			switch {
			case c.alias != nil:
				return c.alias.description
			case c.function != nil:
				return c.function.description
			}
			return ""
		})
		part := func(i int) func(c *commandInfo) any {
			return func(c *commandInfo) any {
				verb, noun, ok := strings.Cut(c.name, "-")
				if !ok {
					return ""
				}
				return []string{verb, noun}[i]
			}
		}
		add("Verb", part(0))
		add("Noun", part(1))
		add("Options", func(c *commandInfo) any {
			switch {
			case c.alias != nil && c.alias.options&constant != 0:
				return "Constant"
			case c.alias != nil && c.alias.options&readOnly != 0:
				return "ReadOnly"
			}
			return "None"
		})
		add("DefaultParameterSet", func(c *commandInfo) any {
			if info := c.describe(); info != nil && info.DefaultSet != "" {
				return info.DefaultSet
			}
			return nil
		})
		add("HelpUri", func(c *commandInfo) any {
			if info := c.describe(); info != nil {
				return info.HelpURI
			}
			return ""
		})
		add("RemotingCapability", func(c *commandInfo) any {
			if info := c.describe(); info != nil && info.Remoting != "" {
				return object.EnumValue(dotnet.TypeRemotingCapability, info.Remoting)
			}
			return object.EnumValue(dotnet.TypeRemotingCapability, "PowerShell")
		})
		add("CmdletBinding", func(c *commandInfo) any { info := c.describe(); return info != nil && info.Advanced })
		add("OutputType", func(c *commandInfo) any { return c.outputTypes() })
		add("ParameterSets", func(c *commandInfo) any { return c.parameterSets() })
	})
	return t
}

// target is the command that an alias stands for in the end.
func (c *commandInfo) target() *commandInfo {
	if c.alias == nil {
		return nil
	}
	return c.alias.in.commandNamed(c.alias.name, true)
}

func (c *commandInfo) resolved(follow bool) any {
	if c.alias == nil {
		return nil
	}
	if target := c.alias.in.commandNamed(c.alias.target, follow); target != nil {
		return target.AsObject()
	}
	return nil
}

// displayName is the name as listings show it: an alias with what it stands for.
func (c *commandInfo) displayName() string {
	if c.alias != nil {
		return c.alias.name + " -> " + c.alias.target
	}
	return c.name
}

var typeParameterSetInfo = object.Declare(&object.Type{Name: "System.Management.Automation.CommandParameterSetInfo", Base: object.TypeObject})

// parameterSets describes the sets, whose text is their syntax.
func (c *commandInfo) parameterSets() any {
	info := c.describe()
	if info == nil {
		return object.NewArray()
	}
	out := object.NewList()
	for _, set := range info.Sets() {
		params := object.NewList()
		for _, p := range info.All() {
			role, ok := p.Role(set)
			if !ok {
				continue
			}
			aliases := &object.Array{Elem: object.TypeString}
			for _, a := range p.Aliases {
				aliases.Items = append(aliases.Items, a)
			}
			typ := p.Type
			if typ == nil {
				typ = object.TypeObject
			}
			params.Add(object.NewCustom("Name", p.Name, "ParameterType", typ, "IsMandatory", role.Mandatory, "IsDynamic", p.Dynamic, "Position", int32(max(role.Position, -1<<31)),
				"ValueFromPipeline", role.Pipeline, "ValueFromPipelineByPropertyName", role.PipelineByName, "ValueFromRemainingArguments", role.Remaining,
				"HelpMessage", role.HelpMessage, "Aliases", aliases, "Attributes", attributesOf(p)))
		}
		syntax := strings.TrimPrefix(info.Syntax(set, nil), info.Name+" ")
		o := object.NewCustom("Name", set, "IsDefault", strings.EqualFold(set, info.DefaultSet) || len(info.Sets()) == 1, "Parameters", params, "Syntax", syntax)
		o.Type, o.Base = typeParameterSetInfo, setSyntax(syntax)
		out.Add(o)
	}
	return out
}

// setSyntax is the base value of a parameter set, whose text is its syntax.
type setSyntax string

// Text is the syntax.
func (s setSyntax) Text() string { return string(s) }

// AsObject is the command as scripts see it.
func (c *commandInfo) AsObject() any {
	return object.Instance(commandTypes[c.kind()], c)
}

func commandOf(v any) *commandInfo {
	if o, ok := v.(*object.Object); ok {
		v = o.Base
	}
	c, _ := v.(*commandInfo)
	return c
}

func (c *commandInfo) kind() cmdlet.Kind {
	switch {
	case c.alias != nil:
		return cmdlet.KindAlias
	case c.function != nil:
		return c.function.kind
	case c.info != nil:
		return c.info.Kind
	case c.script != "":
		return cmdlet.KindExternalScript
	}
	return cmdlet.KindApplication
}

func (c *commandInfo) moduleName() string {
	switch {
	case c.info != nil:
		return c.info.Module
	case c.function != nil && c.function.module != nil:
		return c.function.module.name
	}
	return ""
}

// builtinVersion is that of the modules that are always there, as PowerShell 7 has it.
var builtinVersion = object.Version{Major: 7, Minor: 0, Build: 0, Revision: 0}

// version is the version of the command's module; null where it is in none.
func (c *commandInfo) version() any {
	switch {
	case c.info != nil && c.info.Module != "":
		return builtinVersion
	case c.function != nil && c.function.module != nil:
		if v := c.function.module.version; v.Build >= 0 || v.Major > 0 || v.Minor > 0 {
			return v
		}
		return object.Version{Build: -1, Revision: -1}
	}
	return nil
}

func (c *commandInfo) definition() any {
	switch {
	case c.alias != nil:
		return c.alias.target
	case c.function != nil:
		return c.function.block.ast.Text()
	case c.script != "":
		return c.script
	}
	return c.name
}

// describe is the declaration of the command's parameters.
func (c *commandInfo) describe() *cmdlet.Info {
	if c.info != nil {
		return c.info
	}
	if c.function == nil {
		return nil
	}
	b := c.function.block
	f := b.in.current
	g := *f
	g.code = b.code()
	s, err := b.describe(&g, c.function.name, c.function.kind)
	if err != nil {
		return nil
	}
	if !b.hasDynamic(s.info) {
		return s.info
	}
	fn := c.function
	s.info.Extend = func(args []cmdlet.Arg) *cmdlet.Info { return b.in.extended(fn, s.info, args) }
	return s.info.Extend(c.args)
}

// parameters is the table of the command's parameters by name.
func (c *commandInfo) parameters() any {
	info := c.describe()
	if info == nil {
		return nil
	}
	t := &object.Hashtable{Type: typeBound}
	for _, p := range info.All() {
		typ := p.Type
		switch {
		case p.Switch:
			typ = object.TypeSwitch
		case typ == nil:
			typ = object.TypeObject
		}
		aliases := &object.Array{Elem: object.TypeString}
		for _, a := range p.Aliases {
			aliases.Items = append(aliases.Items, a)
		}
		sets := object.NewHashtable()
		for _, set := range p.Sets {
			sets.Set(set.Name, object.NewCustom("IsMandatory", set.Mandatory, "Position", int32(set.Position), "ValueFromPipeline", set.Pipeline,
				"ValueFromPipelineByPropertyName", set.PipelineByName, "ValueFromRemainingArguments", set.Remaining, "HelpMessage", set.HelpMessage))
		}
		t.Set(p.Name, object.NewCustom("Name", p.Name, "ParameterType", typ, "ParameterSets", sets, "IsDynamic", p.Dynamic && c.function != nil,
			"Aliases", aliases, "Attributes", attributesOf(p), "SwitchParameter", p.Switch))
	}
	return t
}

// attributesOf lists a parameter's attributes: those that a function declares, or what a compiled cmdlet's declaration comes to.
func attributesOf(p *cmdlet.Parameter) *object.List {
	l := object.NewList()
	declared := slices.ContainsFunc(p.Attributes, func(a any) bool { return nameOf(a) == "Parameter" })
	for _, set := range p.Sets {
		if declared {
			break
		}
		position := int32(math.MinInt32)
		if set.Position >= 0 {
			position = int32(set.Position)
		}
		l.Add(dotnet.NewAttribute("Parameter", "Position", position, "ParameterSetName", set.Name, "Mandatory", set.Mandatory, "ValueFromPipeline", set.Pipeline,
			"ValueFromPipelineByPropertyName", set.PipelineByName, "ValueFromRemainingArguments", set.Remaining, "HelpMessage", set.HelpMessage, "DontShow", p.DontShow))
	}
	for _, a := range p.Attributes {
		l.Add(a)
	}
	if p.Attributes != nil {
		return l
	}
	for _, v := range p.Validators {
		if set, ok := v.(cmdlet.OneOf); ok {
			values := &object.Array{Elem: object.TypeString}
			for _, s := range set.Values {
				values.Items = append(values.Items, s)
			}
			l.Add(dotnet.NewAttribute("ValidateSet", "ErrorMessage", set.Message, "IgnoreCase", !set.CaseSensitive, "ValidValues", values))
		}
	}
	return l
}

// commandNamed finds a command for Get-Command and the session, without following an alias when follow is false.
func (in *Interp) commandNamed(name string, follow bool) *commandInfo {
	f := in.current
	lower := strings.ToLower(name)
	if a := f.scope.alias(lower); a != nil && !follow {
		return &commandInfo{name: a.name, alias: a, in: in}
	}
	cmd, err := in.find(f, name, lower)
	if err != nil || cmd == nil {
		return nil
	}
	out := &commandInfo{found: *cmd, name: name}
	switch {
	case cmd.function != nil:
		out.name = cmd.function.name
	case cmd.info != nil:
		out.name = cmd.info.Name
	}
	return out
}

// outputTypes are the types that the command says it puts out.
func (c *commandInfo) outputTypes() any {
	out := &object.Array{}
	if info := c.describe(); info != nil {
		for _, name := range info.OutputTypes {
			var known any // null for what only its name is known of
			if t, ok := object.TypeByName(name); ok {
				known = t
			}
			out.Items = append(out.Items, object.NewCustom("Name", name, "Type", known))
		}
	}
	return out
}
