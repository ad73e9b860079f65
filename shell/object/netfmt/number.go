package netfmt

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"
)

// ErrSpecifier is what a number gives for a standard format that it does not have.
var ErrSpecifier = errors.New("Format specifier was invalid.") //nolint:revive // .NET's own words

// Number is a number taken apart for formatting: ±0.Digits × 10^Scale.
type Number struct {
	Negative bool
	Digits   string // without leading or trailing zeros unless Keep
	Scale    int

	kind  kind
	float float64
	bits  int
	whole *big.Int
}

type kind uint8

const (
	integer kind = iota
	decimal
	floating
)

// FromInt takes an integer of the given size in bits apart; the size counts for hexadecimal.
func FromInt(i int64, bits int) Number {
	n := fromDigits(strconv.FormatInt(i, 10))
	n.bits = bits
	n.float = float64(i)
	if i < 0 {
		n.whole = new(big.Int).And(big.NewInt(i), new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(bits)), big.NewInt(1)))
	} else {
		n.whole = big.NewInt(i)
	}
	return n
}

// FromUint is FromInt for unsigned integers.
func FromUint(u uint64, bits int) Number {
	n := fromDigits(strconv.FormatUint(u, 10))
	n.bits, n.whole = bits, new(big.Int).SetUint64(u)
	return n
}

// FromBig takes a BigInteger apart.
func FromBig(b *big.Int) Number {
	n := fromDigits(b.String())
	n.whole = b
	return n
}

// FromDecimal takes apart what a Decimal prints, with all its places.
func FromDecimal(text string) Number {
	n := fromDigits(text)
	n.kind = decimal
	if _, places, ok := strings.Cut(text, "."); ok {
		n.bits = len(places)
	}
	return n
}

// FromFloat takes a Double (bits 64) or Single (32) apart.
func FromFloat(f float64, bits int) Number {
	return Number{kind: floating, float: f, bits: bits, Negative: math.Signbit(f)}
}

func fromDigits(s string) Number {
	n := Number{}
	if s[0] == '-' {
		n.Negative, s = true, s[1:]
	}
	head, tail, _ := strings.Cut(s, ".")
	digits := head + tail
	n.Scale = len(head)
	trimmed := strings.TrimLeft(digits, "0")
	n.Scale -= len(digits) - len(trimmed)
	n.Digits = strings.TrimRight(trimmed, "0")
	if n.Digits == "" {
		n.Scale, n.Negative = 0, false
	}
	return n
}

// rounded cuts the digits to the first count ones, rounding half away from zero.
func (n Number) rounded(count int) Number {
	if count >= len(n.Digits) {
		return n
	}
	if count < 0 {
		n.Digits = ""
	} else {
		up := n.Digits[count] >= '5'
		d := []byte(n.Digits[:count])
		if up {
			i := count - 1
			for ; i >= 0 && d[i] == '9'; i-- {
			}
			if i < 0 {
				d = []byte{'1'}
				n.Scale++
			} else {
				d[i]++
				d = d[:i+1]
			}
		}
		n.Digits = strings.TrimRight(string(d), "0")
	}
	if n.Digits == "" {
		n.Scale = 0
		if n.kind != floating {
			n.Negative = false
		}
	}
	return n
}

// withPlaces is the number rounded to decimal places, with the digits of a float made for just that.
func (n Number) withPlaces(places int) Number {
	if n.kind != floating {
		return n.rounded(n.Scale + places)
	}
	m := fromDigits(strconv.FormatFloat(math.Abs(n.float), 'f', places, n.bits))
	m.kind, m.Negative, m.float, m.bits = floating, n.Negative, n.float, n.bits
	return m
}

// withDigits is the number rounded to significant digits.
func (n Number) withDigits(count int) Number {
	if n.kind != floating {
		return n.rounded(count)
	}
	if n.float == 0 {
		return n
	}
	n.Digits, n.Scale = significant(math.Abs(n.float), count)
	return n
}

// mostPrecision bounds what a format may ask for; .NET itself allows a thousand million digits.
const mostPrecision = 100_000

