package interp

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// session is the interpreter as cmdlets see it: everything happens in the scope of whoever called the cmdlet.
type session struct{ in *Interp }

func (in *Interp) session() cmdlet.Session { return &session{in} }

// Session is the interpreter as cmdlets see it, for callers outside a pipeline.
func (in *Interp) Session() cmdlet.Session { return in.session() }

// scopeNamed finds a scope by what -Scope says.
func (s *session) scopeNamed(name string) (*scope, error) {
	f := s.in.current
	switch strings.ToLower(name) {
	case "", "local", "private":
		return f.scope, nil
	case "global":
		return s.in.global, nil
	case "script":
		return f.scope.script, nil
	}
	n, err := strconv.Atoi(name)
	if err != nil || n < 0 {
		e := object.NewException("System.Management.Automation.PSArgumentException", "Cannot process argument because the value of argument \"scopeID\" is not valid. Change the value of the \"scopeID\" argument and run the operation again.")
		return nil, object.NewErrorOf(e, "Argument", object.InvalidArgument, name)
	}
	at := f.scope.up(n)
	if at == nil {
		e := object.NewException("System.Management.Automation.PSArgumentOutOfRangeException", "The scope number '%d' exceeds the number of active scopes. (Parameter 'scopeID')\nActual value was %d.", n, n)
		return nil, object.NewErrorOf(e, "ArgumentOutOfRange", object.InvalidArgument, name)
	}
	return at, nil
}

// TypeData implements [cmdlet.Language].
func (s *session) TypeData() *object.TypeTable { return &s.in.typeData }

func (s *session) Variable(name, scope string) (any, bool) {
	f, sym := s.in.current, s.in.symbols.of(name)
	if scope == "" {
		if v := f.scope.lookup(sym); v != nil {
			return plain(v.get()), true
		}
		if auto, ok := s.in.automatic[sym]; ok {
			v, ok := auto(f)
			return plain(v), ok
		}
		return nil, false
	}
	at, err := s.scopeNamed(scope)
	if err != nil {
		return nil, false
	}
	if v := at.find(sym); v != nil {
		return plain(v.get()), true
	}
	return nil, false
}

func (s *session) SetVariable(name, scope string, v any) error {
	f := s.in.current
	at, err := s.scopeNamed(scope)
	if err != nil {
		return err
	}
	sym := s.in.symbols.of(name)
	if _, ok := s.in.automatic[sym]; ok {
		return f.assignAutomatic(sym, v)
	}
	return f.assign(at, sym, v)
}

func (s *session) describeVariable(sym symbol, v *variable) cmdlet.Variable {
	t := v.traits
	return cmdlet.Variable{
		Name: s.in.symbols.names[sym], Value: plain(v.get()), Description: t.description, Type: t.Type,
		ReadOnly: t.options&readOnly != 0, Constant: t.options&constant != 0, Private: t.options&private != 0, AllScope: t.options&allScope != 0,
	}
}

