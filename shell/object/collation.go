package object

import (
	"strings"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/search"
)

// Collation orders and finds texts by the rules of one culture. It keeps buffers and serves one goroutine. A nil Collation
// orders as [CompareStrings] does.
type Collation struct {
	fold, exact             *collate.Collator
	foldSearch, exactSearch *search.Matcher
}

// NewCollation returns the collation of a culture such as sv-SE; "" is the invariant culture.
func NewCollation(culture string) (*Collation, error) {
	if culture == "" {
		return nil, nil
	}
	tag, err := language.Parse(culture)
	if err != nil {
		return nil, NewException("System.Globalization.CultureNotFoundException", "Culture is not supported. (Parameter 'name')\n%s is an invalid culture identifier.", culture)
	}
	return &Collation{
		fold: collate.New(tag, collate.IgnoreCase), exact: collate.New(tag),
		foldSearch: search.New(tag, search.IgnoreCase), exactSearch: search.New(tag),
	}, nil
}

// Compare orders two texts: -1, 0 or 1.
func (c *Collation) Compare(a, b string, ignoreCase bool) int {
	switch {
	case c == nil:
		return CompareStrings(a, b, ignoreCase)
	case a == b || ignoreCase && strings.EqualFold(a, b):
		return 0
	case ignoreCase:
		return c.fold.CompareString(a, b)
	}
	return c.exact.CompareString(a, b)
}

// Contains tells whether a text holds another.
func (c *Collation) Contains(text, part string, ignoreCase bool) bool {
	matcher := c.exactSearch
	if ignoreCase {
		matcher = c.foldSearch
	}
	start, _ := matcher.IndexString(text, part)
	return start >= 0
}
