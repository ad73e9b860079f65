package syntax

import "strings"

// dataSection tells what a data section may not hold.
func (c *checker) dataSection(n *Data) {
	r := &restricted{p: c.p, commands: []string{"ConvertFrom-StringData"}}
	for _, command := range n.CommandsAllowed {
		name, ok := command.(*StringConstant)
		if !ok {
			r.commands = nil // known only when it runs: anything may be
			break
		}
		r.commands = append(r.commands, name.Value)
	}
	r.visit(n.Body)
}

// restricted walks what is written in the restricted language.
type restricted struct {
	p        *parser
	commands []string // those allowed; nil: all
	depth    int
}

func (r *restricted) visit(n Node) {
	if r.depth++; r.depth > maxTreeDepth {
		panic(tooComplicated{})
	}
	r.node(n)
	checkOrder(n, func(child Node) bool {
		r.visit(child)
		return true
	})
	r.depth--
}

func (r *restricted) node(n Node) {
	wrong := func(id string, args ...any) { r.p.report(n.Extent(), id, args...) }
	switch n := n.(type) {
	case *ScriptBlock, *ScriptBlockExpression:
		wrong("ScriptBlockNotSupportedInDataSection")
	case *ParamBlock:
		wrong("ParameterDeclarationNotSupportedInDataSection")
	case *TypeConstraint:
		r.typeName(n.extent, n.TypeName)
	case *TypeExpression:
		r.typeName(n.extent, n.TypeName)
	case *Attribute, *AttributedExpression:
		wrong("AttributeNotSupportedInDataSection")
	case *FunctionDefinition:
		wrong("FunctionDeclarationNotSupportedInDataSection")
	case *Trap:
		wrong("TrapStatementNotSupportedInDataSection")
	case *Switch:
		wrong("SwitchStatementNotSupportedInDataSection")
	case *Data:
		wrong("DataSectionStatementNotSupportedInDataSection")
	case *ForEach:
		wrong("ForeachStatementNotSupportedInDataSection")
	case *DoWhile, *DoUntil:
		wrong("DoWhileStatementNotSupportedInDataSection")
	case *For, *While:
		wrong("ForWhileStatementNotSupportedInDataSection")
	case *Try:
		wrong("TryStatementNotSupportedInDataSection")
	case *Break, *Continue, *Return, *Exit, *Throw:
		wrong("FlowControlStatementNotSupportedInDataSection")
	case *Assignment:
		wrong("AssignmentStatementNotSupportedInDataSection")
	case *Command:
		r.command(n)
	case *MergingRedirection, *FileRedirection:
		wrong("RedirectionNotSupportedInDataSection")
	case *Binary:
		if n.Op.has(traitRestricted) {
			r.p.report(n.OpExtent, "OperatorNotSupportedInDataSection", n.Op.Text())
		}
	case *Unary:
		if n.Op.has(traitRestricted) {
			wrong("OperatorNotSupportedInDataSection", n.Op.Text())
		}
	case *Variable:
		switch strings.ToLower(n.Path) {
		case "psculture", "psuiculture", "true", "false", "null":
		default:
			wrong("VariableReferenceNotSupportedInDataSection", "$PSCulture, $PSUICulture, $true, $false, $null")
		}
	case *MemberAccess:
		wrong("PropertyReferenceNotSupportedInDataSection")
	case *InvokeMember:
		wrong("MethodCallNotSupportedInDataSection")
	case *Index:
		wrong("ArrayReferenceNotSupportedInDataSection")
	case *Block:
		wrong("ParallelAndSequenceBlockNotSupportedInDataSection")
	}
}

// typeName checks that a type is simple, or an array of simple ones.
func (r *restricted) typeName(place Extent, t *TypeName) {
	element := t
	if t.Element != nil {
		element = t.Element
	}
	if !isPrimitive(element) && !isType(element, "string") && !isType(element, "decimal") && !isType(element, "datetime") {
		r.p.report(place, "TypeNotAllowedInDataSection", t.FullName())
	}
}

func (r *restricted) command(n *Command) {
	if n.Operator == OpDot {
		r.p.report(n.extent, "DotSourcingNotSupportedInDataSection")
		return
	}
	if r.commands == nil {
		return
	}
	name := n.Name()
	if name == "" {
		if n.Operator == OpAmpersand {
			r.p.report(n.extent, "OperatorNotSupportedInDataSection", OpAmpersand.Text())
		} else {
			r.p.report(n.extent, "CmdletNotInAllowedListForDataSection", n.extent.Text())
		}
		return
	}
	for _, allowed := range r.commands {
		if strings.EqualFold(allowed, name) {
			return
		}
	}
	r.p.report(n.extent, "CmdletNotInAllowedListForDataSection", name)
}
