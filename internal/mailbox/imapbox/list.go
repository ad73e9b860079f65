package imapbox

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
)

// entry is what a FETCH without bodies tells of a message.
type entry struct {
	mailbox.Meta
	seq      uint32
	complete bool // all that was asked for came; else it was a change of flags that the server told unasked
}

// listItems are what List asks for.
func (l *metaList) listItems() string {
	items := l.metaItems()
	if l.undated {
		items = strings.Replace(items, " INTERNALDATE", "", 1)
	}
	if l.emails {
		items += " EMAILID"
	}
	return items
}

// metaItems are what entries are made of.
func (s *session) metaItems() string {
	items := "UID FLAGS INTERNALDATE RFC822.SIZE"
	if s.caps.condStore {
		items += " MODSEQ"
	}
	if s.labels {
		items += " X-GM-MSGID X-GM-LABELS"
	}
	return items
}

// refresh makes the server tell of new messages in a folder that has been open for a while; the answer need not be waited for.
// Without it a message that came after the folder was opened would seem to be missing.
func (s *session) refresh() error { return s.lane.Send(&lane.Command{Op: "NOOP"}, nil) }

func entryOf(f lane.Fetched) entry {
	return entry{
		Meta: metaOf(&f),
		seq:  f.Number, complete: f.Size >= 0 || f.HasDate,
	}
}

// entries is a command for items without bodies, which gives what comes to each. Its error ends the session.
func (s *session) entries(each func(entry)) *lane.Command {
	var f lane.Fetched
	return &lane.Command{Op: "UID FETCH", Take: func(resp lane.Response) (bool, error) {
		if resp.Name != "FETCH" {
			return false, nil
		}
		f.Number = resp.Number
		err := s.lane.R.Fetch(&f, skipBody)
		if err == nil && f.UID != 0 {
			each(entryOf(f))
		}
		return true, err
	}}
}

// fetchEntries asks for items without bodies, within a turn.
func (s *session) fetchEntries(folder, set, items, modifiers string, each func(entry)) error {
	if err := s.run(s.entries(each), folder, []byte(" "+set+" ("+items+")"+modifiers)); err != nil {
		return s.fault("FETCH", folder, err)
	}
	return nil
}

// skipBody passes over a body that nobody asked for.
func skipBody(string, *lane.Body) error { return nil }

// List yields what the server tells of the messages, as it comes.
func (r *reader) List(ctx context.Context, at mailbox.At, q mailbox.Query) iter.Seq2[mailbox.Meta, error] {
	return func(yield func(mailbox.Meta, error) bool) {
		l := metaList{reader: r, at: at, yield: yield}
		l.prepare(q)
		err := r.call(ctx, "FETCH", at.Folder, l.ask, l.receive)
		if err == nil && l.unfinished() {
			err = l.askOn(ctx)
		}
		if err != nil && !l.stopped {
			l.fail(err)
			return
		}
		l.release()
	}
}

// metaList yields in ascending order. Most servers tell messages in that order, and their numbers show it: in an unbroken range of
// UIDs each message's number is the one after the last. As soon as a number is not, or a message comes in part, what follows is
// held back until all is known. Where numbers prove nothing, all is held back.
type metaList struct {
	*reader
	at      mailbox.At
	yield   func(mailbox.Meta, error) bool
	uids    mailbox.UIDSet
	since   uint64
	undated bool
	whole   bool // all is asked for
	opening *opening
	cmds    []*lane.Command
	astray  error  // why nothing more is yielded
	total   uint32 // messages in the folder
	next    uint32 // the number that the next message must have to be yielded at once; 0: any
	holding bool
	last    mailbox.UID // the largest UID that came
	yielded mailbox.UID // the last UID that was yielded
	count   uint32
	held    []mailbox.Meta
	partial mailbox.UIDSet
	stopped bool // the consumer has had enough, or an error was yielded
}

// prepare decides what to ask for.
func (l *metaList) prepare(q mailbox.Query) {
	if known, ok := l.remembered(l.at.Folder); l.caps.condStore && (!ok || known.HighestModSeq > 0) {
		l.since = q.ChangedSince
	}
	if len(q.UIDs) == 0 {
		q.UIDs = mailbox.UIDsFrom(1)
	}
	l.uids, l.undated = q.UIDs, q.Undated
	l.holding = len(q.UIDs) > 1 || l.since > 0
	l.whole = q.UIDs[0] == mailbox.UIDRange{First: 1, Last: mailbox.MaxUID} && l.since == 0
	if l.whole {
		l.next = 1
	}
}

