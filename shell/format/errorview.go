package format

import (
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
