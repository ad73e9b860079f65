//go:build unix

package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"migsh/internal/sample"
	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// seedLogins shows the forms of administrators' logins, and user roots: S0.16, S0.17, S1.9 and S1.15 to S1.24.
func seedLogins(t *testing.T, w *seedWorld) {
	t.Run("S0.17", func(t *testing.T) {
		for _, separator := range []string{"*", "%", "+"} {
			t.Run(separator, func(t *testing.T) {
				source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Extra: "auth_master_user_separator = " + separator + "\nauth_verbose = yes\n"})
				source.AddUser(t, testserver.Account{Name: "terry", Password: "x"})
				source.Fill(t, "terry", testmail.Plain(5, 3))
				w.target.AddUser(t, testserver.Account{Name: "other@contoso.edu", Password: "t"})
				target := "s017-" + fmt.Sprint(int(separator[0])) + "@contoso.edu"
				w.target.AddUser(t, testserver.Account{Name: target, Password: "t"})
				list := []string{"EmailAddress,UserName,Password,TargetPassword", target + ",terry" + separator + "admin," + source.AdminPassword + ",t"}
				newProgram(t).shows(endpoints(source.IMAPPort, w.target.IMAPPort, "")+w.make(t, list...)+beginAndWait+
					strings.Replace(w.make(t, list[0], "other@contoso.edu,admin"+separator+"terry,"+source.AdminPassword+",t"), "Batch B", "Batch Other", 1)+
					"-AutoStart | Out-Null; Wait-MigrationBatch Other | Out-Null\nGet-MigrationUser | ForEach-Object { \"$($_.RemoteIdentifier): $($_.Status)\" }\n(Get-MigrationUser other@contoso.edu).ErrorSummary",
					"terry"+separator+"admin: Synced\n", "admin"+separator+"terry: Failed\n", "the source login 'admin"+separator+"terry'")
				arrived(t, w.target, 3, target)
			})
		}
	})
	t.Run("S0.16", func(t *testing.T) {
		testVerbatim(t, w, "s016", "Pa$$word1", "contoso-students/administrator/terry.adams", "contoso-students/administrator/ann.beebe", `contoso-students\administrator\chris.cannon`)
	})
	t.Run("S1.15", func(t *testing.T) {
		testVerbatim(t, w, "s115", "P@ssw0rd", "contoso-students/mailadmin/terry.adams", "contoso-students/mailadmin/ann.beebe", "contoso-students/mailadmin/paul.cannon")
	})
	t.Run("S1.16", func(t *testing.T) {
		w.list(t, 3, "s116.terry")
		w.target.AddUser(t, testserver.Account{Name: "s116@contoso.edu", Password: "x"})
		w.shows(t, w.make(t, "EmailAddress,UserName,Password,TargetPassword", "s116@contoso.edu,s116.terry*"+w.source.Admin+","+w.source.AdminPassword+",x")+beginAndWait+
			"(Get-MigrationUser).Status; (Test-MigrationUser s116@contoso.edu).Source.Result", "Synced\nSuccess\n")
		arrived(t, w.target, 3, "s116@contoso.edu")
	})
	t.Run("S1.17", func(t *testing.T) {
		testVerbatim(t, w, "s117", "P@ssw0rd", "#terry.adams@contoso-students.edu#mailadmin#", "#ann.beebe@contoso-students.edu#mailadmin#", "#paul.cannon@contoso-students.edu#mailadmin#")
	})
	seedUserRoots(t, w)
	t.Run("S1.23", func(t *testing.T) { testConnectionCaps(t, w) })
}

// testVerbatim has a server that knows these logins and no others, with one password, and copies a mailbox from each.
func testVerbatim(t *testing.T, w *seedWorld, prefix, password string, logins ...string) {
	source := startFake(t)
	rows := []string{"EmailAddress,UserName,Password,TargetPassword"}
	for i, login := range logins {
		source.add(t, login, password, testmail.Plain(uint64(i), 3+i))
		target := fmt.Sprintf("%s-%d@contoso.edu", prefix, i)
		w.target.AddUser(t, testserver.Account{Name: target, Password: "x"})
		rows = append(rows, target+","+login+","+password+",x")
	}
	newProgram(t).shows(endpoints(source.port, w.target.IMAPPort, "")+w.make(t, rows...)+beginAndWait+"(Get-MigrationBatch B).Status; (Get-MigrationUser).RemoteIdentifier",
		"Synced\n"+strings.Join(logins, "\n")+"\n")
	source.mu.Lock()
	defer source.mu.Unlock()
	for i, login := range logins {
		if !slices.Contains(source.logins, login) {
			t.Errorf("%q did not arrive, but %q did", login, source.logins)
		}
		arrived(t, w.target, 3+i, fmt.Sprintf("%s-%d@contoso.edu", prefix, i))
	}
}

