package imapbox

import (
	"context"
	"sync"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/lane"
)

// A server goes on with what it has received after the connection has ended: APPENDs that nobody has an answer to are stored while the
// next session looks for them already, and would be sent again. So a session that ends this way is remembered, and the next one on
// the same mailbox is not handed out before the folders have come to rest.
type aftermath struct {
	folders map[string]bool
	rest    time.Duration // for how long nothing must have come
}

// Between two messages a server that is at work takes no longer than that many times what it took on average before.
const restFactor = 20

// The time of rest is at least and at most so long, and no longer is waited for a folder that never rests.
const (
	shortestRest = 100 * time.Millisecond
	longestRest  = 5 * time.Second
	longestWait  = 30 * time.Second
)

// aftermaths are those of this process's sessions, by server and mailbox. Those of a process that was killed are not known; its
// successor takes longer to come than a server to finish.
var aftermaths = struct {
	mu sync.Mutex
	of map[string]aftermath
}{of: make(map[string]aftermath)}

func (c Config) aftermathKey() string { return c.address() + " " + c.Credentials.mailbox() }

// leaves notes that commands without an answer were under way for a folder. each is how long the server took for one on average.
func (c Config) leaves(folder string, each time.Duration) {
	aftermaths.mu.Lock()
	defer aftermaths.mu.Unlock()
	a := aftermaths.of[c.aftermathKey()]
	if a.folders == nil {
		a.folders = make(map[string]bool)
	}
	a.folders[folder] = true
	a.rest = max(a.rest, min(max(restFactor*each, shortestRest), longestRest))
	aftermaths.of[c.aftermathKey()] = a
}

// inherits takes over what earlier sessions have left.
func (c Config) inherits() (aftermath, bool) {
	aftermaths.mu.Lock()
	defer aftermaths.mu.Unlock()
	a, ok := aftermaths.of[c.aftermathKey()]
	delete(aftermaths.of, c.aftermathKey())
	return a, ok
}

// settleDown waits until nothing comes any more of what earlier sessions have sent.
func (t *target) settleDown(ctx context.Context) error {
	a, ok := t.cfg.inherits()
	if !ok {
		return nil
	}
	give, err := t.take(ctx)
	if err != nil {
		return err
	}
	defer give()
	end := time.Now().Add(longestWait)
	for folder := range a.folders {
		if err := t.untilRest(ctx, folder, a.rest, end); err != nil {
			return err
		}
	}
	return nil
}

// untilRest looks at a folder until it has stayed as it is for a while. One that never rests has others at work in it.
func (t *target) untilRest(ctx context.Context, folder string, rest time.Duration, end time.Time) error {
	var last mailbox.Status
	since := time.Now()
	for time.Since(since) < rest && time.Now().Before(end) {
		var now mailbox.Status
		cmd := &lane.Command{Op: "STATUS", Take: func(resp lane.Response) (bool, error) {
			if resp.Name != "STATUS" {
				return false, nil
			}
			_, st, err := t.takeStatus()
			now = st
			return true, err
		}}
		err := t.run(cmd, folder, append(t.named(folder), " (MESSAGES UIDNEXT)"...))
		if declined(err) {
			return nil // the folder is gone, and nothing can come into it
		}
		if err != nil {
			return t.fault("STATUS", folder, err)
		}
		if now != last {
			last, since = now, time.Now()
		}
		resume := t.guard.Pause()
		select {
		case <-time.After(rest / 4):
		case <-ctx.Done():
		}
		resume()
	}
	return nil
}
