package interp

import "migsh/shell/object"

// none is the type of nothing, PowerShell's AutomationNull: what a pipeline without output is worth. It is written to a
// pipeline as no object at all, and counts as $null elsewhere. Variables may hold it; operators never see it, see
// [compiler.raw].
type none = object.None

var nothing = object.Nothing

// plain turns nothing into $null.
func plain(v any) any {
	if v == nothing {
		return nil
	}
	return v
}
