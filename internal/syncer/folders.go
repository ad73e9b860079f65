package syncer

import (
	"context"
	"iter"
	"slices"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/migration"
)

const (
	// foldersAtOnce is how many folders ask their questions at the same time.
	foldersAtOnce = 32
	// folderAttempts is how often a folder is begun again in one pass because it was renumbered meanwhile.
	folderAttempts = 3
)

// folders brings all folders up to date, step by step but all together: what is new is listed and target folders are made,
// then the messages of all folders flow in one stream, then what remains is done. So no folder waits for another one's
// answers. Folders that both lists show to be unchanged are not touched at all.
func (p *pass) folders(ctx context.Context, mappings []foldermap.Mapping) error {
	all := make([]*folderPass, len(mappings))
	var todo []*folderPass
	for i, m := range mappings {
		if m.LeftOut != "" {
			continue
		}
		all[i] = p.beginFolder(m)
	}
	idle := func(f *folderPass) bool { return f == nil || f.unchanged() }
	var err error
	if slices.ContainsFunc(all, func(f *folderPass) bool { return !idle(f) }) {
		err = p.splitFaces(ctx, all)
	}
	for _, f := range all {
		switch {
		case !idle(f):
			todo = append(todo, f)
		case f != nil:
			p.state.FoldersDone++
		}
	}
	for len(todo) > 0 && err == nil {
		now, again := p.apart(todo)
		p.working, p.unsettled = now, len(again) > 0
		err = p.round(ctx, now)
		for _, f := range now {
			f.keepRecord()
			if next := f.outcome(ctx, &err); next != nil {
				again = append(again, next)
				for i := range all {
					if all[i] == f {
						all[i] = next
					}
				}
			}
		}
		todo = again
	}
	if err == nil {
		err = p.lookAtDates(ctx, p.target)
	}
	for i, f := range all {
		if f == nil {
			p.leaveOut(mappings[i])
		} else {
			f.tell()
		}
	}
	return err
}

// apart divides folders into those that can be worked on at the same time and those that have to wait, because they share their
// target with one before: what that one puts there must be known before the next looks what is there. Where folders show the same
// messages, those that are less preferred wait too, or they would take what the others are to have.
func (p *pass) apart(folders []*folderPass) (now, later []*folderPass) {
	taken := map[string]bool{}
	labels := p.labels()
	if labels {
		folders = ranked(folders)
	}
	for _, f := range folders {
		if taken[f.Target] || labels && len(later) > 0 {
			later = append(later, f)
		} else {
			now = append(now, f)
		}
		taken[f.Target] = true
	}
	return now, later
}

// round takes folders through all steps. A folder's own trouble is noted with the folder and leaves it out of the steps that
// follow; any other trouble ends the round.
func (p *pass) round(ctx context.Context, folders []*folderPass) error {
	p.progress(PhasePlan)
	p.leavers = nil
	p.openSpares(ctx, folders)
	defer p.leaveSpares()
	creating, stop := context.WithCancel(ctx)
	created := make(chan struct{})
	go func() {
		defer close(created)
		p.turn.take()
		defer p.turn.give()
		p.createFolders(creating, folders)
	}()
	err := p.each(ctx, folders, (*folderPass).prepare)
	stop()
	p.turn.wait(func() { <-created })
	if err != nil {
		return err
	}
	if err := p.mergeFaces(ctx, folders); err != nil {
		return err
	}
	if err := p.leaversOfGone(ctx, folders); err != nil {
		return err
	}
	if err := p.each(ctx, folders, (*folderPass).copyMoved); err != nil {
		return err
	}
	if err := p.copyAll(ctx, folders); err != nil {
		return err
	}
	p.leaveSpares()
	return p.each(ctx, folders, (*folderPass).conclude)
}

// each does one step for all folders that have no trouble yet.
func (p *pass) each(ctx context.Context, folders []*folderPass, step func(*folderPass, context.Context) error) error {
	var works iter.Seq[func(context.Context) error] = func(yield func(func(context.Context) error) bool) {
		for _, f := range folders {
			work := func(ctx context.Context) error {
				if f.trouble != nil || f.redo {
					return nil
				}
				return f.own(ctx, step(f, ctx))
			}
			if !yield(work) {
				return
			}
		}
	}
	return p.turn.together(ctx, foldersAtOnce, works)
}

