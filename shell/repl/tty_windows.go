package repl

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// tty stands for the terminal that is read key by key elsewhere. On Windows lines are read from the console, which edits
// them and remembers them itself.
type tty struct{}

func openTTY(*os.File) (*tty, error) { return nil, errors.ErrUnsupported }

func (t *tty) raw() error     { return errors.ErrUnsupported }
func (t *tty) restore() error { return nil }
func (t *tty) leave()         {}
func (t *tty) wake()          {}

func (t *tty) read([]byte, time.Duration) (int, error) { return 0, errors.ErrUnsupported }

var signals = []os.Signal{os.Interrupt, syscall.SIGTERM}

func redraws(os.Signal) bool { return false }
