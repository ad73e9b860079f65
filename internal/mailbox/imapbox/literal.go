package imapbox

import (
	"fmt"
	"io"

	"github.com/emersion/go-imap/v2"
)

// A literal is read from the connection and known to have an exact length: the library takes one that is cut off for one that has
// ended. Once reading has failed, the command that it belongs to must not be touched any more: the library's own reader is at
// work again, and would share its buffer with whoever reads on.
type literal struct {
	s      *session
	folder string
	r      io.Reader
	left   int64
	err    error
}

func (s *session) literal(folder string, r imap.LiteralReader) *literal {
	return &literal{s: s, folder: folder, r: r, left: r.Size()}
}

// Read expects bytes from the server while it waits, whatever else the session's owner does.
func (l *literal) Read(p []byte) (int, error) {
	if l.err != nil {
		return 0, l.err
	}
	done := l.s.guard.Expect()
	n, err := l.r.Read(p)
	done()
	l.left -= int64(n)
	if err == io.EOF && l.left > 0 || err != nil && err != io.EOF {
		e := l.s.cfg.lost("FETCH", l.s.guard, l.s.filter, fmt.Errorf("the message ends %d bytes too early", l.left))
		e.Folder = l.folder
		err = e
	}
	l.err = err
	return n, err
}

// broken reports whether reading has failed.
func (l *literal) broken() bool { return l.err != nil && l.err != io.EOF }
