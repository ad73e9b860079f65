package syncer

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"migsh/store"
)

// A lostMemory is the error of a folder of which something that is remembered can't be read any more.
type lostMemory struct {
	folderID string
	folder   string // "" if the record that says it is what is lost
	cause    error
}

func (l *lostMemory) Error() string {
	folder := "a folder"
	if l.folder != "" {
		folder = fmt.Sprintf("the folder %q", l.folder)
	}
	return fmt.Sprintf("what is remembered of %s can't be read (%v); the next synchronization finds its messages again by content", folder, l.cause)
}

func (l *lostMemory) Unwrap() error { return l.cause }

// lose makes the error of a folder's pages that can't be read: of pages that are damaged or missing, it says that they are lost.
func (l *ledger) lose(err error) error {
	if errors.Is(err, errPage) || errors.Is(err, store.ErrNotFound) {
		return &lostMemory{l.folderID, l.Source, err}
	}
	return fmt.Errorf("read the messages remembered of folder %q: %w", l.Source, err)
}

// IsPage tells whether a record is a page of the messages that are remembered of a folder, and can be read.
func IsPage(r store.Record) bool {
	_, err := decodePage(r.Value)
	return strings.HasPrefix(r.Key, store.Prefix("mail", "page")) && err == nil
}

// forgetFolder removes all that is remembered of a folder, so that it is begun anew. It may be cut off: pages without a record mean
// nothing.
func forgetFolder(ctx context.Context, st store.Store, pair, folderID string) error {
	_, err := st.Update(ctx, store.Delete(folderPrefix(pair)+folderID))
	for _, prefix := range []string{store.Prefix("mail", "page", pair, folderID), itemPrefix(pair) + store.Prefix(folderID)} {
		if err == nil {
			_, err = store.DeletePrefix(ctx, st, prefix)
		}
	}
	if err != nil {
		return fmt.Errorf("forget a folder: %w", err)
	}
	return nil
}
