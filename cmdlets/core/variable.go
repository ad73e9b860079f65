package core

import (
	"context"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Variable", Module: moduleUtility, Aliases: []string{"gv"}, Synopsis: "Gets the variables in the current console.",
	}, func() cmdlet.Cmdlet { return &getVariable{} })
	_ = declare(cmdlet.Spec{
		Name: "New-Variable", Module: moduleUtility, Aliases: []string{"nv"}, ShouldProcess: true, Synopsis: "Creates a new variable.",
	}, func() cmdlet.Cmdlet { return &newVariable{} })
	_ = declare(cmdlet.Spec{
		Name: "Set-Variable", Module: moduleUtility, Aliases: []string{"sv", "set"}, ShouldProcess: true,
		Synopsis:    "Sets the value of a variable. Creates the variable if one with the requested name does not exist.",
		OutputTypes: []string{"System.Management.Automation.PSVariable"},
	}, func() cmdlet.Cmdlet { return &setVariable{} })
	_ = declare(cmdlet.Spec{
		Name: "Clear-Variable", Module: moduleUtility, Aliases: []string{"clv"}, ShouldProcess: true, Synopsis: "Deletes the value of a variable.",
		OutputTypes: []string{"System.Management.Automation.PSVariable"},
	}, func() cmdlet.Cmdlet { return &clearVariable{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-Variable", Module: moduleUtility, Aliases: []string{"rv"}, ShouldProcess: true, Synopsis: "Deletes a variable and its value.",
	}, func() cmdlet.Cmdlet { return &removeVariable{} })
)

// typeItemOptions is what -Option takes.
var typeItemOptions = object.NewEnum("System.Management.Automation.ScopedItemOptions", true,
	[]string{"None", "ReadOnly", "Constant", "Private", "AllScope", "Unspecified"}, []int64{0, 1, 2, 4, 8, 16})

const (
	optionReadOnly = 1
	optionConstant = 2
	optionPrivate  = 4
	optionAllScope = 8
)

var typeVisibility = object.NewEnum("System.Management.Automation.SessionStateEntryVisibility", false, []string{"Public", "Private"}, nil)

// psVariable is the Go value under [System.Management.Automation.PSVariable].
type psVariable struct {
	cmdlet.Variable
	s     cmdlet.Session
	scope string
}

var typePSVariable = object.Declare(&object.Type{
	Name: "System.Management.Automation.PSVariable", Short: "psvariable", Base: object.TypeObject,
	Views: object.Views{Table: []object.Column{{Property: "Name", Width: 30}, {Property: "Value"}}},
})

func init() {
	object.Extend(typePSVariable, func(t *object.Type) {
		of := func(recv any) *psVariable {
			if o, ok := recv.(*object.Object); ok {
				recv = o.Base
			}
			v, ok := recv.(*psVariable)
			if !ok {
				return &psVariable{}
			}
			return v
		}
		add := func(name string, typ *object.Type, get func(v *psVariable) any) *object.Member {
			m := &object.Member{Name: name, Kind: object.KindProperty, Type: typ, Get: func(recv any) (any, error) { return get(of(recv)), nil }}
			t.Instance.Add(m)
			return m
		}
		add("Name", object.TypeString, func(v *psVariable) any { return v.Name })
		add("Description", object.TypeString, func(v *psVariable) any { return v.Description })
		add("Value", object.TypeObject, func(v *psVariable) any { return v.Value }).Set = func(recv, value any) error {
			v := of(recv)
			if err := v.s.SetVariable(v.Name, v.scope, value); err != nil {
				return err
			}
			v.Value = value
			return nil
		}
		add("Visibility", typeVisibility, func(v *psVariable) any { return object.EnumValue(typeVisibility, "Public") })
		add("Module", object.TypeObject, func(*psVariable) any { return nil })
		add("ModuleName", object.TypeString, func(*psVariable) any { return "" })
		add("Options", typeItemOptions, func(v *psVariable) any { return object.Enum{Type: typeItemOptions, Value: optionBits(v.Variable)} })
		add("Attributes", object.TypeObject, func(*psVariable) any { return object.NewArray() })
	})
}

