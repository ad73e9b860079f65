package dotnet

import (
	"unicode/utf16"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// The types through which scripts look at scripts: System.Management.Automation.Language with its Parser, tokens, errors and extents. The
// nodes of the tree are in language_ast.go and language_nodes.go.

const languageSpace = "System.Management.Automation.Language."

func languageType(name string, base *object.Type, interfaces ...*object.Type) *object.Type {
	return object.Declare(&object.Type{Name: languageSpace + name, Base: base, Interfaces: interfaces})
}

var (
	typeExtentInterface = object.Interface(languageSpace + "IScriptExtent")
	typePosition        = languageType("InternalScriptPosition", object.TypeObject, object.Interface(languageSpace+"IScriptPosition"))
	typeExtent          = languageType("InternalScriptExtent", object.TypeObject, typeExtentInterface)
	typeParseError      = languageType("ParseError", object.TypeObject)
	typeParser          = languageType("Parser", object.TypeObject)
	typeToken           = languageType("Token", object.TypeObject)
	typeStringToken     = languageType("StringToken", typeToken)
	typeStringLiteral   = languageType("StringLiteralToken", typeStringToken)
	typeStringExpand    = languageType("StringExpandableToken", typeStringToken)
	typeVariableToken   = languageType("VariableToken", typeToken)
	typeParameterToken  = languageType("ParameterToken", typeToken)
	typeNumberToken     = languageType("NumberToken", typeToken)
	typeLabelToken      = languageType("LabelToken", typeToken)
	typeTokenKind       = tokenKinds()
	typeTokenFlags      = object.NewEnum(languageSpace+"TokenFlags", true,
		[]string{"None", "Keyword", "BinaryOperator", "UnaryOperator", "AssignmentOperator", "CommandName", "MemberName", "TypeName", "AttributeName"},
		[]int64{0, flagKeyword, flagBinary, flagUnary, flagAssignment, flagCommandName, flagMemberName, flagTypeName, flagAttributeName})
)

// Bits of TokenFlags. Those of .NET that only its own parser asks for are left out.
const (
	flagKeyword       = 0x10
	flagBinary        = 0x100
	flagUnary         = 0x200
	flagAssignment    = 0x2000
	flagCommandName   = 0x80000
	flagMemberName    = 0x100000
	flagTypeName      = 0x200000
	flagAttributeName = 0x400000
)

func init() {
	object.Extend(typePosition, positionMembers)
	object.Extend(typeExtent, extentMembers)
	object.Extend(typeParseError, parseErrorMembers)
	object.Extend(typeParser, parserMembers)
	object.Extend(typeToken, tokenMembers)
	object.Extend(typeStringToken, func(t *object.Type) {
		field(t, "string Value", func(k token) any { return k.Says() })
	})
	object.Extend(typeVariableToken, func(t *object.Type) {
		field(t, "string Name", func(k token) any { return k.Value })
	})
	object.Extend(typeParameterToken, func(t *object.Type) {
		field(t, "string ParameterName", func(k token) any { return k.Value })
		field(t, "bool UsedColon", func(k token) any { return k.HasColon() })
	})
	object.Extend(typeNumberToken, func(t *object.Type) {
		field(t, "System.Object Value", func(k token) any { return constantValue(k.Number()) })
	})
	object.Extend(typeLabelToken, func(t *object.Type) {
		field(t, "string LabelText", func(k token) any { return k.Value })
	})
	typeExtent.ToString = func(v any) string { return of[syntax.Extent](v).Text() }
	typeToken.ToString = func(v any) string { return of[token](v).Text() }
	typeParseError.ToString = func(v any) string { return of[*syntax.ParseError](v).Message }
}

// tokenKinds declares TokenKind with .NET's numbers, which follow one another but for a gap before the keywords.
func tokenKinds() *object.Type {
	order := []string{
		"Unknown", "Variable", "SplattedVariable", "Parameter", "Number", "Label", "Identifier", "Generic", "NewLine", "LineContinuation",
		"Comment", "EndOfInput", "StringLiteral", "StringExpandable", "HereStringLiteral", "HereStringExpandable", "LParen", "RParen", "LCurly",
		"RCurly", "LBracket", "RBracket", "AtParen", "AtCurly", "DollarParen", "Semi", "AndAnd", "OrOr", "Ampersand", "Pipe", "Comma", "MinusMinus",
		"PlusPlus", "DotDot", "ColonColon", "Dot", "Exclaim", "Multiply", "Divide", "Rem", "Plus", "Minus", "Equals", "PlusEquals", "MinusEquals",
		"MultiplyEquals", "DivideEquals", "RemainderEquals", "Redirection", "RedirectInStd", "Format", "Not", "Bnot", "And", "Or", "Xor", "Band",
		"Bor", "Bxor", "Join", "Ieq", "Ine", "Ige", "Igt", "Ilt", "Ile", "Ilike", "Inotlike", "Imatch", "Inotmatch", "Ireplace", "Icontains",
		"Inotcontains", "Iin", "Inotin", "Isplit", "Ceq", "Cne", "Cge", "Cgt", "Clt", "Cle", "Clike", "Cnotlike", "Cmatch", "Cnotmatch", "Creplace",
		"Ccontains", "Cnotcontains", "Cin", "Cnotin", "Csplit", "Is", "IsNot", "As", "PostfixPlusPlus", "PostfixMinusMinus", "Shl", "Shr", "Colon",
		"QuestionMark", "QuestionQuestionEquals", "QuestionQuestion", "QuestionDot", "QuestionLBracket",
	}
	keywords := []string{
		"Begin", "Break", "Catch", "Class", "Continue", "Data", "Define", "Do", "Dynamicparam", "Else", "ElseIf", "End", "Exit", "Filter", "Finally",
		"For", "Foreach", "From", "Function", "If", "In", "Param", "Process", "Return", "Switch", "Throw", "Trap", "Try", "Until", "Using", "Var",
		"While", "Workflow", "Parallel", "Sequence", "InlineScript", "Configuration", "DynamicKeyword", "Public", "Private", "Static", "Interface",
		"Enum", "Namespace", "Module", "Type", "Assembly", "Command", "Hidden", "Base", "Default", "Clean",
	}
	const firstKeyword = 119
	names, values := append(order, keywords...), []int64{}
	for i := range order {
		values = append(values, int64(i))
	}
	for i := range keywords {
		values = append(values, int64(firstKeyword+i))
	}
	return object.NewEnum(languageSpace+"TokenKind", false, names, values)
}

func kindObject(k syntax.Kind) any {
	v, err := object.Convert(k.String(), typeTokenKind)
	if err != nil {
		panic("dotnet: TokenKind lacks " + k.String())
	}
	return v
}

// A token is a piece of a text with what the tree tells of its use.
type token struct {
	*syntax.Token
	use int64 // bits of TokenFlags
}

func tokenMembers(t *object.Type) {
	field(t, "string Text", func(k token) any { return k.Text() })
	field(t, "System.Management.Automation.Language.TokenKind Kind", func(k token) any { return kindObject(k.Kind) })
	field(t, "System.Management.Automation.Language.TokenFlags TokenFlags", func(k token) any {
		return object.Enum{Type: typeTokenFlags, Value: k.use | flagsOf(k.Kind)}
	})
	field(t, "System.Object Extent", func(k token) any { return extentObject(k.Extent()) })
	method(t, "string ToString()", func(k token, _ args) (any, error) { return k.Text(), nil })
}

func flagsOf(k syntax.Kind) (flags int64) {
	for _, is := range []struct {
		holds bool
		flag  int64
	}{{k.IsKeyword(), flagKeyword}, {k.IsBinary(), flagBinary}, {k.IsUnary(), flagUnary}, {k.IsAssignment(), flagAssignment}} {
		if is.holds {
			flags |= is.flag
		}
	}
	return flags
}

// tokenObjects are the tokens of a text with what the tree shows their use to be.
func tokenObjects(tokens []syntax.Token, root syntax.Node) *object.Array {
	use := map[int]int64{} // by where the token starts
	syntax.Inspect(root, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Command:
			if n.Name() != "" {
				use[n.Elements[0].Extent().StartOffset()] |= flagCommandName
			}
		case *syntax.MemberAccess:
			use[n.Member.Extent().StartOffset()] |= flagMemberName
		case *syntax.InvokeMember:
			use[n.Member.Extent().StartOffset()] |= flagMemberName
		case *syntax.Attribute:
			use[n.TypeName.Extent().StartOffset()] |= flagAttributeName
		case *syntax.TypeConstraint:
			use[n.TypeName.Extent().StartOffset()] |= flagTypeName
		case *syntax.TypeExpression:
			use[n.TypeName.Extent().StartOffset()] |= flagTypeName
		}
		return true
	})
	items := make([]any, len(tokens))
	for i := range tokens {
		k := &tokens[i]
		items[i] = object.Instance(typeOfToken(k), token{k, use[k.Extent().StartOffset()]})
	}
	return &object.Array{Elem: typeToken, Items: items}
}

