package engine

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// lookAgain is the longest time between two passes of the scheduler, whatever it waits for: clocks of machines jump.
const lookAgain = time.Minute

// urgency orders those who want a slot.
type urgency int

const (
	resuming    urgency = iota // was at work already
	completing                 // its last sync
	copying                    // its initial copy
	incremental                // a sync after the initial copy
	urgencies
)

// A want is what a user would do if it could.
type want struct {
	urgency urgency
	// incremental: it counts against MaxConcurrentIncrementalSyncs.
	incremental bool
	// at is when it may; the past is now.
	at time.Time
	// halt: there is no pass to be made, only the end of the last one to be written down.
	halt bool
}

// wants tells what a user that is not at work wants, false if nothing.
func wants(b *records.Batch, u *records.User, now time.Time) (want, bool) {
	order, held := b.InForce(u, now)
	s := b.Settled(u, now)
	w := want{at: u.NextRetryTime, incremental: s.Copied}
	if u.Fault != nil && u.Fault.ID == dailyLimit {
		w.at = time.Time{} // the limit may have been raised; whether it was reached is asked before every pass
	}
	switch s.Status {
	case migration.UserStopping:
		return want{halt: true}, true
	case migration.UserQueued:
		w.urgency, w.at = copying, time.Time{}
		if s.Copied {
			w.urgency = incremental
		}
	case migration.UserValidating, migration.UserSyncing, migration.UserIncrementalSyncing:
		w.urgency = resuming
	case migration.UserCompleting:
		w.urgency = completing
		if u.Status != migration.UserCompleting {
			w.at = time.Time{} // what it waited for until now was another pass
		}
	case migration.UserSynced:
		if order.Kind != migration.OrderStart || b.NoIncrementalSyncs || u.NextSyncTime.IsZero() {
			return want{}, false
		}
		w.urgency, w.at = incremental, u.NextSyncTime
	case migration.UserFailed, migration.UserIncrementalFailed:
		if order.Kind != migration.OrderStart || u.NextRetryTime.IsZero() {
			return want{}, false
		}
		w.urgency = copying
		if s.Copied {
			w.urgency = incremental
		}
	default:
		return want{}, false
	}
	if held {
		if start := u.Over(b.Schedule).StartAfter; start.After(w.at) {
			w.at = start
		}
	}
	return w, true
}

// wants tells what a user that is not at work wants as far as the daily limits let it.
func (s *scheduler) wants(b *records.Batch, u *records.User, now time.Time) (want, bool) {
	w, any := wants(b, u, now)
	if tomorrow := nextDay(now); any && !w.halt && w.at.Before(tomorrow) && s.spent(b, u.Figures.Today(now), now) {
		w.at = tomorrow
	}
	return w, any
}

// spent tells whether a mailbox of a batch that has sent mine bytes today has to wait for tomorrow.
func (s *scheduler) spent(b *records.Batch, mine int64, now time.Time) bool {
	return s.engine.spending.over(now, mine, migration.FoldName(b.SourceEndpoint), migration.FoldName(b.TargetEndpoint)) != nil
}

// A candidate is a user that wants a slot now.
type candidate struct {
	batch *store.Item[records.Batch]
	user  *store.Item[records.User]
	want  want
}

// pass ends the jobs that are no longer wanted, begins those that are as far as the limits allow, and tells how long nothing will
// change by itself.
func (s *scheduler) pass(now time.Time) time.Duration {
	s.recall(now)
	use := s.use(now)
	due, next := s.due(now, use)
	if raise := s.relax(now); next.IsZero() || !raise.IsZero() && raise.Before(next) {
		next = raise
	}
	s.trickle(due[incremental], use)
	for _, candidates := range due {
		for _, c := range candidates {
			s.admit(c, use)
		}
	}
	s.recallSpare(now)
	if next.IsZero() {
		return lookAgain
	}
	return min(lookAgain, max(next.Sub(now), 0))
}

// trickle lets one incremental sync begin before initial copies take every slot, so that a long migration does not forget those who
// are done.
func (s *scheduler) trickle(candidates []candidate, u *use) {
	for _, j := range s.running {
		if j.want.incremental {
			return
		}
	}
	for _, c := range candidates {
		if s.admit(c, u) {
			return
		}
	}
}

// recall ends jobs whose user is gone, or is to stop at once.
func (s *scheduler) recall(now time.Time) {
	for _, j := range s.running {
		batch, user := s.mirror.Batches[j.batchGUID], s.mirror.Users[j.batchGUID][j.folded]
		if batch == nil || user == nil || user.Value.GUID != j.guid {
			j.cancel(errRemoved)
			continue
		}
		order, _ := batch.Value.InForce(&user.Value, now)
		switch order.Kind {
		case migration.OrderRemove:
			j.cancel(errRemoved)
		case migration.OrderStopNow:
			j.cancel(errStopped)
		}
	}
}

// Causes for which jobs are ended.
var (
	errStopped = errors.New("the administrator stopped it")
	errRemoved = errors.New("the administrator removed it")
)

