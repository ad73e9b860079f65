package membox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode"

	"migsh/internal/mailbox"
)

// A session is one connection. turn holds a token while a call is under way; dead and closed belong to who has it.
type session struct {
	box      *Mailbox
	readOnly bool
	turn     chan struct{}
	dead     error
	closed   bool
	shown    map[string]string // identities of folders, by name; belongs to who has the mailbox's lock
}

var _ mailbox.Target = (*session)(nil)

// take waits for the session's turn.
func (s *session) take(ctx context.Context) error {
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	err := ctx.Err()
	if s.dead != nil {
		err = s.dead
	}
	if err != nil {
		<-s.turn
	}
	return err
}

func (s *session) give() { <-s.turn }

// fail ends the session for errors that a real connection would not outlive.
func (s *session) fail(op string, err error) error {
	switch {
	case err == nil:
		return nil
	case func() bool { _, ok := errors.AsType[*mailbox.Error](err); return !ok }():
		err = mailbox.NewError(mailbox.ConnectionLost, op, err)
	case mailbox.ClassOf(err) != mailbox.Reconnect:
		return err
	}
	s.dead = err
	return err
}

// reading asks the hook whether a read may go on.
func (s *session) reading(op, folder string) error {
	return s.fail(op, s.box.hook(func(h Hooks) error {
		if h.Read == nil {
			return nil
		}
		return h.Read(op, folder)
	}))
}

// effect makes a change between the two hooks. change runs with the mailbox locked.
func (s *session) effect(e Effect, change func() error) error {
	return s.box.hook(func(h Hooks) error {
		if h.Before != nil {
			if err := h.Before(e); err != nil {
				return s.fail(e.Op, err)
			}
		}
		s.box.mu.Lock()
		err := change()
		s.box.mu.Unlock()
		if err != nil {
			return err
		}
		if h.After != nil {
			if err := h.After(e); err != nil {
				s.dead = mailbox.NewError(mailbox.ConnectionLost, e.Op, err)
				return s.dead
			}
		}
		return nil
	})
}

// at finds a folder in the life that is meant. It needs the mailbox's lock.
func (s *session) at(op string, at mailbox.At) (*folder, error) {
	f := s.box.find(at.Folder)
	if f == nil || slices.Contains(f.attrs, mailbox.AttrNoSelect) {
		e := mailbox.NewError(mailbox.FolderMissing, op, nil)
		e.Folder, e.Code, e.Text = at.Folder, "NONEXISTENT", "Unknown folder"
		return nil, e
	}
	if at.UIDValidity != 0 && at.UIDValidity != f.validity {
		e := mailbox.NewError(mailbox.UIDValidityChanged, op, nil)
		e.Folder, e.Text = at.Folder, fmt.Sprintf("UIDVALIDITY is %d, not %d", f.validity, at.UIDValidity)
		return nil, e
	}
	if s.box.opts.Identities {
		s.shown[f.name] = f.identity
	}
	return f, nil
}

func (s *session) FolderIdentity(name string) string {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	return s.shown[name]
}

// snapshot copies what a read needs, so that the mailbox isn't locked while it is told.
func (s *session) snapshot(op string, at mailbox.At, uids mailbox.UIDSet) ([]Message, error) {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	f, err := s.at(op, at)
	if err != nil {
		return nil, err
	}
	var out []Message
	for _, msg := range f.msgs {
		if len(uids) == 0 || uids.Has(msg.UID) {
			out = append(out, *msg)
		}
	}
	return out, nil
}

func (s *session) Info() mailbox.Info {
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	o := s.box.opts
	prefix := o.Prefix
	if o.NoNamespace {
		prefix, o.Others, o.Shared = "", nil, nil
	}
	return mailbox.Info{
		Server: "memory", Software: "membox", Login: "user",
		Personal: []mailbox.Namespace{{Prefix: prefix, Delimiter: o.Delimiter}},
		Others:   o.Others, Shared: o.Shared,
		Features: mailbox.Features{
			UIDPlus: !o.NoUIDPlus, CondStore: !o.NoCondStore, QResync: !o.NoCondStore, AtomicBatch: o.Group > 1,
			Quota: o.Quota > 0, Binary: o.Binary, SpecialUse: !o.NoSpecialUse, CreateSpecialUse: !o.NoSpecialUse,
			Subscriptions: !o.NoListStatus, Namespaces: !o.NoNamespace, Identities: o.Identities || o.Labels, Labels: o.Labels,
		},
		AppendLimit: o.AppendLimit,
	}
}

