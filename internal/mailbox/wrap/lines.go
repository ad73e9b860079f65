package wrap

import (
	"bytes"

	"migsh/internal/mailbox/token"
)

// maxLine bounds what is held of one line outside literals. A SEARCH answer of half a million numbers has about 4 MB.
const maxLine = 8 << 20

// splitter cuts one direction of an IMAP connection, fed piece by piece, into lines and the bytes of literals.
type splitter struct {
	plain   func(line []byte) bool // reports that a line cannot announce a literal, because it ends in free text
	line    []byte                 // the line so far
	literal int64                  // bytes of the literal still to come
	within  bool                   // the current line continues a response or command after a literal
}

// feed takes the next bytes. It calls onLine with each whole line, line end included, and the length of the literal it announces
// (-1: none, the response or command is complete), and onLiteral with the pieces of literals.
func (s *splitter) feed(p []byte, onLine func(line []byte, literal int64, within bool), onLiteral func(piece []byte)) {
	for len(p) > 0 {
		if s.literal > 0 {
			n := int(min(s.literal, int64(len(p))))
			onLiteral(p[:n])
			s.literal -= int64(n)
			p = p[n:]
			continue
		}
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			s.line = append(s.line, p...)
			return
		}
		s.line = append(s.line, p[:end+1]...)
		p = p[end+1:]
		literal := int64(-1)
		if s.within || s.plain == nil || !s.plain(s.line) {
			literal = token.Announced(s.line)
		}
		onLine(s.line, literal, s.within)
		s.within = literal >= 0
		s.literal = max(literal, 0)
		s.line = s.line[:0]
	}
}

// word cuts the first word off a line: what stands before the first blank.
func word(line []byte) (first, rest []byte) {
	first, rest, _ = bytes.Cut(line, []byte(" "))
	return first, rest
}

// freeText reports whether a server's line ends in free text for people, in which braces mean nothing: status responses, tagged
// ones, and continuation requests.
func freeText(line []byte) bool {
	line = bytes.TrimRight(line, "\r\n")
	if len(line) == 0 || line[0] != '*' {
		return true
	}
	_, rest := word(line)
	kind, _ := word(bytes.TrimLeft(rest, " "))
	return isStatus(kind)
}

func isStatus(kind []byte) bool {
	for _, s := range []string{"OK", "NO", "BAD", "BYE", "PREAUTH"} {
		if bytes.EqualFold(kind, []byte(s)) {
			return true
		}
	}
	return false
}
