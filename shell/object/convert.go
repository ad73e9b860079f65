package object

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Convert makes a value of type t out of v by PowerShell's rules, the most generous first: [t]$v and the binding of parameters.
func Convert(v any, t *Type) (any, error) {
	switch t {
	case nil, TypeObject:
		return v, nil
	case TypeString:
		return toStringType(v)
	case TypeBoolean:
		return IsTrue(v), nil
	case TypeInt32:
		if i, ok := v.(int32); ok {
			return i, nil
		}
	case TypeVoid:
		return nil, nil
	case TypePSObject, TypePSCustomObject:
		return toPSObject(v, t), nil
	}
	if o, ok := v.(*Object); ok {
		v = o.Unwrap()
	}
	if v == nil {
		return fromNull(t)
	}
	own := TypeOf(v)
	if own == t || t.IsInterface && own.IsA(t) {
		return v, nil
	}
	if r, ok := v.(*Reference); ok && t != TypeReference {
		return Convert(r.Get(), t)
	}
	if t.Convert != nil {
		if out, ok, err := t.Convert(v); ok || err != nil {
			return out, err
		}
	}
	if own.IsA(t) {
		return v, nil
	}
	if _, fromTable := tableOf(v); fromTable && t.Elem == nil && t != TypeArray && t != TypeHashtable && t != TypeOrdered && t.hasEmptyConstructor() && t.Generic != TypeNullable {
		out, _, err := construct(v, t)
		return out, err
	}
	switch {
	case t.Generic == TypeNullable:
		return toNullable(v, t)
	case t.Elem != nil || t == TypeArray:
		return toArray(v, t)
	case t.Enum != nil:
		return toEnum(v, t)
	}
	switch t {
	case TypeChar:
		return toChar(v)
	case TypeSByte, TypeByte, TypeInt16, TypeUInt16, TypeInt32, TypeUInt32, TypeInt64, TypeUInt64:
		return toInteger(v, t)
	case TypeDouble, TypeSingle:
		return toFloat(v, t)
	case TypeDecimal:
		return toDecimal(v)
	case TypeBigInt:
		return toBigInt(v)
	case TypeSwitch:
		return toSwitch(v)
	case TypeHashtable, TypeOrdered:
		if h, ok := v.(*Hashtable); ok {
			c := h.Clone()
			c.Type = t
			return c, nil
		}
	case TypeReference:
		return &Reference{Get: func() any { return v }, Set: func(n any) error { v = n; return nil }}, nil
	}
	if out, ok, err := construct(v, t); ok || err != nil {
		return out, err
	}
	return nil, noConversion(v, t)
}

// construct converts by the type's constructors: one that takes the value, or the one without parameters, after which a
// table's or object's entries are set as properties.
func construct(v any, t *Type) (out any, ok bool, err error) {
	t.load()
	source, fromTable := tableOf(v)
	if fromTable {
		if !t.hasEmptyConstructor() {
			return nil, false, nil
		}
		out, err = fill(t, source)
		if r, isRecord := err.(*ErrorRecord); isRecord {
			if _, isObject := v.(*Object); isObject {
				return nil, false, castFailed("InvalidCastConstructorException", v, t, cannotConvert(v, t))
			}
			return nil, false, r
		}
		return out, err == nil, err
	}
	own := TypeOf(v)
	if isNumeric(own) {
		return nil, false, nil // numbers are taken by their texts, if at all
	}
	_, isChar := v.(Char)
	_, isEnum := v.(Enum)
	for i := range t.Constructors {
		c := &t.Constructors[i]
		if len(c.Params) != 1 || c.Call == nil || c.Params[0].Variadic {
			continue
		}
		p := c.Params[0].Type
		if p == TypeInt32 && (isChar || isEnum) {
			n, convertErr := Convert(v, TypeInt32)
			if convertErr != nil {
				return nil, false, nil
			}
			out, err = c.Call(nil, []any{n})
			return out, err == nil, err
		}
		if p == TypeObject || p.IsInterface || !own.IsA(p) {
			continue
		}
		if out, err = c.Call(nil, []any{v}); err != nil {
			return nil, false, castFailed("InvalidCastConstructorException", v, t, err)
		}
		return out, true, nil
	}
	return nil, false, nil
}

func tableOf(v any) (*Hashtable, bool) {
	switch v := v.(type) {
	case *Hashtable:
		return v, true
	case *Object:
		if v.IsCustom() {
			h := NewHashtable()
			for name, slot := range v.All() {
				h.Set(name, slot)
			}
			return h, true
		}
	}
	return nil, false
}