// ask opens the folder and asks for all, in one go.
func (l *metaList) ask() (err error) {
	if l.opening, err = l.reach(l.at.Folder); err != nil {
		return err
	}
	modifiers := ""
	if l.since > 0 {
		modifiers = fmt.Sprintf(" (CHANGEDSINCE %d)", l.since)
	}
	for _, piece := range pieces(l.uids, 1<<32-1) {
		cmd := l.entries(l.accepting(piece[0].First))
		l.cmds = append(l.cmds, cmd)
		if err := l.lane.Send(cmd, []byte(" "+piece.String()+" ("+l.listItems()+")"+modifiers)); err != nil {
			return err
		}
	}
	return nil
}

// accepting takes what comes from a UID on: n:* also brings the last message, though it be below n.
func (l *metaList) accepting(from mailbox.UID) func(entry) {
	return func(e entry) {
		if e.UID >= from && l.astray == nil {
			l.accept(e)
		}
	}
}

// receive yields what comes.
func (l *metaList) receive() error {
	if opened, err := l.opening.wait(); err != nil {
		l.astray = err
	} else {
		l.astray = l.alive(l.at, opened)
		l.total = opened.Messages
	}
	for _, cmd := range l.cmds {
		if err := l.await(cmd); err != nil && l.astray == nil {
			l.astray = err
		} else if err != nil && !declined(err) {
			return err
		}
	}
	if l.astray == nil {
		l.total = max(l.total, l.exists())
	}
	return l.astray
}

// unfinished tells whether something must be asked for once more: a server may stop after so many messages (RFC 9738), and tell
// of a change of flags in place of a message.
func (l *metaList) unfinished() bool {
	return !l.stopped && (len(l.partial) > 0 || l.whole && l.last > 0 && l.count < l.total)
}

// askOn asks for what did not come.
func (l *metaList) askOn(ctx context.Context) error {
	give, err := l.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	if _, err := l.ensure(l.at); err != nil {
		return err
	}
	for l.whole && !l.stopped && l.last > 0 && l.count < l.exists() {
		before, from := l.count, mailbox.UIDsFrom(l.last+1)
		if err := l.fetchEntries(l.at.Folder, from.String(), l.listItems(), "", l.accepting(from[0].First)); err != nil {
			return err
		}
		if l.count == before {
			break // the missing ones have been expunged
		}
	}
	for _, piece := range pieces(l.partial, 1<<32-1) {
		if err := l.fetchEntries(l.at.Folder, piece.String(), l.listItems(), "", func(e entry) { l.held = append(l.held, e.Meta) }); err != nil {
			return err
		}
	}
	return nil
}

// exists is the number of messages in the open folder as far as the server has told.
func (s *session) exists() uint32 { return s.lane.Exists }

// accept yields an entry, or holds it back.
func (l *metaList) accept(e entry) {
	if l.stopped {
		return
	}
	l.last = max(l.last, e.UID)
	if !e.complete || l.next != 0 && e.seq != l.next {
		l.holding = true
	}
	l.next = e.seq + 1
	switch {
	case !e.complete:
		l.partial.Add(e.UID)
		return
	case l.holding:
		l.held = append(l.held, e.Meta)
	default:
		l.stopped = !l.give(e.Meta)
	}
	l.count++
	l.partial = l.partial.Minus(mailbox.UIDs(e.UID))
}

// release yields what was held back.
func (l *metaList) release() {
	if l.stopped {
		return
	}
	slices.SortFunc(l.held, func(a, b mailbox.Meta) int { return cmp.Compare(a.UID, b.UID) })
	l.held = slices.CompactFunc(l.held, func(a, b mailbox.Meta) bool { return a.UID == b.UID }) // told twice
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
	l.guard.Pause()
	defer l.guard.Resume()
	l.yielded = m.UID
	return l.yield(m, nil)
}

func (l *metaList) fail(err error) {
	l.stopped = true
	l.yield(mailbox.Meta{}, err)
}

