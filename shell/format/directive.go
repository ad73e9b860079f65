package format

import "migsh/shell/object"

// Kind is the kind of layout.
type Kind int

// The layouts.
const (
	Table Kind = iota
	List
	Wide
	Custom
)

// Align is how a cell stands in its column.
type Align int

// Alignments; AlignDefault is decided by the first object's value.
const (
	AlignDefault Align = iota
	AlignLeft
	AlignRight
	AlignCenter
)

// column is a table column ready for layout.
type column struct {
	header string
	width  int // 0: as wide as its content
	align  Align
}

// start begins a document.
type start struct {
	kind        Kind
	columns     []column
	autoSize    bool // widths from the content of the whole group
	wrap        bool
	hideHeaders bool
	repeat      bool
	perLine     int // columns of a wide view; 0: by width
}

// group begins a group; label is empty for the only one.
type group struct{ label, value string }

// entry is one object.
type entry struct {
	cells  []string
	fields []field  // of a list
	lines  []string // of a custom view, or of an object shown by itself
	// alone marks an object that does not fit the document's view: it is shown by itself in between.
	alone bool
	// raw marks text that stands in the document without any layout: strings, numbers.
	raw bool
}

// field is one line of a list view.
type field struct{ name, value string }

type groupEnd struct{}
type end struct{}

const directives = "Microsoft.PowerShell.Commands.Internal.Format."

var directiveTypes = map[string]*object.Type{}

func init() {
	for _, name := range []string{"FormatStartData", "GroupStartData", "FormatEntryData", "GroupEndData", "FormatEndData"} {
		directiveTypes[name] = object.Declare(&object.Type{Name: directives + name, Base: object.TypeObject})
	}
}

// directive wraps a directive as an object for the pipeline.
func directive(d any) any {
	name := ""
	switch d.(type) {
	case *start:
		name = "FormatStartData"
	case *group:
		name = "GroupStartData"
	case *entry:
		name = "FormatEntryData"
	case groupEnd:
		name = "GroupEndData"
	case end:
		name = "FormatEndData"
	}
	return object.Instance(directiveTypes[name], d)
}

// directiveIn returns the directive that an object carries.
func directiveIn(v any) (any, bool) {
	o, ok := v.(*object.Object)
	if !ok || o.Base == nil {
		return nil, false
	}
	switch o.Base.(type) {
	case *start, *group, *entry, groupEnd, end:
		return o.Base, true
	}
	return nil, false
}
