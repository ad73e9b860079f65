package dotnet

import (
	"reflect"
	"slices"
	"strings"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// A tree gives the nodes of a syntax tree to scripts: each node is one object, however often it is asked for, and knows its parent.
type tree struct {
	objects map[syntax.Node]*object.Object
	parents map[syntax.Node]syntax.Node
}

// An astNode is the base value of a node's object.
type astNode struct {
	tree *tree
	node syntax.Node
}

func newTree(root syntax.Node) *tree {
	t := &tree{map[syntax.Node]*object.Object{}, map[syntax.Node]syntax.Node{}}
	var visit func(parent syntax.Node)
	visit = func(parent syntax.Node) {
		for child := range children(parent) {
			t.parents[child] = parent
			visit(child)
		}
	}
	visit(root)
	return t
}

// children yields what .NET counts among a node's children: the names of types are no nodes there.
func children(n syntax.Node) func(func(syntax.Node) bool) {
	return func(yield func(syntax.Node) bool) {
		syntax.Children(n, func(child syntax.Node) bool {
			if _, name := child.(*syntax.TypeName); name {
				return true
			}
			return yield(child)
		})
	}
}

// of is the node's object; n may be nil, bare or within an interface.
func (t *tree) of(n syntax.Node) any {
	if n == nil || reflect.ValueOf(n).IsNil() {
		return nil
	}
	o, ok := t.objects[n]
	if !ok {
		declared, ok := nodeTypes[reflect.TypeOf(n)]
		if !ok {
			panic("dotnet: no type for " + reflect.TypeOf(n).String())
		}
		o = object.Instance(declared, astNode{t, n})
		t.objects[n] = o
	}
	return o
}

// list is the nodes' objects.
func list[N syntax.Node](t *tree, nodes []N) any {
	items := make([]any, len(nodes))
	for i, n := range nodes {
		items[i] = t.of(n)
	}
	return &object.Array{Elem: typeAst, Items: items}
}

// nodeTypes tells the .NET type of each kind of node.
var nodeTypes = map[reflect.Type]*object.Type{}

// A nodeProperty is a property of the nodes that are an N.
type nodeProperty[N syntax.Node] struct {
	signature string
	get       func(t *tree, n N) any
}

// declareNode declares the .NET type of the nodes that are an N.
func declareNode[N syntax.Node](name string, base *object.Type, properties ...nodeProperty[N]) {
	t := languageType(name, base)
	nodeTypes[reflect.TypeFor[N]()] = t
	object.Extend(t, func(t *object.Type) {
		for _, p := range properties {
			field(t, p.signature, func(n astNode) any { return p.get(n.tree, n.node.(N)) })
		}
	})
}

var (
	typeAst           = languageType("Ast", object.TypeObject)
	typeStatement     = languageType("StatementAst", typeAst)
	typePipelineBase  = languageType("PipelineBaseAst", typeStatement)
	typeChainable     = languageType("ChainableAst", typePipelineBase)
	typeCommandBase   = languageType("CommandBaseAst", typeStatement)
	typeElement       = languageType("CommandElementAst", typeAst)
	typeExpression    = languageType("ExpressionAst", typeElement)
	typeAttributeBase = languageType("AttributeBaseAst", typeAst)
	typeRedirection   = languageType("RedirectionAst", typeAst)
	typeMember        = languageType("MemberAst", typeAst)
	typeLabeled       = languageType("LabeledStatementAst", typeStatement)
	typeLoop          = languageType("LoopStatementAst", typeLabeled)
)

func init() {
	object.Extend(typeAst, astMembers)
	typeAst.ToString = func(v any) string { return of[astNode](v).node.Extent().Text() }
}

func astMembers(t *object.Type) {
	field(t, "System.Object Extent", func(n astNode) any { return extentObject(n.node.Extent()) })
	field(t, "System.Object Parent", func(n astNode) any { return n.tree.of(n.tree.parents[n.node]) })
	method(t, "System.Object Find(System.Object predicate, bool searchNestedScriptBlocks)", func(n astNode, a args) (any, error) {
		found, err := n.find(a[0], a.bool(1), true)
		if err != nil || len(found) == 0 {
			return nil, err
		}
		return found[0], nil
	})
	method(t, "System.Object FindAll(System.Object predicate, bool searchNestedScriptBlocks)", func(n astNode, a args) (any, error) {
		found, err := n.find(a[0], a.bool(1), false)
		return &object.Array{Elem: typeAst, Items: found}, err
	})
	method(t, "System.Object SafeGetValue()", func(n astNode, _ args) (any, error) { return safeValue(n.node) })
	method(t, "string ToString()", func(n astNode, _ args) (any, error) { return n.node.Extent().Text(), nil })
}

// find visits the node and all below it, in the order of the text. Without nested, the insides of functions and script blocks are
// left out, though the node itself may be one.
func (n astNode) find(predicate any, nested, first bool) (found []any, err error) {
	test, ok := object.Base(predicate).(object.ScriptBlock)
	if !ok {
		return nil, nullArgument("predicate")
	}
	var visit func(syntax.Node) bool
	visit = func(at syntax.Node) bool {
		o := n.tree.of(at)
		var out []any
		if out, err = test.Call([]any{o}, o); err != nil {
			return false
		}
		if object.IsTrue(object.Collect(out)) {
			if found = append(found, o); first {
				return false
			}
		}
		if !nested && at != n.node && opensScope(at) {
			return true
		}
		for child := range children(at) {
			if !visit(child) {
				return false
			}
		}
		return true
	}
	visit(n.node)
	return found, err
}

func opensScope(n syntax.Node) bool {
	switch n.(type) {
	case *syntax.FunctionDefinition, *syntax.ScriptBlockExpression, *syntax.FunctionMember:
		return true
	}
	return false
}

// safeValue is the value of what is constant: numbers, strings, arrays and tables of them.
func safeValue(n syntax.Node) (any, error) {
	dynamic := throw("System.InvalidOperationException", "Cannot generate a PowerShell object for a ScriptBlock evaluating dynamic expressions. Dynamic expression: %s.", n.Extent().Text())
	each := func(parts []syntax.Statement) (any, error) {
		var items []any
		for _, p := range parts {
			v, err := safeValue(p)
			if err != nil {
				return nil, err
			}
			items = append(items, v)
		}
		return object.NewArray(items...), nil
	}
	switch n := n.(type) {
	case *syntax.Constant:
		return constantValue(n.Value), nil
	case *syntax.StringConstant:
		return n.Value, nil
	case *syntax.Variable:
		if v, ok := constantVariable(n); ok {
			return v, nil
		}
	case *syntax.Paren:
		return safeValue(n.Pipeline)
	case *syntax.Pipeline:
		if e := n.Expression(); e != nil {
			return safeValue(e)
		}
	case *syntax.CommandExpression:
		if len(n.Redirections) == 0 {
			return safeValue(n.Expression)
		}
	case *syntax.Unary:
		if n.Op == syntax.OpMinus {
			v, err := safeValue(n.Child)
			if err != nil {
				return nil, err
			}
			return object.Negate(v)
		}
	case *syntax.ArrayLiteral:
		items := make([]any, len(n.Elements))
		for i, e := range n.Elements {
			v, err := safeValue(e)
			if err != nil {
				return nil, err
			}
			items[i] = v
		}
		return object.NewArray(items...), nil
	case *syntax.ArrayExpression:
		if len(n.Body.Statements) == 1 {
			if v, err := safeValue(n.Body.Statements[0]); err != nil {
				return nil, err
			} else if a, ok := v.(*object.Array); ok {
				return a, nil
			}
		}
		return each(n.Body.Statements)
	case *syntax.Hashtable:
		h := object.NewHashtable()
		for _, pair := range n.Pairs {
			k, err := safeValue(pair.Key)
			if err != nil {
				return nil, err
			}
			v, err := safeValue(pair.Value)
			if err != nil {
				return nil, err
			}
			h.Set(k, v)
		}
		return h, nil
	case *syntax.ScriptBlock:
		if n.End != nil && len(n.End.Statements) == 1 {
			return safeValue(n.End.Statements[0])
		}
	}
	return nil, dynamic
}

// constantVariable is the value of $true, $false and $null.
func constantVariable(v *syntax.Variable) (value any, ok bool) {
	constants := []string{"true", "false", "null"}
	if v.Splatted {
		return nil, false
	}
	i := slices.IndexFunc(constants, func(name string) bool { return strings.EqualFold(v.Path, name) })
	return [...]any{true, false, nil, nil}[max(i, 0)], i >= 0
}
