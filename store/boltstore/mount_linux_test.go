package boltstore

import (
	"os"
	"syscall"
	"testing"
)

// mountSmall mounts a small disk in memory, and unmounts it after what was
// opened on it is closed.
func mountSmall(t *testing.T, data string) string {
	t.Helper()
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, data); err != nil {
		if os.Geteuid() != 0 {
			t.Skipf("a disk can be mounted by root only: %v", err)
		}
		t.Skipf("this system lets nobody mount a disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Errorf("unmount %s: %v", dir, err)
		}
	})
	return dir
}

func remountReadOnly(t *testing.T, dir string) {
	t.Helper()
	if err := syscall.Mount("", dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""); err != nil {
		t.Fatal(err)
	}
}
