package boltstore

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"migsh/store"
)

func TestBackup(t *testing.T) {
	s := open(t, fill(t, 500), Options{})
	var copied bytes.Buffer
	if err := s.Backup(t.Context(), &copied); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Update(t.Context(), store.Set("k/later", nil)); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(path, copied.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	restored := open(t, path, Options{})
	if n := count(t, restored, ""); n != 500 {
		t.Errorf("the copy has %d records, want 500", n)
	}
	if err := restored.Check(t.Context()); err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Backup(ctx, &copied); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled backup: %v", err)
	}
}

func TestBackupTo(t *testing.T) {
	s := open(t, fill(t, 500), Options{})
	path := filepath.Join(t.TempDir(), "copy.db")
	if err := s.BackupTo(t.Context(), path, false); err != nil {
		t.Fatal(err)
	}
	if usage, err := s.CheckCopy(t.Context(), path); err != nil || usage.InUse <= 0 || usage.FileSize < usage.InUse {
		t.Errorf("the copy: %+v, %v", usage, err)
	}
	if err := s.BackupTo(t.Context(), path, false); !errors.Is(err, fs.ErrExist) {
		t.Errorf("over a file that is there: %v", err)
	}
	if _, err := s.Update(t.Context(), store.Set("k/later", nil)); err != nil {
		t.Fatal(err)
	}
	if err := s.BackupTo(t.Context(), path, true); err != nil {
		t.Fatal(err)
	}
	if n := count(t, open(t, path, Options{}), ""); n != 501 {
		t.Errorf("the second copy has %d records, want 501", n)
	}
}

// A copy that has no room leaves nothing behind, not even of the file that it was to replace.
func TestBackupWithoutRoom(t *testing.T) {
	s := open(t, fill(t, 5000), Options{})
	dir := mountSmall(t, "size=128k")
	path := filepath.Join(dir, "copy.db")
	if err := os.WriteFile(path, []byte("older"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := s.BackupTo(t.Context(), path, true); !errors.Is(err, store.ErrFull) {
		t.Errorf("on a full disk: %v", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("on the disk there is %v, %v", entries, err)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "older" {
		t.Errorf("the older copy is %q, %v", data, err)
	}
	remountReadOnly(t, dir)
	if err := s.BackupTo(t.Context(), path, true); !errors.Is(err, store.ErrReadOnly) {
		t.Errorf("on a read-only disk: %v", err)
	}
}

func TestCompact(t *testing.T) {
	path := fill(t, 3000)
	s := open(t, path, Options{})
	if _, err := store.DeletePrefix(t.Context(), s, "k/"); err != nil {
		t.Fatal(err)
	}
	last, err := s.Update(t.Context(), store.Set("left", []byte("value")))
	if err != nil {
		t.Fatal(err)
	}
	before, err := s.Usage()
	if err != nil || before.Free <= before.InUse || before.InUse <= 0 || before.FileSize < before.InUse+before.Free {
		t.Errorf("before: %+v, %v", before, err)
	}

	// A watch and a reader go on across the exchange of files.
	ctx, cancel := context.WithCancel(t.Context())
	synced, seen := make(chan struct{}), make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		for event := range s.Watch(ctx, "") {
			switch {
			case event.Kind == store.Synced:
				close(synced)
			case event.Record.Key == "after":
				close(seen)
			}
		}
	})
	<-synced
	if err := s.Compact(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := s.Usage()
	if err != nil || after.FileSize >= before.FileSize/2 || after.InUse > before.InUse {
		t.Errorf("after: %+v, %v; before: %+v", after, err, before)
	}
	if info, err := os.Stat(path); err != nil || info.Size() != after.FileSize || info.Mode().Perm() != 0o600 {
		t.Errorf("the file: %v, %v", info, err)
	}
	fresh, err := s.Update(t.Context(), store.Replace("left", []byte("new"), last[0]), store.Set("after", nil))
	if err != nil || fresh[0] <= last[0] {
		t.Fatalf("Update: %d after %d, %v", fresh, last, err)
	}
	<-seen
	cancel()
	wg.Wait()
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := Open(t.Context(), path, Options{LockTimeout: -1}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("the compacted file is not locked: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if names, err := os.ReadDir(filepath.Dir(path)); err != nil || len(names) != 1 {
		t.Errorf("left behind: %v, %v", names, err)
	}
	s = open(t, path, Options{})
	if n := count(t, s, ""); n != 2 {
		t.Errorf("%d records, want 2", n)
	}
}

// Who waits for the lock while the file is compacted must not end up with the
// file that was replaced.
func TestCompactWhileAnotherWaits(t *testing.T) {
	path := fill(t, 10)
	for range 5 {
		s, err := Open(t.Context(), path, Options{})
		if err != nil {
			t.Fatal(err)
		}
		var second *Store
		var wg sync.WaitGroup
		wg.Go(func() {
			var err error
			if second, err = Open(t.Context(), path, Options{}); err != nil {
				t.Error(err)
			}
		})
		for range 3 {
			if err := s.Compact(t.Context()); err != nil {
				t.Error(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		wg.Wait()
		if second == nil {
			t.FailNow()
		}
		if _, err := second.Update(t.Context(), store.Set("second", nil)); err != nil {
			t.Error(err)
		}
		if err := second.Close(); err != nil {
			t.Error(err)
		}
		s = open(t, path, Options{})
		if _, err := s.Update(t.Context(), store.Delete("second")); err != nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}

// The file is replaced after it was opened and before it was locked.
func TestReplacedBeforeLock(t *testing.T) {
	path, other := fill(t, 1), fill(t, 2)
	options := fileOptions(Options{})
	options.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		file, err := os.OpenFile(name, flag, mode)
		return file, errors.Join(err, os.Rename(other, path))
	}
	if _, err := openOnce(path, options); !errors.Is(err, errReplaced) {
		t.Errorf("openOnce: %v, want errReplaced", err)
	}
	if n := count(t, open(t, path, Options{}), ""); n != 2 {
		t.Errorf("%d records, want those of the new file", n)
	}
}

func TestCheckFindsBadRecords(t *testing.T) {
	s := open(t, fill(t, 3), Options{})
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	withWriter(t, s, func() {
		tx, err := s.db.Begin(true)
		if err != nil {
			t.Error(err)
			return
		}
		if err := errors.Join(tx.Bucket(recordsBucket).Put([]byte("no key at all"), []byte("short")), tx.Commit()); err != nil {
			t.Error(err)
		}
	})
	if err := s.Check(t.Context()); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Check: %v", err)
	}
}
