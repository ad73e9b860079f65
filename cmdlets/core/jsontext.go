package core

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"migsh/shell/object"
)

// jsonReader parses JSON as PowerShell takes it: with comments, trailing commas and single quotes, and with texts that are dates
// made dates.
type jsonReader struct {
	text        string
	at          int
	maxDepth    int
	asHashtable bool
	dates       string // -DateKind: "Default", "Local", "Utc", "Offset", "String"
	path        []string
	// strict keeps to the standard, as Test-Json does, but for what comments and commas allow: comments, a comma at the end.
	strict, comments, commas bool
}

// jsonError is a fault of the text. Its message is that of PowerShell's own parser, as far as known.
type jsonError struct{ message string }

func (e *jsonError) Error() string { return e.message }

// typeOrderedHashtable is what -AsHashtable makes: a hashtable that tells small letters from capitals and keeps its order.
var typeOrderedHashtable = object.Declare(&object.Type{Name: "System.Management.Automation.OrderedHashtable", Base: object.TypeHashtable})

func (r *jsonReader) fail(format string, args ...any) error {
	line := 1 + strings.Count(r.text[:min(r.at, len(r.text))], "\n")
	column := min(r.at, len(r.text)) - (strings.LastIndexByte(r.text[:min(r.at, len(r.text))], '\n') + 1)
	return &jsonError{fmt.Sprintf(format, args...) + fmt.Sprintf(" Path '%s', line %d, position %d.", strings.TrimPrefix(strings.Join(r.path, ""), "."), line, column)}
}

// document parses the whole text.
func (r *jsonReader) document() (any, error) {
	if err := r.blanks(); err != nil {
		return nil, err
	}
	v, err := r.value(0)
	if err != nil {
		return nil, err
	}
	if err := r.blanks(); err != nil {
		return nil, err
	}
	if r.at < len(r.text) {
		c, _ := utf8.DecodeRuneInString(r.text[r.at:])
		return nil, r.fail("Additional text encountered after finished reading JSON content: %c.", c)
	}
	return v, nil
}

// blanks passes over white space and comments.
func (r *jsonReader) blanks() error {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			r.at++
		case strings.HasPrefix(r.text[r.at:], "\uFEFF"):
			r.at += 3
		case r.strict && !r.comments && c == '/':
			return r.fail("Unexpected character encountered while parsing value: %c.", c)
		case strings.HasPrefix(r.text[r.at:], "//"):
			if i := strings.IndexByte(r.text[r.at:], '\n'); i >= 0 {
				r.at += i
			} else {
				r.at = len(r.text)
			}
		case strings.HasPrefix(r.text[r.at:], "/*"):
			i := strings.Index(r.text[r.at+2:], "*/")
			if i < 0 {
				r.at = len(r.text)
				return r.fail("Unexpected end while parsing comment.")
			}
			r.at += i + 4
		default:
			return nil
		}
	}
	return nil
}

func (r *jsonReader) value(depth int) (any, error) {
	if r.at >= len(r.text) {
		return nil, r.fail("Unexpected end when reading JSON.")
	}
	switch c := r.text[r.at]; {
	case c == '{':
		return r.object(depth + 1)
	case c == '[':
		return r.array(depth + 1)
	case c == '"' || c == '\'' && !r.strict:
		s, err := r.string()
		if err != nil {
			return nil, err
		}
		return r.dated(s), nil
	case c == '-' || c >= '0' && c <= '9' || c == '.':
		return r.number()
	}
	if r.strict && !slices.ContainsFunc([]string{"true", "false", "null"}, func(word string) bool { return strings.HasPrefix(r.text[r.at:], word) }) {
		c, _ := utf8.DecodeRuneInString(r.text[r.at:])
		return nil, r.fail("Unexpected character encountered while parsing value: %c.", c)
	}
	for word, v := range map[string]any{"true": true, "false": false, "null": nil, "undefined": nil, "NaN": nan, "Infinity": infinity} {
		if strings.HasPrefix(r.text[r.at:], word) {
			r.at += len(word)
			return v, nil
		}
	}
	c, _ := utf8.DecodeRuneInString(r.text[r.at:])
	return nil, r.fail("Unexpected character encountered while parsing value: %c.", c)
}

func (r *jsonReader) tooDeep(depth int) error {
	if depth <= r.maxDepth {
		return nil
	}
	return r.fail("The reader's MaxDepth of %d has been exceeded.", r.maxDepth)
}

