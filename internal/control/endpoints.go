package control

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"migsh/internal/connect"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// NewEndpoint implements migration.Service.
func (c *Control) NewEndpoint(ctx context.Context, r migration.NewEndpointRequest) (migration.EndpointResult, error) {
	var out migration.EndpointResult
	e := migration.Endpoint{
		Name: strings.TrimSpace(r.Name), GUID: newGUID(), EndpointType: r.EndpointType, RemoteServer: r.RemoteServer, Port: r.Port,
		Security: r.Security, Authentication: r.Authentication, AcceptUntrustedCertificates: r.AcceptUntrustedCertificates,
		MaxConcurrentMigrations:       migration.DefaultMaxConcurrentMigrations,
		MaxConcurrentIncrementalSyncs: migration.DefaultMaxConcurrentIncrementalSyncs,
		LoginFormat:                   r.LoginFormat, AuthorizationID: r.AuthorizationID, DailyLimits: r.DailyLimits, Workarounds: r.Workarounds, CertificateFingerprints: r.CertificateFingerprints,
		Compress: r.Compress,
	}
	if err := checkLimits(e.DailyLimits); err != nil {
		return out, err
	}
	if err := migration.CheckName("migration endpoint", e.Name); err != nil {
		return out, err
	}
	secrets, err := c.grant(ctx, &e, migration.OAuthSecrets{}, r.OAuth, r.SkipVerification)
	if err != nil {
		return out, err
	}
	if err := checkServer(&e); err != nil {
		return out, err
	}
	if err := setConcurrency(&e, r.MaxConcurrentMigrations, r.MaxConcurrentIncrementalSyncs, &out.Warnings); err != nil {
		return out, err
	}
	password, err := setAdministrator(&e, r.Credentials)
	if err != nil {
		return out, err
	}
	key := migration.FoldName(e.Name)
	exists := migration.NewError(migration.ErrAlreadyExists, e.Name,
		fmt.Sprintf("The migration endpoint '%s' already exists.", e.Name), "Choose another name, or change it with Set-MigrationEndpoint.")
	old, err := c.records.Endpoints.Get(ctx, key)
	switch {
	case err == nil && old.Value.Damage != "": // it is made anew
		if old.Value.GUID != "" {
			e.GUID = old.Value.GUID
		}
	case err == nil:
		return out, exists
	case errors.Is(err, store.ErrNotFound):
		old.Names = []string{key}
	default:
		return out, records.Explain(err)
	}
	if err := c.verify(ctx, &e, r.SkipVerification, &out.Warnings); err != nil {
		return out, err
	}
	e.CreationTime = c.now()
	e.LastModifiedTime = e.CreationTime
	record := records.Endpoint{Endpoint: e}
	if record.Password, err = c.records.Seal(password, c.records.Endpoints.Key(key), records.FieldPassword); err != nil {
		return out, err
	}
	if record.OAuthSecrets, err = c.records.SealOAuth(e.Name, secrets); err != nil {
		return out, err
	}
	remade := old.Value.Damage != ""
	old.Value = record
	op, err := c.records.Endpoints.Replace(old)
	if err == nil {
		_, err = c.records.Store.Update(ctx, op)
	}
	if errors.Is(err, store.ErrConflict) {
		err = exists
	}
	if err == nil && remade {
		err = c.retryRefused(ctx, e.Name)
	}
	out.Endpoint = e
	return out, records.Explain(err)
}

func checkLimits(l migration.DailyLimits) error {
	if l.DailyByteLimit < 0 || l.DailyByteLimitPerMailbox < 0 {
		return migration.NewError(migration.ErrInvalidValue, "", "A daily limit can't be negative.", "Give a size such as 2GB, or Unlimited.")
	}
	return nil
}