func (s *session) Variables(scope string) ([]cmdlet.Variable, error) {
	var out []cmdlet.Variable
	seen := map[symbol]bool{}
	take := func(sym symbol, v *variable) {
		if !seen[sym] {
			seen[sym] = true
			out = append(out, s.describeVariable(sym, v))
		}
	}
	if scope == "" {
		for at := s.in.current.scope; at != nil; at = at.parent {
			at.all(take)
		}
		for sym, auto := range s.in.automatic {
			if v, ok := auto(s.in.current); ok && !seen[sym] {
				out = append(out, cmdlet.Variable{Name: s.in.symbols.names[sym], Value: plain(v)})
			}
		}
	} else {
		at, err := s.scopeNamed(scope)
		if err != nil {
			return nil, err
		}
		at.all(take)
	}
	slices.SortFunc(out, func(a, b cmdlet.Variable) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return out, nil
}

func (s *session) DefineVariable(v cmdlet.Variable, scope string, force bool) error {
	f := s.in.current
	at, err := s.scopeNamed(scope)
	if err != nil {
		return err
	}
	sym := s.in.symbols.of(v.Name)
	place := at.place(sym)
	if place.traits != nil {
		if place.traits.options&constant != 0 || place.traits.options&readOnly != 0 && !force {
			return f.errReadOnly(v.Name)
		}
	} else if shared, ok := s.in.shared[sym]; ok {
		return f.assignTo(shared, sym, v.Value)
	}
	t := &traits{description: v.Description, Type: v.Type}
	if place.traits != nil && v.Type == nil {
		t.Type, t.guards = place.traits.Type, place.traits.guards
	}
	for _, o := range []struct {
		on  bool
		bit options
	}{{v.ReadOnly, readOnly}, {v.Constant, constant}, {v.Private, private}, {v.AllScope, allScope}} {
		if o.on {
			t.options |= o.bit
		}
	}
	if t.Type != nil {
		if v.Value, err = f.cast(v.Value, t.Type); err != nil {
			return err
		}
	}
	if t.options == 0 && t.description == "" && t.Type == nil && !t.guards.any() {
		t = ordinary
	}
	place.value, place.traits = v.Value, t
	if v.AllScope {
		s.in.shared[sym] = place
	}
	return nil
}

func (s *session) RemoveVariable(name, scope string, force bool) error {
	f, sym := s.in.current, s.in.symbols.of(name)
	at := f.scope
	if scope != "" {
		var err error
		if at, err = s.scopeNamed(scope); err != nil {
			return err
		}
	} else {
		for at != nil && at.find(sym) == nil {
			at = at.parent
		}
	}
	if at == nil || at.find(sym) == nil {
		e := object.NewException("System.Management.Automation.ItemNotFoundException", "Cannot find a variable with the name '%s'.", name)
		return object.NewErrorOf(e, "VariableNotFound", object.ObjectNotFound, name)
	}
	if o := at.find(sym).traits.options; o&constant != 0 || o&readOnly != 0 && !force {
		e := object.NewException("System.Management.Automation.SessionStateUnauthorizedAccessException", "Cannot remove variable %s because it is constant or read-only. If the variable is read-only, try the operation again specifying the Force option.", name)
		return object.NewErrorOf(e, "VariableNotRemovable", object.WriteError, name)
	}
	at.remove(sym)
	return nil
}

func (s *session) Aliases() []cmdlet.Alias {
	var out []cmdlet.Alias
	seen := map[string]bool{}
	for at := s.in.current.scope; at != nil; at = at.parent {
		for lower, a := range at.aliases {
			if !seen[lower] {
				seen[lower] = true
				out = append(out, cmdlet.Alias{Name: a.name, Definition: a.target, Description: a.description, ReadOnly: a.options&readOnly != 0, Constant: a.options&constant != 0})
			}
		}
	}
	slices.SortFunc(out, func(a, b cmdlet.Alias) int { return object.CompareStrings(a.Name, b.Name, true) })
	return out
}

func (s *session) SetAlias(a cmdlet.Alias, scope string, force bool) error {
	at, err := s.scopeNamed(scope)
	if err != nil {
		return err
	}
	if old := at.aliases[strings.ToLower(a.Name)]; old != nil && (old.options&constant != 0 || old.options&readOnly != 0 && !force) {
		e := object.NewException("System.Management.Automation.SessionStateUnauthorizedAccessException", "Alias is not writeable because alias %s is read-only or constant and cannot be written to.", a.Name)
		return object.NewErrorOf(e, "AliasNotWritable", object.WriteError, a.Name)
	}
	n := &alias{name: a.Name, target: a.Definition, description: a.Description}
	if a.ReadOnly {
		n.options |= readOnly
	}
	if a.Constant {
		n.options |= constant
	}
	s.in.setAlias(at, n)
	return nil
}

func (s *session) RemoveAlias(name string, force bool) error {
	lower := strings.ToLower(name)
	for at := s.in.current.scope; at != nil; at = at.parent {
		if a := at.aliases[lower]; a != nil {
			if a.options&constant != 0 || a.options&readOnly != 0 && !force {
				e := object.NewException("System.Management.Automation.SessionStateUnauthorizedAccessException", "Alias was not removed because alias %s is constant or read-only.", name)
				return object.NewErrorOf(e, "AliasNotRemovable", object.WriteError, name)
			}
			delete(at.aliases, lower)
			return nil
		}
	}
	e := object.NewException("System.Management.Automation.ItemNotFoundException", "This command cannot find a matching alias because an alias with the name '%s' does not exist.", name)
	return object.NewErrorOf(e, "AliasNotFound", object.ObjectNotFound, name)
}

// TypeNamed implements [cmdlet.Language].
func (s *session) TypeNamed(name string) (*object.Type, bool) { return s.in.typeNamed(name) }

func (s *session) Functions() []cmdlet.Function {
	var out []cmdlet.Function
	seen := map[string]bool{}
	for at := s.in.current.scope; at != nil; at = at.parent {
		for lower, fn := range at.functions {
			if !seen[lower] {
				seen[lower] = true
				x := cmdlet.Function{Name: fn.name, Block: s.in.newScriptBlock(fn.block, fn.module), Filter: fn.kind == cmdlet.KindFilter}
				if fn.module != nil {
					x.Module = fn.module.name
				}
				out = append(out, x)
			}
		}
	}
	slices.SortFunc(out, func(a, b cmdlet.Function) int {
		return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name))
	})
	return out
}

