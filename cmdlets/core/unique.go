package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Get-Unique", Module: moduleUtility, Aliases: []string{"gu"}, DefaultSet: "AsString",
	Synopsis: "Returns unique items from a sorted list.",
}, func() cmdlet.Cmdlet { return &getUnique{} })

type getUnique struct {
	InputObject     any  `param:"pipeline" help:"The objects, sorted."`
	AsString        bool `param:"set=AsString" help:"Compares the objects as texts."`
	OnType          bool `param:"set=UniqueByType" help:"Puts out one object of each type."`
	CaseInsensitive bool `param:"" help:"Takes small letters and capitals for equal."`

	any  bool
	last any
}

// Process passes on what differs from the object before.
func (c *getUnique) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	if c.any && c.last != nil && in != nil && c.same(in) {
		return nil
	}
	c.any, c.last = true, in
	return out.Write(in)
}

func (c *getUnique) same(v any) bool {
	switch {
	case c.OnType:
		return object.TypeNamesOf(v)[0] == object.TypeNamesOf(c.last)[0]
	case c.AsString:
		return object.EqualStrings(object.ToString(v), object.ToString(c.last), c.CaseInsensitive)
	}
	return compareKeys(v, c.last, c.CaseInsensitive, nil) == 0
}
