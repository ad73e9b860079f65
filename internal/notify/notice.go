package notify

import (
	"context"
	"fmt"
	"time"

	gomail "github.com/wneessen/go-mail"

	"migsh/internal/migration"
)

// Notice keeps a mail to one user of a batch until the relay has taken it. The occasion names it among those of the batch.
func (o *Outbox) Notice(ctx context.Context, batchGUID, occasion, from, to, subject, body string, now time.Time) error {
	m := gomail.NewMsg()
	if err := m.From(from); err != nil {
		return fmt.Errorf("the sender of notices: %w", err)
	}
	if err := m.To(to); err != nil {
		return fmt.Errorf("the recipient of a notice: %w", err)
	}
	m.Subject(subject)
	m.SetDateWithValue(now)
	m.SetMessageID()
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	m.SetBodyString(gomail.TypeTextPlain, body)
	return o.put(ctx, batchGUID, occasion, migration.Notification{
		Kind: migration.NotifyUser, State: migration.NotificationWaiting, Subject: subject, To: []string{to}, Pending: []string{to}, Created: now, NextTry: now,
	}, m)
}
