package core

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Get-ChildItem", Module: moduleManagement, Aliases: []string{"gci", "ls", "dir"}, DefaultSet: "Items",
	Synopsis: "Gets the items and child items in one or more specified locations.",
}, func() cmdlet.Cmdlet { return &getChildItem{} })

type getChildItem struct {
	Path        []string `param:"set=Items pos=0 pipeline pipelinebyname wildcards" complete:"file" help:"Directories to list, or items; wildcards are allowed. The current directory when left out."`
	LiteralPath []string `param:"set=LiteralItems mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"Paths taken as they are, without wildcards."`
	Filter      string   `param:"pos=1" help:"A wildcard pattern for names, applied before all else."`
	Include     []string `param:"wildcards" help:"Only items whose names fit one of these patterns; needs -Recurse or a path that ends in *."`
	Exclude     []string `param:"wildcards" help:"No items whose names fit one of these patterns."`
	Recurse     bool     `param:"" alias:"s,r" help:"Also what subdirectories hold."`
	Depth       *uint32  `param:"" help:"How many levels of subdirectories to descend; implies -Recurse."`
	Force       bool     `param:"" help:"Also hidden items."`
	Name        bool     `param:"" help:"Gives names instead of items."`

	Attributes    any  `param:"dynamic" typename:"System.Management.Automation.FlagsExpression[System.IO.FileAttributes]" help:"Only items with these attributes, such as ReadOnly,Hidden."`
	FollowSymlink bool `param:"dynamic" help:"Also descends into links to directories."`
	Directory     bool `param:"dynamic" alias:"ad" help:"Only directories."`
	File          bool `param:"dynamic" alias:"af" help:"Only files."`
	Hidden        bool `param:"dynamic" alias:"ah,h" help:"Only hidden items."`
	ReadOnly      bool `param:"dynamic" alias:"ar" help:"Only read-only items."`
	System        bool `param:"dynamic" alias:"as" help:"Only system items, which other systems than Windows don't have."`
}

func (c *getChildItem) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	paths := c.Path
	if len(paths) == 0 && len(c.LiteralPath) == 0 {
		paths = []string{"."}
	}
	for i, path := range append(paths[:len(paths):len(paths)], c.LiteralPath...) {
		if err := c.list(ctx, out, path, i >= len(paths)); err != nil {
			return err
		}
	}
	return nil
}

func (c *getChildItem) recurses() bool { return c.Recurse || c.Depth != nil }

func (c *getChildItem) list(ctx context.Context, out cmdlet.Out, path string, literal bool) error {
	s := out.Session()
	l := &listing{c: c, out: out, ctx: ctx, names: narrowing{Filter: c.Filter, Include: c.Include, Exclude: c.Exclude}}
	if !literal && c.recurses() && object.HasWildcards(filepath.Base(slashed(path))) && !strings.HasSuffix(path, ":") {
		// A pattern at the end, taken through all levels, chooses by name.
		dir, leaf := filepath.Split(slashed(path))
		if dir == "" {
			dir = "."
		}
		if leaf != "*" {
			l.names.Include = append([]string{leaf}, l.names.Include...)
		}
		path = dir
	}
	targets, wild, err := targetsOf(s, path, literal, c.Force || c.Hidden)
	if err != nil {
		return out.Error(object.RecordOf(err))
	}
	for _, t := range targets {
		if !wild && !t.exists() {
			if err := out.Error(pathNotFound(t.text())); err != nil {
				return err
			}
			continue
		}
		if err := l.one(t, wild); err != nil {
			return err
		}
	}
	return nil
}

// listing is the work on one path.
type listing struct {
	c     *getChildItem
	out   cmdlet.Out
	ctx   context.Context
	names narrowing
}

