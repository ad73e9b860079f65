package help

import (
	"strings"

	"migsh/shell/object"
)

// page is the Go value under a page that is shown: a topic, in a view.
type page struct {
	topic *Topic
	view  View
}

// The types of what Get-Help gives; their views render the page.
var (
	typePage      = object.Declare(&object.Type{Name: "MamlCommandHelpInfo", Base: object.TypeObject})
	typeParameter = object.Declare(&object.Type{Name: "MamlCommandHelpInfo#parameter", Base: object.TypeObject})
	typeShort     = object.Declare(&object.Type{Name: "HelpInfoShort", Base: object.TypeObject, Views: object.Views{Table: []object.Column{
		{Property: "Name", Width: 33}, {Property: "Category", Width: 9}, {Property: "Module", Width: 25}, {Property: "Synopsis"},
	}}})
)

func init() {
	typePage.Views.Page = func(v any, width int) string {
		if o, ok := v.(*object.Object); ok {
			if p, ok := o.Base.(page); ok {
				return p.topic.Render(p.view, width)
			}
		}
		return ""
	}
	typeParameter.Views.Page = func(v any, width int) string {
		if o, ok := v.(*object.Object); ok {
			if p, ok := o.Base.(*Parameter); ok {
				return p.Render(width)
			}
		}
		return ""
	}
}

// Object is the topic as Get-Help gives it.
func (t *Topic) Object(view View) *object.Object {
	o := object.Instance(typePage, page{t, view})
	o.Set("details", object.NewCustom("name", t.Name, "verb", verb(t.Name), "noun", noun(t.Name), "description", texts([]string{t.Synopsis})))
	o.Set("Name", t.Name)
	o.Set("Category", t.Category)
	o.Set("Synopsis", t.Synopsis)
	o.Set("Component", t.Component)
	o.Set("Role", t.Role)
	o.Set("Functionality", t.Functionality)
	o.Set("ModuleName", t.Module)
	o.Set("Syntax", t.syntaxObject())
	o.Set("description", texts(t.Description))
	var parameters []any
	for i := range t.Parameters {
		parameters = append(parameters, t.Parameters[i].Object())
	}
	o.Set("parameters", object.NewCustom("parameter", one(parameters)))
	if len(t.Inputs) > 0 {
		o.Set("inputTypes", object.NewCustom("inputType", one(typed(t.Inputs))))
	}
	if len(t.Outputs) > 0 {
		o.Set("returnValues", object.NewCustom("returnValue", one(typed(t.Outputs))))
	}
	if len(t.Notes) > 0 {
		o.Set("alertSet", object.NewCustom("alert", texts(t.Notes)))
	}
	var examples []any
	for _, e := range t.Examples {
		examples = append(examples, object.NewCustom("title", "-------------------------- "+e.Title+" --------------------------",
			"introduction", texts([]string{e.Prompt}), "code", e.Code, "remarks", texts(e.Remarks)))
	}
	if len(examples) > 0 {
		o.Set("examples", object.NewCustom("example", one(examples)))
	}
	var links []any
	for _, l := range t.Links {
		if strings.Contains(l, "://") {
			links = append(links, object.NewCustom("uri", l))
		} else {
			links = append(links, object.NewCustom("linkText", l))
		}
	}
	if len(links) > 0 {
		o.Set("relatedLinks", object.NewCustom("navigationLink", one(links)))
	}
	return o
}

// Short is the topic as Get-Help lists it among others.
func (t *Topic) Short() *object.Object {
	o := object.Instance(typeShort, t)
	o.Set("Name", t.Name)
	o.Set("Category", t.Category)
	o.Set("Module", t.Module)
	o.Set("Synopsis", strings.TrimSpace(t.Synopsis))
	return o
}

// Object is the parameter as Get-Help -Parameter gives it.
func (p *Parameter) Object() *object.Object {
	o := object.Instance(typeParameter, p)
	o.Set("description", texts(p.Description))
	o.Set("defaultValue", p.Default)
	o.Set("parameterValue", p.Type)
	o.Set("name", p.Name)
	o.Set("type", object.NewCustom("name", p.Type))
	o.Set("required", map[bool]string{true: "true", false: "false"}[p.Required])
	o.Set("globbing", map[bool]string{true: "true", false: "false"}[p.Wildcards])
	o.Set("pipelineInput", p.Pipeline)
	o.Set("position", p.Position)
	o.Set("aliases", strings.Join(p.Aliases, ", "))
	return o
}

func (t *Topic) syntaxObject() any {
	var items []any
	for _, s := range t.Syntax {
		items = append(items, object.NewCustom("name", t.Name, "syntax", s))
	}
	return object.NewCustom("syntaxItem", one(items))
}

func verb(name string) string {
	v, _, ok := strings.Cut(name, "-")
	if !ok {
		return ""
	}
	return v
}

func noun(name string) string { _, n, _ := strings.Cut(name, "-"); return n }

// texts are paragraphs as help objects have them: objects with a Text.
func texts(list []string) any {
	out := object.NewArray()
	for _, s := range list {
		o := object.NewCustom("Text", s)
		o.TypeNames = []string{"MamlParaTextItem", "System.Management.Automation.PSCustomObject", "System.Object"}
		out.Items = append(out.Items, o)
	}
	return out
}

func typed(names []string) []any {
	var out []any
	for _, n := range names {
		out = append(out, object.NewCustom("type", object.NewCustom("name", n)))
	}
	return out
}

// one is a list of one by itself.
func one(list []any) any {
	if len(list) == 1 {
		return list[0]
	}
	return object.NewArray(list...)
}
