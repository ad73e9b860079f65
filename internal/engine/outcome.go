package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/syncer"
	"migsh/store"
)

// conclude writes down how the pass has ended.
func (j *job) conclude(ctx context.Context, result syncer.Result, err error, l logins) error {
	cause := context.Cause(ctx)
	if errors.Is(cause, store.ErrLeaseLost) {
		return cause
	}
	var over *budgetError
	now := time.Now().UTC()
	j.story.end(result, now)
	// The checkpoint is written even when the job was ended.
	writing, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkpointTime)
	defer cancel()
	switch {
	case err == nil:
		return j.succeeded(writing, result, now)
	case errors.As(err, &over):
		fault := over.fault(j.named(over.endpoint, l), now)
		return j.postponed(writing, fault, over.until.Sub(now), now)
	case cause != nil:
		j.story.line(migration.ReportLine{Time: now, Level: "Information", Message: fmt.Sprintf("The pass was ended: %v.", cause)})
		return j.write(writing, migration.EventHalt, nil)
	}
	fault, hint := j.fault(err, l, now)
	if p, ok := errors.AsType[*panicError](err); ok {
		j.engine.options.Log.Error("the job panicked", "batch", j.batchName, "user", j.address, "panic", fmt.Sprint(p.value), "stack", string(p.stack))
	}
	if fault.Type == migration.FaultTransient {
		return j.postponed(writing, fault, hint, now)
	}
	return j.failed(writing, fault, now)
}

// succeeded writes down a pass that came to its end.
func (j *job) succeeded(ctx context.Context, result syncer.Result, now time.Time) error {
	event := migration.EventDone
	fault := incomplete(result, now)
	if j.skipped(result) > 0 || fault != nil {
		event = migration.EventDoneSkipping
	}
	config, err := j.engine.records.Config(ctx)
	if err != nil {
		return err
	}
	j.story.line(migration.ReportLine{Time: now, Level: "Information", Message: fmt.Sprintf(
		"The pass is finished: %s messages, %s, were copied in %s%s; %s were at the target already, %s were skipped.",
		migration.Thousands(result.Copied), migration.ByteSize(result.Bytes), j.story.took(now).Round(time.Millisecond), j.story.pace(result, now),
		migration.Thousands(result.Matched), migration.Thousands(result.Skipped))})
	if !result.LookAgain.IsZero() {
		j.story.line(migration.ReportLine{Time: now, Level: "Information", Message: fmt.Sprintf(
			"A connection broke while messages were on their way, and they were sent again. The target may still store what had reached it before: the sync at %s, or an earlier one, removes such second copies.",
			result.LookAgain.UTC().Format("2006-01-02 15:04:05 UTC"))})
	}
	return j.write(ctx, event, func(b *records.Batch, u *records.User, effects migration.Effects) {
		if effects.Has(migration.EffectClearError) {
			u.Fault = fault
		}
		if effects.Has(migration.EffectSynced) {
			u.LastSyncTime = now
			if u.CopiedTime.IsZero() {
				u.CopiedTime = now
			}
			settings := migration.Resolve(u.Schedule, b.BatchSettings, b.TargetEndpoint, config)
			u.NextSyncTime = now.Add(settings.IncrementalSyncEvery)
			if again := result.LookAgain; !again.IsZero() && again.Before(u.NextSyncTime) {
				u.NextSyncTime = again
			}
		}
		if effects.Has(migration.EffectFinished) {
			u.FinishedTime, u.NextSyncTime = now, time.Time{}
		}
	})
}

// skipped counts what a pass has left behind, now or before.
func (j *job) skipped(result syncer.Result) int64 {
	var n int64
	for _, f := range result.Folders {
		n += f.Refused
	}
	return n
}

// incomplete is the fault of a user some of whose folders could not be finished, nil if all were.
func incomplete(result syncer.Result, now time.Time) *migration.UserFault {
	faulty := result.Faulty()
	if len(faulty) == 0 {
		return nil
	}
	names := make([]string, 0, 5)
	for _, f := range faulty[:min(len(faulty), 5)] {
		names = append(names, fmt.Sprintf("'%s' (%s)", f.SourceFolder, f.Fault))
	}
	message := fmt.Sprintf("%d of %d folders could not be copied whole: %s", len(faulty), len(result.Folders), strings.Join(names, ", "))
	if len(faulty) > len(names) {
		message += fmt.Sprintf(" and %d more", len(faulty)-len(names))
	}
	return &migration.UserFault{
		ID: "FoldersIncomplete", Type: migration.FaultPermanent, Message: message + ".", Time: now,
		Remedy: "The next sync tries them again; Get-MigrationUserStatistics lists all folders.",
	}
}

