package imapbox

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
	"migsh/internal/mailbox/login"
	"migsh/internal/mailbox/quirks"
	"migsh/internal/mailbox/wrap"
)

// A session is one connection with somebody logged in. Calls take turns on it; what follows turn belongs to whose turn it is.
type session struct {
	cfg    Config
	guard  *wrap.Guard
	wire   net.Conn
	filter *wrap.Filter       // between the connection and the library; keeps notes and alerts
	client *imapclient.Client // has the connection until somebody is logged in
	lane   *lane.Conn         // has it from then on; nil before
	names  lane.Names
	caps   capabilities
	info   mailbox.Info
	said   string // the greeting's text

	kind   *quirks.Server // nil: of no known kind
	quirks quirks.Set     // what is done about its oddities

	tls     *tls.ConnectionState // nil on a plain connection
	method  login.Method         // with which somebody logs in
	plainer bool                 // a method remains that shows the password itself

	turn     chan struct{}
	dead     error // why the session can't be used any more
	closed   bool
	selected *selection                // nil when no folder is known to be open
	known    map[string]mailbox.Opened // what opening a folder has shown, to append to it without opening it again
	enabled  bool                      // QRESYNC is
}

// A selection is the folder that is open.
type selection struct {
	folder string
	mailbox.Opened
}

// source is a session that reads only. It has no method that writes.
type source struct{ *reader }

// target is a session that writes too.
type target struct{ *reader }

// OpenSource connects, logs in and opens the mailbox for reading. Folders are opened with EXAMINE and bodies read with BODY.PEEK.
func OpenSource(ctx context.Context, cfg Config) (mailbox.Source, error) {
	s, err := open(ctx, cfg.filled())
	if err != nil {
		return nil, err
	}
	return &source{&reader{session: s, examine: true}}, nil
}

// OpenTarget connects, logs in and opens the mailbox for writing.
func OpenTarget(ctx context.Context, cfg Config) (mailbox.Target, error) {
	s, err := open(ctx, cfg.filled())
	if err != nil {
		return nil, err
	}
	return &target{&reader{session: s}}, nil
}

func open(ctx context.Context, cfg Config) (*session, error) {
	cfg, err := cfg.withToken(ctx)
	if err != nil {
		return nil, err
	}
	w, err := dial(ctx, cfg)
	if err != nil {
		return nil, err
	}
	s := newSession(cfg, w)
	if err := s.logIn(ctx); err != nil {
		s.hangUp()
		if cfg, err = s.otherwise(ctx, err); err != nil {
			return nil, err
		}
		return open(ctx, cfg)
	}
	return s, nil
}

// newSession lets the library take over a connection that has been greeted.
func newSession(cfg Config, w *wire) *session {
	s := &session{cfg: cfg, guard: w.guard, wire: w.Conn, tls: w.tls, turn: make(chan struct{}, 1), known: make(map[string]mailbox.Opened)}
	s.filter = wrap.NewFilter(w.Conn, wrap.FilterOptions{Greeting: w.greeting, Hide: cfg.HideCapabilities})
	s.said = w.said
	s.identify("", nil)
	s.client = imapclient.New(s.filter, nil)
	s.info = mailbox.Info{Server: cfg.address(), Login: cfg.Credentials.mailbox(), Software: software(w.said)}
	return s
}

// identify finds out what kind of server it is, by what is known of it so far, and what is done about its oddities.
func (s *session) identify(id string, capabilities []string) {
	if kind := quirks.Identify(quirks.Fingerprint{Host: s.cfg.host(), Greeting: software(s.said), ID: id, Capabilities: capabilities}); kind != nil {
		s.kind = kind
	}
	set, err := quirks.For(s.kind, s.cfg.Workarounds)
	if err != nil { // a name that an older or newer migsh has written down
		set, _ = quirks.For(s.kind, nil)
	}
	s.quirks = set
	s.filter.Hide(set.Hidden()...)
}

// software is what a greeting says besides capabilities.
func software(greeting string) string {
	_, words := splitCode(greeting)
	return words
}

