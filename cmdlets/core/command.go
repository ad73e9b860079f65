package core

import (
	"context"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var _ = declare(cmdlet.Spec{
	Name: "Get-Command", Module: moduleCore, Aliases: []string{"gcm"}, DefaultSet: "AllCommandSet",
	Synopsis: "Gets all commands.",
}, func() cmdlet.Cmdlet { return &getCommand{} })

type getCommand struct {
	Name          []string `param:"set=AllCommandSet pos=0 pipeline pipelinebyname"`
	Verb          []string `param:"set=CmdletSet pipelinebyname"`
	Noun          []string `param:"set=CmdletSet pipelinebyname"`
	Module        []string `param:"pipelinebyname" alias:"PSSnapin"`
	CommandType   []string `param:"set=AllCommandSet pipelinebyname" alias:"Type" validate:"set=Alias,Function,Filter,Cmdlet,ExternalScript,Application,Script,All"`
	TotalCount    int32    `param:"pipelinebyname" default:"-1"`
	Syntax        bool     `param:"pipelinebyname"`
	All           bool     `param:"pipelinebyname"`
	ListImported  bool     `param:"pipelinebyname"`
	ParameterName []string `param:""`
}

// found is a command that fits what was asked for.
type foundCommand struct {
	name, kind string
}

func (c *getCommand) Process(_ context.Context, _ any, out cmdlet.Out) error {
	var found []foundCommand
	wild := len(c.Name) == 0 || len(c.Verb)+len(c.Noun) > 0
	for _, name := range c.Name {
		if object.HasWildcards(name) {
			wild = true
			found = append(found, c.matching(name, out.Session())...)
			continue
		}
		kind, ok := kindOf(name, out.Session())
		if !ok || !c.wanted(kind) {
			if err := out.Error(commandNotFound(name)); err != nil {
				return err
			}
			continue
		}
		found = append(found, foundCommand{name, kind})
	}
	if len(c.Name) == 0 {
		found = c.matching("*", out.Session())
	}
	if wild {
		slices.SortStableFunc(found, func(a, b foundCommand) int {
			return strings.Compare(strings.ToLower(a.name), strings.ToLower(b.name))
		})
		found = slices.Compact(found)
	}
	if out.Bound("TotalCount") && c.TotalCount >= 0 && len(found) > int(c.TotalCount) {
		found = found[:c.TotalCount]
	}
	return c.write(found, out)
}

func (c *getCommand) write(found []foundCommand, out cmdlet.Out) error {
	for _, f := range found {
		if c.Syntax {
			info, ok := out.Session().Command(f.name)
			if !ok {
				continue
			}
			if err := out.Write("\n" + strings.Join(info.Syntax(), "\n\n") + "\n"); err != nil {
				return err
			}
			continue
		}
		if err := out.Write(out.Session().Describe(f.name)); err != nil {
			return err
		}
	}
	return nil
}

// kindOf tells what sort of command has a name.
func kindOf(name string, s cmdlet.Session) (string, bool) {
	o := s.Describe(name)
	if o == nil {
		return "", false
	}
	v, _, err := object.Property(o, "CommandType")
	if err != nil {
		return "", false
	}
	return object.ToString(v), true
}

// wanted tells whether -CommandType asks for a kind of command.
func (c *getCommand) wanted(kind string) bool {
	if len(c.CommandType) == 0 {
		return true
	}
	return slices.ContainsFunc(c.CommandType, func(t string) bool { return strings.EqualFold(t, kind) || strings.EqualFold(t, "All") })
}

// matching lists the commands whose names fit a pattern and the other conditions.
func (c *getCommand) matching(pattern string, s cmdlet.Session) []foundCommand {
	var found []foundCommand
	byParts := len(c.Verb)+len(c.Noun) > 0
	for _, info := range s.Commands() {
		verb, noun, ok := strings.Cut(info.Name, "-")
		switch {
		case !fits([]string{pattern}, info.Name), !c.wanted(string(info.Kind)), !fits(c.Module, info.Module):
		case byParts && (!ok || !fits(c.Verb, verb) || !fits(c.Noun, noun)):
		case !c.hasParameters(info):
		default:
			found = append(found, foundCommand{info.Name, string(info.Kind)})
		}
	}
	if byParts || len(c.Module) > 0 || !c.wanted("Alias") || len(c.ParameterName) > 0 {
		return found
	}
	for _, a := range s.Aliases() {
		if fits([]string{pattern}, a.Name) {
			found = append(found, foundCommand{a.Name, "Alias"})
		}
	}
	return found
}

func (c *getCommand) hasParameters(info *cmdlet.Info) bool {
	for _, name := range c.ParameterName {
		if !slices.ContainsFunc(info.All(), func(p *cmdlet.Parameter) bool {
			return fits([]string{name}, p.Name) || slices.ContainsFunc(p.Aliases, func(a string) bool { return fits([]string{name}, a) })
		}) {
			return false
		}
	}
	return true
}

// fits tells whether a name fits one of the patterns; no patterns fit everything.
func fits(patterns []string, name string) bool {
	return len(patterns) == 0 || slices.ContainsFunc(patterns, func(p string) bool {
		w, err := object.NewWildcard(p, true)
		return err == nil && w.Match(name)
	})
}

func commandNotFound(name string) *object.ErrorRecord {
	e := object.NewException("System.Management.Automation.CommandNotFoundException",
		"The term '%s' is not recognized as a name of a cmdlet, function, script file, or executable program.\nCheck the spelling of the name, or if a path was included, verify that the path is correct and try again.", name)
	e.Fields = object.TableOf("CommandName", name)
	return object.NewErrorOf(e, "CommandNotFoundException", object.ObjectNotFound, name)
}
