package migration

import (
	"strings"

	"migsh/shell/cmdlet"
)

// ExplainMissing tells a session of cmdlets of Exchange's that administrators who migrate mailboxes know, and that are not here.
func ExplainMissing(s cmdlet.Session) { cmdlet.ExplainMissing(s, missing) }

// missing says by name why a cmdlet is missing, and what to do instead.
var missing = func() map[string]string {
	reasons := map[string]string{}
	for why, names := range map[string]string{
		"migsh has no subscriptions and does not read POP mailboxes. If the server speaks IMAP too, copy its mailboxes with New-MigrationEndpoint -IMAP and New-MigrationBatch, " +
			"which goes on copying what arrives.": `New-PopSubscription Get-PopSubscription Set-PopSubscription
			New-ImapSubscription Get-ImapSubscription Set-ImapSubscription New-HotmailSubscription Get-HotmailSubscription Set-HotmailSubscription
			New-Subscription Get-Subscription Remove-Subscription New-ConnectSubscription Get-ConnectSubscription Remove-ConnectSubscription`,
		"migsh moves mailboxes between IMAP servers, in batches: see New-MigrationBatch.": `New-MoveRequest Get-MoveRequest Set-MoveRequest
			Suspend-MoveRequest Resume-MoveRequest Remove-MoveRequest Get-MoveRequestStatistics New-SyncRequest Get-SyncRequest Remove-SyncRequest
			New-MailboxImportRequest Get-MailboxImportRequest Remove-MailboxImportRequest New-MailboxExportRequest Get-MailboxExportRequest Remove-MailboxExportRequest`,
	} {
		for _, name := range strings.Fields(names) {
			reasons[name] = why
		}
	}
	return reasons
}()
