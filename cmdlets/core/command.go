package core

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Command", Module: moduleCore, Aliases: []string{"gcm"}, DefaultSet: "CmdletSet", Synopsis: "Gets all commands.",
		OutputTypes: []string{"System.Management.Automation.AliasInfo", "System.Management.Automation.ApplicationInfo", "System.Management.Automation.FunctionInfo", "System.Management.Automation.CmdletInfo", "System.Management.Automation.ExternalScriptInfo", "System.Management.Automation.FilterInfo", "System.String", "System.Management.Automation.PSObject"},
	}, func() cmdlet.Cmdlet { return &getCommand{TotalCount: -1} })
	_ = declare(cmdlet.Spec{
		Name: "Get-Verb", Module: moduleUtility, Synopsis: "Gets approved PowerShell verbs.",
	}, func() cmdlet.Cmdlet { return &getVerb{} })
)

type getCommand struct {
	Name                     []string     `param:"set=AllCommandSet pos=0 pipeline pipelinebyname wildcards" help:"Names of commands; wildcards are allowed."`
	Verb                     []string     `param:"set=CmdletSet pipelinebyname wildcards" help:"Only commands with these verbs."`
	Noun                     []string     `param:"set=CmdletSet pipelinebyname wildcards" help:"Only commands with these nouns."`
	Module                   []string     `param:"pipelinebyname" alias:"PSSnapin" help:"Only commands of these modules."`
	ExcludeModule            []string     `param:"" help:"No commands of these modules."`
	FullyQualifiedModule     []any        `param:"pipelinebyname" typename:"Microsoft.PowerShell.Commands.ModuleSpecification[]" help:"Only commands of the modules that these specifications name."`
	CommandType              *object.Enum `param:"set=AllCommandSet pipelinebyname" alias:"Type" type:"System.Management.Automation.CommandTypes" help:"Alias, Function, Cmdlet, ExternalScript, Application ..."`
	TotalCount               int32        `param:"pipelinebyname" help:"At most so many commands."`
	Syntax                   bool         `param:"pipelinebyname" help:"Gives the syntax as text."`
	ShowCommandInfo          bool         `param:"" help:"Not supported: no window shows commands here."`
	ArgumentList             []any        `param:"pos=1 remaining allownull allowempty" alias:"Args" help:"The arguments for which the dynamic parameters of functions are told."`
	All                      bool         `param:"pipelinebyname" help:"Also commands that others of the same name hide."`
	ListImported             bool         `param:"pipelinebyname" help:"Only commands of the session, which is the rule here."`
	ParameterName            []string     `param:"wildcards" help:"Only commands that have one of these parameters."`
	ParameterType            []any        `param:"" typename:"System.Management.Automation.PSTypeName[]" help:"Only commands that have parameters of one of these types."`
	UseFuzzyMatching         bool         `param:"set=AllCommandSet" help:"Also names that are like the one given."`
	FuzzyMinimumDistance     *uint32      `param:"set=AllCommandSet" help:"How many letters may differ with -UseFuzzyMatching; 5 when left out."`
	UseAbbreviationExpansion bool         `param:"set=AllCommandSet" help:"Also names whose capital letters begin as given: g-mb finds Get-MigrationBatch."`

	found []command
	wild  bool
}

// command is one that was found.
type command struct {
	info *cmdlet.Info
	any  any // as scripts see it
}

func (c *getCommand) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.ShowCommandInfo {
		return object.NewError("NotSupported", object.NotImplemented, nil, "-ShowCommandInfo is not supported. Use Get-Help to read about a command.")
	}
	if len(c.Name) == 0 {
		c.wild = true
		c.search(out.Session(), "*")
		return nil
	}
	for _, name := range c.Name {
		before := len(c.found)
		switch {
		case object.HasWildcards(name):
			c.wild = true
			c.search(out.Session(), name)
			continue
		case c.UseFuzzyMatching || c.UseAbbreviationExpansion:
			c.wild = true
			c.searchLike(out.Session(), name)
		default:
			c.exact(out.Session(), name)
		}
		if len(c.found) == before {
			e := object.NewException("System.Management.Automation.CommandNotFoundException", "The term '%s' is not recognized as a name of a cmdlet, function, script file, or executable program.\nCheck the spelling of the name, or if a path was included, verify that the path is correct and try again.", name)
			e.Fields = object.TableOf("CommandName", name)
			r := object.NewErrorOf(e, "CommandNotFoundException", object.ObjectNotFound, name)
			if err := out.Error(r); err != nil {
				return err
			}
		}
	}
	return nil
}

var commandKinds = []cmdlet.Kind{cmdlet.KindAlias, cmdlet.KindFunction, cmdlet.KindCmdlet}

