package core

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// itemDrive is a drive that is no file system: a flat list of named items.
type itemDrive interface {
	name() string
	provider() string
	names() []string // sorted
	get(name string) (item any, ok bool)
	// content is what Get-Content gives of an item.
	content(name string) any
	set(name string, v any) error
	remove(name string, force bool) error
}

func driveNamed(s cmdlet.Session, name string) itemDrive {
	switch strings.ToLower(name) {
	case "env", "environment":
		return envDrive{}
	case "variable":
		return variableDrive{s}
	case "function":
		return functionDrive{s}
	case "alias":
		return aliasDrive{s}
	case "hklm":
		return registryDrive{}
	}
	return nil
}

// envDrive is Env:, the environment of the process.
type envDrive struct{}

func (envDrive) name() string     { return "Env" }
func (envDrive) provider() string { return "Environment" }

func (envDrive) names() []string {
	var out []string
	for _, kv := range os.Environ() {
		if name, _, ok := strings.Cut(kv, "="); ok && name != "" {
			out = append(out, name)
		}
	}
	slices.SortFunc(out, func(a, b string) int { return object.CompareStrings(a, b, true) })
	return out
}

func (envDrive) get(name string) (any, bool) {
	v, ok := os.LookupEnv(name)
	if !ok {
		return nil, false
	}
	o := object.NewCustom("Name", name, "Value", v, "Key", name, "PSPath", `Microsoft.PowerShell.Core\Environment::`+name, "PSIsContainer", false)
	o.TypeNames = []string{"System.Collections.DictionaryEntry", "System.ValueType", "System.Object"}
	return o, true
}

func (envDrive) content(name string) any { return os.Getenv(name) }

func (envDrive) set(name string, v any) error {
	text := object.ToString(v)
	if text == "" {
		return os.Unsetenv(name)
	}
	return os.Setenv(name, text)
}

func (envDrive) remove(name string, _ bool) error { return os.Unsetenv(name) }

// variableDrive is Variable:.
type variableDrive struct{ s cmdlet.Session }

func (variableDrive) name() string     { return "Variable" }
func (variableDrive) provider() string { return "Variable" }

func (d variableDrive) names() []string {
	vars, err := d.s.Variables("")
	if err != nil {
		return nil
	}
	out := make([]string, len(vars))
	for i, v := range vars {
		out[i] = v.Name
	}
	return out
}

func (d variableDrive) get(name string) (any, bool) {
	v, ok := findVariable(d.s, name, "")
	if !ok {
		return nil, false
	}
	return variableObject(d.s, v, ""), true
}

func (d variableDrive) content(name string) any {
	v, _ := d.s.Variable(name, "")
	return v
}

func (d variableDrive) set(name string, v any) error { return d.s.SetVariable(name, "", v) }

func (d variableDrive) remove(name string, force bool) error {
	return d.s.RemoveVariable(name, "", force)
}

// functionDrive is Function:.
type functionDrive struct{ s cmdlet.Session }

func (functionDrive) name() string     { return "Function" }
func (functionDrive) provider() string { return "Function" }

func (d functionDrive) names() []string {
	var out []string
	for _, f := range d.s.Functions() {
		out = append(out, f.Name)
	}
	return out
}

