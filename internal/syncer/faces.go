package syncer

import (
	"cmp"
	"context"
	"slices"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
)

// Where folders are labels, a message has as many faces as folders show it, and an identity by which they are known for one. One face
// is copied; the others are merged into it. Which one that is, is decided of each message for all folders together once they have been
// listed, and a face is only merged into what is at the target or about to be: so no message is lost when labels change meanwhile.
// An entry keeps the identity of its message, so a label that is given later brings no second copy.

// An identified message of a folder is known to be the same as others of that identity.
type identified struct {
	uid      mailbox.UID
	identity uint64
}

// A face is a message that is to be copied, if no other face of it is.
type face struct {
	identity uint64
	folder   int32 // place in the round's folders
	place    int32 // in the folder's plan
}

// identity is that of a message which this pass has listed, 0 if it has none.
func (f *folderPass) identity(uid mailbox.UID) uint64 {
	i, found := slices.BinarySearchFunc(f.identified, uid, func(m identified, uid mailbox.UID) int { return cmp.Compare(m.uid, uid) })
	if !found {
		return 0
	}
	return f.identified[i].identity
}

// labels tells whether the source's folders are labels. Elsewhere an identity only tells a message again, see known.go, and each
// folder's copy of it is one.
func (p *pass) labels() bool { return p.source.Info().Features.Labels }

// mergeFaces chooses which face of each message is copied, and marks the others in the plans of their folders.
func (p *pass) mergeFaces(ctx context.Context, folders []*folderPass) error {
	if !p.labels() {
		return nil
	}
	faces := facesOf(folders)
	if len(faces) == 0 {
		return nil
	}
	ranks := make([]int, len(folders))
	for i, f := range ranked(folders) {
		ranks[slices.Index(folders, f)] = i
	}
	doubt := func(a face) int { // a face that may have reached the target comes first
		f := folders[a.folder]
		if uid := f.plan[a.place].uid; slices.ContainsFunc(f.Intents, func(i intent) bool { return i.UIDs.Has(uid) }) {
			return 0
		}
		return 1
	}
	slices.SortFunc(faces, func(a, b face) int {
		return cmp.Or(cmp.Compare(a.identity, b.identity), cmp.Compare(doubt(a), doubt(b)), cmp.Compare(ranks[a.folder], ranks[b.folder]))
	})
	holders, err := p.holders(ctx, folders, faces)
	if err != nil {
		return err
	}
	for len(faces) > 0 {
		n := 1
		for n < len(faces) && faces[n].identity == faces[0].identity {
			n++
		}
		group := faces[:n]
		faces = faces[n:]
		home := 0
		if h, held := holders[group[0].identity]; held {
			// What a renumbered folder holds is claimed there, by its content.
			home = slices.IndexFunc(group, func(a face) bool { return h.renumbered && folders[a.folder].Source == h.folder })
		}
		for i, a := range group {
			if i != home {
				folders[a.folder].merge(int(a.place))
			}
		}
	}
	return nil
}

// merge leaves a planned message out, because it is copied from another folder.
func (f *folderPass) merge(place int) {
	f.plan[place].left = Merged
	f.state.BytesPlanned -= int64(f.plan[place].size)
}

// facesOf are the identified messages that the folders plan to copy.
func facesOf(folders []*folderPass) (faces []face) {
	for i, f := range folders {
		if f.trouble != nil || f.redo || len(f.identified) == 0 {
			continue
		}
		for j, m := range f.plan {
			if id := f.identity(m.uid); id != 0 && m.left == 0 {
				faces = append(faces, face{id, int32(i), int32(j)})
			}
		}
	}
	return faces
}

// ranked are the folders in the order in which they are preferred as the place of a message with several labels: the inbox, labels that
// users have made, those that say more first, the server's own, views, and what shows everything.
func ranked(folders []*folderPass) []*folderPass {
	return slices.SortedStableFunc(slices.Values(folders), func(a, b *folderPass) int { return compareHomes(a.mapping, b.mapping) })
}

func compareHomes(a, b foldermap.Mapping) int {
	return cmp.Or(cmp.Compare(homeClass(a.Source), homeClass(b.Source)), cmp.Compare(len(b.Source.Path()), len(a.Source.Path())),
		cmp.Compare(a.Source.Name, b.Source.Name))
}

