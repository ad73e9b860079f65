package control

import (
	"fmt"
	"net/netip"
	"strings"

	"migsh/internal/migration"
)

// checkHost says whether text can be the name or address of a server: no scheme, no port, no path.
func checkHost(text string) error {
	bad := func(why, remedy string) error {
		return migration.NewError(migration.ErrInvalidValue, text, fmt.Sprintf("'%s' is not the name of a server: %s.", text, why), remedy)
	}
	const plain = "Give the name alone, such as imap.example.org."
	host := strings.TrimSuffix(strings.TrimPrefix(text, "["), "]")
	if _, err := netip.ParseAddr(host); err == nil {
		return nil
	}
	switch {
	case text == "":
		return bad("it is empty", plain)
	case strings.Contains(text, "://"):
		return bad("it is a URL", plain)
	case strings.Contains(text, ":"):
		return bad("it holds a port", "Give the name alone, and the port with -Port.")
	case len(text) > 253:
		return bad("it is longer than 253 characters", plain)
	}
	for label := range strings.SplitSeq(strings.TrimSuffix(text, "."), ".") {
		if label == "" || len(label) > 63 {
			return bad("one of its parts is empty or longer than 63 characters", plain)
		}
		for _, r := range label {
			if r <= ' ' || strings.ContainsRune(`/\@?#%&*'"<>()[]{},;=+|^~$!`+"`", r) {
				return bad(fmt.Sprintf("it holds %q", r), plain)
			}
		}
	}
	return nil
}