// Vanished tells which of the known UIDs are not there. With QRESYNC the server tells what has gone since; else it lists the UIDs
// that are there: by FETCH rather than SEARCH, which some servers cut short.
func (r *reader) Vanished(ctx context.Context, at mailbox.At, known mailbox.UIDSet, since uint64) (mailbox.UIDSet, error) {
	if len(known) == 0 {
		opened, err := r.Open(ctx, at.Folder)
		if err == nil {
			err = r.alive(at, opened)
		}
		return nil, err
	}
	asked := known
	if text := len(known.String()); text > maxSetText {
		asked = mailbox.UIDSet{{First: known[0].First, Last: known.Max()}}
	}
	var told mailbox.UIDSet // those gone, or those there
	var o *opening
	quick := r.enabled && since > 0
	if opened, ok := r.remembered(at.Folder); ok && opened.HighestModSeq == 0 {
		quick = false
	}
	cmd := r.entries(func(e entry) {
		if !quick {
			told.Add(e.UID)
		}
	})
	args := " " + asked.String() + " (UID)"
	if quick { // RFC 7162, 3.2.6; the server may also name UIDs that never were
		cmd.Take = func(resp lane.Response) (bool, error) { return r.takeVanished(resp, &told) }
		args += fmt.Sprintf(" (CHANGEDSINCE %d VANISHED)", since)
	}
	err := r.call(ctx, "FETCH", at.Folder, func() (err error) {
		if o, err = r.reach(at.Folder); err != nil {
			return err
		}
		return r.lane.Send(cmd, []byte(args))
	}, func() error {
		opened, err := o.wait()
		if err == nil {
			err = r.alive(at, opened)
		}
		if failed := r.await(cmd); err == nil || failed != nil && !declined(failed) {
			err = failed
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if quick {
		return known.Minus(known.Minus(told)), nil
	}
	return known.Minus(told), nil
}

func (r *reader) takeVanished(resp lane.Response, gone *mailbox.UIDSet) (bool, error) {
	if resp.Name != "VANISHED" {
		return resp.Name == "FETCH", nil
	}
	uids, _, err := r.lane.R.Vanished()
	for _, u := range uids {
		gone.AddRange(u)
	}
	return true, err
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
		if err := r.refresh(); err != nil {
			yield(mailbox.Header{}, r.fault("NOOP", at.Folder, err))
			return
		}
		for _, piece := range pieces(uids, headerWindow) {
			headers, err := r.headers(at, piece, fields)
			if err != nil {
				yield(mailbox.Header{}, err)
				return
			}
			if !r.giveHeaders(headers, yield) {
				return
			}
		}
	}
}

// giveHeaders yields without the guard's clock.
func (r *reader) giveHeaders(headers []mailbox.Header, yield func(mailbox.Header, error) bool) bool {
	r.guard.Pause()
	defer r.guard.Resume()
	for _, h := range headers {
		if !yield(h, nil) {
			return false
		}
	}
	return true
}

// headers fetches the header fields of one window, and singly those that did not come though the message is there.
func (r *reader) headers(at mailbox.At, uids mailbox.UIDSet, fields []string) ([]mailbox.Header, error) {
	var out []mailbox.Header
	var got mailbox.UIDSet
	section := "BODY.PEEK[HEADER]"
	if len(fields) > 0 {
		section = "BODY.PEEK[HEADER.FIELDS (" + strings.Join(fields, " ") + ")]"
	}
	ask := func(set mailbox.UIDSet) error {
		cmd := &lane.Command{Op: "UID FETCH", Take: func(resp lane.Response) (bool, error) {
			if resp.Name != "FETCH" {
				return false, nil
			}
			f := lane.Fetched{Number: resp.Number}
			var text []byte
			err := r.lane.R.Fetch(&f, func(name string, b *lane.Body) (err error) {
				if b != nil && strings.HasPrefix(name, "BODY[HEADER") {
					text, err = io.ReadAll(b)
				}
				return err
			})
			if text != nil && uids.Has(f.UID) && !got.Has(f.UID) {
				out = append(out, mailbox.Header{UID: f.UID, Fields: text})
				got.Add(f.UID)
			}
			return true, err
		}}
		return r.run(cmd, at.Folder, []byte(" "+set.String()+" (UID "+section+")"))
	}
	if err := ask(uids); err != nil {
		return nil, r.fault("FETCH", at.Folder, err)
	}
	if missing := uids.Minus(got); len(missing) > 0 {
		var there mailbox.UIDSet
		if err := r.fetchEntries(at.Folder, missing.String(), "UID", "", func(e entry) { there.Add(e.UID) }); err != nil {
			return nil, err
		}
		for uid := range missing.Minus(missing.Minus(there)).All() {
			if err := ask(mailbox.UIDs(uid)); err != nil && !declined(err) {
				return nil, r.fault("FETCH", at.Folder, err)
			}
		}
	}
	slices.SortFunc(out, func(a, b mailbox.Header) int { return cmp.Compare(a.UID, b.UID) })
	return out, nil
}
