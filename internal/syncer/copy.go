package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"migsh/internal/mailbox"
)

// A window is sent under one intent and written down in one commit.
const (
	windowMessages = 200
	windowBytes    = 8 << 20
	windowsPerCall = 50
	// grace is how long the answers to what is on its way are awaited after the context has ended.
	grace = 10 * time.Second
	// quarantineAfter is how often the connection may break while a message is on its way; the last three times it
	// was alone.
	quarantineAfter = 6
)

// A window is a stretch of the plan.
type window struct {
	uids mailbox.UIDSet
	size int // messages in it
	// filtered and poisonous messages are not even fetched.
	filtered, poisonous mailbox.UIDSet

	entries  []entry // those decided, in any order
	decided  mailbox.UIDSet
	passed   int   // of the messages, those that need no more attention here: decided, or left for another try
	bytes    int64 // sent and stored
	onItsWay int   // taken by the target, without an answer
	intended bool  // its intent is in the record
	next     mailbox.UID
	unplaced []*sent        // stored, but the target did not tell the UID
	deferred mailbox.UIDSet // left for the end of the folder, see [folderPass.deferred]
}

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

// copyAll copies the plan.
func (f *folderPass) copyAll(ctx context.Context, plan []planned) error {
	if err := f.gatherClaims(ctx); err != nil {
		return err
	}
	if err := f.foresee(ctx, plan); err != nil {
		return err
	}
	f.progress(PhaseCopy)
	windows := f.windows(plan)
	// Without UIDPLUS each window's UIDs are looked up before the next one goes. Else one call of Append takes many,
	// but not all, so that what has to be sent again does not pile up.
	step := windowsPerCall
	if !f.target.Info().Features.UIDPlus {
		step = 1
	}
	for part := range slices.Chunk(windows, step) {
		if err := f.sendFully(ctx, part); err != nil {
			return err
		}
	}
	return f.sendDeferred(ctx)
}

// sendDeferred settles the messages that may be at the target altered. By now every message that is there byte for byte
// has been claimed by its own.
func (f *folderPass) sendDeferred(ctx context.Context) error {
	deferred := f.deferred
	f.deferred = nil
	if len(deferred) == 0 {
		return nil
	}
	before := f.result.Matched
	f.alike = true
	defer func() { f.alike = false }()
	for part := range chunk(deferred, f.window()) {
		if err := f.sendFully(ctx, []*window{{uids: part, size: part.Len()}}); err != nil {
			return err
		}
	}
	if n := f.result.Matched - before; n > 0 {
		f.report("Warning", "Folder %q: %d messages are at the target already, but another tool or the target has altered them; they are not copied again.", f.Source, n)
	}
	return nil
}

// windows cuts the plan. What broke the connection before goes in ever smaller windows, and in the end not at all.
func (f *folderPass) windows(plan []planned) []*window {
	var out []*window
	var w *window
	var bytes int64
	attempts := -1
	for _, p := range plan {
		a := f.attempts(p.uid)
		if a >= quarantineAfter {
			a = quarantineAfter
		}
		if w == nil || a != attempts || w.size >= max(f.window()>>(3*a), 1) || bytes+int64(p.size) > windowBytes {
			w, bytes, attempts = &window{}, 0, a
			out = append(out, w)
		}
		w.uids.Add(p.uid)
		w.size++
		switch {
		case p.filtered:
			w.filtered.Add(p.uid)
		case a == quarantineAfter:
			w.poisonous.Add(p.uid)
		default:
			bytes += int64(p.size)
		}
	}
	return out
}

// window is how many messages go under one intent.
func (f *folderPass) window() int {
	if f.Window > 0 {
		return f.Window
	}
	return windowMessages
}

func (f *folderPass) attempts(uid mailbox.UID) int {
	for _, s := range f.Suspects {
		if s.UIDs.Has(uid) {
			return s.Attempts
		}
	}
	return 0
}

