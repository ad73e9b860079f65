package syntax

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// numberToken reads a number, or the word that one turns out to be.
func (l *lexer) numberToken() Token {
	if value, ok := l.plainNumber(); ok {
		return l.save(Token{extent: l.current(), Kind: TokNumber, number: value})
	}
	n, ok := l.scanNumber()
	if !ok {
		return l.rescan()
	}
	value, ok := n.value()
	if !ok {
		if l.mode != expressionMode {
			return l.rescan()
		}
		l.report(l.current(), "BadNumericConstant", l.text[l.start:l.pos])
	}
	return l.save(Token{extent: l.current(), Kind: TokNumber, number: value})
}

// plainNumber reads the numbers that are nothing but a few digits, which are
// nearly all. The current position is behind the first of them.
func (l *lexer) plainNumber() (int32, bool) {
	const maxDigits = 9
	var value int32
	for i := l.start; i < len(l.text) && i-l.start <= maxDigits; i++ {
		c := l.text[i]
		if c < '0' || c > '9' {
			if i > l.start && l.endsPlainNumber(c) {
				l.pos = i
				return value, true
			}
			return 0, false
		}
		if i-l.start < maxDigits {
			value = value*10 + int32(c-'0')
		}
	}
	return 0, false
}

func (l *lexer) endsPlainNumber(c byte) bool {
	if l.mode == expressionMode {
		return c != '.' && isTrait(rune(c), charEndsToken|charEndsNumber)
	}
	return isTrait(rune(c), charEndsToken)
}

// Type suffixes of a number, and their combinations.
const (
	suffixUnsigned = 1
	suffixByte     = 2
	suffixShort    = 4
	suffixLong     = 8
	suffixDecimal  = 16
	suffixBig      = 32
)

// A numeral is a number as it is written.
type numeral struct {
	sign       byte   // '-', '+' or 0
	digits     string // without sign and prefix; of a real number with point and exponent
	base       int    // 2, 10 or 16
	real       bool
	suffix     int
	multiplier int64
}

// scanNumber reads a number from the token's beginning on. It answers false
// when what is there goes on as a word.
func (l *lexer) scanNumber() (numeral, bool) {
	n := numeral{base: 10, multiplier: 1}
	valid := true
	l.pos = l.start
	r := l.next()
	if isDash(r) || r == '+' {
		n.sign = '+'
		if r != '+' {
			n.sign = '-'
		}
		r = l.next()
	}
	begin := l.pos - 1
	signAt := -1 // of the exponent
	if r == '.' {
		n.real = true
		signAt, valid = l.afterPoint()
	} else if r1 := l.peek(); r == '0' && (r1|0x20 == 'x' || r1|0x20 == 'b') {
		l.pos++
		begin = l.pos
		if r1|0x20 == 'x' {
			n.base = 16
			l.skipTrait(charHex)
		} else {
			n.base = 2
			for l.peek() == '0' || l.peek() == '1' {
				l.pos++
			}
			valid = l.pos > begin || n.sign != 0
		}
	} else {
		l.skipTrait(charDigit)
		switch r1 := l.peek(); {
		case r1 == '.' && l.peekAt(l.pos+1) != '.': // else a range
			l.pos++
			n.real = true
			signAt, valid = l.afterPoint()
		case r1|0x20 == 'e':
			l.pos++
			n.real = true
			signAt, valid = l.exponent()
		}
	}
	n.digits = l.text[begin:l.pos]
	if signAt >= 0 {
		if sign := l.peekAt(signAt); sign != '-' && isDash(sign) {
			n.digits = strings.Replace(n.digits, string(sign), "-", 1)
		}
	}
	return n, l.numberEnd(&n) && valid
}

func (l *lexer) skipTrait(trait uint16) {
	for isTrait(l.peek(), trait) {
		l.pos++
	}
}

// afterPoint reads on after a decimal point; exponent after an e. They tell
// where the exponent's sign is, and whether there is a number.
func (l *lexer) afterPoint() (signAt int, ok bool) {
	l.skipTrait(charDigit)
	if l.peek()|0x20 == 'e' {
		l.pos++
		return l.exponent()
	}
	return -1, true
}

