package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "ForEach-Object", Module: moduleCore, Aliases: []string{"foreach", "%"}, DefaultSet: "ScriptBlockSet", ShouldProcess: true,
	Synopsis: "Performs an operation against each item in a collection of input objects.",
}, func() cmdlet.Cmdlet { return &forEachObject{} })

type forEachObject struct {
	InputObject      any                  `param:"pipeline"`
	BeginBlock       object.ScriptBlock   `name:"Begin" param:"set=ScriptBlockSet"`
	ProcessBlocks    []object.ScriptBlock `name:"Process" param:"set=ScriptBlockSet mandatory pos=0 allownull allowempty"`
	EndBlock         object.ScriptBlock   `name:"End" param:"set=ScriptBlockSet"`
	RemainingScripts []object.ScriptBlock `param:"set=ScriptBlockSet remaining allownull allowempty"`
	MemberName       string               `param:"set=PropertyAndMethodSet mandatory pos=0"`
	ArgumentList     []any                `param:"set=PropertyAndMethodSet remaining" alias:"Args"`
	Parallel         object.ScriptBlock   `param:"set=ParallelParameterSet mandatory"`
	ThrottleLimit    int32                `param:"set=ParallelParameterSet"`
	TimeoutSeconds   int32                `param:"set=ParallelParameterSet"`
	AsJob            bool                 `param:"set=ParallelParameterSet"`
	UseNewRunspace   bool                 `param:"set=ParallelParameterSet"`

	process []cmdlet.Block
	end     cmdlet.Block
}

// asBlock takes a script block for what the interpreter's script blocks are.
func asBlock(sb object.ScriptBlock) cmdlet.Block {
	b, _ := sb.(cmdlet.Block)
	return b
}

// Begin sorts the blocks: of two or more positional ones the first is the begin block, of three the last one the end block.
func (c *forEachObject) Begin(_ context.Context, out cmdlet.Out) error {
	if c.Parallel != nil {
		return object.NewError("NotSupported", object.NotImplemented, nil, "ForEach-Object -Parallel is not supported yet: leave -Parallel out, and the objects go through the block one after the other.")
	}
	for _, sb := range append(c.ProcessBlocks, c.RemainingScripts...) {
		c.process = append(c.process, asBlock(sb))
	}
	begin := asBlock(c.BeginBlock)
	c.end = asBlock(c.EndBlock)
	if begin == nil && len(c.process) > 1 {
		begin, c.process = c.process[0], c.process[1:]
	}
	if c.end == nil && len(c.process) > 1 {
		c.end, c.process = c.process[len(c.process)-1], c.process[:len(c.process)-1]
	}
	return run(begin, nil, out)
}

// run runs a block, if there is one, with its output going down the pipeline.
func run(b cmdlet.Block, under any, out cmdlet.Out) error {
	if b == nil {
		return nil
	}
	return b.Run(under, out.Write)
}

// Process runs the process blocks, or reads the member.
func (c *forEachObject) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	if out.Bound("MemberName") {
		return c.member(in, out)
	}
	for _, b := range c.process {
		if err := run(b, in, out); err != nil {
			return err
		}
	}
	return nil
}

// End runs the end block.
func (c *forEachObject) End(_ context.Context, out cmdlet.Out) error { return run(c.end, nil, out) }

// member reads the member of an object, or calls it.
func (c *forEachObject) member(in any, out cmdlet.Out) error {
	if in == nil {
		return out.Error(object.NewError("InputObjectIsNull", object.InvalidArgument, nil, "The input object cannot be null."))
	}
	if !out.Bound("ArgumentList") {
		v, ok, err := object.Property(in, c.MemberName)
		if err != nil {
			return err
		}
		o, isObject := v.(*object.Object)
		switch {
		case ok && isObject && o.Type == object.TypePSMethod:
		case ok:
			return out.WriteEach(v)
		default:
			return out.Write(nil)
		}
	}
	v, err := object.InvokeMethod(in, c.MemberName, c.ArgumentList)
	if err != nil {
		return out.Error(object.RecordOf(err))
	}
	if v == object.Nothing {
		return nil
	}
	return out.WriteEach(v)
}
