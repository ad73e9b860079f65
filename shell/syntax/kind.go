package syntax

// A Kind tells what a token is. Operators, whose kinds also stand in the tree,
// begin with Op, keywords with Kw, the rest with Tok. The names after the
// prefix are those of PowerShell's TokenKind.
type Kind uint8

const (
	TokUnknown              Kind = iota // unknown
	TokVariable                         // var
	TokSplattedVariable                 // @var
	TokParameter                        // parameter
	TokNumber                           // number
	TokLabel                            // label
	TokIdentifier                       // identifier
	TokGeneric                          // generic
	TokNewLine                          // newline
	TokLineContinuation                 // line continuation
	TokComment                          // comment
	TokEndOfInput                       // eof
	TokStringLiteral                    // sqstr
	TokStringExpandable                 // dqstr
	TokHereStringLiteral                // sq here string
	TokHereStringExpandable             // dq here string
	TokLParen                           // (
	TokRParen                           // )
	TokLCurly                           // {
	TokRCurly                           // }
	TokLBracket                         // [
	TokRBracket                         // ]
	TokAtParen                          // @(
	TokAtCurly                          // @{
	TokDollarParen                      // $(
	TokSemi                             // ;
	TokPipe                             // |
	TokColonColon                       // ::
	TokColon                            // :
	TokRedirection                      // redirection
	TokRedirectInStd                    // <
	TokQuestionDot                      // ?.
	TokQuestionLBracket                 // ?[

	OpAndAnd                 // &&
	OpOrOr                   // ||
	OpAmpersand              // &
	OpDot                    // .
	OpComma                  // ,
	OpMinusMinus             // --
	OpPlusPlus               // ++
	OpPostfixPlusPlus        // ++
	OpPostfixMinusMinus      // --
	OpDotDot                 // ..
	OpExclaim                // !
	OpMultiply               // *
	OpDivide                 // /
	OpRem                    // %
	OpPlus                   // +
	OpMinus                  // -
	OpQuestionQuestion       // ??
	OpQuestionMark           // ?
	OpEquals                 // =
	OpPlusEquals             // +=
	OpMinusEquals            // -=
	OpMultiplyEquals         // *=
	OpDivideEquals           // /=
	OpRemainderEquals        // %=
	OpQuestionQuestionEquals // ??=

	OpFormat       // -f
	OpNot          // -not
	OpBnot         // -bnot
	OpAnd          // -and
	OpOr           // -or
	OpXor          // -xor
	OpBand         // -band
	OpBor          // -bor
	OpBxor         // -bxor
	OpJoin         // -join
	OpIeq          // -eq
	OpIne          // -ne
	OpIge          // -ge
	OpIgt          // -gt
	OpIlt          // -lt
	OpIle          // -le
	OpIlike        // -like
	OpInotlike     // -notlike
	OpImatch       // -match
	OpInotmatch    // -notmatch
	OpIreplace     // -replace
	OpIcontains    // -contains
	OpInotcontains // -notcontains
	OpIin          // -in
	OpInotin       // -notin
	OpIsplit       // -split
	OpCeq          // -ceq
	OpCne          // -cne
	OpCge          // -cge
	OpCgt          // -cgt
	OpClt          // -clt
	OpCle          // -cle
	OpClike        // -clike
	OpCnotlike     // -cnotlike
	OpCmatch       // -cmatch
	OpCnotmatch    // -cnotmatch
	OpCreplace     // -creplace
	OpCcontains    // -ccontains
	OpCnotcontains // -cnotcontains
	OpCin          // -cin
	OpCnotin       // -cnotin
	OpCsplit       // -csplit
	OpIs           // -is
	OpIsNot        // -isnot
	OpAs           // -as
	OpShl          // -shl
	OpShr          // -shr

	KwBegin         // begin
	KwBreak         // break
	KwCatch         // catch
	KwClass         // class
	KwContinue      // continue
	KwData          // data
	KwDefine        // define
	KwDo            // do
	KwDynamicparam  // dynamicparam
	KwElse          // else
	KwElseIf        // elseif
	KwEnd           // end
	KwExit          // exit
	KwFilter        // filter
	KwFinally       // finally
	KwFor           // for
	KwForeach       // foreach
	KwFrom          // from
	KwFunction      // function
	KwIf            // if
	KwIn            // in
	KwParam         // param
	KwProcess       // process
	KwReturn        // return
	KwSwitch        // switch
	KwThrow         // throw
	KwTrap          // trap
	KwTry           // try
	KwUntil         // until
	KwUsing         // using
	KwVar           // var
	KwWhile         // while
	KwWorkflow      // workflow
	KwParallel      // parallel
	KwSequence      // sequence
	KwInlineScript  // inlinescript
	KwConfiguration // configuration
	KwPublic        // public
	KwPrivate       // private
	KwStatic        // static
	KwInterface     // interface
	KwEnum          // enum
	KwNamespace     // namespace
	KwModule        // module
	KwType          // type
	KwAssembly      // assembly
	KwCommand       // command
	KwHidden        // hidden
	KwBase          // base
	KwDefault       // default
	KwClean         // clean

	kindCount
)

