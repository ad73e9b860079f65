package wrap

import (
	"bytes"
	"time"
)

// fetchScan follows the attributes of one FETCH response across its literals.
type fetchScan struct {
	open  bool   // the attribute list has begun
	name  []byte // the attribute whose value is under way; nil between attributes
	keep  bool   // its value is passed on
	depth int    // lists within the value that are open
	any   bool   // an attribute was passed on
}

// fetchLine treats one line of a FETCH response: the first or one after a literal.
func (f *Filter) fetchLine(line []byte) error {
	s := f.fetch
	text := bytes.TrimRight(line, "\r\n")
	n := announced(line)
	if n >= 0 {
		text = text[:bytes.LastIndexByte(text, '{')]
		text = bytes.TrimSuffix(text, []byte("~")) // the mark of a binary literal, which the library does not know here
	}
	rest, ok := f.fetchAttributes(s, text, n >= 0)
	if !ok { // let the library say what is wrong
		f.out = append(f.out, rest...)
		s.keep, s.name, s.depth = true, []byte("?"), maxNesting
	}
	if n < 0 {
		f.fetch = nil
		f.emit()
		return nil
	}
	if !s.keep {
		return f.discard(n)
	}
	f.emit(line[bytes.LastIndexByte(line, '{'):len(bytes.TrimRight(line, "\r\n"))])
	f.literal = n
	return nil
}

// fetchAttributes passes on the attributes in text, which ends with the response or, if literal, with the announcement of a
// literal. When the grammar is broken, it returns what it could not read.
func (f *Filter) fetchAttributes(s *fetchScan, text []byte, literal bool) (rest []byte, ok bool) {
	if !s.open {
		text = bytes.TrimLeft(text, " ")
		if len(text) == 0 || text[0] != '(' {
			return text, false
		}
		f.out = append(f.out, '(')
		s.open = true
		text = text[1:]
	} else if s.name != nil { // the literal was, or was part of, a value
		if text, ok = f.fetchValue(s, text, literal); !ok {
			return text, false
		}
		if s.name != nil {
			return nil, true
		}
	}
	for {
		text = bytes.TrimLeft(text, " ")
		if len(text) == 0 {
			return nil, !literal
		}
		if text[0] == ')' {
			f.out = append(f.out, ')')
			return nil, len(bytes.TrimSpace(text[1:])) == 0 && !literal
		}
		name, after := attributeName(text)
		if len(name) == 0 {
			return text, false
		}
		done, keep := f.fetchSimple(s, name, &after)
		if !done {
			s.name, s.keep, s.depth = name, keep, 0
			if keep {
				f.separate(s)
				f.out = append(append(f.out, name...), ' ')
			}
			after = bytes.TrimLeft(after, " ")
			if after, ok = f.fetchValue(s, after, literal); !ok {
				return after, false
			}
			if s.name != nil {
				return nil, true
			}
		}
		text = after
	}
}

// separate puts the blank between attributes.
func (f *Filter) separate(s *fetchScan) {
	if s.any {
		f.out = append(f.out, ' ')
	}
	s.any = true
}

// attributeName reads a name such as UID, or BODY[HEADER.FIELDS (DATE)]<0> with its section in upper case.
func attributeName(p []byte) (name, rest []byte) {
	end := bytes.IndexAny(p, " ([")
	if end < 0 {
		return nil, p
	}
	if p[end] == '[' {
		section := bytes.IndexByte(p, ']')
		if section < 0 {
			return nil, p
		}
		if end = bytes.IndexAny(p[section:], " (\"{"); end < 0 {
			end = len(p)
		} else {
			end += section
		}
	}
	return bytes.ToUpper(p[:end]), p[end:]
}

