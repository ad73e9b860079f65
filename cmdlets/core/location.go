package core

import (
	"cmp"
	"context"
	"os"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Location", Module: moduleManagement, Aliases: []string{"gl", "pwd"}, DefaultSet: "Location", Synopsis: "Gets the current directory, or the stack of directories.",
		OutputTypes: []string{"System.Management.Automation.PathInfo", "System.Management.Automation.PathInfoStack"},
	}, func() cmdlet.Cmdlet { return &getLocation{} })
	_ = declare(cmdlet.Spec{
		Name: "Set-Location", Module: moduleManagement, Aliases: []string{"sl", "cd", "chdir"}, DefaultSet: "Path", Synopsis: "Sets the current working location to a specified location.",
		OutputTypes: []string{"System.Management.Automation.PathInfo", "System.Management.Automation.PathInfoStack"},
	}, func() cmdlet.Cmdlet { return &setLocation{} })
	_ = declare(cmdlet.Spec{
		Name: "Push-Location", Module: moduleManagement, Aliases: []string{"pushd"}, DefaultSet: "Path", Synopsis: "Adds the current location to the top of a location stack.",
		OutputTypes: []string{"System.Management.Automation.PathInfo"},
	}, func() cmdlet.Cmdlet { return &pushLocation{} })
	_ = declare(cmdlet.Spec{
		Name: "Pop-Location", Module: moduleManagement, Aliases: []string{"popd"}, Synopsis: "Changes the current location to the location most recently pushed onto the stack.",
		OutputTypes: []string{"System.Management.Automation.PathInfo"},
	}, func() cmdlet.Cmdlet { return &popLocation{} })
)

// locations are the stacks of Push-Location and where Set-Location - and + lead.
type locations struct {
	stacks        map[string][]string
	current       string // the default stack
	before, after []string
}

type locationsKey struct{}

func locationsOf(s cmdlet.Session) *locations {
	return s.Keep(locationsKey{}, func() any { return &locations{stacks: map[string][]string{}, current: "default"} }).(*locations)
}

func (l *locations) stack(name string) string {
	if name == "" {
		return l.current
	}
	return strings.ToLower(name)
}

func locationObject(path string) any {
	return pathObject(target{path: path})
}

type getLocation struct {
	PSProvider []string `param:"set=Location pipelinebyname" help:"The current location of these providers."`
	PSDrive    []string `param:"set=Location pipelinebyname" help:"The current location of these drives."`
	Stack      bool     `param:"set=Stack" help:"Gives the stack of Push-Location instead."`
	StackName  []string `param:"set=Stack pipelinebyname" help:"The stacks with these names."`
}

func (c *getLocation) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := withoutEffect(out, "only the file system has a current location. Leave it out.", "PSProvider", "PSDrive"); err != nil {
		return err
	}
	s := out.Session()
	if !c.Stack && len(c.StackName) == 0 {
		return out.Write(locationObject(s.Location()))
	}
	l := locationsOf(s)
	names := c.StackName
	if len(names) == 0 {
		names = []string{""}
	}
	for _, name := range names {
		stack, ok := l.stacks[l.stack(name)]
		if !ok && name != "" {
			if err := out.Error(stackNotFound(name)); err != nil {
				return err
			}
			continue
		}
		for i := len(stack) - 1; i >= 0; i-- {
			if err := out.Write(locationObject(stack[i])); err != nil {
				return err
			}
		}
	}
	return nil
}

func stackNotFound(name string) *object.ErrorRecord {
	e := object.NewException("System.Management.Automation.PSArgumentException", "Cannot find location stack '%s'. It does not exist or it is not a container.", name)
	return object.NewErrorOf(e, "Argument", object.InvalidArgument, name)
}

// goTo changes the directory and remembers where it was.
func goTo(out cmdlet.Out, path string, literal bool) error {
	s := out.Session()
	targets, wild, err := targetsOf(s, path, literal, true)
	if err != nil {
		return err
	}
	switch {
	case len(targets) == 0 || !wild && !targets[0].exists():
		shown := path
		if !wild {
			shown = targets[0].text()
		}
		return pathNotFound(shown)
	case len(targets) > 1:
		e := object.NewException("System.Management.Automation.PSArgumentException", "Cannot set the location because path '%s' resolved to multiple containers. You can only the set location to a single container at a time.", path)
		return object.NewErrorOf(e, "Argument", object.InvalidArgument, path)
	case targets[0].drive != nil:
		return object.NewError("NotSupported", object.NotImplemented, path, "The current location can only be a directory. List the drive with Get-ChildItem %s: instead.", targets[0].drive.name())
	case !targets[0].container():
		return pathNotFound(targets[0].path)
	}
	return s.SetLocation(targets[0].path)
}

