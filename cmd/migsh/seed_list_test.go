//go:build unix

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"migsh/internal/testserver"
)

// seedLists shows what the articles promise of user lists and their passwords: S0.2 to S0.20, S1.14 and S1.18.
func seedLists(t *testing.T, w *seedWorld) {
	t.Run("S0.2", func(t *testing.T) {
		rows := w.list(t, 3, "s02")
		rows = append(rows, "missing@contoso.edu,s02,source-s02,x")
		w.shows(t, w.make(t, rows...)+`| Out-Null
Get-MigrationUser | Test-MigrationUser | ForEach-Object { "$($_.Identity): $($_.Source.Result), $($_.Target.Result)" }
(Get-MigrationBatch B).Status`, "s02@contoso.edu: Success, Success\n", "missing@contoso.edu: Success, Failed\n", "\nCreated\n")
		w.shows(t, w.make(t, rows...)+"-Validate -AutoStart", "missing@contoso.edu")
		arrived(t, w.target, 0, "s02@contoso.edu")
	})
	t.Run("S0.3", func(t *testing.T) {
		w.shows(t, w.make(t, manyRows(0, 50_001)...)+"\n\"batches: $(@(Get-MigrationBatch).Count)\"\nSet-MigrationConfig -MaxCsvRows 100\n"+w.make(t, manyRows(0, 101)...)+"\n"+w.make(t, manyRows(0, 100)...)+"| Format-List TotalCount",
			"The CSV file has more than 50,000 rows: it has 50,001.", "batches: 0\n", "The CSV file has more than 100 rows: it has 101.", "TotalCount : 100\n")
		if os.Getenv("MIGSH_SOAK") != "" { // csvfile's TestRowLimit reads as many every day
			w.shows(t, w.make(t, manyRows(0, 50_000)...)+"| Format-List TotalCount", "TotalCount : 50000\n")
		}
	})
	t.Run("S0.4", func(t *testing.T) {
		var script strings.Builder
		for i := range 4 {
			script.WriteString(strings.Replace(w.make(t, manyRows(2500*i, 2500)...), "New-MigrationBatch B", fmt.Sprintf("New-MigrationBatch Part%d", i+1), 1) + "| Out-Null\n")
		}
		w.shows(t, script.String()+`Get-MigrationBatch | ForEach-Object { "$($_.Identity) has $($_.TotalCount)" }; (Get-MigrationStatistics).TotalCount`,
			"Part1 has 2500\nPart2 has 2500\nPart3 has 2500\nPart4 has 2500\n10000\n")
	})
	t.Run("S0.5", func(t *testing.T) {
		rows := w.list(t, 4, "s05a", "s05b")
		w.shows(t, w.make(t, rows...)+beginAndWait+"Get-MigrationUser | ForEach-Object { \"$($_.Identity) $($_.Status)\" }", "s05a@contoso.edu Synced\n", "s05b@contoso.edu Synced\n")
		arrived(t, w.target, 4, "s05a@contoso.edu", "s05b@contoso.edu")
	})
	t.Run("S0.6", func(t *testing.T) {
		w.list(t, 4, "s06a", "s06b")
		rows := []string{"EmailAddress,UserName,Password,TargetPassword"}
		for _, n := range []string{"s06a", "s06b"} {
			rows = append(rows, fmt.Sprintf("%s@contoso.edu,%[1]s*%s,%s,target-%[1]s", n, w.source.Admin, w.source.AdminPassword))
		}
		w.shows(t, w.make(t, rows...)+beginAndWait+"(Get-MigrationBatch B).SyncedCount", "2\n")
		arrived(t, w.target, 4, "s06a@contoso.edu", "s06b@contoso.edu")
	})
	t.Run("S0.7", func(t *testing.T) { testPathsOfLists(t, w) })
	t.Run("S0.13", func(t *testing.T) { testEncodingsOfLists(t, w) })
	t.Run("S0.14", func(t *testing.T) { testOddPasswords(t, w) })
	t.Run("S0.19", func(t *testing.T) { testSecretsOfLists(t, w) })
	t.Run("S0.20", func(t *testing.T) {
		w.source.AddUser(t, testserver.Account{Name: "s020", Password: `Pa$$word1`})
		w.target.AddUser(t, testserver.Account{Name: "s020@contoso.edu", Password: "x"})
		w.shows(t, `$double = "Pa$$word1"; $single = 'Pa$$word1'; "$double|$single"`+"\n"+
			w.make(t, "EmailAddress,UserName,Password,TargetPassword", `s020@contoso.edu,s020,Pa$$word1,x`)+beginAndWait+"(Get-MigrationUser).Status", "Paword1|Pa$$word1\n", "\nSynced\n")
	})
	t.Run("S1.6", func(t *testing.T) {
		rows := w.list(t, 2, "s16")
		w.shows(t, "Set-MigrationConfig -AcceptedDomains contoso.edu, CONTOSO.org\n"+w.make(t, append(rows, "s16@fabrikam.com,s16,source-s16,x", "s16@contoso.ORG,s16b,x,x")...)+`| Out-Null
(Get-MigrationBatch B).ValidationWarnings | Format-List RowIndex, LocalizedErrorMessage
(Get-MigrationUser).Identity -join ' '`, "RowIndex              : 2\n", "'s16@fabrikam.com' is not in an accepted domain of the target: contoso.edu, CONTOSO.org.", "\ns16@contoso.edu s16@contoso.ORG\n")
	})
	t.Run("S1.14", func(t *testing.T) {
		w.list(t, 3, "s114", "s114other")
		// The target's mailbox is named by EmailAddress, the source's by UserName, which has nothing to do with it.
		w.shows(t, w.make(t, "EmailAddress,UserName,Password,TargetPassword", "s114@contoso.edu,s114other,source-s114other,target-s114")+beginAndWait+
			"Get-MigrationUser | Format-List Identity, RemoteIdentifier, Status", "RemoteIdentifier : s114other\n", ": Synced\n")
		arrived(t, w.target, 3, "s114@contoso.edu")
		arrived(t, w.target, 0, "s114other@contoso.edu")
	})
	t.Run("S1.18", func(t *testing.T) {
		rows := w.list(t, 3, "s118")
		w.shows(t, w.make(t, rows[0]+",UserRoot", rows[1]+",")+"| Format-List TotalCount, ValidationWarningCount", "TotalCount             : 1\n", "ValidationWarningCount : 0\n")
	})
}

