package repl

import (
	"bytes"
	"io"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"migsh/shell/cmdlet"
	"migsh/shell/format"
)

// screen is all output to the terminal. Everything goes through it, so that the progress area is erased before and the
// last, unfinished line is known.
type screen struct {
	mu      sync.Mutex
	out     io.Writer
	colours bool
	size    func() (columns, rows int)

	// line is what has been written since the last line feed, bounded by maxLine.
	line []byte

	progress   progress
	drawn      int  // lines of the progress area that are on the terminal
	refreshing bool // somebody calls refresh
	reading    bool // a line is being read
}

// maxLine bounds how much of an unfinished line is remembered.
const maxLine = 4096

// Write writes to the terminal.
func (s *screen) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := b
	if !s.colours {
		text = stripStyles(b)
	}
	if s.drawn > 0 {
		text = append(s.erasure(), text...)
	}
	if _, err := s.out.Write(text); err != nil {
		return 0, err
	}
	s.remember(b)
	return len(b), nil
}

// remember follows the unfinished line.
func (s *screen) remember(b []byte) {
	if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
		s.line = s.line[:0]
		b = b[i+1:]
	}
	s.line = append(s.line, b...)
	if len(s.line) > maxLine {
		s.line = s.line[len(s.line)-maxLine:]
	}
}

// takeLine erases the line that the cursor is on, for a prompt, and hands over what was written there, to stand before it.
// Besides, what was typed while a command ran may be there, which the terminal has echoed; the editor shows it again.
func (s *screen) takeLine() (string, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	columns, _ := s.size()
	text := string(s.line)
	if at := moves.FindAllStringIndex(text, -1); at != nil {
		text = text[at[len(at)-1][1]:]
	}
	width := format.Width(plain(text))
	if !utf8.ValidString(text) || strings.ContainsAny(plain(text), "\r\b\t\x1b") || width >= columns {
		// It can't be drawn again letter for letter.
		s.line = s.line[:0]
		_, err := io.WriteString(s.out, "\n")
		return "", err
	}
	s.line = s.line[:0]
	_, err := io.WriteString(s.out, "\r\x1b[J")
	return text, err
}

// raw writes what the line editor draws. It keeps no account of it.
func (s *screen) raw() io.Writer { return rawWriter{s} }

type rawWriter struct{ s *screen }

func (w rawWriter) Write(b []byte) (int, error) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	return w.s.out.Write(b)
}

// erasure takes the progress area off the terminal, and leaves the cursor where the output stopped.
func (s *screen) erasure() []byte {
	var b bytes.Buffer
	up, column := s.drawn-1, 0
	if len(s.line) > 0 {
		up++
		columns, _ := s.size()
		column = min(format.Width(plain(string(s.line))), columns-1)
	}
	b.WriteString("\r")
	if up > 0 {
		moved(&b, up, 'A')
	}
	if column > 0 {
		moved(&b, column, 'C')
	}
	b.WriteString("\x1b[J")
	s.drawn = 0
	return b.Bytes()
}

// draw shows the progress area below the output.
func (s *screen) draw(lines []string) error {
	var b bytes.Buffer
	if s.drawn > 0 {
		b.Write(s.erasure())
	}
	if len(lines) > 0 {
		if len(s.line) > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strings.Join(lines, "\n"))
	}
	s.drawn = len(lines)
	if b.Len() == 0 {
		return nil
	}
	_, err := s.out.Write(b.Bytes())
	return err
}

// report takes a record of progress. It tells whether refresh has to be called from now on.
func (s *screen) report(p cmdlet.Progress, now time.Time) (begin bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress.take(p, now)
	begin = !s.refreshing && len(s.progress.items) > 0
	s.refreshing = s.refreshing || begin
	return begin
}

// refresh draws the progress area as it is now, unless nothing has changed. It tells whether it is to be called again.
func (s *screen) refresh(now time.Time) (again bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.reading && (s.progress.stale(now) || s.drawn == 0) {
		columns, rows := s.size()
		err = s.draw(s.progress.lines(now, columns, rows))
	}
	s.refreshing = len(s.progress.items) > 0 && err == nil
	return s.refreshing, err
}

// endProgress forgets what was in progress: the command that reported it has ended.
func (s *screen) endProgress() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress.items = nil
	return s.draw(nil)
}

// beginReading clears the screen for a line to be read; no progress is drawn until endReading.
func (s *screen) beginReading() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading = true
	return s.draw(nil)
}

// endReading tells that the line has ended, and the terminal has begun a new one.
func (s *screen) endReading() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reading = false
	s.line = s.line[:0]
}

func moved(b *bytes.Buffer, n int, final byte) {
	b.WriteString("\x1b[")
	b.WriteString(itoa(n))
	b.WriteByte(final)
}
