// Package membox is a mailbox in memory: a server of one login whose behaviour can be chosen (delimiter, prefix, UIDPLUS,
// CONDSTORE, quota, keywords …) and whose failures can be planned through [Hooks]. Many sessions may be open on one
// [Mailbox] at once. It serves the tests of what is built on package mailbox.
package membox

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"migsh/internal/mailbox"
)

// Options choose how the server behaves. The zero value is a modern server without quota: delimiter "/", no prefix,
// all features, every keyword kept.
type Options struct {
	Delimiter rune   // "/" if 0
	Prefix    string // of the personal namespace, "INBOX." for example

	Others, Shared []mailbox.Namespace

	NoUIDPlus    bool // Append does not tell UIDs
	NoCondStore  bool // no mod-sequences
	NoSpecialUse bool // special uses are neither told nor kept
	NoListStatus bool // subscriptions are unknown
	NoNamespace  bool // the namespaces are not told
	Identities   bool // those of folders and messages are told; messages that are stored without get one that is made of their content
	Labels       bool // it is, and messages of one identity are one that several folders show

	// Group is how many messages Append stores in one go, whole or not at all (MULTIAPPEND); 1 if 0.
	Group int

	Quota       int64 // bytes; 0 is no limit
	AppendLimit int64 // bytes a message; 0 is no limit
	// Binary offers BINARY: a message with NUL bytes is taken if it is sent as such, and refused otherwise. Without, NUL bytes are
	// nothing special.
	Binary bool
	// Keywords that can be kept, when not every one: nil is every one.
	Keywords []string
	// FoldCase makes folder names that differ only in case the same folder.
	FoldCase bool
	// FoldForm makes folder names that differ only in how characters are composed (NFC, NFD) the same folder.
	FoldForm bool
	// IgnoreDates dates every message when it is stored.
	IgnoreDates bool
	// Alter is what the server makes of a message when it stores it; nil leaves it as it is.
	Alter func(body []byte) []byte
}

// An Effect is a change at the server that a session is about to make or has made.
type Effect struct {
	Op     string // CREATE, SUBSCRIBE, RENAME, APPEND, STORE, EXPUNGE
	Folder string
	N      int // messages touched
}

// Hooks are called around what sessions do, without any lock of the mailbox held but one at a time. Nil ones are
// passed over.
type Hooks struct {
	// Before an effect: an error keeps it from happening. A *mailbox.Error of class PerMessage, PerFolder, Person
	// or Later is the server's refusal; any other error ends the session.
	Before func(Effect) error
	// After an effect: an error loses the answer and ends the session, though the effect stays.
	After func(Effect) error
	// Refuse looks at a message that is to be stored; an error refuses it, and its group with it.
	Refuse func(folder string, body []byte, flags mailbox.Flags) error
	// Read is called before each reading method does its work; an error ends the session, unless it is a
	// *mailbox.Error of a class that leaves the session usable.
	Read func(op, folder string) error
	// Body may replace the body of a message that is fetched.
	Body func(folder string, uid mailbox.UID, r io.Reader) io.Reader
	// Unreadable tells why a message can't be fetched though it is there.
	Unreadable func(folder string, uid mailbox.UID) error
}

// A Message is what a folder holds.
type Message struct {
	UID    mailbox.UID
	Flags  mailbox.Flags
	Date   time.Time
	Body   []byte
	ModSeq uint64
	// Identity is told as that of the message, if it is not 0; messages of several folders may share one.
	Identity uint64
}

type folder struct {
	name       string
	attrs      []string
	use        string
	subscribed bool
	rights     map[string]string
	validity   uint32
	identity   string
	uidNext    mailbox.UID
	modSeq     uint64
	msgs       []*Message // ascending by UID
}

// A Mailbox is the server's side: what all sessions see. Its methods play the user and the other mail programs.
type Mailbox struct {
	opts Options

	hookMu sync.Mutex
	hooks  Hooks

	mu       sync.Mutex
	folders  []*folder
	validity uint32
	sessions int
	maxOpen  int
}

// New makes a mailbox that holds an empty INBOX.
func New(opts Options) *Mailbox {
	if opts.Delimiter == 0 {
		opts.Delimiter = '/'
	}
	opts.Group = max(opts.Group, 1)
	m := &Mailbox{opts: opts, validity: 1000}
	m.add("INBOX")
	return m
}

// SetHooks replaces the hooks.
func (m *Mailbox) SetHooks(h Hooks) {
	m.hookMu.Lock()
	defer m.hookMu.Unlock()
	m.hooks = h
}

