package core

import (
	"strings"

	"migsh/shell/object"
)

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
		m, ok := o.Base.(*object.PSMember)
		if !ok || !strings.EqualFold(m.Name, "DefaultDisplayPropertySet") {
			continue
		}
		if d, ok := m.Slot.(*object.Dynamic); ok {
			set.display = d.Names
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
