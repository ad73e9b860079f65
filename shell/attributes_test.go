package shell_test

import (
	"strings"
	"testing"
)

// scriptCase is a piece of script and what it puts out.
type scriptCase struct{ name, script, want string }

// runCases runs each piece of script in a session of its own.
func runCases(t *testing.T, cases []scriptCase) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, stdout, stderr := newSession(t)
			defer func() {
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}()
			s.Execute(t.Context(), c.script, nil)
			if got := strings.ReplaceAll(stdout.String(), "\r", ""); got != c.want {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, c.want, stderr)
			}
		})
	}
}

func TestOwnAttributes(t *testing.T) {
	const classes = `
class Even : System.Management.Automation.ValidateArgumentsAttribute {
    [void] Validate([object] $value, [System.Management.Automation.EngineIntrinsics] $engine) { if ($value % 2) { throw "$value is odd" } }
}
class Below : System.Management.Automation.ValidateEnumeratedArgumentsAttribute {
    [int] $Limit
    Below([int] $limit) { $this.Limit = $limit }
    [void] ValidateElement([object] $element) { if ($element -ge $this.Limit) { throw [System.Management.Automation.ValidationMetadataException]::new("$element is not below $($this.Limit)") } }
}
class TrimAttribute : System.Management.Automation.ArgumentTransformationAttribute {
    [char] $Of = ' '
    [object] Transform([System.Management.Automation.EngineIntrinsics] $engine, [object] $value) { return "$value".Trim($this.Of) }
}
class Fruits : System.Management.Automation.IValidateSetValuesGenerator { [string[]] GetValidValues() { return 'apple', 'pear' } }
`
	runCases(t, []scriptCase{
		{"a check of a parameter", classes + `function f { param([Even()] $n) $n }; f 2; try { f 3 } catch { $_.Exception.Message; $_.FullyQualifiedErrorId }`,
			"2\nCannot validate argument on parameter 'n'. 3 is odd\nParameterArgumentValidationError,f\n"},
		{"a check of each element", classes + `function f { param([Below(5)] [int[]] $n) "$n" }; f 1, 2; try { f 1, 7 } catch { $_.Exception.Message }`,
			"1 2\nCannot validate argument on parameter 'n'. 7 is not below 5\n"},
		{"a transformation, named without its last part, with a property", classes + `function f { param([Trim(Of = '*')] [string] $s) "[$s]" }; f '**x*'`, "[x]\n"},
		{"a transformation comes before the type", classes + `function f { param([Trim(Of = 'n')] [int] $s) $s + 1 }; f 'n41n'`, "42\n"},
		{"of a variable", classes + `[Trim()] [string] $x = ' a '; "[$x]"; $x = '  b'; "[$x]"; [Even()] $n = 2; try { $n = 3 } catch { $_.Exception.Message; $n }`,
			"[a]\n[b]\nThe variable cannot be validated because the value 3 is not a valid value for the n variable.\n2\n"},
		{"of a property", classes + `class Box { [Trim()] [string] $Name; [Below(9)] [int] $Size = 1 }; $b = [Box]::new(); $b.Name = ' n '; "[$($b.Name)]"; try { $b.Size = 10 } catch { $_.Exception.Message }; $b.Size`,
			"[n]\nException setting \"Size\": \"10 is not below 9\"\n1\n"},
		{"a set whose values a class gives", classes + `function f { param([ValidateSet([Fruits])] $x) $x }; f pear; try { f nut } catch { $_.Exception.Message }; (TabExpansion2 'f p').CompletionMatches.CompletionText`,
			"pear\nCannot validate argument on parameter 'x'. The argument \"nut\" does not belong to the set \"apple,pear\" specified by the ValidateSet attribute. Supply an argument that is in the set and then try the command again.\npear\n"},
		{"as values", `$a = [ValidateSet]::new('x', 'y'); "$($a.ValidValues)"; $a.IgnoreCase; $p = [Parameter]@{ Mandatory = $true; Position = 2 }; $p.Mandatory; $p.Position; $p.TypeId.Name; (New-Object ValidateRange 1, 5).MaxRange`,
			"x y\nTrue\nTrue\n2\nParameterAttribute\n5\n"},
		{"of a command's parameters", classes + `function f { param([Parameter(Mandatory)] [Even()] [ValidateSet('a', 'b')] $x) }
$a = (Get-Command f).Parameters['x'].Attributes; $a.TypeId.Name; ($a | Where-Object { $_ -is [ValidateSet] }).ValidValues -join ','; ($a | Where-Object { $_ -is [Parameter] }).Mandatory`,
			"ParameterAttribute\nEven\nValidateSetAttribute\na,b\nTrue\n"},
		{"an attribute that nobody knows", `function f { param([Nope()] $x) $x }; try { f 1 } catch { $_.FullyQualifiedErrorId }`, "CustomAttributeTypeNotFound\n"},
		{"options of a pattern", `function f { param([ValidatePattern('^a', Options = 'None')] $x) $x }; f ab; try { f AB } catch { 'no' }`, "ab\nno\n"},
	})
}

