package object

import (
	"errors"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/cockroachdb/apd/v3"
)

// Decimal is System.Decimal: a coefficient of 96 bits with 0 to 28 decimal places, which it keeps (1.10 is not shown as 1.1).
// The zero value is 0. Values never change.
type Decimal struct{ p *apd.Decimal }

var (
	decimalLimit = new(apd.BigInt).Lsh(apd.NewBigInt(1), 96) // the first coefficient too large
	decimalTen   = apd.NewBigInt(10)
	// decimalContext rounds as .NET does; 29 digits are as many as the largest coefficient has.
	decimalContext = apd.Context{Precision: 29, MaxExponent: 100000, MinExponent: -100000, Rounding: apd.RoundHalfEven, Traps: apd.InvalidOperation | apd.DivisionByZero}

	errDecimalOverflow = &Exception{Type: init1("System.OverflowException"), Message: "Value was either too large or too small for a Decimal."}
	errDivideByZero    = &Exception{Type: init1("System.DivideByZeroException"), Message: "Attempted to divide by zero."}
)

// val returns the apd value, 0 for the zero Decimal.
func (d Decimal) val() *apd.Decimal {
	if d.p == nil {
		return new(apd.Decimal)
	}
	return d.p
}

// DecimalFromInt returns a Decimal of an integer.
func DecimalFromInt(i int64) Decimal { return Decimal{apd.New(i, 0)} }

// DecimalFromUint returns a Decimal of an unsigned integer.
func DecimalFromUint(u uint64) Decimal {
	return Decimal{apd.NewWithBigInt(new(apd.BigInt).SetUint64(u), 0)}
}

// DecimalFromBig returns a Decimal of a big integer, and an overflow error if it does not fit.
func DecimalFromBig(b *big.Int) (Decimal, error) {
	return fitDecimal(apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(b), 0))
}

// DecimalFromFloat converts as .NET does, by way of 15 significant digits (7 for a Single).
func DecimalFromFloat(f float64, digits int) (Decimal, error) {
	if math.IsNaN(f) || math.IsInf(f, 0) || math.Abs(f) >= 7.9228162514264338e28 {
		return Decimal{}, errDecimalOverflow
	}
	d, _, err := apd.NewFromString(strconv.FormatFloat(f, 'e', digits-1, 64))
	if err != nil {
		return Decimal{}, err
	}
	reduced, _ := new(apd.Decimal).Reduce(d)
	if reduced.Exponent > 0 {
		return fitDecimal(reduced)
	}
	return fitDecimal(reduced)
}

// ParseDecimal reads digits with an optional sign, point and exponent.
func ParseDecimal(s string) (Decimal, error) {
	d, _, err := apd.NewFromString(s)
	if err != nil || d.Form != apd.Finite {
		return Decimal{}, errors.New("not a decimal number: " + s)
	}
	return fitDecimal(d)
}

// ScaledDecimal is coefficient × 10^-scale, as literals are read: trailing zeros and all.
func ScaledDecimal(coefficient *big.Int, scale int32) (Decimal, error) {
	return fitDecimal(apd.NewWithBigInt(new(apd.BigInt).SetMathBigInt(coefficient), -scale))
}

// fitDecimal brings a number into 96 bits and 28 places, rounding half to even.
func fitDecimal(d *apd.Decimal) (Decimal, error) {
	if d.Exponent > 0 {
		if d.Exponent > 40 && d.Coeff.Sign() != 0 {
			return Decimal{}, errDecimalOverflow
		}
		d.Coeff.Mul(&d.Coeff, new(apd.BigInt).Exp(decimalTen, apd.NewBigInt(int64(d.Exponent)), nil))
		d.Exponent = 0
	}
	if d.Exponent < -28 {
		quantize(d, -28)
	}
	for d.Coeff.CmpAbs(decimalLimit) >= 0 {
		if d.Exponent >= 0 {
			return Decimal{}, errDecimalOverflow
		}
		over := max(int32(d.NumDigits())-29, 1)
		quantize(d, min(d.Exponent+over, 0))
	}
	return Decimal{d}, nil
}

func quantize(d *apd.Decimal, exponent int32) {
	c := apd.Context{Precision: 200, MaxExponent: 100000, MinExponent: -100000, Rounding: apd.RoundHalfEven}
	// 200 digits hold whatever two operands of 29 give, so the rounding here cannot fail.
	_, _ = c.Quantize(d, d, exponent)
}

// Add returns d + e.
func (d Decimal) Add(e Decimal) (Decimal, error) { return d.with(apd.BaseContext.Add, e) }

