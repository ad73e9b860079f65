package dotnet

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"

	"migsh/shell/object"
	"migsh/shell/object/netfmt"
	"migsh/shell/syntax"
)

var (
	typeEnumerator   = object.Declare(&object.Type{Name: "System.Collections.IEnumeratorBase"})
	typeCultureInfo  = object.Declare(&object.Type{Name: "System.Globalization.CultureInfo", Short: "cultureinfo", Interfaces: []*object.Type{object.Interface("System.IFormatProvider")}})
	typeTextInfo     = object.Declare(&object.Type{Name: "System.Globalization.TextInfo"})
	typeNumberFormat = object.Declare(&object.Type{Name: "System.Globalization.NumberFormatInfo", Interfaces: []*object.Type{object.Interface("System.IFormatProvider")}})
	typeDateFormat   = object.Declare(&object.Type{Name: "System.Globalization.DateTimeFormatInfo", Interfaces: []*object.Type{object.Interface("System.IFormatProvider")}})
)

func init() {
	object.Extend(object.TypeObject, objectMembers)
	object.Extend(object.TypeBoolean, booleanMembers)
	object.Extend(object.TypeChar, charMembers)
	object.Extend(object.TypeGuid, guidMembers)
	object.Extend(object.TypeVersion, versionMembers)
	object.Extend(object.TypeEnum, enumMembers)
	object.Extend(object.TypeType, typeMembers)
	object.Extend(object.TypeScriptBlock, scriptBlockMembers)
	object.Extend(object.TypeSwitch, switchMembers)
	object.Extend(object.TypeReference, referenceMembers)
	object.Extend(object.TypePSMethod, methodMembers)
	object.TypePSMethod.Views = object.Views{Custom: func(v any) string {
		return "OverloadDefinitions\n-------------------\n" + strings.Join(of[*object.BoundMethod](v).Member.Signatures(), "\n")
	}}
	object.Extend(typeEnumerator, enumeratorMembers)
	object.Extend(typeCultureInfo, cultureMembers)
	object.Extend(typeTextInfo, textInfoMembers)
	object.Extend(typeNumberFormat, numberFormatMembers)
	object.Extend(typeDateFormat, dateFormatMembers)
	typeCultureInfo.Convert = func(v any) (any, bool, error) {
		s, ok := v.(string)
		if !ok {
			return nil, false, nil
		}
		c, ok := netfmt.CultureByName(s)
		if !ok {
			return nil, true, object.NewErrorOf(object.NewException("System.Management.Automation.PSInvalidCastException",
				"Cannot convert value \"%s\" to type \"System.Globalization.CultureInfo\". Error: \"Culture is not supported. (Parameter 'name')\n%s is an invalid culture identifier.\"", s, s), "InvalidCastConstructorException", object.InvalidArgument, nil)
		}
		return cultureObject(c), true, nil
	}
}

func objectMembers(t *object.Type) {
	method(t, "bool Equals(System.Object obj)", func(v any, a args) (any, error) { return object.Same(object.Base(v), object.Base(a[0])), nil })
	method(t, "int GetHashCode()", func(v any, _ args) (any, error) {
		switch n := v.(type) {
		case int32:
			return n, nil
		case bool:
			if n {
				return int32(1), nil
			}
			return int32(0), nil
		}
		return hashText(object.TypeOf(v).Name + object.CultureString(v)), nil
	})
	method(t, "type GetType()", func(v any, _ args) (any, error) { return object.TypeOf(v), nil })
	method(t, "string ToString()", func(v any, _ args) (any, error) { return object.CultureString(v), nil })
	static(t, "bool Equals(System.Object objA, System.Object objB)", func(a args) (any, error) { return object.Same(object.Base(a[0]), object.Base(a[1])), nil })
	static(t, "bool ReferenceEquals(System.Object objA, System.Object objB)", func(a args) (any, error) {
		return a[0] == a[1] && (a[0] == nil || !object.TypeOf(a[0]).IsValue), nil
	})
	constructor(t, "()", func(args) (any, error) { return object.Instance(object.TypeObject, nil), nil })
}

// enumerator is the base value of what GetEnumerator returns.
type enumerator struct {
	items []any
	at    int
}

// enumeratorTypes are the types of enumerators, which only their names tell apart.
var enumeratorTypes = struct {
	sync.Mutex
	byName map[string]*object.Type
}{byName: map[string]*object.Type{}}