func (s *session) Folders(ctx context.Context, root string) ([]mailbox.Folder, error) {
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	defer s.give()
	if err := s.reading("LIST", root); err != nil {
		return nil, err
	}
	m := s.box
	m.mu.Lock()
	defer m.mu.Unlock()
	below := root + string(m.opts.Delimiter)
	var out []mailbox.Folder
	for _, f := range m.folders {
		if root != "" && f.name != root && !strings.HasPrefix(f.name, below) {
			continue
		}
		entry := mailbox.Folder{Name: f.name, Delimiter: m.opts.Delimiter, Attributes: slices.Clone(f.attrs)}
		if !m.opts.NoSpecialUse {
			entry.Use = f.use
		}
		if !m.opts.NoListStatus {
			entry.Subscribed = f.subscribed
		}
		if entry.Selectable() {
			st := f.status(m.opts.NoCondStore)
			entry.Status = &st
		}
		out = append(out, entry)
	}
	for _, name := range m.parents() {
		if root == "" || name == root || strings.HasPrefix(name, below) {
			out = append(out, mailbox.Folder{Name: name, Delimiter: m.opts.Delimiter, Attributes: []string{mailbox.AttrNoSelect}})
		}
	}
	return out, nil
}

func (s *session) Open(ctx context.Context, name string) (mailbox.Opened, error) {
	if err := s.take(ctx); err != nil {
		return mailbox.Opened{}, err
	}
	defer s.give()
	if err := s.reading("SELECT", name); err != nil {
		return mailbox.Opened{}, err
	}
	m := s.box
	m.mu.Lock()
	defer m.mu.Unlock()
	f, err := s.at("SELECT", mailbox.At{Folder: name})
	if err != nil {
		return mailbox.Opened{}, err
	}
	return *s.opened(f), nil
}

// opened is what opening a folder shows of it.
func (s *session) opened(f *folder) *mailbox.Opened {
	m := s.box
	return &mailbox.Opened{
		Status: f.status(m.opts.NoCondStore),
		PermanentFlags: mailbox.NewFlags(append([]string{mailbox.FlagSeen, mailbox.FlagAnswered, mailbox.FlagFlagged,
			mailbox.FlagDeleted, mailbox.FlagDraft}, m.opts.Keywords...)...),
		AnyKeyword: m.opts.Keywords == nil,
		ReadOnly:   s.readOnly,
		Identity:   s.shown[f.name],
	}
}

func (s *session) List(ctx context.Context, at mailbox.At, q mailbox.Query) iter.Seq2[mailbox.Meta, error] {
	return func(yield func(mailbox.Meta, error) bool) {
		if err := s.take(ctx); err != nil {
			yield(mailbox.Meta{}, err)
			return
		}
		defer s.give()
		err := s.reading("FETCH", at.Folder)
		var msgs []Message
		if err == nil {
			msgs, err = s.snapshot("FETCH", at, q.UIDs)
		}
		if err != nil {
			yield(mailbox.Meta{}, err)
			return
		}
		for _, msg := range msgs {
			if !s.box.opts.NoCondStore && msg.ModSeq <= q.ChangedSince {
				continue
			}
			meta := s.meta(msg)
			if q.Undated {
				meta.Date = time.Time{}
			}
			if !yield(meta, nil) {
				return
			}
		}
	}
}

func (s *session) meta(msg Message) mailbox.Meta {
	meta := mailbox.Meta{UID: msg.UID, Flags: msg.Flags, Date: msg.Date, Size: int64(len(msg.Body)), ModSeq: msg.ModSeq, Identity: msg.Identity}
	if s.box.opts.NoCondStore {
		meta.ModSeq = 0
	}
	if !s.box.opts.Identities && !s.box.opts.Labels {
		meta.Identity = 0
	}
	return meta
}

