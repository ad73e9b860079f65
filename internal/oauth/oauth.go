// Package oauth fetches the access tokens with which mailboxes are opened, and keeps them as long as they are good. It knows the grants that
// need no browser here: client credentials, a refresh token, a service account's key, and a sign-in by way of another device.
package oauth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/clientcredentials"
	"golang.org/x/oauth2/jwt"

	"migsh/internal/migration"
)

// A Grant is what access tokens are asked for with.
type Grant struct {
	migration.OAuth
	migration.OAuthSecrets
}

// An Error is why a token service gave no token. It holds no secret.
type Error struct {
	// Later: the service is away, or asks for patience. Otherwise somebody must do something.
	Later bool
	// Code is the service's (RFC 6749, 5.2), such as invalid_grant; empty if it gave none.
	Code string
	// Text is the service's own words, or what went wrong on the way.
	Text string
	// Service is the host that was asked.
	Service string
	// RetryAfter is how long it asked to be left alone; 0 if it did not say.
	RetryAfter time.Duration

	cause error
}

// Error tells which service said what.
func (e *Error) Error() string {
	text := e.Text
	if e.Code != "" {
		text = e.Code + ": " + text
	}
	return fmt.Sprintf("the token service %s: %s", e.Service, strings.TrimSuffix(text, ": "))
}

// Unwrap gives what went wrong on the way.
func (e *Error) Unwrap() error { return e.cause }

// Remedy is what to do about it.
func (e *Error) Remedy() string {
	switch {
	case e.Later:
		return "nothing to do: it is tried again"
	case e.Code == "invalid_grant":
		return "what was granted has expired or was revoked: give the endpoint a new grant with Set-MigrationEndpoint -DeviceCode, -RefreshToken or -ServiceAccountKeyFileData"
	case e.Code == "invalid_client", e.Code == "unauthorized_client":
		return "check the application's id, secret and rights, and give the endpoint what is new with Set-MigrationEndpoint -ClientId, -ClientSecret"
	case e.Code == "invalid_scope":
		return "check the scopes and give the right ones with Set-MigrationEndpoint -Scope"
	}
	return "check the endpoint's token settings (Get-MigrationEndpoint | Format-List)"
}

// timeout bounds one question to a token service.
const timeout = 30 * time.Second

// asking is the context under which the library asks.
func asking(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // secrets go where they were meant to go
	})
}

// Fetch asks for a token: for the given user, where the grant is a service account's. Whoever gets another refresh token with it must keep that.
func (g Grant) Fetch(ctx context.Context, user string) (*oauth2.Token, error) {
	asked := asking(ctx)
	var source oauth2.TokenSource
	switch g.Grant {
	case migration.GrantClientCredentials:
		config := clientcredentials.Config{ClientID: g.ClientID, ClientSecret: g.ClientSecret.Reveal(), TokenURL: g.TokenURI, Scopes: g.Scopes}
		source = config.TokenSource(asked)
	case migration.GrantServiceAccount:
		key, err := readKey(g.ServiceAccountKey)
		if err != nil {
			return nil, err
		}
		config := jwt.Config{Email: key.Email, PrivateKey: []byte(key.PrivateKey), PrivateKeyID: key.ID, Subject: user, Scopes: g.Scopes, TokenURL: g.TokenURI}
		source = config.TokenSource(asked)
	default:
		source = g.config().TokenSource(asked, &oauth2.Token{RefreshToken: g.RefreshToken.Reveal()})
	}
	token, err := source.Token()
	if err != nil {
		return nil, g.explain(ctx, err)
	}
	return token, nil
}

func (g Grant) config() *oauth2.Config {
	return &oauth2.Config{ClientID: g.ClientID, ClientSecret: g.ClientSecret.Reveal(), Scopes: g.Scopes,
		Endpoint: oauth2.Endpoint{TokenURL: g.TokenURI, DeviceAuthURL: g.DeviceCodeURI}}
}

