package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"migsh/internal/sample"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// disasters is how often a migration is struck: MIGSH_SOAK asks for many, MIGSH_DISASTERS for as many as it says.
func disasters() int {
	if n, err := strconv.Atoi(os.Getenv("MIGSH_DISASTERS")); err == nil {
		return n
	}
	if os.Getenv("MIGSH_SOAK") != "" {
		return 1000
	}
	return 50
}

// chance gives the moments at which disasters strike. MIGSH_SEED repeats those of an earlier run.
func chance(t *testing.T) *rand.Rand {
	seed, err := strconv.ParseUint(os.Getenv("MIGSH_SEED"), 10, 64)
	if err != nil {
		seed = rand.Uint64()
	}
	t.Logf("MIGSH_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// TestKillAtAnyMoment kills the program with SIGKILL at moments spread over its work, starts it again on the same state, and so on
// until the batch is through: every message arrives once, whole, and the source is as it was.
func TestKillAtAnyMoment(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Store: "mdbox"})
	rng := chance(t)
	left := disasters()
	for round := 0; left > 0; round++ {
		names := []string{fmt.Sprintf("ann%d", round), fmt.Sprintf("bob%d", round)}
		rows := accounts(t, source, target, names...)
		boxes := map[string]sample.Mailbox{}
		before := map[string][]string{}
		for i, n := range names {
			boxes[n] = testmail.Plain(uint64(round*10+i), 150)
			source.Fill(t, n, boxes[n])
			before[n] = source.Digest(t, n)
		}
		p := newProgram(t)
		sourceLink, targetLink := testserver.NewProxy(t, source.IMAPAddr()), testserver.NewProxy(t, target.IMAPAddr())
		p.ok(endpoints(sourceLink.Port(), targetLink.Port(), "")+fmt.Sprintf(`
New-MigrationBatch -Name Killed -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) | Out-Null`, userList(t, rows...)), "")

		for range min(left, 10) {
			// A kill after a number of bytes that the target has got is a kill in the middle of something, whatever the machine's speed.
			killAfter(t, p, targetLink, int64(rng.IntN(120_000)))
			left--
		}
		out := p.ok("Start-MigrationBatch Killed\nWait-MigrationBatch Killed | ForEach-Object { \"status $($_.Status) failed $($_.FailedCount)\" }", "")
		if !strings.Contains(out, "status Synced failed 0") {
			t.Fatalf("after the kills: %s", out)
		}
		for _, n := range names {
			if diff := testmail.Diff(testmail.Of(boxes[n]), target.Snapshot(t, n+"@contoso.edu"), testmail.Rules{ExtraFolders: true}); len(diff) > 0 {
				t.Fatalf("%s, round %d:\n%s", n, round, strings.Join(diff, "\n"))
			}
			if after := source.Digest(t, n); strings.Join(after, "\n") != strings.Join(before[n], "\n") {
				t.Fatalf("the source of %s has changed", n)
			}
		}
	}
}

// killAfter starts the program on its state, with the batch started, and kills it once so many more bytes have gone to the target.
func killAfter(t *testing.T, p *program, link *testserver.Proxy, bytesUp int64) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "start.ps1")
	if err := os.WriteFile(path, []byte("Start-MigrationBatch Killed\nWait-MigrationBatch Killed | Out-Null"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := p.command(ctx, "-File", path)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	base := link.Stats().Up
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	reached := make(chan error, 1)
	go func() {
		_, err := link.Wait(ctx, func(s testserver.ProxyStats) bool { return s.Up-base >= bytesUp })
		reached <- err
	}()
	select {
	case err := <-ended: // it was through before
		if err != nil {
			t.Fatalf("migsh ended by itself: %v\n%s", err, errs.String())
		}
		cancel()
		<-reached
	case err := <-reached:
		if err != nil && !errors.Is(err, context.Canceled) {
			t.Fatalf("the target never got %d bytes: %v\n%s", bytesUp, err, errs.String())
		}
		if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
		<-ended
	}
}
