package imapbox

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"migsh/internal/mailbox"
)

// wholeMessage is BODY.PEEK[], which leaves \Seen alone.
func wholeMessage() *imap.FetchOptions {
	return &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{Peek: true}}}
}

// Fetch streams messages. For each window it asks first what there is, so that flags and dates are known before the bodies and
// vanished messages are told from those that the server, or the library, leaves out.
func (r *reader) Fetch(ctx context.Context, windows iter.Seq[mailbox.Window]) iter.Seq2[*mailbox.Message, error] {
	return func(yield func(*mailbox.Message, error) bool) {
		give, err := r.take(ctx)
		if err != nil {
			yield(nil, err)
			return
		}
		defer give()
		for w := range windows {
			f := fetch{reader: r, ctx: ctx, at: w.At, yield: yield}
			if err := f.window(w.UIDs); err != nil {
				f.abandon(err)
				if !errors.Is(err, errLeft) {
					yield(nil, err)
				}
				return
			}
		}
	}
}

var errLeft = errors.New("the fetch was left before its end")

// fetch is one window's.
type fetch struct {
	*reader
	ctx   context.Context
	at    mailbox.At
	yield func(*mailbox.Message, error) bool

	todo    []entry  // whose bodies have not been asked for
	pending *request // whose bodies have been asked for; nil if none have
	body    *literal // the last body
}

// A request is a command for the bodies of some messages.
type request struct {
	entries []entry
	cmd     *imapclient.FetchCommand
}

// last is the request's last message.
func (r *request) last() mailbox.UID { return r.entries[len(r.entries)-1].UID }

// One command asks for at most so many messages or bytes. When a server leaves one out, the rest of what was asked for is read in
// vain. Only one command is under way at a time: Dovecot may begin the second before it ends the first, and then the library, whose
// one reader waits until a body is taken, would not tell that the first has ended.
const (
	requestMessages = 500
	requestBytes    = 32 << 20
)

// window yields the messages of a window. An error is the session's, or errLeft.
func (f *fetch) window(uids mailbox.UIDSet) error {
	if len(uids) == 0 {
		return nil
	}
	if _, err := f.ensure(f.at); err != nil {
		return err
	}
	f.refresh()
	entries, err := f.entries(uids)
	if err != nil {
		return err
	}
	for uid := range uids.All() {
		if e, ok := entries[uid]; ok {
			f.todo = append(f.todo, e)
		}
	}
	for uid := range uids.All() {
		if f.ctx.Err() != nil {
			return f.cfg.fault(mailbox.ConnectionLost, "FETCH", context.Cause(f.ctx))
		}
		if e, ok := entries[uid]; ok {
			err = f.message(e)
		} else {
			err = f.give(&mailbox.Message{Meta: mailbox.Meta{UID: uid}, Err: f.messageFault(mailbox.MessageVanished, uid, nil)})
		}
		if err != nil {
			return err
		}
	}
	return f.settle()
}

// entries tells what there is of the UIDs.
func (f *fetch) entries(uids mailbox.UIDSet) (map[mailbox.UID]entry, error) {
	found := make(map[mailbox.UID]entry)
	var partial mailbox.UIDSet
	ask := func(uids mailbox.UIDSet) error {
		for _, piece := range pieces(uids, 1<<32-1) {
			cmd := f.client.Fetch(wireSet(piece), f.metaItems())
			for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
				e := readEntry(msg)
				found[e.UID] = e
				if !e.complete {
					partial.Add(e.UID)
				}
			}
			if err := cmd.Close(); err != nil {
				return f.fault("FETCH", f.at.Folder, err)
			}
		}
		return nil
	}
	if err := ask(uids); err != nil {
		return nil, err
	}
	if len(partial) > 0 {
		if err := ask(partial); err != nil {
			return nil, err
		}
	}
	return found, nil
}

// give yields a message. The guard's clock stands still while the consumer has it, except when he reads.
func (f *fetch) give(m *mailbox.Message) error {
	m.At = f.at
	defer f.guard.Pause()()
	if !f.yield(m, nil) {
		return errLeft
	}
	return nil
}

