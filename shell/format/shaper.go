package format

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"migsh/shell/object"
	"migsh/shell/object/dotnet"
)

// Options are the parameters of a formatting command. The zero Options with Default set are Out-Default's.
type Options struct {
	// Default lets the first object choose the layout.
	Default bool
	Kind    Kind
	// Properties are names (wildcards allowed), script blocks or hashtables with Name/Label, Expression, FormatString,
	// Alignment, Width; empty means the view's own.
	Properties  []any
	Exclude     []string // names, with wildcards, to leave out
	AutoSize    bool
	Wrap        bool
	HideHeaders bool
	Repeat      bool
	Columns     int // of a wide view
	Depth       int // of a custom view; 0 means 5
	GroupBy     any
	View        string
	// DisplayError marks the cell of a failing expression; ShowError puts its error out after the object.
	ShowError, DisplayError bool
	// Force formats errors and plain values by their properties too, instead of showing them as they are.
	Force bool
	// Expand is EnumOnly, CoreOnly (a collection is an object of its own) or Both.
	Expand string
}

// Shaper turns objects into directives: the front of the package.
type Shaper struct {
	opts     Options
	settings Settings

	open    bool
	layout  *start
	exprs   []expression
	views   object.Views
	typed   *object.Type // the type that the registered view belongs to; nil for a view made from properties
	perItem bool         // a list whose fields each object chooses
	group   expression
	grouped bool
	current string // value of the open group
	faults  []any  // errors of expressions to put out after the object
}

// NewShaper returns a shaper.
func NewShaper(opts Options, settings Settings) *Shaper {
	if len(opts.Exclude) > 0 && len(opts.Properties) == 0 {
		opts.Properties = []any{"*"}
	}
	if settings.Limit != nil {
		settings.EnumerationLimit = settings.Limit()
	}
	return &Shaper{opts: opts, settings: settings}
}

// Directives is Shape for formatting commands, which send directives as objects.
func (s *Shaper) Directives(v any) ([]any, error) {
	out, err := s.Shape(v)
	return wrapAll(out), err
}

// CloseDirectives is Close for formatting commands.
func (s *Shaper) CloseDirectives() []any { return wrapAll(s.Close()) }

func wrapAll(ds []any) []any {
	out := make([]any, len(ds))
	for i, d := range ds {
		out[i] = directive(d)
	}
	return out
}

// Shape takes one object and returns the directives that it causes. What holds other objects is taken for these.
func (s *Shaper) Shape(v any) ([]any, error) {
	if strings.EqualFold(s.opts.Expand, "CoreOnly") {
		return s.shape(v)
	}
	items, ok := parts(v)
	if !ok {
		return s.shape(v)
	}
	var out []any
	if strings.EqualFold(s.opts.Expand, "Both") {
		core, err := s.shape(v)
		if err != nil {
			return core, err
		}
		out = core
	}
	for _, item := range items {
		some, err := s.shape(item)
		out = append(out, some...)
		if err != nil {
			return out, err
		}
	}
	return out, nil
}

// parts are the objects in a collection or dictionary.
func parts(v any) ([]any, bool) {
	if h, ok := object.Base(v).(*object.Hashtable); ok {
		return dotnet.Entries(h), true
	}
	return object.ItemsOf(v)
}

func (s *Shaper) shape(v any) ([]any, error) {
	if v == nil {
		return nil, nil
	}
	if r, ok := object.Base(v).(*object.ErrorRecord); ok && s.settings.Error != nil && !s.opts.Force {
		if o, wrapped := v.(*object.Object); wrapped && len(o.TypeNames) > 0 && strings.HasSuffix(o.TypeNames[0], "#PSExtendedError") { // of Get-Error
			return []any{&entry{alone: true, lines: strings.Split(detailedView(r), "\n")}}, nil
		}
		return []any{s.errorEntry(r)}, nil
	}
	if text, ok := rawText(v); ok && !(s.opts.Force && len(s.opts.Properties) > 0) && !(s.open && s.layout.kind == Wide && s.opts.Properties != nil) {
		return []any{&entry{raw: true, lines: rawLines(text)}}, nil
	}
	if o, ok := v.(*object.Object); ok && o.IsCustom() && o.Len() == 0 && !s.open {
		return []any{&entry{raw: true, lines: []string{""}}}, nil
	}
	var out []any
	if !s.open {
		if err := s.begin(v); err != nil {
			return nil, err
		}
		out = append(out, s.layout)
	} else if s.typed != nil && !object.TypeOf(v).IsA(s.typed) && s.opts.Default {
		return []any{s.alone(v)}, nil
	}
	if s.group.valid() && s.group.has(s.settings.Types, v) {
		value, err := s.group.text(v, s.settings, false)
		if err != nil {
			return nil, err
		}
		if !s.grouped || value != s.current {
			if s.grouped {
				out = append(out, groupEnd{})
			}
			out = append(out, &group{label: s.group.label, value: value})
			s.grouped, s.current = true, value
		}
	} else if !s.grouped {
		out = append(out, &group{})
		s.grouped = true
	}
	e, err := s.entry(v)
	if err != nil {
		return out, err
	}
	out = append(append(out, e), s.faults...)
	s.faults = nil
	return out, nil
}

