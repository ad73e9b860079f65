// Package notify tells people by mail what becomes of batches: when the first copy has ended, from time to time while a batch is at work,
// when it was stopped and when it was completed. A mail that is due is kept in the outbox before anything else, so that it is sent
// whatever happens, and once.
package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"migsh/internal/migration"
	"migsh/store"
)

// Settings tell who is to be told if a batch names nobody, and through which relay. A relay without a server is none. An error may come
// with all but the password: mails are then written, and wait.
type Settings func(ctx context.Context) (recipients []string, relay migration.Relay, password migration.Secret, err error)

// Options are what a notifier may be told; the zero value will do.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Log gets what happens; nil drops it.
	Log *slog.Logger
}

// Notifier watches batches, and writes and sends the mails about them.
type Notifier struct {
	service  migration.Service
	outbox   *Outbox
	settings Settings
	now      func() time.Time
	log      *slog.Logger
}

// New makes a notifier; Run sets it going.
func New(s migration.Service, o *Outbox, settings Settings, options Options) *Notifier {
	if options.Now == nil {
		options.Now = time.Now
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	return &Notifier{service: s, outbox: o, settings: settings, now: func() time.Time { return options.Now().UTC() }, log: options.Log}
}

// lastRound bounds what is done after ctx has ended.
const lastRound = 10 * time.Second

// lookEvery is the longest time between two looks at what is due.
const lookEvery = time.Minute

// Run works until ctx ends. It ends with a last look, so that who tells migsh to end right after a batch has ended is told of it.
func (n *Notifier) Run(ctx context.Context) error {
	if err := n.sweep(ctx); err != nil {
		n.log.Warn("the outbox could not be swept", "error", err)
	}
	news := make(chan struct{}, 1)
	watching := make(chan error, 1)
	go func() { watching <- n.watch(ctx, news) }()
	var err error
	which := everything // whoever starts migsh again may have mended what was wrong
	for going := true; going; {
		next := n.look(ctx, which)
		if ctx.Err() == nil { // else it may have been broken off
			which = whatIsDue
		}
		timer := time.NewTimer(next)
		select {
		case <-news:
		case <-timer.C:
		case err = <-watching:
			going = false
		}
		timer.Stop()
	}
	if ctx.Err() == nil {
		return fmt.Errorf("watch the batches to notify of: %w", err)
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastRound)
	defer cancel()
	if which == whatIsDue {
		which = whatIsNew
	}
	n.look(last, which)
	return nil
}

// choice says which of the waiting mails are tried.
type choice int

const (
	whatIsDue  choice = iota
	whatIsNew         // those that were never tried
	everything        // those too whose time has not come
)

func (c choice) takes(e entry, now time.Time) bool {
	switch c {
	case everything:
		return true
	case whatIsNew:
		return e.Attempts == 0
	}
	return !e.NextTry.After(now)
}

// sweep removes from the outbox what nobody needs any more.
func (n *Notifier) sweep(ctx context.Context) error {
	alive := map[string]bool{}
	for b, err := range n.service.Batches(ctx, migration.BatchQuery{}) {
		if err != nil {
			return err
		}
		alive[b.GUID] = true
	}
	return n.outbox.sweep(ctx, alive)
}

// watch gives a sign whenever a batch has changed its status, until ctx ends.
func (n *Notifier) watch(ctx context.Context, news chan<- struct{}) error {
	seen := map[string]migration.BatchStatus{}
	for progress, err := range n.service.Watch(ctx, migration.WatchRequest{}) {
		if err != nil {
			return err
		}
		changed := false
		for _, p := range progress {
			changed = changed || seen[p.GUID] != p.Status
			seen[p.GUID] = p.Status
		}
		if changed {
			select {
			case news <- struct{}{}:
			default:
			}
		}
	}
	return context.Cause(ctx)
}

// look writes the mails that are due, sends of those that wait the ones of a choice, and tells how long nothing more will be due.
func (n *Notifier) look(ctx context.Context, which choice) time.Duration {
	recipients, relay, password, locked := n.settings(ctx)
	err := locked
	if locked == nil || relay.Server != "" {
		err = n.write(ctx, recipients, relay)
	}
	if err != nil && ctx.Err() == nil {
		n.log.Warn("notifications could not be written", "error", err)
	}
	next, err := n.send(ctx, relay, password, locked, which)
	if err != nil && ctx.Err() == nil {
		n.log.Warn("notifications could not be sent", "error", err)
	}
	return min(lookEvery, max(next, time.Second))
}

// Leaving tells that a batch is about to get an order, or to be removed: what is due of its state is written now, because that state may
// be gone before anybody looks.
func (n *Notifier) Leaving(ctx context.Context, b migration.Batch) {
	recipients, relay, _, err := n.settings(ctx)
	if err == nil || relay.Server != "" {
		err = n.writeOf(ctx, b, recipients, relay)
	}
	if err != nil {
		n.log.Warn("a notification could not be written", "batch", b.Name, "error", err)
	}
}

// write puts the mails that are due into the outbox.
func (n *Notifier) write(ctx context.Context, operators []string, relay migration.Relay) error {
	var errs []error
	for b, err := range n.service.Batches(ctx, migration.BatchQuery{}) {
		if err != nil {
			return err
		}
		if err := n.writeOf(ctx, b, operators, relay); err != nil {
			errs = append(errs, fmt.Errorf("batch '%s': %w", b.Name, err))
		}
	}
	return errors.Join(errs...)
}

// writeOf puts the mail that is due about a batch into the outbox, if there is one and it is not there yet.
func (n *Notifier) writeOf(ctx context.Context, b migration.Batch, operators []string, relay migration.Relay) error {
	to := b.NotificationEmails
	if len(to) == 0 {
		to = operators
	}
	kind, occasion := due(b, n.now())
	if kind == "" || len(to) == 0 {
		return nil
	}
	there, err := n.outbox.has(ctx, b.GUID, occasion)
	if err != nil || there {
		return err
	}
	return n.compose(ctx, b, kind, occasion, to, relay)
}

// due tells which mail the state of a batch calls for, and names the occasion: the same occasion has one mail however often it is seen.
func due(b migration.Batch, now time.Time) (kind migration.NotificationKind, occasion string) {
	end := func(k migration.NotificationKind) (migration.NotificationKind, string) {
		return k, fmt.Sprintf("%s-%d", k, b.Order.Number)
	}
	switch b.Status {
	case migration.BatchSynced, migration.BatchSyncedWithErrors, migration.BatchFailed:
		return end(migration.NotifyFinished)
	case migration.BatchStopped:
		if b.Order.Kind == migration.OrderStart {
			return end(migration.NotifyFinished) // it ends with its first copy
		}
		return end(migration.NotifyStopped)
	case migration.BatchCompleted, migration.BatchCompletedWithErrors:
		return end(migration.NotifyCompleted)
	case migration.BatchStarting, migration.BatchSyncing, migration.BatchCompleting:
		if b.SkipReports {
			return "", ""
		}
		if slot := int64(now.Sub(atWorkSince(b)) / b.ReportEvery()); slot > 0 {
			return migration.NotifyReport, fmt.Sprintf("%s-%d-%d", migration.NotifyReport, b.Order.Number, slot)
		}
	}
	return "", ""
}

// atWorkSince is when a batch at work has begun with what it was ordered last.
func atWorkSince(b migration.Batch) time.Time {
	if b.Order.Kind == migration.OrderStart && b.StartAfter.After(b.Order.At) {
		return b.StartAfter
	}
	return b.Order.At
}

// compose writes a mail and puts it into the outbox.
func (n *Notifier) compose(ctx context.Context, b migration.Batch, kind migration.NotificationKind, occasion string, to []string, relay migration.Relay) error {
	var users []migration.User
	for u, err := range n.service.Users(ctx, migration.UserQuery{Batch: migration.Identity(b.GUID)}) {
		if err != nil {
			return err
		}
		users = append(users, u)
	}
	now := n.now()
	l := newLetter(kind, b, users, now)
	m, err := l.message(senderOf(relay, to), to)
	if err != nil {
		return err
	}
	return n.outbox.put(ctx, b.GUID, occasion, migration.Notification{
		Kind: kind, State: migration.NotificationWaiting, Subject: l.Subject(), To: to, Pending: slices.Clone(to), Created: now, NextTry: now,
	}, m)
}

// senderOf is the sender's address; while no relay is set, the first recipient stands in for it.
func senderOf(relay migration.Relay, to []string) string {
	if relay.From != "" {
		return relay.From
	}
	return to[0]
}

// send hands mails to the relay, unless locked says why it can't be logged in to, and tells how long the next one has to wait.
func (n *Notifier) send(ctx context.Context, relay migration.Relay, password migration.Secret, locked error, which choice) (time.Duration, error) {
	waiting, err := n.outbox.waiting(ctx)
	if err != nil {
		return lookEvery, err
	}
	next := lookEvery
	for _, item := range waiting {
		if now := n.now(); !which.takes(item.Value, now) {
			next = min(next, max(item.Value.NextTry.Sub(now), 0))
			continue
		}
		if ctx.Err() != nil {
			break
		}
		switch {
		case locked != nil:
			n.putOff(&item.Value, locked.Error())
		case relay.Server == "":
			n.putOff(&item.Value, noRelay)
		default:
			if err := n.finish(ctx, &item, relay, password); err != nil {
				return next, err
			}
		}
		if err := n.outbox.save(context.WithoutCancel(ctx), item); err != nil {
			return next, err
		}
	}
	return next, nil
}

// putOff has a mail wait for what it lacks.
func (n *Notifier) putOff(mail *entry, why string) {
	mail.LastError = why
	mail.NextTry = n.now().Add(time.Minute)
	if n.now().Sub(mail.Created) > giveUpAfter {
		mail.State = migration.NotificationFailed
	}
}

// finish is attempt, to its end: a mail that the relay is being given when migsh is told to end is not broken off, because the relay
// might have it already.
func (n *Notifier) finish(ctx context.Context, item *store.Item[entry], relay migration.Relay, password migration.Secret) error {
	begun, cancel := context.WithTimeout(context.WithoutCancel(ctx), relayTime)
	defer cancel()
	return n.attempt(begun, item, relay, password)
}

const noRelay = "No relay is set. Name it with Set-MigrationConfig -SmtpServer and -SmtpFrom."

// attempt tries to send a mail, and notes in its record what came of it.
func (n *Notifier) attempt(ctx context.Context, item *store.Item[entry], relay migration.Relay, password migration.Secret) error {
	mail := &item.Value
	file, err := os.Open(filepath.Join(n.outbox.dir, mail.File))
	if err != nil {
		mail.State, mail.LastError = migration.NotificationFailed, fmt.Sprintf("The mail can't be read from the outbox: %v.", err)
		n.log.Error("a notification is lost", "subject", mail.Subject, "error", err)
		return nil
	}
	verdicts, relayErr := deliver(ctx, relay, password, slices.Clone(mail.Pending), io.NewSectionReader(file, 0, 1<<62))
	if err := file.Close(); err != nil {
		return fmt.Errorf("close a mail of the outbox: %w", err)
	}
	if ctx.Err() != nil && len(verdicts) == 0 {
		return nil
	}
	now := n.now()
	mail.Attempts++
	mail.LastError = ""
	if relayErr != nil {
		mail.LastError = relayErr.Error()
	}
	for _, v := range verdicts {
		if v.err != nil {
			mail.LastError = fmt.Sprintf("%s: %v", v.to, v.err)
		}
		if v.err == nil || v.final {
			mail.Pending = slices.DeleteFunc(mail.Pending, func(to string) bool { return to == v.to })
		}
		if v.final {
			mail.Refused = append(mail.Refused, v.to)
		}
	}
	switch {
	case len(mail.Pending) == 0 && len(mail.Refused) < len(mail.To):
		mail.State, mail.Sent = migration.NotificationSent, now
	case len(mail.Pending) == 0, now.Sub(mail.Created) > giveUpAfter:
		mail.State = migration.NotificationFailed
	default:
		mail.NextTry = now.Add(retry(mail.Attempts))
	}
	n.log.Info("notification", "subject", mail.Subject, "state", mail.State, "attempts", mail.Attempts, "error", mail.LastError)
	return nil
}
