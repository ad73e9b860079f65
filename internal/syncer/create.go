package syncer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"migsh/internal/mailbox"
)

// createFolders makes the target folders of those that were never seen, all at once where their names leave no doubt and level
// by level, the rest one by one in their order. Who needs a folder waits for f.made.
func (p *pass) createFolders(ctx context.Context, folders []*folderPass) {
	var levels [][]*folderPass
	var doubtful []*folderPass
	unique := p.uniqueNames(folders)
	for _, f := range folders {
		if !f.first {
			continue
		}
		switch _, there := f.targetFolder(); {
		case there:
			close(f.made)
		case !unique[f]:
			doubtful = append(doubtful, f)
		default:
			depth := len(mailbox.Folder{Name: f.Target, Delimiter: p.delimiter()}.Path())
			for len(levels) <= depth {
				levels = append(levels, nil)
			}
			levels[depth] = append(levels[depth], f)
		}
	}
	for _, level := range levels {
		works := func(yield func(func(context.Context) error) bool) {
			for _, f := range level {
				work := func(ctx context.Context) error {
					made, err := f.tryCreate(ctx, f.Target)
					if err == nil && made == nil || nameRefused(err) {
						doubtful = append(doubtful, f)
						return nil
					}
					f.fresh, f.madeErr = made, err
					close(f.made)
					return nil
				}
				if !yield(work) {
					return
				}
			}
		}
		_ = p.turn.together(ctx, foldersAtOnce, works) // each folder has its own error
	}
	for _, f := range folders {
		if slices.Contains(doubtful, f) {
			f.madeErr = f.createTarget(ctx, true)
			close(f.made)
		}
	}
}

// delimiter separates the levels of names at the target; 0 if there are none.
func (p *pass) delimiter() rune {
	if personal := p.target.Info().Personal; len(personal) > 0 {
		return personal[0].Delimiter
	}
	return 0
}

// uniqueNames are the folders whose target names no other name resembles, so that it doesn't matter which is made first.
func (p *pass) uniqueNames(folders []*folderPass) map[*folderPass]bool {
	seen := map[string]int{}
	for name := range p.targetFolders {
		seen[folded(name)]++
	}
	for name := range p.targets {
		if _, there := p.targetFolders[name]; !there {
			seen[folded(name)]++
		}
	}
	unique := map[*folderPass]bool{}
	for _, f := range folders {
		unique[f] = seen[folded(f.mapping.Target)] == 1
	}
	return unique
}

// makeTarget sees to it that the target folder exists.
func (f *folderPass) makeTarget(ctx context.Context) error {
	if !f.first {
		return f.createTarget(ctx, false)
	}
	f.turn.wait(func() {
		select {
		case <-f.made:
		case <-ctx.Done():
		}
	})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return f.madeErr
}

// createTarget makes the target folder. What a server takes as a name only the attempt shows: it may want everything
// below INBOX without saying so, have no folders below one that holds mail, or see no difference between capital and
// small letters. first says that the folder may still get another name.
func (f *folderPass) createTarget(ctx context.Context, first bool) error {
	wish := f.Target
	err := f.create(ctx, wish, first)
	if !first || !nameRefused(err) {
		return err
	}
	for _, other := range f.otherNames(wish) {
		if again := f.create(ctx, other, true); again == nil {
			f.report("Warning", "The target takes the folder %q only as %q: %v.", wish, f.Target, err)
			return nil
		}
	}
	return err
}

// nameRefused tells whether a server may take the folder under another name. Cyrus knows no better than to deny permission when a ! seems to
// name another domain.
func nameRefused(err error) bool {
	return mailbox.IsID(err, mailbox.FolderRefused) || mailbox.IsID(err, mailbox.AccessDenied)
}

// tryCreate asks the server for a folder. A name with NUL is not even tried: Courier makes such a folder and never shows it again.
func (f *folderPass) tryCreate(ctx context.Context, name string) (*mailbox.Opened, error) {
	if strings.ContainsRune(name, 0) {
		e := mailbox.NewError(mailbox.FolderRefused, "CREATE", errors.New("no server can be trusted with a NUL in a name"))
		e.Folder = name
		return nil, e
	}
	return f.target.Create(ctx, name, f.mapping.Use)
}

