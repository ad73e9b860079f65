package core

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/object/dotnet"
	"migsh/shell/object/netfmt"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Export-Clixml", Module: moduleUtility, Aliases: []string{"epclixml"}, DefaultSet: "ByPath", ShouldProcess: true,
		Synopsis: "Creates an XML-based representation of an object or objects and stores it in a file.",
	}, func() cmdlet.Cmdlet { return &exportClixml{Encoding: "utf8NoBOM", Depth: 2} })
	_ = declare(cmdlet.Spec{
		Name: "Import-Clixml", Module: moduleUtility, Aliases: []string{"ipclixml"}, DefaultSet: "ByPath",
		Synopsis: "Imports a CLIXML file and creates corresponding objects in PowerShell.",
	}, func() cmdlet.Cmdlet { return &importClixml{First: 1<<63 - 1} })
)

type exportClixml struct {
	Depth       int32  `param:"" validate:"range=1,2147483647" help:"How many levels of contained objects to write."`
	Path        string `param:"set=ByPath mandatory pos=0" help:"The file."`
	LiteralPath string `param:"set=ByLiteralPath mandatory" alias:"PSPath,LP" help:"The file, its name taken as it is."`
	InputObject any    `param:"mandatory pipeline allownull allowempty" help:"The objects."`
	Force       bool   `param:"" help:"Writes to read-only files too."`
	NoClobber   bool   `param:"" alias:"NoOverwrite" help:"Refuses to replace a file."`
	Encoding    string `param:"" validate:"notnullorempty" complete:"encoding" typename:"System.Text.Encoding" help:"The file's encoding."`

	file   *textFile
	writer *clixmlWriter
}

// Begin opens the file.
func (c *exportClixml) Begin(_ context.Context, out cmdlet.Out) error {
	path := c.Path + c.LiteralPath
	if ok, err := out.ShouldProcess(path, ""); err != nil || !ok {
		return err
	}
	var err error
	c.file, err = createText(out.Session().Resolve(path), textFileMode{Force: c.Force, NoClobber: c.NoClobber, Encoding: c.Encoding})
	if err != nil {
		return err
	}
	c.writer = &clixmlWriter{w: c.file, known: out.Session().TypeData()}
	_, err = c.file.WriteString(clixmlHead)
	return err
}

// Process writes an object.
func (c *exportClixml) Process(_ context.Context, in any, _ cmdlet.Out) error {
	if c.writer == nil {
		return nil
	}
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	return c.writer.value("", in, int(c.Depth), "  ")
}

// End closes the file.
func (c *exportClixml) End(context.Context, cmdlet.Out) error {
	if c.file == nil {
		return nil
	}
	_, err := c.file.WriteString("</Objs>")
	return errors.Join(err, c.file.Close())
}

// clixmlWriter writes objects in PowerShell's serialization format.
type clixmlWriter struct {
	w    io.Writer
	refs int
	// private allows passwords: what is written goes to a process of migsh's own and nowhere else.
	private bool
	// known is the type data by which properties are found.
	known *object.TypeTable
}

func (w *clixmlWriter) line(format string, args ...any) error {
	_, err := fmt.Fprintf(w.w, format+"\n", args...)
	return err
}

// scalarTag is the element of a simple value, and the value's text.
func scalarTag(v any) (tag, text string, ok bool) {
	invariant := func(format string) string {
		s, err := object.FormatValue(v, format, netfmt.Invariant)
		if err != nil {
			return object.ToString(v)
		}
		return s
	}
	switch x := v.(type) {
	case string:
		return "S", clixmlText(x), true
	case bool:
		return "B", strings.ToLower(object.ToString(x)), true
	case object.Char:
		return "C", fmt.Sprint(uint16(x)), true
	case uint8:
		return "By", fmt.Sprint(x), true
	case int8:
		return "SB", fmt.Sprint(x), true
	case int16:
		return "I16", fmt.Sprint(x), true
	case uint16:
		return "U16", fmt.Sprint(x), true
	case int32:
		return "I32", fmt.Sprint(x), true
	case uint32:
		return "U32", fmt.Sprint(x), true
	case int64:
		return "I64", fmt.Sprint(x), true
	case uint64:
		return "U64", fmt.Sprint(x), true
	case float32:
		return "Sg", invariant("R"), true
	case float64:
		return "Db", invariant("R"), true
	case object.Decimal:
		return "D", x.String(), true
	case object.DateTime:
		return "DT", x.Format("o", netfmt.Invariant), true
	case object.TimeSpan:
		return "TS", isoSpan(x), true
	case object.Guid:
		return "G", x.String(), true
	case object.Version:
		return "Version", x.String(), true
	case object.ScriptBlock:
		return "SBK", clixmlText(x.Text()), true
	}
	return "", "", false
}

