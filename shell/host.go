package shell

import (
	"context"
	"io"
	"strconv"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// plainHost is the world outside where there is no terminal: lines in, lines out.
type plainHost struct{ s *Session }

func (h *plainHost) Interactive() bool { return h.s.options.Interactive }

func (h *plainHost) Width() int { return h.s.options.Width }

// ReadLine reads a line of the standard input.
func (h *plainHost) ReadLine(_ context.Context, prompt string) (string, error) {
	if !h.s.options.Interactive {
		e := object.NewException("System.Management.Automation.Host.HostException", "PowerShell is in NonInteractive mode. Read and Prompt functionality is not available.")
		return "", object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, nil)
	}
	h.WriteHost(prompt, "", "", false)
	if err := h.s.out.Flush(); err != nil {
		return "", err
	}
	line, err := h.s.input.ReadString('\n')
	if err == io.EOF && line != "" {
		err = nil
	}
	return strings.TrimRight(line, "\r\n"), err
}

// ReadSecret reads a line; without a terminal there is no echo to suppress.
func (h *plainHost) ReadSecret(ctx context.Context, prompt, _ string) (string, error) {
	return h.ReadLine(ctx, prompt)
}

// Choose asks for one of several answers by their keys.
func (h *plainHost) Choose(ctx context.Context, caption, message string, choices []cmdlet.Choice, def int) (int, error) {
	h.WriteHost("\n"+caption+"\n"+message, "", "", true)
	var line strings.Builder
	for i, c := range choices {
		key, label := choiceKey(c.Label)
		if i > 0 {
			line.WriteString("  ")
		}
		line.WriteString("[" + key + "] " + label)
	}
	if def >= 0 && def < len(choices) {
		key, _ := choiceKey(choices[def].Label)
		line.WriteString("  (default is \"" + key + "\")")
	}
	for {
		answer, err := h.ReadLine(ctx, line.String()+": ")
		if err == io.EOF { // silence is no consent
			e := object.NewException("System.Management.Automation.Host.HostException", "The standard input has ended, and a question needs an answer. Give the answer there, or use -Confirm:$false.")
			return 0, object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, nil)
		}
		if err != nil {
			return 0, err
		}
		answer = strings.TrimSpace(answer)
		if answer == "" {
			return def, nil
		}
		for i, c := range choices {
			if key, label := choiceKey(c.Label); strings.EqualFold(answer, key) || strings.EqualFold(answer, label) {
				return i, nil
			}
		}
	}
}

// choiceKey splits "&Yes" into its key and its label.
func choiceKey(label string) (key, text string) {
	i := strings.IndexByte(label, '&')
	text = strings.Replace(label, "&", "", 1)
	if i < 0 || i+1 >= len(label) {
		return text, text
	}
	return strings.ToUpper(label[i+1 : i+2]), text
}

// WriteHost writes text to the output; plain files have no colours.
func (h *plainHost) WriteHost(text, _, _ string, newline bool) {
	if newline {
		text += "\n"
	}
	// What fails is told by the flush at the end of the run.
	_, _ = h.s.out.WriteString(text)
}

// Columns reads the width of the output from the environment's COLUMNS.
func Columns(value string) int {
	if n, err := strconv.Atoi(value); err == nil && n > 0 {
		return n
	}
	return 80
}

// plainWriter drops the escape sequences of colours.
type plainWriter struct{ w io.Writer }

func (p *plainWriter) Write(b []byte) (int, error) {
	text := b
	if i := indexEscape(b); i >= 0 {
		text = append([]byte(nil), b[:i]...)
		for rest := b[i:]; len(rest) > 0; {
			n := escapeLength(rest)
			if n == 0 {
				text = append(text, rest[0])
				rest = rest[1:]
				continue
			}
			rest = rest[n:]
		}
	}
	if p.w == nil {
		return len(b), nil
	}
	if _, err := p.w.Write(text); err != nil {
		return 0, err
	}
	return len(b), nil
}

func indexEscape(b []byte) int {
	for i, c := range b {
		if c == 0x1b {
			return i
		}
	}
	return -1
}

// escapeLength is the length of the escape sequence that b begins with, 0 if it begins with none.
func escapeLength(b []byte) int {
	if len(b) < 3 || b[0] != 0x1b || b[1] != '[' {
		return 0
	}
	for i := 2; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '0' && c <= '9' || c == ';':
		case c == 'm':
			return i + 1
		default:
			return 0
		}
	}
	return 0
}
