package object

// Type is a .NET type as scripts see it: its names, its place in the hierarchy and the members on the allow-list. Each is
// made once and compared by pointer.
type Type struct {
	Name     string // full name: "System.String", "System.Collections.Generic.List`1[[...]]" in .NET's ToString form
	Short    string // the accelerator if it has one: "string"
	Base     *Type
	Elem     *Type   // element type of an array
	Args     []*Type // arguments of a constructed generic type
	Enum     *EnumInfo
	IsValue  bool // a value type: cannot be $null
	IsStatic bool // a static class such as Math
	// IsInterface marks interfaces, IsGenericDefinition open generic types such as List`1; Generic is the open type of a closed one.
	IsInterface, IsGenericDefinition bool
	Generic                          *Type
	// Interfaces are the ones that -is can ask for.
	Interfaces []*Type

	// Instance and Static are the type's own members; Constructors what ::new and New-Object offer. They are complete once a
	// member has been looked for through [Type.Member], [Type.StaticMember] or [Type.Members].
	Instance     *Members
	Static       *Members
	Constructors []Overload
	// Convert makes a value of this type out of v where the general rules know no way: the type's own casts and parsers.
	// It answers ok=false where it does not apply.
	Convert func(v any) (out any, ok bool, err error)
	// ToString is the type's own text; nil means the type name.
	ToString func(v any) string
	// Compare orders a value of this type and another one (IComparable); nil means that the general rules hold.
	Compare func(a, b any) (int, error)
	// Views are what the formatter shows: the default list of properties and the registered table.
	Views Views

	typeState
}

// EnumInfo lists the names of an enumeration in the order of their values.
type EnumInfo struct {
	Names      []string
	Values     []int64
	Flags      bool
	Underlying *Type
}

// Views declares how objects of a type are shown when no formatting command says otherwise.
type Views struct {
	// Default is the default display property set, for list views and Select-less output.
	Default []string
	// Table is the registered table view; empty means that the formatter chooses by the number of properties.
	Table []Column
	// AutoSize makes the registered table's columns as wide as their contents.
	AutoSize bool
	// List is the registered list view.
	List []Column
	// ListFirst shows the list where no formatting command says otherwise, and the table only on demand.
	ListFirst bool
	// GroupBy names the property that the table is grouped by, such as Directory for files.
	GroupBy string
	// GroupLabel names the groups where that is not GroupBy; GroupValue computes what is shown of them.
	GroupLabel string
	GroupValue func(v any) any
	// Custom renders one object as text by itself, for types that show neither as table nor as list.
	Custom func(v any) string
	// Page is as Custom, for text that is laid out for a width in columns.
	Page func(v any, width int) string
}

// Text renders an object by Custom or Page, and tells whether there is one.
func (v *Views) Text(of any, width int) (string, bool) {
	switch {
	case v.Page != nil:
		return v.Page(of, width), true
	case v.Custom != nil:
		return v.Custom(of), true
	}
	return "", false
}

// Column is one column of a registered view.
type Column struct {
	Header   string          // defaults to Property
	Property string          // the member shown
	Value    func(v any) any // computes the cell instead of Property
	Width    int             // 0: as wide as needed
	Right    bool            // aligned to the right
	Format   string          // .NET format string
}

// MemberKind says what a member is, as Get-Member names it.
type MemberKind string

// The kinds of members.
const (
	KindProperty       MemberKind = "Property"
	KindMethod         MemberKind = "Method"
	KindNoteProperty   MemberKind = "NoteProperty"
	KindScriptProperty MemberKind = "ScriptProperty"
	KindScriptMethod   MemberKind = "ScriptMethod"
	KindAliasProperty  MemberKind = "AliasProperty"
	KindCodeProperty   MemberKind = "CodeProperty"
	KindCodeMethod     MemberKind = "CodeMethod"
	KindParameterized  MemberKind = "ParameterizedProperty"
	KindPropertySet    MemberKind = "PropertySet"
	KindEvent          MemberKind = "Event"
)

// Member is one property or method of a type.
type Member struct {
	Name      string
	Kind      MemberKind
	Type      *Type                       // of a property's value
	Get       func(recv any) (any, error) // properties
	Set       func(recv, v any) error     // nil: read-only
	Hidden    bool                        // neither listed nor shown unless asked for
	Overloads []Overload                  // methods
}

// Parameterized tells that the member is a property with parameters, such as an indexer.
func (m *Member) Parameterized() bool { return m.Kind == KindParameterized }

// Overload is one signature of a method or constructor. Call receives its arguments already converted to Params.
type Overload struct {
	Params  []Param
	Returns *Type
	// Call does the work; an overload without it is listed by Get-Member and never chosen.
	Call func(recv any, args []any) (any, error)
	// Text is the signature as PowerShell prints it; empty means that it is made from the rest.
	Text string
}

// Param is a parameter of a method.
type Param struct {
	Name     string
	Type     *Type
	Optional bool
	Default  any
	Variadic bool // C#'s params: takes the rest
}
