package lane

import (
	"fmt"
	"strings"
	"time"

	"migsh/internal/mailbox"
	"migsh/internal/mailbox/token"
)

// ValidFlag tells whether a flag or keyword can be written in IMAP's grammar. What can't must not be sent: the server would say
// BAD, and take the message that follows for commands.
func ValidFlag(flag string) bool {
	name := strings.TrimPrefix(flag, `\`)
	for i := range len(name) {
		if !flagByte(name[i]) {
			return false
		}
	}
	return name != ""
}

func flagByte(c byte) bool {
	return c > ' ' && c < 0x7f && strings.IndexByte(`(){%*"\]`, c) < 0
}

// escapeFlag writes the bytes that the grammar forbids as "=" and two hexadecimal digits.
func escapeFlag(flag []byte) []byte {
	var out []byte
	for i, c := range flag {
		if flagByte(c) || i == 0 && c == '\\' && len(flag) > 1 {
			out = append(out, c)
		} else {
			out = fmt.Appendf(out, "=%02X", c)
		}
	}
	if len(out) == 0 {
		return []byte("=")
	}
	return out
}

// dateLayout is IMAP's date-time; dateLength its length with quotes.
const (
	dateLayout = "_2-Jan-2006 15:04:05 -0700"
	dateLength = len(dateLayout) + 2
)

// oddDates are forms that some servers use.
var oddDates = []string{
	"2-Jan-2006 15:04:05 -0700",
	"_2-Jan-2006 15:04:05 -0700 (MST)",
	"_2-Jan-2006 15:04:05 MST",
	"_2-Jan-2006 15:04:05",
	"Mon, _2 Jan 2006 15:04:05 -0700",
	"_2 Jan 2006 15:04:05 -0700",
	time.RFC3339,
}

// parseDate reads a date in any form that is known; odd says that it is not IMAP's.
func parseDate(v Value) (t time.Time, odd, ok bool) {
	if !v.IsString() {
		return time.Time{}, false, false
	}
	text := string(v.Text)
	if t, err := time.Parse(dateLayout, text); err == nil {
		return t, false, true
	}
	for _, layout := range oddDates {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true, true
		}
	}
	return time.Time{}, false, false
}

// zones keeps the zone of the last date, which the next one most often shares.
type zones struct {
	offset int
	zone   *time.Location
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// date reads a date-time in its strict form, fast.
func (z *zones) date(p []byte) (time.Time, bool) {
	if len(p) != dateLength-2 || p[2] != '-' || p[6] != '-' || p[11] != ' ' || p[14] != ':' || p[17] != ':' || p[20] != ' ' || p[21] != '+' && p[21] != '-' {
		return time.Time{}, false
	}
	bad := false
	two := func(i int) int {
		a, b := p[i], p[i+1]
		if a == ' ' && i == 0 {
			a = '0'
		}
		if a < '0' || a > '9' || b < '0' || b > '9' {
			bad = true
		}
		return int(a-'0')*10 + int(b-'0')
	}
	day, year, hour, minute, second := two(0), two(7)*100+two(9), two(12), two(15), two(18)
	offset := two(22)*3600 + two(24)*60
	month := strings.Index(months, string(p[3:6]))
	if bad || month < 0 || month%3 != 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 59 || offset >= 24*3600 {
		return time.Time{}, false
	}
	if p[21] == '-' {
		offset = -offset
	}
	if z.zone == nil || z.offset != offset {
		z.offset, z.zone = offset, time.FixedZone("", offset)
	}
	t := time.Date(year, time.Month(month/3+1), day, hour, minute, second, 0, z.zone)
	return t, t.Day() == day
}

// ValidDate tells whether a date can be written in IMAP's grammar.
func ValidDate(t time.Time) bool { return !t.IsZero() && t.Year() >= 1 && t.Year() <= 9999 }

// appendDate writes a date-time with its quotes. An offset has no seconds.
func appendDate(dst []byte, t time.Time) []byte {
	if _, offset := t.Zone(); offset%60 != 0 {
		t = t.In(time.FixedZone("", offset-offset%60))
	}
	dst = append(dst, '"')
	dst = t.AppendFormat(dst, dateLayout)
	return append(dst, '"')
}

// ParseUIDs reads a set of UIDs in the order in which the server gave it, as APPENDUID needs it. Two ends of a range may stand
// in either order. No range is open, and none is counted out: a server may name half of all UIDs.
func ParseUIDs(text string) ([]mailbox.UIDRange, bool) {
	var out []mailbox.UIDRange
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, ":")
		first, ok := token.Number([]byte(from))
		last := first
		if isRange && ok {
			last, ok = token.Number([]byte(to))
		}
		if !ok || first == 0 || last == 0 || max(first, last) > int64(mailbox.MaxUID) {
			return nil, false
		}
		out = append(out, mailbox.UIDRange{First: mailbox.UID(min(first, last)), Last: mailbox.UID(max(first, last))})
	}
	return out, true
}
