package imapbox

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"migsh/internal/mailbox"
)

// entry is what a FETCH without bodies tells of a message.
type entry struct {
	mailbox.Meta
	seq      uint32
	complete bool // all that was asked for came; else it was a change of flags that the server told unasked
}

// metaItems are what entries are made of.
func (s *session) metaItems() *imap.FetchOptions {
	return &imap.FetchOptions{UID: true, Flags: true, InternalDate: true, RFC822Size: true, ModSeq: s.caps.condStore}
}

// refresh makes the server tell of new messages in a folder that has been open for a while; the answer need not be waited for.
// Without it a message that came after the folder was opened would seem to be missing.
func (s *session) refresh() { s.client.Noop() }

// readEntry reads one message of an answer. The library takes the first answer for a UID to be the one asked for.
func readEntry(msg *imapclient.FetchMessageData) entry {
	e := entry{Meta: mailbox.Meta{Size: -1}, seq: msg.SeqNum}
	var flags []string
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			e.UID = mailbox.UID(item.UID)
		case imapclient.FetchItemDataFlags:
			for _, f := range item.Flags {
				flags = append(flags, string(f))
			}
		case imapclient.FetchItemDataInternalDate:
			e.Date = item.Time
		case imapclient.FetchItemDataRFC822Size:
			e.Size = item.Size
		case imapclient.FetchItemDataModSeq:
			e.ModSeq = item.ModSeq
		}
	}
	e.Flags = mailbox.NewFlags(flags...)
	e.complete = e.Size >= 0 || !e.Date.IsZero()
	return e
}

// List yields what the server tells of the messages, as it comes.
func (r *reader) List(ctx context.Context, at mailbox.At, q mailbox.Query) iter.Seq2[mailbox.Meta, error] {
	return func(yield func(mailbox.Meta, error) bool) {
		give, err := r.take(ctx)
		if err != nil {
			yield(mailbox.Meta{}, err)
			return
		}
		defer give()
		if _, err := r.ensure(at); err != nil {
			yield(mailbox.Meta{}, err)
			return
		}
		r.refresh()
		l := metaList{reader: r, at: at, yield: yield}
		l.run(q)
	}
}

// metaList yields in ascending order. Most servers tell messages in that order, and their numbers show it: in an unbroken range of
// UIDs each message's number is the one after the last. As soon as a number is not, or a message comes in part, what follows is
// held back until all is known. Where numbers prove nothing, all is held back.
type metaList struct {
	*reader
	at      mailbox.At
	yield   func(mailbox.Meta, error) bool
	since   uint64
	next    uint32 // the number that the next message must have to be yielded at once; 0: any
	holding bool
	last    mailbox.UID // the largest UID that came
	yielded mailbox.UID // the last UID that was yielded
	count   uint32
	held    []mailbox.Meta
	partial mailbox.UIDSet
	stopped bool // the consumer has had enough, or an error was yielded
}

func (l *metaList) run(q mailbox.Query) {
	if l.caps.condStore && l.selected.HighestModSeq > 0 {
		l.since = q.ChangedSince
	}
	if len(q.UIDs) == 0 {
		q.UIDs = mailbox.UIDsFrom(1)
	}
	l.holding = len(q.UIDs) > 1 || l.since > 0
	whole := q.UIDs[0] == mailbox.UIDRange{First: 1, Last: mailbox.MaxUID} && l.since == 0
	if whole {
		l.next = 1
	}
	for _, piece := range pieces(q.UIDs, 1<<32-1) {
		l.fetch(piece)
	}
	// A server may stop after so many messages (RFC 9738). It has told less than there is, so ask on from there.
	for whole && !l.stopped && l.last > 0 && l.count < l.exists() {
		before := l.count
		l.fetch(mailbox.UIDsFrom(l.last + 1))
		if l.count == before {
			break // the missing ones have been expunged
		}
	}
	l.release()
}

// exists is the number of messages in the open folder as far as the server has told.
func (s *session) exists() uint32 {
	if box := s.client.Mailbox(); box != nil {
		return box.NumMessages
	}
	return 0
}

// fetch asks for one set and yields what comes.
func (l *metaList) fetch(uids mailbox.UIDSet) {
	if l.stopped {
		return
	}
	from := uids[0].First // n:* also brings the last message, though it be below n
	opts := l.metaItems()
	opts.ChangedSince = l.since
	cmd := l.client.Fetch(wireSet(uids), opts)
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		if e := readEntry(msg); e.UID >= from {
			l.accept(e)
		}
	}
	if err := cmd.Close(); err != nil && !l.stopped {
		l.fail(l.fault("FETCH", l.at.Folder, err))
	}
}

// accept yields an entry, or holds it back.
func (l *metaList) accept(e entry) {
	if l.stopped {
		return
	}
	l.count++
	l.last = max(l.last, e.UID)
	if !e.complete || l.next != 0 && e.seq != l.next {
		l.holding = true
	}
	l.next = e.seq + 1
	switch {
	case !e.complete:
		l.partial.Add(e.UID)
	case l.holding:
		l.held = append(l.held, e.Meta)
	default:
		l.stopped = !l.give(e.Meta)
	}
}

