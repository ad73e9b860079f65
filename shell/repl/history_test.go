package repl

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func reopened(t *testing.T, path string) *history {
	t.Helper()
	h, err := openHistory(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := h.close(); err != nil {
			t.Error(err)
		}
	})
	return h
}

func TestHistoryIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	h := reopened(t, path)
	for _, entry := range []string{"a", "b", "if (1) {\n\t'x' `\n}", "a", "a", "  ", "", "c\n"} {
		if err := h.add(entry); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"b", "if (1) {\n\t'x' `\n}", "a", "c"}
	if !slices.Equal(h.entries, want) {
		t.Errorf("now   %q\nwant  %q", h.entries, want)
	}
	if again := reopened(t, path); !slices.Equal(again.entries, want) {
		t.Errorf("later %q\nwant  %q", again.entries, want)
	}
}

func TestHistoryIsBounded(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	var file strings.Builder
	for i := range 3 * maxHistory {
		fmt.Fprintf(&file, "command %d\n", i)
	}
	if err := os.WriteFile(path, []byte(file.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	h := reopened(t, path)
	if n := len(h.entries); n != maxHistory || h.entries[n-1] != fmt.Sprintf("command %d", 3*maxHistory-1) {
		t.Errorf("%d entries, the last %q", n, h.entries[n-1])
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), "\n"); n != maxHistory {
		t.Errorf("the file holds %d entries", n)
	}
	if st, err := os.Stat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	if err := h.add("one more"); err != nil {
		t.Fatal(err)
	}
	if n := len(h.entries); n != maxHistory {
		t.Errorf("%d entries after one more", n)
	}
}

func TestHistoryWithoutAFile(t *testing.T) {
	h, err := openHistory(filepath.Join(t.TempDir(), "nowhere", "history"))
	if err == nil {
		t.Error("no error for a directory that is not there")
	}
	if err := h.add("kept in memory"); err != nil || len(h.entries) != 1 {
		t.Errorf("%q, %v", h.entries, err)
	}
}

func TestSecretsAreNotStored(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history")
	h := reopened(t, path)
	secret := []string{
		"ConvertTo-SecureString 'hunter2' -AsPlainText -Force",
		"$p = 'hunter2' | ConvertTo-SecureString -AsP",
		"New-Thing -Password hunter2",
		"Connect-It -Credential 'admin:hunter2'",
		"$c = [pscredential]::new('admin', $s) # hunter2",
		"New-Object System.Management.Automation.PSCredential('a', $hunter2)",
		"[System.Net.NetworkCredential]::new('a', 'hunter2')",
		"$env:API_KEY = 'hunter2'",
		"$clientSecret = 'hunter2'",
		"Invoke-It imaps://admin:hunter2@mail.example.com/",
		"@'\nEmailAddress,UserName,Password\na@b,a,hunter2\n'@ | Set-Content users.csv",
	}
	plain := []string{
		"New-MigrationEndpoint -IMAP -Name In -RemoteServer imap.example.com -Port 993 -Security Ssl",
		"Test-MigrationServerAvailability -Credentials (Get-Credential) -RemoteServer imap.example.com",
		"Get-MigrationUser -BatchId 'Batch 1' | Format-List",
		"Start-Process https://example.com:8443/a@b",
	}
	for _, entry := range append(slices.Clone(secret), plain...) {
		if err := h.add(entry); err != nil {
			t.Fatal(err)
		}
	}
	if len(h.entries) != len(secret)+len(plain) {
		t.Error("an entry cannot be recalled in this session")
	}
	if got := reopened(t, path).entries; !slices.Equal(got, plain) {
		t.Errorf("stored:\n%s", strings.Join(got, "\n"))
	}
}
