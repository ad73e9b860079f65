package netfmt

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrFormat is what an unknown or malformed format string gives.
var ErrFormat = errors.New("Input string was not in a correct format.") //nolint:revive // .NET's own words

// Kinds of a date, as System.DateTimeKind.
const (
	Unspecified = iota
	UTC
	Local
)

// Ticks of 100 ns in longer units.
const (
	TicksPerMicrosecond = int64(10)
	TicksPerMillisecond = 10_000
	TicksPerSecond      = 10_000_000
	TicksPerMinute      = 60 * TicksPerSecond
	TicksPerHour        = 60 * TicksPerMinute
	TicksPerDay         = 24 * TicksPerHour
)

// unixTicks are the ticks of 1970-01-01.
const unixTicks = 621_355_968_000_000_000

// TimeOf returns the instant or wall-clock time of ticks since 0001-01-01, in UTC.
func TimeOf(ticks int64) time.Time {
	t := ticks - unixTicks
	sec := t / TicksPerSecond
	rest := t % TicksPerSecond
	if rest < 0 {
		rest += TicksPerSecond
		sec--
	}
	return time.Unix(sec, rest*100).UTC()
}

// TicksOf returns the ticks of a time's wall clock.
func TicksOf(t time.Time) int64 {
	_, offset := t.Zone()
	return (t.Unix()+int64(offset))*TicksPerSecond + int64(t.Nanosecond())/100 + unixTicks
}

// offsetAt is the local zone's offset from UTC at a local wall-clock time, in seconds.
func offsetAt(ticks int64) int {
	t := TimeOf(ticks)
	_, offset := time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.Local).Zone()
	return offset
}

// Date formats a date by one of .NET's standard or custom format strings; an empty one means G.
func Date(ticks int64, kind int, format string, c *Culture) (string, error) {
	if len(format) <= 1 {
		var err error
		if ticks, kind, format, c, err = standardDate(ticks, kind, format, c); err != nil {
			return "", err
		}
	}
	return customDate(ticks, kind, offsetFor(ticks, kind), format, c)
}

// DateWithOffset is Date for a clock that is so many seconds ahead of UTC.
func DateWithOffset(ticks int64, offset int, format string, c *Culture) (string, error) {
	if len(format) <= 1 {
		var err error
		if ticks, _, format, c, err = standardDate(ticks, Local, format, c); err != nil {
			return "", err
		}
	}
	return customDate(ticks, Local, offset, format, c)
}

// standardDate replaces a standard format by the custom one that it stands for.
func standardDate(ticks int64, kind int, format string, c *Culture) (int64, int, string, *Culture, error) {
	if format == "" {
		format = "G"
	}
	switch format {
	case "d":
		format = c.ShortDate
	case "D":
		format = c.LongDate
	case "f":
		format = c.LongDate + " " + c.ShortTime
	case "F":
		format = c.FullDateTime
	case "g":
		format = c.ShortDate + " " + c.ShortTime
	case "G":
		format = c.ShortDate + " " + c.LongTime
	case "m", "M":
		format = c.MonthDay
	case "o", "O":
		format, c = "yyyy'-'MM'-'dd'T'HH':'mm':'ss'.'fffffffK", Invariant
	case "r", "R":
		format, c = "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'", Invariant
	case "s":
		format, c = "yyyy'-'MM'-'dd'T'HH':'mm':'ss", Invariant
	case "t":
		format = c.ShortTime
	case "T":
		format = c.LongTime
	case "u":
		format, c = "yyyy'-'MM'-'dd HH':'mm':'ss'Z'", Invariant
	case "U":
		if kind != UTC {
			ticks -= int64(offsetAt(ticks)) * TicksPerSecond
		}
		format, kind = c.FullDateTime, UTC
	case "y", "Y":
		format = c.YearMonth
	default:
		return 0, 0, "", nil, ErrFormat
	}
	return ticks, kind, format, c, nil
}