// exact finds the command that a name means, or with -All every one that bears it.
func (c *getCommand) exact(s cmdlet.Session, name string) {
	if c.All || c.CommandType != nil {
		for _, kind := range append(commandKinds, cmdlet.KindExternalScript, cmdlet.KindApplication) {
			c.take(s, name, kind)
		}
		return
	}
	if v := s.Describe(name, c.ArgumentList...); v != nil {
		info, _ := s.Command(name)
		if info != nil && info.Extend != nil {
			args := make([]cmdlet.Arg, len(c.ArgumentList))
			for i, a := range c.ArgumentList {
				args[i] = cmdlet.Arg{Value: a}
			}
			info = info.Extend(args)
		}
		if a, ok := (aliasDrive{s}).find(name); ok {
			info = &cmdlet.Info{Name: a.Name, Kind: cmdlet.KindAlias}
		}
		if info != nil && c.keeps(s, info, v) {
			c.found = append(c.found, command{info, v})
		}
	}
}

func (c *getCommand) take(s cmdlet.Session, name string, kind cmdlet.Kind) {
	info, v := s.DescribeKind(name, kind)
	if v != nil && c.keeps(s, info, v) {
		c.found = append(c.found, command{info, v})
	}
}

// search finds commands by wildcards.
func (c *getCommand) search(s cmdlet.Session, pattern string) {
	c.searchBy(s, func(name string) bool { return fitsWildcard(pattern, name) }, pattern)
}

func (c *getCommand) searchLike(s cmdlet.Session, name string) {
	limit := 5
	if c.FuzzyMinimumDistance != nil {
		limit = int(*c.FuzzyMinimumDistance)
	}
	c.searchBy(s, func(candidate string) bool {
		return c.UseFuzzyMatching && cmdlet.Distance(name, candidate) < limit || c.UseAbbreviationExpansion && abbreviates(name, candidate)
	}, "")
}

// abbreviates tells whether the capital letters of a command's name begin as short says, "i-psdf" for Import-PowerShellDataFile.
func abbreviates(short, name string) bool {
	verb, noun, ok := strings.Cut(name, "-")
	v, n, okShort := strings.Cut(short, "-")
	if !ok || !okShort || v == "" || !strings.EqualFold(v, capitals(verb)) {
		return false
	}
	return strings.EqualFold(n, capitals(noun))
}

func capitals(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r
		}
		return -1
	}, s)
}

func (c *getCommand) searchBy(s cmdlet.Session, fits func(name string) bool, pattern string) {
	if !c.cmdletsOnly() {
		for _, a := range s.Aliases() {
			if fits(a.Name) {
				c.take(s, a.Name, cmdlet.KindAlias)
			}
		}
	}
	for _, info := range s.Commands() {
		if fits(info.Name) {
			c.take(s, info.Name, info.Kind)
		}
	}
	if pattern == "" || pattern == "*" && !c.wants(cmdlet.KindApplication) || c.cmdletsOnly() {
		return
	}
	seen := map[string]bool{}
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		for _, e := range entriesOf(dir) {
			if fits(e.Name()) && !seen[e.Name()] && !e.IsDir() {
				seen[e.Name()] = true
				c.take(s, e.Name(), cmdlet.KindApplication)
			}
		}
	}
}

func (c *getCommand) cmdletsOnly() bool { return len(c.Verb) > 0 || len(c.Noun) > 0 }

// wants tells whether -CommandType asks for a kind by name.
func (c *getCommand) wants(kind cmdlet.Kind) bool {
	return c.CommandType != nil && c.CommandType.Value&object.EnumValue(c.CommandType.Type, string(kind)).Value != 0
}

// keeps applies the parameters that narrow down.
func (c *getCommand) keeps(s cmdlet.Session, info *cmdlet.Info, v any) bool {
	if c.CommandType != nil && !c.wants(info.Kind) {
		return false
	}
	verb, noun, dashed := strings.Cut(info.Name, "-")
	fits := func(patterns []string, text string) bool {
		return slices.ContainsFunc(patterns, func(p string) bool { return fitsWildcard(p, text) })
	}
	module := info.Module
	if m, ok, err := object.Property(v, "ModuleName"); ok && err == nil && m != nil {
		module = object.ToString(m)
	}
	var specified []string
	for _, m := range c.FullyQualifiedModule {
		if name, ok, err := object.GetMember(m, "ModuleName"); ok && err == nil && name != nil {
			specified = append(specified, object.ToString(name))
		} else {
			specified = append(specified, object.ToString(m))
		}
	}
	switch {
	case len(c.Verb) > 0 && !(dashed && fits(c.Verb, verb)),
		len(c.Noun) > 0 && !(dashed && fits(c.Noun, noun)),
		len(c.Module) > 0 && !fits(c.Module, module),
		len(c.ExcludeModule) > 0 && fits(c.ExcludeModule, module),
		len(specified) > 0 && !fits(specified, module):
		return false
	}
	if len(c.ParameterName) == 0 && len(c.ParameterType) == 0 {
		return true
	}
	if info.Kind == cmdlet.KindAlias {
		return false
	}
	return slices.ContainsFunc(info.All(), func(p *cmdlet.Parameter) bool {
		if len(c.ParameterName) > 0 && !fits(c.ParameterName, p.Name) && !slices.ContainsFunc(p.Aliases, func(a string) bool { return fits(c.ParameterName, a) }) {
			return false
		}
		return len(c.ParameterType) == 0 || slices.ContainsFunc(c.ParameterType, func(t any) bool {
			name := object.ToString(t)
			return strings.EqualFold(name, p.FullTypeName()) || strings.EqualFold(name, p.ShortTypeName())
		})
	})
}