func (r *jsonReader) array(depth int) (any, error) {
	if err := r.tooDeep(depth); err != nil {
		return nil, err
	}
	r.at++
	items := []any{}
	for {
		if err := r.blanks(); err != nil {
			return nil, err
		}
		if r.at < len(r.text) && r.text[r.at] == ']' {
			r.at++
			return &object.Array{Items: items}, nil
		}
		r.path = append(r.path, fmt.Sprintf("[%d]", len(items)))
		v, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		if err := r.blanks(); err != nil {
			return nil, err
		}
		if err := r.separator(']'); err != nil {
			return nil, err
		}
		r.path = r.path[:len(r.path)-1]
		items = append(items, v)
	}
}

// separator passes over a comma, or stops before the closing character.
func (r *jsonReader) separator(closing byte) error {
	if r.at >= len(r.text) {
		return r.fail("Unexpected end when reading JSON.")
	}
	switch r.text[r.at] {
	case ',':
		r.at++
		if !r.strict || r.commas {
			return nil
		}
		if err := r.blanks(); err != nil {
			return err
		}
		if r.at < len(r.text) && r.text[r.at] == closing {
			return r.fail("The text contains a trailing comma, which the standard does not allow.")
		}
		return nil
	case closing:
		return nil
	}
	c, _ := utf8.DecodeRuneInString(r.text[r.at:])
	return r.fail("After parsing a value an unexpected character was encountered: %c.", c)
}

func (r *jsonReader) object(depth int) (any, error) {
	if err := r.tooDeep(depth); err != nil {
		return nil, err
	}
	r.at++
	names, values := []string{}, []any{}
	places := map[string]int{}
	for {
		if err := r.blanks(); err != nil {
			return nil, err
		}
		if r.at >= len(r.text) {
			return nil, r.fail("Unexpected end when reading JSON.")
		}
		if r.text[r.at] == '}' {
			r.at++
			break
		}
		name, err := r.name()
		if err != nil {
			return nil, err
		}
		r.path = append(r.path, "."+name)
		if err := r.blanks(); err != nil {
			return nil, err
		}
		if r.at >= len(r.text) {
			return nil, r.fail("Unexpected end when reading JSON.")
		}
		if r.text[r.at] != ':' {
			c, _ := utf8.DecodeRuneInString(r.text[r.at:])
			return nil, r.fail("Invalid character after parsing property name. Expected ':' but got: %c.", c)
		}
		r.at++
		if err := r.blanks(); err != nil {
			return nil, err
		}
		v, err := r.value(depth)
		if err != nil {
			return nil, err
		}
		if err := r.blanks(); err != nil {
			return nil, err
		}
		if err := r.separator('}'); err != nil {
			return nil, err
		}
		r.path = r.path[:len(r.path)-1]
		key := name
		if !r.asHashtable {
			key = strings.ToLower(name)
			if name == "" {
				return nil, jsonKeyError("EmptyKeyInJsonString", "The provided JSON includes a property whose name is an empty string, this is only supported using the -AsHashTable switch.")
			}
		}
		if i, there := places[key]; there {
			if names[i] != name {
				return nil, jsonKeyError("KeysWithDifferentCasingInJsonString", "Cannot convert the JSON string because it contains keys with different casing. Please use the -AsHashTable switch instead. The key that was attempted to be added to the existing key '%s' was '%s'.", names[i], name)
			}
			values[i] = v // the last of several equal names counts
			continue
		}
		places[key] = len(names)
		names, values = append(names, name), append(values, v)
	}
	if r.asHashtable {
		h := &object.Hashtable{Type: typeOrderedHashtable, CaseSensitive: true}
		for i, n := range names {
			h.Set(n, values[i])
		}
		return h, nil
	}
	o := &object.Object{}
	for i, n := range names {
		o.Set(n, values[i])
	}
	return o, nil
}

func jsonKeyError(id, format string, args ...any) error {
	return object.NewErrorOf(object.NewException("System.InvalidOperationException", format, args...), id, object.InvalidOperation, nil)
}

// name reads a property's name, which may stand without quotes.
func (r *jsonReader) name() (string, error) {
	c := r.text[r.at]
	if c == '"' || c == '\'' && !r.strict {
		return r.string()
	}
	if r.strict {
		return "", r.fail("Invalid property identifier character: %c.", c)
	}
	start := r.at
	for r.at < len(r.text) {
		c, n := utf8.DecodeRuneInString(r.text[r.at:])
		if !(c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= utf8.RuneSelf) {
			break
		}
		r.at += n
	}
	if r.at == start {
		return "", r.fail("Invalid property identifier character: %c.", c)
	}
	return r.text[start:r.at], nil
}