func TestCompleters(t *testing.T) {
	runCases(t, []scriptCase{
		{"a block gets what the line says", `function f { param($Kind, [ArgumentCompleter({ param($command, $parameter, $word, $ast, $bound) "$command,$parameter,$word,$($ast.GetType().Name),$($bound.Kind)" })] $Name) }
(TabExpansion2 'f -Kind "big one" -Name ab').CompletionMatches[0].CompletionText; (TabExpansion2 'f small ab').CompletionMatches[0].CompletionText`,
			"f,Name,ab,CommandAst,big one\nf,Name,ab,CommandAst,small\n"},
		{"CompletionResult objects", `function f { param([ArgumentCompleter({ [System.Management.Automation.CompletionResult]::new("'a b'", 'a b', 'ParameterValue', 'the tip') })] $x) }
(TabExpansion2 'f ').CompletionMatches | ForEach-Object { "$($_.CompletionText)|$($_.ListItemText)|$($_.ResultType)|$($_.ToolTip)" }`, "'a b'|a b|ParameterValue|the tip\n"},
		{"a class", `using namespace System.Management.Automation
class Numbers : IArgumentCompleter {
    [System.Collections.Generic.IEnumerable[CompletionResult]] CompleteArgument([string] $command, [string] $parameter, [string] $word, [System.Management.Automation.Language.CommandAst] $ast, [System.Collections.IDictionary] $bound) {
        $found = [System.Collections.Generic.List[CompletionResult]]::new()
        1..3 | ForEach-Object { $found.Add([CompletionResult]::new("$word$_")) }
        return $found
    }
}
function f { param([ArgumentCompleter([Numbers])] $x) }; (TabExpansion2 'f -x n').CompletionMatches.CompletionText -join ','`, "n1,n2,n3\n"},
		{"[ArgumentCompletions()]", `function f { param([ArgumentCompletions('red', 'green', 'grey')] $x) $x }; (TabExpansion2 'f -x g').CompletionMatches.CompletionText -join ','; f other`, "green,grey\nother\n"},
		{"registered for a function, a cmdlet and a parameter of all commands", `function f { param($x, $Kind) }
Register-ArgumentCompleter -CommandName f -ParameterName x -ScriptBlock { 'one', 'two' }
Register-ArgumentCompleter -CommandName Get-Date -ParameterName Format -ScriptBlock { param($c, $p, $w) "$c.$p" }
Register-ArgumentCompleter -ParameterName Kind -ScriptBlock { 'any' }
(TabExpansion2 'f -x ').CompletionMatches.CompletionText -join ','; (TabExpansion2 'Get-Date -Format ').CompletionMatches.CompletionText; (TabExpansion2 'f -Kind ').CompletionMatches.CompletionText`, "one,two\nGet-Date.Format\nany\n"},
		{"of a program", `Register-ArgumentCompleter -Native -CommandName mytool -ScriptBlock { param($word, $ast, $at) "$word/$($ast.CommandElements.Count)/$at" }
(TabExpansion2 'mytool sub --fl').CompletionMatches.CompletionText
Register-ArgumentCompleter -NativeFallback -ScriptBlock { 'fallback' }; (TabExpansion2 'othertool ').CompletionMatches.CompletionText`, "--fl/3/15\nfallback\n"},
		{"a block that fails completes nothing", `function f { param([ArgumentCompleter({ throw 'x' })] $x) }; @((TabExpansion2 'f -x zzz').CompletionMatches).Count`, "0\n"},
	})
}
