package main

import (
	"context"
	"io"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

// shown is what a program has shown so far, escape sequences left out, and a way to wait for more of it.
type shown struct {
	t    *testing.T
	mu   sync.Mutex
	more *sync.Cond
	text string
	end  error
}

func newShown(t *testing.T) *shown {
	s := &shown{t: t}
	s.more = sync.NewCond(&s.mu)
	return s
}

var escapes = regexp.MustCompile(`\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07]*\x07|\r`)

// read takes in all that comes, until it ends.
func (s *shown) read(r io.Reader) {
	buf := make([]byte, 1<<16)
	for {
		n, err := r.Read(buf)
		s.mu.Lock()
		s.text += string(buf[:n])
		s.end = err
		s.more.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

// wait waits until the text after mark holds want, and returns the text up to now with the length to go on from.
func (s *shown) wait(mark int, want string) (text string, next int) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	for {
		seen := escapes.ReplaceAllString(s.text[mark:], "")
		if strings.Contains(seen, want) {
			return seen, len(s.text)
		}
		if s.end != nil {
			s.t.Fatalf("the program ended before it showed %q:\n%s", want, seen)
		}
		s.more.Wait()
	}
}

// live is a session that is given one command after the other on its standard input, as a program would drive it.
type live struct {
	*shown
	stdin io.WriteCloser
	mark  int
	ended chan error
}

// live starts a session, which ends with the test at the latest.
func (p *program) live() *live {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	cmd := p.command(ctx, "-Command", "-")
	stdin, err := cmd.StdinPipe()
	if err != nil {
		p.t.Fatal(err)
	}
	r, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	if err := cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	l := &live{shown: newShown(p.t), stdin: stdin, ended: make(chan error, 1)}
	read := make(chan struct{})
	go func() { defer close(read); l.read(r) }()
	go func() {
		err := cmd.Wait()
		w.CloseWithError(io.EOF)
		<-read
		l.ended <- err
		close(l.ended)
	}()
	p.t.Cleanup(func() {
		cancel()
		<-read
		<-l.ended
	})
	return l
}

// do gives the session commands, waits until they have run, and returns what they have shown.
func (l *live) do(commands string) string {
	l.t.Helper()
	// The text is put together by the shell: "done" alone may be part of what is shown.
	l.say(commands + "\n'-- do' + 'ne --'\n")
	text, next := l.wait(l.mark, "-- done --\n")
	l.mark = next
	return strings.TrimSuffix(text, "-- done --\n")
}

// say gives the session a line without waiting.
func (l *live) say(line string) {
	l.t.Helper()
	if _, err := io.WriteString(l.stdin, line); err != nil {
		l.t.Fatal(err)
	}
}

// done ends the session in order.
func (l *live) done() {
	l.t.Helper()
	if err := l.stdin.Close(); err != nil {
		l.t.Fatal(err)
	}
	if err := <-l.ended; err != nil {
		l.t.Errorf("the session ended with %v:\n%s", err, l.text)
	}
}
