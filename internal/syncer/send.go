package syncer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"migsh/internal/mailbox"
)

// grace is how long the answers to what is on its way are awaited after the context has ended.
const grace = 10 * time.Second

// sent is a message that the target has taken and not yet answered for.
type sent struct {
	window *window
	meta   mailbox.Meta
	flags  mailbox.Flags // as sent
	date   time.Time
	length int64 // as sent
	size   int64 // as read
	body   *digestReader
	spool  *spool
	rung   rung // of the ladder of repairs
}

// A form is what is left out or changed of messages that are sent.
type form struct {
	strip   bool // keywords are left out
	mending *mending
}

// A sending is one call of Fetch and one of Append: windows fetched from the source on one end, results from the target on
// the other. The two ends may run in different goroutines. What follows late is touched only with the turn; a folder's
// ledger only with the turn and the folder's busy lock, because a commit gives the turn away.
type sending struct {
	*pass
	link *link
	// feed gives the next window, nil if there is none, or none before more has arrived. ahead is what was given and has not
	// arrived costs; feed is called with the turn.
	feed func(ahead int64) (w *window, later bool)
	form
	single bool // it has but one message, which nothing else can be blamed for

	ctx  context.Context // ends when the pass is to end
	late context.Context // for writing down what has happened

	windows []*window // those that were given and are not finished, in their order
	begun   int       // the windows before this one have been begun by the source's end
	folders []*folderPass
	queue   []*sent // in the order in which they were taken
	fault   error   // why the source's end stopped

	panicked any // what the source's end has panicked with
	// convicted: it is known which message broke the connection.
	convicted bool
	// divided is the window of the message that was answered for last, if that was not stored and is to be tried in another way.
	divided *window
}

// enter takes what is needed to work on a folder whose messages are flowing.
func (f *folderPass) enter() {
	f.busy.Lock()
	f.turn.take()
}

func (f *folderPass) leave() {
	f.turn.give()
	f.busy.Unlock()
}

// within works on a folder whose messages are flowing. The caller has the turn.
func (f *folderPass) within(work func() error) error {
	f.turn.give()
	f.busy.Lock()
	f.turn.take()
	defer f.busy.Unlock()
	return work()
}

// run sends until the feed has no more. Trouble of one folder is noted with it, and the others that it has broken off are to be
// done again. The caller has the turn.
func (s *sending) run(ctx context.Context) error {
	s.ctx, s.late = ctx, context.WithoutCancel(ctx)
	// The target is given a little time beyond the context's end, to answer for what it has already taken.
	patient, cancel := context.WithCancelCause(s.late)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, func() { cancel(context.Cause(ctx)) })
		context.AfterFunc(patient, func() { timer.Stop() })
	})
	defer stop()
	var fault error
	s.turn.wait(func() {
		for r, err := range s.link.target.target.Append(patient, s.outgoing) {
			if err == nil {
				err = s.answer(r)
			}
			if err != nil {
				fault = err
				break
			}
		}
	})
	for _, m := range s.queue {
		m.release()
	}
	if s.panicked != nil { // the intents stand: the next pass looks for what was on its way
		panic(s.panicked)
	}
	if s.fault == nil && fault == nil {
		fault = s.unanswered()
	}
	if s.fault != nil || fault != nil {
		return s.breakOff(fault)
	}
	for _, w := range s.windows {
		if err := w.folder.within(func() error { return s.place(w) }); err != nil {
			return s.breakOff(err)
		}
	}
	return nil
}

// unanswered tells what should have come and did not.
func (s *sending) unanswered() error {
	if len(s.queue) > 0 {
		return mailbox.NewError(mailbox.ProtocolError, "APPEND", fmt.Errorf("%d messages were left without an answer", len(s.queue)))
	}
	for _, w := range s.windows {
		if missing := w.size - w.passed - len(w.unplaced); missing > 0 {
			return mailbox.NewError(mailbox.ProtocolError, "FETCH", fmt.Errorf("%d messages of %q were asked for and did not come", missing, w.folder.Source))
		}
	}
	return nil
}

