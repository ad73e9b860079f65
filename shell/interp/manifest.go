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

// manifestKeys are what a module manifest may say.
var manifestKeys = []string{
	"ModuleToProcess", "NestedModules", "GUID", "Author", "CompanyName", "Copyright", "ModuleVersion", "ModuleList", "Description", "PowerShellVersion",
	"PowerShellHostName", "PowerShellHostVersion", "CLRVersion", "DotNetFrameworkVersion", "ProcessorArchitecture", "RequiredModules", "TypesToProcess",
	"FormatsToProcess", "ScriptsToProcess", "PrivateData", "RequiredAssemblies", "FileList", "FunctionsToExport", "VariablesToExport", "AliasesToExport",
	"CmdletsToExport", "DscResourcesToExport", "CompatiblePSEditions", "HelpInfoURI", "RootModule", "DefaultCommandPrefix",
}

// manifest is a module manifest, a .psd1 file.
type manifest struct {
	path  string
	table *object.Hashtable
}

// DataFile implements [cmdlet.Language].
func (s *session) DataFile(path string) (*object.Hashtable, error) { return s.in.dataFile(path) }

// dataFile reads a file in the restricted language of data, in which a file can do nothing but say what it says.
func (in *Interp) dataFile(path string) (*object.Hashtable, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, object.RecordOf(object.NewException("System.IO.FileNotFoundException", "Could not find file '%s'.", path))
	}
	ast, errs := syntax.Parse(path, "data {"+strings.TrimPrefix(string(data), "\ufeff")+"\n}")
	if len(errs) > 0 {
		return nil, parseError(errs)
	}
	b := in.newBlock(ast, nil)
	g := &frame{in: in, scope: newScope(in.global, nil), code: b.codeFor(nil), streams: in.current.streams, caller: in.current, call: &call{block: b}}
	g.scope.script = g.scope
	out := &collector{}
	g.out = out
	if g.code.failed != nil {
		return nil, g.code.failed
	}
	saved := in.current
	in.current = g
	g.push()
	err = g.code.end.exec(g)
	g.pop()
	in.current = saved
	if err != nil {
		return nil, err
	}
	if table, ok := plain(out.value()).(*object.Hashtable); ok {
		return table, nil
	}
	return nil, object.NewError("CouldNotParseAsPowerShellDataFileNoHashtableRoot", object.InvalidData, path, "The PowerShell data file '%s' is invalid since it does not contain a hashtable.", path)
}

// readManifest reads a manifest and checks what it says of itself.
func (in *Interp) readManifest(path string) (*manifest, error) {
	table, err := in.dataFile(path)
	if err != nil {
		return nil, err
	}
	m := &manifest{path, table}
	var wrong []string
	for key := range table.All() {
		if name := object.ToString(key); !slices.ContainsFunc(manifestKeys, func(k string) bool { return strings.EqualFold(k, name) }) {
			wrong = append(wrong, name)
		}
	}
	if len(wrong) > 0 {
		names := strings.Join(wrong, ", ")
		return nil, m.fault("Modules_InvalidManifestMember", "The module manifest '%s' contains one or more members that are not valid ('%s'). Remove the members that are not valid ('%[2]s'), and then try to import the module again.", path, names)
	}
	if _, err := object.ParseVersion(m.text("ModuleVersion")); err != nil {
		return nil, m.fault("Modules_InvalidManifest", "The 'ModuleVersion' member in the module manifest file '%s' is missing or is no version. Give it one, such as '1.0.0', and then try to import the module again.", path)
	}
	if text := m.text("PowerShellVersion"); text != "" {
		want, err := object.ParseVersion(text)
		if err != nil || want.Major > 7 || want.Major == 7 && want.Minor > 6 {
			return nil, m.fault("Modules_InsufficientPowerShellVersion", "The version of the loaded PowerShell is '7.6.0'. The module '%s' requires a minimum PowerShell version of '%s' to run. Upgrade or use a version of the module that runs with this one.", path, text)
		}
	}
	return m, nil
}

func (m *manifest) fault(id, format string, args ...any) error {
	e := object.NewException("System.InvalidOperationException", format, args...)
	return object.NewErrorOf(e, id, object.ResourceUnavailable, m.path)
}

// text is a member that is one text; empty where it is missing.
func (m *manifest) text(key string) string {
	if m == nil {
		return ""
	}
	v, _ := m.table.Get(key)
	if v == nil {
		return ""
	}
	return object.ToString(v)
}

// texts are a member's texts; nil where it is missing, which is another thing than none.
func (m *manifest) texts(key string) []string {
	out := []string{}
	for _, v := range m.values(key) {
		out = append(out, object.ToString(v))
	}
	if m == nil || !m.table.Has(key) {
		return nil
	}
	return out
}

