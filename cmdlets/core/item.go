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
		Name: "Get-Item", Module: moduleManagement, Aliases: []string{"gi"}, DefaultSet: "Path", Synopsis: "Gets the item at the specified location.",
		OutputTypes: []string{"System.IO.FileInfo", "System.Boolean", "System.String", "System.IO.FileInfo", "System.IO.DirectoryInfo"},
	}, func() cmdlet.Cmdlet { return &getItem{} })
	_ = declare(cmdlet.Spec{
		Name: "Set-Item", Module: moduleManagement, Aliases: []string{"si"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Changes the value of an item to the value specified in the command.",
	}, func() cmdlet.Cmdlet { return &setItem{} })
	_ = declare(cmdlet.Spec{
		Name: "Clear-Item", Module: moduleManagement, Aliases: []string{"cli"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Clears the contents of an item, but does not delete the item.",
	}, func() cmdlet.Cmdlet { return &clearItem{} })
	_ = declare(cmdlet.Spec{
		Name: "New-Item", Module: moduleManagement, Aliases: []string{"ni"}, DefaultSet: "pathSet", ShouldProcess: true, Synopsis: "Creates a new item.",
		OutputTypes: []string{"System.String", "System.IO.FileInfo", "System.IO.DirectoryInfo"},
	}, func() cmdlet.Cmdlet { return &newItem{} })
	_ = declare(cmdlet.Spec{
		Name: "mkdir", Module: moduleManagement, Aliases: []string{"md"}, DefaultSet: "pathSet", ShouldProcess: true,
		Synopsis: "Creates directories: New-Item -ItemType Directory.",
	}, func() cmdlet.Cmdlet { return &makeDirectory{} })
	_ = declare(cmdlet.Spec{
		Name: "Remove-Item", Module: moduleManagement, Aliases: []string{"ri", "rm", "rmdir", "del", "erase", "rd"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Deletes the specified items.",
	}, func() cmdlet.Cmdlet { return &removeItem{} })
	_ = declare(cmdlet.Spec{
		Name: "Rename-Item", Module: moduleManagement, Aliases: []string{"rni", "ren"}, DefaultSet: "ByPath", ShouldProcess: true, Synopsis: "Renames an item.",
	}, func() cmdlet.Cmdlet { return &renameItem{} })
)

// itemPaths are the paths of cmdlets that work on items which exist.
type itemPaths struct {
	Path        []string `param:"set=Path mandatory pos=0 pipeline pipelinebyname wildcards" complete:"file" help:"Paths; wildcards are allowed."`
	LiteralPath []string `param:"set=LiteralPath mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"Paths taken as they are, without wildcards."`
}

// items finds the items that are meant and tells of those that are missing.
func (p *itemPaths) items(out cmdlet.Out, n *narrowing, c *credential, hidden bool) ([]target, error) {
	if err := c.refuse(); err != nil {
		return nil, err
	}
	return existing(out, p.Path, p.LiteralPath, n, hidden)
}

type getItem struct {
	itemPaths
	narrowing
	Force bool `param:"" help:"Also hidden items."`
	credential
}

func (c *getItem) Process(_ context.Context, _ any, out cmdlet.Out) error {
	targets, err := c.items(out, &c.narrowing, &c.credential, c.Force)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if _, tree := t.drive.(treeDrive); !tree && t.drive != nil && t.path == "" {
			if err := writeDrive(out, t.drive); err != nil {
				return err
			}
			continue
		}
		if err := out.Write(t.item()); err != nil {
			return err
		}
	}
	return nil
}

func writeDrive(out cmdlet.Out, d itemDrive) error {
	for _, name := range d.names() {
		if v, ok := d.get(name); ok {
			if err := out.Write(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// notSupported is the file system's answer to what only flat drives can do.
func notSupported(path string) *object.ErrorRecord {
	e := object.NewException("System.Management.Automation.PSNotSupportedException", "Provider operation stopped because the provider does not support this operation.")
	return object.NewErrorOf(e, "NotSupported", object.NotImplemented, path)
}

type setItem struct {
	itemPaths
	Value    any  `param:"pos=1 pipeline pipelinebyname" help:"The new value."`
	Force    bool `param:"" help:"Also where the item is read-only."`
	PassThru bool `param:"" help:"Gives the item."`
	narrowing
	credential
}

func (c *setItem) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := c.refuse(); err != nil {
		return err
	}
	for i, path := range append(c.Path, c.LiteralPath...) {
		targets, _, err := targetsOf(out.Session(), path, i >= len(c.Path), c.Force)
		if err != nil {
			return err
		}
		for _, t := range targets {
			if !c.keeps(t.leaf()) {
				continue
			}
			if err := c.set(out, t); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *setItem) set(out cmdlet.Out, t target) error {
	if t.drive == nil || t.path == "" {
		return out.Error(notSupported(t.text()))
	}
	ok, err := out.ShouldProcess("Item: "+t.path+" Value: "+object.ToString(c.Value), "Set Item")
	if err != nil || !ok {
		return err
	}
	if err := t.drive.set(t.path, c.Value); err != nil {
		return out.Error(object.RecordOf(err))
	}
	if c.PassThru {
		return out.Write(t.item())
	}
	return nil
}

type clearItem struct {
	itemPaths
	Force bool `param:"" help:"Also where the item is read-only."`
	narrowing
	credential
}

func (c *clearItem) Process(_ context.Context, _ any, out cmdlet.Out) error {
	targets, err := c.items(out, &c.narrowing, &c.credential, c.Force)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if t.drive == nil {
			if err := out.Error(notSupported(t.text())); err != nil {
				return err
			}
			continue
		}
		ok, err := out.ShouldProcess("Item: "+t.path, "Clear Item")
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := t.drive.set(t.path, nil); err != nil {
			if err := out.Error(object.RecordOf(err)); err != nil {
				return err
			}
		}
	}
	return nil
}

type newItem struct {
	Path     []string `param:"set=pathSet mandatory pos=0 pipelinebyname; set=nameSet pos=0 pipelinebyname" complete:"file" help:"The new item's path."`
	Name     string   `param:"set=nameSet mandatory pipelinebyname allowempty allownull" help:"The new item's name, in the directory of -Path."`
	ItemType string   `param:"pipelinebyname" alias:"Type" values:"Directory,File,SymbolicLink,HardLink" help:"File (the default), Directory, SymbolicLink or HardLink."`
	Value    any      `param:"pipeline pipelinebyname" alias:"Target" help:"The content, or what a link points to."`
	Force    bool     `param:"" help:"Overwrites a file, and makes the directories on the way."`
	credential
}

func (c *newItem) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := c.refuse(); err != nil {
		return err
	}
	paths := c.Path
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, path := range paths {
		if out.Bound("Name") {
			path = joinPath(path, c.Name)
		}
		t, err := parsePath(out.Session(), path)
		if err != nil {
			return err
		}
		if err := c.make(out, t); err != nil {
			return err
		}
	}
	return nil
}

func (c *newItem) make(out cmdlet.Out, t target) error {
	if t.drive != nil {
		return c.makeDriveItem(out, t)
	}
	switch kind := strings.ToLower(c.ItemType); {
	case kind == "" || strings.HasPrefix("file", kind):
		return c.makeFile(out, t.path)
	case strings.HasPrefix("directory", kind) || kind == "container":
		return c.makeDirectory(out, t.path)
	case strings.HasPrefix("symboliclink", kind), strings.HasPrefix("hardlink", kind), kind == "junction":
		return c.makeLink(out, t.path, strings.HasPrefix("hardlink", kind))
	}
	e := object.NewException("System.Management.Automation.PSArgumentException", "The type is not a known type for the file system. Only \"file\",\"directory\" or \"symboliclink\" can be specified.")
	return object.NewErrorOf(e, "Argument", object.InvalidArgument, c.ItemType)
}

func (c *newItem) makeDriveItem(out cmdlet.Out, t target) error {
	if t.exists() && !c.Force {
		e := object.NewException("System.Management.Automation.PSArgumentException", "The item at path '%s' already exists.", t.path)
		return object.NewErrorOf(e, "Argument", object.InvalidArgument, t.path)
	}
	ok, err := out.ShouldProcess("Item: "+t.path+" Value: "+object.ToString(c.Value), "New Item")
	if err != nil || !ok {
		return err
	}
	if err := t.drive.set(t.path, c.Value); err != nil {
		return out.Error(object.RecordOf(err))
	}
	return out.Write(t.item())
}

func (c *newItem) makeFile(out cmdlet.Out, path string) error {
	if ok, err := out.ShouldProcess("Destination: "+path, "Create File"); err != nil || !ok {
		return err
	}
	if info, err := os.Stat(path); err == nil && (!c.Force || info.IsDir()) {
		e := object.NewException("System.IO.IOException", "The file '%s' already exists.", path)
		return out.Error(object.NewErrorOf(e, "NewItemIOError", object.WriteError, path))
	}
	if c.Force {
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			return out.Error(fileError(err, "NewItemIOError", object.WriteError, path))
		}
	}
	text := ""
	if c.Value != nil {
		text = object.ToString(c.Value)
	}
	if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
		return out.Error(fileError(err, "NewItemIOError", object.WriteError, path))
	}
	return out.Write(object.NewFile(path, false))
}

func (c *newItem) makeDirectory(out cmdlet.Out, path string) error {
	if ok, err := out.ShouldProcess("Destination: "+path, "Create Directory"); err != nil || !ok {
		return err
	}
	if _, err := os.Stat(path); err == nil && !c.Force {
		e := object.NewException("System.IO.IOException", "An item with the specified name %s already exists.", path)
		return out.Error(object.NewErrorOf(e, "DirectoryExist", object.ResourceExists, path))
	}
	if err := os.MkdirAll(path, 0o777); err != nil {
		return out.Error(fileError(err, "CreateDirectoryIOError", object.WriteError, path))
	}
	return out.Write(object.NewFile(path, true))
}

func (c *newItem) makeLink(out cmdlet.Out, path string, hard bool) error {
	to := object.ToString(c.Value)
	if to == "" {
		e := object.NewException("System.ArgumentNullException", "Value cannot be null. (Parameter 'value')")
		return out.Error(object.NewErrorOf(e, "ArgumentNull", object.InvalidArgument, nil))
	}
	if ok, err := out.ShouldProcess("Destination: "+path, "Create Symbolic Link"); err != nil || !ok {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		if !c.Force {
			e := object.NewException("System.IO.IOException", "NewItemIOError: the file '%s' already exists.", path)
			return out.Error(object.NewErrorOf(e, "NewItemIOError", object.ResourceExists, path))
		}
		if err := os.Remove(path); err != nil {
			return out.Error(fileError(err, "NewItemIOError", object.WriteError, path))
		}
	}
	link := os.Symlink
	if hard {
		link, to = os.Link, out.Session().Resolve(slashed(to))
	}
	if err := link(to, path); err != nil {
		return out.Error(fileError(err, "NewItemIOError", object.WriteError, path))
	}
	return out.Write(object.NewFile(path, false))
}

type makeDirectory struct {
	Path  []string `param:"set=pathSet mandatory pos=0 pipelinebyname pipeline; set=nameSet pos=0 pipelinebyname" complete:"file" help:"The new directories."`
	Name  string   `param:"set=nameSet mandatory pipelinebyname" help:"The new directory's name, in the directory of -Path."`
	Value any      `param:"pipelinebyname" help:"Directories have no value; accepted as New-Item does."`
	Force bool     `param:"" help:"No error for a directory that exists."`
	credential
}

func (c *makeDirectory) Process(ctx context.Context, in any, out cmdlet.Out) error {
	if err := withoutEffect(out, "a directory has no value. Leave it out.", "Value"); err != nil {
		return err
	}
	n := &newItem{Path: c.Path, Name: c.Name, ItemType: "Directory", Force: c.Force, credential: c.credential}
	return n.Process(ctx, in, out)
}

type removeItem struct {
	itemPaths
	narrowing
	Recurse bool `param:"" help:"Also what directories hold, without asking."`
	Force   bool `param:"" help:"Also hidden and read-only items."`
	credential
}

func (c *removeItem) Process(_ context.Context, _ any, out cmdlet.Out) error {
	targets, err := c.items(out, &c.narrowing, &c.credential, c.Force)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if err := c.remove(out, t); err != nil {
			return err
		}
	}
	return nil
}

func (c *removeItem) remove(out cmdlet.Out, t target) error {
	if t.drive != nil {
		ok, err := out.ShouldProcess("Item: "+t.path, "Remove Item")
		if err != nil || !ok {
			return err
		}
		if err := t.drive.remove(t.path, c.Force); err != nil {
			return out.Error(object.RecordOf(err))
		}
		return nil
	}
	info, err := os.Lstat(t.path)
	if err != nil {
		return out.Error(pathNotFound(t.path))
	}
	if info.IsDir() {
		return c.removeDirectory(out, t.path)
	}
	if ok, err := out.ShouldProcess(t.path, "Remove File"); err != nil || !ok {
		return err
	}
	if !c.Force && protected(t.path, info) {
		e := object.NewException("System.IO.IOException", "You do not have sufficient access rights to perform this operation or the item is hidden, system, or read only.")
		return out.Error(object.NewErrorOf(e, "RemoveFileSystemItemUnAuthorizedAccess", object.PermissionDenied, t.path))
	}
	if err := os.Remove(t.path); err != nil {
		return out.Error(fileError(err, "RemoveFileSystemItemIOError", object.WriteError, t.path))
	}
	return nil
}

// protected tells whether only -Force may remove a file.
func protected(path string, info os.FileInfo) bool {
	return strings.HasPrefix(filepath.Base(path), ".") || info.Mode()&os.ModeSymlink == 0 && info.Mode().Perm()&0o222 == 0
}

func (c *removeItem) removeDirectory(out cmdlet.Out, path string) error {
	here := out.Session().Location()
	if here == path || strings.HasPrefix(here, path+string(filepath.Separator)) {
		e := object.NewException("System.InvalidOperationException", "Cannot remove item %s because it is in use.", path)
		return object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, path)
	}
	if !c.Recurse && len(entriesOf(path)) > 0 {
		ok, err := out.ShouldContinue("The item at "+path+" has children and the Recurse parameter was not specified. If you continue, all children will be removed with the item. Are you sure you want to continue?", "Confirm")
		if err != nil || !ok {
			return err
		}
	}
	ok, err := out.ShouldProcess(path, "Remove Directory")
	if err != nil || !ok {
		return err
	}
	if err := os.RemoveAll(path); err != nil {
		return out.Error(fileError(err, "RemoveFileSystemItemIOError", object.WriteError, path))
	}
	return nil
}

