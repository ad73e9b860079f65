package migration

import (
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
		"EmailAddresses -eq 'smtp:a@contoso.com'":                       true,
		"Registered -eq $true":                                          true,
		"Alias -eq 'x' -or Name -like '*N*' -and Registered -eq $true":  true,
		"Alias -eq 'x' -and Name -like '*N*' -or Registered -eq $false": false,
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
	for _, bad := range []string{"Alias", "Alias -eq", "Alias -gt 'a'", "Alias -eq 'a' Name -eq 'b'", "(Alias -eq 'a')", "Alias -eq 'a' -and"} {
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