// newEnumerator returns an enumerator of the named type over items.
func newEnumerator(typeName string, items []any) *object.Object {
	enumeratorTypes.Lock()
	defer enumeratorTypes.Unlock()
	t, ok := enumeratorTypes.byName[typeName]
	if !ok {
		t = &object.Type{Name: typeName, Base: typeEnumerator, Interfaces: []*object.Type{object.Interface("System.Collections.IEnumerator")}}
		enumeratorTypes.byName[typeName] = t
	}
	return object.Instance(t, &enumerator{items: items, at: -1})
}

// All yields what has not been enumerated yet.
func (e *enumerator) All() iter.Seq[any] {
	return func(yield func(any) bool) {
		for e.at++; e.at < len(e.items); e.at++ {
			if !yield(e.items[e.at]) {
				return
			}
		}
	}
}

// Len is the number of elements left.
func (e *enumerator) Len() int { return max(0, len(e.items)-e.at-1) }

func enumeratorMembers(t *object.Type) {
	method(t, "bool MoveNext()", func(e *enumerator, _ args) (any, error) {
		if e.at < len(e.items) {
			e.at++
		}
		return e.at < len(e.items), nil
	})
	method(t, "void Reset()", func(e *enumerator, _ args) (any, error) { e.at = -1; return nil, nil })
	method(t, "void Dispose()", func(*enumerator, args) (any, error) { return nil, nil })
	property(t, "System.Object Current", func(e *enumerator) (any, error) {
		if e.at < 0 || e.at >= len(e.items) {
			return nil, throw("System.InvalidOperationException", "Enumeration has either not started or has already finished.")
		}
		return e.items[e.at], nil
	})
	for _, name := range []string{"Key", "Value"} {
		property(t, "System.Object "+name, func(e *enumerator) (any, error) {
			if e.at < 0 || e.at >= len(e.items) {
				return nil, throw("System.InvalidOperationException", "Enumeration has either not started or has already finished.")
			}
			v, _, err := object.Property(e.items[e.at], name)
			return v, err
		})
	}
}

func booleanMembers(t *object.Type) {
	method(t, "int CompareTo(bool value)", func(b bool, a args) (any, error) {
		c, err := object.Compare(b, a[0], false)
		return int32(c), err
	})
	method(t, "System.TypeCode GetTypeCode()", func(bool, args) (any, error) { return object.EnumValue(typeTypeCode, "Boolean"), nil })
	method(t, "string ToString()", func(b bool, _ args) (any, error) { return object.ToString(b), nil })
	method(t, "string ToString(System.IFormatProvider provider)", func(b bool, _ args) (any, error) { return object.ToString(b), nil })
	static(t, "bool Parse(string value)", func(a args) (any, error) {
		b, ok := parseBool(a.str(0))
		if !ok {
			return nil, throw("System.FormatException", "String '%s' was not recognized as a valid Boolean.", a.str(0))
		}
		return b, nil
	})
	static(t, "bool TryParse(string value, [ref] bool result)", func(a args) (any, error) {
		b, ok := parseBool(a.str(0))
		return ok, a.out(1, b)
	})
	constant(t, "string TrueString", "True")
	constant(t, "string FalseString", "False")
}

func parseBool(s string) (value, ok bool) {
	switch strings.ToLower(strings.TrimSpace(s)) {
	case "true":
		return true, true
	case "false":
		return false, true
	}
	return false, false
}

// out stores a result in a [ref] argument.
func (a args) out(i int, v any) error {
	r, ok := a[i].(*object.Reference)
	if !ok {
		return nil // passed by value: the result is dropped, as in .NET
	}
	return r.Set(v)
}