// due lists who wants a slot now that may be had, by urgency and then in order of batches and rows, and tells when the next one will.
func (s *scheduler) due(now time.Time, use *use) (due [urgencies][]candidate, next time.Time) {
	soon := func(t time.Time) {
		if t.After(now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	batches := make([]*store.Item[records.Batch], 0, len(s.mirror.Batches))
	for _, b := range s.mirror.Batches {
		if b.Value.LastNumber > 0 && b.Value.Order.Kind != migration.OrderRemove {
			batches = append(batches, b)
		}
	}
	slices.SortFunc(batches, func(a, b *store.Item[records.Batch]) int {
		return cmp.Or(a.Value.CreationTime.Compare(b.Value.CreationTime), cmp.Compare(a.Value.GUID, b.Value.GUID))
	})
	for _, b := range batches {
		soon(b.Value.CompleteAfter)
		if s.spent(&b.Value, 0, now) {
			soon(nextDay(now))
		}
		room := s.room(&b.Value, use, false)
		if !room && b.Value.Order.Kind == migration.OrderStart {
			continue // the end of somebody's pass brings the batch up again
		}
		users := s.mirror.Users[b.Value.GUID]
		for _, folded := range s.inOrder(b.Value.GUID) {
			user := users[folded]
			if user == nil || s.running[user.Value.GUID] != nil {
				continue
			}
			soon(user.Value.CompleteAfter)
			w, any := s.wants(&b.Value, &user.Value, now)
			if !any {
				continue
			}
			if w.at.After(now) {
				soon(w.at)
				continue
			}
			if !room && !w.halt {
				continue
			}
			due[w.urgency] = append(due[w.urgency], candidate{b, user, w})
		}
	}
	return due, next
}

// inOrder lists the folded addresses of a batch's users in order of their rows.
func (s *scheduler) inOrder(guid string) []string {
	users := s.mirror.Users[guid]
	if rows := s.rows[guid]; len(rows) == len(users) {
		return rows
	}
	rows := make([]string, 0, len(users))
	for folded := range users {
		rows = append(rows, folded)
	}
	slices.SortFunc(rows, func(a, b string) int { return cmp.Compare(users[a].Value.Row, users[b].Value.Row) })
	s.rows[guid] = rows
	return rows
}

// use counts the slots that are taken.
type use struct {
	now       time.Time
	all       int
	endpoints map[string]*taken // by folded name
}

type taken struct{ all, incremental int }

func (s *scheduler) use(now time.Time) *use {
	u := &use{now: now, endpoints: map[string]*taken{}}
	for _, j := range s.running {
		if !j.want.halt {
			u.add(j.source, j.target, j.want.incremental)
		}
	}
	for p := range s.permits {
		u.add(p.job.source, p.job.target, p.job.want.incremental)
	}
	return u
}

func (u *use) of(endpoint string) *taken {
	t := u.endpoints[endpoint]
	if t == nil {
		t = &taken{}
		u.endpoints[endpoint] = t
	}
	return t
}

func (u *use) add(source, target string, incremental bool) {
	u.all++
	names := []string{source, target}
	if source == target {
		names = names[:1]
	}
	for _, name := range names {
		t := u.of(name)
		t.all++
		if incremental {
			t.incremental++
		}
	}
}

// room tells whether an endpoint takes one more.
func (u *use) room(e *store.Item[records.Endpoint], incremental bool) bool {
	t := u.of(e.Names[0])
	return e.Value.MaxConcurrentMigrations.Allows(t.all) && (!incremental || e.Value.MaxConcurrentIncrementalSyncs.Allows(t.incremental))
}

// room tells whether one more user of a batch can be at work.
func (s *scheduler) room(b *records.Batch, u *use, incremental bool) bool {
	from, to := s.mirror.Endpoints[migration.FoldName(b.SourceEndpoint)], s.mirror.Endpoints[migration.FoldName(b.TargetEndpoint)]
	return from != nil && to != nil && s.engine.spending.over(u.now, 0, from.Names[0], to.Names[0]) == nil &&
		s.ceilings.allows(from.Value.GUID, u.of(from.Names[0]).all) && s.ceilings.allows(to.Value.GUID, u.of(to.Names[0]).all) && s.mirror.Config.MaxConcurrentMigrations.Allows(u.all) &&
		u.room(from, incremental) && u.room(to, incremental)
}

// admit begins a candidate's job if there is room for it, and tells whether it did.
func (s *scheduler) admit(c candidate, u *use) bool {
	user, batch := &c.user.Value, &c.batch.Value
	if s.running[user.GUID] != nil {
		return false
	}
	source, target := migration.FoldName(batch.SourceEndpoint), migration.FoldName(batch.TargetEndpoint)
	if !c.want.halt {
		if !s.room(batch, u, c.want.incremental) {
			return false
		}
		u.add(source, target, c.want.incremental)
	}
	j := &job{
		engine: s.engine, want: c.want, source: source, target: target,
		guid: user.GUID, address: user.EmailAddress, folded: migration.FoldName(user.EmailAddress),
		batchGUID: batch.GUID, batchName: batch.Name, asks: s.asks, released: s.released,
	}
	ctx, cancel := context.WithCancelCause(s.jobs)
	j.cancel, j.ending = cancel, ctx.Done()
	s.running[user.GUID] = j
	s.waiting.Go(func() {
		defer cancel(nil)
		j.do(ctx)
		s.ended <- j
	})
	return true
}
