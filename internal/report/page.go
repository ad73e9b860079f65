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
	"span":      func(d time.Duration) string { return d.Round(time.Second).String() },
	"join":      func(list []string) string { return strings.Join(list, ", ") },
}).Parse(pageText))

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

// Page writes the report as one HTML page without anything from elsewhere: totals, a chart of the statuses, the errors by cause, the
// users, and the settings.
func Page(w io.Writer, b Batch) error {
	data := struct {
		Batch
		Items, Skipped int64
		Bytes          migration.ByteSize
		Statuses       []bar
		ChartHeight    int
		Causes         []cause
		Folders        []foldersOf
	}{Batch: b}
	statuses := map[string]int{}
	for _, u := range b.Users {
		data.Items += u.SyncedItemCount
		data.Skipped += u.SkippedItemCount
		data.Bytes += u.BytesTransferred
		statuses[string(u.Status)]++
		if len(u.Folders) > 0 {
			data.Folders = append(data.Folders, foldersOf{u.EmailAddress, u.Folders})
		}
	}
	data.Statuses, data.Causes = bars(statuses, len(b.Users)), causes(b.Users)
	data.ChartHeight = barHeight * len(data.Statuses)
	if err := page.Execute(w, data); err != nil {
		return fmt.Errorf("write the report of the batch '%s': %w", b.Name, err)
	}
	return nil
}

type foldersOf struct {
	EmailAddress string
	Folders      []migration.FolderCount
}

// The measures of the chart, in pixels.
const (
	barHeight = 24
	barLeft   = 180
	barWidth  = 400
)

// bar is one bar of the chart; its number stands at LabelX.
type bar struct {
	Name          string
	Count         int
	Y             int
	Width, LabelX int
	Colour        string
}

func bars(counts map[string]int, all int) []bar {
	var list []bar
	for i, name := range slices.Sorted(maps.Keys(counts)) {
		colour := "#3b7dd8"
		switch migration.UserStatus(name).Summary() {
		case migration.SummaryFailed:
			colour = "#c0392b"
		case migration.SummarySynced, migration.SummaryCompleted:
			colour = "#2e8b57"
		case migration.SummaryStopped:
			colour = "#8a8a8a"
		}
		width := barWidth * counts[name] / max(all, 1)
		list = append(list, bar{Name: name, Count: counts[name], Y: barHeight * i, Width: width, LabelX: barLeft + width + 8, Colour: colour})
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
