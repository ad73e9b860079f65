package netfmt

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// DateError is a date that could not be read, in .NET's words.
type DateError struct{ Message string }

// Error returns the message.
func (e *DateError) Error() string { return e.Message }

func notADate(s string) error {
	return &DateError{fmt.Sprintf("String '%s' was not recognized as a valid DateTime.", s)}
}

// dateParts are what a text says of a date; -1 stands for what it leaves open.
type dateParts struct {
	year, month, day        int
	hour, minute, second    int
	ticks                   int64 // below the second
	pm                      int   // 0 AM, 1 PM
	weekday                 int
	offset                  int // seconds from UTC
	hasOffset, utc, hasTime bool
}

func newDateParts() dateParts {
	return dateParts{year: -1, month: -1, day: -1, pm: -1, weekday: -1, hour: -1}
}

// ParseDate reads a date in the forms that .NET's DateTime.Parse takes in the culture. now supplies what the text leaves
// open: today for a time alone, this year for a day and month. A date with an offset or Z comes back as local time.
func ParseDate(s string, c *Culture, now time.Time) (ticks int64, kind int, err error) {
	p, err := readDate(s, c)
	if err != nil {
		return 0, 0, err
	}
	return p.result(s, now, true)
}

// ParseDateUTC is ParseDate for DateTimeStyles.AdjustToUniversal: a date with an offset comes back as UTC.
func ParseDateUTC(s string, c *Culture, now time.Time) (ticks int64, kind int, err error) {
	p, err := readDate(s, c)
	if err != nil {
		return 0, 0, err
	}
	return p.result(s, now, false)
}

// readDate takes the text apart, token by token.
func readDate(s string, c *Culture) (dateParts, error) {
	p := newDateParts()
	s = strings.ReplaceAll(s, "\u202f", " ") // what stands before AM and PM in newer cultures
	var numbers []int
	var widths []int
	i := 0
	fail := notADate(s)
	for i < len(s) {
		ch := s[i]
		switch {
		case ch >= '0' && ch <= '9':
			from := i
			for i < len(s) && s[i] >= '0' && s[i] <= '9' {
				i++
			}
			if i-from > 9 {
				return p, fail
			}
			n, _ := strconv.Atoi(s[from:i]) // digits alone, and few
			if i < len(s) && s[i] == ':' && p.hour < 0 {
				end, ok := p.readClock(s, from)
				if !ok {
					return p, fail
				}
				i = end
				continue
			}
			if end, pm, ok := designator(s, i, c); ok && p.hour < 0 {
				p.hour, p.minute, p.pm, p.hasTime, i = n, 0, pm, true, end
				continue
			}
			numbers, widths = append(numbers, n), append(widths, i-from)
		case ch == ' ' || ch == ',' || ch == '/' || ch == '.' || ch == '\t' || ch == '\n' || ch == '\r':
			i++
		case (ch == '+' || ch == '-') && p.hasTime && p.hour >= 0:
			end, ok := p.readOffset(s, i)
			if !ok {
				return p, fail
			}
			i = end
		case ch == '-':
			if i == 0 {
				return p, fail
			}
			i++
		default:
			end, ok := p.readWord(s, i, c)
			if !ok {
				return p, &DateError{fmt.Sprintf("The string '%s' was not recognized as a valid DateTime. There is an unknown word starting at index '%d'.", s, i)}
			}
			i = end
		}
	}
	if !p.arrange(numbers, widths, c) {
		return p, fail
	}
	return p, nil
}

// dayFirst tells whether the culture's pattern has the day before the month.
func dayFirst(pattern string) bool {
	return strings.IndexByte(pattern, 'd') < strings.IndexByte(pattern, 'M')
}

// readClock reads 15:06, 15:06:07 or 15:06:07.089 from i on.
func (p *dateParts) readClock(s string, i int) (int, bool) {
	field := func() (int, int) {
		from := i
		for i < len(s) && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		n, err := strconv.Atoi(s[from:i])
		if err != nil {
			return 0, 0
		}
		return n, i - from
	}
	var w int
	if p.hour, w = field(); w == 0 || w > 2 {
		return 0, false
	}
	i++
	if p.minute, w = field(); w == 0 || w > 2 {
		return 0, false
	}
	p.hasTime = true
	if i < len(s) && s[i] == ':' {
		i++
		if p.second, w = field(); w == 0 || w > 2 {
			return 0, false
		}
		if i+1 < len(s) && (s[i] == '.' || s[i] == ',') && s[i+1] >= '0' && s[i+1] <= '9' {
			i++
			from := i
			for i < len(s) && s[i] >= '0' && s[i] <= '9' {
				i++
			}
			p.ticks = fractionTicks(s[from:i])
		}
	}
	return i, true
}