// blame notes that the connection broke while the window's messages were on their way.
func (f *folderPass) blame(ctx context.Context, w *window) error {
	var open mailbox.UIDSet
	for uid := range w.uids.All() {
		if _, decided, err := f.get(ctx, uid); err != nil {
			return err
		} else if !decided {
			open.Add(uid)
		}
	}
	if len(open) == 0 {
		return nil
	}
	attempts := f.attempts(open[0].First) + 1
	var others []suspect
	for _, s := range f.Suspects {
		if s.UIDs.UIDSet = s.UIDs.Minus(open); !s.UIDs.IsZero() {
			others = append(others, s)
		}
	}
	f.Suspects = append(others, suspect{uidSet{open}, attempts})
	return f.commit(ctx)
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

// sendFully sends windows, and then, in ever smaller groups, what the target did not take for the company it was in.
func (f *folderPass) sendFully(ctx context.Context, windows []*window) error {
	apart, again, err := f.send(ctx, windows, false)
	if err != nil {
		return err
	}
	for len(apart) > 0 {
		group := apart[0]
		apart = apart[1:]
		var half []mailbox.UIDSet
		for part := range chunk(group, max((group.Len()+1)/2, 1)) {
			more, stripped, err := f.send(ctx, []*window{{uids: part, size: part.Len()}}, false)
			if err != nil {
				return err
			}
			half = append(half, more...)
			for uid := range stripped.All() {
				again.Add(uid)
			}
		}
		apart = append(half, apart...)
	}
	for uid := range again.All() {
		if _, _, err := f.send(ctx, []*window{{uids: mailbox.UIDs(uid), size: 1}}, true); err != nil {
			return err
		}
	}
	return nil
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

// claimOrSpool reads a message whole and looks whether it is at the target already. If so it decides it and returns a
// nil reader, else one that reads the message again.
func (s *sending) claimOrSpool(w *window, m *mailbox.Message, out *sent, body io.Reader) (io.Reader, error) {
	r := newContentReader(body, m.Length)
	sp, err := spoolMessage(r, m.Length, s.SpoolDir)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	cl, claimed := s.claims.take(r.digest)
	if !claimed && s.maybeAlike(m.UID) {
		like := r.likeness()
		if !s.alike && s.claims.knowsAlike(like) {
			s.deferred.Add(m.UID)
			w.deferred.Add(m.UID)
			return nil, errors.Join(sp.Close(), s.pass(w))
		}
		if s.alike {
			cl, claimed = s.claims.takeAlike(like)
			cl.outcome = Altered
		}
	}
	if !claimed {
		again, err := sp.Reader()
		if err != nil {
			return nil, errors.Join(err, sp.Close())
		}
		out.spool = sp
		return again, nil
	}
	if err := sp.Close(); err != nil {
		return nil, err
	}
	e := entry{Source: m.UID, Outcome: cl.outcome, Target: cl.target, Size: m.Length, Date: cl.date, Digest: r.digest}
	switch {
	case cl.before:
		e.Flags = cl.flags
	case cl.sent:
		e.Outcome, e.Flags = Copied, s.agreed(m.Flags, cl.flags)
	default:
		// Nobody knows on which flags both sides last agreed: what the source has is added, nothing is taken away.
		e.Flags = m.Flags.Minus(m.Flags.Minus(cl.flags))
	}
	if !e.Flags.Equal(m.Flags) {
		s.CompareFlags = true
	}
	if (e.Outcome == Adopted || e.Outcome == Altered) && !cl.before {
		s.result.Matched++
	}
	return nil, s.decide(w, e)
}

// maybeAlike tells whether a message may be at the target altered.
func (f *folderPass) maybeAlike(uid mailbox.UID) bool {
	return f.claims.alike > 0 && (f.Adopting || f.doubtful.Has(uid))
}

// agreed are the flags on which both sides agreed when a message was sent that was then found at the target: those it
// has there, and of those that the target can't keep the source's.
func (s *sending) agreed(source, target mailbox.Flags) mailbox.Flags {
	lost := source.Minus(s.sendable(source))
	return target.Union(lost)
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

// answer is the target's end: what became of the message that was taken first.
func (s *sending) answer(r mailbox.Appended) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return errors.New("the target answers for a message that it was not given")
	}
	m := s.queue[0]
	if r.Fate == mailbox.Unsettled {
		// The error that ends the iteration follows; until the next pass the message stays on its way.
		return nil
	}
	s.queue = s.queue[1:]
	m.release()
	w := m.window
	w.onItsWay--
	switch r.Fate {
	case mailbox.Stored:
		if !m.body.done {
			return fmt.Errorf("store UID %d of %q: the target says it is stored before it was read whole", m.meta.UID, s.Source)
		}
		s.loseKeywords(m)
		w.bytes += m.length
		s.added++
		s.result.Copied++
		s.result.Bytes += m.length
		s.state.MessagesCopied++
		s.state.BytesCopied += m.length
		if r.UID == 0 {
			w.unplaced = append(w.unplaced, m)
			return nil
		}
		s.targetNext = max(s.targetNext, r.UID+1)
		return s.decide(w, s.stored(m, r.UID))
	case mailbox.Refused:
		if !s.strip && len(m.flags.Keywords()) > 0 && !mailbox.IsID(r.Err, mailbox.MessageTooLarge) {
			s.again.Add(m.meta.UID)
			return s.pass(w)
		}
		return s.refuseLocked(w, m.meta, m.length, r.Err)
	case mailbox.NotStored:
		if mailbox.ClassOf(r.Err) != mailbox.PerMessage {
			return s.pass(w) // the error that ends the iteration follows
		}
		if len(s.windows) == 1 && w.size == 1 {
			return s.refuseLocked(w, m.meta, m.length, r.Err)
		}
		if n := len(s.apart); n > 0 && w.uids.Has(s.apart[n-1].Max()) {
			s.apart[n-1].Add(m.meta.UID)
		} else {
			s.apart = append(s.apart, mailbox.UIDs(m.meta.UID))
		}
		return s.pass(w)
	}
	return fmt.Errorf("store UID %d of %q: the target says %v", m.meta.UID, s.Source, r.Fate)
}

// stored is the entry of a message that the target has stored.
func (s *sending) stored(m *sent, target mailbox.UID) entry {
	e := entry{Source: m.meta.UID, Outcome: Copied, Target: target, Size: m.length, Date: unix(m.date),
		Flags: m.meta.Flags, Digest: m.body.digest}
	if s.strip { // what was left out to make it pass is still to be set
		e.Flags = s.agreed(m.meta.Flags, m.flags)
	}
	return e
}

// release frees what the message occupies. A second call does nothing.
func (m *sent) release() {
	if m.spool != nil {
		m.spool.Close()
		m.spool = nil
	}
}

// unread decides a message that the source did not deliver.
func (s *sending) unread(w *window, m *mailbox.Message) error {
	if mailbox.IsID(m.Err, mailbox.MessageVanished) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.decide(w, entry{Source: m.UID, Outcome: Vanished})
	}
	if mailbox.ClassOf(m.Err) != mailbox.PerMessage {
		return m.Err
	}
	return s.refuse(w, m.Meta, m.Length, m.Err)
}

