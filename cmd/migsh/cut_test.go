package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestCutAtAnyMoment cuts the program's connections to both servers at random bytes, in either direction, with FIN, with RST or after a
// silence; first while mailboxes are copied, then, compressed, while new mail and changed flags are carried over. Nobody starts anything again: the
// program comes again by itself, and every message arrives once, whole, and the source is as it was.
func TestCutAtAnyMoment(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Compress: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Compress: true, Store: "mdbox"})
	s := &scissors{rng: chance(t), most: disasters(),
		source: testserver.NewProxy(t, source.IMAPAddr()), target: testserver.NewProxy(t, target.IMAPAddr())}
	begun := time.Now()
	for round := 0; s.cuts() < s.most; round++ {
		var names []string
		for i := range 12 {
			names = append(names, fmt.Sprintf("cut%d-%d", round, i))
		}
		rows := accounts(t, source, target, names...)
		digests := map[string][]string{}
		deliver := func(seed uint64, messages int) {
			for i, n := range names {
				inbox, archive := testmail.Plain(seed+uint64(100*i), messages), testmail.Plain(seed+uint64(100*i+1), messages/2)
				archive.Folders[0].Path = []string{"Archive"}
				source.Fill(t, n, inbox)
				source.Fill(t, n, archive)
			}
		}
		p := newProgram(t)
		sync := func(script string) {
			t.Helper()
			for _, n := range names {
				digests[n] = source.Digest(t, n)
			}
			s.begin()
			out := p.ok("$ErrorActionPreference = 'Stop'\n"+script+"\nWait-MigrationBatch Cut | ForEach-Object { \"status $($_.Status) failed $($_.FailedCount)\" }\nGet-MigrationUser | Where-Object { $_.ErrorSummary -or $_.Status -ne 'Synced' } | ForEach-Object { \"$($_.Identity) $($_.Status): $($_.ErrorSummary)\" }", "")
			s.end()
			if !strings.Contains(out, "status Synced failed 0") {
				t.Fatalf("after %d cuts: %s", s.cuts(), out)
			}
			for _, n := range names {
				if !slices.Equal(digests[n], source.Digest(t, n)) {
					t.Fatalf("after %d cuts: the source of %s has changed", s.cuts(), n)
				}
				if diff := testmail.Diff(source.Snapshot(t, n), target.Snapshot(t, n+"@contoso.edu"), testmail.Rules{ExtraFolders: true}); len(diff) > 0 {
					t.Fatalf("%s, after %d cuts:\n%s", n, s.cuts(), strings.Join(diff, "\n"))
				}
			}
		}
		p.ok(endpoints(s.source.Port(), s.target.Port(), "-MaxConcurrentMigrations 15 -MaxConcurrentIncrementalSyncs 15")+fmt.Sprintf(
			"New-MigrationBatch -Name Cut -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) | Out-Null", userList(t, rows...)), "")
		deliver(uint64(10_000*round), 40)
		sync("Start-MigrationBatch Cut")
		deliver(uint64(10_000*round+10), 20)
		for _, n := range names {
			source.Run(t, n, "SELECT INBOX", `STORE 1:30 +FLAGS (\Flagged $Later)`, `STORE 31:40 FLAGS (\Answered)`)
		}
		sync("Set-MigrationEndpoint Source -Compress $true; Set-MigrationEndpoint Target -Compress $true; Set-MigrationBatch Cut -SyncNow")
	}
	t.Logf("%d cuts in %v", s.cuts(), time.Since(begun))
}

// scissors cut connections until they have cut as many as they should.
type scissors struct {
	source, target *testserver.Proxy
	most           int // cuts in all
	now            int // cuts at which this turn ends

	mu  sync.Mutex
	rng *rand.Rand
}

func (s *scissors) cuts() int { return s.source.Stats().Cut + s.target.Stats().Cut }

// begin has the next connections be cut.
func (s *scissors) begin() {
	s.now = min(s.most, s.cuts()+25)
	s.source.Use(func(int) testserver.Link { return s.link(1_000, 40_000) })
	s.target.Use(func(int) testserver.Link { return s.link(40_000, 6_000) })
}

func (s *scissors) end() {
	s.source.UseAll(testserver.Link{})
	s.target.UseAll(testserver.Link{})
}

// link says at which of the first so many bytes, up or down, a connection ends; every fourth is spared.
func (s *scissors) link(up, down int64) (l testserver.Link) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cuts() >= s.now || s.rng.IntN(4) == 0 {
		return l
	}
	reset, stall, isUp := s.rng.IntN(2) == 0, s.rng.IntN(5) == 0, s.rng.IntN(2) == 0
	at := 1 + s.rng.Int64N(map[bool]int64{true: up, false: down}[isUp])
	if s.rng.IntN(6) == 0 { // while logging in and listing
		at = 1 + at%1_000
	}
	l.Reset = reset
	switch {
	case stall && isUp:
		l.StallUp, l.StallTime = at, 200*time.Millisecond
	case stall:
		l.StallDown, l.StallTime = at, 200*time.Millisecond
	case isUp:
		l.CutUp = at
	default:
		l.CutDown = at
	}
	return l
}
