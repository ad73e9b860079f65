package netfmt

import (
	"math"
	"strings"
)

// section is one of up to three parts of a custom number format, separated by semicolons.
type section struct {
	text                 string
	before, after        int // digit places before and behind the point
	firstZero, lastZero  int // outermost 0 places: digits before the point that are always shown, behind it likewise
	thousands            bool
	scale                int // powers of ten that trailing commas, % and ‰ stand for
	scientific, hasPoint bool
}

// custom formats by a picture such as #,##0.00;(0);zero.
func (n Number) custom(format string, c *Culture) string {
	sections := splitSections(format)
	if n.kind == floating {
		n = n.withDigits(15)
		if n.float == 0 {
			n.Digits, n.Scale = "", 0
		}
	}
	chosen := 0
	switch {
	case n.Digits == "":
		if len(sections) > 2 {
			chosen = 2
		}
	case n.Negative && len(sections) > 1 && sections[1] != "":
		chosen = 1
	}
	s := parseSection(sections[chosen])
	m := n.inSection(s)
	if m.Digits == "" && n.Digits != "" && len(sections) > 2 {
		s = parseSection(sections[2])
		m, chosen = n.inSection(s), 2
	} else if m.Digits == "" && n.Digits != "" && chosen == 1 {
		s = parseSection(sections[0])
		m, chosen = n.inSection(s), 0
	}
	out := m.picture(s, c)
	if n.Negative && chosen == 0 && (m.Digits != "" || n.kind == floating && n.float != 0 && !(s.before+s.after > 0 && s.firstZero == 0 && s.lastZero == 0)) {
		out = c.NegativeSign + out
	}
	return out
}

func splitSections(format string) []string {
	var out []string
	from := 0
	for i := 0; i < len(format); i++ {
		switch format[i] {
		case '\\':
			i++
		case '\'', '"':
			quote := format[i]
			for i++; i < len(format) && format[i] != quote; i++ {
			}
		case ';':
			out = append(out, format[from:i])
			from = i + 1
		}
	}
	return append(out, format[from:])
}

func parseSection(text string) section {
	s := section{text: text}
	digits, lastDigit, commas := 0, -1, 0
	firstZero, lastZero := -1, -1
	point := -1
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; ch {
		case '#', '0':
			if commas > 0 {
				s.thousands = true
				commas = 0
			}
			if ch == '0' {
				if firstZero < 0 {
					firstZero = digits
				}
				lastZero = digits + 1
			}
			digits++
			lastDigit = i
		case '.':
			if point < 0 {
				point = digits
				s.hasPoint = true
				s.scale -= 3 * commas
				commas = 0
			}
		case ',':
			if digits > 0 && point < 0 && lastDigit >= 0 {
				commas++
			}
		case '%':
			s.scale += 2
		case '\\':
			i++
		case '\'', '"':
			for i++; i < len(text) && text[i] != ch; i++ {
			}
		case 'E', 'e':
			if exponentAt(text, i) > 0 {
				s.scientific = true
				i += exponentAt(text, i) - 1
			}
		default:
			if strings.HasPrefix(text[i:], "‰") {
				s.scale += 3
			}
		}
	}
	if point < 0 {
		point = digits
		s.scale -= 3 * commas
	}
	s.before, s.after = point, digits-point
	if firstZero >= 0 && firstZero < point {
		s.firstZero = point - firstZero
	}
	if lastZero > point {
		s.lastZero = lastZero - point
	}
	return s
}

// exponentAt is the length of E0, E+0 or E-00 at i, 0 if there is none.
func exponentAt(text string, i int) int {
	j := i + 1
	if j < len(text) && (text[j] == '+' || text[j] == '-') {
		j++
	}
	zeros := j
	for j < len(text) && text[j] == '0' {
		j++
	}
	if j == zeros {
		return 0
	}
	return j - i
}

// inSection rounds the number to the section's places.
func (n Number) inSection(s section) Number {
	if n.Digits == "" {
		return n
	}
	if s.scientific {
		return n.rounded(s.before + s.after)
	}
	n.Scale += s.scale
	return n.rounded(n.Scale + s.after)
}

// picture fills the section with the number's digits.
func (n Number) picture(s section, c *Culture) string {
	exponent := 0
	if s.scientific && n.Digits != "" {
		exponent = n.Scale - s.before
		n.Scale = s.before
	}
	whole := ""
	if n.Scale > 0 {
		whole = n.integerDigits()
	}
	whole = padZeros(whole, s.firstZero)
	fraction := n.fraction(s.after)
	for len(fraction) > s.lastZero && strings.HasSuffix(fraction, "0") {
		fraction = fraction[:len(fraction)-1]
	}
	var separators map[int]bool
	if s.thousands {
		separators = separatorPlaces(len(whole), c.GroupSizes)
	}
	var b strings.Builder
	seen, printed := 0, 0
	writeWhole := func(upTo int) {
		for printed < upTo {
			b.WriteByte(whole[printed])
			printed++
			if separators[len(whole)-printed] {
				b.WriteString(c.GroupSeparator)
			}
		}
	}
	text := s.text
	for i := 0; i < len(text); i++ {
		switch ch := text[i]; ch {
		case '#', '0':
			seen++
			if seen <= s.before {
				// All digits that have no place of their own go to the first one.
				writeWhole(max(0, len(whole)-(s.before-seen)))
			} else if k := seen - s.before - 1; k < len(fraction) {
				b.WriteByte(fraction[k])
			}
		case '.':
			if s.hasPoint && len(fraction) > 0 {
				b.WriteString(c.DecimalSeparator)
				s.hasPoint = false
			}
		case ',':
		case '%':
			b.WriteString(c.PercentSymbol)
		case '\\':
			if i++; i < len(text) {
				b.WriteByte(text[i])
			}
		case '\'', '"':
			for i++; i < len(text) && text[i] != ch; i++ {
				b.WriteByte(text[i])
			}
		case 'E', 'e':
			if k := exponentAt(text, i); k > 0 {
				writeCustomExponent(&b, text[i:i+k], exponent, c)
				i += k - 1
				continue
			}
			b.WriteByte(ch)
		default:
			b.WriteByte(ch)
		}
	}
	return b.String()
}

func writeCustomExponent(b *strings.Builder, picture string, exponent int, c *Culture) {
	b.WriteByte(picture[0])
	digits := strings.Count(picture, "0")
	switch {
	case exponent < 0:
		b.WriteString(c.NegativeSign)
	case picture[1] == '+':
		b.WriteString(c.PositiveSign)
	}
	s := padZeros(strings.TrimPrefix(Float(math.Abs(float64(exponent)), 64, Invariant), "-"), digits)
	b.WriteString(s)
}

// separatorPlaces are the numbers of digits from the right behind which a separator stands.
func separatorPlaces(digits int, sizes []int) map[int]bool {
	out := map[int]bool{}
	at := 0
	for i := 0; len(sizes) > 0; i++ {
		size := sizes[min(i, len(sizes)-1)]
		if size == 0 {
			break
		}
		at += size
		if at >= digits {
			break
		}
		out[at] = true
	}
	return out
}
