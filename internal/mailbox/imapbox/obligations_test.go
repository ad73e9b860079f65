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

// TestObligations runs the obligations of every mailbox against real servers, with what they offer and without.
func TestObligations(t *testing.T) {
	maildir := testserver.StartDovecot(t, testserver.DovecotOptions{Separator: ".", Prefix: "INBOX."})
	mdbox := testserver.StartDovecot(t, testserver.DovecotOptions{Store: "mdbox", Quota: "200M"})
	for _, test := range []struct {
		name   string
		server *testserver.Dovecot
		hide   []string
	}{
		{"maildir", maildir, nil},
		{"mdbox", mdbox, nil},
		{"bare", mdbox, strings.Fields("UIDPLUS LIST-EXTENDED LIST-STATUS SPECIAL-USE CREATE-SPECIAL-USE CONDSTORE QRESYNC NAMESPACE QUOTA ID LITERAL+ LITERAL- SASL-IR AUTH=PLAIN")},
	} {
		t.Run(test.name, func(t *testing.T) {
			mailboxtest.Run(t, func(t *testing.T) mailboxtest.Box {
				cfg := account(test.server, newUser())
				cfg.HideCapabilities = test.hide
				if path := os.Getenv("MIGSH_TRACE"); path != "" {
					tracer, err := wrap.OpenTrace(path)
					if err != nil {
						t.Fatal(err)
					}
					cfg.Tracer = tracer
				}
				return opener(cfg)
			})
		})
	}
}
