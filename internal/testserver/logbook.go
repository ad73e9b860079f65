package testserver

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"sync"
)

// errEnded says that a server's process ended while it was waited for.
var errEnded = errors.New("the process ended")

// A logbook keeps what a server writes and lets tests wait for it.
type logbook struct {
	mu      sync.Mutex
	text    []byte
	written chan struct{} // closed and replaced at every write
}

func newLogbook() *logbook { return &logbook{written: make(chan struct{})} }

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	close(l.written)
	l.written = make(chan struct{})
	return len(p), nil
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}

// Len is a mark for wait: only what is written later counts.
func (l *logbook) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.text)
}

// wait returns when words have been written after mark.
func (l *logbook) wait(ctx context.Context, mark int, words string) error {
	for {
		l.mu.Lock()
		found, written := bytes.Contains(l.text[mark:], []byte(words)), l.written
		l.mu.Unlock()
		if found {
			return nil
		}
		select {
		case <-written:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// tail returns the last lines, at most n.
func (l *logbook) tail(n int) string {
	lines := strings.Split(strings.TrimRight(l.String(), "\n"), "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
