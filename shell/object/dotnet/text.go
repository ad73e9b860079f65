package dotnet

import (
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"migsh/shell/object"
)

var (
	typeEncoding      = object.Declare(&object.Type{Name: "System.Text.Encoding"})
	typeUTF8Encoding  = object.Declare(&object.Type{Name: "System.Text.UTF8Encoding", Base: typeEncoding})
	typeStringBuilder = object.Declare(&object.Type{Name: "System.Text.StringBuilder"})
)

func init() {
	object.Extend(typeEncoding, encodingMembers)
	object.Extend(typeUTF8Encoding, func(t *object.Type) {
		make := func(bom bool) any {
			e := utf8NoBOM
			e.bom = bom
			return object.Instance(t, e)
		}
		constructor(t, "()", func(args) (any, error) { return make(false), nil })
		constructor(t, "(bool encoderShouldEmitUTF8Identifier)", func(a args) (any, error) { return make(a.bool(0)), nil })
	})
	object.Extend(typeStringBuilder, builderMembers)
	typeEncoding.Convert = func(v any) (any, bool, error) {
		s, ok := v.(string)
		if !ok {
			return nil, false, nil
		}
		e, ok := encodingByName(s)
		if !ok {
			return nil, false, nil
		}
		return e.object(), true, nil
	}
}

// encoding is the base value of a System.Text.Encoding.
type encoding struct {
	name, webName string
	codePage      int
	bom           bool
	kind          encodingKind
}

type encodingKind uint8

const (
	asUTF8 encodingKind = iota
	asUTF16
	asUTF16BE
	asUTF32
	asASCII
	asLatin1
	asWindows1252
)

var (
	utf8NoBOM = encoding{name: "Unicode (UTF-8)", webName: "utf-8", codePage: 65001, kind: asUTF8}
	encodings = map[string]encoding{
		"utf-8": {name: "Unicode (UTF-8)", webName: "utf-8", codePage: 65001, kind: asUTF8, bom: true}, "utf-16": {name: "Unicode", webName: "utf-16", codePage: 1200, kind: asUTF16, bom: true},
		"utf-16be": {name: "Unicode (Big-Endian)", webName: "utf-16BE", codePage: 1201, kind: asUTF16BE, bom: true}, "utf-32": {name: "Unicode (UTF-32)", webName: "utf-32", codePage: 12000, kind: asUTF32, bom: true},
		"us-ascii": {name: "US-ASCII", webName: "us-ascii", codePage: 20127, kind: asASCII}, "iso-8859-1": {name: "Western European (ISO)", webName: "iso-8859-1", codePage: 28591, kind: asLatin1},
		"windows-1252": {name: "Western European (Windows)", webName: "windows-1252", codePage: 1252, kind: asWindows1252},
	}
)

func encodingByName(name string) (encoding, bool) {
	name = strings.ToLower(name)
	switch name {
	case "utf8":
		name = "utf-8"
	case "unicode", "utf16", "utf-16le":
		name = "utf-16"
	case "bigendianunicode":
		name = "utf-16be"
	case "utf32":
		name = "utf-32"
	case "ascii":
		name = "us-ascii"
	case "latin1":
		name = "iso-8859-1"
	}
	e, ok := encodings[name]
	return e, ok
}

// encodingOf reads an argument; $null is UTF-8.
func encodingOf(v any) encoding {
	if o, ok := v.(*object.Object); ok {
		if e, ok := o.Base.(encoding); ok {
			return e
		}
	}
	return utf8NoBOM
}

func (e encoding) object() *object.Object {
	if e.kind == asUTF8 {
		return object.Instance(typeUTF8Encoding, e)
	}
	return object.Instance(typeEncoding, e)
}

// Text is the type's name, as .NET prints an encoding.
func (e encoding) Text() string {
	switch e.kind {
	case asUTF16, asUTF16BE:
		return "System.Text.UnicodeEncoding"
	case asUTF32:
		return "System.Text.UTF32Encoding"
	case asASCII:
		return "System.Text.ASCIIEncoding+ASCIIEncodingSealed"
	case asLatin1:
		return "System.Text.Latin1Encoding+Latin1EncodingSealed"
	}
	return "System.Text.UTF8Encoding+UTF8EncodingSealed"
}

