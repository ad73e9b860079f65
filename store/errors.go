package store

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// What a store answers, to be found with errors.Is. The error itself says more:
// which record, which file, and what to do.
var (
	// ErrNotFound: no such record.
	ErrNotFound = errors.New("no such record")
	// ErrConflict: a precondition did not hold; nothing was changed. Read
	// again, decide again.
	ErrConflict = errors.New("the record was changed meanwhile")
	// ErrInvalid: a key, value or update that no store takes. A mistake of
	// the program, not of the state.
	ErrInvalid = errors.New("not acceptable to the store")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("the store is closed")
	// ErrFull: no room, on the disk or by the configured limit. Nothing was
	// changed, reads go on, and writes succeed again once there is room.
	ErrFull = errors.New("no room left for the store")
	// ErrReadOnly: the place of the store cannot be written.
	ErrReadOnly = errors.New("the store cannot be written")
	// ErrLocked: another process owns the store. See LockedError.
	ErrLocked = errors.New("the store is in use by another process")
	// ErrDamaged: what is stored cannot be read as a store.
	ErrDamaged = errors.New("the store is damaged")
	// ErrNewer: the store was written by a newer migsh. See SchemaError.
	ErrNewer = errors.New("the store was written by a newer version of migsh")
	// ErrUncertain: the update may or may not have happened (the disk failed
	// at the last step, the network went before the answer). Read to know.
	ErrUncertain = errors.New("it is not known whether the update happened")
	// ErrLeased: somebody else holds the lease. See LeasedError.
	ErrLeased = errors.New("the lease is held by another")
	// ErrLeaseLost: the lease ran out and was given to another.
	ErrLeaseLost = errors.New("the lease was lost")
)

// A ConflictError names the record whose revision was not the expected one.
// It is an ErrConflict.
type ConflictError struct {
	Key  string
	Want Revision // zero: the record should not have existed
	Have Revision // zero: it does not exist
}

func (e *ConflictError) Error() string {
	switch {
	case e.Want == 0:
		return fmt.Sprintf("record %s exists already", e.Key)
	case e.Have == 0:
		return fmt.Sprintf("record %s is gone", e.Key)
	default:
		return fmt.Sprintf("record %s was changed meanwhile (revision %d, expected %d)", e.Key, e.Have, e.Want)
	}
}

// Is makes a ConflictError an ErrConflict.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }

// A LockedError names who owns the store, as far as that is known. It is an
// ErrLocked.
type LockedError struct {
	Path    string
	PID     int       // 0: unknown
	Host    string    // "": unknown
	Program string    // "": unknown
	Since   time.Time // zero: unknown
	Stale   bool      // what is known is of a process that no longer runs
}

func (e *LockedError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "the state file %s is in use by ", e.Path)
	switch {
	case e.PID == 0:
		b.WriteString("another process")
	case e.Stale:
		fmt.Fprintf(&b, "another process (not %s, process %d, which opened it last and has ended)", e.program(), e.PID)
	default:
		fmt.Fprintf(&b, "%s, process %d", e.program(), e.PID)
		if e.Host != "" {
			fmt.Fprintf(&b, " on %s", e.Host)
		}
		if !e.Since.IsZero() {
			fmt.Fprintf(&b, ", since %s", e.Since.UTC().Format("2006-01-02 15:04:05 UTC"))
		}
	}
	b.WriteString(". Only one process can own the state: use that one, end it, or give this one a state directory of its own with -Home")
	return b.String()
}

func (e *LockedError) program() string {
	if e.Program == "" {
		return "a program"
	}
	return e.Program
}

// Is makes a LockedError an ErrLocked.
func (e *LockedError) Is(target error) bool { return target == ErrLocked }

// A SchemaError tells that the store has a newer schema than this program
// knows. It is an ErrNewer.
type SchemaError struct {
	Path       string
	Have, Know int
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("the state file %s was written by a newer version of migsh (schema %d; this one knows %d). "+
		"Nothing was changed. Install that version or a later one, or use another state directory with -Home", e.Path, e.Have, e.Know)
}

// Is makes a SchemaError an ErrNewer.
func (e *SchemaError) Is(target error) bool { return target == ErrNewer }

// A DamagedError tells what is wrong with a file that should be a store. It is
// an ErrDamaged.
type DamagedError struct {
	Path  string
	Cause error
}

func (e *DamagedError) Error() string {
	return fmt.Sprintf("the state file %[1]s is damaged (%[2]v). It was left as it is. End every migsh and put a backup in its place, such as "+
		"Backup-MigrationStore makes: Copy-Item BACKUP '%[1]s' -Force. Without one, begin anew: Move-Item '%[1]s' '%[1]s.damaged'; the mailboxes "+
		"are then paired again by content, which copies nothing twice", e.Path, e.Cause)
}

// Is makes a DamagedError an ErrDamaged.
func (e *DamagedError) Is(target error) bool { return target == ErrDamaged }

// Unwrap gives what is wrong.
func (e *DamagedError) Unwrap() error { return e.Cause }
