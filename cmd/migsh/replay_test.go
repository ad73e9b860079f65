package main

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestReplayOfTheArticle runs the steps of "Use PowerShell to perform an IMAP migration" as they are printed there, from a file,
// against two real servers. Only server, port and path differ.
func TestReplayOfTheArticle(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Store: "mdbox"})
	users := []struct{ address, name, password string }{
		{"terrya@contoso.edu", "terry.adams", "1091990"},
		{"annb@contoso.edu", "ann.beebe", "2111991"},
		{"paulc@contoso.edu", "paul.cannon", "3281986"},
	}
	rows := []string{"EmailAddress,UserName,Password"}
	for i, u := range users {
		source.AddUser(t, testserver.Account{Name: u.name, Password: u.password})
		source.Fill(t, u.name, testmail.Plain(uint64(i), 60))
		rows = append(rows, u.address+","+u.name+","+u.password)
	}
	csv := userList(t, rows...)
	proxy := testserver.NewProxy(t, source.IMAPAddr()) // slows the source down, so that Stop finds the batch at work
	proxy.UseAll(testserver.Link{Rate: 64 << 10})

	p := newProgram(t).trusting(source.CAFile, target.CAFile)
	prepare := fmt.Sprintf(`
$admin = [pscredential]::new('%s', (ConvertTo-SecureString '%s' -AsPlainText -Force))
New-MigrationEndpoint -IMAP -Name Cloud -RemoteServer localhost -Port %d -Security Ssl -Credentials $admin -LoginFormat '{user}*{admin}' | Out-Null
Set-MigrationConfig -TargetEndpoint Cloud
`, target.Admin, target.AdminPassword, target.IMAPSPort)
	script, err := os.ReadFile("../../examples/microsoft-365.ps1")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(
		"imap.contoso.com -Port 993", fmt.Sprintf("localhost -Port %d", source.IMAPSPort),
		"imap.contoso.com -Port 143", fmt.Sprintf("localhost -Port %d", proxy.Port()),
		`C:\Users\Administrator\Desktop\IMAPmigration_1.csv`, csv,
	).Replace(string(script))
	// the answers: remove the endpoint, stop, complete, remove the batch, remove the endpoint
	out := p.ok(prepare+text, "Y\nY\nY\nY\nY\n")

	for _, want := range []string{
		"Result             : Success",
		"EndpointType                  : IMAP\nRemoteServer                  : localhost\nPort                          : " + fmt.Sprint(proxy.Port()) +
			"\nSecurity                      : Tls\nMaxConcurrentMigrations       : 50\nMaxConcurrentIncrementalSyncs : 25\n",
		"IMAPBatch1", "Status : Synced", "Status : Completed", "terrya@contoso.edu", "Are you sure you want to perform this action?",
		"couldn't be found: True",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q", want)
		}
	}
	if t.Failed() {
		t.Log(out)
	}
	for i, u := range users {
		want := testmail.Of(testmail.Plain(uint64(i), 60))
		if diff := testmail.Diff(want, target.Snapshot(t, u.address), testmail.Rules{ExtraFolders: true}); len(diff) > 0 {
			t.Errorf("%s differs:\n%s", u.address, strings.Join(diff, "\n"))
		}
	}
}
