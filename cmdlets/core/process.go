package core

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Process", Module: moduleManagement, Aliases: []string{"gps", "ps"}, DefaultSet: "Name", Synopsis: "Gets migsh's own process; others are out of its sight.",
	}, func() cmdlet.Cmdlet { return &getProcess{} })
	_ = declare(cmdlet.Spec{
		Name: "Clear-Host", Aliases: []string{"cls", "clear"}, Synopsis: "Clears the display in the host program.",
	}, func() cmdlet.Cmdlet { return &clearHost{} })
)

type getProcess struct {
	Name            []string `param:"set=Name,NameWithUserName pos=0 pipelinebyname" alias:"ProcessName" help:"Names of processes."`
	ID              []int32  `name:"Id" param:"set=Id,IdWithUserName mandatory pipelinebyname" alias:"PID" help:"Numbers of processes."`
	InputObject     []any    `param:"set=InputObject,InputObjectWithUserName mandatory pipeline" typename:"System.Diagnostics.Process[]" help:"Processes as Get-Process gives them."`
	IncludeUserName bool     `param:"set=NameWithUserName,IdWithUserName,InputObjectWithUserName mandatory" help:"Not supported."`
	Module          bool     `param:"set=Name,Id,InputObject" help:"Not supported."`
	FileVersionInfo bool     `param:"set=Name,Id,InputObject" alias:"FV,FVI" help:"Not supported."`
}

// self is migsh's own process.
func self() *object.Object {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	path, err := os.Executable()
	if err != nil {
		path = os.Args[0]
	}
	name := strings.TrimSuffix(filepath.Base(path), ".exe")
	o := object.NewCustom("Id", int32(os.Getpid()), "ProcessName", name, "Name", name, "WorkingSet64", int64(m.Sys), "Path", path)
	o.TypeNames = []string{"System.Diagnostics.Process", "System.ComponentModel.Component", "System.Object"}
	return o
}

func (c *getProcess) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.IncludeUserName || c.Module || c.FileVersionInfo {
		return object.NewError("NotSupported", object.NotImplemented, nil, "-IncludeUserName, -Module and -FileVersionInfo are not supported: migsh sees its own process only.")
	}
	me := self()
	name, _ := me.Own("Name")
	if len(c.Name)+len(c.ID)+len(c.InputObject) == 0 || slices.Contains(c.ID, int32(os.Getpid())) || len(c.InputObject) > 0 {
		return out.Write(me)
	}
	for _, n := range c.Name {
		if fitsWildcard(n, object.ToString(name)) {
			if err := out.Write(me); err != nil {
				return err
			}
		} else if !object.HasWildcards(n) {
			e := object.NewException("Microsoft.PowerShell.Commands.ProcessCommandException", "Cannot find a process with the name \"%s\". Verify the process name and call the cmdlet again.", n)
			if err := out.Error(object.NewErrorOf(e, "NoProcessFoundForGivenName", object.ObjectNotFound, n)); err != nil {
				return err
			}
		}
	}
	for _, id := range c.ID {
		e := object.NewException("Microsoft.PowerShell.Commands.ProcessCommandException", "Cannot find a process with the process identifier %d.", id)
		if err := out.Error(object.NewErrorOf(e, "NoProcessFoundForGivenId", object.ObjectNotFound, id)); err != nil {
			return err
		}
	}
	return nil
}

type clearHost struct{}

// Process clears a terminal; elsewhere there is nothing to clear.
func (c *clearHost) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if out.Session().Host().Interactive() {
		out.Session().Host().WriteHost("\x1b[H\x1b[2J\x1b[3J", "", "", false)
	}
	return nil
}
