package cmdlet

import (
	"strings"

	"migsh/shell/object"
)

// fits tells whether a value is of a parameter's type without conversion.
func fits(v any, p *Parameter) bool {
	if p.Transform != nil {
		return true
	}
	if _, text := v.(string); text && p.TypeName != "" && p.Type != nil && p.TypeName != p.Type.Name {
		return false // PowerShell's own parameter is of another type, to which the text would be converted
	}
	return fitsType(v, p.Type)
}

func fitsType(v any, t *object.Type) bool {
	if t == nil || t.Name == "System.Object" {
		return true
	}
	base := object.Base(v)
	if base == nil {
		return !t.IsValue
	}
	vt := object.TypeOf(base)
	if vt.IsA(t) || object.TypeOf(v).IsA(t) {
		return true
	}
	if t.Elem != nil { // an Object[] whose elements all fit is taken for a T[]
		if a, ok := base.(*object.Array); ok {
			for _, item := range a.Items {
				if !fitsType(item, t.Elem) {
					return false
				}
			}
			return true
		}
		return fitsType(v, t.Elem) // one T for a T[]
	}
	return false
}

// accept turns an argument into the parameter's value: transformation, conversion, the checks of mandatory parameters, then
// the validators.
func (b *Binding) accept(p *Parameter, v any, at int) (any, error) {
	var err error
	if p.Transform != nil {
		if v, err = p.Transform(v); err != nil {
			return nil, b.errTransform(p, err, at)
		}
	}
	if v, err = b.convert(p, v, at); err != nil {
		return nil, err
	}
	if err := b.checkMandatory(p, v, at); err != nil {
		return nil, err
	}
	for _, validator := range p.Validators {
		if err := validator.Validate(v); err != nil {
			return nil, b.errValidation(p, err, at)
		}
	}
	return v, nil
}

func (b *Binding) convert(p *Parameter, v any, at int) (any, error) {
	if p.Switch {
		return b.convertSwitch(p, v, at)
	}
	if p.Type == nil || p.Type.Name == "System.Object" {
		return v, nil
	}
	if b.opts.Function { // a function's parameters convert as a cast does
		out, err := object.Convert(v, p.Type)
		if err != nil {
			return nil, b.errTransform(p, err, at)
		}
		return out, nil
	}
	base := object.Base(v)
	if isBool(p.Type) {
		switch base.(type) {
		case bool, object.Switch, int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64, object.Decimal:
			return object.IsTrue(base), nil
		}
		return nil, b.errBoolean(p, base, at)
	}
	if p.Type.Elem == nil && !acceptsCollection(p.Type) {
		switch base.(type) {
		case *object.Array, *object.List:
			if !object.TypeOf(base).IsA(p.Type) {
				return nil, b.errCollection(p, base, at)
			}
		}
	}
	out, err := object.Convert(v, p.Type)
	if err != nil && base == nil && p.AllowNull { // as for a .NET type that is nullable
		return nil, nil
	}
	if err != nil {
		return nil, b.errConvert(p, err, at)
	}
	return out, nil
}

func isBool(t *object.Type) bool { return t.Name == "System.Boolean" }

// acceptsCollection lists the parameter types, not arrays, whose conversion from a collection means something.
func acceptsCollection(t *object.Type) bool {
	switch {
	case strings.HasPrefix(t.Name, "System.Collections"), strings.HasPrefix(t.Name, "System.Management.Automation.PSObject"), t.Name == "System.Management.Automation.PSCredential":
		return true
	}
	return t.Enum != nil || !t.IsValue && t.Name != "System.String" && t.Name != "System.Management.Automation.ScriptBlock"
}

func (b *Binding) convertSwitch(p *Parameter, v any, at int) (any, error) {
	base := object.Base(v)
	switch x := base.(type) {
	case object.Switch:
		return x, nil
	case bool:
		return object.Switch(x), nil
	case int8, uint8, int16, uint16, int32, uint32, int64, uint64, float32, float64, object.Decimal:
		return object.Switch(object.IsTrue(base)), nil
	case nil:
		return object.Switch(false), nil
	}
	if b.opts.Function {
		out, err := object.Convert(v, p.Type)
		if err != nil {
			return nil, b.errTransform(p, err, at)
		}
		return out, nil
	}
	return nil, b.errSwitch(p, base, at)
}

// checkMandatory refuses $null, "" and empty collections for mandatory parameters that do not allow them.
func (b *Binding) checkMandatory(p *Parameter, v any, at int) error {
	role, ok := b.schema.in(p, b.mask)
	if !ok || !role.Mandatory {
		return nil
	}
	switch x := object.Base(v).(type) {
	case nil:
		if !p.AllowNull {
			return b.errNotAllowed(p, "Null", "it is null", at)
		}
	case string:
		if x == "" && !p.AllowEmptyString {
			return b.errNotAllowed(p, "EmptyString", "it is an empty string", at)
		}
	case *object.Array:
		return b.checkItems(p, x.Items, "EmptyArray", "it is an empty array", at)
	case *object.List:
		return b.checkItems(p, x.Items, "EmptyCollection", "it is an empty collection", at)
	}
	return nil
}

func (b *Binding) checkItems(p *Parameter, items []any, id, text string, at int) error {
	if len(items) == 0 {
		if p.AllowEmptyCollection {
			return nil
		}
		return b.errNotAllowed(p, id, text, at)
	}
	if p.AllowNull && p.AllowEmptyString {
		return nil
	}
	for _, item := range items {
		switch x := item.(type) {
		case nil:
			if !p.AllowNull {
				return b.errNotAllowed(p, "Null", "it is null", at)
			}
		case string:
			if x == "" && !p.AllowEmptyString {
				return b.errNotAllowed(p, "EmptyString", "it is an empty string", at)
			}
		}
	}
	return nil
}