func (s *session) Vanished(ctx context.Context, at mailbox.At, known mailbox.UIDSet, since uint64) (mailbox.UIDSet, error) {
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	defer s.give()
	if err := s.reading("SEARCH", at.Folder); err != nil {
		return nil, err
	}
	msgs, err := s.snapshot("SEARCH", at, nil)
	if err != nil {
		return nil, err
	}
	var there mailbox.UIDSet
	for _, msg := range msgs {
		there.Add(msg.UID)
	}
	return known.Minus(there), nil
}

func (s *session) Headers(ctx context.Context, at mailbox.At, uids mailbox.UIDSet, fields ...string) iter.Seq2[mailbox.Header, error] {
	return func(yield func(mailbox.Header, error) bool) {
		if err := s.take(ctx); err != nil {
			yield(mailbox.Header{}, err)
			return
		}
		defer s.give()
		err := s.reading("FETCH", at.Folder)
		var msgs []Message
		if err == nil && len(uids) > 0 {
			msgs, err = s.snapshot("FETCH", at, uids)
		}
		if err != nil {
			yield(mailbox.Header{}, err)
			return
		}
		for _, msg := range msgs {
			if !yield(mailbox.Header{UID: msg.UID, Fields: headerFields(msg.Body, fields)}, nil) {
				return
			}
		}
	}
}

// headerFields cuts the named fields out of a message, with their folded lines and the empty line behind.
func headerFields(body []byte, fields []string) []byte {
	var out []byte
	keep := false
	for line := range bytes.Lines(body) {
		if len(bytes.TrimRight(line, "\r\n")) == 0 {
			break
		}
		if line[0] != ' ' && line[0] != '\t' {
			name, _, _ := bytes.Cut(line, []byte(":"))
			keep = len(fields) == 0 || slices.ContainsFunc(fields, func(f string) bool {
				return strings.EqualFold(f, strings.TrimSpace(string(name)))
			})
		}
		if keep {
			out = append(out, line...)
		}
	}
	return append(out, "\r\n"...)
}

func (s *session) Fetch(ctx context.Context, windows iter.Seq[mailbox.Window]) iter.Seq2[*mailbox.Message, error] {
	return func(yield func(*mailbox.Message, error) bool) {
		if err := s.take(ctx); err != nil {
			yield(nil, err)
			return
		}
		defer s.give()
		for w := range windows {
			if len(w.UIDs) == 0 {
				continue
			}
			if !s.fetchWindow(ctx, w, yield) {
				return
			}
		}
	}
}

func (s *session) fetchWindow(ctx context.Context, w mailbox.Window, yield func(*mailbox.Message, error) bool) bool {
	err := s.reading("FETCH", w.Folder)
	var msgs []Message
	if err == nil {
		msgs, err = s.snapshot("FETCH", w.At, w.UIDs)
	}
	if err != nil {
		yield(nil, err)
		return false
	}
	for uid := range w.UIDs.All() {
		if err := ctx.Err(); err != nil {
			s.dead = mailbox.NewError(mailbox.ConnectionLost, "FETCH", err)
			yield(nil, s.dead)
			return false
		}
		for len(msgs) > 0 && msgs[0].UID < uid {
			msgs = msgs[1:]
		}
		out := &mailbox.Message{At: w.At, Meta: mailbox.Meta{UID: uid}}
		if len(msgs) == 0 || msgs[0].UID != uid {
			e := mailbox.NewError(mailbox.MessageVanished, "FETCH", nil)
			e.Folder, e.UID = w.Folder, uid
			out.Err = e
		} else if err := s.load(out, msgs[0]); err != nil {
			yield(nil, err)
			return false
		}
		if !yield(out, nil) {
			return false
		}
		if body, ok := out.Body.(*watched); ok && body.failed != nil {
			s.dead = mailbox.NewError(mailbox.ConnectionLost, "FETCH", body.failed)
			yield(nil, s.dead)
			return false
		}
	}
	return true
}