func optionBits(v cmdlet.Variable) int64 {
	var bits int64
	for _, o := range []struct {
		on  bool
		bit int64
	}{{v.ReadOnly, optionReadOnly}, {v.Constant, optionConstant}, {v.Private, optionPrivate}, {v.AllScope, optionAllScope}} {
		if o.on {
			bits |= o.bit
		}
	}
	return bits
}

// variableObject is the variable as scripts see it; scope is where its Value is set.
func variableObject(s cmdlet.Session, v cmdlet.Variable, scope string) any {
	return object.Instance(typePSVariable, &psVariable{Variable: v, s: s, scope: scope})
}

func findVariable(s cmdlet.Session, name, scope string) (cmdlet.Variable, bool) {
	vars, err := s.Variables(scope)
	if err != nil {
		return cmdlet.Variable{}, false
	}
	for _, v := range vars {
		if strings.EqualFold(v.Name, name) {
			return v, true
		}
	}
	return cmdlet.Variable{}, false
}

func variableNotFound(name string) *object.ErrorRecord {
	e := object.NewException("System.Management.Automation.ItemNotFoundException", "Cannot find a variable with the name '%s'.", name)
	return object.NewErrorOf(e, "VariableNotFound", object.ObjectNotFound, name)
}

// pattern are names to take and names to leave.
type pattern struct {
	Include []string `param:"wildcards" help:"Only variables whose names fit one of these patterns."`
	Exclude []string `param:"wildcards" help:"No variables whose names fit one of these patterns."`
}

func (p *pattern) keeps(name string) bool {
	return (&narrowing{Include: p.Include, Exclude: p.Exclude}).keeps(name)
}

