package notify

import (
	"bytes"
	"encoding/csv"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"migsh/internal/csvfile"
	"migsh/internal/migration"
	"migsh/internal/testserver"
	"migsh/store"
	"migsh/store/memstore"
)

var start = time.Date(2024, 3, 1, 18, 0, 0, 0, time.UTC)

func batch(status migration.BatchStatus, order migration.OrderKind) migration.Batch {
	return migration.Batch{
		Name: "Batch 1", GUID: "g", Status: status, CSVName: "users.csv", StartTime: start, InitialSyncTime: start.Add(90 * time.Minute),
		BatchSettings: migration.BatchSettings{TimeZone: "Pacific Standard Time"},
		Order:         migration.Order{Kind: order, Number: 3, At: start.Add(time.Hour)},
	}
}

func TestDue(t *testing.T) {
	skipping := batch(migration.BatchSyncing, migration.OrderStart)
	skipping.SkipReports = true
	hourly := batch(migration.BatchSyncing, migration.OrderStart)
	hourly.ReportInterval = time.Hour
	later := batch(migration.BatchSyncing, migration.OrderStart)
	later.StartAfter = start.Add(20 * time.Hour)
	for _, tt := range []struct {
		name  string
		batch migration.Batch
		after time.Duration
		want  string
	}{
		{"created", batch(migration.BatchCreated, migration.OrderNone), 0, ""},
		{"copied", batch(migration.BatchSynced, migration.OrderStart), 0, "Finished-3"},
		{"copied with errors", batch(migration.BatchSyncedWithErrors, migration.OrderStart), 0, "Finished-3"},
		{"failed", batch(migration.BatchFailed, migration.OrderStart), 0, "Finished-3"},
		{"ended with its copy", batch(migration.BatchStopped, migration.OrderStart), 0, "Finished-3"},
		{"stopped", batch(migration.BatchStopped, migration.OrderStop), 0, "Stopped-3"},
		{"completed", batch(migration.BatchCompleted, migration.OrderComplete), 0, "Completed-3"},
		{"synchronizing again", batch(migration.BatchIncrementalSyncing, migration.OrderStart), 48 * time.Hour, ""},
		{"at work", batch(migration.BatchSyncing, migration.OrderStart), 24 * time.Hour, ""}, // the order came an hour after the first start
		{"at work for a day", batch(migration.BatchSyncing, migration.OrderStart), 25 * time.Hour, "Report-3-1"},
		{"at work for two days", batch(migration.BatchSyncing, migration.OrderStart), 49 * time.Hour, "Report-3-2"},
		{"held back until lately", later, 49 * time.Hour, "Report-3-1"},
		{"completing", batch(migration.BatchCompleting, migration.OrderComplete), 25 * time.Hour, "Report-3-1"},
		{"at work for days, without reports", skipping, 49 * time.Hour, ""},
		{"every hour", hourly, 190 * time.Minute, "Report-3-2"},
	} {
		if _, got := due(tt.batch, start.Add(tt.after)); got != tt.want {
			t.Errorf("%s: %q is due, want %q", tt.name, got, tt.want)
		}
	}
}

func user(address string, status migration.UserStatus, synced time.Time, items int64) migration.User {
	return migration.User{EmailAddress: address, UserName: address[:3], UserState: migration.UserState{Status: status}, SyncedItemCount: items,
		LastSuccessfulSyncTime: synced, EstimatedTotalCount: -1}
}

// TestErrorsAfterStop: the list holds who was under way when the batch was stopped and who was still waiting, and nobody else.
func TestErrorsAfterStop(t *testing.T) {
	b := batch(migration.BatchStopped, migration.OrderStop)
	l := newLetter(migration.NotifyStopped, b, []migration.User{
		user("ann@contoso.edu", migration.UserStopped, start.Add(30*time.Minute), 5), // copied before the stop
		user("bob@contoso.edu", migration.UserStopped, start.Add(61*time.Minute), 5), // finished after it
		user("cyd@contoso.edu", migration.UserStopped, time.Time{}, 3),               // cut off
		user("dor@contoso.edu", migration.UserStopped, time.Time{}, 0),               // never begun
	}, start.Add(2*time.Hour))
	var got []string
	for _, f := range l.Failures {
		got = append(got, f.User.UserName)
	}
	if !slices.Equal(got, []string{"bob", "cyd", "dor"}) || l.Migrated() != 2 {
		t.Errorf("listed are %v, %d migrated", got, l.Migrated())
	}
}

