package interp

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// module is a script module: a session of its own, of which the importer sees what is exported.
type module struct {
	in         *Interp
	name, path string
	version    object.Version
	manifest   *manifest // nil where there is none
	script     bool      // it has a script, not only a manifest
	scope      *scope
	// exports are wildcard patterns; nil means the default: every function and alias.
	functions, variables, aliases []string
	explicit                      bool      // Export-ModuleMember was called
	nested, required              []*module // of the manifest
	inside                        []*module // loaded by the module's own code
	inner                         bool      // loaded by a module for itself
	declared                      []string  // functions that a module which is not loaded would export
	imported                      []imported
	onRemove                      any
	self                          *object.Object
}

// imported is a name by which a module was made known in a scope.
type imported struct {
	at    *scope
	lower string
	alias bool
}

// modules are those that are loaded, in the order of their import.
type modules struct {
	list      []*module
	installed map[string]*installed // by file
	loading   map[string]bool       // files of those that are being loaded by themselves
}

func (m *modules) find(name string) *module {
	for _, x := range m.list {
		if strings.EqualFold(x.name, name) || x.path == name || x.manifest != nil && x.manifest.path == name {
			return x
		}
	}
	return nil
}

// exported finds an exported function.
func (m *module) exported(lower string) *function {
	fn := m.scope.functions[lower]
	if fn == nil || !m.exportsFunction(fn) {
		return nil
	}
	return fn
}

// exportsFunction tells whether a function of the module's session is exported: by default those that the module or one of its
// nested modules defines.
func (m *module) exportsFunction(fn *function) bool {
	if limit := m.manifest.texts("FunctionsToExport"); limit != nil && !fitsAny(limit, fn.name) {
		return false
	}
	return m.exports(m.functions, fn.name, fn.module == m || slices.Contains(m.nested, fn.module))
}

func (m *module) exportsAlias(a *alias) bool {
	limit := m.manifest.texts("AliasesToExport")
	return (limit == nil || fitsAny(limit, a.name)) && m.exports(m.aliases, a.name, true)
}

func (m *module) exportsVariable(name string) bool {
	limit := m.manifest.texts("VariablesToExport")
	return (limit == nil || fitsAny(limit, name)) && m.explicit && fitsAny(m.variables, name)
}

// exports tells whether a name is among the patterns; without Export-ModuleMember byDefault decides.
func (m *module) exports(patterns []string, name string, byDefault bool) bool {
	if !m.explicit {
		return byDefault
	}
	return fitsAny(patterns, name)
}

func fitsAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		w, err := object.NewWildcard(p, true)
		return err == nil && w.Match(name)
	})
}

// ImportModule implements [cmdlet.Language].
func (s *session) ImportModule(ctx context.Context, path string, o cmdlet.ImportOptions) (any, error) {
	in := s.in
	spec := optionsSpec(path, o)
	full := in.moduleFile(spec)
	m := in.modules.find(path)
	if full != "" {
		m = in.modules.find(full)
	}
	switch {
	case full == "" && (m == nil || !spec.admits(m.version)):
		return nil, errModuleNotFound(spec)
	case m != nil && o.Force && full != "":
		if err := in.unload(m); err != nil {
			return nil, err
		}
		m = nil
	}
	f := in.current
	if m == nil {
		var err error
		if m, err = in.loadModule(f, full, o.Arguments); err != nil {
			return nil, err
		}
		m.inner = f.scope.module != nil && !o.Global
		in.modules.list = append(in.modules.list, m)
		if from := f.scope.module; m.inner {
			from.inside = append(from.inside, m)
		}
	}
	if o.Prefix == "" {
		o.Prefix = m.manifest.text("DefaultCommandPrefix")
	}
	in.bring(m, in.importScope(f, o), o)
	return m.object(), nil
}

// importScope is where a module's exports become known: in the module that imports it, else in the whole session, or where
// -Scope Local says so in the scope that calls.
func (in *Interp) importScope(f *frame, o cmdlet.ImportOptions) *scope {
	switch {
	case o.Local:
		return f.scope
	case f.scope.module != nil && !o.Global:
		return f.scope.module.scope
	}
	return in.global
}

// loadModule runs a module's file, or what its manifest names, in a session of its own.
func (in *Interp) loadModule(f *frame, path string, args []any) (*module, error) {
	if strings.EqualFold(filepath.Ext(path), ".psd1") {
		return in.loadManifest(f, path, args)
	}
	fn, err := in.loadScript(path)
	if err != nil {
		return nil, err
	}
	m := &module{name: stem(path), path: path, script: true, version: object.Version{Build: -1, Revision: -1}}
	in.openModule(m, fn)
	if err := in.runModule(f, m, fn, args, discard{}); err != nil {
		return nil, err
	}
	return m, nil
}

