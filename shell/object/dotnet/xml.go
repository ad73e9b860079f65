package dotnet

import (
	"encoding/xml"
	"errors"
	"io"
	"iter"
	"os"
	"strings"

	"migsh/shell/object"
)

var (
	typeXMLNode     = object.Declare(&object.Type{Name: "System.Xml.XmlNode", Interfaces: []*object.Type{iEnumerable}})
	typeXMLDocument = object.Declare(&object.Type{Name: "System.Xml.XmlDocument", Short: "xml", Base: typeXMLNode})
	typeXMLElement  = object.Declare(&object.Type{Name: "System.Xml.XmlElement", Base: typeXMLNode})
	typeXMLAttr     = object.Declare(&object.Type{Name: "System.Xml.XmlAttribute", Base: typeXMLNode})
	typeXMLText     = object.Declare(&object.Type{Name: "System.Xml.XmlText", Base: typeXMLNode})
	typeXMLComment  = object.Declare(&object.Type{Name: "System.Xml.XmlComment", Base: typeXMLNode})
	typeXMLDecl     = object.Declare(&object.Type{Name: "System.Xml.XmlDeclaration", Base: typeXMLNode})
	typeXMLCData    = object.Declare(&object.Type{Name: "System.Xml.XmlCDataSection", Base: typeXMLNode})
	typeXMLList     = object.Declare(&object.Type{Name: "System.Xml.XmlNodeList", Interfaces: []*object.Type{iEnumerable}})
	typeXMLNodeType = object.NewEnum("System.Xml.XmlNodeType", false, []string{"None", "Element", "Attribute", "Text", "CDATA", "ProcessingInstruction", "Comment", "Document", "XmlDeclaration"}, []int64{0, 1, 2, 3, 4, 7, 8, 9, 17})
)

type nodeKind uint8

const (
	documentNode nodeKind = iota
	elementNode
	attributeNode
	textNode
	cdataNode
	commentNode
	declarationNode
)

// node is the base value of every XmlNode.
type node struct {
	kind       nodeKind
	name       string // prefix:local
	value      string
	attributes []*node
	children   []*node
	parent     *node
	document   *node
	self       *object.Object
}

// object returns the one object that stands for the node, so that comparing nodes works.
func (n *node) object() *object.Object {
	if n.self == nil {
		t := map[nodeKind]*object.Type{
			documentNode: typeXMLDocument, elementNode: typeXMLElement, attributeNode: typeXMLAttr, textNode: typeXMLText, cdataNode: typeXMLCData,
			commentNode: typeXMLComment, declarationNode: typeXMLDecl,
		}[n.kind]
		n.self = object.Instance(t, n)
	}
	return n.self
}

func (n *node) add(c *node) *node {
	c.parent = n
	c.document = n.root()
	n.children = append(n.children, c)
	return c
}

func (n *node) root() *node {
	if n.kind == documentNode {
		return n
	}
	return n.document
}

// Text is the type's name, as PowerShell shows a node in a string, but the text itself of nodes that are text.
func (n *node) Text() string {
	switch n.kind {
	case documentNode:
		return typeXMLDocument.Name
	case elementNode:
		return n.name
	}
	return n.value
}

func (n *node) innerText() string {
	switch n.kind {
	case elementNode, documentNode:
		var b strings.Builder
		for _, c := range n.children {
			if c.kind != commentNode && c.kind != declarationNode {
				b.WriteString(c.innerText())
			}
		}
		return b.String()
	}
	return n.value
}

var (
	escapeText      = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;")
	escapeAttribute = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", "&#xA;", "\t", "&#x9;")
)

