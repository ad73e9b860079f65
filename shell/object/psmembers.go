package object

import (
	"iter"
	"strings"
)

// MemberSet is the base value of $v.PSObject.
type MemberSet struct {
	Of any
	// Types is the type data that adds to the members.
	Types *TypeTable
}

// PSMember is the base value of what $v.PSObject.Members holds: a member of an object, or one not yet added to any.
type PSMember struct {
	Owner any
	Name  string
	Kind  MemberKind
	// Member is set for members of the type, Slot for those of the object itself.
	Member *Member
	Slot   any

	types *TypeTable // by which Owner is seen
}

// memberCollection is the base value of $v.PSObject.Properties and its like.
type memberCollection struct {
	of    any
	types *TypeTable
	want  func(k MemberKind) bool
}

var (
	typeMemberSet        = declare("System.Management.Automation.PSMemberSet", "", TypeObject)
	typeMemberCollection = declare("System.Management.Automation.PSMemberInfoIntegratingCollection`1[System.Management.Automation.PSMemberInfo]", "", TypeObject, "System.Collections.IEnumerable")
	typePSMemberInfo     = declare("System.Management.Automation.PSMemberInfo", "", TypeObject)
	typePSPropertyInfo   = declare("System.Management.Automation.PSPropertyInfo", "", typePSMemberInfo)
	typePSMethodInfo     = declare("System.Management.Automation.PSMethodInfo", "", typePSMemberInfo)
	memberTypes          = map[MemberKind]*Type{
		KindProperty:       declare("System.Management.Automation.PSProperty", "", typePSPropertyInfo),
		KindNoteProperty:   declare("System.Management.Automation.PSNoteProperty", "psnoteproperty", typePSPropertyInfo),
		KindScriptProperty: declare("System.Management.Automation.PSScriptProperty", "psscriptproperty", typePSPropertyInfo),
		KindAliasProperty:  declare("System.Management.Automation.PSAliasProperty", "psaliasproperty", typePSPropertyInfo),
		KindCodeProperty:   declare("System.Management.Automation.PSCodeProperty", "", typePSPropertyInfo),
		KindScriptMethod:   declare("System.Management.Automation.PSScriptMethod", "psscriptmethod", typePSMethodInfo),
		KindPropertySet:    declare("System.Management.Automation.PSPropertySet", "pspropertyset", typePSMemberInfo),
		KindParameterized:  declare("System.Management.Automation.PSParameterizedProperty", "", typePSMethodInfo),
	}
	typeMemberTypes = NewEnum("System.Management.Automation.PSMemberTypes", true,
		[]string{"AliasProperty", "CodeProperty", "Property", "NoteProperty", "ScriptProperty", "PropertySet", "Method", "CodeMethod", "ScriptMethod", "ParameterizedProperty", "MemberSet", "Event", "Dynamic", "Properties", "Methods", "All"},
		[]int64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 31, 448, 8191})
)

// MembersOf lists the members of any value as Get-Member sees them: its own, what type data adds, then its type's.
func (t *TypeTable) MembersOf(v any) []*PSMember {
	var out []*PSMember
	seen := map[string]bool{}
	add := func(members iter.Seq2[string, any]) {
		for name, slot := range members {
			if seen[strings.ToLower(name)] {
				continue
			}
			seen[strings.ToLower(name)] = true
			kind := KindNoteProperty
			if d, ok := slot.(*Dynamic); ok {
				kind = d.Kind
			}
			out = append(out, &PSMember{Owner: v, types: t, Name: name, Kind: kind, Slot: slot})
		}
	}
	if o, ok := v.(*Object); ok {
		add(o.All())
	}
	add(t.AddedMembers(v))
	if typ := TypeOf(v); typ != nil {
		for _, m := range typ.InstanceMembers() {
			if !m.Hidden && !seen[strings.ToLower(m.Name)] {
				out = append(out, &PSMember{Owner: v, types: t, Name: m.Name, Kind: m.Kind, Member: m})
			}
		}
	}
	return out
}

// Object returns the member as scripts see it.
func (m *PSMember) Object() *Object {
	t := memberTypes[m.Kind]
	if t == nil {
		t = TypePSMethod
		if m.Member != nil {
			return Instance(t, &BoundMethod{Receiver: m.Owner, Member: m.Member})
		}
		t = typePSMemberInfo
	}
	return Instance(t, m)
}

// Value reads the member.
func (m *PSMember) Value() (any, error) {
	switch {
	case m.Owner == nil:
		if d, ok := m.Slot.(*Dynamic); ok && d.Getter != nil {
			return d.Getter, nil
		}
		return m.Slot, nil
	case m.Member != nil:
		return ReadMember(Base(m.Owner), m.Member)
	}
	v, _, err := m.types.Property(m.Owner, m.Name)
	return v, err
}

// TypeName is TypeNameOfValue.
func (m *PSMember) TypeName() string {
	if m.Member != nil && m.Member.Type != nil {
		return m.Member.Type.Name
	}
	v, err := m.Value()
	if err != nil || v == nil {
		return TypeObject.Name
	}
	return TypeOf(v).Name
}

