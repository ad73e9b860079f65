package archtest

import (
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestImports(t *testing.T) {
	list, err := sources(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	if len(list) == 0 {
		t.Fatal("no Go files found")
	}
	for _, fault := range checkImports(list) {
		t.Error(fault)
	}
}

func TestTree(t *testing.T) {
	faults, err := checkTree(os.DirFS("../.."))
	if err != nil {
		t.Fatal(err)
	}
	for _, fault := range faults {
		t.Error(fault)
	}
}

// The rules are tried on houses that break them, so that a check that sees
// nothing is noticed.
func TestImportRules(t *testing.T) {
	tests := []struct {
		file    string
		imports string
		fault   string // part of the fault's text; empty: none
	}{
		{"internal/engine/a.go", "migsh/internal/syncer", ""},
		{"internal/engine/a.go", "migsh/internal/control", "lower floors"},
		{"internal/mailbox/a.go", "migsh/internal/syncer", "lower floors"},
		{"internal/mailbox/a_test.go", "migsh/internal/syncer", ""},
		{"internal/mailbox/mailboxtest/a.go", "migsh/internal/syncer", ""},
		{"internal/mailbox/a_windows.go", "migsh/internal/syncer", "lower floors"},
		{"internal/mailbox/a_test.go", "migsh/shell/object", "the engine knows nothing of the shell"},
		{"internal/engine/a.go", "migsh/internal/testserver", "for tests only"},
		{"internal/engine/a.go", "migsh/store/storetest", "for tests only"},
		{"internal/engine/a_test.go", "migsh/internal/testserver", ""},
		{"internal/enginex/a.go", "fmt", "is on no floor: give it a line in floors, internal/archtest/floors.go"},
		{"shell/repl/a.go", "migsh/internal/wintz", "the shell knows nothing of mail"},
		{"shell/a.go", "migsh/store", "the shell knows nothing of mail"},
		{"shell/repl/a.go", "github.com/c-bata/go-prompt", ""},
		{"shell/repl/a.go", "github.com/olekukonko/tablewriter/tw", "only shell/format may"},
		{"shell/repl/a_test.go", "github.com/olekukonko/tablewriter/tw", ""},
		{"internal/syncer/a.go", "github.com/emersion/go-imap/v2/imapclient", "only internal/mailbox/imapbox may"},
		{"internal/demo/a.go", "github.com/emersion/go-imap/v2/imapserver", ""},
		{"store/a.go", "go.etcd.io/bbolt", "only store/boltstore may"},
		{"store/boltstore/a.go", "go.etcd.io/bbolt", ""},
		{"store/a.go", "migsh/cmdlets/core", "the store knows nothing of the shell"},
		{"cmdlets/migration/a.go", "migsh/internal/migration", ""},
		{"cmd/migsh/main.go", "migsh/cmdlets", ""},
	}
	for _, test := range tests {
		t.Run(test.file+" "+test.imports, func(t *testing.T) {
			list, err := sources(fstest.MapFS{test.file: {Data: []byte("package a\n\nimport _ \"" + test.imports + "\"\n")}})
			if err != nil {
				t.Fatal(err)
			}
			wantFault(t, checkImports(list), test.fault)
		})
	}
}

func TestTreeRules(t *testing.T) {
	tests := []struct {
		name, file, text string
		fault            string // part of the fault's text; empty: none
	}{
		{"known", "docs/a.md", "a", ""},
		{"dot file", ".ci/run", "a", ""},
		{"unknown directory", "pkg/a.go", "a", "the root of the tree holds only"},
		{"built", "bin/migsh", "a", ""},
		{"built in place", "internal/a/a.test", "/wor" + "k/", ""},
		{"machine path", "docs/a.md", "one\nsee /wor" + "k/x", "docs/a.md:2: "},
		{"at the start", "docs/a.md", "/far" + "m/x", "docs/a.md:1: "},
		{"outside the tree", "docs/a.md", "(../shar" + "ed/x)", "docs/a.md:1: "},
		{"part of a name", "docs/a.md", "https://example.com/wor" + "k/ home/wor" + "k/", ""},
		{"binary", "docs/a.png", "\x00 /wor" + "k/", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			faults, err := checkTree(fstest.MapFS{
				".gitignore": {Data: []byte("/bin/\n*.test\n")},
				test.file:    {Data: []byte(test.text)},
			})
			if err != nil {
				t.Fatal(err)
			}
			wantFault(t, faults, test.fault)
		})
	}
}

func wantFault(t *testing.T, faults []string, want string) {
	t.Helper()
	if want == "" {
		if len(faults) > 0 {
			t.Errorf("faults %q, want none", faults)
		}
		return
	}
	if !slices.ContainsFunc(faults, func(fault string) bool { return strings.Contains(fault, want) }) {
		t.Errorf("faults %q, want one with %q", faults, want)
	}
}