// kinds holds each kind's text in PowerShell's messages and its name in
// PowerShell's TokenKind.
var kinds = [kindCount]struct{ text, name string }{
	TokUnknown:               {"unknown", "Unknown"},
	TokVariable:              {"var", "Variable"},
	TokSplattedVariable:      {"@var", "SplattedVariable"},
	TokParameter:             {"param", "Parameter"},
	TokNumber:                {"number", "Number"},
	TokLabel:                 {"label", "Label"},
	TokIdentifier:            {"ident", "Identifier"},
	TokGeneric:               {"generic", "Generic"},
	TokNewLine:               {"newline", "NewLine"},
	TokLineContinuation:      {"line continuation", "LineContinuation"},
	TokComment:               {"comment", "Comment"},
	TokEndOfInput:            {"eof", "EndOfInput"},
	TokStringLiteral:         {"sqstr", "StringLiteral"},
	TokStringExpandable:      {"dqstr", "StringExpandable"},
	TokHereStringLiteral:     {"sq here string", "HereStringLiteral"},
	TokHereStringExpandable:  {"dq here string", "HereStringExpandable"},
	TokLParen:                {"(", "LParen"},
	TokRParen:                {")", "RParen"},
	TokLCurly:                {"{", "LCurly"},
	TokRCurly:                {"}", "RCurly"},
	TokLBracket:              {"[", "LBracket"},
	TokRBracket:              {"]", "RBracket"},
	TokAtParen:               {"@(", "AtParen"},
	TokAtCurly:               {"@{", "AtCurly"},
	TokDollarParen:           {"$(", "DollarParen"},
	TokSemi:                  {";", "Semi"},
	TokPipe:                  {"|", "Pipe"},
	TokColonColon:            {"::", "ColonColon"},
	TokColon:                 {":", "Colon"},
	TokRedirection:           {"redirection", "Redirection"},
	TokRedirectInStd:         {"<", "RedirectInStd"},
	TokQuestionDot:           {"?.", "QuestionDot"},
	TokQuestionLBracket:      {"?[", "QuestionLBracket"},
	OpAndAnd:                 {"&&", "AndAnd"},
	OpOrOr:                   {"||", "OrOr"},
	OpAmpersand:              {"&", "Ampersand"},
	OpDot:                    {".", "Dot"},
	OpComma:                  {",", "Comma"},
	OpMinusMinus:             {"--", "MinusMinus"},
	OpPlusPlus:               {"++", "PlusPlus"},
	OpPostfixPlusPlus:        {"++", "PostfixPlusPlus"},
	OpPostfixMinusMinus:      {"--", "PostfixMinusMinus"},
	OpDotDot:                 {"..", "DotDot"},
	OpExclaim:                {"!", "Exclaim"},
	OpMultiply:               {"*", "Multiply"},
	OpDivide:                 {"/", "Divide"},
	OpRem:                    {"%", "Rem"},
	OpPlus:                   {"+", "Plus"},
	OpMinus:                  {"-", "Minus"},
	OpQuestionQuestion:       {"??", "QuestionQuestion"},
	OpQuestionMark:           {"?", "QuestionMark"},
	OpEquals:                 {"=", "Equals"},
	OpPlusEquals:             {"+=", "PlusEquals"},
	OpMinusEquals:            {"-=", "MinusEquals"},
	OpMultiplyEquals:         {"*=", "MultiplyEquals"},
	OpDivideEquals:           {"/=", "DivideEquals"},
	OpRemainderEquals:        {"%=", "RemainderEquals"},
	OpQuestionQuestionEquals: {"??=", "QuestionQuestionEquals"},
	OpFormat:                 {"-f", "Format"},
	OpNot:                    {"-not", "Not"},
	OpBnot:                   {"-bnot", "Bnot"},
	OpAnd:                    {"-and", "And"},
	OpOr:                     {"-or", "Or"},
	OpXor:                    {"-xor", "Xor"},
	OpBand:                   {"-band", "Band"},
	OpBor:                    {"-bor", "Bor"},
	OpBxor:                   {"-bxor", "Bxor"},
	OpJoin:                   {"-join", "Join"},
	OpIeq:                    {"-eq", "Ieq"},
	OpIne:                    {"-ne", "Ine"},
	OpIge:                    {"-ge", "Ige"},
	OpIgt:                    {"-gt", "Igt"},
	OpIlt:                    {"-lt", "Ilt"},
	OpIle:                    {"-le", "Ile"},
	OpIlike:                  {"-ilike", "Ilike"},
	OpInotlike:               {"-inotlike", "Inotlike"},
	OpImatch:                 {"-imatch", "Imatch"},
	OpInotmatch:              {"-inotmatch", "Inotmatch"},
	OpIreplace:               {"-ireplace", "Ireplace"},
	OpIcontains:              {"-icontains", "Icontains"},
	OpInotcontains:           {"-inotcontains", "Inotcontains"},
	OpIin:                    {"-iin", "Iin"},
	OpInotin:                 {"-inotin", "Inotin"},
	OpIsplit:                 {"-isplit", "Isplit"},
	OpCeq:                    {"-ceq", "Ceq"},
	OpCne:                    {"-cne", "Cne"},
	OpCge:                    {"-cge", "Cge"},
	OpCgt:                    {"-cgt", "Cgt"},
	OpClt:                    {"-clt", "Clt"},
	OpCle:                    {"-cle", "Cle"},
	OpClike:                  {"-clike", "Clike"},
	OpCnotlike:               {"-cnotlike", "Cnotlike"},
	OpCmatch:                 {"-cmatch", "Cmatch"},
	OpCnotmatch:              {"-cnotmatch", "Cnotmatch"},
	OpCreplace:               {"-creplace", "Creplace"},
	OpCcontains:              {"-ccontains", "Ccontains"},
	OpCnotcontains:           {"-cnotcontains", "Cnotcontains"},
	OpCin:                    {"-cin", "Cin"},
	OpCnotin:                 {"-cnotin", "Cnotin"},
	OpCsplit:                 {"-csplit", "Csplit"},
	OpIs:                     {"-is", "Is"},
	OpIsNot:                  {"-isnot", "IsNot"},
	OpAs:                     {"-as", "As"},
	OpShl:                    {"-shl", "Shl"},
	OpShr:                    {"-shr", "Shr"},
	KwBegin:                  {"begin", "Begin"},
	KwBreak:                  {"break", "Break"},
	KwCatch:                  {"catch", "Catch"},
	KwClass:                  {"class", "Class"},
	KwContinue:               {"continue", "Continue"},
	KwData:                   {"data", "Data"},
	KwDefine:                 {"define", "Define"},
	KwDo:                     {"do", "Do"},
	KwDynamicparam:           {"dynamicparam", "Dynamicparam"},
	KwElse:                   {"else", "Else"},
	KwElseIf:                 {"elseif", "ElseIf"},
	KwEnd:                    {"end", "End"},
	KwExit:                   {"exit", "Exit"},
	KwFilter:                 {"filter", "Filter"},
	KwFinally:                {"finally", "Finally"},
	KwFor:                    {"for", "For"},
	KwForeach:                {"foreach", "Foreach"},
	KwFrom:                   {"from", "From"},
	KwFunction:               {"function", "Function"},
	KwIf:                     {"if", "If"},
	KwIn:                     {"in", "In"},
	KwParam:                  {"param", "Param"},
	KwProcess:                {"process", "Process"},
	KwReturn:                 {"return", "Return"},
	KwSwitch:                 {"switch", "Switch"},
	KwThrow:                  {"throw", "Throw"},
	KwTrap:                   {"trap", "Trap"},
	KwTry:                    {"try", "Try"},
	KwUntil:                  {"until", "Until"},
	KwUsing:                  {"using", "Using"},
	KwVar:                    {"var", "Var"},
	KwWhile:                  {"while", "While"},
	KwWorkflow:               {"workflow", "Workflow"},
	KwParallel:               {"parallel", "Parallel"},
	KwSequence:               {"sequence", "Sequence"},
	KwInlineScript:           {"inlinescript", "InlineScript"},
	KwConfiguration:          {"configuration", "Configuration"},
	KwPublic:                 {"public", "Public"},
	KwPrivate:                {"private", "Private"},
	KwStatic:                 {"static", "Static"},
	KwInterface:              {"interface", "Interface"},
	KwEnum:                   {"enum", "Enum"},
	KwNamespace:              {"namespace", "Namespace"},
	KwModule:                 {"module", "Module"},
	KwType:                   {"type", "Type"},
	KwAssembly:               {"assembly", "Assembly"},
	KwCommand:                {"command", "Command"},
	KwHidden:                 {"hidden", "Hidden"},
	KwBase:                   {"base", "Base"},
	KwDefault:                {"default", "Default"},
	KwClean:                  {"clean", "Clean"},
}

