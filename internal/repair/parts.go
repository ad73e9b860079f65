package repair

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"io"
	"mime"
	"strings"
)

// A walker goes through a message line by line, knows in which part of it it is, and writes it with headers and long lines repaired.
type walker struct {
	dst  io.Writer
	what Defects
	// look: nothing is to be repaired, only found out in which parts there are long lines.
	look bool
	long map[int]bool // parts, in their order, whose body has lines that are too long

	part       int // number of the part at hand; the message itself is 0
	leaf       bool
	top        bool // its header is the message's
	inHeader   bool
	header     []byte
	boundaries []string
	encoder    *partEncoder // of the body at hand, if it is to be encoded
}

func (w *walker) walk(r io.Reader) error {
	lines := newLineReader(r)
	w.inHeader, w.top = true, true
	for {
		p, err := lines.next()
		if err == io.EOF {
			break
		}
		if err == nil {
			err = w.piece(p, lines.length)
		}
		if err != nil {
			return err
		}
	}
	if w.inHeader { // it ends without a body
		return w.endHeader(nil)
	}
	return w.endBody("")
}

func (w *walker) piece(p piece, length int) error {
	if w.inHeader {
		if p.first && len(p.text) == 0 {
			return w.endHeader([]byte(p.end))
		}
		w.header = append(append(w.header, p.text...), p.end...)
		if len(w.header) > maxHeader { // who knows what this is
			w.inHeader, w.leaf = false, false
			_, err := w.dst.Write(w.header)
			w.header = nil
			return err
		}
		return nil
	}
	if p.first && bytes.HasPrefix(p.text, []byte("--")) {
		for i := len(w.boundaries) - 1; i >= 0; i-- {
			rest, ok := bytes.CutPrefix(p.text, []byte("--"+w.boundaries[i]))
			if !ok || len(bytes.TrimRight(rest, " \t-")) > 0 {
				continue
			}
			return w.boundary(i, p, bytes.HasPrefix(rest, []byte("--")))
		}
	}
	if length > maxLine && w.look && w.leaf {
		w.long[w.part] = true
	}
	if w.encoder != nil {
		return w.encoder.line(p)
	}
	_, err := w.dst.Write(append(p.text[:len(p.text):len(p.text)], p.end...))
	return err
}

// boundary ends a part and begins the next one, or ends the whole multipart.
func (w *walker) boundary(i int, p piece, closing bool) error {
	if err := w.endBody("\r\n"); err != nil {
		return err
	}
	w.boundaries = w.boundaries[:i+1]
	if closing {
		w.boundaries = w.boundaries[:i]
		w.leaf = false // what follows is for nobody
	} else {
		w.inHeader, w.top = true, false
		w.part++
	}
	_, err := w.dst.Write(append(bytes.Clone(p.text), p.end...))
	return err
}

func (w *walker) endBody(lineEnd string) error {
	if w.encoder == nil {
		return nil
	}
	err := w.encoder.close(lineEnd)
	w.encoder = nil
	return err
}

// endHeader writes a header and finds out what follows it. blank is the line end behind it, nil where it ends without one.
func (w *walker) endHeader(blank []byte) error {
	header := w.header
	w.header, w.inHeader = nil, false
	if w.top && !w.look && len(header) > 0 {
		if w.what&BadHeader != 0 {
			header = mendFields(header)
		}
		if w.what&RawHeader != 0 {
			header = encodeFields(header)
		}
	}
	w.top = false
	kind, params, encoding := contentOf(header)
	w.leaf = false
	switch {
	case strings.HasPrefix(kind, "multipart/") && params["boundary"] != "":
		w.boundaries = append(w.boundaries, params["boundary"])
	case kind == "message/rfc822" && encoding != "base64" && encoding != "quoted-printable":
		w.inHeader = true
		w.part++
	default:
		w.leaf = true
	}
	headless := bytes.HasPrefix(header, []byte("\r\n")) // what was mended is the body
	if w.leaf && !w.look && w.long[w.part] && !headless {
		w.encoder = &partEncoder{dst: w.dst, encoding: encoding}
		if encoding != "base64" && encoding != "quoted-printable" {
			header = replaceEncoding(header)
		}
	}
	if w.what&LongLines != 0 && !w.look {
		header = foldFields(header)
	}
	_, err := w.dst.Write(append(header, blank...))
	return err
}

