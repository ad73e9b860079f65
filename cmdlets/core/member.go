package core

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Get-Member", Module: moduleUtility, Aliases: []string{"gm"}, Synopsis: "Gets the properties and methods of objects.",
	OutputTypes: []string{"Microsoft.PowerShell.Commands.MemberDefinition"},
}, func() cmdlet.Cmdlet { return &getMember{} })

// typeMemberTypes is the enumeration of the kinds of members; All and its like are sets of them.
var typeMemberTypes = knownType("System.Management.Automation.PSMemberTypes")

// knownType finds a type that the object model is known to have.
func knownType(name string) *object.Type {
	t, ok := object.TypeByName(name)
	if !ok {
		panic("core: the object model has no type " + name)
	}
	return t
}

var typeMemberDefinition = func() *object.Type {
	t := object.Declare(&object.Type{
		Name: "Microsoft.PowerShell.Commands.MemberDefinition", Base: object.TypeObject,
		ToString: func(v any) string { return v.(*object.Object).Base.(*memberDefinition).definition },
		Views: object.Views{
			Table: []object.Column{{Property: "Name"}, {Property: "MemberType"}, {Property: "Definition"}}, AutoSize: true, GroupBy: "TypeName",
		},
	})
	object.Extend(t, func(t *object.Type) {
		addProperty(t, "TypeName", object.TypeString, func(m *memberDefinition) any { return m.typeName })
		addProperty(t, "Name", object.TypeString, func(m *memberDefinition) any { return m.name })
		addProperty(t, "MemberType", typeMemberTypes, func(m *memberDefinition) any { return object.EnumValue(typeMemberTypes, string(m.kind)) })
		addProperty(t, "Definition", object.TypeString, func(m *memberDefinition) any { return m.definition })
	})
	return t
}()

// memberDefinition is one member as Get-Member shows it.
type memberDefinition struct {
	typeName, name, definition string
	kind                       object.MemberKind
}

type getMember struct {
	InputObject any      `param:"pipeline" help:"The objects whose members are listed."`
	Name        []string `param:"pos=0 wildcards" validate:"notnullorempty" help:"The members' names."`
	MemberType  []string `typename:"System.Management.Automation.PSMemberTypes" param:"" alias:"Type" help:"The kinds of members, such as Property or Method." values:"AliasProperty,CodeProperty,Property,NoteProperty,ScriptProperty,Properties,PropertySet,Method,CodeMethod,ScriptMethod,Methods,ParameterizedProperty,MemberSet,Event,All"`
	View        []string `typename:"System.Management.Automation.PSMemberViewTypes" param:"" validate:"set=Extended,Adapted,Base,All" help:"Which members: those of the type, those added, or all."`
	Static      bool     `param:"" help:"Lists the type's static members."`
	Force       bool     `param:"" help:"Lists hidden members too."`

	kinds    int64
	patterns []*object.Wildcard
	seen     map[string]bool // types that have been listed
	any      bool
}

// Begin reads the filters.
func (c *getMember) Begin(context.Context, cmdlet.Out) error {
	c.seen = map[string]bool{}
	c.kinds = object.EnumValue(typeMemberTypes, "All").Value
	if len(c.MemberType) > 0 {
		c.kinds = 0
		for _, name := range c.MemberType {
			v, err := object.Convert(name, typeMemberTypes)
			if err != nil {
				return err
			}
			c.kinds |= v.(object.Enum).Value
		}
	}
	for _, name := range c.Name {
		w, err := object.NewWildcard(name, true)
		if err != nil {
			return err
		}
		c.patterns = append(c.patterns, w)
	}
	return nil
}

// Process lists the members of the first object of each type.
func (c *getMember) Process(_ context.Context, in any, out cmdlet.Out) error {
	if in == cmdlet.NoInput {
		in = c.InputObject
	}
	if in == nil {
		return nil
	}
	c.any = true
	name := object.TypeNamesOf(in)[0]
	if t, ok := object.Base(in).(*object.Type); ok && c.Static {
		name = t.Name
	}
	if c.seen[name] {
		return nil
	}
	c.seen[name] = true
	for _, m := range c.members(in, name, out.Session().TypeData()) {
		if err := out.Write(object.Instance(typeMemberDefinition, m)); err != nil {
			return err
		}
	}
	return nil
}

// End complains where there was nothing to look at.
func (c *getMember) End(_ context.Context, out cmdlet.Out) error {
	if c.any {
		return nil
	}
	e := object.NewException("System.InvalidOperationException", "You must specify an object for the Get-Member cmdlet.")
	return out.Error(object.NewErrorOf(e, "NoObjectInGetMember", object.CloseError, nil))
}

