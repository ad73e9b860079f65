package imapbox

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"migsh/internal/mailbox"
)

// Messages are asked for their EMAILID where they are listed, and only by a source whose server has OBJECTID. What is odd counts as none.
func TestEmailID(t *testing.T) {
	line := func(uid int, id string) string {
		return strings.TrimSuffix(metaLine(uid), ")\r\n") + id + ")\r\n"
	}
	long := strings.Repeat("x", 255)
	for _, c := range []struct {
		caps  string
		hide  []string
		ids   [3]string // as the server says them
		same  bool      // the first is the third
		known [3]bool
	}{
		{caps: " OBJECTID", ids: [3]string{" EMAILID (M6d99)", " EMAILID (M6d98)", " EMAILID (M6d99)"}, same: true, known: [3]bool{true, true, true}},
		{caps: " OBJECTID", ids: [3]string{"", " EMAILID NIL", " EMAILID ()"}, same: true},
		{caps: " OBJECTID", ids: [3]string{" EMAILID (\"M6d99\")", " EMAILID (" + long + ")", " EMAILID (" + long + "y)"}, known: [3]bool{true, true, true}},
		{caps: "", same: true},
		{caps: " OBJECTID", hide: []string{"OBJECTID"}, same: true},
	} {
		s := &script{caps: scriptedCaps + c.caps, says: map[string]string{"UID FETCH": line(11, c.ids[0]) + line(12, c.ids[1]) + line(13, c.ids[2])}}
		cfg := s.start(t)
		cfg.HideCapabilities = c.hide
		offered := c.caps != "" && c.hide == nil
		source, err := OpenSource(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		if f := source.Info().Features; f.Identities != offered || f.Labels {
			t.Errorf("%+v: features %+v", c, f)
		}
		var got []uint64
		for m, err := range source.List(t.Context(), mailbox.At{Folder: "INBOX"}, mailbox.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, m.Identity)
		}
		outcome(t.Context(), source)
		source.Close()
		target, err := OpenTarget(t.Context(), cfg)
		if err != nil {
			t.Fatal(err)
		}
		for _, err := range target.List(t.Context(), mailbox.At{Folder: "INBOX"}, mailbox.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
		}
		target.Close()
		if len(got) != 3 || (got[0] == got[2]) != c.same || fmt.Sprint([3]bool{got[0] != 0, got[1] != 0, got[2] != 0}) != fmt.Sprint(c.known) {
			t.Errorf("%+v: identities %v", c, got)
		}
		asked := 0
		for _, command := range s.heard {
			if strings.Contains(command, "EMAILID") {
				asked++
			}
		}
		if want := map[bool]int{true: 1}[offered]; asked != want || offered && !slices.Contains(s.heard, "UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE EMAILID)") {
			t.Errorf("%+v: asked %d times: %q", c, asked, s.heard)
		}
	}
}

// A folder's MAILBOXID is what opening it has told, where the server has OBJECTID, if it can be one; and is not asked for.
func TestMailboxID(t *testing.T) {
	for said, want := range map[string]string{"(F2212ea87-6097_x)": "F2212ea87-6097_x", "()": "", "(a b)": "", "x": "", "(\x80\x81)": "", "(" + strings.Repeat("x", 256) + ")": ""} {
		for _, hide := range [][]string{nil, {"OBJECTID"}} {
			s := &script{caps: scriptedCaps + " OBJECTID", says: map[string]string{
				"EXAMINE": "* 3 EXISTS\r\n* OK [UIDVALIDITY 7] .\r\n* OK [MAILBOXID " + said + "] .\r\n* OK [UIDNEXT 100] .\r\n",
				"LIST":    "* LIST () \"/\" INBOX\r\n* STATUS INBOX (MESSAGES 3 UIDNEXT 100 UIDVALIDITY 7)\r\n",
			}}
			cfg := s.start(t)
			cfg.HideCapabilities = hide
			source, err := OpenSource(t.Context(), cfg)
			if err != nil {
				t.Fatal(err)
			}
			teller := source.(mailbox.FolderIdentifier)
			if id := teller.FolderIdentity("INBOX"); id != "" {
				t.Errorf("%q is told before the folder was opened", id)
			}
			if _, err := source.Folders(t.Context(), ""); err != nil {
				t.Fatal(err)
			}
			opened, err := source.Open(t.Context(), "INBOX")
			expect := want
			if hide != nil {
				expect = ""
			}
			if err != nil || opened.Identity != expect || teller.FolderIdentity("INBOX") != expect || opened.UIDNext != 100 {
				t.Errorf("%q, hidden %q: %+v, %v", said, hide, opened, err)
			}
			source.Close()
			if slices.ContainsFunc(s.heard, func(command string) bool { return strings.Contains(command, "MAILBOXID") }) {
				t.Errorf("asked %q", s.heard)
			}
		}
	}
}

// What COPY tells is believed only as far as it can be true.
func TestCopyTells(t *testing.T) {
	for _, c := range []struct{ says, want string }{
		{"{tag} OK [COPYUID 7 11:13 101:103] .", "map[11:101 12:102 13:103]"},
		{"* OK [COPYUID 7 11,13 5:6] .\r\n{tag} OK .", "map[11:5 13:6]"},
		{"{tag} OK .", "map[]"},
		{"{tag} OK [COPYUID 7 11:13 101] .", "map[]"},
		{"{tag} OK [COPYUID 7 11:13 101,101,102] .", "map[]"},
		{"{tag} OK [COPYUID 7 11:14 101:104] .", "map[]"},
		{"{tag} OK [COPYUID 7 11 99999999999] .", "map[]"},
		{"{tag} OK [COPYUID 7 1:4294967295 1:4294967295] .", "map[]"},
		{"{tag} OK [COPYUID nonsense] .", "map[]"},
		{"{tag} OK [COPYUID 8 11:13 101:103] .", "UIDValidityChanged"},
		{"{tag} NO [OVERQUOTA] .", "QuotaExceeded"},
		{"{tag} NO [TRYCREATE] .", "FolderMissing"},
	} {
		s := &script{says: map[string]string{"UID COPY": c.says + "\r\n"}}
		target, err := OpenTarget(t.Context(), s.start(t))
		if err != nil {
			t.Fatal(err)
		}
		copied, err := target.(mailbox.Copier).Copy(t.Context(), mailbox.At{Folder: "INBOX", UIDValidity: 7}, mailbox.UIDs(11, 12, 13), mailbox.At{Folder: "a b", UIDValidity: 7})
		got := fmt.Sprint(copied)
		if err != nil {
			got = idOf(err)
		}
		if got != c.want || !slices.Contains(s.heard, `UID COPY 11:13 "a b"`) {
			t.Errorf("%s: %s, want %s; %q", c.says, got, c.want, s.heard)
		}
		target.Close()
	}
}
