package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestCompress copies a mailbox twice, to two targets: over endpoints that ask for compression, and after they have been told not to. What
// goes over the line shows it, the trace shows words all the same, and a server that doesn't compress is told of.
func TestCompress(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Compress: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Compress: true, Store: "mdbox"})
	bare := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	rows := accounts(t, source, target, "ann")
	bare.AddUser(t, testserver.Account{Name: "ann@contoso.edu", Password: "target-ann"})
	source.Fill(t, "ann", testmail.Plain(4, 150))
	want := source.Snapshot(t, "ann")
	var size int64
	for _, f := range want.Folders {
		for _, m := range f.Messages {
			size += int64(m.Size)
		}
	}
	fromSource, toTarget := testserver.NewProxy(t, source.IMAPAddr()), testserver.NewProxy(t, target.IMAPAddr())
	list := userList(t, rows...)
	p := newProgram(t)
	trace := filepath.Join(t.TempDir(), "trace")
	p.env = append(p.env, "MIGSH_TRACE="+trace)
	sync := func(endpoints, targetName string, server *testserver.Dovecot) string {
		t.Helper()
		out := p.ok(fmt.Sprintf(`$ErrorActionPreference = 'Stop'
%s
New-MigrationBatch -Name %[2]s -SourceEndpoint Source -TargetEndpoint %[2]s -CSVData ([IO.File]::ReadAllBytes('%[3]s')) -AutoStart | Out-Null
Wait-MigrationBatch %[2]s | ForEach-Object { "status $($_.Status)" }
(Get-MigrationUserStatistics ann@contoso.edu -IncludeReport).Report.Entries | ForEach-Object { "$_" }
Complete-MigrationBatch %[2]s -Confirm:$false
Wait-MigrationBatch %[2]s | Out-Null
Remove-MigrationBatch %[2]s -Confirm:$false`, endpoints, targetName, list), "")
		if !strings.Contains(out, "status Synced") {
			t.Fatal(out)
		}
		for _, line := range testmail.Diff(want, server.Snapshot(t, "ann@contoso.edu"), testmail.Rules{ExtraFolders: true}) {
			t.Error(line)
		}
		return out
	}

	shown := sync(fmt.Sprintf(`
New-MigrationEndpoint -IMAP -Name Source -RemoteServer 127.0.0.1 -Port %d -Security None -Compress | Format-List Identity, Compress
New-MigrationEndpoint -IMAP -Name Good -RemoteServer 127.0.0.1 -Port %d -Security None | Out-Null
Set-MigrationEndpoint Good -Compress $true
Get-MigrationEndpoint Good | Format-List Identity, Compress`, fromSource.Port(), toTarget.Port()), "Good", target)
	if n := strings.Count(shown, "Compress : True"); n != 2 {
		t.Errorf("%d of 2 endpoints show that they compress:\n%s", n, shown)
	}
	for _, side := range []string{"source", "target"} {
		if !regexp.MustCompile(`The connection to the ` + side + ` was compressed: \S+ KB .* went over the line in place of \S+ KB`).MatchString(shown) {
			t.Errorf("the report does not say what was saved at the %s:\n%s", side, shown)
		}
	}
	if down, up := fromSource.Stats().Down, toTarget.Stats().Up; down > size*9/10 || up > size*9/10 {
		t.Errorf("messages of %d bytes went over the line in %d from the source and %d to the target", size, down, up)
	}
	said, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	for word, wanted := range map[string]bool{" COMPRESS DEFLATE": true, "UID FETCH": true, "UIDPLUS": true, "source-ann": false, "target-ann": false, `\x`: false} {
		if strings.Contains(string(said), word) != wanted {
			t.Errorf("the trace shows %q: %v, want %v", word, !wanted, wanted)
		}
	}

	before := fromSource.Stats().Down
	shown = sync(fmt.Sprintf(`
Set-MigrationEndpoint Source -Compress $false
New-MigrationEndpoint -IMAP -Name Bare -RemoteServer 127.0.0.1 -Port %d -Security None -Compress | Out-Null
$credential = [pscredential]::new('ann@contoso.edu', (ConvertTo-SecureString target-ann -AsPlainText -Force))
(Test-MigrationServerAvailability -Endpoint Bare -Credentials $credential 3>&1) | ForEach-Object { "test: $_ $($_.Result)" }
(Test-MigrationServerAvailability -Endpoint Good -Credentials $credential).Capabilities -contains 'COMPRESS=DEFLATE'`, bare.IMAPPort), "Bare", bare)
	if down := fromSource.Stats().Down - before; down < size {
		t.Errorf("messages of %d bytes went over the line in %d, though compression was switched off", size, down)
	}
	const refused = "The server offers no compression (COMPRESS=DEFLATE)"
	for _, want := range []string{"test: " + refused, "Success", "True", "The target server, 127.0.0.1:" + fmt.Sprint(bare.IMAPPort) + ": " + refused} {
		if !strings.Contains(shown, want) {
			t.Errorf("the output lacks %q:\n%s", want, shown)
		}
	}
	if n := strings.Count(shown, refused); n != 2 {
		t.Errorf("that there is no compression is said %d times, want once by the test and once in the report:\n%s", n, shown)
	}
}
