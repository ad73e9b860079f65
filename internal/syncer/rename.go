package syncer

import (
	"context"
	"io"
	"slices"
	"strings"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
)

// renameProof is how many messages are compared before a folder is taken for one that had another name before.
const renameProof = 3

// followRenames finds folders that the source has renamed since the last pass, and renames them at the target, so that
// nothing is copied again. A renamed folder is one that was never seen and has the identity of one that has gone, or of one whose
// name another folder has now. Where the source tells no identities, it has the UIDVALIDITY of one that has gone and holds the same messages.
func (p *pass) followRenames(ctx context.Context, mappings []foldermap.Mapping) error {
	return p.renames(ctx, mappings, func(k *storedFolder, m *foldermap.Mapping) error { return p.rename(ctx, k, m) })
}

// renames finds the folders that followRenames speaks of, and has follow deal with each.
func (p *pass) renames(ctx context.Context, mappings []foldermap.Mapping, follow func(*storedFolder, *foldermap.Mapping) error) error {
	left, gone := p.missed(mappings)
	if len(left) == 0 {
		return nil
	}
	identities, err := p.newIdentities(ctx, mappings, left)
	if err != nil {
		return err
	}
	for i := range mappings {
		m := &mappings[i]
		if m.LeftOut != "" || m.Source.Status == nil || p.known[m.Source.Name] != nil {
			continue
		}
		for name, k := range left {
			same := k.SourceIdentity == identities[m.Source.Name]
			switch {
			case k.SourceIdentity != "" && identities[m.Source.Name] != "":
			case !gone[name], k.SourceValidity != m.Source.Status.UIDValidity, k.present() == 0:
				same = false
			default:
				if same, err = p.sameMessages(ctx, k, m.Source.Name); err != nil {
					return err
				}
			}
			if !same {
				continue
			}
			if err := follow(k, m); err != nil {
				return err
			}
			delete(left, name)
			break
		}
	}
	return nil
}

// missed are the folders that are not where they were: those that have gone, and those whose name a folder in another life has.
func (p *pass) missed(mappings []foldermap.Mapping) (left map[string]*storedFolder, gone map[string]bool) {
	left, gone = map[string]*storedFolder{}, map[string]bool{}
	for name, k := range p.known {
		i := slices.IndexFunc(mappings, func(m foldermap.Mapping) bool { return m.Source.Name == name })
		gone[name] = i < 0
		if i < 0 || k.SourceIdentity != "" && mappings[i].Source.Status != nil && mappings[i].Source.Status.UIDValidity != k.SourceValidity {
			left[name] = k
		}
	}
	return left, gone
}

// newIdentities are those of the folders that were never seen, by name, if one that is missed had one. They are opened all at once.
func (p *pass) newIdentities(ctx context.Context, mappings []foldermap.Mapping, left map[string]*storedFolder) (map[string]string, error) {
	out, had := map[string]string{}, false
	for _, k := range left {
		had = had || k.SourceIdentity != ""
	}
	if !had {
		return out, nil
	}
	err := p.turn.together(ctx, foldersAtOnce, func(yield func(func(context.Context) error) bool) {
		for _, m := range mappings {
			if m.LeftOut != "" || m.Source.Status == nil || p.known[m.Source.Name] != nil {
				continue
			}
			open := func(ctx context.Context) error {
				opened, err := p.source.Open(ctx, m.Source.Name)
				if err != nil && !ofFolder(err) {
					return err
				}
				out[m.Source.Name] = opened.Identity
				return nil
			}
			if !yield(open) {
				return
			}
		}
	})
	return out, err
}

// sameMessages compares a few messages that are remembered of a folder with those that another folder has under the
// same UIDs.
func (p *pass) sameMessages(ctx context.Context, k *storedFolder, name string) (bool, error) {
	remembered := map[mailbox.UID]entry{}
	var uids mailbox.UIDSet
	for e, err := range openLedger(p.Store, p.pair, k).all(ctx, k.Generation) {
		if err != nil {
			return false, err
		}
		if !e.Gone && e.Outcome.atTarget() {
			remembered[e.Source] = e
			uids.Add(e.Source)
		}
		if len(remembered) == renameProof {
			break
		}
	}
	window := mailbox.Window{At: mailbox.At{Folder: name, UIDValidity: k.SourceValidity}, UIDs: uids}
	same := 0
	for m, err := range p.source.Fetch(ctx, slices.Values([]mailbox.Window{window})) {
		if err != nil {
			return false, err
		}
		if m.Err != nil {
			continue
		}
		r := newDigestReader(m.Body, m.Length)
		if _, err := io.Copy(io.Discard, r); err != nil {
			return false, err
		}
		if r.digest != remembered[m.UID].Digest {
			return false, nil
		}
		same++
	}
	return same > 0, nil
}

// rename lets the target follow. When the user has renamed, removed or made folders there meanwhile, his names stay. A
// crash after the renaming is no harm: the next pass finds the old name gone and the new one there.
func (p *pass) rename(ctx context.Context, k *storedFolder, m *foldermap.Mapping) error {
	_, hasOld := p.targetFolders[k.Target]
	for _, other := range p.known { // a folder that others share is not renamed for one of them
		hasOld = hasOld && (other.Target != k.Target || other.Source == k.Source)
	}
	_, hasNew := p.targetFolders[m.Target]
	switch {
	case hasOld && !hasNew:
		err := p.target.Rename(ctx, k.Target, m.Target)
		switch {
		case mailbox.ClassOf(err) == mailbox.PerFolder && err != nil:
			p.report("Warning", "Folder %q is now %q at the source, but can't be renamed at the target and stays %q: %v.", k.Source, m.Source.Name, k.Target, err)
			m.Target = k.Target
		case err != nil:
			return err
		default:
			p.report("Information", "Folder %q is now %q at the source; at the target %q was renamed to %q.", k.Source, m.Source.Name, k.Target, m.Target)
			p.renamed(k.Target, m.Target)
		}
	case !hasOld && hasNew:
		p.report("Information", "Folder %q is now %q at the source, and %q at the target.", k.Source, m.Source.Name, m.Target)
	default:
		m.Target = k.Target
	}
	l := openLedger(p.Store, p.pair, k)
	before := l.Source
	l.Source, l.Target = m.Source.Name, m.Target
	if err := l.commit(ctx); err != nil {
		return err
	}
	delete(p.known, before)
	p.known[l.Source] = &storedFolder{l.folderID, l.folderRecord, l.revision}
	return nil
}

// renamed keeps the list of the target's folders true.
func (p *pass) renamed(from, to string) {
	for name, f := range p.targetFolders {
		rest, below := strings.CutPrefix(name, from)
		if !below || rest != "" && (f.Delimiter == 0 || !strings.HasPrefix(rest, string(f.Delimiter))) {
			continue
		}
		delete(p.targetFolders, name)
		f.Name = to + rest
		p.targetFolders[f.Name] = f
	}
}
