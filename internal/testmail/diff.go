package testmail

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Rules say what [Diff] lets pass. The zero value lets nothing pass but what no
// migration can keep: UIDs and UIDVALIDITY.
type Rules struct {
	// Map returns where a folder of the one side is expected on the other; nil
	// means at the same path.
	Map func(path []string) []string
	// ExtraFolders allows empty folders that only the second side has.
	ExtraFolders bool
	// AnyOrder allows another order of the messages in a folder.
	AnyOrder bool
	// These two leave out what not every server keeps.
	IgnoreSubscriptions, IgnoreSpecialUse bool
	// IgnoreFlags lists flags and keywords not to compare.
	IgnoreFlags []string
}

// Diff returns how got differs from want, a line for each difference; none
// means that all arrived, once, whole.
func Diff(want, got Snapshot, rules Rules) []string {
	var lines []string
	expected := map[string]bool{}
	for _, folder := range want.Folders {
		path := folder.Path
		if rules.Map != nil {
			path = rules.Map(path)
		}
		name := pathName(path)
		if expected[name] {
			lines = append(lines, fmt.Sprintf("%s: two folders are expected here", name))
			continue
		}
		expected[name] = true
		if counterpart, ok := got.Folder(path...); ok {
			for _, line := range diffFolder(folder, counterpart, rules) {
				lines = append(lines, name+": "+line)
			}
		} else {
			lines = append(lines, fmt.Sprintf("%s: folder missing, with %d messages", name, len(folder.Messages)))
		}
	}
	for _, folder := range got.Folders {
		name := pathName(folder.Path)
		if !expected[name] && !(rules.ExtraFolders && len(folder.Messages) == 0) {
			lines = append(lines, fmt.Sprintf("%s: folder not expected, with %d messages", name, len(folder.Messages)))
		}
	}
	return lines
}

func diffFolder(want, got Folder, rules Rules) []string {
	var lines []string
	if !rules.IgnoreSubscriptions && want.Subscribed != got.Subscribed {
		lines = append(lines, fmt.Sprintf("subscribed %t, want %t", got.Subscribed, want.Subscribed))
	}
	if !rules.IgnoreSpecialUse && want.SpecialUse != got.SpecialUse {
		lines = append(lines, fmt.Sprintf("special use %q, want %q", got.SpecialUse, want.SpecialUse))
	}
	// Twins are told apart by what else is compared, then by their order.
	wanted, found := byDigest(want.Messages, rules), byDigest(got.Messages, rules)
	for _, digest := range digestsOf(want.Messages, got.Messages) {
		w, g := wanted[digest], found[digest]
		w, g = withoutEqual(w, g)
		for i := range max(len(w), len(g)) {
			switch {
			case i >= len(g):
				lines = append(lines, fmt.Sprintf("missing: %s", w[i]))
			case i >= len(w):
				lines = append(lines, fmt.Sprintf("not expected (%d times there, %d times wanted): %s",
					len(found[digest]), len(wanted[digest]), g[i]))
			default:
				lines = append(lines, fmt.Sprintf("differs: %s, want %s", g[i], w[i]))
			}
		}
	}
	if len(lines) == 0 && !rules.AnyOrder {
		for i := range want.Messages {
			if want.Messages[i].Digest != got.Messages[i].Digest {
				lines = append(lines, fmt.Sprintf("order: at place %d is digest %v, want %v", i+1, got.Messages[i].Digest, want.Messages[i].Digest))
				break
			}
		}
	}
	return lines
}

// A looked is a message as far as the rules look at it.
type looked struct {
	uid    uint32
	size   int64
	digest Digest
	date   int64 // Unix seconds
	flags  string
}

func (l looked) String() string {
	return fmt.Sprintf("UID %d, %d bytes, digest %v, %s, flags (%s)",
		l.uid, l.size, l.digest, time.Unix(l.date, 0).UTC().Format(time.DateTime), l.flags)
}

func byDigest(messages []Message, rules Rules) map[Digest][]looked {
	sets := map[Digest][]looked{}
	for _, message := range messages {
		flags := slices.DeleteFunc(slices.Clone(message.Flags), func(flag string) bool {
			return slices.Contains(rules.IgnoreFlags, flag)
		})
		slices.Sort(flags)
		sets[message.Digest] = append(sets[message.Digest], looked{
			message.UID, message.Size, message.Digest, message.InternalDate.Unix(), strings.Join(flags, " "),
		})
	}
	return sets
}

// digestsOf lists each digest once, in the order of appearance.
func digestsOf(sets ...[]Message) []Digest {
	var list []Digest
	seen := map[Digest]bool{}
	for _, messages := range sets {
		for _, message := range messages {
			if !seen[message.Digest] {
				seen[message.Digest] = true
				list = append(list, message.Digest)
			}
		}
	}
	return list
}

// withoutEqual takes pairs of equal messages, UIDs aside, out of both lists.
func withoutEqual(want, got []looked) (restWant, restGot []looked) {
	restGot = slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(restGot, func(g looked) bool {
			g.uid = w.uid
			return g == w
		})
		if i < 0 {
			restWant = append(restWant, w)
		} else {
			restGot = slices.Delete(restGot, i, i+1)
		}
	}
	return restWant, restGot
}
