package engine

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/syncer"
	"migsh/store"
)

// checkpointTime is how long a job that was ended may take to write down where it is.
const checkpointTime = 10 * time.Second

// A job is one pass of one user.
type job struct {
	engine         *Engine
	want           want
	source, target string // folded names of the endpoints
	guid           string
	address        string
	folded         string
	batchGUID      string
	batchName      string
	cancel         context.CancelCauseFunc
	ending         <-chan struct{} // closed when the job is to end
	asks           chan<- ask
	released       chan<- *permit

	// What follows belongs to the job's goroutine until it has ended.
	lease *store.Lease
	last  *store.Item[records.User] // as written last
	story story
	// strain is the server's complaint that the pass has met with, nil if none.
	strain *strain
}

// errUnwanted says that the user no longer wants what the job was begun for.
var errUnwanted = errors.New("no longer wanted")

// do makes the pass and writes down what came of it. Nothing that goes wrong in it, a panic included, reaches beyond this user.
func (j *job) do(ctx context.Context) {
	log := j.engine.options.Log.With("batch", j.batchName, "user", j.address)
	err := contained(func() error { return j.hold(ctx) })
	switch {
	case err == nil, errors.Is(err, errUnwanted):
	case errors.Is(err, store.ErrLeased), errors.Is(err, store.ErrLeaseLost):
		log.Info("another migsh works on this mailbox", "error", err)
		j.pause(ctx)
	case ctx.Err() != nil:
		log.Info("the job was ended", "reason", context.Cause(ctx))
	default:
		log.Error("the job's outcome could not be written down", "error", err)
		j.pause(ctx)
	}
}

// A panicError is a panic that was caught.
type panicError struct {
	value any
	stack []byte
}

func (e *panicError) Error() string { return fmt.Sprintf("a fault in migsh: %v", e.value) }

// contained makes an error of a panic.
func contained(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{p, debug.Stack()}
		}
	}()
	return work()
}

// pause keeps the slot for a moment, so that what can't be written down now is not tried again in a loop.
func (j *job) pause(ctx context.Context) {
	select {
	case <-time.After(j.engine.jitter(j.engine.options.Retry.Soon)):
	case <-ctx.Done():
	}
}

// hold does the job under the lease of its pair of mailboxes.
func (j *job) hold(ctx context.Context) error {
	batch, user, err := j.read(ctx)
	if err != nil {
		return err
	}
	return j.engine.leases.Hold(ctx, "mailbox/"+user.Pair, j.engine.options.Holder, j.engine.options.LeaseTime,
		func(ctx context.Context, lease *store.Lease) error {
			j.lease = lease
			if j.want.halt {
				return j.write(ctx, migration.EventHalt, nil)
			}
			return j.work(ctx, batch, user)
		})
}

// read reads batch and user as they are now.
func (j *job) read(ctx context.Context) (*records.Batch, *records.User, error) {
	r := j.engine.records
	batch, err := r.Batches.Get(ctx, migration.FoldName(j.batchName))
	if errors.Is(err, store.ErrNotFound) || err == nil && batch.Value.GUID != j.batchGUID {
		return nil, nil, errUnwanted
	}
	if err != nil {
		return nil, nil, err
	}
	user, err := r.Users.Get(ctx, records.UserKey(j.batchGUID, j.address)...)
	if errors.Is(err, store.ErrNotFound) {
		err = errUnwanted
	}
	return &batch.Value, &user.Value, err
}

// work admits the user, makes the pass, and writes down its end.
func (j *job) work(ctx context.Context, batch *records.Batch, user *records.User) error {
	r := j.engine.records
	report, err := r.Reports.Get(ctx, records.UserKey(j.batchGUID, j.address)...)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return err
	}
	begun := time.Now().UTC()
	j.story.begin(j.address, report.Value, user.Figures, begun)
	j.story.line(migration.ReportLine{Time: begun, Level: "Information", Message: j.title(batch, user)})
	if err := j.admit(ctx, begun); err != nil {
		return err
	}
	var result syncer.Result
	pass, login, err := j.prepare(ctx, batch, user)
	if err == nil {
		err = contained(func() (err error) {
			if batch.Analyze {
				result, err = j.analyze(ctx, pass)
				return err
			}
			result, err = j.run(ctx, pass)
			return err
		})
	}
	if batch.Analyze && err == nil && context.Cause(ctx) == nil {
		return j.analyzed(ctx, result)
	}
	return j.conclude(ctx, result, err, login)
}