func (t *Type) hasEmptyConstructor() bool {
	if t.IsValue {
		return !IsPrimitive(t)
	}
	for i := range t.Constructors {
		if len(t.Constructors[i].Params) == 0 {
			return true
		}
	}
	return false
}

// fill makes an object and sets its properties from a table.
func fill(t *Type, h *Hashtable) (any, error) {
	o, err := Construction(t, nil)
	if err != nil {
		return nil, err
	}
	for k, v := range h.All() {
		name := ToString(k)
		if m := t.Member(name); m == nil || m.Set == nil && !IsCollection(v) {
			return nil, NewErrorOf(&Exception{
				Type:    typeInvalidCastException,
				Message: "Cannot create object of type \"" + t.Name + "\". The property '" + name + "' was not found for the '" + t.FullName() + "' object. " + settableProperties(t),
			}, "ObjectCreationError", InvalidArgument, nil)
		}
		if err := SetMember(o, name, v); err != nil {
			return nil, NewErrorOf(&Exception{
				Type: typeInvalidCastException, Inner: exceptionOf(err),
				Message: "Cannot create object of type \"" + t.Name + "\". " + exceptionOf(err).Message,
			}, "ObjectCreationError", InvalidArgument, nil)
		}
	}
	return o, nil
}

func settableProperties(t *Type) string {
	var names []string
	for _, m := range t.InstanceMembers() {
		if m.Set == nil {
			continue
		}
		typ := m.Type
		if typ == nil {
			typ = TypeObject
		}
		names = append(names, "["+m.Name+" <"+typ.Name+">]")
	}
	if len(names) == 0 {
		return "There is no settable property available."
	}
	return "The settable properties are: " + strings.Join(names, ", ") + "."
}

// noConversion is the error of a pair of types without any rule.
func noConversion(v any, t *Type) error {
	if from := convertible(v); from != "" {
		return invalidCast("InvalidCastIConvertible", "Cannot convert value \"%s\" to type \"%s\". Error: \"Invalid cast from '%s' to '%s'.\"",
			CultureString(v), t.Name, TypeOf(v).Name, t.FullName())
	}
	return cannotConvert(v, t)
}

// convertible names the types whose IConvertible is asked last and gives a message of its own.
func convertible(v any) string {
	switch v.(type) {
	case bool, Char, DateTime, Enum:
		return shortName(TypeOf(v).Name)
	}
	return ""
}

func cannotConvert(v any, t *Type) error {
	return invalidCast("ConvertToFinalInvalidCastException", "Cannot convert the \"%s\" value of type \"%s\" to type \"%s\".", CultureString(v), TypeOf(v).Name, t.Name)
}

func castFailed(id string, v any, t *Type, cause error) *ErrorRecord {
	r := invalidCast(id, "Cannot convert value \"%s\" to type \"%s\". Error: \"%s\"", CultureString(v), t.Name, exceptionOf(cause).Message)
	r.Exception.Inner = exceptionOf(cause)
	return r
}

func fromNull(t *Type) (any, error) {
	switch {
	case t.Generic == TypeNullable, t == TypeReference:
		return nil, nil
	case t.Enum != nil:
		return nil, invalidCast("nullToEnumInvalidCast", "Cannot convert null to type \"%s\" due to enumeration values that are not valid. Specify one of the following enumeration values and try again. The possible enumeration values are \"%s\".", t.Name, strings.Join(t.Enum.Names, ","))
	case numericRank(t) > 0, t == TypeChar, t == TypeSwitch, t == TypeBigInt:
		return Zero(t), nil
	case t.IsValue:
		return nil, invalidCast("nullToObjectInvalidCast", "Cannot convert null to type \"%s\".", t.Name)
	}
	return nil, nil
}

