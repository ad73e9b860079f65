package format

import (
	"strings"

	"migsh/shell/object"
	"migsh/shell/object/dotnet"
)

// rawText returns the text of values that stand in the output as they are, without any view: strings, numbers, characters,
// booleans, enumerations, script blocks.
func rawText(v any) (string, bool) {
	if o, ok := v.(*object.Object); ok && (o.Type != nil || o.Base == nil) {
		if o.Type == dotnet.TypeSecureString {
			return object.ToString(v), true
		}
		if o.Type != nil && o.Type.Views.Default == nil && o.Type.Views.Table == nil && len(o.Type.InstanceMembers()) == 0 {
			return object.CultureString(v), true
		}
		return "", false
	}
	if o, ok := v.(*object.Object); ok && o.Typed != "" {
		return o.Typed, true
	}
	switch x := object.Base(v).(type) {
	case string:
		return x, true
	case bool, object.Char, object.Enum, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64, object.Decimal, object.BigInt:
		return object.CultureString(x), true
	case object.ScriptBlock:
		return x.Text(), true
	}
	return "", false
}

// CellText is what a list or a cell shows of a value: collections in braces up to the enumeration limit.
func CellText(v any, settings Settings) string { return cellText(v, settings.EnumerationLimit) }

// TableText is CellText for a table's cell, where numbers with a fraction have as many decimals as the culture gives them: three in en-US.
func TableText(v any, settings Settings) string {
	switch x := object.Base(v).(type) {
	case float32, float64, object.Decimal:
		if text, err := object.Format("{0:F}", []any{x}); err == nil {
			return text
		}
	}
	return cellText(v, settings.EnumerationLimit)
}

func cellText(v any, limit int) string {
	switch x := object.Base(v).(type) {
	case nil:
		return ""
	case string:
		return x
	case *object.Hashtable:
		var parts []string
		for k, value := range x.All() {
			if limit >= 0 && len(parts) == limit {
				parts[limit-1] += ellipsis
				break
			}
			parts = append(parts, "["+object.ToString(k)+", "+object.ToString(value)+"]")
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	if items, ok := object.ItemsOf(v); ok {
		var parts []string
		for i, item := range items {
			if limit >= 0 && i == limit {
				if i > 0 {
					parts[i-1] += ellipsis
				}
				break
			}
			if item == nil {
				parts = append(parts, "$null")
				continue
			}
			parts = append(parts, elementText(item))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	return elementText(v)
}

// elementText is a value's text inside a cell. Objects without a text of their own show as PowerShell's "$v" does.
func elementText(v any) string {
	if o, ok := v.(*object.Object); ok && o.IsCustom() {
		return object.ToString(v)
	}
	if _, ok := object.ItemsOf(v); ok {
		return object.ToString(v)
	}
	return object.CultureString(v)
}

// viewsOf returns the registered views for an object, by its type names.
func viewsOf(types *object.TypeTable, v any) object.Views {
	if added := types.AddedViews(v); added != nil {
		return *added
	}
	for t := object.TypeOf(v); t != nil; t = t.Base {
		if hasViews(t) {
			return t.Views
		}
	}
	return object.Views{}
}

// viewOwner is the type whose views show v: what derives from it is shown by the same.
func viewOwner(types *object.TypeTable, v any, own *object.Type) *object.Type {
	if types.AddedViews(v) != nil {
		return own
	}
	for t := own; t != nil; t = t.Base {
		if hasViews(t) {
			return t
		}
	}
	return own
}

func hasViews(t *object.Type) bool {
	return t.Views.Table != nil || t.Views.List != nil || t.Views.Custom != nil || t.Views.Page != nil || t.Views.Default != nil
}

// defaultNames are the properties that a view without properties of its own shows.
func defaultNames(types *object.TypeTable, v any) []string {
	if d := types.DisplaySet(v); d != nil {
		return d
	}
	if d := viewsOf(types, v).Default; d != nil {
		return d
	}
	return types.ViewNames(v)
}

// displayName is the property that a wide view shows: Name, or one that ends in it.
func displayName(_ any, names []string) string {
	for _, n := range names {
		if strings.EqualFold(n, "Name") {
			return n
		}
	}
	for _, n := range names {
		if strings.HasSuffix(strings.ToLower(n), "name") {
			return n
		}
	}
	return ""
}

func hasProperty(types *object.TypeTable, v any, name string) bool {
	_, ok, _ := types.Property(v, name)
	return ok
}

func wildcardMatch(text, pattern string) bool {
	w, err := object.NewWildcard(pattern, true)
	return err == nil && w.Match(text)
}

func shortTypeName(v any) string {
	name := object.TypeNamesOf(v)[0]
	return name[strings.LastIndexByte(name, '.')+1:]
}
