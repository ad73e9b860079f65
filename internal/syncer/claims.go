package syncer

import (
	"context"
	"io"
	"slices"

	"migsh/internal/mailbox"
)

// A claim is a message that is at the target already, or was once, and waits for the source message that it is.
type claim struct {
	// target is its UID; 0 when it is known to have been taken away there.
	target mailbox.UID
	length int64
	date   int64
	flags  mailbox.Flags
	// before: it comes from an entry of an earlier generation, whose outcome and flags are carried over.
	before  bool
	outcome Outcome
	// sent: it was found where an intent points, so we have put it there with these flags.
	sent bool
}

// claims are the messages to be claimed, by content. The zero value holds none.
type claims struct {
	byDigest map[Digest][]claim
	lengths  map[int64]int
}

func (c *claims) add(d Digest, cl claim) {
	if c.byDigest == nil {
		c.byDigest, c.lengths = map[Digest][]claim{}, map[int64]int{}
	}
	c.byDigest[d] = append(c.byDigest[d], cl)
	c.lengths[cl.length]++
}

// possible tells whether a message of that length may be among them.
func (c *claims) possible(length int64) bool { return c.lengths[length] > 0 }

// take claims a message; of twins the first one.
func (c *claims) take(d Digest) (claim, bool) {
	list := c.byDigest[d]
	if len(list) == 0 {
		return claim{}, false
	}
	cl := list[0]
	if len(list) == 1 {
		delete(c.byDigest, d)
	} else {
		c.byDigest[d] = list[1:]
	}
	c.lengths[cl.length]--
	return cl, true
}

// drop takes out what an entry has claimed already, before the pass that is going on was interrupted.
func (c *claims) drop(e entry) {
	list := c.byDigest[e.Digest]
	i := slices.IndexFunc(list, func(cl claim) bool { return cl.target == e.Target })
	if i < 0 {
		return
	}
	c.lengths[list[i].length]--
	c.byDigest[e.Digest] = slices.Delete(list, i, i+1)
}

// A found is a message at the target whose content was read.
type found struct {
	mailbox.Meta
	length int64
	digest Digest
}

// readTarget reads messages of the target folder and yields what they are. A message that can't be read or is gone is
// passed over.
func (f *folderPass) readTarget(ctx context.Context, uids mailbox.UIDSet, each func(found) error) error {
	if len(uids) == 0 {
		return nil
	}
	f.progress(PhaseMatch)
	windows := func(yield func(mailbox.Window) bool) {
		for part := range chunk(uids, windowMessages) {
			if !yield(mailbox.Window{At: f.targetAt(), UIDs: part}) {
				return
			}
		}
	}
	for m, err := range f.target.Fetch(ctx, windows) {
		if err != nil {
			return err
		}
		if m.Err != nil {
			continue
		}
		r := newDigestReader(m.Body, m.Length)
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		if err := each(found{m.Meta, m.Length, r.digest}); err != nil {
			return err
		}
	}
	return nil
}

// chunk cuts a set into sets of at most n UIDs.
func chunk(s mailbox.UIDSet, n int) func(yield func(mailbox.UIDSet) bool) {
	return func(yield func(mailbox.UIDSet) bool) {
		var part mailbox.UIDSet
		have := 0
		for _, r := range s {
			for {
				size := min(r.Len(), n-have)
				part = append(part, mailbox.UIDRange{First: r.First, Last: r.First + mailbox.UID(size-1)})
				have += size
				if have == n {
					if !yield(part) {
						return
					}
					part, have = nil, 0
				}
				if size == r.Len() {
					break
				}
				r.First += mailbox.UID(size)
			}
		}
		if have > 0 {
			yield(part)
		}
	}
}

// unclaimed lists the messages of the target folder from a UID on that no entry has.
func (f *folderPass) unclaimed(ctx context.Context, from mailbox.UID) (mailbox.UIDSet, error) {
	var there mailbox.UIDSet
	for m, err := range f.target.List(ctx, f.targetAt(), mailbox.Query{UIDs: mailbox.UIDsFrom(from)}) {
		if err != nil {
			return nil, err
		}
		there.Add(m.UID)
	}
	if len(there) == 0 {
		return nil, nil
	}
	var taken mailbox.UIDSet
	for _, generation := range []int{f.Generation, f.Previous} {
		if generation == 0 {
			continue
		}
		for e, err := range f.all(ctx, generation) {
			if err != nil {
				return nil, err
			}
			if e.Target >= from {
				taken.Add(e.Target)
			}
		}
	}
	return there.Minus(taken), nil
}

// gatherClaims finds out what the messages to be copied must be compared with.
func (f *folderPass) gatherClaims(ctx context.Context) error {
	if f.Previous != 0 {
		for e, err := range f.all(ctx, f.Previous) {
			if err != nil {
				return err
			}
			if e.Outcome.atTarget() {
				f.claims.add(e.Digest, claim{target: e.Target, length: e.Size, date: e.Date, flags: e.Flags, before: true, outcome: e.Outcome})
			}
		}
		for e, err := range f.all(ctx, f.Generation) {
			if err != nil {
				return err
			}
			f.claims.drop(e)
		}
	}
	from := mailbox.UID(0)
	switch {
	case f.Adopting:
		from = 1
	case len(f.Intents) > 0:
		from = mailbox.MaxUID
		for _, i := range f.Intents {
			from = min(from, max(i.TargetNext, 1))
		}
	default:
		return nil
	}
	uids, err := f.unclaimed(ctx, from)
	if err != nil {
		return err
	}
	var n int
	err = f.readTarget(ctx, uids, func(m found) error {
		n++
		sent := slices.ContainsFunc(f.Intents, func(i intent) bool { return m.UID >= i.TargetNext && i.TargetNext > 0 })
		f.claims.add(m.digest, claim{target: m.UID, length: m.length, date: unix(m.Date), flags: m.Flags, outcome: Adopted, sent: sent})
		return nil
	})
	if n > 0 {
		f.report("Information", "Folder %q: %d messages at the target are compared with the source before anything is copied.", f.Source, n)
	}
	return err
}
