package main

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"migsh/internal/testserver"
)

// TestBadInput gives each kind of mistake and demands a message in PowerShell's form that names the thing and the way out, no batch
// half made, and a shell that goes on.
func TestBadInput(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := closed.Addr().(*net.TCPAddr).Port
	closed.Close()
	chatter, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { chatter.Close() })
	go func() {
		for {
			conn, err := chatter.Accept()
			if err != nil {
				return
			}
			fmt.Fprint(conn, "220 mail.example ESMTP\r\n")
			conn.Close()
		}
	}()
	good := userList(t, "EmailAddress,UserName,Password,TargetPassword", "a@contoso.edu,a,x,y")
	newBatch := func(list string) string {
		return fmt.Sprintf("New-MigrationBatch -Name Bad -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s'))", list)
	}
	p := newProgram(t)
	p.ok(endpoints(source.IMAPPort, source.IMAPPort, ""), "")
	for _, c := range []struct {
		name, script string
		want         []string
	}{
		{"unknown cmdlet", "Get-MigrationBach", []string{"Get-MigrationBach:", "The term 'Get-MigrationBach' is not recognized"}},
		{"cmdlet of POP", "New-PopSubscription -Name x", []string{"The term 'New-PopSubscription' is not recognized", "does not read POP mailboxes", "New-MigrationEndpoint -IMAP"}},
		{"unknown parameter", "Get-MigrationBatch -Identty X", []string{"Line |", "A parameter cannot be found that matches parameter name 'Identty'"}},
		{"unknown value", "New-MigrationEndpoint -IMAP -Name X -RemoteServer h -Security Maybe", []string{`"Maybe" does not belong to the set "None,Ssl,Tls"`}},
		{"missing mandatory", "Remove-MigrationBatch", []string{"missing mandatory parameters: Identity"}},
		{"unknown batch", "Get-MigrationBatch Nowhere", []string{"Nowhere", "can't be found"}},
		{"name taken", strings.Replace(newBatch(good), "Bad", "Good", 1) + " | Out-Null\n" + strings.Replace(newBatch(good), "Bad", "Good", 1), []string{"already exists"}},
		{"misspelt batch", "Start-MigrationBatch Godo", []string{"'Godo' can't be found. Did you mean 'Good'? Get-MigrationBatch lists"}},
		{"misspelt endpoint", "Set-MigrationEndpoint Sorce -Port 143", []string{"'Sorce' can't be found. Did you mean 'Source'? Get-MigrationEndpoint lists"}},
		{"misspelt user", "Stop-MigrationUser a@contso.edu -Confirm:$false", []string{"'a@contso.edu' can't be found. Did you mean 'a@contoso.edu'? Get-MigrationUser lists"}},
		{"misspelt mailbox", "Get-Mailbox a@contso.edu", []string{"'a@contso.edu' can't be found. Did you mean 'a@contoso.edu'? Get-Mailbox lists"}},
		{"unreadable file", newBatch("/no/such/file.csv"), []string{"/no/such/file.csv", "Could not find"}},
		{"empty list", newBatch(userList(t, "")), []string{"can't be empty"}},
		{"no header", newBatch(userList(t, "a@contoso.edu,a,x", "b@contoso.edu,b,y")), []string{"header"}},
		{"missing column", newBatch(userList(t, "EmailAddress,UserName", "a@contoso.edu,a")), []string{"Password", "is missing from the CSV file"}},
		{"misspelt column", newBatch(userList(t, "EmailAddress,UserName,Pasword", "a@contoso.edu,a,x")), []string{"Pasword", "Password"}},
		{"field count", newBatch(userList(t, "EmailAddress,UserName,Password", "a@contoso.edu,a,x", "b@contoso.edu,b")), []string{"Row 2", "wrong number of columns"}},
		{"unknown endpoint", "New-MigrationBatch -Name Bad -SourceEndpoint Nowhere -CSVData ([IO.File]::ReadAllBytes('" + good + "'))", []string{"Nowhere", "can't be found"}},
		{"unknown host", "New-MigrationEndpoint -IMAP -Name X -RemoteServer no-such-host.invalid -Port 993 -Security Ssl", []string{"no-such-host.invalid", "could not be completed"}},
		{"refused port", fmt.Sprintf("New-MigrationEndpoint -IMAP -Name X -RemoteServer 127.0.0.1 -Port %d -Security None", refused), []string{fmt.Sprint(refused), "could not be completed"}},
		{"no IMAP", fmt.Sprintf("New-MigrationEndpoint -IMAP -Name X -RemoteServer 127.0.0.1 -Port %d -Security None", chatter.Addr().(*net.TCPAddr).Port), []string{"220 mail.example ESMTP"}},
		{"TLS to a plain port", fmt.Sprintf("New-MigrationEndpoint -IMAP -Name X -RemoteServer 127.0.0.1 -Port %d -Security Ssl", source.IMAPPort), []string{"TLS"}},
		{"untrusted certificate", fmt.Sprintf("New-MigrationEndpoint -IMAP -Name X -RemoteServer 127.0.0.1 -Port %d -Security Ssl", source.IMAPSPort), []string{"certificate", "AcceptUntrustedCertificates"}},
		{"parameter of another migration", "New-MigrationEndpoint -IMAP -Name X -RemoteServer h -RPCProxyServer p", []string{"RPCProxyServer", "IMAP servers only"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := p.run(c.script+"\n'still here'\n\"batches: $(@(Get-MigrationBatch | Where-Object { $_.Identity -eq 'Bad' }).Count)\"\n", "")
			for _, want := range c.want {
				if !strings.Contains(unfold(r.stderr), want) {
					t.Errorf("the error lacks %q:\n%s", want, r.stderr)
				}
			}
			if !strings.Contains(r.stdout, "still here") || !strings.Contains(r.stdout, "batches: 0") {
				t.Errorf("the script did not go on, or left a batch:\n%s\n%s", r.stdout, r.stderr)
			}
		})
	}
}

// unfold joins the lines that the error view has broken.
func unfold(text string) string {
	return strings.ReplaceAll(text, "\n     | ", " ")
}

// TestSecondShellIsRefused starts a second migsh on a state directory that is taken: it says who holds it and what to do.
func TestSecondShellIsRefused(t *testing.T) {
	p := newProgram(t)
	cmd := p.command(t.Context(), "-Command", "Get-MigrationConfig | Out-Null; 'open'; Read-Host")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line := make([]byte, 5)
	if _, err := stdout.Read(line); err != nil {
		t.Fatal(err)
	}
	r := p.run("Get-MigrationConfig", "")
	for _, want := range []string{fmt.Sprint(cmd.Process.Pid), "migsh"} {
		if !strings.Contains(unfold(r.stderr), want) {
			t.Errorf("the refusal lacks %q:\n%s", want, r.stderr)
		}
	}
	fmt.Fprintln(stdin, "done")
	stdin.Close()
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}