// breakOff writes down what is known when sending could not be finished. It returns why it could not, unless that is trouble of
// one folder.
func (s *sending) breakOff(fault error) error {
	why := fault
	if s.fault != nil {
		why = s.fault
	}
	if s.fault == nil && mailbox.AfterRefusal(fault) {
		return s.goOn(fault)
	}
	culprit := s.culprit()
	for _, f := range s.folders {
		if err := f.within(func() error { return s.writeUnfinished(f) }); err != nil {
			return errors.Join(why, err)
		}
	}
	if culprit != nil && !s.convicted && s.ctx.Err() == nil && mailbox.ClassOf(why) == mailbox.Reconnect {
		if err := culprit.folder.within(func() error { return culprit.folder.blame(s.late, culprit, s.brokenAtSource()) }); err != nil {
			return errors.Join(why, err)
		}
	}
	guilty := s.guilty(why, culprit)
	if guilty != nil && guilty.own(s.ctx, why) == nil {
		why = nil
	}
	s.redoRest()
	return why
}

// redoRest has the folders of windows that are not finished begun anew, should the pass go on.
func (s *sending) redoRest() {
	for _, w := range s.windows {
		if !w.done() && w.folder.trouble == nil {
			w.folder.redo = true
		}
	}
}

// goOn goes on over another connection to the target when the last one had to be given up after a refusal. Nothing is in doubt:
// what has no answer is not stored. What is to be tried in another way goes in smaller windows next, and in the end alone.
func (s *sending) goOn(fault error) error {
	for _, m := range s.queue {
		m.window.onItsWay--
	}
	s.queue = nil
	for _, f := range s.folders {
		if err := f.within(func() error { return s.writeUnfinished(f) }); err != nil {
			return errors.Join(fault, err)
		}
	}
	if w := s.divided; w != nil {
		if err := w.folder.within(func() error { return w.folder.blame(s.late, w, false) }); err != nil {
			return errors.Join(fault, err)
		}
	}
	s.redoRest()
	if err := s.ctx.Err(); err != nil {
		return err
	}
	return s.renew(s.ctx, s.link, s.folders)
}

// writeUnfinished writes down what is known of a folder's windows.
func (s *sending) writeUnfinished(f *folderPass) error {
	if f.finished {
		return nil
	}
	for i, w := range s.windows {
		if w.folder != f || w.done() {
			continue
		}
		if i < s.begun {
			if err := f.put(s.late, sortEntries(w.entries)...); err != nil {
				return err
			}
			f.Bytes += w.bytes
			w.entries, w.bytes = nil, 0
		}
		if w.onItsWay == 0 && len(w.unplaced) == 0 {
			f.settle(w, w.uids.Minus(w.decided))
		} else {
			f.BrokenAt = f.Now().UTC()
		}
	}
	for _, w := range f.windows { // those that got their intents beforehand and were not even begun
		if w.intended && !w.done() && !slices.Contains(s.windows, w) {
			f.settle(w, w.uids)
		}
	}
	return f.commit(s.late)
}

// culprit is the window that was on its way when the connection broke: of the messages that the target has not answered
// for the first one's, else the first that is not finished.
func (s *sending) culprit() *window {
	if s.fault == nil && len(s.queue) > 0 {
		return s.queue[0].window
	}
	for _, w := range s.windows {
		if !w.done() {
			return w
		}
	}
	return nil
}

// brokenAtSource tells whether it was the source that did not go on.
func (s *sending) brokenAtSource() bool {
	return s.fault != nil || slices.ContainsFunc(s.queue, func(m *sent) bool { return m.body.failed })
}

// guilty is the folder that an error is about, nil if none of these.
func (s *sending) guilty(why error, culprit *window) *folderPass {
	if e, ok := errors.AsType[*mailbox.Error](why); ok {
		for _, f := range s.folders {
			if s.fault != nil && f.Source == e.Folder || s.fault == nil && f.Target == e.Folder {
				return f
			}
		}
	}
	if culprit != nil {
		return culprit.folder
	}
	return nil
}

