package core

import (
	"context"
	"slices"
	"strings"

	"github.com/google/uuid"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Module", Module: moduleCore, Aliases: []string{"gmo"}, DefaultSet: "Loaded", Synopsis: "Lists the modules of the session.",
	}, func() cmdlet.Cmdlet { return &getModule{} })
	_ = declare(cmdlet.Spec{
		Name: "Import-Module", Module: moduleCore, Aliases: []string{"ipmo"}, DefaultSet: "Name", Synopsis: "Adds modules to the current session.",
		OutputTypes: []string{"System.Management.Automation.PSModuleInfo"},
	}, func() cmdlet.Cmdlet { return &importModule{} })
	_ = declare(cmdlet.Spec{
		Name: "New-Module", Module: moduleCore, Aliases: []string{"nmo"}, DefaultSet: "ScriptBlock", Synopsis: "Creates a new dynamic module that exists only in memory.",
	}, func() cmdlet.Cmdlet { return &newModule{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-Module", Module: moduleCore, Aliases: []string{"rmo"}, DefaultSet: "name", ShouldProcess: true, Synopsis: "Removes modules from the current session.",
	}, func() cmdlet.Cmdlet { return &removeModule{} })
	_ = declare(cmdlet.Spec{
		Name: "Export-ModuleMember", Module: moduleCore, Synopsis: "Specifies the module members that are exported.",
	}, func() cmdlet.Cmdlet { return &exportModuleMember{} })
)

// builtinModules are the modules that migsh's own cmdlets say they belong to, as objects.
func builtinModules(s cmdlet.Session) []any {
	commands := map[string]*object.Hashtable{}
	var names []string
	for _, info := range s.Commands() {
		if info.Kind != cmdlet.KindCmdlet || info.Module == "" || info.Module == moduleCore {
			continue
		}
		if commands[info.Module] == nil {
			commands[info.Module] = object.NewHashtable()
			names = append(names, info.Module)
		}
		_, v := s.DescribeKind(info.Name, cmdlet.KindCmdlet)
		commands[info.Module].Set(info.Name, v)
	}
	slices.Sort(names)
	var out []any
	for _, name := range names {
		o := object.NewCustom("ModuleType", "Manifest", "Version", object.Version{Major: 7, Minor: 0, Build: 0, Revision: 0}, "Name", name, "Path", "",
			"ExportedCommands", commands[name], "ExportedCmdlets", commands[name], "ExportedFunctions", object.NewHashtable())
		o.TypeNames = []string{"System.Management.Automation.PSModuleInfo", "System.Object"}
		out = append(out, o)
	}
	return out
}

// moduleSpec names a module, with the versions that will do.
type moduleSpec struct{ name, guid, least, most, precisely string }

// moduleSpecs reads names, and tables as -FullyQualifiedName takes them.
func moduleSpecs(names []string, qualified []any) []moduleSpec {
	var out []moduleSpec
	for _, name := range names {
		out = append(out, moduleSpec{name: name})
	}
	for _, q := range qualified {
		spec := moduleSpec{
			name: fieldText(q, "ModuleName"), guid: fieldText(q, "GUID"), least: fieldText(q, "ModuleVersion"),
			most: fieldText(q, "MaximumVersion"), precisely: fieldText(q, "RequiredVersion"),
		}
		if spec.name == "" {
			spec.name = object.ToString(q)
		}
		out = append(out, spec)
	}
	return out
}

// fits tells whether a module is one that is meant.
func (q moduleSpec) fits(m any) bool {
	path := fieldText(m, "Path")
	if !fitsWildcard(q.name, fieldText(m, "Name")) && (path == "" || q.name != path) {
		return false
	}
	have, err := object.ParseVersion(fieldText(m, "Version"))
	if err != nil {
		return q.least == "" && q.most == "" && q.precisely == ""
	}
	within := func(text string, fits func(n int) bool) bool {
		if text == "" {
			return true
		}
		v, err := object.ParseVersion(strings.ReplaceAll(text, "*", "999999999"))
		if err != nil {
			return false
		}
		n, err := object.Compare(have, v, true)
		return err == nil && fits(n)
	}
	return within(q.least, func(n int) bool { return n >= 0 }) && within(q.most, func(n int) bool { return n <= 0 }) &&
		within(q.precisely, func(n int) bool { return n == 0 }) && (q.guid == "" || strings.EqualFold(q.guid, fieldText(m, "Guid")))
}

func textOf(v any) string {
	if v == nil {
		return ""
	}
	return object.ToString(v)
}

