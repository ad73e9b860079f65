package control

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"migsh/internal/connect"
	"migsh/internal/csvfile"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/wintz"
	"migsh/store"
)

// Ids of warnings about rows that csvfile doesn't know.
const (
	warningNoSourceLogin = "NoSourceLogin"
	warningNoTargetLogin = "NoTargetLogin"
	warningInOtherBatch  = "UserInOtherBatch"
	warningSamePair      = "SameMailboxes"
)

// CheckCSV implements migration.Service.
func (c *Control) CheckCSV(ctx context.Context, r migration.CheckCSVRequest) (migration.CSVCheck, error) {
	config, err := c.records.Config(ctx)
	if err != nil {
		return migration.CSVCheck{}, records.Explain(err)
	}
	file, err := readList(r.CSVData, config, r.AllowUnknownColumns)
	if err != nil {
		return migration.CSVCheck{}, err
	}
	return migration.CSVCheck{
		Columns: file.Columns, IgnoredColumns: file.Ignored, RowCount: len(file.Rows), ValidationWarnings: file.Warnings,
	}, nil
}

// readList reads a user list as the configuration permits it.
func readList(data []byte, config migration.Config, unknownColumns bool) (*csvfile.File, error) {
	return csvfile.Parse(data, csvfile.Options{
		AllowUnknownColumns: unknownColumns, MaxRows: config.MaxCSVRows, Domains: config.AcceptedDomains,
	})
}

// A draft is a batch that is being made: all that was checked before anything exists.
type draft struct {
	batch          records.Batch
	source, target store.Item[records.Endpoint]
	own            bool // the source is made together with the batch
	sourceKeys     connect.Keys
	targetKeys     connect.Keys
	file           *csvfile.File
	rows           []csvfile.Row
	members        map[string]bool // folded addresses of those in the batch already
	pairs          map[string]int  // pair of mailboxes → row that has it
	warnings       []migration.ValidationWarning
	notes          []string // for the administrator
}

// NewBatch implements migration.Service.
func (c *Control) NewBatch(ctx context.Context, r migration.NewBatchRequest) (migration.BatchResult, error) {
	if r.Analyze && (len(r.Users) > 0 || !r.CompleteAfter.IsZero()) {
		return migration.BatchResult{}, migration.NewError(migration.ErrInvalidValue, r.Name, "An analysis takes its users from a user list and ends by itself.",
			"Give -CSVData, and leave -Users and -CompleteAfter out.")
	}
	if len(r.Users) > 0 {
		return c.carryOver(ctx, r)
	}
	d, err := c.draft(ctx, r)
	if err != nil {
		return migration.BatchResult{}, records.Explain(err)
	}
	if err := c.reachBoth(ctx, d); err != nil {
		return migration.BatchResult{}, err
	}
	if r.Validate {
		if err := c.tryRows(ctx, d); err != nil {
			return migration.BatchResult{}, err
		}
	}

	c.creating.Lock()
	defer c.creating.Unlock()
	batch, err := c.write(ctx, d)
	if err != nil {
		// What was written already counts for nothing without its batch; if this fails too, Sweep finds it.
		cleaning, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
		defer cancel()
		err = records.Explain(err)
		if cleanup := c.records.Wipe(cleaning, d.batch.GUID); cleanup != nil && !errors.Is(err, migration.ErrStore) {
			err = errors.Join(err, records.Explain(cleanup))
		}
		return migration.BatchResult{}, err
	}
	out := migration.BatchResult{Batch: batch, Warnings: d.notes}
	if batch.Order.Kind != migration.OrderNone {
		err = c.tell(ctx, &out)
	}
	return out, records.Explain(err)
}

