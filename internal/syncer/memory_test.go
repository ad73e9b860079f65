package syncer

import (
	"bytes"
	"context"
	"io"
	"iter"
	"runtime"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
)

// endless yields n bytes that are never in memory together.
type endless struct{ left int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), e.left))
	for i := range p[:n] {
		p[i] = 'x'
	}
	e.left -= int64(n)
	return n, nil
}

const hugeLength = 300 << 20

// hugeSource holds one message far larger than what may be used of memory.
type hugeSource struct{ mailbox.Source }

func (s hugeSource) Fetch(ctx context.Context, windows iter.Seq[mailbox.Window]) iter.Seq2[*mailbox.Message, error] {
	return func(yield func(*mailbox.Message, error) bool) {
		for m, err := range s.Source.Fetch(ctx, windows) {
			if err == nil {
				m.Length, m.Body = hugeLength, &endless{hugeLength}
			}
			if !yield(m, err) {
				return
			}
		}
	}
}

// hugeTarget looks at the memory while it reads, and keeps nothing.
type hugeTarget struct {
	mailbox.Target
	peak uint64
	got  int64
}

func (h *hugeTarget) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		for out, err := range msgs {
			if err != nil {
				yield(mailbox.Appended{}, err)
				return
			}
			buf := make([]byte, 256<<10)
			for {
				n, err := out.Body.Read(buf)
				h.got += int64(n)
				if h.got%(16<<20) < int64(n) {
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					h.peak = max(h.peak, m.HeapAlloc)
				}
				if err == io.EOF {
					break
				}
				if err != nil {
					yield(mailbox.Appended{}, err)
					return
				}
			}
			if !yield(mailbox.Appended{Fate: mailbox.Stored, UIDValidity: out.UIDValidity, UID: 1}, nil) {
				return
			}
		}
	}
}

// A message of 300 MB goes through a few hundred kilobytes of memory.
func TestHugeMessageInLittleMemory(t *testing.T) {
	w := newWorld(membox.Options{}, membox.Options{})
	w.deliver("INBOX", 0, 1)
	target := &hugeTarget{}
	w.change = func(j *Job) {
		source, inner := j.OpenSource, j.OpenTarget
		j.OpenSource = func(ctx context.Context) (mailbox.Source, error) {
			s, err := source(ctx)
			return hugeSource{s}, err
		}
		j.OpenTarget = func(ctx context.Context) (t mailbox.Target, err error) {
			target.Target, err = inner(ctx)
			return target, err
		}
	}
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	r := w.sync(t)
	if r.Bytes != hugeLength || target.got != hugeLength {
		t.Fatalf("%d bytes counted, %d arrived", r.Bytes, target.got)
	}
	if grown := int64(target.peak) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("the heap grew by %d bytes while the message went through", grown)
	}
}

// What has to be seen whole first goes to disk above a megabyte, and comes back unchanged.
func TestSpool(t *testing.T) {
	dir := t.TempDir()
	for _, size := range []int64{0, 10, spoolMemory, spoolMemory + 1, 3 * spoolMemory} {
		body := bytes.Repeat([]byte("0123456789abcde\n"), int(size/16+1))[:size]
		s, err := spoolMessage(bytes.NewReader(body), size, dir)
		if err != nil {
			t.Fatal(err)
		}
		if int64(s.head.Cap()) > 2*spoolMemory+bytes.MinRead {
			t.Errorf("a message of %d bytes takes %d bytes of memory", size, s.head.Cap())
		}
		for range 2 {
			r, err := s.Reader()
			if err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, body) {
				t.Errorf("a message of %d bytes comes back as %d, %v", size, len(got), err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
	if _, err := spoolMessage(bytes.NewReader(make([]byte, 5)), 10, dir); err != io.ErrUnexpectedEOF {
		t.Errorf("a message that broke off: %v", err)
	}
	if _, err := spoolMessage(bytes.NewReader(make([]byte, 2*spoolMemory)), 3*spoolMemory, dir); err != io.ErrUnexpectedEOF {
		t.Errorf("a large message that broke off: %v", err)
	}
	if _, err := spoolMessage(&endless{2 * spoolMemory}, 2*spoolMemory, dir+"/none"); !mailbox.IsID(err, mailbox.SpoolFailed) {
		t.Errorf("no room for the spool: %v", err)
	}
}
