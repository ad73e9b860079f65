package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Import-Module", Module: moduleCore, Aliases: []string{"ipmo"}, Synopsis: "Adds modules to the current session.",
	}, func() cmdlet.Cmdlet { return &importModule{} })
	_ = declare(cmdlet.Spec{
		Name: "Export-ModuleMember", Module: moduleCore, Synopsis: "Specifies the module members that are exported.",
	}, func() cmdlet.Cmdlet { return &exportModuleMember{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-Module", Module: moduleCore, Aliases: []string{"gmo"}, Synopsis: "Lists the modules imported in the current session.",
	}, func() cmdlet.Cmdlet { return &getModule{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-Module", Module: moduleCore, Aliases: []string{"rmo"}, ShouldProcess: true, Synopsis: "Removes modules from the current session.",
	}, func() cmdlet.Cmdlet { return &removeModule{} })
)

type importModule struct {
	Name         []string `param:"mandatory pos=0 pipeline"`
	Force        bool     `param:""`
	Global       bool     `param:""`
	PassThru     bool     `param:""`
	Prefix       string   `param:""`
	Function     []string `param:""`
	Variable     []string `param:""`
	Alias        []string `param:""`
	ArgumentList []any    `param:"" alias:"Args"`
	Scope        string   `param:"" validate:"set=Local,Global"`
}

func (c *importModule) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	for _, name := range c.Name {
		m, err := out.Session().ImportModule(ctx, name, cmdlet.ImportOptions{
			Force: c.Force, Global: c.Global || c.Scope == "Global", Prefix: c.Prefix,
			Functions: c.Function, Variables: c.Variable, Aliases: c.Alias, Arguments: c.ArgumentList,
		})
		if err != nil {
			if _, ok := err.(*object.ErrorRecord); !ok {
				return err
			}
			if err := out.Error(object.RecordOf(err)); err != nil {
				return err
			}
			continue
		}
		if c.PassThru {
			if err := out.Write(m); err != nil {
				return err
			}
		}
	}
	return nil
}

type exportModuleMember struct {
	Function []string `param:"pos=0 pipeline pipelinebyname allowempty"`
	Cmdlet   []string `param:"pipelinebyname allowempty"`
	Variable []string `param:"pipelinebyname"`
	Alias    []string `param:"pipelinebyname"`
}

func (c *exportModuleMember) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return out.Session().ExportMembers(c.Function, c.Variable, c.Alias)
}

type getModule struct {
	Name []string `param:"pos=0 pipeline"`
	All  bool     `param:""`
}

func (c *getModule) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, m := range out.Session().Modules() {
		name, _, err := object.Property(m, "Name")
		if err != nil {
			return err
		}
		if !fits(c.Name, object.ToString(name)) {
			continue
		}
		if err := out.Write(m); err != nil {
			return err
		}
	}
	return nil
}

type removeModule struct {
	Name  []string `param:"mandatory pos=0 pipeline"`
	Force bool     `param:""`
}

func (c *removeModule) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, name := range c.Name {
		if ok, err := out.ShouldProcess(name, "Remove-Module"); !ok || err != nil {
			return err
		}
		if !out.Session().RemoveModule(name) {
			e := object.NewException("System.InvalidOperationException", "No modules were removed. Verify that the specification of modules to remove is correct and those modules exist in the runspace.")
			if err := out.Error(object.NewErrorOf(e, "Modules_NoModulesRemoved", object.ResourceUnavailable, nil)); err != nil {
				return err
			}
		}
	}
	return nil
}
