package engine

import (
	"time"

	"migsh/internal/migration"
	"migsh/internal/syncer"
)

// An ask is a job's wish for one more connection to each of its two servers.
type ask struct {
	job    *job
	answer chan *permit // nil: there is none to spare
}

// A permit lets a job keep one more connection to each of its two servers. It counts like one more user at work at both
// endpoints, and is given only while no user waits; as soon as one does, it is recalled.
type permit struct {
	job      *job
	recalled chan struct{}
	called   bool // recalled is closed
}

// spare asks the scheduler for a permit.
func (j *job) spare() (syncer.Permit, bool) {
	a := ask{j, make(chan *permit, 1)}
	select {
	case j.asks <- a:
	case <-j.ending:
		return syncer.Permit{}, false
	}
	p := <-a.answer
	if p == nil {
		return syncer.Permit{}, false
	}
	return syncer.Permit{Recalled: p.recalled, Release: func() { j.released <- p }}, true
}

// lend answers an ask.
func (s *scheduler) lend(a ask, now time.Time) {
	batch := s.mirror.Batches[a.job.batchGUID]
	if s.synced && batch != nil && !s.anyWaits(now) && s.room(&batch.Value, s.use(now), a.job.want.incremental) {
		p := &permit{job: a.job, recalled: make(chan struct{})}
		s.permits[p] = true
		a.answer <- p
		return
	}
	a.answer <- nil
}

// recallSpare takes the permits back when somebody waits for a slot.
func (s *scheduler) recallSpare(now time.Time) {
	if len(s.permits) == 0 || !s.anyWaits(now) {
		return
	}
	for p := range s.permits {
		if !p.called {
			p.called = true
			close(p.recalled)
		}
	}
}

// anyWaits tells whether a user that is not at work could be, if there was room.
func (s *scheduler) anyWaits(now time.Time) bool {
	for guid, users := range s.mirror.Users {
		batch := s.mirror.Batches[guid]
		if batch == nil || batch.Value.LastNumber == 0 || batch.Value.Order.Kind == migration.OrderRemove {
			continue
		}
		for _, user := range users {
			if s.running[user.Value.GUID] != nil {
				continue
			}
			if w, any := s.wants(&batch.Value, &user.Value, now); any && !w.halt && !w.at.After(now) {
				return true
			}
		}
	}
	return false
}