// admit writes down that the pass begins, unless an order has come in between that is against it.
func (j *job) admit(ctx context.Context, begun time.Time) error {
	err := j.write(ctx, migration.EventAdmit, func(b *records.Batch, u *records.User, _ migration.Effects) {
		if b.Settled(u, begun).Status == migration.UserQueued {
			u.Figures.Queued += max(0, begun.Sub(b.QueuedSince(u, begun)))
		}
		u.LastCheckTime, u.NextRetryTime = begun, time.Time{}
	})
	if err == nil {
		j.engine.options.Log.Info("pass begins", "batch", j.batchName, "user", j.address, "incremental", j.want.incremental)
	}
	return err
}

func (j *job) title(b *records.Batch, u *records.User) string {
	switch {
	case b.Analyze:
		return fmt.Sprintf("The analysis of %s begins.", u.EmailAddress)
	case j.want.urgency == completing:
		return fmt.Sprintf("The last sync of %s begins.", u.EmailAddress)
	case u.Copied:
		return fmt.Sprintf("An incremental sync of %s begins.", u.EmailAddress)
	}
	return fmt.Sprintf("The copy of %s begins.", u.EmailAddress)
}

// spend counts a message that is about to be sent, unless the endpoints have sent what they may today.
func (j *job) spend(bytes int64) error {
	now := time.Now()
	return j.story.spend(now, bytes, func(mine int64) error { return j.engine.spending.spend(now, bytes, mine, j.source, j.target) })
}

// logins are the names under which both sides are opened, for messages.
type logins struct{ source, target connect.Account }

// prepare finds out how both mailboxes are opened and what is to be copied.
func (j *job) prepare(ctx context.Context, batch *records.Batch, user *records.User) (syncer.Job, logins, error) {
	r := j.engine.records
	source, err := r.FindEndpoint(ctx, migration.Identity(batch.SourceEndpoint))
	if err != nil {
		return syncer.Job{}, logins{}, err
	}
	target, err := r.FindEndpoint(ctx, migration.Identity(batch.TargetEndpoint))
	if err != nil {
		return syncer.Job{}, logins{}, err
	}
	sourceKeys, err := r.Keys(source.Value)
	if err != nil {
		return syncer.Job{}, logins{}, err
	}
	targetKeys, err := r.Keys(target.Value)
	if err != nil {
		return syncer.Job{}, logins{}, err
	}
	row, err := r.Row(j.batchGUID, *user)
	if err != nil {
		return syncer.Job{}, logins{}, err
	}
	var l logins
	var ok bool
	if l.source, ok = connect.SourceAccount(source.Value.Endpoint, sourceKeys, row); !ok {
		return syncer.Job{}, l, noLogin(connect.SourceSide, source.Value.Name, "give its row a UserName and Password, or the endpoint an administrator")
	}
	if l.target, ok = connect.TargetAccount(target.Value.Endpoint, targetKeys, row); !ok {
		return syncer.Job{}, l, noLogin(connect.TargetSide, target.Value.Name, "give its row a TargetPassword, or the endpoint an administrator")
	}
	filter, err := migration.ParseContentFilter(batch.ContentFilter)
	if err != nil {
		return syncer.Job{}, l, err
	}
	var wanted func(mailbox.Meta) bool
	if filter != nil {
		wanted = func(m mailbox.Meta) bool { return filter.Match(m.Date, m.Size) }
	}
	rules, err := records.FolderRules(batch.BatchSettings)
	if err != nil {
		return syncer.Job{}, l, err
	}
	return syncer.Job{
		Filter:     wanted,
		FilterText: filter.String(),
		Repair:     batch.RepairMessages,
		Deletions:  syncer.Deletions{Follow: batch.SyncDeletions, Percent: batch.DeletionPercent(), Batch: batch.Name},
		Pair:       syncer.Pair(connect.Pair(source.Value.Endpoint, target.Value.Endpoint, row, user.UserRoot)),
		OpenSource: j.engine.connector.Source(l.source),
		OpenTarget: j.engine.connector.Target(l.target),
		Store:      r.Store,
		Rules:      rules,
		SpoolDir:   j.engine.options.SpoolDir,
		Settle:     j.engine.options.Settle,
		Observer:   &j.story,
		Spare:      j.spare,
		Spend:      j.spend,
	}, l, nil
}

