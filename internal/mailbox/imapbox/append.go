package imapbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"
	"strings"
	"sync"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
	"migsh/internal/mailbox/wrap"
)

const (
	// A batch is ended when it has so many messages, or when the next one would make it larger.
	batchMessages = 200
	batchBytes    = 8 << 20
	// batchDepth and appendDepth are how many commands may be without an answer: batches, and APPENDs of one message.
	batchDepth  = 16
	appendDepth = 64
	// aloneBytes is the length from which a message has a command of its own where others share one: if it is refused for its
	// length while it is on its way, no other is refused with it.
	aloneBytes = 4 << 20
	// appendAtOnce is the length up to which a message is read whole before its literal begins: should the reading fail, the
	// connection lives on.
	appendAtOnce = 64 << 10
	// shortLiteral is the length up to which LITERAL- saves the invitation (RFC 7888, 5).
	shortLiteral = 4096
)

// Append stores messages in the fastest way that the server knows: many with one command (MULTIAPPEND), else one APPEND each. With
// LITERAL+ the next is sent before the last is answered; without, right behind it, and then waits for the server's invitation.
func (t *target) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		give, err := t.take(ctx)
		if err != nil {
			yield(mailbox.Appended{}, err)
			return
		}
		defer give()
		depth := appendDepth
		if t.caps.batches() {
			depth = batchDepth
		}
		a := appending{target: t, ctx: ctx, yield: yield, slots: make(chan struct{}, depth), news: make(chan struct{}, 1)}
		a.run(msgs)
	}
}

// appending is one call of Append. One goroutine sends, the caller's reads the answers and yields them; groups are what the two
// share.
type appending struct {
	*target
	ctx   context.Context
	yield func(mailbox.Appended, error) bool

	slots chan struct{} // holds one for each group without an answer
	news  chan struct{} // holds one when the sender has done something while nothing was under way

	mu     sync.Mutex
	groups []*group // in the order in which they were begun
	over   bool     // the sender has ended
	why    error    // it has, unless because of the connection
	stop   bool     // it shall

	small []byte // the sender's: holds a small message

	left bool // the reader's: the consumer wants no more
}

// A group is a command that stores messages, or opens a folder for them. Without a command it is one message whose fate needs
// none.
type group struct {
	cmd      *lane.Command
	folder   string
	messages int
	bytes    int64
	early    bool // answered before it was sent whole
	aborted  bool // not to be finished: a message could not be read to its end
	fate     mailbox.Appended

	opening *opening
	opened  mailbox.Opened
	failed  error         // to open
	ready   chan struct{} // closed when opened or failed is set
}

// run sends, reads and yields.
func (a *appending) run(msgs iter.Seq2[*mailbox.Outgoing, error]) {
	var sender sync.WaitGroup
	sender.Go(func() { a.feed(msgs) })
	var failed error
	note := func(err error) {
		if failed == nil && err != nil {
			failed = err
			a.halt()
		}
	}
	for {
		g, aborted, over := a.head()
		switch {
		case g == nil && over:
			sender.Wait()
			if err := a.guard.Err(); err != nil && a.dead == nil {
				note(a.fault("APPEND", "", err))
			}
			if a.why != nil && (failed == nil || !a.refusedBefore(failed)) {
				failed = a.why
			}
			if failed != nil && !a.left {
				a.yield(mailbox.Appended{}, failed)
			}
			return
		case g == nil:
			<-a.news
		case g.cmd == nil || g.cmd.Done():
			note(a.settle(g))
			a.pop()
		case aborted:
			a.drop(a.cfg.fault(mailbox.ConnectionLost, "APPEND", fmt.Errorf("closed because a message could not be read to its end: %w", a.reason())))
			a.lane.Fail(a.dead)
			a.pop()
		case a.dead != nil:
			note(a.dead)
			a.unsettled(g)
			a.pop()
		default:
			if err := a.lane.Step(); err != nil {
				note(a.fault("APPEND", g.folder, err))
			}
		}
	}
}

// refusedBefore tells whether an error came of an answer of the server's, which counts for more than that the source has ended.
func (a *appending) refusedBefore(err error) bool {
	e, ok := errors.AsType[*mailbox.Error](err)
	return ok && e.Class != mailbox.Reconnect
}

func (a *appending) head() (g *group, aborted, over bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.groups) > 0 {
		g = a.groups[0]
		aborted = g.aborted
	}
	return g, aborted, a.over
}

