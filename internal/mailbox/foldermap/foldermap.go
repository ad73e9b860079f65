// Package foldermap decides which folder of a source becomes which folder of a target. It is pure: two lists and the
// rules go in, a plan comes out, so that a plan can be shown before anything is done.
//
// Between the two naming schemes stands the neutral path: the levels of a folder's name below the personal namespace,
// without prefix and separator. INBOX is the path [INBOX] on every server.
package foldermap

import (
	"fmt"
	"slices"
	"strings"

	"migsh/internal/mailbox"
)

// A Side is one server's naming and its folders.
type Side struct {
	Info    mailbox.Info
	Folders []mailbox.Folder
}

// Rules say what is wanted.
type Rules struct {
	// Root is the source folder that stands for the whole mailbox (found with [Roots]); "" is the login's own root.
	Root string
	// Include and Exclude are patterns as New-MigrationBatch takes them; see [Match]. With Include, only what
	// matches it is copied; Exclude goes before Include.
	Include, Exclude []string
	// Substitute stands for a character that the target can't have in a name: "_" if empty.
	Substitute string
}

// A Mapping is what is to become of one source folder.
type Mapping struct {
	Source mailbox.Folder
	// Path is the neutral path.
	Path []string
	// Target is the target's name of the folder; "" when it is left out.
	Target string
	// Use is the special use that the target folder should get if it has to be made.
	Use string
	// LeftOut tells why the folder isn't copied; "" when it is.
	LeftOut string
	// Note tells how and why the name differs from the source's; "" when it doesn't beyond prefix and separator.
	Note string
}

// Plan maps every folder of the source, INBOX first, then in order of path. No two source folders get the same target.
func Plan(source, target Side, rules Rules) []Mapping {
	p := planner{source: naming(source), target: naming(target), rules: rules, targetFolders: target.Folders}
	if p.rules.Substitute == "" {
		p.rules.Substitute = "_"
	}
	var out []Mapping
	for _, f := range source.Folders {
		m := Mapping{Source: f}
		m.Path, m.LeftOut = p.neutral(f)
		if m.LeftOut == "" {
			m.LeftOut = p.unwanted(f, m.Path)
		}
		out = append(out, m)
	}
	slices.SortStableFunc(out, func(a, b Mapping) int {
		if x, y := isInbox(a.Path), isInbox(b.Path); x != y {
			if x {
				return -1
			}
			return 1
		}
		return slices.Compare(a.Path, b.Path)
	})
	p.nameAll(out)
	return out
}

type planner struct {
	source, target names
	targetFolders  []mailbox.Folder
	rules          Rules
}

// names is the naming scheme of a side.
type names struct {
	prefix  string
	delim   string // "" when flat
	foreign []mailbox.Namespace
}

func naming(s Side) names {
	n := names{foreign: slices.Concat(s.Info.Others, s.Info.Shared)}
	if len(s.Info.Personal) > 0 {
		n.prefix = s.Info.Personal[0].Prefix
		if d := s.Info.Personal[0].Delimiter; d != 0 {
			n.delim = string(d)
		}
	}
	if !s.Info.Features.Namespaces && n.prefix == "" {
		n.prefix = guessPrefix(s.Folders, n.delim)
	}
	return n
}

// guessPrefix finds the prefix of a server that does not tell it: where every folder but INBOX lies below INBOX, that
// is the prefix.
func guessPrefix(folders []mailbox.Folder, delim string) string {
	prefix, others := "INBOX"+delim, 0
	for _, f := range folders {
		if strings.EqualFold(f.Name, "INBOX") {
			continue
		}
		others++
		if delim == "" || len(f.Name) <= len(prefix) || !strings.EqualFold(f.Name[:len(prefix)], prefix) {
			return ""
		}
		prefix = f.Name[:len(prefix)]
	}
	if others == 0 {
		return ""
	}
	return prefix
}

func (n names) split(name string) []string {
	if n.delim == "" {
		return []string{name}
	}
	return strings.Split(name, n.delim)
}

// inForeign tells whether a name lies in a namespace of other users or a shared one.
func (n names) inForeign(name string) bool {
	return slices.ContainsFunc(n.foreign, func(ns mailbox.Namespace) bool {
		bare := ns.Prefix
		if ns.Delimiter != 0 {
			bare = strings.TrimSuffix(bare, string(ns.Delimiter))
		}
		return ns.Prefix != "" && ns.Prefix != n.prefix && (strings.HasPrefix(name, ns.Prefix) || name == bare)
	})
}

// neutral finds the path of a source folder, or why it has none.
func (p *planner) neutral(f mailbox.Folder) (path []string, leftOut string) {
	name := f.Name
	n := p.source
	if f.Delimiter != 0 {
		n.delim = string(f.Delimiter)
	}
	if p.rules.Root != "" {
		switch {
		case name == p.rules.Root:
			return []string{"INBOX"}, ""
		case strings.HasPrefix(name, p.rules.Root+n.delim):
			return canonical(n.split(name[len(p.rules.Root)+len(n.delim):])), ""
		}
		return n.split(name), "it lies outside the UserRoot"
	}
	if n.inForeign(name) {
		return n.split(name), "it belongs to another user or is shared"
	}
	if rest, ok := strings.CutPrefix(name, n.prefix); ok && n.prefix != "" && rest != "" {
		return canonical(n.split(rest)), ""
	}
	return canonical(n.split(name)), ""
}