// verify tries the server unless that is to be skipped, and resolves the endpoint's security.
func (c *Control) verify(ctx context.Context, e *migration.Endpoint, skip bool, warnings *[]string) error {
	if skip {
		e.Verified = false
		if e.Security == "" {
			e.Security, _ = migration.ResolveSecurity(e.Port, true)
		}
		return nil
	}
	test, resolved, err := c.probe(ctx, connect.Account{Endpoint: *e})
	if err != nil {
		return err
	}
	if test.Fault != nil {
		test.Fault.Remedy = strings.TrimSpace(test.Fault.Remedy + " Or use -SkipVerification to save the endpoint all the same.")
		return test.Fault
	}
	*warnings = append(*warnings, test.Warnings...)
	*e = resolved
	e.Verified = true
	return nil
}

// setConcurrency checks the limits and puts them into the endpoint. What was not said follows what was.
func setConcurrency(e *migration.Endpoint, migrations, syncs *migration.Limit, warnings *[]string) error {
	for _, l := range []*migration.Limit{migrations, syncs} {
		if l != nil && *l != migration.Unlimited && (*l < 1 || *l > migration.MaxConcurrentMigrationsCeiling) {
			return migration.NewError(migration.ErrInvalidValue, l.String(),
				fmt.Sprintf("%s is out of range: an endpoint migrates 1 to %d mailboxes at once.", l, migration.MaxConcurrentMigrationsCeiling),
				"Give a number in that range, or Unlimited.")
		}
	}
	if migrations != nil {
		e.MaxConcurrentMigrations = *migrations
	}
	if syncs != nil {
		e.MaxConcurrentIncrementalSyncs = *syncs
	}
	if !e.MaxConcurrentMigrations.Less(e.MaxConcurrentIncrementalSyncs) {
		return nil
	}
	if syncs != nil {
		return migration.NewError(migration.ErrConcurrency, e.Name,
			fmt.Sprintf("MaxConcurrentIncrementalSyncs (%s) can't be greater than MaxConcurrentMigrations (%s).",
				e.MaxConcurrentIncrementalSyncs, e.MaxConcurrentMigrations), "Lower the first or raise the second.")
	}
	if !e.CreationTime.IsZero() {
		*warnings = append(*warnings, fmt.Sprintf("MaxConcurrentIncrementalSyncs was lowered from %s to %s as well, because it can't be greater than MaxConcurrentMigrations.",
			e.MaxConcurrentIncrementalSyncs, e.MaxConcurrentMigrations))
	}
	e.MaxConcurrentIncrementalSyncs = e.MaxConcurrentMigrations
	return nil
}

// setAdministrator checks and puts in who opens other people's mailboxes at the endpoint. Without a form of login the administrator
// opens them by SASL authorization identity: under his plain login he would open nothing but his own.
func setAdministrator(e *migration.Endpoint, credentials *migration.Credential) (migration.Secret, error) {
	if err := migration.CheckLoginFormat(e.LoginFormat); err != nil {
		return "", err
	}
	if e.AuthorizationID != "" {
		if err := migration.CheckLoginFormat(e.AuthorizationID); err != nil {
			return "", err
		}
	}
	if credentials == nil {
		if e.OAuth == nil && (e.LoginFormat != "" || e.AuthorizationID != "") {
			return "", migration.NewError(migration.ErrInvalidValue, e.Name,
				"A login format or authorization id says how an administrator opens mailboxes, but no administrator was given.", "Give -Credentials too.")
		}
		return "", nil
	}
	if credentials.UserName == "" || credentials.Password == "" {
		return "", migration.NewError(migration.ErrInvalidValue, e.Name, "The credentials have no user name or no password.", "Give both.")
	}
	e.UserName = credentials.UserName
	if e.LoginFormat == "" && e.AuthorizationID == "" {
		e.AuthorizationID = "{user}"
	}
	return credentials.Password, nil
}

