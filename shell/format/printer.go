package format

import (
	"io"
	"slices"
	"strings"
	"time"

	"migsh/shell/object"
)

// Settings are what formatting depends on besides the objects.
type Settings struct {
	// Width of the output in terminal cells.
	Width int
	// EnumerationLimit is $FormatEnumerationLimit: how many elements of a collection a cell shows; negative means all.
	EnumerationLimit int
	// Limit, where set, is asked for EnumerationLimit when a document begins.
	Limit func() int
	// Patience is how long rows are collected to find the widths of their columns; 0 collects a whole group.
	Patience time.Duration
	// Now is the clock that Patience is measured by.
	Now func() time.Time
	// Error renders an error record met among the objects.
	Error func(*object.ErrorRecord) string
	// Types is the session's type data.
	Types *object.TypeTable
}

// Printer writes objects as text: the back of the package. It is not safe for concurrent use.
type Printer struct {
	w        io.Writer
	settings Settings
	shaper   *Shaper // of the document begun by plain objects

	doc      *start // the open document
	explicit bool   // begun by a directive
	grouped  bool   // a group of it has begun
	table    *tableView
	held     []*entry // rows waiting for their columns' widths
	since    time.Time
	wide     []string
	err      error
}

// NewPrinter returns a printer to w.
func NewPrinter(w io.Writer, settings Settings) *Printer {
	if settings.Now == nil {
		settings.Now = time.Now
	}
	return &Printer{w: w, settings: settings}
}

// Write prints one object of the pipeline: a directive of Format-*, or any value in its default view.
func (p *Printer) Write(v any) error {
	if d, ok := directiveIn(v); ok {
		if !p.explicit {
			if err := p.finish(); err != nil {
				return err
			}
			p.explicit = true
		}
		p.directive(d)
		if _, ok := d.(end); ok {
			p.explicit = false
		}
		return p.err
	}
	if p.explicit { // plain objects behind a document that was left open
		p.directive(groupEnd{})
		p.directive(end{})
		p.explicit = false
	}
	if p.shaper == nil {
		p.shaper = NewShaper(Options{Default: true}, p.settings)
	}
	out, err := p.shaper.Shape(v)
	for _, d := range out {
		p.directive(d)
	}
	if err != nil {
		return err
	}
	return p.err
}

// Close ends what is open. The printer can be used again afterwards.
func (p *Printer) Close() error { return p.finish() }

func (p *Printer) finish() error {
	if p.explicit {
		p.directive(groupEnd{})
		p.directive(end{})
		p.explicit = false
	}
	if p.shaper != nil {
		for _, d := range p.shaper.Close() {
			p.directive(d)
		}
		p.shaper = nil
	}
	return p.err
}

// Settle prints the rows that wait for more to come, for a terminal that has been still for a while.
func (p *Printer) Settle() error {
	p.release()
	return p.err
}

func (p *Printer) directive(d any) {
	switch d := d.(type) {
	case *start:
		p.doc, p.table, p.grouped = d, nil, false
	case *group:
		p.beginGroup(d)
	case *entry:
		p.entry(d)
	case groupEnd:
		p.release()
		p.flushWide()
		p.table = nil
		if p.doc != nil && (p.doc.kind == Table || p.doc.kind == Wide || p.doc.kind == Custom) {
			p.line("")
		}
	case end:
		p.doc = nil
	}
}

func (p *Printer) beginGroup(g *group) {
	if !p.grouped { // the blank line between groups is the end of the one before
		p.line("")
		p.grouped = true
	}
	if g.label != "" {
		p.lines(wrap("   "+g.label+": "+g.value, p.settings.Width))
		p.line("")
	}
}

func (p *Printer) entry(e *entry) {
	switch {
	case e.isApart():
		if len(p.held) > 0 { // it has to come behind them
			p.keep(e)
			return
		}
		p.flushWide()
		p.apart(e)
		return
	case p.doc == nil:
		return
	}
	switch p.doc.kind {
	case Table:
		if p.table == nil {
			p.hold(e)
			return
		}
		p.lines(p.table.rows([]*entry{e}))
	case List:
		p.lines(listLines(e.fields, p.settings.Width))
		p.line("")
	case Wide:
		p.wide = append(p.wide, e.cells[0])
		if p.doc.perLine > 0 && len(p.wide) == p.doc.perLine {
			p.flushWide()
		}
	case Custom:
		for _, l := range e.lines { // long lines go on below their beginning
			text := strings.TrimLeft(l, " ")
			indent := l[:len(l)-len(text)]
			for _, part := range wrap(text, max(p.settings.Width-len(indent), 1)) {
				p.line(indent + part)
			}
		}
	}
}

