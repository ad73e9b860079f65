package control

import (
	"context"
	"fmt"
	"strings"
)

// toldOf warns of mail that nobody will get although somebody is to be told of a batch.
func (c *Control) toldOf(ctx context.Context, batch string, recipients []string) ([]string, error) {
	if c.outbox == nil || len(recipients) == 0 {
		return nil, nil
	}
	config, err := c.records.Config(ctx)
	if err != nil || config.Relay.Server != "" {
		return nil, err
	}
	return []string{fmt.Sprintf("%s will be told of the batch '%s' only once a relay for mail is set: Set-MigrationConfig -SmtpServer NAME -SmtpFrom ADDRESS.",
		strings.Join(recipients, ", "), batch)}, nil
}