// Text is the member as PSMemberInfo.ToString prints it: "int Id=5".
func (m *PSMember) Text() string {
	v, err := m.Value()
	if err != nil {
		return m.Name
	}
	t := TypeOf(v)
	if t == nil {
		t = TypeObject
	}
	switch d, _ := m.Slot.(*Dynamic); {
	case d != nil && m.Kind == KindAliasProperty:
		return m.Name + " = " + d.Alias
	case m.Kind == KindNoteProperty:
		return t.PSName() + " " + m.Name + "=" + ToString(v)
	}
	return t.PSName() + " " + m.Name + " {get;set;}"
}

func (c *memberCollection) list() []*PSMember {
	var out []*PSMember
	for _, m := range c.types.MembersOf(c.of) {
		if c.want(m.Kind) {
			out = append(out, m)
		}
	}
	return out
}

// All yields the members as objects.
func (c *memberCollection) All() iter.Seq[any] {
	return func(yield func(any) bool) {
		for _, m := range c.list() {
			if !yield(m.Object()) {
				return
			}
		}
	}
}

// Len is the number of members.
func (c *memberCollection) Len() int { return len(c.list()) }

// At finds a member by its name.
func (c *memberCollection) At(index any) (any, bool, error) {
	name := ToString(index)
	for _, m := range c.list() {
		if strings.EqualFold(m.Name, name) {
			return m.Object(), true, nil
		}
	}
	return nil, true, nil
}

func memberOf(v any) *PSMember {
	if o, ok := v.(*Object); ok {
		if m, ok := o.Base.(*PSMember); ok {
			return m
		}
	}
	return nil
}

func isMethodKind(k MemberKind) bool {
	return k == KindMethod || k == KindScriptMethod || k == KindCodeMethod || k == KindParameterized
}

func init() {
	Extend(typeMemberSet, func(t *Type) {
		get := func(name string, fn func(s *MemberSet) any) {
			t.Instance.Add(&Member{Name: name, Kind: KindProperty, Get: func(recv any) (any, error) { return fn(recv.(*Object).Base.(*MemberSet)), nil }})
		}
		collection := func(want func(k MemberKind) bool) func(s *MemberSet) any {
			return func(s *MemberSet) any { return Instance(typeMemberCollection, &memberCollection{s.Of, s.Types, want}) }
		}
		get("Members", collection(func(MemberKind) bool { return true }))
		get("Properties", collection(isPropertyKind))
		get("Methods", collection(isMethodKind))
		get("ImmediateBaseObject", func(s *MemberSet) any { return Base(s.Of) })
		get("BaseObject", func(s *MemberSet) any { return Base(s.Of) })
		get("TypeNames", func(s *MemberSet) any {
			v, _, _ := s.Types.hiddenMember(s.Of, "pstypenames") // never fails
			return v
		})
		t.Instance.Add(&Member{Name: "Copy", Kind: KindMethod, Overloads: []Overload{{Returns: TypePSObject, Text: "psobject Copy()", Call: func(recv any, _ []any) (any, error) {
			switch v := recv.(*Object).Base.(*MemberSet).Of.(type) {
			case *Object:
				return v.Copy(), nil
			case *Hashtable:
				return v.Clone(), nil
			case *Array:
				return &Array{Elem: v.Elem, Items: append([]any(nil), v.Items...)}, nil
			default:
				return v, nil
			}
		}}}})
	})
	Extend(typeMemberCollection, memberCollectionMembers)
	Extend(typePSMemberInfo, memberInfoMembers)
	constructors := map[MemberKind]func(name string, a []any) any{
		KindNoteProperty:   func(_ string, a []any) any { return a[0] },
		KindAliasProperty:  func(_ string, a []any) any { return &Dynamic{Kind: KindAliasProperty, Alias: ToString(a[0])} },
		KindScriptProperty: func(_ string, a []any) any { return scriptSlot(KindScriptProperty, a) },
		KindScriptMethod:   func(_ string, a []any) any { return scriptSlot(KindScriptMethod, a) },
		KindPropertySet: func(_ string, a []any) any {
			d := &Dynamic{Kind: KindPropertySet}
			items, _ := ItemsOf(a[0])
			for _, n := range items {
				d.Names = append(d.Names, ToString(n))
			}
			return d
		},
	}
	for kind, slot := range constructors {
		t := memberTypes[kind]
		make := func(_ any, a []any) (any, error) {
			return Instance(t, &PSMember{Name: ToString(a[0]), Kind: kind, Slot: slot(ToString(a[0]), a[1:])}), nil
		}
		second := TypeObject
		switch kind {
		case KindScriptProperty, KindScriptMethod:
			second = TypeScriptBlock
		case KindAliasProperty:
			second = TypeString
		case KindPropertySet:
			second = ArrayOf(TypeString)
		}
		t.Constructors = []Overload{{Params: []Param{{Name: "name", Type: TypeString}, {Name: "value", Type: second}}, Returns: t, Call: make}}
		if kind == KindScriptProperty {
			t.Constructors = append(t.Constructors, Overload{Params: []Param{{Name: "name", Type: TypeString}, {Name: "getterScript", Type: second}, {Name: "setterScript", Type: second}}, Returns: t, Call: make})
		}
	}
}

