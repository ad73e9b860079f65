package testserver

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestDovecot(t *testing.T) {
	for _, store := range []string{"maildir", "sdbox", "mdbox"} {
		t.Run(store, func(t *testing.T) {
			t.Parallel()
			d := StartDovecot(t, DovecotOptions{Store: store})
			d.Save(t, "ann", "INBOX", strings.NewReader("Subject: one\n\nHello.\n"))
			before := d.Digest(t, "ann")
			if len(before) == 0 {
				t.Fatal("the digest of a mailbox with a message is empty")
			}
			if got := d.Doveadm(t, "fetch", "-u", "ann", "hdr.subject", "mailbox", "INBOX"); !strings.Contains(got, "one") {
				t.Errorf("fetched %q", got)
			}
			if after := d.Digest(t, "ann"); !slices.Equal(before, after) && store != "maildir" {
				t.Errorf("reading changed the digest:\n%q\n%q", before, after)
			}
			d.Save(t, "ann", "INBOX", strings.NewReader("Subject: two\n\nHello.\n"))
			if after := d.Digest(t, "ann"); slices.Equal(before, after) {
				t.Error("a new message did not change the digest")
			}
		})
	}
}

func TestAccounts(t *testing.T) {
	t.Parallel()
	d := StartDovecot(t, DovecotOptions{Strict: true, Quota: "0", Separator: ".", Prefix: "INBOX."})
	d.AddUser(t, Account{Name: "ann", Password: "first"})
	d.AddUser(t, Account{Name: "bob@example.com", Password: `p "q" \:`, Quota: "1M"})
	d.AddUser(t, Account{Name: "ann", Password: "other"})

	login := func(user, password string) string { return talk(t, dialPlain(t, d.Server), "LOGIN "+user+" "+password) }
	if got := login("ann", "other"); !strings.HasPrefix(got, "a OK") {
		t.Errorf("the right password: %s", got)
	}
	if got := login("ann*admin", d.AdminPassword); !strings.HasPrefix(got, "a OK") {
		t.Errorf("the administrator: %s", got)
	}
	for _, wrong := range [][2]string{{"ann", "first"}, {"eve", "secret"}, {"ann", `""`}} {
		if got := login(wrong[0], wrong[1]); !strings.HasPrefix(got, "a NO [AUTHENTICATIONFAILED]") {
			t.Errorf("login %q: %s", wrong, got)
		}
	}
	if got := d.PasswordOf("ann"); got != "other" {
		t.Errorf("PasswordOf = %q", got)
	}
	if got := d.Doveadm(t, "quota", "get", "-u", "bob@example.com"); !strings.Contains(got, "1024") {
		t.Errorf("quota of bob: %s", got)
	}
}

func TestConnections(t *testing.T) {
	t.Parallel()
	d := StartDovecot(t, DovecotOptions{MaxUserIPConnections: 2})
	for range 2 {
		if got := talk(t, dialPlain(t, d.Server), "LOGIN ann secret"); !strings.HasPrefix(got, "a OK") {
			t.Fatal(got)
		}
	}
	if got := talk(t, dialPlain(t, d.Server), "LOGIN ann secret"); !strings.HasPrefix(got, "a NO [LIMIT]") {
		t.Errorf("the third: %s", got)
	}
	if got := d.Connections(t)["ann"]; got != 2 {
		t.Errorf("Connections = %d, want 2", got)
	}
}

func TestTLS(t *testing.T) {
	t.Parallel()
	d := StartDovecot(t, DovecotOptions{TLSOnly: true, POP3: true})
	pem, err := os.ReadFile(d.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem)
	for _, name := range []string{"localhost", d.Host} {
		for _, port := range []int{d.IMAPSPort, d.POP3SPort} {
			conn, err := tls.Dial("tcp", d.addr(port), &tls.Config{RootCAs: pool, ServerName: name})
			if err != nil {
				t.Errorf("as %s: %v", name, err)
				continue
			}
			conn.Close()
		}
	}
	if _, err := tls.Dial("tcp", d.IMAPSAddr(), nil); err == nil {
		t.Error("the certificate is trusted by everybody")
	}
	if got := talk(t, dialPlain(t, d.Server), "LOGIN ann secret"); !strings.Contains(got, "PRIVACYREQUIRED") {
		t.Errorf("login in clear: %s", got)
	}
}

func TestControl(t *testing.T) {
	t.Parallel()
	d := StartDovecot(t, DovecotOptions{})
	d.Save(t, "ann", "INBOX", strings.NewReader("Subject: one\n\nHello.\n"))
	count := func() string { return d.Doveadm(t, "mailbox", "status", "-u", "ann", "messages", "INBOX") }
	want := count()

	d.Restart(t)
	if got := count(); got != want {
		t.Errorf("after a restart: %q, want %q", got, want)
	}
	conn := dialPlain(t, d.Server)
	d.Kill(t)
	if _, err := conn.ReadString('\n'); err == nil {
		t.Error("a connection outlives a kill")
	}
	if _, err := net.Dial("tcp", d.IMAPAddr()); err == nil {
		t.Error("a killed server takes connections")
	}
	d.Start(t)
	if got := count(); got != want {
		t.Errorf("after a kill: %q, want %q", got, want)
	}

	conn = dialPlain(t, d.Server)
	d.Pause(t)
	fmt.Fprintf(conn.conn, "a NOOP\r\n")
	answer := make(chan string)
	go func() {
		line, _ := conn.ReadString('\n')
		answer <- line
	}()
	select {
	case line := <-answer:
		t.Errorf("a paused server answers %q", line)
	default:
	}
	d.Resume(t)
	if got := <-answer; !strings.HasPrefix(got, "a ") {
		t.Errorf("resumed: %q", got)
	}
}

// plain is a connection after its greeting.
type plain struct {
	*bufio.Reader
	conn net.Conn
}

func dialPlain(t *testing.T, s *Server) plain {
	t.Helper()
	conn, err := net.Dial("tcp", s.IMAPAddr())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	p := plain{bufio.NewReader(conn), conn}
	if _, err := p.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	return p
}

// talk sends a command and returns the line that completes it.
func talk(t *testing.T, p plain, command string) string {
	t.Helper()
	fmt.Fprintf(p.conn, "a %s\r\n", command)
	return completion(t, p)
}

// completion returns the line that completes the command under way.
func completion(t *testing.T, p plain) string {
	t.Helper()
	for {
		line, err := p.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(line, "a ") {
			return line
		}
	}
}
