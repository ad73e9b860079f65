package migration_test

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"migsh/cmdlets"
	"migsh/cmdlets/migration"
	"migsh/internal/connect/connecttest"
	"migsh/internal/control"
	"migsh/internal/engine"
	"migsh/internal/mailbox/membox"
	service "migsh/internal/migration"
	"migsh/internal/notify"
	"migsh/internal/records"
	"migsh/internal/secret"
	"migsh/shell"
	"migsh/shell/help"
	"migsh/store"
	"migsh/store/boltstore"
	"migsh/store/memstore"
)

// Examples that can't run here, and why.
var notRun = map[string]string{
	"New-MigrationEndpoint: Example 4: Read Microsoft 365 as an application of the tenant": "asks a tenant of Microsoft 365 for tokens",
	"New-MigrationEndpoint: Example 5: Read Gmail as the domain's service account":         "asks Google for tokens",
	"New-MigrationEndpoint: Example 6: Somebody signs in":                                  "waits for a person at a browser",
	"Set-MigrationEndpoint: Example 3: Renew what has expired":                             "asks a tenant of Microsoft 365 for tokens",
}

// answer is what is typed at every prompt: Yes where something is to be confirmed, and the password of all accounts where one is asked for.
const answer = "Y"

// Every example of every migration cmdlet's help does what it shows: it runs without an error, in an installation like the one that it
// speaks of.
func TestExamplesRun(t *testing.T) {
	used := map[string]bool{}
	for _, info := range migration.Commands(nil) {
		page, err := help.Read(info.Help)
		if err != nil {
			t.Fatalf("%s: %v", info.Name, err)
		}
		for _, e := range page.Examples {
			name := info.Name + ": " + e.Title
			if notRun[name] != "" {
				used[name] = true
				continue
			}
			t.Run(name, func(t *testing.T) { runExample(t, e.Code) })
		}
	}
	for name := range notRun {
		if !used[name] {
			t.Errorf("%s is listed as one that can't run, and does not exist", name)
		}
	}
}

var (
	makesEndpoint = regexp.MustCompile(`New-MigrationEndpoint\b.*-Name (\w+)`)
	makesStaff    = regexp.MustCompile(`New-MigrationBatch\b.*-Name Staff\b`)
)

// runExample runs the code of an example in an installation of its own: two endpoints, and the batch Staff of three users, one of whom has
// failed; but not what the code makes itself, or what stands against what it removes.
func runExample(t *testing.T, code string) {
	i := install(t, strings.Contains(code, "MigrationStore"))
	var prepare []string
	var made []string
	for _, m := range makesEndpoint.FindAllStringSubmatch(code, -1) {
		made = append(made, m[1])
	}
	for name, settings := range map[string]string{
		"OldMail": "imap.contoso.com -LoginFormat '{local}*{admin}' -Credentials ([pscredential]::new('mailadmin', (ConvertTo-SecureString Y -AsPlainText -Force)))",
		"NewMail": "mail.contoso.com",
	} {
		if !slices.Contains(made, name) {
			prepare = append(prepare, fmt.Sprintf("New-MigrationEndpoint -IMAP -Name %s -RemoteServer %s | Out-Null", name, settings))
		}
	}
	if len(made) == 0 && !strings.Contains(code, "Remove-MigrationEndpoint") {
		prepare = append(prepare, "Set-MigrationConfig -TargetEndpoint NewMail")
		if !makesStaff.MatchString(code) {
			prepare = append(prepare, "New-MigrationBatch -Name Staff -SourceEndpoint OldMail -CSVData ([IO.File]::ReadAllBytes('users.csv')) -AutoStart | Out-Null",
				"Wait-MigrationBatch Staff | Out-Null")
		}
	}
	if strings.Contains(code, "Send-MigrationNotice") {
		prepare = append(prepare, "Set-MigrationConfig -SmtpServer smtp.contoso.com -SmtpFrom migration@contoso.com")
	}
	if strings.Contains(code, "/mnt/backup/*") {
		prepare = append(prepare, "Backup-MigrationStore -Path backup/monday.db | Out-Null")
	}
	if _, errs := i.run(t, strings.Join(prepare, "\n")); errs != "" {
		t.Fatalf("prepare the installation: %s", errs)
	}
	out, errs := i.run(t, strings.ReplaceAll(code, "/mnt/backup", filepath.Join(i.dir, "backup")))
	if errs != "" {
		t.Errorf("it fails:\n%s\n%s", out, errs)
	}
	for _, word := range []string{"has no effect in migsh", "can't be found"} {
		if strings.Contains(out, word) {
			t.Errorf("it says %q:\n%s", word, out)
		}
	}
}

// installation is all of migsh, with the mail servers of connecttest and, unless commands are about it, a state in memory.
type installation struct {
	service service.Service
	dir     string
}