// Format formats by a standard or custom format string of .NET's.
func (n Number) Format(format string, c *Culture) (string, error) {
	if n.kind == floating && (math.IsNaN(n.float) || math.IsInf(n.float, 0)) {
		return Float(n.float, n.bits, c), nil
	}
	spec, precision, ok := standard(format)
	if !ok {
		return n.custom(format, c), nil
	}
	if precision > mostPrecision {
		return "", ErrSpecifier
	}
	switch spec {
	case 'C', 'c':
		return n.currency(places(precision, c.CurrencyDigits), c), nil
	case 'D', 'd':
		if n.kind != integer {
			return "", ErrSpecifier
		}
		return n.sign(c) + padZeros(n.integerDigits(), precision), nil
	case 'E', 'e':
		return n.scientific(places(precision, 6), spec, c), nil
	case 'F', 'f':
		m := n.withPlaces(places(precision, c.NumberDigits))
		return m.sign(c) + m.fixed(places(precision, c.NumberDigits), c.DecimalSeparator, "", nil), nil
	case 'G', 'g':
		return n.general(precision, spec, c), nil
	case 'N', 'n':
		p := places(precision, c.NumberDigits)
		m := n.withPlaces(p)
		s := m.fixed(p, c.DecimalSeparator, c.GroupSeparator, c.GroupSizes)
		if m.Negative {
			s = negativePattern(c.NumberNegative, s, c)
		}
		return s, nil
	case 'P', 'p':
		return n.percent(places(precision, c.PercentDigits), c), nil
	case 'R', 'r':
		if n.kind == decimal {
			return "", ErrSpecifier
		}
		return n.general(-1, spec-'R'+'G', c), nil
	case 'X', 'x':
		if n.kind != integer {
			return "", ErrSpecifier
		}
		return n.hexadecimal(precision, spec), nil
	case 'B', 'b':
		if n.kind != integer {
			return "", ErrSpecifier
		}
		return padZeros(n.whole.Text(2), precision), nil
	}
	return "", ErrSpecifier
}

// standard reads a letter with up to nine digits; precision is -1 if not given.
func standard(format string) (spec byte, precision int, ok bool) {
	if format == "" {
		return 'G', -1, true
	}
	spec = format[0]
	if spec|0x20 < 'a' || spec|0x20 > 'z' || len(format) > 10 {
		return 0, 0, false
	}
	if len(format) == 1 {
		return spec, -1, true
	}
	for i := 1; i < len(format); i++ {
		if format[i] < '0' || format[i] > '9' {
			return 0, 0, false
		}
	}
	precision, err := strconv.Atoi(format[1:])
	return spec, precision, err == nil
}

func places(precision, def int) int {
	if precision < 0 {
		return def
	}
	return precision
}

func (n Number) sign(c *Culture) string {
	if n.Negative {
		return c.NegativeSign
	}
	return ""
}

func padZeros(s string, width int) string { return strings.Repeat("0", max(0, width-len(s))) + s }

// integerDigits are the digits before the point.
func (n Number) integerDigits() string {
	switch {
	case n.Scale <= 0:
		return "0"
	case n.Scale >= len(n.Digits):
		return n.Digits + strings.Repeat("0", n.Scale-len(n.Digits))
	}
	return n.Digits[:n.Scale]
}

// fraction are the first places digits behind the point.
func (n Number) fraction(places int) string {
	var b strings.Builder
	for i := range places {
		at := n.Scale + i
		if at >= 0 && at < len(n.Digits) {
			b.WriteByte(n.Digits[at])
		} else {
			b.WriteByte('0')
		}
	}
	return b.String()
}

func (n Number) fixed(places int, point, group string, sizes []int) string {
	s := grouped(n.integerDigits(), group, sizes)
	if places > 0 {
		s += point + n.fraction(places)
	}
	return s
}

// grouped puts separators between groups of digits, counted from the right; the last size repeats.
func grouped(digits, separator string, sizes []int) string {
	if separator == "" || len(sizes) == 0 {
		return digits
	}
	var groups []string
	for i := 0; len(digits) > 0; i++ {
		size := sizes[min(i, len(sizes)-1)]
		if size == 0 || size >= len(digits) {
			break
		}
		groups = append([]string{digits[len(digits)-size:]}, groups...)
		digits = digits[:len(digits)-size]
	}
	return strings.Join(append([]string{digits}, groups...), separator)
}