// fake is an IMAP server in memory whose logins may have any form: it compares the whole text, and notes it.
type fake struct {
	*imapmemserver.Server
	port   int
	mu     sync.Mutex
	logins []string
}

func startFake(t *testing.T) *fake {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{Server: imapmemserver.New(), port: listener.Addr().(*net.TCPAddr).Port}
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			whole, ok := f.Server.NewSession().(imapserver.SessionIMAP4rev2)
			if !ok {
				return nil, nil, fmt.Errorf("the sessions of imapmemserver are no longer whole")
			}
			return noting{whole, f}, nil, nil
		},
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}, imap.CapUIDPlus: {}, imap.CapNamespace: {}},
		InsecureAuth: true,
		Logger:       log.New(io.Discard, "", 0),
	})
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // it ends with an error whenever it is closed
	}()
	t.Cleanup(func() {
		server.Close()
		<-done
	})
	return f
}

// noting is a session that notes its login.
type noting struct {
	imapserver.SessionIMAP4rev2
	server *fake
}

// Login implements imapserver.Session.
func (n noting) Login(name, password string) error {
	n.server.mu.Lock()
	n.server.logins = append(n.server.logins, name)
	n.server.mu.Unlock()
	return n.SessionIMAP4rev2.Login(name, password)
}

// add makes an account that a login opens.
func (f *fake) add(t *testing.T, login, password string, box sample.Mailbox) {
	t.Helper()
	account := imapmemserver.NewUser(login, password)
	for _, folder := range box.Folders {
		name := strings.Join(folder.Path, "/")
		if err := account.Create(name, nil); err != nil {
			t.Fatal(err)
		}
		for _, m := range folder.Messages {
			body, err := io.ReadAll(m.Open())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := account.Append(name, literal{strings.NewReader(string(body))}, &imap.AppendOptions{Time: m.InternalDate}); err != nil {
				t.Fatal(err)
			}
		}
	}
	f.AddUser(account)
}

// literal is a message as imapmemserver takes it.
type literal struct{ *strings.Reader }

