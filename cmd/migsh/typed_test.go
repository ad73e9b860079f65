//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// terminal is the program at a terminal.
type terminal struct {
	*shown
	pty *os.File
}

func (p *program) atTerminal() *terminal {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	cmd := p.command(ctx)
	cmd.Env = append(cmd.Env, "TERM=xterm")
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		p.t.Fatal(err)
	}
	term := &terminal{newShown(p.t), f}
	read := make(chan struct{})
	go func() { defer close(read); term.read(f) }()
	p.t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed, or has been waited for
		f.Close()
		<-read
	})
	return term
}

func (term *terminal) send(text string) {
	term.t.Helper()
	if _, err := term.pty.WriteString(text); err != nil {
		term.t.Fatal(err)
	}
}

// TestArticleTyped types the steps of the article at the prompt, one after the other, and answers its questions.
func TestArticleTyped(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	source.AddUser(t, testserver.Account{Name: "terry.adams", Password: "1091990"})
	box := testmail.Plain(3, 40)
	source.Fill(t, "terry.adams", box)
	csv := userList(t, "EmailAddress,UserName,Password", "terrya@contoso.edu,terry.adams,1091990")
	p := newProgram(t).trusting(source.CAFile, target.CAFile)
	p.ok(fmt.Sprintf(`
$admin = [pscredential]::new('%s', (ConvertTo-SecureString '%s' -AsPlainText -Force))
New-MigrationEndpoint -IMAP -Name Cloud -RemoteServer localhost -Port %d -Security Ssl -Credentials $admin -LoginFormat '{user}*{admin}' | Out-Null
Set-MigrationConfig -TargetEndpoint Cloud`, target.Admin, target.AdminPassword, target.IMAPSPort), "")
	script, err := os.ReadFile("../../examples/microsoft-365.ps1")
	if err != nil {
		t.Fatal(err)
	}
	text := strings.NewReplacer(
		"imap.contoso.com -Port 993", fmt.Sprintf("localhost -Port %d", source.IMAPSPort),
		"imap.contoso.com -Port 143", fmt.Sprintf("localhost -Port %d", source.IMAPPort),
		`C:\Users\Administrator\Desktop\IMAPmigration_1.csv`, csv,
	).Replace(string(script))

	term := p.atTerminal()
	_, mark := term.wait(0, "> ")
	for i, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		done := fmt.Sprintf("step %d is done", i)
		term.send(line + "\r")
		if verb, _, _ := strings.Cut(line, "-"); verb == "Remove" || verb == "Stop" || verb == "Complete" {
			term.wait(mark, `(default is "Y")`)
			term.send("Y\r")
		}
		// The text is put together by the shell, so that what is waited for is not the line as it is typed.
		term.send(fmt.Sprintf("'step %d' + ' is done'\r", i))
		var shown string
		shown, mark = term.wait(mark, done)
		if strings.Contains(shown, "Line |") || strings.Contains(shown, "Exception:") {
			t.Errorf("%s says:\n%s", line, shown)
		}
	}
	term.send("exit\r")
	if diff := testmail.Diff(testmail.Of(box), target.Snapshot(t, "terrya@contoso.edu"), testmail.Rules{ExtraFolders: true}); len(diff) > 0 {
		t.Errorf("what arrived differs:\n%s", strings.Join(diff, "\n"))
	}
}

