package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-ItemProperty", Module: moduleManagement, Aliases: []string{"gp"}, DefaultSet: "Path", Synopsis: "Gets the properties of a specified item.",
		OutputTypes: []string{"System.Boolean", "System.String", "System.DateTime", "System.IO.FileInfo", "System.IO.DirectoryInfo"},
	}, func() cmdlet.Cmdlet { return &getItemProperty{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-ItemPropertyValue", Module: moduleManagement, Aliases: []string{"gpv"}, DefaultSet: "Path", Synopsis: "Gets the value for one or more properties of a specified item.",
	}, func() cmdlet.Cmdlet { return &getItemPropertyValue{} })
)

type getItemProperty struct {
	itemPaths
	Name []string `param:"pos=1" alias:"PSProperty" help:"The properties; all when left out."`
	narrowing
	credential
}

func (c *getItemProperty) Process(_ context.Context, _ any, out cmdlet.Out) error {
	targets, err := c.items(out, &c.narrowing, &c.credential, true)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if !t.hasProperties() {
			if err := out.Error(noInterface(propertyInterface)); err != nil {
				return err
			}
			continue
		}
		item := t.properties()
		if len(c.Name) > 0 {
			o := object.NewCustom()
			for _, pattern := range c.Name {
				for _, name := range object.PropertyNames(item) {
					if !fitsWildcard(pattern, name) {
						continue
					}
					v, _, err := object.Property(item, name)
					if err != nil {
						return err
					}
					o.Set(name, v)
				}
			}
			item = o
		}
		if err := out.Write(item); err != nil {
			return err
		}
	}
	return nil
}

// properties is the object that has the target's properties: the item itself, unless its drive makes a difference.
func (t target) properties() any {
	if tree, ok := t.drive.(treeDrive); ok {
		v, _ := tree.properties(t.path)
		return v
	}
	return t.item()
}

type getItemPropertyValue struct {
	Path        []string `param:"set=Path pos=0 pipeline pipelinebyname" complete:"file" help:"Paths; wildcards are allowed."`
	LiteralPath []string `param:"set=LiteralPath mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"Paths taken as they are, without wildcards."`
	Name        []string `param:"mandatory pos=1" alias:"PSProperty" help:"The properties."`
	narrowing
	credential
}

func (c *getItemPropertyValue) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := c.refuse(); err != nil {
		return err
	}
	if len(c.Path)+len(c.LiteralPath) == 0 {
		c.Path = []string{"."}
	}
	targets, err := existing(out, c.Path, c.LiteralPath, &c.narrowing, true)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if !t.hasProperties() {
			if err := out.Error(noInterface(propertyInterface)); err != nil {
				return err
			}
			continue
		}
		item := t.properties()
		for _, name := range c.Name {
			v, ok, err := object.Property(item, name)
			if err != nil {
				return err
			}
			if !ok {
				e := object.NewException("System.Management.Automation.PSArgumentException", "Property %s does not exist at path %s.", name, t.text())
				if err := out.Error(object.NewErrorOf(e, "System.Management.Automation.PSArgumentException", object.InvalidArgument, nil)); err != nil {
					return err
				}
				continue
			}
			if err := out.Write(v); err != nil {
				return err
			}
		}
	}
	return nil
}