func (n *node) write(b *strings.Builder) {
	switch n.kind {
	case documentNode:
		for _, c := range n.children {
			c.write(b)
		}
	case elementNode:
		b.WriteString("<" + n.name)
		for _, a := range n.attributes {
			b.WriteString(" " + a.name + `="` + escapeAttribute.Replace(a.value) + `"`)
		}
		if len(n.children) == 0 {
			b.WriteString(" />")
			return
		}
		b.WriteByte('>')
		for _, c := range n.children {
			c.write(b)
		}
		b.WriteString("</" + n.name + ">")
	case attributeNode:
		b.WriteString(n.name + `="` + escapeAttribute.Replace(n.value) + `"`)
	case textNode:
		b.WriteString(escapeText.Replace(n.value))
	case cdataNode:
		b.WriteString("<![CDATA[" + n.value + "]]>")
	case commentNode:
		b.WriteString("<!--" + n.value + "-->")
	case declarationNode:
		b.WriteString("<?xml " + n.value + "?>")
	}
}

func (n *node) outer() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *node) inner() string {
	var b strings.Builder
	for _, c := range n.children {
		c.write(&b)
	}
	return b.String()
}

func (n *node) elements() []*node {
	var out []*node
	for _, c := range n.children {
		if c.kind == elementNode {
			out = append(out, c)
		}
	}
	return out
}

func (n *node) attribute(name string) *node {
	for _, a := range n.attributes {
		if a.name == name {
			return a
		}
	}
	return nil
}

func (n *node) setAttribute(name, value string) {
	if a := n.attribute(name); a != nil {
		a.value = value
		return
	}
	n.attributes = append(n.attributes, &node{kind: attributeNode, name: name, value: value, parent: n, document: n.root()})
}

func (n *node) setText(s string) {
	n.children = nil
	if s != "" {
		n.add(&node{kind: textNode, value: s})
	}
}

// adapted is what $element.name gives for a child or attribute: the text of one that holds nothing else, else the node.
func (n *node) adapted() any {
	switch n.kind {
	case attributeNode, textNode, cdataNode, commentNode:
		return n.value
	case elementNode:
		if len(n.attributes) > 0 {
			return n.object()
		}
		for _, c := range n.children {
			if c.kind == elementNode || c.kind == commentNode {
				return n.object()
			}
		}
		return n.innerText()
	}
	return n.object()
}

// Adapt finds a property of the node that its content makes: see [object.Adapter].
func (n *node) Adapt(name string) (any, bool) {
	var found []any
	for _, a := range n.attributes {
		if strings.EqualFold(a.name, name) {
			found = append(found, a.value)
		}
	}
	for _, c := range n.children {
		if (c.kind == elementNode && strings.EqualFold(c.name, name)) || c.kind == declarationNode && strings.EqualFold(name, "xml") {
			found = append(found, c.adapted())
		}
	}
	if len(found) == 0 && strings.EqualFold(name, "#text") {
		for _, c := range n.children {
			if c.kind == textNode {
				found = append(found, c.value)
			}
		}
	}
	if len(found) == 0 {
		return nil, false
	}
	return object.Collect(found), true
}

// AdaptedNames lists those properties.
func (n *node) AdaptedNames() []string {
	var names []string
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[strings.ToLower(name)] {
			seen[strings.ToLower(name)] = true
			names = append(names, name)
		}
	}
	for _, a := range n.attributes {
		add(a.name)
	}
	for _, c := range n.children {
		switch c.kind {
		case elementNode:
			add(c.name)
		case textNode:
			add("#text")
		case declarationNode:
			add("xml")
		}
	}
	return names
}

// SetAdapted sets an attribute or the text of the one child of that name.
func (n *node) SetAdapted(name string, v any) (bool, error) {
	for _, a := range n.attributes {
		if strings.EqualFold(a.name, name) {
			a.value = object.ToString(v)
			return true, nil
		}
	}
	var found *node
	for _, c := range n.elements() {
		if strings.EqualFold(c.name, name) {
			if found != nil {
				return true, throw("System.Management.Automation.SetValueException", "The property cannot be set because it is ambiguous.")
			}
			found = c
		}
	}
	if found == nil {
		return false, nil
	}
	found.setText(object.ToString(v))
	return true, nil
}