func guidMembers(t *object.Type) {
	field(t, "int Variant", func(g object.Guid) any { return int32(g[8] >> 4) })
	field(t, "int Version", func(g object.Guid) any { return int32(g[6] >> 4) })
	field(t, "string Guid", func(g object.Guid) any { return g.String() })
	t.Instance.Find("Guid").Kind = object.KindScriptProperty
	method(t, "int CompareTo(guid value)", func(g object.Guid, a args) (any, error) {
		c, err := object.Compare(g, a[0], false)
		return int32(c), err
	})
	method(t, "byte[] ToByteArray()", func(g object.Guid, _ args) (any, error) { return object.BytesToArray(g.Bytes()), nil })
	method(t, "string ToString()", func(g object.Guid, _ args) (any, error) { return g.String(), nil })
	method(t, "string ToString(string format)", func(g object.Guid, a args) (any, error) { return g.Format(a.str(0)) })
	method(t, "string ToString(string format, System.IFormatProvider provider)", func(g object.Guid, a args) (any, error) { return g.Format(a.str(0)) })
	constant(t, "guid Empty", object.Guid{})
	static(t, "guid NewGuid()", func(args) (any, error) { return object.NewGuid(), nil })
	static(t, "guid Parse(string input)", func(a args) (any, error) { return object.ParseGuid(a.str(0)) })
	static(t, "bool TryParse(string input, [ref] guid result)", func(a args) (any, error) {
		g, err := object.ParseGuid(a.str(0))
		return err == nil, a.out(1, g)
	})
	constructor(t, "()", func(args) (any, error) { return object.Guid{}, nil })
	constructor(t, "(string g)", func(a args) (any, error) { return object.ParseGuid(a.str(0)) })
	constructor(t, "(byte[] b)", func(a args) (any, error) {
		b := object.BytesOf(a[0])
		if len(b) != 16 {
			return nil, argument("Byte array for Guid must be exactly 16 bytes long. (Parameter 'b')")
		}
		return object.GuidFromBytes(b), nil
	})
}

func versionMembers(t *object.Type) {
	for i, name := range []string{"Major", "Minor", "Build", "Revision"} {
		field(t, "int "+name, func(v object.Version) any { return []int32{v.Major, v.Minor, v.Build, v.Revision}[i] })
	}
	field(t, "int16 MajorRevision", func(v object.Version) any { return int16(v.Revision >> 16) })
	field(t, "int16 MinorRevision", func(v object.Version) any { return int16(v.Revision) })
	method(t, "System.Object Clone()", func(v object.Version, _ args) (any, error) { return v, nil })
	method(t, "int CompareTo(version value)", func(v object.Version, a args) (any, error) {
		if a[0] == nil {
			return int32(1), nil
		}
		c, err := object.Compare(v, a[0], false)
		return int32(c), err
	})
	method(t, "string ToString()", func(v object.Version, _ args) (any, error) { return v.String(), nil })
	method(t, "string ToString(int fieldCount)", func(v object.Version, a args) (any, error) {
		parts := strings.Split(v.String(), ".")
		if a.int(0) < 0 || a.int(0) > len(parts) {
			return nil, argument("Argument must be between 0 and %d. (Parameter 'fieldCount')", len(parts))
		}
		return strings.Join(parts[:a.int(0)], "."), nil
	})
	static(t, "version Parse(string input)", func(a args) (any, error) { return object.ParseVersion(a.str(0)) })
	static(t, "bool TryParse(string input, [ref] version result)", func(a args) (any, error) {
		v, err := object.ParseVersion(a.str(0))
		if err != nil {
			return false, a.out(1, nil)
		}
		return true, a.out(1, v)
	})
	make := func(parts ...int) (any, error) {
		v := object.Version{Build: -1, Revision: -1}
		for i, p := range parts {
			if p < 0 {
				return nil, outOfRange("%s ('%d') must be a non-negative value. (Parameter '%s')\nActual value was %d.", []string{"major", "minor", "build", "revision"}[i], p, []string{"major", "minor", "build", "revision"}[i], p)
			}
			*[]*int32{&v.Major, &v.Minor, &v.Build, &v.Revision}[i] = int32(p)
		}
		return v, nil
	}
	constructor(t, "()", func(args) (any, error) { return make() })
	constructor(t, "(string version)", func(a args) (any, error) { return object.ParseVersion(a.str(0)) })
	constructor(t, "(int major, int minor)", func(a args) (any, error) { return make(a.int(0), a.int(1)) })
	constructor(t, "(int major, int minor, int build)", func(a args) (any, error) { return make(a.int(0), a.int(1), a.int(2)) })
	constructor(t, "(int major, int minor, int build, int revision)", func(a args) (any, error) {
		return make(a.int(0), a.int(1), a.int(2), a.int(3))
	})
}

