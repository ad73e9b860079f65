package core

import (
	"context"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/netfmt"
)

var _ = declare(cmdlet.Spec{
	Name: "Join-String", Module: moduleUtility, DefaultSet: "default", Synopsis: "Combines objects from the pipeline into a single string.",
	OutputTypes: []string{"System.String"},
}, func() cmdlet.Cmdlet { return &joinString{} })

type joinString struct {
	Property     any     `typename:"Microsoft.PowerShell.Commands.PSPropertyExpression" param:"pos=0" help:"The property, or the script block, whose values are joined."`
	Separator    *string `param:"pos=1" help:"What stands between the values; $OFS by default, else nothing."`
	OutputPrefix string  `param:"" alias:"op" help:"What stands before all."`
	OutputSuffix string  `param:"" alias:"os" help:"What stands behind all."`
	SingleQuote  bool    `param:"set=SingleQuote" help:"Puts each value between single quotes."`
	DoubleQuote  bool    `param:"set=DoubleQuote" help:"Puts each value between double quotes."`
	FormatString string  `param:"set=Format" help:"A format string for each value."`
	UseCulture   bool    `param:"" help:"Formats by the culture's rules."`
	InputObject  []any   `typename:"System.Management.Automation.PSObject[]" param:"pipeline allownull allowempty" help:"The objects."`

	property *property
	text     strings.Builder
	count    int
	between  string
}

// Begin reads the property and the separator.
func (c *joinString) Begin(_ context.Context, out cmdlet.Out) error {
	if c.Property != nil {
		p, err := parseProperty(out.Session().TypeData(), c.Property, groupKeys)
		if err != nil {
			return err
		}
		c.property = &p
	}
	if c.Separator != nil {
		c.between = *c.Separator
	} else if ofs, ok := out.Session().Variable("OFS", ""); ok && ofs != nil {
		c.between = object.ToString(ofs)
	}
	c.text.WriteString(c.OutputPrefix)
	return nil
}

// Process adds the objects.
func (c *joinString) Process(_ context.Context, _ any, _ cmdlet.Out) error {
	for _, v := range c.InputObject {
		if v == nil {
			continue
		}
		if err := c.add(v); err != nil {
			return err
		}
	}
	return nil
}

func (c *joinString) add(v any) error {
	if c.property != nil {
		v, _ = c.property.value(v)
	}
	text := object.ToString(v)
	if c.UseCulture {
		text = object.CultureString(v)
	}
	switch {
	case c.SingleQuote:
		text = "'" + strings.ReplaceAll(text, "'", "''") + "'"
	case c.DoubleQuote:
		text = `"` + text + `"`
	case c.FormatString != "":
		culture := netfmt.Invariant
		if c.UseCulture {
			culture = object.CurrentCulture()
		}
		var err error
		if text, err = object.FormatNet(c.FormatString, []any{v}, culture); err != nil {
			return err
		}
	}
	if c.count > 0 {
		c.text.WriteString(c.between)
	}
	c.count++
	c.text.WriteString(text)
	return nil
}

// End puts the string out.
func (c *joinString) End(_ context.Context, out cmdlet.Out) error {
	return out.Write(c.text.String() + c.OutputSuffix)
}
