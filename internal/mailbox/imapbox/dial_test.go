package imapbox

import (
	"context"
	"errors"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/internal/testserver"
)

// wantFault demands an error of a kind whose text holds all the words.
func wantFault(t *testing.T, err error, id mailbox.ID, words ...string) {
	t.Helper()
	if !mailbox.IsID(err, id) {
		t.Errorf("error %v, want %s", err, id)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("error %q lacks %q", err, w)
		}
	}
	if strings.Contains(err.Error(), "s3cret!") {
		t.Errorf("error %q shows the password", err)
	}
}

func TestDialFaults(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	refused := free.Addr().(*net.TCPAddr).Port
	free.Close()

	t.Run("unknown host", func(t *testing.T) {
		_, err := OpenSource(t.Context(), Config{Server: "no-such-host.invalid", Security: migration.SecuritySsl})
		wantFault(t, err, mailbox.HostUnknown, "no-such-host.invalid", "check the server's name")
	})
	t.Run("handshake broken off", func(t *testing.T) {
		cfg := (&script{greeting: "<close>"}).start(t)
		cfg.Security = migration.SecuritySsl
		_, err := OpenSource(t.Context(), cfg)
		wantFault(t, err, mailbox.TLSFailed, "during the handshake")
		if class := mailbox.ClassOf(err); class != mailbox.Later {
			t.Errorf("class %v: a network that fails once is no reason to call for a person", class)
		}
	})
	t.Run("refused port", func(t *testing.T) {
		_, err := OpenSource(t.Context(), Config{Server: "127.0.0.1", Port: refused})
		wantFault(t, err, mailbox.ConnectFailed, "refuses connections", strconv.Itoa(refused))
	})
	for _, test := range []struct {
		name, greeting string
		security       migration.Security
		id             mailbox.ID
		words          []string
	}{
		{"SMTP", "220 mail ESMTP\r\n", "None", mailbox.NotAServer, []string{"SMTP", "220 mail ESMTP"}},
		{"POP3", "+OK POP3 ready\r\n", "None", mailbox.NotAServer, []string{"POP3 server"}},
		{"SSH", "SSH-2.0-OpenSSH_9\r\n", "None", mailbox.NotAServer, []string{"SSH"}},
		{"noise", "hello world\r\n", "None", mailbox.NotAServer, []string{`it said "hello world"`}},
		{"half a line", "hell<close>", "None", mailbox.NotAServer, []string{`it said "hell"`}},
		{"half a greeting", "* OK [CAPABILITY IMAP4rev1 LIT<close>", "None", mailbox.ConnectionLost, nil},
		{"less than half", "*<close>", "None", mailbox.ConnectionLost, nil},
		{"nothing but the end", "<close>", "None", mailbox.TooManySessions, []string{"without a word"}},
		{"silence", "<wait>", "None", mailbox.ConnectFailed, []string{"said nothing within"}},
		{"BYE", "* BYE [UNAVAILABLE] come back later\r\n<close>", "None", mailbox.Unavailable, []string{"UNAVAILABLE", "come back later"}},
		{"BYE at the limit", "* BYE Too many connections from your address\r\n<close>", "None", mailbox.TooManySessions, []string{"Too many connections from"}},
		{"plain behind Ssl", "", "Ssl", mailbox.SecurityMismatch, []string{"does not speak TLS", "* OK"}},
		{"no STARTTLS", "", "Tls", mailbox.SecurityMismatch, []string{"offers no STARTTLS"}},
		{"PREAUTH before STARTTLS", "* PREAUTH hi\r\n", "Tls", mailbox.SecurityMismatch, []string{"PREAUTH"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := (&script{greeting: test.greeting}).start(t)
			cfg.Security = test.security
			if test.name == "silence" {
				cfg.SetUpTime = 200 * time.Millisecond
			}
			_, err := OpenSource(t.Context(), cfg)
			wantFault(t, err, test.id, test.words...)
		})
	}
	t.Run("STARTTLS with more behind it", func(t *testing.T) {
		cfg := (&script{caps: "IMAP4rev1 STARTTLS", says: map[string]string{"STARTTLS": "{tag} OK go\r\n* CAPABILITY IMAP4rev1\r\n"}}).start(t)
		cfg.Security = migration.SecurityTls
		_, err := OpenSource(t.Context(), cfg)
		wantFault(t, err, mailbox.SecurityMismatch, "tampering")
	})
	t.Run("cancelled", func(t *testing.T) {
		cfg := (&script{greeting: "<wait>"}).start(t)
		reason := errors.New("the batch was stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(50*time.Millisecond, func() { cancel(reason) })
		if _, err := OpenSource(ctx, cfg); !errors.Is(err, reason) {
			t.Errorf("error %v, want the reason for the cancelling", err)
		}
	})
}

func TestLoginFaults(t *testing.T) {
	for _, test := range []struct {
		name   string
		caps   string
		answer string
		id     mailbox.ID
		words  []string
	}{
		{"wrong password", "", "{tag} NO [AUTHENTICATIONFAILED] Invalid credentials for s3cret!\r\n", mailbox.AuthenticationFailed, []string{"Invalid credentials", "check the user name and password"}},
		{"wrong without code", "", "{tag} NO Login failed.\r\n", mailbox.AuthenticationFailed, []string{"Login failed."}},
		{"expired", "", "{tag} NO [EXPIRED] Your password has expired\r\n", mailbox.AuthenticationFailed, []string{"has expired"}},
		{"temporary", "", "{tag} NO [UNAVAILABLE] Temporary authentication failure.\r\n", mailbox.Unavailable, nil},
		{"temporary by words", "", "{tag} NO Temporary authentication failure, try again\r\n", mailbox.Unavailable, nil},
		{"in use", "", "{tag} NO [INUSE] locked\r\n", mailbox.Unavailable, nil},
		{"limit", "", "{tag} NO [LIMIT] Maximum number of connections reached\r\n", mailbox.TooManySessions, nil},
		{"throttled", "", "{tag} NO Request is throttled. Suggested Backoff Time: 92415 milliseconds\r\n", mailbox.Throttled, nil},
		{"not connected", "", "{tag} BAD User is authenticated but not connected.\r\n", mailbox.MailboxMissing, nil},
		{"may not", "", "{tag} NO [AUTHORIZATIONFAILED] no rights\r\n", mailbox.AccessDenied, nil},
		{"no way", "IMAP4rev1 LOGINDISABLED AUTH=GSSAPI", "", mailbox.AuthenticationAbsent, []string{"GSSAPI", "-Security"}},
		{"BYE", "", "* BYE too many failures\r\n<close>", mailbox.ConnectionLost, []string{"too many failures"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := &script{caps: test.caps, says: map[string]string{"AUTHENTICATE": test.answer}}
			_, err := OpenSource(t.Context(), s.start(t))
			wantFault(t, err, test.id, test.words...)
			tries := 0
			for _, c := range s.heard {
				if strings.HasPrefix(c, "AUTHENTICATE") || strings.HasPrefix(c, "LOGIN ") {
					tries++
				}
			}
			if want := 1; test.answer != "" && tries != want {
				t.Errorf("%d attempts to log in, want %d: %q", tries, want, s.heard)
			}
			if test.name == "throttled" {
				if e, ok := errors.AsType[*mailbox.Error](err); !ok || e.RetryAfter != 92415*time.Millisecond {
					t.Errorf("RetryAfter is not what the server said: %+v", e)
				}
			}
		})
	}
	t.Run("authorization id without PLAIN", func(t *testing.T) {
		cfg := (&script{caps: "IMAP4rev1"}).start(t)
		cfg.Credentials.AuthorizationID = "somebody"
		_, err := OpenSource(t.Context(), cfg)
		wantFault(t, err, mailbox.AuthenticationAbsent, "AUTH=PLAIN", "somebody")
	})
	t.Run("NTLM", func(t *testing.T) {
		cfg := (&script{}).start(t)
		cfg.Credentials.Authentication = migration.AuthenticationNtlm
		_, err := OpenSource(t.Context(), cfg)
		wantFault(t, err, mailbox.AuthenticationAbsent, "NTLM", "Basic")
	})
}

// TestSecurity opens a mailbox in every way that a real server knows.
func TestSecurity(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, MaxUserIPConnections: 2})
	server.AddUser(t, testserver.Account{Name: "terry", Password: `p"a\s s&wörd`})
	pool := trust(t, server)
	base := account(server, "terry")
	base.RootCAs = pool

	open := func(t *testing.T, change func(*Config)) error {
		t.Helper()
		cfg := base
		change(&cfg)
		source, err := OpenSource(t.Context(), cfg)
		if err != nil {
			return err
		}
		defer source.Close()
		if _, err := source.Open(t.Context(), "INBOX"); err != nil {
			t.Errorf("open INBOX: %v", err)
		}
		return nil
	}
	for _, test := range []struct {
		name   string
		change func(*Config)
		id     mailbox.ID // empty: it works
		words  []string
	}{
		{"none", func(c *Config) {}, "", nil},
		{"STARTTLS", func(c *Config) { c.Security = migration.SecurityTls }, "", nil},
		{"TLS", func(c *Config) { c.Security, c.Port = migration.SecuritySsl, server.IMAPSPort }, "", nil},
		{"left out", func(c *Config) { c.Security, c.Port = "", server.IMAPSPort }, "", nil},
		{"LOGIN", func(c *Config) { c.HideCapabilities = []string{"AUTH=PLAIN", "LITERAL+", "LITERAL-"} }, "", nil},
		{"without SASL-IR", func(c *Config) { c.HideCapabilities = []string{"SASL-IR"} }, "", nil},
		{"AUTH=LOGIN", func(c *Config) {
			c.HideCapabilities = []string{"AUTH=PLAIN"}
			c.Security = migration.SecurityTls
		}, "", nil},
		{"administrator by login form", func(c *Config) {
			c.Credentials = Credentials{Login: "terry*" + server.Admin, Password: server.AdminPassword}
		}, "", nil},
		{"administrator by authorization id", func(c *Config) {
			c.Credentials = Credentials{Login: server.Admin, Password: server.AdminPassword, AuthorizationID: "terry"}
		}, "", nil},
		{"unknown authority", func(c *Config) { c.Security, c.RootCAs = migration.SecurityTls, nil }, mailbox.TLSFailed, []string{"certificate", "AcceptUntrustedCertificates"}},
		{"accepted as it is", func(c *Config) {
			c.Security, c.RootCAs, c.AcceptUntrustedCertificates = migration.SecurityTls, nil, true
		}, "", nil},
		{"TLS server on plain", func(c *Config) {
			c.Port, c.SetUpTime = server.IMAPSPort, time.Second
		}, mailbox.SecurityMismatch, []string{"speaks TLS from the first byte", "-Security Ssl"}},
		{"plain server behind TLS", func(c *Config) { c.Security = migration.SecuritySsl }, mailbox.SecurityMismatch, []string{"does not speak TLS"}},
		{"wrong password", func(c *Config) { c.Credentials.Password = "wrong" }, mailbox.AuthenticationFailed, []string{"AUTHENTICATIONFAILED", "terry"}},
		{"unknown user", func(c *Config) { c.Credentials.Login = "nobody" }, mailbox.AuthenticationFailed, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			err := open(t, test.change)
			if test.id != "" {
				wantFault(t, err, test.id, test.words...)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	t.Run("too many connections", func(t *testing.T) {
		for range 2 {
			s, err := OpenSource(t.Context(), base)
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
		}
		wantFault(t, open(t, func(*Config) {}), mailbox.TooManySessions, "MaxConcurrentMigrations")
	})
}

func TestCertificates(t *testing.T) {
	for _, test := range []struct {
		name  string
		opts  testserver.DovecotOptions
		words []string
	}{
		{"name", testserver.DovecotOptions{CertificateNames: []string{"mail.example.com", "imap.example.com"}}, []string{"mail.example.com, imap.example.com", "-RemoteServer"}},
		{"expired", testserver.DovecotOptions{CertificateUntil: time.Now().Add(-time.Hour)}, []string{"expired on", "renew"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := testserver.StartDovecot(t, test.opts)
			cfg := account(server, "terry")
			cfg.Security, cfg.RootCAs = migration.SecurityTls, trust(t, server)
			_, err := OpenSource(t.Context(), cfg)
			wantFault(t, err, mailbox.TLSFailed, test.words...)
		})
	}
	t.Run("pinned", func(t *testing.T) {
		server := testserver.StartDovecot(t, testserver.DovecotOptions{CertificateUntil: time.Now().Add(-time.Hour), CertificateNames: []string{"mail.example.com"}})
		cfg := account(server, "terry") // expired, of another name, and of an unknown authority
		cfg.Security = migration.SecurityTls
		cfg.Pins = []string{strings.Repeat("AB", 32)}
		report, err := Probe(t.Context(), cfg)
		wantFault(t, err, mailbox.TLSFailed, "another certificate than the one that was pinned", "-CertificateFingerprint")
		_, err = OpenSource(t.Context(), cfg)
		wantFault(t, err, mailbox.TLSFailed, "pinned")
		cfg.Pins, cfg.AcceptUntrustedCertificates = nil, true
		if report, err = Probe(t.Context(), cfg); err != nil || len(report.Fingerprint) != 64 {
			t.Fatalf("fingerprint %q: %v", report.Fingerprint, err)
		}
		cfg.Pins, cfg.AcceptUntrustedCertificates = []string{strings.Repeat("AB", 32), report.Fingerprint}, false
		if _, err := Probe(t.Context(), cfg); err != nil {
			t.Error(err)
		}
		cfg.Pins, cfg.AcceptUntrustedCertificates = []string{strings.Repeat("AB", 32)}, true
		_, err = Probe(t.Context(), cfg)
		wantFault(t, err, mailbox.TLSFailed, "pinned") // a pin counts more
	})
	t.Run("no login without TLS", func(t *testing.T) {
		server := testserver.StartDovecot(t, testserver.DovecotOptions{TLSOnly: true})
		cfg := account(server, "terry")
		report, err := Probe(t.Context(), cfg)
		wantFault(t, err, mailbox.AuthenticationAbsent, "TLS")
		if len(report.Warnings) == 0 || !strings.Contains(report.Warnings[0], "LOGINDISABLED") {
			t.Errorf("warnings %q", report.Warnings)
		}
	})
}

func TestProbe(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{})
	cfg := account(server, "terry")
	cfg.Security, cfg.AcceptUntrustedCertificates = migration.SecurityTls, true

	cfg.Credentials.Login = ""
	report, err := Probe(t.Context(), cfg)
	if err != nil || report.LoggedIn || report.Security != migration.SecurityTls || !strings.HasPrefix(report.TLSVersion, "TLS 1.") || report.LocalAddress == "" {
		t.Errorf("without a login: %+v, %v", report, err)
	}
	if len(report.Warnings) != 1 || !strings.Contains(report.Warnings[0], "not checked") {
		t.Errorf("warnings %q", report.Warnings)
	}
	cfg.Credentials.Login = "terry"
	report, err = Probe(t.Context(), cfg)
	if err != nil || !report.LoggedIn || report.Software != "Dovecot" {
		t.Errorf("with a login: %+v, %v", report, err)
	}
	if !strings.Contains(strings.Join(report.Capabilities, " "), "UIDPLUS") {
		t.Errorf("capabilities %q", report.Capabilities)
	}
	cfg.Credentials.Password = "wrong!"
	report, err = Probe(t.Context(), cfg)
	wantFault(t, err, mailbox.AuthenticationFailed)
	if report.LoggedIn || report.TLSVersion == "" {
		t.Errorf("with a wrong password: %+v", report)
	}
}
