package connect

import (
	"testing"

	"migsh/internal/migration"
)

func TestAccounts(t *testing.T) {
	plain := migration.Endpoint{RemoteServer: "h", Port: 993}
	master := migration.Endpoint{UserName: "root", LoginFormat: "{user}*{admin}"}
	sasl := migration.Endpoint{UserName: "root", AuthorizationID: "{local}"}
	alone := migration.Endpoint{UserName: "root"}
	token := migration.Endpoint{OAuth: &migration.OAuth{}, Authentication: migration.AuthenticationOAuth}
	shared := migration.Endpoint{OAuth: &migration.OAuth{}, LoginFormat: "{local}@tenant.example"}
	row := Row{EmailAddress: "ann@example.org", UserName: "ann.b", Password: "pw"}
	tests := []struct {
		name         string
		endpoint     migration.Endpoint
		row          Row
		target       bool
		login, authz string
		password     migration.Secret
		ok           bool
	}{
		{"own login", plain, row, false, "ann.b", "", "pw", true},
		{"own login beats administrator", master, row, false, "ann.b", "", "pw", true},
		{"administrator form in the CSV goes verbatim", plain, Row{EmailAddress: "a@b.c", UserName: "#a@b.c#adm#", Password: "x"}, false, "#a@b.c#adm#", "", "x", true},
		{"source administrator", master, Row{EmailAddress: "ann@example.org", UserName: "ann.b"}, false, "ann.b*root", "", "secret", true},
		{"source without anything", plain, Row{EmailAddress: "ann@example.org", UserName: "ann.b"}, false, "", "", "", false},
		{"password without user name", plain, Row{EmailAddress: "ann@example.org", Password: "pw"}, false, "", "", "", false},
		{"target administrator", master, row, true, "ann@example.org*root", "", "secret", true},
		{"target authorization id", sasl, row, true, "root", "ann", "secret", true},
		{"target user name", master, Row{EmailAddress: "ann@example.org", TargetUserName: "ann2"}, true, "ann2*root", "", "secret", true},
		{"target password wins", master, Row{EmailAddress: "ann@example.org", TargetPassword: "tp"}, true, "ann@example.org", "", "tp", true},
		{"administrator of his own mailbox only", alone, row, true, "", "", "", false},
		{"token", token, Row{EmailAddress: "ann@example.org"}, false, "ann@example.org", "", "", true},
		{"token of another form", shared, row, true, "ann@tenant.example", "", "", true},
		{"a password of its own beats the token", token, row, false, "ann.b", "", "pw", true},
		{"target without anything", plain, row, true, "", "", "", false},
	}
	for _, tt := range tests {
		get := SourceAccount
		if tt.target {
			get = TargetAccount
		}
		a, ok := get(tt.endpoint, Keys{Password: "secret"}, tt.row)
		if ok != tt.ok {
			t.Errorf("%s: usable %v, want %v", tt.name, ok, tt.ok)
			continue
		}
		if ok && (a.Login != tt.login || a.AuthorizationID != tt.authz || a.Password != tt.password) {
			t.Errorf("%s: login %q for %q with %q, want %q for %q with %q", tt.name,
				a.Login, a.AuthorizationID, a.Password.Reveal(), tt.login, tt.authz, tt.password.Reveal())
		}
	}
}
