package core

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"time"

	"migsh/shell/cmdlet"
	"migsh/shell/object"
)

var (
	_ = declare(cmdlet.Spec{
		Name: "Get-Process", Module: moduleManagement, Aliases: []string{"gps", "ps"}, DefaultSet: "Name", Synopsis: "Gets the processes that run on this computer.",
		OutputTypes: []string{"System.Diagnostics.Process"},
	}, func() cmdlet.Cmdlet { return &getProcess{} })
	_ = declare(cmdlet.Spec{
		Name: "Stop-Process", Module: moduleManagement, Aliases: []string{"spps", "kill"}, DefaultSet: "Id", ShouldProcess: true, Synopsis: "Stops processes.",
		OutputTypes: []string{"System.Diagnostics.Process"},
	}, func() cmdlet.Cmdlet { return &stopProcess{} })
	_ = declare(cmdlet.Spec{
		Name: "Wait-Process", Module: moduleManagement, DefaultSet: "Name", Synopsis: "Waits for processes to end.",
		OutputTypes: []string{"System.Diagnostics.Process"},
	}, func() cmdlet.Cmdlet { return &waitProcess{} })
	_ = declare(cmdlet.Spec{
		Name: "Clear-Host", Plain: true, Aliases: []string{"cls", "clear"}, Synopsis: "Clears the display in the host program.",
	}, func() cmdlet.Cmdlet { return &clearHost{} })
)

type getProcess struct {
	Name            []string `param:"set=Name,NameWithUserName pos=0 pipelinebyname" alias:"ProcessName" help:"Names of processes; wildcards are allowed."`
	ID              []int32  `name:"Id" param:"set=Id,IdWithUserName mandatory pipelinebyname" alias:"PID" help:"Numbers of processes."`
	InputObject     []any    `param:"set=InputObject,InputObjectWithUserName mandatory pipeline" typename:"System.Diagnostics.Process[]" help:"Processes as Get-Process gives them."`
	IncludeUserName bool     `param:"set=NameWithUserName,IdWithUserName,InputObjectWithUserName mandatory" help:"Not supported."`
	Module          bool     `param:"set=Name,Id,InputObject" help:"Not supported."`
	FileVersionInfo bool     `param:"set=Name,Id,InputObject" alias:"FV,FVI" help:"Not supported."`
}

func (c *getProcess) Process(_ context.Context, _ any, out cmdlet.Out) error {
	if c.IncludeUserName || c.Module || c.FileVersionInfo {
		return object.NewError("NotSupported", object.NotImplemented, nil, "-IncludeUserName, -Module and -FileVersionInfo are not supported: migsh asks the system for no more than names, times and memory. Leave them out.")
	}
	found, err := (processes{c.Name, c.ID, c.InputObject}).find(out)
	if err != nil {
		return err
	}
	for _, p := range found {
		if err := out.Write(p.object()); err != nil {
			return err
		}
	}
	return nil
}

// processes is how a cmdlet is told which ones are meant; without any it is all of them.
type processes struct {
	names   []string
	ids     []int32
	objects []any
}

// find gives those that run, and an error for each that was named and does not.
func (q processes) find(out cmdlet.Out) ([]*processInfo, error) {
	var found []*processInfo
	if len(q.names)+len(q.ids)+len(q.objects) == 0 {
		q.names = []string{"*"}
	}
	for _, id := range q.ids {
		p, ok := processWith(id)
		if int(id) == os.Getpid() {
			p, ok = self(), true
		}
		if ok {
			found = append(found, p)
		} else if err := out.Error(errNoProcess("NoProcessFoundForGivenId", id, "Cannot find a process with the process identifier %d.", id)); err != nil {
			return nil, err
		}
	}
	for _, v := range q.objects {
		p := processOf(v)
		if p == nil {
			return nil, object.NewError("NotAProcess", object.InvalidArgument, v, "'%s' is no process. Pass what Get-Process gives, or name processes by -Id or -Name.", object.ToString(v))
		}
		found = append(found, p)
	}
	if len(q.names) == 0 {
		return found, nil
	}
	all, err := allProcesses()
	if err != nil {
		return nil, fmt.Errorf("listing processes: %w", err)
	}
	for _, name := range q.names {
		some := false
		for _, p := range all {
			if fitsWildcard(name, p.name) {
				some = true
				found = append(found, p)
			}
		}
		if !some && !object.HasWildcards(name) {
			if err := out.Error(errNoProcess("NoProcessFoundForGivenName", name, "Cannot find a process with the name \"%s\". Verify the process name and call the cmdlet again.", name)); err != nil {
				return nil, err
			}
		}
	}
	return found, nil
}

func errNoProcess(id string, target any, format string, args ...any) *object.ErrorRecord {
	return errProcess(id, object.ObjectNotFound, target, format, args...)
}

