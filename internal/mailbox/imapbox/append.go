package imapbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/wrap"
)

// appendDepth is how many APPENDs may be without an answer.
const appendDepth = 32

// appendAtOnce is the length up to which a message is read whole before its APPEND begins: should the reading fail, the
// connection lives on.
const appendAtOnce = 64 << 10

// Append stores messages, one APPEND each, sending the next before the server has answered the last. The folder is opened first:
// Dovecot would scan a closed Maildir anew for every message.
func (t *target) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		give, err := t.take(ctx)
		if err != nil {
			yield(mailbox.Appended{}, err)
			return
		}
		defer give()
		a := appending{target: t, ctx: ctx, yield: yield}
		a.end(a.run(msgs))
	}
}

// appending is one call of Append.
type appending struct {
	*target
	ctx     context.Context
	yield   func(mailbox.Appended, error) bool
	pending []*appended
	small   []byte // holds a small message, used again
}

// appended is a message whose fate will be known.
type appended struct {
	folder string
	cmd    *imapclient.AppendCommand
	result mailbox.Appended
	err    error         // that ends the call, as far as this message knows
	done   chan struct{} // closed when result and err are set
}

// run sends the messages. It returns the error that ends the call.
func (a *appending) run(msgs iter.Seq2[*mailbox.Outgoing, error]) error {
	resume := a.guard.Pause()
	defer func() { resume() }()
	for out, err := range msgs {
		resume()
		if err == nil && a.ctx.Err() != nil {
			err = a.cfg.fault(mailbox.ConnectionLost, "APPEND", context.Cause(a.ctx))
		}
		if err != nil {
			return err
		}
		if err := a.send(out); err != nil {
			return err
		}
		if err := a.harvest(appendDepth - 1); err != nil {
			return err
		}
		resume = a.guard.Pause() // it is not this server who keeps us waiting now
	}
	return nil
}

// unhurried is a reader of the other side: while it is read, this side's server need not do anything.
type unhurried struct {
	guard *wrap.Guard
	r     io.Reader
}

func (u unhurried) Read(p []byte) (int, error) {
	defer u.guard.Pause()()
	return u.r.Read(p)
}

// end yields what is still to be known, then the error.
func (a *appending) end(failed error) {
	for len(a.pending) > 0 && !errors.Is(failed, errLeft) {
		if err := a.harvest(0); err != nil && (failed == nil || errors.Is(err, errLeft)) {
			failed = err
		}
	}
	a.wait()
	if failed != nil && !errors.Is(failed, errLeft) {
		a.yield(mailbox.Appended{}, failed)
	}
}

// wait waits for the answers that nobody wants.
func (a *appending) wait() {
	for _, p := range a.pending {
		<-p.done
	}
	a.pending = nil
}

// harvest yields results: those that are there, and as many more as must be waited for until at most most are under way. It
// returns the error of a message that ends the call, or errLeft.
func (a *appending) harvest(most int) error {
	for len(a.pending) > 0 {
		p := a.pending[0]
		if len(a.pending) <= most {
			select {
			case <-p.done:
			default:
				return nil
			}
		}
		<-p.done
		a.pending = a.pending[1:]
		if p.err != nil && a.dead == nil && mailbox.ClassOf(p.err) == mailbox.Reconnect {
			a.dead = p.err
		}
		resume := a.guard.Pause()
		more := a.yield(p.result, nil)
		resume()
		if !more {
			return errLeft
		}
		if p.err != nil {
			return p.err
		}
	}
	return nil
}

// send sends one message, and sees to it that its answer will be heard. It returns an error that ends the call.
func (a *appending) send(out *mailbox.Outgoing) error {
	if a.selected == nil || a.selected.folder != out.Folder {
		if err := a.harvest(0); err != nil { // answers of the folder before
			return err
		}
	}
	opened, err := a.ensure(out.At)
	if err != nil {
		return err
	}
	if opened.ReadOnly {
		return a.readOnly("APPEND", out.Folder)
	}
	if limit := a.limit(opened); limit > 0 && out.Length > limit {
		a.settled(out, a.tooLarge(out, limit))
		return nil
	}
	var body io.Reader = unhurried{a.guard, out.Body}
	if out.Length <= appendAtOnce {
		if body, err = a.readSmall(out.Length, body); err != nil {
			return err
		}
	}
	opts := &imap.AppendOptions{Flags: wireFlags(permitted(out.Flags, opened))}
	if validDate(out.Date) {
		opts.Time = wholeMinutes(out.Date)
	}
	return a.transmit(out, body, opts)
}

