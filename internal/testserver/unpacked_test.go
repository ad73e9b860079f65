package testserver

import (
	"encoding/base64"
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"

	"migsh/internal/testmail"
)

func TestCyrus(t *testing.T) {
	t.Parallel()
	c := StartCyrus(t, CyrusOptions{MaxMessage: 1 << 20})
	tryAccounts(t, c, testmail.AwkwardOptions{Avoid: CyrusAvoids + "/.", Proper: true})

	c.Share(t, c.Admin, "lrs", c.AdminName("bob.b@example.com"))
	as := fmt.Sprintf("ann\x00%s\x00%s", c.Admin, c.AdminPassword)
	session := dialPlain(t, c.Server)
	if got := talk(t, session, "AUTHENTICATE PLAIN "+base64.StdEncoding.EncodeToString([]byte(as))); !strings.HasPrefix(got, "a OK") {
		t.Errorf("the administrator as ann: %s", got)
	}
	if got := talk(t, session, "APPEND INBOX {2000000+}\r\n"+strings.Repeat("x", 2000000)); !strings.HasPrefix(got, "a NO") {
		t.Errorf("a message over the limit: %s", got)
	}
	session = dialPlain(t, c.Server)
	talk(t, session, fmt.Sprintf("LOGIN %s %s", c.Admin, c.AdminPassword))
	if got := talk(t, session, "EXAMINE "+c.AdminName("bob.b@example.com")); !strings.HasPrefix(got, "a OK") {
		t.Errorf("what is shared with the administrator: %s", got)
	}
	tryControl(t, c)
}

func TestCyrusBelowInbox(t *testing.T) {
	t.Parallel()
	c := StartCyrus(t, CyrusOptions{Separator: ".", BelowInbox: true})
	c.AddUser(t, Account{Name: "ann", Password: "first"})
	tryFill(t, c, testmail.AwkwardOptions{Avoid: CyrusAvoids + "/.", Proper: true})
}

func TestCourier(t *testing.T) {
	t.Parallel()
	c := StartCourier(t, CourierOptions{})
	tryAccounts(t, c, testmail.AwkwardOptions{Avoid: "/.", NoEmoji: true, Ended: true})

	c.Share(t, "ann", "bob.b@example.com", "lr")
	c.Run(t, "bob.b@example.com", `EXAMINE "#shared.users.ann.Sent"`)
	tryControl(t, c)
}

func TestCourierConnections(t *testing.T) {
	t.Parallel()
	c := StartCourier(t, CourierOptions{MaxPerIP: 2})
	greeted := func() bool {
		conn, err := net.Dial("tcp", c.IMAPAddr())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		_, err = conn.Read(make([]byte, 1))
		return err == nil
	}
	for held := 0; held < 2; { // the connection that found the server ready may still count
		if greeted() {
			held++
		}
	}
	if greeted() {
		t.Error("a connection over the limit is greeted")
	}
}

// tryAccounts makes accounts, changes a password, fills them and looks whether a limit holds.
func tryAccounts(t *testing.T, s Any, o testmail.AwkwardOptions) {
	s.AddUser(t, Account{Name: "ann", Password: "first"})
	s.AddUser(t, Account{Name: "bob.b@example.com", Password: `p "q" \:`, Quota: "1M"})
	s.AddUser(t, Account{Name: "ann", Password: "other"})
	tryFill(t, s, o)

	s.Base().Fill(t, "bob.b@example.com", testmail.Plain(1, 3))
	if got := s.Digest(t, "bob.b@example.com"); len(got) < 3 {
		t.Errorf("the digest of three messages has %d lines", len(got))
	}
	if got := talk(t, dialPlain(t, s.Base()), "LOGIN ann first"); !strings.HasPrefix(got, "a NO") {
		t.Errorf("a wrong password: %s", got)
	}
	bob := dialPlain(t, s.Base())
	if got := talk(t, bob, `LOGIN bob.b@example.com "p \"q\" \\:"`); !strings.HasPrefix(got, "a OK") {
		t.Fatalf("the right password: %s", got)
	}
	refused := ""
	for range 20 {
		fmt.Fprintf(bob.conn, "a APPEND INBOX {200000}\r\n")
		line, err := bob.ReadString('\n')
		if err == nil && strings.HasPrefix(line, "+") {
			fmt.Fprintf(bob.conn, "%s\r\n", strings.Repeat("x", 200000))
			line = completion(t, bob)
		}
		if refused = line; !strings.HasPrefix(refused, "a OK") {
			break
		}
	}
	if !strings.Contains(refused, " NO ") {
		t.Errorf("20 messages of 200 KB in an account of 1 MB: %s", refused)
	}
}

// tryFill fills ann's account and reads it.
func tryFill(t *testing.T, s Any, o testmail.AwkwardOptions) {
	mailbox := testmail.Awkward(o)
	s.Base().Fill(t, "ann", mailbox)
	before := s.Digest(t, "ann")
	for _, line := range testmail.Diff(testmail.Of(mailbox), s.Base().Snapshot(t, "ann"), testmail.Rules{ExtraFolders: true, IgnoreSpecialUse: true}) {
		t.Error(line)
	}
	if after := s.Digest(t, "ann"); !slices.Equal(before, after) || len(before) < 60 {
		t.Errorf("a snapshot changes the mail:\n%s\nbefore:\n%s", strings.Join(after, "\n"), strings.Join(before, "\n"))
	}
}

// tryControl ends and starts the server in both ways; the mail stays.
func tryControl(t *testing.T, s Any) {
	base := s.Base()
	want := base.Snapshot(t, "ann")
	for _, end := range []func(testing.TB){base.Stop, base.Kill} {
		conn := dialPlain(t, base)
		end(t)
		for {
			if _, err := conn.ReadString('\n'); err != nil {
				break
			}
		}
		if _, err := net.Dial("tcp", base.IMAPAddr()); err == nil {
			t.Error("a server that was ended takes connections")
		}
		base.Start(t)
		if diff := testmail.Diff(want, base.Snapshot(t, "ann"), testmail.Rules{}); len(diff) > 0 {
			t.Errorf("after a restart: %q", diff)
		}
	}
}
