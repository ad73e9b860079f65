package servicetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"migsh/internal/migration"
)

func testUsers(f *fixture) {
	f.endpoints()
	for _, u := range []string{"zoe", "ann", "bob"} {
		f.mailbox(u, 1)
	}
	f.World.Server(SourceHost).SetPassword("ann", "other")
	f.newBatch("B", true, "zoe", "ann", "bob")
	f.idle("B")
	list := func(q migration.UserQuery) string {
		f.Helper()
		var names []string
		for _, u := range must[[]migration.User](f)(collect(f.Service.Users(f.ctx, q))) {
			names = append(names, strings.TrimSuffix(u.EmailAddress, "@example.org"))
			f.noSecrets(u)
		}
		return strings.Join(names, " ")
	}
	for _, tt := range []struct {
		query migration.UserQuery
		want  string
	}{
		{migration.UserQuery{}, "zoe ann bob"},
		{migration.UserQuery{Batch: "b"}, "zoe ann bob"},
		{migration.UserQuery{Status: migration.UserSynced}, "zoe bob"},
		{migration.UserQuery{StatusSummary: migration.SummaryFailed}, "ann"},
		{migration.UserQuery{Identity: "ANN@example.org"}, "ann"},
	} {
		if got := list(tt.query); got != tt.want {
			f.Errorf("users of %+v: %s, want %s", tt.query, got, tt.want)
		}
	}
	_, err := collect(f.Service.Users(f.ctx, migration.UserQuery{Identity: "nobody@example.org"}))
	f.want("an unknown user", err, migration.ErrNotFound, "'nobody@example.org'", "can't be found")
	_, err = collect(f.Service.Users(f.ctx, migration.UserQuery{Batch: "X"}))
	f.want("users of an unknown batch", err, migration.ErrNotFound, "'X'")

	ann := must[[]migration.User](f)(collect(f.Service.Users(f.ctx, migration.UserQuery{Identity: "ann@example.org"})))[0]
	if ann.Status != migration.UserFailed || ann.Fault == nil || ann.Fault.Type != migration.FaultPerson || ann.NextRetryTime.IsZero() ||
		!strings.Contains(ann.ErrorSummary(), "trouble signing in to this account") {
		f.Errorf("ann: %+v, %s", ann, ann.ErrorSummary())
	}
	byGUID := must[[]migration.User](f)(collect(f.Service.Users(f.ctx, migration.UserQuery{Identity: migration.Identity(ann.GUID)})))
	if len(byGUID) != 1 || byGUID[0].EmailAddress != ann.EmailAddress {
		f.Errorf("by GUID: %+v", byGUID)
	}

	// The right password brings the user back by itself.
	f.World.Server(SourceHost).SetPassword("ann", "pw-2")
	must[migration.UserResult](f)(f.Service.SetUser(f.ctx, migration.SetUserRequest{
		Identity: "ann@example.org", Credentials: &migration.Credential{UserName: "ann", Password: "pw-2"}}))
	f.until("ann is synced", func() bool { return list(migration.UserQuery{Status: migration.UserSynced}) == "zoe ann bob" })
	_, err = f.Service.SetUser(f.ctx, migration.SetUserRequest{Identity: "ann@example.org", Credentials: &migration.Credential{UserName: "eve", Password: "x"}})
	f.want("another user name", err, migration.ErrInvalidValue, "another mailbox")

	stopped := must[migration.UserResult](f)(f.Service.StopUser(f.ctx, migration.OrderUserRequest{Identity: "bob@example.org"}))
	if stopped.User.Status != migration.UserIncrementalStopped {
		f.Errorf("bob is %s, want IncrementalStopped", stopped.User.Status)
	}
	if b := f.batch("B"); b.Status != migration.BatchSynced || b.StoppedCount != 1 {
		f.Errorf("the batch with one stopped user: %s, %+v", b.Status, b.Counts)
	}
	_, err = f.Service.StopUser(f.ctx, migration.OrderUserRequest{Identity: "bob@example.org"})
	f.want("stopping twice", err, migration.ErrNothingToStop)
	must[migration.UserResult](f)(f.Service.StartUser(f.ctx, migration.OrderUserRequest{Identity: "bob@example.org"}))
	f.idle("B")
	if got := list(migration.UserQuery{Status: migration.UserSynced}); got != "zoe ann bob" {
		f.Errorf("synced after the restart: %s", got)
	}

	must[migration.BatchResult](f)(f.Service.SetBatch(f.ctx, migration.SetBatchRequest{Identity: "B", CSVData: csv("zoe"), SyncNow: true}))
	f.idle("B")
	_, err = f.Service.SetBatch(f.ctx, migration.SetBatchRequest{Identity: "B", CSVData: csv("zoe", "eve")})
	f.want("credentials for a stranger", err, migration.ErrCSVInvalid, "eve@example.org")

	if err := f.Service.RemoveUser(f.ctx, migration.RemoveUserRequest{Identity: "zoe@example.org", ForgetState: true}); err != nil {
		f.Fatal(err)
	}
	if got := list(migration.UserQuery{}); got != "ann bob" {
		f.Errorf("users after one was removed: %s", got)
	}
	f.want("removing twice", f.Service.RemoveUser(f.ctx, migration.RemoveUserRequest{Identity: "zoe@example.org"}), migration.ErrNotFound)
}