// canonical writes INBOX in capitals where it is the first level.
func canonical(path []string) []string {
	if strings.EqualFold(path[0], "INBOX") {
		path[0] = "INBOX"
	}
	return path
}

func isInbox(path []string) bool { return len(path) == 1 && path[0] == "INBOX" }

// unwanted says why a folder with this path is not to be copied.
func (p *planner) unwanted(f mailbox.Folder, path []string) string {
	for _, pattern := range p.rules.Exclude {
		if Match(pattern, f, path) {
			return fmt.Sprintf("ExcludeFolders has %q", pattern)
		}
	}
	if len(p.rules.Include) > 0 && !slices.ContainsFunc(p.rules.Include, func(pattern string) bool { return Match(pattern, f, path) }) {
		return "IncludeFolders does not have it"
	}
	if !f.Selectable() {
		return "it can't hold messages"
	}
	return ""
}

// nameAll gives target names to the mappings that are to be copied.
func (p *planner) nameAll(all []Mapping) {
	// byUse: source paths that go to another name because both servers mark a folder for the same purpose.
	byUse := map[string]string{}
	taken := map[string]bool{}
	for i := range all {
		if all[i].LeftOut == "" {
			taken[strings.ToLower(p.join(all[i].Path))] = true
		}
	}
	for i := range all {
		m := &all[i]
		if m.LeftOut != "" || m.Source.Use == "" {
			continue
		}
		for _, t := range p.targetFolders {
			if t.Use == m.Source.Use && t.Selectable() && t.Name != p.join(m.Path) && !taken[strings.ToLower(t.Name)] {
				byUse[key(m.Path)] = t.Name
				taken[strings.ToLower(t.Name)] = true
				break
			}
		}
	}
	used := map[string]bool{}
	for i := range all {
		m := &all[i]
		if m.LeftOut != "" {
			continue
		}
		m.Use = m.Source.Use
		wish := p.join(m.Path)
		if p.changed(m.Path) {
			m.Note = fmt.Sprintf("the target can't have %q inside a name", p.target.delim)
		}
		for n := len(m.Path); n > 0; n-- {
			if name, ok := byUse[key(m.Path[:n])]; ok {
				wish = strings.Join(append([]string{name}, p.clean(m.Path[n:])...), p.target.delim)
				m.Note = fmt.Sprintf("both servers mark the folder as %s", useOf(all, m.Path[:n]))
				break
			}
		}
		m.Target = wish
		for n := 2; used[m.Target]; n++ {
			m.Target = fmt.Sprintf("%s (%d)", wish, n)
			m.Note = fmt.Sprintf("another folder of the source has the target's name %q already", wish)
		}
		used[m.Target] = true
	}
}

func key(path []string) string { return strings.Join(path, "\x00") }

func useOf(all []Mapping, path []string) string {
	for _, m := range all {
		if slices.Equal(m.Path, path) {
			return m.Source.Use
		}
	}
	return ""
}

// join writes a neutral path as a target name.
func (p *planner) join(path []string) string {
	if isInbox(path) {
		return "INBOX"
	}
	parts := p.clean(path)
	if parts[0] == "INBOX" {
		// Children of INBOX: where everything lies under INBOX anyway, they need no second one.
		if strings.EqualFold(p.target.prefix, "INBOX"+p.target.delim) {
			return p.target.prefix + strings.Join(parts[1:], p.target.delim)
		}
		return strings.Join(parts, p.target.delim)
	}
	return p.target.prefix + strings.Join(parts, p.target.delim)
}

// clean replaces what can't stand in a level of a target name. On a flat target the levels themselves are joined by
// the substitute.
func (p *planner) clean(path []string) []string {
	if p.target.delim == "" {
		return []string{strings.Join(path, p.rules.Substitute)}
	}
	out := make([]string, len(path))
	for i, level := range path {
		out[i] = strings.ReplaceAll(level, p.target.delim, p.substitute())
		if out[i] == "" {
			out[i] = p.substitute()
		}
	}
	return out
}

// substitute is never the separator itself.
func (p *planner) substitute() string {
	if p.rules.Substitute == p.target.delim {
		return "-"
	}
	return p.rules.Substitute
}

func (p *planner) changed(path []string) bool {
	return p.target.delim != "" && !slices.Equal(p.clean(path), path)
}

// Roots lists, likeliest first, the names under which a UserRoot such as "/users/terry.adams" may be found: its
// slashes become the server's separator, with and without the prefix of each namespace. A separator inside the user's
// name is tried as it stands and as the characters that servers put in its place.
func Roots(info mailbox.Info, userRoot string) []string {
	levels := strings.FieldsFunc(userRoot, func(r rune) bool { return r == '/' })
	if len(levels) == 0 {
		return nil
	}
	var out []string
	for _, ns := range slices.Concat(info.Shared, info.Others, info.Personal, []mailbox.Namespace{{}}) {
		delim := ns.Delimiter
		if delim == 0 && len(info.Personal) > 0 {
			delim = info.Personal[0].Delimiter
		}
		if delim == 0 {
			delim = '/'
		}
		// Courier puts a blank there, Cyrus a circumflex.
		for _, inside := range []string{string(delim), " ", "^", "_"} {
			var parts []string
			for _, level := range levels {
				parts = append(parts, strings.ReplaceAll(level, string(delim), inside))
			}
			name := strings.Join(parts, string(delim))
			// A prefix like "shared." may already stand in the UserRoot.
			if ns.Prefix != "" && !strings.HasPrefix(name+string(delim), ns.Prefix) {
				name = ns.Prefix + name
			}
			if !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	return out
}
