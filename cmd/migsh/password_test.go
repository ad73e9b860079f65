package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// many is how many users a batch has of whom one or two have a wrong password.
func many() int {
	if os.Getenv("MIGSH_SOAK") != "" {
		return 2000
	}
	return 40
}

// TestOnePasswordInMany mends one wrong password with Set-MigrationUser and another with the whole list, corrected. Both users go on by
// themselves; nobody else is even logged in again.
func TestOnePasswordInMany(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	rows := []string{"EmailAddress,UserName,Password"}
	for i := range many() {
		n := fmt.Sprintf("u%04d", i)
		source.AddUser(t, testserver.Account{Name: n, Password: "pw-" + n})
		target.AddUser(t, testserver.Account{Name: n + "@contoso.edu", Password: "tp-" + n})
		rows = append(rows, fmt.Sprintf("%s@contoso.edu,%s,pw-%[2]s", n, n))
	}
	for _, n := range []string{"u0007", "u0011"} {
		source.Fill(t, n, testmail.Plain(7, 3))
	}
	right := userList(t, rows...)
	rows[8] = strings.Replace(rows[8], "pw-", "wrong-", 1)
	rows[12] = strings.Replace(rows[12], "pw-", "wrong-", 1)
	gate := testserver.NewProxy(t, source.IMAPAddr())
	p := newProgram(t)
	out := p.ok(fmt.Sprintf(`
$ErrorActionPreference = 'Stop'
$admin = [pscredential]::new('%s', (ConvertTo-SecureString '%s' -AsPlainText -Force))
New-MigrationEndpoint -IMAP -Name Source -RemoteServer 127.0.0.1 -Port %d -Security None | Out-Null
New-MigrationEndpoint -IMAP -Name Target -RemoteServer 127.0.0.1 -Port %d -Security None -Credentials $admin -LoginFormat '{user}*{admin}' | Out-Null
Set-MigrationConfig -TargetEndpoint Target
New-MigrationBatch -Name Many -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null
Wait-MigrationBatch Many | ForEach-Object { "first $($_.Status) $($_.SyncedCount) $($_.FailedCount)" }
`, target.Admin, target.AdminPassword, gate.Port(), target.IMAPPort, userList(t, rows...)), "")
	if want := fmt.Sprintf("first SyncedWithErrors %d 2\n", many()-2); !strings.Contains(out, want) {
		t.Errorf("the output lacks %q:\n%s", want, out)
	}
	before := gate.Stats().Total
	out = p.ok(fmt.Sprintf(`
Get-MigrationUser -StatusSummary Failed | ForEach-Object { "failed $($_.Identity)" }
Set-MigrationUser u0007@contoso.edu -Credentials ([pscredential]::new('u0007', (ConvertTo-SecureString 'pw-u0007' -AsPlainText -Force)))
Wait-MigrationBatch Many | ForEach-Object { "second $($_.Status) $($_.SyncedCount) $($_.FailedCount)" }
Set-MigrationBatch Many -CSVData ([IO.File]::ReadAllBytes('%s')) 3>&1 | ForEach-Object { "told $_" }
Wait-MigrationBatch Many | ForEach-Object { "third $($_.Status) $($_.SyncedCount) $($_.FailedCount)" }
Get-MigrationUser | Where-Object SyncedItemCount | ForEach-Object { "$($_.Identity) $($_.SyncedItemCount)" }`, right), "")
	for _, want := range []string{
		"failed u0007@contoso.edu\nfailed u0011@contoso.edu\n", fmt.Sprintf("second SyncedWithErrors %d 1\n", many()-1), "told 1 users of the batch 'Many' have new credentials.",
		fmt.Sprintf("third Synced %d 0\n", many()), "u0007@contoso.edu 3\nu0011@contoso.edu 3\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	if m := regexp.MustCompile(`([\d,]+) had those of the list already`).FindStringSubmatch(out); m == nil || strings.ReplaceAll(m[1], ",", "") != strconv.Itoa(many()-1) {
		t.Errorf("it is not said who is left as he is: %s", out)
	}
	if n := gate.Stats().Total - before; n > 6 {
		t.Errorf("%d connections to mend two passwords", n)
	}
}
