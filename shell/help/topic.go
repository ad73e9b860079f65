// Package help makes the pages of Get-Help: from a command's declaration, its help file in Markdown or the comments of a
// function, laid out as PowerShell does.
package help

import (
	"strings"

	"migsh/shell/cmdlet"
)

// A Topic is all that Get-Help knows of one command.
type Topic struct {
	Name, Category, Module string
	Synopsis               string
	Description            []string // paragraphs
	Syntax                 []string // one line for each parameter set
	Parameters             []Parameter
	Examples               []Example
	Inputs, Outputs, Links []string
	Notes                  []string // paragraphs
	Component, Role        string
	Functionality          string
	Aliases                []string
	// Advanced commands have the common parameters.
	Advanced bool
	// Bare tells that nobody has written anything of the command: the page then shows its syntax only.
	Bare bool
}

// Parameter is what a page tells of a parameter.
type Parameter struct {
	Name, Type      string
	Switch          bool
	Description     []string // paragraphs
	Required        bool
	Position        string // "1" or "named"
	Default         string
	Pipeline        string // "false", "true (ByValue)" ...
	Aliases         []string
	Wildcards       bool
	AcceptedValues  []string
	DynamicProvider bool
}

// Example is one example of a page.
type Example struct {
	Title        string // "EXAMPLE 1", "Example 1: Make a batch"
	Prompt, Code string
	Remarks      []string // paragraphs
}

// Of gathers the help of a command. Its help file is preferred to the comments; what neither tells comes from the
// declaration.
func Of(info *cmdlet.Info) (*Topic, error) {
	t := declared(info)
	switch {
	case info.Help != "":
		page, err := Read(info.Help)
		if err != nil {
			return nil, err
		}
		t.addPage(page)
	case info.Comments != nil:
		if h := info.Comments(); h != nil {
			t.addComments(h, info)
		} else {
			t.bare(info)
		}
	}
	return t, nil
}

// bare makes the page of a function that nobody has written about.
func (t *Topic) bare(info *cmdlet.Info) {
	t.Bare = true
	t.Syntax = t.Syntax[:0]
	for _, set := range info.SyntaxSets() {
		t.Syntax = append(t.Syntax, info.Syntax(set, nil))
	}
	t.Synopsis = "\n" + strings.Join(t.Syntax, "\n\n") + "\n"
}

// category names a kind of command as HelpCategory does.
func category(k cmdlet.Kind) string {
	switch k {
	case cmdlet.KindFilter:
		return "Filter"
	case cmdlet.KindScriptBlock:
		return "Function"
	}
	return string(k)
}