// load gives a message its body, or the reason why it has none.
func (s *session) load(out *mailbox.Message, msg Message) error {
	return s.box.hook(func(h Hooks) error {
		out.Meta = s.meta(msg)
		if h.Unreadable != nil {
			if out.Err = h.Unreadable(out.Folder, msg.UID); out.Err != nil {
				return nil
			}
		}
		var r io.Reader = bytes.NewReader(msg.Body)
		if h.Body != nil {
			r = h.Body(out.Folder, msg.UID, r)
		}
		out.Length = int64(len(msg.Body))
		out.Body = &watched{r: r, left: out.Length}
		return nil
	})
}

// watched yields exactly left bytes, or an error that says that the connection broke.
type watched struct {
	r      io.Reader
	left   int64
	failed error
}

func (w *watched) Read(p []byte) (int, error) {
	if w.failed != nil {
		return 0, w.failed
	}
	if w.left == 0 {
		return 0, io.EOF
	}
	n, err := w.r.Read(p[:min(int64(len(p)), w.left)])
	w.left -= int64(n)
	if err == io.EOF {
		err = nil
		if w.left > 0 {
			err = io.ErrUnexpectedEOF
		}
	}
	if err != nil {
		w.failed = mailbox.NewError(mailbox.ConnectionLost, "FETCH", err)
		return n, w.failed
	}
	return n, nil
}