func (s *Shaper) errorEntry(r *object.ErrorRecord) *entry {
	return &entry{alone: true, lines: strings.Split(s.settings.Error(r), "\n")}
}

// failed notes that an expression failed for an object, and gives the text of its cell.
func (s *Shaper) failed(x expression, v any, err error) string {
	if s.opts.ShowError && s.settings.Error != nil {
		r := object.NewErrorOf(object.RecordOf(err).Exception, "PSPropertyExpressionError", object.InvalidArgument, v)
		r.Details = "Failed to evaluate expression \"" + x.label + "\"."
		s.faults = append(s.faults, s.errorEntry(r))
	}
	if s.opts.DisplayError {
		return "#ERR"
	}
	return ""
}

// Close ends the document.
func (s *Shaper) Close() []any {
	if !s.open {
		return nil
	}
	s.open, s.grouped = false, false
	return []any{groupEnd{}, end{}}
}

// begin chooses the layout by the first object.
func (s *Shaper) begin(v any) error {
	s.open = true
	s.views = viewsOf(s.settings.Types, v)
	s.layout = &start{kind: s.opts.Kind, wrap: s.opts.Wrap, hideHeaders: s.opts.HideHeaders, repeat: s.opts.Repeat, perLine: s.opts.Columns}
	t := object.TypeOf(v)
	if s.opts.View != "" {
		r := object.NewErrorOf(object.NewException("System.Management.Automation.PipelineStoppedException", "The pipeline has been stopped."), "FormatViewNotFound", object.ObjectNotFound, nil)
		r.Details = "View name " + s.opts.View + " cannot be found."
		return r
	}
	var err error
	if s.opts.GroupBy != nil {
		if s.group, err = parseExpression(s.opts.GroupBy); err != nil {
			return err
		}
	} else if s.views.GroupBy != "" && len(s.opts.Properties) == 0 {
		s.group = expression{label: cmp.Or(s.views.GroupLabel, s.views.GroupBy), property: s.views.GroupBy, compute: s.views.GroupValue}
	}
	if s.opts.Default {
		s.layout.kind = s.choose(v)
		if s.layout.kind != List || s.views.List != nil {
			if s.views.Table != nil || s.views.Custom != nil || s.views.Page != nil || s.views.List != nil {
				s.typed = viewOwner(s.settings.Types, v, t)
			}
		}
	}
	switch s.layout.kind {
	case Table:
		return s.beginTable(v)
	case List:
		return s.beginList(v)
	case Wide:
		return s.beginWide(v)
	}
	return nil
}

// choose is PowerShell's rule: a registered view, else a table for up to four properties, else a list.
func (s *Shaper) choose(v any) Kind {
	switch {
	case s.views.Custom != nil || s.views.Page != nil:
		return Custom
	case s.views.Table != nil && !s.views.ListFirst:
		return Table
	case s.views.List != nil:
		return List
	}
	if len(defaultNames(s.settings.Types, v)) > 4 {
		return List
	}
	return Table
}

// mostColumns is how many columns a table has whose properties nobody chose.
const mostColumns = 10

