package migration

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A ContentFilter says which messages are copied, in the words of New-MigrationBatch's -ContentFilter:
//
//	Received -ge '1/1/2021' -and Received -lt '1/1/2023'
//	(Received -ge '2020-06-30' -or Size -lt 25MB) -and -not (Size -gt 100MB)
//
// Received is the date on which the server got the message, Size its size in bytes. The operators are -eq -ne -gt -ge
// -lt -le, -and, -or, -not. Dates are month/day/year or year-month-day, with a time if need be, in UTC. As in Exchange,
// -and and -or bind alike, from left to right.
type ContentFilter struct {
	test func(received time.Time, size int64) bool
	text string
}

// ParseContentFilter reads a filter. An empty text is no filter, and gives nil.
func ParseContentFilter(text string) (*ContentFilter, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	p := filterParser{rest: text}
	p.next()
	test, err := p.expression()
	if err == nil && p.word != "" {
		err = fmt.Errorf("%q was not expected", p.word)
	}
	if err != nil {
		return nil, NewError(ErrInvalidValue, text, fmt.Sprintf("The content filter \"%s\" can't be understood: %v.", text, err),
			"Write for example \"Received -ge '1/1/2021' -and Received -lt '1/1/2023'\", or \"Size -lt 25MB\".")
	}
	return &ContentFilter{test, text}, nil
}

// Match tells whether a message is to be copied. A message of which date or size is asked for and not known (zero, or
// below 0) is copied: what can't be judged is not left behind.
func (f *ContentFilter) Match(received time.Time, size int64) bool {
	return f == nil || f.test(received, size)
}

// String is the filter as it was written.
func (f *ContentFilter) String() string {
	if f == nil {
		return ""
	}
	return f.text
}

type filterTest = func(time.Time, int64) bool

// A filterParser reads a filter word by word.
type filterParser struct {
	rest   string
	word   string // "" at the end
	quoted bool   // word stood in quotes
}

func (p *filterParser) next() {
	p.word, p.quoted = "", false
	p.rest = strings.TrimLeft(p.rest, " \t\r\n")
	if p.rest == "" {
		return
	}
	switch c := p.rest[0]; c {
	case '(', ')':
		p.word, p.rest = p.rest[:1], p.rest[1:]
	case '\'', '"':
		p.quoted = true
		end := strings.IndexByte(p.rest[1:], c)
		if end < 0 {
			p.word, p.rest = p.rest, ""
			return
		}
		p.word, p.rest = p.rest[:end+2], p.rest[end+2:]
	default:
		end := strings.IndexAny(p.rest, " \t\r\n()'\"")
		if end < 0 {
			end = len(p.rest)
		}
		p.word, p.rest = p.rest[:end], p.rest[end:]
	}
}

func (p *filterParser) expression() (filterTest, error) {
	left, err := p.term()
	for err == nil {
		var right filterTest
		before := left
		switch strings.ToLower(p.word) {
		case "-and":
			p.next()
			right, err = p.term()
			left = func(t time.Time, n int64) bool { return before(t, n) && right(t, n) }
		case "-or":
			p.next()
			right, err = p.term()
			left = func(t time.Time, n int64) bool { return before(t, n) || right(t, n) }
		default:
			return left, nil
		}
	}
	return nil, err
}

func (p *filterParser) term() (filterTest, error) {
	switch word := p.word; strings.ToLower(word) {
	case "":
		return nil, fmt.Errorf("it breaks off")
	case "-not":
		p.next()
		inner, err := p.term()
		return func(t time.Time, n int64) bool { return !inner(t, n) }, err
	case "(":
		p.next()
		inner, err := p.expression()
		if err == nil && p.word != ")" {
			err = fmt.Errorf("a closing parenthesis is missing")
		}
		p.next()
		return inner, err
	case "received", "size":
		p.next()
		operator := strings.ToLower(p.word)
		p.next()
		value := p.word
		p.next()
		return comparison(word, operator, value)
	default:
		return nil, fmt.Errorf("%q is no property that a message can be judged by before it is copied; known are Received and Size", word)
	}
}

func comparison(property, operator, value string) (filterTest, error) {
	holds, ok := map[string]func(int) bool{
		"-eq": func(c int) bool { return c == 0 }, "-ne": func(c int) bool { return c != 0 },
		"-gt": func(c int) bool { return c > 0 }, "-ge": func(c int) bool { return c >= 0 },
		"-lt": func(c int) bool { return c < 0 }, "-le": func(c int) bool { return c <= 0 },
	}[operator]
	if !ok {
		return nil, fmt.Errorf("%q is no operator; known are -eq, -ne, -gt, -ge, -lt and -le", operator)
	}
	value = strings.Trim(value, `'"`)
	if strings.EqualFold(property, "Size") {
		limit, err := parseSize(value)
		return func(_ time.Time, n int64) bool { return n < 0 || holds(compareInt(n, limit)) }, err
	}
	at, err := filterDate(value)
	return func(t time.Time, _ int64) bool { return t.IsZero() || holds(t.Compare(at)) }, err
}

func compareInt(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

func parseSize(text string) (int64, error) {
	number, unit := strings.ToUpper(text), int64(1)
	for i, suffix := range []string{"KB", "MB", "GB", "TB"} {
		if rest, ok := strings.CutSuffix(number, suffix); ok {
			number, unit = strings.TrimSpace(rest), int64(1)<<(10*(i+1))
		}
	}
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 0 || n > (1<<62)/unit {
		return 0, fmt.Errorf("%q is no size; write bytes, or a number with KB, MB, GB or TB", text)
	}
	return n * unit, nil
}

func filterDate(text string) (time.Time, error) {
	for _, layout := range []string{"1/2/2006", "1/2/2006 15:04", "1/2/2006 15:04:05", "1/2/2006 3:04 PM", "1/2/2006 3:04:05 PM",
		"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no date; write month/day/year or year-month-day", text)
}
