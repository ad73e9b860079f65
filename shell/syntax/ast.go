// Package syntax reads PowerShell's language: lexer, parser and syntax tree.
// It knows nothing about running what it reads.
//
// [Parse] turns a text into a [ScriptBlock] and the list of its errors; it
// always returns a tree, if need be with [ErrorStatement] and
// [ErrorExpression] nodes where PowerShell's parser would put them. The tree
// mirrors PowerShell's own (System.Management.Automation.Language), names
// without their Ast suffix.
package syntax

import (
	"math/big"
	"strings"
)

// A Node is a part of the syntax tree.
type Node interface {
	// Extent tells which part of the source the node covers.
	Extent() Extent
}

// at gives a node its extent.
type at struct{ extent Extent }

func (a *at) Extent() Extent { return a.extent }

// A Statement is a node that stands in a block.
type Statement interface {
	Node
	statement()
}

// A PipelineBase is a statement that may stand where a value is wanted, as in
// a condition or parentheses: [Pipeline], [PipelineChain], [Assignment] or
// [ErrorStatement].
type PipelineBase interface {
	Statement
	pipelineBase()
}

// A CommandBase is an element of a pipeline: [Command] or [CommandExpression].
type CommandBase interface {
	Statement
	commandBase()
}

// A CommandElement is a part of a command: its name, an argument (both
// expressions) or a [CommandParameter].
type CommandElement interface {
	Node
	commandElement()
}

// An Expression yields a value. Every expression can be a command's argument.
type Expression interface {
	CommandElement
	expression()
}

// An AttributeBase is an [Attribute] or a [TypeConstraint].
type AttributeBase interface {
	Node
	attributeBase()
	// Type names the attribute's or constraint's type.
	Type() *TypeName
}

// A Redirection is a [FileRedirection] or a [MergingRedirection].
type Redirection interface {
	Node
	redirection()
	// From is the stream that is redirected.
	From() Stream
}

// A Member is a [PropertyMember] or a [FunctionMember] of a type.
type Member interface {
	Node
	member()
}

// Embedded in the nodes, these make them what their names say.
type (
	statementAt    struct{ at }
	pipelineBaseAt struct{ statementAt }
	commandBaseAt  struct{ statementAt }
	expressionAt   struct{ at }
)

func (*statementAt) statement()       {}
func (*pipelineBaseAt) pipelineBase() {}
func (*commandBaseAt) commandBase()   {}
func (*expressionAt) expression()     {}
func (*expressionAt) commandElement() {}

// Blocks.

// A ScriptBlock is a whole script, the body of a function, or what stands
// between braces as an expression.
//
// A script block without begin, process, … has its statements in End, whose
// Unnamed is then true (in Process, for a filter).
type ScriptBlock struct {
	at
	Attributes   []*Attribute // those before a param block, where there is none
	Usings       []*UsingStatement
	Params       *ParamBlock // nil: none
	DynamicParam *NamedBlock // nil: none, as with those below
	Begin        *NamedBlock
	Process      *NamedBlock
	End          *NamedBlock
	Clean        *NamedBlock
	Requirements *Requirements // from #requires; only the outermost block has them

	script bool // a whole text, not in braces
}

// Text is the source between the braces where the block has any: what
// PowerShell's ScriptBlock.ToString gives.
func (b *ScriptBlock) Text() string {
	text := b.extent.Text()
	if !b.script && len(text) >= 2 && text[0] == '{' && text[len(text)-1] == '}' {
		text = text[1 : len(text)-1]
	}
	return text
}

// A ParamBlock is param(…) with the attributes before it.
type ParamBlock struct {
	at
	Attributes []*Attribute
	Parameters []*Parameter
}

// A Parameter is one parameter of a function or script block.
type Parameter struct {
	at
	Attributes []AttributeBase // attributes and type constraints in their order
	Name       *Variable
	Default    Expression // nil: none
}

// A NamedBlock is one of a script block's blocks: begin, process, end, clean
// or dynamicparam.
type NamedBlock struct {
	at
	Kind       Kind // KwBegin, KwProcess, KwEnd, KwClean or KwDynamicparam
	Unnamed    bool // the block's name was not written
	Statements []Statement
	Traps      []*Trap
}

// A StatementBlock is a brace-enclosed list of statements, or the inside of
// @() and $().
type StatementBlock struct {
	at
	Statements []Statement
	Traps      []*Trap
}