func (s *Shaper) beginTable(v any) error {
	if len(s.opts.Properties) == 0 && s.views.Table != nil {
		for _, c := range s.views.Table {
			e := expression{label: c.Header, property: c.Property, compute: c.Value, format: c.Format, width: c.Width}
			if e.label == "" {
				e.label = c.Property
			}
			if c.Right {
				e.align = AlignRight
			} else {
				e.align = AlignLeft
			}
			s.exprs = append(s.exprs, e)
		}
		s.layout.autoSize = s.opts.AutoSize || s.views.AutoSize
		for i := range s.exprs {
			if s.opts.AutoSize {
				s.exprs[i].width = 0
			}
			s.layout.columns = append(s.layout.columns, column{header: s.exprs[i].label, width: s.exprs[i].width, align: s.exprs[i].align})
		}
		return nil
	}
	var err error
	if s.exprs, err = s.expressions(v); err != nil {
		return err
	}
	s.layout.autoSize = true
	if len(s.opts.Properties) == 0 {
		s.exprs = s.exprs[:min(len(s.exprs), mostColumns)]
	}
	for i := range s.exprs {
		if s.opts.Wrap {
			s.exprs[i].width = 0 // what may take several lines gets the room that there is
		}
	}
	for _, e := range s.exprs {
		c := column{header: e.label, width: e.width, align: e.align}
		if c.align == AlignDefault {
			c.align = alignFor(e.first(s.settings.Types, v))
		}
		s.layout.columns = append(s.layout.columns, c)
	}
	return nil
}

func (s *Shaper) beginList(v any) error {
	var err error
	if len(s.opts.Properties) == 0 {
		s.perItem = s.views.List == nil
		for _, c := range s.views.List {
			e := expression{label: c.Header, property: c.Property, compute: c.Value, format: c.Format}
			if e.label == "" {
				e.label = c.Property
			}
			s.exprs = append(s.exprs, e)
		}
		return nil
	}
	s.perItem = hasWildcard(s.opts.Properties)
	s.exprs, err = s.expressions(v)
	return err
}

func (s *Shaper) beginWide(any) error {
	if !s.opts.AutoSize && s.layout.perLine == 0 {
		s.layout.perLine = 2
	}
	if len(s.opts.Properties) == 0 {
		return nil
	}
	e, err := parseExpression(s.opts.Properties[0])
	s.exprs = []expression{e}
	return err
}

// wideExpression is what a wide view shows of an object where no property was asked for.
func wideExpression(types *object.TypeTable, v any) (expression, bool) {
	if n := types.WideProperty(v); n != "" {
		return expression{label: n, property: n}, true
	}
	names := defaultNames(types, v)
	if len(names) == 0 {
		return expression{}, false
	}
	n := names[0]
	if d := displayName(v, names); d != "" {
		n = d
	}
	return expression{label: n, property: n}, true
}

// expressions resolves the properties asked for, or the default ones, against an object.
func (s *Shaper) expressions(v any) ([]expression, error) {
	if len(s.opts.Properties) == 0 {
		var out []expression
		for _, n := range defaultNames(s.settings.Types, v) {
			out = append(out, expression{label: n, property: n})
		}
		return out, nil
	}
	out, err := s.chosen(v)
	if err != nil || len(s.opts.Exclude) == 0 {
		return out, err
	}
	return slices.DeleteFunc(out, func(e expression) bool {
		return slices.ContainsFunc(s.opts.Exclude, func(pattern string) bool { return wildcardMatch(e.label, pattern) })
	}), nil
}

// chosen resolves the properties asked for.
func (s *Shaper) chosen(v any) ([]expression, error) {
	var out []expression
	seen := map[string]bool{}
	for _, p := range s.opts.Properties {
		e, err := parseExpression(p)
		if err != nil {
			return nil, err
		}
		if e.property == "" || !strings.ContainsAny(e.property, "*?[") {
			if e.label == e.property { // it shows as the object spells it
				names := s.settings.Types.PropertyNames(v)
				if i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, e.property) }); i >= 0 {
					e.label = names[i]
				}
			}
			out = append(out, e)
			seen[strings.ToLower(e.property)] = true
			continue
		}
		for _, n := range s.settings.Types.PropertyNames(v) {
			if wildcardMatch(n, e.property) && !seen[strings.ToLower(n)] {
				seen[strings.ToLower(n)] = true
				one := e
				one.property = n
				if e.label == e.property {
					one.label = n
				}
				out = append(out, one)
			}
		}
	}
	return out, nil
}

func hasWildcard(properties []any) bool {
	for _, p := range properties {
		if name, ok := object.Base(p).(string); ok && strings.ContainsAny(name, "*?[") {
			return true
		}
	}
	return false
}

