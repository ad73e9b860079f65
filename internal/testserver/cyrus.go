package testserver

import (
	"bytes"
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"text/template"
	"time"
)

// CyrusOptions says what kind of server to start. The zero value has the
// separator "/" and folders beside the inbox.
type CyrusOptions struct {
	Separator  string // "/" if empty, or "."
	BelowInbox bool   // folders lie below the inbox, with the prefix "INBOX/": no altnamespace

	MaxMessage int64 // the largest message in bytes; 0 means no limit
	MaxLogins  int   // sessions that a user may have at once; 0 means no limit
	TLSOnly    bool  // refuses logins without TLS

	// Mechanisms are the ways to log in that are offered, as in sasl_mech_list;
	// "PLAIN LOGIN" if empty.
	Mechanisms string

	// Extra is appended to imapd.conf.
	Extra string
}

// CyrusAvoids are the characters, beside separators, that Cyrus refuses in the
// names of folders.
const CyrusAvoids = "\"%;<>\\^`{|}"

// Cyrus is a private instance of Cyrus IMAP, run as the system's user "mail".
// Only accounts that were added exist. The administrator opens any of them by
// SASL PLAIN with an authorization identity, and as himself sees and may share
// what is theirs, under names such as "user/ann/Sent".
//
// Cyrus refuses folder names with any of [CyrusAvoids], and messages with NUL or
// with odd headers.
type Cyrus struct {
	*Server

	inside overlay
	ids    [2]int // the system user that owns the mail, and its group
	sep    string
	known  map[string]bool // accounts with a mailbox
}

var _ Any = (*Cyrus)(nil)

// StartCyrus starts an instance and has it ended and removed at the test's end.
// Without root it skips the test, but fails it in a soak; without the packages,
// which "make servers" brings, it fails.
func StartCyrus(t testing.TB, o CyrusOptions) *Cyrus {
	t.Helper()
	unpacked := findUnpacked(t, "Cyrus", "usr/lib/cyrus/bin/master")
	c, err := newCyrus(t, unpacked, o)
	if err != nil {
		t.Fatalf("Cyrus: %v", err)
	}
	c.launch(t, "Cyrus")
	return c
}

func newCyrus(t testing.TB, unpacked string, o CyrusOptions) (*Cyrus, error) {
	server, err := newServer(t, "127.0.0.1", nil, time.Time{})
	if err != nil {
		return nil, err
	}
	server.Separator = cmp.Or(o.Separator, "/")
	o.Mechanisms = cmp.Or(o.Mechanisms, "PLAIN LOGIN")
	if o.BelowInbox {
		server.Prefix = "INBOX" + server.Separator
	}
	server.Admin, server.AdminPassword = "cyrusadmin", "adminsecret"
	c := &Cyrus{Server: server, sep: server.Separator, known: map[string]bool{}}
	if c.inside, err = newOverlay(t, unpacked, server); err != nil {
		return nil, err
	}
	var name string
	if name, _, c.ids[0], c.ids[1], err = owner("mail"); err != nil {
		return nil, err
	}
	for _, sub := range strings.Fields("conf/db conf/socket conf/log conf/msg conf/proc conf/sieve conf/lock conf/sync conf/user conf/quota spool") {
		if err := os.MkdirAll(filepath.Join(c.dir, sub), 0o755); err != nil {
			return nil, err
		}
	}
	data := map[string]any{"o": o, "c": c, "dir": c.dir, "user": name}
	for file, text := range map[string]*template.Template{"imapd.conf": cyrusIMAPDConf, "cyrus.conf": cyrusConf} {
		var out bytes.Buffer
		if err := text.Execute(&out, data); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(c.dir, file), out.Bytes(), 0o644); err != nil {
			return nil, err
		}
	}
	if err := c.setPassword(t, c.Admin, c.AdminPassword); err != nil {
		return nil, err
	}
	for _, mine := range []string{"conf", "spool", "key.pem"} {
		if err := chownAll(filepath.Join(c.dir, mine), c.ids); err != nil {
			return nil, err
		}
	}
	c.stopsAll = true
	c.command = c.inside.command("env", "CYRUS_USER="+name, "/usr/lib/cyrus/bin/master",
		"-M", filepath.Join(c.dir, "cyrus.conf"), "-C", filepath.Join(c.dir, "imapd.conf"), "-p", filepath.Join(c.dir, "master.pid"))
	return c, nil
}