// until waits for something that the engine will bring about.
func (f *fixture) until(what string, done func() bool) {
	f.Helper()
	ctx, cancel := context.WithTimeout(f.ctx, time.Minute)
	defer cancel()
	for _, err := range f.Service.Watch(ctx, migration.WatchRequest{Every: 10 * time.Millisecond}) {
		if err != nil {
			f.Fatalf("waiting until %s: %v", what, err)
		}
		if done() {
			return
		}
	}
}

func testStatistics(f *fixture) {
	f.endpoints()
	from, _ := f.mailbox("ann", 6)
	from.AddFolder("Junk")
	f.mailbox("bob", 2)
	f.World.Server(SourceHost).SetPassword("bob", "other")
	must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, migration.NewBatchRequest{
		Name: "B", SourceEndpoint: "source", CSVData: csv("ann", "bob"), AutoStart: true,
		BatchSettings: migration.BatchSettings{ExcludeFolders: []string{"junk"}},
	}))
	f.idle("B")
	s := must[migration.UserStatistics](f)(f.Service.UserStatistics(f.ctx, migration.UserStatisticsRequest{
		Identity: "ann@example.org", IncludeReport: true, IncludeSkippedItems: true}))
	if s.Status != migration.UserSynced || s.SyncedItemCount != 6 || s.TotalItemsInSourceMailboxCount != 6 || s.PercentageComplete != 100 ||
		s.BytesTransferred == 0 || len(s.Report) == 0 || len(s.SkippedItems) != 0 {
		f.Errorf("ann's statistics: %+v", s)
	}
	folder := func(name string) migration.FolderCount {
		i := slices.IndexFunc(s.Folders, func(c migration.FolderCount) bool { return c.SourceFolder == name })
		if i < 0 {
			f.Fatalf("no count of %s in %+v", name, s.Folders)
		}
		return s.Folders[i]
	}
	if c := folder("INBOX"); c.Source != 4 || c.Target != 4 || c.Copied != 4 {
		f.Errorf("INBOX: %+v", c)
	}
	if c := folder("Archive"); c.Source != 2 || c.Copied != 2 {
		f.Errorf("Archive: %+v", c)
	}
	if c := folder("Junk"); !c.Excluded {
		f.Errorf("Junk: %+v, want it excluded", c)
	}
	f.noSecrets(s)
	if short := must[migration.UserStatistics](f)(f.Service.UserStatistics(f.ctx, migration.UserStatisticsRequest{Identity: "ann@example.org"})); len(short.Report) != 0 {
		f.Error("the report comes without being asked for")
	}
	_, err := f.Service.UserStatistics(f.ctx, migration.UserStatisticsRequest{Identity: "nobody@example.org"})
	f.want("statistics of an unknown user", err, migration.ErrNotFound)

	all := must[migration.Statistics](f)(f.Service.Statistics(f.ctx))
	if all.TotalCount != 2 || all.SyncedCount != 1 || all.FailedCount != 1 || all.Batches[migration.BatchSyncedWithErrors] != 1 ||
		len(all.Faults) != 1 || all.Faults[0].EmailAddress != "bob@example.org" {
		f.Errorf("the statistics: %+v", all)
	}
	b := must[[]migration.Batch](f)(collect(f.Service.Batches(f.ctx, migration.BatchQuery{Identity: "B", IncludeReport: true})))[0]
	if len(b.Report) == 0 || !slices.IsSortedFunc(b.Report, func(x, y migration.ReportLine) int { return x.Time.Compare(y.Time) }) {
		f.Errorf("the batch's report: %v", b.Report)
	}
}

