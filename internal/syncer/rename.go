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
// nothing is copied again. A renamed folder is one that was never seen, has the UIDVALIDITY of one that has gone, and
// holds the same messages.
func (p *pass) followRenames(ctx context.Context, mappings []foldermap.Mapping) error {
	return p.renames(ctx, mappings, func(k *storedFolder, m *foldermap.Mapping) error { return p.rename(ctx, k, m) })
}

// renames finds the folders that followRenames speaks of, and has follow deal with each.
func (p *pass) renames(ctx context.Context, mappings []foldermap.Mapping, follow func(*storedFolder, *foldermap.Mapping) error) error {
	left := map[string]*storedFolder{}
	for name, k := range p.known {
		if !slices.ContainsFunc(mappings, func(m foldermap.Mapping) bool { return m.Source.Name == name }) {
			left[name] = k
		}
	}
	for i := range mappings {
		m := &mappings[i]
		if len(left) == 0 {
			return nil
		}
		if m.LeftOut != "" || m.Source.Status == nil || p.known[m.Source.Name] != nil {
			continue
		}
		for name, k := range left {
			if k.SourceValidity != m.Source.Status.UIDValidity || k.present() == 0 {
				continue
			}
			if same, err := p.sameMessages(ctx, k, m.Source.Name); err != nil {
				return err
			} else if !same {
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
