package syncer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/migration"
	"migsh/store"
)

// A folderPass is the work on one folder during a pass.
type folderPass struct {
	*pass
	*ledger
	mapping foldermap.Mapping

	source0 mailbox.Opened // the source folder when the work began
	keeps   mailbox.Opened // the target folder, for the flags it keeps
	// targetNext is a lower bound of the UID that the next message gets at the target.
	targetNext mailbox.UID
	claims     claims
	// doubtful are the messages that an earlier pass may have left at the target without an entry.
	doubtful mailbox.UIDSet
	// deferred are messages that a likeness may claim once all others are decided; alike says that this is the case.
	deferred mailbox.UIDSet
	alike    bool
	// undescribed are messages left behind whose subject and sender are still to be read.
	undescribed []migration.SkippedItem
	// added counts what this pass has put into the target folder.
	added int64
}

// planned is a message to be copied. Half a million of them fit in a few megabytes.
type planned struct {
	uid      mailbox.UID
	size     uint32 // as the source says, in bytes, cut to what fits
	filtered bool
}

func (f *folderPass) sourceAt() mailbox.At {
	return mailbox.At{Folder: f.Source, UIDValidity: f.SourceValidity}
}

func (f *folderPass) targetAt() mailbox.At {
	return mailbox.At{Folder: f.Target, UIDValidity: f.TargetValidity}
}

// present is how many messages with entries are still at the source.
func (r *folderRecord) present() int64 {
	var n int64
	for outcome, count := range r.Counts {
		if outcome != Vanished {
			n += count
		}
	}
	return n
}

// settled tells whether the last pass finished the folder with nothing left to do.
func (f *folderPass) settled() bool {
	return f.Seen.UIDValidity != 0 && len(f.Intents) == 0 && f.Pending.IsZero() && !f.Adopting && f.Previous == 0 &&
		!f.CompareFlags && len(f.Reflag) == 0 && f.Fault == "" && !(f.RetryRefused && f.Counts[Refused] > 0) &&
		!f.refiltered()
}

// unchanged tells from the two lists alone that there is nothing to do.
func (f *folderPass) unchanged() bool {
	status, target := f.mapping.Source.Status, f.targetFolders[f.Target].Status
	return f.settled() && status != nil && sameStatus(*status, f.Seen) && status.HighestModSeq != 0 && status.UIDNext != 0 &&
		(target == nil || target.UIDValidity == f.TargetValidity) &&
		(f.Subscribed || !f.mapping.Source.Subscribed)
}

func sameStatus(a, b mailbox.Status) bool {
	a.AppendLimit, b.AppendLimit = 0, 0
	return a == b
}

func (f *folderPass) run(ctx context.Context) error {
	first := f.revision == 0
	if first {
		// Pages of a state that was forgotten only in part must not come back to life.
		if _, err := store.DeletePrefix(ctx, f.Store, store.Prefix("mail", "page", f.ledger.pair, f.folderID)); err != nil {
			return fmt.Errorf("begin folder %q: %w", f.Source, err)
		}
		f.Target = f.mapping.Target
		if f.mapping.Note != "" {
			f.report("Information", "Folder %q becomes %q: %s.", f.Source, f.Target, f.mapping.Note)
		}
	}
	if f.unchanged() {
		return nil
	}
	f.Fault = ""
	f.progress(PhasePlan)
	var err error
	if f.source0, err = f.source.Open(ctx, f.Source); err != nil {
		return err
	}
	if err := f.sourceLife(ctx); err != nil {
		return err
	}
	plan, err := f.plan(ctx)
	if err != nil {
		return err
	}
	// A folder that the user has removed at the target comes back only for new mail.
	if _, there := f.targetFolder(); there || first || len(plan) > 0 {
		if err := f.prepareTarget(ctx, first); err != nil {
			return err
		}
		if err := f.copyAll(ctx, plan); err != nil {
			return err
		}
	}
	if err := f.describe(ctx); err != nil {
		return err
	}
	if f.Seen.UIDValidity != 0 || f.CompareFlags || len(f.Reflag) > 0 {
		if err := f.compareFlags(ctx); err != nil {
			return err
		}
	}
	return f.finish(ctx)
}

