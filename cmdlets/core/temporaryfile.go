package core

import (
	"context"
	"os"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "New-TemporaryFile", Module: moduleUtility, ShouldProcess: true, Impact: cmdlet.ImpactLow, Synopsis: "Creates a temporary file.",
		OutputTypes: []string{"System.IO.FileInfo"},
	}, func() cmdlet.Cmdlet { return &newTemporaryFile{} })
	_ = declare(cmdlet.Spec{
		Name: "Unblock-File", Module: moduleUtility, DefaultSet: "ByPath", ShouldProcess: true, Synopsis: "Unblocks files that were downloaded from the internet.",
	}, func() cmdlet.Cmdlet { return &unblockFile{} })
	_ = declare(cmdlet.Spec{
		Name: "Invoke-Item", Module: moduleManagement, Aliases: []string{"ii"}, DefaultSet: "Path", ShouldProcess: true,
		Synopsis: "Would open files with the programs that belong to them, which migsh does not.",
	}, func() cmdlet.Cmdlet { return &invokeItem{} })
)

type newTemporaryFile struct{}

// Process makes an empty file in the system's directory for such files.
func (*newTemporaryFile) Process(_ context.Context, _ any, out cmdlet.Out) error {
	dir := os.TempDir()
	if ok, err := out.ShouldProcess(dir, ""); err != nil || !ok {
		return err
	}
	f, err := os.CreateTemp(dir, "tmp*.tmp")
	if err != nil {
		return object.NewErrorOf(object.RecordOf(fileError(err, "NewTemporaryFileWriteError", object.WriteError, dir)).Exception, "NewTemporaryFileWriteError", object.WriteError, dir)
	}
	if err := f.Close(); err != nil {
		return fileError(err, "NewTemporaryFileWriteError", object.WriteError, f.Name())
	}
	return out.Write(object.NewFile(f.Name(), false))
}

type unblockFile struct {
	Path        []string `param:"set=ByPath mandatory pos=0" complete:"file" help:"The files; wildcards are allowed."`
	LiteralPath []string `param:"set=ByLiteralPath mandatory pipelinebyname" alias:"PSPath,LP" complete:"file" help:"The files, their names taken as they are."`
}

// Process gives PowerShell's answer on systems that do not mark what was downloaded.
func (*unblockFile) Process(context.Context, any, cmdlet.Out) error {
	e := object.NewException("System.PlatformNotSupportedException", "The cmdlet does not support Linux.")
	return object.NewErrorOf(e, "LinuxNotSupported", object.NotImplemented, nil)
}

type invokeItem struct {
	itemPaths
	narrowing
	credential
}

// Process refuses: a file's program would be a native one that nobody has named.
func (c *invokeItem) Process(_ context.Context, _ any, out cmdlet.Out) error {
	targets, err := existing(out, c.Path, c.LiteralPath, &c.narrowing, true)
	if err != nil {
		return err
	}
	for _, t := range targets {
		r := object.NewError("NotSupported", object.NotImplemented, t.text(), "'%s' was not opened: migsh starts no program that is not named. Show a file with Get-Content, or start a program with & and its path.", t.text())
		if err := out.Error(r); err != nil {
			return err
		}
	}
	return nil
}
