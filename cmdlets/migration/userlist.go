package migration

import (
	"strings"

	"migsh/internal/migration"
	"migsh/shell/object"
)

// userList makes the bytes of a user list out of what -CSVData was given: bytes, or the text or lines that Get-Content gives. What it is
// not is not told with its values, for there are passwords among them.
func userList(v any) (any, error) {
	base := object.Base(v)
	if a, ok := base.(*object.Array); ok && a.Elem == object.TypeByte || base == nil {
		return v, nil
	}
	if text, ok := base.(string); ok && strings.Contains(text, "\n") {
		return object.BytesToArray([]byte(text)), nil
	}
	wrong := migration.NewError(migration.ErrInvalidValue, "CSVData", "These are not the bytes of a user list.",
		"Read the file whole: -CSVData ([System.IO.File]::ReadAllBytes('users.csv')).")
	items, ok := object.ItemsOf(base)
	if !ok {
		return nil, wrong
	}
	var lines []string
	for _, item := range items {
		switch item := object.Base(item).(type) {
		case string:
			lines = append(lines, item)
		case *object.Object, nil:
			return nil, wrong
		}
	}
	switch len(lines) {
	case 0: // numbers, which are converted to bytes
		return v, nil
	case len(items):
		return object.BytesToArray([]byte(strings.Join(lines, "\n"))), nil
	}
	return nil, wrong
}
