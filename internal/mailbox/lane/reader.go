package lane

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"migsh/internal/mailbox/token"
)

const (
	// bufferSize is that of the buffer in each direction.
	bufferSize = 64 << 10
	// MaxLine bounds what is held of one line outside literals.
	MaxLine = 8 << 20
	// maxText bounds a literal that is no message.
	maxText = 1 << 20
)

// ErrGrammar is in the chain of every error that comes of an answer which cannot be read.
var ErrGrammar = errors.New("the server's answer is not IMAP")

func grammar(format string, args ...any) error {
	return fmt.Errorf("%w: %s", ErrGrammar, fmt.Sprintf(format, args...))
}

// A Reader reads what a server says, one response after the other. After an error it must not be used any more.
type Reader struct {
	br   *bufio.Reader
	line []byte // what is left of the current line, without its end; valid until the next one is read
	long []byte // holds a line that is longer than the buffer
	free bool   // what is left is free text for people, in which braces announce nothing
	body *Body  // the literal that is being read, or nil

	flags map[string]Flags // lists of flags as they stood, and what they were read as
	zones zones

	// Note is told of what is odd and was passed over or mended; nil when nobody wants to know.
	Note func(what string, example []byte)
}

// NewReader reads from r, from the beginning of a response.
func NewReader(r io.Reader) *Reader {
	return &Reader{br: bufio.NewReaderSize(r, bufferSize)}
}

// A Response is the beginning of one.
type Response struct {
	// Tag is that of the command that is answered, "*" for what answers none, "+" for an invitation to go on.
	Tag string
	// Number stands before the name in "* 12 FETCH" and its like; else it is 0.
	Number uint32
	// Name is the response's, in capitals: OK, NO, BAD, BYE, PREAUTH, FETCH, EXISTS, LIST …
	Name string
}

// IsStatus tells whether the response is one of those that [Reader.Status] reads.
func (r Response) IsStatus() bool {
	switch r.Name {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		return true
	}
	return false
}

// Next passes over what is left of the response before, and reads the beginning of the next one. Empty lines are passed over.
func (r *Reader) Next() (Response, error) {
	if err := r.Skip(); err != nil {
		return Response{}, err
	}
	for {
		if err := r.nextLine(); err != nil {
			return Response{}, err
		}
		if len(r.line) > 0 {
			break
		}
		r.note("passed over an empty line", nil)
	}
	r.free = false
	whole := r.line
	tag := r.word()
	if len(tag) > 0 && tag[0] == '+' {
		r.line, r.free = nil, true
		return Response{Tag: "+"}, nil
	}
	resp := Response{Tag: intern(tag)}
	name := r.name()
	if n, ok := token.Number(name); ok && resp.Tag == "*" {
		if n > math.MaxUint32 {
			return Response{}, grammar("%.80q", whole)
		}
		resp.Number = uint32(n)
		name = r.name()
	}
	resp.Name = intern(name)
	if resp.Name == "" {
		return Response{}, grammar("%.80q", whole)
	}
	r.free = resp.IsStatus()
	return resp, nil
}

// word cuts off what stands before the next blank.
func (r *Reader) word() []byte {
	word, rest, _ := bytes.Cut(r.line, []byte(" "))
	r.line = rest
	return word
}

// name cuts off a word that may also end before a parenthesis, for which some servers leave no blank.
func (r *Reader) name() []byte {
	r.blanks()
	end := bytes.IndexAny(r.line, " (")
	if end < 0 {
		end = len(r.line)
	}
	name := r.line[:end]
	r.line = r.line[end:]
	return name
}

func (r *Reader) blanks() {
	for len(r.line) > 0 && r.line[0] == ' ' {
		r.line = r.line[1:]
	}
}

// common are the words that come again and again.
var common = func() map[string]string {
	words := make(map[string]string)
	for _, w := range []string{"*", "OK", "NO", "BAD", "BYE", "FETCH", "EXISTS", "RECENT", "EXPUNGE", "VANISHED", "LIST", "STATUS", "FLAGS",
		"UID", "RFC822.SIZE", "INTERNALDATE", "MODSEQ", "BODY[]", "EMAILID"} {
		words[w] = w
	}
	return words
}()

