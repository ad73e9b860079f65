package syncer

import (
	"context"
	"fmt"
	"maps"
	"net/mail"
	"slices"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
	"migsh/internal/migration"
)

// How far the removal of what has left the source is.
const (
	deletionsFollowed = "followed"
	deletionsHeld     = "held" // by the brake
)

// fewDeletions is how many messages may leave a folder without the brake, unless it is all of them: in a small one every message is a
// large share.
const fewDeletions = 5

// followDeletions removes at the target what has left the source, if that was asked for: only messages that we have put there ourselves,
// and whose flags nobody has changed there. When too much of the folder has gone it removes nothing and says how to go on.
func (f *folderPass) followDeletions(ctx context.Context) error {
	if !f.Job.Deletions.Follow {
		return nil
	}
	gone, ours, err := f.orphans(ctx)
	if err != nil {
		return err
	}
	_, there := f.targetFolder()
	switch {
	case len(gone) == 0 || !there:
		f.folderRecord.Deletions = deletionsFollowed
		return nil
	case len(gone)*100 > f.Job.Deletions.Percent*ours && (len(gone) > fewDeletions || len(gone) == ours):
		f.folderRecord.Deletions = deletionsHeld
		f.report("Warning", "Folder %q: %d of the %d messages that were copied from it are no longer at the source, more than %d %%: nothing is removed at the target. If this is right, let it go on once with: Set-MigrationBatch '%s' -MaxDeletionPercent %d -SyncNow",
			f.Source, len(gone), ours, f.Job.Deletions.Percent, f.Job.Deletions.Batch, min(100, (len(gone)*100+ours-1)/ours))
		return nil
	case !f.target.Info().Features.UIDPlus:
		f.folderRecord.Deletions = deletionsFollowed
		f.report("Warning", "Folder %q: %d messages have left the source and stay at the target, whose server has no UIDPLUS and could only remove all that is marked as deleted, whoever marked it.",
			f.Source, len(gone))
		return nil
	}
	for batch := range slices.Chunk(gone, windowMessages) {
		if err := f.removeOrphans(ctx, batch); err != nil {
			return err
		}
	}
	f.folderRecord.Deletions = deletionsFollowed
	return nil
}

// orphans are the messages that we have put into the target folder and that have left the source, ours is how many we have put there
// that are not known to have gone.
// Where folders are labels, a message that another folder of the source still shows has not left.
func (f *folderPass) orphans(ctx context.Context) (gone []entry, ours int, err error) {
	identities, told, known := []uint64(nil), false, false
	shown := func(e entry) (bool, error) {
		if e.Identity == 0 || !f.labels() {
			return false, nil
		}
		if !told {
			if identities, known, err = f.shownIdentities(ctx); err != nil {
				return false, err
			}
			told = true
		}
		_, found := slices.BinarySearch(identities, e.Identity)
		return found || !known, nil
	}
	for e, err := range f.all(ctx, f.Generation) {
		if err != nil {
			return nil, 0, err
		}
		if e.Target == 0 || e.Outcome != Copied && e.Outcome != Repaired {
			continue
		}
		ours++
		if !e.Gone {
			continue
		}
		elsewhere, err := shown(e)
		if err != nil {
			return nil, 0, err
		}
		if !elsewhere {
			gone = append(gone, e)
		}
	}
	return gone, ours, nil
}

// removeOrphans removes those of the messages that nobody has touched at the target. A crash in between is no harm: the next pass finds
// that they are no longer there.
func (f *folderPass) removeOrphans(ctx context.Context, batch []entry) error {
	entries := map[mailbox.UID]entry{}
	var uids mailbox.UIDSet
	for _, e := range batch {
		entries[e.Target] = e
	}
	for _, e := range slices.SortedFunc(maps.Values(entries), func(a, b entry) int { return int(int64(a.Target) - int64(b.Target)) }) {
		uids.Add(e.Target)
	}
	var untouched mailbox.UIDSet
	for m, err := range f.target.List(ctx, f.targetAt(), mailbox.Query{UIDs: uids}) {
		if err != nil {
			return err
		}
		e, asked := entries[m.UID]
		if !asked {
			continue
		}
		if f.sendable(e.Flags).Equal(f.sendable(m.Flags)) {
			untouched.Add(m.UID)
			continue
		}
		delete(entries, m.UID)
		f.report("Information", "Folder %q: the message with UID %d has left the source but stays at the target (UID %d), where its flags were changed.", f.Source, e.Source, e.Target)
	}
	about := map[mailbox.UID]mail.Header{}
	if len(untouched) > 0 {
		for h, err := range f.target.Headers(ctx, f.targetAt(), untouched, "Subject", "From") { // while they are there
			if err != nil {
				return err
			}
			about[h.UID] = parseHeader(h.Fields)
		}
		if err := f.target.Expunge(ctx, f.targetAt(), untouched); err != nil {
			return err
		}
	}
	for _, e := range slices.SortedFunc(maps.Values(entries), func(a, b entry) int { return int(int64(a.Source) - int64(b.Source)) }) {
		if untouched.Has(e.Target) {
			if err := f.noteRemoved(e, about[e.Target]); err != nil {
				return err
			}
			e.Identity = 0 // should a folder show it once more, it is copied again
		}
		e.Target = 0
		if err := f.put(ctx, e); err != nil {
			return err
		}
	}
	return f.commit(ctx)
}

// noteRemoved lists a message that was removed at the target.
func (f *folderPass) noteRemoved(e entry, header mail.Header) error {
	f.result.Removed++
	f.report("Information", "Folder %q: the message with UID %d, which has left the source, was removed at the target (UID %d, digest %v).", f.Source, e.Source, e.Target, e.sent())
	item := migration.SkippedItem{
		Kind: migration.SkippedRemovedItem, FolderName: f.Source, UID: uint32(e.Source), DateReceived: timeOf(e.Date),
		Subject: decodeWords(header.Get("Subject")), Sender: decodeWords(header.Get("From")), MessageSize: migration.ByteSize(e.Size),
		Reason: fmt.Sprintf("it was deleted at the source, and therefore at the target, where its UID was %d", e.Target), WrittenDigest: e.sent().String(),
	}
	return f.addItem(item)
}

// foldersGone are the known folders with messages that are no longer at the source, by name.
func (p *pass) foldersGone(mappings []foldermap.Mapping) (gone []string) {
	for _, name := range slices.Sorted(maps.Keys(p.known)) {
		if p.known[name].present() > 0 && !slices.ContainsFunc(mappings, func(m foldermap.Mapping) bool { return m.Source.Name == name }) {
			gone = append(gone, name)
		}
	}
	return gone
}

// tellFoldersGone says of folders that have left the source that nothing is removed for that.
func (p *pass) tellFoldersGone() {
	if !p.Job.Deletions.Follow {
		return
	}
	for _, name := range p.gone {
		k := p.known[name]
		p.report("Warning", "Folder %q with %d messages is no longer at the source; %q stays at the target as it is. If it is to go, remove it there.", name, k.present(), k.Target)
	}
}
