package imapconnect

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/internal/connect"
	"migsh/internal/mailbox"
	"migsh/internal/mailbox/imapbox"
	"migsh/internal/mailbox/wrap"
	"migsh/internal/migration"
	"migsh/internal/oauth"
	"migsh/internal/testserver"
)

// TestTokens opens mailboxes at a real server with tokens from a real token service, by every grant, and sees tokens end, be revoked and be
// renewed.
func TestTokens(t *testing.T) {
	tokens := testserver.StartTokens(t)
	one := testserver.StartDovecot(t, testserver.DovecotOptions{Tokens: tokens})
	all := testserver.StartDovecot(t, testserver.DovecotOptions{Tokens: tokens, AnyUser: true})
	var trace bytes.Buffer
	kept := map[string]migration.Secret{}
	connector := Connector{Tracer: wrap.NewTracer(&trace), Tokens: &oauth.Tokens{
		Keep: func(_ context.Context, endpoint string, _, current migration.Secret) error {
			kept[endpoint] = current
			return nil
		},
	}}
	account := func(t *testing.T, server *testserver.Dovecot, name, user string, r migration.OAuthRequest) connect.Account {
		t.Helper()
		r.TokenURI, r.DeviceCodeURI, r.Scopes = tokens.TokenURI, tokens.DeviceURI, []string{"mail"}
		if r.ServiceAccountKey == "" {
			r.ClientID = tokens.ClientID
		}
		g, err := oauth.Resolve(server.Host, nil, migration.OAuthSecrets{}, r)
		if err != nil {
			t.Fatal(err)
		}
		e := migration.Endpoint{Name: name, RemoteServer: server.Host, Port: server.IMAPPort, Security: migration.SecurityTls,
			AcceptUntrustedCertificates: true, Authentication: migration.AuthenticationOAuth, OAuth: &g.OAuth}
		return connect.Account{Endpoint: e, Login: user, OAuth: g.OAuthSecrets}
	}
	open := func(t *testing.T, a connect.Account) error {
		t.Helper()
		source, err := connector.Source(a)(t.Context())
		if err != nil {
			return err
		}
		return source.Close()
	}
	asked := func(t *testing.T, what string, want ...string) {
		t.Helper()
		if got := tokens.Asked(); !slices.Equal(got[max(0, len(got)-len(want)):], want) {
			t.Errorf("%s: the token service was asked for %q, want %q in the end", what, got, want)
		}
	}
	secret := migration.OAuthRequest{OAuthSecrets: migration.OAuthSecrets{ClientSecret: migration.Secret(tokens.ClientSecret)}}

	t.Run("client credentials", func(t *testing.T) {
		for _, user := range []string{"ann", "bob"} {
			if err := open(t, account(t, all, "app", user, secret)); err != nil {
				t.Error(err)
			}
		}
		if n := len(tokens.Asked()); n != 1 {
			t.Errorf("%d tokens for two mailboxes, want one", n)
		}
		tokens.Expire() // the server refuses what was good a moment ago: another is fetched
		if err := open(t, account(t, all, "app", "ann", secret)); err != nil {
			t.Error(err)
		}
		asked(t, "after the end of a token", "client_credentials", "client_credentials")
		wrong := secret
		wrong.ClientSecret = "another-s3cret"
		err := open(t, account(t, all, "app", "ann", wrong))
		if !mailbox.IsID(err, mailbox.AuthenticationFailed) || !strings.Contains(err.Error(), "invalid_client") || strings.Contains(err.Error(), "another-s3cret") {
			t.Errorf("a wrong secret: %v", err)
		}
	})
	t.Run("refresh token", func(t *testing.T) {
		r := migration.OAuthRequest{OAuthSecrets: migration.OAuthSecrets{RefreshToken: migration.Secret(tokens.RefreshToken("ann"))}}
		a := account(t, one, "mine", "ann", r)
		for range 2 {
			if err := open(t, a); err != nil {
				t.Fatal(err)
			}
		}
		if kept["mine"] == "" || kept["mine"] == r.RefreshToken {
			t.Errorf("the new refresh token was not kept: %q", kept["mine"].Reveal())
		}
		tokens.Expire()
		if err := open(t, a); err != nil { // which still carries the first refresh token
			t.Errorf("after the refresh token was replaced: %v", err)
		}
		if err := open(t, account(t, one, "mine", "bob", r)); !mailbox.IsID(err, mailbox.AuthenticationFailed) {
			t.Errorf("ann's token opens bob's mailbox: %v", err)
		}
		tokens.Revoke()
		err := open(t, a)
		if !mailbox.IsID(err, mailbox.AuthenticationFailed) || !strings.Contains(err.Error(), "invalid_grant") || !strings.Contains(err.Error(), "-DeviceCode") {
			t.Errorf("after it was revoked: %v", err)
		}
		r.RefreshToken = migration.Secret(tokens.RefreshToken("ann"))
		if err := open(t, account(t, one, "mine", "ann", r)); err != nil {
			t.Errorf("after it was renewed: %v", err)
		}
	})
	t.Run("service account", func(t *testing.T) {
		r := migration.OAuthRequest{OAuthSecrets: migration.OAuthSecrets{ServiceAccountKey: migration.Secret(tokens.ServiceAccountKey())}}
		for _, user := range []string{"ann", "bob", "ann"} {
			if err := open(t, account(t, one, "robot", user, r)); err != nil {
				t.Error(err)
			}
		}
		asked(t, "a token a user", "jwt-bearer", "jwt-bearer")
	})
	t.Run("another device", func(t *testing.T) {
		g, err := oauth.Resolve("host", nil, migration.OAuthSecrets{}, migration.OAuthRequest{ClientID: tokens.ClientID, TokenURI: tokens.TokenURI,
			DeviceCodeURI: tokens.DeviceURI, Scopes: []string{"mail"}, SignIn: &migration.SignIn{}})
		if err != nil {
			t.Fatal(err)
		}
		begun, err := g.SignIn(t.Context(), "host")
		if err != nil || begun.URI == "" || !tokens.SignIn(begun.UserCode, "ann") {
			t.Fatalf("%+v: %v", begun, err)
		}
		refresh, err := g.Redeem(t.Context(), begun)
		if err != nil {
			t.Fatal(err)
		}
		if err := open(t, account(t, one, "device", "ann", migration.OAuthRequest{OAuthSecrets: migration.OAuthSecrets{RefreshToken: refresh}})); err != nil {
			t.Error(err)
		}
	})
	t.Run("a token that has ended is not shown to the server", func(t *testing.T) {
		tokens.SetLifetime(-time.Second)
		for range 2 {
			if _, err := connector.Tokens.Token(t.Context(), "short", grantOf(account(t, all, "short", "ann", secret)), "ann", ""); err != nil {
				t.Fatal(err)
			}
		}
		tokens.SetLifetime(time.Hour)
		asked(t, "short lives", "client_credentials", "client_credentials")
	})
	t.Run("the service is away", func(t *testing.T) {
		for status, id := range map[int]mailbox.ID{http.StatusServiceUnavailable: mailbox.Unavailable, http.StatusTooManyRequests: mailbox.Unavailable} {
			tokens.SetAway(status)
			if err := open(t, account(t, all, "away", "ann", secret)); !mailbox.IsID(err, id) {
				t.Errorf("status %d: %v, want %s", status, err, id)
			}
		}
		tokens.SetAway(0)
	})
	t.Run("XOAUTH2", func(t *testing.T) {
		a := account(t, all, "app", "ann", secret)
		cfg := connector.config(a)
		cfg.HideCapabilities = []string{"AUTH=OAUTHBEARER"} // as at Exchange Online
		for range 2 {
			report, err := imapbox.Probe(t.Context(), cfg)
			if err != nil || report.Method != "XOAUTH2" {
				t.Errorf("by %q: %v", report.Method, err)
			}
			tokens.Expire() // the refusal is ended in order, and another token is tried
		}
	})
	for _, secret := range []string{"access-", "refresh-", tokens.ClientSecret} {
		if strings.Contains(trace.String(), secret) {
			t.Errorf("the trace shows %s", secret)
		}
	}
	if !strings.Contains(trace.String(), "AUTHENTICATE OAUTHBEARER") || !strings.Contains(trace.String(), "AUTHENTICATE XOAUTH2") {
		t.Error("the trace does not show the mechanisms")
	}
}

func grantOf(a connect.Account) oauth.Grant {
	return oauth.Grant{OAuth: *a.Endpoint.OAuth, OAuthSecrets: a.OAuth}
}
