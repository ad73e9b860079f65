// Package engine makes true what administrators have written down. It follows the store, gives every mailbox that has work to do a
// job of its own as soon as the endpoints' limits allow, and writes down what becomes of it. Statuses change through the tables of
// package migration only.
//
// One goroutine, the scheduler in [Engine.Run], decides; each job has a goroutine that holds the lease of its pair of mailboxes, and
// ends before Run does. Whatever dies, the next engine goes on from the store: a user that was at work is simply still wanted.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"migsh/internal/connect"
	"migsh/internal/records"
	"migsh/internal/syncer"
	"migsh/store"
)

// Runner makes one pass over a pair of mailboxes; [syncer.Run] is the one that does.
type Runner func(ctx context.Context, job syncer.Job) (syncer.Result, error)

// Options are what an engine may be told; the zero value will do.
type Options struct {
	// Holder says in leases who this engine is: program, process and host.
	Holder string
	// LeaseTime is how long a dead engine's mailboxes stay locked; 0 is 30 seconds.
	LeaseTime time.Duration
	// ProgressEvery is how often a job writes down how far it is; 0 is two seconds.
	ProgressEvery time.Duration
	// Retry says when what failed is tried again.
	Retry Retry
	// Run is what moves the mail; nil is syncer.Run.
	Run Runner
	// SpoolDir takes messages that must be seen whole; empty is the system's.
	SpoolDir string
	// Settle is how long a server may go on storing after a connection has broken, see syncer.Job.
	Settle time.Duration
	// Log gets what happens; nil drops it.
	Log *slog.Logger
}

// Engine is the scheduler with its jobs.
type Engine struct {
	records   *records.Records
	connector connect.Connector
	leases    *store.Leases
	options   Options
	spending  *spending
	jitter    func(time.Duration) time.Duration
}

// New makes an engine; Run sets it going.
func New(r *records.Records, c connect.Connector, o Options) *Engine {
	if o.Holder == "" {
		o.Holder = "migsh"
	}
	if o.LeaseTime == 0 {
		o.LeaseTime = 30 * time.Second
	}
	if o.ProgressEvery == 0 {
		o.ProgressEvery = 2 * time.Second
	}
	if o.Run == nil {
		o.Run = syncer.Run
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	o.Retry = o.Retry.filled()
	return &Engine{
		records: r, connector: c, leases: store.NewLeases(r.Store, nil), options: o, spending: newSpending(),
		// Up to a fifth more, so that what failed together is not tried again together.
		jitter: func(d time.Duration) time.Duration { return d + rand.N(d/5+1) },
	}
}

// errEnding is the cause that jobs see when the engine is told to end.
var errEnding = errors.New("migsh is ending")

// Run works until ctx ends or the store fails, and returns when the last job has reached its checkpoint.
func (e *Engine) Run(ctx context.Context) error {
	feed := e.records.Feed(ctx)
	defer feed.Close()
	jobs, end := context.WithCancelCause(context.WithoutCancel(ctx))
	s := &scheduler{
		engine: e, mirror: records.NewMirror(), jobs: jobs, running: map[string]*job{}, rows: map[string][]string{}, ended: make(chan *job),
		asks: make(chan ask), released: make(chan *permit), permits: map[*permit]bool{},
		ceilings: ceilings{},
	}
	defer func() {
		end(errEnding)
		s.drain()
	}()

	if err := s.recallCeilings(ctx); err != nil && ctx.Err() == nil {
		return fmt.Errorf("read what endpoints take: %w", err)
	}
	timer := time.NewTimer(0)
	defer timer.Stop()
	var rested time.Time // no pass before
	for {
		select {
		case n, going := <-feed.News:
			if !going {
				err := feed.Close()
				if ctx.Err() != nil {
					return nil
				}
				return fmt.Errorf("follow the store: %w", err)
			}
			matters := s.apply(n)
			for range len(feed.News) {
				matters = s.apply(<-feed.News) || matters
			}
			if !matters {
				continue
			}
		case j := <-s.ended:
			s.finish(j)
		case a := <-s.asks:
			s.lend(a, time.Now())
			continue
		case p := <-s.released:
			delete(s.permits, p)
		case <-timer.C:
		}
		if !s.synced || ctx.Err() != nil {
			continue
		}
		begun := time.Now()
		if begun.Before(rested) {
			timer.Reset(rested.Sub(begun))
			continue
		}
		next := s.pass(begun)
		// Over very many users a pass takes milliseconds: it leaves four fifths of the time to those who move mail.
		rested = time.Now().Add(4 * time.Since(begun))
		timer.Reset(next)
	}
}

// A scheduler is the state of one Run. It belongs to Run's goroutine.
type scheduler struct {
	engine  *Engine
	mirror  *records.Mirror
	synced  bool
	jobs    context.Context
	running map[string]*job     // by the user's GUID
	rows    map[string][]string // folded addresses in order of rows, by batch GUID; rebuilt when their number is not the users'
	ended   chan *job
	waiting sync.WaitGroup

	asks     chan ask
	released chan *permit
	permits  map[*permit]bool // those that were given

	ceilings ceilings
}

// apply takes news in and tells whether anything may begin or have to end because of it. The progress of a user at work is no such
// thing, unless an order came with it.
func (s *scheduler) apply(n records.News) bool {
	if n.Endpoint != nil {
		s.engine.spending.learn(n.Endpoint, n.Gone)
	}
	if n.Synced && !s.synced {
		s.engine.spending.begin(time.Now(), s.mirror)
	}
	s.synced = s.synced || n.Synced
	matters := true
	if n.User != nil && !n.Gone && s.running[n.User.Value.GUID] != nil {
		before := s.mirror.Users[n.User.Names[0]][n.User.Names[1]]
		matters = before == nil || before.Value.Order != n.User.Value.Order
	}
	s.mirror.Apply(n)
	return matters
}

// finish takes note of a job's end. What it wrote last is put into the picture at once: the news of it may still be on its way, and
// the user must not look as if it were still owed the pass that is done.
func (s *scheduler) finish(j *job) {
	delete(s.running, j.guid)
	if j.last != nil {
		s.mirror.Apply(records.News{User: j.last})
	}
	if j.strain != nil {
		s.strained(j, time.Now())
	}
}

// drain waits for all jobs to end.
func (s *scheduler) drain() {
	done := make(chan struct{})
	go func() {
		s.waiting.Wait()
		close(done)
	}()
	for {
		select {
		case <-s.ended:
		case a := <-s.asks:
			a.answer <- nil
		case <-s.released:
		case <-done:
			return
		}
	}
}