func (s *session) Close() error {
	s.turn <- struct{}{}
	defer s.give()
	if s.closed {
		return nil
	}
	s.closed = true
	if s.dead == nil {
		s.dead = mailbox.NewError(mailbox.ConnectionLost, "LOGOUT", errors.New("the session is closed"))
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	s.box.sessions--
	return nil
}

func (s *session) Create(ctx context.Context, name, use string) (*mailbox.Opened, error) {
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	defer s.give()
	var opened *mailbox.Opened
	err := s.effect(Effect{Op: "CREATE", Folder: name}, func() error {
		m := s.box
		if f := m.find(name); f != nil && !slices.Contains(f.attrs, mailbox.AttrNoSelect) {
			return nil
		}
		if text := m.nameFault(name); text != "" {
			e := mailbox.NewError(mailbox.FolderRefused, "CREATE", nil)
			e.Folder, e.Code, e.Text = name, "CANNOT", text
			return e
		}
		f := m.find(name)
		if f == nil {
			f = m.add(name)
		}
		f.attrs = nil
		if !m.opts.NoSpecialUse && isUse(use) {
			f.use, f.attrs = use, []string{use}
		}
		opened = s.opened(f)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return opened, nil
}

// nameFault says why a folder of that name can't be made.
func (m *Mailbox) nameFault(name string) string {
	delim := string(m.opts.Delimiter)
	switch {
	case m.opts.Prefix != "" && !strings.HasPrefix(name, m.opts.Prefix):
		return "Invalid mailbox name: prefix " + m.opts.Prefix + " is missing"
	case strings.ContainsFunc(name, unicode.IsControl):
		return "Invalid mailbox name: control character"
	case slices.Contains(strings.Split(name, delim), ""):
		return "Invalid mailbox name: empty level"
	}
	for i := strings.LastIndex(name, delim); i > 0; i = strings.LastIndex(name[:i], delim) {
		if up := m.find(name[:i]); up != nil && slices.ContainsFunc(up.attrs, func(a string) bool { return strings.EqualFold(a, mailbox.AttrNoInferiors) }) {
			return "Parent takes no children"
		}
	}
	return ""
}

func (s *session) Subscribe(ctx context.Context, name string) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	return s.effect(Effect{Op: "SUBSCRIBE", Folder: name}, func() error {
		f, err := s.at("SUBSCRIBE", mailbox.At{Folder: name})
		if err == nil {
			f.subscribed = true
		}
		return err
	})
}

func (s *session) Rename(ctx context.Context, from, to string) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	return s.effect(Effect{Op: "RENAME", Folder: from}, func() error {
		m := s.box
		refused := func(text string) error {
			e := mailbox.NewError(mailbox.FolderRefused, "RENAME", nil)
			e.Folder, e.Text = from, text
			return e
		}
		f := m.find(from)
		if f == nil {
			e := mailbox.NewError(mailbox.FolderMissing, "RENAME", nil)
			e.Folder, e.Code, e.Text = from, "NONEXISTENT", "Unknown folder"
			return e
		}
		if m.find(to) != nil {
			return refused("Target exists")
		}
		if text := m.nameFault(to); text != "" {
			return refused(text)
		}
		below := f.name + string(m.opts.Delimiter)
		f.name = to
		for _, g := range m.folders {
			if rest, ok := strings.CutPrefix(g.name, below); ok {
				g.name = to + string(m.opts.Delimiter) + rest
			}
		}
		return nil
	})
}

func (s *session) Store(ctx context.Context, at mailbox.At, changes []mailbox.FlagChange) ([]error, error) {
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	defer s.give()
	results := make([]error, 0, len(changes))
	for _, c := range changes {
		err := s.effect(Effect{Op: "STORE", Folder: at.Folder, N: c.UIDs.Len()}, func() error {
			f, err := s.at("STORE", at)
			if err != nil {
				return err
			}
			if lost := c.Add.Minus(s.box.keep(c.Add)); len(lost) > 0 {
				e := mailbox.NewError(mailbox.FlagRefused, "STORE", nil)
				e.Folder, e.Text = at.Folder, "Can't keep "+lost.String()
				return e
			}
			for _, msg := range f.msgs {
				if c.UIDs.Has(msg.UID) {
					f.setFlags(msg, msg.Flags.Union(c.Add).Minus(c.Remove))
				}
			}
			return nil
		})
		if err != nil && mailbox.ClassOf(err) != mailbox.PerMessage {
			return nil, err
		}
		results = append(results, err)
	}
	return results, nil
}

func (s *session) Copy(ctx context.Context, from mailbox.At, uids mailbox.UIDSet, to mailbox.At) (map[mailbox.UID]mailbox.UID, error) {
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	defer s.give()
	copied := map[mailbox.UID]mailbox.UID{}
	err := s.effect(Effect{Op: "COPY", Folder: to.Folder, N: uids.Len()}, func() error {
		if s.box.opts.NoUIDPlus {
			return mailbox.NewError(mailbox.Unsupported, "COPY", errors.New("the server has no UIDPLUS"))
		}
		f, err := s.at("COPY", from)
		if err != nil {
			return err
		}
		g, err := s.at("COPY", to)
		if err != nil {
			return err
		}
		for _, msg := range slices.Clone(f.msgs) {
			if uids.Has(msg.UID) {
				m := *msg
				if s.box.opts.IgnoreDates {
					m.Date = time.Now()
				}
				copied[msg.UID] = s.box.store(g, m)
			}
		}
		return nil
	})
	return copied, err
}

func (s *session) Expunge(ctx context.Context, at mailbox.At, uids mailbox.UIDSet) error {
	if err := s.take(ctx); err != nil {
		return err
	}
	defer s.give()
	return s.effect(Effect{Op: "EXPUNGE", Folder: at.Folder, N: uids.Len()}, func() error {
		f, err := s.at("EXPUNGE", at)
		if err != nil {
			return err
		}
		if s.box.opts.NoUIDPlus {
			return mailbox.NewError(mailbox.Unsupported, "EXPUNGE", errors.New("the server has no UIDPLUS"))
		}
		f.remove(uids)
		return nil
	})
}

// Known is of no use where opening costs nothing.
func (s *session) Known(string, mailbox.Opened) {}

func (s *session) Quota(ctx context.Context) ([]mailbox.Quota, error) {
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	defer s.give()
	if err := s.reading("GETQUOTAROOT", ""); err != nil {
		return nil, err
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	if s.box.opts.Quota == 0 {
		return nil, nil
	}
	return []mailbox.Quota{{Root: "User quota", Resource: "STORAGE", Used: s.box.used(), Limit: s.box.opts.Quota}}, nil
}

func (s *session) Rights(ctx context.Context, name string) (map[string]string, error) {
	if err := s.take(ctx); err != nil {
		return nil, err
	}
	defer s.give()
	if err := s.reading("GETACL", name); err != nil {
		return nil, err
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	f := s.box.find(name)
	if f == nil {
		return nil, mailbox.NewError(mailbox.FolderMissing, "GETACL", nil)
	}
	return maps.Clone(f.rights), nil
}
