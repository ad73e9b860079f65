package migration

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"migsh/internal/migration"
	"migsh/shell/help"
)

// Where ids are declared, as constants of a type or whose names begin so, or used as literals of a field.
var idSources = []struct{ dir, constants, prefix string }{
	{"../../internal/migration", "ErrorID", ""},
	{"../../internal/mailbox", "ID", ""},
	{"../../internal/csvfile", "", "Warning"},
	{"../../internal/control", "", "warning"},
	{"../../internal/connect", "", ""},
	{"../../internal/engine", "", ""},
	{".", "", ""},
}

// Every id of an error, as the code has it, has an entry with a cause and a remedy, and every entry is of such an id.
func TestEveryErrorIsDocumented(t *testing.T) {
	text, ok := help.About("about_MigrationErrors")
	if !ok {
		t.Fatal("there is no about_MigrationErrors")
	}
	entry := regexp.MustCompile(`(?m)^    ([A-Z]\w+)\n        Cause: (\S[^\n]*(?:\n {15}\S[^\n]*)*)\n        Remedy: (\S[^\n]*(?:\n {16}\S[^\n]*)*)\n`)
	documented := map[string]bool{}
	for _, m := range entry.FindAllStringSubmatch(text, -1) {
		if documented[m[1]] {
			t.Errorf("%s has two entries", m[1])
		}
		documented[m[1]] = true
	}
	ids := idsOfCode(t)
	if len(ids) < 60 || !slices.Contains(ids, string(migration.ErrNotFound)) {
		t.Fatalf("only %d ids were found in the code: %v", len(ids), ids)
	}
	for _, id := range ids {
		if !documented[id] {
			t.Errorf("%s has no entry in about_MigrationErrors", id)
		}
		delete(documented, id)
	}
	for id := range documented {
		t.Errorf("about_MigrationErrors has an entry %s, which is no id", id)
	}
}

// idsOfCode reads the ids out of the packages that give errors.
func idsOfCode(t *testing.T) []string {
	t.Helper()
	found := map[string]bool{}
	for _, source := range idSources {
		files, err := filepath.Glob(filepath.Join(source.dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %v", source.dir, err)
		}
		for _, file := range files {
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			tree, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(tree, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.ValueSpec:
					typed, _ := n.Type.(*ast.Ident)
					byType := typed != nil && source.constants != "" && typed.Name == source.constants
					byName := source.prefix != "" && strings.HasPrefix(n.Names[0].Name, source.prefix)
					if byType || byName {
						noteIDs(found, n.Values...)
					}
				case *ast.KeyValueExpr:
					if key, ok := n.Key.(*ast.Ident); ok && key.Name == "ID" {
						noteIDs(found, n.Value)
					}
				}
				return true
			})
		}
	}
	var ids []string
	for id := range found {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

var idLike = regexp.MustCompile(`^[A-Z]\w+$`)

func noteIDs(found map[string]bool, values ...ast.Expr) {
	for _, v := range values {
		if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err := strconv.Unquote(lit.Value); err == nil && idLike.MatchString(text) {
				found[text] = true
			}
		}
	}
}

// The topics name only commands and topics that exist.
func TestAboutTopics(t *testing.T) {
	known := map[string]bool{}
	for _, info := range Commands(nil) {
		known[info.Name] = true
	}
	for _, name := range help.Abouts() {
		known[name] = true
	}
	mentioned := regexp.MustCompile(`\b(?:about_\w+|(?:Get|Set|New|Remove|Start|Stop|Complete|Test|Wait|Search|Export|Backup|Optimize)-(?:Migration|Mailbox|AdminAudit|Recipient)\w*)`)
	for _, name := range help.Abouts() {
		text, _ := help.About(name)
		if !strings.HasPrefix(text, "TOPIC\n    "+name+"\n") {
			t.Errorf("%s does not begin with its name", name)
		}
		for _, m := range mentioned.FindAllString(text, -1) {
			if !known[m] && m != "Get-Migration" {
				t.Errorf("%s names %s, which does not exist", name, m)
			}
		}
	}
}
