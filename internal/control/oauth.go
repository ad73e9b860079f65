package control

import (
	"context"
	"errors"
	"fmt"

	"migsh/internal/mailbox"
	"migsh/internal/migration"
	"migsh/internal/oauth"
	"migsh/internal/records"
)

// SignIn implements migration.Service.
func (c *Control) SignIn(ctx context.Context, r migration.SignInRequest) (migration.SignIn, error) {
	server, e, secrets := r.RemoteServer, migration.Endpoint{}, migration.OAuthSecrets{}
	if r.Endpoint != "" {
		item, err := c.records.FindEndpoint(ctx, r.Endpoint)
		if err != nil {
			return migration.SignIn{}, records.Explain(err)
		}
		keys, err := c.records.Keys(item.Value)
		if err != nil {
			return migration.SignIn{}, err
		}
		e, secrets = item.Value.Endpoint, keys.OAuth
		server = e.RemoteServer
	}
	r.OAuth.SignIn = &migration.SignIn{}
	g, err := oauth.Resolve(server, e.OAuth, secrets, r.OAuth)
	if err != nil {
		return migration.SignIn{}, err
	}
	s, err := g.SignIn(ctx, server)
	return s, tokenFailure(err)
}

// grant puts into an endpoint where its tokens come from, and returns what they are asked for with. A grant is tried unless that is to be
// skipped, or needs a user.
func (c *Control) grant(ctx context.Context, e *migration.Endpoint, has migration.OAuthSecrets, r *migration.OAuthRequest, skip bool) (migration.OAuthSecrets, error) {
	if r == nil {
		return has, nil
	}
	g, err := oauth.Resolve(e.RemoteServer, e.OAuth, has, *r)
	if err != nil {
		return has, err
	}
	switch {
	case r.SignIn != nil:
		g.RefreshToken, err = g.Redeem(ctx, *r.SignIn)
	case !skip && g.Grant != migration.GrantServiceAccount:
		token, failed := g.Fetch(ctx, "")
		if err = failed; err == nil && token.RefreshToken != "" && g.Grant == migration.GrantRefreshToken {
			g.RefreshToken = migration.Secret(token.RefreshToken)
		}
	}
	if err != nil {
		return has, tokenFailure(err)
	}
	e.OAuth, e.Authentication = &g.OAuth, migration.AuthenticationOAuth
	return g.OAuthSecrets, nil
}

// changeGrant gives an endpoint's record another grant, or takes the one away that it has when logins are to be made in another way.
func (c *Control) changeGrant(ctx context.Context, e *migration.Endpoint, record *records.Endpoint, r migration.SetEndpointRequest) error {
	if r.OAuth == nil {
		if r.Authentication != nil && *r.Authentication != migration.AuthenticationOAuth {
			e.OAuth, record.OAuthSecrets = nil, ""
		}
		return nil
	}
	keys, err := c.records.Keys(*record)
	if err != nil {
		return err
	}
	secrets, err := c.grant(ctx, e, keys.OAuth, r.OAuth, r.SkipVerification)
	if err != nil {
		return err
	}
	record.OAuthSecrets, err = c.records.SealOAuth(e.Name, secrets)
	return err
}

// tokenFailure puts a token service's refusal into the words of a failed connection.
func tokenFailure(err error) error {
	refused, ok := errors.AsType[*oauth.Error](err)
	if !ok {
		return err
	}
	e := migration.NewError(migration.ErrConnect, refused.Service, fmt.Sprintf("No access token was given: %v.", refused),
		"Check the tenant, the application's id and secret, and its rights.")
	if refused.Later {
		e.Remedy = "Check the address of the token service and the network, and try again."
	} else {
		e.Category = migration.CategoryAuthenticationError
	}
	return e.Because(err)
}

// retryRefused has the users tried again at once who failed because an endpoint refused the login, or was corrupted.
func (c *Control) retryRefused(ctx context.Context, endpoint string) error {
	batches, err := c.records.AllBatches(ctx)
	if err != nil {
		return err
	}
	for _, b := range batches {
		if !sameName(b.Value.SourceEndpoint, endpoint) && !sameName(b.Value.TargetEndpoint, endpoint) {
			continue
		}
		for user, err := range c.records.Users.Within(b.Value.GUID).All(ctx) {
			if err != nil {
				return err
			}
			if !refused(&user.Value) {
				continue
			}
			if _, err := c.records.Users.Modify(ctx, func(u *records.User) error {
				if refused(u) {
					c.retry(&b.Value, u)
				}
				return nil
			}, records.UserKey(b.Value.GUID, user.Value.EmailAddress)...); err != nil {
				return err
			}
		}
	}
	return nil
}

// refused tells whether a user waits for another login, or for its endpoint to be made anew.
func refused(u *records.User) bool {
	if u.Fault == nil || u.NextRetryTime.IsZero() {
		return false
	}
	switch mailbox.ID(u.Fault.ID) {
	case mailbox.AuthenticationFailed, mailbox.AuthenticationAbsent, mailbox.AccessDenied:
		return true
	}
	return u.Fault.ID == string(migration.ErrCorrupted)
}
