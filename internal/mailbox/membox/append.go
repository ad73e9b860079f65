package membox

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"time"

	"migsh/internal/mailbox"
)

// pending is a message that was read whole and waits for its group.
type pending struct {
	at     mailbox.At
	binary bool
	msg    Message
}

func (s *session) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		if err := s.take(ctx); err != nil {
			yield(mailbox.Appended{}, err)
			return
		}
		defer s.give()
		var group []pending
		// flush stores the group and tells its results; false ends the iteration.
		flush := func() bool {
			results, err := s.storeGroup(group)
			group = group[:0]
			for _, r := range results {
				if !yield(r, nil) {
					return false
				}
			}
			if err != nil {
				yield(mailbox.Appended{}, err)
			}
			return err == nil
		}
		for out, err := range msgs {
			var body []byte
			if err == nil {
				err = ctx.Err()
			}
			if err == nil {
				body, err = readBody(out)
			}
			if err != nil {
				if flush() {
					yield(mailbox.Appended{}, err)
				}
				return
			}
			if len(group) > 0 && group[0].at != out.At && !flush() {
				return
			}
			group = append(group, pending{out.At, out.Binary, Message{Flags: out.Flags, Date: out.Date, Body: body}})
			if len(group) == s.box.opts.Group && !flush() {
				return
			}
		}
		flush()
	}
}

func readBody(out *mailbox.Outgoing) ([]byte, error) {
	body, err := io.ReadAll(out.Body)
	if err == nil && int64(len(body)) != out.Length {
		err = fmt.Errorf("the message was announced with %d bytes and has %d", out.Length, len(body))
	}
	return body, err
}

// storeGroup stores messages of one folder whole or not at all, as MULTIAPPEND does.
func (s *session) storeGroup(group []pending) ([]mailbox.Appended, error) {
	if len(group) == 0 {
		return nil, nil
	}
	at := group[0].at
	results := make([]mailbox.Appended, len(group))
	err := s.effectAppend(at, group, results)
	switch {
	case err == nil:
		return results, nil
	case mailbox.ClassOf(err) == mailbox.PerMessage:
		for i := range results {
			results[i] = mailbox.Appended{Fate: mailbox.NotStored, Err: err}
		}
		if len(group) == 1 {
			results[0].Fate = mailbox.Refused
		}
		return results, nil
	case mailbox.ClassOf(err) == mailbox.Reconnect:
		for i := range results {
			results[i] = mailbox.Appended{Fate: mailbox.Unsettled, Err: err}
		}
		return results, err
	}
	for i := range results {
		results[i] = mailbox.Appended{Fate: mailbox.NotStored, Err: err}
	}
	return results, err
}

func (s *session) effectAppend(at mailbox.At, group []pending, results []mailbox.Appended) error {
	if err := s.admit(at, group); err != nil {
		return err
	}
	return s.effect(Effect{Op: "APPEND", Folder: at.Folder, N: len(group)}, func() error {
		f, err := s.at("APPEND", at)
		if err != nil {
			return err
		}
		if err := s.room(at, group); err != nil {
			return err
		}
		for i, p := range group {
			p.msg.Flags = s.box.keep(p.msg.Flags)
			if s.box.opts.Alter != nil {
				p.msg.Body = s.box.opts.Alter(p.msg.Body)
			}
			if s.box.opts.IgnoreDates {
				p.msg.Date = time.Now()
			}
			uid := s.box.store(f, p.msg)
			results[i] = mailbox.Appended{Fate: mailbox.Stored, UIDValidity: f.validity, UID: uid}
			if s.box.opts.NoUIDPlus {
				results[i].UIDValidity, results[i].UID = 0, 0
			}
		}
		return nil
	})
}

// admit refuses NUL bytes, and asks the hook about each message.
func (s *session) admit(at mailbox.At, group []pending) error {
	for _, p := range group {
		if s.box.opts.Binary && !p.binary && bytes.IndexByte(p.msg.Body, 0) >= 0 {
			e := mailbox.NewError(mailbox.MessageRefused, "APPEND", nil)
			e.Folder, e.Text = at.Folder, "Message contains NUL characters"
			return e
		}
	}
	return s.box.hook(func(h Hooks) error {
		if h.Refuse == nil {
			return nil
		}
		for _, p := range group {
			if err := h.Refuse(at.Folder, p.msg.Body, p.msg.Flags); err != nil {
				return err
			}
		}
		return nil
	})
}

// room checks the limits. It needs the mailbox's lock.
func (s *session) room(at mailbox.At, group []pending) error {
	o := s.box.opts
	var total int64
	if o.Quota > 0 {
		total = s.box.used()
	}
	for _, p := range group {
		total += int64(len(p.msg.Body))
		if o.AppendLimit > 0 && int64(len(p.msg.Body)) > o.AppendLimit {
			e := mailbox.NewError(mailbox.MessageTooLarge, "APPEND", nil)
			e.Folder, e.Code, e.Text = at.Folder, "TOOBIG", "Message too big"
			return e
		}
	}
	if o.Quota > 0 && total > o.Quota {
		e := mailbox.NewError(mailbox.QuotaExceeded, "APPEND", nil)
		e.Folder, e.Code, e.Text = at.Folder, "OVERQUOTA", "Quota exceeded (mailbox for user is full)"
		return e
	}
	return nil
}
