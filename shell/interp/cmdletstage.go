package interp

import (
	"errors"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// cmdletStage is a compiled cmdlet as a command of a pipeline. It is the cmdlet.Out that the cmdlet talks to.
type cmdletStage struct {
	stageBase
	info     *cmdlet.Info
	args     []cmdlet.Arg
	name     string
	binding  *cmdlet.Binding
	instance cmdlet.Cmdlet
	refill   *cmdlet.Refiller
	common   cmdlet.Common
	asks     asking
	invoked  *object.InvocationInfo
}

func newCmdletStage(b stageBase, info *cmdlet.Info, args []cmdlet.Arg, name string) *cmdletStage {
	return &cmdletStage{stageBase: b, info: info, args: args, name: name}
}

func (s *cmdletStage) prepare() error {
	f := s.f
	opts := cmdlet.Options{Pipeline: s.piped, Types: &f.in.typeData, Defaults: f.defaults(s.info.Name), Prompt: f.promptFor(s.info)}
	binding, err := cmdlet.Bind(s.info, s.args, opts)
	if err != nil {
		return f.bindFailed(err, s.node, s.info.Name)
	}
	s.binding = binding
	if f.in.debug != nil {
		if err := f.in.debug.calls(f, s.info.Name, s.name); err != nil {
			return err
		}
	}
	s.instance = s.info.New()
	if err := binding.Fill(s.instance); err != nil {
		return f.wrap(err)
	}
	if binding.HasCommon() {
		s.common = binding.Common()
		s.hold(s.common.OutBuffer)
		s.out, s.streams, err = f.applyCommonStreams(s.common, s.out, s.streams)
		if err != nil {
			return err
		}
	}
	if s.piped {
		s.refill = binding.Refiller(s.instance)
	}
	return nil
}

// step calls the cmdlet with the pipeline's frame in force.
func (s *cmdletStage) step(fn func() error) error {
	in, f := s.f.in, s.f
	saved, streams, at, tries := in.current, f.streams, f.at, in.tries
	in.current, f.streams = f, s.streams
	if s.node != nil {
		f.at = s.node
	}
	err := fn()
	in.current, f.streams, f.at, in.tries = saved, streams, at, tries
	if err == nil {
		return nil
	}
	return s.ended(err)
}

// ended says how an error that the cmdlet returned ends it.
func (s *cmdletStage) ended(err error) error {
	if err == cmdlet.ErrStopped { // the cmdlet's own wish: no more input
		s.done = true
		return &stopUpstream{s.pipe, s.index}
	}
	if stop, ok := errors.AsType[*stopUpstream](err); ok {
		return stop
	}
	if j, ok := errors.AsType[*flow](err); ok {
		return j
	}
	if !catchable(err) || errors.Is(err, errInterrupted) || s.f.in.cancelled(err) {
		return errInterrupted
	}
	if r, ok := errors.AsType[*raised](err); ok {
		return r
	}
	s.pipe.failed = true
	if i, ok := errors.AsType[*invoked](err); ok {
		return i
	}
	record := object.RecordOf(err)
	if record.Command != "" && record.Command != s.info.ErrorName || record.Invocation != nil {
		c := *record // an error from within: PowerShell names the outer cmdlet in its id
		c.Command = s.info.ErrorName
		record = &c
	}
	s.complete(record)
	if s.common.ErrorAction != "" {
		switch actionOf(s.common.ErrorAction, actionContinue) {
		case actionStop:
			return &raised{record: record, stop: true}
		}
	}
	return &invoked{record}
}

// complete gives a record the command's name and position.
func (s *cmdletStage) complete(r *object.ErrorRecord) {
	if r.Command == "" && r.Invocation == nil {
		r.Command = s.info.ErrorName
	}
	if r.Activity == "" {
		r.Activity = s.info.Name
	}
	if r.Invocation == nil {
		r.Invocation = s.Invocation()
	}
	s.f.place(r)
}

func (s *cmdletStage) begin() error {
	b, ok := s.instance.(cmdlet.Beginner)
	if !ok {
		return nil
	}
	return s.step(func() error { return b.Begin(s.f.in.ctx, s) })
}

func (s *cmdletStage) run() error {
	return s.step(func() error { return s.instance.Process(s.f.in.ctx, cmdlet.NoInput, s) })
}

func (s *cmdletStage) write(v any) error {
	if s.done {
		return &stopUpstream{s.pipe, s.index}
	}
	return s.step(func() error {
		if err := s.binding.BindPipeline(v); err != nil {
			return s.inputFailed(err)
		}
		if err := s.refill.Apply(); err != nil {
			return err
		}
		return s.instance.Process(s.f.in.ctx, v, s)
	})
}

// inputFailed reports an object that could not be bound.
func (s *cmdletStage) inputFailed(err error) error {
	e, ok := bindingError(err)
	if !ok {
		return err
	}
	e.Record.Invocation = s.Invocation()
	return s.Error(e.Record)
}

func (s *cmdletStage) end() error {
	e, ok := s.instance.(cmdlet.Ender)
	if !ok || s.done {
		return nil
	}
	return s.step(func() error { return e.End(s.f.in.ctx, s) })
}

func (s *cmdletStage) finish() error {
	if c, ok := s.instance.(cmdlet.Closer); ok {
		return c.Close()
	}
	return nil
}

// The cmdlet.Out.

func (s *cmdletStage) Write(v any) error {
	if v == nothing {
		return nil
	}
	if err := s.f.in.interrupted(); err != nil {
		return err
	}
	return s.out.write(v)
}

func (s *cmdletStage) WriteEach(v any) error { return unroll(v, s.out) }

func (s *cmdletStage) Error(r *object.ErrorRecord) error {
	s.pipe.failed = true
	s.complete(r)
	return s.f.nonTerminating(r, s.common.ErrorAction)
}

func (s *cmdletStage) Warning(text string) error {
	return s.named(s.f.stream(syntax.StreamWarning, s.f.in.known.warning, s.common.WarningAction, newRecord(warningRecord, text, s.Invocation()), text))
}

func (s *cmdletStage) Verbose(text string) error {
	return s.named(s.f.stream(syntax.StreamVerbose, s.f.in.known.verbose, switched(s.common.Verbose), newRecord(verboseRecord, text, s.Invocation()), text))
}

func (s *cmdletStage) Debug(text string) error {
	return s.named(s.f.stream(syntax.StreamDebug, s.f.in.known.debug, switched(s.common.Debug), newRecord(debugRecord, text, s.Invocation()), text))
}

// named puts the cmdlet's name into the id of an error that a preference of Stop has made.
func (s *cmdletStage) named(err error) error {
	if r, ok := err.(*raised); ok && r.record.Command == "" {
		r.record.Command = s.info.ErrorName
	}
	return err
}

// switched is the action that -Verbose or -Debug stands for; empty where it was not given.
func switched(on *bool) string {
	switch {
	case on == nil:
		return ""
	case *on:
		return "Continue"
	}
	return "SilentlyContinue"
}

func (s *cmdletStage) Information(v any, tags ...string) error {
	return s.f.information(v, tags, s.common.InformationAction)
}

func (s *cmdletStage) Progress(p cmdlet.Progress) error {
	if s.common.ProgressAction != "" {
		if a := actionOf(s.common.ProgressAction, actionContinue); a == actionSilently || a == actionIgnore {
			return nil
		}
	} else if a := s.f.preference(s.f.in.known.progress, actionContinue); a == actionSilently || a == actionIgnore {
		return nil
	}
	return s.f.in.progress(p)
}

func (s *cmdletStage) ShouldProcess(target, action string) (bool, error) {
	if action == "" {
		action = s.info.Name
	}
	return s.f.shouldProcess(&s.asks, s.common, s.info.ConfirmImpact, target, action)
}

func (s *cmdletStage) ShouldContinue(query, caption string) (bool, error) {
	return s.f.shouldContinue(&s.asks, query, caption)
}

func (s *cmdletStage) Bound(parameter string) bool   { return s.binding.Bound(parameter) }
func (s *cmdletStage) Parameters() *object.Hashtable { return s.binding.Parameters() }
func (s *cmdletStage) ParameterSet() string          { return s.binding.Set() }
func (s *cmdletStage) Session() cmdlet.Session       { return s.f.in.session() }

func (s *cmdletStage) Invocation() *object.InvocationInfo {
	if s.invoked == nil {
		var i *object.InvocationInfo
		if s.node != nil {
			i = s.f.invocationAt(s.node)
		} else {
			i = s.f.invocationAt(s.f.at)
		}
		i.CommandName = s.name
		i.PipelineLength, i.PipelinePosition = s.pipe.length, s.index+1
		if s.binding != nil {
			i.BoundParameters = s.binding.Parameters()
		}
		i.Command = &commandInfo{found: found{info: s.info}, name: s.info.Name}
		s.invoked = i
	}
	return s.invoked
}

// AsCaller implements [cmdlet.Caller].
func (s *cmdletStage) AsCaller(r *object.ErrorRecord) {
	c := s.f.nearestCall()
	if r.Activity == "" {
		r.Activity = s.info.Name
	}
	if c == nil || c.fn == nil {
		r.Invocation = &object.InvocationInfo{CommandName: s.name}
		return
	}
	r.Command = c.fn.name
	i := *c.invocation(s.f)
	i.CommandName = c.fn.name
	if c.at == nil { // a script that the host runs has no place where it was called
		i.CommandName = s.info.Name
	}
	r.Invocation = &i
}
