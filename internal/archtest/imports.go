package archtest

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// A source is one Go file and what it imports.
type source struct {
	path    string // relative to the module's root, with slashes
	imports []string
}

// pkg is the package's directory, relative to the module's root.
func (s source) pkg() string { return path.Dir(s.path) }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// sources parses the import clauses of every Go file of the tree, whatever
// system it is built for.
func sources(tree fs.FS) ([]source, error) {
	var list []source
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if name != "." && (strings.ContainsAny(entry.Name()[:1], "._") || entry.Name() == "testdata") {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" {
			return nil
		}
		text, err := fs.ReadFile(tree, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.ImportsOnly)
		if err != nil {
			return fmt.Errorf("reading the imports of %s: %w", name, err)
		}
		src := source{path: name}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return fmt.Errorf("reading the imports of %s: %w", name, err)
			}
			src.imports = append(src.imports, imported)
		}
		list = append(list, src)
		return nil
	})
	return list, err
}

// checkImports returns every breach of the floors, walls and homes, one line
// each, sorted.
func checkImports(list []source) []string {
	faults := map[string]bool{}
	fault := func(format string, args ...any) { faults[fmt.Sprintf(format, args...)] = true }

	for _, src := range list {
		from := src.pkg()
		if _, known := floors[from]; !known && !isSupport(from) {
			fault("%s is on no floor: give it a line in floors, internal/archtest/floors.go", from)
		}
		for _, imported := range src.imports {
			to, own := strings.CutPrefix(imported, module+"/")
			if !own {
				checkHome(src, imported, fault)
				continue
			}
			for _, w := range walls {
				if within(from, w.from) && within(to, w.to) {
					fault("%s imports %s: %s", src.path, to, w.reason)
				}
			}
			checkFloor(src, to, fault)
		}
	}
	return slices.Sorted(maps.Keys(faults))
}

// checkFloor demands that what src imports lies below it. Tests and the
// packages that serve them look at the house from outside.
func checkFloor(src source, to string, fault func(string, ...any)) {
	if src.isTest() || isSupport(src.pkg()) {
		return
	}
	if isSupport(to) {
		fault("%s imports %s, which is for tests only", src.path, to)
		return
	}
	fromFloor, fromKnown := floors[src.pkg()]
	toFloor, toKnown := floors[to]
	if fromKnown && toKnown && toFloor >= fromFloor {
		fault("%s (floor %d) imports %s (floor %d): a package imports only from lower floors", src.path, fromFloor, to, toFloor)
	}
}

// checkHome demands that a required library is imported by its one package.
func checkHome(src source, imported string, fault func(string, ...any)) {
	if src.isTest() {
		return
	}
	for library, home := range homes {
		if within(imported, library) && src.pkg() != home {
			fault("%s imports %s: only %s may", src.path, imported, home)
		}
	}
}

func isSupport(pkg string) bool {
	return support[pkg] || strings.HasSuffix(path.Base(pkg), "test")
}

// within reports whether name is dir or lies below it.
func within(name, dir string) bool {
	return name == dir || strings.HasPrefix(name, dir+"/")
}
