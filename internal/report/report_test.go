package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"migsh/internal/csvfile"
	"migsh/internal/migration"
)

func users() []migration.User {
	return []migration.User{
		{EmailAddress: "ann@contoso.edu", UserName: "ann", BatchName: "B", UserState: migration.UserState{Status: migration.UserSynced},
			SyncedItemCount: 12, EstimatedTotalCount: 13, SkippedItemCount: 1, LastSuccessfulSyncTime: time.Date(2024, 3, 1, 10, 0, 0, 0, time.UTC)},
		{EmailAddress: "bob@contoso.edu", UserName: `bob,"the" builder`, UserRoot: "/users/bob", BatchName: "B", EstimatedTotalCount: -1,
			UserState: migration.UserState{Status: migration.UserFailed},
			Fault:     &migration.UserFault{ID: "Auth", Message: "We had trouble signing in.", ServerText: "NO <b>go</b>", Remedy: "Give another password."}},
	}
}

// TestErrorsIsAUserListAgain writes the list of errors and reads it as what New-MigrationBatch takes.
func TestErrorsIsAUserListAgain(t *testing.T) {
	var b bytes.Buffer
	u := users()[1]
	if err := Errors(&b, []Failure{{u, u.ErrorSummary()}}); err != nil {
		t.Fatal(err)
	}
	file, err := csvfile.Parse(b.Bytes(), csvfile.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(file.Rows) != 1 || file.Rows[0].UserName != u.UserName || file.Rows[0].UserRoot != u.UserRoot || len(file.Ignored) > 0 {
		t.Errorf("read back: %+v", file)
	}
	if !strings.Contains(b.String(), "Give another password.") {
		t.Errorf("no remedy in %s", b.String())
	}
}

func TestStatistics(t *testing.T) {
	var b bytes.Buffer
	if err := Statistics(&b, users()); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\r\n")
	if want := "ann@contoso.edu,B,Synced,12,1,13,0,2024-03-01T10:00:00Z,"; lines[1] != want {
		t.Errorf("a row is %q, want %q", lines[1], want)
	}
	if !strings.HasPrefix(lines[2], "bob@contoso.edu,B,Failed,0,0,,0,,We had trouble") {
		t.Errorf("the failed row is %q", lines[2])
	}
}

func TestPage(t *testing.T) {
	batch := Batch{Made: time.Date(2024, 3, 2, 0, 0, 0, 0, time.UTC), Batch: migration.Batch{
		Name: "B", Status: migration.BatchSyncedWithErrors, Counts: migration.Counts{TotalCount: 2, SyncedCount: 1, FailedCount: 1},
		BatchSettings: migration.BatchSettings{ExcludeFolders: []string{"Junk Mail"}, ContentFilter: "Size -lt 25MB", FolderMapping: []migration.FolderMapping{{From: "A", To: "B"}}, SyncDeletions: true,
			ReportInterval: 12 * time.Hour},
	}}
	for _, u := range users() {
		batch.Users = append(batch.Users, migration.UserStatistics{User: u, Folders: []migration.FolderCount{{SourceFolder: "<Inbox>", Source: 1234, Copied: 617, Refused: 1}, {SourceFolder: "Junk", Source: 5000, Excluded: true}},
			SkippedItems: []migration.SkippedItem{{Kind: migration.SkippedLargeItem, FolderName: "<Inbox>", Subject: "<script>alert(1)</script>", Reason: "too large"}}, TotalInProgressDuration: time.Minute})
	}
	var b bytes.Buffer
	if err := Page(&b, batch); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	for _, want := range []string{"Auth: 1", "NO &lt;b&gt;go&lt;/b&gt;", "&lt;Inbox&gt;", "1,234", "Junk Mail", `<rect x="180" y="0" width="200" height="18" fill="#c0392b"/>`,
		`<rect x="180" y="48" width="199" height="18" fill="#3b7dd8"/>`, "&lt;script&gt;alert(1)&lt;/script&gt;", "Size -lt 25MB", "A-&gt;B", "up to 10 percent", "every 12h<", "in 2m of work"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	for _, elsewhere := range []string{"http://", "https://", "src=", "@import", "<link"} {
		if strings.Contains(text, elsewhere) {
			t.Errorf("the page needs something from elsewhere: %q", elsewhere)
		}
	}
}