func (s *sending) refuse(w *window, meta mailbox.Meta, length int64, why error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refuseLocked(w, meta, length, why)
}

func (s *sending) refuseLocked(w *window, meta mailbox.Meta, length int64, why error) error {
	if err := s.leaveBehind(meta, length, why); err != nil {
		return err
	}
	return s.decide(w, entry{Source: meta.UID, Outcome: Refused})
}

// decide notes an entry and finishes the window when it is the last one. s.mu is held.
func (s *sending) decide(w *window, e entry) error {
	w.entries = append(w.entries, e)
	w.decided.Add(e.Source)
	if e.Outcome != Vanished {
		s.state.MessagesDone++
	}
	return s.pass(w)
}

// pass counts a message that needs no more attention in this window. s.mu is held.
func (s *sending) pass(w *window) error {
	w.passed++
	if w.passed < w.size {
		return nil
	}
	return s.write(w)
}

// write is the commit that ends a window. s.mu is held.
func (s *sending) write(w *window) error {
	if err := s.put(s.late, sortEntries(w.entries)...); err != nil {
		return err
	}
	s.Bytes += w.bytes
	w.entries, w.bytes = nil, 0
	s.settle(w, w.deferred)
	if err := s.commit(s.late); err != nil {
		return err
	}
	s.progress(PhaseCopy)
	return nil
}

// loseKeywords counts the keywords that the target does not keep. s.mu is held.
func (s *sending) loseKeywords(m *sent) {
	for _, name := range m.meta.Flags.Minus(m.flags) {
		if s.strip && s.sendable(mailbox.NewFlags(name)).Has(name) {
			s.CompareFlags = true // they are set one by one later
			continue
		}
		s.result.LostKeywords[name]++
	}
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

func sortEntries(entries []entry) []entry {
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.Source, b.Source) })
	return entries
}

// place finds the UIDs of messages that the target has stored without telling them: they are what lies in the folder
// from its UIDNEXT before on. s.mu is held.
func (s *sending) place(w *window) error {
	if len(w.unplaced) == 0 {
		return nil
	}
	taken := map[mailbox.UID]bool{}
	for _, other := range s.windows {
		for _, e := range other.entries {
			taken[e.Target] = true
		}
	}
	var there []mailbox.Meta
	for m, err := range s.target.List(s.ctx, s.targetAt(), mailbox.Query{UIDs: mailbox.UIDsFrom(w.next)}) {
		if err != nil {
			return err
		}
		if !taken[m.UID] {
			there = append(there, m)
		}
	}
	uids, err := s.pair(w.unplaced, there)
	if err != nil {
		return err
	}
	unplaced := w.unplaced
	w.unplaced = nil
	for i, m := range unplaced {
		s.targetNext = max(s.targetNext, uids[i]+1)
		if err := s.decide(w, s.stored(m, uids[i])); err != nil {
			return err
		}
	}
	return nil
}

// pair tells the UID of each message among those that are there: in their order if number and sizes agree, else by
// content. 0 stands for a message that can't be told; it is stored nevertheless, because the target said so.
func (s *sending) pair(messages []*sent, there []mailbox.Meta) ([]mailbox.UID, error) {
	uids := make([]mailbox.UID, len(messages))
	inOrder := len(messages) == len(there)
	for i := range messages {
		inOrder = inOrder && there[i].Size == messages[i].length
	}
	if inOrder {
		for i := range messages {
			uids[i] = there[i].UID
		}
		return uids, nil
	}
	var candidates mailbox.UIDSet
	for _, m := range there {
		candidates.Add(m.UID)
	}
	var at claims
	if err := s.readTarget(s.ctx, candidates, func(m found) error {
		at.add(m.digest, m.like, claim{target: m.UID, length: m.length})
		return nil
	}); err != nil {
		return nil, err
	}
	var open []int
	for i, m := range messages {
		if cl, ok := at.take(m.body.digest); ok {
			uids[i] = cl.target
			candidates = candidates.Minus(mailbox.UIDs(cl.target))
		} else {
			open = append(open, i)
		}
	}
	// A server that alters what it stores keeps at least the order.
	if len(open) == candidates.Len() {
		for uid := range candidates.All() {
			uids[open[0]] = uid
			open = open[1:]
		}
	}
	return uids, nil
}
