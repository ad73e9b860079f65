package main

import (
	"fmt"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestMaxConcurrentMigrations counts the connections at the source: never more than allowed, and as many as allowed while rows wait.
func TestMaxConcurrentMigrations(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	names := []string{"u1", "u2", "u3", "u4", "u5", "u6", "u7"}
	rows := accounts(t, source, target, names...)
	for i, n := range names {
		source.Fill(t, n, testmail.Plain(uint64(i), 30))
	}
	const limit = 3
	gate := testserver.NewProxy(t, source.IMAPAddr())
	p := newProgram(t)
	out := p.ok(endpoints(gate.Port(), target.IMAPPort, fmt.Sprintf("-MaxConcurrentMigrations %d -MaxConcurrentIncrementalSyncs %[1]d", limit))+fmt.Sprintf(`
New-MigrationBatch -Name Limited -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null
Wait-MigrationBatch Limited | ForEach-Object { "status $($_.Status) of $($_.TotalCount)" }`, userList(t, rows...)), "")
	if !strings.Contains(out, "status Synced of 7") {
		t.Errorf("the batch: %s", out)
	}
	if got := gate.Stats().Max; got != limit {
		t.Errorf("%d connections at once, want %d", got, limit)
	}
}

// TestOneUserFailsAlone gives one user a wrong password and another no mailbox at the target: they fail with the server's words and
// a hint, the third arrives.
func TestOneUserFailsAlone(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	rows := accounts(t, source, target, "good", "wrong")
	source.AddUser(t, testserver.Account{Name: "homeless", Password: "source-homeless"})
	for i, n := range []string{"good", "wrong", "homeless"} {
		source.Fill(t, n, testmail.Plain(uint64(i), 5))
	}
	rows[2] = strings.Replace(rows[2], "source-wrong", "misspelt", 1)
	rows = append(rows, "homeless@contoso.edu,homeless,source-homeless,whatever")
	p := newProgram(t)
	out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
New-MigrationBatch -Name Mixed -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null
Wait-MigrationBatch Mixed | ForEach-Object { "status $($_.Status), $($_.SyncedCount) synced, $($_.FailedCount) failed" }
Get-MigrationUser -BatchId Mixed | ForEach-Object { "$($_.Identity)|$($_.Status)|$($_.ErrorSummary)" }`, userList(t, rows...)), "")
	if !strings.Contains(out, "status SyncedWithErrors, 1 synced, 2 failed") {
		t.Errorf("the batch: %s", out)
	}
	for _, want := range []string{"good@contoso.edu|Synced|", "wrong@contoso.edu|Failed|", "trouble signing in to this account", "homeless@contoso.edu|Failed|", "Authentication failed"} {
		if !strings.Contains(out, want) {
			t.Errorf("the users lack %q:\n%s", want, out)
		}
	}
}