// intern makes a string of a word, in capitals.
func intern(word []byte) string {
	if w, ok := common[string(word)]; ok {
		return w
	}
	return strings.ToUpper(string(word))
}

// nextLine reads a line and takes its end off.
func (r *Reader) nextLine() error {
	line, err := r.br.ReadSlice('\n')
	if err == bufio.ErrBufferFull {
		r.long = append(r.long[:0], line...)
		for err == bufio.ErrBufferFull {
			if len(r.long) > MaxLine {
				return grammar("a line is longer than %d MiB: %.80q…", MaxLine>>20, r.long)
			}
			line, err = r.br.ReadSlice('\n')
			r.long = append(r.long, line...)
		}
		line = r.long
		if cap(r.long) > 1<<20 {
			r.long = nil
		}
	}
	if err != nil {
		if err == io.EOF && len(line) > 0 {
			err = io.ErrUnexpectedEOF
		}
		return err
	}
	line = line[:len(line)-1]
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	r.line = line
	return nil
}

// Skip passes over what is left of the current response.
func (r *Reader) Skip() error {
	if r.body != nil {
		if err := r.body.finish(); err != nil {
			return err
		}
	}
	for !r.free {
		n := token.Announced(r.line)
		if n < 0 {
			break
		}
		if _, err := io.CopyN(io.Discard, r.br, n); err != nil {
			return cut(err)
		}
		if err := r.nextLine(); err != nil {
			return cut(err)
		}
	}
	r.line = nil
	return nil
}

// cut is the error for an end in the middle of something.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

func (r *Reader) note(what string, example []byte) {
	if r.Note != nil {
		r.Note(what, example)
	}
}

// A Status is how a command ended (OK, NO, BAD), or what a server says on its own account.
type Status struct {
	Kind string // OK, NO, BAD, BYE or PREAUTH
	Code string // the response code in capitals, such as TRYCREATE; empty when there is none
	Args string // what stands behind the code within the brackets
	Text string // for people
}

// OK tells whether the command was carried out.
func (s Status) OK() bool { return s.Kind == "OK" }

// Status reads the rest of a status response.
func (r *Reader) Status(kind string) Status {
	r.blanks()
	s := Status{Kind: kind}
	text := r.line
	r.line = nil
	if len(text) > 0 && text[0] == '[' {
		if end := codeEnd(text); end > 0 {
			code, args, _ := bytes.Cut(text[1:end], []byte(" "))
			s.Code, s.Args = strings.ToUpper(string(code)), string(bytes.TrimSpace(args))
			text = text[end+1:]
		} else {
			r.note("put aside a response code that is not IMAP's grammar", text)
		}
	}
	s.Text = Printable(bytes.TrimSpace(text))
	return s
}

// codeEnd is the place of the bracket that ends a response code, or -1. Brackets within a list, as flags may hold them, end none.
func codeEnd(text []byte) int {
	if open := bytes.IndexByte(text, '('); open > 0 {
		if end := bytes.Index(text[open:], []byte(")]")); end > 0 && bytes.IndexByte(text[:open], ']') < 0 {
			return open + end + 1
		}
	}
	return bytes.IndexByte(text, ']')
}

// Values reads the rest of a response whole. It is meant for those that hold no message: a literal may have 1 MiB at most.
func (r *Reader) Values() ([]Value, error) {
	var vals []Value
	for {
		r.blanks()
		if len(r.line) == 0 {
			return vals, nil
		}
		v, err := r.value(0)
		if err != nil {
			return nil, err
		}
		vals = append(vals, v)
	}
}

// Text reads the rest of the current line as it stands.
func (r *Reader) Text() string {
	text := string(r.line)
	r.line = nil
	return text
}

// Printable is text with control characters and broken UTF-8 made visible.
func Printable(line []byte) string {
	if !slices.ContainsFunc(line, func(c byte) bool { return c < ' ' || c >= 0x7f }) {
		return string(line)
	}
	q := fmt.Sprintf("%+q", line)
	return strings.ReplaceAll(q[1:len(q)-1], `\"`, `"`)
}
