package core

import (
	"strings"

	"migsh/shell/object"
)

// property is one element of a -Property parameter: a name, a wildcard, a script block, or a hashtable with an Expression and
// what else the cmdlet knows of.
type property struct {
	name     string // the name or pattern; empty for a script block
	wildcard *object.Wildcard
	block    object.ScriptBlock
	label    string // Name or Label of a hashtable
	// order is what Ascending or Descending of a hashtable say: 1, -1, or 0 where neither does.
	order int
	// align and width are ConvertTo-Html's.
	align, width string
	types        *object.TypeTable // by which properties are found
}

// The keys that hashtables in -Property may have, by cmdlet.
var (
	selectKeys = []string{"name", "label", "expression"}
	sortKeys   = []string{"ascending", "descending", "expression"}
	groupKeys  = []string{"expression"}
	htmlKeys   = []string{"label", "name", "expression", "alignment", "width"}
)

// parseProperties reads a -Property parameter. keys are the ones that hashtables may have.
func parseProperties(types *object.TypeTable, items []any, keys []string) ([]property, error) {
	out := make([]property, 0, len(items))
	for _, item := range items {
		p, err := parseProperty(types, item, keys)
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

func parseProperty(types *object.TypeTable, item any, keys []string) (property, error) {
	p, err := readPropertyItem(item, keys)
	p.types = types
	return p, err
}

func readPropertyItem(item any, keys []string) (property, error) {
	switch v := object.Base(item).(type) {
	case nil:
		return property{}, propertyError("DictionaryKeyUnknownType", "Cannot convert a null value to one of the following types {System.String, System.Management.Automation.ScriptBlock}.")
	case object.ScriptBlock:
		return property{block: v}, nil
	case *object.Hashtable:
		return parsePropertyTable(v, keys)
	case string:
		return namedProperty(v)
	}
	return property{}, propertyError("DictionaryKeyUnknownType", "Cannot convert %s to one of the following types {System.String, System.Management.Automation.ScriptBlock}.", object.TypeOf(item).Name)
}

func namedProperty(name string) (property, error) {
	p := property{name: name}
	if object.HasWildcards(name) {
		w, err := object.NewWildcard(name, true)
		if err != nil {
			return p, err
		}
		p.wildcard = w
	}
	return p, nil
}

func parsePropertyTable(h *object.Hashtable, keys []string) (property, error) {
	var p property
	for k, v := range h.All() {
		name, ok := k.(string)
		if !ok {
			return p, propertyError("DictionaryKeyNonString", "The key %s is not valid because it is not a string.", object.ToString(k))
		}
		key, err := matchKey(name, keys)
		if err != nil {
			return p, err
		}
		if err := p.set(key, v); err != nil {
			return p, err
		}
	}
	if p.name == "" && p.block == nil {
		return p, propertyError("DictionaryKeyMandatoryEntry", "A mandatory \"Expression\" entry is missing in the hash table.")
	}
	return p, nil
}

// matchKey finds the key that a name abbreviates.
func matchKey(name string, keys []string) (string, error) {
	var found []string
	for _, k := range keys {
		if strings.EqualFold(k, name) {
			return k, nil
		}
		if len(name) <= len(k) && strings.EqualFold(k[:len(name)], name) {
			found = append(found, k)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", propertyError("DictionaryKeyIllegal", "The %s key is not valid.", name)
	}
	return "", propertyError("DictionaryKeyAmbiguous", "The %s key is ambiguous; possible matches are %s.", name, strings.Join(found, ", "))
}

func (p *property) set(key string, v any) error {
	switch key {
	case "expression":
		switch e := object.Base(v).(type) {
		case object.ScriptBlock:
			p.block = e
			return nil
		case string:
			if e == "" {
				return propertyError("ExpressionEmptyString1", "The value of the expression key cannot be an empty string.")
			}
			named, err := namedProperty(e)
			p.name, p.wildcard = named.name, named.wildcard
			return err
		}
		return propertyError("DictionaryKeyIllegalValue", "The value for the key \"expression\" has a type, %s, that is not valid; expected types are {System.String, System.Management.Automation.ScriptBlock}.", typeName(v))
	case "name", "label":
		text, ok := object.Base(v).(string)
		switch {
		case !ok:
			return propertyError("DictionaryKeyIllegalValue", "The value for the key \"%s\" has a type, %s, that is not valid; expected types are {System.String}.", key, typeName(v))
		case text == "":
			return propertyError("LabelEmptyString", "The value of the %s key cannot be an empty string.", key)
		}
		p.label = text
	case "ascending", "descending":
		if (key == "ascending") == object.IsTrue(v) {
			p.order = 1
		} else {
			p.order = -1
		}
	case "alignment":
		p.align = object.ToString(v)
	case "width":
		p.width = object.ToString(v)
	}
	return nil
}

// title is the name under which the property's value goes on.
func (p *property) title(resolved string) string {
	switch {
	case p.label != "":
		return p.label
	case p.block != nil:
		return p.block.Text()
	}
	return resolved
}

// resolve gives the names of an object's properties that the property stands for: none where it has no such property.
func (p *property) resolve(v any) []string {
	if p.wildcard == nil {
		if hasProperty(p.types, v, p.name) {
			return []string{properName(v, p.name)}
		}
		return nil
	}
	var names []string
	for _, n := range p.types.PropertyNames(v) {
		if p.wildcard.Match(n) {
			names = append(names, n)
		}
	}
	return names
}

// value computes the property for an object: false where it has no such property. Errors of script blocks give null.
func (p *property) value(v any) (any, bool) {
	if p.block != nil {
		out, err := p.block.Call([]any{v})
		if err != nil {
			return nil, true
		}
		return object.Collect(out), true
	}
	if p.wildcard != nil {
		names := p.resolve(v)
		if len(names) == 0 {
			return nil, false
		}
		return readProperty(p.types, v, names[0])
	}
	return readProperty(p.types, v, p.name)
}

// readProperty reads a property, not a method, of the object itself; an error gives null.
func readProperty(types *object.TypeTable, v any, name string) (any, bool) {
	value, ok, err := types.Property(v, name)
	if err != nil {
		return nil, true
	}
	if o, isObject := value.(*object.Object); isObject && o.Type == object.TypePSMethod {
		return nil, false
	}
	return value, ok
}

func hasProperty(types *object.TypeTable, v any, name string) bool {
	_, ok := readProperty(types, v, name)
	return ok
}

// properName is a property's name as the object spells it.
func properName(v any, name string) string {
	switch o := v.(type) {
	case *object.Object:
		if i := o.Shape().Find(name); i >= 0 {
			return o.Shape().Names[i]
		}
		if o.IsCustom() {
			return name
		}
	case *object.Hashtable:
		if o.Has(name) {
			return name
		}
	}
	if t := object.TypeOf(object.Base(v)); t != nil {
		if m := t.Member(name); m != nil {
			return m.Name
		}
	}
	return name
}

func typeName(v any) string {
	if t := object.TypeOf(v); t != nil {
		return t.Name
	}
	return "null"
}

func propertyError(id, format string, args ...any) error {
	return object.NewErrorOf(object.NewException("System.NotSupportedException", format, args...), id, object.InvalidArgument, nil)
}
