package object

import (
	"strings"

	"migsh/shell/object/netfmt"
)

// Format is the -f operator: String.Format in the current culture, its error in PowerShell's form.
func Format(format string, args []any) (string, error) {
	s, err := FormatNet(format, args, CurrentCulture())
	if err != nil {
		inner := exceptionOf(err)
		return "", NewErrorOf(&Exception{
			Type: typeRuntimeException, Inner: inner,
			Message: "Error formatting a string: " + inner.Message + ".",
		}, "FormatError", InvalidOperation, format)
	}
	return s, nil
}

// FormatNet is String.Format: {index[,width][:format]} with doubled braces for braces.
func FormatNet(format string, items []any, c *netfmt.Culture) (string, error) {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		ch := format[i]
		switch {
		case ch == '{' && i+1 < len(format) && format[i+1] == '{', ch == '}' && i+1 < len(format) && format[i+1] == '}':
			b.WriteByte(ch)
			i++
		case ch == '{':
			end, err := formatItem(&b, format, i, items, c)
			if err != nil {
				return "", err
			}
			i = end
		case ch == '}':
			return "", formatFault(i, "Unexpected closing brace without a corresponding opening brace.")
		default:
			b.WriteByte(ch)
		}
	}
	return b.String(), nil
}

func formatFault(offset int, reason string) error {
	return NewException("System.FormatException", "Input string was not in a correct format. Failure to parse near offset %d. %s", offset, reason)
}

// formatItem writes the placeholder that opens at format[at] and returns where it closes.
func formatItem(b *strings.Builder, format string, at int, items []any, c *netfmt.Culture) (int, error) {
	i := at + 1
	number := func() (int, bool) {
		n, from := 0, i
		for i < len(format) && format[i] >= '0' && format[i] <= '9' && n < 1_000_000 {
			n = n*10 + int(format[i]-'0')
			i++
		}
		return n, i > from
	}
	blanks := func() {
		for i < len(format) && format[i] == ' ' {
			i++
		}
	}
	index, ok := number()
	if !ok {
		return 0, formatFault(min(i, len(format)), "Expected an ASCII digit.")
	}
	blanks()
	width, left := 0, false
	if i < len(format) && format[i] == ',' {
		i++
		blanks()
		if i < len(format) && format[i] == '-' {
			left = true
			i++
		}
		if width, ok = number(); !ok {
			return 0, formatFault(i, "Expected an ASCII digit.")
		}
		blanks()
	}
	spec := ""
	if i < len(format) && format[i] == ':' {
		end := strings.IndexAny(format[i:], "}{")
		if end < 0 {
			return 0, formatFault(len(format), "Format item ends prematurely.")
		}
		if format[i+end] == '{' {
			return 0, formatFault(i+end, "Unexpected opening brace in a format item.")
		}
		spec = format[i+1 : i+end]
		i += end
	}
	if i >= len(format) {
		return 0, formatFault(len(format), "Format item ends prematurely.")
	}
	if format[i] != '}' {
		return 0, formatFault(i, "Unexpected closing brace without a corresponding opening brace.")
	}
	if index >= len(items) {
		return 0, NewException("System.FormatException", "Index (zero based) must be greater than or equal to zero and less than the size of the argument list.")
	}
	s, err := FormatValue(items[index], spec, c)
	if err != nil {
		return 0, err
	}
	padding := strings.Repeat(" ", max(0, width-Length(s)))
	if left {
		b.WriteString(s + padding)
	} else {
		b.WriteString(padding + s)
	}
	return i, nil
}

// Formatter is implemented by the base values of objects whose ToString takes a format.
type Formatter interface {
	Format(format string, c *netfmt.Culture) (string, error)
}

// FormatValue is v.ToString(format): types without formats ignore it.
func FormatValue(v any, format string, c *netfmt.Culture) (string, error) {
	v = Base(v)
	var s string
	var err error
	switch x := v.(type) {
	case int32:
		s, err = netfmt.FromInt(int64(x), 32).Format(format, c)
	case int64:
		s, err = netfmt.FromInt(x, 64).Format(format, c)
	case float64:
		s, err = netfmt.FromFloat(x, 64).Format(format, c)
	case float32:
		s, err = netfmt.FromFloat(float64(x), 32).Format(format, c)
	case Decimal:
		s, err = netfmt.FromDecimal(x.String()).Format(format, c)
	case int8:
		s, err = netfmt.FromInt(int64(x), 8).Format(format, c)
	case int16:
		s, err = netfmt.FromInt(int64(x), 16).Format(format, c)
	case uint8:
		s, err = netfmt.FromUint(uint64(x), 8).Format(format, c)
	case uint16:
		s, err = netfmt.FromUint(uint64(x), 16).Format(format, c)
	case uint32:
		s, err = netfmt.FromUint(uint64(x), 32).Format(format, c)
	case uint64:
		s, err = netfmt.FromUint(x, 64).Format(format, c)
	case BigInt:
		s, err = netfmt.FromBig(x).Format(format, c)
	case DateTime:
		s, err = netfmt.Date(x.Ticks, int(x.Kind), format, c)
	case TimeSpan:
		s, err = netfmt.Span(int64(x), format, c)
	case Guid:
		return x.Format(format)
	case Enum:
		return x.Format(format)
	case *Object:
		if f, ok := x.Base.(Formatter); ok {
			return f.Format(format, c)
		}
		if x.IsCustom() {
			return ToString(x), nil
		}
		return CultureString(v), nil
	default:
		return CultureString(v), nil
	}
	if err != nil {
		return "", NewException("System.FormatException", "%s", err.Error())
	}
	return s, nil
}

// Format is Guid.ToString(format): N, D, B, P or X.
func (g Guid) Format(format string) (string, error) {
	d := g.String()
	switch strings.ToUpper(format) {
	case "", "D":
		return d, nil
	case "N":
		return strings.ReplaceAll(d, "-", ""), nil
	case "B":
		return "{" + d + "}", nil
	case "P":
		return "(" + d + ")", nil
	case "X":
		p := strings.Split(d, "-")
		s := "{0x" + p[0] + ",0x" + p[1] + ",0x" + p[2] + ",{"
		tail := p[3] + p[4]
		for i := 0; i < len(tail); i += 2 {
			if i > 0 {
				s += ","
			}
			s += "0x" + tail[i:i+2]
		}
		return s + "}}", nil
	}
	return "", NewException("System.FormatException", `Format string can be only "D", "d", "N", "n", "P", "p", "B", "b", "X" or "x".`)
}

// Format is Enum.ToString(format): G, F, D or X.
func (e Enum) Format(format string) (string, error) {
	switch strings.ToUpper(format) {
	case "", "G", "F":
		return e.String(), nil
	case "D":
		return netfmt.FromInt(e.Value, 64).Format("D", netfmt.Invariant)
	case "X":
		return netfmt.FromInt(int64(int32(e.Value)), 32).Format("X8", netfmt.Invariant)
	}
	return "", NewException("System.FormatException", `Format string can be only "G", "g", "X", "x", "F", "f", "D" or "d".`)
}
