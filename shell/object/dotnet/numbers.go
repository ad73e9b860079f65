package dotnet

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"
	"unicode"

	"migsh/shell/object"
	"migsh/shell/object/netfmt"
)

var (
	typeMath         = object.Declare(&object.Type{Name: "System.Math", IsStatic: true})
	typeConvert      = object.Declare(&object.Type{Name: "System.Convert", IsStatic: true})
	typeBitConverter = object.Declare(&object.Type{Name: "System.BitConverter", IsStatic: true})
	_                = object.NewEnum("System.Globalization.NumberStyles", true,
		[]string{"None", "AllowLeadingWhite", "AllowTrailingWhite", "AllowLeadingSign", "Integer", "AllowTrailingSign", "AllowParentheses", "AllowDecimalPoint", "AllowThousands", "Number", "AllowExponent", "Float", "AllowCurrencySymbol", "Currency", "Any", "AllowHexSpecifier", "HexNumber"},
		[]int64{0, 1, 2, 4, 7, 8, 16, 32, 64, 111, 128, 167, 256, 383, 511, 512, 515})
	_ = object.NewEnum("System.MidpointRounding", false, []string{"ToEven", "AwayFromZero", "ToZero", "ToNegativeInfinity", "ToPositiveInfinity"}, nil)
	_ = object.NewEnum("System.Base64FormattingOptions", true, []string{"None", "InsertLineBreaks"}, nil)
)

// numberTypes are the numeric types with their largest and smallest values.
var numberTypes = []struct {
	t        *object.Type
	max, min any
}{
	{object.TypeSByte, int8(math.MaxInt8), int8(math.MinInt8)},
	{object.TypeByte, uint8(math.MaxUint8), uint8(0)},
	{object.TypeInt16, int16(math.MaxInt16), int16(math.MinInt16)},
	{object.TypeUInt16, uint16(math.MaxUint16), uint16(0)},
	{object.TypeInt32, int32(math.MaxInt32), int32(math.MinInt32)},
	{object.TypeUInt32, uint32(math.MaxUint32), uint32(0)},
	{object.TypeInt64, int64(math.MaxInt64), int64(math.MinInt64)},
	{object.TypeUInt64, uint64(math.MaxUint64), uint64(0)},
	{object.TypeSingle, float32(math.MaxFloat32), float32(-math.MaxFloat32)},
	{object.TypeDouble, math.MaxFloat64, -math.MaxFloat64},
	{object.TypeDecimal, mustDecimal("79228162514264337593543950335"), mustDecimal("-79228162514264337593543950335")},
}

func mustDecimal(s string) object.Decimal {
	d, err := object.ParseDecimal(s)
	if err != nil {
		panic(err)
	}
	return d
}

func init() {
	for _, n := range numberTypes {
		object.Extend(n.t, func(t *object.Type) { numberMembers(t, n.max, n.min) })
	}
	object.Extend(object.TypeBigInt, bigIntMembers)
	object.Extend(typeMath, mathMembers)
	object.Extend(typeConvert, convertMembers)
	object.Extend(typeBitConverter, bitConverterMembers)
}

