package main

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestReplayOf2013 runs the commands of "Migrate Email from an IMAP Server with Windows PowerShell" as they are printed there, from a
// file, against two real servers. Only server, port and path differ, and with the port the security that port 143 would bring.
func TestReplayOf2013(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Store: "mdbox"})
	users := []struct{ address, name, password string }{
		{"terrya@contoso.edu", "terry.adams", "1091990"},
		{"annb@contoso.edu", "ann.beebe", "2111991"},
		{"chrisc@contoso.edu", "chris.cannon", "3281986"},
		{"pa@contoso.edu", "pat.coleman", `Pa$$word1`},
	}
	rows := []string{"EmailAddress,UserName,Password"}
	for i, u := range users {
		source.AddUser(t, testserver.Account{Name: u.name, Password: u.password})
		source.Fill(t, u.name, testmail.Plain(uint64(i), 40))
		for _, folder := range []string{"Deleted Items", "Junk Mail"} {
			source.Run(t, u.name, `CREATE "`+folder+`"`)
			source.Save(t, u.name, folder, strings.NewReader("From: a@b.example\r\nSubject: stays behind\r\n\r\nx\r\n"))
		}
		rows = append(rows, u.address+","+u.name+","+u.password)
	}
	csv := userList(t, rows...)
	proxy := testserver.NewProxy(t, source.IMAPAddr()) // slows the source down, so that Stop finds the batch at work
	proxy.UseAll(testserver.Link{Rate: 64 << 10})

	script, err := os.ReadFile("../../examples/live-edu-2013.ps1")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(
		"imap.contoso.edu -Port 143", fmt.Sprintf("localhost -Port %d", proxy.Port())+" -Security Tls",
		`C:\Users\Administrator\Desktop\MigrationBatch_1.csv`, csv,
	).Replace(string(script))
	sink := testserver.StartSMTP(t, testserver.SMTPOptions{TLS: true, UserName: "migsh", Password: "relay-secret"})
	p := newProgram(t).trusting(source.CAFile, target.CAFile, sink.CAFile)
	relay := fmt.Sprintf(`
$relay = [pscredential]::new('migsh', (ConvertTo-SecureString 'relay-secret' -AsPlainText -Force))
Set-MigrationConfig -SmtpServer localhost -SmtpPort %d -SmtpCredentials $relay -SmtpFrom migsh@contoso.edu
`, sink.Port)
	out := p.ok(cloud(target)+relay+text+`
"mails: $((Get-MigrationBatch).Notifications)"
(Get-MigrationBatch MigrationBatch1).CsvFileName
(Get-MigrationBatch MigrationBatch1).TimeZone
Get-MigrationEndpoint MigrationBatch1 | Format-List RemoteServer, MaxConcurrentMigrations
Remove-MigrationBatch MigrationBatch1 -Confirm:$false
"endpoints left: $((Get-MigrationEndpoint).Identity.Name)"
`, "Y\nY\n")
	for _, want := range []string{
		"Result             : Success", "MigrationBatch1", "Status : Stopped", "Status : Synced", "FinalizedCount     : 4", "Status        : Completed", "RequestCount  : 4", "MigratedCount : 4",
		"NotificationEmails : {super-user@contoso.edu}", "users.csv", "Pacific Standard Time", "MaxConcurrentMigrations : 3", "endpoints left: Cloud\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
	checkMails2013(t, sink.Mails())
	for i, u := range users {
		want := testmail.Of(testmail.Plain(uint64(i), 40))
		got := target.Snapshot(t, u.address)
		if diff := testmail.Diff(want, got, testmail.Rules{ExtraFolders: true}); len(diff) > 0 {
			t.Errorf("%s differs:\n%s", u.address, strings.Join(diff, "\n"))
		}
		for _, folder := range []string{"Deleted Items", "Junk Mail"} {
			if f, there := got.Folder(folder); there && len(f.Messages) > 0 {
				t.Errorf("%s: %q was copied", u.address, folder)
			}
		}
	}
}

// checkMails2013 looks at what the replay had sent: after the stop, after the copy, and after the completion.
func checkMails2013(t *testing.T, mails []testserver.Mail) {
	t.Helper()
	got := map[string]int{}
	for _, m := range mails {
		subject, err := m.Header.Subject()
		if err != nil {
			t.Fatal(err)
		}
		got[m.To+": "+subject]++
		if !strings.Contains(m.Text, "CSV file: users.csv\r\n") || strings.Contains(string(m.Raw), "1091990") || strings.Contains(m.Text, "Started: never") {
			t.Errorf("the mail %q says\n%s", subject, m.Text)
		}
		if list, there := m.Attachments["MigrationErrors.csv"]; there != strings.Contains(subject, "stopped") {
			t.Errorf("the mail %q has this list of errors: %q", subject, list)
		}
	}
	want := map[string]int{`super-user@contoso.edu: E-mail migration batch "MigrationBatch1" is completed`: 1}
	for _, to := range []string{"super-user@contoso.edu", "helpdesk@contoso.edu", "CIO@contoso.edu"} {
		for _, what := range []string{"was stopped", "has finished"} {
			want[to+`: E-mail migration batch "MigrationBatch1" `+what] = 1
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("mails:\n%v\nwant\n%v", got, want)
	}
}

// cloud is the script that makes a server the target of all batches, opened by its administrator.
func cloud(target *testserver.Dovecot) string {
	return fmt.Sprintf(`
$admin = [pscredential]::new('%s', (ConvertTo-SecureString '%s' -AsPlainText -Force))
New-MigrationEndpoint -IMAP -Name Cloud -RemoteServer localhost -Port %d -Security Ssl -Credentials $admin -LoginFormat '{user}*{admin}' | Out-Null
Set-MigrationConfig -TargetEndpoint Cloud
`, target.Admin, target.AdminPassword, target.IMAPSPort)
}