// clixmlText is a text as the format has it: control characters, which XML cannot hold or would change, as _xHHHH_.
func clixmlText(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r < ' ', r >= 0x7f && r <= 0x9f, r == 0xfffe, r == 0xffff:
			fmt.Fprintf(&b, "_x%04X_", r)
		case r == '_' && (strings.HasPrefix(s[i:], "_x") || strings.HasPrefix(s[i:], "_X")):
			b.WriteString("_x005F_")
		default:
			b.WriteRune(r)
		}
	}
	return xmlText(b.String())
}

// clixmlPlain is the text that clixmlText has made of it.
func clixmlPlain(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	return clixmlEscape.ReplaceAllStringFunc(s, func(code string) string {
		n, err := strconv.ParseUint(code[2:6], 16, 16)
		if err != nil {
			return code
		}
		return string(rune(n))
	})
}

var clixmlEscape = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// isoSpan is ISO 8601's form of a span: P1DT2H3M4.5S.
func isoSpan(t object.TimeSpan) string {
	sign, n := "", int64(t)
	if n < 0 {
		sign, n = "-", -n
	}
	days, rest := n/netfmt.TicksPerDay, n%netfmt.TicksPerDay
	s := fmt.Sprintf("%sP", sign)
	if days > 0 {
		s += fmt.Sprintf("%dD", days)
	}
	if rest > 0 || days == 0 {
		s += "T"
		if h := rest / netfmt.TicksPerHour; h > 0 {
			s += fmt.Sprintf("%dH", h)
		}
		if m := rest % netfmt.TicksPerHour / netfmt.TicksPerMinute; m > 0 {
			s += fmt.Sprintf("%dM", m)
		}
		if x := rest % netfmt.TicksPerMinute; x > 0 || rest == 0 {
			s += strings.TrimRight(strings.TrimRight(fmt.Sprintf("%d.%07d", x/netfmt.TicksPerSecond, x%netfmt.TicksPerSecond), "0"), ".")
			if x < netfmt.TicksPerSecond && x == 0 {
				s = strings.TrimSuffix(s, "0") + "0"
			}
			s += "S"
		}
	}
	return s
}

func (w *clixmlWriter) value(name string, v any, depth int, indent string) error {
	attr := ""
	if name != "" {
		attr = ` N="` + clixmlText(name) + `"`
	}
	base := object.Base(v)
	if base == nil {
		return w.line("%s<Nil%s />", indent, attr)
	}
	if text, secret := dotnet.SecretOf(v); secret {
		if w.private {
			return w.line("%s<SS%s>%s</SS>", indent, attr, clixmlText(text))
		}
		return object.NewError("SecureStringNotExported", object.NotImplemented, nil, "Export-Clixml does not write passwords to files: a SecureString cannot be sealed here. Leave it out with Select-Object -ExcludeProperty, and ask for it with Get-Credential when it is needed.")
	}
	if tag, text, ok := scalarTag(base); ok {
		return w.line("%s<%s%s>%s</%[2]s>", indent, tag, attr, text)
	}
	if depth < 0 {
		return w.line("%s<S%s>%s</S>", indent, attr, clixmlText(object.ToString(v)))
	}
	if err := w.line(`%s<Obj%s RefId="%d">`, indent, attr, w.refs); err != nil {
		return err
	}
	if err := w.types(v, indent+"  "); err != nil {
		return err
	}
	w.refs++
	if err := w.body(v, base, depth, indent+"  "); err != nil {
		return err
	}
	return w.line("%s</Obj>", indent)
}

func (w *clixmlWriter) types(v any, indent string) error {
	if err := w.line(`%s<TN RefId="%d">`, indent, w.refs); err != nil {
		return err
	}
	for _, n := range object.TypeNamesOf(v) {
		if err := w.line("%s  <T>%s</T>", indent, clixmlText(n)); err != nil {
			return err
		}
	}
	return w.line("%s</TN>", indent)
}

