package object

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"migsh/shell/object/netfmt"
)

func init() {
	TypeDateTime.Convert = dateFrom
	TypeTimeSpan.Convert = spanFrom
	TypeGuid.Convert = guidFrom
	TypeVersion.Convert = versionFrom
	TypeRegex.Convert = regexFrom
	TypeType.Convert = typeFrom
}

// numericText is the text by which numbers are parsed into types that know no numbers.
func numericText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case bool, Char, DateTime, Enum:
		return "", false
	}
	if isNumber(v) && !isBig(v) {
		return ToString(v), true
	}
	return "", false
}

// parsed runs a parser of texts, and of numbers by their texts, and puts its error into PowerShell's form.
func parsed[T any](v any, t *Type, id string, parse func(s string) (T, error)) (any, bool, error) {
	s, ok := numericText(v)
	if !ok {
		return nil, false, nil
	}
	out, err := parse(s)
	if err != nil {
		r := invalidCast(id, "Cannot convert value \"%s\" to type \"%s\". Error: \"%s\"", s, t.Name, exceptionOf(err).Message)
		r.Exception.Inner = exceptionOf(err)
		return nil, true, r
	}
	return out, true, nil
}

// Parsed converts texts, and numbers by their texts, with a parser whose failure gets the id; for a type's Convert.
func Parsed[T any](v any, t *Type, id string, parse func(s string) (T, error)) (any, bool, error) {
	return parsed(v, t, id, parse)
}

// CastFailed is the error of a conversion that an exception has ended.
func CastFailed(id string, v any, t *Type, cause error) error { return castFailed(id, v, t, cause) }

// WholeOf reads an integer, character or enumeration value.
func WholeOf(v any) (int64, bool) {
	n, ok := wholeOf(v)
	if n.neg {
		return -int64(n.abs), ok
	}
	return int64(n.abs), ok
}

const (
	castParsed         = "InvalidCastParseTargetInvocationWithFormatProvider"
	castParsedPlain    = "InvalidCastParseTargetInvocation"
	castConstructed    = "InvalidCastConstructorException"
	mostTicks          = 3155378975999999999
	ticksOutOfRangeMsg = "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks. (Parameter 'ticks')"
)

func dateFrom(v any) (any, bool, error) {
	if n, ok := wholeOf(v); ok {
		if _, isBool := v.(bool); isBool {
			return nil, false, nil
		}
		if n.neg || n.abs > mostTicks {
			return nil, true, castFailed(castConstructed, v, TypeDateTime, NewException("System.ArgumentOutOfRangeException", ticksOutOfRangeMsg))
		}
		return DateTime{Ticks: int64(n.abs)}, true, nil
	}
	return parsed(v, TypeDateTime, castParsed, func(s string) (DateTime, error) { return ParseDateTime(s, netfmt.Invariant) })
}

// ParseDateTime reads a date in the forms of DateTime.Parse.
func ParseDateTime(s string, c *netfmt.Culture) (DateTime, error) {
	ticks, kind, err := netfmt.ParseDate(s, c, time.Now())
	if err != nil {
		return DateTime{}, NewException("System.FormatException", "%s", err.Error())
	}
	return DateTime{Ticks: ticks, Kind: Kind(kind)}, nil
}

func spanFrom(v any) (any, bool, error) {
	switch v := v.(type) {
	case bool, DateTime:
		return nil, false, nil
	case Enum:
		return TimeSpan(v.Value), true, nil
	case string:
		return parsed(v, TypeTimeSpan, castParsed, ParseTimeSpan)
	}
	if n, ok := wholeOf(v); ok {
		i, ok := n.as(TypeInt64)
		if !ok {
			return nil, false, nil
		}
		return TimeSpan(i.(int64)), true, nil
	}
	return parsed(v, TypeTimeSpan, castParsed, ParseTimeSpan)
}

// ParseTimeSpan reads a time span in the forms of TimeSpan.Parse.
func ParseTimeSpan(s string) (TimeSpan, error) {
	ticks, err := netfmt.ParseSpan(s)
	if err != nil {
		name := "System.FormatException"
		if strings.Contains(err.Error(), "out of range") {
			name = "System.OverflowException"
		}
		return 0, NewException(name, "%s", err.Error())
	}
	return TimeSpan(ticks), nil
}

func guidFrom(v any) (any, bool, error) {
	if a, ok := v.(*Array); ok && a.Elem == TypeByte && len(a.Items) == 16 {
		return GuidFromBytes(BytesOf(a)), true, nil
	}
	return parsed(v, TypeGuid, castParsed, ParseGuid)
}

// ParseGuid reads a GUID in any of its printed forms.
func ParseGuid(s string) (Guid, error) {
	text := strings.TrimSpace(s)
	if strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		text = text[1 : len(text)-1]
	}
	if strings.HasPrefix(strings.ToLower(text), "urn:") {
		text = ""
	}
	u, err := uuid.Parse(text)
	if err != nil {
		return Guid{}, NewException("System.FormatException", "Unrecognized Guid format.")
	}
	return Guid(u), nil
}