func fieldText(v any, name string) string {
	m, _, err := object.GetMember(v, name)
	if err != nil {
		return ""
	}
	return object.ToString(m)
}

type getModule struct {
	Name               []string `param:"set=Loaded,Available,PsSession,CimSession pos=0 pipeline" help:"Names of modules; wildcards are allowed."`
	FullyQualifiedName []any    `param:"set=Loaded,Available,PsSession,CimSession pipelinebyname" typename:"Microsoft.PowerShell.Commands.ModuleSpecification[]" help:"Modules by specification."`
	All                bool     `param:"set=Loaded,Available" help:"All modules, also those that modules have loaded; with -ListAvailable every file of a module."`
	ListAvailable      bool     `param:"set=Available mandatory; set=PsSession,CimSession" help:"Modules that can be imported: those in the directories of $env:PSModulePath and those that are always there."`
	PSEdition          string   `param:"set=Available,PsSession" help:"Only modules for this edition; those here are for all."`
	SkipEditionCheck   bool     `param:"set=Available,PsSession,CimSession" help:"No check of editions, which is the rule here."`
	Refresh            bool     `param:"set=Available,PsSession,CimSession" help:"Reads anew, which is the rule here."`
	PSSession          any      `param:"set=PsSession mandatory" typename:"System.Management.Automation.Runspaces.PSSession" help:"Not supported: there are no remote sessions."`
	CimSession         any      `param:"set=CimSession mandatory" typename:"Microsoft.Management.Infrastructure.CimSession" help:"Not supported: there are no remote sessions."`
	CimResourceUri     any      `param:"set=CimSession" typename:"System.Uri" help:"Not supported: there are no remote sessions."`
	CimNamespace       string   `param:"set=CimSession" help:"Not supported: there are no remote sessions."`
}

func (c *getModule) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.PSSession != nil || c.CimSession != nil {
		return noRemoteSessions("Get-Module")
	}
	s := out.Session()
	specs := moduleSpecs(c.Name, c.FullyQualifiedName)
	modules := append(s.Modules(c.All), builtinModules(s)...)
	if c.ListAvailable {
		modules = append(s.AvailableModules(c.All), builtinModules(s)...)
	}
	for _, m := range modules {
		if len(specs) > 0 && !slices.ContainsFunc(specs, func(q moduleSpec) bool { return q.fits(m) }) {
			continue
		}
		if err := out.Write(m); err != nil {
			return err
		}
	}
	return nil
}

func noRemoteSessions(command string) error {
	return object.NewError("NotSupported", object.NotImplemented, nil, "%s cannot work with remote sessions: migsh has none. Leave the parameter out.", command)
}

type importModule struct {
	Global               bool     `param:"" help:"Imports into the global session also from within a module."`
	Prefix               string   `param:"" help:"A prefix for the nouns of the imported commands."`
	Name                 []string `param:"set=Name,PSSession,CimSession,WinCompat mandatory pos=0 pipeline" complete:"file" help:"Names or paths of modules."`
	FullyQualifiedName   []any    `param:"set=FullyQualifiedName,FullyQualifiedNameAndPSSession,FullyQualifiedNameAndWinCompat mandatory pos=0 pipeline" typename:"Microsoft.PowerShell.Commands.ModuleSpecification[]" help:"Modules by specification."`
	Assembly             []any    `param:"set=Assembly mandatory pos=0 pipeline" typename:"System.Reflection.Assembly[]" help:"Not supported: modules are scripts here."`
	Function             []string `param:"" help:"Only these functions; wildcards are allowed."`
	Cmdlet               []string `param:"" help:"Only these cmdlets; modules here have functions."`
	Variable             []string `param:"" help:"Only these variables; wildcards are allowed."`
	Alias                []string `param:"" help:"Only these aliases; wildcards are allowed."`
	Force                bool     `param:"" help:"Loads a module anew that is loaded already."`
	SkipEditionCheck     bool     `param:"set=Name,PSSession,CimSession,FullyQualifiedName,FullyQualifiedNameAndPSSession,ModuleInfo,Assembly" help:"No check of editions, which is the rule here."`
	PassThru             bool     `param:"" help:"Gives the modules."`
	AsCustomObject       bool     `param:"" help:"Gives an object whose methods are the module's functions."`
	MinimumVersion       any      `param:"set=Name,PSSession,CimSession,WinCompat" alias:"Version" typename:"System.Version" help:"The least version that will do."`
	MaximumVersion       string   `param:"set=Name,PSSession,CimSession,WinCompat" help:"The greatest version that will do; * stands for any number."`
	RequiredVersion      any      `param:"set=Name,PSSession,CimSession,WinCompat" typename:"System.Version" help:"The version."`
	ModuleInfo           []any    `param:"set=ModuleInfo mandatory pos=0 pipeline" typename:"System.Management.Automation.PSModuleInfo[]" help:"Modules as Get-Module gives them."`
	ArgumentList         []any    `param:"" alias:"Args" help:"Arguments for the module's script."`
	DisableNameChecking  bool     `param:"" help:"No warning about unusual verbs, which is the rule here."`
	NoClobber            bool     `param:"" alias:"NoOverwrite" help:"Leaves commands alone that exist."`
	Scope                string   `param:"" validate:"set=Local,Global" help:"Global or Local."`
	PSSession            any      `param:"set=PSSession,FullyQualifiedNameAndPSSession mandatory" typename:"System.Management.Automation.Runspaces.PSSession" help:"Not supported: there are no remote sessions."`
	CimSession           any      `param:"set=CimSession mandatory" typename:"Microsoft.Management.Infrastructure.CimSession" help:"Not supported: there are no remote sessions."`
	CimResourceUri       any      `param:"set=CimSession" typename:"System.Uri" help:"Not supported: there are no remote sessions."`
	CimNamespace         string   `param:"set=CimSession" help:"Not supported: there are no remote sessions."`
	UseWindowsPowerShell bool     `param:"set=WinCompat,FullyQualifiedNameAndWinCompat mandatory" alias:"UseWinPS" help:"Not supported: there is no Windows PowerShell here."`
}

