package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/format"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Format-Table", Module: moduleUtility, Aliases: []string{"ft"}, Synopsis: "Formats the output as a table.",
	}, func() cmdlet.Cmdlet { return &formatTable{} })
	_ = declare(cmdlet.Spec{
		Name: "Format-List", Module: moduleUtility, Aliases: []string{"fl"},
		Synopsis: "Formats the output as a list of properties in which each property appears on a new line.",
	}, func() cmdlet.Cmdlet { return &formatList{} })
	_ = declare(cmdlet.Spec{
		Name: "Format-Wide", Module: moduleUtility, Aliases: []string{"fw"},
		Synopsis: "Formats objects as a wide table that displays only one property of each object.",
	}, func() cmdlet.Cmdlet { return &formatWide{} })
	_ = declare(cmdlet.Spec{
		Name: "Format-Custom", Module: moduleUtility, Aliases: []string{"fc"},
		Synopsis: "Uses a customized view to format the output.",
	}, func() cmdlet.Cmdlet { return &formatCustom{Depth: 5} })
)

// formatting are the parameters that all Format cmdlets have.
type formatting struct {
	GroupBy      any    `param:"" help:"The property by whose values the output is cut into groups."`
	View         string `param:"" help:"The name of a registered view."`
	ShowError    bool   `param:"" help:"Shows the errors of computed properties after the object."`
	DisplayError bool   `param:"" help:"Marks the cells of computed properties that fail with #ERR."`
	Force        bool   `param:"" help:"Formats errors, and with -Property plain values, by their properties."`
	Expand       string `param:"" validate:"set=CoreOnly,EnumOnly,Both" help:"Formats collections, what is in them, or both."`
	InputObject  any    `param:"pipeline" help:"The objects to format."`

	shaper *format.Shaper
}

func (f *formatting) begin(o format.Options, out cmdlet.Out) {
	o.GroupBy, o.View, o.Expand = f.GroupBy, f.View, f.Expand
	o.ShowError, o.DisplayError, o.Force = f.ShowError, f.DisplayError, f.Force
	f.shaper = format.NewShaper(o, settings(out.Session()))
}

// settings are those of formatting in a session.
func settings(s cmdlet.Session) format.Settings {
	host := s.Host()
	return format.Settings{
		Width: host.Width(), EnumerationLimit: enumerationLimit(s),
		Error: func(r *object.ErrorRecord) string { return format.ErrorText(errorView(s), r, host.Width()) },
		Types: s.TypeData(),
	}
}

// errorView is $ErrorView.
func errorView(s cmdlet.Session) string {
	v, _ := s.Variable("ErrorView", "")
	return object.ToString(v)
}

// enumerationLimit is $FormatEnumerationLimit, or 4 where that is no number.
func enumerationLimit(s cmdlet.Session) int {
	v, _ := s.Variable("FormatEnumerationLimit", "")
	if n, ok := object.Base(v).(int32); ok {
		return int(n)
	}
	return 4
}

// Process sends the directives that an object causes.
func (f *formatting) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = f.InputObject
		if items, ok := object.ItemsOf(in); ok {
			for _, item := range items {
				if err := f.shape(item, out); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return f.shape(in, out)
}

func (f *formatting) shape(v any, out cmdlet.Out) error {
	directives, err := f.shaper.Directives(v)
	for _, d := range directives {
		if err := out.Write(d); err != nil {
			return err
		}
	}
	return err
}

// End closes the document.
func (f *formatting) End(_ context.Context, out cmdlet.Out) error {
	for _, d := range f.shaper.CloseDirectives() {
		if err := out.Write(d); err != nil {
			return err
		}
	}
	return nil
}

type formatTable struct {
	AutoSize         bool     `param:"" help:"Makes columns as wide as their contents."`
	RepeatHeader     bool     `param:"" help:"Repeats the heads on each screen."`
	HideTableHeaders bool     `param:"" help:"Leaves the heads out."`
	Wrap             bool     `param:"" help:"Breaks long values over several lines instead of cutting them."`
	Property         []any    `param:"pos=0" help:"The columns: names, wildcards, script blocks or hashtables with Name, Expression, FormatString, Width and Alignment."`
	ExcludeProperty  []string `param:"" help:"Properties to leave out."`
	formatting
}

// Begin makes the shaper.
func (c *formatTable) Begin(_ context.Context, out cmdlet.Out) error {
	c.begin(format.Options{
		Kind: format.Table, Properties: c.Property, Exclude: c.ExcludeProperty, AutoSize: c.AutoSize, Wrap: c.Wrap,
		HideHeaders: c.HideTableHeaders, Repeat: c.RepeatHeader,
	}, out)
	return nil
}

type formatList struct {
	Property        []any    `param:"pos=0" help:"The properties: names, wildcards, script blocks or hashtables with Name, Expression and FormatString."`
	ExcludeProperty []string `param:"" help:"Properties to leave out."`
	Wrap            bool     `param:"hidden" help:"Has no effect: lists break long values anyway."`
	formatting
}

// Begin makes the shaper.
func (c *formatList) Begin(_ context.Context, out cmdlet.Out) error {
	c.begin(format.Options{Kind: format.List, Properties: c.Property, Exclude: c.ExcludeProperty}, out)
	return nil
}

type formatWide struct {
	Property any   `param:"pos=0" help:"The property to show."`
	AutoSize bool  `param:"" help:"Takes as many columns as fit."`
	Column   int32 `param:"" validate:"range=1,2147483647" help:"The number of columns."`
	formatting
}

// Begin makes the shaper.
func (c *formatWide) Begin(_ context.Context, out cmdlet.Out) error {
	o := format.Options{Kind: format.Wide, AutoSize: c.AutoSize, Columns: int(c.Column)}
	if c.AutoSize && c.Column > 0 {
		return object.NewError("CannotSpecifyBothAutoSizeAndColumn", object.InvalidArgument, nil, "The AutoSize and Column parameters cannot be specified together.")
	}
	if c.Property != nil {
		o.Properties = []any{c.Property}
	}
	c.begin(o, out)
	return nil
}

type formatCustom struct {
	Property        []any    `param:"pos=0" help:"The properties to show."`
	ExcludeProperty []string `param:"" help:"Properties to leave out."`
	Depth           int32    `param:"" validate:"range=1,2147483647" help:"How deep to go into the objects."`
	formatting
}

// Begin makes the shaper.
func (c *formatCustom) Begin(_ context.Context, out cmdlet.Out) error {
	c.begin(format.Options{Kind: format.Custom, Properties: c.Property, Exclude: c.ExcludeProperty, Depth: int(c.Depth)}, out)
	return nil
}