// Test2013Typed types the steps of "Migrate Email from an IMAP Server with Windows PowerShell" at the prompt, as its administrator would: the
// connection settings on the batch itself, without endpoint or name where one batch is all there is. It answers the questions, reads what is
// shown, and looks at the mails.
func Test2013Typed(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	box := testmail.Plain(3, 12)
	rows := []string{"EmailAddress,UserName,Password"}
	for _, u := range []string{"terry.adams", "ann.beebe", "chris.cannon"} {
		source.AddUser(t, testserver.Account{Name: u, Password: "1091990"})
		source.Fill(t, u, box)
		source.Run(t, u, `CREATE "Junk Mail"`)
		deliver(t, source, u, "Junk Mail", "stays behind")
		rows = append(rows, u+"@contoso.edu,"+u+",1091990")
	}
	sink := testserver.StartSMTP(t, testserver.SMTPOptions{})
	p := newProgram(t).trusting(source.CAFile, target.CAFile)
	p.ok(cloud(target)+relay(sink), "")
	server := fmt.Sprintf("localhost -Port %d -Security Tls", source.IMAPPort)

	term := p.atTerminal()
	_, mark := term.wait(0, "> ")
	for i, step := range []struct {
		line string
		asks bool
		says []string
	}{
		{line: "Test-MigrationServerAvailability -RemoteServer " + server, says: []string{"Result             : Success", "ConnectionSettings : localhost:"}},
		{line: `New-MigrationBatch -Imap -Name MigrationBatch1 -CSVData:([System.IO.File]::ReadAllBytes("` + userList(t, rows...) + `")) -MaxConcurrentMigrations 3 -RemoteServer ` + server +
			` -Timezone "Pacific Standard Time" -ExcludeFolders "Deleted Items","Junk Mail"`, says: []string{"MigrationBatch1            Created              IMAP               3"}},
		{line: `Start-MigrationBatch -NotificationEmails "super-user@contoso.edu","helpdesk@contoso.edu","CIO@contoso.edu"`},
		{line: "Wait-MigrationBatch", says: []string{"MigrationBatch1            Synced               IMAP               3"}},
		{line: "Get-MigrationBatch | FL", says: []string{"TimeZone                   : Pacific Standard Time", "ExcludedFolders            : {Deleted Items, Junk Mail}", "SyncedCount                : 3",
			"NotificationEmails         : {super-user@contoso.edu, helpdesk@contoso.edu, CIO@contoso.edu}", "CsvFileName                : users.csv"}},
		{line: "Get-MigrationStatus", says: []string{"Status        : Synced", "RequestCount  : 3", "MigratedCount : 3"}},
		{line: "Stop-MigrationBatch", asks: true},
		{line: "Wait-MigrationBatch | FL Status", says: []string{"Status : Stopped"}},
		{line: "Start-MigrationBatch"},
		{line: "Wait-MigrationBatch | FL Status", says: []string{"Status : Synced"}},
		{line: "Complete-Migration -NotificationEmails super-user@contoso.edu", asks: true},
		{line: "Wait-MigrationBatch | FL Status, FinalizedCount", says: []string{"Status         : Completed", "FinalizedCount : 3"}},
		{line: "Get-MigrationStatus", says: []string{"Status        : Completed"}},
		{line: "Get-Help New-MigrationBatch", says: []string{"SYNOPSIS", "SYNTAX", "-Detailed"}},
		{line: "Get-Help New-MigrationBatch -Examples", says: []string{"Example 1"}},
		{line: "Get-Help New-MigrationBatch -Detailed", says: []string{"PARAMETERS", "-ExcludeFolders"}},
		{line: "Stop-MigrationBatch MigrationBatch1 -Confirm:$false", says: []string{"can't be stopped: every user is completed or failed."}},
	} {
		term.send(step.line + "\r")
		if step.asks {
			term.wait(mark, `(default is "Y")`)
			term.send("Y\r")
		}
		term.send(fmt.Sprintf("'step %d' + ' is done'\r", i))
		var said string
		said, mark = term.wait(mark, fmt.Sprintf("step %d is done", i))
		for _, want := range step.says {
			if !strings.Contains(said, want) {
				t.Errorf("%s: nothing says %q in\n%s", step.line, want, said)
			}
		}
		if strings.Contains(said, "Exception:") || len(step.says) == 0 && strings.Contains(said, "MigrationBatch:") {
			t.Errorf("%s says\n%s", step.line, said)
		}
	}
	term.send("exit\r")
	for _, u := range []string{"terry.adams", "ann.beebe", "chris.cannon"} {
		if diff := testmail.Diff(testmail.Of(box), target.Snapshot(t, u+"@contoso.edu"), testmail.Rules{ExtraFolders: true}); len(diff) > 0 {
			t.Errorf("what arrived for %s differs:\n%s", u, strings.Join(diff, "\n"))
		}
		if n := in(t, target, u+"@contoso.edu", "Junk Mail"); n > 0 {
			t.Errorf("%d excluded messages came along", n)
		}
	}
	subjects := map[string]int{}
	for _, m := range sink.Wait(t.Context(), t, 10) { // finished, stopped and finished again to three, completed to one
		subject, err := m.Header.Subject()
		if err != nil {
			t.Fatal(err)
		}
		subjects[subject]++
	}
	const about = `E-mail migration batch "MigrationBatch1" `
	if subjects[about+"has finished"] != 6 || subjects[about+"was stopped"] != 3 || subjects[about+"is completed"] != 1 {
		t.Errorf("the mails are %v", subjects)
	}
}

// TestCtrlCReturnsToThePrompt presses Ctrl-C while a cmdlet waits.
func TestCtrlCReturnsToThePrompt(t *testing.T) {
	term := newProgram(t).atTerminal()
	_, mark := term.wait(0, "> ")
	term.send("'now ' + 'waiting'; Start-Sleep 600; 'never'\r")
	_, mark = term.wait(mark, "now waiting")
	term.send("\x03")
	term.send("'still ' + 'here'\r")
	shown, _ := term.wait(mark, "still here")
	if strings.Contains(shown, "never\n") {
		t.Errorf("the command went on:\n%s", shown)
	}
	term.send("exit\r")
}
