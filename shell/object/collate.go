package object

import (
	"strings"
	"sync"

	"golang.org/x/text/collate"
	"golang.org/x/text/language"
)

// asciiOrder gives each ASCII character its place in the order of Unicode's root collation: blanks, punctuation, symbols,
// digits, letters. 0 means that the character does not count.
var asciiOrder = func() (order [128]uint8) {
	const sequence = "\t\n\v\f\r _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$0123456789"
	for i := range len(sequence) {
		order[sequence[i]] = uint8(i + 1)
	}
	next := uint8(len(sequence) + 1)
	for c := 'a'; c <= 'z'; c++ {
		order[c], order[c-'a'+'A'] = next, next
		next++
	}
	return order
}()

// CompareStrings orders two strings as .NET's culture-aware comparison does: -1, 0 or 1.
func CompareStrings(a, b string, ignoreCase bool) int {
	if a == b {
		return 0
	}
	if !isASCII(a) || !isASCII(b) {
		return collated(a, b, ignoreCase)
	}
	i, j, cased := 0, 0, 0
	for {
		for i < len(a) && asciiOrder[a[i]] == 0 {
			i++
		}
		for j < len(b) && asciiOrder[b[j]] == 0 {
			j++
		}
		if i == len(a) || j == len(b) {
			break
		}
		x, y := asciiOrder[a[i]], asciiOrder[b[j]]
		if x != y {
			if x < y {
				return -1
			}
			return 1
		}
		// Small letters come before capitals, but only where all else is equal.
		if cased == 0 && a[i] != b[j] {
			if a[i] > b[j] {
				cased = -1
			} else {
				cased = 1
			}
		}
		i++
		j++
	}
	switch {
	case i < len(a):
		return 1
	case j < len(b):
		return -1
	case ignoreCase:
		return 0
	}
	return cased
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// collators hold buffers and are not to be shared.
var collators = sync.Pool{New: func() any {
	return &[2]*collate.Collator{collate.New(language.Und, collate.IgnoreCase), collate.New(language.Und)}
}}

func collated(a, b string, ignoreCase bool) int {
	if ignoreCase && strings.EqualFold(a, b) {
		return 0
	}
	c := collators.Get().(*[2]*collate.Collator)
	defer collators.Put(c)
	if ignoreCase {
		return c[0].CompareString(a, b)
	}
	return c[1].CompareString(a, b)
}