// Text is how the kind is written, where all its tokens are written alike,
// else PowerShell's word for it.
func (k Kind) Text() string {
	if k < kindCount {
		return kinds[k].text
	}
	return kinds[TokUnknown].text
}

// String is the kind's name in PowerShell's TokenKind.
func (k Kind) String() string {
	if k < kindCount {
		return kinds[k].name
	}
	return kinds[TokUnknown].name
}

// IsKeyword tells whether k is a keyword of the language.
func (k Kind) IsKeyword() bool { return k >= KwBegin && k <= KwClean }

// IsBinary tells whether k is an operator between two operands.
func (k Kind) IsBinary() bool { return k.has(traitBinary) }

// IsUnary tells whether k is an operator before or after one operand.
func (k Kind) IsUnary() bool { return k.has(traitUnary) }

// IsAssignment tells whether k is an assignment operator.
func (k Kind) IsAssignment() bool { return k.has(traitAssignment) }

// Traits that the grammar asks for, a bit each; the low four bits hold the
// precedence of a binary operator.
const (
	precedenceMask = 0x0f

	traitBinary     = 0x10
	traitUnary      = 0x20
	traitAssignment = 0x40
	traitFoldable   = 0x80  // an operator allowed between constants
	traitRestricted = 0x100 // not allowed in a data section
	traitInvariant  = 0x200 // read alike in every mode of the lexer
	traitBlockName  = 0x400 // begin, process, end, clean, dynamicparam
	traitPlain      = 0x800 // a statement that takes no attributes
)

