package control

import (
	"context"
	"fmt"

	"migsh/internal/migration"
	"migsh/internal/records"
)

// SendNotice implements migration.Service. Every mail is written before the first is kept, so that a mistake in the template reaches
// nobody.
func (c *Control) SendNotice(ctx context.Context, r migration.NoticeRequest) (migration.NoticeResult, error) {
	var out migration.NoticeResult
	item, err := c.records.FindBatch(ctx, r.Batch)
	if err != nil {
		return out, records.Explain(err)
	}
	out.BatchName = item.Value.Name
	config, err := c.records.Config(ctx)
	if err != nil {
		return out, records.Explain(err)
	}
	if c.outbox == nil || config.Relay.Server == "" {
		return out, migration.NewError(migration.ErrInvalidValue, "", "There is no relay that mail could be handed to.",
			"Name one with Set-MigrationConfig -SmtpServer NAME -SmtpFrom ADDRESS.")
	}
	type mail struct{ to, subject, body string }
	var mails []mail
	for u, err := range c.Users(ctx, migration.UserQuery{Batch: migration.Identity(item.Value.GUID), Status: r.Status}) {
		if err != nil {
			return out, err
		}
		m := mail{to: u.EmailAddress}
		if m.subject, err = migration.FillNotice(r.Subject, u); err != nil {
			return out, err
		}
		if m.body, err = migration.FillNotice(r.Body, u); err != nil {
			return out, err
		}
		mails = append(mails, m)
	}
	now := c.now()
	for i, m := range mails {
		if err := c.outbox.Notice(ctx, item.Value.GUID, fmt.Sprintf("notice-%d-%06d", now.UnixNano(), i), config.Relay.From, m.to, m.subject, m.body, now); err != nil {
			return out, migration.NewError(migration.ErrStore, m.to, fmt.Sprintf("The notice to %s could not be kept, those before it go out: %v.", m.to, err), "").Because(err)
		}
		out.Count++
	}
	return out, nil
}
