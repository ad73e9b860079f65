//go:build unix

package repl

import (
	"errors"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// tty is a terminal that is read key by key. Only one goroutine reads at a time; wake and restore may be called from any.
type tty struct {
	fd       int
	pipe     [2]int // written to by wake
	mu       sync.Mutex
	original *term.State // how it was found; nil unless raw
	gone     bool        // given back for good
}

// openTTY takes a terminal for reading keys. The editor of lines needs a controlling terminal besides; without one it
// cannot be had.
func openTTY(in *os.File) (*tty, error) {
	control, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	if err := control.Close(); err != nil {
		return nil, err
	}
	t := &tty{fd: int(in.Fd())}
	if err := unix.Pipe(t.pipe[:]); err != nil {
		return nil, err
	}
	for _, fd := range t.pipe {
		unix.CloseOnExec(fd)
		if err := unix.SetNonblock(fd, true); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// raw makes the terminal hand over every key at once, unseen. Output keeps turning line feeds into new lines, which all
// that writes to the terminal relies on.
func (t *tty) raw() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.gone {
		return errHungUp
	}
	if t.original != nil { // raw before, but perhaps changed by others since
		if err := term.Restore(t.fd, t.original); err != nil {
			return err
		}
	}
	original, err := term.MakeRaw(t.fd)
	if err != nil {
		return err
	}
	t.original = original
	mode, err := unix.IoctlGetTermios(t.fd, getTermios)
	if err != nil {
		return err
	}
	mode.Oflag |= unix.OPOST
	return unix.IoctlSetTermios(t.fd, setTermios, mode)
}

// restore gives the terminal back as raw found it.
func (t *tty) restore() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.cook()
}

// leave restores the terminal for good: the program is about to end, whatever its other goroutines are at.
func (t *tty) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.gone = true
	_ = t.cook() // nobody is left to tell it to
}

func (t *tty) cook() error {
	if t.original == nil {
		return nil
	}
	err := term.Restore(t.fd, t.original)
	t.original = nil
	return err
}

// read waits for bytes, at most so long, or until woken. No bytes and no error: none came.
func (t *tty) read(buf []byte, patience time.Duration) (int, error) {
	fds := []unix.PollFd{{Fd: int32(t.fd), Events: unix.POLLIN}, {Fd: int32(t.pipe[0]), Events: unix.POLLIN}}
	if _, err := unix.Poll(fds, int(patience.Milliseconds())); err != nil && !errors.Is(err, unix.EINTR) {
		return 0, err
	}
	if fds[1].Revents != 0 {
		var drain [64]byte
		for {
			if n, err := unix.Read(t.pipe[0], drain[:]); n <= 0 || err != nil {
				break
			}
		}
	}
	if fds[0].Revents == 0 {
		return 0, nil
	}
	n, err := unix.Read(t.fd, buf)
	switch {
	case errors.Is(err, unix.EINTR), errors.Is(err, unix.EAGAIN):
		return 0, nil
	case err != nil:
		return 0, err
	case n == 0:
		return 0, errHungUp
	}
	return n, nil
}

// wake ends a read that waits.
func (t *tty) wake() {
	// A full pipe wakes as well.
	_, _ = unix.Write(t.pipe[1], []byte{0})
}

// signals are what the prompt handles itself.
var signals = []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGWINCH, syscall.SIGCONT}

// redraws tells whether after a signal the line has to be drawn anew: the window has another size, or another program had
// the terminal.
func redraws(s os.Signal) bool { return s == syscall.SIGWINCH || s == syscall.SIGCONT }
