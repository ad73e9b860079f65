package connect

import (
	"context"
	"errors"
	"strings"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
)

func fault(id mailbox.ID, code, text string, err error) error {
	e := mailbox.NewError(id, "LOGIN", err)
	e.Server, e.Code, e.Text = "imap.example.org:993", code, text
	return e
}

func TestTestFailure(t *testing.T) {
	a := Account{Endpoint: migration.Endpoint{RemoteServer: "imap.example.org", Port: 993}, Login: "root*ann"}
	tests := []struct {
		name string
		err  error
		id   migration.ErrorID
		says []string
	}{
		{"unknown host", fault(mailbox.HostUnknown, "", "", errors.New("no such host")), migration.ErrConnect, []string{"'imap.example.org'", "could not be completed", "no such host", "Check the server's name"}},
		{"refused", fault(mailbox.ConnectFailed, "", "", errors.New("connection refused")), migration.ErrConnect, []string{"connection refused", "firewall"}},
		{"silent", fault(mailbox.Stalled, "", "", nil), migration.ErrConnectTimeout, []string{"timed out after 00:00:15", "'imap.example.org'"}},
		{"time is up", context.DeadlineExceeded, migration.ErrConnectTimeout, []string{"timed out after 00:00:15"}},
		{"SMTP", fault(mailbox.NotAServer, "", "220 mail ESMTP", nil), migration.ErrConnect, []string{"not an IMAP server", "220 mail ESMTP"}},
		{"TLS", fault(mailbox.TLSFailed, "", "", errors.New("certificate has expired")), migration.ErrConnect, []string{"certificate has expired"}},
		{"login", fault(mailbox.AuthenticationFailed, "AUTHENTICATIONFAILED", "Nope.", nil), migration.ErrConnect,
			[]string{"refused the login 'root*ann'", "[AUTHENTICATIONFAILED] Nope.", "ann*root"}},
		{"something else", errors.New("boom"), migration.ErrConnect, []string{"boom"}},
	}
	for _, tt := range tests {
		got := TestFailure(tt.err, a)
		if !errors.Is(got, tt.id) || !errors.Is(got, tt.err) {
			t.Errorf("%s: %v has id %s and wraps its cause: %v", tt.name, got, got.ID, errors.Is(got, tt.err))
		}
		for _, s := range tt.says {
			if !strings.Contains(got.Error(), s) {
				t.Errorf("%s: %q does not say %q", tt.name, got, s)
			}
		}
		if !strings.HasPrefix(got.Detail, string(tt.id)+": ") || !strings.Contains(got.Detail, " ---> ") {
			t.Errorf("%s: detail %q", tt.name, got.Detail)
		}
	}
}

func TestUserFault(t *testing.T) {
	tests := []struct {
		name string
		err  error
		side Side
		kind migration.FaultType
		says []string
	}{
		{"password", fault(mailbox.AuthenticationFailed, "", "Authentication failed.", nil), SourceSide, migration.FaultPerson,
			[]string{"trouble signing in to this account", "source login 'ann'", "Authentication failed."}},
		{"quota", fault(mailbox.QuotaExceeded, "OVERQUOTA", "Full.", nil), TargetSide, migration.FaultPerson, []string{"target mailbox is full", "ann@example.org", "[OVERQUOTA] Full."}},
		{"no target", fault(mailbox.MailboxMissing, "", "", nil), TargetSide, migration.FaultPerson, []string{"wasn't found for ann@example.org on the target"}},
		{"no source", fault(mailbox.MailboxMissing, "", "", nil), SourceSide, migration.FaultPerson, []string{"'ann'", "at the source"}},
		{"away", fault(mailbox.ConnectFailed, "", "", errors.New("refused")), SourceSide, migration.FaultTransient, []string{"could not be completed", "source server"}},
		{"lost", fault(mailbox.ConnectionLost, "", "", errors.New("EOF")), TargetSide, migration.FaultTransient, []string{"target mailbox of ann@example.org"}},
		{"ours", errors.New("boom"), SourceSide, migration.FaultPermanent, []string{"boom", "ann@example.org"}},
	}
	for _, tt := range tests {
		got := UserFault(tt.err, tt.side, "ann", "ann@example.org")
		if got.Type != tt.kind || got.ID == "" {
			t.Errorf("%s: type %s, id %q", tt.name, got.Type, got.ID)
		}
		for _, s := range tt.says {
			if !strings.Contains(got.Summary(), s) {
				t.Errorf("%s: %q does not say %q", tt.name, got.Summary(), s)
			}
		}
	}
}