// seedUserRoots copies mailboxes out of folders that are shared with an administrator: S1.9, S1.19 to S1.22 and S1.24.
func seedUserRoots(t *testing.T, w *seedWorld) {
	t.Run("S1.9", func(t *testing.T) {
		cyrus := testserver.StartCyrus(t, testserver.CyrusOptions{})
		for _, n := range []string{"ann", "bob"} {
			cyrus.AddUser(t, testserver.Account{Name: n, Password: "x"})
			w.target.AddUser(t, testserver.Account{Name: "s19-" + n + "@contoso.edu", Password: "x"})
		}
		cyrus.AddUser(t, testserver.Account{Name: "mailadmin", Password: "P@ssw0rd"})
		cyrus.Share(t, "mailadmin", "lrs", cyrus.AdminName("ann"))
		newProgram(t).shows(endpoints(cyrus.IMAPPort, w.target.IMAPPort, "")+w.make(t, "EmailAddress,UserName,Password,UserRoot,TargetPassword",
			"s19-ann@contoso.edu,mailadmin,P@ssw0rd,/user/ann,x", "s19-bob@contoso.edu,mailadmin,P@ssw0rd,/user/bob,x")+
			"| Out-Null\nGet-MigrationUser | Test-MigrationUser | ForEach-Object { \"$($_.Identity): $($_.Source.Result) $($_.Source.Message)\" }\n(Get-MigrationBatch B).Status",
			"s19-ann@contoso.edu: Success ", "s19-bob@contoso.edu: Failed ", "/user/bob", "\nCreated\n")
	})
	courier := testserver.StartCourier(t, testserver.CourierOptions{})
	names := []string{"terry.adams", "ann.beebe"}
	for i, n := range names {
		courier.AddUser(t, testserver.Account{Name: n, Password: "own"})
		courier.Fill(t, n, tree(uint64(i), 2+i))
	}
	courier.AddUser(t, testserver.Account{Name: "mailadmin", Password: "P@ssw0rd"})
	courier.Fill(t, "mailadmin", testmail.Plain(40, 7))
	for _, n := range names {
		courier.Share(t, n, "mailadmin", "lr")
	}
	t.Run("S1.19", func(t *testing.T) {
		copied := fromShared(t, w, courier.Server, "s119", "/users/terry.adams")
		if diff := testmail.Diff(testmail.Of(tree(0, 2)), copied, testmail.Rules{ExtraFolders: true, IgnoreSubscriptions: true}); len(diff) > 0 {
			t.Errorf("what arrived differs: %s", strings.Join(diff, "\n"))
		}
	})
	t.Run("S1.20", func(t *testing.T) {
		for i, root := range []string{"/users/ann.beebe", "users/ann.beebe/", "#shared.users.ann beebe", "#shared/users/ann.beebe"} {
			if n := fromShared(t, w, courier.Server, fmt.Sprintf("s120-%d", i), root).Messages(); n != 9 {
				t.Errorf("%s: %d messages, want 9", root, n)
			}
		}
	})
	t.Run("S1.21", func(t *testing.T) {
		copied := fromShared(t, w, courier.Server, "s121", "/users/ann.beebe")
		for path, want := range map[string]int{"INBOX": 3, "Work": 3, "Work/2025": 3} {
			if f, _ := copied.Folder(strings.Split(path, "/")...); len(f.Messages) != want {
				t.Errorf("%s has %d messages, want %d", path, len(f.Messages), want)
			}
		}
		if n := copied.Messages(); n != 9 {
			t.Errorf("%d messages, want 9: somebody else's came along", n)
		}
	})
	t.Run("S1.22", func(t *testing.T) {
		w.target.AddUser(t, testserver.Account{Name: "s122@contoso.edu", Password: "x"})
		newProgram(t).shows(endpoints(courier.IMAPPort, w.target.IMAPPort, "")+w.make(t, "EmailAddress,UserName,Password,UserRoot,TargetPassword",
			"s122@contoso.edu,mailadmin,P@ssw0rd,/users/nobody,x")+beginAndWait+"(Get-MigrationUser).Status; (Get-MigrationUser).ErrorSummary",
			"Failed\n", `the UserRoot "/users/nobody" is not there, or mailadmin may not read it; this login sees the namespaces "INBOX.", "#shared."`)
	})
	t.Run("S1.24", func(t *testing.T) {
		t.Run("Cyrus", func(t *testing.T) {
			for _, layout := range []struct {
				testserver.CyrusOptions
				roots []string
			}{
				{testserver.CyrusOptions{}, []string{"/user/terry", "Other Users/terry"}},
				{testserver.CyrusOptions{Separator: ".", BelowInbox: true}, []string{"/user/terry", "user.terry"}},
			} {
				cyrus := testserver.StartCyrus(t, layout.CyrusOptions)
				cyrus.AddUser(t, testserver.Account{Name: "terry", Password: "own"})
				cyrus.AddUser(t, testserver.Account{Name: "mailadmin", Password: "P@ssw0rd"})
				cyrus.Fill(t, "terry", tree(3, 2))
				cyrus.Share(t, "mailadmin", "lrs", cyrus.AdminName("terry"), cyrus.AdminName("terry", "Work"), cyrus.AdminName("terry", "Work", "2025"))
				for i, root := range layout.roots {
					if n := fromShared(t, w, cyrus.Server, fmt.Sprintf("s124-cyrus-%d-%d", len(cyrus.Prefix), i), root).Messages(); n != 6 {
						t.Errorf("separator %q, %s: %d messages, want 6", cyrus.Separator, root, n)
					}
				}
			}
		})
		t.Run("Dovecot", func(t *testing.T) {
			dovecot := startSharing(t, testserver.DovecotOptions{})
			dovecot.AddUser(t, testserver.Account{Name: "terry", Password: "own"})
			dovecot.Fill(t, "terry", tree(3, 2))
			dovecot.Run(t, "terry", "SETACL INBOX mailadmin lr", "SETACL Work mailadmin lr", "SETACL Work/2025 mailadmin lr")
			for i, root := range []string{"/shared/terry", "shared/terry"} {
				if n := fromShared(t, w, dovecot.Server, fmt.Sprintf("s124-dovecot-%d", i), root).Messages(); n != 6 {
					t.Errorf("%s: %d messages, want 6", root, n)
				}
			}
		})
	})
}

