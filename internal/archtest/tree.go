package archtest

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// machinePath matches paths that exist only where somebody happened to work.
// It is put together so that it doesn't match itself.
var machinePath = regexp.MustCompile(`(?:^|[^\w.-])/(?:wor` + `k|far` + `m)/|(?:^|[^\w./])\.\./shar` + `ed\b`)

// checkTree returns what lies in the tree and shouldn't, one line each: entries
// of the root that no rule allows, and texts that name a machine's paths.
func checkTree(tree fs.FS) ([]string, error) {
	ignored, err := ignoredNames(tree)
	if err != nil {
		return nil, err
	}
	var faults []string
	err = fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == ".":
			return nil
		case name == ".git", ignored(name):
			if entry.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.Contains(name, "/") && !strings.HasPrefix(name, ".") && !topLevel[name] {
			faults = append(faults, fmt.Sprintf("%s: the root of the tree holds only what topLevel, internal/archtest/floors.go, names", name))
		}
		if !entry.Type().IsRegular() {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		if bytes.IndexByte(text[:min(len(text), 8000)], 0) >= 0 {
			return nil
		}
		for number, line := range bytes.Split(text, []byte("\n")) {
			if found := machinePath.Find(line); found != nil {
				faults = append(faults, fmt.Sprintf("%s:%d: %q is a path of somebody's machine", name, number+1, found))
			}
		}
		return nil
	})
	return faults, err
}

// ignoredNames reads the root's .gitignore, as far as we use its language:
// names and patterns for the root ("/bin/") or for every directory ("*.test").
func ignoredNames(tree fs.FS) (func(name string) bool, error) {
	text, err := fs.ReadFile(tree, ".gitignore")
	if err != nil {
		return nil, err
	}
	patterns := strings.Fields(string(text))
	for _, pattern := range patterns {
		if _, err := path.Match(pattern, ""); err != nil {
			return nil, fmt.Errorf(".gitignore: %s: %w", pattern, err)
		}
	}
	return func(name string) bool {
		for _, pattern := range patterns {
			subject := path.Base(name)
			rooted, isRooted := strings.CutPrefix(strings.TrimSuffix(pattern, "/"), "/")
			if isRooted {
				subject = name
			}
			if match, _ := path.Match(rooted, subject); match {
				return true
			}
		}
		return false
	}, nil
}
