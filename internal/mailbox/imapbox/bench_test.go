package imapbox

import (
	"bytes"
	"fmt"
	"io"
	"iter"
	"slices"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/mailboxtest"
	"migsh/internal/testserver"
)

// sameSize yields n messages of a size to be stored in a folder.
func sameSize(folder string, n, size int) iter.Seq2[*mailbox.Outgoing, error] {
	body := append([]byte("From: a@example.org\r\nSubject: x\r\n\r\n"), bytes.Repeat([]byte("0123456789 0123456789 0123456789\r\n"), size/34)...)
	date := time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC)
	return func(yield func(*mailbox.Outgoing, error) bool) {
		for range n {
			out := &mailbox.Outgoing{At: mailbox.At{Folder: folder}, Flags: mailbox.NewFlags(`\Seen`), Date: date, Length: int64(len(body)), Body: bytes.NewReader(body)}
			if !yield(out, nil) {
				return
			}
		}
	}
}

// BenchmarkAppend stores messages of 4 KB from memory, in each of the ways. An operation is a message.
func BenchmarkAppend(b *testing.B) {
	for _, store := range []string{"mdbox", "maildir"} {
		server := testserver.StartDovecot(b, testserver.DovecotOptions{Store: store, Compress: true})
		for _, way := range mailboxtest.Rungs {
			b.Run(store+"/"+way.Name, func(b *testing.B) {
				cfg := account(server, newUser())
				cfg.HideCapabilities, cfg.Compress = way.Hide, way.Compress
				target, err := OpenTarget(b.Context(), cfg)
				if err != nil {
					b.Fatal(err)
				}
				defer target.Close()
				b.ReportAllocs()
				b.ResetTimer()
				for r, err := range target.Append(b.Context(), sameSize("INBOX", b.N, 4200)) {
					if err != nil || r.Fate != mailbox.Stored {
						b.Fatal(r, err)
					}
				}
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
			})
		}
	}
}

// BenchmarkFetch reads messages of 4 KB to nowhere, in windows of 200. An operation is a message.
func BenchmarkFetch(b *testing.B) {
	for _, store := range []string{"mdbox", "maildir"} {
		server := testserver.StartDovecot(b, testserver.DovecotOptions{Store: store})
		user := newUser()
		target, err := OpenTarget(b.Context(), account(server, user))
		if err != nil {
			b.Fatal(err)
		}
		const messages = 10000
		for _, err := range target.Append(b.Context(), sameSize("INBOX", messages, 4200)) {
			if err != nil {
				b.Fatal(err)
			}
		}
		target.Close()
		b.Run(store, func(b *testing.B) {
			source, err := OpenSource(b.Context(), account(server, user))
			if err != nil {
				b.Fatal(err)
			}
			defer source.Close()
			b.ReportAllocs()
			b.ResetTimer()
			for left := b.N; left > 0; left -= messages {
				if err := readWindows(b, source, min(left, messages)); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
		})
	}
}

func readWindows(b *testing.B, source mailbox.Source, n int) error {
	var windows []mailbox.Window
	for first := 1; first <= n; first += 200 {
		last := min(first+199, n)
		windows = append(windows, mailbox.Window{At: mailbox.At{Folder: "INBOX"}, UIDs: mailbox.UIDSet{{First: mailbox.UID(first), Last: mailbox.UID(last)}}})
	}
	got := 0
	for m, err := range source.Fetch(b.Context(), slices.Values(windows)) {
		if err != nil {
			return err
		}
		if _, err := io.Copy(io.Discard, m.Body); err != nil {
			return err
		}
		got++
	}
	if got != n {
		return fmt.Errorf("%d messages came, want %d", got, n)
	}
	return nil
}