func typeOfToken(k *syntax.Token) *object.Type {
	switch k.Kind {
	case syntax.TokStringLiteral, syntax.TokHereStringLiteral:
		return typeStringLiteral
	case syntax.TokStringExpandable, syntax.TokHereStringExpandable:
		return typeStringExpand
	case syntax.TokGeneric, syntax.TokIdentifier:
		return typeStringToken
	case syntax.TokVariable, syntax.TokSplattedVariable:
		return typeVariableToken
	case syntax.TokParameter:
		return typeParameterToken
	case syntax.TokNumber:
		return typeNumberToken
	case syntax.TokLabel:
		return typeLabelToken
	}
	return typeToken
}

func extentObject(e syntax.Extent) any { return object.Instance(typeExtent, e) }

func extentMembers(t *object.Type) {
	field(t, "string File", func(e syntax.Extent) any { return nilIfEmpty(e.File()) })
	field(t, "System.Object StartScriptPosition", func(e syntax.Extent) any { return object.Instance(typePosition, position{e, e.StartOffset()}) })
	field(t, "System.Object EndScriptPosition", func(e syntax.Extent) any { return object.Instance(typePosition, position{e, e.EndOffset()}) })
	field(t, "int StartLineNumber", func(e syntax.Extent) any { return int32(e.Start().Line) })
	field(t, "int StartColumnNumber", func(e syntax.Extent) any { return int32(e.Start().Column) })
	field(t, "int EndLineNumber", func(e syntax.Extent) any { return int32(e.End().Line) })
	field(t, "int EndColumnNumber", func(e syntax.Extent) any { return int32(e.End().Column) })
	field(t, "string Text", func(e syntax.Extent) any { return e.Text() })
	field(t, "int StartOffset", func(e syntax.Extent) any { return charOffset(e, e.StartOffset()) })
	field(t, "int EndOffset", func(e syntax.Extent) any { return charOffset(e, e.EndOffset()) })
	method(t, "string ToString()", func(e syntax.Extent, _ args) (any, error) { return e.Text(), nil })
}

