package engine

import (
	"cmp"
	"context"
	"time"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/internal/records"
)

// After a refusal it takes raiseFirst until one mailbox more is tried; each refusal that follows doubles that, up to raiseMost.
const (
	raiseFirst = 10 * time.Minute
	raiseMost  = 2 * time.Hour
	// sameStrain is how long several complaints of a server count as one.
	sameStrain = time.Minute
)

// A strain is a server's complaint that too much is asked of it.
type strain struct {
	endpoint string // folded name
	id       mailbox.ID
	text     string
}

// strainOf tells whether an error is such a complaint.
func strainOf(err *mailbox.Error, endpoint string) *strain {
	if err.ID != mailbox.TooManySessions && err.ID != mailbox.Throttled {
		return nil
	}
	s := &strain{endpoint: endpoint, id: err.ID, text: connect.ServerText(err)}
	if s.text == "" && err.Err != nil {
		s.text = err.Err.Error()
	}
	s.text = cmp.Or(s.text, string(err.ID))
	return s
}

// ceilings are the numbers of mailboxes that endpoints have proved to take at once, by the GUID of the endpoint; those that never
// complained have none.
type ceilings map[string]records.Ceiling

// allows tells whether an endpoint at which n mailboxes are at work takes another.
func (c ceilings) allows(guid string, n int) bool {
	l, learnt := c[guid]
	return !learnt || n < l.Limit
}

// lower learns from a complaint that came up while n mailboxes were at work, and tells whether anything is new. A refused connection
// means one too many; a request for patience, that half will do.
func (c ceilings) lower(guid string, s strain, n int, now time.Time) bool {
	before, learnt := c[guid]
	limit := max(1, n-1)
	if s.id == mailbox.Throttled {
		limit = max(1, n/2)
		if learnt && now.Sub(before.Since) < sameStrain {
			return false
		}
	}
	if learnt {
		limit = min(limit, before.Limit)
	}
	every := raiseFirst
	if learnt && now.Sub(before.Since) >= sameStrain {
		every = min(2*before.Every, raiseMost)
	} else if learnt {
		every = before.Every
	}
	c[guid] = records.Ceiling{Limit: limit, Reason: s.text, Since: now, Every: every, RaiseAt: now.Add(every)}
	return true
}

// raise allows one mailbox more where nothing was complained of for a while, and forgets the ceiling once it is as high as what the
// administrator allows. It tells whether it did.
func (c ceilings) raise(guid string, allowed migration.Limit, now time.Time) bool {
	l, learnt := c[guid]
	if !learnt || now.Before(l.RaiseAt) {
		return false
	}
	l.Limit++
	l.RaiseAt = now.Add(l.Every)
	c[guid] = l
	if allowed != migration.Unlimited && l.Limit >= int(allowed) || l.Limit >= migration.MaxConcurrentMigrationsCeiling {
		delete(c, guid)
	}
	return true
}

// recallCeilings reads what earlier engines have learnt.
func (s *scheduler) recallCeilings(ctx context.Context) error {
	for item, err := range s.engine.records.Ceilings.All(ctx) {
		if err != nil {
			return err
		}
		if item.Value.Limit > 0 { // else it can't be read, and is learnt anew
			s.ceilings[item.Names[0]] = item.Value
		}
	}
	return nil
}

// strained lowers an endpoint's ceiling after the job j has met with a complaint.
func (s *scheduler) strained(j *job, now time.Time) {
	e := s.mirror.Endpoints[j.strain.endpoint]
	if e == nil {
		return
	}
	n := s.use(now).of(j.strain.endpoint).all + 1 // with the job itself
	if s.ceilings.lower(e.Value.GUID, *j.strain, n, now) {
		s.keepCeiling(e.Value.GUID)
		s.engine.options.Log.Warn("fewer mailboxes at once", "endpoint", e.Value.Name, "most", s.ceilings[e.Value.GUID].Limit, "server", j.strain.text)
	}
}

// relax raises the ceilings whose time has come, and tells when the next one's will.
func (s *scheduler) relax(now time.Time) (next time.Time) {
	for _, e := range s.mirror.Endpoints {
		guid := e.Value.GUID
		if s.ceilings.raise(guid, e.Value.MaxConcurrentMigrations, now) {
			s.keepCeiling(guid)
		}
		if l, learnt := s.ceilings[guid]; learnt && (next.IsZero() || l.RaiseAt.Before(next)) {
			next = l.RaiseAt
		}
	}
	return next
}

// keepCeiling writes down what is known of an endpoint. What can't be written is learnt again.
func (s *scheduler) keepCeiling(guid string) {
	l, learnt := s.ceilings[guid]
	if err := s.engine.records.KeepCeiling(s.jobs, guid, l, learnt); err != nil {
		s.engine.options.Log.Warn("a ceiling could not be written down", "endpoint", guid, "error", err)
	}
}
