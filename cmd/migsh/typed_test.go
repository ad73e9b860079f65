//go:build unix

package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// terminal is the program at a terminal: what it writes, without escape sequences, and a way to wait for it.
type terminal struct {
	t   *testing.T
	pty *os.File

	mu   sync.Mutex
	more *sync.Cond
	text string
	end  error
}

var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\r`)

func (p *program) atTerminal() *terminal {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	cmd := p.command(ctx)
	cmd.Env = append(cmd.Env, "TERM=xterm")
	f, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 50, Cols: 200})
	if err != nil {
		p.t.Fatal(err)
	}
	term := &terminal{t: p.t, pty: f}
	term.more = sync.NewCond(&term.mu)
	read := make(chan struct{})
	go func() {
		defer close(read)
		buf := make([]byte, 1<<16)
		for {
			n, err := f.Read(buf)
			term.mu.Lock()
			term.text += string(buf[:n])
			term.end = err
			term.more.Broadcast()
			term.mu.Unlock()
			if err != nil {
				return
			}
		}
	}()
	p.t.Cleanup(func() {
		cancel()
		_ = cmd.Wait() // it was killed, or has been waited for
		f.Close()
		<-read
	})
	return term
}

// wait waits until the text after mark holds want, and returns the text up to now with the length to go on from.
func (term *terminal) wait(mark int, want string) (text string, next int) {
	term.t.Helper()
	term.mu.Lock()
	defer term.mu.Unlock()
	for {
		seen := escapes.ReplaceAllString(term.text[mark:], "")
		if i := strings.LastIndex(seen, want); i >= 0 {
			return seen, len(term.text)
		}
		if term.end != nil {
			term.t.Fatalf("the program ended before it showed %q:\n%s", want, seen)
		}
		term.more.Wait()
	}
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
