package core

import (
	"context"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

const clixmlHead = `<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">` + "\n"

var (
	_ = declare(cmdlet.Spec{
		Name: "ConvertTo-CliXml", Module: moduleUtility, Synopsis: "Converts objects to text in the format of CLIXML.", OutputTypes: []string{"System.String"},
	}, func() cmdlet.Cmdlet { return &convertToClixml{Depth: 2} })
	_ = declare(cmdlet.Spec{
		Name: "ConvertFrom-CliXml", Module: moduleUtility, Synopsis: "Converts text in the format of CLIXML to objects.", OutputTypes: []string{"System.Management.Automation.PSObject"},
	}, func() cmdlet.Cmdlet { return &convertFromClixml{} })
)

// serialize writes objects as the text of a CLIXML file.
func serialize(types *object.TypeTable, items []any, depth int) (string, error) {
	var b strings.Builder
	b.WriteString(clixmlHead)
	w := &clixmlWriter{w: &b, known: types}
	for _, v := range items {
		if err := w.value("", v, depth, "  "); err != nil {
			return "", err
		}
	}
	b.WriteString("</Objs>")
	return b.String(), nil
}

// deserialize reads the objects of a CLIXML text.
func deserialize(text string) ([]any, error) {
	objects, err := readClixml(text, false)
	if err != nil {
		return nil, object.NewException("System.Xml.XmlException", "%s", err.Error())
	}
	return objects, nil
}

type convertToClixml struct {
	InputObject any   `param:"mandatory pos=0 pipeline allownull" help:"The objects."`
	Depth       int32 `param:"" validate:"range=1,2147483647" help:"How many levels of contained objects to write."`

	items []any
}

// Process collects an object.
func (c *convertToClixml) Process(context.Context, any, cmdlet.Out) error {
	c.items = append(c.items, c.InputObject)
	return nil
}

// End puts out the text of all objects.
func (c *convertToClixml) End(_ context.Context, out cmdlet.Out) error {
	text, err := serialize(out.Session().TypeData(), c.items, int(c.Depth))
	if err != nil {
		return err
	}
	return out.Write(text)
}

type convertFromClixml struct {
	InputObject string `param:"mandatory pos=0 pipeline" help:"The text."`
}

// Process puts out the objects of a text.
func (c *convertFromClixml) Process(_ context.Context, _ any, out cmdlet.Out) error {
	objects, err := deserialize(c.InputObject)
	if err != nil {
		return err
	}
	for _, v := range objects {
		if err := out.Write(v); err != nil {
			return err
		}
	}
	return nil
}

var typeSerializer = object.Declare(&object.Type{Name: "System.Management.Automation.PSSerializer", Base: object.TypeObject, IsStatic: true})

func init() {
	object.Extend(typeSerializer, func(t *object.Type) {
		source := object.Param{Name: "source", Type: object.TypeObject}
		write := func(_ any, args []any) (any, error) {
			depth := 1
			if len(args) > 1 {
				depth = int(args[1].(int32))
			}
			return serialize(nil, args[:1], depth)
		}
		t.Static.Add(&object.Member{Name: "Serialize", Kind: object.KindMethod, Overloads: []object.Overload{
			{Params: []object.Param{source}, Returns: object.TypeString, Call: write},
			{Params: []object.Param{source, {Name: "depth", Type: object.TypeInt32}}, Returns: object.TypeString, Call: write},
		}})
		read := func(collect func(items []any) any) func(any, []any) (any, error) {
			return func(_ any, args []any) (any, error) {
				objects, err := deserialize(object.ToString(args[0]))
				if err != nil {
					return nil, err
				}
				return collect(objects), nil
			}
		}
		text := []object.Param{{Name: "source", Type: object.TypeString}}
		t.Static.Add(&object.Member{Name: "Deserialize", Kind: object.KindMethod, Overloads: []object.Overload{
			{Params: text, Returns: object.TypeObject, Call: read(object.Collect)},
		}})
		t.Static.Add(&object.Member{Name: "DeserializeAsList", Kind: object.KindMethod, Overloads: []object.Overload{
			{Params: text, Returns: object.TypeObject, Call: read(func(items []any) any { return object.NewArray(items...) })},
		}})
	})
}