// TestMail sends a mail through real relays of every kind and takes apart what arrives.
func TestMail(t *testing.T) {
	b := batch(migration.BatchSyncedWithErrors, migration.OrderStart)
	b.TotalCount, b.SyncedCount, b.FailedCount = 2, 1, 1
	bad := user("bob@contoso.edu", migration.UserFailed, time.Time{}, 0)
	bad.Fault = &migration.UserFault{ID: "Auth", Message: "We had trouble signing in to this account.", Remedy: "Give another password."}
	l := newLetter(migration.NotifyFinished, b, []migration.User{user("ann@contoso.edu", migration.UserSynced, start, 12), bad}, start.Add(2*time.Hour))
	for name, o := range map[string]testserver.SMTPOptions{
		"clear":    {},
		"STARTTLS": {TLS: true, UserName: "migsh", Password: "relay-secret"},
		"TLS":      {Implicit: true, UserName: "migsh", Password: "relay-secret"},
	} {
		t.Run(name, func(t *testing.T) {
			sink := testserver.StartSMTP(t, o)
			relay := migration.Relay{Server: sink.Host, Port: sink.Port, Security: migration.SecurityNone, UserName: o.UserName, From: "migsh@contoso.edu",
				AcceptUntrustedCertificates: true}
			switch {
			case o.Implicit:
				relay.Security = migration.SecuritySsl
			case o.TLS:
				relay.Security = migration.SecurityTls
			}
			to := []string{"super-user@contoso.edu", "helpdesk@contoso.edu", "cio@contoso.edu"}
			m, err := l.message(relay.From, to)
			if err != nil {
				t.Fatal(err)
			}
			var raw bytes.Buffer
			if _, err := m.WriteTo(&raw); err != nil {
				t.Fatal(err)
			}
			verdicts, err := deliver(t.Context(), relay, "relay-secret", to, bytes.NewReader(raw.Bytes()))
			if err != nil || len(verdicts) != 3 || verdicts[0].err != nil {
				t.Fatalf("%v, %v", verdicts, err)
			}
			mails := sink.Wait(t.Context(), t, 3)
			if mails[1].To != to[1] || mails[1].From != relay.From {
				t.Errorf("the second goes from %s to %s", mails[1].From, mails[1].To)
			}
			check(t, mails[0])
		})
	}
}

// check looks into a mail of TestMail.
func check(t *testing.T, m testserver.Mail) {
	t.Helper()
	subject, err := m.Header.Subject()
	if err != nil || subject != `E-mail migration batch "Batch 1" has finished - with errors` {
		t.Errorf("subject %q, %v", subject, err)
	}
	if id, err := m.Header.MessageID(); err != nil || id == "" {
		t.Errorf("Message-ID %q, %v", id, err)
	}
	if date, err := m.Header.Date(); err != nil || !date.Equal(start.Add(2*time.Hour)) {
		t.Errorf("date %v, %v", date, err)
	}
	for _, want := range []string{"CSV file: users.csv", "Started: Friday, 1 March 2024, 10:00:00 PST", "Total time: 2h0m0s", "Mailboxes migrated: 1", "Mailboxes that failed: 1"} {
		if !strings.Contains(m.Text, want) {
			t.Errorf("the text lacks %q:\n%s", want, m.Text)
		}
	}
	if !strings.Contains(m.HTML, "<td>users.csv</td>") {
		t.Errorf("the page lacks the file's name:\n%s", m.HTML)
	}
	if rows, err := csv.NewReader(strings.NewReader(m.Attachments["MigrationStatistics.csv"])).ReadAll(); err != nil || len(rows) != 3 {
		t.Errorf("statistics: %v, %v", rows, err)
	}
	list, err := csvfile.Parse([]byte(m.Attachments["MigrationErrors.csv"]), csvfile.Options{})
	if err != nil || len(list.Rows) != 1 || list.Rows[0].EmailAddress != "bob@contoso.edu" {
		t.Errorf("errors: %+v, %v", list, err)
	}
}

func TestNoErrorsNoList(t *testing.T) {
	m, err := newLetter(migration.NotifyFinished, batch(migration.BatchSynced, migration.OrderStart), []migration.User{user("ann@contoso.edu", migration.UserSynced, start, 1)}, start).
		message("a@b.example", []string{"c@d.example"})
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if _, err := m.WriteTo(&raw); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(raw.String(), "MigrationErrors") {
		t.Error("nobody failed, and there is a list of errors")
	}
}

