package syncer

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"sync"
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
	first   bool // it was never seen before
	attempt int  // how often it was begun before in this pass

	// The link over which it is worked on.
	link   *link
	source mailbox.Source
	target mailbox.Target
	// busy is held by whoever works on the ledger while messages flow, when both ends of a link may want to. It is taken
	// before the turn.
	busy sync.Mutex

	made    chan struct{} // closed once the target folder was made, or could not be
	madeErr error
	fresh   *mailbox.Opened // the target folder as it was made, unless it was there
	// trouble is why the folder could not be finished; redo says that it is to be begun again because another one's
	// trouble broke the stream.
	trouble error
	redo    bool

	source0 mailbox.Opened // the source folder when the work began
	keeps   mailbox.Opened // the target folder, for the flags it keeps
	// targetNext is a lower bound of the UID that the next message gets at the target.
	targetNext mailbox.UID
	plan       []planned
	identified []identified // of the messages listed, those that have an identity
	changes    changes      // of flags, as far as the list of what is new has shown them
	compared   bool         // flags were compared in this pass
	lived      bool         // this pass has begun a new life of the source folder

	windows []*window
	cost    int64 // of the windows that were not given to a stream
	given   int   // of the windows, those that were
	open    int   // windows that were not written down yet
	// apart are messages that were not stored because of what they travelled with, window by window; again are
	// messages that were refused and may be taken without their keywords.
	apart []mailbox.UIDSet
	again mailbox.UIDSet
	// mend are messages that the target has refused and may take in another form.
	mend []*mending
	// following: messages of the windows before are sent anew.
	following bool
	finished  bool
	counted   bool // among the folders that are done

	claims claims
	// doubtful are the messages that an earlier pass may have left at the target without an entry.
	doubtful mailbox.UIDSet
	// deferred are messages that a likeness may claim once all others are decided; alike says that this is the case.
	deferred mailbox.UIDSet
	alike    bool
	// undescribed are messages left behind whose subject and sender are still to be read.
	undescribed []migration.SkippedItem
	// added counts what this pass has put into the target folder, copiedNow what of it was copied, decidedNow the messages
	// it has decided.
	added, copiedNow, decidedNow int64
}

// on puts the folder on a link.
func (f *folderPass) on(l *link) { f.link, f.source, f.target = l, l.source, l.target }

// decidedMore counts messages as decided; a negative number takes them back.
func (f *folderPass) decidedMore(n int64) {
	f.state.MessagesDone += n
	f.decidedNow += n
}

// countDone counts the folder as done, once.
func (f *folderPass) countDone() {
	if !f.counted {
		f.counted = true
		f.state.FoldersDone++
	}
}

