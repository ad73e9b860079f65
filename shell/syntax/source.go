package syntax

import (
	"sort"
	"strings"
	"sync"
	"unicode/utf8"
)

// A Source is one text that was parsed: a script file or a piece of input.
// It is immutable and shared by the extents of all nodes parsed from it.
type Source struct {
	// Name is the file's path, empty for text that came from no file.
	Name string
	// Text is what was parsed, valid UTF-8 always: bytes that are none were
	// replaced before.
	Text string

	lineStarts []int32
	ascii      bool

	tokensOnce sync.Once
	tokens     []Token // once asked for
}

// NewSource makes a Source of a text, replacing what is not UTF-8 by U+FFFD.
func NewSource(name, text string) *Source {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	s := &Source{Name: name, Text: text, ascii: true}
	lines := make([]int32, 1, 1+strings.Count(text, "\n"))
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\n':
			lines = append(lines, int32(i+1))
		case c == '\r':
			if i+1 == len(text) || text[i+1] != '\n' {
				lines = append(lines, int32(i+1))
			}
		case c >= utf8.RuneSelf:
			s.ascii = false
		}
	}
	s.lineStarts = lines
	return s
}

// Position is a place in a source: byte offset, and line and column counted
// from one. Columns count UTF-16 units, as PowerShell counts them.
type Position struct {
	Offset int
	Line   int
	Column int
}

// Position tells the line and column of a byte offset.
func (s *Source) Position(offset int) Position {
	line := s.lineIndex(offset)
	start := int(s.lineStarts[line])
	return Position{Offset: offset, Line: line + 1, Column: 1 + s.width(start, offset)}
}

// Lines is the number of lines in the source, at least one.
func (s *Source) Lines() int { return len(s.lineStarts) }

// Line is the text of a line, counted from one, without its line end.
// A line that does not exist is empty.
func (s *Source) Line(number int) string {
	if number < 1 || number > len(s.lineStarts) {
		return ""
	}
	end := len(s.Text)
	if number < len(s.lineStarts) {
		end = int(s.lineStarts[number])
	}
	return strings.TrimRight(s.Text[s.lineStarts[number-1]:end], "\r\n")
}

// UTF16Offset converts a byte offset into .NET's count of UTF-16 units.
func (s *Source) UTF16Offset(offset int) int { return s.width(0, offset) }

func (s *Source) lineIndex(offset int) int {
	return sort.Search(len(s.lineStarts), func(i int) bool { return int(s.lineStarts[i]) > offset }) - 1
}

// width is the number of UTF-16 units between two byte offsets.
func (s *Source) width(from, to int) int {
	if s.ascii {
		return to - from // the token at the end lies one beyond the text
	}
	n := max(0, to-len(s.Text))
	for _, r := range s.Text[from:min(to, len(s.Text))] {
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}

// An Extent is the part of a source that a node, token or error covers.
// The zero Extent belongs to no source; its text is empty.
type Extent struct {
	Source     *Source
	start, end int32
}

// Extent makes the extent between two byte offsets.
func (s *Source) Extent(start, end int) Extent {
	return Extent{s, int32(start), int32(end)}
}

// StartOffset is the byte offset of the first byte covered.
func (e Extent) StartOffset() int { return int(e.start) }

// EndOffset is the byte offset after the last byte covered.
func (e Extent) EndOffset() int { return int(e.end) }

// IsEmpty tells whether nothing is covered.
func (e Extent) IsEmpty() bool { return e.start >= e.end }

// File is the source's name, empty when there is none.
func (e Extent) File() string {
	if e.Source == nil {
		return ""
	}
	return e.Source.Name
}

// Text is the source text that is covered.
func (e Extent) Text() string {
	if e.Source == nil {
		return ""
	}
	n := int32(len(e.Source.Text))
	return e.Source.Text[min(e.start, n):min(e.end, n)]
}

// Start is the position of the first character; the zero Position when the
// extent belongs to no source.
func (e Extent) Start() Position {
	if e.Source == nil {
		return Position{}
	}
	return e.Source.Position(int(e.start))
}

// End is the position after the last character.
func (e Extent) End() Position {
	if e.Source == nil {
		return Position{}
	}
	return e.Source.Position(int(e.end))
}

func (e Extent) startLine() int { return e.Source.lineIndex(int(e.start)) + 1 }

func (e Extent) endLine() int { return e.Source.lineIndex(int(e.end)) + 1 }

// Contains tells whether inner lies within e.
func (e Extent) Contains(inner Extent) bool { return e.start <= inner.start && inner.end <= e.end }

// to is the extent from the start of e to the end of other; if either is
// zero, the other.
func (e Extent) to(other Extent) Extent {
	switch {
	case e.Source == nil:
		return other
	case other.Source == nil:
		return e
	}
	n := int32(len(e.Source.Text))
	return Extent{e.Source, min(e.start, n), min(max(e.start, other.end), n)}
}

// before is the empty extent one character before e.
func (e Extent) before() Extent {
	at := max(e.start-1, 0)
	for at > 0 && int(at) < len(e.Source.Text) && !utf8.RuneStart(e.Source.Text[at]) {
		at--
	}
	return Extent{e.Source, at, at}
}

// after is the empty extent at the end of e.
func (e Extent) after() Extent { return Extent{e.Source, e.end, e.end} }