func numberMembers(t *object.Type, most, least any) {
	name := t.PSName()
	method(t, "int CompareTo(System.Object value)", func(v any, a args) (any, error) {
		if a[0] == nil {
			return int32(1), nil
		}
		if object.TypeOf(a[0]) != t {
			return nil, argument("Object must be of type %s.", t.ReflectionName())
		}
		c, err := object.Compare(v, a[0], false)
		return int32(c), err
	})
	method(t, fmt.Sprintf("int CompareTo(%s value)", name), func(v any, a args) (any, error) {
		c, err := object.Compare(v, a[0], false)
		return int32(c), err
	})
	method(t, fmt.Sprintf("bool Equals(%s obj)", name), func(v any, a args) (any, error) { return object.Same(v, a[0]), nil })
	method(t, "bool Equals(System.Object obj)", func(v any, a args) (any, error) { return object.Same(v, object.Base(a[0])), nil })
	method(t, "System.TypeCode GetTypeCode()", func(any, args) (any, error) { return object.EnumValue(typeTypeCode, t.ReflectionName()), nil })
	format := func(v any, f string, c *netfmt.Culture) (any, error) { return object.FormatValue(v, f, c) }
	method(t, "string ToString()", func(v any, _ args) (any, error) { return format(v, "", object.CurrentCulture()) })
	method(t, "string ToString(string format)", func(v any, a args) (any, error) { return format(v, a.str(0), object.CurrentCulture()) })
	method(t, "string ToString(System.IFormatProvider provider)", func(v any, a args) (any, error) { return format(v, "", cultureOf(a[0])) })
	method(t, "string ToString(string format, System.IFormatProvider provider)", func(v any, a args) (any, error) {
		return format(v, a.str(0), cultureOf(a[1]))
	})
	constant(t, name+" MaxValue", most)
	constant(t, name+" MinValue", least)
	parse := func(a args, styles int64, c *netfmt.Culture) (any, error) {
		return parseNumber(a.str(0), t, styles, c, a[0] == nil)
	}
	styles := defaultStyles(t)
	static(t, name+" Parse(string s)", func(a args) (any, error) { return parse(a, styles, object.CurrentCulture()) })
	static(t, name+" Parse(string s, System.Globalization.NumberStyles style)", func(a args) (any, error) { return parse(a, a.enum(1), object.CurrentCulture()) })
	static(t, name+" Parse(string s, System.IFormatProvider provider)", func(a args) (any, error) { return parse(a, styles, cultureOf(a[1])) })
	static(t, name+" Parse(string s, System.Globalization.NumberStyles style, System.IFormatProvider provider)", func(a args) (any, error) {
		return parse(a, a.enum(1), cultureOf(a[2]))
	})
	try := func(a args, out int, styles int64, c *netfmt.Culture) (any, error) {
		v, err := parse(a, styles, c)
		if err != nil {
			return false, a.out(out, object.Zero(t))
		}
		return true, a.out(out, v)
	}
	static(t, fmt.Sprintf("bool TryParse(string s, [ref] %s result)", name), func(a args) (any, error) { return try(a, 1, styles, object.CurrentCulture()) })
	static(t, fmt.Sprintf("bool TryParse(string s, System.IFormatProvider provider, [ref] %s result)", name), func(a args) (any, error) {
		return try(a, 2, styles, cultureOf(a[1]))
	})
	static(t, fmt.Sprintf("bool TryParse(string s, System.Globalization.NumberStyles style, System.IFormatProvider provider, [ref] %s result)", name), func(a args) (any, error) {
		return try(a, 3, a.enum(1), cultureOf(a[2]))
	})
	switch t {
	case object.TypeDouble, object.TypeSingle:
		floatMembers(t, name)
	case object.TypeDecimal:
		decimalMembers(t)
	default:
		extremes(t, name, "Max", "Min", func(v any) (any, error) { return v, nil })
		if object.TypeOf(least) == t && object.ToString(least)[0] == '-' {
			extremes(t, name, "MaxMagnitude", "MinMagnitude", func(v any) (any, error) {
				n, err := object.Convert(v, object.TypeInt64)
				if err != nil || n.(int64) >= 0 {
					return n, err
				}
				return uint64(-n.(int64)), nil // right for the least number too
			})
		}
	}
}

// extremes adds the static methods that give the greater and the lesser of two numbers, as by measures them.
func extremes(t *object.Type, name, most, least string, by func(v any) (any, error)) {
	for method, sign := range map[string]int{most: 1, least: -1} {
		static(t, fmt.Sprintf("%[1]s %[2]s(%[1]s x, %[1]s y)", name, method), func(a args) (any, error) {
			x, err := by(a[0])
			if err != nil {
				return nil, err
			}
			y, err := by(a[1])
			if err != nil {
				return nil, err
			}
			c, err := object.Compare(x, y, false)
			if err != nil {
				return nil, err
			}
			if c*sign < 0 {
				return a[1], nil
			}
			return a[0], nil
		})
	}
}

func floatMembers(t *object.Type, name string) {
	as := func(f float64) any {
		if t == object.TypeSingle {
			return float32(f)
		}
		return f
	}
	constant(t, name+" NaN", as(math.NaN()))
	constant(t, name+" PositiveInfinity", as(math.Inf(1)))
	constant(t, name+" NegativeInfinity", as(math.Inf(-1)))
	if t == object.TypeSingle {
		constant(t, name+" Epsilon", float32(math.SmallestNonzeroFloat32))
	} else {
		constant(t, name+" Epsilon", math.SmallestNonzeroFloat64)
	}
	test := func(method string, is func(f float64) bool) {
		static(t, "bool "+method+"(double d)", func(a args) (any, error) { return is(a.float(0)), nil })
	}
	test("IsNaN", math.IsNaN)
	test("IsInfinity", func(f float64) bool { return math.IsInf(f, 0) })
	test("IsPositiveInfinity", func(f float64) bool { return math.IsInf(f, 1) })
	test("IsNegativeInfinity", func(f float64) bool { return math.IsInf(f, -1) })
	test("IsFinite", func(f float64) bool { return !math.IsInf(f, 0) && !math.IsNaN(f) })
	test("IsNegative", math.Signbit)
	test("IsInteger", func(f float64) bool { return f == math.Trunc(f) && !math.IsInf(f, 0) })
}