// reason is why the sender has ended, or is about to.
func (a *appending) reason() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.why
}

// count is how many messages a group has.
func (a *appending) count(g *group) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return g.messages
}

func (a *appending) pop() {
	a.mu.Lock()
	a.groups = a.groups[1:]
	a.mu.Unlock()
	<-a.slots
}

// halt tells the sender to send nothing more.
func (a *appending) halt() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stop = true
}

func (a *appending) halted() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.stop
}

// settle yields what became of a group's messages. Its error ends the call.
func (a *appending) settle(g *group) error {
	if g.opening != nil {
		if g.opened, g.failed = g.opening.opened(); g.failed == nil && g.opened.ReadOnly {
			g.failed = a.readOnly("APPEND", g.folder)
		}
		close(g.ready)
		return nil
	}
	if g.cmd == nil {
		a.tell(g.fate)
		return nil
	}
	status := g.cmd.Status()
	if status.OK() {
		a.stored(g, status)
		return nil
	}
	return a.declined(g, a.cfg.refusal("APPEND", g.folder, mustRefusal(refused(status))), status.Kind == "BAD")
}

// stored yields the UIDs of messages that are stored, as far as the server tells them.
func (a *appending) stored(g *group, status lane.Status) {
	validity, uids := appendUIDs(status)
	messages := a.count(g)
	if uids.Len() != messages {
		uids = nil
	}
	told := 0
	for uid := range uids.All() {
		a.tell(mailbox.Appended{UIDValidity: validity, UID: uid})
		told++
	}
	for ; told < messages; told++ {
		a.tell(mailbox.Appended{UIDValidity: validity})
	}
}

// appendUIDs reads the APPENDUID of an answer (RFC 4315, 3), in the order of the messages. A set that names a UID twice tells nothing,
// and the messages are looked for.
func appendUIDs(status lane.Status) (validity uint32, uids mailbox.UIDSet) {
	code, set, _ := strings.Cut(status.Args, " ")
	v, known := lane.Value{Text: []byte(code)}.Number()
	ranges, valid := lane.ParseUIDs(set)
	if status.Code != "APPENDUID" || !known || v > math.MaxUint32 || !valid {
		return 0, nil
	}
	sorted := slices.SortedFunc(slices.Values(ranges), func(a, b mailbox.UIDRange) int { return cmp.Compare(a.First, b.First) })
	for i, r := range sorted {
		if i > 0 && r.First <= sorted[i-1].Last {
			return 0, nil
		}
	}
	return uint32(v), ranges
}

// declined yields the fate of messages that the server has refused. After BAD, or a refusal before all was sent, the server may
// take what is on its way for commands: the connection is given up. Its error ends the call.
func (a *appending) declined(g *group, e *mailbox.Error, bad bool) error {
	fate := mailbox.NotStored
	switch {
	case a.count(g) == 1 && (e.Class == mailbox.PerMessage || bad):
		fate = mailbox.Refused
	case bad:
		fate = mailbox.Unsettled // the session is over, and the next one sees
	}
	if bad || g.early {
		lost := a.cfg.fault(mailbox.ConnectionLost, "APPEND", fmt.Errorf("closed because the server refused a message before it was sent whole: %w", e))
		if bad {
			lost = e
		}
		lost.Folder = g.folder
		a.drop(lost)
		a.lane.Fail(lost)
		a.yieldAll(g, mailbox.Appended{Fate: fate, Err: e})
		if e.Class != mailbox.PerMessage {
			return e
		}
		return lost
	}
	a.yieldAll(g, mailbox.Appended{Fate: fate, Err: e})
	if e.Class != mailbox.PerMessage {
		return e
	}
	return nil
}

func (a *appending) yieldAll(g *group, fate mailbox.Appended) {
	for range a.count(g) {
		a.tell(fate)
	}
}

// unsettled yields that nobody knows what became of a group's messages, if they were sent.
func (a *appending) unsettled(g *group) {
	if g.opening != nil {
		g.failed = a.dead
		close(g.ready)
		return
	}
	if a.lane.WasSent(g.cmd) {
		a.yieldAll(g, mailbox.Appended{Fate: mailbox.Unsettled, Err: a.dead})
	}
}

// tell yields a result, as long as they are wanted.
func (a *appending) tell(r mailbox.Appended) {
	if a.left {
		return
	}
	a.guard.Pause()
	defer a.guard.Resume()
	if !a.yield(r, nil) {
		a.left = true
		a.halt()
	}
}

