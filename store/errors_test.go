package store

import (
	"testing"
	"time"
)

// What an administrator reads.
func TestErrorTexts(t *testing.T) {
	since := time.Date(2026, 3, 1, 12, 30, 0, 0, time.UTC)
	const advice = ". Only one process can own the state: use that one, end it, or give this one a state directory of its own with -Home"
	tests := []struct {
		err  error
		want string
	}{
		{&LockedError{Path: "/s/state.db", PID: 7, Host: "mx1", Program: "migsh 1.2", Since: since},
			"the state file /s/state.db is in use by migsh 1.2, process 7 on mx1, since 2026-03-01 12:30:00 UTC" + advice},
		{&LockedError{Path: "/s/state.db"}, "the state file /s/state.db is in use by another process" + advice},
		{&LockedError{Path: "/s/state.db", PID: 7, Program: "migsh 1.2", Stale: true},
			"the state file /s/state.db is in use by another process (not migsh 1.2, process 7, which opened it last and has ended)" + advice},
		{&SchemaError{Path: "/s/state.db", Have: 4, Know: 3},
			"the state file /s/state.db was written by a newer version of migsh (schema 4; this one knows 3). " +
				"Nothing was changed. Install that version or a later one, or use another state directory with -Home"},
		{&ConflictError{Key: "a/b", Want: 0, Have: 5}, "record a/b exists already"},
		{&ConflictError{Key: "a/b", Want: 5, Have: 0}, "record a/b is gone"},
		{&ConflictError{Key: "a/b", Want: 5, Have: 6}, "record a/b was changed meanwhile (revision 6, expected 5)"},
		{&LeasedError{Name: "user/ann", Holder: "mx1", Until: since}, `the lease "user/ann" is held by mx1 until 12:30:00 UTC`},
	}
	for _, test := range tests {
		if got := test.err.Error(); got != test.want {
			t.Errorf("got  %s\nwant %s", got, test.want)
		}
	}
}
