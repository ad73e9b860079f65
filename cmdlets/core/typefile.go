package core

import (
	"encoding/xml"
	"errors"
	"os"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

// typeFile is a .ps1xml file of types, as far as its elements mean something here; others make it faulty.
type typeFile struct {
	XMLName xml.Name `xml:"Types"`
	Types   []struct {
		Name    string
		Members typeMembers
		Other   []xmlOther `xml:",any"`
	} `xml:"Type"`
}

// typeMembers are a type's members in the order of their kinds.
type typeMembers struct {
	Notes []struct {
		Name, Value, TypeName string
	} `xml:"NoteProperty"`
	Aliases []struct {
		Name, ReferencedMemberName, TypeName string
	} `xml:"AliasProperty"`
	Scripts []struct {
		Name           string
		GetScriptBlock string
		SetScriptBlock string
	} `xml:"ScriptProperty"`
	Methods []struct {
		Name, Script string
	} `xml:"ScriptMethod"`
	Sets []struct {
		Name  string
		Names []string `xml:"ReferencedProperties>Name"`
	} `xml:"PropertySet"`
	MemberSets []struct {
		Name    string
		Members typeMembers
	} `xml:"MemberSet"`
	Other []xmlOther `xml:",any"`
}

// xmlOther is an element that nothing is known of.
type xmlOther struct{ XMLName xml.Name }

// readXMLFile reads a .ps1xml file into the structure that describes it.
func readXMLFile(path, command string, into any) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return readError(path, err)
	}
	if !strings.EqualFold(path[max(len(path)-7, 0):], ".ps1xml") {
		e := object.NewException("System.Management.Automation.PSInvalidOperationException", "Cannot read the file '%s' because it does not have the file name extension \"ps1xml\".", path)
		return object.NewErrorOf(e, "WrongExtension", object.InvalidArgument, path)
	}
	if err := xml.Unmarshal([]byte(strings.TrimPrefix(string(data), "\ufeff")), into); err != nil {
		return faultyXML(path, command, err.Error())
	}
	return nil
}

func faultyXML(path, command, why string) error {
	e := object.NewException("System.Management.Automation.RuntimeException", "The file '%s' cannot be used: %s. Correct it, and call %s again.", path, strings.TrimSuffix(why, "."), command)
	return object.NewErrorOf(e, strings.ReplaceAll(command, "-", "")+"XmlError", object.InvalidData, path)
}

// loadTypes adds what a file says of types. A member that is known already stays as it is, unless the file goes before.
func loadTypes(s cmdlet.Session, path string, before bool) error {
	var file typeFile
	if err := readXMLFile(path, "Update-TypeData", &file); err != nil {
		return err
	}
	var loaded []*object.TypeData
	for _, t := range file.Types {
		d := typeDataCopy(s.TypeData(), strings.TrimSpace(t.Name))
		others := append(t.Other, t.Members.Other...)
		for _, o := range others {
			return faultyXML(path, "Update-TypeData", "the element '"+o.XMLName.Local+"' of type '"+d.Name+"' needs compiled code, or is unknown")
		}
		if err := (typeLoader{s, d, before}).members(t.Members); err != nil {
			return faultyXML(path, "Update-TypeData", err.Error())
		}
		loaded = append(loaded, d)
	}
	for _, d := range loaded {
		s.TypeData().Set(d)
	}
	return nil
}

// typeDataCopy is what is known of a type, to be changed and set anew.
func typeDataCopy(types *object.TypeTable, name string) *object.TypeData {
	if t, ok := object.TypeByName(name); ok {
		name = t.Name
	}
	if known, ok := types.Of(name); ok {
		c := *known
		c.Members = known.Members.Copy()
		return &c
	}
	return &object.TypeData{Name: name, Members: &object.Object{}}
}

// typeLoader puts the members of a file into the data of a type.
type typeLoader struct {
	session cmdlet.Session
	data    *object.TypeData
	before  bool
}

func (l typeLoader) set(name string, v any) {
	if _, there := l.data.Members.Own(name); l.before || !there {
		l.data.Members.Set(name, v)
	}
}

// block makes a script block of an element's text; nil where it is empty.
func (l typeLoader) block(text string) (object.ScriptBlock, error) {
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	return l.session.NewBlock(text)
}

func (l typeLoader) members(m typeMembers) error {
	for _, n := range m.Notes {
		v, err := noteValue(n.Value, n.TypeName)
		if err != nil {
			return err
		}
		l.set(n.Name, v)
	}
	for _, a := range m.Aliases {
		d := &object.Dynamic{Kind: object.KindAliasProperty, Alias: a.ReferencedMemberName}
		if a.TypeName != "" {
			t, ok := l.session.TypeNamed(a.TypeName)
			if !ok {
				return errors.New("the type '" + a.TypeName + "' of the alias " + a.Name + " is unknown")
			}
			d.Type = t
		}
		l.set(a.Name, d)
	}
	for _, p := range m.Scripts {
		d := &object.Dynamic{Kind: object.KindScriptProperty}
		var err error
		if d.Getter, err = l.block(p.GetScriptBlock); err != nil {
			return err
		}
		if d.Setter, err = l.block(p.SetScriptBlock); err != nil {
			return err
		}
		l.set(p.Name, d)
	}
	for _, p := range m.Methods {
		body, err := l.block(p.Script)
		if err != nil {
			return err
		}
		if body == nil {
			return errors.New("the method " + p.Name + " has no script")
		}
		l.set(p.Name, &object.Dynamic{Kind: object.KindScriptMethod, Getter: body})
	}
	for _, p := range m.Sets {
		l.set(p.Name, &object.Dynamic{Kind: object.KindPropertySet, Names: p.Names})
	}
	for _, set := range m.MemberSets {
		if !strings.EqualFold(set.Name, "PSStandardMembers") {
			return errors.New("the member set " + set.Name + " is not supported; PSStandardMembers is")
		}
		l.standard(set.Members)
	}
	return nil
}

// standard reads what PSStandardMembers says of how objects are shown and compared.
func (l typeLoader) standard(m typeMembers) {
	for _, set := range m.Sets {
		switch strings.ToLower(set.Name) {
		case "defaultdisplaypropertyset":
			if l.before || l.data.Display == nil {
				l.data.Display = set.Names
			}
		case "defaultkeypropertyset":
			if l.before || l.data.Keys == nil {
				l.data.Keys = set.Names
			}
		}
	}
	for _, n := range m.Notes {
		if strings.EqualFold(n.Name, "DefaultDisplayProperty") && (l.before || l.data.Wide == "") {
			l.data.Wide = n.Value
		}
	}
}

// noteValue is a note's value, of the type that the file names.
func noteValue(text, typeName string) (any, error) {
	if typeName == "" {
		return text, nil
	}
	t, ok := object.TypeByName(typeName)
	if !ok {
		return nil, errors.New("the type '" + typeName + "' is unknown")
	}
	return object.Convert(text, t)
}
