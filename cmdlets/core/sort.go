package core

import (
	"cmp"
	"context"
	"slices"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Sort-Object", Module: moduleUtility, Aliases: []string{"sort"}, DefaultSet: "Default",
	Synopsis: "Sorts objects by property values.",
}, func() cmdlet.Cmdlet { return &sortObject{} })

// ordering are the parameters of the cmdlets that order objects by properties.
type ordering struct {
	InputObject   any    `param:"pipeline" help:"The objects."`
	Property      []any  `param:"pos=0" help:"The properties: names, wildcards, script blocks or hashtables with an Expression."`
	Culture       string `param:"" help:"The culture by whose rules texts are compared."`
	CaseSensitive bool   `param:"" help:"Tells small letters from capitals."`

	properties []property
	collation  *object.Collation
	keyed      bool // whether the first object has been asked for key properties
	entries    []ranked
	dirs       []int // 1 or -1 for each property
	types      *object.TypeTable
}

// collationOf is the collation that -Culture names; nil is the current one.
func collationOf(culture string) (*object.Collation, error) {
	if culture == "" {
		return nil, nil
	}
	c, err := object.NewCollation(culture)
	if err != nil {
		return nil, object.NewErrorOf(object.RecordOf(err).Exception, "InvalidCulture", object.InvalidArgument, culture)
	}
	return c, nil
}

// ranked is an object with the values that it is ordered by.
type ranked struct {
	v     any
	keys  []any
	place int
}

type sortObject struct {
	Stable     bool  `param:"set=Default" help:"Leaves equal objects in the order of input."`
	Descending bool  `param:"" help:"Greatest first."`
	Unique     bool  `param:"" help:"Puts out each of several equal objects once."`
	Top        int32 `param:"set=Top mandatory" validate:"range=1,2147483647" help:"How many objects from the beginning of the order."`
	Bottom     int32 `param:"set=Bottom mandatory" validate:"range=1,2147483647" help:"How many objects from the end of the order."`
	ordering
}

// Begin reads the properties.
func (c *sortObject) Begin(_ context.Context, out cmdlet.Out) error {
	return c.parse(out.Session().TypeData(), sortKeys, c.Descending)
}

func (o *ordering) parse(types *object.TypeTable, keys []string, descending bool) error {
	var err error
	if o.collation, err = collationOf(o.Culture); err != nil {
		return err
	}
	o.types = types
	if o.properties, err = parseProperties(types, o.Property, keys); err != nil {
		return err
	}
	for _, p := range o.properties {
		dir := p.order
		if dir == 0 {
			dir = 1
			if descending {
				dir = -1
			}
		}
		o.dirs = append(o.dirs, dir)
	}
	if len(o.dirs) == 0 {
		o.dirs = []int{1}
		if descending {
			o.dirs[0] = -1
		}
	}
	return nil
}

// Process keeps the object with its keys.
func (c *sortObject) Process(_ context.Context, in any, _ cmdlet.Out) error {
	c.take(in)
	return nil
}

// take keeps an object; null is none.
func (o *ordering) take(in any) {
	if in == cmdlet.NoInput {
		in = o.InputObject
	}
	if in == nil {
		return
	}
	o.entries = append(o.entries, ranked{v: in, keys: o.keys(in), place: len(o.entries)})
}

// keys are the values that an object is ordered by: those of the properties, or the object itself.
func (o *ordering) keys(v any) []any {
	if len(o.properties) == 0 && !o.keyed {
		o.keyed = true
		o.byDefault(v)
	}
	if len(o.properties) == 0 {
		return []any{v}
	}
	keys := make([]any, len(o.properties))
	for i := range o.properties {
		if value, ok := o.properties[i].value(v); ok {
			keys[i] = value
		} else {
			keys[i] = missing
		}
	}
	return keys
}

// byDefault orders by the key properties that type data gives the first object, if any.
func (o *ordering) byDefault(v any) {
	dir := o.dirs[0]
	for i, n := range o.types.KeySet(v) {
		p, err := parseProperties(o.types, []any{n}, groupKeys)
		if err != nil {
			return // a name of a property can't be faulty
		}
		o.properties = append(o.properties, p...)
		if i > 0 {
			o.dirs = append(o.dirs, dir)
		}
	}
}

// missing is the key of an object without the property. It comes last in any order.
var missing any = &struct{ byte }{}

// End sorts and puts out.
func (c *sortObject) End(_ context.Context, out cmdlet.Out) error {
	sorted := c.sorted()
	if c.Unique {
		sorted = c.distinct(sorted)
	}
	switch {
	case c.Top > 0:
		sorted = sorted[:min(int(c.Top), len(sorted))]
	case c.Bottom > 0:
		sorted = sorted[max(len(sorted)-int(c.Bottom), 0):]
	}
	for i := range sorted {
		if err := out.Write(sorted[i].v); err != nil {
			return err
		}
	}
	return nil
}

// distinct drops what equals the object before it.
func (o *ordering) distinct(sorted []ranked) []ranked {
	return slices.CompactFunc(sorted, func(a, b ranked) bool { return o.compare(&a, &b) == 0 })
}

// sorted returns the objects in order, equal ones in the order of input.
func (o *ordering) sorted() []ranked {
	slices.SortStableFunc(o.entries, func(a, b ranked) int { return o.compare(&a, &b) })
	return o.entries
}

// compare orders two objects by their keys.
func (o *ordering) compare(a, b *ranked) int {
	for i, x := range a.keys {
		y := b.keys[i]
		if x == missing || y == missing {
			switch {
			case y != missing:
				return 1
			case x != missing:
				return -1
			}
			continue
		}
		if order := compareKeys(x, y, !o.CaseSensitive, o.collation); order != 0 {
			return order * o.dirs[i]
		}
	}
	return 0
}

// compareKeys orders two values as Sort-Object and its like do: null first, then as -lt does, and where that does not work by
// their texts, in the order of a culture. Custom objects have no order.
func compareKeys(a, b any, ignoreCase bool, texts *object.Collation) int {
	switch x := a.(type) {
	case string:
		if y, ok := b.(string); ok {
			return texts.Compare(x, y, ignoreCase)
		}
	case int32:
		if y, ok := b.(int32); ok {
			return cmp.Compare(x, y)
		}
	}
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return -1
	case b == nil:
		return 1
	}
	order, err := object.Compare(a, b, ignoreCase)
	if err == nil {
		return order
	}
	return texts.Compare(plainText(a), plainText(b), ignoreCase)
}

// plainText is what an object's ToString() gives: nothing for custom objects.
func plainText(v any) string {
	if o, ok := v.(*object.Object); ok && o.IsCustom() {
		return ""
	}
	return object.ToString(v)
}
