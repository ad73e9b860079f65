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
	// Map sends folders to other places; the first rule that is about a folder holds. Two folders may come to the same place then.
	Map []Rule
	// TargetRoot is the name of a folder of the target, levels separated by slashes, that everything is put below; "" is none.
	TargetRoot string
	// KeepNames has no folder go to another one for being of the same use.
	KeepNames bool
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
	// Shared tells that other source folders go to the same target folder, as a rule says.
	Shared bool
	// Use is the special use that the target folder should get if it has to be made.
	Use string
	// LeftOut tells why the folder isn't copied; "" when it is.
	LeftOut string
	// Note tells how and why the name differs from the source's; "" when it doesn't beyond prefix and separator.
	Note string
}

// Plan maps every folder of the source, INBOX first, then in order of path. No two source folders get the same target unless a rule
// says so.
func Plan(source, target Side, rules Rules) []Mapping {
	p := planner{source: naming(source), target: naming(target), rules: rules, organizer: source.Info.Features.Organizer, sourceFolders: source.Folders, targetFolders: target.Folders}
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
	source, target               names
	sourceFolders, targetFolders []mailbox.Folder
	rules                        Rules
	organizer                    bool // the source shows calendars and the like as folders of mail

	byPath      map[string]mailbox.Folder // the source's
	noInferiors []string                  // names of target folders that take none below them
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

// notMail are the folders of Exchange that hold no mail.
var notMail = []string{"#Calendar#/*", "#Contacts#/*", "#Tasks#/*", "#Journal#/*"}

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
	if p.organizer && len(p.rules.Include) == 0 && slices.ContainsFunc(notMail, func(pattern string) bool { return Match(pattern, f, path) }) {
		return "it holds no mail but what the server keeps beside it; IncludeFolders takes it along"
	}
	if !f.Selectable() {
		return "it can't hold messages"
	}
	if f.View && len(p.rules.Include) == 0 {
		return "it only shows messages that other folders hold"
	}
	return ""
}

// A wish is where a folder is to go, before it is known what else wants to go there.
type wish struct {
	path []string
	rule string // that says so; "" is none
	note string
}

// nameAll gives target names to the mappings that are to be copied.
func (p *planner) nameAll(all []Mapping) {
	p.byPath = map[string]mailbox.Folder{}
	for _, m := range all {
		p.byPath[key(m.Path)] = m.Source
	}
	for _, f := range p.targetFolders {
		if f.Name+p.target.delim != p.target.prefix && slices.ContainsFunc(f.Attributes, func(a string) bool { return strings.EqualFold(a, mailbox.AttrNoInferiors) }) {
			p.noInferiors = append(p.noInferiors, f.Name)
		}
	}
	wishes := make([]wish, len(all))
	taken := map[string]bool{}
	for i := range all {
		if all[i].LeftOut == "" {
			wishes[i] = p.wish(all[i].Path)
			taken[strings.ToLower(p.join(wishes[i].path))] = true
		}
	}
	sourceUse := uses(p.sourceFolders, func(f mailbox.Folder) []string { path, _ := p.neutral(f); return path })
	targetUse := uses(p.targetFolders, p.targetPath)
	byUse := p.byUse(all, wishes, taken, sourceUse, targetUse)
	used := map[string]int{} // the first mapping that goes there
	for i := range all {
		m := &all[i]
		if m.LeftOut != "" {
			continue
		}
		w := wishes[i]
		name := p.join(w.path)
		m.Note = w.note
		switch {
		case w.rule == "" && p.rules.TargetRoot == "":
			m.Use = m.Source.Use
			name = p.followUse(m, name, byUse, sourceUse)
		case p.rules.TargetRoot == "" && !hasUse(targetUse, m.Source.Use):
			m.Use = m.Source.Use
		}
		if m.Note == "" && p.changed(w.path) {
			m.Note = fmt.Sprintf("the target can't have %q inside a name", p.target.delim)
		}
		if up, ok := p.barren(name); ok {
			name = p.target.prefix + strings.ReplaceAll(strings.TrimPrefix(name, p.target.prefix), p.target.delim, p.substitute())
			m.Note = fmt.Sprintf("the target's folder %q takes none below it", up)
		}
		m.Target = name
		for n := 2; ; n++ {
			other, ok := used[m.Target]
			if !ok {
				used[m.Target] = i
				break
			}
			if w.rule != "" || wishes[other].rule != "" {
				m.Shared, all[other].Shared = true, true
				break
			}
			m.Target = fmt.Sprintf("%s (%d)", name, n)
			m.Note = fmt.Sprintf("another folder of the source has the target's name %q already", name)
		}
	}
}

