package format

import (
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// cells measures text in terminal cells. East Asian ambiguous characters count one, whatever the locale says.
var cells = &runewidth.Condition{EastAsianWidth: false, StrictEmojiNeutral: true}

const ellipsis = "…"

// Width returns the number of terminal cells that text takes, escape sequences not counted.
func Width(text string) int {
	if isASCII(text) {
		return len(text)
	}
	return cells.StringWidth(stripEscapes(text))
}

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 || s[i] == 0x1b {
			return false
		}
	}
	return true
}

// stripEscapes removes ANSI escape sequences.
func stripEscapes(s string) string {
	if !strings.Contains(s, "\x1b") {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if n := escapeLen(s[i:]); n > 0 {
			i += n
			continue
		}
		b.WriteByte(s[i])
		i++
	}
	return b.String()
}

// escapeLen returns the length of the escape sequence that s begins with, 0 if it begins with none.
func escapeLen(s string) int {
	if len(s) < 2 || s[0] != 0x1b || s[1] != '[' {
		return 0
	}
	for i := 2; i < len(s); i++ {
		if s[i] >= 0x40 && s[i] <= 0x7e {
			return i + 1
		}
	}
	return len(s)
}

// cut shortens text to width cells, marking the cut with an ellipsis.
func cut(text string, width int) string {
	if width <= 0 {
		return ""
	}
	if Width(text) <= width {
		return text
	}
	if width == 1 {
		return ellipsis
	}
	head, _ := split(text, width-1)
	return head + ellipsis
}

// split parts text behind as many whole characters as fit into width cells.
func split(text string, width int) (head, tail string) {
	used := 0
	for i := 0; i < len(text); {
		if n := escapeLen(text[i:]); n > 0 {
			i += n
			continue
		}
		r, size := rune(text[i]), 1
		if r >= 0x80 {
			r, size = utf8.DecodeRuneInString(text[i:])
		}
		w := cells.RuneWidth(r)
		if used+w > width {
			return text[:i], text[i:]
		}
		used += w
		i += size
	}
	return text, ""
}

// cutFront is cut that keeps the text's end.
func cutFront(text string, width int) string {
	if width <= 1 || Width(text) <= width {
		return cut(text, width)
	}
	tail := text
	for Width(tail) > width-1 {
		_, n := utf8.DecodeRuneInString(tail)
		tail = tail[n:]
	}
	return ellipsis + tail
}

// oneLine is what a table cell shows of text with line breaks: its first line, with an ellipsis for the rest.
func oneLine(text string) string {
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		return text[:i] + ellipsis
	}
	return text
}

// wrap breaks text into lines of at most width cells, at blanks where there are some, as PowerShell's list view does: the blank
// stays at the end of the line.
func wrap(text string, width int) []string {
	var out []string
	for _, line := range strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n") {
		out = append(out, wrapLine(line, width)...)
	}
	return out
}

func wrapLine(line string, width int) []string {
	if width <= 0 || Width(line) <= width {
		return []string{line}
	}
	var out []string
	current, used := "", 0
	for _, word := range words(line) {
		w := Width(word)
		bare := Width(strings.TrimRight(word, " "))
		if used > 0 && used+bare > width {
			out = append(out, current)
			current, used = "", 0
		}
		for used+bare > width { // a word longer than the line
			head, tail := split(word, width-used)
			if head == "" {
				break
			}
			out = append(out, current+head)
			current, used, word = "", 0, tail
			w, bare = Width(word), Width(strings.TrimRight(word, " "))
		}
		if used+w > width {
			word, _ = split(word, width-used)
			w = Width(word)
		}
		current += word
		used += w
	}
	if current != "" {
		out = append(out, current)
	}
	return out
}

// words parts a line into words, each with the blank that follows it.
func words(line string) []string {
	var out []string
	for line != "" {
		i := strings.IndexAny(line, " \t")
		if i < 0 {
			return append(out, line)
		}
		out = append(out, line[:i+1])
		line = line[i+1:]
	}
	return out
}