func install(t *testing.T, onDisk bool) *installation {
	t.Helper()
	dir := t.TempDir()
	t.Chdir(dir)
	world := connecttest.NewWorld("imap.contoso.com", "mail.contoso.com", "imap.gmail.com")
	list := "EmailAddress,UserName,Password,TargetPassword\n"
	for _, name := range []string{"ann", "bob", "cyd", "dan"} {
		from, to := membox.New(membox.Options{}), membox.New(membox.Options{})
		from.AddFolder("Sent Items")
		for i := range 3 {
			from.Deliver("INBOX", membox.Message{Body: fmt.Appendf(nil, "Subject: %d\r\nFrom: a@example.com\r\n\r\nHello.\r\n", i)})
		}
		address := name + "@contoso.com"
		world.Server("imap.contoso.com").Add(name, answer, from)
		world.Server("imap.contoso.com").Add(name+"*mailadmin", answer, from)
		world.Server("mail.contoso.com").Add(address, answer, to)
		if name != "dan" {
			list += fmt.Sprintf("%s,%s,%s,%s\n", address, name, map[bool]string{true: "old", false: answer}[name == "cyd"], answer)
		}
	}
	for _, server := range []string{"imap.contoso.com", "mail.contoso.com"} {
		world.Server(server).Add("mailadmin", answer, membox.New(membox.Options{}))
	}
	for _, d := range []string{"state", "backup"} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for file, text := range map[string]string{
		"users.csv":         list,
		"good-users.csv":    list[:strings.Index(list, "cyd@")],
		"new-passwords.csv": "EmailAddress,UserName,Password\ncyd@contoso.com,cyd," + answer + "\n",
		"more-users.csv":    "EmailAddress,UserName,Password,TargetPassword\ndan@contoso.com,dan," + answer + "," + answer + "\n",
	} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	keys, err := secret.Load(filepath.Join(dir, "key"), false)
	if err != nil {
		t.Fatal(err)
	}
	var st store.Store = memstore.New()
	if onDisk {
		if st, err = boltstore.Open(t.Context(), filepath.Join(dir, "state", "state.db"), boltstore.Options{Schema: records.Schema}); err != nil {
			t.Fatal(err)
		}
	}
	r := records.New(st, keys)
	c, err := control.New(t.Context(), r, world, control.Options{Backups: filepath.Join(dir, "backups"), Reports: filepath.Join(dir, "reports"), Resolver: names{}, Outbox: notify.NewOutbox(st, filepath.Join(dir, "outbox"))})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- engine.New(r, world, engine.Options{}).Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the engine ended with %v", err)
		}
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return &installation{service: c, dir: dir}
}

// run runs a script on a session of its own, at whose prompts somebody says Yes.
func (i *installation) run(t *testing.T, script string) (out, errs string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	s := shell.New(shell.Options{Stdin: strings.NewReader(strings.Repeat(answer+"\n", 20)), Stdout: &stdout, Stderr: &stderr, Width: 120, Version: "test", Interactive: true})
	cmdlets.Register(s.Register, func(context.Context) (service.Service, error) { return i.service, nil })
	file := filepath.Join(t.TempDir(), "example.ps1")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	s.RunFile(t.Context(), file, nil, nil)
	return stdout.String(), stderr.String()
}

// A later command that has seen enough is no failure.
func TestEnoughIsNoError(t *testing.T) {
	i := install(t, false)
	out, errs := i.run(t, `
New-MigrationEndpoint -IMAP -Name OldMail -RemoteServer imap.contoso.com | Out-Null
New-MigrationEndpoint -IMAP -Name NewMail -RemoteServer mail.contoso.com | Select-Object -First 1 | Out-Null
New-MigrationBatch -Name Staff -SourceEndpoint OldMail -TargetEndpoint NewMail -CSVData ([IO.File]::ReadAllBytes('users.csv')) | Out-Null
(Get-MigrationUser | Select-Object -First 2).Count
(Start-MigrationBatch Staff -Validate | Select-Object -First 1).Result
(Search-AdminAuditLog -IsSuccess $false | Measure-Object).Count
`)
	if errs != "" || out != "2\nSuccess\n0\n" {
		t.Errorf("%q, %s", out, errs)
	}
}

// names is a DNS in which contoso.com's mail goes to the new server.
type names struct{}

func (names) LookupMX(context.Context, string) ([]*net.MX, error) {
	return []*net.MX{{Host: "mail.contoso.com.", Pref: 10}}, nil
}

func (names) LookupHost(_ context.Context, host string) ([]string, error) {
	return []string{map[string]string{"mail.contoso.com": "192.0.2.2"}[host] + "192.0.2.1"}, nil
}
