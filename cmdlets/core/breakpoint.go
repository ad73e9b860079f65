package core

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Set-PSBreakpoint", Module: moduleUtility, Aliases: []string{"sbp"}, DefaultSet: "Line", Synopsis: "Sets a breakpoint on a line, command, or variable.",
		OutputTypes: []string{"System.Management.Automation.LineBreakpoint", "System.Management.Automation.VariableBreakpoint", "System.Management.Automation.CommandBreakpoint"},
	}, func() cmdlet.Cmdlet { return &setBreakpoint{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-PSBreakpoint", Module: moduleUtility, Aliases: []string{"gbp"}, DefaultSet: "Line", Synopsis: "Gets the breakpoints that are set in the current session.",
		OutputTypes: []string{"System.Management.Automation.Breakpoint"},
	}, func() cmdlet.Cmdlet { return &getBreakpoint{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-PSBreakpoint", Module: moduleUtility, Aliases: []string{"rbp"}, DefaultSet: "Breakpoint", ShouldProcess: true,
		Synopsis: "Deletes breakpoints from the current console.",
	}, func() cmdlet.Cmdlet { return &removeBreakpoint{} })
	_ = declare(cmdlet.Spec{
		Name: "Enable-PSBreakpoint", Module: moduleUtility, Aliases: []string{"ebp"}, DefaultSet: "Breakpoint", ShouldProcess: true,
		Synopsis: "Enables the breakpoints in the current console.",
	}, func() cmdlet.Cmdlet { return &switchBreakpoint{enable: true} })
	_ = declare(cmdlet.Spec{
		Name: "Disable-PSBreakpoint", Module: moduleUtility, Aliases: []string{"dbp"}, DefaultSet: "Breakpoint", ShouldProcess: true,
		Synopsis: "Disables the breakpoints in the current console.",
	}, func() cmdlet.Cmdlet { return &switchBreakpoint{} })
)

type setBreakpoint struct {
	Action   object.ScriptBlock `param:"" help:"Commands that run at the breakpoint in place of a stop; break in them stops."`
	Column   int32              `param:"set=Line pos=2" validate:"range=1,2147483647" help:"The column of the script file where the statement stands."`
	Line     []int32            `param:"set=Line mandatory pos=1" help:"The lines of the script file."`
	Script   []string           `param:"set=Line mandatory pos=0;set=Command,Variable pos=0" help:"The script files."`
	Command  []string           `param:"set=Command mandatory" alias:"C" help:"The names of the commands, as patterns."`
	Variable []string           `param:"set=Variable mandatory" alias:"V" help:"The names of the variables, without $."`
	Mode     *object.Enum       `param:"set=Variable" type:"System.Management.Automation.VariableAccessMode" help:"Which use of the variable stops the script: Read, Write or ReadWrite."`
}

// Process sets the breakpoints in each of the scripts.
func (c *setBreakpoint) Process(_ context.Context, _ any, out cmdlet.Out) error {
	scripts, err := c.scripts(out)
	if err != nil {
		return err
	}
	mode := cmdlet.AccessWrite
	if c.Mode != nil {
		mode = *c.Mode
	}
	if len(c.Script) == 0 {
		scripts = []string{""}
	}
	set := func(b *cmdlet.Breakpoint) error {
		b.Enabled, b.Action = true, c.Action
		if err := out.Session().SetBreakpoint(b); err != nil {
			return err
		}
		return out.Write(b.Object())
	}
	for _, script := range scripts {
		for _, name := range c.Command {
			if err := set(&cmdlet.Breakpoint{Script: script, Command: name}); err != nil {
				return err
			}
		}
		for _, name := range c.Variable {
			if err := set(&cmdlet.Breakpoint{Script: script, Variable: name, Mode: mode}); err != nil {
				return err
			}
		}
		for _, line := range c.Line {
			if line < 1 {
				e := object.NewException("System.ArgumentException", "Line value is less than 1.")
				if err := out.Error(object.NewErrorOf(e, "SetPSBreakpoint:LineLessThanOne", object.InvalidArgument, nil)); err != nil {
					return err
				}
				continue
			}
			if err := set(&cmdlet.Breakpoint{Script: script, Line: int(line), Column: int(c.Column)}); err != nil {
				return err
			}
		}
	}
	return nil
}

// scripts are the script files that -Script names.
func (c *setBreakpoint) scripts(out cmdlet.Out) ([]string, error) {
	var found []string
	for _, pattern := range c.Script {
		files, err := existing(out, []string{pattern}, nil, nil, true)
		if err != nil {
			return nil, err
		}
		for _, file := range files {
			path := file.path
			if !slices.Contains([]string{".ps1", ".psm1"}, strings.ToLower(filepath.Ext(path))) {
				e := object.NewException("System.ArgumentException", "Cannot set a breakpoint on file '%s'; only *.ps1 and *.psm1 files are valid.", path)
				if err := out.Error(object.NewErrorOf(e, "SetPSBreakpoint:InvalidFileExtension", object.InvalidArgument, nil)); err != nil {
					return nil, err
				}
				continue
			}
			found = append(found, path)
		}
	}
	return found, nil
}