func init() {
	object.Extend(typeXMLNode, xmlNodeMembers)
	object.Extend(typeXMLElement, xmlElementMembers)
	object.Extend(typeXMLDocument, xmlDocumentMembers)
	object.Extend(typeXMLAttr, func(t *object.Type) {
		field(t, "System.Xml.XmlElement OwnerElement", func(n *node) any { return nodeOrNil(n.parent) })
	})
	object.Extend(typeXMLList, func(t *object.Type) {
		field(t, "int Count", func(l *nodeList) any { return int32(len(l.nodes)) })
		method(t, "System.Xml.XmlNode Item(int index)", func(l *nodeList, a args) (any, error) {
			if a.int(0) < 0 || a.int(0) >= len(l.nodes) {
				return nil, nil
			}
			return l.nodes[a.int(0)].object(), nil
		})
	})
	typeXMLDocument.Convert = func(v any) (any, bool, error) {
		if v == nil {
			return nil, false, nil
		}
		s := object.ToString(v)
		doc, err := parseXML(s)
		if err != nil {
			return nil, true, object.CastFailed("InvalidCastToXmlDocument", v, typeXMLDocument, err)
		}
		return doc.object(), true, nil
	}
}

func nodeOrNil(n *node) any {
	if n == nil {
		return nil
	}
	return n.object()
}

// nodeList is the base value of an XmlNodeList.
type nodeList struct{ nodes []*node }

// All yields the nodes.
func (l *nodeList) All() iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, n := range l.nodes {
			if !yield(n.object()) {
				return
			}
		}
	}
}

// Len is the number of nodes.
func (l *nodeList) Len() int { return len(l.nodes) }

// At returns a node by its place.
func (l *nodeList) At(index any) (any, bool, error) {
	i, err := object.Convert(index, object.TypeInt32)
	if err != nil {
		return nil, false, err
	}
	k := int(i.(int32))
	if k < 0 {
		k += len(l.nodes)
	}
	if k < 0 || k >= len(l.nodes) {
		return nil, false, nil
	}
	return l.nodes[k].object(), true, nil
}

func nodeListOf(nodes []*node) *object.Object {
	return object.Instance(typeXMLList, &nodeList{nodes})
}

// NewXML parses a document for cmdlets such as Select-Xml.
func NewXML(text string) (*object.Object, error) {
	doc, err := parseXML(text)
	if err != nil {
		return nil, err
	}
	return doc.object(), nil
}

// SelectXML returns the nodes of a document or node that an XPath expression finds. namespaces are those of the expression's
// prefixes; nil compares names with their prefixes, as they stand.
func SelectXML(v any, xpath string, namespaces map[string]string) ([]any, error) {
	o, ok := v.(*object.Object)
	if !ok {
		return nil, argument("Not an XML node.")
	}
	n, ok := o.Base.(*node)
	if !ok {
		return nil, argument("Not an XML node.")
	}
	nodes, err := selectNodes(n, xpath, namespaces)
	if err != nil {
		return nil, err
	}
	out := make([]any, len(nodes))
	for i, x := range nodes {
		out[i] = x.object()
	}
	return out, nil
}

func qualified(n xml.Name) string {
	if n.Space != "" {
		return n.Space + ":" + n.Local
	}
	return n.Local
}

