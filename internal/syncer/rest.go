package syncer

import (
	"context"
	"time"
)

const (
	// restLooks bounds how often a folder that does not come to rest is looked at.
	restLooks = 20
	// A server that takes long to answer takes long to store: it must rest that many times as long as a look at it takes, but no
	// more than restMost.
	restFactor = 10
	restMost   = time.Minute
)

// awaitRest waits until the target no longer stores what reached it on a connection that broke lately: a server that has
// not noticed the break goes on with what it has read, and a message that appears after it was looked for would be sent
// a second time.
func (f *folderPass) awaitRest(ctx context.Context) error {
	// After a crash nobody has noted when it was: not later than this pass began.
	broken := f.begun
	if !f.BrokenAt.IsZero() && !f.BrokenAt.Before(f.IntentAt) {
		broken = f.BrokenAt
	}
	last, since, rest := f.keeps.Status, broken, f.Settle
	for range restLooks {
		wait := min(rest-f.Now().Sub(since), rest)
		if wait <= 0 {
			return nil
		}
		var err error
		if f.turn.wait(func() { err = sleep(ctx, wait) }); err != nil {
			return err
		}
		asked := f.Now()
		now, err := f.target.Open(ctx, f.Target)
		if err != nil {
			return err
		}
		if now.Messages != last.Messages || now.UIDNext != last.UIDNext {
			last, since = now.Status, asked
		}
		rest = max(f.Settle, min(restFactor*f.Now().Sub(asked), restMost))
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
