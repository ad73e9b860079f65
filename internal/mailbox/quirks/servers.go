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

// The workarounds that code asks for by name.
const (
	LoginWithoutMailbox Name = "LoginWithoutMailbox"
	NoticesForMessages  Name = "NoticesForMessages"
	PartOfFolders       Name = "PartOfFolders"
	BrokenMountpoints   Name = "BrokenMountpoints"
	ViewsOfMail         Name = "ViewsOfMail"
	OneCopyOfMail       Name = "OneCopyOfMail"
	DailyCaps           Name = "DailyCaps"
	PlainList           Name = "PlainList"
	OrganizerAmongMail  Name = "OrganizerAmongMail"
)

var (
	loginWithoutMailbox = Workaround{
		Name: LoginWithoutMailbox,
		About: "It takes the login of somebody who has no mailbox or no right to it, and refuses every command after that; " +
			"the login counts as refused then, for want of a mailbox.",
		Source: "https://github.com/simonrob/email-oauth2-proxy/issues/74",
	}
	noticesForMessages = Workaround{
		Name: NoticesForMessages,
		About: "It hands out a notice of its own in place of a message that it cannot convert; " +
			"the message is listed as not readable, and the notice is not copied.",
		Source: "https://github.com/OfflineIMAP/offlineimap/issues/62",
	}
)

// exchange is what is done about either form of Exchange.
var exchange = []Workaround{loginWithoutMailbox, noticesForMessages, {
	Name: OrganizerAmongMail,
	About: "It shows calendars, contacts, tasks and journals as folders of mail; they are left out, as the migrations of its own service do, " +
		"unless IncludeFolders names them. What is named so on other servers holds mail.",
	Source: "https://github.com/kellylford/QuickMail/issues/613",
}}

// Everywhere are the workarounds that are in force at any server: what they look for is clear enough, and missing it would lose mail.
var Everywhere = []Workaround{noticesForMessages}

// Strangers are the forms that are tried with a server of no known kind.
var Strangers = []LoginForm{proxyUser, masterUser, proxyLocal, masterLocal, percent, hashes}

// Servers are the kinds that are known. The first that fits counts.
//
// What can do no harm at any server, and costs next to nothing, is done at all of them and not listed here: answers out of grammar are
// read as they are meant where that is clear; a folder is opened anew between two FETCHes that follow one another (Dovecot mixes their
// answers); before a STORE new messages are asked for, and after a RENAME the folder (Courier says OK to either and does nothing); a folder's
// name that is refused is tried in a form that every server takes, and one with NUL not at all (Cyrus, Courier); all are told apart by
// what they do, not by what they say they are.
var Servers = []Server{
	{
		Name: "Exchange Online", hosts: []string{"office365.com", "outlook.com"}, capability: "CLIENTNETWORKPRESENCELOCATION",
		NoAdministrators: exchangeOut,
		Workarounds:      exchange,
	},
	{
		Name: "Gmail", hosts: []string{"imap.gmail.com", "imap.googlemail.com"}, capability: "X-GM-EXT-1", words: regexp.MustCompile(`(?i)^gimap\b`),
		NoAdministrators: "administrators open mailboxes by a service account there: make an endpoint with -ServiceAccountKeyFileData",
		Workarounds: []Workaround{{
			Name: ViewsOfMail,
			About: "Its folders for starred and for important mail only show what other folders hold; " +
				"they are left out unless IncludeFolders names them. Stars are copied as flags.",
			Source: "https://developers.google.com/workspace/gmail/imap/imap-extensions",
		}, {
			Name: OneCopyOfMail,
			About: "Its folders are labels: a message is shown in the folder of each of its labels, and in All Mail. It is copied once, to INBOX if " +
				"it is there, else to the folder that says most of it, to All Mail's only if it is nowhere else; its other labels become keywords. " +
				"The other folders' sights of it are counted and listed as merged.",
			Source: "https://developers.google.com/workspace/gmail/imap/imap-extensions",
		}, {
			Name: DailyCaps,
			About: "It lets a mailbox hand out 2,500 MB and take in 500 MB a day over IMAP, and closes it for up to a day when that is exceeded; " +
				"whoever tests the server is told of the endpoint's daily limits.",
			Source: "https://support.google.com/a/answer/1071518",
		}},
	},
	{
		Name: "Yahoo", hosts: []string{"mail.yahoo.com"}, capability: "XYMHIGHESTMODSEQ", words: regexp.MustCompile(`Y!IMAP|Yahoo! Inc|imapgate-`),
		NoAdministrators: "nobody opens other people's mailboxes there: each user needs a password for applications",
		Workarounds: []Workaround{{
			Name: PartOfFolders,
			About: "At imap.mail.yahoo.com it shows the newest 10,000 messages of a folder only; " +
				"whoever copies from there is told of export.imap.mail.yahoo.com, which shows 100,000.",
			Source: "https://github.com/thunderbird/autoconfig/pull/71",
		}},
	},
	{
		Name: "Exchange", words: regexp.MustCompile(`Microsoft Exchange`),
		Administrators: []LoginForm{backslash, slash, proxyUser},
		Workarounds:    exchange,
	},
	{
		Name: "Zimbra", words: regexp.MustCompile(`(?i)\bzimbra\b`),
		Administrators: []LoginForm{proxyUser},
		Workarounds: []Workaround{{
			Name: BrokenMountpoints,
			About: "It lists no folder at all when the account has mounted a folder that is gone; " +
				"that is an error then, and what to do is told.",
			Source: "https://github.com/imapsync/imapsync/issues/426",
		}},
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
		Name: "Cyrus Murder", words: regexp.MustCompile(`(?i)\bcyrus imap[^ ]* murder\b`),
		Administrators: []LoginForm{proxyUser, proxyLocal},
		Workarounds: []Workaround{{
			Name: PlainList,
			About: "Its frontends mark every folder as one that holds no messages when the list is asked for together with the status, and refuse " +
				"special uses of new folders; both are asked for one by one, or not at all.",
			Source: "https://github.com/cyrusimap/cyrus-imapd/issues/2179",
			Hide:   []string{"LIST-STATUS", "CREATE-SPECIAL-USE"},
		}},
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
