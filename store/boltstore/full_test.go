package boltstore

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"migsh/store"
)

// fillUp writes updates of two records until there is no room, and returns how
// many were acknowledged.
func fillUp(t *testing.T, s *Store) int {
	t.Helper()
	for i := range 100000 {
		value := bytes.Repeat([]byte{byte(i)}, 3000)
		_, err := s.Update(t.Context(), store.Create(fmt.Sprintf("a/%06d", i), value), store.Create(fmt.Sprintf("b/%06d", i), value))
		if errors.Is(err, store.ErrFull) {
			return i
		}
		if err != nil {
			t.Fatalf("update %d: %v", i, err)
		}
	}
	t.Fatal("never full")
	return 0
}

func wantPairs(t *testing.T, s *Store, n int) {
	t.Helper()
	if a, b := count(t, s, "a/"), count(t, s, "b/"); a != n || b != n {
		t.Errorf("%d and %d records, want %d of each", a, b, n)
	}
	if err := s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// A disk that is really full.
func TestFullDisk(t *testing.T) {
	dir := mountSmall(t, "size=2m")
	path := filepath.Join(dir, "state.db")
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 512<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}()
	n := fillUp(t, s)
	t.Logf("full after %d updates", n)
	for range 3 {
		if _, err := s.Update(t.Context(), store.Set("c/large", make([]byte, store.MaxValue))); !errors.Is(err, store.ErrFull) {
			t.Errorf("an update on the full disk: %v", err)
		}
	}
	wantPairs(t, s, n)

	// It can be opened while full, and read.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = Open(t.Context(), path, Options{}); err != nil {
		t.Fatalf("Open on the full disk: %v", err)
	}
	wantPairs(t, s, n)

	// Compacting cannot work, and changes nothing.
	if err := s.Compact(t.Context()); !errors.Is(err, store.ErrFull) {
		t.Errorf("Compact on the full disk: %v", err)
	}
	wantPairs(t, s, n)

	// Once there is room, the same store writes again.
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Update(t.Context(), store.Create(fmt.Sprintf("a/%06d", n), nil), store.Create(fmt.Sprintf("b/%06d", n), nil)); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	wantPairs(t, s, n+1)
}

// The first start on a full disk.
func TestFullDiskAtStart(t *testing.T) {
	dir := mountSmall(t, "size=64k")
	if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 60<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(t.Context(), filepath.Join(dir, "state.db"), Options{}); !errors.Is(err, store.ErrFull) {
		t.Errorf("Open: %v", err)
	}
	if err := os.Remove(filepath.Join(dir, "ballast")); err != nil {
		t.Fatal(err)
	}
	open(t, filepath.Join(dir, "state.db"), Options{})
}

func TestReadOnlyDisk(t *testing.T) {
	dir := mountSmall(t, "size=2m")
	path := filepath.Join(dir, "state.db")
	s, err := Open(t.Context(), path, Options{})
	if err == nil {
		err = s.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	remountReadOnly(t, dir)
	for _, path := range []string{path, filepath.Join(dir, "new.db"), filepath.Join(dir, "new", "state.db")} {
		if _, err := Open(t.Context(), path, Options{}); !errors.Is(err, store.ErrReadOnly) {
			t.Errorf("Open of %s: %v", path, err)
		}
	}
}

func TestMaxSize(t *testing.T) {
	const limit = 1 << 20
	path := newPath(t)
	s := open(t, path, Options{MaxSize: limit})
	n := fillUp(t, s)
	wantPairs(t, s, n)
	if info, err := os.Stat(path); err != nil || info.Size() > limit {
		t.Errorf("the file has %d bytes, %v; the limit is %d", info.Size(), err, limit)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path, Options{MaxSize: 2 * limit})
	wantPairs(t, s, n)
	if _, err := s.Update(t.Context(), store.Set("c", make([]byte, 10000))); err != nil {
		t.Errorf("with a higher limit: %v", err)
	}
}

// One update that is too large for what room is left does not fail those that
// were joined with it.
func TestFullGroup(t *testing.T) {
	s := open(t, newPath(t), Options{MaxSize: 1 << 20})
	fillUp(t, s)
	if _, err := s.Update(t.Context(), store.Delete("a/000000"), store.Delete("a/000001"), store.Delete("a/000002")); err != nil {
		t.Fatalf("a deletion: %v", err)
	}
	large := &request{ops: []store.Op{store.Set("c/large", make([]byte, store.MaxValue))}}
	small := &request{ops: []store.Op{store.Set("c/small", []byte("x"))}}
	depends := &request{ops: []store.Op{store.Check("c/large", 0), store.Set("c/depends", nil)}}
	err := s.submit(t.Context(), &request{done: make(chan struct{}), exclusive: func() error {
		s.writeGroup([]*request{large, small, depends})
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !errors.Is(large.err, store.ErrFull) || small.err != nil || depends.err != nil {
		t.Errorf("large: %v; small: %v; depends: %v", large.err, small.err, depends.err)
	}
	if n := count(t, s, "c/"); n != 2 {
		t.Errorf("%d records, want 2", n)
	}
}