// SetQuota changes the limit in bytes; 0 lifts it.
func (m *Mailbox) SetQuota(limit int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.opts.Quota = limit
}

// Sessions tells how many sessions are open and how many were open at most.
func (m *Mailbox) Sessions() (open, most int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.sessions, m.maxOpen
}

// AddFolder makes a folder with attributes; a special use among them becomes its use. It panics if the folder exists.
func (m *Mailbox) AddFolder(name string, attrs ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.find(name) != nil {
		panic("membox: folder exists: " + name)
	}
	f := m.add(name)
	f.attrs = attrs
	for _, a := range attrs {
		if isUse(a) {
			f.use = a
		}
	}
}

// RemoveFolder removes a folder and its messages.
func (m *Mailbox) RemoveFolder(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.folders = slices.DeleteFunc(m.folders, func(f *folder) bool { return f.name == name })
}

// Deliver puts a message into a folder and tells its UID. It panics if the folder is not there.
func (m *Mailbox) Deliver(name string, msg Message) mailbox.UID {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.store(m.must(name), msg)
}

// SetFlags replaces a message's flags.
func (m *Mailbox) SetFlags(name string, uid mailbox.UID, flags ...string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.must(name)
	if msg := f.message(uid); msg != nil {
		f.setFlags(msg, mailbox.NewFlags(flags...))
	}
}

// Remove removes messages.
func (m *Mailbox) Remove(name string, uids ...mailbox.UID) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.must(name).remove(mailbox.UIDs(uids...))
}

// Renumber gives a folder a new UIDVALIDITY and its messages new UIDs, in the same order.
func (m *Mailbox) Renumber(name string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.must(name)
	m.validity++
	f.validity = m.validity
	f.uidNext = 1
	for _, msg := range f.msgs {
		msg.UID = f.uidNext
		f.uidNext++
	}
}

// Subscribed tells whether a folder is subscribed.
func (m *Mailbox) Subscribed(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.must(name).subscribed
}

// Use tells a folder's special use.
func (m *Mailbox) Use(name string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.must(name).use
}

// Names lists the folders in order of their names.
func (m *Mailbox) Names() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	var names []string
	for _, f := range m.folders {
		names = append(names, f.name)
	}
	slices.Sort(names)
	return names
}

// Messages is a copy of what a folder holds, nil if there is no such folder.
func (m *Mailbox) Messages(name string) []Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.find(name)
	if f == nil {
		return nil
	}
	out := make([]Message, 0, len(f.msgs))
	for _, msg := range f.msgs {
		out = append(out, *msg)
	}
	return out
}

// Clone copies the mailbox with all it holds, without hooks and sessions.
func (m *Mailbox) Clone() *Mailbox {
	m.mu.Lock()
	defer m.mu.Unlock()
	c := &Mailbox{opts: m.opts, validity: m.validity}
	for _, f := range m.folders {
		g := *f
		g.msgs = nil
		for _, msg := range f.msgs {
			copied := *msg
			g.msgs = append(g.msgs, &copied)
		}
		c.folders = append(c.folders, &g)
	}
	return c
}

// OpenSource opens a session for reading. It is a [mailbox.OpenSource].
func (m *Mailbox) OpenSource(ctx context.Context) (mailbox.Source, error) {
	s, err := m.open(ctx)
	if err != nil {
		return nil, err
	}
	s.readOnly = true
	return s, nil
}

// OpenTarget opens a session for reading and writing. It is a [mailbox.OpenTarget].
func (m *Mailbox) OpenTarget(ctx context.Context) (mailbox.Target, error) {
	s, err := m.open(ctx)
	if err != nil {
		return nil, err
	}
	return s, nil
}

func (m *Mailbox) open(ctx context.Context) (*session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := m.hook(func(h Hooks) error {
		if h.Read == nil {
			return nil
		}
		return h.Read("LOGIN", "")
	}); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sessions++
	m.maxOpen = max(m.maxOpen, m.sessions)
	return &session{box: m, turn: make(chan struct{}, 1), shown: map[string]string{}}, nil
}

func (m *Mailbox) hook(call func(Hooks) error) error {
	m.hookMu.Lock()
	defer m.hookMu.Unlock()
	return call(m.hooks)
}

// The methods below need m.mu.

func (m *Mailbox) add(name string) *folder {
	m.validity++
	f := &folder{name: name, validity: m.validity, identity: fmt.Sprintf("F%d", m.validity), uidNext: 1, modSeq: 1, subscribed: name == "INBOX"}
	m.folders = append(m.folders, f)
	return f
}