// Requirements is what the #requires lines of a script demand.
type Requirements struct {
	Version       string // -Version, as written; empty: none
	ApplicationID string // -ShellId
	Editions      []string
	Modules       []ModuleRequirement
	Assemblies    []string
	Elevation     bool // -RunAsAdministrator
}

// A ModuleRequirement names a module that a script needs.
type ModuleRequirement struct {
	Name, GUID                                     string
	ModuleVersion, MaximumVersion, RequiredVersion string
}

// Statements.

// An If is if … elseif … else.
type If struct {
	statementAt
	Clauses []IfClause      // at least one
	Else    *StatementBlock // nil: none
}

// An IfClause is a condition and what is done when it holds.
type IfClause struct {
	Condition PipelineBase
	Body      *StatementBlock
}

// SwitchFlags are the parameters of a switch statement.
type SwitchFlags uint8

const (
	SwitchFile SwitchFlags = 1 << iota
	SwitchRegex
	SwitchWildcard
	SwitchExact
	SwitchCaseSensitive
	SwitchParallel
)

// A Switch is a switch statement. With SwitchFile, Condition gives the path
// of the file whose lines are the values.
type Switch struct {
	statementAt
	Label     string // without the colon; empty: none
	Flags     SwitchFlags
	Condition PipelineBase
	Clauses   []SwitchClause
	Default   *StatementBlock // nil: none
}

// A SwitchClause is a value, pattern or script block to test with, and what
// is done when it fits.
type SwitchClause struct {
	Test Expression
	Body *StatementBlock
}

// A ForEach is foreach ($x in …) {…}.
type ForEach struct {
	statementAt
	Label         string
	Parallel      bool       // -parallel, which only workflows had
	ThrottleLimit Expression // nil: none
	Variable      *Variable
	Condition     PipelineBase
	Body          *StatementBlock
}

// A For is for (…; …; …) {…}. What is left out is nil.
type For struct {
	statementAt
	Label                            string
	Initializer, Condition, Iterator PipelineBase
	Body                             *StatementBlock
}

// A While is while (…) {…}.
type While struct {
	statementAt
	Label     string
	Condition PipelineBase
	Body      *StatementBlock
}

// A DoWhile is do {…} while (…).
type DoWhile struct {
	statementAt
	Label     string
	Condition PipelineBase
	Body      *StatementBlock
}

// A DoUntil is do {…} until (…).
type DoUntil struct {
	statementAt
	Label     string
	Condition PipelineBase
	Body      *StatementBlock
}

// A Try is try … catch … finally.
type Try struct {
	statementAt
	Body    *StatementBlock
	Catches []*Catch
	Finally *StatementBlock // nil: none
}

// A Catch is one catch clause; without types it catches everything.
type Catch struct {
	at
	Types []*TypeConstraint
	Body  *StatementBlock
}

// A Trap is a trap statement. It stands in its block's Traps, not among the
// statements.
type Trap struct {
	statementAt
	Type *TypeConstraint // nil: every error
	Body *StatementBlock
}

// A Throw is throw with its value.
type Throw struct {
	statementAt
	Pipeline PipelineBase // nil: none (in a catch block: throws again)
}

// A Return is return with its value.
type Return struct {
	statementAt
	Pipeline PipelineBase // nil: none
}

// An Exit is exit with its code.
type Exit struct {
	statementAt
	Pipeline PipelineBase // nil: none
}

// A Break is break with its label.
type Break struct {
	statementAt
	Label Expression // nil: none; a StringConstant for a plain label
}

// A Continue is continue with its label.
type Continue struct {
	statementAt
	Label Expression // nil: none; a StringConstant for a plain label
}

// A FunctionDefinition is function or filter.
type FunctionDefinition struct {
	statementAt
	Filter     bool
	Workflow   bool
	Name       string // with its scope, as in global:f
	NameExtent Extent
	// Parameters are those in parentheses after the name; nil where there
	// are no parentheses. Those of a param block are in Body.Params.
	Parameters []*Parameter
	Body       *ScriptBlock
}

// TypeKind tells what a [TypeDefinition] defines.
type TypeKind uint8

const (
	ClassType TypeKind = iota
	InterfaceType
	EnumType
)

// A TypeDefinition is class or enum.
type TypeDefinition struct {
	statementAt
	Kind       TypeKind
	Name       string
	NameExtent Extent
	Attributes []*Attribute
	BaseTypes  []*TypeConstraint // of an enum: its underlying type
	Members    []Member
}

