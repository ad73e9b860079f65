package control

import (
	"context"
	"fmt"
	"time"

	"migsh/internal/migration"
	"migsh/internal/notify"
	"migsh/internal/records"
	"migsh/store"
)

// Config implements migration.Service.
func (c *Control) Config(ctx context.Context) (migration.Config, error) {
	config, err := c.records.Config(ctx)
	if err != nil {
		return config, records.Explain(err)
	}
	err = c.mayCreate(ctx, config)
	config.CanSubmitNewBatch, config.ReportDirectory, config.Retention = err == nil, c.reports, config.Retention.Filled()
	if _, refused := err.(*migration.Error); refused {
		err = nil
	}
	return config, records.Explain(err)
}

// SetConfig implements migration.Service.
func (c *Control) SetConfig(ctx context.Context, r migration.SetConfigRequest) (migration.Config, error) {
	if r.MaxNumberOfBatches != nil && *r.MaxNumberOfBatches < 1 {
		return migration.Config{}, outOfRange("MaxNumberOfBatches", *r.MaxNumberOfBatches)
	}
	if r.MaxCSVRows != nil && *r.MaxCSVRows < 1 {
		return migration.Config{}, outOfRange("MaxCsvRows", *r.MaxCSVRows)
	}
	if r.AcceptedDomains != nil {
		if err := checkDomains(*r.AcceptedDomains); err != nil {
			return migration.Config{}, err
		}
	}
	if r.MaxConcurrentMigrations != nil && *r.MaxConcurrentMigrations != migration.Unlimited && *r.MaxConcurrentMigrations < 1 {
		return migration.Config{}, outOfRange("MaxConcurrentMigrations", int(*r.MaxConcurrentMigrations))
	}
	if r.IncrementalSyncEvery != nil && *r.IncrementalSyncEvery < shortestSync {
		return migration.Config{}, tooOften(*r.IncrementalSyncEvery)
	}
	for _, d := range []*time.Duration{r.Retention.Synced, r.Retention.Stopped, r.Retention.Completed} {
		if d != nil && *d != 0 && *d < shortestRetention {
			return migration.Config{}, migration.NewError(migration.ErrInvalidValue, d.String(), fmt.Sprintf("Batches can't go after %s already.", *d), "Give a day at least, or 0 to keep them for ever.")
		}
	}
	if r.NotificationEmails != nil {
		if err := checkAddresses(*r.NotificationEmails); err != nil {
			return migration.Config{}, err
		}
	}
	c.creating.Lock()
	defer c.creating.Unlock()
	if r.Relay.Credentials != nil {
		if err := c.records.SetRelayPassword(ctx, r.Relay.Credentials.Password); err != nil {
			return migration.Config{}, records.Explain(err)
		}
	}
	var target *string
	if r.TargetEndpoint != nil {
		target = new(string)
		if *r.TargetEndpoint != "" {
			item, err := c.records.FindEndpoint(ctx, *r.TargetEndpoint)
			if err != nil {
				return migration.Config{}, records.Explain(err)
			}
			*target = item.Value.Name
		}
	}
	_, err := c.records.SetConfig(ctx, func(config *migration.Config) error {
		set(&config.TargetEndpoint, target)
		set(&config.MaxNumberOfBatches, r.MaxNumberOfBatches)
		set(&config.MaxConcurrentMigrations, r.MaxConcurrentMigrations)
		set(&config.MaxCSVRows, r.MaxCSVRows)
		set(&config.AcceptedDomains, r.AcceptedDomains)
		set(&config.LegacyMode, r.LegacyMode)
		set(&config.IncrementalSyncEvery, r.IncrementalSyncEvery)
		set(&config.NotificationEmails, r.NotificationEmails)
		setRetention(&config.Retention.Synced, r.Retention.Synced)
		setRetention(&config.Retention.Stopped, r.Retention.Stopped)
		setRetention(&config.Retention.Completed, r.Retention.Completed)
		return changeRelay(&config.Relay, r.Relay)
	})
	if err != nil {
		return migration.Config{}, records.Explain(err)
	}
	return c.Config(ctx)
}

// shortestRetention keeps batches from going before anybody has seen how they ended.
const shortestRetention = 24 * time.Hour

// shortestSync is the shortest time between two synchronizations of a mailbox.
const shortestSync = time.Second

