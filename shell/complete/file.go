package complete

import (
	"cmp"
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
		full := c.s.Resolve(from + "/" + e.Name())
		items = append(items, Item{c.path(shown+e.Name(), full), e.Name(), kind, full})
	}
	slices.SortStableFunc(items, func(a, b Item) int { return object.CompareStrings(a.ListItem, b.ListItem, true) })
	c.add(items...)
}

// path is how a path is put into the line: as it was begun, or as the options want it; a pattern's brackets escaped.
func (c *completer) path(begun, full string) string {
	text := begun
	if r := c.options.RelativePaths; r != nil {
		text = full
		if rel, err := filepath.Rel(c.s.Location(), full); *r && err == nil {
			text = rel
			if !strings.HasPrefix(rel, "..") {
				text = "." + string(filepath.Separator) + rel
			}
		}
	}
	if c.options.LiteralPaths || !strings.ContainsAny(text, "[]") {
		return c.quoted(text)
	}
	quote := cmp.Or(c.quote, "'")
	if quote == "'" {
		return "'" + strings.NewReplacer("'", "''", "[", "`[", "]", "`]").Replace(text) + "'"
	}
	return quote + strings.NewReplacer("`", "``", `"`, "`\"", "$", "`$", "[", "``[", "]", "``]").Replace(text) + quote
}
