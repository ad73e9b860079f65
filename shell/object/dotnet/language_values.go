package dotnet

import (
	"slices"

	"migsh/shell/object"
	"migsh/shell/syntax"
)

// What the nodes' properties hold besides other nodes.

var (
	typeTypeName     = languageType("TypeName", object.TypeObject, object.Interface(languageSpace+"ITypeName"))
	typeVariablePath = object.Declare(&object.Type{Name: "System.Management.Automation.VariablePath", Base: object.TypeObject})
	typeStringKind   = object.NewEnum(languageSpace+"StringConstantType", false,
		[]string{"SingleQuoted", "SingleQuotedHereString", "DoubleQuoted", "DoubleQuotedHereString", "BareWord"}, []int64{0, 1, 2, 3, 4})
	typeRedirectionStream = object.NewEnum(languageSpace+"RedirectionStream", false,
		[]string{"All", "Output", "Error", "Warning", "Verbose", "Debug", "Information"}, []int64{0, 1, 2, 3, 4, 5, 6})
	typeUsingKind = object.NewEnum(languageSpace+"UsingStatementKind", false,
		[]string{"Assembly", "Command", "Module", "Namespace", "Type"}, []int64{0, 1, 2, 3, 4})
	typeSwitchFlags = object.NewEnum(languageSpace+"SwitchFlags", true,
		[]string{"None", "File", "Regex", "Wildcard", "Exact", "CaseSensitive", "Parallel"}, []int64{0, 1, 2, 4, 8, 16, 32})
)

func init() {
	object.Extend(typeTypeName, typeNameMembers)
	object.Extend(typeVariablePath, variablePathMembers)
	typeTypeName.ToString = func(v any) string { return of[*syntax.TypeName](v).FullName() }
	typeVariablePath.ToString = func(v any) string { return of[*syntax.Variable](v).Path }
}

// clauses are pairs of nodes: what is tested and what is done, or a key and its value.
func clauses[C any](t *tree, all []C, parts func(C) (syntax.Node, syntax.Node)) any {
	items := make([]any, len(all))
	for i, c := range all {
		test, body := parts(c)
		items[i] = tuple(&typesTuple, t.of(test), t.of(body))
	}
	return object.NewArray(items...)
}

// rethrows tells whether a throw without a value stands in a catch block.
func (t *tree) rethrows(n *syntax.Throw) bool {
	if n.Pipeline != nil {
		return false
	}
	for at := t.parents[n]; at != nil; at = t.parents[at] {
		switch at.(type) {
		case *syntax.Catch:
			return true
		case *syntax.ScriptBlock:
			return false
		}
	}
	return false
}

// parameters are those in parentheses; $null where the function has none there.
func parameters(t *tree, n *syntax.FunctionDefinition) any {
	if n.Parameters == nil {
		return nil
	}
	return list(t, n.Parameters)
}

// staticType is the type that a parameter's constraint gives it.
func staticType(attributes []syntax.AttributeBase) any {
	for _, a := range attributes {
		if c, ok := a.(*syntax.TypeConstraint); ok {
			if found, ok := object.TypeByName(c.TypeName.FullName()); ok {
				return found
			}
		}
	}
	return object.TypeObject
}

func nested(t *tree, n *syntax.ExpandableString) any {
	var found []syntax.Expression
	for _, part := range n.Parts {
		if part.Expression != nil {
			found = append(found, part.Expression)
		}
	}
	return list(t, found)
}

func constantValue(v any) any {
	d, ok := v.(syntax.Decimal)
	if !ok {
		return v
	}
	value, err := object.ScaledDecimal(d.Coefficient, d.Scale)
	if err != nil { // the parser has checked the range
		return d.Coefficient
	}
	return value
}

func stringKindObject(k syntax.StringKind) any {
	value := map[syntax.StringKind]int64{
		syntax.SingleQuoted: 0, syntax.SingleQuotedHere: 1, syntax.DoubleQuoted: 2, syntax.DoubleQuotedHere: 3, syntax.BareWord: 4,
	}[k]
	return object.Enum{Type: typeStringKind, Value: value}
}

func streamObject(s syntax.Stream) any {
	return object.Enum{Type: typeRedirectionStream, Value: int64(s)}
}

func typeNameObject(n *syntax.TypeName) any { return object.Instance(typeTypeName, n) }

func typeNames(names []*syntax.TypeName) any {
	items := make([]any, len(names))
	for i, n := range names {
		items[i] = typeNameObject(n)
	}
	return &object.Array{Elem: typeTypeName, Items: items}
}

func typeNameMembers(t *object.Type) {
	field(t, "string FullName", func(n *syntax.TypeName) any { return n.FullName() })
	field(t, "string Name", func(n *syntax.TypeName) any { return n.FullName() })
	field(t, "string AssemblyName", func(n *syntax.TypeName) any { return nilIfEmpty(n.Assembly) })
	field(t, "bool IsArray", func(n *syntax.TypeName) any { return n.Element != nil })
	field(t, "bool IsGeneric", func(n *syntax.TypeName) any { return len(n.Arguments) > 0 })
	field(t, "System.Object Extent", func(n *syntax.TypeName) any { return extentObject(n.Extent()) })
	method(t, "type GetReflectionType()", func(n *syntax.TypeName, _ args) (any, error) {
		found, ok := object.TypeByName(n.FullName())
		if !ok {
			return nil, nil
		}
		return found, nil
	})
	method(t, "string ToString()", func(n *syntax.TypeName, _ args) (any, error) { return n.FullName(), nil })
}

func variablePathMembers(t *object.Type) {
	field(t, "string UserPath", func(v *syntax.Variable) any { return v.Path })
	scope := func(name string, scopes ...syntax.Scope) {
		field(t, "bool "+name, func(v *syntax.Variable) any { return slices.Contains(scopes, v.Scope) })
	}
	scope("IsGlobal", syntax.ScopeGlobal)
	scope("IsLocal", syntax.ScopeLocal)
	scope("IsScript", syntax.ScopeScript)
	scope("IsPrivate", syntax.ScopePrivate)
	scope("IsUnqualified", syntax.ScopeNone)
	scope("IsDriveQualified", syntax.ScopeDrive)
	field(t, "bool IsUnscopedVariable", func(v *syntax.Variable) any { return v.Scope == syntax.ScopeNone || v.Scope == syntax.ScopeVariable })
	field(t, "bool IsVariable", func(v *syntax.Variable) any { return v.Scope != syntax.ScopeDrive })
	field(t, "string DriveName", func(v *syntax.Variable) any { return nilIfEmpty(v.Drive) })
	method(t, "string ToString()", func(v *syntax.Variable, _ args) (any, error) { return v.Path, nil })
}