// planned is a message to be copied. Half a million of them fit in a few megabytes.
type planned struct {
	uid  mailbox.UID
	size uint32  // as the source says, in bytes, cut to what fits
	left Outcome // Filtered or Merged if it is left out, else 0
	date int64   // as entries keep it
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
	return f.Seen.UIDValidity != 0 && len(f.Intents) == 0 && f.Resent == nil && f.Pending.IsZero() && !f.Adopting && f.Previous == 0 &&
		!f.CompareFlags && len(f.Reflag) == 0 && f.Fault == "" && !f.retries() && !f.refiltered() &&
		(!f.Job.Deletions.Follow || f.folderRecord.Deletions == deletionsFollowed)
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

// prepare finds out what there is to do, does it as far as no message needs to be sent, and leaves the rest in f.plan.
func (f *folderPass) prepare(ctx context.Context) error {
	if f.first {
		// Pages of a state that was forgotten only in part must not come back to life.
		if _, err := store.DeletePrefix(ctx, f.Store, store.Prefix("mail", "page", f.ledger.pair, f.folderID)); err != nil {
			return fmt.Errorf("begin folder %q: %w", f.Source, err)
		}
	}
	f.Fault = ""
	var opening *opening
	if _, there := f.targetFolder(); there {
		opening = f.openTarget(ctx)
		defer opening.wait()
	}
	if status := f.mapping.Source.Status; status != nil && status.UIDValidity != 0 {
		f.source0 = mailbox.Opened{Status: *status}
	} else {
		var err error
		if f.source0, err = f.source.Open(ctx, f.Source); err != nil {
			return err
		}
	}
	if err := f.sourceLife(ctx); err != nil {
		return err
	}
	if err := f.findNew(ctx); err != nil {
		return err
	}
	if err := f.sourceIdentity(ctx); err != nil {
		return err
	}
	if err := f.knowAgain(ctx); err != nil {
		return err
	}
	// A folder that the user has removed at the target comes back only for new mail.
	if opening != nil || f.first || len(f.plan) > 0 {
		if err := f.prepareTarget(ctx, opening); err != nil {
			return err
		}
	}
	if f.Seen.UIDValidity == 0 || f.CompareFlags {
		return nil // once all messages are decided
	}
	f.compared = true
	return f.compareFlags(ctx)
}

// conclude does what could not be done before all messages were decided.
func (f *folderPass) conclude(ctx context.Context) error {
	if err := f.describe(ctx); err != nil {
		return err
	}
	if f.toCompare() {
		if err := f.compareFlags(ctx); err != nil {
			return err
		}
	}
	if err := f.followDeletions(ctx); err != nil {
		return err
	}
	if err := f.settleLate(ctx); err != nil {
		return err
	}
	return f.finish(ctx)
}

// toCompare tells whether flags are still to be compared.
func (f *folderPass) toCompare() bool {
	return f.CompareFlags || len(f.Reflag) > 0 || f.Seen.UIDValidity != 0 && !f.compared
}

// An opening is a look into the target folder that is under way.
type opening struct {
	turn   *turn
	done   chan struct{}
	opened mailbox.Opened
	err    error
}

// openTarget opens the target folder while the caller does something else. One that was just made was opened then.
func (f *folderPass) openTarget(ctx context.Context) *opening {
	o := &opening{turn: &f.turn, done: make(chan struct{})}
	if f.fresh != nil {
		o.opened = *f.fresh
		close(o.done)
		return o
	}
	target, name := f.link.target.target, f.Target
	go func() {
		defer close(o.done)
		o.opened, o.err = target.Open(ctx, name)
	}()
	return o
}

// wait waits for its end.
func (o *opening) wait() (mailbox.Opened, error) {
	o.turn.wait(func() { <-o.done })
	return o.opened, o.err
}

// sourceLife begins a new life when the source was renumbered.
func (f *folderPass) sourceLife(ctx context.Context) error {
	now := f.source0.UIDValidity
	if f.SourceValidity == 0 || f.SourceValidity == now {
		f.SourceValidity = now
		return nil
	}
	f.report("Warning", "Folder %q: the source has renumbered its messages (UIDVALIDITY %d, was %d); they are recognised, none is copied twice.",
		f.Source, now, f.SourceValidity)
	f.SourceIdentity = ""
	return f.newLife(ctx)
}

// sourceIdentity notes the source folder's identity as far as listing has shown it. Another one than before means another folder under
// the same name, even if it has the same UIDVALIDITY: Cyrus makes that of the time in seconds, so that folders which a script has made
// share it. Such a folder is looked at anew.
func (f *folderPass) sourceIdentity(ctx context.Context) error {
	teller, ok := f.link.source.Reader.(mailbox.FolderIdentifier)
	if !ok {
		return nil
	}
	id := teller.FolderIdentity(f.Source)
	if id == "" && f.SourceIdentity != "" && (f.source0.UIDNext < f.Seen.UIDNext || f.source0.HighestModSeq < f.Seen.HighestModSeq) {
		opened, err := f.source.Open(ctx, f.Source) // in one life neither goes back
		if err != nil {
			return err
		}
		id = opened.Identity
	}
	before := f.SourceIdentity
	if id == "" || id == before {
		return nil
	}
	f.SourceIdentity = id
	if before == "" || f.lived {
		return nil
	}
	f.report("Warning", "Folder %q: the source has another folder under this name; its messages are compared with those that were copied, none is copied twice.", f.Source)
	for _, p := range f.plan {
		if p.left == 0 {
			f.state.BytesPlanned -= int64(p.size)
		}
	}
	f.plan, f.identified, f.changes = nil, nil, changes{}
	if err := f.newLife(ctx); err != nil {
		return err
	}
	return f.findNew(ctx)
}

// newLife begins a new generation of entries for a source folder whose UIDs mean other messages than before.
func (f *folderPass) newLife(ctx context.Context) error {
	f.lived = true
	now := f.source0.UIDValidity
	f.decidedMore(-f.present())
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
	if f.Resent != nil {
		f.Resent.UIDs.UIDSet = mailbox.UIDsFrom(1) // of the life before
	}
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

// findNew finds what is to be copied: what is new since the last pass, and what was planned then and not decided. On the
// way it learns what has left the source, because only then the numbers agree with what the source counts.
func (f *folderPass) findNew(ctx context.Context) error {
	if f.retries() {
		if err := f.reopen(ctx, func(e entry) bool { return e.Outcome == Refused }); err != nil {
			return err
		}
	}
	if f.refiltered() {
		if err := f.reopen(ctx, func(e entry) bool { return e.Outcome == Filtered }); err != nil {
			return err
		}
	}
	f.FilteredBy, f.Repairing = f.FilterText, f.Repair
	last := mailbox.MaxUID
	if next := f.source0.UIDNext; next > 0 {
		last = next - 1 // what arrives from now on is the next pass's
	}
	listed, err := f.listNew(ctx, last)
	if err != nil {
		return err
	}
	missing := f.Pending.Minus(listed)
	for uid := range missing.All() {
		f.plan = append(f.plan, planned{uid: uid}) // fetched all the same, to be told that it has vanished
	}
	missed, err := f.reconcile(ctx, listed, last)
	if err != nil {
		return err
	}
	f.plan = append(f.plan, missed...)
	if !slices.IsSortedFunc(f.plan, byUID) {
		slices.SortFunc(f.plan, byUID)
	}
	slices.SortFunc(f.identified, func(a, b identified) int { return cmp.Compare(a.uid, b.uid) })
	f.SourceCount = int64(f.source0.Messages) + f.Counts[Vanished] + int64(missing.Len())
	return nil
}

func byUID(a, b planned) int { return cmp.Compare(a.uid, b.uid) }

// listNew plans what the source lists of what was not decided yet, up to UID last, and tells which messages it lists. Where
// mod-sequences tell what has changed, the same list brings the changes of flags.
func (f *folderPass) listNew(ctx context.Context, last mailbox.UID) (mailbox.UIDSet, error) {
	var queries []mailbox.Query
	wanted := slices.Clone(f.Pending.UIDSet)
	fresh := mailbox.UIDRange{First: f.Through + 1, Last: last}
	if f.changesKnown() && f.Through > 0 {
		f.changes.listed = true
		queries = append(queries, mailbox.Query{UIDs: mailbox.UIDSet{{First: 1, Last: last}}, ChangedSince: f.Seen.HighestModSeq})
	} else if f.Through < last {
		wanted = append(wanted, fresh)
	}
	if len(wanted) > 0 {
		queries = append(queries, mailbox.Query{UIDs: wanted})
	}
	var listed mailbox.UIDSet
	for _, query := range queries {
		query.Undated = f.Filter == nil && f.Previous == 0 && !f.source.Info().Features.Identities
		for m, err := range f.source.List(ctx, f.sourceAt(), query) {
			switch {
			case err != nil:
				return nil, err
			case m.UID <= f.Through && !f.Pending.Has(m.UID):
				f.changes.add(m)
			case !listed.Has(m.UID):
				listed.Add(m.UID)
				f.plan = append(f.plan, f.planOne(m))
			}
		}
	}
	return listed, nil
}

// changesKnown tells whether a list of what has changed since the last pass is all that is needed.
func (f *folderPass) changesKnown() bool {
	return f.Seen.UIDValidity != 0 && f.Seen.HighestModSeq != 0 && !f.CompareFlags && f.source.Info().Features.CondStore &&
		f.source0.HighestModSeq > f.Seen.HighestModSeq
}

// changes are messages whose flags may have changed.
type changes struct {
	listed bool // they are all that have
	metas  []mailbox.Meta
}

// changesAtHand bounds how many changes are kept in memory; more are listed again when they are needed.
const changesAtHand = 5000

func (c *changes) add(m mailbox.Meta) {
	if len(c.metas) == changesAtHand {
		c.listed, c.metas = false, nil
	}
	if c.listed {
		c.metas = append(c.metas, m)
	}
}

func (f *folderPass) planOne(m mailbox.Meta) planned {
	p := planned{uid: m.UID, size: uint32(min(max(m.Size, 0), 1<<32-1)), date: unix(m.Date)}
	if f.Filter != nil && !f.Filter(m) {
		p.left = Filtered
	} else {
		f.state.BytesPlanned += int64(p.size)
	}
	if m.Identity != 0 {
		f.identified = append(f.identified, identified{m.UID, m.Identity})
	}
	return p
}

// refiltered tells whether messages were left out by another filter than the one in force.
func (f *folderPass) refiltered() bool { return f.Counts[Filtered] > 0 && f.FilteredBy != f.FilterText }

// reopen makes undecided again what some entries have decided.
func (f *folderPass) reopen(ctx context.Context, which func(entry) bool) error {
	var open mailbox.UIDSet
	for e, err := range f.all(ctx, f.Generation) {
		if err != nil {
			return err
		}
		if !e.Gone && which(e) {
			open.Add(e.Source)
		}
	}
	if len(open) == 0 {
		return nil
	}
	for uid := range open.All() {
		if err := f.remove(ctx, uid); err != nil {
			return err
		}
		f.dropItem(uid)
		f.Pending.Add(uid)
		f.decidedMore(-1)
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
func (f *folderPass) reconcile(ctx context.Context, listed mailbox.UIDSet, last mailbox.UID) ([]planned, error) {
	count, new := int64(f.source0.Messages), int64(listed.Len())
	if f.present()+new == count {
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
		if f.present()+new == count {
			return nil, nil
		}
	}
	var missed []planned
	if f.Through > 0 {
		missing := mailbox.UIDSet{{First: 1, Last: last}}.Minus(known).Minus(f.Pending.UIDSet).Minus(listed)
		for m, err := range f.source.List(ctx, f.sourceAt(), mailbox.Query{UIDs: mailbox.UIDSet{{First: 1, Last: last}}}) {
			if err != nil {
				return nil, err
			}
			if missing.Has(m.UID) {
				missed = append(missed, f.planOne(m))
			}
		}
	}
	if have := f.present() + new + int64(len(missed)); have != count {
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
		f.noteLeaver(e)
		f.decidedMore(-1)
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

// prepareTarget sees to it that the target folder is there, learns what it keeps, and settles what may lie in it. opening is
// the look into it that is under way, nil if it did not exist.
func (f *folderPass) prepareTarget(ctx context.Context, opening *opening) error {
	folder, _ := f.targetFolder()
	if opening == nil {
		if err := f.makeTarget(ctx); err != nil {
			return err
		}
		f.targetFolders[f.Target] = mailbox.Folder{Name: f.Target}
		opening = f.openTarget(ctx)
		defer opening.wait()
	}
	if f.mapping.Source.Subscribed && !f.Subscribed {
		if !folder.Subscribed {
			if err := f.target.Subscribe(ctx, f.Target); err != nil {
				return err
			}
		}
		f.Subscribed = true
	}
	var err error
	if f.keeps, err = opening.wait(); err != nil {
		return err
	}
	if f.keeps.ReadOnly {
		e := mailbox.NewError(mailbox.FolderRefused, "SELECT", fmt.Errorf("the target opens the folder for reading only"))
		e.Server, e.Folder = f.target.Info().Server, f.Target
		return e
	}
	if f.first {
		f.Adopting = f.keeps.Messages > 0
		f.TargetValidity = f.keeps.UIDValidity
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
	if f.first {
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
					cl, found := at.take(e.sent())
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
	f.Reflag, f.Resent = reflags, nil
	// What was on its way when we last stopped may be anywhere now.
	f.Adopting = f.Adopting || len(f.Intents) > 0
	if err := f.commit(ctx); err != nil {
		return err
	}
	return f.sweep(ctx)
}

// finish notes that the folder is done, and in what state it was when the pass began.
func (f *folderPass) finish(ctx context.Context) error {
	if f.finished {
		return nil
	}
	swept := f.Previous != 0
	f.markFinished()
	if err := f.commit(ctx); err != nil {
		return err
	}
	if swept {
		return f.sweep(ctx)
	}
	return nil
}

// markFinished makes the record say that there is nothing left to do.
func (f *folderPass) markFinished() {
	f.Adopting, f.Previous, f.CompareFlags = false, 0, false
	f.Intents, f.Suspects = nil, nil
	f.Seen = f.source0.Status
	f.finished = true
}

// nothingRemains tells, when the last window has been written down, whether the folder is finished with it.
func (f *folderPass) nothingRemains() bool {
	return f.open == 0 && f.given == len(f.windows) && !f.following && len(f.apart) == 0 && len(f.again) == 0 && len(f.mend) == 0 &&
		len(f.deferred) == 0 && len(f.undescribed) == 0 && f.Previous == 0 && !f.toCompare() && f.Resent == nil &&
		!f.Job.Deletions.Follow
}

// unix is a date as entries keep it.
func unix(t time.Time) int64 {
	if t.IsZero() {
		return noDate
	}
	return t.Unix()
}

// timeOf is the date that unix has made a number of.
func timeOf(date int64) time.Time {
	if date == noDate {
		return time.Time{}
	}
	return time.Unix(date, 0).UTC()
}