// Sub returns d - e.
func (d Decimal) Sub(e Decimal) (Decimal, error) { return d.with(apd.BaseContext.Sub, e) }

// Mul returns d * e.
func (d Decimal) Mul(e Decimal) (Decimal, error) { return d.with(apd.BaseContext.Mul, e) }

func (d Decimal) with(op func(z, x, y *apd.Decimal) (apd.Condition, error), e Decimal) (Decimal, error) {
	z := new(apd.Decimal)
	if _, err := op(z, d.val(), e.val()); err != nil {
		return Decimal{}, err
	}
	return fitDecimal(z)
}

// Div returns d / e.
func (d Decimal) Div(e Decimal) (Decimal, error) {
	if e.Sign() == 0 {
		return Decimal{}, errDivideByZero
	}
	z := new(apd.Decimal)
	if _, err := decimalContext.Quo(z, d.val(), e.val()); err != nil {
		return Decimal{}, err
	}
	// The quotient has no more places than it needs, nor fewer than the operands' difference.
	ideal := d.val().Exponent - e.val().Exponent
	for z.Exponent < min(ideal, 0) {
		q, r := new(apd.BigInt), new(apd.BigInt)
		if q.QuoRem(&z.Coeff, decimalTen, r); r.Sign() != 0 {
			break
		}
		z.Coeff.Set(q)
		z.Exponent++
	}
	return fitDecimal(z)
}

// Rem returns the remainder of d / e with the sign of d.
func (d Decimal) Rem(e Decimal) (Decimal, error) {
	if e.Sign() == 0 {
		return Decimal{}, errDivideByZero
	}
	z := new(apd.Decimal)
	c := apd.Context{Precision: 100, MaxExponent: 100000, MinExponent: -100000, Rounding: apd.RoundHalfEven}
	if _, err := c.Rem(z, d.val(), e.val()); err != nil {
		return Decimal{}, err
	}
	return fitDecimal(z)
}

// Neg returns -d.
func (d Decimal) Neg() Decimal { return Decimal{new(apd.Decimal).Neg(d.val())} }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int { return d.val().Sign() }

// Cmp compares two numbers: -1, 0 or 1.
func (d Decimal) Cmp(e Decimal) int { return d.val().Cmp(e.val()) }

// Places is the number of decimal places that d keeps.
func (d Decimal) Places() int { return int(-d.val().Exponent) }

// Round rounds to a number of places, half to even, or half away from zero.
func (d Decimal) Round(places int, awayFromZero bool) Decimal {
	if d.Places() <= places {
		return d
	}
	c := apd.Context{Precision: 200, MaxExponent: 100000, MinExponent: -100000, Rounding: apd.RoundHalfEven}
	if awayFromZero {
		c.Rounding = apd.RoundHalfUp
	}
	z := new(apd.Decimal)
	_, _ = c.Quantize(z, d.val(), int32(-places)) // cannot fail within 200 digits
	return Decimal{z}
}

// Floor returns the largest integer not above d, Ceil the smallest not below, Trunc the one towards zero.
func (d Decimal) Floor() Decimal { return d.integral(apd.RoundFloor) }

// Ceil returns the smallest integer not below d.
func (d Decimal) Ceil() Decimal { return d.integral(apd.RoundCeiling) }

// Trunc cuts the decimal places off.
func (d Decimal) Trunc() Decimal { return d.integral(apd.RoundDown) }

func (d Decimal) integral(how apd.Rounder) Decimal {
	c := apd.Context{Precision: 200, MaxExponent: 100000, MinExponent: -100000, Rounding: how}
	z := new(apd.Decimal)
	_, _ = c.Quantize(z, d.val(), 0) // cannot fail within 200 digits
	return Decimal{z}
}

// Float64 returns the nearest double.
func (d Decimal) Float64() float64 {
	f, _ := strconv.ParseFloat(d.val().Text('e'), 64) // apd's own text is always well-formed
	return f
}

// Big returns the integer part after rounding half to even.
func (d Decimal) Big() *big.Int {
	r := d.Round(0, false)
	b := r.val().Coeff.MathBigInt()
	if r.val().Negative {
		b.Neg(b)
	}
	if e := r.val().Exponent; e > 0 {
		b.Mul(b, new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(e)), nil))
	}
	return b
}

// String prints all the places that d keeps.
func (d Decimal) String() string {
	s := d.val().Text('f')
	if d.Sign() == 0 {
		s = strings.TrimPrefix(s, "-")
	}
	return s
}

// Reduced prints d without trailing zeros, the same text for equal numbers.
func (d Decimal) Reduced() string {
	z, _ := new(apd.Decimal).Reduce(d.val())
	return z.Text('f')
}
