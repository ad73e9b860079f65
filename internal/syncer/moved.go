package syncer

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"migsh/internal/mailbox"
)

// A message that has left a folder of the source, or whose folder has gone, and is new in another one with the same identity, size and date was moved. The
// target has it already, and copies it by itself (UID COPY): it is neither read again nor sent. What it leaves behind is dealt with
// as every deletion is, see deletions.go.
//
// It happens exactly once, as everything does: under an intent, which stands until the entry is written down. If the answer is lost,
// the next pass finds the copy where the intent points, by its digest. What a pass copies in this way comes before what it sends, so in
// a folder that gets both, the order may not be the source's.

// leaversMost is how many messages that have left their folders are kept in mind; those beyond are sent anew.
const leaversMost = 20_000

// A leaver is a message that has left its folder.
type leaver struct {
	from *folderPass
	uid  mailbox.UID
}

// noteLeaver keeps in mind what may turn up in another folder.
func (f *folderPass) noteLeaver(e entry) {
	if e.Identity == 0 || e.Target == 0 || e.Outcome != Copied && e.Outcome != Adopted || f.labels() || len(f.leavers) == leaversMost {
		return
	}
	if f.pass.leavers == nil {
		f.pass.leavers = map[uint64]leaver{}
	}
	f.leavers[e.Identity] = leaver{f, e.Source}
}

// leaversOfGone keeps in mind what was in folders that are no longer at the source, if that is not too much to look through whenever
// mail arrives.
func (p *pass) leaversOfGone(ctx context.Context, folders []*folderPass) error {
	if p.labels() || !slices.ContainsFunc(folders, func(f *folderPass) bool { return len(f.plan) > 0 && len(f.identified) > 0 }) {
		return nil
	}
	for _, name := range p.gone {
		f := &folderPass{pass: p, ledger: openLedger(p.Store, p.pair, p.known[name])}
		if f.present() > int64(leaversMost-len(p.leavers)) {
			continue
		}
		for e, err := range f.all(ctx, f.Generation) {
			if err != nil {
				return err
			}
			if !e.Gone {
				f.noteLeaver(e)
			}
		}
	}
	return nil
}

// A mover is a planned message that was moved here.
type mover struct {
	planned
	identity uint64
	old      entry        // in the folder that it has left
	now      mailbox.Meta // as the source has it
	copied   mailbox.Meta // as the target has copied it
}

// copyMoved has the target copy what the source has moved to this folder. What it does not copy remains planned.
func (f *folderPass) copyMoved(ctx context.Context) error {
	copier, ok := f.link.target.target.(mailbox.Copier)
	if !ok || len(f.leavers) == 0 || !f.target.Info().Features.UIDPlus || f.Adopting || f.Previous != 0 || len(f.Intents) > 0 {
		return nil
	}
	groups, err := f.movers(ctx)
	if err != nil {
		return err
	}
	for _, from := range slices.SortedFunc(maps.Keys(groups), func(a, b mailbox.At) int { return cmp.Compare(a.Folder, b.Folder) }) {
		for batch := range slices.Chunk(groups[from], f.window()) {
			// What is in doubt is settled as what was sent is, and the rest with it.
			if err := f.copyBatch(ctx, copier, from, batch); err != nil || len(f.Intents) > 0 {
				return err
			}
		}
	}
	return nil
}

// movers are the planned messages that were moved, by where the target has them. No message of the target is named twice.
func (f *folderPass) movers(ctx context.Context) (map[mailbox.At][]mover, error) {
	groups, named := map[mailbox.At][]mover{}, map[leaver]bool{}
	for _, p := range f.plan {
		id := f.identity(p.uid)
		l, found := f.leavers[id]
		if id == 0 || !found || named[l] || p.left != 0 || p.date == noDate || l.from.trouble != nil || l.from.redo {
			continue
		}
		e, known, err := l.from.get(ctx, l.uid)
		if err != nil {
			return nil, err
		}
		if known && e.Target != 0 && e.Size == int64(p.size) && e.Date == p.date {
			named[l] = true
			groups[l.from.targetAt()] = append(groups[l.from.targetAt()], mover{planned: p, identity: id, old: e})
		}
	}
	return groups, nil
}

// copyBatch copies messages from another folder of the target.
func (f *folderPass) copyBatch(ctx context.Context, copier mailbox.Copier, from mailbox.At, batch []mover) error {
	batch, err := f.stillMovers(ctx, from, batch)
	if err != nil || len(batch) == 0 {
		return err
	}
	for _, p := range f.plan { // all of it becomes pending, so that none is forgotten
		f.Pending.Add(p.uid)
		f.Through = max(f.Through, p.uid)
	}
	var here, there mailbox.UIDSet
	for _, m := range batch {
		here.Add(m.uid)
		there.Add(m.old.Target)
	}
	f.Intents = append(f.Intents, intent{uidSet{here}, f.targetNext})
	f.IntentAt = f.Now().UTC()
	if err := f.commit(ctx); err != nil {
		return err
	}
	uids, err := answer(&f.turn, func() (map[mailbox.UID]mailbox.UID, error) { return copier.Copy(ctx, from, there, f.targetAt()) })
	if err != nil {
		if e, ok := errors.AsType[*mailbox.Error](err); !ok || e.Class == mailbox.Reconnect || ctx.Err() != nil {
			f.BrokenAt = f.Now().UTC()
			return cmp.Or(f.commit(ctx), err)
		}
		f.report("Information", "Folder %q: the target does not copy %d messages that the source has moved there, they are sent: %v.", f.Source, len(batch), err)
		return nil
	}
	return f.settleCopies(ctx, batch, uids)
}

