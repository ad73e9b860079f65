package lane

import (
	"encoding/base64"
	"strings"
	"sync"
	"unicode/utf16"
	"unicode/utf8"
)

// Names translates between a server's mailbox names, in modified UTF-7 (RFC 3501, 5.1.3) or in whatever it makes of that, and
// text. What was listed is put back into the server's own bytes when it is named in a command. The zero value knows none. It may
// be used by several goroutines.
type Names struct {
	mu    sync.Mutex
	texts map[string]string // by the server's bytes
	raw   map[string]string // by text: the server's bytes
}

// Text is the name as text. Two names of the server's that stand for one text are kept apart.
func (n *Names) Text(raw string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if text, ok := n.texts[raw]; ok {
		return text
	}
	if n.texts == nil {
		n.texts, n.raw = make(map[string]string), make(map[string]string)
	}
	text := decodeName(raw)
	if strings.EqualFold(text, "INBOX") {
		text = "INBOX"
	}
	if text != "INBOX" {
		for taken := true; taken; {
			if _, taken = n.raw[text]; taken {
				text += "+"
			}
		}
	}
	n.texts[raw], n.raw[text] = text, raw
	return text
}

// Odd tells whether the server's name is not what modified UTF-7 makes of its text.
func (n *Names) Odd(raw string) bool {
	text := n.Text(raw)
	return encodeName(text) != raw && text != "INBOX"
}

// Append writes a name into a command.
func (n *Names) Append(dst []byte, text string) []byte {
	if text == "INBOX" {
		return append(dst, text...)
	}
	n.mu.Lock()
	raw, known := n.raw[text]
	n.mu.Unlock()
	if !known || strings.ContainsAny(raw, "\r\n\x00") {
		raw = encodeName(text)
	}
	return appendQuoted(dst, raw)
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
