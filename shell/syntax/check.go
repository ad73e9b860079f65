package syntax

import (
	"fmt"
	"strings"
	"unicode"
)

// maxTreeDepth bounds how deep a tree may be, so that those who walk it do
// not exhaust the stack: long chains of operators make deep trees too.
const maxTreeDepth = 20000

// check tells the errors that are not of the grammar: names given twice,
// targets that cannot be assigned, jumps out of finally, and the like.
func check(p *parser, root *ScriptBlock) {
	c := &checker{p: p}
	if p.types {
		c.resolveTypes(root)
	}
	c.visit(root)
}

// A checker walks the tree in the order in which PowerShell does.
type checker struct {
	p       *parser
	path    []Node   // from the root to the node visited, without itself
	members []Member // whose bodies the node is in; nil: a block of its own
	locals  map[*Variable]bool
}

// parent is the nth node above the one visited, the first being its parent.
func (c *checker) parent(n int) Node {
	if n > len(c.path) {
		return nil
	}
	return c.path[len(c.path)-n]
}

func (c *checker) report(extent Extent, id string, args ...any) { c.p.report(extent, id, args...) }

func (c *checker) visit(n Node) {
	if len(c.path) > maxTreeDepth {
		panic(tooComplicated{})
	}
	leave := c.node(n)
	c.path = append(c.path, n)
	checkOrder(n, func(child Node) bool {
		c.visit(child)
		return true
	})
	c.path = c.path[:len(c.path)-1]
	if leave {
		c.members = c.members[:len(c.members)-1]
	}
}

// checkOrder visits children in PowerShell's order, and those only that it
// visits.
func checkOrder(n Node, f func(Node) bool) {
	switch n := n.(type) {
	case *NamedBlock:
		trapsFirst(n.Statements, n.Traps, f)
	case *StatementBlock:
		trapsFirst(n.Statements, n.Traps, f)
	case *DoWhile:
		f(n.Condition)
		f(n.Body)
	case *DoUntil:
		f(n.Condition)
		f(n.Body)
	case *ForEach:
		f(n.Variable)
		f(n.Condition)
		f(n.Body)
	case *Data:
		f(n.Body)
	default:
		Children(n, f)
	}
}

func trapsFirst(statements []Statement, traps []*Trap, f func(Node) bool) {
	for _, t := range traps {
		f(t)
	}
	for _, s := range statements {
		f(s)
	}
}

// node checks one node. It answers whether a member was entered.
func (c *checker) node(n Node) (entered bool) {
	switch n := n.(type) {
	case *ScriptBlock:
		// A method's own block belongs to the method.
		if _, ok := c.parent(1).(*FunctionMember); !ok {
			c.members = append(c.members, nil)
			return true
		}
	case *PropertyMember:
		if n.Type != nil && isType(n.Type.TypeName, "void") {
			c.report(n.Type.extent, "TypeNotAllowedForProperty", n.Type.TypeName.FullName())
		}
		c.members = append(c.members, n)
		return true
	case *FunctionMember:
		c.members = append(c.members, n)
		c.method(n)
		return true
	case *ParamBlock:
		c.duplicateParameters(n.Parameters)
	case *Parameter:
		c.parameter(n)
	case *Attribute:
		c.attribute(n)
	case *TypeConstraint:
		c.arrayDepth(n.TypeName, n.extent)
	case *TypeExpression:
		c.arrayDepth(n.TypeName, n.extent)
	case *FunctionDefinition:
		if n.Parameters != nil && n.Body.Params != nil {
			c.report(n.Body.Params.extent, "OnlyOneParameterListAllowed")
		} else {
			c.duplicateParameters(n.Parameters)
		}
		if n.Workflow {
			c.report(n.extent, "WorkflowNotSupportedInPowerShellCore")
		}
	case *Switch:
		if n.Flags&SwitchParallel != 0 {
			c.report(n.extent, "KeywordParameterReservedForFutureUse", "switch", "parallel")
		}
	case *ForEach:
		c.forEach(n)
	case *Data:
		c.dataSection(n)
	case *Try:
		c.catches(n)
	case *Break:
		c.jump(n, n.Label)
	case *Continue:
		c.jump(n, n.Label)
	case *Return:
		c.returns(n)
	case *Assignment:
		c.target(n.Left, n.Op == OpEquals, func(e Extent) { c.report(e, "InvalidLeftHandSide") })
	case *Unary:
		switch n.Op {
		case OpPlusPlus, OpMinusMinus, OpPostfixPlusPlus, OpPostfixMinusMinus:
			c.target(n.Child, false, func(e Extent) { c.report(e, "OperatorRequiresVariableOrProperty", n.Op.Text()) })
		}
	case *Convert:
		c.convert(n)
	case *AttributedExpression:
		c.attributedExpression(n)
	case *Using:
		if wrong := wrongUsing(n.SubExpression); wrong != nil {
			c.report(wrong.Extent(), "InvalidUsingExpression")
		}
	case *Variable:
		c.variable(n)
	case *Hashtable:
		c.duplicateKeys(n)
	case *Block:
		c.block(n)
	case *UsingStatement:
		c.using(n)
	}
	return false
}

