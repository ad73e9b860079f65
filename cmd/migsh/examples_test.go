package main

import (
	"os"
	"strings"
	"testing"

	"migsh/internal/testserver"
)

// example is the text of a script in examples, whose parameters are set as given: name, value, …
func example(t *testing.T, name string, parameters ...string) string {
	t.Helper()
	script, err := os.ReadFile("../../examples/" + name)
	if err != nil {
		t.Fatal(err)
	}
	_, body, found := strings.Cut(string(script), "\nparam(")
	if !found {
		t.Fatalf("%s has no parameters", name)
	}
	_, body, _ = strings.Cut(body, ")\n")
	for i := 0; i < len(parameters); i += 2 {
		body = "$" + parameters[i] + " = '" + parameters[i+1] + "'\n" + body
	}
	return body
}

// TestExamples runs the scripts of examples that have no test of their own on real servers: live-edu-2013, microsoft-365, batch-of-today and
// quickstart have.
func TestExamples(t *testing.T) {
	source := testserver.StartDovecot(t, testserver.DovecotOptions{Strict: true})
	target := testserver.StartDovecot(t, testserver.DovecotOptions{})
	w := newSeedWorld(t, source, target)
	t.Run("retry-failed", func(t *testing.T) {
		rows := w.list(t, 3, "again-a", "again-b", "again-c")
		corrected := userList(t, rows[0], rows[2])
		rows[2] = strings.Replace(rows[2], "source-again-b", "mistyped", 1)
		rows[3] = strings.Replace(rows[3], "source-again-c", "mistyped", 1)
		w.shows(t, w.make(t, rows...)+beginAndWait+example(t, "retry-failed.ps1", "OldBatch", "B", "Corrected", corrected)+"\n(Get-MigrationBatch).Identity -join ' '; (Get-MigrationUser -BatchId B-Retry).Identity -join ' '",
			"Identity         : again-b@contoso.edu\n", "Error            : We had trouble signing in", "SyncedCount : 2\n", "FailedCount : 1\n", "B B-Retry\nagain-c@contoso.edu\n")
		arrived(t, target, 3, "again-a@contoso.edu", "again-b@contoso.edu")
	})
	t.Run("administrator-login", func(t *testing.T) {
		w.list(t, 4, "admin-a", "admin-b")
		addresses := userList(t, "EmailAddress", "admin-a@contoso.edu", "admin-b@contoso.edu")
		newProgram(t).trusting(target.CAFile).shows(cloud(target)+"New-MigrationEndpoint Source -IMAP "+w.server+"| Out-Null\n"+
			example(t, "administrator-login.ps1", "Addresses", addresses, "Admin", source.Admin, "Password", source.AdminPassword),
			"admin-a@contoso.edu: Success \nadmin-b@contoso.edu: Success \n", "Status : Synced\n")
		arrived(t, target, 4, "admin-a@contoso.edu", "admin-b@contoso.edu")
	})
	t.Run("cutover", func(t *testing.T) {
		rows := w.list(t, 5, "cut-a", "cut-b")
		sink := testserver.StartSMTP(t, testserver.SMTPOptions{})
		p := newProgram(t)
		p.ok(w.prepare()+relay(sink)+w.make(t, rows...)+beginAndWait, "")
		deliver(t, source, "cut-a", "INBOX", "in the last minute")
		p.shows(example(t, "cutover.ps1", "Batch", "B")+"\n\"left: $(@(Get-MigrationBatch).Count)\"; Test-Path B.html", "Status             : Synced\n", "cut-a@contoso.edu Success            6         6               0\n",
			"Status         : Completed\nFinalizedCount : 2\n", "left: 0\nTrue\n")
		arrived(t, target, 6, "cut-a@contoso.edu")
		told := map[string]int{}
		for _, m := range sink.Mails() {
			if subject, err := m.Header.Subject(); err == nil && subject == "Your mail has moved" {
				told[m.To]++
			}
		}
		if len(told) != 2 || told["cut-a@contoso.edu"] != 1 || told["cut-b@contoso.edu"] != 1 {
			t.Errorf("told were %v", told)
		}
	})
}