// members lists the members that pass the filters, by kind and name.
func (c *getMember) members(v any, typeName string, types *object.TypeTable) []*memberDefinition {
	var list []*memberDefinition
	add := func(name string, kind object.MemberKind, definition string) {
		if c.wanted(name, kind) && !slices.ContainsFunc(list, func(m *memberDefinition) bool { return strings.EqualFold(m.name, name) }) {
			list = append(list, &memberDefinition{typeName: typeName, name: name, kind: kind, definition: definition})
		}
	}
	if c.Static {
		t, ok := object.Base(v).(*object.Type)
		if !ok {
			t = object.TypeOf(object.Base(v))
		}
		if len(t.Constructors) > 0 {
			var signatures []string
			for i := range t.Constructors {
				signatures = append(signatures, constructorText(t, &t.Constructors[i]))
			}
			add("new", object.KindMethod, strings.Join(signatures, ", "))
		}
		for _, m := range t.StaticMembers() {
			add(m.Name, m.Kind, "static "+memberText(m, true))
		}
	} else {
		if c.view("Extended") {
			if o, ok := v.(*object.Object); ok {
				for name, slot := range o.All() {
					kind, text := ownText(name, slot)
					add(name, kind, text)
				}
			}
			for name, slot := range types.AddedMembers(v) {
				kind, text := ownText(name, slot)
				add(name, kind, text)
			}
		}
		if t := object.TypeOf(object.Base(v)); t != nil && (c.view("Adapted") || c.view("Base")) {
			for _, m := range t.InstanceMembers() {
				if m.Hidden && !c.Force {
					continue
				}
				add(m.Name, m.Kind, memberText(m, false))
			}
		}
	}
	slices.SortStableFunc(list, func(a, b *memberDefinition) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(strings.ToUpper(a.name), strings.ToUpper(b.name)))
	})
	return list
}

func (c *getMember) view(name string) bool {
	return len(c.View) == 0 || slices.ContainsFunc(c.View, func(v string) bool { return strings.EqualFold(v, name) || strings.EqualFold(v, "All") })
}

func (c *getMember) wanted(name string, kind object.MemberKind) bool {
	if object.EnumValue(typeMemberTypes, string(kind)).Value&c.kinds == 0 {
		return false
	}
	if len(c.patterns) == 0 {
		return !isAccessor(name) || c.Force
	}
	return slices.ContainsFunc(c.patterns, func(w *object.Wildcard) bool { return w.Match(name) })
}

// isAccessor tells the methods behind properties and operators, which are hidden.
func isAccessor(name string) bool {
	return strings.HasPrefix(name, "get_") || strings.HasPrefix(name, "set_") || strings.HasPrefix(name, "op_")
}

// ownText describes a member that an object carries itself.
func ownText(name string, slot any) (object.MemberKind, string) {
	d, ok := slot.(*object.Dynamic)
	if !ok {
		t, text := "object", "null"
		if slot != nil {
			t, text = object.TypeOf(slot).PSName(), object.ToString(slot)
			if o, isObject := slot.(*object.Object); isObject && o.IsCustom() {
				t = "System.Management.Automation.PSCustomObject"
			}
			if items, isList := object.ItemsOf(slot); isList && items != nil {
				text = object.TypeOf(object.Base(slot)).Name
			}
		}
		return object.KindNoteProperty, t + " " + name + "=" + text
	}
	switch d.Kind {
	case object.KindAliasProperty:
		return d.Kind, name + " = " + d.Alias
	case object.KindScriptMethod:
		return d.Kind, "System.Object " + name + "();"
	case object.KindPropertySet:
		return d.Kind, name + " {" + strings.Join(d.Names, ", ") + "}"
	}
	text := "System.Object " + name + " {"
	if d.Getter != nil {
		text += "get=" + d.Getter.Text() + ";"
	}
	if d.Setter != nil {
		text += "set=" + d.Setter.Text() + ";"
	}
	return d.Kind, text + "}"
}

// memberText describes a member of a type.
func memberText(m *object.Member, static bool) string {
	if len(m.Overloads) > 0 {
		separator := ", "
		if static {
			separator = ", static "
		}
		return strings.Join(m.Signatures(), separator)
	}
	t := "System.Object"
	if m.Type != nil {
		t = m.Type.PSName()
	}
	access := "{get;}"
	if m.Set != nil {
		access = "{get;set;}"
	}
	return t + " " + m.Name + " " + access
}

func constructorText(t *object.Type, o *object.Overload) string {
	text := o.Signature(&object.Member{Name: "new"})
	if i := strings.IndexByte(text, ' '); i >= 0 {
		text = text[i+1:]
	}
	return t.PSName() + " " + text
}