// outgoing is the source's end: it fetches the windows and yields what is to be stored.
func (s *sending) outgoing(yield func(*mailbox.Outgoing, error) bool) {
	fail := func(err error) {
		s.turn.take()
		s.fault = err
		s.turn.give()
		yield(nil, err)
	}
	for m, err := range s.link.source.Reader.Fetch(s.ctx, s.fetchWindows) {
		if err == nil {
			err = s.ctx.Err()
		}
		var out *mailbox.Outgoing
		if err == nil {
			err = s.contained(func() error {
				w, err := s.arrived(m)
				if err == nil {
					out, err = s.prepare(w, m)
				}
				return err
			})
		}
		if err != nil {
			fail(err)
			return
		}
		if out != nil && !yield(out, nil) {
			return
		}
	}
	if err := s.contained(func() error { return s.begin(nil) }); err != nil {
		fail(err)
	}
}

// contained does work in a goroutine of the target's. A panic ends the sending and comes up in the goroutine of the pass.
func (s *sending) contained(work func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.turn.take()
			s.panicked = p
			s.turn.give()
			err = fmt.Errorf("a fault in migsh: %v", p)
		}
	}()
	return work()
}

// fetchWindows yields what is to be fetched. It may be pulled far ahead.
func (s *sending) fetchWindows(yield func(mailbox.Window) bool) {
	for {
		s.turn.take()
		w, later := s.feed(s.ahead())
		if w != nil {
			s.windows = append(s.windows, w)
			if n := len(s.folders); n == 0 || s.folders[n-1] != w.folder {
				s.folders = append(s.folders, w.folder)
			}
		}
		s.turn.give()
		switch {
		case later:
			if !yield(mailbox.Window{}) {
				return
			}
			continue
		case w == nil:
			return
		}
		uids := w.toSend().Minus(w.poisonous)
		if len(uids) > 0 && !yield(mailbox.Window{At: w.folder.sourceAt(), UIDs: uids}) {
			return
		}
	}
}

// ahead is the cost of the windows of which nothing has arrived.
func (s *sending) ahead() int64 {
	var cost int64
	for _, w := range s.windows[s.begun:] {
		cost += w.cost
	}
	return cost
}

// arrived finds the window that a message was asked for with, and begins the windows up to it.
func (s *sending) arrived(m *mailbox.Message) (*window, error) {
	s.turn.take()
	var found *window
	for _, w := range s.windows[max(s.begun-1, 0):] {
		if w.folder.Source == m.Folder && w.uids.Has(m.UID) {
			found = w
			break
		}
	}
	behind := found != nil && (s.begun == 0 || s.windows[s.begun-1] != found)
	s.turn.give()
	if found == nil {
		return nil, fmt.Errorf("fetch %q: UID %d came, which was not asked for", m.Folder, m.UID)
	}
	if behind {
		return found, s.begin(found)
	}
	return found, nil
}

// begin begins the windows up to one, or all if it is nil: from now on their messages count as planned.
func (s *sending) begin(last *window) error {
	for {
		s.turn.take()
		if s.begun == len(s.windows) || s.begun > 0 && s.windows[s.begun-1] == last {
			s.turn.give()
			return nil
		}
		w := s.windows[s.begun]
		s.begun++
		s.turn.give()
		if err := s.beginOne(w); err != nil {
			return err
		}
		if w == last {
			return nil
		}
	}
}

func (s *sending) beginOne(w *window) error {
	f := w.folder
	f.enter()
	defer f.leave()
	f.Through = max(f.Through, w.uids.Max())
	for _, r := range w.uids {
		f.Pending.AddRange(r)
	}
	for _, p := range w.left {
		if err := s.decide(w, entry{Source: p.uid, Outcome: p.left, Size: int64(p.size), Date: p.date}); err != nil {
			return err
		}
	}
	for uid := range w.poisonous.All() {
		e := mailbox.NewError(mailbox.MessageRefused, "COPY", fmt.Errorf("the connection broke each of the %d times that it was on its way", f.attempts(uid)))
		e.Folder, e.UID = f.Source, uid
		if err := s.refuseOrRepair(w, mailbox.Meta{UID: uid}, 0, e); err != nil {
			return err
		}
	}
	return nil
}