// Endpoints implements migration.Service.
func (c *Control) Endpoints(ctx context.Context, q migration.EndpointQuery) iter.Seq2[migration.Endpoint, error] {
	return sequence(func(yield func(migration.Endpoint) bool) error {
		active, err := c.activeByEndpoint(ctx)
		if err != nil {
			return err
		}
		fill := func(r records.Endpoint) migration.Endpoint {
			e := r.Endpoint
			a := active[migration.FoldName(e.Name)]
			e.ActiveMigrationCount, e.ActiveIncrementalSyncCount, e.BytesToday = a.migrations, a.syncs, a.today
			if l, err := c.records.Ceilings.Get(ctx, e.GUID); err == nil && l.Value.Limit > 0 {
				e.Ceiling = &migration.LearntCeiling{Limit: l.Value.Limit, Reason: l.Value.Reason, Since: l.Value.Since, RaiseAt: l.Value.RaiseAt}
			}
			return e
		}
		if q.Identity != "" {
			item, err := c.records.AnyEndpoint(ctx, q.Identity)
			if err == nil && (q.EndpointType == "" || q.EndpointType == item.Value.EndpointType) {
				yield(fill(item.Value))
			}
			return err
		}
		for item, err := range c.records.Endpoints.All(ctx) {
			if err != nil {
				return err
			}
			if q.EndpointType != "" && q.EndpointType != item.Value.EndpointType {
				continue
			}
			if !yield(fill(item.Value)) {
				return nil
			}
		}
		return nil
	})
}

// An activity is what an endpoint is busy with.
type activity struct {
	migrations, syncs int // users in initial copy, and in incremental sync
	today             migration.ByteSize
}