func enumMembers(t *object.Type) {
	method(t, "int CompareTo(System.Object target)", func(e object.Enum, a args) (any, error) {
		c, err := object.Compare(e, a[0], false)
		return int32(c), err
	})
	method(t, "bool HasFlag(enum flag)", func(e object.Enum, a args) (any, error) {
		f, ok := a[0].(object.Enum)
		if !ok {
			v, err := object.Convert(a[0], e.Type)
			if err != nil {
				return nil, err
			}
			f = v.(object.Enum)
		}
		return e.Value&f.Value == f.Value, nil
	})
	method(t, "string ToString()", func(e object.Enum, _ args) (any, error) { return e.String(), nil })
	method(t, "string ToString(string format)", func(e object.Enum, a args) (any, error) { return e.Format(a.str(0)) })
	method(t, "int GetHashCode()", func(e object.Enum, _ args) (any, error) { return int32(e.Value), nil })
	property(t, "int value__", func(e object.Enum) (any, error) { return object.Convert(e.Value, e.Type.Enum.Underlying) })
	static(t, "type GetUnderlyingType(type enumType)", func(a args) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		return e.Enum.Underlying, nil
	})
	static(t, "string[] GetNames(type enumType)", func(a args) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		return stringArray(sortedEnum(e, func(i int) string { return e.Enum.Names[i] })), nil
	})
	static(t, "array GetValues(type enumType)", func(a args) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		items := sortedEnum(e, func(i int) any { return object.Enum{Type: e, Value: e.Enum.Values[i]} })
		return &object.Array{Elem: e, Items: items}, nil
	})
	static(t, "string GetName(type enumType, System.Object value)", func(a args) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		n, err := object.Convert(a[1], object.TypeInt64)
		if err != nil {
			return nil, err
		}
		if i := slices.Index(e.Enum.Values, n.(int64)); i >= 0 {
			return e.Enum.Names[i], nil
		}
		return nil, nil
	})
	static(t, "bool IsDefined(type enumType, System.Object value)", func(a args) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		switch v := a[1].(type) {
		case string:
			return slices.Contains(e.Enum.Names, v), nil
		case object.Enum:
			return slices.Contains(e.Enum.Values, v.Value), nil
		}
		n, err := object.Convert(a[1], object.TypeInt64)
		if err != nil {
			return nil, err
		}
		return slices.Contains(e.Enum.Values, n.(int64)), nil
	})
	parse := func(a args, ignoreCase bool) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		var value int64
		for part := range strings.SplitSeq(a.str(1), ",") {
			part = strings.TrimSpace(part)
			i := slices.IndexFunc(e.Enum.Names, func(n string) bool { return n == part || ignoreCase && strings.EqualFold(n, part) })
			if i < 0 {
				n, err := object.Convert(part, object.TypeInt64)
				if err != nil {
					return nil, argument("Requested value '%s' was not found.", part)
				}
				value |= n.(int64)
				continue
			}
			value |= e.Enum.Values[i]
		}
		return object.Enum{Type: e, Value: value}, nil
	}
	tryParse := func(a args, e *object.Type, text string, ignoreCase bool) (any, error) {
		v, err := parse(args{e, text}, ignoreCase)
		if err != nil {
			return false, a.out(len(a)-1, object.Enum{Type: e})
		}
		return true, a.out(len(a)-1, v)
	}
	static(t, "bool TryParse(type enumType, string value, [ref] System.Object result)", func(a args) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		return tryParse(a, e, a.str(1), false)
	})
	static(t, "bool TryParse(type enumType, string value, bool ignoreCase, [ref] System.Object result)", func(a args) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		return tryParse(a, e, a.str(1), a.bool(2))
	})
	// The type is that of what the reference holds.
	static(t, "bool TryParse(string value, [ref] System.Object result)", func(a args) (any, error) {
		e, err := enumOfReference(a[1])
		if err != nil {
			return nil, err
		}
		return tryParse(a, e, a.str(0), false)
	})
	static(t, "bool TryParse(string value, bool ignoreCase, [ref] System.Object result)", func(a args) (any, error) {
		e, err := enumOfReference(a[2])
		if err != nil {
			return nil, err
		}
		return tryParse(a, e, a.str(0), a.bool(1))
	})
	static(t, "string Format(type enumType, System.Object value, string format)", func(a args) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		v, err := object.Convert(a[1], e)
		if err != nil {
			return nil, err
		}
		return v.(object.Enum).Format(a.str(2))
	})
	static(t, "array GetValuesAsUnderlyingType(type enumType)", func(a args) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		out := &object.Array{Elem: e.Enum.Underlying}
		for _, n := range sortedEnum(e, func(i int) int64 { return e.Enum.Values[i] }) {
			v, err := object.Convert(n, e.Enum.Underlying)
			if err != nil {
				return nil, err
			}
			out.Items = append(out.Items, v)
		}
		return out, nil
	})
	static(t, "bool TryFormat(TEnum value, System.Span[char] destination, [ref] int charsWritten, System.ReadOnlySpan[char] format = default)", nil)
	static(t, "System.Object Parse(type enumType, string value)", func(a args) (any, error) { return parse(a, false) })
	static(t, "System.Object Parse(type enumType, string value, bool ignoreCase)", func(a args) (any, error) { return parse(a, a.bool(2)) })
	static(t, "System.Object ToObject(type enumType, System.Object value)", func(a args) (any, error) {
		e, err := enumArgument(a[0])
		if err != nil {
			return nil, err
		}
		n, err := object.Convert(a[1], object.TypeInt64)
		if err != nil {
			return nil, err
		}
		return object.Enum{Type: e, Value: n.(int64)}, nil
	})
}

