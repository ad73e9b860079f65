package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"

	"migsh/internal/host"
	"migsh/internal/migration"
	"migsh/internal/statedir"
)

// state opens the state directory when the first command needs it, and sees to an orderly end.
type state struct {
	home    string
	environ []string

	mu   sync.Mutex
	host *host.Host
}

// open gives the service, taking the state directory at the first call. A failure is tried again at the next: whoever held the
// directory may have gone.
func (s *state) open(ctx context.Context) (migration.Service, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.host != nil {
		if err := s.host.Failed(); err != nil {
			return nil, migration.AsError(err)
		}
		return s.host.Service(), nil
	}
	getenv := func(name string) string { return lookup(s.environ, name) }
	dir, err := statedir.Find(s.home, getenv)
	if err != nil {
		return nil, migration.NewError(migration.ErrStore, "", err.Error(), "").Because(err)
	}
	h, err := host.Open(ctx, host.Options{Dir: dir, Getenv: getenv, Program: "migsh " + version})
	if err != nil {
		return nil, err
	}
	s.host = h
	return h.Service(), nil
}

// service is the service if the state was opened, else nil.
func (s *state) service() migration.Service {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.host == nil {
		return nil
	}
	return s.host.Service()
}

// wait stays, after the last command of a script, until no batch is at work; it tells on progress what it waits for. It does
// nothing when the state was never opened.
func (s *state) wait(ctx context.Context, progress io.Writer) error {
	svc := s.service()
	if svc == nil {
		return nil
	}
	told := map[string]migration.BatchStatus{}
	for news, err := range svc.Watch(ctx, migration.WatchRequest{UntilIdle: true}) {
		if err != nil {
			if ctx.Err() != nil {
				break
			}
			return fmt.Errorf("wait for the batches: %w", err)
		}
		for _, p := range news {
			if told[p.Name] == p.Status || !p.Status.Busy() && told[p.Name] == "" {
				continue
			}
			told[p.Name] = p.Status
			fmt.Fprintln(progress, batchLine(p))
		}
	}
	return ctx.Err()
}

// batchLine tells on one line where a batch stands.
func batchLine(p migration.BatchProgress) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Batch '%s' is %s: %d of %d users done", p.Name, p.Status, p.SyncedCount+p.FinalizedCount, p.TotalCount)
	if p.FailedCount > 0 {
		fmt.Fprintf(&b, ", %d failed (Get-MigrationUser -BatchId '%s' -StatusSummary Failed)", p.FailedCount, p.Name)
	}
	if p.ItemsTotal > 0 {
		fmt.Fprintf(&b, ", %s of %s messages", migration.Thousands(p.ItemsDone), migration.Thousands(p.ItemsTotal))
	}
	return b.String() + "."
}

// close has every mailbox at work reach a checkpoint and gives up the state.
func (s *state) close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.host == nil {
		return nil
	}
	err := s.host.Close()
	s.host = nil
	return err
}

// finish waits for the batches that a script has started, unless it was interrupted, and closes the state. It gives the exit
// code: the script's own, 130 when the wait was interrupted, 1 when the state could not be kept.
func (s *state) finish(ctx context.Context, code int, interrupted bool, stderr io.Writer) int {
	if !interrupted {
		switch err := s.wait(ctx, stderr); {
		case err == nil:
		case errors.Is(err, context.Canceled):
			fmt.Fprintln(stderr, "Interrupted: what was copied so far is kept, and the next start of migsh goes on from there.")
			code = 130
		default:
			fmt.Fprintln(stderr, "migsh:", err)
			code = 1
		}
	}
	if err := s.close(); err != nil {
		fmt.Fprintln(stderr, "migsh: closing the state:", err)
		if code == 0 {
			code = 1
		}
	}
	return code
}
