package servicetest

import (
	"context"
	"errors"
	"strings"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
)

func testCSV(f *fixture) {
	check := must[migration.CSVCheck](f)(f.Service.CheckCSV(f.ctx, migration.CheckCSVRequest{
		CSVData: append(csv("ann", "bob", "ann"), "nobody,x,y,z\n"...),
	}))
	if check.RowCount != 2 || len(check.ValidationWarnings) != 2 || check.ValidationWarnings[0].Row != 3 || len(check.Columns) != 4 {
		f.Errorf("%+v", check)
	}
	_, err := f.Service.CheckCSV(f.ctx, migration.CheckCSVRequest{CSVData: migration.CSVData("EmailAddress,Pasword\na\n")})
	f.want("a bad file", err, migration.ErrCSVInvalid, `"UserName" is missing from the CSV file`, `"Password" is missing`, "wrong number of columns")
	if n := len(migration.AsError(err).Faults); n != 3 {
		f.Errorf("%d faults arrive, want 3", n)
	}
	_, err = f.Service.CheckCSV(f.ctx, migration.CheckCSVRequest{})
	f.want("no file", err, migration.ErrCSVEmpty, "can't be empty")
}

func testNewBatchErrors(f *fixture) {
	f.mailbox("ann", 1)
	f.mailbox("bob", 1)
	for _, r := range []migration.NewEndpointRequest{{Name: "source", RemoteServer: SourceHost}, {Name: "target", RemoteServer: TargetHost}} {
		must[migration.EndpointResult](f)(f.Service.NewEndpoint(f.ctx, r))
	}
	good := migration.NewBatchRequest{Name: "B", SourceEndpoint: "source", CSVData: csv("ann")}
	_, err := f.Service.NewBatch(f.ctx, good)
	f.want("no target", err, migration.ErrNoTarget, "-TargetEndpoint", "Set-MigrationConfig")
	good.TargetEndpoint = "target"

	with := func(change func(*migration.NewBatchRequest)) migration.NewBatchRequest {
		r := good
		change(&r)
		return r
	}
	for _, tt := range []struct {
		name    string
		request migration.NewBatchRequest
		id      migration.ErrorID
		says    []string
	}{
		{"no name", with(func(r *migration.NewBatchRequest) { r.Name = " " }), migration.ErrInvalidValue, []string{"empty"}},
		{"long name", with(func(r *migration.NewBatchRequest) { r.Name = strings.Repeat("ä", 65) }), migration.ErrInvalidValue, []string{"64"}},
		{"no source", with(func(r *migration.NewBatchRequest) { r.SourceEndpoint = "" }), migration.ErrInvalidValue, []string{"-SourceEndpoint"}},
		{"unknown source", with(func(r *migration.NewBatchRequest) { r.SourceEndpoint = "nobody" }), migration.ErrNotFound, []string{"'nobody'", "can't be found"}},
		{"unknown target", with(func(r *migration.NewBatchRequest) { r.TargetEndpoint = "nobody" }), migration.ErrNotFound, []string{"'nobody'"}},
		{"empty CSV", with(func(r *migration.NewBatchRequest) { r.CSVData = nil }), migration.ErrCSVEmpty, []string{"can't be empty"}},
		{"missing column", with(func(r *migration.NewBatchRequest) { r.CSVData = migration.CSVData("EmailAddress,UserName\na@b.c,a\n") }),
			migration.ErrCSVColumn, []string{`"Password" is missing from the CSV file`}},
		{"unknown zone", with(func(r *migration.NewBatchRequest) { r.TimeZone = "Pacific Standart Time" }), migration.ErrInvalidValue, []string{"'Pacific Standard Time'"}},
		{"complete before start", with(func(r *migration.NewBatchRequest) {
			r.StartAfter, r.CompleteAfter = time.Now().Add(time.Hour), time.Now()
		}), migration.ErrInvalidValue, []string{"CompleteAfter"}},
		{"nobody can log in at the target", with(func(r *migration.NewBatchRequest) {
			r.CSVData = migration.CSVData("EmailAddress,UserName,Password\nann@example.org,ann,pw-ann\n")
		}), migration.ErrCSVNoUser, []string{"TargetPassword", "Row 1"}},
	} {
		_, err := f.Service.NewBatch(f.ctx, tt.request)
		f.want(tt.name, err, tt.id, tt.says...)
		if err != nil {
			f.noSecrets(err.Error())
		}
	}
	for _, host := range []string{SourceHost, TargetHost} {
		f.World.Server(host).SetAway(mailbox.NewError(mailbox.ConnectFailed, "CONNECT", errors.New("connection refused")))
		_, err := f.Service.NewBatch(f.ctx, good)
		f.want(host+" away", err, migration.ErrConnect, "'"+host+"'", "could not be completed", "No batch was created")
		f.World.Server(host).SetAway(nil)
	}
	if all := must[[]migration.Batch](f)(collect(f.Service.Batches(f.ctx, migration.BatchQuery{}))); len(all) != 0 {
		f.Errorf("%d batches after refused ones, want none", len(all))
	}
	if all := must[[]migration.User](f)(collect(f.Service.Users(f.ctx, migration.UserQuery{}))); len(all) != 0 {
		f.Errorf("%d users after refused batches, want none", len(all))
	}

	must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, good))
	_, err = f.Service.NewBatch(f.ctx, with(func(r *migration.NewBatchRequest) { r.Name, r.CSVData = "b", csv("bob") }))
	f.want("name taken", err, migration.ErrAlreadyExists, "already exists", "'b'")
	_, err = f.Service.NewBatch(f.ctx, with(func(r *migration.NewBatchRequest) { r.Name = "C" }))
	f.want("user taken", err, migration.ErrCSVNoUser, "'B'", "ann@example.org")
	second := must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, with(func(r *migration.NewBatchRequest) { r.Name, r.CSVData = "C", csv("ann", "bob") })))
	if second.Batch.TotalCount != 1 || len(second.Batch.ValidationWarnings) != 1 || len(second.Warnings) != 1 || !strings.Contains(second.Warnings[0], "'B'") {
		f.Errorf("a batch with a row that another batch has: %+v", second)
	}
}

