package dotnet

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"migsh/shell/object"
)

var (
	typeStream       = object.Declare(&object.Type{Name: "System.IO.Stream"})
	typeFileStream   = object.Declare(&object.Type{Name: "System.IO.FileStream", Base: typeStream})
	typeMemoryStream = object.Declare(&object.Type{Name: "System.IO.MemoryStream", Base: typeStream})
	typeTextReader   = object.Declare(&object.Type{Name: "System.IO.TextReader"})
	typeStreamReader = object.Declare(&object.Type{Name: "System.IO.StreamReader", Base: typeTextReader})
	typeStringReader = object.Declare(&object.Type{Name: "System.IO.StringReader", Base: typeTextReader})
	typeTextWriter   = object.Declare(&object.Type{Name: "System.IO.TextWriter"})
	typeStreamWriter = object.Declare(&object.Type{Name: "System.IO.StreamWriter", Base: typeTextWriter})
	typeStringWriter = object.Declare(&object.Type{Name: "System.IO.StringWriter", Base: typeTextWriter})
)

func init() {
	object.Extend(typeStream, streamMembers)
	object.Extend(typeFileStream, func(t *object.Type) {
		field(t, "string Name", func(s *stream) any { return s.name })
		constructor(t, "(string path, System.IO.FileMode mode)", func(a args) (any, error) { return openStream(a.str(0), streamFlags(a.enum(1), 3)) })
		constructor(t, "(string path, System.IO.FileMode mode, System.IO.FileAccess access)", func(a args) (any, error) {
			return openStream(a.str(0), streamFlags(a.enum(1), a.enum(2)))
		})
	})
	object.Extend(typeMemoryStream, func(t *object.Type) {
		make := func(b []byte) any { return object.Instance(t, &stream{memory: &memory{data: b}}) }
		method(t, "byte[] ToArray()", func(s *stream, _ args) (any, error) { return object.BytesToArray(s.memory.data), nil })
		constructor(t, "()", func(args) (any, error) { return make(nil), nil })
		constructor(t, "(byte[] buffer)", func(a args) (any, error) { return make(object.BytesOf(a[0])), nil })
	})
	object.Extend(typeTextReader, readerMembers)
	object.Extend(typeStreamReader, func(t *object.Type) {
		constructor(t, "(string path)", func(a args) (any, error) { return openReader(a.str(0), utf8NoBOM) })
		constructor(t, "(string path, System.Text.Encoding encoding)", func(a args) (any, error) { return openReader(a.str(0), encodingOf(a[1])) })
		constructor(t, "(System.IO.Stream stream)", func(a args) (any, error) { return readerOf(of[*stream](a[0]), utf8NoBOM) })
		constructor(t, "(System.IO.Stream stream, System.Text.Encoding encoding)", func(a args) (any, error) { return readerOf(of[*stream](a[0]), encodingOf(a[1])) })
	})
	object.Extend(typeStringReader, func(t *object.Type) {
		constructor(t, "(string s)", func(a args) (any, error) { return object.Instance(t, newReader(strings.NewReader(a.str(0)), nil)), nil })
	})
	object.Extend(typeTextWriter, writerMembers)
	object.Extend(typeStreamWriter, func(t *object.Type) {
		constructor(t, "(string path)", func(a args) (any, error) { return openWriter(a.str(0), false, utf8NoBOM) })
		constructor(t, "(string path, bool append)", func(a args) (any, error) { return openWriter(a.str(0), a.bool(1), utf8NoBOM) })
		constructor(t, "(string path, bool append, System.Text.Encoding encoding)", func(a args) (any, error) { return openWriter(a.str(0), a.bool(1), encodingOf(a[2])) })
		constructor(t, "(System.IO.Stream stream)", func(a args) (any, error) {
			s := of[*stream](a[0])
			return object.Instance(t, &writer{w: bufio.NewWriter(s), closer: s, enc: utf8NoBOM}), nil
		})
	})
	object.Extend(typeStringWriter, func(t *object.Type) {
		constructor(t, "()", func(args) (any, error) {
			b := &bytes.Buffer{}
			return object.Instance(t, &writer{w: bufio.NewWriter(b), text: b, enc: utf8NoBOM}), nil
		})
	})
}

// stream is the base value of FileStream and MemoryStream.
type stream struct {
	name   string
	file   *os.File
	memory *memory
	closed bool
}

// memory is a growing block of bytes with a position.
type memory struct {
	data []byte
	at   int
}

var errClosed = throw("System.ObjectDisposedException", "Cannot access a closed Stream.")

// Read reads from the stream's position.
func (s *stream) Read(p []byte) (int, error) {
	if s.closed {
		return 0, errClosed
	}
	if s.file != nil {
		return s.file.Read(p)
	}
	if s.memory.at >= len(s.memory.data) {
		return 0, io.EOF
	}
	n := copy(p, s.memory.data[s.memory.at:])
	s.memory.at += n
	return n, nil
}

