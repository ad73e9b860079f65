package core

import (
	"context"
	"errors"

	"migsh/shell/cmdlet"
	"migsh/shell/format"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Tee-Object", Module: moduleUtility, Aliases: []string{"tee"}, DefaultSet: "File",
	Synopsis: "Saves command output in a file or variable and also sends it down the pipeline.",
}, func() cmdlet.Cmdlet { return &teeObject{Encoding: "utf8NoBOM"} })

type teeObject struct {
	InputObject any    `param:"pipeline" help:"The objects."`
	FilePath    string `param:"set=File mandatory pos=0" alias:"Path" help:"The file."`
	LiteralPath string `param:"set=LiteralFile mandatory" alias:"PSPath,LP" help:"The file, its name taken as it is."`
	Append      bool   `param:"set=File,Variable" help:"Adds to the file or variable."`
	Encoding    string `param:"set=File,LiteralFile" validate:"notnullorempty" complete:"encoding" typename:"System.Text.Encoding" help:"The file's encoding."`
	Variable    string `param:"set=Variable mandatory" help:"The variable."`

	file    *textFile
	printer *format.Printer
	items   []any
}

// Begin opens the file.
func (c *teeObject) Begin(_ context.Context, out cmdlet.Out) error {
	path := c.FilePath + c.LiteralPath
	if path == "" {
		return nil
	}
	var err error
	if c.file, err = createText(out.Session().Resolve(path), textFileMode{Append: c.Append, Encoding: c.Encoding}); err != nil {
		return err
	}
	s := settings(out.Session())
	s.Width = fileWidth
	c.printer = format.NewPrinter(c.file, s)
	return nil
}

// Process keeps the object and passes it on.
func (c *teeObject) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	if c.printer != nil {
		if err := c.printer.Write(in); err != nil {
			return err
		}
	} else {
		c.items = append(c.items, in)
	}
	return out.Write(in)
}

// End closes the file, or sets the variable: to the object itself where there was but one.
func (c *teeObject) End(_ context.Context, out cmdlet.Out) error {
	if c.printer != nil {
		return errors.Join(c.printer.Close(), c.file.Close())
	}
	if c.Append {
		if old, ok := out.Session().Variable(c.Variable, ""); ok && old != nil {
			if items, ok := object.ItemsOf(old); ok {
				c.items = append(append([]any(nil), items...), c.items...)
			} else {
				c.items = append([]any{old}, c.items...)
			}
		}
	}
	return out.Session().SetVariable(c.Variable, "", object.Collect(c.items))
}
