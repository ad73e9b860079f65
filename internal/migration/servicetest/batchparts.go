package servicetest

import (
	"slices"
	"strings"

	"migsh/internal/migration"
)

// testAddUsers puts rows into a batch that is under way.
func testAddUsers(f *fixture) {
	f.endpoints()
	for _, name := range []string{"ann", "bob", "cy"} {
		f.mailbox(name, 2)
	}
	f.newBatch("B", true, "ann")
	f.idle("B")
	more := append(csv("ann", "bob", "cy"), "nobody,x,y,z\n"...)
	r := must[migration.BatchResult](f)(f.Service.SetBatch(f.ctx, migration.SetBatchRequest{Identity: "B", AddUsers: true, CSVData: more}))
	if r.Batch.TotalCount != 3 || len(r.Batch.ValidationWarnings) != 1 || r.Batch.ValidationWarnings[0].Row != 4 {
		f.Errorf("%d users and the warnings %v", r.Batch.TotalCount, r.Batch.ValidationWarnings)
	}
	if !slices.ContainsFunc(r.Warnings, func(w string) bool { return strings.Contains(w, "2 users were added") }) {
		f.Errorf("the administrator is told %q", r.Warnings)
	}
	if p := f.idle("B"); p.Status != migration.BatchSynced || p.SyncedCount != 3 {
		f.Errorf("the batch ends %s with %d synced", p.Status, p.SyncedCount)
	}
	_, err := f.Service.SetBatch(f.ctx, migration.SetBatchRequest{Identity: "B", AddUsers: true, CSVData: csv("ann", "bob")})
	f.want("nobody new", err, migration.ErrCSVNoUser, "already")
	_, err = f.Service.SetBatch(f.ctx, migration.SetBatchRequest{Identity: "B", AddUsers: true})
	f.want("no file", err, migration.ErrInvalidValue, "-CSVData")
	must[migration.BatchResult](f)(f.Service.CompleteBatch(f.ctx, migration.OrderBatchRequest{Identity: "B"}))
	f.idle("B")
	_, err = f.Service.SetBatch(f.ctx, migration.SetBatchRequest{Identity: "B", AddUsers: true, CSVData: csv("dora")})
	f.want("a completed batch", err, migration.ErrBatchCompleted, "'B'")
}

// testOwnEndpoint makes batches with connection settings of their own.
func testOwnEndpoint(f *fixture) {
	f.endpoints()
	f.mailbox("ann", 2)
	server := func(s migration.ServerSettings) migration.NewBatchRequest {
		return migration.NewBatchRequest{Name: "B", SourceServer: &s, CSVData: csv("ann"), AutoStart: true}
	}
	_, err := f.Service.NewBatch(f.ctx, server(migration.ServerSettings{RemoteServer: NoHost}))
	f.want("an unknown host", err, migration.ErrConnect, NoHost)
	_, err = f.Service.NewBatch(f.ctx, server(migration.ServerSettings{RemoteServer: SourceHost, MaxConcurrentMigrations: new(migration.Limit(0))}))
	f.want("no connection at all", err, migration.ErrInvalidValue, "1 to 100")
	must[migration.Config](f)(f.Service.SetConfig(f.ctx, migration.SetConfigRequest{LegacyMode: new(true)}))
	_, err = f.Service.NewBatch(f.ctx, server(migration.ServerSettings{RemoteServer: SourceHost, MaxConcurrentMigrations: new(migration.Limit(11))}))
	f.want("eleven in legacy mode", err, migration.ErrInvalidValue, "1 to 10")
	if all, err := collect(f.Service.Endpoints(f.ctx, migration.EndpointQuery{})); err != nil || len(all) != 2 {
		f.Errorf("refused batches leave %d endpoints and %v", len(all), err)
	}
	made := must[migration.BatchResult](f)(f.Service.NewBatch(f.ctx,
		server(migration.ServerSettings{RemoteServer: SourceHost, Port: 143, MaxConcurrentMigrations: new(migration.Limit(3))}))).Batch
	if e := made.SourceEndpoint; e.Name != "B" || e.MaxConcurrentMigrations != 3 || e.MaxConcurrentIncrementalSyncs != 3 || e.Security != migration.SecurityTls || !e.Verified {
		f.Errorf("its endpoint is %+v", e)
	}
	if p := f.idle("B"); p.Status != migration.BatchSynced {
		f.Errorf("the batch ends %s", p.Status)
	}
	f.want("its endpoint", f.Service.RemoveEndpoint(f.ctx, "B"), migration.ErrEndpointInUse, "'B'")
	_, err = f.Service.NewBatch(f.ctx, migration.NewBatchRequest{Name: "source", SourceServer: &migration.ServerSettings{RemoteServer: SourceHost}, CSVData: csv("ann")})
	f.want("an endpoint of that name", err, migration.ErrAlreadyExists, "'source'")
	if err := f.Service.RemoveBatch(f.ctx, migration.RemoveBatchRequest{Identity: "B"}); err != nil {
		f.Fatal(err)
	}
	if all, err := collect(f.Service.Endpoints(f.ctx, migration.EndpointQuery{})); err != nil || len(all) != 2 {
		f.Errorf("a removed batch leaves %d endpoints and %v", len(all), err)
	}
}
