package format

import (
	"fmt"
	"strings"

	"migsh/shell/object"
)

// ErrorText renders an error as the view that $ErrorView names; ConciseView where it names none that is known.
func ErrorText(view string, r *object.ErrorRecord, width int) string {
	switch {
	case strings.EqualFold(view, "NormalView"):
		return normalView(r)
	case strings.EqualFold(view, "CategoryView"):
		return r.CategoryText()
	case strings.EqualFold(view, "DetailedView"):
		return detailedView(r)
	}
	return ConciseView(r, width)
}

// normalView is how Windows PowerShell shows errors: the command and the message, the place, then category and id.
func normalView(r *object.ErrorRecord) string {
	var b strings.Builder
	if in := r.Invocation; in != nil && in.CommandName != "" {
		b.WriteString(in.CommandName + " : ")
	}
	b.WriteString(r.Error())
	if in := r.Invocation; in != nil && r.Category != object.ParserError {
		if place := in.PositionText(); place != "" {
			b.WriteString("\n" + place)
		}
	}
	b.WriteString("\n+ CategoryInfo          : " + r.CategoryText())
	b.WriteString("\n+ FullyQualifiedErrorId : " + r.FullID())
	return b.String()
}

// detailedView lists all that an error knows: the chain of exceptions, category and id, the place, and the calls that led there.
func detailedView(r *object.ErrorRecord) string {
	var b strings.Builder
	row := func(indent, width int, name, value string) {
		pad := strings.Repeat(" ", indent)
		value = strings.ReplaceAll(strings.TrimRight(value, "\n"), "\n", "\n"+pad+strings.Repeat(" ", width+3))
		b.WriteString(strings.TrimRight(fmt.Sprintf("%s%-*s : %s", pad, width, name, value), " ") + "\n")
	}
	b.WriteByte('\n')
	row(0, 21, "Exception", "")
	indent := 4
	for e := r.Exception; e != nil; e = e.Inner {
		if e != r.Exception {
			row(indent, 14, "InnerException", "")
			indent += 4
		}
		row(indent, 14, "Type", e.Type.Name)
		row(indent, 14, "Message", e.Message)
	}
	row(0, 21, "CategoryInfo", r.CategoryText())
	row(0, 21, "FullyQualifiedErrorId", r.FullID())
	if in := r.Invocation; in != nil && in.LineNumber > 0 {
		row(0, 21, "InvocationInfo", "")
		row(4, 16, "ScriptLineNumber", fmt.Sprint(in.LineNumber))
		row(4, 16, "OffsetInLine", fmt.Sprint(in.Column))
		if in.File != "" {
			row(4, 16, "ScriptName", in.File)
		}
		row(4, 16, "Line", in.Line)
		row(4, 16, "PositionMessage", in.PositionText())
		if in.CommandName != "" {
			row(4, 16, "InvocationName", in.CommandName)
		}
	}
	row(0, 21, "ScriptStackTrace", r.StackTrace)
	return b.String()
}
