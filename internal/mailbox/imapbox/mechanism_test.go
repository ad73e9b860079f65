package imapbox

import (
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/login"
	"migsh/internal/migration"
	"migsh/internal/testserver"
)

// TestMechanisms logs in to real servers by every mechanism they know, and demands the strongest of what is offered.
func TestMechanisms(t *testing.T) {
	dovecot := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Mechanisms: "plain login cram-md5 scram-sha-1 scram-sha-256"})
	dovecot.AddUser(t, testserver.Account{Name: "terry", Password: `p"a\s s&wörd`})
	base := account(dovecot, "terry")
	base.RootCAs = trust(t, dovecot)
	base.Security = migration.SecurityTls

	hide := func(names ...string) func(*Config) {
		return func(c *Config) { c.HideCapabilities = names }
	}
	scram := []string{"AUTH=SCRAM-SHA-1", "AUTH=SCRAM-SHA-256"}
	plain := append(scram, "AUTH=PLAIN")
	for _, test := range []struct {
		name   string
		change func(*Config)
		method string
	}{
		{"strongest", hide(), "SCRAM-SHA-256"},
		{"SCRAM-SHA-1", hide(scram[1]), "SCRAM-SHA-1"},
		{"PLAIN", hide(scram...), "PLAIN"},
		{"command", hide(plain...), "LOGIN command"},
		{"without SASL-IR", hide("SASL-IR"), "SCRAM-SHA-256"},
		{"in clear, decided", func(c *Config) { c.Security, c.HideCapabilities = migration.SecurityNone, scram }, "PLAIN"},
		{"administrator by login form", func(c *Config) {
			c.Credentials = Credentials{Login: "terry*" + dovecot.Admin, Password: dovecot.AdminPassword}
		}, ""},
		{"administrator by authorization id", func(c *Config) {
			c.Credentials = Credentials{Login: dovecot.Admin, Password: dovecot.AdminPassword, AuthorizationID: "terry"}
		}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := base
			test.change(&cfg)
			report, err := Probe(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			t.Log(report.Method)
			if test.method != "" && report.Method != test.method {
				t.Errorf("logged in by %s, want %s", report.Method, test.method)
			}
		})
	}
	t.Run("the password kept as a digest", func(t *testing.T) {
		dovecot.AddUser(t, testserver.Account{Name: "hashed", Password: "digested", Hashed: true})
		cfg := base
		cfg.Credentials = Credentials{Login: "hashed", Password: "digested"}
		report, err := Probe(t.Context(), cfg)
		if err != nil || report.Method != "PLAIN" {
			t.Errorf("logged in by %q: %v; want PLAIN after SCRAM was refused", report.Method, err)
		}
		cfg.Security = migration.SecurityNone
		_, err = Probe(t.Context(), cfg)
		wantFault(t, err, mailbox.AuthenticationFailed) // nobody on the way may talk us out of a proof
	})
	t.Run("wrong password", func(t *testing.T) {
		cfg := base
		cfg.Credentials.Password = "wrong"
		_, err := Probe(t.Context(), cfg)
		wantFault(t, err, mailbox.AuthenticationFailed, "terry")
	})
}

// TestMechanismsElsewhere does the same at Cyrus, which binds SCRAM to connections of TLS 1.2, and at Courier.
func TestMechanismsElsewhere(t *testing.T) {
	cyrus := testserver.StartCyrus(t, testserver.CyrusOptions{Mechanisms: "PLAIN LOGIN CRAM-MD5 SCRAM-SHA-1 SCRAM-SHA-256", Extra: "tls_versions: tls1_2"})
	courier := testserver.StartCourier(t, testserver.CourierOptions{})
	for _, s := range []testserver.Any{cyrus, courier} {
		s.AddUser(t, testserver.Account{Name: "terry", Password: "s3cret!"})
	}
	mine := Credentials{Login: "terry", Password: "s3cret!"}
	admins := Credentials{Login: cyrus.Admin, Password: cyrus.AdminPassword, AuthorizationID: "terry"}
	scram := []string{"AUTH=SCRAM-SHA-1", "AUTH=SCRAM-SHA-256"}
	bound := []string{"AUTH=SCRAM-SHA-1-PLUS", "AUTH=SCRAM-SHA-256-PLUS"}
	for _, test := range []struct {
		name        string
		server      testserver.Any
		security    migration.Security
		credentials Credentials
		hide        []string
		method      string
	}{
		{"Cyrus, strongest", cyrus, migration.SecurityTls, mine, nil, "SCRAM-SHA-256-PLUS"},
		{"Cyrus, unbound", cyrus, migration.SecurityTls, mine, bound, "SCRAM-SHA-256"},
		{"Cyrus, PLAIN", cyrus, migration.SecurityTls, mine, append(scram, bound...), "PLAIN"},
		{"Cyrus, administrator by SCRAM", cyrus, migration.SecurityTls, admins, nil, "SCRAM-SHA-256-PLUS"},
		{"Cyrus, administrator by PLAIN", cyrus, migration.SecurityTls, admins, append(scram, bound...), "PLAIN"},
		{"Cyrus, in clear", cyrus, migration.SecurityNone, mine, nil, "SCRAM-SHA-256"},
		{"Courier, PLAIN", courier, migration.SecurityTls, mine, nil, "PLAIN"},
		{"Courier, LOGIN", courier, migration.SecurityNone, mine, []string{"AUTH=PLAIN"}, "LOGIN command"},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := Config{
				Server: test.server.Base().Host, Port: test.server.Base().IMAPPort, Security: test.security, AcceptUntrustedCertificates: true,
				Credentials: test.credentials, HideCapabilities: test.hide,
			}
			report, err := Probe(t.Context(), cfg)
			if err != nil || report.Method != test.method {
				t.Errorf("logged in by %q: %v; want %s (offered %q)", report.Method, err, test.method, report.Capabilities)
			}
		})
	}
	t.Run("Cyrus, CRAM-MD5", func(t *testing.T) { // chosen only where nothing else is left, which a server that admits us cannot be made to say
		cfg := Config{Server: cyrus.Host, Port: cyrus.IMAPPort, Security: migration.SecurityNone, Credentials: mine}.filled()
		w, err := dial(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		s := newSession(cfg, w)
		defer s.Close()
		methods, err := login.Methods(mine.shown(), s.offer(s.client.Caps()))
		if err != nil || methods[len(methods)-1].Name != "CRAM-MD5" {
			t.Fatalf("ways to log in: %v, %v", methods, err)
		}
		if op, err := s.present(methods[len(methods)-1]); err != nil {
			t.Errorf("%s: %v", op, err)
		}
	})
}
