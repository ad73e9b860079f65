package syntax

// Inspect visits n and all below it in the order of the source, as far as
// the tree has that order. When f answers false for a node, those below it
// are left out.
func Inspect(n Node, f func(Node) bool) {
	if !f(n) {
		return
	}
	Children(n, func(child Node) bool {
		Inspect(child, f)
		return true
	})
}

// Children calls f with each node directly below n until f answers false.
// TypeNames count as nodes; parts of a string that are plain text do not.
func Children(n Node, f func(Node) bool) {
	c := visitor{f: f}
	switch n := n.(type) {
	case *ScriptBlock:
		each(&c, n.Usings)
		each(&c, n.Attributes)
		one(&c, n.Params)
		for _, b := range n.Blocks() {
			one(&c, b)
		}
	case *ParamBlock:
		each(&c, n.Attributes)
		each(&c, n.Parameters)
	case *Parameter:
		each(&c, n.Attributes)
		one(&c, n.Name)
		c.node(n.Default)
	case *NamedBlock:
		c.block(n.Statements, n.Traps)
	case *StatementBlock:
		c.block(n.Statements, n.Traps)

	case *If:
		for _, clause := range n.Clauses {
			c.node(clause.Condition)
			one(&c, clause.Body)
		}
		one(&c, n.Else)
	case *Switch:
		c.node(n.Condition)
		for _, clause := range n.Clauses {
			c.node(clause.Test)
			one(&c, clause.Body)
		}
		one(&c, n.Default)
	case *ForEach:
		c.node(n.ThrottleLimit)
		one(&c, n.Variable)
		c.node(n.Condition)
		one(&c, n.Body)
	case *For:
		c.node(n.Initializer)
		c.node(n.Condition)
		c.node(n.Iterator)
		one(&c, n.Body)
	case *While:
		c.node(n.Condition)
		one(&c, n.Body)
	case *DoWhile:
		one(&c, n.Body)
		c.node(n.Condition)
	case *DoUntil:
		one(&c, n.Body)
		c.node(n.Condition)
	case *Try:
		one(&c, n.Body)
		each(&c, n.Catches)
		one(&c, n.Finally)
	case *Catch:
		each(&c, n.Types)
		one(&c, n.Body)
	case *Trap:
		one(&c, n.Type)
		one(&c, n.Body)
	case *Throw:
		c.node(n.Pipeline)
	case *Return:
		c.node(n.Pipeline)
	case *Exit:
		c.node(n.Pipeline)
	case *Break:
		c.node(n.Label)
	case *Continue:
		c.node(n.Label)
	case *FunctionDefinition:
		each(&c, n.Parameters)
		one(&c, n.Body)
	case *TypeDefinition:
		each(&c, n.Attributes)
		each(&c, n.BaseTypes)
		each(&c, n.Members)
	case *PropertyMember:
		each(&c, n.Attributes)
		one(&c, n.Type)
		c.node(n.Initial)
	case *FunctionMember:
		each(&c, n.Attributes)
		one(&c, n.ReturnType)
		each(&c, n.Parameters)
		one(&c, n.Body)
	case *Data:
		each(&c, n.CommandsAllowed)
		one(&c, n.Body)
	case *UsingStatement:
		one(&c, n.Name)
		one(&c, n.Alias)
		one(&c, n.Specification)
	case *Block:
		one(&c, n.Body)
	case *ErrorStatement:
		each(&c, n.Conditions)
		each(&c, n.Bodies)
		each(&c, n.Nested)

	case *PipelineChain:
		c.node(n.Left)
		one(&c, n.Right)
	case *Pipeline:
		each(&c, n.Elements)
	case *Assignment:
		c.node(n.Left)
		c.node(n.Right)
	case *Command:
		each(&c, n.Elements)
		each(&c, n.Redirections)
	case *CommandExpression:
		c.node(n.Expression)
		each(&c, n.Redirections)
	case *CommandParameter:
		c.node(n.Argument)
	case *FileRedirection:
		c.node(n.Location)

	case *Attribute:
		one(&c, n.TypeName)
		each(&c, n.Positional)
		each(&c, n.Named)
	case *NamedAttributeArgument:
		c.node(n.Argument)
	case *TypeConstraint:
		one(&c, n.TypeName)
	case *TypeName:
		one(&c, n.Element)
		each(&c, n.Arguments)

	case *Binary:
		c.node(n.Left)
		c.node(n.Right)
	case *Unary:
		c.node(n.Child)
	case *Ternary:
		c.node(n.Condition)
		c.node(n.IfTrue)
		c.node(n.IfFalse)
	case *AttributedExpression:
		one(&c, n.Attribute)
		c.node(n.Child)
	case *Convert:
		one(&c, n.Type)
		c.node(n.Child)
	case *TypeExpression:
		one(&c, n.TypeName)
	case *Using:
		c.node(n.SubExpression)
	case *ExpandableString:
		for _, part := range n.Parts {
			c.node(part.Expression)
		}
	case *ScriptBlockExpression:
		one(&c, n.ScriptBlock)
	case *ArrayLiteral:
		each(&c, n.Elements)
	case *ArrayExpression:
		one(&c, n.Body)
	case *SubExpression:
		one(&c, n.Body)
	case *Paren:
		c.node(n.Pipeline)
	case *Hashtable:
		for _, pair := range n.Pairs {
			c.node(pair.Key)
			c.node(pair.Value)
		}
	case *Index:
		c.node(n.Target)
		c.node(n.Index)
	case *MemberAccess:
		c.node(n.Target)
		c.node(n.Member)
	case *InvokeMember:
		c.node(n.Target)
		c.node(n.Member)
		each(&c, n.TypeArguments)
		each(&c, n.Arguments)
	case *BaseConstructorCall:
		each(&c, n.Arguments)
	case *ErrorExpression:
		each(&c, n.Nested)
	}
}

// Blocks lists the script block's named blocks in the order in which they
// stand in the source.
func (b *ScriptBlock) Blocks() []*NamedBlock {
	blocks := make([]*NamedBlock, 0, 5)
	for _, block := range [...]*NamedBlock{b.DynamicParam, b.Begin, b.Process, b.End, b.Clean} {
		if block == nil {
			continue
		}
		i := len(blocks)
		for i > 0 && blocks[i-1].extent.start > block.extent.start {
			i--
		}
		blocks = append(blocks, nil)
		copy(blocks[i+1:], blocks[i:])
		blocks[i] = block
	}
	return blocks
}

// A visitor hands children to f until it has had enough.
type visitor struct {
	f    func(Node) bool
	done bool
}

func (v *visitor) node(n Node) {
	if n != nil && !v.done {
		v.done = !v.f(n)
	}
}

// block visits statements and traps by turns, in the order of the source.
func (v *visitor) block(statements []Statement, traps []*Trap) {
	for _, s := range statements {
		for len(traps) > 0 && traps[0].extent.start < s.Extent().start {
			v.node(traps[0])
			traps = traps[1:]
		}
		v.node(s)
	}
	each(v, traps)
}

// one visits a node that may be missing.
func one[T any, P interface {
	*T
	Node
}](v *visitor, n P) {
	if n != nil {
		v.node(n)
	}
}

func each[N Node](v *visitor, nodes []N) {
	for _, n := range nodes {
		v.node(n)
	}
}
