package shell

import (
	"strings"

	"migsh/shell/syntax"
)

// TakesInput tells whether a script takes what is piped to the program: by $input, by a process block or by a parameter that
// takes pipeline input. For any other script the standard input is left for the prompts that it causes.
func TakesInput(text string) bool {
	tree, _ := syntax.Parse("", text)
	if tree == nil || tree.Process != nil {
		return tree != nil
	}
	found := false
	syntax.Inspect(tree, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.Variable:
			found = found || strings.EqualFold(n.Name, "input")
		case *syntax.Parameter:
			found = found || strings.Contains(strings.ToLower(n.Extent().Text()), "valuefrompipeline")
		}
		return !found
	})
	return found
}
