package interp

import (
	"migsh/shell/cmdlet"
	"migsh/shell/syntax"
)

// A block is a script block of the source: a script, a function's body or what stands between braces. It is compiled at its
// first run, once for a scope of its own and once for each layout of a scope that it is run in.
type block struct {
	in     *Interp
	ast    *syntax.ScriptBlock
	filter bool
	params []*syntax.Parameter // of the param block, or in parentheses after a function's name
	file   string
	// definition is the statement that defines the function whose body this is; nil for other blocks.
	definition *syntax.FunctionDefinition

	own    *code
	dotted []*code
	// watched is own compiled so that the debugger learns of variables.
	watched *code
	nested  map[*syntax.ScriptBlock]*block
	usings  []string // namespaces of using statements

	class  *class // of which this is a method's body
	method bool
	// typesDefined tells that the types of the block's statements exist, or why they do not.
	typesDefined bool
	typesFailed  error

	signature *signature // parameters as the binder knows them, made at the first call
	traits    []*traits  // of the parameters' variables
}

// maxDotted bounds the layouts that a block is compiled for; beyond it runs with every variable looked up by name.
const maxDotted = 4

// code is a block compiled for one layout.
type code struct {
	block   *block
	layout  *layout // nil: variables are found by name
	begin   *list
	process *list
	end     *list
	clean   *list
	dynamic *list // of dynamicparam
	// params are the slots and default values of the parameters.
	params []compiledParam
	// failed is the error of what the block declares: of its types, or what cannot be run yet.
	failed error
	// simple is set for a body of nothing but an end block.
	simple bool
	// watched tells that the debugger learns of variables that are read and set.
	watched bool
}

type compiledParam struct {
	name  symbol
	slot  int // -1: no slot
	deflt exprFunc
	node  *syntax.Parameter
}

// newBlock wraps a syntax tree. parent is the block around it, nil for a whole text.
func (in *Interp) newBlock(ast *syntax.ScriptBlock, parent *block) *block {
	b := &block{in: in, ast: ast, file: ast.Extent().File()}
	if ast.Params != nil {
		b.params = ast.Params.Parameters
	}
	if parent != nil {
		b.usings = parent.usings
	}
	b.usings = append(b.usings[:len(b.usings):len(b.usings)], namespacesOf(ast)...)
	return b
}

// namespacesOf are those of a text's own using statements.
func namespacesOf(ast *syntax.ScriptBlock) []string {
	var names []string
	for _, u := range ast.Usings {
		if u.Kind == syntax.UsingNamespace && u.Name != nil {
			names = append(names, u.Name.Value)
		}
	}
	return names
}

// child returns the block of a script block expression or function inside b, always the same one.
func (b *block) child(ast *syntax.ScriptBlock) *block {
	if n, ok := b.nested[ast]; ok {
		return n
	}
	if b.nested == nil {
		b.nested = map[*syntax.ScriptBlock]*block{}
	}
	n := b.in.newBlock(ast, b)
	b.nested[ast] = n
	return n
}

// code returns the block compiled for a scope of its own.
func (b *block) code() *code {
	if b.own == nil {
		l := &layout{index: map[symbol]int32{}}
		c := &compiler{in: b.in, block: b, layout: l}
		c.collect()
		b.own = c.compile()
	}
	if !b.in.watches() {
		return b.own
	}
	if b.watched == nil {
		b.watched = (&compiler{in: b.in, block: b, layout: b.own.layout, watch: true}).compile()
	}
	return b.watched
}

// codeFor returns the block compiled to run in a scope that exists already.
func (b *block) codeFor(l *layout) *code {
	watch := b.in.watches()
	for _, c := range b.dotted {
		if c.layout == l && c.watched == watch {
			return c
		}
	}
	if len(b.dotted) >= maxDotted {
		l = nil
		for _, c := range b.dotted {
			if c.layout == nil && c.watched == watch {
				return c
			}
		}
	}
	c := (&compiler{in: b.in, block: b, layout: l, watch: watch}).compile()
	b.dotted = append(b.dotted, c)
	return c
}

// list is a sequence of statements with the traps that guard them.
type list struct {
	statements []statement
	traps      []*trap
	// open and shut are the braces of a block that is called; the zero extents where there are none.
	open, shut syntax.Extent
}

// statement is one compiled statement.
type statement struct {
	run  stmtFunc
	node syntax.Node
	// sets tells that the statement itself leaves $? alone, so that success has to be noted.
	sets bool
	// stops tells that the debugger may stop at the statement, not only at its parts.
	stops bool
}

type trap struct {
	types []typeTest
	body  *list
}

type (
	stmtFunc func(f *frame) error
	exprFunc func(f *frame) (any, error)
)

// exec runs the statements. An error that ends a statement only is reported, and the next statement runs.
func (l *list) exec(f *frame) error {
	if len(l.traps) > 0 {
		return l.execGuarded(f)
	}
	for i := range l.statements {
		s := &l.statements[i]
		f.at = s.node
		if f.in.debug != nil && s.stops {
			if err := f.in.debug.reach(f, s.node.Extent()); err != nil {
				return err
			}
		}
		if err := s.run(f); err != nil {
			if err = f.failed(err, s.node); err != nil {
				return err
			}
			continue
		}
		if s.sets {
			f.in.ok = true
		}
	}
	return nil
}

// signature is what the binder needs of a block, and where the parameters live.
type signature struct {
	info  *cmdlet.Info
	attrs functionAttributes
}