// variablesNamed finds the variables that names with wildcards mean; names that mean none are reported.
func variablesNamed(out cmdlet.Out, names []string, scope string, p *pattern) ([]cmdlet.Variable, error) {
	vars, err := out.Session().Variables(scope)
	if err != nil {
		return nil, err
	}
	var found []cmdlet.Variable
	for _, name := range names {
		name = plainName(name)
		n := len(found)
		for _, v := range vars {
			if fitsWildcard(name, v.Name) && p.keeps(v.Name) {
				found = append(found, v)
			}
		}
		if len(found) == n && !object.HasWildcards(name) {
			if err := out.Error(variableNotFound(name)); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

// plainName takes the drive off: variable:x is x.
func plainName(name string) string {
	rest, _ := cutPrefixFold(name, "variable:")
	return rest
}

type getVariable struct {
	Name      []string `param:"pos=0 pipeline pipelinebyname wildcards" help:"Names of the variables, without the dollar sign."`
	ValueOnly bool     `param:"" help:"Gives the values instead of the variables."`
	pattern
	Scope string `param:"" help:"Global, Local, Script, or a number of scopes up."`
}

func (c *getVariable) Process(_ context.Context, _ any, out cmdlet.Out) error {
	names := c.Name
	if len(names) == 0 {
		names = []string{"*"}
	}
	found, err := variablesNamed(out, names, c.Scope, &c.pattern)
	if err != nil {
		return err
	}
	for _, v := range found {
		value := variableObject(out.Session(), v, c.Scope)
		if c.ValueOnly {
			value = v.Value
		}
		if err := out.Write(value); err != nil {
			return err
		}
	}
	return nil
}

type newVariable struct {
	Name        string       `param:"mandatory pos=0 pipelinebyname" help:"The name, without the dollar sign."`
	Value       any          `param:"pos=1 pipeline pipelinebyname" help:"The value."`
	Description string       `param:"" help:"A description."`
	Option      *object.Enum `param:"" type:"System.Management.Automation.ScopedItemOptions" help:"ReadOnly, Constant, Private, AllScope."`
	Visibility  *object.Enum `param:"" type:"System.Management.Automation.SessionStateEntryVisibility" help:"Public or Private; both are visible here."`
	Force       bool         `param:"" help:"Replaces an existing or read-only variable."`
	PassThru    bool         `param:"" help:"Gives the variable."`
	Scope       string       `param:"" help:"Global, Local, Script, or a number of scopes up."`
}

func (c *newVariable) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.Visibility != nil && c.Visibility.Value != 0 {
		if err := withoutEffect(out, "variables are visible to all here. Use -Option Private to hide one from the scopes below.", "Visibility"); err != nil {
			return err
		}
	}
	s := out.Session()
	scope := c.Scope
	if scope == "" {
		scope = "local"
	}
	name := plainName(c.Name)
	old, exists := findVariable(s, name, scope)
	if !exists {
		if v, ok := findVariable(s, name, "global"); ok && (v.AllScope || v.Constant) {
			old, exists = v, true
		}
	}
	if exists && (!c.Force || old.Constant) {
		e := object.NewException("System.Management.Automation.SessionStateException", "A variable with name '%s' already exists.", name)
		return out.Error(object.NewErrorOf(e, "VariableAlreadyExists", object.ResourceExists, name))
	}
	if ok, err := out.ShouldProcess("Name: "+name+" Value: "+object.ToString(c.Value), "New variable"); err != nil || !ok {
		return err
	}
	v := cmdlet.Variable{Name: name, Value: c.Value, Description: c.Description}
	setOptions(&v, c.Option)
	if err := s.DefineVariable(v, scope, c.Force); err != nil {
		return out.Error(object.RecordOf(err))
	}
	if c.PassThru {
		return out.Write(variableObject(s, v, scope))
	}
	return nil
}

func setOptions(v *cmdlet.Variable, option *object.Enum) {
	if option == nil {
		return
	}
	v.ReadOnly, v.Constant = option.Value&optionReadOnly != 0, option.Value&optionConstant != 0
	v.Private, v.AllScope = option.Value&optionPrivate != 0, option.Value&optionAllScope != 0
}

type setVariable struct {
	Name  []string `param:"mandatory pos=0 pipelinebyname" help:"The names, without the dollar sign."`
	Value any      `param:"pos=1 pipeline pipelinebyname" help:"The value."`
	pattern
	Description string       `param:"" help:"A description."`
	Option      *object.Enum `param:"" type:"System.Management.Automation.ScopedItemOptions" help:"ReadOnly, Constant, Private, AllScope."`
	Force       bool         `param:"" help:"Also where the variable is read-only."`
	Visibility  *object.Enum `param:"" type:"System.Management.Automation.SessionStateEntryVisibility" help:"Public or Private; both are visible here."`
	PassThru    bool         `param:"" help:"Gives the variables."`
	Append      bool         `param:"" help:"Adds to the values that the variable has."`
	Scope       string       `param:"" help:"Global, Local, Script, or a number of scopes up."`

	piped []any
	named bool
}

func (c *setVariable) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in != cmdlet.NoInput && out.Bound("Value") { // what is piped in becomes one value at the end
		c.piped, c.named = append(c.piped, c.Value), true
		if len(c.piped) > 1 || out.Bound("Name") {
			return nil
		}
	}
	if in == cmdlet.NoInput {
		return c.set(out, c.Value)
	}
	return nil
}

// End sets the variables to what was piped in.
func (c *setVariable) End(_ context.Context, out cmdlet.Out) error {
	if !c.named {
		return nil
	}
	var value any = object.NewArray(c.piped...)
	if len(c.piped) == 1 {
		value = c.piped[0]
	}
	return c.set(out, value)
}

func (c *setVariable) set(out cmdlet.Out, value any) error {
	if c.Visibility != nil && c.Visibility.Value != 0 {
		if err := withoutEffect(out, "variables are visible to all here. Use -Option Private to hide one from the scopes below.", "Visibility"); err != nil {
			return err
		}
	}
	s := out.Session()
	for _, name := range c.Name {
		name = plainName(name)
		targets := []string{name}
		if object.HasWildcards(name) {
			vars, err := s.Variables(c.Scope)
			if err != nil {
				return err
			}
			targets = nil
			for _, v := range vars {
				if fitsWildcard(name, v.Name) {
					targets = append(targets, v.Name)
				}
			}
		}
		for _, n := range targets {
			if !c.keeps(n) {
				continue
			}
			if err := c.setOne(out, n, value); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *setVariable) setOne(out cmdlet.Out, name string, value any) error {
	s := out.Session()
	ok, err := out.ShouldProcess("Name: "+name+" Value: "+object.ToString(value), "Set variable")
	if err != nil || !ok {
		return err
	}
	old, exists := findVariable(s, name, c.scope())
	if !exists {
		if v, ok := findVariable(s, name, "global"); ok && v.AllScope {
			old, exists = v, true
		}
	}
	if exists && (old.Constant || old.ReadOnly && !c.Force) {
		e := object.NewException("System.Management.Automation.SessionStateUnauthorizedAccessException", "Cannot overwrite variable %s because it is read-only or constant.", name)
		return out.Error(object.NewErrorOf(e, "VariableNotWritable", object.WriteError, name))
	}
	if c.Append && exists {
		items, ok := object.ItemsOf(old.Value)
		if !ok && old.Value != nil {
			items = []any{old.Value}
		}
		more, ok := object.ItemsOf(value)
		if !ok {
			more = []any{value}
		}
		value = object.NewArray(append(slices.Clone(items), more...)...)
	}
	if c.Option == nil && c.Description == "" && (!exists || !old.ReadOnly) {
		err = s.SetVariable(name, c.Scope, value)
	} else {
		v := old
		v.Name, v.Value = name, value
		if c.Description != "" {
			v.Description = c.Description
		}
		setOptions(&v, c.Option)
		err = s.DefineVariable(v, c.scope(), c.Force)
	}
	if err != nil {
		return out.Error(object.RecordOf(err))
	}
	if c.PassThru {
		v, _ := findVariable(s, name, c.Scope)
		return out.Write(variableObject(s, v, c.Scope))
	}
	return nil
}

func (c *setVariable) scope() string {
	if c.Scope == "" {
		return "local"
	}
	return c.Scope
}

type clearVariable struct {
	Name []string `param:"mandatory pos=0 pipelinebyname wildcards" help:"The names, without the dollar sign."`
	pattern
	Force    bool   `param:"" help:"Also where the variable is read-only."`
	PassThru bool   `param:"" help:"Gives the variables."`
	Scope    string `param:"" help:"Global, Local, Script, or a number of scopes up."`
}

func (c *clearVariable) Process(_ context.Context, _ any, out cmdlet.Out) error {
	s := out.Session()
	found, err := variablesNamed(out, c.Name, c.Scope, &c.pattern)
	if err != nil {
		return err
	}
	for _, v := range found {
		ok, err := out.ShouldProcess("Name: "+v.Name, "Clear variable")
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if v.Constant || v.ReadOnly && !c.Force {
			e := object.NewException("System.Management.Automation.SessionStateUnauthorizedAccessException", "Cannot overwrite variable %s because it is read-only or constant.", v.Name)
			if err := out.Error(object.NewErrorOf(e, "VariableNotWritable", object.WriteError, v.Name)); err != nil {
				return err
			}
			continue
		}
		v.Value = nil
		if v.ReadOnly {
			err = s.DefineVariable(v, c.Scope, true)
		} else {
			err = s.SetVariable(v.Name, c.Scope, nil)
		}
		if err != nil {
			if err := out.Error(object.RecordOf(err)); err != nil {
				return err
			}
			continue
		}
		if c.PassThru {
			if err := out.Write(variableObject(s, v, c.Scope)); err != nil {
				return err
			}
		}
	}
	return nil
}

type removeVariable struct {
	Name []string `param:"mandatory pos=0 pipelinebyname wildcards" help:"The names, without the dollar sign."`
	pattern
	Force bool   `param:"" help:"Also where the variable is read-only."`
	Scope string `param:"" help:"Global, Local, Script, or a number of scopes up."`
}

func (c *removeVariable) Process(_ context.Context, _ any, out cmdlet.Out) error {
	found, err := variablesNamed(out, c.Name, c.Scope, &c.pattern)
	if err != nil {
		return err
	}
	for _, v := range found {
		ok, err := out.ShouldProcess("Name: "+v.Name, "Remove variable")
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := out.Session().RemoveVariable(v.Name, c.Scope, c.Force); err != nil {
			if err := out.Error(object.RecordOf(err)); err != nil {
				return err
			}
		}
	}
	return nil
}
