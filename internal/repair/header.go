package repair

import (
	"bytes"
	"mime"
	"unicode/utf8"
)

// strayField names the fields that are made of lines that are none.
const strayField = "X-Invalid-Header: "

// mendFields makes fields of lines that are none, and ends the last one. b is a header without the empty line at its end.
func mendFields(b []byte) []byte {
	var out []byte
	fields := 0
	for line := range bytes.Lines(b) {
		if line[0] == ' ' || line[0] == '\t' { // continues the field before
			if fields == 0 {
				out = append(out, strayField...)
				fields++
			}
			out = append(out, line...)
			continue
		}
		name, rest, found := bytes.Cut(line, []byte(":"))
		proper := bytes.TrimRight(name, " \t")
		if found && validName(proper) {
			out = append(append(append(out, proper...), ':'), rest...)
			fields++
			continue
		}
		out = append(append(out, strayField...), line...)
	}
	if fields == 0 { // it is no header at all
		return append([]byte("\r\n"), b...)
	}
	if !bytes.HasSuffix(out, []byte("\n")) {
		out = append(out, '\r', '\n')
	}
	return out
}

func validName(name []byte) bool {
	for _, c := range name {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return len(name) > 0
}

// encodeFields makes encoded words of 8-bit bytes in a header.
func encodeFields(b []byte) []byte {
	var out []byte
	for line := range bytes.Lines(b) {
		if !has8Bit(line) {
			out = append(out, line...)
			continue
		}
		text := bytes.TrimRight(line, "\r\n")
		end := line[len(text):]
		start := 0
		if i := bytes.IndexByte(text, ':'); i > 0 && validName(text[:i]) {
			start = i + 1
		}
		out = append(out, text[:start]...)
		out = append(out, encodeText(text[start:])...)
		out = append(out, end...)
	}
	return out
}

// A token of a header line: a quoted string, a run of blanks, a separator, or a word.
type token struct {
	text  []byte
	blank bool
}

func tokens(b []byte) []token {
	var out []token
	for len(b) > 0 {
		n := 1
		switch c := b[0]; {
		case c == ' ' || c == '\t':
			for n < len(b) && (b[n] == ' ' || b[n] == '\t') {
				n++
			}
			out = append(out, token{b[:n], true})
			b = b[n:]
			continue
		case c == '"':
			for n < len(b) && b[n] != '"' {
				if b[n] == '\\' && n+1 < len(b) {
					n++
				}
				n++
			}
			n = min(n+1, len(b))
		case bytes.IndexByte([]byte("<>(),;="), c) >= 0:
		default:
			for n < len(b) && bytes.IndexByte([]byte(" \t\"<>(),;="), b[n]) < 0 {
				n++
			}
		}
		out = append(out, token{text: b[:n]})
		b = b[n:]
	}
	return out
}

// encodeText makes encoded words of the words that have 8-bit bytes. Blanks between two of them go into the encoding, because programs
// leave blanks between encoded words out.
func encodeText(b []byte) []byte {
	var out []byte
	all := tokens(b)
	for i := 0; i < len(all); i++ {
		if !has8Bit(all[i].text) {
			out = append(out, all[i].text...)
			continue
		}
		run := bytes.Clone(all[i].text)
		quoted := i > 0 && len(all[i-1].text) == 1 && all[i-1].text[0] == '=' // the value of a parameter
		for !quoted && i+2 < len(all) && all[i+1].blank && has8Bit(all[i+2].text) {
			run = append(append(unquote(run), all[i+1].text...), unquote(all[i+2].text)...)
			i += 2
		}
		if quoted {
			out = append(out, '"')
		}
		out = append(out, encodedWord(unquote(run))...)
		if quoted {
			out = append(out, '"')
		}
	}
	return out
}

func unquote(b []byte) []byte {
	if len(b) < 2 || b[0] != '"' || b[len(b)-1] != '"' {
		return b
	}
	var out []byte
	for inner := b[1 : len(b)-1]; len(inner) > 0; inner = inner[1:] {
		if inner[0] == '\\' && len(inner) > 1 {
			inner = inner[1:]
		}
		out = append(out, inner[0])
	}
	return out
}

// wordBytes is how many bytes go into one encoded word, which may have 75 characters.
const wordBytes = 18

// encodedWord keeps the bytes as they are, under the name of the character set that they most probably are in.
func encodedWord(b []byte) string {
	if utf8.Valid(b) {
		return mime.QEncoding.Encode("utf-8", string(b))
	}
	var out string
	for len(b) > 0 {
		n := min(len(b), wordBytes)
		if out != "" {
			out += " "
		}
		out += forceWord(b[:n])
		b = b[n:]
	}
	return out
}

// forceWord encodes a piece even if it is of ASCII alone.
func forceWord(b []byte) string {
	if has8Bit(b) {
		return mime.QEncoding.Encode("iso-8859-1", string(b))
	}
	return "=?us-ascii?Q?" + quotePrintable(b) + "?="
}

// quotePrintable writes each byte that is not a letter or a digit as =XX.
func quotePrintable(b []byte) string {
	const hex = "0123456789ABCDEF"
	var out []byte
	for _, c := range b {
		if c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' {
			out = append(out, c)
		} else {
			out = append(out, '=', hex[c>>4], hex[c&15])
		}
	}
	return string(out)
}

// foldFields folds lines of a header that are too long: at blanks, or, where there are none, by making encoded words of what can't be
// cut.
func foldFields(b []byte) []byte {
	var out []byte
	for line := range bytes.Lines(b) {
		text := bytes.TrimRight(line, "\r\n")
		if len(text) <= maxLine {
			out = append(out, line...)
			continue
		}
		end := line[len(text):]
		width := 0
		for len(text) > 0 {
			n := bytes.IndexAny(text[1:], " \t") + 1 // a word with the blank before it
			if n == 0 {
				n = len(text)
			}
			word := text[:n]
			text = text[n:]
			if len(word) > maxLine {
				word = cutWord(word)
				out, width = append(append(out, word...), '\r', '\n'), 0
				if len(text) == 0 {
					out = out[:len(out)-2]
				}
				continue
			}
			blank := word[0] == ' ' || word[0] == '\t'
			if blank && width > 0 && width+len(word) > 76 {
				out, width = append(out, '\r', '\n'), 0
			}
			out, width = append(out, word...), width+len(word)
		}
		out = append(out, end...)
	}
	return out
}

// cutWord makes lines of encoded words of a word that is too long.
func cutWord(word []byte) []byte {
	var out []byte
	if i := bytes.IndexByte(word, ':'); i > 0 && validName(word[:i]) { // the field's name
		out = append(out, word[:i+1]...)
		word = word[i+1:]
	}
	word = bytes.TrimLeft(word, " \t")
	for len(word) > 0 {
		n := min(len(word), wordBytes)
		if len(out) > 0 {
			out = append(out, '\r', '\n')
		}
		out = append(append(out, ' '), forceWord(word[:n])...)
		word = word[n:]
	}
	return out
}