// body writes what an object consists of: items, entries, or properties.
func (w *clixmlWriter) body(v, base any, depth int, indent string) error {
	if e, ok := base.(object.Enum); ok {
		if err := w.line("%s<ToString>%s</ToString>", indent, e.String()); err != nil {
			return err
		}
		return w.line("%s<I32>%d</I32>", indent, e.Value)
	}
	if h, ok := base.(*object.Hashtable); ok {
		if err := w.line("%s<DCT>", indent); err != nil {
			return err
		}
		for k, value := range h.All() {
			if err := errors.Join(w.line("%s  <En>", indent), w.value("Key", k, depth-1, indent+"    "), w.value("Value", value, depth-1, indent+"    "), w.line("%s  </En>", indent)); err != nil {
				return err
			}
		}
		return w.line("%s</DCT>", indent)
	}
	if items, ok := object.ItemsOf(v); ok {
		if err := w.line("%s<LST>", indent); err != nil {
			return err
		}
		for _, item := range items {
			if err := w.value("", item, depth-1, indent+"  "); err != nil {
				return err
			}
		}
		return w.line("%s</LST>", indent)
	}
	tag := "MS"
	if o, ok := v.(*object.Object); !ok || !o.IsCustom() {
		tag = "Props"
		if err := w.line("%s<ToString>%s</ToString>", indent, clixmlText(object.ToString(v))); err != nil {
			return err
		}
	}
	if err := w.line("%s<%s>", indent, tag); err != nil {
		return err
	}
	for _, n := range w.known.PropertyNames(v) {
		value, _ := readProperty(w.known, v, n)
		if err := w.value(n, value, depth-1, indent+"  "); err != nil {
			return err
		}
	}
	return w.line("%s</%s>", indent, tag)
}

type importClixml struct {
	Path              []string `param:"set=ByPath mandatory pos=0 pipeline pipelinebyname" help:"The files."`
	LiteralPath       []string `param:"set=ByLiteralPath mandatory pipelinebyname" alias:"PSPath,LP" help:"The files, their names taken as they are."`
	IncludeTotalCount bool     `param:"" help:"Puts out the number of objects first."`
	Skip              uint64   `param:"" help:"How many objects to pass over."`
	First             uint64   `param:"" help:"How many objects to put out."`
}