func (m *manifest) values(key string) []any {
	if m == nil {
		return nil
	}
	v, ok := m.table.Get(key)
	if !ok || v == nil {
		return nil
	}
	return listItemsOf(v)
}

// root is the file or module that the manifest is about; empty where it only gathers others.
func (m *manifest) root() string {
	if r := m.text("RootModule"); r != "" {
		return r
	}
	return m.text("ModuleToProcess")
}

// moduleSpec names a module and the versions that will do.
type moduleSpec struct {
	name                   string
	guid                   string
	least, most, precisely string
}

// specOf reads a name or a table as #requires, NestedModules and RequiredModules have it.
func specOf(v any) moduleSpec {
	h, ok := object.Base(v).(*object.Hashtable)
	if !ok {
		return moduleSpec{name: object.ToString(v)}
	}
	get := func(key string) string {
		if x := h.Value(key); x != nil {
			return object.ToString(x)
		}
		return ""
	}
	return moduleSpec{name: get("ModuleName"), guid: get("GUID"), least: get("ModuleVersion"), most: get("MaximumVersion"), precisely: get("RequiredVersion")}
}

// admits tells whether a version will do.
func (s moduleSpec) admits(v object.Version) bool {
	compare := func(text string) int {
		w, err := object.ParseVersion(strings.ReplaceAll(text, "*", "999999999"))
		if err != nil {
			return -2
		}
		n, err := object.Compare(v, w, true)
		if err != nil {
			return -2
		}
		return n
	}
	return (s.least == "" || compare(s.least) >= 0) && (s.most == "" || compare(s.most) <= 0 && compare(s.most) != -2) && (s.precisely == "" || compare(s.precisely) == 0)
}

// versioned tells whether the specification asks for certain versions.
func (s moduleSpec) versioned() bool { return s.least != "" || s.most != "" || s.precisely != "" }

func optionsSpec(name string, o cmdlet.ImportOptions) moduleSpec {
	return moduleSpec{name: name, guid: o.GUID, least: o.MinimumVersion, most: o.MaximumVersion, precisely: o.RequiredVersion}
}

// loadManifest loads the module that a manifest describes. The order is PowerShell's: what it requires, scripts, types and formats,
// nested modules, the root module.
func (in *Interp) loadManifest(f *frame, path string, args []any) (*module, error) {
	man, err := in.readManifest(path)
	if err != nil {
		return nil, err
	}
	m := &module{name: stem(path), path: path, manifest: man}
	m.version, _ = object.ParseVersion(man.text("ModuleVersion")) // checked above
	if err := in.require(f, m); err != nil {
		return nil, err
	}
	if err := in.prepareSession(f, man); err != nil {
		return nil, err
	}
	var root *function
	if name := man.root(); name != "" {
		file := in.memberFile(m, name)
		switch strings.ToLower(filepath.Ext(file)) {
		case ".psm1", ".ps1":
		case "":
			return nil, man.fault("Modules_ModuleNotFound", "The module to process '%s', listed in field 'ModuleToProcess/RootModule' of module manifest '%s' was not processed because no valid module was found in any module directory.", name, path)
		default:
			return nil, man.fault("NotSupported", "The module manifest '%s' names '%s' as its root module, which is compiled code. Script modules (.psm1) can be imported.", path, name)
		}
		if root, err = in.loadScript(file); err != nil {
			return nil, err
		}
		m.path, m.script = file, true
	}
	in.openModule(m, root)
	if err := in.nest(f, m); err != nil {
		return nil, err
	}
	if root != nil {
		if err := in.runModule(f, m, root, args, discard{}); err != nil {
			return nil, err
		}
	}
	return m, nil
}

// require loads what a manifest's module needs into the session.
func (in *Interp) require(f *frame, m *module) error {
	for _, v := range m.manifest.values("RequiredModules") {
		spec := specOf(v)
		needed, err := in.importSpec(f, spec)
		if err != nil || needed == nil && !in.isBuiltin(spec.name) {
			return m.manifest.fault("Modules_InvalidManifest", "The required module '%s' is not loaded. Load the module or remove the module from 'RequiredModules' in the file '%s'.", spec.name, m.manifest.path)
		}
		if needed != nil {
			m.required = append(m.required, needed)
		}
	}
	return nil
}

// importSpec loads a module into the session, with what it exports, unless it is there.
func (in *Interp) importSpec(f *frame, spec moduleSpec) (*module, error) {
	if m := in.modules.find(spec.name); m != nil && spec.admits(m.version) {
		return m, nil
	}
	if in.isBuiltin(spec.name) {
		return nil, nil
	}
	file := in.moduleFile(spec)
	if file == "" {
		return nil, errModuleNotFound(spec)
	}
	m, err := in.loadModule(f, file, nil)
	if err != nil {
		return nil, err
	}
	in.modules.list = append(in.modules.list, m)
	in.bring(m, in.global, cmdlet.ImportOptions{})
	return m, nil
}

