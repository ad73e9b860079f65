package interp

import (
	"strings"

	"migsh/shell/object"
)

// A symbol is the name of a variable, interned: names differ in more than case, symbols in any way.
type symbol uint32

// symbols interns names. One interpreter has one table, used by its goroutine only.
type symbols struct {
	ids   map[string]symbol
	names []string // as first written
}

func (t *symbols) of(name string) symbol {
	if id, ok := t.ids[name]; ok {
		return id
	}
	lower := strings.ToLower(name)
	id, ok := t.ids[lower]
	if !ok {
		id = symbol(len(t.names))
		t.names = append(t.names, name)
		t.ids[lower] = id
	}
	if lower != name && len(t.ids) < maxSpellings {
		t.ids[name] = id
	}
	return id
}

// maxSpellings bounds what is remembered of names written in other case.
const maxSpellings = 1 << 16

// variable is one variable. The zero variable is not set.
type variable struct {
	value  any
	traits *traits // nil: not set
}

// traits is what a variable is beyond its value; most share ordinary.
type traits struct {
	Type        *object.Type // conversion that each assignment undergoes
	guards                   // of attributes on the variable
	get         func() any   // a variable that computes its value
	set         func(v any) error
	options     options
	description string
}

// options are a variable's ScopedItemOptions.
type options uint8

const (
	readOnly options = 1 << iota
	constant
	private
	allScope
)

var ordinary = &traits{}

func (v *variable) get() any {
	if v.traits.get != nil {
		return v.traits.get()
	}
	return v.value
}

// layout numbers the variables that a block keeps in slots.
type layout struct {
	names []symbol
	index map[symbol]int32
}

func (l *layout) add(s symbol) {
	if _, ok := l.index[s]; !ok {
		l.index[s] = int32(len(l.names))
		l.names = append(l.names, s)
	}
}

func (l *layout) find(s symbol) (int32, bool) {
	if l == nil {
		return 0, false
	}
	i, ok := l.index[s]
	return i, ok
}

// scope is a level of variables, functions and aliases.
type scope struct {
	parent    *scope
	script    *scope // the script's or module's scope that $script: means
	layout    *layout
	vars      []variable // by the layout's slots
	extra     map[symbol]*variable
	functions map[string]*function
	aliases   map[string]*alias
	top       *frame // innermost frame that runs in this scope
	strict    strictness
	strictSet bool
	module    *module
}

// alias is another name of a command.
type alias struct {
	in                        *Interp
	name, target, description string
	options                   options
}

func newScope(parent *scope, l *layout) *scope {
	s := &scope{parent: parent, layout: l}
	if l != nil {
		s.vars = make([]variable, len(l.names))
	}
	if parent != nil {
		s.script = parent.script
		s.module = parent.module
	}
	return s
}

// find returns the scope's own variable, nil if there is none that is set.
func (s *scope) find(name symbol) *variable {
	if s.layout != nil {
		if i, ok := s.layout.index[name]; ok {
			if v := &s.vars[i]; v.traits != nil {
				return v
			}
			return nil
		}
	}
	if s.extra != nil {
		if v := s.extra[name]; v != nil && v.traits != nil {
			return v
		}
	}
	return nil
}

// lookup finds a variable in this scope or those around it.
func (s *scope) lookup(name symbol) *variable {
	if v := s.find(name); v != nil {
		return v
	}
	for p := s.parent; p != nil; p = p.parent {
		if v := p.find(name); v != nil && v.traits.options&private == 0 {
			return v
		}
	}
	return nil
}

// place returns the scope's own variable, making room for it; it may not be set yet.
func (s *scope) place(name symbol) *variable {
	if i, ok := s.layout.find(name); ok {
		return &s.vars[i]
	}
	v := s.extra[name]
	if v == nil {
		v = &variable{}
		if s.extra == nil {
			s.extra = map[symbol]*variable{}
		}
		s.extra[name] = v
	}
	return v
}

// remove takes a variable out of the scope.
func (s *scope) remove(name symbol) {
	if i, ok := s.layout.find(name); ok {
		s.vars[i] = variable{}
		return
	}
	delete(s.extra, name)
}

// all calls f with each variable that is set in this scope.
func (s *scope) all(f func(symbol, *variable)) {
	if s.layout != nil {
		for i, name := range s.layout.names {
			if v := &s.vars[i]; v.traits != nil {
				f(name, v)
			}
		}
	}
	for name, v := range s.extra {
		if v.traits != nil {
			f(name, v)
		}
	}
}

// up returns the scope n levels up, nil if there are not so many.
func (s *scope) up(n int) *scope {
	for ; n > 0 && s != nil; n-- {
		s = s.parent
	}
	return s
}
