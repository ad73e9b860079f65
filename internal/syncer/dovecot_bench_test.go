//go:build unix

package syncer_test

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/imapbox"
	"migsh/internal/syncer"
	"migsh/internal/testserver"
	"migsh/store/boltstore"
)

// BenchmarkCopyDovecot copies small messages in 15 folders between two real servers, looks at them again when nothing has changed, and
// then when each folder has changed a little. It tells the time and what processor time of ours that takes.
func BenchmarkCopyDovecot(b *testing.B) {
	for _, c := range []struct {
		name     string
		messages int
		delay    time.Duration // each way
	}{{"near", 20_000, 0}, {"far", 2_000, 25 * time.Millisecond}} {
		b.Run(c.name, func(b *testing.B) {
			from := testserver.StartDovecot(b, testserver.DovecotOptions{Store: "mdbox"})
			to := testserver.StartDovecot(b, testserver.DovecotOptions{Store: "mdbox"})
			port := func(s *testserver.Dovecot) int {
				if c.delay == 0 {
					return 0
				}
				p := testserver.NewProxy(b, s.IMAPAddr())
				p.UseAll(testserver.Link{Delay: c.delay})
				_, port, _ := net.SplitHostPort(p.Addr())
				n, err := strconv.Atoi(port)
				if err != nil {
					b.Fatal(err)
				}
				return n
			}
			source, target := port(from), port(to)
			fill(b, config(from, "anna", 0), 0, c.messages)
			for n := 1; b.Loop(); n++ {
				st, err := boltstore.Open(b.Context(), filepath.Join(b.TempDir(), "state.db"), boltstore.Options{})
				if err != nil {
					b.Fatal(err)
				}
				user := fmt.Sprintf("run%d", n)
				job := syncer.Job{
					Pair:  syncer.Pair{SourceServer: "old", SourceLogin: "anna", TargetServer: "new", TargetMailbox: user},
					Store: st,
					OpenSource: func(ctx context.Context) (mailbox.Source, error) {
						return imapbox.OpenSource(ctx, config(from, "anna", source))
					},
					OpenTarget: func(ctx context.Context) (mailbox.Target, error) {
						return imapbox.OpenTarget(ctx, config(to, user, target))
					},
				}
				for _, pass := range []string{"copy", "idle", "delta"} {
					if pass == "delta" {
						fill(b, config(from, "anna", 0), 1_000_000*n, 100)
						flag(b, config(from, "anna", 0), fmt.Sprintf("round%d", n))
					}
					begun, used := time.Now(), processorTime(b)
					r, err := syncer.Run(b.Context(), job)
					if err != nil || pass == "delta" && r.Copied != 100 {
						b.Fatalf("%s: %d copied: %v", pass, r.Copied, err)
					}
					b.ReportMetric(time.Since(begun).Seconds(), "s/"+pass)
					b.ReportMetric((processorTime(b) - used).Seconds(), "cpu-s/"+pass)
				}
				if err := st.Close(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// flag sets a keyword on 100 messages of two folders each.
func flag(b *testing.B, cfg imapbox.Config, keyword string) {
	target, err := imapbox.OpenTarget(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer target.Close()
	for i := range 2 {
		change := []mailbox.FlagChange{{UIDs: mailbox.UIDSet{{First: 5, Last: 104}}, Add: mailbox.Flags{keyword}}}
		if _, err := target.Store(b.Context(), mailbox.At{Folder: fmt.Sprintf("Folder %d", i)}, change); err != nil {
			b.Fatal(err)
		}
	}
}

const folders = 15

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// fill puts messages of about 4 KB into folders of a mailbox.
func fill(b *testing.B, cfg imapbox.Config, first, messages int) {
	target, err := imapbox.OpenTarget(b.Context(), cfg)
	if err != nil {
		b.Fatal(err)
	}
	defer target.Close()
	body := bytes.Repeat([]byte("Some words that fill a line of the message that is sent.\r\n"), 70)
	for i := range folders {
		name := fmt.Sprintf("Folder %d", i)
		if _, err := target.Create(b.Context(), name, ""); err != nil {
			b.Fatal(err)
		}
		var out iter.Seq2[*mailbox.Outgoing, error] = func(yield func(*mailbox.Outgoing, error) bool) {
			for n := range messages/folders + min(1, max(0, messages%folders-i)) {
				text := slices.Concat(fmt.Appendf(nil, "Subject: Message %d of %d\r\nFrom: anna@example.org\r\n\r\n", first+n, i), body)
				m := &mailbox.Outgoing{At: mailbox.At{Folder: name}, Date: time.Unix(1_500_000_000+int64(n)*1000, 0), Length: int64(len(text)), Body: bytes.NewReader(text)}
				if n%3 == 0 {
					m.Flags = mailbox.Flags{mailbox.FlagSeen}
				}
				if !yield(m, nil) {
					return
				}
			}
		}
		for r, err := range target.Append(b.Context(), out) {
			if err != nil || r.Fate != mailbox.Stored {
				b.Fatalf("%+v, %v", r, err)
			}
		}
	}
}