// messageFault is an error of one message.
func (f *fetch) messageFault(id mailbox.ID, uid mailbox.UID, err error) *mailbox.Error {
	e := f.cfg.fault(id, "FETCH", err)
	e.Folder, e.UID = f.at.Folder, uid
	return e
}

// message yields the message that is next.
func (f *fetch) message(e entry) error {
	if f.bySeq {
		return f.singly(e)
	}
	if f.pending != nil && f.pending.last() < e.UID {
		if err := f.drain(e.UID); err != nil {
			return err
		}
	}
	f.ask()
	for msg := f.pending.cmd.Next(); msg != nil; msg = f.pending.cmd.Next() {
		uid, body, came := nextBody(msg)
		if uid < e.UID {
			continue // told twice, or unasked
		}
		if uid == e.UID && came {
			return f.stream(e, body)
		}
		break
	}
	if err := f.drain(e.UID); err != nil {
		return err
	}
	return f.singly(e)
}

// ask sends a request if none is under way.
func (f *fetch) ask() {
	if f.pending != nil {
		return
	}
	n, size := 0, int64(0)
	var uids mailbox.UIDSet
	for n < len(f.todo) && n < requestMessages && (n == 0 || size+f.todo[n].Size <= requestBytes) && len(uids) < maxSetRanges {
		uids.Add(f.todo[n].UID)
		size += max(0, f.todo[n].Size)
		n++
	}
	f.pending = &request{f.todo[:n], f.client.Fetch(wireSet(uids), wholeMessage())}
	f.todo = f.todo[n:]
}

// drain reads what is under way to its end; what comes behind uid shall be asked for again.
func (f *fetch) drain(uid mailbox.UID) error {
	req := f.pending
	if req == nil {
		return nil
	}
	f.pending = nil
	if err := req.cmd.Close(); err != nil && !declined(err) {
		return f.fault("FETCH", f.at.Folder, err)
	}
	for i, e := range req.entries {
		if e.UID > uid {
			f.todo = slices.Concat(req.entries[i:], f.todo)
			break
		}
	}
	return nil
}

// settle reads the ends of the requests once all messages have come.
func (f *fetch) settle() error { return f.drain(mailbox.MaxUID) }

// abandon gives up a window. Unless nothing is under way, the connection is given up too: to read the rest in vain would cost
// more than a new connection.
func (f *fetch) abandon(reason error) {
	if f.pending == nil {
		return
	}
	if errors.Is(reason, errLeft) {
		reason = f.cfg.fault(mailbox.ConnectionLost, "FETCH", reason)
	}
	f.guard.Fail(reason)
	if f.body == nil || !f.body.broken() {
		_ = f.pending.cmd.Close() // the library waits until its answers are taken
	}
	f.pending = nil
	f.drop(reason)
}

// nextBody reads a message as far as its body. came is false when it has none; the body's literal is nil when it is NIL.
func nextBody(msg *imapclient.FetchMessageData) (uid mailbox.UID, body imap.LiteralReader, came bool) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = mailbox.UID(item.UID)
		case imapclient.FetchItemDataBodySection:
			return uid, item.Literal, true
		}
	}
	return uid, nil, false
}

// stream yields a message whose body comes from the connection.
func (f *fetch) stream(e entry, body imap.LiteralReader) error {
	if body == nil {
		return f.give(&mailbox.Message{Meta: e.Meta, Err: f.messageFault(mailbox.MessageUnread, e.UID, errors.New("the server answers without the message (NIL)"))})
	}
	f.body = f.literal(f.at.Folder, body)
	if err := f.pass(e, body.Size(), f.body); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, f.body) // what the consumer has left
	return err
}

// pass yields a message with its body, unless the body is a substitute.
func (f *fetch) pass(e entry, length int64, body io.Reader) error {
	m := &mailbox.Message{Meta: e.Meta, Length: length, Body: body}
	m.Size = length
	if length <= largestSubstitute {
		head := make([]byte, min(length, substituteHead))
		if _, err := io.ReadFull(body, head); err != nil {
			return err
		}
		if bytes.Contains(head, substituteWords) {
			return f.give(&mailbox.Message{Meta: e.Meta, Err: f.messageFault(mailbox.MessageUnread, e.UID,
				errors.New("the server hands out a notice in place of a message that it cannot convert"))})
		}
		m.Body = io.MultiReader(bytes.NewReader(head), body)
	}
	return f.give(m)
}

