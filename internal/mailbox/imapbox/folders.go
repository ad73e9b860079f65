package imapbox

import (
	"context"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"migsh/internal/mailbox"
)

// reader is the half that sources and targets share.
type reader struct {
	*session
	examine bool // open folders with EXAMINE
}

// Folders lists the folders from root down.
func (r *reader) Folders(ctx context.Context, root string) ([]mailbox.Folder, error) {
	give, err := r.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()

	l := listing{session: r.session, root: root, seen: make(map[string]int)}
	for _, pattern := range l.patterns() {
		if err := l.list(pattern); err != nil {
			return nil, err
		}
	}
	if !r.caps.listExtended {
		if err := l.subscriptions(); err != nil {
			return nil, err
		}
	}
	return l.folders, l.statuses()
}

// statusItems are what Folders wants to know of each folder.
func (s *session) statusItems() *imap.StatusOptions {
	return &imap.StatusOptions{NumMessages: true, UIDNext: true, UIDValidity: true, HighestModSeq: s.caps.condStore, AppendLimit: s.caps.folderLimits}
}

// listing collects a list of folders from several answers.
type listing struct {
	*session
	root    string
	folders []mailbox.Folder
	seen    map[string]int // place in folders by name
}

// patterns are what must be asked for. Namespaces besides the personal one need not be among the answers to "*".
func (l *listing) patterns() []string {
	if l.root != "" {
		ns := l.namespaceOf(l.root)
		if ns.Delimiter == 0 {
			return []string{l.root}
		}
		return []string{l.root, l.root + string(ns.Delimiter) + "*"}
	}
	patterns := []string{"*"}
	for _, ns := range slices.Concat(l.info.Others, l.info.Shared) {
		if ns.Prefix != "" {
			patterns = append(patterns, ns.Prefix+"*")
		}
	}
	return patterns
}

func (l *listing) list(pattern string) error {
	var opts *imap.ListOptions
	if l.caps.listExtended {
		opts = &imap.ListOptions{ReturnSubscribed: true, ReturnSpecialUse: l.caps.specialUse}
		if l.caps.listStatus {
			opts.ReturnStatus = l.statusItems()
		}
	}
	cmd := l.client.List("", pattern, opts)
	for e := cmd.Next(); e != nil; e = cmd.Next() {
		l.add(e)
	}
	if err := cmd.Close(); err != nil {
		return l.fault("LIST", "", err)
	}
	return nil
}

func (l *listing) add(e *imap.ListData) {
	f := mailbox.Folder{Name: e.Mailbox, Delimiter: e.Delim}
	if l.root != "" && f.Name != l.root && !strings.HasPrefix(f.Name, l.root+string(f.Delimiter)) {
		return // matched a wildcard in the root's name
	}
	for _, a := range e.Attrs {
		f.Attributes = append(f.Attributes, string(a))
		if use := specialUse(a); use != "" && f.Use == "" {
			f.Use = use
		}
		if a == imap.MailboxAttrSubscribed {
			f.Subscribed = true
		}
	}
	if e.Status != nil && f.Selectable() {
		st := l.status(e.Status)
		f.Status = &st
	}
	if i, twice := l.seen[f.Name]; twice {
		if l.folders[i].Status == nil {
			l.folders[i] = f
		}
		return
	}
	l.seen[f.Name] = len(l.folders)
	l.folders = append(l.folders, f)
}

func specialUse(a imap.MailboxAttr) string {
	switch a {
	case imap.MailboxAttrAll, imap.MailboxAttrArchive, imap.MailboxAttrDrafts, imap.MailboxAttrFlagged, imap.MailboxAttrImportant,
		imap.MailboxAttrJunk, imap.MailboxAttrSent, imap.MailboxAttrTrash:
		return string(a)
	}
	return ""
}

func (s *session) status(d *imap.StatusData) mailbox.Status {
	st := mailbox.Status{UIDValidity: d.UIDValidity, UIDNext: mailbox.UID(d.UIDNext), HighestModSeq: d.HighestModSeq}
	if d.NumMessages != nil {
		st.Messages = *d.NumMessages
	}
	if d.AppendLimit != nil && *d.AppendLimit != ^uint32(0) {
		st.AppendLimit = int64(*d.AppendLimit)
	}
	return st
}

