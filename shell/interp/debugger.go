package interp

import (
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// stepping is how the debugger goes on after a stop.
type stepping uint8

const (
	stepNone stepping = iota
	stepInto
	stepOver // stop at the next statement of this call, or of a caller
	stepOut  // stop in the caller
)

// A debugger stops scripts at breakpoints and traces them. [Interp.debug] points to it only while there is something to watch for, so
// that scripts pay one comparison a statement for it.
type debugger struct {
	in     *Interp
	points []*point
	ids    int
	// trace and ask are what Set-PSDebug has asked for.
	trace int
	ask   bool
	// watch tells that code is compiled so that the use of variables can be told.
	watch bool

	step     stepping
	depth    int  // of the call that is stepped over or out of
	busy     bool // stopped, or running an action: nothing stops within
	detached bool // until the next line of the prompt
	greeted  bool
	prompt   debugPrompt
}

// A point is a breakpoint with what the debugger remembers of it.
type point struct {
	*cmdlet.Breakpoint
	name   *object.Wildcard // of a command breakpoint
	offset int              // of the statement that a line breakpoint has been bound to; -1: none yet
	symbol symbol
}

// watches tells whether code has to be compiled so that the debugger learns of variables.
func (in *Interp) watches() bool { return in.debug != nil && in.debug.watch }

// refresh decides whether there is anything to watch for.
func (d *debugger) refresh() {
	d.watch = d.trace > 1
	active := d.trace > 0 || d.ask || d.step != stepNone
	for _, p := range d.points {
		if p.Enabled {
			active = true
			d.watch = d.watch || p.Variable != ""
		}
	}
	d.in.debug = nil
	if active && !d.detached {
		d.in.debug = d
	}
}

// rest ends stepping when what was stepped through has ended.
func (d *debugger) rest() {
	d.step, d.detached = stepNone, false
	d.refresh()
}

// reach is called before each statement and each condition.
func (f *frame) reach(n syntax.Node) error {
	f.at = n
	if f.in.debug == nil {
		return nil
	}
	return f.reached()
}

// reached is reach where the debugger is at work.
func (f *frame) reached() error { return f.in.debug.reach(f, f.at.Extent()) }

// reach stops at a place of the source where a breakpoint is or a step ends.
func (d *debugger) reach(f *frame, at syntax.Extent) error {
	if d.busy || at.Source == nil {
		return nil
	}
	if d.trace > 0 || d.ask {
		if err := d.traceLine(at.Start(), at.Source); err != nil {
			return err
		}
	}
	var hit []*point
	for _, p := range d.points {
		if p.Enabled && p.Line > 0 && p.at(at) {
			hit = append(hit, p)
		}
	}
	stop, err := d.trigger(f, hit)
	if err != nil {
		return err
	}
	if len(stop) > 0 || d.stepEnds(f) {
		return d.stop(f, at, stop)
	}
	return nil
}

// at tells whether a line breakpoint is at a place: the first one of its line, or the one that begins before its column.
func (p *point) at(x syntax.Extent) bool {
	if x.File() != p.Script {
		return false
	}
	if p.offset >= 0 {
		return p.offset == x.StartOffset()
	}
	start := x.Start()
	if start.Line != p.Line {
		return false
	}
	if p.Column > 0 {
		if end := x.End(); p.Column < start.Column || end.Line == start.Line && p.Column >= end.Column {
			return false
		}
	}
	p.offset = x.StartOffset()
	return true
}

// stepEnds tells whether a step ends in a frame.
func (d *debugger) stepEnds(f *frame) bool {
	switch d.step {
	case stepInto:
		return true
	case stepOver:
		return f.level() <= d.depth
	case stepOut:
		return f.level() < d.depth
	}
	return false
}

// level is the number of calls around a frame.
func (f *frame) level() int {
	n := 0
	for g := f.caller; g != nil; g = g.caller {
		n++
	}
	return n
}

// calls is called before a command runs.
func (d *debugger) calls(f *frame, name, typed string) error {
	if d.busy {
		return nil
	}
	var hit []*point
	for _, p := range d.points {
		if p.Enabled && p.Command != "" && (p.name.Match(name) || p.name.Match(typed)) && p.in(f) {
			hit = append(hit, p)
		}
	}
	return d.stopAt(f, hit)
}

// in tells whether a breakpoint of commands or variables holds where a frame is.
func (p *point) in(f *frame) bool {
	return p.Script == "" || f.at != nil && f.at.Extent().File() == p.Script
}

// reads is called before a variable is read.
func (d *debugger) reads(f *frame, s symbol) error { return d.uses(f, s, cmdlet.AccessWrite) }

// writes is called before a variable is set.
func (d *debugger) writes(f *frame, s symbol, v any) error {
	if d.busy {
		return nil
	}
	if err := d.uses(f, s, cmdlet.AccessRead); err != nil {
		return err
	}
	if d.trace > 1 {
		return d.traceSet(f.in.symbols.names[s], plain(v))
	}
	return nil
}

// uses stops at the breakpoints of a variable, those left out that are for the other mode.
func (d *debugger) uses(f *frame, s symbol, other object.Enum) error {
	if d.busy {
		return nil
	}
	var hit []*point
	for _, p := range d.points {
		if p.Enabled && p.Variable != "" && p.symbol == s && p.Mode != other && p.in(f) {
			hit = append(hit, p)
		}
	}
	return d.stopAt(f, hit)
}

// stopAt stops where a frame is, for the breakpoints that were hit.
func (d *debugger) stopAt(f *frame, hit []*point) error {
	stop, err := d.trigger(f, hit)
	if err != nil || len(stop) == 0 {
		return err
	}
	var at syntax.Extent
	if f.at != nil {
		at = f.at.Extent()
	}
	return d.stop(f, at, stop)
}

// trigger counts the breakpoints that were hit and runs their actions. It returns those to stop at.
func (d *debugger) trigger(f *frame, hit []*point) ([]*cmdlet.Breakpoint, error) {
	var stop []*cmdlet.Breakpoint
	for _, p := range hit {
		p.HitCount++
		if p.Action == nil {
			stop = append(stop, p.Breakpoint)
			continue
		}
		breaks, err := d.act(f, p)
		if err != nil {
			return nil, err
		}
		if breaks {
			stop = append(stop, p.Breakpoint)
		}
	}
	return stop, nil
}

// act runs a breakpoint's action and tells whether it says break. Its errors are shown, and the script goes on.
func (d *debugger) act(f *frame, p *point) (breaks bool, err error) {
	sb, ok := p.Action.(*scriptBlock)
	if !ok {
		return false, nil
	}
	defer d.aside(f)()
	switch err := sb.invoke(discard{}, invocation{under: []any{p.Object()}}).(type) {
	case nil:
		return false, nil
	case *flow:
		switch e := err; e.kind {
		case flowBreak:
			return true, nil
		case flowContinue, flowReturn:
			return false, nil
		default:
			return false, e
		}
	default:
		if !catchable(err) {
			return false, err
		}
		return false, f.report(f.recordOf(err))
	}
}

// aside has everything run unwatched, with f as the caller and $? as it was, until what it returns is called.
func (d *debugger) aside(f *frame) func() {
	in := d.in
	current, at, ok, tries := in.current, f.at, in.ok, in.tries
	in.current, d.busy = f, true
	return func() {
		in.current, f.at, in.ok, in.tries = current, at, ok, tries
		d.busy = false
	}
}

// enter runs a block that is called: the debugger may stop at its braces too.
func (l *list) enter(f *frame) error {
	d := f.in.debug
	if d == nil {
		return l.exec(f)
	}
	if c := f.call; c != nil && c.fn != nil {
		if err := d.calls(f, c.fn.name, c.name); err != nil {
			return err
		}
		if d.trace > 1 && !d.busy {
			if err := d.traceCall(c.fn); err != nil {
				return err
			}
		}
	}
	if err := d.reach(f, l.open); err != nil {
		return err
	}
	if err := l.exec(f); err != nil {
		return err
	}
	if d = f.in.debug; d == nil {
		return nil
	}
	return d.reach(f, l.shut)
}

// braces are the places of a called block's braces.
func braces(ast *syntax.ScriptBlock, b *syntax.NamedBlock) (open, shut syntax.Extent) {
	x := b.Extent()
	if b.Unnamed {
		x = ast.Extent()
		if len(ast.Text()) == len(x.Text()) { // a whole text
			return open, shut
		}
	}
	i := strings.IndexByte(x.Text(), '{')
	if i < 0 || x.EndOffset() <= x.StartOffset() {
		return open, shut
	}
	at := x.StartOffset() + i
	return x.Source.Extent(at, at+1), x.Source.Extent(x.EndOffset()-1, x.EndOffset())
}

// stopsAt tells which statements the debugger stops at as a whole; it stops at the conditions and bodies of the others.
func stopsAt(s syntax.Statement) bool {
	switch s.(type) {
	case *syntax.Pipeline, *syntax.PipelineChain, *syntax.Assignment, *syntax.CommandExpression, *syntax.Throw, *syntax.Return, *syntax.Exit,
		*syntax.Break, *syntax.Continue:
		return true
	}
	return false
}

// The debugger as cmdlets see it.

// Breakpoints implements [cmdlet.Debugging].
func (s *session) Breakpoints() []*cmdlet.Breakpoint {
	var out []*cmdlet.Breakpoint
	for _, p := range s.in.debugger.points {
		out = append(out, p.Breakpoint)
	}
	return out
}

// SetBreakpoint implements [cmdlet.Debugging].
func (s *session) SetBreakpoint(b *cmdlet.Breakpoint) error {
	d := &s.in.debugger
	if !slices.ContainsFunc(d.points, func(p *point) bool { return p.Breakpoint == b }) {
		name, err := object.NewWildcard(b.Command, true)
		if err != nil {
			return err
		}
		b.ID = d.ids
		d.ids++
		d.points = append(d.points, &point{Breakpoint: b, offset: -1, symbol: s.in.symbols.of(b.Variable), name: name})
	}
	d.refresh()
	return nil
}

// RemoveBreakpoint implements [cmdlet.Debugging].
func (s *session) RemoveBreakpoint(b *cmdlet.Breakpoint) {
	d := &s.in.debugger
	d.points = slices.DeleteFunc(slices.Clone(d.points), func(p *point) bool { return p.Breakpoint == b })
	d.refresh()
}

// CallStack implements [cmdlet.Debugging].
func (s *session) CallStack() []*cmdlet.CallFrame {
	var out []*cmdlet.CallFrame
	for g := s.in.current; g != nil; g = g.caller {
		if g.call == nil && g.caller != nil {
			continue
		}
		x := &cmdlet.CallFrame{Function: "<ScriptBlock>", Command: "<ScriptBlock>", Invocation: &object.InvocationInfo{}, Position: &object.InvocationInfo{}}
		if g.at != nil {
			x.Position = positionOf(g.at.Extent())
		}
		if c := g.call; c != nil && g.caller != nil {
			x.Invocation = c.invocation(g)
			if c.fn != nil {
				x.Command, x.Function = c.fn.name, c.fn.name
				if c.fn.kind == cmdlet.KindExternalScript {
					x.Function = "<ScriptBlock>"
				}
				if g.code != nil && g.code.process != nil && g.inProcess() {
					x.Function += "<Process>"
				}
			}
		}
		out = append(out, x)
	}
	return out
}

// Break implements [cmdlet.Debugging].
func (s *session) Break() error {
	d, f := &s.in.debugger, s.in.current
	if d.busy {
		return nil
	}
	var at syntax.Extent
	if f.at != nil {
		at = f.at.Extent()
	}
	return d.stop(f, at, nil)
}

// Trace implements [cmdlet.Debugging].
func (s *session) Trace(level int, step bool) {
	d := &s.in.debugger
	d.trace, d.ask = level, step
	d.refresh()
}

// TraceLevel implements [cmdlet.Debugging].
func (s *session) TraceLevel() int { return s.in.debugger.trace }