func testIterators(f *fixture) {
	f.endpoints()
	for _, u := range []string{"ann", "bob", "cyd"} {
		f.mailbox(u, 1)
	}
	f.newBatch("B", false, "ann", "bob", "cyd")
	n := 0
	for _, err := range f.Service.Users(f.ctx, migration.UserQuery{}) {
		if err != nil {
			f.Fatal(err)
		}
		n++
		break
	}
	if n != 1 {
		f.Errorf("%d users before the break", n)
	}
	// A watch yields how things are, then changes, and ends with its context.
	ctx, cancel := context.WithCancel(f.ctx)
	defer cancel()
	var statuses []migration.BatchStatus
	var last error
	for p, err := range f.Service.Watch(ctx, migration.WatchRequest{Every: 10 * time.Millisecond}) {
		if err != nil {
			last = err
			break
		}
		if len(p) != 1 || p[0].TotalCount != 3 {
			f.Fatalf("progress %+v", p)
		}
		statuses = append(statuses, p[0].Status)
		switch p[0].Status {
		case migration.BatchCreated:
			must[migration.BatchResult](f)(f.Service.StartBatch(f.ctx, migration.OrderBatchRequest{Identity: "B"}))
		case migration.BatchSynced:
			cancel()
		}
	}
	if !errors.Is(last, context.Canceled) {
		f.Errorf("the watch ended with %v, want its context's error", last)
	}
	if statuses[0] != migration.BatchCreated || !slices.Contains(statuses, migration.BatchSynced) {
		f.Errorf("the statuses seen were %v", statuses)
	}
	gone, end := context.WithCancel(f.ctx)
	end()
	if _, err := f.Service.Config(gone); !errors.Is(err, context.Canceled) {
		f.Errorf("a cancelled call gives %v", err)
	}
	_, err := collect(f.Service.Watch(f.ctx, migration.WatchRequest{Batches: []migration.Identity{"X"}}))
	f.want("watching an unknown batch", err, migration.ErrNotFound)
	if all, err := collect(f.Service.Watch(f.ctx, migration.WatchRequest{UntilIdle: true})); err != nil || len(all) != 1 {
		f.Errorf("watching what is idle: %d times, %v, want once", len(all), err)
	}
}

// Whatever is asked, no password comes back.
func testNothingIsRevealed(f *fixture) {
	must[migration.EndpointResult](f)(f.Service.NewEndpoint(f.ctx, migration.NewEndpointRequest{
		Name: "target", RemoteServer: TargetHost, Credentials: &migration.Credential{UserName: "root", Password: "admin-secret"}, LoginFormat: "{user}*{admin}"}))
	must[migration.EndpointResult](f)(f.Service.NewEndpoint(f.ctx, migration.NewEndpointRequest{Name: "source", RemoteServer: SourceHost}))
	_, to := f.mailbox("ann", 2)
	f.mailbox("bob", 2)
	f.World.Server(TargetHost).Add("root", "admin-secret", nil)
	f.World.Server(SourceHost).SetPassword("bob", "other")
	made := must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx, migration.NewBatchRequest{
		Name: "B", SourceEndpoint: "source", TargetEndpoint: "target", AutoStart: true,
		CSVData: migration.CSVData("EmailAddress,UserName,Password\nann@example.org,ann,pw-ann\nbob@example.org,bob,pw-bob\n")}))
	f.noSecrets(made)
	f.idle("B")
	if n := len(to.Messages("INBOX")); n != 2 {
		f.Errorf("%d messages came in by the administrator's login, want 2", n)
	}
	for _, u := range must[[]migration.User](f)(collect(f.Service.Users(f.ctx, migration.UserQuery{}))) {
		f.noSecrets(u)
		f.noSecrets(must[migration.UserStatistics](f)(f.Service.UserStatistics(f.ctx, migration.UserStatisticsRequest{
			Identity: migration.Identity(u.GUID), IncludeReport: true, IncludeSkippedItems: true})))
	}
	f.noSecrets(must[[]migration.Batch](f)(collect(f.Service.Batches(f.ctx, migration.BatchQuery{IncludeReport: true}))))
	f.noSecrets(must[migration.Statistics](f)(f.Service.Statistics(f.ctx)))
	f.noSecrets(must[[]migration.Endpoint](f)(collect(f.Service.Endpoints(f.ctx, migration.EndpointQuery{}))))
	f.noSecrets(must[migration.Config](f)(f.Service.Config(f.ctx)))
}
