package object

import (
	"maps"
	"strings"
)

// Members is the member table of a type in declaration order, looked up without regard to case.
type Members struct {
	list  []*Member
	index map[string]*Member
}

// All returns the members in the order of their declaration.
func (m *Members) All() []*Member {
	if m == nil {
		return nil
	}
	return m.list
}

// Add declares a member; a method that exists gets further overloads, any other member is replaced.
func (m *Members) Add(member *Member) {
	key := strings.ToLower(member.Name)
	if m.index == nil {
		m.index = map[string]*Member{}
	}
	if old, ok := m.index[key]; ok {
		if old.Kind == member.Kind && (old.Kind == KindMethod || old.Kind == KindParameterized) {
			old.Overloads = append(old.Overloads, member.Overloads...)
			return
		}
		*old = *member
		return
	}
	m.index[key] = member
	m.list = append(m.list, member)
}

// Find returns the member of that name, or nil.
func (m *Members) Find(name string) *Member {
	if m == nil {
		return nil
	}
	if f, ok := m.index[name]; ok {
		return f
	}
	return m.index[strings.ToLower(name)]
}

// Member finds an instance member of t or of what t derives from; nil if there is none.
func (t *Type) Member(name string) *Member { return t.cached(&t.cache, name, (*Type).findInstance) }

// StaticMember finds a static member.
func (t *Type) StaticMember(name string) *Member {
	return t.cached(&t.statics, name, (*Type).findStatic)
}

// cached remembers, by the name as written, what find has found. The map is replaced, never changed, so readers need no lock.
func (t *Type) cached(slot interface {
	Load() *map[string]*Member
	Store(*map[string]*Member)
}, name string, find func(*Type, string) *Member) *Member {
	known := slot.Load()
	if known != nil {
		if m, ok := (*known)[name]; ok {
			return m
		}
	}
	m := find(t, name)
	next := map[string]*Member{}
	if known != nil {
		next = maps.Clone(*known)
	}
	next[name] = m
	slot.Store(&next)
	return m
}

func (t *Type) findInstance(name string) *Member {
	for u := t; u != nil; u = u.Base {
		u.load()
		if m := u.Instance.Find(name); m != nil {
			return m
		}
	}
	return nil
}

func (t *Type) findStatic(name string) *Member {
	for u := t; u != nil; u = u.Base {
		u.load()
		if m := u.Static.Find(name); m != nil {
			return m
		}
	}
	return nil
}

// InstanceMembers lists all instance members, the most derived type's first; a member that a derived type declares anew is listed once.
func (t *Type) InstanceMembers() []*Member {
	return t.all(func(u *Type) *Members { return u.Instance })
}

// StaticMembers lists all static members.
func (t *Type) StaticMembers() []*Member { return t.all(func(u *Type) *Members { return u.Static }) }

func (t *Type) all(table func(*Type) *Members) []*Member {
	var out []*Member
	seen := map[string]bool{}
	for u := t; u != nil; u = u.Base {
		u.load()
		for _, m := range table(u).All() {
			key := strings.ToLower(m.Name)
			if !seen[key] {
				seen[key] = true
				out = append(out, m)
			}
		}
	}
	return out
}

// Forget drops what has been remembered of t's members; to be called after members were added to a type in use.
func (t *Type) Forget() {
	t.cache.Store(nil)
	t.statics.Store(nil)
}

// LoadAll declares the members of every type at once; tests use it to see that every declaration is sound.
func LoadAll() {
	for _, t := range AllTypes() {
		t.load()
	}
}