func negativePattern(pattern int, s string, c *Culture) string {
	switch pattern {
	case 0:
		return "(" + s + ")"
	case 2:
		return c.NegativeSign + " " + s
	case 3:
		return s + c.NegativeSign
	case 4:
		return s + " " + c.NegativeSign
	}
	return c.NegativeSign + s
}

// The patterns of CurrencyPositivePattern and the others by number: $ is the symbol, n the number, - the sign.
var (
	currencyPositive = []string{"$n", "n$", "$ n", "n $"}
	currencyNegative = []string{"($n)", "-$n", "$-n", "$n-", "(n$)", "-n$", "n-$", "n$-", "-n $", "-$ n", "n $-", "$ n-", "$ -n", "n- $", "($ n)", "(n $)", "$- n"}
	percentPositive  = []string{"n %", "n%", "%n", "% n"}
	percentNegative  = []string{"-n %", "-n%", "-%n", "%-n", "%n-", "n-%", "n%-", "-% n", "n %-", "% n-", "% -n", "n- %"}
)

func (n Number) currency(places int, c *Culture) string {
	m := n.withPlaces(places)
	s := m.fixed(places, c.CurrencyDecimal, c.CurrencyGroup, c.GroupSizes)
	pattern := currencyPositive[c.CurrencyPositive]
	if m.Negative {
		pattern = currencyNegative[c.CurrencyNegative]
	}
	return strings.NewReplacer("n", s, "$", c.CurrencySymbol, "-", c.NegativeSign).Replace(pattern)
}

func (n Number) percent(places int, c *Culture) string {
	if n.kind == floating {
		n = n.withDigits(15)
		n.kind = decimal
		negative := n.Negative
		n.Scale += 2
		n = n.rounded(n.Scale + places)
		n.Negative = negative
	} else {
		n.Scale += 2
		n = n.rounded(n.Scale + places)
	}
	if n.Digits == "" {
		n.Scale = 0
	}
	s := n.fixed(places, c.DecimalSeparator, c.GroupSeparator, c.GroupSizes)
	pattern := percentPositive[c.PercentPositive]
	if n.Negative {
		pattern = percentNegative[c.PercentNegative]
	}
	return strings.NewReplacer("n", s, "%", c.PercentSymbol, "-", c.NegativeSign).Replace(pattern)
}

func (n Number) scientific(places int, spec byte, c *Culture) string {
	m := n.withDigits(places + 1)
	var b strings.Builder
	b.WriteString(m.sign(c))
	digits, exponent := m.Digits, m.Scale-1
	if digits == "" {
		digits, exponent = "0", 0
	}
	b.WriteByte(digits[0])
	if places > 0 {
		b.WriteString(c.DecimalSeparator)
		rest := digits[1:]
		b.WriteString(rest)
		b.WriteString(strings.Repeat("0", places-len(rest)))
	}
	writeExponent(&b, exponent, spec, 3, c)
	return b.String()
}

func (n Number) general(precision int, spec byte, c *Culture) string {
	e := spec - 'G' + 'E'
	switch {
	case n.kind == floating && precision <= 0:
		s := Float(n.float, n.bits, c)
		if spec == 'g' {
			s = strings.Replace(s, "E", "e", 1)
		}
		return s
	case n.kind == decimal && precision <= 0:
		s := n.sign(c) + n.fixed(n.bits, c.DecimalSeparator, "", nil)
		return s
	case n.kind == integer && precision <= 0:
		return n.sign(c) + n.integerDigits()
	}
	m := n.withDigits(precision)
	if m.Digits == "" {
		return m.sign(c) + "0"
	}
	return m.sign(c) + general(m.Digits, m.Scale, precision, c, e, 2)
}

func (n Number) hexadecimal(precision int, spec byte) string {
	var s string
	if n.bits == 0 {
		s = bigHex(n.whole)
	} else {
		s = n.whole.Text(16)
	}
	if spec == 'X' {
		s = strings.ToUpper(s)
	}
	return padZeros(s, precision)
}

// bigHex is a BigInteger's two's complement, with the sign in the first digit.
func bigHex(b *big.Int) string {
	if b.Sign() >= 0 {
		s := b.Text(16)
		if s[0] >= '8' {
			s = "0" + s
		}
		return s
	}
	bits := uint(b.BitLen()/4+1) * 4
	return new(big.Int).Add(new(big.Int).Lsh(big.NewInt(1), bits), b).Text(16)
}
