package object

import (
	"strconv"
	"strings"
	"unicode/utf16"

	"migsh/shell/object/netfmt"
)

// Texter is implemented by the base values of objects that have a text of their own, as .NET's ToString gives it.
type Texter interface{ Text() string }

// ToString is "$v": PowerShell's text of a value, in the invariant culture, with collections joined by blanks.
func ToString(v any) string { return text(v, " ", netfmt.Invariant) }

// ToStringOFS is ToString with the text of $OFS between the elements of a collection.
func ToStringOFS(v any, ofs string) string { return text(v, ofs, netfmt.Invariant) }

// CultureString is the text of a value in the current culture, a collection's being its type. Views and error messages show it.
func CultureString(v any) string {
	switch v := v.(type) {
	case *Array, *List, *Hashtable:
		return TypeOf(v).Name
	case *Type:
		return v.Name
	}
	return text(v, " ", CurrentCulture())
}

// currentCulture is what Get-Culture shows and ToString() and -f use.
var currentCulture = netfmt.EnUS

// UseCulture makes the named culture the current one, once, at the start of the program; a name that is not known changes nothing.
func UseCulture(name string) {
	if c, ok := netfmt.CultureByName(name); ok {
		currentCulture = c
	}
}

// CurrentCulture is the culture of ToString() and -f.
func CurrentCulture() *netfmt.Culture { return currentCulture }

func text(v any, ofs string, c *netfmt.Culture) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case int32:
		return strconv.Itoa(int(v))
	case bool:
		return boolText(v)
	case int64:
		return strconv.FormatInt(v, 10)
	case float64:
		return netfmt.FloatDigits(v, 15, c)
	case Char:
		return v.String()
	case uint8:
		return strconv.Itoa(int(v))
	case int8:
		return strconv.Itoa(int(v))
	case int16:
		return strconv.Itoa(int(v))
	case uint16:
		return strconv.Itoa(int(v))
	case uint32:
		return strconv.FormatUint(uint64(v), 10)
	case uint64:
		return strconv.FormatUint(v, 10)
	case float32:
		return netfmt.FloatDigits(float64(v), 7, c)
	case Decimal:
		return v.String()
	case BigInt:
		return v.String()
	case *Array:
		return joined(v.Items, ofs, c)
	case *List:
		return joined(v.Items, ofs, c)
	case *Hashtable:
		return TypeOf(v).Name
	case DateTime:
		return v.Format("", c)
	case TimeSpan:
		return v.String()
	case Guid:
		return v.String()
	case Version:
		return v.String()
	case Enum:
		return v.String()
	case Switch:
		return boolText(bool(v))
	case *Type:
		return v.PSName()
	case *ErrorRecord:
		return v.Error()
	case *Exception:
		return v.Text()
	case ScriptBlock:
		return v.Text()
	case *Object:
		return objectText(v, ofs, c)
	case Texter:
		return v.Text()
	}
	return TypeOf(v).Name
}

func boolText(b bool) string {
	if b {
		return "True"
	}
	return "False"
}

func objectText(o *Object, ofs string, c *netfmt.Culture) string {
	if m, ok := o.Own("ToString"); ok {
		if d, ok := m.(*Dynamic); ok && d.Kind == KindScriptMethod {
			if out, err := d.Getter.CallMember(o); err == nil && len(out) > 0 {
				return text(out[len(out)-1], ofs, c)
			}
		}
	}
	if o.Type != nil {
		for t := o.Type; t != nil; t = t.Base {
			if t.ToString != nil {
				return t.ToString(o)
			}
		}
		if s, ok := o.Base.(Texter); ok {
			return s.Text()
		}
		if seq, ok := Enumerate(o); ok {
			var items []any
			for v := range seq {
				items = append(items, v)
			}
			return joined(items, ofs, c)
		}
		return o.Type.Name
	}
	if o.Typed != "" {
		return o.Typed
	}
	if o.Base != nil {
		return text(o.Base, ofs, c)
	}
	if o.Len() == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteString("@{")
	first := true
	for name, v := range o.All() {
		if d, ok := v.(*Dynamic); ok {
			if d.Kind == KindScriptMethod || d.Kind == KindPropertySet {
				continue
			}
			v, _, _ = GetMember(o, name) // a property that fails shows as empty here, as in PowerShell
		}
		if !first {
			b.WriteString("; ")
		}
		first = false
		b.WriteString(name)
		b.WriteByte('=')
		switch v := v.(type) {
		case *Array, *List:
			b.WriteString(TypeOf(v).Name)
		case *Object:
			if !v.IsCustom() { // custom objects inside have no text of their own
				b.WriteString(text(v, ofs, c))
			}
		default:
			b.WriteString(text(v, ofs, c))
		}
	}
	b.WriteByte('}')
	return b.String()
}

func joined(items []any, sep string, c *netfmt.Culture) string {
	switch len(items) {
	case 0:
		return ""
	case 1:
		return element(items[0], c)
	}
	var b strings.Builder
	for i, v := range items {
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(element(v, c))
	}
	return b.String()
}

// element is the text of a collection's element: a collection inside one shows as its type.
func element(v any, c *netfmt.Culture) string {
	switch v := v.(type) {
	case *Array, *List:
		return TypeOf(v).Name
	}
	return text(v, " ", c)
}

// String returns the character; an unpaired surrogate becomes U+FFFD.
func (c Char) String() string { return string(utf16.Decode([]uint16{uint16(c)})) }

// Text is .NET's ToString of an exception: type, message and the inner exception.
func (e *Exception) Text() string {
	s := e.TypeName()
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.Inner != nil {
		s += "\n ---> " + e.Inner.Text() + "\n   --- End of inner exception stack trace ---"
	}
	return s
}
