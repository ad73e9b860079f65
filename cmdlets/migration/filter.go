package migration

import (
	"fmt"
	"regexp"
	"strings"

	"migsh/internal/migration"
	"migsh/shell/object"
)

// filter is a condition as Exchange's -Filter has it: alternatives, each a list of comparisons that all have to hold. None holds always.
type filter [][]comparison

type comparison struct {
	property, operator string
	value              string
}

var (
	filterWord     = regexp.MustCompile(`(?i)^\s*(\w+)\s+-(eq|ne|like|notlike)\s+(?:'((?:[^']|'')*)'|"([^"]*)"|(\$?\w+))\s*`)
	filterJunction = regexp.MustCompile(`(?i)^-(and|or)\b`)
)

// parseFilter reads comparisons joined by -and and -or, of which -and goes first.
func parseFilter(text string) (filter, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	f := filter{nil}
	unreadable := func(rest string) error {
		return migration.NewError(migration.ErrInvalidValue, "Filter", fmt.Sprintf("The filter can't be read from here on: '%s'.", strings.TrimSpace(rest)),
			"A filter is Property -eq, -ne, -like or -notlike 'value', joined by -and and -or.")
	}
	for rest := text; ; {
		m := filterWord.FindStringSubmatch(rest)
		if m == nil {
			return nil, unreadable(rest)
		}
		value := strings.ReplaceAll(m[3], "''", "'") + m[4] + strings.TrimPrefix(m[5], "$")
		f[len(f)-1] = append(f[len(f)-1], comparison{m[1], strings.ToLower(m[2]), value})
		rest = rest[len(m[0]):]
		if rest == "" {
			return f, nil
		}
		j := filterJunction.FindStringSubmatch(rest)
		if j == nil {
			return nil, unreadable(rest)
		}
		if strings.EqualFold(j[1], "or") {
			f = append(f, nil)
		}
		rest = rest[len(j[0]):]
	}
}

// holds tells whether the condition is true of an object.
func (f filter) holds(o any) (bool, error) {
	for _, all := range f {
		fits := true
		for _, c := range all {
			ok, err := c.holds(o)
			if err != nil {
				return false, err
			}
			fits = fits && ok
		}
		if fits {
			return true, nil
		}
	}
	return len(f) == 0, nil
}

func (c comparison) holds(o any) (bool, error) {
	v, ok, err := object.Property(o, c.property)
	if err != nil {
		return false, err
	}
	if !ok {
		return false, migration.NewError(migration.ErrInvalidValue, c.property, fmt.Sprintf("'%s' is not a property that a filter can name.", c.property), "Get-Mailbox | Get-Member lists them.")
	}
	values := []any{v}
	if list, ok := object.ItemsOf(v); ok {
		values = list
	}
	fits := false
	for _, v := range values {
		text := object.ToString(v)
		if !strings.HasSuffix(c.operator, "like") {
			fits = fits || strings.EqualFold(text, c.value)
			continue
		}
		w, err := object.NewWildcard(c.value, true)
		if err != nil {
			return false, migration.NewError(migration.ErrInvalidValue, c.value, fmt.Sprintf("'%s' is no pattern.", c.value), "")
		}
		fits = fits || w.Match(text)
	}
	return fits != strings.HasPrefix(c.operator, "n"), nil
}