// isBuiltin tells whether a module is one of those whose cmdlets are always there.
func (in *Interp) isBuiltin(name string) bool {
	return strings.HasPrefix(strings.ToLower(name), "microsoft.powershell.") ||
		slices.ContainsFunc(in.infos, func(i *cmdlet.Info) bool { return i.Module != "" && strings.EqualFold(i.Module, name) })
}

// prepareSession runs a manifest's scripts in the session and reads its files of types and formats.
func (in *Interp) prepareSession(f *frame, man *manifest) error {
	base := filepath.Dir(man.path)
	for _, name := range man.texts("ScriptsToProcess") {
		fn, err := in.loadScript(filepath.Join(base, slashed(name)))
		if err != nil {
			return err
		}
		if err := in.newScriptBlock(fn.block, nil).invoke(discard{}, invocation{dotted: true}); err != nil {
			return err
		}
	}
	for key, command := range map[string]string{"TypesToProcess": "Update-TypeData", "FormatsToProcess": "Update-FormatData"} {
		for _, name := range man.texts(key) {
			file := strings.ReplaceAll(filepath.Join(base, slashed(name)), "'", "''")
			if err := in.session().Evaluate(in.ctx, command+" -AppendPath '"+file+"' -ErrorAction Stop", func(any) error { return nil }); err != nil {
				return err
			}
		}
	}
	return nil
}

// nest loads a manifest's nested modules, whose exports the module sees as its own.
func (in *Interp) nest(f *frame, m *module) error {
	for _, v := range m.manifest.values("NestedModules") {
		spec := specOf(v)
		file := in.memberFile(m, spec.name)
		if file == "" {
			if in.isBuiltin(spec.name) {
				continue
			}
			return m.manifest.fault("Modules_ModuleNotFound", "The module to process '%s', listed in field 'NestedModules' of module manifest '%s' was not processed because no valid module was found in any module directory.", spec.name, m.manifest.path)
		}
		if strings.EqualFold(filepath.Ext(file), ".ps1") {
			fn, err := in.loadScript(file)
			if err != nil {
				return err
			}
			if err := in.inModule(f, m, func() error {
				return in.newScriptBlock(fn.block, m).invoke(discard{}, invocation{dotted: true})
			}); err != nil {
				return err
			}
			continue
		}
		sub, err := in.loadModule(f, file, nil)
		if err != nil {
			return err
		}
		m.nested = append(m.nested, sub)
		in.bring(sub, m.scope, cmdlet.ImportOptions{})
	}
	return nil
}

// memberFile finds a file that a manifest names: beside the manifest, else as a module of its own.
func (in *Interp) memberFile(m *module, name string) string {
	base := filepath.Join(filepath.Dir(m.manifest.path), slashed(name))
	for _, c := range moduleCandidates(base) {
		if isFile(c) && c != m.manifest.path {
			return c
		}
	}
	return in.moduleFile(moduleSpec{name: name})
}

// TestManifest implements [cmdlet.Language].
func (s *session) TestManifest(_ context.Context, path string) (any, error) {
	man, err := s.in.readManifest(s.in.resolvePath(path))
	if err != nil {
		return nil, err
	}
	m := s.in.described(man)
	for _, key := range []string{"NestedModules", "ScriptsToProcess", "TypesToProcess", "FormatsToProcess", "FileList"} {
		for _, v := range man.values(key) {
			name := specOf(v).name
			if s.in.memberFile(m, name) == "" && !isFile(filepath.Join(filepath.Dir(man.path), slashed(name))) {
				return nil, man.fault("Modules_InvalidManifestFile", "The specified %s entry '%s' in the module manifest '%s' is invalid. Try again after updating this entry with valid values.", key, name, man.path)
			}
		}
	}
	if root := man.root(); root != "" && s.in.memberFile(m, root) == "" {
		return nil, man.fault("Modules_InvalidRootModuleInModuleManifest", "The specified RootModule entry '%s' in the module manifest '%s' is invalid. Try again after updating this entry with valid values.", root, man.path)
	}
	return m.object(), nil
}

// described is a module as its manifest describes it, without loading it.
func (in *Interp) described(man *manifest) *module {
	m := &module{name: stem(man.path), path: man.path, manifest: man, scope: newScope(nil, nil), in: in}
	m.script = strings.EqualFold(filepath.Ext(man.root()), ".psm1")
	m.version, _ = object.ParseVersion(man.text("ModuleVersion")) // checked when it was read
	return m
}

func stem(path string) string {
	name := filepath.Base(path)
	return strings.TrimSuffix(name, filepath.Ext(name))
}

func slashed(path string) string { return strings.ReplaceAll(path, `\`, "/") }

func isFile(path string) bool {
	st, err := os.Stat(path)
	return err == nil && !st.IsDir()
}