// feed is the sender.
func (a *appending) feed(msgs iter.Seq2[*mailbox.Outgoing, error]) {
	why := a.send(msgs)
	a.mu.Lock()
	a.over, a.why = true, why
	a.mu.Unlock()
	a.wake()
}

// wake tells the reader that there is something new.
func (a *appending) wake() {
	select {
	case a.news <- struct{}{}:
	default:
	}
}

// errConnection stands for whatever has gone wrong with the connection; the reader knows what.
var errConnection = errors.New("the connection has failed")

// send sends all messages. Its error is one that ends the call and is not the connection's.
func (a *appending) send(msgs iter.Seq2[*mailbox.Outgoing, error]) error {
	var batch *group // that is being sent
	var failed error
	for out, err := range a.unhurriedly(msgs) {
		switch {
		case a.halted():
			failed = errConnection
		case err == nil && a.ctx.Err() != nil:
			failed = a.cfg.fault(mailbox.ConnectionLost, "APPEND", context.Cause(a.ctx))
		case err != nil:
			failed = err
		default:
			batch, failed = a.message(batch, out)
		}
		if failed != nil {
			break
		}
	}
	if batch != nil && !batch.aborted {
		if err := a.end(batch); failed == nil {
			failed = err
		}
	}
	if errors.Is(failed, errConnection) {
		return nil
	}
	return failed
}

