package syncer

import (
	"context"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
)

// foresee says beforehand when the target has less room than a folder needs, so that somebody can make room while the
// copy goes on as far as it can.
func (f *folderPass) foresee(ctx context.Context, plan []planned) error {
	if f.warnedOfQuota || f.Adopting || !f.target.Info().Features.Quota { // what is there already needs no room
		return nil
	}
	var bytes, messages int64
	for _, p := range plan {
		if !p.filtered {
			bytes += int64(p.size)
			messages++
		}
	}
	if messages == 0 {
		return nil
	}
	quotas, err := f.target.Quota(ctx)
	if err != nil {
		if class := mailbox.ClassOf(err); class == mailbox.PerFolder || class == mailbox.PerMessage {
			f.report("Information", "The target does not tell its quota: %v.", err)
			f.warnedOfQuota = true
			return nil
		}
		return err
	}
	for _, q := range quotas {
		switch free := max(q.Limit-q.Used, 0); {
		case q.Resource == "STORAGE" && bytes > free:
			f.report("Warning", "Folder %q: what is to be copied has %v, the target has room for %v. Raise its quota by %v; the copy goes on by itself.",
				f.Source, migration.ByteSize(bytes), migration.ByteSize(free), migration.ByteSize(bytes-free))
		case q.Resource == "MESSAGE" && messages > free:
			f.report("Warning", "Folder %q: %d messages are to be copied, the target has room for %d. Raise its quota; the copy goes on by itself.", f.Source, messages, free)
		default:
			continue
		}
		f.warnedOfQuota = true
	}
	return nil
}