// Zero is the default value of a type: 0, false, an empty date, nil for references.
func Zero(t *Type) any {
	switch t {
	case TypeBoolean:
		return false
	case TypeChar:
		return Char(0)
	case TypeSByte:
		return int8(0)
	case TypeByte:
		return uint8(0)
	case TypeInt16:
		return int16(0)
	case TypeUInt16:
		return uint16(0)
	case TypeInt32:
		return int32(0)
	case TypeUInt32:
		return uint32(0)
	case TypeInt64:
		return int64(0)
	case TypeUInt64:
		return uint64(0)
	case TypeSingle:
		return float32(0)
	case TypeDouble:
		return float64(0)
	case TypeDecimal:
		return Decimal{}
	case TypeBigInt:
		return new(big.Int)
	case TypeDateTime:
		return DateTime{}
	case TypeTimeSpan:
		return TimeSpan(0)
	case TypeGuid:
		return Guid{}
	case TypeSwitch:
		return Switch(false)
	}
	if t.Enum != nil {
		return Enum{Type: t}
	}
	return nil
}

func toStringType(v any) (any, error) { return ToString(v), nil }

func toPSObject(v any, t *Type) any {
	if h, ok := Base(v).(*Hashtable); ok && t == TypePSCustomObject {
		return CustomFromTable(h)
	}
	return v
}

func toNullable(v any, t *Type) (any, error) {
	if _, ok := v.(*Hashtable); !ok && !IsCollection(v) {
		out, err := Convert(v, t.Args[0])
		if r, ok := err.(*ErrorRecord); !ok || r.ID != "ConvertToFinalInvalidCastException" {
			return out, err
		}
	}
	return nil, cannotConvert(v, t)
}

func toSwitch(v any) (any, error) {
	if b, ok := v.(bool); ok {
		return Switch(b), nil
	}
	return nil, noConversion(v, TypeSwitch)
}

func toArray(v any, t *Type) (any, error) {
	elem := t.Elem
	if elem == nil {
		elem = TypeObject
	}
	if s, ok := v.(string); ok && elem == TypeChar {
		return CharArray(s), nil
	}
	items, ok := ItemsOf(v)
	if !ok {
		c, err := Convert(v, elem)
		if _, isBool := v.(bool); isBool && elem == TypeChar {
			return nil, noConversion(v, t)
		}
		if err != nil {
			if r, ok := err.(*ErrorRecord); ok && r.ID == "ConvertToFinalInvalidCastException" {
				return nil, cannotConvert(v, t)
			}
			return nil, castFailed("InvalidCastExceptionScalarToArray", v, t, err)
		}
		return &Array{Elem: arrayElem(elem), Items: []any{c}}, nil
	}
	out := make([]any, len(items))
	for i, e := range items {
		c, err := Convert(e, elem)
		if err != nil {
			if r, ok := err.(*ErrorRecord); ok && r.ID == "ConvertToFinalInvalidCastException" {
				return nil, cannotConvert(v, t)
			}
			return nil, err
		}
		out[i] = c
	}
	return &Array{Elem: arrayElem(elem), Items: out}, nil
}

func arrayElem(t *Type) *Type {
	if t == TypeObject {
		return nil
	}
	return t
}

// CharArray is the string's UTF-16 units as a char[].
func CharArray(s string) *Array {
	units := utf16.Encode([]rune(s))
	items := make([]any, len(units))
	for i, u := range units {
		items[i] = Char(u)
	}
	return &Array{Elem: TypeChar, Items: items}
}

func toChar(v any) (any, error) {
	switch v := v.(type) {
	case string:
		units := utf16.Encode([]rune(v))
		if len(units) != 1 {
			return nil, castFailed("InvalidCastParseTargetInvocation", v, TypeChar, NewException("System.FormatException", "String must be exactly one character long."))
		}
		return Char(units[0]), nil
	case bool, float64, float32, Decimal, DateTime:
		return nil, invalidCast("InvalidCastIConvertible", "Cannot convert value \"%s\" to type \"System.Char\". Error: \"Invalid cast from '%s' to 'Char'.\"", CultureString(v), shortName(TypeOf(v).Name))
	}
	n, ok := wholeOf(v)
	if !ok {
		return nil, cannotConvert(v, TypeChar)
	}
	if n.neg || n.abs > math.MaxUint16 {
		return nil, castFailed("InvalidCastIConvertible", v, TypeChar, overflow(TypeChar))
	}
	return Char(n.abs), nil
}

// whole is an integer of any of the built-in sizes.
type whole struct {
	abs uint64
	neg bool
}

func wholeInt(i int64) whole {
	if i < 0 {
		return whole{uint64(-i), true}
	}
	return whole{uint64(i), false}
}