func scriptSlot(kind MemberKind, a []any) *Dynamic {
	d := &Dynamic{Kind: kind}
	d.Getter, _ = a[0].(ScriptBlock) // $null leaves the accessor out
	if len(a) > 1 {
		d.Setter, _ = a[1].(ScriptBlock)
	}
	return d
}

func memberCollectionMembers(t *Type) {
	of := func(recv any) *memberCollection { return recv.(*Object).Base.(*memberCollection) }
	t.Instance.Add(&Member{Name: "Count", Kind: KindProperty, Type: TypeInt32, Get: func(recv any) (any, error) { return int32(of(recv).Len()), nil }})
	add := func(recv any, a []any) (any, error) {
		c := of(recv)
		m := memberOf(a[0])
		o, ok := c.of.(*Object)
		if m == nil || !ok {
			return nil, NewException("System.Management.Automation.ExtendedTypeSystemException", "Cannot add a member to this object.")
		}
		if o.Frozen() {
			return nil, ErrFrozen()
		}
		if _, ok := o.Own(m.Name); ok && (len(a) < 2 || !IsTrue(a[1])) {
			return nil, NewException("System.Management.Automation.ExtendedTypeSystemException", "Cannot add a member with the name \"%s\" because a member with that name already exists. If you want to overwrite the member anyway, use the Force parameter to overwrite it.", m.Name)
		}
		o.Set(m.Name, m.Slot)
		return nil, nil
	}
	text := []Param{{Name: "name", Type: TypeString}}
	member := Param{Name: "member", Type: TypeObject}
	t.Instance.Add(&Member{Name: "Add", Kind: KindMethod, Overloads: []Overload{
		{Params: []Param{member}, Call: add},
		{Params: []Param{member, {Name: "preValidated", Type: TypeBoolean}}, Call: add},
	}})
	t.Instance.Add(&Member{Name: "Remove", Kind: KindMethod, Overloads: []Overload{{Params: text, Call: func(recv any, a []any) (any, error) {
		if o, ok := of(recv).of.(*Object); ok {
			if o.Frozen() {
				return nil, ErrFrozen()
			}
			o.Remove(ToString(a[0]))
		}
		return nil, nil
	}}}})
	t.Instance.Add(&Member{Name: "Match", Kind: KindMethod, Overloads: []Overload{{Params: text, Returns: TypeObjectArray, Call: func(recv any, a []any) (any, error) {
		w, err := NewWildcard(ToString(a[0]), true)
		if err != nil {
			return nil, err
		}
		out := &Array{}
		for _, m := range of(recv).list() {
			if w.Match(m.Name) {
				out.Items = append(out.Items, m.Object())
			}
		}
		return out, nil
	}}}})
	t.Instance.Add(&Member{Name: "Item", Kind: KindParameterized, Overloads: []Overload{{Params: text, Returns: typePSMemberInfo, Call: func(recv any, a []any) (any, error) {
		v, _, err := of(recv).At(a[0])
		return v, err
	}}}})
}

func memberInfoMembers(t *Type) {
	get := func(name string, typ *Type, fn func(m *PSMember) (any, error)) *Member {
		m := &Member{Name: name, Kind: KindProperty, Type: typ, Get: func(recv any) (any, error) { return fn(memberOf(recv)) }}
		t.Instance.Add(m)
		return m
	}
	settable := func(m *PSMember) bool {
		if m.Member != nil {
			return m.Member.Set != nil
		}
		d, ok := m.Slot.(*Dynamic)
		return !ok || d.Kind == KindAliasProperty || d.Setter != nil
	}
	get("MemberType", typeMemberTypes, func(m *PSMember) (any, error) { return EnumValue(typeMemberTypes, string(m.Kind)), nil })
	get("Value", nil, (*PSMember).Value).Set = func(recv, v any) error {
		m := memberOf(recv)
		if m.Owner == nil {
			m.Slot = v
			return nil
		}
		return m.types.SetMember(m.Owner, m.Name, v)
	}
	get("IsSettable", TypeBoolean, func(m *PSMember) (any, error) { return settable(m), nil })
	get("IsGettable", TypeBoolean, func(*PSMember) (any, error) { return true, nil })
	get("TypeNameOfValue", TypeString, func(m *PSMember) (any, error) { return m.TypeName(), nil })
	get("Name", TypeString, func(m *PSMember) (any, error) { return m.Name, nil })
	get("IsInstance", TypeBoolean, func(m *PSMember) (any, error) { return m.Member == nil, nil })
	get("ReferencedMemberName", TypeString, func(m *PSMember) (any, error) {
		if d, ok := m.Slot.(*Dynamic); ok && d.Kind == KindAliasProperty {
			return d.Alias, nil
		}
		return nil, nil
	})
	t.Instance.Add(&Member{Name: "ToString", Kind: KindMethod, Overloads: []Overload{{Returns: TypeString, Call: func(recv any, _ []any) (any, error) { return memberOf(recv).Text(), nil }}}})
}