// isType tells whether a name, which may be written with its namespace, is
// that of a type of System, or one of the other names given.
func isType(t *TypeName, name string, others ...string) bool {
	if t.Element != nil || len(t.Arguments) > 0 {
		return false
	}
	if strings.EqualFold(t.Name, name) || len(t.Name) == 7+len(name) && strings.EqualFold(t.Name[:7], "system.") && strings.EqualFold(t.Name[7:], name) {
		return true
	}
	for _, other := range others {
		if strings.EqualFold(t.Name, other) {
			return true
		}
	}
	return false
}

func isRef(t *TypeName) bool {
	return isType(t, "ref", "System.Management.Automation.PSReference", "Management.Automation.PSReference")
}

func (c *checker) duplicateParameters(parameters []*Parameter) {
	for i, parameter := range parameters {
		c.p.burn(i)
		for _, other := range parameters[:i] {
			if strings.EqualFold(other.Name.Path, parameter.Name.Path) {
				c.report(parameter.Name.extent, "DuplicateFormalParameter", parameter.Name.Path)
				break
			}
		}
		for _, a := range parameter.Attributes {
			if constraint, ok := a.(*TypeConstraint); ok && isType(constraint.TypeName, "void") {
				c.report(constraint.extent, "VoidTypeConstraintNotAllowed")
				break
			}
		}
	}
}

func (c *checker) parameter(n *Parameter) {
	_, method := c.parent(1).(*FunctionMember)
	typed := false
	for _, a := range n.Attributes {
		constraint, ok := a.(*TypeConstraint)
		switch {
		case !ok:
		case strings.EqualFold(constraint.TypeName.FullName(), "ordered"):
			c.report(constraint.extent, "OrderedAttributeOnlyOnHashLiteralNode", constraint.TypeName.FullName())
		case method:
			if typed {
				c.report(constraint.extent, "MultipleTypeConstraintsOnMethodParam")
			}
			typed = true
		}
	}
}

func (c *checker) attribute(n *Attribute) {
	inClass := false
	switch c.parent(1).(type) {
	case *TypeDefinition, *PropertyMember, *FunctionMember:
		inClass = true
	case *Parameter:
		_, inClass = c.parent(2).(*FunctionMember)
	}
	constant := constantCheck{attribute: true, class: inClass}
	id := "ParameterAttributeArgumentNeedsToBeConstantOrScriptBlock"
	if inClass {
		id = "ParameterAttributeArgumentNeedsToBeConstant"
	}
	for i, arg := range n.Named {
		c.p.burn(i)
		duplicate := false
		for _, other := range n.Named[:i] {
			duplicate = duplicate || strings.EqualFold(other.Name, arg.Name)
		}
		switch {
		case duplicate:
			c.report(arg.extent, "DuplicateNamedArgument", arg.Name)
		case !arg.Omitted && !constant.holds(arg.Argument):
			c.report(arg.Argument.Extent(), id)
		}
	}
	for _, arg := range n.Positional {
		if !constant.holds(arg) {
			c.report(arg.Extent(), id)
		}
	}
}

