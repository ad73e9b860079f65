package control

import (
	"errors"
	"iter"

	"migsh/internal/records"
	"migsh/store"
)

// sequence makes an iterator of a walk that hands out what it finds and returns what went wrong. yield is false when the consumer
// has enough; the walk then ends as it likes.
func sequence[T any](walk func(yield func(T) bool) error) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		enough := false
		err := walk(func(v T) bool {
			if !enough {
				enough = !yield(v, nil)
			}
			return !enough
		})
		if err != nil && !enough {
			var none T
			yield(none, records.Explain(err))
		}
	}
}

func isNotFound(err error) bool { return errors.Is(err, store.ErrNotFound) }
