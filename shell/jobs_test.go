package shell_test

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"migsh/shell"
)

// TestJobs runs pieces of script with jobs of threads and parallel loops. Jobs in processes of their own are tested with the program.
func TestJobs(t *testing.T) {
	tests := []struct{ name, script, want string }{
		{"objects and $using:", `$f = 5; (1..20 | ForEach-Object -Parallel { $_ * $using:f } | Measure-Object -Sum).Sum`, "1050\n"},
		{"one after the other with -ThrottleLimit 1", `1..4 | ForEach-Object -Parallel { "$_" } -ThrottleLimit 1`, "1\n2\n3\n4\n"},
		{"members and elements of $using:", `$h = @{ a = 1, 2 }; 1 | ForEach-Object -Parallel { $using:h.a[1]; "$($using:h.Count)" }`, "2\n1\n"},
		{"$using: in loops inside one another", `$o = 'o'; 1 | ForEach-Object -Parallel { $i = 'i'; 2 | ForEach-Object -Parallel { "$using:i$_" }; $using:o }`, "i2\no\n"},
		{"splatting $using:", `$h = @{ InputObject = 'x' }; 1 | ForEach-Object -Parallel { Write-Output @using:h }`, "x\n"},
		{"what goes in is copied", `$l = [System.Collections.ArrayList]@(1); 1 | ForEach-Object -Parallel { [void]($using:l).Add(2) }; $l.Count`, "1\n"},
		{"tables that are made to be shared", `$s = [hashtable]::Synchronized(@{ Done = 0; Log = @{} }); 1..20 | ForEach-Object -Parallel { $h = $using:s; $h["k$_"] = $_; $h.Log["l$_"] = [pscustomobject]@{ N = $_ } } -ThrottleLimit 8; $s.Count; $s.k7; $s.Log.Count; $s.Log.l3.N; $s.IsSynchronized; $s -is [hashtable]`, "22\n7\n20\n3\nTrue\nTrue\n"},
		{"ConcurrentDictionary", `$d = [System.Collections.Concurrent.ConcurrentDictionary[string, int]]::new(); 1..50 | ForEach-Object -Parallel { $null = ($using:d).AddOrUpdate('sum', $_, { param($k, $old) $old + $args[0] + 1 }.GetNewClosure()); $null = ($using:d).AddOrUpdate('n', 1, { param($k, $old) $old + 1 }); $null = ($using:d).TryAdd("x$($_ % 5)", $_) } -ThrottleLimit 8
$d['n']; $d.Count; $d.ContainsKey('x4'); $v = 0; $d.TryRemove('n', [ref] $v); $v; $d.TryRemove('n', [ref] $v); $d.GetOrAdd('new', { 5 }); $d.GetOrAdd('new', 6); $d.TryUpdate('new', 7, 5); $d['new']; $d['y'] = '8'; $d['y'].GetType().Name; try { $d['z'] = 'no' } catch { 'refused' }`,
			"50\n7\nTrue\nTrue\n50\nFalse\n5\n5\nTrue\n7\nInt32\nrefused\n"},
		{"queues, stacks, bags and lists that are made to be shared", `$q = [System.Collections.Concurrent.ConcurrentQueue[int]]::new(); $b = [System.Collections.Concurrent.ConcurrentBag[object]]::new(); $l = [System.Collections.ArrayList]::Synchronized([System.Collections.ArrayList]::new()); 1..30 | ForEach-Object -Parallel { ($using:q).Enqueue($_); ($using:b).Add(@{ Id = $_ }); [void]($using:l).Add($_) } -ThrottleLimit 8
($q | Measure-Object -Sum).Sum; $b.Count; ($b.Id | Measure-Object -Sum).Sum; $l.Count; ($l | Sort-Object)[0]; $l.Contains(30); $l.Remove(30); $l.Count; $x = 0; $q.TryDequeue([ref] $x); $q.Count; $l[0] = 'first'; $l[0]; $l.IndexOf('first')`, "465\n30\n465\n30\n1\nTrue\n29\nTrue\n29\nfirst\n0\n"},
		{"what they hold is changed by putting something else", `$s = [hashtable]::Synchronized(@{ A = 1, 2; L = [System.Collections.Generic.List[int]](1, 2); O = [pscustomobject]@{ P = 1 }; B = { 1 } }); 1 | ForEach-Object -Parallel { $s = $using:s; foreach ($c in { $s.A[0] = 5 }, { $s.L.Add(3) }, { $s.O.P = 2 }, { $s.O | Add-Member Q 1 -ErrorAction Stop }, { & $s.B }) { try { & $c; 'changed' } catch { $_.FullyQualifiedErrorId } }; $s.A += 3; $s.O = [pscustomobject]@{ P = 9 } }; "$($s.A)"; $s.O.P; $s.L.Count; $o = $s.O | Select-Object *; $o.P = 10; $o.P`,
			"NotSupportedException\nNotSupportedException\nNotSupportedException\nNotSupportedException,Microsoft.PowerShell.Commands.AddMemberCommand\nScriptBlockOfAnotherSession\n1 2 3\n9\n2\n10\n"},
		{"other collections are copied, or locked in what is shared", `$s = [System.Collections.Generic.HashSet[string]]::new(); $q = [System.Collections.Queue]::new(); $b = [System.Text.StringBuilder]::new('a'); $l = [System.Collections.Generic.LinkedList[int]]::new()
$t = [hashtable]::Synchronized(@{ S = [System.Collections.Generic.HashSet[string]]::new(); Q = [System.Collections.Generic.Queue[int]]::new(); L = [System.Collections.Generic.LinkedList[int]]::new(); B = [System.Text.StringBuilder]::new('x') })
1..40 | ForEach-Object -Parallel { $t = $using:t; $null = ($using:s).Add("$_"); ($using:q).Enqueue($_); $null = ($using:b).Append($_); $null = ($using:l).AddLast($_); $null = $t.S.Add("$_"); $t.Q.Enqueue($_); $null = $t.L.AddLast($_); $null = "$($t.S) $($t.Q) $($t.L)" } -ThrottleLimit 8
"$($s.Count) $($q.Count) $b $($l.Count)"; "$($t.S.Count) $($t.Q.Count) $($t.L.Count) $($t.B)"; $y = [System.Collections.Queue]::Synchronized($q); 1 | ForEach-Object -Parallel { ($using:y).Enqueue(1) }; $y.Count; $b.Append($b).ToString()`, "0 0 a 0\n40 40 40 x\n1\naa\n"},
		{"alone they are like any other", `$o = [pscustomobject]@{ P = 1 }; $s = [hashtable]::Synchronized(@{ O = $o }); $s.O.P = 2; $o.P; $d = [System.Collections.Concurrent.ConcurrentDictionary[string, object]]::new(); $d['l'] = [System.Collections.ArrayList]::new(); [void]$d['l'].Add(1); $d['l'].Count; $d.Keys -join ','; foreach ($e in $s.GetEnumerator()) { $e.Key }; ($s | Out-String).Trim().Length -gt 0; $s | ConvertTo-Json -Compress`, "2\n1\nl\nO\nTrue\n{\"O\":{\"P\":2}}\n"},
		{"variables and functions of the caller's are not seen", `function own { 1 }; $v = 1; 1 | ForEach-Object -Parallel { "[$v]"; try { own } catch { 'none' } }`, "[]\nnone\n"},
		{"an error ends one block only", `1..3 | ForEach-Object -Parallel { if ($_ -eq 2) { throw 'no' }; $_ } -ThrottleLimit 1 -ErrorAction SilentlyContinue -ErrorVariable e; "$e"`, "1\n3\nno\n"},
		{"-ErrorAction Stop", `try { 1..3 | ForEach-Object -Parallel { Write-Error "e$_" } -ThrottleLimit 1 -ErrorAction Stop } catch { "caught $_" }`, "caught e1\n"},
		{"other streams", `1 | ForEach-Object -Parallel { Write-Warning w; Write-Information i; Write-Host h } -InformationVariable i -OutVariable o 3>&1 6>$null | Out-Null; "$o"; $i.Count; "$i"`, "\n2\ni h\n"},
		{"a pipeline that is cut short ends its blocks", `1..100 | ForEach-Object -Parallel { $_; Start-Sleep 100 } | Select-Object -First 1 | ForEach-Object { $_ -in 1..5 }`, "True\n"},
		{"-TimeoutSeconds", `1..3 | ForEach-Object -Parallel { if ($_ -eq 1) { 'one' } else { Start-Sleep 1000 } } -TimeoutSeconds 1; 'end'`, "one\nend\n"},
		{"no script blocks in $using:", `$b = { 1 }; try { 1 | ForEach-Object -Parallel { & $using:b } } catch { $_.FullyQualifiedErrorId }`, "ParallelUsingVariableCannotBeScriptBlock,Microsoft.PowerShell.Commands.ForEachObjectCommand\n"},
		{"$using: is nothing to assign to", `try { Invoke-Expression '1 | ForEach-Object -Parallel { $using:x = 1 }' } catch { 'refused' }`, "refused\n"},
		{"$using: of what is not set", `try { Start-ThreadJob { $using:nothing } } catch { $_.FullyQualifiedErrorId }`, "UsingVariableIsUndefined,Microsoft.PowerShell.ThreadJob.StartThreadJobCommand\n"},
		{"-AsJob", `$j = 1..3 | ForEach-Object -Parallel { $_ } -AsJob -ThrottleLimit 1; $j.PSJobTypeName; $j.ChildJobs.Count; $j | Receive-Job -Wait -AutoRemoveJob; @(Get-Job).Count`, "PSTaskJob\n3\n1\n2\n3\n0\n"},
		{"a thread job from start to end", `$j = Start-ThreadJob { 1; 2 } -Name t; $j.Name; $j.Id; ($j | Wait-Job).State; $j.HasMoreData; $j.Output.Count; $j | Receive-Job -Keep; $j | Receive-Job; $j | Receive-Job; $j.HasMoreData; $j | Remove-Job; @(Get-Job).Count`,
			"t\n1\nCompleted\nTrue\n2\n1\n2\n1\n2\nFalse\n0\n"},
		{"arguments, input, initialization", `5 | Start-ThreadJob { param($a) $a; "$input"; $g } -ArgumentList 4 -InitializationScript { $global:g = 'init' } | Receive-Job -Wait`, "4\n5\ninit\n"},
		{"a file as a job", `Set-Content job.ps1 'param($n) $n + 1'; Start-ThreadJob -FilePath job.ps1 -ArgumentList 1 | Receive-Job -Wait`, "2\n"},
		{"a job that fails", `$j = Start-ThreadJob { 'before'; throw 'bad' } | Wait-Job; "$($j.State) $($j.JobStateInfo.Reason.Message)"; $j | Receive-Job -ErrorAction SilentlyContinue -ErrorVariable e; "$e"`, "Failed bad\nbefore\nbad\n"},
		{"errors that do not end a job", `$j = Start-ThreadJob { Write-Error 'e'; 'after' } | Wait-Job; $j.State; $j.Error.Count; $j | Receive-Job 2>$null`, "Completed\n1\nafter\n"},
		{"warnings and host messages are those of who receives", `$j = Start-ThreadJob { Write-Warning 'w'; Write-Host 'h' } | Wait-Job; $w = $j | Receive-Job 3>&1 6>&1; ($w | ForEach-Object { $_.GetType().Name }) -join ','; "$w"`, "WarningRecord,InformationRecord\nw h\n"},
		{"Stop-Job", `$j = Start-ThreadJob { while ($true) { } }; ($j | Stop-Job -PassThru).State; $q = Start-ThreadJob { Start-Sleep 1000 }; Stop-Job -Id $q.Id; $q.State`, "Stopped\nStopped\n"},
		{"a job waits for its turn", `$j = Start-ThreadJob { Start-Sleep 1000 } -ThrottleLimit 1; $k = Start-ThreadJob { 'ran' }; $k.State; $j | Stop-Job; $k | Receive-Job -Wait; $j | Stop-Job`, "NotStarted\nran\n"},
		{"a job that waits is stopped too", `$j = Start-ThreadJob { Start-Sleep 1000 } -ThrottleLimit 1; $k = Start-ThreadJob { 'ran' }; $k | Stop-Job; "$($k.State) $($j.State)"; Get-Job | Remove-Job -Force`, "Stopped Running\n"},
		{"Remove-Job refuses what runs", `$j = Start-ThreadJob { Start-Sleep 1000 }; try { Remove-Job $j -ErrorAction Stop } catch { $_.FullyQualifiedErrorId }; Remove-Job $j -Force; @(Get-Job).Count`, "JobObjectNotFinishedCannotBeRemoved,Microsoft.PowerShell.Commands.RemoveJobCommand\n0\n"},
		{"Wait-Job -Any and -Timeout", `$a = Start-ThreadJob { Start-Sleep 1000 } -Name a; $b = Start-ThreadJob { 1 } -Name b; (Wait-Job $a, $b -Any).Name; @(Wait-Job $a -Timeout 0).Count; Get-Job | Remove-Job -Force`, "b\n0\n"},
		{"choosing jobs", `$null = Start-ThreadJob { 'x' } -Name one | Wait-Job; $null = Start-ThreadJob { throw 1 } -Name two | Wait-Job; (Get-Job -State Failed).Name; (Get-Job t*).Name; (Get-Job -Id 1).Name; (Get-Job -Command *x*).Name; (Get-Job -Filter @{ State = 'Failed' }).Name; (Get-Job -Newest 1).Name; (Get-Job -InstanceId (Get-Job one).InstanceId).Name`,
			"two\ntwo\none\none\ntwo\ntwo\none\n"},
		{"jobs that there are not", `foreach ($c in { Get-Job nope }, { Wait-Job -Id 99 }, { Receive-Job -InstanceId ([guid]::Empty) }) { try { $ErrorActionPreference = 'Stop'; & $c } catch { $_.FullyQualifiedErrorId } }`,
			"JobWithSpecifiedNameNotFound,Microsoft.PowerShell.Commands.GetJobCommand\nJobWithSpecifiedSessionNotFound,Microsoft.PowerShell.Commands.WaitJobCommand\nJobWithSpecifiedInstanceIdNotFound,Microsoft.PowerShell.Commands.ReceiveJobCommand\n"},
		{"-AutoRemoveJob needs -Wait", `try { Start-ThreadJob { 1 } | Receive-Job -AutoRemoveJob } catch { 'refused' }`, "refused\n"},
		{"-WriteJobInResults and -WriteEvents", `$r = Start-ThreadJob { 1 } -Name n | Receive-Job -Wait -WriteJobInResults -WriteEvents; $r[0].Name; $r[-1].GetType().Name; $r[-1].JobStateInfo.State`, "n\nJobStateEventArgs\nCompleted\n"},
		{"progress stays with the job", `$j = Start-ThreadJob { 1..9 | ForEach-Object { Write-Progress a -PercentComplete $_ } } | Wait-Job; $j.Progress.Count; $j.Progress[0].PercentComplete`, "1\n9\n"},
		{"a job's objects are the receiver's", `$o = Start-ThreadJob { [pscustomobject]@{ B = { 'block' } }; class C { $P = 7; [int] M() { return 1 } }; [C]::new() } | Receive-Job -Wait; & $o[0].B; $o[1].P; $o[1].PSTypeNames[0]`, "block\n7\nC\n"},
		{"a job has no one to ask", `Start-ThreadJob { try { Read-Host x } catch { 'refused' } } | Receive-Job -Wait`, "refused\n"},
		{"exit ends the job only", `Start-ThreadJob { 'a'; exit 3; 'b' } | Receive-Job -Wait; 'on'`, "a\non\n"},
		{"jobs of a job end with it", `$j = Start-ThreadJob { $null = Start-ThreadJob { while ($true) { } }; 'done' }; $j | Receive-Job -Wait; $j.State`, "done\nCompleted\n"},
		{"the list of jobs", `$null = Start-ThreadJob { 'x' } | Wait-Job; (Get-Job | Out-String).TrimEnd() + '|'`, `
Id     Name            PSJobTypeName   State         HasMoreData     Location             Command
--     ----            -------------   -----         -----------     --------             -------
1      Job1            ThreadJob       Completed     True            PowerShell            'x'|
`},
		{"redirection in a job", `Start-ThreadJob { 1, 2 > out.txt; Get-Content out.txt } | Receive-Job -Wait`, "1\n2\n"},
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
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestJobsLeaveNothing starts jobs of all ends, then demands that no goroutine is left when the session is closed.
func TestJobsLeaveNothing(t *testing.T) {
	run := func() {
		s, _, stderr := newSession(t)
		s.Execute(context.Background(), `
$null = Start-ThreadJob { 1 } | Wait-Job
1..20 | ForEach-Object -Parallel { $_ } | Out-Null
1..20 | ForEach-Object -Parallel { $_; Start-Sleep 1000 } | Select-Object -First 2 | Out-Null
1..3 | ForEach-Object -Parallel { throw $_ } 2>$null
$null = 1..9 | ForEach-Object -Parallel { while ($true) { } } -AsJob
$null = 1..9 | ForEach-Object { Start-ThreadJob { Start-ThreadJob { Start-Sleep 1000 }; while ($true) { 'out' } } }
$null = Start-ThreadJob { 1..10 | ForEach-Object -Parallel { Start-Sleep 1000 } }
`, nil)
		if stderr.Len() > 0 {
			t.Error(stderr)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	run() // what stays once for all is there now
	before := runtime.NumGoroutine()
	for range 3 {
		run()
	}
	for i := 0; runtime.NumGoroutine() > before; i++ {
		if i > 1_000_000 { // those that have done their last are still to go
			buf := make([]byte, 1<<16)
			t.Fatalf("%d goroutines, %d before\n%s", runtime.NumGoroutine(), before, buf[:runtime.Stack(buf, true)])
		}
		runtime.Gosched()
	}
}

// TestInterruptJobs ends what waits for jobs, as Ctrl-C does; thread jobs go on, parallel blocks do not.
func TestInterruptJobs(t *testing.T) {
	for _, script := range []string{
		"'started'; 1..10 | ForEach-Object -Parallel { while ($true) { } }",
		"'started'; Start-ThreadJob { while ($true) { } } | Receive-Job -Wait",
		"'started'; Start-ThreadJob { while ($true) { } } | Wait-Job",
	} {
		s, _, _ := newSession(t)
		ctx, cancel := context.WithCancel(context.Background())
		done := make(chan shell.Outcome)
		go func() { done <- s.Execute(ctx, script, nil) }()
		cancel()
		if out := <-done; !out.Interrupted {
			t.Errorf("%s: %+v", script, out)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// TestSharedCollections has several sessions use collections at once that exist for that; it is for the race detector.
func TestSharedCollections(t *testing.T) {
	s, stdout, stderr := newSession(t)
	defer s.Close()
	s.Execute(context.Background(), `$h = [hashtable]::Synchronized(@{ Log = @{}; List = @() })
$d = [System.Collections.Concurrent.ConcurrentDictionary[string, object]]::new()
$b = [System.Collections.Concurrent.ConcurrentBag[object]]::new()
$l = [System.Collections.ArrayList]::Synchronized([System.Collections.ArrayList]::new())
$jobs = 1..4 | ForEach-Object { $n = $_; Start-ThreadJob -ThrottleLimit 4 { $h = $using:h; $d = $using:d; $b = $using:b; $l = $using:l; $n = $using:n
	1..40 | ForEach-Object {
		$h["$n-$_"] = [pscustomobject]@{ N = $n; Of = @(1, 2) }; $h.Log["$n"] = $_; $h.List += $_; $null = $h.Keys.Count; foreach ($e in $h.GetEnumerator()) { $null = $e.Key }
		$null = $d.AddOrUpdate('sum', 1, { param($k, $old) $old + 1 }); $null = $d.GetOrAdd("x$_", { @{ A = 1 } }); $d["x$_"].A += 1; $null = $d.Values.Count
		$b.Add(@{ N = $_ }); [void]$l.Add($_); $null = $l.Contains(3); $null = "$b $l"
		$null = ($h["$(1 + $n % 4)-$_"]).Of -join ','
	} } }
$null = $jobs | Receive-Job -Wait -ErrorVariable failed; "$failed"; $d['sum']; $d.Count; $b.Count; $l.Count; $h.Count; $h.Log.Count`, nil)
	if got, want := stdout.String(), "\n160\n41\n160\n160\n162\n4\n"; got != want {
		t.Errorf("puts out %q, want %q\n%s", got, want, stderr)
	}
}