func (c *checker) arrayDepth(t *TypeName, place Extent) {
	const maxDepth = 200
	for depth := 1; t.Element != nil; depth++ {
		if depth > maxDepth {
			c.report(place, "ScriptTooComplicated")
			return
		}
		t = t.Element
	}
}

func (c *checker) forEach(n *ForEach) {
	if n.Parallel {
		c.report(n.extent, "KeywordParameterReservedForFutureUse", "foreach", "parallel")
	}
	if n.ThrottleLimit != nil {
		c.report(n.extent, "KeywordParameterReservedForFutureUse", "foreach", "throttlelimit")
		if !n.Parallel {
			c.report(n.extent, "ThrottleLimitRequiresParallelFlag")
		}
	}
}

// labelOf is a jump's label: empty if it has none, not known if it is not
// constant.
func labelOf(e Expression) (label string, known bool) {
	switch e := e.(type) {
	case nil:
		return "", true
	case *StringConstant:
		return e.Value, true
	}
	return "", false
}

// statementLabel is the label of a statement that can be jumped out of.
func statementLabel(n Node) (label string, loop, labeled bool) {
	switch n := n.(type) {
	case *ForEach:
		return n.Label, true, true
	case *For:
		return n.Label, true, true
	case *While:
		return n.Label, true, true
	case *DoWhile:
		return n.Label, true, true
	case *DoUntil:
		return n.Label, true, true
	case *Switch:
		return n.Label, false, true
	}
	return "", false, false
}

// jump checks a break or continue.
func (c *checker) jump(n Statement, to Expression) {
	label, known := labelOf(to)
	c.leavesFinally(n, label, known)
	if label == "" {
		return
	}
	for i := len(c.path) - 1; i >= 0; i-- {
		switch c.path[i].(type) {
		case *FunctionDefinition:
			return
		case *FunctionMember:
			c.report(n.Extent(), "LabelNotFound", label)
			return
		}
		if l, loop, _ := statementLabel(c.path[i]); loop && strings.EqualFold(l, label) {
			return
		}
	}
}

// leavesFinally checks that a jump does not leave a finally block. The label
// is where it leads to, if that is known.
func (c *checker) leavesFinally(n Statement, label string, known bool) {
	for i := len(c.path) - 1; i >= 0; i-- {
		switch block := c.path[i].(type) {
		case *NamedBlock, *Trap, *ScriptBlock:
			return
		case *StatementBlock:
			if i > 0 {
				if try, ok := c.path[i-1].(*Try); ok && try.Finally == block {
					c.report(n.Extent(), "ControlLeavingFinally")
					return
				}
			}
		default:
			// Without a label, the innermost is left.
			if l, _, labeled := statementLabel(block); labeled && known && (label == "" || strings.EqualFold(l, label)) {
				return
			}
		}
	}
}

// member is the member whose body the node is in, nil if in none.
func (c *checker) member() Member {
	if len(c.members) == 0 {
		return nil
	}
	return c.members[len(c.members)-1]
}

func (c *checker) returns(n *Return) {
	c.leavesFinally(n, "", false)
	m, ok := c.member().(*FunctionMember)
	if !ok {
		return
	}
	switch void := m.returnsNothing(); {
	case n.Pipeline != nil && void:
		c.report(n.extent, "VoidMethodHasReturn")
	case n.Pipeline == nil && !void:
		c.report(n.extent, "NonVoidMethodMissingReturnValue")
	}
}

func (m *FunctionMember) returnsNothing() bool {
	return m.ReturnType == nil || isType(m.ReturnType.TypeName, "void")
}