// wholeOf reads integers, characters, booleans and enumerations.
func wholeOf(v any) (whole, bool) {
	switch v := v.(type) {
	case int32:
		return wholeInt(int64(v)), true
	case int64:
		return wholeInt(v), true
	case bool:
		if v {
			return whole{abs: 1}, true
		}
		return whole{}, true
	case Char:
		return whole{abs: uint64(v)}, true
	case int8:
		return wholeInt(int64(v)), true
	case uint8:
		return whole{abs: uint64(v)}, true
	case int16:
		return wholeInt(int64(v)), true
	case uint16:
		return whole{abs: uint64(v)}, true
	case uint32:
		return whole{abs: uint64(v)}, true
	case uint64:
		return whole{abs: v}, true
	case Enum:
		return wholeInt(v.Value), true
	}
	return whole{}, false
}

// limits of the integer types: the largest value and the largest magnitude of a negative one.
func limits(t *Type) (most, least uint64) {
	switch t {
	case TypeSByte:
		return math.MaxInt8, 1 << 7
	case TypeByte:
		return math.MaxUint8, 0
	case TypeInt16:
		return math.MaxInt16, 1 << 15
	case TypeUInt16:
		return math.MaxUint16, 0
	case TypeInt32:
		return math.MaxInt32, 1 << 31
	case TypeUInt32:
		return math.MaxUint32, 0
	case TypeInt64:
		return math.MaxInt64, 1 << 63
	}
	return math.MaxUint64, 0
}

// as makes a value of an integer type.
func (n whole) as(t *Type) (any, bool) {
	most, least := limits(t)
	if n.neg && n.abs > least || !n.neg && n.abs > most {
		return nil, false
	}
	i := int64(n.abs)
	if n.neg {
		i = -i
	}
	switch t {
	case TypeSByte:
		return int8(i), true
	case TypeByte:
		return uint8(i), true
	case TypeInt16:
		return int16(i), true
	case TypeUInt16:
		return uint16(i), true
	case TypeInt32:
		return int32(i), true
	case TypeUInt32:
		return uint32(i), true
	case TypeInt64:
		return i, true
	}
	return n.abs, true
}

// overflow is the exception of a number that the type cannot hold.
func overflow(t *Type) *Exception {
	name := map[*Type]string{
		TypeSByte: "a signed byte", TypeByte: "an unsigned byte", TypeInt16: "an Int16", TypeUInt16: "a UInt16", TypeInt32: "an Int32",
		TypeUInt32: "a UInt32", TypeInt64: "an Int64", TypeUInt64: "a UInt64", TypeChar: "a character", TypeDecimal: "a Decimal",
		TypeSingle: "a Single", TypeDouble: "a Double",
	}[t]
	return NewException("System.OverflowException", "Value was either too large or too small for %s.", name)
}

// Overflow is the exception of a number that does not fit into the type.
func Overflow(t *Type) *Exception { return overflow(t) }

func toInteger(v any, t *Type) (any, error) {
	if n, ok := wholeOf(v); ok {
		if out, ok := n.as(t); ok {
			return out, nil
		}
		return nil, castFailed("InvalidCastIConvertible", v, t, overflow(t))
	}
	switch v := v.(type) {
	case string:
		return integerFromString(v, t)
	case float64:
		return integerFromFloat(v, v, t)
	case float32:
		return integerFromFloat(float64(v), v, t)
	case Decimal:
		return integerFromBig(v.Big(), v, t)
	case BigInt:
		return integerFromBig(v, v, t)
	case DateTime:
		return nil, invalidCast("InvalidCastIConvertible", "Cannot convert value \"%s\" to type \"%s\". Error: \"Invalid cast from 'DateTime' to '%s'.\"", CultureString(v), t.Name, shortName(t.Name))
	}
	return nil, cannotConvert(v, t)
}

func integerFromBig(b *big.Int, v any, t *Type) (any, error) {
	if b.IsUint64() {
		if out, ok := (whole{abs: b.Uint64()}).as(t); ok {
			return out, nil
		}
	} else if b.IsInt64() {
		if out, ok := wholeInt(b.Int64()).as(t); ok {
			return out, nil
		}
	}
	return nil, castFailed("InvalidCastIConvertible", v, t, overflow(t))
}