func (c *importModule) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	if err := withoutEffect(out, "modules here have functions. Choose these with -Function.", "Cmdlet"); err != nil {
		return err
	}
	switch {
	case c.PSSession != nil || c.CimSession != nil || c.UseWindowsPowerShell:
		return noRemoteSessions("Import-Module")
	case c.Assembly != nil:
		return object.NewError("NotSupported", object.NotImplemented, nil, "Import-Module cannot load assemblies. Import a script module (.psm1).")
	}
	var specs []moduleSpec
	for _, name := range c.Name {
		specs = append(specs, moduleSpec{name: name, least: textOf(c.MinimumVersion), most: c.MaximumVersion, precisely: textOf(c.RequiredVersion)})
	}
	specs = append(specs, moduleSpecs(nil, c.FullyQualifiedName)...)
	for _, m := range c.ModuleInfo {
		name := fieldText(m, "Path")
		if name == "" {
			name = fieldText(m, "Name")
		}
		specs = append(specs, moduleSpec{name: name})
	}
	s := out.Session()
	for _, q := range specs {
		m, err := c.load(ctx, s, q)
		if err != nil {
			r := object.RecordOf(err)
			if r.ID != "Modules_ModuleNotFound" && r.ID != "Modules_ModuleWithVersionNotFound" {
				return err
			}
			if err := out.Error(r); err != nil {
				return err
			}
			continue
		}
		switch {
		case c.AsCustomObject:
			err = out.Write(moduleMethods(m))
		case c.PassThru:
			err = out.Write(m)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *importModule) load(ctx context.Context, s cmdlet.Session, q moduleSpec) (any, error) {
	name := q.name
	for _, m := range builtinModules(s) {
		if strings.EqualFold(fieldText(m, "Name"), name) {
			return m, nil // its cmdlets are there already
		}
	}
	o := cmdlet.ImportOptions{
		Force: c.Force, Global: c.Global || strings.EqualFold(c.Scope, "Global"), Local: strings.EqualFold(c.Scope, "Local"), Prefix: c.Prefix,
		MinimumVersion: q.least, MaximumVersion: q.most, RequiredVersion: q.precisely, GUID: q.guid,
		Functions: c.Function, Variables: c.Variable, Aliases: c.Alias, Arguments: c.ArgumentList,
	}
	if c.AsCustomObject || c.NoClobber && o.Functions == nil {
		o.Functions = []string{}
	}
	m, err := s.ImportModule(ctx, name, o)
	if err != nil || !c.NoClobber || c.AsCustomObject || c.Function != nil {
		return m, err
	}
	o.Functions = []string{}
	for _, fn := range exportedFunctions(m) {
		if _, taken := s.Command(fn); !taken {
			o.Functions = append(o.Functions, fn)
		}
	}
	o.Force = false
	return s.ImportModule(ctx, name, o)
}

func exportedFunctions(m any) []string {
	v, _, err := object.GetMember(m, "ExportedFunctions")
	if err != nil {
		return nil
	}
	table, ok := v.(*object.Hashtable)
	if !ok {
		return nil
	}
	var out []string
	for k := range table.All() {
		out = append(out, object.ToString(k))
	}
	return out
}

// moduleMethods is the object of -AsCustomObject: the module's functions as methods.
func moduleMethods(m any) any {
	o := object.NewCustom()
	v, _, err := object.GetMember(m, "ExportedFunctions")
	if err != nil {
		return o
	}
	table, ok := v.(*object.Hashtable)
	if !ok {
		return o
	}
	for k, fn := range table.All() {
		block, _, err := object.GetMember(fn, "ScriptBlock")
		if sb, ok := block.(object.ScriptBlock); ok && err == nil {
			o.Set(object.ToString(k), &object.Dynamic{Kind: object.KindScriptMethod, Getter: sb})
		}
	}
	return o
}

type newModule struct {
	Name           string             `param:"set=Name mandatory pos=0 pipeline" help:"The module's name."`
	ScriptBlock    object.ScriptBlock `param:"set=Name mandatory pos=1; set=ScriptBlock mandatory pos=0" help:"The module's code."`
	Function       []string           `param:"" help:"Only these functions; wildcards are allowed."`
	Cmdlet         []string           `param:"" help:"Only these cmdlets; modules here have functions."`
	ReturnResult   bool               `param:"" help:"Gives what the code puts out instead of the module."`
	AsCustomObject bool               `param:"" help:"Gives an object whose methods are the module's functions."`
	ArgumentList   []any              `param:"remaining" alias:"Args" help:"Arguments for the code."`
}

func (c *newModule) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	name := c.Name
	if name == "" {
		name = "__DynamicModule_" + uuid.NewString()
	}
	write := func(any) error { return nil }
	if c.ReturnResult {
		write = out.Write
	}
	m, err := out.Session().NewModule(ctx, name, c.ScriptBlock, cmdlet.ImportOptions{Functions: c.Function, Arguments: c.ArgumentList}, !c.AsCustomObject, write)
	switch {
	case err != nil:
		return err
	case c.AsCustomObject:
		return out.Write(moduleMethods(m))
	case c.ReturnResult:
		return nil
	}
	return out.Write(m)
}

