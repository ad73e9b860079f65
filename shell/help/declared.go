package help

import (
	"strconv"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
	"migsh/shell/syntax"
)

// declared is what the declaration of a command tells.
func declared(info *cmdlet.Info) *Topic {
	t := &Topic{
		Name: info.Name, Category: category(info.Kind), Module: info.Module, Synopsis: info.Synopsis,
		Aliases: info.Aliases, Advanced: info.Advanced, Outputs: info.OutputTypes,
	}
	for _, set := range info.SyntaxSets() {
		t.Syntax = append(t.Syntax, info.Syntax(set, typeName))
	}
	seen := map[string]bool{}
	for _, p := range info.All() {
		if p.DontShow || seen[p.Name] || p.Index >= len(info.Parameters) && cmdlet.IsCommon(p.Name) {
			continue
		}
		seen[p.Name] = true
		t.Parameters = append(t.Parameters, declaredParameter(info, p))
	}
	return t
}

// typeName is a parameter's type by its .NET name, as help pages have it.
func typeName(p *cmdlet.Parameter) string {
	name, args, generic := strings.Cut(p.FullTypeName(), "`")
	if !generic {
		if open := strings.IndexByte(name, '['); open < 0 {
			return name[strings.LastIndexByte(name, '.')+1:]
		}
		elem, rank, _ := strings.Cut(name, "[")
		return elem[strings.LastIndexByte(elem, '.')+1:] + "[" + rank
	}
	_, args, _ = strings.Cut(args, "[")
	return name[strings.LastIndexByte(name, '.')+1:] + "[" + cmdlet.TypeShort(strings.Trim(args, "[]")) + "]"
}

func declaredParameter(info *cmdlet.Info, p *cmdlet.Parameter) Parameter {
	out := Parameter{
		Name: p.Name, Type: typeName(p), Switch: p.Switch || p.Type == object.TypeSwitch, Position: "named", Pipeline: pipeline(p), Aliases: p.Aliases,
		Wildcards: p.SupportsWildcards, Default: p.DefaultText,
	}
	own := p.Index < len(info.Parameters)
	if p.Switch && own && out.Default == "" {
		out.Default = "False"
	}
	for i, set := range p.Sets {
		out.Required = out.Required || set.Mandatory && (i == 0 || strings.EqualFold(set.Name, info.DefaultSet))
		if set.Position >= 0 && out.Position == "named" {
			out.Position = strconv.Itoa(set.Position + 1)
		}
	}
	if !own {
		out.Aliases = nil
	}
	if p.Help != "" {
		out.Description = []string{p.Help}
	}
	if !own && info.Kind == cmdlet.KindCmdlet {
		switch p.Name {
		case "WhatIf":
			out.Description = []string{"Shows what would happen if the command ran. The command is not run."}
		case "Confirm":
			out.Description = []string{"Asks for confirmation before the command is run."}
		}
	}
	for _, v := range p.Validators {
		if set, ok := v.(cmdlet.OneOf); ok {
			out.AcceptedValues = set.Values
		}
	}
	return out
}

func pipeline(p *cmdlet.Parameter) string {
	value, name := false, false
	for _, set := range p.Sets {
		value, name = value || set.Pipeline, name || set.PipelineByName
	}
	switch {
	case value && name:
		return "true (ByValue, ByPropertyName)"
	case value:
		return "true (ByValue)"
	case name:
		return "true (ByPropertyName)"
	}
	return "false"
}

// addComments puts in what the comments of a function or script tell.
func (t *Topic) addComments(h *syntax.CommentHelp, info *cmdlet.Info) {
	t.Synopsis = strings.TrimSpace(h.Synopsis)
	t.Description = paragraphs(h.Description)
	t.Notes = paragraphs(h.Notes)
	t.Inputs, t.Outputs = trimmed(h.Inputs), trimmed(h.Outputs)
	t.Links = trimmed(h.Links)
	t.Component, t.Role, t.Functionality = strings.TrimSpace(h.Component), strings.TrimSpace(h.Role), strings.TrimSpace(h.Functionality)
	own := 0
	for i := range t.Parameters {
		p := &t.Parameters[i]
		p.Description = nil
		text := h.Parameters[strings.ToUpper(p.Name)]
		if declared, ok := info.Parameter(p.Name); ok && declared.Index < len(info.Parameters) {
			if text == "" && own < len(h.BesideParameters) {
				text = h.BesideParameters[own]
			}
			own++
		}
		if text = strings.TrimSpace(text); text != "" {
			p.Description = paragraphs(text)
		}
	}
	for i, text := range h.Examples {
		t.Examples = append(t.Examples, commentExample(i+1, text))
	}
}

// commentExample reads an .EXAMPLE section: the first line is code, what follows a blank line are remarks.
func commentExample(n int, text string) Example {
	e := Example{Title: "EXAMPLE " + strconv.Itoa(n), Prompt: "PS > "}
	code, rest, _ := strings.Cut(strings.TrimLeft(text, "\r\n"), "\n")
	code = strings.TrimRight(code, " \r")
	if i := strings.IndexByte(code, '>'); i >= 0 && strings.HasPrefix(code, "PS ") || strings.HasPrefix(code, "PS>") {
		e.Prompt, code = code[:i+1]+" ", strings.TrimLeft(code[i+1:], " ")
	}
	e.Code = code
	e.Remarks = paragraphs(rest)
	return e
}

func trimmed(list []string) []string {
	var out []string
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// paragraphs cuts a text at its blank lines; the lines of a paragraph stay as they are.
func paragraphs(text string) []string {
	var out []string
	var lines []string
	flush := func() {
		if len(lines) > 0 {
			out = append(out, strings.Join(lines, "\n"))
			lines = nil
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, " \t\r\n")
		if line == "" {
			flush()
			continue
		}
		lines = append(lines, line)
	}
	flush()
	return out
}
