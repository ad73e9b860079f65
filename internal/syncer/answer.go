package syncer

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"migsh/internal/mailbox"
)

// answer is the target's end: what became of the message that was taken first.
func (s *sending) answer(r mailbox.Appended) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.queue) == 0 {
		return errors.New("the target answers for a message that it was not given")
	}
	m := s.queue[0]
	if r.Fate == mailbox.Unsettled {
		// The error that ends the iteration follows; until the next pass the message stays on its way.
		return nil
	}
	s.queue = s.queue[1:]
	m.release()
	w := m.window
	w.onItsWay--
	switch r.Fate {
	case mailbox.Stored:
		if !m.body.done {
			return fmt.Errorf("store UID %d of %q: the target says it is stored before it was read whole", m.meta.UID, s.Source)
		}
		s.loseKeywords(m)
		w.bytes += m.length
		s.added++
		s.result.Copied++
		s.result.Bytes += m.length
		s.state.MessagesCopied++
		s.state.BytesCopied += m.length
		if r.UID == 0 {
			w.unplaced = append(w.unplaced, m)
			return nil
		}
		s.targetNext = max(s.targetNext, r.UID+1)
		return s.decide(w, s.stored(m, r.UID))
	case mailbox.Refused:
		if !s.strip && len(m.flags.Keywords()) > 0 && !mailbox.IsID(r.Err, mailbox.MessageTooLarge) {
			s.again.Add(m.meta.UID)
			return s.pass(w)
		}
		return s.refuseLocked(w, m.meta, m.length, r.Err)
	case mailbox.NotStored:
		if mailbox.ClassOf(r.Err) != mailbox.PerMessage {
			return s.pass(w) // the error that ends the iteration follows
		}
		if len(s.windows) == 1 && w.size == 1 {
			return s.refuseLocked(w, m.meta, m.length, r.Err)
		}
		if n := len(s.apart); n > 0 && w.uids.Has(s.apart[n-1].Max()) {
			s.apart[n-1].Add(m.meta.UID)
		} else {
			s.apart = append(s.apart, mailbox.UIDs(m.meta.UID))
		}
		return s.pass(w)
	}
	return fmt.Errorf("store UID %d of %q: the target says %v", m.meta.UID, s.Source, r.Fate)
}

// stored is the entry of a message that the target has stored.
func (s *sending) stored(m *sent, target mailbox.UID) entry {
	e := entry{Source: m.meta.UID, Outcome: Copied, Target: target, Size: m.length, Date: unix(m.date),
		Flags: m.meta.Flags, Digest: m.body.digest}
	if s.strip { // what was left out to make it pass is still to be set
		e.Flags = s.agreed(m.meta.Flags, m.flags)
	}
	return e
}

// release frees what the message occupies. A second call does nothing.
func (m *sent) release() {
	if m.spool != nil {
		m.spool.Close()
		m.spool = nil
	}
}

// unread decides a message that the source did not deliver.
func (s *sending) unread(w *window, m *mailbox.Message) error {
	if mailbox.IsID(m.Err, mailbox.MessageVanished) {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.decide(w, entry{Source: m.UID, Outcome: Vanished})
	}
	if mailbox.ClassOf(m.Err) != mailbox.PerMessage {
		return m.Err
	}
	return s.refuse(w, m.Meta, m.Length, m.Err)
}

func (s *sending) refuse(w *window, meta mailbox.Meta, length int64, why error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refuseLocked(w, meta, length, why)
}

func (s *sending) refuseLocked(w *window, meta mailbox.Meta, length int64, why error) error {
	if err := s.leaveBehind(meta, length, why); err != nil {
		return err
	}
	return s.decide(w, entry{Source: meta.UID, Outcome: Refused})
}

// decide notes an entry and finishes the window when it is the last one. s.mu is held.
func (s *sending) decide(w *window, e entry) error {
	w.entries = append(w.entries, e)
	w.decided.Add(e.Source)
	if e.Outcome != Vanished {
		s.state.MessagesDone++
	}
	return s.pass(w)
}

// pass counts a message that needs no more attention in this window. s.mu is held.
func (s *sending) pass(w *window) error {
	w.passed++
	if w.passed < w.size {
		return nil
	}
	return s.write(w)
}

// write is the commit that ends a window. s.mu is held.
func (s *sending) write(w *window) error {
	if err := s.put(s.late, sortEntries(w.entries)...); err != nil {
		return err
	}
	s.Bytes += w.bytes
	w.entries, w.bytes = nil, 0
	s.settle(w, w.deferred)
	if err := s.commit(s.late); err != nil {
		return err
	}
	s.progress(PhaseCopy)
	return nil
}

// loseKeywords counts the keywords that the target does not keep. s.mu is held.
func (s *sending) loseKeywords(m *sent) {
	for _, name := range m.meta.Flags.Minus(m.flags) {
		if s.strip && s.sendable(mailbox.NewFlags(name)).Has(name) {
			s.CompareFlags = true // they are set one by one later
			continue
		}
		s.result.LostKeywords[name]++
	}
}

func sortEntries(entries []entry) []entry {
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.Source, b.Source) })
	return entries
}
