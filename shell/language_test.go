package shell_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"migsh/cmdlets"
	"migsh/shell"
	"migsh/shell/object"
)

// newSession makes a session whose output and errors end up in the buffers.
func newSession(t *testing.T) (s *shell.Session, stdout, stderr *bytes.Buffer) {
	t.Helper()
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	s = shell.New(shell.Options{Stdout: stdout, Stderr: stderr, Width: 120, Location: t.TempDir()})
	cmdlets.Register(s.Register, nil)
	return s, stdout, stderr
}

// TestLanguage runs pieces of script whose answers the language's documentation gives.
func TestLanguage(t *testing.T) {
	tests := []struct{ name, script, want string }{
		{"-OutBuffer holds objects back", `$n = 0; 1..3 | Where-Object { $script:n++; $true } -OutBuffer 1 | ForEach-Object { "$n/$_" }`, "2/1\n2/2\n3/3\n"},
		{"[Obsolete()] warns of a parameter in use", `function f { [CmdletBinding()]param([Obsolete('Use New.')]$Old, $New) }; f -New 1 3>&1; f -Old 1 3>&1 | ForEach-Object Message`, "Parameter 'Old' is obsolete. Use New.\n"},
		{"[ValidateDrive()]", `function f { param([ValidateDrive('C')]$p) $p }; f C:\x; try { f D:\x } catch { $_.Exception.Message.Contains('set of approved drives: C') }`, "C:\\x\nTrue\n"},
		{"[Credential()] passes a credential on", `function f { param([Credential()]$c) $c.UserName }; f ([pscredential]::new('joe', (ConvertTo-SecureString x -AsPlainText)))`, "joe\n"},
		{"-ErrorAction Suspend is refused", `try { Get-Item . -ErrorAction Suspend } catch { $_.FullyQualifiedErrorId }`, "ParameterArgumentValidationError,Microsoft.PowerShell.Commands.GetItemCommand\n"},
		{"[ArgumentCompleter()]", `function f { param([ArgumentCompleter({ param($c, $p, $w) 'alpha', 'beta' -like "$w*" })]$x) }; (TabExpansion2 'f -x b').CompletionMatches.CompletionText`, "beta\n"},
		{"-Culture orders as its language does", `('Öl', 'Zebra' | Sort-Object -Culture sv-SE) + ('Öl', 'Zebra' | Sort-Object) -join ','`, "Zebra,Öl,Öl,Zebra\n"},
		{"Test-Json -Options", `Test-Json '[1,]' -ErrorAction Ignore; Test-Json '[1,] // x' -Options IgnoreComments, AllowTrailingCommas`, "False\nTrue\n"},
		{"Select-Xml -Namespace", `Select-Xml -Content '<r xmlns="urn:a"><i>1</i></r>' -XPath '//a:i' -Namespace @{ a = 'urn:a' } | ForEach-Object { $_.Node.InnerText }`, "1\n"},
		{"-DefaultKeyPropertySet orders", `Update-TypeData -TypeName Keyed.T -DefaultKeyPropertySet Size; (2, 1 | ForEach-Object { [pscustomobject]@{ PSTypeName = 'Keyed.T'; Size = $_ } } | Sort-Object).Size -join ','; Remove-TypeData Keyed.T`, "1,2\n"},
		{"strict mode 1 lets strings name variables that are not set", `Set-StrictMode -Version 1; "[$no]"; try { $no } catch { $_.FullyQualifiedErrorId }; Set-StrictMode -Version 2; try { "[$no]" } catch { $_.FullyQualifiedErrorId }`, "[]\nVariableIsUndefined\nVariableIsUndefined\n"},
		{"[PSSerializer]", `$t = [System.Management.Automation.PSSerializer]::Serialize(@{ a = 1, 2 }); [System.Management.Automation.PSSerializer]::Deserialize($t).a -join ','; 'x', 3 | ConvertTo-CliXml | ConvertFrom-CliXml | ForEach-Object { $_.GetType().Name }`, "1,2\nString\nInt32\n"},
		{"-Filter is for what is found, not for what is named", `New-Item d -ItemType Directory | Out-Null; 'x' > d/a.txt; 'y' > d/b.log; Copy-Item d e -Recurse -Filter *.txt; (Get-ChildItem e -Recurse -Name) -join ','; (Get-Item d -Filter *.txt).Name; (Get-Item d/* -Filter *.txt).Name`, "a.txt\nd\na.txt\n"},
		{"TabExpansion2 -options", `Set-Content o.txt 1; New-Item -ItemType Directory q, w[1] | Out-Null; function t($text, $o) { (TabExpansion2 $text -options $o).CompletionMatches.CompletionText }
(t "Get-Content $PWD/o.t" @{ RelativePaths = $true }); (t 'Get-Content o.t' @{ RelativePaths = $false }) -eq "$PWD/o.txt"; Set-Location q; t 'Get-Content ../o' @{ RelativePaths = $true }; t 'Get-Content ../w' @{ LiteralPaths = $true }; try { t 'a' @{ Relative = 1 } } catch { $_.FullyQualifiedErrorId }`,
			"./o.txt\nTrue\n../o.txt\n../w[1]\nUnknownCompletionOption,Microsoft.PowerShell.Commands.TabExpansion2Command\n"},
		{"numbers that are cut keep their end", `([pscustomobject]@{ A = 123456; B = 'abcdef' } | Format-Table @{ n = 'A'; e = 'A'; width = 3 }, @{ n = 'B'; e = 'B'; width = 3 } | Out-String).Trim()`, "A B\n  - -\n…56 ab…\n"},
		{"[Enum]::TryParse", `$d = [DayOfWeek]::Monday; [Enum]::TryParse([DayOfWeek], 'friday', [ref] $d); $d = [DayOfWeek]::Monday; [Enum]::TryParse([DayOfWeek], 'friday', $true, [ref] $d); "$d"; [DayOfWeek]::TryParse('Tuesday', [ref] $d); "$d"; [Enum]::Format([DayOfWeek], 3, 'G'); ([Enum]::GetValuesAsUnderlyingType([DayOfWeek]))[-1]`, "False\nTrue\nFriday\nTrue\nTuesday\nWednesday\n6\n"},
		{"what every collection can do", `(1, 2, 3).PSWhere({ $_ -gt 1 }) -join ','; (1, 2).PSForEach({ $_ * 2 }) -join ','; (TabExpansion2 '@(1).W').CompletionMatches.CompletionText; $a = [object[]]::new(2); @{ k = 1 }.CopyTo($a, 1); $a[1].Key; Clear-Host any thing`, "2,3\n2,4\nWhere(\nk\n"},
		{"delegates", `$double = [Func[int, int]] { param($x) $x * 2 }; $double.Invoke('21'); $double.GetType().Name; $n = 0; ([Action] { $script:n++ }).Invoke(); $n; ([Action[string]] { "$_" | Set-Variable seen -Scope Script }).Invoke('x'); $seen
([Predicate[int]] { $args[0] -gt 1 }).Invoke(2); [Comparison[string]] $c = { param($a, $b) $b.CompareTo($a) }; $l = [System.Collections.Generic.List[string]]('a', 'c', 'b'); $l.Sort($c); "$l"; $l.FindAll([Predicate[string]] { $args[0] -ne 'b' }) -join ','
[regex]::Replace('a1b2', '\d', [System.Text.RegularExpressions.MatchEvaluator] { param($m) [string]([int]$m.Value + 1) }); [array]::FindAll((1, 2, 3), [Predicate[object]] { $args[0] -gt 1 }) -join ','
try { ([Func[int]] { 'x' }).Invoke() } catch { $_.Exception.InnerException.Message.Contains('"x"') }; $double -is [delegate]; $double.DynamicInvoke(4)`,
			"42\nFunc`2\n1\nx\nTrue\nc b a\nc,a\na2b3\n2,3\nTrue\nTrue\n8\n"},
		{"LinkedList", `$l = [System.Collections.Generic.LinkedList[int]]::new(); $null = $l.AddLast(2); $null = $l.AddFirst(1); $n = $l.AddLast('4'); $null = $l.AddBefore($n, 3); "$l"; $l.Count; $n.Previous.Value; $l.First.Next.Value = 20; $l.RemoveFirst(); $l.Remove(4); $l.Remove(9); $n.Value; $null -eq $n.Previous; $l -join ','; $l.Find(3).Value; $l.AddLast($n); $l.Last.Value; try { $l.AddLast($n) } catch { $_.FullyQualifiedErrorId }; $l.Clear(); @($l).Count`,
			"1 2 3 4\n4\n3\nTrue\nFalse\n4\nTrue\n20,3\n3\n4\nInvalidOperationException\n0\n"},
		{"sorted sets", `$s = [System.Collections.Generic.SortedSet[int]](3, 1, 2); $s.Min; $s.Max; $s.Reverse() -join ','; $s.GetViewBetween(2, 3) -join ','; $d = [System.Collections.Generic.SortedList[string, int]]::new(); $d['b'] = 2; $d['a'] = 1; $d.Keys -join ','; $d.IndexOfKey('b')`, "1\n3\n3,2,1\n2,3\na,b\n1\n"},
		{"the stack names functions and files", `function Inner { throw 'x' }; function Outer { process { Inner } }
try { 1 | Outer } catch { $_.ScriptStackTrace -replace '[^ ]*/', '' }`, "at Inner, t.ps1: line 1\nat Outer<Process>, t.ps1: line 1\nat <ScriptBlock>, t.ps1: line 2\nat <ScriptBlock>, <No file>: line 1\n"},
		{"execution policies", `Get-ExecutionPolicy; (Get-ExecutionPolicy -List).Count; try { Set-ExecutionPolicy RemoteSigned -Scope Process -Force } catch { $_.FullyQualifiedErrorId }`, "Unrestricted\n5\nSystem.PlatformNotSupportedException,Microsoft.PowerShell.Commands.SetExecutionPolicyCommand\n"},
		{"a view shows no Length of what has none", `([pscustomobject]@{ Name = 'a'; Length = 5 }, [datetime]'2026-01-02', 7.5 | Format-Table | Out-String).Split("` + "`n" + `")[4].Trim().Length`, "0\n"},
		{"commands of all kinds share a view", `function Own { }; ((Get-Command Get-Item, Own, gci | Out-String -Width 120).Trim() -split '\r?\n' | ForEach-Object { ($_ -split ' +')[0] }) -join ','; (Get-Command | Out-String).Length -gt 1000; (Get-Command Get-Item).Version.ToString()`, "CommandType,-----------,Cmdlet,Function,Alias\nTrue\n7.0.0.0\n"},
		{"nobody is there to choose", `try { $Host.UI.PromptForChoice('t', 'm', @('&Yes', '&No'), 1) } catch { $_.Exception.InnerException.GetType().Name }; ([System.Management.Automation.Host.ChoiceDescription[]]('&Yes', '&No'))[1].Label`, "\nt\nm\nHostException\n&No\n"},
		{"members of nothing, and of custom objects", `@($null, 'ab' | ForEach-Object Length).Count; $o = [pscustomobject]@{ A = 1 }; "[$($o.ToString())] $o"; "[$($o | ForEach-Object ToString)]"`, "2\n[] @{A=1}\n[]\n"},
		{"function's locals stay its own", `function f { $x = 2 }; $x = 1; f; $x`, "1\n"},
		{"a function sees its caller's variables", `function g { $x }; function f { $x = 2; g }; $x = 1; f`, "2\n"},
		{"read before assignment falls back to the caller's", `$x = 1; function f { $x; $x = 2; $x }; f; $x`, "1\n2\n1\n"},
		{"ForEach-Object runs in the caller's scope", `function f { $n = 0; 1..3 | ForEach-Object { $n += $_ }; $n }; f`, "6\n"},
		{"& has a scope of its own, . has not", `$x = 1; & { $x = 2 }; $x; . { $x = 3 }; $x`, "1\n3\n"},
		{"one block in several scopes", `$b = { $v }; function a { $v = 'a'; . $b }; function c { $v = 'c'; $w = 1; . $b }; a; c; a`, "a\nc\na\n"},
		{"a block dotted into more layouts than are kept", `$b = { $q = $q + 1; $q }
1..3 | ForEach-Object { function f1 { $q = 1; $a = 1; . $b }; function f2 { $q = 2; $c = 1; . $b }; function f3 { $q = 3; $d = 1; . $b }; function f4 { $q = 4; $e = 1; . $b }; function f5 { $q = 5; $g = 1; . $b }; function f6 { $q = 6; $h = 1; . $b } }
f1; f2; f3; f4; f5; f6`, "2\n3\n4\n5\n6\n7\n"},
		{"return leaves the block, not the loop around ForEach-Object", `1..3 | ForEach-Object { if ($_ -eq 2) { return }; $_ }`, "1\n3\n"},
		{"labels", `:outer foreach ($i in 1..3) { foreach ($j in 1..3) { if ($j -eq 2) { continue outer }; "$i$j" } }`, "11\n21\n31\n"},
		{"break reaches the caller's loop", `function f { break }; foreach ($i in 1..3) { $i; f }; 'end'`, "1\nend\n"},
		{"finally runs on the way out", `function f { try { return 1 } finally { 'f' } }; f`, "1\nf\n"},
		{"a stopped pipeline ends its producer", `1..5 | ForEach-Object { [void]($script:n++); $_ } | Select-Object -First 2; "n=$n"`, "1\n2\nn=2\n"},
		{"an error ends its statement only", `$ErrorActionPreference = 'SilentlyContinue'; 1 / 0; 'next'`, "next\n"},
		{"an error in a called function reaches the caller's try", `function f { 1 / 0; 'not here' }; try { f } catch { 'caught' }`, "caught\n"},
		{"throw inside a pipeline", `try { 1..3 | ForEach-Object { if ($_ -eq 2) { throw 'x' }; $_ } } catch { "c:$_" }`, "1\nc:x\n"},
		{"closures keep their values", `function mk($n) { { $n }.GetNewClosure() }; $a = mk 1; $b = mk 2; & $a; & $b`, "1\n2\n"},
		{"arrays are values by reference", `$a = 1, 2; $b = $a; $b[0] = 9; $a[0]; $c = @($a); $c[0] = 7; $a[0]`, "9\n9\n"},
		{"typed variables convert", `[int]$n = '5'; $n = '7'; $n.GetType().Name; try { $n = 'x' } catch { 'no' }`, "Int32\nno\n"},
		{"validated variables check", `[ValidateRange(1, 5)]$n = 3; try { $n = 9 } catch { "still $n" }`, "still 3\n"},
		{"multiple assignment", `$a, ($b, $c), $d = 1, (2, 3), 4, 5; "$a $b $c $d"`, "1 2 3 4 5\n"},
		{"pipeline chains", `$null = 1; 'a' && 'b' || 'c'`, "a\nb\n"},
		{"ref", `function inc([ref]$r) { $r.Value++ }; $n = 1; inc ([ref]$n); $n`, "2\n"},
		{"private variables are not inherited", `$private:p = 1; function f { "[$p]" }; f; "$p"`, "[]\n1\n"},
		{"numbered scopes", `function f { Set-Variable x 5 -Scope 1 }; $x = 1; f; $x`, "5\n"},
		{"variables of drives", `$env:MIGSH_T = 'v'; $env:MIGSH_T; $function:q = { 'fn' }; q`, "v\nfn\n"},
		{"no output is neither null nor a value", `$x = & {}; @($x).Count; $null -eq $x; ($x | ForEach-Object { 'never' })`, "0\nTrue\n"},
		{"null is a value", `@($null | ForEach-Object { 'once' }).Count`, "1\n"},
		{"void methods put nothing out", `$l = [System.Collections.Generic.List[int]]::new(); $l.Add(1); $l.Count`, "1\n"},
		{"increments as statements put nothing out", `$i = 1; $i++; ($i++); $i`, "2\n3\n"},
		{"switch on an array", `switch (1, 2, 3) { 2 { continue } { $_ -gt 2 } { "big $_" } default { "d $_" } }`, "d 1\nbig 3\n"},
		{"clean runs after an error", `function f { [CmdletBinding()] param() process { throw 'x' } clean { Write-Host 'cleaned' } }; try { f } catch { 'caught' }`, "cleaned\ncaught\n"},
		{"ThrowTerminatingError is the caller's to catch", `function f { [CmdletBinding()] param() $PSCmdlet.ThrowTerminatingError([System.Management.Automation.ErrorRecord]::new([Exception]::new('t'), 'Id', 'NotSpecified', $null)); 'no' }
try { f } catch { $_.FullyQualifiedErrorId }`, "Id,f\n"},
		{"trap and continue", `trap { "t:$_"; continue }; throw 'a'; 'next'`, "t:a\nnext\n"},
		{"strict mode ends with its scope", `& { Set-StrictMode -Version 3; try { $nope } catch { 'strict' } }; "[$nope]"`, "strict\n[]\n"},
		{"call depth", `function Recur { Recur }; try { Recur } catch { $_.FullyQualifiedErrorId }`, "CallDepthOverflow\n"},
		{"enums", `enum Level { Low; Mid = 5; High }
[Flags()] enum Mode { Read = 1; Write = 2 }
function Set-Level([Level]$l) { [int]$l }
[Level]::High; [int][Level]'High'; [Level]5; Set-Level mid; [Mode]3; 'Low' -as [Level]; [Level[]]('Low', 'Mid') -join '+'; try { Set-Level none } catch { 'refused' }`,
			"High\n6\nMid\n5\nRead, Write\nLow\nLow+Mid\nrefused\n"},
		{"the numbers of an enum are of its type", `enum B : byte { A = 255 }; [B]::A.value__.GetType().Name; [enum]::GetUnderlyingType([B]).Name`, "Byte\nByte\n"},
		{"the console is the session's output", `'a'; [Console]::WriteLine('b'); [Console]::Out.Write("c` + "`n" + `"); 'd'`, "a\nb\nc\nd\n"},
		{"a table may not change under a loop", `$h = @{ a = 1; b = 2 }; try { foreach ($k in $h.Keys) { $h[$k] = 0 } } catch { 'changed' }`, "changed\n"},
		{"what is not supported says so", `try { Invoke-Expression 'class A : System.Text.StringBuilder { }' } catch { "$_" }`, "A class cannot be derived from 'System.Text.StringBuilder' yet: derive it from a class of the script, an exception or an interface, and keep the System.Text.StringBuilder in a property.\n"},
		{"a method gives what it returns, nothing else", `class A { [int] M() { 'dropped'; Write-Output 2; return 3 } [void] V() { 4 } }; $a = [A]::new(); $a.M(); $a.V(); 'end'`, "3\nend\n"},
		{"constructors, bases and overriding", `class A { [string]$N; A([string]$n) { $this.N = $n } [string] Who() { return "a " + $this.N } [string] Call() { return $this.Who() } }
class B : A { [int]$Legs = 4; B([string]$n) : base("<$n>") { } [string] Who() { return 'b of ' + ([A]$this).Who() } }
$b = [B]::new('x'); $b.Call(); $b.Legs; $b -is [A]; (New-Object B 'y').N; try { [B]::new() } catch { $_.Exception.Message }`,
			"b of a <x>\n4\nTrue\n<y>\nCannot find an overload for \"new\" and the argument count: \"0\".\n"},
		{"static members", `class C { static [int]$N = 5; static [C] Make() { [C]::N++; return [C]::new() } }; $null = [C]::Make(); [C]::N`, "6\n"},
		{"properties convert and check", `class P { [ValidateRange(1, 5)][int]$N = 1 }; $p = [P]::new(); $p.N = '3'; $p.N.GetType().Name; try { $p.N = 9 } catch { $_.FullyQualifiedErrorId }; ([P]@{ N = 2 }).N`,
			"Int32\nExceptionWhenSetting\n2\n"},
		{"a method's errors are the caller's", `class T { [int] Div() { return 1 / 0 } [void] Throw() { throw 'bad' } }; try { [T]::new().Div() } catch [DivideByZeroException] { 'div' }; try { [T]::new().Throw() } catch { "$_" }`, "div\nbad\n"},
		{"an exception of one's own", `class MyError : System.Exception { [int]$Code; MyError([string]$m, [int]$c) : base($m) { $this.Code = $c } }
try { throw [MyError]::new('boom', 7) } catch [MyError] { "$_ $($_.Exception.Code)" }`, "boom 7\n"},
		{"a class's own text, order and equality", `class V : System.IComparable { [int]$N; V([int]$n) { $this.N = $n } [string] ToString() { return "v$($this.N)" } [int] CompareTo([object]$o) { return $this.N - $o.N } [bool] Equals([object]$o) { return $this.N -eq $o.N } }
"$(([V]::new(2), [V]::new(1) | Sort-Object))"; [V]::new(2) -gt [V]::new(1); [V]::new(2) -eq [V]::new(2)`, "v1 v2\nTrue\nTrue\n"},
		{"types may be defined anew", `Invoke-Expression 'class R { $a = 1 }'; Invoke-Expression 'class R { $a = 2 }'; Invoke-Expression '[R]::new().a'`, "2\n"},
		{"a method that calls itself without end", `class D { [int] Go() { return $this.Go() } }; try { [D]::new().Go() } catch { $_.FullyQualifiedErrorId }`, "CallDepthOverflow\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s, stdout, stderr := newSession(t)
			path := filepath.Join(t.TempDir(), "t.ps1")
			if err := os.WriteFile(path, []byte(test.script), 0o666); err != nil {
				t.Fatal(err)
			}
			s.RunFile(context.Background(), path, nil, nil)
			if got := stdout.String(); got != test.want {
				t.Errorf("%s\nputs out %q, want %q\n%s", test.script, got, test.want, stderr)
			}
			t.Setenv("MIGSH_T", "")
		})
	}
}

