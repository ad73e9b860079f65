// Package statedir knows where migsh keeps its state, and what lies there.
package statedir

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
)

// Dir is a state directory, by its absolute path.
type Dir string

// Find tells which directory is the state's: home (the -Home flag) if given,
// else MIGSH_HOME, else the place that the system has for such things. It
// makes nothing.
func Find(home string, getenv func(string) string) (Dir, error) {
	return find(runtime.GOOS, home, getenv)
}

func find(goos, home string, getenv func(string) string) (Dir, error) {
	path := home
	if path == "" {
		path = getenv("MIGSH_HOME")
	}
	if path == "" {
		var err error
		if path, err = usual(goos, getenv); err != nil {
			return "", err
		}
	}
	absolute, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("find the state directory: %w", err)
	}
	return Dir(absolute), nil
}

func usual(goos string, getenv func(string) string) (string, error) {
	if goos == "windows" {
		if local := getenv("LOCALAPPDATA"); local != "" {
			return filepath.Join(local, "migsh"), nil
		}
		return "", errors.New("find the state directory: neither MIGSH_HOME nor LOCALAPPDATA is set. Name one with -Home")
	}
	// A relative path is to be ignored, says the XDG Base Directory Specification.
	if state := getenv("XDG_STATE_HOME"); filepath.IsAbs(state) {
		return filepath.Join(state, "migsh"), nil
	}
	if user := getenv("HOME"); user != "" {
		return filepath.Join(user, ".local", "state", "migsh"), nil
	}
	return "", errors.New("find the state directory: none of MIGSH_HOME, XDG_STATE_HOME and HOME is set. Name one with -Home")
}

// Make makes the directory, for this user alone, unless it is there. One that
// others may write is refused: they could put another state in its place.
func (d Dir) Make() error {
	if err := os.MkdirAll(string(d), 0o700); err != nil {
		return fmt.Errorf("make the state directory: %w. Name another with -Home", err)
	}
	info, err := os.Stat(string(d))
	if err != nil {
		return fmt.Errorf("look at the state directory: %w", err)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o022 != 0 {
		return fmt.Errorf("the state directory %s can be written by others (mode %04o). chmod 700 %s, or name another with -Home", d, mode, d)
	}
	return nil
}

// Sub makes one of the directories inside (Log, Outbox, Reports, Backups, Spool) when
// it is first needed.
func Sub(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return fmt.Errorf("make a directory of the state: %w", err)
	}
	return nil
}

func (d Dir) join(name string) string { return filepath.Join(string(d), name) }

// Store is the file that holds the state. Beside it lies, while a process has
// it open, a note that names that process (with ".lock" added to the name).
func (d Dir) Store() string { return d.join("state.db") }

// Socket is where the process that owns the state listens.
func (d Dir) Socket() string { return d.join("socket") }

// History is the file of the commands typed.
func (d Dir) History() string { return d.join("history") }

// Log is the directory of the log files.
func (d Dir) Log() string { return d.join("log") }

// Outbox is the directory of mails that wait to be sent.
func (d Dir) Outbox() string { return d.join("outbox") }

// Reports is the directory of reports.
func (d Dir) Reports() string { return d.join("reports") }

// Backups is the directory of the copies of the store.
func (d Dir) Backups() string { return d.join("backups") }

// Spool is the directory of messages that must be seen whole before they are
// passed on. Nothing in it outlives the process.
func (d Dir) Spool() string { return d.join("spool") }

// Key is the key file: MIGSH_KEY_FILE if set, else in the directory.
func (d Dir) Key(getenv func(string) string) string {
	if path := getenv("MIGSH_KEY_FILE"); path != "" {
		return path
	}
	return d.join("key")
}
