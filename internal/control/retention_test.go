package control

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"migsh/internal/migration"
	"migsh/internal/migration/servicetest"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/store/memstore"
)

func TestRetentionDue(t *testing.T) {
	since := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	for _, tt := range []struct {
		status    migration.BatchStatus
		retention migration.Retention
		action    migration.RetentionAction
		after     time.Duration
	}{
		{migration.BatchSynced, migration.Retention{}, migration.RetainStop, 60 * day},
		{migration.BatchSyncedWithErrors, migration.Retention{}, migration.RetainStop, 60 * day},
		{migration.BatchStopped, migration.Retention{}, migration.RetainRemove, 90 * day},
		{migration.BatchFailed, migration.Retention{}, migration.RetainRemove, 90 * day},
		{migration.BatchCompleted, migration.Retention{}, migration.RetainRemove, 60 * day},
		{migration.BatchCompletedWithErrors, migration.Retention{Completed: 5 * day}, migration.RetainRemove, 5 * day},
		{migration.BatchCompleted, migration.Retention{Completed: -1}, "", 0},
		{migration.BatchCreated, migration.Retention{}, "", 0},
		{migration.BatchSyncing, migration.Retention{}, "", 0},
		{migration.BatchCorrupted, migration.Retention{}, "", 0},
	} {
		action, at := tt.retention.Due(tt.status, since)
		want := time.Time{}
		if tt.action != "" {
			want = since.Add(tt.after)
		}
		if action != tt.action || !at.Equal(want) {
			t.Errorf("%s with %+v: %s at %s, want %s at %s", tt.status, tt.retention, action, at, tt.action, want)
		}
	}
}

// A batch that ended as somebody wished is stopped, and later removed, when nobody cares for it; who does keeps it.
func TestRetention(t *testing.T) {
	dir, keyDir := t.TempDir(), t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		keys, err := secret.Load(keyDir+"/key", false)
		if err != nil {
			t.Fatal(err)
		}
		st := memstore.New()
		defer st.Close()
		r := records.New(st, keys)
		c, err := New(t.Context(), r, servicetest.NewWorld(), Options{Reports: dir})
		if err != nil {
			t.Fatal(err)
		}
		twoEndpoints(t, c)
		for _, name := range []string{"forgotten", "cared", "new"} {
			if _, err := c.NewBatch(t.Context(), migration.NewBatchRequest{Name: name, SourceEndpoint: "source", TargetEndpoint: "target", AutoStart: name != "new",
				CSVData: migration.CSVData("EmailAddress,UserName,Password\n" + name + "@example.org," + name + ",pw\n")}); err != nil {
				t.Fatal(err)
			}
			for item, err := range r.Users.All(t.Context()) { // as if an engine had been there
				if err != nil {
					t.Fatal(err)
				}
				if _, err := r.Users.Modify(t.Context(), func(u *records.User) error {
					if u.EmailAddress != "new@example.org" {
						u.UserState = migration.UserState{Status: migration.UserSynced, Copied: true, Seen: 1}
					}
					return nil
				}, item.Names...); err != nil {
					t.Fatal(err)
				}
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			c.Retire(ctx, slog.New(slog.DiscardHandler))
		}()
		statuses := func() string {
			var all []string
			for b, err := range c.Batches(t.Context(), migration.BatchQuery{}) {
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, b.Name+" "+string(b.Status))
			}
			return strings.Join(all, ", ")
		}
		days := func(n int, want string) {
			t.Helper()
			time.Sleep(time.Duration(n) * 24 * time.Hour)
			synctest.Wait()
			if got := statuses(); got != want {
				t.Errorf("after %d days more: %s, want %s", n, got, want)
			}
		}
		days(55, "cared Synced, forgotten Synced, new Created")
		if b, err := firstOf(c.Batches(t.Context(), migration.BatchQuery{Identity: "forgotten"})); err != nil || !strings.Contains(b.Message, "is stopped after") {
			t.Errorf("the batch says %q, %v", b.Message, err)
		}
		if _, err := c.SetBatch(t.Context(), migration.SetBatchRequest{Identity: "cared", ReportInterval: new(time.Hour)}); err != nil {
			t.Fatal(err)
		}
		days(6, "cared Synced, forgotten Stopped, new Created")
		days(56, "cared Stopped, forgotten Stopped, new Created")
		days(35, "cared Stopped, new Created")
		if e, err := firstOf(c.AuditLog(t.Context(), migration.AuditQuery{})); err != nil || e.Cmdlet != "Remove-MigrationBatch" || e.Object != "forgotten" || e.Caller != retentionCaller || e.Error != "" {
			t.Errorf("the audit log tells of it: %+v, %v", e, err)
		}
		if _, err := c.SetConfig(t.Context(), migration.SetConfigRequest{Retention: migration.SetRetention{Stopped: new(time.Duration(0))}}); err != nil {
			t.Fatal(err)
		}
		days(100, "cared Stopped, new Created")
		if _, err := c.SetConfig(t.Context(), migration.SetConfigRequest{Retention: migration.SetRetention{Stopped: new(time.Minute)}}); err == nil {
			t.Error("a minute is taken for the life of a batch")
		}
		cancel()
		<-ended
	})
}
