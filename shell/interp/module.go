package interp

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// module is a script module: a session of its own, of which the importer sees what is exported.
type module struct {
	name, path string
	scope      *scope
	// exports are wildcard patterns; nil means the default: every function and alias.
	functions, variables, aliases []string
	explicit                      bool // Export-ModuleMember was called
	imported                      []string
}

// modules are those that are loaded, in the order of their import.
type modules struct{ list []*module }

func (m *modules) find(name string) *module {
	for _, x := range m.list {
		if strings.EqualFold(x.name, name) || x.path == name {
			return x
		}
	}
	return nil
}

// exported finds an exported function.
func (m *module) exported(lower string) *function {
	fn := m.scope.functions[lower]
	if fn == nil || !m.exports(m.functions, fn.name, true) {
		return nil
	}
	return fn
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
	full := in.moduleFile(path)
	if full == "" {
		if m := in.modules.find(path); m != nil {
			return m.object(), nil
		}
		e := object.NewException("System.IO.FileNotFoundException", "The specified module '%s' was not loaded because no valid module file was found in any module directory.", path)
		return nil, object.NewErrorOf(e, "Modules_ModuleNotFound", object.ResourceUnavailable, path)
	}
	f := in.current
	m := in.modules.find(full)
	if m != nil && o.Force {
		s.RemoveModule(m.name)
		m = nil
	}
	if m == nil {
		var err error
		if m, err = in.loadModule(f, full, o.Arguments); err != nil {
			return nil, err
		}
	}
	at := in.global
	if f.scope.module != nil && !o.Global {
		at = f.scope.module.scope
	}
	in.bring(m, at, o)
	return m.object(), nil
}

// moduleFile finds the file of a module by path, or by name along $env:PSModulePath.
func (in *Interp) moduleFile(path string) string {
	candidates := func(base string) []string {
		leaf := filepath.Base(base)
		return []string{base, base + ".psm1", base + ".ps1", filepath.Join(base, leaf+".psm1")}
	}
	var all []string
	if strings.ContainsAny(path, `/\`) || strings.HasPrefix(path, ".") {
		all = candidates(in.resolvePath(strings.ReplaceAll(path, `\`, "/")))
	} else {
		for _, dir := range filepath.SplitList(os.Getenv("PSModulePath")) {
			all = append(all, candidates(filepath.Join(dir, path))...)
		}
		if strings.HasSuffix(strings.ToLower(path), ".psm1") || strings.HasSuffix(strings.ToLower(path), ".ps1") {
			all = append(all, in.resolvePath(path))
		}
	}
	for _, c := range all {
		if st, err := os.Stat(c); err == nil && !st.IsDir() {
			return c
		}
	}
	return ""
}

// loadModule runs a module's file in a session of its own.
func (in *Interp) loadModule(f *frame, path string, args []any) (*module, error) {
	fn, err := in.loadScript(path)
	if err != nil {
		return nil, err
	}
	name := filepath.Base(path)
	m := &module{name: strings.TrimSuffix(name, filepath.Ext(name)), path: path}
	if err := in.runModule(f, m, fn, args, discard{}); err != nil {
		return nil, err
	}
	in.modules.list = append(in.modules.list, m)
	return m, nil
}

// runModule runs the module's code in its own session.
func (in *Interp) runModule(f *frame, m *module, fn *function, args []any, out sink) error {
	c := fn.block.code()
	m.scope = newScope(in.global, c.layout)
	m.scope.module, m.scope.script = m, m.scope
	g := &frame{in: in, scope: m.scope, vars: m.scope.vars, code: c, out: out, streams: f.streams, caller: f,
		call: &call{block: fn.block, fn: fn, name: m.path, args: args}}
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

// NewModule implements [cmdlet.Language].
func (s *session) NewModule(_ context.Context, name string, body object.ScriptBlock, o cmdlet.ImportOptions, bring bool, write func(v any) error) (any, error) {
	sb, ok := body.(*scriptBlock)
	if !ok {
		return nil, object.NewError("Argument", object.InvalidArgument, name, "The body of module '%s' is no script block of this session.", name)
	}
	in := s.in
	m := &module{name: name, path: name}
	if err := in.runModule(in.current, m, newFunction(name, sb.block, nil, cmdlet.KindScriptBlock), o.Arguments, sinkFunc(write)); err != nil {
		return nil, err
	}
	if bring {
		in.modules.list = append(in.modules.list, m)
		at := in.global
		if from := in.current.scope.module; from != nil {
			at = from.scope
		}
		in.bring(m, at, o)
	}
	return m.object(), nil
}

// bring makes a module's exports known in a scope.
func (in *Interp) bring(m *module, at *scope, o cmdlet.ImportOptions) {
	wanted := func(only []string, name string) bool { return only == nil || fitsAny(only, name) }
	for _, fn := range m.scope.functions {
		if !m.exports(m.functions, fn.name, true) || !wanted(o.Functions, fn.name) {
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
		at.functions[strings.ToLower(name)] = &c
		m.imported = append(m.imported, strings.ToLower(name))
	}
	for _, a := range m.scope.aliases {
		if m.exports(m.aliases, a.name, true) && wanted(o.Aliases, a.name) {
			in.setAlias(at, a)
		}
	}
	m.scope.all(func(s symbol, v *variable) {
		if name := in.symbols.names[s]; m.explicit && fitsAny(m.variables, name) && wanted(o.Variables, name) {
			place := at.place(s)
			place.value = v.get()
			place.traits = &traits{get: v.get, set: func(x any) error { v.value = x; return nil }}
		}
	})
}

// object is the module as Get-Module shows it.
func (m *module) object() any {
	commands := object.NewHashtable()
	names := make([]string, 0, len(m.scope.functions))
	for _, fn := range m.scope.functions {
		if m.exports(m.functions, fn.name, true) {
			names = append(names, fn.name)
		}
	}
	slices.Sort(names)
	for _, n := range names {
		commands.Set(n, (&commandInfo{found: found{function: m.scope.functions[strings.ToLower(n)]}, name: n}).AsObject())
	}
	o := object.NewCustom("ModuleType", "Script", "Version", object.Version{Build: -1, Revision: -1}, "Name", m.name, "Path", m.path,
		"ExportedCommands", commands, "ExportedFunctions", commands)
	o.TypeNames = []string{"System.Management.Automation.PSModuleInfo", "System.Object"}
	return o
}

// Modules implements [cmdlet.Language].
func (s *session) Modules() []any {
	out := make([]any, 0, len(s.in.modules.list))
	for _, m := range s.in.modules.list {
		out = append(out, m.object())
	}
	return out
}

// RemoveModule implements [cmdlet.Language].
func (s *session) RemoveModule(name string) bool {
	m := s.in.modules.find(name)
	if m == nil {
		return false
	}
	s.in.modules.list = slices.DeleteFunc(s.in.modules.list, func(x *module) bool { return x == m })
	for _, lower := range m.imported {
		if fn := s.in.global.functions[lower]; fn != nil && fn.module == m {
			delete(s.in.global.functions, lower)
		}
	}
	return true
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
		if in.modules.find(m.Name) == nil && !strings.HasPrefix(strings.ToLower(m.Name), "microsoft.powershell.") && in.moduleFile(m.Name) == "" {
			missing = append(missing, "The module '"+m.Name+"' cannot be found.")
		}
	}
	if len(missing) > 0 {
		return fail("ScriptRequiresMissingModules", "The script '%s' cannot be run because the following modules that are specified by the \"#requires\" statements of the script are missing: %s.", script, strings.Join(missing, ", "))
	}
	return nil
}
