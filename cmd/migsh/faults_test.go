package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestFullTarget fills one user's target: that user waits, with the server's words and a hint, the other arrives; once there is
// room, starting the batch again brings the rest, each message once.
func TestFullTarget(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Quota: "0"})
	rows := accounts(t, source, target, "roomy", "full")
	target.AddUser(t, testserver.Account{Name: "full@contoso.edu", Password: "target-full", Quota: "40K"})
	for i, n := range []string{"roomy", "full"} {
		source.Fill(t, n, testmail.Plain(uint64(i), 60))
	}
	p := newProgram(t)
	out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
New-MigrationBatch -Name Full -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null
Wait-MigrationBatch Full | ForEach-Object { "status $($_.Status)" }
Get-MigrationUser -BatchId Full | ForEach-Object { "$($_.Identity)|$($_.Status)|$($_.ErrorSummary)" }`, userList(t, rows...)), "")
	for _, want := range []string{"status SyncedWithErrors", "roomy@contoso.edu|Synced|", "full@contoso.edu|Failed|", "mailbox is full", "Quota exceeded"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	target.AddUser(t, testserver.Account{Name: "full@contoso.edu", Password: "target-full", Quota: "100M"})
	out = p.ok("Start-MigrationBatch Full; Wait-MigrationBatch Full | ForEach-Object { \"status $($_.Status)\" }; Get-MigrationUser -BatchId Full | ForEach-Object { \"$($_.Identity)|$($_.Status)|$($_.ErrorSummary)\" }", "")
	if !strings.Contains(out, "status Synced\n") {
		t.Errorf("after there was room: %s", out)
	}
	if diff := testmail.Diff(testmail.Of(testmail.Plain(1, 60)), target.Snapshot(t, "full@contoso.edu"), testmail.Rules{ExtraFolders: true}); len(diff) > 0 {
		t.Errorf("what arrived differs:\n%s", strings.Join(diff, "\n"))
	}
}

// TestServerGoesAway kills the source in the middle of the copy and brings it back: the batch goes on by itself and arrives whole.
func TestServerGoesAway(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Store: "mdbox"})
	rows := accounts(t, source, target, "ann")
	box := testmail.Plain(5, 200)
	source.Fill(t, "ann", box)
	link := testserver.NewProxy(t, target.IMAPAddr())
	link.UseAll(testserver.Link{Rate: 100 << 10})
	p := newProgram(t)
	p.ok(endpoints(source.IMAPPort, link.Port(), ""), "")
	script := filepath.Join(t.TempDir(), "run.ps1")
	if err := os.WriteFile(script, []byte(fmt.Sprintf(`
New-MigrationBatch -Name Away -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null
Wait-MigrationBatch Away -Verbose | ForEach-Object { "status $($_.Status)" }`, userList(t, rows...))), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := p.command(ctx, "-File", script)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	base := link.Stats().Up
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := link.Wait(ctx, func(s testserver.ProxyStats) bool { return s.Up-base > 60_000 }); err != nil {
		t.Fatal(err)
	}
	source.Kill(t)
	source.Start(t)
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	if !strings.Contains(out.String(), "status Synced") || !strings.Contains(out.String(), "ann@contoso.edu: Syncing, folder") {
		t.Errorf("the batch:\n%s", out.String())
	}
	if diff := testmail.Diff(testmail.Of(box), target.Snapshot(t, "ann@contoso.edu"), testmail.Rules{ExtraFolders: true}); len(diff) > 0 {
		t.Errorf("what arrived differs:\n%s", strings.Join(diff, "\n"))
	}
}
