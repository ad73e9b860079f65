package main

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// TestProcessJobs runs background jobs, each in a process of the program.
func TestProcessJobs(t *testing.T) {
	tests := []struct{ name, script, want string }{
		{"output, $using:, arguments, input", `$x = 5; 9 | Start-Job { $using:x; $args[0]; "$input"; $pid -ne $using:pid } -ArgumentList 7 | Receive-Job -Wait`, "5\n7\n9\nTrue\n"},
		{"objects are deserialized", `$o = Start-Job { [pscustomobject]@{ N = 1; T = @{ a = 'x' }; D = [DayOfWeek]::Friday } } | Receive-Job -Wait; $o.N; $o.T.a; "$($o.D)"; $o.PSTypeNames[0]; $o.RunspaceId -is [guid]`,
			"1\nx\nFriday\nDeserialized.System.Management.Automation.PSCustomObject\nTrue\n"},
		{"streams", `Start-Job { Write-Warning w; Write-Host h; Write-Error e; Write-Verbose v -Verbose } | Receive-Job -Wait 2>$null 3>$null -Verbose 4>$null`, "h\n"},
		{"errors carry their id and place", `try { Start-Job { Get-Item /no/such } | Receive-Job -Wait -ErrorAction Stop } catch { $_.FullyQualifiedErrorId; $_.CategoryInfo.Category; $_.Exception.GetType().Name }`,
			"PathNotFound,Microsoft.PowerShell.Commands.GetItemCommand\nObjectNotFound\nRemoteException\n"},
		{"a job that fails", `$j = Start-Job { 'a'; throw 'bad' } | Wait-Job; $j.State; $j.ChildJobs[0].JobStateInfo.Reason.Message; $j | Receive-Job 2>$null`, "Failed\nbad\na\n"},
		{"credentials keep their password", `$c = [pscredential]::new('joe', (ConvertTo-SecureString 'p&<w' -AsPlainText)); Start-Job { ($using:c).GetNetworkCredential().Password } | Receive-Job -Wait`, "p&<w\n"},
		{"text arrives as it left", `$t = "a` + "`r`n`0`u{1F600}" + `_x000D_"; (Start-Job { $using:t } | Receive-Job -Wait) -ceq $t`, "True\n"},
		{"numbers and states", `$j = Start-Job { 1 } -Name n; "$($j.Id) $($j.Name) $($j.PSJobTypeName) $($j.Location) $($j.ChildJobs[0].Name)"; $k = Start-Job { 1 }; $k.Name; Get-Job | Wait-Job | ForEach-Object State`, "1 n BackgroundJob localhost Job2\nJob3\nCompleted\nCompleted\n"},
		{"-WorkingDirectory and -InitializationScript", `$null = mkdir sub; Start-Job { Split-Path $pwd -Leaf; f } -WorkingDirectory sub -InitializationScript { function f { 'init' } } | Receive-Job -Wait`, "sub\ninit\n"},
		{"& at the end of a pipeline", `$v = 'x', 'y'; $h = @{ NoEnumerate = $true }; $a = $v | ForEach-Object { "<$_>" } & ; $b = Write-Output 1 @h && "$v" & ; $a | Receive-Job -Wait; $b | Receive-Job -Wait`, "<x>\n<y>\n1\nx y\n"},
		{"the console is not among what the job puts out", `Start-Job { [Console]::WriteLine('c'); 'o' } | Receive-Job -Wait`, "o\n"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := newProgram(t).run(test.script, "")
			if got := r.stdout; got != test.want {
				t.Errorf("%s\nputs out %q, want %q\n%s", test.script, got, test.want, r.stderr)
			}
		})
	}
}

// TestProcessJobsLeaveNothing demands that no process of a job is left when it was stopped, or when the program has ended.
func TestProcessJobsLeaveNothing(t *testing.T) {
	r := newProgram(t).run(`
$jobs = 1..2 | ForEach-Object { Start-Job { $pid; while ($true) { } } }
$ids = foreach ($j in $jobs) { while (-not ($id = $j | Receive-Job)) { Start-Sleep -Milliseconds 20 }; $id }
$jobs[0] | Stop-Job
$ids`, "")
	for _, line := range strings.Fields(r.stdout) {
		pid, err := strconv.Atoi(line)
		if err != nil {
			t.Fatalf("%q is no process id\n%s", line, r.stderr)
		}
		p, err := os.FindProcess(pid)
		if err != nil {
			t.Fatal(err)
		}
		if err := p.Signal(syscall.Signal(0)); err == nil {
			t.Errorf("process %d is still there", pid)
		}
	}
	if n := len(strings.Fields(r.stdout)); n != 2 {
		t.Errorf("%d process ids in %q, want 2\n%s", n, r.stdout, r.stderr)
	}
}
