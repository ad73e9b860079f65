// Package quirks knows mail servers by what they say of themselves, and what is odd about each. All of it is in the table of servers.go.
package quirks

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A Fingerprint is what a server says of itself.
type Fingerprint struct {
	Host         string // by which it was reached
	Greeting     string
	ID           string   // name, vendor and version, if it tells them (RFC 2971)
	Capabilities []string // as listed
}

// A Server is a kind of mail server, or a mail service.
type Server struct {
	Name string
	// It is known by its host's name (the end of it), by a capability, or by its greeting or ID.
	hosts      []string
	capability string
	words      *regexp.Regexp

	// Administrators are the forms in which its administrators open other people's mailboxes, the usual one first.
	Administrators []LoginForm
	// NoAdministrators says what to do where there is no such form.
	NoAdministrators string

	Workarounds []Workaround
}

// A LoginForm makes a login out of {user} {local} {domain} and {admin}.
type LoginForm struct {
	Format          string // of the login name; empty: the administrator's own
	AuthorizationID string // SASL; empty: none
}

// A Workaround is what is done about an oddity of a server.
type Workaround struct {
	Name Name
	// About says what the server does, and what is done about it.
	About string
	// Source is a public transcript or issue in which it is seen.
	Source string
	// Hide lists capabilities that are not used although the server offers them.
	Hide []string
}

// Name is the name of a workaround for good: administrators switch workarounds on and off by it.
type Name string

// Identify finds out what kind of server it is; nil if it is none that is known.
func Identify(f Fingerprint) *Server {
	host := strings.ToLower(f.Host)
	for i, s := range Servers {
		by := slices.ContainsFunc(s.hosts, func(h string) bool { return host == h || strings.HasSuffix(host, "."+h) }) ||
			s.capability != "" && slices.ContainsFunc(f.Capabilities, func(c string) bool { return strings.EqualFold(c, s.capability) }) ||
			s.words != nil && (s.words.MatchString(f.Greeting) || s.words.MatchString(f.ID))
		if by {
			return &Servers[i]
		}
	}
	return nil
}

// A Set is the workarounds in force for a session.
type Set map[Name]Workaround

// For is what is done about a server, nil if it is of no known kind, as an administrator changes it: a name switches a workaround on, with -
// before it off. Names that nobody knows are an error.
func For(s *Server, changes []string) (Set, error) {
	set := Set{}
	for _, w := range Everywhere {
		set[w.Name] = w
	}
	if s != nil {
		for _, w := range s.Workarounds {
			set[w.Name] = w
		}
	}
	for _, change := range changes {
		name, off := strings.CutPrefix(change, "-")
		w, ok := Find(name)
		if !ok {
			return nil, fmt.Errorf("there is no workaround '%s'; known are %s", name, strings.Join(Names(), ", "))
		}
		if off {
			delete(set, w.Name)
		} else {
			set[w.Name] = w
		}
	}
	return set, nil
}

// Find finds a workaround by its name, in any case.
func Find(name string) (Workaround, bool) {
	for _, s := range Servers {
		for _, w := range s.Workarounds {
			if strings.EqualFold(string(w.Name), name) {
				return w, true
			}
		}
	}
	return Workaround{}, false
}

// Names lists the names of all workarounds, sorted.
func Names() []string {
	var names []string
	for _, s := range Servers {
		for _, w := range s.Workarounds {
			names = append(names, string(w.Name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Has tells whether a workaround is in force.
func (s Set) Has(name Name) bool {
	_, ok := s[name]
	return ok
}

// Hidden are the capabilities that are not to be used.
func (s Set) Hidden() []string {
	var all []string
	for _, w := range s {
		all = append(all, w.Hide...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Sorted lists the workarounds in force by name.
func (s Set) Sorted() []Workaround {
	all := make([]Workaround, 0, len(s))
	for _, w := range s {
		all = append(all, w)
	}
	slices.SortFunc(all, func(a, b Workaround) int { return strings.Compare(string(a.Name), string(b.Name)) })
	return all
}

// ByName is the kind of server of that name, nil if there is none.
func ByName(name string) *Server {
	for i := range Servers {
		if Servers[i].Name == name {
			return &Servers[i]
		}
	}
	return nil
}
