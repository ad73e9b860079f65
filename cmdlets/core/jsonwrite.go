package core

import (
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"migsh/shell/object"
	"migsh/shell/object/netfmt"
)

// jsonWriter writes values as JSON, down to a depth; what lies deeper is written as its text.
type jsonWriter struct {
	text                        strings.Builder
	maxDepth                    int
	compress, html, ascii       bool
	enumNames, truncated, plain bool
	types                       *object.TypeTable
}

// value writes v; indent is the nesting of the text, depth that of the objects.
func (w *jsonWriter) value(v any, depth, indent int) {
	base := object.Base(v)
	switch x := base.(type) {
	case nil:
		w.text.WriteString("null")
		return
	case object.Guid:
		if depth == 0 && !w.plain { // objects of a pipeline carry the type's extended property
			w.members([]string{"value", "Guid"}, func(int) any { return x.String() }, depth, indent)
			return
		}
	}
	if w.scalar(base) {
		return
	}
	if depth > w.maxDepth {
		w.truncated = true
		w.string(object.ToString(v))
		return
	}
	if h, ok := base.(*object.Hashtable); ok {
		names := make([]string, 0, h.Len())
		values := make([]any, 0, h.Len())
		for k, e := range h.All() {
			names, values = append(names, object.ToString(k)), append(values, e)
		}
		w.members(names, func(i int) any { return values[i] }, depth, indent)
		return
	}
	if items, ok := object.ItemsOf(base); ok {
		w.array(items, depth, indent)
		return
	}
	names := w.types.PropertyNames(v)
	w.members(names, func(i int) any {
		value, _ := readProperty(w.types, v, names[i])
		return value
	}, depth, indent)
}

// scalar writes v if it is no composite.
func (w *jsonWriter) scalar(v any) bool {
	switch x := v.(type) {
	case string:
		w.string(x)
	case object.Char:
		w.string(x.String())
	case bool:
		w.text.WriteString(strconv.FormatBool(x))
	case object.Switch:
		w.members([]string{"IsPresent"}, func(int) any { return bool(x) }, 0, 0)
	case int8, uint8, int16, uint16, int32, uint32, int64, uint64:
		fmt.Fprint(&w.text, x)
	case *big.Int:
		w.text.WriteString(x.String())
	case float32:
		w.float(float64(x), object.ToString(x))
	case float64:
		text, err := object.FormatValue(x, "R", netfmt.Invariant)
		if err != nil {
			text = object.ToString(x)
		}
		w.float(x, text)
	case object.Decimal:
		text := x.String()
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		w.text.WriteString(text)
	case object.DateTime:
		w.string(jsonDate(x))
	case object.Guid:
		w.string(x.String())
	case object.Enum:
		if w.enumNames {
			w.string(x.String())
		} else {
			w.text.WriteString(strconv.FormatInt(x.Value, 10))
		}
	case *object.Type:
		w.string(x.Name)
	default:
		o, ok := v.(*object.Object)
		if !ok || o.Type == nil || o.Type.Name != "System.Uri" {
			return false
		}
		w.string(object.ToString(v))
	}
	return true
}

func (w *jsonWriter) float(f float64, text string) {
	switch {
	case math.IsNaN(f), math.IsInf(f, 0):
		w.string(map[bool]string{true: "NaN", false: "Infinity"}[math.IsNaN(f)])
		return
	case !strings.ContainsAny(text, ".E"):
		text += ".0"
	}
	w.text.WriteString(text)
}

// jsonDate is ISO 8601's form, without the zeros at the end of the fraction.
func jsonDate(d object.DateTime) string {
	text := d.Format("yyyy'-'MM'-'dd'T'HH':'mm':'ss.FFFFFFFK", object.CurrentCulture())
	return text
}

func (w *jsonWriter) array(items []any, depth, indent int) {
	if len(items) == 0 {
		w.text.WriteString("[]")
		return
	}
	w.text.WriteByte('[')
	inner := w.plain
	for i, item := range items {
		if i > 0 {
			w.text.WriteByte(',')
		}
		w.newline(indent + 1)
		w.plain = inner
		w.value(item, depth+1, indent+1)
	}
	w.newline(indent)
	w.text.WriteByte(']')
}

func (w *jsonWriter) members(names []string, value func(i int) any, depth, indent int) {
	if len(names) == 0 {
		w.text.WriteString("{}")
		return
	}
	w.text.WriteByte('{')
	for i, n := range names {
		if i > 0 {
			w.text.WriteByte(',')
		}
		w.newline(indent + 1)
		w.string(n)
		w.text.WriteByte(':')
		if !w.compress {
			w.text.WriteByte(' ')
		}
		w.plain = true
		w.value(value(i), depth+1, indent+1)
	}
	w.newline(indent)
	w.text.WriteByte('}')
}

func (w *jsonWriter) newline(indent int) {
	if w.compress {
		return
	}
	w.text.WriteByte('\n')
	for range indent {
		w.text.WriteString("  ")
	}
}

// string writes text between quotes, with what has to be escaped escaped.
func (w *jsonWriter) string(s string) {
	w.text.WriteByte('"')
	start := 0
	for i, r := range s {
		escaped := ""
		switch {
		case r == '"':
			escaped = `\"`
			if w.html {
				escaped = `\u0022`
			}
		case r == '\\':
			escaped = `\\`
		case r == '\n':
			escaped = `\n`
		case r == '\r':
			escaped = `\r`
		case r == '\t':
			escaped = `\t`
		case r == '\b':
			escaped = `\b`
		case r == '\f':
			escaped = `\f`
		case r < ' ', r == 0x85, r == 0x2028, r == 0x2029, w.html && strings.ContainsRune("<>&'", r):
			escaped = fmt.Sprintf(`\u%04x`, r)
		case w.ascii && r > 0xffff:
			high, low := (r-0x10000)>>10+0xd800, (r-0x10000)&0x3ff+0xdc00
			escaped = fmt.Sprintf(`\u%04x\u%04x`, high, low)
		case w.ascii && r > 0x7e:
			escaped = fmt.Sprintf(`\u%04x`, r)
		default:
			continue
		}
		w.text.WriteString(s[start:i])
		w.text.WriteString(escaped)
		start = i + len(string(r))
	}
	w.text.WriteString(s[start:])
	w.text.WriteByte('"')
}
