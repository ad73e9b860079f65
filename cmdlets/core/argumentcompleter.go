package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/complete"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Register-ArgumentCompleter", DefaultSet: "NativeCommandSet", Synopsis: "Has a script block complete the values of a parameter, or the arguments of a program.",
}, func() cmdlet.Cmdlet { return &registerCompleter{} })

type registerCompleter struct {
	CommandName    []string           `param:"set=NativeCommandSet mandatory; set=PowerShellSet" help:"The commands or programs; all commands when left out."`
	ParameterName  string             `param:"set=PowerShellSet mandatory" help:"The parameter whose values are completed."`
	ScriptBlock    object.ScriptBlock `param:"mandatory" help:"Puts the completions out: texts or CompletionResult objects. It gets the names of command and parameter, the word at the cursor, the command's tree and the arguments given so far; for a program the word, the tree and the place of the cursor."`
	Native         bool               `param:"set=NativeCommandSet" help:"The commands are programs, which have no parameters that the shell knows."`
	NativeFallback bool               `param:"set=NativeFallbackSet" help:"Completes the arguments of the programs that have no completer of their own."`
}

func (c *registerCompleter) Process(_ context.Context, _ any, out cmdlet.Out) error {
	r := complete.RegisteredIn(out.Session())
	switch {
	case c.NativeFallback:
		r.Fallback(c.ScriptBlock)
	case c.ParameterName == "":
		for _, name := range c.CommandName {
			r.Native(name, c.ScriptBlock)
		}
	case len(c.CommandName) == 0:
		r.Parameter("", c.ParameterName, c.ScriptBlock)
	default:
		for _, name := range c.CommandName {
			r.Parameter(name, c.ParameterName, c.ScriptBlock)
		}
	}
	return nil
}