func (l *lexer) exponent() (signAt int, ok bool) {
	signAt = -1
	if r := l.peek(); r == '+' || isDash(r) {
		signAt = l.pos
		l.skip(r)
	}
	begin := l.pos
	l.skipTrait(charDigit)
	return signAt, l.pos > begin
}

// numberEnd reads a number's suffix and multiplier and checks that the
// number ends there.
func (l *lexer) numberEnd(n *numeral) bool {
	valid := true
	if r := l.peek(); isTrait(r, charSuffix) {
		l.pos++
		switch r | 0x20 {
		case 'u':
			n.suffix = suffixUnsigned
		case 's':
			n.suffix = suffixShort
		case 'l':
			n.suffix = suffixLong
		case 'd':
			n.suffix = suffixDecimal
		case 'y':
			n.suffix = suffixByte
		case 'n':
			n.suffix = suffixBig
		}
		if r := l.peek(); isTrait(r, charSuffix) {
			l.pos++
			switch r |= 0x20; {
			case n.suffix != suffixUnsigned:
				valid = false
			case r == 'l':
				n.suffix |= suffixLong
			case r == 's':
				n.suffix |= suffixShort
			case r == 'y':
				n.suffix |= suffixByte
			default:
				valid = false
			}
		}
	}
	if r := l.peek(); isTrait(r, charMultiplier) {
		l.pos++
		switch r | 0x20 {
		case 'k':
			n.multiplier = 1 << 10
		case 'm':
			n.multiplier = 1 << 20
		case 'g':
			n.multiplier = 1 << 30
		case 't':
			n.multiplier = 1 << 40
		case 'p':
			n.multiplier = 1 << 50
		}
		if l.peek()|0x20 == 'b' {
			l.pos++
		} else {
			valid = false
		}
	}
	r := l.peek()
	if !endsToken(r) && (l.mode != expressionMode || !endsNumber(r, l.ternary)) {
		valid = false
	}
	return valid
}

// value gives the number its type: that of its suffix, else the narrowest
// that holds it.
func (n *numeral) value() (any, bool) {
	if n.real {
		return n.realValue()
	}
	value, ok := n.integer()
	if !ok {
		return nil, false
	}
	value.Mul(value, big.NewInt(n.multiplier))
	if n.suffix != 0 {
		return n.fit(value)
	}
	switch {
	case value.IsInt64():
		if i := value.Int64(); i >= math.MinInt32 && i <= math.MaxInt32 {
			return int32(i), true
		}
		return value.Int64(), true
	case n.base != 10:
		return nil, false
	case value.BitLen() <= decimalBits:
		return Decimal{Coefficient: value}, true
	}
	f, _ := new(big.Float).SetInt(value).Float64()
	return f, !math.IsInf(f, 0)
}

// integer reads the digits. Hexadecimal and binary numbers of the full
// length of a signed type have a sign bit.
func (n *numeral) integer() (*big.Int, bool) {
	value := new(big.Int)
	switch n.base {
	case 16:
		digits := n.digits
		unsigned := n.suffix&suffixUnsigned != 0
		// The length counts a leading zero that was not written.
		length := len(digits) + 1
		width := 8
		switch {
		case n.suffix == suffixByte:
			width = 2
		case n.suffix == suffixShort:
			width = 4
		case n.suffix == suffixLong || length >= 16:
			width = 16
		}
		if digits != "" {
			value.SetString(digits, 16)
		}
		if !unsigned && len(digits) == width {
			length--
			if digits[0] >= '8' {
				value.Sub(value, new(big.Int).Lsh(big.NewInt(1), uint(4*width)))
			}
		}
		if length == 16 && n.suffix&^suffixUnsigned == 0 {
			n.suffix |= suffixLong
		}
	case 2:
		digits := n.digits
		if digits == "" {
			return nil, false
		}
		value.SetString(digits, 2)
		if n.suffix&suffixUnsigned == 0 && digits[0] == '1' {
			switch length := len(digits); {
			case length == 8, length == 16, length == 32, length == 64, length == 96, length >= 128 && length%8 == 0:
				value.Sub(value, new(big.Int).Lsh(big.NewInt(1), uint(length)))
			}
		}
		if len(digits) == 64 && n.suffix&^suffixUnsigned == 0 {
			n.suffix |= suffixLong
		}
	default:
		if _, ok := value.SetString(n.digits, 10); !ok {
			return nil, false
		}
	}
	if n.sign == '-' {
		value.Neg(value)
	}
	return value, true
}