// release asks again for what came in part and yields what was held back.
func (l *metaList) release() {
	if l.stopped || len(l.held) == 0 && len(l.partial) == 0 {
		return
	}
	for _, piece := range pieces(l.partial, 1<<32-1) {
		cmd := l.client.Fetch(wireSet(piece), l.metaItems())
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			l.held = append(l.held, readEntry(msg).Meta)
		}
		if err := cmd.Close(); err != nil {
			l.fail(l.fault("FETCH", l.at.Folder, err))
			return
		}
	}
	slices.SortFunc(l.held, func(a, b mailbox.Meta) int { return int(int64(a.UID) - int64(b.UID)) })
	if len(l.held) > 0 && l.held[0].UID <= l.yielded {
		err := l.cfg.fault(mailbox.ProtocolError, "FETCH", fmt.Errorf("the server tells UID %d after UID %d", l.held[0].UID, l.yielded))
		err.Folder = l.at.Folder
		l.fail(err)
		return
	}
	for _, m := range l.held {
		if !l.give(m) {
			return
		}
	}
}

// give yields without the guard's clock: the consumer may take its time.
func (l *metaList) give(m mailbox.Meta) (more bool) {
	defer l.guard.Pause()()
	l.yielded = m.UID
	return l.yield(m, nil)
}

func (l *metaList) fail(err error) {
	l.stopped = true
	l.yield(mailbox.Meta{}, err)
}

// Vanished lists the UIDs that are there and tells which of the known ones are not. It asks by FETCH rather than SEARCH, which
// some servers cut short.
func (r *reader) Vanished(ctx context.Context, at mailbox.At, known mailbox.UIDSet, _ uint64) (mailbox.UIDSet, error) {
	give, err := r.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	if _, err := r.ensure(at); err != nil {
		return nil, err
	}
	if len(known) == 0 {
		return nil, nil
	}
	r.refresh()
	asked := known
	if text := len(known.String()); text > maxSetText {
		asked = mailbox.UIDSet{{First: known[0].First, Last: known.Max()}}
	}
	var there mailbox.UIDSet
	cmd := r.client.Fetch(wireSet(asked), &imap.FetchOptions{UID: true})
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		there.Add(readEntry(msg).UID)
	}
	if err := cmd.Close(); err != nil {
		return nil, r.fault("FETCH", at.Folder, err)
	}
	return known.Minus(there), nil
}

// headerWindow is how many messages' header fields are held at once.
const headerWindow = 100

// Headers yields header fields, window by window.
func (r *reader) Headers(ctx context.Context, at mailbox.At, uids mailbox.UIDSet, fields ...string) iter.Seq2[mailbox.Header, error] {
	return func(yield func(mailbox.Header, error) bool) {
		give, err := r.take(ctx)
		if err != nil {
			yield(mailbox.Header{}, err)
			return
		}
		defer give()
		if _, err := r.ensure(at); err != nil {
			yield(mailbox.Header{}, err)
			return
		}
		r.refresh()
		for _, piece := range pieces(uids, headerWindow) {
			headers, err := r.headers(at, piece, fields)
			if err != nil {
				yield(mailbox.Header{}, err)
				return
			}
			resume := r.guard.Pause()
			for _, h := range headers {
				if !yield(h, nil) {
					return
				}
			}
			resume()
		}
	}
}

// headers fetches the header fields of one window, and singly those that did not come though the message is there. No two
// FETCHes for the same message may be under way: the library could take the answer to one for the other's.
func (r *reader) headers(at mailbox.At, uids mailbox.UIDSet, fields []string) ([]mailbox.Header, error) {
	var out []mailbox.Header
	var got mailbox.UIDSet
	opts := &imap.FetchOptions{UID: true, BodySection: []*imap.FetchItemBodySection{{
		Peek: true, Specifier: imap.PartSpecifierHeader, HeaderFields: fields,
	}}}
	ask := func(set imap.NumSet) error {
		cmd := r.client.Fetch(set, opts)
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			uid, text, err := r.section(at.Folder, msg)
			if err != nil {
				return err
			}
			if text != nil && uids.Has(uid) && !got.Has(uid) {
				out = append(out, mailbox.Header{UID: uid, Fields: text})
				got.Add(uid)
			}
		}
		return cmd.Close()
	}
	if err := ask(wireSet(uids)); err != nil {
		return nil, r.fault("FETCH", at.Folder, err)
	}
	if missing := uids.Minus(got); len(missing) > 0 {
		var there []uint32
		cmd := r.client.Fetch(wireSet(missing), &imap.FetchOptions{UID: true})
		for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
			there = append(there, readEntry(msg).seq)
		}
		if err := cmd.Close(); err != nil {
			return nil, r.fault("FETCH", at.Folder, err)
		}
		for _, seq := range there {
			if err := ask(imap.SeqSetNum(seq)); err != nil && !declined(err) {
				return nil, r.fault("FETCH", at.Folder, err)
			}
		}
	}
	slices.SortFunc(out, func(a, b mailbox.Header) int { return int(int64(a.UID) - int64(b.UID)) })
	return out, nil
}

// section reads a message's section whole; text is nil if it did not come. An error has ended the session.
func (r *reader) section(folder string, msg *imapclient.FetchMessageData) (uid mailbox.UID, text []byte, err error) {
	for item := msg.Next(); item != nil; item = msg.Next() {
		switch item := item.(type) {
		case imapclient.FetchItemDataUID:
			uid = mailbox.UID(item.UID)
		case imapclient.FetchItemDataBodySection:
			if item.Literal == nil {
				continue
			}
			if text, err = io.ReadAll(r.literal(folder, item.Literal)); err != nil {
				r.drop(err)
				return 0, nil, err
			}
		}
	}
	return uid, text, nil
}
