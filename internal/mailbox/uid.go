package mailbox

import (
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// UID is a message's unique identifier within one life of a folder; 0 is none.
type UID uint32

// MaxUID is the largest UID; a range that ends in it has no upper limit.
const MaxUID UID = 1<<32 - 1

// A UIDRange is the UIDs from First to Last, both included.
type UIDRange struct{ First, Last UID }

// Len is the number of UIDs in the range, whether messages have them or not.
func (r UIDRange) Len() int { return int(r.Last-r.First) + 1 }

// A UIDSet is a set of UIDs: ascending ranges that neither overlap nor touch. The zero value is the empty set.
// A set that is handed on is not changed any more.
type UIDSet []UIDRange

// UIDs makes a set of single UIDs in any order.
func UIDs(uids ...UID) UIDSet {
	var s UIDSet
	for _, u := range uids {
		s.Add(u)
	}
	return s
}

// UIDsFrom makes the set of all UIDs from first on.
func UIDsFrom(first UID) UIDSet { return UIDSet{{max(first, 1), MaxUID}} }

// Add puts one UID into the set. Adding in ascending order costs no search.
func (s *UIDSet) Add(u UID) { s.AddRange(UIDRange{u, u}) }

// AddRange puts a range of UIDs into the set.
func (s *UIDSet) AddRange(r UIDRange) {
	if r.First == 0 || r.Last < r.First {
		return
	}
	set := *s
	if n := len(set); n == 0 || set[n-1].Last < r.First-1 {
		*s = append(set, r)
		return
	}
	// i is the first range that r touches or precedes, j the first one wholly behind it.
	i, _ := slices.BinarySearchFunc(set, r.First, func(e UIDRange, first UID) int {
		if e.Last != MaxUID && e.Last+1 < first {
			return -1
		}
		return 1
	})
	j := i
	for j < len(set) && (r.Last == MaxUID || set[j].First <= r.Last+1) {
		r.First, r.Last = min(r.First, set[j].First), max(r.Last, set[j].Last)
		j++
	}
	*s = slices.Replace(set, i, j, r)
}

// Has tells whether the set holds u.
func (s UIDSet) Has(u UID) bool {
	i, _ := slices.BinarySearchFunc(s, u, func(e UIDRange, u UID) int {
		if e.Last < u {
			return -1
		}
		return 1
	})
	return i < len(s) && s[i].First <= u
}

// Len is the number of UIDs in the set.
func (s UIDSet) Len() int {
	n := 0
	for _, r := range s {
		n += r.Len()
	}
	return n
}

// Max is the largest UID of the set, 0 if it is empty.
func (s UIDSet) Max() UID {
	if len(s) == 0 {
		return 0
	}
	return s[len(s)-1].Last
}

// All yields the UIDs of the set in ascending order. It is meant for sets with an upper limit.
func (s UIDSet) All() iter.Seq[UID] {
	return func(yield func(UID) bool) {
		for _, r := range s {
			for u := r.First; ; u++ {
				if !yield(u) {
					return
				}
				if u == r.Last {
					break
				}
			}
		}
	}
}

// Minus is the set of UIDs of s that are not in other.
func (s UIDSet) Minus(other UIDSet) UIDSet {
	var out UIDSet
	j := 0
	for _, r := range s {
		first, done := r.First, false
		for ; j < len(other) && other[j].First <= r.Last; j++ {
			o := other[j]
			if o.Last < first {
				continue
			}
			if o.First > first {
				out = append(out, UIDRange{first, o.First - 1})
			}
			if o.Last >= r.Last {
				done = true
				break
			}
			first = o.Last + 1
		}
		if !done {
			out = append(out, UIDRange{first, r.Last})
		}
	}
	return out
}

// String writes the set as IMAP does: 1:3,7,9:*.
func (s UIDSet) String() string {
	var b strings.Builder
	for i, r := range s {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, "%d", r.First)
		switch {
		case r.Last == MaxUID:
			b.WriteString(":*")
		case r.Last != r.First:
			fmt.Fprintf(&b, ":%d", r.Last)
		}
	}
	return b.String()
}

// ParseUIDSet reads what String writes.
func ParseUIDSet(text string) (UIDSet, error) {
	var s UIDSet
	if text == "" {
		return nil, nil
	}
	number := func(t string) (UID, error) {
		if t == "*" {
			return MaxUID, nil
		}
		n, err := strconv.ParseUint(t, 10, 32)
		if err != nil || n == 0 {
			return 0, fmt.Errorf("%q is not a set of UIDs such as 1:3,7,9:*", text)
		}
		return UID(n), nil
	}
	for part := range strings.SplitSeq(text, ",") {
		from, to, isRange := strings.Cut(part, ":")
		first, err := number(from)
		if err != nil {
			return nil, err
		}
		last := first
		if isRange {
			if last, err = number(to); err != nil {
				return nil, err
			}
		}
		s.AddRange(UIDRange{min(first, last), max(first, last)})
	}
	return s, nil
}
