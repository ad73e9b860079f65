package core

import (
	"context"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Update-TypeData", Module: moduleUtility, DefaultSet: "FileSet", ShouldProcess: true, Synopsis: "Updates the extended type data in the session.",
	}, func() cmdlet.Cmdlet { return &updateTypeData{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-TypeData", Module: moduleUtility, Synopsis: "Gets the extended type data in the current session.",
	}, func() cmdlet.Cmdlet { return &getTypeData{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-TypeData", Module: moduleUtility, DefaultSet: "RemoveTypeSet", ShouldProcess: true, Synopsis: "Deletes extended types from the current session.",
	}, func() cmdlet.Cmdlet { return &removeTypeData{} })
)

type updateTypeData struct {
	TypeName                  string   `param:"set=DynamicTypeSet mandatory pos=0 pipelinebyname; set=TypeDataSet pipelinebyname" help:"The type's name."`
	MemberType                string   `param:"set=DynamicTypeSet" validate:"set=NoteProperty,AliasProperty,ScriptProperty,CodeProperty,ScriptMethod,CodeMethod" help:"The kind of member to add."`
	MemberName                string   `param:"set=DynamicTypeSet" validate:"notnullorempty" help:"The member's name."`
	Value                     any      `param:"set=DynamicTypeSet" help:"The value, or the script block that computes it."`
	SecondValue               any      `param:"set=DynamicTypeSet" help:"The script block that sets the value."`
	DefaultDisplayProperty    string   `param:"set=DynamicTypeSet" validate:"notnullorempty" help:"The property that wide views show."`
	DefaultDisplayPropertySet []string `param:"set=DynamicTypeSet" validate:"notnullorempty" help:"The properties that are shown."`
	DefaultKeyPropertySet     []string `param:"set=DynamicTypeSet" validate:"notnullorempty" help:"The properties that objects are sorted and grouped by."`
	Force                     bool     `param:"set=DynamicTypeSet,TypeDataSet" help:"Replaces a member that is there already."`
	PrependPath               []string `param:"set=FileSet" help:"Files of types (.ps1xml) whose members replace those that there are."`
	AppendPath                []string `param:"set=FileSet pos=0 pipeline pipelinebyname" alias:"PSPath,Path" help:"Files of types (.ps1xml) whose members are added where there are none of that name."`
}

// Process adds to what is known of a type.
func (c *updateTypeData) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.TypeName == "" {
		return eachTypeFile(out, "Update TypeData", c.PrependPath, c.AppendPath, loadTypes)
	}
	if ok, err := out.ShouldProcess("Type Name: "+c.TypeName, "Update TypeData"); err != nil || !ok {
		return err
	}
	types := out.Session().TypeData()
	d := typeDataCopy(types, c.TypeName)
	name := d.Name
	if c.DefaultDisplayPropertySet != nil {
		d.Display = c.DefaultDisplayPropertySet
	}
	if c.DefaultDisplayProperty != "" {
		d.Wide = c.DefaultDisplayProperty
	}
	if c.DefaultKeyPropertySet != nil {
		d.Keys = c.DefaultKeyPropertySet
	}
	if c.MemberName != "" {
		if _, there := d.Members.Own(c.MemberName); there && !c.Force {
			e := object.NewException("System.Management.Automation.RuntimeException", "Error in TypeData \"%s\": The member %s is already present.", name, c.MemberName)
			return out.Error(object.NewErrorOf(e, "TypesDynamicUpdateException", object.InvalidOperation, nil))
		}
		v, err := (&addMember{MemberType: c.MemberType, Name: c.MemberName, Value: c.Value, SecondValue: c.SecondValue}).member()
		if err != nil {
			return err
		}
		d.Members.Set(c.MemberName, v)
	} else if c.MemberType != "" || c.DefaultDisplayPropertySet == nil && c.DefaultDisplayProperty == "" && c.DefaultKeyPropertySet == nil {
		e := object.NewException("System.InvalidOperationException", "No members are specified for the type \"%s\".", name)
		return out.Error(object.NewErrorOf(e, "TypeDataEmpty", object.InvalidOperation, nil))
	}
	types.Set(d)
	return nil
}

type getTypeData struct {
	TypeName []string `param:"pos=0 pipeline" validate:"notnullorempty" help:"The types' names."`
}

// Process lists type data.
func (c *getTypeData) Process(_ context.Context, _ any, out cmdlet.Out) error {
	for _, d := range out.Session().TypeData().All() {
		if len(c.TypeName) > 0 && !matchesAny(d.Name, c.TypeName) {
			continue
		}
		members := object.NewHashtable()
		for name, slot := range d.Members.All() {
			members.Set(name, slotText(slot))
		}
		o := object.NewCustom("TypeName", d.Name, "Members", members)
		if d.Display != nil {
			o.Set("DefaultDisplayPropertySet", strings.Join(d.Display, ", "))
		}
		if d.Wide != "" {
			o.Set("DefaultDisplayProperty", d.Wide)
		}
		if d.Keys != nil {
			o.Set("DefaultKeyPropertySet", strings.Join(d.Keys, ", "))
		}
		if err := out.Write(o); err != nil {
			return err
		}
	}
	return nil
}

func slotText(slot any) any {
	if d, ok := slot.(*object.Dynamic); ok {
		_, text := ownText("", d)
		return string(d.Kind) + text
	}
	return slot
}

func matchesAny(name string, patterns []string) bool {
	for _, p := range patterns {
		if w, err := object.NewWildcard(p, true); err == nil && w.Match(name) {
			return true
		}
	}
	return false
}

type removeTypeData struct {
	TypeName string   `param:"set=RemoveTypeSet mandatory pos=0 pipeline pipelinebyname" help:"The type's name."`
	Path     []string `param:"set=RemoveFileSet mandatory" help:"Files of types (.ps1xml) whose types are to be forgotten."`
}

// Process forgets the type data of a type.
func (c *removeTypeData) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.Path != nil {
		return eachTypeFile(out, "Remove TypeData", c.Path, nil, func(s cmdlet.Session, path string, _ bool) error {
			var file typeFile
			if err := readXMLFile(path, "Remove-TypeData", &file); err != nil {
				return err
			}
			for _, t := range file.Types {
				s.TypeData().Remove(strings.TrimSpace(t.Name))
			}
			return nil
		})
	}
	if ok, err := out.ShouldProcess("Type Name: "+c.TypeName, "Remove TypeData"); err != nil || !ok {
		return err
	}
	if !out.Session().TypeData().Remove(c.TypeName) {
		e := object.NewException("System.Management.Automation.RuntimeException", "Error in TypeData \"%s\": The type \"%[1]s\" was not found. The type name value must be the full name of the type. Verify the type name and run the command again.", c.TypeName)
		return out.Error(object.NewErrorOf(e, "TypesDynamicRemoveException", object.InvalidOperation, nil))
	}
	return nil
}
