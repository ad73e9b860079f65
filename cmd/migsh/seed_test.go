//go:build unix

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

// TestReplayOfToday runs examples/batch-of-today.ps1 against two real servers.
func TestReplayOfToday(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	rows := accounts(t, source, target, "ann", "bob")
	source.Fill(t, "ann", testmail.Plain(1, 15))
	source.Fill(t, "bob", testmail.Plain(2, 10))
	script, err := os.ReadFile("../../examples/batch-of-today.ps1")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer("imap.contoso.com -Port 993", fmt.Sprintf("localhost -Port %d", source.IMAPSPort), `C:\migration\users.csv`, userList(t, rows...)).Replace(string(script))
	out := newProgram(t).trusting(source.CAFile, target.CAFile).ok(cloud(target)+text, "")
	for _, want := range []string{"Status : Synced", "ann@contoso.edu: 15 of 15\n", "bob@contoso.edu: 10 of 10\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
}

// TestSeed shows promises of the two articles one by one, on real servers; docs/checklist.md has the list.
func TestSeed(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	rows := accounts(t, source, target, "ann", "bob")
	source.Fill(t, "ann", testmail.Plain(1, 5))
	source.Fill(t, "bob", testmail.Plain(2, 5))
	list := "EmailAddress,UserName,Password,TargetPassword\n"
	make := func(csv string) string {
		return "New-MigrationBatch B -SourceEndpoint Source -CSVData ([Text.Encoding]::UTF8.GetBytes('" + csv + "')) "
	}
	good := make(strings.Join(rows, "\n"))
	server := fmt.Sprintf("-RemoteServer 127.0.0.1 -Port %d -Security None ", source.IMAPPort)
	for _, tt := range []struct {
		name, script string
		says         []string
	}{
		{"S0.1", make(list+"ann@contoso.edu,ann,source-ann,target-ann\nno@contoso.edu,bob,source-bob,x\n") + "-AutoStart | Out-Null; Wait-MigrationBatch B | fl Status; (Get-MigrationUser no@contoso.edu).ErrorSummary; (Get-MigrationUser ann@contoso.edu).Status",
			[]string{"Status : SyncedWithErrors", "no@contoso.edu", "\nSynced\n"}},
		{"S0.8", make("UserRoot\nx\n"), []string{`"EmailAddress" is missing from the CSV file`, `"UserName" is missing`, `"Password" is missing`}},
		{"S0.9", make("Email Address,UserName,Password\na@b.c,x,y\n"), []string{`The column "Email Address" may be meant: write it EmailAddress.`}},
		{"S0.10", make("EmailAddress,UserName,Password,Shoe\na@b.c,x,y,z\n"), []string{`The column "Shoe" is unknown.`, "-AllowUnknownColumnsInCsv"}},
		{"S0.11", make("TargetPassword,Password,UserName,EmailAddress\ntarget-ann,source-ann,ann,ann@contoso.edu\n") + "-AutoStart | Out-Null; (Wait-MigrationBatch B).Status", []string{"Synced\n"}},
		{"S0.12", make("EmailAddress,UserName,Password\na@b.c,x,y\nc@d.e,x,y,z\nf@g.h,x\n") + "; " + make("EmailAddress,UserName,Password,UserRoot,TargetPassword\n\"ann@contoso.edu\",\"an\"\"n, of\nbeebe\",\"a,b\",,x\n") + "| Out-Null; (Get-MigrationUser).RemoteIdentifier",
			[]string{"Row 2 has the wrong number of columns. Expected number: 3. Actual number: 4.", "Row 3 has the wrong number of columns. Expected number: 3. Actual number: 2.", "an\"n, of\nbeebe\n"}},
		{"S0.15", make(list+"ann@contoso.edu,ann,source-ann,target-ann\nann@contoso.edu,ann,source-ann,target-ann\n") + "| Out-Null; (Get-MigrationBatch B).ValidationWarnings | fl RowIndex, LocalizedErrorMessage",
			[]string{"RowIndex              : 2", "stands in row 1 already"}},
		{"S0.15 another batch", good + "| Out-Null; " + strings.Replace(make(list+"ann@contoso.edu,ann,source-ann,target-ann\nnew@contoso.edu,new,x,x\n"), "Batch B", "Batch C", 1) + "| Out-Null; (Get-MigrationBatch C).ValidationWarnings | fl RowIndex, LocalizedErrorMessage",
			[]string{"RowIndex              : 1", "'ann@contoso.edu' is in the batch 'B' already"}},
		{"S0.18", make("ann@contoso.edu,ann,source-ann\n"), []string{"The first row is not a header: EmailAddress, UserName, Password expected."}},
		{"S0.23", "Test-MigrationServerAvailability " + server + "| fl Result, Software, Capabilities", []string{"Result       : Success", "AUTH=PLAIN"}},
		{"S0.25", "(Test-MigrationServerAvailability -RemoteServer 127.0.0.1 -Port 1).Result", []string{"Failed\n"}},
		{"S0.26", strings.Replace(good, "-SourceEndpoint Source", "-Imap "+server+"-MaxConcurrentMigrations 3 -TimeZone 'Pacific Standard Time'", 1) + "| fl Status, TimeZone", []string{"Status   : Created", "TimeZone : Pacific Standard Time"}},
		{"S0.30", good + "-PublicFolderToUnifiedGroup; New-MigrationEndpoint -ExchangeRemoteMove -Name X -RemoteServer x; " + good + "-Imap | fl MigrationType",
			[]string{"belongs to a migration type that migsh does not have", "IMAP servers only", "MigrationType : IMAP\n"}},
		{"S0.32", good + "| Out-Null; " + good, []string{"The migration batch 'B' already exists."}},
		{"S0.33", "Set-MigrationConfig -LegacyMode $true; " + strings.Replace(good, "-SourceEndpoint Source", server+"-MaxConcurrentMigrations 11", 1) + "; " +
			strings.Replace(good, "-SourceEndpoint Source", server+"-MaxConcurrentMigrations 0", 1) + "; " + strings.Replace(good, "-SourceEndpoint Source", server+"-MaxConcurrentMigrations many", 1) + "; \"batches: $(@(Get-MigrationBatch).Count)\"",
			[]string{"11 is out of range: in legacy mode a batch migrates 1 to 10 mailboxes at once.", "0 is out of range: in legacy mode a batch migrates 1 to 10", "many", "batches: 0\n"}},
		{"S0.35", good + "-TimeZone 'Pacific Standart Time'", []string{"'Pacific Standard Time'"}},
		{"S0.41", make("nonsense\n1\n") + "; " + strings.Replace(good, "-SourceEndpoint Source", "-RemoteServer 127.0.0.1 -Port 1", 1) + "; \"batches: $(@(Get-MigrationBatch).Count), endpoints: $(@(Get-MigrationEndpoint).Count)\"",
			[]string{"could not be completed", "batches: 0, endpoints: 2"}},
		{"S0.41 made", good + "| fl Status, TotalCount", []string{"Status     : Created\nTotalCount : 2\n"}},
		{"S0.43", good + "| Out-Null; Start-MigrationBatch; (Wait-MigrationBatch B).Status", []string{"Synced\n"}},
		{"S0.43 several", make(list+"ann@contoso.edu,ann,source-ann,target-ann\n") + "| Out-Null; " + strings.Replace(make(list+"bob@contoso.edu,bob,source-bob,target-bob\n"), "Batch B", "Batch C", 1) + "| Out-Null; Start-MigrationBatch; (Get-MigrationBatch).Status -join ' '",
			[]string{"There are several batches to start: 'B', 'C'. Name one with -Identity.", "Created Created\n"}},
		{"S0.55", fmt.Sprintf("Set-MigrationConfig -SmtpServer 127.0.0.1 -SmtpPort 1 -SmtpFrom a@b.example; %s -NotificationEmails x@y.example -AutoStart | Out-Null; (Wait-MigrationBatch B).Status; exit", good), []string{"Synced\n"}},
		{"S0.71", good + "-AutoStart | Out-Null; Wait-MigrationBatch B | Out-Null; Get-MigrationStatus | fl Status, RequestCount, MigratedCount", []string{"Status        : Synced", "RequestCount  : 2", "MigratedCount : 2"}},
		{"S0.76", good + "-AutoStart | Out-Null; Wait-MigrationBatch B | Out-Null; Complete-MigrationBatch B -Confirm:$false; Wait-MigrationBatch B | Out-Null; Stop-MigrationBatch B -Confirm:$false", []string{"every user is completed or failed"}},
		{"S1.13", "Test-MigrationServerAvailability -IMAP -RemoteServer x -Port 993 -Security sSLx", []string{"None,Ssl,Tls"}},
		{"S1.28", "New-MigrationEndpoint -IMAP -Name Source " + server, []string{"already exists"}},
		{"S1.33", "Get-MigrationEndpoint Nobody", []string{"can't be found"}},
		{"S1.36", good + "| fl Status", []string{"Status : Created"}},
		{"S1.47", good + "-StartAfter (Get-Date).AddDays(1) -AutoStart | Out-Null; Remove-MigrationBatch B -Confirm:$false", []string{"can't be removed while it is at work"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newProgram(t)
			prepare := strings.Replace(endpoints(source.IMAPPort, target.IMAPPort, ""), "$ErrorActionPreference = 'Stop'", "", 1)
			r := p.run(prepare+tt.script+"\n", "")
			for _, want := range tt.says {
				if flat := strings.Join(strings.Fields(strings.ReplaceAll(r.stderr, "|", " ")), " "); !strings.Contains(r.stdout, want) && !strings.Contains(flat, want) {
					t.Errorf("nothing says %q\nstdout:\n%s\nstderr:\n%s", want, r.stdout, r.stderr)
				}
			}
		})
	}
	w := newSeedWorld(t, source, target)
	seedLists(t, w)
	seedLogins(t, w)
	seedServers(t, w)
	seedBatches(t, w)
	seedMails(t, w)
	seedAfterwards(t, w)
	seedLimits(t, w)
	seedEnds(t, w)
	seedCutover(t, w)
	seedHelp(t)
	t.Run("S0.55 after the outage", func(t *testing.T) { testOutage(t, good, source, target) })
}

// testOutage has the relay away while a batch ends, and migsh started again when it is back.
func testOutage(t *testing.T, newBatch string, source, target *testserver.Dovecot) {
	p := newProgram(t)
	out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+`
Set-MigrationConfig -SmtpServer 127.0.0.1 -SmtpPort 1 -SmtpSecurity None -SmtpFrom migsh@contoso.edu -NotificationEmails admin@contoso.edu
`+newBatch+`-AutoStart | Out-Null
(Wait-MigrationBatch B).Status
`, "")
	if !strings.Contains(out, "Synced") {
		t.Errorf("the batch ends with %s", out)
	}
	sink := testserver.StartSMTP(t, testserver.SMTPOptions{})
	for range 2 { // the second start finds nothing left to send
		p.ok(fmt.Sprintf(`
$n = (Get-MigrationBatch B).Notifications[0]
"$($n.Kind) $($n.State) $($n.To): $($n.LastError)"
Set-MigrationConfig -SmtpServer localhost -SmtpPort %d
`, sink.Port), "")
	}
	p.ok("(Get-MigrationBatch B).Notifications[0].State", "")
	if mails := sink.Mails(); len(mails) != 1 || mails[0].To != "admin@contoso.edu" {
		t.Errorf("%d mails have come", len(mails))
	}
}
