package imapbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"

	"migsh/internal/mailbox"
)

// Create makes a folder. Most servers make its parents by themselves; for the others they are made first.
func (t *target) Create(ctx context.Context, folder, use string) (bool, error) {
	give, err := t.take(ctx)
	if err != nil {
		return false, err
	}
	defer give()
	created, err := t.create(folder, use)
	if mailbox.IsID(err, mailbox.FolderMissing) { // a parent is
		ns := t.namespaceOf(folder)
		for _, parent := range parents(folder, ns) {
			if _, err := t.create(parent, ""); err != nil && t.dead != nil {
				return false, err
			}
		}
		created, err = t.create(folder, use)
	}
	return created, err
}

// parents are the folders above one, the topmost first. The namespace's prefix is no folder to be made.
func parents(folder string, ns mailbox.Namespace) []string {
	if ns.Delimiter == 0 {
		return nil
	}
	var out []string
	for i, c := range folder {
		if c == ns.Delimiter && i > 0 && i >= len(ns.Prefix) {
			out = append(out, folder[:i])
		}
	}
	return out
}

func (t *target) create(folder, use string) (bool, error) {
	var opts *imap.CreateOptions
	if use != "" && t.caps.createSpecialUse && specialUse(imap.MailboxAttr(use)) != "" {
		opts = &imap.CreateOptions{SpecialUse: []imap.MailboxAttr{imap.MailboxAttr(use)}}
	}
	err := t.client.Create(folder, opts).Wait()
	if opts != nil && declined(err) && !existsAlready(err) { // USEATTR, or a server that cannot do what it says
		err = t.client.Create(folder, nil).Wait()
	}
	switch {
	case err == nil:
		return true, nil
	case !declined(err):
		return false, t.fault("CREATE", folder, err)
	case existsAlready(err):
		return false, nil
	}
	there, listErr := t.isThere(folder) // a refusal in words that are not understood
	if listErr != nil {
		return false, listErr
	}
	if there {
		return false, nil
	}
	return false, t.createFault(folder, err)
}

func existsAlready(err error) bool {
	refused, ok := errors.AsType[*imap.Error](err)
	return ok && refused.Code == imap.ResponseCodeAlreadyExists
}

// createFault puts the refusal of a folder in our terms. BAD does not end the session here: servers say so to names they dislike.
func (t *target) createFault(folder string, err error) error {
	refused := *mustRefusal(err)
	if refused.Type == imap.StatusResponseTypeBad {
		refused.Type = imap.StatusResponseTypeNo
	}
	return t.fault("CREATE", folder, &refused)
}

// isThere tells whether a folder exists that can be opened.
func (t *target) isThere(folder string) (bool, error) {
	if strings.ContainsAny(folder, "*%") { // wildcards in a list
		_, err := t.client.Status(folder, &imap.StatusOptions{UIDValidity: true}).Wait()
		if err != nil && !declined(err) {
			return false, t.fault("STATUS", folder, err)
		}
		return err == nil, nil
	}
	entries, err := t.client.List("", folder, nil).Collect()
	if err != nil && !declined(err) {
		return false, t.fault("LIST", folder, err)
	}
	return slices.ContainsFunc(entries, func(e *imap.ListData) bool {
		return e.Mailbox == folder && !slices.Contains(e.Attrs, imap.MailboxAttrNoSelect) && !slices.Contains(e.Attrs, imap.MailboxAttrNonExistent)
	}), nil
}

// Subscribe puts the folder on the list of those that mail programs show.
func (t *target) Subscribe(ctx context.Context, folder string) error {
	give, err := t.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	if err := t.client.Subscribe(folder).Wait(); err != nil {
		return t.fault("SUBSCRIBE", folder, err)
	}
	return nil
}

// Rename renames a folder with what lies below it.
func (t *target) Rename(ctx context.Context, from, to string) error {
	give, err := t.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	if t.selected != nil && t.selected.folder != "INBOX" {
		// Some servers rename no folder that is open. Without UNSELECT, which not all have, another one must be opened.
		if _, err := t.open("INBOX"); err != nil {
			return err
		}
	}
	t.selected = nil
	if err := t.client.Rename(from, to, nil).Wait(); err != nil {
		return t.fault("RENAME", from, err)
	}
	renamed, err := t.isThere(to) // Courier says OK to renaming what is not there
	if err == nil && !renamed {
		e := t.cfg.fault(mailbox.FolderMissing, "RENAME", fmt.Errorf("the server said OK, but there is no folder %q", to))
		e.Folder = from
		return e
	}
	return err
}

