package mailbox

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// System flags (RFC 9051, 2.3.2). \Recent belongs to a session, not to a message, and never appears in [Flags].
const (
	FlagSeen     = `\Seen`
	FlagAnswered = `\Answered`
	FlagFlagged  = `\Flagged`
	FlagDeleted  = `\Deleted`
	FlagDraft    = `\Draft`
)

var systemFlags = []string{FlagSeen, FlagAnswered, FlagFlagged, FlagDeleted, FlagDraft}

// Flags are the flags and keywords of a message: sorted without regard to case, each once. Make them with [NewFlags].
// Flags that are handed on are not changed any more.
type Flags []string

// NewFlags puts flags in order: system flags in their usual spelling, \Recent and empty ones left out, of those that
// differ only in case the first one.
func NewFlags(names ...string) Flags {
	var out Flags
	for _, n := range names {
		if n == "" || strings.EqualFold(n, `\Recent`) {
			continue
		}
		if i := slices.IndexFunc(systemFlags, func(s string) bool { return strings.EqualFold(s, n) }); i >= 0 {
			n = systemFlags[i]
		}
		if i, found := out.find(n); !found {
			out = slices.Insert(out, i, n)
		}
	}
	return out
}

func (f Flags) find(name string) (int, bool) {
	return slices.BinarySearchFunc(f, name, compareFlags)
}

// compareFlags orders flags without regard to case. It is asked for every flag of every message, and nearly all are ASCII.
func compareFlags(a, b string) int {
	for i := range min(len(a), len(b)) {
		x, y := a[i], b[i]
		if x >= utf8.RuneSelf || y >= utf8.RuneSelf {
			return strings.Compare(strings.ToLower(a), strings.ToLower(b))
		}
		if x, y = lower(x), lower(y); x != y {
			return cmp.Compare(x, y)
		}
	}
	return cmp.Compare(len(a), len(b))
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

// Has tells whether name is among the flags, in any case.
func (f Flags) Has(name string) bool { _, found := f.find(name); return found }

// Equal tells whether both hold the same flags, in any case.
func (f Flags) Equal(g Flags) bool { return slices.EqualFunc(f, g, strings.EqualFold) }

// Minus is the flags of f that are not in g.
func (f Flags) Minus(g Flags) Flags {
	return slices.DeleteFunc(slices.Clone(f), g.Has)
}

// Union is the flags of both.
func (f Flags) Union(g Flags) Flags { return NewFlags(slices.Concat(f, g)...) }

// Keywords are the flags that don't begin with a backslash.
func (f Flags) Keywords() Flags {
	return slices.DeleteFunc(slices.Clone(f), func(n string) bool { return strings.HasPrefix(n, `\`) })
}

// String writes the flags as IMAP does, without the parentheses.
func (f Flags) String() string { return strings.Join(f, " ") }
