package boltstore

import (
	"path/filepath"
	"testing"

	"migsh/store"
	"migsh/store/storetest"
)

func TestConformance(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store { return open(t, newPath(t), Options{}) })
}

func newPath(t testing.TB) string { return filepath.Join(t.TempDir(), "state", "state.db") }

// open opens a store, which is checked and closed when the test ends.
func open(t testing.TB, path string, options Options) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
