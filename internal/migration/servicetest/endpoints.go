package servicetest

import (
	"errors"
	"strings"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
)

func testServer(f *fixture) {
	f.mailbox("ann", 1)
	ask := func(r migration.TestServerRequest) migration.ConnectionTest {
		f.Helper()
		return must[migration.ConnectionTest](f)(f.Service.TestServer(f.ctx, r))
	}
	ok := ask(migration.TestServerRequest{RemoteServer: SourceHost, Port: 993, Security: migration.SecuritySsl})
	if ok.Result != migration.TestSuccess || ok.Message != "" || ok.Fault != nil || ok.ConnectionSettings != SourceHost+":993 Ssl Basic" || len(ok.Capabilities) == 0 {
		f.Errorf("a good server: %+v", ok)
	}
	if starttls := ask(migration.TestServerRequest{RemoteServer: SourceHost, Port: 143}); starttls.Security != migration.SecurityTls {
		f.Errorf("port 143 with STARTTLS on offer resolves to %s, want Tls", starttls.Security)
	}
	plain := ask(migration.TestServerRequest{RemoteServer: PlainHost, Port: 143})
	if plain.Result != migration.TestSuccess || plain.Security != migration.SecurityNone || !strings.Contains(plain.Message, "unprotected") {
		f.Errorf("port 143 without STARTTLS: %+v, want success with a warning", plain)
	}
	for _, tt := range []struct {
		name    string
		request migration.TestServerRequest
		says    string
	}{
		{"unknown host", migration.TestServerRequest{RemoteServer: NoHost, Port: 993}, "could not be completed"},
		{"STARTTLS missing", migration.TestServerRequest{RemoteServer: PlainHost, Port: 143, Security: migration.SecurityTls}, "could not be completed"},
		{"wrong password", migration.TestServerRequest{RemoteServer: SourceHost, Port: 993,
			Credentials: &migration.Credential{UserName: "ann", Password: "wrong"}}, "refused the login 'ann'"},
	} {
		got := ask(tt.request)
		if got.Result != migration.TestFailed || !strings.Contains(got.Message, tt.says) || !strings.Contains(got.Message, "'"+tt.request.RemoteServer+"'") {
			f.Errorf("%s: %s, %q, want Failed with %q", tt.name, got.Result, got.Message, tt.says)
		}
		if got.Fault == nil || !errors.Is(got.Fault, migration.ErrConnect) || !strings.HasPrefix(got.ErrorDetail, "MigrationServerConnectionFailedException") {
			f.Errorf("%s: fault %v, detail %q", tt.name, got.Fault, got.ErrorDetail)
		}
	}
	if in := ask(migration.TestServerRequest{RemoteServer: SourceHost, Port: 993,
		Credentials: &migration.Credential{UserName: "ann", Password: "pw-ann"}}); in.Result != migration.TestSuccess || in.Login != "ann" {
		f.Errorf("a good login: %+v", in)
	}
	f.endpoints()
	if by := ask(migration.TestServerRequest{Endpoint: "SOURCE"}); by.Result != migration.TestSuccess || by.RemoteServer != SourceHost {
		f.Errorf("by endpoint: %+v", by)
	}
	_, err := f.Service.TestServer(f.ctx, migration.TestServerRequest{Endpoint: "nobody"})
	f.want("an unknown endpoint", err, migration.ErrNotFound, "can't be found", "'nobody'")
	_, err = f.Service.TestServer(f.ctx, migration.TestServerRequest{RemoteServer: "imaps://x", Port: 993})
	f.want("a URL", err, migration.ErrInvalidValue, "URL")
	_, err = f.Service.TestServer(f.ctx, migration.TestServerRequest{RemoteServer: SourceHost, EndpointType: migration.TypeGmail})
	f.want("another type", err, migration.ErrTypeUnsupported, "Gmail")
}

