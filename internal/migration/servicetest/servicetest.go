// Package servicetest holds the obligations of every [migration.Service], however it is reached: directly, or through a transport
// that must lose nothing on the way, neither the ids of errors nor the order of lists nor the end of iterators.
package servicetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"migsh/internal/connect/connecttest"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
)

// The servers of the world that a bed must have. PlainHost offers no STARTTLS; nothing is known of NoHost.
const (
	SourceHost = "old.example.org"
	TargetHost = "new.example.org"
	PlainHost  = "plain.example.org"
	NoHost     = "nowhere.example.org"
)

// Bed is a service with an engine behind it that works in this world.
type Bed struct {
	Service migration.Service
	World   *connecttest.World
}

// NewWorld makes the world that a bed needs.
func NewWorld() *connecttest.World {
	w := connecttest.NewWorld(SourceHost, TargetHost, PlainHost)
	w.Server(PlainHost).Offer("IMAP4rev1")
	return w
}

// Run tries all obligations, each on a bed of its own that open makes and cleans up with t.
func Run(t *testing.T, open func(t *testing.T) Bed) {
	for name, test := range map[string]func(*fixture){
		"TestServer":        testServer,
		"Endpoints":         testEndpoints,
		"EndpointErrors":    testEndpointErrors,
		"Config":            testConfig,
		"CSV":               testCSV,
		"NewBatchErrors":    testNewBatchErrors,
		"Lifecycle":         testLifecycle,
		"Rows":              testRows,
		"AddUsers":          testAddUsers,
		"Mailboxes":         testMailboxes,
		"Validate":          testValidate,
		"CarryOver":         testCarryOver,
		"OwnEndpoint":       testOwnEndpoint,
		"Orders":            testOrders,
		"Audit":             testAudit,
		"LegacyMode":        testLegacyMode,
		"Users":             testUsers,
		"Plans":             testPlans,
		"Upkeep":            testUpkeep,
		"Statistics":        testStatistics,
		"Iterators":         testIterators,
		"NothingIsRevealed": testNothingIsRevealed,
	} {
		t.Run(name, func(t *testing.T) {
			bed := open(t)
			test(&fixture{T: t, Bed: bed, ctx: t.Context()})
		})
	}
}

// A fixture is one test at its bed.
type fixture struct {
	*testing.T
	Bed
	ctx context.Context
}

func must[T any](f *fixture) func(T, error) T {
	f.Helper()
	return func(v T, err error) T {
		f.Helper()
		if err != nil {
			f.Fatal(err)
		}
		return v
	}
}

// want fails unless err has the id and says all these words, and a message of its own.
func (f *fixture) want(what string, err error, id migration.ErrorID, words ...string) {
	f.Helper()
	if !errors.Is(err, id) {
		f.Errorf("%s: %v, want an error %s", what, err, id)
		return
	}
	e, ok := errors.AsType[*migration.Error](err)
	if !ok || e.Message == "" || e.Category != id.Category() && id != migration.ErrConnect {
		f.Errorf("%s: the error %#v has lost its message or category", what, err)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			f.Errorf("%s: %q does not say %q", what, err, w)
		}
	}
}

// collect gathers what an iterator yields, and its error.
func collect[T any](seq func(func(T, error) bool)) ([]T, error) {
	var all []T
	for v, err := range seq {
		if err != nil {
			return all, err
		}
		all = append(all, v)
	}
	return all, nil
}

// endpoints makes "source" and "target", and the target of new batches of it.
func (f *fixture) endpoints() {
	f.Helper()
	for _, r := range []migration.NewEndpointRequest{
		{Name: "source", EndpointType: migration.TypeIMAP, RemoteServer: SourceHost, Port: 993, Security: migration.SecuritySsl},
		{Name: "target", RemoteServer: TargetHost},
	} {
		must[migration.EndpointResult](f)(f.Service.NewEndpoint(f.ctx, r))
	}
	must[migration.Config](f)(f.Service.SetConfig(f.ctx, migration.SetConfigRequest{TargetEndpoint: new(migration.Identity("target"))}))
}

// mailbox makes a user's mailboxes: messages at the source, none at the target.
func (f *fixture) mailbox(name string, messages int) (from, to *membox.Mailbox) {
	from, to = membox.New(membox.Options{}), membox.New(membox.Options{})
	from.AddFolder("Archive")
	for i := range messages {
		folder := "INBOX"
		if i%3 == 2 {
			folder = "Archive"
		}
		from.Deliver(folder, membox.Message{
			Body: fmt.Appendf(nil, "From: x@example.org\r\nSubject: %s %d\r\n\r\nHello.\r\n", name, i),
			Date: time.Date(2023, 5, 1, 10, 0, i, 0, time.UTC),
		})
	}
	f.World.Server(SourceHost).Add(name, "pw-"+name, from)
	f.World.Server(TargetHost).Add(name+"@example.org", "tp-"+name, to)
	return from, to
}

// csv is the list of these users.
func csv(names ...string) migration.CSVData {
	s := "EmailAddress,UserName,Password,TargetPassword\n"
	for _, n := range names {
		s += fmt.Sprintf("%s@example.org,%s,pw-%s,tp-%s\n", n, n, n, n)
	}
	return migration.CSVData(s)
}

func (f *fixture) newBatch(name string, start bool, users ...string) migration.Batch {
	f.Helper()
	return must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, migration.NewBatchRequest{
		Name: name, SourceEndpoint: "source", CSVData: csv(users...), CSVName: "users.csv", AutoStart: start, SubmittedBy: "admin",
	})).Batch
}

// idle waits until the batch is not at work any more and gives its last progress.
func (f *fixture) idle(name string) migration.BatchProgress {
	f.Helper()
	var last migration.BatchProgress
	ctx, cancel := context.WithTimeout(f.ctx, time.Minute)
	defer cancel()
	for p, err := range f.Service.Watch(ctx, migration.WatchRequest{
		Batches: []migration.Identity{migration.Identity(name)}, UntilIdle: true, Every: 20 * time.Millisecond,
	}) {
		if err != nil {
			f.Fatalf("watch %s: %v (last seen: %+v)", name, err, last)
		}
		if len(p) != 1 {
			f.Fatalf("watching one batch yields %d", len(p))
		}
		last = p[0]
	}
	return last
}

func (f *fixture) batch(name string) migration.Batch {
	f.Helper()
	all := must[[]migration.Batch](f)(collect(f.Service.Batches(f.ctx, migration.BatchQuery{Identity: migration.Identity(name)})))
	if len(all) != 1 {
		f.Fatalf("%d batches of the name %s", len(all), name)
	}
	return all[0]
}

// noSecrets fails if a value shows a password of the bed.
func (f *fixture) noSecrets(v any) {
	f.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{string(data), fmt.Sprintf("%+v", v)} {
		if i := strings.Index(text, "pw-"); i >= 0 {
			f.Errorf("%T shows a password: …%s", v, text[max(0, i-80):min(len(text), i+20)])
		}
		if strings.Contains(text, "tp-") || strings.Contains(text, "admin-secret") {
			f.Errorf("%T shows a password", v)
		}
	}
}