// integerFromFloat rounds half to even. .NET goes by way of Int32 for the small types, which shows in the message.
func integerFromFloat(f float64, v any, t *Type) (any, error) {
	r := math.RoundToEven(f)
	if math.Abs(r) < 1<<53 {
		if out, ok := wholeInt(int64(r)).as(t); ok {
			return out, nil
		}
	} else if !math.IsNaN(r) && !math.IsInf(r, 0) {
		b, _ := big.NewFloat(r).Int(nil)
		if out, err := integerFromBig(b, v, t); err == nil {
			return out, nil
		}
	}
	cause := overflow(t)
	switch t {
	case TypeSByte, TypeByte, TypeInt16, TypeUInt16:
		if !(r >= math.MinInt32 && r <= math.MaxInt32) {
			cause = overflow(TypeInt32)
		}
	case TypeInt64, TypeUInt64:
		cause = NewException("System.OverflowException", "Arithmetic operation resulted in an overflow.")
	}
	return nil, castFailed("InvalidCastIConvertible", v, t, cause)
}

// number is what a string of digits is read as.
var errNotNumber = errors.New("not a number")

func badInput(s string) *Exception {
	return NewException("System.FormatException", "The input string '%s' was not in a correct format.", s)
}

// integerFromString reads a whole number, hexadecimal with 0x, or any number, which is rounded.
func integerFromString(s string, t *Type) (any, error) {
	trimmed := strings.TrimSpace(s)
	if trimmed == "" {
		return Zero(t), nil
	}
	if n, ok := hexadecimal(trimmed); ok {
		if out, ok := n.asBits(t); ok {
			return out, nil
		}
		return nil, castFailed("InvalidCastFromStringToInteger", s, t, overflow(t))
	}
	if i, err := strconv.ParseInt(trimmed, 10, 64); err == nil {
		if out, ok := wholeInt(i).as(t); ok {
			return out, nil
		}
		return nil, castFailed("InvalidCastFromStringToInteger", s, t, overflow(t))
	}
	b, err := bigFromText(trimmed)
	if err != nil {
		return nil, castFailed("InvalidCastFromStringToInteger", s, t, badInput(s))
	}
	out, err := integerFromBig(b, s, t)
	if err != nil {
		// What is no plain integer fails by its first reading, as one.
		return nil, castFailed("InvalidCastFromStringToInteger", s, t, badInput(s))
	}
	return out, nil
}

// bigFromText reads any number and rounds it half to even.
func bigFromText(s string) (*big.Int, error) {
	plain, ok := plainNumber(s)
	if !ok {
		return nil, errNotNumber
	}
	d, err := ParseDecimal(plain)
	if err != nil {
		f, err := strconv.ParseFloat(plain, 64)
		if err != nil || math.IsInf(f, 0) {
			return nil, errNotNumber
		}
		b, _ := big.NewFloat(math.RoundToEven(f)).Int(nil)
		return b, nil
	}
	return d.Big(), nil
}

// plainNumber strips what .NET's NumberStyles.Any allows around digits: blanks, a sign, thousands' separators.
func plainNumber(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return "", false
	}
	var b strings.Builder
	digits, point, exponent := 0, false, false
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c >= '0' && c <= '9':
			digits++
		case c == '+' || c == '-':
			if i > 0 && !(exponent && (s[i-1] == 'e' || s[i-1] == 'E')) {
				return "", false
			}
		case c == '.':
			if point || exponent {
				return "", false
			}
			point = true
		case c == ',':
			if point || exponent || digits == 0 {
				return "", false
			}
			continue
		case c == 'e' || c == 'E':
			if exponent || digits == 0 || i == len(s)-1 || s[len(s)-1] < '0' || s[len(s)-1] > '9' {
				return "", false
			}
			exponent = true
		default:
			return "", false
		}
		b.WriteByte(c)
	}
	return b.String(), digits > 0
}

type bits uint64

// hexadecimal reads 0x… and &h….
func hexadecimal(s string) (bits, bool) {
	if len(s) < 3 || !(s[0] == '0' && (s[1] == 'x' || s[1] == 'X') || s[0] == '&' && (s[1] == 'h' || s[1] == 'H')) {
		if len(s) < 2 || s[0] != '#' {
			return 0, false
		}
		n, err := strconv.ParseUint(s[1:], 16, 64)
		return bits(n), err == nil
	}
	n, err := strconv.ParseUint(s[2:], 16, 64)
	return bits(n), err == nil
}

// asBits fits a hexadecimal number into a type, where the topmost bit may be the sign.
func (n bits) asBits(t *Type) (any, bool) {
	switch t {
	case TypeSByte:
		return int8(n), n <= math.MaxUint8
	case TypeInt16:
		return int16(n), n <= math.MaxUint16
	case TypeInt32:
		return int32(n), n <= math.MaxUint32
	case TypeInt64:
		return int64(n), true
	}
	return whole{abs: uint64(n)}.as(t)
}

