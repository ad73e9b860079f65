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
	OpIeq          // -ieq
	OpIne          // -ine
	OpIge          // -ige
	OpIgt          // -igt
	OpIlt          // -ilt
	OpIle          // -ile
	OpIlike        // -ilike
	OpInotlike     // -inotlike
	OpImatch       // -imatch
	OpInotmatch    // -inotmatch
	OpIreplace     // -ireplace
	OpIcontains    // -icontains
	OpInotcontains // -inotcontains
	OpIin          // -iin
	OpInotin       // -inotin
	OpIsplit       // -isplit
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
	TokParameter:             {"parameter", "Parameter"},
	TokNumber:                {"number", "Number"},
	TokLabel:                 {"label", "Label"},
	TokIdentifier:            {"identifier", "Identifier"},
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
	OpIeq:                    {"-ieq", "Ieq"},
	OpIne:                    {"-ine", "Ine"},
	OpIge:                    {"-ige", "Ige"},
	OpIgt:                    {"-igt", "Igt"},
	OpIlt:                    {"-ilt", "Ilt"},
	OpIle:                    {"-ile", "Ile"},
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
