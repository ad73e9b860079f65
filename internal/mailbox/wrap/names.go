package wrap

import (
	"bytes"
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// mailboxNames translates between a server's mailbox names and the strict modified UTF-7 (RFC 3501, 5.1.3) that the library
// demands. Names that are strict already translate to themselves.
type mailboxNames struct {
	shown map[string]string // by the server's bytes: what the library sees
	raw   map[string]string // by what the library sees: the server's bytes
	odd   int               // how many differ
}

// show returns what the library should see for the server's name.
func (m *mailboxNames) show(raw string) string {
	if shown, ok := m.shown[raw]; ok {
		return shown
	}
	if m.shown == nil {
		m.shown, m.raw = make(map[string]string), make(map[string]string)
	}
	shown := encodeName(decodeName(raw))
	for taken := true; taken; {
		if _, taken = m.raw[shown]; taken {
			shown += "+" // two names of the server's stand for one text; keep them apart
		}
	}
	m.shown[raw], m.raw[shown] = shown, raw
	if raw != shown {
		m.odd++
	}
	return shown
}

// restore puts the server's own names into a command.
func (m *mailboxNames) restore(line []byte) []byte {
	if m.odd == 0 {
		return line
	}
	var out []byte
	for {
		open := bytes.IndexByte(line, '"')
		if open < 0 {
			break
		}
		text, rest, ok := parseQuoted(line[open:])
		if !ok {
			break
		}
		raw, known := m.raw[string(text)]
		out = append(out, line[:open]...)
		if known && raw != string(text) && !strings.ContainsAny(raw, "\r\n\x00") {
			out = appendString(out, []byte(raw))
		} else {
			out = append(out, line[open:len(line)-len(rest)]...)
		}
		line = rest
	}
	return append(out, line...)
}

var base64Names = base64.NewEncoding("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+,").WithPadding(base64.NoPadding)

// decodeName reads modified UTF-7 as leniently as it can be: what is not valid stands for itself, and bytes that are not UTF-8
// are taken for Latin-1.
func decodeName(raw string) string {
	if !utf8.ValidString(raw) {
		latin := make([]rune, 0, len(raw))
		for i := range len(raw) {
			latin = append(latin, rune(raw[i]))
		}
		raw = string(latin)
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(raw, "&")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		shifted, rest, closed := strings.Cut(after, "-")
		if text, ok := decodeShifted(shifted); ok && closed {
			b.WriteString(text)
			raw = rest
		} else {
			b.WriteByte('&')
			raw = after
		}
	}
}

func decodeShifted(shifted string) (string, bool) {
	if shifted == "" {
		return "&", true
	}
	p, err := base64Names.DecodeString(shifted)
	if err != nil || len(p)%2 != 0 || len(p) == 0 {
		return "", false
	}
	units := make([]uint16, 0, len(p)/2)
	for i := 0; i < len(p); i += 2 {
		units = append(units, uint16(p[i])<<8|uint16(p[i+1]))
	}
	text := utf16.Decode(units)
	for _, r := range text {
		if r == utf8.RuneError {
			return "", false
		}
	}
	return string(text), true
}

// encodeName writes strict modified UTF-7.
func encodeName(text string) string {
	var b strings.Builder
	var units []uint16
	flush := func() {
		if len(units) == 0 {
			return
		}
		p := make([]byte, 0, 2*len(units))
		for _, u := range units {
			p = append(p, byte(u>>8), byte(u))
		}
		b.WriteString("&" + base64Names.EncodeToString(p) + "-")
		units = units[:0]
	}
	for _, r := range text {
		if r < ' ' || r > '~' {
			units = utf16.AppendRune(units, r)
			continue
		}
		flush()
		b.WriteRune(r)
		if r == '&' {
			b.WriteByte('-')
		}
	}
	flush()
	return b.String()
}
