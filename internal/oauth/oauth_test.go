package oauth

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"migsh/internal/migration"
	"migsh/internal/testserver"
)

// TestResolve makes grants out of what is said and what follows from the server.
func TestResolve(t *testing.T) {
	key := migration.Secret(`{"type":"service_account","client_email":"robot@p.example","private_key":"x","token_uri":"https://oauth2.googleapis.com/token"}`)
	has := &migration.OAuth{Grant: migration.GrantRefreshToken, ClientID: "app", TokenURI: "https://t.example/token", Scopes: []string{"mail"}}
	for _, test := range []struct {
		name, server string
		has          *migration.OAuth
		r            migration.OAuthRequest
		want         string // grant client token-uri scopes, or the error
	}{
		{"Microsoft's application", "outlook.office365.com", nil, migration.OAuthRequest{ClientID: "app", TenantID: "contoso.com", OAuthSecrets: migration.OAuthSecrets{ClientSecret: "s"}},
			"ClientCredentials app https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token https://outlook.office365.com/.default"},
		{"somebody signs in at Microsoft", "outlook.office365.com", nil, migration.OAuthRequest{ClientID: "app", SignIn: &migration.SignIn{}},
			"RefreshToken app https://login.microsoftonline.com/organizations/oauth2/v2.0/token https://outlook.office.com/IMAP.AccessAsUser.All offline_access"},
		{"Google's service account", "imap.gmail.com", nil, migration.OAuthRequest{OAuthSecrets: migration.OAuthSecrets{ServiceAccountKey: key}},
			"ServiceAccount robot@p.example https://oauth2.googleapis.com/token https://mail.google.com/"},
		{"the secret is renewed", "mail.example", has, migration.OAuthRequest{OAuthSecrets: migration.OAuthSecrets{ClientSecret: "s2"}},
			"RefreshToken app https://t.example/token mail"},
		{"another grant", "mail.example", has, migration.OAuthRequest{OAuthSecrets: migration.OAuthSecrets{ServiceAccountKey: key}},
			"ServiceAccount robot@p.example https://t.example/token https://mail.google.com/"},
		{"no tenant", "outlook.office365.com", nil, migration.OAuthRequest{ClientID: "app", OAuthSecrets: migration.OAuthSecrets{ClientSecret: "s"}}, "error: -TenantId"},
		{"no client", "outlook.office365.com", nil, migration.OAuthRequest{TenantID: "t", OAuthSecrets: migration.OAuthSecrets{ClientSecret: "s"}}, "error: -ClientId"},
		{"no service known", "mail.example", nil, migration.OAuthRequest{ClientID: "app", OAuthSecrets: migration.OAuthSecrets{RefreshToken: "r"}}, "error: -TokenUri"},
		{"nothing to ask with", "mail.example", nil, migration.OAuthRequest{ClientID: "app"}, "error: -ClientSecret, -RefreshToken"},
		{"no key", "imap.gmail.com", nil, migration.OAuthRequest{OAuthSecrets: migration.OAuthSecrets{ServiceAccountKey: "{}"}}, "error: no key of a service account"},
		{"in clear", "mail.example", nil, migration.OAuthRequest{ClientID: "app", TokenURI: "http://t.example/token", OAuthSecrets: migration.OAuthSecrets{RefreshToken: "r"}}, "error: https://"},
	} {
		g, err := Resolve(test.server, test.has, migration.OAuthSecrets{}, test.r)
		if said, fails := strings.CutPrefix(test.want, "error: "); fails {
			if !errors.Is(err, migration.ErrInvalidValue) || !strings.Contains(err.Error(), said) {
				t.Errorf("%s: %v, want an error that says %q", test.name, err, said)
			}
			continue
		}
		got := strings.Join(slices.Concat([]string{string(g.Grant), g.ClientID, g.TokenURI}, g.Scopes), " ")
		if err != nil || got != test.want {
			t.Errorf("%s: %s, %v; want %s", test.name, got, err, test.want)
		}
	}
}

// TestKeep has many mailboxes ask at once for a token whose refresh token is good once only: one question is made, and nobody who remembers an
// older refresh token undoes that.
func TestKeep(t *testing.T) {
	service := testserver.StartTokens(t)
	first := migration.Secret(service.RefreshToken("ann"))
	var kept []migration.Secret
	tokens := &Tokens{Keep: func(_ context.Context, _ string, old, current migration.Secret) error {
		kept = append(kept, old, current)
		return nil
	}}
	grant := Grant{
		OAuth:        migration.OAuth{Grant: migration.GrantRefreshToken, ClientID: service.ClientID, TokenURI: service.TokenURI},
		OAuthSecrets: migration.OAuthSecrets{RefreshToken: first},
	}
	done := make(chan string, 8)
	for range cap(done) {
		go func() {
			token, err := tokens.Token(t.Context(), "mine", grant, "ann", "")
			if err != nil {
				t.Error(err)
			}
			done <- token
		}()
	}
	token := <-done
	for range cap(done) - 1 {
		if another := <-done; another != token {
			t.Errorf("two tokens: %s and %s", token, another)
		}
	}
	if len(service.Asked()) != 1 || len(kept) != 2 || kept[0] != first {
		t.Fatalf("asked %q, kept %d", service.Asked(), len(kept))
	}
	later := grant
	later.RefreshToken = kept[1]
	for _, g := range []Grant{later, grant, later} {
		if again, err := tokens.Token(t.Context(), "mine", g, "ann", ""); err != nil || again != token {
			t.Errorf("%s, %v; want the token that is held", again, err)
		}
	}
	if _, err := tokens.Token(t.Context(), "mine", grant, "ann", token); err != nil { // the server has refused it
		t.Error(err)
	}
	service.Revoke()
	_, err := tokens.Token(t.Context(), "mine", grant, "ann", "x")
	if err != nil {
		t.Errorf("a token that nobody has refused is asked for anew: %v", err)
	}
}
