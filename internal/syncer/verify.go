package syncer

import (
	"context"
	"fmt"
	"io"
	"slices"
	"time"

	"migsh/internal/mailbox"
)

// A Verification is what came of reading the target again.
type Verification struct {
	// Checked messages were looked for, Same of them are at the target byte for byte as they were sent.
	Checked, Same int64
	// Foreign of them were there before, altered by another tool or the target: only that they are there can be said.
	Foreign int64
	Bytes   int64
	// Missing are no longer there: somebody took them away at the target, or they were lost there.
	// Altered are there, but with other bytes than were sent; Redated with another date of arrival, Reflagged with other flags than
	// those on which both sides last agreed, which may be their owner's doing.
	Missing, Altered, Redated, Reflagged []Difference

	keeps map[string]mailbox.Opened // the target's folders, for the flags that they keep
}

// A Difference is a message that is not at the target as it was sent.
type Difference struct {
	Folder    string // at the source
	Target    string // folder at the target
	SourceUID mailbox.UID
	TargetUID mailbox.UID
	Sent      Digest
	Found     Digest // of an altered message
	Size      int64  // as sent

	SentDate, FoundDate   time.Time // of a redated message
	SentFlags, FoundFlags mailbox.Flags

	// Subject and Sender as the source has them, once [Describe] has read them.
	Subject, Sender string

	validity uint32 // of the source folder
}

// Verify reads the target again and compares every message, or every so-manieth if every is above 1, with the digest of
// what was sent. It changes nothing. A folder that was renumbered since the last pass can't be verified before the next.
func Verify(ctx context.Context, job Job, every int) (Verification, error) {
	var v Verification
	folders, err := storedFolders(ctx, job.Store, job.Pair.ID())
	if err != nil {
		return v, err
	}
	target, err := job.OpenTarget(ctx)
	if err != nil {
		return v, &SideError{Err: err}
	}
	defer target.Close()
	v.keeps = map[string]mailbox.Opened{}
	records := make([]*storedFolder, 0, len(folders))
	for _, k := range folders {
		records = append(records, k)
	}
	slices.SortFunc(records, func(a, b *storedFolder) int {
		switch {
		case a.Source < b.Source:
			return -1
		case a.Source > b.Source:
			return 1
		}
		return 0
	})
	for _, k := range records {
		if err := v.folder(ctx, openLedger(job.Store, job.Pair.ID(), k), target, max(every, 1)); err != nil {
			return v, fmt.Errorf("verify folder %q: %w", k.Target, err)
		}
	}
	return v, nil
}

func (v *Verification) folder(ctx context.Context, l *ledger, target mailbox.Target, every int) error {
	var batch []entry
	n := 0
	for e, err := range l.all(ctx, l.Generation) {
		if err != nil {
			return err
		}
		if !e.Outcome.atTarget() || e.Target == 0 {
			continue
		}
		if n++; n%every != 0 {
			continue
		}
		if batch = append(batch, e); len(batch) == windowMessages {
			if err := v.batch(ctx, l, target, batch); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return v.batch(ctx, l, target, batch)
}

// look compares what is told of a message beside its bytes.
func (v *Verification) look(l *ledger, e entry, m mailbox.Meta, keeps mailbox.Opened) {
	d := difference(l, e)
	d.SentDate, d.FoundDate, d.SentFlags, d.FoundFlags = timeOf(e.Date), m.Date.UTC(), kept(keeps, e.Flags), kept(keeps, m.Flags)
	if e.Date != noDate && e.Date != unix(m.Date) {
		v.Redated = append(v.Redated, d)
	}
	// What was at the target before we came may have flags of its own.
	adopted := e.Outcome != Copied && e.Outcome != Repaired
	if adopted && len(d.SentFlags.Minus(d.FoundFlags)) > 0 || !adopted && !d.SentFlags.Equal(d.FoundFlags) {
		v.Reflagged = append(v.Reflagged, d)
	}
}

func (v *Verification) batch(ctx context.Context, l *ledger, target mailbox.Target, batch []entry) error {
	if len(batch) == 0 {
		return nil
	}
	var uids mailbox.UIDSet
	sent := map[mailbox.UID]entry{}
	for _, e := range batch {
		uids.Add(e.Target)
		sent[e.Target] = e
	}
	keeps, opened := v.keeps[l.Target]
	if !opened {
		var err error
		if keeps, err = target.Open(ctx, l.Target); err != nil && !mailbox.IsID(err, mailbox.FolderMissing) {
			return err
		}
		v.keeps[l.Target] = keeps
	}
	window := mailbox.Window{At: mailbox.At{Folder: l.Target, UIDValidity: l.TargetValidity}, UIDs: uids}
	for m, err := range target.Fetch(ctx, slices.Values([]mailbox.Window{window})) {
		if mailbox.IsID(err, mailbox.FolderMissing) {
			for _, e := range batch {
				v.Checked++
				v.Missing = append(v.Missing, difference(l, e))
			}
			return nil
		}
		if err != nil {
			return err
		}
		e := sent[m.UID]
		if m.Err != nil {
			if !mailbox.IsID(m.Err, mailbox.MessageVanished) {
				return m.Err
			}
			v.Checked++
			v.Missing = append(v.Missing, difference(l, e))
			continue
		}
		r := newDigestReader(m.Body, m.Length)
		if _, err := io.Copy(io.Discard, r); err != nil {
			return err
		}
		v.Checked++
		v.Bytes += m.Length
		v.look(l, e, m.Meta, keeps)
		if r.digest == e.sent() {
			v.Same++
			continue
		}
		if e.Outcome == Altered {
			v.Foreign++
			continue
		}
		d := difference(l, e)
		d.Found = r.digest
		v.Altered = append(v.Altered, d)
	}
	return nil
}

func difference(l *ledger, e entry) Difference {
	return Difference{Folder: l.Source, Target: l.Target, SourceUID: e.Source, TargetUID: e.Target, Sent: e.sent(), Size: e.Size, validity: l.SourceValidity}
}

// Describe reads subject and sender of messages at the source, as far as they are still there, so that people can tell
// which they are.
func Describe(ctx context.Context, source mailbox.Source, differences []Difference) error {
	folders := map[mailbox.At]map[mailbox.UID]*Difference{}
	for i := range differences {
		d := &differences[i]
		at := mailbox.At{Folder: d.Folder, UIDValidity: d.validity}
		if folders[at] == nil {
			folders[at] = map[mailbox.UID]*Difference{}
		}
		folders[at][d.SourceUID] = d
	}
	for at, wanted := range folders {
		var uids mailbox.UIDSet
		for uid := range wanted {
			uids.Add(uid)
		}
		for h, err := range source.Headers(ctx, at, uids, "Subject", "From") {
			if err != nil && mailbox.ClassOf(err) != mailbox.PerFolder && mailbox.ClassOf(err) != mailbox.PerMessage {
				return err
			}
			if err != nil {
				break // renumbered or gone: it has to do without
			}
			header := parseHeader(h.Fields)
			wanted[h.UID].Subject, wanted[h.UID].Sender = decodeWords(header.Get("Subject")), decodeWords(header.Get("From"))
		}
	}
	return nil
}