func (s *session) SetFunction(name, scope string, body object.ScriptBlock) error {
	at, err := s.scopeNamed(scope)
	if err != nil {
		return err
	}
	sb, ok := body.(*scriptBlock)
	if !ok {
		return object.NewError("Argument", object.InvalidArgument, name, "The body of function '%s' is no script block of this session.", name)
	}
	return s.in.current.define(at, newFunction(name, sb.block, sb.module, cmdlet.KindFunction))
}

func (s *session) RemoveFunction(name string) error {
	lower := strings.ToLower(name)
	for at := s.in.current.scope; at != nil; at = at.parent {
		if at.functions[lower] != nil {
			delete(at.functions, lower)
			return nil
		}
	}
	e := object.NewException("System.Management.Automation.ItemNotFoundException", "Cannot find path 'Function:\\%s' because it does not exist.", name)
	return object.NewErrorOf(e, "PathNotFound", object.ObjectNotFound, name)
}

func (s *session) SetStrictMode(level int, scope string) error {
	at, err := s.scopeNamed(scope)
	if err != nil {
		return err
	}
	at.strict, at.strictSet = strictness(min(max(level, 0), int(strict3))), true
	s.in.anyStrict = s.in.anyStrict || level > 0
	return nil
}

func (s *session) NewBlock(text string) (object.ScriptBlock, error) {
	return s.in.parseBlock(text, s.in.current)
}

func (s *session) Describe(name string, args ...any) any {
	if c := s.in.commandNamed(name, false); c != nil {
		for _, v := range args {
			c.args = append(c.args, cmdlet.Arg{Value: v})
		}
		return c.AsObject()
	}
	return nil
}

