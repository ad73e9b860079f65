package boltstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"migsh/store"
)

// fill writes n records and returns the store's path, closed.
func fill(t *testing.T, n int) string {
	t.Helper()
	path := newPath(t)
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if _, err := s.Update(t.Context(), store.Set("k/"+store.Number(uint64(i)), fmt.Appendf(nil, "value %d %200d", i, i))); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func count(t *testing.T, s store.Store, prefix string) int {
	t.Helper()
	n := 0
	for _, err := range s.Scan(t.Context(), prefix) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

func TestModes(t *testing.T) {
	path := newPath(t)
	open(t, path, Options{})
	for name, want := range map[string]os.FileMode{filepath.Dir(path): 0o700, path: 0o600, notePath(path): 0o600} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v, %v; want %v", name, info.Mode(), err, want)
		}
	}
}

func TestRevisionsSurvive(t *testing.T) {
	path := fill(t, 3)
	s := open(t, path, Options{})
	if n := count(t, s, "k/"); n != 3 {
		t.Fatalf("%d records, want 3", n)
	}
	before, err := s.Get(t.Context(), "k/"+store.Number(2))
	if err != nil {
		t.Fatal(err)
	}
	revisions, err := s.Update(t.Context(), store.Set("k/new", nil))
	if err != nil || revisions[0] <= before.Revision {
		t.Errorf("revision %d after %d, %v", revisions, before.Revision, err)
	}
}

func TestLocked(t *testing.T) {
	path := newPath(t)
	first := open(t, path, Options{Program: "migsh 1.2"})
	_, err := Open(t.Context(), path, Options{LockTimeout: -1})
	locked, ok := errors.AsType[*store.LockedError](err)
	if !errors.Is(err, store.ErrLocked) || !ok {
		t.Fatalf("a second Open: %v", err)
	}
	host, _ := os.Hostname()
	if locked.Path != path || locked.PID != os.Getpid() || locked.Host != host || locked.Program != "migsh 1.2" || locked.Since.IsZero() || locked.Stale {
		t.Errorf("%+v", locked)
	}
	for _, part := range []string{path, "migsh 1.2", fmt.Sprint("process ", os.Getpid()), host, "-Home"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Open(ctx, path, Options{LockTimeout: time.Hour}); !errors.Is(err, context.Canceled) {
		t.Errorf("Open with a ctx that ended: %v", err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(notePath(path)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the note stays after Close: %v", err)
	}
	open(t, path, Options{})
}

// A lock whose note is rubbish, or of a process that is dead or elsewhere.
func TestLockedNotes(t *testing.T) {
	path := newPath(t)
	open(t, path, Options{})
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		note  any
		stale bool
		pid   int
	}{
		{"rubbish", "{", false, 0},
		{"dead", note{PID: 1 << 30, Host: host, Program: "migsh 1", Since: time.Now()}, true, 1 << 30},
		{"elsewhere", note{PID: 1 << 30, Host: "elsewhere", Program: "migsh 1", Since: time.Now()}, false, 1 << 30},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			data, err := json.Marshal(test.note)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(notePath(path), data, 0o600); err != nil {
				t.Fatal(err)
			}
			_, err = Open(t.Context(), path, Options{LockTimeout: -1})
			locked, ok := errors.AsType[*store.LockedError](err)
			if !ok || locked.Stale != test.stale || locked.PID != test.pid {
				t.Errorf("%+v: %v", locked, err)
			}
		})
	}
}

// The note that a killed process left does not stop the next one.
func TestStaleNote(t *testing.T) {
	path := fill(t, 1)
	if err := os.WriteFile(notePath(path), []byte(`{"PID":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	open(t, path, Options{})
	data, err := os.ReadFile(notePath(path))
	if err != nil || !strings.Contains(string(data), fmt.Sprint(os.Getpid())) {
		t.Errorf("the note is %s, %v", data, err)
	}
}

func TestLeasesOfTheDead(t *testing.T) {
	path := newPath(t)
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	former, err := store.NewLeases(s, nil).Acquire(t.Context(), "user/ann", "one", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, Options{})
	lease, err := store.NewLeases(s, nil).Acquire(t.Context(), "user/ann", "two", time.Hour)
	if err != nil || lease.Token <= former.Token {
		t.Errorf("Acquire in the next process: %+v, %v; the former token was %d", lease, err, former.Token)
	}
}

func TestNewerSchema(t *testing.T) {
	path := newPath(t)
	s, err := Open(t.Context(), path, Options{Schema: 4})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	_, err = Open(t.Context(), path, Options{Schema: 3})
	newer, ok := errors.AsType[*store.SchemaError](err)
	if !errors.Is(err, store.ErrNewer) || !ok || newer.Have != 4 || newer.Know != 3 || newer.Path != path {
		t.Errorf("Open: %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the refused file was changed: %v", err)
	}
	open(t, path, Options{Schema: 4}) // the lock was given back
}

func TestUpgrade(t *testing.T) {
	path := fill(t, 600)
	refusal := errors.New("cannot")
	half := func(from int, records *Records) error {
		if err := records.Set("k/new", nil); err != nil {
			return err
		}
		return refusal
	}
	if _, err := Open(t.Context(), path, Options{Schema: 2, Upgrade: half}); !errors.Is(err, refusal) || !strings.Contains(err.Error(), path) {
		t.Fatalf("an upgrade that fails: %v", err)
	}
	if _, err := Open(t.Context(), path, Options{Schema: 2}); err == nil {
		t.Fatal("an old schema was opened without an upgrade")
	}
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatalf("after an upgrade that failed: %v", err)
	}
	if n := count(t, s, ""); n != 600 {
		t.Errorf("after an upgrade that failed there are %d records", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}

	upgrade := func(from int, records *Records) error {
		if from != 1 {
			t.Errorf("upgrade from %d", from)
		}
		for record, err := range records.Below("k/") {
			if err != nil {
				return err
			}
			if err := records.Delete(record.Key); err != nil {
				return err
			}
			if err := records.Set("new"+record.Key[1:], record.Value); err != nil {
				return err
			}
		}
		return nil
	}
	s = open(t, path, Options{Schema: 2, Upgrade: upgrade})
	if old, fresh := count(t, s, "k/"), count(t, s, "new/"); old != 0 || fresh != 600 {
		t.Errorf("after the upgrade there are %d old and %d new records", old, fresh)
	}
	if info, err := os.Stat(path + ".schema1"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy: %v, %v", info, err)
	}
	copied := open(t, path+".schema1", Options{})
	if n := count(t, copied, "k/"); n != 600 {
		t.Errorf("the copy has %d records", n)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path, Options{Schema: 2})
}

// Several that start for the first time at once: one gets the store.
func TestFirstStartRace(t *testing.T) {
	for range 5 {
		path := newPath(t)
		stores := make([]*Store, 4)
		var wg sync.WaitGroup
		for i := range stores {
			wg.Go(func() {
				s, err := Open(t.Context(), path, Options{LockTimeout: -1})
				if err != nil && !errors.Is(err, store.ErrLocked) {
					t.Error(err)
				}
				stores[i] = s
			})
		}
		wg.Wait()
		got := 0
		for _, s := range stores {
			if s != nil {
				got++
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			}
		}
		if got > 1 {
			t.Errorf("%d have the store", got)
		}
		if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
			t.Errorf("left behind: %v, %v", names, err)
		}
	}
}
