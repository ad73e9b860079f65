package wrap

import (
	"bytes"
	"errors"
	"strconv"

	"migsh/internal/mailbox/token"
)

// value is one value of IMAP's grammar: an atom, a string or a list.
type value struct {
	kind valueKind
	text []byte // of an atom as it stands, of a string without quotes and escapes
	list []value
}

type valueKind uint8

const (
	atom valueKind = iota
	quoted
	literal
	list
)

// maxNesting bounds lists within lists.
const maxNesting = 100

var errGrammar = errors.New("not IMAP's grammar")

// parseValues reads all values of a response, whose literals stand in place after their announcement.
func parseValues(p []byte) ([]value, error) {
	vals, rest, err := parseList(p, 0)
	if err == nil && len(rest) > 0 {
		err = errGrammar
	}
	return vals, err
}

// parseList reads values up to a closing parenthesis or the end.
func parseList(p []byte, depth int) (vals []value, rest []byte, err error) {
	if depth > maxNesting {
		return nil, nil, errGrammar
	}
	for {
		p = bytes.TrimLeft(p, " ")
		if len(p) == 0 || p[0] == ')' {
			return vals, p, nil
		}
		var v value
		if v, p, err = parseValue(p, depth); err != nil {
			return nil, nil, err
		}
		vals = append(vals, v)
	}
}

func parseValue(p []byte, depth int) (value, []byte, error) {
	switch {
	case p[0] == '(':
		vals, rest, err := parseList(p[1:], depth+1)
		if err != nil {
			return value{}, nil, err
		}
		if len(rest) == 0 {
			return value{}, nil, errGrammar
		}
		return value{kind: list, list: vals}, rest[1:], nil
	case p[0] == '"':
		text, rest, ok := token.Quoted(p)
		if !ok {
			return value{}, nil, errGrammar
		}
		return value{kind: quoted, text: text}, rest, nil
	case p[0] == '{':
		return parseLiteral(p)
	default:
		end := bytes.IndexAny(p, " ()\"")
		if end < 0 {
			end = len(p)
		}
		if end == 0 {
			return value{}, nil, errGrammar
		}
		return value{kind: atom, text: upperNIL(p[:end])}, p[end:], nil
	}
}

func parseLiteral(p []byte) (value, []byte, error) {
	end := bytes.IndexByte(p, '\n')
	if end < 0 {
		return value{}, nil, errGrammar
	}
	n := token.Announced(p[:end])
	p = p[end+1:]
	if n < 0 || n > int64(len(p)) {
		return value{}, nil, errGrammar
	}
	return value{kind: literal, text: p[:n]}, p[n:], nil
}

// append writes the value in IMAP's grammar.
func (v value) append(dst []byte) []byte {
	switch v.kind {
	case list:
		dst = append(dst, '(')
		dst = appendValues(dst, v.list)
		return append(dst, ')')
	case atom:
		return append(dst, v.text...)
	default:
		return appendString(dst, v.text)
	}
}

func appendValues(dst []byte, vals []value) []byte {
	for i, v := range vals {
		if i > 0 {
			dst = append(dst, ' ')
		}
		dst = v.append(dst)
	}
	return dst
}

// appendString writes a quoted string, or a literal where a quoted string cannot hold the text.
func appendString(dst, text []byte) []byte {
	if bytes.ContainsAny(text, "\r\n\x00") {
		dst = append(dst, '{')
		dst = strconv.AppendInt(dst, int64(len(text)), 10)
		dst = append(dst, "}\r\n"...)
		return append(dst, text...)
	}
	dst = append(dst, '"')
	for _, c := range text {
		if c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

// upperNIL puts NIL, which the library knows in capitals only, in capitals.
func upperNIL(text []byte) []byte {
	if bytes.EqualFold(text, []byte("NIL")) {
		return []byte("NIL")
	}
	return text
}

// is reports whether the value is the given atom, whatever its case.
func (v value) is(name string) bool { return v.kind == atom && bytes.EqualFold(v.text, []byte(name)) }
