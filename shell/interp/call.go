package interp

import (
	"path/filepath"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// parameters is $PSBoundParameters: one table for the whole call.
func (c *call) parameters() *object.Hashtable {
	if c.bound == nil {
		if c.binding != nil {
			c.bound = c.binding.Parameters()
			c.bound.Type = boundParameters().Type
		} else {
			c.bound = boundParameters()
		}
	}
	return c.bound
}

var typeBound = object.Construct(object.TypeDictionary, object.TypeString, object.TypeObject)

func boundParameters() *object.Hashtable { return &object.Hashtable{Type: typeBound} }

// invocation is $MyInvocation.
func (c *call) invocation(f *frame) *object.InvocationInfo {
	if c.info == nil {
		i := &object.InvocationInfo{}
		if c.at != nil {
			i = positionOf(c.at.Extent())
		}
		i.CommandName = c.name
		i.PipelineLength, i.PipelinePosition = max(c.length, 1), max(c.position, 1)
		i.BoundParameters = c.parameters()
		i.UnboundArguments = c.args
		switch {
		case c.fn != nil:
			i.Command = &commandInfo{found: found{function: c.fn}, name: c.fn.name}
		case c.block != nil:
			i.Command = &commandInfo{found: found{function: &function{block: c.block, kind: cmdlet.KindScriptBlock}}, name: ""}
		}
		c.info = i
	}
	return c.info
}

// scriptPath is $PSCommandPath: the file that the running code stands in.
func (f *frame) scriptPath() any {
	if f.code != nil {
		return f.code.block.file
	}
	return ""
}

// scriptRoot is $PSScriptRoot.
func (f *frame) scriptRoot() any {
	if p := f.scriptPath(); p != "" {
		return filepath.Dir(p.(string))
	}
	return ""
}

// applyCommon puts the common parameters of an advanced function into force: as preference variables of its scope, and as
// collectors of what it puts out.
func (s *functionStage) applyCommon() error {
	if !s.binding.HasCommon() {
		return nil
	}
	c, f, k := s.common, s.frame, &s.frame.in.known
	set := func(name symbol, v any) {
		place := f.scope.place(name)
		place.value, place.traits = v, ordinary
	}
	for _, p := range []struct {
		given string
		name  symbol
	}{{c.ErrorAction, k.errorAction}, {c.WarningAction, k.warning}, {c.InformationAction, k.information}, {c.ProgressAction, k.progress}} {
		if p.given != "" {
			v, err := object.Convert(p.given, typeActionPreference())
			if err != nil {
				return f.wrap(err)
			}
			set(p.name, v)
		}
	}
	for _, p := range []struct {
		given *bool
		name  symbol
	}{{c.Verbose, k.verbose}, {c.Debug, k.debug}} {
		if p.given != nil {
			set(p.name, switched(p.given))
		}
	}
	if c.WhatIf != nil {
		set(k.whatIf, *c.WhatIf)
	}
	if c.Confirm != nil {
		if *c.Confirm {
			set(k.confirm, "Low")
		} else {
			set(k.confirm, "None")
		}
	}
	s.hold(c.OutBuffer)
	var err error
	s.out, s.streams, err = s.f.applyCommonStreams(c, s.out, s.streams)
	f.out, f.streams = s.out, s.streams
	return err
}

func typeActionPreference() *object.Type {
	t, _ := object.TypeByName("System.Management.Automation.ActionPreference")
	return t
}

// applyCommonStreams hangs the variables of -OutVariable, -ErrorVariable and their like into a command's streams.
func (f *frame) applyCommonStreams(c cmdlet.Common, out sink, s *streams) (sink, *streams, error) {
	list := func(name string) (*object.List, error) {
		if name[0] == '+' {
			name = name[1:]
			if v := f.scope.lookup(f.in.symbols.of(name)); v != nil {
				if l, ok := v.get().(*object.List); ok {
					return l, nil
				}
				l := object.NewList(listItemsOf(plain(v.get()))...)
				return l, f.assign(f.scope, f.in.symbols.of(name), l)
			}
		}
		l := object.NewList()
		return l, f.assign(f.scope, f.in.symbols.of(name), l)
	}
	for _, v := range []struct {
		name string
		kind syntax.Stream
	}{{c.ErrorVariable, syntax.StreamError}, {c.WarningVariable, syntax.StreamWarning}, {c.InformationVariable, syntax.StreamInformation}} {
		if v.name == "" {
			continue
		}
		l, err := list(v.name)
		if err != nil {
			return nil, nil, err
		}
		s = s.derive()
		s.variables[v.kind] = l
	}
	if c.OutVariable != "" {
		l, err := list(c.OutVariable)
		if err != nil {
			return nil, nil, err
		}
		to := out
		out = sinkFunc(func(v any) error {
			l.Add(v)
			return to.write(v)
		})
	}
	if c.PipelineVariable != "" {
		name, to := f.in.symbols.of(c.PipelineVariable), out
		if err := f.assign(f.scope, name, nil); err != nil {
			return nil, nil, err
		}
		out = sinkFunc(func(v any) error {
			if err := f.assign(f.scope, name, v); err != nil {
				return err
			}
			return to.write(v)
		})
	}
	return out, s, nil
}

// defaults looks up $PSDefaultParameterValues for a command.
func (f *frame) defaults(command string) func(parameter string) (any, bool) {
	v := f.scope.lookup(f.in.known.defaults)
	if v == nil {
		return nil
	}
	table, ok := v.get().(*object.Hashtable)
	if !ok || table.Len() == 0 || object.IsTrue(table.Value("Disabled")) {
		return nil
	}
	return func(parameter string) (any, bool) {
		for key, value := range table.All() {
			name, isText := key.(string)
			if !isText || !defaultFits(name, command, parameter) {
				continue
			}
			if sb, ok := value.(*scriptBlock); ok {
				out, err := sb.Call(nil)
				if err != nil {
					return nil, false
				}
				return object.Collect(out), true
			}
			return value, true
		}
		return nil, false
	}
}

// data sections

func (c *compiler) dataStatement(s *syntax.Data) stmtFunc {
	body := c.block_(s.Body)
	if s.Variable == "" {
		return body.exec
	}
	name := c.in.symbols.of(s.Variable)
	return func(f *frame) error {
		out, err := f.capture(body.exec)
		if err != nil {
			return err
		}
		return f.assign(f.scope, name, plain(out.value()))
	}
}

// reference is [ref]$x: the variable itself, or a box around a value.
func (c *compiler) reference(e *syntax.Convert) exprFunc {
	v, ok := unparen(e.Child).(*syntax.Variable)
	if !ok {
		value := c.expr(e.Child)
		return func(f *frame) (any, error) {
			x, err := value(f)
			if err != nil {
				return nil, err
			}
			box := x
			return &object.Reference{Get: func() any { return box }, Set: func(x any) error { box = x; return nil }}, nil
		}
	}
	name := c.in.symbols.of(v.Name)
	scoped := v.Scope
	return func(f *frame) (any, error) {
		var place *variable
		if scoped == syntax.ScopeGlobal || scoped == syntax.ScopeScript {
			place = f.scopeFor(scoped).find(name)
		} else {
			place = f.scope.lookup(name)
		}
		if place == nil {
			return nil, f.failTarget(object.InvalidOperation, "NonExistingVariableReference", v.Path, "[ref] cannot be applied to a variable that does not exist.")
		}
		return &object.Reference{
			Get: func() any { return plain(place.get()) },
			Set: func(x any) error { return f.assignTo(place, name, x) },
		}, nil
	}
}
