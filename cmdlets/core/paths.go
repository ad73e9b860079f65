package core

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// A target is where a path leads to: a file, or an item of a drive such as Env:.
type target struct {
	drive itemDrive // nil: the file system
	path  string    // absolute path, or the item's name; "" is the drive itself
}

// text is the path as PowerShell shows it.
func (t target) text() string {
	if _, tree := t.drive.(treeDrive); tree {
		return t.drive.name() + `:\` + t.path
	}
	if t.drive != nil {
		return t.drive.name() + ":" + t.path
	}
	return t.path
}

func (t target) exists() bool {
	if t.drive != nil {
		if t.path == "" {
			return true
		}
		_, ok := t.drive.get(t.path)
		return ok
	}
	_, err := os.Lstat(t.path)
	return err == nil
}

// container tells whether the target can hold items.
func (t target) container() bool {
	if tree, ok := t.drive.(treeDrive); ok {
		_, there := tree.children(t.path)
		return there
	}
	if t.drive != nil {
		return t.path == ""
	}
	info, err := os.Stat(t.path)
	return err == nil && info.IsDir()
}

// item is the object that stands for the target.
func (t target) item() any {
	if t.drive != nil {
		v, _ := t.drive.get(t.path)
		return v
	}
	return object.NewFile(t.path, false)
}

const fileProvider = `Microsoft.PowerShell.Core\FileSystem::`

// parsePath finds the target of a path without wildcards.
func parsePath(s cmdlet.Session, path string) (target, error) {
	if rest, ok := cutPrefixFold(path, fileProvider); ok {
		path = rest
	} else if rest, ok := cutPrefixFold(path, "FileSystem::"); ok {
		path = rest
	} else if rest, ok := registryPath(path); ok {
		path = rest
	}
	if name, rest, ok := strings.Cut(path, ":"); ok && driveName(name) {
		if d := driveNamed(s, name); d != nil {
			return target{drive: d, path: strings.Trim(rest, `\/`)}, nil
		}
		if root, ok := drivesOf(s).root(name); ok {
			return target{path: s.Resolve(filepath.Join(root, slashed(rest)))}, nil
		}
		if runtime.GOOS != "windows" {
			return target{}, driveNotFound(name)
		}
	}
	return target{path: s.Resolve(slashed(path))}, nil
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// driveName tells whether what stands before a colon can name a drive.
func driveName(s string) bool { return s != "" && !strings.ContainsAny(s, `/\*?[]`) }

// slashed turns the separators of Windows into the system's.
func slashed(path string) string {
	if filepath.Separator == '/' {
		return strings.ReplaceAll(path, `\`, "/")
	}
	return path
}

func driveNotFound(name string) error {
	e := object.NewException("System.Management.Automation.DriveNotFoundException", "Cannot find drive. A drive with the name '%s' does not exist.", name)
	return object.NewErrorOf(e, "DriveNotFound", object.ObjectNotFound, name)
}

func pathNotFound(path string) *object.ErrorRecord {
	e := object.NewException("System.Management.Automation.ItemNotFoundException", "Cannot find path '%s' because it does not exist.", path)
	return object.NewErrorOf(e, "PathNotFound", object.ObjectNotFound, path)
}

// narrowing are the parameters that narrow down what a path means.
type narrowing struct {
	Filter  string   `param:"" help:"A wildcard pattern for names, applied before all else."`
	Include []string `param:"wildcards" help:"Only items whose names fit one of these patterns."`
	Exclude []string `param:"wildcards" help:"No items whose names fit one of these patterns."`
}

// keeps tells whether an item of that name stays.
func (n *narrowing) keeps(name string) bool {
	if n.Filter != "" && !fitsWildcard(n.Filter, name) {
		return false
	}
	if len(n.Include) > 0 && !slices.ContainsFunc(n.Include, func(p string) bool { return fitsWildcard(p, name) }) {
		return false
	}
	return !slices.ContainsFunc(n.Exclude, func(p string) bool { return fitsWildcard(p, name) })
}

func fitsWildcard(pattern, name string) bool {
	w, err := object.NewWildcard(pattern, true)
	return err == nil && w.Match(name)
}

// credential is the parameter that no drive of ours knows what to do with.
type credential struct {
	Credential any `param:"pipelinebyname" typename:"System.Management.Automation.PSCredential" help:"Not supported by the file system."`
}

// refuse is the file system's answer to credentials.
func (c *credential) refuse() error {
	if c.Credential == nil {
		return nil
	}
	e := object.NewException("System.Management.Automation.PSNotSupportedException", "The FileSystem provider supports credentials only on the New-PSDrive cmdlet. Perform the operation again without specifying credentials.")
	return object.NewErrorOf(e, "NotSupported", object.NotImplemented, nil)
}

// expand finds what a path with wildcards leads to, in order of names. A path without wildcards leads to one target, which
// need not exist. hidden includes names that begin with a dot.
func expand(s cmdlet.Session, path string, hidden bool) ([]target, error) {
	if !object.HasWildcards(path) {
		t, err := parsePath(s, object.UnescapeWildcards(path))
		if err != nil {
			return nil, err
		}
		return []target{t}, nil
	}
	if rest, ok := cutPrefixFold(path, fileProvider); ok {
		path = rest
	} else if rest, ok := registryPath(path); ok {
		path = rest
	}
	if name, rest, ok := strings.Cut(path, ":"); ok && driveName(name) {
		if d := driveNamed(s, name); d != nil {
			return expandDrive(d, strings.Trim(rest, `\/`)), nil
		}
		root, ok := drivesOf(s).root(name)
		if !ok && runtime.GOOS != "windows" {
			return nil, driveNotFound(name)
		}
		if ok {
			path = filepath.Join(root, slashed(rest))
		}
	}
	return expandFiles(s, slashed(path), hidden)
}

func expandDrive(d itemDrive, pattern string) []target {
	if tree, ok := d.(treeDrive); ok {
		return expandTree(tree, pattern)
	}
	var out []target
	for _, name := range d.names() {
		if fitsWildcard(pattern, name) {
			out = append(out, target{drive: d, path: name})
		}
	}
	return out
}

// expandTree goes down a tree part by part.
func expandTree(d treeDrive, pattern string) []target {
	found := []string{""}
	for part := range strings.SplitSeq(strings.ReplaceAll(pattern, "/", `\`), `\`) {
		var next []string
		for _, path := range found {
			names, _ := d.children(path)
			for _, name := range names {
				if fitsWildcard(part, name) {
					next = append(next, strings.TrimPrefix(path+`\`+name, `\`))
				}
			}
		}
		found = next
	}
	out := make([]target, len(found))
	for i, path := range found {
		out[i] = target{drive: d, path: path}
	}
	return out
}

func expandFiles(s cmdlet.Session, path string, hidden bool) ([]target, error) {
	parts := strings.Split(path, "/")
	if filepath.Separator != '/' {
		parts = strings.FieldsFunc(path, func(r rune) bool { return r == '/' || r == '\\' })
	}
	first := 0
	for first < len(parts) && !object.HasWildcards(parts[first]) {
		first++
	}
	base := strings.Join(parts[:first], "/")
	if first > 0 && base == "" {
		base = "/"
	}
	dirs := []string{s.Resolve(object.UnescapeWildcards(base))}
	for i, part := range parts[first:] {
		if part == "" {
			continue
		}
		last := first+i == len(parts)-1
		var next []string
		for _, dir := range dirs {
			if !object.HasWildcards(part) {
				p := filepath.Join(dir, object.UnescapeWildcards(part))
				if _, err := os.Lstat(p); err == nil {
					next = append(next, p)
				}
				continue
			}
			w, err := object.NewWildcard(part, true)
			if err != nil {
				return nil, err
			}
			for _, e := range entriesOf(dir) {
				name := e.Name()
				if w.Match(name) && (hidden || !strings.HasPrefix(name, ".") || strings.HasPrefix(part, ".")) && (last || e.IsDir() || e.Type()&fs.ModeSymlink != 0) {
					next = append(next, filepath.Join(dir, name))
				}
			}
		}
		dirs = next
	}
	out := make([]target, len(dirs))
	for i, d := range dirs {
		out[i] = target{path: d}
	}
	return out, nil
}

// entriesOf lists a directory by name without regard to case, as PowerShell does; one that can't be read has no entries.
func entriesOf(dir string) []fs.DirEntry {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil
	}
	sortEntries(entries)
	return entries
}

func sortEntries(entries []fs.DirEntry) {
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int { return object.CompareStrings(a.Name(), b.Name(), true) })
}

// existing finds the targets that a cmdlet's -Path and -LiteralPath lead to. Paths that lead nowhere are reported; wildcards
// that fit nothing are not.
func existing(out cmdlet.Out, paths, literal []string, n *narrowing, hidden bool) ([]target, error) {
	var found []target
	for i, path := range append(slices.Clone(paths), literal...) {
		targets, wild, err := targetsOf(out.Session(), path, i >= len(paths), hidden)
		if err != nil {
			if err := out.Error(object.RecordOf(err)); err != nil {
				return nil, err
			}
			continue
		}
		if !wild && !targets[0].exists() {
			if err := out.Error(pathNotFound(targets[0].text())); err != nil {
				return nil, err
			}
			continue
		}
		narrow := n
		if n != nil && !wild { // -Filter is for what wildcards find, and for what a directory holds
			narrow = &narrowing{Include: n.Include, Exclude: n.Exclude}
		}
		for _, t := range targets {
			if narrow == nil || narrow.keeps(t.leaf()) {
				found = append(found, t)
			}
		}
	}
	return found, nil
}

// targetsOf reads one path, literally or with its wildcards, and tells whether it had some.
func targetsOf(s cmdlet.Session, path string, literal, hidden bool) (targets []target, wild bool, err error) {
	if literal || !object.HasWildcards(path) {
		if !literal {
			path = object.UnescapeWildcards(path)
		}
		t, err := parsePath(s, path)
		if err != nil {
			return nil, false, err
		}
		return []target{t}, false, nil
	}
	targets, err = expand(s, path, hidden)
	return targets, true, err
}

// leaf is the target's own name.
func (t target) leaf() string {
	if _, tree := t.drive.(treeDrive); tree {
		return t.path[strings.LastIndexAny(t.path, `\/`)+1:]
	}
	if t.drive != nil {
		return t.path
	}
	return filepath.Base(t.path)
}

// fileError is the error of a file operation that the system refused.
func fileError(err error, id string, category object.Category, path string) *object.ErrorRecord {
	var e *object.Exception
	switch {
	case os.IsPermission(err):
		e = object.NewException("System.UnauthorizedAccessException", "Access to the path '%s' is denied.", path)
		category = object.PermissionDenied
	case os.IsNotExist(err) && !pathExists(filepath.Dir(path)):
		e = object.NewException("System.IO.DirectoryNotFoundException", "Could not find a part of the path '%s'.", path)
	case os.IsNotExist(err):
		e = object.NewException("System.IO.FileNotFoundException", "Could not find file '%s'.", path)
	default:
		reason := err
		if pe, ok := err.(*fs.PathError); ok {
			reason = pe.Err
		}
		if le, ok := err.(*os.LinkError); ok {
			reason = le.Err
		}
		text := reason.Error()
		e = object.NewException("System.IO.IOException", "%s : '%s'", strings.ToUpper(text[:1])+text[1:], path)
	}
	e.Cause = err
	return object.NewErrorOf(e, id, category, path)
}

func pathExists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
