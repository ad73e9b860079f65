package cmdlet

import "strings"

type missingKey struct{}

// ExplainMissing makes known to a session why there are no commands of some names that users may look for all the same.
func ExplainMissing(s Session, why map[string]string) {
	reasons := missing(s)
	for name, reason := range why {
		reasons[strings.ToLower(name)] = reason
	}
}

// WhyMissing is why there is no command of a name; empty if that is nothing special.
func WhyMissing(s Session, name string) string { return missing(s)[strings.ToLower(name)] }

func missing(s Session) map[string]string {
	return s.Keep(missingKey{}, func() any { return map[string]string{} }).(map[string]string)
}
