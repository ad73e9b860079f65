package servicetest

import (
	"strings"

	"migsh/internal/migration"
)

// A mailbox of the list fills in how rows are opened at the target, whichever of its addresses they name.
func testMailboxes(f *fixture) {
	f.endpoints()
	_, to := f.mailbox("ann", 2)
	f.mailbox("bob", 1)
	list := func(id migration.Identity) string {
		f.Helper()
		var all []string
		for _, m := range must[[]migration.Mailbox](f)(collect(f.Service.Mailboxes(f.ctx, migration.MailboxQuery{Identity: id}))) {
			all = append(all, m.PrimarySMTPAddress)
			f.noSecrets(m)
		}
		return strings.Join(all, " ")
	}
	made := must[migration.Mailbox](f)(f.Service.SetMailbox(f.ctx, migration.SetMailboxRequest{
		Name: new("Ann"), PrimarySMTPAddress: new("ann@example.org"), UserName: new("ann@example.org"), Password: new(migration.Secret("tp-ann")),
	}))
	if made.Alias != "Ann" || !made.Registered || made.GUID == "" {
		f.Errorf("the mailbox: %+v", made)
	}
	_, err := f.Service.SetMailbox(f.ctx, migration.SetMailboxRequest{Name: new("Other"), PrimarySMTPAddress: new("ANN@example.org")})
	f.want("an address that is taken", err, migration.ErrAlreadyExists, "'Ann'")
	_, err = f.Service.SetMailbox(f.ctx, migration.SetMailboxRequest{Identity: "nobody@example.org", Alias: new("x")})
	f.want("changing what is not there", err, migration.ErrNotFound, "can't be found")
	_, err = f.Service.SetMailbox(f.ctx, migration.SetMailboxRequest{Name: new("Other"), PrimarySMTPAddress: new("no address")})
	f.want("no address", err, migration.ErrInvalidValue)
	must[migration.Mailbox](f)(f.Service.SetMailbox(f.ctx, migration.SetMailboxRequest{Identity: "ann", EmailAddresses: &[]string{"a.archer@example.org"}}))

	must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, migration.NewBatchRequest{Name: "B", SourceEndpoint: "source", AutoStart: true,
		CSVData: migration.CSVData("EmailAddress,UserName,Password,TargetPassword\nA.Archer@example.org,ann,pw-ann,\nbob@example.org,bob,pw-bob,tp-bob\n")}))
	f.idle("B")
	if n := len(to.Messages("INBOX")); n != 2 {
		f.Errorf("ann has %d messages by another of her addresses, want 2", n)
	}
	if got := list(""); got != "ann@example.org bob@example.org" {
		f.Errorf("the mailboxes: %s", got)
	}
	if got := list("A.ARCHER@example.org"); got != "ann@example.org" {
		f.Errorf("by another address: %s", got)
	}
	_, err = collect(f.Service.Mailboxes(f.ctx, migration.MailboxQuery{Identity: "nobody@example.org"}))
	f.want("an unknown mailbox", err, migration.ErrNotFound)
}
