package format

import (
	"fmt"
	"strings"

	"migsh/shell/object"
)

// ConciseView renders an error as PowerShell 7 does: the command, and for an error in a script the line with the fault marked;
// then the message, broken at blanks to the width of the output, and what to do about it where the error knows.
func ConciseView(r *object.ErrorRecord, width int) string {
	message := r.Error()
	if r.Category == object.ParserError {
		message = firstParseError(message)
	}
	if r.Category == object.ParserError { // of the faults of a script the first one is shown
		message = firstFault(r, message)
	}
	position, prefix := "", ""
	if in := r.Invocation; in != nil && (in.File != "" || r.Category == object.ParserError) {
		number := fmt.Sprint(in.LineNumber)
		gutter := strings.Repeat(" ", max(len(number)-4, 0))
		position = "\n"
		if in.File != "" {
			position = fmt.Sprintf("%s:%d\n", in.File, in.LineNumber)
		}
		position += gutter + "Line |\n" + fmt.Sprintf("%4d |  %s\n", in.LineNumber, strings.TrimRight(in.Line, "\r\n"))
		prefix = gutter + "     | "
		if mark := underline(in); mark != "" {
			position += prefix + " " + mark + "\n"
		}
		message = fold(prefix, strings.NewReplacer("\r\n", " ", "\n", " ", "\t", " ").Replace(message), width) + "\n"
	}
	text := reason(r) + ": " + position + message
	if r.Action != "" {
		text = strings.TrimSuffix(text, "\n") + "\n" + prefixed(prefix, "  "+r.Action, width)
		if prefix != "" {
			text += "\n"
		}
	}
	return text
}

func prefixed(prefix, text string, width int) string {
	if prefix == "" {
		return text
	}
	return fold(prefix, text, width)
}

// underline marks the extent of the error below its line.
func underline(in *object.InvocationInfo) string {
	if in.Column < 1 {
		return ""
	}
	n := in.EndColumn - in.Column
	if in.EndLineNumber > in.LineNumber {
		n = object.Length(in.Line) - in.Column + 1
	}
	return strings.Repeat(" ", in.Column-1) + strings.Repeat("~", max(n, 1))
}

// fold puts the prefix before the message and breaks it at blanks to lines of at most width.
func fold(prefix, message string, width int) string {
	if width <= 0 {
		return prefix + message
	}
	var lines []string
	rest := message
	for Width(prefix)+Width(rest) > width {
		head := truncated(rest, width-Width(prefix))
		if head == "" {
			break
		}
		lines = append(lines, prefix+head)
		rest = strings.TrimSpace(rest[len(head):])
	}
	return strings.Join(append(lines, prefix+rest), "\n")
}

// truncated returns the whole words of text that fit into width cells.
func truncated(text string, width int) string {
	head, tail := split(text, width)
	if tail == "" {
		return head
	}
	if i := strings.LastIndexAny(head, " \t"); i >= 0 {
		return head[:i]
	}
	return head
}

// reason is the word before the colon: "Exception" for throw, the command, the category.
func reason(r *object.ErrorRecord) string {
	switch {
	case r.Thrown:
		return "Exception"
	case r.Invocation != nil && r.Invocation.CommandName != "":
		return r.Invocation.CommandName
	case r.Activity != "":
		return r.Activity
	case r.Category != "" && r.Category != object.NotSpecified:
		return string(r.Category)
	}
	if reason := r.ReasonText(); reason != "" {
		return reason
	}
	return "Error"
}

// firstFault is the message of the first error that the parser found; whole is that of all.
func firstFault(r *object.ErrorRecord, whole string) string {
	if r.Exception == nil || r.Exception.Fields == nil {
		return whole
	}
	faults, ok := object.ItemsOf(r.Exception.Fields.Value("Errors"))
	if !ok || len(faults) == 0 {
		return whole
	}
	if v, ok, err := object.Property(faults[0], "Message"); ok && err == nil {
		return object.ToString(v)
	}
	return whole
}

// firstParseError takes, out of a message that lists parse errors each below its source line, the text of the first.
func firstParseError(message string) string {
	_, after, ok := strings.Cut(strings.ReplaceAll(message, "\r\n", "\n"), "~\n")
	if !ok {
		return message
	}
	first, _, _ := strings.Cut(after, "\n\n")
	return first
}
