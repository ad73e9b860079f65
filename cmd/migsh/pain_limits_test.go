package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"migsh/internal/migration"
	"migsh/internal/sample"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// testDailyLimit has one mailbox reach its daily limit, and the other not; the first waits and says until when, and goes on at once when
// the limit is raised. No more than one message goes beyond the limit, however fast the servers are, over two connections as well.
func testDailyLimit(t *testing.T) {
	t.Run("one connection", func(t *testing.T) { dailyLimit(t, 200<<10, 100, 20<<10, []string{"INBOX"}) })
	t.Run("two connections", func(t *testing.T) { dailyLimit(t, 3<<20, 60, 500<<10, []string{"INBOX", "Archive"}) })
}

func dailyLimit(t *testing.T, limit migration.ByteSize, messages uint64, size int, folders []string) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	rows := accounts(t, source, target, "large", "small")
	var box sample.Mailbox
	for i, name := range folders {
		f := sample.Folder{Path: []string{name}}
		for n := uint64(i); n < messages; n += uint64(len(folders)) {
			f.Messages = append(f.Messages, testmail.LargeMessage(n, int64(size)))
		}
		box.Folders = append(box.Folders, f)
	}
	source.Fill(t, "large", box)
	source.Fill(t, "small", testmail.Plain(2, 5))
	p := newProgram(t)
	out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, fmt.Sprintf("-DailyByteLimitPerMailbox %d", int64(limit)))+fmt.Sprintf(`
New-MigrationBatch -Name Daily -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null
while ((Get-MigrationUser small@contoso.edu).Status -ne 'Synced') { Start-Sleep -Milliseconds 50 }
do { $u = Get-MigrationUser large@contoso.edu; Start-Sleep -Milliseconds 50 } until ($u.ErrorSummary -or $u.Status -eq 'Synced')
"waits $($u.Status): $($u.ErrorSummary)"
"batch $((Get-MigrationBatch Daily).Status)"
$e = Get-MigrationEndpoint Source
"today $($e.BytesToday.ToBytes()) of $($e.DailyByteLimitPerMailbox) and $($e.DailyByteLimit)"
Set-MigrationEndpoint Source -DailyByteLimitPerMailbox Unlimited
Wait-MigrationBatch Daily | ForEach-Object { "then $($_.Status)" }
"at the end $((Get-MigrationUser large@contoso.edu).ErrorSummary)."`, userList(t, rows...)), "")
	for _, want := range []string{
		"waits Syncing: ", "has reached its daily limit of " + limit.String(), "Set-MigrationEndpoint 'Source' -DailyByteLimitPerMailbox", "00:00:00 UTC", "batch Syncing\n",
		fmt.Sprintf(" of %v and Unlimited\n", limit), "then Synced\n", "at the end .\n",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	if m := regexp.MustCompile(`today (\d+)`).FindStringSubmatch(out); m != nil {
		if n, err := strconv.Atoi(m[1]); err != nil || n < int(limit) || n > int(limit)+size+size/20 {
			t.Errorf("%s bytes were sent on a day of %d", m[1], limit)
		}
	}
	if n := target.Snapshot(t, "large@contoso.edu").Messages(); n != int(messages) {
		t.Errorf("%d messages at the target, want %d", n, messages)
	}
}

// testConnectionCap copies from a server that takes four connections of an address and hangs up on a fifth without a word: everything
// arrives, and the endpoint has learnt.
func testConnectionCap(t *testing.T) {
	source := testserver.StartCourier(t, testserver.CourierOptions{MaxPerIP: 4})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	rows := []string{"EmailAddress,UserName,Password,TargetPassword"}
	for i := range 12 {
		n := fmt.Sprintf("cap%02d", i)
		source.AddUser(t, testserver.Account{Name: n, Password: "pw"})
		source.Fill(t, n, testmail.Plain(uint64(i), 20))
		target.AddUser(t, testserver.Account{Name: n + "@contoso.edu", Password: "pw"})
		rows = append(rows, n+"@contoso.edu,"+n+",pw,pw")
	}
	p := newProgram(t)
	out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
New-MigrationBatch -Name Capped -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null
Wait-MigrationBatch Capped | ForEach-Object { "then $($_.Status) $($_.SyncedCount)" }
Get-MigrationEndpoint | ForEach-Object { "$($_.Identity): $($_.LearntConcurrentMigrations) $($_.LearntReason)" }`, userList(t, rows...)), "")
	if !strings.Contains(out, "then Synced 12\n") || !strings.Contains(out, "Target:  \n") {
		t.Errorf("the output: %s", out)
	}
	m := regexp.MustCompile(`Source: (\d+) .*limit of connections`).FindStringSubmatch(out)
	if m == nil || len(m[1]) != 1 {
		t.Errorf("nothing was learnt: %s", out)
	}
}