// parseXML reads a whole document. Only well-formed text without external entities is taken.
func parseXML(s string) (*node, error) {
	doc := &node{kind: documentNode, name: "#document"}
	d := xml.NewDecoder(strings.NewReader(strings.TrimPrefix(s, "\ufeff")))
	d.Strict = true
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // the text has been decoded before
	at := doc
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, throw("System.Xml.XmlException", "%s", err.Error())
		}
		switch x := token.(type) {
		case xml.StartElement:
			if at == doc && len(doc.elements()) > 0 {
				line, column := d.InputPos()
				return nil, throw("System.Xml.XmlException", "There are multiple root elements. Line %d, position %d.", line, column)
			}
			e := at.add(&node{kind: elementNode, name: qualified(x.Name)})
			for _, a := range x.Attr {
				e.setAttribute(qualified(a.Name), a.Value)
			}
			at = e
		case xml.EndElement:
			line, column := d.InputPos()
			if at == doc {
				return nil, throw("System.Xml.XmlException", "Unexpected end tag. Line %d, position %d.", line, column)
			}
			if name := qualified(x.Name); name != at.name {
				return nil, throw("System.Xml.XmlException", "The '%s' start tag on line 1 position 2 does not match the end tag of '%s'. Line %d, position %d.", at.name, name, line, column-len(name)-1)
			}
			at = at.parent
		case xml.CharData:
			text := string(x)
			if strings.TrimSpace(text) == "" {
				continue
			}
			if at == doc {
				return nil, throw("System.InvalidOperationException", "The specified node cannot be inserted as the valid child of this node, because the specified node is the wrong type.")
			}
			at.add(&node{kind: textNode, name: "#text", value: text})
		case xml.Comment:
			at.add(&node{kind: commentNode, name: "#comment", value: string(x)})
		case xml.ProcInst:
			if x.Target == "xml" {
				at.add(&node{kind: declarationNode, name: "xml", value: string(x.Inst)})
			}
		}
	}
	if at != doc {
		return nil, throw("System.Xml.XmlException", "Unexpected end of file has occurred. The following elements are not closed: %s.", at.name)
	}
	if len(doc.elements()) == 0 {
		return nil, throw("System.Xml.XmlException", "Root element is missing.")
	}
	return doc, nil
}