// target checks that an expression can be assigned to. Plain is set for =,
// which can assign to several at once.
func (c *checker) target(e Expression, plain bool, wrong func(Extent)) {
	switch e := e.(type) {
	case *ArrayLiteral:
		if !plain {
			wrong(e.extent)
			return
		}
		for _, element := range e.Elements {
			c.target(element, true, wrong)
		}
	case *Paren:
		if pipeline, ok := e.Pipeline.(*Pipeline); ok && pipeline.Expression() != nil {
			c.target(pipeline.Expression(), plain, wrong)
		} else {
			wrong(e.Pipeline.Extent())
		}
	case *MemberAccess:
		if e.NullConditional {
			wrong(e.extent)
		}
	case *InvokeMember:
		if e.NullConditional {
			wrong(e.extent)
		}
	case *Index:
		if e.NullConditional {
			wrong(e.extent)
		}
	case *Variable:
	case *Convert, *AttributedExpression:
		c.typedTarget(e, plain, wrong)
	default:
		wrong(e.Extent())
	}
}

func (c *checker) typedTarget(whole Expression, plain bool, wrong func(Extent)) {
	casts := 0
	var ref, last *TypeConstraint
	e := whole
inner:
	for {
		switch cast := e.(type) {
		case *Convert:
			casts++
			last = cast.Type
			switch {
			case isRef(last.TypeName):
				ref = last
			case isType(last.TypeName, "void"):
				c.report(last.extent, "VoidTypeConstraintNotAllowed")
			}
			e = cast.Child
		case *AttributedExpression:
			e = cast.Child
		default:
			break inner
		}
	}
	if ref != nil && casts > 1 {
		c.report(ref.extent, "ReferenceNeedsToBeByItselfInTypeConstraint")
		return
	}
	if v, ok := e.(*Variable); ok && v.isLocal() {
		for _, automatic := range automaticVariables {
			if strings.EqualFold(v.Name, automatic.name) {
				if last == nil || !automatic.is(last.TypeName) {
					c.report(whole.Extent(), "AssignmentStatementToAutomaticNotSupported", v.Name, automatic.typ)
				}
				break
			}
		}
	}
	c.target(e, plain, wrong)
}

// isLocal tells whether the path names a variable of the scope it is in.
func (v *Variable) isLocal() bool {
	switch v.Scope {
	case ScopeNone, ScopeLocal, ScopePrivate, ScopeVariable:
		return true
	}
	return false
}

// automaticVariables have types of their own that no cast may change.
var automaticVariables = [...]automaticVariable{
	{"_", "System.Object"}, {"args", "System.Object[]"}, {"this", "System.Object"}, {"input", "System.Object"},
	{"PSCmdlet", "System.Management.Automation.PSScriptCmdlet"},
	{"PSBoundParameters", "System.Management.Automation.PSBoundParametersDictionary"},
	{"MyInvocation", "System.Management.Automation.InvocationInfo"},
	{"PSScriptRoot", "System.String"}, {"PSCommandPath", "System.String"},
}

type automaticVariable struct{ name, typ string }

// is tells whether a type as written is the variable's.
func (v automaticVariable) is(t *TypeName) bool {
	name := t.FullName()
	return strings.EqualFold(name, v.typ) || strings.EqualFold("System."+name, v.typ)
}

func (c *checker) convert(n *Convert) {
	if strings.EqualFold(n.Type.TypeName.FullName(), "ordered") {
		if _, ok := n.Child.(*Hashtable); !ok {
			c.report(n.extent, "OrderedAttributeOnlyOnHashLiteralNode", n.Type.TypeName.FullName())
		}
		return
	}
	if !isRef(n.Type.TypeName) {
		return
	}
	twice := false
	child := n.Child
	for child != nil {
		switch cast := child.(type) {
		case *Convert:
			if isRef(cast.Type.TypeName) {
				twice = true
				c.report(cast.Type.extent, "ReferenceNeedsToBeByItselfInTypeSequence")
			}
			child = cast.Child
		case *AttributedExpression:
			child = cast.Child
		default:
			child = nil
		}
	}
	outer, ok := c.parent(1).(*Convert)
	if !ok || twice || isRef(outer.Type.TypeName) || c.inAssignedTo() {
		return
	}
	c.report(n.Type.extent, "ReferenceNeedsToBeLastTypeInTypeConversion")
}

