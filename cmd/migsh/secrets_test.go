package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestNoPasswordInClear looks for the passwords in every file of the state directory, the wire trace and all output.
func TestNoPasswordInClear(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	source.AddUser(t, testserver.Account{Name: "ann", Password: "s3cret-of-ann"})
	source.AddUser(t, testserver.Account{Name: "bob", Password: "s3cret-of-bob"})
	source.Fill(t, "ann", testmail.Plain(1, 5))
	p := newProgram(t)
	trace := filepath.Join(t.TempDir(), "trace")
	p.env = append(p.env, "MIGSH_TRACE="+trace, "MIGSH_LOG_LEVEL=DEBUG")
	csv := userList(t, "EmailAddress,UserName,Password", "ann@contoso.edu,ann,s3cret-of-ann", "bob@contoso.edu,bob,wrong-s3cret")
	r := p.run(fmt.Sprintf(`
$admin = [pscredential]::new('%s', (ConvertTo-SecureString '%s' -AsPlainText -Force))
New-MigrationEndpoint -IMAP -Name Source -RemoteServer 127.0.0.1 -Port %d -Security None
New-MigrationEndpoint -IMAP -Name Target -RemoteServer 127.0.0.1 -Port %d -Security None -Credentials $admin -LoginFormat '{user}*{admin}'
Set-MigrationConfig -TargetEndpoint Target
New-MigrationBatch -Name Sealed -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart -Verbose
Wait-MigrationBatch Sealed -Verbose
Get-MigrationUser | Format-List *
Get-MigrationUser | Get-MigrationUserStatistics -IncludeReport -IncludeSkippedItems | Format-List *
Get-MigrationEndpoint | Format-List *`, target.Admin, target.AdminPassword, source.IMAPPort, target.IMAPPort, csv), "")
	secrets := []string{"s3cret-of-ann", "wrong-s3cret", target.AdminPassword}
	look := func(where, text string) {
		for _, s := range secrets {
			if strings.Contains(text, s) {
				t.Errorf("%s holds the password %q", where, s)
			}
		}
	}
	look("the standard output", r.stdout)
	look("the error output", r.stderr)
	files := 0
	for _, root := range []string{p.home, trace} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			look(path, string(data))
			files++
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 4 {
		t.Errorf("only %d files were looked into", files)
	}
	if !strings.Contains(r.stdout, "ann@contoso.edu") {
		t.Errorf("nothing was migrated:\n%s\n%s", r.stdout, r.stderr)
	}
}
