package core

import (
	"context"
	"errors"
	"math"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "ConvertFrom-Json", Module: moduleUtility, Synopsis: "Converts a JSON-formatted string to a custom object or a hash table.",
	}, func() cmdlet.Cmdlet { return &convertFromJSON{Depth: 1024, DateKind: "Default"} })
	_ = declare(cmdlet.Spec{
		Name: "ConvertTo-Json", Module: moduleUtility, Synopsis: "Converts an object to a JSON-formatted string.", OutputTypes: []string{"System.String"},
	}, func() cmdlet.Cmdlet { return &convertToJSON{Depth: 2, EscapeHandling: "Default"} })
	_ = declare(cmdlet.Spec{
		Name: "Test-Json", Module: moduleUtility, DefaultSet: "JsonString", Synopsis: "Tests whether a string is a valid JSON document.", OutputTypes: []string{"System.Boolean"},
	}, func() cmdlet.Cmdlet { return &testJSON{} })
)

var (
	nan      = math.NaN()
	infinity = math.Inf(1)
)

type convertFromJSON struct {
	InputObject string `param:"mandatory pos=0 pipeline allowempty" help:"The text."`
	AsHashtable bool   `param:"" help:"Makes hashtables instead of objects."`
	Depth       int32  `param:"" validate:"range=1,2147483647" help:"How deep the text may be nested."`
	NoEnumerate bool   `param:"" help:"Puts out an array as one object."`
	DateKind    string `typename:"Microsoft.PowerShell.Commands.JsonDateKind" param:"" validate:"set=Default,Local,Utc,Offset,String" help:"What becomes of texts that are dates."`

	texts []string
}

// Process keeps the text: what is piped in may be the lines of one document.
func (c *convertFromJSON) Process(_ context.Context, _ any, _ cmdlet.Out) error {
	c.texts = append(c.texts, c.InputObject)
	return nil
}

// End converts: each text by itself where the first is a document, else all as the lines of one.
func (c *convertFromJSON) End(_ context.Context, out cmdlet.Out) error {
	if len(c.texts) > 1 {
		if _, err := c.parse(c.texts[0]); err == nil && strings.TrimSpace(c.texts[0]) != "" {
			for _, text := range c.texts {
				if err := c.convert(text, out); err != nil {
					return err
				}
			}
			return nil
		}
	}
	return c.convert(strings.Join(c.texts, "\n"), out)
}

func (c *convertFromJSON) parse(text string) (any, error) {
	r := &jsonReader{text: text, maxDepth: int(c.Depth), asHashtable: c.AsHashtable, dates: c.DateKind}
	return r.document()
}

func (c *convertFromJSON) convert(text string, out cmdlet.Out) error {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	v, err := c.parse(text)
	if fault, ok := errors.AsType[*jsonError](err); ok {
		e := object.NewException("System.ArgumentException", "Conversion from JSON failed with error: %s", fault.message)
		return object.NewErrorOf(e, "System.ArgumentException", object.NotSpecified, nil)
	}
	if err != nil {
		return err
	}
	if c.NoEnumerate {
		return out.Write(v)
	}
	return out.WriteEach(v)
}

type convertToJSON struct {
	InputObject    any    `param:"mandatory pos=0 pipeline allownull allowempty" help:"The objects."`
	Depth          int32  `param:"" validate:"range=0,100" help:"How many levels of contained objects to convert."`
	Compress       bool   `param:"" help:"Leaves white space out."`
	EnumsAsStrings bool   `param:"" help:"Writes enumerations as their names."`
	AsArray        bool   `param:"" help:"Makes an array of a single object too."`
	EscapeHandling string `typename:"Newtonsoft.Json.StringEscapeHandling" param:"" validate:"set=Default,EscapeNonAscii,EscapeHtml" help:"Which characters are escaped."`

	items []any
}

// Process keeps the object.
func (c *convertToJSON) Process(context.Context, any, cmdlet.Out) error {
	c.items = append(c.items, c.InputObject)
	return nil
}

// End converts what has been piped in: one object, or an array of several.
func (c *convertToJSON) End(_ context.Context, out cmdlet.Out) error {
	if len(c.items) == 0 {
		return nil
	}
	var v any = &object.Array{Items: c.items}
	if len(c.items) == 1 && !c.AsArray {
		v = c.items[0]
	}
	w := &jsonWriter{
		types: out.Session().TypeData(), maxDepth: int(c.Depth), compress: c.Compress, enumNames: c.EnumsAsStrings,
		html: strings.EqualFold(c.EscapeHandling, "EscapeHtml"), ascii: strings.EqualFold(c.EscapeHandling, "EscapeNonAscii"),
	}
	w.value(v, 0, 0)
	if w.truncated {
		if err := out.Warning("Resulting JSON is truncated as serialization has exceeded the set depth of " + object.ToString(c.Depth) + "."); err != nil {
			return err
		}
	}
	return out.Write(w.text.String())
}

type testJSON struct {
	JSON        string   `name:"Json" param:"set=JsonString,JsonStringWithSchemaString,JsonStringWithSchemaFile mandatory pos=0 pipeline allowempty" help:"The text to test."`
	Path        string   `param:"set=JsonPath,JsonPathWithSchemaString,JsonPathWithSchemaFile mandatory pos=0 pipelinebyname" help:"The file to test."`
	LiteralPath string   `param:"set=JsonLiteralPath,JsonLiteralPathWithSchemaString,JsonLiteralPathWithSchemaFile mandatory pos=0 pipelinebyname" alias:"PSPath,LP" help:"The file to test, its name taken as it is."`
	Schema      string   `param:"set=JsonStringWithSchemaString,JsonPathWithSchemaString,JsonLiteralPathWithSchemaString mandatory pos=1" validate:"notnullorempty" help:"A JSON schema; not supported."`
	SchemaFile  string   `param:"set=JsonStringWithSchemaFile,JsonPathWithSchemaFile,JsonLiteralPathWithSchemaFile mandatory pos=1" validate:"notnullorempty" help:"A file with a JSON schema; not supported."`
	Options     []string `param:"" validate:"notnullorempty set=IgnoreComments,AllowTrailingCommas" help:"What to allow beyond the standard."`
}

// Process tells whether the text is JSON; a faulty one is an error too.
func (c *testJSON) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.Schema+c.SchemaFile != "" {
		return object.NewError("SchemaNotSupported", object.NotImplemented, nil, "Test-Json cannot check a schema here. Leave -Schema out to check the syntax only.")
	}
	text := c.JSON
	if path := c.Path + c.LiteralPath; path != "" {
		file, err := oneFile(out.Session(), path, c.LiteralPath != "")
		if err != nil {
			return err
		}
		if text, err = readTextFile(file, ""); err != nil {
			return err
		}
	}
	r := &jsonReader{text: text, maxDepth: 1024, asHashtable: true, dates: "String", strict: true}
	for _, o := range c.Options {
		r.comments = r.comments || strings.EqualFold(o, "IgnoreComments")
		r.commas = r.commas || strings.EqualFold(o, "AllowTrailingCommas")
	}
	_, err := r.document()
	if err != nil {
		e := object.NewException("System.Exception", "Cannot parse the JSON.")
		if err := out.Error(object.NewErrorOf(e, "InvalidJson", object.InvalidData, text)); err != nil {
			return err
		}
	}
	return out.Write(err == nil)
}
