package store

import "context"

// Upkeep is what a store can do besides that lives in a file of its own.
type Upkeep interface {
	// Path is the file's.
	Path() string
	// Usage tells how the file is used.
	Usage() (Usage, error)
	// BackupTo writes a copy of the store as it is now to a new file, reads
	// the copy to its end, and only then gives it its name. Updates go on
	// meanwhile. With replace it takes the place of a file of that name;
	// without, that is fs.ErrExist. ErrFull and ErrReadOnly are about the
	// copy's place; nothing of a copy that failed is left.
	BackupTo(ctx context.Context, path string, replace bool) error
	// Check reads the whole store and returns what is wrong as one
	// ErrDamaged; nil: nothing. Updates wait.
	Check(ctx context.Context) error
	// CheckCopy does the same with a copy that BackupTo has made.
	CheckCopy(ctx context.Context, path string) (Usage, error)
	// Compact gives free pages back to the disk. Updates wait. When it
	// fails, all is as before.
	Compact(ctx context.Context) error
}

// Usage tells how a store's file is used, in bytes.
type Usage struct {
	FileSize int64
	InUse    int64 // pages that hold something
	Free     int64 // pages that will be used again; Compact gives them back
}
