package repl

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// split feeds the pieces one after the other and gives all keys; at the end nothing more is coming.
func split(pieces ...string) []key {
	var s splitter
	var keys []key
	for _, p := range pieces {
		s.feed([]byte(p))
		for k, ok := s.next(false); ok; k, ok = s.next(false) {
			keys = append(keys, k)
		}
	}
	for k, ok := s.next(true); ok; k, ok = s.next(true) {
		keys = append(keys, k)
	}
	return keys
}

func TestSplitter(t *testing.T) {
	text := func(s string) key { return key{s, keyText} }
	control := func(s string) key { return key{s, keyControl} }
	paste := func(s string) key { return key{s, keyPaste} }
	tests := []struct {
		name   string
		pieces []string
		want   []key
	}{
		{"text and Enter in one read", []string{"Get-Date\r"}, []key{text("Get-Date"), control("\r")}},
		{"typed ahead", []string{"a\nb\n"}, []key{text("a"), control("\n"), text("b"), control("\n")}},
		{"CR LF is one Enter", []string{"a\r\nb"}, []key{text("a"), control("\r"), text("b")}},
		{"controls singly", []string{"\x03\x04"}, []key{control("\x03"), control("\x04")}},
		{"arrow", []string{"\x1b[A"}, []key{control("\x1b[A")}},
		{"arrow in three reads", []string{"\x1b", "[", "A"}, []key{control("\x1b[A")}},
		{"parameters", []string{"\x1b[1;5Cx"}, []key{control("\x1b[1;5C"), text("x")}},
		{"application mode", []string{"\x1bOA\x1bOB"}, []key{control("\x1bOA"), control("\x1bOB")}},
		{"Linux console", []string{"\x1b[[Ax"}, []key{control("\x1b[[A"), text("x")}},
		{"Escape alone", []string{"\x1b"}, []key{control("\x1b")}},
		{"Escape and an arrow", []string{"\x1b\x1b[A"}, []key{control("\x1b"), control("\x1b[A")}},
		{"Alt and a letter", []string{"\x1bf"}, []key{control("\x1bf")}},
		{"Alt and ü", []string{"\x1b\xc3", "\xbc"}, []key{control("\x1bü")}},
		{"sequence broken off by Ctrl-C", []string{"\x1b[1;\x03"}, []key{control("\x1b[1;"), control("\x03")}},
		{"UTF-8 cut", []string{"gr\xc3", "\xbc\xc3\x9f"}, []key{text("gr"), text("üß")}},
		{"four bytes one by one", []string{"\xf0", "\x9f", "\x98", "\x80"}, []key{text("😀")}},
		{"no UTF-8", []string{"a\xffb"}, []key{text("a\ufffdb")}},
		{"UTF-8 that never ends", []string{"a\xc3"}, []key{text("a"), text("\ufffd")}},
		{"C1", []string{"a\u009bb"}, []key{text("a\ufffdb")}},
		{"paste", []string{"x\x1b[200~a\rb\x1b[A\x03\x1b[201~y"}, []key{text("x"), paste("a\rb\x1b[A\x03"), text("y")}},
		{"paste in pieces", []string{"\x1b[20", "0~a\r", "b\x1b[2", "01~", "\r"}, []key{paste("a\rb"), control("\r")}},
		{"paste without an end", []string{"\x1b[200~a\rb"}, []key{paste("a\rb")}},
		{"end of a paste that has no beginning", []string{"\x1b[201~a"}, []key{control("\x1b[201~"), text("a")}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := split(test.pieces...); !slices.Equal(got, test.want) {
				t.Errorf("got  %q\nwant %q", got, test.want)
			}
		})
	}
}

func TestPasteLines(t *testing.T) {
	enter := key{keyEnter, keyPaste}
	got := key{"a\r\n\tb\x1b\r\rc\n\xffd", keyPaste}.lines()
	want := []key{{"a", keyText}, enter, {shown("\tb\x1b"), keyText}, enter, enter, {"c", keyText}, enter, {"\ufffdd", keyText}}
	if !slices.Equal(got, want) {
		t.Errorf("got  %q\nwant %q", got, want)
	}
}

func TestShownAndMeant(t *testing.T) {
	const text = "if (1) {\n\t'a\x1b\x7f'\n}"
	if got := meant(shown(text)); got != text {
		t.Errorf("there and back: %q", got)
	}
	if got, want := picture(shown(text)), "if (1) {↵ 'a␛␡'↵}"; got != want {
		t.Errorf("looks like %q, want %q", got, want)
	}
}

// Wherever the reads are cut, the keys are the same, text holds nothing that a terminal obeys, and nothing is left over.
func FuzzSplitter(f *testing.F) {
	for _, seed := range []string{"Get-Date\r", "\x1b[A\x1bOB\x1b[1;5C", "grüße \xf0\x9f\x98\x80\xff", "\x1b[200~a\r\nb\x1b[201~c", "\x1b[200~", "\x1b\x1b[[A\x1bü"} {
		f.Add(seed, len(seed)/2)
	}
	f.Fuzz(func(t *testing.T, input string, cut int) {
		cut = min(max(cut, 0), len(input))
		whole, parted := join(split(input)), join(split(input[:cut], input[cut:]))
		// A CR at the end of a read is an Enter at once, with or without the LF after it.
		if !(cut > 0 && cut < len(input) && input[cut-1] == '\r' && input[cut] == '\n') && !slices.Equal(whole, parted) {
			t.Errorf("cut at %d:\n%q\n%q", cut, whole, parted)
		}
		for _, k := range whole {
			switch k.class {
			case keyText:
				if !utf8.ValidString(k.text) || strings.ContainsFunc(k.text, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 }) {
					t.Errorf("text %q", k.text)
				}
			case keyControl:
				if len(k.text) != 1 && k.text[0] != 0x1b {
					t.Errorf("control %q", k.text)
				}
			case keyPaste:
				for _, line := range k.lines() {
					if line.class == keyText && strings.ContainsFunc(line.text, func(r rune) bool { return r < ' ' || r == 0x7f }) {
						t.Errorf("pasted %q", line.text)
					}
				}
			}
		}
	})
}

// join puts runs of text together: where a run is cut is the reads' business.
func join(keys []key) []key {
	var out []key
	for _, k := range keys {
		if n := len(out); n > 0 && k.class == keyText && out[n-1].class == keyText {
			out[n-1].text += k.text
			continue
		}
		out = append(out, k)
	}
	return out
}

func (k key) String() string { return k.text }
