package oauth

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"strings"

	"migsh/internal/migration"
)

// A provider is what is known of a large service, so that nobody needs to look up its addresses. {tenant} stands for the tenant's id.
type provider struct {
	name     string
	hosts    []string // mail servers, by the end of their names
	token    string
	device   string // empty: nobody can sign in to mail by another device
	app      string // scopes of an application of its own
	user     string // scopes of somebody who signs in
	noDevice string // why there is no device
}

var providers = []provider{
	{ // learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
		name: "Microsoft 365", hosts: []string{"office365.com", "outlook.com", "office.com"},
		token:  "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/token",
		device: "https://login.microsoftonline.com/{tenant}/oauth2/v2.0/devicecode",
		app:    "https://outlook.office365.com/.default",
		user:   "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
	},
	{ // developers.google.com/identity/protocols/oauth2/limited-input-device: mail is not among the scopes that devices may ask for
		name: "Google", hosts: []string{"gmail.com", "googlemail.com"},
		token: "https://oauth2.googleapis.com/token", app: "https://mail.google.com/", user: "https://mail.google.com/",
		noDevice: "Google lets nobody sign in to mail by another device; use a service account (-ServiceAccountKeyFileData) or a refresh token (-RefreshToken)",
	},
	{ // senders.yahooinc.com/developer/documentation
		name: "Yahoo", hosts: []string{"yahoo.com", "yahoodns.net", "aol.com"},
		token: "https://api.login.yahoo.com/oauth2/get_token", user: "mail-w", app: "mail-w",
		noDevice: "Yahoo lets nobody sign in by another device; use a refresh token (-RefreshToken)",
	},
}

func providerOf(server string) provider {
	server = strings.ToLower(server)
	for _, p := range providers {
		for _, host := range p.hosts {
			if server == host || strings.HasSuffix(server, "."+host) {
				return p
			}
		}
	}
	return provider{}
}

// Resolve makes an endpoint's settings out of those it has, if any, and what is asked for. What neither says follows from the server.
// The secrets that are not given anew stay, unless they belong to another grant.
func Resolve(server string, has *migration.OAuth, secrets migration.OAuthSecrets, r migration.OAuthRequest) (Grant, error) {
	g := Grant{OAuthSecrets: secrets}
	if has != nil {
		g.OAuth = *has
	}
	p := providerOf(server)
	change := func(to *string, s string) { *to = cmp.Or(s, *to) }
	if r.TenantID != "" && r.TenantID != g.TenantID && p.name != "" { // the addresses follow the tenant
		g.TokenURI, g.DeviceCodeURI = "", ""
	}
	change(&g.TenantID, r.TenantID)
	change(&g.ClientID, r.ClientID)
	change(&g.TokenURI, r.TokenURI)
	change(&g.DeviceCodeURI, r.DeviceCodeURI)
	if len(r.Scopes) > 0 {
		g.Scopes = r.Scopes
	}
	before := g.Grant
	switch {
	case r.ServiceAccountKey != "":
		g.Grant, g.OAuthSecrets = migration.GrantServiceAccount, migration.OAuthSecrets{ServiceAccountKey: r.ServiceAccountKey}
	case r.RefreshToken != "", r.SignIn != nil:
		g.Grant, g.RefreshToken, g.ServiceAccountKey = migration.GrantRefreshToken, r.RefreshToken, ""
		change((*string)(&g.ClientSecret), string(r.ClientSecret))
	case r.ClientSecret != "":
		g.ClientSecret = r.ClientSecret
		if g.Grant != migration.GrantRefreshToken {
			g.Grant, g.ServiceAccountKey = migration.GrantClientCredentials, ""
		}
	case g.Grant == "":
		return g, invalid(server, "Nothing is given that access tokens could be asked for with.",
			"Give -ClientSecret, -RefreshToken, -ServiceAccountKeyFileData or -DeviceCode.")
	}
	if g.Grant != before && len(r.Scopes) == 0 {
		g.Scopes = nil
	}
	return g, g.complete(server, p)
}

// complete fills in what follows from the server, and checks the whole.
func (g *Grant) complete(server string, p provider) error {
	tenant := strings.NewReplacer("{tenant}", cmp.Or(url.PathEscape(g.TenantID), "organizations"))
	if g.TokenURI == "" && strings.Contains(p.token, "{tenant}") && g.TenantID == "" && g.Grant == migration.GrantClientCredentials {
		return invalid(server, "The tenant is missing, which "+p.name+" gives tokens for.", "Give -TenantId, the id or a domain of the tenant.")
	}
	scopes := p.user
	switch g.Grant {
	case migration.GrantServiceAccount:
		key, err := readKey(g.ServiceAccountKey)
		if err != nil {
			return err
		}
		g.ClientID, g.TokenURI = key.Email, cmp.Or(g.TokenURI, key.TokenURI)
		scopes = cmp.Or(p.app, "https://mail.google.com/")
	case migration.GrantClientCredentials:
		scopes = p.app
	}
	g.TokenURI = cmp.Or(g.TokenURI, tenant.Replace(p.token))
	g.DeviceCodeURI = cmp.Or(g.DeviceCodeURI, tenant.Replace(p.device))
	if len(g.Scopes) == 0 {
		g.Scopes = strings.Fields(scopes)
	}
	if g.ClientID == "" {
		return invalid(server, "The client id is missing: the application's, as the token service knows it.", "Give -ClientId.")
	}
	if g.TokenURI == "" {
		return invalid(server, fmt.Sprintf("Nothing is known of a token service for '%s'.", server), "Give its address: -TokenUri.")
	}
	for _, uri := range []string{g.TokenURI, g.DeviceCodeURI} {
		if uri != "" && !private(uri) {
			return invalid(uri, fmt.Sprintf("'%s' is no https address, and secrets are sent to it.", uri), "Give an address that begins with https://.")
		}
	}
	return nil
}

// private tells whether what is sent to an address can't be read on the way.
func private(uri string) bool {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

func invalid(target, message, remedy string) error {
	return migration.NewError(migration.ErrInvalidValue, target, message, remedy)
}
