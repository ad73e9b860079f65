package help

import (
	"strings"
	"unicode/utf8"
)

// View says how much of a topic is shown.
type View int

// The views of Get-Help.
const (
	ViewDefault View = iota
	ViewDetailed
	ViewFull
	ViewExamples
)

// layout writes a page for a width.
type layout struct {
	strings.Builder
	width int
}

// put writes a text indented, its lines wrapped at blanks; an empty line keeps its indentation, as PowerShell's pages do.
func (l *layout) put(indent int, text string) {
	margin := strings.Repeat(" ", indent)
	for line := range strings.SplitSeq(text, "\n") {
		for _, part := range wrapped(line, l.width-indent) {
			l.WriteString(margin + part + "\n")
		}
	}
}

func (l *layout) raw(text string) { l.WriteString(text + "\n") }

// wrapped cuts a line at blanks, which stay at the ends of the parts.
func wrapped(line string, width int) []string {
	if width <= 8 || utf8.RuneCountInString(line) < width {
		return []string{line}
	}
	var out []string
	current, used := "", 0
	for _, word := range strings.SplitAfter(line, " ") {
		n := utf8.RuneCountInString(word)
		if used > 0 && used+n > width {
			out = append(out, current)
			current, used = "", 0
		}
		for n > width {
			cut := []rune(word)
			out = append(out, string(cut[:width]))
			word = string(cut[width:])
			n = len(cut) - width
		}
		current, used = current+word, used+n
	}
	return append(out, current)
}

// Render lays the topic out for a width in columns.
func (t *Topic) Render(view View, width int) string {
	l := &layout{width: width}
	l.raw("NAME")
	l.put(4, t.Name)
	l.put(4, "")
	if t.Bare {
		t.renderBare(l)
		return l.String()
	}
	l.raw("SYNOPSIS")
	l.put(4, t.Synopsis)
	l.put(4, "")
	l.put(4, "")
	if view == ViewExamples {
		l.examples(t.Examples)
		return l.String()
	}
	l.raw("SYNTAX")
	for _, s := range t.Syntax {
		l.put(4, s)
		l.put(4, "")
	}
	l.put(4, "")
	l.raw("DESCRIPTION")
	l.paragraphs(4, t.Description)
	l.put(4, "")
	if view != ViewDefault {
		l.raw("")
		l.parameters(t, view)
	}
	switch view {
	case ViewDetailed:
		l.put(4, "")
		l.examples(t.Examples)
		l.remarks(t)
	case ViewFull:
		l.put(4, "")
		l.sections("INPUTS", t.Inputs)
		l.sections("OUTPUTS", t.Outputs)
		if len(t.Notes) > 0 {
			l.raw("NOTES")
			l.put(4, "")
			l.put(4, "")
			l.paragraphs(8, t.Notes)
			l.put(4, "")
		}
		l.examples(t.Examples)
		l.put(4, "")
		l.links(t)
		l.raw("")
	default:
		l.raw("")
		l.links(t)
		l.raw("")
		l.remarks(t)
	}
	return l.String()
}

func (t *Topic) renderBare(l *layout) {
	l.raw("SYNTAX")
	for _, s := range t.Syntax {
		l.put(4, s)
		l.put(4, "")
	}
	l.raw("")
	l.raw("ALIASES")
	aliases := "None"
	if len(t.Aliases) > 0 {
		aliases = strings.Join(t.Aliases, "\n")
	}
	l.put(4, aliases)
	l.put(4, "")
	l.raw("")
	l.raw("REMARKS")
	l.put(4, "None")
	l.raw("")
}

func (l *layout) paragraphs(indent int, list []string) {
	for i, p := range list {
		if i > 0 {
			l.put(indent, "")
		}
		l.put(indent, p)
	}
}

func (l *layout) sections(title string, entries []string) {
	if len(entries) == 0 {
		return
	}
	l.raw(title)
	for _, e := range entries {
		l.put(4, e)
		l.put(4, "")
		l.put(4, "")
	}
}

func (l *layout) links(t *Topic) {
	l.raw("RELATED LINKS")
	for _, link := range t.Links {
		l.put(4, link+" ")
	}
}

func (l *layout) remarks(t *Topic) {
	l.raw("REMARKS")
	l.put(4, `To see the examples, type: "Get-Help `+t.Name+` -Examples"`)
	l.put(4, `For more information, type: "Get-Help `+t.Name+` -Detailed"`)
	l.put(4, `For technical information, type: "Get-Help `+t.Name+` -Full"`)
	if t.Category != "Cmdlet" {
		l.put(4, `For online help, type: "Get-Help `+t.Name+` -Online"`)
	}
}

func (l *layout) examples(list []Example) {
	for _, e := range list {
		l.put(4, "-------------------------- "+e.Title+" --------------------------")
		l.put(4, "")
		margin := ""
		for line := range strings.SplitSeq(e.Code, "\n") {
			if margin == "" {
				l.put(4, e.Prompt+line)
				margin = strings.Repeat(" ", len(e.Prompt))
				continue
			}
			l.put(4, margin+line)
		}
		l.put(4, "")
		l.paragraphs(4, e.Remarks)
		for range 4 {
			l.put(4, "")
		}
	}
}

// commonParameters is PowerShell's text of them.
const commonParameters = `This cmdlet supports the common parameters: Verbose, Debug,
ErrorAction, ErrorVariable, WarningAction, WarningVariable,
OutBuffer, PipelineVariable, and OutVariable. For more information, see
about_CommonParameters (https://go.microsoft.com/fwlink/?LinkID=113216). `

func (l *layout) parameters(t *Topic, view View) {
	l.raw("PARAMETERS")
	for i := range t.Parameters {
		l.parameter(4, &t.Parameters[i], view == ViewFull)
	}
	if t.Advanced {
		l.put(4, "<CommonParameters>")
		l.put(8, commonParameters)
	}
}

func (l *layout) parameter(indent int, p *Parameter, full bool) {
	head := "-" + p.Name
	if p.Switch {
		head += " [<SwitchParameter>]"
	} else {
		head += " <" + p.Type + ">"
	}
	l.put(indent, head)
	l.paragraphs(indent+4, p.Description)
	if len(p.AcceptedValues) > 0 && !full && len(p.Description) > 0 {
		l.put(indent+4, "Values: "+strings.Join(p.AcceptedValues, ", "))
	}
	l.put(indent+4, "")
	if full {
		l.attributes(indent+4, p)
		l.put(indent+4, "")
	}
}

func (l *layout) attributes(indent int, p *Parameter) {
	truth := map[bool]string{true: "true", false: "false"}
	for _, line := range [][2]string{
		{"Required?", truth[p.Required]}, {"Position?", p.Position}, {"Default value", p.Default}, {"Accept pipeline input?", p.Pipeline},
		{"Aliases", strings.Join(p.Aliases, ", ")}, {"Accept wildcard characters?", truth[p.Wildcards]},
	} {
		l.put(indent, line[0]+strings.Repeat(" ", 29-len(line[0]))+line[1])
	}
}

// Render lays out one parameter by itself, as Get-Help -Parameter shows it.
func (p *Parameter) Render(width int) string {
	l := &layout{width: width}
	l.parameter(0, p, true)
	l.raw("")
	return l.String()
}