func toFloat(v any, t *Type) (any, error) {
	var f float64
	switch v := v.(type) {
	case float64:
		f = v
	case float32:
		f = float64(v)
	case Decimal:
		f = v.Float64()
	case BigInt:
		f, _ = new(big.Float).SetInt(v).Float64()
	case string:
		trimmed := strings.TrimSpace(v)
		if trimmed == "" {
			break
		}
		var ok bool
		if f, ok = floatFromText(trimmed); !ok {
			return nil, castFailed("InvalidCastFromStringToDoubleOrSingle", v, t, badInput(v))
		}
	case DateTime:
		return nil, invalidCast("InvalidCastIConvertible", "Cannot convert value \"%s\" to type \"%s\". Error: \"Invalid cast from 'DateTime' to '%s'.\"", CultureString(v), t.Name, shortName(t.Name))
	case Char:
		f = float64(v)
	default:
		n, ok := wholeOf(v)
		if !ok {
			return nil, cannotConvert(v, t)
		}
		if f = float64(n.abs); n.neg {
			f = -f
		}
	}
	if t == TypeSingle {
		return float32(f), nil
	}
	return f, nil
}

func floatFromText(s string) (float64, bool) {
	if n, ok := hexadecimal(s); ok {
		return float64(n), true
	}
	switch strings.ToLower(s) {
	case "∞", "infinity", "+infinity", "+∞":
		return math.Inf(1), true
	case "-∞", "-infinity":
		return math.Inf(-1), true
	case "nan":
		return math.NaN(), true
	}
	plain, ok := plainNumber(s)
	if !ok {
		return 0, false
	}
	f, err := strconv.ParseFloat(plain, 64)
	return f, err == nil || math.IsInf(f, 0)
}

func toDecimal(v any) (any, error) {
	var d Decimal
	var err error
	switch v := v.(type) {
	case float64:
		d, err = DecimalFromFloat(v, 15)
	case float32:
		d, err = DecimalFromFloat(float64(v), 7)
	case BigInt:
		d, err = DecimalFromBig(v)
	case string:
		trimmed := strings.TrimSpace(v)
		if trimmed == "" {
			return Decimal{}, nil
		}
		if n, ok := hexadecimal(trimmed); ok {
			return DecimalFromUint(uint64(n)), nil
		}
		plain, ok := plainNumber(trimmed)
		if !ok {
			return nil, castFailed("InvalidCastFromStringToDecimal", v, TypeDecimal, badInput(v))
		}
		if d, err = ParseDecimal(plain); err == nil {
			d, err = ParseDecimal(d.Reduced()) // read as a literal would be, which keeps no zeros
		}
		if err != nil {
			return nil, castFailed("InvalidCastFromStringToDecimal", v, TypeDecimal, errDecimalOverflow)
		}
	case DateTime:
		return nil, invalidCast("InvalidCastIConvertible", "Cannot convert value \"%s\" to type \"System.Decimal\". Error: \"Invalid cast from 'DateTime' to 'Decimal'.\"", CultureString(v))
	default:
		n, ok := wholeOf(v)
		if !ok {
			return nil, cannotConvert(v, TypeDecimal)
		}
		if d = DecimalFromUint(n.abs); n.neg {
			d = d.Neg()
		}
	}
	if err != nil {
		return nil, castFailed("InvalidCastIConvertible", v, TypeDecimal, err)
	}
	return d, nil
}

func toBigInt(v any) (any, error) {
	switch v := v.(type) {
	case float64:
		if math.IsInf(v, 0) || math.IsNaN(v) {
			what := "infinity"
			if math.IsNaN(v) {
				what = "NaN"
			}
			return nil, castFailed("InvalidCastConstructorException", v, TypeBigInt, NewException("System.OverflowException", "BigInteger cannot represent %s.", what))
		}
		b, _ := big.NewFloat(math.Trunc(v)).Int(nil)
		return b, nil
	case float32:
		b, _ := big.NewFloat(math.Trunc(float64(v))).Int(nil)
		return b, nil
	case Decimal:
		return v.Trunc().Big(), nil
	case string:
		trimmed := strings.TrimSpace(v)
		if trimmed == "" {
			return new(big.Int), nil
		}
		if n, ok := hexadecimal(trimmed); ok {
			return new(big.Int).SetUint64(uint64(n)), nil
		}
		b, ok := new(big.Int).SetString(strings.ReplaceAll(trimmed, ",", ""), 10)
		if !ok {
			return nil, castFailed("InvalidCastFromStringToInteger", v, TypeBigInt, NewException("System.FormatException", "The value could not be parsed."))
		}
		return b, nil
	}
	n, ok := wholeOf(v)
	if !ok {
		return nil, noConversion(v, TypeBigInt)
	}
	b := new(big.Int).SetUint64(n.abs)
	if n.neg {
		b.Neg(b)
	}
	return b, nil
}

