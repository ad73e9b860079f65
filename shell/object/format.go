package object

import (
	"strconv"
	"strings"

	"migsh/shell/object/netfmt"
)

// Format is String.Format in the current culture, the -f operator: {index,alignment:format}, doubled braces standing for themselves.
func Format(format string, args []any) (string, error) {
	var b strings.Builder
	for i := 0; i < len(format); {
		c := format[i]
		switch {
		case c != '{' && c != '}':
			b.WriteByte(c)
			i++
			continue
		case i+1 < len(format) && format[i+1] == c:
			b.WriteByte(c)
			i += 2
			continue
		case c == '}':
			return "", formatError("Input string was not in a correct format. Failure to parse near offset %d. Unexpected closing brace without a corresponding opening brace.", i+1)
		}
		end := strings.IndexByte(format[i:], '}')
		if end < 0 {
			return "", formatError("Input string was not in a correct format. Failure to parse near offset %d. Format item ends prematurely.", len(format))
		}
		item := format[i+1 : i+end]
		text, err := formatItem(item, args, i+1)
		if err != nil {
			return "", err
		}
		b.WriteString(text)
		i += end + 1
	}
	return b.String(), nil
}

func formatItem(item string, args []any, offset int) (string, error) {
	spec := ""
	if i := strings.IndexByte(item, ':'); i >= 0 {
		item, spec = item[:i], item[i+1:]
	}
	index, alignment, aligned := strings.Cut(item, ",")
	n, err := strconv.Atoi(strings.TrimSpace(index))
	if err != nil || n < 0 {
		return "", formatError("Input string was not in a correct format. Failure to parse near offset %d. Expected an ASCII digit.", offset)
	}
	if n >= len(args) {
		return "", formatError("Index (zero based) must be greater than or equal to zero and less than the size of the argument list.")
	}
	text, err := FormatValue(args[n], spec)
	if err != nil {
		return "", err
	}
	if aligned {
		width, err := strconv.Atoi(strings.TrimSpace(alignment))
		if err != nil {
			return "", formatError("Input string was not in a correct format. Failure to parse near offset %d. Expected an ASCII digit.", offset+len(index)+1)
		}
		if pad := max(width, -width) - Length(text); pad > 0 {
			if width > 0 {
				text = strings.Repeat(" ", pad) + text
			} else {
				text += strings.Repeat(" ", pad)
			}
		}
	}
	return text, nil
}

// FormatValue is IFormattable.ToString(spec) in the current culture; types that know no formats give their text.
func FormatValue(v any, spec string) (string, error) {
	base := Base(v)
	if spec == "" {
		return CultureString(base), nil
	}
	c := CurrentCulture()
	switch x := base.(type) {
	case DateTime:
		return netfmt.Date(x.Ticks, int(x.Kind), spec, c)
	case TimeSpan:
		return netfmt.Span(int64(x), spec, c)
	}
	if text, ok, err := formatNumber(base, spec, c); ok || err != nil {
		return text, err
	}
	return CultureString(base), nil
}

func formatError(format string, args ...any) error {
	return NewErrorOf(NewException("System.FormatException", format, args...), "FormatError", InvalidOperation, nil)
}
