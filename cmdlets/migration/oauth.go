package migration

import (
	"context"
	"fmt"

	"migsh/internal/migration"
	"migsh/shell/cmdlet"
)

// oauthSettings are the parameters of New- and Set-MigrationEndpoint that say where access tokens come from.
type oauthSettings struct {
	ApplicationId             string   `param:"" alias:"ClientId" help:"The application's id, as the token service knows it."`
	RemoteTenant              string   `param:"" alias:"TenantId" help:"The Microsoft 365 tenant, by id or domain."`
	ClientSecret              any      `param:"" help:"The application's secret, as a secure string or text. Alone, it opens every mailbox that the application may open (client credentials). Kept sealed."`
	RefreshToken              any      `param:"" help:"A refresh token, as a secure string or text: what somebody has signed in for. Kept sealed, and replaced when the service gives another."`
	DeviceCode                bool     `param:"" help:"Somebody signs in now: an address and a code are shown, to be opened and entered in any browser."`
	ServiceAccountKeyFileData []byte   `param:"" help:"The bytes of the JSON key file of a Google service account that may act for every user of the domain. Kept sealed."`
	TokenUri                  string   `param:"" help:"The address of the token service. Left out, that of Microsoft 365, Google or Yahoo, after the name of the server."`
	DeviceCodeUri             string   `param:"" help:"The address where -DeviceCode begins, where it doesn't follow from the server."`
	Scope                     []string `param:"" help:"The rights that tokens are asked for. Left out, those that reading and writing mail takes at the server."`
}

// request is what was said, nil if nothing was. Somebody who is to sign in is told where, and may do it from now on.
func (s *oauthSettings) request(ctx context.Context, out cmdlet.Out, b *base, of migration.SignInRequest) (*migration.OAuthRequest, error) {
	said := false
	for _, name := range []string{"ApplicationId", "RemoteTenant", "ClientSecret", "RefreshToken", "DeviceCode", "ServiceAccountKeyFileData", "TokenUri", "DeviceCodeUri", "Scope"} {
		said = said || out.Bound(name)
	}
	if !said {
		return nil, nil
	}
	r := &migration.OAuthRequest{
		ClientID: s.ApplicationId, TenantID: s.RemoteTenant, TokenURI: s.TokenUri, DeviceCodeURI: s.DeviceCodeUri, Scopes: s.Scope,
		OAuthSecrets: migration.OAuthSecrets{ServiceAccountKey: migration.Secret(s.ServiceAccountKeyFileData)},
	}
	for _, secret := range []struct {
		given any
		to    *migration.Secret
	}{{s.ClientSecret, &r.ClientSecret}, {s.RefreshToken, &r.RefreshToken}} {
		if secret.given == nil {
			continue
		}
		var err error
		if *secret.to, err = secretFrom(secret.given); err != nil {
			return nil, err
		}
	}
	if !s.DeviceCode {
		return r, nil
	}
	svc, err := b.env.open(ctx)
	if err != nil {
		return nil, err
	}
	of.OAuth = *r
	begun, err := svc.SignIn(ctx, of)
	if err != nil {
		return nil, err
	}
	r.SignIn = &begun
	return r, out.Warning(fmt.Sprintf("To sign in, open the page %s in any browser and enter the code %s.", begun.URI, begun.UserCode))
}
