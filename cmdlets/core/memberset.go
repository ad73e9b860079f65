package core

import (
	"strings"

	"migsh/shell/object"
)

// The class that scripts make by hand to say which properties of an object are shown.
var typePSPropertySet = func() *object.Type {
	t, _ := object.TypeByName("System.Management.Automation.PSPropertySet")
	t.Constructors = []object.Overload{{
		Params: []object.Param{{Name: "name", Type: object.TypeString}, {Name: "referencedPropertyNames", Type: object.ArrayOf(object.TypeString)}},
		Call: func(_ any, args []any) (any, error) {
			return object.Instance(t, &propertySet{object.ToString(args[0]), texts(args[1])}), nil
		},
	}}
	object.Extend(t, func(t *object.Type) {
		addProperty(t, "Name", object.TypeString, func(p *propertySet) any { return p.name })
		addProperty(t, "ReferencedPropertyNames", object.TypeObject, func(p *propertySet) any {
			l := object.NewList()
			for _, n := range p.names {
				l.Add(n)
			}
			return l
		})
	})
	return t
}()

// propertySet names properties together.
type propertySet struct {
	name  string
	names []string
}

// memberSet is a MemberSet for Add-Member. The one that scripts make is PSStandardMembers with a DefaultDisplayPropertySet.
type memberSet struct {
	name    string
	display []string
}

func newMemberSet(name string, v any) (any, error) {
	set := &memberSet{name: name}
	items, ok := object.ItemsOf(v)
	if !ok {
		items = []any{v}
	}
	for _, item := range items {
		o, ok := item.(*object.Object)
		if !ok {
			continue
		}
		if p, ok := o.Base.(*propertySet); ok && strings.EqualFold(p.name, "DefaultDisplayPropertySet") {
			set.display = p.names
		}
	}
	if set.display == nil {
		return nil, object.NewError("MemberSetNotSupported", object.NotImplemented, nil, "Add-Member knows only one MemberSet: PSStandardMembers with a PSPropertySet named DefaultDisplayPropertySet.")
	}
	return set, nil
}

func (s *memberSet) apply(o *object.Object) {
	o.Set(s.name, &object.Dynamic{Kind: "MemberSet", Names: s.display})
}
