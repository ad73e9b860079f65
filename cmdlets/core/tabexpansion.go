package core

import (
	"context"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"migsh/shell/cmdlet"
	"migsh/shell/complete"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
)

var _ = declare(cmdlet.Spec{
	Name: "TabExpansion2", DefaultSet: "ScriptInputSet", Synopsis: "Tells what may stand at a place of a script, as the Tab key does.",
}, func() cmdlet.Cmdlet { return &tabExpansion{CursorColumn: -1} })

type tabExpansion struct {
	InputScript  string            `name:"inputScript" param:"set=ScriptInputSet mandatory pos=0 pipeline allowempty" help:"The text."`
	CursorColumn int32             `name:"cursorColumn" param:"set=ScriptInputSet pos=1" help:"The place in it; its end when left out."`
	Options      *object.Hashtable `name:"options" param:"set=ScriptInputSet pos=2" help:"How paths are completed: RelativePaths = $true has them begin at the location, $false at the root; LiteralPaths = $true leaves brackets unescaped; IgnoreHiddenShares is for Windows' shares, of which none is offered."`
}

var typeCompletion = object.Declare(&object.Type{Name: "System.Management.Automation.CommandCompletion", Base: object.TypeObject})

func (c *tabExpansion) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	cursor := len(c.InputScript)
	if c.CursorColumn >= 0 {
		cursor = byteOffset(c.InputScript, int(c.CursorColumn))
	}
	options, err := c.options()
	if err != nil {
		return err
	}
	from, to, items := options.Complete(ctx, out.Session(), c.InputScript, cursor)
	matches := object.NewList()
	for _, item := range items {
		matches.Add(dotnet.Completion{Text: item.Text, ListItem: item.ListItem, Kind: string(item.Kind), ToolTip: item.ToolTip}.AsObject())
	}
	o := object.Instance(typeCompletion, c.InputScript)
	o.Set("CurrentMatchIndex", int32(-1))
	o.Set("ReplacementIndex", int32(object.Length(c.InputScript[:from])))
	o.Set("ReplacementLength", int32(object.Length(c.InputScript[from:to])))
	o.Set("CompletionMatches", matches)
	return out.Write(o)
}

// options reads -options.
func (c *tabExpansion) options() (complete.Options, error) {
	var o complete.Options
	if c.Options == nil {
		return o, nil
	}
	for k, v := range c.Options.All() {
		switch name := object.ToString(k); strings.ToLower(name) {
		case "relativepaths":
			relative := object.IsTrue(v)
			o.RelativePaths = &relative
		case "literalpaths":
			o.LiteralPaths = object.IsTrue(v)
		case "ignorehiddenshares": // shares of other machines are not offered, hidden or not
		default:
			return o, object.NewError("UnknownCompletionOption", object.InvalidArgument, name, "TabExpansion2 has no option '%s'. Use RelativePaths, LiteralPaths or IgnoreHiddenShares.", name)
		}
	}
	return o, nil
}

// byteOffset turns a place counted in UTF-16 units into one counted in bytes.
func byteOffset(s string, units int) int {
	at := 0
	for at < len(s) && units > 0 {
		r, n := utf8.DecodeRuneInString(s[at:])
		at, units = at+n, units-utf16.RuneLen(r)
	}
	return at
}