type renameItem struct {
	Path        string `param:"set=ByPath mandatory pos=0 pipeline pipelinebyname" complete:"file" help:"The item to rename."`
	LiteralPath string `param:"set=ByLiteralPath mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"The item to rename, without wildcards."`
	NewName     string `param:"mandatory pos=1 pipelinebyname" help:"The new name, without a path."`
	Force       bool   `param:"" help:"Also hidden and read-only items."`
	PassThru    bool   `param:"" help:"Gives the item."`
	credential
}

func (c *renameItem) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := c.refuse(); err != nil {
		return err
	}
	s := out.Session()
	path := c.Path
	if path == "" {
		path = c.LiteralPath
	}
	targets, _, err := targetsOf(s, path, c.Path == "", c.Force)
	if err != nil {
		return err
	}
	if len(targets) != 1 || !targets[0].exists() {
		e := object.NewException("System.Management.Automation.PSInvalidOperationException", "Cannot rename because item at '%s' does not exist.", path)
		return out.Error(object.NewErrorOf(e, "InvalidOperation", object.InvalidOperation, nil))
	}
	t := targets[0]
	if t.drive != nil {
		return c.renameDriveItem(out, t)
	}
	name := filepath.Base(slashed(c.NewName))
	if dir := filepath.Dir(slashed(c.NewName)); dir != "." && s.Resolve(dir) != filepath.Dir(t.path) {
		e := object.NewException("System.Management.Automation.PSArgumentException", "Cannot rename the specified target, because it represents a path or device name.")
		return out.Error(object.NewErrorOf(e, "Argument", object.InvalidArgument, c.NewName))
	}
	to := filepath.Join(filepath.Dir(t.path), name)
	action := "Rename File"
	if t.container() {
		action = "Rename Directory"
	}
	ok, err := out.ShouldProcess("Item: "+t.path+" Destination: "+to, action)
	if err != nil || !ok {
		return err
	}
	if _, err := os.Lstat(to); err == nil && !sameFile(t.path, to) {
		e := object.NewException("System.IO.IOException", "Cannot create a file when that file already exists.")
		return out.Error(object.NewErrorOf(e, "RenameItemIOError", object.WriteError, t.path))
	}
	if err := os.Rename(t.path, to); err != nil {
		return out.Error(fileError(err, "RenameItemIOError", object.WriteError, t.path))
	}
	if c.PassThru {
		return out.Write(object.NewFile(to, false))
	}
	return nil
}

func (c *renameItem) renameDriveItem(out cmdlet.Out, t target) error {
	ok, err := out.ShouldProcess("Item: "+t.path+" NewName: "+c.NewName, "Rename Item")
	if err != nil || !ok {
		return err
	}
	if err := t.drive.set(c.NewName, t.drive.content(t.path)); err != nil {
		return out.Error(object.RecordOf(err))
	}
	if err := t.drive.remove(t.path, c.Force); err != nil {
		return out.Error(object.RecordOf(err))
	}
	if c.PassThru {
		return out.Write(target{drive: t.drive, path: c.NewName}.item())
	}
	return nil
}

func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}
