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

// PropertyNames lists the properties of v that views and Select-Object * show: its own, then those of its type, in the order of
// their declaration.
func PropertyNames(v any) []string {
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
	for _, name := range addedNames(v) {
		if !containsFold(names, name) {
			names = append(names, name)
		}
	}
	if base := Base(v); base != nil {
		if t := TypeOf(base); t != nil && !(isObject && o.IsCustom()) {
			own := len(names)
			for _, m := range t.InstanceMembers() {
				if m.isProperty() && (own == 0 || !containsFold(names[:own], m.Name)) {
					names = append(names, m.Name)
				}
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
