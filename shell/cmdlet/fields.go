package cmdlet

import (
	"fmt"
	"reflect"

	"migsh/shell/object"
)

// goTypes names the .NET type of the Go types that parameters may have.
var goTypes = map[reflect.Type]string{
	reflect.TypeFor[object.ScriptBlock]():   "scriptblock",
	reflect.TypeFor[[]object.ScriptBlock](): "scriptblock[]",
	reflect.TypeFor[*object.Hashtable]():    "hashtable",
	reflect.TypeFor[object.DateTime]():      "datetime",
	reflect.TypeFor[object.TimeSpan]():      "timespan",
	reflect.TypeFor[object.Guid]():          "guid",
	reflect.TypeFor[object.Version]():       "version",
	reflect.TypeFor[object.Char]():          "char",
	reflect.TypeFor[*object.Type]():         "type",
	reflect.TypeFor[*object.Array]():        "object[]",
	reflect.TypeFor[*object.ErrorRecord]():  "System.Management.Automation.ErrorRecord",
	reflect.TypeFor[*object.Exception]():    "exception",
	reflect.TypeFor[[]byte]():               "byte[]",
	reflect.TypeFor[any]():                  "object",
	reflect.TypeFor[[]any]():                "object[]",
}

func goTypeName(t reflect.Type) string {
	if name, ok := goTypes[t]; ok {
		return name
	}
	switch t.Kind() {
	case reflect.Bool:
		return "switch"
	case reflect.String:
		return "string"
	case reflect.Int32, reflect.Int:
		return "int"
	case reflect.Int64:
		return "long"
	case reflect.Uint16:
		return "uint16"
	case reflect.Uint32:
		return "uint32"
	case reflect.Uint64:
		return "uint64"
	case reflect.Uint8:
		return "byte"
	case reflect.Float64:
		return "double"
	case reflect.Pointer:
		if t.Elem().Kind() == reflect.Bool {
			return "bool"
		}
		return goTypeName(t.Elem())
	case reflect.Slice:
		if elem := goTypeName(t.Elem()); elem != "" {
			return elem + "[]"
		}
	}
	return ""
}

// Fill sets the fields of a compiled cmdlet from the bound values; fields of parameters that are unbound keep what New gave them.
// For the objects of a pipeline only what the pipeline binds is set again, see [Binding.Refill].
func (b *Binding) Fill(c Cmdlet) error {
	v := reflect.ValueOf(c).Elem()
	for _, p := range b.info.Parameters {
		if b.bound[p.Index] && p.field != nil {
			if err := assign(v.FieldByIndex(p.field), b.values[p.Index]); err != nil {
				return fmt.Errorf("parameter -%s: %w", p.Name, err)
			}
		}
	}
	return nil
}

// Refiller sets, for each object of a pipeline, the fields that the pipeline binds.
type Refiller struct {
	b      *Binding
	fields []refill
}

type refill struct {
	p     *Parameter
	field reflect.Value
	any   *any // the field itself where it is an any: no reflection for each object
	zero  reflect.Value
}

// Refiller prepares the setting of c's pipeline-bound fields.
func (b *Binding) Refiller(c Cmdlet) *Refiller {
	r := &Refiller{b: b}
	v := reflect.ValueOf(c).Elem()
	for _, p := range b.schema.pipeline {
		if p.Index >= len(b.info.Parameters) || p.field == nil {
			continue
		}
		f := v.FieldByIndex(p.field)
		entry := refill{p: p, field: f, zero: reflect.ValueOf(f.Interface())}
		if ptr, ok := f.Addr().Interface().(*any); ok {
			entry.any = ptr
		}
		r.fields = append(r.fields, entry)
	}
	return r
}

// Apply sets the fields from the current object's binding.
func (r *Refiller) Apply() error {
	for i := range r.fields {
		e := &r.fields[i]
		if !r.b.bound[e.p.Index] {
			if e.zero.IsValid() {
				e.field.Set(e.zero)
			} else {
				e.field.SetZero()
			}
			continue
		}
		if e.any != nil {
			*e.any = r.b.values[e.p.Index]
			continue
		}
		if err := assign(e.field, r.b.values[e.p.Index]); err != nil {
			return fmt.Errorf("parameter -%s: %w", e.p.Name, err)
		}
	}
	return nil
}

// assign stores a bound value in a Go field. The binder has converted it to the parameter's .NET type already; this only
// bridges to Go.
func assign(field reflect.Value, v any) error {
	if field.Kind() == reflect.Interface && field.NumMethod() == 0 {
		if v == nil {
			field.SetZero()
			return nil
		}
		field.Set(reflect.ValueOf(v))
		return nil
	}
	v = object.Base(v)
	if v == nil {
		field.SetZero()
		return nil
	}
	rv := reflect.ValueOf(v)
	if rv.Type().AssignableTo(field.Type()) {
		field.Set(rv)
		return nil
	}
	switch field.Kind() {
	case reflect.Pointer:
		target := reflect.New(field.Type().Elem())
		if err := assign(target.Elem(), v); err != nil {
			return err
		}
		field.Set(target)
		return nil
	case reflect.Bool:
		field.SetBool(object.IsTrue(v))
		return nil
	case reflect.String:
		field.SetString(object.ToString(v))
		return nil
	case reflect.Int, reflect.Int32, reflect.Int64:
		if e, ok := v.(object.Enum); ok {
			field.SetInt(e.Value)
			return nil
		}
	case reflect.Slice:
		return assignSlice(field, v)
	}
	if rv.CanConvert(field.Type()) && numeric(rv.Kind()) && numeric(field.Kind()) {
		field.Set(rv.Convert(field.Type()))
		return nil
	}
	return fmt.Errorf("a %s cannot be kept in a Go %s", object.TypeOf(v).Name, field.Type())
}

func assignSlice(field reflect.Value, v any) error {
	items, ok := object.ItemsOf(v)
	if !ok {
		items = []any{v}
	}
	out := reflect.MakeSlice(field.Type(), len(items), len(items))
	for i, item := range items {
		if err := assign(out.Index(i), item); err != nil {
			return err
		}
	}
	field.Set(out)
	return nil
}

func numeric(k reflect.Kind) bool { return k >= reflect.Int && k <= reflect.Float64 }