// TestPrompt runs lines one after the other in one session, as a prompt does.
func TestPrompt(t *testing.T) {
	s, stdout, stderr := newSession(t)
	ctx := context.Background()
	for _, line := range []string{"$x = 20", "function twice($n) { $n * 2 }", "twice $x", "for ($i = 0; $i -lt 3; $i++) { $x += $i }", "$x", "nosuchcommand", "$?"} {
		s.Execute(ctx, line, nil)
	}
	if got, want := stdout.String(), "40\n23\nFalse\n"; got != want {
		t.Errorf("stdout %q, want %q", got, want)
	}
	if !strings.Contains(stderr.String(), "nosuchcommand") {
		t.Errorf("stderr %q does not name the command", stderr)
	}
	if out := s.Execute(ctx, "exit 3", nil); !out.Exit || out.Code != 3 {
		t.Errorf("exit 3 gave %+v", out)
	}
	for text, want := range map[string]bool{"if (1) {": true, "'a": true, "1 +": true, "1": false, "}": false} {
		if got := s.Incomplete(text); got != want {
			t.Errorf("Incomplete(%q) = %v", text, got)
		}
	}
}

// TestInterrupt ends scripts that would never end, and goes on after.
func TestInterrupt(t *testing.T) {
	for _, script := range []string{
		"'started'; while ($true) { }",
		"'started'; for (;;) { try { while ($true) { } } catch { } }",
		"'started'; do { } until ($false)",
		"'started'; & { process { while ($true) { $x = 1 } } }",
	} {
		s, stdout, _ := newSession(t)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan shell.Outcome)
		go func() { done <- s.Execute(ctx, script, nil) }()
		cancel()
		select {
		case out := <-done:
			if !out.Interrupted {
				t.Errorf("%s: %+v", script, out)
			}
		case <-time.After(time.Minute):
			t.Fatalf("%s: not interrupted", script)
		}
		stdout.Reset()
		if s.Execute(context.Background(), "'alive'", nil); stdout.String() != "alive\n" {
			t.Errorf("%s: afterwards %q", script, stdout)
		}
	}
}

