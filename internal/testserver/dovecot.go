package testserver

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// DovecotOptions says what kind of server to start. The zero value is a
// maildir server with separator "/", no prefix, any user accepted.
type DovecotOptions struct {
	Store     string // maildir (if empty), sdbox or mdbox
	Separator string // "/" if empty
	Prefix    string // of the personal namespace, with its separator: "INBOX."

	// Strict admits only accounts made with AddUser. Otherwise any name is an
	// account, with the password "secret".
	Strict bool

	// MaxUserIPConnections is how many connections one user may have from one
	// address; 0 means no limit that a test meets.
	MaxUserIPConnections int

	// Quota limits accounts that have no limit of their own ("10M"); with any
	// quota option, or Account.Quota, the server offers QUOTA. "0" offers QUOTA
	// without a limit.
	Quota string
	// QuotaMaxMail is the largest message that fits into an account ("1M").
	QuotaMaxMail string

	// TLSOnly refuses logins without TLS. Dovecot takes a connection from its own
	// address for a safe one, so Host is 127.0.0.2 then, which Linux reaches from
	// 127.0.0.1.
	TLSOnly  bool
	Compress bool // offer COMPRESS=DEFLATE
	POP3     bool // offer POP3, too

	// Mechanisms are the ways to log in that are offered, as in auth_mechanisms;
	// "plain login" if empty.
	Mechanisms string
	// Tokens has the server take the access tokens of this service, too. A token for
	// every mailbox is good for any with AnyUser only, one for a user's only
	// without.
	Tokens  *Tokens
	AnyUser bool

	CertificateNames []string  // localhost and Host if empty
	CertificateUntil time.Time // ten years from now if zero

	// Extra is appended to the configuration.
	Extra string
}

// Dovecot is a private instance of Dovecot 2.3.
type Dovecot struct {
	*Server

	doveadm  string
	mailUser string // the system user whose files the mail is
	mailIDs  [2]int // its user and group ids
	writes   int    // of account files, so that each differs in size from the last
}

// StartDovecot starts an instance and has it stopped and removed at the test's
// end. It fails the test where Dovecot isn't installed; -short skips it then.
func StartDovecot(t testing.TB, o DovecotOptions) *Dovecot {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Dovecot does not run on Windows; this test needs it")
	}
	program := findDovecot(t)
	d, err := newDovecot(t, program, o)
	if err != nil {
		t.Fatalf("Dovecot: %v", err)
	}
	d.launch(t, "Dovecot")
	return d
}