func customDate(ticks int64, kind, offset int, format string, c *Culture) (string, error) {
	t := TimeOf(ticks)
	year, month, day := t.Date()
	hour12 := t.Hour() % 12
	if hour12 == 0 {
		hour12 = 12
	}
	fraction := fmt.Sprintf("%07d", t.Nanosecond()/100)
	var b strings.Builder
	b.Grow(len(format) + 8)
	number := func(n, digits int) {
		s := strconv.Itoa(n)
		for i := len(s); i < digits; i++ {
			b.WriteByte('0')
		}
		b.WriteString(s)
	}
	for i := 0; i < len(format); {
		ch := format[i]
		n := 1
		for i+n < len(format) && format[i+n] == ch {
			n++
		}
		switch ch {
		case 'd':
			switch {
			case n <= 2:
				number(day, n)
			case n == 3:
				b.WriteString(c.ShortDays[t.Weekday()])
			default:
				b.WriteString(c.Days[t.Weekday()])
			}
		case 'M':
			switch {
			case n <= 2:
				number(int(month), n)
			case n == 3:
				b.WriteString(c.ShortMonths[month-1])
			case strings.ContainsAny(strings.ReplaceAll(format, "ddd", ""), "d"):
				b.WriteString(c.MonthsGenitive[month-1])
			default:
				b.WriteString(c.Months[month-1])
			}
		case 'y':
			if n <= 2 {
				number(year%100, n)
			} else {
				number(year, n)
			}
		case 'g':
			b.WriteString(c.Eras[0])
		case 'h':
			number(hour12, min(n, 2))
		case 'H':
			number(t.Hour(), min(n, 2))
		case 'm':
			number(t.Minute(), min(n, 2))
		case 's':
			number(t.Second(), min(n, 2))
		case 'f', 'F':
			if n > 7 {
				return "", ErrFormat
			}
			digits := fraction[:n]
			if ch == 'F' {
				digits = strings.TrimRight(digits, "0")
				if digits == "" {
					if s := b.String(); strings.HasSuffix(s, ".") {
						b.Reset()
						b.WriteString(s[:len(s)-1])
					}
				}
			}
			b.WriteString(digits)
		case 't':
			name := c.AM
			if t.Hour() >= 12 {
				name = c.PM
			}
			if n == 1 && name != "" {
				name = string([]rune(name)[:1])
			}
			b.WriteString(name)
		case 'z':
			b.WriteString(zone(offset, n))
		case 'K':
			switch kind {
			case UTC:
				b.WriteByte('Z')
			case Local:
				b.WriteString(zone(offset, 3))
			}
			n = 1
		case ':':
			b.WriteString(c.TimeSeparator)
			n = 1
		case '/':
			b.WriteString(c.DateSeparator)
			n = 1
		case '\'', '"':
			text, used, ok := quoted(format[i:])
			if !ok {
				return "", ErrFormat
			}
			b.WriteString(text)
			n = used
		case '%':
			if i+1 >= len(format) || format[i+1] == '%' {
				return "", ErrFormat
			}
			s, err := customDate(ticks, kind, offset, format[i+1:i+2], c)
			if err != nil {
				return "", err
			}
			b.WriteString(s)
			n = 2
		case '\\':
			if i+1 >= len(format) {
				return "", ErrFormat
			}
			b.WriteByte(format[i+1])
			n = 2
		default:
			b.WriteByte(ch)
			n = 1
		}
		i += n
	}
	return b.String(), nil
}

// quoted reads a literal in quotes at the start of s, and how many bytes it takes.
func quoted(s string) (text string, used int, ok bool) {
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case s[0]:
			return b.String(), i + 1, true
		case '\\':
			i++
			if i >= len(s) {
				return "", 0, false
			}
		}
		b.WriteByte(s[i])
	}
	return "", 0, false
}

func offsetFor(ticks int64, kind int) int {
	if kind == UTC {
		return 0
	}
	return offsetAt(ticks)
}