// tree is a mailbox of three folders with so many messages each.
func tree(seed uint64, messages int) (box sample.Mailbox) {
	for i, path := range [][]string{{"INBOX"}, {"Work"}, {"Work", "2025"}} {
		box.Folders = append(box.Folders, sample.Folder{Path: path, Messages: testmail.Plain(10*seed+uint64(i), messages).Folders[0].Messages})
	}
	return box
}

// fromShared copies what lies below a root that mailadmin sees, and returns what has arrived.
func fromShared(t *testing.T, w *seedWorld, source *testserver.Server, name, root string) testmail.Snapshot {
	t.Helper()
	target := name + "@contoso.edu"
	w.target.AddUser(t, testserver.Account{Name: target, Password: "x"})
	newProgram(t).shows(endpoints(source.IMAPPort, w.target.IMAPPort, "")+w.make(t, "EmailAddress,UserName,Password,UserRoot,TargetPassword", target+",mailadmin,P@ssw0rd,"+root+",x")+
		beginAndWait+"Get-MigrationUser | ForEach-Object { \"$($_.Status) $($_.ErrorSummary)|\" }", "Synced |\n")
	return w.target.Snapshot(t, target)
}

// startSharing starts a Dovecot whose users may share their folders, which others see below "shared/USER/", and on it mailadmin.
func startSharing(t *testing.T, o testserver.DovecotOptions) *testserver.Dovecot {
	t.Helper()
	dict := t.TempDir()
	if err := errors.Join(os.Chmod(filepath.Dir(dict), 0o755), os.Chmod(dict, 0o777)); err != nil { // mail servers work as another user
		t.Fatal(err)
	}
	o.Strict = true
	o.Extra = `
protocol imap {
  mail_plugins = acl imap_acl
}
namespace {
  type = shared
  separator = /
  prefix = shared/%%u/
  location = maildir:%%h/Maildir
  subscriptions = no
  list = children
}
plugin {
  acl = vfile
  acl_shared_dict = file:` + dict + `/shared
}
`
	d := testserver.StartDovecot(t, o)
	d.AddUser(t, testserver.Account{Name: "mailadmin", Password: "P@ssw0rd"})
	return d
}

// testConnectionCaps copies six mailboxes with one administrator's login from servers that allow few connections: within the endpoint's
// limit none is refused, and even without one everything arrives.
func testConnectionCaps(t *testing.T, w *seedWorld) {
	copied := func(t *testing.T, source testserver.Any, share func(name string), prefix, root, limits string) testserver.ProxyStats {
		rows := []string{"EmailAddress,UserName,Password,UserRoot,TargetPassword"}
		var targets []string
		for i := range 6 {
			name := fmt.Sprintf("u%d", i)
			source.AddUser(t, testserver.Account{Name: name, Password: "own"})
			source.Base().Fill(t, name, testmail.Plain(uint64(i), 20))
			share(name)
			target := prefix + name + "@contoso.edu"
			w.target.AddUser(t, testserver.Account{Name: target, Password: "x"})
			rows, targets = append(rows, target+",mailadmin,P@ssw0rd,"+root+name+",x"), append(targets, target)
		}
		gate := testserver.NewProxy(t, source.Base().IMAPAddr())
		newProgram(t).shows(endpoints(gate.Port(), w.target.IMAPPort, limits)+w.make(t, rows...)+beginAndWait+
			"(Get-MigrationBatch B).Status; Get-MigrationUser | ForEach-Object { \"$($_.Status) $($_.ErrorSummary)\" }", "Synced\n", "!Failed")
		arrived(t, w.target, 20, targets...)
		return gate.Stats()
	}
	t.Run("Dovecot", func(t *testing.T) {
		dovecot := startSharing(t, testserver.DovecotOptions{MaxUserIPConnections: 3})
		stats := copied(t, dovecot, func(name string) { dovecot.Run(t, name, "SETACL INBOX mailadmin lr") }, "s123d-", "/shared/", "-MaxConcurrentMigrations 3 -MaxConcurrentIncrementalSyncs 3")
		if stats.Max > 3 || strings.Contains(dovecot.Log(), "Maximum number of connections") {
			t.Errorf("%d connections at once, of 3; the log says\n%s", stats.Max, dovecot.Log())
		}
	})
	t.Run("Courier", func(t *testing.T) {
		courier := testserver.StartCourier(t, testserver.CourierOptions{MaxPerIP: 4})
		courier.AddUser(t, testserver.Account{Name: "mailadmin", Password: "P@ssw0rd"})
		copied(t, courier, func(name string) { courier.Share(t, name, "mailadmin", "lr") }, "s123c-", "/users/", "")
	})
}