func xmlNodeMembers(t *object.Type) {
	field(t, "System.Xml.XmlAttribute[] Attributes", func(n *node) any {
		if n.kind != elementNode {
			return nil
		}
		return nodeListOf(n.attributes)
	})
	field(t, "System.Xml.XmlNodeList ChildNodes", func(n *node) any { return nodeListOf(n.children) })
	field(t, "System.Xml.XmlNode FirstChild", func(n *node) any {
		if len(n.children) == 0 {
			return nil
		}
		return n.children[0].object()
	})
	field(t, "System.Xml.XmlNode LastChild", func(n *node) any {
		if len(n.children) == 0 {
			return nil
		}
		return n.children[len(n.children)-1].object()
	})
	sibling := func(n *node, step int) any {
		if n.parent == nil {
			return nil
		}
		for i, c := range n.parent.children {
			if c == n && i+step >= 0 && i+step < len(n.parent.children) {
				return n.parent.children[i+step].object()
			}
		}
		return nil
	}
	field(t, "System.Xml.XmlNode NextSibling", func(n *node) any { return sibling(n, 1) })
	field(t, "System.Xml.XmlNode PreviousSibling", func(n *node) any { return sibling(n, -1) })
	field(t, "bool HasChildNodes", func(n *node) any { return len(n.children) > 0 })
	settable(t, "string InnerText", func(n *node) any { return n.innerText() }, func(n *node, v any) error {
		if n.kind == elementNode {
			n.setText(object.ToString(v))
		} else {
			n.value = object.ToString(v)
		}
		return nil
	})
	settable(t, "string InnerXml", func(n *node) any { return n.inner() }, func(n *node, v any) error {
		part, err := parseXML("<x>" + object.ToString(v) + "</x>")
		if err != nil {
			return err
		}
		n.children = nil
		for _, c := range part.elements()[0].children {
			n.add(c)
		}
		return nil
	})
	field(t, "string OuterXml", func(n *node) any { return n.outer() })
	field(t, "string LocalName", func(n *node) any { return n.name[strings.IndexByte(n.name, ':')+1:] })
	field(t, "string Name", func(n *node) any { return n.name })
	field(t, "string Prefix", func(n *node) any {
		prefix, _, ok := strings.Cut(n.name, ":")
		if !ok {
			return ""
		}
		return prefix
	})
	field(t, "System.Xml.XmlNodeType NodeType", func(n *node) any {
		return object.EnumValue(typeXMLNodeType, []string{"Document", "Element", "Attribute", "Text", "CDATA", "Comment", "XmlDeclaration"}[n.kind])
	})
	field(t, "System.Xml.XmlNode ParentNode", func(n *node) any { return nodeOrNil(n.parent) })
	field(t, "System.Xml.XmlDocument OwnerDocument", func(n *node) any { return nodeOrNil(n.document) })
	settable(t, "string Value", func(n *node) any {
		if n.kind == elementNode || n.kind == documentNode {
			return nil
		}
		return n.value
	}, func(n *node, v any) error { n.value = object.ToString(v); return nil })
	nodeArgument := func(v any) (*node, error) {
		if o, ok := v.(*object.Object); ok {
			if n, ok := o.Base.(*node); ok {
				return n, nil
			}
		}
		return nil, nullArgument("node")
	}
	detach := func(c *node) {
		if c.parent == nil {
			return
		}
		for i, x := range c.parent.children {
			if x == c {
				c.parent.children = append(c.parent.children[:i], c.parent.children[i+1:]...)
				break
			}
		}
		c.parent = nil
	}
	method(t, "System.Xml.XmlNode AppendChild(System.Xml.XmlNode newChild)", func(n *node, a args) (any, error) {
		c, err := nodeArgument(a[0])
		if err != nil {
			return nil, err
		}
		detach(c)
		n.add(c)
		return c.object(), nil
	})
	method(t, "System.Xml.XmlNode PrependChild(System.Xml.XmlNode newChild)", func(n *node, a args) (any, error) {
		c, err := nodeArgument(a[0])
		if err != nil {
			return nil, err
		}
		detach(c)
		n.add(c)
		n.children = append([]*node{c}, n.children[:len(n.children)-1]...)
		return c.object(), nil
	})
	method(t, "System.Xml.XmlNode RemoveChild(System.Xml.XmlNode oldChild)", func(n *node, a args) (any, error) {
		c, err := nodeArgument(a[0])
		if err != nil {
			return nil, err
		}
		if c.parent != n {
			return nil, argument("The node to be removed is not a child of this node.")
		}
		detach(c)
		return c.object(), nil
	})
	method(t, "void RemoveAll()", func(n *node, _ args) (any, error) { n.children, n.attributes = nil, nil; return nil, nil })
	method(t, "System.Xml.XmlNode CloneNode(bool deep)", func(n *node, a args) (any, error) { return n.clone(a.bool(0)).object(), nil })
	method(t, "System.Xml.XmlNodeList SelectNodes(string xpath)", func(n *node, a args) (any, error) {
		nodes, err := selectNodes(n, a.str(0), nil)
		if err != nil {
			return nil, err
		}
		return nodeListOf(nodes), nil
	})
	method(t, "System.Xml.XmlNode SelectSingleNode(string xpath)", func(n *node, a args) (any, error) {
		nodes, err := selectNodes(n, a.str(0), nil)
		if err != nil || len(nodes) == 0 {
			return nil, err
		}
		return nodes[0].object(), nil
	})
	method(t, "System.Xml.XmlNodeList GetElementsByTagName(string name)", func(n *node, a args) (any, error) {
		var out []*node
		n.walk(func(c *node) {
			if c != n && c.kind == elementNode && (c.name == a.str(0) || a.str(0) == "*") {
				out = append(out, c)
			}
		})
		return nodeListOf(out), nil
	})
}

func (n *node) clone(deep bool) *node {
	c := &node{kind: n.kind, name: n.name, value: n.value, document: n.document}
	for _, a := range n.attributes {
		c.setAttribute(a.name, a.value)
	}
	if deep {
		for _, x := range n.children {
			c.add(x.clone(true))
		}
	}
	return c
}

func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, c := range n.children {
		c.walk(visit)
	}
}

