package lane

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"

	"migsh/internal/mailbox/token"
)

// A Value is one value of IMAP's grammar: an atom, a string or a list.
type Value struct {
	Kind Kind
	Text []byte // of an atom as it stands, of a string without quotes and escapes
	List []Value
}

// Kind tells what a Value is.
type Kind uint8

const (
	Atom Kind = iota
	Quoted
	Literal
	List
)

// maxNesting bounds lists within lists.
const maxNesting = 100

// Is tells whether the value is the given atom, in any case.
func (v Value) Is(name string) bool {
	return v.Kind == Atom && bytes.EqualFold(v.Text, []byte(name))
}

// IsString tells whether the value is a string in either form.
func (v Value) IsString() bool { return v.Kind == Quoted || v.Kind == Literal }

// Number is the value as a number.
func (v Value) Number() (int64, bool) {
	if v.Kind == List {
		return 0, false
	}
	return token.Number(v.Text)
}

// ParseValues reads values out of a text that holds no literals, such as the arguments of a response code.
func ParseValues(text string) ([]Value, error) {
	r := Reader{line: []byte(text)}
	r.br = bufio.NewReader(strings.NewReader(""))
	return r.Values()
}

// value reads one value.
func (r *Reader) value(depth int) (Value, error) {
	switch {
	case len(r.line) == 0:
		return Value{}, grammar("a value is missing")
	case r.line[0] == '(':
		return r.list(depth)
	case r.line[0] == '"':
		text, rest, ok := token.Quoted(r.line)
		if !ok {
			return Value{}, grammar("a string does not end: %.80q", r.line)
		}
		r.line = rest
		return Value{Kind: Quoted, Text: text}, nil
	case r.atLiteral():
		return r.literal()
	default:
		end := bytes.IndexAny(r.line, " ()\"")
		if end < 0 {
			end = len(r.line)
		}
		if end == 0 {
			return Value{}, grammar("%.80q", r.line)
		}
		v := Value{Kind: Atom, Text: bytes.Clone(r.line[:end])}
		r.line = r.line[end:]
		return v, nil
	}
}

func (r *Reader) list(depth int) (Value, error) {
	if depth > maxNesting {
		return Value{}, grammar("lists within lists, more than %d deep", maxNesting)
	}
	v := Value{Kind: List}
	r.line = r.line[1:]
	for {
		r.blanks()
		if len(r.line) == 0 {
			return Value{}, grammar("a list does not end")
		}
		if r.line[0] == ')' {
			r.line = r.line[1:]
			return v, nil
		}
		e, err := r.value(depth + 1)
		if err != nil {
			return Value{}, err
		}
		v.List = append(v.List, e)
	}
}

// atLiteral tells whether the announcement of a literal, and nothing else, is left of the line.
func (r *Reader) atLiteral() bool {
	text := bytes.TrimPrefix(r.line, []byte("~"))
	return len(text) > 0 && text[0] == '{' && bytes.IndexByte(text, '}') == len(text)-1 && token.Announced(text) >= 0
}

func (r *Reader) literal() (Value, error) {
	n := token.Announced(r.line)
	if n > maxText {
		return Value{}, grammar("a literal of %d bytes where none may have more than %d", n, maxText)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(r.br, text); err != nil {
		return Value{}, cut(err)
	}
	return Value{Kind: Literal, Text: text}, cut(r.nextLine())
}

// appendString writes a quoted string, or a literal that needs no invitation where a quoted string cannot hold the text.
func appendQuoted(dst []byte, text string) []byte {
	dst = append(dst, '"')
	for i := range len(text) {
		if text[i] == '"' || text[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, text[i])
	}
	return append(dst, '"')
}

func appendNumber(dst []byte, n int64) []byte { return strconv.AppendInt(dst, n, 10) }
