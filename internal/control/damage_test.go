package control

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

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
	if !strings.Contains(told, "What was reported before of good1@example.org can't be read") || !strings.Contains(told, "An incremental sync of good1@example.org begins.") {
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

// What is remembered of a mailbox and can't be read is told of where it would be listed; the batch can be removed all the same.
func TestDamagedMemory(t *testing.T) {
	d := newDamaged(t)
	d.reports = t.TempDir()
	if _, err := d.StartBatch(t.Context(), migration.OrderBatchRequest{Identity: "Good"}); err != nil {
		t.Fatal(err)
	}
	d.work()
	for _, lost := range []string{"mail/page/", "mail/folder/"} {
		d.spoil(d.first(lost), false)
		told := 0
		for u, err := range d.Users(t.Context(), migration.UserQuery{Batch: "Good"}) {
			if err != nil {
				t.Fatal(err)
			}
			s, err := d.UserStatistics(t.Context(), migration.UserStatisticsRequest{Identity: migration.Identity(u.GUID), IncludeSkippedItems: true})
			if err != nil || len(s.Folders) != 1 {
				t.Errorf("%s: %+v, %v", lost, s.Folders, err)
			}
			for _, item := range s.SkippedItems {
				if strings.Contains(item.Reason, "finds its messages again by content") {
					told++
				}
			}
		}
		if lost == "mail/folder/" && told != 1 {
			t.Errorf("%s: told %d times", lost, told)
		}
	}
	if err := d.RemoveBatch(t.Context(), migration.RemoveBatchRequest{Identity: "Good"}); err != nil {
		t.Error(err)
	}
}

// The test of the state names the records that can't be read.
func TestSpoiledRecordsAreNamed(t *testing.T) {
	c := onDisk(t, 0)
	twoEndpoints(t, c)
	page := store.Set("mail/page/p/f/1/0000000000000001", []byte{1})
	if _, err := c.records.Store.Update(t.Context(), page); err != nil {
		t.Fatal(err)
	}
	want := []string{page.Key}
	for range 2 {
		r, err := c.TestStore(t.Context(), migration.TestStoreRequest{})
		if err != nil || r.Result != migration.TestFailed || !strings.Contains(r.Message, fmt.Sprintf(" %d of its records", len(want))) || !strings.Contains(r.Message, ": "+strings.Join(want, ", ")+".") {
			t.Errorf("%+v, %v; want %q named", r, err, want)
		}
		if _, err := c.records.Store.Update(t.Context(), store.Set("endpoint/source", []byte(`{"Name":`))); err != nil {
			t.Fatal(err)
		}
		want = []string{"endpoint/source", page.Key}
	}
	if _, err := c.records.Store.Update(t.Context(), store.Delete("endpoint/source"), store.Delete(page.Key)); err != nil {
		t.Fatal(err)
	}
	if r, err := c.TestStore(t.Context(), migration.TestStoreRequest{}); err != nil || r.Result != migration.TestSuccess {
		t.Errorf("%+v, %v", r, err)
	}
}

// A relay whose password can't be read is told of with the rest, so that mails are written and say what they wait for.
func TestDamagedRelayPassword(t *testing.T) {
	d := newDamaged(t)
	if err := d.records.SetRelayPassword(t.Context(), "pw"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.records.SetConfig(t.Context(), func(c *migration.Config) error { c.Relay.Server = "smtp.example.org"; return nil }); err != nil {
		t.Fatal(err)
	}
	d.spoil("password/relay", false)
	_, relay, _, err := d.records.Relay(t.Context())
	if e := migration.AsError(err); relay.Server != "smtp.example.org" || e == nil || !strings.Contains(e.Remedy, "give the credentials again") {
		t.Errorf("%+v, %v", relay, err)
	}
	if err := d.records.SetRelayPassword(t.Context(), "pw"); err != nil {
		t.Fatal(err)
	}
	if _, _, password, err := d.records.Relay(t.Context()); err != nil || password != "pw" {
		t.Errorf("set again: %v", err)
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

// first is the key of the first record below a prefix.
func (d *damaged) first(prefix string) string {
	for record, err := range d.st.Scan(d.Context(), prefix) {
		if err != nil {
			d.Fatal(err)
		}
		return record.Key
	}
	d.Fatalf("there is nothing below %s", prefix)
	return ""
}

// Whose a pair of mailboxes is, is found again with the users: nobody else gets it, and its batch gives it free.
func TestDamagedClaim(t *testing.T) {
	d := newDamaged(t)
	pairs := map[string]string{} // by address
	for item, err := range d.records.Users.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		pairs[item.Value.EmailAddress] = item.Value.Pair
	}
	d.spoil(d.records.Claims.Key(pairs["bad1@example.org"]), false)
	again := migration.NewBatchRequest{Name: "Again", SourceEndpoint: "source", TargetEndpoint: "target",
		CSVData: migration.CSVData("EmailAddress,UserName,Password,TargetPassword\nbad1@example.org,bad1,pw,tp\nnew@example.org,new,pw,tp\n")}
	b, err := d.NewBatch(t.Context(), again)
	if err != nil || b.Batch.TotalCount != 1 || len(b.Batch.ValidationWarnings) != 1 || !strings.Contains(b.Batch.ValidationWarnings[0].Message, "'Bad'") {
		t.Fatalf("a batch that wants what another has: %+v, %v", b.Batch, err)
	}
	for _, name := range []migration.Identity{"Again", "Bad"} {
		if err := d.RemoveBatch(t.Context(), migration.RemoveBatchRequest{Identity: name}); err != nil {
			t.Fatal(err)
		}
	}
	if b, err = d.NewBatch(t.Context(), again); err != nil || b.Batch.TotalCount != 2 {
		t.Errorf("after the removal of the one that had it: %+v, %v", b.Batch, err)
	}
	d.spoil(d.records.Claims.Key(pairs["bad1@example.org"]), false)
	if err := d.RemoveUser(t.Context(), migration.RemoveUserRequest{Identity: "bad1@example.org"}); err != nil {
		t.Error(err)
	}
	if _, err := d.st.Get(t.Context(), d.records.Claims.Key(pairs["bad1@example.org"])); !isNotFound(err) {
		t.Errorf("the claim of a user that is removed: %v", err)
	}
}

// A mailbox of the list whose record can't be read is shown as such, and made anew under its name; the others serve.
func TestCorruptedMailbox(t *testing.T) {
	for name, some := range map[string]bool{"all is lost": false, "the name is left": true} {
		t.Run(name, func(t *testing.T) {
			d := newDamaged(t)
			make := func(name string) (migration.Mailbox, error) {
				password := migration.Secret("tp")
				address := strings.ToLower(name) + "@example.org"
				return d.SetMailbox(t.Context(), migration.SetMailboxRequest{Name: &name, PrimarySMTPAddress: &address, Password: &password})
			}
			lost, err := make("Ann")
			if err == nil {
				_, err = make("Bob")
			}
			if err != nil {
				t.Fatal(err)
			}
			d.spoil("mailbox/"+lost.GUID, some)
			shown := "lost-" + lost.GUID[:8]
			if some {
				shown = "Ann"
			}
			damage := ""
			var healthy []string
			for m, err := range d.Mailboxes(t.Context(), migration.MailboxQuery{}) {
				if err != nil {
					t.Fatal(err)
				}
				if m.Damage != "" {
					damage += m.Damage
				} else if m.Registered {
					healthy = append(healthy, m.Name)
				}
			}
			if !slices.Equal(healthy, []string{"Bob"}) || !strings.Contains(damage, "New-Mailbox -Name '"+shown+"'") {
				t.Errorf("the list: %v, %q", healthy, damage)
			}
			if _, err := d.SetMailbox(t.Context(), migration.SetMailboxRequest{Identity: migration.Identity(lost.GUID), DisplayName: &shown}); migration.AsError(err) == nil || migration.AsError(err).ID != migration.ErrCorrupted {
				t.Errorf("changing it: %v", err)
			}
			b, err := d.NewBatch(t.Context(), migration.NewBatchRequest{Name: "New", SourceEndpoint: "source", TargetEndpoint: "target",
				CSVData: migration.CSVData("EmailAddress,UserName,Password\nbob@example.org,bob,pw\n")})
			if err != nil || b.Batch.TotalCount != 1 || !slices.Contains(b.Warnings, damage) {
				t.Errorf("a batch: %+v, %q, %v", b.Batch.ValidationWarnings, b.Warnings, err)
			}
			if m, err := make(shown); err != nil || m.GUID != lost.GUID {
				t.Errorf("made anew: %+v, %v", m, err)
			}
			for m, err := range d.Mailboxes(t.Context(), migration.MailboxQuery{}) {
				if err != nil || m.Damage != "" {
					t.Errorf("at last: %+v, %v", m, err)
				}
			}
		})
	}
}

// What is lost of the audit log is told in its place; the rest is there.
func TestDamagedAuditLog(t *testing.T) {
	d := newDamaged(t)
	for _, name := range []string{"New-One", "New-Other"} {
		if err := d.Audit(t.Context(), migration.AuditEntry{Caller: "admin", Cmdlet: name}); err != nil {
			t.Fatal(err)
		}
	}
	d.spoil(d.first("audit/"), false)
	for name, q := range map[string]migration.AuditQuery{"all": {}, "of a cmdlet": {Cmdlets: []string{"New-Other"}}} {
		var found []migration.AuditEntry
		for e, err := range d.AuditLog(t.Context(), q) {
			if err != nil {
				t.Fatal(err)
			}
			found = append(found, e)
		}
		if len(found) != 2 || found[0].Cmdlet != "New-Other" || found[0].Damage != "" || found[1].Damage == "" || found[1].Time.IsZero() || found[1].Time.After(found[0].Time) {
			t.Errorf("%s: %+v", name, found)
		}
	}
	for e, err := range d.AuditLog(t.Context(), migration.AuditQuery{From: d.now().Add(time.Hour)}) {
		t.Errorf("of later: %+v, %v", e, err)
	}
}

// Lists in pieces say which piece is lost, or are counted again.
func TestDamagedPieces(t *testing.T) {
	d := newDamaged(t)
	b, err := d.NewBatch(t.Context(), migration.NewBatchRequest{Name: "Warned", SourceEndpoint: "source", TargetEndpoint: "target", AutoStart: true,
		CSVData: migration.CSVData("EmailAddress,UserName,Password,TargetPassword\nnobody,x,pw,tp\ngood3@example.org,bad1,pw,tp\n")})
	if err != nil || len(b.Batch.ValidationWarnings) != 1 {
		t.Fatalf("%+v, %v", b.Batch, err)
	}
	d.spoil(d.first("warning/"+b.Batch.GUID+"/"), false)
	d.world.Server(servicetest.TargetHost).Add("good3@example.org", "tp", membox.New(membox.Options{}))
	d.work()
	if b.Batch, err = firstOf(d.Batches(t.Context(), migration.BatchQuery{Identity: "Warned"})); err != nil || b.Batch.Status != migration.BatchSynced ||
		len(b.Batch.ValidationWarnings) != 1 || !strings.Contains(b.Batch.ValidationWarnings[0].Message, "can't be read") {
		t.Errorf("the batch: %s %+v, %v", b.Batch.Status, b.Batch.ValidationWarnings, err)
	}
	if _, err := d.SetBatch(t.Context(), migration.SetBatchRequest{Identity: "Warned", AddUsers: true,
		CSVData: migration.CSVData("EmailAddress,UserName,Password,TargetPassword\nmore@example.org,more,pw,tp\n")}); err != nil {
		t.Errorf("more users: %v", err)
	}
	d.spoil(d.first("folders/"+b.Batch.GUID+"/"), false)
	s, err := d.UserStatistics(t.Context(), migration.UserStatisticsRequest{Identity: "good3@example.org"})
	if err != nil || len(s.Folders) != 1 || s.Folders[0].Copied != 1 {
		t.Errorf("the folders: %+v, %v", s.Folders, err)
	}
}

// Where the mail of a domain went before is looked up anew if it can't be read.
func TestDamagedMX(t *testing.T) {
	d := newDamaged(t)
	d.resolver = &names{mx: map[string][]*net.MX{"example.org": {{Host: "mx.example.org.", Pref: 10}}}}
	for range 2 {
		seen, err := firstOf(d.Cutover(t.Context(), migration.CutoverRequest{Domains: []string{"example.org"}}))
		if err != nil || seen.Fault != "" || seen.ChangedTime.IsZero() || !seen.ChangedBefore {
			t.Fatalf("%+v, %v", seen, err)
		}
		d.spoil("mx/example.org", false)
	}
}