func tooOften(d time.Duration) error {
	return migration.NewError(migration.ErrInvalidValue, d.String(), fmt.Sprintf("An incremental sync every %s is too often.", d),
		"Give a second at least; the usual interval is 24 hours.")
}

// setRetention takes a new time over; 0 is for ever, which is kept as a negative time.
func setRetention(d *time.Duration, to *time.Duration) {
	if to == nil {
		return
	}
	if *d = *to; *d == 0 {
		*d = -1
	}
}

// changeRelay puts new settings into a relay and checks them as a whole.
func changeRelay(relay *migration.Relay, r migration.SetRelay) error {
	if r == (migration.SetRelay{}) {
		return nil
	}
	if r.Server != nil && *r.Server == "" {
		*relay = migration.Relay{}
		return nil
	}
	set(&relay.Server, r.Server)
	set(&relay.Port, r.Port)
	set(&relay.From, r.From)
	set(&relay.AcceptUntrustedCertificates, r.AcceptUntrustedCertificates)
	if r.Security != nil {
		relay.Security = *r.Security
		if r.Port == nil {
			relay.Port = 0
		}
	}
	if relay.Security == "" {
		relay.Security = migration.SecurityTls
	}
	if relay.Port == 0 {
		relay.Port = notify.DefaultPort(relay.Security)
	}
	if r.Credentials != nil {
		relay.UserName = r.Credentials.UserName
	}
	if relay.Server == "" {
		return migration.NewError(migration.ErrInvalidValue, "", "There is no relay that these settings could belong to.", "Name it with -SmtpServer.")
	}
	if relay.From == "" {
		return migration.NewError(migration.ErrInvalidValue, relay.Server, "Mail needs a sender.", "Give his address with -SmtpFrom.")
	}
	if err := checkHost(relay.Server); err != nil {
		return err
	}
	return migration.CheckAddress(relay.From)
}

// checkDomains refuses what can't follow the @ of an address.
func checkDomains(domains []string) error {
	for _, d := range domains {
		if err := migration.CheckAddress("someone@" + d); err != nil {
			return migration.NewError(migration.ErrInvalidValue, d, fmt.Sprintf("'%s' is not a domain.", d), "Give what follows the @ of addresses, such as contoso.edu.")
		}
	}
	return nil
}

func outOfRange(name string, n int) error {
	return migration.NewError(migration.ErrInvalidValue, fmt.Sprint(n), fmt.Sprintf("%d is out of range for %s.", n, name), "Give 1 or more.")
}

// mayCreate says why another batch is refused, nil if it isn't.
func (c *Control) mayCreate(ctx context.Context, config migration.Config) error {
	batches, err := c.records.AllBatches(ctx)
	if err != nil {
		return err
	}
	if len(batches) >= config.MaxNumberOfBatches {
		return migration.NewError(migration.ErrTooManyBatches, "",
			fmt.Sprintf("There are %d batches, and MaxNumberOfBatches allows no more.", len(batches)),
			"Remove finished batches with Remove-MigrationBatch, or raise the limit with Set-MigrationConfig.")
	}
	return c.alone(ctx, config, batches, "")
}

// mayRun says why a batch may not be started, nil if it may.
func (c *Control) mayRun(ctx context.Context, b migration.Batch) error {
	config, err := c.records.Config(ctx)
	if err != nil {
		return err
	}
	batches, err := c.records.AllBatches(ctx)
	if err != nil {
		return err
	}
	return c.alone(ctx, config, batches, b.GUID)
}

// alone refuses, in legacy mode, while a batch other than the one of that GUID is active.
func (c *Control) alone(ctx context.Context, config migration.Config, batches []store.Item[records.Batch], except string) error {
	if !config.LegacyMode {
		return nil
	}
	for _, item := range batches {
		if item.Value.GUID == except {
			continue
		}
		b, err := c.batch(ctx, item.Value)
		if err != nil {
			return err
		}
		if b.Status.Busy() || b.Status == migration.BatchWaiting {
			return migration.NewError(migration.ErrBatchActive, b.Name,
				fmt.Sprintf("The batch '%s' is %s, and in legacy mode one batch is active at a time.", b.Name, b.Status),
				"Wait until it has finished or stop it, or turn legacy mode off with Set-MigrationConfig -LegacyMode $false.")
		}
	}
	return nil
}