func (e encoding) preamble() []byte {
	if !e.bom {
		return nil
	}
	switch e.kind {
	case asUTF8:
		return []byte{0xEF, 0xBB, 0xBF}
	case asUTF16:
		return []byte{0xFF, 0xFE}
	case asUTF16BE:
		return []byte{0xFE, 0xFF}
	case asUTF32:
		return []byte{0xFF, 0xFE, 0, 0}
	}
	return nil
}

func (e encoding) encode(s string) []byte {
	switch e.kind {
	case asUTF16, asUTF16BE:
		u := utf16.Encode([]rune(s))
		b := make([]byte, 0, 2*len(u))
		for _, c := range u {
			if e.kind == asUTF16 {
				b = append(b, byte(c), byte(c>>8))
			} else {
				b = append(b, byte(c>>8), byte(c))
			}
		}
		return b
	case asUTF32:
		var b []byte
		for _, r := range s {
			b = append(b, byte(r), byte(r>>8), byte(r>>16), byte(r>>24))
		}
		return b
	case asASCII, asLatin1, asWindows1252:
		b := make([]byte, 0, len(s))
		for _, r := range s {
			b = append(b, e.narrow(r))
		}
		return b
	}
	return []byte(s)
}

func (e encoding) narrow(r rune) byte {
	switch {
	case r < 0x80, e.kind == asLatin1 && r < 0x100:
		return byte(r)
	case e.kind == asWindows1252:
		if b, ok := charmap.Windows1252.EncodeRune(r); ok {
			return b
		}
	}
	return '?'
}

func (e encoding) decode(b []byte) string {
	switch e.kind {
	case asUTF16, asUTF16BE:
		u := make([]uint16, len(b)/2)
		for i := range u {
			if e.kind == asUTF16 {
				u[i] = uint16(b[2*i]) | uint16(b[2*i+1])<<8
			} else {
				u[i] = uint16(b[2*i+1]) | uint16(b[2*i])<<8
			}
		}
		return string(utf16.Decode(u))
	case asUTF32:
		var s strings.Builder
		for i := 0; i+3 < len(b); i += 4 {
			s.WriteRune(rune(b[i]) | rune(b[i+1])<<8 | rune(b[i+2])<<16 | rune(b[i+3])<<24)
		}
		return s.String()
	case asASCII, asLatin1, asWindows1252:
		var s strings.Builder
		for _, c := range b {
			switch {
			case c < 0x80 || e.kind == asLatin1:
				s.WriteRune(rune(c))
			case e.kind == asWindows1252:
				s.WriteRune(charmap.Windows1252.DecodeByte(c))
			default:
				s.WriteRune(utf8.RuneError)
			}
		}
		return s.String()
	}
	return strings.ToValidUTF8(string(b), string(utf8.RuneError))
}

// detect decodes a file's bytes, heeding a byte order mark before the encoding itself.
func (e encoding) detect(b []byte) string {
	for _, name := range []string{"utf-32", "utf-8", "utf-16", "utf-16be"} {
		mark := encodings[name]
		if p := mark.preamble(); len(b) >= len(p) && string(b[:len(p)]) == string(p) {
			return mark.decode(b[len(p):])
		}
	}
	return e.decode(b)
}

// file is what a file with this text holds, with the byte order mark if the file begins here.
func (e encoding) file(s string, begins bool) []byte {
	if begins {
		return append(e.preamble(), e.encode(s)...)
	}
	return e.encode(s)
}

