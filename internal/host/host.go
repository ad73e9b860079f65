// Package host is the process that owns a state directory: it opens the store, finds the keys, starts the engine and gives out the
// service. One process at a time can be the owner of a directory.
package host

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"strings"
	"time"

	"migsh/internal/connect/imapconnect"
	"migsh/internal/control"
	"migsh/internal/engine"
	"migsh/internal/logging"
	"migsh/internal/mailbox/wrap"
	"migsh/internal/migration"
	"migsh/internal/notify"
	"migsh/internal/oauth"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/internal/statedir"
	"migsh/internal/syncer"
	"migsh/store/boltstore"
)

// settle is how long a target may go on storing what had reached it when a connection broke.
const settle = 3 * time.Second

// Options say what to own and how.
type Options struct {
	// Dir is the state directory; it is made at need.
	Dir statedir.Dir
	// Getenv reads the environment: MIGSH_KEY_FILE, MIGSH_TRACE, MIGSH_LOG_LEVEL.
	Getenv func(string) string
	// Program names this program and its version, for whoever finds the state taken.
	Program string
}

// Host owns a state directory until Close.
type Host struct {
	service migration.Service
	store   *boltstore.Store
	keys    *secret.Keyring
	log     *slog.Logger
	closers []io.Closer

	hush context.CancelFunc // ends the notifier
	told chan struct{}      // closed when it has ended

	retired func() // ends the putting away of old batches

	stop   context.CancelFunc
	ended  chan struct{}
	failed error // of the engine; read after ended is closed
}

// Open takes the state directory, and sets the engine going: whatever was started goes on by itself. ctx bounds the opening only.
func Open(ctx context.Context, o Options) (_ *Host, err error) {
	if err := o.Dir.Make(); err != nil {
		return nil, migration.NewError(migration.ErrStore, string(o.Dir), err.Error(), "").Because(err)
	}
	h := &Host{ended: make(chan struct{})}
	defer func() {
		if err != nil {
			err = errors.Join(err, h.release())
		}
	}()
	if h.store, err = boltstore.Open(ctx, o.Dir.Store(), boltstore.Options{Program: o.Program, Schema: records.Schema}); err != nil {
		return nil, records.Explain(err)
	}
	if err = h.openLog(o); err != nil {
		return nil, err
	}
	used, err := records.InUse(ctx, h.store)
	if err != nil {
		return nil, records.Explain(err)
	}
	if h.keys, err = secret.Load(o.Dir.Key(o.Getenv), used); err != nil {
		return nil, migration.NewError(migration.ErrSecretsLocked, "", err.Error(), "").Because(err)
	}
	tracer, err := h.openTrace(o)
	if err != nil {
		return nil, err
	}
	if err = freshSpool(o.Dir.Spool()); err != nil {
		return nil, err
	}
	r := records.New(h.store, h.keys)
	connector := imapconnect.Connector{SpoolDir: o.Dir.Spool(), Tracer: tracer, Tokens: &oauth.Tokens{Keep: r.KeepRefreshToken}}
	outbox := notify.NewOutbox(h.store, o.Dir.Outbox())
	var teller *notify.Notifier
	service, err := control.New(ctx, r, connector, control.Options{
		Outbox: outbox, Reports: o.Dir.Reports(), Backups: o.Dir.Backups(), KeyFile: o.Dir.Key(o.Getenv), Resolver: resolver(o.Getenv), Leaving: func(ctx context.Context, b migration.Batch) { teller.Leaving(ctx, b) },
	})
	if err != nil {
		return nil, err
	}
	h.service = service
	work := engine.New(r, connector, engine.Options{Holder: o.Program, Run: syncer.Run, SpoolDir: o.Dir.Spool(), Settle: settle, Log: h.log})
	run, stop := context.WithCancel(context.WithoutCancel(ctx))
	h.stop = stop
	go func() {
		defer close(h.ended)
		h.failed = work.Run(run)
	}()
	telling, hush := context.WithCancel(context.WithoutCancel(ctx))
	h.hush, h.told = hush, make(chan struct{})
	teller = notify.New(h.service, outbox, r.Relay, notify.Options{Log: h.log})
	go func() {
		defer close(h.told)
		if err := teller.Run(telling); err != nil {
			h.log.Error("no mail is sent any more", "error", err)
		}
	}()
	retiring, rest := context.WithCancel(context.WithoutCancel(ctx))
	retired := make(chan struct{})
	h.retired = func() { rest(); <-retired }
	go func() {
		defer close(retired)
		service.Retire(retiring, h.log)
	}()
	h.log.Info("the state is open", "directory", string(o.Dir), "program", o.Program)
	return h, nil
}

// resolver looks names up at the system's name servers, or at the one (host:port) that MIGSH_DNS_SERVER names: inside a company, names often
// mean other things than for those who send mail to it. None looks nothing up.
func resolver(getenv func(string) string) control.Resolver {
	server := getenv("MIGSH_DNS_SERVER")
	switch {
	case server == "":
		return net.DefaultResolver
	case strings.EqualFold(server, "none"):
		return nil
	}
	if _, _, err := net.SplitHostPort(server); err != nil {
		server = net.JoinHostPort(server, "53")
	}
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
		return new(net.Dialer).DialContext(ctx, network, server)
	}}
}

func (h *Host) openLog(o Options) error {
	var level slog.Level
	if text := o.Getenv("MIGSH_LOG_LEVEL"); text != "" {
		if err := level.UnmarshalText([]byte(text)); err != nil {
			return migration.NewError(migration.ErrInvalidValue, text, fmt.Sprintf("MIGSH_LOG_LEVEL is '%s'.", text), "Set it to DEBUG, INFO, WARN or ERROR.")
		}
	}
	log, closer, err := logging.Open(o.Dir.Log(), logging.Options{Level: level})
	if err != nil {
		return migration.NewError(migration.ErrStore, o.Dir.Log(), err.Error(), "").Because(err)
	}
	h.log = log
	h.closers = append(h.closers, closer)
	return nil
}

// openTrace makes the tracer that MIGSH_TRACE asks for.
func (h *Host) openTrace(o Options) (*wrap.Tracer, error) {
	path := o.Getenv("MIGSH_TRACE")
	if path == "" {
		return nil, nil
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, migration.NewError(migration.ErrInvalidValue, path, fmt.Sprintf("The trace file that MIGSH_TRACE names can't be written: %v.", err),
			"Name another file, or unset MIGSH_TRACE.").Because(err)
	}
	h.closers = append(h.closers, f)
	return wrap.NewTracer(f), nil
}

// freshSpool empties the spool: nothing in it outlives the process that put it there.
func freshSpool(dir string) error {
	if err := os.RemoveAll(dir); err != nil {
		return fmt.Errorf("empty the spool: %w", err)
	}
	return statedir.Sub(dir)
}

// Service is what can be asked.
func (h *Host) Service() migration.Service { return h.service }

// Failed tells, once the engine has ended by itself, why.
func (h *Host) Failed() error {
	select {
	case <-h.ended:
		return h.failed
	default:
		return nil
	}
}

// Close has every mailbox at work reach its next checkpoint, ends the engine and gives up the directory.
func (h *Host) Close() error {
	h.retired()
	h.hush()
	<-h.told
	h.stop()
	<-h.ended
	if h.log != nil {
		h.log.Info("the state is closed")
	}
	return errors.Join(h.failed, h.release())
}

func (h *Host) release() error {
	var errs []error
	if h.store != nil {
		errs = append(errs, h.store.Close())
	}
	if h.keys != nil {
		h.keys.Wipe()
	}
	for _, c := range h.closers {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}
