package core

import (
	"context"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Add-Member", Module: moduleUtility, DefaultSet: "TypeNameSet", Synopsis: "Adds custom properties and methods to an instance of a PowerShell object.",
	}, func() cmdlet.Cmdlet { return &addMember{} })
	_ = declare(cmdlet.Spec{
		Name: "New-Object", Module: moduleUtility, DefaultSet: "Net", Synopsis: "Creates an instance of a .NET object.",
	}, func() cmdlet.Cmdlet { return &newObject{} })
)

type addMember struct {
	InputObject         any               `param:"mandatory pipeline" help:"The object that gets the member."`
	MemberType          string            `typename:"System.Management.Automation.PSMemberTypes" param:"set=MemberSet mandatory pos=0" alias:"Type" validate:"set=AliasProperty,CodeProperty,Property,NoteProperty,ScriptProperty,Properties,PropertySet,Method,CodeMethod,ScriptMethod,Methods,ParameterizedProperty,MemberSet,Event,Dynamic,All" help:"The kind of member."`
	Name                string            `param:"set=MemberSet mandatory pos=1" help:"The member's name."`
	Value               any               `param:"set=MemberSet pos=2" help:"The value, or the script block that computes it."`
	SecondValue         any               `param:"set=MemberSet pos=3" help:"The script block that sets the value; the type of an alias."`
	TypeName            string            `param:"set=TypeNameSet mandatory; set=NotePropertySingleMemberSet,NotePropertyMultiMemberSet,MemberSet" validate:"notnullorempty" help:"A type name for the object."`
	Force               bool              `param:"set=MemberSet,NotePropertySingleMemberSet,NotePropertyMultiMemberSet" help:"Replaces a member of that name."`
	PassThru            bool              `param:"" help:"Puts the object out."`
	NotePropertyName    string            `param:"set=NotePropertySingleMemberSet mandatory pos=0" validate:"notnullorempty notin=AliasProperty,CodeProperty,Property,NoteProperty,ScriptProperty,Properties,PropertySet,Method,CodeMethod,ScriptMethod,Methods,ParameterizedProperty,MemberSet,Event,Dynamic,All" help:"The name of a note property."`
	NotePropertyValue   any               `param:"set=NotePropertySingleMemberSet mandatory pos=1 allownull allowempty" help:"Its value."`
	NotePropertyMembers *object.Hashtable `typename:"System.Collections.IDictionary" param:"set=NotePropertyMultiMemberSet mandatory pos=0" validate:"notnullorempty" help:"Note properties by name."`
}

// Process adds the member, or the type name.
func (c *addMember) Process(_ context.Context, _ any, out cmdlet.Out) error {
	o := object.Wrap(c.InputObject)
	if o.Frozen() {
		return out.Error(object.RecordOf(object.ErrFrozen()))
	}
	if c.TypeName != "" {
		name := c.TypeName
		if t, ok := object.TypeByName(name); ok {
			name = t.Name
		}
		o.TypeNames = append([]string{name}, object.TypeNamesOf(o)...)
	}
	switch out.ParameterSet() {
	case "NotePropertySingleMemberSet":
		if err := c.add(o, c.NotePropertyName, c.NotePropertyValue, out); err != nil {
			return err
		}
	case "NotePropertyMultiMemberSet":
		for k, v := range c.NotePropertyMembers.All() {
			if err := c.add(o, object.ToString(k), v, out); err != nil {
				return err
			}
		}
	case "MemberSet":
		v, err := c.member()
		if err != nil {
			return err
		}
		if set, ok := v.(*memberSet); ok {
			set.apply(o)
		} else if err := c.add(o, c.Name, v, out); err != nil {
			return err
		}
	}
	if c.PassThru {
		return out.Write(o)
	}
	return nil
}

// add sets a member; one that is there already is replaced with -Force only.
func (c *addMember) add(o *object.Object, name string, v any, out cmdlet.Out) error {
	if _, there := o.Own(name); there || hasProperty(out.Session().TypeData(), o, name) {
		if !c.Force {
			e := object.NewException("System.InvalidOperationException", "Cannot add a member with the name \"%s\" because a member with that name already exists. To overwrite the member anyway, add the Force parameter to your command.", name)
			return out.Error(object.NewErrorOf(e, "MemberAlreadyExists", object.InvalidOperation, o))
		}
		o.Remove(name)
	}
	o.Set(name, v)
	return nil
}

