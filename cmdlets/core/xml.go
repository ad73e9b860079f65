package core

import (
	"context"
	"encoding/xml"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "ConvertTo-Xml", Module: moduleUtility, Synopsis: "Creates an XML-based representation of an object.",
	}, func() cmdlet.Cmdlet { return &convertToXML{Depth: 1, As: "Document"} })
	_ = declare(cmdlet.Spec{
		Name: "Select-Xml", Module: moduleUtility, DefaultSet: "Xml", Synopsis: "Finds text in an XML string or document.",
	}, func() cmdlet.Cmdlet { return &selectXML{} })
)

type convertToXML struct {
	Depth             int32  `param:"" validate:"range=1,2147483647" help:"How many levels of contained objects to convert."`
	InputObject       any    `param:"mandatory pos=0 pipeline allownull allowempty" help:"The objects."`
	NoTypeInformation bool   `param:"" help:"Leaves the types out."`
	As                string `param:"" validate:"notnullorempty set=Stream,String,Document" help:"A document, one string, or a string for each object."`

	parts []string
	types *object.TypeTable
}

// Process converts an object.
func (c *convertToXML) Process(_ context.Context, in any, out cmdlet.Out) error {
	c.types = out.Session().TypeData()
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	var b strings.Builder
	c.element(&b, "Object", "", in, int(c.Depth), "  ")
	c.parts = append(c.parts, b.String())
	return nil
}

// End puts out what was converted.
func (c *convertToXML) End(_ context.Context, out cmdlet.Out) error {
	const declaration = `<?xml version="1.0" encoding="utf-8"?>`
	if strings.EqualFold(c.As, "Stream") {
		if err := writeLines([]string{declaration, "<Objects>"}, out); err != nil {
			return err
		}
		for _, p := range c.parts {
			if err := out.Write(strings.TrimPrefix(p, "  ")); err != nil {
				return err
			}
		}
		return out.Write("</Objects>")
	}
	text := declaration + "\n<Objects>\n" + strings.Join(c.parts, "\n") + "\n</Objects>"
	if strings.EqualFold(c.As, "String") {
		return out.Write(text)
	}
	doc, err := dotnet.NewXML(text)
	if err != nil {
		return err
	}
	return out.Write(doc)
}

// element writes an object or one of its properties.
func (c *convertToXML) element(b *strings.Builder, tag, name string, v any, depth int, indent string) {
	b.WriteString(indent + "<" + tag)
	if name != "" {
		b.WriteString(` Name="` + xmlText(name) + `"`)
	}
	if v == nil {
		b.WriteString(" />")
		return
	}
	if !c.NoTypeInformation {
		b.WriteString(` Type="` + xmlText(object.TypeOf(v).Name) + `"`)
	}
	children := c.children(v, depth, indent+"  ")
	switch {
	case len(children) > 0:
		b.WriteString(">\n" + strings.Join(children, "\n") + "\n" + indent + "</" + tag + ">")
	case isPlain(v) || depth <= 0:
		b.WriteString(">" + xmlText(csvText(v)) + "</" + tag + ">")
	default:
		b.WriteString(" />")
	}
}

// isPlain tells values that are written as their text.
func isPlain(v any) bool {
	switch x := object.Base(v).(type) {
	case *object.Hashtable, *object.Array, *object.List:
		return false
	case *object.Object:
		return !x.IsCustom() && len(object.PropertyNames(x)) == 0
	}
	return true
}

// children are the elements inside an object's: its properties, items, or keys and values.
func (c *convertToXML) children(v any, depth int, indent string) []string {
	if isPlain(v) || depth <= 0 {
		return nil
	}
	var out []string
	add := func(name string, value any) {
		var b strings.Builder
		c.element(&b, "Property", name, value, depth-1, indent)
		out = append(out, b.String())
	}
	if h, ok := object.Base(v).(*object.Hashtable); ok {
		for k, value := range h.All() {
			add("Key", k)
			add("Value", value)
		}
		return out
	}
	if items, ok := object.ItemsOf(v); ok {
		for _, item := range items {
			add("", item)
		}
		return out
	}
	for _, n := range c.types.PropertyNames(v) {
		value, _ := readProperty(c.types, v, n)
		add(n, value)
	}
	return out
}

