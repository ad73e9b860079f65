package engine

import (
	"fmt"
	"sync"
	"time"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/store"
)

// dailyLimit is the id of the fault of users that wait for the next day.
const dailyLimit = "DailyLimitReached"

// nextDay is when the daily limits begin anew: at midnight, UTC.
func nextDay(now time.Time) time.Time {
	return now.UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
}

// A spending counts the bytes of messages that go through the endpoints in a day, and knows how many may. It is safe for concurrent use.
type spending struct {
	mu     sync.Mutex
	day    string
	bytes  map[string]int64 // by folded name of the endpoint
	limits map[string]migration.DailyLimits
}

func newSpending() *spending {
	return &spending{bytes: map[string]int64{}, limits: map[string]migration.DailyLimits{}}
}

// begin counts what the users' passes have come to before this engine.
func (s *spending) begin(now time.Time, m *records.Mirror) {
	for _, b := range m.Batches {
		for _, u := range m.Users[b.Value.GUID] {
			s.add(now, u.Value.Figures.Today(now), migration.FoldName(b.Value.SourceEndpoint), migration.FoldName(b.Value.TargetEndpoint))
		}
	}
}

// learn takes note of an endpoint's limits.
func (s *spending) learn(e *store.Item[records.Endpoint], gone bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.limits, e.Names[0])
	if !gone {
		s.limits[e.Names[0]] = e.Value.DailyLimits
	}
}

// add counts n bytes that went from one endpoint to another.
func (s *spending) add(now time.Time, n int64, source, target string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.count(now, n, source, target)
}

// spend counts n bytes that are about to go, on behalf of a mailbox that has spent mine already; unless today no more may.
func (s *spending) spend(now time.Time, n, mine int64, source, target string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if over := s.exceeded(now, mine, source, target); over != nil {
		return over
	}
	s.count(now, n, source, target)
	return nil
}

func (s *spending) count(now time.Time, n int64, source, target string) {
	if day := records.Day(now); day != s.day {
		s.day = day
		clear(s.bytes)
	}
	s.bytes[source] += n
	if target != source {
		s.bytes[target] += n
	}
}

// over tells whether an endpoint may not be used any more today, by a mailbox that has spent mine bytes already.
func (s *spending) over(now time.Time, mine int64, endpoints ...string) *budgetError {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.exceeded(now, mine, endpoints...)
}

func (s *spending) exceeded(now time.Time, mine int64, endpoints ...string) *budgetError {
	for _, name := range endpoints {
		l := s.limits[name]
		switch {
		case l.DailyByteLimit > 0 && s.day == records.Day(now) && s.bytes[name] >= int64(l.DailyByteLimit):
			return &budgetError{endpoint: name, limit: l.DailyByteLimit, until: nextDay(now)}
		case l.DailyByteLimitPerMailbox > 0 && mine >= int64(l.DailyByteLimitPerMailbox):
			return &budgetError{endpoint: name, limit: l.DailyByteLimitPerMailbox, until: nextDay(now), mailbox: true}
		}
	}
	return nil
}

// A budgetError is why a pass ends before its time when a daily limit is reached.
type budgetError struct {
	endpoint string
	limit    migration.ByteSize
	until    time.Time
	mailbox  bool // else the endpoint's as a whole
}

func (e *budgetError) Error() string {
	return fmt.Sprintf("the daily limit of the endpoint '%s' is reached", e.endpoint)
}

// fault is what the user is told.
func (e *budgetError) fault(endpoint string, now time.Time) migration.UserFault {
	whole, parameter := fmt.Sprintf("The endpoint '%s'", endpoint), "DailyByteLimit"
	if e.mailbox {
		whole, parameter = fmt.Sprintf("The mailbox at the endpoint '%s'", endpoint), "DailyByteLimitPerMailbox"
	}
	return migration.UserFault{
		ID: dailyLimit, Type: migration.FaultTransient, Time: now,
		Message: fmt.Sprintf("%s has reached its daily limit of %v; the copy goes on by itself at %s.", whole, e.limit, e.until.Format("2006-01-02 15:04:05 UTC")),
		Remedy:  fmt.Sprintf("To go on at once, raise the limit: Set-MigrationEndpoint '%s' -%s.", endpoint, parameter),
	}
}