// enumOfReference is the enumeration of the value that a [ref] holds.
func enumOfReference(v any) (*object.Type, error) {
	if r, ok := v.(*object.Reference); ok {
		if e, ok := r.Get().(object.Enum); ok {
			return e.Type, nil
		}
	}
	return nil, argument("The variable behind [ref] has to hold a value of the enumeration. Give it one, or name the type first: [Enum]::TryParse([Type], $text, [ref] $result).")
}

func sortedEnum[T any](e *object.Type, get func(i int) T) []T {
	order := make([]int, len(e.Enum.Values))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(x, y int) int {
		a, b := uint64(e.Enum.Values[x]), uint64(e.Enum.Values[y])
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	})
	out := make([]T, len(order))
	for i, k := range order {
		out[i] = get(k)
	}
	return out
}

func enumArgument(v any) (*object.Type, error) {
	t, ok := v.(*object.Type)
	if !ok || t.Enum == nil {
		return nil, argument("Type provided must be an Enum. (Parameter 'enumType')")
	}
	return t, nil
}

func stringArray(s []string) *object.Array {
	items := make([]any, len(s))
	for i, v := range s {
		items[i] = v
	}
	return &object.Array{Elem: object.TypeString, Items: items}
}

func typeMembers(t *object.Type) {
	field(t, "string Name", func(t *object.Type) any { return t.ReflectionName() })
	field(t, "string FullName", func(t *object.Type) any { return t.FullName() })
	field(t, "string Namespace", func(t *object.Type) any {
		name := t.Name
		if i := strings.IndexAny(name, "[`"); i >= 0 {
			name = name[:i]
		}
		if i := strings.LastIndexByte(name, '.'); i >= 0 {
			return name[:i]
		}
		return ""
	})
	field(t, "string AssemblyQualifiedName", func(t *object.Type) any {
		return t.FullName() + ", System.Private.CoreLib, Version=10.0.0.0, Culture=neutral, PublicKeyToken=7cec85d7bea7798e"
	})
	field(t, "type BaseType", func(t *object.Type) any {
		if t.Base == nil {
			return nil
		}
		return t.Base
	})
	field(t, "bool IsArray", func(t *object.Type) any { return t.Elem != nil })
	field(t, "bool IsClass", func(t *object.Type) any { return !t.IsValue && !t.IsInterface })
	field(t, "bool IsEnum", func(t *object.Type) any { return t.Enum != nil })
	field(t, "bool IsInterface", func(t *object.Type) any { return t.IsInterface })
	field(t, "bool IsValueType", func(t *object.Type) any { return t.IsValue })
	field(t, "bool IsPublic", func(*object.Type) any { return true })
	field(t, "bool IsSerializable", func(t *object.Type) any { return !t.IsInterface && t != object.TypePSObject })
	field(t, "bool IsGenericType", func(t *object.Type) any { return t.Generic != nil || t.IsGenericDefinition })
	field(t, "bool IsPrimitive", func(t *object.Type) any {
		return object.IsPrimitive(t)
	})
	field(t, "string UnderlyingSystemType", func(t *object.Type) any { return t })
	method(t, "type GetElementType()", func(t *object.Type, _ args) (any, error) {
		if t.Elem == nil {
			return nil, nil
		}
		return t.Elem, nil
	})
	method(t, "type[] GetGenericArguments()", func(t *object.Type, _ args) (any, error) {
		out := &object.Array{Elem: object.TypeType}
		for _, a := range t.Args {
			out.Items = append(out.Items, a)
		}
		return out, nil
	})
	method(t, "type[] GetInterfaces()", func(t *object.Type, _ args) (any, error) {
		out := &object.Array{Elem: object.TypeType}
		for u := t; u != nil; u = u.Base {
			for _, i := range u.Interfaces {
				out.Items = append(out.Items, i)
			}
		}
		return out, nil
	})
	method(t, "string[] GetEnumNames()", func(t *object.Type, _ args) (any, error) {
		e, err := enumArgument(t)
		if err != nil {
			return nil, err
		}
		return stringArray(e.Enum.Names), nil
	})
	method(t, "bool IsAssignableFrom(type c)", func(t *object.Type, a args) (any, error) {
		c, ok := a[0].(*object.Type)
		return ok && c.IsA(t), nil
	})
	method(t, "bool IsSubclassOf(type c)", func(t *object.Type, a args) (any, error) {
		c, ok := a[0].(*object.Type)
		return ok && t != c && t.IsA(c) && !c.IsInterface, nil
	})
	method(t, "bool IsInstanceOfType(System.Object o)", func(t *object.Type, a args) (any, error) { return object.IsInstance(a[0], t), nil })
	method(t, "string ToString()", func(t *object.Type, _ args) (any, error) { return t.Name, nil })
	static(t, "type GetType(string typeName)", func(a args) (any, error) {
		found, ok := object.TypeByName(a.str(0))
		if !ok {
			return nil, nil
		}
		return found, nil
	})
}

