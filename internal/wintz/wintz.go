package wintz

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // every zone on every system
)

// Zone is a time zone with both its names.
type Zone struct {
	Windows string // Pacific Standard Time
	IANA    string // America/Los_Angeles: the zone of the territory that Windows means first
}

// Zones lists all zones that Windows knows, sorted by their Windows names.
func Zones() []Zone { return slices.Clone(zones) }

// Location is the zone itself.
func (z Zone) Location() (*time.Location, error) { return time.LoadLocation(z.IANA) }

// Load finds a zone by its Windows name or its IANA name, in any case; the empty name is UTC. The second result is the name in its
// proper spelling. An unknown name is an error that offers names like it.
func Load(name string) (*time.Location, string, error) {
	name = strings.TrimSpace(name)
	if name == "" {
		return time.UTC, "UTC", nil
	}
	for _, z := range zones {
		if strings.EqualFold(z.Windows, name) {
			loc, err := z.Location()
			if err != nil {
				return nil, "", fmt.Errorf("load the zone of %s: %w", z.Windows, err)
			}
			return loc, z.Windows, nil
		}
	}
	for _, z := range zones {
		if strings.EqualFold(z.IANA, name) {
			name = z.IANA
		}
	}
	// "Local" would be the zone of this machine, which means another time on another one.
	if !strings.EqualFold(name, "Local") {
		if loc, err := time.LoadLocation(name); err == nil {
			return loc, loc.String(), nil
		}
	}
	return nil, "", unknown(name)
}

func unknown(name string) error {
	near := Suggest(name, 3)
	if len(near) == 0 {
		return fmt.Errorf("the time zone '%s' is unknown; use a name such as 'Pacific Standard Time' or 'America/Los_Angeles'", name)
	}
	return fmt.Errorf("the time zone '%s' is unknown; is one of these meant: '%s'", name, strings.Join(near, "', '"))
}

// Suggest gives up to n Windows or IANA names that share most with what was typed, the likeliest first; none if nothing is like it.
func Suggest(typed string, n int) []string {
	want := pairs(typed)
	type candidate struct {
		name  string
		score float64
	}
	var found []candidate
	for _, z := range zones {
		for _, name := range []string{z.Windows, z.IANA} {
			if score := likeness(want, pairs(name)); score > 0.4 {
				found = append(found, candidate{name, score})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	var names []string
	for _, c := range found {
		if len(names) < n && !slices.Contains(names, c.name) {
			names = append(names, c.name)
		}
	}
	return names
}

// pairs counts the pairs of neighbouring letters of the words of s.
func pairs(s string) map[string]int {
	out := map[string]int{}
	for _, word := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return strings.ContainsRune(" _/-.()", r) }) {
		for i := 0; i+2 <= len(word); i++ {
			out[word[i:i+2]]++
		}
	}
	return out
}

// likeness is the share of pairs that two texts have in common, 0 to 1 (Dice's coefficient).
func likeness(a, b map[string]int) float64 {
	common, total := 0, 0
	for p, n := range a {
		common += min(n, b[p])
		total += n
	}
	for _, n := range b {
		total += n
	}
	if total == 0 {
		return 0
	}
	return 2 * float64(common) / float64(total)
}