func testEndpoints(f *fixture) {
	made := must[migration.EndpointResult](f)(f.Service.NewEndpoint(f.ctx, migration.NewEndpointRequest{Name: "IMAPEndpoint", RemoteServer: SourceHost}))
	e := made.Endpoint
	if e.EndpointType != migration.TypeIMAP || e.Port != 993 || e.Security != migration.SecuritySsl || e.MaxConcurrentMigrations != 100 ||
		e.MaxConcurrentIncrementalSyncs != 20 || !e.Verified || e.GUID == "" || e.CreationTime.IsZero() {
		f.Errorf("the defaults of an endpoint: %+v", e)
	}
	tls := must[migration.EndpointResult](f)(f.Service.NewEndpoint(f.ctx, migration.NewEndpointRequest{
		Name: "second", RemoteServer: SourceHost, Port: 143, Security: migration.SecurityTls,
		MaxConcurrentMigrations: new(migration.Limit(50)), MaxConcurrentIncrementalSyncs: new(migration.Limit(25)),
	})).Endpoint
	if tls.Port != 143 || tls.Security != migration.SecurityTls || tls.MaxConcurrentMigrations != 50 || tls.MaxConcurrentIncrementalSyncs != 25 {
		f.Errorf("what was given is not kept: %+v", tls)
	}
	few := must[migration.EndpointResult](f)(f.Service.NewEndpoint(f.ctx, migration.NewEndpointRequest{
		Name: "few", RemoteServer: SourceHost, MaxConcurrentMigrations: new(migration.Limit(3)),
	})).Endpoint
	if few.MaxConcurrentIncrementalSyncs != 3 {
		f.Errorf("incremental syncs default to %s under a limit of 3, want 3", few.MaxConcurrentIncrementalSyncs)
	}
	plain := must[migration.EndpointResult](f)(f.Service.NewEndpoint(f.ctx, migration.NewEndpointRequest{Name: "plain", RemoteServer: PlainHost, Port: 143}))
	if plain.Endpoint.Security != migration.SecurityNone || len(plain.Warnings) != 1 || !strings.Contains(plain.Warnings[0], "unprotected") {
		f.Errorf("an unprotected endpoint: %s, warnings %q", plain.Endpoint.Security, plain.Warnings)
	}
	blind := must[migration.EndpointResult](f)(f.Service.NewEndpoint(f.ctx, migration.NewEndpointRequest{Name: "blind", RemoteServer: NoHost, SkipVerification: true}))
	if blind.Endpoint.Verified {
		f.Error("an endpoint that was not verified says it was")
	}
	admin := must[migration.EndpointResult](f)(f.Service.NewEndpoint(f.ctx, migration.NewEndpointRequest{
		Name: "admin", RemoteServer: TargetHost, Credentials: &migration.Credential{UserName: "root", Password: "admin-secret"}, LoginFormat: "{user}*{admin}",
	}))
	if admin.Endpoint.UserName != "root" || admin.Endpoint.LoginFormat != "{user}*{admin}" {
		f.Errorf("the administrator is not kept: %+v", admin.Endpoint)
	}
	f.noSecrets(admin)

	all := must[[]migration.Endpoint](f)(collect(f.Service.Endpoints(f.ctx, migration.EndpointQuery{})))
	var names []string
	for _, e := range all {
		names = append(names, e.Name)
	}
	if got := strings.Join(names, " "); got != "admin blind few IMAPEndpoint plain second" {
		f.Errorf("the endpoints are %s", got)
	}
	f.noSecrets(all)
	for _, id := range []migration.Identity{"imapendpoint", migration.Identity(e.GUID), migration.Identity(strings.ToUpper(e.GUID))} {
		got, err := collect(f.Service.Endpoints(f.ctx, migration.EndpointQuery{Identity: id}))
		if err != nil || len(got) != 1 || got[0].GUID != e.GUID {
			f.Errorf("endpoint %s: %v, %v", id, got, err)
		}
	}

	set := must[migration.EndpointResult](f)(f.Service.SetEndpoint(f.ctx, migration.SetEndpointRequest{
		Identity: "IMAPEndpoint", MaxConcurrentMigrations: new(migration.Limit(10)), MaxConcurrentIncrementalSyncs: new(migration.Limit(10)),
	})).Endpoint
	if set.MaxConcurrentMigrations != 10 || set.MaxConcurrentIncrementalSyncs != 10 || set.RemoteServer != SourceHost {
		f.Errorf("after Set: %+v", set)
	}
	lowered := must[migration.EndpointResult](f)(f.Service.SetEndpoint(f.ctx, migration.SetEndpointRequest{
		Identity: "IMAPEndpoint", MaxConcurrentMigrations: new(migration.Limit(5)),
	}))
	if lowered.Endpoint.MaxConcurrentIncrementalSyncs != 5 || len(lowered.Warnings) != 1 {
		f.Errorf("a limit lowered below the other: %+v", lowered)
	}
	if err := f.Service.RemoveEndpoint(f.ctx, "IMAPENDPOINT"); err != nil {
		f.Fatal(err)
	}
	_, err := collect(f.Service.Endpoints(f.ctx, migration.EndpointQuery{Identity: "IMAPEndpoint"}))
	f.want("an endpoint that was removed", err, migration.ErrNotFound, "can't be found", "'IMAPEndpoint'")
}