func decimalMembers(t *object.Type) {
	constant(t, "decimal Zero", object.Decimal{})
	constant(t, "decimal One", object.DecimalFromInt(1))
	constant(t, "decimal MinusOne", object.DecimalFromInt(-1))
	for name, op := range map[string]func(x, y object.Decimal) (object.Decimal, error){
		"Add": object.Decimal.Add, "Subtract": object.Decimal.Sub, "Multiply": object.Decimal.Mul, "Divide": object.Decimal.Div, "Remainder": object.Decimal.Rem,
	} {
		static(t, "decimal "+name+"(decimal d1, decimal d2)", func(a args) (any, error) { return op(a[0].(object.Decimal), a[1].(object.Decimal)) })
	}
	for name, op := range map[string]func(x, y object.Decimal) (object.Decimal, error){
		"op_Addition": object.Decimal.Add, "op_Subtraction": object.Decimal.Sub, "op_Multiply": object.Decimal.Mul, "op_Division": object.Decimal.Div, "op_Modulus": object.Decimal.Rem,
	} {
		static(t, "decimal "+name+"(decimal d1, decimal d2)", func(a args) (any, error) { return op(a[0].(object.Decimal), a[1].(object.Decimal)) })
	}
	static(t, "decimal Floor(decimal d)", func(a args) (any, error) { return a[0].(object.Decimal).Floor(), nil })
	static(t, "decimal Ceiling(decimal d)", func(a args) (any, error) { return a[0].(object.Decimal).Ceil(), nil })
	static(t, "decimal Truncate(decimal d)", func(a args) (any, error) { return a[0].(object.Decimal).Trunc(), nil })
	static(t, "decimal Negate(decimal d)", func(a args) (any, error) { return a[0].(object.Decimal).Neg(), nil })
	static(t, "decimal Round(decimal d)", func(a args) (any, error) { return a[0].(object.Decimal).Round(0, false), nil })
	static(t, "decimal Round(decimal d, int decimals)", func(a args) (any, error) { return a[0].(object.Decimal).Round(a.int(1), false), nil })
	static(t, "int Compare(decimal d1, decimal d2)", func(a args) (any, error) { return int32(a[0].(object.Decimal).Cmp(a[1].(object.Decimal))), nil })
	static(t, "double ToDouble(decimal d)", func(a args) (any, error) { return a[0].(object.Decimal).Float64(), nil })
	static(t, "int ToInt32(decimal value)", func(a args) (any, error) { return object.Convert(a[0].(object.Decimal).Trunc(), object.TypeInt32) })
}

const (
	styleLeadingWhite  = 1
	styleTrailingWhite = 2
	styleLeadingSign   = 4
	styleTrailingSign  = 8
	styleParentheses   = 16
	styleDecimalPoint  = 32
	styleThousands     = 64
	styleExponent      = 128
	styleCurrency      = 256
	styleHex           = 512
)

func defaultStyles(t *object.Type) int64 {
	switch t {
	case object.TypeDouble, object.TypeSingle:
		return 231 // Float and thousands
	case object.TypeDecimal:
		return 111 // Number
	}
	return 7 // Integer
}

// parseNumber reads a number as the Parse methods do: in the culture's signs, with what the styles allow.
func parseNumber(s string, t *object.Type, styles int64, c *netfmt.Culture, isNull bool) (any, error) {
	if isNull {
		return nil, nullArgument("s")
	}
	bad := throw("System.FormatException", "The input string '%s' was not in a correct format.", s)
	text := s
	if styles&styleLeadingWhite != 0 {
		text = strings.TrimLeft(text, " \t\r\n\v\f")
	}
	if styles&styleTrailingWhite != 0 {
		text = strings.TrimRight(text, " \t\r\n\v\f")
	}
	if styles&styleHex != 0 {
		u, err := strconv.ParseUint(text, 16, 64)
		if err != nil {
			return nil, bad
		}
		v, err := object.Convert("0x"+strconv.FormatUint(u, 16), t)
		if err != nil {
			return nil, overflowOf(t)
		}
		return v, nil
	}
	if t == object.TypeDouble || t == object.TypeSingle {
		switch {
		case strings.EqualFold(text, c.PositiveInfinity) || text == "Infinity":
			return object.Convert(math.Inf(1), t)
		case strings.EqualFold(text, c.NegativeInfinity) || text == "-Infinity":
			return object.Convert(math.Inf(-1), t)
		case strings.EqualFold(text, c.NaN):
			return object.Convert(math.NaN(), t)
		}
	}
	negative := false
	if styles&styleParentheses != 0 && strings.HasPrefix(text, "(") && strings.HasSuffix(text, ")") {
		negative, text = true, text[1:len(text)-1]
	}
	if styles&styleCurrency != 0 {
		text = strings.Replace(text, c.CurrencySymbol, "", 1)
	}
	if styles&styleLeadingSign != 0 {
		if rest, ok := strings.CutPrefix(text, c.NegativeSign); ok {
			negative, text = true, rest
		} else {
			text = strings.TrimPrefix(text, c.PositiveSign)
		}
	}
	if styles&styleTrailingSign != 0 {
		if rest, ok := strings.CutSuffix(text, c.NegativeSign); ok {
			negative, text = true, rest
		}
	}
	var b strings.Builder
	if negative {
		b.WriteByte('-')
	}
	digits, point := 0, false
	for len(text) > 0 {
		switch {
		case text[0] >= '0' && text[0] <= '9':
			b.WriteByte(text[0])
			digits++
			text = text[1:]
		case styles&styleDecimalPoint != 0 && !point && strings.HasPrefix(text, c.DecimalSeparator):
			b.WriteByte('.')
			point = true
			text = text[len(c.DecimalSeparator):]
		case styles&styleThousands != 0 && !point && digits > 0 && strings.HasPrefix(text, c.GroupSeparator):
			text = text[len(c.GroupSeparator):]
		case styles&styleExponent != 0 && digits > 0 && text[0]|0x20 == 'e':
			if _, err := strconv.Atoi(text[1:]); err != nil {
				return nil, bad
			}
			b.WriteString(text)
			text = ""
		default:
			return nil, bad
		}
	}
	if digits == 0 {
		return nil, bad
	}
	if point && t != object.TypeDouble && t != object.TypeSingle && t != object.TypeDecimal {
		if f := strings.TrimRight(b.String(), "0"); !strings.HasSuffix(f, ".") {
			return nil, overflowOf(t)
		}
	}
	if t == object.TypeDecimal {
		d, err := object.ParseDecimal(b.String()) // keeps the zeros, which a cast does not
		if err != nil {
			return nil, overflowOf(t)
		}
		return d, nil
	}
	v, err := object.Convert(b.String(), t)
	if err != nil {
		return nil, overflowOf(t)
	}
	return v, nil
}

