package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"migsh/internal/migration"
)

// Batch is all that the report of a batch is made of.
type Batch struct {
	migration.Batch
	Users []migration.UserStatistics
	// Made is when it was put together.
	Made time.Time
}

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"thousands": func(n any) string { return migration.Thousands(whole(n)) },
	"stamp":     stamp,
	"span":      span,
}).Parse(pageText))

// span is a time as 1h30m, 20s or 1.5s.
func span(d time.Duration) string {
	if d < 10*time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	s := d.Round(time.Second).String()
	if strings.HasSuffix(s, "m0s") {
		s = strings.TrimSuffix(s, "0s")
	}
	if strings.HasSuffix(s, "h0m") {
		s = strings.TrimSuffix(s, "0m")
	}
	return s
}

func whole(n any) int64 {
	switch n := n.(type) {
	case int:
		return int64(n)
	case int64:
		return n
	case migration.ByteSize:
		return int64(n)
	}
	return 0
}

// Page writes the report as one HTML page without anything from elsewhere: totals, charts of the users' statuses and of what became of
// the messages, the errors by cause, the users, their folders and skipped messages, and the settings.
func Page(w io.Writer, b Batch) error {
	data := struct {
		Batch
		Items, Skipped     int64
		Bytes              migration.ByteSize
		Worked             time.Duration
		Statuses, Outcomes chart
		Causes             []cause
		Folders            []foldersOf
		Left               []leftBy
		Settings           [][2]string
	}{Batch: b, Statuses: chart{Title: "Users by status"}, Outcomes: chart{Title: "Messages at the source by what became of them"}, Causes: causes(b.Users), Settings: settings(b.Batch)}
	statuses := map[migration.UserStatus]int64{}
	var sum migration.FolderCount
	for _, u := range b.Users {
		data.Items += u.SyncedItemCount
		data.Skipped += u.SkippedItemCount
		data.Bytes += u.BytesTransferred
		data.Worked += u.TotalInProgressDuration
		statuses[u.Status]++
		if len(u.Folders) > 0 {
			data.Folders = append(data.Folders, foldersOf{u.EmailAddress, u.Folders})
		}
		if len(u.SkippedItems) > 0 {
			data.Left = append(data.Left, leftBy{u.EmailAddress, u.SkippedItems})
		}
		for _, f := range u.Folders {
			if !f.Excluded {
				add(&sum, f)
			}
		}
	}
	for _, s := range slices.Sorted(maps.Keys(statuses)) {
		data.Statuses.add(string(s), statuses[s], colourOf(s.Summary()))
	}
	data.Statuses.scale(int64(len(b.Users)))
	data.Outcomes.add("Copied", sum.Copied, good)
	data.Outcomes.add("There already", sum.Matched, good)
	data.Outcomes.add("Merged", sum.Merged, neutral)
	data.Outcomes.add("Filtered", sum.Filtered, neutral)
	data.Outcomes.add("Vanished", sum.Vanished, neutral)
	data.Outcomes.add("Refused", sum.Refused, bad)
	data.Outcomes.add("Still to come", sum.Source-sum.Decided(), active)
	data.Outcomes.scale(sum.Source)
	if err := page.Execute(w, data); err != nil {
		return fmt.Errorf("write the report of the batch '%s': %w", b.Name, err)
	}
	return nil
}

type foldersOf struct {
	EmailAddress string
	Folders      []migration.FolderCount
}

// leftBy are the messages of a user that did not arrive as they were.
type leftBy struct {
	EmailAddress string
	Items        []migration.SkippedItem
}

func add(sum *migration.FolderCount, f migration.FolderCount) {
	sum.Source += f.Source
	sum.Copied += f.Copied
	sum.Matched += f.Matched
	sum.Merged += f.Merged
	sum.Filtered += f.Filtered
	sum.Vanished += f.Vanished
	sum.Refused += f.Refused
}

// The measures of charts, in pixels.
const (
	barHeight = 24
	barLeft   = 180
	barWidth  = 400
)

// Colours of bars.
const (
	good    = "#2e8b57"
	bad     = "#c0392b"
	neutral = "#8a8a8a"
	active  = "#3b7dd8"
)

