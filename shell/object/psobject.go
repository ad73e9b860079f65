package object

import (
	"iter"
	"strings"
	"sync"
)

// Object is what PowerShell calls PSObject. It is one of three things:
//
//   - a PSCustomObject: no base, only members of its own;
//   - an instance of a declared type (Type set, Base a Go value that only the type's members look into): files,
//     matches, migration batches;
//   - a wrapper (Type nil, Base set) that hangs extra members on a plain value; [Base] takes it off.
//
// Objects made in series (rows of a CSV, results of Select-Object) share their Shape, so a row costs one slice of values.
type Object struct {
	Type *Type
	Base any
	// TypeNames overrides the names that views and PSTypeNames see, most derived first; nil means the type's own.
	TypeNames []string
	// Typed is how a number was written on a command line, such as 1.0 or 0x10, or the name that a deserialized enumeration's number
	// had, with TypeNames: text is made of it as it was typed.
	Typed string

	shape  *Shape
	values []any
}

// Shape is an ordered set of member names, shared by objects made alike. It never changes once an object uses it.
type Shape struct {
	Names []string
	index map[string]int // folded names, for shapes too long to search

	mu   sync.Mutex
	next map[string]*Shape // shapes with one more name
	// twin is the same shape of objects that are frozen, or of those that are not.
	twin     *Shape
	isFrozen bool
}

// Dynamic is the value slot of a member that is not a plain note: a ScriptProperty, ScriptMethod, AliasProperty and so on.
type Dynamic struct {
	Kind MemberKind
	// Getter and Setter are script blocks (ScriptProperty), or the referenced member's name (AliasProperty).
	Getter, Setter ScriptBlock
	Alias          string
	Names          []string // of a PropertySet
	// Type is what an AliasProperty's value is converted to, nil for none.
	Type *Type
}

// longShape is the number of names from which a shape is indexed, and beyond which growing objects do not share shapes.
const longShape = 12

var emptyShape = &Shape{}

// NewShape returns the shape of these names, which must differ even without regard to case.
func NewShape(names ...string) *Shape {
	s := &Shape{Names: names}
	s.reindex()
	return s
}

func (s *Shape) reindex() {
	if len(s.Names) < longShape {
		return
	}
	s.index = make(map[string]int, len(s.Names))
	for i, n := range s.Names {
		s.index[strings.ToLower(n)] = i
	}
}

// Find returns the place of a name, -1 if the shape has none.
func (s *Shape) Find(name string) int {
	if s.index != nil {
		if i, ok := s.index[name]; ok {
			return i
		}
		if i, ok := s.index[strings.ToLower(name)]; ok {
			return i
		}
		return -1
	}
	for i, n := range s.Names {
		if n == name {
			return i
		}
	}
	for i, n := range s.Names {
		if len(n) == len(name) && strings.EqualFold(n, name) {
			return i
		}
	}
	return -1
}

