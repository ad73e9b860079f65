package object

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

// ParseNumber reads a number literal as a script would write it, with suffixes and multipliers: 10, -5L, 0x1F, 1.5e3, 2kb,
// 1.1d. It answers false for anything else.
func ParseNumber(s string) (any, bool) {
	negative := false
	switch {
	case strings.HasPrefix(s, "-"):
		negative, s = true, s[1:]
	case strings.HasPrefix(s, "+"):
		s = s[1:]
	}
	if s == "" || !(s[0] >= '0' && s[0] <= '9' || s[0] == '.') {
		return nil, false
	}
	body, multiplier := cutMultiplier(s)
	isHex := len(body) > 2 && body[0] == '0' && (body[1] == 'x' || body[1] == 'X')
	isBinary := len(body) > 2 && body[0] == '0' && (body[1] == 'b' || body[1] == 'B')
	body, suffix := cutSuffix(body, isHex)
	switch {
	case isHex:
		return hexLiteral(body[2:], negative, suffix, multiplier, 16)
	case isBinary:
		return hexLiteral(body[2:], negative, suffix, multiplier, 2)
	}
	if !isDecimalLiteral(body) {
		return nil, false
	}
	if negative {
		body = "-" + body
	}
	if suffix == "d" {
		d, err := ParseDecimal(body)
		if err != nil {
			return nil, false
		}
		if d, err = d.Mul(DecimalFromInt(multiplier)); err != nil {
			return nil, false
		}
		return d, true
	}
	if strings.ContainsAny(body, ".eE") {
		f, err := strconv.ParseFloat(body, 64)
		if err != nil && !math.IsInf(f, 0) {
			return nil, false
		}
		if f *= float64(multiplier); suffix == "" {
			return f, true
		}
		t := suffixType(suffix)
		if t == nil {
			return nil, false
		}
		v, err := integerFromFloat(f, f, t)
		return v, err == nil
	}
	b, ok := new(big.Int).SetString(body, 10)
	if !ok {
		return nil, false
	}
	return sized(b.Mul(b, big.NewInt(multiplier)), suffix)
}

func cutMultiplier(s string) (string, int64) {
	if len(s) < 3 || (s[len(s)-1]|0x20) != 'b' {
		return s, 1
	}
	factor := int64(1)
	switch s[len(s)-2] | 0x20 {
	case 'k':
		factor = 1 << 10
	case 'm':
		factor = 1 << 20
	case 'g':
		factor = 1 << 30
	case 't':
		factor = 1 << 40
	case 'p':
		factor = 1 << 50
	default:
		return s, 1
	}
	return s[:len(s)-2], factor
}

// cutSuffix takes a type suffix off: l, d, n, s, y, u, ul, us, uy.
func cutSuffix(s string, isHex bool) (string, string) {
	end := len(s)
	for end > 0 && end > len(s)-2 {
		c := s[end-1] | 0x20
		if !(c == 'l' || c == 'n' || c == 's' || c == 'y' || c == 'u' || c == 'd' && !isHex) {
			break
		}
		end--
	}
	suffix := strings.ToLower(s[end:])
	switch suffix {
	case "", "l", "d", "n", "s", "y", "u", "ul", "us", "uy":
		return s[:end], suffix
	}
	return s, ""
}

func suffixType(suffix string) *Type {
	switch suffix {
	case "l":
		return TypeInt64
	case "s":
		return TypeInt16
	case "y":
		return TypeSByte
	case "us":
		return TypeUInt16
	case "uy":
		return TypeByte
	case "ul":
		return TypeUInt64
	}
	return nil
}

func isDecimalLiteral(s string) bool {
	digits, i := 0, 0
	for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		digits++
	}
	if i < len(s) && s[i] == '.' {
		for i++; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
			digits++
		}
	}
	if digits == 0 {
		return false
	}
	if i < len(s) && s[i]|0x20 == 'e' {
		i++
		if i < len(s) && (s[i] == '+' || s[i] == '-') {
			i++
		}
		from := i
		for ; i < len(s) && s[i] >= '0' && s[i] <= '9'; i++ {
		}
		if i == from {
			return false
		}
	}
	return i == len(s)
}

// hexLiteral reads hexadecimal and binary literals, whose topmost bit is the sign of an Int32 or Int64.
func hexLiteral(digits string, negative bool, suffix string, multiplier int64, base int) (any, bool) {
	b, ok := new(big.Int).SetString(digits, base)
	if !ok || strings.ContainsAny(digits, "+-_") {
		return nil, false
	}
	width := len(digits)
	if base == 2 {
		width = (width + 3) / 4
	}
	if suffix == "" || suffix == "l" {
		switch {
		case width <= 8 && b.IsUint64() && b.Uint64() <= math.MaxUint32 && suffix == "":
			b = big.NewInt(int64(int32(b.Uint64())))
		case width <= 16 && b.IsUint64():
			b = big.NewInt(int64(b.Uint64()))
		}
	}
	if negative {
		b.Neg(b)
	}
	return sized(b.Mul(b, big.NewInt(multiplier)), suffix)
}

// sized gives an integer literal its type: the one of its suffix, else the smallest of int, long, decimal, double that holds it.
func sized(b *big.Int, suffix string) (any, bool) {
	switch suffix {
	case "n":
		return b, true
	case "u":
		if b.IsUint64() {
			if b.Uint64() <= math.MaxUint32 {
				return uint32(b.Uint64()), true
			}
			return b.Uint64(), true
		}
		return nil, false
	case "d":
		d, err := DecimalFromBig(b)
		return d, err == nil
	case "":
		if b.IsInt64() {
			if i := b.Int64(); i == int64(int32(i)) {
				return int32(i), true
			}
			return b.Int64(), true
		}
		if d, err := DecimalFromBig(b); err == nil {
			return d, true
		}
		f, _ := new(big.Float).SetInt(b).Float64()
		return f, true
	}
	v, err := integerFromBig(b, b, suffixType(suffix))
	return v, err == nil
}