// entry formats one object in the document's layout.
func (s *Shaper) entry(v any) (*entry, error) {
	e := &entry{}
	switch s.layout.kind {
	case Table, Wide:
		exprs := s.exprs
		if len(exprs) == 0 && s.layout.kind == Wide {
			if x, ok := wideExpression(s.settings.Types, v); ok {
				exprs = []expression{x}
			} else {
				e.cells = []string{CellText(v, s.settings)}
			}
		}
		for _, x := range exprs {
			text, err := x.text(v, s.settings, true)
			if err != nil {
				text = s.failed(x, v, err)
			}
			e.cells = append(e.cells, text)
		}
	case List:
		exprs := s.exprs
		if s.perItem {
			var err error
			if len(s.opts.Properties) > 0 {
				exprs, err = s.expressions(v)
			} else {
				exprs, err = (&Shaper{settings: s.settings}).expressions(v)
			}
			if err != nil {
				return nil, err
			}
		}
		e.fields = s.fields(v, exprs)
	case Custom:
		if text, ok := s.views.Text(v, s.settings.Width); ok && s.opts.Default {
			e.lines = textLines(text)
		} else {
			e.lines = customLines(v, s.opts, s.settings)
		}
	}
	return e, nil
}

func (s *Shaper) fields(v any, exprs []expression) []field {
	out := []field{}
	for _, x := range exprs {
		if len(s.opts.Properties) > 0 && x.property != "" && !hasProperty(s.settings.Types, v, x.property) {
			continue
		}
		text, err := x.text(v, s.settings, false)
		if err != nil {
			text = s.failed(x, v, err)
		}
		out = append(out, field{x.label, text})
	}
	return out
}

// alone shows an object that does not fit the open document's view.
func (s *Shaper) alone(v any) *entry {
	views := viewsOf(s.settings.Types, v)
	if text, ok := views.Text(v, s.settings.Width); ok {
		return &entry{alone: true, lines: textLines(text)}
	}
	exprs, err := (&Shaper{settings: s.settings}).expressions(v)
	if err != nil || len(exprs) == 0 {
		return &entry{raw: true, lines: textLines(object.ToString(v))}
	}
	return &entry{alone: true, fields: (&Shaper{settings: s.settings}).fields(v, exprs)}
}

// rawLines are those of a plain text: a line break at its end makes an empty line.
func rawLines(text string) []string {
	return strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
}

func textLines(text string) []string {
	return strings.Split(strings.TrimSuffix(strings.ReplaceAll(text, "\r\n", "\n"), "\n"), "\n")
}

// expression is a column or field: a property, or something computed.
type expression struct {
	label    string
	property string
	block    object.ScriptBlock
	compute  func(any) any
	format   string
	width    int
	align    Align
}

func (e expression) valid() bool { return e.property != "" || e.block != nil || e.compute != nil }

// has tells whether an object has what the expression is about.
func (e expression) has(types *object.TypeTable, v any) bool {
	return e.property == "" || hasProperty(types, v, e.property)
}

// value computes the expression for an object.
func (e expression) value(types *object.TypeTable, v any) (any, error) {
	switch {
	case e.compute != nil:
		return e.compute(v), nil
	case e.block != nil:
		out, err := e.block.Call([]any{v})
		if err != nil {
			return nil, err
		}
		return object.Collect(out), nil
	}
	value, _, err := types.Property(v, e.property)
	return value, err
}

// first is the value by which a column's alignment is decided.
func (e expression) first(types *object.TypeTable, v any) any {
	value, err := e.value(types, v)
	if err != nil {
		return nil
	}
	return value
}

func (e expression) text(v any, settings Settings, table bool) (string, error) {
	value, err := e.value(settings.Types, v)
	if err != nil {
		return "", err
	}
	if e.format != "" && value != nil {
		format := e.format
		if !strings.Contains(format, "{") {
			format = "{0:" + format + "}"
		}
		if o, ok := value.(*object.Object); ok && o.IsCustom() {
			return customText(o, format), nil
		}
		return object.Format(format, []any{value})
	}
	if table {
		return TableText(value, settings), nil
	}
	return CellText(value, settings), nil
}

// customText is the text of a custom object whose whole numbers are formatted.
func customText(o *object.Object, format string) string {
	var parts []string
	for name, v := range o.All() {
		text := object.CultureString(v)
		switch v.(type) {
		case int8, uint8, int16, uint16, int32, uint32, int64, uint64:
			if formatted, err := object.Format(format, []any{v}); err == nil {
				text = formatted
			}
		}
		parts = append(parts, name+"="+text)
	}
	return "@{" + strings.Join(parts, "; ") + "}"
}