func (d functionDrive) find(name string) (cmdlet.Function, bool) {
	for _, f := range d.s.Functions() {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return cmdlet.Function{}, false
}

func (d functionDrive) get(name string) (any, bool) {
	f, ok := d.find(name)
	if !ok {
		return nil, false
	}
	return d.s.Describe(f.Name), true
}

func (d functionDrive) content(name string) any {
	f, _ := d.find(name)
	return f.Block
}

func (d functionDrive) set(name string, v any) error {
	block, ok := object.Base(v).(object.ScriptBlock)
	if !ok {
		var err error
		if block, err = d.s.NewBlock(object.ToString(v)); err != nil {
			return err
		}
	}
	return d.s.SetFunction(name, "", block)
}

func (d functionDrive) remove(name string, _ bool) error { return d.s.RemoveFunction(name) }

// aliasDrive is Alias:.
type aliasDrive struct{ s cmdlet.Session }

func (aliasDrive) name() string     { return "Alias" }
func (aliasDrive) provider() string { return "Alias" }

func (d aliasDrive) names() []string {
	var out []string
	for _, a := range d.s.Aliases() {
		out = append(out, a.Name)
	}
	return out
}

func (d aliasDrive) find(name string) (cmdlet.Alias, bool) {
	for _, a := range d.s.Aliases() {
		if strings.EqualFold(a.Name, name) {
			return a, true
		}
	}
	return cmdlet.Alias{}, false
}

func (d aliasDrive) get(name string) (any, bool) {
	a, ok := d.find(name)
	if !ok {
		return nil, false
	}
	return d.s.Describe(a.Name), true
}

func (d aliasDrive) content(name string) any {
	a, _ := d.find(name)
	return a.Definition
}

func (d aliasDrive) set(name string, v any) error {
	return d.s.SetAlias(cmdlet.Alias{Name: name, Definition: object.ToString(v)}, "", false)
}

func (d aliasDrive) remove(name string, force bool) error { return d.s.RemoveAlias(name, force) }

// fileDrives are the drives that New-PSDrive made, by name as written.
type fileDrives struct {
	names []string
	roots map[string]string // by lower-case name
}

type fileDrivesKey struct{}

func drivesOf(s cmdlet.Session) *fileDrives {
	return s.Keep(fileDrivesKey{}, func() any { return &fileDrives{roots: map[string]string{}} }).(*fileDrives)
}

func (d *fileDrives) root(name string) (string, bool) {
	root, ok := d.roots[strings.ToLower(name)]
	return root, ok
}

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-PSDrive", Module: moduleManagement, Aliases: []string{"gdr"}, DefaultSet: "Name", Synopsis: "Gets drives in the current session.",
	}, func() cmdlet.Cmdlet { return &getPSDrive{} })
	_ = declare(cmdlet.Spec{
		Name: "New-PSDrive", Module: moduleManagement, Aliases: []string{"ndr"}, ShouldProcess: true, Synopsis: "Creates a drive: a name for a directory.",
	}, func() cmdlet.Cmdlet { return &newPSDrive{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-PSDrive", Module: moduleManagement, Aliases: []string{"rdr"}, DefaultSet: "Name", ShouldProcess: true, Synopsis: "Deletes drives made by New-PSDrive.",
	}, func() cmdlet.Cmdlet { return &removePSDrive{} })
)

var typeDriveInfo = object.Declare(&object.Type{
	Name: "System.Management.Automation.PSDriveInfo", Base: object.TypeObject, ToString: func(v any) string {
		if o, ok := v.(*object.Object); ok {
			name, _ := o.Own("Name")
			return object.ToString(name)
		}
		return ""
	},
	Views: object.Views{Table: []object.Column{{Property: "Name", Width: 20}, {Property: "Provider", Width: 20}, {Property: "Root"}}},
})

