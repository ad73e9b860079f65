package interp

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// moduleCandidates are the files that a path without or with extension may mean, in the order in which they are looked for.
func moduleCandidates(base string) []string {
	leaf := filepath.Join(base, filepath.Base(base))
	return []string{base, base + ".psd1", base + ".psm1", base + ".ps1", leaf + ".psd1", leaf + ".psm1"}
}

// modulePath are the directories of $env:PSModulePath.
func modulePath() []string { return filepath.SplitList(os.Getenv("PSModulePath")) }

// moduleFile finds the file of a module by path, or by name along $env:PSModulePath; empty where there is none that will do.
func (in *Interp) moduleFile(spec moduleSpec) string {
	path := slashed(spec.name)
	if strings.Contains(path, "/") || strings.HasPrefix(path, ".") || path == "~" {
		full := in.resolvePath(path)
		for _, c := range append(moduleCandidates(full), in.versionsIn(full, filepath.Base(full))...) {
			if isFile(c) && in.fileAdmitted(spec, c) {
				return c
			}
		}
		return ""
	}
	for _, dir := range modulePath() {
		base := filepath.Join(dir, path)
		for _, c := range append(in.versionsIn(base, path), moduleCandidates(base)[4:]...) {
			if isFile(c) && in.fileAdmitted(spec, c) {
				return c
			}
		}
	}
	if ext := strings.ToLower(filepath.Ext(path)); ext == ".psm1" || ext == ".ps1" || ext == ".psd1" {
		if full := in.resolvePath(path); isFile(full) {
			return full
		}
	}
	return ""
}

// versionsIn are the files of a module's directory that has a directory for each version, the latest first.
func (in *Interp) versionsIn(base, name string) []string {
	entries, err := os.ReadDir(base)
	if err != nil {
		return nil
	}
	type installed struct {
		v    object.Version
		path string
	}
	var all []installed
	for _, e := range entries {
		if v, err := object.ParseVersion(e.Name()); e.IsDir() && err == nil {
			all = append(all, installed{v, filepath.Join(base, e.Name(), name+".psd1")}, installed{v, filepath.Join(base, e.Name(), name+".psm1")})
		}
	}
	slices.SortStableFunc(all, func(a, b installed) int {
		n, _ := object.Compare(b.v, a.v, true) // two versions always compare
		return n
	})
	var out []string
	for _, i := range all {
		out = append(out, i.path)
	}
	return out
}

// fileAdmitted tells whether the module in a file has a version that will do. A faulty manifest is admitted, so that importing it
// tells the fault.
func (in *Interp) fileAdmitted(spec moduleSpec, path string) bool {
	if !spec.versioned() && spec.guid == "" {
		return true
	}
	if !strings.EqualFold(filepath.Ext(path), ".psd1") {
		if isFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".psd1") {
			return false // its manifest has spoken
		}
		return spec.guid == "" && spec.admits(object.Version{Build: -1, Revision: -1})
	}
	table, err := in.dataFile(path)
	if err != nil {
		return true
	}
	man := &manifest{path, table}
	v, err := object.ParseVersion(man.text("ModuleVersion"))
	return err != nil || spec.admits(v) && (spec.guid == "" || strings.EqualFold(strings.Trim(spec.guid, "{}"), man.text("GUID")))
}

func errModuleNotFound(spec moduleSpec) error {
	if spec.versioned() {
		version := spec.least + spec.precisely
		if version == "" {
			version = spec.most
		}
		e := object.NewException("System.IO.FileNotFoundException", "The specified module '%s' with version '%s' was not loaded because no valid module file was found in any module directory.", spec.name, version)
		return object.NewErrorOf(e, "Modules_ModuleWithVersionNotFound", object.ResourceUnavailable, spec.name)
	}
	e := object.NewException("System.IO.FileNotFoundException", "The specified module '%s' was not loaded because no valid module file was found in any module directory.", spec.name)
	return object.NewErrorOf(e, "Modules_ModuleNotFound", object.ResourceUnavailable, spec.name)
}

// installed is a module of $env:PSModulePath that has not been loaded: what its file says it exports.
type installed struct {
	module   *module
	changed  time.Time
	commands []string // in lower case
}

// available lists the modules of $env:PSModulePath. What their files say is remembered until they change.
func (in *Interp) available() []*installed {
	var out []*installed
	for _, dir := range modulePath() {
		entries, err := os.ReadDir(dir)
		if err != nil {
			continue // a directory that is not there holds no modules
		}
		for _, e := range entries {
			base := filepath.Join(dir, e.Name())
			for _, c := range append(in.versionsIn(base, e.Name()), moduleCandidates(base)[4:]...) {
				st, err := os.Stat(c)
				if err != nil || strings.HasSuffix(c, ".psm1") && isFile(strings.TrimSuffix(c, ".psm1")+".psd1") {
					continue
				}
				if m := in.installedAt(c, st.ModTime()); m != nil {
					out = append(out, m)
				}
			}
		}
	}
	return out
}

