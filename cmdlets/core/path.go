package core

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Test-Path", Module: moduleManagement, DefaultSet: "Path", OutputTypes: []string{"System.Boolean"}, Synopsis: "Determines whether all elements of a path exist.",
	}, func() cmdlet.Cmdlet { return &testPath{PathType: object.EnumValue(typeTestPathType, "Any")} })
	_ = declare(cmdlet.Spec{
		Name: "Join-Path", Module: moduleManagement, OutputTypes: []string{"System.String"}, Synopsis: "Combines a path and a child path into a single path.",
	}, func() cmdlet.Cmdlet { return &joinPathCmd{} })
	_ = declare(cmdlet.Spec{
		Name: "Split-Path", Module: moduleManagement, DefaultSet: "ParentSet", OutputTypes: []string{"System.String", "System.Boolean"}, Synopsis: "Returns the specified part of a path.",
	}, func() cmdlet.Cmdlet { return &splitPath{} })
	_ = declare(cmdlet.Spec{
		Name: "Resolve-Path", Module: moduleManagement, Aliases: []string{"rvpa"}, DefaultSet: "Path", Synopsis: "Resolves the wildcard characters in a path, and displays the path contents.",
		OutputTypes: []string{"System.String", "System.Management.Automation.PathInfo"},
	}, func() cmdlet.Cmdlet { return &resolvePath{} })
	_ = declare(cmdlet.Spec{
		Name: "Convert-Path", Module: moduleManagement, Aliases: []string{"cvpa"}, DefaultSet: "Path", OutputTypes: []string{"System.String"}, Synopsis: "Converts a path from a PowerShell path to a PowerShell provider path.",
	}, func() cmdlet.Cmdlet { return &convertPath{} })
)

var typeTestPathType = object.NewEnum("Microsoft.PowerShell.Commands.TestPathType", false, []string{"Any", "Container", "Leaf"}, nil)

type testPath struct {
	Path        []string `param:"set=Path mandatory pos=0 pipeline pipelinebyname wildcards allownull allowempty" complete:"file" help:"Paths; wildcards are allowed."`
	LiteralPath []string `param:"set=LiteralPath mandatory pipelinebyname allownull allowempty" alias:"PSPath,LP" complete:"file" help:"Paths taken as they are, without wildcards."`
	narrowing
	PathType object.Enum `param:"" alias:"Type" type:"Microsoft.PowerShell.Commands.TestPathType" help:"Container for directories, Leaf for files, Any."`
	IsValid  bool        `param:"" help:"Asks only whether the path is well formed."`
	credential
	OlderThan *object.DateTime `param:"dynamic" type:"datetime" help:"True only for what was changed before that time."`
	NewerThan *object.DateTime `param:"dynamic" type:"datetime" help:"True only for what was changed after that time."`
}

func (c *testPath) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := c.refuse(); err != nil {
		return err
	}
	paths, literal := c.Path, false
	if out.ParameterSet() == "LiteralPath" {
		paths, literal = c.LiteralPath, true
	}
	if paths == nil {
		e := object.NewException("System.Management.Automation.PSArgumentNullException", "The provided Path argument was null or an empty collection.")
		return out.Error(object.NewErrorOf(e, "NullPathNotPermitted", object.InvalidArgument, nil))
	}
	for _, path := range paths {
		ok, err := c.test(out.Session(), path, literal)
		if err != nil {
			return err
		}
		if err := out.Write(ok); err != nil {
			return err
		}
	}
	return nil
}

func (c *testPath) test(s cmdlet.Session, path string, literal bool) (bool, error) {
	if strings.TrimSpace(path) == "" {
		return false, nil
	}
	if c.IsValid {
		return !strings.ContainsRune(path, 0), nil
	}
	targets, _, err := targetsOf(s, path, literal, true)
	if err != nil {
		return false, nil // a drive that does not exist
	}
	for _, t := range targets {
		if !t.exists() || !c.keeps(t.leaf()) {
			continue
		}
		switch c.PathType.String() {
		case "Container":
			if !t.container() {
				continue
			}
		case "Leaf":
			if t.container() {
				continue
			}
		}
		if c.OlderThan != nil || c.NewerThan != nil {
			info, err := os.Stat(t.path)
			if t.drive != nil || err != nil {
				continue
			}
			if c.OlderThan != nil && !info.ModTime().Before(c.OlderThan.Time()) || c.NewerThan != nil && !info.ModTime().After(c.NewerThan.Time()) {
				continue
			}
		}
		return true, nil
	}
	return false, nil
}

