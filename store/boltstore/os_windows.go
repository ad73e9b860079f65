package boltstore

import (
	"os"
	"syscall"
)

// ERROR_DISK_FULL, ERROR_HANDLE_DISK_FULL, ERROR_DISK_QUOTA_EXCEEDED.
var fullErrors = []syscall.Errno{112, 39, 1295}

// replacesOpen: a file that is open or mapped cannot be replaced on Windows.
const replacesOpen = false

func alive(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	_ = process.Release()
	return true
}

// syncDir has nothing to do: Windows keeps names in its own journal.
func syncDir(string) error { return nil }