// A position is one end of an extent.
type position struct {
	of     syntax.Extent
	offset int // in bytes
}

func positionMembers(t *object.Type) {
	field(t, "string File", func(p position) any { return nilIfEmpty(p.of.File()) })
	field(t, "int LineNumber", func(p position) any { return int32(p.of.Source.Position(p.offset).Line) })
	field(t, "int ColumnNumber", func(p position) any { return int32(p.of.Source.Position(p.offset).Column) })
	field(t, "int Offset", func(p position) any { return charOffset(p.of, p.offset) })
	method(t, "string GetFullScript()", func(p position, _ args) (any, error) { return p.of.Source.Text, nil })
}

// charOffset is an offset as .NET counts it: in UTF-16 units.
func charOffset(e syntax.Extent, bytes int) int32 {
	if e.Source == nil {
		return 0
	}
	n := int32(0)
	for _, r := range e.Source.Text[:min(bytes, len(e.Source.Text))] {
		n += int32(utf16.RuneLen(r))
	}
	return n
}

func parseErrorMembers(t *object.Type) {
	field(t, "System.Object Extent", func(e *syntax.ParseError) any { return extentObject(e.Extent) })
	field(t, "string ErrorId", func(e *syntax.ParseError) any { return e.ErrorID })
	field(t, "string Message", func(e *syntax.ParseError) any { return e.Message })
	field(t, "bool IncompleteInput", func(e *syntax.ParseError) any { return e.Incomplete })
	method(t, "string ToString()", func(e *syntax.ParseError, _ args) (any, error) { return e.Message, nil })
}

func parserMembers(t *object.Type) {
	static(t, "System.Object ParseInput(string input, [ref] System.Management.Automation.Language.Token[] tokens, [ref] System.Management.Automation.Language.ParseError[] errors)",
		func(a args) (any, error) { return parseScript("", a.str(0), a, 1) })
	static(t, "System.Object ParseInput(string input, string fileName, [ref] System.Management.Automation.Language.Token[] tokens, [ref] System.Management.Automation.Language.ParseError[] errors)",
		func(a args) (any, error) { return parseScript(a.str(1), a.str(0), a, 2) })
	static(t, "System.Object ParseFile(string fileName, [ref] System.Management.Automation.Language.Token[] tokens, [ref] System.Management.Automation.Language.ParseError[] errors)",
		func(a args) (any, error) {
			script, err := readBytes(a)
			if err != nil {
				return nil, err
			}
			return parseScript(a.str(0), utf8NoBOM.detect(script), a, 1)
		})
}

// parseScript parses a text and stores tokens and errors in the arguments from first on.
func parseScript(name, text string, a args, first int) (any, error) {
	block, tokens, faults := syntax.ParseTokens(name, text)
	errors := &object.Array{Elem: typeParseError, Items: make([]any, len(faults))}
	for i, f := range faults {
		errors.Items[i] = object.Instance(typeParseError, f)
	}
	if err := a.out(first, tokenObjects(tokens, block)); err != nil {
		return nil, err
	}
	if err := a.out(first+1, errors); err != nil {
		return nil, err
	}
	return newTree(block).of(block), nil
}