// subscriptions learns them by LSUB, which the filter makes of this. A server that refuses leaves all unsubscribed.
func (l *listing) subscriptions() error {
	entries, err := l.client.List("", "*", &imap.ListOptions{SelectSubscribed: true}).Collect()
	if err != nil && !declined(err) {
		return l.fault("LSUB", "", err)
	}
	for _, e := range entries {
		if i, ok := l.seen[e.Mailbox]; ok && !slices.Contains(e.Attrs, imap.MailboxAttrNoSelect) {
			l.folders[i].Subscribed = true
		}
	}
	return nil
}

// statusDepth is how many STATUS commands are under way at once.
const statusDepth = 32

// statuses asks one by one for the status of the folders that came without.
func (l *listing) statuses() error {
	type asked struct {
		folder int
		cmd    *imapclient.StatusCommand
	}
	var pending []asked
	settle := func(a asked) error {
		f := &l.folders[a.folder]
		data, err := a.cmd.Wait()
		if err != nil {
			e := l.fault("STATUS", f.Name, err)
			if l.dead != nil {
				return e
			}
			f.StatusErr = e
			return nil
		}
		st := l.status(data)
		f.Status = &st
		return nil
	}
	var failed error
	for i := range l.folders {
		if l.folders[i].Status != nil || !l.folders[i].Selectable() || failed != nil {
			continue
		}
		pending = append(pending, asked{i, l.client.Status(l.folders[i].Name, l.statusItems())})
		if len(pending) == statusDepth {
			failed = settle(pending[0])
			pending = pending[1:]
		}
	}
	for _, a := range pending {
		if failed == nil {
			failed = settle(a)
		}
	}
	return failed
}

// Open opens a folder anew and tells its state.
func (r *reader) Open(ctx context.Context, folder string) (mailbox.Opened, error) {
	give, err := r.take(ctx)
	if err != nil {
		return mailbox.Opened{}, err
	}
	defer give()
	return r.open(folder)
}

// command is the way in which the session opens folders.
func (r *reader) command() string {
	if r.examine {
		return "EXAMINE"
	}
	return "SELECT"
}

func (r *reader) open(folder string) (mailbox.Opened, error) {
	r.selected = nil
	data, err := r.client.Select(folder, &imap.SelectOptions{ReadOnly: r.examine, CondStore: r.caps.condStore}).Wait()
	if err != nil {
		return mailbox.Opened{}, r.fault(r.command(), folder, err)
	}
	opened := mailbox.Opened{
		Status: mailbox.Status{
			UIDValidity:   data.UIDValidity,
			UIDNext:       mailbox.UID(data.UIDNext),
			Messages:      data.NumMessages,
			HighestModSeq: data.HighestModSeq,
		},
		ReadOnly: r.examine || r.filter.Code() == "READ-ONLY",
	}
	var kept []string
	for _, f := range data.PermanentFlags {
		if f == imap.FlagWildcard {
			opened.AnyKeyword = true
		} else {
			kept = append(kept, string(f))
		}
	}
	if data.PermanentFlags == nil { // then all flags of the folder may be changed (RFC 3501, 7.1)
		for _, f := range data.Flags {
			kept = append(kept, string(f))
		}
	}
	opened.PermanentFlags = mailbox.NewFlags(kept...)
	r.selected = &selection{folder, opened}
	return opened, nil
}

// ensure sees to it that the folder is open in the life that is meant.
func (r *reader) ensure(at mailbox.At) (mailbox.Opened, error) {
	if r.selected == nil || r.selected.folder != at.Folder {
		if _, err := r.open(at.Folder); err != nil {
			return mailbox.Opened{}, err
		}
	}
	opened := r.selected.Opened
	if at.UIDValidity != 0 && at.UIDValidity != opened.UIDValidity {
		e := r.cfg.fault(mailbox.UIDValidityChanged, r.command(), nil)
		e.Folder = at.Folder
		e.Err = validityError{at.UIDValidity, opened.UIDValidity}
		return mailbox.Opened{}, e
	}
	return opened, nil
}
