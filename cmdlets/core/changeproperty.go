package core

import (
	"context"
	"os"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Set-ItemProperty", Module: moduleManagement, Aliases: []string{"sp"}, DefaultSet: "propertyValuePathSet", ShouldProcess: true,
		Synopsis: "Creates or changes the value of a property of an item.",
	}, func() cmdlet.Cmdlet { return &setItemProperty{} })
	_ = declare(cmdlet.Spec{
		Name: "Clear-ItemProperty", Module: moduleManagement, Aliases: []string{"clp"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Clears the value of a property but does not delete the property.",
	}, func() cmdlet.Cmdlet { return &clearItemProperty{} })
	_ = declare(cmdlet.Spec{
		Name: "New-ItemProperty", Module: moduleManagement, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Creates a new property for an item and sets its value.",
	}, func() cmdlet.Cmdlet { return &newItemProperty{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-ItemProperty", Module: moduleManagement, Aliases: []string{"rp"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Deletes the property and its value from an item.",
	}, func() cmdlet.Cmdlet { return &removeItemProperty{} })
	_ = declare(cmdlet.Spec{
		Name: "Rename-ItemProperty", Module: moduleManagement, Aliases: []string{"rnp"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Renames a property of an item.",
	}, func() cmdlet.Cmdlet { return &renameItemProperty{} })
	_ = declare(cmdlet.Spec{
		Name: "Copy-ItemProperty", Module: moduleManagement, Aliases: []string{"cpp"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Copies a property and value from a specified location to another location.",
	}, func() cmdlet.Cmdlet { return &copyItemProperty{} })
	_ = declare(cmdlet.Spec{
		Name: "Move-ItemProperty", Module: moduleManagement, Aliases: []string{"mp"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Moves a property from one location to another.",
	}, func() cmdlet.Cmdlet { return &moveItemProperty{} })
)

// noInterface is the error of providers that lack what a cmdlet needs; the interface is PowerShell's name for it.
func noInterface(name string) *object.ErrorRecord {
	e := object.NewException("System.Management.Automation.PSNotSupportedException", "Cannot use interface. The %s interface is not supported by this provider.", name)
	return object.NewErrorOf(e, "NotSupported", object.NotImplemented, nil)
}

const (
	propertyInterface        = "IPropertyCmdletProvider"
	dynamicPropertyInterface = "IDynamicPropertyCmdletProvider"
)

// hasProperties tells whether a target's provider knows properties.
func (t target) hasProperties() bool {
	_, tree := t.drive.(treeDrive)
	return t.drive == nil || tree
}

type setItemProperty struct {
	Path        []string `param:"set=propertyValuePathSet,propertyPSObjectPathSet mandatory pos=0 pipelinebyname wildcards" complete:"file" help:"Paths; wildcards are allowed."`
	LiteralPath []string `param:"set=propertyValueLiteralPathSet,propertyPSObjectLiteralPathSet mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"Paths taken as they are, without wildcards."`
	Name        string   `param:"set=propertyValuePathSet,propertyValueLiteralPathSet mandatory pos=1 pipelinebyname" alias:"PSProperty" help:"The property, such as IsReadOnly or LastWriteTime."`
	Value       any      `param:"set=propertyValuePathSet,propertyValueLiteralPathSet mandatory pos=2 pipelinebyname allownull allowempty" help:"The new value."`
	InputObject any      `param:"set=propertyPSObjectPathSet,propertyPSObjectLiteralPathSet mandatory pipeline pipelinebyname" help:"An object whose properties are set."`
	PassThru    bool     `param:"" help:"Gives the properties that were set."`
	Force       bool     `param:"" help:"Also for hidden items."`
	narrowing
	credential
}

// Process sets the properties of each item.
func (c *setItemProperty) Process(_ context.Context, _ any, out cmdlet.Out) error {
	targets, err := (&itemPaths{c.Path, c.LiteralPath}).items(out, &c.narrowing, &c.credential, true)
	if err != nil {
		return err
	}
	values := object.NewCustom(c.Name, c.Value)
	if c.Name == "" {
		values = object.NewCustom()
		for _, name := range object.PropertyNames(c.InputObject) {
			v, _, err := object.Property(c.InputObject, name)
			if err != nil {
				return err
			}
			values.Set(name, v)
		}
	}
	for _, t := range targets {
		if !t.hasProperties() {
			if err := out.Error(noInterface(propertyInterface)); err != nil {
				return err
			}
			continue
		}
		if t.drive != nil {
			if err := out.Error(object.RecordOf(t.drive.set(t.path, nil))); err != nil {
				return err
			}
			continue
		}
		for _, name := range object.PropertyNames(values) {
			v, _ := values.Own(name)
			if err := c.set(out, t, name, v); err != nil {
				return err
			}
		}
		if c.PassThru {
			if err := out.Write(values); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *setItemProperty) set(out cmdlet.Out, t target, name string, v any) error {
	action := "Set Property File"
	if t.container() {
		action = "Set Property Directory"
	}
	ok, err := out.ShouldProcess("Item: "+t.path+" Property: "+name+" Value: "+object.ToString(v), action)
	if err != nil || !ok {
		return err
	}
	item := t.item()
	if _, ok, err := object.Property(item, name); err == nil && !ok {
		e := object.NewException("System.IO.IOException", "Property %s does not exist at path %s.", name, t.path)
		return out.Error(object.NewErrorOf(e, "SetPropertyError", object.InvalidOperation, name))
	}
	if err := object.SetMember(item, name, v); err != nil {
		return out.Error(object.RecordOf(err))
	}
	return nil
}

type clearItemProperty struct {
	itemPaths
	Name     string `param:"mandatory pos=1 pipelinebyname" help:"The property; of files and directories Attributes only."`
	PassThru bool   `param:"" help:"Gives the property."`
	Force    bool   `param:"" help:"Also for hidden items."`
	narrowing
	credential
}

// Process sets the attributes of files back to what they are without any.
func (c *clearItemProperty) Process(_ context.Context, _ any, out cmdlet.Out) error {
	targets, err := c.items(out, &c.narrowing, &c.credential, true)
	if err != nil {
		return err
	}
	for _, t := range targets {
		switch {
		case !t.hasProperties():
			err = out.Error(noInterface(propertyInterface))
		case t.drive != nil:
			err = out.Error(object.RecordOf(t.drive.set(t.path, nil)))
		case !strings.EqualFold(c.Name, "Attributes"):
			e := object.NewException("System.ArgumentException", "The property %s cannot be cleared: of files and directories only Attributes can be. (Parameter 'propertyToClear')", c.Name)
			err = out.Error(object.NewErrorOf(e, "Argument", object.InvalidArgument, t.path))
		default:
			err = (&setItemProperty{}).set(out, t, "Attributes", "Normal")
			if err == nil && c.PassThru {
				v, _, _ := object.Property(t.item(), "Attributes")
				err = out.Write(object.NewCustom("Attributes", v))
			}
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// None of the drives lets an item have other properties than it has: the cmdlets below say so, as PowerShell's do for these providers.
func refuseProperties(out cmdlet.Out, p *itemPaths, n *narrowing) error {
	targets, err := existing(out, p.Path, p.LiteralPath, n, true)
	if err != nil {
		return err
	}
	for _, t := range targets {
		r := noInterface(dynamicPropertyInterface)
		if _, tree := t.drive.(treeDrive); tree {
			r = object.RecordOf(t.drive.set(t.path, nil))
		}
		if err := out.Error(r); err != nil {
			return err
		}
	}
	return nil
}

type newItemProperty struct {
	itemPaths
	Name         string `param:"mandatory pos=1 pipelinebyname" alias:"PSProperty" help:"The new property."`
	PropertyType string `param:"pipelinebyname" alias:"Type" help:"The kind of value, in a registry that can be written."`
	Value        any    `param:"pipelinebyname" help:"The value."`
	Force        bool   `param:"" help:"Also where the property exists."`
	narrowing
	credential
}

// Process says that no item can have new properties.
func (c *newItemProperty) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return refuseProperties(out, &c.itemPaths, &c.narrowing)
}

type removeItemProperty struct {
	itemPaths
	Name  []string `param:"mandatory pos=1 pipelinebyname" alias:"PSProperty" help:"The properties."`
	Force bool     `param:"" help:"Also for hidden items."`
	narrowing
	credential
}

// Process says that no item can lose properties.
func (c *removeItemProperty) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return refuseProperties(out, &c.itemPaths, &c.narrowing)
}

type renameItemProperty struct {
	Path        string `param:"set=Path mandatory pos=0 pipeline pipelinebyname wildcards" complete:"file" help:"The item; wildcards are allowed."`
	LiteralPath string `param:"set=LiteralPath mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"The item, without wildcards."`
	Name        string `param:"mandatory pos=1 pipelinebyname" alias:"PSProperty" help:"The property."`
	NewName     string `param:"mandatory pos=2 pipelinebyname" help:"Its new name."`
	PassThru    bool   `param:"" help:"Gives the property."`
	Force       bool   `param:"" help:"Also for hidden items."`
	narrowing
	credential
}

// Process says that no item's properties can be renamed.
func (c *renameItemProperty) Process(_ context.Context, _ any, out cmdlet.Out) error {
	p := itemPaths{}
	if c.Path != "" {
		p.Path = []string{c.Path}
	}
	if c.LiteralPath != "" {
		p.LiteralPath = []string{c.LiteralPath}
	}
	return refuseProperties(out, &p, &c.narrowing)
}

type copyItemProperty struct {
	itemPaths
	Name        string `param:"mandatory pos=1 pipelinebyname" alias:"PSProperty" help:"The property."`
	Destination string `param:"mandatory pos=2 pipelinebyname" complete:"file" help:"The item that gets it."`
	PassThru    bool   `param:"" help:"Gives the property."`
	Force       bool   `param:"" help:"Also for hidden items."`
	narrowing
	credential
}

// Process says that no item can have new properties.
func (c *copyItemProperty) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return refuseProperties(out, &c.itemPaths, &c.narrowing)
}

type moveItemProperty struct {
	itemPaths
	Name        []string `param:"mandatory pos=2 pipelinebyname" alias:"PSProperty" help:"The properties."`
	Destination string   `param:"mandatory pos=1 pipelinebyname" complete:"file" help:"The item that gets them."`
	PassThru    bool     `param:"" help:"Gives the properties."`
	Force       bool     `param:"" help:"Also for hidden items."`
	narrowing
	credential
}

// Process says that no item can have new properties.
func (c *moveItemProperty) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return refuseProperties(out, &c.itemPaths, &c.narrowing)
}

// Providers

var _ = declare(cmdlet.Spec{
	Name: "Get-PSProvider", Module: moduleManagement, Synopsis: "Gets information about the specified provider.",
	OutputTypes: []string{"System.Management.Automation.ProviderInfo"},
}, func() cmdlet.Cmdlet { return &getPSProvider{} })

var typeProviderInfo = object.Declare(&object.Type{
	Name: "System.Management.Automation.ProviderInfo", Base: object.TypeObject,
	ToString: func(v any) string {
		if o, ok := v.(*object.Object); ok {
			name, _ := o.Own("Name")
			return `Microsoft.PowerShell.Core\` + object.ToString(name)
		}
		return ""
	},
	Views: object.Views{Table: []object.Column{{Property: "Name", Width: 20}, {Property: "Capabilities", Width: 50}, {Property: "Drives"}}},
})

var typeCapabilities = object.NewEnum("System.Management.Automation.Provider.ProviderCapabilities", true,
	[]string{"None", "Include", "Exclude", "Filter", "ExpandWildcards", "ShouldProcess", "Credentials", "Transactions"}, []int64{0, 1, 2, 4, 8, 16, 32, 64})

type getPSProvider struct {
	PSProvider []string `param:"pos=0 pipelinebyname wildcards" help:"The providers; all when left out."`
}

// Process describes the providers.
func (c *getPSProvider) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if len(c.PSProvider) == 0 {
		c.PSProvider = []string{"*"}
	}
	all := drives(out.Session())
	var names []string
	of := map[string]*object.Array{}
	for _, d := range all {
		p, _, err := object.GetMember(d, "Provider")
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(object.ToString(p), `Microsoft.PowerShell.Core\`)
		if of[name] == nil {
			of[name] = &object.Array{}
			names = append(names, name)
		}
		of[name].Items = append(of[name].Items, d)
	}
	slices.Sort(names)
	for _, pattern := range c.PSProvider {
		found := false
		for _, name := range names {
			if !fitsWildcard(pattern, name) {
				continue
			}
			found = true
			if err := out.Write(providerObject(name, of[name])); err != nil {
				return err
			}
		}
		if !found && !object.HasWildcards(pattern) {
			e := object.NewException("System.Management.Automation.ProviderNotFoundException", "Cannot find a provider with the name '%s'.", pattern)
			if err := out.Error(object.NewErrorOf(e, "ProviderNotFound", object.ObjectNotFound, pattern)); err != nil {
				return err
			}
		}
	}
	return nil
}

func providerObject(name string, drives *object.Array) any {
	o := object.Instance(typeProviderInfo, name)
	can := int64(16)
	switch name {
	case "FileSystem":
		can = 4 | 16 | 32
	case "Registry":
		can = 0
	}
	for _, p := range []struct {
		name  string
		value any
	}{
		{"Capabilities", object.Enum{Type: typeCapabilities, Value: can}}, {"Name", name}, {"PSSnapIn", nil}, {"ModuleName", "Microsoft.PowerShell.Core"},
		{"Module", nil}, {"Description", ""}, {"Home", home(name)}, {"Drives", drives},
	} {
		o.Set(p.name, p.value)
	}
	return o
}

// home is the directory that ~ stands for, which only the file system has.
func home(provider string) any {
	if dir, err := os.UserHomeDir(); err == nil && provider == "FileSystem" {
		return dir
	}
	return ""
}