// wish applies the rules to a path.
func (p *planner) wish(path []string) wish {
	w := wish{path: path}
	folder := func(path []string) mailbox.Folder { return p.byPath[key(path)] }
	for _, r := range p.rules.Map {
		if to, ok := r.apply(path, folder); ok {
			w.path, w.rule = to, r.String()
			w.note = fmt.Sprintf("the folder mapping '%s' says so", r)
			break
		}
	}
	if root := levels(p.rules.TargetRoot); len(root) > 0 {
		if isInbox(w.path) {
			w.path = []string{"Inbox"} // in capitals some servers take it for the one INBOX
		}
		w.path = slices.Concat(canonical(root), w.path)
	}
	return w
}

// byUse finds folders that go to another name because both servers have a folder for the same use. Keys are paths of the source.
func (p *planner) byUse(all []Mapping, wishes []wish, taken map[string]bool, sourceUse, targetUse map[string]string) map[string]string {
	found := map[string]string{}
	if p.rules.KeepNames || p.rules.TargetRoot != "" {
		return found
	}
	for i, m := range all {
		use := sourceUse[m.Source.Name]
		if m.LeftOut != "" || use == "" || wishes[i].rule != "" {
			continue
		}
		for _, t := range p.targetFolders {
			if targetUse[t.Name] == use && t.Selectable() && t.Name != p.join(m.Path) && !taken[strings.ToLower(t.Name)] {
				found[key(m.Path)] = t.Name
				taken[strings.ToLower(t.Name)] = true
				break
			}
		}
	}
	return found
}

// followUse gives a folder the target that its use has found, or that of a folder it lies below.
func (p *planner) followUse(m *Mapping, name string, byUse, sourceUse map[string]string) string {
	for n := len(m.Path); n > 0; n-- {
		to, ok := byUse[key(m.Path[:n])]
		if !ok {
			continue
		}
		above := p.byPath[key(m.Path[:n])]
		m.Note = fmt.Sprintf("both servers mark the folder as %s", above.Use)
		if above.Use == "" || !p.marksTarget(to) {
			m.Note = fmt.Sprintf("by its name it is the folder for %s", sourceUse[above.Name])
		}
		return strings.Join(append([]string{to}, p.clean(m.Path[n:])...), p.target.delim)
	}
	return name
}

func hasUse(of map[string]string, use string) bool {
	for _, u := range of {
		if u == use {
			return true
		}
	}
	return false
}

// marksTarget tells whether the target marks a folder for a use, so that its name need not be trusted.
func (p *planner) marksTarget(name string) bool {
	return slices.ContainsFunc(p.targetFolders, func(f mailbox.Folder) bool { return f.Name == name && f.Use != "" })
}

// targetPath is the neutral path of a target folder.
func (p *planner) targetPath(f mailbox.Folder) []string {
	if rest, ok := strings.CutPrefix(f.Name, p.target.prefix); ok && rest != "" {
		return p.target.split(rest)
	}
	return p.target.split(f.Name)
}

// barren tells whether a target folder above name takes none below it, and which.
func (p *planner) barren(name string) (string, bool) {
	i := slices.IndexFunc(p.noInferiors, func(up string) bool { return p.target.delim != "" && strings.HasPrefix(name, up+p.target.delim) })
	if i < 0 {
		return "", false
	}
	return p.noInferiors[i], true
}

func key(path []string) string { return strings.Join(path, "\x00") }

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