// joinPath puts one separator between a path and a child's.
func joinPath(path, child string) string {
	const separator = string(filepath.Separator)
	trim := `/`
	if filepath.Separator == '/' {
		path, child = slashed(path), slashed(child)
	} else {
		trim = `/\`
	}
	switch {
	case child == "" && path == "":
		return ""
	case path == "":
		return child
	case child == "":
		return strings.TrimRight(path, trim) + separator
	}
	return strings.TrimRight(path, trim) + separator + strings.TrimLeft(child, trim)
}

type joinPathCmd struct {
	Path                []string `param:"mandatory pos=0 pipeline pipelinebyname" alias:"PSPath" complete:"file" help:"The path in front."`
	ChildPath           string   `param:"mandatory pos=1 pipelinebyname allownull allowempty" help:"The path to add."`
	AdditionalChildPath []string `param:"pos=2 pipelinebyname remaining allownull allowempty" help:"More paths to add."`
	Resolve             bool     `param:"" help:"Gives the paths that exist, with their wildcards resolved."`
	credential
	Extension string `param:"pipelinebyname" help:"Replaces the extension, or adds one."`
}

func (c *joinPathCmd) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := c.refuse(); err != nil {
		return err
	}
	for _, path := range c.Path {
		joined := joinPath(path, c.ChildPath)
		for _, more := range c.AdditionalChildPath {
			joined = joinPath(joined, more)
		}
		if out.Bound("Extension") {
			joined = strings.TrimSuffix(joined, object.PathExtension(filepath.Base(joined)))
			if c.Extension != "" {
				joined += "." + strings.TrimPrefix(c.Extension, ".")
			}
		}
		if !c.Resolve {
			if err := out.Write(joined); err != nil {
				return err
			}
			continue
		}
		targets, err := existing(out, []string{joined}, nil, nil, false)
		if err != nil {
			return err
		}
		for _, t := range targets {
			if err := out.Write(t.text()); err != nil {
				return err
			}
		}
	}
	return nil
}

type splitPath struct {
	Path        []string `param:"set=ParentSet,LeafSet,LeafBaseSet,ExtensionSet,QualifierSet,NoQualifierSet,IsAbsoluteSet mandatory pos=0 pipeline pipelinebyname" complete:"file" help:"The paths to split."`
	LiteralPath []string `param:"set=LiteralPathSet mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"The paths to split, without wildcards."`
	Parent      bool     `param:"set=ParentSet" help:"The path without its last part, which is the rule."`
	Leaf        bool     `param:"set=LeafSet mandatory" help:"The last part."`
	LeafBase    bool     `param:"set=LeafBaseSet mandatory" help:"The last part without its extension."`
	Extension   bool     `param:"set=ExtensionSet mandatory" help:"The extension with its dot."`
	Qualifier   bool     `param:"set=QualifierSet mandatory" help:"The drive."`
	NoQualifier bool     `param:"set=NoQualifierSet mandatory" help:"The path without its drive."`
	IsAbsolute  bool     `param:"set=IsAbsoluteSet mandatory" help:"Tells whether the path is absolute."`
	Resolve     bool     `param:"" help:"Resolves wildcards first."`
	credential
}

func (c *splitPath) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := c.refuse(); err != nil {
		return err
	}
	paths := append(c.Path[:len(c.Path):len(c.Path)], c.LiteralPath...)
	if c.Resolve {
		targets, err := existing(out, c.Path, c.LiteralPath, nil, false)
		if err != nil {
			return err
		}
		paths = nil
		for _, t := range targets {
			paths = append(paths, t.text())
		}
	}
	for _, path := range paths {
		v, err := c.part(path)
		if err != nil {
			if err := out.Error(object.RecordOf(err)); err != nil {
				return err
			}
			continue
		}
		if err := out.Write(v); err != nil {
			return err
		}
	}
	return nil
}

