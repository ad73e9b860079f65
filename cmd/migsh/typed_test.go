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
	script, err := os.ReadFile("testdata/article.ps1")
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
