package repl

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"
)

// SGR sequences, as PowerShell's $PSStyle.Formatting has them.
const (
	styleError   = "\x1b[31;1m"
	styleWarning = "\x1b[33;1m"
	styleReset   = "\x1b[0m"
)

// foregrounds are PowerShell's names of colours in ConsoleColor's order, by their SGR numbers; backgrounds are ten more.
var foregrounds = map[string]int{
	"black": 30, "darkblue": 34, "darkgreen": 32, "darkcyan": 36, "darkred": 31, "darkmagenta": 35, "darkyellow": 33, "gray": 37,
	"darkgray": 90, "blue": 94, "green": 92, "cyan": 96, "red": 91, "magenta": 95, "yellow": 93, "white": 97,
}

// colour puts text into colours by PowerShell's names; "" leaves the terminal's.
func colour(text, foreground, background string) string {
	var sgr string
	if n, ok := foregrounds[strings.ToLower(foreground)]; ok {
		sgr += "\x1b[" + itoa(n) + "m"
	}
	if n, ok := foregrounds[strings.ToLower(background)]; ok {
		sgr += "\x1b[" + itoa(n+10) + "m"
	}
	if sgr == "" {
		return text
	}
	return sgr + text + styleReset
}

// eachLine puts every line of a text into a style by itself, so that a pager or a scrolled window shows it right.
func eachLine(text, style string) string {
	lines := strings.SplitAfter(text, "\n")
	for i, line := range lines {
		if body := strings.TrimSuffix(line, "\n"); body != "" {
			lines[i] = style + body + styleReset + line[len(body):]
		}
	}
	return strings.Join(lines, "")
}

var (
	sgr = regexp.MustCompile("\x1b\\[[0-9;:]*m")
	// unseen are the sequences that take no room: SGR, and operating system commands such as a window's title.
	unseen = regexp.MustCompile("\x1b\\[[0-9;:]*m|\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)")
	// moves are the other control sequences: the cursor is somewhere else after them.
	moves = regexp.MustCompile("\x1b\\[[0-9;:?]*[@-ln-~]")
)

// plain is what is seen of a text.
func plain(text string) string {
	if !strings.Contains(text, "\x1b") {
		return text
	}
	return unseen.ReplaceAllString(text, "")
}

func stripStyles(b []byte) []byte {
	if bytes.IndexByte(b, 0x1b) < 0 {
		return b
	}
	return sgr.ReplaceAll(b, nil)
}

func itoa(n int) string { return strconv.Itoa(n) }
