//go:build unix

// Package repltest plays the person at a terminal: it starts a program on a pseudo-terminal, types, and reads the screen.
package repltest

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
	"golang.org/x/term"
)

// deadline is how long a screen may take to show what a test waits for: much longer than any machine needs.
const deadline = 60 * time.Second

// Screen is a terminal with a program on it.
type Screen struct {
	t        testing.TB
	cmd      *exec.Cmd
	pty, tty *os.File

	mu      sync.Mutex
	drawn   *sync.Cond
	vt      vt10x.Terminal
	all     strings.Builder
	expired bool

	before   *term.State
	finished chan struct{} // closed when the program has ended and all its output is on the screen
	after    *term.State   // from then on
	failed   error         // from then on: of waiting for the program, or of looking at the terminal
}

// Start starts a program on a terminal of 80 columns and 24 rows.
func Start(t testing.TB, cmd *exec.Cmd) *Screen {
	t.Helper()
	master, tty, err := open()
	if err != nil {
		t.Fatal(err)
	}
	s := &Screen{t: t, cmd: cmd, pty: master, tty: tty, finished: make(chan struct{}), vt: vt10x.New(vt10x.WithSize(80, 24))}
	s.drawn = sync.NewCond(&s.mu)
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	if s.before, err = term.GetState(int(tty.Fd())); err != nil {
		t.Fatal(err)
	}
	cmd.Stdin, cmd.Stdout, cmd.Stderr = tty, tty, tty
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var reading sync.WaitGroup
	reading.Go(s.read)
	go func() {
		s.failed = cmd.Wait()
		after, err := s.state()
		s.after = after
		if err != nil && s.failed == nil {
			s.failed = err
		}
		// Once nobody has the terminal open, reading ends with the last output.
		s.mu.Lock()
		err = tty.Close()
		s.mu.Unlock()
		if err != nil && s.failed == nil {
			s.failed = err
		}
		reading.Wait()
		close(s.finished)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.drawn.Broadcast()
	}()
	t.Cleanup(func() {
		if s.running() {
			if err := cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Error(err)
			}
		}
		<-s.finished
		if err := master.Close(); err != nil && !errors.Is(err, os.ErrClosed) {
			t.Error(err)
		}
	})
	return s
}

// open makes a pseudo-terminal whose master can be closed while it is read.
func open() (master, tty *os.File, err error) {
	blocking, tty, err := pty.Open()
	if err != nil {
		return nil, nil, err
	}
	fd, err := syscall.Dup(int(blocking.Fd()))
	if err == nil {
		syscall.CloseOnExec(fd)
		err = syscall.SetNonblock(fd, true)
	}
	return os.NewFile(uintptr(fd), blocking.Name()), tty, errors.Join(err, blocking.Close())
}

// read has the virtual terminal show what the program writes.
func (s *Screen) read() {
	buf := make([]byte, 32<<10)
	for {
		n, err := s.pty.Read(buf)
		s.mu.Lock()
		_, _ = s.vt.Write(buf[:n]) // a virtual terminal takes everything
		s.all.Write(buf[:n])
		s.drawn.Broadcast()
		s.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (s *Screen) running() bool {
	select {
	case <-s.finished:
		return false
	default:
		return true
	}
}

// Type types text; control characters and escape sequences are keys.
func (s *Screen) Type(text string) {
	s.t.Helper()
	if _, err := io.WriteString(s.pty, text); err != nil {
		s.t.Fatalf("type %q: %v", text, err)
	}
}

// WaitUntil waits until the screen is as wanted.
func (s *Screen) WaitUntil(what string, wanted func(screen string) bool) {
	s.t.Helper()
	timer := time.AfterFunc(deadline, func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.expired = true
		s.drawn.Broadcast()
	})
	defer timer.Stop()
	s.mu.Lock()
	defer s.mu.Unlock()
	for !wanted(s.text()) {
		if s.expired || !s.running() {
			s.t.Fatalf("never seen: %s. The screen (program running: %v):\n%s", what, s.running(), s.text())
		}
		s.drawn.Wait()
	}
}

// WaitFor waits until the screen's last lines are these; lines are compared without trailing blanks.
func (s *Screen) WaitFor(lines string) {
	s.t.Helper()
	s.WaitUntil(lines, func(screen string) bool {
		return screen == lines || strings.HasSuffix(screen, "\n"+lines)
	})
}

// WaitOutput waits until the program has written a text at any time.
func (s *Screen) WaitOutput(text string) {
	s.t.Helper()
	s.WaitUntil(text, func(string) bool { return strings.Contains(s.all.String(), text) })
}

// Text is what the screen shows, without trailing blanks and empty lines.
func (s *Screen) Text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text()
}

func (s *Screen) text() string {
	lines := strings.Split(s.vt.String(), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(line, " ")
	}
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// Output is all that the program has written.
func (s *Screen) Output() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

// Column is the cursor's, from 0.
func (s *Screen) Column() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.vt.Cursor().X
}

// Resize changes the window's size.
func (s *Screen) Resize(columns, rows int) {
	s.t.Helper()
	s.mu.Lock()
	s.vt.Resize(columns, rows)
	s.mu.Unlock()
	if err := pty.Setsize(s.pty, &pty.Winsize{Rows: uint16(rows), Cols: uint16(columns)}); err != nil {
		s.t.Fatal(err)
	}
}

// Signal sends the program a signal.
func (s *Screen) Signal(signal os.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(signal); err != nil {
		s.t.Fatal(err)
	}
}

// Cooked tells whether the terminal is as it was before the program started.
func (s *Screen) Cooked() bool {
	s.t.Helper()
	now, err := s.state()
	if err != nil {
		s.t.Fatal(err)
	}
	return *now == *s.before
}

// state is the terminal's now.
func (s *Screen) state() (*term.State, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return term.GetState(int(s.tty.Fd()))
}

// Exit waits for the program to end, checks that it leaves the terminal as it found it, and gives its exit code.
func (s *Screen) Exit() int {
	s.t.Helper()
	code := s.Wait()
	if s.after == nil || *s.after != *s.before {
		s.t.Error("the terminal is not as it was before")
	}
	return code
}

// Wait waits for the program to end, and gives its exit code; -1 is that of a signal.
func (s *Screen) Wait() int {
	s.t.Helper()
	select {
	case <-s.finished:
	case <-time.After(deadline):
		s.t.Fatalf("the program does not end. The screen:\n%s", s.Text())
	}
	if exit, ok := errors.AsType[*exec.ExitError](s.failed); ok {
		return exit.ExitCode()
	}
	if s.failed != nil {
		s.t.Error(s.failed)
	}
	return 0
}

// Hangup takes the terminal away from the program.
func (s *Screen) Hangup() {
	s.t.Helper()
	if err := s.pty.Close(); err != nil {
		s.t.Fatal(err)
	}
}
