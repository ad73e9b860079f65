package syntax

import (
	"fmt"
	"slices"
	"strings"
)

// A ParseError is a fault in a text. Its ErrorID and Message are PowerShell's.
type ParseError struct {
	Extent  Extent
	ErrorID string
	Message string
	// Incomplete tells that the text ended too early: with more of it, the
	// fault might be none. A prompt asks for another line then.
	Incomplete bool
}

// Error tells the place and the message.
func (e *ParseError) Error() string {
	start := e.Extent.Start()
	name := e.Extent.File()
	if name == "" {
		name = "line"
	}
	return fmt.Sprintf("%s:%d:%d: %s", name, start.Line, start.Column, e.Message)
}

// NewParseError is an error that only who runs the text can find: of a type that nobody knows.
func NewParseError(at Extent, id string, args ...any) *ParseError {
	return &ParseError{Extent: at, ErrorID: id, Message: fmt.Sprintf(message(id), args...)}
}

// IsIncomplete tells whether the text that gave these errors may become
// right when it goes on.
func IsIncomplete(errors []*ParseError) bool {
	return slices.ContainsFunc(errors, func(e *ParseError) bool { return e.Incomplete })
}

// tooComplicated ends a parse that nests too deeply or takes too long. It is
// recovered in [Parse].
type tooComplicated struct{}

// An errorKey tells errors apart: an error is told only once, however often
// the parser comes back to its place.
type errorKey struct {
	id         string
	start, end int32
}

func (l *lexer) add(extent Extent, incomplete bool, id string, args []any) {
	key := errorKey{id, extent.start, extent.end}
	if l.reported[key] {
		return
	}
	if l.reported == nil {
		l.reported = make(map[errorKey]bool)
	}
	l.reported[key] = true
	text := message(id)
	if len(args) > 0 {
		text = fmt.Sprintf(text, args...)
	}
	l.errors = append(l.errors, &ParseError{Extent: extent, ErrorID: id, Message: text, Incomplete: incomplete})
}

// report tells an error that more text would not mend.
func (l *lexer) report(extent Extent, id string, args ...any) { l.add(extent, false, id, args) }

// reportAt reports an error of the character at a position.
func (l *lexer) reportAt(pos int, id string, args ...any) {
	start := l.offset(pos)
	width := 1
	if r := l.peekAt(pos); r >= 0x80 {
		width = len(string(r))
	}
	l.add(Extent{l.source, int32(start), int32(start + width)}, false, id, args)
}

// incomplete tells an error that more text might mend, if nothing comes after
// it. It answers whether that is so.
func (l *lexer) incomplete(extent Extent, id string, args ...any) bool {
	return l.incompleteAt(extent, extent, id, args...)
}

// incompleteAt is incomplete for an error that was noticed at another place.
func (l *lexer) incompleteAt(extent, noticed Extent, id string, args ...any) bool {
	incomplete := l.nothingAfter(int(noticed.end))
	l.add(extent, incomplete, id, args)
	return incomplete
}

// nothingAfter tells whether only white space and comments follow.
func (l *lexer) nothingAfter(offset int) bool {
	text := l.text
	if offset >= len(text) {
		return true
	}
	begin := offset
	for offset < len(text) {
		r := l.peekAt(offset)
		switch {
		case r == '#':
			n := strings.IndexAny(text[offset:], "\r\n")
			if n < 0 {
				n = len(text) - offset
			}
			offset += max(n, 1)
		case r == '<' && l.peekAt(offset+1) == '#':
			n := strings.Index(text[offset+2:], "#>")
			if n < 0 {
				return true
			}
			offset += n + 4
		case isBlank(r):
			offset += len(string(r))
		default:
			l.burn((offset - begin) / 16)
			return false
		}
	}
	l.burn((offset - begin) / 16)
	return true
}