const (
	logical    = traitBinary | 1
	bitwise    = traitBinary | 2
	comparison = traitBinary | 5
	coalesce   = traitBinary | 7
	additive   = traitBinary | 9
	multiply   = traitBinary | 10
	formatting = traitBinary | 12
	ranging    = traitBinary | 13
)

var kindTraits = [kindCount]uint16{
	TokNewLine: traitInvariant, TokLineContinuation: traitInvariant, TokComment: traitInvariant,
	TokEndOfInput: traitInvariant, TokStringLiteral: traitInvariant, TokStringExpandable: traitInvariant,
	TokHereStringLiteral: traitInvariant, TokHereStringExpandable: traitInvariant,
	TokLParen: traitInvariant, TokRParen: traitInvariant, TokLCurly: traitInvariant, TokRCurly: traitInvariant,
	TokRBracket: traitInvariant, TokAtParen: traitInvariant, TokAtCurly: traitInvariant,
	TokDollarParen: traitInvariant, TokSemi: traitInvariant, TokPipe: traitInvariant,
	OpAndAnd: traitInvariant, OpOrOr: traitInvariant, OpAmpersand: traitInvariant,
	OpComma: traitUnary | traitInvariant, TokRedirectInStd: traitInvariant,

	OpMinusMinus: traitUnary | traitRestricted, OpPlusPlus: traitUnary | traitRestricted,
	OpPostfixPlusPlus: traitUnary | traitRestricted, OpPostfixMinusMinus: traitUnary | traitRestricted,
	OpExclaim: traitUnary | traitFoldable, OpNot: traitUnary | traitFoldable, OpBnot: traitUnary | traitFoldable,
	OpPlus: additive | traitUnary | traitFoldable, OpMinus: additive | traitUnary | traitFoldable,
	OpMultiply: multiply | traitFoldable, OpDivide: multiply | traitFoldable, OpRem: multiply | traitFoldable,
	OpDotDot: ranging | traitRestricted, OpFormat: formatting | traitRestricted, OpQuestionQuestion: coalesce,
	OpAnd: logical | traitFoldable, OpOr: logical | traitFoldable, OpXor: logical | traitFoldable,
	OpBand: bitwise | traitFoldable, OpBor: bitwise | traitFoldable, OpBxor: bitwise | traitFoldable,
	OpJoin:   comparison | traitUnary | traitRestricted,
	OpIsplit: comparison | traitUnary | traitRestricted, OpCsplit: comparison | traitUnary | traitRestricted,
	OpIeq: comparison, OpIne: comparison, OpIge: comparison, OpIgt: comparison, OpIlt: comparison, OpIle: comparison,
	OpIlike: comparison, OpInotlike: comparison,
	OpImatch: comparison | traitRestricted, OpInotmatch: comparison | traitRestricted, OpIreplace: comparison | traitRestricted,
	OpIcontains: comparison, OpInotcontains: comparison, OpIin: comparison, OpInotin: comparison,
	OpCeq: comparison, OpCne: comparison, OpCge: comparison, OpCgt: comparison, OpClt: comparison, OpCle: comparison,
	OpClike: comparison, OpCnotlike: comparison,
	OpCmatch: comparison | traitRestricted, OpCnotmatch: comparison | traitRestricted, OpCreplace: comparison | traitRestricted,
	OpCcontains: comparison, OpCnotcontains: comparison, OpCin: comparison, OpCnotin: comparison,
	OpIs: comparison, OpIsNot: comparison, OpAs: comparison | traitRestricted,
	OpShl: comparison | traitFoldable, OpShr: comparison | traitFoldable,

	OpEquals: traitAssignment, OpPlusEquals: traitAssignment, OpMinusEquals: traitAssignment,
	OpMultiplyEquals: traitAssignment, OpDivideEquals: traitAssignment, OpRemainderEquals: traitAssignment,
	OpQuestionQuestionEquals: traitAssignment,

	KwBegin: traitBlockName, KwProcess: traitBlockName, KwEnd: traitBlockName, KwClean: traitBlockName,
	KwDynamicparam: traitBlockName,
	KwBreak:        traitPlain, KwContinue: traitPlain, KwData: traitPlain, KwDefine: traitPlain, KwDo: traitPlain,
	KwExit: traitPlain, KwFilter: traitPlain, KwFor: traitPlain, KwForeach: traitPlain, KwFrom: traitPlain,
	KwFunction: traitPlain, KwIf: traitPlain, KwReturn: traitPlain, KwSwitch: traitPlain, KwThrow: traitPlain,
	KwTrap: traitPlain, KwTry: traitPlain, KwUsing: traitPlain, KwVar: traitPlain, KwWhile: traitPlain,
	KwWorkflow: traitPlain, KwParallel: traitPlain, KwSequence: traitPlain, KwInlineScript: traitPlain,
}

