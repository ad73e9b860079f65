package interp

import (
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// function is a function, filter, script file or script block that can be called.
type function struct {
	found       // of itself, as the look-up of commands answers
	name        string
	block       *block
	module      *module
	kind        cmdlet.Kind
	options     options
	description string
	path        string // of a script file
	closure     *scope // of GetNewClosure
}

// newFunction makes a function whose look-up answers itself.
func newFunction(name string, b *block, m *module, kind cmdlet.Kind) *function {
	fn := &function{name: name, block: b, module: m, kind: kind}
	fn.found.function = fn
	return fn
}

// maxDepth bounds the depth of calls: Go's stack would bear more, PowerShell's bears about as many.
const maxDepth = 5000

// phase is the block of a function that runs.
type phase uint8

const (
	phaseBind phase = iota
	phaseBegin
	phaseProcess
	phaseEnd
)

// functionStage is a function or script block as a command of a pipeline.
type functionStage struct {
	stageBase
	fn     *function
	args   []cmdlet.Arg
	name   string // as called
	dotted bool

	code      *code
	frame     *frame
	call      *call
	binding   *cmdlet.Binding
	common    cmdlet.Common
	phase     phase
	began     bool
	direct    []any // arguments of a call from Go, bound by position
	under     any
	hasUnder  bool
	processed bool
	asks      asking
	self      any // $PSCmdlet
	rare      *rareParts
	warned    map[*cmdlet.Parameter]bool // obsolete parameters that have been warned of
}

// rareParts are what few calls have.
type rareParts struct {
	dynamic    []dynamicParameter
	describing bool // the call is only made to learn the dynamic parameters
	paging     any  // PagingParameters, once somebody has asked for them
}

func (s *functionStage) parts() *rareParts {
	if s.rare == nil {
		s.rare = &rareParts{}
	}
	return s.rare
}

func newFunctionStage(b stageBase, fn *function, args []cmdlet.Arg, dotted bool, name string) *functionStage {
	return &functionStage{stageBase: b, fn: fn, args: args, dotted: dotted, name: name}
}

// prepare makes the function's scope and binds its parameters.
func (s *functionStage) prepare() error {
	in := s.f.in
	if in.depth >= maxDepth {
		return s.f.errDepth()
	}
	b := s.fn.block
	s.call = &call{block: b, name: s.name, fn: s.fn, stage: s, length: s.pipe.length, position: s.index + 1}
	if s.node != nil {
		s.call.at = s.node
	}
	if s.fn.kind == cmdlet.KindScriptBlock {
		s.call.fn = nil
	}
	f := &frame{in: in, call: s.call, out: s.out, streams: s.streams, caller: s.f}
	if s.dotted {
		f.scope = s.f.scope
		if s.fn.module != f.scope.module {
			f.scope = in.homeScope(s.f, s.fn.module)
		}
		s.code = b.codeFor(f.scope.layout)
	} else {
		s.code = b.code()
		parent := s.f.scope
		if s.fn.module != parent.module {
			parent = in.homeScope(s.f, s.fn.module)
		}
		if s.fn.closure != nil {
			s.fn.closure.parent = parent
			parent = s.fn.closure
		}
		f.scope = newScope(parent, s.code.layout)
		if s.fn.kind == cmdlet.KindExternalScript {
			f.scope.script = f.scope
		}
	}
	f.code, f.vars = s.code, f.scope.vars
	if s.code.failed != nil {
		return s.code.failed
	}
	s.frame = f
	if s.node != nil {
		f.at = s.node
	}
	if s.hasUnder {
		f.under, f.hasUnder = s.under, true
	}
	if len(b.params) == 0 && len(b.ast.Attributes) == 0 && b.ast.Params == nil {
		s.bindArgs()
	} else if err := s.bind(); err != nil {
		return err
	}
	return nil
}

// bindArgs is the binding of a block without parameters: all is $args.
func (s *functionStage) bindArgs() {
	if s.direct != nil {
		s.call.args = s.direct
		return
	}
	for _, a := range s.args {
		switch {
		case a.Name == "":
			s.call.args = append(s.call.args, a.Value)
		default:
			s.call.args = append(s.call.args, &parameterName{a.Name, a.Text})
			if a.HasValue {
				s.call.args = append(s.call.args, a.Value)
			}
		}
	}
	for i, a := range s.call.args {
		if p, ok := a.(*parameterName); ok {
			s.call.args[i] = parameterText(p)
		}
	}
}

// parameterText is how $args shows a parameter's name.
func parameterText(p *parameterName) any { return p.text }

// bind binds the arguments to the parameters.
func (s *functionStage) bind() error {
	name := s.fn.name
	if name == "" {
		name = s.name
	}
	sig, err := s.fn.block.describe(s.frame, name, s.fn.kind)
	if err != nil {
		return err
	}
	args := s.args
	for _, v := range s.direct {
		args = append(args, cmdlet.Arg{Value: v})
	}
	opts := cmdlet.Options{Pipeline: s.piped, Function: true, Types: &s.f.in.typeData}
	if sig.info.Advanced {
		opts.Defaults = s.f.defaults(sig.info.Name)
		opts.Prompt = s.f.promptFor(sig.info)
	}
	if s.fn.block.hasDynamic(sig.info) {
		opts.Dynamic = s.dynamicParameters
	}
	binding, err := cmdlet.Bind(sig.info, args, opts)
	if err != nil {
		return s.bindFailed(err)
	}
	s.binding, s.call.binding = binding, binding
	s.handOver()
	s.call.args = binding.Rest
	if sig.info.Advanced {
		s.common = binding.Common()
		if err := s.applyCommon(); err != nil {
			return err
		}
	}
	return nil
}

// bindFailed places a binding error at the argument at fault.
func (s *functionStage) bindFailed(err error) error { return s.f.bindFailed(err, s.node, s.name) }

func (f *frame) bindFailed(err error, node *syntax.Command, name string) error {
	e, ok := bindingError(err)
	if !ok {
		return f.wrap(err)
	}
	if e.Record.Invocation == nil && node != nil {
		var at syntax.Node = node
		if e.Arg >= 0 && e.Arg+1 < len(node.Elements) {
			at = node.Elements[e.Arg+1]
		}
		e.Record.Invocation = f.invocationAt(at)
		e.Record.Invocation.CommandName = name
	}
	if e.Record.Activity == "" {
		e.Record.Activity = name
	}
	if len(e.Similar) > 0 && f.in.options.Host.Interactive() { // at the prompt, not in the logs of scripts
		e.Record.Action = "Did you mean -" + strings.Join(e.Similar, ", -") + "?"
	}
	f.place(e.Record)
	return e.Record
}

// begin sets the parameters and runs the begin block.
func (s *functionStage) begin() error {
	return s.enter(phaseBegin, func() error {
		s.began = true
		if err := s.warnObsolete(); err != nil {
			return err
		}
		if err := s.setParameters(); err != nil {
			return err
		}
		if s.code.begin == nil {
			return nil
		}
		return s.block(s.code.begin)
	})
}

// setParameters assigns bound values and defaults to the parameters' variables.
func (s *functionStage) setParameters() error {
	if s.binding == nil {
		return nil
	}
	f := s.frame
	sig := s.fn.block.signature
	for i := range s.code.params {
		p := &s.code.params[i]
		v, bound := s.binding.Value(sig.info.Parameters[i])
		if bound {
			if err := s.setParameter(i, v); err != nil {
				return err
			}
			continue
		}
		info := sig.info.Parameters[i]
		switch {
		case p.deflt != nil:
			saved := f.at
			f.at = p.node
			v, err := p.deflt(f)
			if err != nil {
				return err
			}
			if info.Type != nil {
				if v, err = f.cast(v, info.Type); err != nil {
					return s.bindFailed(s.transformFailed(info, err))
				}
			}
			f.at = saved
			if err := s.setParameter(i, v); err != nil {
				return err
			}
		case info.Switch:
			if err := s.setParameter(i, object.Switch(false)); err != nil {
				return err
			}
		default:
			var v any
			if info.Type != nil {
				v = zeroOf(info.Type)
			}
			if err := s.setParameter(i, v); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *functionStage) transformFailed(p *cmdlet.Parameter, cause error) error {
	r := object.RecordOf(cause)
	e := object.NewException("System.Management.Automation.ParameterBindingArgumentTransformationException",
		"%s", "Cannot process argument transformation on parameter '"+p.Name+"'. "+r.Exception.Message)
	e.Inner = r.Exception
	return &cmdlet.BindError{Record: object.NewErrorOf(e, "ParameterArgumentTransformationError,"+s.fn.name, object.InvalidData, nil), Arg: -1}
}

// setParameter sets the variable of parameter i, which keeps its type and checks.
func (s *functionStage) setParameter(i int, v any) error {
	p := &s.code.params[i]
	var place *variable
	if p.slot >= 0 && s.frame.vars != nil {
		place = &s.frame.vars[p.slot]
	} else {
		place = s.frame.scope.place(p.name)
	}
	place.value, place.traits = v, s.fn.block.paramTraits(s.frame, i)
	return nil
}

// paramTraits are the traits of a parameter's variable.
func (b *block) paramTraits(f *frame, i int) *traits {
	if b.traits == nil {
		b.traits = make([]*traits, len(b.params))
	}
	if t := b.traits[i]; t != nil {
		return t
	}
	info := b.signature.info.Parameters[i]
	t := ordinary
	if info.Type != nil && info.Type != object.TypeObject || len(info.Validators) > 0 || info.Transform != nil {
		t = &traits{Type: info.Type, guards: guards{checks: info.Validators}}
		if info.Transform != nil {
			t.transforms = []func(v any) (any, error){info.Transform}
		}
	}
	b.traits[i] = t
	return t
}

// enter runs fn with the function's frame in force.
func (s *functionStage) enter(p phase, fn func() error) error {
	in := s.frame.in
	saved, tries := in.current, in.tries
	s.phase = p
	s.frame.push()
	in.current = s.frame
	in.depth++
	err := fn()
	in.depth--
	in.current, in.tries = saved, tries
	s.frame.pop()
	if t, ok := err.(*terminated); ok && t.stage == s {
		return &invoked{t.record}
	}
	return err
}

// block runs one of the function's blocks; return ends the block only.
func (s *functionStage) block(l *list) error {
	err := l.enter(s.frame)
	if j, ok := err.(*flow); ok {
		switch {
		case j.kind == flowReturn:
			return nil
		case j.kind == flowExit && s.fn.kind == cmdlet.KindExternalScript && s.node != nil: // it ends the script only
			s.frame.in.setExitCode(j.code)
			s.pipe.failed = j.code != 0
			return nil
		}
	}
	return err
}

// write is the process step.
func (s *functionStage) write(v any) error {
	if s.code.simple {
		if s.binding == nil || !s.takesPipeline() {
			s.collectInput(v)
			return nil
		}
		return s.bindOnly(v)
	}
	return s.enter(phaseProcess, func() error {
		f := s.frame
		f.under, f.hasUnder = v, true
		s.processed = true
		if s.binding != nil && s.takesPipeline() {
			if err := s.bindInput(v); err != nil {
				return s.inputFailed(err)
			}
		}
		if s.code.process == nil {
			s.collectInput(v)
			return nil
		}
		s.call.input = &inputs{items: []any{v}}
		return s.block(s.code.process)
	})
}

func (s *functionStage) collectInput(v any) {
	if s.call.input == nil {
		s.call.input = &inputs{}
	}
	s.call.input.items = append(s.call.input.items, v)
}

func (s *functionStage) takesPipeline() bool {
	return s.binding.Info().Advanced
}

// bindOnly binds an object to a function that has only an end block, which sees the last one.
func (s *functionStage) bindOnly(v any) error {
	s.collectInput(v)
	s.frame.under, s.frame.hasUnder = v, true
	if err := s.bindInput(v); err != nil {
		return s.inputFailed(err)
	}
	return nil
}

// bindInput binds an object of the pipeline and sets the parameters that it brings.
func (s *functionStage) bindInput(v any) error {
	if err := s.binding.BindPipeline(v); err != nil {
		return err
	}
	s.handOver()
	if err := s.warnObsolete(); err != nil {
		return err
	}
	sig := s.fn.block.signature
	for i := range s.code.params {
		p := sig.info.Parameters[i]
		if !p.FromPipeline() {
			continue
		}
		v, bound := s.binding.Value(p)
		if !bound {
			if s.piped && s.code.params[i].deflt == nil {
				var zero any
				if p.Type != nil {
					zero = zeroOf(p.Type)
				}
				v = zero
			} else {
				continue
			}
		}
		if err := s.setParameter(i, v); err != nil {
			return err
		}
	}
	s.call.bound = nil
	return nil
}

// inputFailed reports an object that could not be bound: an error for this object only.
func (s *functionStage) inputFailed(err error) error {
	e, ok := bindingError(err)
	if !ok {
		return err
	}
	s.pipe.failed = true
	record := s.frame.recordOf(s.bindFailed(e))
	return s.writeError(record)
}

// writeError writes a non-terminating error of the function.
func (s *functionStage) writeError(r *object.ErrorRecord) error {
	s.pipe.failed = true
	return s.frame.nonTerminating(r, s.common.ErrorAction)
}

// run is the process step of a function that nothing is piped to.
func (s *functionStage) run() error {
	if s.code.process == nil {
		return nil
	}
	return s.enter(phaseProcess, func() error { return s.block(s.code.process) })
}

// end runs the end block.
func (s *functionStage) end() error {
	if s.code.end == nil {
		return nil
	}
	return s.enter(phaseEnd, func() error {
		if !s.code.simple && s.code.process != nil {
			s.call.input = nil
		}
		return s.block(s.code.end)
	})
}

// finish runs the clean block and undoes what the call changed.
func (s *functionStage) finish() error {
	if s.frame == nil {
		return nil
	}
	var failed error
	if s.began && s.code.clean != nil {
		failed = s.frame.in.uninterrupted(func() error {
			return s.enter(phaseEnd, func() error {
				saved := s.frame.out
				s.frame.out = discard{}
				err := s.block(s.code.clean)
				s.frame.out = saved
				return err
			})
		})
		if failed != nil {
			failed = s.frame.failed(failed, s.node)
		}
	}
	return failed
}

// functionStatement defines a function where the statement runs.
func (c *compiler) functionStatement(s *syntax.FunctionDefinition) stmtFunc {
	b := c.block.child(s.Body)
	if s.Parameters != nil {
		b.params = s.Parameters
	}
	b.filter, b.definition = s.Filter, s
	kind := cmdlet.KindFunction
	if s.Filter {
		kind = cmdlet.KindFilter
	}
	name, where := s.Name, ""
	if i := strings.IndexByte(name, ':'); i > 0 {
		where, name = strings.ToLower(name[:i]), name[i+1:]
	}
	return func(f *frame) error {
		fn := newFunction(name, b, f.scope.module, kind)
		at := f.scope
		switch where {
		case "global":
			at = f.in.global
		case "script":
			at = f.scope.script
		case "private":
			fn.options = private
		}
		return f.define(at, fn)
	}
}

// define puts a function into a scope.
func (f *frame) define(at *scope, fn *function) error {
	lower := strings.ToLower(fn.name)
	if old := at.functions[lower]; old != nil && old.options&(readOnly|constant) != 0 {
		e := object.NewException("System.Management.Automation.SessionStateUnauthorizedAccessException", "Cannot write to function %s because it is read-only or constant.", fn.name)
		return f.place(object.NewErrorOf(e, "FunctionNotWritable", object.WriteError, fn.name))
	}
	if at.functions == nil {
		at.functions = map[string]*function{}
	}
	at.functions[lower] = fn
	return nil
}

// defineFrom is $function:name = value.
func (f *frame) defineFrom(name string, v any) error {
	switch x := object.Base(v).(type) {
	case nil:
		delete(f.scope.functions, strings.ToLower(name))
		return nil
	case *scriptBlock:
		return f.define(f.scope, newFunction(name, x.block, x.module, cmdlet.KindFunction))
	default:
		sb, err := f.in.parseBlock(object.ToString(x), f)
		if err != nil {
			return err
		}
		return f.define(f.scope, newFunction(name, sb.block, f.scope.module, cmdlet.KindFunction))
	}
}

// homeScope is the innermost scope of a module's session (nil: the top one) among those that run, else the module's own.
func (in *Interp) homeScope(f *frame, m *module) *scope {
	for g := f; g != nil; g = g.caller {
		if g.scope.module == m {
			return g.scope
		}
	}
	if m != nil {
		return m.scope
	}
	return in.global
}

// zeroOf is what a parameter of a type is worth when it is not given.
func zeroOf(t *object.Type) any {
	if t == object.TypeString {
		return ""
	}
	if !t.IsValue {
		return nil
	}
	return object.Zero(t)
}