func scriptBlockMembers(t *object.Type) {
	method(t, "System.Object InvokeReturnAsIs(Params System.Object[] args)", func(b object.ScriptBlock, a args) (any, error) {
		out, err := b.Call(nil, a.items(0)...)
		return object.Collect(out), err
	})
	method(t, "System.Object Invoke(Params System.Object[] args)", func(b object.ScriptBlock, a args) (any, error) {
		out, err := b.Call(nil, a.items(0)...)
		if err != nil {
			return nil, err
		}
		return &object.List{Type: psObjectCollection(), Items: out}, nil
	})
	field(t, "System.Object Ast", func(b object.ScriptBlock) any {
		if s, ok := b.(interface{ Syntax() *syntax.ScriptBlock }); ok {
			return newTree(s.Syntax()).of(s.Syntax())
		}
		return nil
	})
	method(t, "string ToString()", func(b object.ScriptBlock, _ args) (any, error) { return b.Text(), nil })
}

func psObjectCollection() *object.Type {
	return object.Construct(object.TypeCollection, object.TypePSObject)
}

func switchMembers(t *object.Type) {
	field(t, "bool IsPresent", func(s object.Switch) any { return bool(s) })
	method(t, "bool ToBool()", func(s object.Switch, _ args) (any, error) { return bool(s), nil })
	method(t, "string ToString()", func(s object.Switch, _ args) (any, error) { return object.ToString(s), nil })
	constructor(t, "(bool isPresent)", func(a args) (any, error) { return object.Switch(a.bool(0)), nil })
}

func referenceMembers(t *object.Type) {
	settable(t, "System.Object Value", func(r *object.Reference) any { return r.Get() }, func(r *object.Reference, v any) error { return r.Set(v) })
}

func methodMembers(t *object.Type) {
	field(t, "string Name", func(b *object.BoundMethod) any { return b.Member.Name })
	field(t, "System.Object MemberType", func(b *object.BoundMethod) any { return string(b.Member.Kind) })
	field(t, "string[] OverloadDefinitions", func(b *object.BoundMethod) any { return stringArray(b.Member.Signatures()) })
	method(t, "System.Object Invoke(Params System.Object[] arguments)", func(b *object.BoundMethod, a args) (any, error) {
		return object.Call(b.Receiver, b.Member, a.items(0))
	})
}