func (l *listing) one(t target, wild bool) error {
	c := l.c
	if tree, ok := t.drive.(treeDrive); ok && !wild {
		return l.branch(tree, t.path, "", 0)
	}
	switch {
	case t.drive != nil && t.path == "":
		for _, name := range t.drive.names() {
			if l.names.keeps(name) {
				if err := l.write(target{drive: t.drive, path: name}, name); err != nil {
					return err
				}
			}
		}
		return nil
	case t.drive != nil || !t.container() || wild && !c.recurses():
		if !l.names.keeps(t.leaf()) || t.drive == nil && !l.fits(t.path) {
			return nil
		}
		return l.write(t, t.leaf())
	case len(c.Include) > 0 && !c.recurses():
		return nil // what is left out without -Recurse or *: PowerShell compares the patterns with the directory itself
	}
	depth := -1
	switch {
	case c.Depth != nil:
		depth = int(*c.Depth)
	case !c.Recurse:
		depth = 0
	}
	return l.directory(t.path, "", depth)
}

// branch lists what is below a path of a drive that is a tree.
func (l *listing) branch(d treeDrive, path, relative string, depth uint32) error {
	names, _ := d.children(path)
	for _, name := range names {
		below, shown := strings.TrimPrefix(path+`\`+name, `\`), strings.TrimPrefix(relative+`\`+name, `\`)
		if l.names.keeps(name) {
			if err := l.write(target{drive: d, path: below}, shown); err != nil {
				return err
			}
		}
		if l.c.recurses() && (l.c.Depth == nil || depth < *l.c.Depth) {
			if err := l.branch(d, below, shown, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// directory lists one directory: its directories, its files, then what its directories hold.
func (l *listing) directory(dir, relative string, depth int) error {
	if err := l.ctx.Err(); err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return l.out.Error(fileError(err, "DirUnauthorizedAccessError", object.PermissionDenied, dir))
	}
	sortEntries(entries)
	var below []string
	for _, wantDirs := range []bool{true, false} {
		for _, e := range entries {
			path := filepath.Join(dir, e.Name())
			isDir := e.IsDir()
			link := e.Type()&os.ModeSymlink != 0
			if link {
				if info, err := os.Stat(path); err == nil {
					isDir = info.IsDir()
				}
			}
			if isDir != wantDirs {
				continue
			}
			hidden := strings.HasPrefix(e.Name(), ".")
			if isDir && (!link || l.c.FollowSymlink) && (!hidden || l.c.Force || l.c.Hidden) {
				below = append(below, e.Name())
			}
			if !l.names.keeps(e.Name()) || !l.fits(path) {
				continue
			}
			if err := l.write(target{path: path}, filepath.Join(relative, e.Name())); err != nil {
				return err
			}
		}
	}
	if depth == 0 {
		return nil
	}
	for _, name := range below {
		if len(l.c.Exclude) > 0 && !(&narrowing{Exclude: l.c.Exclude}).keeps(name) {
			continue
		}
		if err := l.directory(filepath.Join(dir, name), filepath.Join(relative, name), depth-1); err != nil {
			return err
		}
	}
	return nil
}

// fits applies the switches for kinds and attributes.
func (l *listing) fits(path string) bool {
	c := l.c
	info, err := os.Stat(path)
	if err != nil {
		if info, err = os.Lstat(path); err != nil {
			return false
		}
	}
	hidden, readOnly := strings.HasPrefix(filepath.Base(path), "."), info.Mode().Perm()&0o222 == 0
	switch {
	case c.Directory && !c.File && !info.IsDir(), c.File && !c.Directory && info.IsDir(), c.ReadOnly && !readOnly, c.System:
		return false
	case c.Hidden:
		return hidden
	case hidden && !c.Force && c.Attributes == nil:
		return false
	}
	if c.Attributes == nil {
		return true
	}
	has := map[string]bool{"directory": info.IsDir(), "hidden": hidden, "readonly": readOnly, "normal": !info.IsDir() && !hidden && !readOnly}
	for _, alternative := range strings.Split(object.ToString(c.Attributes), ",") {
		all := true
		for _, name := range strings.Split(alternative, "+") {
			name, not := strings.CutPrefix(strings.ToLower(strings.TrimSpace(name)), "!")
			all = all && has[name] != not
		}
		if all {
			return true
		}
	}
	return false
}

func (l *listing) write(t target, name string) error {
	if l.c.Name {
		return l.out.Write(name)
	}
	return l.out.Write(t.item())
}
