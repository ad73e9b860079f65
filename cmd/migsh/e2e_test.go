package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"migsh/internal/testserver"
)

// runAsMigsh in the environment makes the test binary be the program: what is tested end to end is the real thing.
const runAsMigsh = "MIGSH_TEST_RUN"

func TestMain(m *testing.M) {
	if os.Getenv(runAsMigsh) != "" {
		os.Exit(Run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Environ()))
	}
	if err := os.Setenv("MIGSH_DNS_SERVER", "none"); err != nil { // no test asks the world outside
		panic(err)
	}
	os.Exit(m.Run())
}

// program is migsh with a state directory of its own.
type program struct {
	t    *testing.T
	home string
	env  []string
	dir  string // where it is started; empty: somewhere of its own
}

func newProgram(t *testing.T) *program {
	return &program{t: t, home: filepath.Join(t.TempDir(), "state")}
}

// trusting has the program trust a server's certificate.
func (p *program) trusting(files ...string) *program {
	var all []byte
	for _, f := range files {
		data, err := os.ReadFile(f)
		if err != nil {
			p.t.Fatal(err)
		}
		all = append(all, data...)
	}
	bundle := filepath.Join(p.t.TempDir(), "trust.pem")
	if err := os.WriteFile(bundle, all, 0o600); err != nil {
		p.t.Fatal(err)
	}
	p.env = append(p.env, "SSL_CERT_FILE="+bundle)
	return p
}

// result is how a run of the program ended.
type result struct {
	stdout, stderr string
	code           int
}

func (p *program) command(ctx context.Context, args ...string) *exec.Cmd {
	self, err := os.Executable()
	if err != nil {
		p.t.Fatal(err)
	}
	cmd := exec.CommandContext(ctx, self, append([]string{"-NoProfile"}, args...)...)
	cmd.Env = append(os.Environ(), append([]string{runAsMigsh + "=1", "MIGSH_HOME=" + p.home, "COLUMNS=160", "NO_COLOR=1"}, p.env...)...)
	cmd.Dir = cmp.Or(p.dir, p.t.TempDir())
	return cmd
}

// run runs a script to its end, with answers on the standard input.
func (p *program) run(script, answers string) result {
	p.t.Helper()
	path := filepath.Join(p.t.TempDir(), "script.ps1")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		p.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(p.t.Context(), 3*time.Minute)
	defer cancel()
	cmd := p.command(ctx, "-File", path)
	var out, errs bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(answers), &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatalf("migsh did not run: %v", err)
	}
	if ctx.Err() != nil {
		p.t.Fatalf("migsh did not end.\nstdout:\n%s\nstderr:\n%s", out.String(), errs.String())
	}
	return result{out.String(), errs.String(), cmd.ProcessState.ExitCode()}
}

// ok runs a script that must end well and say nothing on the error output but what waiting says.
func (p *program) ok(script, answers string) string {
	p.t.Helper()
	r := p.run(script, answers)
	if r.code != 0 {
		p.t.Fatalf("exit code %d.\nstdout:\n%s\nstderr:\n%s", r.code, r.stdout, r.stderr)
	}
	return r.stdout
}

// userList writes a CSV file.
func userList(t *testing.T, rows ...string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	if err := os.WriteFile(path, []byte(strings.Join(rows, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// endpoints is the script that makes the endpoints Source and Target and sets the target. Passwords of the target come from the user list.
func endpoints(sourcePort, targetPort int, limits string) string {
	return fmt.Sprintf(`
$ErrorActionPreference = 'Stop'
New-MigrationEndpoint -IMAP -Name Source -RemoteServer 127.0.0.1 -Port %d -Security None %s | Out-Null
New-MigrationEndpoint -IMAP -Name Target -RemoteServer 127.0.0.1 -Port %d -Security None | Out-Null
Set-MigrationConfig -TargetEndpoint Target
`, sourcePort, limits, targetPort)
}

// accounts makes the same accounts on both servers, with passwords that the user list names, and returns the list's rows.
func accounts(t *testing.T, source, target *testserver.Dovecot, names ...string) []string {
	t.Helper()
	rows := []string{"EmailAddress,UserName,Password,TargetPassword"}
	for _, n := range names {
		address := n + "@contoso.edu"
		source.AddUser(t, testserver.Account{Name: n, Password: "source-" + n})
		target.AddUser(t, testserver.Account{Name: address, Password: "target-" + n})
		rows = append(rows, strings.Join([]string{address, n, "source-" + n, "target-" + n}, ","))
	}
	return rows
}