func encodingMembers(t *object.Type) {
	for name, key := range map[string]string{"UTF8": "utf-8", "Unicode": "utf-16", "BigEndianUnicode": "utf-16be", "UTF32": "utf-32", "ASCII": "us-ascii", "Latin1": "iso-8859-1"} {
		constant(t, "System.Text.Encoding "+name, encodings[key].object())
	}
	constant(t, "System.Text.Encoding Default", utf8NoBOM.object())
	static(t, "System.Text.Encoding GetEncoding(string name)", func(a args) (any, error) {
		e, ok := encodingByName(a.str(0))
		if !ok {
			return nil, argument("'%s' is not a supported encoding name. For information on defining a custom encoding, see the documentation for the Encoding.RegisterProvider method. (Parameter 'name')", a.str(0))
		}
		return e.object(), nil
	})
	static(t, "System.Text.Encoding GetEncoding(int codepage)", func(a args) (any, error) {
		for _, e := range encodings {
			if e.codePage == a.int(0) {
				return e.object(), nil
			}
		}
		return nil, throw("System.NotSupportedException", "No data is available for encoding %d. For information on defining a custom encoding, see the documentation for the Encoding.RegisterProvider method.", a.int(0))
	})
	field(t, "string EncodingName", func(e encoding) any { return e.name })
	field(t, "string WebName", func(e encoding) any { return e.webName })
	field(t, "string BodyName", func(e encoding) any { return e.webName })
	field(t, "string HeaderName", func(e encoding) any { return e.webName })
	field(t, "int CodePage", func(e encoding) any { return int32(e.codePage) })
	method(t, "byte[] GetBytes(string s)", func(e encoding, a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("s")
		}
		return object.BytesToArray(e.encode(a.str(0))), nil
	})
	method(t, "byte[] GetBytes(char[] chars)", func(e encoding, a args) (any, error) {
		return object.BytesToArray(e.encode(charsText(a.items(0)))), nil
	})
	method(t, "string GetString(byte[] bytes)", func(e encoding, a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("bytes")
		}
		return e.decode(object.BytesOf(a[0])), nil
	})
	method(t, "string GetString(byte[] bytes, int index, int count)", func(e encoding, a args) (any, error) {
		b := object.BytesOf(a[0])
		if a.int(1) < 0 || a.int(2) < 0 || a.int(1)+a.int(2) > len(b) {
			return nil, outOfRange("Index and count must refer to a location within the buffer. (Parameter 'bytes')")
		}
		return e.decode(b[a.int(1) : a.int(1)+a.int(2)]), nil
	})
	method(t, "char[] GetChars(byte[] bytes)", func(e encoding, a args) (any, error) { return object.CharArray(e.decode(object.BytesOf(a[0]))), nil })
	method(t, "int GetByteCount(string s)", func(e encoding, a args) (any, error) { return int32(len(e.encode(a.str(0)))), nil })
	method(t, "int GetCharCount(byte[] bytes)", func(e encoding, a args) (any, error) {
		return int32(unitsOf(e.decode(object.BytesOf(a[0]))).len()), nil
	})
	method(t, "byte[] GetPreamble()", func(e encoding, _ args) (any, error) { return object.BytesToArray(e.preamble()), nil })
}

// builder is the base value of a StringBuilder.
type builder struct {
	s    []byte
	self *object.Object
}

// CopyInto implements [object.Copyable].
func (b *builder) CopyInto(o *object.Object, _ func(v any) any) {
	o.Base = &builder{s: []byte(b.Text()), self: o}
}

// Text is what has been built.
func (b *builder) Text() string { return string(b.s) }

