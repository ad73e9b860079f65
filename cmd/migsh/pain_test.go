package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// TestPain shows, with the program itself, what becomes of the pains that are about reaching and opening mailboxes.
func TestPain(t *testing.T) {
	t.Run("P35", testDetective)
	t.Run("P27", testDailyLimit)
	t.Run("P28", testConnectionCap)
	t.Run("P36", testTokensEnd)
	t.Run("P38", testPinning)
	t.Run("P36_device", testDeviceCode)
	t.Run("P39", TestOneUserFailsAlone)
}

// testDetective searches for the form in which administrators open mailboxes, at every kind of server there is here, and opens one
// with the parameters that it names.
func testDetective(t *testing.T) {
	dovecot := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	percent := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true, Extra: "auth_master_user_separator = +"})
	cyrus := testserver.StartCyrus(t, testserver.CyrusOptions{})
	courier := testserver.StartCourier(t, testserver.CourierOptions{})
	for _, s := range []testserver.Any{dovecot, percent, cyrus, courier} {
		s.AddUser(t, testserver.Account{Name: "ann", Password: "s3cret-of-ann"})
		s.Base().Fill(t, "ann", testmail.Plain(1, 2))
	}
	courier.AddUser(t, testserver.Account{Name: "root", Password: "s3cret-of-root"})
	p := newProgram(t)
	for _, test := range []struct {
		name            string
		server          *testserver.Server
		admin, password string
		user            string
		want            string // format|authorization id, or what the failure says
		attempts        int
	}{
		{"Dovecot", dovecot.Server, dovecot.Admin, dovecot.AdminPassword, "ann", "{user}*{admin}|", 1},
		{"Dovecot with another separator", percent.Server, percent.Admin, percent.AdminPassword, "ann", "|{user}", 2},
		{"Cyrus", cyrus.Server, cyrus.Admin, cyrus.AdminPassword, "ann", "|{user}", 1},
		{"Cyrus without domains", cyrus.Server, cyrus.Admin, cyrus.AdminPassword, "ann@contoso.edu", "|{local}", 2},
		{"Courier", courier.Server, "root", "s3cret-of-root", "ann", "Failed: UserRoot", 0},
		{"a wrong password", dovecot.Server, dovecot.Admin, "wrong-s3cret", "ann", "Failed: None of the forms", 3},
	} {
		t.Run(test.name, func(t *testing.T) {
			out := p.ok(fmt.Sprintf(`
$admin = [pscredential]::new('%s', (ConvertTo-SecureString '%s' -AsPlainText -Force))
$t = Test-MigrationServerAvailability -IMAP -RemoteServer 127.0.0.1 -Port %d -Security None -Credentials $admin -TestMailbox %s
"$($t.Result) $($t.LoginFormat)|$($t.AuthorizationId)"
"$($t.Result): $($t.Message)"
"attempts $($t.Attempts.Count)"
$t.Attempts
if ($t.Result -eq 'Success') {
	$how = @{}
	if ($t.LoginFormat) { $how.LoginFormat = $t.LoginFormat } else { $how.AuthorizationId = $t.AuthorizationId }
	New-MigrationEndpoint -IMAP -Name Found -RemoteServer 127.0.0.1 -Port %d -Security None -Credentials $admin @how | Out-Null
	"again: $((Test-MigrationServerAvailability -Endpoint Found -TestMailbox %s).Result)"
	Remove-MigrationEndpoint Found -Confirm:$false
}`, test.admin, test.password, test.server.IMAPPort, test.user, test.server.IMAPPort, test.user), "")
			wants := []string{"Success " + test.want + "\n", "again: Success\n"}
			if said, fails := strings.CutPrefix(test.want, "Failed: "); fails {
				wants = []string{"Failed: ", said}
			}
			for _, want := range append(wants, fmt.Sprintf("attempts %d\n", test.attempts)) {
				if !strings.Contains(out, want) {
					t.Errorf("the output lacks %q:\n%s", want, out)
				}
			}
			nowhere(t, []string{test.password}, "the output", out)
		})
	}
}

