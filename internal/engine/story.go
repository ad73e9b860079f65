package engine

import (
	"fmt"
	"sync"
	"time"

	"migsh/internal/migration"
	"migsh/internal/records"
	"migsh/internal/syncer"
	"migsh/store"
)

// A story is what a pass has told so far: figures and report lines on their way into the store. It is the pass's observer.
type story struct {
	mu       sync.Mutex
	address  string
	before   records.Figures // as the earlier passes left them
	begun    time.Time
	progress syncer.Progress
	opened   chan struct{} // closed once both mailboxes are open

	lines    []migration.ReportLine
	unsaved  int             // lines at the end that are not in the store yet
	taken    int             // of these, how many are in the update under way
	saved    syncer.Progress // as in the store
	savedAt  time.Time
	rate     int64 // bytes a minute, of late
	closing  *records.Figures
	done     int64  // messages and changes that the pass has come to, up to its end
	day      string // of dayBytes
	dayBytes int64
	folders  []migration.FolderCount
	foldersN int // as many folders were in the store before
}

func (s *story) begin(address string, lines []migration.ReportLine, before records.Figures, begun time.Time) {
	s.address, s.lines, s.before, s.begun, s.savedAt = address, lines, before, begun, begun
	s.foldersN = before.Folders
	s.day, s.dayBytes = records.Day(begun), before.Today(begun)
	s.opened = make(chan struct{})
}

// Progress implements syncer.Observer.
func (s *story) Progress(p syncer.Progress) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.progress.FoldersTotal == 0 && p.FoldersTotal > 0 {
		close(s.opened)
	}
	s.progress = p
}

// spend counts n bytes for the day, if allowed lets them go after so many of the same day.
func (s *story) spend(now time.Time, n int64, allowed func(before int64) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if day := records.Day(now); day != s.day {
		s.day, s.dayBytes = day, 0
	}
	if err := allowed(s.dayBytes); err != nil {
		return err
	}
	s.dayBytes += n
	return nil
}

// Report implements syncer.Observer.
func (s *story) Report(l migration.ReportLine) { s.line(l) }

// line adds a line to the report.
func (s *story) line(l migration.ReportLine) {
	s.mu.Lock()
	defer s.mu.Unlock()
	l.User = s.address
	s.lines = append(s.lines, l)
	s.unsaved++
}

// ready is closed once both mailboxes are open and their folders listed.
func (s *story) ready() <-chan struct{} { return s.opened }

// changed tells whether there is anything to write.
func (s *story) changed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.progress != s.saved || s.unsaved > 0 || s.rate != 0
}

// into puts the figures into the user's record and makes the operations that write the rest.
func (s *story) into(r *records.Records, batchGUID string, u *records.User) ([]store.Op, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	u.Figures = s.figures(u.Figures)
	var ops []store.Op
	if s.unsaved > 0 {
		op, kept, err := r.ReportOp(batchGUID, u.EmailAddress, s.lines)
		if err != nil {
			return nil, err
		}
		s.lines = kept
		ops = append(ops, op)
	}
	s.taken = s.unsaved
	if s.closing != nil {
		pieces, err := r.FolderOps(batchGUID, u.EmailAddress, s.folders, s.foldersN)
		if err != nil {
			return nil, err
		}
		ops = append(ops, pieces...)
	}
	return ops, nil
}

// written notes that what into has made is in the store.
func (s *story) written() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	if elapsed := now.Sub(s.savedAt); elapsed >= time.Second {
		s.rate = int64(float64(s.progress.BytesCopied-s.saved.BytesCopied) / elapsed.Minutes())
		s.savedAt, s.saved = now, s.progress
	}
	s.unsaved -= s.taken
	s.taken = 0
}

// figures are those of the record with what this pass has come to. What others put into the record meanwhile is not touched.
func (s *story) figures(f records.Figures) records.Figures {
	if s.closing != nil {
		f2 := *s.closing
		f2.Queued = f.Queued
		return f2
	}
	p := s.progress
	f.Folder, f.Rate = p.Folder, s.rate
	f.Bytes = s.before.Bytes + p.BytesCopied
	f.Day, f.DayBytes = s.day, s.dayBytes
	f.Transferred = s.before.Transferred + p.MessagesCopied
	f.Worked = s.before.Worked + time.Since(s.begun)
	f.BytesTotal = max(s.before.BytesTotal, s.before.Bytes+p.BytesPlanned)
	f.Skipped = s.before.Skipped + p.Skipped
	if p.FoldersTotal > 0 {
		f.Counted, f.ItemsTotal, f.ItemsDone = true, p.MessagesTotal, p.MessagesDone
		f.Synced = max(0, p.MessagesDone-f.Skipped)
	}
	return f
}

// end closes the figures of the pass by its result.
func (s *story) end(result syncer.Result, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = result.Copied + result.Matched + result.Skipped + result.Reflagged + result.Removed
	f := s.before
	f.Folder, f.Rate = "", 0
	f.Bytes += result.Bytes
	f.Day, f.DayBytes = s.day, s.dayBytes
	f.Transferred += result.Copied
	f.BytesTotal = max(f.BytesTotal, f.Bytes)
	f.Worked += now.Sub(s.begun)
	if len(result.Folders) > 0 {
		f.Counted, f.ItemsTotal, f.ItemsDone, f.Synced, f.Skipped = true, 0, 0, 0, 0
		f.Folders = len(result.Folders)
		s.folders = result.Folders
		for _, c := range result.Folders {
			if c.Excluded {
				continue
			}
			f.ItemsTotal += c.Source
			f.ItemsDone += min(c.Source, c.Decided())
			f.Synced += c.Copied + c.Matched + c.Merged
			f.Skipped += c.Refused
		}
	}
	s.closing = &f
}

// found notes what is in the mailbox, after the end of a pass that copied nothing of it.
func (s *story) found(size migration.ByteSize) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing.BytesTotal = int64(size)
}

// took is how long the pass has lasted by now.
func (s *story) took(now time.Time) time.Duration { return now.Sub(s.begun) }

// pace says what the copy asked of servers and network.
func (s *story) pace(result syncer.Result, now time.Time) string {
	over := "over one connection to either server"
	if result.Connections > 1 {
		over = fmt.Sprintf("over %d connections to either server", result.Connections)
	}
	took := s.took(now)
	if result.Bytes == 0 || took <= 0 {
		return " " + over
	}
	return fmt.Sprintf(" %s, %s a minute", over, migration.ByteSize(float64(result.Bytes)/took.Minutes()))
}

// moved tells whether the pass, which has ended, has got anything done.
func (s *story) moved() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done > 0
}

// stalled adds to the time that was spent waiting for a server.
func (s *story) stalled(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing.Stalled += d
}
