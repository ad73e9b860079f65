package syncer

import (
	"context"
	"fmt"
	"io"

	"github.com/zeebo/blake3"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/internal/repair"
)

// A mending is the attempt to make the target take a message that it has refused as it is.
type mending struct {
	uid   mailbox.UID
	why   error // the refusal of the message as it is
	strip bool  // without keywords
	next  int   // rung of the ladder
	last  rung  // that was tried
}

// A rung is one form in which a refused message is tried.
type rung struct {
	binary  bool           // as it is, in a literal that may carry NUL bytes
	defects repair.Defects // these are repaired
	source  Digest         // of the message as it is
}

// maxRungs is more than any ladder has.
const maxRungs = 12

// retries tells whether what was refused before is to be tried again.
func (f *folderPass) retries() bool {
	return f.Counts[Refused] > 0 && (f.RetryRefused || f.Repair && !f.Repairing)
}

// refuseOrRepair decides a message that the target has refused, unless it may take it in another form: then it is left for
// [folderPass.sendMended]. The folder has been entered.
func (s *sending) refuseOrRepair(w *window, meta mailbox.Meta, size int64, why error) error {
	if s.mending != nil {
		s.mending.next++
		s.convict(w.folder, s.mending, why)
		return s.passOver(w)
	}
	f := w.folder
	suspicion := f.suspicion(meta.UID)
	m := &mending{uid: meta.UID, why: why, strip: s.strip, next: max(0, suspicion.Attempts-quarantineAfter)}
	if !f.mayMend(why) || suspicion.AtSource || m.next > maxRungs {
		return s.refuse(w, meta, size, why)
	}
	if w.poisonous.Has(meta.UID) {
		m.strip = true // nobody knows what it was that the target did not bear
	}
	f.mend = append(f.mend, m)
	s.convict(f, m, why)
	return s.passOver(w)
}

// convict notes which message it was that ended the session, so that the next pass goes on with its mending at once.
func (s *sending) convict(f *folderPass, m *mending, why error) {
	if mailbox.ClassOf(why) == mailbox.Reconnect {
		f.suspect(mailbox.UIDs(m.uid), quarantineAfter+m.next, false)
		s.convicted = true
	}
}

// mayMend tells whether a refusal may be one of the message's form.
func (f *folderPass) mayMend(why error) bool {
	switch {
	case mailbox.IsID(why, mailbox.MessageRefused):
		return f.Repair || f.target.Info().Features.Binary
	case mailbox.IsID(why, mailbox.ProtocolError):
		return f.Repair
	}
	return false
}

// sendMended sends what the target has refused in ever other forms, until it takes one.
func (f *folderPass) sendMended(ctx context.Context) error {
	for len(f.mend) > 0 {
		m := f.mend[0]
		f.mend = f.mend[1:]
		for {
			if err := f.send(ctx, f.resend(mailbox.UIDs(m.uid)), form{strip: m.strip, mending: m}); err != nil || f.trouble != nil || f.redo {
				return err
			}
			e, decided, err := f.get(ctx, m.uid)
			if err != nil {
				return err
			}
			if !decided {
				continue // the next rung
			}
			if m.last.binary && e.Outcome == Copied && e.Target != 0 {
				if err := f.lookAtBinary(ctx, e); err != nil {
					return err
				}
			}
			break
		}
	}
	return nil
}

// prepareRung makes of a message the form in which it is tried next, and refuses it when there is none.
func (s *sending) prepareRung(w *window, m *mailbox.Message) (*mailbox.Outgoing, error) {
	r := newDigestReader(&endingReader{s.ctx, m.Body}, m.Length)
	original, err := spoolMessage(r, m.Length, s.SpoolDir)
	if err != nil {
		return nil, err
	}
	f := w.folder
	rungs, err := f.rungs(original)
	for ; err == nil && s.mending.next < len(rungs); s.mending.next++ {
		out := &sent{window: w, meta: m.Meta, size: m.Length, date: m.Date, rung: rungs[s.mending.next]}
		out.rung.source = r.digest
		if out.date.IsZero() {
			var body io.Reader
			if body, err = original.Reader(); err == nil {
				_, out.date = dateFromHeader(body)
			}
		}
		out.spool = original
		if err == nil && !out.rung.binary {
			out.spool, err = f.mended(original, out.rung.defects)
		}
		if err != nil {
			break
		}
		out.length = out.spool.size
		if !out.rung.binary {
			if digest, e := digestOfSpool(out.spool); e != nil || digest == r.digest || f.limit() > 0 && out.length > f.limit() {
				err = e
				out.release() // a repair that changes nothing, or makes the message too large
				continue
			}
			original.Close()
		}
		body, err := out.spool.Reader()
		if err != nil {
			out.release()
			return nil, err
		}
		s.mending.last = out.rung
		out.body = newDigestReader(body, out.length)
		return s.hand(w, out)
	}
	original.Close()
	if err != nil {
		return nil, err
	}
	f.enter()
	defer f.leave()
	return nil, s.refuse(w, m.Meta, m.Length, s.mending.why)
}