func testEndpointErrors(f *fixture) {
	f.endpoints()
	for _, tt := range []struct {
		name    string
		request migration.NewEndpointRequest
		id      migration.ErrorID
		says    []string
	}{
		{"no name", migration.NewEndpointRequest{RemoteServer: SourceHost}, migration.ErrInvalidValue, []string{"empty"}},
		{"long name", migration.NewEndpointRequest{Name: strings.Repeat("x", 65), RemoteServer: SourceHost}, migration.ErrInvalidValue, []string{"65", "64"}},
		{"name taken", migration.NewEndpointRequest{Name: "SOURCE", RemoteServer: SourceHost}, migration.ErrAlreadyExists, []string{"already exists"}},
		{"unknown host", migration.NewEndpointRequest{Name: "x", RemoteServer: NoHost}, migration.ErrConnect, []string{"could not be completed", "'" + NoHost + "'", "-SkipVerification"}},
		{"port in host", migration.NewEndpointRequest{Name: "x", RemoteServer: "h:993"}, migration.ErrInvalidValue, []string{"-Port"}},
		{"port out of range", migration.NewEndpointRequest{Name: "x", RemoteServer: SourceHost, Port: 70000}, migration.ErrInvalidValue, []string{"70000"}},
		{"limit 0", migration.NewEndpointRequest{Name: "x", RemoteServer: SourceHost, MaxConcurrentMigrations: new(migration.Limit(0))}, migration.ErrInvalidValue, []string{"1 to 100"}},
		{"limit 101", migration.NewEndpointRequest{Name: "x", RemoteServer: SourceHost, MaxConcurrentMigrations: new(migration.Limit(101))}, migration.ErrInvalidValue, []string{"1 to 100"}},
		{"incremental above initial", migration.NewEndpointRequest{Name: "x", RemoteServer: SourceHost, MaxConcurrentMigrations: new(migration.Limit(5)),
			MaxConcurrentIncrementalSyncs: new(migration.Limit(6))}, migration.ErrConcurrency, []string{"6", "5"}},
		{"token from nowhere", migration.NewEndpointRequest{Name: "x", RemoteServer: SourceHost, Authentication: migration.AuthenticationOAuth}, migration.ErrInvalidValue, []string{"OAuth"}},
		{"login format for everyone", migration.NewEndpointRequest{Name: "x", RemoteServer: SourceHost, LoginFormat: "{admin}",
			Credentials: &migration.Credential{UserName: "root", Password: "x"}}, migration.ErrInvalidValue, []string{"same mailbox"}},
		{"login format without administrator", migration.NewEndpointRequest{Name: "x", RemoteServer: SourceHost, LoginFormat: "{user}*{admin}"}, migration.ErrInvalidValue, []string{"-Credentials"}},
	} {
		_, err := f.Service.NewEndpoint(f.ctx, tt.request)
		f.want(tt.name, err, tt.id, tt.says...)
	}
	if all := must[[]migration.Endpoint](f)(collect(f.Service.Endpoints(f.ctx, migration.EndpointQuery{}))); len(all) != 2 {
		f.Errorf("%d endpoints after refused ones, want 2", len(all))
	}
	f.World.Server(SourceHost).SetAway(mailbox.NewError(mailbox.Stalled, "CONNECT", errors.New("no answer")))
	_, err := f.Service.NewEndpoint(f.ctx, migration.NewEndpointRequest{Name: "x", RemoteServer: SourceHost})
	f.want("a silent server", err, migration.ErrConnectTimeout, "timed out after 00:00:15", "'"+SourceHost+"'")
	f.World.Server(SourceHost).SetAway(nil)

	_, err = f.Service.SetEndpoint(f.ctx, migration.SetEndpointRequest{Identity: "nobody"})
	f.want("Set of an unknown one", err, migration.ErrNotFound, "can't be found")
	_, err = f.Service.SetEndpoint(f.ctx, migration.SetEndpointRequest{Identity: "source", RemoteServer: new(string(NoHost))})
	f.want("Set to an unknown host", err, migration.ErrConnect)
	f.want("Remove of an unknown one", f.Service.RemoveEndpoint(f.ctx, "nobody"), migration.ErrNotFound)
	f.want("Remove of the target", f.Service.RemoveEndpoint(f.ctx, "target"), migration.ErrEndpointInUse, "Set-MigrationConfig")
	f.mailbox("ann", 1)
	f.newBatch("B", false, "ann")
	f.want("Remove while in use", f.Service.RemoveEndpoint(f.ctx, "source"), migration.ErrEndpointInUse, "'B'", "Remove-MigrationBatch")
}