// stillMovers are those that both sides still have, the target with the same date and not marked as deleted.
func (f *folderPass) stillMovers(ctx context.Context, from mailbox.At, batch []mover) ([]mover, error) {
	var here, there mailbox.UIDSet
	for _, m := range batch {
		here.Add(m.uid)
		there.Add(m.old.Target)
	}
	var now, old map[mailbox.UID]mailbox.Meta
	err := f.turn.together(ctx, 2, slices.Values([]func(context.Context) error{
		func(ctx context.Context) (err error) {
			now, err = listed(ctx, f.source, f.sourceAt(), here)
			return err
		},
		func(ctx context.Context) (err error) {
			if old, err = listed(ctx, f.target, from, there); err != nil && ofFolder(err) {
				return nil // that folder's trouble
			}
			return err
		},
	}))
	var still []mover
	for _, m := range batch {
		m.now = now[m.uid]
		at, kept := old[m.old.Target]
		if m.now.Identity == m.identity && kept && unix(at.Date) == m.date && !at.Flags.Has(mailbox.FlagDeleted) {
			still = append(still, m)
		}
	}
	return still, err
}

// listed are messages by their UIDs.
func listed(ctx context.Context, r mailbox.Reader, at mailbox.At, uids mailbox.UIDSet) (map[mailbox.UID]mailbox.Meta, error) {
	out := map[mailbox.UID]mailbox.Meta{}
	if len(uids) == 0 {
		return out, nil
	}
	for m, err := range r.List(ctx, at, mailbox.Query{UIDs: uids}) {
		if err != nil {
			return nil, err
		}
		out[m.UID] = m
	}
	return out, nil
}

// settleCopies writes down the messages whose copies are there with their dates, and removes copies that have lost them. What the target
// has told nothing of remains in doubt.
func (f *folderPass) settleCopies(ctx context.Context, batch []mover, uids map[mailbox.UID]mailbox.UID) error {
	var made, lost, settled mailbox.UIDSet
	for _, uid := range uids {
		made.Add(uid)
	}
	there, err := listed(ctx, f.target, f.targetAt(), made)
	if err != nil {
		return err
	}
	var good []mover
	for _, m := range batch {
		uid := uids[m.old.Target]
		if uid == 0 {
			continue
		}
		f.targetNext = max(f.targetNext, uid+1)
		settled.Add(m.uid)
		if m.copied = there[uid]; unix(m.copied.Date) == m.date && m.copied.UID == uid {
			good = append(good, m)
		} else if m.copied.UID == uid {
			lost.Add(uid)
		}
	}
	if len(lost) > 0 {
		f.report("Information", "Folder %q: the target gives copies another date of arrival; what the source has moved is sent.", f.Source)
		if err := f.target.Expunge(ctx, f.targetAt(), lost); err != nil {
			return err
		}
	}
	return f.decideCopies(ctx, good, settled)
}

// decideCopies notes entries of what was copied, then gives the copies the flags that the source has now.
func (f *folderPass) decideCopies(ctx context.Context, good []mover, settled mailbox.UIDSet) error {
	var done mailbox.UIDSet
	comparing := f.CompareFlags
	for _, m := range good {
		e := entry{Source: m.uid, Outcome: Copied, Identity: m.identity, Target: m.copied.UID, Size: m.old.Size, Date: m.old.Date, Digest: m.old.Digest,
			Flags: f.agreed(m.now.Flags, m.copied.Flags)}
		if err := f.put(ctx, e); err != nil {
			return err
		}
		f.CompareFlags = f.CompareFlags || !e.Flags.Equal(m.now.Flags)
		done.Add(m.uid)
		f.state.BytesPlanned -= int64(m.size)
	}
	f.plan = slices.DeleteFunc(f.plan, func(p planned) bool { return done.Has(p.uid) })
	for i := range f.Intents {
		f.Intents[i].UIDs.UIDSet = f.Intents[i].UIDs.Minus(settled)
	}
	f.Intents = slices.DeleteFunc(f.Intents, func(i intent) bool { return i.UIDs.IsZero() })
	if err := f.commit(ctx); err != nil {
		return err
	}
	n := int64(len(good))
	f.decidedMore(n)
	f.added += n
	f.copiedNow += n
	f.result.Copied += n
	f.result.Moved += n
	if n > 0 {
		f.report("Information", "Folder %q: %d messages that the source has moved there were copied by the target itself.", f.Source, n)
	}
	if comparing || !f.CompareFlags {
		return nil
	}
	merge := flagMerge{folderPass: f, changes: map[string]*mailbox.FlagChange{}}
	for _, m := range good {
		if err := merge.add(ctx, m.now); err != nil {
			return err
		}
	}
	if err := merge.flush(ctx); err != nil {
		return err
	}
	f.CompareFlags = false
	return nil
}
