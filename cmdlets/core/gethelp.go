package core

import (
	"context"
	"embed"
	"io/fs"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/help"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Help", Module: moduleCore, Aliases: []string{"help", "man"}, DefaultSet: "AllUsersView",
		Synopsis: "Displays information about commands and concepts.",
	}, func() cmdlet.Cmdlet { return &getHelp{} })
)

//go:embed help/about_*.md
var aboutFiles embed.FS

func init() {
	files, err := fs.Sub(aboutFiles, "help")
	if err != nil {
		panic(err) // the name is a constant
	}
	help.AddAbout(files)
}

type getHelp struct {
	Name          string   `param:"pos=0 pipelinebyname" help:"A command, an about_ topic, or a part of a name with wildcards."`
	Path          string   `param:"" help:"Not supported: help is built in."`
	Category      []string `param:"" validate:"set=Alias,Cmdlet,Provider,General,FAQ,Glossary,HelpFile,ScriptCommand,Function,Filter,ExternalScript,All,DefaultHelp,DscResource,Class,Configuration" help:"Only topics of these categories."`
	Detailed      bool     `param:"set=DetailedView mandatory" help:"Also the parameters and the examples."`
	Full          bool     `param:"set=AllUsersView" help:"All that is known."`
	Examples      bool     `param:"set=Examples mandatory" help:"The examples only."`
	Parameter     []string `param:"set=Parameters mandatory" help:"Only these parameters; wildcards are allowed."`
	Component     []string `param:"" help:"Only commands of these components."`
	Functionality []string `param:"" help:"Only commands of these functionalities."`
	Role          []string `param:"" help:"Only commands for these roles."`
	Online        bool     `param:"set=Online mandatory" help:"Not supported: no browser is started."`
	ShowWindow    bool     `param:"set=ShowWindow mandatory hidden" help:"Not supported: no window is opened."`
}

func (c *getHelp) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.Online || c.ShowWindow || c.Path != "" {
		return object.NewError("NotSupported", object.NotImplemented, c.Name, "-Online, -ShowWindow and -Path are not supported. Use Get-Help %s -Full.", c.Name)
	}
	if c.Name == "" || strings.EqualFold(c.Name, "default") {
		return c.about(out, "about_migsh")
	}
	s := out.Session()
	if !object.HasWildcards(c.Name) {
		if info, ok := s.Command(c.Name); ok && info.Kind != cmdlet.KindApplication {
			return c.show(out, info)
		}
		if strings.HasPrefix(strings.ToLower(c.Name), "about_") {
			if _, ok := help.About(c.Name); ok {
				return c.about(out, c.Name)
			}
		}
	}
	return c.list(out)
}

func (c *getHelp) show(out cmdlet.Out, info *cmdlet.Info) error {
	t, err := c.topic(out.Session(), info)
	if err != nil {
		return err
	}
	if len(c.Parameter) > 0 {
		return c.parameters(out, t)
	}
	view := help.ViewDefault
	switch {
	case c.Detailed:
		view = help.ViewDetailed
	case c.Full:
		view = help.ViewFull
	case c.Examples:
		view = help.ViewExamples
	}
	return out.Write(t.Object(view))
}

func (c *getHelp) topic(s cmdlet.Session, info *cmdlet.Info) (*help.Topic, error) {
	t, err := help.Of(info)
	if err != nil {
		return nil, err
	}
	for _, a := range s.Aliases() {
		if strings.EqualFold(a.Definition, info.Name) && !slices.Contains(t.Aliases, a.Name) {
			t.Aliases = append(t.Aliases, a.Name)
		}
	}
	return t, nil
}

func (c *getHelp) parameters(out cmdlet.Out, t *help.Topic) error {
	for _, pattern := range c.Parameter {
		found := false
		for i := range t.Parameters {
			p := &t.Parameters[i]
			if !fitsWildcard(pattern, p.Name) {
				continue
			}
			found = true
			if err := out.Write(p.Object()); err != nil {
				return err
			}
		}
		if !found && !object.HasWildcards(pattern) {
			e := object.NewException("System.Management.Automation.PSArgumentException", "No parameter matches criteria %s.", pattern)
			if err := out.Error(object.NewErrorOf(e, "NoParmsFound", object.InvalidArgument, pattern)); err != nil {
				return err
			}
		}
	}
	return nil
}

// about shows an about_ topic.
func (c *getHelp) about(out cmdlet.Out, name string) error {
	text, ok := help.About(name)
	if !ok {
		return out.Error(helpNotFound(out.Session(), name))
	}
	return out.Write(text)
}

// list shows all topics whose names fit, or if there is none, those that speak of what was asked for.
func (c *getHelp) list(out cmdlet.Out) error {
	s := out.Session()
	pattern := c.Name
	if !object.HasWildcards(pattern) {
		pattern = "*" + pattern + "*"
	}
	var found []*help.Topic
	seen := map[string]bool{}
	for _, info := range s.Commands() {
		if !fitsWildcard(pattern, info.Name) || seen[info.Name] {
			continue
		}
		seen[info.Name] = true
		t, err := c.topic(s, info)
		if err != nil {
			return err
		}
		if c.wants(t) {
			found = append(found, t)
		}
	}
	for _, name := range help.Abouts() {
		if fitsWildcard(pattern, name) {
			if t := (&help.Topic{Name: name, Category: "HelpFile"}); c.wants(t) {
				found = append(found, t)
			}
		}
	}
	switch {
	case len(found) == 0 && !object.HasWildcards(c.Name):
		return out.Error(helpNotFound(s, c.Name))
	case len(found) == 1 && found[0].Category == "HelpFile":
		return c.about(out, found[0].Name)
	case len(found) == 1 && !object.HasWildcards(c.Name):
		info, ok := s.Command(found[0].Name)
		if ok {
			return c.show(out, info)
		}
	}
	for _, t := range found {
		if err := out.Write(t.Short()); err != nil {
			return err
		}
	}
	return nil
}

func (c *getHelp) wants(t *help.Topic) bool {
	fits := func(patterns []string, text string) bool {
		return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool { return fitsWildcard(p, text) })
	}
	all := slices.ContainsFunc(c.Category, func(x string) bool { return strings.EqualFold(x, "All") })
	return (all || fits(c.Category, t.Category)) && fits(c.Component, t.Component) && fits(c.Functionality, t.Functionality) && fits(c.Role, t.Role)
}

// helpNotFound tells that there is no such topic, and what may have been meant.
func helpNotFound(s cmdlet.Session, name string) *object.ErrorRecord {
	e := object.NewException("Microsoft.PowerShell.Commands.HelpNotFoundException", "Get-Help could not find %s in a help file in this session. To download updated help topics type: \"Update-Help\". To get help online, search for the help topic in the TechNet library at https://go.microsoft.com/fwlink/?LinkID=107116.", name)
	r := object.NewErrorOf(e, "HelpNotFound", object.ResourceUnavailable, nil)
	if why := cmdlet.WhyMissing(s, name); why != "" {
		r.Details, r.Action = "There is no help for "+name+".", why
	} else if s.Host().Interactive() {
		var names []string
		for _, info := range s.Commands() {
			names = append(names, info.Name)
		}
		if similar := cmdlet.Similar(name, append(names, help.Abouts()...)); len(similar) > 0 {
			r.Details = "There is no help for " + name + "."
			r.Action = "Did you mean " + strings.Join(similar, ", ") + "?"
		}
	}
	return r
}