// zone prints an offset as +2, +02 or +02:00.
func zone(seconds, width int) string {
	sign := "+"
	if seconds < 0 {
		sign, seconds = "-", -seconds
	}
	h, m := seconds/3600, seconds%3600/60
	switch width {
	case 1:
		return fmt.Sprintf("%s%d", sign, h)
	case 2:
		return fmt.Sprintf("%s%02d", sign, h)
	}
	return fmt.Sprintf("%s%02d:%02d", sign, h, m)
}

// Span formats a time span by .NET's c, g, G or a custom format string; an empty one means c.
func Span(ticks int64, format string, c *Culture) (string, error) {
	negative := ticks < 0
	abs := uint64(ticks)
	if negative {
		abs = -abs
	}
	const second, minute, hour, day = uint64(TicksPerSecond), uint64(TicksPerMinute), uint64(TicksPerHour), uint64(TicksPerDay)
	days, hours, minutes := abs/day, abs/hour%24, abs/minute%60
	seconds, fraction := abs/second%60, abs%second
	sign := ""
	if negative {
		sign = c.NegativeSign
	}
	switch format {
	case "", "c", "t", "T":
		s := fmt.Sprintf("%02d:%02d:%02d", hours, minutes, seconds)
		if days > 0 {
			s = fmt.Sprintf("%d.%s", days, s)
		}
		if fraction > 0 {
			s += fmt.Sprintf(".%07d", fraction)
		}
		if negative {
			s = "-" + s
		}
		return s, nil
	case "g":
		s := fmt.Sprintf("%d:%02d:%02d", hours, minutes, seconds)
		if days > 0 {
			s = fmt.Sprintf("%d:%s", days, s)
		}
		if fraction > 0 {
			s += c.DecimalSeparator + strings.TrimRight(fmt.Sprintf("%07d", fraction), "0")
		}
		return sign + s, nil
	case "G":
		return fmt.Sprintf("%s%d:%02d:%02d:%02d%s%07d", sign, days, hours, minutes, seconds, c.DecimalSeparator, fraction), nil
	}
	if len(format) == 1 {
		return "", ErrFormat
	}
	return customSpan(days, hours, minutes, seconds, fraction, format)
}

func customSpan(days, hours, minutes, seconds, fraction uint64, format string) (string, error) {
	var b strings.Builder
	for i := 0; i < len(format); {
		ch := format[i]
		n := 1
		for i+n < len(format) && format[i+n] == ch {
			n++
		}
		field := func(v uint64, most int) error {
			if n > most {
				return ErrFormat
			}
			fmt.Fprintf(&b, "%0*d", n, v)
			return nil
		}
		var err error
		switch ch {
		case 'd':
			err = field(days, 8)
		case 'h':
			err = field(hours, 2)
		case 'm':
			err = field(minutes, 2)
		case 's':
			err = field(seconds, 2)
		case 'f', 'F':
			if n > 7 {
				return "", ErrFormat
			}
			digits := fmt.Sprintf("%07d", fraction)[:n]
			if ch == 'F' {
				digits = strings.TrimRight(digits, "0")
			}
			b.WriteString(digits)
		case '\'', '"':
			text, used, ok := quoted(format[i:])
			if !ok {
				return "", ErrFormat
			}
			b.WriteString(text)
			n = used
		case '%':
			if i+1 >= len(format) || format[i+1] == '%' {
				return "", ErrFormat
			}
			var s string
			if s, err = customSpan(days, hours, minutes, seconds, fraction, format[i+1:i+2]); err == nil {
				b.WriteString(s)
			}
			n = 2
		case '\\':
			if i+1 >= len(format) {
				return "", ErrFormat
			}
			b.WriteByte(format[i+1])
			n = 2
		default:
			return "", ErrFormat
		}
		if err != nil {
			return "", err
		}
		i += n
	}
	return b.String(), nil
}
