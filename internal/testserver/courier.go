package testserver

import (
	"cmp"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// CourierOptions says what kind of server to start.
type CourierOptions struct {
	MaxPerIP   int    // connections from one address; 0 means no limit that a test meets. Beyond it, Courier hangs up without a word
	SharedName string // accounts show as #shared.NAME.USER to those who have rights; "users" if empty
	TLSOnly    bool   // refuses logins without TLS

	// Extra is appended to the configuration of imapd: NAME=value lines.
	Extra string
}

// Courier is a private instance of Courier IMAP 5, run as the system's user
// "mail". Only accounts that were added exist; each is a maildir, whose folders
// have the prefix "INBOX." and the separator ".". There is no administrator, but
// accounts can be shared, see [Courier.Share].
//
// Courier refuses folder names with "/" and with characters beyond U+FFFF.
type Courier struct {
	*Server

	inside overlay
	user   string
	ids    [2]int
	shared string
	users  map[string]string // the lines of userdb, by name
}

var _ Any = (*Courier)(nil)

// StartCourier starts an instance and has it ended and removed at the test's
// end. Without root it skips the test, but fails it in a soak; without the
// packages, which "make servers" brings, it fails.
func StartCourier(t testing.TB, o CourierOptions) *Courier {
	t.Helper()
	unpacked := findUnpacked(t, "Courier", "usr/sbin/couriertcpd")
	c, err := newCourier(t, unpacked, o)
	if err != nil {
		t.Fatalf("Courier: %v", err)
	}
	c.launch(t, "Courier")
	return c
}

func newCourier(t testing.TB, unpacked string, o CourierOptions) (*Courier, error) {
	server, err := newServer(t, "127.0.0.1", nil, time.Time{})
	if err != nil {
		return nil, err
	}
	server.Separator, server.Prefix = ".", "INBOX."
	c := &Courier{Server: server, shared: cmp.Or(o.SharedName, "users"), users: map[string]string{}}
	if c.inside, err = newOverlay(t, unpacked, server); err != nil {
		return nil, err
	}
	if c.user, _, c.ids[0], c.ids[1], err = owner("mail"); err != nil {
		return nil, err
	}
	for _, sub := range []string{"skel/etc/courier", "skel/run/courier", "etc/shared", "run/authdaemon", "mail"} {
		if err := os.MkdirAll(filepath.Join(c.dir, sub), 0o755); err != nil {
			return nil, err
		}
	}
	if err := os.Chown(filepath.Join(c.dir, "mail"), c.ids[0], c.ids[1]); err != nil {
		return nil, err
	}
	if err := c.configure(o); err != nil {
		return nil, err
	}
	if err := c.writeUsers(t); err != nil {
		return nil, err
	}
	c.stopsAll = true
	c.command = c.inside.command("sh", "-c", runCourier, "sh", c.Host, strconv.Itoa(c.IMAPPort), strconv.Itoa(c.IMAPSPort),
		strconv.Itoa(cmp.Or(o.MaxPerIP, 10000)))
	return c, nil
}

// runCourier runs the daemons in the foreground until it is told to end, and
// ends every process of the server then.
const runCourier = `
trap 'kill -s TERM -- -1; wait; exit 0' TERM
set -a
(. /etc/courier/authdaemonrc; exec /usr/lib/courier/courier-authlib/authdaemond) &
. /etc/courier/imapd
tcpd="/usr/sbin/couriertcpd -address=$1 -maxprocs=1000 -maxperip=$4 -nodnslookup -noidentlookup"
while [ ! -S /run/courier/authdaemon/socket ]; do sleep 0.01; done
$tcpd "$2" /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir &
IMAP_TLS=1
$tcpd "$3" /usr/bin/couriertls -server -tcpd -user=courier /usr/lib/courier/courier/imaplogin /usr/bin/imapd Maildir &
wait`

// configure writes Debian's configuration with our changes after it.
func (c *Courier) configure(o CourierOptions) error {
	etc := func(name string) string { return filepath.Join(c.dir, "etc", name) }
	defaults := func(names ...string) (string, error) {
		var all []byte
		for _, name := range names {
			text, err := os.ReadFile(filepath.Join(c.inside.unpacked, "etc", "courier", name))
			if err != nil {
				return "", err
			}
			all = append(all, text...)
		}
		return string(all), nil
	}
	auth, err := defaults("authdaemonrc")
	if err != nil {
		return err
	}
	if err := os.WriteFile(etc("authdaemonrc"), []byte(auth+"\nauthmodulelist=authuserdb\n"), 0o644); err != nil {
		return err
	}
	imapd, err := defaults("imapd", "imapd-ssl")
	if err != nil {
		return err
	}
	tlsRequired := 0
	if o.TLSOnly {
		tlsRequired = 1
	}
	both := filepath.Join(c.dir, "both.pem")
	imapd += fmt.Sprintf(`
IMAP_CAPABILITY="IMAP4rev1 UIDPLUS CHILDREN NAMESPACE THREAD=ORDEREDSUBJECT THREAD=REFERENCES SORT QUOTA IDLE AUTH=PLAIN"
IMAP_CAPABILITY_TLS="$IMAP_CAPABILITY"
IMAP_EMPTYTRASH=
IMAP_SHAREDINDEXFILE=/etc/courier/shared/index
TLS_CERTFILE=%s
TLS_DHPARAMS=
TLS_TRUSTCERTS=
TLS_CACHEFILE=
TLS_STARTTLS_PROTOCOL=
IMAP_STARTTLS=YES
IMAP_TLS_REQUIRED=%d
%s
`, both, tlsRequired, o.Extra)
	if err := os.WriteFile(etc("imapd"), []byte(imapd), 0o644); err != nil {
		return err
	}
	if err := os.WriteFile(etc("shared/index"), fmt.Appendf(nil, "%s\t*\taccounts\n", c.shared), 0o644); err != nil {
		return err
	}

	var certificate []byte
	for _, file := range []string{filepath.Join(c.dir, "key.pem"), c.CAFile} {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		certificate = append(certificate, text...)
	}
	if err := os.WriteFile(both, certificate, 0o600); err != nil {
		return err
	}
	if err := os.Chown(both, c.ids[0], c.ids[1]); err != nil {
		return err
	}
	// TLS is spoken by a user "courier", which only this instance's view of /etc has.
	passwd, err := os.ReadFile("/etc/passwd")
	if err != nil {
		return err
	}
	passwd = fmt.Appendf(passwd, "courier:x:%d:%d::/:/usr/sbin/nologin\n", c.ids[0], c.ids[1])
	return c.inside.over("etc/passwd", passwd)
}

// Pause fails: Courier's daemons leave the group of processes that is paused.
func (c *Courier) Pause(t testing.TB) {
	t.Helper()
	t.Fatal("Courier can't be paused; put a Proxy before it and pause that")
}

// AddUser implements [Any].
func (c *Courier) AddUser(t testing.TB, a Account) {
	t.Helper()
	if strings.ContainsAny(a.Name, "/:|\t\n") || strings.HasPrefix(a.Name, ".") {
		t.Fatalf("Courier: %q is no name for an account", a.Name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	home := filepath.Join(c.dir, "mail", a.Name)
	sum := sha256.Sum256([]byte(a.Password))
	c.users[a.Name] = fmt.Sprintf("%s\thome=%s|mail=%s/Maildir|uid=%d|gid=%d|systempw={SHA256}%s\n", a.Name,
		home, home, c.ids[0], c.ids[1], base64.StdEncoding.EncodeToString(sum[:]))
	_, had := c.passwords[a.Name]
	c.passwords[a.Name] = a.Password
	if !had {
		for _, sub := range []string{"cur", "new", "tmp"} {
			if err := os.MkdirAll(filepath.Join(home, "Maildir", sub), 0o700); err != nil {
				t.Fatalf("Courier: adding %s: %v", a.Name, err)
			}
		}
		if err := chownAll(home, c.ids); err != nil {
			t.Fatalf("Courier: adding %s: %v", a.Name, err)
		}
	}
	if a.Quota != "" {
		size, err := bytesOf(a.Quota)
		if err == nil {
			err = c.asOwner(t, "/usr/bin/maildirmake.courier", "-q", fmt.Sprintf("%dS", size), filepath.Join(home, "Maildir"))
		}
		if err != nil {
			t.Fatalf("Courier: adding %s: %v", a.Name, err)
		}
	}
	if err := c.writeUsers(t); err != nil {
		t.Fatalf("Courier: adding %s: %v", a.Name, err)
	}
}

// writeUsers writes the accounts, and the index of what can be shared.
func (c *Courier) writeUsers(t testing.TB) error {
	var userdb, index strings.Builder
	names := make([]string, 0, len(c.users))
	for name := range c.users {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		userdb.WriteString(c.users[name])
		fmt.Fprintf(&index, "%s\t%d\t%d\t%s\tMaildir\n", name, c.ids[0], c.ids[1], filepath.Join(c.dir, "mail", name))
	}
	for file, text := range map[string]string{"userdb": userdb.String(), "shared/accounts": index.String()} {
		path := filepath.Join(c.dir, "etc", file)
		if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
	}
	if err := os.Chmod(filepath.Join(c.dir, "etc", "shared", "accounts"), 0o644); err != nil {
		return err
	}
	_, err := c.inside.run(t.Context(), "", "/usr/sbin/makeuserdb")
	return err
}

// Share gives someone rights (such as "lr") to every folder that the owner has
// now: they show as "#shared.users.OWNER", with a blank for each dot of the name.
func (c *Courier) Share(t testing.TB, owner, who, rights string) {
	t.Helper()
	maildir := filepath.Join(c.dir, "mail", owner, "Maildir")
	entries, err := os.ReadDir(maildir)
	if err != nil {
		t.Fatalf("Courier: sharing %s: %v", owner, err)
	}
	folders := []string{"INBOX"}
	for _, e := range entries {
		if _, err := os.Stat(filepath.Join(maildir, e.Name(), "cur")); err == nil && strings.HasPrefix(e.Name(), ".") {
			folders = append(folders, "INBOX"+e.Name())
		}
	}
	for _, folder := range folders {
		if err := c.asOwner(t, "/usr/bin/maildiracl", "-set", maildir, folder, "user="+who, rights); err != nil {
			t.Fatalf("Courier: sharing %s of %s: %v", folder, owner, err)
		}
	}
}

// asOwner runs a program as the system user that owns the mail.
func (c *Courier) asOwner(t testing.TB, args ...string) error {
	_, err := c.inside.run(t.Context(), "", append([]string{"setpriv",
		"--reuid=" + strconv.Itoa(c.ids[0]), "--regid=" + strconv.Itoa(c.ids[1]), "--clear-groups"}, args...)...)
	return err
}

// Digest implements [Any]. The names of messages carry their flags; keywords
// have files of their own. Courier's list of UIDs and its locks are left out.
func (c *Courier) Digest(t testing.TB, user string) []string {
	t.Helper()
	return digest(t, filepath.Join(c.dir, "mail", user), "courierimapuiddb", "courierimaplock")
}
