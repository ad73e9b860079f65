package repl

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A key is what one press of a key sends, or a run of text.
type key struct {
	// text is a run of printable text, or the bytes of a control character or escape sequence.
	text  string
	class keyClass
}

type keyClass int

const (
	// keyText is a run of printable text, valid UTF-8.
	keyText keyClass = iota
	// keyControl is a control character or an escape sequence.
	keyControl
	// keyPaste is the whole of a bracketed paste, as it came.
	keyPaste
)

// Keys by the bytes that terminals send.
const (
	keyEnter     = "\r"
	keyNewline   = "\n" // Enter that was typed while a command ran
	keyTab       = "\t"
	keyBackTab   = "\x1b[Z"
	keyEscape    = "\x1b"
	keyBackspace = "\x7f"
	keyUp        = "\x1b[A"
	keyDown      = "\x1b[B"
	keyCtrlC     = "\x03"
	keyCtrlD     = "\x04"
	keyCtrlG     = "\x07"
	keyCtrlH     = "\x08"
	keyCtrlN     = "\x0e"
	keyCtrlP     = "\x10"
	keyCtrlR     = "\x12"
	keyCtrlS     = "\x13"
	keyCtrlU     = "\x15"

	pasteStart = "\x1b[200~"
	pasteEnd   = "\x1b[201~"
)

// maxSequence bounds an escape sequence; what is longer is none.
const maxSequence = 64

// splitter cuts the bytes that a terminal sends into keys. Reads may end anywhere: inside a character, a sequence or a paste.
type splitter struct {
	buf     []byte
	pasting bool
	scanned int // so much of buf has been searched for the end of the paste
}

func (s *splitter) feed(b []byte) { s.buf = append(s.buf, b...) }

// next gives the next key. Where what there is could go on, it waits for more unless idle tells that no more is coming soon.
func (s *splitter) next(idle bool) (key, bool) {
	if s.pasting {
		return s.paste(idle)
	}
	if len(s.buf) == 0 {
		return key{}, false
	}
	switch c := s.buf[0]; {
	case c == '\r' && len(s.buf) > 1 && s.buf[1] == '\n':
		s.drop(2)
		return key{keyEnter, keyControl}, true
	case c == 0x1b:
		return s.escape(idle)
	case c < ' ' || c == 0x7f:
		return s.control(1), true
	}
	return s.run(idle)
}

// waiting tells that something has begun and not ended.
func (s *splitter) waiting() bool { return s.pasting || len(s.buf) > 0 }

func (s *splitter) drop(n int) {
	s.buf = s.buf[n:]
	if len(s.buf) == 0 {
		s.buf = nil
	}
}

func (s *splitter) control(n int) key {
	k := key{string(s.buf[:n]), keyControl}
	s.drop(n)
	return k
}

// run takes the printable text at the front. Bytes that are no UTF-8, and the control characters of ISO 6429's C1 set,
// which a terminal might obey when they are echoed, become U+FFFD.
func (s *splitter) run(idle bool) (key, bool) {
	var text strings.Builder
	n := 0
	for n < len(s.buf) {
		c := s.buf[n]
		if c < ' ' || c == 0x7f {
			break
		}
		if !utf8.FullRune(s.buf[n:]) && !idle {
			break
		}
		r, size := utf8.DecodeRune(s.buf[n:])
		if r >= 0x80 && r < 0xa0 {
			r = utf8.RuneError
		}
		text.WriteRune(r)
		n += size
	}
	if n == 0 {
		return key{}, false
	}
	s.drop(n)
	return key{text.String(), keyText}, true
}

// escape takes the escape sequence at the front.
func (s *splitter) escape(idle bool) (key, bool) {
	n, whole := sequence(s.buf)
	if !whole && !idle && len(s.buf) < maxSequence {
		return key{}, false
	}
	if string(s.buf[:n]) == pasteStart {
		s.drop(n)
		s.pasting, s.scanned = true, 0
		return s.paste(idle)
	}
	return s.control(n), true
}

// sequence is the length of the escape sequence that b, which begins with ESC, begins with, and whether it is whole.
func sequence(b []byte) (n int, whole bool) {
	if len(b) == 1 {
		return 1, false
	}
	switch c := b[1]; {
	case c == 0x1b:
		return 1, true
	case c == '[':
		return csi(b)
	case c == 'O':
		if len(b) == 2 {
			return 2, false
		}
		if b[2] < ' ' || b[2] >= 0x7f {
			return 2, true
		}
		return 3, true
	case c < 0x80:
		return 2, true
	}
	// Alt and a character.
	if !utf8.FullRune(b[1:]) {
		return len(b), false
	}
	_, size := utf8.DecodeRune(b[1:])
	return 1 + size, true
}

// csi is the length of a control sequence: parameters, intermediate bytes, a final byte (ECMA-48, 5.4).
func csi(b []byte) (n int, whole bool) {
	i := 2
	if i < len(b) && b[i] == '[' { // function keys of the Linux console
		i++
	}
	for ; i < len(b) && i < maxSequence; i++ {
		switch c := b[i]; {
		case c >= 0x40 && c < 0x7f:
			return i + 1, true
		case c < ' ' || c >= 0x7f:
			return i, true // broken off; what follows stands for itself
		}
	}
	return i, i >= maxSequence
}

// paste takes a bracketed paste, which is handed out whole.
func (s *splitter) paste(idle bool) (key, bool) {
	from := max(0, s.scanned-len(pasteEnd))
	if i := bytes.Index(s.buf[from:], []byte(pasteEnd)); i >= 0 {
		text := string(s.buf[:from+i])
		s.pasting = false
		s.drop(from + i + len(pasteEnd))
		return key{text, keyPaste}, true
	}
	s.scanned = len(s.buf)
	if !idle {
		return key{}, false
	}
	// A terminal that died in the middle: what came is all there is, and keys are keys again.
	text := string(s.buf)
	s.pasting, s.buf = false, nil
	return key{text, keyPaste}, true
}

// lines cuts pasted text into runs of text and Enters.
func (k key) lines() []key {
	text := strings.ReplaceAll(k.text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	var keys []key
	for text != "" {
		line, rest, enter := strings.Cut(text, "\n")
		if line != "" {
			keys = append(keys, key{shown(strings.ToValidUTF8(line, "\ufffd")), keyText})
		}
		if enter {
			keys = append(keys, key{keyEnter, keyPaste})
		}
		text = rest
	}
	return keys
}

// The line editor has no line breaks and counts control characters as nothing wide, so they stand in its text as private
// characters of the same number and width 1.
const private = 0xF0000

// shown puts private characters for control characters.
func shown(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return private + r
		}
		return r
	}, text)
}

// meant puts the control characters back.
func meant(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= private && r < private+' ' || r == private+0x7f {
			return r - private
		}
		return r
	}, text)
}

// picture is how the private characters look.
func picture(text string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { return r >= private && r <= private+0x7f }) {
		return text
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == private+'\n':
			return '↵'
		case r == private+'\t':
			return ' '
		case r >= private && r < private+' ':
			return 0x2400 + r - private // Unicode's control pictures
		case r == private+0x7f:
			return '␡'
		}
		return r
	}, text)
}
