package core

import (
	"context"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Measure-Command", Module: moduleUtility, Synopsis: "Measures the time it takes to run script blocks and cmdlets.",
	OutputTypes: []string{"System.TimeSpan"},
}, func() cmdlet.Cmdlet { return &measureCommand{} })

type measureCommand struct {
	InputObject any                `param:"pipeline" help:"Objects that the expression runs for."`
	Expression  object.ScriptBlock `param:"mandatory pos=0" help:"What to measure."`

	spent time.Duration
}

// Process runs the block, in the caller's scope and without its output, for each object.
func (c *measureCommand) Process(_ context.Context, in any, _ cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	begin := time.Now()
	err := asBlock(c.Expression).Run(in, func(any) error { return nil })
	c.spent += time.Since(begin)
	return err
}

// End puts out the time spent.
func (c *measureCommand) End(_ context.Context, out cmdlet.Out) error {
	return out.Write(object.SpanOf(c.spent))
}
