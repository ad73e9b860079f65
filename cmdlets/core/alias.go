package core

import (
	"context"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Alias", Module: moduleUtility, Aliases: []string{"gal"}, DefaultSet: "Default", Synopsis: "Gets the aliases for the current session.",
	}, func() cmdlet.Cmdlet { return &getAlias{} })
	_ = declare(cmdlet.Spec{
		Name: "Set-Alias", Module: moduleUtility, Aliases: []string{"sal"}, DefaultSet: "Default", ShouldProcess: true,
		Synopsis: "Creates or changes an alias for a cmdlet or other command in the current session.",
	}, func() cmdlet.Cmdlet { return &setAlias{} })
	_ = declare(cmdlet.Spec{
		Name: "New-Alias", Module: moduleUtility, Aliases: []string{"nal"}, DefaultSet: "Default", ShouldProcess: true, Synopsis: "Creates a new alias.",
	}, func() cmdlet.Cmdlet { return &newAlias{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-Alias", Module: moduleUtility, DefaultSet: "Default", Synopsis: "Removes an alias from the current session.",
	}, func() cmdlet.Cmdlet { return &removeAlias{} })
)

type getAlias struct {
	Name       []string `param:"set=Default pos=0 pipeline pipelinebyname"`
	Exclude    []string `param:""`
	Scope      string   `param:""`
	Definition []string `param:"set=Definition" validate:"notnullorempty"`
}

func (c *getAlias) Process(_ context.Context, _ any, out cmdlet.Out) error {
	patterns := c.Name
	if len(patterns) == 0 {
		patterns = []string{"*"}
	}
	for _, pattern := range patterns {
		any := false
		for _, a := range out.Session().Aliases() {
			if !fits([]string{pattern}, a.Name) || len(c.Exclude) > 0 && fits(c.Exclude, a.Name) || !fits(c.Definition, a.Definition) {
				continue
			}
			any = true
			if err := out.Write(out.Session().Describe(a.Name)); err != nil {
				return err
			}
		}
		if any || object.HasWildcards(pattern) && len(c.Definition) == 0 {
			continue
		}
		if err := out.Error(c.notFound(pattern)); err != nil {
			return err
		}
	}
	return nil
}

func (c *getAlias) notFound(name string) *object.ErrorRecord {
	if len(c.Definition) > 0 {
		name = strings.Join(c.Definition, ", ")
		e := object.NewException("System.Management.Automation.ItemNotFoundException", "This command cannot find a matching alias because an alias with the definition '%s' does not exist.", name)
		return object.NewErrorOf(e, "ItemNotFoundException", object.ObjectNotFound, name)
	}
	e := object.NewException("System.Management.Automation.ItemNotFoundException", "This command cannot find a matching alias because an alias with the name '%s' does not exist.", name)
	return object.NewErrorOf(e, "ItemNotFoundException", object.ObjectNotFound, name)
}

type setAlias struct {
	Name        string `param:"mandatory pos=0 pipelinebyname"`
	Value       string `param:"mandatory pos=1 pipelinebyname"`
	Description string `param:"pipelinebyname"`
	Option      string `param:"pipelinebyname"`
	PassThru    bool   `param:""`
	Scope       string `param:""`
	Force       bool   `param:""`
}

func (c *setAlias) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if ok, err := out.ShouldProcess("Name: "+c.Name+" Value: "+c.Value, "Set Alias"); !ok || err != nil {
		return err
	}
	return c.put(out)
}

// put sets the alias and writes it where that is asked for.
func (c *setAlias) put(out cmdlet.Out) error {
	option := strings.ToLower(c.Option)
	a := cmdlet.Alias{
		Name: c.Name, Definition: c.Value, Description: c.Description,
		ReadOnly: strings.Contains(option, "readonly"), Constant: strings.Contains(option, "constant"),
	}
	scope := c.Scope
	if scope == "" && strings.Contains(option, "allscope") {
		scope = "global"
	}
	if err := out.Session().SetAlias(a, scope, c.Force); err != nil {
		return out.Error(object.RecordOf(err))
	}
	if c.PassThru {
		return out.Write(out.Session().Describe(c.Name))
	}
	return nil
}

type newAlias struct {
	Name        string `param:"mandatory pos=0 pipelinebyname"`
	Value       string `param:"mandatory pos=1 pipelinebyname"`
	Description string `param:"pipelinebyname"`
	Option      string `param:"pipelinebyname"`
	PassThru    bool   `param:""`
	Scope       string `param:""`
	Force       bool   `param:""`
}

func (c *newAlias) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if !c.Force {
		for _, a := range out.Session().Aliases() {
			if strings.EqualFold(a.Name, c.Name) {
				e := object.NewException("System.Management.Automation.SessionStateException", "The alias is not allowed, because an alias with the name '%s' already exists.", c.Name)
				return out.Error(object.NewErrorOf(e, "AliasAlreadyExists", object.ResourceExists, c.Name))
			}
		}
	}
	if ok, err := out.ShouldProcess("Name: "+c.Name+" Value: "+c.Value, "New Alias"); !ok || err != nil {
		return err
	}
	s := setAlias{Name: c.Name, Value: c.Value, Description: c.Description, Option: c.Option, PassThru: c.PassThru, Scope: c.Scope, Force: c.Force}
	return s.put(out)
}

type removeAlias struct {
	Name  []string `param:"mandatory pos=0 pipeline pipelinebyname"`
	Scope string   `param:""`
	Force bool     `param:""`
}

func (c *removeAlias) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, name := range c.Name {
		if err := out.Session().RemoveAlias(name, c.Force); err != nil {
			if err := out.Error(object.RecordOf(err)); err != nil {
				return err
			}
		}
	}
	return nil
}