// take waits for the session's turn. The caller must call give in the end, which says whether ctx has ended meanwhile.
func (s *session) take(ctx context.Context) (give func(), err error) {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, s.cfg.fault(mailbox.ConnectionLost, "wait for the connection", context.Cause(ctx))
	}
	if ctx.Err() != nil {
		<-s.turn
		return nil, s.cfg.fault(mailbox.ConnectionLost, "wait for the connection", context.Cause(ctx))
	}
	if s.dead != nil {
		err = s.dead
		<-s.turn
		return nil, err
	}
	end := s.guard.Begin(ctx)
	return func() {
		if !end() && s.dead == nil {
			s.dead = s.lost("wait", "", s.guard.Err())
		}
		<-s.turn
	}, nil
}

// fault puts an error of the library in our terms: a server's refusal, or the end of the session.
func (s *session) fault(op, folder string, err error) *mailbox.Error {
	if e, ok := errors.AsType[*mailbox.Error](err); ok {
		return e
	}
	if refused, ok := errors.AsType[*imap.Error](err); ok {
		e := s.cfg.refusal(op, folder, refused)
		if e.Class == mailbox.Reconnect {
			s.drop(e)
		}
		return e
	}
	e := s.lost(op, folder, err)
	s.drop(e)
	return e
}

// lost says why the session ended.
func (s *session) lost(op, folder string, err error) *mailbox.Error {
	bye := s.filter.Bye()
	if s.lane != nil {
		bye = s.lane.Bye()
	}
	e := s.cfg.lost(op, s.guard, bye, err)
	e.Folder = folder
	return e
}

// drop ends the connection for good.
func (s *session) drop(reason error) {
	if s.dead == nil {
		s.dead = reason
	}
	s.guard.Fail(reason)
	s.hangUp()
}

// hangUp closes the connection without a word and waits until the library has let go of it.
func (s *session) hangUp() {
	_ = s.wire.Close()   // nothing is under way that could be lost
	_ = s.client.Close() // reports why reading ended, which is known or of no interest by now
}

var errClosed = errors.New("the session is closed")

// Close logs out and ends the connection.
func (s *session) Close() error {
	s.turn <- struct{}{}
	defer func() { <-s.turn }()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.dead == nil {
		ctx, cancel := context.WithTimeout(context.Background(), s.cfg.dialTime())
		defer cancel()
		end := s.guard.Begin(ctx)
		s.logOut()
		end()
		s.dead = s.cfg.fault(mailbox.ConnectionLost, "LOGOUT", errClosed)
	}
	s.hangUp()
	return nil
}

// logOut says goodbye. A server that does not answer is left all the same.
func (s *session) logOut() {
	if s.lane == nil {
		_ = s.client.Logout().Wait()
		return
	}
	cmd := &lane.Command{Op: "LOGOUT"}
	if s.lane.Send(cmd, nil) == nil {
		_, _ = s.lane.Wait(cmd)
	}
}

// Info tells what was learnt of the server when the session began.
func (s *session) Info() mailbox.Info {
	info := s.info
	info.Personal, info.Others, info.Shared = slices.Clone(info.Personal), slices.Clone(info.Others), slices.Clone(info.Shared)
	return info
}

// Notes tells what odd things the server did that were repaired on the way.
func (s *session) Notes() []wrap.Note { return s.filter.Notes() }

// Alerts are what the server wants its users to be told.
func (s *session) Alerts() []string { return s.filter.Alerts() }

// namespaceOf is the namespace that a folder lies in, by the longest prefix.
func (s *session) namespaceOf(folder string) mailbox.Namespace {
	var best mailbox.Namespace
	if len(s.info.Personal) > 0 {
		best = s.info.Personal[0]
	}
	length := -1
	for _, ns := range slices.Concat(s.info.Personal, s.info.Others, s.info.Shared) {
		if len(ns.Prefix) > length && strings.HasPrefix(folder, ns.Prefix) {
			best, length = ns, len(ns.Prefix)
		}
	}
	return best
}
