package format

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// tableView lays out the rows of one group.
type tableView struct {
	layout *start
	widths []int // -1: dropped
}

// newTableView settles the columns' widths from the layout and, where they depend on content, from the first rows.
func newTableView(layout *start, rows []*entry, total int) *tableView {
	t := &tableView{layout: layout, widths: make([]int, len(layout.columns))}
	for i, c := range layout.columns {
		t.widths[i] = c.width
		if c.width == 0 && layout.autoSize {
			w := Width(c.header)
			for _, r := range rows {
				if i < len(r.cells) {
					w = max(w, Width(r.cells[i]))
				}
			}
			t.widths[i] = max(w, 1)
		}
	}
	fit(t.widths, total)
	return t
}

// header returns the column heads and the dashes below them.
func (t *tableView) header() []string {
	if t.layout.hideHeaders {
		return nil
	}
	heads := make([][]string, len(t.widths))
	dashes := make([]string, len(t.widths))
	height := 1
	for i, c := range t.layout.columns {
		if t.widths[i] <= 0 {
			continue
		}
		heads[i] = hardWrap(c.header, t.widths[i])
		height = max(height, len(heads[i]))
		dashes[i] = strings.Repeat("-", min(max(Width(c.header), 1), t.widths[i]))
	}
	lines := make([][]string, height)
	for k := range lines {
		lines[k] = make([]string, len(t.widths))
		for i := range heads {
			if k < len(heads[i]) {
				lines[k][i] = heads[i][k]
			}
		}
	}
	last := t.lastVisible()
	out := align(t, lines, false)
	for k := range out {
		if last >= 0 && strings.HasSuffix(lines[k][last], " ") {
			continue // the blank belongs to the name
		}
		out[k] = strings.TrimRight(out[k], " ")
	}
	return append(out, align(t, [][]string{dashes}, last < len(t.widths)-1)...)
}

// lastVisible is the index of the last column that is shown, -1 if none is.
func (t *tableView) lastVisible() int {
	last := -1
	for i, w := range t.widths {
		if w > 0 {
			last = i
		}
	}
	return last
}

// hardWrap cuts text into pieces of width cells.
func hardWrap(text string, width int) []string {
	var out []string
	for Width(text) > width {
		head, tail := split(text, width)
		if head == "" {
			break
		}
		out = append(out, head)
		text = tail
	}
	return append(out, text)
}

// rows returns the lines of the entries.
func (t *tableView) rows(entries []*entry) []string {
	var lines [][]string
	var broken []bool // lines of entries that take several
	for _, e := range entries {
		if !t.layout.wrap {
			lines = append(lines, t.fitted(e))
			continue
		}
		parts := t.wrapped(e)
		lines = append(lines, parts...)
		for range parts {
			broken = append(broken, len(parts) > 1)
		}
	}
	out := align(t, lines, t.lastVisible() < len(t.widths)-1)
	for i := range broken {
		if broken[i] {
			out[i] = strings.TrimRight(out[i], " ")
		}
	}
	return out
}

// fitted returns an entry's cells, each on one line and cut to its column; of what stands on the right the end is kept.
func (t *tableView) fitted(e *entry) []string {
	line := make([]string, len(t.widths))
	for i := range line {
		if t.widths[i] > 0 && i < len(e.cells) {
			shorten := cut
			if t.layout.columns[i].align == AlignRight {
				shorten = cutFront
			}
			line[i] = shorten(oneLine(e.cells[i]), t.widths[i])
		}
	}
	return line
}

// wrapped returns an entry's cells broken over several lines.
func (t *tableView) wrapped(e *entry) [][]string {
	parts := make([][]string, len(t.widths))
	height := 1
	for i := range parts {
		if t.widths[i] <= 0 || i >= len(e.cells) {
			continue
		}
		parts[i] = wrap(e.cells[i], t.widths[i])
		for k := range parts[i] {
			parts[i][k] = strings.TrimRight(parts[i][k], " ")
		}
		height = max(height, len(parts[i]))
	}
	lines := make([][]string, height)
	for k := range lines {
		lines[k] = make([]string, len(t.widths))
		for i := range parts {
			if k < len(parts[i]) {
				lines[k][i] = parts[i][k]
			}
		}
	}
	return lines
}

// align pads the cells of each line to the table's columns, with tablewriter. A last column that stands on the left is not
// padded, unless padLast is set: then it is, because dropped columns follow it.
func align(t *tableView, lines [][]string, padLast bool) []string {
	var visible []int
	for i, w := range t.widths {
		if w > 0 {
			visible = append(visible, i)
		}
	}
	out := make([]string, len(lines))
	if len(visible) == 0 || len(lines) == 0 {
		return out
	}
	last := visible[len(visible)-1]
	verbatim := !padLast && t.layout.columns[last].align != AlignRight && t.layout.columns[last].align != AlignCenter
	if verbatim {
		visible = visible[:len(visible)-1]
	}
	if len(visible) > 0 {
		out = t.pad(lines, visible)
	}
	for k := range out {
		if verbatim {
			out[k] += lines[k][last]
		} else {
			out[k] = strings.TrimSuffix(out[k], " ") // the gap behind the last column
		}
	}
	return out
}

// pad lets tablewriter align the cells of the columns given, each followed by one blank. A ruler of full cells, dropped again,
// gives the columns their widths.
func (t *tableView) pad(lines [][]string, columns []int) []string {
	alignment := make([]tw.Align, len(columns))
	ruler := make([]string, len(columns))
	for k, i := range columns {
		alignment[k] = tw.AlignLeft
		switch t.layout.columns[i].align {
		case AlignRight:
			alignment[k] = tw.AlignRight
		case AlignCenter:
			alignment[k] = tw.AlignCenter
		}
		ruler[k] = strings.Repeat("-", t.widths[i])
	}
	var buf bytes.Buffer
	table := tablewriter.NewTable(&buf,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Symbols:  tw.NewSymbols(tw.StyleNone),
			Settings: tw.Settings{Lines: tw.LinesNone, Separators: tw.SeparatorsNone},
		})),
		tablewriter.WithConfig(tablewriter.Config{
			Row: tw.CellConfig{
				Formatting: tw.CellFormatting{AutoFormat: tw.Off, AutoWrap: tw.WrapNone},
				Padding:    tw.CellPadding{Global: tw.Padding{Right: " ", Overwrite: true}},
				Alignment:  tw.CellAlignment{PerColumn: alignment},
			},
			Behavior: tw.Behavior{TrimSpace: tw.Off, AutoHide: tw.Off, TrimLine: tw.Off, TrimTab: tw.Off},
		}),
		tablewriter.WithEastAsian(tw.Off),
	)
	for _, line := range append([][]string{ruler}, lines...) {
		row := ruler
		if &line[0] != &ruler[0] {
			row = make([]string, len(columns))
			for k, i := range columns {
				row[k] = strings.ReplaceAll(line[i], "\t", " ")
			}
		}
		if err := table.Append(row); err != nil {
			panic(fmt.Sprintf("format: tablewriter refuses a row of finished cells: %v", err))
		}
	}
	if err := table.Render(); err != nil {
		panic(fmt.Sprintf("format: tablewriter cannot render finished cells: %v", err))
	}
	return strings.Split(strings.TrimSuffix(buf.String(), "\n"), "\n")[1:]
}