// Exchange gives a small message of its own in place of one that it cannot convert (seen in offlineimap issue 62).
var substituteWords = []byte("Subject: Retrieval using the IMAP4 protocol failed for the following message")

const (
	largestSubstitute = 16 << 10
	substituteHead    = 2 << 10
)

// singly fetches a message that did not come with the others: by UID, then by number for servers that name the UID behind the
// body, which the library needs before it.
func (f *fetch) singly(e entry) error {
	if !f.bySeq {
		cmd := f.client.Fetch(wireSet(mailbox.UIDs(e.UID)), wholeMessage())
		f.pending = &request{[]entry{e}, cmd}
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			if uid, body, came := nextBody(msg); came && uid == e.UID {
				if err := f.stream(e, body); err != nil {
					return err
				}
				return f.settle()
			}
		}
		err := cmd.Close()
		f.pending = nil
		if err != nil && !declined(err) {
			return f.fault("FETCH", f.at.Folder, err)
		}
		if err != nil {
			return f.unread(e, err)
		}
	}
	return f.byNumber(e)
}

// unread reports that the server refused a message.
func (f *fetch) unread(e entry, err error) error {
	refused := f.cfg.refusal("FETCH", f.at.Folder, mustRefusal(err))
	if refused.Class == mailbox.Later || refused.Class == mailbox.Person {
		return refused
	}
	fault := f.messageFault(mailbox.MessageUnread, e.UID, nil)
	fault.Code, fault.Text = refused.Code, refused.Text
	return f.give(&mailbox.Message{Meta: e.Meta, Err: fault})
}

func mustRefusal(err error) *imap.Error {
	refused, ok := errors.AsType[*imap.Error](err)
	if !ok {
		panic(err) // the caller has seen that it is one
	}
	return refused
}

// byNumber fetches a message by its number and looks at the UID afterwards.
func (f *fetch) byNumber(e entry) error {
	now, err := f.entries(mailbox.UIDs(e.UID))
	if err != nil {
		return err
	}
	there, ok := now[e.UID]
	if !ok {
		return f.give(&mailbox.Message{Meta: e.Meta, Err: f.messageFault(mailbox.MessageVanished, e.UID, nil)})
	}
	kept := &spool{dir: f.cfg.SpoolDir}
	defer kept.Close()
	uid, whole, err := f.keep(there.seq, kept)
	switch {
	case err == nil:
	case declined(err):
		return f.unread(e, err)
	case errors.Is(err, errSpool):
		return f.cfg.fault(mailbox.SpoolFailed, "FETCH", err)
	default:
		return f.fault("FETCH", f.at.Folder, err)
	}
	if uid != e.UID || !whole {
		return f.give(&mailbox.Message{Meta: e.Meta, Err: f.messageFault(mailbox.MessageUnread, e.UID, errors.New("the server says OK but does not send the message"))})
	}
	f.bySeq = true
	if err := kept.rewind(); err != nil {
		return f.cfg.fault(mailbox.SpoolFailed, "FETCH", err)
	}
	return f.pass(e, kept.size, kept)
}

// keep reads the message with a number into a spool.
func (f *fetch) keep(seq uint32, kept *spool) (uid mailbox.UID, whole bool, err error) {
	cmd := f.client.Fetch(imap.SeqSetNum(seq), wholeMessage())
	var failed error
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		for item := msg.Next(); item != nil; item = msg.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				uid = mailbox.UID(item.UID)
			case imapclient.FetchItemDataBodySection:
				if item.Literal == nil || failed != nil || whole {
					continue
				}
				body := f.literal(f.at.Folder, item.Literal)
				_, failed = io.Copy(kept, body)
				if body.broken() {
					f.drop(failed)
					return 0, false, failed
				}
				whole = failed == nil
			}
		}
	}
	if err := cmd.Close(); err != nil {
		return uid, false, err
	}
	return uid, whole, failed
}
