package migration

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestEnumsParseInAnyCase(t *testing.T) {
	for _, s := range BatchStatuses {
		if got, err := ParseBatchStatus(strings.ToUpper(string(s))); err != nil || got != s {
			t.Errorf("ParseBatchStatus(%s) = %v, %v", strings.ToUpper(string(s)), got, err)
		}
	}
	for _, s := range UserStatuses {
		if got, err := ParseUserStatus(" " + strings.ToLower(string(s))); err != nil || got != s {
			t.Errorf("ParseUserStatus(%s) = %v, %v", s, got, err)
		}
	}
	_, err := ParseSecurity("SSL3")
	if !errors.Is(err, ErrInvalidValue) || !strings.Contains(err.Error(), "None, Ssl, Tls") {
		t.Errorf("ParseSecurity(SSL3): %v, want the three names", err)
	}
	var r NewEndpointRequest
	if err := json.Unmarshal([]byte(`{"Security":"ssl","MaxConcurrentMigrations":"unlimited"}`), &r); err != nil {
		t.Fatal(err)
	}
	if r.Security != SecuritySsl || *r.MaxConcurrentMigrations != Unlimited {
		t.Errorf("from JSON: %v, %v", r.Security, *r.MaxConcurrentMigrations)
	}
	if err := json.Unmarshal([]byte(`{"Security":"loud"}`), &r); err == nil {
		t.Error("an unknown security passes through JSON")
	}
}

func TestErrorsSurviveJSON(t *testing.T) {
	cause := errors.New("connection refused")
	e := NewError(ErrConnect, "imap.example.org", "The connection could not be completed.", "Check the port.").Because(cause)
	e.Faults = []Fault{{ID: ErrCSVColumn, Row: 3, Message: "x"}}
	wrapped := fmt.Errorf("make endpoint: %w", e)
	if !errors.Is(wrapped, ErrConnect) || !errors.Is(wrapped, cause) || errors.Is(wrapped, ErrNotFound) {
		t.Errorf("%v is not what it should be", wrapped)
	}
	data, err := json.Marshal(AsError(wrapped))
	if err != nil {
		t.Fatal(err)
	}
	var back *Error
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(back, ErrConnect) || back.Error() != e.Error() || back.Detail != "connection refused" || back.Category != CategoryConnectionError ||
		!reflect.DeepEqual(back.Faults, e.Faults) {
		t.Errorf("after JSON: %+v, want %+v", back, e)
	}
	if AsError(cause).ID != ErrInternal || AsError(nil) != nil {
		t.Error("AsError does not know a foreign error or none")
	}
}

func TestSecretsDontPrint(t *testing.T) {
	r := NewEndpointRequest{Name: "x", Credentials: &Credential{UserName: "admin", Password: "hunter2"}}
	b := NewBatchRequest{CSVData: CSVData("a,hunter2")}
	var log bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&log, nil))
	logger.Info("x", "secret", r.Credentials.Password, "csv", b.CSVData)
	texts := []string{
		log.String(), fmt.Sprint(r.Credentials.Password), fmt.Sprintf("%v %+v %#v %s %q", *r.Credentials, *r.Credentials, *r.Credentials,
			r.Credentials.Password, r.Credentials.Password), fmt.Sprintf("%v %+v %#v %s", b, b, b, b.CSVData),
	}
	for _, text := range texts {
		if strings.Contains(text, "hunter2") || strings.Contains(text, "104 117 110") {
			t.Errorf("a password shows in %q", text)
		}
	}
	data, err := json.Marshal(r)
	if err != nil || !strings.Contains(string(data), "hunter2") {
		t.Errorf("a request must carry its password: %s, %v", data, err)
	}
	r.Credentials.Password = "h\xfcnter2"
	if data, err := json.Marshal(r); !errors.Is(err, ErrInvalidValue) || strings.Contains(err.Error(), "nter2") {
		t.Errorf("a password that JSON would change: %s, %v", data, err)
	}
	// An empty user list is one, no user list isn't.
	for _, d := range []CSVData{nil, {}} {
		var back SetBatchRequest
		data, err := json.Marshal(SetBatchRequest{CSVData: d})
		if err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(data, &back); err != nil || (back.CSVData == nil) != (d == nil) {
			t.Errorf("%#v becomes %#v, %v", d, back.CSVData, err)
		}
	}
}