// manyRows is a user list of so many rows, beginning with user first.
func manyRows(first, n int) []string {
	rows := []string{"EmailAddress,UserName,Password,TargetPassword"}
	for i := first; i < first+n; i++ {
		rows = append(rows, fmt.Sprintf("user%d@contoso.edu,user%[1]d,pass-%[1]d,x", i))
	}
	return rows
}

// testPathsOfLists reads a list by an absolute path, by one relative to where migsh was started, and by one with blanks.
func testPathsOfLists(t *testing.T, w *seedWorld) {
	rows := strings.Join(w.list(t, 0, "s07"), "\n")
	dir := filepath.Join(t.TempDir(), "user lists")
	if err := os.MkdirAll(filepath.Join(dir, "sub"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"all users.csv", "sub/users.csv"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(rows), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := w.prepare()
	for i, path := range []string{filepath.Join(dir, "all users.csv"), "all users.csv", "./sub/users.csv"} {
		script += fmt.Sprintf("New-MigrationBatch Path%d -SourceEndpoint Source -CSVData ([System.IO.File]::ReadAllBytes(\"%s\")) | ForEach-Object { \"path %[1]d: $($_.CsvFileName) $($_.TotalCount)\" }\n"+
			"Remove-MigrationBatch Path%[1]d -Confirm:$false\n", i, path)
	}
	p := newProgram(t)
	p.dir = dir
	p.shows(script, "path 0: all users.csv 1\n", "path 1: all users.csv 1\n", "path 2: users.csv 1\n")
}

// testEncodingsOfLists writes the same list in every way that editors do.
func testEncodingsOfLists(t *testing.T, w *seedWorld) {
	list := "EmailAddress,UserName,Password\nzoë@contoso.edu,zoë,pä\nyan@contoso.edu,yan,y\n"
	wide := func(text string) []byte {
		out := []byte{0xff, 0xfe}
		for _, u := range utf16.Encode([]rune(text)) {
			out = append(out, byte(u), byte(u>>8))
		}
		return out
	}
	dir := t.TempDir()
	var script strings.Builder
	fmt.Fprintf(&script, "Set-MigrationEndpoint Target -Credentials ([pscredential]::new('%s', (ConvertTo-SecureString '%s' -AsPlainText -Force))) -LoginFormat '{user}*{admin}'\n",
		w.target.Admin, w.target.AdminPassword)
	var says []string
	for name, data := range map[string][]byte{
		"plain.csv": []byte(list), "text.txt": []byte(list), "bom.csv": []byte("\ufeff" + list), "excel.txt": wide(list),
		"windows.csv": []byte(strings.ReplaceAll(list, "\n", "\r\n")), "blank.csv": []byte(list + "\n\r\n\n"), "unended.csv": []byte(strings.TrimSuffix(list, "\n")),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&script, "New-MigrationBatch E -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('%s')) | ForEach-Object { \"%s: $($_.TotalCount) $((Get-MigrationUser).Identity -join ' ')\" }\nRemove-MigrationBatch E -Confirm:$false\n",
			filepath.Join(dir, name), name)
		says = append(says, name+": 2 zoë@contoso.edu yan@contoso.edu\n")
	}
	w.shows(t, script.String(), says...)
}

// oddPasswords are those that a spreadsheet, a shell or a protocol may take for something else.
var oddPasswords = []string{
	"1091990", "007", "1e5", " lead", "trail ", "a,b", `"q"`, `q"`, `back\slash\`, "Pa$$word1", "$true", "=1+1", "#x", "{5}", "(*)%", "pässwörd", "秘密🔑", "'single'", "`tick`",
	strings.Repeat("long", 50), "!\"#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_`abcxyz{|}~",
}

// testOddPasswords opens accounts with odd passwords at either side. The list holds them quoted as CSV has it.
func testOddPasswords(t *testing.T, w *seedWorld) {
	rows := [][]string{{"EmailAddress", "UserName", "Password", "TargetPassword"}}
	for i, password := range oddPasswords {
		name := fmt.Sprintf("s014-%d", i)
		w.source.AddUser(t, testserver.Account{Name: name, Password: password})
		w.target.AddUser(t, testserver.Account{Name: name + "@contoso.edu", Password: password})
		deliver(t, w.source, name, "INBOX", "hello")
		rows = append(rows, []string{name + "@contoso.edu", name, password, password})
	}
	w.shows(t, "New-MigrationBatch B -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('"+quotedList(t, rows...)+"')) "+beginAndWait+
		"\"$((Get-MigrationBatch B).Status) $((Get-MigrationBatch B).SyncedCount)\"; (Get-MigrationUser -Status Failed).ErrorSummary",
		fmt.Sprintf("Synced %d\n", len(oddPasswords)), "!trouble signing in")
	for i := range oddPasswords {
		arrived(t, w.target, 1, fmt.Sprintf("s014-%d@contoso.edu", i))
	}
}

// testSecretsOfLists looks for a list's passwords in whatever a migration writes: the state, its log, a transcript, reports and mails.
func testSecretsOfLists(t *testing.T, w *seedWorld) {
	rows := w.list(t, 3, "s019", "s019bad")
	rows[2] = strings.Replace(rows[2], "source-s019bad", "mistyped-s019bad", 1)
	sink := testserver.StartSMTP(t, testserver.SMTPOptions{})
	p, dir := newProgram(t), t.TempDir()
	p.env = append(p.env, "MIGSH_TRACE="+filepath.Join(dir, "trace"), "MIGSH_LOG_LEVEL=DEBUG")
	r := p.shows(fmt.Sprintf(`Start-Transcript '%[1]s/transcript' | Out-Null
%[2]sSet-MigrationConfig -SmtpServer localhost -SmtpPort %[3]d -SmtpSecurity None -SmtpFrom migsh@contoso.edu
%[4]s-NotificationEmails admin@contoso.edu -AutoStart
Wait-MigrationBatch B | Format-List *
Get-MigrationBatch | FL
Get-MigrationUser | Get-MigrationUserStatistics -IncludeReport -IncludeSkippedItems | FL *
Get-MigrationBatch B | ConvertTo-Json -Depth 5
Export-MigrationReport B '%[1]s/report.html'; Export-MigrationReport B '%[1]s/report.csv'
Stop-Transcript | Out-Null`, dir, w.prepare(), sink.Port, w.make(t, rows...)), "SyncedWithErrors", "s019bad@contoso.edu")
	texts := map[string]string{"the output": r.stdout, "the error output": r.stderr}
	for i, m := range sink.Wait(t.Context(), t, 1) {
		texts[fmt.Sprintf("mail %d", i+1)] = string(m.Raw) + m.Text + m.HTML + fmt.Sprint(m.Attachments)
	}
	for _, root := range []string{p.home, dir} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			texts[filepath.Base(path)] = string(data)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, must := range []string{"transcript", "trace", "state.db", "migsh.log", "report.html", "report.csv", "mail 1"} {
		if texts[must] == "" {
			t.Errorf("there is no %s to look into", must)
		}
	}
	for where, text := range texts {
		for _, secret := range []string{"source-s019", "mistyped-s019bad", "target-s019"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s holds the password %q", where, secret)
			}
		}
	}
}