// Write writes at the stream's position.
func (s *stream) Write(p []byte) (int, error) {
	if s.closed {
		return 0, errClosed
	}
	if s.file != nil {
		return s.file.Write(p)
	}
	m := s.memory
	if need := m.at + len(p); need > len(m.data) {
		m.data = append(m.data, make([]byte, need-len(m.data))...)
	}
	copy(m.data[m.at:], p)
	m.at += len(p)
	return len(p), nil
}

// Close closes the file; a second call does nothing.
func (s *stream) Close() error {
	if s.closed {
		return nil
	}
	s.closed = true
	if s.file != nil {
		return s.file.Close()
	}
	return nil
}

func (s *stream) seek(offset int64, whence int) (int64, error) {
	if s.closed {
		return 0, errClosed
	}
	if s.file != nil {
		return s.file.Seek(offset, whence)
	}
	base := [3]int64{0, int64(s.memory.at), int64(len(s.memory.data))}[whence]
	if base+offset < 0 {
		return 0, throw("System.IO.IOException", "An attempt was made to move the position before the beginning of the stream.")
	}
	s.memory.at = int(base + offset)
	return base + offset, nil
}

func (s *stream) length() (int64, error) {
	if s.closed {
		return 0, errClosed
	}
	if s.file == nil {
		return int64(len(s.memory.data)), nil
	}
	info, err := s.file.Stat()
	if err != nil {
		return 0, ioError(s.name, err)
	}
	return info.Size(), nil
}

func openStream(path string, flag int) (any, error) {
	f, err := os.OpenFile(path, flag, 0o666)
	if err != nil {
		return nil, ioError(path, err)
	}
	return object.Instance(typeFileStream, &stream{name: path, file: f}), nil
}

