package main

import (
	"fmt"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestMailArrivesWhole copies everything that migrations have stumbled over between servers of different separators, prefixes and
// stores, with a message of 40 MB among it, and compares every byte, date, flag, keyword and folder.
func TestMailArrivesWhole(t *testing.T) {
	layouts := []testserver.DovecotOptions{
		{Strict: true, Store: "sdbox"},
		{Strict: true, Store: "maildir", Separator: ".", Prefix: "INBOX."},
	}
	for i, from := range layouts {
		to := layouts[1-i]
		t.Run(fmt.Sprintf("%s%s to %s%s", from.Prefix, sep(from), to.Prefix, sep(to)), func(t *testing.T) {
			source, target := testserver.StartDovecot(t, from), testserver.StartDovecot(t, to)
			rows := accounts(t, source, target, "awkward")
			box := testmail.Awkward(testmail.AwkwardOptions{Seed: 7, Avoid: "/.", Large: 40 << 20})
			source.Fill(t, "awkward", box)
			before := source.Digest(t, "awkward")

			p := newProgram(t)
			out := p.ok(endpoints(source.IMAPPort, target.IMAPPort, "")+fmt.Sprintf(`
New-MigrationBatch -Name Whole -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null
Wait-MigrationBatch Whole | ForEach-Object { "status $($_.Status)" }
Get-MigrationUser -BatchId Whole | Get-MigrationUserStatistics | ForEach-Object { "skipped $($_.SkippedItemCount) $($_.ErrorSummary)"; $_.Folders | ForEach-Object { "$($_.SourceFolder) $($_.SourceCount) $($_.TargetCount) $($_.Balance)" } }
`, userList(t, rows...)), "")
			if !strings.Contains(out, "status Synced") || !strings.Contains(out, "skipped 0") {
				t.Errorf("the batch:\n%s", out)
			}
			if diff := testmail.Diff(testmail.Of(box), target.Snapshot(t, "awkward@contoso.edu"), testmail.Rules{ExtraFolders: true}); len(diff) > 0 {
				t.Errorf("what arrived differs:\n%s\n%s", strings.Join(diff, "\n"), out)
			}
			if after := source.Digest(t, "awkward"); strings.Join(after, "\n") != strings.Join(before, "\n") {
				t.Error("the source has changed")
			}
		})
	}
}

func sep(o testserver.DovecotOptions) string {
	if o.Separator == "" {
		return "/"
	}
	return o.Separator
}