// fault tells what an error means to the user, and how long a server has asked to be left alone.
func (j *job) fault(err error, l logins, now time.Time) (migration.UserFault, time.Duration) {
	side, account := j.sideOf(err, l)
	f := connect.UserFault(err, side, account.Login, j.address)
	f.Time = now
	var hint time.Duration
	m, fromServer := errors.AsType[*mailbox.Error](err)
	switch e, ours := errors.AsType[*migration.Error](err); {
	case fromServer:
		hint = m.RetryAfter
		endpoint := j.source
		if side == connect.TargetSide {
			endpoint = j.target
		}
		j.strain = strainOf(m, endpoint)
	case ours:
		f = migration.UserFault{ID: string(e.ID), Type: migration.FaultPerson, Message: e.Message, Remedy: e.Remedy, Time: now}
		if e.ID == migration.ErrStore {
			f.Type = migration.FaultTransient
		}
	case storeError(err):
		e := migration.AsError(records.Explain(err))
		f = migration.UserFault{ID: string(e.ID), Type: migration.FaultTransient, Message: e.Message, Remedy: e.Remedy, Time: now}
	}
	return f, hint
}

// named gives the name of one of the job's endpoints as it is written.
func (j *job) named(folded string, l logins) string {
	if folded == j.source {
		return l.source.Endpoint.Name
	}
	return l.target.Endpoint.Name
}

func storeError(err error) bool {
	for _, s := range []error{store.ErrFull, store.ErrReadOnly, store.ErrConflict, store.ErrUncertain, store.ErrClosed, store.ErrDamaged} {
		if errors.Is(err, s) {
			return true
		}
	}
	return false
}

// sideOf finds out at which mailbox an error came up: where it could not be opened, or whose server and login it names.
func (j *job) sideOf(err error, l logins) (connect.Side, connect.Account) {
	if e, ok := errors.AsType[*syncer.SideError](err); ok {
		if e.Source {
			return connect.SourceSide, l.source
		}
		return connect.TargetSide, l.target
	}
	m, ok := errors.AsType[*mailbox.Error](err)
	if !ok {
		return connect.SourceSide, l.source
	}
	matches := func(a connect.Account) int {
		n := 0
		if m.Server != "" && (strings.EqualFold(m.Server, a.Endpoint.RemoteServer) || strings.EqualFold(m.Server, a.Endpoint.Address())) {
			n++
		}
		if m.Login != "" && (m.Login == a.Login || m.Login == a.AuthorizationID) {
			n++
		}
		return n
	}
	if s, t := matches(l.source), matches(l.target); t > s || t == s && m.ID == mailbox.QuotaExceeded {
		return connect.TargetSide, l.target
	}
	return connect.SourceSide, l.source
}

// postponed writes down a failure that passes by itself: the user stays at work, and is tried again soon; after too many failures in
// a row it counts as failed, so that nobody waits for it, and is tried again later.
func (j *job) postponed(ctx context.Context, fault migration.UserFault, hint time.Duration, now time.Time) error {
	retry := j.engine.options.Retry
	_, user, err := j.read(ctx)
	if err != nil {
		return err
	}
	fault.Attempts = 1
	if user.Fault != nil && user.Fault.Type == migration.FaultTransient && !j.story.moved() {
		fault.Attempts += user.Fault.Attempts
	}
	if hint > 0 {
		fault.Attempts-- // waiting as told is no failure
	} else if fault.Attempts > retry.Attempts {
		return j.failed(ctx, fault, now)
	}
	wait := max(hint, j.engine.jitter(retry.soon(fault.Attempts)))
	j.tell("Warning", fault, now.Add(wait), now)
	j.story.stalled(wait)
	return j.write(ctx, migration.EventHalt, func(_ *records.Batch, u *records.User, _ migration.Effects) {
		u.Fault, u.NextRetryTime = &fault, now.Add(wait)
	})
}

// failed writes down a failure that waits for a person, or that nobody can explain.
func (j *job) failed(ctx context.Context, fault migration.UserFault, now time.Time) error {
	_, user, err := j.read(ctx)
	if err != nil {
		return err
	}
	if fault.Attempts == 0 {
		fault.Attempts = 1
		if user.Fault != nil && user.Fault.ID == fault.ID {
			fault.Attempts += user.Fault.Attempts
		}
	}
	rounds := fault.Attempts
	if fault.Type == migration.FaultTransient {
		rounds -= j.engine.options.Retry.Attempts
	}
	again := now.Add(j.engine.jitter(j.engine.options.Retry.later(fault.ID, rounds)))
	j.tell("Error", fault, again, now)
	return j.write(ctx, migration.EventFail, func(_ *records.Batch, u *records.User, effects migration.Effects) {
		u.Fault, u.NextRetryTime = &fault, time.Time{}
		if effects.Has(migration.EffectRetry) {
			u.NextRetryTime = again
		}
	})
}

// tell puts a fault into the report and the log.
func (j *job) tell(level string, fault migration.UserFault, again, now time.Time) {
	message := fmt.Sprintf("%s Next attempt at %s.", fault.Summary(), again.Format("2006-01-02 15:04:05 UTC"))
	j.story.line(migration.ReportLine{Time: now, Level: level, Message: message})
	j.engine.options.Log.Warn("pass failed", "batch", j.batchName, "user", j.address, "fault", fault.ID, "type", fault.Type,
		"message", fault.Message, "server", fault.ServerText, "attempts", fault.Attempts, "again", again)
}
