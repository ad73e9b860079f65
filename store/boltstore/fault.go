package boltstore

import (
	"errors"
	"fmt"
	"io/fs"
	"runtime/debug"
	"strings"
	"syscall"

	berrors "go.etcd.io/bbolt/errors"

	"migsh/store"
)

// guard runs what calls bbolt. On a damaged file bbolt panics, or touches
// mapped memory that has no file behind it; both become ErrDamaged.
func guard(path string, do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged(path, fmt.Errorf("%v", p))
		}
	}()
	return do()
}

func damaged(path string, cause error) error {
	return &store.DamagedError{Path: path, Cause: cause}
}

// explainCopy says what a failure to write a copy means.
func explainCopy(path string, err error) error {
	kind := error(nil)
	switch {
	case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrClosed):
		return err
	case isFull(err):
		kind = store.ErrFull
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		kind = store.ErrReadOnly
	default:
		return fmt.Errorf("back up the state file to %s: %w", path, err)
	}
	return fmt.Errorf("back up the state file to %s: %w (%w)", path, kind, err)
}

// explain says what a failure to open or make the file means.
func explain(what, path string, err error) error {
	switch {
	case errors.Is(err, store.ErrDamaged), errors.Is(err, store.ErrLocked):
		return err
	case errors.Is(err, berrors.ErrInvalid), errors.Is(err, berrors.ErrChecksum), errors.Is(err, berrors.ErrVersionMismatch),
		strings.Contains(err.Error(), "file size too small"): // bbolt has no name for it
		return damaged(path, err)
	case isFull(err):
		return full(path, err)
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%s the state file %s: %w (%w). migsh must be able to write there: "+
			"mend the permissions or the disk, or use another state directory with -Home", what, path, store.ErrReadOnly, err)
	default:
		return fmt.Errorf("%s the state file %s: %w", what, path, err)
	}
}

func full(path string, err error) error {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return fmt.Errorf("write the state file %s: %w: it has reached its configured size. Nothing that was "+
			"committed is lost. Raise the limit, or remove what is no longer needed and compact the file", path, store.ErrFull)
	}
	return fmt.Errorf("write the state file %s: %w (%w). Nothing that was committed is lost. "+
		"Make room on that disk; work then goes on by itself", path, store.ErrFull, err)
}

// isFull also knows the system's words, since bbolt passes some errors on as
// text only.
func isFull(err error) bool {
	if errors.Is(err, berrors.ErrMaxSizeReached) {
		return true
	}
	for _, errno := range fullErrors {
		if errors.Is(err, errno) || strings.Contains(err.Error(), errno.Error()) {
			return true
		}
	}
	return false
}