func testLifecycle(f *fixture) {
	f.endpoints()
	from, to := f.mailbox("ann", 7)
	f.mailbox("bob", 2)
	created := f.newBatch("IMAPBatch1", false, "ann", "bob")
	if created.Status != migration.BatchCreated || created.TotalCount != 2 || created.MigrationType != migration.TypeIMAP || created.SubmittedByUser != "admin" ||
		created.SourceEndpoint.RemoteServer != SourceHost || created.TargetEndpoint.Name != "target" || created.CSVName != "users.csv" {
		f.Errorf("the new batch: %+v", created)
	}
	f.noSecrets(created)
	started := must[migration.BatchResult](f)(f.Service.StartBatch(f.ctx, migration.OrderBatchRequest{Identity: "imapbatch1", By: "admin"}))
	if started.Batch.Status != migration.BatchStarting || started.Batch.StartTime.IsZero() {
		f.Errorf("the started batch: %+v", started.Batch)
	}
	if p := f.idle("IMAPBatch1"); p.Status != migration.BatchSynced || p.SyncedCount != 2 || p.PercentComplete() != 100 {
		f.Errorf("when idle: %+v", p)
	}
	b := f.batch("IMAPBatch1")
	if b.Status != migration.BatchSynced || b.SyncedCount != 2 || b.FailedCount != 0 || b.InitialSyncTime.IsZero() || b.LastSyncedTime.IsZero() || b.Score != migration.ScorePerfect {
		f.Errorf("the synced batch: %+v", b)
	}
	if n := len(to.Messages("INBOX")) + len(to.Messages("Archive")); n != 7 {
		f.Errorf("%d messages have arrived, want 7", n)
	}

	stopped := must[migration.BatchResult](f)(f.Service.StopBatch(f.ctx, migration.OrderBatchRequest{Identity: "IMAPBatch1"}))
	if stopped.Batch.Status != migration.BatchStopped {
		f.Errorf("the stopped batch is %s", stopped.Batch.Status)
	}
	must[migration.BatchResult](f)(f.Service.StartBatch(f.ctx, migration.OrderBatchRequest{}))
	f.idle("IMAPBatch1")
	from.Deliver("INBOX", from.Messages("INBOX")[0])
	completing := must[migration.BatchResult](f)(f.Service.CompleteBatch(f.ctx, migration.OrderBatchRequest{Identity: "IMAPBatch1"}))
	if completing.Batch.Status != migration.BatchCompleting {
		f.Errorf("the batch to be completed is %s", completing.Batch.Status)
	}
	if p := f.idle("IMAPBatch1"); p.Status != migration.BatchCompleted || p.FinalizedCount != 2 {
		f.Errorf("when completed: %+v", p)
	}
	if n := len(to.Messages("INBOX")) + len(to.Messages("Archive")); n != 8 {
		f.Errorf("%d messages after completion, want 8", n)
	}
	if b := f.batch("IMAPBatch1"); b.FinalizedTime.IsZero() {
		f.Errorf("a completed batch has no FinalizedTime: %+v", b)
	}
	if err := f.Service.RemoveBatch(f.ctx, migration.RemoveBatchRequest{Identity: migration.Identity(b.GUID)}); err != nil {
		f.Fatal(err)
	}
	_, err := collect(f.Service.Batches(f.ctx, migration.BatchQuery{Identity: "IMAPBatch1"}))
	f.want("a removed batch", err, migration.ErrNotFound, "can't be found", "'IMAPBatch1'")

	// The name is free, and nothing is copied twice.
	f.newBatch("IMAPBatch1", true, "ann")
	f.idle("IMAPBatch1")
	if n := len(to.Messages("INBOX")) + len(to.Messages("Archive")); n != 8 {
		f.Errorf("%d messages after a second batch, want 8", n)
	}
}

