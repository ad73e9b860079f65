package syncer

import (
	"context"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
)

// foresee says beforehand when the target has less room than an initial copy needs, so that somebody can make room while
// the copy goes on as far as it can. What is there already needs no room, so folders that were filled before don't count.
func (p *pass) foresee(ctx context.Context, folders []*folderPass) error {
	var bytes, messages int64
	initial := false
	for _, f := range folders {
		if f.Adopting {
			continue
		}
		initial = initial || f.Seen.UIDValidity == 0 && len(f.plan) > 0
		for _, m := range f.plan {
			if m.left == 0 {
				bytes += int64(m.size)
				messages++
			}
		}
	}
	if !initial || !p.target.Info().Features.Quota {
		return nil
	}
	quotas, err := p.target.Quota(ctx)
	if class := mailbox.ClassOf(err); err != nil && (class == mailbox.PerFolder || class == mailbox.PerMessage) {
		p.report("Information", "The target does not tell its quota: %v.", err)
		return nil
	}
	if err != nil {
		return err
	}
	for _, q := range quotas {
		switch free := max(q.Limit-q.Used, 0); {
		case q.Resource == "STORAGE" && bytes > free:
			p.report("Warning", "What is to be copied has %v, the target has room for %v. Raise its quota by %v; the copy goes on by itself.",
				migration.ByteSize(bytes), migration.ByteSize(free), migration.ByteSize(bytes-free))
		case q.Resource == "MESSAGE" && messages > free:
			p.report("Warning", "%d messages are to be copied, the target has room for %d. Raise its quota; the copy goes on by itself.", messages, free)
		}
	}
	return nil
}
