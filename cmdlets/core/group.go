package core

import (
	"context"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Group-Object", Module: moduleUtility, Aliases: []string{"group"}, DefaultSet: "HashTable",
	Synopsis:    "Groups objects that contain the same value for specified properties.",
	OutputTypes: []string{"System.Collections.Hashtable", "Microsoft.PowerShell.Commands.GroupInfo"},
}, func() cmdlet.Cmdlet { return &groupObject{} })

var (
	typeGroupInfoNoElement = object.Declare(&object.Type{
		Name: "Microsoft.PowerShell.Commands.GroupInfoNoElement", Base: typeGroupInfo,
		Views: object.Views{Table: []object.Column{{Property: "Count", Width: 5, Right: true}, {Property: "Name"}}},
	})
	typeGroupInfo = func() *object.Type {
		t := object.Declare(&object.Type{
			Name: "Microsoft.PowerShell.Commands.GroupInfo", Base: object.TypeObject,
			Views: object.Views{Table: []object.Column{{Property: "Count", Width: 5, Right: true}, {Property: "Name", Width: 25}, {Property: "Group"}}},
		})
		object.Extend(t, func(t *object.Type) {
			addProperty(t, "Values", object.TypeObject, func(g *groupInfo) any { return &object.List{Items: g.values} })
			addProperty(t, "Count", object.TypeInt32, func(g *groupInfo) any { return int32(g.count) })
			addProperty(t, "Group", object.TypeObject, func(g *groupInfo) any { return g.members })
			addProperty(t, "Name", object.TypeString, func(g *groupInfo) any { return g.name })
		})
		return t
	}()
)

// groupInfo is one group.
type groupInfo struct {
	first   ranked
	name    string
	values  []any
	count   int
	members *object.List
}

// addProperty declares a read-only property over instances' Go value.
func addProperty[T any](t *object.Type, name string, typ *object.Type, get func(base T) any) {
	t.Instance.Add(&object.Member{Name: name, Kind: object.KindProperty, Type: typ, Get: func(recv any) (any, error) {
		base, ok := recv.(*object.Object).Base.(T)
		if !ok {
			return nil, nil
		}
		return get(base), nil
	}})
}

type groupObject struct {
	NoElement   bool `param:"" help:"Leaves the members out of the groups."`
	AsHashTable bool `param:"set=HashTable" alias:"AHT" help:"Puts out one hashtable of the groups."`
	AsString    bool `param:"set=HashTable" help:"Makes the hashtable's keys strings."`
	ordering

	mixed bool
}

// Begin reads the properties.
func (c *groupObject) Begin(_ context.Context, out cmdlet.Out) error {
	return c.parse(out.Session().TypeData(), groupKeys, false)
}

// Process keeps the object with its keys.
func (c *groupObject) Process(_ context.Context, in any, _ cmdlet.Out) error {
	if c.take(in); len(c.entries) > 1 && !c.mixed {
		last, first := c.entries[len(c.entries)-1], c.entries[0]
		for i, k := range last.keys {
			if object.TypeOf(keyValue(k)) != object.TypeOf(keyValue(first.keys[i])) {
				c.mixed = true
			}
		}
	}
	return nil
}

func keyValue(k any) any {
	if k == missing {
		return nil
	}
	return object.Base(k)
}

// End puts the groups out: in the order of their keys where all are of one type, else in the order of their first members.
func (c *groupObject) End(_ context.Context, out cmdlet.Out) error {
	if len(c.entries) == 0 {
		return nil
	}
	groups, err := c.groups()
	if err != nil {
		return err
	}
	if c.AsHashTable {
		return c.table(groups, out)
	}
	t := typeGroupInfo
	if c.NoElement {
		t = typeGroupInfoNoElement
	}
	for _, g := range groups {
		if err := out.Write(object.Instance(t, g)); err != nil {
			return err
		}
	}
	return nil
}

