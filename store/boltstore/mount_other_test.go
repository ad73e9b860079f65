//go:build !linux

package boltstore

import "testing"

func mountSmall(t *testing.T, data string) string {
	t.Helper()
	t.Skip("a disk in memory is mounted on Linux only")
	return ""
}

func remountReadOnly(t *testing.T, dir string) {}