func xmlText(s string) string {
	var b strings.Builder
	// A strings.Builder takes everything.
	_ = xml.EscapeText(&b, []byte(s))
	return strings.NewReplacer("&#34;", "&quot;", "&#39;", "'", "&#xA;", "\n", "&#x9;", "\t", "&#xD;", "\r").Replace(b.String())
}

type selectXML struct {
	XPath       string            `param:"mandatory pos=0" validate:"notnullorempty" help:"The XPath expression."`
	XML         []*object.Object  `name:"Xml" type:"System.Xml.XmlNode[]" param:"set=Xml mandatory pos=1 pipeline pipelinebyname" alias:"Node" help:"The nodes to search."`
	Path        []string          `param:"set=Path mandatory pos=1 pipelinebyname wildcards" validate:"notnullorempty" help:"The files to search."`
	LiteralPath []string          `param:"set=LiteralPath mandatory pipelinebyname" alias:"PSPath,LP" validate:"notnullorempty" help:"The files to search, their names taken as they are."`
	Content     []string          `param:"set=Content mandatory pipeline" validate:"notnullorempty" help:"The text to search."`
	Namespace   *object.Hashtable `param:"" validate:"notnullorempty" help:"The namespaces that the prefixes of -XPath stand for: @{ prefix = address }. When left out, names are compared with their prefixes."`
}

var typeSelectXMLInfo = object.Declare(&object.Type{Name: "Microsoft.PowerShell.Commands.SelectXmlInfo", Base: object.TypeObject})

type selectXMLInfo struct {
	node    any
	path    string
	pattern string
}

func init() {
	object.Extend(typeSelectXMLInfo, func(t *object.Type) {
		addProperty(t, "Node", object.TypeObject, func(s *selectXMLInfo) any { return s.node })
		addProperty(t, "Path", object.TypeString, func(s *selectXMLInfo) any { return s.path })
		addProperty(t, "Pattern", object.TypeString, func(s *selectXMLInfo) any { return s.pattern })
	})
}

// Process searches documents, files or texts.
func (c *selectXML) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, n := range c.XML {
		if err := c.search(n, "InputStream", out); err != nil {
			return err
		}
	}
	for _, text := range c.Content {
		if err := c.text(text, "InputStream", out); err != nil {
			return err
		}
	}
	for _, path := range append(slices.Clone(c.Path), c.LiteralPath...) {
		files, err := matchingFiles(out.Session(), path, len(c.LiteralPath) > 0)
		if err != nil {
			return err
		}
		for _, f := range files {
			text, err := readTextFile(f, "")
			if err != nil {
				if err := out.Error(object.RecordOf(err)); err != nil {
					return err
				}
				continue
			}
			if err := c.text(text, f, out); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *selectXML) text(text, path string, out cmdlet.Out) error {
	doc, err := dotnet.NewXML(text)
	if err != nil {
		e := object.NewException("System.IO.InvalidDataException", "The file '%s' cannot be read: %s", path, object.RecordOf(err).Exception.Message)
		return out.Error(object.NewErrorOf(e, "ProcessingFile", object.InvalidArgument, path))
	}
	return c.search(doc, path, out)
}

func (c *selectXML) search(node *object.Object, path string, out cmdlet.Out) error {
	var namespaces map[string]string
	if c.Namespace != nil {
		namespaces = map[string]string{}
		for prefix, address := range c.Namespace.All() {
			namespaces[object.ToString(prefix)] = object.ToString(address)
		}
	}
	found, err := dotnet.SelectXML(node, c.XPath, namespaces)
	if err != nil {
		return err
	}
	for _, n := range found {
		if err := out.Write(object.Instance(typeSelectXMLInfo, &selectXMLInfo{n, path, c.XPath})); err != nil {
			return err
		}
	}
	return nil
}
