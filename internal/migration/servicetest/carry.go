package servicetest

import (
	"strings"
	"time"

	"migsh/internal/migration"
)

// Users that failed change over to a batch of their own, with logins, settings and what is remembered of them.
func testCarryOver(f *fixture) {
	f.endpoints()
	_, annTo := f.mailbox("ann", 3)
	f.mailbox("bob", 3)
	_, cydTo := f.mailbox("cyd", 3)
	f.World.Server(SourceHost).SetPassword("bob", "other")
	f.World.Server(SourceHost).SetPassword("cyd", "other")
	must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, migration.NewBatchRequest{
		Name: "B", SourceEndpoint: "source", CSVData: csv("ann", "bob", "cyd"), AutoStart: true,
		BatchSettings: migration.BatchSettings{ExcludeFolders: []string{"Archive"}, Schedule: migration.Schedule{CompleteAfter: time.Now().Add(time.Hour)}},
	}))
	f.idle("B")
	var failed []migration.Identity
	for _, u := range must[[]migration.User](f)(collect(f.Service.Users(f.ctx, migration.UserQuery{Status: migration.UserFailed}))) {
		failed = append(failed, migration.Identity(u.GUID))
	}
	if len(failed) != 2 {
		f.Fatalf("%d users have failed, want 2", len(failed))
	}

	_, err := f.Service.NewBatch(f.ctx, migration.NewBatchRequest{Name: "Retry", Users: append(failed, "nobody@example.org", "eve@example.org")})
	f.want("users that do not exist", err, migration.ErrNotFound, "'nobody@example.org'", "'eve@example.org'", "Nothing was changed")
	_, err = f.Service.NewBatch(f.ctx, migration.NewBatchRequest{Name: "B", Users: failed})
	f.want("a name that is taken", err, migration.ErrAlreadyExists)
	if b := f.batch("B"); b.TotalCount != 3 {
		f.Errorf("%d users are left in B after refusals, want 3", b.TotalCount)
	}

	f.World.Server(SourceHost).SetPassword("bob", "pw-bob")
	f.World.Server(SourceHost).SetPassword("cyd", "pw-cyd")
	made := must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, migration.NewBatchRequest{Name: "Retry", Users: append(failed, failed[0]), AutoStart: true, SubmittedBy: "admin"}))
	if made.Batch.TotalCount != 2 || made.Batch.Status != migration.BatchStarting || len(made.Warnings) == 0 || !strings.Contains(made.Warnings[0], "have left the batch 'B'") {
		f.Errorf("the batch of those that failed: %+v, %q", made.Batch, made.Warnings)
	}
	if got := f.batch("Retry"); strings.Join(got.ExcludeFolders, ",") != "Archive" || !got.CompleteAfter.IsZero() || got.SourceEndpoint.Name != "source" {
		f.Errorf("its settings: %+v", got.BatchSettings)
	}
	f.idle("Retry")
	if b := f.batch("Retry"); b.Status != migration.BatchSynced || b.SyncedCount != 2 {
		f.Errorf("the batch of those that failed ends %s: %+v", b.Status, b.Counts)
	}
	if b := f.batch("B"); b.TotalCount != 1 || b.Status != migration.BatchSynced {
		f.Errorf("the batch that they have left is %s: %+v", b.Status, b.Counts)
	}
	if n := len(cydTo.Messages("INBOX")); n != 2 {
		f.Errorf("cyd has %d messages, want 2", n)
	}

	// What was copied already is not copied again.
	must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, migration.NewBatchRequest{Name: "Again", Users: []migration.Identity{"ann@example.org"}, AutoStart: true}))
	f.idle("Again")
	if n := len(annTo.Messages("INBOX")); n != 2 {
		f.Errorf("ann has %d messages after changing over, want 2", n)
	}
	if u := must[[]migration.User](f)(collect(f.Service.Users(f.ctx, migration.UserQuery{Batch: "Again"})))[0]; u.Status != migration.UserSynced || !u.Copied {
		f.Errorf("ann is %+v after changing over", u.UserState)
	}
	_, err = f.Service.NewBatch(f.ctx, migration.NewBatchRequest{Name: "Mixed", Users: []migration.Identity{"ann@example.org", "bob@example.org"},
		BatchSettings: migration.BatchSettings{ContentFilter: "nonsense"}})
	f.want("a setting that is wrong", err, migration.ErrInvalidValue)
}
