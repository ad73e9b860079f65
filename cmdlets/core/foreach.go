package core

import (
	"context"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "ForEach-Object", Module: moduleCore, Aliases: []string{"foreach", "%"}, DefaultSet: "ScriptBlockSet", ShouldProcess: true,
	Synopsis: "Performs an operation against each item in a collection of input objects.",
}, func() cmdlet.Cmdlet { return &forEachObject{ThrottleLimit: 5} })

type forEachObject struct {
	InputObject      any                  `param:"pipeline"`
	BeginBlock       object.ScriptBlock   `name:"Begin" param:"set=ScriptBlockSet"`
	ProcessBlocks    []object.ScriptBlock `name:"Process" param:"set=ScriptBlockSet mandatory pos=0 allownull allowempty"`
	EndBlock         object.ScriptBlock   `name:"End" param:"set=ScriptBlockSet"`
	RemainingScripts []object.ScriptBlock `param:"set=ScriptBlockSet remaining allownull allowempty"`
	MemberName       string               `param:"set=PropertyAndMethodSet mandatory pos=0"`
	ArgumentList     []any                `param:"set=PropertyAndMethodSet remaining" alias:"Args"`
	Parallel         object.ScriptBlock   `param:"set=ParallelParameterSet mandatory" help:"A block that runs for several objects at once, each in a session of its own. It gets copies of the object and of what it names with $using:."`
	ThrottleLimit    int32                `param:"set=ParallelParameterSet" validate:"range=1,2147483647" help:"How many blocks run at once; 5 where nothing is said."`
	TimeoutSeconds   int32                `param:"set=ParallelParameterSet" validate:"range=0,2147483" help:"Seconds after which the blocks that still run are ended and further objects are left out; 0 is no limit."`
	AsJob            bool                 `param:"set=ParallelParameterSet" help:"Runs the blocks as a job and gives the job."`
	UseNewRunspace   bool                 `param:"set=ParallelParameterSet" help:"A new session for each object, which is the rule here."`

	process  []cmdlet.Block
	end      cmdlet.Block
	parallel *parallelLoop
	objects  []any // of -AsJob
}

// asBlock takes a script block for what the interpreter's script blocks are.
func asBlock(sb object.ScriptBlock) cmdlet.Block {
	b, _ := sb.(cmdlet.Block)
	return b
}

// Begin sorts the blocks: of two or more positional ones the first is the begin block, of three the last one the end block.
func (c *forEachObject) Begin(ctx context.Context, out cmdlet.Out) error {
	if c.Parallel != nil {
		return c.beginParallel(ctx, out)
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
	if c.Parallel != nil {
		if _, ok := object.Base(in).(object.ScriptBlock); ok {
			return out.Error(errPipedBlock(in))
		}
		if c.AsJob {
			c.objects = append(c.objects, in)
			return nil
		}
		return c.parallel.start(in, out)
	}
	for _, b := range c.process {
		if err := run(b, in, out); err != nil {
			return err
		}
	}
	return nil
}

// beginParallel prepares the loop of -Parallel.
func (c *forEachObject) beginParallel(ctx context.Context, out cmdlet.Out) (err error) {
	if !c.AsJob {
		c.parallel, err = newParallelLoop(ctx, c.Parallel, int(c.ThrottleLimit), time.Duration(c.TimeoutSeconds)*time.Second, out)
		return err
	}
	if out.Bound("TimeoutSeconds") {
		e := object.NewException("System.Management.Automation.PSArgumentException", "The TimeoutSeconds parameter cannot be used with the AsJob parameter.")
		return object.NewErrorOf(e, "ParallelCannotUseTimeoutWithJob", object.InvalidOperation, nil)
	}
	return nil
}

// End runs the end block, or waits for the parallel ones.
func (c *forEachObject) End(_ context.Context, out cmdlet.Out) error {
	switch {
	case c.Parallel == nil:
		return run(c.end, nil, out)
	case c.AsJob:
		job, err := startParallelJob(out, c.Parallel, c.objects, int(c.ThrottleLimit))
		if err != nil {
			return err
		}
		return out.Write(job)
	}
	return c.parallel.finish(out)
}

// Close implements [cmdlet.Closer].
func (c *forEachObject) Close() error {
	if c.parallel == nil {
		return nil
	}
	return c.parallel.Close()
}

// member reads the member of an object, or calls it.
func (c *forEachObject) member(in any, out cmdlet.Out) error {
	if in == nil {
		return out.Write(nil)
	}
	if !out.Bound("ArgumentList") {
		v, ok, err := out.Session().TypeData().Property(in, c.MemberName)
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
	v, err := out.Session().TypeData().InvokeMethod(in, c.MemberName, c.ArgumentList)
	if err != nil {
		return out.Error(object.RecordOf(err))
	}
	if v == object.Nothing {
		return nil
	}
	return out.WriteEach(v)
}
