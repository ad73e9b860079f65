// Package control carries out what administrators ask of migsh. It implements [migration.Service] on the store: it validates, and
// writes down what is wanted; making it so is the engine's business, wherever that runs.
package control

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"migsh/internal/connect"
	"migsh/internal/migration"
	"migsh/internal/notify"
	"migsh/internal/records"
)

// Control is the service. It is safe for concurrent use; one process at a time may have one for a store.
type Control struct {
	records   *records.Records
	connector connect.Connector
	now       func() time.Time
	outbox    *notify.Outbox // nil: no mail is sent
	reports   string
	backups   string
	keyFile   string
	leaving   func(context.Context, migration.Batch)

	audited atomic.Int64 // entries of the audit log that were written

	resolver Resolver // nil: names are not looked up

	// creating is held while batches or endpoints come into being or go, so that what was checked still holds when it is written.
	creating sync.Mutex
}

var _ migration.Service = (*Control)(nil)

// Options are what a Control may be told; the zero value will do.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// Outbox has the mails about batches; nil: there are none.
	Outbox *notify.Outbox
	// Reports is the directory that keeps the reports of removed batches; empty: they are not kept.
	Reports string
	// Backups is the directory that gets the copies of the state for which none is named; empty: one must be named.
	Backups string
	// KeyFile is where the key of the credentials is, to be told to who makes a copy of the state.
	KeyFile string
	// Resolver looks up where mail is delivered to; nil: nobody does.
	Resolver Resolver
	// Leaving hears of every batch that is about to get an order, as it is before that; nil: nobody does.
	Leaving func(context.Context, migration.Batch)
}

// New makes the service and finishes what an earlier one was doing when it ended.
func New(ctx context.Context, r *records.Records, c connect.Connector, o Options) (*Control, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Leaving == nil {
		o.Leaving = func(context.Context, migration.Batch) {}
	}
	if err := r.Sweep(ctx); err != nil {
		return nil, records.Explain(err)
	}
	return &Control{records: r, connector: c, now: func() time.Time { return o.Now().UTC() }, outbox: o.Outbox, leaving: o.Leaving, resolver: o.Resolver, reports: o.Reports, backups: o.Backups, keyFile: o.KeyFile}, nil
}

func newGUID() string { return uuid.NewString() }
