package shell_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migsh/cmdlets"
	"migsh/shell"
)

const debugged = `function Get-Twice($n) {
    $m = $n * 2
    return $m
}
$a = 1
foreach ($i in 1..2) {
    $a += Get-Twice $i
}
if ($a -gt 3) { 'big' }
`

// TestDebugger stops in a script and types what somebody would at the debugger's prompt.
func TestDebugger(t *testing.T) {
	tests := []struct{ name, set, typed, want string }{
		{"a line, looked around, gone on", `Set-PSBreakpoint -Script x.ps1 -Line 7 | Out-Null`, "$i\n$a = 10\nc\n$a\nc\n", `Entering debug mode. Use h or ? for help.

Hit Line breakpoint on 'x.ps1:7'

At x.ps1:7 char:5
+     $a += Get-Twice $i
+     ~~~~~~~~~~~~~~~~~~
[DBG]: PS .>> 1
[DBG]: PS .>> [DBG]: PS .>> Hit Line breakpoint on 'x.ps1:7'

At x.ps1:7 char:5
+     $a += Get-Twice $i
+     ~~~~~~~~~~~~~~~~~~
[DBG]: PS .>> 12
[DBG]: PS .>> big
`},
		{"into, out and over", `Set-PSBreakpoint -Script x.ps1 -Line 7 | Out-Null`, "s\n\no\nv\nd\n", `Entering debug mode. Use h or ? for help.

Hit Line breakpoint on 'x.ps1:7'

At x.ps1:7 char:5
+     $a += Get-Twice $i
+     ~~~~~~~~~~~~~~~~~~
[DBG]: PS .>> At x.ps1:1 char:24
+ function Get-Twice($n) {
+                        ~
[DBG]: PS .>> At x.ps1:2 char:5
+     $m = $n * 2
+     ~~~~~~~~~~~
[DBG]: PS .>> At x.ps1:6 char:10
+ foreach ($i in 1..2) {
+          ~~
[DBG]: PS .>> Hit Line breakpoint on 'x.ps1:7'

At x.ps1:7 char:5
+     $a += Get-Twice $i
+     ~~~~~~~~~~~~~~~~~~
[DBG]: PS .>> big
`},
		{"a variable, and quit", `Set-PSBreakpoint -Variable m | Out-Null`, "q\n", `Entering debug mode. Use h or ? for help.

Hit Variable breakpoint on '$m' (Write access)

At x.ps1:2 char:5
+     $m = $n * 2
+     ~~~~~~~~~~~
[DBG]: PS .>> `},
		{"a command, the stack and the source", `Set-PSBreakpoint -Command Get-Twice | Out-Null`, "$n\n(Get-PSCallStack).Location -join '; '\nl 1 2\nl\nd\n", `Entering debug mode. Use h or ? for help.

Hit Command breakpoint on 'Get-Twice'

At x.ps1:7 char:11
+     $a += Get-Twice $i
+           ~~~~~~~~~~~~
[DBG]: PS .>> 1
[DBG]: PS .>> x.ps1: line 7; x.ps1: line 7; <No file>
[DBG]: PS .>> 
    1:  function Get-Twice($n) {
    2:      $m = $n * 2

[DBG]: PS .>> 
    3:      return $m
    4:  }
    5:  $a = 1
    6:  foreach ($i in 1..2) {
    7:*     $a += Get-Twice $i
    8:  }
    9:  if ($a -gt 3) { 'big' }
   10:  

[DBG]: PS .>> big
`},
		{"actions in place of stops", `$null = Set-PSBreakpoint -Script x.ps1 -Line 3 -Action { Write-Host "m is $m, hit $($_.HitCount)" }`, "", "m is 2, hit 1\nm is 4, hit 2\nbig\n"},
		{"an action that breaks", `$null = Set-PSBreakpoint -Script x.ps1 -Line 3 -Action { if ($m -gt 2) { break } }`, "$PSDebugContext.Breakpoints.Count\nc\n", `Entering debug mode. Use h or ? for help.

Hit Line breakpoint on 'x.ps1:3'

At x.ps1:3 char:5
+     return $m
+     ~~~~~~~~~
[DBG]: PS .>> 1
[DBG]: PS .>> big
`},
		{"disabled and removed", `$b = Set-PSBreakpoint -Script x.ps1 -Line 5, 9; $b[0] | Disable-PSBreakpoint; Remove-PSBreakpoint -Id $b[1].Id; (Get-PSBreakpoint).Enabled`, "", "False\nbig\n"},
		{"a statement of several lines, and an error", `$null = Set-PSBreakpoint -Script x.ps1 -Line 5`, "if ($true) {\n'yes'\n}\n1/0\nc\n", `Entering debug mode. Use h or ? for help.

Hit Line breakpoint on 'x.ps1:5'

At x.ps1:5 char:1
+ $a = 1
+ ~~~~~~
[DBG]: PS .>> >> >> yes
[DBG]: PS .>> [DBG]: PS .>> big
`},
		{"tracing", `Set-PSDebug -Trace 2`, "", `DEBUG:    1+  >>>> ./x.ps1
DEBUG:     ! CALL function 'x.ps1'  (defined in file 'x.ps1')
DEBUG:    5+  >>>> $a = 1
DEBUG:     ! SET $a = '1'.
DEBUG:    6+ foreach ($i in  >>>> 1..2) {
DEBUG:    6+ foreach ( >>>> $i in 1..2) {
DEBUG:     ! SET $i = '1'.
DEBUG:    7+      >>>> $a += Get-Twice $i
DEBUG:     ! CALL function 'Get-Twice'  (defined in file 'x.ps1')
DEBUG:    1+ function Get-Twice($n)  >>>> {
DEBUG:    2+      >>>> $m = $n * 2
DEBUG:     ! SET $m = '2'.
DEBUG:    3+      >>>> return $m
DEBUG:     ! SET $a = '3'.
DEBUG:    6+ foreach ( >>>> $i in 1..2) {
DEBUG:     ! SET $i = '2'.
DEBUG:    7+      >>>> $a += Get-Twice $i
DEBUG:     ! CALL function 'Get-Twice'  (defined in file 'x.ps1')
DEBUG:    1+ function Get-Twice($n)  >>>> {
DEBUG:    2+      >>>> $m = $n * 2
DEBUG:     ! SET $m = '4'.
DEBUG:    3+      >>>> return $m
DEBUG:     ! SET $a = '7'.
DEBUG:    9+ if ( >>>> $a -gt 3) { 'big' }
DEBUG:    9+ if ($a -gt 3) {  >>>> 'big' }
big
`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.WriteFile(filepath.Join(dir, "x.ps1"), []byte(debugged), 0o600); err != nil {
				t.Fatal(err)
			}
			var stdout, stderr bytes.Buffer
			s := shell.New(shell.Options{Stdin: strings.NewReader(test.typed), Stdout: &stdout, Stderr: &stderr, Width: 120, Location: dir, Interactive: true})
			cmdlets.Register(s.Register, nil)
			for _, line := range []string{test.set, "./x.ps1"} {
				s.Execute(context.Background(), line, nil)
			}
			got := strings.ReplaceAll(strings.ReplaceAll(stdout.String(), dir+string(filepath.Separator), ""), dir, ".")
			if got != test.want {
				t.Errorf("got\n%s\nwant\n%s\nstderr: %s", got, test.want, stderr.String())
			}
		})
	}
}
