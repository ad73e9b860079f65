package migration

import (
	"io/fs"
	"strings"
	"testing"

	"migsh/shell/cmdlet"
	"migsh/shell/help"
	"migsh/shell/syntax"
)

// Declaration and help file agree: each parameter is documented, none is that does not exist, and examples are the cmdlet's.
func TestHelpFiles(t *testing.T) {
	known := map[string]bool{}
	all := map[string]*cmdlet.Info{}
	for _, info := range Commands(nil) {
		all[strings.ToLower(info.Name)] = info
	}
	for _, info := range Commands(nil) {
		known["help/"+info.Name+".md"] = true
		t.Run(info.Name, func(t *testing.T) {
			if info.Help == "" {
				t.Fatalf("there is no help/%s.md", info.Name)
			}
			page, err := help.Read(info.Help)
			if err != nil {
				t.Fatal(err)
			}
			if page.Name != info.Name {
				t.Errorf("the file is headed %s", page.Name)
			}
			if page.Synopsis == "" || len(page.Description) == 0 {
				t.Error("the synopsis or the description is missing")
			}
			checkParameters(t, info, page)
			if len(page.Examples) < 2 {
				t.Errorf("%d examples, want at least 2", len(page.Examples))
			}
			for _, e := range page.Examples {
				checkExample(t, all, info, e)
			}
			for _, link := range page.Links {
				if all[strings.ToLower(link)] == nil {
					t.Errorf("the link %s leads to no cmdlet", link)
				}
			}
		})
	}
	files, err := fs.Glob(helpFiles, "help/*.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if !known[f] {
			t.Errorf("%s is of no cmdlet", f)
		}
	}
}

func checkParameters(t *testing.T, info *cmdlet.Info, page *help.Page) {
	t.Helper()
	told := map[string]bool{}
	for _, p := range page.Parameters {
		told[strings.ToLower(p.Name)] = true
		if _, ok := info.Parameter(p.Name); !ok {
			t.Errorf("-%s is documented and does not exist", p.Name)
		}
		if len(p.Description) == 0 {
			t.Errorf("-%s has no text", p.Name)
		}
	}
	for _, p := range info.Parameters {
		if !p.DontShow && !told[strings.ToLower(p.Name)] {
			t.Errorf("-%s is not documented", p.Name)
		}
	}
}

// checkExample parses an example and looks up the parameters that it gives to the cmdlets here.
func checkExample(t *testing.T, all map[string]*cmdlet.Info, info *cmdlet.Info, e help.Example) {
	t.Helper()
	tree, faults := syntax.Parse(e.Title, e.Code)
	for _, f := range faults {
		t.Errorf("%s: %v", e.Title, f)
	}
	used := false
	syntax.Inspect(tree, func(n syntax.Node) bool {
		cmd, ok := n.(*syntax.Command)
		if !ok {
			return true
		}
		target := all[strings.ToLower(cmd.Name())]
		if target == nil {
			return true
		}
		used = used || target.Name == info.Name
		for _, element := range cmd.Elements {
			if p, ok := element.(*syntax.CommandParameter); ok {
				if _, ok := target.Parameter(p.Name); !ok {
					t.Errorf("%s: %s has no parameter -%s", e.Title, target.Name, p.Name)
				}
			}
		}
		return true
	})
	if !used {
		t.Errorf("%s does not use the cmdlet", e.Title)
	}
}
