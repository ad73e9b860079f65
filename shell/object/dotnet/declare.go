// Package dotnet is the allow-list of .NET members: the types that scripts may use and what these can do. Importing it makes
// the members known to package object; nothing else needs to be called.
//
// A member is declared by its signature as PowerShell prints it and the Go function that does its work:
//
//	method(t, "string Substring(int startIndex)", func(s string, a args) (any, error) { … })
//
// The signature is what Get-Member shows and what overloads are chosen and arguments converted by. No type here starts a
// program, opens a network connection or reflects.
package dotnet

import (
	"fmt"
	"strings"

	"migsh/shell/object"
)

// args are a method's arguments, converted to the types of its signature.
type args []any

func (a args) str(i int) string {
	s, _ := a[i].(string) // $null is an empty string where .NET takes it
	return s
}

func (a args) int(i int) int              { return int(a[i].(int32)) }
func (a args) int64(i int) int64          { return a[i].(int64) }
func (a args) float(i int) float64        { return a[i].(float64) }
func (a args) bool(i int) bool            { return a[i].(bool) }
func (a args) enum(i int) int64           { return a[i].(object.Enum).Value }
func (a args) char(i int) rune            { return rune(a[i].(object.Char)) }
func (a args) items(i int) []any          { items, _ := object.ItemsOf(a[i]); return items }
func (a args) date(i int) object.DateTime { return a[i].(object.DateTime) }
func (a args) span(i int) object.TimeSpan { return a[i].(object.TimeSpan) }

// of returns the receiver as the Go type that its members work on: the value itself or an object's base.
func of[T any](recv any) T {
	if v, ok := recv.(T); ok {
		return v
	}
	if o, ok := recv.(*object.Object); ok {
		return o.Base.(T)
	}
	panic(fmt.Sprintf("dotnet: a %T cannot be used as %T", recv, *new(T)))
}

// method declares an instance method; further declarations of the name add overloads. A nil function declares a signature
// that is shown but not offered.
func method[T any](t *object.Type, signature string, fn func(recv T, a args) (any, error)) {
	var call func(any, []any) (any, error)
	if fn != nil {
		call = func(recv any, a []any) (any, error) { return fn(of[T](recv), a) }
	}
	t.Instance.Add(parse(t, signature, call))
}

// indexer declares a parameterized property, such as string's Chars.
func indexer[T any](t *object.Type, signature string, fn func(recv T, a args) (any, error)) {
	m := parse(t, signature, func(recv any, a []any) (any, error) { return fn(of[T](recv), a) })
	m.Kind = object.KindParameterized
	t.Instance.Add(m)
}

// property declares a readable property: "int Length".
func property[T any](t *object.Type, signature string, get func(recv T) (any, error)) {
	typeName, name, _ := cutLast(signature)
	t.Instance.Add(&object.Member{
		Name: name, Kind: object.KindProperty, Type: typeNamed(t, typeName),
		Get: func(recv any) (any, error) { return get(of[T](recv)) },
	})
}

// field is property for a getter that cannot fail.
func field[T any](t *object.Type, signature string, get func(recv T) any) {
	property(t, signature, func(recv T) (any, error) { return get(recv), nil })
}

// settable declares a property that can be read and set.
func settable[T any](t *object.Type, signature string, get func(recv T) any, set func(recv T, v any) error) {
	field(t, signature, get)
	_, name, _ := cutLast(signature)
	t.Instance.Find(name).Set = func(recv, v any) error { return set(of[T](recv), v) }
}

// static declares a static method.
func static(t *object.Type, signature string, fn func(a args) (any, error)) {
	var call func(any, []any) (any, error)
	if fn != nil {
		call = func(_ any, a []any) (any, error) { return fn(a) }
	}
	t.Static.Add(parse(t, signature, call))
}

// constant declares a static property or field that never changes.
func constant(t *object.Type, signature string, v any) {
	computed(t, signature, func() (any, error) { return v, nil })
}

// computed declares a static property.
func computed(t *object.Type, signature string, get func() (any, error)) {
	typeName, name, _ := cutLast(signature)
	t.Static.Add(&object.Member{
		Name: name, Kind: object.KindProperty, Type: typeNamed(t, typeName),
		Get: func(any) (any, error) { return get() },
	})
}

