package syncer

import (
	"migsh/internal/mailbox"
)

// place finds the UIDs of messages that the target has stored without telling them: they are what lies in the folder
// from its UIDNEXT before on. The folder has been entered.
func (s *sending) place(w *window) error {
	if len(w.unplaced) == 0 {
		return nil
	}
	taken := map[mailbox.UID]bool{}
	f := w.folder
	for _, other := range s.windows {
		if other.folder != f {
			continue
		}
		for _, e := range other.entries {
			taken[e.Target] = true
		}
	}
	var there []mailbox.Meta
	for m, err := range f.target.List(s.ctx, f.targetAt(), mailbox.Query{UIDs: mailbox.UIDsFrom(w.next)}) {
		if err != nil {
			return err
		}
		if !taken[m.UID] {
			there = append(there, m)
		}
	}
	uids, err := s.match(f, w.unplaced, there)
	if err != nil {
		return err
	}
	unplaced := w.unplaced
	w.unplaced = nil
	for i, m := range unplaced {
		f.targetNext = max(f.targetNext, uids[i]+1)
		if err := s.decideStored(m, uids[i]); err != nil {
			return err
		}
	}
	return nil
}

// match tells the UID of each message among those that are there: in their order if number and sizes agree, else by
// content. 0 stands for a message that can't be told; it is stored nevertheless, because the target said so.
func (s *sending) match(f *folderPass, messages []*sent, there []mailbox.Meta) ([]mailbox.UID, error) {
	uids := make([]mailbox.UID, len(messages))
	inOrder := len(messages) == len(there)
	for i := range messages {
		inOrder = inOrder && there[i].Size == messages[i].length
	}
	if inOrder {
		for i := range messages {
			uids[i] = there[i].UID
		}
		return uids, nil
	}
	var candidates mailbox.UIDSet
	for _, m := range there {
		candidates.Add(m.UID)
	}
	var at claims
	if err := f.readTarget(s.ctx, candidates, func(m found) error {
		at.add(m.digest, m.like, claim{target: m.UID, length: m.length})
		return nil
	}); err != nil {
		return nil, err
	}
	var open []int
	for i, m := range messages {
		if cl, ok := at.take(m.body.digest); ok {
			uids[i] = cl.target
			candidates = candidates.Minus(mailbox.UIDs(cl.target))
		} else {
			open = append(open, i)
		}
	}
	// A server that alters what it stores keeps at least the order.
	if len(open) == candidates.Len() {
		for uid := range candidates.All() {
			uids[open[0]] = uid
			open = open[1:]
		}
	}
	return uids, nil
}