func builderMembers(t *object.Type) {
	appendText := func(b *builder, s string) (any, error) {
		b.s = append(b.s, s...)
		return b.self, nil
	}
	method(t, "System.Text.StringBuilder Append(string value)", func(b *builder, a args) (any, error) { return appendText(b, a.str(0)) })
	method(t, "System.Text.StringBuilder Append(System.Object value)", func(b *builder, a args) (any, error) { return appendText(b, netText(a[0])) })
	method(t, "System.Text.StringBuilder Append(char value)", func(b *builder, a args) (any, error) { return appendText(b, string(a.char(0))) })
	method(t, "System.Text.StringBuilder Append(char value, int repeatCount)", func(b *builder, a args) (any, error) {
		if a.int(1) < 0 {
			return nil, outOfRange("Specified argument was out of the range of valid values. (Parameter 'repeatCount')")
		}
		return appendText(b, strings.Repeat(string(a.char(0)), a.int(1)))
	})
	method(t, "System.Text.StringBuilder Append(char[] value)", func(b *builder, a args) (any, error) { return appendText(b, charsText(a.items(0))) })
	method(t, "System.Text.StringBuilder Append(string value, int startIndex, int count)", func(b *builder, a args) (any, error) {
		u := unitsOf(a.str(0))
		if a.int(1) < 0 || a.int(2) < 0 || a.int(1)+a.int(2) > u.len() {
			return nil, outOfRange("Index was out of range. Must be non-negative and less than or equal to the size of the collection. (Parameter 'startIndex')")
		}
		return appendText(b, u.slice(a.int(1), a.int(1)+a.int(2)))
	})
	method(t, "System.Text.StringBuilder AppendLine()", func(b *builder, _ args) (any, error) { return appendText(b, "\n") })
	method(t, "System.Text.StringBuilder AppendLine(string value)", func(b *builder, a args) (any, error) { return appendText(b, a.str(0)+"\n") })
	method(t, "System.Text.StringBuilder AppendFormat(string format, Params System.Object[] args)", func(b *builder, a args) (any, error) {
		s, err := object.FormatNet(a.str(0), a.items(1), object.CurrentCulture())
		if err != nil {
			return nil, err
		}
		return appendText(b, s)
	})
	method(t, "System.Text.StringBuilder AppendJoin(string separator, Params System.Object[] values)", func(b *builder, a args) (any, error) {
		return appendText(b, joinValues(a.str(0), a.items(1)))
	})
	method(t, "System.Text.StringBuilder Clear()", func(b *builder, _ args) (any, error) { b.s = nil; return b.self, nil })
	method(t, "System.Text.StringBuilder Insert(int index, System.Object value)", func(b *builder, a args) (any, error) {
		u := unitsOf(string(b.s))
		if a.int(0) < 0 || a.int(0) > u.len() {
			return nil, outOfRange("Index was out of range. Must be non-negative and less than or equal to the size of the collection. (Parameter 'index')")
		}
		b.s = []byte(u.slice(0, a.int(0)) + object.CultureString(a[1]) + u.slice(a.int(0), u.len()))
		return b.self, nil
	})
	method(t, "System.Text.StringBuilder Remove(int startIndex, int length)", func(b *builder, a args) (any, error) {
		u := unitsOf(string(b.s))
		if a.int(0) < 0 || a.int(1) < 0 || a.int(0)+a.int(1) > u.len() {
			return nil, outOfRange("Index was out of range. Must be non-negative and less than or equal to the size of the collection. (Parameter 'length')")
		}
		b.s = []byte(u.slice(0, a.int(0)) + u.slice(a.int(0)+a.int(1), u.len()))
		return b.self, nil
	})
	method(t, "System.Text.StringBuilder Replace(string oldValue, string newValue)", func(b *builder, a args) (any, error) {
		if a.str(0) == "" {
			return nil, argument("The value cannot be an empty string. (Parameter 'oldValue')")
		}
		b.s = []byte(strings.ReplaceAll(string(b.s), a.str(0), a.str(1)))
		return b.self, nil
	})
	method(t, "string ToString()", func(b *builder, _ args) (any, error) { return string(b.s), nil })
	method(t, "string ToString(int startIndex, int length)", func(b *builder, a args) (any, error) {
		u := unitsOf(string(b.s))
		if a.int(0) < 0 || a.int(1) < 0 || a.int(0)+a.int(1) > u.len() {
			return nil, outOfRange("Index and length must refer to a location within the string. (Parameter 'length')")
		}
		return u.slice(a.int(0), a.int(0)+a.int(1)), nil
	})
	settable(t, "int Length", func(b *builder) any { return int32(unitsOf(string(b.s)).len()) }, func(b *builder, v any) error {
		u := unitsOf(string(b.s))
		n := int(v.(int32))
		if n < 0 {
			return outOfRange("Length must be a non-negative value. (Parameter 'value')")
		}
		if n <= u.len() {
			b.s = []byte(u.slice(0, n))
		} else {
			b.s = append(b.s, make([]byte, n-u.len())...)
		}
		return nil
	})
	settable(t, "int Capacity", func(b *builder) any { return int32(max(16, cap(b.s))) }, func(*builder, any) error { return nil })
	field(t, "int MaxCapacity", func(*builder) any { return int32(2147483647) })
	indexer(t, "char Chars(int index)", func(b *builder, a args) (any, error) {
		u := unitsOf(string(b.s))
		if a.int(0) < 0 || a.int(0) >= u.len() {
			return nil, throw("System.IndexOutOfRangeException", "Index was outside the bounds of the array.")
		}
		return u.at(a.int(0)), nil
	})
	make := func(s string) any {
		b := &builder{s: []byte(s)}
		b.self = object.Instance(t, b)
		return b.self
	}
	constructor(t, "()", func(args) (any, error) { return make(""), nil })
	constructor(t, "(int capacity)", func(args) (any, error) { return make(""), nil })
	constructor(t, "(string value)", func(a args) (any, error) { return make(a.str(0)), nil })
	constructor(t, "(string value, int capacity)", func(a args) (any, error) { return make(a.str(0)), nil })
}