// sourceLife begins a new generation of entries when the source was renumbered.
func (f *folderPass) sourceLife(ctx context.Context) error {
	now := f.source0.UIDValidity
	if f.SourceValidity == 0 || f.SourceValidity == now {
		f.SourceValidity = now
		return nil
	}
	f.report("Warning", "Folder %q: the source has renumbered its messages (UIDVALIDITY %d, was %d); they are matched by content, none is copied twice.",
		f.Source, now, f.SourceValidity)
	f.state.MessagesDone -= f.present()
	waiting := f.Generation
	if f.Previous != 0 {
		// Renumbered once more before the last time was dealt with: what still waited and what was matched since
		// go together into one generation. Their source UIDs no longer mean anything.
		waiting = f.freeGeneration()
		if _, err := f.writeGeneration(ctx, waiting, f.waiting(ctx)); err != nil {
			return err
		}
		f.Previous = waiting
	}
	// The new generation begins empty, whatever a crash may have left under its number.
	fresh := f.freeGeneration()
	staged, err := f.writeGeneration(ctx, fresh, func(func(entry, error) bool) {})
	if err != nil {
		return err
	}
	f.switchGeneration(fresh, staged)
	f.Previous = waiting
	f.SourceValidity = now
	f.Through, f.Pending, f.Suspects, f.Seen = 0, uidSet{}, nil, mailbox.Status{}
	f.CompareFlags = true
	for i := range f.Intents {
		f.Intents[i].UIDs = uidSet{} // of the life before
	}
	if err := f.commit(ctx); err != nil {
		return err
	}
	return f.sweep(ctx)
}

// waiting yields the entries of this generation and, of the previous one, those that nothing has claimed, under new
// numbers.
func (f *folderPass) waiting(ctx context.Context) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		taken := map[mailbox.UID]bool{}
		next := mailbox.UID(1)
		for _, generation := range []int{f.Generation, f.Previous} {
			for e, err := range f.all(ctx, generation) {
				if err != nil {
					yield(e, err)
					return
				}
				if !e.Outcome.atTarget() || e.Target != 0 && taken[e.Target] {
					continue
				}
				taken[e.Target] = true
				e.Source = next
				next++
				if !yield(e, nil) {
					return
				}
			}
		}
	}
}

// plan finds what is to be copied: what is new since the last pass, and what was planned then and not decided. On the
// way it learns what has left the source, because only then the numbers agree with what the source counts.
func (f *folderPass) plan(ctx context.Context) ([]planned, error) {
	if f.RetryRefused && f.Counts[Refused] > 0 {
		if err := f.reopen(ctx, Refused); err != nil {
			return nil, err
		}
	}
	if f.refiltered() {
		if err := f.reopen(ctx, Filtered); err != nil {
			return nil, err
		}
	}
	f.FilteredBy = f.FilterText
	wanted := slices.Clone(f.Pending.UIDSet)
	last := mailbox.MaxUID
	if next := f.source0.UIDNext; next > 0 {
		last = next - 1 // what arrives from now on is the next pass's
	}
	if f.Through < last {
		wanted = append(wanted, mailbox.UIDRange{First: f.Through + 1, Last: last})
	}
	var plan []planned
	var again mailbox.UIDSet
	if len(wanted) > 0 {
		for m, err := range f.source.List(ctx, f.sourceAt(), mailbox.Query{UIDs: wanted}) {
			if err != nil {
				return nil, err
			}
			if m.UID <= f.Through {
				again.Add(m.UID)
			}
			plan = append(plan, f.planOne(m))
		}
	}
	listed := int64(len(plan))
	missing := f.Pending.Minus(again)
	for uid := range missing.All() {
		plan = append(plan, planned{uid: uid}) // fetched all the same, to be told that it has vanished
	}
	missed, err := f.reconcile(ctx, listed)
	if err != nil {
		return nil, err
	}
	plan = append(plan, missed...)
	if len(missing) > 0 || len(missed) > 0 {
		slices.SortFunc(plan, func(a, b planned) int { return cmp.Compare(a.uid, b.uid) })
	}
	f.SourceCount = int64(f.source0.Messages) + f.Counts[Vanished] + int64(missing.Len())
	return plan, nil
}

