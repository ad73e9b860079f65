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
	written Digest // of a repaired one
	// sent: it was found where an intent points, so we have put it there with these flags.
	sent bool
}

// claims are the messages to be claimed, by content. The zero value holds none.
type claims struct {
	all      []claim
	taken    []bool
	byDigest map[Digest][]int // places in all
	byLike   map[Digest][]int
	lengths  map[int64]int
	left     int // those that nobody has claimed
}

// add puts a message among the claims. Its likeness may be zero.
func (c *claims) add(d Digest, like likeness, cl claim) {
	if c.byDigest == nil {
		c.byDigest, c.byLike, c.lengths = map[Digest][]int{}, map[Digest][]int{}, map[int64]int{}
	}
	place := len(c.all)
	c.all, c.taken = append(c.all, cl), append(c.taken, false)
	c.byDigest[d] = append(c.byDigest[d], place)
	for _, key := range like.keys() {
		c.byLike[key] = append(c.byLike[key], place)
	}
	c.lengths[cl.length]++
	c.left++
}

// keys are those under which a message may be found by its likeness, surest first.
func (l likeness) keys() []Digest {
	var keys []Digest
	for _, key := range []Digest{l.body, l.envelope} {
		if key != (Digest{}) {
			keys = append(keys, key)
		}
	}
	return keys
}

// possible tells whether a message of that length may be among them byte for byte.
func (c *claims) possible(length int64) bool { return c.lengths[length] > 0 }

// knows tells whether take would find one.
func (c *claims) knows(d Digest) bool {
	return slices.ContainsFunc(c.byDigest[d], func(place int) bool { return !c.taken[place] })
}

// take claims a message that is there byte for byte; of twins the first one.
func (c *claims) take(d Digest) (claim, bool) { return c.claim(c.byDigest, d) }

// takeAlike claims a message that is there altered.
func (c *claims) takeAlike(like likeness) (claim, bool) {
	for _, key := range like.keys() {
		if cl, ok := c.claim(c.byLike, key); ok {
			return cl, true
		}
	}
	return claim{}, false
}

// knowsAlike tells whether takeAlike would find one.
func (c *claims) knowsAlike(like likeness) bool {
	return slices.ContainsFunc(like.keys(), func(key Digest) bool {
		return slices.ContainsFunc(c.byLike[key], func(place int) bool { return !c.taken[place] })
	})
}

func (c *claims) claim(by map[Digest][]int, key Digest) (claim, bool) {
	for i, place := range by[key] {
		if !c.taken[place] {
			by[key] = by[key][i+1:]
			c.strike(place)
			return c.all[place], true
		}
	}
	delete(by, key)
	return claim{}, false
}

// strike takes a claim out.
func (c *claims) strike(place int) {
	c.taken[place] = true
	c.lengths[c.all[place].length]--
	c.left--
}

// drop takes out what an entry has claimed already, before the pass that is going on was interrupted.
func (c *claims) drop(e entry) {
	for _, place := range c.byDigest[e.Digest] {
		if !c.taken[place] && c.all[place].target == e.Target {
			c.strike(place)
			return
		}
	}
}

// A found is a message at the target whose content was read.
type found struct {
	mailbox.Meta
	length int64
	digest Digest
	like   likeness
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
		r := newContentReader(m.Body, m.Length)
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		if err := each(found{m.Meta, m.Length, r.digest, r.likeness()}); err != nil {
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
	for _, l := range f.neighbours() {
		for _, generation := range []int{l.Generation, l.Previous} {
			if generation == 0 {
				continue
			}
			for e, err := range l.all(ctx, generation) {
				if err != nil {
					return nil, err
				}
				if e.Target >= from {
					taken.Add(e.Target)
				}
			}
		}
	}
	return there.Minus(taken), nil
}

// neighbours are the ledgers of the source folders that go to the same target folder, this one's among them.
func (f *folderPass) neighbours() []*ledger {
	list := []*ledger{f.ledger}
	for _, k := range f.known {
		if k.Source != f.Source && k.Target == f.Target && k.TargetValidity == f.TargetValidity {
			list = append(list, openLedger(f.Store, f.ledger.pair, k))
		}
	}
	return list
}

// gatherClaims finds out what the messages to be copied must be compared with.
func (f *folderPass) gatherClaims(ctx context.Context) error {
	if f.Previous != 0 {
		for e, err := range f.lifeBefore(ctx) {
			if err != nil {
				return err
			}
			f.claims.add(e.Digest, likeness{}, claim{target: e.Target, length: e.Size, date: e.Date, flags: e.Flags, before: true, outcome: e.Outcome, written: e.Written})
		}
		for e, err := range f.all(ctx, f.Generation) {
			if err != nil {
				return err
			}
			f.claims.drop(e)
		}
	}
	if len(f.Intents) > 0 {
		if err := f.awaitRest(ctx); err != nil {
			return err
		}
		f.expectLate()
	}
	from := mailbox.UID(0)
	switch {
	case f.Adopting:
		from = 1
	case len(f.Intents) > 0:
		from = mailbox.MaxUID
		for _, i := range f.Intents {
			if i.UIDs.IsZero() {
				i.UIDs.UIDSet = mailbox.UIDsFrom(1)
			}
			for _, r := range i.UIDs.UIDSet {
				f.doubtful.AddRange(r)
			}
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
		f.claims.add(m.digest, m.like, claim{target: m.UID, length: m.length, date: unix(m.Date), flags: m.Flags, outcome: Adopted, sent: sent})
		return nil
	})
	if n > 0 {
		f.report("Information", "Folder %q: %d messages at the target are compared with the source before anything is copied.", f.Source, n)
	}
	return err
}
