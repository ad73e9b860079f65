package syncer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"

	"migsh/internal/mailbox"
)

// A server with OBJECTID (RFC 8474) or Gmail's X-GM-MSGID gives messages identities that outlive their UIDs. An entry keeps them in
// eight bytes: so a source that has renumbered its messages need not be read again. An identity is never believed alone: size and
// date of arrival must be the same too.

// knowAgain decides what a renumbered source lists and the entries of its life before know by identity, size and date. What remains
// is compared by content, and so is everything once an identity turns out to be that of a message of another size: such a server
// gives identities anew.
func (f *folderPass) knowAgain(ctx context.Context) error {
	if f.Previous == 0 || len(f.identified) == 0 {
		return nil
	}
	origins, err := f.origins(ctx)
	if err != nil || origins == nil {
		return err
	}
	var left, known []planned
	var before []mailbox.UID
	for i, p := range f.plan {
		// All that is planned becomes pending, so that a crash before the last commit forgets none of it.
		f.Pending.Add(p.uid)
		f.Through = max(f.Through, p.uid)
		if origins[i] == 0 {
			left = append(left, p)
		} else {
			known, before = append(known, p), append(before, origins[i])
		}
	}
	if err := f.carryOver(ctx, known, before); err != nil {
		return err
	}
	f.plan = left
	f.report("Information", "Folder %q: %d messages were recognised by the identities that the source gives them, and not read again.", f.Source, len(known))
	return nil
}

// origins tells of each planned message which UID it had in the life before, 0 if that is not known; nil if it is of none.
func (f *folderPass) origins(ctx context.Context) ([]mailbox.UID, error) {
	taken, err := f.claimedBefore(ctx)
	if err != nil {
		return nil, err
	}
	asked := f.plannedByIdentity()
	out, n := make([]mailbox.UID, len(f.plan)), 0
	for e, err := range f.lifeBefore(ctx) {
		if err != nil {
			return nil, err
		}
		if e.Identity == 0 || taken.has(e) {
			continue
		}
		i, _ := slices.BinarySearchFunc(asked, e.Identity, func(a plannedIdentity, id uint64) int { return cmp.Compare(a.identity, id) })
		for ; i < len(asked) && asked[i].identity == e.Identity; i++ {
			p, origin := f.plan[asked[i].place], &out[asked[i].place]
			if int64(p.size) != min(e.Size, 1<<32-1) {
				f.report("Warning", "Folder %q: the source gives a message of %d bytes the identity of one that had %d; its messages are matched by content.", f.Source, p.size, e.Size)
				return nil, nil
			}
			if p.date == e.Date && *origin == 0 {
				*origin = e.Source
				n++
				break
			}
		}
	}
	if n == 0 {
		return nil, nil
	}
	return out, nil
}

// lifeBefore yields the entries of the life before whose messages may be listed anew, those first that had not left the source then.
// What has left both sides would be a new message if it came back.
func (f *folderPass) lifeBefore(ctx context.Context) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		for _, gone := range []bool{false, true} {
			for e, err := range f.all(ctx, f.Previous) {
				if err != nil {
					yield(e, err)
					return
				}
				if e.Gone == gone && e.Outcome.atTarget() && (!gone || e.Target != 0) && !yield(e, nil) {
					return
				}
			}
		}
	}
}

// A plannedIdentity is a planned message that has an identity.
type plannedIdentity struct {
	identity uint64
	place    int32 // in the plan
}

// plannedByIdentity are the messages to be copied that have an identity, by that.
func (f *folderPass) plannedByIdentity() []plannedIdentity {
	out := make([]plannedIdentity, 0, len(f.identified))
	for i, p := range f.plan {
		if id := f.identity(p.uid); id != 0 && p.left == 0 {
			out = append(out, plannedIdentity{id, int32(i)})
		}
	}
	slices.SortStableFunc(out, func(a, b plannedIdentity) int { return cmp.Compare(a.identity, b.identity) })
	return out
}

// claimedBefore are entries of the life before that have been claimed: those with a place at the target by that, the others by their
// content.
type claimedBefore struct {
	targets mailbox.UIDSet
	digests map[Digest]int
}

// claimedBefore tells which entries a pass that was interrupted has claimed.
func (f *folderPass) claimedBefore(ctx context.Context) (claimedBefore, error) {
	c := claimedBefore{digests: map[Digest]int{}}
	for e, err := range f.all(ctx, f.Generation) {
		switch {
		case err != nil:
			return c, err
		case e.Target != 0:
			c.targets.Add(e.Target)
		case e.Outcome.atTarget():
			c.digests[e.Digest]++
		}
	}
	return c, nil
}

// has tells whether an entry is among them; each is asked for once.
func (c claimedBefore) has(e entry) bool {
	if e.Target != 0 {
		return c.targets.Has(e.Target)
	}
	c.digests[e.Digest]--
	return c.digests[e.Digest] >= 0
}

// carryOver gives planned messages the entries that they had under other UIDs in the life before.
func (f *folderPass) carryOver(ctx context.Context, known []planned, before []mailbox.UID) error {
	life := openLedger(f.Store, f.ledger.pair, &storedFolder{id: f.folderID,
		folderRecord: folderRecord{Source: f.Source, Generation: f.Previous, LastPage: mailbox.MaxUID}})
	part := make([]entry, 0, maxPage)
	for i, p := range known {
		e, found, err := life.get(ctx, before[i])
		if err != nil {
			return err
		}
		if !found {
			return fmt.Errorf("the message that had UID %d in folder %q is no longer remembered", before[i], f.Source)
		}
		f.state.BytesPlanned -= int64(p.size)
		e.Source, e.Gone = p.uid, false
		if part = append(part, e); len(part) < maxPage && i < len(known)-1 {
			continue
		}
		if err := f.put(ctx, part...); err != nil {
			return err
		}
		f.decidedMore(int64(len(part)))
		part = part[:0]
		if f.dirtyPages() >= commitPages {
			if err := f.commit(ctx); err != nil {
				return err
			}
		}
	}
	return f.commit(ctx)
}
