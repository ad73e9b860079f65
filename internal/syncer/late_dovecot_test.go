package syncer_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/imapbox"
	"migsh/internal/mailbox/mailboxtest"
	"migsh/internal/syncer"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
	"migsh/store"
)

var errKilled = errors.New("killed")

// dyingStore takes nothing more once the process counts as dead.
type dyingStore struct {
	store.Store
	dead func() bool
}

func (s dyingStore) Update(ctx context.Context, ops ...store.Op) ([]store.Revision, error) {
	if s.dead() {
		return nil, errKilled
	}
	return s.Store.Update(ctx, ops...)
}

// watchedTarget tells when messages begin to be stored.
type watchedTarget struct {
	mailbox.Target
	begin func()
}

func (w watchedTarget) Append(ctx context.Context, msgs iter.Seq2[*mailbox.Outgoing, error]) iter.Seq2[mailbox.Appended, error] {
	w.begin()
	return w.Target.Append(ctx, msgs)
}

// TestStoredTooLate has migsh die with messages on their way to a server that stands still, and come back; only when all has been
// copied again does the server store what had reached it before. The next pass removes what is there twice.
func TestStoredTooLate(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{})
	server.Fill(t, "late", testmail.Plain(5, 25))
	want := server.Snapshot(t, "late")
	var size int64
	for _, f := range want.Folders {
		for _, m := range f.Messages {
			size += int64(m.Size)
		}
	}
	for i, rung := range mailboxtest.Rungs {
		if !slices.Contains([]string{"batches", "pipelined"}, rung.Name) {
			continue // on the others nothing goes without an invitation
		}
		for _, killed := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, killed %v", rung.Name, killed), func(t *testing.T) {
				user := fmt.Sprintf("late-%d-%v", i, killed)
				gate := testserver.NewProxy(t, server.IMAPAddr())
				from, through, straight := config(server, "late", 0), config(server, user, gate.Port()), config(server, user, 0)
				through.HideCapabilities, straight.HideCapabilities = rung.Hide, rung.Hide
				j := job(t, from, straight)
				first, dead := j, new(atomic.Bool)
				first.Store = dyingStore{j.Store, dead.Load}
				thaw := func() {}
				patient, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				first.OpenTarget = func(ctx context.Context) (mailbox.Target, error) {
					target, err := imapbox.OpenTarget(ctx, through)
					if err != nil {
						return nil, err
					}
					return watchedTarget{target, func() {
						thaw = server.Freeze(t, user)
						before := gate.Stats().Up
						go func() {
							_, err := gate.Wait(patient, func(s testserver.ProxyStats) bool { return s.Up > before+size })
							if err != nil {
								t.Errorf("the messages did not reach the server: %v, %+v", err, gate.Stats())
							}
							dead.Store(killed)
							gate.Part()
						}()
					}}, nil
				}
				if _, err := syncer.Run(t.Context(), first); err == nil {
					t.Fatal("the connection did not break")
				}
				j.Settle = 50 * time.Millisecond
				if r := pass(t, j); r.Copied != int64(want.Messages()) {
					t.Errorf("%d of %d messages were copied again", r.Copied, want.Messages())
				}
				thaw()
				for server.Connections(t)[user] > 0 {
					runtime.Gosched()
				}
				if n := server.Snapshot(t, user).Messages(); n <= want.Messages() {
					t.Fatalf("the server has %d messages: it has stored nothing late", n)
				}
				pass(t, j)
				for _, line := range testmail.Diff(want, server.Snapshot(t, user), testmail.Rules{ExtraFolders: true}) {
					t.Error(line)
				}
			})
		}
	}
}