// findDovecot looks for Dovecot 2.3, whose configuration language we write.
func findDovecot(t testing.TB) string {
	t.Helper()
	const fix = "install it with: make servers"
	missing := t.Fatalf
	if testing.Short() {
		missing = t.Skipf
	}
	program, err := find("dovecot", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
	if err != nil {
		missing("Dovecot is missing; %s (Debian: dovecot-imapd dovecot-pop3d)", fix)
	}
	version, err := exec.Command(program, "--version").Output()
	if err != nil || !strings.HasPrefix(string(version), "2.3.") {
		missing("%s is version %q (error: %v); the tests write the configuration of Dovecot 2.3; %s", program, bytes.TrimSpace(version), err, fix)
	}
	return program
}

// find looks for a program in PATH, then in the directories.
func find(name string, dirs ...string) (string, error) {
	path, err := exec.LookPath(name)
	for _, dir := range dirs {
		if err == nil {
			break
		}
		path, err = exec.LookPath(filepath.Join(dir, name))
	}
	return path, err
}

// newDovecot lays out the instance's directory. What it takes from the system
// (directory, ports) goes back at the test's end.
func newDovecot(t testing.TB, program string, o DovecotOptions) (*Dovecot, error) {
	o.Store = cmp.Or(o.Store, "maildir")
	o.Separator = cmp.Or(o.Separator, "/")
	o.Mechanisms = cmp.Or(o.Mechanisms, "plain login")
	if o.Tokens != nil {
		o.Mechanisms += " xoauth2 oauthbearer"
	}
	o.MaxUserIPConnections = cmp.Or(o.MaxUserIPConnections, 10000)
	host := "127.0.0.1"
	if o.TLSOnly {
		host = "127.0.0.2"
	}
	doveadm, err := find("doveadm", filepath.Dir(program), "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin")
	if err != nil {
		return nil, err
	}
	server, err := newServer(t, host, o.CertificateNames, o.CertificateUntil)
	if err != nil {
		return nil, err
	}
	dir := server.dir
	server.Separator, server.Prefix = o.Separator, o.Prefix
	server.Admin, server.AdminPassword = "admin", "mastersecret"
	server.command = []string{program, "-F", "-c", filepath.Join(dir, "dovecot.conf")}
	server.startsUp = "starting up"
	if !o.Strict {
		server.Password = "secret"
	}
	if o.POP3 {
		if err := server.reservePorts(t, &server.POP3Port, &server.POP3SPort); err != nil {
			return nil, err
		}
	}
	d := &Dovecot{doveadm: doveadm, Server: server}

	var group string
	d.mailUser, group, d.mailIDs[0], d.mailIDs[1], err = owner("mail")
	if err != nil {
		return nil, err
	}
	for _, sub := range []string{"run", "state", "users", "mail"} {
		if err := os.Mkdir(filepath.Join(dir, sub), 0o755); err != nil {
			return nil, err
		}
	}
	if err := os.Chown(d.mailDir(), d.mailIDs[0], d.mailIDs[1]); err != nil {
		return nil, err
	}
	admins := fmt.Sprintf("%s:{PLAIN}%s\n", d.Admin, d.AdminPassword)
	if err := os.WriteFile(filepath.Join(dir, "admins"), []byte(admins), 0o644); err != nil {
		return nil, err
	}
	if o.Tokens != nil {
		user := "%u"
		if o.AnyUser {
			user = AnyUser
		}
		oauth := fmt.Sprintf("introspection_mode = post\nintrospection_url = %s\nusername_attribute = username\nusername_format = %s\nactive_attribute = active\nactive_value = true\n",
			o.Tokens.IntrospectURI, user)
		if err := os.WriteFile(filepath.Join(dir, "oauth2.conf"), []byte(oauth), 0o644); err != nil {
			return nil, err
		}
	}
	return d, os.WriteFile(filepath.Join(dir, "dovecot.conf"), []byte(d.config(o, group)), 0o644)
}

func (d *Dovecot) mailDir() string { return filepath.Join(d.dir, "mail") }

// AddUser makes an account, or changes its password and quota, and returns
// when the server knows.
func (d *Dovecot) AddUser(t testing.TB, a Account) {
	t.Helper()
	if strings.ContainsAny(a.Name, "/:\n") || strings.HasPrefix(a.Name, ".") {
		t.Fatalf("Dovecot: %q is no name for an account", a.Name)
	}
	d.mu.Lock()
	d.writes++
	pad := strings.Repeat("#\n", d.writes) // Dovecot sees a change by second and size
	d.passwords[a.Name] = a.Password
	d.mu.Unlock()

	extra := ""
	if a.Quota != "" {
		extra = "userdb_quota_rule=*:storage=" + a.Quota
	}
	password := "{PLAIN.b64}" + base64.StdEncoding.EncodeToString([]byte(a.Password))
	if a.Hashed {
		sum := sha256.Sum256([]byte(a.Password))
		password = "{SHA256.b64}" + base64.StdEncoding.EncodeToString(sum[:])
	}
	line := fmt.Sprintf("%s:%s:%d:%d::%s::%s\n%s", a.Name,
		password, d.mailIDs[0], d.mailIDs[1],
		filepath.Join(d.mailDir(), a.Name), extra, pad)
	file := filepath.Join(d.dir, "users", a.Name)
	if err := os.WriteFile(file+".new", []byte(line), 0o644); err != nil {
		t.Fatalf("Dovecot: adding %s: %v", a.Name, err)
	}
	if err := os.Rename(file+".new", file); err != nil {
		t.Fatalf("Dovecot: adding %s: %v", a.Name, err)
	}

	ctx, cancel := context.WithTimeout(t.Context(), readyTimeout)
	defer cancel()
	for {
		_, err := d.run(ctx, nil, "auth", "test", "-x", "service=imap", a.Name, a.Password)
		if err == nil && a.Quota != "" { // the same password may come with another quota
			var rule string
			if rule, err = d.run(ctx, nil, "user", "-f", "quota_rule", a.Name); err == nil && !strings.Contains(rule, a.Quota) {
				err = fmt.Errorf("its quota is still %s", strings.TrimSpace(rule))
			}
		}
		if err == nil {
			return
		}
		if ctx.Err() != nil {
			t.Fatalf("Dovecot does not take the password or quota of %s: %v", a.Name, err)
		}
	}
}

// Doveadm runs a doveadm command against this instance and returns what it
// prints.
func (d *Dovecot) Doveadm(t testing.TB, args ...string) string {
	t.Helper()
	out, err := d.run(t.Context(), nil, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// Save adds a message to a folder, whose name is the server's own, while the
// server runs.
func (d *Dovecot) Save(t testing.TB, user, folder string, message io.Reader) {
	t.Helper()
	if _, err := d.run(t.Context(), message, "save", "-u", user, "-m", folder); err != nil {
		t.Fatal(err)
	}
}

// Connections returns how many connections each user is logged in with.
// What a short moment hides, the [Proxy]'s Max shows.
func (d *Dovecot) Connections(t testing.TB) map[string]int {
	t.Helper()
	users := map[string]int{}
	lines := strings.Split(strings.TrimSpace(d.Doveadm(t, "-f", "tab", "who", "-1")), "\n")
	for _, line := range lines[1:] { // after the heading
		user, _, _ := strings.Cut(line, "\t")
		users[user]++
	}
	return users
}

// Freeze stops the processes that serve a user's connections at the moment
// (SIGSTOP), until thaw is called or the test ends; new connections are served.
func (d *Dovecot) Freeze(t testing.TB, user string) (thaw func()) {
	t.Helper()
	var pids []int
	lines := strings.Split(strings.TrimSpace(d.Doveadm(t, "-f", "tab", "who", "-1", user)), "\n")
	columns := strings.Split(lines[0], "\t")
	place := slices.Index(columns, "pid")
	for _, line := range lines[1:] {
		if fields := strings.Split(line, "\t"); place >= 0 && place < len(fields) {
			if pid, err := strconv.Atoi(fields[place]); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	if len(pids) == 0 {
		t.Errorf("nobody serves %s: %q", user, lines)
	}
	signal := func(stop bool) {
		for _, pid := range pids {
			if err := freeze(pid, stop); err != nil {
				t.Error(err)
			}
		}
	}
	signal(true)
	thaw = sync.OnceFunc(func() { signal(false) })
	t.Cleanup(thaw)
	return thaw
}

// DoveadmCommand is how a doveadm command against this instance begins, for
// those who run it themselves.
func (d *Dovecot) DoveadmCommand() []string {
	return []string{d.doveadm, "-c", filepath.Join(d.dir, "dovecot.conf")}
}

func (d *Dovecot) run(ctx context.Context, stdin io.Reader, args ...string) (string, error) {
	command := append(d.DoveadmCommand(), args...)
	cmd := exec.CommandContext(ctx, command[0], command[1:]...)
	cmd.Stdin = stdin
	var out, problems bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &problems
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("doveadm %s: %w: %s", args[0], err, problems.Bytes())
	}
	return out.String(), nil
}