type removeModule struct {
	Name               []string `param:"set=name mandatory pos=0 pipeline" help:"Names of modules; wildcards are allowed."`
	FullyQualifiedName []any    `param:"set=FullyQualifiedName mandatory pos=0 pipeline" typename:"Microsoft.PowerShell.Commands.ModuleSpecification[]" help:"Modules by specification."`
	ModuleInfo         []any    `param:"set=ModuleInfo mandatory pos=0 pipeline" typename:"System.Management.Automation.PSModuleInfo[]" help:"Modules as Get-Module gives them."`
	Force              bool     `param:"" help:"Also read-only modules; script modules never are."`
}

func (c *removeModule) Process(_ context.Context, _ any, out cmdlet.Out) error {
	s := out.Session()
	specs := moduleSpecs(c.Name, c.FullyQualifiedName)
	for _, m := range c.ModuleInfo {
		specs = append(specs, moduleSpec{name: fieldText(m, "Name")})
	}
	for _, q := range specs {
		found := false
		for _, m := range s.Modules(true) {
			if !q.fits(m) {
				continue
			}
			found = true
			path := fieldText(m, "Path")
			ok, err := out.ShouldProcess(fieldText(m, "Name")+" (Path: '"+path+"')", "Remove-Module")
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if _, err := s.RemoveModule(path); err != nil {
				return err
			}
		}
		if !found && !object.HasWildcards(q.name) {
			e := object.NewException("System.InvalidOperationException", "No modules were removed. Verify that the specification of modules to remove is correct and those modules exist in the runspace.")
			if err := out.Error(object.NewErrorOf(e, "Modules_NoModulesRemoved", object.ResourceUnavailable, nil)); err != nil {
				return err
			}
		}
	}
	return nil
}

type exportModuleMember struct {
	Function []string `param:"pos=0 pipeline pipelinebyname allowempty" help:"Functions to export; wildcards are allowed."`
	Cmdlet   []string `param:"pipelinebyname allowempty" help:"Cmdlets to export; modules here have functions."`
	Variable []string `param:"pipelinebyname" help:"Variables to export; wildcards are allowed."`
	Alias    []string `param:"pipelinebyname" help:"Aliases to export; wildcards are allowed."`
}

func (c *exportModuleMember) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return out.Session().ExportMembers(c.Function, c.Variable, c.Alias)
}