func overflowOf(t *object.Type) error { return object.Overflow(t) }

func bigIntMembers(t *object.Type) {
	method(t, "string ToString()", func(v *big.Int, _ args) (any, error) { return v.String(), nil })
	method(t, "string ToString(string format)", func(v *big.Int, a args) (any, error) {
		return object.FormatValue(v, a.str(0), object.CurrentCulture())
	})
	method(t, "int CompareTo(bigint other)", func(v *big.Int, a args) (any, error) { return int32(v.Cmp(a[0].(*big.Int))), nil })
	field(t, "bool IsZero", func(v *big.Int) any { return v.Sign() == 0 })
	field(t, "bool IsOne", func(v *big.Int) any { return v.IsInt64() && v.Int64() == 1 })
	field(t, "bool IsEven", func(v *big.Int) any { return v.Bit(0) == 0 })
	field(t, "int Sign", func(v *big.Int) any { return int32(v.Sign()) })
	constant(t, "bigint Zero", big.NewInt(0))
	constant(t, "bigint One", big.NewInt(1))
	constant(t, "bigint MinusOne", big.NewInt(-1))
	static(t, "bigint Parse(string value)", func(a args) (any, error) {
		b, ok := new(big.Int).SetString(strings.TrimSpace(a.str(0)), 10)
		if !ok {
			return nil, throw("System.FormatException", "The value could not be parsed.")
		}
		return b, nil
	})
	static(t, "bool TryParse(string value, [ref] bigint result)", func(a args) (any, error) {
		b, ok := new(big.Int).SetString(strings.TrimSpace(a.str(0)), 10)
		if !ok {
			return false, a.out(1, new(big.Int))
		}
		return true, a.out(1, b)
	})
	static(t, "bigint Pow(bigint value, int exponent)", func(a args) (any, error) {
		if a.int(1) < 0 {
			return nil, outOfRange("The number must be greater than or equal to zero. (Parameter 'exponent')")
		}
		if a.int(1) > 1_000_000 {
			return nil, throw("System.OutOfMemoryException", "The power is too large to be computed here.")
		}
		return new(big.Int).Exp(a[0].(*big.Int), big.NewInt(int64(a.int(1))), nil), nil
	})
	static(t, "bigint Abs(bigint value)", func(a args) (any, error) { return new(big.Int).Abs(a[0].(*big.Int)), nil })
	static(t, "bigint Max(bigint left, bigint right)", func(a args) (any, error) {
		if a[0].(*big.Int).Cmp(a[1].(*big.Int)) >= 0 {
			return a[0], nil
		}
		return a[1], nil
	})
	static(t, "bigint Min(bigint left, bigint right)", func(a args) (any, error) {
		if a[0].(*big.Int).Cmp(a[1].(*big.Int)) <= 0 {
			return a[0], nil
		}
		return a[1], nil
	})
	constructor(t, "(System.Object value)", func(a args) (any, error) { return object.Convert(a[0], t) })
}