// cultureBase is the base value of a CultureInfo.
type cultureBase struct{ *netfmt.Culture }

// Text is the culture's name.
func (c cultureBase) Text() string { return c.Name }

func cultureObject(c *netfmt.Culture) *object.Object {
	return object.Instance(typeCultureInfo, cultureBase{c})
}

// cultureOf reads a format provider; $null is the current culture.
func cultureOf(v any) *netfmt.Culture {
	if o, ok := v.(*object.Object); ok {
		if c, ok := o.Base.(cultureBase); ok {
			return c.Culture
		}
	}
	return object.CurrentCulture()
}

func cultureMembers(t *object.Type) {
	field(t, "string Name", func(c cultureBase) any { return c.Name })
	field(t, "string DisplayName", func(c cultureBase) any { return c.DisplayName })
	field(t, "string EnglishName", func(c cultureBase) any { return c.EnglishName })
	field(t, "string NativeName", func(c cultureBase) any { return c.NativeName })
	field(t, "string TwoLetterISOLanguageName", func(c cultureBase) any { return c.TwoLetter })
	field(t, "string ThreeLetterISOLanguageName", func(c cultureBase) any { return c.ThreeLetter })
	field(t, "string ThreeLetterWindowsLanguageName", func(c cultureBase) any { return strings.ToUpper(c.ThreeLetter) })
	field(t, "string IetfLanguageTag", func(c cultureBase) any { return c.Name })
	field(t, "int LCID", func(c cultureBase) any { return int32(c.LCID) })
	field(t, "System.Globalization.TextInfo TextInfo", func(c cultureBase) any { return object.Instance(typeTextInfo, c) })
	field(t, "System.Globalization.NumberFormatInfo NumberFormat", func(c cultureBase) any { return object.Instance(typeNumberFormat, c) })
	field(t, "System.Globalization.DateTimeFormatInfo DateTimeFormat", func(c cultureBase) any { return object.Instance(typeDateFormat, c) })
	method(t, "string ToString()", func(c cultureBase, _ args) (any, error) { return c.Name, nil })
	constant(t, "cultureinfo InvariantCulture", cultureObject(netfmt.Invariant))
	computed(t, "cultureinfo CurrentCulture", func() (any, error) { return cultureObject(object.CurrentCulture()), nil })
	computed(t, "cultureinfo CurrentUICulture", func() (any, error) { return cultureObject(object.CurrentCulture()), nil })
	get := func(a args) (any, error) {
		c, ok := netfmt.CultureByName(a.str(0))
		if !ok {
			return nil, throw("System.Globalization.CultureNotFoundException", "Culture is not supported. (Parameter 'name')\n%s is an invalid culture identifier.", a.str(0))
		}
		return cultureObject(c), nil
	}
	static(t, "cultureinfo GetCultureInfo(string name)", get)
	static(t, "cultureinfo CreateSpecificCulture(string name)", get)
	constructor(t, "(string name)", get)
}

func textInfoMembers(t *object.Type) {
	method(t, "string ToTitleCase(string str)", func(_ cultureBase, a args) (any, error) { return titleCase(a.str(0)), nil })
	method(t, "string ToUpper(string str)", func(_ cultureBase, a args) (any, error) { return upper(a.str(0)), nil })
	method(t, "string ToLower(string str)", func(_ cultureBase, a args) (any, error) { return lower(a.str(0)), nil })
	field(t, "string CultureName", func(c cultureBase) any { return c.Name })
	field(t, "string ListSeparator", func(c cultureBase) any { return string(c.ListSeparator()) })
}

// titleCase capitalises the first letter of each word; words in capitals are left as they are.
func titleCase(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		start := strings.IndexFunc(s, isLetter)
		if start < 0 {
			b.WriteString(s)
			break
		}
		b.WriteString(s[:start])
		s = s[start:]
		end := strings.IndexFunc(s, func(r rune) bool { return !isLetter(r) && r != '\'' })
		if end < 0 {
			end = len(s)
		}
		word := []rune(s[:end])
		if len(word) == 1 || upper(string(word)) != string(word) {
			b.WriteString(upper(string(word[:1])) + lower(string(word[1:])))
		} else {
			b.WriteString(string(word))
		}
		s = s[end:]
	}
	return b.String()
}