// MemberFlags are the modifiers of a member.
type MemberFlags uint8

const (
	MemberPublic MemberFlags = 1 << iota
	MemberPrivate
	MemberStatic
	MemberHidden
	MemberLiteral // an enum's constant
)

// A PropertyMember is a property of a class or a constant of an enum.
type PropertyMember struct {
	at
	Name       string
	NameExtent Extent
	Type       *TypeConstraint // nil: none
	Attributes []*Attribute
	Flags      MemberFlags
	Initial    Expression // nil: none
}

// A FunctionMember is a method or constructor of a class.
type FunctionMember struct {
	at
	Name        string
	NameExtent  Extent
	Constructor bool
	ReturnType  *TypeConstraint // nil: none
	Attributes  []*Attribute
	Flags       MemberFlags
	Parameters  []*Parameter
	// Body's first statement is, in a constructor, a CommandExpression of a
	// BaseConstructorCall, written or not (then its extent is empty).
	Body *ScriptBlock
}

func (*PropertyMember) member() {}
func (*FunctionMember) member() {}

// A Data is a data section.
type Data struct {
	statementAt
	Variable        string // without the dollar sign; empty: none
	CommandsAllowed []Expression
	Body            *StatementBlock
}

// UsingKind tells what a [UsingStatement] uses.
type UsingKind uint8

const (
	UsingAssembly UsingKind = iota
	UsingCommand
	UsingModule
	UsingNamespace
	UsingType
)

// A UsingStatement is using namespace, module or assembly.
type UsingStatement struct {
	statementAt
	Kind          UsingKind
	Name          *StringConstant // nil when Specification is set
	Alias         *StringConstant // nil: none
	Specification *Hashtable      // of using module @{…}; else nil
}

// A Block is parallel {…} or sequence {…}, which only workflows had.
type Block struct {
	statementAt
	Kind Kind // KwParallel or KwSequence
	Body *StatementBlock
}

// An ErrorStatement stands where a statement could not be read to its end.
type ErrorStatement struct {
	pipelineBaseAt
	Kind       Kind // of the statement's keyword; TokUnknown where it had none
	Flags      SwitchFlags
	Conditions []Node
	Bodies     []Node
	Nested     []Node
}

// Pipelines.

// A PipelineChain is two pipelines joined by && or ||.
type PipelineChain struct {
	pipelineBaseAt
	Left       PipelineBase // a Pipeline or a PipelineChain
	Op         Kind         // OpAndAnd or OpOrOr
	Right      *Pipeline
	Background bool // ended by &
}

// A Pipeline is one or more commands joined by |.
type Pipeline struct {
	pipelineBaseAt
	Elements   []CommandBase // only the first may be a CommandExpression
	Background bool          // ended by &
}

// Expression gives the pipeline's expression when it consists of nothing
// else, without redirections; else nil.
func (p *Pipeline) Expression() Expression {
	if len(p.Elements) != 1 || p.Background {
		return nil
	}
	c, ok := p.Elements[0].(*CommandExpression)
	if !ok || len(c.Redirections) > 0 {
		return nil
	}
	return c.Expression
}

// An Assignment is left = right, with any of the assignment operators.
type Assignment struct {
	pipelineBaseAt
	Left     Expression
	Op       Kind // OpEquals, OpPlusEquals, …
	OpExtent Extent
	// Right is a CommandExpression where it is nothing but an expression,
	// else a Pipeline or any other statement.
	Right Statement
}

// A Command is a call of a command.
type Command struct {
	commandBaseAt
	// Operator is OpAmpersand, OpDot, or TokUnknown for a plain call.
	Operator     Kind
	Elements     []CommandElement // the first is the command's name
	Redirections []Redirection
}

// Name is the command's name where it is constant, else empty.
func (c *Command) Name() string {
	if len(c.Elements) > 0 {
		if s, ok := c.Elements[0].(*StringConstant); ok {
			return s.Value
		}
	}
	return ""
}

// A CommandExpression is an expression that stands as an element of a
// pipeline or as a statement.
type CommandExpression struct {
	commandBaseAt
	Expression   Expression
	Redirections []Redirection
}

// A CommandParameter is -Name or -Name:argument.
type CommandParameter struct {
	at
	Name       string     // without the dash and the colon
	NameExtent Extent     // of the dash, the name and the colon
	Argument   Expression // only after a colon; else nil
}

