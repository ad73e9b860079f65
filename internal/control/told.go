package control

import (
	"context"
	"fmt"
	"strings"

	"migsh/internal/migration"
)

// tell fills in who will be told by mail what becomes of a batch that was given an order, and warns of mail that nobody will get although
// the batch names somebody.
func (c *Control) tell(ctx context.Context, out *migration.BatchResult) error {
	if c.outbox == nil {
		return nil
	}
	config, err := c.records.Config(ctx)
	if err != nil {
		return err
	}
	named := out.Batch.NotificationEmails
	switch {
	case config.Relay.Server != "" && len(named) > 0:
		out.Told = named
	case config.Relay.Server != "":
		out.Told = config.NotificationEmails
	case len(named) > 0 && out.Batch.Order.Kind == migration.OrderStart:
		out.Warnings = append(out.Warnings,
			fmt.Sprintf("%s will be told of the batch '%s' only once a relay for mail is set: Set-MigrationConfig -SmtpServer NAME -SmtpFrom ADDRESS.",
				strings.Join(named, ", "), out.Batch.Name))
	}
	return nil
}
