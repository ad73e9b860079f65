package repl

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/format"
)

const (
	// progressPatience is how long something has to take before its progress is shown.
	progressPatience = time.Second
	// progressInterval bounds the redraws to ten a second.
	progressInterval = 100 * time.Millisecond
)

// progress is what is in progress, in the order in which it began.
type progress struct {
	items   []activity
	changed bool
}

// activity is the latest record of one activity.
type activity struct {
	cmdlet.Progress
	since time.Time
}

// take takes a record of progress.
func (p *progress) take(r cmdlet.Progress, now time.Time) {
	i := slices.IndexFunc(p.items, func(a activity) bool { return a.ID == r.ID })
	p.changed = true
	switch {
	case r.Completed:
		p.items = slices.DeleteFunc(p.items, func(a activity) bool { return a.ID == r.ID || a.ParentID == r.ID && r.ID >= 0 })
	case i >= 0:
		p.items[i].Progress = r
	default:
		p.items = append(p.items, activity{r, now})
	}
}

// stale tells whether the lines are others than when they were last asked for.
func (p *progress) stale(now time.Time) bool {
	for _, a := range p.items {
		// What comes of age changes the lines by itself.
		if age := now.Sub(a.since); age >= progressPatience && age < progressPatience+2*progressInterval {
			return true
		}
	}
	return p.changed
}

// lines are those to show, each narrower than the window: children below their parents.
func (p *progress) lines(now time.Time, columns, rows int) []string {
	p.changed = false
	var lines []string
	shown := map[int]bool{}
	var add func(a activity, depth int)
	add = func(a activity, depth int) {
		if shown[a.ID] {
			return
		}
		shown[a.ID] = true
		if now.Sub(a.since) >= progressPatience {
			lines = append(lines, a.line(depth, columns-1))
		}
		for _, child := range p.items {
			if child.ParentID == a.ID {
				add(child, depth+1)
			}
		}
	}
	for _, a := range p.items {
		if !p.has(a.ParentID) {
			add(a, 0)
		}
	}
	for _, a := range p.items {
		add(a, 0) // what is its own ancestor
	}
	return lines[:min(len(lines), max(1, rows/3))]
}

func (p *progress) has(id int) bool {
	return id >= 0 && slices.ContainsFunc(p.items, func(a activity) bool { return a.ID == id })
}

// line is one activity in so many columns: name, bar, percentage, status, time left.
func (a activity) line(depth, columns int) string {
	text := strings.Repeat("  ", depth) + a.Activity
	if a.Percent >= 0 {
		const width = 20
		done := min(a.Percent, 100) * width / 100
		text += fmt.Sprintf("  [%s%s] %3d%%", strings.Repeat("#", done), strings.Repeat("-", width-done), min(a.Percent, 100))
	}
	for _, part := range []string{a.Status, a.Operation} {
		if part != "" {
			text += "  " + part
		}
	}
	if a.SecondsRemaining >= 0 && a.Percent >= 0 {
		s := a.SecondsRemaining
		text += fmt.Sprintf("  %02d:%02d:%02d left", s/3600, s/60%60, s%60)
	}
	return cut(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, text), columns)
}

// cut shortens a text to so many columns.
func cut(text string, columns int) string {
	if format.Width(text) <= columns {
		return text
	}
	width := 0
	for i, r := range text {
		w := format.Width(string(r))
		if width+w > columns-1 {
			return text[:i] + "…"
		}
		width += w
	}
	return text
}
