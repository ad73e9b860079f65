package imapbox

import (
	"context"
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/quirks"
	"migsh/internal/migration"
)

// anew is another server that says the same.
func anew(s *script) *script { return &script{greeting: s.greeting, caps: s.caps, says: s.says} }

// TestQuirks plays servers with their oddities, after public transcripts, with what is done about them and without.
func TestQuirks(t *testing.T) {
	// open reads the folders of a scripted server.
	folders := func(t *testing.T, s *script, changes ...string) ([]mailbox.Folder, error) {
		t.Helper()
		cfg := anew(s).start(t)
		cfg.Workarounds = changes
		source, err := OpenSource(t.Context(), cfg)
		if err != nil {
			return nil, err
		}
		defer source.Close()
		return source.Folders(t.Context(), "")
	}
	t.Run(string(quirks.LoginWithoutMailbox), func(t *testing.T) { // simonrob/email-oauth2-proxy#74, mscdex/node-imap#523
		exchange := &script{
			greeting: "* OK The Microsoft Exchange IMAP4 service is ready. [QgBZADIAUABSADEAMQBDAEEAMAAwADcAMAA=]\r\n",
			caps:     "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+",
			says: map[string]string{
				"NAMESPACE": "{tag} BAD User is authenticated but not connected.\r\n",
				"LIST":      "{tag} BAD User is authenticated but not connected.\r\n* BYE Connection closed. 14\r\n<close>",
			},
		}
		_, err := folders(t, exchange)
		wantFault(t, err, mailbox.MailboxMissing, "authenticated but not connected")
		report, err := Probe(t.Context(), anew(exchange).start(t))
		wantFault(t, err, mailbox.MailboxMissing)
		if report.LoggedIn || report.Kind != "Exchange Online" {
			t.Errorf("the probe says %+v", report)
		}
		_, err = folders(t, exchange, "-LoginWithoutMailbox")
		if err == nil || mailbox.IsID(err, mailbox.MailboxMissing) && !strings.Contains(err.Error(), "LIST") {
			t.Errorf("switched off, it is found out by %v, want it to be the list", err)
		}
	})
	t.Run(string(quirks.NoticesForMessages), func(t *testing.T) { // OfflineIMAP/offlineimap#62
		notice := "From: x\r\nSubject: Retrieval using the IMAP4 protocol failed for the following message: 11\r\n\r\n"
		read := func(changes ...string) string {
			exchange := &script{greeting: "* OK The Microsoft Exchange IMAP4 service is ready.\r\n",
				says: withMessages(map[string]string{askBodies: bodyLine(11, notice) + bodyLine(12, "bbbb") + bodyLine(13, "cccc")})}
			cfg := exchange.start(t)
			cfg.Workarounds = changes
			source, err := OpenSource(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			return outcome(t.Context(), source)[0]
		}
		if got := read(); got != "11 MessageUnread" {
			t.Errorf("the notice came as %q", got)
		}
		if got := read("-NoticesForMessages"); got != "11 "+notice {
			t.Errorf("switched off, it came as %q", got)
		}
	})
	t.Run(string(quirks.PartOfFolders), func(t *testing.T) { // rustmailer/bichon#144, thunderbird/autoconfig#71; the greeting is from jstedfast/MailKit#221
		yahoo := &script{greeting: "* OK [CAPABILITY IMAP4rev1 ID NAMESPACE X-ID-ACLID UIDPLUS LITERAL+ CHILDREN XAPPLEPUSHSERVICE XYMHIGHESTMODSEQ AUTH=PLAIN AUTH=LOGIN AUTH=XOAUTH2] IMAP4rev1 imapgate-1.8.1_01.20166 imap1015.mail.gq1.yahoo.com\r\n",
			caps: "IMAP4rev1 ID NAMESPACE X-ID-ACLID UIDPLUS LITERAL+ XAPPLEPUSHSERVICE XYMHIGHESTMODSEQ AUTH=PLAIN",
			says: map[string]string{"ID": "* ID (\"vendor\" \"Yahoo! Inc.\" \"name\" \"Y!IMAP\")\r\n"}}
		warned := func(changes ...string) bool {
			cfg := anew(yahoo).start(t)
			cfg.Workarounds = changes
			report, err := Probe(t.Context(), cfg)
			if err != nil || report.Kind != "Yahoo" {
				t.Errorf("%+v: %v", report, err)
			}
			return slices.ContainsFunc(report.Warnings, func(w string) bool { return strings.Contains(w, "export.imap.mail.yahoo.com") })
		}
		if !warned() || warned("-PartOfFolders") {
			t.Error("who copies from Yahoo is not told of its other server, or is told without end")
		}
	})
	t.Run(string(quirks.BrokenMountpoints), func(t *testing.T) { // imapsync/imapsync#426
		_, err := folders(t, &script{greeting: "* OK mail.contoso.com Zimbra IMAP4rev1 server ready\r\n", caps: "IMAP4rev1 NAMESPACE UIDPLUS AUTH=PLAIN SASL-IR"})
		wantFault(t, err, mailbox.FolderMissing, "no folder at all", "mounted")
		if mailbox.ClassOf(err) != mailbox.Person {
			t.Errorf("%v is of class %s", err, mailbox.ClassOf(err))
		}
		_, err = folders(t, &script{greeting: "* OK mail.contoso.com Zimbra IMAP4rev1 server ready\r\n", caps: "IMAP4rev1 NAMESPACE UIDPLUS AUTH=PLAIN SASL-IR"}, "-BrokenMountpoints")
		if err == nil || strings.Contains(err.Error(), "mounted") {
			t.Errorf("switched off: %v", err)
		}
	})
	t.Run(string(quirks.PlainList), func(t *testing.T) { // cyrusimap/cyrus-imapd#2179
		murder := &script{
			greeting: "* OK [CAPABILITY IMAP4rev1 LITERAL+ ID ENABLE AUTH=PLAIN SASL-IR] front.contoso.com Cyrus IMAP Murder 2.5.11 server ready\r\n",
			caps:     "IMAP4rev1 LITERAL+ NAMESPACE UIDPLUS LIST-EXTENDED LIST-STATUS SPECIAL-USE CREATE-SPECIAL-USE AUTH=PLAIN SASL-IR",
			says: map[string]string{
				`LIST "" "*" RETURN (`: "* LIST (\\HasChildren) \".\" INBOX\r\n* LIST (\\HasNoChildren) \".\" INBOX.Archiv\r\n",
				`STATUS`:               "* STATUS INBOX (MESSAGES 3 UIDNEXT 100 UIDVALIDITY 7)\r\n",
			},
		}
		for _, items := range []string{"STATUS", "SPECIAL-USE STATUS", "SUBSCRIBED STATUS", "SUBSCRIBED SPECIAL-USE STATUS", "SUBSCRIBED CHILDREN STATUS"} {
			murder.says[`LIST "" "*" RETURN (`+items] = "* LIST (\\Noselect \\HasChildren) \".\" INBOX\r\n* LIST (\\Noselect \\HasChildren) \".\" INBOX.Archiv\r\n"
		}
		selectable := func(changes ...string) (n int) {
			list, err := folders(t, murder, changes...)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range list {
				if f.Selectable() {
					n++
				}
			}
			return n
		}
		if with, without := selectable(), selectable("-PlainList"); with != 2 || without != 0 {
			t.Errorf("%d folders can be opened with the workaround and %d without, want 2 and 0", with, without)
		}
	})
	t.Run("an access token ends", func(t *testing.T) { // imapsync/imapsync#250
		exchange := &script{greeting: "* OK The Microsoft Exchange IMAP4 service is ready.\r\n", caps: "IMAP4rev1 AUTH=XOAUTH2 SASL-IR UIDPLUS NAMESPACE",
			says: map[string]string{"EXAMINE": "* BYE Session invalidated - AccessTokenExpired\r\n<close>"}}
		cfg := exchange.start(t)
		asked := 0
		cfg.Credentials.Password, cfg.Credentials.Authentication = "", migration.AuthenticationOAuth
		cfg.Credentials.Token = func(context.Context, string) (string, error) {
			asked++
			return "t0ken", nil
		}
		for range 2 {
			source, err := OpenSource(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			_, err = source.Open(t.Context(), "INBOX")
			if mailbox.ClassOf(err) != mailbox.Reconnect || !strings.Contains(err.Error(), "AccessTokenExpired") {
				t.Errorf("%v is of class %s, want that of a connection to be made anew", err, mailbox.ClassOf(err))
			}
			source.Close()
		}
		if asked != 2 {
			t.Errorf("%d tokens for two connections", asked)
		}
	})
	t.Run(string(quirks.OrganizerAmongMail), func(t *testing.T) { // kellylford/QuickMail#613
		organizer := func(greeting string, changes ...string) bool {
			cfg := (&script{greeting: greeting}).start(t)
			cfg.Workarounds = changes
			source, err := OpenSource(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			return source.Info().Features.Organizer
		}
		exchange := "* OK The Microsoft Exchange IMAP4 service is ready.\r\n"
		if !organizer(exchange) || organizer(exchange, "-OrganizerAmongMail") || organizer("* OK Dovecot ready.\r\n") {
			t.Error("calendars are expected elsewhere than at Exchange, or not there")
		}
	})
	t.Run(string(quirks.ViewsOfMail), func(t *testing.T) { // developers.google.com/workspace/gmail/imap/imap-extensions
		gmail := &script{
			greeting: "* OK Gimap ready for requests from 127.0.0.1 k2if6111336rvb.0\r\n",
			caps:     "IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 UIDPLUS SPECIAL-USE AUTH=PLAIN SASL-IR",
			says: map[string]string{`LIST "" "*"`: "* LIST (\\HasNoChildren) \"/\" \"INBOX\"\r\n" +
				"* LIST (\\All \\HasNoChildren) \"/\" \"[Gmail]/All Mail\"\r\n* LIST (\\HasNoChildren \\Important) \"/\" \"[Gmail]/Important\"\r\n" +
				"* LIST (\\Flagged \\HasNoChildren) \"/\" \"[Gmail]/Starred\"\r\n"},
		}
		views := func(changes ...string) (names []string) {
			list, err := folders(t, gmail, changes...)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range list {
				if f.View {
					names = append(names, f.Name)
				}
			}
			return names
		}
		if got := views(); !slices.Equal(got, []string{"[Gmail]/Important", "[Gmail]/Starred"}) {
			t.Errorf("views: %q", got)
		}
		if got := views("-ViewsOfMail"); got != nil {
			t.Errorf("switched off: %q", got)
		}
	})
	t.Run(string(quirks.OneCopyOfMail), func(t *testing.T) { // the example of developers.google.com/workspace/gmail/imap/imap-extensions
		gmail := &script{
			greeting: "* OK Gimap ready for requests from 127.0.0.1 k2if6111336rvb.0\r\n",
			caps:     "IMAP4rev1 NAMESPACE X-GM-EXT-1 UIDPLUS AUTH=PLAIN SASL-IR",
			says: map[string]string{
				"UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE)": "* 1 FETCH (UID 1 FLAGS (\\Seen) INTERNALDATE \"17-Jul-2020 02:44:25 +0000\" RFC822.SIZE 9)\r\n",
				"UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE X-GM-MSGID X-GM-LABELS)": "* 1 FETCH (X-GM-MSGID 1278455344230334865 X-GM-LABELS (\\Inbox \\Sent Important \"Muy Importante\" \"\\\\Important\" \"\\\\Starred\" Entw&APw-rfe) " +
					"UID 1 FLAGS (\\Seen \\Flagged) INTERNALDATE \"17-Jul-2020 02:44:25 +0000\" RFC822.SIZE 9)\r\n",
				"UID FETCH 2:* ": "* 2 FETCH (X-GM-MSGID nonsense X-GM-LABELS NIL UID 2 FLAGS () INTERNALDATE \"17-Jul-2020 02:44:25 +0000\" RFC822.SIZE 9)\r\n",
			},
		}
		list := func(from mailbox.UID, changes ...string) (got []mailbox.Meta) {
			cfg := anew(gmail).start(t)
			cfg.Workarounds = changes
			source, err := OpenSource(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			defer source.Close()
			if told := source.Info().Features.Labels; told != (len(changes) == 0) {
				t.Errorf("with %q the source tells identities: %v", changes, told)
			}
			for m, err := range source.List(t.Context(), mailbox.At{Folder: "[Gmail]/All Mail"}, mailbox.Query{UIDs: mailbox.UIDsFrom(from)}) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, m)
			}
			return got
		}
		want := mailbox.NewFlags(`\Seen`, `\Flagged`, "Inbox", "Sent", "Important", "Muy_Importante", "$Important", "Entw&APw-rfe")
		if got := list(1); len(got) == 0 || got[0].Identity != 1278455344230334865 || !got[0].Flags.Equal(want) {
			t.Errorf("it came as %+v", got)
		}
		if got := list(2); len(got) != 1 || got[0].Identity != 0 || len(got[0].Flags) != 0 {
			t.Errorf("without labels it came as %+v", got)
		}
		if got := list(1, "-OneCopyOfMail"); len(got) == 0 || got[0].Identity != 0 || !got[0].Flags.Equal(mailbox.NewFlags(`\Seen`)) {
			t.Errorf("switched off, it came as %+v", got)
		}
	})
	t.Run(string(quirks.DailyCaps), func(t *testing.T) { // support.google.com/a/answer/1071518
		warned := func(changes ...string) bool {
			cfg := (&script{greeting: "* OK Gimap ready for requests from 127.0.0.1 k2if6111336rvb.0\r\n"}).start(t)
			cfg.Workarounds = changes
			report, err := Probe(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(report.Warnings, func(w string) bool { return strings.Contains(w, "-DailyByteLimitPerMailbox") })
		}
		if !warned() || warned("-DailyCaps") {
			t.Error("who copies from Gmail is not told of its daily caps, or is told without end")
		}
	})
}
