//go:build unix

package main

import (
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/internal/testserver"
)

// seedMails shows what the articles promise of mails about batches, S0.44 to S0.54, on those about a batch of three, one of which fails.
// A second batch, of one that does not fail, tells only the operator.
func seedMails(t *testing.T, w *seedWorld) {
	rows := w.list(t, 4, "s044a", "s044b", "s044c", "s044d")
	right := rows[2]
	rows[2] = strings.Replace(rows[2], "source-s044b", "mistyped", 1)
	sink := testserver.StartSMTP(t, testserver.SMTPOptions{})
	p := newProgram(t)
	said := p.ok(w.prepare()+fmt.Sprintf("Set-MigrationConfig -SmtpServer localhost -SmtpPort %d -SmtpSecurity None -SmtpFrom migsh@contoso.edu -NotificationEmails operator@contoso.edu\n", sink.Port)+
		w.make(t, rows[:4]...)+"| Out-Null\nStart-MigrationBatch -NotificationEmails \"super-user@contoso.edu\",\"helpdesk@contoso.edu\",\"CIO@contoso.edu\"\nWait-MigrationBatch B | Out-Null\n"+
		strings.Replace(w.make(t, rows[0], rows[4]), "Batch B", "Batch C", 1)+"| Out-Null\nStart-MigrationBatch C -Verbose 4>&1 | ForEach-Object Message\nWait-MigrationBatch C | Out-Null\n"+
		"'start: ' + (Get-MigrationBatch B).StartDateTimeUTC.ToString('yyyy-MM-ddTHH:mm:ssZ')", "")
	p.ok("'migsh is started once more'; Get-MigrationBatch | Out-Null", "") // and has nothing to tell
	all := sink.Mails()
	about := func(batch string) (mails []testserver.Mail) {
		for _, m := range all {
			subject, err := m.Header.Subject()
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(subject, fmt.Sprintf("%q", batch)) {
				mails = append(mails, m)
			}
		}
		return mails
	}
	b, c := about("B"), about("C")
	if len(b) == 0 || len(c) == 0 {
		t.Fatalf("%d and %d mails have come: %s", len(b), len(c), said)
	}
	m := b[0]
	line := func(name string) string {
		for l := range strings.Lines(m.Text) {
			if value, found := strings.CutPrefix(l, name+": "); found {
				return strings.TrimSpace(value)
			}
		}
		return ""
	}
	started, startFault := time.Parse("Monday, 2 January 2006, 15:04:05 MST", line("Started"))

	t.Run("S0.44", func(t *testing.T) {
		var to []string
		for _, m := range b {
			to = append(to, m.To)
		}
		slices.Sort(to)
		if want := []string{"CIO@contoso.edu", "helpdesk@contoso.edu", "super-user@contoso.edu"}; !slices.Equal(to, want) {
			t.Errorf("the mail went to %v, want %v", to, want)
		}
	})
	t.Run("S0.45", func(t *testing.T) {
		if len(c) != 1 || c[0].To != "operator@contoso.edu" {
			t.Errorf("%d mails, the first to %s", len(c), c[0].To)
		}
		if want := "What becomes of the batch 'C' is told by mail to operator@contoso.edu."; !strings.Contains(said, want) {
			t.Errorf("nothing says %q in\n%s", want, said)
		}
	})
	t.Run("S0.46", func(t *testing.T) {
		if len(b) != 3 {
			t.Errorf("%d mails to three people", len(b))
		}
		if line("CSV file") != "users.csv" || line("Status") != "SyncedWithErrors" {
			t.Errorf("the mail says\n%s", m.Text)
		}
	})
	t.Run("S0.47", func(t *testing.T) {
		if startFault != nil || !strings.Contains(said, "start: "+started.UTC().Format("2006-01-02T15:04:05Z")) {
			t.Errorf("the mail says it was started %q, the batch says %s (%v)", line("Started"), said, startFault)
		}
	})
	t.Run("S0.48", func(t *testing.T) {
		took, err := time.ParseDuration(line("Total time"))
		sent, dateFault := m.Header.Date()
		if err != nil || dateFault != nil || (sent.Sub(started)-took).Abs() > 2*time.Second {
			t.Errorf("it took %q, from %v to %v (%v, %v)", line("Total time"), started, sent, err, dateFault)
		}
	})
	t.Run("S0.49", func(t *testing.T) {
		if n := line("Mailboxes migrated"); n != "2" {
			t.Errorf("%q were migrated", n)
		}
	})
	t.Run("S0.50", func(t *testing.T) {
		if n := line("Mailboxes that failed"); n != "1" {
			t.Errorf("%q failed", n)
		}
	})
	list := m.Attachments["MigrationErrors.csv"]
	t.Run("S0.51", func(t *testing.T) {
		if list == "" {
			t.Error("one failed, and there is no list of errors")
		}
		if _, there := c[0].Attachments["MigrationErrors.csv"]; there {
			t.Error("none failed, and there is a list of errors")
		}
	})
	t.Run("S0.52", func(t *testing.T) {
		table, err := csv.NewReader(strings.NewReader(list)).ReadAll()
		if err != nil || len(table) != 2 || !slices.Equal(table[0], []string{"EmailAddress", "UserName", "Password", "ErrorMessage"}) {
			t.Fatalf("the list is %q, %v", table, err)
		}
		row := table[1]
		if row[0] != "s044b@contoso.edu" || row[1] != "s044b" || row[2] != "" || !strings.Contains(row[3], "the source login 's044b'") || !strings.Contains(row[3], "Check the user name and password") {
			t.Errorf("its row is %q", row)
		}
	})
	t.Run("S0.53", func(t *testing.T) {
		if !strings.Contains(m.Text, "Put their passwords in (none is\r\nsent by mail)") {
			t.Errorf("nothing says that passwords are missing:\n%s", m.Text)
		}
		fixed := userList(t, strings.TrimSpace(strings.Replace(list, ",s044b,,", ",s044b,source-s044b,", 1)))
		out := p.ok("$fixed = [IO.File]::ReadAllBytes('"+fixed+"')\nSet-MigrationBatch B -CSVData $fixed -WarningAction SilentlyContinue\n(Wait-MigrationBatch B).Status\n"+
			"Remove-MigrationUser s044b@contoso.edu -Confirm:$false\n"+ // handed in as a list of a new batch: that needs TargetPassword, which this target asks of each row
			"New-MigrationBatch Again -SourceEndpoint Source -CSVData ([IO.File]::ReadAllBytes('"+
			userList(t, "ErrorMessage,"+rows[0], "It failed.,"+right)+"')) -AutoStart | Out-Null\n(Wait-MigrationBatch Again).Status", "")
		if out != "Synced\nSynced\n" {
			t.Errorf("the corrected list: %s", out)
		}
		arrived(t, w.target, 4, "s044b@contoso.edu")
	})
	t.Run("S1.50", func(t *testing.T) {
		before := len(sink.Mails())
		p.shows("Send-MigrationNotice C -Subject x -Body 'Dear {Name}' -Confirm:$false\nSend-MigrationNotice C -Subject 'Your mail has moved, {LocalPart}' -Body \"Dear user,`n`nsign in as {EmailAddress}. Grüße\" -Confirm:$false\n"+
			"Send-MigrationNotice C -Status Failed -Subject x -Body y -Confirm:$false", "{Name} can't be filled in.", "WARNING: The batch 'C' has no such user: nobody was told.")
		mails := sink.Mails()[before:]
		if len(mails) != 1 {
			t.Fatalf("%d mails", len(mails))
		}
		subject, err := mails[0].Header.Subject()
		if err != nil || mails[0].To != "s044d@contoso.edu" || subject != "Your mail has moved, s044d" || strings.TrimSpace(mails[0].Text) != "Dear user,\r\n\r\nsign in as s044d@contoso.edu. Grüße" {
			t.Errorf("to %s, %q: %q (%v)", mails[0].To, subject, mails[0].Text, err)
		}
	})
	t.Run("S0.54", func(t *testing.T) {
		for _, m := range all {
			id, err := m.Header.MessageID()
			date, dateFault := m.Header.Date()
			from, fromFault := m.Header.AddressList("From")
			if err != nil || dateFault != nil || fromFault != nil || id == "" || date.IsZero() || len(from) != 1 || from[0].Address != "migsh@contoso.edu" {
				t.Errorf("Message-ID %q, Date %v, From %v: %v, %v, %v", id, date, from, err, dateFault, fromFault)
			}
			if m.Text == "" || !strings.Contains(m.HTML, "<td>users.csv</td>") {
				t.Errorf("the text is %q, the page %q", m.Text, m.HTML)
			}
			table, err := csv.NewReader(strings.NewReader(m.Attachments["MigrationStatistics.csv"])).ReadAll()
			if err != nil || len(table) < 2 {
				t.Errorf("the statistics are %q, %v", table, err)
			}
			for l := range strings.Lines(string(m.Raw)) {
				if len(l) > 1000 || !strings.HasSuffix(l, "\r\n") {
					t.Errorf("the line %q is none of a mail", l)
				}
			}
		}
	})
}