// contentOf reads what a header says of the body.
func contentOf(header []byte) (kind string, params map[string]string, encoding string) {
	kind, params, err := mime.ParseMediaType(field(header, "content-type"))
	if err != nil && kind == "" {
		kind = "text/plain"
	}
	return kind, params, strings.ToLower(strings.TrimSpace(field(header, "content-transfer-encoding")))
}

// field finds a field's text, unfolded; "" if there is none.
func field(header []byte, name string) string {
	var text []byte
	found := false
	for line := range bytes.Lines(header) {
		if line[0] == ' ' || line[0] == '\t' {
			if found {
				text = append(append(text, ' '), bytes.TrimSpace(line)...)
			}
			continue
		}
		if found {
			break
		}
		if key, rest, ok := bytes.Cut(line, []byte(":")); ok && strings.EqualFold(string(bytes.TrimSpace(key)), name) {
			text, found = bytes.Clone(bytes.TrimSpace(rest)), true
		}
	}
	return string(text)
}

// replaceEncoding says that the body is base64.
func replaceEncoding(header []byte) []byte {
	var out []byte
	said, within := false, false
	for line := range bytes.Lines(header) {
		if line[0] == ' ' || line[0] == '\t' {
			if !within {
				out = append(out, line...)
			}
			continue
		}
		key, _, _ := bytes.Cut(line, []byte(":"))
		if within = strings.EqualFold(string(bytes.TrimSpace(key)), "content-transfer-encoding"); !within {
			out = append(out, line...)
			continue
		}
		if !said {
			out = append(out, "Content-Transfer-Encoding: base64\r\n"...)
			said = true
		}
	}
	if said {
		return out
	}
	if len(out) > 0 && !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\r', '\n')
	}
	return append(out, "Content-Transfer-Encoding: base64\r\n"...)
}

// A partEncoder writes a body with short lines.
type partEncoder struct {
	dst      io.Writer
	encoding string // that the body has
	owed     string // the line end before the next line: that before a boundary is the boundary's
	wrap     *wrapper
	base64   io.WriteCloser
	column   int // of quoted-printable
}

func (e *partEncoder) line(p piece) error {
	switch e.encoding {
	case "base64": // only its lines are too long
		if e.wrap == nil {
			e.wrap = newWrapper(e.dst)
		}
		for word := range bytes.FieldsSeq(p.text) {
			if _, err := e.wrap.Write(word); err != nil {
				return err
			}
		}
		return nil
	case "quoted-printable":
		return e.soften(p)
	}
	if e.base64 == nil {
		e.wrap = newWrapper(e.dst)
		e.base64 = base64.NewEncoder(base64.StdEncoding, e.wrap)
	}
	if _, err := io.WriteString(e.base64, e.owed); err != nil {
		return err
	}
	e.owed = p.end
	_, err := e.base64.Write(p.text)
	return err
}

// soften breaks a line of quoted-printable with soft line ends, never within =XX.
func (e *partEncoder) soften(p piece) error {
	var out []byte
	if p.first {
		out, e.column = append(out, e.owed...), 0
	}
	for _, c := range p.text {
		if e.column >= 72 && c == '=' || e.column >= 75 {
			out = append(out, "=\r\n"...)
			e.column = 0
		}
		out = append(out, c)
		e.column++
	}
	e.owed = p.end
	_, err := e.dst.Write(out)
	return err
}

// close writes what is left; lineEnd is what the line behind the body needs before it.
func (e *partEncoder) close(lineEnd string) error {
	switch {
	case e.base64 != nil:
		if lineEnd == "" { // the last line's end is the body's
			if _, err := io.WriteString(e.base64, e.owed); err != nil {
				return err
			}
		}
		if err := e.base64.Close(); err != nil {
			return err
		}
		return e.wrap.close()
	case e.wrap != nil:
		return e.wrap.close()
	}
	_, err := io.WriteString(e.dst, e.owed)
	return err
}

// A wrapper writes lines of 76 characters.
type wrapper struct {
	w      *bufio.Writer
	column int
}

func newWrapper(dst io.Writer) *wrapper { return &wrapper{w: bufio.NewWriter(dst)} }

func (w *wrapper) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if w.column == 76 {
			w.w.WriteString("\r\n") // bufio keeps the first error for Flush
			w.column = 0
		}
		part := min(len(p), 76-w.column)
		w.w.Write(p[:part])
		w.column += part
		p = p[part:]
	}
	return n, nil
}

func (w *wrapper) close() error {
	if w.column > 0 {
		w.w.WriteString("\r\n")
	}
	return w.w.Flush()
}