// fit gives an integer the type of the number's suffix.
func (n *numeral) fit(value *big.Int) (any, bool) {
	signed := func(bits uint) bool {
		if !value.IsInt64() {
			return false
		}
		i := value.Int64()
		return bits == 64 || i >= -1<<(bits-1) && i < 1<<(bits-1)
	}
	unsigned := func(bits uint) bool { return value.Sign() >= 0 && value.BitLen() <= int(bits) }
	switch n.suffix {
	case suffixByte:
		return int8(value.Int64()), signed(8)
	case suffixByte | suffixUnsigned:
		return uint8(value.Uint64()), unsigned(8)
	case suffixShort:
		return int16(value.Int64()), signed(16)
	case suffixShort | suffixUnsigned:
		return uint16(value.Uint64()), unsigned(16)
	case suffixLong:
		return value.Int64(), signed(64)
	case suffixLong | suffixUnsigned:
		return value.Uint64(), unsigned(64)
	case suffixUnsigned:
		if unsigned(32) {
			return uint32(value.Uint64()), true
		}
		return value.Uint64(), unsigned(64)
	case suffixDecimal:
		return Decimal{Coefficient: value}, value.BitLen() <= decimalBits
	case suffixBig:
		return value, true
	}
	return nil, false
}

func (n *numeral) realValue() (any, bool) {
	if n.suffix == suffixDecimal {
		return n.decimal()
	}
	f, err := strconv.ParseFloat(n.digits, 64)
	if err != nil && !math.IsInf(f, 0) {
		return nil, false
	}
	if n.sign == '-' {
		f = -f
	}
	f *= float64(n.multiplier)
	if n.suffix == 0 {
		return f, true
	}
	f = math.RoundToEven(f)
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil, false
	}
	value, _ := big.NewFloat(f).Int(nil)
	return n.fit(value)
}

// .NET's decimal holds 96 bits and a scale of at most 28.
const (
	decimalBits  = 96
	decimalScale = 28
)

// decimal reads a real number with the suffix d.
func (n *numeral) decimal() (any, bool) {
	mantissa, exponent := n.digits, 0
	if i := strings.IndexAny(mantissa, "eE"); i >= 0 {
		e, err := strconv.Atoi(mantissa[i+1:])
		if err != nil || e > 1000 || e < -1000 {
			return nil, false
		}
		mantissa, exponent = mantissa[:i], e
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	value, ok := new(big.Int).SetString("0"+whole+fraction, 10)
	if !ok {
		return nil, false
	}
	scale := len(fraction) - exponent
	ten := big.NewInt(10)
	if scale < 0 {
		value.Mul(value, new(big.Int).Exp(ten, big.NewInt(int64(-scale)), nil))
		scale = 0
	}
	value.Mul(value, big.NewInt(n.multiplier))
	if drop := scale - decimalScale; drop > 0 {
		value, scale = roundQuotient(value, drop), decimalScale
	}
	for value.BitLen() > decimalBits && scale > 0 {
		value, scale = roundQuotient(value, 1), scale-1
	}
	if value.BitLen() > decimalBits {
		return nil, false
	}
	if n.sign == '-' {
		value.Neg(value)
	}
	return Decimal{Coefficient: value, Scale: int32(scale)}, true
}

// roundQuotient divides by a power of ten and rounds half to even.
func roundQuotient(value *big.Int, digits int) *big.Int {
	divisor := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(digits)), nil)
	quotient, rest := new(big.Int).QuoRem(value, divisor, new(big.Int))
	switch rest.Lsh(rest, 1).CmpAbs(divisor) {
	case 1:
		quotient.Add(quotient, big.NewInt(1))
	case 0:
		if quotient.Bit(0) == 1 {
			quotient.Add(quotient, big.NewInt(1))
		}
	}
	return quotient
}