// seedAfterwards shows what becomes of mail that comes to the source after the first copy, before and after the end: S0.58 to S0.61, S1.44.
func seedAfterwards(t *testing.T, w *seedWorld) {
	t.Run("S0.58", func(t *testing.T) {
		rows := w.list(t, 2, "s058")
		session := newProgram(t).live()
		session.do(w.prepare() + "Set-MigrationConfig -IncrementalSyncInterval 0:0:1\n" + w.make(t, rows...) + beginAndWait)
		deliver(t, w.source, "s058", "INBOX", "later")
		for in(t, w.target, "s058@contoso.edu", "INBOX") < 3 { // no command is given; the test's own time limit ends the waiting
			if t.Context().Err() != nil {
				t.Fatal("what came later never arrived")
			}
		}
		session.done()
	})
	t.Run("S0.59", func(t *testing.T) {
		rows := w.list(t, 5, "s059")
		p := newProgram(t)
		p.ok(w.prepare()+w.make(t, rows...)+beginAndWait, "")
		const user = "s059@contoso.edu"
		w.target.Run(t, user, `CREATE Read`, `SELECT INBOX`, `UID STORE 1 +FLAGS (\Flagged \Answered $Mine)`, `UID STORE 2 +FLAGS (\Seen)`, `UID MOVE 3 Read`, `UID STORE 4 +FLAGS (\Deleted)`, `UID EXPUNGE 4`)
		deliver(t, w.source, "s059", "INBOX", "later")
		p.ok("Set-MigrationBatch B -SyncNow\nWait-MigrationBatch B | Out-Null", "")
		snapshot := w.target.Snapshot(t, user)
		inbox, _ := snapshot.Folder("INBOX")
		read, _ := snapshot.Folder("Read")
		var uids []uint32
		for _, m := range inbox.Messages {
			uids = append(uids, m.UID)
		}
		if !slices.Equal(uids, []uint32{1, 2, 5, 6}) || len(read.Messages) != 1 {
			t.Fatalf("the inbox has the UIDs %v, the other folder %d messages", uids, len(read.Messages))
		}
		for _, flag := range []string{"$Mine", `\Answered`, `\Flagged`} {
			if !slices.Contains(inbox.Messages[0].Flags, flag) {
				t.Errorf("the first message has lost %s: %v", flag, inbox.Messages[0].Flags)
			}
		}
		if !slices.Contains(inbox.Messages[1].Flags, `\Seen`) {
			t.Errorf("the second message is unread again: %v", inbox.Messages[1].Flags)
		}
	})
	rows := w.list(t, 2, "s060a", "s060b")
	sink := testserver.StartSMTP(t, testserver.SMTPOptions{})
	p := newProgram(t)
	session := p.live()
	session.do(w.prepare() + fmt.Sprintf("Set-MigrationConfig -IncrementalSyncInterval 0:0:1 -SmtpServer localhost -SmtpPort %d -SmtpSecurity None -SmtpFrom migsh@contoso.edu\n", sink.Port) +
		w.make(t, rows[:2]...) + beginAndWait + strings.Replace(w.make(t, rows[0], rows[2])+beginAndWait, "Batch B", "Batch C", 1) + "Wait-MigrationBatch | Out-Null")
	deliver(t, w.source, "s060a", "INBOX", "before the end")
	deliver(t, w.source, "s060b", "INBOX", "before the end")
	completed := session.do("Complete-Migration -NotificationEmails super-user@contoso.edu -Confirm:$false\nWait-MigrationBatch | ForEach-Object { \"$($_.Identity) is $($_.Status)\" }\nGet-MigrationUser | ForEach-Object { \"next: $($_.NextSyncTime)|\" }")
	deliver(t, w.source, "s060a", "INBOX", "after the end")
	t.Run("S0.60", func(t *testing.T) {
		for _, want := range []string{"B is Completed\n", "C is Completed\n", "next: |\nnext: |\n"} {
			if !strings.Contains(completed, want) {
				t.Errorf("nothing says %q in\n%s", want, completed)
			}
		}
		// Another batch is synchronized twice meanwhile, the completed ones are not.
		others := w.list(t, 1, "s060c")
		session.do(strings.Replace(w.make(t, others...)+beginAndWait, "Batch B", "Batch D", 1) + "Wait-MigrationBatch D | Out-Null")
		for i := range 2 {
			deliver(t, w.source, "s060c", "INBOX", "of another batch")
			for in(t, w.target, "s060c@contoso.edu", "INBOX") < 2+i {
				if t.Context().Err() != nil {
					t.Fatal("the other batch is not synchronized")
				}
			}
		}
		arrived(t, w.target, 3, "s060a@contoso.edu", "s060b@contoso.edu")
	})
	t.Run("S0.61", func(t *testing.T) {
		mails := sink.Wait(t.Context(), t, 2)
		for _, m := range mails {
			if subject, err := m.Header.Subject(); err != nil || m.To != "super-user@contoso.edu" || !strings.Contains(subject, "is completed") {
				t.Errorf("a mail %q to %s, %v", subject, m.To, err)
			}
		}
		if len(mails) != 2 {
			t.Errorf("%d mails about two batches", len(mails))
		}
	})
	session.done()
	t.Run("S1.44", func(t *testing.T) {
		rows := w.list(t, 1, "s144a", "s144b")
		session := newProgram(t).live()
		session.do(w.prepare() + "Set-MigrationConfig -IncrementalSyncInterval 0:0:1\n" + w.make(t, rows[:2]...) + beginAndWait + "Wait-MigrationBatch B | Out-Null")
		if said := session.do("Remove-MigrationBatch B -Force -Confirm:$false"); strings.Contains(said, "Line |") {
			t.Errorf("removing says %s", said)
		}
		deliver(t, w.source, "s144a", "INBOX", "after the removal")
		// Another batch is synchronized meanwhile.
		session.do(strings.Replace(w.make(t, rows[0], rows[2])+beginAndWait, "Batch B", "Batch C", 1))
		deliver(t, w.source, "s144b", "INBOX", "of another batch")
		for in(t, w.target, "s144b@contoso.edu", "INBOX") < 2 {
			if t.Context().Err() != nil {
				t.Fatal("the other batch is not synchronized")
			}
		}
		arrived(t, w.target, 1, "s144a@contoso.edu")
		session.done()
	})
}
