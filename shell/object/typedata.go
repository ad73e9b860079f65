package object

import (
	"iter"
	"slices"
	"strings"
)

// TypeData extends what objects of a type name have and show, as Update-TypeData asks for: objects find it through their type
// names, so it serves custom objects as well as declared types.
type TypeData struct {
	Name string
	// Members holds the added members in order, as an object's own ones: values, or *Dynamic.
	Members *Object
	// Display is the default display property set.
	Display []string
	// Wide is the property that wide views show, DefaultDisplayProperty; empty where there is none.
	Wide string
	// Views are those that files of formats give the type; nil where there are none.
	Views *Views
	// Keys are the properties that objects are ordered, grouped and compared by when no others are asked for.
	Keys []string
}

// A TypeTable is the type data of one session, and how values look with it: their members and what views show of them. It belongs to
// the session's goroutine. The nil table is that of code outside any session: no type has data in it.
type TypeTable struct {
	byName map[string]*TypeData
	names  []string
}

// none tells that no type has data, as in most sessions.
func (t *TypeTable) none() bool { return t == nil || len(t.names) == 0 }

// Of returns the type data of a type name.
func (t *TypeTable) Of(name string) (*TypeData, bool) {
	if t.none() {
		return nil, false
	}
	d, ok := t.byName[strings.ToLower(name)]
	return d, ok
}

// Set replaces the type data of d's name.
func (t *TypeTable) Set(d *TypeData) {
	if t.byName == nil {
		t.byName = map[string]*TypeData{}
	}
	key := strings.ToLower(d.Name)
	if _, ok := t.byName[key]; !ok {
		t.names = append(t.names, d.Name)
	}
	t.byName[key] = d
}

// Remove forgets the type data of a name and tells whether there was some.
func (t *TypeTable) Remove(name string) bool {
	key := strings.ToLower(name)
	if _, ok := t.byName[key]; !ok {
		return false
	}
	delete(t.byName, key)
	t.names = slices.DeleteFunc(t.names, func(n string) bool { return strings.EqualFold(n, name) })
	return true
}

// All lists the type data in the order in which it was made.
func (t *TypeTable) All() []*TypeData {
	var all []*TypeData
	for _, n := range t.names {
		all = append(all, t.byName[strings.ToLower(n)])
	}
	return all
}

// addedMember finds what type data adds to v under a name.
func (t *TypeTable) addedMember(v any, name string) (any, bool) {
	if t.none() {
		return nil, false
	}
	for _, n := range TypeNamesOf(v) {
		if d, ok := t.Of(n); ok {
			if slot, ok := d.Members.Own(name); ok {
				return slot, true
			}
		}
	}
	return nil, false
}

// AddedMembers are the members that type data adds to v, those of the most derived type first: values, or *Dynamic.
func (t *TypeTable) AddedMembers(v any) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		if t.none() {
			return
		}
		for _, n := range TypeNamesOf(v) {
			d, ok := t.Of(n)
			if !ok {
				continue
			}
			for name, slot := range d.Members.All() {
				if !yield(name, slot) {
					return
				}
			}
		}
	}
}

// addedNames lists the properties that type data adds to v.
func (t *TypeTable) addedNames(v any) []string {
	var names []string
	for name, slot := range t.AddedMembers(v) {
		if x, ok := slot.(*Dynamic); !ok || isPropertyKind(x.Kind) {
			names = append(names, name)
		}
	}
	return names
}

// DisplaySet is the default display property set that v carries itself or that type data gives it; nil where there is none.
func (t *TypeTable) DisplaySet(v any) []string {
	if o, ok := v.(*Object); ok {
		if set, ok := o.Own("PSStandardMembers"); ok {
			if d, ok := set.(*Dynamic); ok {
				return d.Names
			}
		}
	}
	if t.none() {
		return nil
	}
	for _, n := range TypeNamesOf(v) {
		if d, ok := t.Of(n); ok && d.Display != nil {
			return d.Display
		}
	}
	return nil
}

// KeySet is the default key property set that type data gives v; nil where there is none.
func (t *TypeTable) KeySet(v any) []string {
	return dataOf(t, v, func(d *TypeData) ([]string, bool) { return d.Keys, d.Keys != nil })
}

// AddedViews are the views that type data gives v; nil where there are none.
func (t *TypeTable) AddedViews(v any) *Views {
	return dataOf(t, v, func(d *TypeData) (*Views, bool) { return d.Views, d.Views != nil })
}

// WideProperty is the default display property that type data gives v; empty where there is none.
func (t *TypeTable) WideProperty(v any) string {
	return dataOf(t, v, func(d *TypeData) (string, bool) { return d.Wide, d.Wide != "" })
}

// dataOf finds the nearest of v's type names whose type data has what get wants.
func dataOf[T any](t *TypeTable, v any, get func(d *TypeData) (T, bool)) T {
	var none T
	if t.none() {
		return none
	}
	for _, n := range TypeNamesOf(v) {
		if d, ok := t.Of(n); ok {
			if found, ok := get(d); ok {
				return found
			}
		}
	}
	return none
}