// TestOutbox has a relay put mail off and refuse one recipient, and the notifier begin anew in between.
func TestOutbox(t *testing.T) {
	busy := true
	sink := testserver.StartSMTP(t, testserver.SMTPOptions{Refuse: []string{"nobody@contoso.edu"}, Busy: func() bool { return busy }})
	relay := migration.Relay{Server: sink.Host, Port: sink.Port, Security: migration.SecurityNone, From: "migsh@contoso.edu"}
	st, dir := memstore.New(), t.TempDir()
	defer st.Close()
	now := start
	newNotifier := func() *Notifier {
		return New(nil, NewOutbox(st, dir), nil, Options{Now: func() time.Time { return now }})
	}
	n := newNotifier()
	l := newLetter(migration.NotifyFinished, batch(migration.BatchSynced, migration.OrderStart), nil, now)
	for range 2 { // the second time it is there already
		m, err := l.message(relay.From, []string{"a@contoso.edu", "nobody@contoso.edu"})
		if err != nil {
			t.Fatal(err)
		}
		note := migration.Notification{Kind: l.Kind, State: migration.NotificationWaiting, To: []string{"a@contoso.edu", "nobody@contoso.edu"},
			Pending: []string{"a@contoso.edu", "nobody@contoso.edu"}, Created: now, NextTry: now}
		if err := n.outbox.put(t.Context(), "g", "Finished-3", note, m); err != nil {
			t.Fatal(err)
		}
	}
	send := func(n *Notifier, which choice) migration.Notification {
		t.Helper()
		if _, err := n.send(t.Context(), relay, "", nil, which); err != nil {
			t.Fatal(err)
		}
		mails, err := n.outbox.Mails(t.Context(), "g")
		if err != nil || len(mails) != 1 {
			t.Fatalf("%v, %v", mails, err)
		}
		return mails[0]
	}
	if got := send(n, whatIsDue); got.State != migration.NotificationWaiting || got.Attempts != 1 || !got.NextTry.Equal(now.Add(time.Minute)) || !strings.Contains(got.LastError, "later") {
		t.Errorf("put off: %+v", got)
	}
	if got := send(n, whatIsDue); got.Attempts != 1 {
		t.Errorf("tried again before its time: %+v", got)
	}
	n, busy, now = newNotifier(), false, now.Add(time.Second)
	got := send(n, everything)
	if got.State != migration.NotificationSent || !slices.Equal(got.Refused, []string{"nobody@contoso.edu"}) || got.Attempts != 2 {
		t.Errorf("sent: %+v", got)
	}
	if mails := sink.Mails(); len(mails) != 1 || mails[0].To != "a@contoso.edu" {
		t.Errorf("%d mails have come", len(mails))
	}
	if err := n.outbox.sweep(t.Context(), map[string]bool{}); err != nil {
		t.Fatal(err)
	}
	if mails, err := n.outbox.Mails(t.Context(), "g"); err != nil || len(mails) != 0 {
		t.Errorf("of a batch that is gone there is left %v, %v", mails, err)
	}
}

// A mail whose record can't be read is told of and given up; the others go out.
func TestDamagedOutbox(t *testing.T) {
	sink := testserver.StartSMTP(t, testserver.SMTPOptions{})
	relay := migration.Relay{Server: sink.Host, Port: sink.Port, Security: migration.SecurityNone, From: "migsh@contoso.edu"}
	st := memstore.New()
	defer st.Close()
	n := New(nil, NewOutbox(st, t.TempDir()), nil, Options{Now: func() time.Time { return start }})
	to := []string{"a@contoso.edu"}
	for _, occasion := range []string{"Finished-1", "Finished-2"} {
		m, err := newLetter(migration.NotifyFinished, batch(migration.BatchSynced, migration.OrderStart), nil, start).message(relay.From, to)
		if err == nil {
			err = n.outbox.put(t.Context(), "g", occasion, migration.Notification{State: migration.NotificationWaiting, To: to, Pending: to, Created: start, NextTry: start}, m)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := st.Update(t.Context(), store.Set("notification/g/Finished-1", []byte("{"))); err != nil {
		t.Fatal(err)
	}
	if _, err := n.send(t.Context(), relay, "", errors.New("the password is lost"), everything); err != nil {
		t.Fatal(err)
	}
	mails, err := n.outbox.Mails(t.Context(), "g")
	if err != nil || len(mails) != 2 || mails[1].State != migration.NotificationWaiting || mails[1].LastError != "the password is lost" {
		t.Errorf("without a password: %+v, %v", mails, err)
	}
	if _, err := n.send(t.Context(), relay, "", nil, everything); err != nil {
		t.Fatal(err)
	}
	mails, err = n.outbox.Mails(t.Context(), "g")
	if err != nil || len(mails) != 2 || mails[0].State != migration.NotificationFailed || mails[0].Subject != "Finished-1" ||
		!strings.Contains(mails[0].LastError, "can't be read") || mails[1].State != migration.NotificationSent {
		t.Errorf("%+v, %v", mails, err)
	}
	if err := n.outbox.sweep(t.Context(), map[string]bool{"g": true}); err != nil {
		t.Error(err)
	}
	left, err := os.ReadDir(n.outbox.dir)
	if err != nil || len(left) != 0 {
		t.Errorf("files are left: %v, %v", left, err)
	}
}
