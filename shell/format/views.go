package format

import "migsh/shell/object"

// builtin are the views that PowerShell registers for .NET's types and its own.
var builtin = map[string]object.Views{
	"System.Collections.DictionaryEntry": {
		Default: []string{"Name", "Value"}, Table: []object.Column{{Property: "Name", Width: 30}, {Property: "Value"}},
	},
	"System.DateTime": {Custom: longDate},
	"System.Globalization.CultureInfo": {Table: []object.Column{
		{Property: "LCID", Width: 16}, {Property: "Name", Width: 16}, {Property: "DisplayName"},
	}},
}

// longDate is what a date shows of itself, by its DisplayHint.
func longDate(v any) string {
	d, ok := object.Base(v).(object.DateTime)
	if !ok {
		return object.ToString(v)
	}
	format := "F"
	if hint, ok, err := object.Property(v, "DisplayHint"); ok && err == nil {
		switch object.ToString(hint) {
		case "Date":
			format = "D"
		case "Time":
			format = "T"
		}
	}
	return d.Format(format, object.CurrentCulture())
}

func init() {
	for name, views := range builtin {
		if t, ok := object.TypeByName(name); ok {
			t.Views = views
		}
	}
}
