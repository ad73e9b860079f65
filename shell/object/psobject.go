package object

// Object is what PowerShell calls PSObject. It is one of three things:
//
//   - a PSCustomObject: no base, only members of its own;
//   - an instance of a declared type (Type set, Base a Go value that only the type's members look into): files,
//     matches, migration batches;
//   - a wrapper (Type nil, Base set) that hangs extra members on a plain value; [Base] takes it off.
//
// Objects made in series (rows of a CSV, results of Select-Object) share their Shape, so a row costs one slice of values.
type Object struct {
	Type *Type
	Base any
	// TypeNames overrides the names that views and PSTypeNames see, most derived first; nil means the type's own.
	TypeNames []string

	shape  *Shape
	values []any
}

// Shape is an ordered set of member names, shared by objects made alike. It never changes once an object uses it.
type Shape struct {
	Names []string
	index map[string]int
}

// Dynamic is the value slot of a member that is not a plain note: a ScriptProperty, ScriptMethod, AliasProperty and so on.
type Dynamic struct {
	Kind MemberKind
	// Getter and Setter are script blocks (ScriptProperty), or the referenced member's name (AliasProperty).
	Getter, Setter ScriptBlock
	Alias          string
	Names          []string // of a PropertySet
}