func (f *folderPass) planOne(m mailbox.Meta) planned {
	p := planned{uid: m.UID, size: uint32(min(max(m.Size, 0), 1<<32-1)), filtered: f.Filter != nil && !f.Filter(m)}
	if !p.filtered {
		f.state.BytesPlanned += max(m.Size, 0)
	}
	return p
}

// refiltered tells whether messages were left out by another filter than the one in force.
func (f *folderPass) refiltered() bool { return f.Counts[Filtered] > 0 && f.FilteredBy != f.FilterText }

// reopen makes what was refused or filtered before undecided again.
func (f *folderPass) reopen(ctx context.Context, outcome Outcome) error {
	var open mailbox.UIDSet
	for e, err := range f.all(ctx, f.Generation) {
		if err != nil {
			return err
		}
		if e.Outcome == outcome && !e.Gone {
			open.Add(e.Source)
		}
	}
	for uid := range open.All() {
		if err := f.remove(ctx, uid); err != nil {
			return err
		}
		f.dropItem(uid)
		f.Pending.Add(uid)
		f.state.MessagesDone--
		if len(f.items) >= commitItems {
			if err := f.commit(ctx); err != nil {
				return err
			}
		}
	}
	return f.commit(ctx)
}

// commitItems and commitPages bound what one commit writes.
const (
	commitItems = 500
	commitPages = 30
)

// reconcile compares what is known and listed with what the source counts. When they differ, messages have left the
// source, which their entries then note; when that does not explain it, the whole folder is listed, and messages that
// an earlier list did not show are returned to be planned. It never trusts a single answer of the server.
func (f *folderPass) reconcile(ctx context.Context, listed int64) ([]planned, error) {
	count := int64(f.source0.Messages)
	if f.present()+listed == count {
		return nil, nil
	}
	var known mailbox.UIDSet
	for e, err := range f.all(ctx, f.Generation) {
		if err != nil {
			return nil, err
		}
		if !e.Gone && e.Outcome != Vanished {
			known.Add(e.Source)
		}
	}
	if len(known) > 0 {
		left, err := f.source.Vanished(ctx, f.sourceAt(), known, f.Seen.HighestModSeq)
		if err != nil {
			return nil, err
		}
		if err := f.markGone(ctx, left); err != nil {
			return nil, err
		}
		if f.present()+listed == count {
			return nil, nil
		}
	}
	var missed []planned
	if f.Through > 0 {
		upTo := mailbox.UIDSet{{First: 1, Last: f.Through}}.Minus(known).Minus(f.Pending.UIDSet)
		for m, err := range f.source.List(ctx, f.sourceAt(), mailbox.Query{UIDs: mailbox.UIDSet{{First: 1, Last: f.Through}}}) {
			if err != nil {
				return nil, err
			}
			if upTo.Has(m.UID) {
				missed = append(missed, f.planOne(m))
			}
		}
	}
	if have := f.present() + listed + int64(len(missed)); have != count {
		f.report("Warning", "Folder %q: the source counts %d messages, but shows %d.", f.Source, count, have)
	}
	return missed, nil
}

// markGone notes that messages are no longer at the source.
func (f *folderPass) markGone(ctx context.Context, uids mailbox.UIDSet) error {
	if len(uids) == 0 {
		return nil
	}
	for uid := range uids.All() {
		e, known, err := f.get(ctx, uid)
		if err != nil {
			return err
		}
		if !known || e.Gone {
			continue
		}
		e.Gone = true
		if err := f.put(ctx, e); err != nil {
			return err
		}
		f.state.MessagesDone--
		if f.dirtyPages() >= commitPages {
			if err := f.commit(ctx); err != nil {
				return err
			}
		}
	}
	return f.commit(ctx)
}

func (f *folderPass) targetFolder() (mailbox.Folder, bool) {
	folder, ok := f.targetFolders[f.Target]
	return folder, ok && folder.Selectable()
}

