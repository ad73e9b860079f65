package shell_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// childVariable tells the test's program that it is to be a process that waits.
const childVariable = "MIGSH_TEST_CHILD"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		_, _ = io.Copy(io.Discard, os.Stdin) // until the test lets go, or kills
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// startChild starts a process that runs until it is stopped or release is called.
func startChild(t *testing.T) (id string, release func()) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childVariable+"=1")
	in, err := child.StdinPipe()
	if err == nil {
		err = child.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	gone := make(chan struct{})
	go func() {
		_ = child.Wait() // killed, or not
		close(gone)
	}()
	t.Cleanup(func() {
		_ = in.Close() // its end is what matters
		<-gone
	})
	return strconv.Itoa(child.Process.Pid), func() { _ = in.Close() }
}

func TestProcesses(t *testing.T) {
	id, release := startChild(t)
	s, stdout, stderr := newSession(t)
	defer s.Close()
	run := func(script, want string) {
		t.Helper()
		stdout.Reset()
		s.Execute(context.Background(), strings.ReplaceAll(script, "CHILD", id), nil)
		if got := stdout.String(); got != want {
			t.Errorf("%s\nputs out %q, want %q\n%s", script, got, want, stderr)
		}
	}
	run(`$p = Get-Process -Id CHILD; $p.Id; $p.Name -eq (Get-Process -Id $PID).Name; $p.HasExited; $p.Parent.Id -eq $PID; $p.Path.Length -gt 0`, id+"\nTrue\nFalse\nTrue\nTrue\n")
	run(`(Get-Process "$($p.Name.Substring(0, 4))*" | Where-Object Id -eq CHILD).GetType().FullName; @(Get-Process).Count -gt 1`, "System.Diagnostics.Process\nTrue\n")
	run(`($p | Format-Table | Out-String).Trim().Split("`+"`n"+`")[0].Trim()`, "NPM(K)    PM(M)      WS(M)     CPU(s)      Id  SI ProcessName\n")
	run(`Stop-Process -Id CHILD -WhatIf; $p.HasExited`, "What if: Performing the operation \"Stop-Process\" on target \"shell.test ("+id+")\".\nFalse\n")
	run(`Wait-Process -Id CHILD -Timeout 0 -ErrorAction SilentlyContinue -ErrorVariable e; $e.FullyQualifiedErrorId`, "ProcessNotTerminated,Microsoft.PowerShell.Commands.WaitProcessCommand\n")
	run(`(Stop-Process -Id CHILD -PassThru).Id; ($p | Wait-Process -PassThru).HasExited`, id+"\nTrue\n")
	run(`foreach ($b in { Stop-Process -Id CHILD }, { Get-Process no-such-process }, { Wait-Process -Id $PID }) { try { $ErrorActionPreference = 'Stop'; & $b } catch { $_.FullyQualifiedErrorId } }`,
		"NoProcessFoundForGivenId,Microsoft.PowerShell.Commands.StopProcessCommand\nNoProcessFoundForGivenName,Microsoft.PowerShell.Commands.GetProcessCommand\nWaitOnItself,Microsoft.PowerShell.Commands.WaitProcessCommand\n")
	release()

	first, end := startChild(t)
	second, _ := startChild(t)
	end()
	run(`$both = Get-Process -Id `+first+`, `+second+` -ErrorAction Ignore; Wait-Process -Id `+second+`, `+first+` -Any -ErrorAction Ignore; (Get-Process -Id `+second+`).HasExited; Stop-Process -Id `+second, "False\n")
}