// SignIn begins a sign-in by way of another device.
func (g Grant) SignIn(ctx context.Context, server string) (migration.SignIn, error) {
	if g.DeviceCodeURI == "" {
		if why := providerOf(server).noDevice; why != "" {
			return migration.SignIn{}, invalid(server, why+".", "")
		}
		return migration.SignIn{}, invalid(server, "Nothing is known of where a sign-in by way of another device begins.", "Give the address: -DeviceCodeUri.")
	}
	answer, err := g.config().DeviceAuth(asking(ctx))
	if err != nil {
		return migration.SignIn{}, g.explain(ctx, err)
	}
	return migration.SignIn{
		URI: answer.VerificationURI, UserCode: answer.UserCode, Expires: answer.Expiry.UTC(),
		Interval: time.Duration(answer.Interval) * time.Second, DeviceCode: migration.Secret(answer.DeviceCode),
	}, nil
}

// Redeem waits until somebody has signed in, and returns the refresh token that was got by it.
func (g Grant) Redeem(ctx context.Context, s migration.SignIn) (migration.Secret, error) {
	token, err := g.config().DeviceAccessToken(asking(ctx), &oauth2.DeviceAuthResponse{
		DeviceCode: s.DeviceCode.Reveal(), Expiry: s.Expires, Interval: int64(s.Interval / time.Second),
	})
	switch {
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return "", &Error{Service: g.host(), Code: "expired_token", Text: "nobody has signed in while the code was valid"}
	case err != nil:
		return "", g.explain(ctx, err)
	case token.RefreshToken == "":
		return "", invalid(strings.Join(g.Scopes, " "), "The sign-in brought no refresh token: the right would end within the hour.",
			"Ask for it with a scope such as offline_access: -Scope.")
	}
	return migration.Secret(token.RefreshToken), nil
}

func (g Grant) host() string {
	if u, err := url.Parse(g.TokenURI); err == nil {
		return u.Host
	}
	return g.TokenURI
}

// most is how much of a service's words is passed on.
const most = 300

// explain puts the library's error into ours. Its text is not passed on: it holds the whole answer.
func (g Grant) explain(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	out := &Error{Service: g.host(), cause: nil}
	answer, ok := errors.AsType[*oauth2.RetrieveError](err)
	if !ok {
		if wire, ok := errors.AsType[*url.Error](err); ok {
			out.Later, out.Text, out.cause = true, "can't be asked: "+wire.Err.Error(), wire.Err
			return out
		}
		out.Later, out.Text = true, "its answer makes no sense"
		if strings.Contains(err.Error(), "private key") {
			out.Later, out.Text = false, "the service account's key can't be used to sign"
		}
		return out
	}
	out.Code, out.Text = answer.ErrorCode, answer.ErrorDescription
	if out.Code == "" { // the library reads no answer to a service account's question
		var said struct {
			Error       string `json:"error"`
			Description string `json:"error_description"`
		}
		if json.Unmarshal(answer.Body, &said) == nil {
			out.Code, out.Text = said.Error, said.Description
		}
	}
	if answer.Response != nil {
		status := answer.Response.StatusCode
		out.Later = status >= 500 || status == http.StatusTooManyRequests || out.Code == "temporarily_unavailable" || out.Code == "slow_down"
		if seconds, err := strconv.Atoi(answer.Response.Header.Get("Retry-After")); err == nil {
			out.RetryAfter = time.Duration(seconds) * time.Second
		}
		if out.Code == "" && out.Text == "" {
			out.Text = "answered " + answer.Response.Status
		}
	}
	out.Text = strings.Join(strings.Fields(out.Text), " ")
	out.Text = out.Text[:min(len(out.Text), most)]
	return out
}

// serviceKey is Google's file of a service account's key.
type serviceKey struct {
	Type       string `json:"type"`
	Email      string `json:"client_email"`
	ID         string `json:"private_key_id"`
	PrivateKey string `json:"private_key"`
	TokenURI   string `json:"token_uri"`
}

func readKey(file migration.Secret) (serviceKey, error) {
	var key serviceKey
	if err := json.Unmarshal([]byte(file.Reveal()), &key); err != nil || key.Type != "service_account" || key.Email == "" || key.PrivateKey == "" {
		return key, invalid("ServiceAccountKeyFileData", "The file is no key of a service account.",
			"Give the JSON file that Google makes for the key: -ServiceAccountKeyFileData ([IO.File]::ReadAllBytes('key.json')).")
	}
	return key, nil
}
