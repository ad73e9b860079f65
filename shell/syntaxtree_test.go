package shell_test

import (
	"os"
	"path/filepath"
	"testing"
)

// TestSyntaxTree has scripts look at scripts.
func TestSyntaxTree(t *testing.T) {
	const parse = `$tokens = $errors = $null
function Read-Script($text) { [System.Management.Automation.Language.Parser]::ParseInput($text, [ref]$script:tokens, [ref]$script:errors) }
`
	tests := []struct{ name, script, want string }{
		{"commands", `(Read-Script 'a; function f { b | c { d } }').FindAll({ param($n) $n -is [System.Management.Automation.Language.CommandAst] }, $true).GetCommandName() -join ','`, "a,b,c,d\n"},
		{"without nested blocks", `(Read-Script 'a; function f { b }; c { d }').FindAll({ $args[0] -is [System.Management.Automation.Language.CommandAst] }, $false).GetCommandName() -join ','`, "a,c\n"},
		{"the first one", `(Read-Script 'a; b').Find({ $args[0].GetType().Name -eq 'CommandAst' }, $true).Extent.Text`, "a\n"},
		{"parents and identity", `$t = Read-Script 'a'; $c = $t.Find({ $args[0].GetType().Name -eq 'CommandAst' }, $true); $c.Parent.GetType().Name; $c.Parent.Parent -eq $t.EndBlock; $null -eq $t.Parent`, "PipelineAst\nTrue\nTrue\n"},
		{"errors", `$null = Read-Script 'if ($a) { b'; $errors.Count; $errors[0].ErrorId; $errors[0].IncompleteInput; $errors[0].Extent.StartOffset`, "1\nMissingEndCurlyBrace\nTrue\n8\n"},
		{"tokens", `$null = Read-Script "a -b 1 # c"; $tokens.Kind -join ','; $tokens[1].ParameterName; $tokens[2].Value + 1`, "Identifier,Parameter,Number,Comment,EndOfInput\nb\n2\n"},
		{"what tokens are used for", `$null = Read-Script '[int]$x.Length; a'; ($tokens | Where-Object { $_.TokenFlags -band 'TypeName' }).Text; ($tokens | Where-Object { $_.TokenFlags -band 'MemberName' }).Text; ($tokens | Where-Object { $_.TokenFlags -band 'CommandName' }).Text`, "int\nLength\na\n"},
		{"kinds have .NET's numbers", `[int][System.Management.Automation.Language.TokenKind]::Comment; [int][System.Management.Automation.Language.TokenKind]'Function'; [int][System.Management.Automation.Language.TokenKind]'Clean'`, "10\n137\n170\n"},
		{"places count characters", `$t = Read-Script "'é😀'; b"; $b = $t.EndBlock.Statements[1].Extent; "$($b.StartOffset) $($b.StartLineNumber) $($b.StartColumnNumber) $($b.EndOffset)"`, "7 1 8 8\n"},
		{"parameters and types", `$p = (Read-Script 'param([Parameter(Mandatory)][string[]]$Name = 1)').ParamBlock.Parameters[0]; $p.Name.VariablePath.UserPath; $p.StaticType.FullName; $p.Attributes[0].TypeName.Name; $p.Attributes[0].NamedArguments[0].ArgumentName; $p.DefaultValue.Value`,
			"Name\nSystem.String[]\nParameter\nMandatory\n1\n"},
		{"functions without parentheses have no parameters", `$null -eq (Read-Script 'function f { }').EndBlock.Statements[0].Parameters`, "True\n"},
		{"conditions", `$c = (Read-Script 'if (1) { a } elseif (2) { b } else { c }').EndBlock.Statements[0]; $c.Clauses.Count; $c.Clauses[1].Item1.Extent.Text; $c.Clauses[1].Item2.Extent.Text; $c.ElseClause.Extent.Text`, "2\n2\n{ b }\n{ c }\n"},
		{"operators", `$e = (Read-Script '1 + $x').EndBlock.Statements[0].GetPureExpression(); $e.Operator; $e.Left.StaticType.Name; $e.Right.IsConstantVariable(); (Read-Script '$true').EndBlock.Statements[0].GetPureExpression().IsConstantVariable()`, "Plus\nInt32\nFalse\nTrue\n"},
		{"constants", `(Read-Script '@{ a = 1, -2; b = @(''x''); c = $true }').EndBlock.Statements[0].GetPureExpression().SafeGetValue() | ForEach-Object { $_.a[1]; $_.b.Count; $_.c }; try { (Read-Script '$x').EndBlock.Statements[0].GetPureExpression().SafeGetValue() } catch { 'dynamic' }`, "-2\n1\nTrue\ndynamic\n"},
		{"strings", `$s = (Read-Script '"a $x $(b)"').EndBlock.Statements[0].GetPureExpression(); $s.StringConstantType; $s.NestedExpressions.Count; $s.Value; (Read-Script 'a').EndBlock.Statements[0].PipelineElements[0].CommandElements[0].StringConstantType`, "DoubleQuoted\n2\na $x $(b)\nBareWord\n"},
		{"classes", `$c = (Read-Script 'class A : B { [int]$n = 1; hidden static [string] M($x) { return 1 } }').EndBlock.Statements[0]; $c.IsClass; $c.BaseTypes[0].TypeName.FullName; $c.Members[0].PropertyType.TypeName.Name; $c.Members[1].IsHidden -and $c.Members[1].IsStatic; $c.Members[1].Parameters.Count`, "True\nB\nint\nTrue\n1\n"},
		{"rethrown", `(Read-Script 'try { throw } catch { throw }').FindAll({ $args[0] -is [System.Management.Automation.Language.ThrowStatementAst] }, $true).IsRethrow -join ','`, "False,True\n"},
		{"derived types", `$t = (Read-Script '$a.b(1)').EndBlock.Statements[0].GetPureExpression(); $t -is [System.Management.Automation.Language.MemberExpressionAst]; $t -is [System.Management.Automation.Language.ExpressionAst]; $t -is [System.Management.Automation.Language.StatementAst]`, "True\nTrue\nFalse\n"},
		{"a block's own tree", `{ a; b }.Ast.EndBlock.Statements.Count; ({ param($q) }.Ast).ParamBlock.Parameters[0].Name.VariablePath.UserPath`, "2\nq\n"},
		{"every kind of node", `$t = Read-Script @'
using namespace System
param($p = 1)
begin { data d { 'x' } } process { :l foreach ($i in 1..2) { continue l }; for (;;) { break }; while (1) { exit }; do { } while (0); do { } until (1); switch -regex (1) { a { } default { } } }
end { trap { } ; try { } catch [Exception] { } finally { }; [int]$x = ,1 ? @(1) : $y[0].z(1)::w; $x += "a$($b)"; a -b:1 2>&1 > f && & c @d; enum E { A }; return [type]{ -not $using:q } }
'@
$errors.Count; $t.FindAll({ [void]$args[0].ToString(); $null -ne $args[0].Extent.StartLineNumber }, $true).Count -gt 80`, "0\nTrue\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, stdout, stderr := newSession(t)
			s.Execute(t.Context(), parse+test.script, nil)
			if got := stdout.String(); got != test.want || stderr.Len() > 0 {
				t.Errorf("got %q, want %q; errors: %s", got, test.want, stderr)
			}
		})
	}
}

// TestParseFile reads a script from a file.
func TestParseFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.ps1")
	if err := os.WriteFile(file, []byte("\ufeffa\r\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, stdout, stderr := newSession(t)
	s.Execute(t.Context(), `$t = [System.Management.Automation.Language.Parser]::ParseFile('`+file+`', [ref]$null, [ref]$null); $t.Extent.File -eq '`+file+`'; $t.EndBlock.Extent.Text
try { [System.Management.Automation.Language.Parser]::ParseFile('`+file+`x', [ref]$null, [ref]$null) } catch { $_.Exception.InnerException.GetType().Name }`, nil)
	if want := "True\na\nFileNotFoundException\n"; stdout.String() != want {
		t.Errorf("got %q, want %q; errors: %s", stdout, want, stderr)
	}
}