func (k Kind) has(trait uint16) bool { return kindTraits[k]&trait != 0 }

func (k Kind) precedence() uint16 { return kindTraits[k] & precedenceMask }

// keyword finds the keyword that a word is, in any case, else TokUnknown.
func keyword(word string) Kind {
	var buf [maxWord]byte
	switch string(lower(word, &buf)) {
	case "assembly":
		return KwAssembly
	case "base":
		return KwBase
	case "begin":
		return KwBegin
	case "break":
		return KwBreak
	case "catch":
		return KwCatch
	case "class":
		return KwClass
	case "clean":
		return KwClean
	case "command":
		return KwCommand
	case "configuration":
		return KwConfiguration
	case "continue":
		return KwContinue
	case "data":
		return KwData
	case "default":
		return KwDefault
	case "define":
		return KwDefine
	case "do":
		return KwDo
	case "dynamicparam":
		return KwDynamicparam
	case "else":
		return KwElse
	case "elseif":
		return KwElseIf
	case "end":
		return KwEnd
	case "enum":
		return KwEnum
	case "exit":
		return KwExit
	case "filter":
		return KwFilter
	case "finally":
		return KwFinally
	case "for":
		return KwFor
	case "foreach":
		return KwForeach
	case "from":
		return KwFrom
	case "function":
		return KwFunction
	case "hidden":
		return KwHidden
	case "if":
		return KwIf
	case "in":
		return KwIn
	case "inlinescript":
		return KwInlineScript
	case "interface":
		return KwInterface
	case "module":
		return KwModule
	case "namespace":
		return KwNamespace
	case "parallel":
		return KwParallel
	case "param":
		return KwParam
	case "private":
		return KwPrivate
	case "process":
		return KwProcess
	case "public":
		return KwPublic
	case "return":
		return KwReturn
	case "sequence":
		return KwSequence
	case "static":
		return KwStatic
	case "switch":
		return KwSwitch
	case "throw":
		return KwThrow
	case "trap":
		return KwTrap
	case "try":
		return KwTry
	case "type":
		return KwType
	case "until":
		return KwUntil
	case "using":
		return KwUsing
	case "var":
		return KwVar
	case "while":
		return KwWhile
	case "workflow":
		return KwWorkflow
	}
	return TokUnknown
}

