package syncer

import (
	"context"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
)

// A Preview is what a pass over a pair of mailboxes would do, as far as it can be told without reading messages.
type Preview struct {
	Folders []FolderPreview
	// Quotas are the target's limits; nil when it tells none.
	Quotas []mailbox.Quota
}

// A FolderPreview is what a pass would do with a source folder.
type FolderPreview struct {
	Source string
	Use    string // special use at the source
	// Target is where the folder goes, Exists whether it is there. "" when it is left out, for the reason LeftOut.
	Target  string
	Exists  bool
	LeftOut string
	// Note tells how and why the folder gets another name.
	Note string
	// Fault is why the folder could not be looked into.
	Fault string

	// Messages of Bytes in all are at the source. Each is in one of the following: it was Decided by an earlier pass, is left out by the
	// filter, is Merged because another folder shows it too, is larger than the target takes, seems to be AtTarget already by date and size, or is Pending.
	Messages, Decided, Filtered, Merged, TooLarge, AtTarget, Pending int64
	Bytes, PendingBytes                                              int64
	// Large lists those that are too large, up to a thousand.
	Large []mailbox.Meta
}

// largeListed is how many messages that are too large are listed of a folder.
const largeListed = 1000

// Previewed looks at both mailboxes and tells what [Run] would do. It changes nothing, at neither side nor in the store, and reads no
// message: whether something is at the target already only a pass finds out for sure.
func Previewed(ctx context.Context, job Job) (Preview, error) {
	var out Preview
	p := &pass{Job: job, pair: job.Pair.ID()}
	known, err := storedFolders(ctx, p.Store, p.pair)
	if err != nil {
		return out, err
	}
	p.known = known
	p.turn.take()
	defer p.turn.give()
	defer p.close()
	if err := p.open(ctx); err != nil {
		return out, err
	}
	mappings, err := p.list(ctx)
	if err != nil {
		return out, err
	}
	err = p.renames(ctx, mappings, func(k *storedFolder, m *foldermap.Mapping) error {
		now := *k
		now.Source = m.Source.Name
		if _, hasNew := p.targetFolders[m.Target]; !hasNew {
			m.Note = "the source has renamed it, and the target follows: it was " + k.Target
			now.Target = m.Target
		}
		delete(p.known, k.Source)
		p.known[now.Source] = &now
		return nil
	})
	if err != nil {
		return out, err
	}
	p.keepNames(mappings)
	seen, err := p.seenBefore(ctx)
	if err != nil {
		return out, err
	}
	out.Folders = make([]FolderPreview, len(mappings))
	for _, i := range byHome(mappings) {
		if out.Folders[i], err = p.previewFolder(ctx, mappings[i], seen); err != nil {
			return out, err
		}
	}
	if p.target.Info().Features.Quota {
		if out.Quotas, err = p.target.Quota(ctx); err != nil && !ofFolder(err) {
			return out, err
		}
	}
	return out, nil
}

// ofFolder tells whether an error concerns a folder or less, so that the session goes on.
func ofFolder(err error) bool {
	class := mailbox.ClassOf(err)
	return class == mailbox.PerFolder || class == mailbox.PerMessage
}

func (p *pass) previewFolder(ctx context.Context, m foldermap.Mapping, seen identities) (FolderPreview, error) {
	out := FolderPreview{Source: m.Source.Name, Use: m.Source.Use, Target: m.Target, LeftOut: m.LeftOut, Note: m.Note}
	if m.LeftOut != "" {
		out.Target = ""
		if m.Source.Status != nil {
			out.Messages = int64(m.Source.Status.Messages)
		}
		return out, nil
	}
	folder, there := p.targetFolders[m.Target]
	out.Exists = there && folder.Selectable()
	err := p.previewMessages(ctx, m, seen, &out)
	if err != nil && ofFolder(err) {
		out.Fault, err = err.Error(), nil
	}
	return out, err
}

func (p *pass) previewMessages(ctx context.Context, m foldermap.Mapping, seen identities, out *FolderPreview) error {
	at := mailbox.At{Folder: m.Source.Name}
	if m.Source.Status != nil {
		if m.Source.Status.Messages == 0 {
			return nil
		}
		at.UIDValidity = m.Source.Status.UIDValidity
	}
	decided, fresh, err := p.decided(ctx, m.Source)
	if err != nil {
		return err
	}
	there := map[likelySame]int{}
	if fresh && out.Exists {
		if there, err = p.datesAndSizes(ctx, m.Target); err != nil {
			return err
		}
	}
	limit := p.target.Info().AppendLimit
	if s := p.targetFolders[m.Target].Status; s != nil && s.AppendLimit > 0 {
		limit = s.AppendLimit
	}
	for meta, err := range p.source.List(ctx, at, mailbox.Query{}) {
		if err != nil {
			return err
		}
		size := max(meta.Size, 0)
		out.Messages++
		out.Bytes += size
		same := likelySame{unix(meta.Date), size}
		switch {
		case decided.Has(meta.UID):
			out.Decided++
		case p.Filter != nil && !p.Filter(meta):
			out.Filtered++
		case p.labels() && seen.again(meta.Identity):
			out.Merged++
		case limit > 0 && size > limit:
			out.TooLarge++
			if len(out.Large) < largeListed {
				out.Large = append(out.Large, meta)
			}
		case there[same] > 0:
			there[same]--
			out.AtTarget++
		default:
			out.Pending++
			out.PendingBytes += size
		}
	}
	return nil
}

// decided are the messages of a source folder that an earlier pass is done with and the next one will not look at again.
// fresh tells that there are none because the folder, or its present life, was never seen: the pass then matches by content.
func (p *pass) decided(ctx context.Context, folder mailbox.Folder) (set mailbox.UIDSet, fresh bool, err error) {
	k := p.known[folder.Name]
	if k == nil || folder.Status != nil && folder.Status.UIDValidity != 0 && folder.Status.UIDValidity != k.SourceValidity {
		return nil, true, nil
	}
	again := k.Counts[Filtered] > 0 && k.FilteredBy != p.FilterText
	for e, err := range openLedger(p.Store, p.pair, k).all(ctx, k.Generation) {
		if err != nil {
			return nil, false, err
		}
		if e.Outcome == Filtered && again || e.Outcome == Refused && p.RetryRefused {
			continue
		}
		set.Add(e.Source)
	}
	return set, false, nil
}

// likelySame is what two copies of a message have in common on most servers.
type likelySame struct{ date, size int64 }

// datesAndSizes counts what is in a target folder already.
func (p *pass) datesAndSizes(ctx context.Context, folder string) (map[likelySame]int, error) {
	there := map[likelySame]int{}
	for meta, err := range p.target.List(ctx, mailbox.At{Folder: folder}, mailbox.Query{}) {
		if err != nil {
			return nil, err
		}
		there[likelySame{unix(meta.Date), max(meta.Size, 0)}]++
	}
	return there, nil
}
