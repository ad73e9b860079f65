package core

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Import-LocalizedData", Module: moduleUtility, Synopsis: "Imports language-specific data into scripts and functions from a .psd1 file.",
}, func() cmdlet.Cmdlet { return &importLocalizedData{} })

type importLocalizedData struct {
	BindingVariable  string   `param:"pos=0" alias:"Variable" help:"The variable that gets the data; without it, the data is put out."`
	UICulture        string   `param:"pos=1" help:"The culture, such as de-DE; $PSUICulture when left out."`
	BaseDirectory    string   `param:"" complete:"file" help:"The directory that holds the cultures' directories; the script's own when left out."`
	FileName         string   `param:"" help:"The file's name; the script's own when left out."`
	SupportedCommand []string `param:"" help:"Commands that the data may call."`
}

// Process reads the file of the culture, of the language, or the one for all.
func (c *importLocalizedData) Process(ctx context.Context, _ any, out cmdlet.Out) error {
	s := out.Session()
	text := func(name string) string {
		v, _ := s.Variable(name, "")
		return object.ToString(v)
	}
	script := text("PSCommandPath")
	if script == "" && (c.BaseDirectory == "" || c.FileName == "") {
		e := object.NewException("System.Management.Automation.PSInvalidOperationException", "The FileName parameter was not specified. The FileName parameter is required when Import-LocalizedData is not called from a script file.")
		return object.NewErrorOf(e, "ImportLocalizedData", object.InvalidOperation, nil)
	}
	dir, name := c.BaseDirectory, c.FileName
	if dir == "" {
		dir = filepath.Dir(script)
	}
	if name == "" {
		name = filepath.Base(script)
	}
	if strings.EqualFold(filepath.Ext(name), ".ps1") || strings.EqualFold(filepath.Ext(name), ".psm1") || strings.EqualFold(filepath.Ext(name), ".psd1") {
		name = strings.TrimSuffix(name, filepath.Ext(name))
	}
	culture := c.UICulture
	if culture == "" {
		culture = text("PSUICulture")
	}
	path := localizedFile(s.Resolve(slashed(dir)), culture, name+".psd1")
	if path == "" {
		e := object.NewException("System.Management.Automation.PSInvalidOperationException", "Cannot find the Windows PowerShell data file '%s' in directory '%s', or in any parent culture directories.",
			name+".psd1", filepath.Join(s.Resolve(slashed(dir)), culture)+string(filepath.Separator))
		return out.Error(object.NewErrorOf(e, "ImportLocalizedData", object.ObjectNotFound, path))
	}
	source, err := readTextFile(path, "")
	if err != nil {
		return err
	}
	section := "data "
	if len(c.SupportedCommand) > 0 {
		section += "-SupportedCommand " + strings.Join(c.SupportedCommand, ", ") + " "
	}
	var data []any
	err = s.Evaluate(ctx, section+"{\n"+source+"\n}", func(v any) error {
		data = append(data, v)
		return nil
	})
	if err != nil {
		e := object.NewException("System.InvalidOperationException", "The data file '%s' could not be loaded. %s", path, object.RecordOf(err).Exception.Message)
		return out.Error(object.NewErrorOf(e, "ImportLocalizedData", object.OpenError, path))
	}
	if c.BindingVariable == "" {
		return out.Write(object.Collect(data))
	}
	return s.SetVariable(c.BindingVariable, "", object.Collect(data))
}

// localizedFile finds a file in the directory of a culture, of its language, or above; empty where there is none.
func localizedFile(base, culture, name string) string {
	for at := culture; ; {
		path := filepath.Join(base, at, name)
		if info, err := os.Stat(path); err == nil && !info.IsDir() {
			return path
		}
		if at == "" {
			return ""
		}
		at = at[:max(strings.LastIndexByte(at, '-'), 0)]
	}
}