func (m *Mailbox) find(name string) *folder {
	for _, f := range m.folders {
		if f.name == name || m.opts.FoldCase && strings.EqualFold(f.name, name) ||
			m.opts.FoldForm && norm.NFC.String(f.name) == norm.NFC.String(name) ||
			f.name == "INBOX" && strings.EqualFold(name, "INBOX") {
			return f
		}
	}
	return nil
}

func (m *Mailbox) must(name string) *folder {
	f := m.find(name)
	if f == nil {
		panic("membox: no folder " + name)
	}
	return f
}

func (m *Mailbox) used() int64 {
	var n int64
	for _, f := range m.folders {
		for _, msg := range f.msgs {
			n += int64(len(msg.Body))
		}
	}
	return n
}

// parents lists names above others that are no folders themselves.
func (m *Mailbox) parents() []string {
	var names []string
	for _, f := range m.folders {
		delim := string(m.opts.Delimiter)
		for i := strings.LastIndex(f.name, delim); i > 0; i = strings.LastIndex(f.name[:i], delim) {
			if up := f.name[:i]; m.find(up) == nil && !slices.Contains(names, up) {
				names = append(names, up)
			}
		}
	}
	return names
}

// keep is what the server keeps of flags.
func (m *Mailbox) keep(flags mailbox.Flags) mailbox.Flags {
	if m.opts.Keywords == nil {
		return flags
	}
	allowed := mailbox.NewFlags(m.opts.Keywords...)
	return flags.Minus(flags.Keywords().Minus(allowed))
}

func (f *folder) status(noModSeq bool) mailbox.Status {
	s := mailbox.Status{UIDValidity: f.validity, UIDNext: f.uidNext, Messages: uint32(len(f.msgs)), HighestModSeq: f.modSeq}
	if noModSeq {
		s.HighestModSeq = 0
	}
	return s
}

func (m *Mailbox) store(f *folder, msg Message) mailbox.UID {
	if m.opts.Identities && msg.Identity == 0 {
		h := fnv.New64a()
		_, _ = h.Write(msg.Body)
		msg.Identity = h.Sum64()
	}
	f.modSeq++
	msg.UID, msg.ModSeq, msg.Body = f.uidNext, f.modSeq, bytes.Clone(msg.Body)
	f.uidNext++
	f.msgs = append(f.msgs, &msg)
	return msg.UID
}

func (f *folder) setFlags(msg *Message, flags mailbox.Flags) {
	if msg.Flags.Equal(flags) {
		return
	}
	f.modSeq++
	msg.Flags, msg.ModSeq = flags, f.modSeq
}

func (f *folder) remove(uids mailbox.UIDSet) {
	n := len(f.msgs)
	f.msgs = slices.DeleteFunc(f.msgs, func(msg *Message) bool { return uids.Has(msg.UID) })
	if len(f.msgs) != n {
		f.modSeq++
	}
}

func (f *folder) message(uid mailbox.UID) *Message {
	i, found := slices.BinarySearchFunc(f.msgs, uid, func(msg *Message, uid mailbox.UID) int { return cmp.Compare(msg.UID, uid) })
	if !found {
		return nil
	}
	return f.msgs[i]
}

func isUse(attr string) bool {
	switch attr {
	case mailbox.UseAll, mailbox.UseArchive, mailbox.UseDrafts, mailbox.UseFlagged, mailbox.UseImportant,
		mailbox.UseJunk, mailbox.UseSent, mailbox.UseTrash:
		return true
	}
	return false
}

// SetDate gives a message another date of arrival.
func (m *Mailbox) SetDate(name string, uid mailbox.UID, date time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if msg := m.must(name).message(uid); msg != nil {
		msg.Date = date
	}
}

// SetValidity gives a folder another UIDVALIDITY, and leaves the UIDs as they are.
func (m *Mailbox) SetValidity(name string, validity uint32) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.must(name).validity = validity
}

// Validity tells a folder's UIDVALIDITY.
func (m *Mailbox) Validity(name string) uint32 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.must(name).validity
}

// SetIdentity gives a message another identity.
func (m *Mailbox) SetIdentity(name string, uid mailbox.UID, identity uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if msg := m.must(name).message(uid); msg != nil {
		msg.Identity = identity
	}
}

// SetRights says who may do what with a folder.
func (m *Mailbox) SetRights(name string, rights map[string]string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.must(name).rights = rights
}