// fetchSimple treats the attributes whose values are short and have a strict grammar. done says that it was one of them, else
// keep says whether the library knows the attribute.
func (f *Filter) fetchSimple(s *fetchScan, name []byte, text *[]byte) (done, keep bool) {
	var check func(*Filter, value) (value, bool)
	switch string(name) {
	case "UID", "RFC822.SIZE":
		check = (*Filter).checkNumber
	case "FLAGS":
		check = (*Filter).checkFlags
	case "INTERNALDATE":
		check = (*Filter).checkDate
	case "MODSEQ":
		check = (*Filter).checkModSeq
	case "ENVELOPE", "BODYSTRUCTURE":
		return false, true
	default:
		if bytes.HasPrefix(name, []byte("BODY[")) || bytes.HasPrefix(name, []byte("BINARY[")) {
			return false, true
		}
		f.note("dropped a FETCH attribute that was not asked for", name)
		return false, false
	}
	p := bytes.TrimLeft(*text, " ")
	if len(p) == 0 {
		return false, true
	}
	v, rest, err := parseValue(p, 0)
	if err != nil {
		return false, true // with a literal in it, or broken
	}
	*text = rest
	if v, ok := check(f, v); ok {
		f.separate(s)
		f.out = append(append(f.out, name...), ' ')
		f.out = v.append(f.out)
	} else {
		f.note("dropped a FETCH attribute with a value that cannot be", append(append(bytes.Clone(name), ' '), v.append(nil)...))
	}
	return true, false
}

// fetchValue passes on, or drops, a value or the part of it that stands before a literal. When the value is complete, s.name is
// nil.
func (f *Filter) fetchValue(s *fetchScan, text []byte, literal bool) (rest []byte, ok bool) {
	i, done := 0, false
	if len(text) == 0 {
		done = !literal
	} else if s.depth == 0 && (text[0] == ' ' || text[0] == ')') {
		done = true // the literal before was the whole value
	}
	for !done && i < len(text) {
		switch text[i] {
		case '"':
			_, after, ok := parseQuoted(text[i:])
			if !ok {
				return text, false
			}
			i = len(text) - len(after)
			done = s.depth == 0
		case '(':
			s.depth++
			i++
		case ')':
			s.depth--
			i++
			done = s.depth == 0
		case ' ':
			i++
		default:
			for i < len(text) && !bytes.ContainsRune([]byte(" ()\""), rune(text[i])) {
				i++
			}
			done = s.depth == 0
		}
		if s.depth < 0 || s.depth > maxNesting {
			return text, false
		}
	}
	if s.keep {
		if s.depth == 0 {
			f.out = append(f.out, upperNIL(text[:i])...)
		} else {
			f.out = append(f.out, text[:i]...)
		}
	}
	if done {
		s.name = nil
	} else if !literal {
		return text[i:], false
	}
	return text[i:], true
}

func (f *Filter) checkNumber(v value) (value, bool) {
	if v.kind != atom {
		return v, false
	}
	_, ok := number(v.text)
	return v, ok
}

// checkModSeq also accepts a number without its parentheses.
func (f *Filter) checkModSeq(v value) (value, bool) {
	if v.kind == atom {
		v = value{kind: list, list: []value{v}}
	}
	if v.kind != list || len(v.list) != 1 || v.list[0].kind != atom || len(v.list[0].text) > 19 {
		return v, false
	}
	for _, c := range v.list[0].text {
		if c < '0' || c > '9' {
			return v, false
		}
	}
	return v, true
}

// dateTime is IMAP's date-time, and so the library's.
const dateTime = "_2-Jan-2006 15:04:05 -0700"

// oddDateTimes are forms that some servers use.
var oddDateTimes = []string{
	"_2-Jan-2006 15:04:05 -0700 (MST)",
	"_2-Jan-2006 15:04:05 MST",
	"_2-Jan-2006 15:04:05",
	"Mon, _2 Jan 2006 15:04:05 -0700",
	"_2 Jan 2006 15:04:05 -0700",
	time.RFC3339,
}

func (f *Filter) checkDate(v value) (value, bool) {
	if !v.isString() {
		return v, false
	}
	text := string(v.text)
	if _, err := time.Parse(dateTime, text); err == nil {
		v.kind = quoted
		return v, true
	}
	for _, layout := range oddDateTimes {
		if t, err := time.Parse(layout, text); err == nil {
			f.note("read a date in a form of the server's own", v.text)
			return value{kind: quoted, text: []byte(t.Format(dateTime))}, true
		}
	}
	return v, false
}
