package quirks

import "regexp"

// The forms in which administrators open other people's mailboxes.
var (
	masterUser  = LoginForm{Format: "{user}*{admin}"}   // Dovecot's auth_master_user_separator
	proxyUser   = LoginForm{AuthorizationID: "{user}"}  // SASL PLAIN, RFC 4616
	proxyLocal  = LoginForm{AuthorizationID: "{local}"} // the same where mailboxes have no domain
	masterLocal = LoginForm{Format: "{local}*{admin}"}  //
	percent     = LoginForm{Format: "{user}%{admin}"}   // another common separator; Stalwart's
	backslash   = LoginForm{Format: `{admin}\{local}`}  // Exchange: DOMAIN\administrator\alias
	slash       = LoginForm{Format: "{admin}/{local}"}  // Exchange: domain/administrator/alias
	hashes      = LoginForm{Format: "#{user}#{admin}#"} // Mirapoint: #user@domain#administrator#
	exchangeOut = "administrators open mailboxes by an access token there: make an endpoint with -ApplicationId, -RemoteTenant and -ClientSecret"
)

// Strangers are the forms that are tried with a server of no known kind.
var Strangers = []LoginForm{proxyUser, masterUser, proxyLocal, masterLocal, percent, hashes}

// Servers are the kinds that are known. The first that fits counts.
var Servers = []Server{
	{
		Name: "Exchange Online", hosts: []string{"office365.com", "outlook.com"}, capability: "CLIENTNETWORKPRESENCELOCATION",
		NoAdministrators: exchangeOut,
	},
	{
		Name: "Gmail", hosts: []string{"imap.gmail.com", "imap.googlemail.com"}, capability: "X-GM-EXT-1", words: regexp.MustCompile(`(?i)^gimap\b`),
		NoAdministrators: "administrators open mailboxes by a service account there: make an endpoint with -ServiceAccountKeyFileData",
	},
	{
		Name: "Yahoo", hosts: []string{"mail.yahoo.com"}, capability: "XYMHIGHESTMODSEQ", words: regexp.MustCompile(`Y!IMAP|Yahoo! Inc|imapgate-`),
		NoAdministrators: "nobody opens other people's mailboxes there: each user needs a password for applications",
	},
	{
		Name: "Exchange", words: regexp.MustCompile(`Microsoft Exchange`),
		Administrators: []LoginForm{backslash, slash, proxyUser},
	},
	{
		Name: "Zimbra", words: regexp.MustCompile(`(?i)\bzimbra\b`),
		Administrators: []LoginForm{proxyUser},
	},
	{
		Name: "Mirapoint", words: regexp.MustCompile(`(?i)\bmirapoint\b`),
		Administrators: []LoginForm{hashes, proxyUser},
	},
	{
		Name: "Courier", words: regexp.MustCompile(`(?i)\bcourier-imap\b`),
		NoAdministrators: "it has no such logins; share the mailboxes with the administrator's account and name them in the user list's column UserRoot, such as #shared.users.ann",
	},
	{
		Name: "Cyrus", words: regexp.MustCompile(`(?i)\bcyrus\b`),
		Administrators: []LoginForm{proxyUser, proxyLocal},
	},
	{
		Name: "Stalwart", words: regexp.MustCompile(`(?i)\bstalwart\b`),
		Administrators: []LoginForm{percent, proxyUser},
	},
	{
		Name: "Dovecot", words: regexp.MustCompile(`(?i)\bdovecot\b`),
		Administrators: []LoginForm{masterUser, proxyUser, masterLocal, proxyLocal, percent},
	},
}
