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
	s.turn.take()
	if len(s.queue) == 0 {
		s.turn.give()
		return errors.New("the target answers for a message that it was not given")
	}
	m := s.queue[0]
	s.turn.give()
	if r.Fate == mailbox.Unsettled {
		// The error that ends the iteration follows; until the next pass the message stays on its way.
		return nil
	}
	w := m.window
	f := w.folder
	f.enter()
	defer f.leave()
	s.queue = s.queue[1:]
	m.release()
	w.onItsWay--
	s.divided = nil
	switch r.Fate {
	case mailbox.Stored:
		if !m.body.done {
			return fmt.Errorf("store UID %d of %q: the target says it is stored before it was read whole", m.meta.UID, f.Source)
		}
		if r.UIDValidity != f.TargetValidity {
			r.UID = 0 // of another life: whether the folder is, is found out when the message is looked for
		}
		return s.stored(m, r.UID)
	case mailbox.Refused:
		if mailbox.IsID(r.Err, mailbox.MessageTooLarge) && (s.tooLarge == 0 || m.length < s.tooLarge) {
			s.tooLarge = m.length
		}
		if !s.strip && s.mending == nil && len(m.flags.Keywords()) > 0 && !mailbox.IsID(r.Err, mailbox.MessageTooLarge) {
			f.again.Add(m.meta.UID)
			s.divided = w
			return s.passOver(w)
		}
		if err := s.refuseOrRepair(w, m.meta, m.size, r.Err); err != nil {
			return err
		}
		if !w.done() && !w.decided.Has(m.meta.UID) {
			s.divided = w
		}
		return nil
	case mailbox.NotStored:
		if mailbox.ClassOf(r.Err) != mailbox.PerMessage {
			return nil // the error that ends the iteration follows
		}
		if s.single {
			return s.refuseOrRepair(w, m.meta, m.size, r.Err)
		}
		s.divided = w
		if n := len(f.apart); n > 0 && w.uids.Has(f.apart[n-1].Max()) {
			f.apart[n-1].Add(m.meta.UID)
		} else {
			f.apart = append(f.apart, mailbox.UIDs(m.meta.UID))
		}
		return s.passOver(w)
	}
	return fmt.Errorf("store UID %d of %q: the target says %v", m.meta.UID, f.Source, r.Fate)
}

// stored counts a message that the target has stored, and decides it if the target has told its UID.
func (s *sending) stored(m *sent, target mailbox.UID) error {
	w := m.window
	f := w.folder
	s.loseKeywords(m)
	w.bytes += m.length
	f.added++
	f.copiedNow++
	s.result.Copied++
	s.result.Bytes += m.length
	s.state.MessagesCopied++
	s.state.BytesCopied += m.length
	if target == 0 {
		w.unplaced = append(w.unplaced, m)
		return nil
	}
	f.targetNext = max(f.targetNext, target+1)
	return s.decideStored(m, target)
}

// decideStored decides a message that the target has stored.
func (s *sending) decideStored(m *sent, target mailbox.UID) error {
	e := entry{Source: m.meta.UID, Outcome: Copied, Target: target, Size: m.size, Date: unix(m.date),
		Flags: m.meta.Flags, Digest: m.body.digest}
	if s.strip { // what was left out to make it pass is still to be set
		e.Flags = m.window.folder.agreed(m.meta.Flags, m.flags)
	}
	if m.rung.defects != 0 {
		e.Outcome, e.Digest, e.Written = Repaired, m.rung.source, m.body.digest
		if err := m.window.folder.noteMended(m.meta, m.size, e.Digest, e.Written, m.rung.defects.String(), s.mending.why); err != nil {
			return err
		}
		s.result.Repaired++
	}
	s.sampleDate(m.window.folder, e)
	return s.decide(m.window, e)
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
	vanished := mailbox.IsID(m.Err, mailbox.MessageVanished)
	if !vanished && mailbox.ClassOf(m.Err) != mailbox.PerMessage {
		return m.Err
	}
	w.folder.enter()
	defer w.folder.leave()
	if vanished {
		return s.decide(w, entry{Source: m.UID, Outcome: Vanished})
	}
	return s.refuse(w, m.Meta, m.Length, m.Err)
}

// refuse decides a message that is left behind. The folder has been entered.
func (s *sending) refuse(w *window, meta mailbox.Meta, length int64, why error) error {
	if err := w.folder.leaveBehind(meta, length, why); err != nil {
		return err
	}
	return s.decide(w, entry{Source: meta.UID, Outcome: Refused})
}

// decide notes an entry and finishes the window when it is the last one. The folder has been entered.
func (s *sending) decide(w *window, e entry) error {
	if w.entries == nil {
		w.entries = make([]entry, 0, w.size)
	}
	e.Identity = w.folder.identity(e.Source)
	w.entries = append(w.entries, e)
	w.decided.Add(e.Source)
	if e.Outcome != Vanished {
		w.folder.decidedMore(1)
	}
	return s.passOver(w)
}

// passOver counts a message that needs no more attention in this window. The folder has been entered.
func (s *sending) passOver(w *window) error {
	w.passed++
	if !w.done() {
		return nil
	}
	return s.write(w)
}

// write puts a finished window among what is known, and commits it if it is the folder's last or others wait already. If not,
// its intent stands until the next commit. The folder has been entered.
func (s *sending) write(w *window) error {
	f := w.folder
	if err := f.put(s.late, sortEntries(w.entries)...); err != nil {
		return err
	}
	f.Bytes += w.bytes
	w.entries, w.bytes, w.decided = nil, 0, nil
	f.settle(w, w.deferred)
	f.open--
	for s.begun > 0 && s.windows[0].done() {
		s.windows = s.windows[1:]
		s.begun--
	}
	last := f.open == 0
	if last && w.place >= 0 {
		f.countDone()
	}
	if f.nothingRemains() {
		f.markFinished()
	}
	f.unwritten++
	if last || f.unwritten >= windowsAhead {
		if err := f.commit(s.late); err != nil {
			return err
		}
	}
	s.progress(PhaseCopy)
	return nil
}

// loseKeywords counts the keywords that the target does not keep.
func (s *sending) loseKeywords(m *sent) {
	f := m.window.folder
	for _, name := range m.meta.Flags.Minus(m.flags) {
		if s.strip && f.sendable(mailbox.NewFlags(name)).Has(name) {
			f.CompareFlags = true // they are set one by one later
			continue
		}
		s.result.LostKeywords[name]++
	}
}

func sortEntries(entries []entry) []entry {
	slices.SortFunc(entries, func(a, b entry) int { return cmp.Compare(a.Source, b.Source) })
	return entries
}
