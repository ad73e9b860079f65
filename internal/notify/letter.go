package notify

import (
	"bytes"
	_ "embed"
	"fmt"
	htmltemplate "html/template"
	texttemplate "text/template"
	"time"

	gomail "github.com/wneessen/go-mail"

	"migsh/internal/migration"
	"migsh/internal/report"
	"migsh/internal/wintz"
)

var (
	//go:embed letter.txt
	textSource string
	//go:embed letter.html
	htmlSource string

	textTemplate = texttemplate.Must(texttemplate.New("text").Parse(textSource))
	htmlTemplate = htmltemplate.Must(htmltemplate.New("html").Parse(htmlSource))
)

// A letter is what a mail about a batch says.
type letter struct {
	Kind  migration.NotificationKind
	Batch migration.Batch
	Users []migration.User
	Now   time.Time
	// Failures are the rows to look after.
	Failures []report.Failure
}

// newLetter gathers what there is to say.
func newLetter(kind migration.NotificationKind, b migration.Batch, users []migration.User, now time.Time) letter {
	l := letter{Kind: kind, Batch: b, Users: users, Now: now}
	for _, u := range users {
		if why := failure(kind, b, u); why != "" {
			l.Failures = append(l.Failures, report.Failure{User: u, Message: why})
		}
	}
	return l
}

// failure says why a row is to be looked after, empty if it isn't: it failed or, when the batch was stopped, waits or was under way.
func failure(kind migration.NotificationKind, b migration.Batch, u migration.User) string {
	summary := u.Status.Summary()
	switch {
	case summary == migration.SummaryFailed && u.Fault == nil:
		return "It failed."
	case summary == migration.SummaryFailed:
		return u.ErrorSummary()
	case kind != migration.NotifyStopped:
		return ""
	case u.LastSuccessfulSyncTime.After(b.Order.At):
		return "It was being migrated when the batch was stopped, and was finished: nothing is left to do."
	case summary != migration.SummaryStopped && summary != migration.SummaryActive:
		return ""
	case u.SyncedItemCount > 0 && u.LastSuccessfulSyncTime.IsZero():
		return "It was being migrated when the batch was stopped. Start-MigrationBatch goes on where it was."
	case u.LastSuccessfulSyncTime.IsZero():
		return "It was waiting when the batch was stopped. Start-MigrationBatch migrates it."
	}
	return ""
}

// Subject is the mail's.
func (l letter) Subject() string {
	what := map[migration.NotificationKind]string{
		migration.NotifyFinished: "has finished", migration.NotifyReport: "is running", migration.NotifyStopped: "was stopped",
		migration.NotifyCompleted: "is completed",
	}[l.Kind]
	batch := "batch"
	if l.Batch.Analyze {
		batch = "analysis"
	}
	subject := fmt.Sprintf("E-mail migration %s %q %s", batch, l.Batch.Name, what)
	if l.Batch.FailedCount > 0 {
		subject += " - with errors"
	}
	return subject
}

// Started is when the batch was started, in its time zone.
func (l letter) Started() string { return l.local(l.Batch.StartTime) }

func (l letter) local(t time.Time) string {
	if t.IsZero() {
		return "never"
	}
	zone := time.UTC
	if l.Batch.TimeZone != "" {
		if z, _, err := wintz.Load(l.Batch.TimeZone); err == nil {
			zone = z
		}
	}
	return t.In(zone).Format("Monday, 2 January 2006, 15:04:05 MST")
}

// Duration is the time from the start to the end, or until now while there is none.
func (l letter) Duration() string {
	end := l.Now
	switch {
	case l.Kind == migration.NotifyFinished && !l.Batch.InitialSyncTime.IsZero() && l.Batch.FailedCount == 0:
		end = l.Batch.InitialSyncTime
	case l.Kind == migration.NotifyCompleted && !l.Batch.FinalizedTime.IsZero():
		end = l.Batch.FinalizedTime
	}
	if l.Batch.StartTime.IsZero() {
		return "0s"
	}
	return end.Sub(l.Batch.StartTime).Round(time.Second).String()
}

// Migrated counts the mailboxes whose mail has arrived.
func (l letter) Migrated() int {
	return l.Batch.SyncedCount + l.Batch.FinalizedCount + l.stoppedCopied()
}

// stoppedCopied counts those that were copied whole before they were stopped.
func (l letter) stoppedCopied() int {
	n := 0
	for _, u := range l.Users {
		if u.Status.Summary() == migration.SummaryStopped && !u.LastSuccessfulSyncTime.IsZero() {
			n++
		}
	}
	return n
}

// Left counts the mailboxes that are still to be migrated.
func (l letter) Left() int { return max(0, l.Batch.TotalCount-l.Migrated()-l.Batch.FailedCount) }

// Lines are the facts, as name and value.
func (l letter) Lines() [][2]string {
	b := l.Batch
	lines := [][2]string{{"Batch", b.Name}, {"Status", string(b.Status)}}
	if b.CSVName != "" {
		lines = append(lines, [2]string{"CSV file", b.CSVName})
	}
	done := "Mailboxes migrated"
	if b.Analyze {
		done = "Mailboxes counted (nothing was copied)"
	}
	lines = append(lines,
		[2]string{"Started", l.Started()},
		[2]string{"Total time", l.Duration()},
		[2]string{done, fmt.Sprint(l.Migrated())},
		[2]string{"Mailboxes that failed", fmt.Sprint(b.FailedCount)},
	)
	if n := l.Left(); n > 0 {
		lines = append(lines, [2]string{"Mailboxes not migrated yet", fmt.Sprint(n)})
	}
	return lines
}

// message makes the mail.
func (l letter) message(from string, to []string) (*gomail.Msg, error) {
	m := gomail.NewMsg()
	if err := m.From(from); err != nil {
		return nil, fmt.Errorf("the sender of notifications: %w", err)
	}
	if err := m.To(to...); err != nil {
		return nil, fmt.Errorf("the recipients of notifications: %w", err)
	}
	m.Subject(l.Subject())
	m.SetDateWithValue(l.Now)
	m.SetMessageID()
	m.SetGenHeader("Auto-Submitted", "auto-generated")
	if err := m.SetBodyTextTemplate(textTemplate, l); err != nil {
		return nil, fmt.Errorf("write a notification: %w", err)
	}
	if err := m.AddAlternativeHTMLTemplate(htmlTemplate, l); err != nil {
		return nil, fmt.Errorf("write a notification: %w", err)
	}
	var statistics, failures bytes.Buffer
	if err := report.Statistics(&statistics, l.Users); err != nil {
		return nil, err
	}
	attachments := []struct {
		name string
		data *bytes.Buffer
	}{{"MigrationStatistics.csv", &statistics}}
	if len(l.Failures) > 0 {
		if err := report.Errors(&failures, l.Failures); err != nil {
			return nil, err
		}
		attachments = append(attachments, struct {
			name string
			data *bytes.Buffer
		}{"MigrationErrors.csv", &failures})
	}
	for _, a := range attachments {
		if err := m.AttachReader(a.name, a.data, gomail.WithFileContentType("text/csv; charset=utf-8")); err != nil {
			return nil, fmt.Errorf("attach %s: %w", a.name, err)
		}
	}
	return m, nil
}
