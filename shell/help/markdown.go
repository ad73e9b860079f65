package help

import (
	"fmt"
	"regexp"
	"strings"
)

// Page is a help file, in the layout that PowerShell's help authoring uses:
//
//	# New-Thing
//	## SYNOPSIS
//	## DESCRIPTION
//	## EXAMPLES
//	### Example 1: Make a thing
//	## PARAMETERS
//	### -Name
//	## INPUTS
//	## OUTPUTS
//	## NOTES
//	## RELATED LINKS
//
// The syntax is not in it: it is derived from the declaration.
type Page struct {
	Name                   string
	Synopsis               string
	Description, Notes     []string
	Parameters             []PageParameter
	Examples               []Example
	Inputs, Outputs, Links []string
}

// PageParameter is the text of one parameter.
type PageParameter struct {
	Name        string
	Description []string
}

// A PageError tells what is wrong in a help file.
type PageError struct {
	Line int // from 1
	Text string
}

func (e *PageError) Error() string { return fmt.Sprintf("help file, line %d: %s", e.Line, e.Text) }

// Read reads a help file. The error is a *PageError.
func Read(text string) (*Page, error) {
	r := &pageReader{page: &Page{}}
	lines := strings.Split(strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n"), "\n")
	for i, line := range lines {
		r.line = i + 1
		if err := r.take(line); err != nil {
			return nil, err
		}
	}
	if r.fence != "" {
		return nil, &PageError{r.line, "the code that begins in line " + fmt.Sprint(r.fenceLine) + " has no end: ``` is missing"}
	}
	if err := r.endBlock(); err != nil {
		return nil, err
	}
	if r.page.Name == "" {
		return nil, &PageError{1, "a help file begins with # and the command's name"}
	}
	return r.page, nil
}

type pageReader struct {
	page      *Page
	line      int
	section   string // "SYNOPSIS" ...
	item      string // heading of the third level: "-Name", "Example 1: ..."
	itemLine  int
	fence     string
	fenceLine int
	code      []string // of the current example
	hasCode   bool
	text      []string // lines of the current block
}

var sections = map[string]bool{
	"SYNOPSIS": true, "DESCRIPTION": true, "EXAMPLES": true, "PARAMETERS": true, "INPUTS": true, "OUTPUTS": true, "NOTES": true, "RELATED LINKS": true,
}

func (r *pageReader) take(line string) error {
	trimmed := strings.TrimRight(line, " \t")
	if r.fence != "" {
		if strings.HasPrefix(trimmed, r.fence) {
			r.fence = ""
			return nil
		}
		if r.section == "EXAMPLES" && !r.hasCode {
			r.code = append(r.code, trimmed)
		} else {
			r.text = append(r.text, "    "+trimmed)
		}
		return nil
	}
	switch {
	case strings.HasPrefix(trimmed, "```"):
		r.fence, r.fenceLine = "```", r.line
		if r.section == "EXAMPLES" && r.item != "" && len(r.code) > 0 {
			r.hasCode = true // later code belongs to the remarks
		}
		return nil
	case strings.HasPrefix(trimmed, "# "):
		if r.page.Name != "" {
			return &PageError{r.line, "a second heading of the first level"}
		}
		r.page.Name = strings.TrimSpace(trimmed[2:])
		return nil
	case strings.HasPrefix(trimmed, "## "):
		if err := r.endBlock(); err != nil {
			return err
		}
		r.section = strings.TrimSpace(trimmed[3:])
		if !sections[r.section] {
			return &PageError{r.line, fmt.Sprintf("there is no section %q", r.section)}
		}
		return nil
	case strings.HasPrefix(trimmed, "### "):
		if err := r.endBlock(); err != nil {
			return err
		}
		r.item, r.itemLine = strings.TrimSpace(trimmed[4:]), r.line
		switch r.section {
		case "EXAMPLES", "INPUTS", "OUTPUTS":
		case "PARAMETERS":
			if !strings.HasPrefix(r.item, "-") {
				return &PageError{r.line, "the heading of a parameter begins with -"}
			}
		default:
			return &PageError{r.line, "the section " + r.section + " has no headings"}
		}
		return nil
	}
	if r.section == "" && trimmed != "" {
		return &PageError{r.line, "text outside of a section"}
	}
	r.text = append(r.text, trimmed)
	return nil
}

// endBlock puts what was gathered where it belongs.
func (r *pageReader) endBlock() error {
	p := r.page
	text := r.paragraphs()
	switch r.section {
	case "SYNOPSIS":
		p.Synopsis = strings.Join(text, " ")
	case "DESCRIPTION":
		p.Description = text
	case "NOTES":
		p.Notes = text
	case "INPUTS", "OUTPUTS":
		entry := r.item
		if len(text) > 0 {
			entry = strings.TrimPrefix(entry+"\n"+strings.Join(text, "\n"), "\n")
		}
		if entry != "" {
			if r.section == "INPUTS" {
				p.Inputs = append(p.Inputs, entry)
			} else {
				p.Outputs = append(p.Outputs, entry)
			}
		}
	case "RELATED LINKS":
		for _, paragraph := range text {
			for link := range strings.SplitSeq(paragraph, "\n") {
				if link = strings.TrimSpace(strings.TrimLeft(link, "-* ")); link != "" {
					p.Links = append(p.Links, link)
				}
			}
		}
	case "PARAMETERS":
		if r.item != "" {
			p.Parameters = append(p.Parameters, PageParameter{strings.TrimPrefix(r.item, "-"), text})
		} else if len(text) > 0 {
			return &PageError{r.line, "text before the first parameter"}
		}
	case "EXAMPLES":
		if r.item != "" {
			if len(r.code) == 0 {
				return &PageError{r.itemLine, "an example without code"}
			}
			p.Examples = append(p.Examples, Example{Title: r.item, Prompt: "PS > ", Code: strings.Trim(strings.Join(r.code, "\n"), "\n"), Remarks: text})
		} else if len(text) > 0 || len(r.code) > 0 {
			return &PageError{r.line, "text before the first example"}
		}
	}
	r.item, r.code, r.hasCode, r.text = "", nil, false, nil
	return nil
}

// paragraphs joins the lines of each paragraph; lists and code keep their lines.
func (r *pageReader) paragraphs() []string {
	var out []string
	var current []string
	listed := false
	flush := func() {
		if len(current) > 0 {
			separator := " "
			if listed || r.section == "RELATED LINKS" {
				separator = "\n"
			}
			out = append(out, strings.Join(current, separator))
		}
		current, listed = nil, false
	}
	for _, line := range r.text {
		switch {
		case strings.TrimSpace(line) == "":
			flush()
		case strings.HasPrefix(line, "    "):
			listed = true
			current = append(current, line)
		case strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* "):
			listed = true
			current = append(current, "- "+plain(line[2:]))
		case listed && strings.HasPrefix(line, "  ") && len(current) > 0:
			current[len(current)-1] += " " + plain(strings.TrimSpace(line))
		default:
			current = append(current, plain(strings.TrimSpace(line)))
		}
	}
	flush()
	return out
}

var (
	markdownLink   = regexp.MustCompile(`\[([^\]\[]+)\]\([^()]*\)`)
	markdownStrong = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	markdownCode   = regexp.MustCompile("`([^`]+)`")
)

// plain takes the marks of Markdown off a line.
func plain(line string) string {
	line = markdownLink.ReplaceAllString(line, "$1")
	line = markdownStrong.ReplaceAllString(line, "$1")
	return markdownCode.ReplaceAllString(line, "$1")
}

// addPage puts in what the help file tells.
func (t *Topic) addPage(p *Page) {
	if p.Synopsis != "" {
		t.Synopsis = p.Synopsis
	}
	t.Description, t.Notes, t.Examples, t.Links = p.Description, p.Notes, p.Examples, p.Links
	t.Inputs = p.Inputs
	if len(p.Outputs) > 0 {
		t.Outputs = p.Outputs
	}
	for _, text := range p.Parameters {
		for i := range t.Parameters {
			if strings.EqualFold(t.Parameters[i].Name, text.Name) && len(text.Description) > 0 {
				t.Parameters[i].Description = text.Description
			}
		}
	}
}
