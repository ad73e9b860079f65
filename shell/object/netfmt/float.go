// Package netfmt formats and parses numbers, dates and time spans as .NET does: its standard and custom format strings, in
// the invariant culture and those that [CultureByName] knows.
package netfmt

import (
	"math"
	"strconv"
	"strings"
)

// Float prints f in the shortest form that reads back as the same number, as .NET's ToString() without a format does; bits
// is 64 for a Double and 32 for a Single.
func Float(f float64, bits int, c *Culture) string {
	switch {
	case math.IsNaN(f):
		return c.NaN
	case math.IsInf(f, 1):
		return c.PositiveInfinity
	case math.IsInf(f, -1):
		return c.NegativeInfinity
	case f == 0:
		if math.Signbit(f) {
			return c.NegativeSign + "0"
		}
		return "0"
	}
	if bits == 64 && f == math.Trunc(f) && math.Abs(f) < 1e15 {
		s := strconv.FormatInt(int64(f), 10)
		if f < 0 && c.NegativeSign != "-" {
			return c.NegativeSign + s[1:]
		}
		return s
	}
	digits, scale := shortest(math.Abs(f), bits)
	precision := 17 // as many as any number needs to be read back
	if bits == 32 {
		precision = 9
	}
	s := general(digits, scale, max(len(digits), precision), c, 'E', 2)
	if f < 0 {
		s = c.NegativeSign + s
	}
	return s
}

// FloatDigits prints f with at most as many significant digits (the format G15), in which rounding errors do not show.
func FloatDigits(f float64, precision int, c *Culture) string {
	if math.IsNaN(f) || math.IsInf(f, 0) || f == 0 || f == math.Trunc(f) && math.Abs(f) < 1e7 {
		return Float(f, 64, c)
	}
	digits, scale := significant(math.Abs(f), precision)
	s := general(digits, scale, precision, c, 'E', 2)
	if f < 0 {
		s = c.NegativeSign + s
	}
	return s
}

// significant rounds f to a number of digits: f = 0.ddd × 10^scale, without trailing zeros.
func significant(f float64, precision int) (digits string, scale int) {
	s := strconv.FormatFloat(f, 'e', precision-1, 64)
	mantissa, exponent, _ := strings.Cut(s, "e")
	e, _ := strconv.Atoi(exponent) // FormatFloat always writes one
	return strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0"), e + 1
}

// shortest returns the digits d of f = 0.ddd × 10^scale that suffice to read f back.
func shortest(f float64, bits int) (digits string, scale int) {
	s := strconv.FormatFloat(f, 'e', -1, bits)
	mantissa, exponent, _ := strings.Cut(s, "e")
	e, _ := strconv.Atoi(exponent) // FormatFloat always writes one
	return strings.TrimRight(strings.Replace(mantissa, ".", "", 1), "0"), e + 1
}

// general is the G format: plain digits, or an exponent where the number has more than places digits before the point or
// more than three zeros behind it.
func general(digits string, scale, places int, c *Culture, e byte, exponentDigits int) string {
	var b strings.Builder
	if scale > places || scale < -3 {
		b.WriteString(digits[:1])
		if len(digits) > 1 {
			b.WriteString(c.DecimalSeparator)
			b.WriteString(digits[1:])
		}
		writeExponent(&b, scale-1, e, exponentDigits, c)
		return b.String()
	}
	if scale <= 0 {
		b.WriteString("0")
	} else if scale >= len(digits) {
		b.WriteString(digits)
		b.WriteString(strings.Repeat("0", scale-len(digits)))
		return b.String()
	} else {
		b.WriteString(digits[:scale])
		digits = digits[scale:]
		scale = 0
	}
	b.WriteString(c.DecimalSeparator)
	b.WriteString(strings.Repeat("0", -scale))
	b.WriteString(digits)
	return b.String()
}

func writeExponent(b *strings.Builder, exponent int, e byte, digits int, c *Culture) {
	b.WriteByte(e)
	if exponent < 0 {
		b.WriteString(c.NegativeSign)
		exponent = -exponent
	} else {
		b.WriteString("+")
	}
	s := strconv.Itoa(exponent)
	b.WriteString(strings.Repeat("0", max(0, digits-len(s))))
	b.WriteString(s)
}