func (*CommandParameter) commandElement() {}

// A Stream is one of the shell's output streams.
type Stream uint8

const (
	StreamAll Stream = iota
	StreamOutput
	StreamError
	StreamWarning
	StreamVerbose
	StreamDebug
	StreamInformation
)

// A FileRedirection sends a stream to a file.
type FileRedirection struct {
	at
	Stream   Stream
	Append   bool
	Location Expression
}

// A MergingRedirection sends a stream into another.
type MergingRedirection struct {
	at
	Stream Stream
	To     Stream
}

func (*FileRedirection) redirection()    {}
func (*MergingRedirection) redirection() {}

// From is the stream that is redirected.
func (r *FileRedirection) From() Stream { return r.Stream }

// From is the stream that is redirected.
func (r *MergingRedirection) From() Stream { return r.Stream }

// Attributes and types.

// An Attribute is [Name(arguments)].
type Attribute struct {
	at
	TypeName   *TypeName
	Positional []Expression
	Named      []*NamedAttributeArgument
}

// A NamedAttributeArgument is Name = argument within an attribute.
type NamedAttributeArgument struct {
	at
	Name       string
	NameExtent Extent
	Argument   Expression // where Omitted: a Constant true
	Omitted    bool       // only the name was written, which means $true
}

// A TypeConstraint is [type] before a variable, parameter or value.
type TypeConstraint struct {
	at
	TypeName *TypeName
}

func (*Attribute) attributeBase()      {}
func (*TypeConstraint) attributeBase() {}

// Type is the attribute's type.
func (a *Attribute) Type() *TypeName { return a.TypeName }

// Type is the constraint's type.
func (c *TypeConstraint) Type() *TypeName { return c.TypeName }

// A TypeName is the name of a type as written between brackets. It is one of
// three: an array when Element is set, else a generic type when Arguments
// are, else a plain name.
type TypeName struct {
	at
	Name      string // with its namespace, without arguments
	Assembly  string // after a comma; empty: none
	Arguments []*TypeName
	Element   *TypeName
	Rank      int // dimensions of an array
}

// FullName is the type's name as PowerShell writes it: int[], List[string].
func (t *TypeName) FullName() string {
	if t.Element == nil && len(t.Arguments) == 0 && t.Assembly == "" {
		return t.Name
	}
	var b strings.Builder
	t.write(&b)
	if t.Assembly != "" {
		b.WriteByte(',')
		b.WriteString(t.Assembly)
	}
	return b.String()
}

func (t *TypeName) write(b *strings.Builder) {
	if t.Element != nil {
		t.Element.write(b)
		b.WriteByte('[')
		for range t.Rank - 1 {
			b.WriteByte(',')
		}
		b.WriteByte(']')
		return
	}
	b.WriteString(t.Name)
	for i, a := range t.Arguments {
		if i == 0 {
			b.WriteByte('[')
		} else {
			b.WriteByte(',')
		}
		a.write(b)
	}
	if len(t.Arguments) > 0 {
		b.WriteByte(']')
	}
}

// Expressions.

// A Binary is left op right.
type Binary struct {
	expressionAt
	Left     Expression
	Op       Kind // OpPlus, OpIeq, OpAnd, OpQuestionQuestion, …
	OpExtent Extent
	Right    Expression
}

// A Unary is an operator with one operand: -not, !, -bnot, +, -, ++, -- (and
// their postfix kinds), -join, -split, -csplit.
// The comma as prefix gives an [ArrayLiteral] of one element.
type Unary struct {
	expressionAt
	Op    Kind // OpNot, OpExclaim, OpPostfixPlusPlus, OpIsplit, …
	Child Expression
}

// A Ternary is condition ? a : b.
type Ternary struct {
	expressionAt
	Condition, IfTrue, IfFalse Expression
}

// An AttributedExpression is an attribute before an expression, as in
// [ValidateRange(1, 5)]$x.
type AttributedExpression struct {
	expressionAt
	Attribute *Attribute
	Child     Expression
}

// A Convert is [type]expression. [ordered]@{…} is one too.
type Convert struct {
	expressionAt
	Type  *TypeConstraint
	Child Expression
}

// A TypeExpression is [type] as a value.
type TypeExpression struct {
	expressionAt
	TypeName *TypeName
}