// activeByEndpoint sums up the users by folded endpoint name.
func (c *Control) activeByEndpoint(ctx context.Context) (map[string]activity, error) {
	now := c.now()
	counts := map[string]activity{}
	batches, err := c.records.AllBatches(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range batches {
		var n activity
		for user, err := range c.records.Users.Within(b.Value.GUID).All(ctx) {
			if err != nil {
				return nil, err
			}
			switch user.Value.Status {
			case migration.UserValidating, migration.UserSyncing:
				n.migrations++
			case migration.UserIncrementalSyncing, migration.UserCompleting:
				n.syncs++
			}
			n.today += migration.ByteSize(user.Value.Figures.Today(now))
		}
		names := []string{migration.FoldName(b.Value.SourceEndpoint), migration.FoldName(b.Value.TargetEndpoint)}
		for _, name := range slices.Compact(names) {
			had := counts[name]
			counts[name] = activity{had.migrations + n.migrations, had.syncs + n.syncs, had.today + n.today}
		}
	}
	return counts, nil
}

// SetEndpoint implements migration.Service.
func (c *Control) SetEndpoint(ctx context.Context, r migration.SetEndpointRequest) (migration.EndpointResult, error) {
	var out migration.EndpointResult
	item, err := c.records.FindEndpoint(ctx, r.Identity)
	if err != nil {
		return out, records.Explain(err)
	}
	e := item.Value.Endpoint
	before := e
	set(&e.RemoteServer, r.RemoteServer)
	set(&e.Port, r.Port)
	set(&e.Security, r.Security)
	set(&e.Authentication, r.Authentication)
	set(&e.AcceptUntrustedCertificates, r.AcceptUntrustedCertificates)
	set(&e.LoginFormat, r.LoginFormat)
	set(&e.AuthorizationID, r.AuthorizationID)
	set(&e.Workarounds, r.Workarounds)
	set(&e.CertificateFingerprints, r.CertificateFingerprints)
	set(&e.Compress, r.Compress)
	if err := c.changeGrant(ctx, &e, &item.Value, r); err != nil {
		return out, err
	}
	set(&e.DailyByteLimit, r.DailyByteLimit)
	set(&e.DailyByteLimitPerMailbox, r.DailyByteLimitPerMailbox)
	if err := checkLimits(e.DailyLimits); err != nil {
		return out, err
	}
	if err := checkServer(&e); err != nil {
		return out, err
	}
	if err := setConcurrency(&e, r.MaxConcurrentMigrations, r.MaxConcurrentIncrementalSyncs, &out.Warnings); err != nil {
		return out, err
	}
	if err := c.changeAdministrator(&e, &item.Value, r.Credentials); err != nil {
		return out, err
	}
	if !reflect.DeepEqual(server(e), server(before)) || r.SkipVerification {
		if err := c.verify(ctx, &e, r.SkipVerification, &out.Warnings); err != nil {
			return out, err
		}
	}
	e.LastModifiedTime = c.now()
	item.Value.Endpoint = e
	op, err := c.records.Endpoints.Replace(item)
	if err == nil {
		_, err = c.records.Store.Update(ctx, op)
	}
	if err == nil && (r.Credentials != nil || r.OAuth != nil || r.LoginFormat != nil || r.AuthorizationID != nil || r.Authentication != nil) {
		err = c.retryRefused(ctx, e.Name)
	}
	out.Endpoint = e
	return out, records.Explain(err)
}

// changeAdministrator puts new credentials into an endpoint's record, or takes the old ones away.
func (c *Control) changeAdministrator(e *migration.Endpoint, record *records.Endpoint, credentials *migration.Credential) error {
	if credentials != nil && credentials.UserName == "" {
		e.UserName, e.LoginFormat, e.AuthorizationID, record.Password = "", "", "", ""
		return nil
	}
	if credentials == nil && e.UserName != "" {
		if e.LoginFormat == "" && e.AuthorizationID == "" {
			e.AuthorizationID = "{user}"
		}
		return errors.Join(migration.CheckLoginFormat(e.LoginFormat), migration.CheckLoginFormat(e.AuthorizationID))
	}
	password, err := setAdministrator(e, credentials)
	if err != nil || credentials == nil {
		return err
	}
	record.Password, err = c.records.Seal(password, c.records.Endpoints.Key(migration.FoldName(e.Name)), records.FieldPassword)
	return err
}

// server is what of an endpoint a probe tries.
func server(e migration.Endpoint) migration.Endpoint {
	return migration.Endpoint{
		RemoteServer: e.RemoteServer, Port: e.Port, Security: e.Security, Authentication: e.Authentication,
		AcceptUntrustedCertificates: e.AcceptUntrustedCertificates, CertificateFingerprints: e.CertificateFingerprints,
	}
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// RemoveEndpoint implements migration.Service.
func (c *Control) RemoveEndpoint(ctx context.Context, identity migration.Identity) error {
	c.creating.Lock()
	defer c.creating.Unlock()
	item, err := c.records.AnyEndpoint(ctx, identity)
	if err != nil {
		return records.Explain(err)
	}
	name := item.Value.Name
	batches, err := c.records.AllBatches(ctx)
	if err != nil {
		return records.Explain(err)
	}
	for _, b := range batches {
		if sameName(b.Value.SourceEndpoint, name) || sameName(b.Value.TargetEndpoint, name) {
			return migration.NewError(migration.ErrEndpointInUse, name,
				fmt.Sprintf("The migration endpoint '%s' can't be removed: the batch '%s' uses it.", name, b.Value.Name),
				fmt.Sprintf("Remove the batch first: Remove-MigrationBatch '%s'.", b.Value.Name))
		}
	}
	config, err := c.records.Config(ctx)
	if err != nil {
		return records.Explain(err)
	}
	if sameName(config.TargetEndpoint, name) {
		return migration.NewError(migration.ErrEndpointInUse, name,
			fmt.Sprintf("The migration endpoint '%s' can't be removed: it is the target of new batches.", name),
			"Name another one first, or none: Set-MigrationConfig -TargetEndpoint $null.")
	}
	_, err = c.records.Store.Update(ctx, c.records.Endpoints.Delete(item), c.records.ForgetCeiling(item.Value.GUID))
	return records.Explain(err)
}

func sameName(a, b string) bool { return migration.FoldName(a) == migration.FoldName(b) }