// own keeps trouble that is the folder's own and returns any other.
func (f *folderPass) own(ctx context.Context, err error) error {
	class := mailbox.ClassOf(err)
	if err != nil && ctx.Err() == nil && (class == mailbox.PerFolder || class == mailbox.PerMessage) {
		f.trouble = err
		return nil
	}
	return err
}

// beginFolder prepares the work on a folder.
func (p *pass) beginFolder(m foldermap.Mapping) *folderPass {
	known := p.known[m.Source.Name]
	if known == nil {
		known = newFolder(m.Source.Name, p.known)
	}
	f := &folderPass{pass: p, mapping: m, ledger: openLedger(p.Store, p.pair, known), made: make(chan struct{})}
	if f.first = f.revision == 0; f.first {
		f.Target = m.Target
		if m.Note != "" {
			p.report("Information", "Folder %q becomes %q: %s.", f.Source, f.Target, m.Note)
		}
	}
	f.on(p.links[0])
	return f
}

// outcome looks at what came of a folder in a round that ended with *err, and returns it anew if it is to be begun again.
func (f *folderPass) outcome(ctx context.Context, err *error) *folderPass {
	p := f.pass
	renumbered := mailbox.IsID(f.trouble, mailbox.UIDValidityChanged) && f.attempt+1 < folderAttempts
	if *err == nil && (renumbered || f.redo && f.trouble == nil) {
		p.state.MessagesDone -= f.decidedNow
		if renumbered {
			p.report("Warning", "Folder %q was renumbered while it was copied; it is matched again by content.", f.Source)
		}
		// The lists that said what is there have become old.
		delete(p.targetFolders, f.Target)
		if opened, err := p.target.Open(ctx, f.Target); err == nil {
			p.targetFolders[f.Target] = mailbox.Folder{Name: f.Target, Status: &opened.Status}
		}
		next := p.beginFolder(f.mapping)
		next.mapping.Source.Status = nil
		next.undescribed = f.undescribed
		next.attempt, next.added, next.copiedNow, next.counted = f.attempt, f.added, f.copiedNow, f.counted
		if renumbered {
			next.attempt++
		}
		return next
	}
	if (f.trouble != nil || *err != nil) && ctx.Err() == nil && mailbox.ClassOf(*err) != mailbox.Reconnect {
		if e := f.describe(ctx); e != nil {
			p.report("Information", "Folder %q: subject and sender of messages that were left behind can't be read: %v.", f.Source, e)
		}
	}
	if f.trouble != nil {
		p.report("Error", "Folder %q could not be copied whole: %v.", f.Source, f.trouble)
		f.Fault = f.trouble.Error()
		if e := f.commit(ctx); e != nil && *err == nil {
			*err = e
		}
		f.keepRecord()
	}
	return nil
}

// tell adds the folder's balance to the result.
func (f *folderPass) tell() {
	count := f.tally()
	if t, ok := f.targetFolders[f.Target]; ok && t.Status != nil {
		count.Target = int64(t.Status.Messages) + f.added
	} else {
		count.Target = f.added
	}
	f.result.Folders = append(f.result.Folders, count)
	if f.Resent != nil {
		f.lookAgain(f.Resent.lastLook())
	}
	if f.copiedNow > 0 {
		f.report("Information", "Folder %q: %d messages were copied to %q.", f.Source, f.copiedNow, f.Target)
	}
}

// leaveOut notes a folder that is not copied.
func (p *pass) leaveOut(m foldermap.Mapping) {
	count := migration.FolderCount{SourceFolder: m.Source.Name, Excluded: true}
	if m.Source.Status != nil {
		count.Source = int64(m.Source.Status.Messages)
	}
	p.result.Folders = append(p.result.Folders, count)
	p.report("Information", "Folder %q is left out: %s.", m.Source.Name, m.LeftOut)
}

// keepRecord makes the folder's state known to the next look at it in this pass.
func (f *folderPass) keepRecord() {
	if f.revision != 0 {
		f.known[f.Source] = &storedFolder{f.folderID, f.folderRecord, f.revision}
	}
}