func driveObject(name, provider, root string) any {
	o := object.Instance(typeDriveInfo, name)
	for _, p := range []struct {
		name  string
		value any
	}{{"CurrentLocation", ""}, {"Name", name}, {"Provider", `Microsoft.PowerShell.Core\` + provider}, {"Root", root}, {"Description", ""}} {
		o.Set(p.name, p.value)
	}
	return o
}

func drives(s cmdlet.Session) []any {
	out := []any{driveObject("/", "FileSystem", "/")}
	for _, name := range []string{"Alias", "Env", "Function", "HKLM", "Variable"} {
		out = append(out, driveObject(name, driveNamed(s, name).provider(), ""))
	}
	d := drivesOf(s)
	for _, name := range d.names {
		root, _ := d.root(name)
		out = append(out, driveObject(name, "FileSystem", root))
	}
	return out
}

type getPSDrive struct {
	Name       []string `param:"set=Name pos=0 pipelinebyname wildcards" help:"Names of drives."`
	PSProvider []string `param:"pipelinebyname" help:"Only drives of these providers."`
}

func (c *getPSDrive) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if len(c.Name) == 0 {
		c.Name = []string{"*"}
	}
	for _, name := range c.Name {
		found := false
		for _, d := range drives(out.Session()) {
			n, _, err := object.GetMember(d, "Name")
			if err != nil {
				return err
			}
			p, _, err := object.GetMember(d, "Provider")
			if err != nil {
				return err
			}
			provider := strings.TrimPrefix(object.ToString(p), `Microsoft.PowerShell.Core\`)
			if !fitsWildcard(strings.TrimSuffix(name, ":"), object.ToString(n)) ||
				len(c.PSProvider) > 0 && !slices.ContainsFunc(c.PSProvider, func(w string) bool { return fitsWildcard(w, provider) }) {
				continue
			}
			found = true
			if err := out.Write(d); err != nil {
				return err
			}
		}
		if !found && !object.HasWildcards(name) {
			e := object.NewException("System.Management.Automation.DriveNotFoundException", "Cannot find drive. A drive with the name '%s' does not exist.", name)
			if err := out.Error(object.NewErrorOf(e, "GetLocationNoMatchingDrive", object.ObjectNotFound, name)); err != nil {
				return err
			}
		}
	}
	return nil
}

type newPSDrive struct {
	Name        string `param:"mandatory pos=0 pipelinebyname" help:"The drive's name."`
	PSProvider  string `param:"mandatory pos=1 pipelinebyname" help:"FileSystem; no other provider has drives of one's own."`
	Root        string `param:"mandatory pos=2 pipelinebyname allowempty" help:"The directory that the drive stands for."`
	Description string `param:"pipelinebyname" help:"Kept for scripts that give one; shown nowhere."`
	Scope       string `param:"pipelinebyname" help:"Drives belong to the session; Global, Script and Local mean the same."`
}

func (c *newPSDrive) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := withoutEffect(out, "drives have no description here. Leave it out.", "Description"); err != nil {
		return err
	}
	if c.Scope != "" && !strings.EqualFold(c.Scope, "Global") {
		if err := withoutEffect(out, "the drive belongs to the whole session until Remove-PSDrive. Say -Scope Global.", "Scope"); err != nil {
			return err
		}
	}
	s := out.Session()
	if !strings.EqualFold(c.PSProvider, "FileSystem") {
		e := object.NewException("System.Management.Automation.ProviderNotFoundException", "Cannot find a provider with the name '%s'.", c.PSProvider)
		return object.NewErrorOf(e, "ProviderNotFound", object.ObjectNotFound, c.PSProvider)
	}
	d := drivesOf(s)
	if _, ok := d.root(c.Name); ok || driveNamed(s, c.Name) != nil {
		e := object.NewException("System.Management.Automation.SessionStateException", "A drive with the name '%s' already exists.", c.Name)
		return out.Error(object.NewErrorOf(e, "DriveAlreadyExists", object.ResourceExists, c.Name))
	}
	root := s.Resolve(slashed(c.Root))
	if info, err := os.Stat(root); err != nil || !info.IsDir() {
		e := object.NewException("System.IO.IOException", "The specified drive root \"%s\" either does not exist, or it is not a folder.", c.Root)
		return out.Error(object.NewErrorOf(e, "DriveRootError", object.ReadError, c.Root))
	}
	if ok, err := out.ShouldProcess("Name: "+c.Name+" Provider: Microsoft.PowerShell.Core\\FileSystem Root: "+c.Root, "New drive"); err != nil || !ok {
		return err
	}
	d.names = append(d.names, c.Name)
	d.roots[strings.ToLower(c.Name)] = filepath.Clean(root)
	return out.Write(driveObject(c.Name, "FileSystem", root))
}

type removePSDrive struct {
	Name  []string `param:"mandatory pos=0 pipelinebyname" help:"Names of the drives."`
	Force bool     `param:"" help:"Also when the current directory is on the drive; here that never hinders."`
	Scope string   `param:"pipelinebyname" help:"Drives belong to the session; Global, Script and Local mean the same."`
}

func (c *removePSDrive) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.Scope != "" && !strings.EqualFold(c.Scope, "Global") {
		if err := withoutEffect(out, "drives belong to the whole session. Say -Scope Global.", "Scope"); err != nil {
			return err
		}
	}
	d := drivesOf(out.Session())
	for _, name := range c.Name {
		root, ok := d.root(name)
		if !ok {
			if err := out.Error(object.RecordOf(driveNotFound(name))); err != nil {
				return err
			}
			continue
		}
		ok, err := out.ShouldProcess("Name: "+name+" Provider: Microsoft.PowerShell.Core\\FileSystem Root: "+root, "Remove Drive")
		if err != nil {
			return err
		}
		if ok {
			delete(d.roots, strings.ToLower(name))
			d.names = slices.DeleteFunc(d.names, func(n string) bool { return strings.EqualFold(n, name) })
		}
	}
	return nil
}