// testTokensEnd migrates with tokens of an application. Its secret is changed: the user waits for the new one, and goes on by itself when it
// is given. No secret is found anywhere.
func testTokensEnd(t *testing.T) {
	tokens := testserver.StartTokens(t)
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Tokens: tokens, AnyUser: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	source.Fill(t, "ann", testmail.Plain(1, 5))
	p := newProgram(t)
	trace := filepath.Join(t.TempDir(), "trace")
	p.env = append(p.env, "MIGSH_TRACE="+trace, "MIGSH_LOG_LEVEL=DEBUG")
	first := tokens.ClientSecret
	out := p.ok(fmt.Sprintf(`
$ErrorActionPreference = 'Stop'
$admin = [pscredential]::new('%s', (ConvertTo-SecureString '%s' -AsPlainText -Force))
New-MigrationEndpoint -IMAP -Name Source -RemoteServer 127.0.0.1 -Port %d -Security Tls -AcceptUntrustedCertificates -ClientId %s -ClientSecret '%s' -TokenUri %s -Scope mail |
	ForEach-Object { "$($_.Authentication) $($_.OAuthGrant) $($_.ApplicationId)" }
New-MigrationEndpoint -IMAP -Name Target -RemoteServer 127.0.0.1 -Port %d -Security None -Credentials $admin -LoginFormat '{user}*{admin}' | Out-Null
Set-MigrationConfig -TargetEndpoint Target
New-MigrationBatch -Name Tokens -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) -AutoStart | Out-Null
Wait-MigrationBatch Tokens | ForEach-Object { "first $($_.Status)" }`,
		target.Admin, target.AdminPassword, source.IMAPPort, tokens.ClientID, first, tokens.TokenURI, target.IMAPPort,
		userList(t, "EmailAddress,UserName,Password", "ann@contoso.edu,ann,")), "")
	for _, want := range []string{"OAuth ClientCredentials migsh-test\n", "first Synced\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	const next = "the-next-s3cret"
	tokens.SetSecret(next)
	tokens.Expire()
	out += p.ok(fmt.Sprintf(`
$ErrorActionPreference = 'Stop'
Set-MigrationBatch Tokens -SyncNow
Wait-MigrationBatch Tokens | Out-Null
Get-MigrationUser | ForEach-Object { "then $($_.Status): $($_.ErrorSummary)" }
Set-MigrationEndpoint Source -ClientSecret (ConvertTo-SecureString '%s' -AsPlainText -Force)
Wait-MigrationBatch Tokens | ForEach-Object { "at last $($_.Status)" }
Get-MigrationEndpoint | Format-List *
Get-MigrationUser | Get-MigrationUserStatistics -IncludeReport | Format-List *`, next), "")
	for _, want := range []string{"then IncrementalFailed: ", "invalid_client", "-ClientSecret", "at last Synced\n"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	secrets := []string{first, next, "access-"}
	nowhere(t, secrets, "the output", out)
	for _, root := range []string{p.home, trace} {
		if err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			nowhere(t, secrets, path, string(data))
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}

func nowhere(t *testing.T, secrets []string, where, text string) {
	t.Helper()
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("%s holds the secret %q", where, s)
		}
	}
}

// awaited is output in which something is waited for.
type awaited struct {
	pattern *regexp.Regexp
	found   chan string // gets the pattern's first group, once

	mu   sync.Mutex
	text strings.Builder
}

func (a *awaited) Write(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.text.Write(p)
	if m := a.pattern.FindStringSubmatch(a.text.String()); m != nil {
		select {
		case a.found <- m[1]:
		default:
		}
	}
	return len(p), nil
}

// testDeviceCode has somebody sign in with a code that the program shows, and opens the mailbox with what that brought, in this run of the
// program and, by the refresh token that has replaced it meanwhile, in the next.
func testDeviceCode(t *testing.T) {
	tokens := testserver.StartTokens(t)
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Tokens: tokens})
	p := newProgram(t)
	path := filepath.Join(t.TempDir(), "script.ps1")
	script := fmt.Sprintf(`
$ErrorActionPreference = 'Stop'
New-MigrationEndpoint -IMAP -Name Mine -RemoteServer 127.0.0.1 -Port %d -Security Tls -AcceptUntrustedCertificates -ApplicationId %s -DeviceCode -TokenUri %s -DeviceCodeUri %s -Scope mail | Out-Null
(Test-MigrationServerAvailability -Endpoint Mine -TestMailbox ann).Result`, source.IMAPPort, tokens.ClientID, tokens.TokenURI, tokens.DeviceURI)
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := p.command(ctx, "-File", path)
	out := &awaited{pattern: regexp.MustCompile(`enter\s+the\s+code\s+(CODE-\w+)`), found: make(chan string, 1)}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	select {
	case code := <-out.found:
		if !tokens.SignIn(code, "ann") {
			t.Errorf("nobody knows the code %s", code)
		}
	case <-ctx.Done():
		t.Error("no code was shown")
	}
	if err := cmd.Wait(); err != nil || !strings.Contains(out.text.String(), "Success") {
		t.Fatalf("%v:\n%s", err, out.text.String())
	}
	tokens.Expire()
	if again := p.ok(`(Test-MigrationServerAvailability -Endpoint Mine -TestMailbox ann -WarningAction SilentlyContinue).Result
(Test-MigrationServerAvailability -Endpoint Mine -TestMailbox bob -WarningAction SilentlyContinue).Result`, ""); again != "Success\nFailed\n" {
		t.Errorf("in the next run:\n%s", again)
	}
}