func mathMembers(t *object.Type) {
	constant(t, "double PI", math.Pi)
	constant(t, "double E", math.E)
	constant(t, "double Tau", 2*math.Pi)
	for name, fn := range map[string]func(float64) float64{
		"Acos": math.Acos, "Asin": math.Asin, "Atan": math.Atan, "Cos": math.Cos, "Cosh": math.Cosh, "Exp": math.Exp, "Sin": math.Sin, "Sinh": math.Sinh,
		"Tan": math.Tan, "Tanh": math.Tanh, "Sqrt": math.Sqrt, "ReciprocalEstimate": func(d float64) float64 { return 1 / d }, "ReciprocalSqrtEstimate": func(d float64) float64 { return 1 / math.Sqrt(d) }, "Cbrt": math.Cbrt, "Log10": math.Log10, "Log2": math.Log2,
	} {
		static(t, "double "+name+"(double d)", func(a args) (any, error) { return fn(a.float(0)), nil })
	}
	static(t, "double Log(double d)", func(a args) (any, error) { return math.Log(a.float(0)), nil })
	static(t, "double Log(double a, double newBase)", func(a args) (any, error) { return math.Log(a.float(0)) / math.Log(a.float(1)), nil })
	static(t, "double Pow(double x, double y)", func(a args) (any, error) { return math.Pow(a.float(0), a.float(1)), nil })
	static(t, "double Atan2(double y, double x)", func(a args) (any, error) { return math.Atan2(a.float(0), a.float(1)), nil })
	static(t, "double IEEERemainder(double x, double y)", func(a args) (any, error) { return math.Remainder(a.float(0), a.float(1)), nil })
	whole := func(name string, float func(float64) float64, dec func(object.Decimal) object.Decimal) {
		static(t, "decimal "+name+"(decimal d)", func(a args) (any, error) { return dec(a[0].(object.Decimal)), nil })
		static(t, "double "+name+"(double d)", func(a args) (any, error) { return float(a.float(0)), nil })
	}
	whole("Ceiling", math.Ceil, object.Decimal.Ceil)
	whole("Floor", math.Floor, object.Decimal.Floor)
	whole("Truncate", math.Trunc, object.Decimal.Trunc)
	roundMembers(t)
	for _, n := range numberTypes {
		name := n.t.PSName()
		static(t, fmt.Sprintf("%s Max(%s val1, %s val2)", name, name, name), func(a args) (any, error) {
			c, err := object.Compare(a[0], a[1], false)
			if err != nil || c < 0 {
				return a[1], err
			}
			return a[0], nil
		})
		static(t, fmt.Sprintf("%s Min(%s val1, %s val2)", name, name, name), func(a args) (any, error) {
			c, err := object.Compare(a[0], a[1], false)
			if err != nil || c > 0 {
				return a[1], err
			}
			return a[0], nil
		})
		static(t, fmt.Sprintf("%s Clamp(%s value, %s min, %s max)", name, name, name, name), func(a args) (any, error) {
			if c, err := object.Compare(a[1], a[2], false); err != nil || c > 0 {
				return nil, argument("'%s' cannot be greater than %s.", object.ToString(a[1]), object.ToString(a[2]))
			}
			if c, err := object.Compare(a[0], a[1], false); err != nil || c < 0 {
				return a[1], err
			}
			if c, err := object.Compare(a[0], a[2], false); err != nil || c > 0 {
				return a[2], err
			}
			return a[0], nil
		})
		if strings.HasPrefix(name, "u") || name == "byte" {
			continue
		}
		static(t, fmt.Sprintf("%s Abs(%s value)", name, name), func(a args) (any, error) {
			if c, err := object.Compare(a[0], object.Zero(n.t), false); err != nil || c >= 0 {
				return a[0], err
			}
			v, err := object.Negate(a[0])
			if err != nil {
				return nil, err
			}
			if v, err = object.Convert(v, n.t); err != nil {
				return nil, throw("System.OverflowException", "Negating the minimum value of a twos complement number is invalid.")
			}
			return v, nil
		})
		static(t, fmt.Sprintf("int Sign(%s value)", name), func(a args) (any, error) {
			c, err := object.Compare(a[0], object.Zero(n.t), false)
			return int32(c), err
		})
	}
	static(t, "long BigMul(int a, int b)", func(a args) (any, error) { return int64(a.int(0)) * int64(a.int(1)), nil })
	static(t, "System.ValueTuple`2[int,int] DivRem(int left, int right)", func(a args) (any, error) {
		if a.int(1) == 0 {
			return nil, throw("System.DivideByZeroException", "Attempted to divide by zero.")
		}
		return tuple(&typesValueTuple, int32(a.int(0)/a.int(1)), int32(a.int(0)%a.int(1))), nil
	})
	static(t, "int DivRem(int a, int b, [ref] int result)", func(a args) (any, error) {
		if a.int(1) == 0 {
			return nil, throw("System.DivideByZeroException", "Attempted to divide by zero.")
		}
		return int32(a.int(0) / a.int(1)), a.out(2, int32(a.int(0)%a.int(1)))
	})
}

// roundTo rounds a double to decimal places the way .NET's Math.Round does.
func roundTo(f float64, digits int, mode int64) (any, error) {
	if digits < 0 || digits > 15 {
		return nil, outOfRange("Rounding digits must be between 0 and 15, inclusive. (Parameter 'digits')")
	}
	if math.Abs(f) >= 1e16 {
		return f, nil
	}
	power := math.Pow10(digits)
	x := f * power
	switch mode {
	case 1:
		x = math.Round(x)
	case 2:
		x = math.Trunc(x)
	case 3:
		x = math.Floor(x)
	case 4:
		x = math.Ceil(x)
	default:
		x = math.RoundToEven(x)
	}
	return x / power, nil
}