// installedAt describes the module in a file; nil where the file is faulty.
func (in *Interp) installedAt(path string, changed time.Time) *installed {
	if known := in.modules.installed[path]; known != nil && known.changed.Equal(changed) {
		return known
	}
	i := &installed{changed: changed}
	var script string
	if strings.HasSuffix(path, ".psd1") {
		man, err := in.readManifest(path)
		if err != nil {
			return nil
		}
		i.module = in.described(man)
		if file := in.memberFile(i.module, man.root()); man.root() != "" && strings.HasSuffix(file, ".psm1") {
			script = file
		}
	} else {
		i.module = &module{name: stem(path), path: path, script: true, scope: newScope(nil, nil), in: in, version: object.Version{Build: -1, Revision: -1}}
		script = path
	}
	in.declaredBy(i, script)
	if in.modules.installed == nil {
		in.modules.installed = map[string]*installed{}
	}
	in.modules.installed[path] = i
	return i
}

// declaredBy finds the functions that a module would export, from its text alone.
func (in *Interp) declaredBy(i *installed, script string) {
	m := i.module
	functions := m.manifest.texts("FunctionsToExport")
	if m.manifest != nil && functions != nil && !slices.ContainsFunc(functions, object.HasWildcards) {
		m.declared = functions
	} else if data, err := os.ReadFile(script); err == nil {
		b, err := in.parse(script, strings.TrimPrefix(string(data), "\ufeff"))
		if err != nil {
			return
		}
		m.declared = exportsInText(b.ast, functions)
	}
	i.commands = nil
	for _, name := range append(slices.Clone(m.declared), m.manifest.texts("AliasesToExport")...) {
		i.commands = append(i.commands, strings.ToLower(name))
	}
}

// exportsInText are the functions that a script defines at its top and, as far as constant arguments of Export-ModuleMember tell,
// exports.
func exportsInText(ast *syntax.ScriptBlock, only []string) []string {
	var defined, chosen []string
	explicit := false
	if ast.End == nil {
		return nil
	}
	for _, s := range ast.End.Statements {
		switch s := s.(type) {
		case *syntax.FunctionDefinition:
			defined = append(defined, s.Name)
		case *syntax.Pipeline:
			c, ok := s.Elements[0].(*syntax.Command)
			if !ok || !strings.EqualFold(c.Name(), "Export-ModuleMember") {
				continue
			}
			explicit = true
			syntax.Inspect(c, func(n syntax.Node) bool {
				if k, ok := n.(*syntax.StringConstant); ok {
					chosen = append(chosen, k.Value)
				}
				return true
			})
		}
	}
	return slices.DeleteFunc(defined, func(name string) bool {
		return explicit && !fitsAny(chosen, name) || only != nil && !fitsAny(only, name)
	})
}

// autoload imports the module along $env:PSModulePath that has a command, and answers the command; nil where there is none.
// $PSModuleAutoLoadingPreference = 'None' forbids it.
func (in *Interp) autoload(f *frame, name, lower string) (*found, error) {
	if v := f.scope.lookup(in.symbols.of("PSModuleAutoLoadingPreference")); v != nil && strings.EqualFold(object.ToString(v.get()), "None") {
		return nil, nil
	}
	only := ""
	if i := strings.IndexByte(lower, '\\'); i > 0 {
		only, lower = lower[:i], lower[i+1:]
	}
	if strings.ContainsAny(lower, `/\.*?[`) {
		return nil, nil
	}
	for _, i := range in.available() {
		path := i.module.path
		if !slices.Contains(i.commands, lower) || in.modules.loading[path] || in.modules.find(path) != nil || only != "" && !strings.EqualFold(i.module.name, only) {
			continue
		}
		in.modules.loading[path] = true
		_, err := in.session().ImportModule(in.ctx, path, cmdlet.ImportOptions{Global: true})
		delete(in.modules.loading, path)
		if err != nil {
			e := object.NewException("System.Management.Automation.CommandNotFoundException", "The '%s' command was found in the module '%s', but the module could not be loaded due to the following error: [%s]\nFor more information, run 'Import-Module %[2]s'.", name, i.module.name, object.RecordOf(err).Error())
			return nil, object.NewErrorOf(e, "CouldNotAutoloadMatchingModule", object.ObjectNotFound, name)
		}
		if fn := f.scope.function(lower); fn != nil {
			return &fn.found, nil
		}
		if a := f.scope.alias(lower); a != nil {
			return in.find(f, a.target, strings.ToLower(a.target))
		}
		if only != "" {
			return in.findQualified(f, only, lower), nil
		}
	}
	return nil, nil
}

// AvailableModules implements [cmdlet.Language].
func (s *session) AvailableModules(all bool) []any {
	var out []any
	seen := map[string]bool{}
	for _, i := range s.in.available() {
		seen[i.module.path] = true
		out = append(out, i.module.object())
	}
	if !all {
		return out
	}
	for _, dir := range modulePath() {
		// What cannot be read holds no modules, as above.
		_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || seen[path] || !slices.Contains([]string{".psd1", ".psm1"}, strings.ToLower(filepath.Ext(path))) {
				return nil
			}
			if st, err := e.Info(); err == nil {
				if i := s.in.installedAt(path, st.ModTime()); i != nil {
					seen[path] = true
					out = append(out, i.module.object())
				}
			}
			return nil
		})
	}
	return out
}