func errProcess(id string, category object.Category, target any, format string, args ...any) *object.ErrorRecord {
	return object.NewErrorOf(object.NewException("Microsoft.PowerShell.Commands.ProcessCommandException", format, args...), id, category, target)
}

type stopProcess struct {
	Name        []string `param:"set=Name mandatory pipelinebyname" alias:"ProcessName" help:"Names of processes; wildcards are allowed."`
	ID          []int32  `name:"Id" param:"set=Id mandatory pos=0 pipelinebyname" help:"Numbers of processes."`
	InputObject []any    `param:"set=InputObject mandatory pos=0 pipeline" typename:"System.Diagnostics.Process[]" help:"Processes as Get-Process gives them."`
	PassThru    bool     `param:"" help:"Gives the processes that were stopped."`
	Force       bool     `param:"" help:"Stops other users' processes without asking."`

	itself bool
}

// Process ends processes at once, without asking them.
func (c *stopProcess) Process(_ context.Context, _ any, out cmdlet.Out) error {
	found, err := (processes{c.Name, c.ID, c.InputObject}).find(out)
	if err != nil {
		return err
	}
	for _, p := range found {
		if ok, err := out.ShouldProcess(p.text(), "Stop-Process"); err != nil {
			return err
		} else if !ok {
			continue
		}
		if !c.Force && !p.own() {
			ok, err := out.ShouldContinue("Are you sure you want to perform the Stop-Process operation on the following item: "+p.name+"("+strconv.Itoa(int(p.id))+")?", "Confirm")
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
		}
		if int(p.id) == os.Getpid() {
			c.itself = true // last
			continue
		}
		if err := p.kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			e := errProcess("CouldNotStopProcess", object.CloseError, p.object(), "Cannot stop process \"%s\" because of the following error: %s", p.text(), err)
			if err := out.Error(e); err != nil {
				return err
			}
			continue
		}
		if c.PassThru {
			if err := out.Write(p.object()); err != nil {
				return err
			}
		}
	}
	return nil
}

// End ends migsh itself, where it was among the processes.
func (c *stopProcess) End(_ context.Context, out cmdlet.Out) error {
	if !c.itself {
		return nil
	}
	if err := self().kill(); err != nil {
		return out.Error(errProcess("CouldNotStopProcess", object.CloseError, nil, "Cannot stop process \"%s\" because of the following error: %s", self().text(), err))
	}
	return nil
}

// lookAgain is how often it is asked whether a process still runs.
const lookAgain = 50 * time.Millisecond

type waitProcess struct {
	Name        []string `param:"set=Name mandatory pos=0 pipelinebyname" alias:"ProcessName" help:"Names of processes; wildcards are allowed."`
	ID          []int32  `name:"Id" param:"set=Id mandatory pipelinebyname" alias:"PID,ProcessId" help:"Numbers of processes."`
	InputObject []any    `param:"set=InputObject mandatory pipeline" typename:"System.Diagnostics.Process[]" help:"Processes as Get-Process gives them."`
	Timeout     int32    `param:"pos=1" alias:"TimeoutSec" validate:"range=0,32767" help:"The most seconds to wait."`
	Any         bool     `param:"" help:"Waits for one of them only."`
	PassThru    bool     `param:"" help:"Gives the processes that were waited for."`

	waited []*processInfo
}

// Process collects what is to be waited for.
func (c *waitProcess) Process(_ context.Context, _ any, out cmdlet.Out) error {
	found, err := (processes{c.Name, c.ID, c.InputObject}).find(out)
	if err != nil {
		return err
	}
	for _, p := range found {
		if int(p.id) == os.Getpid() {
			if err := out.Error(errProcess("WaitOnItself", object.CloseError, p.object(), "Wait-Process cannot wait for process \"%s\": it is the one that would wait. Name another.", p.text())); err != nil {
				return err
			}
			continue
		}
		c.waited = append(c.waited, p)
	}
	return nil
}

// End waits.
func (c *waitProcess) End(ctx context.Context, out cmdlet.Out) error {
	whole := ctx
	if out.Bound("Timeout") {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Duration(c.Timeout)*time.Second)
		defer cancel()
	}
	left := slices.DeleteFunc(slices.Clone(c.waited), (*processInfo).ended)
	enough := func() bool { return len(left) == 0 || c.Any && len(left) < len(c.waited) }
	for !enough() {
		select {
		case <-time.After(lookAgain):
			left = slices.DeleteFunc(left, (*processInfo).ended)
		case <-ctx.Done():
			if err := whole.Err(); err != nil {
				return err
			}
			for _, p := range left {
				e := errProcess("ProcessNotTerminated", object.CloseError, p.object(), "This command stopped operation because process \"%s\" is not stopped in the specified time-out.", p.text())
				if err := out.Error(e); err != nil {
					return err
				}
			}
			left = nil
		}
	}
	if !c.PassThru {
		return nil
	}
	for _, p := range c.waited {
		if err := out.Write(p.object()); err != nil {
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
