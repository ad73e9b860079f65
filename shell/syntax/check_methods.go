package syntax

import "strings"

// method checks what is particular to methods: their blocks, and that every
// path returns a value and every variable was assigned before.
func (c *checker) method(n *FunctionMember) {
	body := n.Body
	if body.Params != nil {
		c.report(body.Params.extent, "ParamBlockNotAllowedInMethod")
	}
	if body.Begin != nil || body.Process != nil || body.Clean != nil || body.DynamicParam != nil ||
		body.End != nil && !body.End.Unnamed {
		for _, block := range [...]*NamedBlock{body.DynamicParam, body.Begin, body.Process, body.End, body.Clean} {
			if block != nil {
				c.report(block.extent, "NamedBlockNotAllowedInMethod")
				break
			}
		}
	}
	if n.Constructor && n.ReturnType != nil {
		c.report(n.ReturnType.extent, "ConstructorCantHaveReturnType")
	}
	f := &flow{c: c}
	state := assigned{}
	for _, parameter := range n.Parameters {
		state = state.with(parameter.Name.Name)
	}
	for _, block := range [...]*NamedBlock{body.DynamicParam, body.Begin, body.Process, body.End, body.Clean} {
		if block != nil {
			state = f.statements(block.Statements, state)
		}
	}
	if state != nil && !n.returnsNothing() {
		c.report(n.NameExtent, "MethodHasCodePathNotReturn")
	}
}

// assigned is the set of variables, in lower case, that are assigned for
// certain at a place in a method; nil where no path leads.
type assigned map[string]bool

func (a assigned) with(name string) assigned {
	name = strings.ToLower(name)
	if a == nil || a[name] {
		return a
	}
	b := make(assigned, len(a)+1)
	for n := range a {
		b[n] = true
	}
	b[name] = true
	return b
}

// meet is what holds where two paths come together.
func (a assigned) meet(b assigned) assigned {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	both := make(assigned)
	for name := range a {
		if b[name] {
			both[name] = true
		}
	}
	return both
}

// A loopFlow is a loop that paths lead out of.
type loopFlow struct {
	label             string
	breaks, continues assigned
}

// A flow follows the paths through a method.
type flow struct {
	c     *checker
	loops []*loopFlow
	depth int
}

func (f *flow) statements(list []Statement, in assigned) assigned {
	for _, s := range list {
		in = f.node(s, in)
	}
	return in
}

func (f *flow) body(b *StatementBlock, in assigned) assigned {
	if b == nil {
		return in
	}
	return f.statements(b.Statements, in)
}

// loop follows what run does as the body of a loop, and gives the loop.
func (f *flow) loop(label string, run func()) *loopFlow {
	l := &loopFlow{label: label}
	f.loops = append(f.loops, l)
	run()
	f.loops = f.loops[:len(f.loops)-1]
	return l
}

// node follows the paths through a statement or expression.
func (f *flow) node(n Node, in assigned) (out assigned) {
	if f.depth++; f.depth > maxTreeDepth {
		panic(tooComplicated{})
	}
	defer func() { f.depth-- }()
	f.c.p.burn(1 + len(in)/8)
	switch n := n.(type) {
	case *If:
		out = nil
		for _, clause := range n.Clauses {
			in = f.node(clause.Condition, in)
			out = out.meet(f.body(clause.Body, in))
		}
		return out.meet(f.body(n.Else, in))
	case *Ternary:
		in = f.node(n.Condition, in)
		return f.node(n.IfTrue, in).meet(f.node(n.IfFalse, in))
	case *Switch:
		return f.switches(n, in)
	case *ForEach:
		in = f.node(n.Condition, in).with("foreach").with(n.Variable.Name)
		l := f.loop(n.Label, func() { f.body(n.Body, in) })
		return in.meet(l.breaks)
	case *While:
		in = f.node(n.Condition, in)
		l := f.loop(n.Label, func() { f.body(n.Body, in) })
		return in.meet(l.breaks)
	case *For:
		return f.forLoop(n, in)
	case *DoWhile:
		return f.doLoop(n.Label, n.Body, n.Condition, in)
	case *DoUntil:
		return f.doLoop(n.Label, n.Body, n.Condition, in)
	case *Try:
		return f.try(n, in)
	case *Trap:
		return f.body(n.Body, in)
	case *Break:
		f.jump(n.Label, in, func(l *loopFlow) *assigned { return &l.breaks })
		return nil
	case *Continue:
		f.jump(n.Label, in, func(l *loopFlow) *assigned { return &l.continues })
		return nil
	case *Return:
		f.optional(n.Pipeline, in)
		return nil
	case *Throw:
		f.optional(n.Pipeline, in)
		return nil
	case *Exit:
		f.optional(n.Pipeline, in)
		return nil
	case *Assignment:
		return f.assign(n.Left, f.node(n.Right, in))
	case *Data:
		in = f.body(n.Body, in)
		if n.Variable != "" {
			in = in.with(n.Variable)
		}
		return in
	case *Pipeline:
		return f.pipeline(n, in)
	case *Binary:
		in = f.node(n.Left, in)
		right := f.node(n.Right, in)
		if n.Op == OpAnd || n.Op == OpOr {
			return in
		}
		return right
	case *Variable:
		f.read(n, in)
		return in
	case *ScriptBlockExpression, *Using, *FunctionDefinition, *TypeDefinition, *Attribute, *TypeConstraint:
		return in
	}
	out = in
	checkOrder(n, func(child Node) bool {
		out = f.node(child, out)
		return true
	})
	return out
}

