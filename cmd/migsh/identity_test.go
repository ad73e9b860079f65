package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"migsh/internal/sample"
	"migsh/internal/testserver"
)

// TestIdentities lets the owner of a mailbox at a server with OBJECTID tidy up between two syncs: nothing is read again of what he has
// renamed and moved, the target follows, and the report says so.
func TestIdentities(t *testing.T) {
	source := testserver.StartCyrus(t, testserver.CyrusOptions{})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	source.AddUser(t, testserver.Account{Name: "ann", Password: "source-ann"})
	target.AddUser(t, testserver.Account{Name: "ann", Password: "target-ann"})
	var mail sample.Mailbox
	for _, name := range []string{"INBOX", "Work"} {
		folder := sample.Folder{Path: []string{name}}
		for n := range 20 {
			folder.Messages = append(folder.Messages, sample.NewMessage(time.Date(2020, 7, 1+n, 0, 0, 0, 0, time.UTC),
				fmt.Appendf(nil, "From: bob@example.org\r\nSubject: message %d in %s\r\n\r\nx\r\n", n, name)))
		}
		mail.Folders = append(mail.Folders, folder)
	}
	source.Fill(t, "ann", mail)
	list := userList(t, "EmailAddress,UserName,Password,TargetUserName,TargetPassword", "ann@contoso.edu,ann,source-ann,ann,target-ann")
	p := newProgram(t)
	p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
New-MigrationBatch -Name Tidy -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -SyncDeletions -AutoStart | Out-Null
Wait-MigrationBatch Tidy | Out-Null`, list), "")
	source.Run(t, "ann", "CREATE Archive", "SELECT INBOX", "UID MOVE 3:4 Archive", "SELECT Archive", "RENAME Work Projects")
	out := p.ok(`Set-MigrationBatch Tidy -SyncNow
Wait-MigrationBatch Tidy | ForEach-Object { "status $($_.Status)" }
$s = Get-MigrationUserStatistics ann@contoso.edu -IncludeReport
$s.Folders | ForEach-Object { "$($_.SourceFolder) copied $($_.CopiedCount), $($_.Balance)" }
$s.Report.Entries | ForEach-Object { "$_" }
$v = Test-MigrationUser ann@contoso.edu -Verify
"verified $($v.Result), $($v.SameCount) of $($v.CheckedCount)"`, "")
	for _, want := range []string{"status Synced", `Folder "Work" is now "Projects" at the source; at the target "Work" was renamed to "Projects"`,
		`Folder "Archive": 2 messages that the source has moved there were copied by the target itself`, "Archive copied 2, Equal", "INBOX copied 18, Equal", "Projects copied 20, Equal", "2 messages, 0 B (0 bytes), were copied",
		"verified Success, 40 of 40"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}