func numberFormatMembers(t *object.Type) {
	field(t, "string NumberDecimalSeparator", func(c cultureBase) any { return c.DecimalSeparator })
	field(t, "string NumberGroupSeparator", func(c cultureBase) any { return c.GroupSeparator })
	field(t, "int NumberDecimalDigits", func(c cultureBase) any { return int32(c.NumberDigits) })
	field(t, "string CurrencySymbol", func(c cultureBase) any { return c.CurrencySymbol })
	field(t, "string CurrencyDecimalSeparator", func(c cultureBase) any { return c.CurrencyDecimal })
	field(t, "int CurrencyDecimalDigits", func(c cultureBase) any { return int32(c.CurrencyDigits) })
	field(t, "string NegativeSign", func(c cultureBase) any { return c.NegativeSign })
	field(t, "string PercentSymbol", func(c cultureBase) any { return c.PercentSymbol })
	field(t, "string NaNSymbol", func(c cultureBase) any { return c.NaN })
	field(t, "string PositiveInfinitySymbol", func(c cultureBase) any { return c.PositiveInfinity })
}

func dateFormatMembers(t *object.Type) {
	field(t, "string ShortDatePattern", func(c cultureBase) any { return c.ShortDate })
	field(t, "string LongDatePattern", func(c cultureBase) any { return c.LongDate })
	field(t, "string ShortTimePattern", func(c cultureBase) any { return c.ShortTime })
	field(t, "string LongTimePattern", func(c cultureBase) any { return c.LongTime })
	field(t, "string FullDateTimePattern", func(c cultureBase) any { return c.FullDateTime })
	field(t, "string MonthDayPattern", func(c cultureBase) any { return c.MonthDay })
	field(t, "string YearMonthPattern", func(c cultureBase) any { return c.YearMonth })
	field(t, "string SortableDateTimePattern", func(cultureBase) any { return "yyyy'-'MM'-'dd'T'HH':'mm':'ss" })
	field(t, "string UniversalSortableDateTimePattern", func(cultureBase) any { return "yyyy'-'MM'-'dd HH':'mm':'ss'Z'" })
	field(t, "string RFC1123Pattern", func(cultureBase) any { return "ddd, dd MMM yyyy HH':'mm':'ss 'GMT'" })
	field(t, "string DateSeparator", func(c cultureBase) any { return c.DateSeparator })
	field(t, "string TimeSeparator", func(c cultureBase) any { return c.TimeSeparator })
	field(t, "string[] DayNames", func(c cultureBase) any { return stringArray(c.Days[:]) })
	field(t, "string[] AbbreviatedDayNames", func(c cultureBase) any { return stringArray(c.ShortDays[:]) })
	field(t, "string[] MonthNames", func(c cultureBase) any { return stringArray(append(slices.Clone(c.Months[:]), "")) })
	field(t, "string[] AbbreviatedMonthNames", func(c cultureBase) any { return stringArray(append(slices.Clone(c.ShortMonths[:]), "")) })
	field(t, "System.DayOfWeek FirstDayOfWeek", func(c cultureBase) any { return object.Enum{Type: typeDayOfWeek, Value: int64(c.FirstDay)} })
	name := func(names []string, i, first int, param string) (any, error) {
		if i < first || i >= first+len(names) {
			return nil, outOfRange("Valid values are between %d and %d, inclusive. (Parameter '%s')", first, first+len(names), param)
		}
		return names[i-first], nil
	}
	method(t, "string GetMonthName(int month)", func(c cultureBase, a args) (any, error) { return name(c.Months[:], a.int(0), 1, "month") })
	method(t, "string GetAbbreviatedMonthName(int month)", func(c cultureBase, a args) (any, error) { return name(c.ShortMonths[:], a.int(0), 1, "month") })
	method(t, "string GetDayName(System.DayOfWeek dayofweek)", func(c cultureBase, a args) (any, error) { return name(c.Days[:], int(a.enum(0)), 0, "dayofweek") })
	method(t, "string GetAbbreviatedDayName(System.DayOfWeek dayofweek)", func(c cultureBase, a args) (any, error) {
		return name(c.ShortDays[:], int(a.enum(0)), 0, "dayofweek")
	})
}

// String shows the enumerator's state in traces of failing tests.
func (e *enumerator) String() string {
	return fmt.Sprintf("enumerator at %d of %d", e.at, len(e.items))
}