// otherNames are names to try when a server refuses one.
func (f *folderPass) otherNames(wish string) []string {
	info := f.target.Info()
	if len(info.Personal) == 0 || info.Personal[0].Delimiter == 0 {
		return nil
	}
	delim := string(info.Personal[0].Delimiter)
	var names []string
	if below := "INBOX" + delim; !info.Features.Namespaces && !strings.HasPrefix(wish, below) {
		names = append(names, below+wish)
	}
	prefix := info.Personal[0].Prefix
	if rest, ok := strings.CutPrefix(wish, prefix); ok && strings.Contains(rest, delim) {
		substitute := "_"
		if delim == substitute {
			substitute = "-"
		}
		names = append(names, prefix+strings.ReplaceAll(rest, delim, substitute))
	}
	for step := range refusedInNames {
		if plain := plainName(wish, prefix, delim, step); !slices.Contains(append(names, wish), plain) {
			names = append(names, plain)
		}
	}
	return names
}

// refusedInNames tells what servers refuse in names, step by step, so that a name loses no more than it must: control characters and what
// Cyrus refuses; what lies beyond U+FFFF, as emoji do, and what a file can't have in its name (Courier); whatever has a meaning to any
// server; whatever is not a letter, a digit or a blank of ASCII.
var refusedInNames = []func(rune) bool{
	func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError || strings.ContainsRune("\"%;<>\\^`{|}", r)
	},
	func(r rune) bool { return r > 0xFFFF || r == '/' },
	func(r rune) bool { return strings.ContainsRune(`.*&#~?:!$'`, r) },
	func(r rune) bool { return r > unicode.MaxASCII },
}

// plainName replaces in each level of a name, below the namespace's prefix, what is refused by any of the steps up to one, and
// blanks at the level's ends.
func plainName(name, prefix, delim string, upTo int) string {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok {
		prefix, rest = "", name
	}
	levels := strings.Split(rest, delim)
	for i, level := range levels {
		level = strings.Map(func(r rune) rune {
			for _, refused := range refusedInNames[:upTo+1] {
				if refused(r) {
					return '_'
				}
			}
			return r
		}, strings.TrimSpace(level))
		levels[i] = cmp.Or(level, "_")
	}
	return prefix + strings.Join(levels, delim)
}

// create makes a folder and settles under which name the target shows it. When it turns out to be the folder of
// another source folder, only written otherwise, it gets a number.
func (f *folderPass) create(ctx context.Context, name string, first bool) error {
	for n, wish := 2, name; ; n++ {
		if first && f.isOthers(name) {
			name = fmt.Sprintf("%s (%d)", wish, n)
			continue
		}
		made, err := f.tryCreate(ctx, name)
		if err != nil {
			return err
		}
		f.fresh = made
		if !first {
			return nil
		}
		if made == nil {
			shown, err := f.shown(ctx, name)
			if err != nil {
				return err
			}
			if f.isOthers(shown) {
				name = fmt.Sprintf("%s (%d)", wish, n)
				continue
			}
			name = shown
		}
		if name != wish {
			f.report("Warning", "Folder %q becomes %q: the target has no other name for it.", f.Source, name)
		}
		delete(f.targets, f.Target)
		f.Target = name
		f.targets[name] = f.Source
		return nil
	}
}

// shown is the name under which the target lists a folder that is there though it was not listed by this name before.
func (f *folderPass) shown(ctx context.Context, name string) (string, error) {
	list, err := f.target.Folders(ctx, "")
	if err != nil {
		return "", err
	}
	found := name
	for _, folder := range list {
		if folder.Name == name {
			return name, nil
		}
		if alike(folder.Name, name) {
			found = folder.Name
		}
	}
	return found, nil
}

// isOthers tells whether a target folder is, or will be, that of another source folder, and not to be shared with it.
func (f *folderPass) isOthers(name string) bool {
	if f.mapping.Shared && name == f.mapping.Target {
		return false
	}
	if source, ok := f.targets[name]; ok && source != f.Source {
		return true
	}
	for k := range maps.Values(f.known) {
		if k.Target == name && k.Source != f.Source {
			return true
		}
	}
	return false
}

// alike tells whether names differ at most in case and in how their characters are composed.
func alike(a, b string) bool { return folded(a) == folded(b) }

// folded is what names that are alike have in common.
func folded(name string) string {
	fold := cases.Fold()
	return fold.String(norm.NFC.String(name))
}
