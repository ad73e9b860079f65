package control

import (
	"testing"

	"migsh/internal/migration"
)

// An analysis counts what is there, copies nothing, stands in nobody's way, and is no part of what was migrated.
func TestAnalysis(t *testing.T) {
	d := newDamaged(t) // of which nothing is spoiled here
	list := migration.CSVData("EmailAddress,UserName,Password,TargetPassword\ngood1@example.org,good1,pw,tp\ngood2@example.org,good2,pw,tp\nnobody@example.org,nobody,pw,tp\n")
	made, err := d.NewBatch(t.Context(), migration.NewBatchRequest{Name: "Look", SourceEndpoint: "source", TargetEndpoint: "target", CSVData: list, Analyze: true, AutoStart: true})
	if err != nil || made.Batch.TotalCount != 3 {
		t.Fatalf("beside a batch of the same users: %+v, %v", made.Batch.Counts, err)
	}
	if _, err := d.CompleteBatch(t.Context(), migration.OrderBatchRequest{Identity: "Look"}); err == nil {
		t.Error("an analysis can be completed")
	}
	d.work()
	b, err := firstOf(d.Batches(t.Context(), migration.BatchQuery{Identity: "Look"}))
	if err != nil || b.Status != migration.BatchSyncedWithErrors || b.FinalizedCount != 2 || b.FailedCount != 1 || !b.LastSyncedTime.IsZero() {
		t.Errorf("the batch: %s %+v last synced %v, %v", b.Status, b.Counts, b.LastSyncedTime, err)
	}
	for u, err := range d.Users(t.Context(), migration.UserQuery{Batch: "Look", Status: migration.UserCompleted}) {
		if err != nil {
			t.Fatal(err)
		}
		s, err := d.UserStatistics(t.Context(), migration.UserStatisticsRequest{Identity: migration.Identity(u.GUID)})
		if err != nil || s.TotalItemsInSourceMailboxCount != 1 || s.EstimatedTotalSize != 17 || s.SyncedItemCount != 0 || s.PercentageComplete != 100 ||
			!s.LastSuccessfulSyncTime.IsZero() || len(s.Folders) != 1 || s.Folders[0].Source != 1 {
			t.Errorf("%s: %+v, %v", u.EmailAddress, s, err)
		}
		content, err := d.MailboxFolders(t.Context(), migration.MailboxRequest{Identity: migration.Identity(u.GUID)})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range content.Folders {
			if f.Items != 0 {
				t.Errorf("%s: %d messages were copied to %s", u.EmailAddress, f.Items, f.Name)
			}
		}
	}
	if s, err := d.Statistics(t.Context()); err != nil || s.FinalizedCount+s.SyncedCount != 0 || s.TotalCount != 4 {
		t.Errorf("the totals count it: %+v, %v", s.Counts, err)
	}
	// Whoever failed is tried again, and those who are done are left in peace.
	if _, err := d.StartBatch(t.Context(), migration.OrderBatchRequest{Identity: "Look"}); err != nil {
		t.Errorf("start again: %v", err)
	}
	d.work()
	if u, err := d.UserStatistics(t.Context(), migration.UserStatisticsRequest{Identity: "good1@example.org"}); err != nil || u.BatchName != "Good" {
		t.Errorf("by address the user of '%s' is meant, %v", u.BatchName, err)
	}
	// The batch of the same users is not touched by all this, and copies.
	if err := d.RemoveBatch(t.Context(), migration.RemoveBatchRequest{Identity: "Look"}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.NewBatch(t.Context(), migration.NewBatchRequest{Name: "Third", SourceEndpoint: "source", TargetEndpoint: "target", CSVData: list[:len(list)-len("nobody@example.org,nobody,pw,tp\n")]}); err == nil {
		t.Error("with the analysis, the claim of the real batch is gone")
	}
	if _, err := d.StartBatch(t.Context(), migration.OrderBatchRequest{Identity: "Good"}); err != nil {
		t.Fatal(err)
	}
	d.work()
	if got := d.statuses(); got != "Bad Created, Good Synced" {
		t.Errorf("at last: %s", got)
	}
}
