// Package report writes down how a batch went, for people and for spreadsheets: as CSV files, and as one HTML page that needs nothing
// but itself.
package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"time"

	"migsh/internal/migration"
)

// Failure is a row that did not arrive, and why.
type Failure struct {
	User    migration.User
	Message string
}

// Errors writes MigrationErrors.csv: the columns of a user list and ErrorMessage. Corrected it can be handed in as a user list again; the
// passwords are left empty, because a report goes where passwords must not.
func Errors(w io.Writer, failures []Failure) error {
	root := slices.ContainsFunc(failures, func(f Failure) bool { return f.User.UserRoot != "" })
	target := slices.ContainsFunc(failures, func(f Failure) bool { return f.User.TargetUserName != "" })
	header := []string{"EmailAddress", "UserName", "Password"}
	if root {
		header = append(header, "UserRoot")
	}
	if target {
		header = append(header, "TargetUserName")
	}
	table := csv.NewWriter(w)
	table.UseCRLF = true
	rows := [][]string{append(header, "ErrorMessage")}
	for _, f := range failures {
		row := []string{f.User.EmailAddress, f.User.UserName, ""}
		if root {
			row = append(row, f.User.UserRoot)
		}
		if target {
			row = append(row, f.User.TargetUserName)
		}
		rows = append(rows, append(row, f.Message))
	}
	if err := table.WriteAll(rows); err != nil {
		return fmt.Errorf("write the list of errors: %w", err)
	}
	return nil
}

// Statistics writes MigrationStatistics.csv: a row for every user.
func Statistics(w io.Writer, users []migration.User) error {
	table := csv.NewWriter(w)
	table.UseCRLF = true
	rows := [][]string{{"EmailAddress", "Batch", "Status", "ItemsMigrated", "ItemsSkipped", "ItemsInSource", "EstimatedBytes", "LastSyncTime", "ErrorMessage"}}
	for _, u := range users {
		rows = append(rows, []string{
			u.EmailAddress, u.BatchName, string(u.Status), strconv.FormatInt(u.SyncedItemCount, 10), strconv.FormatInt(u.SkippedItemCount, 10),
			count(u.EstimatedTotalCount), count(int64(u.EstimatedTotalSize)), stamp(u.LastSuccessfulSyncTime), u.ErrorSummary(),
		})
	}
	if err := table.WriteAll(rows); err != nil {
		return fmt.Errorf("write the statistics: %w", err)
	}
	return nil
}

// count is a number, empty where it is not known.
func count(n int64) string {
	if n < 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
