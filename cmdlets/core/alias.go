package core

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Alias", Module: moduleUtility, Aliases: []string{"gal"}, DefaultSet: "Default", Synopsis: "Gets the aliases for the current session.",
	}, func() cmdlet.Cmdlet { return &getAlias{} })
	_ = declare(cmdlet.Spec{
		Name: "New-Alias", Module: moduleUtility, Aliases: []string{"nal"}, ShouldProcess: true, Impact: cmdlet.ImpactLow, Synopsis: "Creates a new alias.",
	}, func() cmdlet.Cmdlet { return &newAlias{} })
	_ = declare(cmdlet.Spec{
		Name: "Set-Alias", Module: moduleUtility, Aliases: []string{"sal"}, ShouldProcess: true, Impact: cmdlet.ImpactLow,
		Synopsis: "Creates or changes an alias for a cmdlet or other command in the current session.",
	}, func() cmdlet.Cmdlet { return &setAlias{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-Alias", Module: moduleUtility, DefaultSet: "Default", Synopsis: "Removes an alias from the current session.",
	}, func() cmdlet.Cmdlet { return &removeAlias{} })
	_ = declare(cmdlet.Spec{
		Name: "Export-Alias", Module: moduleUtility, Aliases: []string{"epal"}, DefaultSet: "ByPath", ShouldProcess: true, Synopsis: "Exports information about currently defined aliases to a file.",
	}, func() cmdlet.Cmdlet { return &exportAlias{} })
)

type getAlias struct {
	Name       []string `param:"set=Default pos=0 pipeline pipelinebyname wildcards" help:"The aliases; wildcards are allowed."`
	Exclude    []string `param:"wildcards" help:"Aliases to leave out; wildcards are allowed."`
	Scope      string   `param:"" help:"Global, Local, Script, or a number of scopes up."`
	Definition []string `param:"set=Definition wildcards" help:"The commands that aliases are wanted for; wildcards are allowed."`
}

func (c *getAlias) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := withoutEffect(out, "the alias of each name that is in force is shown. Leave it out.", "Scope"); err != nil {
		return err
	}
	aliases := out.Session().Aliases()
	wanted, of, what := c.Name, func(a cmdlet.Alias) string { return a.Name }, "name"
	if len(c.Definition) > 0 {
		wanted, of, what = c.Definition, func(a cmdlet.Alias) string { return a.Definition }, "definition"
	}
	if len(wanted) == 0 {
		wanted = []string{"*"}
	}
	for _, pattern := range wanted {
		found := false
		for _, a := range aliases {
			if !fitsWildcard(pattern, of(a)) || slices.ContainsFunc(c.Exclude, func(x string) bool { return fitsWildcard(x, a.Name) }) {
				continue
			}
			found = true
			if err := out.Write(out.Session().Describe(a.Name)); err != nil {
				return err
			}
		}
		if !found && !object.HasWildcards(pattern) {
			e := object.NewException("System.Management.Automation.ItemNotFoundException", "This command cannot find a matching alias because an alias with the %s '%s' does not exist.", what, pattern)
			if err := out.Error(object.NewErrorOf(e, "ItemNotFoundException", object.ObjectNotFound, pattern)); err != nil {
				return err
			}
		}
	}
	return nil
}

// aliasParameters are those of New-Alias and Set-Alias.
type aliasParameters struct {
	Name        string       `param:"mandatory pos=0 pipelinebyname" help:"The alias."`
	Value       string       `param:"mandatory pos=1 pipelinebyname" help:"The command that it stands for."`
	Description string       `param:"" help:"A description."`
	Option      *object.Enum `param:"" type:"System.Management.Automation.ScopedItemOptions" help:"ReadOnly or Constant protect the alias."`
	PassThru    bool         `param:"" help:"Gives the alias."`
	Scope       string       `param:"" values:"Global,Local,Script" help:"Global, Local, Script, or a number of scopes up."`
	Force       bool         `param:"" help:"Also where the alias exists or is read-only."`
}

func (p *aliasParameters) alias() cmdlet.Alias {
	a := cmdlet.Alias{Name: p.Name, Definition: p.Value, Description: p.Description}
	if p.Option != nil {
		a.ReadOnly, a.Constant = p.Option.Value&optionReadOnly != 0, p.Option.Value&optionConstant != 0
	}
	return a
}

