package records

import (
	"context"

	"migsh/store"
)

// Schema is the version of the form that records are written in. A change of the form raises it, and brings an upgrade.
const Schema = 1

// InUse tells whether anybody has put endpoints or batches into a store: then their secrets were sealed with a key that has to be
// found again, not made anew.
func InUse(ctx context.Context, s store.Store) (bool, error) {
	for _, prefix := range []string{"endpoint/", "batch/"} {
		for _, err := range s.Scan(ctx, prefix) {
			return err == nil, err
		}
	}
	return false, nil
}
