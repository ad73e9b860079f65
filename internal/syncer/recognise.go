package syncer

import (
	"errors"
	"io"

	"migsh/internal/mailbox"
)

// claimOrSpool reads a message whole and looks whether it is at the target already. If so it decides it and returns a
// nil reader, else one that reads the message again.
func (s *sending) claimOrSpool(w *window, m *mailbox.Message, out *sent, body io.Reader) (io.Reader, error) {
	r := newContentReader(body, m.Length)
	sp, err := spoolMessage(r, m.Length, s.SpoolDir)
	if err != nil {
		return nil, err
	}
	f := w.folder
	f.enter()
	defer f.leave()
	cl, claimed := f.claims.take(r.digest)
	if !claimed && f.maybeAlike(m.UID) {
		like := r.likeness()
		mended, deeds, err := f.findMended(sp)
		switch {
		case err != nil:
			return nil, errors.Join(err, sp.Close())
		case !f.alike && (deeds != 0 || f.claims.knowsAlike(like)):
			f.deferred.Add(m.UID)
			w.deferred.Add(m.UID)
			return nil, errors.Join(sp.Close(), s.passOver(w))
		case deeds != 0:
			cl, claimed = f.claims.take(mended)
			cl.outcome, cl.written = Repaired, mended
			if err := f.noteMended(m.Meta, m.Length, r.digest, mended, deeds.String(), nil); err != nil {
				return nil, errors.Join(err, sp.Close())
			}
		case f.alike:
			cl, claimed = f.claims.takeAlike(like)
			cl.outcome = Altered
		}
	}
	if !claimed {
		again, err := sp.Reader()
		if err != nil {
			return nil, errors.Join(err, sp.Close())
		}
		out.spool = sp
		return again, nil
	}
	if err := sp.Close(); err != nil {
		return nil, err
	}
	e := entry{Source: m.UID, Outcome: cl.outcome, Target: cl.target, Size: m.Length, Date: cl.date, Digest: r.digest, Written: cl.written}
	switch {
	case cl.before:
		e.Flags = cl.flags
	case cl.sent:
		e.Flags = f.agreed(m.Flags, cl.flags)
		if e.Outcome != Repaired {
			e.Outcome = Copied
		}
	default:
		// Nobody knows on which flags both sides last agreed: what the source has is added, nothing is taken away.
		e.Flags = m.Flags.Minus(m.Flags.Minus(cl.flags))
	}
	if !e.Flags.Equal(m.Flags) {
		f.CompareFlags = true
	}
	if (e.Outcome == Adopted || e.Outcome == Altered || e.Outcome == Repaired && !cl.sent) && !cl.before {
		s.result.Matched++
	}
	return nil, s.decide(w, e)
}

// maybeAlike tells whether a message may be at the target altered.
func (f *folderPass) maybeAlike(uid mailbox.UID) bool {
	return f.claims.left > 0 && (f.Adopting || f.doubtful.Has(uid))
}

// agreed are the flags on which both sides agreed when a message was sent that was then found at the target: those it
// has there, and of those that the target can't keep the source's.
func (f *folderPass) agreed(source, target mailbox.Flags) mailbox.Flags {
	lost := source.Minus(f.sendable(source))
	return target.Union(lost)
}