// draft checks everything that can be checked without a connection.
func (c *Control) draft(ctx context.Context, r migration.NewBatchRequest) (*draft, error) {
	name := strings.TrimSpace(r.Name)
	if err := migration.CheckName("migration batch", name); err != nil {
		return nil, err
	}
	if _, err := c.records.Batches.Get(ctx, migration.FoldName(name)); !errors.Is(err, store.ErrNotFound) {
		if err == nil {
			err = batchExists(name)
		}
		return nil, err
	}
	settings, err := checkSettings(r.BatchSettings)
	if err != nil {
		return nil, err
	}
	config, err := c.records.Config(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.mayCreate(ctx, config); err != nil {
		return nil, err
	}
	now := c.now()
	d := &draft{pairs: map[string]int{}, batch: records.Batch{
		Name: name, GUID: newGUID(), SubmittedBy: r.SubmittedBy, CSVName: r.CSVName, Analyze: r.Analyze, BatchSettings: settings, CreationTime: now,
	}}
	if err := c.draftSource(ctx, d, r, config); err != nil {
		return nil, err
	}
	if err := c.draftTarget(ctx, d, r, config); err != nil {
		return nil, err
	}
	if len(r.Users) > 0 {
		return d, nil
	}
	if d.file, err = readList(r.CSVData, config, settings.AllowUnknownColumns); err != nil {
		return nil, err
	}
	if d.notes, err = c.lookUp(ctx, d.file.Rows); err != nil {
		return nil, err
	}
	if len(d.file.Ignored) > 0 {
		d.notes = append(d.notes, fmt.Sprintf("These columns of the CSV file mean nothing here and are passed over: %s.", strings.Join(d.file.Ignored, ", ")))
	}
	if r.AutoStart {
		d.batch.LastNumber = 1
		d.batch.Order = migration.Order{Kind: migration.OrderStart, Number: 1, At: now, By: r.SubmittedBy}
		d.batch.StartTime = now
	}
	return d, nil
}

func batchExists(name string) error {
	return migration.NewError(migration.ErrAlreadyExists, name, fmt.Sprintf("The migration batch '%s' already exists.", name),
		"Choose another name, or remove the batch with Remove-MigrationBatch.")
}

// draftSource finds the source and its administrator's password, or makes a source of the batch's own.
func (c *Control) draftSource(ctx context.Context, d *draft, r migration.NewBatchRequest, config migration.Config) (err error) {
	if r.SourceServer != nil {
		return c.draftOwn(ctx, d, *r.SourceServer, config)
	}
	if r.SourceEndpoint == "" {
		return migration.NewError(migration.ErrInvalidValue, d.batch.Name, "A batch needs a source endpoint.",
			"Make one with New-MigrationEndpoint and name it with -SourceEndpoint, or give the server with -RemoteServer.")
	}
	if d.source, err = c.records.FindEndpoint(ctx, r.SourceEndpoint); err != nil {
		return err
	}
	d.batch.SourceEndpoint = d.source.Value.Name
	d.sourceKeys, err = c.records.Keys(d.source.Value)
	return err
}

// legacyMigrations is the most mailboxes that a batch with connection settings of its own copies at once in legacy mode.
const legacyMigrations = 10

// draftOwn makes an endpoint out of the batch's own connection settings; it bears the batch's name and is written together with it.
func (c *Control) draftOwn(ctx context.Context, d *draft, s migration.ServerSettings, config migration.Config) error {
	if n := s.MaxConcurrentMigrations; n != nil && config.LegacyMode && !(*n >= 1 && *n <= legacyMigrations) {
		return migration.NewError(migration.ErrInvalidValue, n.String(),
			fmt.Sprintf("%s is out of range: in legacy mode a batch migrates 1 to %d mailboxes at once.", n, legacyMigrations), "Give a number in that range.")
	}
	e := migration.Endpoint{
		Name: d.batch.Name, GUID: newGUID(), BatchGUID: d.batch.GUID, EndpointType: s.EndpointType, RemoteServer: s.RemoteServer, Port: s.Port,
		Security: s.Security, Authentication: s.Authentication, AcceptUntrustedCertificates: s.AcceptUntrustedCertificates,
		MaxConcurrentMigrations:       migration.DefaultMaxConcurrentMigrations,
		MaxConcurrentIncrementalSyncs: migration.DefaultMaxConcurrentIncrementalSyncs,
		CreationTime:                  d.batch.CreationTime, LastModifiedTime: d.batch.CreationTime,
	}
	if err := checkServer(&e); err != nil {
		return err
	}
	if err := setConcurrency(&e, s.MaxConcurrentMigrations, nil, &[]string{}); err != nil {
		return err
	}
	key := migration.FoldName(e.Name)
	if _, err := c.records.Endpoints.Get(ctx, key); !errors.Is(err, store.ErrNotFound) {
		if err == nil {
			err = ownExists(e.Name)
		}
		return err
	}
	d.own = true
	d.source = store.Item[records.Endpoint]{Names: []string{key}, Value: records.Endpoint{Endpoint: e}}
	d.batch.SourceEndpoint = e.Name
	return nil
}

func ownExists(name string) error {
	return migration.NewError(migration.ErrAlreadyExists, name,
		fmt.Sprintf("The batch can't have an endpoint of its own: the migration endpoint '%s' already exists.", name),
		"Choose another name for the batch, or name the endpoint with -SourceEndpoint.")
}

// draftTarget finds the target and its administrator's password.
func (c *Control) draftTarget(ctx context.Context, d *draft, r migration.NewBatchRequest, config migration.Config) (err error) {
	target := r.TargetEndpoint
	if target == "" {
		target = migration.Identity(config.TargetEndpoint)
	}
	if target == "" && config.Damage != "" {
		return migration.NewError(migration.ErrCorrupted, d.batch.Name, config.Damage, "Or name the target with -TargetEndpoint.")
	}
	if target == "" {
		return migration.NewError(migration.ErrNoTarget, d.batch.Name, "There is no target endpoint: migsh does not know where to copy the mailboxes to.",
			"Name it with -TargetEndpoint, or set it once for all batches with Set-MigrationConfig -TargetEndpoint.")
	}
	if d.target, err = c.records.FindEndpoint(ctx, target); err != nil {
		return err
	}
	d.batch.TargetEndpoint = d.target.Value.Name
	d.targetKeys, err = c.records.Keys(d.target.Value)
	return err
}

// checkSettings checks what was set on a batch and brings it into its proper form.
func checkSettings(s migration.BatchSettings) (migration.BatchSettings, error) {
	if s.TimeZone != "" {
		_, proper, err := wintz.Load(s.TimeZone)
		if err != nil {
			return s, migration.NewError(migration.ErrInvalidValue, s.TimeZone, strings.ToUpper(err.Error()[:1])+err.Error()[1:]+".", "").Because(err)
		}
		s.TimeZone = proper
	}
	if !s.CompleteAfter.IsZero() && s.CompleteAfter.Before(s.StartAfter) {
		return s, migration.NewError(migration.ErrInvalidValue, s.CompleteAfter.Format(time.RFC3339), "CompleteAfter is before StartAfter.", "Give a later time.")
	}
	s.StartAfter, s.CompleteAfter = s.StartAfter.UTC(), s.CompleteAfter.UTC()
	if _, err := migration.ParseContentFilter(s.ContentFilter); err != nil {
		return s, err
	}
	if _, err := records.FolderRules(s); err != nil {
		return s, err
	}
	if s.MaxDeletionPercent < 0 || s.MaxDeletionPercent > 100 {
		return s, migration.NewError(migration.ErrInvalidValue, strconv.Itoa(s.MaxDeletionPercent), "MaxDeletionPercent is a share of 1 to 100 percent.", "")
	}
	if s.IncrementalSyncEvery != 0 && s.IncrementalSyncEvery < shortestSync {
		return s, tooOften(s.IncrementalSyncEvery)
	}
	if s.ReportInterval < 0 {
		return s, migration.NewError(migration.ErrInvalidValue, "", "An interval can't be negative.", "")
	}
	return s, checkAddresses(s.NotificationEmails)
}

func checkAddresses(addresses []string) error {
	for _, address := range addresses {
		if err := migration.CheckAddress(address); err != nil {
			return err
		}
	}
	return nil
}

// reachBoth tries both servers at once; a batch that could not begin is not made.
func (c *Control) reachBoth(ctx context.Context, d *draft) error {
	var source, target migration.ConnectionTest
	group, both := errgroup.WithContext(ctx)
	var resolved migration.Endpoint
	group.Go(func() (err error) {
		source, resolved, err = c.probe(both, connect.Account{Endpoint: d.source.Value.Endpoint})
		return err
	})
	group.Go(func() (err error) {
		target, _, err = c.probe(both, connect.Account{Endpoint: d.target.Value.Endpoint})
		return err
	})
	if err := group.Wait(); err != nil {
		return err
	}
	for _, t := range []struct {
		side     string
		endpoint records.Endpoint
		test     migration.ConnectionTest
	}{{"source", d.source.Value, source}, {"target", d.target.Value, target}} {
		if t.test.Fault != nil {
			e := t.test.Fault
			e.Message = fmt.Sprintf("The %s endpoint '%s' can't be reached. %s", t.side, t.endpoint.Name, e.Message)
			e.Remedy = strings.TrimSpace(e.Remedy + " No batch was created.")
			return e
		}
		d.notes = append(d.notes, t.test.Warnings...)
	}
	if d.own {
		d.source.Value.Endpoint, d.source.Value.Verified = resolved, true
	}
	return nil
}

// write checks the rows against what else exists and writes the batch: first the users, and last the record that makes them count.
// It returns the batch as it comes into being.
func (c *Control) write(ctx context.Context, d *draft) (migration.Batch, error) {
	if err := c.writeRows(ctx, d); err != nil {
		return migration.Batch{}, err
	}
	batch, err := c.batch(ctx, d.batch)
	if err != nil {
		return migration.Batch{}, err
	}
	batch.SourceEndpoint = d.source.Value.Endpoint
	create, err := c.records.Batches.Create(d.batch, migration.FoldName(d.batch.Name))
	if err != nil {
		return migration.Batch{}, err
	}
	source := store.Check(c.records.Endpoints.Key(d.source.Names...), d.source.Revision)
	if d.own {
		if source, err = c.records.Endpoints.Create(d.source.Value, d.source.Names...); err != nil {
			return migration.Batch{}, err
		}
	}
	last := []store.Op{create, source}
	if d.target.Names[0] != d.source.Names[0] {
		last = append(last, store.Check(c.records.Endpoints.Key(d.target.Names...), d.target.Revision))
	}
	_, err = c.records.Store.Update(ctx, last...)
	if conflict, ok := errors.AsType[*store.ConflictError](err); ok {
		switch {
		case conflict.Key == create.Key:
			err = batchExists(d.batch.Name)
		case d.own && conflict.Key == source.Key:
			err = ownExists(d.batch.Name)
		}
	}
	return batch, err
}

// writeRows writes users, claims and warnings.
func (c *Control) writeRows(ctx context.Context, d *draft) error {
	var users, claims []store.Op
	d.warnings = append(d.warnings, d.file.Warnings...)
	earlier := d.batch.WarningCount
	for _, row := range d.file.Rows {
		user, warning, err := c.user(d, row)
		if err != nil {
			return err
		}
		if warning != nil {
			d.warnings = append(d.warnings, *warning)
			continue
		}
		op, err := c.records.Users.Create(*user, records.UserKey(d.batch.GUID, user.EmailAddress)...)
		if err != nil {
			return err
		}
		if d.batch.Analyze {
			users = append(users, op)
			d.rows = append(d.rows, row)
			continue
		}
		claim, taken, err := c.records.ClaimOp(ctx, user.Pair, records.Claim{BatchGUID: d.batch.GUID, BatchName: d.batch.Name, Address: user.EmailAddress})
		if err != nil {
			return err
		}
		if taken != nil {
			d.warnings = append(d.warnings, warn(row, warningInOtherBatch, fmt.Sprintf(
				"'%s' is in the batch '%s' already, as '%s'. Remove it there first with Remove-MigrationUser, or let that batch complete.",
				row.EmailAddress, taken.BatchName, taken.Address)))
			continue
		}
		users, claims = append(users, op), append(claims, claim)
		d.rows = append(d.rows, row)
	}
	if len(d.rows) == 0 {
		return noRow(d.warnings[earlier:])
	}
	if len(d.warnings) > earlier {
		d.notes = append(d.notes, fmt.Sprintf("%s of %s rows are left out of the batch '%s': %s Get-MigrationBatch lists all in ValidationWarnings.",
			migration.Thousands(int64(len(d.warnings)-earlier)), migration.Thousands(int64(len(d.warnings)-earlier+len(d.rows))), d.batch.Name, d.warnings[earlier].Message))
	}
	d.batch.WarningCount = len(d.warnings)
	ops, err := c.records.WarningOps(d.batch.GUID, d.warnings)
	if err != nil {
		return err
	}
	for _, part := range [][]store.Op{append(ops, users...), claims} {
		if err := records.WriteAll(ctx, c.records.Store, part); err != nil {
			return err
		}
	}
	return nil
}

// noRow is the error of a file of which nothing is left.
func noRow(warnings []migration.ValidationWarning) error {
	e := migration.NewError(migration.ErrCSVNoUser, "", "No row of the CSV file can be migrated.", "Correct the file; nothing was created.")
	for _, w := range warnings {
		if len(e.Faults) < 5 {
			e.Message += " " + w.Message
		}
		if len(e.Faults) < 100 {
			e.Faults = append(e.Faults, migration.Fault{ID: migration.ErrorID(w.ID), Row: w.Row, Message: w.Message})
		}
	}
	return e
}

func warn(row csvfile.Row, id, why string) migration.ValidationWarning {
	return migration.ValidationWarning{
		Row: row.Number, EmailAddress: row.EmailAddress, ID: id, Message: fmt.Sprintf("Row %d is left out: %s", row.Number, why),
	}
}

// user makes the record of a row, or says why the row is left out.
func (c *Control) user(d *draft, row csvfile.Row) (*records.User, *migration.ValidationWarning, error) {
	left := func(id, why string) (*records.User, *migration.ValidationWarning, error) {
		w := warn(row, id, why)
		return nil, &w, nil
	}
	login := loginOf(row)
	if _, ok := connect.SourceAccount(d.source.Value.Endpoint, d.sourceKeys, login); !ok {
		return left(warningNoSourceLogin, fmt.Sprintf(
			"'%s' can't be opened at the source: the row has no UserName with a Password, and the endpoint '%s' has no administrator who could open it.",
			row.EmailAddress, d.source.Value.Name))
	}
	if _, ok := connect.TargetAccount(d.target.Value.Endpoint, d.targetKeys, login); !ok {
		return left(warningNoTargetLogin, fmt.Sprintf(
			"'%s' can't be opened at the target: the row has no TargetPassword, and the endpoint '%s' has no administrator who could open it. "+
				"Add the column TargetPassword, or Set-MigrationEndpoint '%s' -Credentials.",
			row.EmailAddress, d.target.Value.Name, d.target.Value.Name))
	}
	pair := connect.Pair(d.source.Value.Endpoint, d.target.Value.Endpoint, login, row.UserRoot).Key()
	if first, twice := d.pairs[pair]; twice {
		return left(warningSamePair, fmt.Sprintf("'%s' names the same two mailboxes as row %d.", row.EmailAddress, first))
	}
	d.pairs[pair] = row.Number
	user := &records.User{
		EmailAddress: row.EmailAddress, GUID: newGUID(), Row: row.Number, UserName: row.UserName, UserRoot: row.UserRoot,
		TargetUserName: row.TargetUserName, Pair: pair, UserState: migration.UserState{Status: migration.UserStopped},
	}
	key := c.records.Users.Key(records.UserKey(d.batch.GUID, row.EmailAddress)...)
	var err error
	if user.Password, err = c.records.Seal(row.Password, key, records.FieldPassword); err != nil {
		return nil, nil, err
	}
	user.TargetPassword, err = c.records.Seal(row.TargetPassword, key, records.FieldTargetPassword)
	return user, nil, err
}

func loginOf(row csvfile.Row) connect.Row {
	return connect.Row{
		EmailAddress: row.EmailAddress, UserName: row.UserName, Password: row.Password,
		TargetUserName: row.TargetUserName, TargetPassword: row.TargetPassword,
	}
}
