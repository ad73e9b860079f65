package syncer

import (
	"context"
	"slices"
	"time"

	"migsh/internal/mailbox"
)

// A resent is what was on its way when a connection broke and was not found at the target when that had come to rest: it is
// sent again, and a server that was still slower has it twice. As long as that may be, each pass looks for such copies.
type resent struct {
	UIDs uidSet // of the source
	// TargetNext: a copy that came late has this UID at the target, or a higher one.
	TargetNext mailbox.UID
	Times      int       // how often a connection has broken, so that as many copies may come
	At         time.Time // when that was last noticed
}

// lateMost is how long after a break a server may still store what had reached it. What comes later is somebody else's.
const lateMost = time.Hour

// lateSteps are the times of the clock at which last looks are due, so that one pass serves the breaks of several folders.
const lateSteps = 5 * time.Minute

// lastLook is when nearly all that comes late is there, and may still be removed.
func (r *resent) lastLook() time.Time {
	return r.At.Add(lateMost - 2*lateSteps).Truncate(lateSteps).Add(lateSteps)
}

// lookAgain has the next pass made at a time, unless that has come already.
func (p *pass) lookAgain(at time.Time) {
	if next := p.result.LookAgain; at.After(p.Now()) && (next.IsZero() || at.Before(next)) {
		p.result.LookAgain = at
	}
}

// expectLate notes that the messages in doubt may come late, before any of them is sent again.
func (f *folderPass) expectLate() {
	r := resent{TargetNext: mailbox.MaxUID, At: f.Now().UTC(), Times: 1}
	if f.Resent != nil {
		r.UIDs, r.TargetNext, r.Times = f.Resent.UIDs, f.Resent.TargetNext, f.Resent.Times+1
	}
	r.UIDs.UIDSet = slices.Clone(r.UIDs.UIDSet)
	for _, i := range f.Intents {
		if i.UIDs.IsZero() {
			i.UIDs.UIDSet = mailbox.UIDsFrom(1)
		}
		for _, u := range i.UIDs.UIDSet {
			r.UIDs.AddRange(u)
		}
		r.TargetNext = min(r.TargetNext, max(i.TargetNext, 1))
	}
	f.Resent = &r
}

// settleLate looks for messages that are at the target twice because a copy came late, and removes that copy: it is one that we
// have sent ourselves, the other one is there, and nobody has touched it. If any of this is not sure, it is only told of.
func (f *folderPass) settleLate(ctx context.Context) error {
	r := f.Resent
	if r == nil {
		return nil
	}
	if f.keeps.UIDValidity == 0 { // the folder is no longer there
		f.Resent = nil
		return nil
	}
	if err := f.commit(ctx); err != nil { // what is looked at is what is stored
		return err
	}
	if _, err := f.target.Open(ctx, f.Target); err != nil { // so that it shows what others have put there
		return err
	}
	inTime := f.Now().Sub(r.At) < lateMost
	late, err := f.findLate(ctx, r)
	if err != nil {
		return err
	}
	var remove, leave mailbox.UIDSet
	for _, l := range late {
		if inTime && l.untouched && f.target.Info().Features.UIDPlus {
			remove.Add(l.uid)
		} else {
			leave.Add(l.uid)
		}
	}
	if len(remove) > 0 {
		if err := f.target.Expunge(ctx, f.targetAt(), remove); err != nil {
			return err
		}
		f.report("Information", "Folder %q: %d messages were there twice, because the target has stored them after all when they had been sent again; the second copies (UID %v) were removed.",
			f.Target, remove.Len(), remove)
	}
	if len(leave) > 0 {
		f.report("Warning", "Folder %q: %d messages (UID %v) are there twice, probably because the target has stored them after a connection had broken. Look at them at the target, and remove them there if they are too many.",
			f.Target, leave.Len(), leave)
	}
	if !inTime {
		f.Resent = nil
	}
	return nil
}

// A lateCopy is a message at the target that nobody has claimed and that is the same as one that was sent again.
type lateCopy struct {
	uid       mailbox.UID
	untouched bool // date and flags are those that it was sent with
}

// findLate finds the copies of messages that are there besides.
func (f *folderPass) findLate(ctx context.Context, r *resent) ([]lateCopy, error) {
	uids, err := f.unclaimed(ctx, r.TargetNext)
	if err != nil {
		return nil, err
	}
	candidates := map[Digest][]found{}
	err = f.readTarget(ctx, uids, func(m found) error {
		candidates[m.digest] = append(candidates[m.digest], m)
		return nil
	})
	if err != nil || len(candidates) == 0 {
		return nil, err
	}
	owners := map[Digest][]entry{}
	var asked mailbox.UIDSet
	for e, err := range f.all(ctx, f.Generation) {
		if err != nil {
			return nil, err
		}
		if e.Target != 0 && (e.Outcome == Copied || e.Outcome == Repaired) && r.UIDs.Has(e.Source) && len(candidates[e.sent()]) > 0 {
			owners[e.sent()] = append(owners[e.sent()], e)
			asked.Add(e.Target)
		}
	}
	if len(asked) == 0 {
		return nil, nil
	}
	there := map[mailbox.UID]mailbox.Flags{}
	for m, err := range f.target.List(ctx, f.targetAt(), mailbox.Query{UIDs: asked}) {
		if err != nil {
			return nil, err
		}
		there[m.UID] = m.Flags
	}
	var late []lateCopy
	for digest, copies := range candidates {
		for _, e := range owners[digest] {
			flags, kept := there[e.Target]
			if !kept || flags.Has(mailbox.FlagDeleted) && !e.Flags.Has(mailbox.FlagDeleted) {
				continue // then the copy may be the only one
			}
			n := min(r.Times, len(copies))
			for _, c := range copies[:n] {
				late = append(late, lateCopy{c.UID, (e.Date == noDate || unix(c.Date) == e.Date) && f.sendable(e.Flags).Equal(f.sendable(c.Flags))})
			}
			copies = copies[n:]
		}
	}
	return late, nil
}
