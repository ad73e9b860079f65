package migration

import "time"

// OAuthGrant is what access tokens are given for.
type OAuthGrant string

// The grants: an application's own right to every mailbox of a tenant; what somebody has signed in for; Google's key of a service that may
// act for every user of a domain.
const (
	GrantClientCredentials OAuthGrant = "ClientCredentials"
	GrantRefreshToken      OAuthGrant = "RefreshToken"
	GrantServiceAccount    OAuthGrant = "ServiceAccount"
)

// OAuth says where an endpoint's access tokens come from. It carries no secret.
type OAuth struct {
	Grant         OAuthGrant
	TenantID      string `json:",omitempty"` // Microsoft's
	ClientID      string `json:",omitempty"`
	TokenURI      string
	DeviceCodeURI string `json:",omitempty"`
	Scopes        []string
}

// OAuthSecrets are what tokens are asked for with, as far as the grant has them.
type OAuthSecrets struct {
	ClientSecret      Secret `json:",omitempty"`
	RefreshToken      Secret `json:",omitempty"`
	ServiceAccountKey Secret `json:",omitempty"` // the content of the key file
}

// OAuthRequest is what an administrator says of an endpoint's tokens; what is empty stays, or follows from the server.
type OAuthRequest struct {
	TenantID      string   `json:",omitempty"`
	ClientID      string   `json:",omitempty"`
	TokenURI      string   `json:",omitempty"`
	DeviceCodeURI string   `json:",omitempty"`
	Scopes        []string `json:",omitempty"`
	OAuthSecrets
	// SignIn, begun with [Service.SignIn], is waited for.
	SignIn *SignIn `json:",omitempty"`
}

// SignInRequest begins a sign-in for an endpoint that exists, or is to be made for a server.
type SignInRequest struct {
	Endpoint     Identity `json:",omitempty"`
	RemoteServer string   `json:",omitempty"`
	OAuth        OAuthRequest
}

// SignIn is a sign-in by way of another device (RFC 8628): whoever opens URI there and enters UserCode signs in here.
type SignIn struct {
	URI, UserCode string
	Expires       time.Time
	Interval      time.Duration // between two questions whether it is done
	DeviceCode    Secret
}