// Process reads the files.
func (c *importClixml) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, path := range append(slices.Clone(c.Path), c.LiteralPath...) {
		file, err := oneFile(out.Session(), path, len(c.LiteralPath) > 0)
		if err != nil {
			return err
		}
		text, err := readTextFile(file, "")
		if err != nil {
			return err
		}
		objects, err := readClixml(text, false)
		if err != nil {
			e := object.NewException("System.Xml.XmlException", "%s", err.Error())
			return object.NewErrorOf(e, "System.Xml.XmlException", object.NotSpecified, nil)
		}
		if c.IncludeTotalCount {
			if err := out.Write(uint64(len(objects))); err != nil {
				return err
			}
		}
		from := min(c.Skip, uint64(len(objects)))
		to := from + min(c.First, uint64(len(objects))-from)
		for _, v := range objects[from:to] {
			if err := out.Write(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// clixmlElement is an element of a file being read.
type clixmlElement struct {
	XMLName xml.Name
	Attrs   []xml.Attr      `xml:",any,attr"`
	Inner   []clixmlElement `xml:",any"`
	Text    string          `xml:",chardata"`
}

func (e *clixmlElement) attr(name string) string {
	for _, a := range e.Attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (e *clixmlElement) child(name string) *clixmlElement {
	for i := range e.Inner {
		if e.Inner[i].XMLName.Local == name {
			return &e.Inner[i]
		}
	}
	return nil
}

// clixmlReader makes objects of elements; RefIds point back to objects and lists of type names.
type clixmlReader struct {
	objects map[string]any
	types   map[string][]string
	private bool // as the writer's
}

// readClixml reads what Export-Clixml writes.
func readClixml(text string, private bool) ([]any, error) {
	var root clixmlElement
	if err := xml.NewDecoder(strings.NewReader(text)).Decode(&root); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, errors.New("Root element is missing.")
		}
		return nil, err
	}
	if root.XMLName.Local != "Objs" {
		return nil, errors.New("Element 'Objs' with namespace name 'http://schemas.microsoft.com/powershell/2004/04' was not found.")
	}
	r := &clixmlReader{objects: map[string]any{}, types: map[string][]string{}, private: private}
	var out []any
	for i := range root.Inner {
		v, err := r.value(&root.Inner[i])
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// clixmlTypes are the types of simple elements.
var clixmlTypes = map[string]*object.Type{
	"By": object.TypeByte, "SB": object.TypeSByte, "I16": object.TypeInt16, "U16": object.TypeUInt16, "I32": object.TypeInt32,
	"U32": object.TypeUInt32, "I64": object.TypeInt64, "U64": object.TypeUInt64, "Sg": object.TypeSingle, "Db": object.TypeDouble,
	"D": object.TypeDecimal, "G": object.TypeGuid, "Version": object.TypeVersion, "DT": object.TypeDateTime,
}

func (r *clixmlReader) value(e *clixmlElement) (any, error) {
	switch tag := e.XMLName.Local; tag {
	case "Nil":
		return nil, nil
	case "S", "SBK", "URI", "XD":
		return clixmlPlain(e.Text), nil
	case "B":
		return e.Text == "true", nil
	case "C":
		n, err := object.Convert(e.Text, object.TypeUInt16)
		if err != nil {
			return nil, err
		}
		return object.Char(n.(uint16)), nil
	case "TS":
		return spanOfISO(e.Text)
	case "Ref":
		return r.objects[e.attr("RefId")], nil
	case "SS":
		if r.private {
			return dotnet.NewSecureString(clixmlPlain(e.Text)), nil
		}
		return nil, errors.New("The file holds an encrypted password, which cannot be read here.")
	case "Obj":
		return r.object(e)
	default:
		t, ok := clixmlTypes[tag]
		if !ok {
			return nil, fmt.Errorf("Unexpected element '%s'.", tag)
		}
		return object.Convert(e.Text, t)
	}
}

// spanOfISO reads ISO 8601's form of a span.
func spanOfISO(text string) (any, error) {
	rest, negative := strings.CutPrefix(text, "-")
	rest, ok := strings.CutPrefix(rest, "P")
	if !ok {
		return nil, fmt.Errorf("'%s' is no duration.", text)
	}
	units := map[byte]float64{'D': float64(netfmt.TicksPerDay), 'H': float64(netfmt.TicksPerHour), 'M': float64(netfmt.TicksPerMinute), 'S': float64(netfmt.TicksPerSecond)}
	total := 0.0
	for rest != "" {
		if rest[0] == 'T' {
			rest = rest[1:]
			continue
		}
		i := strings.IndexAny(rest, "DHMS")
		if i < 0 {
			return nil, fmt.Errorf("'%s' is no duration.", text)
		}
		var n float64
		if _, err := fmt.Sscan(rest[:i], &n); err != nil {
			return nil, fmt.Errorf("'%s' is no duration.", text)
		}
		total += n * units[rest[i]]
		rest = rest[i+1:]
	}
	if negative {
		total = -total
	}
	return object.TimeSpan(int64(total)), nil
}

// object makes an object: a list, a dictionary, or properties. Its type names say that it has been deserialized.
func (r *clixmlReader) object(e *clixmlElement) (any, error) {
	var names []string
	if tn := e.child("TN"); tn != nil {
		for _, t := range tn.Inner {
			names = append(names, t.Text)
		}
		r.types[tn.attr("RefId")] = names
	} else if ref := e.child("TNRef"); ref != nil {
		names = r.types[ref.attr("RefId")]
	}
	for _, list := range []string{"LST", "IE", "QUE", "STK"} {
		if l := e.child(list); l != nil {
			items := object.NewList()
			r.objects[e.attr("RefId")] = items
			for i := range l.Inner {
				v, err := r.value(&l.Inner[i])
				if err != nil {
					return nil, err
				}
				items.Add(v)
			}
			return items, nil
		}
	}
	if d := e.child("DCT"); d != nil {
		return r.dictionary(e, d, names)
	}
	o := &object.Object{}
	r.objects[e.attr("RefId")] = o
	for _, n := range names {
		o.TypeNames = append(o.TypeNames, "Deserialized."+n)
	}
	for _, group := range []string{"Props", "MS"} {
		g := e.child(group)
		if g == nil {
			continue
		}
		for i := range g.Inner {
			v, err := r.value(&g.Inner[i])
			if err != nil {
				return nil, err
			}
			o.Set(clixmlPlain(g.Inner[i].attr("N")), v)
		}
	}
	if r.private && len(names) > 0 && names[0] == dotnet.TypeCredential.Name {
		user, _ := o.Own("UserName")
		if password, ok := o.Own("Password"); ok {
			text, _ := dotnet.SecretOf(password)
			return dotnet.NewCredential(object.ToString(user), text), nil
		}
	}
	if n := e.child("I32"); n != nil && o.Len() == 0 { // an enumeration is its number, with the name as its text
		v, err := r.value(n)
		if err != nil {
			return nil, err
		}
		w := object.Wrap(v)
		w.TypeNames = o.TypeNames
		if text := e.child("ToString"); text != nil {
			w.Typed = clixmlPlain(text.Text)
		}
		return w, nil
	}
	return o, nil
}

func (r *clixmlReader) dictionary(e, d *clixmlElement, names []string) (any, error) {
	h := object.NewHashtable()
	if len(names) > 0 && strings.Contains(names[0], "OrderedDictionary") {
		h = object.NewOrdered()
	}
	r.objects[e.attr("RefId")] = h
	for i := range d.Inner {
		var key, value any
		for k := range d.Inner[i].Inner {
			item := &d.Inner[i].Inner[k]
			v, err := r.value(item)
			if err != nil {
				return nil, err
			}
			if item.attr("N") == "Key" {
				key = v
			} else {
				value = v
			}
		}
		h.Set(key, value)
	}
	return h, nil
}
