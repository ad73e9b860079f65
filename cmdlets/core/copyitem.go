package core

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Copy-Item", Module: moduleManagement, Aliases: []string{"copy", "cp", "cpi"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Copies an item from one location to another.",
	}, func() cmdlet.Cmdlet { return &copyItem{Container: true} })
	_ = declare(cmdlet.Spec{
		Name: "Move-Item", Module: moduleManagement, Aliases: []string{"move", "mv", "mi"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Moves an item from one location to another.",
	}, func() cmdlet.Cmdlet { return &moveItem{} })
)

type copyItem struct {
	itemPaths
	Destination string `param:"pos=1 pipelinebyname" complete:"file" help:"Where to copy to; the current directory when left out."`
	Container   bool   `param:"" help:"Keeps directories as such, which is the rule."`
	Force       bool   `param:"" help:"Also over read-only files."`
	narrowing
	Recurse  bool `param:"" help:"Also what directories hold."`
	PassThru bool `param:"" help:"Gives the copies."`
	credential
	FromSession any `param:"dynamic" typename:"System.Management.Automation.Runspaces.PSSession" help:"Not supported: there are no remote sessions."`
	ToSession   any `param:"dynamic" typename:"System.Management.Automation.Runspaces.PSSession" help:"Not supported: there are no remote sessions."`
}