// openModule gives a module its session; fn is the script that will run in it, nil where there is none.
func (in *Interp) openModule(m *module, fn *function) {
	var l *layout
	if fn != nil {
		l = fn.block.code().layout
	}
	m.in, m.scope = in, newScope(in.global, l)
	m.scope.module, m.scope.script = m, m.scope
}

// inModule runs fn with the module's session in force.
func (in *Interp) inModule(f *frame, m *module, fn func() error) error {
	g := &frame{in: in, scope: m.scope, out: discard{}, streams: f.streams, caller: f, call: &call{name: m.path}}
	saved := in.current
	in.current = g
	g.push()
	err := fn()
	g.pop()
	in.current = saved
	return err
}

// runModule runs the module's code in its session.
func (in *Interp) runModule(f *frame, m *module, fn *function, args []any, out sink) error {
	c := fn.block.code()
	if c.failed != nil {
		return c.failed
	}
	g := &frame{in: in, scope: m.scope, vars: m.scope.vars, code: c, out: out, streams: f.streams, caller: f,
		call: &call{block: fn.block, fn: &function{name: fn.name, block: fn.block, module: m, kind: fn.kind, path: fn.path}, name: m.path, args: args}}
	if err := g.moduleParameters(c, args); err != nil {
		return err
	}
	saved := in.current
	in.current = g
	g.push()
	var err error
	for _, l := range []*list{c.begin, c.process, c.end} {
		if l == nil || err != nil {
			continue
		}
		err = l.exec(g)
		if j, ok := err.(*flow); ok && j.kind == flowReturn {
			err = nil
		}
	}
	g.pop()
	in.current = saved
	return err
}

// moduleParameters gives the parameters of a module's script the arguments of -ArgumentList, in their order.
func (f *frame) moduleParameters(c *code, args []any) error {
	for i, p := range c.params {
		var v any
		switch {
		case i < len(args):
			v = args[i]
		case p.deflt != nil:
			var err error
			if v, err = p.deflt(f); err != nil {
				return err
			}
		}
		if err := f.assign(f.scope, p.name, v); err != nil {
			return err
		}
	}
	if n := len(c.params); n > 0 {
		f.call.args = args[min(n, len(args)):]
	}
	return nil
}

// NewModule implements [cmdlet.Language].
func (s *session) NewModule(_ context.Context, name string, body object.ScriptBlock, o cmdlet.ImportOptions, bring bool, write func(v any) error) (any, error) {
	sb, ok := body.(*scriptBlock)
	if !ok {
		return nil, object.NewError("Argument", object.InvalidArgument, name, "The body of module '%s' is no script block of this session.", name)
	}
	in := s.in
	m := &module{name: name, path: name, script: true, version: object.Version{Build: 0, Revision: -1}}
	fn := newFunction(name, sb.block, nil, cmdlet.KindScriptBlock)
	in.openModule(m, fn)
	if err := in.runModule(in.current, m, fn, o.Arguments, sinkFunc(write)); err != nil {
		return nil, err
	}
	if bring {
		in.modules.list = append(in.modules.list, m)
		in.bring(m, in.importScope(in.current, o), o)
	}
	return m.object(), nil
}

// bring makes a module's exports known in a scope.
func (in *Interp) bring(m *module, at *scope, o cmdlet.ImportOptions) {
	wanted := func(only []string, name string) bool { return only == nil || fitsAny(only, name) }
	for _, fn := range m.scope.functions {
		if !m.exportsFunction(fn) || !wanted(o.Functions, fn.name) {
			continue
		}
		name := fn.name
		if o.Prefix != "" {
			if verb, noun, ok := strings.Cut(name, "-"); ok {
				name = verb + "-" + o.Prefix + noun
			} else {
				name = o.Prefix + name
			}
		}
		if at.functions == nil {
			at.functions = map[string]*function{}
		}
		c := *fn
		c.name = name
		c.found.function = &c
		lower := strings.ToLower(name)
		at.functions[lower] = &c
		m.imported = append(m.imported, imported{at: at, lower: lower})
	}
	for _, a := range m.scope.aliases {
		if m.exportsAlias(a) && wanted(o.Aliases, a.name) {
			in.setAlias(at, a)
			m.imported = append(m.imported, imported{at: at, lower: strings.ToLower(a.name), alias: true})
		}
	}
	m.scope.all(func(s symbol, v *variable) {
		if name := in.symbols.names[s]; m.exportsVariable(name) && wanted(o.Variables, name) {
			place := at.place(s)
			place.value = v.get()
			place.traits = &traits{get: v.get, set: func(x any) error { v.value = x; return nil }}
		}
	})
}

