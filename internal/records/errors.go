package records

import (
	"context"
	"errors"

	"migsh/internal/migration"
	"migsh/store"
)

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }

// Explain makes an error of the store one that an administrator can act on; others pass.
func Explain(err error) error {
	if err == nil {
		return nil
	}
	if _, known := errors.AsType[*migration.Error](err); known {
		return err
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	message, remedy := "The state can't be read or written: "+err.Error()+".", ""
	switch {
	case errors.Is(err, store.ErrFull):
		message, remedy = "There is no room left for the state; nothing was changed.", "Make room on its disk and give the command again."
	case errors.Is(err, store.ErrReadOnly):
		message, remedy = "The state can't be written; nothing was changed.", "Make its disk and directory writable and give the command again."
	case errors.Is(err, store.ErrClosed):
		message = "The state is closed: migsh is ending."
	case errors.Is(err, store.ErrConflict):
		return migration.NewError(migration.ErrConflict, "", "Somebody else changed the same thing at the same time; nothing was changed.",
			"Look at it again and give the command again.").Because(err)
	case errors.Is(err, store.ErrUncertain):
		remedy = "Look whether the change has happened before you give the command again."
	}
	return migration.NewError(migration.ErrStore, "", message, remedy).Because(err)
}
