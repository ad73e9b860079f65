package imapbox

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"

	"github.com/emersion/go-imap/v2"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
)

// Create makes a folder. Most servers make its parents by themselves; for the others they are made first.
func (t *target) Create(ctx context.Context, folder, use string) (*mailbox.Opened, error) {
	var refusal, unopened error
	var o *opening // on its way behind the command, to be refused with it
	var opened mailbox.Opened
	cmd := &lane.Command{Op: "CREATE"}
	err := t.call(ctx, "CREATE", folder, func() (err error) {
		// Dovecot repeats the name of a folder that it can't open, line breaks and all.
		if err = t.lane.Send(cmd, t.createArgs(folder, use)); err == nil && !strings.ContainsFunc(folder, unicode.IsControl) {
			o, err = t.ask(folder)
		}
		return err
	}, func() error {
		err := t.await(cmd)
		if declined(err) {
			refusal, err = err, nil
		}
		if err == nil && o != nil {
			opened, unopened = o.wait()
		}
		if t.dead != nil {
			return t.dead
		}
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case refusal == nil && o == nil:
		opened, err = t.Open(ctx, folder)
		return &opened, err
	case refusal == nil:
		return &opened, unopened
	case existsAlready(refusal):
		return nil, nil
	}
	give, err := t.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	created, err := t.createAnyhow(folder, use, refusal)
	if err != nil || !created {
		return nil, err
	}
	opened, err = t.open(folder)
	return &opened, err
}

// createAnyhow makes a folder that was refused at first.
func (t *target) createAnyhow(folder, use string, refusal error) (bool, error) {
	created, err := t.settleCreate(folder, use, refusal)
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

// createArgs names the folder, and its special use where the server takes one.
func (t *target) createArgs(folder, use string) []byte {
	args := t.named(folder)
	if use != "" && t.caps.createSpecialUse && specialUse(use) != "" {
		args = append(args, " (USE ("+use+"))"...)
	}
	return args
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
	err := t.run(&lane.Command{Op: "CREATE"}, folder, t.createArgs(folder, use))
	if err == nil {
		return true, nil
	}
	return t.settleCreate(folder, use, err)
}

// settleCreate makes out what a refusal to make a folder means.
func (t *target) settleCreate(folder, use string, err error) (bool, error) {
	if plain := t.named(folder); declined(err) && !existsAlready(err) && len(t.createArgs(folder, use)) > len(plain) {
		err = t.run(&lane.Command{Op: "CREATE"}, folder, plain) // USEATTR, or a server that cannot do what it says
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
		err := t.run(&lane.Command{Op: "STATUS"}, folder, append(t.named(folder), " (UIDVALIDITY)"...))
		if err != nil && !declined(err) {
			return false, t.fault("STATUS", folder, err)
		}
		return err == nil, nil
	}
	there := false
	cmd := &lane.Command{Op: "LIST", Take: func(resp lane.Response) (bool, error) {
		vals, mine, err := t.values(resp, "LIST")
		if f, ok := t.entry(vals); mine && ok && f.Name == folder && f.Selectable() {
			there = true
		}
		return mine, err
	}}
	err := t.run(cmd, folder, t.names.Append([]byte(` "" `), folder))
	if err != nil && !declined(err) {
		return false, t.fault("LIST", folder, err)
	}
	return there, nil
}

// Subscribe puts the folder on the list of those that mail programs show.
func (t *target) Subscribe(ctx context.Context, folder string) error {
	cmd := &lane.Command{Op: "SUBSCRIBE"}
	return t.call(ctx, "SUBSCRIBE", folder, func() error {
		return t.lane.Send(cmd, t.named(folder))
	}, func() error { return t.await(cmd) })
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
	t.mu.Lock()
	clear(t.known)
	t.mu.Unlock()
	if err := t.run(&lane.Command{Op: "RENAME"}, from, append(t.named(from), t.named(to)...)); err != nil {
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
	if opened, ok := t.remembered(at.Folder); ok && t.fit("STORE", at, opened) == nil {
		if st := t.storing(at, changes, opened); len(st.cmds) <= storeDepth {
			return st.results, t.storeAtOnce(ctx, st)
		}
	}
	give, err := t.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	opened, err := t.ensure(at)
	if err != nil {
		return nil, err
	}
	if len(changes) == 0 {
		return nil, nil
	}
	if opened.ReadOnly {
		return nil, t.readOnly("STORE", at.Folder)
	}
	if err := t.refresh(); err != nil { // Courier says OK to a STORE of messages that it hasn't told this session of, and does nothing
		return nil, t.fault("NOOP", at.Folder, err)
	}
	st := t.storing(at, changes, opened)
	for st.sent < len(st.cmds) {
		if err := st.send(storeDepth); err != nil {
			return nil, t.fault("STORE", at.Folder, err)
		}
		if err := st.settle(); err != nil {
			return nil, err
		}
	}
	return st.results, nil
}

// storeAtOnce opens the folder and changes flags in one go. That the folder is in the life that is meant has been seen on this
// connection.
func (t *target) storeAtOnce(ctx context.Context, st *storing) error {
	var o *opening
	return t.call(ctx, "STORE", st.at.Folder, func() (err error) {
		if o, err = t.reach(st.at.Folder); err != nil {
			return err
		}
		return st.send(storeDepth)
	}, func() error {
		opened, err := o.wait()
		if err == nil {
			err = t.fit("STORE", st.at, opened)
		}
		if err != nil {
			return st.passOver(err)
		}
		return st.settle()
	})
}

// storeDepth is how many STORE commands may be without an answer.
const storeDepth = 32

// storing are the commands that change flags.
type storing struct {
	*target
	at      mailbox.At
	cmds    []*lane.Command
	args    []string
	changes []int // the places of the commands' changes
	sent    int
	settled int
	results []error // why a change was not made, by its place
}

// storing makes the commands for changes in a folder.
func (t *target) storing(at mailbox.At, changes []mailbox.FlagChange, opened mailbox.Opened) *storing {
	st := &storing{target: t, at: at, results: make([]error, len(changes))}
	for i, c := range changes {
		kept := permitted(c.Add, opened)
		if lost := c.Add.Minus(kept); len(lost) > 0 {
			e := t.cfg.fault(mailbox.FlagRefused, "STORE", fmt.Errorf("the folder does not keep %s", lost))
			e.Folder = at.Folder
			st.results[i] = e
		}
		st.add(i, c.UIDs, "+", kept)
		st.add(i, c.UIDs, "-", permitted(c.Remove, opened))
	}
	return st
}

func (st *storing) add(change int, uids mailbox.UIDSet, sign string, flags mailbox.Flags) {
	if len(flags) == 0 {
		return
	}
	for _, piece := range pieces(uids, 1<<32-1) {
		st.cmds = append(st.cmds, &lane.Command{Op: "UID STORE"})
		st.args = append(st.args, fmt.Sprintf(" %s %sFLAGS.SILENT (%s)", piece, sign, flags))
		st.changes = append(st.changes, change)
	}
}

// send sends so many commands at most.
func (st *storing) send(most int) error {
	for range min(most, len(st.cmds)-st.sent) {
		if err := st.lane.Send(st.cmds[st.sent], []byte(st.args[st.sent])); err != nil {
			return err
		}
		st.sent++
	}
	return st.lane.W.Flush()
}

// settle waits for the answers to what was sent, and notes why a change was not made. Its error ends the call.
func (st *storing) settle() error {
	var over error
	for ; st.settled < st.sent; st.settled++ {
		status, err := st.lane.Await(st.cmds[st.settled])
		if err != nil {
			return st.fault("STORE", st.at.Folder, err)
		}
		if err := refused(status); err != nil && over == nil {
			e := st.fault("STORE", st.at.Folder, err)
			if e.Class == mailbox.PerMessage {
				st.results[st.changes[st.settled]] = e
			} else {
				over = e // the other answers are read, for who uses the session next
			}
			if st.dead != nil {
				return e
			}
		}
	}
	return over
}

// passOver reads the answers to what was sent to a folder that is not open, for who uses the session next.
func (st *storing) passOver(why error) error {
	for _, cmd := range st.cmds[:st.sent] {
		if _, err := st.lane.Await(cmd); err != nil {
			return err
		}
	}
	return why
}

func (t *target) readOnly(op, folder string) error {
	e := t.cfg.fault(mailbox.AccessDenied, op, errors.New("the server opens the folder for reading only"))
	e.Class, e.Folder = mailbox.PerFolder, folder
	e.Fix = "give the login the right to write to this folder, or exclude it"
	return e
}

// permitted are the flags that a folder keeps and IMAP's grammar allows.
func permitted(flags mailbox.Flags, opened mailbox.Opened) mailbox.Flags {
	refused := func(f string) bool {
		return !lane.ValidFlag(f) || !(opened.AnyKeyword && f[0] != '\\') && !opened.PermanentFlags.Has(f)
	}
	if !slices.ContainsFunc(flags, refused) {
		return flags
	}
	return slices.DeleteFunc(slices.Clone(flags), refused)
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
	if err := t.refresh(); err != nil {
		return t.fault("NOOP", at.Folder, err)
	}
	st := &storing{target: t, at: at, results: make([]error, 1)}
	st.add(0, uids, "+", mailbox.NewFlags(mailbox.FlagDeleted))
	for st.sent < len(st.cmds) {
		if err := st.send(storeDepth); err != nil {
			return t.fault("STORE", at.Folder, err)
		}
		if err := errors.Join(st.settle(), st.results[0]); err != nil {
			return t.fault("STORE", at.Folder, err)
		}
	}
	for _, piece := range pieces(uids, 1<<32-1) {
		if err := t.run(&lane.Command{Op: "UID EXPUNGE"}, at.Folder, []byte(" "+piece.String())); err != nil {
			return t.fault("EXPUNGE", at.Folder, err)
		}
	}
	return nil
}

// Copy has the server copy messages to another folder.
func (t *target) Copy(ctx context.Context, from mailbox.At, uids mailbox.UIDSet, to mailbox.At) (map[mailbox.UID]mailbox.UID, error) {
	give, err := t.take(ctx)
	if err != nil {
		return nil, err
	}
	defer give()
	if !t.caps.uidPlus {
		e := t.cfg.fault(mailbox.Unsupported, "COPY", errors.New("without UIDPLUS the server does not tell what has become of the messages"))
		e.Folder = from.Folder
		return nil, e
	}
	if _, err := t.ensure(from); err != nil {
		return nil, err
	}
	copied := map[mailbox.UID]mailbox.UID{}
	for _, piece := range pieces(uids, 1<<32-1) {
		var told lane.Status
		cmd := &lane.Command{Op: "UID COPY", Said: func(status lane.Status) bool {
			if status.Code == "COPYUID" { // RFC 4315 has it in the answer, RFC 6851 before it
				told = status
			}
			return status.Code == "COPYUID"
		}}
		if err := t.run(cmd, to.Folder, append([]byte(" "+piece.String()), t.named(to.Folder)...)); err != nil {
			return copied, t.fault("COPY", to.Folder, err)
		}
		if status := cmd.Status(); status.Code == "COPYUID" {
			told = status
		}
		validity := copyUIDs(told, piece, copied)
		if validity != 0 && to.UIDValidity != 0 && validity != to.UIDValidity {
			e := t.cfg.fault(mailbox.UIDValidityChanged, "COPY", validityError{to.UIDValidity, validity})
			e.Folder = to.Folder
			return nil, e
		}
	}
	return copied, nil
}

// copyUIDs reads a COPYUID (RFC 4315, 3) into copied. One that names what was not asked for, or a UID twice, tells nothing.
func copyUIDs(status lane.Status, asked mailbox.UIDSet, copied map[mailbox.UID]mailbox.UID) (validity uint32) {
	words := strings.Fields(status.Args)
	if status.Code != "COPYUID" || len(words) != 3 {
		return 0
	}
	v, known := lane.Value{Text: []byte(words[0])}.Number()
	from, valid := lane.ParseUIDs(words[1])
	to, valid2 := lane.ParseUIDs(words[2])
	if !known || v > math.MaxUint32 || !valid || !valid2 {
		return 0
	}
	source, copies, most := spread(from, asked.Len()), spread(to, asked.Len()), asked.Len()
	distinct := map[mailbox.UID]bool{}
	for _, uid := range copies {
		distinct[uid] = true
	}
	if len(source) != len(copies) || len(source) > most || len(distinct) != len(copies) || slices.ContainsFunc(source, func(uid mailbox.UID) bool { return !asked.Has(uid) }) {
		return 0
	}
	for i, uid := range source {
		copied[uid] = copies[i]
	}
	return uint32(v)
}

// spread are the UIDs of ranges in their order, at most one more than are expected.
func spread(ranges []mailbox.UIDRange, most int) (out []mailbox.UID) {
	for _, r := range ranges {
		for uid := r.First; len(out) <= most; uid++ {
			out = append(out, uid)
			if uid == r.Last {
				break
			}
		}
	}
	return out
}

// Known notes what another session has found.
func (t *target) Known(folder string, opened mailbox.Opened) {
	if _, ok := t.remembered(folder); !ok {
		t.remember(folder, opened)
	}
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
	var out []mailbox.Quota
	cmd := &lane.Command{Op: "GETQUOTAROOT", Take: func(resp lane.Response) (bool, error) {
		vals, mine, err := t.values(resp, "QUOTA")
		if len(vals) == 2 && vals[1].Kind == lane.List {
			out = append(out, limits(string(vals[0].Text), vals[1].List)...)
		}
		return mine || resp.Name == "QUOTAROOT", err
	}}
	if err := t.run(cmd, "INBOX", []byte(" INBOX")); err != nil && !declined(err) {
		return nil, t.fault("GETQUOTAROOT", "INBOX", err)
	}
	return out, nil
}

// limits are what a QUOTA response tells of one root: the resources that we know, each with what is used and the limit.
func limits(root string, items []lane.Value) []mailbox.Quota {
	var out []mailbox.Quota
	for triple := range slices.Chunk(items, 3) {
		if len(triple) < 3 {
			break
		}
		resource := strings.ToUpper(string(triple[0].Text))
		used, ok1 := triple[1].Number()
		limit, ok2 := triple[2].Number()
		unit := int64(1)
		switch {
		case resource == "STORAGE":
			unit = 1024 // RFC 9208, 5.1
		case resource != "MESSAGE":
			continue
		}
		if ok1 && ok2 {
			out = append(out, mailbox.Quota{Root: root, Resource: resource, Used: used * unit, Limit: limit * unit})
		}
	}
	return out
}