type getBreakpoint struct {
	ID       []int32  `param:"set=Id mandatory pos=0 pipeline" name:"Id" help:"The numbers of the breakpoints."`
	Variable []string `param:"set=Variable mandatory" help:"The variables of the breakpoints."`
	Command  []string `param:"set=Command mandatory" help:"The commands of the breakpoints."`
	Type     []string `param:"set=Type mandatory pos=0 pipeline" validate:"set=Line,Command,Variable" help:"The kinds of breakpoints."`
	Script   []string `param:"set=Line,Variable,Command,Type" help:"The script files of the breakpoints."`
}

// Process lists the breakpoints that fit.
func (c *getBreakpoint) Process(_ context.Context, _ any, out cmdlet.Out) error {
	all := out.Session().Breakpoints()
	for _, id := range c.ID {
		if b := breakpointWith(all, id); b != nil {
			if err := out.Write(b.Object()); err != nil {
				return err
			}
		} else if err := out.Error(noBreakpoint(id)); err != nil {
			return err
		}
	}
	if len(c.ID) > 0 {
		return nil
	}
	var scripts []string
	for _, s := range c.Script {
		scripts = append(scripts, out.Session().Resolve(s))
	}
	in := func(names []string, name string) bool {
		return slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, name) })
	}
	for _, b := range all {
		switch {
		case c.Variable != nil && !in(c.Variable, b.Variable), c.Command != nil && !in(c.Command, b.Command), c.Script != nil && !in(scripts, b.Script),
			c.Type != nil && !in(c.Type, breakpointKind(b)):
			continue
		}
		if err := out.Write(b.Object()); err != nil {
			return err
		}
	}
	return nil
}

func breakpointKind(b *cmdlet.Breakpoint) string {
	switch {
	case b.Command != "":
		return "Command"
	case b.Variable != "":
		return "Variable"
	}
	return "Line"
}

func breakpointWith(all []*cmdlet.Breakpoint, id int32) *cmdlet.Breakpoint {
	if i := slices.IndexFunc(all, func(b *cmdlet.Breakpoint) bool { return b.ID == int(id) }); i >= 0 {
		return all[i]
	}
	return nil
}

func noBreakpoint(id int32) *object.ErrorRecord {
	e := object.NewException("System.ArgumentException", "There is no breakpoint with ID '%d'.", id)
	return object.NewErrorOf(e, "PSBreakpoint:BreakpointIdNotFound", object.InvalidArgument, nil)
}

// chosenBreakpoints are the parameters of the cmdlets that change breakpoints.
type chosenBreakpoints struct {
	Breakpoint []any   `param:"set=Breakpoint mandatory pos=0 pipeline" typename:"System.Management.Automation.Breakpoint[]" help:"The breakpoints."`
	ID         []int32 `param:"set=Id mandatory pos=0 pipelinebyname" name:"Id" help:"The numbers of the breakpoints."`
}

// each calls fn for each breakpoint that was asked for.
func (c *chosenBreakpoints) each(out cmdlet.Out, fn func(b *cmdlet.Breakpoint) error) error {
	var chosen []*cmdlet.Breakpoint
	for _, v := range c.Breakpoint {
		b, ok := cmdlet.BreakpointOf(v)
		if !ok {
			return object.NewError("Argument", object.InvalidType, v, "Cannot convert '%s' to a breakpoint: give -Breakpoint what Get-PSBreakpoint returns, or the breakpoint's number to -Id.", object.ToString(v))
		}
		chosen = append(chosen, b)
	}
	for _, id := range c.ID {
		b := breakpointWith(out.Session().Breakpoints(), id)
		if b == nil {
			if err := out.Error(noBreakpoint(id)); err != nil {
				return err
			}
			continue
		}
		chosen = append(chosen, b)
	}
	for _, b := range chosen {
		ok, err := out.ShouldProcess(b.String(), "")
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := fn(b); err != nil {
			return err
		}
	}
	return nil
}

type removeBreakpoint struct{ chosenBreakpoints }

// Process takes the breakpoints away.
func (c *removeBreakpoint) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return c.each(out, func(b *cmdlet.Breakpoint) error {
		out.Session().RemoveBreakpoint(b)
		return nil
	})
}

type switchBreakpoint struct {
	chosenBreakpoints
	PassThru bool `param:"" help:"Returns the breakpoints."`

	enable bool
}

// Process turns the breakpoints on or off.
func (c *switchBreakpoint) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return c.each(out, func(b *cmdlet.Breakpoint) error {
		b.Enabled = c.enable
		if err := out.Session().SetBreakpoint(b); err != nil || !c.PassThru {
			return err
		}
		return out.Write(b.Object())
	})
}
