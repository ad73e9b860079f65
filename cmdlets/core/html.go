package core

import (
	"context"
	"fmt"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "ConvertTo-Html", Module: moduleUtility, DefaultSet: "Page", Synopsis: "Converts .NET objects into HTML that can be displayed in a web browser.",
	OutputTypes: []string{"System.String"},
}, func() cmdlet.Cmdlet { return &convertToHTML{As: "Table", Title: "HTML TABLE"} })

type convertToHTML struct {
	InputObject  any               `param:"pipeline" help:"The objects."`
	Property     []any             `param:"pos=0" help:"The properties: names, wildcards, script blocks or hashtables."`
	Body         []string          `param:"set=Page pos=3" help:"What stands before the table."`
	Head         []string          `param:"set=Page pos=1" help:"The head, instead of the title."`
	Title        string            `param:"set=Page pos=2" validate:"notnullorempty" help:"The page's title."`
	As           string            `param:"" validate:"notnullorempty set=Table,List" help:"One table, or a list for each object."`
	CssURI       string            `name:"CssUri" param:"set=Page" alias:"cu,uri" validate:"notnullorempty" help:"The style sheet."`
	Fragment     bool              `param:"set=Fragment" help:"Leaves out all but the table."`
	PostContent  []string          `param:"" validate:"notnullorempty" help:"What stands behind the table."`
	PreContent   []string          `param:"" validate:"notnullorempty" help:"What stands before the table."`
	Meta         *object.Hashtable `param:"set=Page" validate:"notnullorempty" help:"Meta tags by name."`
	Charset      string            `param:"set=Page" validate:"notnullorempty" help:"The page's character set."`
	Transitional bool              `param:"set=Page" help:"Declares XHTML Transitional."`

	properties []property
	columns    []property // of the table, once an object has told them
	list       bool
	any        bool
	types      *object.TypeTable
}

// Begin writes what comes before the objects.
func (c *convertToHTML) Begin(_ context.Context, out cmdlet.Out) error {
	var err error
	c.types = out.Session().TypeData()
	if c.properties, err = parseProperties(c.types, c.Property, htmlKeys); err != nil {
		return err
	}
	c.list = strings.EqualFold(c.As, "List")
	var lines []string
	if !c.Fragment {
		lines = c.head()
	}
	lines = append(lines, c.PreContent...)
	return writeLines(append(lines, "<table>"), out)
}

func (c *convertToHTML) head() []string {
	doctype := `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"  "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">`
	if c.Transitional {
		doctype = `<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN"  "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">`
	}
	lines := []string{doctype, `<html xmlns="http://www.w3.org/1999/xhtml">`, "<head>"}
	if c.Charset != "" {
		lines = append(lines, `<meta charset="`+c.Charset+`">`)
	}
	if c.Meta != nil {
		for k, v := range c.Meta.All() {
			lines = append(lines, fmt.Sprintf(`<meta name="%s" content="%s">`, object.ToString(k), object.ToString(v)))
		}
	}
	if len(c.Head) > 0 {
		lines = append(lines, c.Head...)
	} else {
		lines = append(lines, "<title>"+htmlText(c.Title)+"</title>")
	}
	if c.CssURI != "" {
		lines = append(lines, `<link rel="stylesheet" type="text/css" href="`+c.CssURI+`" />`)
	}
	lines = append(lines, "</head><body>")
	return append(lines, c.Body...)
}

func writeLines(lines []string, out cmdlet.Out) error {
	for _, l := range lines {
		if err := out.Write(l); err != nil {
			return err
		}
	}
	return nil
}

// Process writes an object's row, or its list.
func (c *convertToHTML) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	if in == nil {
		return nil
	}
	if c.list {
		var lines []string
		if c.any {
			lines = append(lines, "<tr><td><hr></td></tr>")
		}
		c.any = true
		for _, p := range c.resolved(in) {
			lines = append(lines, "<tr><td>"+htmlText(p.title(p.name))+":</td><td>"+htmlText(c.cell(&p, in))+"</td></tr>")
		}
		return writeLines(lines, out)
	}
	var lines []string
	if len(c.columns) == 0 {
		if c.columns = c.resolved(in); len(c.columns) == 0 {
			return nil
		}
		lines = c.heads()
	}
	var row strings.Builder
	row.WriteString("<tr>")
	for i := range c.columns {
		row.WriteString("<td>" + htmlText(c.cell(&c.columns[i], in)) + "</td>")
	}
	return writeLines(append(lines, row.String()+"</tr>"), out)
}

// heads are the column definitions and heads of the table.
func (c *convertToHTML) heads() []string {
	var cols, heads strings.Builder
	for i := range c.columns {
		p := &c.columns[i]
		cols.WriteString("<col")
		if p.width != "" {
			cols.WriteString(` width = "` + p.width + `"`)
		}
		if p.align != "" {
			cols.WriteString(` align = "` + p.align + `"`)
		}
		cols.WriteString("/>")
		heads.WriteString("<th>" + htmlText(p.title(p.name)) + "</th>")
	}
	return []string{"<colgroup>" + cols.String() + "</colgroup>", "<tr>" + heads.String() + "</tr>"}
}

// resolved are the properties asked for, or all, with wildcards made names.
func (c *convertToHTML) resolved(v any) []property {
	var out []property
	if len(c.properties) == 0 {
		names := c.types.PropertyNames(v)
		if h, ok := object.Base(v).(*object.Hashtable); ok && !h.Ordered() {
			names = columnNames(c.types, h)
		}
		for _, n := range names {
			out = append(out, property{name: n, types: c.types})
		}
		return out
	}
	for _, p := range c.properties {
		if p.wildcard == nil {
			out = append(out, p)
			continue
		}
		for _, n := range p.resolve(v) {
			one := p
			one.name, one.wildcard = n, nil
			out = append(out, one)
		}
	}
	return out
}

func (c *convertToHTML) cell(p *property, v any) string {
	value, _ := p.value(v)
	if value == nil {
		return ""
	}
	return csvText(value)
}

// htmlText replaces what HTML would take for markup, and the characters of Latin-1's upper half.
func htmlText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '&':
			b.WriteString("&amp;")
		case r == '<':
			b.WriteString("&lt;")
		case r == '>':
			b.WriteString("&gt;")
		case r == '"':
			b.WriteString("&quot;")
		case r == '\'':
			b.WriteString("&#39;")
		case r >= 160 && r < 256:
			fmt.Fprintf(&b, "&#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// End writes what comes after the objects.
func (c *convertToHTML) End(_ context.Context, out cmdlet.Out) error {
	lines := append([]string{"</table>"}, c.PostContent...)
	if !c.Fragment {
		lines = append(lines, "</body></html>")
	}
	return writeLines(lines, out)
}