// dashOperator finds the operator that a word after a dash is, in any case,
// else TokUnknown.
func dashOperator(word string) Kind {
	var buf [maxWord]byte
	switch string(lower(word, &buf)) {
	case "f":
		return OpFormat
	case "not":
		return OpNot
	case "and":
		return OpAnd
	case "or":
		return OpOr
	case "xor":
		return OpXor
	case "band":
		return OpBand
	case "bor":
		return OpBor
	case "bxor":
		return OpBxor
	case "bnot":
		return OpBnot
	case "join":
		return OpJoin
	case "is":
		return OpIs
	case "isnot":
		return OpIsNot
	case "as":
		return OpAs
	case "shl":
		return OpShl
	case "shr":
		return OpShr
	case "eq", "ieq":
		return OpIeq
	case "ceq":
		return OpCeq
	case "ne", "ine":
		return OpIne
	case "cne":
		return OpCne
	case "ge", "ige":
		return OpIge
	case "cge":
		return OpCge
	case "gt", "igt":
		return OpIgt
	case "cgt":
		return OpCgt
	case "lt", "ilt":
		return OpIlt
	case "clt":
		return OpClt
	case "le", "ile":
		return OpIle
	case "cle":
		return OpCle
	case "like", "ilike":
		return OpIlike
	case "clike":
		return OpClike
	case "notlike", "inotlike":
		return OpInotlike
	case "cnotlike":
		return OpCnotlike
	case "match", "imatch":
		return OpImatch
	case "cmatch":
		return OpCmatch
	case "notmatch", "inotmatch":
		return OpInotmatch
	case "cnotmatch":
		return OpCnotmatch
	case "replace", "ireplace":
		return OpIreplace
	case "creplace":
		return OpCreplace
	case "contains", "icontains":
		return OpIcontains
	case "ccontains":
		return OpCcontains
	case "notcontains", "inotcontains":
		return OpInotcontains
	case "cnotcontains":
		return OpCnotcontains
	case "in", "iin":
		return OpIin
	case "cin":
		return OpCin
	case "notin", "inotin":
		return OpInotin
	case "cnotin":
		return OpCnotin
	case "split", "isplit":
		return OpIsplit
	case "csplit":
		return OpCsplit
	}
	return TokUnknown
}

// maxWord is longer than every keyword and operator.
const maxWord = 16

// lower puts the ASCII lower case of a word into buf; a word too long to be
// known gives nothing.
func lower(word string, buf *[maxWord]byte) []byte {
	if len(word) > maxWord {
		return nil
	}
	for i := 0; i < len(word); i++ {
		c := word[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		buf[i] = c
	}
	return buf[:len(word)]
}