// Scope tells where a variable's written path says it lives.
type Scope uint8

const (
	ScopeNone Scope = iota // not written
	ScopeGlobal
	ScopeLocal
	ScopeScript
	ScopePrivate
	ScopeUsing    // $using:x
	ScopeVariable // $variable:x, the same as without
	ScopeDrive    // $env:x, $function:x, or any other drive; see Variable.Drive
)

// A Variable is $name, ${name}, $scope:name, $drive:name or @name.
type Variable struct {
	expressionAt
	// Path is what was written after the sign, without braces, as in
	// env:Path or script:count.
	Path     string
	Scope    Scope
	Drive    string // with ScopeDrive: the drive's name as written
	Name     string // what follows the scope or drive
	Splatted bool   // @name
	Braced   bool   // ${name}

	// InText belongs to whoever runs the tree: the variable stands by itself
	// in an expandable string.
	InText bool

	// Slot belongs to whoever runs the tree: a resolution pass after parsing
	// may keep there the place that it assigned to the variable, counted
	// from one. The parser leaves it zero, "not resolved", and nothing in
	// this package reads it.
	Slot int32
}

// A Using is $using:x; its SubExpression is the variable x, without the
// scope, or a member or element of it.
type Using struct {
	expressionAt
	SubExpression Expression
}

// A Decimal is the value of a literal like 1.50d: Coefficient × 10^-Scale.
type Decimal struct {
	Coefficient *big.Int
	Scale       int32
}

// A Constant is a number. Its Value has the Go type of the literal's .NET
// type: int8, uint8, int16, uint16, int32, uint32, int64, uint64, *big.Int,
// float64 or Decimal; or bool (see [NamedAttributeArgument]).
type Constant struct {
	expressionAt
	Value any
}

// StringKind tells how a string was written.
type StringKind uint8

const (
	BareWord StringKind = iota
	SingleQuoted
	SingleQuotedHere
	DoubleQuoted
	DoubleQuotedHere
)

// A StringConstant is a string without anything to expand: quoted, or a bare
// word as of a command's name or argument.
type StringConstant struct {
	expressionAt
	Value string // what the string says: quotes and escapes resolved
	Kind  StringKind
}

// An ExpandableString is a string with variables or subexpressions in it.
type ExpandableString struct {
	expressionAt
	Value string // the string with its expressions as they are written
	Kind  StringKind
	Parts []StringPart
}

// A StringPart is a piece of an expandable string: an expression, or, when
// Expression is nil, literal text.
type StringPart struct {
	Text       string // literal text, escapes resolved
	Expression Expression
}

// A ScriptBlockExpression is {…}.
type ScriptBlockExpression struct {
	expressionAt
	ScriptBlock *ScriptBlock
}

// An ArrayLiteral is a, b, c; or ,a.
type ArrayLiteral struct {
	expressionAt
	Elements []Expression
}

// An ArrayExpression is @(…).
type ArrayExpression struct {
	expressionAt
	Body *StatementBlock
}

// A SubExpression is $(…).
type SubExpression struct {
	expressionAt
	Body *StatementBlock
}

// A Paren is (…).
type Paren struct {
	expressionAt
	Pipeline PipelineBase
}

// A Hashtable is @{…}.
type Hashtable struct {
	expressionAt
	Pairs []KeyValue
}

// A KeyValue is key = value in a hashtable. A bare key is a StringConstant.
type KeyValue struct {
	Key   Expression
	Value Statement
}

// An Index is target[index].
type Index struct {
	expressionAt
	Target, Index   Expression
	NullConditional bool // ?[
}

// A MemberAccess is target.member or [type]::member.
type MemberAccess struct {
	expressionAt
	Target          Expression
	Member          Expression // a StringConstant where the name is constant
	Static          bool       // ::
	NullConditional bool       // ?.
}

// An InvokeMember is target.method(arguments) or [type]::method(arguments).
type InvokeMember struct {
	expressionAt
	Target          Expression
	Member          Expression
	TypeArguments   []*TypeName // of $x.method[int](…)
	Arguments       []Expression
	Static          bool
	NullConditional bool
}

// A BaseConstructorCall is : base(arguments) of a constructor.
type BaseConstructorCall struct {
	expressionAt
	Arguments []Expression
}

// An ErrorExpression stands where an expression could not be read to its end.
type ErrorExpression struct {
	expressionAt
	Nested []Node
}