// with returns the shape with one more name.
func (s *Shape) with(name string) *Shape {
	if len(s.Names) >= longShape {
		return NewShape(append(s.Names[:len(s.Names):len(s.Names)], name)...)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, ok := s.next[name]; ok {
		return n
	}
	n := NewShape(append(s.Names[:len(s.Names):len(s.Names)], name)...)
	if len(s.next) < 64 {
		if s.next == nil {
			s.next = map[string]*Shape{}
		}
		s.next[name] = n
	}
	return n
}

// New returns a PSCustomObject of this shape that keeps values, one for each name.
func (s *Shape) New(values []any) *Object { return &Object{shape: s, values: values} }

// NewCustom returns a PSCustomObject of alternating names and values.
func NewCustom(pairs ...any) *Object {
	o := &Object{}
	for i := 0; i+1 < len(pairs); i += 2 {
		o.Set(pairs[i].(string), pairs[i+1])
	}
	return o
}

// Instance returns an object of a declared type over its Go value.
func Instance(t *Type, base any) *Object { return &Object{Type: t, Base: base} }

// CustomFromTable is [pscustomobject]@{…}: the entries become note properties.
func CustomFromTable(h *Hashtable) *Object {
	names := make([]string, 0, h.Len())
	values := make([]any, 0, h.Len())
	o := &Object{}
	for k, v := range h.All() {
		name := ToString(k)
		if strings.EqualFold(name, "PSTypeName") {
			if s, ok := v.(string); ok {
				o.TypeNames = []string{s, TypePSCustomObject.Name, TypeObject.Name}
				continue
			}
		}
		names = append(names, name)
		values = append(values, v)
	}
	o.shape, o.values = shapeOf(names), values
	return o
}

// shapeOf finds the shared shape of short lists of names.
func shapeOf(names []string) *Shape {
	if len(names) > longShape {
		return NewShape(names...)
	}
	s := emptyShape
	for _, n := range names {
		s = s.with(n)
	}
	return s
}

// Wrap returns v as an object that can carry members of its own.
func Wrap(v any) *Object {
	if o, ok := v.(*Object); ok {
		return o
	}
	return &Object{Base: v}
}

// Base takes a wrapper off; any other value is returned as it is.
func Base(v any) any {
	if o, ok := v.(*Object); ok {
		return o.Unwrap()
	}
	return v
}

// Unwrap returns the plain value of a wrapper, and the object itself if it is none.
func (o *Object) Unwrap() any {
	if o.Type == nil && o.Base != nil {
		return o.Base
	}
	return o
}

// IsCustom tells whether o is a PSCustomObject.
func (o *Object) IsCustom() bool { return o.Type == nil && o.Base == nil }

// Own returns what the object itself holds under a name: a value, or a *Dynamic that stands for one.
func (o *Object) Own(name string) (any, bool) {
	if o.shape == nil {
		return nil, false
	}
	if i := o.shape.Find(name); i >= 0 {
		return o.values[i], true
	}
	return nil, false
}

// Set adds a note property (or a *Dynamic), or replaces what is held under that name.
func (o *Object) Set(name string, v any) {
	if o.shape == nil {
		o.shape = emptyShape
	}
	if i := o.shape.Find(name); i >= 0 {
		o.values[i] = v
		return
	}
	o.shape = o.shape.with(name)
	o.values = append(o.values[:len(o.values):len(o.values)], v)
}

// Remove takes a member of its own away and tells whether it was there.
func (o *Object) Remove(name string) bool {
	if o.shape == nil {
		return false
	}
	i := o.shape.Find(name)
	if i < 0 {
		return false
	}
	names := append(append([]string(nil), o.shape.Names[:i]...), o.shape.Names[i+1:]...)
	o.values = append(append([]any(nil), o.values[:i]...), o.values[i+1:]...)
	o.shape = NewShape(names...)
	return true
}

// Len is the number of the object's own members.
func (o *Object) Len() int { return len(o.values) }

// Shape is the object's set of own members; objects of the same shape have the same names in the same order.
func (o *Object) Shape() *Shape {
	if o.shape == nil {
		return emptyShape
	}
	return o.shape
}

// Slot returns the i-th own member's value in the shape's order.
func (o *Object) Slot(i int) any { return o.values[i] }

// All yields the object's own members in order.
func (o *Object) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		if o.shape == nil {
			return
		}
		for i, n := range o.shape.Names {
			if i < len(o.values) && !yield(n, o.values[i]) {
				return
			}
		}
	}
}

// Copy returns a shallow copy, as PSObject.Copy.
func (o *Object) Copy() *Object {
	c := *o
	if o.Frozen() {
		c.shape = o.shape.twin
	}
	c.values = append([]any(nil), o.values...)
	c.TypeNames = append([]string(nil), o.TypeNames...)
	if c.TypeNames != nil && len(c.TypeNames) == 0 {
		c.TypeNames = nil
	}
	return &c
}

// TypeNamesOf returns PSTypeNames: the names that views and types are chosen by, most derived first.
func TypeNamesOf(v any) []string {
	if o, ok := v.(*Object); ok && o.TypeNames != nil {
		return o.TypeNames
	}
	var names []string
	for t := TypeOf(v); t != nil; t = t.Base {
		names = append(names, t.Name)
	}
	return names
}
