package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestReports asks for counts of both sides and for the report of a batch, and looks for the one that stays when the batch is removed.
func TestReports(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	rows := accounts(t, source, target, "ann", "bob")
	for _, name := range []string{"ann", "bob"} {
		source.Fill(t, name, testmail.Plain(7, 20))
	}
	rows = append(rows, "cy@contoso.edu,cy,wrong,x")
	p := newProgram(t)
	dir := t.TempDir()
	out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
Connect-ExchangeOnline -UserPrincipalName admin@contoso.edu -ShowBanner:$false
New-MigrationBatch -Name B -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%[1]s')) -AutoStart | Out-Null
Wait-MigrationBatch B | Format-List Status, SubmittedByUser
Get-Mailbox | Format-List Name, PrimarySmtpAddress
'source: ' + (Get-MailboxStatistics ann@contoso.edu -Source).ItemCount
'target: ' + (Get-MailboxStatistics ann@contoso.edu).ItemCount
Get-MailboxFolderStatistics ann@contoso.edu -FolderScope Inbox | Format-Table Identity, ItemsInFolderAndSubfolders
(Export-MigrationReport B %[2]s/b.html).Name
(Export-MigrationReport B %[2]s/b.csv).Name
Disconnect-ExchangeOnline -Confirm:$false
Remove-MigrationBatch B -Confirm:$false
(Get-ChildItem (Get-MigrationConfig).ReportDirectory).Count
`, userList(t, rows...), dir), "")
	for _, want := range []string{"Status          : SyncedWithErrors", "SubmittedByUser : admin@contoso.edu", "PrimarySmtpAddress : bob@contoso.edu",
		"source: 20", "target: 20", "b.html\n", "b.csv\n", "\n1\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	page, err := os.ReadFile(filepath.Join(dir, "b.html"))
	if err != nil {
		t.Fatal(err)
	}
	table, err := os.ReadFile(filepath.Join(dir, "b.csv"))
	if err != nil {
		t.Fatal(err)
	}
	kept, err := filepath.Glob(filepath.Join(p.home, "reports", "B-*.html"))
	if err != nil || len(kept) != 1 {
		t.Fatalf("kept are %v, %v", kept, err)
	}
	after, err := os.ReadFile(kept[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{string(page), string(after)} {
		if !strings.Contains(text, "ann@contoso.edu") || !strings.Contains(text, "trouble signing in") || strings.Contains(text, "source-ann") {
			t.Errorf("the page says\n%s", text)
		}
	}
	if !strings.Contains(string(table), "bob@contoso.edu,B,Synced,20,0,20,") {
		t.Errorf("the table says\n%s", table)
	}
}
