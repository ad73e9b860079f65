package complete

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"migsh/shell/object"
)

// files completes a path.
func (c *completer) files(word string) {
	dir, leaf := "", word
	if i := strings.LastIndexAny(word, `/\`); i >= 0 {
		dir, leaf = word[:i+1], word[i+1:]
	}
	shown := dir
	if dir == "" {
		if strings.HasPrefix(word, "~") {
			return
		}
		shown = "." + string(filepath.Separator)
	}
	from := dir
	if filepath.Separator == '/' {
		from = strings.ReplaceAll(from, `\`, "/")
	}
	if from == "" {
		from = "."
	}
	entries, err := os.ReadDir(c.s.Resolve(from))
	if err != nil {
		return
	}
	pattern := object.EscapeWildcards(leaf) + "*"
	if object.HasWildcards(leaf) {
		pattern = leaf
	}
	w, err := object.NewWildcard(pattern, true)
	if err != nil {
		return
	}
	var items []Item
	for _, e := range entries {
		if !w.Match(e.Name()) || strings.HasPrefix(e.Name(), ".") && !strings.HasPrefix(leaf, ".") {
			continue
		}
		kind := KindFile
		if e.IsDir() {
			kind = KindDirectory
		}
		items = append(items, Item{c.quoted(shown + e.Name()), e.Name(), kind, c.s.Resolve(from + "/" + e.Name())})
	}
	slices.SortStableFunc(items, func(a, b Item) int { return object.CompareStrings(a.ListItem, b.ListItem, true) })
	c.add(items...)
}
