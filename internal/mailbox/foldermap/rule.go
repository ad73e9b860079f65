package foldermap

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dlclark/regexp2"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"migsh/internal/mailbox"
)

// ruleTime is how long a regular expression may take over one name.
const ruleTime = time.Second

// A Rule sends folders of the source to another place than their own. Make it with [NewRule].
type Rule struct {
	from, to string
	pattern  *regexp2.Regexp // nil: from is a name
}

// NewRule makes a rule. From is the name of a folder as ExcludeFolders has it, which takes along what lies below; or, when it begins
// with ^, a .NET regular expression that is matched with the whole name, levels separated by slashes, without regard to case. To is the
// name that it gets; after a regular expression it may hold $1 and the like, and takes the place of what was matched; nothing takes it away.
func NewRule(from, to string) (Rule, error) {
	r := Rule{from: from, to: to}
	switch {
	case strings.Trim(from, "/") == "":
		return r, fmt.Errorf("the folder mapping '%s' does not say which folder", r)
	case len(levels(to)) == 0 && !strings.HasPrefix(from, "^"):
		return r, fmt.Errorf("the folder mapping '%s' does not say where to. To leave a folder out, use ExcludeFolders", r)
	case strings.HasPrefix(from, "^"):
		pattern, err := regexp2.Compile(from, regexp2.IgnoreCase)
		if err != nil {
			return r, fmt.Errorf("the folder mapping '%s' is no regular expression: %w", r, err)
		}
		pattern.MatchTimeout = ruleTime
		r.pattern = pattern
		if _, err := pattern.Replace("", to, -1, 1); err != nil {
			return r, fmt.Errorf("the folder mapping '%s' can't be applied: %w", r, err)
		}
	case !KnownPattern(from):
		return r, fmt.Errorf("the folder mapping '%s' begins with a well-known folder that migsh does not know", r)
	}
	return r, nil
}

// String is the rule as it may be written in one text.
func (r Rule) String() string { return r.from + "->" + r.to }

// levels splits a name at slashes, without empty levels.
func levels(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '/' })
}

// apply gives the new path of a folder, false when the rule is not about it. folder finds the source's folder with a path.
func (r Rule) apply(path []string, folder func([]string) mailbox.Folder) ([]string, bool) {
	if r.pattern != nil {
		name := norm.NFC.String(strings.Join(path, "/"))
		if matched, err := r.pattern.MatchString(name); err != nil || !matched {
			return nil, false // one that takes too long does not match
		}
		to, err := r.pattern.Replace(name, r.to, -1, 1)
		if err != nil || len(levels(to)) == 0 {
			return nil, false
		}
		return canonical(levels(to)), true
	}
	from := norm.NFC.String(strings.TrimSuffix(r.from, "/*"))
	for n := len(path); n > 0; n-- {
		if Match(from, folder(path[:n]), composed(path[:n])) {
			return canonical(slices.Concat(levels(r.to), path[n:])), true
		}
	}
	return nil, false
}

// composed writes every level in the composed form, in which administrators type.
func composed(path []string) []string {
	out := make([]string, len(path))
	for i, level := range path {
		out[i] = norm.NFC.String(level)
	}
	return out
}

// uses finds the special use of folders: what the server marks, and where it marks no folder for a use, the only folder at the top that
// has one of that use's names in some language.
func uses(folders []mailbox.Folder, path func(mailbox.Folder) []string) map[string]string {
	marked, named := map[string]bool{}, map[string][]string{}
	use := map[string]string{}
	for _, f := range folders {
		if f.Use != "" {
			marked[f.Use] = true
			use[f.Name] = f.Use
		}
	}
	fold := cases.Fold()
	for _, f := range folders {
		p := path(f)
		if f.Use != "" || len(p) != 1 || !f.Selectable() {
			continue
		}
		name := fold.String(norm.NFC.String(p[0]))
		for _, r := range roles {
			if r.use != "" && slices.ContainsFunc(r.names, func(n string) bool { return fold.String(n) == name }) {
				named[r.use] = append(named[r.use], f.Name)
			}
		}
	}
	for u, names := range named {
		if !marked[u] && len(names) == 1 {
			use[names[0]] = u
		}
	}
	return use
}