func (c *copyItem) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if err := c.refuse(); err != nil {
		return err
	}
	if c.FromSession != nil || c.ToSession != nil {
		return object.NewError("NotSupported", object.NotImplemented, nil, "Copying from or to a remote session is not supported. Copy to a directory that the other machine can reach.")
	}
	targets, err := existing(out, c.Path, c.LiteralPath, &c.narrowing, c.Force)
	if err != nil || len(targets) == 0 {
		return err
	}
	to, err := destination(out.Session(), c.Destination)
	if err != nil {
		return err
	}
	for _, t := range targets {
		switch {
		case t.drive != nil && to.drive != nil:
			err = c.copyDriveItem(out, t, to)
		case t.drive != nil || to.drive != nil:
			err = out.Error(notSupported(t.text()))
		default:
			err = c.copy(out, t.path, to.path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// destination reads where to copy or move to.
func destination(s cmdlet.Session, path string) (target, error) {
	if path == "" {
		path = "."
	}
	return parsePath(s, path)
}

func (c *copyItem) copyDriveItem(out cmdlet.Out, from, to target) error {
	ok, err := out.ShouldProcess("Item: "+from.path+" Destination: "+to.path, "Copy Item")
	if err != nil || !ok {
		return err
	}
	if err := to.drive.set(to.path, from.drive.content(from.path)); err != nil {
		return out.Error(object.RecordOf(err))
	}
	return nil
}

func (c *copyItem) copy(out cmdlet.Out, from, to string) error {
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		to = filepath.Join(to, filepath.Base(from))
	}
	info, err := os.Stat(from)
	if err != nil {
		return out.Error(fileError(err, "CopyFileInfoItemIOError", object.WriteError, from))
	}
	if !info.IsDir() {
		return c.copyFile(out, from, to, info)
	}
	if c.Recurse && (to == from || strings.HasPrefix(to, from+string(filepath.Separator))) {
		e := object.NewException("System.IO.IOException", "Cannot overwrite the item %s with itself.", from)
		return out.Error(object.NewErrorOf(e, "CopyError", object.WriteError, from))
	}
	return c.copyDirectory(out, from, to)
}

func (c *copyItem) copyDirectory(out cmdlet.Out, from, to string) error {
	ok, err := out.ShouldProcess("Item: "+from+" Destination: "+to, "Copy Directory")
	if err != nil || !ok {
		return err
	}
	into := to
	if c.Container {
		if info, err := os.Stat(to); err == nil && !info.IsDir() {
			e := object.NewException("System.IO.IOException", "Container cannot be copied onto existing leaf item.")
			return out.Error(object.NewErrorOf(e, "CopyContainerItemToLeafError", object.InvalidArgument, from))
		}
		if err := os.MkdirAll(to, 0o777); err != nil {
			return out.Error(fileError(err, "CopyDirectoryInfoItemIOError", object.WriteError, to))
		}
		if c.PassThru {
			if err := out.Write(object.NewFile(to, true)); err != nil {
				return err
			}
		}
	} else {
		into = filepath.Dir(to)
	}
	if !c.Recurse {
		return nil
	}
	for _, e := range entriesOf(from) {
		src := filepath.Join(from, e.Name())
		info, err := os.Stat(src)
		if err != nil {
			if err := out.Error(fileError(err, "CopyFileInfoItemIOError", object.WriteError, src)); err != nil {
				return err
			}
			continue
		}
		if info.IsDir() {
			err = c.copyDirectory(out, src, filepath.Join(into, e.Name()))
		} else if c.Filter == "" || fitsWildcard(c.Filter, e.Name()) {
			err = c.copyFile(out, src, filepath.Join(into, e.Name()), info)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *copyItem) copyFile(out cmdlet.Out, from, to string, info os.FileInfo) error {
	ok, err := out.ShouldProcess("Item: "+from+" Destination: "+to, "Copy File")
	if err != nil || !ok {
		return err
	}
	if sameFile(from, to) {
		e := object.NewException("System.IO.IOException", "Cannot overwrite the item %s with itself.", from)
		return out.Error(object.NewErrorOf(e, "CopyError", object.WriteError, from))
	}
	if c.Force {
		if err := makeWritable(to); err != nil {
			return out.Error(fileError(err, "CopyFileInfoItemUnauthorizedAccessError", object.PermissionDenied, to))
		}
	}
	if err := copyBytes(from, to, info); err != nil {
		return out.Error(fileError(err, "CopyFileInfoItemIOError", object.WriteError, to))
	}
	if c.PassThru {
		return out.Write(object.NewFile(to, false))
	}
	return nil
}

// makeWritable lifts the write protection of a file that exists.
func makeWritable(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o200 != 0 {
		return nil // nothing to lift
	}
	return os.Chmod(path, info.Mode().Perm()|0o200)
}

// copyBytes copies a file with its permissions and time, as File.Copy does.
func copyBytes(from, to string, info os.FileInfo) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	w, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, info.Mode().Perm())
	if err != nil {
		return err
	}
	if _, err := io.Copy(w, in); err != nil {
		return errors.Join(err, w.Close())
	}
	if err := w.Close(); err != nil {
		return err
	}
	return os.Chtimes(to, info.ModTime(), info.ModTime())
}

type moveItem struct {
	itemPaths
	Destination string `param:"pos=1 pipelinebyname" complete:"file" help:"Where to move to; the current directory when left out."`
	Force       bool   `param:"" help:"Replaces a file that is there."`
	narrowing
	PassThru bool `param:"" help:"Gives the items at their new place."`
	credential
}

func (c *moveItem) Process(_ context.Context, _ any, out cmdlet.Out) error {
	targets, err := c.items(out, &c.narrowing, &c.credential, c.Force)
	if err != nil {
		return err
	}
	to, err := destination(out.Session(), c.Destination)
	if err != nil {
		return err
	}
	for _, t := range targets {
		if t.drive != nil || to.drive != nil {
			err = out.Error(notSupported(t.text()))
		} else {
			err = c.move(out, t.path, to.path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *moveItem) move(out cmdlet.Out, from, to string) error {
	if info, err := os.Stat(to); err == nil && info.IsDir() {
		to = filepath.Join(to, filepath.Base(from))
	}
	action, id := "Move File", "MoveFileInfoItemIOError"
	if info, err := os.Stat(from); err == nil && info.IsDir() {
		action, id = "Move Directory", "MoveDirectoryItemIOError"
	}
	ok, err := out.ShouldProcess("Item: "+from+" Destination: "+to, action)
	if err != nil || !ok {
		return err
	}
	if old, err := os.Lstat(to); err == nil && !sameFile(from, to) && (!c.Force || old.IsDir()) {
		e := object.NewException("System.IO.IOException", "Cannot create a file when that file already exists.")
		return out.Error(object.NewErrorOf(e, id, object.WriteError, from))
	}
	if err := moveFile(from, to); err != nil {
		return out.Error(fileError(err, id, object.WriteError, from))
	}
	if c.PassThru {
		return out.Write(object.NewFile(to, false))
	}
	return nil
}

// moveFile renames, or where the new place is on another file system, copies and removes.
func moveFile(from, to string) error {
	err := os.Rename(from, to)
	if !errors.Is(err, syscall.EXDEV) {
		return err
	}
	info, statErr := os.Stat(from)
	if statErr != nil {
		return statErr
	}
	if info.IsDir() {
		if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			return err
		}
		return os.RemoveAll(from)
	}
	if err := copyBytes(from, to, info); err != nil {
		return err
	}
	return os.Remove(from)
}
