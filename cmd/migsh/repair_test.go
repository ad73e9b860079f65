package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"migsh/internal/sample"
	"migsh/internal/testserver"
)

// TestRepairAndDeletions copies to a server that refuses broken headers, first as they are, then repaired, verifies that, and follows
// deletions, but not more than the brake lets through.
func TestRepairAndDeletions(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{})
	target := testserver.StartCyrus(t, testserver.CyrusOptions{})
	source.AddUser(t, testserver.Account{Name: "ann", Password: "source-ann"})
	target.AddUser(t, testserver.Account{Name: "ann", Password: "target-ann"})
	inbox := sample.Folder{Path: []string{"INBOX"}}
	for n := range 20 {
		raw := fmt.Appendf(nil, "From: bob@example.org\r\nSubject: message %d\r\n\r\nx\r\n", n)
		if n == 3 || n == 4 {
			raw = fmt.Appendf(nil, "From: bob@example.org\r\nSubject: broken %d\r\nno field at all\r\n\r\nx\r\n", n)
		}
		inbox.Messages = append(inbox.Messages, sample.NewMessage(time.Date(2020, 7, 1+n, 0, 0, 0, 0, time.UTC), raw))
	}
	source.Fill(t, "ann", sample.Mailbox{Folders: []sample.Folder{inbox}})
	list := userList(t, "EmailAddress,UserName,Password,TargetUserName,TargetPassword", "ann@contoso.edu,ann,source-ann,ann,target-ann")
	p := newProgram(t)
	run := func(script string, wants ...string) {
		t.Helper()
		out := p.ok(script+`
Wait-MigrationBatch Strict | ForEach-Object { "status $($_.Status)" }
$s = Get-MigrationUserStatistics ann@contoso.edu -IncludeSkippedItems -IncludeReport
$s.Folders | Where-Object SourceFolder -EQ INBOX | ForEach-Object { "copied $($_.CopiedCount), repaired $($_.RepairedCount), refused $($_.RefusedCount), $($_.Balance)" }
$s.SkippedItems | ForEach-Object { "$($_.Kind) $($_.Uid) $($_.Subject) $($_.Reason) $($_.SourceDigest.Length) $($_.WrittenDigest.Length)" }
$s.Report.Entries | ForEach-Object { "$_" }
$v = Test-MigrationUser ann@contoso.edu -Verify
"verified $($v.Result), $($v.SameCount) of $($v.CheckedCount): $($v.Message)"`, "")
		for _, want := range wants {
			if !strings.Contains(out, want) {
				t.Errorf("the output lacks %q:\n%s", want, out)
			}
		}
	}
	run(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
New-MigrationBatch -Name Strict -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null`, list),
		"status Synced", "copied 18, repaired 0, refused 2, Refused", "RefusedItem 4 broken 3", "invalid header", "verified Success, 18 of 18")
	run(`Set-MigrationBatch Strict -RepairMessages $true -SyncDeletions $true -SyncNow
Get-MigrationBatch Strict | ForEach-Object { "repair $($_.RepairMessages), deletions $($_.SyncDeletions) up to $($_.MaxDeletionPercent) %" }`,
		"repair True, deletions True up to 10 %", "copied 20, repaired 2, refused 0, Equal", "RepairedItem 4 broken 3 the target takes it only repaired: lines that are no header fields made fields",
		" 32 32", "verified Success, 20 of 20")
	source.Run(t, "ann", `SELECT INBOX`, `STORE 10:11 +FLAGS (\Deleted)`, `EXPUNGE`)
	run(`Set-MigrationBatch Strict -SyncNow`, "RemovedItem 10 message 9 it was deleted at the source", "RemovedItem 11 message 10", "copied 18", "verified Success, 18 of 18")
	source.Run(t, "ann", `SELECT INBOX`, `STORE 1:9 +FLAGS (\Deleted)`, `EXPUNGE`)
	run(`Set-MigrationBatch Strict -SyncNow`, "9 of the 18 messages that were copied from it are no longer at the source", "Set-MigrationBatch 'Strict' -MaxDeletionPercent 50 -SyncNow")
	if n := target.Snapshot(t, "ann").Messages(); n != 18 {
		t.Errorf("%d messages at the target, want 18", n)
	}
	run(`Set-MigrationBatch 'Strict' -MaxDeletionPercent 50 -SyncNow`, "RemovedItem 9", "verified Success, 9 of 9")
	if n := target.Snapshot(t, "ann").Messages(); n != 9 {
		t.Errorf("%d messages at the target, want 9", n)
	}
}