func testRows(f *fixture) {
	f.endpoints()
	f.mailbox("ann", 1)
	data := append(csv("ann", "ann"), "bad address,x,y,z\n"...)
	out := must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, migration.NewBatchRequest{Name: "B", SourceEndpoint: "source", CSVData: data, AutoStart: true}))
	if out.Batch.Status != migration.BatchStarting || out.Batch.TotalCount != 1 || len(out.Batch.ValidationWarnings) != 2 {
		f.Errorf("%+v", out.Batch)
	}
	if len(out.Warnings) != 1 || !strings.Contains(out.Warnings[0], "2 of 3 rows") {
		f.Errorf("warnings %q", out.Warnings)
	}
	f.idle("B")
	b := f.batch("B")
	if b.Status != migration.BatchSynced || len(b.ValidationWarnings) != 2 || b.ValidationWarnings[0].Row != 2 || b.ValidationWarnings[1].Row != 3 {
		f.Errorf("%+v", b)
	}
}

func testOrders(f *fixture) {
	f.endpoints()
	f.mailbox("ann", 1)
	f.mailbox("bob", 1)
	f.mailbox("cyd", 1)
	order := func(o func(context.Context, migration.OrderBatchRequest) (migration.BatchResult, error), name migration.Identity) error {
		_, err := o(f.ctx, migration.OrderBatchRequest{Identity: name})
		return err
	}
	s := f.Service
	f.want("start nothing", order(s.StartBatch, ""), migration.ErrNotFound)
	f.want("start an unknown one", order(s.StartBatch, "X"), migration.ErrNotFound, "'X'", "can't be found")
	f.newBatch("A", false, "ann")
	f.newBatch("B", false, "bob")
	f.want("start one of two", order(s.StartBatch, ""), migration.ErrAmbiguous, "'A', 'B'")
	f.want("stop what never ran", order(s.StopBatch, "A"), migration.ErrNothingToStop)
	f.want("complete what never ran", order(s.CompleteBatch, "A"), migration.ErrNotStarted, "Start-MigrationBatch")
	f.World.Server(SourceHost).SetPassword("bob", "other")
	for _, name := range []migration.Identity{"A", "B"} {
		if err := order(s.StartBatch, name); err != nil {
			f.Fatal(err)
		}
		f.idle(string(name))
	}
	f.want("stop when all have failed", order(s.StopBatch, "B"), migration.ErrNothingToStop, "completed or failed")
	if err := order(s.CompleteBatch, "A"); err != nil {
		f.Fatal(err)
	}
	f.idle("A")
	f.want("complete twice", order(s.CompleteBatch, "A"), migration.ErrBatchCompleted)
	f.want("start what is completed", order(s.StartBatch, "A"), migration.ErrBatchCompleted)
	f.want("stop what is completed", order(s.StopBatch, "A"), migration.ErrNothingToStop)

	// A pair of mailboxes that is completed may be copied again in another batch.
	f.newBatch("A2", false, "ann")
	f.newBatch("C", true, "cyd")
	f.idle("C")
	all := must[migration.CompleteAllResult](f)(s.CompleteAll(f.ctx, migration.CompleteAllRequest{By: "admin"}))
	if got := strings.Join(all.Batches, " "); got != "B C" {
		f.Errorf("completing all takes %s, want B C", got)
	}
	if p := f.idle("C"); p.Status != migration.BatchCompleted {
		f.Errorf("C is %s", p.Status)
	}
	if p := f.idle("B"); p.Status != migration.BatchCompletedWithErrors {
		f.Errorf("B is %s, want CompletedWithErrors", p.Status)
	}
	f.World.Server(SourceHost).SetPassword("bob", "pw-bob")
	if err := order(s.StartBatch, "B"); err != nil {
		f.Fatal(err)
	}
	if p := f.idle("B"); p.Status != migration.BatchCompleted {
		f.Errorf("B is %s after its failed user was tried again, want Completed", p.Status)
	}
	f.want("remove an unknown one", s.RemoveBatch(f.ctx, migration.RemoveBatchRequest{Identity: "X"}), migration.ErrNotFound)
	for status, want := range map[migration.BatchStatus]string{migration.BatchCompleted: "A B C", migration.BatchCreated: "A2", migration.BatchSynced: ""} {
		var names []string
		for _, b := range must[[]migration.Batch](f)(collect(s.Batches(f.ctx, migration.BatchQuery{Status: status, Endpoint: "source"}))) {
			names = append(names, b.Name)
		}
		if got := strings.Join(names, " "); got != want {
			f.Errorf("batches that are %s: %s, want %s", status, got, want)
		}
	}
	_, err := collect(s.Batches(f.ctx, migration.BatchQuery{Endpoint: "nobody"}))
	f.want("batches of an unknown endpoint", err, migration.ErrNotFound)
}

