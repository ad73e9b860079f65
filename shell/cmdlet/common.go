package cmdlet

import (
	"fmt"
	"math"

	"migsh/shell/object"
)

// Common are the values of the common parameters that a caller gave, for the pipeline to act upon.
type Common struct {
	ErrorAction, WarningAction, InformationAction, ProgressAction string // "" where not given
	ErrorVariable, WarningVariable, InformationVariable           string
	OutVariable, PipelineVariable                                 string
	OutBuffer                                                     int // how many objects to hold back
	Verbose, Debug, WhatIf, Confirm                               *bool
}

func commonParameters(info *Info) []*Parameter {
	byName := func(name, alias, typ string) *Parameter {
		p := &Parameter{Name: name, Aliases: []string{alias}, Sets: []ParameterSet{{Name: AllSets, Position: -1}}}
		if typ == "switch" {
			p.Switch = true
		}
		p.Type = mustType(typ)
		return p
	}
	params := []*Parameter{
		byName("Verbose", "vb", "switch"),
		byName("Debug", "db", "switch"),
		byName("ErrorAction", "ea", "System.Management.Automation.ActionPreference"),
		byName("WarningAction", "wa", "System.Management.Automation.ActionPreference"),
		byName("InformationAction", "infa", "System.Management.Automation.ActionPreference"),
		byName("ProgressAction", "proga", "System.Management.Automation.ActionPreference"),
		byName("ErrorVariable", "ev", "string"),
		byName("WarningVariable", "wv", "string"),
		byName("InformationVariable", "iv", "string"),
		byName("OutVariable", "ov", "string"),
		byName("OutBuffer", "ob", "int"),
		byName("PipelineVariable", "pv", "string"),
	}
	for _, p := range params[2:6] {
		p.Validators = []Validator{supportedAction{}}
	}
	params[10].Validators = []Validator{Range{Min: int32(0), Max: int32(0x7fffffff)}}
	if info.ShouldProcess {
		params = append(params, byName("WhatIf", "wi", "switch"), byName("Confirm", "cf", "switch"))
	}
	if info.Paging {
		for _, p := range []struct{ name, typ string }{{"IncludeTotalCount", "switch"}, {"Skip", "uint64"}, {"First", "uint64"}} {
			more := byName(p.name, "", p.typ)
			more.Aliases = nil
			params = append(params, more)
		}
	}
	return params
}

// supportedAction refuses the actions that there is nothing for: workflows, which Suspend stops, and a debugger for Break.
type supportedAction struct{}

// Validate implements [Validator].
func (supportedAction) Validate(v any) error {
	switch text := object.ToString(v); text {
	case "Suspend", "Break":
		return fmt.Errorf("The action %s is not supported: there are no workflows to suspend, and errors do not break into the debugger. Supply SilentlyContinue, Stop, Continue, Inquire or Ignore.", text)
	}
	return nil
}

// IsCommon tells whether a name is one of the common parameters, which help and syntax leave to [<CommonParameters>].
func IsCommon(name string) bool {
	switch name {
	case "Verbose", "Debug", "ErrorAction", "WarningAction", "InformationAction", "ProgressAction", "ErrorVariable",
		"WarningVariable", "InformationVariable", "OutVariable", "OutBuffer", "PipelineVariable":
		return true
	}
	return false
}

// Common reads the common parameters out of a binding.
func (b *Binding) Common() Common {
	var c Common
	for _, p := range b.schema.commonParameters() {
		if !b.bound[p.Index] {
			continue
		}
		v := b.values[p.Index]
		flag := func() *bool { on := object.IsTrue(v); return &on }
		text := func() string { return object.ToString(v) }
		switch p.Name {
		case "Verbose":
			c.Verbose = flag()
		case "Debug":
			c.Debug = flag()
		case "WhatIf":
			c.WhatIf = flag()
		case "Confirm":
			c.Confirm = flag()
		case "ErrorAction":
			c.ErrorAction = text()
		case "WarningAction":
			c.WarningAction = text()
		case "InformationAction":
			c.InformationAction = text()
		case "ProgressAction":
			c.ProgressAction = text()
		case "ErrorVariable":
			c.ErrorVariable = text()
		case "WarningVariable":
			c.WarningVariable = text()
		case "InformationVariable":
			c.InformationVariable = text()
		case "OutVariable":
			c.OutVariable = text()
		case "OutBuffer":
			n, _ := v.(int32)
			c.OutBuffer = int(n)
		case "PipelineVariable":
			c.PipelineVariable = text()
		}
	}
	return c
}

// mustType finds a type that the object model is known to have.
func mustType(name string) *object.Type {
	t, ok := object.TypeByName(name)
	if !ok {
		panic("cmdlet: the object model has no type " + name)
	}
	return t
}

// HasCommon tells whether one of the common parameters was given.
func (b *Binding) HasCommon() bool {
	for _, p := range b.schema.commonParameters() {
		if b.bound[p.Index] {
			return true
		}
	}
	return false
}

// TakesPipeline tells whether some parameter takes pipeline input.
func (info *Info) TakesPipeline() bool { return len(info.schema().pipeline) > 0 }

// FromPipeline tells whether the parameter takes pipeline input in some set.
func (p *Parameter) FromPipeline() bool {
	for _, set := range p.Sets {
		if set.Pipeline || set.PipelineByName {
			return true
		}
	}
	return false
}

func (s *schema) commonParameters() []*Parameter { return s.params[s.own : s.own+s.common] }

// Paging are the parameters of [CmdletBinding(SupportsPaging)].
type Paging struct {
	First, Skip       uint64
	IncludeTotalCount bool
}

// Paging reads the paging parameters: everything, where they were not given.
func (b *Binding) Paging() Paging {
	out := Paging{First: math.MaxUint64}
	for _, p := range b.schema.commonParameters() {
		if !b.bound[p.Index] {
			continue
		}
		switch v := b.values[p.Index]; p.Name {
		case "First":
			out.First, _ = v.(uint64)
		case "Skip":
			out.Skip, _ = v.(uint64)
		case "IncludeTotalCount":
			out.IncludeTotalCount = object.IsTrue(v)
		}
	}
	return out
}