var cyrusIMAPDConf = template.Must(template.New("imapd.conf").Parse(`
configdirectory: {{.dir}}/conf
defaultpartition: default
partition-default: {{.dir}}/spool
mailbox_legacy_dirs: yes
cyrus_user: {{.user}}
servername: localhost
defaultdomain: localhost
virtdomains: userid
unixhierarchysep: {{if eq .c.Separator "/"}}yes{{else}}no{{end}}
altnamespace: {{if .o.BelowInbox}}no{{else}}yes{{end}}
admins: {{.c.Admin}}
allowplaintext: {{if .o.TLSOnly}}no{{else}}yes{{end}}
sasl_mech_list: {{.o.Mechanisms}}
sasl_pwcheck_method: auxprop
sasl_auxprop_plugin: sasldb
sasl_sasldb_path: {{.dir}}/sasldb2
tls_server_cert: {{.dir}}/cert.pem
tls_server_key: {{.dir}}/key.pem
maxlogins_per_user: {{.o.MaxLogins}}
maxmessagesize: {{.o.MaxMessage}}
delete_mode: immediate
expunge_mode: immediate
munge8bit: no
reject8bit: no
{{.o.Extra}}
`))

var cyrusConf = template.Must(template.New("cyrus.conf").Parse(`
START {
  recover cmd="ctl_cyrusdb -C {{.dir}}/imapd.conf -r"
}
SERVICES {
  imap cmd="imapd -C {{.dir}}/imapd.conf -U 30" listen="{{.c.IMAPAddr}}" prefork=1 maxchild=200
  imaps cmd="imapd -C {{.dir}}/imapd.conf -s -U 30" listen="{{.c.IMAPSAddr}}" prefork=0 maxchild=200
}
EVENTS {
  checkpoint cmd="ctl_cyrusdb -C {{.dir}}/imapd.conf -c" period=30
}
`))

// AddUser implements [Any].
func (c *Cyrus) AddUser(t testing.TB, a Account) {
	t.Helper()
	if strings.ContainsAny(a.Name, "/:\n\"\\") || c.sep == "." && strings.Contains(strings.SplitN(a.Name, "@", 2)[0], ".") {
		t.Fatalf("Cyrus: %q is no name for an account", a.Name)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.setPassword(t, a.Name, a.Password); err != nil {
		t.Fatalf("Cyrus: adding %s: %v", a.Name, err)
	}
	c.passwords[a.Name] = a.Password
	var commands []string
	root := quote(c.AdminName(a.Name))
	if !c.known[a.Name] {
		c.known[a.Name] = true
		commands = append(commands, "CREATE "+root)
	}
	if a.Quota != "" {
		size, err := bytesOf(a.Quota)
		if err != nil {
			t.Fatalf("Cyrus: adding %s: %v", a.Name, err)
		}
		commands = append(commands, fmt.Sprintf("SETQUOTA %s (STORAGE %d)", root, size>>10))
	}
	c.administer(t, commands...)
}

// AdminName is what the administrator calls a folder of a user, or the inbox if
// there is no path.
func (c *Cyrus) AdminName(user string, path ...string) string {
	local, domain, _ := strings.Cut(user, "@")
	name := strings.Join(append([]string{"user", local}, path...), c.sep)
	if domain != "" {
		name += "@" + domain
	}
	return name
}

// Share gives someone rights (such as "lrs") to folders of a user, named as the
// administrator calls them.
func (c *Cyrus) Share(t testing.TB, who, rights string, folders ...string) {
	t.Helper()
	for _, folder := range folders {
		c.administer(t, fmt.Sprintf("SETACL %s %s %s", quote(encodeUTF7(folder)), quote(who), rights))
	}
}

func (c *Cyrus) administer(t testing.TB, commands ...string) {
	t.Helper()
	c.sessionAs(t, c.Admin, c.AdminPassword, func(s *client) error {
		for _, command := range commands {
			if _, err := s.command(command, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *Cyrus) setPassword(t testing.TB, user, password string) error {
	local, realm, _ := strings.Cut(user, "@")
	db := filepath.Join(c.dir, "sasldb2")
	if _, err := c.inside.run(t.Context(), password, "/usr/sbin/saslpasswd2", "-p", "-c", "-f", db, "-u", cmp.Or(realm, "localhost"), local); err != nil {
		return err
	}
	return os.Chown(db, c.ids[0], c.ids[1])
}

// Digest implements [Any]. Flags are kept in the files cyrus.index, which reading
// leaves alone; only caches are left out.
func (c *Cyrus) Digest(t testing.TB, user string) []string {
	t.Helper()
	local, domain, _ := strings.Cut(user, "@")
	dir := filepath.Join(c.dir, "spool")
	if domain != "" {
		dir = filepath.Join(dir, "domain", domain)
	}
	return digest(t, filepath.Join(dir, "user", strings.ReplaceAll(local, ".", "^")), "cyrus.cache")
}