func noLogin(side connect.Side, endpoint, fix string) error {
	e := mailbox.NewError(mailbox.AuthenticationAbsent, "LOGIN", fmt.Errorf("nobody is there to log in at the %s endpoint '%s'", side, endpoint))
	e.Fix = fix
	return &syncer.SideError{Source: side == connect.SourceSide, Err: e}
}

// run makes the pass, and writes down from time to time how far it is.
func (j *job) run(ctx context.Context, pass syncer.Job) (syncer.Result, error) {
	writing, stop := context.WithCancel(ctx)
	written := make(chan struct{})
	go func() {
		defer close(written)
		j.writeProgress(writing)
	}()
	defer func() {
		stop()
		<-written
	}()
	return j.engine.options.Run(ctx, pass)
}

// writeProgress writes figures and status as the pass goes on, until ctx ends.
func (j *job) writeProgress(ctx context.Context) {
	tick := time.NewTicker(j.engine.options.ProgressEvery)
	defer tick.Stop()
	ready := j.story.ready()
	for {
		event := migration.Event("")
		select {
		case <-ready:
			event, ready = migration.EventReady, nil
		case <-tick.C:
			if !j.story.changed() {
				continue
			}
		case <-ctx.Done():
			return
		}
		// What can't be written now is written with the next tick, or at the end of the pass.
		if err := j.write(ctx, event, nil); err != nil && ctx.Err() == nil {
			j.engine.options.Log.Warn("progress could not be written down", "batch", j.batchName, "user", j.address, "error", err)
		}
	}
}

// write brings an event into the user's record, with what change does to it, the figures and the report. It is written under the lease,
// and against the batch as it was read, so that no order is passed over. No event leaves the state as it is. If somebody was faster, all is
// read and changed anew: change must do nothing but alter the record.
func (j *job) write(ctx context.Context, event migration.Event, change func(*records.Batch, *records.User, migration.Effects)) error {
	r := j.engine.records
	for {
		batch, err := r.Batches.Get(ctx, migration.FoldName(j.batchName))
		if errors.Is(err, store.ErrNotFound) || err == nil && batch.Value.GUID != j.batchGUID {
			return errUnwanted
		}
		if err != nil {
			return err
		}
		user, err := r.Users.Get(ctx, records.UserKey(j.batchGUID, j.address)...)
		if errors.Is(err, store.ErrNotFound) {
			return errUnwanted
		}
		if err != nil {
			return err
		}
		ops := []store.Op{store.Check(r.Batches.Key(batch.Names...), batch.Revision), j.lease.Guard()}
		if event != "" {
			now := time.Now().UTC()
			settled := batch.Value.Settled(&user.Value, now)
			next, effects, err := settled.Next(event)
			if err != nil {
				return fmt.Errorf("%w: %w", errUnwanted, err)
			}
			if change != nil {
				change(&batch.Value, &user.Value, effects)
			}
			user.Value.UserState = next
		}
		more, err := j.story.into(r, j.batchGUID, &user.Value)
		if err != nil {
			return err
		}
		put, err := r.Users.Replace(user)
		if err != nil {
			return err
		}
		ops = append(append(ops, put), more...)
		revisions, err := r.Store.Update(ctx, ops...)
		if conflict, ok := errors.AsType[*store.ConflictError](err); ok {
			if conflict.Key == ops[1].Key {
				return store.ErrLeaseLost
			}
			continue
		}
		if err != nil {
			return err
		}
		j.story.written()
		user.Revision = revisions[2]
		user.Value.Password, user.Value.TargetPassword = "", ""
		j.last = &user
		return nil
	}
}
