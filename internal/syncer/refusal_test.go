package syncer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/membox"
)

// An abruptTarget refuses messages while they are on their way, together with those that share their command, and then ends.
type abruptTarget struct {
	mailbox.Target
	group   int
	refuses func(*mailbox.Outgoing) bool
}

func (a abruptTarget) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	return func(yield func(mailbox.Appended, error) bool) {
		var group []*mailbox.Outgoing
		flush := func() bool {
			for r, err := range a.Target.Append(ctx, func(yield func(*mailbox.Outgoing, error) bool) {
				for _, m := range group {
					if !yield(m, nil) {
						return
					}
				}
			}) {
				if !yield(r, err) {
					return false
				}
			}
			group = nil
			return true
		}
		for m, err := range msgs {
			if err != nil {
				yield(mailbox.Appended{}, err)
				return
			}
			body, err := io.ReadAll(m.Body)
			if err != nil {
				yield(mailbox.Appended{}, err)
				return
			}
			m.Body = bytes.NewReader(body)
			group = append(group, m)
			if a.refuses(m) {
				e := mailbox.NewError(mailbox.MessageRefused, "APPEND", errors.New("no"))
				fate := mailbox.Refused
				if len(group) > 1 {
					fate = mailbox.NotStored
				}
				for range group {
					if !yield(mailbox.Appended{Fate: fate, Err: e}, nil) {
						return
					}
				}
				yield(mailbox.Appended{}, mailbox.NewError(mailbox.ConnectionLost, "APPEND", fmt.Errorf("closed: %w", e)))
				return
			}
			if len(group) == a.group && !flush() {
				return
			}
		}
		flush()
	}
}

// TestAbruptRefusals has refusals cost the connection, of messages that are taken without their keywords and of some that never
// are, alone and in groups: one pass does it all.
func TestAbruptRefusals(t *testing.T) {
	for _, group := range []int{1, 7} {
		t.Run(fmt.Sprint(group), func(t *testing.T) {
			w := newWorld(membox.Options{}, membox.Options{Group: group})
			for i := range 60 {
				switch {
				case i%20 == 5:
					w.source.Deliver("INBOX", message(i, "bad"))
				default:
					w.source.Deliver("INBOX", message(i))
				}
			}
			w.change = func(j *Job) {
				open := j.OpenTarget
				j.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
					target, err := open(ctx)
					return abruptTarget{target, group, func(m *mailbox.Outgoing) bool {
						return m.Flags.Has("bad") || m.Length == int64(len(text(33)))
					}}, err
				}
			}
			r := w.sync(t)
			same := 0
			for i := range 60 {
				if len(text(i)) == len(text(33)) {
					same++
				}
			}
			if f := r.Folders[0]; f.Copied != int64(60-same) || f.Refused != int64(same) {
				t.Errorf("%+v", f)
			}
			if n := len(w.target.Messages("INBOX")); n != 60-same {
				t.Errorf("%d messages at the target, want %d", n, 60-same)
			}
			t.Logf("%d connections, %d refused", r.Connections, same)
			if r := w.sync(t); r.Copied != 0 {
				t.Errorf("the second pass: %+v", r)
			}
		})
	}
}
