package core

import (
	"context"
	"encoding/xml"
	"strconv"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Update-FormatData", Module: moduleUtility, DefaultSet: "FileSet", ShouldProcess: true, Synopsis: "Updates the formatting data in the current session.",
	}, func() cmdlet.Cmdlet { return &updateFormatData{} })
	_ = declare(cmdlet.Spec{
		Name: "Get-FormatData", Module: moduleUtility, Synopsis: "Gets the formatting data of types in the current session.",
	}, func() cmdlet.Cmdlet { return &getFormatData{} })
)

type updateFormatData struct {
	AppendPath  []string `param:"pos=0 pipeline pipelinebyname" alias:"PSPath,Path" help:"Files of formats (.ps1xml) whose views are used where there is none yet."`
	PrependPath []string `param:"" help:"Files of formats (.ps1xml) whose views replace those that there are."`
}

// Process reads the files.
func (c *updateFormatData) Process(_ context.Context, _ any, out cmdlet.Out) error {
	return eachTypeFile(out, "Update FormatData", c.PrependPath, c.AppendPath, loadFormats)
}

// eachTypeFile loads files of types or formats, those first that go before.
func eachTypeFile(out cmdlet.Out, action string, before, after []string, load func(s cmdlet.Session, path string, before bool) error) error {
	for i, paths := range [][]string{before, after} {
		for _, path := range paths {
			files, err := matchingFiles(out.Session(), path, false)
			if err != nil {
				return err
			}
			for _, file := range files {
				if ok, err := out.ShouldProcess("FileName: "+file, action); err != nil {
					return err
				} else if !ok {
					continue
				}
				if err := load(out.Session(), file, i == 0); err != nil {
					if err := out.Error(object.RecordOf(err)); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// formatFile is a .ps1xml file of formats: tables and lists.
type formatFile struct {
	XMLName xml.Name     `xml:"Configuration"`
	Views   []formatView `xml:"ViewDefinitions>View"`
}

type formatView struct {
	Name    string
	Types   []string `xml:"ViewSelectedBy>TypeName"`
	GroupBy *struct {
		PropertyName, ScriptBlock, Label string
	}
	Table *struct {
		AutoSize *struct{}
		Headers  []struct {
			Label, Alignment string
			Width            string
		} `xml:"TableHeaders>TableColumnHeader"`
		Items []formatItem `xml:"TableRowEntries>TableRowEntry>TableColumnItems>TableColumnItem"`
	} `xml:"TableControl"`
	List *struct {
		Items []formatItem `xml:"ListEntries>ListEntry>ListItems>ListItem"`
	} `xml:"ListControl"`
	Wide *struct {
		Item formatItem `xml:"WideEntries>WideEntry>WideItem"`
	} `xml:"WideControl"`
	Custom *struct{} `xml:"CustomControl"`
}

// formatItem is one cell of a view.
type formatItem struct {
	Label, PropertyName, ScriptBlock, FormatString, Alignment string
}

// loadFormats adds the views of a file. A view that a type has already stays, unless the file goes before.
func loadFormats(s cmdlet.Session, path string, before bool) error {
	var file formatFile
	if err := readXMLFile(path, "Update-FormatData", &file); err != nil {
		return err
	}
	changed := map[string]*object.TypeData{}
	var order []string
	for _, v := range file.Views {
		for _, name := range v.Types {
			name = strings.TrimSpace(name)
			d := changed[name]
			if d == nil {
				d = typeDataCopy(s.TypeData(), name)
				views := object.Views{}
				if known := d.Views; known != nil {
					views = *known
				}
				d.Views = &views
				changed[name] = d
				order = append(order, name)
			}
			if err := v.apply(s, d, before); err != nil {
				return faultyXML(path, "Update-FormatData", "view '"+v.Name+"': "+err.Error())
			}
		}
	}
	for _, name := range order {
		s.TypeData().Set(changed[name])
	}
	return nil
}

// apply makes the view one of a type's.
func (v *formatView) apply(s cmdlet.Session, d *object.TypeData, before bool) error {
	views := d.Views
	switch {
	case v.Custom != nil:
		return object.NewError("NotSupported", object.NotImplemented, nil, "custom controls are not supported; use a table or a list")
	case v.Wide != nil:
		if before || d.Wide == "" {
			d.Wide = v.Wide.Item.PropertyName
		}
	case v.Table != nil && (before || views.Table == nil):
		columns, err := v.columns(s)
		if err != nil {
			return err
		}
		views.Table, views.AutoSize = columns, v.Table.AutoSize != nil
		if err := v.group(s, views); err != nil {
			return err
		}
		if before {
			views.ListFirst = false
		}
	case v.List != nil && (before || views.List == nil):
		views.List = nil
		for _, item := range v.List.Items {
			column, err := item.column(s)
			if err != nil {
				return err
			}
			column.Header = strings.TrimSpace(item.Label)
			views.List = append(views.List, column)
		}
		if views.Table == nil || before {
			views.ListFirst = true
		}
	}
	return nil
}

// columns are the table's columns: the headers with the items of the row.
func (v *formatView) columns(s cmdlet.Session) ([]object.Column, error) {
	var out []object.Column
	for i, item := range v.Table.Items {
		column, err := item.column(s)
		if err != nil {
			return nil, err
		}
		alignment := item.Alignment
		if i < len(v.Table.Headers) {
			h := v.Table.Headers[i]
			column.Header = strings.TrimSpace(h.Label)
			if text := strings.TrimSpace(h.Width); text != "" {
				if column.Width, err = strconv.Atoi(text); err != nil {
					return nil, err
				}
			}
			if alignment == "" {
				alignment = h.Alignment
			}
		}
		if column.Header == "" && column.Property == "" {
			column.Header = strings.TrimSpace(item.ScriptBlock)
		}
		column.Right = strings.EqualFold(strings.TrimSpace(alignment), "right")
		out = append(out, column)
	}
	return out, nil
}

// group makes the table grouped, where the view says so.
func (v *formatView) group(s cmdlet.Session, views *object.Views) error {
	views.GroupBy, views.GroupLabel, views.GroupValue = "", "", nil
	if v.GroupBy == nil {
		return nil
	}
	item := formatItem{PropertyName: v.GroupBy.PropertyName, ScriptBlock: v.GroupBy.ScriptBlock}
	column, err := item.column(s)
	if err != nil {
		return err
	}
	views.GroupBy, views.GroupLabel, views.GroupValue = column.Property, strings.TrimSpace(v.GroupBy.Label), column.Value
	if views.GroupBy == "" {
		views.GroupBy = strings.TrimSpace(v.GroupBy.ScriptBlock)
	}
	return nil
}

// column is the item as a column of a view.
func (i formatItem) column(s cmdlet.Session) (object.Column, error) {
	c := object.Column{Property: strings.TrimSpace(i.PropertyName), Format: strings.TrimSpace(i.FormatString)}
	if strings.TrimSpace(i.ScriptBlock) == "" {
		return c, nil
	}
	block, err := s.NewBlock(i.ScriptBlock)
	if err != nil {
		return c, err
	}
	c.Value = func(v any) any {
		out, err := block.Call([]any{v})
		if err != nil {
			return nil // as PowerShell shows a cell whose script fails
		}
		return object.Collect(out)
	}
	return c, nil
}

type getFormatData struct {
	TypeName          []string `param:"pos=0 wildcards" validate:"notnullorempty" help:"Names of types; those with views from files where nothing is said."`
	PowerShellVersion any      `param:"" typename:"System.Version" help:"The version that the data is for; here it is the same for all."`
}

// Process lists the types that have views of their own.
func (c *getFormatData) Process(_ context.Context, _ any, out cmdlet.Out) error {
	seen := map[string]bool{}
	write := func(name string, views *object.Views) error {
		if seen[name] {
			return nil
		}
		seen[name] = true
		defined := object.NewList()
		if views.Table != nil {
			defined.Add(object.NewCustom("Name", name, "Control", "TableControl"))
		}
		if views.List != nil {
			defined.Add(object.NewCustom("Name", name, "Control", "ListControl"))
		}
		if defined.Items == nil {
			return nil
		}
		o := object.NewCustom("TypeNames", object.NewList(name), "FormatViewDefinition", defined)
		o.TypeNames = []string{"System.Management.Automation.ExtendedTypeDefinition", "System.Object"}
		return out.Write(o)
	}
	for _, d := range out.Session().TypeData().All() {
		if d.Views != nil && (len(c.TypeName) == 0 || matchesAny(d.Name, c.TypeName)) {
			if err := write(d.Name, d.Views); err != nil {
				return err
			}
		}
	}
	for _, name := range c.TypeName {
		if t, ok := object.TypeByName(name); ok {
			if err := write(t.Name, &t.Views); err != nil {
				return err
			}
		}
	}
	return nil
}