// streamFlags translates FileMode and FileAccess.
func streamFlags(mode, access int64) int {
	flag := []int{os.O_RDONLY, os.O_RDONLY, os.O_WRONLY, os.O_RDWR}[access&3]
	switch mode {
	case 1:
		flag |= os.O_CREATE | os.O_EXCL
	case 2:
		flag |= os.O_CREATE | os.O_TRUNC
	case 4:
		flag |= os.O_CREATE
	case 5:
		flag |= os.O_TRUNC
	case 6:
		flag = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	return flag
}

func streamMembers(t *object.Type) {
	property(t, "long Length", func(s *stream) (any, error) { return s.length() })
	property(t, "long Position", func(s *stream) (any, error) { return s.seek(0, io.SeekCurrent) })
	t.Instance.Find("Position").Set = func(recv, v any) error {
		_, err := of[*stream](recv).seek(v.(int64), io.SeekStart)
		return err
	}
	field(t, "bool CanRead", func(s *stream) any { return !s.closed })
	field(t, "bool CanWrite", func(s *stream) any { return !s.closed })
	field(t, "bool CanSeek", func(s *stream) any { return !s.closed })
	shut := func(s *stream, _ args) (any, error) { return nil, s.Close() }
	method(t, "void Close()", shut)
	method(t, "void Dispose()", shut)
	method(t, "void Flush()", func(*stream, args) (any, error) { return nil, nil })
	method(t, "int Read(byte[] buffer, int offset, int count)", func(s *stream, a args) (any, error) {
		items := a.items(0)
		if a.int(1) < 0 || a.int(2) < 0 || a.int(1)+a.int(2) > len(items) {
			return nil, argument("Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.")
		}
		b := make([]byte, a.int(2))
		n, err := s.Read(b)
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		for i := range n {
			items[a.int(1)+i] = b[i]
		}
		return int32(n), nil
	})
	method(t, "int ReadByte()", func(s *stream, _ args) (any, error) {
		var b [1]byte
		n, err := s.Read(b[:])
		if n == 0 {
			if err != nil && !errors.Is(err, io.EOF) {
				return nil, err
			}
			return int32(-1), nil
		}
		return int32(b[0]), nil
	})
	method(t, "void Write(byte[] buffer, int offset, int count)", func(s *stream, a args) (any, error) {
		b := object.BytesOf(a[0])
		if a.int(1) < 0 || a.int(2) < 0 || a.int(1)+a.int(2) > len(b) {
			return nil, argument("Offset and length were out of bounds for the array or count is greater than the number of elements from index to the end of the source collection.")
		}
		_, err := s.Write(b[a.int(1) : a.int(1)+a.int(2)])
		return nil, err
	})
	method(t, "void WriteByte(byte value)", func(s *stream, a args) (any, error) {
		_, err := s.Write([]byte{a[0].(uint8)})
		return nil, err
	})
}

// reader is the base value of StreamReader and StringReader.
type reader struct {
	r      *bufio.Reader
	closer io.Closer
}

func newReader(r io.Reader, closer io.Closer) *reader { return &reader{bufio.NewReader(r), closer} }

func openReader(path string, enc encoding) (any, error) {
	b, err := readBytes(args{path})
	if err != nil {
		return nil, err
	}
	return object.Instance(typeStreamReader, newReader(strings.NewReader(enc.detect(b)), nil)), nil
}

func readerOf(s *stream, enc encoding) (any, error) {
	b, err := readAll(s)
	if err != nil {
		return nil, err
	}
	return object.Instance(typeStreamReader, newReader(strings.NewReader(enc.detect(b)), s)), nil
}

// line reads to the next line end of any kind; ok is false at the end.
func (r *reader) line() (s string, ok bool) {
	var b strings.Builder
	for {
		c, err := r.r.ReadByte()
		if err != nil {
			return b.String(), b.Len() > 0
		}
		switch c {
		case '\n':
			return b.String(), true
		case '\r':
			if next, err := r.r.Peek(1); err == nil && next[0] == '\n' {
				_, _ = r.r.Discard(1) // just seen by Peek
			}
			return b.String(), true
		}
		b.WriteByte(c)
	}
}

func readerMembers(t *object.Type) {
	method(t, "string ReadLine()", func(r *reader, _ args) (any, error) {
		s, ok := r.line()
		if !ok {
			return nil, nil
		}
		return s, nil
	})
	method(t, "string ReadToEnd()", func(r *reader, _ args) (any, error) {
		b, err := readAll(r.r)
		return string(b), err
	})
	method(t, "int Read()", func(r *reader, _ args) (any, error) {
		c, _, err := r.r.ReadRune()
		if err != nil {
			return int32(-1), nil
		}
		return int32(c), nil
	})
	method(t, "int Peek()", func(r *reader, _ args) (any, error) {
		c, _, err := r.r.ReadRune()
		if err != nil {
			return int32(-1), nil
		}
		return int32(c), r.r.UnreadRune()
	})
	shut := func(r *reader, _ args) (any, error) {
		if r.closer != nil {
			return nil, r.closer.Close()
		}
		return nil, nil
	}
	method(t, "void Close()", shut)
	method(t, "void Dispose()", shut)
	field(t, "bool EndOfStream", func(r *reader) any { _, err := r.r.Peek(1); return err != nil })
}

// writer is the base value of StreamWriter, StringWriter and the console's writers.
type writer struct {
	w      *bufio.Writer
	closer io.Closer
	text   *bytes.Buffer
	enc    encoding
	direct bool // flush after each call
}

func openWriter(path string, appending bool, enc encoding) (any, error) {
	flag := os.O_WRONLY | os.O_CREATE | os.O_TRUNC
	if appending {
		flag = os.O_WRONLY | os.O_CREATE | os.O_APPEND
	}
	f, err := os.OpenFile(path, flag, 0o666)
	if err != nil {
		return nil, ioError(path, err)
	}
	w := &writer{w: bufio.NewWriter(f), closer: f, enc: enc}
	if !appending {
		if _, err := w.w.Write(enc.preamble()); err != nil {
			return nil, ioError(path, err)
		}
	}
	return object.Instance(typeStreamWriter, w), nil
}

func (w *writer) write(s string) error {
	if _, err := w.w.Write(w.enc.encode(s)); err != nil {
		return err
	}
	if w.direct {
		return w.w.Flush()
	}
	return nil
}

// Text is what a StringWriter has collected.
func (w *writer) Text() string {
	if w.text == nil {
		return "System.IO.StreamWriter"
	}
	_ = w.w.Flush() // a buffer takes everything
	return w.text.String()
}

func writerMembers(t *object.Type) {
	out := func(w *writer, a args, end string) (any, error) {
		s := object.CultureString(a[0])
		if len(a) > 1 {
			var err error
			if s, err = object.FormatNet(a.str(0), a.items(1), object.CurrentCulture()); err != nil {
				return nil, err
			}
		}
		return nil, w.write(s + end)
	}
	method(t, "void Write(System.Object value)", func(w *writer, a args) (any, error) { return out(w, a, "") })
	method(t, "void Write(string format, Params System.Object[] arg)", func(w *writer, a args) (any, error) { return out(w, a, "") })
	method(t, "void WriteLine()", func(w *writer, _ args) (any, error) { return nil, w.write("\n") })
	method(t, "void WriteLine(string value)", func(w *writer, a args) (any, error) { return nil, w.write(a.str(0) + "\n") })
	method(t, "void Write(string value)", func(w *writer, a args) (any, error) { return nil, w.write(a.str(0)) })
	method(t, "void WriteLine(System.Object value)", func(w *writer, a args) (any, error) { return out(w, a, "\n") })
	method(t, "void WriteLine(string format, Params System.Object[] arg)", func(w *writer, a args) (any, error) { return out(w, a, "\n") })
	method(t, "void Flush()", func(w *writer, _ args) (any, error) { return nil, w.w.Flush() })
	shut := func(w *writer, _ args) (any, error) {
		err := w.w.Flush()
		if w.closer != nil {
			if closed := w.closer.Close(); err == nil && !errors.Is(closed, os.ErrClosed) {
				err = closed
			}
		}
		return nil, err
	}
	method(t, "void Close()", shut)
	method(t, "void Dispose()", shut)
	settable(t, "bool AutoFlush", func(w *writer) any { return w.direct }, func(w *writer, v any) error { w.direct = v.(bool); return nil })
	settable(t, "string NewLine", func(*writer) any { return "\n" }, func(*writer, any) error {
		return throw("System.NotSupportedException", "The line end of a writer cannot be changed here.")
	})
	method(t, "string ToString()", func(w *writer, _ args) (any, error) { return w.Text(), nil })
}
