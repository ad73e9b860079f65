package syncer

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/foldermap"
)

// rightsListed is how many folders are asked for the rights that others have to them.
const rightsListed = 500

// tellRights tells, once, which folders of the source others may use. These rights are not copied: servers write them in letters of
// their own, and the people they are given to may have other names at the target, or not be there yet.
func (p *pass) tellRights(ctx context.Context, mappings []foldermap.Mapping) error {
	reader, ok := p.links[0].source.Reader.(mailbox.RightsReader)
	if !ok {
		return nil
	}
	shared := 0
	for _, m := range mappings[:min(len(mappings), rightsListed)] {
		if m.LeftOut != "" {
			continue
		}
		rights, err := answer(&p.turn, func() (map[string]string, error) { return reader.Rights(ctx, m.Source.Name) })
		if class := mailbox.ClassOf(err); err != nil && (class == mailbox.PerFolder || class == mailbox.PerMessage) {
			continue // not ours to see
		}
		if err != nil {
			return err
		}
		maps.DeleteFunc(rights, func(who, _ string) bool { return p.ownName(who) })
		if len(rights) == 0 {
			continue
		}
		shared++
		var list []string
		for _, who := range slices.Sorted(maps.Keys(rights)) {
			list = append(list, fmt.Sprintf("%s (%s)", who, rights[who]))
		}
		p.report("Information", "Folder %q may be used at the source by others: %s.", m.Source.Name, strings.Join(list, ", "))
	}
	if shared > 0 {
		p.report("Warning", "%d folders are shared with others at the source. Rights are not copied: grant them anew at the target, where they are wanted.", shared)
	}
	return nil
}

// ownName tells whether a name in a list of rights is the mailbox's own, or the server's administrator's.
func (p *pass) ownName(who string) bool {
	own := []string{"owner", "administrators", "group=administrators", p.Pair.SourceLogin, p.source.Info().Login, path.Base(p.Pair.UserRoot)}
	who = strings.TrimPrefix(who, "user=") // Courier's
	return slices.ContainsFunc(own, func(name string) bool {
		local, _, _ := strings.Cut(name, "@")
		return strings.EqualFold(who, name) || strings.EqualFold(who, local)
	})
}