func TestByteSize(t *testing.T) {
	for n, want := range map[ByteSize]string{
		0:              "0 B (0 bytes)",
		512:            "512 B (512 bytes)",
		1572864:        "1.5 MB (1,572,864 bytes)",
		126353408:      "120.5 MB (126,353,408 bytes)",
		30551458399:    "28.45 GB (30,551,458,399 bytes)",
		1 << 50:        "1 PB (1,125,899,906,842,624 bytes)",
		1023 * 1 << 20: "1023 MB (1,072,693,248 bytes)",
	} {
		if got := n.String(); got != want {
			t.Errorf("ByteSize(%d) = %q, want %q", int64(n), got, want)
		}
	}
}

func TestIdentity(t *testing.T) {
	const guid = "1f2c0a6e-0000-4000-8000-000000000001"
	for id, want := range map[Identity]bool{
		"IMAPBatch1": true, "imapbatch1": true, guid: true, "{1F2C0A6E-0000-4000-8000-000000000001}": true, "IMAPBatch": false, "": false,
	} {
		if got := id.Matches("IMAPBatch1", guid); got != want {
			t.Errorf("%q matches: %v, want %v", id, got, want)
		}
	}
	for name, ok := range map[string]bool{
		"Batch 1": true, strings.Repeat("ä", 64): true, strings.Repeat("a", 65): false, "": false, "  ": false, "a\nb": false, guid: false,
	} {
		if err := CheckName("batch", name); (err == nil) != ok {
			t.Errorf("CheckName(%q) = %v, want ok: %v", name, err, ok)
		}
	}
	for address, ok := range map[string]bool{
		"a@b.c": true, "o'neil+x@example.org": true, "zoë@exämple.org": true, "a@localhost": true, "": false, "a": false, "@b.c": false,
		"a@": false, "a b@c.d": false, "a@b@c": false, "a@b..c": false, "a,b@c.d": false, "<a@b.c>": false,
	} {
		if err := CheckAddress(address); (err == nil) != ok {
			t.Errorf("CheckAddress(%q) = %v, want ok: %v", address, err, ok)
		}
	}
}

func TestPairKey(t *testing.T) {
	p := Pair{"imap.example.org:993", "ann", "", "mx.example.net:993", "ann@example.net"}
	if got := p.Key(); got != "dd973a12f38efbdc7049750256a4324a" {
		t.Errorf("the key of a pair has changed to %s: every memory of earlier copies would be lost", got)
	}
	same := p
	same.SourceServer, same.TargetMailbox = "IMAP.example.org:993", "Ann@Example.NET"
	if same.Key() != p.Key() {
		t.Error("case of server and address should not matter")
	}
	others := []Pair{p, p, p, p}
	others[0].SourceLogin = "Ann"
	others[1].UserRoot = "/users/ann"
	others[2].SourceServer, others[2].SourceLogin = "imap.example.org:993a", "nn"
	others[3].TargetServer = "mx.example.net:143"
	for _, o := range others {
		if o.Key() == p.Key() {
			t.Errorf("%+v has the key of %+v", o, p)
		}
	}
}

func TestOrderInForce(t *testing.T) {
	now := time.Date(2024, 3, 1, 12, 0, 0, 0, time.UTC)
	start, stopUser := Order{Kind: OrderStart, Number: 3}, Order{Kind: OrderStop, Number: 4}
	tests := []struct {
		name        string
		batch, user Order
		schedule    Schedule
		want        OrderKind
		held        bool
	}{
		{"batch's", start, Order{}, Schedule{}, OrderStart, false},
		{"user's is later", start, stopUser, Schedule{}, OrderStop, false},
		{"user's is earlier", Order{Kind: OrderStart, Number: 5}, stopUser, Schedule{}, OrderStart, false},
		{"removal wins", Order{Kind: OrderRemove, Number: 3}, stopUser, Schedule{}, OrderRemove, false},
		{"held", start, Order{}, Schedule{StartAfter: now.Add(time.Hour)}, OrderStart, true},
		{"time has come", start, Order{}, Schedule{StartAfter: now}, OrderStart, false},
		{"completes by itself", start, Order{}, Schedule{CompleteAfter: now}, OrderComplete, false},
		{"completes later", start, Order{}, Schedule{CompleteAfter: now.Add(1)}, OrderStart, false},
	}
	for _, tt := range tests {
		got := InForce(tt.batch, tt.user, tt.schedule, now)
		if got.Kind != tt.want || Held(got, tt.schedule, now) != tt.held {
			t.Errorf("%s: %s, held %v", tt.name, got.Kind, Held(got, tt.schedule, now))
		}
	}
}