// testPinning reaches a server whose certificate nobody has signed: the program says what is wrong, the pin that it offers opens the mailbox,
// another certificate does not, and where somebody on the way takes out the offer of TLS no password is sent.
func testPinning(t *testing.T) {
	server := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	server.AddUser(t, testserver.Account{Name: "ann", Password: "s3cret-of-ann"})
	between := startStripper(t, server.IMAPAddr())
	p := newProgram(t)
	out := p.ok(fmt.Sprintf(`
$ann = [pscredential]::new('ann', (ConvertTo-SecureString 's3cret-of-ann' -AsPlainText -Force))
$at = @{ RemoteServer = '127.0.0.1'; Port = %d; Security = 'Tls'; WarningAction = 'SilentlyContinue' }
$t = Test-MigrationServerAvailability -IMAP @at -Credentials $ann
"unsigned: $($t.Result) $($t.Message) $($t.ErrorDetail)"
$pin = [regex]::Match($t.ErrorDetail, '-CertificateFingerprint ([0-9A-F]{64})').Groups[1].Value
New-MigrationEndpoint -IMAP -Name Pinned @at -CertificateFingerprint $pin | Out-Null
"pinned: $((Test-MigrationServerAvailability -Endpoint Pinned -Credentials $ann -WarningAction SilentlyContinue).Result)"
$other = 'AB' * 32
$t = Test-MigrationServerAvailability -IMAP @at -Credentials $ann -CertificateFingerprint $other
"another: $($t.Result) $($t.Message)"
$colons = (0..31 | ForEach-Object { $pin.Substring(2 * $_, 2) }) -join ':'
Set-MigrationEndpoint Pinned -CertificateFingerprint $other, $colons
"two: $((Test-MigrationServerAvailability -Endpoint Pinned -Credentials $ann -WarningAction SilentlyContinue).Result)"
Set-MigrationEndpoint Pinned -Port %d -SkipVerification
$t = Test-MigrationServerAvailability -Endpoint Pinned -Credentials $ann
"stripped: $($t.Result) $($t.Message)"
try { New-MigrationEndpoint -IMAP -Name Bad @at -CertificateFingerprint 'abc' -ErrorAction Stop } catch { "bad: $_" }`, server.IMAPPort, between.port), "")
	for _, want := range []string{"unsigned: Failed ", "self-signed", "pinned: Success\n", "another: Failed ", "another certificate than the one that was pinned",
		"two: Success\n", "stripped: Failed ", "somebody on the way has taken the offer out", "bad: 'abc' is no fingerprint"} {
		if !strings.Contains(out, want) {
			t.Errorf("the output lacks %q:\n%s", want, out)
		}
	}
	if said := between.said(); strings.Contains(said, "AUTHENTICATE") || strings.Contains(said, "LOGIN") {
		t.Errorf("who takes out the offer of TLS hears %q", said)
	}
}

// A stripper stands between a client and a server and takes the offer of STARTTLS out.
type stripper struct {
	port int

	mu    sync.Mutex
	heard strings.Builder // of the client
}

func (s *stripper) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard.String()
}

func (s *stripper) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.heard.Write(p)
}

func startStripper(t *testing.T, server string) *stripper {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &stripper{port: listener.Addr().(*net.TCPAddr).Port}
	var wg sync.WaitGroup
	t.Cleanup(func() {
		listener.Close()
		wg.Wait()
	})
	wg.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer client.Close()
				behind, err := net.Dial("tcp", server)
				if err != nil {
					return
				}
				defer behind.Close()
				wg.Go(func() {
					defer behind.Close()
					_, _ = io.Copy(io.MultiWriter(behind, s), client) // ends when either side does
				})
				for lines := bufio.NewReader(behind); ; {
					line, err := lines.ReadString('\n')
					if _, failed := io.WriteString(client, strings.ReplaceAll(line, " STARTTLS", "")); err != nil || failed != nil {
						return
					}
				}
			})
		}
	})
	return s
}
