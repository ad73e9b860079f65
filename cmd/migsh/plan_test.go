package main

import (
	"fmt"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestPlan lays plans between two Dovecots, changes the folder mappings until they are right, copies, and finds every message where the
// plan has said; planning leaves no folder at the target.
func TestPlan(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	rows := accounts(t, source, target, "ann", "bob")
	mail := testmail.Plain(1, 10)
	source.Fill(t, "ann", mail)
	for _, folder := range []string{"Gesendet", "Sent Items", "Projects", "Projects/2019", "Junk stuff"} {
		source.Run(t, "ann", `CREATE "`+folder+`"`)
	}
	source.Run(t, "ann", `SELECT INBOX`, `COPY 1:3 "Sent Items"`, `COPY 4:5 Gesendet`, `COPY 6 Projects/2019`, `COPY 7:8 "Junk stuff"`)
	rows[2] = strings.Replace(rows[2], "source-bob", "misspelt", 1)
	p := newProgram(t)
	out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
New-MigrationBatch -Name Planned -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -ExcludeFolders 'Junk stuff' -FolderMapping @{ 'Sent Items' = 'Mine/Sent' } | Out-Null
Get-MigrationPlan -BatchId Planned | ForEach-Object { "$($_.Identity): $($_.Result) $($_.FolderCount) $($_.LeftOutFolderCount) $($_.MessageCount) $($_.PendingCount) $($_.PendingSize.ToBytes() -gt 0) [$($_.Message)]" }
Set-MigrationBatch Planned -FolderMapping 'Sent Items->Sent', '^Gesendet$->Sent', '^Projects/(\d+)->Old $1' -TargetRootFolder ''
Get-MigrationPlan ann@contoso.edu -ByFolder | ForEach-Object { "$($_.SourceFolder) > $($_.TargetFolder) $($_.MessageCount) $($_.PendingCount) $($_.Exists) | $($_.Note)" }
(Get-MigrationBatch Planned).FolderMapping -join '; '
'by name: ' + @(Get-MigrationPlan Planned).Count + ' ' + @(Get-MigrationBatch Planned | Get-MigrationPlan).Count
(Get-MigrationPlan ann@contoso.edu -ByFolder | ConvertTo-Csv)[0]
(Get-MigrationPlan ann@contoso.edu | ConvertTo-Json -Depth 4 | ConvertFrom-Json).Folders.Count
Set-MigrationBatch Planned -FolderMapping '^[->x' -ErrorAction SilentlyContinue -ErrorVariable e
"$($e[0].FullyQualifiedErrorId) $e"`, userList(t, rows...)), "")
	for _, want := range []string{
		"ann@contoso.edu: Success 5 1 16 16 True []", "bob@contoso.edu: Failed 0 0 0 0 False [", "Junk stuff >  2 0 False | left out: ExcludeFolders has \"Junk stuff\"",
		"Sent Items > Sent 3 3 False | the folder mapping 'Sent Items->Sent' says so", "Gesendet > Sent 2 2 False", "Projects/2019 > Old 2019 1 1 False", "INBOX > INBOX 10 10 True | \n",
		"Sent Items->Sent; ^Gesendet$->Sent; ^Projects/(\\d+)->Old $1\nby name: 2 2\n", `"SourceFolder","TargetFolder"`, "\n6\n", "MigrationInvalidValue", "no regular expression",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	if list := strings.Join(target.Run(t, "ann@contoso.edu", `LIST "" *`), "\n"); strings.Contains(list, "Old 2019") {
		t.Errorf("the plan has made folders: %s", list)
	}
	out = p.ok(`Start-MigrationBatch Planned
Wait-MigrationBatch Planned | Out-Null
Get-MailboxFolderStatistics ann@contoso.edu | ForEach-Object { "$($_.FolderPath) $($_.ItemsInFolder)" }
Get-MigrationPlan ann@contoso.edu | ForEach-Object { "then $($_.SyncedCount) $($_.PendingCount) $($_.EstimatedDuration)" }
Set-MigrationBatch Planned -TargetRootFolder Later 3>&1`, "")
	for _, want := range []string{"/Sent 5\n", "/Old 2019 1\n", "/INBOX 10\n", "then 16 0", "stay where they are"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

// TestPlanAgainstQuota finds out beforehand who will not fit, and by how much.
func TestPlanAgainstQuota(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Quota: "0", QuotaMaxMail: "1M"})
	rows := accounts(t, source, target, "ann", "bob")
	target.AddUser(t, testserver.Account{Name: "ann@contoso.edu", Password: "target-ann", Quota: "20K"})
	source.Fill(t, "ann", testmail.Plain(1, 40))
	source.Fill(t, "bob", testmail.Plain(2, 40))
	p := newProgram(t)
	out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
New-MigrationBatch -Name Full -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) | Out-Null
$plan = Get-MigrationPlan -BatchId Full
$plan
$plan | ForEach-Object { "$($_.Identity) $($_.Result) $($_.PendingSize.ToBytes() - 20KB -eq $_.MissingSize.ToBytes()) $($_.QuotaLimit) $($_.Message)" }
$plan | Where-Object { $_.MissingSize.ToBytes() -gt 0 } | ForEach-Object { "lacks $($_.Identity)" }`, userList(t, rows...)), "")
	for _, want := range []string{
		"Identity ", "PendingSize", "ann@contoso.edu Failed True 20 KB (20,480 bytes) The target lacks ", "Raise its quota first.", "bob@contoso.edu Success False ", "lacks ann@contoso.edu\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}