// prepare makes of a fetched message what is to be sent; nil if there is nothing to send.
func (s *sending) prepare(w *window, m *mailbox.Message) (*mailbox.Outgoing, error) {
	f := w.folder
	if m.Err != nil {
		return nil, s.unread(w, m)
	}
	if s.mending != nil {
		return s.prepareRung(w, m)
	}
	s.turn.take()
	tooLarge := s.tooLarge
	s.turn.give()
	var refused error
	if limit := f.limit(); limit > 0 && m.Length > limit {
		refused = fmt.Errorf("it has %d bytes, the target takes at most %d", m.Length, limit)
	} else if tooLarge > 0 && m.Length >= tooLarge {
		refused = fmt.Errorf("it has %d bytes, and the target has refused one of %d as too large", m.Length, tooLarge)
	}
	if refused != nil {
		e := mailbox.NewError(mailbox.MessageTooLarge, "APPEND", refused)
		e.Folder, e.UID = f.Target, m.UID
		f.enter()
		defer f.leave()
		return nil, s.refuse(w, m.Meta, m.Length, e)
	}
	out := &sent{window: w, meta: m.Meta, length: m.Length, size: m.Length, date: m.Date}
	var body io.Reader = &endingReader{s.ctx, m.Body}
	if f.claims.possible(m.Length) || f.maybeAlike(m.UID) {
		var err error
		if body, err = s.claimOrSpool(w, m, out, body); err != nil || body == nil {
			return nil, err
		}
	}
	if out.date.IsZero() {
		body, out.date = dateFromHeader(body)
	}
	out.body = newDigestReader(body, m.Length)
	return s.hand(w, out)
}

// hand gives a message to the target.
func (s *sending) hand(w *window, out *sent) (*mailbox.Outgoing, error) {
	f := w.folder
	out.flags = f.sendable(out.meta.Flags)
	if s.strip {
		out.flags = out.flags.Minus(out.flags.Keywords())
	}
	if s.Spend != nil {
		if err := s.Spend(out.length); err != nil {
			out.release()
			return nil, err
		}
	}
	f.enter()
	defer f.leave()
	if err := f.intend(s.late, w); err != nil {
		out.release()
		return nil, err
	}
	s.queue = append(s.queue, out)
	w.onItsWay++
	return &mailbox.Outgoing{At: f.targetAt(), Flags: out.flags, Date: out.date, Length: out.length, Binary: out.rung.binary, Body: out.body}, nil
}

// limit is the largest message that the target takes, 0 if there is no limit.
func (f *folderPass) limit() int64 {
	if f.keeps.AppendLimit > 0 {
		return f.keeps.AppendLimit
	}
	return f.target.Info().AppendLimit
}

// sendable are the flags that the target keeps.
func (f *folderPass) sendable(flags mailbox.Flags) mailbox.Flags { return kept(f.keeps, flags) }

// kept are those of the flags that a folder keeps.
func kept(folder mailbox.Opened, flags mailbox.Flags) mailbox.Flags {
	lost := func(name string) bool {
		return !(folder.AnyKeyword && name[0] != '\\') && !folder.PermanentFlags.Has(name)
	}
	if folder.AnyKeyword && len(folder.PermanentFlags) == 0 || !slices.ContainsFunc(flags, lost) {
		return flags
	}
	return slices.DeleteFunc(slices.Clone(flags), lost)
}

// endingReader stops when the context ends, so that a large message does not hold up a stop.
type endingReader struct {
	ctx context.Context
	r   io.Reader
}

func (r *endingReader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(p)
}