// fractionTicks rounds the digits behind a second's point to ticks.
func fractionTicks(digits string) int64 {
	n := int64(0)
	for k := range 7 {
		n *= 10
		if k < len(digits) {
			n += int64(digits[k] - '0')
		}
	}
	if len(digits) > 7 && digits[7] >= '5' {
		n++
	}
	return n
}

// designator reads AM or PM, after blanks.
func designator(s string, i int, c *Culture) (end, pm int, ok bool) {
	for i < len(s) && s[i] == ' ' {
		i++
	}
	for k, name := range []string{c.AM, c.PM, "AM", "PM", "A", "P"} {
		if name == "" || len(s)-i < len(name) || !strings.EqualFold(s[i:i+len(name)], name) {
			continue
		}
		if end := i + len(name); end == len(s) || !isLetter(s[end]) {
			return end, k % 2, true
		}
	}
	return 0, 0, false
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' || b >= 0x80 }

// readOffset reads +02:00, +0200 or +2 at i.
func (p *dateParts) readOffset(s string, i int) (int, bool) {
	sign := 1
	if s[i] == '-' {
		sign = -1
	}
	i++
	from := i
	for i < len(s) && (s[i] >= '0' && s[i] <= '9' || s[i] == ':') {
		i++
	}
	h, m, colon := strings.Cut(s[from:i], ":")
	if !colon && len(h) > 2 {
		h, m = h[:len(h)-2], h[len(h)-2:]
	}
	hours, err := strconv.Atoi(h)
	if err != nil {
		return 0, false
	}
	minutes := 0
	if m != "" {
		if minutes, err = strconv.Atoi(m); err != nil {
			return 0, false
		}
	}
	if hours > 14 || minutes > 59 {
		return 0, false
	}
	p.offset, p.hasOffset = sign*(hours*3600+minutes*60), true
	return i, true
}

// readWord reads the name of a month or day, AM, PM, T, Z, GMT.
func (p *dateParts) readWord(s string, i int, c *Culture) (int, bool) {
	if end, pm, ok := designator(s, i, c); ok && p.hour >= 0 {
		p.pm = pm
		return end, true
	}
	end := i
	for end < len(s) && isLetter(s[end]) {
		end++
	}
	word := s[i:end]
	if word == "" {
		return 0, false
	}
	for k := range 12 {
		for _, name := range []string{c.Months[k], c.ShortMonths[k], c.MonthsGenitive[k]} {
			if strings.EqualFold(word, strings.TrimSuffix(name, ".")) {
				if p.month >= 0 {
					return 0, false
				}
				p.month = k + 1
				return end, true
			}
		}
	}
	for k := range 7 {
		if strings.EqualFold(word, c.Days[k]) || strings.EqualFold(word, strings.TrimSuffix(c.ShortDays[k], ".")) {
			p.weekday = k
			return end, true
		}
	}
	switch strings.ToUpper(word) {
	case "T":
		if i == 0 || end == len(s) {
			return 0, false
		}
		return end, true
	case "Z":
		p.utc, p.hasOffset = true, true
		return end, true
	case "GMT", "UTC":
		p.utc, p.hasOffset = true, true
		return end, true
	}
	return 0, false
}

// arrange gives the numbers of a date their meaning.
func (p *dateParts) arrange(n, width []int, c *Culture) bool {
	long := func(i int) bool { return width[i] >= 3 || n[i] > 31 }
	switch {
	case p.month >= 0:
		switch len(n) {
		case 0:
			p.day = 1
		case 1:
			if long(0) {
				p.year, p.day = fullYear(n[0], width[0]), 1
			} else {
				p.day = n[0]
			}
		case 2:
			switch {
			case long(0):
				p.year, p.day = fullYear(n[0], width[0]), n[1]
			default:
				p.day, p.year = n[0], fullYear(n[1], width[1])
			}
		default:
			return false
		}
	case len(n) == 3:
		switch {
		case long(0), strings.HasPrefix(c.ShortDate, "y") && !long(2):
			p.year, p.month, p.day = fullYear(n[0], width[0]), n[1], n[2]
		case dayFirst(c.ShortDate):
			p.day, p.month, p.year = n[0], n[1], fullYear(n[2], width[2])
		default:
			p.month, p.day, p.year = n[0], n[1], fullYear(n[2], width[2])
		}
	case len(n) == 2:
		switch {
		case long(0):
			p.year, p.month, p.day = fullYear(n[0], width[0]), n[1], 1
		case long(1):
			p.month, p.year, p.day = n[0], fullYear(n[1], width[1]), 1
		case dayFirst(c.MonthDay):
			p.day, p.month = n[0], n[1]
		default:
			p.month, p.day = n[0], n[1]
		}
	case len(n) == 0:
		return p.hasTime || p.weekday >= 0
	default:
		return false
	}
	return true
}

func fullYear(y, width int) int {
	if width > 2 {
		return y
	}
	if y <= 49 {
		return 2000 + y
	}
	return 1900 + y
}

// result puts the parts together.
func (p *dateParts) result(s string, now time.Time, local bool) (int64, int, error) {
	if p.year < 0 && p.month < 0 {
		p.year, p.month, p.day = now.Year(), int(now.Month()), now.Day()
	}
	if p.year < 0 {
		p.year = now.Year()
	}
	if p.hour < 0 {
		p.hour = 0
	}
	if p.pm >= 0 {
		if p.hour > 12 || p.hour == 0 && p.pm == 1 {
			return 0, 0, notADate(s)
		}
		p.hour = p.hour%12 + 12*p.pm
	}
	if p.month < 1 || p.month > 12 || p.year < 1 || p.year > 9999 || p.day < 1 || p.hour > 24 || p.minute > 59 || p.second > 59 || p.hour == 24 && (p.minute > 0 || p.second > 0) {
		return 0, 0, notADate(s)
	}
	t := time.Date(p.year, time.Month(p.month), p.day, p.hour, p.minute, p.second, 0, time.UTC)
	if p.hour < 24 && t.Day() != p.day {
		return 0, 0, &DateError{fmt.Sprintf("The DateTime represented by the string '%s' is not supported in calendar 'System.Globalization.GregorianCalendar'.", s)}
	}
	if p.weekday >= 0 && p.day > 0 && int(t.Weekday()) != p.weekday && !(p.month == int(now.Month()) && p.year == now.Year() && p.day == now.Day()) {
		return 0, 0, &DateError{fmt.Sprintf("String '%s' was not recognized as a valid DateTime because the day of week was incorrect.", s)}
	}
	ticks := TicksOf(t) + p.ticks
	if !p.hasOffset {
		return ticks, Unspecified, nil
	}
	ticks -= int64(p.offset) * TicksPerSecond
	if !local {
		return ticks, UTC, nil
	}
	_, offset := TimeOf(ticks).In(time.Local).Zone()
	return ticks + int64(offset)*TicksPerSecond, Local, nil
}

// ParseSpan reads a time span: [-][d.]hh:mm[:ss[.fffffff]], d:hh:mm:ss, or days alone.
func ParseSpan(s string) (int64, error) {
	fault := &DateError{fmt.Sprintf("String '%s' was not recognized as a valid TimeSpan.", s)}
	tooLarge := &DateError{fmt.Sprintf("The TimeSpan string '%s' could not be parsed because at least one of the numeric components is out of range or contains too many digits.", s)}
	text := strings.TrimSpace(s)
	negative := strings.HasPrefix(text, "-")
	text = strings.TrimPrefix(text, "-")
	if text == "" {
		return 0, fault
	}
	days, fraction := "", ""
	colons := strings.Count(text, ":")
	if dot := strings.IndexByte(text, '.'); dot >= 0 && (colons == 0 || dot < strings.IndexByte(text, ':')) {
		if colons == 0 {
			return 0, fault
		}
		days, text = text[:dot], text[dot+1:]
	}
	if dot := strings.IndexByte(text, '.'); dot >= 0 {
		text, fraction = text[:dot], text[dot+1:]
		if fraction == "" || strings.Count(text, ":") < 2 {
			return 0, fault
		}
	}
	fields := strings.Split(text, ":")
	switch {
	case len(fields) == 1:
		days, fields = fields[0], []string{"0", "0", "0"}
	case len(fields) == 2:
		fields = append(fields, "0")
	case len(fields) == 4 && days == "":
		days, fields = fields[0], fields[1:]
	case len(fields) != 3:
		return 0, fault
	}
	var n [4]int64
	for i, f := range append([]string{days}, fields...) {
		if f == "" {
			if i == 0 {
				continue
			}
			return 0, fault
		}
		for k := range len(f) {
			if f[k] < '0' || f[k] > '9' {
				return 0, fault
			}
		}
		v, err := strconv.ParseInt(f, 10, 64)
		if err != nil || len(f) > 8 {
			return 0, tooLarge
		}
		n[i] = v
	}
	for k := range len(fraction) {
		if fraction[k] < '0' || fraction[k] > '9' {
			return 0, fault
		}
	}
	if n[1] > 23 || n[2] > 59 || n[3] > 59 || n[0] > 10675199 || len(fraction) > 7 {
		return 0, tooLarge
	}
	ticks := n[0]*TicksPerDay + n[1]*TicksPerHour + n[2]*TicksPerMinute + n[3]*TicksPerSecond + fractionTicks(fraction)
	if negative {
		ticks = -ticks
	}
	return ticks, nil
}

// ParseDateExact reads a date by one of .NET's format strings, as DateTime.ParseExact does.
func ParseDateExact(s, format string, c *Culture, now time.Time, local bool) (ticks int64, kind int, err error) {
	if len(format) <= 1 {
		if _, _, format, c, err = standardDate(0, 0, format, c); err != nil {
			return 0, 0, err
		}
	}
	p := newDateParts()
	fail := notADate(s)
	i := 0
	number := func(least, most int) (int, bool) {
		from := i
		for i < len(s) && i-from < most && s[i] >= '0' && s[i] <= '9' {
			i++
		}
		if i-from < least {
			return 0, false
		}
		n, _ := strconv.Atoi(s[from:i]) // digits alone, and few
		return n, true
	}
	name := func(names []string) (int, bool) {
		best, found := 0, -1
		for k, n := range names {
			if n != "" && len(n) > best && len(s)-i >= len(n) && strings.EqualFold(s[i:i+len(n)], n) {
				best, found = len(n), k
			}
		}
		i += best
		return found, found >= 0
	}
	ok := true
	for f := 0; f < len(format) && ok; {
		ch := format[f]
		n := 1
		for f+n < len(format) && format[f+n] == ch {
			n++
		}
		switch ch {
		case 'y':
			if n <= 2 {
				p.year, ok = number(n, 2)
				p.year = fullYear(p.year, 2)
			} else {
				p.year, ok = number(n, max(n, 4))
			}
		case 'M':
			switch {
			case n <= 2:
				p.month, ok = number(n, 2)
			case n == 3:
				p.month, ok = name(c.ShortMonths[:])
				p.month++
			default:
				p.month, ok = name(c.Months[:])
				p.month++
			}
		case 'd':
			switch {
			case n <= 2:
				p.day, ok = number(n, 2)
			case n == 3:
				p.weekday, ok = name(c.ShortDays[:])
			default:
				p.weekday, ok = name(c.Days[:])
			}
		case 'H', 'h':
			p.hour, ok = number(min(n, 2), 2)
			p.hasTime = true
			if ch == 'h' && p.pm < 0 && p.hour > 12 {
				ok = false
			}
		case 'm':
			p.minute, ok = number(min(n, 2), 2)
		case 's':
			p.second, ok = number(min(n, 2), 2)
		case 'f', 'F':
			from := i
			least := n
			if ch == 'F' {
				least = 0
			}
			if _, ok = number(least, n); ok {
				p.ticks = fractionTicks(s[from:i])
			}
		case 't':
			names := []string{c.AM, c.PM}
			if n == 1 {
				names = []string{c.AM[:1], c.PM[:1]}
			}
			p.pm, ok = name(names)
		case 'K':
			n = 1
			switch {
			case i < len(s) && (s[i] == 'Z' || s[i] == 'z'):
				p.utc, p.hasOffset = true, true
				i++
			case i < len(s) && (s[i] == '+' || s[i] == '-'):
				i, ok = p.readOffset(s, i)
			}
		case 'z':
			if ok = i < len(s) && (s[i] == '+' || s[i] == '-'); ok {
				i, ok = p.readOffset(s, i)
			}
		case '\'', '"':
			text, used, closed := quoted(format[f:])
			if !closed {
				return 0, 0, ErrFormat
			}
			ok = strings.HasPrefix(s[i:], text)
			i += len(text)
			n = used
		case '\\':
			f++
			if f >= len(format) {
				return 0, 0, ErrFormat
			}
			ok = i < len(s) && s[i] == format[f]
			i++
			n = 1
		case '%':
			n = 1
		case '/', ':':
			sep := c.DateSeparator
			if ch == ':' {
				sep = c.TimeSeparator
			}
			ok = strings.HasPrefix(s[i:], sep)
			i += len(sep)
			n = 1
		default:
			ok = i < len(s) && s[i] == ch
			i++
			n = 1
		}
		f += n
	}
	if !ok || i != len(s) {
		return 0, 0, fail
	}
	if p.month < 0 && p.day < 0 && p.year >= 0 || p.year >= 0 && p.month >= 0 && p.day < 0 {
		p.day = 1
		if p.month < 0 {
			p.month = 1
		}
	}
	if p.month >= 0 && p.day < 0 {
		p.day = 1
	}
	if p.day >= 0 && p.month < 0 {
		p.month = 1
	}
	return p.result(s, now, local)
}
