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

func fieldText(v any, name string) string {
	m, _, err := object.GetMember(v, name)
	if err != nil {
		return ""
	}
	return object.ToString(m)
}

type getModule struct {
	Name               []string `param:"set=Loaded,Available,PsSession,CimSession pos=0 pipeline" help:"Names of modules; wildcards are allowed."`
	FullyQualifiedName []any    `param:"set=Loaded,Available,PsSession pipelinebyname" typename:"Microsoft.PowerShell.Commands.ModuleSpecification[]" help:"Modules by specification."`
	All                bool     `param:"set=Loaded,Available" help:"All modules, also those that modules have loaded."`
	ListAvailable      bool     `param:"set=Available mandatory; set=PsSession,CimSession" help:"Modules that can be imported; here those that are loaded."`
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
	names := c.Name
	for _, q := range c.FullyQualifiedName {
		if name := fieldText(q, "ModuleName"); name != "" {
			names = append(names, name)
		} else {
			names = append(names, object.ToString(q))
		}
	}
	for _, m := range append(s.Modules(), builtinModules(s)...) {
		name := fieldText(m, "Name")
		if len(names) > 0 && !slices.ContainsFunc(names, func(p string) bool { return fitsWildcard(p, name) }) {
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
	MinimumVersion       any      `param:"set=Name,PSSession,CimSession,WinCompat" alias:"Version" typename:"System.Version" help:"The least version; script modules have none and always fit."`
	MaximumVersion       string   `param:"set=Name,PSSession,CimSession,WinCompat" help:"The greatest version; script modules have none and always fit."`
	RequiredVersion      any      `param:"set=Name,PSSession,CimSession,WinCompat" typename:"System.Version" help:"The version; script modules have none and always fit."`
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
	if err := withoutEffect(out, "script modules have no versions here. Import the file of the version that you want by its path.", "MinimumVersion", "MaximumVersion", "RequiredVersion"); err != nil {
		return err
	}
	if err := withoutEffect(out, "modules here have functions. Choose these with -Function.", "Cmdlet"); err != nil {
		return err
	}
	switch {
	case c.PSSession != nil || c.CimSession != nil || c.UseWindowsPowerShell:
		return noRemoteSessions("Import-Module")
	case c.Assembly != nil:
		return object.NewError("NotSupported", object.NotImplemented, nil, "Import-Module cannot load assemblies. Import a script module (.psm1).")
	}
	names := slices.Clone(c.Name)
	for _, q := range append(c.FullyQualifiedName, c.ModuleInfo...) {
		name := fieldText(q, "ModuleName")
		if name == "" {
			name = fieldText(q, "Path")
		}
		if name == "" {
			name = fieldText(q, "Name")
		}
		names = append(names, name)
	}
	s := out.Session()
	for _, name := range names {
		m, err := c.load(ctx, s, name)
		if err != nil {
			r := object.RecordOf(err)
			if r.ID != "Modules_ModuleNotFound" {
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

func (c *importModule) load(ctx context.Context, s cmdlet.Session, name string) (any, error) {
	for _, m := range builtinModules(s) {
		if strings.EqualFold(fieldText(m, "Name"), name) {
			return m, nil // its cmdlets are there already
		}
	}
	o := cmdlet.ImportOptions{
		Force: c.Force, Global: c.Global || strings.EqualFold(c.Scope, "Global"), Prefix: c.Prefix,
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
	patterns := slices.Clone(c.Name)
	for _, q := range append(c.FullyQualifiedName, c.ModuleInfo...) {
		name := fieldText(q, "ModuleName")
		if name == "" {
			name = fieldText(q, "Name")
		}
		patterns = append(patterns, name)
	}
	for _, p := range patterns {
		found := false
		for _, m := range s.Modules() {
			name := fieldText(m, "Name")
			if !fitsWildcard(p, name) {
				continue
			}
			found = true
			ok, err := out.ShouldProcess(name+" (Path: '"+fieldText(m, "Path")+"')", "Remove-Module")
			if err != nil {
				return err
			}
			if ok {
				s.RemoveModule(name)
			}
		}
		if !found && !object.HasWildcards(p) {
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