// transmit sends the command and the message. When the message fails to come, the answers to those before it are waited for,
// and the connection is closed in the middle of the literal, which tells the server to forget it.
func (a *appending) transmit(out *mailbox.Outgoing, body io.Reader, opts *imap.AppendOptions) error {
	cmd := a.client.Append(out.Folder, out.Length, opts)
	n, err := io.CopyN(cmd, body, out.Length)
	if err == nil {
		err = cmd.Close()
		p := &appended{folder: out.Folder, cmd: cmd, done: make(chan struct{})}
		a.pending = append(a.pending, p)
		go p.listen(a.session, err)
		return nil
	}
	broken := a.guard.Err() // before we break it ourselves
	if broken == nil {
		if left := a.harvest(0); left != nil {
			err = left
		}
	}
	if broken == nil && errors.Is(err, io.EOF) {
		err = fmt.Errorf("the message was announced with %d bytes and has %d", out.Length, n)
	}
	a.guard.Fail(fmt.Errorf("an APPEND was broken off: %w", err))
	_ = cmd.Close() // lets the library's lock go
	if broken != nil {
		_, err := cmd.Wait()
		return a.fault("APPEND", out.Folder, errors.Join(err, broken))
	}
	a.drop(a.cfg.fault(mailbox.ConnectionLost, "APPEND", fmt.Errorf("closed because a message could not be read to its end: %w", err)))
	return err
}

// readSmall reads a message that is sent at once.
func (a *appending) readSmall(length int64, body io.Reader) (io.Reader, error) {
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

// settled puts a message among the results that was refused without asking the server.
func (a *appending) settled(out *mailbox.Outgoing, err error) {
	p := &appended{folder: out.Folder, done: make(chan struct{}), result: mailbox.Appended{Fate: mailbox.Refused, Err: err}}
	close(p.done)
	a.pending = append(a.pending, p)
}

// listen waits for the server's answer. sendErr is what went wrong while the command was sent.
func (p *appended) listen(s *session, sendErr error) {
	defer close(p.done)
	data, err := p.cmd.Wait()
	if err == nil {
		err = sendErr
	}
	refused, isRefusal := errors.AsType[*imap.Error](err)
	switch {
	case err == nil:
		p.result = mailbox.Appended{Fate: mailbox.Stored, UIDValidity: data.UIDValidity, UID: mailbox.UID(data.UID)}
	case !isRefusal:
		e := s.cfg.lost("APPEND", s.guard, s.filter, err)
		e.Folder = p.folder
		p.result, p.err = mailbox.Appended{Fate: mailbox.Unsettled, Err: e}, e
	case refused.Type == imap.StatusResponseTypeBad:
		// The server may have lost its place in what we send, and take the message for commands.
		e := s.cfg.refusal("APPEND", p.folder, refused)
		s.guard.Fail(e)
		p.result, p.err = mailbox.Appended{Fate: mailbox.Refused, Err: e}, e
	default:
		e := s.cfg.refusal("APPEND", p.folder, refused)
		if e.Class == mailbox.PerMessage {
			p.result = mailbox.Appended{Fate: mailbox.Refused, Err: e}
		} else {
			p.result, p.err = mailbox.Appended{Fate: mailbox.NotStored, Err: e}, e
		}
	}
}

// validDate reports whether a date can be written in IMAP's grammar.
func validDate(t time.Time) bool { return !t.IsZero() && t.Year() >= 1 && t.Year() <= 9999 }

// wholeMinutes puts a date into a zone that IMAP can name: offsets have no seconds.
func wholeMinutes(t time.Time) time.Time {
	_, offset := t.Zone()
	if offset%60 == 0 {
		return t
	}
	return t.In(time.FixedZone("", offset-offset%60))
}
