package object

import (
	"iter"
	"strings"
	"sync"
	"sync/atomic"
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

var typeData struct {
	any atomic.Bool // most sessions have none
	sync.RWMutex
	byName map[string]*TypeData
	names  []string
}

// TypeDataOf returns the type data of a type name.
func TypeDataOf(name string) (*TypeData, bool) {
	if !typeData.any.Load() {
		return nil, false
	}
	typeData.RLock()
	defer typeData.RUnlock()
	d, ok := typeData.byName[strings.ToLower(name)]
	return d, ok
}

// SetTypeData replaces the type data of d's name.
func SetTypeData(d *TypeData) {
	typeData.Lock()
	defer typeData.Unlock()
	if typeData.byName == nil {
		typeData.byName = map[string]*TypeData{}
	}
	key := strings.ToLower(d.Name)
	if _, ok := typeData.byName[key]; !ok {
		typeData.names = append(typeData.names, d.Name)
	}
	typeData.byName[key] = d
	typeData.any.Store(true)
}

// RemoveTypeData forgets the type data of a name and tells whether there was some.
func RemoveTypeData(name string) bool {
	typeData.Lock()
	defer typeData.Unlock()
	key := strings.ToLower(name)
	if _, ok := typeData.byName[key]; !ok {
		return false
	}
	delete(typeData.byName, key)
	for i, n := range typeData.names {
		if strings.EqualFold(n, name) {
			typeData.names = append(typeData.names[:i:i], typeData.names[i+1:]...)
			break
		}
	}
	return true
}

// AllTypeData lists all type data in the order in which it was made.
func AllTypeData() []*TypeData {
	typeData.RLock()
	defer typeData.RUnlock()
	var all []*TypeData
	for _, n := range typeData.names {
		all = append(all, typeData.byName[strings.ToLower(n)])
	}
	return all
}

// addedMember finds what type data adds to v under a name.
func addedMember(v any, name string) (any, bool) {
	if !typeData.any.Load() {
		return nil, false
	}
	for _, n := range TypeNamesOf(v) {
		if d, ok := TypeDataOf(n); ok {
			if slot, ok := d.Members.Own(name); ok {
				return slot, true
			}
		}
	}
	return nil, false
}

// AddedMembers are the members that type data adds to v, those of the most derived type first: values, or *Dynamic.
func AddedMembers(v any) iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		if !typeData.any.Load() {
			return
		}
		for _, n := range TypeNamesOf(v) {
			d, ok := TypeDataOf(n)
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
func addedNames(v any) []string {
	var names []string
	for name, slot := range AddedMembers(v) {
		if x, ok := slot.(*Dynamic); !ok || isPropertyKind(x.Kind) {
			names = append(names, name)
		}
	}
	return names
}

// DisplaySet is the default display property set that v carries itself or that type data gives it; nil where there is none.
func DisplaySet(v any) []string {
	if o, ok := v.(*Object); ok {
		if set, ok := o.Own("PSStandardMembers"); ok {
			if d, ok := set.(*Dynamic); ok {
				return d.Names
			}
		}
	}
	if !typeData.any.Load() {
		return nil
	}
	for _, n := range TypeNamesOf(v) {
		if d, ok := TypeDataOf(n); ok && d.Display != nil {
			return d.Display
		}
	}
	return nil
}

// KeySet is the default key property set that type data gives v; nil where there is none.
func KeySet(v any) []string {
	return dataOf(v, func(d *TypeData) ([]string, bool) { return d.Keys, d.Keys != nil })
}

// AddedViews are the views that type data gives v; nil where there are none.
func AddedViews(v any) *Views {
	return dataOf(v, func(d *TypeData) (*Views, bool) { return d.Views, d.Views != nil })
}

// WideProperty is the default display property that type data gives v; empty where there is none.
func WideProperty(v any) string {
	return dataOf(v, func(d *TypeData) (string, bool) { return d.Wide, d.Wide != "" })
}

// dataOf finds the nearest of v's type names whose type data has what get wants.
func dataOf[T any](v any, get func(d *TypeData) (T, bool)) T {
	var none T
	if !typeData.any.Load() {
		return none
	}
	for _, n := range TypeNamesOf(v) {
		if d, ok := TypeDataOf(n); ok {
			if found, ok := get(d); ok {
				return found
			}
		}
	}
	return none
}
