package notify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"

	"migsh/internal/migration"
	"migsh/internal/statedir"
	"migsh/store"
)

// An Outbox keeps mail until the relay has taken it: each mail whole in a file, and what has become of it in the store, where it stays
// until its batch is removed. It survives the end of the process at any moment.
type Outbox struct {
	mails store.Collection[entry]
	store store.Store
	dir   string
}

// entry is a mail's record: notification/<batch GUID>/<occasion>.
type entry struct {
	migration.Notification
	File string // in the directory, empty once it is not needed any more
}

// NewOutbox finds the outbox in a store and a directory.
func NewOutbox(s store.Store, dir string) *Outbox {
	return &Outbox{mails: store.NewCollection[entry](s, "notification").Salvaging(salvage), store: s, dir: dir}
}

// salvage is what can be said of a mail whose record can't be read: it isn't tried any longer.
func salvage(names []string, _ []byte, why error) entry {
	return entry{Notification: migration.Notification{
		State: migration.NotificationFailed, Subject: names[len(names)-1],
		LastError: fmt.Sprintf("The record of this mail can't be read (%s), so it is not known whether it was sent, and to whom. It is not sent any more.", why),
	}}
}

// Mails are those about a batch, in order of time.
func (o *Outbox) Mails(ctx context.Context, batchGUID string) ([]migration.Notification, error) {
	var list []migration.Notification
	for item, err := range o.mails.Within(batchGUID).All(ctx) {
		if err != nil {
			return nil, fmt.Errorf("read the outbox: %w", err)
		}
		list = append(list, item.Value.Notification)
	}
	slices.SortStableFunc(list, func(a, b migration.Notification) int { return a.Created.Compare(b.Created) })
	return list, nil
}

// has tells whether there was a mail about an occasion.
func (o *Outbox) has(ctx context.Context, batchGUID, occasion string) (bool, error) {
	_, err := o.mails.Get(ctx, batchGUID, occasion)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// put keeps a mail. It is there whole once put has returned without error, and at most once for an occasion.
func (o *Outbox) put(ctx context.Context, batchGUID, occasion string, n migration.Notification, mail io.WriterTo) error {
	if err := statedir.Sub(o.dir); err != nil {
		return err
	}
	name := batchGUID + "-" + occasion + ".eml"
	if err := writeFile(filepath.Join(o.dir, name), mail); err != nil {
		return fmt.Errorf("keep a mail in the outbox: %w", err)
	}
	op, err := o.mails.Create(entry{n, name}, batchGUID, occasion)
	if err != nil {
		return err
	}
	if _, err := o.store.Update(ctx, op); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("keep a mail in the outbox: %w", err)
	}
	return nil
}

// writeFile writes a file that is whole or not there.
func writeFile(path string, content io.WriterTo) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".new-*")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(f.Name()))
		}
	}()
	_, err = content.WriteTo(f)
	if err == nil {
		err = f.Sync()
	}
	if err := errors.Join(err, f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// waiting lists the mails that wait for the relay, the earliest attempt first.
func (o *Outbox) waiting(ctx context.Context) ([]store.Item[entry], error) {
	var list []store.Item[entry]
	for item, err := range o.mails.All(ctx) {
		if err != nil {
			return nil, fmt.Errorf("read the outbox: %w", err)
		}
		if item.Value.State == migration.NotificationWaiting {
			list = append(list, item)
		}
	}
	slices.SortStableFunc(list, func(a, b store.Item[entry]) int {
		return cmp.Or(a.Value.NextTry.Compare(b.Value.NextTry), a.Value.Created.Compare(b.Value.Created))
	})
	return list, nil
}

// save writes down what has become of a mail; its file goes when nobody needs it any more.
func (o *Outbox) save(ctx context.Context, item store.Item[entry]) error {
	file := item.Value.File
	done := item.Value.State != migration.NotificationWaiting
	if done {
		item.Value.File = ""
	}
	op, err := o.mails.Replace(item)
	if err != nil {
		return err
	}
	if _, err := o.store.Update(ctx, op); err != nil && !errors.Is(err, store.ErrConflict) {
		return fmt.Errorf("write down what became of a mail: %w", err)
	}
	if done && file != "" {
		return o.remove(file)
	}
	return nil
}

func (o *Outbox) remove(file string) error {
	if err := os.Remove(filepath.Join(o.dir, file)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("remove a mail from the outbox: %w", err)
	}
	return nil
}

// sweep removes the records of mails about batches that are not alive any more, once those are sent, and the files that no mail needs.
func (o *Outbox) sweep(ctx context.Context, alive map[string]bool) error {
	var gone []store.Op
	for item, err := range o.mails.All(ctx) {
		if err != nil {
			return fmt.Errorf("read the outbox: %w", err)
		}
		if !alive[item.Names[0]] && item.Value.State != migration.NotificationWaiting {
			gone = append(gone, o.mails.Delete(item))
		}
	}
	for part := range slices.Chunk(gone, 100) {
		if _, err := o.store.Update(ctx, part...); err != nil {
			return fmt.Errorf("sweep the outbox: %w", err)
		}
	}
	files, err := os.ReadDir(o.dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look into the outbox: %w", err)
	}
	items, err := o.waiting(ctx)
	if err != nil {
		return err
	}
	needed := map[string]bool{}
	for _, item := range items {
		needed[item.Value.File] = true
	}
	var errs []error
	for _, f := range files {
		if !needed[f.Name()] {
			errs = append(errs, o.remove(f.Name()))
		}
	}
	return errors.Join(errs...)
}

// retry is how long to wait after so many failures: a minute, then twice as long each time, an hour at most.
func retry(attempts int) time.Duration {
	return min(time.Hour, time.Minute<<min(max(attempts-1, 0), 6))
}

// giveUpAfter is how long a mail is tried.
const giveUpAfter = 7 * 24 * time.Hour
