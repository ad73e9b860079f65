package migration

import (
	"fmt"
	"regexp"
	"strings"

	"migsh/internal/migration"
	"migsh/shell/object"
)

// filter is a condition as Exchange's -Filter has it; nil holds always.
type filter func(o any) (bool, error)

// holds tells whether the condition is true of an object.
func (f filter) holds(o any) (bool, error) {
	if f == nil {
		return true, nil
	}
	return f(o)
}

var (
	filterComparison = regexp.MustCompile(`(?i)^(\w+)\s+-(eq|ne|like|notlike|gt|ge|lt|le)\s+(?:'((?:[^']|'')*)'|"([^"]*)"|(\$?[\w.:-]+))\s*`)
	filterWord       = regexp.MustCompile(`(?i)^(-and|-or|-not|!|\(|\))\s*`)
)

// parseFilter reads comparisons joined by -and and -or, of which -and goes first, with -not and parentheses.
func parseFilter(text string) (filter, error) {
	p := filterReader{rest: strings.TrimSpace(text), depth: 50}
	if p.rest == "" {
		return nil, nil
	}
	f, err := p.alternatives()
	if err == nil && p.rest != "" {
		err = p.unreadable()
	}
	if err != nil {
		return nil, err
	}
	return f, nil
}

// A filterReader is what is left of a filter to be read.
type filterReader struct {
	rest  string
	depth int // how many more parentheses may open
}

func (p *filterReader) unreadable() error {
	from := fmt.Sprintf("The filter can't be read from here on: '%s'.", p.rest)
	if p.rest == "" {
		from = "The filter breaks off."
	}
	return migration.NewError(migration.ErrInvalidValue, "Filter", from,
		"A filter is Property -eq, -ne, -gt, -ge, -lt, -le, -like or -notlike 'value', joined by -and and -or, with -not and parentheses.")
}

// word reads one of the words that join comparisons, if it is next.
func (p *filterReader) word(words ...string) bool {
	m := filterWord.FindStringSubmatch(p.rest)
	if m == nil {
		return false
	}
	for _, w := range words {
		if strings.EqualFold(m[1], w) {
			p.rest = p.rest[len(m[0]):]
			return true
		}
	}
	return false
}

func (p *filterReader) alternatives() (filter, error) {
	return p.joined("-or", p.conditions, func(left, right filter) filter {
		return func(o any) (bool, error) {
			if ok, err := left(o); ok || err != nil {
				return ok, err
			}
			return right(o)
		}
	})
}

func (p *filterReader) conditions() (filter, error) {
	return p.joined("-and", p.condition, func(left, right filter) filter {
		return func(o any) (bool, error) {
			if ok, err := left(o); !ok || err != nil {
				return false, err
			}
			return right(o)
		}
	})
}

func (p *filterReader) joined(word string, part func() (filter, error), join func(left, right filter) filter) (filter, error) {
	all, err := part()
	for err == nil && p.word(word) {
		var next filter
		if next, err = part(); err == nil {
			all = join(all, next)
		}
	}
	return all, err
}

func (p *filterReader) condition() (filter, error) {
	if p.depth--; p.depth < 0 {
		return nil, p.unreadable()
	}
	defer func() { p.depth++ }()
	switch {
	case p.word("-not", "!"):
		f, err := p.condition()
		return func(o any) (bool, error) {
			ok, err := f(o)
			return !ok && err == nil, err
		}, err
	case p.word("("):
		f, err := p.alternatives()
		if err == nil && !p.word(")") {
			err = p.unreadable()
		}
		return f, err
	}
	m := filterComparison.FindStringSubmatch(p.rest)
	if m == nil {
		return nil, p.unreadable()
	}
	p.rest = p.rest[len(m[0]):]
	c := comparison{m[1], strings.ToLower(m[2]), strings.ReplaceAll(m[3], "''", "'") + m[4] + strings.TrimPrefix(m[5], "$")}
	return c.holds, nil
}

type comparison struct {
	property, operator string
	value              string
}

// holds compares a property, or any element of one that is a list.
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
	negated := strings.HasPrefix(c.operator, "n")
	for _, v := range values {
		fits, err := c.fits(v)
		if err != nil {
			return false, err
		}
		if fits {
			return !negated, nil
		}
	}
	return negated, nil
}

// fits compares one value; -ne and -notlike are what -eq and -like are not.
func (c comparison) fits(v any) (bool, error) {
	switch c.operator {
	case "eq", "ne":
		return strings.EqualFold(object.ToString(v), c.value), nil
	case "like", "notlike":
		w, err := object.NewWildcard(c.value, true)
		if err != nil {
			return false, migration.NewError(migration.ErrInvalidValue, c.value, fmt.Sprintf("'%s' is no pattern.", c.value), "")
		}
		return w.Match(object.ToString(v)), nil
	}
	if v == nil {
		return false, nil
	}
	order, err := object.Compare(v, c.value, true)
	if err != nil {
		return false, migration.NewError(migration.ErrInvalidValue, c.value, fmt.Sprintf("'%s' can't be compared with %s.", c.value, c.property), "").Because(err)
	}
	switch c.operator {
	case "gt":
		return order > 0, nil
	case "ge":
		return order >= 0, nil
	case "lt":
		return order < 0, nil
	}
	return order <= 0, nil
}
