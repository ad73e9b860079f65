package interp

import (
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// defineEnum makes the type of an enum statement known to the session. Types exist before the block that defines them runs.
func (c *compiler) defineEnum(d *syntax.TypeDefinition) error {
	f := c.in.current
	t := &object.Type{Name: d.Name, Base: object.TypeEnum, IsValue: true, Enum: &object.EnumInfo{Underlying: object.TypeInt32}}
	for _, a := range d.Attributes {
		if attributeName(a) == "flags" || attributeName(a) == "system.flags" {
			t.Enum.Flags = true
		}
	}
	if len(d.BaseTypes) > 0 {
		under, err := f.resolveType(d.BaseTypes[0].TypeName)
		if err != nil {
			return err
		}
		t.Enum.Underlying = under
	}
	next := int64(0)
	for _, m := range d.Members {
		p, ok := m.(*syntax.PropertyMember)
		if !ok {
			continue
		}
		if p.Initial != nil {
			v, err := c.expr(p.Initial)(f)
			if err != nil {
				return err
			}
			if e, isEnum := v.(object.Enum); isEnum {
				v = e.Value
			}
			n, err := object.Convert(v, object.TypeInt64)
			if err != nil {
				return f.wrap(err)
			}
			next = n.(int64)
		}
		t.Enum.Names = append(t.Enum.Names, p.Name)
		t.Enum.Values = append(t.Enum.Values, next)
		next++
	}
	c.in.defineType(t)
	return nil
}
