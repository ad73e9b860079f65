package control

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"migsh/internal/connect/connecttest"
	"migsh/internal/engine"
	"migsh/internal/mailbox/membox"
	"migsh/internal/migration"
	"migsh/internal/migration/servicetest"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/store"
	"migsh/store/memstore"
)

// damaged is a service whose state somebody has damaged.
type damaged struct {
	*testing.T
	*Control
	st    store.Store
	keys  *secret.Keyring
	world *connecttest.World
}

func newDamaged(t *testing.T) *damaged {
	keys, err := secret.Load(filepath.Join(t.TempDir(), "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	d := &damaged{T: t, st: memstore.New(), keys: keys, world: servicetest.NewWorld()}
	t.Cleanup(func() {
		if err := d.st.Close(); err != nil {
			t.Error(err)
		}
	})
	d.reopen()
	twoEndpoints(t, d.Control)
	for _, name := range []string{"Good", "Bad"} {
		user := strings.ToLower(name)
		csv := "EmailAddress,UserName,Password,TargetPassword\n" + user + "1@example.org," + user + "1,pw,tp\n" + user + "2@example.org," + user + "2,pw,tp\n"
		if _, err := d.NewBatch(t.Context(), migration.NewBatchRequest{Name: name, SourceEndpoint: "source", TargetEndpoint: "target", CSVData: migration.CSVData(csv)}); err != nil {
			t.Fatal(err)
		}
		for _, n := range []string{"1", "2"} {
			box := membox.New(membox.Options{})
			box.Deliver("INBOX", membox.Message{Body: []byte("Subject: x\r\n\r\nx\r\n")})
			d.world.Server(servicetest.SourceHost).Add(user+n, "pw", box)
			d.world.Server(servicetest.TargetHost).Add(user+n+"@example.org", "tp", membox.New(membox.Options{}))
		}
	}
	return d
}

// reopen begins anew on the same state, as another process does.
func (d *damaged) reopen() {
	c, err := New(d.Context(), records.New(d.st, d.keys), d.world, Options{})
	if err != nil {
		d.Fatal(err)
	}
	d.Control = c
}

// spoil cuts a record in two; with guid, the part that is left still has the record's GUID.
func (d *damaged) spoil(key string, guid bool) {
	r, err := d.st.Get(d.Context(), key)
	if err != nil {
		d.Fatal(err)
	}
	left := r.Value[:10]
	if guid {
		left = r.Value[:len(r.Value)-5]
	}
	if _, err := d.st.Update(d.Context(), store.Set(key, left)); err != nil {
		d.Fatal(err)
	}
}

func (d *damaged) statuses() string {
	var all []string
	for b, err := range d.Batches(d.Context(), migration.BatchQuery{}) {
		if err != nil {
			d.Fatal(err)
		}
		all = append(all, b.Name+" "+string(b.Status))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func (d *damaged) users() (n int) {
	for _, err := range d.records.Users.All(d.Context()) {
		if err != nil {
			d.Fatal(err)
		}
		n++
	}
	return n
}

// A record that can't be read makes its batch Corrupted and no other; what it is named in says the way out, and that works.
func TestCorruptedBatch(t *testing.T) {
	for name, guid := range map[string]bool{"all is lost": false, "the GUID is left": true} {
		t.Run(name, func(t *testing.T) {
			d := newDamaged(t)
			d.spoil("batch/bad", guid)
			d.reopen()
			if got := d.statuses(); got != "Good Created, bad Corrupted" {
				t.Errorf("the batches: %s", got)
			}
			if n := d.users(); n != 4 {
				t.Errorf("%d users are left after a start with a damaged batch, want 4: they may be its", n)
			}
			b, err := firstOf(d.Batches(t.Context(), migration.BatchQuery{Identity: "Bad"}))
			if err != nil || b.Status != migration.BatchCorrupted || !strings.Contains(b.Message, "Remove-MigrationBatch 'bad' -Force") {
				t.Errorf("the batch: %+v, %v", b, err)
			}
			for what, do := range map[string]func() error{
				"start": func() error {
					_, err := d.StartBatch(t.Context(), migration.OrderBatchRequest{Identity: "Bad"})
					return err
				},
				"set": func() error {
					_, err := d.SetBatch(t.Context(), migration.SetBatchRequest{Identity: "Bad", SyncNow: true})
					return err
				},
				"remove": func() error { return d.RemoveBatch(t.Context(), migration.RemoveBatchRequest{Identity: "Bad"}) },
			} {
				if err := migration.AsError(do()); err == nil || err.ID != migration.ErrCorrupted || !strings.Contains(err.Remedy, "-Force") {
					t.Errorf("%s: %v", what, err)
				}
			}
			if _, err := d.StartBatch(t.Context(), migration.OrderBatchRequest{}); err != nil {
				t.Errorf("start the one that can be: %v", err)
			}
			d.work()
			if got := d.statuses(); got != "Good Synced, bad Corrupted" {
				t.Errorf("the batches at last: %s", got)
			}
			if err := d.RemoveBatch(t.Context(), migration.RemoveBatchRequest{Identity: "Bad", Force: true}); err != nil {
				t.Fatal(err)
			}
			if got := d.statuses(); got != "Good Synced" {
				t.Errorf("the batches after the removal: %s", got)
			}
			if n := d.users(); n != 2 {
				t.Errorf("%d users are left after the removal, want the 2 of the good batch", n)
			}
			// The mailboxes of the batch are free for a new one.
			if _, err := d.NewBatch(t.Context(), migration.NewBatchRequest{Name: "Bad", SourceEndpoint: "source", TargetEndpoint: "target",
				CSVData: migration.CSVData("EmailAddress,UserName,Password\nbad1@example.org,bad1,pw\nbad2@example.org,bad2,pw\n")}); err != nil {
				t.Error(err)
			}
		})
	}
}

// A user whose record can't be read is Corrupted; the others of its batch go on.
func TestCorruptedUser(t *testing.T) {
	d := newDamaged(t)
	b, err := firstOf(d.Batches(t.Context(), migration.BatchQuery{Identity: "Bad"}))
	if err != nil {
		t.Fatal(err)
	}
	d.spoil(d.records.Users.Key(records.UserKey(b.GUID, "bad1@example.org")...), false)
	if _, err := d.StartBatch(t.Context(), migration.OrderBatchRequest{Identity: "Bad"}); err != nil {
		t.Fatal(err)
	}
	d.work()
	b, err = firstOf(d.Batches(t.Context(), migration.BatchQuery{Identity: "Bad"}))
	if err != nil || b.Status != migration.BatchSyncedWithErrors || b.SyncedCount != 1 || b.FailedCount != 1 {
		t.Errorf("the batch: %s %+v, %v", b.Status, b.Counts, err)
	}
	u, err := firstOf(d.Users(t.Context(), migration.UserQuery{Status: migration.UserCorrupted}))
	if err != nil || u.EmailAddress != "bad1@example.org" || !strings.Contains(u.ErrorSummary(), "Remove-MigrationUser") {
		t.Errorf("the user: %+v, %v", u, err)
	}
	_, err = d.SetUser(t.Context(), migration.SetUserRequest{Identity: "bad1@example.org", SyncNow: true})
	if e := migration.AsError(err); e == nil || e.ID != migration.ErrCorrupted {
		t.Errorf("changing it: %v", err)
	}
	if err := d.RemoveUser(t.Context(), migration.RemoveUserRequest{Identity: "bad1@example.org"}); err != nil {
		t.Fatal(err)
	}
	if got := d.statuses(); got != "Bad Synced, Good Created" {
		t.Errorf("after the user is gone: %s", got)
	}
}

// What is only told or learnt, and can't be read any more, stops nothing.
func TestDamagedStory(t *testing.T) {
	d := newDamaged(t)
	b, err := d.StartBatch(t.Context(), migration.OrderBatchRequest{Identity: "Good"})
	if err != nil {
		t.Fatal(err)
	}
	d.work()
	d.spoil(d.records.Reports.Key(records.UserKey(b.Batch.GUID, "good1@example.org")...), false)
	if err := d.records.KeepCeiling(t.Context(), b.Batch.SourceEndpoint.GUID, records.Ceiling{Limit: 1, Reason: "too many connections"}, true); err != nil {
		t.Fatal(err)
	}
	d.spoil(d.records.Ceilings.Key(b.Batch.SourceEndpoint.GUID), false)
	if _, err := d.SetBatch(t.Context(), migration.SetBatchRequest{Identity: "Good", SyncNow: true}); err != nil {
		t.Fatal(err)
	}
	d.work()
	b.Batch, err = firstOf(d.Batches(t.Context(), migration.BatchQuery{Identity: "Good", IncludeReport: true}))
	if err != nil || b.Batch.Status != migration.BatchSynced || !b.Batch.LastSyncedTime.After(b.Batch.InitialSyncTime) {
		t.Errorf("%s, %v", b.Batch.Status, err)
	}
	told := ""
	for _, l := range b.Batch.Report {
		told += l.Message + "\n"
	}
	if !strings.Contains(told, "What was reported before can't be read") || !strings.Contains(told, "An incremental sync of good1@example.org begins.") {
		t.Errorf("the report: %s", told)
	}
}

// An endpoint whose record can't be read stops nobody but those who use it, who are told what to do; made anew under its name, it serves
// them again.
func TestCorruptedEndpoint(t *testing.T) {
	d := newDamaged(t)
	if _, err := d.NewEndpoint(t.Context(), migration.NewEndpointRequest{Name: "other", RemoteServer: servicetest.SourceHost}); err != nil {
		t.Fatal(err)
	}
	if _, err := d.NewBatch(t.Context(), migration.NewBatchRequest{Name: "Elsewhere", SourceEndpoint: "other", TargetEndpoint: "target", Analyze: true,
		CSVData: migration.CSVData("EmailAddress,UserName,Password,TargetPassword\ngood1@example.org,good1,pw,tp\n")}); err != nil {
		t.Fatal(err)
	}
	d.spoil("endpoint/source", true)
	d.reopen()
	names := ""
	for e, err := range d.Endpoints(t.Context(), migration.EndpointQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		names += e.Name + " "
		if corrupted := strings.Contains(e.Damage, "New-MigrationEndpoint -Name 'source'"); corrupted != (e.Name == "source") {
			t.Errorf("%s: %q", e.Name, e.Damage)
		}
	}
	if names != "other source target " {
		t.Errorf("the endpoints: %s", names)
	}
	_, err := d.SetEndpoint(t.Context(), migration.SetEndpointRequest{Identity: "source", SkipVerification: true})
	if e := migration.AsError(err); e == nil || e.ID != migration.ErrCorrupted {
		t.Errorf("changing it: %v", err)
	}
	if err := d.RemoveEndpoint(t.Context(), "source"); migration.AsError(err) == nil || migration.AsError(err).ID != migration.ErrEndpointInUse {
		t.Errorf("removing it: %v", err)
	}
	for _, name := range []migration.Identity{"Good", "Elsewhere"} {
		if _, err := d.StartBatch(t.Context(), migration.OrderBatchRequest{Identity: name}); err != nil {
			t.Fatal(err)
		}
	}
	d.work()
	if got := d.statuses(); got != "Bad Created, Elsewhere Completed, Good Failed" {
		t.Errorf("the batches: %s", got)
	}
	u, err := firstOf(d.Users(t.Context(), migration.UserQuery{Batch: "Good", Status: migration.UserFailed}))
	if err != nil || !strings.Contains(u.ErrorSummary(), "New-MigrationEndpoint -Name 'source'") {
		t.Errorf("a user: %s, %v", u.ErrorSummary(), err)
	}
	if _, err := d.NewEndpoint(t.Context(), migration.NewEndpointRequest{Name: "Source", RemoteServer: servicetest.SourceHost}); err != nil {
		t.Fatal(err)
	}
	d.work()
	if got := d.statuses(); got != "Bad Created, Elsewhere Completed, Good Synced" {
		t.Errorf("the batches at last: %s", got)
	}
}

// A configuration that can't be read leaves the defaults in force, says so, and is made anew by setting it.
func TestCorruptedConfig(t *testing.T) {
	d := newDamaged(t)
	target := migration.Identity("target")
	if _, err := d.SetConfig(t.Context(), migration.SetConfigRequest{TargetEndpoint: &target}); err != nil {
		t.Fatal(err)
	}
	d.spoil("config/migration", false)
	d.reopen()
	config, err := d.Config(t.Context())
	if err != nil || !strings.Contains(config.Damage, "Set-MigrationConfig") || config.TargetEndpoint != "" || config.Retention.Stopped >= 0 {
		t.Errorf("%+v, %v", config, err)
	}
	list := migration.CSVData("EmailAddress,UserName,Password\nx@example.org,x,pw\n")
	_, err = d.NewBatch(t.Context(), migration.NewBatchRequest{Name: "New", SourceEndpoint: "source", CSVData: list})
	if e := migration.AsError(err); e == nil || e.ID != migration.ErrCorrupted {
		t.Errorf("a batch without a target: %v", err)
	}
	if _, err := d.StartBatch(t.Context(), migration.OrderBatchRequest{Identity: "Good"}); err != nil {
		t.Fatal(err)
	}
	d.work()
	if got := d.statuses(); got != "Bad Created, Good Synced" {
		t.Errorf("the batches: %s", got)
	}
	if config, err = d.SetConfig(t.Context(), migration.SetConfigRequest{TargetEndpoint: &target}); err != nil || config.Damage != "" || config.TargetEndpoint != "target" {
		t.Errorf("set again: %+v, %v", config, err)
	}
}

// work lets an engine do what there is to be done.
func (d *damaged) work() {
	d.Helper()
	ctx, cancel := context.WithCancel(d.Context())
	done := make(chan error, 1)
	go func() { done <- engine.New(d.records, d.world, engine.Options{}).Run(ctx) }()
	for _, err := range d.Watch(ctx, migration.WatchRequest{UntilIdle: true}) {
		if err != nil {
			d.Error(err)
		}
	}
	cancel()
	if err := <-done; err != nil {
		d.Errorf("the engine ended with %v", err)
	}
}
