package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestUpkeep backs a state up, tests and optimizes it, damages it, and goes the way back that the message says.
func TestUpkeep(t *testing.T) {
	p := newProgram(t)
	backup := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(backup+".txt", []byte("no state"), 0o600); err != nil {
		t.Fatal(err)
	}
	out := p.ok(`
New-MigrationEndpoint -IMAP -Name Kept -RemoteServer 127.0.0.1 -Port 143 -Security None -SkipVerification -WarningAction SilentlyContinue | Out-Null
$b = Backup-MigrationStore -Path '`+backup+`'
"copied $($b.Size.ToBytes() -gt 0) $($b.KeyFile)"
Backup-MigrationStore -Path '`+backup+`' -ErrorVariable e -ErrorAction SilentlyContinue
"$($e[0].FullyQualifiedErrorId)"
Backup-MigrationStore -WhatIf
"default $((Backup-MigrationStore).Path)"
$b, '`+backup+`.txt' | ForEach-Object { $_.Path ?? $_ } | ForEach-Object { $t = Test-MigrationStore $_; "copy $($t.Result): $($t.Message)" }
"state $((Test-MigrationStore).Result) $((Optimize-MigrationStore).Result)"
Get-MigrationEndpoint | ForEach-Object { "$($_.Identity)" }`, "")
	for _, want := range []string{
		"copied True " + p.home, "\nManagementObjectAlreadyExists,", "What if: ", "default " + filepath.Join(p.home, "backups", "state-"),
		"copy Success: ", "copy Failed: The file can't serve as a backup", "state Success Success\nKept\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	files, err := filepath.Glob(filepath.Join(p.home, "backups", "*"))
	if err != nil || len(files) != 1 {
		t.Errorf("the backups are %v, %v: -WhatIf makes none", files, err)
	}

	state := filepath.Join(p.home, "state.db")
	if err := os.WriteFile(state, []byte("neither is this"), 0o600); err != nil {
		t.Fatal(err)
	}
	told := p.run("Get-MigrationEndpoint", "")
	step := regexp.MustCompile(`Copy-Item BACKUP '[^']*' -Force`).FindString(unfold(told.stderr))
	if told.code == 0 && told.stderr == "" || step == "" {
		t.Fatalf("a damaged state: %d, %s", told.code, told.stderr)
	}
	p.ok(strings.Replace(step, "BACKUP", backup, 1), "")
	if out := p.ok(`Get-MigrationEndpoint | ForEach-Object { "$($_.Identity)" }`, ""); out != "Kept\n" {
		t.Errorf("after the way back: %s", out)
	}
}
