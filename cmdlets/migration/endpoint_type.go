package migration

import (
	"fmt"

	"migsh/internal/migration"
	"migsh/shell/object"
)

// endpoint is the snapshot behind a MigrationEndpoint object.
type endpoint struct{ migration.Endpoint }

// oauth is where its tokens come from, empty if it needs none.
func (e *endpoint) oauth() migration.OAuth {
	if e.OAuth == nil {
		return migration.OAuth{}
	}
	return *e.OAuth
}

var typeEndpoint = declare(exchange+"MigrationEndpoint", func(e *endpoint) string { return e.Name },
	object.Views{Table: []object.Column{
		{Property: "Identity", Width: 30},
		{Property: "EndpointType", Width: 25},
		{Property: "RemoteServer"},
	}},
	append([]property[endpoint]{
		{"Identity", typeEndpointID, func(e *endpoint) any { return identityOf(typeEndpointID, e.Name, e.GUID) }},
		{"EndpointType", enumType, func(e *endpoint) any { return named(enumType, e.EndpointType) }},
		{"RemoteServer", object.TypeString, func(e *endpoint) any { return e.RemoteServer }},
		{"Port", object.TypeInt32, func(e *endpoint) any { return number(e.Port) }},
		{"Security", enumSecurity, func(e *endpoint) any { return named(enumSecurity, e.Security) }},
		{"Authentication", enumAuthenticaton, func(e *endpoint) any { return named(enumAuthenticaton, e.Authentication) }},
		{"AcceptUntrustedCertificates", object.TypeBoolean, func(e *endpoint) any { return e.AcceptUntrustedCertificates }},
		{"MaxConcurrentMigrations", nil, func(e *endpoint) any { return limit(e.MaxConcurrentMigrations) }},
		{"MaxConcurrentIncrementalSyncs", nil, func(e *endpoint) any { return limit(e.MaxConcurrentIncrementalSyncs) }},
		{"DailyByteLimit", nil, func(e *endpoint) any { return sizeOrUnlimited(e.DailyByteLimit) }},
		{"DailyByteLimitPerMailbox", nil, func(e *endpoint) any { return sizeOrUnlimited(e.DailyByteLimitPerMailbox) }},
		{"BytesToday", nil, func(e *endpoint) any { return size(e.BytesToday) }},
		{"LearntConcurrentMigrations", object.TypeInt32, func(e *endpoint) any {
			if e.Ceiling == nil {
				return nil
			}
			return number(e.Ceiling.Limit)
		}},
		{"LearntReason", object.TypeString, func(e *endpoint) any {
			if e.Ceiling == nil {
				return nil
			}
			return fmt.Sprintf("%s: %s; one more is tried at %s", e.Ceiling.Since.Format(utcForm), e.Ceiling.Reason, e.Ceiling.RaiseAt.Format(utcForm))
		}},
		{"ActiveMigrationCount", object.TypeInt32, func(e *endpoint) any { return number(e.ActiveMigrationCount) }},
		{"ActiveIncrementalSyncCount", object.TypeInt32, func(e *endpoint) any { return number(e.ActiveIncrementalSyncCount) }},
		{"Username", object.TypeString, func(e *endpoint) any { return e.UserName }},
		{"LoginFormat", object.TypeString, func(e *endpoint) any { return e.LoginFormat }},
		{"AuthorizationId", object.TypeString, func(e *endpoint) any { return e.AuthorizationID }},
		{"CertificateFingerprint", nil, func(e *endpoint) any { return texts(e.CertificateFingerprints) }},
		{"Workarounds", nil, func(e *endpoint) any { return texts(e.Workarounds) }},
		{"Compress", object.TypeBoolean, func(e *endpoint) any { return e.Compress }},
		{"ApplicationId", object.TypeString, func(e *endpoint) any { return e.oauth().ClientID }},
		{"RemoteTenant", object.TypeString, func(e *endpoint) any { return e.oauth().TenantID }},
		{"OAuthGrant", object.TypeString, func(e *endpoint) any { return string(e.oauth().Grant) }},
		{"TokenUri", object.TypeString, func(e *endpoint) any { return e.oauth().TokenURI }},
		{"Scope", nil, func(e *endpoint) any { return texts(e.oauth().Scopes) }},
		{"Verified", object.TypeBoolean, func(e *endpoint) any { return e.Verified }},
		{"Guid", object.TypeGuid, func(e *endpoint) any { return guid(e.GUID) }},
		{"CreationTime", object.TypeDateTime, func(e *endpoint) any { return utc(e.CreationTime) }},
		{"LastModifiedTime", object.TypeDateTime, func(e *endpoint) any { return utc(e.LastModifiedTime) }},
		{"IsRemote", object.TypeBoolean, func(*endpoint) any { return true }},
		{"IsValid", object.TypeBoolean, func(e *endpoint) any { return e.Damage == "" }},
		{"DiagnosticInfo", object.TypeString, func(e *endpoint) any { return e.Damage }},
		{"ObjectState", enumObjectState, func(*endpoint) any { return unchanged }},
	}, blank[endpoint]("ExchangeServer", "RpcProxyServer", "NspiServer", "MailboxPermission", "SourceMailboxLegacyDN", "UseAutoDiscover",
		"PublicFolderDatabaseServerLegacyDN", "AppSecretKeyVaultUrl")...)...)

// utcForm is how texts tell a time.
const utcForm = "2006-01-02 15:04:05 UTC"

// sizeOrUnlimited is a limit in bytes, where 0 is none.
func sizeOrUnlimited(b migration.ByteSize) any {
	if b == 0 {
		return limit(migration.Unlimited)
	}
	return size(b)
}

func endpointObject(e migration.Endpoint) any { return object.Instance(typeEndpoint, &endpoint{e}) }

// endpointOrNil is an endpoint's object, $null for the zero endpoint.
func endpointOrNil(e migration.Endpoint) any {
	if e.Name == "" && e.RemoteServer == "" {
		return nil
	}
	return endpointObject(e)
}
