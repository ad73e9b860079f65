package migration

import (
	"strings"
	"testing"

	"migsh/internal/migration"
	"migsh/shell/object"
)

func TestMailboxFilter(t *testing.T) {
	box := object.Instance(typeMailbox, &migration.Mailbox{Name: "Ann O'Neil", Alias: "ann", PrimarySMTPAddress: "ann@contoso.com", EmailAddresses: []string{"a@contoso.com"}, Registered: true})
	for filter, want := range map[string]bool{
		"":                       true,
		"Alias -eq 'ANN'":        true,
		"alias -ne 'ann'":        false,
		"Name -like 'Ann*'":      true,
		"Name -eq 'Ann O''Neil'": true,
		`Name -notlike "B*"`:     true,
		"EmailAddresses -eq 'smtp:a@contoso.com'":                        true,
		"Registered -eq $true":                                           true,
		"(Alias -eq 'ann')":                                              true,
		"Alias -eq 'x' -or Name -like '*N*' -and Registered -eq $true":   true,
		"Alias -eq 'x' -and Name -like '*N*' -or Registered -eq $false":  false,
		"Alias -eq 'x' -and (Name -like '*N*' -or Registered -eq $true)": false,
		"-not (Alias -eq 'x') -and -not Alias -like 'b*'":                true,
		"!(Alias -eq 'ann')":                                             false,
		"Alias -gt 'am' -and Alias -lt 'ao'":                             true,
		"Alias -ge 'ANN' -and Alias -le 'ann'":                           true,
		"Alias -gt 'ann'":                                                false,
		"EmailAddresses -ne 'smtp:a@contoso.com'":                        false,
	} {
		f, err := parseFilter(filter)
		if err != nil {
			t.Errorf("%s: %v", filter, err)
			continue
		}
		if got, err := f.holds(box); got != want || err != nil {
			t.Errorf("%s: %t, %v", filter, got, err)
		}
	}
	for _, bad := range []string{"Alias", "Alias -eq", "Alias -xx 'a'", "Alias -eq 'a' Name -eq 'b'", "(Alias -eq 'a'", "Alias -eq 'a')", "Alias -eq 'a' -and", "-not", "()", strings.Repeat("(", 1000)} {
		if _, err := parseFilter(bad); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
	f, err := parseFilter("Nothing -eq 'a'")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.holds(box); err == nil {
		t.Error("a property that there is none of is taken")
	}
}

// The dates of a content filter are read as the culture has them.
func TestContentFilterLanguage(t *testing.T) {
	for _, c := range [][3]string{
		{"", "Received -ge '1/2/2021'", "Received -ge '1/2/2021'"},
		{"en-GB", "Received -ge '1/2/2021' -and Size -lt 25MB", "Received -ge '2021-02-01 00:00:00' -and Size -lt 25MB"},
		{"en-US", `received -GE "1/2/2021 3:04 PM"`, "received -GE '2021-01-02 15:04:00'"},
		{"de-DE", "(Received -lt '31.12.2023' -or Received -gt '2.1.2024 10:00')", "(Received -lt '2023-12-31 00:00:00' -or Received -gt '2024-01-02 10:00:00')"},
	} {
		got, err := inCulture(c[1], c[0])
		if err != nil || got != c[2] {
			t.Errorf("%s %s: %s, %v", c[0], c[1], got, err)
		}
		if _, err := migration.ParseContentFilter(got); err != nil {
			t.Error(err)
		}
	}
	for _, bad := range [][2]string{{"xx-XX", "Received -ge '1/2/2021'"}, {"en-US", "Received -ge '31.12.2023'"}} {
		if got, err := inCulture(bad[1], bad[0]); err == nil {
			t.Errorf("%v is taken as %s", bad, got)
		}
	}
}