func colourOf(s migration.StatusSummary) string {
	switch s {
	case migration.SummaryFailed:
		return bad
	case migration.SummarySynced, migration.SummaryCompleted:
		return good
	case migration.SummaryStopped:
		return neutral
	}
	return active
}

// chart is a chart of bars, one below the other.
type chart struct {
	Title string
	Bars  []bar
}

// bar is one bar of a chart; its number stands at LabelX.
type bar struct {
	Name          string
	Count         int64
	Y             int
	Width, LabelX int64
	Colour        string
}

// Height is the chart's.
func (c chart) Height() int { return barHeight * len(c.Bars) }

// add puts a bar in, if there is anything to count.
func (c *chart) add(name string, count int64, colour string) {
	if count > 0 {
		c.Bars = append(c.Bars, bar{Name: name, Count: count, Y: c.Height(), Colour: colour})
	}
}

// scale makes the bars as long as their share of all.
func (c *chart) scale(all int64) {
	for i := range c.Bars {
		b := &c.Bars[i]
		b.Width = barWidth * b.Count / max(all, 1)
		b.LabelX = barLeft + b.Width + 8
	}
}

// settings are what the batch was told, as name and value; what was left to the defaults is left out.
func settings(b migration.Batch) [][2]string {
	var list [][2]string
	tell := func(name, value string) {
		if value != "" {
			list = append(list, [2]string{name, value})
		}
	}
	when := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return stamp(t)
	}
	yes := func(on bool, text string) string {
		if !on {
			return ""
		}
		return text
	}
	var mapping []string
	for _, m := range b.FolderMapping {
		mapping = append(mapping, m.String())
	}
	tell("Source", fmt.Sprintf("%s: %s, %s mailboxes at once", b.SourceEndpoint.Name, b.SourceEndpoint.ConnectionSettings(), b.SourceEndpoint.MaxConcurrentMigrations))
	tell("Target", fmt.Sprintf("%s: %s, %s mailboxes at once", b.TargetEndpoint.Name, b.TargetEndpoint.ConnectionSettings(), b.TargetEndpoint.MaxConcurrentMigrations))
	tell("User list", b.CSVName)
	tell("Submitted by", b.SubmittedByUser)
	tell("Kind", yes(b.Analyze, "analysis: nothing is copied"))
	tell("Time zone", b.TimeZone)
	tell("Start after", when(b.StartAfter))
	tell("Complete after", when(b.CompleteAfter))
	tell("Excluded folders", strings.Join(b.ExcludeFolders, ", "))
	tell("Included folders", strings.Join(b.IncludeFolders, ", "))
	tell("Folder mapping", strings.Join(mapping, ", "))
	tell("Target root folder", b.TargetRootFolder)
	tell("Folder names", yes(b.KeepFolderNames, "kept"))
	tell("Content filter", b.ContentFilter)
	tell("Refused messages", yes(b.RepairMessages, "repaired"))
	tell("Deletions", yes(b.SyncDeletions, fmt.Sprintf("followed, up to %d percent of a folder at once", b.DeletionPercent())))
	if b.NoIncrementalSyncs {
		tell("Incremental syncs", "none")
	} else if b.IncrementalSyncEvery > 0 {
		tell("Incremental syncs", "every "+span(b.IncrementalSyncEvery))
	}
	tell("Told by mail", strings.Join(b.NotificationEmails, ", "))
	if every := b.ReportEvery(); every > 0 {
		tell("Reports", "every "+span(every))
	} else {
		tell("Reports", "none")
	}
	return list
}

// cause is why users failed, with those who did.
type cause struct {
	ID, Remedy string
	Users      []migration.UserStatistics
}

// causes groups the faults by their ids, the most frequent first.
func causes(users []migration.UserStatistics) []cause {
	byID := map[string]*cause{}
	for _, u := range users {
		if u.Fault == nil {
			continue
		}
		c := byID[u.Fault.ID]
		if c == nil {
			c = &cause{ID: u.Fault.ID, Remedy: u.Fault.Remedy}
			byID[u.Fault.ID] = c
		}
		c.Users = append(c.Users, u)
	}
	list := make([]cause, 0, len(byID))
	for _, c := range byID {
		list = append(list, *c)
	}
	slices.SortFunc(list, func(a, b cause) int { return cmp.Or(len(b.Users)-len(a.Users), cmp.Compare(a.ID, b.ID)) })
	return list
}