// kindOrder is the order in which Get-Command lists kinds.
var kindOrder = map[cmdlet.Kind]int{cmdlet.KindAlias: 1, cmdlet.KindFunction: 2, cmdlet.KindFilter: 2, cmdlet.KindCmdlet: 3, cmdlet.KindExternalScript: 4, cmdlet.KindApplication: 5}

// End writes what was found, in order where it was searched for.
func (c *getCommand) End(_ context.Context, out cmdlet.Out) error {
	if c.wild {
		slices.SortStableFunc(c.found, func(a, b command) int {
			return cmp.Or(cmp.Compare(kindOrder[a.info.Kind], kindOrder[b.info.Kind]), object.CompareStrings(a.info.Name, b.info.Name, true))
		})
		c.found = slices.CompactFunc(c.found, func(a, b command) bool {
			return a.info.Kind == b.info.Kind && strings.EqualFold(a.info.Name, b.info.Name)
		})
	}
	if c.TotalCount >= 0 && len(c.found) > int(c.TotalCount) {
		c.found = c.found[:c.TotalCount]
	}
	for _, f := range c.found {
		v := f.any
		if c.Syntax {
			v = syntaxText(out.Session(), f.info)
		}
		if err := out.Write(v); err != nil {
			return err
		}
	}
	return nil
}

// syntaxText is what -Syntax gives: each parameter set in a line, blank lines around.
func syntaxText(s cmdlet.Session, info *cmdlet.Info) string {
	if info.Kind == cmdlet.KindAlias {
		target, ok := s.Command(info.Name)
		if !ok {
			return ""
		}
		info = target
	}
	if info.Kind == cmdlet.KindApplication {
		return info.Name
	}
	var b strings.Builder
	for _, set := range info.SyntaxSets() {
		b.WriteString("\n" + info.Syntax(set, nil) + "\n")
	}
	return b.String()
}

// verbs are PowerShell's approved ones, by group.
var verbs = []struct {
	group, list string
}{
	{"Common", "Add a Clear cl Close cs Copy cp Enter et Exit ex Find fd Format f Get g Hide h Join j Lock lk Move m New n Open op Optimize om Push pu Pop pop Redo re Remove r Rename rn Reset rs Resize rz Search sr Select sc Set s Show sh Skip sk Split sl Step st Switch sw Undo un Unlock uk Watch wc"},
	{"Communications", "Connect cc Disconnect dc Read rd Receive rc Send sd Write wr"},
	{"Data", "Backup ba Checkpoint ch Compare cr Compress cm Convert cv ConvertFrom cf ConvertTo ct Dismount dm Edit ed Expand en Export ep Group gp Import ip Initialize in Limit l Merge mg Mount mt Out o Publish pb Restore rr Save sv Sync sy Unpublish ub Update ud"},
	{"Diagnostic", "Debug db Measure ms Ping pi Repair rp Resolve rv Test t Trace tr"},
	{"Lifecycle", "Approve ap Assert as Build bd Complete cmp Confirm cn Deny dn Deploy dp Disable d Enable e Install is Invoke i Register rg Request rq Restart rt Resume ru Start sa Stop sp Submit sb Suspend ss Uninstall us Unregister ur Wait w"},
	{"Other", "Use u"},
	{"Security", "Block bl Grant gr Protect pt Revoke rk Unblock ul Unprotect up"},
}

type getVerb struct {
	Verb  []string `param:"pos=0 pipeline wildcards" help:"Verbs; wildcards are allowed."`
	Group []string `param:"pos=1" validate:"set=Common,Communications,Data,Diagnostic,Lifecycle,Other,Security" help:"Only verbs of these groups."`
}

func (c *getVerb) Process(_ context.Context, _ any, out cmdlet.Out) error {
	patterns := c.Verb
	if len(patterns) == 0 {
		patterns = []string{"*"}
	}
	for _, g := range verbs {
		if len(c.Group) > 0 && !slices.ContainsFunc(c.Group, func(w string) bool { return strings.EqualFold(w, g.group) }) {
			continue
		}
		for pair := range slices.Chunk(strings.Fields(g.list), 2) {
			if !slices.ContainsFunc(patterns, func(p string) bool { return fitsWildcard(p, pair[0]) }) {
				continue
			}
			o := object.NewCustom("Verb", pair[0], "AliasPrefix", pair[1], "Group", g.group)
			o.TypeNames = []string{"System.Management.Automation.VerbInfo", "System.Object"}
			if err := out.Write(o); err != nil {
				return err
			}
		}
	}
	return nil
}