// rungs are the forms in which a refused message is tried.
func (f *folderPass) rungs(original *spool) ([]rung, error) {
	defects, err := inspectSpool(original)
	if err != nil {
		return nil, err
	}
	var rungs []rung
	if defects&repair.NULs != 0 && f.target.Info().Features.Binary {
		rungs = append(rungs, rung{binary: true})
	}
	if f.Repair {
		for _, d := range defects.Ladder() {
			rungs = append(rungs, rung{defects: d})
		}
	}
	return rungs, nil
}

func inspectSpool(s *spool) (repair.Defects, error) {
	r, err := s.Reader()
	if err != nil {
		return 0, err
	}
	return repair.Inspect(r)
}

// mended is a message with defects repaired.
func (f *folderPass) mended(original *spool, defects repair.Defects) (*spool, error) {
	out := &spool{dir: f.SpoolDir}
	if err := repair.Copy(out, original.Reader, defects); err != nil {
		out.Close()
		return nil, err
	}
	return out, nil
}

func digestOfSpool(s *spool) (Digest, error) {
	r, err := s.Reader()
	if err != nil {
		return Digest{}, err
	}
	h := blake3.New()
	if _, err := io.Copy(h, r); err != nil {
		return Digest{}, err
	}
	return Digest(h.Sum(nil)[:16]), nil
}

// findMended looks whether a message waits at the target in a form in which an earlier pass has put it there, and tells which.
func (f *folderPass) findMended(original *spool) (Digest, repair.Defects, error) {
	defects, err := inspectSpool(original)
	if err != nil {
		return Digest{}, 0, err
	}
	for _, d := range defects.Ladder() {
		h := blake3.New()
		if err := repair.Copy(h, original.Reader, d); err != nil {
			return Digest{}, 0, err
		}
		if digest := Digest(h.Sum(nil)[:16]); f.claims.knows(digest) {
			return digest, d, nil
		}
	}
	return Digest{}, 0, nil
}

// noteMended lists a message that is at the target in another form than at the source. why is the target's refusal, if it is known.
func (f *folderPass) noteMended(meta mailbox.Meta, size int64, source, written Digest, deeds string, why error) error {
	reason := "the target takes it only repaired: " + deeds
	if why != nil {
		reason += fmt.Sprintf("; as it is: %v", why)
	}
	item := migration.SkippedItem{
		Kind: migration.SkippedRepairedItem, FolderName: f.Source, UID: uint32(meta.UID), DateReceived: meta.Date,
		MessageSize: migration.ByteSize(size), SourceDigest: source.String(), WrittenDigest: written.String(),
		Reason: reason,
	}
	f.undescribed = append(f.undescribed, item)
	f.report("Warning", "Folder %q: the message with UID %d (%v) is at the target repaired (%s); its digest was %v and is %v.",
		f.Source, meta.UID, item.MessageSize, deeds, source, written)
	return f.addItem(item)
}

// lookAtBinary reads a message again that was sent as binary: the target may have encoded it, as RFC 3516 permits.
func (f *folderPass) lookAtBinary(ctx context.Context, e entry) error {
	var there *found
	if err := f.readTarget(ctx, mailbox.UIDs(e.Target), func(m found) error {
		there = &m
		return nil
	}); err != nil {
		return err
	}
	if there == nil || there.digest == e.Digest {
		return nil
	}
	e.Outcome, e.Written = Repaired, there.digest
	meta := mailbox.Meta{UID: e.Source, Date: there.Date}
	if err := f.noteMended(meta, e.Size, e.Digest, e.Written, "the target has encoded its NUL bytes itself", nil); err != nil {
		return err
	}
	if err := f.put(ctx, e); err != nil {
		return err
	}
	f.result.Repaired++
	return f.commit(ctx)
}
