package boltstore

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"time"

	"migsh/store"
)

// note is the content of the small file beside the store that says who has it
// open. It locks nothing (the lock is the system's, on the store's file) and
// outlives a process that was killed; then it is stale.
type note struct {
	PID     int
	Host    string
	Program string
	Since   time.Time
}

// notePath is where the note of the store at path lies.
func notePath(path string) string { return path + ".lock" }

// writeNote is called by whoever holds the lock.
func writeNote(path, program string) error {
	host, _ := os.Hostname() // unknown is shown as such
	if program == "" {
		program = filepath.Base(os.Args[0])
	}
	data, err := json.Marshal(note{PID: os.Getpid(), Host: host, Program: program, Since: time.Now().UTC()})
	if err != nil {
		return err
	}
	// By renaming, so that nobody reads half of it.
	temporary := notePath(path) + ".new"
	err = os.WriteFile(temporary, data, 0o600)
	if err == nil {
		err = os.Rename(temporary, notePath(path))
	}
	if err != nil {
		return errors.Join(explain("note the owner of", path, err), remove(temporary))
	}
	return nil
}

// locked says who has the store open, as far as its note tells.
func locked(path string) error {
	e := &store.LockedError{Path: path}
	data, err := os.ReadFile(notePath(path))
	if err != nil {
		return e
	}
	var n note
	if json.Unmarshal(data, &n) != nil {
		return e
	}
	e.PID, e.Host, e.Program, e.Since = n.PID, n.Host, n.Program, n.Since
	host, err := os.Hostname()
	e.Stale = err == nil && host == n.Host && !alive(n.PID)
	return e
}

// remove removes a file if it is there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