// groups gathers the objects with equal keys. What is equal letter by letter is gathered first, which leaves few keys to compare.
func (c *groupObject) groups() ([]*groupInfo, error) {
	buckets := c.buckets()
	if !c.mixed {
		if err := c.checkOrder(buckets); err != nil {
			return nil, err
		}
		slices.SortStableFunc(buckets, func(a, b []ranked) int { return c.compare(&a[0], &b[0]) })
	}
	var groups []*groupInfo
	var members [][]ranked
next:
	for _, b := range buckets {
		if c.mixed {
			for i, g := range groups {
				if c.compare(&g.first, &b[0]) == 0 {
					members[i] = append(members[i], b...)
					continue next
				}
			}
		} else if n := len(groups); n > 0 && c.compare(&groups[n-1].first, &b[0]) == 0 {
			members[n-1] = append(members[n-1], b...)
			continue
		}
		groups = append(groups, &groupInfo{first: b[0]})
		members = append(members, b)
	}
	for i, g := range groups {
		slices.SortFunc(members[i], func(a, b ranked) int { return a.place - b.place })
		c.fill(g, members[i])
	}
	return groups, nil
}

// buckets gathers the objects whose keys are the same strings or numbers; all others are alone.
func (c *groupObject) buckets() [][]ranked {
	var buckets [][]ranked
	known := map[any]int{}
	for _, e := range c.entries {
		if len(e.keys) == 1 {
			switch k := e.keys[0].(type) {
			case string, int32, int64, bool:
				if i, ok := known[k]; ok {
					buckets[i] = append(buckets[i], e)
					continue
				}
				known[k] = len(buckets)
			}
		}
		buckets = append(buckets, []ranked{e})
	}
	return buckets
}

// checkOrder refuses custom objects, which have no order, when there is more than one.
func (c *groupObject) checkOrder(buckets [][]ranked) error {
	if len(buckets) < 2 {
		return nil
	}
	for i, k := range buckets[0][0].keys {
		if o, ok := k.(*object.Object); ok && o.IsCustom() {
			a, b := object.ToString(k), object.ToString(buckets[1][0].keys[i])
			e := object.NewException("System.Management.Automation.ExtendedTypeSystemException",
				"Cannot compare \"%s\" to \"%s\" because the objects are not the same type or the object \"%s\" does not implement \"IComparable\".", a, b, a)
			return object.NewErrorOf(e, "PSObjectCompareTo", object.NotSpecified, nil)
		}
	}
	return nil
}

func (c *groupObject) fill(g *groupInfo, members []ranked) {
	g.count = len(members)
	items := make([]any, len(members))
	for i, m := range members {
		items[i] = m.v
	}
	g.members = &object.List{Type: object.Construct(object.TypeCollection, object.TypePSObject), Items: items}
	if c.NoElement {
		g.members.Items = nil
	}
	var names []string
	for _, k := range g.first.keys {
		if k == missing {
			continue
		}
		g.values = append(g.values, k)
		names = append(names, groupName(k))
	}
	g.name = strings.Join(names, ", ")
}

func groupName(k any) string {
	if items, ok := object.ItemsOf(k); ok {
		names := make([]string, len(items))
		for i, item := range items {
			names[i] = object.ToString(item)
		}
		return strings.Join(names, " ")
	}
	return object.CultureString(k)
}

// table puts the groups out as one hashtable.
func (c *groupObject) table(groups []*groupInfo, out cmdlet.Out) error {
	if len(c.properties) > 1 && !c.AsString {
		e := object.NewException("System.ArgumentException", "The value supplied for parameter -AsHashTable is not valid with more than one property unless -AsString is specified.")
		return object.NewErrorOf(e, "System.ArgumentException", object.InvalidArgument, nil)
	}
	h := object.NewHashtable()
	h.CaseSensitive = c.CaseSensitive
	for _, g := range groups {
		var key any = g.name
		if !c.AsString && len(g.values) > 0 {
			key = g.values[0]
		}
		if key == nil || h.Has(key) {
			e := object.NewException("System.ArgumentException", "The objects grouped by this property cannot be expanded because there is a key duplication. Provide a valid value for the property, and then try again.")
			return object.NewErrorOf(e, "The objects grouped by this property cannot be expanded because there is a key duplication. Provide a valid value for the property, and then try again.", object.InvalidArgument, nil)
		}
		h.Set(key, g.members)
	}
	return out.Write(h)
}
