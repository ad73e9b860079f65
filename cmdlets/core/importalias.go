package core

import (
	"context"
	"encoding/csv"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Import-Alias", Module: moduleUtility, Aliases: []string{"ipal"}, DefaultSet: "ByPath", ShouldProcess: true, Synopsis: "Imports an alias list from a file.",
	OutputTypes: []string{"System.Management.Automation.AliasInfo"},
}, func() cmdlet.Cmdlet { return &importAlias{} })

type importAlias struct {
	Path        string `param:"set=ByPath mandatory pos=0 pipeline pipelinebyname" complete:"file" help:"The file, as Export-Alias writes it."`
	LiteralPath string `param:"set=ByLiteralPath mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"The file, its name taken as it is."`
	Scope       string `param:"" values:"Global,Local,Script" help:"Global, Local, Script, or a number of scopes up."`
	PassThru    bool   `param:"" help:"Gives the aliases."`
	Force       bool   `param:"" help:"Also aliases that exist or are read-only."`
}

// Process defines the aliases of the file's lines: name, command, description, options.
func (c *importAlias) Process(_ context.Context, _ any, out cmdlet.Out) error {
	s := out.Session()
	path, err := oneFile(s, c.Path+c.LiteralPath, c.LiteralPath != "")
	if err != nil {
		return err
	}
	text, err := readTextFile(path, "")
	if err != nil {
		return err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comment, r.FieldsPerRecord = '#', -1
	lines, err := r.ReadAll()
	if err != nil {
		e := object.NewException("System.FormatException", "The file '%s' is no list of aliases: %s. Write it with Export-Alias.", path, err.Error())
		return object.NewErrorOf(e, "ImportAliasFileFormatError", object.ReadError, path)
	}
	known := map[string]bool{}
	for _, a := range s.Aliases() {
		known[strings.ToLower(a.Name)] = true
	}
	for _, fields := range lines {
		if len(fields) != 4 {
			e := object.NewException("System.FormatException", "Line with alias '%s' of the file '%s' does not have four fields: name, command, description and options.", fields[0], path)
			return object.NewErrorOf(e, "ImportAliasFileFormatError", object.ReadError, path)
		}
		if err := c.define(out, s, fields, known); err != nil {
			return err
		}
	}
	return nil
}

func (c *importAlias) define(out cmdlet.Out, s cmdlet.Session, fields []string, known map[string]bool) error {
	a := cmdlet.Alias{Name: fields[0], Definition: fields[1], Description: fields[2]}
	if !c.Force && known[strings.ToLower(a.Name)] {
		e := object.NewException("System.Management.Automation.SessionStateException", "The alias is not allowed, because an alias with the name '%s' already exists.", a.Name)
		return out.Error(object.NewErrorOf(e, "AliasAlreadyExists", object.ResourceExists, a.Name))
	}
	options := strings.ToLower(fields[3])
	a.ReadOnly, a.Constant = strings.Contains(options, "readonly"), strings.Contains(options, "constant")
	ok, err := out.ShouldProcess("Name: "+a.Name+" Value: "+a.Definition, "Import Alias")
	if err != nil || !ok {
		return err
	}
	if err := s.SetAlias(a, c.Scope, c.Force); err != nil {
		return out.Error(object.RecordOf(err))
	}
	if c.PassThru {
		return out.Write(s.Describe(a.Name))
	}
	return nil
}