// prepareTarget makes the target folder if it is not there, learns what it keeps, and settles what may lie in it.
func (f *folderPass) prepareTarget(ctx context.Context, first bool) error {
	folder, there := f.targetFolder()
	if !there {
		if err := f.createTarget(ctx, first); err != nil {
			return err
		}
		f.targetFolders[f.Target] = mailbox.Folder{Name: f.Target}
	}
	var err error
	if f.keeps, err = f.target.Open(ctx, f.Target); err != nil {
		return err
	}
	if f.keeps.ReadOnly {
		e := mailbox.NewError(mailbox.FolderRefused, "SELECT", fmt.Errorf("the target opens the folder for reading only"))
		e.Server, e.Folder = f.target.Info().Server, f.Target
		return e
	}
	if first {
		f.Adopting = f.keeps.Messages > 0
		f.TargetValidity = f.keeps.UIDValidity
	}
	if f.mapping.Source.Subscribed && !f.Subscribed {
		if !folder.Subscribed {
			if err := f.target.Subscribe(ctx, f.Target); err != nil {
				return err
			}
		}
		f.Subscribed = true
	}
	if f.TargetValidity != f.keeps.UIDValidity {
		if err := f.targetLife(ctx); err != nil {
			return err
		}
	}
	f.targetNext = f.keeps.UIDNext
	if f.targetNext == 0 {
		for m, err := range f.target.List(ctx, f.targetAt(), mailbox.Query{}) {
			if err != nil {
				return err
			}
			f.targetNext = m.UID
		}
		f.targetNext++
	}
	if first {
		return f.commit(ctx)
	}
	return nil
}

// targetLife moves the entries to the UIDs that their messages have since the target was renumbered. What is not found
// was taken away by the user, and stays so.
func (f *folderPass) targetLife(ctx context.Context) error {
	f.report("Warning", "Folder %q: the target has renumbered its messages (UIDVALIDITY %d, was %d); they are matched by content.",
		f.Target, f.keeps.UIDValidity, f.TargetValidity)
	f.TargetValidity = f.keeps.UIDValidity
	var there mailbox.UIDSet
	for m, err := range f.target.List(ctx, f.targetAt(), mailbox.Query{}) {
		if err != nil {
			return err
		}
		there.Add(m.UID)
	}
	var at claims
	err := f.readTarget(ctx, there, func(m found) error {
		at.add(m.digest, m.like, claim{target: m.UID, length: m.length})
		return nil
	})
	if err != nil {
		return err
	}
	reflags := make([]reflag, len(f.Reflag))
	for i, c := range f.Reflag {
		reflags[i] = reflag{Add: c.Add, Remove: c.Remove}
	}
	moved := func(generation int) iter.Seq2[entry, error] {
		return func(yield func(entry, error) bool) {
			for e, err := range f.all(ctx, generation) {
				if err == nil && e.Outcome.atTarget() && e.Target != 0 {
					cl, found := at.take(e.Digest)
					for i, c := range f.Reflag {
						if found && c.UIDs.Has(e.Target) {
							reflags[i].UIDs.Add(cl.target)
						}
					}
					e.Target = cl.target
				}
				if !yield(e, err) {
					return
				}
			}
		}
	}
	number := f.freeGeneration()
	staged, err := f.writeGeneration(ctx, number, moved(f.Generation))
	if err != nil {
		return err
	}
	if f.Previous != 0 {
		if _, err := f.writeGeneration(ctx, number+1, moved(f.Previous)); err != nil {
			return err
		}
		f.Previous = number + 1
	}
	f.switchGeneration(number, staged)
	f.Reflag = reflags
	// What was on its way when we last stopped may be anywhere now.
	f.Adopting = f.Adopting || len(f.Intents) > 0
	if err := f.commit(ctx); err != nil {
		return err
	}
	return f.sweep(ctx)
}

// finish notes that the folder is done, and in what state it was when the pass began.
func (f *folderPass) finish(ctx context.Context) error {
	swept := f.Previous != 0
	f.Adopting, f.Previous, f.CompareFlags = false, 0, false
	f.Intents, f.Suspects = nil, nil
	f.Seen = f.source0.Status
	if err := f.commit(ctx); err != nil {
		return err
	}
	if swept {
		return f.sweep(ctx)
	}
	return nil
}

// unix is a date as entries keep it.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return noDate
	}
	return t.Unix()
}
