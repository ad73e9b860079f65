package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"

	"migsh/internal/mailbox/imapbox"
	"migsh/internal/mailbox/mailboxtest"
	"migsh/internal/syncer"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
	"migsh/store"
)

// mortalStore belongs to a process that dies at one of its writes: before it, or after it and without knowing.
type mortalStore struct {
	store.Store
	at     int64
	after  bool
	writes *atomic.Int64
	die    func() // parts the process from everybody
}

func (s mortalStore) Update(ctx context.Context, ops ...store.Op) ([]store.Revision, error) {
	n := s.writes.Add(1)
	if n > s.at || n == s.at && !s.after {
		s.die()
		return nil, errKilled
	}
	revisions, err := s.Store.Update(ctx, ops...)
	if n == s.at {
		s.die()
		return nil, errKilled
	}
	return revisions, err
}

// TestCrashPointsOnServer lets the process die at every write of a first copy to a real server, and of a delta after it, on one rung after
// the other, and demands the same end each time.
func TestCrashPointsOnServer(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{Compress: true})
	for _, c := range []struct {
		name  string
		delta bool
	}{{"first copy", false}, {"delta", true}} {
		t.Run(c.name, func(t *testing.T) {
			points := 0
			for i, rung := range mailboxtest.Rungs {
				every := len(mailboxtest.Rungs)
				if os.Getenv("MIGSH_SOAK") != "" {
					every = 1
				}
				for point := i%every + 2; crashOnServer(t, server, rung, c.delta, point) && !t.Failed(); point += every {
					points++
				}
			}
			t.Logf("%d crashes", points)
		})
	}
}

// crashOnServer dies at a point: each write has two, before it and after it. It returns false when there are no so many writes.
func crashOnServer(t *testing.T, server *testserver.Dovecot, rung mailboxtest.Rung, delta bool, point int) bool {
	t.Helper()
	user := strings.ReplaceAll(fmt.Sprintf("crash-%d-%v-%s", point, delta, rung.Name), " ", "-")
	target := user + "-new"
	gate := testserver.NewProxy(t, server.IMAPAddr())
	from, to := config(server, user, 0), config(server, target, gate.Port())
	for _, c := range []*imapbox.Config{&from, &to} {
		c.HideCapabilities, c.Compress = rung.Hide, rung.Compress
	}
	server.Fill(t, user, testmail.Plain(6, 9))
	j := job(t, from, to)
	j.Window = 3
	if delta {
		pass(t, j)
		server.Fill(t, user, testmail.Plain(7, 5))
		server.Run(t, user, `SELECT INBOX`, `STORE 1:3 +FLAGS (\Flagged $New)`, `STORE 4:6 FLAGS (\Answered)`)
	}
	want := server.Snapshot(t, user)
	mortal := j
	mortal.Store = mortalStore{j.Store, int64(point / 2), point%2 == 1, new(atomic.Int64), gate.Part}
	_, err := syncer.Run(t.Context(), mortal)
	if err == nil {
		return false
	}
	if !errors.Is(err, errKilled) {
		t.Errorf("point %d on the rung %s: the pass died of %v", point, rung.Name, err)
	}
	for server.Connections(t)[target] > 0 { // it goes on storing what had reached it
		runtime.Gosched()
	}
	pass(t, j)
	if r := pass(t, j); r.Copied+r.Matched+r.Reflagged != 0 {
		t.Errorf("point %d on the rung %s: the pass after the repair did %+v", point, rung.Name, r)
	}
	for _, line := range testmail.Diff(want, server.Snapshot(t, target), testmail.Rules{ExtraFolders: true}) {
		t.Errorf("point %d on the rung %s: %s", point, rung.Name, line)
	}
	return true
}
