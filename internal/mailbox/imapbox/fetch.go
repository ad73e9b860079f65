package imapbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
	"migsh/internal/mailbox/quirks"
)

// Fetch streams messages. Commands for the windows to come are sent before the current one has been answered.
func (r *reader) Fetch(ctx context.Context, windows iter.Seq[mailbox.Window]) iter.Seq2[*mailbox.Message, error] {
	return func(yield func(*mailbox.Message, error) bool) {
		give, err := r.take(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer give()
		next, stop := iter.Pull(windows)
		defer stop()
		f := fetch{reader: r, ctx: ctx, next: next, yield: yield}
		err = f.run()
		f.forget()
		if err != nil {
			f.abandon(err)
			if !errors.Is(err, errLeft) {
				yield(nil, err)
			}
		}
	}
}

var errLeft = errors.New("the fetch was left before its end")

const (
	// A command asks for so many messages at most, of as many windows of one folder as that takes.
	requestMessages = 4000
	// So many messages and commands may have been asked for and not have come. The connection itself holds back what is not
	// taken: the numbers only have to bridge the time that a question takes.
	aheadMessages = 4000
	aheadRequests = 64
	// When the next window is not known yet, it is asked for again after so many responses.
	patience = 16
	// heldMemory is how much of the messages that came too early is kept in memory; what is more goes to disk.
	heldMemory = 2 << 20
)

// fetch is one call of Fetch.
type fetch struct {
	*reader
	ctx   context.Context
	next  func() (mailbox.Window, bool)
	yield func(*mailbox.Message, error) bool

	pulled *mailbox.Window // has been pulled and not been asked for
	ended  bool            // there are no more
	wait   int             // so many responses are awaited before the next window is pulled

	requests []*request // that have been sent, in the order of their windows
	folder   string     // the one that the last of them is about, as it will be open then
	current  lane.Fetched
	asked    int   // messages that have been asked for and not been yielded
	memory   int64 // of the messages held
	deaf     bool  // what comes is passed over
	broken   bool  // the connection is of no use
}

// A request is a command for the messages of one window.
type request struct {
	at      mailbox.At
	opening *opening // sent before the command; nil when the folder is open
	cmd     *lane.Command
	uids    mailbox.UIDSet
	todo    []mailbox.UID // those that have not been yielded, ascending
	held    map[mailbox.UID]*held
}

// held is a message that came before its turn, or before all was known of it.
type held struct {
	meta mailbox.Meta
	none bool // the server said NIL
	body *spool
}

// run yields all windows. An error is the session's, or errLeft.
func (f *fetch) run() error {
	for {
		if err := f.fill(); err != nil {
			return err
		}
		if len(f.requests) == 0 {
			return nil
		}
		req := f.requests[0]
		if o := req.opening; o != nil && o.Done() {
			if err := f.opened(req); err != nil {
				return err
			}
		}
		if req.opening == nil {
			if err := f.release(); err != nil {
				return err
			}
		}
		if !req.cmd.Done() {
			if err := f.step(); err != nil {
				return err
			}
			continue
		}
		if err := f.finish(req); err != nil {
			return err
		}
		f.requests = f.requests[1:]
	}
}

// step reads one response.
func (f *fetch) step() error {
	if f.ctx.Err() != nil {
		return f.cfg.fault(mailbox.ConnectionLost, "FETCH", context.Cause(f.ctx))
	}
	err := f.lane.Step()
	if err == nil {
		return nil
	}
	return f.failed(err)
}

// failed is what reading has failed with, in our terms.
func (f *fetch) failed(err error) error {
	switch {
	case errors.Is(err, errLeft):
		return err
	case f.dead != nil:
		return f.dead
	}
	if e, ok := errors.AsType[*mailbox.Error](err); ok {
		return e
	}
	folder := f.folder
	if len(f.requests) > 0 {
		folder = f.requests[0].at.Folder
	}
	return f.fault("FETCH", folder, err)
}

// fill sends commands for the windows to come.
func (f *fetch) fill() error {
	if f.wait > 0 && len(f.requests) > 0 {
		f.wait--
		return nil
	}
	sent := false
	for f.asked < aheadMessages && len(f.requests) < aheadRequests {
		w, more := f.merged()
		if !more {
			break
		}
		if len(w.UIDs) == 0 {
			if f.wait = patience; len(f.requests) > 0 {
				break
			}
			continue
		}
		for _, uids := range pieces(w.UIDs, requestMessages) {
			if err := f.send(w.At, uids); err != nil {
				return f.failed(err)
			}
			sent = true
		}
	}
	if sent {
		if err := f.lane.W.Flush(); err != nil {
			return f.failed(err)
		}
	}
	return nil
}

// merged is the next window, together with those behind it that can be asked for with one command. It has no UIDs if the next is
// not known yet.
func (f *fetch) merged() (mailbox.Window, bool) {
	w, more := f.pull()
	for more && len(w.UIDs) > 0 && w.UIDs.Len() < requestMessages {
		next, another := f.pull()
		if !another || len(next.UIDs) == 0 {
			break
		}
		if next.At != w.At || len(w.UIDs) > 0 && next.UIDs[0].First <= w.UIDs.Max() || w.UIDs.Len()+next.UIDs.Len() > requestMessages {
			f.pulled = &next
			break
		}
		w.UIDs = slices.Clone(w.UIDs) // is the consumer's
		for _, r := range next.UIDs {
			w.UIDs.AddRange(r)
		}
	}
	return w, more
}

func (f *fetch) pull() (mailbox.Window, bool) {
	if w := f.pulled; w != nil {
		f.pulled = nil
		return *w, true
	}
	if f.ended {
		return mailbox.Window{}, false
	}
	w, more := f.next()
	f.ended = !more
	return w, more
}

// send sends the command for some messages, and opens their folder first: also when it is open, if something is under way, because
// Dovecot mixes the answers to FETCHes that follow one another.
func (f *fetch) send(at mailbox.At, uids mailbox.UIDSet) error {
	req := &request{at: at, uids: uids}
	for uid := range uids.All() {
		req.todo = append(req.todo, uid)
	}
	f.asked += len(req.todo)
	idle := len(f.requests) == 0
	f.requests = append(f.requests, req)
	if opened, open := f.isOpen(at.Folder); idle && open {
		f.folder = at.Folder
		if err := f.alive(at, opened); err != nil {
			return err
		}
		if err := f.refresh(); err != nil {
			return err
		}
	} else {
		o, err := f.ask(at.Folder)
		if err != nil {
			return err
		}
		req.opening, f.folder = o, at.Folder
	}
	req.cmd = &lane.Command{Op: "UID FETCH", Take: f.take}
	return f.lane.Send(req.cmd, []byte(" "+uids.String()+" ("+f.metaItems()+" BODY.PEEK[])"))
}

// opened looks at what came of opening a request's folder. A folder that can't be opened, or is in another life, ends the call.
func (f *fetch) opened(req *request) error {
	opened, err := req.opening.opened()
	if err == nil {
		err = f.alive(req.at, opened)
	}
	req.opening = nil
	if err != nil {
		f.silence()
	}
	return err
}

// silence passes over the answers to what is under way, if they can't be long. Else the connection will be given up.
func (f *fetch) silence() {
	asked := 0
	for _, req := range f.requests {
		asked += len(req.todo)
	}
	if asked > requestMessages {
		return
	}
	f.deaf = true
	f.broken = f.quiesce() != nil
}

// quiesce reads until nothing is under way. What comes is kept.
func (f *fetch) quiesce() error {
	if err := f.lane.W.Flush(); err != nil {
		return err
	}
	for f.lane.Pending() > 0 {
		if err := f.step(); err != nil {
			return err
		}
	}
	return nil
}

// take takes a FETCH response. A message whose turn it is goes straight from the connection to the consumer.
func (f *fetch) take(resp lane.Response) (bool, error) {
	if resp.Name != "FETCH" {
		return false, nil
	}
	m := &f.current
	m.Number = resp.Number
	if f.deaf {
		return true, f.lane.R.Fetch(m, skipBody)
	}
	var early *held
	err := f.lane.R.Fetch(m, func(name string, b *lane.Body) (err error) {
		if name != "BODY[]" || early != nil {
			return nil
		}
		if m.UID != 0 && m.HasFlags && m.HasDate && (m.HasLabels || !f.labels) {
			req := f.wanted(m.UID)
			if req == nil {
				return nil // told twice, or unasked
			}
			if req == f.requests[0] && req.opening == nil && req.todo[0] == m.UID {
				req.todo = req.todo[1:]
				return f.stream(req, metaOf(m), b)
			}
		}
		early, err = f.keep(b)
		return err
	})
	if early == nil {
		return true, err
	}
	if err != nil {
		early.drop()
		return true, err
	}
	f.store(early)
	if req := f.requests[0]; req.opening == nil {
		return true, f.release()
	}
	return true, nil
}

// wanted is the request that a message which comes now belongs to: the first that is under way, or another one of its folder.
func (f *fetch) wanted(uid mailbox.UID) *request {
	folder, under := "", false
	for _, req := range f.requests {
		switch {
		case req.cmd == nil || req.cmd.Done():
			continue
		case req.opening != nil && !req.opening.Done(), under && req.at.Folder != folder:
			return nil
		}
		folder, under = req.at.Folder, true
		if _, wants := slices.BinarySearch(req.todo, uid); wants && req.held[uid] == nil {
			return req
		}
	}
	return nil
}

func metaOf(m *lane.Fetched) mailbox.Meta {
	return mailbox.Meta{UID: m.UID, Flags: labelled(m), Date: m.Date, Size: m.Size, ModSeq: m.ModSeq, Identity: identity(m)}
}

// vanished yields the request's next message as one that is no longer there.
func (f *fetch) vanished(req *request) error {
	uid := req.todo[0]
	req.todo = req.todo[1:]
	return f.give(req, &mailbox.Message{Meta: mailbox.Meta{UID: uid}, Err: f.messageFault(req, mailbox.MessageVanished, uid, nil)})
}

// stream yields a message whose body comes from the connection; b is nil for NIL.
func (f *fetch) stream(req *request, meta mailbox.Meta, b *lane.Body) error {
	if b == nil {
		return f.give(req, f.nothing(req, meta))
	}
	if b.Len() <= largestSubstitute && f.quirks.Has(quirks.NoticesForMessages) {
		head, err := b.Peek(substituteHead)
		if err != nil {
			return err
		}
		if bytes.Contains(head, substituteWords) {
			return f.give(req, f.substitute(req, meta))
		}
	}
	meta.Size = b.Len()
	if err := f.give(req, &mailbox.Message{Meta: meta, Length: b.Len(), Body: &told{f, b}}); err != nil {
		return err
	}
	return b.Err()
}

// told is a body whose errors are in our terms.
type told struct {
	f *fetch
	b *lane.Body
}

func (t *told) Read(p []byte) (int, error) {
	t.f.guard.Resume()
	n, err := t.b.Read(p)
	t.f.guard.Pause()
	if err != nil && err != io.EOF {
		t.f.broken = true
		err = t.f.failed(err)
	}
	return n, err
}

func (f *fetch) nothing(req *request, meta mailbox.Meta) *mailbox.Message {
	return &mailbox.Message{Meta: meta, Err: f.messageFault(req, mailbox.MessageUnread, meta.UID, errors.New("the server answers without the message (NIL)"))}
}

// substituteWords are in the notice that quirks.NoticesForMessages speaks of.
var substituteWords = []byte("Subject: Retrieval using the IMAP4 protocol failed for the following message")

const (
	largestSubstitute = 16 << 10
	substituteHead    = 2 << 10
)

func (f *fetch) substitute(req *request, meta mailbox.Meta) *mailbox.Message {
	return &mailbox.Message{Meta: meta, Err: f.messageFault(req, mailbox.MessageUnread, meta.UID,
		errors.New("the server hands out a notice in place of a message that it cannot convert"))}
}

// give yields a message. The guard's clock stands still while the consumer has it, except when he reads.
func (f *fetch) give(req *request, m *mailbox.Message) error {
	m.At = req.at
	f.asked--
	f.guard.Pause()
	defer f.guard.Resume()
	if !f.yield(m, nil) {
		return errLeft
	}
	return nil
}

// messageFault is an error of one message.
func (f *fetch) messageFault(req *request, id mailbox.ID, uid mailbox.UID, err error) *mailbox.Error {
	e := f.cfg.fault(id, "FETCH", err)
	e.Folder, e.UID = req.at.Folder, uid
	return e
}

// keep reads a body into a spool.
func (f *fetch) keep(b *lane.Body) (*held, error) {
	h := &held{none: b == nil}
	if b == nil {
		return h, nil
	}
	h.body = &spool{dir: f.cfg.SpoolDir, most: int(max(heldMemory-f.memory, 0))}
	if _, err := io.Copy(h.body, b); err != nil {
		h.drop()
		if errors.Is(err, errSpool) {
			return nil, f.cfg.fault(mailbox.SpoolFailed, "FETCH", err)
		}
		return nil, err
	}
	return h, nil
}

// store puts a message that was kept with those of its request.
func (f *fetch) store(h *held) {
	h.meta = metaOf(&f.current)
	req := f.wanted(h.meta.UID)
	if req == nil {
		h.drop()
		return
	}
	if req.held == nil {
		req.held = make(map[mailbox.UID]*held)
	}
	req.held[h.meta.UID] = h
	f.memory += h.inMemory()
}

func (h *held) inMemory() int64 {
	if h.body == nil || h.body.file != nil {
		return 0
	}
	return h.body.size
}

// drop frees what a message occupies.
func (h *held) drop() {
	if h.body != nil {
		_ = h.body.Close() // a temporary file that can't be removed harms nobody here
	}
}

// release yields the first request's messages that are held and whose turn has come.
func (f *fetch) release() error {
	req := f.requests[0]
	for len(req.todo) > 0 {
		h := req.held[req.todo[0]]
		if h == nil {
			return nil
		}
		delete(req.held, req.todo[0])
		req.todo = req.todo[1:]
		f.memory -= h.inMemory()
		err := f.giveHeld(req, h)
		h.drop()
		if err != nil {
			return err
		}
	}
	return nil
}

func (f *fetch) giveHeld(req *request, h *held) error {
	if h.none {
		return f.give(req, f.nothing(req, h.meta))
	}
	if err := h.body.rewind(); err != nil {
		return f.cfg.fault(mailbox.SpoolFailed, "FETCH", err)
	}
	m := &mailbox.Message{Meta: h.meta, Length: h.body.size, Body: h.body}
	m.Size = m.Length
	if m.Length <= largestSubstitute && f.quirks.Has(quirks.NoticesForMessages) {
		head := make([]byte, min(m.Length, substituteHead))
		if _, err := io.ReadFull(h.body, head); err != nil {
			return f.cfg.fault(mailbox.SpoolFailed, "FETCH", err)
		}
		if bytes.Contains(head, substituteWords) {
			return f.give(req, f.substitute(req, h.meta))
		}
		m.Body = io.MultiReader(bytes.NewReader(head), h.body)
	}
	return f.give(req, m)
}

// finish settles what a request's answer has left open: messages that did not come.
func (f *fetch) finish(req *request) error {
	if err := f.release(); err != nil {
		return err
	}
	if err := refused(req.cmd.Status()); err != nil {
		e := f.cfg.refusal("FETCH", req.at.Folder, mustRefusal(err))
		if e.Class == mailbox.Later || e.Class == mailbox.Person {
			return e
		}
	}
	if len(req.todo) == 0 {
		return nil
	}
	there, err := f.stillThere(req)
	if err != nil {
		return err
	}
	for len(req.todo) > 0 {
		uid := req.todo[0]
		switch {
		case req.held[uid] != nil:
			err = f.release()
		case !there.Has(uid):
			err = f.vanished(req)
		default:
			err = f.singly(req, uid)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// stillThere tells which of the messages that did not come are there. So that no answer can be taken for another's, nothing else
// is under way when it asks, and the folder is opened again if the next one has been since.
func (f *fetch) stillThere(req *request) (mailbox.UIDSet, error) {
	if err := f.quiesce(); err != nil {
		return nil, err
	}
	f.folder = req.at.Folder
	if _, err := f.ensure(req.at); err != nil {
		return nil, err
	}
	if err := f.refresh(); err != nil {
		return nil, f.failed(err)
	}
	var missing, there mailbox.UIDSet
	for _, uid := range req.todo {
		if req.held[uid] == nil {
			missing.Add(uid)
		}
	}
	for _, piece := range pieces(missing, requestMessages) {
		if err := f.fetchEntries(req.at.Folder, piece.String(), "UID", "", func(e entry) { there.Add(e.UID) }); err != nil {
			return nil, err
		}
	}
	return there, nil
}

// singly asks once more for a message that did not come with the others.
func (f *fetch) singly(req *request, uid mailbox.UID) error {
	var came *held
	cmd := &lane.Command{Op: "UID FETCH", Take: func(resp lane.Response) (bool, error) {
		if resp.Name != "FETCH" {
			return false, nil
		}
		m := lane.Fetched{Number: resp.Number}
		var h *held
		err := f.lane.R.Fetch(&m, func(name string, b *lane.Body) (err error) {
			if name == "BODY[]" && h == nil {
				h, err = f.keep(b)
			}
			return err
		})
		switch {
		case h == nil:
		case err == nil && m.UID == uid && came == nil:
			came = h
			came.meta = metaOf(&m)
		default:
			h.drop()
		}
		return true, err
	}}
	err := f.lane.Send(cmd, []byte(" "+mailbox.UIDs(uid).String()+" ("+f.metaItems()+" BODY.PEEK[])"))
	if err == nil {
		_, err = f.lane.Wait(cmd)
	}
	if err != nil {
		return f.failed(err)
	}
	req.todo = req.todo[1:]
	if came != nil {
		defer came.drop()
		return f.giveHeld(req, came)
	}
	fault := f.messageFault(req, mailbox.MessageUnread, uid, errors.New("the server says OK but does not send the message"))
	if err := refused(cmd.Status()); err != nil {
		e := f.cfg.refusal("FETCH", req.at.Folder, mustRefusal(err))
		if e.Class == mailbox.Later || e.Class == mailbox.Person {
			return e
		}
		fault.Code, fault.Text, fault.Err = e.Code, e.Text, nil
	}
	return f.give(req, &mailbox.Message{Meta: mailbox.Meta{UID: uid}, Err: fault})
}

// forget frees the messages that were kept and not yielded.
func (f *fetch) forget() {
	for _, req := range f.requests {
		for _, h := range req.held {
			h.drop()
		}
	}
}

// abandon gives up what is under way. Unless nothing is, the connection is given up too: to read the rest in vain would cost
// more than a new connection.
func (f *fetch) abandon(reason error) {
	if f.dead != nil || f.lane.Pending() == 0 && !f.broken {
		return
	}
	if errors.Is(reason, errLeft) || mailbox.ClassOf(reason) != mailbox.Reconnect {
		reason = f.cfg.fault(mailbox.ConnectionLost, "FETCH", fmt.Errorf("closed with messages under way: %w", reason))
	}
	f.drop(reason)
}