// DescribeKind implements [cmdlet.Language].
func (s *session) DescribeKind(name string, kind cmdlet.Kind) (*cmdlet.Info, any) {
	f, lower := s.in.current, strings.ToLower(name)
	c := &commandInfo{name: name}
	switch kind {
	case cmdlet.KindAlias:
		if c.alias = f.findAlias(name); c.alias == nil {
			return nil, nil
		}
		c.name = c.alias.name
		return &cmdlet.Info{Name: c.name, Kind: kind}, c.AsObject()
	case cmdlet.KindFunction, cmdlet.KindFilter:
		fn := f.findFunction(name)
		if fn == nil || fn.kind != kind {
			return nil, nil
		}
		c.found, c.name = fn.found, fn.name
	case cmdlet.KindCmdlet:
		cmd, ok := s.in.cmdlets[lower]
		if !ok {
			return nil, nil
		}
		c.found, c.name = *cmd, cmd.info.Name
	default:
		cmd, err := s.in.findFile(f, name)
		if cmd == nil || err != nil {
			return nil, nil
		}
		c.found = *cmd
		if c.kind() != kind {
			return nil, nil
		}
	}
	if info := c.describe(); info != nil {
		return info, c.AsObject()
	}
	return &cmdlet.Info{Name: c.name, Kind: kind}, c.AsObject()
}

func (s *session) Show(v any) error { return s.in.options.Display.Show(v) }

func (s *session) Resolve(path string) string { return s.in.resolvePath(path) }

func (s *session) Errors() *object.List { return s.in.errors }

func (s *session) Command(name string) (*cmdlet.Info, bool) {
	c := s.in.commandNamed(name, true)
	if c == nil {
		return nil, false
	}
	if info := c.describe(); info != nil {
		return info, true
	}
	path := c.script + c.program
	return &cmdlet.Info{Name: filepath.Base(path), Kind: c.kind()}, true
}

func (s *session) Commands() []*cmdlet.Info {
	out := slices.Clone(s.in.infos)
	for _, fn := range s.Functions() {
		if info, ok := s.Command(fn.Name); ok && info.Kind != cmdlet.KindCmdlet {
			out = append(out, info)
		}
	}
	slices.SortFunc(out, func(a, b *cmdlet.Info) int { return strings.Compare(strings.ToLower(a.Name), strings.ToLower(b.Name)) })
	return out
}

func (s *session) Location() string { return s.in.location }

func (s *session) SetLocation(path string) error {
	full := s.in.resolvePath(path)
	st, err := os.Stat(full)
	if err != nil || !st.IsDir() {
		e := object.NewException("System.Management.Automation.ItemNotFoundException", "Cannot find path '%s' because it does not exist.", full)
		return object.NewErrorOf(e, "PathNotFound", object.ObjectNotFound, path)
	}
	s.in.location = full
	return nil
}

// Transcribe implements [cmdlet.Session].
func (s *session) Transcribe(to io.Writer) error { return s.in.options.Display.Transcribe(to) }

// Keep implements [cmdlet.Session].
func (s *session) Keep(key any, make func() any) any {
	if v, ok := s.in.kept[key]; ok {
		return v
	}
	v := make()
	if s.in.kept == nil {
		s.in.kept = map[any]any{}
	}
	s.in.kept[key] = v
	return v
}

func (s *session) Host() cmdlet.Host { return s.in.options.Host }

// Evaluate runs text in the caller's scope.
func (s *session) Evaluate(_ context.Context, text string, write func(v any) error) error {
	f := s.in.current
	b, err := s.in.parse("", text)
	if err != nil {
		return err
	}
	sb := s.in.newScriptBlock(b, f.scope.module)
	if sb.plain() {
		g := &frame{in: f.in, scope: f.scope, vars: f.scope.vars, code: b.codeFor(f.scope.layout), out: sinkFunc(write), streams: f.streams, caller: f, at: f.at}
		if g.code.layout == nil {
			g.vars = nil
		}
		if g.code.failed != nil {
			return g.code.failed
		}
		if g.code.end == nil {
			return nil
		}
		g.push()
		saved := f.in.current
		f.in.current = g
		err := g.code.end.exec(g)
		f.in.current = saved
		g.pop()
		if j, ok := err.(*flow); ok && j.kind == flowReturn {
			return nil
		}
		return err
	}
	return sb.invoke(sinkFunc(write), invocation{dotted: true})
}
