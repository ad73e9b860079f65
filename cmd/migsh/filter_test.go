package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"migsh/internal/sample"
	"migsh/internal/testserver"
)

// TestContentFilter copies the mail of two years only, below a size, and accounts for what is left out.
func TestContentFilter(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	rows := accounts(t, source, target, "ann")
	inbox := sample.Folder{Path: []string{"INBOX"}}
	for year := 2019; year < 2025; year++ {
		for _, length := range []int{10, 5000} {
			inbox.Messages = append(inbox.Messages, sample.NewMessage(time.Date(year, 7, 1, 0, 0, 0, 0, time.UTC),
				fmt.Appendf(nil, "Subject: %d\r\n\r\n%s\r\n", year, strings.Repeat("x", length))))
		}
	}
	source.Fill(t, "ann", sample.Mailbox{Folders: []sample.Folder{inbox}})
	p := newProgram(t)
	out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
$csv = [IO.File]::ReadAllBytes('%s')
try { New-MigrationBatch -Name Wrong -SourceEndpoint Source -CSVData $csv -ContentFilter "Subject -eq 'x'" } catch { "refused: $_" }
"batches: $(@(Get-MigrationBatch).Count)"
New-MigrationBatch -Name Years -SourceEndpoint Source -CSVData $csv -AutoStart -ContentFilter "Received -ge '1/1/2021' -and Received -lt '1/1/2023' -and Size -lt 2KB" | Out-Null
Wait-MigrationBatch Years | ForEach-Object { "status $($_.Status), $($_.ContentFilter)" }
(Get-MigrationUserStatistics ann@contoso.edu).Folders | Where-Object SourceFolder -EQ INBOX | ForEach-Object { "$($_.SourceCount) = $($_.CopiedCount) + $($_.FilteredCount), $($_.Balance)" }`, userList(t, rows...)), "")
	for _, want := range []string{"refused: The content filter \"Subject -eq 'x'\" can't be understood", "batches: 0", "status Synced, Received -ge", "12 = 2 + 10, Equal"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	if n := target.Snapshot(t, "ann@contoso.edu").Messages(); n != 2 {
		t.Errorf("%d messages at the target, want 2", n)
	}
}
