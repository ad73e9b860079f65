package interp

import (
	"slices"
	"strconv"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// scriptBlock is a script block as a value: its code bound to the module it was written in.
type scriptBlock struct {
	in      *Interp
	block   *block
	module  *module
	closure *scope // variables of GetNewClosure
}

func (in *Interp) newScriptBlock(b *block, m *module) *scriptBlock {
	return &scriptBlock{in: in, block: b, module: m}
}

var _ cmdlet.Block = (*scriptBlock)(nil)

// Text is the source between the braces.
func (sb *scriptBlock) Text() string { return sb.block.ast.Text() }

// Syntax is the block's tree, as its property Ast shows it.
func (sb *scriptBlock) Syntax() *syntax.ScriptBlock { return sb.block.ast }

// Call implements [object.ScriptBlock]: in a scope of its own, as InvokeReturnAsIs does.
func (sb *scriptBlock) Call(dollarUnder []any, args ...any) ([]any, error) {
	out := &collector{}
	sb.in.tries++ // its errors are the caller's
	err := sb.invoke(out, invocation{under: dollarUnder, args: args, dotted: len(args) == 0})
	sb.in.tries--
	return out.items, err
}

// CallMember implements [object.ScriptBlock].
func (sb *scriptBlock) CallMember(this any, args ...any) ([]any, error) {
	out := &collector{}
	sb.in.tries++
	err := sb.invoke(out, invocation{args: args, this: this, hasThis: true})
	sb.in.tries--
	return out.items, err
}

// Run implements [cmdlet.Block]: in the caller's scope, its output written as it comes.
func (sb *scriptBlock) Run(under any, write func(v any) error) error {
	f := sb.in.current
	if sb.plain() && sb.module == f.scope.module {
		return f.runInto(sb.block, under, sinkFunc(write))
	}
	return sb.invoke(sinkFunc(write), invocation{under: []any{under}, dotted: true})
}

// Invoke implements [cmdlet.Block].
func (sb *scriptBlock) Invoke(i cmdlet.Invocation, write func(v any) error) error {
	return sb.invoke(sinkFunc(write), invocation{args: i.Arguments, input: i.Input, piped: i.Piped, dotted: i.InCaller})
}

// plain tells that the block is nothing but statements.
func (sb *scriptBlock) plain() bool {
	a := sb.block.ast
	return a.Params == nil && a.Begin == nil && a.Process == nil && a.Clean == nil && a.DynamicParam == nil && sb.closure == nil
}

// runInto runs a plain block in the frame's scope with $_ set.
func (f *frame) runInto(b *block, under any, out sink) error {
	code := b.codeFor(f.scope.layout)
	if code.failed != nil {
		return code.failed
	}
	if code.end == nil {
		return nil
	}
	g := frame{in: f.in, scope: f.scope, vars: f.scope.vars, code: code, out: out, streams: f.streams, caller: f, under: under, hasUnder: true, at: f.at}
	if code.layout == nil {
		g.vars = nil
	}
	g.push()
	saved := f.in.current
	f.in.current = &g
	err := code.end.enter(&g)
	f.in.current = saved
	g.pop()
	if j, ok := err.(*flow); ok && j.kind == flowReturn {
		return nil
	}
	return err
}

// runDotted runs a block in the frame's scope and gives its value.
func (f *frame) runDotted(b *block, under any, hasUnder bool, args []any) (any, error) {
	out := &collector{}
	var err error
	if hasUnder && len(args) == 0 && b.ast.Params == nil && b.ast.End != nil && b.ast.Process == nil && b.ast.Begin == nil {
		err = f.runInto(b, under, out)
	} else {
		sb := &scriptBlock{in: f.in, block: b, module: f.scope.module}
		i := invocation{args: args, dotted: true}
		if hasUnder {
			i.under = []any{under}
		}
		err = sb.invoke(out, i)
	}
	return plain(out.value()), err
}

// invocation is how a script block is called from Go.
type invocation struct {
	under   []any // $_, if it has one
	args    []any
	named   []cmdlet.Arg
	input   []any
	piped   bool
	dotted  bool
	this    any
	hasThis bool
	streams *streams
}

// invoke runs the block with the frame that runs now as its caller.
func (sb *scriptBlock) invoke(out sink, i invocation) error {
	f := sb.in.current
	pipe := &pipelineRun{length: 1}
	node, _ := f.at.(*syntax.Command)
	b := stageBase{f: f, pipe: pipe, node: node, out: out, streams: f.streams, piped: i.piped}
	if i.streams != nil {
		b.streams = i.streams
	}
	fn := &function{block: sb.block, module: sb.module, kind: cmdlet.KindScriptBlock, closure: sb.closure}
	s := newFunctionStage(b, fn, i.named, i.dotted, "")
	s.direct = i.args
	if i.under != nil {
		s.under, s.hasUnder = i.under[0], true
	}
	err := s.prepare()
	if err == nil {
		s.call.this, s.call.hasThis = i.this, i.hasThis
		s.call.at = f.at
		err = s.runAll(i)
	}
	if err2 := s.finish(); err == nil {
		err = err2
	}
	return err
}

// runAll takes a stage through its steps.
func (s *functionStage) runAll(i invocation) error {
	if err := s.begin(); err != nil {
		return err
	}
	if i.piped {
		for _, v := range i.input {
			if err := s.write(v); err != nil {
				return err
			}
		}
	} else {
		if i.input != nil {
			s.call.input = &inputs{items: i.input}
		}
		if err := s.run(); err != nil {
			return err
		}
	}
	return s.end()
}

// newClosure is GetNewClosure: the block with copies of the variables of the scope it is made in.
func (sb *scriptBlock) newClosure(f *frame) *scriptBlock {
	s := newScope(nil, nil)
	s.module = f.scope.module
	s.script = f.scope.script
	from := f.scope
	take := func(from *scope) {
		from.all(func(name symbol, v *variable) {
			place := s.place(name)
			if place.traits == nil {
				place.value, place.traits = v.get(), v.traits
			}
		})
	}
	take(from)
	if from.parent != nil && sb.closure != nil {
		take(sb.closure)
	}
	return &scriptBlock{in: sb.in, block: sb.block, module: sb.module, closure: s}
}

// parseBlock makes a script block of text.
func (in *Interp) parseBlock(text string, f *frame) (*scriptBlock, error) {
	b, err := in.parse("", text)
	if err != nil {
		return nil, f.wrap(err)
	}
	return in.newScriptBlock(b, f.scope.module), nil
}

// parse reads a text; its first errors make the error.
func (in *Interp) parse(file, text string) (*block, error) {
	ast, errs := syntax.Parse(file, text)
	if len(errs) > 0 {
		return nil, parseError(errs)
	}
	b := in.newBlock(ast, nil)
	if file == "" { // text of the prompt, or made by the code that runs: the namespaces in use there are in use here
		b.usings = append(in.usings(), b.usings...)
	}
	return b, nil
}

// usings are the namespaces that the running code uses; where none runs, those that the prompt has in use.
func (in *Interp) usings() []string {
	if in.current == nil || in.current.code == nil {
		return slices.Clone(in.namespaces)
	}
	return slices.Clone(in.current.code.block.usings)
}

// parseError is the ParseException for what the parser found.
func parseError(errs []*syntax.ParseError) error {
	var b strings.Builder
	for i, e := range errs {
		if i > 0 {
			b.WriteString("\n\n")
		}
		b.WriteString(parseReport(e))
	}
	x := object.NewException("System.Management.Automation.ParseException", "%s", b.String())
	all := &object.Array{}
	for _, e := range errs {
		all.Items = append(all.Items, object.NewCustom("Extent", e.Extent.Text(), "ErrorId", e.ErrorID, "Message", e.Message, "IncompleteInput", e.Incomplete))
	}
	x.Fields = object.TableOf("Errors", all)
	r := object.NewErrorOf(x, errs[0].ErrorID, object.ParserError, nil)
	r.Invocation = positionOf(errs[0].Extent)
	return r
}

// parseReport is one parse error as ParseException's message shows it.
func parseReport(e *syntax.ParseError) string {
	start := e.Extent.Start()
	line := e.Extent.Source.Line(start.Line)
	width := len(e.Extent.Text())
	if i := strings.IndexAny(e.Extent.Text(), "\r\n"); i >= 0 {
		width = i
	}
	file := e.Extent.File()
	if file == "" {
		file = "line"
	}
	return "At " + file + ":" + strconv.Itoa(start.Line) + " char:" + strconv.Itoa(start.Column) + "\n+ " + line + "\n+ " +
		strings.Repeat(" ", max(start.Column-1, 0)) + strings.Repeat("~", max(width, 1)) + "\n" + e.Message
}