// TestModules imports a script module and sees only what it exports.
func TestModules(t *testing.T) {
	s, stdout, stderr := newSession(t)
	dir := s.Commands().Location()
	text := "$hidden = 'state'\nfunction Get-State { $script:hidden }\nfunction Set-State($v) { $script:hidden = $v }\nfunction Inner { 'inner' }\nExport-ModuleMember -Function Get-*, Set-*\n"
	if err := os.WriteFile(filepath.Join(dir, "tool.psm1"), []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
	s.Execute(context.Background(), "Import-Module ./tool.psm1; Get-State; Set-State 'new'; Get-State; try { Inner } catch { 'hidden' }; \"[$hidden]\"", nil)
	if got, want := stdout.String(), "state\nnew\nhidden\n[]\n"; got != want {
		t.Errorf("stdout %q, want %q\n%s", got, want, stderr)
	}
}

// TestCultureOfTheEnvironment starts sessions in a culture that is not America's.
func TestCultureOfTheEnvironment(t *testing.T) {
	object.UseCulture("de-DE")
	t.Cleanup(func() { object.UseCulture("en-US") })
	s, stdout, stderr := newSession(t)
	s.Execute(context.Background(), `"$PSCulture $PSUICulture $($Host.CurrentCulture.Name) $((Get-Culture).Name)"; 1.5.ToString(); "$(1.5)"`, nil)
	if got, want := stdout.String(), "de-DE de-DE de-DE de-DE\n1,5\n1.5\n"; got != want {
		t.Errorf("puts out %q, want %q\n%s", got, want, stderr)
	}
}
