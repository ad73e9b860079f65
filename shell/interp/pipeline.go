package interp

import (
	"migsh/shell/cmdlet"
	"migsh/shell/syntax"
)

// A stage is one command of a running pipeline. Its write is its process step.
type stage interface {
	sink
	// prepare binds the parameters, before any command begins.
	prepare() error
	begin() error
	// run is the process step of a command that nothing is piped to.
	run() error
	end() error
	// finish releases what the stage holds, whatever happened.
	finish() error
	base() *stageBase
}

// stageBase is what all stages have.
type stageBase struct {
	f       *frame // that the pipeline runs in
	pipe    *pipelineRun
	node    *syntax.Command
	out     sink
	streams *streams
	index   int
	piped   bool // something is piped to it
	closers []func() error
	done    bool // it wants no more input
	buffer  *outBuffer
}

func (b *stageBase) base() *stageBase { return b }

func (b *stageBase) close() error {
	var failed error
	for _, c := range b.closers {
		if err := c(); err != nil && failed == nil {
			failed = err
		}
	}
	b.closers = nil
	return failed
}

// stopUpstream is on its way up to the pipeline of a command that wants no more input.
type stopUpstream struct {
	pipe *pipelineRun
	from int // the command's index
}

func (s *stopUpstream) Error() string { return "the pipeline has been stopped" }

// Is lets a cmdlet know what it has got from [cmdlet.Out].
func (s *stopUpstream) Is(target error) bool { return target == cmdlet.ErrStopped }

// pipelineCode is a compiled pipeline.
type pipelineCode struct {
	elements []element
	node     *syntax.Pipeline
}

type element struct {
	expr   exprFunc // of the first element only
	lo, hi exprFunc
	cmd    *commandCode
	redirs []redirection
	node   syntax.CommandBase
}

// pipelineRun is a pipeline that runs.
type pipelineRun struct {
	failed bool // a command wrote an error
	length int
}

func (c *compiler) pipelineStatement(p *syntax.Pipeline) (stmtFunc, bool) {
	if p.Background {
		return c.background(p), false
	}
	if e := p.Expression(); e != nil {
		return c.emitExpr(e, c.raw(e)), true
	}
	code := &pipelineCode{node: p}
	for i, x := range p.Elements {
		el := element{node: x}
		switch x := x.(type) {
		case *syntax.Command:
			el.cmd = c.command(x)
			el.redirs = c.redirections(x.Redirections)
		case *syntax.CommandExpression:
			el.redirs = c.redirections(x.Redirections)
			if r, ok := x.Expression.(*syntax.Binary); ok && r.Op == syntax.OpDotDot && i == 0 {
				el.lo, el.hi = c.expr(r.Left), c.expr(r.Right)
			}
			el.expr = c.raw(x.Expression)
		}
		code.elements = append(code.elements, el)
	}
	return code.run, false
}

// run runs the pipeline with its output going to the frame's.
func (p *pipelineCode) run(f *frame) error {
	pipe := &pipelineRun{length: len(p.elements)}
	f.at = p.node
	err := p.runIn(f, pipe)
	if err != nil {
		if s, ok := err.(*stopUpstream); !ok || s.pipe != pipe {
			return err
		}
	}
	f.in.ok = !pipe.failed
	return nil
}