func xmlElementMembers(t *object.Type) {
	field(t, "bool HasAttributes", func(n *node) any { return len(n.attributes) > 0 })
	field(t, "bool IsEmpty", func(n *node) any { return len(n.children) == 0 })
	method(t, "string GetAttribute(string name)", func(n *node, a args) (any, error) {
		if x := n.attribute(a.str(0)); x != nil {
			return x.value, nil
		}
		return "", nil
	})
	method(t, "bool HasAttribute(string name)", func(n *node, a args) (any, error) { return n.attribute(a.str(0)) != nil, nil })
	method(t, "void SetAttribute(string name, string value)", func(n *node, a args) (any, error) { n.setAttribute(a.str(0), a.str(1)); return nil, nil })
	method(t, "void RemoveAttribute(string name)", func(n *node, a args) (any, error) {
		for i, x := range n.attributes {
			if x.name == a.str(0) {
				n.attributes = append(n.attributes[:i], n.attributes[i+1:]...)
				break
			}
		}
		return nil, nil
	})
}

func xmlDocumentMembers(t *object.Type) {
	field(t, "System.Xml.XmlElement DocumentElement", func(n *node) any {
		if e := n.elements(); len(e) > 0 {
			return e[0].object()
		}
		return nil
	})
	settable(t, "bool PreserveWhitespace", func(*node) any { return false }, func(_ *node, v any) error {
		if v.(bool) {
			return throw("System.NotSupportedException", "White space between elements is not kept here.")
		}
		return nil
	})
	method(t, "System.Xml.XmlElement CreateElement(string name)", func(n *node, a args) (any, error) {
		return (&node{kind: elementNode, name: a.str(0), document: n}).object(), nil
	})
	method(t, "System.Xml.XmlText CreateTextNode(string text)", func(n *node, a args) (any, error) {
		return (&node{kind: textNode, name: "#text", value: a.str(0), document: n}).object(), nil
	})
	method(t, "System.Xml.XmlComment CreateComment(string data)", func(n *node, a args) (any, error) {
		return (&node{kind: commentNode, name: "#comment", value: a.str(0), document: n}).object(), nil
	})
	method(t, "System.Xml.XmlNode ImportNode(System.Xml.XmlNode node, bool deep)", func(n *node, a args) (any, error) {
		c := of[*node](a[0]).clone(a.bool(1))
		c.document = n
		return c.object(), nil
	})
	load := func(n *node, text string) (any, error) {
		doc, err := parseXML(text)
		if err != nil {
			return nil, err
		}
		n.children = nil
		for _, c := range doc.children {
			n.add(c)
			c.walk(func(x *node) { x.document = n })
		}
		return nil, nil
	}
	method(t, "void LoadXml(string xml)", func(n *node, a args) (any, error) { return load(n, a.str(0)) })
	method(t, "void Load(string filename)", func(n *node, a args) (any, error) {
		b, err := readBytes(a)
		if err != nil {
			return nil, err
		}
		return load(n, utf8NoBOM.detect(b))
	})
	method(t, "void Save(string filename)", func(n *node, a args) (any, error) {
		var b strings.Builder
		n.indent(&b, 0)
		return writeFile(a, []byte(b.String()), os.O_TRUNC)
	})
	constructor(t, "()", func(args) (any, error) { return (&node{kind: documentNode, name: "#document"}).object(), nil })
}

// indent writes the document as XmlDocument.Save does: two blanks for each level, elements with text on one line.
func (n *node) indent(b *strings.Builder, depth int) {
	if n.kind == documentNode {
		for i, c := range n.children {
			if i > 0 {
				b.WriteByte('\n')
			}
			c.indent(b, 0)
		}
		return
	}
	b.WriteString(strings.Repeat("  ", depth))
	plain := n.kind != elementNode || len(n.children) == 0
	for _, c := range n.children {
		plain = plain || c.kind == textNode || c.kind == cdataNode
	}
	if plain {
		n.write(b)
		return
	}
	b.WriteString("<" + n.name)
	for _, a := range n.attributes {
		b.WriteString(" " + a.name + `="` + escapeAttribute.Replace(a.value) + `"`)
	}
	b.WriteString(">\n")
	for _, c := range n.children {
		c.indent(b, depth+1)
		b.WriteByte('\n')
	}
	b.WriteString(strings.Repeat("  ", depth) + "</" + n.name + ">")
}