func roundMembers(t *object.Type) {
	round := func(d object.Decimal, places int, mode int64) object.Decimal {
		switch mode {
		case 0, 1:
			return d.Round(places, mode == 1)
		}
		shift, _ := object.ParseDecimal("1e" + strconv.Itoa(places))
		up, err := d.Mul(shift)
		if err != nil {
			return d
		}
		switch mode {
		case 2:
			up = up.Trunc()
		case 3:
			up = up.Floor()
		default:
			up = up.Ceil()
		}
		out, err := up.Div(shift)
		if err != nil {
			return d
		}
		return out
	}
	static(t, "double Round(double a)", func(a args) (any, error) { return roundTo(a.float(0), 0, 0) })
	static(t, "double Round(double value, int digits)", func(a args) (any, error) { return roundTo(a.float(0), a.int(1), 0) })
	static(t, "decimal Round(decimal d)", func(a args) (any, error) { return round(a[0].(object.Decimal), 0, 0), nil })
	static(t, "decimal Round(decimal d, int decimals)", func(a args) (any, error) { return round(a[0].(object.Decimal), a.int(1), 0), nil })
	static(t, "double Round(double value, System.MidpointRounding mode)", func(a args) (any, error) { return roundTo(a.float(0), 0, a.enum(1)) })
	static(t, "double Round(double value, int digits, System.MidpointRounding mode)", func(a args) (any, error) {
		return roundTo(a.float(0), a.int(1), a.enum(2))
	})
	static(t, "decimal Round(decimal d, System.MidpointRounding mode)", func(a args) (any, error) {
		return round(a[0].(object.Decimal), 0, a.enum(1)), nil
	})
	static(t, "decimal Round(decimal d, int decimals, System.MidpointRounding mode)", func(a args) (any, error) {
		return round(a[0].(object.Decimal), a.int(1), a.enum(2)), nil
	})
}

// conversions are the methods of Convert and IConvertible, by name.
var conversions = map[string]*object.Type{
	"ToBoolean": object.TypeBoolean, "ToByte": object.TypeByte, "ToSByte": object.TypeSByte, "ToInt16": object.TypeInt16, "ToUInt16": object.TypeUInt16, "ToInt32": object.TypeInt32,
	"ToUInt32": object.TypeUInt32, "ToInt64": object.TypeInt64, "ToUInt64": object.TypeUInt64, "ToSingle": object.TypeSingle, "ToDouble": object.TypeDouble, "ToDecimal": object.TypeDecimal, "ToDateTime": object.TypeDateTime, "ToChar": object.TypeChar,
}

// convertibleMembers are the methods that a type has from IConvertible.
func convertibleMembers(t *object.Type) {
	for name, to := range conversions {
		m := parse(t, fmt.Sprintf("%s %s(System.IFormatProvider provider)", to.PSName(), name), func(recv any, _ []any) (any, error) {
			return convertTo(object.Base(recv), to)
		})
		m.Overloads[0].Text = strings.Replace(m.Overloads[0].Text, name, "IConvertible."+name, 1)
		t.Instance.Add(m)
	}
}

func convertMembers(t *object.Type) {
	for name, to := range conversions {
		ps := to.PSName()
		static(t, fmt.Sprintf("%s %s(System.Object value)", ps, name), func(a args) (any, error) { return convertTo(a[0], to) })
		if object.IsPrimitive(to) && to != object.TypeBoolean && to != object.TypeChar && to != object.TypeDouble && to != object.TypeSingle {
			static(t, fmt.Sprintf("%s %s(string value, int fromBase)", ps, name), func(a args) (any, error) { return fromBase(a.str(0), a.int(1), to) })
		}
	}
	static(t, "string ToString(System.Object value)", func(a args) (any, error) { return netText(a[0]), nil })
	static(t, "string ToString(System.Object value, System.IFormatProvider provider)", func(a args) (any, error) {
		return object.FormatValue(a[0], "", cultureOf(a[1]))
	})
	static(t, "string ToString(int value, int toBase)", func(a args) (any, error) { return toBase(uint64(uint32(a.int(0))), int64(a.int(0)), a.int(1)) })
	static(t, "string ToString(long value, int toBase)", func(a args) (any, error) { return toBase(uint64(a.int64(0)), a.int64(0), a.int(1)) })
	static(t, "string ToString(byte value, int toBase)", func(a args) (any, error) {
		b := a[0].(uint8)
		return toBase(uint64(b), int64(b), a.int(1))
	})
	static(t, "string ToBase64String(byte[] inArray)", func(a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("inArray")
		}
		return base64.StdEncoding.EncodeToString(object.BytesOf(a[0])), nil
	})
	static(t, "string ToBase64String(byte[] inArray, System.Base64FormattingOptions options)", func(a args) (any, error) {
		s := base64.StdEncoding.EncodeToString(object.BytesOf(a[0]))
		if a.enum(1) == 0 {
			return s, nil
		}
		var lines []string
		for len(s) > 76 {
			lines, s = append(lines, s[:76]), s[76:]
		}
		return strings.Join(append(lines, s), "\r\n"), nil
	})
	static(t, "byte[] FromBase64String(string s)", func(a args) (any, error) {
		if a[0] == nil {
			return nil, nullArgument("s")
		}
		clean := strings.Map(func(r rune) rune {
			if r == ' ' || r == '\n' || r == '\r' || r == '\t' {
				return -1
			}
			return r
		}, a.str(0))
		b, err := base64.StdEncoding.DecodeString(clean)
		if err != nil {
			return nil, throw("System.FormatException", "The input is not a valid Base-64 string as it contains a non-base 64 character, more than two padding characters, or an illegal character among the padding characters.")
		}
		return object.BytesToArray(b), nil
	})
	static(t, "string ToHexString(byte[] inArray)", func(a args) (any, error) { return strings.ToUpper(hex.EncodeToString(object.BytesOf(a[0]))), nil })
	static(t, "byte[] FromHexString(string s)", func(a args) (any, error) {
		b, err := hex.DecodeString(a.str(0))
		if err != nil {
			return nil, throw("System.FormatException", "The input is not a valid hex string as it contains a non-hex character.")
		}
		return object.BytesToArray(b), nil
	})
	static(t, "System.Object ChangeType(System.Object value, type conversionType)", func(a args) (any, error) {
		to, ok := a[1].(*object.Type)
		if !ok {
			return nil, nullArgument("conversionType")
		}
		return convertTo(a[0], to)
	})
	static(t, "bool IsDBNull(System.Object value)", func(args) (any, error) { return false, nil })
}