// inAssignedTo tells whether the node is a part of what is assigned to.
func (c *checker) inAssignedTo() bool {
	for i := len(c.path) - 1; i > 0; i-- {
		switch parent := c.path[i-1].(type) {
		case *Assignment:
			return parent.Left == c.path[i]
		case *CommandExpression:
			return false
		}
	}
	return false
}

func (c *checker) attributedExpression(n *AttributedExpression) {
	var e Expression = n
	for {
		attributed, ok := e.(*AttributedExpression)
		if !ok {
			convert, ok := e.(*Convert)
			if !ok {
				break
			}
			e = convert.Child
			continue
		}
		e = attributed.Child
	}
	if _, ok := e.(*Variable); !ok {
		c.report(n.Attribute.extent, "UnexpectedAttribute", n.Attribute.TypeName.FullName())
	}
}

// wrongUsing finds what $using: may not be followed by: only members by name
// and elements by constants may.
func wrongUsing(e Expression) Expression {
	for {
		switch n := e.(type) {
		case *Variable:
			return nil
		case *MemberAccess:
			if _, ok := n.Member.(*StringConstant); !ok {
				return e
			}
			e = n.Target
		case *Index:
			if !(constantCheck{attribute: true}).holds(n.Index) {
				return n.Index
			}
			e = n.Target
		default:
			return e
		}
	}
}

func (c *checker) variable(n *Variable) {
	if n.Splatted {
		switch c.parent(1).(type) {
		case *Command, *Using:
		default:
			_, list := c.parent(1).(*ArrayLiteral)
			if _, command := c.parent(2).(*Command); list && command {
				c.report(n.extent, "SplattingNotPermittedInArgumentList", n.Path)
			} else {
				c.report(n.extent, "SplattingNotPermitted", n.Path, n.Path)
			}
		}
	}
	if unassigned := c.locals[n]; unassigned {
		c.report(n.extent, "VariableNotLocal")
	}
	if strings.EqualFold(n.Path, "this") {
		static := false
		switch m := c.member().(type) {
		case *FunctionMember:
			static = m.Flags&MemberStatic != 0
		case *PropertyMember:
			static = m.Flags&MemberStatic != 0
		}
		if static {
			c.report(n.extent, "NonStaticMemberAccessInStaticMember", n.Path)
		}
	}
}

func (c *checker) duplicateKeys(n *Hashtable) {
	var keys map[string]bool
	for _, pair := range n.Pairs {
		var key string
		switch k := pair.Key.(type) {
		case *StringConstant:
			key = k.Value
		case *Constant:
			key = constantText(k.Value)
		default:
			continue
		}
		if folded := strings.ToLower(key); keys[folded] {
			c.report(pair.Key.Extent(), "DuplicateKeyInHashLiteral", key)
		} else {
			if keys == nil {
				keys = make(map[string]bool, len(n.Pairs))
			}
			keys[folded] = true
		}
	}
}

// constantText is a constant as text.
func constantText(value any) string {
	if d, ok := value.(Decimal); ok {
		text := d.Coefficient.String()
		if d.Scale == 0 {
			return text
		}
		sign := ""
		if text[0] == '-' {
			sign, text = "-", text[1:]
		}
		if n := int(d.Scale) + 1 - len(text); n > 0 {
			text = strings.Repeat("0", n) + text
		}
		point := len(text) - int(d.Scale)
		return sign + text[:point] + "." + text[point:]
	}
	return fmt.Sprint(value)
}