// constructor declares a constructor by its parameters: "(string name, int size)".
func constructor(t *object.Type, parameters string, fn func(a args) (any, error)) {
	m := parse(t, t.PSName()+" new"+parameters, func(_ any, a []any) (any, error) { return fn(a) })
	m.Overloads[0].Returns = t
	t.Constructors = append(t.Constructors, m.Overloads...)
}

// cutLast cuts "int Length" at its last blank.
func cutLast(s string) (head, last string, ok bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		panic("dotnet: not a signature: " + s)
	}
	return s[:i], s[i+1:], true
}

// parse reads a signature as PowerShell prints it.
func parse(t *object.Type, signature string, call func(any, []any) (any, error)) *object.Member {
	head, parameters, ok := strings.Cut(signature, "(")
	if !ok || !strings.HasSuffix(parameters, ")") {
		panic("dotnet: not a signature: " + signature)
	}
	returns, name, _ := cutLast(head)
	returns = strings.TrimPrefix(returns, "static ")
	o := object.Overload{Call: call, Text: strings.TrimPrefix(signature, "static ")}
	if call == nil {
		return &object.Member{Name: name, Kind: object.KindMethod, Overloads: []object.Overload{o}}
	}
	if returns != "void" {
		o.Returns = returnType(t, returns)
	}
	for _, p := range object.SplitOuter(strings.TrimSuffix(parameters, ")")) {
		p, def, optional := strings.Cut(p, " = ")
		variadic := strings.HasPrefix(p, "Params ")
		typeName, pname, _ := cutLast(strings.TrimPrefix(p, "Params "))
		if strings.HasPrefix(typeName, "[ref] ") {
			typeName = "ref"
		}
		param := object.Param{Name: pname, Type: typeNamed(t, typeName), Variadic: variadic, Optional: optional}
		if optional && def != "null" {
			v, err := object.Convert(def, param.Type)
			if err != nil {
				panic("dotnet: " + signature + ": " + err.Error())
			}
			param.Default = v
		}
		o.Params = append(o.Params, param)
	}
	return &object.Member{Name: name, Kind: object.KindMethod, Overloads: []object.Overload{o}}
}

// typeNamed finds a type of a signature; T, TKey and TValue are the owner's type arguments.
func typeNamed(owner *object.Type, name string) *object.Type {
	switch name {
	case "T", "TKey":
		if len(owner.Args) > 0 {
			return owner.Args[0]
		}
		return object.TypeObject
	case "TValue":
		if len(owner.Args) > 1 {
			return owner.Args[1]
		}
		return object.TypeObject
	}
	if t := argumentNamed(owner, name); t != nil {
		return t
	}
	if t, ok := object.TypeByName(name); ok {
		return t
	}
	if len(owner.Args) > 0 || strings.HasPrefix(name, "System.Collections.") || strings.HasPrefix(name, "System.I") {
		return object.TypeObject
	}
	panic("dotnet: signature with an unknown type: " + name)
}

// argumentNamed is the owner's type argument of that name, or an array of it: it may be a type that only one session knows.
func argumentNamed(owner *object.Type, name string) *object.Type {
	for _, a := range owner.Args {
		switch name {
		case a.Name:
			return a
		case a.Name + "[]":
			return object.ArrayOf(a)
		}
	}
	return nil
}

// returnType is typeNamed for results, which may be of types that scripts cannot name.
func returnType(owner *object.Type, name string) *object.Type {
	if t := argumentNamed(owner, name); t != nil {
		return t
	}
	if t, ok := object.TypeByName(name); ok {
		return t
	}
	if name == "T" || name == "TKey" || name == "TValue" {
		return typeNamed(owner, name)
	}
	return object.TypeObject
}

// throw makes an exception of the named type.
func throw(typeName, format string, a ...any) error {
	return object.NewException(typeName, format, a...)
}

func outOfRange(format string, a ...any) error {
	return throw("System.ArgumentOutOfRangeException", format, a...)
}

func argument(format string, a ...any) error {
	return throw("System.ArgumentException", format, a...)
}

func nullArgument(name string) error {
	return throw("System.ArgumentNullException", "Value cannot be null. (Parameter '%s')", name)
}