func homeClass(f mailbox.Folder) int {
	switch f.Use {
	case "":
		if f.Name == "INBOX" {
			return 0
		}
		return 1
	case mailbox.UseAll:
		return 4
	case mailbox.UseFlagged, mailbox.UseImportant:
		return 3
	}
	return 2
}

// byHome are the places of mappings in the order in which [ranked] has their folders.
func byHome(mappings []foldermap.Mapping) []int {
	order := make([]int, len(mappings))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return compareHomes(mappings[a], mappings[b]) })
	return order
}

// identities are those of messages that have been met with.
type identities map[uint64]bool

// again tells whether a message has been met with before, and remembers it.
func (s identities) again(identity uint64) bool {
	if identity == 0 {
		return false
	}
	before := s[identity]
	s[identity] = true
	return before
}

// seenBefore are the messages that are at the target, where folders are labels.
func (p *pass) seenBefore(ctx context.Context) (identities, error) {
	seen := identities{}
	if !p.labels() {
		return seen, nil
	}
	for l := range p.ledgers(nil) {
		for e, err := range l.all(ctx, l.Generation) {
			if err != nil {
				return nil, err
			}
			if e.Identity != 0 && e.Outcome.atTarget() {
				seen[e.Identity] = true
			}
		}
	}
	return seen, nil
}

// A holder is the folder from which a message was copied.
type holder struct {
	folder     string
	renumbered bool // its messages are still to be matched
}

// holders finds out which of the messages are at the target already.
func (p *pass) holders(ctx context.Context, folders []*folderPass, faces []face) (map[uint64]holder, error) {
	held := map[uint64]holder{}
	for l := range p.ledgers(folders) {
		for _, generation := range []int{l.Previous, l.Generation} {
			if generation == 0 {
				continue
			}
			for e, err := range l.all(ctx, generation) {
				if err != nil {
					return nil, err
				}
				if e.Identity == 0 || !e.Outcome.atTarget() {
					continue
				}
				if _, asked := slices.BinarySearchFunc(faces, e.Identity, func(a face, id uint64) int { return cmp.Compare(a.identity, id) }); asked {
					held[e.Identity] = holder{l.Source, generation == l.Previous}
				}
			}
		}
	}
	return held, nil
}

// ledgers are those of all folders that are known, as the folders at work have them.
func (p *pass) ledgers(folders []*folderPass) func(yield func(*ledger) bool) {
	return func(yield func(*ledger) bool) {
		for name, k := range p.known {
			l := openLedger(p.Store, p.pair, k)
			if i := slices.IndexFunc(folders, func(f *folderPass) bool { return f.Source == name }); i >= 0 {
				l = folders[i].ledger
			}
			if !yield(l) {
				return
			}
		}
	}
}

// splitFaces makes undecided again what was merged into a message that did not get to the target after all, such as one that had
// vanished when it was to be read.
func (p *pass) splitFaces(ctx context.Context, folders []*folderPass) error {
	if !slices.ContainsFunc(folders, func(f *folderPass) bool { return f != nil && f.Counts[Merged] > 0 }) {
		return nil
	}
	var there []uint64
	for l := range p.ledgers(nil) {
		for _, generation := range []int{l.Previous, l.Generation} {
			if generation == 0 {
				continue
			}
			for e, err := range l.all(ctx, generation) {
				if err != nil {
					return err
				}
				if e.Identity != 0 && (e.Outcome.atTarget() || e.Outcome == Refused && !e.Gone) {
					there = append(there, e.Identity)
				}
			}
		}
	}
	slices.Sort(there)
	for _, f := range folders {
		if f == nil || f.Counts[Merged] == 0 {
			continue
		}
		err := f.reopen(ctx, func(e entry) bool {
			_, found := slices.BinarySearch(there, e.Identity)
			return e.Outcome == Merged && !found
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// shownIdentities tells which messages of the source some folder shows, by their identities, sorted. ok is false as long as a folder is not done
// with what it has listed.
func (p *pass) shownIdentities(ctx context.Context) (identities []uint64, ok bool, err error) {
	if p.unsettled || slices.ContainsFunc(p.working, func(f *folderPass) bool { return f.trouble != nil || f.redo }) {
		return nil, false, nil
	}
	for l := range p.ledgers(p.working) {
		for e, err := range l.all(ctx, l.Generation) {
			if err != nil {
				return nil, false, err
			}
			if e.Identity != 0 && !e.Gone {
				identities = append(identities, e.Identity)
			}
		}
	}
	slices.Sort(identities)
	return slices.Compact(identities), true, nil
}
