// Package repair makes messages that a strict server refuses acceptable to it, by the smallest change that will do. It knows
// what is wrong with the form of a message ([Inspect]), in which order repairs are tried ([Defects.Ladder]), and how to make
// them ([Copy]). Messages stream through; only a header is held in memory.
//
// All but one of the repairs can be undone by whoever knows of them: raw 8-bit headers become encoded words (RFC 2047) of the same bytes,
// lines that are no header fields become fields, long lines are folded or encoded. NUL bytes are lost.
package repair

import (
	"bufio"
	"bytes"
	"io"
	"strings"
)

// Defects are what servers refuse in the form of a message.
type Defects uint8

const (
	// NULs: the message has NUL bytes (RFC 3501 §4.3.1). They are removed.
	NULs Defects = 1 << iota
	// LineEnds: a line ends with LF or CR alone (RFC 5322 §2.3). It gets CRLF.
	LineEnds
	// RawHeader: the header has bytes beyond ASCII. They become encoded words.
	RawHeader
	// BadHeader: a line of the header is no field, or has no end. It becomes one; a text without any field gets the empty line that ends a header.
	BadHeader
	// LongLines: a line has more than 998 bytes (RFC 5322 §2.1.1). Headers are folded; the part of the body becomes base64.
	LongLines

	end
)

// maxLine is the longest line that RFC 5322 permits, in bytes without its end.
const maxLine = 998

// maxHeader is how much of a header is held and repaired; a longer one is left as it is.
const maxHeader = 1 << 20

var deeds = map[Defects]string{
	NULs:      "NUL bytes removed",
	LineEnds:  "bare line ends made CRLF",
	RawHeader: "8-bit characters in the header made encoded words",
	BadHeader: "lines that are no header fields made fields",
	LongLines: "lines of more than 998 bytes folded or encoded",
}

// String says what the repair of these defects does.
func (d Defects) String() string {
	var out []string
	for one := NULs; one < end; one <<= 1 {
		if d&one != 0 {
			out = append(out, deeds[one])
		}
	}
	return strings.Join(out, ", ")
}

// Ladder lists what to repair in which order: each defect alone, the one whose repair changes least first, then ever more of them
// together.
func (d Defects) Ladder() []Defects {
	var ladder []Defects
	for one := NULs; one < end; one <<= 1 {
		if d&one != 0 {
			ladder = append(ladder, one)
		}
	}
	var sum Defects
	for i, one := range ladder {
		if sum |= one; i > 0 {
			ladder = append(ladder, sum)
		}
	}
	return ladder
}

// Inspect finds the defects of a message.
func Inspect(r io.Reader) (Defects, error) {
	var d Defects
	inHeader, held := true, 0
	var header []byte
	lines := newLineReader(r)
	for {
		line, err := lines.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return 0, err
		}
		if bytes.IndexByte(line.text, 0) >= 0 {
			d |= NULs
		}
		if bytes.IndexByte(line.text, '\r') >= 0 || line.last && line.end == "\n" {
			d |= LineEnds
		}
		if lines.length > maxLine {
			d |= LongLines
		}
		if !inHeader {
			continue
		}
		if line.first && len(line.text) == 0 {
			inHeader = false
			continue
		}
		if held += len(line.text) + len(line.end); held > maxHeader {
			inHeader, header = false, nil
			continue
		}
		header = append(append(header, line.text...), line.end...)
	}
	if has8Bit(header) {
		d |= RawHeader
	}
	if len(header) > 0 && !bytes.Equal(mendFields(header), header) {
		d |= BadHeader
	}
	return d, nil
}

// Copy writes a message with the given defects repaired. It reads the message up to two times, each time from a reader that open
// gives, and may be called again.
func Copy(dst io.Writer, open func() (io.Reader, error), what Defects) error {
	var long map[int]bool
	if what&LongLines != 0 {
		r, err := open()
		if err != nil {
			return err
		}
		w := walker{dst: io.Discard, what: what, look: true, long: map[int]bool{}}
		if err := w.walk(clean(r, what)); err != nil {
			return err
		}
		long = w.long
	}
	r, err := open()
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(dst, 64<<10)
	w := walker{dst: out, what: what, long: long}
	if err := w.walk(clean(r, what)); err != nil {
		return err
	}
	return out.Flush()
}

// clean repairs what needs no knowledge of headers and parts.
func clean(r io.Reader, what Defects) io.Reader {
	if what&NULs != 0 {
		r = &withoutNULs{r}
	}
	if what&LineEnds != 0 {
		r = &properEnds{r: bufio.NewReaderSize(r, 64<<10)}
	}
	return r
}

// withoutNULs leaves NUL bytes out.
type withoutNULs struct{ r io.Reader }

func (w *withoutNULs) Read(p []byte) (int, error) {
	for {
		n, err := w.r.Read(p)
		kept := 0
		for _, c := range p[:n] {
			if c != 0 {
				p[kept] = c
				kept++
			}
		}
		if kept > 0 || err != nil || len(p) == 0 {
			return kept, err
		}
	}
}

// properEnds makes CRLF of every CR and LF that stands alone.
type properEnds struct {
	r    *bufio.Reader
	owed bool // the LF of a CR that was read
}

func (e *properEnds) Read(p []byte) (int, error) {
	n := 0
	for n < len(p) {
		if e.owed {
			p[n] = '\n'
			n, e.owed = n+1, false
			continue
		}
		c, err := e.r.ReadByte()
		if err != nil {
			if n > 0 && err == io.EOF {
				return n, nil
			}
			return n, err
		}
		switch c {
		case '\r':
			if next, err := e.r.Peek(1); err == nil && next[0] == '\n' {
				e.r.Discard(1)
			}
			p[n], e.owed = '\r', true
		case '\n':
			p[n], e.owed = '\r', true
		default:
			p[n] = c
		}
		n++
	}
	return n, nil
}

// A piece is a line, or a part of one that is very long.
type piece struct {
	text        []byte // valid until the next one is read
	end         string // "\r\n", "\n" or "": the line has none, or goes on
	first, last bool   // of its line
}

// A lineReader reads lines that end with LF.
type lineReader struct {
	r      *bufio.Reader
	within bool // the line goes on
	length int  // of the line so far, without its end
}

func newLineReader(r io.Reader) *lineReader { return &lineReader{r: bufio.NewReaderSize(r, 64<<10)} }

// next returns io.EOF behind the last line.
func (l *lineReader) next() (piece, error) {
	b, err := l.r.ReadSlice('\n')
	if err == io.EOF && len(b) == 0 {
		return piece{}, io.EOF
	}
	if err != nil && err != io.EOF && err != bufio.ErrBufferFull {
		return piece{}, err
	}
	p := piece{text: b, first: !l.within, last: err != bufio.ErrBufferFull}
	if text, ok := bytes.CutSuffix(b, []byte("\r\n")); ok {
		p.text, p.end = text, "\r\n"
	} else if text, ok := bytes.CutSuffix(b, []byte("\n")); ok {
		p.text, p.end = text, "\n"
	} else if bytes.HasSuffix(b, []byte("\r")) && !p.last {
		// The line's end may be cut in two: the CR waits for what comes.
		p.text = b[:len(b)-1]
		if err := l.r.UnreadByte(); err != nil {
			return piece{}, err
		}
	}
	if p.first {
		l.length = 0
	}
	l.length += len(p.text)
	l.within = !p.last
	return p, nil
}

func has8Bit(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return true
		}
	}
	return false
}
