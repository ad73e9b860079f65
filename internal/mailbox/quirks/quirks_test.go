package quirks

import (
	"slices"
	"strings"
	"testing"
)

// TestIdentify knows servers by what public transcripts show of them.
func TestIdentify(t *testing.T) {
	for _, test := range []struct {
		want string
		f    Fingerprint
	}{
		{"Exchange Online", Fingerprint{Host: "outlook.office365.com"}},
		{"Exchange Online", Fingerprint{Host: "mail.contoso.com", // simonrob/email-oauth2-proxy#74
			Capabilities: strings.Fields("IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE LITERAL+")}},
		{"Exchange", Fingerprint{Host: "mail.contoso.com", Greeting: "The Microsoft Exchange IMAP4 service is ready."}},
		{"Gmail", Fingerprint{Host: "127.0.0.1", Greeting: "Gimap ready for requests from 127.0.0.1 k2if6111336rvb.0"}}, // Google's own document
		{"Gmail", Fingerprint{Host: "proxy", Capabilities: []string{"IMAP4rev1", "X-GM-EXT-1"}}},
		{"Yahoo", Fingerprint{Host: "imap.mail.yahoo.com"}},
		{"Yahoo", Fingerprint{Host: "imap.aol.com", Greeting: "IMAP4rev1 imapgate-1.8.1_01.20166 imap1015.mail.gq1.yahoo.com"}}, // jstedfast/MailKit#221
		{"Zimbra", Fingerprint{Greeting: "mail.contoso.com Zimbra IMAP4rev1 server ready"}},
		{"Mirapoint", Fingerprint{Greeting: "testdrive.mirapoint.com Mirapoint IMAP4 1.0 server ready"}},
		{"Courier", Fingerprint{Greeting: "Courier-IMAP ready. Copyright 1998-2022 Double Precision, Inc.  See COPYING for distribution information."}},
		{"Cyrus", Fingerprint{Greeting: "tst-msg02.csi.it Cyrus IMAP 3.0.8-2.el7 RHEL server ready"}}, // cyrusimap/cyrus-imapd#2592
		{"Cyrus Murder", Fingerprint{Greeting: "front.contoso.com Cyrus IMAP Murder 2.5.11 server ready"}},
		{"Dovecot", Fingerprint{Greeting: "Dovecot ready."}},
		{"Dovecot", Fingerprint{Greeting: "ready.", ID: "Dovecot  "}},
		{"Stalwart", Fingerprint{Greeting: "Stalwart IMAP4rev2 at your service."}},
		{"", Fingerprint{Host: "notoutlook.com.example.org", Greeting: "IMAP4rev1 ready"}},
	} {
		got := ""
		if s := Identify(test.f); s != nil {
			got = s.Name
		}
		if got != test.want {
			t.Errorf("%+v is %q, want %q", test.f, got, test.want)
		}
	}
}

// TestTable holds every entry to what a table of quirks must tell.
func TestTable(t *testing.T) {
	about := map[Name]string{}
	for _, s := range Servers {
		if (len(s.Administrators) == 0) == (s.NoAdministrators == "") {
			t.Errorf("%s: either there are forms of administrators' logins or it is said what to do", s.Name)
		}
		if ByName(s.Name) == nil || s.hosts == nil && s.capability == "" && s.words == nil {
			t.Errorf("%s can't be known", s.Name)
		}
		for _, w := range s.Workarounds {
			if w.Name == "" || w.About == "" || !strings.HasPrefix(w.Source, "https://") {
				t.Errorf("%s: %q does not say what is done and where it is seen", s.Name, w.Name)
			}
			if before, twice := about[w.Name]; twice && before != w.About {
				t.Errorf("%q means two things", w.Name)
			}
			about[w.Name] = w.About
		}
	}
}

// TestFor changes what is in force.
func TestFor(t *testing.T) {
	exchange := ByName("Exchange Online")
	for _, test := range []struct {
		server  *Server
		changes []string
		want    []Name
	}{
		{nil, nil, []Name{NoticesForMessages}},
		{exchange, nil, []Name{LoginWithoutMailbox, NoticesForMessages, OrganizerAmongMail}},
		{exchange, []string{"-noticesformessages", "PlainList"}, []Name{LoginWithoutMailbox, OrganizerAmongMail, PlainList}},
		{nil, []string{"viewsofmail"}, []Name{NoticesForMessages, ViewsOfMail}},
	} {
		set, err := For(test.server, test.changes)
		var got []Name
		for _, w := range set.Sorted() {
			got = append(got, w.Name)
		}
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%v: %q, %v; want %q", test.changes, got, err, test.want)
		}
	}
	if set, _ := For(nil, []string{"PlainList"}); !slices.Equal(set.Hidden(), []string{"CREATE-SPECIAL-USE", "LIST-STATUS"}) {
		t.Errorf("hidden: %q", set.Hidden())
	}
	if _, err := For(nil, []string{"PlainLast"}); err == nil || !strings.Contains(err.Error(), "PlainList") {
		t.Errorf("an unknown name: %v", err)
	}
}
