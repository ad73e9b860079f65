package object

import (
	"fmt"
	"strings"
)

// GetMember is [TypeTable.GetMember] where no type has data.
func GetMember(v any, name string) (value any, ok bool, err error) {
	return (*TypeTable)(nil).GetMember(v, name)
}

// Property is [TypeTable.Property] where no type has data.
func Property(v any, name string) (value any, ok bool, err error) {
	return (*TypeTable)(nil).Property(v, name)
}

// SetMember is [TypeTable.SetMember] where no type has data.
func SetMember(v any, name string, value any) error {
	return (*TypeTable)(nil).SetMember(v, name, value)
}

// GetMember is $v.name outside strict mode: a property of v, or, where v is a collection without it, of each of its elements.
// ok is false where there is no such property; the value is then nil. A method's name gives the method itself.
func (t *TypeTable) GetMember(v any, name string) (value any, ok bool, err error) {
	if v == nil {
		if strings.EqualFold(name, "Count") || strings.EqualFold(name, "Length") {
			return int32(0), true, nil
		}
		return nil, false, nil
	}
	value, ok, err = t.Property(v, name)
	if ok || err != nil {
		return value, ok, err
	}
	if items, isCollection := ItemsOf(v); isCollection {
		return t.enumerateMember(items, name)
	}
	switch {
	case strings.EqualFold(name, "Count"), strings.EqualFold(name, "Length"):
		return int32(1), true, nil
	}
	return nil, false, nil
}

// enumerateMember collects a property of each element of a collection; elements that are collections themselves are entered.
func (t *TypeTable) enumerateMember(items []any, name string) (any, bool, error) {
	var out []any
	found, missing := false, 0
	for _, e := range items {
		if e == nil {
			continue
		}
		v, ok, err := t.Property(e, name)
		if err != nil {
			return nil, false, err
		}
		if !ok {
			if inner, isCollection := ItemsOf(e); isCollection {
				if v, ok, err = t.enumerateMember(inner, name); err != nil {
					return nil, false, err
				}
			} else if strings.EqualFold(name, "Count") || strings.EqualFold(name, "Length") {
				v, ok = int32(1), true
			} else if o, isObject := e.(*Object); isObject && o.IsCustom() {
				ok, missing = true, missing+1 // an object made by a script answers $null for what it has not
			}
		}
		if !ok {
			continue
		}
		found = true
		if inner, isCollection := ItemsOf(v); isCollection {
			out = append(out, inner...)
		} else {
			out = append(out, v)
		}
	}
	return Collect(out), found && missing < len(out), nil
}

// Property reads a property of v itself, without entering collections.
func (t *TypeTable) Property(v any, name string) (value any, ok bool, err error) {
	switch v := v.(type) {
	case *Hashtable:
		if value, ok := v.Get(name); ok {
			return value, true, nil
		}
	case *Exception:
		if v.Fields != nil {
			if value, ok := v.Fields.Get(name); ok {
				return value, true, nil
			}
		}
	case *Object:
		if own, ok := v.Own(name); ok {
			if d, ok := own.(*Dynamic); ok {
				return t.dynamicValue(v, name, d)
			}
			return own, true, nil
		}
		if v.Type == nil && v.Base != nil {
			if value, ok, err := t.Property(v.Base, name); ok || err != nil {
				return value, ok, err
			}
			return t.hiddenMember(v, name)
		}
	}
	typ := TypeOf(v)
	if typ == nil {
		return nil, false, nil
	}
	if o, ok := v.(*Object); ok {
		if a, ok := o.Base.(Adapter); ok {
			if value, ok := a.Adapt(name); ok {
				return value, true, nil
			}
		}
	}
	m := typ.Member(name)
	if m == nil {
		return t.hiddenMember(v, name)
	}
	value, err = ReadMember(v, m)
	return value, true, err
}

// Adapter is implemented by base values with properties of their own content, such as the children of an XML element. They
// come before the type's members.
type Adapter interface {
	Adapt(name string) (value any, ok bool)
	AdaptedNames() []string
	// SetAdapted sets such a property; ok is false where there is none.
	SetAdapted(name string, v any) (ok bool, err error)
}

// ReadMember reads a member found by [Type.Member].
func ReadMember(recv any, m *Member) (any, error) {
	if m.Get == nil {
		return &Object{Type: TypePSMethod, Base: &BoundMethod{Receiver: recv, Member: m}}, nil
	}
	v, err := m.Get(recv)
	if err != nil {
		inner := exceptionOf(err)
		return nil, NewErrorOf(&Exception{
			Type: typeGetValueException, Inner: inner,
			Message: fmt.Sprintf("Exception getting \"%s\": \"%s\"", m.Name, inner.Message),
		}, "ExceptionWhenGetting", NotSpecified, nil)
	}
	return v, nil
}

// BoundMethod is the base value of $v.Method without parentheses.
type BoundMethod struct {
	Receiver any // nil for a static method
	Member   *Member
}

// Text lists the signatures, as PowerShell prints a method.
func (b *BoundMethod) Text() string { return strings.Join(b.Member.Signatures(), ", ") }

