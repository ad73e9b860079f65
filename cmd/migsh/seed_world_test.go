package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"migsh/internal/testmail"
	"migsh/internal/testserver"
)

// seedWorld is two Dovecots on which the promises of the two articles are shown. Each promise has accounts and a state of its own.
type seedWorld struct {
	source, target *testserver.Dovecot
	// server names the source as parameters do.
	server string
}

func newSeedWorld(t *testing.T, source, target *testserver.Dovecot) *seedWorld {
	return &seedWorld{source, target, fmt.Sprintf("-RemoteServer 127.0.0.1 -Port %d -Security None ", source.IMAPPort)}
}

// prepare makes the endpoints Source and Target; errors don't end the script.
func (w *seedWorld) prepare() string {
	return strings.Replace(endpoints(w.source.IMAPPort, w.target.IMAPPort, ""), "$ErrorActionPreference = 'Stop'", "", 1)
}

// list makes accounts with so many messages each, and returns the rows of their user list, the header first.
func (w *seedWorld) list(t *testing.T, messages int, names ...string) []string {
	t.Helper()
	rows := accounts(t, w.source, w.target, names...)
	for i, n := range names {
		w.source.Fill(t, n, testmail.Plain(uint64(len(n)+i), messages))
	}
	return rows
}

// make is the command that makes the batch B out of a list.
func (w *seedWorld) make(t *testing.T, rows ...string) string {
	t.Helper()
	return "New-MigrationBatch B -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('" + userList(t, rows...) + "')) "
}

// begin and wait go behind make: the batch is started, and waited for.
const beginAndWait = "-AutoStart | Out-Null; Wait-MigrationBatch B | Out-Null\n"

// shows runs a script in a state of its own and demands that it says each of the texts.
func (w *seedWorld) shows(t *testing.T, script string, says ...string) result {
	t.Helper()
	return newProgram(t).shows(w.prepare()+script+"\n", says...)
}

// shows runs a script and demands that each of the texts is said, on the output or, with its lines joined, as an error or warning. A
// text after "!" must not be said.
func (p *program) shows(script string, says ...string) result {
	p.t.Helper()
	r := p.run(script, "")
	flat := strings.Join(strings.Fields(strings.ReplaceAll(r.stderr, "|", " ")), " ")
	for _, want := range says {
		unwanted := strings.HasPrefix(want, "!")
		want = strings.TrimPrefix(want, "!")
		if said := strings.Contains(r.stdout, want) || strings.Contains(flat, want); said == unwanted {
			p.t.Errorf("said: %v, which is wrong of %q\nstdout:\n%s\nstderr:\n%s", said, want, r.stdout, r.stderr)
		}
	}
	return r
}

// arrived demands that the mailboxes at the target hold so many messages.
func arrived(t *testing.T, target testserver.Any, messages int, addresses ...string) {
	t.Helper()
	for _, a := range addresses {
		if n := target.Base().Snapshot(t, a).Messages(); n != messages {
			t.Errorf("%s has %d messages at the target, want %d", a, n, messages)
		}
	}
}

// in counts the messages of a folder.
func in(t *testing.T, server testserver.Any, user string, path ...string) int {
	t.Helper()
	f, _ := server.Base().Snapshot(t, user).Folder(path...)
	return len(f.Messages)
}

// quotedList writes a user list with whatever its fields hold.
func quotedList(t *testing.T, rows ...[]string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "users.csv")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

// deliver puts a message into a folder of a user, as a mail server does that gets one.
func deliver(t *testing.T, server *testserver.Dovecot, user, folder, subject string) {
	t.Helper()
	server.Save(t, user, folder, strings.NewReader("From: a@b.example\r\nSubject: "+subject+"\r\n\r\nx\r\n"))
}

// relay is the script that hands mail to a sink.
func relay(sink *testserver.SMTPSink) string {
	return fmt.Sprintf("Set-MigrationConfig -SmtpServer localhost -SmtpPort %d -SmtpSecurity None -SmtpFrom migsh@contoso.edu\n", sink.Port)
}