type setLocation struct {
	Path        string `param:"set=Path pos=0 pipeline pipelinebyname" complete:"file" help:"The directory to change to; the home directory when left out. - and + lead back and forth."`
	LiteralPath string `param:"set=LiteralPath mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"The directory to change to, without wildcards."`
	PassThru    bool   `param:"" help:"Gives the new location."`
	StackName   string `param:"set=Stack pipelinebyname" help:"The stack that Push-Location and Pop-Location use from now on."`
}

func (c *setLocation) Process(_ context.Context, _ any, out cmdlet.Out) error {
	s := out.Session()
	l := locationsOf(s)
	here := s.Location()
	switch {
	case out.ParameterSet() == "Stack":
		name := strings.ToLower(c.StackName)
		if _, ok := l.stacks[name]; !ok && name != "" && name != "default" {
			return out.Error(stackNotFound(c.StackName))
		}
		l.current = cmp.Or(name, "default")
	case c.Path == "-" || c.Path == "+":
		from, to, way := &l.before, &l.after, "backwards"
		if c.Path == "+" {
			from, to, way = &l.after, &l.before, "forwards"
		}
		if len(*from) == 0 {
			e := object.NewException("System.InvalidOperationException", "There is no location history left to navigate %s.", way)
			return object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, nil)
		}
		last := len(*from) - 1
		next := (*from)[last]
		*from, *to = (*from)[:last], append(*to, here)
		if err := s.SetLocation(next); err != nil {
			return err
		}
	default:
		path, literal := c.Path, false
		if out.ParameterSet() == "LiteralPath" {
			path, literal = c.LiteralPath, true
		}
		if path == "" {
			path = "~"
		}
		if err := goTo(out, path, literal); err != nil {
			return out.Error(object.RecordOf(err))
		}
		l.before, l.after = append(l.before, here), nil
	}
	if c.PassThru {
		return out.Write(locationObject(s.Location()))
	}
	return nil
}

type pushLocation struct {
	Path        string `param:"set=Path pos=0 pipeline pipelinebyname" complete:"file" help:"The directory to change to; without one the location is only remembered."`
	LiteralPath string `param:"set=LiteralPath pipelinebyname" alias:"PSPath,LP" complete:"file" help:"The directory to change to, without wildcards."`
	PassThru    bool   `param:"" help:"Gives the new location."`
	StackName   string `param:"pipelinebyname" help:"The stack to use."`
}

func (c *pushLocation) Process(_ context.Context, _ any, out cmdlet.Out) error {
	s := out.Session()
	l := locationsOf(s)
	here := s.Location()
	if path := c.Path + c.LiteralPath; path != "" {
		if err := goTo(out, path, c.Path == ""); err != nil {
			return out.Error(object.RecordOf(err))
		}
	}
	name := l.stack(c.StackName)
	l.stacks[name] = append(l.stacks[name], here)
	if c.PassThru {
		return out.Write(locationObject(s.Location()))
	}
	return nil
}

type popLocation struct {
	PassThru  bool   `param:"" help:"Gives the new location."`
	StackName string `param:"pipelinebyname" help:"The stack to use."`
}

func (c *popLocation) Process(_ context.Context, _ any, out cmdlet.Out) error {
	s := out.Session()
	l := locationsOf(s)
	name := l.stack(c.StackName)
	stack, ok := l.stacks[name]
	if len(stack) == 0 {
		if c.StackName != "" && !ok {
			return out.Error(stackNotFound(c.StackName))
		}
		return nil
	}
	last := stack[len(stack)-1]
	l.stacks[name] = stack[:len(stack)-1]
	if _, err := os.Stat(last); err != nil {
		return out.Error(pathNotFound(last))
	}
	if err := s.SetLocation(last); err != nil {
		return out.Error(object.RecordOf(err))
	}
	if c.PassThru {
		return out.Write(locationObject(s.Location()))
	}
	return nil
}
