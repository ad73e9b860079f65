package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Wait-Debugger", Module: moduleUtility, Synopsis: "Stops a script in the debugger before running the next statement in the script.",
	}, func() cmdlet.Cmdlet { return &waitDebugger{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-PSCallStack", Module: moduleUtility, Aliases: []string{"gcs"}, Synopsis: "Displays the current call stack.",
		OutputTypes: []string{"System.Management.Automation.CallStackFrame"},
	}, func() cmdlet.Cmdlet { return &getCallStack{} })
	_ = declare(cmdlet.Spec{
		Name: "Set-PSDebug", Module: moduleCore, DefaultSet: "on", Synopsis: "Turns script debugging features on and off, sets the trace level, and toggles strict mode.",
	}, func() cmdlet.Cmdlet { return &setPSDebug{} })
)

type waitDebugger struct{}

// Process stops in the debugger.
func (*waitDebugger) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return out.Session().Break()
}

type getCallStack struct{}

// Process lists the calls that led here.
func (*getCallStack) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, f := range out.Session().CallStack() {
		if err := out.Write(object.Instance(cmdlet.TypeCallFrame, f)); err != nil {
			return err
		}
	}
	return nil
}

type setPSDebug struct {
	Trace  int32 `param:"set=on" validate:"range=0,2" help:"What is told: 0 nothing, 1 each line as it runs, 2 assignments and calls too."`
	Step   bool  `param:"set=on" help:"Asks before each line whether to run it."`
	Strict bool  `param:"set=on" help:"Makes it an error to read a variable that has not been set."`
	Off    bool  `param:"set=off mandatory" help:"Turns all of this off."`
}

// Process sets what is told of scripts as they run.
func (c *setPSDebug) Process(_ context.Context, _ any, out cmdlet.Out) error {
	s := out.Session()
	if c.Off {
		s.Trace(0, false)
		return s.SetStrictMode(0, "global")
	}
	level := s.TraceLevel()
	if out.Bound("Trace") {
		level = int(c.Trace)
	}
	s.Trace(level, c.Step)
	if out.Bound("Strict") {
		strict := 0
		if c.Strict {
			strict = 1
		}
		return s.SetStrictMode(strict, "global")
	}
	return nil
}
