package cmdlet

import "time"

// maxHistory is $MaximumHistoryCount.
const maxHistory = 4096

// History is what was typed in a session, as Get-History gives it.
type History struct {
	entries []HistoryEntry
	last    int64
}

// HistoryEntry is one line of a session.
type HistoryEntry struct {
	ID         int64
	Line       string
	Failed     bool
	Start, End time.Time
}

type historyKey struct{}

// HistoryOf is a session's history.
func HistoryOf(s Session) *History {
	return s.Keep(historyKey{}, func() any { return &History{} }).(*History)
}

// Add puts a line at the end; the oldest is forgotten where there are too many.
func (h *History) Add(e HistoryEntry) {
	h.last++
	e.ID = h.last
	h.entries = append(h.entries, e)
	if len(h.entries) > maxHistory {
		h.entries = h.entries[len(h.entries)-maxHistory:]
	}
}

// Entries lists the lines, the oldest first.
func (h *History) Entries() []HistoryEntry { return h.entries }

// Keep leaves only the entries for which keep answers true.
func (h *History) Keep(keep func(e HistoryEntry) bool) {
	var kept []HistoryEntry
	for _, e := range h.entries {
		if keep(e) {
			kept = append(kept, e)
		}
	}
	h.entries = kept
}