// convertTo is the Convert class's own conversion, stricter than PowerShell's.
func convertTo(v any, to *object.Type) (any, error) {
	v = object.Base(v)
	if s, ok := v.(string); ok {
		switch to {
		case object.TypeBoolean:
			b, ok := parseBool(s)
			if !ok {
				return nil, throw("System.FormatException", "String '%s' was not recognized as a valid Boolean.", s)
			}
			return b, nil
		case object.TypeDateTime:
			return object.ParseDateTime(s, object.CurrentCulture())
		case object.TypeChar:
		default:
			if object.IsPrimitive(to) || to == object.TypeDecimal {
				return parseNumber(s, to, defaultStyles(to), object.CurrentCulture(), false)
			}
		}
	}
	out, err := object.Convert(v, to)
	if err != nil {
		if r := object.RecordOf(err); r.Exception.Inner != nil {
			return nil, r.Exception.Inner
		}
		return nil, throw("System.InvalidCastException", "Unable to cast object of type '%s' to type '%s'.", object.TypeOf(v).Name, to.Name)
	}
	return out, nil
}

func fromBase(s string, base int, to *object.Type) (any, error) {
	if base != 2 && base != 8 && base != 10 && base != 16 {
		return nil, argument("Invalid Base.")
	}
	if base == 16 {
		s = strings.TrimPrefix(strings.TrimPrefix(s, "0x"), "0X")
	}
	if s == "" {
		return object.Zero(to), nil
	}
	u, err := strconv.ParseUint(s, base, 64)
	if err != nil {
		if base == 10 {
			if i, err := strconv.ParseInt(s, 10, 64); err == nil {
				return convertTo(i, to)
			}
		}
		if strings.Contains(err.Error(), "range") {
			return nil, overflowOf(to)
		}
		return nil, throw("System.FormatException", "Could not find any recognizable digits.")
	}
	if base == 10 {
		return convertTo(u, to)
	}
	v, err := object.Convert("0x"+strconv.FormatUint(u, 16), to)
	if err != nil {
		return nil, overflowOf(to)
	}
	return v, nil
}

func toBase(bits uint64, value int64, base int) (any, error) {
	switch base {
	case 10:
		return strconv.FormatInt(value, 10), nil
	case 2, 8, 16:
		return strconv.FormatUint(bits, base), nil
	}
	return nil, argument("Invalid Base.")
}

func bitConverterMembers(t *object.Type) {
	static(t, "string ToString(byte[] value)", func(a args) (any, error) {
		parts := []string{}
		for _, b := range object.BytesOf(a[0]) {
			parts = append(parts, fmt.Sprintf("%02X", b))
		}
		return strings.Join(parts, "-"), nil
	})
	static(t, "byte[] GetBytes(int value)", func(a args) (any, error) { return littleEndian(uint64(uint32(a.int(0))), 4), nil })
	static(t, "byte[] GetBytes(long value)", func(a args) (any, error) { return littleEndian(uint64(a.int64(0)), 8), nil })
	static(t, "byte[] GetBytes(double value)", func(a args) (any, error) { return littleEndian(math.Float64bits(a.float(0)), 8), nil })
	read := func(a args, size int) (uint64, error) {
		b := object.BytesOf(a[0])
		at := a.int(1)
		if at < 0 || at+size > len(b) {
			return 0, argument("Destination array is not long enough to copy all the items in the collection. Check array index and length.")
		}
		var u uint64
		for i := size - 1; i >= 0; i-- {
			u = u<<8 | uint64(b[at+i])
		}
		return u, nil
	}
	static(t, "int ToInt32(byte[] value, int startIndex)", func(a args) (any, error) { u, err := read(a, 4); return int32(u), err })
	static(t, "int16 ToInt16(byte[] value, int startIndex)", func(a args) (any, error) { u, err := read(a, 2); return int16(u), err })
	static(t, "long ToInt64(byte[] value, int startIndex)", func(a args) (any, error) { u, err := read(a, 8); return int64(u), err })
	static(t, "double ToDouble(byte[] value, int startIndex)", func(a args) (any, error) { u, err := read(a, 8); return math.Float64frombits(u), err })
	constant(t, "bool IsLittleEndian", true)
}