func TestLogin(t *testing.T) {
	for _, tt := range []struct{ form, user, admin, want string }{
		{"", "ann@example.org", "root", "ann@example.org"},
		{"{user}*{admin}", "ann@example.org", "root", "ann@example.org*root"},
		{"{domain}/{admin}/{local}", "ann@example.org", "root", "example.org/root/ann"},
		{"{local}", "ann", "", "ann"},
	} {
		if got := Login(tt.form, tt.user, tt.admin); got != tt.want {
			t.Errorf("Login(%q, %q) = %q, want %q", tt.form, tt.user, got, tt.want)
		}
	}
	for form, ok := range map[string]bool{"": true, "{user}*{admin}": true, "{local}": true, "{admin}": false, "{usr}*{admin}": false, "x": false} {
		if err := CheckLoginFormat(form); (err == nil) != ok {
			t.Errorf("CheckLoginFormat(%q) = %v", form, err)
		}
	}
}

// Every noun, request and result must come back from JSON as it went in.
func TestNounsSurviveJSON(t *testing.T) {
	for _, v := range []any{
		Endpoint{}, Batch{}, User{}, UserStatistics{}, Config{}, Statistics{}, ConnectionTest{}, BatchProgress{}, CSVCheck{},
		TestServerRequest{}, NewEndpointRequest{}, SetEndpointRequest{}, EndpointQuery{}, EndpointResult{}, CheckCSVRequest{}, NewBatchRequest{},
		BatchQuery{}, SetBatchRequest{}, BatchResult{}, OrderBatchRequest{}, RemoveBatchRequest{}, UserQuery{}, SetUserRequest{}, UserResult{},
		OrderUserRequest{}, RemoveUserRequest{}, UserStatisticsRequest{}, SetConfigRequest{}, CompleteAllRequest{}, CompleteAllResult{}, WatchRequest{},
	} {
		in := reflect.New(reflect.TypeOf(v))
		fill(in.Elem(), 1)
		data, err := json.Marshal(in.Interface())
		if err != nil {
			t.Errorf("%T: %v", v, err)
			continue
		}
		out := reflect.New(reflect.TypeOf(v))
		if err := json.Unmarshal(data, out.Interface()); err != nil {
			t.Errorf("%T: %v", v, err)
			continue
		}
		if !reflect.DeepEqual(in.Interface(), out.Interface()) {
			t.Errorf("%T comes back changed:\n in  %+v\n out %+v\n JSON %s", v, in.Elem().Interface(), out.Elem().Interface(), data)
		}
	}
}

// fill sets every exported field to something that is not its zero value.
func fill(v reflect.Value, n int) {
	switch v.Interface().(type) {
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2024, 3, 1, 12, n, 0, 0, time.UTC)))
		return
	case BatchStatus:
		v.Set(reflect.ValueOf(BatchSynced))
		return
	case UserStatus:
		v.Set(reflect.ValueOf(UserSynced))
		return
	case StatusSummary:
		v.Set(reflect.ValueOf(SummarySynced))
		return
	case EndpointType:
		v.Set(reflect.ValueOf(TypeIMAP))
		return
	case Security:
		v.Set(reflect.ValueOf(SecurityTls))
		return
	case Authentication:
		v.Set(reflect.ValueOf(AuthenticationNtlm))
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				fill(v.Field(i), n+i)
			}
		}
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), n)
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		fill(key, n)
		fill(value, n)
		v.SetMapIndex(key, value)
	case reflect.String:
		v.SetString(fmt.Sprintf("text %d", n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int32, reflect.Int64:
		v.SetInt(int64(n))
	case reflect.Uint8, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(n))
	default:
		panic("fill does not know " + v.Type().String())
	}
}
