package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Invoke-Command", Module: moduleCore, Aliases: []string{"icm"}, DefaultSet: "InProcess", Synopsis: "Runs commands on this computer.",
}, func() cmdlet.Cmdlet { return &invokeCommand{} })

type invokeCommand struct {
	ScriptBlock  object.ScriptBlock `param:"set=InProcess mandatory pos=0;set=ComputerName,Session mandatory pos=1" alias:"Command" validate:"notnull" help:"What to run."`
	NoNewScope   bool               `param:"set=InProcess" help:"Runs it in the caller's scope."`
	ComputerName []string           `param:"set=ComputerName mandatory pos=0" alias:"Cn" help:"Other computers, which migsh cannot reach."`
	Session      []any              `param:"set=Session mandatory" typename:"System.Management.Automation.Runspaces.PSSession[]" help:"Sessions on other computers, which migsh cannot have."`
	InputObject  any                `param:"pipeline" help:"What the commands find in $input."`
	ArgumentList []any              `param:"" alias:"Args" help:"Arguments of the commands."`

	input []any
	piped bool
}

// Process takes an object for $input.
func (c *invokeCommand) Process(_ context.Context, in any, out cmdlet.Out) error {
	if out.ParameterSet() != "InProcess" {
		return object.NewError("NotSupported", object.NotImplemented, nil, "Invoke-Command runs commands on this computer only: migsh has no remote sessions. Leave -ComputerName and -Session out, or run migsh there.")
	}
	switch {
	case in != cmdlet.NoInput:
		c.input, c.piped = append(c.input, in), true
	case out.Bound("InputObject"):
		items, ok := object.ItemsOf(c.InputObject)
		if !ok {
			items = []any{c.InputObject}
		}
		c.input, c.piped = items, true
	}
	return nil
}

// End runs the commands.
func (c *invokeCommand) End(_ context.Context, out cmdlet.Out) error {
	block, ok := c.ScriptBlock.(cmdlet.Block)
	if !ok {
		return object.NewError("Argument", object.InvalidArgument, nil, "The script block of -ScriptBlock does not belong to this session.")
	}
	return block.Invoke(cmdlet.Invocation{Arguments: c.ArgumentList, Input: c.input, Piped: c.piped, InCaller: c.NoNewScope}, out.Write)
}
