package shell_test

import (
	"context"
	"testing"
)

func TestTypeNames(t *testing.T) {
	runCases(t, []scriptCase{
		{"namespaces in use reach into generics and arrays", `using namespace System.Collections.Generic
using namespace System.Management.Automation
[Dictionary[string, List[int]]]::new().GetType().ToString(); [CompletionResult[]].Name; [Dictionary[string, [List[int]]]].Name`,
			"System.Collections.Generic.Dictionary`2[System.String,System.Collections.Generic.List`1[System.Int32]]\nCompletionResult[]\nDictionary`2\n"},
		{"generics over classes of the script", `using namespace System.Collections.Generic
class Box { [int] $N }; $d = [Dictionary[string, List[Box]]]::new(); $d['a'] = [List[Box]]::new(); $d['a'].Add([Box]@{ N = 4 }); $d['a'][0].N; try { $d['a'].Add('x') } catch { 'refused' }; ([Box[]]@{ N = 1 }).Count`, "4\nrefused\n1\n"},
		{"namespaces in use hold in text that the script runs", "using namespace System.Text\nInvoke-Expression '[StringBuilder]::new(\"a\").ToString()'; & ([scriptblock]::Create('[StringBuilder]::new(\"b\").ToString()')); (New-Object StringBuilder 'c').ToString()", "a\nb\nc\n"},
		{"an unknown part", `using namespace System.Collections.Generic
try { [List[Nope]] } catch { $_.Exception.Message }`, "Unable to find type [Nope].\n"},
		{"interfaces of collections", `[int[]](1, 2) -is [System.Collections.Generic.IEnumerable[int]]; [System.Collections.Generic.List[string]]::new() -is [System.Collections.Generic.IList[string]]; [System.Collections.Generic.List[string]]::new() -is [System.Collections.Generic.IList[int]]
[System.Collections.Generic.Dictionary[string, int]]::new() -is [System.Collections.Generic.IDictionary[string, int]]; 'x' -is [System.Collections.Generic.IEnumerable[int]]`, "True\nTrue\nFalse\nTrue\nFalse\n"},
		{"overloads by the kind of the argument", `class P { [string] M([int] $a) { return 'int' } [string] M([string] $a) { return 'string' } [string] M([double] $a) { return 'double' } [string] M([object[]] $a) { return 'array' } [string] M([object] $a) { return 'object' } }
$p = [P]::new(); $p.M(1), $p.M('a'), $p.M(1.5), $p.M(@(1, 2)), $p.M(@{}), $p.M([long] 5) -join ' '`, "int string double array object double\n"},
	})
}

// TestNamespacesAtThePrompt runs lines as they are typed: a using statement holds until a line has others.
func TestNamespacesAtThePrompt(t *testing.T) {
	s, stdout, stderr := newSession(t)
	for _, line := range []struct{ text, want string }{
		{"using namespace System.Text", ""},
		{"[StringBuilder]::new('a').ToString()", "a\n"},
		{"function sb { [StringBuilder]::new('b').ToString() }; sb", "b\n"},
		{"using namespace System.Collections.Generic; [List[int]].Name", "List`1\n"},
		{"try { [StringBuilder] } catch { $_.FullyQualifiedErrorId }", "TypeNotFound\n"},
		{"[HashSet[int]]::new().Count", "0\n"},
		{"sb", "b\n"},
	} {
		stdout.Reset()
		s.Execute(context.Background(), line.text, nil)
		if got := stdout.String(); got != line.want {
			t.Errorf("%s\nputs out %q, want %q\n%s", line.text, got, line.want, stderr)
		}
	}
}

func TestAddedMembers(t *testing.T) {
	runCases(t, []scriptCase{
		{"a script property of a built-in type", `Update-TypeData -TypeName System.String -MemberType ScriptProperty -MemberName Shout -Value { $this.ToUpper() }
'hey'.Shout; 'a', 'b' | ForEach-Object Shout; 'x'.PSObject.Properties['Shout'].Value; ('x' | Get-Member Shout).MemberType; ('x' | Select-Object Shout).Shout; Remove-TypeData System.String; $null -eq 'a'.Shout`,
			"HEY\nA\nB\nX\nScriptProperty\nX\nTrue\n"},
		{"of what derives from a type", `Update-TypeData -TypeName System.IO.FileSystemInfo -MemberType ScriptProperty -MemberName Kind -Value { $this.GetType().Name }; (Get-Item .).Kind`, "DirectoryInfo\n"},
		{"each session has its own", `Update-TypeData -TypeName System.String -MemberType ScriptProperty -MemberName Mine -Value { 'mine' }
1 | ForEach-Object -Parallel { "[$('x'.Mine)]"; Update-TypeData -TypeName System.String -MemberType NoteProperty -MemberName Theirs -Value 'theirs'; 'x'.Theirs; @(Get-TypeData).Count }
'x'.Mine; "[$('x'.Theirs)]"; @(Get-TypeData).Count`, "[]\ntheirs\n1\nmine\n[]\n1\n"},
		{"wherever properties are looked up", `$w = @{ TypeName = 'Wide.T'; MemberType = 'ScriptProperty' }; Update-TypeData @w -MemberName D -Value { $this.A * 2 }
$o = 1, 2 | ForEach-Object { [pscustomobject]@{ PSTypeName = 'Wide.T'; A = $_ } }; $o.D -join ','; ($o | Sort-Object D -Descending).A -join ','; ($o | Where-Object D -gt 2).A; ($o | Measure-Object D -Sum).Sum
($o | Group-Object D).Name -join ','; $o[0] | ConvertTo-Json -Compress; ($o | ConvertTo-Csv)[1]; ($o | Select-Object -ExpandProperty D) -join ','; ($o | ForEach-Object D) -join ','; ($o | ConvertTo-Html -Fragment)[2]; $o[0].PSObject.Properties['D'].Value; ($o[0] | Format-List | Out-String).Trim()
function f { param([Parameter(ValueFromPipelineByPropertyName)]$D) process { "f$D" } }; $o[1] | f`,
			"2,4\n2,1\n2\n6\n2,4\n{\"A\":1,\"D\":2}\n\"1\",\"2\"\n2,4\n2,4\n<tr><th>A</th><th>D</th></tr>\n2\nA : 1\nD : 2\nf4\n"},
		{"methods are listed too", `Update-TypeData -TypeName Added.T -MemberType ScriptMethod -MemberName Go -Value { 'went' }; $o = [pscustomobject]@{ PSTypeName = 'Added.T'; A = 1 }; ($o | Get-Member Go).Definition; $o.PSObject.Methods['Go'].Name; $o.Go()`,
			"System.Object Go();\nGo\nwent\n"},
	})
}