// toEnum reads names, unique beginnings of names, several names with commas, and numbers.
func toEnum(v any, t *Type) (any, error) {
	info := t.Enum
	if items, ok := ItemsOf(v); ok {
		if len(items) == 1 {
			if items[0] == nil {
				return fromNull(t)
			}
			return Convert(items[0], t)
		}
		parts := make([]string, len(items))
		for i, e := range items {
			parts[i] = ToString(e)
		}
		v = strings.Join(parts, ",")
	}
	switch v.(type) {
	case bool, Char, DateTime:
		return nil, noConversion(v, t)
	case float64, float32, Decimal:
		v = ToString(v)
	}
	if s, ok := v.(string); ok {
		return enumFromString(s, t)
	}
	n, ok := wholeOf(v)
	if !ok {
		return nil, cannotConvert(v, t)
	}
	value := int64(n.abs)
	if n.neg {
		value = -value
	}
	if !info.defines(value) {
		return nil, invalidCast("UndefinedIntegerToEnum", "Cannot convert value \"%s\" to type \"%s\" due to enumeration values that are not valid. Specify one of the following enumeration values and try again. The possible enumeration values are \"%s\".",
			CultureString(v), t.Name, strings.Join(info.Names, ","))
	}
	return Enum{t, value}, nil
}

func (i *EnumInfo) defines(value int64) bool {
	all := int64(0)
	for _, v := range i.Values {
		if v == value {
			return true
		}
		all |= v
	}
	return i.Flags && value != 0 && value&^all == 0
}

func enumFromString(s string, t *Type) (any, error) {
	info := t.Enum
	parts := strings.Split(s, ",")
	if !info.Flags && len(parts) > 1 {
		// .NET adds the numbers up even without [Flags], but only of names that exist.
		for _, p := range parts {
			if _, ok := info.Find(strings.TrimSpace(p)); !ok {
				return nil, enumNameError(s, strings.TrimSpace(s), t)
			}
		}
	}
	var value int64
	for _, p := range parts {
		p = strings.TrimSpace(p)
		if n, err := strconv.ParseInt(p, 10, 64); err == nil {
			value |= n
			continue
		}
		if n, ok := info.Find(p); ok {
			value |= n
			continue
		}
		match, count := int64(0), 0
		for k, name := range info.Names {
			if len(name) >= len(p) && strings.EqualFold(name[:len(p)], p) {
				match = info.Values[k]
				count++
			}
		}
		switch {
		case count == 1:
			value |= match
		case count > 1:
			var similar []string
			for _, name := range info.Names {
				if len(name) >= len(p) && strings.EqualFold(name[:len(p)], p) {
					similar = append(similar, name)
				}
			}
			return nil, castFailed("SubstringDisambiguationEnumParseThrewAnException", s, t, NewException("System.ArgumentException",
				"The identifier name %s cannot be processed because it is either too similar or identical to the following enumerator names: %s. Use a more specific identifier name.", p, strings.Join(similar, ", ")))
		default:
			return nil, enumNameError(s, p, t)
		}
	}
	if len(parts) == 1 && !info.defines(value) {
		return nil, invalidCast("UndefinedIntegerToEnum", "Cannot convert value \"%s\" to type \"%s\" due to enumeration values that are not valid. Specify one of the following enumeration values and try again. The possible enumeration values are \"%s\".",
			s, t.Name, strings.Join(info.Names, ","))
	}
	return Enum{t, value}, nil
}

func enumNameError(s, part string, t *Type) error {
	return castFailed("SubstringDisambiguationEnumParseThrewAnException", s, t, NewException("System.ArgumentException",
		"Unable to match the identifier name %s to a valid enumerator name. Specify one of the following enumerator names and try again:\n%s", part, strings.Join(t.Enum.Names, ", ")))
}