// unhurriedly is msgs, pulled while nothing is expected of this server.
func (a *appending) unhurriedly(msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[*mailbox.Outgoing, error] {
	return func(yield func(*mailbox.Outgoing, error) bool) {
		a.guard.Pause()
		defer a.guard.Resume()
		for out, err := range msgs {
			a.guard.Resume()
			more := yield(out, err)
			a.guard.Pause()
			if !more {
				return
			}
		}
	}
}

// begin makes a group known to the reader and, if it has a command, opens that.
func (a *appending) begin(g *group) {
	a.slots <- struct{}{}
	a.mu.Lock()
	a.groups = append(a.groups, g)
	a.mu.Unlock()
}

// message sends one message, in the batch or in a command of its own, and returns the batch to which the next may be added.
func (a *appending) message(batch *group, out *mailbox.Outgoing) (*group, error) {
	full := batch != nil && (batch.folder != out.Folder || batch.messages == batchMessages || batch.bytes+out.Length > batchBytes ||
		out.Length >= aloneBytes)
	if full {
		if err := a.end(batch); err != nil {
			return nil, err
		}
		batch = nil
	}
	opened, err := a.opened(out.At)
	if err != nil {
		return batch, err
	}
	if limit := a.limit(opened); limit > 0 && out.Length > limit {
		if batch != nil {
			if err := a.end(batch); err != nil {
				return nil, err
			}
		}
		a.begin(&group{folder: out.Folder, fate: mailbox.Appended{Fate: mailbox.Refused, Err: a.tooLarge(out, limit)}})
		a.wake()
		return nil, nil
	}
	var body io.Reader = unhurried{a.guard, out.Body}
	binary := out.Binary && a.caps.binary
	if out.Length <= appendAtOnce {
		if body, err = a.readSmall(out.Length, out.Body); err != nil {
			return batch, err
		}
		binary = a.caps.binary && bytes.IndexByte(a.small[:out.Length], 0) >= 0
	}
	if batch == nil {
		if batch, err = a.compose(out.Folder); err != nil {
			return nil, err
		}
	}
	if invited, err := a.announce(batch, out, permitted(out.Flags, opened), binary); err != nil || !invited {
		return nil, err
	}
	if err := a.lane.W.Body(body, out.Length); err != nil {
		return batch, a.bodyFailed(batch, err)
	}
	if a.caps.batches() && out.Length < aloneBytes {
		return batch, nil
	}
	return nil, a.end(batch)
}

// compose begins the command for a batch, or for one message.
func (a *appending) compose(folder string) (*group, error) {
	g := &group{folder: folder, cmd: &lane.Command{Op: "APPEND"}}
	g.cmd.Answered = func(lane.Status) { g.early = !a.lane.WasSent(g.cmd) }
	words := a.names.Append([]byte("APPEND "), folder)
	tag := a.lane.Open(g.cmd)
	a.begin(g)
	a.wake()
	if err := a.lane.W.Begin(tag, words); err != nil {
		return g, a.sendFailed(err)
	}
	return g, nil
}

// announce sends what stands before a message. Not invited means that the server has refused the command.
func (a *appending) announce(g *group, out *mailbox.Outgoing, flags mailbox.Flags, binary bool) (invited bool, err error) {
	form := lane.Synchronising
	if a.caps.literalPlus || a.caps.literalMinus && out.Length <= shortLiteral {
		form = lane.NonSynchronising
	}
	a.mu.Lock()
	g.messages++
	a.mu.Unlock()
	g.bytes += out.Length
	if err := a.lane.W.Message(flags, out.Date, out.Length, form, binary); err != nil {
		return false, a.sendFailed(err)
	}
	if form == lane.NonSynchronising {
		return true, nil
	}
	invited, err = a.lane.Invited(g.cmd)
	if err != nil {
		return false, a.sendFailed(err)
	}
	return invited, nil
}

// end ends a command.
func (a *appending) end(g *group) error {
	err := a.lane.W.End()
	a.lane.Sent(g.cmd)
	if err == nil {
		err = a.lane.W.Flush()
	}
	if err != nil {
		return a.sendFailed(err)
	}
	return nil
}

// sendFailed treats an error of sending. It closes the connection, so that the reader notices too.
func (a *appending) sendFailed(err error) error {
	a.guard.Fail(err)
	return errConnection
}

// bodyFailed treats an error in the middle of a message: the source's, or the connection's. The command can't be finished: when
// those before have been answered, the connection is closed, which tells the server to forget it.
func (a *appending) bodyFailed(g *group, err error) error {
	if a.guard.Err() != nil {
		return errConnection
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	g.aborted = true
	a.why = err
	if a.groups[0] == g { // the reader waits for its answer already
		a.guard.Fail(fmt.Errorf("an APPEND was broken off: %w", err))
	}
	return err
}

// opened is the state of the folder that messages go to. One that has been opened before need not be opened again for batches;
// for single messages it is kept open, because Dovecot would scan a closed Maildir anew for every one.
func (a *appending) opened(at mailbox.At) (mailbox.Opened, error) {
	if opened, ok := a.isOpen(at.Folder); ok {
		return opened, a.fit("APPEND", at, opened)
	}
	if opened, ok := a.remembered(at.Folder); ok && a.caps.batches() {
		return opened, a.fit("APPEND", at, opened)
	}
	o, err := a.ask(at.Folder)
	if err == nil {
		err = a.lane.W.Flush()
	}
	if err != nil {
		return mailbox.Opened{}, a.sendFailed(err)
	}
	g := &group{folder: at.Folder, cmd: o.Command, opening: o, ready: make(chan struct{})}
	a.begin(g)
	a.wake()
	<-g.ready
	if g.failed != nil {
		return mailbox.Opened{}, g.failed
	}
	return g.opened, a.fit("APPEND", at, g.opened)
}

// fit tells whether a folder is in the life that is meant, and can be written.
func (t *target) fit(op string, at mailbox.At, opened mailbox.Opened) error {
	if opened.ReadOnly {
		return t.readOnly(op, at.Folder)
	}
	return t.alive(at, opened)
}

// unhurried is a reader of the other side: while it is read, this side's server need not do anything.
type unhurried struct {
	guard *wrap.Guard
	r     io.Reader
}

func (u unhurried) Read(p []byte) (int, error) {
	u.guard.Pause()
	defer u.guard.Resume()
	return u.r.Read(p)
}

// readSmall reads a message that is sent at once.
func (a *appending) readSmall(length int64, body io.Reader) (io.Reader, error) {
	a.guard.Pause()
	defer a.guard.Resume()
	if a.small == nil {
		a.small = make([]byte, appendAtOnce)
	}
	p := a.small[:length]
	if n, err := io.ReadFull(body, p); err != nil {
		if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
			err = fmt.Errorf("the message was announced with %d bytes and has %d", length, n)
		}
		return nil, err
	}
	return bytes.NewReader(p), nil
}

// limit is the largest message that the folder takes; 0 means any.
func (a *appending) limit(opened mailbox.Opened) int64 {
	if opened.AppendLimit > 0 {
		return opened.AppendLimit
	}
	return a.caps.appendLimit
}

func (a *appending) tooLarge(out *mailbox.Outgoing, limit int64) error {
	e := a.cfg.fault(mailbox.MessageTooLarge, "APPEND", fmt.Errorf("the message has %d bytes; the server takes %d", out.Length, limit))
	e.Folder = out.Folder
	return e
}
