package imapbox

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"slices"
	"strings"
	"sync"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
	"migsh/internal/mailbox/login"
	"migsh/internal/mailbox/quirks"
	"migsh/internal/mailbox/wrap"
)

// A session is one connection with somebody logged in. Calls take turns in sending, and what they have sent is answered in that
// order; most wait for their answer within their turn (take), some let others send meanwhile (call).
type session struct {
	cfg     Config
	guard   *wrap.Guard
	wire    net.Conn
	socket  net.Conn           // the lowest
	deflate *wrap.Deflate      // below wire, where compression is wanted; else nil
	filter  *wrap.Filter       // between the connection and the library; keeps notes and alerts
	client  *imapclient.Client // has the connection until somebody is logged in
	lane    *lane.Conn         // has it from then on; nil before
	names   lane.Names
	caps    capabilities
	info    mailbox.Info
	said    string // the greeting's text

	kind   *quirks.Server // nil: of no known kind
	quirks quirks.Set     // what is done about its oddities
	labels bool           // messages are asked for their identity and their labels
	emails bool           // messages that are listed are asked for their identity (EMAILID)

	tls     *tls.ConnectionState // nil on a plain connection
	method  login.Method         // with which somebody logs in
	plainer bool                 // a method remains that shows the password itself

	turn     chan struct{} // held by who sends
	answered chan struct{} // closed when the calls that have sent have their answers; belongs to who sends
	closed   bool
	selected *selection // the folder that is open once what was sent has been done, nil if that is not known; belongs to who sends
	enabled  bool       // QRESYNC is

	mu    sync.Mutex                // guards writing what follows, which belongs to who reads answers
	dead  error                     // why the session can't be used any more
	known map[string]mailbox.Opened // what opening a folder has shown last
}

// A selection is a folder that has been asked to be opened; what that has shown is there once it is answered.
type selection struct {
	folder string
	*opening
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
	s.labels = s.labelled()
	s.emails = s.caps.objectID && !s.labels
	s.info.Features.Labels, s.info.Features.Identities = s.labels, s.labels || s.emails
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
	s := &session{cfg: cfg, guard: w.guard, wire: w.Conn, socket: w.socket, deflate: w.deflate, tls: w.tls, turn: make(chan struct{}, 1), known: make(map[string]mailbox.Opened)}
	s.answered = make(chan struct{})
	close(s.answered) // nothing has been asked
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

// take waits for the session's turn, and until all that was sent before has been answered. The caller must call give in the end,
// which says whether ctx has ended meanwhile.
func (s *session) take(ctx context.Context) (give func(), err error) {
	if err := s.takeTurn(ctx); err != nil {
		return nil, err
	}
	select {
	case <-s.answered:
	case <-ctx.Done():
		<-s.turn
		return nil, s.late(ctx)
	}
	if s.dead != nil {
		err = s.dead
		<-s.turn
		return nil, err
	}
	end := s.guard.Begin(ctx)
	return func() {
		if !end() && s.dead == nil {
			s.died(s.lost("wait", "", s.guard.Err()))
		}
		<-s.turn
	}, nil
}

func (s *session) takeTurn(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return s.late(ctx)
	}
	if ctx.Err() != nil {
		<-s.turn
		return s.late(ctx)
	}
	return nil
}

func (s *session) late(ctx context.Context) error {
	return s.cfg.fault(mailbox.ConnectionLost, "wait for the connection", context.Cause(ctx))
}

// call has send send commands, lets other calls send theirs, and has receive read the answers when those to earlier calls have been
// read. An error of send ends the session, as does one of receive that is not the server's refusal.
func (s *session) call(ctx context.Context, op, folder string, send, receive func() error) error {
	if err := s.takeTurn(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	err := s.dead
	s.mu.Unlock()
	if err != nil {
		<-s.turn
		return err
	}
	failed := send()
	if failed == nil {
		failed = s.lane.W.Flush()
	}
	earlier, mine := s.answered, make(chan struct{})
	s.answered = mine
	<-s.turn

	<-earlier
	defer close(mine)
	if s.dead != nil {
		return s.dead
	}
	defer func(end func() bool) {
		if !end() && s.dead == nil {
			s.died(s.lost("wait", "", s.guard.Err()))
		}
	}(s.guard.Begin(ctx))
	if failed == nil {
		failed = receive()
	}
	if failed != nil && !errors.Is(failed, errLeft) {
		return s.fault(op, folder, failed)
	}
	return nil
}

// await reads until a command of a call is answered; a refusal is an *imap.Error.
func (s *session) await(cmd *lane.Command) error {
	status, err := s.lane.Await(cmd)
	if err != nil {
		return err
	}
	return refused(status)
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
	s.died(reason)
	if tcp, ok := s.socket.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // the server forgets what it has not read; a socket that is closed already has no say in it
	}
	s.guard.Fail(reason)
	s.hangUp()
}

// died notes why the session can't be used any more.
func (s *session) died(reason error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead == nil {
		s.dead = reason
	}
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
	<-s.answered
	s.closed = true
	if s.dead == nil {
		ctx, cancel := context.WithTimeout(context.Background(), s.cfg.dialTime())
		defer cancel()
		end := s.guard.Begin(ctx)
		s.logOut()
		end()
		s.died(s.cfg.fault(mailbox.ConnectionLost, "LOGOUT", errClosed))
	}
	s.hangUp()
	return nil
}

// logOut says goodbye and waits for the answer: then the server counts this connection no more among those that it allows. One that
// does not answer is left all the same.
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
	info.Remarks = slices.Clone(info.Remarks)
	return info
}

// Saved implements [mailbox.Compressor].
func (s *session) Saved() (line, words int64) {
	if s.deflate == nil {
		return 0, 0
	}
	return s.deflate.Saved()
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
