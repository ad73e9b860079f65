package interp

import (
	"os"
	"strings"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

type storeFunc func(f *frame, v any) error

// known are the symbols that the interpreter itself refers to.
type known struct {
	under, item, args, input, bound, invocation, root, path, this, cmdlet, matches, success, stackTrace symbol

	errorAction, warning, verbose, debug, information, confirm, whatIf, progress symbol
	errors, ofs, lastExit, pwd, nested, defaults, formatLimit                    symbol
}

func newKnown(s *symbols) known {
	return known{
		under: s.of("_"), item: s.of("PSItem"), args: s.of("args"), input: s.of("input"), bound: s.of("PSBoundParameters"),
		invocation: s.of("MyInvocation"), root: s.of("PSScriptRoot"), path: s.of("PSCommandPath"), this: s.of("this"),
		cmdlet: s.of("PSCmdlet"), matches: s.of("Matches"), success: s.of("?"), stackTrace: s.of("StackTrace"),
		errorAction: s.of("ErrorActionPreference"), warning: s.of("WarningPreference"), verbose: s.of("VerbosePreference"),
		debug: s.of("DebugPreference"), information: s.of("InformationPreference"), confirm: s.of("ConfirmPreference"),
		whatIf: s.of("WhatIfPreference"), progress: s.of("ProgressPreference"), errors: s.of("Error"), ofs: s.of("OFS"),
		lastExit: s.of("LASTEXITCODE"), pwd: s.of("PWD"), nested: s.of("NestedPromptLevel"), defaults: s.of("PSDefaultParameterValues"),
		formatLimit: s.of("FormatEnumerationLimit"),
	}
}

// automatics lists the variables that frames, not scopes, hold. They never get a slot.
func (k *known) automatics() map[symbol]func(f *frame) (any, bool) {
	return map[symbol]func(f *frame) (any, bool){
		k.under:      (*frame).underValue,
		k.item:       (*frame).underValue,
		k.args:       func(f *frame) (any, bool) { return f.argsValue(), true },
		k.input:      func(f *frame) (any, bool) { return f.inputValue(), true },
		k.bound:      func(f *frame) (any, bool) { return f.boundValue(), true },
		k.invocation: func(f *frame) (any, bool) { return f.invocationValue(), true },
		k.root:       func(f *frame) (any, bool) { return f.scriptRoot(), true },
		k.path:       func(f *frame) (any, bool) { return f.scriptPath(), true },
		k.this:       (*frame).thisValue,
		k.cmdlet:     (*frame).cmdletValue,
		k.success:    func(f *frame) (any, bool) { return f.in.ok, true },
	}
}

// read compiles reading a variable as an operand.
func (c *compiler) read(v *syntax.Variable) exprFunc {
	if i, _, ok := c.slotOf(v); ok {
		slow := c.readRaw(v)
		return func(f *frame) (any, error) {
			if x := &f.vars[i]; x.traits == ordinary && x.value != nothing {
				return x.value, nil
			}
			out, err := slow(f)
			if out == nothing {
				out = nil
			}
			return out, err
		}
	}
	raw := c.readRaw(v)
	return func(f *frame) (any, error) {
		out, err := raw(f)
		if out == nothing {
			out = nil
		}
		return out, err
	}
}

// slotOf tells the slot of a variable in the layout that is compiled for.
func (c *compiler) slotOf(v *syntax.Variable) (int32, symbol, bool) {
	switch v.Scope {
	case syntax.ScopeNone, syntax.ScopeLocal, syntax.ScopePrivate, syntax.ScopeVariable:
		s := c.in.symbols.of(v.Name)
		i, ok := c.slotFor(s)
		return i, s, ok
	}
	return 0, 0, false
}

// slotFor tells the slot of a name, unless the debugger has to learn of its use.
func (c *compiler) slotFor(s symbol) (int32, bool) {
	if c.watch {
		return 0, false
	}
	return c.layout.find(s)
}

// readRaw compiles reading a variable as it is.
func (c *compiler) readRaw(v *syntax.Variable) exprFunc {
	switch v.Scope {
	case syntax.ScopeGlobal, syntax.ScopeScript, syntax.ScopeLocal, syntax.ScopePrivate:
		return c.readScoped(v)
	case syntax.ScopeDrive:
		return c.readDrive(v)
	case syntax.ScopeUsing:
		return c.raw(&syntax.Using{SubExpression: v})
	}
	switch strings.ToLower(v.Name) {
	case "true":
		return func(*frame) (any, error) { return true, nil }
	case "false":
		return func(*frame) (any, error) { return false, nil }
	case "null":
		return func(*frame) (any, error) { return nil, nil }
	}
	s := c.in.symbols.of(v.Name)
	if auto, ok := c.in.automatic[s]; ok {
		if s == c.in.known.under || s == c.in.known.item {
			return func(f *frame) (any, error) {
				if f.hasUnder {
					return f.under, nil
				}
				x, _ := f.underValue()
				return x, nil
			}
		}
		return func(f *frame) (any, error) {
			if f.scope.extra != nil {
				if x := f.scope.find(s); x != nil {
					return x.get(), nil
				}
			}
			x, ok := auto(f)
			if !ok {
				return f.undefined(v, s)
			}
			return x, nil
		}
	}
	if i, ok := c.slotFor(s); ok {
		return func(f *frame) (any, error) {
			x := &f.vars[i]
			if x.traits == ordinary {
				return x.value, nil
			}
			if x.traits != nil {
				return x.get(), nil
			}
			return f.readAround(v, s)
		}
	}
	return func(f *frame) (any, error) {
		if f.in.debug != nil {
			if err := f.in.debug.reads(f, s); err != nil {
				return nil, err
			}
		}
		if x := f.scope.lookup(s); x != nil {
			return x.get(), nil
		}
		return f.undefined(v, s)
	}
}

// readAround reads a variable that is not set in the frame's own scope.
func (f *frame) readAround(v *syntax.Variable, s symbol) (any, error) {
	if x := f.scope.lookup(s); x != nil {
		return x.get(), nil
	}
	return f.undefined(v, s)
}

// undefined is the value of a variable that is not set: $null, or an error in strict mode.
func (f *frame) undefined(v *syntax.Variable, s symbol) (any, error) {
	if get, ok := f.in.builtins[s]; ok {
		return get(f), nil
	}
	if level := f.strict(); level >= strict2 || level == strict1 && !v.InText {
		return nil, f.failTarget(object.InvalidOperation, "VariableIsUndefined", v.Path, "The variable '$"+v.Path+"' cannot be retrieved because it has not been set.")
	}
	return nil, nil
}

func (c *compiler) readScoped(v *syntax.Variable) exprFunc {
	s := c.in.symbols.of(v.Name)
	auto := c.in.automatic[s]
	kind := v.Scope
	return func(f *frame) (any, error) {
		if f.in.debug != nil {
			if err := f.in.debug.reads(f, s); err != nil {
				return nil, err
			}
		}
		at := f.scopeFor(kind)
		if x := at.find(s); x != nil {
			return x.get(), nil
		}
		if kind == syntax.ScopeGlobal || kind == syntax.ScopeScript {
			if get, ok := f.in.builtins[s]; ok {
				return get(f), nil
			}
		}
		if auto != nil {
			if x, ok := auto(f); ok {
				return x, nil
			}
		}
		return f.undefined(v, s)
	}
}

// scopeFor is the scope that $global:, $script:, $local: or $private: mean.
func (f *frame) scopeFor(kind syntax.Scope) *scope {
	switch kind {
	case syntax.ScopeGlobal:
		return f.in.global
	case syntax.ScopeScript:
		return f.scope.script
	}
	return f.scope
}

// store compiles an assignment to a variable.
func (c *compiler) store(v *syntax.Variable) storeFunc {
	switch v.Scope {
	case syntax.ScopeDrive:
		return c.storeDrive(v)
	case syntax.ScopeGlobal, syntax.ScopeScript:
		s, kind := c.in.symbols.of(v.Name), v.Scope
		return watched(s, func(f *frame, x any) error { return f.assign(f.scopeFor(kind), s, x) })
	case syntax.ScopePrivate:
		s := c.in.symbols.of(v.Name)
		return watched(s, func(f *frame, x any) error {
			if err := f.assign(f.scope, s, x); err != nil {
				return err
			}
			place := f.scope.place(s)
			t := *place.traits
			t.options |= private
			place.traits = &t
			return nil
		})
	case syntax.ScopeUsing:
		return func(f *frame, _ any) error {
			return f.errAt(v, "ExpressionNotAssignable", "The assignment expression is not valid. The input to an assignment operator must be an object that is able to accept assignments, such as a variable or a property.")
		}
	}
	if equalFold(v.Name, "null") {
		return func(*frame, any) error { return nil }
	}
	s := c.in.symbols.of(v.Name)
	if _, ok := c.in.automatic[s]; ok {
		return func(f *frame, x any) error { return f.assignAutomatic(s, x) }
	}
	if i, ok := c.slotFor(s); ok {
		return func(f *frame, x any) error {
			place := &f.vars[i]
			if place.traits == ordinary {
				place.value = x
				return nil
			}
			return f.assign(f.scope, s, x)
		}
	}
	return watched(s, func(f *frame, x any) error { return f.assign(f.scope, s, x) })
}

// watched is an assignment that the debugger learns of first.
func watched(s symbol, store storeFunc) storeFunc {
	return func(f *frame, x any) error {
		if f.in.debug != nil {
			if err := f.in.debug.writes(f, s, x); err != nil {
				return err
			}
		}
		return store(f, x)
	}
}

// assign sets a variable of a scope, with its conversions and checks. A variable that is readable everywhere (AllScope) is
// set where it is.
func (f *frame) assign(at *scope, s symbol, v any) error {
	place := at.place(s)
	if place.traits == nil {
		if b, ok := f.in.shared[s]; ok {
			place = b
		} else {
			place.traits = ordinary
			place.value = v
			return nil
		}
	}
	return f.assignTo(place, s, v)
}

func (f *frame) assignTo(place *variable, s symbol, v any) error {
	t := place.traits
	if t == ordinary {
		place.value = v
		return nil
	}
	name := f.in.symbols.names[s]
	if t.options&(readOnly|constant) != 0 {
		return f.errReadOnly(name)
	}
	if t.Type == object.TypeBoolean {
		if err := f.checkBoolean(v); err != nil {
			return f.errTransformVariable(name, err)
		}
	}
	if len(t.transforms) > 0 {
		out, err := t.transform(plain(v))
		if err != nil {
			return f.errTransformVariable(name, err)
		}
		v = out
	}
	if t.Type != nil {
		out, err := f.cast(plain(v), t.Type)
		if err != nil {
			return f.errTransformVariable(name, err)
		}
		v = out
	}
	if err := t.validate(v); err != nil {
		return f.errValidateVariable(name, v, err)
	}
	if t.set != nil {
		return f.wrap(t.set(v))
	}
	place.value = v
	return nil
}

// assignAutomatic sets $_, $args and their like.
func (f *frame) assignAutomatic(s symbol, v any) error {
	switch s {
	case f.in.known.under, f.in.known.item:
		f.under, f.hasUnder = v, true
		return nil
	case f.in.known.success:
		return f.errReadOnly("?")
	}
	place := f.scope.place(s)
	place.value, place.traits = v, ordinary
	return nil
}

// underValue finds $_ in the frames around.
func (f *frame) underValue() (any, bool) {
	for g := f; g != nil; g = g.prev {
		if g.hasUnder {
			return g.under, true
		}
	}
	for s := f.scope.parent; s != nil; s = s.parent {
		for g := s.top; g != nil; g = g.prev {
			if g.hasUnder {
				return g.under, true
			}
		}
	}
	return nil, true
}

// nearestCall finds the invocation that the frame belongs to.
func (f *frame) nearestCall() *call {
	for g := f; g != nil; g = g.prev {
		if g.call != nil {
			return g.call
		}
	}
	for s := f.scope.parent; s != nil; s = s.parent {
		for g := s.top; g != nil; g = g.prev {
			if g.call != nil {
				return g.call
			}
		}
	}
	return nil
}

func (f *frame) argsValue() any {
	for g := f; g != nil; g = g.prev {
		if g.call != nil {
			if g.call.args == nil {
				return &object.Array{}
			}
			a := &object.Array{Items: g.call.args}
			return a
		}
	}
	return f.outer((*frame).argsValue)
}

// outer asks the innermost frame of the scope around.
func (f *frame) outer(ask func(*frame) any) any {
	for s := f.scope.parent; s != nil; s = s.parent {
		if s.top != nil {
			return ask(s.top)
		}
	}
	return nil
}

func (f *frame) inputValue() any {
	for g := f; g != nil; g = g.prev {
		if g.call != nil {
			if g.call.input == nil {
				g.call.input = &inputs{}
			}
			return g.call.input.object()
		}
	}
	return f.outer((*frame).inputValue)
}

func (f *frame) boundValue() any {
	for g := f; g != nil; g = g.prev {
		if g.call != nil {
			return g.call.parameters()
		}
	}
	if v := f.outer((*frame).boundValue); v != nil {
		return v
	}
	return boundParameters()
}

func (f *frame) invocationValue() any {
	for g := f; g != nil; g = g.prev {
		if g.call != nil {
			return g.call.invocation(f)
		}
	}
	return f.outer((*frame).invocationValue)
}

func (f *frame) thisValue() (any, bool) {
	for g := f; g != nil; g = g.prev {
		if g.call != nil && g.call.hasThis {
			return g.call.this, true
		}
	}
	for s := f.scope.parent; s != nil; s = s.parent {
		for g := s.top; g != nil; g = g.prev {
			if g.call != nil && g.call.hasThis {
				return g.call.this, true
			}
		}
	}
	return nil, false
}

func (f *frame) cmdletValue() (any, bool) {
	for g := f; g != nil; g = g.prev {
		if g.call != nil && g.call.stage != nil {
			return g.call.stage.cmdletObject()
		}
	}
	for s := f.scope.parent; s != nil; s = s.parent {
		for g := s.top; g != nil; g = g.prev {
			if g.call != nil && g.call.stage != nil {
				if v, ok := g.call.stage.cmdletObject(); ok {
					return v, true
				}
			}
		}
	}
	return nil, false
}

// Drive-qualified variables: $env:PATH, $function:prompt, $alias:ls, $variable:x.

func (c *compiler) readDrive(v *syntax.Variable) exprFunc {
	name := v.Name
	switch strings.ToLower(v.Drive) {
	case "env":
		return func(f *frame) (any, error) {
			if s, ok := os.LookupEnv(name); ok {
				return s, nil
			}
			return nil, nil
		}
	case "function":
		return func(f *frame) (any, error) {
			if fn := f.findFunction(name); fn != nil {
				return f.in.newScriptBlock(fn.block, fn.module), nil
			}
			return nil, nil
		}
	case "alias":
		return func(f *frame) (any, error) {
			if a := f.findAlias(name); a != nil {
				return a.target, nil
			}
			return nil, nil
		}
	}
	drive := v.Drive
	return func(f *frame) (any, error) {
		return f.readProvider(drive, name)
	}
}

func (c *compiler) storeDrive(v *syntax.Variable) storeFunc {
	name := v.Name
	switch strings.ToLower(v.Drive) {
	case "env":
		return func(f *frame, x any) error {
			x = plain(x)
			if x == nil || f.text(x) == "" {
				return f.wrap(os.Unsetenv(name))
			}
			return f.wrap(os.Setenv(name, f.text(x)))
		}
	case "function":
		return func(f *frame, x any) error { return f.defineFrom(name, x) }
	case "alias":
		return func(f *frame, x any) error {
			f.in.setAlias(f.scope, &alias{name: name, target: f.text(x)})
			return nil
		}
	}
	drive := v.Drive
	return func(f *frame, x any) error { return f.writeProvider(drive, name, x) }
}

// checkBoolean refuses what a variable of type [bool] does not take: only truths and numbers, unlike a cast.
func (f *frame) checkBoolean(v any) error {
	base := object.Base(plain(v))
	name := "$null"
	switch base.(type) {
	case bool, object.Switch:
		return nil
	case nil:
	default:
		if isNumber(base) {
			return nil
		}
		name = object.TypeOf(base).Name
	}
	return f.fail(object.InvalidArgument, "RuntimeException",
		"Cannot convert value \""+name+"\" to type \"System.Boolean\". Boolean parameters accept only Boolean values and numbers, such as $True, $False, 1 or 0.")
}