// member makes the member that the parameters describe.
func (c *addMember) member() (any, error) {
	getter, _ := object.Base(c.Value).(object.ScriptBlock)
	setter, _ := object.Base(c.SecondValue).(object.ScriptBlock)
	wrongValue := func(id, text string) error {
		return object.NewErrorOf(object.NewException("System.InvalidOperationException", "%s", text), id, object.InvalidOperation, nil)
	}
	switch object.MemberKind(c.MemberType) {
	case object.KindNoteProperty:
		return c.Value, nil
	case object.KindScriptProperty:
		if getter == nil && setter == nil {
			return nil, wrongValue("Value1AndValue2AreNotBothNull", "The Value and SecondValue parameters must not both be null for a ScriptProperty.")
		}
		return &object.Dynamic{Kind: object.KindScriptProperty, Getter: getter, Setter: setter}, nil
	case object.KindScriptMethod:
		if getter == nil {
			return nil, wrongValue("Value1ShouldNotBeNull", "The Value parameter must be a script block for a ScriptMethod.")
		}
		return &object.Dynamic{Kind: object.KindScriptMethod, Getter: getter}, nil
	case object.KindAliasProperty:
		d := &object.Dynamic{Kind: object.KindAliasProperty, Alias: object.ToString(c.Value)}
		if c.SecondValue != nil {
			t, err := object.TypeOperand(c.SecondValue, "as")
			if err != nil {
				return nil, err
			}
			d.Type = t
		}
		return d, nil
	case object.KindPropertySet:
		return &object.Dynamic{Kind: object.KindPropertySet, Names: texts(c.Value)}, nil
	case "MemberSet":
		return newMemberSet(c.Name, c.Value)
	}
	return nil, object.NewErrorOf(object.NewException("System.InvalidOperationException", "Members of the type \"%s\" cannot be added.", c.MemberType), "CannotAddMemberType", object.InvalidOperation, c.MemberType)
}

func texts(v any) []string {
	items, ok := object.ItemsOf(v)
	if !ok {
		return []string{object.ToString(v)}
	}
	out := make([]string, len(items))
	for i, item := range items {
		out[i] = object.ToString(item)
	}
	return out
}

type newObject struct {
	TypeName     string            `param:"set=Net mandatory pos=0" help:"The type's name."`
	ArgumentList []any             `param:"set=Net pos=1" alias:"Args" help:"The arguments of the constructor."`
	ComObject    string            `param:"set=Com mandatory pos=0 hidden" help:"Not supported: there is no COM here."`
	Strict       bool              `param:"set=Com" help:"Not supported: there is no COM here."`
	Property     *object.Hashtable `param:"" typename:"System.Collections.IDictionary" help:"Properties to set."`
}

// Process makes the object and sets its properties.
func (c *newObject) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.ComObject != "" {
		return object.NewError("NoCOMClassIdentified", object.ResourceUnavailable, nil, "Retrieving the COM class factory for component with CLSID {00000000-0000-0000-0000-000000000000} failed: COM objects do not exist here.")
	}
	v, err := c.construct(out)
	if err != nil {
		return err
	}
	if c.Property != nil {
		for k, value := range c.Property.All() {
			name := object.ToString(k)
			if o, ok := v.(*object.Object); ok && o.IsCustom() {
				o.Set(name, value)
				continue
			}
			if err := out.Session().TypeData().SetMember(v, name, value); err != nil {
				e := object.NewException("System.InvalidOperationException", "The member \"%s\" was not found for the specified .NET object.", name)
				r := object.NewErrorOf(e, "InvalidOperationException", object.InvalidOperation, nil)
				if err := out.Error(r); err != nil {
					return err
				}
			}
		}
	}
	return out.Write(v)
}

func (c *newObject) construct(out cmdlet.Out) (any, error) {
	t, ok := out.Session().TypeNamed(c.TypeName)
	if !ok {
		e := object.NewException("System.Management.Automation.PSArgumentException", "Cannot find type [%s]: verify that the assembly containing this type is loaded.", c.TypeName)
		return nil, object.NewErrorOf(e, "TypeNotFound", object.InvalidType, nil)
	}
	if t == object.TypePSObject || t == object.TypePSCustomObject {
		if len(c.ArgumentList) == 1 {
			return object.Wrap(c.ArgumentList[0]), nil
		}
		return &object.Object{}, nil
	}
	v, err := object.Construction(t, c.ArgumentList)
	if err != nil {
		r := object.RecordOf(err)
		r = object.NewErrorOf(r.Exception, "ConstructorInvokedThrowException,"+"Microsoft.PowerShell.Commands.NewObjectCommand", object.InvalidOperation, nil)
		r.ID = "ConstructorInvokedThrowException"
		if object.RecordOf(err).ID == "MethodCountCouldNotFindBest" {
			e := object.NewException("System.Management.Automation.PSArgumentException", "A constructor was not found. Cannot find an appropriate constructor for type %s.", t.Name)
			r = object.NewErrorOf(e, "CannotFindAppropriateCtor", object.ObjectNotFound, nil)
		}
		return nil, r
	}
	return v, nil
}