// In legacy mode one batch is active at a time; a batch at work is removed only by force.
func testLegacyMode(f *fixture) {
	f.endpoints()
	f.mailbox("ann", 1)
	f.mailbox("bob", 1)
	must[migration.Config](f)(f.Service.SetConfig(f.ctx, migration.SetConfigRequest{LegacyMode: new(true)}))
	f.newBatch("A", false, "ann")
	f.newBatch("B", false, "bob")
	f.World.Server(SourceHost).SetAway(mailbox.NewError(mailbox.Unavailable, "CONNECT", nil))
	start := func(name migration.Identity) error {
		_, err := f.Service.StartBatch(f.ctx, migration.OrderBatchRequest{Identity: name})
		return err
	}
	if err := start("A"); err != nil {
		f.Fatal(err)
	}
	if err := start("A"); err != nil {
		f.Errorf("starting the active batch again: %v", err)
	}
	f.want("a second start", start("B"), migration.ErrBatchActive, "'A'", "one batch is active at a time")
	_, err := f.Service.NewBatch(f.ctx, migration.NewBatchRequest{Name: "C", SourceEndpoint: "source", CSVData: csv("bob")})
	f.want("a new batch meanwhile", err, migration.ErrBatchActive, "'A'")
	f.want("removing a batch at work", f.Service.RemoveBatch(f.ctx, migration.RemoveBatchRequest{Identity: "A"}), migration.ErrBatchRunning, "Stop-MigrationBatch 'A'")
	if err := f.Service.RemoveBatch(f.ctx, migration.RemoveBatchRequest{Identity: "A", Force: true}); err != nil {
		f.Fatal(err)
	}
	_, err = collect(f.Service.Batches(f.ctx, migration.BatchQuery{Identity: "A"}))
	f.want("the batch that was removed", err, migration.ErrNotFound)
	f.World.Server(SourceHost).SetAway(nil)
	if err := start("B"); err != nil {
		f.Error(err)
	}
	if p := f.idle("B"); p.Status != migration.BatchSynced {
		f.Errorf("B is %s", p.Status)
	}
}