func (p *pipelineCode) runIn(f *frame, pipe *pipelineRun) (failed error) {
	var room [4]stage
	stages := room[:0]
	defer func() {
		for _, s := range stages {
			if err := s.finish(); err != nil && failed == nil {
				failed = err
			}
			if err := s.base().close(); err != nil && failed == nil {
				failed = err
			}
		}
	}()
	first := 0
	if p.elements[0].cmd == nil {
		first = 1
	}
	for i := first; i < len(p.elements); i++ {
		e := &p.elements[i]
		b := stageBase{f: f, pipe: pipe, node: e.cmd.node, index: i, piped: i > 0}
		s, err := e.cmd.stage(f, b)
		if err != nil {
			return err
		}
		stages = append(stages, s)
	}
	out := f.out
	var closers []func() error
	defer func() {
		for _, c := range closers {
			if err := c(); err != nil && failed == nil {
				failed = err
			}
		}
	}()
	for i := len(stages) - 1; i >= 0; i-- {
		b := stages[i].base()
		var err error
		b.out, b.streams, b.closers, err = f.redirect(p.elements[i+first].redirs, out, f.streams)
		if err != nil {
			return err
		}
		out = stages[i]
	}
	streams := f.streams
	if first == 1 {
		var err error
		out, streams, closers, err = f.redirect(p.elements[0].redirs, out, f.streams)
		if err != nil {
			return err
		}
	}
	f.at = p.node
	for _, s := range stages {
		if err := s.prepare(); err != nil {
			return err
		}
	}
	for _, s := range stages {
		if err := s.begin(); err != nil {
			if err = pipe.stopped(err); err != nil {
				return err
			}
		}
	}
	from := 0
	var err error
	if first == 1 {
		err = p.feed(f, &p.elements[0], out, streams)
	} else {
		err = stages[0].run()
	}
	if err != nil {
		s, ok := err.(*stopUpstream)
		if !ok || s.pipe != pipe {
			return err
		}
		from = s.from + 1 - first
	}
	for i := from; i < len(stages); i++ {
		err := stages[i].end()
		if err == nil {
			err = stages[i].base().release()
		}
		if err != nil {
			s, ok := err.(*stopUpstream)
			if !ok || s.pipe != pipe {
				return err
			}
			i = s.from - first // those after it still end
		}
	}
	return nil
}

// stopped drops the error by which a command of this pipeline wants no more input.
func (pipe *pipelineRun) stopped(err error) error {
	if s, ok := err.(*stopUpstream); ok && s.pipe == pipe {
		return nil
	}
	return err
}

// feed writes the value of the expression at the head of a pipeline to its first command.
func (p *pipelineCode) feed(f *frame, e *element, out sink, s *streams) error {
	saved := f.streams
	f.streams = s
	defer func() { f.streams = saved }()
	if e.lo != nil {
		lo, err := e.lo(f)
		if err != nil {
			return err
		}
		hi, err := e.hi(f)
		if err != nil {
			return err
		}
		return f.eachInRange(lo, hi, func(v any) error {
			if err := f.in.interrupted(); err != nil {
				return err
			}
			return out.write(v)
		})
	}
	v, err := e.expr(f)
	if err != nil {
		return err
	}
	if err := f.in.interrupted(); err != nil {
		return err
	}
	return unroll(v, interruptible{f.in, out})
}

// interruptible asks for Ctrl-C before each object.
type interruptible struct {
	in *Interp
	to sink
}

func (s interruptible) write(v any) error {
	if err := s.in.interrupted(); err != nil {
		return err
	}
	return s.to.write(v)
}

// chain is a && b, a || b.
func (c *compiler) chain(p *syntax.PipelineChain) stmtFunc {
	if p.Background {
		return c.background(p)
	}
	left, leftSets := c.statement(p.Left)
	right, rightSets := c.statement(p.Right)
	and := p.Op == syntax.OpAndAnd
	return func(f *frame) error {
		f.at = p.Left
		if err := left(f); err != nil {
			if err = f.failed(err, p.Left); err != nil {
				return err
			}
		} else if leftSets {
			f.in.ok = true
		}
		if f.in.ok != and {
			return nil
		}
		f.at = p.Right
		if err := right(f); err != nil {
			return err
		}
		if rightSets {
			f.in.ok = true
		}
		return nil
	}
}

// inputs is $input: what was piped to a function, taken as it is read.
type inputs struct{ items []any }

func (i *inputs) object() any { return newEnumerator(&enumerator{items: i.items, at: -1, source: i}) }
