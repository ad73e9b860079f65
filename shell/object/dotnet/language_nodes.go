package dotnet

import (
	"reflect"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// The types of the nodes, with the names and properties that .NET gives them. A type comes after the one it derives from.
func init() {
	declareNode("ScriptBlockAst", typeAst,
		nodeProperty[*syntax.ScriptBlock]{"System.Object Attributes", func(t *tree, n *syntax.ScriptBlock) any { return list(t, n.Attributes) }},
		nodeProperty[*syntax.ScriptBlock]{"System.Object UsingStatements", func(t *tree, n *syntax.ScriptBlock) any { return list(t, n.Usings) }},
		nodeProperty[*syntax.ScriptBlock]{"System.Object ParamBlock", func(t *tree, n *syntax.ScriptBlock) any { return t.of(n.Params) }},
		nodeProperty[*syntax.ScriptBlock]{"System.Object BeginBlock", func(t *tree, n *syntax.ScriptBlock) any { return t.of(n.Begin) }},
		nodeProperty[*syntax.ScriptBlock]{"System.Object ProcessBlock", func(t *tree, n *syntax.ScriptBlock) any { return t.of(n.Process) }},
		nodeProperty[*syntax.ScriptBlock]{"System.Object EndBlock", func(t *tree, n *syntax.ScriptBlock) any { return t.of(n.End) }},
		nodeProperty[*syntax.ScriptBlock]{"System.Object CleanBlock", func(t *tree, n *syntax.ScriptBlock) any { return t.of(n.Clean) }},
		nodeProperty[*syntax.ScriptBlock]{"System.Object DynamicParamBlock", func(t *tree, n *syntax.ScriptBlock) any { return t.of(n.DynamicParam) }},
	)
	declareNode("ParamBlockAst", typeAst,
		nodeProperty[*syntax.ParamBlock]{"System.Object Attributes", func(t *tree, n *syntax.ParamBlock) any { return list(t, n.Attributes) }},
		nodeProperty[*syntax.ParamBlock]{"System.Object Parameters", func(t *tree, n *syntax.ParamBlock) any { return list(t, n.Parameters) }},
	)
	declareNode("ParameterAst", typeAst,
		nodeProperty[*syntax.Parameter]{"System.Object Attributes", func(t *tree, n *syntax.Parameter) any { return list(t, n.Attributes) }},
		nodeProperty[*syntax.Parameter]{"System.Object Name", func(t *tree, n *syntax.Parameter) any { return t.of(n.Name) }},
		nodeProperty[*syntax.Parameter]{"System.Object DefaultValue", func(t *tree, n *syntax.Parameter) any { return t.of(n.Default) }},
		nodeProperty[*syntax.Parameter]{"System.Object StaticType", func(_ *tree, n *syntax.Parameter) any { return staticType(n.Attributes) }},
	)
	declareNode("NamedBlockAst", typeAst,
		nodeProperty[*syntax.NamedBlock]{"bool Unnamed", func(_ *tree, n *syntax.NamedBlock) any { return n.Unnamed }},
		nodeProperty[*syntax.NamedBlock]{"System.Management.Automation.Language.TokenKind BlockKind", func(_ *tree, n *syntax.NamedBlock) any { return kindObject(n.Kind) }},
		nodeProperty[*syntax.NamedBlock]{"System.Object Statements", func(t *tree, n *syntax.NamedBlock) any { return list(t, n.Statements) }},
		nodeProperty[*syntax.NamedBlock]{"System.Object Traps", func(t *tree, n *syntax.NamedBlock) any { return list(t, n.Traps) }},
	)
	declareNode("StatementBlockAst", typeAst,
		nodeProperty[*syntax.StatementBlock]{"System.Object Statements", func(t *tree, n *syntax.StatementBlock) any { return list(t, n.Statements) }},
		nodeProperty[*syntax.StatementBlock]{"System.Object Traps", func(t *tree, n *syntax.StatementBlock) any { return list(t, n.Traps) }},
	)
	declareNode("IfStatementAst", typeStatement,
		nodeProperty[*syntax.If]{"System.Object Clauses", func(t *tree, n *syntax.If) any {
			return clauses(t, n.Clauses, func(c syntax.IfClause) (syntax.Node, syntax.Node) { return c.Condition, c.Body })
		}},
		nodeProperty[*syntax.If]{"System.Object ElseClause", func(t *tree, n *syntax.If) any { return t.of(n.Else) }},
	)
	declareNode("SwitchStatementAst", typeLabeled,
		nodeProperty[*syntax.Switch]{"string Label", func(_ *tree, n *syntax.Switch) any { return nilIfEmpty(n.Label) }},
		nodeProperty[*syntax.Switch]{"System.Object Condition", func(t *tree, n *syntax.Switch) any { return t.of(n.Condition) }},
		nodeProperty[*syntax.Switch]{"System.Object Flags", func(_ *tree, n *syntax.Switch) any { return object.Enum{Type: typeSwitchFlags, Value: int64(n.Flags)} }},
		nodeProperty[*syntax.Switch]{"System.Object Clauses", func(t *tree, n *syntax.Switch) any {
			return clauses(t, n.Clauses, func(c syntax.SwitchClause) (syntax.Node, syntax.Node) { return c.Test, c.Body })
		}},
		nodeProperty[*syntax.Switch]{"System.Object Default", func(t *tree, n *syntax.Switch) any { return t.of(n.Default) }},
	)
	declareNode("ForEachStatementAst", typeLoop,
		nodeProperty[*syntax.ForEach]{"string Label", func(_ *tree, n *syntax.ForEach) any { return nilIfEmpty(n.Label) }},
		nodeProperty[*syntax.ForEach]{"System.Object Condition", func(t *tree, n *syntax.ForEach) any { return t.of(n.Condition) }},
		nodeProperty[*syntax.ForEach]{"System.Object Body", func(t *tree, n *syntax.ForEach) any { return t.of(n.Body) }},
		nodeProperty[*syntax.ForEach]{"System.Object Variable", func(t *tree, n *syntax.ForEach) any { return t.of(n.Variable) }},
		nodeProperty[*syntax.ForEach]{"System.Object ThrottleLimit", func(t *tree, n *syntax.ForEach) any { return t.of(n.ThrottleLimit) }},
	)
	declareNode("ForStatementAst", typeLoop,
		nodeProperty[*syntax.For]{"string Label", func(_ *tree, n *syntax.For) any { return nilIfEmpty(n.Label) }},
		nodeProperty[*syntax.For]{"System.Object Condition", func(t *tree, n *syntax.For) any { return t.of(n.Condition) }},
		nodeProperty[*syntax.For]{"System.Object Body", func(t *tree, n *syntax.For) any { return t.of(n.Body) }},
		nodeProperty[*syntax.For]{"System.Object Initializer", func(t *tree, n *syntax.For) any { return t.of(n.Initializer) }},
		nodeProperty[*syntax.For]{"System.Object Iterator", func(t *tree, n *syntax.For) any { return t.of(n.Iterator) }},
	)
	declareNode("WhileStatementAst", typeLoop,
		nodeProperty[*syntax.While]{"string Label", func(_ *tree, n *syntax.While) any { return nilIfEmpty(n.Label) }},
		nodeProperty[*syntax.While]{"System.Object Condition", func(t *tree, n *syntax.While) any { return t.of(n.Condition) }},
		nodeProperty[*syntax.While]{"System.Object Body", func(t *tree, n *syntax.While) any { return t.of(n.Body) }},
	)
	declareNode("DoWhileStatementAst", typeLoop,
		nodeProperty[*syntax.DoWhile]{"string Label", func(_ *tree, n *syntax.DoWhile) any { return nilIfEmpty(n.Label) }},
		nodeProperty[*syntax.DoWhile]{"System.Object Condition", func(t *tree, n *syntax.DoWhile) any { return t.of(n.Condition) }},
		nodeProperty[*syntax.DoWhile]{"System.Object Body", func(t *tree, n *syntax.DoWhile) any { return t.of(n.Body) }},
	)
	declareNode("DoUntilStatementAst", typeLoop,
		nodeProperty[*syntax.DoUntil]{"string Label", func(_ *tree, n *syntax.DoUntil) any { return nilIfEmpty(n.Label) }},
		nodeProperty[*syntax.DoUntil]{"System.Object Condition", func(t *tree, n *syntax.DoUntil) any { return t.of(n.Condition) }},
		nodeProperty[*syntax.DoUntil]{"System.Object Body", func(t *tree, n *syntax.DoUntil) any { return t.of(n.Body) }},
	)
	declareNode("TryStatementAst", typeStatement,
		nodeProperty[*syntax.Try]{"System.Object Body", func(t *tree, n *syntax.Try) any { return t.of(n.Body) }},
		nodeProperty[*syntax.Try]{"System.Object CatchClauses", func(t *tree, n *syntax.Try) any { return list(t, n.Catches) }},
		nodeProperty[*syntax.Try]{"System.Object Finally", func(t *tree, n *syntax.Try) any { return t.of(n.Finally) }},
	)
	declareNode("CatchClauseAst", typeAst,
		nodeProperty[*syntax.Catch]{"System.Object CatchTypes", func(t *tree, n *syntax.Catch) any { return list(t, n.Types) }},
		nodeProperty[*syntax.Catch]{"bool IsCatchAll", func(_ *tree, n *syntax.Catch) any { return len(n.Types) == 0 }},
		nodeProperty[*syntax.Catch]{"System.Object Body", func(t *tree, n *syntax.Catch) any { return t.of(n.Body) }},
	)
	declareNode("TrapStatementAst", typeStatement,
		nodeProperty[*syntax.Trap]{"System.Object TrapType", func(t *tree, n *syntax.Trap) any { return t.of(n.Type) }},
		nodeProperty[*syntax.Trap]{"System.Object Body", func(t *tree, n *syntax.Trap) any { return t.of(n.Body) }},
	)
	declareNode("ThrowStatementAst", typeStatement,
		nodeProperty[*syntax.Throw]{"System.Object Pipeline", func(t *tree, n *syntax.Throw) any { return t.of(n.Pipeline) }},
		nodeProperty[*syntax.Throw]{"bool IsRethrow", func(t *tree, n *syntax.Throw) any { return t.rethrows(n) }},
	)
	declareNode("ReturnStatementAst", typeStatement,
		nodeProperty[*syntax.Return]{"System.Object Pipeline", func(t *tree, n *syntax.Return) any { return t.of(n.Pipeline) }},
	)
	declareNode("ExitStatementAst", typeStatement,
		nodeProperty[*syntax.Exit]{"System.Object Pipeline", func(t *tree, n *syntax.Exit) any { return t.of(n.Pipeline) }},
	)
	declareNode("BreakStatementAst", typeStatement,
		nodeProperty[*syntax.Break]{"System.Object Label", func(t *tree, n *syntax.Break) any { return t.of(n.Label) }},
	)
	declareNode("ContinueStatementAst", typeStatement,
		nodeProperty[*syntax.Continue]{"System.Object Label", func(t *tree, n *syntax.Continue) any { return t.of(n.Label) }},
	)
	declareNode("FunctionDefinitionAst", typeStatement,
		nodeProperty[*syntax.FunctionDefinition]{"bool IsFilter", func(_ *tree, n *syntax.FunctionDefinition) any { return n.Filter }},
		nodeProperty[*syntax.FunctionDefinition]{"bool IsWorkflow", func(_ *tree, n *syntax.FunctionDefinition) any { return n.Workflow }},
		nodeProperty[*syntax.FunctionDefinition]{"string Name", func(_ *tree, n *syntax.FunctionDefinition) any { return n.Name }},
		nodeProperty[*syntax.FunctionDefinition]{"System.Object Parameters", func(t *tree, n *syntax.FunctionDefinition) any { return parameters(t, n) }},
		nodeProperty[*syntax.FunctionDefinition]{"System.Object Body", func(t *tree, n *syntax.FunctionDefinition) any { return t.of(n.Body) }},
	)
	declareNode("TypeDefinitionAst", typeStatement,
		nodeProperty[*syntax.TypeDefinition]{"string Name", func(_ *tree, n *syntax.TypeDefinition) any { return n.Name }},
		nodeProperty[*syntax.TypeDefinition]{"System.Object Attributes", func(t *tree, n *syntax.TypeDefinition) any { return list(t, n.Attributes) }},
		nodeProperty[*syntax.TypeDefinition]{"System.Object BaseTypes", func(t *tree, n *syntax.TypeDefinition) any { return list(t, n.BaseTypes) }},
		nodeProperty[*syntax.TypeDefinition]{"System.Object Members", func(t *tree, n *syntax.TypeDefinition) any { return list(t, n.Members) }},
		nodeProperty[*syntax.TypeDefinition]{"bool IsEnum", func(_ *tree, n *syntax.TypeDefinition) any { return n.Kind == syntax.EnumType }},
		nodeProperty[*syntax.TypeDefinition]{"bool IsClass", func(_ *tree, n *syntax.TypeDefinition) any { return n.Kind == syntax.ClassType }},
		nodeProperty[*syntax.TypeDefinition]{"bool IsInterface", func(_ *tree, n *syntax.TypeDefinition) any { return n.Kind == syntax.InterfaceType }},
	)
	declareNode("PropertyMemberAst", typeMember,
		nodeProperty[*syntax.PropertyMember]{"string Name", func(_ *tree, n *syntax.PropertyMember) any { return n.Name }},
		nodeProperty[*syntax.PropertyMember]{"System.Object PropertyType", func(t *tree, n *syntax.PropertyMember) any { return t.of(n.Type) }},
		nodeProperty[*syntax.PropertyMember]{"System.Object Attributes", func(t *tree, n *syntax.PropertyMember) any { return list(t, n.Attributes) }},
		nodeProperty[*syntax.PropertyMember]{"System.Object InitialValue", func(t *tree, n *syntax.PropertyMember) any { return t.of(n.Initial) }},
		nodeProperty[*syntax.PropertyMember]{"bool IsPublic", func(_ *tree, n *syntax.PropertyMember) any { return n.Flags&syntax.MemberPublic != 0 }},
		nodeProperty[*syntax.PropertyMember]{"bool IsPrivate", func(_ *tree, n *syntax.PropertyMember) any { return n.Flags&syntax.MemberPrivate != 0 }},
		nodeProperty[*syntax.PropertyMember]{"bool IsStatic", func(_ *tree, n *syntax.PropertyMember) any { return n.Flags&syntax.MemberStatic != 0 }},
		nodeProperty[*syntax.PropertyMember]{"bool IsHidden", func(_ *tree, n *syntax.PropertyMember) any { return n.Flags&syntax.MemberHidden != 0 }},
	)
	declareNode("FunctionMemberAst", typeMember,
		nodeProperty[*syntax.FunctionMember]{"string Name", func(_ *tree, n *syntax.FunctionMember) any { return n.Name }},
		nodeProperty[*syntax.FunctionMember]{"System.Object ReturnType", func(t *tree, n *syntax.FunctionMember) any { return t.of(n.ReturnType) }},
		nodeProperty[*syntax.FunctionMember]{"System.Object Attributes", func(t *tree, n *syntax.FunctionMember) any { return list(t, n.Attributes) }},
		nodeProperty[*syntax.FunctionMember]{"System.Object Parameters", func(t *tree, n *syntax.FunctionMember) any { return list(t, n.Parameters) }},
		nodeProperty[*syntax.FunctionMember]{"System.Object Body", func(t *tree, n *syntax.FunctionMember) any { return t.of(n.Body) }},
		nodeProperty[*syntax.FunctionMember]{"bool IsConstructor", func(_ *tree, n *syntax.FunctionMember) any { return n.Constructor }},
		nodeProperty[*syntax.FunctionMember]{"bool IsPublic", func(_ *tree, n *syntax.FunctionMember) any { return n.Flags&syntax.MemberPublic != 0 }},
		nodeProperty[*syntax.FunctionMember]{"bool IsPrivate", func(_ *tree, n *syntax.FunctionMember) any { return n.Flags&syntax.MemberPrivate != 0 }},
		nodeProperty[*syntax.FunctionMember]{"bool IsStatic", func(_ *tree, n *syntax.FunctionMember) any { return n.Flags&syntax.MemberStatic != 0 }},
		nodeProperty[*syntax.FunctionMember]{"bool IsHidden", func(_ *tree, n *syntax.FunctionMember) any { return n.Flags&syntax.MemberHidden != 0 }},
	)
	declareNode("DataStatementAst", typeStatement,
		nodeProperty[*syntax.Data]{"string Variable", func(_ *tree, n *syntax.Data) any { return nilIfEmpty(n.Variable) }},
		nodeProperty[*syntax.Data]{"System.Object CommandsAllowed", func(t *tree, n *syntax.Data) any { return list(t, n.CommandsAllowed) }},
		nodeProperty[*syntax.Data]{"System.Object Body", func(t *tree, n *syntax.Data) any { return t.of(n.Body) }},
	)
	declareNode("UsingStatementAst", typeStatement,
		nodeProperty[*syntax.UsingStatement]{"System.Object UsingStatementKind", func(_ *tree, n *syntax.UsingStatement) any {
			return object.Enum{Type: typeUsingKind, Value: int64(n.Kind)}
		}},
		nodeProperty[*syntax.UsingStatement]{"System.Object Name", func(t *tree, n *syntax.UsingStatement) any { return t.of(n.Name) }},
		nodeProperty[*syntax.UsingStatement]{"System.Object Alias", func(t *tree, n *syntax.UsingStatement) any { return t.of(n.Alias) }},
		nodeProperty[*syntax.UsingStatement]{"System.Object ModuleSpecification", func(t *tree, n *syntax.UsingStatement) any { return t.of(n.Specification) }},
	)
	declareNode("BlockStatementAst", typeStatement,
		nodeProperty[*syntax.Block]{"System.Object Body", func(t *tree, n *syntax.Block) any { return t.of(n.Body) }},
	)
	declareNode("ErrorStatementAst", typePipelineBase,
		nodeProperty[*syntax.ErrorStatement]{"System.Object Conditions", func(t *tree, n *syntax.ErrorStatement) any { return list(t, n.Conditions) }},
		nodeProperty[*syntax.ErrorStatement]{"System.Object Bodies", func(t *tree, n *syntax.ErrorStatement) any { return list(t, n.Bodies) }},
		nodeProperty[*syntax.ErrorStatement]{"System.Object NestedAst", func(t *tree, n *syntax.ErrorStatement) any { return list(t, n.Nested) }},
	)
	declareNode("PipelineChainAst", typeChainable,
		nodeProperty[*syntax.PipelineChain]{"System.Object LhsPipelineChain", func(t *tree, n *syntax.PipelineChain) any { return t.of(n.Left) }},
		nodeProperty[*syntax.PipelineChain]{"System.Object RhsPipeline", func(t *tree, n *syntax.PipelineChain) any { return t.of(n.Right) }},
		nodeProperty[*syntax.PipelineChain]{"System.Management.Automation.Language.TokenKind Operator", func(_ *tree, n *syntax.PipelineChain) any { return kindObject(n.Op) }},
		nodeProperty[*syntax.PipelineChain]{"bool Background", func(_ *tree, n *syntax.PipelineChain) any { return n.Background }},
	)
	declareNode("PipelineAst", typeChainable,
		nodeProperty[*syntax.Pipeline]{"System.Object PipelineElements", func(t *tree, n *syntax.Pipeline) any { return list(t, n.Elements) }},
		nodeProperty[*syntax.Pipeline]{"bool Background", func(_ *tree, n *syntax.Pipeline) any { return n.Background }},
	)
	declareNode("AssignmentStatementAst", typePipelineBase,
		nodeProperty[*syntax.Assignment]{"System.Object Left", func(t *tree, n *syntax.Assignment) any { return t.of(n.Left) }},
		nodeProperty[*syntax.Assignment]{"System.Management.Automation.Language.TokenKind Operator", func(_ *tree, n *syntax.Assignment) any { return kindObject(n.Op) }},
		nodeProperty[*syntax.Assignment]{"System.Object Right", func(t *tree, n *syntax.Assignment) any { return t.of(n.Right) }},
		nodeProperty[*syntax.Assignment]{"System.Object ErrorPosition", func(_ *tree, n *syntax.Assignment) any { return extentObject(n.OpExtent) }},
	)
	declareNode("CommandAst", typeCommandBase,
		nodeProperty[*syntax.Command]{"System.Object CommandElements", func(t *tree, n *syntax.Command) any { return list(t, n.Elements) }},
		nodeProperty[*syntax.Command]{"System.Management.Automation.Language.TokenKind InvocationOperator", func(_ *tree, n *syntax.Command) any { return kindObject(n.Operator) }},
		nodeProperty[*syntax.Command]{"System.Object Redirections", func(t *tree, n *syntax.Command) any { return list(t, n.Redirections) }},
	)
	declareNode("CommandExpressionAst", typeCommandBase,
		nodeProperty[*syntax.CommandExpression]{"System.Object Expression", func(t *tree, n *syntax.CommandExpression) any { return t.of(n.Expression) }},
		nodeProperty[*syntax.CommandExpression]{"System.Object Redirections", func(t *tree, n *syntax.CommandExpression) any { return list(t, n.Redirections) }},
	)
	declareNode("CommandParameterAst", typeElement,
		nodeProperty[*syntax.CommandParameter]{"string ParameterName", func(_ *tree, n *syntax.CommandParameter) any { return n.Name }},
		nodeProperty[*syntax.CommandParameter]{"System.Object Argument", func(t *tree, n *syntax.CommandParameter) any { return t.of(n.Argument) }},
		nodeProperty[*syntax.CommandParameter]{"System.Object ErrorPosition", func(_ *tree, n *syntax.CommandParameter) any { return extentObject(n.NameExtent) }},
	)
	declareNode("FileRedirectionAst", typeRedirection,
		nodeProperty[*syntax.FileRedirection]{"System.Object FromStream", func(_ *tree, n *syntax.FileRedirection) any { return streamObject(n.Stream) }},
		nodeProperty[*syntax.FileRedirection]{"System.Object Location", func(t *tree, n *syntax.FileRedirection) any { return t.of(n.Location) }},
		nodeProperty[*syntax.FileRedirection]{"bool Append", func(_ *tree, n *syntax.FileRedirection) any { return n.Append }},
	)
	declareNode("MergingRedirectionAst", typeRedirection,
		nodeProperty[*syntax.MergingRedirection]{"System.Object FromStream", func(_ *tree, n *syntax.MergingRedirection) any { return streamObject(n.Stream) }},
		nodeProperty[*syntax.MergingRedirection]{"System.Object ToStream", func(_ *tree, n *syntax.MergingRedirection) any { return streamObject(n.To) }},
	)
	declareNode("AttributeAst", typeAttributeBase,
		nodeProperty[*syntax.Attribute]{"System.Object TypeName", func(_ *tree, n *syntax.Attribute) any { return typeNameObject(n.TypeName) }},
		nodeProperty[*syntax.Attribute]{"System.Object PositionalArguments", func(t *tree, n *syntax.Attribute) any { return list(t, n.Positional) }},
		nodeProperty[*syntax.Attribute]{"System.Object NamedArguments", func(t *tree, n *syntax.Attribute) any { return list(t, n.Named) }},
	)
	declareNode("NamedAttributeArgumentAst", typeAst,
		nodeProperty[*syntax.NamedAttributeArgument]{"string ArgumentName", func(_ *tree, n *syntax.NamedAttributeArgument) any { return n.Name }},
		nodeProperty[*syntax.NamedAttributeArgument]{"System.Object Argument", func(t *tree, n *syntax.NamedAttributeArgument) any { return t.of(n.Argument) }},
		nodeProperty[*syntax.NamedAttributeArgument]{"bool ExpressionOmitted", func(_ *tree, n *syntax.NamedAttributeArgument) any { return n.Omitted }},
	)
	declareNode("TypeConstraintAst", typeAttributeBase,
		nodeProperty[*syntax.TypeConstraint]{"System.Object TypeName", func(_ *tree, n *syntax.TypeConstraint) any { return typeNameObject(n.TypeName) }},
	)
	declareNode("BinaryExpressionAst", typeExpression,
		nodeProperty[*syntax.Binary]{"System.Management.Automation.Language.TokenKind Operator", func(_ *tree, n *syntax.Binary) any { return kindObject(n.Op) }},
		nodeProperty[*syntax.Binary]{"System.Object Left", func(t *tree, n *syntax.Binary) any { return t.of(n.Left) }},
		nodeProperty[*syntax.Binary]{"System.Object Right", func(t *tree, n *syntax.Binary) any { return t.of(n.Right) }},
		nodeProperty[*syntax.Binary]{"System.Object ErrorPosition", func(_ *tree, n *syntax.Binary) any { return extentObject(n.OpExtent) }},
	)
	declareNode("UnaryExpressionAst", typeExpression,
		nodeProperty[*syntax.Unary]{"System.Management.Automation.Language.TokenKind TokenKind", func(_ *tree, n *syntax.Unary) any { return kindObject(n.Op) }},
		nodeProperty[*syntax.Unary]{"System.Object Child", func(t *tree, n *syntax.Unary) any { return t.of(n.Child) }},
	)
	declareNode("TernaryExpressionAst", typeExpression,
		nodeProperty[*syntax.Ternary]{"System.Object Condition", func(t *tree, n *syntax.Ternary) any { return t.of(n.Condition) }},
		nodeProperty[*syntax.Ternary]{"System.Object IfTrue", func(t *tree, n *syntax.Ternary) any { return t.of(n.IfTrue) }},
		nodeProperty[*syntax.Ternary]{"System.Object IfFalse", func(t *tree, n *syntax.Ternary) any { return t.of(n.IfFalse) }},
	)
	declareNode("AttributedExpressionAst", typeExpression,
		nodeProperty[*syntax.AttributedExpression]{"System.Object Attribute", func(t *tree, n *syntax.AttributedExpression) any { return t.of(n.Attribute) }},
		nodeProperty[*syntax.AttributedExpression]{"System.Object Child", func(t *tree, n *syntax.AttributedExpression) any { return t.of(n.Child) }},
	)
	declareNode("ConvertExpressionAst", typeExpression,
		nodeProperty[*syntax.Convert]{"System.Object Type", func(t *tree, n *syntax.Convert) any { return t.of(n.Type) }},
		nodeProperty[*syntax.Convert]{"System.Object Attribute", func(t *tree, n *syntax.Convert) any { return t.of(n.Type) }},
		nodeProperty[*syntax.Convert]{"System.Object Child", func(t *tree, n *syntax.Convert) any { return t.of(n.Child) }},
	)
	declareNode("TypeExpressionAst", typeExpression,
		nodeProperty[*syntax.TypeExpression]{"System.Object TypeName", func(_ *tree, n *syntax.TypeExpression) any { return typeNameObject(n.TypeName) }},
	)
	declareNode("VariableExpressionAst", typeExpression,
		nodeProperty[*syntax.Variable]{"System.Object VariablePath", func(_ *tree, n *syntax.Variable) any { return object.Instance(typeVariablePath, n) }},
		nodeProperty[*syntax.Variable]{"bool Splatted", func(_ *tree, n *syntax.Variable) any { return n.Splatted }},
	)
	declareNode("UsingExpressionAst", typeExpression,
		nodeProperty[*syntax.Using]{"System.Object SubExpression", func(t *tree, n *syntax.Using) any { return t.of(n.SubExpression) }},
	)
	declareNode("ConstantExpressionAst", typeExpression,
		nodeProperty[*syntax.Constant]{"System.Object Value", func(_ *tree, n *syntax.Constant) any { return constantValue(n.Value) }},
		nodeProperty[*syntax.Constant]{"System.Object StaticType", func(_ *tree, n *syntax.Constant) any { return object.TypeOf(constantValue(n.Value)) }},
	)
	declareNode("StringConstantExpressionAst", nodeTypes[reflect.TypeFor[*syntax.Constant]()],
		nodeProperty[*syntax.StringConstant]{"string Value", func(_ *tree, n *syntax.StringConstant) any { return n.Value }},
		nodeProperty[*syntax.StringConstant]{"System.Object StaticType", func(_ *tree, n *syntax.StringConstant) any { return object.TypeString }},
		nodeProperty[*syntax.StringConstant]{"System.Object StringConstantType", func(_ *tree, n *syntax.StringConstant) any { return stringKindObject(n.Kind) }},
	)
	declareNode("ExpandableStringExpressionAst", typeExpression,
		nodeProperty[*syntax.ExpandableString]{"string Value", func(_ *tree, n *syntax.ExpandableString) any { return n.Value }},
		nodeProperty[*syntax.ExpandableString]{"System.Object StringConstantType", func(_ *tree, n *syntax.ExpandableString) any { return stringKindObject(n.Kind) }},
		nodeProperty[*syntax.ExpandableString]{"System.Object NestedExpressions", func(t *tree, n *syntax.ExpandableString) any { return nested(t, n) }},
		nodeProperty[*syntax.ExpandableString]{"System.Object StaticType", func(_ *tree, n *syntax.ExpandableString) any { return object.TypeString }},
	)
	declareNode("ScriptBlockExpressionAst", typeExpression,
		nodeProperty[*syntax.ScriptBlockExpression]{"System.Object ScriptBlock", func(t *tree, n *syntax.ScriptBlockExpression) any { return t.of(n.ScriptBlock) }},
	)
	declareNode("ArrayLiteralAst", typeExpression,
		nodeProperty[*syntax.ArrayLiteral]{"System.Object Elements", func(t *tree, n *syntax.ArrayLiteral) any { return list(t, n.Elements) }},
	)
	declareNode("ArrayExpressionAst", typeExpression,
		nodeProperty[*syntax.ArrayExpression]{"System.Object SubExpression", func(t *tree, n *syntax.ArrayExpression) any { return t.of(n.Body) }},
	)
	declareNode("SubExpressionAst", typeExpression,
		nodeProperty[*syntax.SubExpression]{"System.Object SubExpression", func(t *tree, n *syntax.SubExpression) any { return t.of(n.Body) }},
	)
	declareNode("ParenExpressionAst", typeExpression,
		nodeProperty[*syntax.Paren]{"System.Object Pipeline", func(t *tree, n *syntax.Paren) any { return t.of(n.Pipeline) }},
	)
	declareNode("HashtableAst", typeExpression,
		nodeProperty[*syntax.Hashtable]{"System.Object KeyValuePairs", func(t *tree, n *syntax.Hashtable) any {
			return clauses(t, n.Pairs, func(p syntax.KeyValue) (syntax.Node, syntax.Node) { return p.Key, p.Value })
		}},
	)
	declareNode("IndexExpressionAst", typeExpression,
		nodeProperty[*syntax.Index]{"System.Object Target", func(t *tree, n *syntax.Index) any { return t.of(n.Target) }},
		nodeProperty[*syntax.Index]{"System.Object Index", func(t *tree, n *syntax.Index) any { return t.of(n.Index) }},
		nodeProperty[*syntax.Index]{"bool NullConditional", func(_ *tree, n *syntax.Index) any { return n.NullConditional }},
	)
	declareNode("MemberExpressionAst", typeExpression,
		nodeProperty[*syntax.MemberAccess]{"System.Object Expression", func(t *tree, n *syntax.MemberAccess) any { return t.of(n.Target) }},
		nodeProperty[*syntax.MemberAccess]{"System.Object Member", func(t *tree, n *syntax.MemberAccess) any { return t.of(n.Member) }},
		nodeProperty[*syntax.MemberAccess]{"bool Static", func(_ *tree, n *syntax.MemberAccess) any { return n.Static }},
		nodeProperty[*syntax.MemberAccess]{"bool NullConditional", func(_ *tree, n *syntax.MemberAccess) any { return n.NullConditional }},
	)
	declareNode("InvokeMemberExpressionAst", nodeTypes[reflect.TypeFor[*syntax.MemberAccess]()],
		nodeProperty[*syntax.InvokeMember]{"System.Object Expression", func(t *tree, n *syntax.InvokeMember) any { return t.of(n.Target) }},
		nodeProperty[*syntax.InvokeMember]{"System.Object Member", func(t *tree, n *syntax.InvokeMember) any { return t.of(n.Member) }},
		nodeProperty[*syntax.InvokeMember]{"bool Static", func(_ *tree, n *syntax.InvokeMember) any { return n.Static }},
		nodeProperty[*syntax.InvokeMember]{"bool NullConditional", func(_ *tree, n *syntax.InvokeMember) any { return n.NullConditional }},
		nodeProperty[*syntax.InvokeMember]{"System.Object Arguments", func(t *tree, n *syntax.InvokeMember) any { return list(t, n.Arguments) }},
		nodeProperty[*syntax.InvokeMember]{"System.Object GenericTypeArguments", func(_ *tree, n *syntax.InvokeMember) any { return typeNames(n.TypeArguments) }},
	)
	declareNode("BaseCtorInvokeMemberExpressionAst", nodeTypes[reflect.TypeFor[*syntax.InvokeMember]()],
		nodeProperty[*syntax.BaseConstructorCall]{"System.Object Arguments", func(t *tree, n *syntax.BaseConstructorCall) any { return list(t, n.Arguments) }},
	)
	declareNode("ErrorExpressionAst", typeExpression,
		nodeProperty[*syntax.ErrorExpression]{"System.Object NestedAst", func(t *tree, n *syntax.ErrorExpression) any { return list(t, n.Nested) }},
	)
	object.Extend(nodeTypes[reflect.TypeFor[*syntax.Command]()], func(t *object.Type) {
		method(t, "string GetCommandName()", func(n astNode, _ args) (any, error) { return nilIfEmpty(n.node.(*syntax.Command).Name()), nil })
	})
	object.Extend(nodeTypes[reflect.TypeFor[*syntax.Pipeline]()], func(t *object.Type) {
		method(t, "System.Object GetPureExpression()", func(n astNode, _ args) (any, error) {
			return n.tree.of(n.node.(*syntax.Pipeline).Expression()), nil
		})
	})
	object.Extend(nodeTypes[reflect.TypeFor[*syntax.Variable]()], func(t *object.Type) {
		method(t, "bool IsConstantVariable()", func(n astNode, _ args) (any, error) {
			_, constant := constantVariable(n.node.(*syntax.Variable))
			return constant, nil
		})
	})
}
