package core_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migsh/cmdlets"
	"migsh/internal/wintz"
	"migsh/shell"
)

// run is what a script says, on a session of its own.
func run(t *testing.T, script string) (out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	s := shell.New(shell.Options{Stdout: &stdout, Stderr: &stderr, Width: 120, Version: "test"})
	cmdlets.Register(s.Register, nil)
	file := filepath.Join(t.TempDir(), "test.ps1")
	if err := os.WriteFile(file, []byte(script), 0o666); err != nil {
		t.Fatal(err)
	}
	s.RunFile(t.Context(), file, nil, nil)
	return stdout.String(), stderr.String()
}

const zonesKey = `HKLM:\Software\Microsoft\Windows NT\CurrentVersion\Time zones`

// The commands by which Exchange's documentation lists the time zones give them on every system.
func TestTimeZonesInTheRegistry(t *testing.T) {
	list, errs := run(t, `Get-ChildItem "`+zonesKey+`" | FL pschildname`)
	if errs != "" {
		t.Error(errs)
	}
	if n := strings.Count(strings.ToLower(list), "pschildname : "); n != len(wintz.Zones()) {
		t.Errorf("%d names, want %d", n, len(wintz.Zones()))
	}
	if !strings.Contains(list, " : Pacific Standard Time\n") || !strings.Contains(list, " : UTC\n") {
		t.Error("names are missing")
	}
	table, errs := run(t, `$TimeZone = Get-ChildItem "`+zonesKey+`" | foreach {Get-ItemProperty $_.PSPath}; $TimeZone | sort Display | Format-Table -Auto PSChildname,Display`)
	if errs != "" {
		t.Error(errs)
	}
	if !strings.Contains(table, "India Standard Time") || !strings.Contains(table, "(UTC+05:30) ") || !strings.Contains(table, "(UTC-08:00) ") {
		t.Errorf("the table:\n%s", table)
	}
}

func TestRegistryPaths(t *testing.T) {
	for _, tt := range []struct{ script, out, err string }{
		{`Test-Path "` + zonesKey + `\tokyo standard time"`, "True", ""},
		{`Test-Path HKLM:\Software\Other`, "False", ""},
		{`(Get-Item HKLM:\software\microsoft).Name`, `HKEY_LOCAL_MACHINE\SOFTWARE\Microsoft`, ""},
		{`(Get-ItemProperty 'Registry::HKLM\SOFTWARE\Microsoft\Windows NT\CurrentVersion\Time Zones\Tokyo Standard Time').Std`, "Tokyo Standard Time", ""},
		{`(Get-ChildItem "` + zonesKey + `\*Tokyo*").PSChildName`, "Tokyo Standard Time", ""},
		{`Get-ItemPropertyValue "` + zonesKey + `\UTC" Display`, "(UTC) Coordinated Universal Time", ""},
		{`(Get-ChildItem HKLM:\ -Recurse -Depth 1 -Name) -join ','`, `SOFTWARE,SOFTWARE\Microsoft`, ""},
		{`Get-ChildItem HKLM:\Nothing`, "", `Cannot find path 'HKLM:\Nothing'`},
		{`Remove-Item "` + zonesKey + `\UTC"`, "", "can only be read"},
		{`(Get-Item "Env:PATH").Name`, "PATH", ""},
	} {
		out, errs := run(t, tt.script)
		if strings.TrimSpace(out) != tt.out || !strings.Contains(strings.Join(strings.Fields(errs), " "), tt.err) || tt.err == "" && errs != "" {
			t.Errorf("%s: %q, %q", tt.script, out, errs)
		}
	}
}