func (t *TypeTable) dynamicValue(o *Object, name string, d *Dynamic) (any, bool, error) {
	switch d.Kind {
	case KindScriptProperty:
		if d.Getter == nil {
			return nil, true, nil
		}
		out, err := d.Getter.CallMember(o)
		if err != nil {
			inner := exceptionOf(err)
			return nil, true, NewErrorOf(&Exception{
				Type: typeGetValueException, Inner: inner,
				Message: fmt.Sprintf("Exception getting \"%s\": \"%s\"", name, inner.Message),
			}, "ScriptGetValueRuntimeException", NotSpecified, nil)
		}
		return Collect(out), true, nil
	case KindAliasProperty:
		v, ok, err := t.Property(o, d.Alias)
		if err == nil && ok && d.Type != nil {
			v, err = Convert(v, d.Type)
		}
		return v, ok, err
	case KindPropertySet:
		out := &Object{}
		for _, n := range d.Names {
			v, _, err := t.Property(o, n)
			if err != nil {
				return nil, true, err
			}
			out.Set(n, v)
		}
		return out, true, nil
	}
	return &Object{Type: TypePSMethod, Base: &BoundMethod{Receiver: o, Member: scriptMethod(name, d)}}, true, nil
}

// scriptMethod is a method that a script block implements.
func scriptMethod(name string, d *Dynamic) *Member {
	return &Member{Name: name, Kind: KindScriptMethod, Overloads: []Overload{{
		Params: []Param{{Name: "args", Type: TypeObjectArray, Variadic: true}}, Returns: TypeObject,
		Call: func(recv any, args []any) (any, error) {
			out, err := d.Getter.CallMember(recv, args...)
			return Collect(out), err
		},
	}}}
}

// hiddenMember answers the members that type data adds and those that every PSObject has: PSObject, PSBase, PSTypeNames and so on.
func (t *TypeTable) hiddenMember(v any, name string) (any, bool, error) {
	if added, ok := t.addedMember(v, name); ok {
		if d, ok := added.(*Dynamic); ok {
			return t.dynamicValue(Wrap(v), name, d)
		}
		return added, true, nil
	}
	if len(name) < 6 || !strings.EqualFold(name[:2], "ps") {
		return nil, false, nil
	}
	switch strings.ToLower(name) {
	case "psobject":
		return &Object{Type: typeMemberSet, Base: &MemberSet{Of: v, Types: t}}, true, nil
	case "psbase", "psadapted":
		return Base(v), true, nil
	case "psextended":
		return v, true, nil
	case "pstypenames":
		l := &List{Type: Construct(TypeCollection, TypeString)}
		for _, n := range TypeNamesOf(v) {
			l.Add(n)
		}
		return l, true, nil
	}
	return nil, false, nil
}

// SetMember is $v.name = value.
func (t *TypeTable) SetMember(v any, name string, value any) error {
	switch v := v.(type) {
	case nil:
		return NewError("PropertyNotFound", InvalidOperation, nil, "The property '%s' cannot be found on this object. Verify that the property exists and can be set.", name)
	case *Hashtable:
		if m := TypeOf(v).Member(name); m != nil && m.Set != nil && !v.Has(name) {
			return m.Set(v, value)
		}
		v.Set(name, value)
		return nil
	case *Object:
		if own, ok := v.Own(name); ok {
			if d, ok := own.(*Dynamic); ok {
				return t.setDynamic(v, name, d, value)
			}
			if v.Frozen() {
				return ErrFrozen()
			}
			v.Set(name, value)
			return nil
		}
		if v.Type == nil && v.Base != nil {
			return t.SetMember(v.Base, name, value)
		}
	}
	if o, ok := v.(*Object); ok {
		if a, ok := o.Base.(Adapter); ok {
			if ok, err := a.SetAdapted(name, value); ok || err != nil {
				return err
			}
		}
	}
	if added, ok := t.addedMember(v, name); ok {
		if d, ok := added.(*Dynamic); ok {
			return t.setDynamic(Wrap(v), name, d, value)
		}
	}
	m := TypeOf(v).Member(name)
	switch {
	case m == nil:
		return NewError("PropertyNotFound", InvalidOperation, nil, "The property '%s' cannot be found on this object. Verify that the property exists and can be set.", name)
	case m.Set == nil:
		if m.Get == nil {
			return NewError("MethodIsReadOnly", InvalidOperation, nil, "\"%s\" is a ReadOnly property.", m.Name)
		}
		return NewError("PropertyAssignmentException", InvalidOperation, nil, "'%s' is a ReadOnly property.", m.Name)
	}
	return m.put(v, value)
}

// put sets a member that can be set, of v or of its type itself, to a value that may have to be converted.
func (m *Member) put(v, value any) error {
	if m.Type != nil {
		c, err := Convert(value, m.Type)
		if err != nil {
			return settingFailed(m.Name, err)
		}
		value = c
	}
	if err := m.Set(v, value); err != nil {
		return settingFailed(m.Name, err)
	}
	return nil
}

func settingFailed(name string, err error) error {
	inner := exceptionOf(err)
	return NewErrorOf(&Exception{
		Type: typeSetValueException, Inner: inner,
		Message: fmt.Sprintf("Exception setting \"%s\": \"%s\"", name, inner.Message),
	}, "ExceptionWhenSetting", NotSpecified, nil)
}

func (t *TypeTable) setDynamic(o *Object, name string, d *Dynamic, value any) error {
	switch d.Kind {
	case KindAliasProperty:
		return t.SetMember(o, d.Alias, value)
	case KindScriptProperty:
		if d.Setter == nil {
			return NewErrorOf(&Exception{
				Type:    typeSetValueException,
				Message: fmt.Sprintf("Set accessor for property \"%s\" is unavailable.", name),
			}, "SetterNotFound", NotSpecified, nil)
		}
		_, err := d.Setter.CallMember(o, value)
		if err != nil {
			return settingFailed(name, err)
		}
		return nil
	}
	o.Set(name, value)
	return nil
}
