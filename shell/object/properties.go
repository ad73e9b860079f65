package object

import (
	"strings"
	"unicode/utf8"
)

// Length is the length of text in UTF-16 units, as String.Length counts.
func Length(text string) int {
	n := 0
	for i := 0; i < len(text); {
		if text[i] < utf8.RuneSelf {
			n++
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(text[i:])
		if r > 0xffff {
			n++
		}
		n++
		i += size
	}
	return n
}

// PropertyNames lists the properties of v as Select-Object * does: its own, then those that PowerShell adds to its type, then the
// type's, in the order of their declaration.
func (t *TypeTable) PropertyNames(v any) []string { return t.propertyNames(v, true) }

// PropertyNames is [TypeTable.PropertyNames] where no type has data.
func PropertyNames(v any) []string { return (*TypeTable)(nil).PropertyNames(v) }

// ViewNames lists the same properties as views without properties of their own show them: what PowerShell adds to the type is last.
func (t *TypeTable) ViewNames(v any) []string { return t.propertyNames(v, false) }

func (t *TypeTable) propertyNames(v any, addedFirst bool) []string {
	var names []string
	o, isObject := v.(*Object)
	if isObject {
		for name, slot := range o.All() {
			if d, ok := slot.(*Dynamic); ok && !isPropertyKind(d.Kind) {
				continue
			}
			names = append(names, name)
		}
	}
	for _, name := range t.addedNames(v) {
		if !containsFold(names, name) {
			names = append(names, name)
		}
	}
	base := Base(v)
	if base == nil || isObject && o.IsCustom() {
		return names
	}
	own := len(names)
	members := TypeOf(base).InstanceMembers()
	for _, added := range []bool{addedFirst, !addedFirst} {
		for _, m := range members {
			if m.isProperty() && !m.Hidden && (m.Kind != KindProperty) == added && (own == 0 || !containsFold(names[:own], m.Name)) {
				names = append(names, m.Name)
			}
		}
	}
	return names
}

func (m *Member) isProperty() bool { return isPropertyKind(m.Kind) }

func isPropertyKind(k MemberKind) bool {
	switch k {
	case KindProperty, KindNoteProperty, KindScriptProperty, KindAliasProperty, KindCodeProperty:
		return true
	}
	return false
}

func containsFold(names []string, name string) bool {
	for _, n := range names {
		if strings.EqualFold(n, name) {
			return true
		}
	}
	return false
}