func testConfig(f *fixture) {
	config := must[migration.Config](f)(f.Service.Config(f.ctx))
	if config.TargetEndpoint != "" || config.MaxNumberOfBatches != 100 || config.MaxConcurrentMigrations != 300 || !config.CanSubmitNewBatch {
		f.Errorf("the configuration at the beginning: %+v", config)
	}
	f.endpoints()
	config = must[migration.Config](f)(f.Service.SetConfig(f.ctx, migration.SetConfigRequest{
		MaxNumberOfBatches: new(1), MaxConcurrentMigrations: new(migration.Unlimited),
	}))
	if config.TargetEndpoint != "target" || config.MaxNumberOfBatches != 1 || config.MaxConcurrentMigrations != migration.Unlimited {
		f.Errorf("after Set: %+v", config)
	}
	_, err := f.Service.SetConfig(f.ctx, migration.SetConfigRequest{TargetEndpoint: new(migration.Identity("nobody"))})
	f.want("an unknown target", err, migration.ErrNotFound, "'nobody'")
	_, err = f.Service.SetConfig(f.ctx, migration.SetConfigRequest{MaxNumberOfBatches: new(0)})
	f.want("no batches at all", err, migration.ErrInvalidValue)
	f.mailbox("ann", 1)
	f.newBatch("B", false, "ann")
	if config = must[migration.Config](f)(f.Service.Config(f.ctx)); config.CanSubmitNewBatch {
		f.Error("CanSubmitNewBatch is true when MaxNumberOfBatches is reached")
	}
	_, err = f.Service.NewBatch(f.ctx, migration.NewBatchRequest{Name: "C", SourceEndpoint: "source", CSVData: csv("ann")})
	f.want("one batch too many", err, migration.ErrTooManyBatches)
}