func (p *aliasParameters) define(out cmdlet.Out, action string) error {
	ok, err := out.ShouldProcess("Name: "+p.Name+" Value: "+p.Value, action)
	if err != nil || !ok {
		return err
	}
	if err := out.Session().SetAlias(p.alias(), p.Scope, p.Force); err != nil {
		return out.Error(object.RecordOf(err))
	}
	if p.PassThru {
		return out.Write(out.Session().Describe(p.Name))
	}
	return nil
}

type newAlias struct{ aliasParameters }

func (c *newAlias) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if _, exists := (aliasDrive{out.Session()}).find(c.Name); exists && !c.Force {
		e := object.NewException("System.Management.Automation.SessionStateException", "The alias is not allowed, because an alias with the name '%s' already exists.", c.Name)
		return out.Error(object.NewErrorOf(e, "AliasAlreadyExists", object.ResourceExists, c.Name))
	}
	return c.define(out, "New Alias")
}

type setAlias struct{ aliasParameters }

func (c *setAlias) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return c.define(out, "Set Alias")
}

type removeAlias struct {
	Name  []string `param:"mandatory pos=0 pipeline pipelinebyname" help:"The aliases to remove."`
	Scope string   `param:"" help:"Global, Local, Script, or a number of scopes up; the nearest alias of that name is removed."`
	Force bool     `param:"" help:"Also read-only aliases."`
}

func (c *removeAlias) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := withoutEffect(out, "the alias that is in force is removed. Leave it out.", "Scope"); err != nil {
		return err
	}
	for _, name := range c.Name {
		if _, ok := (aliasDrive{out.Session()}).find(name); !ok {
			e := object.NewException("System.Management.Automation.ItemNotFoundException", "This command cannot find a matching alias because an alias with the name '%s' does not exist.", name)
			if err := out.Error(object.NewErrorOf(e, "ItemNotFoundException", object.ObjectNotFound, name)); err != nil {
				return err
			}
			continue
		}
		if err := out.Session().RemoveAlias(name, c.Force); err != nil {
			if err := out.Error(object.RecordOf(err)); err != nil {
				return err
			}
		}
	}
	return nil
}

type exportAlias struct {
	Path        string   `param:"set=ByPath mandatory pos=0 pipelinebyname" complete:"file" help:"The file to write."`
	LiteralPath string   `param:"set=ByLiteralPath mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"The file to write, without wildcards."`
	Name        []string `param:"pos=1 pipeline pipelinebyname wildcards" help:"The aliases; all when left out."`
	PassThru    bool     `param:"" help:"Gives the aliases."`
	As          string   `param:"" validate:"set=Csv,Script" help:"Csv (the default) or Script, which can be run again."`
	Append      bool     `param:"" help:"Adds to the file."`
	Force       bool     `param:"" help:"Also a read-only file."`
	NoClobber   bool     `param:"" alias:"NoOverwrite" help:"Refuses to replace a file."`
}

func (c *exportAlias) Process(_ context.Context, _ any, out cmdlet.Out) error {
	s := out.Session()
	path := s.Resolve(slashed(c.Path + c.LiteralPath))
	if ok, err := out.ShouldProcess(path, "Export-Alias"); err != nil || !ok {
		return err
	}
	if c.Force {
		if err := makeWritable(path); err != nil {
			return out.Error(fileError(err, "FileOpenFailure", object.OpenError, path))
		}
	}
	mode := os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	switch {
	case c.Append:
		mode = os.O_CREATE | os.O_WRONLY | os.O_APPEND
	case c.NoClobber:
		mode = os.O_CREATE | os.O_WRONLY | os.O_EXCL
	}
	f, err := os.OpenFile(path, mode, 0o666)
	if err != nil {
		return out.Error(fileError(err, "FileOpenFailure", object.OpenError, path))
	}
	names := c.Name
	if len(names) == 0 {
		names = []string{"*"}
	}
	var failed error
	for _, a := range s.Aliases() {
		if !slices.ContainsFunc(names, func(n string) bool { return fitsWildcard(n, a.Name) }) {
			continue
		}
		line := fmt.Sprintf("%q,%q,%q,%q", a.Name, a.Definition, a.Description, "None")
		if strings.EqualFold(c.As, "Script") {
			line = fmt.Sprintf("set-alias -Name:%q -Value:%q -Description:%q -Option:%q", a.Name, a.Definition, a.Description, "None")
		}
		if _, err := fmt.Fprintln(f, line); err != nil {
			failed = err
			break
		}
		if c.PassThru {
			if failed = out.Write(s.Describe(a.Name)); failed != nil {
				break
			}
		}
	}
	return errors.Join(failed, f.Close())
}
