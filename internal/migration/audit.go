package migration

import (
	"path"
	"slices"
	"strings"
	"time"
)

// AuditEntry is one command that changed something: who gave it when, with what, and how it ended. It holds no secret.
type AuditEntry struct {
	Time       time.Time
	Caller     string
	Cmdlet     string
	Object     string           `json:",omitempty"` // what it was given to: a name, an address
	Parameters []AuditParameter `json:",omitempty"`
	Server     string           `json:",omitempty"` // the host where it was given
	Error      string           `json:",omitempty"` // why it failed; empty: it did not
	Damage     string           `json:",omitempty"` // why nothing but the time is known; empty: all is
}

// AuditParameter is a parameter as it was given, secrets made unreadable.
type AuditParameter struct{ Name, Value string }

// How long, and how many, entries of the audit log are kept. A text in one is cut to MaxAuditText bytes.
const (
	AuditAge       = 90 * 24 * time.Hour // Exchange's
	MaxAuditLog    = 20_000
	MaxAuditText   = 1000
	maxAuditFields = 100
)

// Bounded is the entry with its texts and lists cut to what is kept.
func (e AuditEntry) Bounded() AuditEntry {
	e.Caller, e.Cmdlet, e.Object, e.Server, e.Error = cut(e.Caller), cut(e.Cmdlet), cut(e.Object), cut(e.Server), cut(e.Error)
	e.Parameters = slices.Clone(e.Parameters[:min(len(e.Parameters), maxAuditFields)])
	for i := range e.Parameters {
		e.Parameters[i] = AuditParameter{cut(e.Parameters[i].Name), cut(e.Parameters[i].Value)}
	}
	return e
}

func cut(s string) string {
	if len(s) <= MaxAuditText {
		return s
	}
	return strings.ToValidUTF8(s[:MaxAuditText], "") + "…"
}

// AuditQuery selects entries of the audit log; the zero value all. Lists are alternatives, texts are compared without regard to case and may
// have the wildcards * and ?.
type AuditQuery struct {
	Cmdlets    []string  `json:",omitempty"`
	Parameters []string  `json:",omitempty"` // entries of commands that were given one of these
	Objects    []string  `json:",omitempty"`
	Callers    []string  `json:",omitempty"`
	From       time.Time `json:",omitzero"`
	To         time.Time `json:",omitzero"` // exclusive
	Succeeded  *bool     `json:",omitempty"`
}

// Selects tells whether the entry is asked for.
func (q AuditQuery) Selects(e AuditEntry) bool {
	if !q.From.IsZero() && e.Time.Before(q.From) || !q.To.IsZero() && !e.Time.Before(q.To) {
		return false
	}
	if e.Damage != "" {
		return true // it may be what is asked for
	}
	if q.Succeeded != nil && *q.Succeeded != (e.Error == "") {
		return false
	}
	given := func(p AuditParameter) bool { return oneOf(q.Parameters, p.Name) }
	return oneOf(q.Cmdlets, e.Cmdlet) && oneOf(q.Objects, e.Object) && oneOf(q.Callers, e.Caller) &&
		(len(q.Parameters) == 0 || slices.ContainsFunc(e.Parameters, given))
}

// oneOf tells whether a text is like one of the patterns; no pattern asks for nothing.
func oneOf(patterns []string, text string) bool {
	if len(patterns) == 0 {
		return true
	}
	text = FoldName(text)
	return slices.ContainsFunc(patterns, func(p string) bool {
		p = FoldName(p)
		// Names have slashes seldom and brackets hardly ever: as patterns only * and ? mean something.
		like, err := path.Match(strings.NewReplacer(`\`, `\\`, "[", `\[`, "/", "\x00").Replace(p), strings.ReplaceAll(text, "/", "\x00"))
		return p == text || err == nil && like
	})
}