func (f *flow) optional(p PipelineBase, in assigned) {
	if p != nil {
		f.node(p, in)
	}
}

func (f *flow) switches(n *Switch, in assigned) assigned {
	in = f.node(n.Condition, in).with("switch")
	state := in
	l := f.loop(n.Label, func() {
		for _, clause := range n.Clauses {
			state = f.node(clause.Test, state)
			state = state.meet(f.body(clause.Body, state))
		}
		f.body(n.Default, state)
	})
	return in.meet(l.breaks)
}

func (f *flow) forLoop(n *For, in assigned) assigned {
	if n.Initializer != nil {
		in = f.node(n.Initializer, in)
	}
	var out assigned // without a condition, only a break leads out
	if n.Condition != nil {
		in = f.node(n.Condition, in)
		out = in
	}
	var end assigned
	l := f.loop(n.Label, func() { end = f.body(n.Body, in) })
	if n.Iterator != nil {
		f.node(n.Iterator, end.meet(l.continues))
	}
	return out.meet(l.breaks)
}

func (f *flow) doLoop(label string, body *StatementBlock, condition PipelineBase, in assigned) assigned {
	var end assigned
	l := f.loop(label, func() { end = f.body(body, in) })
	return f.node(condition, end.meet(l.continues)).meet(l.breaks)
}

func (f *flow) try(n *Try, in assigned) assigned {
	out := f.body(n.Body, in)
	all := false
	for _, c := range n.Catches {
		all = all || len(c.Types) == 0
		out = out.meet(f.body(c.Body, in))
	}
	if n.Finally == nil {
		return out
	}
	ends := out != nil // else the finally block throws on
	if !all {
		out = out.meet(in)
	}
	if out = f.body(n.Finally, out); ends {
		return out
	}
	return nil
}

// jump leads to the end or the next round of the loop with the label.
func (f *flow) jump(to Expression, in assigned, target func(*loopFlow) *assigned) {
	label, known := labelOf(to)
	if !known {
		f.node(to, in)
		return
	}
	for i := len(f.loops) - 1; i >= 0; i-- {
		if label == "" || strings.EqualFold(f.loops[i].label, label) {
			state := target(f.loops[i])
			*state = state.meet(in)
			return
		}
	}
}

// pipeline follows commands, each of which may break out of the loops around.
func (f *flow) pipeline(n *Pipeline, in assigned) assigned {
	commands := false
	for _, e := range n.Elements {
		_, command := e.(*Command)
		commands = commands || command
		in = f.node(e, in)
	}
	if commands && in != nil {
		for _, l := range f.loops {
			l.breaks = l.breaks.meet(in)
			l.continues = l.continues.meet(in)
		}
	}
	return in
}

// assign notes what is assigned to.
func (f *flow) assign(target Expression, in assigned) assigned {
	switch n := target.(type) {
	case *Paren:
		if pipeline, ok := n.Pipeline.(*Pipeline); ok && pipeline.Expression() != nil {
			return f.assign(pipeline.Expression(), in)
		}
	case *ArrayLiteral:
		for _, e := range n.Elements {
			in = f.assign(e, in)
		}
		return in
	case *Convert:
		return f.assign(n.Child, in)
	case *AttributedExpression:
		return f.assign(n.Child, in)
	case *Variable:
		if n.isLocal() {
			in = in.with(n.Name)
		}
		return in
	}
	return f.node(target, in)
}

// read notes a variable that may not have been assigned.
func (f *flow) read(v *Variable, in assigned) {
	if in == nil || !v.isLocal() || v.isConstant() || in[strings.ToLower(v.Name)] {
		return
	}
	switch strings.ToLower(v.Name) {
	case "_", "psitem", "args", "this", "input", "pscmdlet", "psboundparameters", "myinvocation", "psscriptroot", "pscommandpath", "?",
		"lastexitcode", "error", "stacktrace", "outputencoding", "nestedpromptlevel", "pwd", "matches", "psapplicationoutputencoding":
		return
	}
	if f.c.locals == nil {
		f.c.locals = make(map[*Variable]bool)
	}
	f.c.locals[v] = true
}