// block checks parallel and sequence, which only workflows have.
func (c *checker) block(n *Block) {
	for _, above := range c.path {
		if f, ok := above.(*FunctionDefinition); ok && f.Workflow {
			return
		}
	}
	place := n.extent
	place.end = place.start + int32(len(n.Kind.Text()))
	c.report(place, "UnexpectedKeyword", place.Text())
}

func (c *checker) using(n *UsingStatement) {
	switch n.Kind {
	case UsingNamespace, UsingAssembly, UsingModule:
		if n.Alias != nil {
			c.report(n.extent, "UsingStatementNotSupported")
		}
	default:
		c.report(n.extent, "UsingStatementNotSupported")
	}
	if n.Kind == UsingNamespace && !isNamespace(n.Name.Value) {
		c.report(n.Name.extent, "InvalidNamespaceValue")
	}
}

// isNamespace tells whether a name is made of identifiers and dots.
func isNamespace(name string) bool {
	for part := range strings.SplitSeq(name, ".") {
		if part == "" {
			return false
		}
		for i, r := range part {
			letter := r == '_' || unicode.IsLetter(r) || unicode.Is(unicode.Nl, r)
			if !letter && (i == 0 || !unicode.In(r, unicode.Nd, unicode.Pc, unicode.Mn, unicode.Mc, unicode.Cf)) {
				return false
			}
		}
	}
	return true
}

// A constantCheck tells whether an expression is constant: as the argument of
// an attribute, maybe one of a class.
type constantCheck struct{ attribute, class bool }

func (c constantCheck) holds(n Node) bool {
	switch n := n.(type) {
	case *Constant, *StringConstant:
		return true
	case *Variable:
		return n.isConstant()
	case *TypeExpression:
		return true
	case *Ternary:
		return c.holds(n.Condition) && c.holds(n.IfTrue) && c.holds(n.IfFalse)
	case *Binary:
		return n.Op.has(traitFoldable) && c.holds(n.Left) && c.holds(n.Right) && !nullDivisor(n)
	case *Unary:
		return n.Op.has(traitFoldable) && c.holds(n.Child)
	case *Convert:
		return isPrimitive(n.Type.TypeName) && c.holds(n.Child)
	case *Paren:
		return c.holds(n.Pipeline)
	case *SubExpression:
		return len(n.Body.Traps) == 0 && len(n.Body.Statements) == 1 && c.holds(n.Body.Statements[0])
	case *Pipeline:
		e := n.Expression()
		return e != nil && c.holds(e)
	case *Using:
		return c.holds(n.SubExpression)
	case *MemberAccess:
		// That the member is a constant of the type cannot be told here.
		_, typ := n.Target.(*TypeExpression)
		_, name := n.Member.(*StringConstant)
		return n.Static && typ && name
	case *ArrayLiteral:
		for _, e := range n.Elements {
			if !c.holds(e) {
				return false
			}
		}
		return c.attribute
	case *ScriptBlockExpression:
		return c.attribute && !c.class
	}
	return false
}

func (v *Variable) isConstant() bool {
	switch strings.ToLower(v.Name) {
	case "true", "false", "null":
		return v.Scope != ScopeDrive && v.Scope != ScopeUsing
	}
	return false
}

// nullDivisor tells whether the right operand is $null or $false by name and
// divides.
func nullDivisor(n *Binary) bool {
	v, ok := n.Right.(*Variable)
	return ok && (n.Op == OpDivide || n.Op == OpRem) && !strings.EqualFold(v.Name, "true")
}

// isPrimitive tells whether a cast to the type cannot run anything.
func isPrimitive(t *TypeName) bool {
	for _, name := range [...]string{
		"bool", "boolean", "char", "byte", "sbyte", "short", "int16", "ushort", "uint16", "int", "int32", "uint", "uint32",
		"long", "int64", "ulong", "uint64", "float", "single", "double",
	} {
		if isType(t, name) {
			return true
		}
	}
	return false
}