// Store changes flags, as many messages with one command as its line can hold.
func (t *target) Store(ctx context.Context, at mailbox.At, changes []mailbox.FlagChange) ([]error, error) {
	give, err := t.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	opened, err := t.ensure(at)
	if err != nil {
		return nil, err
	}
	if len(changes) > 0 && opened.ReadOnly {
		return nil, t.readOnly("STORE", at.Folder)
	}
	t.refresh() // Courier says OK to a STORE of messages that it hasn't told this session of, and does nothing
	results := make([]error, 0, len(changes))
	for _, c := range changes {
		kept := permitted(c.Add, opened)
		err := t.store(at, c.UIDs, imap.StoreFlagsAdd, kept)
		if err == nil {
			err = t.store(at, c.UIDs, imap.StoreFlagsDel, permitted(c.Remove, opened))
		}
		if err != nil && mailbox.ClassOf(err) != mailbox.PerMessage {
			return nil, err
		}
		if lost := c.Add.Minus(kept); err == nil && len(lost) > 0 {
			e := t.cfg.fault(mailbox.FlagRefused, "STORE", fmt.Errorf("the folder does not keep %s", lost))
			e.Folder = at.Folder
			err = e
		}
		results = append(results, err)
	}
	return results, nil
}

func (t *target) readOnly(op, folder string) error {
	e := t.cfg.fault(mailbox.AccessDenied, op, errors.New("the server opens the folder for reading only"))
	e.Class, e.Folder = mailbox.PerFolder, folder
	e.Fix = "give the login the right to write to this folder, or exclude it"
	return e
}

// permitted are the flags that a folder keeps and IMAP's grammar allows.
func permitted(flags mailbox.Flags, opened mailbox.Opened) mailbox.Flags {
	return slices.DeleteFunc(slices.Clone(flags), func(f string) bool {
		if opened.PermanentFlags.Has(f) {
			return false
		}
		return strings.HasPrefix(f, `\`) || !opened.AnyKeyword || !isKeyword(f)
	})
}

// isKeyword reports whether a keyword can be written as an atom.
func isKeyword(f string) bool {
	for i := range len(f) {
		if f[i] <= ' ' || f[i] >= 0x7f || strings.IndexByte(`(){%*"\]`, f[i]) >= 0 {
			return false
		}
	}
	return f != ""
}

func (t *target) store(at mailbox.At, uids mailbox.UIDSet, op imap.StoreFlagsOp, flags mailbox.Flags) error {
	if len(flags) == 0 || len(uids) == 0 {
		return nil
	}
	change := &imap.StoreFlags{Op: op, Silent: true, Flags: wireFlags(flags)}
	for _, piece := range pieces(uids, 1<<32-1) {
		if err := t.client.Store(wireSet(piece), change, nil).Close(); err != nil {
			return t.fault("STORE", at.Folder, err)
		}
	}
	return nil
}

func wireFlags(flags mailbox.Flags) []imap.Flag {
	out := make([]imap.Flag, 0, len(flags))
	for _, f := range flags {
		out = append(out, imap.Flag(f))
	}
	return out
}

// Expunge removes messages with UID EXPUNGE, which spares what others have marked as deleted.
func (t *target) Expunge(ctx context.Context, at mailbox.At, uids mailbox.UIDSet) error {
	give, err := t.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	if !t.caps.uidPlus {
		e := t.cfg.fault(mailbox.Unsupported, "EXPUNGE", errors.New("without UIDPLUS the server can only remove all that is marked as deleted, whoever marked it"))
		e.Folder = at.Folder
		return e
	}
	opened, err := t.ensure(at)
	if err != nil {
		return err
	}
	if opened.ReadOnly {
		return t.readOnly("EXPUNGE", at.Folder)
	}
	t.refresh()
	if err := t.store(at, uids, imap.StoreFlagsAdd, mailbox.NewFlags(mailbox.FlagDeleted)); err != nil {
		return err
	}
	for _, piece := range pieces(uids, 1<<32-1) {
		if err := t.client.UIDExpunge(wireSet(piece)).Close(); err != nil {
			return t.fault("EXPUNGE", at.Folder, err)
		}
	}
	return nil
}

// Quota tells the limits of the roots that INBOX is under.
func (t *target) Quota(ctx context.Context) ([]mailbox.Quota, error) {
	give, err := t.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	if !t.caps.quota {
		return nil, nil
	}
	roots, err := t.client.GetQuotaRoot("INBOX").Wait()
	if err != nil && !declined(err) {
		return nil, t.fault("GETQUOTAROOT", "INBOX", err)
	}
	var out []mailbox.Quota
	for _, root := range roots {
		for _, resource := range []imap.QuotaResourceType{imap.QuotaResourceStorage, imap.QuotaResourceMessage} {
			if q, ok := root.Resources[resource]; ok {
				unit := int64(1)
				if resource == imap.QuotaResourceStorage {
					unit = 1024 // RFC 9208, 5.1
				}
				out = append(out, mailbox.Quota{Root: root.Root, Resource: string(resource), Used: q.Usage * unit, Limit: q.Limit * unit})
			}
		}
	}
	return out, nil
}
