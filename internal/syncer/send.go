package syncer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"migsh/internal/mailbox"
)

// sent is a message that the target has taken and not yet answered for.
type sent struct {
	window *window
	meta   mailbox.Meta
	flags  mailbox.Flags // as sent
	date   time.Time
	length int64
	body   *digestReader
	spool  *spool
}

// A sending is one call of Append: windows fetched from the source on one end, results from the target on the other.
// The two ends may run in different goroutines; mu guards all they share, the ledger included.
type sending struct {
	*folderPass
	ctx     context.Context // ends when the pass is to end
	late    context.Context // for writing down what has happened
	windows []*window
	strip   bool // keywords are left out

	mu    sync.Mutex
	queue []*sent // in the order in which they were taken
	fault error   // why the source's end stopped
	begun int     // the windows before this one have been begun by the source's end
	// apart are messages that were not stored because of what they travelled with, window by window; again are
	// messages that were refused and may be taken without their keywords.
	apart []mailbox.UIDSet
	again mailbox.UIDSet
}

// send makes one call of Append.
func (f *folderPass) send(ctx context.Context, windows []*window, strip bool) (apart []mailbox.UIDSet, again mailbox.UIDSet, err error) {
	if len(windows) == 0 {
		return nil, nil, nil
	}
	s := &sending{folderPass: f, ctx: ctx, late: context.WithoutCancel(ctx), windows: windows, strip: strip}
	// The target is given a little time beyond the context's end, to answer for what it has already taken.
	patient, cancel := context.WithCancelCause(s.late)
	defer cancel(nil)
	stop := context.AfterFunc(ctx, func() {
		timer := time.AfterFunc(grace, func() { cancel(context.Cause(ctx)) })
		context.AfterFunc(patient, func() { timer.Stop() })
	})
	defer stop()
	var fault error
	for r, err := range f.target.Append(patient, s.outgoing) {
		if err == nil {
			err = s.answer(r)
		}
		if err != nil {
			fault = err
			break
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.queue {
		m.release()
	}
	if s.fault != nil || fault != nil {
		return nil, nil, s.breakOff(fault)
	}
	if len(s.queue) > 0 {
		return nil, nil, s.breakOff(mailbox.NewError(mailbox.ProtocolError, "APPEND", fmt.Errorf("%d messages were left without an answer", len(s.queue))))
	}
	for _, w := range windows {
		if missing := w.size - w.passed - len(w.unplaced); missing > 0 {
			return nil, nil, s.breakOff(mailbox.NewError(mailbox.ProtocolError, "FETCH", fmt.Errorf("%d messages of %q were asked for and did not come", missing, f.Source)))
		}
	}
	for _, w := range windows {
		if err := s.place(w); err != nil {
			return nil, nil, err
		}
	}
	return s.apart, s.again, nil
}

// breakOff writes down what is known when sending could not be finished, and returns why it could not.
func (s *sending) breakOff(fault error) error {
	why := fault
	if s.fault != nil {
		why = s.fault
	}
	culprit := s.culprit()
	for _, w := range s.windows[:s.begun] {
		if w.passed == w.size {
			continue
		}
		if err := s.put(s.late, sortEntries(w.entries)...); err != nil {
			return errors.Join(why, err)
		}
		s.Bytes += w.bytes
		if w.onItsWay == 0 && len(w.unplaced) == 0 {
			s.settle(w, w.uids.Minus(w.decided))
		}
	}
	if err := s.commit(s.late); err != nil {
		return errors.Join(why, err)
	}
	if culprit != nil && s.ctx.Err() == nil && mailbox.ClassOf(why) == mailbox.Reconnect {
		if err := s.blame(s.late, culprit); err != nil {
			return errors.Join(why, err)
		}
	}
	return why
}

// culprit is the window that was on its way when the connection broke: of the messages that the target has not answered
// for the first one's, else the first that is not finished.
func (s *sending) culprit() *window {
	if s.fault == nil && len(s.queue) > 0 {
		return s.queue[0].window
	}
	for _, w := range s.windows {
		if w.passed < w.size {
			return w
		}
	}
	return nil
}

// outgoing is the source's end: it fetches the windows and yields what is to be stored.
func (s *sending) outgoing(yield func(*mailbox.Outgoing, error) bool) {
	fail := func(err error) {
		s.mu.Lock()
		s.fault = err
		s.mu.Unlock()
		yield(nil, err)
	}
	for m, err := range s.source.Fetch(s.ctx, s.fetchWindows) {
		if err == nil {
			err = s.ctx.Err()
		}
		if err == nil {
			err = s.step(m.UID)
		}
		if err != nil {
			fail(err)
			return
		}
		out, err := s.prepare(m)
		if err != nil {
			fail(err)
			return
		}
		if out != nil && !yield(out, nil) {
			return
		}
	}
	if err := s.step(mailbox.MaxUID); err != nil {
		fail(err)
	}
}

// fetchWindows yields what is to be fetched. It may be pulled far ahead.
func (s *sending) fetchWindows(yield func(mailbox.Window) bool) {
	at := s.sourceAt()
	for _, w := range s.windows {
		if uids := w.uids.Minus(w.filtered).Minus(w.poisonous); len(uids) > 0 && !yield(mailbox.Window{At: at, UIDs: uids}) {
			return
		}
	}
}

// step begins the windows up to that of the message that comes next: from now on their messages count as planned.
func (s *sending) step(uid mailbox.UID) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for ; s.begun < len(s.windows) && s.windows[s.begun].uids[0].First <= uid; s.begun++ {
		w := s.windows[s.begun]
		s.Through = max(s.Through, w.uids.Max())
		for _, r := range w.uids {
			s.Pending.AddRange(r)
		}
		for uid := range w.filtered.All() {
			if err := s.decide(w, entry{Source: uid, Outcome: Filtered}); err != nil {
				return err
			}
		}
		for uid := range w.poisonous.All() {
			e := mailbox.NewError(mailbox.MessageRefused, "COPY", fmt.Errorf("the connection broke each of the %d times that it was on its way", s.attempts(uid)))
			e.Folder, e.UID = s.Source, uid
			if err := s.refuseLocked(w, mailbox.Meta{UID: uid}, 0, e); err != nil {
				return err
			}
		}
	}
	return nil
}

// prepare makes of a fetched message what is to be sent; nil if there is nothing to send.
func (s *sending) prepare(m *mailbox.Message) (*mailbox.Outgoing, error) {
	s.mu.Lock()
	var w *window
	if s.begun > 0 {
		w = s.windows[s.begun-1]
	}
	s.mu.Unlock()
	if w == nil || !w.uids.Has(m.UID) {
		return nil, fmt.Errorf("fetch %q: UID %d came, which was not asked for", s.Source, m.UID)
	}
	if m.Err != nil {
		return nil, s.unread(w, m)
	}
	if limit := s.limit(); limit > 0 && m.Length > limit {
		e := mailbox.NewError(mailbox.MessageTooLarge, "APPEND", fmt.Errorf("it has %d bytes, the target takes at most %d", m.Length, limit))
		e.Folder, e.UID = s.Target, m.UID
		return nil, s.refuse(w, m.Meta, m.Length, e)
	}
	out := &sent{window: w, meta: m.Meta, length: m.Length, date: m.Date}
	var body io.Reader = &endingReader{s.ctx, m.Body}
	if s.claims.possible(m.Length) || s.maybeAlike(m.UID) {
		var err error
		if body, err = s.claimOrSpool(w, m, out, body); err != nil || body == nil {
			return nil, err
		}
	}
	if out.date.IsZero() {
		body, out.date = dateFromHeader(body)
	}
	out.body = newDigestReader(body, m.Length)
	out.flags = s.sendable(m.Flags)
	if s.strip {
		out.flags = out.flags.Minus(out.flags.Keywords())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.intend(w); err != nil {
		out.release()
		return nil, err
	}
	s.queue = append(s.queue, out)
	w.onItsWay++
	return &mailbox.Outgoing{At: s.targetAt(), Flags: out.flags, Date: out.date, Length: m.Length, Body: out.body}, nil
}

// limit is the largest message that the target takes, 0 if there is no limit.
func (s *sending) limit() int64 {
	if s.keeps.AppendLimit > 0 {
		return s.keeps.AppendLimit
	}
	return s.target.Info().AppendLimit
}

// sendable are the flags that the target keeps.
func (f *folderPass) sendable(flags mailbox.Flags) mailbox.Flags {
	if f.keeps.AnyKeyword && len(f.keeps.PermanentFlags) == 0 {
		return flags
	}
	var out []string
	for _, name := range flags {
		if f.keeps.PermanentFlags.Has(name) || f.keeps.AnyKeyword && name[0] != '\\' {
			out = append(out, name)
		}
	}
	return mailbox.NewFlags(out...)
}

// intend puts the window's intent into the store, if it isn't there. s.mu is held.
func (s *sending) intend(w *window) error {
	if w.intended {
		return nil
	}
	w.intended, w.next = true, s.targetNext
	from := s.targetNext
	var others []intent
	for _, i := range s.Intents {
		left := i.UIDs.Minus(w.uids)
		// What an earlier pass may have left at the target is known to this one, but to the store only by the
		// earlier intent: the new one reaches as far back.
		if !slices.Equal(left, i.UIDs.UIDSet) {
			from = min(from, i.TargetNext)
		}
		if len(left) > 0 || i.UIDs.IsZero() {
			others = append(others, intent{uidSet{left}, i.TargetNext})
		}
	}
	s.Intents = append(others, intent{uidSet{w.uids}, from})
	s.IntentAt = s.Now().UTC()
	return s.commit(s.late)
}

// settle takes the window out of the intents, but for those of its open messages that an earlier pass may have left at
// the target. s.mu is held.
func (s *sending) settle(w *window, open mailbox.UIDSet) {
	doubtful := open.Minus(open.Minus(s.doubtful))
	var left []intent
	for _, i := range s.Intents {
		if i.UIDs.IsZero() {
			left = append(left, i)
			continue
		}
		rest := i.UIDs.Minus(w.uids.Minus(doubtful))
		if len(rest) > 0 {
			left = append(left, intent{uidSet{rest}, i.TargetNext})
		}
	}
	s.Intents = left
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
