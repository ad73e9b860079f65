package interp

import (
	"migsh/shell/syntax"
)

// A compiler turns one block into closures for one layout of variables.
type compiler struct {
	in     *Interp
	block  *block
	layout *layout // nil: every variable is looked up by name
	loops  int     // depth of loops around what is compiled, within the block
	watch  bool    // the debugger learns of variables: none is read or set by its slot
}

// collect gives slots to the variables that the block, or a script block written inside it, assigns.
func (c *compiler) collect() {
	for _, p := range c.block.params {
		c.slot(p.Name)
	}
	ast := c.block.ast
	for _, b := range ast.Blocks() {
		c.collectIn(b)
	}
}

func (c *compiler) collectIn(n syntax.Node) {
	syntax.Inspect(n, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.FunctionDefinition, *syntax.TypeDefinition:
			return false
		case *syntax.Assignment:
			c.targets(n.Left)
		case *syntax.ForEach:
			c.slot(n.Variable)
		case *syntax.Unary:
			switch n.Op {
			case syntax.OpPlusPlus, syntax.OpMinusMinus, syntax.OpPostfixPlusPlus, syntax.OpPostfixMinusMinus:
				c.targets(n.Child)
			}
		case *syntax.Binary:
			if n.Op == syntax.OpImatch || n.Op == syntax.OpCmatch || n.Op == syntax.OpInotmatch || n.Op == syntax.OpCnotmatch {
				c.layout.add(c.in.known.matches)
			}
		case *syntax.Switch:
			if n.Flags&syntax.SwitchRegex != 0 {
				c.layout.add(c.in.known.matches)
			}
		case *syntax.Parameter:
			c.slot(n.Name)
		case *syntax.Data:
			if n.Variable != "" {
				c.layout.add(c.in.symbols.of(n.Variable))
			}
		}
		return true
	})
}

// targets gives slots to the variables on the left of an assignment.
func (c *compiler) targets(e syntax.Expression) {
	switch e := e.(type) {
	case *syntax.Variable:
		c.slot(e)
	case *syntax.Convert:
		c.targets(e.Child)
	case *syntax.AttributedExpression:
		c.targets(e.Child)
	case *syntax.ArrayLiteral:
		for _, x := range e.Elements {
			c.targets(x)
		}
	case *syntax.Paren:
		if p, ok := e.Pipeline.(*syntax.Pipeline); ok {
			if x := p.Expression(); x != nil {
				c.targets(x)
			}
		}
	}
}

// slot gives a variable a slot where it is a plain local one.
func (c *compiler) slot(v *syntax.Variable) {
	if v == nil || v.Splatted {
		return
	}
	switch v.Scope {
	case syntax.ScopeNone, syntax.ScopeLocal, syntax.ScopePrivate, syntax.ScopeVariable:
	default:
		return
	}
	s := c.in.symbols.of(v.Name)
	if _, special := c.in.automatic[s]; special {
		return
	}
	c.layout.add(s)
}

// compile compiles the block's parts.
func (c *compiler) compile() *code {
	ast := c.block.ast
	code := &code{block: c.block, layout: c.layout, watched: c.watch}
	for _, u := range ast.Usings {
		switch u.Kind {
		case syntax.UsingModule:
			if err := c.in.use(u, c.block.file); err != nil {
				code.failed = err
			}
		case syntax.UsingAssembly:
			code.failed = c.unsupported(u, "using assembly")(c.in.current)
		}
	}
	if err := c.defineTypes(); err != nil {
		code.failed = err
	}
	for _, p := range c.block.params {
		cp := compiledParam{name: c.in.symbols.of(p.Name.Name), slot: -1, node: p}
		if i, ok := c.layout.find(cp.name); ok {
			cp.slot = int(i)
		}
		if p.Default != nil {
			cp.deflt = c.expr(p.Default)
		}
		code.params = append(code.params, cp)
	}
	named := func(b *syntax.NamedBlock) *list {
		if b == nil {
			return nil
		}
		l := c.list(b.Statements, b.Traps)
		l.open, l.shut = braces(ast, b)
		return l
	}
	code.begin, code.process, code.end = named(ast.Begin), named(ast.Process), named(ast.End)
	code.clean, code.dynamic = named(ast.Clean), named(ast.DynamicParam)
	code.simple = code.begin == nil && code.process == nil && code.clean == nil
	return code
}

func (c *compiler) list(statements []syntax.Statement, traps []*syntax.Trap) *list {
	l := &list{statements: make([]statement, 0, len(statements))}
	for _, s := range statements {
		if d, ok := s.(*syntax.FunctionDefinition); ok && d.Workflow {
			l.statements = append(l.statements, statement{run: c.unsupported(s, "workflow"), node: s})
			continue
		}
		run, sets := c.statement(s)
		l.statements = append(l.statements, statement{run: run, node: s, sets: sets, stops: stopsAt(s)})
	}
	for _, t := range traps {
		l.traps = append(l.traps, c.trap(t))
	}
	return l
}

