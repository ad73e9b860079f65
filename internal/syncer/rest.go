package syncer

import (
	"context"
	"time"
)

// restLooks bounds how often a folder that does not come to rest is looked at.
const restLooks = 20

// awaitRest waits until the target no longer stores what reached it on a connection that broke lately: a server that has
// not noticed the break goes on with what it has read, and a message that appears after it was looked for would be sent
// a second time.
func (f *folderPass) awaitRest(ctx context.Context) error {
	// After a crash nobody has noted when it was: not later than this pass began.
	broken := f.begun
	if !f.BrokenAt.IsZero() && !f.BrokenAt.Before(f.IntentAt) {
		broken = f.BrokenAt
	}
	wait := min(f.Settle-f.Now().Sub(broken), f.Settle)
	if wait <= 0 {
		return nil
	}
	last := f.keeps.Status
	for range restLooks {
		var err error
		if f.turn.wait(func() { err = sleep(ctx, wait) }); err != nil {
			return err
		}
		now, err := f.target.Open(ctx, f.Target)
		if err != nil {
			return err
		}
		if now.Messages == last.Messages && now.UIDNext == last.UIDNext {
			return nil
		}
		last, wait = now.Status, f.Settle
	}
	return nil
}

// sleep waits, at most as long as ctx lasts.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
