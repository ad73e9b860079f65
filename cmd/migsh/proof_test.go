package main

import (
	"fmt"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestProof gives one user a wrong password and replaces it, whereupon the user goes on by itself; then it proves the copies,
// spoils one at the target, and demands that the proof names the message.
func TestProof(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	rows := accounts(t, source, target, "good", "wrong")
	for i, n := range []string{"good", "wrong"} {
		source.Fill(t, n, testmail.Plain(uint64(i), 12))
	}
	right := rows[2]
	rows[2] = strings.Replace(rows[2], "source-wrong", "misspelt", 1)
	p := newProgram(t)
	out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
New-MigrationBatch -Name Proof -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null
Wait-MigrationBatch Proof | ForEach-Object { "status $($_.Status)" }
Test-MigrationUser wrong@contoso.edu | ForEach-Object { "wrong login: $($_.Result)|$($_.Source.Result)|$($_.Target.Result)" }
Set-MigrationBatch Proof -CSVData ([IO.File]::ReadAllBytes('%s'))
Wait-MigrationBatch Proof | ForEach-Object { "then $($_.Status)" }
Get-MigrationUser | Test-MigrationUser -Verify | ForEach-Object { "$($_.Identity): $($_.Result) $($_.CheckedCount) $($_.SameCount) $($_.DifferenceCount)" }
Test-MigrationUser good@contoso.edu -Verify -Every 5 | ForEach-Object { "sample: $($_.CheckedCount)" }`, userList(t, rows...), userList(t, rows[0], right)), "")
	for _, want := range []string{"status SyncedWithErrors", "wrong login: Failed|Failed|Success", "then Synced\n", "good@contoso.edu: Success 12 12 0", "wrong@contoso.edu: Success 12 12 0", "sample: 2"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	target.Run(t, "good@contoso.edu", `SELECT INBOX`, `STORE 3 +FLAGS (\Deleted)`, `UID EXPUNGE 3`)
	out = p.ok(`$t = Test-MigrationUser good@contoso.edu -Verify
"$($t.Result) $($t.DifferenceCount)"
$t.Message
$t.Differences | ForEach-Object { "$($_.Kind)|$($_.FolderName)|$($_.Uid)|$($_.Subject.Length -gt 0)" }`, "")
	for _, want := range []string{"Failed 1\n", "Missing|INBOX|3|True", "1 are no longer there"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}