// hold keeps a row back until the columns' widths can be told.
func (p *Printer) hold(e *entry) {
	if !p.doc.autoSize {
		p.table = newTableView(p.doc, nil, p.settings.Width)
		p.lines(p.table.header())
		p.lines(p.table.rows([]*entry{e}))
		return
	}
	if len(p.held) == 0 {
		p.since = p.settings.Now()
	}
	p.keep(e)
}

// isApart tells whether an entry is no row of the layout.
func (e *entry) isApart() bool { return e.raw || e.alone }

// apart prints what is no row of the layout.
func (p *Printer) apart(e *entry) {
	if e.fields == nil {
		p.lines(e.lines)
		return
	}
	p.line("")
	p.lines(listLines(e.fields, p.settings.Width))
	p.line("")
}

// keep holds an entry back until patience ends.
func (p *Printer) keep(e *entry) {
	p.held = append(p.held, e)
	if p.settings.Patience > 0 && p.settings.Now().Sub(p.since) >= p.settings.Patience {
		p.release()
	}
}

// release prints the rows held back, and what came between and behind them.
func (p *Printer) release() {
	if len(p.held) == 0 {
		return
	}
	held := p.held
	p.held = nil
	rows := slices.DeleteFunc(slices.Clone(held), (*entry).isApart)
	p.table = newTableView(p.doc, rows, p.settings.Width)
	p.lines(p.table.header())
	for len(held) > 0 { // rows in a row are laid out at once: to lay them out one by one takes twenty times as long
		n := slices.IndexFunc(held, (*entry).isApart)
		if n < 0 {
			n = len(held)
		}
		p.lines(p.table.rows(held[:n]))
		if held = held[n:]; len(held) > 0 {
			p.apart(held[0])
			held = held[1:]
		}
	}
}

// flushWide prints a line, or all lines, of a wide view.
func (p *Printer) flushWide() {
	if len(p.wide) == 0 {
		return
	}
	per := p.doc.perLine
	if per <= 0 { // as many columns as the widest cell allows
		widest := 1
		for _, c := range p.wide {
			widest = max(widest, Width(c))
		}
		per = max((p.settings.Width+1)/(widest+1), 1)
	}
	room := max(p.settings.Width-(per-1), per)
	for len(p.wide) > 0 {
		n := min(per, len(p.wide))
		var b strings.Builder
		for i := range per {
			width := room / per
			if i < room%per { // the first ones get the odd cells
				width++
			}
			c := ""
			if i < n {
				c = cut(oneLine(p.wide[i]), width)
			}
			b.WriteString(c)
			if i < per-1 {
				b.WriteString(strings.Repeat(" ", width-Width(c)+1))
			}
		}
		p.line(b.String())
		p.wide = p.wide[n:]
	}
	p.wide = nil
}

func (p *Printer) lines(lines []string) {
	for _, l := range lines {
		p.line(l)
	}
}

func (p *Printer) line(text string) {
	if p.err != nil {
		return
	}
	_, p.err = io.WriteString(p.w, text+"\n")
}

// listLines lays out one object's list: names padded to the longest, values wrapped under themselves.
func listLines(fields []field, width int) []string {
	longest := 0
	for _, f := range fields {
		longest = max(longest, Width(f.name))
	}
	longest = min(longest, max(width-5, 1)) // a name keeps room for some of its value
	var out []string
	for _, f := range fields {
		name := cut(f.name, longest)
		head := name + strings.Repeat(" ", longest-Width(name)) + " : "
		for i, part := range wrap(f.value, max(width-longest-3, 1)) {
			if i > 0 {
				head = strings.Repeat(" ", longest+3)
			}
			out = append(out, head+part)
		}
	}
	return out
}
