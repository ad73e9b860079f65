package boltstore

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"migsh/store"
)

// A damaged file gives ErrDamaged, whatever the damage, and is left as it is.
func TestDamaged(t *testing.T) {
	sound, err := os.ReadFile(fill(t, 2000))
	if err != nil {
		t.Fatal(err)
	}
	checker := open(t, newPath(t), Options{})
	page := os.Getpagesize()
	overwrite := func(from, to int, with byte) func([]byte) []byte {
		return func(data []byte) []byte {
			for i := from; i < min(to, len(data)); i++ {
				data[i] = with
			}
			return data
		}
	}
	tests := map[string]func([]byte) []byte{
		"both meta pages":      overwrite(0, 2*page, 0),
		"text":                 func([]byte) []byte { return []byte(strings.Repeat("no store at all\n", 1000)) },
		"short text":           func([]byte) []byte { return []byte("hello") },
		"cut in half":          func(data []byte) []byte { return data[:len(data)/2/page*page] },
		"cut to the metas":     func(data []byte) []byte { return data[:2*page] },
		"cut in a page":        func(data []byte) []byte { return data[:5*page+100] },
		"data zeroed":          overwrite(2*page, 1<<30, 0),
		"data overwritten":     overwrite(2*page, 1<<30, 0xff),
		"another bbolt's file": nil,
	}
	for name, damage := range tests {
		t.Run(name, func(t *testing.T) {
			path := newPath(t)
			if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if damage == nil {
				foreign(t, path)
			} else if err := os.WriteFile(path, damage(bytes.Clone(sound)), 0o600); err != nil {
				t.Fatal(err)
			}
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 { // the second shows that the first left no lock
				_, err = Open(t.Context(), path, Options{LockTimeout: -1})
				if !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), "backup") {
					t.Fatalf("Open: %v", err)
				}
			}
			if _, err := checker.CheckCopy(t.Context(), path); !errors.Is(err, store.ErrDamaged) || !strings.Contains(err.Error(), path) {
				t.Errorf("CheckCopy: %v", err)
			}
			if after, err := os.ReadFile(path); err != nil || !bytes.Equal(after, before) {
				t.Errorf("the damaged file was changed: %v", err)
			}
		})
	}
}

func foreign(t *testing.T, path string) {
	db, err := bolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bolt.Tx) error {
		_, err := tx.CreateBucket([]byte("theirs"))
		return err
	})
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
}

// Every page in turn: Open or Check finds the damage, or reading still gives
// what was written; never a panic.
func TestDamagedPages(t *testing.T) {
	sound, err := os.ReadFile(fill(t, 300))
	if err != nil {
		t.Fatal(err)
	}
	page := os.Getpagesize()
	found := 0
	for at := 0; at+page <= len(sound); at += page {
		data := bytes.Clone(sound)
		for i := at; i < at+page; i++ {
			data[i] ^= 0x5a
		}
		path := filepath.Join(t.TempDir(), "state.db")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), path, Options{LockTimeout: -1})
		if err != nil {
			if !errors.Is(err, store.ErrDamaged) {
				t.Errorf("page %d: %v", at/page, err)
			}
			found++
			continue
		}
		if err := s.Check(t.Context()); errors.Is(err, store.ErrDamaged) {
			found++
		} else if n := count(t, s, "k/"); n != 300 && n != 299 { // the last commit, if its meta page was hit
			t.Errorf("page %d: %d records and no error", at/page, n)
		}
		if err := s.Close(); err != nil {
			t.Errorf("page %d: Close: %v", at/page, err)
		}
	}
	if found == 0 {
		t.Error("no damage was ever found")
	}
}

// The file is cut while it is open: reads and updates give ErrDamaged, where
// the mapped memory has nothing behind it any more, and Close still returns.
func TestCutWhileOpen(t *testing.T) {
	path := fill(t, 2000)
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, int64(2*os.Getpagesize())); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Get(t.Context(), "k/"+store.Number(1000)); !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Get: %v", err)
	}
	var end error
	for _, err := range s.Scan(t.Context(), "") {
		end = err
	}
	if !errors.Is(end, store.ErrDamaged) {
		t.Errorf("Scan: %v", end)
	}
	for range 2 {
		if _, err := s.Update(t.Context(), store.Set("k/"+store.Number(1000), nil)); !errors.Is(err, store.ErrDamaged) {
			t.Errorf("Update: %v", err)
		}
	}
	if err := s.Close(); err != nil && !errors.Is(err, store.ErrDamaged) {
		t.Errorf("Close: %v", err)
	}
}