func (c *splitPath) part(path string) (any, error) {
	drive, rest, hasDrive := strings.Cut(path, ":")
	hasDrive = hasDrive && driveName(drive)
	if !hasDrive {
		rest = path
	}
	switch {
	case c.Qualifier:
		if !hasDrive {
			e := object.NewException("System.FormatException", "Cannot parse path because path '%s' does not have a qualifier specified.", path)
			return nil, object.NewErrorOf(e, "ParsePathFormatError", object.InvalidArgument, path)
		}
		return drive + ":", nil
	case c.NoQualifier:
		return rest, nil
	case c.IsAbsolute:
		return hasDrive || strings.HasPrefix(path, "/") || strings.HasPrefix(path, `\`), nil
	case c.Leaf, c.LeafBase, c.Extension:
		leaf := path
		if trimmed := strings.TrimRight(slashed(path), "/"); trimmed != "" {
			leaf = trimmed[strings.LastIndex(trimmed, "/")+1:]
		}
		switch {
		case c.LeafBase:
			return strings.TrimSuffix(leaf, object.PathExtension(leaf)), nil
		case c.Extension:
			return object.PathExtension(leaf), nil
		}
		return leaf, nil
	}
	return parentPath(path), nil
}

// parentPath is a path without its last part; "" when there is no more.
func parentPath(path string) string {
	p := slashed(path)
	trimmed := strings.TrimRight(p, "/")
	if trimmed == "" {
		return ""
	}
	i := strings.LastIndex(trimmed, "/")
	switch {
	case i < 0:
		if drive, rest, ok := strings.Cut(path, ":"); ok && driveName(drive) && rest != "" {
			return drive + ":"
		}
		return ""
	case i == 0:
		return "/"
	}
	return filepath.FromSlash(trimmed[:i])
}

// pathObject is the target as Resolve-Path and Get-Location give it.
func pathObject(t target) any {
	if t.drive != nil {
		return object.NewPathInfo(t.drive.provider(), t.drive.name(), t.path)
	}
	return object.NewPathInfo("FileSystem", "", t.path)
}

type resolvePath struct {
	Path             []string `param:"set=Path,PathAndRelativeBase mandatory pos=0 pipeline pipelinebyname wildcards" complete:"file" help:"Paths; wildcards are allowed."`
	LiteralPath      []string `param:"set=LiteralPath,LiteralPathAndRelativeBase mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"Paths taken as they are, without wildcards."`
	Relative         bool     `param:"set=Path,LiteralPath,PathAndRelativeBase,LiteralPathAndRelativeBase" help:"Gives text, relative to the current directory."`
	RelativeBasePath string   `param:"set=PathAndRelativeBase,LiteralPathAndRelativeBase mandatory" help:"The directory that relative paths start from."`
	Force            bool     `param:"" help:"Also hidden items."`
	credential
}

func (c *resolvePath) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := c.refuse(); err != nil {
		return err
	}
	s := out.Session()
	base := s.Location()
	paths, literal := c.Path, c.LiteralPath
	if c.RelativeBasePath != "" {
		base = s.Resolve(slashed(c.RelativeBasePath))
		paths, literal = basedOn(base, paths), basedOn(base, literal)
	}
	targets, err := existing(out, paths, literal, nil, c.Force)
	if err != nil {
		return err
	}
	for _, t := range targets {
		var v any = pathObject(t)
		if c.Relative && t.drive == nil {
			v = relativePath(base, t.path)
		}
		if err := out.Write(v); err != nil {
			return err
		}
	}
	return nil
}

func basedOn(base string, paths []string) []string {
	var out []string
	for _, p := range paths {
		if !filepath.IsAbs(p) {
			p = joinPath(base, p)
		}
		out = append(out, p)
	}
	return out
}

func relativePath(base, path string) string {
	rel, err := filepath.Rel(base, path)
	if err != nil {
		return path
	}
	if !strings.HasPrefix(rel, "..") {
		rel = "." + string(filepath.Separator) + rel
	}
	return rel
}

type convertPath struct {
	Path        []string `param:"set=Path mandatory pos=0 pipeline pipelinebyname wildcards" complete:"file" help:"Paths; wildcards are allowed."`
	LiteralPath []string `param:"set=LiteralPath mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"Paths taken as they are, without wildcards."`
}

func (c *convertPath) Process(_ context.Context, _ any, out cmdlet.Out) error {
	targets, err := existing(out, c.Path, c.LiteralPath, nil, false)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if err := out.Write(t.path); err != nil {
			return err
		}
	}
	return nil
}
