package syncer

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"migsh/internal/mailbox"
	"migsh/store/boltstore"
)

// A drawnSource shows a folder of so many messages, each made up when it is asked for.
type drawnSource struct {
	mailbox.Source
	messages   int
	identities bool
	life       uint32 // UIDVALIDITY
}

const drawnLength = 700

func (s drawnSource) meta(uid mailbox.UID) mailbox.Meta {
	m := mailbox.Meta{UID: uid, Size: drawnLength, Date: time.Unix(1_500_000_000+int64(uid)*61+int64(uid%7)*977, 0), ModSeq: 1}
	if uid%3 == 0 {
		m.Flags = mailbox.Flags{mailbox.FlagSeen}
	}
	if s.identities {
		m.Identity = uint64(uid) * 0x9E3779B97F4A7C15
	}
	return m
}

func (s drawnSource) status() mailbox.Status {
	return mailbox.Status{UIDValidity: s.life, UIDNext: mailbox.UID(s.messages + 1), Messages: uint32(s.messages), HighestModSeq: 1}
}

func (s drawnSource) Info() mailbox.Info {
	return mailbox.Info{Features: mailbox.Features{UIDPlus: true, CondStore: true, AtomicBatch: true}}
}

func (s drawnSource) Folders(context.Context, string) ([]mailbox.Folder, error) {
	st := s.status()
	return []mailbox.Folder{{Name: "INBOX", Status: &st}}, nil
}

func (s drawnSource) Close() error { return nil }

func (s drawnSource) List(_ context.Context, _ mailbox.At, q mailbox.Query) iter.Seq2[mailbox.Meta, error] {
	return func(yield func(mailbox.Meta, error) bool) {
		for _, r := range q.UIDs {
			for uid := r.First; uid <= r.Last && int(uid) <= s.messages; uid++ {
				if !yield(s.meta(uid), nil) {
					return
				}
			}
		}
	}
}

func (s drawnSource) Fetch(_ context.Context, windows iter.Seq[mailbox.Window]) iter.Seq2[*mailbox.Message, error] {
	return func(yield func(*mailbox.Message, error) bool) {
		body := bytes.Repeat([]byte("0123456789"), drawnLength/10)
		for w := range windows {
			for uid := range w.UIDs.All() {
				copy(body, fmt.Sprintf("%020d", uid))
				if !yield(&mailbox.Message{At: w.At, Meta: s.meta(uid), Length: drawnLength, Body: bytes.NewReader(body)}, nil) {
					return
				}
			}
		}
	}
}

// A drain is a target that keeps nothing but the number of messages.
type drain struct {
	mailbox.Target
	next   mailbox.UID
	looked int
	peak   *uint64
}

func (d *drain) Info() mailbox.Info { return drawnSource{}.Info() }

func (d *drain) Folders(context.Context, string) ([]mailbox.Folder, error) {
	st := mailbox.Status{UIDValidity: 2, UIDNext: d.next}
	return []mailbox.Folder{{Name: "INBOX", Status: &st}}, nil
}

func (d *drain) Open(context.Context, string) (mailbox.Opened, error) {
	return mailbox.Opened{Status: mailbox.Status{UIDValidity: 2, UIDNext: d.next, Messages: uint32(d.next - 1)}, AnyKeyword: true}, nil
}

func (d *drain) List(context.Context, mailbox.At, mailbox.Query) iter.Seq2[mailbox.Meta, error] {
	return func(func(mailbox.Meta, error) bool) {}
}

func (d *drain) Known(string, mailbox.Opened) {}

func (d *drain) Close() error { return nil }

func (d *drain) Append(_ context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		var buf [4096]byte
		for out, err := range msgs {
			if err != nil {
				yield(mailbox.Appended{}, err)
				return
			}
			for {
				if _, err := out.Body.Read(buf[:]); err == io.EOF {
					break
				} else if err != nil {
					yield(mailbox.Appended{}, err)
					return
				}
			}
			if !yield(mailbox.Appended{UIDValidity: 2, UID: d.next}, nil) {
				return
			}
			d.next++
			if d.looked++; d.looked%20000 == 0 {
				*d.peak = max(*d.peak, inHeap())
			}
		}
	}
}

// inHeap is what the heap takes of memory, free room that was not given back included.
func inHeap() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapSys - m.HeapReleased
}

// BenchmarkLongFolder copies a folder of half a million messages, and tells what that takes: bytes of state a message, and memory.
// Those with identities are then renumbered and recognised.
func BenchmarkLongFolder(b *testing.B) {
	b.Run("plain", func(b *testing.B) { longFolder(b, false) })
	b.Run("identities", func(b *testing.B) { longFolder(b, true) })
}

func longFolder(b *testing.B, identities bool) {
	const messages = 500_000
	for b.Loop() {
		file := filepath.Join(b.TempDir(), "state.db")
		st, err := boltstore.Open(b.Context(), file, boltstore.Options{})
		if err != nil {
			b.Fatal(err)
		}
		debug.FreeOSMemory()
		var peak uint64
		before := inHeap()
		target := &drain{next: 1, peak: &peak}
		job := Job{Pair: testPair, Store: st,
			OpenSource: func(context.Context) (mailbox.Source, error) {
				return drawnSource{messages: messages, identities: identities, life: 1}, nil
			},
			OpenTarget: func(context.Context) (mailbox.Target, error) { return target, nil },
		}
		begun := time.Now()
		r, err := Run(b.Context(), job)
		if err != nil || r.Copied != messages {
			b.Fatalf("%d copied: %v", r.Copied, err)
		}
		b.ReportMetric(float64(time.Since(begun).Microseconds())/messages, "µs/message")
		copied := peak
		if identities {
			job.OpenSource = func(context.Context) (mailbox.Source, error) {
				return drawnSource{messages: messages, identities: true, life: 2}, nil
			}
			begun := time.Now()
			if r, err := Run(b.Context(), job); err != nil || r.Copied != 0 || r.Folders[0].Copied != messages || target.next != messages+1 {
				b.Fatalf("renumbered: %+v, %v", r, err)
			}
			b.ReportMetric(float64(time.Since(begun).Microseconds())/messages, "µs-renumbered/message")
		}
		if err := st.Close(); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(copied-min(before, copied))/(1<<20), "MB-heap")
		b.ReportMetric(float64(inUse(b, file))/messages, "B-state/message")
	}
}

// inUse is the size of a state without its free pages, in bytes.
func inUse(b *testing.B, file string) int64 {
	db, err := bbolt.Open(file, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close()
	var n int64
	if err := db.View(func(tx *bbolt.Tx) error {
		n = tx.Size() - int64(db.Stats().FreePageN+db.Stats().PendingPageN)*int64(db.Info().PageSize)
		return nil
	}); err != nil {
		b.Fatal(err)
	}
	return n
}