func littleEndian(u uint64, size int) *object.Array {
	b := make([]byte, size)
	for i := range b {
		b[i] = byte(u >> (8 * i))
	}
	return object.BytesToArray(b)
}

func isLetter(r rune) bool { return unicode.IsLetter(r) }

func charMembers(t *object.Type) {
	method(t, "int CompareTo(char value)", func(c object.Char, a args) (any, error) { return int32(c) - int32(a.char(0)), nil })
	method(t, "bool Equals(char obj)", func(c object.Char, a args) (any, error) { return rune(c) == a.char(0), nil })
	method(t, "System.TypeCode GetTypeCode()", func(object.Char, args) (any, error) { return object.EnumValue(typeTypeCode, "Char"), nil })
	method(t, "int GetHashCode()", func(c object.Char, _ args) (any, error) { return int32(c) | int32(c)<<16, nil })
	method(t, "string ToString()", func(c object.Char, _ args) (any, error) { return c.String(), nil })
	method(t, "string ToString(System.IFormatProvider provider)", func(c object.Char, _ args) (any, error) { return c.String(), nil })
	for name, is := range map[string]func(rune) bool{
		"IsLetter": unicode.IsLetter, "IsDigit": unicode.IsDigit, "IsLetterOrDigit": func(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }, "IsUpper": unicode.IsUpper, "IsLower": unicode.IsLower,
		"IsWhiteSpace": unicode.IsSpace, "IsPunctuation": unicode.IsPunct, "IsControl": unicode.IsControl, "IsNumber": unicode.IsNumber, "IsSymbol": unicode.IsSymbol,
		"IsSeparator": func(r rune) bool { return unicode.In(r, unicode.Z) }, "IsAscii": func(r rune) bool { return r < 0x80 }, "IsSurrogate": func(r rune) bool { return r >= 0xD800 && r <= 0xDFFF },
		"IsHighSurrogate": func(r rune) bool { return r >= 0xD800 && r <= 0xDBFF }, "IsLowSurrogate": func(r rune) bool { return r >= 0xDC00 && r <= 0xDFFF },
		"IsAsciiDigit": func(r rune) bool { return r >= '0' && r <= '9' }, "IsAsciiLetter": func(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' },
	} {
		static(t, "bool "+name+"(char c)", func(a args) (any, error) { return is(a.char(0)), nil })
		static(t, "bool "+name+"(string s, int index)", func(a args) (any, error) {
			u := unitsOf(a.str(0))
			if a.int(1) < 0 || a.int(1) >= u.len() {
				return nil, outOfRange("Specified argument was out of the range of valid values. (Parameter 'index')")
			}
			return is(rune(u.at(a.int(1)))), nil
		})
	}
	for name, to := range map[string]func(rune) rune{"ToUpper": unicode.ToUpper, "ToLower": unicode.ToLower, "ToUpperInvariant": unicode.ToUpper, "ToLowerInvariant": unicode.ToLower} {
		static(t, "char "+name+"(char c)", func(a args) (any, error) { return object.Char(to(a.char(0))), nil })
	}
	static(t, "double GetNumericValue(char c)", func(a args) (any, error) {
		if c := a.char(0); unicode.IsDigit(c) && c < 0x80 {
			return float64(c - '0'), nil
		}
		return float64(-1), nil
	})
	static(t, "char Parse(string s)", func(a args) (any, error) {
		u := unitsOf(a.str(0))
		if u.len() != 1 {
			return nil, throw("System.FormatException", "String must be exactly one character long.")
		}
		return u.at(0), nil
	})
	static(t, "string ConvertFromUtf32(int utf32)", func(a args) (any, error) { return string(rune(a.int(0))), nil })
	static(t, "int ConvertToUtf32(string s, int index)", func(a args) (any, error) {
		r := []rune(a.str(0))
		if a.int(1) < 0 || a.int(1) >= len(r) {
			return nil, outOfRange("Specified argument was out of the range of valid values. (Parameter 'index')")
		}
		return int32(r[a.int(1)]), nil
	})
	constant(t, "char MaxValue", object.Char(0xFFFF))
	constant(t, "char MinValue", object.Char(0))
}