// alignFor is where a column stands by its first value: numbers, booleans, characters and enumerations on the right.
func alignFor(v any) Align {
	switch object.Base(v).(type) {
	case bool, object.Char, object.Enum, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64, object.Decimal, object.Switch:
		return AlignRight
	}
	return AlignLeft
}

// parseExpression reads one element of -Property or -GroupBy.
func parseExpression(p any) (expression, error) {
	switch x := object.Base(p).(type) {
	case object.ScriptBlock:
		return expression{label: x.Text(), block: x}, nil
	case *object.Hashtable:
		return parseHashExpression(x)
	}
	name := object.ToString(p)
	return expression{label: name, property: name}, nil
}

func parseHashExpression(h *object.Hashtable) (expression, error) {
	var e expression
	for k, v := range h.All() {
		key := strings.ToLower(object.ToString(k))
		match := func(full ...string) bool {
			for _, f := range full {
				if strings.HasPrefix(f, key) {
					return true
				}
			}
			return false
		}
		switch {
		case match("expression"):
			switch x := object.Base(v).(type) {
			case object.ScriptBlock:
				e.block = x
				if e.label == "" {
					e.label = x.Text()
				}
			default:
				e.property = object.ToString(v)
				if e.label == "" {
					e.label = e.property
				}
			}
		case match("name", "label"):
			e.label = object.ToString(v)
		case match("formatstring"):
			e.format = object.ToString(v)
		case match("alignment"):
			switch a := strings.ToLower(object.ToString(v)); {
			case strings.HasPrefix("left", a):
				e.align = AlignLeft
			case strings.HasPrefix("right", a):
				e.align = AlignRight
			case strings.HasPrefix("center", a):
				e.align = AlignCenter
			default:
				return e, object.NewError("AlignmentIllegalValue", object.InvalidArgument, nil, "The value \"%s\" is not valid for the key \"Alignment\".", object.ToString(v))
			}
		case match("width"):
			n, err := object.Convert(v, object.TypeInt32)
			if err != nil {
				return e, err
			}
			e.width = int(n.(int32))
		default:
			return e, object.NewError("DictionaryKeyIllegal", object.InvalidArgument, nil, "The %s key is not valid.", object.ToString(k))
		}
	}
	if !e.valid() {
		return e, object.NewError("DictionaryKeyMandatoryEntry", object.InvalidArgument, nil, "A mandatory key is missing: %s.", "Expression")
	}
	return e, nil
}

// customLines is Format-Custom: the object's tree.
func customLines(v any, opts Options, settings Settings) []string {
	depth := opts.Depth
	if depth == 0 {
		depth = 5
	}
	var out []string
	tree(&out, v, "", depth, settings)
	return append(out, "")
}

func tree(out *[]string, v any, indent string, depth int, settings Settings) {
	*out = append(*out, fmt.Sprintf("%sclass %s", indent, shortTypeName(v)), indent+"{")
	for _, name := range settings.Types.ViewNames(v) {
		value, _, err := settings.Types.Property(v, name)
		if err != nil {
			value = nil
		}
		*out = append(*out, branch(name, value, indent+"  ", depth-1, settings)...)
	}
	*out = append(*out, indent+"}")
}

func branch(name string, value any, indent string, depth int, settings Settings) []string {
	var out []string
	if items, ok := parts(value); ok {
		out = append(out, indent+name+" = ", indent+"  [")
		for i, item := range items {
			if settings.EnumerationLimit >= 0 && i == settings.EnumerationLimit {
				out = append(out, indent+"    "+ellipsis)
				break
			}
			if _, simple := rawText(item); simple || item == nil || depth <= 0 {
				out = append(out, indent+"    "+CellText(item, settings))
			} else {
				tree(&out, item, indent+"    ", depth, settings)
			}
		}
		return append(out, indent+"  ]", indent+"  ")
	}
	if _, simple := rawText(value); simple || value == nil || depth <= 0 || len(settings.Types.PropertyNames(value)) == 0 {
		return append(out, indent+name+" = "+CellText(value, settings))
	}
	out = append(out, indent+name+" = ")
	tree(&out, value, indent+"  ", depth, settings)
	return append(out, indent+"  ")
}
