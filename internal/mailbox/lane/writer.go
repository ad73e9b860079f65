package lane

import (
	"bufio"
	"fmt"
	"io"
	"time"

	"migsh/internal/mailbox"
)

// A Writer writes commands into a buffer of 64 KB.
type Writer struct {
	bw   *bufio.Writer
	text []byte
}

// NewWriter writes to w.
func NewWriter(w io.Writer) *Writer {
	return &Writer{bw: bufio.NewWriterSize(w, bufferSize)}
}

// Line writes a command that is one line: its tag and its words, as they stand.
func (w *Writer) Line(tag string, words []byte) error {
	w.text = append(append(append(append(w.text[:0], tag...), ' '), words...), "\r\n"...)
	_, err := w.bw.Write(w.text)
	return err
}

// Begin writes the beginning of a command whose literals follow: its tag and its words, with no end.
func (w *Writer) Begin(tag string, words []byte) error {
	w.text = append(append(append(w.text[:0], tag...), ' '), words...)
	_, err := w.bw.Write(w.text)
	return err
}

// How a literal is announced.
type LiteralForm int

const (
	Synchronising    LiteralForm = iota // {n}: nothing may be sent before the server's invitation
	NonSynchronising                    // {n+}: needs LITERAL+, or LITERAL- and at most 4096 bytes
)

// Message writes what stands before one message in an APPEND: flags, date and the announcement of its length. The flags must be
// valid (see [ValidFlag]); a date that is not (see [ValidDate]) is left out. binary announces a literal8 (RFC 3516), which may
// hold NUL.
func (w *Writer) Message(flags mailbox.Flags, date time.Time, length int64, form LiteralForm, binary bool) error {
	b := append(w.text[:0], ' ')
	if len(flags) > 0 {
		for i, f := range flags {
			if !ValidFlag(f) {
				return fmt.Errorf("the flag %q is not IMAP's grammar", f)
			}
			if i == 0 {
				b = append(b, '(')
			} else {
				b = append(b, ' ')
			}
			b = append(b, f...)
		}
		b = append(b, ") "...)
	}
	if ValidDate(date) {
		b = append(appendDate(b, date), ' ')
	}
	if binary {
		b = append(b, '~')
	}
	b = appendNumber(append(b, '{'), length)
	if form == NonSynchronising {
		b = append(b, '+')
	}
	w.text = append(b, "}\r\n"...)
	_, err := w.bw.Write(w.text)
	return err
}

// Body writes a message of exactly length bytes. When body has fewer, or fails, the connection must be closed: the server waits
// for bytes that will not come.
func (w *Writer) Body(body io.Reader, length int64) error {
	n, err := io.CopyN(w.bw, body, length)
	if err == io.EOF {
		err = fmt.Errorf("the message was announced with %d bytes and has %d", length, n)
	}
	return err
}

// End ends the line of a command.
func (w *Writer) End() error {
	_, err := w.bw.WriteString("\r\n")
	return err
}

// Flush sends what is in the buffer.
func (w *Writer) Flush() error { return w.bw.Flush() }

// AppendMailbox writes a mailbox name's text into a command. A name that the server has listed should go through its [Names].
func AppendMailbox(dst []byte, name string) []byte { return new(Names).Append(dst, name) }