func (c *compiler) block_(b *syntax.StatementBlock) *list {
	if b == nil {
		return nil
	}
	return c.list(b.Statements, b.Traps)
}

// statement compiles a statement whose value goes to the frame's output. sets tells that $? has to be set after success.
func (c *compiler) statement(s syntax.Statement) (run stmtFunc, sets bool) {
	switch s := s.(type) {
	case *syntax.Pipeline:
		return c.pipelineStatement(s)
	case *syntax.PipelineChain:
		return c.chain(s), false
	case *syntax.Assignment:
		return c.assignmentStatement(s), true
	case *syntax.CommandExpression:
		e := c.expr(s.Expression)
		return c.emitExpr(s.Expression, e), true
	case *syntax.If:
		return c.ifStatement(s), false
	case *syntax.For:
		return c.forStatement(s), false
	case *syntax.ForEach:
		return c.foreachStatement(s), false
	case *syntax.While:
		return c.whileStatement(s), false
	case *syntax.DoWhile:
		return c.doStatement(s.Body, s.Condition, s.Label, true), false
	case *syntax.DoUntil:
		return c.doStatement(s.Body, s.Condition, s.Label, false), false
	case *syntax.Switch:
		return c.switchStatement(s), false
	case *syntax.Try:
		return c.tryStatement(s), false
	case *syntax.Throw:
		return c.throwStatement(s), false
	case *syntax.Return:
		return c.returnStatement(s), false
	case *syntax.Exit:
		return c.exitStatement(s), false
	case *syntax.Break:
		return c.jumpStatement(s.Label, flowBreak), false
	case *syntax.Continue:
		return c.jumpStatement(s.Label, flowContinue), false
	case *syntax.FunctionDefinition:
		return c.functionStatement(s), false
	case *syntax.Data:
		return c.dataStatement(s), false
	case *syntax.TypeDefinition:
		return func(*frame) error { return nil }, false // it was defined before the block began
	case *syntax.UsingStatement:
		return func(*frame) error { return nil }, false
	case *syntax.Block:
		return c.unsupported(s, s.Kind.Text()), false
	case *syntax.Trap:
		return func(*frame) error { return nil }, false
	}
	return c.unsupported(s, "this statement"), false
}

// unsupported compiles a construct that the evaluator cannot run yet into the error that says so.
func (c *compiler) unsupported(n syntax.Node, what string) stmtFunc {
	return func(f *frame) error {
		return f.errAt(n, "NotSupported", "'"+what+"' is not supported yet: rewrite the script without it.")
	}
}

// expressionOf gives the expression that a pipeline consists of, or nil.
func expressionOf(p syntax.Statement) syntax.Expression {
	switch p := p.(type) {
	case *syntax.Pipeline:
		return p.Expression()
	case *syntax.CommandExpression:
		if len(p.Redirections) == 0 {
			return p.Expression
		}
	}
	return nil
}

// value compiles a statement that stands where a value is wanted: the right of an assignment, a condition, parentheses.
func (c *compiler) value(s syntax.Statement) exprFunc {
	if e := expressionOf(s); e != nil {
		return c.expr(e)
	}
	if a, ok := s.(*syntax.Assignment); ok {
		return c.assignmentValue(a)
	}
	run, _ := c.statement(s)
	node := s
	return func(f *frame) (any, error) {
		saved := f.at
		f.at = node
		out, err := f.capture(run)
		f.at = saved
		if err != nil {
			return nil, err
		}
		return out.value(), nil
	}
}

// emitExpr compiles an expression that is a statement of its own: its value is written, unrolled, to the output. Increments
// and calls of void methods write nothing.
func (c *compiler) emitExpr(n syntax.Expression, e exprFunc) stmtFunc {
	if u, ok := n.(*syntax.Unary); ok {
		switch u.Op {
		case syntax.OpPlusPlus, syntax.OpMinusMinus, syntax.OpPostfixPlusPlus, syntax.OpPostfixMinusMinus:
			return func(f *frame) error {
				_, err := e(f)
				return err
			}
		}
	}
	switch n := n.(type) {
	case *syntax.SubExpression:
		if len(n.Body.Traps) == 0 && len(n.Body.Statements) > 0 {
			l := c.block_(n.Body)
			return l.exec
		}
	case *syntax.StringConstant, *syntax.ExpandableString:
		return func(f *frame) error {
			v, err := e(f)
			if err != nil {
				return err
			}
			return f.out.write(v)
		}
	}
	return func(f *frame) error {
		v, err := e(f)
		if err != nil {
			return err
		}
		return unroll(v, f.out)
	}
}
