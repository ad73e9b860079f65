package control

import (
	"cmp"
	"context"
	"iter"
	"reflect"
	"slices"
	"time"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// Watch implements migration.Service.
func (c *Control) Watch(ctx context.Context, r migration.WatchRequest) iter.Seq2[[]migration.BatchProgress, error] {
	return sequence(func(yield func([]migration.BatchProgress) bool) error {
		w := &watcher{now: c.now, mirror: records.NewMirror(), statuses: map[string]migration.UserStatus{}}
		for _, id := range r.Batches {
			item, err := c.records.FindBatch(ctx, id)
			if err != nil {
				return err
			}
			w.guids = append(w.guids, item.Value.GUID)
		}
		every := r.Every
		if every <= 0 {
			every = lookEvery
		}
		look := time.NewTicker(every)
		defer look.Stop()
		feed := c.records.Feed(ctx)
		defer feed.Close()
		for {
			var urgent bool
			select {
			case n, going := <-feed.News:
				if !going {
					return feed.Close()
				}
				urgent = w.apply(n)
				// What has come together is looked at together.
				for range len(feed.News) {
					urgent = w.apply(<-feed.News) || urgent
				}
			case <-look.C:
				urgent = true
			}
			if !urgent || !w.synced {
				continue
			}
			progress, changed := w.look()
			if changed && !yield(progress) {
				return nil
			}
			if r.UntilIdle && !slices.ContainsFunc(progress, func(p migration.BatchProgress) bool { return p.Status.Busy() }) {
				return nil
			}
		}
	})
}

// A watcher makes progress reports out of news.
type watcher struct {
	now      func() time.Time
	guids    []string // empty: all batches
	mirror   *records.Mirror
	statuses map[string]migration.UserStatus // by user GUID, as told last
	synced   bool
	last     []migration.BatchProgress
	speeds   map[string]*speed
}

// apply takes news in and tells whether it should be looked at at once: the beginning, an order, or a user's change of status.
func (w *watcher) apply(n records.News) bool {
	w.mirror.Apply(n)
	switch {
	case n.Synced:
		w.synced = true
		return true
	case n.Batch != nil:
		return true
	case n.User != nil && !n.Gone:
		u := &n.User.Value
		before := w.statuses[u.GUID]
		w.statuses[u.GUID] = u.Status
		return before != u.Status
	case n.User != nil:
		return true
	}
	return false
}

// look makes the progress of the watched batches, and tells whether it differs from the last one.
func (w *watcher) look() ([]migration.BatchProgress, bool) {
	now := w.now()
	var batches []*store.Item[records.Batch]
	for guid, item := range w.mirror.Batches {
		if len(w.guids) == 0 || slices.Contains(w.guids, guid) {
			batches = append(batches, item)
		}
	}
	slices.SortFunc(batches, func(a, b *store.Item[records.Batch]) int {
		return cmp.Or(a.Value.CreationTime.Compare(b.Value.CreationTime), cmp.Compare(a.Value.Name, b.Value.Name))
	})
	progress := make([]migration.BatchProgress, 0, len(batches))
	for _, item := range batches {
		progress = append(progress, w.progress(&item.Value, now))
	}
	changed := w.last == nil || !slices.EqualFunc(w.last, progress, func(a, b migration.BatchProgress) bool {
		a.Time, b.Time = time.Time{}, time.Time{}
		return reflect.DeepEqual(a, b)
	})
	w.last = progress
	return progress, changed
}

// activeListed is how many users at work a progress names.
const activeListed = 10

func (w *watcher) progress(b *records.Batch, now time.Time) migration.BatchProgress {
	p := migration.BatchProgress{Name: b.Name, GUID: b.GUID, Time: now}
	s := newSum(b, now)
	var active []*records.User
	counted := 0
	for _, item := range w.mirror.Users[b.GUID] {
		u := &item.Value
		s.add(u)
		p.ItemsTotal += u.Figures.ItemsTotal
		p.ItemsDone += min(u.Figures.ItemsDone, u.Figures.ItemsTotal)
		p.BytesTotal += migration.ByteSize(u.Figures.BytesTotal)
		p.BytesDone += migration.ByteSize(u.Figures.Bytes)
		if u.Figures.Counted {
			counted++
		}
		if status := b.Settled(u, now).Status; status.AtWork() && status != migration.UserQueued {
			active = append(active, u)
			p.BytesPerSecond += migration.ByteSize(u.Figures.Rate / 60)
			if u.Fault != nil && u.Fault.Type == migration.FaultTransient && u.NextRetryTime.After(now) {
				p.Throttled = later(p.Throttled, u.NextRetryTime)
			}
		}
	}
	p.Status, p.Counts = s.status(), s.tally.Counts
	slices.SortFunc(active, func(x, y *records.User) int { return x.Row - y.Row })
	for _, u := range active[:min(len(active), activeListed)] {
		p.Active = append(p.Active, migration.UserProgress{
			EmailAddress: u.EmailAddress, Status: b.Settled(u, now).Status, Folder: u.Figures.Folder,
			ItemsTotal: u.Figures.ItemsTotal, ItemsDone: u.Figures.ItemsDone, BytesDone: migration.ByteSize(u.Figures.Bytes),
		})
	}
	if counted == p.TotalCount {
		p.Remaining = w.remaining(b.GUID, p, now)
	}
	return p
}

// speed is where a batch stood when it was seen first.
type speed struct {
	since time.Time
	done  int64
}

// remaining estimates the time left by the messages that were done since the batch was seen first.
func (w *watcher) remaining(guid string, p migration.BatchProgress, now time.Time) time.Duration {
	if w.speeds == nil {
		w.speeds = map[string]*speed{}
	}
	s := w.speeds[guid]
	if s == nil || !p.Status.Busy() {
		w.speeds[guid] = &speed{since: now, done: p.ItemsDone}
		return 0
	}
	elapsed, done := now.Sub(s.since), p.ItemsDone-s.done
	if elapsed < 2*time.Second || done <= 0 {
		return 0
	}
	left := float64(p.ItemsTotal-p.ItemsDone) / float64(done) * elapsed.Seconds()
	return time.Duration(left) * time.Second
}
