package imapbox

import (
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/mailboxtest"
	"migsh/internal/mailbox/wrap"
	"migsh/internal/migration"
	"migsh/internal/testserver"
)

// users gives every test a user of its own.
var users atomic.Int64

func newUser() string { return fmt.Sprintf("user%d", users.Add(1)) }

// account is the configuration for a user of a server, over the plain port.
func account(s *testserver.Dovecot, user string) Config {
	return Config{
		Server: s.Host, Port: s.IMAPPort, Security: migration.SecurityNone,
		Credentials: Credentials{Login: user, Password: s.PasswordOf(user)},
	}
}

// trust is a pool with the server's own authority.
func trust(t testing.TB, s *testserver.Dovecot) *x509.CertPool {
	t.Helper()
	pem, err := os.ReadFile(s.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		t.Fatalf("%s holds no certificate", s.CAFile)
	}
	return pool
}

func opener(cfg Config) mailboxtest.Box {
	return mailboxtest.Box{
		Source: func(ctx context.Context) (mailbox.Source, error) { return OpenSource(ctx, cfg) },
		Target: func(ctx context.Context) (mailbox.Target, error) { return OpenTarget(ctx, cfg) },
	}
}

// traced opens what cfg describes and records what is said, if MIGSH_TRACE names a file.
func traced(t *testing.T, cfg Config) mailboxtest.Box {
	t.Helper()
	if path := os.Getenv("MIGSH_TRACE"); path != "" {
		tracer, err := wrap.OpenTrace(path)
		if err != nil {
			t.Fatal(err)
		}
		cfg.Tracer = tracer
	}
	return opener(cfg)
}

// TestObligationsElsewhere runs the obligations against Cyrus and Courier.
func TestObligationsElsewhere(t *testing.T) {
	if os.Getenv("MIGSH_SOAK") == "" {
		t.Skip("tried in a soak only: make soak")
	}
	t.Run("Cyrus", func(t *testing.T) {
		s := testserver.StartCyrus(t, testserver.CyrusOptions{})
		// Every header must be one for Cyrus, and be there.
		mailboxtest.Run(t, added(s, func(body string) bool {
			name, _, field := strings.Cut(body, ":")
			return !field || strings.ContainsAny(name, " \r\n")
		}))
	})
	t.Run("Courier", func(t *testing.T) {
		s := testserver.StartCourier(t, testserver.CourierOptions{})
		mailboxtest.Run(t, added(s, func(body string) bool { return !strings.HasSuffix(body, "\n") }))
	})
}

// added opens accounts that it adds to a server.
func added(s testserver.Any, unfit func(body string) bool) func(t *testing.T) mailboxtest.Box {
	return func(t *testing.T) mailboxtest.Box {
		user := newUser()
		s.AddUser(t, testserver.Account{Name: user, Password: "secret"})
		box := traced(t, Config{
			Server: s.Base().Host, Port: s.Base().IMAPPort, Security: migration.SecurityNone,
			Credentials: Credentials{Login: user, Password: "secret"},
		})
		box.Unfit = unfit
		return box
	}
}

// TestObligations runs the obligations of every mailbox against real servers, with what they offer and without.
func TestObligations(t *testing.T) {
	maildir := testserver.StartDovecot(t, testserver.DovecotOptions{Separator: ".", Prefix: "INBOX."})
	mdbox := testserver.StartDovecot(t, testserver.DovecotOptions{Store: "mdbox", Quota: "200M", Compress: true})
	type on struct {
		server *testserver.Dovecot
		mailboxtest.Rung
	}
	tests := []on{{maildir, mailboxtest.Rung{Name: "maildir"}}}
	for _, rung := range mailboxtest.Rungs {
		tests = append(tests, on{mdbox, rung})
	}
	for _, test := range tests {
		t.Run(test.Name, func(t *testing.T) {
			mailboxtest.Run(t, func(t *testing.T) mailboxtest.Box {
				cfg := account(test.server, newUser())
				cfg.HideCapabilities, cfg.Compress = test.Hide, test.Compress
				return traced(t, cfg)
			})
		})
	}
}
