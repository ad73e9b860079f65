package syncer

import (
	"context"
	"iter"

	"migsh/internal/mailbox"
)

// flagBatch is how many messages with changed flags are gathered before the target is told.
const flagBatch = 2000

// compareFlags carries over what the source has changed since both sides last agreed. With CONDSTORE only what has
// changed since the last pass is looked at.
//
// The merge has three sides: the flags last agreed on, the source's and the target's. Flags are there or not, so what
// the source has changed is either as the target has it already or has to be done there; what the target alone has
// changed stays. The target's flags need not even be read.
func (f *folderPass) compareFlags(ctx context.Context) error {
	f.progress(PhaseCompare)
	if err := f.redoFlags(ctx); err != nil {
		return err
	}
	var query mailbox.Query
	if !f.CompareFlags && f.source.Info().Features.CondStore && f.source0.HighestModSeq != 0 {
		if f.source0.HighestModSeq == f.Seen.HighestModSeq {
			return nil
		}
		query.ChangedSince = f.Seen.HighestModSeq
	}
	merge := flagMerge{folderPass: f, changes: map[string]*mailbox.FlagChange{}}
	if f.Through == 0 {
		return nil
	}
	query.UIDs = mailbox.UIDSet{{First: 1, Last: f.Through}}
	for m, err := range f.changed(ctx, query) {
		if err == nil {
			err = merge.add(ctx, m)
		}
		if err != nil {
			return err
		}
	}
	return merge.flush(ctx)
}

// changed yields the messages whose flags may have changed.
func (f *folderPass) changed(ctx context.Context, query mailbox.Query) iter.Seq2[mailbox.Meta, error] {
	if !f.changes.listed || query.ChangedSince == 0 {
		return f.source.List(ctx, f.sourceAt(), query)
	}
	return func(yield func(mailbox.Meta, error) bool) {
		for _, m := range f.changes.metas {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// A flagMerge gathers changes of flags, equal ones together.
type flagMerge struct {
	*folderPass
	changes map[string]*mailbox.FlagChange
	entries []entry
}

// add looks at one message of the source.
func (m *flagMerge) add(ctx context.Context, now mailbox.Meta) error {
	e, known, err := m.get(ctx, now.UID)
	if err != nil || !known || !e.Outcome.atTarget() || e.Flags.Equal(now.Flags) {
		return err
	}
	change := mailbox.FlagChange{Add: m.sendable(now.Flags.Minus(e.Flags)), Remove: m.sendable(e.Flags.Minus(now.Flags))}
	if _, there := m.targetFolder(); there && e.Target != 0 && len(change.Add)+len(change.Remove) > 0 {
		key := change.Add.String() + "\x00" + change.Remove.String()
		if m.changes[key] == nil {
			m.changes[key] = &change
		}
		m.changes[key].UIDs.Add(e.Target)
		m.result.Reflagged++
	}
	e.Flags = now.Flags
	if m.entries = append(m.entries, e); len(m.entries) >= flagBatch {
		return m.flush(ctx)
	}
	return nil
}

// redoFlags makes the changes again that were on their way when the last pass was interrupted.
func (f *folderPass) redoFlags(ctx context.Context) error {
	if len(f.Reflag) == 0 {
		return nil
	}
	var changes []mailbox.FlagChange
	for _, c := range f.Reflag {
		if len(c.UIDs.UIDSet) > 0 {
			changes = append(changes, mailbox.FlagChange{UIDs: c.UIDs.UIDSet, Add: c.Add, Remove: c.Remove})
		}
	}
	if _, there := f.targetFolder(); there {
		merge := flagMerge{folderPass: f}
		if err := merge.store(ctx, changes); err != nil {
			return err
		}
	}
	f.Reflag = nil
	return f.commit(ctx)
}

// flush notes that both sides agree and what has to be done for it, then changes the target. A crash in between makes
// the next pass do the changes again before it looks at the source: had it forgotten them, a flag that the source takes
// back meanwhile would stay at the target for good.
func (m *flagMerge) flush(ctx context.Context) error {
	if len(m.entries) == 0 {
		return nil
	}
	var changes []mailbox.FlagChange
	for _, c := range m.changes {
		changes = append(changes, *c)
	}
	for _, c := range changes {
		m.Reflag = append(m.Reflag, reflag{uidSet{c.UIDs}, c.Add, c.Remove})
	}
	if len(changes) > 0 {
		if err := m.commit(ctx); err != nil {
			return err
		}
	}
	clear(m.changes)
	for _, e := range m.entries {
		if err := m.put(ctx, e); err != nil {
			return err
		}
		if m.dirtyPages() >= commitPages {
			if err := m.commit(ctx); err != nil {
				return err
			}
		}
	}
	m.entries = m.entries[:0]
	if err := m.commit(ctx); err != nil || len(changes) == 0 {
		return err
	}
	if err := m.store(ctx, changes); err != nil {
		return err
	}
	m.Reflag = nil
	return m.commit(ctx)
}

// store makes the changes. One that the target refuses is tried flag by flag; what it refuses then is lost and counted.
func (m *flagMerge) store(ctx context.Context, changes []mailbox.FlagChange) error {
	if len(changes) == 0 {
		return nil
	}
	results, err := m.target.Store(ctx, m.targetAt(), changes)
	if err != nil {
		return err
	}
	var single []mailbox.FlagChange
	for i, c := range changes {
		switch {
		case results[i] == nil:
		case len(c.Add)+len(c.Remove) > 1:
			for _, name := range c.Add {
				single = append(single, mailbox.FlagChange{UIDs: c.UIDs, Add: mailbox.Flags{name}})
			}
			for _, name := range c.Remove {
				single = append(single, mailbox.FlagChange{UIDs: c.UIDs, Remove: mailbox.Flags{name}})
			}
		default:
			for _, name := range c.Add {
				m.result.LostKeywords[name] += int64(c.UIDs.Len())
			}
			m.report("Warning", "Folder %q: %d messages keep their flags at the target: %v.", m.Source, c.UIDs.Len(), results[i])
		}
	}
	return m.store(ctx, single)
}