// Modules implements [cmdlet.Language].
func (s *session) Modules(all bool) []any {
	out := make([]any, 0, len(s.in.modules.list))
	for _, m := range s.in.modules.list {
		if all || !m.inner {
			out = append(out, m.object())
		}
	}
	return out
}

// RemoveModule implements [cmdlet.Language].
func (s *session) RemoveModule(name string) (bool, error) {
	m := s.in.modules.find(name)
	if m == nil {
		return false, nil
	}
	return true, s.in.unload(m)
}

// unload runs what the module wants done at its end, and takes it and all names that it was known by out of the session.
func (in *Interp) unload(m *module) error {
	if sb, ok := m.onRemove.(*scriptBlock); ok {
		if err := in.inModule(in.current, m, func() error {
			return sb.invoke(discard{}, invocation{args: []any{m.object()}})
		}); err != nil {
			return err
		}
	}
	in.modules.list = slices.DeleteFunc(in.modules.list, func(x *module) bool { return x == m })
	for _, n := range m.imported {
		if n.alias {
			delete(n.at.aliases, n.lower)
		} else if fn := n.at.functions[n.lower]; fn != nil && (fn.module == m || slices.Contains(m.nested, fn.module)) {
			delete(n.at.functions, n.lower)
		}
	}
	m.imported = nil
	for _, sub := range append(m.inside, m.nested...) {
		if err := in.unload(sub); err != nil {
			return err
		}
	}
	return nil
}

// ExportMembers implements [cmdlet.Language].
func (s *session) ExportMembers(functions, variables, aliases []string) error {
	m := s.in.current.scope.module
	if m == nil {
		return object.NewError("Modules_CanOnlyExecuteExportModuleMemberInsideAModule", object.PermissionDenied, nil,
			"The Export-ModuleMember cmdlet can only be called from inside a module.")
	}
	m.explicit = true
	m.functions = append(m.functions, functions...)
	m.variables = append(m.variables, variables...)
	m.aliases = append(m.aliases, aliases...)
	return nil
}

// use loads the module of a using module statement, before the script that says so is compiled. A path is relative to the script.
func (in *Interp) use(u *syntax.UsingStatement, file string) error {
	var spec moduleSpec
	if u.Name != nil {
		spec.name = u.Name.Value
	} else {
		v, err := (&compiler{in: in, block: in.newBlock(&syntax.ScriptBlock{}, nil)}).expr(u.Specification)(in.current)
		if err != nil {
			return err
		}
		spec = specOf(v)
	}
	if name := slashed(spec.name); file != "" && strings.Contains(name, "/") && !filepath.IsAbs(name) {
		spec.name = filepath.Join(filepath.Dir(file), name)
	}
	_, err := in.importSpec(in.current, spec)
	return err
}

// meets checks a script's #requires lines.
func (in *Interp) meets(r *syntax.Requirements, script string) error {
	if r == nil {
		return nil
	}
	fail := func(id, format string, args ...any) error {
		e := object.NewException("System.Management.Automation.ScriptRequiresException", format, args...)
		return object.NewErrorOf(e, id, object.ResourceUnavailable, script)
	}
	if r.Version != "" {
		text := r.Version
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		v, err := object.Convert(text, object.TypeVersion)
		if err != nil {
			return err
		}
		if want, ok := v.(object.Version); ok && (want.Major > 7 || want.Major == 7 && want.Minor > 6) {
			return fail("ScriptRequiresUnmatchedPSVersion", "The script '%s' cannot be run because it contained a \"#requires\" statement for Windows PowerShell %s. The version of Windows PowerShell that is required by the script does not match the currently running version of PowerShell 7.6.0.", script, r.Version)
		}
	}
	for _, edition := range r.Editions {
		if !strings.EqualFold(edition, "Core") {
			return fail("ScriptRequiresUnmatchedPSEdition", "The script '%s' cannot be run because it contained a \"#requires\" statement for PowerShell editions '%s'. The edition of PowerShell that is required by the script does not match the currently running PowerShell Core edition.", script, edition)
		}
	}
	var missing []string
	for _, m := range r.Modules {
		spec := moduleSpec{name: m.Name, guid: m.GUID, least: m.ModuleVersion, most: m.MaximumVersion, precisely: m.RequiredVersion}
		if _, err := in.importSpec(in.current, spec); err != nil {
			if object.RecordOf(err).Category != object.ResourceUnavailable {
				return err
			}
			missing = append(missing, m.Name)
		}
	}
	if len(missing) > 0 {
		return fail("ScriptRequiresMissingModules", "The script '%s' cannot be run because the following modules that are specified by the \"#requires\" statements of the script are missing: %s.", script, strings.Join(missing, ", "))
	}
	return nil
}
