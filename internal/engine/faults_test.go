package engine

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/internal/syncer"
)

// planted are faults that a mailbox may meet with, by the side that they come up at.
func planted() (faults []*syncer.SideError) {
	for _, id := range []mailbox.ID{
		mailbox.AuthenticationFailed, mailbox.AuthenticationAbsent, mailbox.AccessDenied, mailbox.MailboxMissing, mailbox.FolderMissing, mailbox.FolderRefused,
		mailbox.Throttled, mailbox.Unavailable, mailbox.TooManySessions, mailbox.HostUnknown, mailbox.ConnectFailed, mailbox.TLSFailed, mailbox.SecurityMismatch,
		mailbox.NotAServer, mailbox.ConnectionLost, mailbox.Stalled, mailbox.ProtocolError, mailbox.Unsupported,
	} {
		for _, source := range []bool{true, false} {
			e := mailbox.NewError(id, "LOGIN", nil)
			e.Text = fmt.Sprintf("the server's words of %s, %v", id, source)
			faults = append(faults, &syncer.SideError{Source: source, Err: e})
		}
	}
	full := mailbox.NewError(mailbox.QuotaExceeded, "APPEND", nil)
	full.Text = "the server's words of a full mailbox"
	return append(faults, &syncer.SideError{Err: full})
}

// TestPain shows the pains that come up between many users; the numbers are those of docs/checklist.md.
func TestPain(t *testing.T) {
	t.Run("P26", TestThrottledUntil)
	t.Run("P26 fewer", TestFewerAfterThrottling)
	t.Run("P27", TestDailyLimitOfAMailbox)
	t.Run("P27 endpoint", TestDailyLimitOfAnEndpoint)
	t.Run("P28", TestCeilingIsLearnt)
	t.Run("P39", func(t *testing.T) { synctest.Test(t, painManyFaults) })
}

// Of a thousand users 37 meet with 37 different faults. Each of these, and nobody else, is told of his own: its kind, the server's words,
// the side, the mailbox and what to do.
func painManyFaults(t *testing.T) {
	faults := map[string]*syncer.SideError{}
	users := make([]string, 1000)
	for i := range users {
		users[i] = fmt.Sprintf("user%04d", i)
	}
	for i, f := range planted() {
		faults[users[i*27]] = f
	}
	run := func(ctx context.Context, job syncer.Job) (syncer.Result, error) {
		if f := faults[job.Pair.SourceLogin]; f != nil {
			return syncer.Result{}, f
		}
		return syncer.Result{}, nil
	}
	b := newBed(t, migration.Unlimited, Options{Run: run})
	b.batch("Many", nil, users...)
	b.pass(3 * time.Hour)
	if len(faults) != 37 {
		t.Fatalf("%d faults", len(faults))
	}
	b.wantStatus("Many", migration.BatchSyncedWithErrors)
	seen := map[string]string{}
	for u, err := range b.service.Users(b.ctx, migration.UserQuery{Batch: "Many"}) {
		if err != nil {
			t.Fatal(err)
		}
		f := faults[u.UserName]
		if f == nil {
			if u.Status != migration.UserSynced || u.Fault != nil {
				t.Errorf("%s is %s: %s", u.EmailAddress, u.Status, u.ErrorSummary())
			}
			continue
		}
		e := f.Err.(*mailbox.Error)
		if u.Fault == nil || u.Status != migration.UserFailed {
			t.Errorf("%s with %s is %s", u.EmailAddress, e.ID, u.Status)
			continue
		}
		summary := u.ErrorSummary()
		spoke := e.ID != mailbox.HostUnknown && e.ID != mailbox.ConnectFailed && e.ID != mailbox.TLSFailed // there nobody spoke
		if spoke && !strings.Contains(summary, e.Text) || strings.Contains(summary, string(e.ID)+" (") || u.Fault.Remedy == "" || u.NextRetryTime.IsZero() {
			t.Errorf("%s of %s: %+v", e.ID, u.EmailAddress, u.Fault)
		}
		side, other := "source", "target"
		if !f.Source {
			side, other = other, side
		}
		if text := strings.ToLower(u.Fault.Message); !strings.Contains(text, side) || strings.Contains(text, "the "+other) {
			t.Errorf("%s at the %s: %s", e.ID, side, summary)
		}
		if twin := seen[summary]; twin != "" {
			t.Errorf("%s and %s are told the same: %s", twin, u.EmailAddress, summary)
		}
		seen[summary] = u.EmailAddress
	}
	s, err := b.service.Statistics(b.ctx)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Faults) != 37 || slices.ContainsFunc(s.Faults, func(u migration.User) bool { return faults[u.UserName] == nil }) {
		t.Errorf("the overall status names %d users", len(s.Faults))
	}
}