// NewGuid returns a random GUID.
func NewGuid() Guid { return Guid(uuid.New()) }

// Bytes are the bytes in .NET's order, in which the first three parts are little-endian.
func (g Guid) Bytes() []byte {
	return []byte{g[3], g[2], g[1], g[0], g[5], g[4], g[7], g[6], g[8], g[9], g[10], g[11], g[12], g[13], g[14], g[15]}
}

// GuidFromBytes is the inverse of Bytes.
func GuidFromBytes(b []byte) Guid {
	return Guid{b[3], b[2], b[1], b[0], b[5], b[4], b[7], b[6], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]}
}

func versionFrom(v any) (any, bool, error) {
	return parsed(v, TypeVersion, castParsedPlain, ParseVersion)
}

// ParseVersion reads two to four numbers with points between.
func ParseVersion(s string) (Version, error) {
	parts := strings.Split(s, ".")
	if len(parts) < 2 || len(parts) > 4 {
		return Version{}, NewException("System.ArgumentException", "Version string portion was too short or too long. (Parameter 'input')")
	}
	v := Version{Build: -1, Revision: -1}
	for i, p := range parts {
		text := strings.TrimSpace(p)
		n, err := strconv.ParseInt(text, 10, 32)
		switch {
		case errors.Is(err, strconv.ErrRange):
			return Version{}, NewException("System.OverflowException", "Value was either too large or too small for an Int32.")
		case err != nil:
			return Version{}, NewException("System.FormatException", "The input string '%s' was not in a correct format.", p)
		case n < 0:
			name := []string{"major", "minor", "build", "revision"}[i]
			return Version{}, NewException("System.ArgumentOutOfRangeException", "%s ('%d') must be a non-negative value. (Parameter '%s')\nActual value was %d.", name, n, name, n)
		}
		*[]*int32{&v.Major, &v.Minor, &v.Build, &v.Revision}[i] = int32(n)
	}
	return v, nil
}

func regexFrom(v any) (any, bool, error) {
	s, ok := v.(string)
	if !ok {
		if s, ok = numericText(v); !ok {
			return nil, false, nil
		}
	}
	r, err := CompileRegex(s, 0)
	if err != nil {
		return nil, true, castFailed(castConstructed, s, TypeRegex, err)
	}
	return Instance(TypeRegex, r), true, nil
}

func typeFrom(v any) (any, bool, error) {
	if t, ok := v.(*Type); ok {
		return t, true, nil
	}
	s, ok := numericText(v)
	if !ok {
		if e, ok := v.(Enum); ok {
			return nil, true, invalidCast("InvalidCastIConvertible", "Cannot convert value \"%s\" to type \"System.Type\". Error: \"Invalid cast from '%s' to 'System.Type'.\"", e.String(), e.Type.Name)
		}
		return nil, false, nil
	}
	if t, ok := TypeByName(s); ok {
		return t, true, nil
	}
	return nil, true, invalidCast("InvalidCastFromStringToType", "Cannot convert the \"%s\" value of type \"System.String\" to type \"System.Type\".", s)
}

// BytesToArray makes a byte[] of Go bytes.
func BytesToArray(b []byte) *Array {
	items := make([]any, len(b))
	for i, x := range b {
		items[i] = x
	}
	return &Array{Elem: TypeByte, Items: items}
}

// BytesOf reads a byte[] or any collection of bytes.
func BytesOf(v any) []byte {
	items, _ := ItemsOf(v)
	b := make([]byte, len(items))
	for i, x := range items {
		b[i], _ = x.(uint8) // what is no byte counts as 0; conversion to byte[] comes before
	}
	return b
}

// Same is Object.Equals: equality without conversion.
func Same(a, b any) bool { return same(a, b) }

// IsPrimitive is Type.IsPrimitive.
func IsPrimitive(t *Type) bool {
	return isNumeric(t) && t != TypeDecimal || t == TypeBoolean || t == TypeChar
}

// FullName is Type.FullName: constructed generic types name their arguments' assemblies.
func (t *Type) FullName() string {
	if t.Elem != nil {
		return t.Elem.FullName() + "[]"
	}
	if t.Generic == nil {
		return t.Name
	}
	parts := make([]string, len(t.Args))
	for i, a := range t.Args {
		parts[i] = "[" + a.FullName() + ", System.Private.CoreLib, Version=10.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e]"
	}
	return t.Generic.Name + "[" + strings.Join(parts, ",") + "]"
}

// ReflectionName is Type.Name: the last part of the name.
func (t *Type) ReflectionName() string {
	switch {
	case t.Elem != nil:
		return t.Elem.ReflectionName() + "[]"
	case t.Generic != nil:
		return shortName(t.Generic.Name)
	}
	return shortName(t.Name)
}