func (r *jsonReader) string() (string, error) {
	quote := r.text[r.at]
	r.at++
	start := r.at
	for r.at < len(r.text) && r.text[r.at] != quote && r.text[r.at] != '\\' {
		r.at++
	}
	if r.at < len(r.text) && r.text[r.at] == quote { // nothing escaped
		r.at++
		return r.text[start : r.at-1], nil
	}
	var b strings.Builder
	b.WriteString(r.text[start:r.at])
	for r.at < len(r.text) {
		c := r.text[r.at]
		r.at++
		switch {
		case c == quote:
			return b.String(), nil
		case c != '\\':
			b.WriteByte(c)
			continue
		case r.at >= len(r.text):
			return "", r.fail("Unterminated string. Expected delimiter: %c.", quote)
		}
		c = r.text[r.at]
		r.at++
		switch c {
		case 'n':
			b.WriteByte('\n')
		case 't':
			b.WriteByte('\t')
		case 'r':
			b.WriteByte('\r')
		case 'b':
			b.WriteByte('\b')
		case 'f':
			b.WriteByte('\f')
		case '"', '\'', '\\', '/':
			b.WriteByte(c)
		case 'u':
			u, err := r.unit()
			if err != nil {
				return "", err
			}
			if utf16.IsSurrogate(u) && strings.HasPrefix(r.text[r.at:], `\u`) {
				r.at += 2
				low, err := r.unit()
				if err != nil {
					return "", err
				}
				u = utf16.DecodeRune(u, low)
			}
			b.WriteRune(u)
		default:
			return "", r.fail("Bad JSON escape sequence: \\%c.", c)
		}
	}
	return "", r.fail("Unterminated string. Expected delimiter: %c.", quote)
}

// unit reads the four digits of an escaped UTF-16 unit.
func (r *jsonReader) unit() (rune, error) {
	if r.at+4 > len(r.text) {
		return 0, r.fail("Unexpected end while parsing Unicode escape sequence.")
	}
	n, err := strconv.ParseUint(r.text[r.at:r.at+4], 16, 16)
	if err != nil {
		return 0, r.fail("Invalid Unicode escape sequence: \\u%s.", r.text[r.at:r.at+4])
	}
	r.at += 4
	return rune(n), nil
}

func (r *jsonReader) number() (any, error) {
	start := r.at
	for r.at < len(r.text) && strings.IndexByte("+-.0123456789eExXabcdfABCDF", r.text[r.at]) >= 0 {
		r.at++
	}
	text := r.text[start:r.at]
	if r.strict && !json.Valid([]byte(text)) {
		return nil, r.fail("Input string '%s' is not a valid number.", text)
	}
	if strings.HasPrefix(text, "-") && strings.HasPrefix(r.text[r.at:], "Infinity") {
		r.at += len("Infinity")
		return -infinity, nil
	}
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return n, nil
	}
	if n, ok := new(big.Int).SetString(text, 10); ok {
		return n, nil
	}
	if !strings.ContainsAny(text, "xX") {
		if f, err := strconv.ParseFloat(text, 64); err == nil {
			return f, nil
		}
	} else if n, err := strconv.ParseInt(text, 0, 64); err == nil {
		return n, nil
	}
	return nil, r.fail("Input string '%s' is not a valid number.", text)
}

// dated makes a date of a text that is one in ISO 8601's form.
func (r *jsonReader) dated(s string) any {
	if r.dates == "String" || len(s) < 19 || len(s) > 40 || s[4] != '-' || s[10] != 'T' {
		return s
	}
	zone := strings.LastIndexAny(s, "Z+-")
	layout := "2006-01-02T15:04:05.9999999"
	if zone > 10 {
		layout += "Z07:00"
	}
	t, err := time.Parse(layout, s)
	if err != nil {
		return s
	}
	d := object.DateTimeOf(t.UTC())
	switch {
	case zone <= 10:
		d.Kind = object.KindUnspecified
		if r.dates == "Utc" {
			d.Kind = object.KindUTC
		} else if r.dates == "Local" {
			d.Kind = object.KindLocal
		}
	case r.dates == "Utc":
	case s[zone] != 'Z' || r.dates == "Local":
		d = object.DateTimeOf(t.Local())
		d.Kind = object.KindLocal
	}
	return d
}
